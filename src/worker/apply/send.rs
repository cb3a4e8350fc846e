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
            let request = if request.merge { self.merged(request).await? } else { request };
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

    /// The whole record with the operations applied, held to the version that was read for it.
    async fn merged(&mut self, mut request: Request) -> Result<Request, Failure> {
        let refused = |text: String| Failure { arrived: Arrived::Yes, ..Failure::local(Class::Refused, text, "") };
        let read = Request::new(Method::Get, request.path.clone());
        let answer = self.context.send(&read).await.map_err(|failure| self.nothing_sent(failure))?;
        let mut document = list::parse_one(&answer.body).map_err(|bad| self.nothing_sent(unreadable(&bad)))?;
        let version = answer.etag.clone().or_else(|| version_in(&document));
        if let (Some(planned), Some(now)) = (&request.if_match, &version)
            && planned != now
        {
            let text = "The record has another version than the one that was shown here".to_owned();
            return Err(Failure { class: Class::Conflict, status: Some(412), ..refused(text) });
        }
        if let Some(body) = request.body.take() {
            merge::apply(&body, &mut document).map_err(|why| refused(why.to_string()))?;
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
