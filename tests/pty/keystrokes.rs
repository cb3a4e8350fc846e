//! How many keys everyday tasks take, typed names included, from the list of users: each task is played in the real
//! program, and its outcome is looked for on the screen.
//!
//! `cargo test --release --test pty keystrokes -- --ignored --nocapture` plays them at 100,000 users and prints the table;
//! `SCIMITAR_KEYSTROKE_USERS` is another number of users.

use std::time::Instant;

use crate::tty::{Setup, Tty};

/// A task: its name, the keys, the most keys that it may take, and texts that the screen shows after it.
struct Task {
    name: &'static str,
    /// Keys that bring the console to where the task begins; not counted.
    before: &'static [&'static str],
    /// Each part is typed at once.
    keys: &'static [&'static str],
    budget: usize,
    shows: &'static [&'static str],
    /// The largest directory in which the typed letters find exactly one.
    most_users: usize,
}

const ENTER: &str = "\r";

/// The key that sends a plan, where one is shown: a small change that can be undone is sent by its picker's Enter.
const SEND: &str = "SEND";

/// Stands for the number that a plan wants typed, which the screen shows.
const NUMBER: &str = "NUMBER";

/// The tasks, with the budgets of the design.
const TASKS: &[Task] = &[
    Task {
        name: "make eva-tanaka organisation admin",
        before: &[],
        keys: &["/eva-t", ENTER, "r", "org", ENTER, SEND],
        budget: 14,
        shows: &["organisation role: member → admin", "u undoes"],
        most_users: usize::MAX,
    },
    Task {
        name: "make her a viewer of vision (after the name)",
        before: &["/eva-t", ENTER],
        keys: &["r", "visvie", ENTER, SEND],
        budget: 9,
        shows: &["viewer", "u undoes"],
        most_users: usize::MAX,
    },
    Task {
        name: "add her to two teams (after the name)",
        before: &["/eva-t", ENTER],
        keys: &["t", "aud", " ", "cli", " ", ENTER, SEND],
        budget: 11,
        shows: &["all 2 confirmed"],
        most_users: usize::MAX,
    },
    Task {
        name: "add five people to one team (from the team)",
        before: &["2", "/audio", ENTER],
        keys: &["m", "oks", " ", "noo", " ", "lay", " ", "rut", " ", "jon", " ", ENTER, SEND],
        budget: 28,
        shows: &["all 5 confirmed"],
        most_users: 250,
    },
    Task {
        name: "see what she may do in her teams, and why (after the name)",
        before: &["/eva-t", ENTER],
        keys: &["p"],
        budget: 3,
        shows: &["What eva-tanaka may do", "predefined"],
        most_users: usize::MAX,
    },
    Task {
        name: "undo the last change",
        before: &["/eva-t", ENTER, "r", "weaveviewer", ENTER],
        keys: &["u", SEND],
        budget: 2,
        shows: &["Weave access: viewer → full"],
        most_users: usize::MAX,
    },
    Task {
        name: "who are all the admins",
        before: &[],
        keys: &["/role:admin", ENTER],
        budget: 12,
        shows: &["filter: role:admin", "demo-admin"],
        most_users: usize::MAX,
    },
    Task {
        name: "who are the admins of vision",
        before: &[],
        keys: &["/team:vision/admin", ENTER],
        budget: 19,
        shows: &["filter: team:vision/admin", " of "],
        most_users: usize::MAX,
    },
    Task {
        name: "offboard one person, all of it",
        before: &[],
        keys: &["/eva-t", ENTER, "O", NUMBER, ENTER, SEND],
        budget: 12,
        shows: &["Offboard eva-tanaka: all"],
        most_users: usize::MAX,
    },
    Task {
        name: "the emails of five marked people on the clipboard",
        before: &[" ", " ", " ", " ", " "],
        keys: &["y", "e", ENTER],
        budget: 3,
        shows: &["5 emails sent to the terminal's clipboard"],
        most_users: usize::MAX,
    },
];

/// A console in which keys are counted.
struct Hand {
    tty: Tty,
    pressed: usize,
}

impl Hand {
    fn at(users: usize) -> Self {
        let users = users.to_string();
        let mut tty = Setup::scimitar(&["demo", "--users", &users]).start();
        tty.wait_for("synced");
        tty.settle();
        Self { tty, pressed: 0 }
    }

    /// A part of a task: its keys come at once, and the next part when the screen rests.
    fn play(&mut self, keys: &str) {
        if keys == NUMBER {
            // The teams are asked for invitations first.
            self.tty.wait_for("Type ");
        }
        let wanted = self.number_wanted();
        let keys = match keys {
            NUMBER => wanted.as_str(),
            SEND if !self.shows("y send") => return,
            SEND => "y",
            keys => keys,
        };
        self.tty.press(keys);
        self.pressed += keys.chars().count();
        self.tty.settle();
    }

    /// `4` of "Type 4 to send"; empty where nothing is to be typed.
    fn number_wanted(&self) -> String {
        let screen = self.tty.screen().contents();
        let after = screen.split_once("Type ").map_or("", |(_, after)| after);
        after.chars().take_while(char::is_ascii_digit).collect()
    }

    fn shows(&self, text: &str) -> bool {
        self.tty.screen().contents().contains(text)
    }
}

fn play(task: &Task, users: usize) -> usize {
    let mut hand = Hand::at(users);
    for keys in task.before {
        hand.play(keys);
    }
    hand.pressed = 0;
    for keys in task.keys {
        hand.play(keys);
    }
    for text in task.shows {
        hand.tty.wait_for(text);
    }
    let pressed = hand.pressed;
    hand.tty.press("\x03");
    pressed
}

/// Plays all tasks and prints the table; nothing may take more keys than its budget.
#[expect(clippy::print_stdout, reason = "the table is the result")]
fn table(users: usize) {
    let from = Instant::now();
    println!("{:<58} {:>4} {:>7}", format!("task, at {users} users"), "keys", "at most");
    let over: Vec<&str> = TASKS
        .iter()
        .filter(|task| users <= task.most_users)
        .filter(|task| {
            let pressed = play(task, users);
            println!("{:<58} {pressed:>4} {:>7}", task.name, task.budget);
            pressed > task.budget
        })
        .map(|task| task.name)
        .collect();
    println!("{:<58} {:>4} {:>7}", "what changed since Friday", "none", 16);
    println!("played in {} s", from.elapsed().as_secs());
    assert!(over.is_empty(), "more keys than the budget: {over:?}");
}

#[test]
fn everyday_tasks_take_no_more_keys_than_their_budgets() {
    table(250);
}

#[test]
#[ignore = "100,000 users: minutes in a debug build"]
fn the_same_at_a_hundred_thousand_users() {
    let users = std::env::var("SCIMITAR_KEYSTROKE_USERS").ok().and_then(|users| users.parse().ok());
    table(users.unwrap_or(100_000));
}
