//! An answer with its body, and the reports while there is none yet.

use std::fmt;
use std::mem;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::Response;

use super::fault::ConnectionStep;
use super::flow::{BodyFlow, Look};
use crate::scim::failure::{Failure, FailureClass};
use crate::scim::wait::{RequestWait, WaitCause};

/// The largest page of a list that is taken in, unpacked, in bytes: some servers give all at once.
pub(super) const MOST_OF_A_LIST: usize = 256 * 1024 * 1024;
/// The largest body of any other answer, unpacked, in bytes.
pub(super) const MOST_ELSE: usize = 64 * 1024 * 1024;
/// The most memory that is set aside at once, in bytes.
const BLOCK: usize = 16 * 1024 * 1024;

/// An answer; in 2xx unless it was asked for by [`super::Client::probe`].
#[derive(Clone, PartialEq, Eq)]
pub struct HttpAnswer {
    /// HTTP status.
    pub status: u16,
    /// The record's version (`ETag`), as it came.
    pub etag: Option<String>,
    /// Where the record is (`Location`), as it came.
    pub location: Option<String>,
    /// `Content-Type`; a sign-in page may come as a 200 in HTML.
    pub content_type: Option<String>,
    /// The body, unpacked.
    pub body: Vec<u8>,
    /// True if the key stood in the body: `***` is in its place.
    pub masked: bool,
    /// From the sending of the last try to its last byte.
    pub elapsed: Duration,
    /// Length of the body, unpacked.
    pub bytes: usize,
    /// Tries in all, from 1.
    pub attempts: u32,
}

impl fmt::Debug for HttpAnswer {
    /// Writes the answer without its body, which may hold a key that was just made.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Answer({}, {} bytes, {:?}, try {})", self.status, self.bytes, self.elapsed, self.attempts)
    }
}

/// A function that is told of a wait before it begins.
pub type WaitObserver<'a> = &'a (dyn Fn(RequestWait) + Send + Sync);

/// A part of a body that is still coming; it may begin again, and what came may turn out to be of no use.
#[derive(Debug, Clone, Copy)]
pub enum BodyPart<'a> {
    /// The first part of a body, or of the next try's.
    First,
    /// More of the body.
    More(&'a [u8]),
}

/// A function that is told of a body while it comes.
pub type BodyObserver<'a> = &'a (dyn Fn(BodyPart<'_>) + Send + Sync);

/// The body as far as it came, at most `most` bytes, and why it ended early.
pub(super) async fn collect(
    mut response: Response,
    step: &ConnectionStep<'_>,
    most: usize,
    notice: WaitObserver<'_>,
    observer: BodyObserver<'_>,
) -> (Vec<u8>, Option<Failure>) {
    let status = response.status().as_u16();
    let ahead = response.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or_default();
    let mut body = BodyBlocks::with_capacity(ahead);
    let mut flow = BodyFlow::new(step.timeout);
    observer(BodyPart::First);
    loop {
        let came = tokio::time::timeout_at(flow.next_look(), response.chunk()).await;
        let look = if matches!(came, Ok(Ok(None))) { Look::Good } else { flow.look() };
        match look {
            Look::Good => {}
            Look::Slow(left) => notice(RequestWait::new(WaitCause::Slow, left, None, Timestamp::now())),
            Look::Stuck { brought } => {
                let failure = step.trickles(body.len(), brought, status);
                return (body.join(), Some(failure));
            }
        }
        // No chunk came before it was time to look at the speed again.
        let Ok(came) = came else { continue };
        match came {
            Ok(None) => return (body.join(), None),
            Ok(Some(chunk)) if body.len() + chunk.len() > most => {
                let text = format!("The answer is larger than {} MiB", most / 1024 / 1024);
                let failure = Failure::local(FailureClass::Protocol, text, "Check the profile's url");
                return (body.join(), Some(Failure { status: Some(status), arrived: step.underway(), ..failure }));
            }
            Ok(Some(chunk)) => {
                observer(BodyPart::More(&chunk));
                flow.came(chunk.len());
                body.push(&chunk);
            }
            Err(error) => {
                let failure = step.cut(&error, body.len(), status);
                return (body.join(), Some(failure));
            }
        }
    }
}

/// A body that grows without being moved: a `Vec` of hundreds of MiB is held twice each time it grows.
struct BodyBlocks {
    full: Vec<Vec<u8>>,
    last: Vec<u8>,
}

impl BodyBlocks {
    fn with_capacity(ahead: usize) -> Self {
        Self { full: Vec::new(), last: Vec::with_capacity(ahead.min(BLOCK)) }
    }

    fn len(&self) -> usize {
        self.full.iter().map(Vec::len).sum::<usize>() + self.last.len()
    }

    fn push(&mut self, chunk: &[u8]) {
        if self.last.len() + chunk.len() > BLOCK {
            self.full.push(mem::replace(&mut self.last, Vec::with_capacity(BLOCK)));
        }
        self.last.extend_from_slice(chunk);
    }

    /// All blocks in one piece; each block goes as soon as it is copied.
    fn join(self) -> Vec<u8> {
        if self.full.is_empty() {
            return self.last;
        }
        let mut whole = Vec::with_capacity(self.len());
        for block in self.full.into_iter().chain([self.last]) {
            whole.extend_from_slice(&block);
        }
        whole
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::nothing(0, 0)]
    #[case::no_length_said(0, 65_521)]
    #[case::the_length_said(3 * BLOCK, 65_521)]
    #[case::one_chunk_larger_than_a_block(0, BLOCK + 1)]
    fn what_came_in_pieces_is_given_whole(#[case] ahead: usize, #[case] chunk: usize) {
        let sent: Vec<u8> = if chunk == 0 { Vec::new() } else { (0..=250).cycle().take(2 * BLOCK + 7).collect() };
        let mut body = BodyBlocks::with_capacity(ahead);
        sent.chunks(chunk.max(1)).for_each(|piece| body.push(piece));
        assert_eq!(body.len(), sent.len());
        assert!(body.join() == sent);
    }
}
