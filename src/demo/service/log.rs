//! The last requests to a server, and the writes that took effect, for its tests and its handle. Contains no keys.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use axum::http::Method;

/// Maximum number of requests in the log.
const LIMIT: usize = 10_000;
/// Maximum number of recorded writes that took effect.
const TAKEN: usize = 50_000;

/// A request that reached the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedRequest {
    /// `GET`, `POST`, …
    pub method: String,
    /// Path and query as sent; for GraphQL, followed by the name of the operation, as in `/graphql GetViewer`.
    pub path: String,
    /// Whether the request may change something: every method but the safe ones, and for GraphQL the mutations.
    pub writes: bool,
    /// Status of the answer; 0 while there is none, and if the connection was cut.
    pub status: u16,
}

/// A write that took effect, even if its answer was lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenWrite {
    /// `POST`, `PATCH`, …
    pub method: String,
    /// Path as sent.
    pub path: String,
    /// The body of the write.
    pub body: String,
}

/// The last requests, in the order of arrival.
#[derive(Default)]
pub(super) struct RequestLog {
    requests: Mutex<Entries>,
    taken: Mutex<VecDeque<TakenWrite>>,
}

#[derive(Default)]
struct Entries {
    kept: VecDeque<LoggedRequest>,
    dropped: usize,
}

impl RequestLog {
    fn with<T>(&self, act: impl FnOnce(&mut Entries) -> T) -> T {
        act(&mut self.requests.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn change(&self, request: usize, act: impl FnOnce(&mut LoggedRequest)) {
        self.with(|entries| {
            let place = request.checked_sub(entries.dropped);
            if let Some(entry) = place.and_then(|place| entries.kept.get_mut(place)) {
                act(entry);
            }
        });
    }

    pub(super) fn entries(&self) -> Vec<LoggedRequest> {
        self.with(|entries| entries.kept.iter().cloned().collect())
    }

    /// Records a request and returns the number that identifies it in the other methods.
    pub(super) fn note(&self, method: &Method, path: &str) -> usize {
        self.with(|entries| {
            if entries.kept.len() == LIMIT {
                entries.kept.pop_front();
                entries.dropped += 1;
            }
            let (writes, method) = (!method.is_safe(), method.to_string());
            entries.kept.push_back(LoggedRequest { method, path: path.to_owned(), writes, status: 0 });
            entries.dropped + entries.kept.len() - 1
        })
    }

    /// Executes a write and records it if it took effect: writes run one at a time, so that their order is that of the
    /// directory.
    pub(super) fn write<T, E>(&self, write: TakenWrite, act: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let done = act();
        if done.is_ok() {
            if taken.len() == TAKEN {
                taken.pop_front();
            }
            taken.push_back(write);
        }
        done
    }

    pub(super) fn taken(&self) -> Vec<TakenWrite> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// Records the operation of a GraphQL request.
    pub(super) fn note_operation(&self, request: usize, name: Option<&str>, writes: bool) {
        self.change(request, |entry| {
            entry.writes = writes;
            entry.path.extend(name.into_iter().flat_map(|name| [" ", name]));
        });
    }

    pub(super) fn note_status(&self, request: usize, status: u16) {
        self.change(request, |entry| entry.status = status);
    }
}
