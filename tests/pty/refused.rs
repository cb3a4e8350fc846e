//! Errors before the console starts are printed on the terminal as it is: no mode is switched on.

use std::{fs, os::unix::fs::PermissionsExt};

use crate::tty::{Setup, Tty};

const CONFIG: &str = r#"
[profile.env]
provider = "scim"
url = "https://directory.invalid/scim"
key = { env = "DIRECTORY_KEY" }

[profile.file]
provider = "scim"
url = "https://directory.invalid/scim"
key = { file = "key" }

[profile.netrc]
provider = "wandb"
hosting = "dedicated"
url = "https://acme.invalid"
key = { netrc = true }

[profile.plain]
provider = "scim"
url = "http://directory.invalid/scim"
key = { env = "DIRECTORY_KEY" }
"#;

fn start(profile: &str) -> Setup {
    let setup = Setup::scimitar(&["--config", "config.toml", "--profile", profile]);
    fs::write(setup.home().join("config.toml"), CONFIG).unwrap();
    fs::write(setup.home().join("key"), "loose-key\n").unwrap();
    fs::set_permissions(setup.home().join("key"), fs::Permissions::from_mode(0o644)).unwrap();
    setup
}

/// The first screen's words about a profile that can't be opened.
fn said(mut tty: Tty) -> String {
    tty.wait_for("can't be opened");
    tty.wait_for("edit profile");
    tty.settle();
    let said = tty.screen().contents().split_whitespace().collect::<Vec<_>>().join(" ");
    tty.press("q");
    assert_eq!(tty.end(), 0);
    tty.assert_restored();
    said
}

#[test]
fn a_missing_key_is_said_with_where_it_was_looked_for() {
    let said_of_env = said(start("env").start());
    assert!(said_of_env.contains("no key for directory.invalid: DIRECTORY_KEY is not set"), "{said_of_env}");
    let said_of_netrc = said(start("netrc").start());
    assert!(said_of_netrc.contains("no key for acme.invalid") && said_of_netrc.contains(".netrc"), "{said_of_netrc}");
}

#[test]
fn a_key_file_that_others_can_read_is_refused() {
    let said = said(start("file").start());
    assert!(said.contains("key can be read by others; chmod 600 "), "{said}");
    assert!(!said.contains("loose-key"), "{said}");
}

#[test]
fn a_profile_that_cannot_be_opened_keeps_nothing_from_being_opened() {
    let mut tty = start("env").start();
    tty.wait_for("env can't be opened");
    tty.press("e");
    tty.wait_for("Profile env");
    tty.press("\x1b");
    // A key that follows Esc at once is another key.
    tty.wait_until("the form is closed", |tty| !tty.screen().contents().contains("Profile env"));
    tty.press("d");
    tty.wait_for("synced");
    tty.press("q");
    assert_eq!(tty.end(), 0);
    tty.assert_restored();
}

#[test]
fn the_key_never_goes_over_plain_http() {
    let mut tty = start("plain").env("DIRECTORY_KEY", "plain-key").start();
    tty.wait_for("https");
    tty.settle();
    let screen = tty.screen().contents();
    assert!(screen.contains("allow_http"), "{screen}");
    assert!(!String::from_utf8_lossy(&tty.raw).contains("plain-key"));
}

#[test]
fn without_a_profile_it_offers_the_demo_directory() {
    let mut tty = Setup::scimitar(&[]).start();
    tty.wait_for("demo directory");
    tty.settle();
    tty.press("d");
    tty.wait_for("synced");
    tty.press("q");
    assert_eq!(tty.end(), 0);
    tty.assert_restored();
}

#[test]
fn a_dumb_terminal_gets_no_console_and_hears_what_works_there() {
    let mut tty = Setup::scimitar(&["demo"]).env("TERM", "dumb").start();
    assert_eq!(tty.end(), 1);
    assert!(tty.modes_unchanged());
    assert!(!tty.raw.contains(&0x1b), "no sequence at all: {:?}", String::from_utf8_lossy(&tty.raw));
    let said = String::from_utf8_lossy(&tty.raw);
    assert!(said.contains("TERM is dumb") && said.contains("`scimitar users`"), "{said}");
}
