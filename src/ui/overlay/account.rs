//! An account: the person, and their API keys as a list.

use ratatui::{
    Frame,
    style::Style,
    text::{Line, Span},
    widgets::Paragraph,
};

use super::{
    rows::{self, TableCell},
    shell::{self, BoxFrame},
    told::{self, asking, padded},
};
use crate::{
    app::{
        App,
        action::Action,
        side_query_box::{KeyRow, SideQueryBox},
    },
    directory::{
        Name, ResourceRef,
        side_query::{AccountDetails, SideQueryKind},
    },
    scim::text::clean,
    ui::{ScreenLook, details, fit},
};

/// Width of the labels with the space after them.
const LABEL: usize = 16;

/// Team names take at most this many lines: the box is there for the list of keys.
const TEAM_LINES: usize = 3;

/// Draws the box of an account.
pub fn draw(frame: &mut Frame<'_>, aside: &SideQueryBox, app: &App, look: &ScreenLook) {
    let (columns, height) = shell::room(app);
    let keys = app.key_rows(&aside.topic);
    let mut lines = head(aside, columns, app, look);
    let first = lines.len();
    let marks = keys.iter().map(|key| fit::width(&mark(key, look))).max().unwrap_or(0);
    lines.extend(keys.iter().enumerate().map(|(at, key)| row(columns, at == aside.cursor, key, marks, look)));
    let shell = BoxFrame {
        title: title(aside, app),
        right: asking(aside, look),
        hints: [(Action::NewKey, "new key"), (Action::DeleteKey, "delete key"), (Action::Refresh, "ask again")]
            .into_iter()
            .filter(|(action, _)| app.availability(*action).is_ok())
            .chain([(Action::Back, "back")])
            .collect(),
        ..BoxFrame::default()
    };
    let inner = shell.open(frame, columns, lines.len(), app, look);
    let top = above(first + aside.cursor, lines.len(), usize::from(inner.height).min(height));
    frame.render_widget(Paragraph::new(lines.split_off(top)), inner);
}

/// Lines above the first one shown: the head stays as long as the cursor's row is on screen.
fn above(cursor: usize, total: usize, height: usize) -> usize {
    (cursor + 1).saturating_sub(height).min(total.saturating_sub(height))
}

fn title(aside: &SideQueryBox, app: &App) -> String {
    match &aside.topic {
        SideQueryKind::Person(id) => format!("Account of {}", details::name(&ResourceRef::user(id), app)),
        _ => "Your account".into(),
    }
}

fn head(aside: &SideQueryBox, columns: usize, app: &App, look: &ScreenLook) -> Vec<Line<'static>> {
    const ABSENT: &str = "The server knows no such account there. Service accounts have none to look at.";
    let known = app.person(&aside.topic);
    let mut lines = told::head(aside, known.is_some(), ABSENT, columns, look);
    let Some(person) = known else { return lines };
    field(&mut lines, "User name", &person.user_name.marked(), columns, look.strong(), look);
    field(&mut lines, "Name", &person.name.marked(), columns, Style::new(), look);
    field(&mut lines, "Email", person.email.as_str(), columns, Style::new(), look);
    let (admin, style) = match person.instance_admin {
        Some(true) => ("admin", look.careful()),
        Some(false) => ("no admin", Style::new()),
        None => ("not told", look.dim()),
    };
    field(&mut lines, "Whole instance", admin, columns, style, look);
    if person.deleted {
        field(&mut lines, "Account", "deleted or deactivated", columns, look.careful(), look);
    }
    teams(&mut lines, &person.teams, columns, app, look);
    if let Some(words) = app.directory.organisation_in_words().filter(|_| aside.topic == SideQueryKind::Me) {
        lines.extend(padded(&words, columns, look.careful()));
    }
    lines.push(Line::default());
    lines.extend(keys_head(aside, person, columns, app, look));
    lines
}

fn field(lines: &mut Vec<Line<'static>>, label: &str, value: &str, columns: usize, style: Style, look: &ScreenLook) {
    let room = columns.saturating_sub(rows::PREFIX + LABEL + 1);
    let value = if value.is_empty() { look.glyphs.unknown } else { value };
    lines.push(Line::from(vec![
        Span::styled(format!("{}{}", " ".repeat(rows::PREFIX), fit::pad(label, LABEL, "")), look.dim()),
        Span::styled(fit::cut(value, room, look.glyphs.more), style),
    ]));
}

fn teams(lines: &mut Vec<Line<'static>>, teams: &[Name], columns: usize, app: &App, look: &ScreenLook) {
    let label = app.word("Teams");
    let room = columns.saturating_sub(rows::PREFIX + LABEL + 1);
    let names: Vec<&str> = teams.iter().map(Name::as_str).collect();
    let words = if names.is_empty() { "none".to_owned() } else { names.join("  ") };
    let mut parts = fit::wrap(&words, room);
    if parts.len() > TEAM_LINES {
        parts.truncate(TEAM_LINES - 1);
        parts.push(format!("{} {} in all", look.glyphs.more, fit::count(names.len())));
    }
    for (at, part) in parts.into_iter().enumerate() {
        let label = if at == 0 { label.as_ref() } else { "" };
        let style = if names.is_empty() { look.dim() } else { Style::new() };
        lines.push(Line::from(vec![
            Span::styled(format!("{}{}", " ".repeat(rows::PREFIX), fit::pad(label, LABEL, "")), look.dim()),
            Span::styled(part, style),
        ]));
    }
}

/// The heading above the keys, and the words in their place where there are none.
fn keys_head(
    aside: &SideQueryBox,
    person: &AccountDetails,
    columns: usize,
    app: &App,
    look: &ScreenLook,
) -> Vec<Line<'static>> {
    let number = person.keys.as_ref().filter(|keys| !keys.is_empty());
    let number = number.map_or_else(String::new, |keys| format!(" ({})", fit::count(keys.len())));
    let heading = Line::from(vec![
        Span::styled(format!("{}API keys", " ".repeat(rows::PREFIX)), look.strong()),
        Span::styled(number, look.dim()),
    ]);
    let words = match &person.keys {
        None => "Not told: only their owner and an admin of the whole instance may see them.",
        Some(keys) if keys.is_empty() && app.key_rows(&aside.topic).is_empty() => "none",
        Some(_) => return vec![heading],
    };
    std::iter::once(heading).chain(padded(words, columns, look.dim())).collect()
}

/// The state of a change of a key that is under way; empty where there is none.
fn mark(key: &KeyRow<'_>, look: &ScreenLook) -> String {
    match key {
        KeyRow::Coming { .. } => format!("{} being made", look.glyphs.pending),
        KeyRow::There { going: true, .. } => format!("{} being deleted", look.glyphs.pending),
        KeyRow::There { .. } => String::new(),
    }
}

/// `marks` is the width of the widest mark in the list, so that columns keep their place.
fn row(width: usize, selected: bool, key: &KeyRow<'_>, marks: usize, look: &ScreenLook) -> Line<'static> {
    let (name, description) = match key {
        KeyRow::Coming { description, .. } => ("new key", clean(description)),
        KeyRow::There { key, .. } if key.name.is_empty() => (look.glyphs.unknown, key.description.as_str().into()),
        KeyRow::There { key, .. } if key.in_use => {
            (key.name.as_str(), format!("{} (in use)", key.description.as_str()).trim().to_owned().into())
        }
        KeyRow::There { key, .. } => (key.name.as_str(), key.description.as_str().into()),
    };
    let mark = mark(key, look);
    let (name_style, style) =
        if mark.is_empty() { (look.strong(), Style::new()) } else { (look.pending(), look.pending()) };
    let left = width.saturating_sub(rows::PREFIX + marks + 2);
    let name_width = (left / 3).clamp(10, 24).min(left);
    let cells: [TableCell; 3] = [
        (name, name_width, name_style),
        (&description, left.saturating_sub(name_width + 1), style),
        (&mark, marks, style),
    ];
    rows::row(width, selected, &cells, look)
}
