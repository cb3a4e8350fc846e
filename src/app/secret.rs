//! A secret that the server shows once: on screen until it is closed, and nowhere else.

use secrecy::SecretString;

use super::{App, Effect, Overlay, action::Action};
use crate::directory::change::ChangeId;

/// State of its box. Its `Debug` shows nothing of it.
#[derive(Debug)]
pub struct Shown {
    /// What it is.
    pub words: String,
    /// It is nowhere else.
    pub secret: SecretString,
    /// It was handed to the clipboard.
    pub copied: bool,
}

impl App {
    /// Puts it over everything. Its maker may belong to a profile that is not open any more.
    pub(super) fn on_secret(&mut self, id: ChangeId, secret: SecretString) {
        let entry = self.entries.get(&id).map(|entry| entry.step.words.text(":"));
        let subject = self.entries.get(&id).map(|entry| entry.step.words.subject.clone());
        let words = match (subject, entry) {
            (Some(subject), Some(words)) => format!("{subject}: {words}"),
            _ => "A new API key of the profile that was open before".into(),
        };
        // A key that was pressed for the box underneath must not count here.
        self.dropping = false;
        self.overlays.push(Overlay::Secret(Shown { words, secret, copied: false }));
    }

    /// Copies it, or closes its box: that takes a second press where it was not copied, and a screen large enough to
    /// have shown it.
    pub(super) fn on_secret_key(&mut self, action: Action, effects: &mut Vec<Effect>) {
        let Some(Overlay::Secret(shown)) = self.overlays.last_mut() else { return };
        if action == Action::CopySecret {
            shown.copied = true;
            effects.push(Effect::Copy(shown.secret.clone()));
            self.say("The secret was sent to the terminal's clipboard.");
        } else if shown.copied || (self.dropping && !self.size.too_small()) {
            self.overlays.pop();
            self.message = None;
            self.dropping = false;
        } else {
            self.dropping = true;
            let key = self.keymap.label(Action::CloseSecret).unwrap_or_default();
            self.say(format!("Not copied yet: {key} again closes it, and it can't be shown again."));
        }
    }

    /// The secrets on screen: what takes the other boxes away leaves them.
    pub(super) fn take_secrets(&mut self) -> Vec<Overlay> {
        let all = std::mem::take(&mut self.overlays);
        all.into_iter().filter(|overlay| matches!(overlay, Overlay::Secret(_))).collect()
    }
}
