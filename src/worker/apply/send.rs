//! Sends a change's requests one after another, and takes in the values in their answers.

use std::{sync::Arc, time::Instant};

use serde_json::Value;

use super::{
    ChangeAttempt, story,
    version::target_of,
    whole::{RecordAfter, RecordBefore},
};
use crate::{
    client::{HttpAnswer, redact},
    directory::{
        Id, Observation, RecordKind, ResourceRef,
        plan::{JournalEntry, Risk},
        work::WorkerReport,
    },
    scim::{
        failure::{Failure, FailureClass, RequestArrival},
        json,
        list::{self, BadBody},
        merge,
        request::{ApiKind, Method, Request},
    },
    worker::{
        context::{WholeResource, unreadable},
        versions::{RecordVersion, VersionAge},
    },
};

impl ChangeAttempt<'_> {
    pub(super) async fn send_all(&mut self, entry: &mut JournalEntry) -> Result<(), Failure> {
        for request in entry.step.requests.clone() {
            let request = about_made(request, entry)?;
            let otherwise = request.otherwise.clone();
            let mut result = self.send_one(request.clone(), entry).await;
            for other in otherwise {
                // The server has refused the form of the request, so nothing was changed.
                if self.sent > 0 || !result.as_ref().is_err_and(is_unknown_form) {
                    break;
                }
                let other = Request { if_match: request.if_match.clone(), ..other };
                result = self.send_one(other.clone(), entry).await;
                self.took = result.is_ok().then_some(other);
            }
            result?;
            if self.other_name(entry).is_some() {
                break;
            }
        }
        Ok(())
    }

    /// Sends one request, unless the record has the value already.
    pub(super) async fn send_one(&mut self, request: Request, entry: &mut JournalEntry) -> Result<(), Failure> {
        let request = self.with_version(request);
        let request = if request.merge { self.computed(request, &entry.step.risk).await? } else { Some(request) };
        let Some(mut request) = request else { return Ok(()) };
        request.otherwise.clear();
        let shown = redact::shown(&request);
        let began = Instant::now();
        self.tried = true;
        let result = self.context.send(&request).await.and_then(|answer| readable(&request, answer));
        story::note(&mut entry.exchanges, story::exchange(&request, shown.to_string(), &result, began.elapsed()));
        let answer = result?;
        self.sent += 1;
        self.learn(&request, &answer, entry);
        Ok(())
    }

    /// The request computed from the record's present state, with the version of that reading; `None` if the record has
    /// the value already.
    async fn computed(&mut self, mut request: Request, risk: &Risk) -> Result<Option<Request>, Failure> {
        let refused =
            |text: String| Failure { arrived: RequestArrival::Yes, ..Failure::local(FailureClass::Refused, text, "") };
        let WholeResource { document: before, version, masked, thin } = self.just_read(&request).await?;
        if let (Some(planned), Some(now)) = (&request.if_match, &version)
            && planned != now
        {
            let text = "The record has another version than the one that was shown here".to_owned();
            return Err(Failure { class: FailureClass::Conflict, status: Some(412), ..refused(text) });
        }
        let planned = request.body.take();
        let whole = request.operations.is_none();
        let Some(operations) = request.operations.take().or_else(|| planned.clone()) else { return Ok(None) };
        let mut document = before.clone();
        merge::apply(&operations, &mut document).map_err(|why| refused(why.to_string()))?;
        let is_added_alone = !whole && document != before;
        if merge::touches_members(&operations) && !self.tells_members(&before, is_added_alone) {
            let text = "The server does not tell who is in it, and the whole list would take the place of who is. Nothing \
                        was sent. `scimitar doctor --write` finds out whether it tells members.";
            return Err(refused(text.to_owned()));
        }
        if document == before {
            return Ok(None);
        }
        if merge::touches_members(&operations)
            && !matches!(risk, Risk::Insist(_))
            && let Some(size) = self.perhaps_cut(&request, &before).await
        {
            let text = format!(
                "The server shows {size} members of it, perhaps no more than it ever shows: a whole list would take the \
                 others out. Nothing was sent."
            );
            return Err(refused(text));
        }
        let mut erased = if whole { self.told_by_list_alone(&request, &before).await } else { Vec::new() };
        if thin && (whole || merge::touches_members(&operations)) {
            erased.push("members".to_owned());
        }
        if !erased.is_empty() {
            let text = format!(
                "The server's list tells {}, and a reading of the record alone does not: a PUT of that reading would erase \
                 it. Nothing was sent.",
                erased.join(", ")
            );
            return Err(refused(text));
        }
        request.body = Some(if whole {
            // The server decides about these itself.
            if let Some(map) = document.as_object_mut() {
                map.shift_remove("meta");
            }
            document
        } else {
            let pathless = request.method == Method::Patch && planned.as_ref().is_some_and(is_pathless);
            let replacing =
                merge::replacing(&operations, &document, pathless).map_err(|why| refused(why.to_string()))?;
            match (request.method, planned) {
                (Method::Put, Some(planned)) => merge::with(planned, &replacing),
                _ => replacing,
            }
        });
        if masked && request.body.as_ref().is_some_and(holds_mask) {
            let text = "The record holds the text of the API key, which is hidden here: sent back, the record would lose it. \
                        Nothing was sent. Take the key out of the record first.";
            return Err(refused(text.to_owned()));
        }
        request.if_match = version;
        request.merge = false;
        Ok(Some(request))
    }

    /// The record's present state: the reading before the change, or a new one if a request went out since.
    async fn just_read(&self, request: &Request) -> Result<WholeResource, Failure> {
        if let Some(RecordBefore { whole, asked: true, .. }) = self.before.get(&request.path)
            && self.sent == 0
            && !self.put_off
        {
            return Ok(whole.clone());
        }
        let gone =
            || Failure { status: Some(404), ..Failure::local(FailureClass::NotFound, "The record is gone.", "") };
        let target = target_of(request).ok_or_else(|| self.nothing_sent(gone()))?;
        let (_, whole) = self.context.read_whole(&target).await.map_err(|failure| self.nothing_sent(failure))?;
        whole.ok_or_else(|| self.nothing_sent(gone()))
    }

    /// True if the group shows its members. An empty list counts only if the server has shown members elsewhere, or if
    /// the change only adds members.
    fn tells_members(&self, group: &Value, is_added_alone: bool) -> bool {
        let members = group.as_object().and_then(|map| json::get(map, "members"));
        let says = members.is_some_and(Value::is_array) && self.context.dialect.tells_members() != Some(false);
        let somebody = members.and_then(Value::as_array).is_some_and(|members| !members.is_empty());
        let has_shown = self.context.shows_members() || self.context.dialect.tells_members() == Some(true);
        somebody || has_shown || (says && is_added_alone)
    }

    /// Ends a change whose read failed before the write: the change counts as unsent.
    fn nothing_sent(&self, failure: Failure) -> Failure {
        let arrived = if self.sent == 0 && failure.status.is_none() { RequestArrival::No } else { RequestArrival::Yes };
        Failure { arrived, ..failure }
    }

    /// The request with the version that was learnt since the change was planned, in place of the plan's.
    pub(super) fn with_version(&self, mut request: Request) -> Request {
        if let Some(RecordVersion { tag, age: VersionAge::Newer | VersionAge::Own }) = self.versions.get(&request.path)
            && request.method != Method::Post
        {
            request.if_match = tag.as_ref().map(ToString::to_string);
        }
        request
    }

    /// Takes in the created ids of a GraphQL answer. A secret goes to the screen and nowhere else.
    fn learn_made(&self, answer: &HttpAnswer, entry: &mut JournalEntry) {
        let made = self.context.dialect.made(&entry.step.change, &answer.body);
        entry.created = made.id.or(entry.created.take());
        if let Some(secret) = made.secret {
            self.context.report(WorkerReport::Secret(entry.id, secret));
        }
    }

    /// Takes in the record in the answer; an answer without a body has none.
    fn learn(&mut self, request: &Request, answer: &HttpAnswer, entry: &mut JournalEntry) {
        if request.api == ApiKind::Graph {
            self.learn_made(answer, entry);
            return;
        }
        let Some(kind) = kind_of(request) else { return };
        // Forgets versions that the change has made invalid: of the record, and of the other record of a membership.
        for path in entry.step.change.touches().iter().map(|(target, _)| path_of(target)) {
            self.versions.insert(path, RecordVersion::own(None));
        }
        self.versions.insert(request.path.clone(), RecordVersion::own(None));
        let id: Id = request.path.get(1).map_or_else(|| "".into(), |id| id.as_str().into());
        if request.method == Method::Delete || answer.body.is_empty() {
            return;
        }
        let Ok(record) = self.context.record(&ResourceRef { kind, id }, answer) else { return };
        if let Some(whole) = WholeResource::of(answer) {
            self.after.insert(path_of(&record.target()), RecordAfter { document: whole.document, asked: false });
        }
        if let Some(version) = record.version() {
            let path = vec![request.path.first().cloned().unwrap_or_default(), record.target().id.to_string()];
            self.versions.insert(path, RecordVersion::own(Some(Arc::clone(version))));
        }
        if request.method == Method::Post {
            entry.created = Some(record.target().id);
        }
        self.fresh.push(Observation::Record(record));
    }
}

/// True for a PATCH body whose operations name no path.
fn is_pathless(body: &Value) -> bool {
    let operations = body.get("Operations").and_then(Value::as_array);
    operations.is_some_and(|all| !all.is_empty() && all.iter().all(|operation| operation.get("path").is_none()))
}

/// True if a text of the value was masked because the key stood in it.
fn holds_mask(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains(redact::MASK),
        Value::Array(items) => items.iter().any(holds_mask),
        Value::Object(fields) => fields.iter().any(|(name, field)| name.contains(redact::MASK) || holds_mask(field)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// The answer, unless it is no JSON: such an answer comes from another server, so the effect of the change is unknown.
fn readable(request: &Request, answer: HttpAnswer) -> Result<HttpAnswer, Failure> {
    if request.api != ApiKind::Scim || answer.body.is_empty() {
        return Ok(answer);
    }
    match list::parse_one(&answer.body) {
        Err(bad @ (BadBody::Html | BadBody::NotJson { .. } | BadBody::CutOff { .. })) => Err(Failure {
            status: Some(answer.status),
            arrived: RequestArrival::Unknown,
            bytes: answer.bytes as u64,
            ..unreadable(&bad)
        }),
        _ => Ok(answer),
    }
}

/// The request with the server's id in place of the provisional one.
pub(super) fn about_made(mut request: Request, entry: &JournalEntry) -> Result<Request, Failure> {
    let Some(key) = entry.step.change.creates() else { return Ok(request) };
    for part in request.path.iter_mut().filter(|part| **part == **key) {
        let Some(created) = &entry.created else {
            let text = "The server's answer does not say which id it gave, so the rest was not sent.";
            return Err(Failure { arrived: RequestArrival::Yes, ..Failure::local(FailureClass::Protocol, text, "") });
        };
        *part = created.to_string();
    }
    Ok(request)
}

pub(super) fn kind_of(request: &Request) -> Option<RecordKind> {
    match request.path.first().map(String::as_str) {
        Some("Users") => Some(RecordKind::User),
        Some("Groups") => Some(RecordKind::Team),
        Some("Roles") => Some(RecordKind::Role),
        _ => None,
    }
}

pub(super) fn path_of(target: &ResourceRef) -> Vec<String> {
    let endpoint = match target.kind {
        RecordKind::User => "Users",
        RecordKind::Team => "Groups",
        RecordKind::Role => "Roles",
    };
    vec![endpoint.to_owned(), target.id.to_string()]
}

/// True if the server refuses this form of request as unknown, so that it has done nothing.
fn is_unknown_form(failure: &Failure) -> bool {
    const FORMS: [&str; 3] = ["invalidPath", "invalidSyntax", "invalidFilter"];
    let of_form = |kind: &String| FORMS.iter().any(|form| form.eq_ignore_ascii_case(kind));
    match failure.status {
        Some(405 | 501) => true,
        Some(400) => failure.scim_type.as_ref().is_some_and(of_form),
        _ => false,
    }
}
