//! The effect of each action.

use super::{
    App, AppEffect, Overlay, Tab,
    action::Action,
    check::{self, CheckList, RowKept},
    form::{FormPurpose, FormState},
    palette,
    pick::PickBox,
    whom,
};
use crate::directory::{Id, RecordKind, work::WorkerJob};
use tui_input::Input;

impl App {
    /// Does the action, or says why not.
    pub fn perform(&mut self, action: Action, effects: &mut Vec<AppEffect>) {
        // Enter leaves the filter and keeps the rows that it found, also where there are none.
        if action == Action::Open
            && self.overlays.is_empty()
            && let Some(pane) = self.pane_mut().filter(|pane| pane.filtering)
        {
            pane.filtering = false;
            self.keep_filter();
            return;
        }
        if action == Action::Story && self.overlays.is_empty() && self.changes.filtering {
            self.changes.filtering = false;
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
                let form = FormState::server_filter(self.sync.narrow.as_ref());
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
            Action::Send => self.send_preview(effects),
            Action::OpenLine => self.open_line(),
            Action::ReallyQuit => effects.push(AppEffect::Quit),
            Action::Submit => self.submit(effects),
            Action::Pause => self.pause(!self.paused, effects),
            Action::Resume => self.pause(false, effects),
            Action::Cancel => self.cancel(effects),
            Action::Lines => self.next_lines(),
            Action::Undo => self.undo(effects),
            Action::UndoThis => self.undo_selected(effects),
            Action::Retry => self.retry_selected(effects),
            Action::DropChange => self.drop_selected(effects),
            Action::TakeOut => self.check_row(action),
            Action::Toggle
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
            Action::DropLine | Action::Requests | Action::Reason => self.adjust_preview(action),
            Action::GoUsers => self.switch(Tab::Users),
            Action::GoTeams => self.switch(Tab::Teams),
            Action::GoRoles => self.switch(Tab::Roles),
            Action::GoActivity => self.switch(Tab::Activity),
            Action::NextTab | Action::PreviousTab => self.next_tab(action == Action::NextTab),
            Action::Back => self.back(),
            Action::Quit => self.quit(effects),
            Action::Refresh => self.refresh(effects),
            Action::LoadRoles => self.load_roles(effects),
            Action::ReadInvitations => self.read_invitations(effects),
            Action::Redraw => effects.push(AppEffect::Redraw),
            Action::Suspend => effects.push(AppEffect::Suspend),
            Action::OpenDemo => effects.push(AppEffect::Open(None)),
        }
    }

    fn travel(&mut self, action: Action) {
        let (list, boxed) = (self.size.list_rows(), self.size.overlay_rows());
        if matches!(self.overlays.last(), Some(Overlay::Details { .. })) {
            return self.walk(action, boxed);
        }
        let held = match self.overlays.last() {
            Some(Overlay::Holders { role, .. }) => self.holdings(role).len(),
            _ => 0,
        };
        let to = |at: usize, len: usize, page: usize| -> usize {
            let target = match action {
                Action::Down => at + 1,
                Action::Up => at.saturating_sub(1),
                Action::PageDown => at + page,
                Action::PageUp => at.saturating_sub(page),
                Action::Top => 0,
                _ => len,
            };
            target.min(len.saturating_sub(1))
        };
        let (asides, lines) = (self.aside_len(), self.plan_len());
        match self.overlays.last_mut() {
            Some(
                Overlay::Permissions { scroll, .. }
                | Overlay::Story { scroll, .. }
                | Overlay::Raw { scroll, .. }
                | Overlay::Compare { scroll, .. }
                | Overlay::Help { scroll },
            ) => *scroll = to(*scroll, usize::from(u16::MAX), boxed),
            Some(Overlay::Role(picker)) => picker.cursor = to(picker.cursor, picker.shown.len(), boxed),
            Some(Overlay::Palette(palette)) => palette.cursor = to(palette.cursor, palette.shown.len(), boxed),
            Some(Overlay::Copy(menu)) => menu.cursor = to(menu.cursor, menu.choices.len(), boxed),
            Some(Overlay::Sort(menu)) => menu.cursor = to(menu.cursor, menu.choices.len(), boxed),
            Some(Overlay::Columns(menu)) => menu.cursor = to(menu.cursor, menu.choices.len(), boxed),
            Some(Overlay::Whom(whom)) => whom.cursor = to(whom.cursor, whom::CHOICES, boxed),
            Some(Overlay::Preview(preview)) if preview.requests.is_some() || preview.is_alone() => {
                preview.top = to(preview.top, usize::from(u16::MAX), boxed);
            }
            Some(Overlay::Preview(preview)) => {
                // Refused lines too, so that their reasons can be read.
                preview.cursor = to(preview.cursor, preview.lines(), boxed);
            }
            Some(Overlay::Check(CheckList { rows, .. }) | Overlay::Pick(PickBox { rows, .. })) => {
                rows.go(to(rows.cursor, rows.shown.len(), boxed), &self.directory);
            }
            Some(Overlay::Stage(view)) => view.cursor = to(view.cursor, view.rows.len(), boxed),
            Some(Overlay::Doubts(doubts)) => doubts.cursor = to(doubts.cursor, doubts.lines.len(), boxed),
            Some(Overlay::Difference(difference)) => {
                difference.cursor = to(difference.cursor, difference.shown.len(), boxed);
            }
            Some(Overlay::RoleEditor(editor)) => {
                editor.cursor = to(editor.cursor, editor.rows(&self.directory).len(), boxed);
            }
            Some(Overlay::Holders { cursor, .. }) => *cursor = to(*cursor, held, boxed),
            Some(Overlay::Plan(view)) => view.cursor = to(view.cursor, lines, boxed),
            Some(Overlay::Aside(aside)) => {
                let target = to(aside.cursor, asides, boxed);
                self.aside_go(target);
            }
            Some(Overlay::Details { .. } | Overlay::Form(_) | Overlay::Quit | Overlay::Secret(_)) => {}
            None => match self.tab.kind() {
                Some(kind) => {
                    let pane = &mut self.panes[kind as usize];
                    let target = to(pane.cursor, pane.rows.len(), list);
                    pane.go(target, list, &self.directory);
                }
                None => {
                    self.activity_cursor = to(self.activity_cursor, self.activity_len(), list);
                    let cursor = self.activity_cursor;
                    self.activity_top = self.activity_top.min(cursor).max((cursor + 1).saturating_sub(list));
                }
            },
        }
    }

    fn open(&mut self, action: Action, effects: &mut Vec<AppEffect>) {
        let subject = self.subject();
        match (action, subject) {
            (Action::Help, _) => self.overlays.push(Overlay::Help { scroll: 0 }),
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
            (Action::Raw, Some(target)) => {
                effects.push(AppEffect::Work(WorkerJob::Raw(target.clone())));
                self.overlays.push(Overlay::Raw { target, text: None, scroll: 0 });
            }
            (Action::Permissions, Some(target)) => {
                effects.push(AppEffect::Work(WorkerJob::Reread(target.clone())));
                self.overlays.push(Overlay::Permissions { user: target.id, typed: Input::default(), scroll: 0 });
            }
            (Action::Story, _) => self.open_story(),
            _ => {}
        }
    }

    /// Goes from the help of a place to the place's actions by name, which are found by typing and run by Enter.
    fn find_action(&mut self) {
        self.overlays.pop_if(|top| matches!(top, Overlay::Help { .. }));
        let palette = self.palette("");
        self.overlays.push(Overlay::Palette(palette));
    }

    fn adjust(&mut self, action: Action) {
        if action == Action::Toggle {
            self.check_row(action);
            return;
        }
        if action == Action::ToggleAll {
            self.toggle_all();
            return;
        }
        match (self.overlays.last_mut(), action) {
            (Some(Overlay::Difference(difference)), Action::Exactly) => difference.turn(),
            (Some(Overlay::RoleEditor(editor)), Action::NextBase) => editor.next_base(&self.directory),
            (Some(Overlay::Role(picker)), Action::NextScope) => {
                if let Some(planner) = &self.planner {
                    picker.next_scope(&self.directory, planner.capabilities());
                }
            }
            (Some(Overlay::Form(form)), _) => form.step(action == Action::NextField),
            _ => {}
        }
    }

    /// Checks or unchecks the row under the cursor, or says why it stays as it is.
    fn check_row(&mut self, action: Action) {
        let out = action == Action::TakeOut;
        let kept = match (self.fixed_row(), self.overlays.last_mut()) {
            (Some(why), _) => Err(RowKept::Fixed(why)),
            (None, Some(Overlay::Check(list))) if out => list.take_out(&self.directory),
            (None, Some(Overlay::Check(list))) => list.toggle(&self.directory),
            (None, Some(Overlay::RoleEditor(editor))) if out => editor.take_out(&self.directory),
            (None, Some(Overlay::RoleEditor(editor))) => editor.toggle(&self.directory),
            (None, Some(Overlay::Difference(difference))) => difference.toggle().map_err(RowKept::Fixed),
            (None, _) => Ok(()),
        };
        let key = |action| self.keymap.label(action).unwrap_or_default();
        match kept {
            Ok(()) => {}
            Err(why @ (RowKept::Fixed(_) | RowKept::NotIn(_))) => self.say(why.to_string()),
            Err(why @ RowKept::IsIn(_)) => {
                let [check, out] = [Action::Toggle, Action::TakeOut].map(key);
                self.say(format!("{why}. While something is typed {check} takes nobody out; {out} does."));
            }
        }
    }

    /// Checks all that the box shows, or says why nothing changes.
    fn toggle_all(&mut self) {
        let toggled = match self.overlays.last_mut() {
            Some(Overlay::Check(list)) => list.toggle_all(&self.directory),
            Some(Overlay::Difference(difference)) => difference.toggle_all(),
            Some(Overlay::RoleEditor(editor)) => editor.toggle_all(&self.directory),
            _ => Ok(()),
        };
        if let Err(why) = toggled {
            self.say(why.to_string());
        }
    }

    fn choose(&mut self, effects: &mut Vec<AppEffect>) {
        match self.overlays.pop() {
            Some(Overlay::Role(picker)) => self.choose_role(picker, effects),
            Some(Overlay::Palette(palette)) => {
                let Some(line) = palette.selected().cloned() else { return };
                match (line.entry, line.refused) {
                    (_, Some(why)) => self.say(format!("{}: {why}", line.name)),
                    (palette::PaletteEntry::Do(action), None) => self.perform(action, effects),
                    (palette::PaletteEntry::Profile(name), None) => effects.push(AppEffect::Open(Some(name))),
                    (palette::PaletteEntry::Compare(sides), None) => {
                        self.overlays.push(Overlay::Compare { sides, scroll: 0 });
                    }
                    (palette::PaletteEntry::MapGroup(group, role), None) => self.map_group(group, role, effects),
                    (palette::PaletteEntry::Parallel(number), None) => self.set_parallel(number, effects),
                    (palette::PaletteEntry::Sort(orders), None) => self.sort_list(&orders),
                    (palette::PaletteEntry::Columns(columns), None) => self.take_columns(Some(columns)),
                    (palette::PaletteEntry::SortActivity(order), None) => self.sort_activity(order),
                    (palette::PaletteEntry::Filter(text), None) => self.take_filter(text),
                    (palette::PaletteEntry::Demo, None) => effects.push(AppEffect::Open(None)),
                }
            }
            Some(Overlay::Pick(pick)) => {
                self.overlays.push(Overlay::Pick(pick));
                self.picked(effects);
            }
            Some(Overlay::Holders { role, cursor }) => self.go_to_holder(role, cursor),
            Some(Overlay::Copy(menu)) => self.copy_chosen(&menu, effects),
            Some(Overlay::Sort(menu)) => self.sort_chosen(&menu),
            Some(Overlay::Whom(whom)) => self.whom_chosen(&whom, effects),
            other => self.overlays.extend(other),
        }
    }

    fn next_tab(&mut self, forward: bool) {
        let at = Tab::ALL.iter().position(|tab| *tab == self.tab).unwrap_or(0);
        let next = if forward { at + 1 } else { at + Tab::ALL.len() - 1 };
        self.switch(Tab::ALL[next % Tab::ALL.len()]);
    }

    fn refresh(&mut self, effects: &mut Vec<AppEffect>) {
        effects.push(AppEffect::Work(WorkerJob::Wake));
        effects.push(AppEffect::Work(WorkerJob::Refresh));
        if let Some(Overlay::Raw { target, text, .. }) = self.overlays.last_mut() {
            *text = None;
            effects.push(AppEffect::Work(WorkerJob::Raw(target.clone())));
        }
        self.ask_again(effects);
        self.read_alone.clear();
    }

    fn quit(&mut self, effects: &mut Vec<AppEffect>) {
        let open = self.directory.pending().len();
        if open == 0 || matches!(self.overlays.last(), Some(Overlay::Quit)) {
            effects.push(AppEffect::Quit);
        } else {
            self.overlays.push(Overlay::Quit);
        }
    }

    /// The ids that an edit works on.
    pub(super) fn subjects(&self) -> Vec<Id> {
        match (self.overlays.last(), self.pane()) {
            (Some(Overlay::Details { .. } | Overlay::Permissions { .. } | Overlay::Raw { .. }), _) => {
                self.subject().map(|target| target.id).into_iter().collect()
            }
            (_, Some(pane)) => pane.subjects(&self.directory),
            _ => Vec::new(),
        }
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
