//! The undo of a creation: it takes away what the plan made, and nothing that somebody has changed or uses since. A record
//! that was there before is none that the plan made.

use rstest::rstest;
use serde_json::{Value, json};

use crate::{
    outcomes::{PARTLY, change, effects, json_of, why},
    records::{group, users},
    server::{Answer, Behavior, Request, ShownIn},
    state::{ResourceType, State},
    world::{DONE, NOT_SENT, World},
};

struct Plain;

impl Behavior for Plain {}

const TEAM: &[&str] = &["create", "team", "gamma", "user0001"];
const USER: &[&str] = &["create", "user", "zed", "--email", "zed@example.com"];

fn world(behavior: impl Behavior) -> World {
    World::new(behavior, users(6), vec![group(1, "alpha", &[1, 2, 3]), group(2, "beta", &[4])])
}

/// Somebody puts a user into a group.
fn join(world: &World, group: &str, user: &str) {
    world.server.state().groups[group]["members"].as_array_mut().unwrap().push(json!({"value": user}));
}

fn is_there(world: &World) -> bool {
    let state = world.state();
    state.users.contains_key("made-1") || state.groups.contains_key("made-1")
}

#[test]
fn a_team_that_somebody_has_joined_since_is_left_alone() {
    let world = world(Plain);
    json_of(&world, TEAM, DONE);
    join(&world, "made-1", "u0005");
    let dry = world.run(&["undo", "--dry-run", "--json"]).exits(NOT_SENT).json();
    assert_eq!(dry["refused"][0]["code"], "changed", "{dry}");
    world.run(&["undo", "--yes"]).exits(NOT_SENT).warns(&["user0005 joined gamma", "--on-top"]);
    assert_eq!(world.members("made-1"), ["u0001", "u0005"]);
    // Once it is as the creation left it, the undo goes.
    world.server.state().groups["made-1"]["members"].as_array_mut().unwrap().pop();
    world.run(&["undo", "--yes"]).exits(DONE);
    assert!(!is_there(&world));
}

/// The plan that takes it back all the same names what is lost.
#[test]
fn what_is_in_use_goes_only_where_that_is_asked_for_and_the_loss_is_named() {
    let world = world(Plain);
    json_of(&world, TEAM, DONE);
    join(&world, "made-1", "u0005");
    let dry = world.run(&["undo", "--on-top", "--dry-run", "--json"]).exits(DONE).json();
    let said = dry["changes"][0]["consequences"][0].as_str().unwrap();
    assert_eq!(said, "It was changed since it was created: user0005 joined gamma. This is lost with it.", "{dry}");
    world.run(&["undo", "--on-top", "--yes"]).exits(DONE);
    assert!(!is_there(&world));
    world.run(&["undo", "--yes"]).exits(NOT_SENT).warns(&["there is nothing to undo"]);
}

/// A conflict that only the record showed is in the journal: another try takes it back all the same, and names the loss.
#[test]
fn an_undo_that_is_tried_again_names_what_is_lost_and_is_still_the_undo() {
    let world = world(Plain);
    json_of(&world, USER, DONE);
    world.server.state().users["made-1"]["title"] = "CFO".into();
    let said = world.run(&["undo", "--yes"]).exits(PARTLY).warns(&["title is CFO now", "`scimitar retry "]);
    assert!(said.err.contains("on top of what was changed since"), "{said}");
    let dry = world.run(&["retry", "--dry-run", "--json"]).exits(DONE).json();
    let loss = dry["changes"][0]["consequences"][0].as_str().unwrap();
    assert!(loss.contains("title is CFO now. This is lost with it."), "{dry}");
    world.run(&["retry", "--yes"]).exits(DONE);
    assert!(!is_there(&world));
    world.run(&["undo", "--yes"]).exits(NOT_SENT).warns(&["there is nothing to undo"]);
}

#[rstest]
#[case::the_same_record(None, "it is the same record, which was renamed")]
#[case::another_record(Some("2020-01-02T03:04:05Z"), "it was created at another time, so it is another record")]
#[case::nothing_tells(Some(""), "nothing shows whether it is the record that was created")]
fn a_record_that_has_another_name_now_is_told_from_another_record(#[case] created: Option<&str>, #[case] said: &str) {
    let world = world(Plain);
    for (args, of_user) in [(USER, true), (TEAM, false)] {
        json_of(&world, args, DONE);
        let id = if of_user { "made-1" } else { "made-2" };
        {
            let mut state = world.server.state();
            let record = if of_user { &mut state.users[id] } else { &mut state.groups[id] };
            record[if of_user { "userName" } else { "displayName" }] = "other".into();
            match created {
                None => {}
                Some("") => drop(record.as_object_mut().unwrap().shift_remove("meta")),
                Some(created) => record["meta"]["created"] = created.into(),
            }
        }
        world.run(&["undo", "--yes"]).exits(NOT_SENT).warns(&["is called other now", said, "--on-top"]);
        let has = || world.state().users.contains_key(id) || world.state().groups.contains_key(id);
        assert!(has());
        world.run(&["undo", "--on-top", "--yes"]).exits(DONE);
        assert!(!has());
    }
}

/// The record is gone, and somebody else's has its name: the id decides.
#[test]
fn a_namesake_of_a_created_record_is_left_alone() {
    let world = world(Plain);
    json_of(&world, USER, DONE);
    let mut other = world.server.state().users.shift_remove("made-1").unwrap();
    other["id"] = "u0077".into();
    world.server.state().users.insert("u0077".into(), other);
    for args in [&["undo", "--yes"][..], &["undo", "--on-top", "--yes"]] {
        world.run(args).exits(DONE).warns(&["Nothing to do"]);
    }
    assert!(world.state().users.contains_key("u0077"));
    assert_eq!(world.writes().len(), 1, "{:?}", world.written());
}

#[test]
fn a_user_who_was_put_into_a_team_since_is_left_alone() {
    let world = world(Plain);
    json_of(&world, USER, DONE);
    join(&world, "g0001", "made-1");
    world.run(&["undo", "--yes"]).exits(NOT_SENT).warns(&["zed joined alpha"]);
    assert!(is_there(&world));
}

#[rstest]
#[case::user(USER, "title", "title is CFO now")]
#[case::user_s_name(USER, "displayName", "displayName is CFO now")]
#[case::team(&["create", "team", "gamma"], "externalId", "externalId is CFO now")]
fn a_record_that_somebody_has_changed_since_is_left_alone(
    #[case] args: &[&str],
    #[case] attribute: &str,
    #[case] said: &str,
) {
    let world = world(Plain);
    json_of(&world, args, DONE);
    {
        let mut state = world.server.state();
        let State { users, groups, .. } = &mut *state;
        users.get_mut("made-1").or(groups.get_mut("made-1")).unwrap()[attribute] = "CFO".into();
    }
    let told = world.run(&["undo", "--yes", "--json"]).exits(PARTLY).json();
    assert_eq!(change(&told)["state"], "conflict", "{told}");
    assert!(why(&told).contains(said), "{told}");
    assert!(is_there(&world));
}

/// Additions by the plan itself do not count as changes of other clients.
#[test]
fn what_the_same_plan_has_done_to_the_new_user_is_no_conflict() {
    let world = world(Plain);
    world.file(
        "new.json",
        json!({"users": [{"user": "zed", "email": "zed@example.com"}], "teams": [{"team": "beta", "members": ["zed", "user0004"]}]})
            .to_string(),
    );
    world.run(&["apply", "new.json", "--yes"]).exits(DONE);
    assert_eq!(world.members("g0002"), ["made-1", "u0004"]);
    world.run(&["undo", "--yes"]).exits(DONE);
    assert!(!is_there(&world));
    assert_eq!(world.members("g0002"), ["u0004"]);
}

/// A new group has its creator as a member, a new user a title and a group, and the answers to creations leave that out.
struct Generous;

impl Behavior for Generous {
    fn create(&self, _: &State, kind: ResourceType, body: &Value, id: &str) -> Value {
        let mut record = body.clone();
        (record["id"], record["locale"]) = (id.into(), "en".into());
        match kind {
            ResourceType::Groups => record["members"].as_array_mut().unwrap().push(json!({"value": "u0006"})),
            _ => record["groups"] = json!([{"value": "g0001", "display": "alpha"}]),
        }
        record
    }

    fn show(&self, _: &State, kind: ResourceType, record: &Value, shown: ShownIn) -> Value {
        let mut record = record.clone();
        if shown == ShownIn::Write && kind == ResourceType::Users {
            let record = record.as_object_mut().unwrap();
            record.shift_remove("groups");
            record.shift_remove("locale");
        }
        record
    }
}

#[rstest]
#[case::user(USER)]
#[case::team(TEAM)]
#[case::empty_team(&["create", "team", "gamma"])]
fn what_the_creation_itself_has_added_is_no_conflict(#[case] args: &[&str]) {
    let world = world(Generous);
    world.run(&[args, &["--yes"]].concat());
    assert!(is_there(&world));
    world.run(&["undo", "--yes"]).exits(DONE);
    assert!(!is_there(&world));
}

/// Inactive users are in no list, and a POST of such a name brings the old record back.
struct Revives;

impl Behavior for Revives {
    fn before(&self, state: &mut State, request: &Request) -> Option<Answer> {
        let is_zed = request.method == "POST" && request.body["userName"] == "zed";
        is_zed.then(|| {
            let zed = &mut state.users["u0099"];
            zed["active"] = true.into();
            Answer::json(201, zed)
        })
    }

    fn matches(&self, record: &Value, attribute: &str, value: &str) -> bool {
        record["active"] != false && record[attribute].as_str() == Some(value)
    }

    fn page(&self, kind: ResourceType, total: usize, start: usize, count: Option<usize>) -> std::ops::Range<usize> {
        // The hidden user is the last one.
        let shown = if kind == ResourceType::Users { total.min(3) } else { total };
        crate::server::span(shown, start, count.unwrap_or(shown))
    }

    fn envelope(&self, _: usize, start: usize, resources: Vec<Value>) -> Value {
        json!({"totalResults": resources.len(), "startIndex": start, "Resources": resources})
    }
}

fn revived(created: &str) -> World {
    let mut all = users(3);
    let mut zed = crate::records::named(99, "zed");
    (zed["active"], zed["meta"]["created"]) = (false.into(), created.into());
    zed["emails"] = json!([{"value": "zed@example.com", "primary": true}]);
    all.push(zed);
    World::new(Revives, all, vec![group(1, "alpha", &[1, 2]), group(2, "beta", &[3, 99])])
}

#[rstest]
#[case::of_another_day("2025-03-04T05:06:07Z", false)]
#[case::of_the_day_of_all_others("2026-01-02T03:04:05Z", true)]
fn a_user_whom_the_server_has_only_brought_back_is_deactivated_by_the_undo(#[case] created: &str, #[case] lists: bool) {
    let world = revived(created);
    if lists {
        world.run(&["users"]).exits(DONE);
    }
    let told = json_of(&world, USER, DONE);
    let [said] = effects(&told)[..] else { panic!("{told}") };
    assert!(said.contains("zed was there before") && said.contains("in beta"), "{told}");
    let undo = world.run(&["undo", "--yes"]).exits(DONE);
    assert!(world.state().users.contains_key("u0099"), "{undo}");
    assert!(!world.is_active("u0099"));
    assert_eq!(world.members("g0002"), ["u0003", "u0099"]);
}
