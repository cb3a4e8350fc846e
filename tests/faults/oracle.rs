//! Compares the server's log with the journal, request by request, and the final directory with both.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use scimitar::{
    demo::Provider,
    dialect::{self, ChangeShown},
    directory::{
        Name, Observation, RecordKind, ResourceRef,
        change::ChangedField,
        plan::{ChangeState, JournalEntry},
        record::{Member, Record, Team, User},
    },
    store::Snapshot,
};
use serde_json::Value;

use crate::{
    habit::Habit,
    taken::{ByKey, SentRequests, Taken, root},
    world::{Course, World},
};

/// Reasons that say that an outcome was not told by an answer.
const DOUBTS: [&str; 3] = ["the directory shows", "A part of it took effect", "the server does not show whether"];

/// The reason of a change whose answer was lost and whose value somebody else altered.
const OVERWRITTEN: &str = "took effect before that is not known";

/// The reason of a change that was accepted and is not there.
const IGNORED: &str = "accepted it and did not change it";

pub struct Verdict {
    /// Changes with an outcome.
    pub changes: usize,
    pub confirmed: usize,
    /// Writes of the other client that took effect.
    pub foreign: usize,
    /// Kinds of change among those that took effect.
    pub kinds: BTreeMap<String, usize>,
    /// The contradictions, in words.
    pub wrong: Vec<String>,
}

impl Verdict {
    pub fn of(world: &World) -> Self {
        let (journal, snapshot) = (world.journal(), world.snapshot());
        let course = world.course;
        let taken: Vec<Taken> = world.server.taken().iter().map(|write| Taken::of(course, write)).collect();
        let foreign = taken.iter().filter(|write| write.is_foreign()).count();
        let mut wrong: Vec<String> = Vec::new();
        for entry in journal.iter().filter(|entry| entry.state.is_open()) {
            wrong.push(format!("left open: {}", told(entry)));
        }
        let (people, groups) = (world.people(), world.groups());
        let sent = SentRequests { course, root: root(world.server.url()), journal: &journal };
        let by_key = sent.by_key();
        each_request(&by_key, &taken, &mut wrong);
        what_is_there(course, &by_key, &taken, &Shown::of(&snapshot, &groups), &mut wrong);
        what_others_did(&by_key, &taken, &people, &mut wrong);
        same_directory(&people, &groups, &snapshot, &mut wrong);
        let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
        for entry in journal.iter().filter(|entry| entry.state == ChangeState::Confirmed) {
            *kinds.entry(format!("{:?}", entry.step.change.verb())).or_default() += 1;
        }
        let settled = |entry: &&JournalEntry| {
            matches!(entry.state, ChangeState::Confirmed | ChangeState::Refused | ChangeState::Conflict)
        };
        let changes = journal.iter().filter(settled).count();
        Self { changes, confirmed: kinds.values().sum(), foreign, kinds, wrong }
    }
}

/// Each request that took effect is one that some change sent, no change had one taken twice, and whose request was taken
/// knows of it.
fn each_request(by_key: &ByKey, taken: &[Taken], wrong: &mut Vec<String>) {
    let mut times: HashMap<&str, usize> = HashMap::new();
    taken
        .iter()
        .filter(|write| !write.is_foreign())
        .for_each(|write| *times.entry(write.key(by_key)).or_default() += 1);
    for (key, times) in &times {
        if !by_key.contains_key(*key) {
            wrong.push(format!("{times} × taken, and of no change: {key}"));
        }
    }
    for (key, entries) in by_key {
        let times = times.get(key.as_str()).copied().unwrap_or_default();
        let count = |which: &dyn Fn(&JournalEntry) -> bool| entries.iter().filter(|entry| which(entry)).count();
        let mut say = |what: String| {
            let told: Vec<String> = entries.iter().map(|entry| told(entry)).collect();
            wrong.push(format!("{what}: {key}\n  {}", told.join("\n  ")));
        };
        let shared = entries.iter().any(|entry| entry.step.words.subject.starts_with("all-"));
        // What all of them alter, somebody else may have set back before anybody looked.
        let unheard = entries.iter().filter(|_| shared).map(|entry| unheard(entry)).sum::<usize>();
        let sent = count(&|entry| !matches!(entry.state, ChangeState::Planned | ChangeState::Dropped)) + unheard;
        if times > sent {
            say(format!("taken {times} times, and sent by {sent} changes"));
        }
        let answered = count(&was_answered);
        if times < answered {
            say(format!("answered {answered} times, and taken {times} times"));
        }
        let knows = count(&|entry| {
            matches!(entry.state, ChangeState::Confirmed | ChangeState::Unseen)
                || entry.why.contains(DOUBTS[1])
                || entry.why.contains(OVERWRITTEN)
                || entry.state == ChangeState::Partly
                || (shared
                    && entry.state == ChangeState::Refused
                    && [DOUBTS[0], IGNORED].iter().any(|words| entry.why.contains(words)))
        });
        if times > knows + unheard {
            say(format!("taken {times} times, and {knows} changes say so"));
        }
    }
}

/// How often the change went out, beyond once, in requests that nobody heard an answer to: a session ended, and another
/// one sent the change again.
fn unheard(entry: &JournalEntry) -> usize {
    let (answered, unheard): (Vec<_>, Vec<_>) = entry.exchanges.iter().partition(|one| one.status.is_some());
    let times: usize = unheard.iter().map(|one| one.attempts as usize).sum();
    times.saturating_sub(usize::from(answered.is_empty()))
}

/// True where every request was answered by the directory itself.
fn was_answered(entry: &JournalEntry) -> bool {
    entry.state == ChangeState::Confirmed
        && !entry.why.contains(DOUBTS[0])
        && entry.exchanges.len() == entry.step.requests.len()
        && entry.accepted() == entry.step.requests.len()
}

/// The console's records, with the server's members where they are hidden from the console.
struct Shown<'a> {
    users: HashMap<&'a str, &'a User>,
    teams: HashMap<&'a str, Team>,
}

impl<'a> Shown<'a> {
    fn of(snapshot: &'a Snapshot, groups: &[Value]) -> Self {
        let whole = |team: &Team| {
            let group = groups.iter().find(|group| group["id"] == *team.id);
            let ids = group.into_iter().flat_map(members);
            let members = ids.map(|id| Member { id: id.as_str().into(), display: Name::default() });
            Team { members: team.members.clone().or_else(|| Some(members.collect())), ..team.clone() }
        };
        Self {
            users: snapshot.users.iter().map(|user| (&*user.id, user)).collect(),
            teams: snapshot.teams.iter().map(|team| (&*team.id, whole(team))).collect(),
        }
    }
}

/// The ids of a group's members.
fn members(group: &Value) -> Vec<String> {
    let list = group["members"].as_array().into_iter().flatten();
    list.map(|member| text(&member["value"]) + &text(&member["Value"])).collect()
}

/// The last effective change of each value is confirmed, and the directory shows its value.
fn what_is_there(course: Course, by_key: &ByKey, taken: &[Taken], shown: &Shown, wrong: &mut Vec<String>) {
    let dialect = dialect::of(course.provider, dialect::Hosting::Dedicated, dialect::KnownServer::default());
    let mut last: HashMap<(ResourceRef, ChangedField), usize> = HashMap::new();
    let mut created: HashMap<&str, usize> = HashMap::new();
    for (at, write) in taken.iter().enumerate() {
        if write.is_foreign() {
            last.retain(|(target, _), _| !write.is_about(&target.id));
            continue;
        }
        let entries = by_key.get(write.key(by_key)).map(Vec::as_slice).unwrap_or_default();
        // Which of the changes of a record computed this body is not told.
        if write.key(by_key) == write.computed {
            for entry in entries {
                last.remove(&value_of(entry));
            }
            continue;
        }
        if course.habit == Habit::AddReplaces && write.body["Operations"][0]["op"] == "replace" {
            last.retain(|(_, field), _| !matches!(field, ChangedField::Team(team) if write.is_about(team)));
        }
        if !entries.iter().any(|entry| entry.step.change.creates().is_some()) {
            last.extend(entries.iter().map(|entry| (value_of(entry), at)));
            continue;
        }
        // What was deleted may be created again by the same request: each time by another change.
        let before = created.entry(&write.key).or_default();
        let confirmed = entries.iter().filter(|entry| entry.state == ChangeState::Confirmed).nth(*before);
        last.extend(confirmed.map(|entry| (value_of(entry), at)));
        *before += 1;
    }
    for ((target, field), at) in &last {
        let entries = &by_key[&taken[*at].key];
        let here = |entry: &JournalEntry| value_of(entry) == (target.clone(), field.clone());
        // They joined, and their role was not taken: that is what is there.
        if entries.iter().any(|entry| entry.why.contains(DOUBTS[1]) && here(entry)) {
            continue;
        }
        // "Sent, not shown" says that the server's answer had it.
        let is_known = |entry: &JournalEntry| matches!(entry.state, ChangeState::Confirmed | ChangeState::Unseen);
        let confirmed = entries.iter().rev().find(|entry| is_known(entry) && here(entry));
        let Some(entry) = confirmed else {
            let told: Vec<String> = entries.iter().map(|entry| told(entry)).collect();
            wrong.push(format!("what is there is confirmed by nobody: {target:?} {field:?}\n  {}", told.join("\n  ")));
            continue;
        };
        let gone = target.kind == RecordKind::User && !shown.users.contains_key(&*target.id);
        // Datasaur removes whom it deactivates.
        let left = last.iter().any(|((other, field), later)| {
            other == target && *field == ChangedField::Status && later > at && course.provider == Provider::Datasaur
        });
        if gone && (left || *field != ChangedField::Whole) {
            continue;
        }
        let mut fresh: Vec<Observation> = Vec::new();
        for (target, _) in entry.step.change.touches() {
            let id = entry.created.as_ref().filter(|_| target.id.starts_with("new:")).unwrap_or(&target.id);
            fresh.push(match (shown.users.get(&**id), shown.teams.get(&**id)) {
                (Some(user), _) => Observation::Record(Record::User((*user).clone())),
                (_, Some(team)) => Observation::Record(Record::Team(team.clone())),
                _ => Observation::Gone(target),
            });
        }
        let change = entry.step.change.about(entry.created.as_ref());
        match dialect.shows(&change, &fresh, &entry.step) {
            ChangeShown::Yes => {}
            other => wrong.push(format!("the last that was taken is not there, but {other:?}: {}", told(entry))),
        }
    }
}

/// The value that a change is about: of a membership the user's side.
fn value_of(entry: &JournalEntry) -> (ResourceRef, ChangedField) {
    let mut touches = entry.step.change.touches();
    touches.retain(|(target, field)| *field != ChangedField::Members || target.kind == RecordKind::User);
    let (mut target, field) = touches.into_iter().next().unwrap();
    if let Some(created) = entry.created.as_ref().filter(|_| target.id.starts_with("new:")) {
        target.id = created.clone();
    }
    (target, field)
}

/// The last value that the other client set is still there, unless a change of the same value, or of the whole record,
/// came later.
fn what_others_did(by_key: &ByKey, taken: &[Taken], people: &[Value], wrong: &mut Vec<String>) {
    let mut last: HashMap<(String, ChangedField), &Value> = HashMap::new();
    for write in taken {
        if let Some((id, field, value)) = write.foreign_value() {
            last.insert((id, field), value);
            continue;
        }
        for entry in by_key.get(write.key(by_key)).into_iter().flatten() {
            for (target, field) in entry.step.change.touches() {
                last.retain(|(id, other), _| **id != *target.id || (*other != field && field != ChangedField::Whole));
            }
        }
    }
    for user in people {
        let id = text(&user["id"]);
        for (field, name) in [(ChangedField::Display, "displayName"), (ChangedField::Status, "active")] {
            if let Some(value) = last.get(&(id.clone(), field)).filter(|value| ***value != user[name]) {
                wrong.push(format!("another client set {name} to {value}, and no change took it back: {user}"));
            }
        }
    }
}

/// The console's directory is the server's; members that the server hides from lists are not compared.
fn same_directory(people: &[Value], groups: &[Value], snapshot: &Snapshot, wrong: &mut Vec<String>) {
    let of_server = |user: &Value| {
        let grants = user["teamRoles"].as_array().into_iter().flatten();
        let grants: BTreeSet<(String, String)> =
            grants.map(|grant| (text(&grant["teamName"]), text(&grant["roleName"]))).collect();
        (
            text(&user["userName"]),
            text(&user["displayName"]),
            user["active"].as_bool(),
            text(&user["modelsSeat"]),
            grants,
        )
    };
    let of_console = |user: &User| {
        let grants = user.team_roles.iter().flatten();
        let grants = grants.map(|grant| (grant.scope.raw().to_owned(), grant.role.raw().to_owned())).collect();
        let seat = user.models_seat.value().map(|seat| seat.raw().to_owned()).unwrap_or_default();
        (user.user_name.raw().to_owned(), user.display_name.raw().to_owned(), user.active, seat, grants)
    };
    let server: BTreeMap<String, _> = people.iter().map(|user| (text(&user["id"]), of_server(user))).collect();
    let console: BTreeMap<String, _> =
        snapshot.users.iter().map(|user| (user.id.to_string(), of_console(user))).collect();
    differ("users", &server, &console, wrong);
    let hidden: BTreeSet<&str> =
        snapshot.teams.iter().filter(|team| team.members.is_none()).map(|team| &*team.id).collect();
    let of_server = |group: &Value| {
        let told = !hidden.contains(text(&group["id"]).as_str());
        members(group).into_iter().filter(|_| told).collect::<BTreeSet<_>>()
    };
    let of_console = |team: &Team| team.members.iter().flatten().map(|member| member.id.to_string()).collect();
    let server: BTreeMap<String, _> = groups.iter().map(|group| (text(&group["id"]), of_server(group))).collect();
    let console: BTreeMap<String, _> =
        snapshot.teams.iter().map(|team| (team.id.to_string(), of_console(team))).collect();
    differ("teams", &server, &console, wrong);
}

fn differ<T: PartialEq + std::fmt::Debug>(
    what: &str,
    server: &BTreeMap<String, T>,
    console: &BTreeMap<String, T>,
    wrong: &mut Vec<String>,
) {
    let ids: BTreeSet<&String> = server.keys().chain(console.keys()).collect();
    for id in ids.into_iter().filter(|id| server.get(*id) != console.get(*id)) {
        wrong.push(format!("{what}: the server has {:?}, the console {:?}", server.get(id), console.get(id)));
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn told(entry: &JournalEntry) -> String {
    let answers: Vec<String> =
        entry.exchanges.iter().map(|one| format!("{:?} {:.60}", one.status, one.answer)).collect();
    let settled = entry.settled.map(|at| at.to_string()).unwrap_or_default();
    let versions: Vec<_> = entry.step.requests.iter().map(|one| &one.if_match).collect();
    let words = &entry.step.words;
    format!(
        "{} by {} at {}–{settled} {}: {} {versions:?} {:?} {} {answers:?}",
        entry.id.0,
        entry.actor,
        entry.at,
        words.subject,
        words.text("→"),
        entry.state,
        entry.why
    )
}
