//! The journal's record of each request and its answer: short, and without secrets.

use std::time::Duration;

use crate::{
    client::{HttpAnswer, redact},
    directory::plan::{ChangeState, JournalEntry, RequestExchange, UNHEARD},
    scim::{failure::Failure, request::Request, text::clean_line, tree},
};

/// The most characters of an answer that the journal keeps.
const EXCERPT: usize = 600;

/// The most characters of a request that the journal keeps: a PUT of a group may be long.
const REQUEST: usize = 4_000;

/// Adds an exchange to the journal entry. A repeated request that did not arrive only raises the number of attempts, so
/// that a long wait does not fill the journal. A request that may have arrived is an exchange of its own.
pub(super) fn note(story: &mut Vec<RequestExchange>, new: RequestExchange) {
    let repeats = |last: &RequestExchange| {
        (last.status, new.status) == (None, None)
            && last.request == new.request
            && last.is_unheard() == new.is_unheard()
    };
    let Some(last) = story.last_mut().filter(|last| repeats(last)) else {
        story.push(new);
        return;
    };
    *last = RequestExchange { attempts: last.attempts.saturating_add(new.attempts), ..new };
}

/// The journal's text for an answer that holds a new secret.
const SECRET: &str = "(a new secret: shown once, kept nowhere)";

/// `took` is the duration of all attempts together; a failure has no duration of its own.
pub(super) fn exchange(
    sent: &Request,
    request: String,
    result: &Result<HttpAnswer, Failure>,
    took: Duration,
) -> RequestExchange {
    let request = clean_line(&request, REQUEST).into_owned();
    match result {
        Ok(answer) => RequestExchange {
            request,
            status: Some(answer.status),
            millis: answer.elapsed.as_millis() as u64,
            bytes: answer.bytes as u64,
            answer: if sent.secret { SECRET.to_owned() } else { excerpt(&answer.body) },
            refused: false,
            attempts: answer.attempts,
        },
        Err(failure) => RequestExchange {
            request,
            status: failure.status,
            millis: took.as_millis() as u64,
            bytes: failure.bytes,
            answer: failure.text.clone(),
            refused: true,
            attempts: failure.attempts,
        },
    }
}

/// Adds the request that was in flight when the session of the change ended.
pub(super) fn note_unheard(entry: &mut JournalEntry) {
    // If all requests were accepted, the session ended while it looked at the records.
    let Some(request) = entry.step.requests.get(entry.accepted()).filter(|_| entry.state == ChangeState::Sent) else {
        return;
    };
    let request = clean_line(&redact::shown(request).to_string(), REQUEST).into_owned();
    let unheard = RequestExchange {
        request,
        status: None,
        millis: 0,
        bytes: 0,
        answer: UNHEARD.to_owned(),
        refused: true,
        attempts: 1,
    };
    note(&mut entry.exchanges, unheard);
}

/// The beginning of the answer; values under names like `key` and `password` are masked.
fn excerpt(body: &[u8]) -> String {
    let text = match tree::parse(body) {
        Ok(mut value) => {
            redact::mask(&mut value);
            value.to_string()
        }
        Err(_) => String::from_utf8_lossy(body).into_owned(),
    };
    clean_line(&text, EXCERPT).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_that_does_not_arrive_is_told_once_with_its_tries() {
        let made = |request: &str, status, answer: &str| RequestExchange {
            request: request.into(),
            status,
            millis: 1,
            bytes: 0,
            answer: answer.into(),
            refused: false,
            attempts: 2,
        };
        let mut story = vec![made("PATCH /Users/1", Some(200), "{}")];
        for why in ["Nothing listens", "Nothing listens", "No route (to it)", "Nothing listens"] {
            note(&mut story, made("PATCH /Groups/1", None, why));
        }
        note(&mut story, made("PATCH /Groups/1", Some(400), "no"));
        note(&mut story, made("PATCH /Groups/1", Some(400), "no"));
        let told: Vec<_> = story.iter().map(|exchange| (exchange.answer.as_str(), exchange.attempts)).collect();
        assert_eq!(told, [("{}", 2), ("Nothing listens", 8), ("no", 2), ("no", 2)]);
    }
}
