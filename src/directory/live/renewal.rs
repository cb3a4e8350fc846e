//! Takes in newer readings of records, from single reads and from a refresh.

use rustc_hash::FxHashSet;

use super::Directory;
use crate::directory::{Observation, ResourceRef, records::Records, work::RefreshProof};

impl Directory {
    /// Puts in the records of single reads. True if rows were added, removed or moved.
    pub fn learn(&mut self, fresh: Vec<Observation>) -> bool {
        if let Some(during) = self.during_refresh.as_mut() {
            during.extend(fresh.iter().cloned());
        }
        let (mut reshaped, mut records, mut gone) = (false, Vec::new(), Vec::new());
        let targets: Vec<ResourceRef> = fresh.iter().filter_map(Observation::target).collect();
        // The last observation of a record counts, so new records are put in before gone ones are removed.
        for mut one in fresh {
            self.fill_fresh(&mut one);
            match one {
                Observation::Record(record) => {
                    reshaped |= self.records.remove_all(gone.drain(..));
                    records.push(record);
                }
                Observation::Gone(target) => {
                    reshaped |= self.records.put_all(records.drain(..));
                    gone.push(target);
                }
                Observation::Told(topic, told) => drop(self.told.insert(topic, told)),
            }
        }
        reshaped |= self.records.put_all(records) | self.records.remove_all(gone);
        targets.iter().for_each(|target| self.overlay(target));
        reshaped
    }

    /// Puts in the records of a refresh, except those that were read alone since it began. True if rows were added,
    /// removed or moved.
    pub fn renew(&mut self, mut fresh: Vec<Observation>) -> bool {
        let during = self.during_refresh.take();
        let newer: FxHashSet<ResourceRef> = during.iter().flatten().filter_map(Observation::target).collect();
        fresh.retain(|one| one.target().is_none_or(|target| !newer.contains(&target)));
        let reshaped = self.learn(fresh);
        self.during_refresh = during;
        reshaped
    }

    /// Marks the beginning of a refresh: records that are read alone from now on are newer than its results.
    pub fn refresh_begins(&mut self) {
        self.during_refresh = Some(Vec::new());
    }

    /// Marks the end of a refresh, with the coverage of each list. New memberships may change the roles of other users.
    pub fn refresh_ends(&mut self, proofs: &[RefreshProof]) {
        self.during_refresh = None;
        proofs.iter().for_each(|proof| self.records.cover(proof.kind, proof.coverage.clone()));
        if self.records.role_source().is_mapping() {
            self.touched.keys().cloned().collect::<Vec<_>>().iter().for_each(|target| self.overlay(target));
        }
    }

    /// Replaces all records and returns the old ones, for a caller who drops them on another thread. Pending changes
    /// stay.
    pub fn replace(&mut self, records: Records, last: bool) -> Records {
        let old = std::mem::replace(&mut self.records, records);
        if last {
            let newer = self.during_refresh.take().unwrap_or_default();
            self.learn(newer);
            self.teams_told.clear();
        }
        self.fill_learnt();
        for change in self.pending.values() {
            if let Some(record) = change.created() {
                self.records.put(record);
            }
        }
        for target in self.touched.keys().cloned().collect::<Vec<_>>() {
            self.overlay(&target);
        }
        old
    }
}
