//! The provider's audit log: who changed access, also elsewhere.

use ratatui::{Frame, style::Style, text::Line, widgets::Paragraph};

use super::{
    rows::{self, TableCell},
    shell::{self, BoxFrame},
    told::{self, asking, padded},
};
use crate::{
    app::{
        App,
        action::Action,
        side_query_box::{SideQueryBox, SideQueryStatus},
    },
    directory::{Id, Name, audit::AuditEntry, side_query::SideQueryKind},
    ui::{
        ScreenLook,
        fit::{self, count},
    },
};

/// Cells for the time.
const TIME: usize = 12;

/// The most cells for the deed.
const DEED: usize = 28;

/// Draws it.
pub fn draw(frame: &mut Frame<'_>, aside: &SideQueryBox, app: &App, look: &ScreenLook) {
    let (columns, height) = shell::wide_room(app);
    let entries = app.activity.audit_rows();
    let answered = aside.asked == SideQueryStatus::Answered;
    let mut lines = told::head(aside, answered || !entries.is_empty(), "", columns, look);
    if answered && entries.is_empty() {
        lines.extend(padded("Nobody's access was changed in these days.", columns, look.dim()));
    }
    let head = lines.len();
    let told = entries.get(aside.cursor).map(|entry| padded(&details(entry), columns, look.dim())).unwrap_or_default();
    let foot = if entries.is_empty() { 0 } else { 3 };
    let since = match &aside.topic {
        SideQueryKind::AuditLog(span) => format!("since {}", span.from),
        _ => String::new(),
    };
    let shell = BoxFrame {
        title: "Audit log: who changed access".into(),
        counts: if app.audit_has_more() { format!("{since}, more to read") } else { since },
        right: asking(aside, look),
        hints: vec![(Action::AuditEarlier, "earlier"), (Action::Refresh, "ask again"), (Action::Back, "back")],
        note: format!("{} of {}", count((aside.cursor + 1).min(entries.len())), count(entries.len())),
        wide: true,
        ..BoxFrame::default()
    };
    let inner = shell.open(frame, columns, head + entries.len() + foot, app, look);
    let width = usize::from(inner.width);
    let list = usize::from(inner.height).min(height).saturating_sub(head + foot);
    let window = rows::window(entries.len(), aside.cursor, list);
    let shown: Vec<(usize, RowTexts)> =
        window.filter_map(|at| Some((at, RowTexts::of(entries.get(at)?, app, look)))).collect();
    let cells = widths(width, shown.iter().map(|(_, texts)| texts));
    lines.extend(shown.iter().map(|(at, texts)| row(width, *at == aside.cursor, texts, cells, look)));
    if foot > 0 {
        lines.push(Line::default());
        lines.extend(told.into_iter().take(foot - 1));
    }
    frame.render_widget(Paragraph::new(lines), inner);
}

/// The texts of a row.
struct RowTexts {
    at: String,
    deed: String,
    /// Who did it, whom it concerns, and in which team.
    names: [String; 3],
    style: Style,
}

impl RowTexts {
    /// One's own deeds are dim.
    fn of(entry: &AuditEntry, app: &App, look: &ScreenLook) -> Self {
        let own = app.directory.owner().is_some_and(|owner| entry.is_by(owner));
        let style = match (entry.is_refused(), own) {
            (true, _) => look.careful(),
            (false, true) => look.dim(),
            (false, false) => Style::new(),
        };
        let refused = if entry.is_refused() { " (refused)" } else { "" };
        let actor = if own { "you".to_owned() } else { known(&entry.actor, app) };
        Self {
            at: entry.at.map_or_else(|| "?".to_owned(), |at| look.moment(at, app.now)),
            deed: format!("{}{refused}", entry.words()),
            names: [actor, known(&entry.user, app), entry.team.marked().into_owned()],
            style,
        }
    }
}

/// The user name of the only user with this address or id, as everywhere else; what the log says of anybody else.
fn known(name: &Name, app: &App) -> String {
    let mut named = app.directory.users_named(name.raw());
    let by_id = || app.directory.user(&Id::from(name.raw()));
    let user = match (named.next(), named.next()) {
        (only, None) => only.or_else(by_id),
        _ => None,
    };
    user.map_or(name, |user| &user.user_name).marked().into_owned()
}

/// Cells for the deed and the names, as the longest texts want. Where they do not fit, the widest names give way first.
fn widths<'a>(width: usize, rows: impl Iterator<Item = &'a RowTexts>) -> (usize, [usize; 3]) {
    let (mut deed, mut names) = (0, [0; 3]);
    for texts in rows {
        deed = deed.max(fit::width(&texts.deed).min(DEED));
        for (cells, name) in names.iter_mut().zip(&texts.names) {
            *cells = (*cells).max(fit::width(name));
        }
    }
    let left = width.saturating_sub(rows::PREFIX + TIME + deed + 4);
    while names.iter().sum::<usize>() > left {
        names.iter_mut().max().into_iter().for_each(|widest| *widest -= 1);
    }
    (deed, names)
}

/// When, who, what, whom, and where.
fn row(
    width: usize,
    selected: bool,
    texts: &RowTexts,
    (deed, cells): (usize, [usize; 3]),
    look: &ScreenLook,
) -> Line<'static> {
    let [who, whom, team] = std::array::from_fn(|at| fit::elide(&texts.names[at], cells[at], look.glyphs.more));
    let style = texts.style;
    let row: [TableCell; 5] = [
        (&texts.at, TIME, look.dim()),
        (&who, cells[0], style),
        (&texts.deed, deed, style),
        (&whom, cells[1], style),
        (&team, cells[2], style),
    ];
    rows::row(width, selected, &row, look)
}

/// The row under the cursor in full, as far as two lines hold it.
fn details(entry: &AuditEntry) -> String {
    let code = entry.code.map_or_else(String::new, |code| format!(", status {code}"));
    let from = entry.raw.get("actor_ip").and_then(serde_json::Value::as_str).unwrap_or_default();
    let from = if from.is_empty() { String::new() } else { format!(", from {}", crate::scim::text::clean(from)) };
    let names = [("by", &entry.actor), ("of", &entry.user), ("in", &entry.team)];
    let names = names.into_iter().filter(|(_, name)| !name.is_empty()).map(|(word, name)| format!(" {word} {name}"));
    fit::cut(&format!("{}{}{from}{code}", entry.action, names.collect::<String>()), 240, "")
}
