//! The resource as the server gave it.

use super::{json, text, text::Text};
use crate::{
    app::{App, action::Action},
    directory::Target,
    scim::failure::Failure,
    ui::{Look, details},
};

/// The box; `None` while it is being fetched.
pub fn text(target: &Target, fetched: Option<&Result<String, Failure>>, app: &App, look: &Look) -> Text {
    let columns = text::columns(app);
    let lines = match fetched {
        None => super::shell::wrapped("Asking the server for it…", columns, 0, look.dim()),
        Some(Err(failure)) => super::shell::wrapped(&failure.sentences(), columns, 0, look.bad()),
        Some(Ok(json)) => json::lines(json, columns, look),
    };
    Text {
        title: format!("{} as the server gave it", details::name(target, app)),
        right: String::new(),
        lines,
        hints: vec![(Action::Copy, "copy"), (Action::Refresh, "once more"), (Action::Back, "back")],
        ..Text::default()
    }
}
