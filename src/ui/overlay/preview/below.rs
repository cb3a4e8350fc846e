//! The part below the list of a plan: consequences, and the summary with the way back.

use indexmap::IndexMap;
use ratatui::{
    style::Style,
    text::{Line, Span},
};

use crate::{
    app::{App, PlanPreview, action::Action},
    directory::{
        RecordKind, ResourceRef,
        census::FULL,
        change::{Change, SeatKind},
        plan::{ConfirmBy, FactGravity, Plan, Step, WayOut},
    },
    scim::text::clean_line,
    ui::{ScreenLook, fit, fit::counted, overlay::shell},
};

/// With more different sentences than this only those of the selected line are shown.
const FEW: usize = 5;

/// With more different reasons than this each is read at its own line.
const FEW_REASONS: usize = 3;

/// More sentences of a kind than this are not listed.
const MOST: usize = 500;

/// Characters of a sentence at most: it may name every member of a large team.
const LONGEST: usize = 65_536;

/// Records to be re-read are counted in plans of at most so many steps: every frame counts again.
const COUNTED: usize = 1_000;

/// Lines of facts in the room that there is.
pub struct ShownFacts {
    pub lines: Vec<Line<'static>>,
    /// True where lines are left out.
    pub left_out: bool,
}

/// The facts that stand before the lines, wrapped: what is grave, what can't be undone, and how the plan came about.
pub fn grave(preview: &PlanPreview, columns: usize, look: &ScreenLook) -> Vec<Line<'static>> {
    let (grave, other) = preview.plan.notes.split_at(preview.grave_notes.min(preview.plan.notes.len()));
    let of = |gravity| preview.facts.iter().filter(move |fact| fact.gravity == gravity).map(|fact| &fact.sentence);
    let wrap = |sentence: &String, sign, style| hanging(("!", sign), sentence, columns.saturating_sub(1), style);
    // In the text's own colour: no red is brighter than the text on every palette.
    let gravest = grave.iter().chain(of(FactGravity::Grave));
    let gravest = gravest.flat_map(|sentence| wrap(sentence, look.bad(), look.strong()));
    let rest = of(FactGravity::Irreversible).chain(other);
    let rest = rest.flat_map(|sentence| wrap(sentence, look.careful(), look.careful()));
    gravest.chain(rest).collect()
}

/// The lines, wrapped, after the notes on the whole plan that are given. `cut` tells of a line whether its row is cut or not on screen. Where they are more than `room`,
/// they are told as briefly as possible. What even so does not fit is scrolled to where the plan is one line, and is
/// said to be missing elsewhere.
pub fn lines(
    preview: &PlanPreview,
    (notes, cut_text): (Vec<Line<'static>>, Option<String>),
    (hidden, cut): (bool, &dyn Fn(usize) -> bool),
    (columns, room): (usize, usize),
    app: &App,
    look: &ScreenLook,
) -> ShownFacts {
    let plan = &preview.plan;
    let text = columns.saturating_sub(1);
    let plain = Style::new();
    let whole = cut_text.map_or_else(Vec::new, |whole| shell::wrapped(&whole, text, 3, plain));
    let consequences: Vec<Line> = notes.into_iter().chain(consequences(preview, text, app, look)).collect();
    let refused = refused(preview, hidden, cut, text, look);
    let summary = |words: String| shell::wrapped(&words, text, 3, look.dim());
    let long = if plan.steps.is_empty() { Vec::new() } else { summary(full_summary(plan, app, look)) };
    let parts = [whole.clone(), consequences.clone(), refused.clone(), long];
    let mut spacious: Vec<Line> = Vec::new();
    for part in parts.into_iter().filter(|part| !part.is_empty()) {
        spacious.push(Line::default());
        spacious.extend(part);
    }
    if spacious.len() <= room {
        return ShownFacts { lines: spacious, left_out: false };
    }
    let end: Vec<Line> = refused.into_iter().chain(summary(short_summary(plan, look))).collect();
    let mut lines: Vec<Line> = whole.into_iter().chain(consequences).collect();
    let left = room.saturating_sub(end.len());
    let mut left_out = false;
    if let Some(after) = scrolled(preview, lines.len(), left) {
        lines.drain(..preview.top.min(lines.len() - left));
        lines.truncate(if after > 0 { left - 1 } else { left });
        let words = format!("   {} {} more: {} reads on", look.glyphs.more, fit::counted(after, "line"), down(app));
        lines.extend((after > 0).then(|| Line::styled(words, look.accent())));
    } else {
        ShownFacts { lines, left_out } = shortened(lines, left, look);
    }
    lines.extend(end);
    ShownFacts { lines, left_out }
}

/// So many of the lines; where some are left out, the last says how many, and the bottom bar by which key all are read.
pub fn shortened(mut lines: Vec<Line<'static>>, room: usize, look: &ScreenLook) -> ShownFacts {
    let missing = (lines.len() > room).then(|| lines.len() + 1 - room);
    if let Some(missing) = missing {
        lines.truncate(room.saturating_sub(1));
        let words = format!("   {} {} more", look.glyphs.more, fit::counted(missing, "line"));
        lines.extend((room > 0).then(|| Line::styled(words, look.bad())));
    }
    ShownFacts { lines, left_out: missing.is_some() }
}

/// All facts: grave ones, consequences, each reason of a refusal, and the summary.
pub fn all(preview: &PlanPreview, columns: usize, app: &App, look: &ScreenLook) -> Vec<Line<'static>> {
    let plan = &preview.plan;
    let hanging = |lead, sentence: &str, style| hanging((lead, style), sentence, columns.saturating_sub(1), style);
    let usual = preview.facts.iter().filter(|fact| fact.gravity == FactGravity::Usual).take(MOST);
    let usual = usual.flat_map(|fact| hanging(look.glyphs.dot, &fact.sentence, look.plain())).collect();
    let mut reasons: IndexMap<&str, usize> = IndexMap::new();
    plan.refused.iter().for_each(|(_, why)| *reasons.entry(&why.text).or_default() += 1);
    let refused = reasons.iter().take(MOST).flat_map(|(why, count)| {
        let words = format!("{} refused and not sent: {why}", counted(*count, "line"));
        hanging(look.glyphs.failed, &words, look.bad())
    });
    let refused = refused.collect();
    let summary = if plan.steps.is_empty() { String::new() } else { full_summary(plan, app, look) };
    let summary = shell::wrapped(&summary, columns, 3, look.dim());
    let parts: [Vec<Line>; 4] = [grave(preview, columns, look), usual, refused, summary];
    let parts: Vec<Vec<Line>> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(&Line::default())
}

/// How many lines follow what is shown of so many in so much room, where they are scrolled.
fn scrolled(preview: &PlanPreview, lines: usize, room: usize) -> Option<usize> {
    let hidden = lines.checked_sub(room).filter(|hidden| preview.is_alone() && room > 1 && *hidden > 0)?;
    let left = hidden.saturating_sub(preview.top);
    // The line that says so takes the place of one.
    Some(if left > 0 { left + 1 } else { 0 })
}

/// How far the consequences of a plan of one line can be scrolled.
pub fn limit(preview: &PlanPreview, (columns, room): (usize, usize), app: &App, look: &ScreenLook) -> usize {
    let text = columns.saturating_sub(1);
    let wrapped = |words: String| shell::wrapped(&words, text, 3, look.dim()).len();
    let lines = grave(preview, columns, look).len() + consequences(preview, text, app, look).len();
    let whole = lines + 2 + wrapped(full_summary(&preview.plan, app, look));
    let left = room.saturating_sub(wrapped(short_summary(&preview.plan, look)));
    if whole <= room { 0 } else { lines.saturating_sub(left) }
}

/// The key that goes down where text may be typed.
fn down(app: &App) -> String {
    app.key_now(Action::Down).unwrap_or_default()
}

/// The refused lines stand at the end: said where the list is too long to see them, and why where the reasons are few.
fn refused(
    preview: &PlanPreview,
    hidden: bool,
    cut_reasons: &dyn Fn(usize) -> bool,
    columns: usize,
    look: &ScreenLook,
) -> Vec<Line<'static>> {
    let plan = &preview.plan;
    let reasons = unread(preview, cut_reasons);
    if !hidden && reasons.is_empty() {
        return Vec::new();
    }
    let (lines, stand) = match plan.refused.len() {
        0 => return Vec::new(),
        1 => ("1 line is refused and not sent".to_owned(), "it stands last"),
        many => (format!("{} lines are refused and not sent", fit::count(many)), "they stand last"),
    };
    let sign = look.glyphs.failed;
    let words = match reasons.as_slice() {
        [] => format!("{sign} {lines}: {stand}."),
        reasons if reasons.len() <= FEW_REASONS => format!("{sign} {lines}. {}", sentences(reasons)),
        _ => format!("{sign} {lines}: {stand}, each with its reason."),
    };
    shell::wrapped(&clean_line(&words, 1024), columns, 3, look.bad())
}

/// The different reasons that can't be read in their rows, one more than are said at most. The one of the line with
/// the cursor stands above in full.
fn unread<'a>(preview: &'a PlanPreview, cut: &dyn Fn(usize) -> bool) -> Vec<&'a str> {
    let (steps, selected) = (preview.plan.steps.len(), preview.shown_line(preview.cursor));
    let mut reasons: Vec<&str> = Vec::new();
    for (at, (_, why)) in preview.plan.refused.iter().enumerate() {
        let new = reasons.len() <= FEW_REASONS && !reasons.contains(&why.text.as_str());
        if new && Some(steps + at) != selected && cut(steps + at) {
            reasons.push(&why.text);
        }
    }
    reasons
}

fn sentences(reasons: &[&str]) -> String {
    let whole = |why: &&str| if why.ends_with(['.', '!', '?']) { (*why).to_owned() } else { format!("{why}.") };
    reasons.iter().map(whole).collect::<Vec<_>>().join(" ")
}

fn consequences(preview: &PlanPreview, columns: usize, app: &App, look: &ScreenLook) -> Vec<Line<'static>> {
    let plan = &preview.plan;
    let usual = || preview.facts.iter().filter(|fact| fact.gravity == FactGravity::Usual);
    let mut sentences: Vec<String> = if usual().nth(FEW).is_none() {
        usual().map(|fact| fact.sentence.clone()).collect()
    } else {
        let step = preview.selected_step().and_then(|at| plan.steps.get(at));
        let own = step.into_iter().flat_map(|step| &step.consequences[step.grave..]).cloned();
        let others = plan.steps.iter().filter(|step| !step.consequences.is_empty()).count();
        let more = format!("{} have consequences: go through them to read each.", counted(others, "line"));
        own.chain([more]).collect()
    };
    sentences.extend(SeatKind::ALL.into_iter().filter_map(|seat| together(plan, seat, app)));
    let lead = (look.glyphs.dot, look.plain());
    sentences.iter().flat_map(|sentence| hanging(lead, sentence, columns, look.plain())).collect()
}

/// How many full seats several lines take in all: each line tells of its own only.
fn together(plan: &Plan, seat: SeatKind, app: &App) -> Option<String> {
    let takes =
        |step: &Step| matches!(&step.change, Change::SetSeat { seat: of, to, .. } if *of == seat && to.is(FULL));
    let all = plan.steps.iter().take(COUNTED + 1).filter(|step| takes(step)).count();
    if !(2..=COUNTED).contains(&all) {
        return None;
    }
    let what = match seat {
        SeatKind::Models => "full Models seats",
        SeatKind::Weave => "full Weave seats",
        // No levels that are paid for.
        SeatKind::Registry => return None,
    };
    let taken = app.directory.census().seats(seat).full as u64;
    let sum = app.capabilities().and_then(|can| can.full_seats).filter(|_| seat == SeatKind::Models);
    Some(match sum.map(|sum| sum.saturating_sub(taken)) {
        Some(left) if left < all as u64 => {
            let left = match left {
                0 => "none is left".to_owned(),
                1 => "1 is left".to_owned(),
                many => format!("{many} are left"),
            };
            format!("This plan takes {} {what}, and {left}: W&B may refuse some.", fit::count(all))
        }
        _ => format!("This plan takes {} {what} in all.", fit::count(all)),
    })
}

/// `! sentence`, its later lines under its first word.
fn hanging((sign, sign_style): (&str, Style), sentence: &str, columns: usize, style: Style) -> Vec<Line<'static>> {
    let wrapped = fit::wrap(&clean_line(sentence, LONGEST), columns.saturating_sub(5).max(1));
    let lead = |at: usize| if at == 0 { format!("   {sign} ") } else { " ".repeat(5) };
    let line =
        |(at, line): (usize, String)| Line::from(vec![Span::styled(lead(at), sign_style), Span::styled(line, style)]);
    wrapped.into_iter().enumerate().map(line).collect()
}

/// `3 requests · undo: yes · confirmed by re-reading the team`.
fn full_summary(plan: &Plan, app: &App, look: &ScreenLook) -> String {
    let dot = look.glyphs.dot;
    format!("{} {dot} {} {dot} {}", counted(plan.requests(), "request"), undo(plan), confirmed(plan, app))
}

fn short_summary(plan: &Plan, look: &ScreenLook) -> String {
    format!("{} {} {}", counted(plan.requests(), "request"), look.glyphs.dot, undo(plan))
}

/// Whether it can be taken back. The reason where it can't stands before the lines.
fn undo(plan: &Plan) -> String {
    let count = |way| plan.steps.iter().filter(|step| step.way_out() == way).count();
    let (back, anew, all) = (count(WayOut::Undo), count(WayOut::Anew), plan.steps.len());
    let some = |number: usize| format!("{} of {}", fit::count(number), fit::count(all));
    match (back, anew) {
        (back, _) if back == all => "undo: yes".into(),
        (0, anew) if anew == all => "undo: anew".into(),
        (0, 0) => "undo: no".into(),
        (back, 0) => format!("undo: {}", some(back)),
        (0, anew) => format!("undo: {} anew", some(anew)),
        (back, anew) => format!("undo: {}, {} anew", some(back), fit::count(anew)),
    }
}

fn confirmed(plan: &Plan, app: &App) -> String {
    let mut read: Vec<&ResourceRef> = plan
        .steps
        .iter()
        .take(COUNTED)
        .filter_map(|step| if let ConfirmBy::Reread(targets) = &step.confirm { Some(targets) } else { None })
        .flatten()
        .collect();
    read.sort_unstable();
    read.dedup();
    let asks = plan.steps.iter().take(COUNTED).any(|step| matches!(step.confirm, ConfirmBy::Ask(_)));
    match read.as_slice() {
        [] if asks => "confirmed by asking again".into(),
        [] => "confirmed by the answer".into(),
        _ if plan.steps.len() > COUNTED => "confirmed by re-reading each record".into(),
        [one] => format!("confirmed by re-reading the {}", app.word(singular(one.kind))),
        [first, .., last] if first.kind == last.kind => {
            format!("confirmed by re-reading {} {}", fit::count(read.len()), app.word(first.kind.plural()))
        }
        many => format!("confirmed by re-reading {} records", fit::count(many.len())),
    }
}

fn singular(kind: RecordKind) -> &'static str {
    match kind {
        RecordKind::User => "user",
        RecordKind::Team => "team",
        RecordKind::Role => "role",
    }
}
