//! A change's requests going out, one after another, and what their answers show at once.

use std::{sync::Arc, time::Instant};

use jiff::Timestamp;
use serde_json::Value;

use super::{Attempt, story};
use crate::{
    client::{Answer, redact},
    directory::{Fresh, Id, Kind, Target, plan::Entry, work::Report},
    scim::{
        failure::{Arrived, Class, Failure},
        json,
        list::{self, BadBody},
        merge,
        request::{Door, Method, Request},
    },
    worker::context::{now, unreadable},
};

impl Attempt<'_> {
    pub(super) async fn send_all(&mut self, entry: &mut Entry) -> Result<(), Failure> {
        for request in entry.step.requests.clone() {
            let request = self.with_version(request, entry.at);
            let request = if request.merge { self.computed(request).await? } else { Some(request) };
            let Some(request) = request else { continue };
            let shown = redact::shown(&request);
            let began = Instant::now();
            let result = self.context.send(&request).await.and_then(|answer| readable(&request, answer));
            story::note(&mut entry.exchanges, story::exchange(&request, shown.to_string(), &result, began.elapsed()));
            let answer = result?;
            self.sent += 1;
            self.learn(&request, &answer, entry);
        }
        Ok(())
    }

    /// The request made of the record as it is now, held to the version that was read for it; `None` where that is so
    /// already.
    async fn computed(&mut self, mut request: Request) -> Result<Option<Request>, Failure> {
        let refused = |text: String| Failure { arrived: Arrived::Yes, ..Failure::local(Class::Refused, text, "") };
        let read = Request::new(Method::Get, request.path.clone());
        let answer = self.context.send(&read).await.map_err(|failure| self.nothing_sent(failure))?;
        let before = list::parse_one(&answer.body).map_err(|bad| self.nothing_sent(unreadable(&bad)))?;
        let version = answer.etag.clone().or_else(|| version_in(&before));
        if let (Some(planned), Some(now)) = (&request.if_match, &version)
            && planned != now
        {
            let text = "The record has another version than the one that was shown here".to_owned();
            return Err(Failure { class: Class::Conflict, status: Some(412), ..refused(text) });
        }
        let planned = request.body.take();
        let whole = request.operations.is_none();
        let Some(operations) = request.operations.take().or_else(|| planned.clone()) else { return Ok(None) };
        if merge::touches_members(&operations) && !self.tells_members(&before) {
            let text = "The server does not tell who is in it, and the whole list would take the place of who is. Nothing \
                        was sent.";
            return Err(refused(text.to_owned()));
        }
        let mut document = before.clone();
        merge::apply(&operations, &mut document).map_err(|why| refused(why.to_string()))?;
        if document == before {
            return Ok(None);
        }
        request.body = Some(if whole {
            // The server keeps its own counsel about these.
            if let Some(map) = document.as_object_mut() {
                map.shift_remove("meta");
            }
            document
        } else {
            let replacing = merge::replacing(&operations, &document).map_err(|why| refused(why.to_string()))?;
            match (request.method, planned) {
                (Method::Put, Some(planned)) => merge::with(planned, &replacing),
                _ => replacing,
            }
        });
        request.if_match = version;
        request.merge = false;
        Ok(Some(request))
    }

    /// True where the group says who is in it, be that nobody. A server that leaves out an attribute without values has
    /// shown members elsewhere.
    fn tells_members(&self, group: &Value) -> bool {
        let members = group.as_object().and_then(|map| json::get(map, "members"));
        let says = members.is_some_and(|members| !members.is_null());
        let somebody = members.and_then(Value::as_array).is_some_and(|members| !members.is_empty());
        somebody || self.context.shows_members(says)
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
        // A version that is no longer true must not be sent again: this record's, and that of the other side of a
        // membership, which has moved with it.
        for path in entry.step.change.touches().iter().map(|(target, _)| path_of(target)) {
            self.versions.insert(path, (now(), None));
        }
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
}

/// What is no data was not said by the server that was asked: whether it has done anything is not known.
fn readable(request: &Request, answer: Answer) -> Result<Answer, Failure> {
    if request.door != Door::Scim || answer.body.is_empty() {
        return Ok(answer);
    }
    match list::parse_one(&answer.body) {
        Err(bad @ (BadBody::Html | BadBody::NotJson { .. } | BadBody::CutOff { .. })) => Err(Failure {
            status: Some(answer.status),
            arrived: Arrived::Unknown,
            bytes: answer.bytes as u64,
            ..unreadable(&bad)
        }),
        _ => Ok(answer),
    }
}

fn kind_of(request: &Request) -> Option<Kind> {
    match request.path.first().map(String::as_str) {
        Some("Users") => Some(Kind::User),
        Some("Groups") => Some(Kind::Team),
        Some("Roles") => Some(Kind::Role),
        _ => None,
    }
}

fn path_of(target: &Target) -> Vec<String> {
    let endpoint = match target.kind {
        Kind::User => "Users",
        Kind::Team => "Groups",
        Kind::Role => "Roles",
    };
    vec![endpoint.to_owned(), target.id.to_string()]
}

fn version_in(document: &Value) -> Option<String> {
    document.pointer("/meta/version").and_then(Value::as_str).map(str::to_owned)
}
