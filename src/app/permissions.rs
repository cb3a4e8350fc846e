//! The box with the permissions of a user, by team.

use crossterm::event::Event;
use tui_input::Input;

use super::{
    App,
    action::Scope,
    overlay::{OverlayBehavior, OverlaySubject},
    text_field,
};
use crate::directory::{Id, ResourceRef};

/// State of the box.
#[derive(Debug)]
pub struct PermissionsBox {
    /// The user's id.
    pub user: Id,
    /// The permission that is asked about.
    pub typed: Input,
    /// Lines scrolled away.
    pub scroll: usize,
}

impl OverlayBehavior for PermissionsBox {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Users, Scope::Work, Scope::Global]
    }

    fn is_typing(&self) -> bool {
        true
    }

    fn edit(&mut self, event: &Event, _: &App) {
        if text_field(&mut self.typed, event) {
            self.scroll = 0;
        }
    }

    fn scroll(&mut self) -> Option<&mut usize> {
        Some(&mut self.scroll)
    }

    fn subject(&self) -> OverlaySubject {
        OverlaySubject::Record(ResourceRef::user(&self.user))
    }
}
