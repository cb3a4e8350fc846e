//! Boxes with data outside the lists: each topic has a drawing of its own.

use ratatui::Frame;

use super::{OverlayDrawing, account, attributes, audit, roster, settings};
use crate::{
    app::{App, side_query_box::SideQueryBox},
    directory::side_query::SideQueryKind,
    ui::ScreenLook,
};

impl OverlayDrawing for SideQueryBox {
    fn draw(&self, frame: &mut Frame<'_>, app: &App, look: &ScreenLook) {
        match &self.topic {
            SideQueryKind::Roster(team) => roster::draw(frame, self, team, app, look),
            SideQueryKind::Resource(target) => attributes::draw(frame, self, target, app, look),
            SideQueryKind::AuditLog(_) => audit::draw(frame, self, app, look),
            SideQueryKind::Organisations | SideQueryKind::Settings | SideQueryKind::Schemas | SideQueryKind::Types => {
                settings::draw(frame, self, app, look);
            }
            SideQueryKind::Me | SideQueryKind::Person(_) => account::draw(frame, self, app, look),
        }
    }
}
