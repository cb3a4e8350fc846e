//! The question whether to quit although some change is not confirmed, or something would be lost.

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
        let asks = self.directory.pending().len() > 0 || self.lost_by_quitting().is_some();
        if asks && !matches!(self.overlays.last(), Some(Overlay::Quit(_))) {
            self.overlays.push(Overlay::Quit(QuitBox));
        } else {
            effects.push(AppEffect::Quit);
        }
    }

    /// The words about what quitting now would lose, because it is neither sent nor kept; `None` if nothing is.
    pub fn lost_by_quitting(&self) -> Option<&'static str> {
        let has_plan = self.overlays.iter().any(|overlay| matches!(overlay, Overlay::Preview(_)));
        let has_work = || self.overlays.iter().any(|overlay| overlay.behavior().has_work());
        if has_plan {
            Some("The plan is not sent yet: if you quit, it is dropped.")
        } else {
            has_work().then_some("What you entered is not sent yet: if you quit, it is dropped.")
        }
    }
}
