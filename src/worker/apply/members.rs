//! Servers that name a group's members by user name or email in place of the id (RFC 7643 §4.2), or write the id in
//! another letter case. The outcome of a change is judged by ids.

use futures_util::future::join_all;
use rustc_hash::FxHashMap;
use serde_json::Value;

use super::{
    ChangeAttempt,
    effects::target_of,
    send::path_of,
    whole::{RecordAfter, RecordBefore},
};
use crate::{
    directory::{
        Id, Observation, RecordKind, ResourceRef,
        change::Change,
        record::{Record, Team, User},
        work::WorkerReport,
    },
    scim::difference::{ValueDifference, differences},
};

/// The limit of unknown people who left or joined a team that are read alone.
const MOST_STRANGERS: usize = 200;
/// Single reads at a time.
const AT_A_TIME: usize = 4;

impl ChangeAttempt<'_> {
    /// The readings, with ids in place of the names of the people whom the change is about.
    pub(super) async fn identified(&self, change: &Change) -> Vec<Observation> {
        self.identified_in(change, self.fresh.clone()).await
    }

    /// Like [`Self::identified`], for other readings.
    pub(super) async fn identified_in(&self, change: &Change, mut fresh: Vec<Observation>) -> Vec<Observation> {
        let concerned = members(change);
        let lacks = |team: &Team| concerned.iter().any(|id| team.members.is_some() && !team.has(id));
        let open = fresh.iter().any(|one| matches!(one, Observation::Record(Record::Team(team)) if lacks(team)));
        if !open {
            return fresh;
        }
        let users = self.users(&concerned).await;
        let mut own = Vec::new();
        for one in &fresh {
            if let Observation::Record(Record::Team(team)) = one {
                own.extend(self.others_of(team, &concerned).await);
            }
        }
        let teams = fresh.iter_mut().filter_map(|one| match one {
            Observation::Record(Record::Team(team)) => Some(team),
            _ => None,
        });
        teams.for_each(|team| users.values().for_each(|user| team.identify(user, &own)));
        fresh
    }

    /// Members whose ids differ from one of these by letter case alone, and that are, or may be, other users' ids.
    pub(super) async fn others_of(&self, team: &Team, ids: &[Id]) -> Vec<Id> {
        let is_near = |of: &Id| ids.iter().any(|id| id != of && id.eq_ignore_ascii_case(of));
        let near: Vec<Id> =
            team.members.iter().flatten().map(|member| &member.id).filter(|id| is_near(id)).cloned().collect();
        if near.is_empty() {
            return near;
        }
        let Some(known) = self.context.known.shown().list(RecordKind::User) else {
            return self.users(&near).await.into_values().map(|user| user.id).filter(|id| near.contains(id)).collect();
        };
        // If several ids differ by letter case alone, another spelling means none of them.
        let is_own = |of: &Id| {
            let mut alike = known.keys().filter(|id| id.eq_ignore_ascii_case(of));
            alike.next().is_some_and(|first| first == of) || alike.next().is_some()
        };
        near.into_iter().filter(is_own).collect()
    }

    /// The known records of these users: from the readings for the change, from the disk, and, for a single user, from
    /// the server.
    pub(super) async fn users(&self, ids: &[Id]) -> FxHashMap<Id, User> {
        let wanted = ids.to_vec();
        let mut users: FxHashMap<Id, User> = FxHashMap::default();
        let stored = self.context.stored(move |store| store.users(&wanted)).await.unwrap_or_default();
        let read = self.fresh.iter().filter_map(|one| match one {
            Observation::Record(Record::User(user)) => Some(user.clone()),
            _ => None,
        });
        users.extend(stored.into_iter().chain(read).map(|user| (user.id.clone(), user)));
        if let [id] = ids
            && !users.contains_key(id)
            && let Ok(Observation::Record(Record::User(user))) = self.context.read(&ResourceRef::user(id)).await
        {
            users.insert(id.clone(), user);
        }
        users
    }

    /// Reads unknown users alone, so that sentences can name them and undo can add them again. A session without lists
    /// knows few people.
    pub(super) async fn meet(&self, users: &mut FxHashMap<Id, User>, values: impl Iterator<Item = &String>) {
        let is_known = |value: &str| {
            users
                .values()
                .any(|user| user.id.eq_ignore_ascii_case(value) || user.user_name.is(value) || user.email.is(value))
        };
        let strangers: Vec<ResourceRef> = values
            .filter(|value| !is_known(value))
            .take(MOST_STRANGERS)
            .map(|id| ResourceRef::user(&id.as_str().into()))
            .collect();
        for some in strangers.chunks(AT_A_TIME) {
            let read = join_all(some.iter().map(|target| self.context.read(target))).await;
            let people: Vec<Observation> =
                read.into_iter().flatten().filter(|one| matches!(one, Observation::Record(Record::User(_)))).collect();
            self.context.keep(&people).await;
            users.extend(people.iter().filter_map(|one| match one {
                Observation::Record(Record::User(user)) => Some((user.id.clone(), user.clone())),
                _ => None,
            }));
            if !people.is_empty() {
                self.context.report(WorkerReport::Learnt(people));
            }
        }
    }
}

impl ChangeAttempt<'_> {
    /// Reads the groups that a written user has left or joined, if the user's record shows them: their versions have
    /// changed, too.
    pub(super) async fn read_moved_groups(&mut self) {
        let mut moved: Vec<ResourceRef> = Vec::new();
        for (path, RecordBefore { whole, asked, .. }) in &self.before {
            let Some(RecordAfter { document, .. }) = self.after.get(path) else { continue };
            let told = |document: &Value| document.get("groups").is_some();
            let is_user = target_of(path).is_some_and(|target| target.kind == RecordKind::User);
            if !is_user || !(*asked || told(&whole.document)) {
                continue;
            }
            for difference in differences(&whole.document, document) {
                if let ValueDifference::Entries { name, gone, come } = difference
                    && name.eq_ignore_ascii_case("groups")
                {
                    moved.extend(gone.iter().chain(&come).map(|id| ResourceRef::team(&Id::from(id.as_str()))));
                }
            }
        }
        for group in moved.into_iter().take(MOST_GROUPS) {
            if !self.after.contains_key(&path_of(&group)) {
                // A group that can't be read is named by its id.
                let _ = self.read_again(&group).await;
            }
        }
    }
}

/// The limit of groups of one user that are read again.
const MOST_GROUPS: usize = 20;

/// The users whose membership a change alters, or sets in a new team.
fn members(change: &Change) -> Vec<Id> {
    match change {
        Change::AddMember { user, .. } | Change::SetTeamRole { user, .. } | Change::RemoveMember { user, .. } => {
            vec![user.clone()]
        }
        Change::ReplaceMembers { stay, come, go, .. } => [stay, come, go].into_iter().flatten().cloned().collect(),
        Change::CreateTeam { members, .. } => members.clone(),
        _ => Vec::new(),
    }
}
