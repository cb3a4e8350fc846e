//! The bottom row: the keys that act now, each once, or the words that the filter knows.

use std::borrow::Cow;

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};

use super::{
    ScreenLook,
    fit::{cut, width},
};
use crate::{
    app::{App, action::Action, changes_list::FIELDS, hints::KeyHint},
    directory::query,
};

/// Draws the bottom row of the panes; nothing where there is a box, which draws its own.
pub(super) fn of_pane(frame: &mut Frame<'_>, area: Rect, app: &App, look: &ScreenLook) {
    if !app.overlays.is_empty() {
        return;
    }
    let cells = usize::from(area.width);
    let fields: Option<Vec<_>> = match app.lists.pane() {
        Some(pane) => pane.filtering.then(|| query::fields(pane.kind, pane.holds).collect()),
        None => app.activity.changes.filtering.then(|| FIELDS.iter().map(|field| (*field).into()).collect()),
    };
    let spans = match fields {
        Some(fields) => {
            let key = |action| app.key_now(action).unwrap_or_default();
            let leave = if app.lists.pane().is_some() { Action::Open } else { Action::Story };
            let keys = [
                (key(leave), "keep"),
                (key(Action::Complete), "complete"),
                (key(Action::Recall), "earlier"),
                (key(Action::Back), "clear"),
            ];
            let used: usize = keys.iter().map(|(key, word)| width(key) + width(word) + 4).sum();
            let words = filter_words(&fields, cells.saturating_sub(used + 1), look.glyphs.more);
            let mut spans = vec![Span::styled(words, look.dim())];
            for (key, word) in keys {
                spans.push(Span::raw("   "));
                spans.push(Span::styled(key, look.accent()));
                spans.push(Span::raw(format!(" {word}")));
            }
            spans
        }
        None => {
            let (last, hints) =
                app.hints().into_iter().partition(|hint| matches!(hint.action, Action::Help | Action::Back));
            row(hints, last, cells, look)
        }
    };
    frame.render_widget(Line::from(spans), area);
}

/// A line about the terms of a filter, with as many fields as fit.
fn filter_words(fields: &[Cow<'static, str>], cells: usize, more: &str) -> String {
    let plain = " words, or field:value";
    let with = |shown: &[Cow<'static, str>]| {
        let end = if shown.len() < fields.len() { format!(" {more}") } else { String::new() };
        format!("{plain} with {}{end}", shown.join(" "))
    };
    let fits = (1..=fields.len()).rev().map(|shown| with(fields.get(..shown).unwrap_or_default()));
    fits.into_iter().find(|words| width(words) <= cells).unwrap_or_else(|| cut(plain, cells, more))
}

/// Draws the bottom row of a box: its own words for its keys that act now, then the other keys that act there.
pub(super) fn of_box(frame: &mut Frame<'_>, own: &[(Action, &'static str)], app: &App, look: &ScreenLook) {
    let screen = frame.area();
    let area = Rect { y: screen.bottom().saturating_sub(1), height: screen.height.min(1), ..screen };
    let acts = |action: Action| app.never(action).is_none() && app.availability(action).is_ok();
    let own = own.iter().filter(|(action, _)| acts(*action)).filter_map(|(action, word)| {
        Some(KeyHint { action: *action, key: app.key_now(*action)?, word: app.word(word) })
    });
    let mut hints: Vec<KeyHint> = own.filter(|hint| hint.action != Action::Back || !app.has_error()).collect();
    for hint in app.hints() {
        if !hints.iter().any(|one| one.action == hint.action) {
            hints.push(hint);
        }
    }
    let (last, hints) = hints.into_iter().partition(|hint| matches!(hint.action, Action::Help | Action::Back));
    frame.render_widget(Line::from(row(hints, last, usize::from(area.width), look)), area);
}

/// Leaves out the hints that do not fit, but never the last ones.
fn row(mut hints: Vec<KeyHint>, last: Vec<KeyHint>, cells: usize, look: &ScreenLook) -> Vec<Span<'static>> {
    // Hints move closer together before any is left out.
    let taken = |hints: &[KeyHint], gap: usize| -> usize {
        hints.iter().map(|hint| width(&hint.key) + 1 + width(&hint.word) + gap).sum::<usize>()
    };
    let gap = if taken(&hints, 3) + taken(&last, 3) <= cells { 3 } else { 2 };
    while taken(&hints, gap) + taken(&last, gap) > cells && hints.pop().is_some() {}
    let mut spans = Vec::new();
    for (at, hint) in hints.into_iter().chain(last).enumerate() {
        spans.push(Span::raw(" ".repeat(if at == 0 { 1 } else { gap })));
        spans.push(Span::styled(hint.key, look.accent()));
        spans.push(Span::raw(format!(" {}", hint.word)));
    }
    spans
}
