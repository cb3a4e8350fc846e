//! The organisation the server keeps in memory: who exists, who is found by which name, who belongs where. Knows no
//! HTTP and no JSON.

use rustc_hash::FxHashMap;

use super::clock::UnixSeconds;
use super::invitations::OpenInvitations;
use super::key_ring::KeyRing;
use super::records::{Account, CustomRole, RecordNumber, Seat, Team, TeamRole, User};

/// Everything the server knows.
#[derive(Default)]
pub(super) struct State {
    users: Vec<Option<User>>,
    /// Living users in the order of creation, so that any page is one slice.
    order: Vec<RecordNumber>,
    by_name: FxHashMap<Box<str>, RecordNumber>,
    by_email: FxHashMap<Box<str>, RecordNumber>,
    pub teams: Vec<Option<Team>>,
    pub roles: Vec<Option<CustomRole>>,
    pub keys: KeyRing,
    pub invitations: OpenInvitations,
    pub sync: SyncSwitches,
}

/// The switches of Grafana's configuration of SCIM.
#[derive(Debug, Clone, Copy)]
pub(super) struct SyncSwitches {
    pub users: bool,
    pub groups: bool,
    pub provisioned_only: bool,
}

impl Default for SyncSwitches {
    fn default() -> Self {
        Self { users: true, groups: true, provisioned_only: false }
    }
}

/// Folded for comparison without regard to case.
pub(super) fn fold(text: &str) -> Box<str> {
    if text.is_ascii() { text.to_ascii_lowercase().into() } else { text.to_lowercase().into() }
}

impl State {
    pub(super) fn with_capacity(users: usize) -> Self {
        let mut state = Self::default();
        state.users.reserve_exact(users);
        state.order.reserve_exact(users);
        state.by_name.reserve(users);
        state.by_email.reserve(users);
        state
    }

    pub(super) fn user(&self, number: RecordNumber) -> Option<&User> {
        self.users.get(number as usize)?.as_ref()
    }

    /// For changes that leave userName and email alone; see [`State::set_email`] and [`State::set_user_name`].
    pub(super) fn user_mut(&mut self, number: RecordNumber) -> Option<&mut User> {
        self.users.get_mut(number as usize)?.as_mut()
    }

    /// The living users in the order of creation.
    pub(super) fn order(&self) -> &[RecordNumber] {
        &self.order
    }

    pub(super) fn user_named(&self, user_name: &str) -> Option<RecordNumber> {
        self.by_name.get(&fold(user_name)).copied()
    }

    pub(super) fn user_with_email(&self, email: &str) -> Option<RecordNumber> {
        self.by_email.get(&fold(email)).copied()
    }

    /// Adds a record whose userName and email are free; its teams are joined by [`State::join`].
    pub(super) fn insert_user(&mut self, user: User) -> RecordNumber {
        let number = self.users.len() as RecordNumber;
        self.by_name.insert(fold(&user.user_name), number);
        if !user.email.is_empty() {
            self.by_email.insert(fold(&user.email), number);
        }
        self.users.push(Some(user));
        self.order.push(number);
        number
    }

    /// Forgets a user and takes them out of their teams.
    pub(super) fn remove_user(&mut self, number: RecordNumber, now: UnixSeconds) -> Option<User> {
        let user = self.users.get_mut(number as usize)?.take()?;
        if let Ok(place) = self.order.binary_search(&number) {
            self.order.remove(place);
        }
        self.by_name.remove(&fold(&user.user_name));
        self.by_email.remove(&fold(&user.email));
        self.invitations.forget(&user.email);
        if user.account == Account::Person {
            self.keys.remove_all(number);
        }
        for &(team, _) in &user.teams {
            if let Some(team) = self.team_mut(team) {
                team.members.retain(|&member| member != number);
                team.touch(now);
            }
        }
        Some(user)
    }

    pub(super) fn set_email(&mut self, number: RecordNumber, email: &str) {
        let Some(user) = self.users.get_mut(number as usize).and_then(Option::as_mut) else { return };
        self.by_email.remove(&fold(&user.email));
        user.email = email.into();
        if !email.is_empty() {
            self.by_email.insert(fold(email), number);
        }
    }

    pub(super) fn set_user_name(&mut self, number: RecordNumber, user_name: &str) {
        let Some(user) = self.users.get_mut(number as usize).and_then(Option::as_mut) else { return };
        self.by_name.remove(&fold(&user.user_name));
        user.user_name = user_name.into();
        self.by_name.insert(fold(user_name), number);
    }

    /// The service accounts of the organisation, which every new team gets.
    pub(super) fn organisation_services(&self) -> Vec<RecordNumber> {
        let service =
            |number: &RecordNumber| self.user(*number).is_some_and(|user| user.account == Account::OrganisationService);
        self.order.iter().copied().filter(service).collect()
    }

    /// How many active people have a full Models seat.
    pub(super) fn full_seats(&self) -> usize {
        let seated = |user: &&User| user.active && user.account == Account::Person && user.models_seat == Seat::Full;
        self.users.iter().flatten().filter(seated).count()
    }

    pub(super) fn team(&self, number: RecordNumber) -> Option<&Team> {
        self.teams.get(number as usize)?.as_ref()
    }

    pub(super) fn team_mut(&mut self, number: RecordNumber) -> Option<&mut Team> {
        self.teams.get_mut(number as usize)?.as_mut()
    }

    /// The living teams with their numbers.
    pub(super) fn living_teams(&self) -> impl Iterator<Item = (RecordNumber, &Team)> {
        (0..).zip(&self.teams).filter_map(|(number, team)| Some((number, team.as_ref()?)))
    }

    pub(super) fn team_named(&self, name: &str) -> Option<RecordNumber> {
        let wanted = fold(name);
        self.living_teams().find(|(_, team)| fold(&team.name) == wanted).map(|(number, _)| number)
    }

    pub(super) fn insert_team(&mut self, name: &str, now: UnixSeconds) -> RecordNumber {
        let team =
            Team { name: name.into(), external_id: None, members: Vec::new(), created: now, modified: now, version: 1 };
        self.teams.push(Some(team));
        self.teams.len() as RecordNumber - 1
    }

    pub(super) fn remove_team(&mut self, number: RecordNumber, now: UnixSeconds) {
        self.set_members(number, &[], now);
        if let Some(place) = self.teams.get_mut(number as usize) {
            *place = None;
        }
    }

    /// Changes a team's name; both the team and its members' records show it.
    pub(super) fn rename_team(&mut self, number: RecordNumber, name: &str, now: UnixSeconds) {
        let Some(team) = self.team_mut(number).filter(|team| *team.name != *name) else { return };
        team.name = name.into();
        team.touch(now);
        for member in team.members.clone() {
            if let Some(user) = self.user_mut(member) {
                user.touch(now);
            }
        }
    }

    /// Puts a user into a team with a role; false when they were in it already, and then nothing changes.
    pub(super) fn join(&mut self, team: RecordNumber, user: RecordNumber, role: TeamRole, now: UnixSeconds) -> bool {
        if self.team(team).is_none() {
            return false;
        }
        let Some(record) = self.user_mut(user).filter(|user| user.teams.iter().all(|&(place, _)| place != team)) else {
            return false;
        };
        record.teams.push((team, role));
        record.touch(now);
        let email = record.email.clone();
        self.invitations.settle(team, &email);
        if let Some(team) = self.team_mut(team) {
            team.members.push(user);
            team.touch(now);
        }
        true
    }

    /// Takes a user out of a team; false when they were not in it.
    pub(super) fn leave(&mut self, team: RecordNumber, user: RecordNumber, now: UnixSeconds) -> bool {
        let Some(record) = self.user_mut(user).filter(|user| user.teams.iter().any(|&(place, _)| place == team)) else {
            return false;
        };
        record.teams.retain(|&(place, _)| place != team);
        record.touch(now);
        if let Some(team) = self.team_mut(team) {
            team.members.retain(|&member| member != user);
            team.touch(now);
        }
        true
    }

    /// Makes the team's members exactly these; who stays keeps their role, who is new is a member.
    pub(super) fn set_members(&mut self, team: RecordNumber, members: &[RecordNumber], now: UnixSeconds) {
        let kept: std::collections::HashSet<RecordNumber> = members.iter().copied().collect();
        let Some(record) = self.team_mut(team) else { return };
        let (staying, leaving): (Vec<_>, Vec<_>) = record.members.drain(..).partition(|member| kept.contains(member));
        record.members = staying;
        if !leaving.is_empty() {
            record.touch(now);
        }
        for user in leaving {
            if let Some(user) = self.user_mut(user) {
                user.teams.retain(|&(place, _)| place != team);
                user.touch(now);
            }
        }
        for &member in members {
            self.join(team, member, TeamRole::Member, now);
        }
    }

    pub(super) fn role(&self, number: RecordNumber) -> Option<&CustomRole> {
        self.roles.get(number as usize)?.as_ref()
    }

    pub(super) fn role_mut(&mut self, number: RecordNumber) -> Option<&mut CustomRole> {
        self.roles.get_mut(number as usize)?.as_mut()
    }

    /// The living custom roles with their numbers.
    pub(super) fn living_roles(&self) -> impl Iterator<Item = (RecordNumber, &CustomRole)> {
        (0..).zip(&self.roles).filter_map(|(number, role)| Some((number, role.as_ref()?)))
    }

    /// A custom role by its name, which is case-sensitive.
    pub(super) fn role_named(&self, name: &str) -> Option<RecordNumber> {
        self.living_roles().find(|(_, role)| *role.name == *name).map(|(number, _)| number)
    }

    /// Marks every holder of a custom role as changed, giving them another role first if one is named.
    pub(super) fn touch_holders(&mut self, role: RecordNumber, instead: Option<TeamRole>, now: UnixSeconds) {
        for user in self.users.iter_mut().flatten() {
            let mut held = false;
            for (_, place) in user.teams.iter_mut().filter(|(_, place)| *place == TeamRole::Custom(role)) {
                held = true;
                *place = instead.unwrap_or(*place);
            }
            if held {
                user.touch(now);
            }
        }
    }
}
