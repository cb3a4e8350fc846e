//! Routes a key: to the box on top, to the filter that is being typed, or through the keymap.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use tui_input::Input;

use super::{
    App, AppEffect, Tab, TerminalSize,
    action::{Action, Scope},
    keymap, text_field,
};
use crate::{
    directory::{RecordKind, change::SeatKind},
    scim::{confusable, text::number},
};

impl App {
    pub(super) fn on_terminal(&mut self, event: &Event, effects: &mut Vec<AppEffect>) {
        match event {
            Event::Resize(width, height) => {
                self.screen.size = TerminalSize { width: *width, height: *height };
                let rows = self.screen.size.list_rows();
                self.lists.panes.iter_mut().for_each(|pane| pane.scroll(rows));
            }
            Event::Key(key) if key.kind != KeyEventKind::Release => {
                if self.screen.message.as_ref().is_some_and(|message| !message.error) {
                    self.screen.message = None;
                }
                self.on_key(*key, event, effects);
            }
            Event::Paste(_) if !self.is_typing() => {
                self.say("Nothing here takes text: what was pasted is left out.");
            }
            Event::Paste(text) => {
                self.screen.dropping = false;
                self.on_text(event);
                if let Some(left_out) = confusable::left_out(text) {
                    self.say(format!("What was pasted {left_out}: left out."));
                }
            }
            _ => {}
        }
    }

    fn on_key(&mut self, key: KeyEvent, event: &Event, effects: &mut Vec<AppEffect>) {
        let typing = self.is_typing();
        let action = self.keymap.action(self.scopes(), key).filter(|action| !typing || overrides_typing(*action, key));
        if action == Some(Action::Back) && self.give_up_draft(effects) {
            return;
        }
        self.screen.dropping &= matches!(action, Some(Action::Back | Action::CloseSecret));
        if self.goes_to_choice(key) || self.sorts_by_letter(key) {
            return;
        }
        let filtering = self.is_filtering();
        match action {
            Some(action) => self.perform(action, effects),
            None if typing => self.on_text(event),
            None => self.say_which_keys_act(key),
        }
        if !filtering && self.is_filtering() {
            let text = self.lists.pane().map_or(&self.activity.changes.filter, |pane| &pane.filter).value();
            self.lists.stale_filter = !text.is_empty();
        } else if !self.is_filtering() {
            self.lists.stale_filter = false;
        }
    }

    /// A letter in a box with a few choices goes to the one that begins with it.
    fn goes_to_choice(&mut self, key: KeyEvent) -> bool {
        let plain = !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        match (self.overlays.last_mut(), key.code) {
            (Some(top), KeyCode::Char(letter)) if plain => top.behavior_mut().go_to_letter(letter),
            _ => false,
        }
    }

    /// Shows the keys that have a meaning here, after a key without one was pressed.
    fn say_which_keys_act(&mut self, key: KeyEvent) {
        if self.overlays.is_empty() {
            let help = self.keymap.label(Action::Help).unwrap_or_default();
            return self.say(format!("{} does nothing here; {help} shows the keys.", keymap::name(key)));
        }
        let hints: Vec<String> = self.hints().into_iter().map(|hint| format!("{} {}", hint.key, hint.word)).collect();
        let acting = hints.join(", ");
        self.say(format!("{} does nothing here. {acting}", keymap::name(key)).trim().to_owned());
    }

    fn is_filtering(&self) -> bool {
        self.lists
            .pane()
            .map_or(self.lists.tab == Tab::Activity && self.activity.changes.filtering, |pane| pane.filtering)
    }

    /// The scopes from the innermost outwards; if a box is open, those of the box on top alone.
    pub fn scopes(&self) -> &'static [Scope] {
        self.overlays.last().map_or_else(|| self.scopes_beneath(), |top| top.behavior().scopes())
    }

    /// The scopes of the pane, whatever lies over it.
    pub(super) fn scopes_beneath(&self) -> &'static [Scope] {
        use Scope as S;
        if self.session.profile.is_none() {
            return &[S::Welcome, S::Work, S::Global];
        }
        if self.is_filtering() {
            return match self.lists.tab {
                Tab::Users => {
                    &[S::Filter, S::Users, S::UserList, S::List, S::Record, S::Tabs, S::Sending, S::Work, S::Global]
                }
                Tab::Teams => &[S::Filter, S::Teams, S::List, S::Record, S::Tabs, S::Sending, S::Work, S::Global],
                Tab::Roles => &[S::Filter, S::Roles, S::List, S::Record, S::Tabs, S::Sending, S::Work, S::Global],
                Tab::Activity => &[S::Filter, S::Activity, S::List, S::Tabs, S::Sending, S::Work, S::Global],
            };
        }
        match self.lists.tab {
            Tab::Users => &[S::Users, S::UserList, S::List, S::Record, S::Tabs, S::Sending, S::Work, S::Global],
            Tab::Teams => &[S::Teams, S::List, S::Record, S::Tabs, S::Sending, S::Work, S::Global],
            Tab::Roles => &[S::Roles, S::List, S::Record, S::Tabs, S::Sending, S::Work, S::Global],
            Tab::Activity => &[S::Activity, S::List, S::Tabs, S::Sending, S::Work, S::Global],
        }
    }

    /// True where characters are text.
    pub fn is_typing(&self) -> bool {
        self.overlays.last().map_or_else(|| self.is_filtering(), |top| top.behavior().is_typing())
    }

    fn on_text(&mut self, event: &Event) {
        if self.with_top(|top, app| top.edit(event, app)).is_none() {
            self.filter_typed(event);
        }
    }

    fn filter_typed(&mut self, event: &Event) {
        let now = self.now;
        if let Some(kind) = self.lists.tab.kind() {
            let pane = &mut self.lists.panes[kind as usize];
            if std::mem::take(&mut self.lists.stale_filter) && puts_text_in(event) {
                pane.filter.reset();
            }
            if pane.filtering && text_field(&mut pane.filter, event) {
                pane.refilter(&self.directory, now);
                self.say_what_is_unknown(kind);
            }
        } else if self.activity.changes.filtering {
            if std::mem::take(&mut self.lists.stale_filter) && puts_text_in(event) {
                self.activity.changes.filter.reset();
            }
            if text_field(&mut self.activity.changes.filter, event) {
                self.filter_activity();
            }
        }
    }

    /// The number of full Models seats, if seats are known; `short` for a narrow line.
    pub fn seats_in_words(&self, short: bool) -> Option<String> {
        let census = self.directory.census();
        let seats = census.seats(SeatKind::Models);
        let of = self.capabilities()?.full_seats.map_or_else(String::new, |sum| format!(" of {}", number(sum)));
        let (known, people) = (number(seats.known), number(census.people));
        let basis = match (seats.known < census.people, short) {
            (false, _) => String::new(),
            (true, false) => format!(", known for {known} of {people}"),
            (true, true) => format!(", {known}/{people} known"),
        };
        (seats.known > 0).then(|| format!("{}{of} full seats{basis}", number(seats.full)))
    }

    /// The number of users that a filter by role could not judge; for a filter by invitations, the number of teams
    /// whose invitations are known.
    pub(super) fn say_what_is_unknown(&mut self, kind: RecordKind) {
        let (unknown, all) =
            (self.lists.panes[kind as usize].unjudged(&self.directory), self.directory.len(RecordKind::User));
        if unknown > 0 {
            let known = all.saturating_sub(unknown);
            let key = self.keymap.label(Action::LoadRoles).unwrap_or_default();
            self.say(format!("Roles are known for {known} of {all} users; {key} (outside the filter) reads the rest."));
        } else if self.lists.panes[kind as usize].asks_invited() {
            self.say_whose_invitations_are_known();
        }
    }

    /// Goes one step back: clears the message, closes the box, leaves the filter, clears the filter, clears the marks.
    pub(super) fn back(&mut self, effects: &mut Vec<AppEffect>) {
        if self.has_error() {
            self.screen.message = None;
        } else if self.overlays.last_mut().is_some_and(|top| top.behavior_mut().back()) {
            // The box is still open; its own filter may have been cleared.
            self.keep_aside_cursors();
        } else if self.overlays.last().is_some_and(|top| top.behavior().has_work()) && !self.screen.dropping {
            self.screen.dropping = true;
            let key = self.keymap.label(Action::Back).unwrap_or_default();
            self.say(format!("{key} again drops what you entered."));
        } else if !self.close_top(effects) {
            let (now, rows) = (self.now, self.screen.size.list_rows());
            let Some(kind) = self.lists.tab.kind() else {
                let changes = &mut self.activity.changes;
                if changes.filtering || changes.is_filtered() || changes.bad.is_some() {
                    changes.filtering = false;
                    changes.filter = Input::default();
                    let plan = self.activity.plan_at(self.activity.changes.cursor);
                    self.filter_activity();
                    self.activity.changes.cursor =
                        plan.and_then(|plan| self.activity.plans_from(0).position(|one| one == plan)).unwrap_or(0);
                    self.arrange_activity();
                } else {
                    changes.marks.clear();
                }
                return;
            };
            let pane = &mut self.lists.panes[kind as usize];
            if pane.filtering || pane.is_filtered() || pane.bad.is_some() {
                let kept = pane.selected(&self.directory).cloned();
                pane.filtering = false;
                pane.filter = Input::default();
                pane.refilter(&self.directory, now);
                if let Some(id) = kept {
                    pane.go_to(&id, rows, &self.directory);
                }
            } else {
                pane.unmark(&self.directory);
            }
        }
    }

    pub(super) fn switch(&mut self, tab: Tab) {
        if self.overlays.iter().any(|overlay| overlay.behavior().has_work()) {
            self.say("Something is entered here: look at its plan or go back first.");
            return;
        }
        if let Some(pane) = self.lists.pane_mut() {
            pane.filtering = false;
        }
        self.activity.changes.filtering = false;
        self.overlays = self.take_secrets();
        self.lists.tab = tab;
    }
}

pub(super) fn puts_text_in(event: &Event) -> bool {
    match event {
        Event::Paste(_) => true,
        Event::Key(key) => {
            matches!(key.code, KeyCode::Char(_)) && !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT)
        }
        _ => false,
    }
}

/// While text is typed, only keys that are no text, and the Space of a check list, have another meaning.
pub(super) fn overrides_typing(action: Action, key: KeyEvent) -> bool {
    let scope = action.spec().scope;
    match key.code {
        KeyCode::Char(' ') => action == Action::Toggle,
        // Editing keys such as C-u and C-w belong to the text field; Esc always leaves it.
        KeyCode::Char(_) => {
            key.modifiers.contains(KeyModifiers::CONTROL)
                && (!matches!(scope, Scope::Global | Scope::Work | Scope::Tabs | Scope::List | Scope::Record)
                    || matches!(action, Action::Quit | Action::Redraw | Action::Suspend))
        }
        // The confirming text needs no forward delete, so Delete keeps its action; x is text there.
        KeyCode::Delete => action == Action::DropLine,
        KeyCode::Home | KeyCode::End => false,
        _ => true,
    }
}
