//! (under construction)
use super::Look;
use crate::app::{App, Overlay};
use ratatui::Frame;
pub fn draw(_f: &mut Frame<'_>, _top: &Overlay, _app: &App, _l: &Look) {}
