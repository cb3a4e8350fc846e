//! "All shown" of a check list, in steps: a list may have as many rows as the directory.

use rustc_hash::FxHashSet;

use super::{CheckList, MembershipState, NothingToggled};
use crate::directory::{Directory, Id, RecordKind};

/// Rows of one step.
const STEP: usize = 4_096;

/// The state of "all shown": the rows that the filter shows are first examined, then set.
#[derive(Debug, Default)]
pub(super) struct CheckSweep {
    /// Rows that were looked at.
    looked: usize,
    /// True once a row was found that is not in.
    is_open: bool,
    /// True once a row was found that is not a member and has no wish.
    lacks_wish: bool,
    /// Rows to set: those that are not members and were not set one by one.
    rows: Vec<Id>,
    /// Rows that were set.
    set: usize,
}

impl CheckList {
    /// Checks all rows that the filter shows; if all of them are checked, unchecks them. Many rows take several steps.
    ///
    /// # Errors
    ///
    /// Nothing changes.
    pub fn toggle_all(&mut self, directory: &Directory) -> Result<(), NothingToggled> {
        if self.rows.is_similar() {
            return Err(NothingToggled::Similar);
        }
        self.sweep = Some(CheckSweep::default());
        self.sweep_on(directory)
    }

    /// Does one step of the sweep, if one is under way.
    ///
    /// # Errors
    ///
    /// The sweep has found nothing to change.
    pub(super) fn sweep_on(&mut self, directory: &Directory) -> Result<(), NothingToggled> {
        let Some(mut sweep) = self.sweep.take_if(|_| self.rows.is_whole()) else { return Ok(()) };
        if sweep.looked < self.rows.shown.len() {
            self.look_at_rows(&mut sweep, directory);
            if sweep.looked < self.rows.shown.len() {
                self.sweep = Some(sweep);
                return Ok(());
            }
            match (sweep.is_open, sweep.rows.len()) {
                (false, _) => return Err(NothingToggled::NoneOpen),
                (true, 0) => return Err(NothingToggled::SetByHand),
                (true, 1..=STEP) => {}
                (true, _) => {
                    self.sweep = Some(sweep);
                    return Ok(());
                }
            }
        }
        if sweep.rows.is_empty() {
            return Err(NothingToggled::NoneOpen);
        }
        if !sweep.lacks_wish {
            self.take_wishes_back(sweep.rows);
            return Ok(());
        }
        self.whole = true;
        if sweep.set == 0 {
            self.wishes.reserve(sweep.rows.len());
        }
        let step = sweep.rows.get(sweep.set..).unwrap_or_default().iter().take(STEP);
        self.wishes.extend(step.map(|id| (id.clone(), true)));
        sweep.set += STEP;
        if sweep.set < sweep.rows.len() {
            self.sweep = Some(sweep);
        }
        Ok(())
    }

    /// Finishes the sweep at once with the rows of the present filter, because another filter follows.
    pub(super) fn finish_sweep(&mut self, directory: &Directory) {
        while self.sweep.is_some() {
            if !self.rows.is_whole() {
                self.rows.advance(directory, STEP);
            } else if self.sweep_on(directory).is_err() {
                return;
            }
        }
    }

    fn look_at_rows(&self, sweep: &mut CheckSweep, directory: &Directory) {
        let kind = self.kind();
        let rows = self.rows.shown.get(sweep.looked..).unwrap_or_default().iter().take(STEP);
        for id in rows.filter_map(|row| directory.id_at(kind, *row)) {
            // Check lists give service accounts no membership.
            let is_service =
                kind == RecordKind::User && directory.user(id).is_some_and(|user| user.account.is_service());
            if is_service || self.now(directory, id) == MembershipState::On {
                continue;
            }
            sweep.is_open = true;
            if !self.by_hand.contains(id) {
                sweep.lacks_wish |= self.wishes.get(id) != Some(&true);
                sweep.rows.push(id.clone());
            }
        }
        sweep.looked += STEP;
    }

    fn take_wishes_back(&mut self, rows: Vec<Id>) {
        if rows.len() == self.wishes.len() {
            self.wishes.clear();
        } else {
            let rows: FxHashSet<Id> = rows.into_iter().collect();
            self.wishes.retain(|id, _| !rows.contains(id));
        }
    }
}
