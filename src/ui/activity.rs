//! (under construction)
use super::Look;
use crate::app::App;
use ratatui::{Frame, layout::Rect};
pub fn draw(_f: &mut Frame<'_>, _a: Rect, _app: &App, _l: &Look) {}
