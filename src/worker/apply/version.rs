//! A version that differs although the record does not: some servers change the version at each reading, and some never
//! accept one.

use super::{ChangeAttempt, send::kind_of};
use crate::{
    directory::{Observation, ResourceRef, plan::JournalEntry, record::Record},
    scim::{failure::Failure, request::Request},
    worker::versions::RecordVersion,
};

impl ChangeAttempt<'_> {
    /// Prepares to send a change once more after a 412 (RFC 7644 §3.14). False unless the record is known to be as
    /// planned.
    ///
    /// The change is sent with the version that was just read, or without one if the server has refused that version.
    pub(super) async fn takes_new_version(&mut self, entry: &JournalEntry, failure: &Failure) -> bool {
        if failure.status != Some(412) || self.sent > 0 {
            return false;
        }
        let first = entry.step.requests.first().filter(|request| !request.merge);
        let Some(request) = first.map(|request| self.with_version(request.clone())) else { return false };
        let Some((target, planned)) = target_of(&request).zip(request.if_match.as_ref()) else { return false };
        let Ok((fresh, Some(whole))) = self.context.read_whole(&target).await else { return false };
        let Some(now) = whole.version else { return false };
        if !self.differs_in_version_alone(planned, &fresh).await {
            return false;
        }
        let tag = (now != *planned).then(|| now.into());
        self.versions.insert(request.path, RecordVersion::own(tag));
        true
    }

    /// True if the reading differs from the disk's record, which has the `planned` version, in the version alone.
    async fn differs_in_version_alone(&self, planned: &str, fresh: &Observation) -> bool {
        let Observation::Record(now) = fresh else { return false };
        let target = now.target();
        let Some(Some(was)) = self.context.stored(move |store| store.record(&target)).await else { return false };
        was.version().is_some_and(|version| **version == *planned) && unversioned(was) == unversioned(now.clone())
    }
}

fn unversioned(mut record: Record) -> Record {
    match &mut record {
        Record::User(user) => user.version = None,
        Record::Team(team) => team.version = None,
        Record::Role(role) => role.version = None,
    }
    record
}

/// The record that a request is about.
pub(super) fn target_of(request: &Request) -> Option<ResourceRef> {
    let (kind, id) = kind_of(request).zip(request.path.get(1))?;
    Some(ResourceRef { kind, id: id.as_str().into() })
}
