//! Checks whether the list of teams shows all of a team's members: the list is compared with the groups that users' own
//! records name, and with a few teams that are read individually.

use futures_util::future::join_all;
use memchr::memmem;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};
use serde_json::{Value, value::RawValue};

use super::super::context::WorkerContext;
use crate::directory::{
    Id, Observation, ResourceRef,
    record::{Record, Team, User},
};

/// The number of largest teams that are read individually, because a truncated list shows equally many members of each.
const LARGEST: usize = 3;
/// A larger team is not read: its answer is too long.
const MOST_MEMBERS: usize = 5_000;
/// The most teams that are read individually because more users name them than the list shows.
const MOST_NAMED: usize = 20;

/// Members that answers leave out; the membership of such teams is unknown.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct WithheldMembers {
    /// Lists show only some members; a team that is read individually shows all.
    in_lists: bool,
    /// Teams whose members the list leaves out, though users name them.
    unlisted: FxHashSet<Id>,
    /// Teams that show only some members, also when they are read individually.
    teams: FxHashSet<Id>,
    /// A team that is read individually shows no members, or fewer than lists do.
    alone: bool,
    /// Teams whose members an individual reading has shown.
    shown_alone: FxHashSet<Id>,
    /// The most members that a team has shown.
    most: usize,
}

impl WithheldMembers {
    /// True where a list does not show all the team's members.
    pub fn is_in_list(&self, team: &Id) -> bool {
        self.in_lists || self.unlisted.contains(team) || self.teams.contains(team)
    }

    /// True where no answer shows all the team's members.
    pub fn is_everywhere(&self, team: &Id) -> bool {
        self.teams.contains(team)
    }

    /// True where individual readings leave out members that lists show.
    pub fn is_hidden_alone(&self) -> bool {
        self.alone
    }

    /// Notes that individual readings leave out members that lists show.
    pub fn hide_alone(&mut self) {
        self.alone = true;
    }

    /// True where an individual reading of the team has shown members.
    pub fn is_shown_alone(&self, team: &Id) -> bool {
        self.shown_alone.contains(team)
    }

    /// Notes that an individual reading of the team has shown so many members.
    pub fn show_alone(&mut self, team: &Id, size: usize) {
        self.shown_alone.insert(team.clone());
        self.most = self.most.max(size);
    }

    /// Notes that a team shows only some members, also when it is read individually.
    pub fn cut(&mut self, team: &Id) {
        self.teams.insert(team.clone());
    }

    /// The most members that a team has shown.
    pub fn most_shown(&self) -> usize {
        self.most
    }

    /// Adds findings that matter to lists; true where they are news.
    pub fn add(&mut self, other: Self) -> bool {
        let size = |all: &Self| (all.in_lists, all.unlisted.len(), all.teams.len());
        let before = size(self);
        self.in_lists |= other.in_lists;
        self.alone |= other.alone;
        self.most = self.most.max(other.most);
        self.unlisted.extend(other.unlisted);
        self.teams.extend(other.teams);
        before != size(self)
    }
}

/// The number of members of each team, by the list of teams and by the users' own records.
#[derive(Debug, Default)]
pub struct Tally {
    listed: FxHashMap<Id, usize>,
    /// Teams of the list without the attribute.
    absent: FxHashSet<Id>,
    named: FxHashMap<Id, usize>,
}

impl Tally {
    /// Counts the members that a list tells of a record, and the groups that the record names.
    pub fn note(&mut self, record: &Record, members: Option<usize>, groups: &[Id]) {
        if let Record::Team(Team { id, problem: None, .. }) = record {
            match members {
                Some(members) => drop(self.listed.insert(id.clone(), members)),
                None => drop(self.absent.insert(id.clone())),
            }
        }
        groups.iter().for_each(|group| *self.named.entry(group.clone()).or_default() += 1);
    }

    /// Adds the counts of another part of the lists.
    pub fn join(&mut self, other: Self) {
        self.listed.extend(other.listed);
        self.absent.extend(other.absent);
        other.named.into_iter().for_each(|(team, count)| *self.named.entry(team).or_default() += count);
    }

    /// Teams that more users name than the list shows.
    fn doubtful(&self) -> impl Iterator<Item = &Id> {
        let more = |(team, named): &(&Id, &usize)| self.listed.get(*team).is_some_and(|listed| *named > listed);
        self.named.iter().filter(more).map(|(team, _)| team)
    }

    /// Teams that users name and whose members the list leaves out.
    fn unlisted(&self) -> impl Iterator<Item = &Id> {
        self.named.keys().filter(|team| self.absent.contains(*team))
    }

    fn largest(&self) -> Vec<&Id> {
        let worth = |(_, size): &(&Id, &usize)| (1..=MOST_MEMBERS).contains(*size);
        let mut all: Vec<(&Id, &usize)> = self.listed.iter().filter(worth).collect();
        all.sort_unstable_by(|one, other| other.1.cmp(one.1).then_with(|| one.0.cmp(other.0)));
        all.into_iter().take(LARGEST).map(|(team, _)| team).collect()
    }
}

/// Reads individual teams that can show whether the list leaves members out. True where it does, and that was not
/// known.
pub async fn examine(context: &WorkerContext, tally: &Tally) -> bool {
    let mut teams: FxHashSet<&Id> = tally.doubtful().take(MOST_NAMED).collect();
    let most = tally.listed.values().copied().max().unwrap_or_default();
    let mut found = WithheldMembers { most, ..WithheldMembers::default() };
    if context.shows_members() {
        teams.extend(tally.unlisted().take(MOST_NAMED));
        found.unlisted.extend(tally.unlisted().cloned());
    }
    if context.begin_examination() {
        teams.extend(tally.largest());
    }
    let read =
        join_all(teams.into_iter().map(|team| async move { context.read(&ResourceRef::team(team)).await })).await;
    for fresh in read.into_iter().flatten() {
        let Observation::Record(Record::Team(Team { id, members, problem: None, .. })) = fresh else { continue };
        let Some(members) = members else {
            let is_withheld = context.withhold(|withheld| withheld.is_everywhere(&id));
            found.alone |= !is_withheld && tally.listed.get(&id).is_some_and(|listed| *listed > 0);
            continue;
        };
        let more_than = |count: Option<&usize>| count.is_some_and(|count| members.len() > *count);
        found.in_lists |= more_than(tally.listed.get(&id));
        // A member of a nested group may name both groups.
        let is_nested = members.iter().any(|member| tally.listed.contains_key(&member.id));
        if !is_nested && tally.named.get(&id).is_some_and(|named| *named > members.len()) {
            found.teams.insert(id);
        }
    }
    context.withhold(|withheld| withheld.add(found))
}

/// The groups that a user's resource names as their own (RFC 7643 §4.1.2), without indirect ones: the user is a member
/// of those only through another group. Empty for inactive users, whom lists of members may leave out.
pub fn groups_named(record: &Record, raw: &RawValue) -> Vec<Id> {
    #[derive(Deserialize)]
    struct TeamsByName {
        #[serde(default)]
        groups: Vec<TeamMembers>,
    }
    #[derive(Deserialize)]
    struct TeamMembers {
        value: Value,
        #[serde(rename = "type", default)]
        kind: Option<String>,
    }
    let Record::User(User { active: None | Some(true), .. }) = record else { return Vec::new() };
    if memmem::find(raw.get().as_bytes(), b"\"groups\"").is_none() {
        return Vec::new();
    }
    let Ok(TeamsByName { groups }) = serde_json::from_str(raw.get()) else { return Vec::new() };
    let direct =
        groups.into_iter().filter(|group| !matches!(&group.kind, Some(kind) if kind.eq_ignore_ascii_case("indirect")));
    let ids = direct.filter_map(|group| match group.value {
        Value::String(text) => Some(Id::from(text)),
        Value::Number(number) => Some(Id::from(number.to_string())),
        _ => None,
    });
    ids.collect::<FxHashSet<Id>>().into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case::direct(r#"{"groups": [{"value": "g1", "type": "direct"}, {"value": 2}, {"value": "g1"}]}"#, &["2", "g1"])]
    #[case::indirect(r#"{"groups": [{"value": "g1", "type": "Indirect"}]}"#, &[])]
    #[case::none(r#"{"id": "u1"}"#, &[])]
    #[case::odd(r#"{"groups": "all"}"#, &[])]
    fn a_user_names_direct_groups_once(#[case] resource: &str, #[case] wanted: &[&str]) {
        let raw = RawValue::from_string(resource.to_owned()).unwrap();
        let mut groups = groups_named(&Record::User(User::default()), &raw);
        groups.sort();
        assert_eq!(groups, wanted.iter().map(|id| Id::from(*id)).collect::<Vec<_>>());
        let gone = Record::User(User { active: Some(false), ..User::default() });
        assert!(groups_named(&gone, &raw).is_empty());
    }

    #[test]
    fn the_largest_teams_and_those_that_more_users_name_are_read() {
        let listed = [("a", 1), ("b", 100), ("c", 100), ("d", 100), ("e", 100), ("f", 9_000), ("g", 0)];
        let listed = listed.map(|(id, size)| (Id::from(id), size)).into_iter().collect();
        let mut tally = Tally { listed, ..Tally::default() };
        assert_eq!(tally.largest(), ["b", "c", "d"].map(Id::from).iter().collect::<Vec<_>>());
        let named = [("a", 2), ("b", 100), ("g", 1), ("unknown", 5)];
        tally.named = named.map(|(id, count)| (Id::from(id), count)).into_iter().collect();
        let mut doubtful: Vec<&Id> = tally.doubtful().collect();
        doubtful.sort();
        assert_eq!(doubtful, ["a", "g"].map(Id::from).iter().collect::<Vec<_>>());
    }
}
