//! A created record as the creation left it: an undo deletes the record only while nobody has changed it, and nobody
//! uses it since.

use jiff::Timestamp;
use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    directory::{Directory, Id, Name, RecordKind, ResourceRef, change::Change},
    scim::{caseless, instant, json},
};

/// The attribute that names a record; `None` for roles, whose names no undo compares.
pub fn name_attribute(kind: RecordKind) -> Option<&'static str> {
    match kind {
        RecordKind::User => Some("userName"),
        RecordKind::Team => Some("displayName"),
        RecordKind::Role => None,
    }
}

/// A created record as the creation left it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MadeRecord {
    /// The resource.
    pub document: Value,
    /// True if the resource was read; otherwise it is as the answer to the creation had it, which may be a part.
    pub read: bool,
    /// The teams that a user was in already, where other records than the user's tell that.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub teams: Vec<Id>,
    /// The changes of the same plan, the creation too: their effects belong to the plan.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub own: Vec<Change>,
}

impl MadeRecord {
    /// The users whom the plan itself has put into this team.
    pub fn own_members(&self, team: &Id) -> Vec<Id> {
        let members = |change: &Change| match change {
            Change::CreateTeam { members, .. } => members.clone(),
            Change::AddMember { team: of, user } | Change::SetTeamRole { team: of, user, .. } if of == team => {
                vec![user.clone()]
            }
            Change::ReplaceMembers { team: of, stay, come, .. } if of == team => [stay.clone(), come.clone()].concat(),
            _ => Vec::new(),
        };
        self.own.iter().flat_map(members).collect()
    }

    /// The teams into which the plan itself has put this user.
    pub fn own_teams(&self, user: &Id) -> Vec<Id> {
        let team = |change: &Change| match change {
            Change::AddMember { team, user: of } | Change::SetTeamRole { team, user: of, .. } if of == user => {
                Some(team.clone())
            }
            Change::ReplaceMembers { team, come, .. } if come.contains(user) => Some(team.clone()),
            _ => None,
        };
        self.own.iter().filter_map(team).collect()
    }

    /// The differences that the directory shows from the record as the creation left it, a sentence each: another name, and
    /// memberships without those that end before (`leaving`: team and user).
    pub(super) fn since(
        &self,
        target: &ResourceRef,
        directory: &Directory,
        leaving: &FxHashSet<(Id, Id)>,
    ) -> Vec<String> {
        let present = match target.kind {
            RecordKind::User => directory.user(&target.id).map(|user| (&user.user_name, user.created)),
            RecordKind::Team => directory.team(&target.id).map(|team| (&team.name, team.created)),
            RecordKind::Role => None,
        };
        let renamed = present.and_then(|(name, created)| self.renamed(target.kind, name.raw(), created));
        renamed.into_iter().chain(self.memberships_since(target, directory, leaving)).collect()
    }

    /// A sentence about the present name, where it is another one than the creation left: servers may give the id of a
    /// deleted record to a new one, and only the time of creation tells the two apart.
    pub fn renamed(&self, kind: RecordKind, now: &str, created: Option<Timestamp>) -> Option<String> {
        let attribute = name_attribute(kind)?;
        let then = json::get(self.document.as_object()?, attribute)?.as_str()?;
        let is_own = |change: &Change| match change {
            Change::SetAttribute { path, .. } => path.eq_ignore_ascii_case(attribute),
            _ => false,
        };
        if caseless::same_name(then, now) || self.own.iter().any(is_own) {
            return None;
        }
        let first = self.document.pointer("/meta/created").and_then(Value::as_str).and_then(instant::from_text);
        let same = match (first, created) {
            (Some(first), Some(now)) if first == now => "it is the same record, which was renamed.",
            (Some(_), Some(_)) => "it was created at another time, so it is another record.",
            _ => "nothing shows whether it is the record that was created, renamed, or another one.",
        };
        let [then, now] = [then, now].map(Name::from);
        Some(format!("The record with the id of {then} is called {now} now: {same}"))
    }

    /// The memberships that the directory shows and the creation did not leave, a sentence each; without those that
    /// end before (`leaving`: team and user).
    fn memberships_since(
        &self,
        target: &ResourceRef,
        directory: &Directory,
        leaving: &FxHashSet<(Id, Id)>,
    ) -> Vec<String> {
        let named = |all: Vec<Name>| all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        match target.kind {
            RecordKind::Team => {
                let Some(team) = directory.team(&target.id) else { return Vec::new() };
                let (then, own) = (self.entries("members", "value"), self.own_members(&target.id));
                let is_new = |id: &Id| {
                    let called = |user: &crate::directory::record::User| {
                        then.iter().any(|one| user.user_name.is(one) || user.email.is(one))
                    };
                    !own.contains(id)
                        && !then.iter().any(|one| one.eq_ignore_ascii_case(id))
                        && !directory.user(id).is_some_and(called)
                        && !leaving.contains(&(target.id.clone(), id.clone()))
                };
                let new = team.members.iter().flatten().map(|member| &member.id).filter(|id| is_new(id));
                let name = |id: &Id| directory.user(id).map_or_else(|| (&**id).into(), |user| user.user_name.clone());
                let new: Vec<Name> = new.map(name).collect();
                if new.is_empty() { Vec::new() } else { vec![format!("{} joined {}.", named(new), team.name)] }
            }
            RecordKind::User => {
                let Some(user) = directory.user(&target.id) else { return Vec::new() };
                let own = self.own_teams(&target.id);
                let asked = |change: &Change, name: &str| matches!(change, Change::CreateUser { user, .. } if user.teams.iter().any(|team| team.raw() == name));
                let (ids, names) = (self.entries("groups", "value"), self.entries("teamRoles", "teamName"));
                let shown = self.entries("groups", "display");
                let is_new = |team: &Id| {
                    let name = directory.team(team).map(|team| team.name.raw().to_owned()).unwrap_or_default();
                    !own.contains(team)
                        && !self.teams.contains(team)
                        && !ids.iter().any(|id| **id == **team)
                        && !names.contains(&name)
                        && !shown.contains(&name)
                        && !self.own.iter().any(|change| asked(change, &name))
                        && !leaving.contains(&(team.clone(), target.id.clone()))
                };
                let new = directory.teams_of(&target.id).into_iter().filter(is_new);
                let new: Vec<Name> = new.filter_map(|team| Some(directory.team(&team)?.name.clone())).collect();
                if new.is_empty() { Vec::new() } else { vec![format!("{} joined {}.", user.user_name, named(new))] }
            }
            RecordKind::Role => Vec::new(),
        }
    }

    /// The texts under a key in a list of the resource.
    fn entries(&self, list: &str, key: &str) -> Vec<String> {
        let all = self.document.as_object().and_then(|map| json::get(map, list)).and_then(Value::as_array);
        let text = |one: &Value| match one {
            Value::Object(map) => json::get(map, key)?.as_str().map(str::to_owned),
            one => one.as_str().map(str::to_owned),
        };
        all.into_iter().flatten().filter_map(text).collect()
    }
}
