//! Where the program keeps its files: for their owner only, whatever the umask, and not at all where it can't.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use scimitar::demo;

use crate::tty::Setup;

const KEY: &str = "key-of-the-homes";

/// The modes of everything below, where they are not as they should be.
fn loose(directory: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        let wanted = if path.is_dir() { 0o700 } else { 0o600 };
        if mode != wanted {
            found.push(format!("{} {mode:o}", path.display()));
        }
        if path.is_dir() {
            found.extend(loose(&path));
        }
    }
    found
}

/// A profile on a demo directory, opened by a shell that does something first; `state` says where its files are.
fn session(state: &str, first: &str, works: impl FnOnce(&mut crate::tty::Tty, &Path)) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let options = demo::DemoOptions { users: 20, key: Some(KEY.into()), ..demo::DemoOptions::default() };
    let served = runtime.block_on(demo::start(options)).unwrap();
    let script = format!("{first}; exec \"$0\" --log debug --profile a");
    let setup = Setup::program("/bin/sh", &["-c", &script, env!("CARGO_BIN_EXE_scimitar")]);
    let home = setup.home().to_path_buf();
    fs::create_dir_all(home.join("xdg/scimitar")).unwrap();
    let url = served.url().trim_end_matches("/scim");
    let config = format!(
        "[profile.a]\nprovider = \"wandb\"\nhosting = \"dedicated\"\nurl = \"{url}\"\nkey = {{ env = \"K\" }}\n"
    );
    fs::write(home.join("xdg/scimitar/config.toml"), config).unwrap();
    let state = home.join(state).display().to_string();
    let mut tty = setup.env("K", KEY).env("SCIMITAR_STATE", &state).start();
    works(&mut tty, &home);
    drop(served);
}

#[test]
fn files_are_their_owners_whatever_the_umask() {
    session("deep/state", "umask 000", |tty, home| {
        tty.wait_for("synced");
        tty.settle();
        assert_eq!(loose(&home.join("deep")), [""; 0], "while it runs");
        tty.press("q");
        assert_eq!(tty.end(), 0);
        assert_eq!(loose(&home.join("deep")), [""; 0]);
        assert!(home.join("deep/state/log").is_dir());
    });
}

/// The signal that comes with the limit ends a process that does not take it, and would leave the terminal raw.
#[test]
fn a_file_that_may_not_grow_ends_nothing() {
    session("state", "ulimit -f 64", |tty, _| {
        tty.wait_for("no journal");
        tty.wait_for("synced");
        tty.press("q");
        assert_eq!(tty.end(), 0);
        tty.assert_restored();
    });
}
