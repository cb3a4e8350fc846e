//! The parts, one by one, at several sizes: what to look at when a budget is missed or something became slower.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a bench may panic")]

use std::{hint::black_box, time::Duration};

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use scimitar::{
    app::{App, AppEffect, AppMessage, Overlay, action::Action, pane::ListPane},
    dialect::{self, Hosting, Provider},
    directory::{
        Id, Name, Observation, RecordKind,
        change::Change,
        field::{FieldSort, RecordField},
        guard::GuardSettings,
        plan::{ChangeState, JournalEntry, draft},
        record::{ReadDepth, Record, User},
        records::Records,
        sort::SortOrder,
        work::{ChangeUpdate, WorkerJob, WorkerReport},
    },
    scim::{list, split::Splitter},
    store::Store,
};
use serde_json::{json, value::RawValue};

mod directory;

use directory::{app, now, roles, sizes, teams, users};

fn build(c: &mut Criterion) {
    let mut group = c.benchmark_group("build the indexes");
    for size in sizes() {
        group.throughput(Throughput::Elements(size as u64));
        let users = users(size);
        let teams = teams(&users);
        group.bench_function(BenchmarkId::from_parameter(size), |b| {
            let parts = || (users.clone(), teams.clone(), roles());
            b.iter_batched(parts, |(users, teams, roles)| Records::build(users, teams, roles), BatchSize::LargeInput);
        });
    }
}

fn sort(c: &mut Criterion) {
    let mut group = c.benchmark_group("sort");
    for size in sizes() {
        let app = app(size, 80, 24);
        let sorted = |field: &RecordField| field.spec().sort != FieldSort::No;
        for by in RecordField::of(RecordKind::User).filter(sorted) {
            let mut pane = ListPane::new(RecordKind::User);
            pane.order = SortOrder { by, descending: true };
            let id = BenchmarkId::new(by.heading().to_lowercase().replace(' ', "-"), size);
            let directory = &app.directory;
            group.bench_function(id, |b| {
                b.iter(|| {
                    pane.renew(directory);
                    pane.advance(directory, usize::MAX);
                });
            });
        }
    }
}

fn filter(c: &mut Criterion) {
    let mut group = c.benchmark_group("filter from nothing");
    for size in sizes() {
        let app = app(size, 80, 24);
        for text in ["tana", "eva tan", "role:admin", "team:team-tanaka", "name:tana", "last>90d", "teams>3"] {
            group.bench_function(BenchmarkId::new(text, size), |b| {
                b.iter_batched_ref(
                    || {
                        let mut pane = ListPane::new(RecordKind::User);
                        pane.renew(&app.directory);
                        pane.advance(&app.directory, usize::MAX);
                        pane.filter = text.into();
                        pane
                    },
                    |pane| {
                        pane.refilter(&app.directory, now());
                        pane.advance(&app.directory, usize::MAX);
                        assert!(!pane.rows.is_empty());
                    },
                    BatchSize::LargeInput,
                );
            });
        }
    }
}

fn learn(c: &mut Criterion) {
    let mut group = c.benchmark_group("take in one record that was read anew");
    for size in sizes() {
        let mut app = app(size, 80, 24);
        let user = users(size.min(500)).remove(size.min(500) / 2);
        group.bench_function(BenchmarkId::from_parameter(size), |b| {
            b.iter(|| {
                let fresh = vec![Observation::Record(Record::User(user.clone()))];
                black_box(app.update(AppMessage::Report(WorkerReport::Learnt(fresh)), now()))
            });
        });
    }
}

/// Changes in the largest plan.
const MANY: usize = 10_000;

fn plan(c: &mut Criterion) {
    let mut group = c.benchmark_group("plan 10,000 changes");
    group.sample_size(10).throughput(Throughput::Elements(MANY as u64));
    for size in sizes().into_iter().filter(|size| *size >= MANY) {
        let app = app(size, 80, 24);
        let planner = dialect::of(Provider::Wandb, Hosting::Dedicated, dialect::KnownServer::default());
        let users: Vec<Id> = app.directory.records().users().keys().take(MANY).cloned().collect();
        let team: Id = "t00000".into();
        let all = |change: &dyn Fn(&Id) -> Change| users.iter().map(change).collect::<Vec<_>>();
        let (org, viewer) = ("member", "viewer");
        let kinds = [
            (
                "role-in-a-team",
                all(&|user| Change::SetTeamRole { user: user.clone(), team: team.clone(), role: viewer.into() }),
            ),
            ("out-of-a-team", all(&|user| Change::RemoveMember { user: user.clone(), team: team.clone() })),
            ("organisation-role", all(&|user| Change::SetOrgRole { user: user.clone(), role: org.into() })),
            ("deactivate", all(&|user| Change::SetActive { user: user.clone(), active: false })),
        ];
        for (name, changes) in kinds {
            group.bench_function(BenchmarkId::new(name, size), |b| {
                let guards = GuardSettings::default();
                b.iter_batched(
                    || changes.clone(),
                    |changes| draft(&*planner, &guards, changes, &app.directory),
                    BatchSize::LargeInput,
                );
            });
        }
    }
}

/// A console in which all people of this filter were given a role, and what it sent.
fn sending(size: usize) -> (App, Vec<JournalEntry>) {
    let mut app = app(size, 80, 24);
    let mut press = |action| {
        let key = app.keymap.event(action).unwrap();
        app.update(AppMessage::Terminal(crossterm::event::Event::Key(key)), now())
    };
    press(Action::MarkAll);
    press(Action::SetRole);
    app.update(AppMessage::Terminal(crossterm::event::Event::Paste("team all viewer".into())), now());
    let mut press = |action| {
        let key = app.keymap.event(action).unwrap();
        app.update(AppMessage::Terminal(crossterm::event::Event::Key(key)), now())
    };
    press(Action::Choose);
    let effects = press(Action::Send);
    assert!(!matches!(app.overlays.last(), Some(Overlay::Preview(_))), "it was not sent");
    let sent = effects.into_iter().find_map(|effect| match effect {
        AppEffect::Work(WorkerJob::Submit(entries)) => Some(entries),
        _ => None,
    });
    (app, sent.unwrap())
}

fn outcomes(c: &mut Criterion) {
    let mut group = c.benchmark_group("take in 1,000 outcomes of a plan");
    group.sample_size(10).throughput(Throughput::Elements(1_000));
    for size in sizes().into_iter().filter(|size| *size <= MANY) {
        group.bench_function(BenchmarkId::from_parameter(size), |b| {
            b.iter_batched_ref(
                || sending(size),
                |(app, sent)| {
                    for entry in sent.iter().take(1_000) {
                        let moved = ChangeUpdate {
                            id: entry.id,
                            state: ChangeState::Confirmed,
                            why: String::new(),
                            failure: None,
                            exchanges: Vec::new(),
                            fresh: Vec::new(),
                            at: now(),
                            created: None,
                            effects: vec![],
                            alarm: false,
                            way_back: None,
                        };
                        black_box(app.update(AppMessage::Report(WorkerReport::Moved(moved)), now()));
                    }
                },
                BatchSize::LargeInput,
            );
        });
    }
}

/// A user as W&B lists them.
fn resource(user: &User) -> String {
    let grants = user.team_roles.iter().flatten();
    let grants: Vec<_> = grants.map(|g| json!({"teamName": g.scope.raw(), "roleName": g.role.raw()})).collect();
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "id": &*user.id,
        "userName": user.user_name.raw(),
        "displayName": user.display_name.raw(),
        "emails": [{"value": user.email.raw(), "primary": true}],
        "active": user.active,
        "organizationRole": user.org_role.value().map(Name::raw),
        "teamRoles": grants,
        "modelsSeat": user.models_seat.value().map(Name::raw),
        "meta": {"resourceType": "User", "created": now().to_string(), "version": user.version},
    })
    .to_string()
}

fn parse(c: &mut Criterion) {
    let mut group = c.benchmark_group("read a page");
    group.sample_size(10);
    for size in [1_000, 10_000] {
        let resources: Vec<String> = users(size).iter().map(resource).collect();
        let body = format!("{{\"totalResults\":{size},\"Resources\":[{}]}}", resources.join(","));
        let dialect = dialect::of(Provider::Wandb, Hosting::Dedicated, dialect::KnownServer::default());
        group.throughput(Throughput::Bytes(body.len() as u64));
        group.bench_function(BenchmarkId::new("into records", size), |b| {
            b.iter(|| {
                let page = list::parse_text(&body).unwrap();
                let read = |raw: &&RawValue| dialect.read(RecordKind::User, raw, ReadDepth::Summary, "$").unwrap();
                page.resources.iter().map(read).collect::<Vec<_>>()
            });
        });
        group.bench_function(BenchmarkId::new("bare serde_json", size), |b| {
            b.iter(|| serde_json::from_str::<serde_json::Value>(&body).unwrap());
        });
        group.bench_function(BenchmarkId::new("find its records while it comes", size), |b| {
            b.iter(|| {
                let mut splitter = Splitter::default();
                body.as_bytes().chunks(16 << 10).map(|chunk| splitter.push(chunk).len()).sum::<usize>()
            });
        });
    }
}

/// Puts a list on disk as a refresh does.
fn keep<'a>(store: &mut Store, rows: impl Iterator<Item = (&'a Record, &'a str)>) {
    let mut round = store.begin_round(RecordKind::User).unwrap();
    let rows: Vec<_> = rows.collect();
    rows.chunks(5_000).for_each(|page| store.keep(&mut round, page.iter().copied()).unwrap());
    store.end_round(round, now(), &scimitar::directory::ListCoverage::Complete).unwrap();
}

fn store(c: &mut Criterion) {
    let mut group = c.benchmark_group("store");
    group.sample_size(10);
    for size in sizes() {
        let users = users(size);
        let raws: Vec<String> = users.iter().map(resource).collect();
        let others: Vec<String> = raws.iter().map(|raw| format!("{raw} ")).collect();
        let users: Vec<Record> = users.into_iter().map(Record::User).collect();
        let room = tempfile::tempdir().unwrap();
        let mut made = 0;
        group.throughput(Throughput::Elements(size as u64));
        group.bench_function(BenchmarkId::new("a first list", size), |b| {
            let fresh = || {
                made += 1;
                Store::open(&room.path().join(format!("{made}.db"))).unwrap().0
            };
            let first = |mut store: Store| keep(&mut store, users.iter().zip(raws.iter().map(String::as_str)));
            b.iter_batched(fresh, first, BatchSize::PerIteration);
        });
        let (mut store, _) = Store::open(&room.path().join("bench.db")).unwrap();
        keep(&mut store, users.iter().zip(raws.iter().map(String::as_str)));
        group.bench_function(BenchmarkId::new("the same list again", size), |b| {
            b.iter(|| keep(&mut store, users.iter().zip(raws.iter().map(String::as_str))));
        });
        let mut turn = 0;
        group.bench_function(BenchmarkId::new("a list with 1 % changed", size), |b| {
            b.iter(|| {
                turn += 1;
                let raw = |at: usize| if at.is_multiple_of(100) && turn % 2 == 1 { &others[at] } else { &raws[at] };
                keep(&mut store, users.iter().enumerate().map(|(at, user)| (user, raw(at).as_str())));
            });
        });
        group.bench_function(BenchmarkId::new("read all", size), |b| b.iter(|| store.load().unwrap()));
        group.bench_function(BenchmarkId::new("read the first screen", size), |b| {
            b.iter(|| store.load_first().unwrap());
        });
        group.bench_function(BenchmarkId::new("keep one record", size), |b| {
            b.iter(|| store.put(&users[0], Some(&raws[0])).unwrap());
        });
    }
}

fn short() -> Criterion {
    let times = (Duration::from_millis(200), Duration::from_millis(800));
    Criterion::default().sample_size(15).warm_up_time(times.0).measurement_time(times.1).configure_from_args()
}

criterion_group! {
    name = rooms;
    config = short();
    targets = build, sort, filter, learn, plan, outcomes, parse, store
}
criterion_main!(rooms);
