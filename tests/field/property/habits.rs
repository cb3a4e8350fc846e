//! Habits of servers, drawn by dice: side effects of a write, answers that do not tell the truth, and ways of writing that
//! a server does not take.

use std::{
    collections::HashMap,
    ops::Range,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use serde_json::{Value, json};

use super::generated::{Case, Dice, Shape};
use crate::{
    server::{Answer, Behavior, Request, ShownIn},
    state::{ResourceType, State},
    world::members_of,
};

/// A deviation of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Habit {
    /// PATCH `add` of members puts them in the place of all.
    AddReplaces,
    /// Whoever creates a group becomes a member of it.
    CreatorJoins,
    /// A new user is kept without email and display name.
    CreationDrops,
    /// A new user is inactive.
    CreatedInactive,
    /// A new group is empty, whoever was to be in it.
    CreatedEmpty,
    /// DELETE of a user keeps and deactivates them.
    DeleteDeactivates,
    /// A deletion takes the user out of all groups.
    DeleteLeavesGroups,
    /// A deactivation takes the user out of all groups; the record of a user tells their groups.
    DeactivationLeavesGroups,
    /// A deactivation takes the user out of all groups, and the record of a user does not tell their groups.
    DeactivationLeavesGroupsUntold,
    /// PATCH of a user answers 200 with an error, and does nothing.
    ErrorInBody,
    /// No answer tells who is in a group.
    MembersNeverTold,
    /// The answer to PATCH and PUT shows the record as it was before.
    StaleEcho,
    /// The first GET after a write shows the record as it was before.
    LateRead,
    /// Texts are kept trimmed and in the letter case of the server.
    Normalises,
    /// PATCH of a user is refused as an unknown form, and PUT is taken.
    PatchRefused,
    /// PUT keeps nothing of a user but what its body has, and leaves out what it does not know.
    PutDrops,
    /// Another address takes the phone numbers away.
    AddressDropsPhones,
    /// PATCH of a user is accepted and does nothing.
    Ignores,
    /// The answer to every other write is lost on its way.
    AnswersLost,
    /// A group without members has no `members`.
    EmptyLeftOut,
    /// PATCH of a user is taken only if its operations name no path.
    PathRefused,
    /// Members are told, and taken, by `userName` in the place of the id.
    MembersByName,
    /// Each reading of a record gives it another version, and only the last one is taken back.
    VersionByReading,
}

use Habit as H;

const ALL: [Habit; 23] = [
    H::AddReplaces,
    H::CreatorJoins,
    H::CreationDrops,
    H::CreatedInactive,
    H::CreatedEmpty,
    H::DeleteDeactivates,
    H::DeleteLeavesGroups,
    H::DeactivationLeavesGroups,
    H::DeactivationLeavesGroupsUntold,
    H::ErrorInBody,
    H::MembersNeverTold,
    H::StaleEcho,
    H::LateRead,
    H::Normalises,
    H::PatchRefused,
    H::PutDrops,
    H::AddressDropsPhones,
    H::Ignores,
    H::AnswersLost,
    H::EmptyLeftOut,
    H::PathRefused,
    H::MembersByName,
    H::VersionByReading,
];

/// A generated directory behind a server with habits.
pub struct Habitual {
    case: Case,
    habits: Vec<Habit>,
    /// Records as they were before the last write, and how many readings still show them.
    stale: Mutex<HashMap<String, (Value, usize)>>,
    writes: Mutex<usize>,
    readings: AtomicUsize,
}

/// One to three deviations that do not hide each other's effects.
pub fn roll(dice: &mut Dice) -> Vec<Habit> {
    let mut habits: Vec<Habit> = (0..=dice.below(3)).map(|_| dice.one(&ALL)).collect();
    if habits.contains(&H::MembersNeverTold) {
        habits.retain(|habit| ![H::DeactivationLeavesGroups, H::DeactivationLeavesGroupsUntold].contains(habit));
    }
    habits.dedup();
    habits
}

impl Habitual {
    pub fn new(case: Case, habits: Vec<Habit>) -> Self {
        Self { case, habits, stale: Mutex::default(), writes: Mutex::default(), readings: AtomicUsize::new(0) }
    }

    fn has(&self, habit: Habit) -> bool {
        self.habits.contains(&habit)
    }

    fn version(&self) -> String {
        format!("W/\"{}\"", self.readings.load(Ordering::Relaxed))
    }

    /// Remembers what a write is about to alter.
    fn remember(&self, state: &State, request: &Request) {
        let Some((kind, id)) = target(request) else { return };
        if let Some(record) = state.of(kind).get(id) {
            let mut stale = self.stale.lock().unwrap_or_else(PoisonError::into_inner);
            stale.insert(id.to_owned(), (record.clone(), 1));
        }
    }

    fn remembered(&self, id: &str, shown_in: ShownIn) -> Option<Value> {
        let mut stale = self.stale.lock().unwrap_or_else(PoisonError::into_inner);
        let (record, left) = stale.get_mut(id)?;
        let shows = match shown_in {
            ShownIn::Write => self.has(H::StaleEcho),
            ShownIn::Get => self.has(H::LateRead) && std::mem::replace(left, 0) > 0,
            ShownIn::List => false,
        };
        shows.then(|| record.clone())
    }
}

fn target(request: &Request) -> Option<(ResourceType, &str)> {
    let mut parts = request.path.rsplit('/');
    let (id, kind) = (parts.next()?, parts.next()?);
    Some((ResourceType::of(kind)?, id))
}

fn leave_groups(state: &mut State, user: &str) {
    for group in state.groups.values_mut() {
        if let Some(members) = group["members"].as_array_mut() {
            members.retain(|member| member["value"] != user);
        }
    }
}

fn normalise(record: &mut Value) {
    for name in ["displayName", "userName"] {
        if let Some(text) = record[name].as_str() {
            record[name] = text.split_whitespace().collect::<Vec<_>>().join(" ").into();
        }
    }
    for email in record["emails"].as_array_mut().into_iter().flatten() {
        email["value"] = email["value"].as_str().unwrap_or_default().to_lowercase().into();
    }
}

/// The members with the value that `name` gives to each of theirs.
fn with_values(members: Option<&mut Value>, name: impl Fn(&str) -> Option<String>) {
    for member in members.and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(value) = member["value"].as_str().and_then(&name) {
            member["value"] = value.into();
        }
    }
}

fn id_of(state: &State, name: &str) -> Option<String> {
    state.users.iter().find(|(_, user)| user["userName"] == name).map(|(id, _)| id.clone())
}

/// Replaces the names of members in an operation by their ids.
fn by_id(state: &State, mut operation: Value) -> Value {
    with_values(operation.get_mut("value"), |name| id_of(state, name));
    let named = operation["path"].as_str().and_then(|path| path.split('"').nth(1)).map(str::to_owned);
    if let Some((name, id)) = named.and_then(|name| id_of(state, &name).map(|id| (name, id))) {
        operation["path"] = operation["path"].as_str().unwrap_or_default().replace(&name, &id).into();
    }
    operation
}

impl Behavior for Habitual {
    fn base(&self) -> &'static str {
        self.case.base()
    }

    fn config(&self) -> Option<Value> {
        let mut config = self.case.config()?;
        if self.has(H::VersionByReading) {
            config["etag"]["supported"] = true.into();
        }
        Some(config)
    }

    fn before(&self, state: &mut State, request: &Request) -> Option<Answer> {
        if let Some(answer) = self.case.before(state, request) {
            return Some(answer);
        }
        if !request.is_write() {
            return None;
        }
        let patches_user =
            request.method == "PATCH" && target(request).is_some_and(|(kind, _)| kind == ResourceType::Users);
        if patches_user && self.has(H::PatchRefused) {
            return Some(Answer::error(501, "PATCH of users is not implemented"));
        }
        let names_path = |operation: &Value| operation.get("path").is_some();
        let operations = request.body["Operations"].as_array();
        if patches_user && self.has(H::PathRefused) && operations.is_some_and(|all| all.iter().any(names_path)) {
            return Some(Answer::error(501, "path is not implemented"));
        }
        let stale = request.if_match.as_ref().is_some_and(|version| *version != self.version());
        if stale && self.has(H::VersionByReading) {
            return Some(Answer::error(412, "stale"));
        }
        if patches_user && self.has(H::ErrorInBody) {
            let error = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": "403", "detail": "not in your plan"});
            return Some(Answer::json(200, &error));
        }
        self.remember(state, request);
        None
    }

    fn after(&self, _: &State, request: &Request, answer: Answer) -> Answer {
        if !self.has(H::AnswersLost) || !request.is_write() {
            return answer;
        }
        let mut writes = self.writes.lock().unwrap_or_else(PoisonError::into_inner);
        *writes += 1;
        if *writes % 2 == 1 { Answer::error(502, "bad gateway") } else { answer }
    }

    fn show(&self, state: &State, kind: ResourceType, record: &Value, shown_in: ShownIn) -> Value {
        let id = record["id"].as_str().unwrap();
        let mut record = self.remembered(id, shown_in).unwrap_or_else(|| record.clone());
        if self.has(H::DeactivationLeavesGroups) && kind == ResourceType::Users {
            let inside = state.groups.values().filter(|group| members_of(group).iter().any(|member| member == id));
            record["groups"] =
                inside.map(|group| json!({"value": group["id"], "display": group["displayName"]})).collect();
        }
        if kind == ResourceType::Groups {
            let is_empty = members_of(&record).is_empty();
            if self.has(H::MembersNeverTold) || (self.has(H::EmptyLeftOut) && is_empty) {
                record.as_object_mut().unwrap().shift_remove("members");
            }
            if self.has(H::MembersByName) {
                with_values(record.get_mut("members"), |id| {
                    Some(state.users.get(id)?["userName"].as_str()?.to_owned())
                });
            }
        }
        if self.has(H::VersionByReading) {
            if shown_in == ShownIn::Get {
                self.readings.fetch_add(1, Ordering::Relaxed);
            }
            record["meta"]["version"] = self.version().into();
        }
        self.case.show(state, kind, &record, shown_in)
    }

    fn page(&self, kind: ResourceType, total: usize, start: usize, count: Option<usize>) -> Range<usize> {
        self.case.page(kind, total, start, count)
    }

    fn create(&self, state: &State, kind: ResourceType, body: &Value, id: &str) -> Value {
        let mut record = body.clone();
        record["id"] = id.into();
        record["meta"] = json!({"created": jiff::Timestamp::now().to_string()});
        match kind {
            ResourceType::Users => {
                if !record["active"].is_boolean() {
                    record["active"] = true.into();
                }
                if self.has(H::CreatedInactive) {
                    record["active"] = false.into();
                }
                if self.has(H::CreationDrops) {
                    record
                        .as_object_mut()
                        .unwrap()
                        .retain(|key, _| key != "emails" && key != "displayName" && key != "name");
                }
                if self.case.shape == Shape::Wandb {
                    record["organizationRole"] = "member".into();
                    record["teamRoles"] = json!([]);
                }
            }
            ResourceType::Groups => {
                if self.has(H::MembersByName) {
                    with_values(record.get_mut("members"), |name| id_of(state, name));
                }
                let mut members = record["members"].as_array().cloned().unwrap_or_default();
                if self.has(H::CreatedEmpty) {
                    members.clear();
                }
                if self.has(H::CreatorJoins)
                    && !members.iter().any(|member| member["value"] == self.case.admin.as_str())
                {
                    members.push(json!({"value": self.case.admin}));
                }
                record["members"] = members.into();
            }
            ResourceType::Roles => {}
        }
        if self.has(H::Normalises) {
            normalise(&mut record);
        }
        record
    }

    fn put(&self, state: &State, kind: ResourceType, old: &Value, body: &Value) -> Value {
        let mut new = body.clone();
        new["id"] = old["id"].clone();
        new["meta"] = old["meta"].clone();
        let map = new.as_object_mut().unwrap();
        if self.has(H::PutDrops) && kind == ResourceType::Users {
            map.shift_remove("title");
        }
        map.shift_remove("groups");
        // Roles that are not told can't be in a body.
        if self.case.shape == Shape::Grafana && kind == ResourceType::Users {
            map.insert("roles".into(), old["roles"].clone());
        }
        if self.has(H::MembersByName) && kind == ResourceType::Groups {
            with_values(map.get_mut("members"), |name| id_of(state, name));
        }
        if self.has(H::MembersNeverTold) && kind == ResourceType::Groups {
            map.insert("members".into(), old["members"].clone());
        }
        if self.has(H::Normalises) {
            normalise(&mut new);
        }
        new
    }

    fn delete(&self, state: &mut State, kind: ResourceType, id: &str) {
        if kind == ResourceType::Users {
            if self.has(H::DeleteLeavesGroups) {
                leave_groups(state, id);
            }
            if self.has(H::DeleteDeactivates) {
                state.users[id]["active"] = false.into();
                return;
            }
        }
        state.of_mut(kind).shift_remove(id);
    }

    fn change(&self, state: &mut State, kind: ResourceType, id: &str, operation: &Value) {
        let (path, mut operation) = (operation["path"].as_str().unwrap_or_default().to_owned(), operation.clone());
        if kind == ResourceType::Users && self.has(H::Ignores) {
            return;
        }
        if kind == ResourceType::Groups && self.has(H::AddReplaces) && path == "members" && operation["op"] == "add" {
            operation["op"] = "replace".into();
        }
        if kind == ResourceType::Groups && self.has(H::MembersByName) {
            operation = by_id(state, operation);
        }
        self.case.change(state, kind, id, &operation);
        if kind == ResourceType::Users {
            let user = &mut state.users[id];
            if self.has(H::AddressDropsPhones) && path.starts_with("emails") {
                user.as_object_mut().unwrap().shift_remove("phoneNumbers");
            }
            if self.has(H::Normalises) {
                normalise(user);
            }
            let leaves = path == "active" && user["active"] == false;
            if leaves && (self.has(H::DeactivationLeavesGroups) || self.has(H::DeactivationLeavesGroupsUntold)) {
                leave_groups(state, id);
            }
        }
    }
}
