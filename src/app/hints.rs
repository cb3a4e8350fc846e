//! The keys that act now, for the bottom row and for the message after a key without a meaning. They come from the
//! action table and the scopes of the topmost box or pane, which also route the keys.

use std::borrow::Cow;

use super::{
    App, Overlay,
    action::{ACTIONS, Action, Scope},
    keys::overrides_typing,
};

/// A hint: a key that acts now, and its word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyHint {
    /// The action that the key does.
    pub action: Action,
    /// The key, as shown.
    pub key: String,
    /// A word or two for the action.
    pub word: Cow<'static, str>,
}

impl App {
    /// The keys that act now, from the innermost scope outwards.
    pub fn hints(&self) -> Vec<KeyHint> {
        let mut hints: Vec<KeyHint> = Vec::new();
        let boxed = !self.overlays.is_empty();
        for scope in self.scopes() {
            for spec in ACTIONS.iter().filter(|spec| spec.scope == *scope && !spec.hint.is_empty()) {
                let shown = self.never(spec.action).is_none() && self.availability(spec.action).is_ok();
                // A box has its own way out. Keys that are the same everywhere leave the room to the box's keys.
                let everywhere = boxed && matches!(spec.action, Action::Palette | Action::Quit);
                if !shown || everywhere || (spec.action == Action::DropLine && !self.has_lines()) {
                    continue;
                }
                let Some(key) = self.key_now(spec.action) else { continue };
                if !hints.iter().any(|hint| hint.key == key) {
                    hints.push(KeyHint { action: spec.action, key, word: self.word(spec.hint) });
                }
            }
        }
        let asks = matches!(self.overlays.last(), Some(Overlay::Aside(_) | Overlay::Raw(_)));
        if let Some(key) = self.key_now(Action::Refresh).filter(|_| asks) {
            hints.push(KeyHint { action: Action::Refresh, key, word: "ask again".into() });
        }
        let cleared = self.has_error();
        let acts = self.scopes().contains(&Scope::Global) && (boxed || cleared);
        if let Some(key) = self.key_now(Action::Back).filter(|_| acts) {
            let word = if cleared { "clear the message" } else { "back" };
            hints.push(KeyHint { action: Action::Back, key, word: word.into() });
        }
        hints
    }

    /// True while a message stays until it is cleared: Esc clears the message first.
    pub fn has_error(&self) -> bool {
        self.screen.message.as_ref().is_some_and(|message| message.error)
    }

    /// The key that triggers an action here; none if each of its keys is text, or has another meaning.
    pub fn key_now(&self, action: Action) -> Option<String> {
        let typing = self.is_typing();
        self.keymap.labels_in(self.scopes(), action, |key| !typing || overrides_typing(action, key)).next()
    }

    /// True while a plan of several lines is shown: the only line of a plan can't be dropped.
    fn has_lines(&self) -> bool {
        matches!(self.overlays.last(), Some(Overlay::Preview(preview)) if preview.plan.steps.len() > 1)
    }
}
