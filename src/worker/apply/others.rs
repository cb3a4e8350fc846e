//! Checks that another admin remains. The server is asked just before a change that takes an admin away is sent, and
//! again after its confirmation: no request can be made conditional on a record that it does not write.

use std::collections::HashMap;

use super::{AttemptEnd, ChangeAttempt, undo::KEPT};
use crate::{
    directory::{
        Observation, ResourceRef,
        guard::{OtherAdmin, OtherAdmins},
        plan::{ChangeState, JournalEntry},
        record::{Record, Team, User},
    },
    scim::failure::{Failure, FailureClass},
};

/// The readings of the admins' records for a change.
type Read = HashMap<ResourceRef, Observation>;

impl ChangeAttempt<'_> {
    /// The reason why the change is not sent now, or at all; `None` if it may be sent.
    pub(super) async fn held_up(&mut self, entry: &mut JournalEntry) -> Option<AttemptEnd> {
        match self.unheld(entry).await {
            Ok(None) => None,
            Ok(Some(others)) => Some(self.unsent(entry, ChangeState::Refused, others.refusal(), None).await),
            Err(failure) => Some(self.unread(entry, failure, "whether another admin is left").await),
        }
    }

    /// Settles a change that took effect, after checking whether another admin remains.
    pub(super) async fn took_effect(
        &mut self,
        entry: &mut JournalEntry,
        state: ChangeState,
        why: String,
    ) -> AttemptEnd {
        let alarm = match self.unheld(entry).await {
            Ok(None) => String::new(),
            Ok(Some(others)) => others.loss(),
            Err(failure) if passes(&failure) => return self.unsettled(entry, failure).await,
            Err(failure) => format!("Whether another admin is left can't be read: {}", failure.text),
        };
        entry.alarm = !alarm.is_empty();
        let why = if why.is_empty() && self.is_kept(entry) { KEPT.to_owned() } else { why };
        // An outcome that is not shown proves nothing about other admins.
        let shown = matches!(state, ChangeState::Confirmed | ChangeState::Partly);
        let unseen = self.unseen_memberships(entry).filter(|_| shown).unwrap_or_default();
        let why = [why.as_str(), unseen].join(" ").trim().to_owned();
        let why = [alarm, why].into_iter().filter(|words| !words.is_empty()).collect::<Vec<_>>().join(" ");
        self.settled(entry, state, why, None).await
    }

    /// The first admin role of the step that no other user is found to hold.
    async fn unheld(&mut self, entry: &JournalEntry) -> Result<Option<OtherAdmins>, Failure> {
        let mut read = Read::new();
        for others in &entry.step.others {
            let mut held = false;
            for admin in &others.admins {
                if self.is_still(others, admin, &mut read).await? {
                    held = true;
                    break;
                }
            }
            if !held {
                self.fresh.extend(read.into_values());
                return Ok(Some(others.clone()));
            }
        }
        Ok(None)
    }

    async fn is_still(&self, others: &OtherAdmins, admin: &OtherAdmin, read: &mut Read) -> Result<bool, Failure> {
        let Some(user) = self.user(admin, read).await? else { return Ok(false) };
        let Some(group) = &admin.through else { return Ok(others.is_still(&user, None)) };
        let mut group = self.group(&ResourceRef::team(group), read).await?;
        if let Some(group) = &mut group {
            let own = self.others_of(group, std::slice::from_ref(&user.id)).await;
            group.identify(&user, &own);
        }
        Ok(group.is_some_and(|group| others.is_still(&user, Some(&group))))
    }

    async fn user(&self, admin: &OtherAdmin, read: &mut Read) -> Result<Option<User>, Failure> {
        let fresh = self.once(&ResourceRef::user(&admin.id), read).await?;
        Ok(if let Observation::Record(Record::User(user)) = fresh { Some(user) } else { None })
    }

    async fn group(&self, group: &ResourceRef, read: &mut Read) -> Result<Option<Team>, Failure> {
        let fresh = self.once(group, read).await?;
        Ok(if let Observation::Record(Record::Team(team)) = fresh { Some(team) } else { None })
    }

    async fn once(&self, target: &ResourceRef, read: &mut Read) -> Result<Observation, Failure> {
        if let Some(known) = read.get(target) {
            return Ok(known.clone());
        }
        let fresh = self.context.read(target).await?;
        read.insert(target.clone(), fresh.clone());
        Ok(fresh)
    }
}

/// True for a failure that may pass, so that asking later is useful.
pub(super) fn passes(failure: &Failure) -> bool {
    matches!(
        failure.class,
        FailureClass::Offline
            | FailureClass::Timeout
            | FailureClass::RateLimited
            | FailureClass::Server
            | FailureClass::Cancelled
            | FailureClass::Unauthorized
            | FailureClass::Tls
            | FailureClass::Proxy
    )
}
