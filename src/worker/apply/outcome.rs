//! What became of a change: read from the answer, from the records, or from what else shows it; never from hope.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{
    Attempt, Ended, Versions,
    effects::target_of,
    moved,
    send::{about_made, path_of},
    whole::After,
};
use crate::{
    dialect::Shown,
    directory::{
        Fresh, MaybeTold, Target,
        aside::{Told, Topic},
        change::Change,
        plan::{Confirm, Entry, State},
        record::{Depth, Record},
    },
    scim::{
        failure::{Arrived, Class, Failure},
        habits::Habits,
        list::{self, BadBody},
        patch::{self, Op},
        request::Request,
    },
    store::Store,
    worker::context::{now, unreadable},
};

/// What is said where no answer came.
pub(super) const LOST: &str = "The answer was lost";

impl Attempt<'_> {
    /// All requests were accepted: does the directory show it?
    pub(super) async fn confirm(&mut self, entry: &mut Entry) -> Ended {
        let echoes = matches!(entry.step.confirm, Confirm::Echo(_)) && !self.trial && entry.step.completion.is_none();
        // The answer is enough where it shows the change, all of it and nothing else.
        if echoes
            && self.shows(entry).await == Shown::Yes
            && self.not_kept(entry).is_empty()
            && self.effects(entry).await.is_empty()
        {
            return self.judge(entry, Shown::Yes, "").await;
        }
        // A reading that leaves a field out takes nothing back that the answer showed.
        let echoed = matches!(entry.step.confirm, Confirm::Echo(_)) && self.shows(entry).await == Shown::Yes;
        if let Err(failure) = self.look(entry).await {
            return self.unsettled(entry, failure).await;
        }
        let failed = match self.complete(entry).await {
            Ok(()) => String::new(),
            Err(failure) if failure.arrived == Arrived::Yes => failure.text,
            Err(failure) => return self.unsettled(entry, failure).await,
        };
        let shown = match self.shows(entry).await {
            Shown::CantTell if echoed => Shown::Yes,
            shown => shown,
        };
        self.judge(entry, shown, &failed).await
    }

    /// Puts in the members that a new team lacks, some at a time.
    async fn complete(&mut self, entry: &mut Entry) -> Result<(), Failure> {
        let Some(template) = entry.step.completion.clone() else { return Ok(()) };
        let missing = self.missing(entry).await;
        let Some(created) = entry.created.clone().filter(|_| !missing.is_empty()) else { return Ok(()) };
        for some in missing.chunks(AT_ONCE) {
            let values: Vec<Value> = some.iter().map(|id| json!({"value": &**id})).collect();
            let body = Some(patch::patch(vec![Op::add("members", values)]));
            let request = about_made(Request { body, ..template.clone() }, entry)?;
            self.send_one(request, entry).await?;
        }
        self.read_again(&Target::team(&created)).await
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
            Confirm::Echo(targets) | Confirm::Reread(targets) => {
                self.reread(entry, targets.clone()).await?;
                self.read_after(entry).await
            }
            Confirm::Ask(inquiries) => {
                for inquiry in inquiries {
                    for fresh in self.context.ask(inquiry).await? {
                        if let Fresh::Told(Topic::Resource(of), Told::Resource(document)) = &fresh {
                            let after = After { document: document.clone(), asked: true };
                            self.after.insert(path_of(of), after);
                        }
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
        if self.sent == 0 && self.was_faster(entry, &failure).await {
            let why = format!("Somebody else did it first. {}", failure.text);
            return self.already(entry, why).await;
        }
        let stale = failure.status == Some(412);
        let state = if stale { State::Conflict } else { State::Refused };
        let why = if stale {
            "It was changed by somebody else since it was read here; the list now shows what is so.".to_owned()
        } else {
            failure.text.clone()
        };
        let (state, why) = self.with_part(entry, state, why).await;
        self.settled(entry, state, why, Some(failure)).await
    }

    /// True for a creation that the server has put off and that did nothing: it was looked for, and is not there.
    pub(super) async fn was_put_off(&mut self, entry: &mut Entry, failure: &Failure) -> bool {
        let is_put_off = (failure.class, failure.arrived) == (Class::RateLimited, Arrived::Unknown);
        // A record that nothing finds by its name may be there.
        let is_findable = entry.step.change.creates().is_none() || self.looks_for(entry).is_some();
        if !is_put_off || self.sent > 0 || !is_findable {
            return false;
        }
        let known = self.fresh.len();
        let looked = self.look_for(entry).await;
        // One that is there in another form than was asked for is there.
        let is_absent = looked.is_ok() && entry.created.is_none() && matches!(self.shows(entry).await, Shown::No(_));
        if is_absent {
            // It is read again when it is there.
            self.fresh.truncate(known);
        }
        is_absent
    }

    /// Looks for what a change may have done that was not answered.
    async fn look_for(&mut self, entry: &mut Entry) -> Result<(), Failure> {
        match self.looks_for(entry) {
            Some(request) => self.find(entry, &request).await,
            None => self.look_at_all(entry).await,
        }
    }

    /// True where the record shows a change that the server refused.
    async fn was_faster(&mut self, entry: &mut Entry, failure: &Failure) -> bool {
        if failure.class == Class::Conflict
            && let Some(request) = self.looks_for(entry)
        {
            // Where that can't be asked the refusal stands.
            let _ = self.find(entry, &request).await;
        }
        let active =
            !self.fresh.iter().any(|one| matches!(one, Fresh::Record(Record::User(user)) if user.is_inactive()));
        let as_wished = active || !matches!(entry.step.change, Change::CreateUser { .. });
        let so = self.shows(entry).await == Shown::Yes && self.not_kept(entry).is_empty() && as_wished;
        if !so {
            entry.created = None;
        }
        so && !self.is_blind(entry)
    }

    pub(super) async fn look_after_loss(&mut self, entry: &mut Entry, loss: &str) -> Ended {
        if let Err(failure) = self.look_for(entry).await {
            return self.unsettled(entry, failure).await;
        }
        match self.shows(entry).await {
            shown @ (Shown::Yes | Shown::Part(_)) => self.judge(entry, shown, loss).await,
            Shown::No(instead) => {
                let why = format!("{loss}; the directory shows {instead}. It was not sent again.");
                let (state, told) = self.with_part(entry, State::Refused, why).await;
                if state == State::Refused && self.waits_again(entry) {
                    let why = format!("It was in flight when its session ended, and was not done: {instead}.");
                    return self.settled(entry, State::Planned, why, None).await;
                }
                self.settled(entry, state, told, None).await
            }
            Shown::CantTell => {
                let why = format!("{loss}; the directory does not show whether it took effect.");
                let (state, why) = self.with_part(entry, State::Refused, why).await;
                self.settled(entry, state, why, None).await
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

    /// The outcome of a change of several requests of which not all took effect, and the words for it.
    pub(super) async fn with_part(&self, entry: &Entry, state: State, why: String) -> (State, String) {
        let (accepted, all) = (entry.accepted(), entry.step.requests.len());
        let now = match &entry.step.change {
            Change::SetTeamRole { user, team, .. } if all > 1 => {
                let join = Change::AddMember { team: team.clone(), user: user.clone() };
                let fresh = self.identified(&join).await;
                match self.context.dialect.shows(&join, &fresh, &entry.step) {
                    Shown::Yes => "they are a member of the team now",
                    _ => return (state, why),
                }
            }
            _ if accepted == 0 || all < 2 => return (state, why),
            Change::CreateUser { .. } => "the user exists now",
            Change::CreateTeam { .. } => "the team exists now",
            _ => "the list shows what is so now",
        };
        (State::Partly, format!("{} A part of it took effect: {now}.", sentence(&why)))
    }

    /// Looks for what a create whose answer was lost may have made.
    async fn find(&mut self, entry: &mut Entry, request: &Request) -> Result<(), Failure> {
        let Some(wanted) = entry.step.change.created() else { return Ok(()) };
        let kind = wanted.kind();
        let answer = self.context.send(request).await?;
        let unheard = || {
            let text = "The answer to the question whether it is there could not be read.";
            Failure { arrived: Arrived::Yes, ..Failure::local(Class::Refused, text, "") }
        };
        let page = list::parse(&answer.body).map_err(|bad| match bad {
            BadBody::NotAList { .. } => unheard(),
            bad => unreadable(&bad),
        })?;
        let told = page.total.unwrap_or(page.resources.len() as u64);
        let all = page.resources.iter().map(|raw| self.context.dialect.read(kind, raw, Depth::Full, "$"));
        let read: Vec<Record> = all.flatten().filter(has_name).collect();
        // Of an answer that can't be read, or that holds back a match, nobody can say that there is none.
        let unread = read.len() < page.resources.len() || (read.is_empty() && (told > 0 || page.total.is_none()));
        // Servers that ignore a filter answer with everybody: only the same name is it.
        let by_email = matches!(&entry.step.change, Change::CreateUser { user, .. } if user.instance_admin);
        let found = read.into_iter().find(|record| same_name(record, &wanted, by_email));
        match found {
            // A list may tell less of it than the record itself.
            Some(record) => {
                entry.created = Some(record.target().id);
                self.read_again(&record.target()).await?;
            }
            None if unread => return Err(unheard()),
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
            self.read_again(&target).await?;
        }
        Ok(())
    }

    /// Keeps what was read, and the version that it has.
    pub(super) fn learn_fresh(&mut self, fresh: Fresh) {
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
        let mut fresh = std::mem::take(&mut self.fresh);
        if state == State::Unseen {
            unsay_roles(&entry.step.change, &mut fresh);
        }
        let asked = self.after.drain().filter(|(_, after)| after.asked);
        let whole = asked.filter_map(|(path, after)| Some((target_of(&path)?, after.document))).collect();
        self.context.keep_whole(&fresh, whole).await;
        (entry.state, entry.why, entry.failure) = (state, why, failure);
        entry.settled = (!state.is_open()).then(now);
        if !self.write(entry).await {
            self.recall(entry).await;
        }
        self.keep_taught().await;
        moved(self.context, entry, fresh.clone());
        self.context.keep_learnt(entry, &fresh).await;
        let (versions, taught) = (std::mem::take(&mut self.versions), std::mem::take(&mut self.taught));
        Ended::Settled { versions, taught, conclusive: self.is_conclusive(entry) }
    }

    /// What the outcome has shown of the server is known to the next session, too.
    async fn keep_taught(&self) {
        let taught = self.taught.clone();
        if taught != Habits::default() {
            let keep = move |store: &mut Store| store.keep_habits(&taught.or(store.habits()?.unwrap_or_default()));
            self.context.stored(keep).await;
        }
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

/// Members in one request of a completion.
const AT_ONCE: usize = 100;

/// With a full stop.
fn sentence(text: &str) -> String {
    let full_stop = if text.ends_with(['.', '!', '?', '”', '…']) { "" } else { "." };
    format!("{text}{full_stop}")
}

/// A record without a name may be the one that was asked for.
fn has_name(record: &Record) -> bool {
    match record {
        Record::User(user) => !user.user_name.is_empty(),
        Record::Team(team) => !team.name.is_empty(),
        Record::Role(role) => !role.name.is_empty(),
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

/// An answer that does not show a change may be older than it: the role that it tells is no role of now.
fn unsay_roles(change: &Change, fresh: &mut [Fresh]) {
    let (Change::SetOrgRole { user: id, .. } | Change::SetTeamRole { user: id, .. }) = change else { return };
    for one in fresh {
        if let Fresh::Record(Record::User(user)) = one
            && user.id == *id
        {
            (user.org_role, user.team_roles) = (MaybeTold::NOT_TOLD, None);
        }
    }
}
