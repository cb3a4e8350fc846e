//! The resource as the server gave it.

use super::{json, text, text::TextBox};
use crate::{
    app::{App, action::Action},
    directory::ResourceRef,
    scim::failure::Failure,
    ui::{ScreenLook, details},
};

/// The box; `None` while it is being fetched.
pub fn text(target: &ResourceRef, fetched: Option<&Result<String, Failure>>, app: &App, look: &ScreenLook) -> TextBox {
    let columns = text::columns(app);
    let lines = match fetched {
        None => super::shell::wrapped("Asking the server for it…", columns, 0, look.dim()),
        Some(Err(failure)) => super::shell::wrapped(&failure.sentences(), columns, 0, look.bad()),
        Some(Ok(json)) => json::lines(json, columns, look),
    };
    TextBox {
        title: format!("{} as the server gave it", details::name(target, app)),
        right: String::new(),
        lines,
        hints: vec![(Action::Copy, "copy"), (Action::Refresh, "once more"), (Action::Back, "back")],
        ..TextBox::default()
    }
}
