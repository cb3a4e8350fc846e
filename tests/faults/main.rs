//! The fault soak: two consoles, commands and a client that is not this program change one directory at once, on a server
//! where every seventh request goes wrong. Consoles and commands are killed now and then; some run with a wrong
//! clock or on a full disk. At the end the journal and the server must tell the same story.
//!
//! An ordinary test run makes few changes. `SCIMITAR_SOAK_SEED` and `SCIMITAR_SOAK_CHANGES` choose another run; the last
//! line says what happened in it. The seed decides the provider, the habit, what is tried and what the server does; what
//! meets what is up to the machine.
#![cfg(unix)]
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod actors;
mod dice;
mod foreign;
mod habit;
mod mishap;
mod oracle;
mod taken;
#[path = "../pty/tty.rs"]
#[expect(dead_code, reason = "the pseudo-terminal of other tests, of which this one needs a part")]
mod tty;
mod world;

use std::{
    sync::atomic::Ordering,
    thread,
    time::{Duration, Instant},
};

use crate::{
    actors::Tally,
    dice::Dice,
    oracle::Verdict,
    world::{Course, World},
};

/// The share of requests that go wrong.
const RATE: f64 = 0.15;
/// Where nothing is asked for: enough to meet every kind of fault, and soon over.
const FEW: usize = 80;
/// Without an end for this long, something hangs.
const LIMIT: Duration = Duration::from_secs(3_000);

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().map_or(otherwise, |text| text.parse().expect(name))
}

#[test]
fn two_consoles_and_commands_on_a_failing_server_lose_nothing_and_send_nothing_twice() {
    let seed = number("SCIMITAR_SOAK_SEED", 1);
    let wanted = number("SCIMITAR_SOAK_CHANGES", FEW as u64) as usize;
    println!("SCIMITAR_SOAK_SEED={seed} SCIMITAR_SOAK_CHANGES={wanted}");
    let course = Course::of(seed);
    let world = World::new(course);
    let (tally, before) = (Tally::default(), world.settled());
    world.fail(Some(RATE));
    let began = Instant::now();
    thread::scope(|scope| {
        let mut dice = Dice::new(seed);
        for name in ["one", "two"] {
            let (dice, world, tally) = (dice.split(), &world, &tally);
            scope.spawn(move || actors::console(world, name, dice, tally));
        }
        for name in ["plan", "file"] {
            let (dice, world, tally) = (dice.split(), &world, &tally);
            scope.spawn(move || actors::commands(world, name, dice, tally));
        }
        let (dice, world, tally) = (dice.split(), &world, &tally);
        scope.spawn(move || foreign::client(world, dice, tally));
        while world.settled() < before + wanted && began.elapsed() < LIMIT && !tally.stop.load(Ordering::SeqCst) {
            thread::sleep(Duration::from_millis(200));
        }
        tally.stop.store(true, Ordering::SeqCst);
    });
    let met = world.server.faults_met();
    world.fail(None);
    actors::settle(&world);
    let verdict = Verdict::of(&world);
    for wrong in &verdict.wrong {
        println!("wrong: {wrong}");
    }
    let changes = verdict.changes - before;
    let kinds: Vec<String> = met.iter().map(|(kind, times)| format!("{kind} {times}")).collect();
    let verbs: Vec<String> = verdict.kinds.iter().map(|(verb, times)| format!("{verb} {times}")).collect();
    println!(
        "soak: seed {seed}, {}, {:?}: {} changes ({} confirmed: {}) beside {} of another client in {} s; {} faults ({}); \
         {} kills, {} wrong clocks, {} full disks; verdict: {}",
        course.provider.as_str(),
        course.habit,
        changes,
        verdict.confirmed - before,
        verbs.join(", "),
        verdict.foreign,
        began.elapsed().as_secs(),
        met.values().sum::<u64>(),
        kinds.join(", "),
        tally.kills.load(Ordering::SeqCst),
        tally.clocks.load(Ordering::SeqCst),
        tally.disks.load(Ordering::SeqCst),
        if verdict.wrong.is_empty() {
            "all is accounted for".to_owned()
        } else {
            format!("{} WRONG", verdict.wrong.len())
        },
    );
    assert!(changes >= wanted, "only {changes} changes of {wanted}");
    assert!(verdict.wrong.is_empty(), "{} things are wrong; seed {seed}", verdict.wrong.len());
}
