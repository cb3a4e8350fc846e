//! A console that is killed while it sends, and the next one that goes on: nothing is lost, nothing is sent twice.

use std::{collections::HashMap, time::Duration};

use scimitar::demo::{self, DemoOptions, RunningDemo};

use crate::tty::{Setup, Tty};

const KEY: &str = "killed-tests";

/// Changes in the plan.
const MANY: usize = 60;

fn console(server: &RunningDemo, home: &std::path::Path) -> Tty {
    let root = server.url().trim_end_matches("/scim");
    let mut tty = Setup::scimitar(&[])
        .at(home)
        .env("WANDB_BASE_URL", root)
        .env("WANDB_API_KEY", KEY)
        .env("NO_PROXY", "127.0.0.1")
        .start();
    tty.wait_for_list();
    tty
}

/// How often each write took effect, whatever became of its answer.
pub fn taken(server: &RunningDemo) -> HashMap<String, usize> {
    let mut times = HashMap::new();
    for write in server.taken() {
        *times.entry(write.path).or_default() += 1;
    }
    times
}

#[test]
fn what_a_killed_console_left_is_sent_by_the_next_one_and_nothing_twice() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = runtime.block_on(demo::start(DemoOptions {
        users: 300,
        seed: 1,
        latency: Duration::from_millis(20),
        key: Some(KEY.into()),
        ..DemoOptions::default()
    }));
    let server = server.unwrap();
    let home = tempfile::tempdir().unwrap();

    let mut first = console(&server, home.path());
    first.press("/role:member seat:full\r");
    first.settle();
    first.press(&" ".repeat(MANY));
    first.settle();
    first.press("r");
    first.wait_for("This row or the marked ones?");
    first.press("m\r");
    first.wait_for("type to find");
    first.press("orgview\r");
    first.wait_for(&format!("{MANY} requests"));
    first.send();
    first.wait_until("a part is sent", |_| taken(&server).len() > MANY / 4);
    first.kill();
    let before = taken(&server).len();
    assert!(before < MANY, "{before} were sent before it could be killed");

    let mut next = console(&server, home.path());
    next.wait_for("of an earlier session wait, not sent");
    next.press("4\x1b");
    next.settle();
    next.press("R");
    next.wait_for("organisation role viewer: ");
    // What was in flight is looked up, never sent again by the program: what did not arrive is tried again by hand.
    if !next.screen().contents().contains("all 60 confirmed") {
        next.press("R");
        next.wait_for("y send");
        next.send();
        next.wait_until("the rest is sent", |_| taken(&server).len() == MANY);
    }
    let times = taken(&server);
    assert_eq!(times.len(), MANY);
    assert!(times.values().all(|times| *times == 1), "{times:?}");
    // The last outcome may not be on the screen yet: q would ask.
    next.press("\x1c");
    assert_eq!(next.end(), 0);
}
