//! Plans and outcomes as text: lines for people, JSON for programs.

use std::io;

use indexmap::IndexMap;

use super::send::Whole;
use crate::{
    directory::{
        plan::Undo,
        refusal::Refusal,
        words::{LineSign, PlanLine},
    },
    output::OutputWriter,
};

/// Plans of at most this many steps show the side effects of every step; longer plans show each side effect once.
const FEW: usize = 5;

/// Maximum number of side effects shown for a longer plan.
const TOLD: usize = 50;

/// Prints a plan: notes on the whole, the changes with their effects, irreversible changes, and refused changes with
/// reasons.
pub(super) fn plan(out: &mut OutputWriter<'_>, whole: &Whole) -> io::Result<()> {
    let plan = &whole.plan;
    plan.notes.iter().try_for_each(|note| writeln!(out, "  {note}"))?;
    for step in &plan.steps {
        line(out, &step.words)?;
        if plan.steps.len() <= FEW {
            step.consequences.iter().try_for_each(|words| writeln!(out, "      {words}"))?;
        }
    }
    if plan.steps.len() > FEW {
        let mut told: IndexMap<&str, usize> = IndexMap::new();
        for words in plan.steps.iter().flat_map(|step| &step.consequences) {
            *told.entry(words).or_default() += 1;
        }
        for (words, times) in told.into_iter().take(TOLD) {
            writeln!(out, "    {}{words}", if times > 1 { format!("{times} × ") } else { String::new() })?;
        }
    }
    for (_, words) in &whole.later {
        line(out, words)?;
    }
    let never = plan.steps.iter().filter_map(|step| match &step.undo {
        Undo::Never(why) => Some((&step.words.subject, why, step.compensation.is_some())),
        Undo::By(_) => None,
    });
    let never: Vec<_> = never.collect();
    for (subject, why, anew) in never.iter().take(FEW) {
        let anew = if *anew { " `scimitar undo` makes a new one of what is known." } else { "" };
        writeln!(out, "    can't be undone: {subject}: {why}{anew}")?;
    }
    if never.len() > FEW {
        writeln!(out, "    and {} more can't be undone", never.len() - FEW)?;
    }
    refused(out, &plan.refused)
}

/// Prints refused changes with reasons.
pub(super) fn refused(out: &mut OutputWriter<'_>, lines: &[(PlanLine, Refusal)]) -> io::Result<()> {
    lines.iter().try_for_each(|(line, why)| writeln!(out, "  ! {}: {}: {why}", line.subject, line.text("→")))
}

fn line(out: &mut OutputWriter<'_>, line: &PlanLine) -> io::Result<()> {
    let sign = match line.sign {
        LineSign::Add => '+',
        LineSign::Remove => '-',
        LineSign::Alter => '~',
    };
    writeln!(out, "  {sign} {}  {}", line.subject, line.text("→"))
}

/// "12 changes, 14 requests".
pub(super) fn size(whole: &Whole) -> String {
    let count = |number: usize, word: &str| match number {
        1 => format!("1 {word}"),
        n => format!("{n} {word}s"),
    };
    let sum = format!(
        "{}, {}",
        count(whole.plan.steps.len() + whole.later.len(), "change"),
        count(whole.plan.requests(), "request")
    );
    // Requests of later changes need ids that the server has not assigned yet.
    match whole.later.len() {
        0 => sum,
        later => format!("{sum} and those of {later} that follow a creation"),
    }
}
