//! The help: the keys of the place where it was asked for.

use super::{App, Overlay, action::Scope, overlay::OverlayBehavior};

/// State of the box.
#[derive(Debug)]
pub struct HelpBox {
    /// Lines scrolled away.
    pub scroll: usize,
}

impl OverlayBehavior for HelpBox {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Help, Scope::Global]
    }

    fn scroll(&mut self) -> Option<&mut usize> {
        Some(&mut self.scroll)
    }
}

impl App {
    /// The scopes of the place where help was asked for: those without the help itself.
    pub fn scopes_helped(&self) -> &'static [Scope] {
        let helped = self.overlays.iter().rev().find(|overlay| !matches!(overlay, Overlay::Help(_)));
        helped.map_or_else(|| self.scopes_beneath(), |helped| helped.behavior().scopes())
    }

    /// Goes from the help of a place to the place's actions by name, which are found by typing and run by Enter.
    pub(super) fn find_action(&mut self) {
        self.overlays.pop_if(|top| matches!(top, Overlay::Help(_)));
        let palette = self.palette("");
        self.overlays.push(Overlay::Palette(palette));
    }
}
