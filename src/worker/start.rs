//! The start of a session: from the disk and with a refresh, or without lists.

use std::sync::Arc;

use super::{
    Done, Worker, organisation,
    refresh::{self, UsersMark},
    shown_records::ShownPrint,
    side_queries,
};
use crate::{
    directory::{RecordKind, work::WorkerReport},
    store::Snapshot,
};

impl Worker {
    /// Shows the records on disk, takes up open changes, and reads all lists.
    pub(super) async fn start(&mut self) {
        self.context.recall_learnt().await;
        self.show_first_stored().await;
        self.take_up_journal().await;
        self.show_stage(false).await;
        self.show_all_stored().await;
        if !self.unsettled.is_empty() && organisation::is_other_for_open_changes(&self.context).await {
            return;
        }
        self.settle_open();
        self.refresh();
    }

    async fn show_first_stored(&mut self) {
        if let Some((first, more)) = self.context.stored(|store| store.load_first()).await
            && !first.users.is_empty()
            && first.coverage[RecordKind::User as usize].is_read()
        {
            self.shown = true;
            // The mark is valid for the whole list, which is shown next.
            self.show_stored(first, more, None).await;
        }
    }

    async fn show_all_stored(&mut self) {
        if !self.shown {
            return;
        }
        let mark = UsersMark::stored(&self.context).await;
        if let Some(all) = self.context.stored(|store| store.load()).await {
            self.say(all.notice());
            self.show_stored(all, false, mark).await;
        }
    }

    /// Shows the records on disk before the first refresh of a session that began without lists.
    pub(super) async fn show_unread_lists(&mut self) {
        if std::mem::take(&mut self.unread) {
            self.show_first_stored().await;
            self.show_all_stored().await;
        }
    }

    /// Takes up open changes, and reads all lists for a command that takes users page by page.
    pub(super) async fn start_passing_users(&mut self) {
        self.context.recall_learnt().await;
        self.take_up_journal().await;
        if !self.unsettled.is_empty() && organisation::is_other_for_open_changes(&self.context).await {
            return;
        }
        self.settle_open();
        self.refreshing = true;
        let reading = Box::pin(refresh::pass_users(self.context.clone()));
        self.tasks.spawn(async move { Done::Refreshed(reading.await) });
    }

    /// Takes up open changes, and reads no list.
    pub(super) async fn start_without_lists(&mut self) {
        self.context.recall_learnt().await;
        self.take_up_journal().await;
        self.show_stage(false).await;
        // Without lists no record shows which organisation is open.
        if organisation::is_other_by_roles(&self.context).await {
            return;
        }
        self.settle_open();
        self.unread = true;
        self.open_without_lists();
    }

    pub(super) fn say(&self, notice: Option<String>) {
        notice.into_iter().for_each(|notice| self.context.report(WorkerReport::Notice(notice)));
    }

    /// Shows the records on disk, with the mark that was stored before the records were read.
    async fn show_stored(&self, snapshot: Snapshot, partial: bool, mark: Option<Arc<UsersMark>>) {
        let seen = snapshot.seen;
        let told = side_queries::stored_roles(&self.context).await;
        let source = self.context.dialect.role_source(told.as_ref());
        let snapshot = snapshot.without_parts();
        let shown = if partial { ShownPrint::default() } else { ShownPrint::stored(&snapshot, source.clone(), mark) };
        let records = Box::new(refresh::indexed(&*self.context.dialect, snapshot, source));
        self.context.report(WorkerReport::Records { records, seen, partial, stored: true });
        self.context.known.is(shown);
    }
}
