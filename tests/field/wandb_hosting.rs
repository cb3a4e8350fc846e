//! An unknown host is no hosting: before the first change is sent there, the server is asked how it is hosted.

use axum::http::Method;
use rstest::rstest;
use scimitar::{app::action::Action, directory::plan::ChangeState};
use serde_json::{Value, json};

use crate::{
    screen::open,
    server::{Answer, Behavior, Request, ShownIn},
    state::{ResourceType, State, by_id},
    wandb::{Documented, custom_role, person, show, team},
    world::{DONE, NOT_SENT, World},
};

/// The answer to the question about the release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    /// Only a server of one customer has a release.
    Release,
    /// No release, as in Multi-tenant Cloud.
    NoRelease,
    /// GraphQL is not there.
    Nothing,
}

struct Unknown(Told);

fn is_question(request: &Request) -> bool {
    request.body["query"].as_str().is_some_and(|query| query.contains("serverInfo"))
}

impl Behavior for Unknown {
    fn base(&self) -> &'static str {
        "/scim"
    }

    fn config(&self) -> Option<Value> {
        None
    }

    fn has_graphql(&self) -> bool {
        true
    }

    fn before(&self, _: &mut State, request: &Request) -> Option<Answer> {
        let version = match self.0 {
            Told::Release => json!({"versionOnThisInstanceString": "0.85.0", "latestVersionString": "0.85.0"}),
            Told::NoRelease => Value::Null,
            Told::Nothing => return None,
        };
        let info = json!({"data": {"serverInfo": {"latestLocalVersionInfo": version}}});
        is_question(request).then(|| Answer::json(200, &info))
    }

    fn show(&self, state: &State, kind: ResourceType, record: &Value, _: ShownIn) -> Value {
        let mut shown = show(state, kind, record, true);
        if kind == ResourceType::Users {
            shown["emails"] = record["emails"].clone();
        }
        shown
    }

    fn change(&self, state: &mut State, kind: ResourceType, id: &str, operation: &Value) {
        crate::wandb::change(state, kind, id, operation);
    }
}

fn unknown_host(told: Told, hosting: &str) -> World {
    let mut state = State::new(
        vec![
            person("abc", "ann", "member", &[("devs", "member")]),
            person("bcd", "ben", "admin", &[]),
            person("cde", "cem", "admin", &[]),
        ],
        vec![team("ghi", "devs", &["abc"])],
    );
    state.roles = by_id(vec![custom_role("Um9sZTo3", "Sample custom role", "member", "project:update")]);
    let lines = format!("provider = \"wandb\"\nhosting = \"{hosting}\"\nme = \"cem\"\n");
    World::with_profile(Unknown(told), state, &lines)
}

/// Asserts that something was written, and that the question went out before it.
#[track_caller]
fn assert_asked_first(world: &World) {
    let log = world.server.log();
    let is_write = |request: &Request| request.is_write() && request.path.starts_with("/scim");
    let question = log.iter().position(is_question).expect("the hosting was not asked for");
    let write = log.iter().position(is_write).expect("nothing was written");
    assert!(question < write, "{:?}", log.iter().map(|request| &request.path).collect::<Vec<_>>());
}

#[rstest]
#[case(&["set-role", "ann", "admin"])]
#[case(&["set-role", "ann", "viewer", "--team", "devs"])]
#[case(&["add", "devs", "ben"])]
#[case(&["remove", "devs", "ann"])]
#[case(&["deactivate", "ann", "--confirm", "ann"])]
#[case(&["set-name", "ann", "Ann"])]
#[case(&["create", "user", "dan", "--email", "dan@test.com"])]
#[case(&["create", "team", "maps", "ann"])]
#[case(&["delete", "role", "Sample custom role", "--confirm", "Sample custom role"])]
fn a_command_sends_nothing_before_the_hosting_was_asked_for(
    #[case] args: &[&str],
    #[values("dedicated", "self-managed")] hosting: &str,
) {
    let args = [args, &["--yes"]].concat();
    for told in [Told::Release, Told::Nothing] {
        let world = unknown_host(told, hosting);
        let said = world.run(&args);
        assert!(said.code == DONE, "{said}");
        assert_asked_first(&world);
    }
    let world = unknown_host(Told::NoRelease, hosting);
    world.run(&args).exits(NOT_SENT).warns(&["no release of its own"]);
    assert_eq!(world.writes().iter().filter(|request| request.path.starts_with("/scim")).count(), 0);
}

/// A creation reads no record, and nothing but the shape of records tells the hosting here.
#[test]
fn a_creation_is_not_sent_where_the_shape_of_records_contradicts_the_profile() {
    let state = State::new(vec![person("abc", "ann", "admin", &[])], vec![]);
    let lines = "provider = \"wandb\"\nhosting = \"multi-tenant\"\n";
    let world = World::with_profile(Documented::default(), state, lines);
    let said = world.run(&["create", "user", "dan", "--email", "dan@test.com", "--yes"]);
    said.exits(NOT_SENT).warns(&["the server writes addresses as servers of one customer did"]);
    assert_eq!(world.writes().iter().filter(|request| request.path.starts_with("/scim")).count(), 0);
}

#[test]
fn the_doctor_tries_no_write_where_the_hosting_contradicts_the_profile() {
    for told in [Told::NoRelease, Told::Release] {
        let world = unknown_host(told, if told == Told::Release { "multi-tenant" } else { "dedicated" });
        let report = world.run(&["doctor", "--write", "--yes", "--json"]).json();
        let tried = report["findings"].as_array().unwrap().iter().find(|one| one["part"] == "writing").unwrap();
        assert!(tried["words"].as_str().unwrap().starts_with("nothing was tried: The profile says"), "{tried}");
        assert_eq!(world.writes().iter().filter(|request| request.path.starts_with("/scim")).count(), 0);
    }
}

/// A profile without a hosting is told which one the server's answer goes with.
#[test]
fn the_doctor_says_which_hosting_a_profile_lacks() {
    for (told, cure) in [(Told::Release, "\"dedicated\" or"), (Told::NoRelease, "\"multi-tenant\" if")] {
        let world = unknown_host(told, "dedicated");
        let config = std::fs::read_to_string(world.path("config.toml")).unwrap();
        world.file("config.toml", config.replace("hosting = \"dedicated\"\n", ""));
        let report = world.run(&["doctor", "--json"]).exits(DONE).json();
        let finding = report["findings"].as_array().unwrap().iter().find(|one| one["what"] == "hosting").unwrap();
        assert_eq!(finding["verdict"], "note", "{finding}");
        assert!(finding["words"].as_str().unwrap().contains(cure), "{finding}");
    }
}

#[test]
fn a_file_and_an_undo_send_nothing_before_the_hosting_was_asked_for() {
    let world = unknown_host(Told::Release, "dedicated");
    world.file("wish.csv", "user,name\nann,Ann\n");
    world.run(&["apply", "wish.csv", "--yes"]).exits(DONE);
    assert_asked_first(&world);
    world.run(&["undo", "--yes"]).exits(DONE);
    let patches = world.writes().iter().filter(|request| request.method == Method::PATCH).count();
    assert_eq!(patches, 2);
}

#[tokio::test]
async fn the_console_sends_nothing_before_the_hosting_was_asked_for() {
    for (told, sent) in [(Told::Release, true), (Told::Nothing, true), (Told::NoRelease, false)] {
        let world = unknown_host(told, "self-managed");
        let mut console = open(&world).await;
        console.find("ann");
        console.rename(" Lee");
        if console.is_preview() {
            console.press(Action::Send);
        }
        console.settle().await;
        if sent {
            assert_eq!(console.last().state, ChangeState::Confirmed, "{}", console.screen());
            assert_asked_first(&world);
        } else {
            console.expect("profile contradicted, nothing is sent");
            assert_eq!(world.writes().iter().filter(|request| request.path.starts_with("/scim")).count(), 0);
        }
    }
}
