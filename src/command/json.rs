//! Changes in JSON: stable names, complete data.

use jiff::Timestamp;
use serde::Serialize;

use crate::directory::plan::JournalEntry;

/// A change and its outcome.
#[derive(Debug, Serialize)]
pub(super) struct ChangeRow<'a> {
    pub id: i64,
    pub plan: i64,
    pub at: Timestamp,
    pub by: &'a str,
    pub title: &'a str,
    /// The reason or ticket of the plan.
    pub reason: Option<&'a str>,
    pub subject: &'a str,
    pub what: &'a str,
    pub before: &'a str,
    pub after: &'a str,
    /// `waiting`, `in flight`, `confirmed`, `in part`, `sent, not shown`, `so already`, `refused`, `conflict`, `unknown` or `dropped`.
    pub state: &'static str,
    pub why: &'a str,
    /// Side effects of the change.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub side_effects: Vec<EffectRow<'a>>,
    pub undoes: Option<i64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub requests: Vec<RequestRow<'a>>,
}

/// A side effect of a change.
#[derive(Debug, Serialize)]
pub(super) struct EffectRow<'a> {
    pub words: &'a str,
    /// True if something was lost.
    pub harm: bool,
    /// True if `undo` puts the old value back.
    pub undoable: bool,
}

/// A request of a change, and its answer.
#[derive(Debug, Serialize)]
pub(super) struct RequestRow<'a> {
    pub request: &'a str,
    pub status: Option<u16>,
    /// How often it went out.
    pub attempts: u32,
    pub millis: u64,
    pub answer: &'a str,
}

impl<'a> ChangeRow<'a> {
    pub fn of(entry: &'a JournalEntry, requests: bool) -> Self {
        let words = &entry.step.words;
        let exchanges = entry.exchanges.iter().filter(|_| requests);
        Self {
            id: entry.id.0,
            plan: entry.plan.0,
            at: entry.at,
            by: &entry.actor,
            title: &entry.title,
            reason: entry.reason.as_deref(),
            subject: &words.subject,
            what: &words.what,
            before: &words.before,
            after: &words.after,
            state: entry.state.label(),
            why: &entry.why,
            side_effects: entry
                .effects
                .iter()
                .map(|effect| EffectRow {
                    words: &effect.words,
                    harm: effect.harm,
                    undoable: !effect.restores().is_empty(),
                })
                .collect(),
            undoes: entry.undoes.map(|plan| plan.0),
            requests: exchanges
                .map(|exchange| RequestRow {
                    request: &exchange.request,
                    status: exchange.status,
                    attempts: exchange.attempts,
                    millis: exchange.millis,
                    answer: &exchange.answer,
                })
                .collect(),
        }
    }
}
