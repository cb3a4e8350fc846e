//! The availability of sorting and columns, and of actions on rows that are no records.

use super::{NOT_ON_ACTIVITY, UnavailableReason};
use crate::app::{App, Overlay, Tab, action::Action, geometry::DETAILS_FROM};

const NO_ACCOUNT: &str = "This person is invited and has no account yet: i on a team takes an invitation back.";

impl App {
    /// The answer if the list, or a row that is no record, decides; `None` otherwise.
    pub(super) fn in_arrangement(&self, action: Action) -> Option<Result<(), UnavailableReason>> {
        Some(match action {
            _ if self.needs_custom_role(action) => {
                let key = self.keymap.label(Action::Create).unwrap_or_default();
                let words = "This role is predefined: nobody can change it.";
                Err(format!("{words} {key} on Roles creates one that inherits from it.").into())
            }
            _ if self.needs_account(action) => Err(NO_ACCOUNT.into()),
            Action::RowRole => self.row_role_available(),
            Action::RemoveFromTeam => self.removal_available(),
            Action::Create | Action::Columns | Action::SidePane | Action::MarkRange
                if self.lists.tab == Tab::Activity && self.overlays.is_empty() =>
            {
                Err(NOT_ON_ACTIVITY.into())
            }
            Action::Mark | Action::MarkAll if self.lists.tab == Tab::Activity => self.in_activity(action),
            Action::Filter | Action::Sort | Action::SortReverse | Action::Complete
                if self.lists.tab == Tab::Activity && self.overlays.is_empty() =>
            {
                self.in_activity(action)
            }
            Action::ReadFailures if self.activity.changes.read_failures.is_empty() => {
                Err("Everything that was read in this session could be read.".into())
            }
            Action::NextField | Action::PreviousField => match self.overlays.last() {
                Some(Overlay::Form(form)) if form.has_one_field() => Err("There is no other field.".into()),
                _ => Ok(()),
            },
            Action::CompleteCommand => match self.overlays.last() {
                Some(Overlay::Palette(palette)) if palette.completes() => Ok(()),
                _ => Err("There is nothing to complete.".into()),
            },
            Action::ReadInvitations if self.session.unbidden.rosters_asked > 0 => {
                Err("The invitations are being read.".into())
            }
            Action::ReadInvitations => self.teams_read().and_then(|()| self.told_here()),
            Action::SidePane if self.screen.size.width < DETAILS_FROM => {
                let words = format!("The details stand beside the list from {DETAILS_FROM} columns on");
                Err(format!("{words}; Enter opens them here.").into())
            }
            _ => return None,
        })
    }

    /// True for actions on accounts only, if a row without an account is selected.
    pub(super) fn needs_account(&self, action: Action) -> bool {
        use Action as A;
        let on_record = matches!(
            action,
            A::SetRole
                | A::RowRole
                | A::RemoveFromTeam
                | A::Teams
                | A::ToggleActive
                | A::Edit
                | A::Delete
                | A::MakeLike
                | A::Account
                | A::Raw
        );
        let needs = on_record || matches!(action, A::Attributes | A::Permissions | A::Mark);
        let marked = self.overlays.is_empty() && self.lists.pane().is_some_and(|pane| !pane.marks.is_empty());
        needs && (!marked || action == A::Mark) && self.subject().is_some_and(|target| target.is_invited())
    }

    /// True for actions on custom roles only, if a predefined role is selected.
    pub(super) fn needs_custom_role(&self, action: Action) -> bool {
        use Action as A;
        let needs = matches!(action, A::Edit | A::Delete | A::RolePermissions | A::Raw | A::Mark | A::Compare);
        let marked = self.overlays.is_empty() && self.lists.pane().is_some_and(|pane| !pane.marks.is_empty());
        needs && (!marked || action == A::Mark) && self.subject().is_some_and(|target| target.is_predefined())
    }
}
