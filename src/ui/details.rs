//! (under construction)
use super::Look;
use crate::{app::App, directory::Target};
use ratatui::{Frame, layout::Rect, text::Line};
pub(super) fn beside(_f: &mut Frame<'_>, _a: Rect, _app: &App, _l: &Look) {}

/// What is known of a record, in lines of at most `width` cells.
pub(super) fn lines(_target: &Target, _width: usize, _app: &App, _look: &Look) -> Vec<Line<'static>> {
    Vec::new()
}
