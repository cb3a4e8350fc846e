//! The stage on disk: changes are added, removed, and moved to the journal to be sent.

use super::Worker;
use crate::directory::{
    plan::{JournalEntry, UNWRITTEN},
    stage::{StageId, StagedChange},
    work::WorkerReport,
};

impl Worker {
    pub(super) async fn put_on_stage(&mut self, lines: Vec<StagedChange>) {
        if !lines.is_empty() {
            self.context.stored(move |store| store.stage_add(&lines)).await;
        }
        self.show_stage(true).await;
    }

    pub(super) async fn take_off_stage(&mut self, ids: Vec<StageId>) {
        self.context.stored(move |store| store.stage_drop(&ids)).await;
        self.show_stage(true).await;
    }

    /// The changes are sent once they are in the journal and off the stage, in one transaction: after a crash each
    /// change is in exactly one of the two.
    pub(super) async fn submit_staged(&mut self, ids: Vec<StageId>, mut entries: Vec<JournalEntry>) {
        self.own(&mut entries);
        let kept = entries.clone();
        let why = match self.context.stored(move |store| store.stage_take(&ids, &kept)).await {
            Some(true) => {
                entries.into_iter().for_each(|entry| self.enqueue(entry));
                return self.show_stage(true).await;
            }
            Some(false) => "Another console sent or dropped a part of the stage meanwhile, so nothing was sent.",
            None => UNWRITTEN,
        };
        self.unsent(entries, why);
        self.show_stage(true).await;
    }

    /// Reports the stage if another process has altered it.
    pub(super) async fn show_stage_anew(&mut self) {
        let mark = self.context.stored(|store| store.stage_mark()).await;
        if mark.is_some_and(|mark| mark != self.stage) {
            self.show_stage(true).await;
        }
    }

    /// Reports the stage; an empty one only if somebody asked.
    pub(super) async fn show_stage(&mut self, asked: bool) {
        let read = self.context.stored(|store| Ok((store.stage_mark()?, store.stage()?)));
        let Some((mark, stage)) = read.await else { return };
        self.stage = mark;
        if let Some(notice) = stage.notice() {
            self.context.report(WorkerReport::Notice(notice));
        }
        if asked || !stage.lines.is_empty() {
            self.context.report(WorkerReport::Staged(stage.lines));
        }
    }
}
