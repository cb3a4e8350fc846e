//! Boxes over the pane, one file each. They show a part of the state and change nothing of it.
//!
//! Lists build their visible rows only. Texts are scrolled by the state; how far that can go only the drawing knows,
//! so [`scroll_limit`] tells.

use ratatui::Frame;

use super::ScreenLook;
use crate::app::{App, Overlay, for_each_overlay};

mod account;
mod answers;
mod arrange;
mod attributes;
mod audit;
mod check;
mod compare;
mod copy;
mod details;
mod difference;
mod form;
mod help;
mod holders;
mod json;
mod name_choice;
mod palette;
mod permissions;
mod pick;
mod picker;
mod plan;
mod preview;
mod profiles;
mod quit;
mod raw;
mod requests;
mod role_editor;
mod roster;
mod rows;
mod secret;
mod settings;
mod shell;
mod side_query_box;
mod stage;
mod story;
#[cfg(test)]
mod tests;
mod text;
mod told;
mod whom;

pub use shell::recede;

/// The drawing of a box, from its state and the console's.
pub trait OverlayDrawing {
    /// Draws the box.
    fn draw(&self, frame: &mut Frame<'_>, app: &App, look: &ScreenLook);

    /// How far the box can be scrolled; `None` where it is no text.
    fn scroll_limit(&self, _app: &App, _look: &ScreenLook) -> Option<usize> {
        None
    }

    /// From where to where the box can be scrolled with its cursor in sight.
    fn scroll_to_cursor(&self, _app: &App, _look: &ScreenLook) -> Option<(usize, usize)> {
        None
    }
}

macro_rules! define_drawing {
    ($($name:ident($state:ty),)*) => {
        /// The drawing of a box.
        fn drawing(overlay: &Overlay) -> &dyn OverlayDrawing {
            match overlay {
                $(Overlay::$name(state) => state,)*
            }
        }
    };
}
for_each_overlay!(define_drawing);

/// Draws the box on top.
pub fn draw(frame: &mut Frame<'_>, top: &Overlay, app: &App, look: &ScreenLook) {
    drawing(top).draw(frame, app, look);
}

/// How far the box on top can be scrolled; `None` where it is no text. For [`App::clamp_scroll`].
pub fn scroll_limit(app: &App, look: &ScreenLook) -> Option<usize> {
    drawing(app.overlays.last()?).scroll_limit(app, look)
}

/// From where to where the details on top can be scrolled with their cursor in sight. For [`App::lift_scroll`].
pub fn scroll_to_cursor(app: &App, look: &ScreenLook) -> Option<(usize, usize)> {
    drawing(app.overlays.last()?).scroll_to_cursor(app, look)
}
