//! Drawing: the state of [`crate::app::App`] as a frame. Changes nothing, keeps nothing between frames.
//!
//! Builds only the rows that are visible; the cost of a frame does not grow with the directory. No key is routed by
//! what was drawn: sizes that scrolling needs too are in [`crate::app::geometry`].

use ratatui::Frame;

use crate::app::{App, Tab};

mod activity;
mod bottom;
mod details;
pub mod fit;
mod frame;
mod layout;
mod list;
pub mod look;
mod message;
mod overlay;
#[cfg(test)]
mod tests;
mod welcome;

pub use look::ScreenLook;
pub use overlay::{scroll_limit, scroll_to_cursor};

/// Draws everything.
pub fn draw(frame: &mut Frame<'_>, app: &App, look: &ScreenLook) {
    if app.screen.size.too_small() {
        frame::too_small(frame, app);
        return;
    }
    let areas = frame::areas(frame.area(), app);
    frame::title(frame, areas.title, app, look);
    bottom::of_pane(frame, areas.bottom, app, look);
    if app.session.profile.is_none() {
        welcome::draw(frame, areas.pane, app, look);
    } else {
        frame::tabs(frame, areas.tabs, app, look);
        match app.lists.tab {
            Tab::Activity => activity::draw(frame, areas.pane, app, look),
            _ => list::draw(frame, areas.pane, app, look),
        }
        if let Some(beside) = areas.beside {
            details::beside(frame, beside, app, look);
        }
    }
    if let Some(top) = app.overlays.last() {
        overlay::recede(frame, areas.beneath, look);
        overlay::draw(frame, top, app, look);
    }
    message::draw(frame, app, look);
    look.finish(frame.buffer_mut());
}
