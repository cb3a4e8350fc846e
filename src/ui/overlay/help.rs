//! Keys for where we are, the language of the filter, and the signs: all from the tables that the console works by.

use ratatui::text::{Line, Span};

use super::{
    shell,
    text::{self, TextBox, TextOverlay},
};
use crate::{
    app::{
        App,
        action::{ACTIONS, Action, ActionSpec},
        help::HelpBox,
    },
    directory::{RecordKind, query},
    ui::{ScreenLook, fit},
};

/// Width of the keys with the space after them.
const KEYS: usize = 14;

/// The same where every cell is needed for the words.
const NARROW: usize = 9;

/// In fewer columns than this every cell is needed.
const ROOMY: usize = 56;

fn keys_width(columns: usize) -> usize {
    if columns < ROOMY { NARROW } else { KEYS }
}

impl TextOverlay for HelpBox {
    fn text(&self, app: &App, look: &ScreenLook) -> TextBox {
        let columns = text::columns(app);
        let mut lines = keys(columns, app, look);
        if let Some(kind) = app.tab.kind().filter(|_| app.profile.is_some()) {
            lines.extend(filter(kind, columns, app, look));
        }
        lines.extend(signs(columns, look));
        TextBox {
            title: "Help".into(),
            right: "keys can be re-bound in the config".into(),
            lines,
            hints: vec![(Action::FindAction, "find and run"), (Action::Down, "scroll"), (Action::Back, "back")],
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
    for scope in app.scopes_helped() {
        let specs: Vec<&ActionSpec> = ACTIONS.iter().filter(|spec| spec.scope == *scope).collect();
        if specs.is_empty() {
            continue;
        }
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        lines.push(heading(&app.word(scope.label()), look));
        for spec in specs {
            let keys: Vec<String> = app.keymap.labels(spec.action).collect();
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

/// Terms that people need, with what they match.
fn examples(kind: RecordKind) -> &'static [(&'static str, &'static str)] {
    match kind {
        RecordKind::User => &[
            ("tan eva", "user name, name or email contain both words"),
            ("role:admin", "organisation admins; role:admin,member is either; role:none has none"),
            ("-team:vision", "not in that team; team:none is in no team"),
            ("team:vision/admin", "admin of that team"),
            ("as:viewer", "viewer in some team"),
            ("active:no", "deactivated"),
            ("last>90d", "not seen for 90 days, and there for longer; also h, w, m, y and last:never"),
            ("created<30d", "new in the last 30 days"),
            ("teams<2", "in less than two teams"),
        ],
        RecordKind::Team => &[
            ("vis", "the name contains it"),
            ("members>10", "more than ten members"),
            ("admins:0", "no active team admin"),
            ("member:eva", "has such a member"),
        ],
        RecordKind::Role => &[
            ("jan", "name or description contain it"),
            ("holders:0", "held by nobody"),
            ("inherits:viewer", "builds on viewer"),
            ("permission:delete", "may delete something"),
        ],
    }
}

fn filter(kind: RecordKind, columns: usize, app: &App, look: &ScreenLook) -> Vec<Line<'static>> {
    let examples = examples(kind);
    let words: &[(&'static str, &'static str)] = &[
        ("\"a phrase\"", "with its spaces; ^word begins, word$ ends a text"),
        ("/a.*z/", "a regular expression; \\/ is a slash"),
        ("~tnk", "fuzzy: these letters in this order"),
        ("-word", "the opposite, of any term"),
    ];
    let mut lines = vec![Line::default(), heading(&format!("Filter of {}", app.word(kind.plural())), look)];
    let understood = |term: &str| query::FilterQuery::parse_in(term, kind, app.holds()).is_ok();
    for (term, meaning) in examples
        .iter()
        .take(1)
        .chain(words)
        .chain(examples.iter().skip(1))
        .map(|(term, meaning)| (app.word(term), app.word(meaning)))
    {
        if understood(&term) {
            lines.extend(entry(&term, &meaning, columns, look));
        }
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

fn signs(columns: usize, look: &ScreenLook) -> Vec<Line<'static>> {
    let glyphs = &look.glyphs;
    let [add, remove, alter] = glyphs.signs;
    let legend = [
        (glyphs.cursor, "cursor", look.strong()),
        (glyphs.mark, "marked", look.accent()),
        (glyphs.done, "confirmed", look.good()),
        (glyphs.pending, "not confirmed yet", look.pending()),
        (glyphs.failed, "failed or refused", look.bad()),
        (glyphs.in_part, "done in part", look.careful()),
        (glyphs.unknown, "unknown, or never shown", look.careful()),
        (glyphs.harm, "did more than asked", look.bad()),
        (glyphs.undone, "undone", look.dim()),
        ("≈", "may look like another name", look.careful()),
        (glyphs.needless, "so already: needs nothing", look.dim()),
        (add, "comes", look.good()),
        (remove, "goes", look.bad()),
        (alter, "changes", look.accent()),
    ];
    let mut lines = vec![Line::default(), heading("Signs", look)];
    for (sign, meaning, style) in legend {
        lines.push(Line::from(vec![
            Span::styled(fit::pad(&format!("  {sign}"), keys_width(columns), ""), style),
            Span::raw(meaning.to_owned()),
        ]));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A term that no provider understands would be left out without a word.
    #[test]
    fn every_example_is_understood_where_all_fields_are_held() {
        for (kind, (term, _)) in
            RecordKind::ALL.into_iter().flat_map(|kind| examples(kind).iter().map(move |one| (kind, one)))
        {
            assert!(query::FilterQuery::parse(term, kind).is_ok(), "{term}");
        }
    }
}
