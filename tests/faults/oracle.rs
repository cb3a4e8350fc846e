//! What the server did against what the journal says, request by request; and what is there in the end against both.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use scimitar::{
    dialect::{self, ChangeShown},
    directory::{
        Observation, RecordKind, ResourceRef,
        change::ChangedField,
        plan::{ChangeState, JournalEntry},
        record::{Record, Team, User},
    },
    scim::request::Request,
    store::Snapshot,
};
use serde_json::Value;

use crate::world::World;

/// Reasons that say that an outcome was not told by an answer.
const DOUBTS: [&str; 2] = ["the directory shows", "A part of it took effect"];

pub struct Verdict {
    /// Changes with an outcome.
    pub changes: usize,
    pub confirmed: usize,
    /// Kinds of change among those that took effect.
    pub kinds: BTreeMap<String, usize>,
    /// What does not fit, in words.
    pub wrong: Vec<String>,
}

impl Verdict {
    pub fn of(world: &World) -> Self {
        let (journal, snapshot) = (world.journal(), world.snapshot());
        let taken: Vec<String> =
            world.server.taken().iter().map(|write| written(&write.method, &write.path, &write.body)).collect();
        let mut wrong: Vec<String> = Vec::new();
        for entry in journal.iter().filter(|entry| entry.state.is_open()) {
            wrong.push(format!("left open: {}", told(entry)));
        }
        each_request(&journal, &taken, &mut wrong);
        what_is_there(&journal, &taken, &snapshot, &mut wrong);
        same_directory(&world.people(), &world.groups(), &snapshot, &mut wrong);
        let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
        for entry in journal.iter().filter(|entry| entry.state == ChangeState::Confirmed) {
            *kinds.entry(format!("{:?}", entry.step.change.verb())).or_default() += 1;
        }
        let settled = |entry: &&JournalEntry| {
            matches!(entry.state, ChangeState::Confirmed | ChangeState::Refused | ChangeState::Conflict)
        };
        let changes = journal.iter().filter(settled).count();
        Self { changes, confirmed: kinds.values().sum(), kinds, wrong }
    }
}

/// Each request that took effect is one that some change sent, no change had one taken twice, and whose request was taken
/// knows of it.
fn each_request(journal: &[JournalEntry], taken: &[String], wrong: &mut Vec<String>) {
    let mut times: HashMap<&str, usize> = HashMap::new();
    taken.iter().for_each(|key| *times.entry(key).or_default() += 1);
    let mut by_key: HashMap<String, Vec<&JournalEntry>> = HashMap::new();
    for entry in journal {
        let keys: BTreeSet<String> = entry.step.requests.iter().map(key).collect();
        keys.into_iter().for_each(|key| by_key.entry(key).or_default().push(entry));
    }
    for (key, times) in &times {
        if !by_key.contains_key(*key) {
            wrong.push(format!("{times} × taken, and of no change: {key}"));
        }
    }
    for (key, entries) in &by_key {
        let times = times.get(key.as_str()).copied().unwrap_or_default();
        let count = |which: &dyn Fn(&JournalEntry) -> bool| entries.iter().filter(|entry| which(entry)).count();
        let mut say = |what: String| {
            let told: Vec<String> = entries.iter().map(|entry| told(entry)).collect();
            wrong.push(format!("{what}: {key}\n  {}", told.join("\n  ")));
        };
        let sent = count(&|entry| !matches!(entry.state, ChangeState::Planned | ChangeState::Dropped));
        if times > sent {
            say(format!("taken {times} times, and sent by {sent} changes"));
        }
        let answered = count(&was_answered);
        if times < answered {
            say(format!("answered {answered} times, and taken {times} times"));
        }
        let shared = entries.iter().any(|entry| entry.step.words.subject.starts_with("all-"));
        // Of what all of them alter, somebody else's change may have come between the effect and the look.
        let knows = count(&|entry| {
            entry.state == ChangeState::Confirmed
                || entry.why.contains(DOUBTS[1])
                || (shared && entry.state == ChangeState::Refused && entry.why.contains(DOUBTS[0]))
        });
        if times > knows {
            say(format!("taken {times} times, and {knows} changes say so"));
        }
    }
}

/// True where every request was answered by the directory itself.
fn was_answered(entry: &JournalEntry) -> bool {
    entry.state == ChangeState::Confirmed
        && !entry.why.contains(DOUBTS[0])
        && entry.exchanges.len() == entry.step.requests.len()
        && entry.accepted() == entry.step.requests.len()
}

/// What took effect last of each value is confirmed, and is what the directory shows.
fn what_is_there(journal: &[JournalEntry], taken: &[String], snapshot: &Snapshot, wrong: &mut Vec<String>) {
    let wandb = dialect::of(dialect::Provider::Wandb, dialect::Hosting::Dedicated, dialect::KnownServer::default());
    let mut last: HashMap<(ResourceRef, ChangedField), usize> = HashMap::new();
    let mut by_key: HashMap<String, Vec<&JournalEntry>> = HashMap::new();
    for entry in journal {
        for request in &entry.step.requests {
            by_key.entry(key(request)).or_default().push(entry);
        }
    }
    let mut created: HashMap<&str, usize> = HashMap::new();
    for (at, key) in taken.iter().enumerate() {
        let entries = by_key.get(key).map(Vec::as_slice).unwrap_or_default();
        if !entries.iter().any(|entry| entry.step.change.creates().is_some()) {
            last.extend(entries.iter().map(|entry| (value_of(entry), at)));
            continue;
        }
        // What was deleted may be created again by the same request: each time by another change.
        let before = created.entry(key).or_default();
        let confirmed = entries.iter().filter(|entry| entry.state == ChangeState::Confirmed).nth(*before);
        last.extend(confirmed.map(|entry| (value_of(entry), at)));
        *before += 1;
    }
    let users: HashMap<&str, &User> = snapshot.users.iter().map(|user| (&*user.id, user)).collect();
    let teams: HashMap<&str, &Team> = snapshot.teams.iter().map(|team| (&*team.id, team)).collect();
    for ((target, field), at) in &last {
        let entries = &by_key[&taken[*at]];
        let here = |entry: &JournalEntry| value_of(entry) == (target.clone(), field.clone());
        // They joined, and their role was not taken: that is what is there.
        if entries.iter().any(|entry| entry.why.contains(DOUBTS[1]) && here(entry)) {
            continue;
        }
        let confirmed = entries.iter().rev().find(|entry| entry.state == ChangeState::Confirmed && here(entry));
        let Some(entry) = confirmed else {
            let told: Vec<String> = entries.iter().map(|entry| told(entry)).collect();
            wrong.push(format!("what is there is confirmed by nobody: {target:?} {field:?}\n  {}", told.join("\n  ")));
            continue;
        };
        let gone = target.kind == RecordKind::User && !users.contains_key(&*target.id);
        if gone && *field != ChangedField::Whole {
            continue;
        }
        let mut fresh: Vec<Observation> = Vec::new();
        for (target, _) in entry.step.change.touches() {
            let id = entry.created.as_ref().filter(|_| target.id.starts_with("new:")).unwrap_or(&target.id);
            fresh.push(match (users.get(&**id), teams.get(&**id)) {
                (Some(user), _) => Observation::Record(Record::User((*user).clone())),
                (_, Some(team)) => Observation::Record(Record::Team((*team).clone())),
                _ => Observation::Gone(target),
            });
        }
        let change = entry.step.change.about(entry.created.as_ref());
        match wandb.shows(&change, &fresh, &entry.step) {
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

/// The console's directory is the server's.
fn same_directory(people: &[Value], groups: &[Value], snapshot: &Snapshot, wrong: &mut Vec<String>) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
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
    let of_server = |group: &Value| {
        let members = group["members"].as_array().into_iter().flatten();
        members.map(|member| text(&member["Value"])).collect::<BTreeSet<_>>()
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

fn key(request: &Request) -> String {
    let body = request.body.as_ref().map(Value::to_string).unwrap_or_default();
    format!("{} /scim{} {body}", request.method.as_str(), request.target())
}

fn written(method: &str, path: &str, body: &str) -> String {
    let body = serde_json::from_str::<Value>(body).map(|body| body.to_string()).unwrap_or_default();
    format!("{method} {path} {body}")
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
