//! Asking one server, and writing down what it means. Knows no particular question.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::finding::{Evidence, Finding, Part, Verdict};
use crate::command::progress::WaitNotices;
use crate::{
    client::{Answer, Client},
    dialect::Dialect,
    directory::{Kind, ability::Trials},
    scim::{
        error,
        failure::{Class, Failure},
        habits::Habits,
        list::{self, BadBody, Page},
        request::{Door, Method, Request},
        text::clean_line,
        tree,
        wait::Wait,
    },
};

/// The longest request that is repeated, in characters.
const LONGEST: usize = 120;

/// Why no more is asked.
#[derive(Debug)]
pub enum Stop {
    /// No answer.
    Lost(Failure),
    /// An answer that makes further questions useless; it is a finding.
    Refused(Class),
    /// The person has had enough.
    Cancelled,
}

/// An answer of any status.
#[derive(Debug, Clone)]
pub struct Seen {
    /// As it came.
    pub answer: Answer,
    /// What it answers.
    pub evidence: Evidence,
}

impl Seen {
    /// HTTP status.
    pub fn status(&self) -> u16 {
        self.answer.status
    }

    /// True in 2xx.
    pub fn is_ok(&self) -> bool {
        (200..=299).contains(&self.answer.status)
    }

    /// True if it says how the server is, not how it fares or what this key may do.
    pub fn is_decisive(&self) -> bool {
        self.is_ok() || self.status() == 501 || !matches!(self.status(), 401 | 403 | 408 | 429 | 500..)
    }

    /// As a list.
    pub fn page(&self) -> Result<Page, BadBody> {
        list::parse(&self.answer.body)
    }

    /// As one record, or any other document.
    pub fn json(&self) -> Option<Value> {
        tree::parse(&self.answer.body).ok()
    }

    /// The failure that the body tells of in spite of the status.
    pub fn failure_in_success(&self, dialect: &dyn Dialect) -> Option<Failure> {
        let mut failure = error::in_success(&self.answer.body)?;
        dialect.hint(&mut failure);
        Some(failure)
    }

    /// A refusal in the words of the console.
    pub fn refusal(&self, dialect: &dyn Dialect) -> Failure {
        let body = error::parse(&self.answer.body, self.answer.content_type.as_deref());
        let mut failure = error::failure(self.status(), &body, "It");
        dialect.hint(&mut failure);
        failure
    }
}

/// What is known so far.
pub struct Probe {
    /// Sends.
    pub client: Client,
    /// Says why it waits.
    pub waits: Mutex<WaitNotices>,
    /// Speaks.
    pub dialect: Arc<dyn Dialect>,
    /// Ends it.
    pub cancel: CancellationToken,
    /// Letters that no name has by chance.
    pub tag: String,
    /// What was found out.
    pub findings: Vec<Finding>,
    /// What follows for the console.
    pub habits: Habits,
    /// What was tried, and what came of it.
    pub trials: Trials,
    /// Some group was seen with a member.
    pub shows_members: bool,
    /// Records with names that the doctor gives, of other runs.
    pub strays: Vec<Stray>,
}

/// A record that another run of the doctor has made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stray {
    /// What it is.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// Its id.
    pub id: String,
}

impl Probe {
    /// Asks; any status is an answer.
    pub async fn ask(&self, request: &Request) -> Result<Seen, Stop> {
        // What writes is not torn off half-way: whether it was done would not be known.
        let never = CancellationToken::new();
        let cancel = if request.is_read() { &self.cancel } else { &never };
        if self.cancel.is_cancelled() {
            return Err(Stop::Cancelled);
        }
        self.ask_until(request, cancel).await
    }

    /// The same with another end.
    pub async fn ask_until(&self, request: &Request, cancel: &CancellationToken) -> Result<Seen, Stop> {
        match self.client.probe(request, cancel, &|wait| self.say(&wait)).await {
            Ok(answer) => {
                let evidence = Evidence {
                    request: shown(request),
                    status: answer.status,
                    millis: answer.elapsed.as_millis() as u64,
                };
                Ok(Seen { answer, evidence })
            }
            Err(failure) if failure.class == Class::Cancelled => Err(Stop::Cancelled),
            Err(failure) => Err(Stop::Lost(failure)),
        }
    }

    /// Says why a request waits. Nobody misses it where it can't be written.
    pub fn say(&self, wait: &Wait) {
        let _ = self.waits.lock().unwrap_or_else(PoisonError::into_inner).say(wait);
    }

    /// GET.
    pub async fn get(&self, path: &[&str], query: &[(&str, &str)]) -> Result<Seen, Stop> {
        let request = Request::new(Method::Get, path.iter().copied());
        self.ask(&query.iter().fold(request, |request, (name, value)| request.query(*name, *value))).await
    }

    /// A page of a list.
    pub async fn page(&self, endpoint: &str, start: u64, count: u64) -> Result<Seen, Stop> {
        self.get(&[endpoint], &[("startIndex", &start.to_string()), ("count", &count.to_string())]).await
    }

    /// Writes a finding down.
    pub fn find(&mut self, part: Part, what: &'static str, verdict: Verdict, words: impl Into<String>, seen: &[&Seen]) {
        let evidence = seen.iter().map(|seen| seen.evidence.clone()).collect();
        self.findings.push(Finding { part, what, verdict, words: words.into(), evidence });
    }

    /// The dialect with what is known so far.
    pub fn narrowed(&self) -> Arc<dyn Dialect> {
        self.dialect.with_habits(&self.habits).unwrap_or_else(|| Arc::clone(&self.dialect))
    }

    /// A question without an answer is a finding too; only the person ends the whole.
    pub fn survive(&mut self, part: Part, what: &'static str, result: Result<(), Stop>) -> Result<(), Stop> {
        match result {
            Err(Stop::Lost(failure)) => {
                self.find(part, what, Verdict::Unknown, failure.sentences(), &[]);
                Ok(())
            }
            other => other,
        }
    }
}

/// A request as a person writes it.
fn shown(request: &Request) -> String {
    if request.door == Door::Graph {
        return request.to_string();
    }
    let query: Vec<String> = request.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let mark = if query.is_empty() { "" } else { "?" };
    let door = if request.door == Door::Api { "API " } else { "" };
    let whole = format!("{} {door}/{}{mark}{}", request.method.as_str(), request.path.join("/"), query.join("&"));
    clean_line(&whole, LONGEST).into_owned()
}

/// `3 groups`, `1 user`.
pub fn counted(count: usize, what: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{} {what}{s}", crate::scim::text::number(count as u64))
}
