//! A command beside an open console: the console shows it, and rests again afterwards.

use std::{path::Path, process::Command, time::Duration};

use scimitar::demo::{self, DemoOptions, RunningDemo};

use crate::{
    bytes::work,
    tty::{Setup, Tty},
};

const KEY: &str = "beside-tests";

fn environment(server: &RunningDemo) -> [(&'static str, String); 3] {
    let root = server.url().trim_end_matches("/scim").to_owned();
    [("WANDB_BASE_URL", root), ("WANDB_API_KEY", KEY.into()), ("NO_PROXY", "127.0.0.1".into())]
}

fn console(server: &RunningDemo, home: &Path) -> Tty {
    let setup = Setup::scimitar(&[]).at(home);
    let setup = environment(server).into_iter().fold(setup, |setup, (name, value)| setup.env(name, &value));
    let mut tty = setup.start();
    tty.wait_for_list();
    tty
}

fn command(server: &RunningDemo, home: &Path, args: &[&str]) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_scimitar"));
    command.args(args).env_clear().current_dir(home).env("HOME", home).env("XDG_CONFIG_HOME", home.join("xdg"));
    command.env("SCIMITAR_STATE", home.join("state")).envs(environment(server));
    let said = command.output().unwrap();
    assert!(said.status.success(), "{args:?}: {}", String::from_utf8_lossy(&said.stderr));
}

#[test]
fn what_a_command_does_is_shown_and_wakes_nobody_afterwards() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let options = DemoOptions { users: 300, seed: 1, key: Some(KEY.into()), ..DemoOptions::default() };
    let server = runtime.block_on(demo::start(options)).unwrap();
    let home = tempfile::tempdir().unwrap();
    let mut consoles = [console(&server, home.path()), console(&server, home.path())];
    consoles[0].press("4");
    consoles[1].press("/eva-tanaka\r");
    consoles.iter_mut().for_each(Tty::settle);
    command(&server, home.path(), &["deactivate", "eva-tanaka", "--yes"]);
    consoles[0].wait_for("eva-tanaka");
    consoles[1].wait_for("inactive");
    consoles.iter_mut().for_each(Tty::settle);
    let requests = server.requests().len();
    let before = consoles.each_ref().map(|tty| work(tty.pid));
    for tty in &mut consoles {
        let written = tty.listen(Duration::from_secs(2));
        assert!(written.is_empty(), "{:?}", String::from_utf8_lossy(&written));
    }
    for (tty, before) in consoles.iter().zip(before) {
        let (Some(before), Some(after)) = (before, work(tty.pid)) else { continue };
        let (ticks, wakes) = (after.0 - before.0, after.1 - before.1);
        assert!(ticks <= 1 && wakes <= 4, "idle for 4 s: {ticks} ticks of CPU, {wakes} wake-ups");
    }
    assert_eq!(server.requests().len(), requests);
}
