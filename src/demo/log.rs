//! The last requests that a server was sent, and the writes that took effect, for its tests and its handle. Knows no keys.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use axum::http::Method;

/// How many requests the log keeps.
const LIMIT: usize = 10_000;
/// How many writes that took effect.
const TAKEN: usize = 50_000;

/// One request that reached the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedRequest {
    /// `GET`, `POST`, …
    pub method: String,
    /// Path and query as they were sent; for GraphQL the name of the operation after it, as in `/graphql GetViewer`.
    pub path: String,
    /// Whether it may change something: every method but the safe ones, and of GraphQL the mutations.
    pub writes: bool,
    /// Status of the answer; 0 while there is none, and when the connection was cut.
    pub status: u16,
}

/// A write that took effect, whatever became of its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenWrite {
    /// `POST`, `PATCH`, …
    pub method: String,
    /// Path as it was sent.
    pub path: String,
    /// Its body.
    pub body: String,
}

/// The last requests, in the order of their arrival.
#[derive(Default)]
pub(super) struct Log {
    requests: Mutex<Entries>,
    taken: Mutex<VecDeque<TakenWrite>>,
}

#[derive(Default)]
struct Entries {
    kept: VecDeque<LoggedRequest>,
    dropped: usize,
}

impl Log {
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

    /// Writes a request down; what comes back names it to the other methods.
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

    /// Does a write and notes it where it took effect: one at a time, so that their order is the directory's.
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

    /// What a GraphQL request asks for.
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
