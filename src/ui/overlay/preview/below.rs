//! What stands below the list of a plan: consequences, and the summary with the way back.

use ratatui::text::Line;

use crate::{
    app::Preview,
    directory::{
        Kind, Target,
        plan::{Confirm, Plan, Undo},
    },
    scim::text::clean_line,
    ui::{Look, fit, fit::counted, overlay::shell},
};

/// With more different sentences than this only those of the selected line are shown.
const FEW: usize = 5;

/// A sentence, how many steps say it, and the first of them.
struct Said<'a> {
    sentence: &'a str,
    times: usize,
    first: &'a str,
}

/// The lines, wrapped.
pub fn lines(preview: &Preview, cut_text: Option<String>, columns: usize, look: &Look) -> Vec<Line<'static>> {
    let plan = &preview.plan;
    let text = columns.saturating_sub(1);
    let mut lines = Vec::new();
    let mut part = |part: Vec<Line<'static>>| {
        if !part.is_empty() {
            lines.push(Line::default());
            lines.extend(part);
        }
    };
    if let Some(whole) = cut_text {
        part(shell::wrapped(&whole, text, 3, ratatui::style::Style::new()));
    }
    part(consequences(preview, text, look));
    if !plan.steps.is_empty() {
        part(shell::wrapped(&summary(plan, look), text, 3, look.dim()));
    }
    lines
}

/// As many lines as fit: blank ones go first, and what still does not fit is told.
pub fn squeezed(mut lines: Vec<Line<'static>>, room: usize, look: &Look) -> Vec<Line<'static>> {
    if lines.len() > room {
        lines.retain(|line| line.width() > 0);
    }
    if lines.len() > room {
        lines.truncate(room.saturating_sub(1));
        lines.push(Line::styled(format!("   {} more than fits: make the window larger", look.glyphs.more), look.bad()));
    }
    lines
}

fn consequences(preview: &Preview, columns: usize, look: &Look) -> Vec<Line<'static>> {
    let plan = &preview.plan;
    let sentences: Vec<String> = match few(plan) {
        Some(said) => said.iter().map(|said| attributed(said, plan.steps.len())).collect(),
        None => {
            let step = plan.steps.get(preview.cursor);
            let own = step.into_iter().flat_map(|step| &step.consequences).cloned();
            let others = plan.steps.iter().filter(|step| !step.consequences.is_empty()).count();
            own.chain([format!("{} have consequences: go through them to read each.", counted(others, "line"))])
                .collect()
        }
    };
    let style = look.careful();
    sentences.iter().flat_map(|sentence| hanging(sentence, columns, style)).collect()
}

/// `! sentence`, its later lines under its first word.
fn hanging(sentence: &str, columns: usize, style: ratatui::style::Style) -> Vec<Line<'static>> {
    let wrapped = fit::wrap(&clean_line(sentence, 1024), columns.saturating_sub(5).max(1));
    let lead = |at: usize| if at == 0 { "   ! " } else { "     " };
    wrapped.iter().enumerate().map(|(at, line)| Line::styled(format!("{}{line}", lead(at)), style)).collect()
}

/// All different sentences in order; `None` if there are too many to show.
fn few(plan: &Plan) -> Option<Vec<Said<'_>>> {
    let mut said: Vec<Said> = Vec::new();
    for step in &plan.steps {
        for sentence in &step.consequences {
            if let Some(known) = said.iter_mut().find(|known| known.sentence == sentence) {
                known.times += 1;
            } else if said.len() == FEW {
                return None;
            } else {
                said.push(Said { sentence, times: 1, first: &step.words.subject });
            }
        }
    }
    Some(said)
}

fn attributed(said: &Said, steps: usize) -> String {
    match said.times {
        times if times >= steps => said.sentence.to_owned(),
        1 => format!("{}: {}", clean_line(said.first, 64), said.sentence),
        times => format!("{} of {}: {}", fit::count(times), fit::count(steps), said.sentence),
    }
}

/// `3 requests · undo: yes · confirmed by re-reading the team`.
fn summary(plan: &Plan, look: &Look) -> String {
    let dot = look.glyphs.dot;
    format!("{} {dot} {} {dot} {}", counted(plan.requests(), "request"), undo(plan), confirmed(plan))
}

fn undo(plan: &Plan) -> String {
    let mut reasons = plan.steps.iter().filter_map(|step| match &step.undo {
        Undo::Never(why) => Some(why.trim_end_matches('.')),
        Undo::By(_) => None,
    });
    let Some(why) = reasons.next() else { return "undo: yes".into() };
    let never = 1 + reasons.count();
    let total = plan.steps.len();
    if never == total {
        format!("undo: no ({why})")
    } else {
        format!("undo: {} of {} ({why})", fit::count(total - never), fit::count(total))
    }
}

fn confirmed(plan: &Plan) -> String {
    let mut read: Vec<&Target> = plan
        .steps
        .iter()
        .filter_map(|step| match &step.confirm {
            Confirm::Reread(targets) => Some(targets),
            Confirm::Echo(_) => None,
        })
        .flatten()
        .collect();
    read.sort_unstable();
    read.dedup();
    match read.as_slice() {
        [] => "confirmed by the answer".into(),
        [one] => format!("confirmed by re-reading the {}", singular(one.kind)),
        [first, .., last] if first.kind == last.kind => {
            format!("confirmed by re-reading {} {}", fit::count(read.len()), first.kind.plural())
        }
        many => format!("confirmed by re-reading {} records", fit::count(many.len())),
    }
}

fn singular(kind: Kind) -> &'static str {
    match kind {
        Kind::User => "user",
        Kind::Team => "team",
        Kind::Role => "role",
    }
}
