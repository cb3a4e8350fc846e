//! Who changes the directory. What they do may fail at any point: they don't look whether it did, they go on.

use std::{
    io::Read,
    process::Child,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use scimitar::directory::plan::ChangeState;

use crate::{
    dice::Dice,
    mishap::Mishap,
    tty::Tty,
    world::{PARTIES, USERS, World},
};

const SEATS: [&str; 2] = ["full", "none"];
const ROLES: [&str; 3] = ["admin", "member", "viewer"];
/// So many may be taken away at once without a number to be typed.
const HANDFUL: usize = 5;

/// The counters that all actors share.
#[derive(Default)]
pub struct Tally {
    pub stop: AtomicBool,
    pub kills: AtomicUsize,
    /// Processes with a wrong clock.
    pub clocks: AtomicUsize,
    /// Processes with little room on the disk.
    pub disks: AtomicUsize,
    /// Names of new users that all of them want to create.
    wanted: AtomicUsize,
}

impl Tally {
    pub fn goes_on(&self) -> bool {
        !self.stop.load(Ordering::SeqCst)
    }

    fn killed(&self) {
        self.kills.fetch_add(1, Ordering::SeqCst);
    }
}

/// An actor, with its own state.
struct Actor<'a> {
    world: &'a World,
    party: &'a str,
    dice: Dice,
    tally: &'a Tally,
    round: usize,
    /// Users whom they have created, or tried to.
    created: Vec<String>,
}

impl Actor<'_> {
    fn goes_on(&self) -> bool {
        self.tally.goes_on()
    }

    /// The mishap of the next process.
    fn mishap(&mut self) -> Mishap {
        let mut mishap = Mishap::by(&mut self.dice, self.world.largest());
        mishap.clock = mishap.clock.filter(|_| self.world.moves_clocks());
        self.tally.clocks.fetch_add(usize::from(mishap.clock.is_some()), Ordering::SeqCst);
        self.tally.disks.fetch_add(usize::from(mishap.room.is_some()), Ordering::SeqCst);
        mishap
    }

    /// Whose users the next change is about: their own, or everybody's.
    fn owner(&mut self) -> String {
        if self.dice.once_in(4) { "all".to_owned() } else { self.party.to_owned() }
    }

    /// Some of the owner's users, as the beginning of their names.
    fn some(&mut self) -> (String, String) {
        let owner = self.owner();
        let begin = self.dice.one(&["", "0", "1", "2"]);
        let names = format!("{owner}-{begin}");
        (owner, names)
    }

    /// One of the owner's users, chosen at random.
    fn one(&mut self) -> (String, String) {
        let owner = self.owner();
        let name = format!("{owner}-{:02}", self.dice.below(USERS as u64));
        (owner, name)
    }

    /// A name that nobody has yet; now and then one that all of them want.
    fn new_name(&mut self) -> String {
        let name = if self.dice.once_in(3) {
            format!("all-new-{}", self.tally.wanted.fetch_add(1, Ordering::SeqCst) / 3)
        } else {
            format!("{}-new-{}", self.party, self.round)
        };
        self.created.push(name.clone());
        name
    }
}

fn millis(number: u64) -> Duration {
    Duration::from_millis(number)
}

fn press(tty: &mut Tty, keys: &str, wait: u64) {
    tty.press(keys);
    tty.listen(millis(wait));
}

/// A person at a console, again and again; sometimes the console is killed.
pub fn console(world: &World, party: &str, dice: Dice, tally: &Tally) {
    let mut actor = Actor { world, party, dice, tally, round: 0, created: Vec::new() };
    while actor.goes_on() {
        let mut tty = world.console(party, actor.mishap());
        open(&mut tty, tally);
        for _ in 0..=actor.dice.below(6) {
            if !actor.goes_on() {
                break;
            }
            actor.round += 1;
            actor.at_the_console(&mut tty);
            tty.listen(millis(actor.dice.below(1_000)));
        }
        if actor.dice.once_in(3) && actor.goes_on() {
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

impl Actor<'_> {
    fn at_the_console(&mut self, tty: &mut Tty) {
        for _ in 0..3 {
            press(tty, "\x1b", 50);
        }
        press(tty, "1", 50);
        let kind =
            self.dice.below(if self.world.has_seats() { 12 } else { 7 }) + if self.world.has_seats() { 0 } else { 5 };
        match kind {
            0..=3 => {
                let (_, names) = self.some();
                mark(tty, &names);
                press(tty, "r", 120);
                press(tty, &format!("models seat {}\r", SEATS[self.round % 2]), 200);
            }
            4 => {
                let (owner, names) = self.some();
                mark(tty, &names);
                press(tty, "r", 120);
                press(tty, &format!("soak-{owner} {}\r", self.dice.one(&ROLES)), 200);
            }
            5..=6 => {
                let (owner, names) = self.some();
                mark(tty, &names);
                press(tty, "t", 120);
                press(tty, &format!("soak-{owner}"), 80);
                press(tty, " ", 50);
                press(tty, "\r", 200);
            }
            7..=8 => {
                let (_, name) = self.one();
                find(tty, &name);
                press(tty, "d", 200);
            }
            9 => {
                let (_, name) = self.one();
                find(tty, &name);
                press(tty, "e", 150);
                press(tty, &format!(" {}\r", self.round), 150);
            }
            10 => {
                let name = self.new_name();
                press(tty, "c", 150);
                press(tty, &name, 50);
                press(tty, "\t", 50);
                press(tty, &format!("{name}@soak.example"), 50);
                let external = self.world.external_id(&name);
                if !external.is_empty() {
                    press(tty, &format!("\t{external}"), 50);
                }
                press(tty, "\r", 200);
            }
            _ => {
                let Some(name) = self.created.pop() else { return };
                find(tty, &name);
                press(tty, "D", 200);
            }
        }
        confirm(tty);
    }
}

fn find(tty: &mut Tty, name: &str) {
    press(tty, &format!("/email:{name}@\r"), 120);
}

fn mark(tty: &mut Tty, names: &str) {
    press(tty, &format!("/email:{names}\r"), 120);
    press(tty, "*", 80);
}

/// Sends the plan that is shown, with what must be typed for it.
fn confirm(tty: &mut Tty) {
    let screen = tty.screen().contents();
    let typed = screen.split_once("Type ").and_then(|(_, rest)| rest.split_once(" to send"));
    if let Some((words, _)) = typed {
        press(tty, words, 60);
        press(tty, "\r", 60);
    }
    // No key sends a plan that was on the screen for less than 300 ms.
    tty.listen(millis(350));
    press(tty, "y", 100);
}

/// Files that are applied and single commands, and what was left over taken up; sometimes the command is killed.
pub fn commands(world: &World, party: &str, dice: Dice, tally: &Tally) {
    let mut actor = Actor { world, party, dice, tally, round: 0, created: Vec::new() };
    while actor.goes_on() {
        actor.round += 1;
        let words = actor.command();
        actor.run(&words);
        if actor.dice.once_in(2) {
            actor.run(&["resume".to_owned()]);
        }
        if actor.dice.once_in(2)
            && let Some(plan) = failed(world, party)
        {
            actor.run(&["retry".to_owned(), plan]);
        }
    }
}

impl Actor<'_> {
    fn command(&mut self) -> Vec<String> {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        match self.dice.below(11) {
            0..=5 => {
                let (_, some) = self.some();
                let parts = [format!("{}-", self.party), some];
                let users =
                    PARTIES.iter().flat_map(|party| (0..USERS).map(move |number| format!("{party}-{number:02}")));
                let chosen = users.filter(|name| parts.iter().any(|part| name.starts_with(part)));
                let (round, seat) = (self.round, SEATS[self.round % 2]);
                let (column, value): (_, &dyn Fn(&str) -> String) = if self.world.has_seats() {
                    ("models_seat", &|_| seat.to_owned())
                } else {
                    ("name", &|name| format!("{name} {round}"))
                };
                let mut rows = format!("user,{column}\n");
                chosen.for_each(|name| rows += &format!("{name},{}\n", value(&name)));
                self.apply(&rows)
            }
            6 => {
                let mut rows = "user,email,external_id\n".to_owned();
                for _ in 0..=self.dice.below(6) {
                    self.round += 1;
                    let name = self.new_name();
                    rows += &format!("{name},{name}@soak.example,{}\n", self.world.external_id(&name));
                }
                self.apply(&rows)
            }
            7 if self.world.has_seats() => {
                let (owner, users) = self.handful();
                let mut all = words(&["set-role"]);
                all.extend(users);
                all.extend(words(&[self.dice.one(&ROLES), "--team", &format!("soak-{owner}")]));
                all
            }
            7..=8 => {
                let (owner, users) = self.handful();
                let mut all = words(&[self.dice.one(&["add", "remove"]), &format!("soak-{owner}")]);
                all.extend(users);
                all
            }
            9 => {
                let (_, users) = self.handful();
                let mut all = words(&[self.dice.one(&["activate", "deactivate"])]);
                all.extend(users);
                all
            }
            _ => {
                let mut all = words(&["delete", "user"]);
                all.extend(self.created.pop().or_else(|| Some("nobody".to_owned())));
                all
            }
        }
    }

    fn handful(&mut self) -> (String, Vec<String>) {
        let owner = self.owner();
        let first = self.dice.below((USERS - HANDFUL) as u64) as usize;
        let many = 1 + self.dice.below(HANDFUL as u64) as usize;
        let users = (first..first + many).map(|number| format!("{owner}-{number:02}")).collect();
        (owner, users)
    }

    fn apply(&self, rows: &str) -> Vec<String> {
        let file = self.world.file(&format!("{}.csv", self.party), rows);
        vec!["apply".to_owned(), file.to_str().unwrap().to_owned()]
    }

    fn run(&mut self, words: &[String]) {
        let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
        words.push("--yes");
        let mishap = self.mishap();
        let child = self.world.command(self.party, mishap, &words).spawn().unwrap();
        let until = if self.dice.once_in(3) { millis(self.dice.below(4_000)) } else { Duration::from_secs(60) };
        wait(child, Instant::now() + until, self.tally);
    }
}

/// The newest plan of this party with a failure.
fn failed(world: &World, party: &str) -> Option<String> {
    let journal = world.newest();
    let own = journal.iter().rev().find(|entry| entry.actor == party && entry.state == ChangeState::Refused)?;
    Some(own.plan.0.to_string())
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
        world.command("plan", Mishap::default(), &["resume", "--yes", "--parallel", "4"]).output().unwrap();
        if world.journal().iter().all(|entry| !entry.state.is_open()) {
            break;
        }
    }
    let mut tty = world.console("one", Mishap::default());
    tty.wait_for("synced");
    tty.settle();
    tty.press("q");
    assert_eq!(tty.end(), 0);
}
