//! The parts, one by one, at several sizes: what to look at when a budget is missed or something became slower.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a bench may panic")]

use std::{hint::black_box, time::Duration};

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use scimitar::{
    app::{Msg, pane::Pane},
    directory::{
        Fresh, Kind,
        record::Record,
        records::Records,
        sort::{Column, Order},
        work::Report,
    },
    store::Store,
};

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
        for column in Column::of(Kind::User) {
            let mut pane = Pane::new(Kind::User);
            pane.order = Order { column: *column, descending: true };
            let id = BenchmarkId::new(column.label(Kind::User).replace(' ', "-"), size);
            let directory = &app.directory;
            group.bench_function(id, |b| b.iter(|| pane.rebuild(directory, now())));
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
                        let mut pane = Pane::new(Kind::User);
                        pane.rebuild(&app.directory, now());
                        pane.filter = text.into();
                        pane
                    },
                    |pane| {
                        pane.refilter(&app.directory, now());
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
                let fresh = vec![Fresh::Record(Record::User(user.clone()))];
                black_box(app.update(Msg::Report(Report::Learnt(fresh)), now()))
            });
        });
    }
}

fn store(c: &mut Criterion) {
    let mut group = c.benchmark_group("store");
    group.sample_size(10);
    for size in sizes() {
        let room = tempfile::tempdir().unwrap();
        let (mut store, _) = Store::open(&room.path().join("bench.db")).unwrap();
        let users: Vec<Record> = users(size).into_iter().map(Record::User).collect();
        // About as long as W&B's users are.
        let raw = format!("{{\"schemas\":[\"x\"],\"filler\":\"{}\"}}", "x".repeat(500));
        group.throughput(Throughput::Elements(size as u64));
        group.bench_function(BenchmarkId::new("replace a list", size), |b| {
            let rows = || users.iter().map(|user| (user, Some(raw.as_str())));
            b.iter(|| store.replace_kind(Kind::User, rows(), now()).unwrap());
        });
        group.bench_function(BenchmarkId::new("read all", size), |b| b.iter(|| store.load().unwrap()));
        group.bench_function(BenchmarkId::new("read the first screen", size), |b| {
            b.iter(|| store.load_first(200).unwrap());
        });
        group.bench_function(BenchmarkId::new("keep one record", size), |b| {
            b.iter(|| store.put(&users[0], Some(&raw)).unwrap());
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
    targets = build, sort, filter, learn, store
}
criterion_main!(rooms);
