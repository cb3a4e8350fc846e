//! Which change may be sent next: first in, first out per record, several records at a time.

use std::collections::VecDeque;

use rustc_hash::FxHashSet;

use crate::directory::{Target, change::ChangeId, plan::Entry};

/// Changes waiting and changes under way.
#[derive(Debug, Default)]
pub struct Queue {
    waiting: VecDeque<Entry>,
    busy: Vec<(ChangeId, Vec<Target>)>,
}

impl Queue {
    /// Adds a change at the end.
    pub fn push(&mut self, entry: Entry) {
        self.waiting.push_back(entry);
    }

    /// Puts a change that could not be sent back to the front, and frees its records.
    pub fn put_back(&mut self, entry: Entry) {
        self.finish(entry.id);
        // Before everything that is newer: it may share a record with it.
        let at = self.waiting.iter().position(|other| other.id > entry.id).unwrap_or(self.waiting.len());
        self.waiting.insert(at, entry);
    }

    /// The first change none of whose records is in use by an earlier one; its records are in use from now on.
    pub fn next(&mut self) -> Option<Entry> {
        let mut used: FxHashSet<Target> = self.busy.iter().flat_map(|(_, targets)| targets.iter().cloned()).collect();
        let at = self.waiting.iter().position(|entry| {
            let targets = targets(entry);
            let free = targets.iter().all(|target| !used.contains(target));
            used.extend(targets);
            free
        })?;
        let entry = self.waiting.remove(at)?;
        self.busy.push((entry.id, targets(&entry)));
        Some(entry)
    }

    /// The change is done: its records are free.
    pub fn finish(&mut self, id: ChangeId) {
        self.busy.retain(|(other, _)| *other != id);
    }

    /// Takes a waiting change out. `None` if it is under way or done.
    pub fn take(&mut self, id: ChangeId) -> Option<Entry> {
        let at = self.waiting.iter().position(|entry| entry.id == id)?;
        self.waiting.remove(at)
    }

    /// Number of changes under way.
    pub fn running(&self) -> usize {
        self.busy.len()
    }
}

fn targets(entry: &Entry) -> Vec<Target> {
    entry.step.change.touches().into_iter().map(|(target, _)| target).collect()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::directory::{
        change::Change,
        plan::{Confirm, Risk, State, Step, Undo},
        words::{Line, Sign},
    };

    fn entry(id: i64, change: Change) -> Entry {
        let words = Line {
            sign: Sign::Alter,
            subject: String::new(),
            what: String::new(),
            before: String::new(),
            after: String::new(),
        };
        Entry {
            id: ChangeId(id),
            plan: ChangeId(id),
            title: String::new(),
            at: Timestamp::UNIX_EPOCH,
            actor: String::new(),
            step: Step {
                change,
                requests: vec![],
                consequences: vec![],
                undo: Undo::By(vec![]),
                confirm: Confirm::Echo(vec![]),
                risk: Risk::Plain,
                words,
            },
            state: State::Planned,
            why: String::new(),
            failure: None,
            exchanges: vec![],
            settled: None,
            undoes: None,
            created: None,
            partly: false,
        }
    }

    fn role(id: i64, user: &str) -> Entry {
        entry(id, Change::SetOrgRole { user: user.into(), role: "member".into() })
    }

    #[test]
    fn one_record_keeps_its_order_and_others_go_ahead() {
        let mut queue = Queue::default();
        queue.push(role(1, "eva"));
        queue.push(role(2, "eva"));
        queue.push(entry(3, Change::AddMember { team: "t".into(), user: "eva".into() }));
        queue.push(entry(4, Change::AddMember { team: "t".into(), user: "ivan".into() }));
        queue.push(role(5, "noor"));
        let mut next = || queue.next().map(|entry| entry.id.0);
        // 4 shares the team with 3, which waits for eva: it must not overtake.
        assert_eq!([next(), next(), next()], [Some(1), Some(5), None]);
        queue.finish(ChangeId(1));
        assert_eq!(queue.next().map(|entry| entry.id.0), Some(2));
        assert_eq!(queue.running(), 2);
    }

    #[test]
    fn what_could_not_be_sent_goes_first_again() {
        let mut queue = Queue::default();
        queue.push(role(1, "eva"));
        queue.push(role(2, "eva"));
        let first = queue.next().unwrap();
        queue.put_back(first);
        assert_eq!(queue.next().map(|entry| entry.id.0), Some(1));
        assert!(queue.take(ChangeId(1)).is_none());
        assert!(queue.take(ChangeId(2)).is_some());
    }
}
