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
        audit_search::{AuditOrder, FIELDS},
        side_query_box::{SideQueryBox, SideQueryStatus},
    },
    directory::{audit::AuditEntry, side_query::SideQueryKind},
    scim::text::clean,
    ui::{
        ScreenLook,
        fit::{self, count},
    },
};

/// Cells for the time.
const TIME: usize = 12;

/// The most cells for the deed.
const DEED: usize = 28;

/// The most cells of a filter in the title.
const FILTER: usize = 24;

/// Draws it.
pub fn draw(frame: &mut Frame<'_>, aside: &SideQueryBox, app: &App, look: &ScreenLook) {
    let (columns, height) = shell::wide_room(app);
    let (entries, read) = (app.audit_shown(aside), app.activity.audit_rows().len());
    let answered = aside.asked == SideQueryStatus::Answered;
    let mut lines = told::head(aside, answered || read > 0, "", columns, look);
    match &aside.search.bad {
        Some(bad) => lines.extend(padded(&bad.to_string(), columns, look.bad())),
        None if answered && read == 0 => {
            lines.extend(padded("Nobody's access was changed in these days.", columns, look.dim()));
        }
        None if read > 0 && entries.is_empty() => {
            let typed = clean(aside.search.filter.value());
            let key = app.keymap.label(Action::AuditEarlier).unwrap_or_default();
            let words = format!("No entry of these days matches '{typed}'; {key} reads earlier ones.");
            lines.extend(padded(&words, columns, look.dim()));
        }
        None => {}
    }
    let head = lines.len();
    let told = entries.get(aside.cursor).map(|entry| padded(&details(entry), columns, look.dim())).unwrap_or_default();
    let foot = if entries.is_empty() { 0 } else { 3 };
    let searching = aside.search.filtering;
    let since = match &aside.topic {
        SideQueryKind::AuditLog(span) => format!("since {}", span.from),
        _ => String::new(),
    };
    let shell = BoxFrame {
        title: if arranged(aside) { "Audit log".into() } else { "Audit log: who changed access".into() },
        typed: searching.then_some(&aside.search.filter),
        counts: counts(aside, since, app, look),
        right: asking(aside, look),
        hints: hints(aside),
        note: note(aside, entries.len(), read),
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

fn hints(aside: &SideQueryBox) -> Vec<(Action, &'static str)> {
    if aside.search.filtering {
        return vec![(Action::KeepAuditFilter, "keep"), (Action::CompleteAudit, "complete"), (Action::Back, "clear")];
    }
    let back = if aside.search.is_filtered() { "clear the filter" } else { "back" };
    vec![
        (Action::AuditSearch, "filter"),
        (Action::AuditEarlier, "earlier"),
        (Action::AuditSort, "sort"),
        (Action::Refresh, "ask again"),
        (Action::Back, back),
    ]
}

/// True where filter or order need the room of a long title.
fn arranged(aside: &SideQueryBox) -> bool {
    let search = &aside.search;
    search.filtering || !search.filter.value().is_empty() || search.order != AuditOrder::Newest
}

/// The filter that was left, the order, and the days.
fn counts(aside: &SideQueryBox, since: String, app: &App, look: &ScreenLook) -> String {
    let filter = clean(aside.search.filter.value());
    let filter = (!filter.is_empty() && !aside.search.filtering)
        .then(|| format!("filter: {}", fit::cut(&filter, FILTER, look.glyphs.more)));
    let order = aside.search.order;
    let order = (order != AuditOrder::Newest).then(|| format!("sort: {}", order.label()));
    let more = app.audit_has_more().then(|| "more to read".to_owned());
    filter.into_iter().chain(order).chain([since]).chain(more).collect::<Vec<_>>().join(", ")
}

/// The place of the cursor; what is found of what was read; the fields of the filter while it is typed.
fn note(aside: &SideQueryBox, found: usize, read: usize) -> String {
    if aside.search.filtering {
        return format!("{} of {} found, fields: {}", count(found), count(read), FIELDS.join(", "));
    }
    let place = format!("{} of {}", count((aside.cursor + 1).min(found)), count(found));
    if found < read { format!("{place} found, {} read", count(read)) } else { place }
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
        let own = app.is_own_deed(entry);
        let style = match (entry.is_refused(), own) {
            (true, _) => look.careful(),
            (false, true) => look.dim(),
            (false, false) => Style::new(),
        };
        let refused = if entry.is_refused() { " (refused)" } else { "" };
        let actor = if own { "you".to_owned() } else { app.logged_name(&entry.actor).marked().into_owned() };
        Self {
            at: entry.at.map_or_else(|| "?".to_owned(), |at| look.moment(at, app.now)),
            deed: format!("{}{refused}", entry.words()),
            names: [actor, app.logged_name(&entry.user).marked().into_owned(), entry.team.marked().into_owned()],
            style,
        }
    }
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
    let from = if from.is_empty() { String::new() } else { format!(", from {}", clean(from)) };
    let names = [("by", &entry.actor), ("of", &entry.user), ("in", &entry.team)];
    let names = names.into_iter().filter(|(_, name)| !name.is_empty()).map(|(word, name)| format!(" {word} {name}"));
    fit::cut(&format!("{}{}{from}{code}", entry.action, names.collect::<String>()), 240, "")
}
