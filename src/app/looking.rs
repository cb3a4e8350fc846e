//! Work in small steps: large lists are sorted and filtered, and large plans drawn up, a step at a time between other
//! messages.

use crossterm::event::{Event, KeyEventKind};

use super::{App, AppEffect, action::Action, keys::overrides_typing, pane::STEP};

impl App {
    /// True while a list is searched, or a plan is drawn up.
    pub fn is_looking(&self) -> bool {
        if self.stepped.task.is_some() {
            return true;
        }
        self.overlays.iter().any(|overlay| overlay.behavior().is_looking())
            || self.lists.panes.iter().any(|pane| !pane.is_whole())
    }

    /// Runs a step of a few milliseconds at most; gives the effects.
    pub fn look_on(&mut self) -> Vec<AppEffect> {
        let mut effects = Vec::new();
        if self.stepped.task.is_some() {
            self.go_on(&mut effects);
            self.follow_top();
            return effects;
        }
        let mut kept = None;
        for overlay in &mut self.overlays {
            if let Some((_, rows)) = overlay.behavior_mut().finder() {
                rows.advance(&self.directory, STEP);
            }
            kept = kept.or(overlay.behavior_mut().go_on(&self.directory).err());
        }
        kept.into_iter().for_each(|why| self.say(why.to_string()));
        let rows = self.screen.size.list_rows();
        if let Some(pane) = self.lists.panes.iter_mut().find(|pane| !pane.is_whole()) {
            pane.advance(&self.directory, STEP);
            pane.scroll(rows);
        }
        effects
    }

    /// Shows the rows found so far.
    pub fn show_best(&mut self) {
        self.tell_undertaking();
        for overlay in &mut self.overlays {
            if let Some((_, rows)) = overlay.behavior_mut().finder() {
                rows.show_best(&self.directory);
            }
        }
        let rows = self.screen.size.list_rows();
        for pane in &mut self.lists.panes {
            pane.show_best(&self.directory);
            pane.scroll(rows);
        }
    }

    /// True for an event that must wait until the lists are complete, because it may otherwise act on the wrong row.
    /// Text that is typed into a filter need not wait; while a plan is drawn up, every key waits
    /// except the one that cancels the plan.
    pub fn waits(&self, event: &Event) -> bool {
        let key = match event {
            Event::Key(key) if key.kind != KeyEventKind::Release => key,
            Event::Paste(_) => return self.stepped.task.is_some(),
            _ => return false,
        };
        if !self.is_looking() {
            return false;
        }
        if self.stepped.task.is_some() {
            return !self.gives_up(event);
        }
        let action = self.keymap.action(self.scopes(), *key);
        !self.is_typing() || action.is_some_and(|action| overrides_typing(action, *key))
    }

    /// True for the key that cancels a plan while it is drawn up.
    pub fn gives_up(&self, event: &Event) -> bool {
        let Event::Key(key) = event else { return false };
        let back = || self.keymap.action(self.scopes(), *key) == Some(Action::Back);
        self.is_drafting() && key.kind != KeyEventKind::Release && back()
    }

    /// Records came or went: the rows of all lists are built again.
    pub(super) fn rows_changed(&mut self) {
        let (rows, directory) = (self.screen.size.list_rows(), &self.directory);
        for pane in &mut self.lists.panes {
            pane.renew(directory);
            pane.scroll(rows);
        }
        for overlay in &mut self.overlays {
            overlay.behavior_mut().renew(directory);
        }
    }
}
