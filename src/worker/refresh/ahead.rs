//! Requests of one list that are under way: the next one, and those that are likely to follow it.

use std::collections::VecDeque;

use tokio_util::task::AbortOnDropHandle;

use super::super::context::Context;
use crate::{
    client::{Answer, Heed},
    scim::{
        failure::{Class, Failure},
        request::Request,
    },
};

/// Pages of one list under way at most: each is held until its turn.
const MOST: usize = 3;
/// The same in bytes, but for the first.
const MOST_BYTES: usize = 12 << 20;

/// What is asked of a list beside itself.
pub type Query = Vec<(String, String)>;

/// An answer, and whether it was asked for before its turn.
pub struct Heard {
    pub answer: Result<Answer, Failure>,
    pub guessed: bool,
}

/// What was asked for and is not looked at yet. What is under way ends with it.
pub struct Asked {
    context: Context,
    list: Request,
    waiting: VecDeque<(Query, AbortOnDropHandle<Result<Answer, Failure>>)>,
    most: usize,
}

impl Asked {
    pub fn new(context: &Context, list: Request) -> Self {
        let most = context.parallel.min(MOST);
        Self { context: context.clone(), list, waiting: VecDeque::new(), most }
    }

    /// Asks for what is likely to follow a page of so many bytes.
    pub fn ahead(&mut self, bytes: usize, ahead: impl FnOnce(usize) -> Vec<Query>) {
        // One at a time is not ahead.
        if self.most > 1 {
            let most = (MOST_BYTES / bytes.max(1)).clamp(1, self.most);
            for query in ahead(most).into_iter().skip(self.waiting.len()) {
                let (context, request) = (self.context.clone(), self.request(&query));
                let asked = tokio::spawn(async move { context.send(&request).await });
                self.waiting.push_back((query, AbortOnDropHandle::new(asked)));
            }
        }
    }

    /// The answer to this query, which is sent if it is not under way; `heed` is told of what is sent now.
    pub async fn answer(&mut self, query: &Query, heed: Heed<'_>) -> Heard {
        if let Some((asked, answer)) = self.waiting.pop_front() {
            // A task that ended by itself left no answer: it is asked for again.
            if asked == *query
                && let Ok(answer) = answer.await
            {
                self.slow_down(&answer);
                return Heard { answer, guessed: true };
            }
            self.one_by_one();
        }
        let answer = self.context.send_heeded(&self.request(query), heed).await;
        Heard { answer, guessed: false }
    }

    /// What was guessed is not so: from now on each page is asked for when the one before has come.
    pub fn one_by_one(&mut self) {
        self.waiting.clear();
        self.most = 1;
    }

    /// A server that had to be asked twice is not pressed.
    fn slow_down(&mut self, answer: &Result<Answer, Failure>) {
        if answer.as_ref().is_ok_and(|answer| answer.attempts > 1) {
            self.most = 1;
        }
    }

    fn request(&self, query: &Query) -> Request {
        let mut request = self.list.clone();
        request.query.extend(query.iter().cloned());
        request
    }
}

/// True for a failure that may have come from asking for several pages at once.
pub fn may_be_haste(failure: &Failure) -> bool {
    !matches!(failure.class, Class::Cancelled | Class::Local | Class::Unauthorized | Class::Forbidden)
}
