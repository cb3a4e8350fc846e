//! How the provider is set up: a line for each setting, and what follows from the one under the cursor.

use ratatui::{Frame, style::Style, text::Line, widgets::Paragraph};

use super::{
    rows::{self, TableCell},
    shell::{self, BoxFrame},
    told,
};
use crate::{
    app::{
        App,
        action::Action,
        side_query_box::{SideQueryBox, SideQueryStatus},
    },
    ui::ScreenLook,
};

/// Cells for the name of a setting.
const NAME: usize = 24;

/// Draws it.
pub fn draw(frame: &mut Frame<'_>, aside: &SideQueryBox, app: &App, look: &ScreenLook) {
    let columns = shell::room(app).0;
    let settings = app.settings();
    let known = app.directory.settings().is_some();
    let mut lines = match &aside.asked {
        SideQueryStatus::Failed(_) => told::head(aside, known, "", columns, look),
        SideQueryStatus::Waiting | SideQueryStatus::Answered => Vec::new(),
    };
    if !lines.is_empty() && !known {
        lines.push(Line::default());
    }
    for (at, setting) in settings.iter().enumerate() {
        let (value, style) =
            setting.value.as_ref().map_or(("not known", look.dim()), |value| (value.as_str(), look.strong()));
        let room = columns.saturating_sub(rows::PREFIX + NAME + 2);
        let cells: [TableCell; 2] = [(setting.name, NAME, Style::new()), (value, room, style)];
        lines.push(rows::row(columns, at == aside.cursor, &cells, look));
    }
    if let Some(setting) = settings.get(aside.cursor) {
        lines.push(Line::default());
        lines.extend(told::padded(setting.meaning, columns, Style::new()));
    }
    // The box keeps its height while the cursor moves.
    let longest = settings.iter().map(|one| told::padded(one.meaning, columns, Style::new()).len()).max();
    let shown = settings.get(aside.cursor).map(|one| told::padded(one.meaning, columns, Style::new()).len());
    let height = lines.len() + longest.unwrap_or_default().saturating_sub(shown.unwrap_or_default());
    let shell = BoxFrame {
        title: "SCIM settings".into(),
        right: told::asking(aside, look),
        hints: vec![(Action::Refresh, "ask again"), (Action::Back, "back")],
        ..BoxFrame::default()
    };
    let inner = shell.open(frame, columns, height, app, look);
    frame.render_widget(Paragraph::new(lines), inner);
}
