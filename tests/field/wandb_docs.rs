//! W&B's documented directory: no GET tells a role, so roles are not told until the answer to a change has them.

use scimitar::{app::action::Action, directory::RecordKind};
use serde_json::{Value, json};

use crate::{
    screen::{self, Room},
    server::{Answer, Behavior, Request, ShownIn},
    state::{ResourceType, State, by_id},
    wandb::{Documented, custom_role, person, team, world},
    world::{CommandResult, DONE, INCOMPLETE, NOT_SENT, USAGE, World, column, row},
};

/// A user, a team, two custom roles.
fn state() -> State {
    let mut state = State::new(
        vec![person("abc", "dev-user1", "member", &[("wandb-devs", "member")])],
        vec![team("ghi", "wandb-devs", &["abc"])],
    );
    state.roles = by_id(vec![
        custom_role("Um9sZTo3", "Sample custom role", "member", "project:update"),
        custom_role("Um9sZToxMg==", "Sample custom role 2", "viewer", "run:stop"),
    ]);
    state
}

fn documented() -> World {
    world(Documented::default(), state(), "")
}

fn user(world: &World) -> Value {
    let rows = world.run(&["users", "--json"]).exits(DONE).json();
    row(&rows, "abc").clone()
}

/// Asserts that the user is active and that no DELETE arrived.
#[track_caller]
fn is_there(world: &World) {
    assert!(world.writes().iter().all(|request| request.method != "DELETE"), "{:?}", world.written());
    assert!(world.is_active("abc"));
}

#[test]
fn a_role_that_is_not_told_is_null_until_an_answer_shows_it() {
    let world = documented();
    assert_eq!(user(&world)["role"], Value::Null);
    world.run(&["set-role", "dev-user1", "admin", "--yes"]).exits(DONE);
    assert_eq!(world.state().users["abc"]["organizationRole"], "admin");
    // Each command reads the list anew, and the list has no roles.
    for _ in 0..2 {
        assert_eq!(user(&world)["role"], "admin");
    }
    let table = world.run(&["users"]).exits(DONE).out;
    assert!(table.contains("admin"), "{table}");
}

#[test]
fn a_role_that_was_learnt_is_known_until_the_server_tells_another() {
    let world = documented();
    world.run(&["set-role", "dev-user1", "admin", "--yes"]).exits(DONE);
    world.server.state().users["abc"]["organizationRole"] = "member".into();
    world.run(&["set-name", "dev-user1", "Dev User One", "--yes"]).exits(DONE);
    assert_eq!(user(&world)["role"], "member");
}

#[test]
fn roles_in_teams_are_learnt_as_well() {
    let world = documented();
    let rows = world.run(&["members", "wandb-devs", "--json"]).exits(DONE).json();
    assert_eq!((&row(&rows, "abc")["user"], &row(&rows, "abc")["role"]), (&json!("dev-user1"), &Value::Null));
    assert_eq!(user(&world)["teams"], json!([{"name": "wandb-devs", "role": null}]));
    world.run(&["set-role", "dev-user1", "admin", "--team", "wandb-devs", "--yes"]).exits(DONE);
    let rows = world.run(&["members", "wandb-devs", "--json"]).exits(DONE).json();
    assert_eq!(row(&rows, "abc")["role"], "admin");
    let rows = world.run(&["teams", "--json"]).exits(DONE).json();
    assert_eq!(row(&rows, "ghi")["admins"], json!(["dev-user1"]));
}

#[test]
fn admins_of_a_team_that_nobody_told_are_not_none() {
    let rows = documented().run(&["teams", "--json"]).exits(DONE).json();
    assert_eq!((&row(&rows, "ghi")["members"], &row(&rows, "ghi")["admins"]), (&json!(1), &Value::Null));
}

#[test]
fn holders_are_counted_over_what_is_known() {
    let world = documented();
    let said = world.run(&["roles", "--json"]).exits(DONE);
    assert!(says_how_many_are_known(&said, "0 of 1") || row(&said.json(), "Um9sZTo3")["holders"].is_null(), "{said}");
    let role = ["set-role", "dev-user1", "Sample custom role", "--team", "wandb-devs", "--confirm", "dev-user1"];
    world.run(&role).exits(DONE);
    let rows = world.run(&["roles", "--json"]).exits(DONE).json();
    assert_eq!((&row(&rows, "Um9sZTo3")["holders"], &row(&rows, "Um9sZToxMg==")["holders"]), (&json!(1), &json!(0)));
}

fn says_how_many_are_known(said: &CommandResult, numbers: &str) -> bool {
    said.err.contains(numbers) || said.out.contains(numbers)
}

#[test]
fn filters_tell_no_role_from_a_role_that_is_not_told() {
    let world = documented();
    let find = |filter: &str, status| {
        let rows = world.run(&["users", "--json", "--filter", filter]).exits(status).json();
        column(&rows, "id")
    };
    assert_eq!(find("role:unknown", DONE), ["abc"]);
    for open in ["role:none", "role:admin", "-role:admin"] {
        assert_eq!(find(open, INCOMPLETE), [""; 0]);
    }
    let open = ["users", "--json", "--filter", "role:admin"];
    world.run(&open).exits(INCOMPLETE).warns(&["1 of 1 users", "--full", "--allow-incomplete"]);
    world.run(&[&open[..], &["--allow-incomplete"]].concat()).exits(DONE).warns(&["1 of 1 users"]);
    assert_eq!(find("role:admin active:no", DONE), [""; 0], "known to be active");
    world.run(&["set-role", "dev-user1", "admin", "--yes"]).exits(DONE);
    let [unknown, none, admin] = ["role:unknown", "role:none", "role:admin"].map(|filter| find(filter, DONE));
    assert_eq!((unknown, none, admin), (vec![], vec![], vec!["abc".to_owned()]));
}

#[test]
fn an_export_leaves_out_what_is_not_told() {
    let world = documented();
    let document = world.run(&["export", "--json"]).exits(DONE).json();
    let user = document["users"][0].as_object().unwrap();
    for key in ["role", "models_seat", "weave_role"] {
        assert!(user.get(key).is_none_or(Value::is_null), "{document}");
    }
    for name in ["all.csv", "all.json", "all.yaml"] {
        world.run(&["export", "--out", name]).exits(DONE);
        world.run(&["plan", name, "--check", "--prune=listed,users,teams,roles"]).exits(DONE);
    }
    assert_eq!(world.written(), [""; 0]);
}

#[test]
fn a_known_last_admin_is_not_taken_away_by_any_word() {
    let world = documented();
    world.run(&["set-role", "dev-user1", "admin", "--yes"]).exits(DONE);
    for change in [&["delete", "user", "dev-user1"][..], &["deactivate", "dev-user1"]] {
        world.run(&[change, &["--yes"]].concat()).exits(NOT_SENT).warns(&["dev-user1"]);
        world.run(&[change, &["--confirm", "dev-user1"]].concat()).exits(NOT_SENT).warns(&["dev-user1"]);
        let dry = world.run(&[change, &["--dry-run"]].concat()).exits(NOT_SENT).warns(&["last organisation admin"]);
        assert!(dry.out.contains("dev-user1"), "{dry}");
        let dry = world.run(&[change, &["--dry-run", "--json"]].concat()).exits(NOT_SENT).json();
        assert_eq!((&dry["error"]["code"], &dry["refused"][0]["code"]), (&json!("refused"), &json!("last-admin")));
    }
    world.run(&["set-role", "dev-user1", "member", "--yes"]).exits(NOT_SENT);
    assert_eq!(world.written(), ["PATCH /scim/Users/abc"]);
    is_there(&world);
}

#[test]
fn names_of_users_are_no_roles_to_compare() {
    documented().run(&["compare", "dev-user1", "dev-user1"]).exits(USAGE).warns(&["--users compares two users"]);
}

/// Neither the roles nor the owner of the key are known.
#[test]
fn where_nothing_decides_the_name_must_be_typed() {
    let world = documented();
    for change in [&["delete", "user", "dev-user1"][..], &["deactivate", "dev-user1"]] {
        world.run(&[change, &["--yes"]].concat()).exits(NOT_SENT).warns(&["dev-user1", "--confirm"]);
        world.run(&[change, &["--confirm", "somebody-else"]].concat()).exits(NOT_SENT);
        world.run(&[change, &["--confirm", "somebody-else", "--yes"]].concat()).exits(NOT_SENT);
    }
    assert_eq!(world.written(), [""; 0]);
    world.run(&["deactivate", "dev-user1", "--confirm", "dev-user1"]).exits(DONE);
    assert!(!world.is_active("abc"));
    world.run(&["delete", "user", "dev-user1", "--confirm", "dev-user1"]).exits(DONE);
    assert!(world.state().users.is_empty());
}

/// Whoever holds a deleted role falls back to another one, and nothing tells who that is.
#[test]
fn a_role_whose_holders_are_not_told_is_not_deleted_on_yes_alone() {
    let world = documented();
    let delete = ["delete", "role", "Sample custom role"];
    let said = "Holders are known for 0 of 1 people";
    world.run(&[&delete[..], &["--yes"]].concat()).exits(NOT_SENT).warns(&[said, "--confirm \"Sample custom role\""]);
    let plan = world.run(&[&delete[..], &["--dry-run", "--json"]].concat()).exits(DONE).json();
    assert_eq!(plan["confirm"], "Sample custom role");
    let both = ["delete", "role", "Sample custom role", "Sample custom role 2"];
    world.run(&[&both[..], &["--yes"]].concat()).exits(NOT_SENT).warns(&[said, "--confirm \"2\""]);
    assert_eq!(world.written(), [""; 0]);
    world.run(&[&delete[..], &["--confirm", "Sample custom role"]].concat()).exits(DONE).warns(&[said]);
    assert_eq!(world.written(), ["DELETE /scim/Roles/Um9sZTo3"]);
    // An answer to a change that tells all roles of everybody decides.
    let role = ["set-role", "dev-user1", "viewer", "--team", "wandb-devs", "--confirm", "dev-user1"];
    world.run(&role).exits(DONE);
    world.run(&["delete", "role", "Sample custom role 2", "--yes"]).exits(DONE);
}

/// The documented server, but for the answers in which it shows roles.
struct Told(fn(ShownIn) -> bool);

impl Behavior for Told {
    fn base(&self) -> &'static str {
        "/scim"
    }

    fn config(&self) -> Option<Value> {
        None
    }

    fn show(&self, state: &State, kind: ResourceType, record: &Value, shown_in: ShownIn) -> Value {
        crate::wandb::show(state, kind, record, (self.0)(shown_in))
    }

    fn change(&self, state: &mut State, kind: ResourceType, id: &str, operation: &Value) {
        Documented::default().change(state, kind, id, operation);
    }
}

#[test]
fn a_grave_fact_of_a_step_is_said_with_yes_as_in_the_plan() {
    let users = vec![person("abc", "ann", "admin", &[]), person("bcd", "ben", "member", &[("devs", "admin")])];
    let world = world(Told(|_| true), State::new(users, vec![team("ghi", "devs", &["bcd"])]), "");
    let bare = "devs has no known admin after this";
    let plan = world.run(&["deactivate", "ben", "--dry-run"]).exits(DONE);
    assert!(plan.out.contains(bare), "{plan}");
    world.run(&["deactivate", "ben", "--yes"]).exits(DONE).warns(&[bare]);
}

/// A list that does not tell the roles tells nothing about them.
#[test]
fn a_role_that_was_learnt_is_known_after_a_single_read_has_told_it() {
    let world = world(Told(|shown| shown != ShownIn::List), state(), "");
    let role = || user(&world)["role"].clone();
    world.run(&["set-role", "dev-user1", "admin", "--yes"]).exits(DONE);
    world.run(&["delete", "user", "dev-user1", "--yes"]).exits(NOT_SENT);
    assert_eq!(role(), "admin");
    world.run(&["delete", "user", "dev-user1", "--dry-run"]);
    assert_eq!(role(), "admin");
    // A single read that tells another role is newer.
    world.server.state().users["abc"]["organizationRole"] = "member".into();
    world.run(&["deactivate", "dev-user1", "--dry-run"]).exits(DONE);
    assert_eq!(role(), "member");
}

#[test]
fn the_shape_of_an_older_server_contradicts_multi_tenant_cloud() {
    let lines = "provider = \"wandb\"\nhosting = \"multi-tenant\"\n";
    let world = World::with_profile(Documented::default(), state(), lines);
    let listed = world.run(&["users", "--json"]).exits(DONE);
    assert!(listed.err.contains("before 0.80.1"), "{}", listed.err);
    let said = world.run(&["set-role", "dev-user1", "admin", "--yes"]).exits(NOT_SENT);
    assert!(said.err.contains("until hosting in the profile is corrected"), "{}", said.err);
    assert_eq!(world.writes().iter().filter(|request| request.path.starts_with("/scim")).count(), 0);
}

#[test]
fn another_organisation_behind_the_key_has_a_store_and_a_journal_of_its_own() {
    let world = documented();
    let open = |id: &str| {
        for role in world.server.state().roles.values_mut() {
            role["organizationID"] = id.into();
        }
    };
    let plans = || world.run(&["activity", "--json"]).exits(DONE).json().as_array().unwrap().len();
    world.run(&["set-role", "dev-user1", "admin", "--yes"]).exits(DONE);
    assert_eq!(plans(), 1);

    // Organization:2 in the place of Organization:148458.
    open("T3JnYW5pemF0aW9uOjI=");
    let roles = ["roles", "--json"];
    let said = world.run(&roles).exits(NOT_SENT);
    assert!(said.err.contains("Organization:2 in the place of Organization:148458"), "{}", said.err);
    assert!(said.out.contains("\"other-organisation\""), "{}", said.out);
    world.run(&roles).exits(DONE);
    assert_eq!(plans(), 0, "the journal is the other organisation's");
    assert_eq!(world.run(&["undo", "--yes"]).code, NOT_SENT);

    open("T3JnYW5pemF0aW9uOjE0ODQ1OA==");
    world.run(&roles).exits(NOT_SENT);
    world.run(&roles).exits(DONE);
    assert_eq!(plans(), 1, "the first one is found again");
}

/// Without custom roles, or where their list is refused, GraphQL tells the organisation of an owner who is in one alone.
#[test]
fn another_organisation_without_custom_roles_is_told_by_the_owner() {
    struct OneOrganisation;
    impl Behavior for OneOrganisation {
        fn base(&self) -> &'static str {
            "/scim"
        }
        fn config(&self) -> Option<Value> {
            None
        }
        fn has_graphql(&self) -> bool {
            true
        }
        fn before(&self, state: &mut State, request: &Request) -> Option<Answer> {
            let id = state.users["abc"]["organisation"].clone();
            let asked = request.body["query"].as_str().is_some_and(|query| query.contains("organizations"));
            asked.then(|| {
                Answer::json(200, &json!({"data": {"viewer": {"organizations": [{"id": id, "name": "Acme"}]}}}))
            })
        }
    }
    let mut bare = state();
    bare.users["abc"]["organisation"] = "T3JnYW5pemF0aW9uOjE0ODQ1OA==".into();
    let world = world(OneOrganisation, bare, "");
    // A role told the organisation before.
    world.run(&["roles", "--json"]).exits(DONE);
    world.server.state().roles.clear();
    world.run(&["users", "--json"]).exits(DONE);
    world.server.state().users["abc"]["organisation"] = "T3JnYW5pemF0aW9uOjI=".into();
    let said = world.run(&["users", "--json"]).exits(NOT_SENT);
    assert!(said.err.contains("Organization:2 in the place of Organization:148458"), "{}", said.err);
    world.run(&["users", "--json"]).exits(DONE);
}

/// The console notices it at a refresh, says so, and goes on with that organisation's own store; the way back is the same.
#[tokio::test]
async fn a_console_goes_over_to_the_store_of_another_organisation() {
    let world = documented();
    let open = |id: &str| {
        for role in world.server.state().roles.values_mut() {
            role["organizationID"] = id.into();
        }
    };
    let room = Room::new();
    let mut console = screen::open_in(&room, &world).await;
    console.rename(" One");
    if console.is_preview() {
        console.send();
    }
    console.settle().await;
    assert_eq!(console.entries().len(), 1, "{}", console.screen());

    open("T3JnYW5pemF0aW9uOjI=");
    console.press(Action::Refresh);
    console
        .until("the store of the other organisation", |app| app.activity.entries.is_empty() && !app.session.sync.busy)
        .await;
    console.settle().await;
    console.expect("The key opens another organisation than before");
    assert!(console.app().session.guards.contradiction.is_none(), "changes can be made there");
    assert_eq!(console.app().directory.len(RecordKind::User), 1, "{}", console.screen());

    open("T3JnYW5pemF0aW9uOjE0ODQ1OA==");
    console.press(Action::Refresh);
    console.until("the store of before", |app| app.activity.entries.len() == 1 && !app.session.sync.busy).await;
}
