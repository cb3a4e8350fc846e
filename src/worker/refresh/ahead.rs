//! Requests of a list that are under way: the next one, and those that are likely to follow it.

use std::collections::VecDeque;

use tokio_util::task::AbortOnDropHandle;

use super::super::context::WorkerContext;
use crate::{
    client::{BodyObserver, HttpAnswer},
    scim::{
        failure::{Failure, FailureClass},
        request::Request,
    },
};

/// The most pages of a list under way: each is held until its turn.
const MOST: usize = 3;
/// The most bytes of pages under way, without the first page.
const MOST_BYTES: usize = 12 << 20;

/// The query parameters of a page's request.
pub type ListQuery = Vec<(String, String)>;

/// An answer, and whether it was requested before its turn.
pub struct EarlyAnswer {
    pub answer: Result<HttpAnswer, Failure>,
    pub guessed: bool,
}

/// Requests that were sent and whose answers are not read yet. Dropping this cancels them.
pub struct PageRequest {
    context: WorkerContext,
    list: Request,
    waiting: VecDeque<(ListQuery, AbortOnDropHandle<Result<HttpAnswer, Failure>>)>,
    most: usize,
}

impl PageRequest {
    pub fn new(context: &WorkerContext, list: Request) -> Self {
        let most = context.parallel.min(MOST);
        Self { context: context.clone(), list, waiting: VecDeque::new(), most }
    }

    /// Sends the requests that are likely to follow a page of `bytes` bytes.
    pub fn ahead(&mut self, bytes: usize, ahead: impl FnOnce(usize) -> Vec<ListQuery>) {
        // With a single request at a time, none is sent ahead.
        if self.most > 1 {
            let most = (MOST_BYTES / bytes.max(1)).clamp(1, self.most);
            for query in ahead(most).into_iter().skip(self.waiting.len()) {
                let (context, request) = (self.context.clone(), self.request(&query));
                let asked = tokio::spawn(async move { context.send(&request).await });
                self.waiting.push_back((query, AbortOnDropHandle::new(asked)));
            }
        }
    }

    /// The answer to this query, which is sent if it is not under way; `observer` receives the parts of an answer that is
    /// requested now.
    pub async fn answer(&mut self, query: &ListQuery, observer: BodyObserver<'_>) -> EarlyAnswer {
        if let Some((asked, answer)) = self.waiting.pop_front() {
            // A task that failed left no answer: the query is sent again.
            if asked == *query
                && let Ok(answer) = answer.await
            {
                self.slow_down(&answer);
                return EarlyAnswer { answer, guessed: true };
            }
            self.one_by_one();
        }
        let answer = self.context.send_observed(&self.request(query), observer).await;
        EarlyAnswer { answer, guessed: false }
    }

    /// A guess was wrong: from now on each page is requested after the page before it has come.
    pub fn one_by_one(&mut self) {
        self.waiting.clear();
        self.most = 1;
    }

    /// A server that needed a second attempt gets single requests.
    fn slow_down(&mut self, answer: &Result<HttpAnswer, Failure>) {
        if answer.as_ref().is_ok_and(|answer| answer.attempts > 1) {
            self.most = 1;
        }
    }

    fn request(&self, query: &ListQuery) -> Request {
        let mut request = self.list.clone();
        request.query.extend(query.iter().cloned());
        request
    }
}

/// True for a failure that may have come from asking for several pages at once.
pub fn may_be_haste(failure: &Failure) -> bool {
    !matches!(
        failure.class,
        FailureClass::Cancelled | FailureClass::Local | FailureClass::Unauthorized | FailureClass::Forbidden
    )
}
