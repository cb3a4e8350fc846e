//! Reads all lists for whoever prints users as they come. The lists that users are joined with are read first, and
//! pages of users are passed on one after another. Nothing keeps a page that is printed, and the disk gets none.

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::{
    super::{context::WorkerContext, shown_records::ShownPrint, side_queries},
    ReadLists, RefreshEnd,
    hints::RecordHints,
    is_other_organisation, members,
    page::ReadPage,
    read::{ReadOptions, read_list},
    show, tally, with_hints,
};
use crate::{
    dialect::Dialect,
    directory::{
        Id, ListCoverage, RecordKind,
        record::{Record, User},
        work::{PassedPage, WorkerReport},
    },
    scim::{
        failure::{Failure, FailureClass},
        quirks::ServerQuirks,
    },
};

/// The most pages that wait for whoever prints them.
const WAITING: usize = 2;

/// Reads all lists once, users last and page by page ([`WorkerReport::UserPage`]).
pub async fn pass_users(context: WorkerContext) -> RefreshEnd {
    let context = &context;
    context.report(WorkerReport::RefreshBegan);
    let shown = ShownPrint::default();
    let plain =
        |kind| ReadOptions { kind, first: false, narrow: None, since: None, shown: &shown, keeps: false, pages: None };
    let (mut teams, roles, told, habits, ()) = tokio::join!(
        read_list(context, plain(RecordKind::Team)),
        read_list(context, plain(RecordKind::Role)),
        side_queries::told_roles(context),
        side_queries::discovered(context, true),
        side_queries::told_settings(context)
    );
    let mut counted = tally([&mut teams]);
    if members::examine(context, &counted).await {
        teams = read_list(context, plain(RecordKind::Team)).await;
        counted = tally([&mut teams]);
    }
    if is_other_organisation(context, roles.as_ref()).await {
        return RefreshEnd::default();
    }
    let habits = habits.unwrap_or_default();
    let dialect = context.dialect.with_habits(&habits).unwrap_or_else(|| Arc::clone(&context.dialect));
    let mut brought = ReadLists::default();
    brought.add(RecordKind::Team, teams);
    brought.add(RecordKind::Role, roles);
    let (lists, missing) = (std::mem::take(&mut brought.lists), brought.missing().collect::<Vec<_>>());
    show(context, Arc::clone(&dialect), lists, &brought.proofs, &missing, dialect.role_source(told.as_ref())).await;

    let pages = PagePasser { turns: Arc::new(Semaphore::new(WAITING)), dialect, habits: habits.clone() };
    let mut users = match brought.unreachable() {
        Some(failure) => Some(Err(failure.clone())),
        None => read_list(context, ReadOptions { pages: Some(&pages), ..plain(RecordKind::User) }).await,
    };
    counted.join(tally([&mut users]));
    if members::examine(context, &counted).await {
        brought.doubt_teams();
    }
    let habits = with_hints(context, habits, users.as_ref());
    brought.add(RecordKind::User, users);
    brought.explain_wrong_path();
    if let Some(dialect) = context.dialect.with_habits(&habits) {
        context.report(WorkerReport::Planner(dialect));
    }
    brought.end(context, habits, None).await
}

impl ReadLists {
    /// The failure of all lists so far that another list would meet as well.
    fn unreachable(&self) -> Option<&Failure> {
        use FailureClass::{Cancelled, Offline, RateLimited, Tls, Unauthorized};
        let is_of_all = |why: &&Failure| matches!(why.class, Cancelled | Offline | RateLimited | Tls | Unauthorized);
        self.failures().find(is_of_all).filter(|_| self.proofs.is_empty())
    }

    /// Notes that the list of teams leaves members out.
    fn doubt_teams(&mut self) {
        let proof = self.proofs.iter_mut().find(|proof| proof.kind == RecordKind::Team);
        let Some(proof) = proof.filter(|proof| proof.coverage.is_complete()) else { return };
        proof.coverage = ListCoverage::of_open_members(proof.seen);
    }
}

/// Passes pages of users on.
pub struct PagePasser {
    turns: Arc<Semaphore>,
    dialect: Arc<dyn Dialect>,
    /// The server's own description.
    habits: ServerQuirks,
}

impl PagePasser {
    /// Passes the page on once there is room for it; `hints` are those of the list so far.
    pub async fn pass(&self, context: &WorkerContext, page: &mut ReadPage, hints: &RecordHints) {
        let turn = Arc::clone(&self.turns).acquire_owned().await.ok();
        let mut users: Vec<(User, Vec<Id>)> = Vec::with_capacity(page.rows.len());
        for row in &mut page.rows {
            if let Record::User(user) = &row.record {
                users.push((user.clone(), std::mem::take(&mut row.groups)));
                row.shown = true;
            }
        }
        let habits = self.habits.clone().or(hints.habits());
        let dialect = self.dialect.with_habits(&habits).unwrap_or_else(|| Arc::clone(&self.dialect));
        context.report(WorkerReport::UserPage(PassedPage { users, planner: dialect, turn }));
    }
}
