//! Messages of commands on a terminal, about records whose names contain control sequences.

use scimitar::demo;

use crate::tty::{Setup, Tty};

const KEY: &str = "key-of-the-prompts";

/// Clears, titles the window, writes to the clipboard, hides, turns text round, and begins a line.
const NASTY: &str = "eva\u{1b}[2J\u{1b}]0;owned\u{7}\u{1b}]52;c;Zm9v\u{7}\u{9b}8m\u{202e}\u{2028}\n  + FORGED";

/// A command on a plain directory in which a team and a user have that name.
fn on_nasty_names(args: &[&str], works: impl FnOnce(&mut Tty)) -> String {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let provider = demo::Provider::Scim;
    let options = demo::DemoOptions { users: 5, key: Some(KEY.into()), provider, ..demo::DemoOptions::default() };
    let served = runtime.block_on(demo::start(options)).unwrap();
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
    let schema = |kind: &str| [format!("urn:ietf:params:scim:schemas:core:2.0:{kind}")];
    let emails = [serde_json::json!({"value": "e@example.com", "primary": true})];
    for (list, body) in [
        ("Groups", serde_json::json!({"schemas": schema("Group"), "displayName": NASTY})),
        (
            "Users",
            serde_json::json!({"schemas": schema("User"), "userName": NASTY, "displayName": NASTY, "emails": emails}),
        ),
    ] {
        let url = format!("{}/{list}", served.url());
        let sent = client.post(url).bearer_auth(KEY).header("content-type", "application/scim+json");
        let answer = runtime.block_on(async {
            let answer = sent.body(body.to_string()).send().await.unwrap();
            (answer.status().as_u16(), answer.text().await.unwrap())
        });
        assert_eq!(answer.0, 201, "{list}: {answer:?}");
    }
    let setup = Setup::scimitar(args).env("K", KEY);
    let config = format!("[profile.a]\nprovider = \"scim\"\nurl = \"{}\"\nkey = {{ env = \"K\" }}\n", served.url());
    std::fs::create_dir_all(setup.home().join("xdg/scimitar")).unwrap();
    std::fs::write(setup.home().join("xdg/scimitar/config.toml"), config).unwrap();
    let mut tty = setup.start();
    works(&mut tty);
    drop(served);
    String::from_utf8_lossy(&tty.raw).into_owned()
}

/// The only sequence is the one that takes a progress line off.
#[track_caller]
fn acts_on_nothing(raw: &str) {
    let rest = raw.replace("\r\u{1b}[K", "").replace("\r\n", "\n");
    let wrong =
        |c: char| (c.is_control() && c != '\n') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2028}' | '\u{2029}');
    assert!(!rest.contains(wrong), "{rest:?}");
    assert!(!rest.lines().any(|line| line.trim_start().starts_with("+ FORGED")), "{rest}");
}

#[test]
fn a_prompt_asks_for_the_name_as_it_is_shown() {
    let shown = "eva[2J]0;owned]52;c;Zm9v8m   + FORGED";
    let raw = on_nasty_names(&["delete", "user", "e@example.com"], |tty| {
        tty.wait_for("to send this to a: ");
        tty.press(shown);
        tty.press("\n");
        assert_eq!(tty.end(), 0);
    });
    assert!(raw.contains(&format!("Type {shown} to send this to a: ")), "{raw:?}");
    acts_on_nothing(&raw);
}

#[test]
fn lists_on_a_terminal_are_clean_in_every_format() {
    for args in [&["teams"][..], &["teams", "--csv"], &["users", "--csv"], &["export", "--csv"], &["users", "--json"]] {
        let raw = on_nasty_names(args, |tty| assert_eq!(tty.end(), 0, "{args:?}"));
        assert!(raw.contains("FORGED"), "{args:?}: {raw:?}");
        acts_on_nothing(&raw);
    }
}
