//! What became of a change: read from the answer, from the records, or from what else shows it; never from hope.

use std::sync::Arc;

use super::{Attempt, Ended, Versions, moved};
use crate::{
    dialect::Shown,
    directory::{
        Fresh, Target,
        change::Change,
        plan::{Confirm, Entry, State, Undo},
        record::{Depth, Record},
    },
    scim::{
        failure::{Arrived, Class, Failure},
        list,
        request::Request,
    },
    worker::context::{now, unreadable},
};

/// What is said where no answer came.
pub(super) const LOST: &str = "The answer was lost";

impl Attempt<'_> {
    /// All requests were accepted: does the directory show it?
    pub(super) async fn confirm(&mut self, entry: &mut Entry) -> Ended {
        if matches!(entry.step.confirm, Confirm::Echo(_)) && self.shows(entry).await == Shown::Yes {
            return self.confirmed(entry, String::new()).await;
        }
        if let Err(failure) = self.look(entry).await {
            return self.unsettled(entry, failure).await;
        }
        match self.shows(entry).await {
            Shown::Yes => self.confirmed(entry, String::new()).await,
            Shown::No(instead) => {
                let why = format!("The server accepted it and did not change it: it shows {instead}.");
                let why = self.with_part(entry, why).await;
                self.settled(entry, State::Refused, why, None).await
            }
            Shown::CantTell => {
                let why = "The server accepted it; its answers don't show the result.".to_owned();
                self.confirmed(entry, why).await
            }
        }
    }

    pub(super) async fn shows(&self, entry: &Entry) -> Shown {
        let change = entry.step.change.about(entry.created.as_ref());
        let fresh = self.identified(&change).await;
        match self.context.dialect.shows(&change, &fresh, &entry.step) {
            Shown::No(_) if self.is_kept(entry) => Shown::Yes,
            shown => shown,
        }
    }

    /// Reads what the plan says shows the outcome; what was made is found first, where no answer has told its id.
    pub(super) async fn look(&mut self, entry: &mut Entry) -> Result<(), Failure> {
        if let Some(request) = self.looks_for(entry) {
            self.find(entry, &request).await?;
        }
        match &entry.step.confirm {
            Confirm::Echo(targets) | Confirm::Reread(targets) => self.reread(entry, targets.clone()).await,
            Confirm::Ask(inquiries) => {
                for inquiry in inquiries {
                    for fresh in self.context.ask(inquiry).await? {
                        self.learn_fresh(fresh);
                    }
                }
                Ok(())
            }
        }
    }

    pub(super) async fn failed(&mut self, entry: &mut Entry, failure: Failure) -> Ended {
        // A server that does not take the key has not looked at the change.
        if self.sent == 0 && failure.class == Class::Unauthorized {
            return self.not_sent(entry, failure).await;
        }
        if failure.arrived == Arrived::No && self.sent == 0 {
            return if failure.class == Class::Local {
                self.settled(entry, State::Refused, failure.text.clone(), Some(failure)).await
            } else {
                self.not_sent(entry, failure).await
            };
        }
        if failure.arrived == Arrived::Unknown || (failure.arrived == Arrived::No && self.sent > 0) {
            return self.look_after_loss(entry, &loss(&failure)).await;
        }
        // Whatever was refused, the screen goes back to what is so, which is not always what it was.
        let _ = self.look_at_all(entry).await;
        let stale = failure.status == Some(412);
        let state = if stale { State::Conflict } else { State::Refused };
        let why = if stale {
            "It was changed by somebody else since it was read here; the list now shows what is so.".to_owned()
        } else {
            failure.text.clone()
        };
        let why = self.with_part(entry, why).await;
        self.settled(entry, state, why, Some(failure)).await
    }

    pub(super) async fn look_after_loss(&mut self, entry: &mut Entry, loss: &str) -> Ended {
        let found = match self.looks_for(entry) {
            Some(request) => self.find(entry, &request).await,
            None => self.look_at_all(entry).await,
        };
        if let Err(failure) = found {
            return self.unsettled(entry, failure).await;
        }
        match self.shows(entry).await {
            Shown::Yes => {
                let why = format!("{loss}; the directory shows the change.");
                self.confirmed(entry, why).await
            }
            Shown::No(instead) => {
                let why = format!("{loss}; the directory shows {instead}. It was not sent again.");
                let why = self.with_part(entry, why).await;
                if self.waits_again(entry) {
                    let why = format!("It was in flight when its session ended, and was not done: {instead}.");
                    return self.settled(entry, State::Planned, why, None).await;
                }
                self.settled(entry, State::Refused, why, None).await
            }
            Shown::CantTell => {
                let why = format!("{loss}; the directory does not show whether it took effect.");
                let why = self.with_part(entry, why).await;
                self.settled(entry, State::Refused, why, None).await
            }
        }
    }

    /// What finds a record that was made and whose id is not known.
    fn looks_for(&self, entry: &Entry) -> Option<Request> {
        let asks = matches!(entry.step.confirm, Confirm::Ask(_));
        self.context.dialect.find(&entry.step.change).filter(|_| entry.created.is_none() && !asks)
    }

    /// Reads all that the change is about, whatever the plan trusts.
    async fn look_at_all(&mut self, entry: &mut Entry) -> Result<(), Failure> {
        match &entry.step.confirm {
            Confirm::Ask(_) => self.look(entry).await,
            _ => self.reread(entry, vec![]).await,
        }
    }

    /// Marks a change of several requests of which not all took effect, and says so.
    async fn with_part(&self, entry: &mut Entry, why: String) -> String {
        let (accepted, all) = (entry.accepted(), entry.step.requests.len());
        let now = match &entry.step.change {
            Change::SetTeamRole { user, team, .. } if all > 1 => {
                let join = Change::AddMember { team: team.clone(), user: user.clone() };
                let fresh = self.identified(&join).await;
                match self.context.dialect.shows(&join, &fresh, &entry.step) {
                    Shown::Yes => "they are a member of the team now",
                    _ => return why,
                }
            }
            _ if accepted == 0 || all < 2 => return why,
            Change::CreateUser { .. } => "the user exists now",
            _ => "the list shows what is so now",
        };
        entry.partly = matches!(entry.step.undo, Undo::By(_));
        let full_stop = if why.ends_with(['.', '!', '?', '”', '…']) { "" } else { "." };
        format!("{why}{full_stop} A part of it took effect: {now}.")
    }

    /// Looks for what a create whose answer was lost may have made.
    async fn find(&mut self, entry: &mut Entry, request: &Request) -> Result<(), Failure> {
        let Some(wanted) = entry.step.change.created() else { return Ok(()) };
        let kind = wanted.kind();
        let answer = self.context.send(request).await?;
        let page = list::parse(&answer.body).map_err(|bad| unreadable(&bad))?;
        let read = page.resources.iter().filter_map(|raw| self.context.dialect.read(kind, raw, Depth::Full, "$").ok());
        // Servers that ignore a filter answer with everybody: only the same name is it.
        let by_email = matches!(&entry.step.change, Change::CreateUser { user, .. } if user.instance_admin);
        let found = read.into_iter().find(|record| same_name(record, &wanted, by_email));
        match found {
            Some(record) => {
                entry.created = Some(record.target().id);
                self.fresh.push(Fresh::Record(record));
            }
            None => self.fresh.push(Fresh::Gone(wanted.target())),
        }
        Ok(())
    }

    /// Reads the change's records again; all that have an id of the server where none are named.
    async fn reread(&mut self, entry: &Entry, named: Vec<Target>) -> Result<(), Failure> {
        let mut targets = named;
        if targets.is_empty() {
            targets = entry.step.change.touches().into_iter().map(|(target, _)| target).collect();
        }
        for mut target in targets {
            if target.is_provisional() {
                let Some(created) = &entry.created else { continue };
                target.id = created.clone();
            }
            let fresh = self.context.read(&target).await?;
            self.learn_fresh(fresh);
        }
        Ok(())
    }

    /// Keeps what was read, and the version that it has.
    fn learn_fresh(&mut self, fresh: Fresh) {
        if let Fresh::Record(record) = &fresh
            && let Some(version) = record.version()
        {
            let path = self.context.dialect.get(&record.target()).path;
            self.versions.insert(path, (now(), Some(Arc::clone(version))));
        }
        self.fresh.push(fresh);
    }

    /// A membership gives both records another version: the one that was not shown since is not known any more.
    fn forget_versions(&mut self, entry: &Entry) {
        for (target, field) in entry.step.change.touches() {
            if !field.is_beside() && !self.fresh.iter().any(|fresh| fresh.is_of(&target)) {
                self.versions.insert(self.context.dialect.get(&target).path, (now(), None));
            }
        }
    }

    pub(super) async fn settled(
        &mut self,
        entry: &mut Entry,
        state: State,
        why: String,
        failure: Option<Failure>,
    ) -> Ended {
        self.forget_versions(entry);
        let fresh = std::mem::take(&mut self.fresh);
        self.context.keep(&fresh).await;
        (entry.state, entry.why, entry.failure) = (state, why, failure);
        entry.settled = (!state.is_open()).then(now);
        if !self.write(entry).await {
            self.recall(entry).await;
        }
        moved(self.context, entry, fresh.clone());
        self.context.keep_learnt(entry, &fresh).await;
        Ended::Settled { versions: std::mem::take(&mut self.versions) }
    }

    /// It is not sent: another console has done that, or the journal could not be written. What is so now is shown.
    pub(super) async fn left_alone(&mut self, entry: &mut Entry) -> Versions {
        // What can't be read stays as it is known here, and is read again with the next list.
        let _ = self.look_at_all(entry).await;
        let fresh = std::mem::take(&mut self.fresh);
        self.context.keep(&fresh).await;
        entry.state = State::Dropped;
        entry.why = "Another console has sent it, or the journal could not be written.".into();
        moved(self.context, entry, fresh);
        std::mem::take(&mut self.versions)
    }

    async fn not_sent(&self, entry: &mut Entry, failure: Failure) -> Ended {
        entry.state = State::Planned;
        let waits_for = if failure.class == Class::Unauthorized { "a key that the server takes" } else { "the server" };
        entry.why = format!("Waits for {waits_for}: {}", failure.text);
        self.context.journal.write(entry).await;
        moved(self.context, entry, vec![]);
        Ended::NotSent { failure }
    }

    pub(super) async fn unsettled(&self, entry: &mut Entry, failure: Failure) -> Ended {
        entry.state = State::Unknown;
        entry.why = format!("The outcome is not known yet, it is looked up when the server answers: {}", failure.text);
        self.write(entry).await;
        Ended::Unsettled { failure }
    }

    /// Writes down where it stands; of a change whose outcome is looked for, only if no other console
    /// has found it.
    async fn write(&self, entry: &Entry) -> bool {
        let journal = &self.context.journal;
        if !self.taken_over {
            return journal.write(entry).await;
        }
        journal.claim(entry, State::Sent).await || journal.claim(entry, State::Unknown).await
    }

    /// What the journal says of it, where another console was faster.
    async fn recall(&self, entry: &mut Entry) {
        let id = entry.id;
        let known = self.context.stored(move |store| store.journal_get(id)).await.flatten();
        if let Some(known) = known.filter(|known| self.taken_over && !known.state.is_open()) {
            *entry = known;
        }
    }
}

fn same_name(found: &Record, wanted: &Record, by_email: bool) -> bool {
    match (found, wanted) {
        (Record::User(found), Record::User(wanted)) if by_email => found.email.is(wanted.email.raw()),
        (Record::User(found), Record::User(wanted)) => found.user_name.is(wanted.user_name.raw()),
        (Record::Team(found), Record::Team(wanted)) => found.name == wanted.name,
        (Record::Role(found), Record::Role(wanted)) => found.name == wanted.name,
        _ => false,
    }
}

/// What stood in the place of an outcome.
fn loss(failure: &Failure) -> String {
    match failure.status {
        Some(_) => failure.text.trim_end_matches('.').to_owned(),
        None => LOST.to_owned(),
    }
}
