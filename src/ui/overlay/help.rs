//! Keys for where we are, the language of the filter, and the signs: all from the tables that the console works by.

use ratatui::{
    style::Style,
    text::{Line, Span},
};

use super::{
    shell,
    text::{self, TextBox, TextOverlay},
};
use crate::{
    app::{
        App,
        action::{ACTIONS, Action, ActionSpec},
        help::{HelpBox, SIGNS},
    },
    directory::{RecordKind, query},
    ui::{ScreenLook, fit, layout::WIDE_BOX},
};

/// Width of the keys with the space after them.
const KEYS: usize = 14;

/// The same where every cell is needed for the words.
const NARROW: usize = 9;

fn keys_width(columns: usize) -> usize {
    if columns < WIDE_BOX { NARROW } else { KEYS }
}

impl TextOverlay for HelpBox {
    fn text(&self, app: &App, look: &ScreenLook) -> TextBox {
        let columns = text::columns(app);
        let mut lines = keys(columns, app, look);
        if let Some(kind) = app.lists.tab.kind().filter(|_| app.session.profile.is_some()) {
            lines.extend(filter(kind, columns, app, look));
        }
        lines.extend(signs(columns, look));
        TextBox {
            title: "Help".into(),
            right: "keys can be re-bound in the config".into(),
            lines,
            hints: vec![(Action::FindAction, "search and run"), (Action::Down, "scroll"), (Action::Back, "back")],
            scroll: self.scroll,
            ..TextBox::default()
        }
    }
}

fn heading(word: &str, look: &ScreenLook) -> Line<'static> {
    Line::styled(word.to_owned(), look.strong())
}

/// A term and what it means, wrapped beside it.
fn entry(term: &str, meaning: &str, columns: usize, look: &ScreenLook) -> Vec<Line<'static>> {
    // A term too long for its column has its meaning below.
    let mut lines = Vec::new();
    let room = keys_width(columns);
    let mut lead = term.to_owned();
    if fit::width(term) + 3 > room {
        lines.push(Line::styled(format!("  {term}"), look.accent()));
        lead = String::new();
    }
    for part in fit::wrap(meaning, columns.saturating_sub(room)) {
        let term = fit::pad(&std::mem::take(&mut lead), room - 2, "");
        lines.push(Line::from(vec![Span::styled(format!("  {term}"), look.accent()), Span::raw(part)]));
    }
    lines
}

fn keys(columns: usize, app: &App, look: &ScreenLook) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    let scopes = app.scopes_helped();
    for scope in scopes {
        let specs: Vec<&ActionSpec> = ACTIONS.iter().filter(|spec| spec.scope == *scope).collect();
        if specs.is_empty() {
            continue;
        }
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        lines.push(heading(&app.word(scope.label()), look));
        for spec in specs {
            let keys: Vec<String> = app.keymap.labels_in(scopes, spec.action, |_| true).collect();
            let by_name = || format!(":{}", spec.name);
            let keys = if keys.is_empty() { by_name() } else { keys.join(" ") };
            match app.never(spec.action) {
                None => lines.extend(entry(&keys, &app.word(spec.help), columns, look)),
                Some(why) => {
                    let never = entry(&keys, &format!("{}: {why}", app.word(spec.help)), columns, look);
                    lines.extend(never.into_iter().map(|line| Line::styled(line.to_string(), look.dim())));
                }
            }
        }
    }
    lines
}

fn filter(kind: RecordKind, columns: usize, app: &App, look: &ScreenLook) -> Vec<Line<'static>> {
    let mut lines = vec![Line::default(), heading(&format!("Filter of {}", app.word(kind.plural())), look)];
    for (term, meaning) in app.filter_terms(kind) {
        lines.extend(entry(&term, &meaning, columns, look));
    }
    let fields: Vec<_> = query::fields(kind, app.holds()).collect();
    let words = format!(
        "Fields: {}. Terms are joined by and. A field that the server does not tell matches FIELD:unknown alone. Where \
         nothing contains the words, rows with their letters are shown, and never marked as a whole.",
        fields.join(", ")
    );
    lines.extend(shell::wrapped(&words, columns, 2, look.dim()));
    lines
}

/// The signs and their styles, in the order of [`SIGNS`].
fn glyphs(look: &ScreenLook) -> [(&'static str, Style); SIGNS.len()] {
    let glyphs = &look.glyphs;
    let [add, remove, alter] = glyphs.signs;
    [
        (glyphs.cursor, look.strong()),
        (glyphs.mark, look.accent()),
        (glyphs.done, look.good()),
        (glyphs.pending, look.pending()),
        (glyphs.failed, look.bad()),
        (glyphs.in_part, look.careful()),
        (glyphs.unknown, look.careful()),
        (glyphs.harm, look.bad()),
        (glyphs.undone, look.dim()),
        (glyphs.alike, look.careful()),
        (glyphs.needless, look.dim()),
        (add, look.good()),
        (remove, look.bad()),
        (alter, look.accent()),
    ]
}

/// The sign with this meaning.
pub fn sign(meaning: &str, look: &ScreenLook) -> Option<&'static str> {
    let at = SIGNS.iter().position(|one| *one == meaning)?;
    Some(glyphs(look).get(at)?.0)
}

fn signs(columns: usize, look: &ScreenLook) -> Vec<Line<'static>> {
    let mut lines = vec![Line::default(), heading("Signs", look)];
    for ((sign, style), meaning) in glyphs(look).into_iter().zip(SIGNS) {
        lines.push(Line::from(vec![
            Span::styled(fit::pad(&format!("  {sign}"), keys_width(columns), ""), style),
            Span::raw(meaning),
        ]));
    }
    lines
}
