//! A provider's dialect: its capabilities, the requests that carry its changes, and the reading of its answers.
//!
//! The only room that knows a vendor's name. Requests are values; nothing is sent from here, and there is no clock.

use std::{borrow::Cow, sync::Arc};

use secrecy::SecretString;
use serde_json::{Value, value::RawValue};
use url::Url;

use crate::{
    directory::{
        Id, Observation, RecordKind, ResourceRef,
        change::{Change, ChangeVerb},
        find::NameLevel,
        plan::{Planner, Step},
        record::{ReadDepth, Record, RecordProblem, Role, Team, User},
        role_source::{RoleMapping, RoleSource},
        side_query::{SideAnswer, SideQuery, SideQueryKind},
    },
    scim::{
        failure::Failure,
        pager::PagingMethod,
        quirks::ServerQuirks,
        request::{Method, Request},
    },
};

mod attributes;
mod follows;
mod plan_context;
mod read;
mod rfc;
mod shows;
mod wandb;
mod wire;

#[cfg(test)]
mod tests;

pub use crate::provider::{Hosting, Provider};

/// How a list is read to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListRequest {
    /// The first request, without paging parameters.
    pub request: Request,
    /// The way to ask for the rest.
    pub paging: PagingMethod,
    /// The most records that the server is documented to give at once: a list of exactly this length may be cut off.
    pub limit: Option<u64>,
    /// How complete the records of this list are.
    pub depth: ReadDepth,
}

/// Whether a record that was read shows a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangeShown {
    /// The record shows the change.
    Yes,
    /// The record shows a part of the change: in words that continue "the server shows …".
    Part(String),
    /// The record does not show the change; the server's present state, in words that continue "the server shows …".
    No(String),
    /// The reading says nothing about the change.
    CantTell,
}

/// A lesson about the server from the outcome of a change.
#[derive(Debug, Clone, Copy)]
pub enum ServerLesson<'a> {
    /// The server does not know the first form of the request; this one worked.
    Took(&'a Request),
    /// The request did as asked, and others lost by it.
    Harmed(&'a Request),
    /// A user who should be gone is deactivated.
    Deactivated,
}

/// The address and user name for a provider's GraphQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GraphqlAccess {
    /// The URL, on the same origin as the SCIM root.
    pub url: Url,
    /// The user name before the key.
    pub user: &'static str,
}

/// The record that an answer says was created.
#[derive(Debug, Default)]
pub struct CreatedRecord {
    /// The record's id.
    pub id: Option<Id>,
    /// A secret that the server shows only now.
    pub secret: Option<SecretString>,
}

/// The words about an answer to a [`ProbeQuestion`] that a person should heed: the answer says nothing, or what it says
/// makes changes useless.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ProbeNote(pub Cow<'static, str>);

impl From<&'static str> for ProbeNote {
    fn from(words: &'static str) -> Self {
        Self(words.into())
    }
}

/// A question that a probe asks beside SCIM, and the reader of its answer.
pub struct ProbeQuestion {
    /// The subject of the question: "API key".
    pub about: &'static str,
    /// The request; alters nothing.
    pub request: Request,
    /// Turns the answer into words.
    pub words: fn(&[u8]) -> Result<String, ProbeNote>,
    /// The features that do not work while the question is not answered.
    pub loss: &'static str,
    /// The rights that a key needs for an answer, as a sentence; empty where the refusal's own words say it.
    pub needs: &'static str,
}

/// A provider in one hosting.
pub trait Dialect: Planner {
    /// The provider's name as a person says it: "W&B Dedicated Cloud".
    fn name(&self) -> &'static str;

    /// The request that lists a kind; `None` where the provider has no such list.
    fn list(&self, kind: RecordKind) -> Option<ListRequest>;

    /// The request that reads one record.
    fn get(&self, target: &ResourceRef) -> Request {
        Request::new(Method::Get, wire::path(target))
    }

    /// Reads one record that stands at `at` (such as `$.Resources[3]`). A bad attribute costs only itself: the record
    /// then carries the problem.
    ///
    /// # Errors
    /// If the record has no id; [`placeholder`] makes a record of that.
    fn read(&self, kind: RecordKind, raw: &RawValue, depth: ReadDepth, at: &str) -> Result<Record, RecordProblem>;

    /// The list request that finds what a create made whose answer was lost. Some servers answer an unsupported filter
    /// with everybody: [`Dialect::shows`] picks the match. `None` for changes of records that have an id already.
    fn find(&self, change: &Change) -> Option<Request>;

    /// The request that looks for records of this name at one level. Servers answer filters that they don't know with
    /// everybody, and compare with or without regard to case: each answer is to be compared. `None` where the provider
    /// can't be asked so.
    fn look_up(&self, kind: RecordKind, level: NameLevel, text: &str) -> Option<Request> {
        wire::look_up(kind, level, text)
    }

    /// Whether what was read shows the change. Later records of the same id are newer. After a look-up by
    /// [`Dialect::find`] that brought nothing, pass [`Observation::Gone`] of the provisional id.
    fn shows(&self, change: &Change, fresh: &[Observation], step: &Step) -> ChangeShown {
        let _ = step;
        shows::shows(change, fresh)
    }

    /// Whether the server tells the members of its groups; `None` where that is not known.
    fn tells_members(&self) -> Option<bool> {
        None
    }

    /// True where a filter by `meta.lastModified` is known to tell all users that changed since a time.
    fn tells_modified(&self) -> bool {
        false
    }

    /// True if the change alters this attribute of its records, or the attribute follows from what it alters.
    fn follows(&self, change: &Change, attribute: &str) -> bool {
        follows::follows(change, attribute)
    }

    /// The habits of the server that an outcome has shown.
    fn taught(&self, change: &Change, lesson: ServerLesson<'_>) -> ServerQuirks {
        let _ = (change, lesson);
        ServerQuirks::default()
    }

    /// True if the server's discovery endpoints (RFC 7644 §4) are worth asking.
    fn discovers(&self) -> bool {
        false
    }

    /// The same dialect with more habits of the server; present ones go before these. `None` where that changes
    /// nothing.
    fn with_habits(&self, habits: &ServerQuirks) -> Option<Arc<dyn Dialect>> {
        let _ = habits;
        None
    }

    /// The same dialect with roles by another mapping; `None` where they don't follow from groups.
    fn with_mapping(&self, mapping: Arc<RoleMapping>) -> Option<Arc<dyn Dialect>> {
        let _ = mapping;
        None
    }

    /// The address of the provider's own HTTP API, for a SCIM root; `None` where it is not asked.
    fn api(&self, base: &Url) -> Option<Url> {
        let _ = base;
        None
    }

    /// The request that asks that API for everybody's role in the organisation.
    fn asks_for_roles(&self) -> Option<Request> {
        None
    }

    /// The rights that a key needs for [`Dialect::asks_for_roles`], as a sentence.
    fn needs_for_roles(&self) -> &'static str {
        ""
    }

    /// The source of roles in the organisation; `told` is the answer to [`Dialect::asks_for_roles`].
    fn role_source(&self, told: Option<&Value>) -> RoleSource {
        let _ = told;
        RoleSource::Record
    }

    /// Further questions for a probe.
    fn questions(&self) -> Vec<ProbeQuestion> {
        Vec::new()
    }

    /// The request that asks a server for a sign of its hosting; `None` where there is none to ask for.
    fn asks_for_hosting(&self) -> Option<Request> {
        None
    }

    /// True where the profile names a hosting, which the answer to [`Dialect::asks_for_hosting`] can contradict.
    fn names_hosting(&self) -> bool {
        false
    }

    /// How the answer to [`Dialect::asks_for_hosting`] contradicts the hosting that the profile names, as a sentence.
    fn hosting_contradicted(&self, body: &[u8]) -> Option<String> {
        let _ = body;
        None
    }

    /// True where the answer to [`Dialect::asks_for_hosting`] says anything.
    fn tells_hosting(&self, body: &[u8]) -> bool {
        let _ = body;
        false
    }

    /// Which hosting the profile needs where it names none, by the answer to [`Dialect::asks_for_hosting`] if there is
    /// one.
    fn hosting_missing(&self, body: Option<&[u8]>) -> Option<String> {
        let _ = body;
        None
    }

    /// True where custom roles tell the organisation that they belong to.
    fn tells_organisation(&self) -> bool {
        false
    }

    /// True where the shape of a user's record may contradict that hosting.
    fn has_shape(&self) -> bool {
        false
    }

    /// How the shape of a record in a list contradicts that hosting, as a sentence.
    fn shape_contradicted(&self, raw: &RawValue) -> Option<&'static str> {
        let _ = raw;
        None
    }

    /// The address of the provider's GraphQL, for a SCIM root; `None` where it has none.
    fn graph(&self, base: &Url) -> Option<GraphqlAccess> {
        let _ = base;
        None
    }

    /// Reads the answer to an inquiry; `None` where it says nothing.
    fn told(&self, inquiry: &SideQuery, body: &[u8]) -> Option<SideAnswer> {
        let _ = (inquiry, body);
        None
    }

    /// The record that the answer to a change's GraphQL request says was created.
    fn made(&self, change: &Change, body: &[u8]) -> CreatedRecord {
        let _ = (change, body);
        CreatedRecord::default()
    }

    /// Adds advice for this provider's administrator about a failure.
    fn hint(&self, failure: &mut Failure);

    /// Replaces the advice about a refused question, where the question has one of its own. Follows [`Self::hint`].
    fn hint_about(&self, _topic: &SideQueryKind, _failure: &mut Failure) {}

    /// The advice where a change of this kind was accepted and did nothing, and a trial may show how this server takes
    /// it.
    fn advice(&self, verb: ChangeVerb) -> Option<&'static str> {
        let _ = verb;
        None
    }
}

/// The known facts about one server, beyond its provider.
#[derive(Debug, Clone, Default)]
pub struct KnownServer {
    /// The server's departures from the RFCs.
    pub habits: ServerQuirks,
    /// Group → role, where roles follow from groups.
    pub mapping: Option<Arc<RoleMapping>>,
    /// Full seats that the organisation has.
    pub full_seats: Option<u64>,
}

/// The dialect of a provider in its hosting. The hosting matters only to W&B.
pub fn of(provider: Provider, hosting: Hosting, server: KnownServer) -> Arc<dyn Dialect> {
    match rfc::RfcFlavor::of(provider) {
        Some(flavor) => Arc::new(rfc::RfcDialect::new(flavor, server)),
        None => Arc::new(wandb::WandbDialect::new(hosting, server.full_seats)),
    }
}

/// The record that stands in a list for the `n`-th one that has no readable id: it is shown, and never edited.
pub fn placeholder(kind: RecordKind, n: usize, problem: RecordProblem) -> Record {
    let id = format!("{UNREADABLE}{n}").into();
    let problem = Some(Box::new(problem));
    match kind {
        RecordKind::User => Record::User(User { id, problem, ..User::default() }),
        RecordKind::Team => Record::Team(Team { id, problem, ..Team::default() }),
        RecordKind::Role => Record::Role(Role { id, problem, ..Role::default() }),
    }
}

/// The beginning of a [`placeholder`]'s id; no request is ever made for such an id.
pub const UNREADABLE: &str = "unreadable:";
