//! Writes journal entries for tasks. Entries that arrive while the disk syncs share the next transaction.
//!
//! A task waits until its entry is on the disk, so that no request goes out that is not in the journal.

use tokio::sync::{mpsc, oneshot};

use super::disk::{SharedStore, on_disk};
use crate::{
    directory::{
        plan::{ChangeState, JournalEntry, WriteCondition},
        work::WorkerReport,
    },
    store::JournalNote,
};

/// Notes in one transaction at most.
const MOST: usize = 256;

/// The channel to the writer thread, which ends when the last clone is dropped.
#[derive(Clone)]
pub struct JournalWriter(mpsc::UnboundedSender<(JournalNote, oneshot::Sender<bool>)>);

impl JournalWriter {
    /// Starts it.
    pub fn start(disk: SharedStore, reports: mpsc::UnboundedSender<WorkerReport>) -> Self {
        let (send, mut notes) = mpsc::unbounded_channel::<(JournalNote, oneshot::Sender<bool>)>();
        tokio::spawn(async move {
            let mut taken = Vec::new();
            while notes.recv_many(&mut taken, MOST).await > 0 {
                let (batch, replies): (Vec<JournalNote>, Vec<_>) = taken.drain(..).unzip();
                let written = on_disk(&disk, &reports, move |store| store.journal_note(&batch)).await;
                for (at, reply) in replies.into_iter().enumerate() {
                    let done = written.as_ref().and_then(|written| written.get(at));
                    // Who asked may be gone.
                    let _ = reply.send(done.copied().unwrap_or(false));
                }
            }
        });
        Self(send)
    }

    /// Writes the state of a change. True once it is on the disk.
    pub async fn write(&self, entry: &JournalEntry) -> bool {
        self.note(JournalNote::plain(entry.clone())).await
    }

    /// Like [`Self::write`], if the journal has the change as planned: false if another console was faster, or on
    /// failure.
    pub async fn claim(&self, entry: &JournalEntry) -> bool {
        self.write_if(entry, WriteCondition::only_from(ChangeState::Planned)).await
    }

    /// Like [`Self::write`], if the journal's entry meets the condition: false if another console was faster, or on
    /// failure.
    pub async fn write_if(&self, entry: &JournalEntry, condition: WriteCondition) -> bool {
        self.note(JournalNote::only_if(entry.clone(), condition)).await
    }

    async fn note(&self, note: JournalNote) -> bool {
        let (send, written) = oneshot::channel();
        self.0.send((note, send)).is_ok() && written.await.unwrap_or(false)
    }
}
