//! The availability of an action: yes, or the reason why not, which the console shows.

use super::{App, Overlay, Tab, action::Action, overlay::OverlaySubject};
use crate::directory::{RecordKind, ResourceRef, change::ChangeVerb};

mod arrangement;
mod beside;
mod provider;
mod reason;
mod service;

pub(super) use provider::IN_NO_TEAM;
use provider::{CREATE, DELETE, EDIT, LIKE, LIKE_A_ROLE, NO_DEFINITION, NO_RECORD};
pub use reason::UnavailableReason;
pub(super) use service::refused_service;

pub(super) const NOT_ON_ACTIVITY: &str = "This is for Users, Teams and Roles.";

impl App {
    /// Whether the action can be done now.
    ///
    /// # Errors
    /// The sentence for the person.
    #[expect(clippy::too_many_lines, reason = "an arm for each action")]
    pub fn availability(&self, action: Action) -> Result<(), UnavailableReason> {
        self.in_box(action)?;
        if self.session.profile.is_none() {
            return self.before_a_profile(action);
        }
        if let Some(answer) = self.in_arrangement(action) {
            return answer;
        }
        match action {
            Action::MarkAll | Action::MarkRange => self.is_sure(),
            Action::SetRole => {
                self.somebody()?;
                let org = self.can(ChangeVerb::SetOrgRole);
                org.or_else(|_| self.can(ChangeVerb::SetTeamRole))
            }
            Action::View if !self.lists.panes[0].has_views(&self.directory) => {
                Err("The server lists no service accounts.".into())
            }
            Action::CreateService => {
                self.teams_read()?;
                self.can(ChangeVerb::CreateService)
            }
            Action::GroupRole => {
                self.someone()?;
                self.mapped().map_err(UnavailableReason::from)
            }
            Action::Teams => {
                self.somebody()?;
                self.teams_read()?;
                self.can(ChangeVerb::AddMember)
            }
            Action::MakeLike => self.can_be_like(),
            Action::Offboard => {
                self.somebody()?;
                self.teams_read()?;
                self.can(ChangeVerb::Deactivate).or_else(|_| self.can(ChangeVerb::DeleteUser))
            }
            Action::Members | Action::MembersFromList => {
                self.someone()?;
                self.can(ChangeVerb::AddMember)
            }
            Action::ToggleActive => {
                self.somebody()?;
                self.can(self.toggle_verb())
            }
            Action::Create if self.lists.lists_services() => self.availability(Action::CreateService),
            Action::Create => self.can(self.verb_of(CREATE)),
            Action::Edit => self.can_be_edited(),
            Action::Delete => {
                self.someone()?;
                self.can(self.verb_of(DELETE))
            }
            Action::Permissions => {
                self.someone()?;
                self.roles_kept().map_err(|why| why.to_owned().into())
            }
            Action::RolePermissions => {
                self.someone()?;
                self.can(ChangeVerb::EditRole)
            }
            Action::Compare if self.capabilities().is_some_and(|can| can.derived_roles) => Err(NO_DEFINITION.into()),
            Action::Holders | Action::Compare => {
                self.capabilities()
                    .and_then(|can| can.no_roles.clone())
                    .map_or(Ok(()), |why| Err(UnavailableReason::from(why)))?;
                self.someone()
            }
            Action::Settings => self.has_settings().map_err(UnavailableReason::from),
            Action::MyAccount
            | Action::Account
            | Action::Invitations
            | Action::NewKey
            | Action::DeleteKey
            | Action::Invite
            | Action::Uninvite
            | Action::Attributes
            | Action::SetAttribute => self.beside(action),
            Action::Raw if self.subject().is_some_and(|target| self.is_derived(&target)) => Err(NO_RECORD.into()),
            Action::Copy
                if self.overlays.is_empty() && self.lists.pane().is_some_and(|pane| !pane.marks.is_empty()) =>
            {
                Ok(())
            }
            Action::Open if matches!(self.overlays.last(), Some(Overlay::Details(_))) => {
                Err("These are the details.".into())
            }
            Action::Open | Action::Copy | Action::Raw | Action::Mark => self.someone(),
            Action::ToStage | Action::CopyCommand | Action::Reason | Action::ShowStage | Action::StageMode => {
                self.staging_allowed(action).map_err(UnavailableReason::from)
            }
            Action::DropLine | Action::OpenLine => self.in_words(),
            Action::SearchLines => self.in_words().and_then(|()| self.has_many_lines()),
            Action::PlanFacts => self.has_many_lines(),
            Action::Undo => self.activity.undo_candidate().map(drop),
            Action::LoadRoles => self.lacks_known_roles(),
            Action::AuditLog => self.audit_told_here(),
            Action::Story | Action::UndoThis | Action::Retry | Action::DropChange => self.in_activity(action),
            Action::Pause | Action::Resume | Action::Cancel => self.in_sending(action),
            Action::TakeOut | Action::NextScope => self.fits_box(action).map_err(UnavailableReason::from),
            // Decided above, or always possible where the key means the action.
            Action::Help
            | Action::Palette
            | Action::Back
            | Action::Quit
            | Action::Refresh
            | Action::RefreshAll
            | Action::GoUsers
            | Action::GoTeams
            | Action::GoRoles
            | Action::GoActivity
            | Action::NextTab
            | Action::PreviousTab
            | Action::Profile
            | Action::Profiles
            | Action::ServerFilter
            | Action::Redraw
            | Action::Suspend
            | Action::Down
            | Action::Up
            | Action::PageDown
            | Action::PageUp
            | Action::Top
            | Action::Bottom
            | Action::View
            | Action::Filter
            | Action::Sort
            | Action::SortReverse
            | Action::Columns
            | Action::SidePane
            | Action::Complete
            | Action::Recall
            | Action::Follow
            | Action::RowRole
            | Action::RemoveFromTeam
            | Action::PreviousRecord
            | Action::NextRecord
            | Action::ReadInvitations
            | Action::ReadFailures
            | Action::Lines
            | Action::Choose
            | Action::CompleteCommand
            | Action::ToggleColumn
            | Action::ColumnEarlier
            | Action::ColumnLater
            | Action::UsualColumns
            | Action::TakeColumns
            | Action::NextBase
            | Action::Exactly
            | Action::TakeNear
            | Action::SkipName
            | Action::SkipAll
            | Action::GoOn
            | Action::Toggle
            | Action::ToggleAll
            | Action::Look
            | Action::AuditSearch
            | Action::AuditSort
            | Action::CompleteAudit
            | Action::KeepAuditFilter
            | Action::AuditEarlier
            | Action::FindAction
            | Action::CopySecret
            | Action::CloseSecret
            | Action::Send
            | Action::Requests
            | Action::SendStage
            | Action::NextGrouping
            | Action::DropStaged
            | Action::ClearStage
            | Action::ReallyQuit
            | Action::NextField
            | Action::PreviousField
            | Action::Submit
            | Action::OpenProfile
            | Action::AddProfile
            | Action::CopyProfile
            | Action::ChangeProfile
            | Action::TestProfile
            | Action::DeleteProfile
            | Action::OpenDemo
            | Action::NewProfile
            | Action::EditProfile => Ok(()),
        }
    }

    /// Whether the row under the cursor has a form.
    fn can_be_edited(&self) -> Result<(), UnavailableReason> {
        self.somebody()?;
        match self.lists.tab {
            Tab::Users => EDIT.iter().map(|verb| self.can(*verb)).reduce(Result::or).unwrap_or(Ok(())),
            Tab::Teams => Err(self.no_team_form().into()),
            _ => self.can(ChangeVerb::EditRole),
        }
    }

    /// Whether there are users whose roles single reads may tell.
    fn lacks_known_roles(&self) -> Result<(), UnavailableReason> {
        match (self.roles_kept(), self.users_without_roles()) {
            (Err(why), _) => Err(why.to_owned().into()),
            (_, 0) => Err("The roles of all users are known.".into()),
            _ => Ok(()),
        }
    }

    /// Whether the box on top has this one of the actions that several boxes share.
    fn fits_box(&self, action: Action) -> Result<(), &'static str> {
        match (action, self.overlays.last()) {
            (Action::TakeOut, Some(Overlay::Difference(_))) => Err("A tick says whether a line is settled."),
            (Action::NextScope, top) if !matches!(top, Some(Overlay::Role(_))) => {
                Err("Scopes belong to the role picker.")
            }
            _ => Ok(()),
        }
    }

    /// The actions that the first screen offers.
    fn before_a_profile(&self, action: Action) -> Result<(), UnavailableReason> {
        if action == Action::EditProfile && self.known_profiles.unopened.is_none() {
            return Err("No profile failed to open.".into());
        }
        needs_no_directory(action).then_some(()).ok_or_else(|| "No directory is open yet.".into())
    }

    /// Whether the plan on top shows its lines.
    fn in_words(&self) -> Result<(), UnavailableReason> {
        match self.overlays.last() {
            Some(Overlay::Preview(preview)) if preview.text.is_some() => {
                Err("The lines are not shown: Esc goes back to them.".into())
            }
            _ => Ok(()),
        }
    }

    /// Whether the plan on top has several lines.
    fn has_many_lines(&self) -> Result<(), UnavailableReason> {
        match self.overlays.last() {
            Some(Overlay::Preview(preview)) if preview.is_alone() => Err("The plan is one line, shown in full.".into()),
            _ => Ok(()),
        }
    }

    /// The record that actions on the list tabs are about: of the box on top, or of the row under the cursor.
    pub fn subject(&self) -> Option<ResourceRef> {
        let top = self.overlays.last().map(|top| top.behavior().subject());
        match top.unwrap_or(OverlaySubject::Beneath) {
            OverlaySubject::Record(target) => Some(target),
            OverlaySubject::Nothing => None,
            OverlaySubject::Beneath => {
                let pane = self.lists.pane()?;
                let id = pane.selected(&self.directory)?.clone();
                Some(ResourceRef { kind: pane.kind, id })
            }
        }
    }

    /// How many users are listed without their roles.
    pub fn users_without_roles(&self) -> usize {
        self.directory.records().census().lacking_roles
    }

    /// Deactivate, or reactivate where the subject is inactive.
    pub(super) fn toggle_verb(&self) -> ChangeVerb {
        let inactive = |id| self.directory.user(id).is_some_and(crate::directory::record::User::is_inactive);
        // Runs in every frame, so marks are not copied.
        let all = match self.lists.pane().filter(|pane| !self.acts_on_details() && !pane.marks.is_empty()) {
            Some(pane) => pane.marks.iter().all(inactive),
            None => {
                let subjects = self.subjects();
                !subjects.is_empty() && subjects.iter().all(inactive)
            }
        };
        if all { ChangeVerb::Reactivate } else { ChangeVerb::Deactivate }
    }

    pub(super) fn can(&self, verb: ChangeVerb) -> Result<(), UnavailableReason> {
        self.session.guards.closed().map_or(Ok(()), |refusal| Err(UnavailableReason::from(&refusal)))?;
        self.capabilities().map_or(Ok(()), |can| can.can(verb).map_err(UnavailableReason::from))
    }

    fn verb_of(&self, verbs: [ChangeVerb; 3]) -> ChangeVerb {
        verbs[self.kind_in_hand() as usize]
    }

    fn kind_in_hand(&self) -> RecordKind {
        self.subject().map(|target| target.kind).or(self.lists.tab.kind()).unwrap_or(RecordKind::User)
    }

    /// Whether the rows shown match the filter, so that marking all of them marks no other rows.
    fn is_sure(&self) -> Result<(), UnavailableReason> {
        let unsure = self.lists.pane().and_then(super::pane::ListPane::unsure);
        unsure.map_or(Ok(()), |why| Err(format!("{why} Nothing is marked by it.").into()))
    }

    fn someone(&self) -> Result<(), UnavailableReason> {
        self.subject().map(drop).ok_or_else(|| "No row is selected.".into())
    }

    fn can_be_like(&self) -> Result<(), UnavailableReason> {
        match self.kind_in_hand() {
            RecordKind::User => {
                self.somebody()?;
                LIKE.iter().map(|verb| self.can(*verb)).reduce(Result::or).unwrap_or(Ok(()))
            }
            RecordKind::Team => {
                self.someone()?;
                self.can(ChangeVerb::AddMember)
            }
            RecordKind::Role => Err(LIKE_A_ROLE.into()),
        }
    }

    fn teams_read(&self) -> Result<(), UnavailableReason> {
        if self.directory.is_read(RecordKind::Team) {
            Ok(())
        } else {
            Err(self.word("The teams were not read yet; R reads them.").into())
        }
    }
}

/// True for actions of the first screen, and of the boxes that open there: the form of a new profile, palette, help.
fn needs_no_directory(action: Action) -> bool {
    use Action as A;
    matches!(action, A::Quit | A::Help | A::Palette | A::Redraw | A::Suspend)
        || matches!(action, A::Profiles | A::OpenProfile | A::AddProfile | A::CopyProfile | A::ChangeProfile)
        || matches!(action, A::TestProfile | A::DeleteProfile | A::Up | A::Down)
        || matches!(action, A::OpenDemo | A::NewProfile | A::EditProfile | A::Back | A::Profile)
        || matches!(action, A::Submit | A::NextField | A::PreviousField | A::Choose | A::FindAction)
        || matches!(action, A::Up | A::Down | A::PageUp | A::PageDown | A::Top | A::Bottom)
}
