//! Arguments, their help, and what is said where the console can't start. Nothing of this machine's environment counts.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::{fmt::Write, fs};

use assert_cmd::{Command, assert::Assert};
use clap::Parser;
use tempfile::TempDir;

/// The program in an environment of its own, without a terminal.
fn scimitar(home: &TempDir, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_scimitar"));
    command.args(args).env_clear().current_dir(home).env("HOME", home.path());
    command.env("SCIMITAR_STATE", home.path().join("state"));
    command
}

fn run(args: &[&str]) -> Assert {
    scimitar(&tempfile::tempdir().unwrap(), args).assert()
}

fn printed(args: &[&str]) -> String {
    String::from_utf8(run(args).success().stderr("").get_output().stdout.clone()).unwrap()
}

#[test]
fn the_version_is_the_packages() {
    assert_eq!(printed(&["--version"]), concat!("scimitar ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn help() {
    insta::assert_snapshot!(printed(&["--help"]));
}

#[test]
fn help_of_the_demo() {
    insta::assert_snapshot!(printed(&["demo", "--help"]));
}

#[test]
fn help_of_the_doctor() {
    insta::assert_snapshot!(printed(&["doctor", "--help"]));
}

#[test]
fn the_doctor_ends_with_a_code() {
    assert!(printed(&["doctor", "demo", "--users", "10"]).contains("All well"));
    let json: serde_json::Value =
        serde_json::from_str(&printed(&["doctor", "--json", "demo", "--users", "10"])).unwrap();
    assert_eq!((&json["outcome"], &json["left_behind"]), (&"well".into(), &serde_json::json!([])));
    // Nobody can be asked, and nobody said yes.
    let said = run(&["doctor", "--write", "demo"]).code(4).stdout("");
    assert!(String::from_utf8_lossy(&said.get_output().stderr).contains("--yes"));
    let home = tempfile::tempdir().unwrap();
    let nobody = "[profile.a]\nprovider = \"scim\"\nurl = \"http://127.0.0.1:9\"\nauth = \"none\"\n";
    fs::write(home.path().join("c.toml"), nobody).unwrap();
    let said = scimitar(&home, &["--config", "c.toml", "doctor", "-p", "a"]).assert().code(3);
    assert!(String::from_utf8_lossy(&said.get_output().stdout).contains("Nothing listens at 127.0.0.1:9"));
    scimitar(&home, &["--config", "c.toml", "--read-only", "doctor", "--write", "--yes"]).assert().code(4).stdout("");
}

#[test]
fn the_man_pages_have_every_option() {
    let page = printed(&["man"]);
    assert!(page.contains(".TH scimitar 1") && page.contains("scimitar\\-users(1)"), "{page}");
    for option in ["profile", "config", "read\\-only"] {
        assert!(page.contains(&format!("\\-\\-{option}")), "{option} is not in {page}");
    }
    let page = printed(&["man", "doctor"]);
    assert!(page.contains("Exit status: 0 no problem found") && page.contains("\\-\\-write"), "{page}");
    assert!(printed(&["man", "doctor", "demo"]).contains("\\-\\-users"));
    let home = tempfile::tempdir().unwrap();
    scimitar(&home, &["man", "--dir", "."]).assert().success();
    let pages = fs::read_dir(home.path()).unwrap().filter_map(Result::ok);
    let pages = pages.filter(|page| page.file_name().to_string_lossy().ends_with(".1"));
    assert!(pages.count() > 20);
    run(&["man", "usrs"]).failure();
}

#[test]
fn profiles_are_named_for_completions() {
    let home = tempfile::tempdir().unwrap();
    let two = "[profile.b]\nprovider = \"scim\"\nurl = \"http://127.0.0.1:9\"\nauth = \"none\"\n".to_owned();
    fs::write(home.path().join("c.toml"), two.clone() + &two.replace("profile.b", "profile.a")).unwrap();
    scimitar(&home, &["--config", "c.toml", "profile-names"]).assert().success().stdout("a\nb\n");
    assert_eq!(printed(&["profile-names"]), "");
}

#[test]
fn completions_know_the_options() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        assert!(printed(&["completions", shell]).contains("read-only"), "{shell}");
    }
}

#[test]
fn the_table_of_keys_has_every_action() {
    let table = printed(&["keys"]);
    assert_eq!(table.lines().count(), 2 + scimitar::app::action::ACTIONS.len());
}

#[test]
fn without_a_terminal_it_says_so() {
    for args in [&[][..], &["demo"]] {
        let said = run(args).code(1).stdout("");
        let said = String::from_utf8_lossy(&said.get_output().stderr).into_owned();
        assert!(said.contains("needs a terminal") && said.contains("--listen"), "{said}");
    }
}

/// Each config with the arguments that it is used with.
const REFUSED: &[(&str, &[&str])] = &[
    ("[profile.acme]\nprovider = \"scim\"\nurl = \"https://a.example\"\n", &["-p", "acem"]),
    ("[profile.acme\nprovider = \"scim\"\n", &[]),
    ("[profile.acme]\nprovider = \"wandb\"\nhosing = \"dedicated\"\n", &[]),
    ("[profile.acme]\nprovider = \"wandb\"\nhosting = \"cloud\"\n", &[]),
    ("[profile.acme]\nprovider = \"okta\"\n", &[]),
    ("[profile.acme]\nprovider = \"scim\"\n", &["-p", "acme"]),
    ("[profile.acme]\nprovider = \"scim\"\nurl = \"directory\"\n", &[]),
    ("[profile.acme]\nprovider = \"scim\"\nurl = \"https://me:secret@a.example\"\n", &[]),
    ("[profile.acme]\nprovider = \"scim\"\nurl = \"https://a.example\"\nkey = \"secret\"\n", &[]),
    ("[profile.a]\nprovider = \"scim\"\nurl = \"https://a.example\"\nread_only = \"yes\"\n", &[]),
    ("[keys]\nquit = [\"hyper-q\"]\n", &["demo"]),
    ("[keys]\nqiut = [\"q\"]\n", &["demo"]),
    ("[ui]\ntheme = \"purple\"\n", &["demo"]),
];

#[test]
fn what_is_wrong_with_a_config_is_said_with_file_line_and_key() {
    let mut all = String::new();
    for (config, args) in REFUSED {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("c.toml"), config).unwrap();
        let args = [&["--config", "c.toml"], *args].concat();
        let said = scimitar(&home, &args).assert().code(2).stdout("");
        let said = String::from_utf8_lossy(&said.get_output().stderr).into_owned();
        assert!(!said.contains("secret"), "{said}");
        writeln!(all, "{config}$ scimitar {}\n{said}", args.join(" ")).unwrap();
    }
    insta::assert_snapshot!(all);
}

#[test]
fn a_config_that_was_named_must_exist() {
    let home = tempfile::tempdir().unwrap();
    let said = scimitar(&home, &["--config", "none.toml"]).assert().code(2);
    let named = scimitar(&home, &[]).env("SCIMITAR_CONFIG", "none.toml").assert().code(2);
    assert_eq!(said.get_output().stderr, named.get_output().stderr);
    insta::assert_snapshot!(String::from_utf8_lossy(&said.get_output().stderr));
}

#[test]
fn arguments_that_cannot_be_used_say_what_could() {
    let mut all = String::new();
    for args in [
        &["demo", "--users", "0"][..],
        &["demo", "--provider", "okta"],
        &["demo", "--hosting", "cloud"],
        &["demo", "--fail", "429"],
        &["demo", "--faults", "kinds=fire"],
        &["demo", "--latency", "soon"],
        &["demo", "--listen", "localhost"],
        &["dmeo"],
    ] {
        let said = run(args).code(2).stdout("");
        writeln!(all, "$ scimitar {}\n{}", args.join(" "), String::from_utf8_lossy(&said.get_output().stderr)).unwrap();
    }
    insta::assert_snapshot!(all);
}

/// `scimitar users --trace FILE` would write no trace.
#[test]
fn a_trace_of_a_command_is_refused() {
    for args in [&["--trace", "t.ndjson", "users"][..], &["--trace", "t.ndjson", "demo", "--listen", "127.0.0.1:0"]] {
        let said = run(args).code(2).stdout("");
        let said = String::from_utf8_lossy(&said.get_output().stderr).into_owned();
        assert!(said.contains("--trace records the console"), "{said}");
    }
}

#[test]
fn a_command_may_send_as_many_at_a_time_as_a_profile() {
    let most = scimitar::config::MOST_PARALLEL;
    let parallel = |number: u16| {
        let number = number.to_string();
        scimitar::cli::Cli::try_parse_from(["scimitar", "undo", "--parallel", &number]).is_ok()
    };
    assert_eq!((parallel(most), parallel(most + 1)), (true, false));
}

#[test]
fn usage_names_several_users_before_the_role() {
    let usage =
        |name: &str| printed(&[name, "--help"]).lines().find(|line| line.starts_with("Usage")).unwrap().to_owned();
    assert_eq!(usage("set-role"), "Usage: scimitar set-role [OPTIONS] <USER>... <ROLE>");
    assert_eq!(usage("set-seat"), "Usage: scimitar set-seat [OPTIONS] <USER>... <PRODUCT> <SEAT>");
}

#[cfg(unix)]
mod served {
    //! The demo directory for other clients.

    use std::{
        io::{BufRead, BufReader, Lines, Read},
        process::{Child, ChildStdout, Command, Stdio},
    };

    use rustix::process::{Pid, Signal, kill_process};

    /// Ends with the test, whatever the test does.
    struct Served(Child);

    impl Drop for Served {
        fn drop(&mut self) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }

    fn serve(args: &[&str]) -> (Served, Lines<BufReader<ChildStdout>>) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_scimitar"));
        command.args(["demo", "--listen", "127.0.0.1:0"]).args(args).env_clear();
        command.env("HOME", std::env::temp_dir().join("nobody's"));
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        (Served(child), lines)
    }

    #[tokio::test]
    async fn serves_until_it_is_stopped() {
        let (mut served, mut lines) = serve(&["--users", "30", "--provider", "wandb", "--hosting", "dedicated"]);
        let mut line = |label: &str| lines.next().unwrap().unwrap().strip_prefix(label).unwrap().to_owned();
        let (url, key) = (line("url: "), line("key: "));
        let client = reqwest::Client::new();
        let users = client.get(format!("{url}/Users"));
        assert_eq!(users.try_clone().unwrap().send().await.unwrap().status(), 401);
        let reply = users.bearer_auth(key).send().await.unwrap();
        assert_eq!(reply.status(), 200);
        let list: serde_json::Value = serde_json::from_slice(&reply.bytes().await.unwrap()).unwrap();
        assert_eq!(list["totalResults"], 30);

        kill_process(Pid::from_raw(served.0.id() as i32).unwrap(), Signal::TERM).unwrap();
        assert_eq!(served.0.wait().unwrap().code(), Some(0));
        assert!(lines.next().is_none(), "two lines and no more");
        let mut said = String::new();
        served.0.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert_eq!(said, "");
        assert!(client.get(url).send().await.is_err(), "the port is free again");
    }

    #[test]
    fn an_address_in_use_is_named() {
        let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = taken.local_addr().unwrap().to_string();
        let mut command = assert_cmd::Command::new(env!("CARGO_BIN_EXE_scimitar"));
        let said = command.args(["demo", "--listen", &address]).assert().code(1);
        let said = String::from_utf8_lossy(&said.get_output().stderr).into_owned();
        assert!(said.contains(&address), "{said}");
    }
}
