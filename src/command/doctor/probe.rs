//! Sends requests to a server and records findings. Independent of the individual checks.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::finding::{DoctorFinding, FindingVerdict, ReportPart, RequestEvidence};
use crate::command::progress::WaitNotices;
use crate::{
    client::{Client, HttpAnswer},
    dialect::Dialect,
    directory::{RecordKind, ability::ActionTrials},
    scim::{
        error,
        failure::{Failure, FailureClass},
        list::{self, BadBody, ListPage},
        quirks::ServerQuirks,
        request::{ApiKind, Method, Request},
        text::clean_line,
        tree,
        wait::RequestWait,
    },
};

/// Maximum length of a request in the report, in characters.
const LONGEST: usize = 120;

/// The reason for ending the checks.
#[derive(Debug)]
pub enum Stop {
    /// No answer arrived.
    Lost(Failure),
    /// An answer that makes further checks useless; recorded as a finding.
    Refused(FailureClass),
    /// The user cancelled the run.
    Cancelled,
}

/// An answer with any status.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The answer as received.
    pub answer: HttpAnswer,
    /// The request, status and time, for the report.
    pub evidence: RequestEvidence,
}

impl Seen {
    /// HTTP status.
    pub fn status(&self) -> u16 {
        self.answer.status
    }

    /// True for a status of 2xx.
    pub fn is_ok(&self) -> bool {
        (200..=299).contains(&self.answer.status)
    }

    /// True if the answer shows the server's nature, rather than a temporary state or this key's rights.
    pub fn is_decisive(&self) -> bool {
        self.is_ok() || self.status() == 501 || !matches!(self.status(), 401 | 403 | 408 | 429 | 500..)
    }

    /// Parses the answer as a list.
    pub fn page(&self) -> Result<ListPage, BadBody> {
        list::parse(&self.answer.body)
    }

    /// Parses the answer as a record, or any other document.
    pub fn json(&self) -> Option<Value> {
        tree::parse(&self.answer.body).ok()
    }

    /// The failure that the body describes in spite of the status.
    pub fn failure_in_success(&self, dialect: &dyn Dialect) -> Option<Failure> {
        let mut failure = error::in_success(&self.answer.body)?;
        dialect.hint(&mut failure);
        Some(failure)
    }

    /// The refusal in the console's words.
    pub fn refusal(&self, dialect: &dyn Dialect) -> Failure {
        let body = error::parse(&self.answer.body, self.answer.content_type.as_deref());
        let mut failure = error::failure(self.status(), &body, "");
        dialect.hint(&mut failure);
        failure
    }
}

/// The state of a run of checks.
pub struct DoctorProbe {
    /// Sends the requests.
    pub client: Client,
    /// Tells the user why a request waits.
    pub waits: Mutex<WaitNotices>,
    /// Plans requests and reads records.
    pub dialect: Arc<dyn Dialect>,
    /// Cancels the run.
    pub cancel: CancellationToken,
    /// Random letters that make names unique.
    pub tag: String,
    /// The findings so far.
    pub findings: Vec<DoctorFinding>,
    /// The server's habits found so far.
    pub habits: ServerQuirks,
    /// The results of trials, by action.
    pub trials: ActionTrials,
    /// True if some group was seen with a member.
    pub shows_members: bool,
    /// How the server contradicts the hosting that the profile names.
    pub contradiction: Option<String>,
    /// Records of other runs, identified by the doctor's names.
    pub strays: Vec<StrayRecord>,
}

/// A record created by another run of the doctor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StrayRecord {
    /// The record's kind.
    pub kind: RecordKind,
    /// The record's name.
    pub name: String,
    /// The record's id.
    pub id: String,
}

impl DoctorProbe {
    /// Sends a request; any status counts as an answer.
    pub async fn ask(&self, request: &Request) -> Result<Seen, Stop> {
        // A write is never cancelled half-way, because its result would be unknown.
        let never = CancellationToken::new();
        let cancel = if request.is_read() { &self.cancel } else { &never };
        if self.cancel.is_cancelled() {
            return Err(Stop::Cancelled);
        }
        self.ask_until(request, cancel).await
    }

    /// Does the same with another cancellation token.
    pub async fn ask_until(&self, request: &Request, cancel: &CancellationToken) -> Result<Seen, Stop> {
        match self.client.probe(request, cancel, &|wait| self.say(&wait)).await {
            Ok(answer) => {
                let evidence = RequestEvidence {
                    request: shown(request),
                    status: answer.status,
                    millis: answer.elapsed.as_millis() as u64,
                };
                Ok(Seen { answer, evidence })
            }
            Err(failure) if failure.class == FailureClass::Cancelled => Err(Stop::Cancelled),
            Err(failure) => Err(Stop::Lost(failure)),
        }
    }

    /// Tells the user why a request waits. A failed write of the message is ignored.
    pub fn say(&self, wait: &RequestWait) {
        let _ = self.waits.lock().unwrap_or_else(PoisonError::into_inner).say(wait);
    }

    /// Sends a GET request.
    pub async fn get(&self, path: &[&str], query: &[(&str, &str)]) -> Result<Seen, Stop> {
        let request = Request::new(Method::Get, path.iter().copied());
        self.ask(&query.iter().fold(request, |request, (name, value)| request.query(*name, *value))).await
    }

    /// Requests a page of a list.
    pub async fn page(&self, endpoint: &str, start: u64, count: u64) -> Result<Seen, Stop> {
        self.get(&[endpoint], &[("startIndex", &start.to_string()), ("count", &count.to_string())]).await
    }

    /// Records a finding.
    pub fn find(
        &mut self,
        part: ReportPart,
        what: &'static str,
        verdict: FindingVerdict,
        words: impl Into<String>,
        seen: &[&Seen],
    ) {
        let evidence = seen.iter().map(|seen| seen.evidence.clone()).collect();
        self.findings.push(DoctorFinding { part, what, verdict, words: words.into(), evidence });
    }

    /// The dialect with the habits found so far.
    pub fn narrowed(&self) -> Arc<dyn Dialect> {
        self.dialect.with_habits(&self.habits).unwrap_or_else(|| Arc::clone(&self.dialect))
    }

    /// Turns a missing answer into a finding; only a cancellation by the user ends the run.
    pub fn survive(&mut self, part: ReportPart, what: &'static str, result: Result<(), Stop>) -> Result<(), Stop> {
        match result {
            Err(Stop::Lost(failure)) => {
                self.find(part, what, FindingVerdict::Unknown, failure.sentences(), &[]);
                Ok(())
            }
            other => other,
        }
    }
}

/// A request in readable form.
fn shown(request: &Request) -> String {
    if request.api == ApiKind::Graph {
        return request.to_string();
    }
    let query: Vec<String> = request.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let mark = if query.is_empty() { "" } else { "?" };
    let api = if request.api == ApiKind::Api { "API " } else { "" };
    let whole = format!("{} {api}/{}{mark}{}", request.method.as_str(), request.path.join("/"), query.join("&"));
    clean_line(&whole, LONGEST).into_owned()
}

/// `3 groups`, `1 user`.
pub fn counted(count: usize, what: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{} {what}{s}", crate::scim::text::number(count as u64))
}
