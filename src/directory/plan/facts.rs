//! Facts about a plan in the order of their weight: what is grave, what can't be undone, the rest; equal ones merged.

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

use super::{Plan, Step, UNLISTED, Undo};
use crate::{
    directory::refusal::RefusalCode,
    scim::text::{clean_line, number},
};

/// Characters of a name before a sentence.
const NAME: usize = 64;

/// The weight of a fact, the gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FactGravity {
    /// A guard says it: an admin goes, the key's owner, a protected person.
    Grave,
    /// There is no way back, or only one that makes something new.
    Irreversible,
    /// Any other consequence.
    Usual,
}

/// A fact about some of a plan's steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanFact {
    /// Its weight.
    pub gravity: FactGravity,
    /// The sentence, with the subject or the number of the steps where not all steps share it.
    pub sentence: String,
}

/// The way out of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WayOut {
    /// The change can be taken back.
    Undo,
    /// The removed record is made anew, from the old state in the journal.
    Anew,
    /// There is none.
    None,
}

impl Step {
    /// Whether it can be taken back, or made anew.
    pub fn way_out(&self) -> WayOut {
        match (&self.undo, &self.compensation) {
            (Undo::By(_), _) => WayOut::Undo,
            (Undo::Never(_), Some(_)) => WayOut::Anew,
            (Undo::Never(_), None) => WayOut::None,
        }
    }

    fn gravity_of(&self, consequence: usize) -> FactGravity {
        if consequence < self.grave { FactGravity::Grave } else { FactGravity::Usual }
    }
}

impl Plan {
    /// Facts about the steps, the gravest first. Equal sentences are one, with their number; what the notes say of
    /// several people is not said again.
    pub fn facts(&self) -> Vec<PlanFact> {
        let mut said: IndexMap<(FactGravity, &str), (usize, &str), FxBuildHasher> = IndexMap::default();
        let many = self.is_about_several();
        for step in &self.steps {
            for (at, sentence) in step.consequences.iter().enumerate() {
                if at < step.grave && many && self.among.says(sentence) {
                    continue;
                }
                let known = said.entry((step.gravity_of(at), sentence)).or_insert((0, &step.words.subject));
                known.0 += 1;
            }
        }
        let all = self.steps.len();
        let told = said.into_iter().map(|((gravity, sentence), (times, first))| PlanFact {
            gravity,
            sentence: attributed(sentence, times, first, all),
        });
        let mut facts: Vec<PlanFact> = told.chain(self.without_undo()).collect();
        facts.sort_by_key(|fact| fact.gravity);
        facts
    }

    /// The changes that can't be undone, and those that are made anew in the place of an undo, with the differences.
    fn without_undo(&self) -> impl Iterator<Item = PlanFact> {
        let of = |way| self.steps.iter().filter(move |step: &&Step| step.way_out() == way);
        let sentences = [
            (of(WayOut::None).count(), never(of(WayOut::None), self.steps.len())),
            (of(WayOut::Anew).count(), anew(of(WayOut::Anew), self.steps.len())),
        ];
        let said = sentences.into_iter().filter(|(count, _)| *count > 0);
        said.map(|(_, sentence)| PlanFact { gravity: FactGravity::Irreversible, sentence })
    }

    /// People who are left out whatever the size of the plan: protected ones, and last admins.
    pub(super) fn left_out(&self) -> Vec<String> {
        if self.steps.len() + self.refused.len() < 2 {
            return Vec::new();
        }
        let said = [
            (RefusalCode::Protected, "Left out, protected in the profile"),
            (RefusalCode::LastAdmin, "Left out, the last organisation admin"),
        ];
        let names = |code| {
            let lines = self.refused.iter().filter(move |(_, why)| why.code == code);
            let mut names: Vec<&str> = lines.map(|(line, _)| line.subject.as_str()).collect();
            names.sort_unstable();
            names.dedup();
            names.join(", ")
        };
        let notes = said.map(|(code, words)| (words, names(code)));
        notes
            .into_iter()
            .filter(|(_, names)| !names.is_empty())
            .map(|(words, names)| format!("{words}: {names}."))
            .collect()
    }
}

/// `12 of 40: sentence`, `eva-tanaka: sentence`, or the sentence alone where all steps share it.
fn attributed(sentence: &str, times: usize, first: &str, all: usize) -> String {
    match times {
        times if times >= all => sentence.to_owned(),
        1 => format!("{}: {sentence}", clean_line(first, NAME)),
        times => format!("{} of {}: {sentence}", number(times as u64), number(all as u64)),
    }
}

fn reason(step: &Step) -> &str {
    match &step.undo {
        Undo::Never(why) => why.trim_end_matches('.'),
        Undo::By(_) => "",
    }
}

/// The reason that all of them have, else that of the first, by its name.
fn reasons<'a>(mut steps: impl Iterator<Item = &'a Step>) -> String {
    let Some(first) = steps.next() else { return String::new() };
    let why = reason(first);
    if steps.all(|step| reason(step) == why) { why.to_owned() } else { format!("{}: {why}", first.words.subject) }
}

fn never<'a>(steps: impl Iterator<Item = &'a Step> + Clone, all: usize) -> String {
    let count = steps.clone().count();
    let which = if count == all {
        "Can't".to_owned()
    } else {
        format!("{} of {} can't", number(count as u64), number(all as u64))
    };
    format!("{which} be undone ({}).", reasons(steps))
}

fn anew<'a>(steps: impl Iterator<Item = &'a Step> + Clone, all: usize) -> String {
    let count = steps.clone().count();
    let differs = |step: &'a Step| step.compensation.iter().flat_map(|made| &made.differs).map(String::as_str);
    let Some(first) = steps.clone().next() else { return String::new() };
    if count == 1 {
        let which = if all == 1 { String::new() } else { format!("{}: ", first.words.subject) };
        let differs = differs(first).collect::<Vec<_>>().join(" ");
        return format!("{which}Undo makes a new one ({}). {differs}", reason(first));
    }
    let (count, all) = (number(count as u64), number(all as u64));
    let which = if count == all { format!("all {all}") } else { format!("{count} of {all}") };
    let unlisted = steps.clone().any(|step| differs(step).any(|words| words == UNLISTED));
    let members =
        steps.clone().any(|step| differs(step).any(|words| words != UNLISTED && !words.contains("another id")));
    let unlisted = if unlisted { format!(" {UNLISTED}") } else { String::new() };
    let members =
        if members { " Where seats, roles or memberships are not known, they differ: each line says it." } else { "" };
    format!(
        "Undo makes {which} anew ({}): each gets another id, and whatever refers to the old one is lost.{unlisted}{members}",
        reasons(steps)
    )
}
