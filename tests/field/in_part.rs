//! Changes that a server does in part or otherwise: the outcome, and the way back.

use std::sync::atomic::{AtomicBool, Ordering};

use rstest::rstest;
use scimitar::{app::action::Action, directory::plan::ChangeState};
use serde_json::{Value, json};

use crate::{
    records::{group, users},
    screen::open,
    server::{Answer, Behavior, Request, ShownIn},
    state::{ResourceType, State, patch},
    wandb,
    world::World,
};

/// Display names are cut to ten characters; a new group leaves out its last member.
struct Less;

impl Behavior for Less {
    fn change(&self, state: &mut State, kind: ResourceType, id: &str, operation: &Value) {
        let record = &mut state.of_mut(kind)[id];
        patch(record, operation);
        if kind == ResourceType::Users {
            let name: String = record["displayName"].as_str().unwrap_or_default().chars().take(10).collect();
            record["displayName"] = name.into();
        }
    }

    fn create(&self, _: &State, kind: ResourceType, body: &Value, id: &str) -> Value {
        let mut record = body.clone();
        record["id"] = id.into();
        record["meta"] = json!({"created": jiff::Timestamp::now().to_string()});
        if kind == ResourceType::Users {
            record.as_object_mut().unwrap().shift_remove("displayName");
        }
        record
    }
}

fn world() -> World {
    World::new(Less, users(4), vec![group(1, "alpha", &[1, 2])])
}

#[tokio::test]
async fn a_value_that_the_server_alters_is_in_part_on_the_screen_and_goes_back() {
    let world = world();
    let before = world.state().users["u0002"].clone();
    let mut console = open(&world).await;
    console.find("user0002");
    console.rename(" of a long name");
    console.settle().await;
    assert_eq!(console.states(), [ChangeState::Partly], "{}", console.screen());
    assert!(console.words().contains("The server did it otherwise"), "{}", console.screen());
    console.press(Action::GoActivity);
    console.expect("in part");
    console.press(Action::Undo);
    console.expect("Undo: ");
    console.send();
    console.settle().await;
    assert_eq!(console.states(), [ChangeState::Partly, ChangeState::Confirmed], "{}", console.screen());
    assert_eq!(world.state().users["u0002"], before);
}

/// Answers to writes show no members. Once somebody was added, nothing can be read; no role in a team is taken.
#[derive(Default)]
struct AddsUnseen {
    documented: wandb::Documented,
    is_written: AtomicBool,
}

impl Behavior for AddsUnseen {
    fn base(&self) -> &'static str {
        self.documented.base()
    }

    fn config(&self) -> Option<Value> {
        None
    }

    fn before(&self, _: &mut State, request: &Request) -> Option<Answer> {
        let alone = |kind: &str| request.path.contains(kind);
        match request.method.as_str() {
            "GET" if self.is_written.load(Ordering::SeqCst) && (alone("/Groups/") || alone("/Users/")) => {
                Some(Answer::json(500, &json!({})))
            }
            "PATCH" if alone("/Users/") => Some(Answer::json(403, &json!({"detail": "no"}))),
            "PATCH" => {
                self.is_written.store(true, Ordering::SeqCst);
                None
            }
            _ => None,
        }
    }

    fn show(&self, state: &State, kind: ResourceType, record: &Value, shown_in: ShownIn) -> Value {
        let mut shown = self.documented.show(state, kind, record, shown_in);
        if shown_in == ShownIn::Write {
            shown.as_object_mut().unwrap().shift_remove("members");
        }
        shown
    }

    fn change(&self, state: &mut State, kind: ResourceType, id: &str, operation: &Value) {
        self.documented.change(state, kind, id, operation);
    }
}

#[test]
fn an_accepted_addition_that_nothing_shows_is_a_part_of_a_refused_role() {
    let people = [("ann", "admin"), ("bob", "member")].map(|(name, role)| wandb::person(name, name, role, &[]));
    let mut state = State::new(people.to_vec(), vec![wandb::team("vision", "vision", &["ann"])]);
    state.users["ann"]["teamRoles"] = json!([{"teamName": "vision", "roleName": "admin"}]);
    let world = wandb::world(AddsUnseen::default(), state, "");
    let said = world.run(&["add", "vision", "bob", "--role", "viewer", "--yes", "--json"]);
    println!("{}", said.err);
    let told = said.exits(1).json();
    let row = &told["changes"][0];
    assert_eq!(row["state"], "in part", "{told}");
    let why = row["why"].as_str().unwrap();
    assert!(why.contains("the server does not show whether they are a member of the team"), "{why}");
}

/// Creates users with a seat of its own choice, or shows no seat.
struct OwnSeats(Option<&'static str>);

impl Behavior for OwnSeats {
    fn base(&self) -> &'static str {
        "/scim"
    }

    fn config(&self) -> Option<Value> {
        None
    }

    fn show(&self, state: &State, kind: ResourceType, record: &Value, shown_in: ShownIn) -> Value {
        wandb::show(state, kind, record, shown_in == ShownIn::Write)
    }

    fn create(&self, _: &State, _: ResourceType, body: &Value, id: &str) -> Value {
        let mut record = body.clone();
        let map = record.as_object_mut().unwrap();
        map.shift_remove("modelsSeat");
        map.extend(self.0.map(|seat| ("modelsSeat".to_owned(), seat.into())));
        map.insert("id".to_owned(), id.into());
        record
    }
}

#[rstest]
#[case::another(Some("full"), 1, "in part", "did not keep: Models seat")]
#[case::untold(None, 0, "confirmed", "The server does not show: Models seat")]
#[case::as_asked(Some("viewer"), 0, "confirmed", "")]
fn the_seat_of_a_new_user_is_compared(
    #[case] seat: Option<&'static str>,
    #[case] status: i32,
    #[case] state: &str,
    #[case] why: &str,
) {
    let ann = wandb::person("ann", "ann", "admin", &[]);
    let world = wandb::world(OwnSeats(seat), State::new(vec![ann], vec![]), "");
    let told = world.run(&["create", "user", "bob", "--email", "bob@x.org", "--models", "viewer", "--yes", "--json"]);
    let row = &told.exits(status).json()["changes"][0];
    assert_eq!(row["state"], state, "{row}");
    let words = row["why"].as_str().unwrap();
    assert!(words.contains(why) && words.is_empty() == why.is_empty(), "{row}");
}
