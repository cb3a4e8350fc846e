//! The confirmed records of one profile with their indexes: built off the event loop, handed over whole.

use std::{hash::BuildHasherDefault, sync::OnceLock};

use indexmap::IndexMap;
use rustc_hash::{FxHashMap, FxHashSet, FxHasher};

use super::{
    Id, Kind, Name, Target,
    census::Census,
    record::{Record, Role, Team, User},
    role_source::RoleSource,
    search::SearchText,
};
use crate::scim::text::fold;

mod named;

use named::Named;

/// Records by id, in the server's order.
pub type Table<T> = IndexMap<Id, T, BuildHasherDefault<FxHasher>>;

/// Confirmed records and what is derived from them.
#[derive(Debug, Default)]
pub struct Records {
    users: Table<User>,
    teams: Table<Team>,
    roles: Table<Role>,
    teams_of: FxHashMap<Id, Vec<Id>>,
    team_by_name: FxHashMap<Name, Id>,
    text: [SearchText; 3],
    by_name: [Vec<u32>; 3],
    /// Of each user, the place of their label among all labels; equal labels share one.
    label_rank: Vec<u32>,
    /// Lists that were not read: what they would say is not known.
    unread: [bool; 3],
    source: RoleSource,
    census: Census,
    /// Users by name and address, from the first time that one is asked for until a user changes.
    named: OnceLock<Named>,
}

impl Records {
    /// Indexes everything. Linear in the records (and n log n for the name order): never call it on the event loop with
    /// a large directory.
    pub fn build(users: Vec<User>, teams: Vec<Team>, roles: Vec<Role>) -> Self {
        let mut records = Self {
            users: users.into_iter().map(|user| (user.id.clone(), user)).collect(),
            teams: teams.into_iter().map(|team| (team.id.clone(), team)).collect(),
            roles: roles.into_iter().map(|role| (role.id.clone(), role)).collect(),
            ..Self::default()
        };
        records.users.values().for_each(|user| records.census.count(user, true));
        records.intern();
        records.index_members();
        for kind in Kind::ALL {
            records.index_rows(kind);
        }
        records
    }

    /// Says where roles in the organisation come from, and gives each user theirs. For [`RoleSource::Record`] they
    /// stay as read.
    pub fn with_roles(mut self, source: RoleSource) -> Self {
        self.source = source;
        if !matches!(self.source, RoleSource::Record | RoleSource::Listed(_)) {
            let users: Vec<Id> = self.users.keys().cloned().collect();
            users.iter().for_each(|user| self.derive(user));
        }
        self
    }

    /// Where roles in the organisation come from.
    pub fn role_source(&self) -> &RoleSource {
        &self.source
    }

    /// The role that follows from these teams; `None` where the user's own record says it.
    pub fn derived_role(&self, user: &User, teams: &[Id]) -> Option<Option<Name>> {
        // Who is in no known group may be in one that was not read.
        if self.source.is_mapping() && !self.is_read(Kind::Team) {
            return Some(None);
        }
        self.source.role_of(user, teams.iter().filter_map(|id| self.teams.get(id)).map(|team| &team.name))
    }

    fn derive(&mut self, id: &Id) {
        let Some(user) = self.users.get(id) else { return };
        if let Some(role) = self.derived_role(user, self.teams_of(id))
            && let Some(user) = self.users.get_mut(id)
        {
            user.org_role = role;
        }
    }

    /// Whose role may follow from a team: its members, as they were and as they are.
    fn derive_members(&mut self, teams: [Option<&Team>; 2]) {
        if !self.source.is_mapping() {
            return;
        }
        let members = teams.into_iter().flatten().flat_map(|team| team.members.iter().flatten());
        let ids: FxHashSet<&Id> = members.map(|member| &member.id).collect();
        ids.into_iter().for_each(|id| self.derive(id));
    }

    /// Says that these lists were not read.
    pub fn without(mut self, kinds: &[Kind]) -> Self {
        kinds.iter().for_each(|kind| self.unread[*kind as usize] = true);
        self
    }

    /// True if a list was read: only then does a record's absence from it mean anything.
    pub fn is_read(&self, kind: Kind) -> bool {
        !self.unread[kind as usize]
    }

    /// All users in the server's order.
    pub fn users(&self) -> &Table<User> {
        &self.users
    }

    /// How many people, service accounts and seats.
    pub fn census(&self) -> Census {
        self.census
    }

    /// All teams in the server's order.
    pub fn teams(&self) -> &Table<Team> {
        &self.teams
    }

    /// All roles in the server's order.
    pub fn roles(&self) -> &Table<Role> {
        &self.roles
    }

    /// Number of records of a kind.
    pub fn len(&self, kind: Kind) -> usize {
        match kind {
            Kind::User => self.users.len(),
            Kind::Team => self.teams.len(),
            Kind::Role => self.roles.len(),
        }
    }

    /// True if nothing is known at all.
    pub fn is_empty(&self) -> bool {
        Kind::ALL.iter().all(|kind| self.len(*kind) == 0)
    }

    /// The row of a record in its table.
    pub fn row(&self, target: &Target) -> Option<u32> {
        let row = match target.kind {
            Kind::User => self.users.get_index_of(&target.id),
            Kind::Team => self.teams.get_index_of(&target.id),
            Kind::Role => self.roles.get_index_of(&target.id),
        };
        row.map(|row| row as u32)
    }

    /// The teams that list this user as a member.
    pub fn teams_of(&self, user: &Id) -> &[Id] {
        self.teams_of.get(user).map_or(&[], Vec::as_slice)
    }

    /// A team by its exact name.
    pub fn team_named(&self, name: &Name) -> Option<&Team> {
        self.teams.get(self.team_by_name.get(name)?)
    }

    /// A user by exact user name or by email, without regard to case.
    pub fn user_named(&self, name: &str) -> Option<&User> {
        self.named.get_or_init(|| Named::of(&self.users)).find(name, &self.users)
    }

    /// What is known of a record is no longer known to be its latest version.
    pub fn forget_version(&mut self, target: &Target) {
        let version = match target.kind {
            Kind::User => self.users.get_mut(&target.id).map(|user| &mut user.version),
            Kind::Team => self.teams.get_mut(&target.id).map(|team| &mut team.version),
            Kind::Role => self.roles.get_mut(&target.id).map(|role| &mut role.version),
        };
        if let Some(version) = version {
            *version = None;
        }
    }

    /// The searchable text of a kind's rows.
    pub fn text(&self, kind: Kind) -> &SearchText {
        &self.text[kind as usize]
    }

    /// Rows of a kind in name order, without regard to case.
    pub fn by_name(&self, kind: Kind) -> &[u32] {
        &self.by_name[kind as usize]
    }

    /// Puts one freshly read record in the place of the old one, or adds it. True if rows were added.
    pub fn put(&mut self, record: Record) -> bool {
        let (kind, added) = match record {
            Record::User(user) => {
                let text = [user.user_name.as_str(), user.display_name.as_str(), user.email.as_str()].join(" ");
                self.census.count(&user, true);
                self.named.take();
                let id = user.id.clone();
                let (row, old) = self.users.insert_full(id.clone(), user);
                self.derive(&id);
                if let Some(old) = &old {
                    self.census.count(old, false);
                    self.text[Kind::User as usize].replace(row as u32, &text);
                }
                (Kind::User, old.is_none())
            }
            Record::Team(team) => {
                let old = self.teams.insert(team.id.clone(), team.clone());
                self.reindex_team(old.as_ref(), Some(&team));
                self.derive_members([old.as_ref(), Some(&team)]);
                (Kind::Team, old.is_none())
            }
            Record::Role(role) => (Kind::Role, self.roles.insert(role.id.clone(), role).is_none()),
        };
        if added {
            self.index_new_row(kind);
        }
        added
    }

    /// Forgets a record that is gone from the server. True if it was there.
    pub fn remove(&mut self, target: &Target) -> bool {
        let gone = match target.kind {
            Kind::User => {
                let old = self.users.shift_remove(&target.id);
                self.named.take();
                old.iter().for_each(|old| self.census.count(old, false));
                old.is_some()
            }
            Kind::Team => {
                let old = self.teams.shift_remove(&target.id);
                self.reindex_team(old.as_ref(), None);
                self.derive_members([old.as_ref(), None]);
                old.is_some()
            }
            Kind::Role => self.roles.shift_remove(&target.id).is_some(),
        };
        if gone {
            self.index_rows(target.kind);
        }
        gone
    }

    /// One copy of each name that many records share, and the user's own id in every membership.
    fn intern(&mut self) {
        let mut names: FxHashSet<Name> = FxHashSet::default();
        let mut share = |name: &mut Name| match names.get(name) {
            Some(known) => *name = known.clone(),
            None => drop(names.insert(name.clone())),
        };
        for user in self.users.values_mut() {
            user.org_role.iter_mut().for_each(&mut share);
            user.models_seat.iter_mut().for_each(&mut share);
            user.weave_role.iter_mut().for_each(&mut share);
            for grant in user.team_roles.iter_mut().flatten().chain(&mut user.registry_roles) {
                share(&mut grant.scope);
                share(&mut grant.role);
            }
        }
        for team in self.teams.values_mut() {
            for member in team.members.iter_mut().flatten() {
                if let Some(user) = self.users.get(&member.id) {
                    member.id = user.id.clone();
                    member.display = user.user_name.clone();
                }
            }
        }
    }

    fn index_members(&mut self) {
        for team in self.teams.values() {
            self.team_by_name.insert(team.name.clone(), team.id.clone());
            for member in team.members.iter().flatten() {
                self.teams_of.entry(member.id.clone()).or_default().push(team.id.clone());
            }
        }
    }

    fn reindex_team(&mut self, old: Option<&Team>, new: Option<&Team>) {
        if let Some(old) = old {
            self.team_by_name.remove(&old.name);
            for member in old.members.iter().flatten() {
                if let Some(teams) = self.teams_of.get_mut(&member.id) {
                    teams.retain(|team| *team != old.id);
                }
            }
        }
        if let Some(new) = new {
            self.team_by_name.insert(new.name.clone(), new.id.clone());
            for member in new.members.iter().flatten() {
                self.teams_of.entry(member.id.clone()).or_default().push(new.id.clone());
            }
        }
    }

    /// The place of a user's label (display name, or user name) in the order of labels, as of the last full list.
    pub fn label_rank(&self, row: u32) -> u32 {
        self.label_rank.get(row as usize).copied().unwrap_or(u32::MAX)
    }

    /// The record that was just added has the last row: it is put into the name order, and nothing else moves.
    fn index_new_row(&mut self, kind: Kind) {
        let row = self.len(kind) as u32 - 1;
        let [name, more, most] = self.texts(kind, row);
        let folded = fold(name);
        let before = |other: &u32| fold(self.texts(kind, *other)[0]) <= folded;
        let place = self.by_name[kind as usize].partition_point(before);
        let texts = [name.to_owned(), more.to_owned(), most.to_owned()];
        self.by_name[kind as usize].insert(place, row);
        self.text[kind as usize].push(texts.iter().map(String::as_str));
    }

    /// What a row is found by; the first is its name.
    fn texts(&self, kind: Kind, row: u32) -> [&str; 3] {
        let row = row as usize;
        let found = match kind {
            Kind::User => self
                .users
                .get_index(row)
                .map(|(_, user)| [user.user_name.as_str(), user.display_name.as_str(), user.email.as_str()]),
            Kind::Team => self.teams.get_index(row).map(|(_, team)| [team.name.as_str(), "", ""]),
            Kind::Role => {
                self.roles.get_index(row).map(|(_, role)| [role.name.as_str(), role.description.as_str(), ""])
            }
        };
        found.unwrap_or_default()
    }

    fn index_labels(&mut self) {
        let mut labels: Vec<(String, u32)> =
            self.users.values().zip(0..).map(|(user, row)| (fold(user.label()), row)).collect();
        labels.sort_unstable();
        self.label_rank = vec![0; labels.len()];
        let mut rank = 0;
        for (at, (label, row)) in labels.iter().enumerate() {
            let same = at > 0 && labels.get(at - 1).is_some_and(|(before, _)| before == label);
            rank = if same { rank } else { at as u32 };
            if let Some(place) = self.label_rank.get_mut(*row as usize) {
                *place = rank;
            }
        }
    }

    fn index_rows(&mut self, kind: Kind) {
        let mut text = SearchText::default();
        let mut keys: Vec<(String, u32)> = Vec::with_capacity(self.len(kind));
        for row in 0..self.len(kind) as u32 {
            let texts = self.texts(kind, row);
            keys.push((fold(texts[0]), row));
            text.push(texts);
        }
        keys.sort_unstable();
        self.by_name[kind as usize] = keys.into_iter().map(|(_, row)| row).collect();
        self.text[kind as usize] = text;
        if kind == Kind::User {
            self.index_labels();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::directory::{record::Member, role_source::Mapping};

    fn user(id: &str, name: &str) -> User {
        User { id: id.into(), user_name: name.into(), ..User::default() }
    }

    fn team(id: &str, name: &str, members: &[&str]) -> Team {
        let members = members.iter().map(|m| Member { id: (*m).into(), display: Name::default() }).collect();
        Team { id: id.into(), name: name.into(), members: Some(members), ..Team::default() }
    }

    #[test]
    fn memberships_follow_every_put_and_remove() {
        let mut records =
            Records::build(vec![user("u", "Zoe"), user("v", "adam")], vec![team("t", "vision", &["u"])], vec![]);
        assert_eq!(records.by_name(Kind::User), [1, 0]);
        assert_eq!(records.teams_of(&"u".into()), [Id::from("t")]);
        assert!(!records.put(Record::Team(team("t", "vision", &["v"]))));
        assert!(records.teams_of(&"u".into()).is_empty());
        assert_eq!(records.teams_of(&"v".into()), [Id::from("t")]);
        assert!(records.put(Record::User(user("w", "Bea"))));
        assert_eq!(records.text(Kind::User).get(2), "bea");
        assert_eq!(records.by_name(Kind::User), [1, 2, 0]);
        assert!(records.remove(&Target::team(&"t".into())));
        assert!(records.teams_of(&"v".into()).is_empty());
        assert!(records.team_named(&"vision".into()).is_none());
    }

    #[test]
    fn mapped_roles_follow_every_membership() {
        let mapping = Mapping {
            order: vec!["admin".into(), "labeler".into()],
            default: Some("labeler".into()),
            groups: [("leads".into(), "admin".into())].into_iter().collect(),
        };
        let built = Records::build(vec![user("u", "Zoe"), user("v", "adam")], vec![team("t", "leads", &["u"])], vec![]);
        let mut records = built.with_roles(RoleSource::Mapping(Arc::new(mapping)));
        let roles = |records: &Records| {
            records.users().values().map(|user| user.org_role.as_ref().unwrap().to_string()).collect::<Vec<_>>()
        };
        assert_eq!(roles(&records), ["admin", "labeler"]);
        records.put(Record::Team(team("t", "leads", &["v"])));
        assert_eq!(roles(&records), ["labeler", "admin"]);
        // What the server says of a user holds no role: theirs stays.
        records.put(Record::User(user("v", "Adam")));
        assert_eq!(roles(&records), ["labeler", "admin"]);
        records.remove(&Target::team(&"t".into()));
        assert_eq!(roles(&records), ["labeler", "labeler"]);
    }
}
