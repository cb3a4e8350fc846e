//! The side effects of a change: its records before and after are compared, and each difference that does not follow
//! from the change is told, with the changes that put it back.

use serde_json::Value;

use super::{
    ChangeAttempt,
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
        caseless,
        difference::{ValueDifference, differences},
        json,
        text::clean,
    },
};

/// The word for values that are gone.
const LOST: &str = "lost";

/// At most so many names of a list are told; of longer lists the rest is counted.
const NAMED: usize = 8;

/// Attributes that a creation asks for and a server may leave out: the words for each, then its name. W&B's handling of
/// seats and roles has checks of its own.
const KEPT: [(&str, &str); 3] = [("email", "emails"), ("display name", "displayName"), ("external id", "externalId")];

/// The value without the parts that servers alter in texts that they keep: letter case, composed accents, blanks.
fn normalised(value: &Value) -> Value {
    match value {
        Value::String(text) => {
            let squeezed = text.split_whitespace().collect::<Vec<_>>().join(" ");
            caseless::key(&squeezed).into_owned().into()
        }
        Value::Array(list) => list.iter().map(normalised).collect(),
        Value::Object(map) => map.iter().map(|(name, value)| (name.clone(), normalised(value))).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

impl ChangeAttempt<'_> {
    /// All differences that were not asked for, as far as the records were read.
    pub(super) async fn effects(&self, entry: &JournalEntry) -> Vec<SideEffect> {
        let change = &entry.step.change;
        let mut effects = Vec::new();
        for (path, RecordBefore { whole, asked }) in &self.before {
            let Some(RecordAfter { document, .. }) = self.after.get(path) else { continue };
            let Some(target) = target_of(path) else { continue };
            let told = |name: &str| whole.document.as_object().is_some_and(|map| json::get(map, name).is_some());
            for difference in differences(&whole.document, document) {
                // A list may leave attributes out: nobody knows the former values.
                let unknown = !asked && !told(difference.attribute());
                if unknown || self.context.dialect.follows(change, difference.attribute()) {
                    continue;
                }
                effects.extend(self.effect(change, &target, [&whole.document, document], difference).await);
            }
        }
        effects.extend(self.uninvited(entry).await);
        effects.extend(self.inactive(entry));
        effects
    }

    async fn effect(
        &self,
        change: &Change,
        target: &ResourceRef,
        [before, after]: [&Value; 2],
        difference: ValueDifference,
    ) -> Vec<SideEffect> {
        let subject = subject(target, before);
        match difference {
            ValueDifference::Entries { name, gone, come }
                if is(&name, "members") && target.kind == RecordKind::Team =>
            {
                self.members(change, target, &subject, gone, come).await
            }
            ValueDifference::Entries { name, gone, come } if is(&name, "groups") && target.kind == RecordKind::User => {
                self.memberships(change, target, &subject, [gone, come])
            }
            ValueDifference::Entries { name, mut gone, mut come } => {
                if let Change::SetEmail { to, .. } = change
                    && is(&name, "emails")
                {
                    let main = main_address(before);
                    gone.retain(|one| Some(one) != main.as_ref());
                    come.retain(|one| !one.eq_ignore_ascii_case(to.trim()));
                }
                let told = |words: &str, values: &[String], back| SideEffect {
                    words: format!("{subject}: {name} {words} {}.", listed(values)),
                    harm: !values.is_empty() && words == LOST,
                    back,
                };
                let of = |document: &Value| document.as_object().and_then(|map| json::get(map, &name)).cloned();
                let back =
                    || self.sendable(vec![Change::attribute(target.clone(), name.clone(), of(after), of(before))]);
                let gone = (!gone.is_empty()).then(|| told(LOST, &gone, back()));
                gone.into_iter().chain((!come.is_empty()).then(|| told("came:", &come, Vec::new()))).collect()
            }
            ValueDifference::Value { path, before, after } => {
                let effect = value(target, &subject, path, before, after);
                vec![SideEffect { back: self.sendable(effect.back), ..effect }]
            }
        }
    }

    /// The changes among these that this provider supports.
    fn sendable(&self, mut changes: Vec<Change>) -> Vec<Change> {
        let can = self.context.dialect.capabilities();
        changes.retain(|change| can.can(change.verb()).is_ok() && !is_kept_elsewhere(change));
        changes
    }

    /// The groups that a user has left or joined, but for those that the change is about.
    fn memberships(
        &self,
        change: &Change,
        user: &ResourceRef,
        name: &Name,
        [gone, come]: [Vec<String>; 2],
    ) -> Vec<SideEffect> {
        // The plan of a deletion has announced this.
        if matches!(change, Change::DeleteUser { .. }) {
            return Vec::new();
        }
        let others = |ids: Vec<String>| -> Vec<Id> {
            ids.iter().map(|id| Id::from(id.as_str())).filter(|id| change.team() != Some(id)).collect()
        };
        let (gone, come) = (others(gone), others(come));
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
        left.into_iter().chain(joined).collect()
    }

    /// The name of a group as it was read for the change, or its id.
    fn team_name(&self, id: &Id) -> String {
        let read = self.fresh.iter().rev().find_map(|one| match one {
            Observation::Record(Record::Team(team)) if team.id == *id => Some(team.name.to_string()),
            _ => None,
        });
        read.unwrap_or_else(|| id.to_string())
    }

    /// A new user whom the server has made inactive.
    fn inactive(&self, entry: &JournalEntry) -> Option<SideEffect> {
        let (Change::CreateUser { user, .. }, Some(created)) = (&entry.step.change, &entry.created) else {
            return None;
        };
        let active = |document: &Value| document.as_object().and_then(|map| json::get(map, "active")).cloned();
        let asked = entry.step.requests.first().and_then(|request| active(request.body.as_ref()?));
        let now = active(&self.after.get(&path_of(&ResourceRef::user(created)))?.document);
        let words = format!("{} is inactive: the server has created them so.", Name::from(user.user_name.as_str()));
        // A creation without `active` means an active user. Its undo takes the whole user away.
        (asked != Some(false.into()) && now == Some(false.into())).then(|| SideEffect {
            words,
            harm: false,
            back: Vec::new(),
        })
    }

    /// The members who left and who joined a team, but for those whom the change is about.
    async fn members(
        &self,
        change: &Change,
        team: &ResourceRef,
        name: &Name,
        gone: Vec<String>,
        come: Vec<String>,
    ) -> Vec<SideEffect> {
        let (goes, comes) = meant(change);
        let all: Vec<Id> = gone.iter().chain(&come).map(|id| id.as_str().into()).collect();
        let mut users = self.users(&[all, goes.clone(), comes.clone()].concat()).await;
        self.meet(&mut users, gone.iter().chain(&come)).await;
        // Some servers write an id in other letters; where the spelling is another user's id, the ids differ.
        let is_own = |value: &String| users.values().any(|user| *user.id == **value);
        let is_id = |id: &Id, value: &String| **id == **value || id.eq_ignore_ascii_case(value) && !is_own(value);
        let meant = |ids: &[Id], value: &String| {
            ids.iter().any(|id| is_id(id, value) || users.get(id).is_some_and(|user| is_called(user, value)))
        };
        let others = |values: Vec<String>, ids: &[Id]| -> Vec<String> {
            values.into_iter().filter(|value| !meant(ids, value)).collect()
        };
        let (gone, come) = (others(gone, &goes), others(come, &comes));
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
            // The first write of its form is compared with readings just before and after it: later ones may show what
            // others did meanwhile.
            harm: self.trial && !matches!(change, Change::CreateTeam { .. }),
            back: known(&come).into_iter().map(|user| Change::RemoveMember { team: team.id.clone(), user }).collect(),
        });
        left.into_iter().chain(joined).collect()
    }

    /// Members that a new team has and nobody asked for.
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
        let mut effects =
            self.members(&entry.step.change, &target, &name.as_str().into(), Vec::new(), all.unwrap_or_default()).await;
        // The undo of a creation takes the whole team away.
        effects.iter_mut().for_each(|effect| effect.back.clear());
        effects
    }

    /// The values of a new user that the server did not keep, in words.
    pub(super) fn not_kept(&self, entry: &JournalEntry) -> Vec<&'static str> {
        let (Change::CreateUser { .. }, Some(created)) = (&entry.step.change, &entry.created) else {
            return Vec::new();
        };
        let asked = entry.step.requests.first().and_then(|request| request.body.as_ref()).and_then(Value::as_object);
        let (Some(asked), Some(now)) = (asked, self.after.get(&path_of(&ResourceRef::user(created)))) else {
            return Vec::new();
        };
        let keeps = |name: &str| {
            let of = |document: &Value| document.as_object().and_then(|map| json::get(map, name)).cloned();
            let only = |value: Option<Value>| {
                Value::Object([(name.to_owned(), value.unwrap_or_default())].into_iter().collect())
            };
            let wanted = json::get(asked, name).map(normalised);
            let now = of(&now.document).as_ref().map(normalised);
            wanted.is_none() || !differences(&only(wanted), &only(now)).iter().any(is_loss)
        };
        KEPT.iter().filter(|(_, name)| !keeps(name)).map(|(words, _)| *words).collect()
    }

    /// The members meant for a new team whom it lacks; nothing where the server does not tell members.
    pub(super) async fn missing(&self, entry: &JournalEntry) -> Vec<Id> {
        let (Change::CreateTeam { members, .. }, Some(created)) = (&entry.step.change, &entry.created) else {
            return Vec::new();
        };
        let fresh = self.identified(&entry.step.change).await;
        let team = fresh.iter().rev().find_map(|one| match one {
            Observation::Record(Record::Team(team)) if team.id == *created => Some(team),
            _ => None,
        });
        members.iter().filter(|id| team.is_none_or(|team| !team.has(id))).cloned().collect()
    }

    /// True where the server shows nobody in any team, and the change is about members.
    pub(super) fn is_blind(&self, entry: &JournalEntry) -> bool {
        let about = matches!(
            entry.step.change,
            Change::AddMember { .. }
                | Change::RemoveMember { .. }
                | Change::ReplaceMembers { .. }
                | Change::CreateTeam { .. }
        );
        about && !self.context.shows_members()
    }
}

/// The ids that a change takes out of a team, and those that it puts in.
fn meant(change: &Change) -> (Vec<Id>, Vec<Id>) {
    match change {
        Change::AddMember { user, .. } | Change::SetTeamRole { user, .. } => (Vec::new(), vec![user.clone()]),
        Change::RemoveMember { user, .. } => (vec![user.clone()], Vec::new()),
        Change::ReplaceMembers { come, go, .. } => (go.clone(), come.clone()),
        Change::CreateTeam { members, .. } => (Vec::new(), members.clone()),
        _ => (Vec::new(), Vec::new()),
    }
}

/// True if the value is the user's name or address, by which some servers call members.
fn is_called(user: &User, value: &str) -> bool {
    user.user_name.is(value) || (!user.email.is_empty() && user.email.is(value))
}

fn value(
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

/// True for attributes that no record keeps by itself: roles, memberships.
fn is_kept_elsewhere(change: &Change) -> bool {
    const ELSEWHERE: [&str; 5] = ["roles", "entitlements", "groups", "members", "active"];
    matches!(change, Change::SetAttribute { path, .. } if ELSEWHERE.iter().any(|name| is(name, path)))
}

/// True where a former value is gone.
fn is_loss(difference: &ValueDifference) -> bool {
    match difference {
        ValueDifference::Entries { gone, .. } => !gone.is_empty(),
        ValueDifference::Value { before, .. } => before.is_some(),
    }
}

/// The address that is shown: the primary one, or the first.
fn main_address(user: &Value) -> Option<String> {
    let get = |entry: &Value, name: &str| entry.as_object().and_then(|map| json::get(map, name)).cloned();
    let emails = match get(user, "emails")? {
        Value::Array(emails) => emails,
        single => vec![single],
    };
    let main = emails.iter().find(|entry| get(entry, "primary") == Some(Value::Bool(true))).or(emails.first())?;
    get(main, "value").as_ref().or(Some(main)).and_then(Value::as_str).map(|text| text.trim().to_owned())
}

/// The record's name as a person says it.
fn subject(target: &ResourceRef, document: &Value) -> Name {
    let name = if target.kind == RecordKind::User { "userName" } else { "displayName" };
    let name = document.as_object().and_then(|map| json::get(map, name)).and_then(Value::as_str);
    Name::from(name.unwrap_or(&target.id))
}

fn listed(values: &[String]) -> String {
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
