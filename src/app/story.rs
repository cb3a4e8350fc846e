//! The box with a change and everything that happened to it.

use super::{action::Scope, overlay::OverlayBehavior};
use crate::directory::change::ChangeId;

/// State of the box.
#[derive(Debug)]
pub struct StoryBox {
    /// The change's id.
    pub id: ChangeId,
    /// Lines scrolled away.
    pub scroll: usize,
}

impl OverlayBehavior for StoryBox {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Activity, Scope::Sending, Scope::Work, Scope::Global]
    }

    fn scroll(&mut self) -> Option<&mut usize> {
        Some(&mut self.scroll)
    }
}
