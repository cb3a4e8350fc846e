//! Answers of W&B's GraphQL that tell nothing: keys and invitations that are not told are not none.

use rstest::rstest;
use serde_json::{Value, json};

use crate::{
    server::{Answer, Behavior, Request, ShownIn},
    state::{ResourceType, State},
    wandb::{person, show, team},
    world::World,
};

/// The answer to every request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    Nothing,
    Refusal,
    Page,
    NotFound,
}

struct Silent(Told);

impl Behavior for Silent {
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
        let answer = match self.0 {
            Told::Nothing => Answer::json(200, &json!({"data": {}})),
            Told::Refusal => Answer::json(200, &json!({"errors": [{"message": "permission denied"}], "data": null})),
            Told::Page => Answer::text("<html>sign in</html>".into()),
            Told::NotFound => Answer::error(404, "404 page not found"),
        };
        request.path.ends_with("graphql").then_some(answer)
    }

    fn show(&self, state: &State, kind: ResourceType, record: &Value, _: ShownIn) -> Value {
        let mut shown = show(state, kind, record, true);
        if kind == ResourceType::Users {
            shown["emails"] = record["emails"].clone();
        }
        shown
    }
}

fn silent(told: Told) -> World {
    let names = ["ann", "ben", "cem", "dan", "eva"];
    let people = names.map(|name| person(name, name, if name == "cem" { "admin" } else { "member" }, &[]));
    let teams = (0..9).map(|n| team(&format!("t{n}"), &format!("team{n}"), &[]));
    let state = State::new(people.to_vec(), teams.collect());
    World::with_profile(Silent(told), state, "provider = \"wandb\"\nhosting = \"dedicated\"\nme = \"cem\"\n")
}

#[rstest]
#[case(Told::Nothing)]
#[case(Told::Refusal)]
#[case(Told::Page)]
#[case(Told::NotFound)]
fn keys_and_invitations_that_are_not_told_are_not_none(#[case] told: Told) {
    let world = silent(told);
    for args in [&["api-keys", "me"][..], &["api-keys", "ann"], &["api-keys"], &["invitations"]] {
        let said = world.run(&[args, &["--json"]].concat());
        assert!([3, 6].contains(&said.code), "{told:?} {args:?}: {said}");
        let own = args == ["api-keys", "me"];
        assert!(!own || !said.err.contains("other people"), "{said}");
        assert!(told == Told::Refusal || !said.err.contains("admins of the instance"), "{told:?} {args:?}: {said}");
        assert!(said.err.contains(" not told"), "{said}");
    }
    let reason = world.run(&["invitations"]).err;
    let why = match told {
        Told::Nothing => "",
        Told::Refusal => "permission denied",
        Told::Page => "is no JSON",
        Told::NotFound => "404",
    };
    assert!(reason.contains(why), "{reason}");
}

/// Where every answer is a page, the fourth team is not asked about.
#[test]
fn an_outage_ends_the_questions_about_teams() {
    let world = silent(Told::Page);
    let said = world.run(&["invitations"]);
    assert!(said.err.contains("of 9 of 9 teams"), "{said}");
    let asks = |request: &&Request| request.body["operationName"] == "GetTeamEntity";
    let log = world.server.log();
    assert_eq!(log.iter().filter(asks).count(), 3);
}
