//! The confirmed records of one profile with their indexes: built off the event loop, handed over whole.

use std::{cmp::Reverse, hash::BuildHasherDefault, sync::OnceLock, thread};

use indexmap::IndexMap;
use rustc_hash::{FxHashMap, FxHasher};
use smallvec::SmallVec;

use super::{
    Id, ListCoverage, MaybeTold, Name, RecordKind, ResourceRef,
    census::DirectoryCensus,
    record::{ReadDepth, Role, Team, User},
    role_source::RoleSource,
    search::SearchText,
};
use crate::scim::caseless::same;

mod counted;
mod index;
mod memberships;
mod named;
mod order;
mod people;
mod put;
#[cfg(test)]
mod tests;

use counted::CountedPeople;
use index::{IndexedRows, RecordTexts, SideWork};
use memberships::TeamMemberships;
use named::NameIndex;
pub(super) use named::hash as name_hash;
use order::{Order, RankedRows, SortKey};
use people::MemberCandidates;

/// Records by id. Rows are in name order at first; a new record has the last row, and takes the row of one that goes.
pub type Table<T> = IndexMap<Id, T, BuildHasherDefault<FxHasher>>;

/// So many records are moved before their memory is returned.
const SHRUNK: usize = 8_192;

/// Confirmed records and the indexes derived from them.
#[derive(Debug, Default)]
pub struct Records {
    users: Table<User>,
    teams: Table<Team>,
    roles: Table<Role>,
    memberships: TeamMemberships,
    /// Names of groups need not be unique.
    teams_by_name: FxHashMap<Name, SmallVec<[Id; 1]>>,
    text: [SearchText; 3],
    by_name: [Order; 3],
    /// Users by their labels.
    by_label: RankedRows,
    /// For each user, whether it is a service account: every list asks this of all users.
    services: Vec<bool>,
    coverage: [ListCoverage; 3],
    /// Teams whose members the server has not told.
    silent_teams: usize,
    source: RoleSource,
    counted: CountedPeople,
    /// Users by their names.
    named: OnceLock<NameIndex>,
}

impl Records {
    /// Indexes everything. Linear in the records (and n log n for the name order): never call it on the event loop with
    /// a large directory.
    pub fn build(users: Vec<User>, teams: Vec<Team>, roles: Vec<Role>) -> Self {
        let users = table(users, |user| &user.id, |user| user.user_name.as_str());
        let mut teams = table(teams, |team| &team.id, |team| team.name.as_str());
        let roles = table(roles, |role| &role.id, |role| role.name.as_str());
        let named = OnceLock::new();
        let name = || {
            named.get_or_init(|| NameIndex::of(&users));
        };
        let index = || IndexedRows::of(users.len(), |row| RecordTexts::user(&users, row));
        let rank = || RankedRows::of(users.values().map(User::label));
        let (people, by_label, groups, memberships) = thread::scope(|scope| {
            let indexing = SideWork::start(scope, users.len(), index);
            let ranking = SideWork::start(scope, users.len(), rank);
            let naming = SideWork::start(scope, users.len(), name);
            let memberships = TeamMemberships::of(&mut teams, MemberCandidates { users: &users, named: &named });
            let groups = IndexedRows::of(teams.len(), |row| RecordTexts::team(&teams, row));
            naming.end(name);
            (indexing.end(index), ranking.end(rank), groups, memberships)
        });
        let custom = IndexedRows::of(roles.len(), |row| RecordTexts::role(&roles, row));
        let mut records = Self {
            memberships,
            text: [people.text, groups.text, custom.text],
            by_name: [people.by_name, groups.by_name, custom.by_name],
            by_label,
            services: users.values().map(|user| user.account.is_service()).collect(),
            silent_teams: teams.values().filter(|team| team.members.is_none()).count(),
            named,
            ..Self::default()
        };
        users.values().for_each(|user| records.counted.count(user, true));
        for team in teams.values() {
            records.teams_by_name.entry(team.name.clone()).or_default().push(team.id.clone());
        }
        Self { users, teams, roles, ..records }
    }

    /// Sets the source of roles in the organisation, and gives each user theirs. For [`RoleSource::Record`] they stay
    /// as read.
    pub fn with_roles(mut self, source: RoleSource) -> Self {
        self.source = source;
        if !matches!(self.source, RoleSource::Record | RoleSource::Listed(_)) {
            let users: Vec<Id> = self.users.keys().cloned().collect();
            users.iter().for_each(|user| self.derive(user));
        }
        self
    }

    /// The source of roles in the organisation.
    pub fn role_source(&self) -> &RoleSource {
        &self.source
    }

    /// The role that follows from these teams; `None` where the user's own record says it.
    pub fn derived_role(&self, user: &User, teams: &[Id]) -> Option<MaybeTold> {
        // A user in no known group may be in an unknown one that gives another role.
        if let RoleSource::Mapping(mapping) = &self.source
            && !self.tells_memberships()
            && (!self.coverage(RecordKind::Team).is_complete()
                || mapping.groups.keys().any(|group| self.is_silent(group)))
        {
            return Some(MaybeTold::NOT_TOLD);
        }
        self.source.role_of(user, teams.iter().filter_map(|id| self.teams.get(id)).map(|team| &team.name))
    }

    /// Sets the coverage of each list, in the order of [`RecordKind::ALL`]; without it all is known.
    pub fn covering(self, coverage: [ListCoverage; 3]) -> Self {
        Self { coverage, ..self }
    }

    /// The coverage of a list.
    pub fn coverage(&self, kind: RecordKind) -> &ListCoverage {
        &self.coverage[kind as usize]
    }

    /// Sets the coverage of a list.
    pub fn cover(&mut self, kind: RecordKind, coverage: ListCoverage) {
        self.coverage[kind as usize] = coverage;
    }

    /// True where the user's address is known: it is shown, or others who were read as completely show theirs, and this
    /// user has none. A partial list holds records of other readings, which may show more.
    pub fn tells_email(&self, user: &User) -> bool {
        let shown = match user.depth {
            ReadDepth::Full => self.counted.census.emails,
            ReadDepth::Summary => self.counted.census.listed_emails,
        };
        let is_partial = matches!(self.coverage(RecordKind::User), ListCoverage::Partial(_));
        !user.email.is_empty() || (shown > 0 && !is_partial && user.problem.is_none())
    }

    /// True where all memberships are known: a user without a team in the lists is in none.
    pub fn tells_memberships(&self) -> bool {
        self.silent_teams == 0 && self.coverage(RecordKind::Team).is_complete()
    }

    /// True for the name of a team whose members the server has not told.
    fn is_silent(&self, team: &Name) -> bool {
        self.teams_named(team).any(|team| team.members.is_none())
    }

    /// All users in the server's order.
    pub fn users(&self) -> &Table<User> {
        &self.users
    }

    /// The user of a row.
    pub fn user_at(&self, row: u32) -> Option<&User> {
        self.users.get_index(row as usize).map(|(_, user)| user)
    }

    /// The counts of people, service accounts and seats.
    pub fn census(&self) -> DirectoryCensus {
        self.counted.census
    }

    /// The users who are known to be organisation admins, and are not deactivated.
    pub fn org_admins(&self) -> impl Iterator<Item = &Id> {
        self.counted.admins.iter()
    }

    /// All teams in the server's order.
    pub fn teams(&self) -> &Table<Team> {
        &self.teams
    }

    /// All roles in the server's order.
    pub fn roles(&self) -> &Table<Role> {
        &self.roles
    }

    /// True for the row of a service account.
    pub fn is_service(&self, user: u32) -> bool {
        self.services.get(user as usize).copied().unwrap_or_default()
    }

    /// Number of records of a kind.
    pub fn len(&self, kind: RecordKind) -> usize {
        match kind {
            RecordKind::User => self.users.len(),
            RecordKind::Team => self.teams.len(),
            RecordKind::Role => self.roles.len(),
        }
    }

    /// True if nothing is known at all.
    pub fn is_empty(&self) -> bool {
        RecordKind::ALL.iter().all(|kind| self.len(*kind) == 0)
    }

    /// The row of a record in its table.
    pub fn row(&self, target: &ResourceRef) -> Option<u32> {
        let row = match target.kind {
            RecordKind::User => self.users.get_index_of(&target.id),
            RecordKind::Team => self.teams.get_index_of(&target.id),
            RecordKind::Role => self.roles.get_index_of(&target.id),
        };
        row.map(|row| row as u32)
    }

    /// The teams that list this user as a member.
    pub fn teams_of(&self, user: &Id) -> impl Iterator<Item = &Id> {
        let rows = self.memberships.of_id(user, &self.users).iter();
        rows.filter_map(|row| self.teams.get_index(*row as usize)).map(|(id, _)| id)
    }

    /// True if the team lists this user as a member; as fast for a large team as for a small one.
    pub fn lists_member(&self, team: &Id, user: &Id) -> bool {
        self.teams_of(user).any(|id| id == team)
    }

    /// The rows of the teams that list the user of this row as a member.
    pub fn team_rows(&self, user: u32) -> &[u32] {
        self.memberships.of_row(user)
    }

    /// All teams of exactly this name.
    pub fn teams_named(&self, name: &Name) -> impl Iterator<Item = &Team> {
        self.teams_by_name.get(name).into_iter().flatten().filter_map(|id| self.teams.get(id))
    }

    /// Rows of users who may have this user name, email or display name, each once: the caller compares.
    pub fn rows_called(&self, name: &str) -> Vec<u32> {
        let mut rows: Vec<u32> = self.named.get_or_init(|| NameIndex::of(&self.users)).rows(name).collect();
        rows.sort_unstable();
        rows.dedup();
        rows
    }

    /// All users who have this user name or email, without regard to case and to blanks at the ends.
    pub fn users_named(&self, name: &str) -> impl Iterator<Item = &User> {
        let wanted = name.trim().to_owned();
        let is_so = move |user: &&User| {
            [&user.user_name, &user.email].iter().any(|name| !name.is_empty() && same(name.raw().trim(), &wanted))
        };
        self.rows_called(name).into_iter().filter_map(|row| self.user_at(row)).filter(is_so)
    }

    /// The searchable text of a kind's rows.
    pub fn text(&self, kind: RecordKind) -> &SearchText {
        &self.text[kind as usize]
    }

    /// Rows of a kind in name order, without regard to case.
    pub fn by_name(&self, kind: RecordKind) -> &[u32] {
        self.by_name[kind as usize].rows()
    }

    /// The place of a user's label (display name, or user name) in the order of labels; the same for equal ones.
    pub fn label_rank(&self, row: u32) -> u32 {
        self.by_label.rank(row)
    }

    /// The texts by which a row is found; the first is its name.
    fn texts(&self, kind: RecordKind, row: u32) -> RecordTexts<'_> {
        match kind {
            RecordKind::User => RecordTexts::user(&self.users, row),
            RecordKind::Team => RecordTexts::team(&self.teams, row),
            RecordKind::Role => RecordTexts::role(&self.roles, row),
        }
    }
}

/// Puts records in name order, so that a list in that order is read as it lies in memory. The records move over from
/// the end on, and their memory is returned as they do: a large directory is not there twice.
fn table<T>(mut records: Vec<T>, id: impl Fn(&T) -> &Id, name: impl Fn(&T) -> &str) -> Table<T> {
    // The records are reversed before, so that those of one name stay as they came.
    records.reverse();
    records.sort_by_cached_key(|record| Reverse(SortKey::of(name(record))));
    // The capacity has room for later records, which costs no memory before they come: a large table that grows is
    // moved.
    let room = records.len() + records.len() / 8;
    let mut table = Table::with_capacity_and_hasher(room, BuildHasherDefault::default());
    while let Some(record) = records.pop() {
        table.insert(id(&record).clone(), record);
        if records.len().is_multiple_of(SHRUNK) {
            records.shrink_to_fit();
        }
    }
    table
}
