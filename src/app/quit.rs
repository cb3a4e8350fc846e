//! The question whether to quit although some change is not confirmed.

use super::{App, AppEffect, Overlay, action::Scope, overlay::OverlayBehavior};

/// State of the box.
#[derive(Debug)]
pub struct QuitBox;

impl OverlayBehavior for QuitBox {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Quit, Scope::Global]
    }
}

impl App {
    pub(super) fn quit(&mut self, effects: &mut Vec<AppEffect>) {
        let open = self.directory.pending().len();
        if open == 0 || matches!(self.overlays.last(), Some(Overlay::Quit(_))) {
            effects.push(AppEffect::Quit);
        } else {
            self.overlays.push(Overlay::Quit(QuitBox));
        }
    }
}
