//! Reads of single records, where the lists of a headless session leave out what a command needs.

use rustc_hash::FxHashSet;

use super::{error::CommandError, headless_session::HeadlessSession, reports::ReportMeaning};
use crate::{
    directory::{
        Id, ResourceRef,
        record::{ReadDepth, User},
        side_query::SideQueryKind,
        work::{LinkState, WorkerJob},
    },
    scim::failure::{Failure, FailureClass},
};

/// At most so many records are read one by one before it is judged whether single reads tell more than lists.
const TRIED: usize = 3;

/// At most so many teams are read one by one where that was not asked for.
const FEW_TEAMS: usize = 40;

impl HeadlessSession {
    /// Reads these users one by one where the list left their roles out; all of them only where the first few show that
    /// single reads tell more.
    pub async fn fill(&mut self, users: impl Iterator<Item = Id>) -> Result<(), CommandError> {
        if !self.can().sparse_lists {
            return Ok(());
        }
        let lacks = |id: &Id| self.directory.user(id).is_some_and(lacks_roles);
        let mut rest: Vec<Id> = users.filter(|id| lacks(id)).collect();
        let later = rest.split_off(rest.len().min(TRIED));
        self.read_each(rest.iter().map(ResourceRef::user).collect()).await?;
        let told =
            |id: &Id| self.directory.user(id).is_some_and(|user| user.org_role.is_told() || user.team_roles.is_some());
        if later.is_empty() || !rest.iter().any(told) {
            return Ok(());
        }
        self.read_each(later.iter().map(ResourceRef::user).collect()).await
    }

    /// Reads these users one by one, whatever the list told of them.
    pub async fn read_users(&mut self, users: impl Iterator<Item = Id>) -> Result<(), CommandError> {
        let known = |id: &Id| self.directory.user(id).is_some_and(|user| user.problem.is_none());
        self.read_each(users.filter(known).map(|id| ResourceRef::user(&id)).collect()).await
    }

    /// Reads everybody whose roles the list left out.
    pub async fn fill_all(&mut self) -> Result<(), CommandError> {
        let all: Vec<Id> = self.directory.records().users().keys().cloned().collect();
        self.fill(all.into_iter()).await
    }

    /// Reads these teams one by one where the list left their members out; all of them only where the first few show
    /// that single reads tell more.
    pub async fn fill_teams(&mut self, teams: impl Iterator<Item = Id>) -> Result<(), CommandError> {
        let silent =
            |id: &Id| self.directory.team(id).is_some_and(|team| team.members.is_none() && team.problem.is_none());
        let mut rest: Vec<Id> = teams.filter(silent).collect();
        let later = rest.split_off(rest.len().min(TRIED));
        self.read_each(rest.iter().map(ResourceRef::team).collect()).await?;
        let told = |id: &Id| self.directory.team(id).is_some_and(|team| team.members.is_some());
        if later.is_empty() || !rest.iter().any(told) {
            return Ok(());
        }
        self.read_each(later.iter().map(ResourceRef::team).collect()).await
    }

    /// Asks who is admin of each team whose members' roles are not told; no more once the server refuses a question.
    pub async fn fill_admins(&mut self) -> Result<(), CommandError> {
        let directory = &self.directory;
        let silent = directory.records().teams().values().filter(|team| directory.admins_of(team).silent > 0);
        let topics = silent.map(|team| SideQueryKind::Roster(team.id.clone())).collect();
        let refused = |failure: &Failure| failure.is_refusal() || failure.class == FailureClass::NotFound;
        self.ask_slowly(topics, "admins of teams", refused).await.map(drop)
    }

    /// Reads these teams one by one, whatever the list told of them.
    pub async fn read_teams(&mut self, teams: impl Iterator<Item = Id>) -> Result<(), CommandError> {
        let known = |id: &Id| self.directory.team(id).is_some_and(|team| team.problem.is_none());
        self.read_each(teams.filter(known).map(|id| ResourceRef::team(&id)).collect()).await
    }

    /// Like [`Self::fill_teams`], for every team.
    pub async fn fill_all_teams(&mut self) -> Result<(), CommandError> {
        let all: Vec<Id> = self.directory.records().teams().keys().cloned().collect();
        self.fill_teams(all.into_iter()).await
    }

    /// Like [`Self::fill_all_teams`], where few teams are silent; false where they are many.
    pub async fn fill_few_teams(&mut self) -> Result<bool, CommandError> {
        let teams = self.directory.records().teams().values();
        let is_few = teams.filter(|team| team.members.is_none()).count() <= FEW_TEAMS;
        if is_few {
            self.fill_all_teams().await?;
        }
        Ok(is_few)
    }

    /// Single reads, some at a time.
    async fn read_each(&mut self, targets: Vec<ResourceRef>) -> Result<(), CommandError> {
        self.read_alone(targets).await?.map_or(Ok(()), |failure| Err(failure.into()))
    }

    /// Like [`Self::read_each`]; gives the failure of a server that answers, and refuses a record.
    pub(super) async fn read_alone(&mut self, targets: Vec<ResourceRef>) -> Result<Option<Failure>, CommandError> {
        let mut open: FxHashSet<ResourceRef> = targets.into_iter().collect();
        if open.is_empty() {
            return Ok(None);
        }
        self.give(WorkerJob::ReadEach(open.iter().cloned().collect()));
        while !open.is_empty() {
            match self.next().await? {
                ReportMeaning::Learnt(targets, _) => open.retain(|target| !targets.contains(target)),
                ReportMeaning::NotLearnt(failure) => return Ok(Some(failure)),
                ReportMeaning::Link(LinkState::Down(failure)) => return Err(failure.into()),
                _ => {}
            }
        }
        Ok(None)
    }
}

/// True where the list left roles out.
fn lacks_roles(user: &User) -> bool {
    let unknown = !user.org_role.is_told() || user.team_roles.is_none();
    unknown && user.depth == ReadDepth::Summary && user.problem.is_none()
}
