//! A secret that the server shows once: it stays on screen until its box is closed, and is kept nowhere else.

use secrecy::SecretString;

use super::{
    App, AppEffect, Overlay,
    action::{Action, Scope},
    overlay::OverlayBehavior,
};
use crate::directory::change::ChangeId;

/// State of the box. Its `Debug` output omits the secret.
#[derive(Debug)]
pub struct SecretVisibility {
    /// The subject and kind of the secret.
    pub words: String,
    /// The secret itself, which is kept nowhere else.
    pub secret: SecretString,
    /// The secret was sent to the clipboard.
    pub copied: bool,
}

impl OverlayBehavior for SecretVisibility {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Secret]
    }

    fn outlasts_plan(&self) -> bool {
        true
    }
}

impl App {
    /// Shows the secret on top of all boxes. The change behind it may belong to a profile that is closed by now.
    pub(super) fn on_secret(&mut self, id: ChangeId, secret: SecretString) {
        let entry = self.activity.entries.get(&id).map(|entry| entry.step.words.text(":"));
        let subject = self.activity.entries.get(&id).map(|entry| entry.step.words.subject.clone());
        let words = match (subject, entry) {
            (Some(subject), Some(words)) => format!("{subject}: {words}"),
            _ => "A new API key of the profile that was open before".into(),
        };
        // A key that was pressed for the box underneath does not count here.
        self.screen.dropping = false;
        self.overlays.push(Overlay::Secret(SecretVisibility { words, secret, copied: false }));
    }

    /// Copies the secret, or closes its box: without a copy, that takes a second press and a screen large enough to
    /// have shown the secret.
    pub(super) fn on_secret_key(&mut self, action: Action, effects: &mut Vec<AppEffect>) {
        let Some(Overlay::Secret(shown)) = self.overlays.last_mut() else { return };
        if action == Action::CopySecret {
            shown.copied = true;
            effects.push(AppEffect::Copy(shown.secret.clone()));
            self.say("The secret was sent to the terminal's clipboard.");
        } else if shown.copied || (self.screen.dropping && !self.screen.size.too_small()) {
            self.overlays.pop();
            self.screen.message = None;
            self.screen.dropping = false;
        } else {
            self.screen.dropping = true;
            let key = self.keymap.label(Action::CloseSecret).unwrap_or_default();
            self.say(format!("Not copied yet: {key} again closes it, and it can't be shown again."));
        }
    }

    /// The secrets on screen: closing all other boxes keeps them.
    pub(super) fn take_secrets(&mut self) -> Vec<Overlay> {
        let all = std::mem::take(&mut self.overlays);
        all.into_iter().filter(|overlay| matches!(overlay, Overlay::Secret(_))).collect()
    }
}
