//! Previews the first records of a first load while their page is still arriving: over a slow link, or from a server
//! that sends everything at once, the page takes long. The whole page is read again when it is complete.

use std::sync::Arc;

use tokio::{
    sync::{
        Semaphore, SemaphorePermit,
        mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    },
    task::JoinHandle,
    time::{Duration, Instant, timeout_at},
};

use super::{super::context::WorkerContext, lists::RecordLists, show_partly};
use crate::{
    client::BodyPart,
    dialect::Dialect,
    directory::{RecordKind, record::ReadDepth},
    scim::split::Splitter,
};

/// The first preview has a screenful of records; further ones follow each time their number has quadrupled, after some
/// time, up to the largest list that is shown while it grows. Until then the bytes wait unread: the page of a fast server
/// is complete before that, and its records are read only once.
const FIRST: usize = 25;
const MOST: usize = 30_000;
const PATIENCE: Duration = Duration::from_millis(300);
/// The most bytes that wait to be read, and the largest record, in bytes; beyond that there is no preview.
const MOST_HELD: usize = 8 << 20;
/// Bytes that are read at a time.
const PIECE: usize = 64 << 10;

/// A page that is previewed.
pub struct PageGlimpse {
    parts: UnboundedSender<Option<Vec<u8>>>,
    /// A permit for each byte that may wait; closed once a part did not fit.
    room: Arc<Semaphore>,
    watching: JoinHandle<()>,
}

impl PageGlimpse {
    pub fn begin(context: &WorkerContext, kind: RecordKind, depth: ReadDepth) -> Self {
        let (parts, received) = unbounded_channel();
        let room = Arc::new(Semaphore::new(MOST_HELD));
        let watch = GlimpseWatch {
            room: Arc::clone(&room),
            context: context.clone(),
            kind,
            depth,
            splitter: Splitter::default(),
            lists: RecordLists::default(),
            waiting: Vec::new(),
            pause_end: None,
            next: FIRST,
        };
        Self { parts, room, watching: tokio::spawn(watch.run(received)) }
    }

    /// Takes a part of the page.
    pub fn observe(&self, part: BodyPart<'_>) {
        let part = match part {
            BodyPart::First => None,
            BodyPart::More(bytes) => {
                let Some(permits) = self.room_for(bytes.len()) else { return self.room.close() };
                permits.forget();
                Some(bytes.to_vec())
            }
        };
        // Once enough records are shown, the receiver is closed.
        let _ = self.parts.send(part);
    }

    fn room_for(&self, bytes: usize) -> Option<SemaphorePermit<'_>> {
        u32::try_from(bytes).ok().and_then(|bytes| self.room.try_acquire_many(bytes).ok())
    }

    /// The page is complete, or will not come: the preview ends.
    pub async fn end(self) {
        self.watching.abort();
        // The task ends by the abort, or has ended already.
        let _ = self.watching.await;
    }
}

struct GlimpseWatch {
    room: Arc<Semaphore>,
    context: WorkerContext,
    kind: RecordKind,
    depth: ReadDepth,
    splitter: Splitter,
    lists: RecordLists,
    /// Bytes that are not split into records yet.
    waiting: Vec<u8>,
    /// The time before which there is no further preview.
    pause_end: Option<Instant>,
    next: usize,
}

impl GlimpseWatch {
    async fn run(mut self, mut parts: UnboundedReceiver<Option<Vec<u8>>>) {
        while self.next <= MOST && self.splitter.held() <= MOST_HELD && !self.room.is_closed() {
            match self.pause_end {
                Some(end) if !self.waiting.is_empty() => match timeout_at(end, parts.recv()).await {
                    Ok(Some(part)) => self.hold(part),
                    Ok(None) => return,
                    Err(_) => self.pause_end = None,
                },
                _ => match parts.recv().await {
                    Some(part) => self.hold(part),
                    None => return,
                },
            }
            self.preview().await;
        }
    }

    fn hold(&mut self, part: Option<Vec<u8>>) {
        match part {
            None => {
                self.room.add_permits(self.waiting.len());
                (self.splitter, self.lists) = (Splitter::default(), RecordLists::default());
                self.waiting.clear();
            }
            Some(bytes) => self.waiting.extend(bytes),
        }
    }

    /// Reads the bytes that wait, and shows the records if there are enough of them.
    async fn preview(&mut self) {
        if self.pause_end.is_some_and(|end| Instant::now() < end) {
            return;
        }
        let bytes = std::mem::take(&mut self.waiting);
        self.room.add_permits(bytes.len());
        for piece in bytes.chunks(PIECE) {
            self.take(piece);
            // The preview can end here, as soon as the page is complete.
            tokio::task::yield_now().await;
        }
        if self.lists.len() >= self.next {
            self.next = self.lists.len() * 4;
            show_partly(&self.context, self.lists.clone()).await;
            self.pause_end = Some(Instant::now() + PATIENCE);
        }
    }

    fn take(&mut self, bytes: &[u8]) {
        let dialect: Arc<dyn Dialect> = Arc::clone(&self.context.dialect);
        for mut record in self.splitter.push(bytes) {
            self.context.client.mask(&mut record);
            // An unreadable record is reported when the page is complete.
            let raw = serde_json::from_str(&String::from_utf8_lossy(&record));
            let read = raw.ok().and_then(|raw: Box<_>| dialect.read(self.kind, &raw, self.depth, "$").ok());
            self.lists.extend(read);
        }
    }
}
