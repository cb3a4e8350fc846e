//! The context of every task of the worker: the server, the dialect, the disk, and the way to report.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use jiff::Timestamp;
use serde_json::{Value, value::RawValue};
use tokio::sync::{Semaphore, mpsc::UnboundedSender};
use tokio_util::sync::CancellationToken;

use crate::{
    client::{BodyObserver, Client, HttpAnswer},
    dialect::Dialect,
    directory::{
        Observation, RecordKind, ResourceRef,
        change::Change,
        record::{ReadDepth, Record},
        side_query::{SideAnswer, SideQuery, SideQueryKind},
        work::WorkerReport,
    },
    scim::{
        failure::{Failure, FailureClass, RequestArrival},
        list::BadBody,
        request::Request,
        text::clean,
        tree,
        wait::RequestWait,
    },
    store::{Store, StoreError, StoreSession},
    worker::{
        disk::{SharedStore, on_disk},
        journal_writer::JournalWriter,
        learnt::LearntRoleCache,
        refresh::WithheldMembers,
        shown_records::ShownRecords,
    },
};

/// A resource as an answer had it.
#[derive(Debug, Clone)]
pub struct WholeResource {
    pub document: Value,
    pub version: Option<String>,
    /// True if `***` stands in the document in place of the key, so that a text is not the record's own.
    pub masked: bool,
    /// True if the reading left out members that lists show.
    pub thin: bool,
}

impl WholeResource {
    /// Reads an answer; `None` where it is no resource.
    pub fn of(answer: &HttpAnswer) -> Option<Self> {
        let document = crate::scim::list::parse_one(&answer.body).ok()?;
        let told = || document.pointer("/meta/version").and_then(Value::as_str).map(str::to_owned);
        let version = answer.etag.clone().or_else(told);
        Some(Self { document, version, masked: answer.masked, thin: false })
    }
}

/// Shared by the tasks of one worker.
#[derive(Clone)]
pub struct WorkerContext {
    pub client: Client,
    pub dialect: Arc<dyn Dialect>,
    pub store: SharedStore,
    pub journal: JournalWriter,
    /// The session in the store; `None` if the store can't tell sessions apart.
    pub session: Option<Arc<StoreSession>>,
    /// The number of answers 429 and 503 since it was last read.
    pub put_off: Arc<AtomicUsize>,
    /// A longer list of users is not read whole.
    pub max_users: u64,
    /// The number of requests at a time that the profile wants.
    pub parallel: usize,
    pub reports: UnboundedSender<WorkerReport>,
    /// Limits the tasks that turn pages into records at the same time.
    pub reading: Arc<Semaphore>,
    /// True if the server has shown members of some team.
    pub members_told: Arc<AtomicBool>,
    /// True if a team was shown with the attribute `members` and nobody in it: then a missing attribute means that
    /// members are left out.
    pub members_empty: Arc<AtomicBool>,
    /// Teams whose members the server leaves out, as far as they were examined.
    pub withheld: Arc<Mutex<WithheldMembers>>,
    /// True if that was examined in this session.
    pub examined: Arc<AtomicBool>,
    /// True once the person was told that the key in use may not read everybody's roles.
    pub roles_refused: Arc<AtomicBool>,
    /// True if a record has shown an accepted change only at a later reading.
    pub late: Arc<AtomicBool>,
    /// True if an answer has shown a change that the record never did.
    pub untrue: Arc<AtomicBool>,
    /// True if a new membership, or the end of one, has left a person's other memberships unchanged; one flag each.
    pub memberships_kept: Arc<[AtomicBool; 2]>,
    /// Number of changes of memberships that were compared with the other memberships.
    pub memberships_compared: Arc<AtomicUsize>,
    /// The records that the console shows.
    pub known: ShownRecords,
    /// Roles that only answers to changes have shown.
    pub learnt: LearntRoleCache,
    /// The contradiction between the server and the profile's settings, as a sentence.
    pub contradicted: Arc<Mutex<Option<String>>>,
    /// True if a console shows the reports.
    pub watches: bool,
    pub cancel: CancellationToken,
}

impl WorkerContext {
    /// The contradiction between the server and the profile's settings, if one was seen.
    pub fn contradiction(&self) -> Option<String> {
        self.contradicted.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Notes how the server contradicts the profile; with a reason, nothing is sent from now on.
    pub fn contradict(&self, why: Option<String>) {
        if why.is_some() {
            *self.contradicted.lock().unwrap_or_else(PoisonError::into_inner) = why;
        }
    }

    /// Sends a report to the console.
    pub fn report(&self, report: WorkerReport) {
        self.known.send(report, &self.reports);
    }

    /// Sends one request, showing waits.
    pub async fn send(&self, request: &Request) -> Result<HttpAnswer, Failure> {
        self.send_observed(request, &|_| ()).await
    }

    /// Like [`Self::send`]; `observer` gets the body while it comes.
    pub async fn send_observed(&self, request: &Request, observer: BodyObserver<'_>) -> Result<HttpAnswer, Failure> {
        let (reports, put_off) = (self.reports.clone(), Arc::clone(&self.put_off));
        let notice = move |wait: RequestWait| {
            put_off.fetch_add(usize::from(is_too_much(wait.status)), Ordering::Relaxed);
            let _ = reports.send(WorkerReport::Waiting(wait));
        };
        self.client.send_observed(request, &self.cancel, &notice, observer).await.map_err(|mut failure| {
            self.put_off.fetch_add(usize::from(is_too_much(failure.status)), Ordering::Relaxed);
            self.dialect.hint(&mut failure);
            failure
        })
    }

    /// Reads one record. A 404 is an answer: the record is gone.
    pub async fn read(&self, target: &ResourceRef) -> Result<Observation, Failure> {
        match self.send(&self.dialect.get(target)).await {
            Ok(answer) => {
                let mut record = self.record(target, &answer)?;
                self.complete_members(&mut record).await;
                Ok(Observation::Record(record))
            }
            Err(failure) if failure.class == FailureClass::NotFound => Ok(Observation::Gone(target.clone())),
            Err(failure) => Err(failure),
        }
    }

    /// Like [`Self::read`], with the resource as it came, where it is there.
    pub async fn read_whole(&self, target: &ResourceRef) -> Result<(Observation, Option<WholeResource>), Failure> {
        match self.send(&self.dialect.get(target)).await {
            Ok(answer) => {
                let mut record = self.record(target, &answer)?;
                let members = self.complete_members(&mut record).await;
                let whole = WholeResource::of(&answer).map(|whole| whole.with_members(members));
                Ok((Observation::Record(record), whole))
            }
            Err(failure) if failure.class == FailureClass::NotFound => Ok((Observation::Gone(target.clone()), None)),
            Err(failure) => Err(failure),
        }
    }

    /// Sends a side query. If its answer is a whole record, the record is returned, too.
    pub async fn ask(&self, inquiry: &SideQuery) -> Result<Vec<Observation>, Failure> {
        let topic = || inquiry.topic.clone();
        let answer = match self.send(&inquiry.request).await {
            Ok(answer) => answer,
            Err(failure) if inquiry.topic.may_be_missing() && is_missing(&failure) => {
                let gone = inquiry.topic.record().map(|target| Observation::Gone(target.clone()));
                return Ok(std::iter::once(Observation::Told(topic(), SideAnswer::Nothing)).chain(gone).collect());
            }
            Err(mut failure) => {
                self.dialect.hint_about(&inquiry.topic, &mut failure);
                return Err(failure);
            }
        };
        let mut told = self.dialect.told(inquiry, &answer.body).ok_or_else(|| Failure {
            arrived: RequestArrival::Yes,
            ..Failure::local(FailureClass::Protocol, "The answer to this question could not be read.", "")
        })?;
        if let SideAnswer::Person(person) = &mut told {
            let keys = person.keys.iter_mut().flatten();
            keys.for_each(|key| key.in_use = self.client.is_key(key.name.raw()));
        }
        let mut record = inquiry.topic.record().map(|target| self.record(target, &answer)).transpose()?;
        if let Some(record) = &mut record {
            self.complete_members(record).await;
        }
        Ok(std::iter::once(Observation::Told(topic(), told)).chain(record.map(Observation::Record)).collect())
    }

    /// Reports the disk's answer to a side query that the server did not answer.
    pub async fn recall(&self, topic: &SideQueryKind) {
        let Some(target) = topic.record().cloned() else { return };
        let raw: Option<String> = self.stored(move |store| store.raw(&target)).await.flatten();
        if let Some(resource) = raw.and_then(|raw| tree::parse(raw.as_bytes()).ok()) {
            self.report(WorkerReport::Recalled(vec![Observation::Told(topic.clone(), SideAnswer::Resource(resource))]));
        }
    }

    /// The record of an answer, with its version. The answer may spell the id in other letter case; a record with another
    /// id is none that was asked for. A target without an id takes any.
    pub fn record(&self, target: &ResourceRef, answer: &HttpAnswer) -> Result<Record, Failure> {
        let raw = raw(&answer.body).map_err(|why| unreadable(&why))?;
        let read = self.dialect.read(target.kind, &raw, ReadDepth::Full, "$");
        let mut record = read.map_err(|problem| Failure {
            arrived: RequestArrival::Yes,
            ..Failure::local(
                FailureClass::Protocol,
                format!("The answer could not be read: {}: {}.", problem.path, problem.why),
                "",
            )
        })?;
        name_as_asked(target, &mut record)?;
        if let Some(etag) = &answer.etag {
            set_version(&mut record, etag);
        }
        if let Record::Team(team) = &mut record {
            self.settle_members(team);
        }
        if target.kind == RecordKind::User {
            self.compare_hosting(&raw);
        }
        Ok(record)
    }

    /// Compares the hosting in the profile with the form of a record that was read alone.
    pub fn compare_hosting(&self, raw: &RawValue) {
        if let Some(why) = self.dialect.shape_contradicted(raw)
            && self.contradiction().is_none()
        {
            self.contradict(Some(why.into()));
            self.report(WorkerReport::Hosting(self.contradiction()));
        }
    }

    /// True if the server has shown the members of any team.
    pub fn shows_members(&self) -> bool {
        self.members_told.load(Ordering::Relaxed)
    }

    /// True if a team without the attribute `members` has no members: no team has shown the attribute empty.
    pub fn absence_is_nobody(&self) -> bool {
        !self.members_empty.load(Ordering::Relaxed)
    }

    /// True for the first call of a session after the server has shown members: the caller then examines which members
    /// the server leaves out.
    pub fn begin_examination(&self) -> bool {
        self.shows_members() && !self.examined.swap(true, Ordering::Relaxed)
    }

    /// Calls `with` on the members that the server leaves out of teams, or adds to them.
    pub fn withhold<R>(&self, with: impl FnOnce(&mut WithheldMembers) -> R) -> R {
        with(&mut self.withheld.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// True if changes of memberships in this direction are known to leave the others unchanged.
    pub fn keeps_memberships(&self, change: &Change) -> bool {
        self.memberships_kept_by(change).load(Ordering::Relaxed)
    }

    /// Records that a change of a membership left the others unchanged.
    pub fn found_memberships_kept(&self, change: &Change) {
        self.memberships_kept_by(change).store(true, Ordering::Relaxed);
    }

    fn memberships_kept_by(&self, change: &Change) -> &AtomicBool {
        let [joining, leaving] = &*self.memberships_kept;
        if change.joining().is_empty() { leaving } else { joining }
    }

    /// Counts a comparison of memberships; returns the number of earlier ones.
    pub fn compares_memberships(&self) -> usize {
        self.memberships_compared.fetch_add(1, Ordering::Relaxed)
    }

    /// True if a reading of this server was late in this session.
    pub fn is_late(&self) -> bool {
        self.late.load(Ordering::Relaxed)
    }

    /// True if an answer of this server has shown a change that the record never did: an answer alone then proves
    /// nothing.
    pub fn is_untrue(&self) -> bool {
        self.untrue.load(Ordering::Relaxed)
    }

    /// Records that an answer has shown a change that the record never did.
    pub fn was_untrue(&self) {
        self.untrue.store(true, Ordering::Relaxed);
    }

    /// Records that a reading was late.
    pub fn was_late(&self) {
        self.late.store(true, Ordering::Relaxed);
    }

    /// Runs a closure on the store, off the async threads. A failure of the disk is reported once per call; a damaged
    /// file is mended, for later calls.
    pub async fn stored<R: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Store) -> Result<R, StoreError> + Send + 'static,
    ) -> Option<R> {
        on_disk(&self.store, &self.reports, work).await
    }

    /// Puts readings on disk.
    pub async fn keep(&self, fresh: &[Observation]) {
        self.keep_whole(fresh, Vec::new()).await;
    }

    /// Like [`Self::keep`], with the resources of some of them.
    pub async fn keep_whole(&self, fresh: &[Observation], resources: Vec<(ResourceRef, Value)>) {
        let fresh = fresh.to_vec();
        self.stored(move |store| {
            for one in &fresh {
                match one {
                    Observation::Record(record) => {
                        let target = record.target();
                        let resource = resources.iter().find(|(of, _)| *of == target);
                        let raw = resource.and_then(|(_, resource)| serde_json::to_string(resource).ok());
                        store.put(record, raw.as_deref())?;
                    }
                    Observation::Gone(target) => store.remove(target)?,
                    Observation::Told(..) => {}
                }
            }
            Ok(())
        })
        .await;
    }
}

/// True for a status by which a reachable server asks for fewer requests.
fn is_too_much(status: Option<u16>) -> bool {
    matches!(status, Some(429 | 503))
}

/// True for a status by which a server says that it lacks the endpoint.
fn is_missing(failure: &Failure) -> bool {
    matches!(failure.status, Some(404 | 405 | 501))
}

/// The wall clock.
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// Reads one resource as it came.
pub fn raw(body: &[u8]) -> Result<Box<RawValue>, BadBody> {
    crate::scim::list::parse_one(body).and_then(|value| {
        serde_json::value::to_raw_value(&value).map_err(|error| BadBody::NotAList { got: error.to_string() })
    })
}

/// An answer that is no SCIM, as a failure.
pub fn unreadable(bad: &BadBody) -> Failure {
    let next = "Check the URL and its path prefix: this may be another service, a proxy or a sign-in page.";
    Failure { arrived: RequestArrival::Yes, ..Failure::local(FailureClass::Protocol, bad.to_string(), next) }
}

/// Gives the record's id the spelling that was asked for; an error if the record has another id.
fn name_as_asked(target: &ResourceRef, record: &mut Record) -> Result<(), Failure> {
    if target.id.is_empty() || *record.id() == target.id {
        return Ok(());
    }
    if record.id().eq_ignore_ascii_case(&target.id) {
        *record.id_mut() = target.id.clone();
        return Ok(());
    }
    let text = format!("The server answered with another record than {}: {}.", clean(&target.id), clean(record.id()));
    Err(Failure { arrived: RequestArrival::Yes, ..Failure::local(FailureClass::Protocol, text, "") })
}

fn set_version(record: &mut Record, etag: &str) {
    let version = Some(Arc::from(etag));
    match record {
        Record::User(user) => user.version = version,
        Record::Team(team) => team.version = version,
        Record::Role(role) => role.version = version,
    }
}
