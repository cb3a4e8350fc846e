//! The side effects of a change: its records before and after are compared. Each difference that does not follow from
//! the change is reported, with the changes that restore the value.

use serde_json::Value;

use super::{
    ChangeAttempt,
    meanwhile::{Direction, MeanwhileChanges, named},
    send::path_of,
    whole::{RecordAfter, RecordBefore},
};
use crate::{
    directory::{
        Id, Name, Observation, RecordKind, ResourceRef, attributes,
        change::Change,
        plan::{JournalEntry, SideEffect},
        record::{Record, User},
    },
    scim::{
        difference::{ValueDifference, differences},
        json, patch, schema,
        text::clean,
    },
};

/// The word for values that are gone.
const LOST: &str = "lost";

/// The limit of names in a sentence; further names are counted.
const NAMED: usize = 8;

impl ChangeAttempt<'_> {
    /// All differences that do not follow from the change, in the records that were read.
    pub(super) async fn effects(&self, entry: &JournalEntry) -> Vec<SideEffect> {
        let change = &entry.step.change;
        let mut effects = Vec::new();
        for (path, RecordBefore { whole, asked, .. }) in &self.before {
            let Some(RecordAfter { document, .. }) = self.after.get(path) else { continue };
            let Some(target) = target_of(path) else { continue };
            let told = |name: &str| whole.document.as_object().is_some_and(|map| json::get(map, name).is_some());
            let mut different = differences(&whole.document, document);
            different.retain(|difference| {
                // A list may leave attributes out, so their former values are not known.
                let unknown = !asked && !told(difference.attribute());
                !unknown && !self.context.dialect.follows(change, difference.attribute())
            });
            if different.is_empty() {
                continue;
            }
            let others = self.meanwhile(entry, &target).await;
            for difference in different {
                let about =
                    Compared { entry, target: &target, documents: [&whole.document, document], others: &others };
                effects.extend(self.effect(about, difference).await);
            }
        }
        effects.extend(self.uninvited(entry).await);
        effects.extend(self.inactive(entry));
        effects.extend(self.left_teams(entry));
        effects
    }

    async fn effect(&self, about: Compared<'_>, difference: ValueDifference) -> Vec<SideEffect> {
        let Compared { entry, target, documents: [before, after], others } = about;
        let (change, subject) = (&entry.step.change, subject(target, before));
        let is_membership = (is(difference.attribute(), "members") && target.kind == RecordKind::Team)
            || (is(difference.attribute(), "groups") && target.kind == RecordKind::User);
        let attribute = difference.attribute().to_owned();
        let sets = |other: &Change| {
            let address = matches!(other, Change::SetEmail { .. }) && is(&attribute, "emails");
            address || self.context.dialect.follows(other, &attribute)
        };
        if is_wished_address(change, before, &difference) {
            return Vec::new();
        }
        if !is_membership && let Some(other) = others.of_attribute(target, sets) {
            let told = |by| SideEffect {
                words: format!("{subject}: {attribute} is another one now, too, by {by}."),
                harm: false,
                back: Vec::new(),
            };
            return named(other, entry).map(told).into_iter().collect();
        }
        match difference {
            ValueDifference::Entries { name, gone, come }
                if is(&name, "members") && target.kind == RecordKind::Team =>
            {
                self.members(about, &subject, gone, come).await
            }
            ValueDifference::Entries { name, gone, come } if is(&name, "groups") && target.kind == RecordKind::User => {
                self.memberships(about, &subject, gone, come).await
            }
            ValueDifference::Entries { name, mut gone, mut come } => {
                let mut beside = None;
                if let Change::SetEmail { to, .. } = change
                    && is(&name, "emails")
                {
                    let main = main_address(before);
                    let stays =
                        main.as_ref().filter(|main| !gone.contains(main) && main_address(after).as_ref() == Some(main));
                    if let (Some(main), Some(new)) =
                        (stays, come.iter().find(|one| one.eq_ignore_ascii_case(to.trim())))
                    {
                        beside = Some(self.second_address(about, main, new));
                    }
                    gone.retain(|one| Some(one) != main.as_ref());
                    come.retain(|one| !one.eq_ignore_ascii_case(to.trim()));
                }
                let told = |words: &str, values: &[String], back| SideEffect {
                    words: format!("{subject}: {name} {words} {}.", listed(values)),
                    harm: !values.is_empty() && words == LOST,
                    back,
                };
                let back = || self.sendable(vec![put_back(about, &name)]);
                let gone = (!gone.is_empty()).then(|| told(LOST, &gone, back()));
                let come = (!come.is_empty()).then(|| told("came:", &come, Vec::new()));
                gone.into_iter().chain(come).chain(beside).collect()
            }
            ValueDifference::Value { path, before, after } => {
                let mut effect = value(target, &subject, path.clone(), before, after);
                if settable(&path) != path && !effect.back.is_empty() {
                    effect.back = vec![put_back(about, &path)];
                }
                vec![SideEffect { back: self.sendable(effect.back), ..effect }]
            }
        }
    }

    /// The effect of a server that adds a new address beside the main one instead of replacing it.
    fn second_address(&self, about: Compared<'_>, main: &str, new: &str) -> SideEffect {
        let path = patch::chosen("emails", "value", new);
        let [before, after] = about.documents;
        let [to, before] = [before, after].map(|document| schema::at(document, &path).cloned());
        let words = format!(
            "{}: emails has {}, too; {} is still the main one.",
            subject(about.target, after),
            clean(new),
            clean(main)
        );
        let back = vec![Change::SetAttribute { target: about.target.clone(), path, before, to }];
        SideEffect { words, harm: false, back: self.sendable(back) }
    }

    /// The changes among these that this provider supports.
    fn sendable(&self, mut changes: Vec<Change>) -> Vec<Change> {
        let can = self.context.dialect.capabilities();
        changes.retain(|change| can.can(change.verb()).is_ok() && !is_kept_elsewhere(change));
        changes
    }

    /// The groups that a user has left or joined, without those that the change is about.
    async fn memberships(
        &self,
        about: Compared<'_>,
        name: &Name,
        mut gone: Vec<String>,
        come: Vec<String>,
    ) -> Vec<SideEffect> {
        let Compared { entry, target: user, others: meanwhile, .. } = about;
        let change = &entry.step.change;
        // The plan of a deletion has announced this.
        if matches!(change, Change::DeleteUser { .. }) {
            return Vec::new();
        }
        let mut effects = Vec::new();
        let mut deleted = Vec::new();
        for team in gone.iter().map(|id| Id::from(id.as_str())).filter(|team| change.team() != Some(team)) {
            if let Some(deletion) = self.meanwhile(entry, &ResourceRef::team(&team)).await.of_deletion(&team) {
                let by = named(deletion, entry);
                effects.extend(by.map(|by| also(&name.to_string(), Direction::Out, &self.team_name(&team), &by)));
                deleted.push(team);
            }
        }
        gone.retain(|id| !deleted.iter().any(|team| **team == **id));
        let mut others = |ids: Vec<String>, direction: Direction| -> Vec<Id> {
            let own = |id: &Id| change.team() == Some(id) || entry.created.as_ref() == Some(id);
            let ids = ids.iter().map(|id| Id::from(id.as_str())).filter(|id| !own(id));
            ids.filter(|team| {
                let other = meanwhile.of_member(team, direction, |ids| ids.contains(&user.id));
                let by = other.and_then(|other| named(other, entry));
                effects.extend(by.map(|by| also(&name.to_string(), direction, &self.team_name(team), &by)));
                other.is_none()
            })
            .collect()
        };
        let (gone, come) = (others(gone, Direction::Out), others(come, Direction::In));
        let called = |ids: &[Id]| listed(&ids.iter().map(|id| self.team_name(id)).collect::<Vec<_>>());
        let about = |ids: Vec<Id>, change: fn(Id, Id) -> Change| {
            self.sendable(ids.into_iter().map(|team| change(team, user.id.clone())).collect())
        };
        let left = (!gone.is_empty()).then(|| SideEffect {
            words: format!("{name} is not in {} any more.", called(&gone)),
            harm: true,
            back: about(gone, |team, user| Change::AddMember { team, user }),
        });
        let joined = (!come.is_empty()).then(|| SideEffect {
            words: format!("{name} is in {} now, too.", called(&come)),
            harm: false,
            back: about(come, |team, user| Change::RemoveMember { team, user }),
        });
        effects.extend(left.into_iter().chain(joined));
        effects
    }

    /// The name of a group from the readings for the change, or its id.
    fn team_name(&self, id: &Id) -> String {
        let read = self.fresh.iter().rev().find_map(|one| match one {
            Observation::Record(Record::Team(team)) if team.id == *id => Some(team.name.to_string()),
            _ => None,
        });
        read.unwrap_or_else(|| id.to_string())
    }

    /// The members who left and who joined a team, without those that the change is about.
    async fn members(&self, about: Compared<'_>, name: &Name, gone: Vec<String>, come: Vec<String>) -> Vec<SideEffect> {
        let Compared { entry, target: team, others: meanwhile, .. } = about;
        let change = &entry.step.change;
        let is_own = entry.created.as_ref().or(change.team()) == Some(&team.id);
        let (goes, comes) = match change {
            Change::CreateUser { user, .. } if user.teams.contains(name) => {
                (Vec::new(), entry.created.iter().cloned().collect())
            }
            _ if is_own => meant(change),
            _ => (Vec::new(), Vec::new()),
        };
        let all: Vec<Id> = gone.iter().chain(&come).map(|id| id.as_str().into()).collect();
        let theirs = meanwhile.members_of(&team.id);
        let mut users = self.users(&[all, goes.clone(), comes.clone(), theirs].concat()).await;
        self.meet(&mut users, gone.iter().chain(&come)).await;
        // Some servers write an id in another letter case. If that spelling is another user's id, the two are different
        // users.
        let is_own = |value: &String| users.values().any(|user| *user.id == **value);
        let is_id = |id: &Id, value: &String| **id == **value || id.eq_ignore_ascii_case(value) && !is_own(value);
        let meant = |ids: &[Id], value: &String| {
            ids.iter().any(|id| is_id(id, value) || users.get(id).is_some_and(|user| is_called(user, value)))
        };
        let mut effects = Vec::new();
        let mut others = |mut values: Vec<String>, ids: &[Id], direction: Direction| -> Vec<String> {
            values.retain(|value| {
                let other = meanwhile.of_member(&team.id, direction, |ids| meant(ids, value));
                let who = users.values().find(|user| *user.id == **value || is_called(user, value));
                let who = who.map_or(value.clone(), |user| user.user_name.to_string());
                let by = other.filter(|_| !meant(ids, value)).and_then(|other| named(other, entry));
                effects.extend(by.map(|by| also(&who, direction, &name.to_string(), &by)));
                other.is_none() && !meant(ids, value)
            });
            values
        };
        let (gone, come) = (others(gone, &goes, Direction::Out), others(come, &comes, Direction::In));
        let found = |value: &String| users.values().find(|user| is_id(&user.id, value) || is_called(user, value));
        let called = |values: &[String]| {
            let names =
                values.iter().map(|value| found(value).map_or(value.clone(), |user| user.user_name.to_string()));
            listed(&names.collect::<Vec<_>>())
        };
        let known =
            |values: &[String]| -> Vec<Id> { values.iter().filter_map(&found).map(|user| user.id.clone()).collect() };
        let (out, verb) = (called(&gone), if gone.len() == 1 { "is" } else { "are" });
        let left = (!gone.is_empty()).then(|| SideEffect {
            words: format!("{out} {verb} not in {name} any more."),
            harm: true,
            back: known(&gone).into_iter().map(|user| Change::AddMember { team: team.id.clone(), user }).collect(),
        });
        let (new, verb) = (called(&come), if come.len() == 1 { "is" } else { "are" });
        let joined = (!come.is_empty()).then(|| SideEffect {
            words: format!("{new} {verb} in {name} now, too."),
            // The first write of a form is compared with readings just before and just after it. A later reading may
            // also show changes of other clients, so it does not count as harm.
            harm: self.trial && !matches!(change, Change::CreateTeam { .. }),
            back: known(&come).into_iter().map(|user| Change::RemoveMember { team: team.id.clone(), user }).collect(),
        });
        effects.extend(left.into_iter().chain(joined));
        effects
    }

    /// Members of a new team who were not asked for.
    async fn uninvited(&self, entry: &JournalEntry) -> Vec<SideEffect> {
        let (Change::CreateTeam { name, .. }, Some(created)) = (&entry.step.change, &entry.created) else {
            return Vec::new();
        };
        let target = ResourceRef::team(created);
        let Some(RecordAfter { document, .. }) = self.after.get(&path_of(&target)) else { return Vec::new() };
        let all = differences(&Value::Null, document).into_iter().find_map(|difference| match difference {
            ValueDifference::Entries { name, come, .. } if is(&name, "members") => Some(come),
            _ => None,
        });
        let others = self.meanwhile(entry, &target).await;
        let about = Compared { entry, target: &target, documents: [&Value::Null, document], others: &others };
        let mut effects = self.members(about, &name.as_str().into(), Vec::new(), all.unwrap_or_default()).await;
        // The undo of a creation deletes the whole team.
        effects.iter_mut().for_each(|effect| effect.back.clear());
        effects
    }

    /// True if the change is about members, and the server shows no member of the team, or of any team.
    pub(super) fn is_blind(&self, entry: &JournalEntry) -> bool {
        let about = matches!(
            entry.step.change,
            Change::AddMember { .. } | Change::RemoveMember { .. } | Change::ReplaceMembers { .. }
        );
        // A new team is seen by its record, an empty one whole.
        let is_seen =
            |created: &Id| self.after.get(&path_of(&ResourceRef::team(created))).is_some_and(|after| after.asked);
        let has_members = matches!(&entry.step.change, Change::CreateTeam { members, .. } if !members.is_empty());
        let about = about || (has_members && entry.created.as_ref().is_some_and(is_seen));
        let team = entry.step.change.team();
        let is_withheld = |team: &Id| self.context.withhold(|withheld| withheld.is_everywhere(team));
        let is_told = self.moved_by_person(&entry.step.change).is_some();
        about && !is_told && (!self.context.shows_members() || team.is_some_and(is_withheld))
    }
}

/// A record before and after a change, and the changes of others in between.
#[derive(Clone, Copy)]
struct Compared<'a> {
    entry: &'a JournalEntry,
    target: &'a ResourceRef,
    documents: [&'a Value; 2],
    others: &'a MeanwhileChanges,
}

/// The change that restores the value at a path.
fn put_back(about: Compared<'_>, path: &str) -> Change {
    let path = settable(path);
    let [before, after] = about.documents.map(|document| schema::at(document, &path).cloned());
    Change::attribute(about.target.clone(), path, after, before)
}

/// The part of a path that a request can name (RFC 7644 §3.10): an attribute or a sub-attribute. A deeper value is
/// restored with its sub-attribute.
fn settable(path: &str) -> String {
    let name = schema::name_in(path);
    let schema = path.strip_suffix(name).unwrap_or_default();
    let names: Vec<&str> = name.split('.').take(2).collect();
    format!("{schema}{}", names.join("."))
}

/// The effect of another plan's change that was under way at the same time.
fn also(who: &str, direction: Direction, team: &str, by: &str) -> SideEffect {
    let words = match direction {
        Direction::Out => format!("{who} is not in {team} any more, by {by}."),
        Direction::In => format!("{who} is in {team} now, too, by {by}."),
    };
    SideEffect { words, harm: false, back: Vec::new() }
}

/// The ids that a change takes out of a team, and those that it adds.
pub(super) fn meant(change: &Change) -> (Vec<Id>, Vec<Id>) {
    match change {
        Change::AddMember { user, .. } | Change::SetTeamRole { user, .. } => (Vec::new(), vec![user.clone()]),
        Change::RemoveMember { user, .. } => (vec![user.clone()], Vec::new()),
        Change::ReplaceMembers { come, go, .. } => (go.clone(), come.clone()),
        Change::CreateTeam { members, .. } => (Vec::new(), members.clone()),
        _ => (Vec::new(), Vec::new()),
    }
}

/// True if the value is the user's name or address: some servers name members so.
fn is_called(user: &User, value: &str) -> bool {
    user.user_name.is(value) || (!user.email.is_empty() && user.email.is(value))
}

pub(super) fn value(
    target: &ResourceRef,
    subject: &Name,
    path: String,
    before: Option<Value>,
    after: Option<Value>,
) -> SideEffect {
    let shown = |value: &Value| clean(&attributes::shown(value)).into_owned();
    let words = match (&before, &after) {
        (Some(before), Some(after)) => format!("{subject}: {path} was {} and is {} now.", shown(before), shown(after)),
        (Some(before), None) => format!("{subject}: {path} is gone; it was {}.", shown(before)),
        (None, after) => format!("{subject}: {path} is {} now.", after.as_ref().map(shown).unwrap_or_default()),
    };
    let off = before == Some(Value::Bool(true)) && after != before;
    // Another user name is another sign-in.
    let harm = off || (before.is_some() && (after.is_none() || is(&path, "userName")));
    let back = before.map(|before| Change::attribute(target.clone(), path, after, Some(before))).into_iter().collect();
    SideEffect { words, harm, back }
}

/// True for attributes that other records hold, or that changes of their own set: roles, memberships, `active`.
fn is_kept_elsewhere(change: &Change) -> bool {
    const ELSEWHERE: [&str; 5] = ["roles", "entitlements", "groups", "members", "active"];
    matches!(change, Change::SetAttribute { path, .. } if ELSEWHERE.iter().any(|name| is(name, path)))
}

/// The address that screens show: the primary one, or the first.
fn main_address(user: &Value) -> Option<String> {
    let get = |entry: &Value, name: &str| entry.as_object().and_then(|map| json::get(map, name)).cloned();
    let emails = match get(user, "emails")? {
        Value::Array(emails) => emails,
        single => vec![single],
    };
    let main = emails.iter().find(|entry| get(entry, "primary") == Some(Value::Bool(true))).or(emails.first())?;
    get(main, "value").as_ref().or(Some(main)).and_then(Value::as_str).map(|text| text.trim().to_owned())
}

/// True if the difference is that the wanted address has replaced the main one.
fn is_wished_address(change: &Change, before: &Value, difference: &ValueDifference) -> bool {
    let (Change::SetEmail { to, .. }, ValueDifference::Entries { name, gone, come }) = (change, difference) else {
        return false;
    };
    let was_main = |one: &String| main_address(before).as_ref() == Some(one);
    is(name, "emails")
        && !gone.is_empty()
        && gone.iter().all(was_main)
        && come.iter().all(|one| one.eq_ignore_ascii_case(to.trim()))
}

/// The record's name as a person says it.
pub(super) fn subject(target: &ResourceRef, document: &Value) -> Name {
    let name = if target.kind == RecordKind::User { "userName" } else { "displayName" };
    let name = document.as_object().and_then(|map| json::get(map, name)).and_then(Value::as_str);
    Name::from(name.unwrap_or(&target.id))
}

pub(super) fn listed(values: &[String]) -> String {
    let named: Vec<String> = values.iter().take(NAMED).map(|value| Name::from(value.as_str()).to_string()).collect();
    match (named.as_slice(), values.len().saturating_sub(NAMED)) {
        ([one], _) => one.clone(),
        ([all @ .., last], 0) => format!("{} and {last}", all.join(", ")),
        (named, more) => format!("{} and {more} more", named.join(", ")),
    }
}

fn is(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

pub(super) fn target_of(path: &[String]) -> Option<ResourceRef> {
    let [kind, id] = path else { return None };
    let kind = match kind.as_str() {
        "Users" => RecordKind::User,
        "Groups" => RecordKind::Team,
        _ => return None,
    };
    Some(ResourceRef { kind, id: id.as_str().into() })
}
