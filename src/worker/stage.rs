//! The stage on disk: what is put there, taken off, and moved to the journal to be sent.

use super::Worker;
use crate::directory::{
    plan::{Entry, UNWRITTEN},
    stage::{StageId, Staged},
    work::Report,
};

impl Worker {
    pub(super) async fn put_on_stage(&mut self, lines: Vec<Staged>) {
        if !lines.is_empty() {
            self.context.stored(move |store| store.stage_add(&lines)).await;
        }
        self.show_stage(true).await;
    }

    pub(super) async fn take_off_stage(&mut self, ids: Vec<StageId>) {
        self.context.stored(move |store| store.stage_drop(&ids)).await;
        self.show_stage(true).await;
    }

    /// Sent once they are in the journal and off the stage: a crash leaves each of them in one of the two.
    pub(super) async fn submit_staged(&mut self, ids: Vec<StageId>, mut entries: Vec<Entry>) {
        self.own(&mut entries);
        let kept = entries.clone();
        let why = match self.context.stored(move |store| store.stage_take(&ids, &kept)).await {
            Some(true) => {
                entries.into_iter().for_each(|entry| self.queue.push(entry));
                return self.show_stage(true).await;
            }
            Some(false) => "Another console sent or dropped a part of the stage meanwhile, so nothing was sent.",
            None => UNWRITTEN,
        };
        self.unsent(entries, why);
        self.show_stage(true).await;
    }

    /// Says what waits; an empty stage only where somebody asked.
    pub(super) async fn show_stage(&self, asked: bool) {
        let Some(stage) = self.context.stored(|store| store.stage()).await else { return };
        if let Some(notice) = stage.notice() {
            self.context.report(Report::Notice(notice));
        }
        if asked || !stage.lines.is_empty() {
            self.context.report(Report::Staged(stage.lines));
        }
    }
}
