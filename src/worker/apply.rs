//! One change on its way: journaled, sent, confirmed or reported. Nothing is sent twice.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use jiff::Timestamp;

use super::context::{Context, now};
use crate::{
    client::{Answer, redact},
    dialect::Shown,
    directory::{
        Fresh, Id, Kind, Target,
        change::Change,
        plan::{Confirm, Entry, Exchange, State, Undo},
        record::Record,
        work::{Moved, Report},
    },
    scim::{
        self,
        failure::{Arrived, Class, Failure},
        request::{Door, Method, Request},
    },
};

/// Versions of records as this worker's own writes left them, by path; newer than what a plan knew.
///
/// With each the time of the write: a plan that is younger knows better. `None` where the answer showed no version.
pub type Versions = HashMap<Vec<String>, (Timestamp, Option<Arc<str>>)>;

/// How an attempt ended.
pub enum Ended {
    /// It has an outcome; the journal and the console know it.
    Settled {
        /// Versions learnt.
        versions: Versions,
    },
    /// Nothing arrived: it waits as planned.
    NotSent {
        /// Why.
        failure: Failure,
    },
    /// The answer was lost and the record can't be read now: it is looked at again later, never sent again.
    Unsettled {
        /// Why.
        failure: Failure,
    },
}

/// Sends a planned change and sees it through.
pub async fn run(context: Context, mut entry: Entry, versions: Versions) -> (Entry, Ended) {
    entry.state = State::Sent;
    let claim = entry.clone();
    let claimed = context.stored(move |store| store.journal_claim(&claim, State::Planned)).await;
    // What the journal does not hold as sent is not sent: another console on this profile may have done it.
    if claimed != Some(true) {
        entry.state = State::Dropped;
        entry.why = "Another console has sent it, or the journal could not be written.".into();
        moved(&context, &entry, vec![]);
        return (entry, Ended::Settled { versions: Versions::new() });
    }
    moved(&context, &entry, vec![]);
    let mut attempt = Attempt { context: &context, versions, fresh: Vec::new(), sent: 0 };
    match attempt.send_all(&mut entry).await {
        Ok(()) => {
            let ended = attempt.confirm(&mut entry).await;
            (entry, ended)
        }
        Err(failure) => {
            let ended = attempt.failed(&mut entry, failure).await;
            (entry, ended)
        }
    }
}

/// Looks at the records of a change whose answer was lost.
pub async fn settle(context: Context, mut entry: Entry) -> (Entry, Ended) {
    let mut attempt = Attempt { context: &context, versions: Versions::new(), fresh: Vec::new(), sent: 1 };
    let ended = attempt.look_after_loss(&mut entry, LOST).await;
    (entry, ended)
}

struct Attempt<'a> {
    context: &'a Context,
    versions: Versions,
    fresh: Vec<Fresh>,
    /// Requests that were answered.
    sent: usize,
}

impl Attempt<'_> {
    async fn send_all(&mut self, entry: &mut Entry) -> Result<(), Failure> {
        for request in entry.step.requests.clone() {
            let request = self.with_version(request, entry.at);
            let request = if request.merge { self.merged(request).await? } else { request };
            let shown = redact::shown(&request);
            let began = Instant::now();
            let result = self.context.send(&request).await;
            note(&mut entry.exchanges, exchange(&request, shown.to_string(), &result, began.elapsed()));
            let answer = result?;
            self.sent += 1;
            self.learn(&request, &answer, entry);
        }
        Ok(())
    }

    /// The whole record with the operations applied, held to the version that was read for it.
    async fn merged(&mut self, mut request: Request) -> Result<Request, Failure> {
        let refused = |text: String| Failure { arrived: Arrived::Yes, ..Failure::local(Class::Refused, text, "") };
        let read = Request::new(Method::Get, request.path.clone());
        let answer = self.context.send(&read).await.map_err(|failure| self.nothing_sent(failure))?;
        let mut document =
            scim::list::parse_one(&answer.body).map_err(|bad| self.nothing_sent(super::context::unreadable(&bad)))?;
        let version = answer.etag.clone().or_else(|| version_in(&document));
        if let (Some(planned), Some(now)) = (&request.if_match, &version)
            && planned != now
        {
            let text = "The record has another version than the one that was shown here".to_owned();
            return Err(Failure { class: Class::Conflict, status: Some(412), ..refused(text) });
        }
        if let Some(body) = request.body.take() {
            scim::merge::apply(&body, &mut document).map_err(refused)?;
        }
        // The server keeps its own counsel about these.
        if let Some(map) = document.as_object_mut() {
            map.shift_remove("meta");
        }
        request.if_match = version;
        request.body = Some(document);
        request.merge = false;
        Ok(request)
    }

    /// A read that failed before the write leaves the change as unsent as it was.
    fn nothing_sent(&self, failure: Failure) -> Failure {
        let arrived = if self.sent == 0 && failure.status.is_none() { Arrived::No } else { Arrived::Yes };
        Failure { arrived, ..failure }
    }

    fn with_version(&self, mut request: Request, planned: Timestamp) -> Request {
        if let Some((written, version)) = self.versions.get(&request.path)
            && request.method != Method::Post
            && *written >= planned
        {
            request.if_match = version.as_ref().map(ToString::to_string);
        }
        request
    }

    /// What a GraphQL answer says was made. The secret goes to the person and nowhere else.
    fn learn_made(&self, answer: &Answer, entry: &mut Entry) {
        let made = self.context.dialect.made(&entry.step.change, &answer.body);
        entry.created = made.id.or(entry.created.take());
        if let Some(secret) = made.secret {
            self.context.report(Report::Secret(entry.id, secret));
        }
    }

    /// What the answer shows of the record; answers without a body show nothing.
    fn learn(&mut self, request: &Request, answer: &Answer, entry: &mut Entry) {
        if request.door == Door::Graph {
            self.learn_made(answer, entry);
            return;
        }
        let Some(kind) = kind_of(request) else { return };
        // A version that is no longer true must not be sent again.
        self.versions.insert(request.path.clone(), (now(), None));
        let id: Id = request.path.get(1).map_or_else(|| "".into(), |id| id.as_str().into());
        if request.method == Method::Delete || answer.body.is_empty() {
            return;
        }
        let Ok(record) = self.context.record(&Target { kind, id }, answer) else { return };
        if let Some(version) = record.version() {
            let path = vec![request.path.first().cloned().unwrap_or_default(), record.target().id.to_string()];
            self.versions.insert(path, (now(), Some(Arc::clone(version))));
        }
        if request.method == Method::Post {
            entry.created = Some(record.target().id);
        }
        self.fresh.push(Fresh::Record(record));
    }

    /// All requests were accepted: does the directory show it?
    async fn confirm(&mut self, entry: &mut Entry) -> Ended {
        if matches!(entry.step.confirm, Confirm::Echo(_)) && self.shows(entry) == Shown::Yes {
            return self.settled(entry, State::Confirmed, String::new(), None).await;
        }
        match self.look(entry).await {
            Err(failure) => self.unsettled(entry, failure).await,
            Ok(()) => match self.shows(entry) {
                Shown::Yes => self.settled(entry, State::Confirmed, String::new(), None).await,
                Shown::No(instead) => {
                    let why = format!("The server accepted it and did not change it: it shows {instead}.");
                    self.settled(entry, State::Refused, why, None).await
                }
                Shown::CantTell => {
                    let why = "The server accepted it; its answers don't show the result.".to_owned();
                    self.settled(entry, State::Confirmed, why, None).await
                }
            },
        }
    }

    fn shows(&self, entry: &Entry) -> Shown {
        let change = entry.step.change.about(entry.created.as_ref());
        self.context.dialect.shows(&change, &self.fresh, &entry.step)
    }

    /// Reads what the plan says shows the outcome.
    async fn look(&mut self, entry: &Entry) -> Result<(), Failure> {
        match &entry.step.confirm {
            Confirm::Echo(targets) | Confirm::Reread(targets) => self.reread(entry, targets.clone()).await,
            Confirm::Ask(inquiries) => {
                for inquiry in inquiries {
                    let told = self.context.ask(inquiry).await?;
                    self.fresh.push(told);
                }
                Ok(())
            }
        }
    }

    async fn failed(&mut self, entry: &mut Entry, failure: Failure) -> Ended {
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
        let why = self.with_part(entry, why);
        self.settled(entry, state, why, Some(failure)).await
    }

    async fn look_after_loss(&mut self, entry: &mut Entry, loss: &str) -> Ended {
        let found = match self.context.dialect.find(&entry.step.change) {
            Some(request) if entry.created.is_none() && !matches!(entry.step.confirm, Confirm::Ask(_)) => {
                self.find(entry, &request).await
            }
            _ => self.look_at_all(entry).await,
        };
        if let Err(failure) = found {
            return self.unsettled(entry, failure).await;
        }
        match self.shows(entry) {
            Shown::Yes => {
                let why = format!("{loss}; the directory shows the change.");
                self.settled(entry, State::Confirmed, why, None).await
            }
            Shown::No(instead) => {
                let why = format!("{loss}; the directory shows {instead}. It was not sent again.");
                let why = self.with_part(entry, why);
                self.settled(entry, State::Refused, why, None).await
            }
            Shown::CantTell => {
                let why = format!("{loss}; the directory does not show whether it took effect.");
                let why = self.with_part(entry, why);
                self.settled(entry, State::Refused, why, None).await
            }
        }
    }

    /// Reads all that the change is about, whatever the plan trusts.
    async fn look_at_all(&mut self, entry: &Entry) -> Result<(), Failure> {
        match &entry.step.confirm {
            Confirm::Ask(_) => self.look(entry).await,
            _ => self.reread(entry, vec![]).await,
        }
    }

    /// Marks a change of several requests of which not all took effect, and says so.
    fn with_part(&self, entry: &mut Entry, why: String) -> String {
        let (accepted, all) = (entry.accepted(), entry.step.requests.len());
        let now = match &entry.step.change {
            Change::SetTeamRole { user, team, .. } if all > 1 => {
                let join = Change::AddMember { team: team.clone(), user: user.clone() };
                match self.context.dialect.shows(&join, &self.fresh, &entry.step) {
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
        let kind = wanted.target().kind;
        let answer = self.context.send(request).await?;
        let page = crate::scim::list::parse(&answer.body).map_err(|bad| super::context::unreadable(&bad))?;
        let read = page
            .resources
            .iter()
            .filter_map(|raw| self.context.dialect.read(kind, raw, crate::directory::record::Depth::Full, "$").ok());
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
            if target.id.starts_with("new:") {
                let Some(created) = &entry.created else { continue };
                target.id = created.clone();
            }
            let fresh = self.context.read(&target).await?;
            if let Fresh::Record(record) = &fresh
                && let Some(version) = record.version()
            {
                let path = self.context.dialect.get(&target).path;
                self.versions.insert(path, (now(), Some(Arc::clone(version))));
            }
            self.fresh.push(fresh);
        }
        Ok(())
    }

    /// A membership gives both records another version: the one that was not shown since is not known any more.
    fn forget_versions(&mut self, entry: &Entry) {
        for (target, field) in entry.step.change.touches() {
            if !field.is_beside() && !self.fresh.iter().any(|fresh| fresh.is_of(&target)) {
                self.versions.insert(self.context.dialect.get(&target).path, (now(), None));
            }
        }
    }

    async fn settled(&mut self, entry: &mut Entry, state: State, why: String, failure: Option<Failure>) -> Ended {
        self.forget_versions(entry);
        let fresh = std::mem::take(&mut self.fresh);
        self.context.keep(&fresh).await;
        match report(self.context, entry, state, why, failure, fresh).await {
            Ended::Settled { .. } => Ended::Settled { versions: std::mem::take(&mut self.versions) },
            other => other,
        }
    }

    async fn not_sent(&self, entry: &mut Entry, failure: Failure) -> Ended {
        entry.state = State::Planned;
        let waits_for = if failure.class == Class::Unauthorized { "a key that the server takes" } else { "the server" };
        entry.why = format!("Waits for {waits_for}: {}", failure.text);
        let kept = entry.clone();
        self.context.stored(move |store| store.journal_update(&kept)).await;
        moved(self.context, entry, vec![]);
        Ended::NotSent { failure }
    }

    async fn unsettled(&self, entry: &mut Entry, failure: Failure) -> Ended {
        entry.state = State::Unknown;
        entry.why = format!("The outcome is not known yet, it is looked up when the server answers: {}", failure.text);
        let kept = entry.clone();
        self.context.stored(move |store| store.journal_update(&kept)).await;
        Ended::Unsettled { failure }
    }
}

async fn report(
    context: &Context,
    entry: &mut Entry,
    state: State,
    why: String,
    failure: Option<Failure>,
    fresh: Vec<Fresh>,
) -> Ended {
    entry.state = state;
    entry.why = why;
    entry.failure = failure;
    entry.settled = Some(now());
    let kept = entry.clone();
    context.stored(move |store| store.journal_update(&kept)).await;
    moved(context, entry, fresh);
    Ended::Settled { versions: Versions::new() }
}

/// Tells the console where the change stands.
fn moved(context: &Context, entry: &Entry, fresh: Vec<Fresh>) {
    context.report(Report::Moved(Moved {
        id: entry.id,
        state: entry.state,
        why: entry.why.clone(),
        failure: entry.failure.clone(),
        exchanges: entry.exchanges.clone(),
        fresh,
        at: now(),
        created: entry.created.clone(),
        partly: entry.partly,
    }));
}

fn kind_of(request: &Request) -> Option<Kind> {
    match request.path.first().map(String::as_str) {
        Some("Users") => Some(Kind::User),
        Some("Groups") => Some(Kind::Team),
        Some("Roles") => Some(Kind::Role),
        _ => None,
    }
}

fn version_in(document: &serde_json::Value) -> Option<String> {
    document.pointer("/meta/version").and_then(serde_json::Value::as_str).map(str::to_owned)
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

const LOST: &str = "The answer was lost";

/// What stood in the place of an outcome.
fn loss(failure: &Failure) -> String {
    match failure.status {
        Some(_) => failure.text.trim_end_matches('.').to_owned(),
        None => LOST.to_owned(),
    }
}

/// The most of an answer that the journal keeps, in characters.
const EXCERPT: usize = 600;

/// How the answer of a request ends that was tried in vain more than once.
const TRIES: &str = " tries)";

/// Adds it to the story; a request that did not arrive, again, is counted instead: a long wait must not fill the
/// journal.
fn note(story: &mut Vec<Exchange>, new: Exchange) {
    let Some(last) =
        story.last_mut().filter(|last| (last.status, new.status) == (None, None) && last.request == new.request)
    else {
        story.push(new);
        return;
    };
    let counted = last.answer.strip_suffix(TRIES).and_then(|answer| answer.rsplit_once(" ("));
    let before: u64 = counted.and_then(|(_, tries)| tries.parse().ok()).unwrap_or(1);
    last.answer = format!("{} ({}{TRIES}", new.answer, before + 1);
    last.millis = new.millis;
}

/// What stands in the journal for an answer that holds a new secret.
const SECRET: &str = "(a new secret: shown once, kept nowhere)";

/// `took` is the time of all tries together, for a failure: it knows none of its own.
fn exchange(sent: &Request, request: String, result: &Result<Answer, Failure>, took: Duration) -> Exchange {
    match result {
        Ok(answer) => Exchange {
            request,
            status: Some(answer.status),
            millis: answer.elapsed.as_millis() as u64,
            bytes: answer.bytes as u64,
            answer: if sent.secret { SECRET.to_owned() } else { excerpt(&answer.body) },
            refused: false,
        },
        Err(failure) => Exchange {
            request,
            status: failure.status,
            millis: took.as_millis() as u64,
            bytes: failure.bytes,
            answer: failure.text.clone(),
            refused: true,
        },
    }
}

/// The beginning of the answer; values under names like `key` and `password` are masked.
fn excerpt(body: &[u8]) -> String {
    let text = match serde_json::from_slice::<serde_json::Value>(body) {
        Ok(mut value) => {
            redact::mask(&mut value);
            value.to_string()
        }
        Err(_) => String::from_utf8_lossy(body).into_owned(),
    };
    crate::scim::text::clean_line(&text, EXCERPT).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_that_does_not_arrive_is_told_once_with_its_tries() {
        let made = |request: &str, status, answer: &str| Exchange {
            request: request.into(),
            status,
            millis: 1,
            bytes: 0,
            answer: answer.into(),
            refused: false,
        };
        let mut story = vec![made("PATCH /Users/1", Some(200), "{}")];
        for why in ["Nothing listens", "Nothing listens", "No route (to it)", "Nothing listens"] {
            note(&mut story, made("PATCH /Groups/1", None, why));
        }
        note(&mut story, made("PATCH /Groups/1", Some(400), "no"));
        note(&mut story, made("PATCH /Groups/1", Some(400), "no"));
        let told: Vec<&str> = story.iter().map(|exchange| exchange.answer.as_str()).collect();
        assert_eq!(told, ["{}", "Nothing listens (4 tries)", "no", "no"]);
    }
}
