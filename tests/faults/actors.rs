//! Who changes the directory. What they do may fail at any point: they don't look whether it did, they go on.

use std::{
    io::Read,
    process::Child,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use scimitar::directory::plan::State;

use crate::{dice::Dice, tty::Tty, world::World};

const SEATS: [&str; 2] = ["full", "none"];

/// What they count together.
#[derive(Default)]
pub struct Tally {
    pub stop: AtomicBool,
    pub kills: AtomicUsize,
}

impl Tally {
    fn goes_on(&self) -> bool {
        !self.stop.load(Ordering::SeqCst)
    }

    fn killed(&self) {
        self.kills.fetch_add(1, Ordering::SeqCst);
    }
}

fn millis(number: u64) -> Duration {
    Duration::from_millis(number)
}

/// Some of a party's users, or some of everybody's, as the beginning of their names.
fn whose(party: &str, dice: &mut Dice) -> String {
    let party = if dice.once_in(4) { "all" } else { party };
    format!("{party}-{}", dice.one(&["", "0", "1", "2"]))
}

/// A person at a console: seats for those whom a filter finds, again and again; sometimes the console is killed.
pub fn console(world: &World, party: &str, mut dice: Dice, tally: &Tally) {
    let mut round = 0;
    while tally.goes_on() {
        let mut tty = world.console(party);
        open(&mut tty, tally);
        let last = dice.below(6) + 1;
        for _ in 0..last {
            if !tally.goes_on() {
                break;
            }
            round += 1;
            give_seats(&mut tty, &whose(party, &mut dice), SEATS[round % 2]);
            tty.listen(millis(dice.below(1_200)));
        }
        if dice.once_in(3) && tally.goes_on() {
            press(&mut tty, "R", 100);
        }
        tty.kill();
        tally.killed();
    }
}

/// Waits for a list, however long the server's faults keep it away, and goes on with what was left over.
fn open(tty: &mut Tty, tally: &Tally) {
    let until = Instant::now() + Duration::from_secs(20);
    while !tty.screen().contents().contains("synced") && Instant::now() < until && tally.goes_on() {
        tty.listen(millis(100));
    }
    if tty.screen().contents().contains("of an earlier session") || tty.screen().contents().contains("plans of an") {
        press(tty, "4", 100);
        press(tty, "R", 300);
        press(tty, "\x1b", 80);
    }
}

fn press(tty: &mut Tty, keys: &str, wait: u64) {
    tty.press(keys);
    tty.listen(millis(wait));
}

fn give_seats(tty: &mut Tty, names: &str, seat: &str) {
    for _ in 0..3 {
        press(tty, "\x1b", 50);
    }
    press(tty, "1", 50);
    press(tty, &format!("/email:{names}\r"), 120);
    press(tty, "*", 80);
    press(tty, "r", 120);
    press(tty, &format!("models seat {seat}\r"), 200);
    press(tty, "\r", 100);
}

/// Files that are applied, and what was left over taken up; sometimes the command is killed.
pub fn commands(world: &World, party: &str, mut dice: Dice, tally: &Tally) {
    let mut round = 0;
    while tally.goes_on() {
        round += 1;
        let names = whose(party, &mut dice);
        let mut rows = "user,models_seat\n".to_owned();
        let (owner, begin) = names.split_once('-').unwrap();
        let chosen = (0..24).map(|number| format!("{number:02}")).filter(|number| number.starts_with(begin));
        chosen.for_each(|number| rows += &format!("{owner}-{number},{}\n", SEATS[round % 2]));
        let file = world.file("soak.csv", &rows);
        run(world, party, &["apply", file.to_str().unwrap(), "--yes"], &mut dice, tally);
        if dice.once_in(2) {
            run(world, party, &["resume", "--yes"], &mut dice, tally);
        }
        if dice.once_in(2)
            && let Some(plan) = failed(world, party)
        {
            run(world, party, &["retry", &plan, "--yes"], &mut dice, tally);
        }
    }
}

/// The newest plan of this party with a failure.
fn failed(world: &World, party: &str) -> Option<String> {
    let journal = world.journal();
    let own = journal.iter().rev().find(|entry| entry.actor == party && entry.state == State::Refused)?;
    Some(own.plan.0.to_string())
}

fn run(world: &World, party: &str, args: &[&str], dice: &mut Dice, tally: &Tally) {
    let child = world.command(party, args).spawn().unwrap();
    let until = Instant::now() + if dice.once_in(3) { millis(dice.below(1_500)) } else { Duration::from_secs(60) };
    wait(child, until, tally);
}

/// Until it ends, or is killed.
fn wait(mut child: Child, until: Instant, tally: &Tally) {
    while child.try_wait().unwrap().is_none() {
        if Instant::now() > until || !tally.goes_on() {
            child.kill().unwrap();
            child.wait().unwrap();
            tally.killed();
            return;
        }
        thread::sleep(millis(10));
    }
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(!said.contains("panicked"), "{said}");
}

/// The server is well again: what is open is settled, what waits is sent, and a console has looked once more.
pub fn settle(world: &World) {
    for _ in 0..10 {
        let said = world.command("plan", &["resume", "--yes", "--parallel", "4"]).output().unwrap();
        if said.status.success() && world.journal().iter().all(|entry| !entry.state.is_open()) {
            break;
        }
    }
    let mut tty = world.console("one");
    tty.wait_for("synced");
    tty.settle();
    tty.press("q");
    assert_eq!(tty.end(), 0);
}
