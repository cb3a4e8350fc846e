//! The queue of changes: first in, first out per record, several records at a time.
//!
//! Each change waits for the last ones before it that hold one of its records, and is told when they are done: giving
//! out the next one costs the same however many wait.

use std::collections::BTreeSet;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::{
    directory::{
        ResourceRef,
        change::{Change, ChangeId},
        plan::JournalEntry,
    },
    scim::request::ApiKind,
};

/// Changes waiting and changes under way.
#[derive(Debug, Default)]
pub struct ChangeQueue {
    places: FxHashMap<ChangeId, Place>,
    /// The changes that wait for no other.
    ready: BTreeSet<ChangeId>,
    running: FxHashSet<ChangeId>,
    /// The last changes on each record that are not done.
    last: FxHashMap<ResourceRef, LastChange>,
}

/// A change that is not done.
#[derive(Debug)]
struct Place {
    /// `None` while it is under way, or was taken out.
    entry: Option<JournalEntry>,
    holds: Vec<(ResourceRef, RecordHold)>,
    /// True if its outcome is to be found before anything else is sent to its records.
    held: bool,
    /// The number of changes that it waits for.
    before: usize,
    /// The changes that wait for it.
    after: Vec<ChangeId>,
}

/// How a change holds a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RecordHold {
    /// The change must be the only one on the record.
    Alone,
    /// The change may share the record with others that hold it so.
    Shared,
}

/// The changes on a record that the next one waits for.
#[derive(Debug, Default)]
struct LastChange {
    alone: Option<ChangeId>,
    shared: FxHashSet<ChangeId>,
}

impl ChangeQueue {
    /// Adds a change at the end; nothing where it is there already.
    pub fn push(&mut self, entry: JournalEntry) {
        let id = entry.id;
        if self.places.contains_key(&id) {
            return;
        }
        let holds = holds(&entry);
        let mut before: FxHashSet<ChangeId> = FxHashSet::default();
        for (target, hold) in &holds {
            let last = self.last.entry(target.clone()).or_default();
            match hold {
                RecordHold::Shared => {
                    before.extend(last.alone);
                    last.shared.insert(id);
                }
                RecordHold::Alone => {
                    let shared = std::mem::take(&mut last.shared);
                    before.extend(if shared.is_empty() { last.alone.into_iter().collect() } else { shared });
                    last.alone = Some(id);
                }
            }
        }
        before.remove(&id);
        for earlier in &before {
            if let Some(place) = self.places.get_mut(earlier) {
                place.after.push(id);
            }
        }
        if before.is_empty() {
            self.ready.insert(id);
        }
        self.places
            .insert(id, Place { entry: Some(entry), held: false, holds, before: before.len(), after: Vec::new() });
    }

    /// Keeps the records of a change that was sent until [`ChangeQueue::finish`]: its outcome is not known. False where
    /// that is so already.
    pub fn hold(&mut self, entry: &JournalEntry) -> bool {
        let id = entry.id;
        self.push(entry.clone());
        self.ready.remove(&id);
        self.running.remove(&id);
        let Some(place) = self.places.get_mut(&id) else { return false };
        place.entry = None;
        !std::mem::replace(&mut place.held, true)
    }

    /// Puts a change that could not be sent back where it was: its records stay its own.
    pub fn put_back(&mut self, entry: JournalEntry) {
        let id = entry.id;
        self.running.remove(&id);
        match self.places.get_mut(&id) {
            Some(place) => {
                place.entry = Some(entry);
                self.ready.insert(id);
            }
            None => self.push(entry),
        }
    }

    /// The oldest change that `may_go` and none of whose records is in use by an earlier one; they are in use from now
    /// on.
    pub fn next(&mut self, may_go: impl Fn(&JournalEntry) -> bool) -> Option<JournalEntry> {
        let goes = |id: &&ChangeId| self.places.get(id).and_then(|place| place.entry.as_ref()).is_some_and(&may_go);
        let id = *self.ready.iter().find(goes)?;
        self.ready.remove(&id);
        let entry = self.places.get_mut(&id)?.entry.take()?;
        self.running.insert(id);
        Some(entry)
    }

    /// The change is done: its records are free.
    pub fn finish(&mut self, id: ChangeId) {
        let mut done = vec![id];
        while let Some(id) = done.pop() {
            self.running.remove(&id);
            self.ready.remove(&id);
            let Some(place) = self.places.remove(&id) else { continue };
            self.release(id, &place);
            for later in place.after {
                let Some(place) = self.places.get_mut(&later) else { continue };
                place.before -= 1;
                match (place.before, &place.entry) {
                    (0, Some(_)) => {
                        self.ready.insert(later);
                    }
                    // This change was taken out while it waited.
                    (0, None) if !place.held => done.push(later),
                    _ => {}
                }
            }
        }
    }

    fn release(&mut self, id: ChangeId, place: &Place) {
        for (target, _) in &place.holds {
            if let Some(last) = self.last.get_mut(target) {
                last.shared.remove(&id);
                last.alone.take_if(|alone| *alone == id);
                if last.alone.is_none() && last.shared.is_empty() {
                    self.last.remove(target);
                }
            }
        }
    }

    /// Takes a waiting change out. `None` if it is under way or done.
    pub fn take(&mut self, id: ChangeId) -> Option<JournalEntry> {
        let place = self.places.get_mut(&id)?;
        let entry = place.entry.take()?;
        // Changes that wait for it go on waiting for those before it.
        if place.before == 0 {
            self.finish(id);
        }
        Some(entry)
    }

    /// Changes of a plan that wait, oldest first.
    pub fn waiting_of(&self, plan: ChangeId) -> Vec<ChangeId> {
        let waits = |place: &&Place| place.entry.as_ref().is_some_and(|entry| entry.plan == plan);
        let mut ids: Vec<ChangeId> = self.places.iter().filter(|(_, place)| waits(place)).map(|(id, _)| *id).collect();
        ids.sort_unstable();
        ids
    }

    /// The changes that wait for one of `held`, or for one that does.
    pub fn behind(&self, held: &FxHashSet<ChangeId>) -> Vec<&JournalEntry> {
        let mut next: Vec<ChangeId> = held.iter().copied().collect();
        let mut seen: FxHashSet<ChangeId> = held.clone();
        let mut behind = Vec::new();
        while let Some(place) = next.pop().map(|id| self.places.get(&id)) {
            for later in place.iter().flat_map(|place| &place.after) {
                if seen.insert(*later) {
                    next.push(*later);
                    behind.extend(self.places.get(later).and_then(|place| place.entry.as_ref()));
                }
            }
        }
        behind
    }

    /// True for a change that waits, is under way or is held.
    pub fn has(&self, id: ChangeId) -> bool {
        self.places.contains_key(&id)
    }

    /// Number of changes under way.
    pub fn running(&self) -> usize {
        self.running.len()
    }
}

/// The records of a change. A changed role for somebody who is in the team already leaves the team as it is: many such
/// changes go at a time, only not beside one that alters the team.
fn holds(entry: &JournalEntry) -> Vec<(ResourceRef, RecordHold)> {
    let writes = |target: &ResourceRef| {
        let requests = &entry.step.requests;
        requests.is_empty()
            || requests
                .iter()
                .any(|request| request.api != ApiKind::Scim || request.path.get(1).is_some_and(|id| **id == *target.id))
    };
    let touches = entry.step.change.touches().into_iter();
    touches
        .map(|(target, _)| {
            let shares = matches!(&entry.step.change, Change::SetTeamRole { team, .. } if *team == target.id);
            let hold = if shares && !writes(&target) { RecordHold::Shared } else { RecordHold::Alone };
            (target, hold)
        })
        .collect()
}

#[cfg(test)]
pub(super) mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::directory::{
        change::Change,
        plan::{ChangeState, ConfirmBy, Risk, Step, Undo},
        words::{LineSign, PlanLine},
    };
    use crate::scim::request::{Method, Request};

    pub fn entry(id: i64, change: Change) -> JournalEntry {
        let words = PlanLine {
            sign: LineSign::Alter,
            subject: String::new(),
            what: String::new(),
            before: String::new(),
            after: String::new(),
        };
        JournalEntry {
            id: ChangeId(id),
            plan: ChangeId(id),
            title: String::new(),
            at: Timestamp::UNIX_EPOCH,
            actor: String::new(),
            reason: None,
            step: Step {
                change,
                requests: vec![],
                completion: None,
                consequences: vec![],
                undo: Undo::By(vec![]),
                confirm: ConfirmBy::Echo(vec![]),
                risk: Risk::Plain,
                words,
                others: vec![],
                watched: None,
                expected: None,
                undoes: None,
                compensation: None,
                grave: 0,
            },
            state: ChangeState::Planned,
            why: String::new(),
            failure: None,
            exchanges: vec![],
            settled: None,
            undoes: None,
            created: None,
            made: None,
            partly: false,
            effects: vec![],
            alarm: false,
            session: None,
        }
    }

    fn role(id: i64, user: &str) -> JournalEntry {
        entry(id, Change::SetOrgRole { user: user.into(), role: "member".into() })
    }

    #[test]
    fn one_record_keeps_its_order_and_others_go_ahead() {
        let mut queue = ChangeQueue::default();
        queue.push(role(1, "eva"));
        queue.push(role(2, "eva"));
        queue.push(entry(3, Change::AddMember { team: "t".into(), user: "eva".into() }));
        queue.push(entry(4, Change::AddMember { team: "t".into(), user: "ivan".into() }));
        queue.push(role(5, "noor"));
        let mut next = || queue.next(|_| true).map(|entry| entry.id.0);
        // 4 shares the team with 3, which waits for eva: it must not overtake.
        assert_eq!([next(), next(), next()], [Some(1), Some(5), None]);
        queue.finish(ChangeId(1));
        assert_eq!(queue.next(|_| true).map(|entry| entry.id.0), Some(2));
        assert_eq!(queue.running(), 2);
    }

    #[test]
    fn a_change_waits_behind_a_held_one_through_those_between() {
        let mut queue = ChangeQueue::default();
        queue.hold(&role(1, "eva"));
        queue.push(entry(2, Change::AddMember { team: "t".into(), user: "eva".into() }));
        queue.push(entry(3, Change::AddMember { team: "t".into(), user: "ivan".into() }));
        queue.push(role(4, "noor"));
        let behind = |id: i64| {
            let mut ids: Vec<i64> =
                queue.behind(&[ChangeId(id)].into_iter().collect()).iter().map(|entry| entry.id.0).collect();
            ids.sort_unstable();
            ids
        };
        assert_eq!(behind(1), [2, 3]);
        assert!(behind(4).is_empty());
    }

    #[test]
    fn what_could_not_be_sent_goes_first_again() {
        let mut queue = ChangeQueue::default();
        queue.push(role(1, "eva"));
        queue.push(role(2, "eva"));
        let first = queue.next(|_| true).unwrap();
        queue.put_back(first);
        assert_eq!(queue.next(|_| true).map(|entry| entry.id.0), Some(1));
        assert!(queue.take(ChangeId(1)).is_none());
        assert!(queue.take(ChangeId(2)).is_some());
    }

    fn team_role(id: i64, user: &str) -> JournalEntry {
        let change = Change::SetTeamRole { user: user.into(), team: "t".into(), role: "viewer".into() };
        let mut entry = entry(id, change);
        entry.step.requests = vec![Request::new(Method::Patch, ["Users", user])];
        entry
    }

    #[test]
    fn roles_in_one_team_go_at_a_time_but_not_beside_what_alters_the_team() {
        let mut queue = ChangeQueue::default();
        queue.push(team_role(1, "eva"));
        queue.push(team_role(2, "ivan"));
        queue.push(entry(3, Change::AddMember { team: "t".into(), user: "noor".into() }));
        queue.push(team_role(4, "zoe"));
        let given = |queue: &mut ChangeQueue| {
            std::iter::from_fn(|| queue.next(|_| true).map(|entry| entry.id.0)).collect::<Vec<_>>()
        };
        assert_eq!(given(&mut queue), [1, 2]);
        queue.finish(ChangeId(2));
        assert!(given(&mut queue).is_empty());
        queue.finish(ChangeId(1));
        assert_eq!(given(&mut queue), [3]);
        queue.finish(ChangeId(3));
        assert_eq!(given(&mut queue), [4]);
        queue.finish(ChangeId(4));
        assert!(queue.places.is_empty() && queue.last.is_empty());
    }

    #[test]
    fn what_is_taken_out_holds_nobody_up() {
        let mut queue = ChangeQueue::default();
        queue.push(role(1, "eva"));
        queue.push(role(2, "eva"));
        queue.push(role(3, "eva"));
        queue.push(role(3, "eva"));
        assert!(queue.take(ChangeId(2)).is_some());
        assert!(queue.take(ChangeId(2)).is_none());
        assert_eq!(queue.next(|_| true).map(|entry| entry.id.0), Some(1));
        assert!(queue.next(|_| true).is_none());
        queue.finish(ChangeId(1));
        assert_eq!(queue.next(|_| true).map(|entry| entry.id.0), Some(3));
    }
}
