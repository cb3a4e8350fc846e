//! The list of Activity: its filter, its order and its marks.
//!
//! Rows do not move by themselves: filter and order are applied when they are chosen and when plans come, not while a
//! plan is on its way.

use indexmap::IndexSet;
use jiff::Timestamp;
use tui_input::Input;

use super::{
    ActivityState, App, Overlay,
    palette::{CommandPalette, PaletteEntry, PaletteLine},
};
use crate::directory::{
    change::ChangeId,
    plan::{self, ChangeState},
    query::{BadQuery, TextQuery, TextTerm},
};

/// The fields that a filter of Activity can name.
pub const FIELDS: &[&str] = &["state", "age"];

/// The words of `state:`, beside the states' own.
const STATES: &[&str] =
    &["confirmed", "failed", "open", "undone", "waiting", "refused", "conflict", "unknown", "dropped"];

/// The order in which plans are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ActivityOrder {
    /// The newest first.
    #[default]
    Newest,
    /// The oldest first.
    Oldest,
    /// By title.
    Title,
    /// Failed plans, then open ones, then the rest; the newest first in each.
    Failures,
}

impl ActivityOrder {
    /// All orders.
    pub const ALL: [Self; 4] = [Self::Newest, Self::Oldest, Self::Title, Self::Failures];

    /// The order in words.
    pub fn label(self) -> &'static str {
        match self {
            Self::Newest => "newest first",
            Self::Oldest => "oldest first",
            Self::Title => "title",
            Self::Failures => "failures first",
        }
    }

    fn turned(self) -> Self {
        match self {
            Self::Newest | Self::Title | Self::Failures => Self::Oldest,
            Self::Oldest => Self::Newest,
        }
    }
}

/// State of the list.
#[derive(Debug, Default)]
pub struct ChangesList {
    /// The row with the cursor, counted from the newest plan.
    pub cursor: usize,
    /// First row on screen.
    pub top: usize,
    /// Failures to read in this session, oldest first.
    pub read_failures: Vec<ReadFailure>,
    /// The text that is typed after `/`.
    pub filter: Input,
    /// True while keys go to the filter.
    pub filtering: bool,
    /// The reason why the filter can't be understood.
    pub bad: Option<BadQuery>,
    /// The order.
    pub order: ActivityOrder,
    /// Marked plans.
    pub marks: IndexSet<ChangeId>,
    query: TextQuery,
    /// The plans shown; nothing where all are, the newest first.
    rows: Option<Vec<ChangeId>>,
}

impl ChangesList {
    /// True if the filter may hide something.
    pub fn is_filtered(&self) -> bool {
        !self.query.is_empty()
    }
}

/// Something that could not be read.
#[derive(Debug, Clone)]
pub struct ReadFailure {
    /// When the read failed.
    pub at: Timestamp,
    /// The records that could not be read, and the reason.
    pub words: String,
}

/// At most so many failures of reading are kept.
const KEPT: usize = 200;

impl App {
    /// Follows an edit of the filter.
    pub(super) fn filter_activity(&mut self) {
        match TextQuery::parse(self.activity.changes.filter.value(), FIELDS) {
            Err(bad) => self.activity.changes.bad = Some(bad),
            Ok(query) => {
                (self.activity.changes.bad, self.activity.changes.query) = (None, query);
                self.arrange_activity();
                (self.activity.changes.cursor, self.activity.changes.top) = (0, 0);
            }
        }
    }

    /// Applies filter and order to the plans that there are; the cursor stays on its plan.
    pub(super) fn arrange_activity(&mut self) {
        let selected = self.activity.plan_at(self.activity.changes.cursor);
        if self.activity.changes.query.is_empty() && self.activity.changes.order == ActivityOrder::Newest {
            self.activity.changes.rows = None;
        } else {
            let mut rows: Vec<ChangeId> =
                self.activity.entries.newest_plans().filter(|plan| self.finds_plan(*plan)).collect();
            match self.activity.changes.order {
                ActivityOrder::Newest => {}
                ActivityOrder::Oldest => rows.reverse(),
                ActivityOrder::Title => rows.sort_by_cached_key(|plan| self.activity.title_of(*plan).to_lowercase()),
                ActivityOrder::Failures => rows.sort_by_cached_key(|plan| self.activity.gravity(*plan)),
            }
            self.activity.changes.rows = Some(rows);
        }
        let at = selected.and_then(|plan| self.activity.plans_from(0).position(|one| one == plan));
        self.activity.changes.cursor =
            at.unwrap_or(self.activity.changes.cursor).min(self.activity.plan_count().saturating_sub(1));
        let rows = self.screen.size.list_rows();
        let cursor = self.activity.changes.cursor;
        self.activity.changes.top = self.activity.changes.top.min(cursor).max((cursor + 1).saturating_sub(rows));
    }

    fn finds_plan(&self, plan: ChangeId) -> bool {
        let query = &self.activity.changes.query;
        query.is_empty()
            || self.activity.entries.of_plan(plan).any(|entry| {
                let words = &entry.step.words;
                let line = || format!("{} {} {} {}", entry.title, words.subject, words.text("→"), entry.why);
                query.terms().iter().all(|term| self.holds_of(entry, term)) && query.finds(line)
            })
    }

    /// Whether a term is true of a change.
    fn holds_of(&self, entry: &plan::JournalEntry, term: &TextTerm) -> bool {
        let value = term.value.to_lowercase();
        let holds = match term.field {
            "age" => {
                let age = self.now.as_second() - entry.at.as_second();
                term.seconds().is_some_and(|seconds| if term.is_above { age > seconds } else { age < seconds })
            }
            _ => match value.as_str() {
                "failed" => entry.state.is_failure(),
                "open" => entry.state.is_open(),
                "undone" => self.activity.entries.is_undone(entry.plan),
                state => state_word(entry.state).starts_with(state),
            },
        };
        holds != term.is_negative
    }

    /// Marks the plan under the cursor, or takes its mark away, and goes on.
    pub(super) fn mark_plan(&mut self) {
        if let Some(plan) = self.activity.plan_at(self.activity.changes.cursor) {
            if !self.activity.changes.marks.shift_remove(&plan) {
                self.activity.changes.marks.insert(plan);
            }
            self.activity.changes.cursor =
                (self.activity.changes.cursor + 1).min(self.activity.plan_count().saturating_sub(1));
            let (rows, cursor) = (self.screen.size.list_rows(), self.activity.changes.cursor);
            self.activity.changes.top = self.activity.changes.top.min(cursor).max((cursor + 1).saturating_sub(rows));
        }
    }

    /// Marks all plans shown; where all are marked already, none.
    pub(super) fn mark_all_plans(&mut self) {
        let shown: Vec<ChangeId> = self.activity.plans_from(0).collect();
        if shown.iter().all(|plan| self.activity.changes.marks.contains(plan)) {
            self.activity.changes.marks.retain(|plan| !shown.contains(plan));
        } else {
            self.activity.changes.marks.extend(shown);
        }
    }

    /// Asks in which order.
    pub(super) fn open_activity_sort(&mut self) {
        let line = |order: ActivityOrder| PaletteLine {
            entry: PaletteEntry::SortActivity(order),
            name: order.label().to_owned(),
            help: if order == self.activity.changes.order { "as it is now".into() } else { String::new() },
            key: String::new(),
            refused: None,
        };
        let palette = CommandPalette::of("Sort Activity".into(), ActivityOrder::ALL.map(line).into());
        self.overlays.push(Overlay::Palette(palette));
    }

    pub(super) fn sort_activity(&mut self, order: ActivityOrder) {
        self.activity.changes.order = order;
        self.arrange_activity();
    }

    pub(super) fn turn_activity(&mut self) {
        self.sort_activity(self.activity.changes.order.turned());
    }

    /// Completes a term of the filter of Activity.
    pub(super) fn complete_activity(&mut self) {
        let text = self.activity.changes.filter.value();
        let (kept, last) = text.rsplit_once(' ').map_or(("", text), |(kept, last)| (kept, last));
        let gap = if kept.is_empty() { "" } else { " " };
        let all =
            STATES.iter().map(|state| format!("state:{state}")).chain(["age<1d", "age<7d", "age>30d"].map(Into::into));
        let lines: Vec<PaletteLine> = all
            .filter(|term| term.starts_with(last))
            .map(|term| PaletteLine {
                entry: PaletteEntry::Filter(format!("{kept}{gap}{term}")),
                name: term,
                help: String::new(),
                key: String::new(),
                refused: None,
            })
            .collect();
        match lines.as_slice() {
            [] => self.say("Nothing completes this; fields are state and age."),
            _ => self.overlays.push(Overlay::Palette(CommandPalette::of("Complete".into(), lines))),
        }
    }

    /// Keeps a failure of reading.
    pub(super) fn note_read_failure(&mut self, words: String) {
        if self.activity.changes.read_failures.last().is_some_and(|last| last.words == words) {
            self.activity.changes.read_failures.pop();
        }
        self.activity.changes.read_failures.push(ReadFailure { at: self.now, words });
        let over = self.activity.changes.read_failures.len().saturating_sub(KEPT);
        self.activity.changes.read_failures.drain(..over);
    }

    /// Shows the failures of reading in this session, the latest first.
    pub(super) fn open_read_failures(&mut self) {
        let line = |failure: &ReadFailure| PaletteLine {
            entry: PaletteEntry::Do(super::action::Action::Refresh),
            name: failure.at.strftime("%m-%d %H:%M:%SZ").to_string(),
            help: failure.words.clone(),
            key: String::new(),
            refused: None,
        };
        let lines = self.activity.changes.read_failures.iter().rev().map(line).collect();
        let note = Some("Enter reads everything anew.");
        self.overlays.push(Overlay::Palette(CommandPalette {
            note,
            ..CommandPalette::of("What could not be read".into(), lines)
        }));
    }
}

impl ActivityState {
    /// How many plans Activity shows.
    pub fn plan_count(&self) -> usize {
        self.changes.rows.as_ref().map_or_else(|| self.entries.plans(), Vec::len)
    }

    /// The plan of a row of Activity.
    pub fn plan_at(&self, row: usize) -> Option<ChangeId> {
        match &self.changes.rows {
            Some(rows) => rows.get(row).copied(),
            None => self.entries.newest_plans().nth(row),
        }
    }

    /// The plans of Activity from a row on.
    pub fn plans_from(&self, row: usize) -> Box<dyn Iterator<Item = ChangeId> + '_> {
        match &self.changes.rows {
            Some(rows) => Box::new(rows.iter().skip(row).copied()),
            None => Box::new(self.entries.newest_plans().skip(row)),
        }
    }

    /// The title of a plan of the journal.
    pub(super) fn title_of(&self, plan: ChangeId) -> &str {
        self.entries.of_plan(plan).next().map_or("", |entry| &entry.title)
    }

    /// 0 where something failed, 1 where something is open, else 2.
    fn gravity(&self, plan: ChangeId) -> u8 {
        let counts = self.entries.course(plan).map(|course| course.progress.counts);
        counts.map_or(2, |counts| if counts.failed() > 0 { 0 } else { 1 + u8::from(counts.left() == 0) })
    }
}

fn state_word(state: ChangeState) -> &'static str {
    state.label()
}
