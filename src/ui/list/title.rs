//! The title of a list: its filter, its order, the number of marks, and the field where the filter is typed.

use ratatui::{
    style::Style,
    text::{Line, Span},
};

use unicode_segmentation::UnicodeSegmentation;

use super::{
    ScreenLook,
    fit::{count, cut, only_similar, width},
};
use crate::app::{
    App,
    pane::{AccountView, ListPane},
};
use crate::directory::{ListCoverage, RecordKind, sort::SortOrder, work::RefreshProof};

/// The title, and the cell of the cursor in it while the filter is typed.
pub(super) struct PaneTitle {
    pub line: Line<'static>,
    pub cursor: Option<usize>,
}

/// A part of the title; where the pane is narrow, the highest rank goes first.
struct TitlePart {
    rank: u8,
    spans: Vec<Span<'static>>,
    /// The short form, for where the value has no room.
    short: Option<String>,
}

impl TitlePart {
    fn new(rank: u8, label: &'static str, value: String, style: Style) -> Self {
        Self { rank, spans: vec![Span::raw(label), Span::styled(value, style)], short: None }
    }

    /// How many rows there are: never left out.
    fn count(rank: u8, value: String, short: String, style: Style) -> Self {
        Self { short: Some(short), ..Self::new(rank, "", value, style) }
    }

    fn width(&self) -> usize {
        self.spans.iter().map(|span| width(&span.content)).sum()
    }
}

/// As much of the title as fits into this many cells.
pub(super) fn of(pane: &ListPane, cells: usize, app: &App, look: &ScreenLook) -> PaneTitle {
    let name = app.word(match (pane.kind, pane.view) {
        (RecordKind::User, AccountView::Services) => "Service accounts",
        (RecordKind::User, AccountView::All) => "Users and service accounts",
        (RecordKind::User, AccountView::People) => "Users",
        (RecordKind::Team, _) => "Teams",
        (RecordKind::Role, _) => "Roles",
    });
    let mut parts = vec![TitlePart::new(0, "", name.to_string(), look.strong())];
    let similar = pane.is_substitute().then(|| only_similar(pane.rows.len()));
    let (filter, cursor) = filter(pane, cells.saturating_sub(similar.as_ref().map_or(0, |words| width(words) + 4)));
    if pane.filtering || !filter.is_empty() {
        let style = if pane.bad.is_some() { look.bad() } else { look.accent() };
        let replaced = pane.filtering && app.lists.replaces_filter();
        parts.push(TitlePart::new(0, "filter: ", filter, if replaced { style.reversed() } else { style }));
    }
    if let Some(narrow) = app.session.sync.narrow.as_ref().filter(|_| pane.kind == RecordKind::User) {
        let words = cut(&narrow.to_string(), cells.saturating_sub(40).max(12), look.glyphs.more);
        parts.push(TitlePart::new(1, "server: ", words, look.careful()));
    }
    if !pane.is_in_name_order() {
        let told = |order: SortOrder| {
            let arrow = look.glyphs.sort[usize::from(order.descending)];
            format!("{} {arrow}", app.word(order.by.heading()).to_lowercase())
        };
        let orders: Vec<String> = pane.orders().into_iter().map(told).collect();
        parts.push(TitlePart::new(3, "sort: ", orders.join(", "), look.plain()));
    }
    let invited = app.directory.invited().len();
    let all = pane.in_view(&app.directory)
        + match (pane.kind, pane.view) {
            (RecordKind::Role, _) => app.directory.predefined().len(),
            (RecordKind::User, AccountView::People | AccountView::All) => invited,
            (RecordKind::User | RecordKind::Team, _) => 0,
        };
    if let Some(percent) = pane.progress().filter(|_| pane.is_filtered()) {
        parts.push(TitlePart::new(2, "", format!("{percent} % looked through"), look.plain()));
    } else if let Some(similar) = similar {
        // This part is never left out: the rows are not the ones that were asked for.
        parts.push(TitlePart::new(0, "", similar, look.careful()));
    } else if pane.is_filtered() {
        let word = if pane.is_similar() { " similar" } else { "" };
        let found = format!("{}{word} of {}", count(pane.rows.len() as u64), count(all as u64));
        parts.push(TitlePart::new(0, "", found, look.plain()));
    }
    if let ListCoverage::Partial(part) = app.directory.coverage(pane.kind) {
        // The title shows how many records the server's filter found, or how many of all there are.
        let found =
            app.session.sync.narrow.is_some().then(|| proof(pane, app)).flatten().map(|proof| proof.words.clone());
        parts.push(TitlePart::new(0, "", found.unwrap_or_else(|| part.amount()), look.careful()));
    }
    if let Some(proof) =
        proof(pane, app).filter(|proof| !pane.is_filtered() && !pane.filtering && proof.coverage.is_complete())
    {
        // The server brought more accounts than are shown where the view leaves some out.
        let shown = pane.in_view(&app.directory);
        let words = if shown == app.directory.len(pane.kind) {
            proof.words.clone()
        } else {
            format!("{} people, {} accounts", count(shown as u64), proof.words)
        };
        let short = count(all as u64);
        if pane.kind == RecordKind::Role && !app.directory.predefined().is_empty() {
            let predefined = app.directory.predefined().len();
            let words =
                format!("{} custom, {predefined} predefined", count(app.directory.len(RecordKind::Role) as u64));
            parts.push(TitlePart::count(4, words, short, look.dim()));
        } else if pane.view == AccountView::Services {
            parts.push(TitlePart::new(0, "", short, look.dim()));
        } else {
            parts.push(TitlePart::count(4, words, short, look.dim()));
        }
    } else if !pane.is_filtered() && all > 0 && app.directory.is_complete(pane.kind) {
        parts.push(TitlePart::new(0, "", count(all as u64), look.dim()));
    }
    if pane.kind == RecordKind::User && pane.view != AccountView::Services && invited > 0 {
        parts.push(TitlePart::new(2, "", format!("{} invited", count(invited as u64)), look.plain()));
    }
    if !pane.marks.is_empty() {
        let marked = count(pane.marks.len() as u64);
        // Without a filter all marks are in sight: none is counted.
        let hidden = if pane.is_filtered() { pane.hidden_marks(&app.directory) } else { 0 };
        let hidden = if hidden > 0 { format!(", {} not shown", count(hidden as u64)) } else { String::new() };
        parts.push(TitlePart::new(1, "", format!("{marked} marked{hidden}"), look.accent()));
    }
    while parts.iter().map(|part| part.width() + 4).sum::<usize>() > cells {
        let last = parts.iter().enumerate().filter(|(_, part)| part.rank > 0).max_by_key(|(_, part)| part.rank);
        let Some((at, _)) = last else { break };
        match parts[at].short.take() {
            Some(short) => parts[at] = TitlePart::new(0, "", short, look.dim()),
            None => drop(parts.remove(at)),
        }
    }
    // A space, the name, a line between spaces, `filter: `.
    let before = 1 + name.len() + 4 + "filter: ".len();
    PaneTitle { line: joined(parts, look), cursor: pane.filtering.then_some(before + cursor) }
}

/// How whole the list is, as long as it shows the records that the server brought.
pub(super) fn proof<'a>(pane: &ListPane, app: &'a App) -> Option<&'a RefreshProof> {
    let proof = app.session.sync.proofs.iter().find(|proof| proof.kind == pane.kind)?;
    let same = proof.seen == app.directory.len(pane.kind) as u64;
    (!app.session.sync.stored && (same || !proof.coverage.is_complete())).then_some(proof)
}

fn joined(parts: Vec<TitlePart>, look: &ScreenLook) -> Line<'static> {
    let mut spans = vec![Span::raw(" ")];
    for (at, part) in parts.into_iter().enumerate() {
        if at > 0 {
            spans.push(Span::styled(format!(" {} ", look.glyphs.line.repeat(2)), look.dim()));
        }
        spans.extend(part.spans);
    }
    spans.push(Span::raw(" "));
    Line::from(spans)
}

/// The part of the filter around its cursor that fits, and the cursor's cell in it. Only what is near the cursor is
/// measured: a paste may be long.
fn filter(pane: &ListPane, cells: usize) -> (String, usize) {
    let room = cells.saturating_sub(20).clamp(8, 48);
    let text = pane.filter.value();
    let (before, after) = text.split_at(if pane.filtering { byte_at(text, pane.filter.cursor()) } else { 0 });
    let (mut start, mut used) = (before.len(), 0);
    for (at, grapheme) in before.grapheme_indices(true).rev() {
        let wide = width(grapheme);
        if used + wide >= room {
            break;
        }
        (start, used) = (at, used + wide);
    }
    let near: String = before[start..].graphemes(true).chain(after.graphemes(true)).take(room + 1).collect();
    (cut(&near, room, ""), used)
}

/// The byte at which the character of this number begins.
fn byte_at(text: &str, character: usize) -> usize {
    text.char_indices().nth(character).map_or(text.len(), |(at, _)| at)
}
