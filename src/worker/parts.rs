//! The parts of a plan that go one after another: what is created, what gives, what takes away.
//!
//! A later part waits until each change of the parts before it has an outcome, so that harm is seen before the rest goes.

use std::collections::VecDeque;

use rustc_hash::FxHashMap;

use super::queue::ChangeQueue;
use crate::directory::change::ChangeId;

/// Plans whose parts are not all done.
#[derive(Debug, Default)]
pub struct Parts {
    /// Of each plan the parts that are left, the next one first.
    plans: FxHashMap<usize, PlanParts>,
    /// Which plan a change of a later part belongs to.
    later: FxHashMap<ChangeId, usize>,
    added: usize,
}

/// The parts of a plan that are left.
#[derive(Debug)]
struct PlanParts {
    left: VecDeque<Vec<ChangeId>>,
    /// Its changes have come to the queue.
    begun: bool,
}

impl Parts {
    /// A plan of several parts is about to come.
    pub fn add(&mut self, parts: Vec<Vec<ChangeId>>) {
        self.added += 1;
        let later = parts.iter().skip(1).flatten();
        self.later.extend(later.map(|id| (*id, self.added)));
        self.plans.insert(self.added, PlanParts { left: parts.into(), begun: false });
    }

    /// Lets the next part go where the one before has left the queue.
    pub fn follow(&mut self, queue: &ChangeQueue) {
        for PlanParts { left: parts, begun } in self.plans.values_mut() {
            *begun |= parts.front().is_some_and(|part| part.iter().any(|id| queue.has(*id)));
            if !*begun {
                continue;
            }
            while let Some(part) = parts.front_mut() {
                while part.last().is_some_and(|id| !queue.has(*id)) {
                    part.pop();
                }
                if !part.is_empty() {
                    break;
                }
                parts.pop_front();
                for id in parts.front().into_iter().flatten() {
                    self.later.remove(id);
                }
            }
        }
        self.plans.retain(|_, parts| !parts.left.is_empty());
    }

    /// False while a part before that of this change is not done.
    pub fn may_go(&self, id: ChangeId) -> bool {
        !self.later.contains_key(&id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{directory::change::Change, worker::queue::tests::entry};

    #[test]
    fn a_part_waits_for_all_of_the_part_before() {
        let (mut queue, mut parts) = (ChangeQueue::default(), Parts::default());
        parts.add(vec![vec![ChangeId(1), ChangeId(2)], vec![ChangeId(3)], vec![ChangeId(4)]]);
        parts.follow(&queue);
        let active = |id: i64| Change::SetActive { user: format!("u{id}").as_str().into(), active: true };
        (1..=4).for_each(|id| queue.push(entry(id, active(id))));
        let mut next = |queue: &mut ChangeQueue| {
            parts.follow(queue);
            queue.next(|entry| parts.may_go(entry.id)).map(|entry| entry.id.0)
        };
        assert_eq!((next(&mut queue), next(&mut queue), next(&mut queue)), (Some(1), Some(2), None));
        queue.finish(ChangeId(1));
        assert_eq!(next(&mut queue), None);
        queue.finish(ChangeId(2));
        assert_eq!((next(&mut queue), next(&mut queue)), (Some(3), None));
        queue.finish(ChangeId(3));
        assert_eq!(next(&mut queue), Some(4));
    }
}
