//! (under construction)
use super::Look;
use crate::app::App;
use ratatui::{Frame, layout::Rect};
/// Areas of the screen.
pub struct Areas {
    /// a
    pub title: Rect,
    /// a
    pub tabs: Rect,
    /// a
    pub pane: Rect,
    /// a
    pub beside: Option<Rect>,
    /// a
    pub bottom: Rect,
}
pub fn too_small(_f: &mut Frame<'_>, _app: &App) {}
pub fn areas(area: Rect, _app: &App) -> Areas {
    Areas { title: area, tabs: area, pane: area, beside: None, bottom: area }
}
pub fn title(_f: &mut Frame<'_>, _a: Rect, _app: &App, _l: &Look) {}
pub fn tabs(_f: &mut Frame<'_>, _a: Rect, _app: &App, _l: &Look) {}
pub fn bottom(_f: &mut Frame<'_>, _a: Rect, _app: &App, _l: &Look) {}
