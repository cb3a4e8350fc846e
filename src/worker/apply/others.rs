//! Checks that another admin remains. The server is asked just before a change that takes an admin away is sent, and
//! again after its confirmation: no request can be made conditional on a record that it does not write.

use std::collections::HashMap;

use super::{Attempt, Ended, undo::KEPT};
use crate::{
    directory::{
        Fresh, Target,
        guard::{Admin, Others},
        plan::{Entry, State},
        record::{Record, Team, User},
    },
    scim::failure::{Class, Failure},
};

/// The admins' records that were read for a change.
type Read = HashMap<Target, Fresh>;

impl Attempt<'_> {
    /// The reason why the change is not sent now, or at all; `None` where it may go.
    pub(super) async fn held_up(&mut self, entry: &mut Entry) -> Option<Ended> {
        match self.unheld(entry).await {
            Ok(None) => None,
            Ok(Some(others)) => Some(self.unsent(entry, State::Refused, others.refusal(), None).await),
            Err(failure) => Some(self.unread(entry, failure, "whether another admin is left").await),
        }
    }

    /// Settles a change that took effect, after checking whether another admin remains.
    pub(super) async fn took_effect(&mut self, entry: &mut Entry, state: State, why: String) -> Ended {
        let alarm = match self.unheld(entry).await {
            Ok(None) => String::new(),
            Ok(Some(others)) => others.loss(),
            Err(failure) if passes(&failure) => return self.unsettled(entry, failure).await,
            Err(failure) => format!("Whether another admin is left can't be read: {}", failure.text),
        };
        entry.alarm = !alarm.is_empty();
        let why = if why.is_empty() && self.is_kept(entry) { KEPT.to_owned() } else { why };
        let why = [alarm, why].into_iter().filter(|words| !words.is_empty()).collect::<Vec<_>>().join(" ");
        self.settled(entry, state, why, None).await
    }

    /// The first of the step's admin posts that no other user is found to hold.
    async fn unheld(&mut self, entry: &Entry) -> Result<Option<Others>, Failure> {
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

    async fn is_still(&self, others: &Others, admin: &Admin, read: &mut Read) -> Result<bool, Failure> {
        let Some(user) = self.user(admin, read).await? else { return Ok(false) };
        let Some(group) = &admin.through else { return Ok(others.is_still(&user, None)) };
        let mut group = self.group(&Target::team(group), read).await?;
        if let Some(group) = &mut group {
            let own = self.others_of(group, std::slice::from_ref(&user.id)).await;
            group.identify(&user, &own);
        }
        Ok(group.is_some_and(|group| others.is_still(&user, Some(&group))))
    }

    async fn user(&self, admin: &Admin, read: &mut Read) -> Result<Option<User>, Failure> {
        let fresh = self.once(&Target::user(&admin.id), read).await?;
        Ok(if let Fresh::Record(Record::User(user)) = fresh { Some(user) } else { None })
    }

    async fn group(&self, group: &Target, read: &mut Read) -> Result<Option<Team>, Failure> {
        let fresh = self.once(group, read).await?;
        Ok(if let Fresh::Record(Record::Team(team)) = fresh { Some(team) } else { None })
    }

    async fn once(&self, target: &Target, read: &mut Read) -> Result<Fresh, Failure> {
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
        Class::Offline
            | Class::Timeout
            | Class::RateLimited
            | Class::Server
            | Class::Cancelled
            | Class::Unauthorized
            | Class::Tls
    )
}
