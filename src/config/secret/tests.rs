//! Keys from every source, and what is said where there is none.
#![cfg(unix)]

use std::fs;

use rstest::rstest;
use secrecy::ExposeSecret;

use super::*;
use crate::config::wandb::WANDB_BASE_URL;

const CANARY: &str = "canary-5f3a9c";

fn read(source: &KeySource, variables: &[(&str, &str)], netrc: Option<&Path>) -> Result<String, KeyError> {
    read_for("https://api.wandb.ai/scim", source, variables, netrc)
}

fn read_for(
    base: &str,
    source: &KeySource,
    variables: &[(&str, &str)],
    netrc: Option<&Path>,
) -> Result<String, KeyError> {
    let env = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    let login = WandbLogin { env: &env, netrc: netrc.map(Path::to_path_buf), settings: None };
    let around = SecretEnvironment { login, command_limit: Duration::from_millis(400), withheld: &[] };
    source.read_in(&Url::parse(base).unwrap(), &around).map(|secret| secret.expose_secret().to_owned())
}

fn words(all: &[&str]) -> KeySource {
    KeySource::Command(all.iter().map(ToString::to_string).collect())
}

fn write(mode: u32, text: &str) -> (tempfile::TempDir, PathBuf) {
    use std::os::unix::fs::PermissionsExt;
    let room = tempfile::tempdir().unwrap();
    let path = room.path().join("key");
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    (room, path)
}

#[test]
fn the_variable_is_trimmed_and_must_hold_something() {
    let source = KeySource::Env("K".into());
    assert_eq!(read(&source, &[("K", " abc \n")], None).unwrap(), "abc");
    let error = read(&source, &[("K", "  ")], None).unwrap_err();
    assert_eq!(error.to_string(), "no key for api.wandb.ai: K is not set");
}

#[test]
fn wandbs_key_goes_to_its_own_server_only() {
    assert_eq!(read(&KeySource::Wandb, &[(WANDB_KEY, CANARY)], None).unwrap(), CANARY);
    let named = |url: &str| read(&KeySource::Wandb, &[(WANDB_KEY, CANARY), (WANDB_BASE_URL, url)], None);
    assert_eq!(named("https://api.forge.coreweave.com").unwrap(), CANARY);
    assert_eq!(named("https://forge.coreweave.com/api/wandb").unwrap(), CANARY);
    let error = named("https://wandb.corp.example").unwrap_err();
    assert!(error.to_string().contains("belongs to https://wandb.corp.example"), "{error}");
    assert!(!format!("{error:?}").contains(CANARY));
}

#[rstest]
#[case("http://localhost:8080", "http://localhost:8080/scim", Ok(CANARY))]
#[case("http://LOCALHOST:8080/", "http://localhost:8080/scim", Ok(CANARY))]
#[case("https://w.example", "https://w.example:443/scim", Ok(CANARY))]
#[case("https://api.wandb.ai:443", "https://api.forge.coreweave.com/scim", Ok(CANARY))]
#[case(
    "http://localhost:8080",
    "http://localhost:9090/scim",
    Err("localhost:9090: WANDB_API_KEY is set, but belongs to http://localhost:8080")
)]
#[case(
    "https://w.example",
    "http://w.example/scim",
    Err("w.example: WANDB_API_KEY is set, but belongs to https://w.example")
)]
#[case(
    "https://wandb.ai",
    "https://api.wandb.ai/scim",
    Err("api.wandb.ai: WANDB_API_KEY is set, but belongs to https://wandb.ai (")
)]
#[case(
    "https://a:canary@w.example",
    "https://w.example/scim",
    Err("w.example: WANDB_API_KEY is set, but belongs to https://w.example (")
)]
#[case("nowhere", "https://w.example/scim", Err("w.example: WANDB_API_KEY is set, but belongs to no usable address"))]
fn a_server_is_a_host_and_its_port(#[case] of: &str, #[case] base: &str, #[case] expected: Result<&str, &str>) {
    let variables = [(WANDB_KEY, CANARY), (WANDB_BASE_URL, of)];
    let got = read_for(base, &KeySource::Wandb, &variables, None).map_err(|error| error.to_string());
    match expected {
        Ok(key) => assert_eq!(got.as_deref(), Ok(key)),
        Err(why) => {
            let error = got.unwrap_err();
            assert!(error.starts_with(&format!("no key for {why}")) && !error.contains("canary"), "{error}");
        }
    }
}

#[test]
fn the_port_of_a_server_is_named_beside_its_host() {
    let (_room, netrc) = write(0o600, "machine elsewhere password x");
    for source in [KeySource::Netrc, KeySource::FirstOf(vec![KeySource::Netrc])] {
        let error = read_for("http://127.0.0.1:8080/scim", &source, &[], Some(&netrc)).unwrap_err().to_string();
        assert!(error.starts_with("no key for 127.0.0.1:8080: "), "{error}");
        assert!(error.ends_with("has no password for 127.0.0.1:8080"), "{error}");
    }
}

#[test]
fn every_place_that_was_looked_at_is_named() {
    let (_room, netrc) = write(0o600, "machine elsewhere password x");
    let source = KeySource::FirstOf(vec![KeySource::Wandb, KeySource::Netrc]);
    let error = read(&source, &[], Some(&netrc)).unwrap_err().to_string();
    assert!(error.contains("WANDB_API_KEY is not set"), "{error}");
    assert!(error.contains("key has no password for api.wandb.ai"), "{error}");
}

/// Whatever this machine has: no keyring, a locked one, or one that has never heard of it.
#[test]
fn an_entry_that_no_keyring_has_is_said_in_words() {
    let error = read(&KeySource::Keyring("nobody-of-the-tests".into()), &[], None).unwrap_err().to_string();
    let ways = if cfg!(feature = "keyring") {
        ["the keyring has no nobody-of-the-tests", "the system's keyring can't be read"]
    } else {
        ["built without the system's keyring", "where nobody-of-the-tests should be"]
    };
    assert!(ways.iter().any(|way| error.contains(way)), "{error}");
}

#[rstest]
#[case(0o640)]
#[case(0o604)]
fn files_that_others_can_read_are_refused(#[case] mode: u32) {
    let (_room, path) = write(mode, &format!("machine api.wandb.ai password {CANARY}"));
    for error in [
        read(&KeySource::File(path.clone()), &[], None).unwrap_err(),
        read(&KeySource::FirstOf(vec![KeySource::Netrc]), &[], Some(&path)).unwrap_err(),
    ] {
        assert!(error.to_string().ends_with(&format!("chmod 600 {}", path.display())), "{error}");
        assert!(!format!("{error:?}").contains(CANARY));
    }
}

#[test]
fn a_private_file_gives_its_first_line() {
    let (_room, path) = write(0o600, "abc \nsecond\n");
    assert_eq!(read(&KeySource::File(path), &[], None).unwrap(), "abc");
}

#[rstest]
#[case(&["printf", "abc\nlogin: me\n"], Ok("abc"))]
#[case(&["printf", "$HOME"], Ok("$HOME"))]
#[case(&["true"], Err("the key command true printed nothing"))]
#[case(&["false"], Err("the key command false failed"))]
#[case(&["no-such-program-here"], Err("can't be started"))]
#[case(&["sleep", "60"], Err("the key command sleep took longer than"))]
fn commands_run_without_a_shell(#[case] command: &[&str], #[case] expected: Result<&str, &str>) {
    match (read(&words(command), &[], None), expected) {
        (Ok(key), Ok(wanted)) => assert_eq!(key, wanted),
        (Err(error), Err(wanted)) => assert!(error.to_string().contains(wanted), "{error}"),
        (got, wanted) => panic!("{got:?} is not {wanted:?}"),
    }
}

/// A shell that leaves its number behind and does this.
fn shell(room: &Path, script: &str) -> Result<String, KeyError> {
    let script = format!("cd '{}'; echo $$ > number; {script}", room.display());
    read(&words(&["sh", "-c", &script]), &[], None)
}

#[test]
fn a_command_that_takes_too_long_is_ended() {
    let room = tempfile::tempdir().unwrap();
    let error = shell(room.path(), "exec sleep 60").unwrap_err();
    assert!(error.to_string().contains("took longer than"), "{error}");
    let number = fs::read_to_string(room.path().join("number")).unwrap().trim().parse().unwrap();
    let process = rustix::process::Pid::from_raw(number).unwrap();
    assert!(rustix::process::test_kill_process(process).is_err(), "it still runs");
}

#[rstest]
#[case("echo canary-5f3a9c >&2; exit 3", "exit status: 3")]
#[case("echo canary-5f3a9c; echo 'can not store canary-5f3a9c' >&2; exit 1", "exit status: 1")]
#[case("set -x; key=canary-5f3a9c; false", "exit status: 1")]
#[case("kill -9 $$", "signal: 9 (SIGKILL)")]
fn of_a_failing_command_the_status_is_told_and_none_of_its_words(#[case] script: &str, #[case] status: &str) {
    let room = tempfile::tempdir().unwrap();
    let error = shell(room.path(), script).unwrap_err().to_string();
    let expected = "run it by hand to see why: its words are not shown here, for the key may be in them";
    assert_eq!(error, format!("the key command sh failed ({status}); {expected}"));
}

#[test]
fn a_command_that_talks_without_end_is_not_listened_to_without_end() {
    let room = tempfile::tempdir().unwrap();
    let error = shell(room.path(), "yes >&2").unwrap_err();
    assert!(error.to_string().contains("took longer than") || error.to_string().contains("failed"), "{error}");
    assert!(shell(room.path(), "yes abc").is_err());
}

#[test]
fn debug_shows_no_secret() {
    let sources = [KeySource::Value(CANARY.into()), words(&["echo", CANARY])];
    assert!(!format!("{sources:?}").contains(CANARY));
}

#[test]
fn what_is_no_regular_file_is_not_waited_for() {
    let room = tempfile::tempdir().unwrap();
    let pipe = room.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").args(["-m", "600"]).arg(&pipe).status().unwrap().success());
    for path in [&pipe, room.path()] {
        let error = read(&KeySource::File(path.to_path_buf()), &[], None).unwrap_err().to_string();
        assert!(error.contains("is no regular file; name a file, or a command"), "{error}");
        let error = read(&KeySource::Netrc, &[], Some(path)).unwrap_err().to_string();
        assert!(error.contains("is no regular file"), "{error}");
    }
}
