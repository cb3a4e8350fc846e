//! Plans and outcomes as text: lines for people, JSON for programs.

use std::io;

use super::send::Whole;
use crate::{
    directory::{
        plan::FactGravity,
        refusal::Refusal,
        words::{LineSign, PlanLine},
    },
    output::OutputWriter,
};

/// Plans of at most this many steps show the side effects of every step; longer plans show each side effect once.
const FEW: usize = 5;

/// Maximum number of side effects shown for a longer plan.
const TOLD: usize = 50;

/// Prints a plan: what is grave, what can't be undone, the changes, their other effects, and refused changes with reasons.
pub(super) fn plan(out: &mut OutputWriter<'_>, whole: &Whole) -> io::Result<()> {
    let plan = &whole.plan;
    let facts = plan.facts();
    let of = |gravity| facts.iter().filter(move |fact| fact.gravity == gravity).map(|fact| fact.sentence.as_str());
    let (grave, other) = plan.notes.split_at(plan.grave_notes());
    let mut first = grave.iter().map(String::as_str).chain(of(FactGravity::Grave).chain(of(FactGravity::Irreversible)));
    first.try_for_each(|words| writeln!(out, "  ! {words}"))?;
    other.iter().try_for_each(|note| writeln!(out, "  {note}"))?;
    for at in plan.shown_order() {
        let step = &plan.steps[at];
        line(out, &step.words)?;
        if plan.steps.len() <= FEW {
            step.consequences[step.grave..].iter().try_for_each(|words| writeln!(out, "      {words}"))?;
        }
    }
    if plan.steps.len() > FEW {
        of(FactGravity::Usual).take(TOLD).try_for_each(|words| writeln!(out, "    {words}"))?;
    }
    for (_, words) in &whole.later {
        line(out, words)?;
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
