//! The effect of each action.

use super::{
    App, AppEffect, Overlay, Tab,
    action::Action,
    check::{self, RowKept},
    form::{FormPurpose, FormState},
    help::HelpBox,
    overlay::CursorTravel,
    permissions::PermissionsBox,
};
use crate::directory::{
    Id, RecordKind,
    work::{RefreshScope, WorkerJob},
};
use tui_input::Input;

impl App {
    /// Does the action, or says why not.
    pub fn perform(&mut self, action: Action, effects: &mut Vec<AppEffect>) {
        // Enter leaves the filter and keeps the rows that it found, also where there are none.
        if action == Action::Open
            && self.overlays.is_empty()
            && let Some(pane) = self.lists.pane_mut().filter(|pane| pane.filtering)
        {
            pane.filtering = false;
            self.keep_filter();
            return;
        }
        if action == Action::Story && self.overlays.is_empty() && self.activity.changes.filtering {
            self.activity.changes.filtering = false;
            return;
        }
        if let Some(whom) = self.asks_whom(action) {
            self.overlays.push(Overlay::Whom(whom));
            return;
        }
        self.act(action, effects);
    }

    /// Does the action with the records that it is about by now.
    #[expect(clippy::too_many_lines, reason = "an arm for each action")]
    pub(super) fn act(&mut self, action: Action, effects: &mut Vec<AppEffect>) {
        if let Err(why) = self.availability(action) {
            self.say(why);
            return;
        }
        match action {
            Action::Down | Action::Up | Action::PageDown | Action::PageUp | Action::Top | Action::Bottom => {
                self.travel(action);
            }
            Action::Help
            | Action::Palette
            | Action::Profile
            | Action::Open
            | Action::Copy
            | Action::Raw
            | Action::Permissions
            | Action::Story => self.open(action, effects),
            Action::Sort
            | Action::SortReverse
            | Action::Filter
            | Action::View
            | Action::Mark
            | Action::MarkAll
            | Action::MarkRange
            | Action::Columns
            | Action::SidePane
            | Action::Complete
            | Action::Recall
            | Action::CompleteCommand
            | Action::ToggleColumn
            | Action::ColumnEarlier
            | Action::ColumnLater
            | Action::UsualColumns
            | Action::TakeColumns
            | Action::ReadFailures => self.rearrange(action),
            Action::Follow => self.follow_link(effects),
            Action::PreviousRecord | Action::NextRecord => self.step_record(action == Action::NextRecord, effects),
            Action::RolePermissions | Action::Holders | Action::Compare => self.open_role(action, effects),
            Action::GroupRole => self.open_mapping(),
            Action::RowRole => self.open_row_role(effects),
            Action::RemoveFromTeam => self.remove_row(effects),
            Action::SetRole
            | Action::Teams
            | Action::Members
            | Action::MembersFromList
            | Action::Create
            | Action::CreateService
            | Action::Edit
            | Action::ToggleActive
            | Action::Delete
            | Action::NewProfile
            | Action::EditProfile => self.begin_edit(action, effects),
            Action::MakeLike => self.make_like(effects),
            Action::Offboard => self.offboard(effects),
            Action::CopyCommand => self.copy_command(effects),
            Action::StageMode
            | Action::ShowStage
            | Action::ToStage
            | Action::SendStage
            | Action::NextGrouping
            | Action::DropStaged
            | Action::ClearStage => self.on_stage_key(action, effects),
            Action::TakeNear | Action::SkipName | Action::SkipAll | Action::GoOn => self.answer(action),
            Action::ServerFilter => {
                let form = FormState::server_filter(self.session.sync.narrow.as_ref());
                self.overlays.push(Overlay::Form(form));
            }
            Action::FindAction => self.find_action(),
            Action::Choose => self.choose(effects),
            Action::Look => self.look(effects),
            Action::MyAccount | Action::Account | Action::Invitations | Action::Attributes | Action::Settings => {
                self.open_aside(action, effects);
            }
            Action::SetAttribute => self.open_attribute(),
            Action::NewKey | Action::Invite | Action::DeleteKey | Action::Uninvite => {
                self.change_aside(action, effects);
            }
            Action::CopySecret | Action::CloseSecret => self.on_secret_key(action, effects),
            Action::Profiles
            | Action::OpenProfile
            | Action::AddProfile
            | Action::CopyProfile
            | Action::ChangeProfile
            | Action::TestProfile
            | Action::DeleteProfile => self.on_profiles_key(action, effects),
            Action::Send => self.send_preview(effects),
            Action::OpenLine => self.open_line(),
            Action::ReallyQuit => effects.push(AppEffect::Quit),
            Action::Submit => self.submit(effects),
            Action::Pause => self.pause(!self.sending.paused, effects),
            Action::Resume => self.pause(false, effects),
            Action::Cancel => self.cancel(effects),
            Action::Lines => self.next_lines(),
            Action::Undo => self.undo(effects),
            Action::UndoThis => self.undo_selected(effects),
            Action::Retry => self.retry_selected(effects),
            Action::DropChange => self.drop_selected(effects),
            Action::Toggle
            | Action::TakeOut
            | Action::ToggleAll
            | Action::NextBase
            | Action::Exactly
            | Action::NextScope
            | Action::NextField
            | Action::PreviousField => {
                if action != Action::Toggle || !self.ask_for_typed(effects) {
                    self.adjust(action);
                }
            }
            Action::DropLine | Action::Requests | Action::PlanFacts | Action::SearchLines | Action::Reason => {
                self.adjust_preview(action);
            }
            Action::GoUsers => self.switch(Tab::Users),
            Action::GoTeams => self.switch(Tab::Teams),
            Action::GoRoles => self.switch(Tab::Roles),
            Action::GoActivity => self.switch(Tab::Activity),
            Action::NextTab | Action::PreviousTab => self.next_tab(action == Action::NextTab),
            Action::Back => self.back(effects),
            Action::Quit => self.quit(effects),
            Action::Refresh => self.refresh(RefreshScope::Changed, effects),
            Action::RefreshAll => self.refresh(RefreshScope::All, effects),
            Action::LoadRoles => self.load_roles(effects),
            Action::ReadInvitations => self.read_invitations(effects),
            Action::AuditLog => self.open_audit(effects),
            Action::AuditSearch => self.filter_audit(),
            Action::AuditSort => self.open_audit_sort(),
            Action::CompleteAudit => self.complete_audit(),
            Action::KeepAuditFilter => self.keep_audit_filter(),
            Action::AuditEarlier => self.audit_earlier(effects),
            Action::Redraw => effects.push(AppEffect::Redraw),
            Action::Suspend => effects.push(AppEffect::Suspend),
            Action::OpenDemo => effects.push(AppEffect::Open(None)),
        }
    }

    fn travel(&mut self, action: Action) {
        let boxed = CursorTravel { action, page: self.screen.size.overlay_rows() };
        if self.with_top(|top, app| top.travel(&boxed, app)).is_some() {
            return;
        }
        let list = self.screen.size.list_rows();
        let to = CursorTravel { action, page: list };
        match self.lists.tab.kind() {
            Some(kind) => {
                let pane = &mut self.lists.panes[kind as usize];
                pane.go(to.from(pane.cursor, pane.rows.len()), list, &self.directory);
            }
            None => {
                self.activity.changes.cursor = to.from(self.activity.changes.cursor, self.activity.plan_count());
                let cursor = self.activity.changes.cursor;
                self.activity.changes.top =
                    self.activity.changes.top.min(cursor).max((cursor + 1).saturating_sub(list));
            }
        }
    }

    fn open(&mut self, action: Action, effects: &mut Vec<AppEffect>) {
        let subject = self.subject();
        match (action, subject) {
            (Action::Help, _) => self.overlays.push(Overlay::Help(HelpBox { scroll: 0 })),
            (Action::Palette, _) => {
                let palette = self.palette("");
                self.overlays.push(Overlay::Palette(palette));
            }
            (Action::Profile, _) => {
                let palette = self.palette("profile ");
                self.overlays.push(Overlay::Palette(palette));
            }
            (Action::Open, Some(target)) => self.open_details(target, effects),
            (Action::Copy, _) => self.open_copy(),
            (Action::Raw, Some(target)) => self.open_raw(target, effects),
            (Action::Permissions, Some(target)) => {
                effects.push(AppEffect::Work(WorkerJob::Reread(target.clone())));
                self.overlays.push(Overlay::Permissions(PermissionsBox {
                    user: target.id,
                    typed: Input::default(),
                    scroll: 0,
                }));
            }
            (Action::Story, _) => self.open_story(),
            _ => {}
        }
    }

    /// Changes rows or the contents of the box on top; shows a message if nothing changes.
    fn adjust(&mut self, action: Action) {
        let key = |app: &Self, action| app.keymap.label(action).unwrap_or_default();
        match self.with_top(|top, app| top.adjust(action, app)) {
            None | Some(Ok(())) => {}
            Some(Err(why @ RowKept::IsIn(_))) => {
                let [check, out] = [Action::Toggle, Action::TakeOut].map(|action| key(self, action));
                self.say(format!("{why}. While something is typed {check} takes nobody out; {out} does."));
            }
            Some(Err(why)) => self.say(why.to_string()),
        }
    }

    fn choose(&mut self, effects: &mut Vec<AppEffect>) {
        if let Some(top) = self.overlays.pop() {
            top.choose(self, effects);
        }
    }

    fn next_tab(&mut self, forward: bool) {
        let at = Tab::ALL.iter().position(|tab| *tab == self.lists.tab).unwrap_or(0);
        let next = if forward { at + 1 } else { at + Tab::ALL.len() - 1 };
        self.switch(Tab::ALL[next % Tab::ALL.len()]);
    }

    /// The ids that an edit works on.
    pub(super) fn subjects(&self) -> Vec<Id> {
        match self.lists.pane() {
            _ if self.acts_on_details() => self.subject().map(|target| target.id).into_iter().collect(),
            Some(pane) => pane.subjects(&self.directory),
            None => Vec::new(),
        }
    }

    /// True where an edit works on the record of a box, and not on the list beneath.
    pub(super) fn acts_on_details(&self) -> bool {
        matches!(self.overlays.last(), Some(Overlay::Details(_) | Overlay::Permissions(_) | Overlay::Raw(_)))
    }

    pub(super) fn check_of(&self, action: Action) -> Option<check::CheckSubject> {
        match action {
            Action::Teams => Some(check::CheckSubject::TeamsOf(self.subjects())),
            _ => self
                .subject()
                .filter(|target| target.kind == RecordKind::Team)
                .map(|_| check::CheckSubject::MembersOf(self.subjects())),
        }
    }

    pub(super) fn forget_purpose(&mut self, purpose: &FormPurpose) {
        if let Some(Overlay::Form(form)) = self.overlays.last()
            && form.purpose == *purpose
        {
            self.overlays.pop();
        }
    }
}
