//! The resource as the server gave it.

use super::{
    json, text,
    text::{TextBox, TextOverlay},
};
use crate::{
    app::{App, action::Action, raw::RawBox},
    ui::{ScreenLook, details},
};

impl TextOverlay for RawBox {
    fn text(&self, app: &App, look: &ScreenLook) -> TextBox {
        let columns = text::columns(app);
        let lines = match &self.text {
            None => super::shell::wrapped("Asking the server for it…", columns, 0, look.dim()),
            Some(Err(failure)) => super::shell::wrapped(&failure.sentences(), columns, 0, look.bad()),
            Some(Ok(json)) => json::lines(json, columns, look),
        };
        TextBox {
            title: format!("{} as the server gave it", details::name(&self.target, app)),
            right: String::new(),
            lines,
            hints: vec![(Action::Copy, "copy"), (Action::Refresh, "once more"), (Action::Back, "back")],
            scroll: self.scroll,
            ..TextBox::default()
        }
    }
}
