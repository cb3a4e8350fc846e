//! The store from outside: what comes back, what survives, what is refused.

mod damage;
mod files;
mod journal;
mod round;
mod snapshot;
mod stage;

use std::path::PathBuf;

use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::{
    directory::{
        Id, ListCoverage, ListShortfall, RecordKind, ResourceRef,
        change::{Change, ChangeId, NewUser, RoleDraft},
        field::UserField,
        plan::{ChangeState, ConfirmBy, JournalEntry, RequestExchange, Risk, Step, Undo, WriteCondition},
        record::{
            AccountKind, LastActive, Member, Permission, ReadDepth, Record, RecordProblem, Role, RoleGrant, Team, User,
        },
        words::{LineSign, PlanLine},
    },
    scim::{
        failure::{Failure, FailureClass, RequestArrival},
        request::{Method, Request},
    },
};

const HOSTILE: &str = "eva\u{1b}[2J\u{202e}x\0 '); DROP TABLE user;--";

fn when(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap()
}

fn full_user(id: &str, name: &str) -> User {
    let mut user = User {
        id: id.into(),
        user_name: name.into(),
        display_name: "Eva".into(),
        email: "e@x.io".into(),
        active: Some(false),
        account: AccountKind::OrgService,
        team_roles: Some(vec![RoleGrant { scope: "vision".into(), role: "viewer".into() }]),
        registry_roles: vec![RoleGrant { scope: "models".into(), role: "restricted".into() }],
        last_active: LastActive::At(when(1_700_000_000)),
        days_active: Some(300),
        created: Some(when(-5)),
        modified: Some(when(1_600_000_000)),
        version: Some("W/\"7\"".into()),
        depth: ReadDepth::Full,
        problem: Some(Box::new(RecordProblem { path: "$.emails".into(), why: "a list".into() })),
        ..User::default()
    };
    let values = ["admin", "full", "none", "write"];
    for ((_, text), value) in UserField::texts().zip(values.into_iter().cycle()) {
        *(text.of_mut)(&mut user) = value.into();
    }
    user
}

fn full_team(id: &str, name: &str) -> Team {
    Team {
        id: id.into(),
        name: name.into(),
        members: Some(vec![Member { id: "u1".into(), display: "Eva".into() }]),
        created: Some(when(1)),
        modified: None,
        version: Some("3".into()),
        problem: None,
    }
}

fn full_role(id: &str, name: &str) -> Role {
    Role {
        id: id.into(),
        name: name.into(),
        description: "reads".into(),
        inherits: "member".into(),
        organisation: "T3JnOjE=".into(),
        permissions: vec![Permission { name: "run:read".into(), inherited: true }],
        created: None,
        modified: Some(when(2)),
        version: None,
        problem: None,
    }
}

fn named(id: &str, name: &str) -> Record {
    Record::User(User { id: id.into(), user_name: name.into(), ..User::default() })
}

fn entry(id: i64, change: Change, state: ChangeState) -> JournalEntry {
    JournalEntry {
        id: ChangeId(id),
        plan: ChangeId(1),
        title: HOSTILE.into(),
        at: Timestamp::from_millisecond(1_700_000_000_123).unwrap(),
        actor: "me".into(),
        reason: Some(HOSTILE.into()),
        step: Step {
            change,
            requests: vec![
                Request::new(Method::Patch, ["Users", "a/b=="])
                    .query("x", "y")
                    .if_match(Some("W/\"1\""))
                    .body(json!({"z": 1, "a": [null, 1.5, "ü"]})),
            ],
            completion: None,
            consequences: vec!["They leave.".into()],
            undo: Undo::By(vec![Change::SetEmail { user: "u".into(), to: "old@x.io".into() }]),
            confirm: ConfirmBy::Reread(vec![ResourceRef::user(&"u".into())]),
            risk: Risk::Type("5".into()),
            others: Vec::new(),
            watched: None,
            expected: None,
            undoes: None,
            compensation: None,
            grave: 0,
            words: PlanLine {
                sign: LineSign::Alter,
                subject: "eva".into(),
                what: "role".into(),
                before: "member".into(),
                after: "admin".into(),
            },
        },
        state,
        why: "no".into(),
        failure: Some(Failure {
            class: FailureClass::Conflict,
            text: "changed".into(),
            next: "look".into(),
            status: Some(412),
            scim_type: Some("uniqueness".into()),
            arrived: RequestArrival::Yes,
            bytes: 0,
            attempts: 1,
        }),
        exchanges: vec![RequestExchange {
            request: "PATCH".into(),
            status: None,
            millis: 1,
            bytes: u64::from(u32::MAX) + 1,
            answer: "{}".into(),
            refused: false,
            attempts: 1,
        }],
        settled: Some(Timestamp::from_millisecond(1_700_000_000_456).unwrap()),
        undoes: Some(ChangeId(i64::MIN)),
        created: Some("id".into()),
        made: None,
        partly: false,
        effects: vec![],
        alarm: false,
        session: None,
    }
}

fn planned(id: i64) -> JournalEntry {
    entry(id, Change::DeleteUser { user: "u".into() }, ChangeState::Planned)
}

fn ids(journal: &JournalPart) -> Vec<i64> {
    journal.entries.iter().map(|entry| entry.id.0).collect()
}

fn place() -> (TempDir, PathBuf) {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("state").join("work.db");
    (directory, path)
}

fn open(path: &Path) -> Store {
    let (store, notice) = Store::open(path).unwrap();
    assert_eq!(notice, None);
    store
}

/// Reads a list to its end, all of it in one page.
fn replace<'a>(
    store: &mut Store,
    kind: RecordKind,
    rows: impl IntoIterator<Item = (&'a Record, &'a str)>,
    seen: Timestamp,
) -> Result<()> {
    let mut round = store.begin_round(kind)?;
    store.keep(&mut round, rows)?;
    store.end_round(round, seen, &ListCoverage::Complete)
}

/// Ends without the tidying of a close: what a crash of the process leaves behind is left behind.
fn crash(store: Store) {
    std::mem::forget(store);
}
