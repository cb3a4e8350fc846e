//! The outcome of a change: the difference between the server's records before and after it, or the part of it that
//! can't be seen.

use rstest::rstest;
use serde_json::{Value, json};

use crate::{
    records::{group, users},
    server::{Answer, Behavior, Request, ShownIn},
    state::{ResourceType, State, patch},
    world::{CommandResult, DONE, World},
};

/// Exit status: some of it was not done.
pub const PARTLY: i32 = 1;

/// The only change of an outcome.
#[track_caller]
pub fn change(told: &Value) -> &Value {
    assert_eq!(told["changes"].as_array().map(Vec::len), Some(1), "{told}");
    &told["changes"][0]
}

/// The side effects of the only change, in words.
#[track_caller]
pub fn effects(told: &Value) -> Vec<&str> {
    let effects = change(told)["side_effects"].as_array().into_iter().flatten();
    effects.map(|effect| effect["words"].as_str().unwrap()).collect()
}

#[track_caller]
pub fn why(told: &Value) -> &str {
    change(told)["why"].as_str().unwrap()
}

pub fn json_of(world: &World, args: &[&str], code: i32) -> Value {
    world.run(&[args, &["--yes", "--json"]].concat()).exits(code).json()
}

struct Plain;

impl Behavior for Plain {}

/// A server that takes out members by a whole list only.
struct WholeLists;

impl Behavior for WholeLists {
    fn before(&self, _: &mut State, request: &Request) -> Option<Answer> {
        let operations = request.body["Operations"].as_array().into_iter().flatten();
        let mut removals = operations.filter(|operation| operation["op"] == "remove");
        removals.next().map(|_| Answer::error(501, "removal is not implemented"))
    }
}

/// `alpha` has five members.
fn alpha() -> Vec<Value> {
    vec![group(1, "alpha", &[1, 2, 3, 4, 5])]
}

fn removing_by(way: &str, behavior: impl Behavior) -> World {
    let lines = format!("provider = \"scim\"\n[profile.field.server]\nremove_member = \"{way}\"\n");
    World::with_profile(behavior, State::new(users(9), alpha()), &lines)
}

#[rstest]
#[case::replace("replace")]
#[case::put("put")]
fn several_removals_by_whole_lists_are_all_done(#[case] way: &str) {
    let world = removing_by(way, WholeLists);
    let told =
        world.run(&["remove", "alpha", "user0001", "user0002", "user0003", "--yes", "--json"]).exits(DONE).json();
    assert_eq!(told["confirmed"], 3, "{told}");
    assert_eq!(world.members("g0001"), ["u0004", "u0005"]);
}

/// Somebody else takes `u0005` out and puts `u0009` in between the plan and the request.
struct Moving;

impl Behavior for Moving {
    fn before(&self, state: &mut State, request: &Request) -> Option<Answer> {
        let reads_alone = !request.is_write() && request.path.ends_with("/Groups/g0001");
        if reads_alone && state.made == 0 {
            state.made = 1;
            let members: Vec<Value> = [1, 2, 3, 4, 9].iter().map(|n| json!({"value": format!("u{n:04}")})).collect();
            state.groups["g0001"]["members"] = members.into();
        }
        None
    }
}

#[rstest]
#[case::replace("replace")]
#[case::put("put")]
fn a_whole_list_is_made_of_the_record_as_it_is_when_it_is_sent(#[case] way: &str) {
    let world = removing_by(way, Moving);
    world.run(&["remove", "alpha", "user0001", "--yes"]).exits(DONE);
    assert_eq!(world.members("g0001"), ["u0002", "u0003", "u0004", "u0009"]);
}

#[test]
fn another_address_and_its_undo_leave_the_rest_alone() {
    let emails = json!([{"value": "work@example.com", "type": "work", "primary": true},
        {"value": "home@example.com", "type": "home"}]);
    let mut all = users(4);
    all[0]["emails"] = emails.clone();
    all[0]["phoneNumbers"] = json!([{"value": "1", "type": "work"}, {"value": "2", "type": "mobile"}]);
    let before = all[0].clone();
    let world = World::new(Plain, all, alpha());
    world.run(&["set-email", "user0001", "new@example.com", "--yes"]).exits(DONE);
    let now = world.state().users["u0001"].clone();
    let mut wanted = emails;
    wanted[0]["value"] = "new@example.com".into();
    assert_eq!(now["emails"], wanted);
    let told = json_of(&world, &["undo"], DONE);
    assert_eq!(effects(&told), [""; 0], "the undo has put the address back, and no other plan: {told}");
    assert_eq!(world.state().users["u0001"], before);
}

/// The address is the text of the attribute, without a list around it.
#[test]
fn an_address_without_a_list_is_compared_as_the_address() {
    let mut all = users(2);
    all[0]["emails"] = "old@example.com".into();
    let world = World::new(Plain, all, alpha());
    let told = json_of(&world, &["set-email", "user0001", "new@example.com"], DONE);
    assert_eq!(effects(&told), [""; 0]);
    let told = json_of(&world, &["undo"], DONE);
    assert_eq!(effects(&told), [""; 0]);
    assert_eq!(world.state().users["u0001"]["emails"], "old@example.com");
}

/// PATCH `add` of members puts them in the place of all.
struct AddReplaces;

impl Behavior for AddReplaces {
    fn change(&self, state: &mut State, kind: ResourceType, id: &str, operation: &Value) {
        let mut operation = operation.clone();
        if kind == ResourceType::Groups && operation["op"] == "add" && operation["path"] == "members" {
            operation["op"] = "replace".into();
        }
        patch(&mut state.of_mut(kind)[id], &operation);
    }
}

#[test]
fn what_an_added_member_costs_is_seen_said_stopped_and_put_back() {
    let world = World::new(AddReplaces, users(9), alpha());
    let said = world.run(&["add", "alpha", "user0006", "user0007", "user0008", "--yes", "--json"]).exits(PARTLY);
    let told = said.json();
    let words = "user0001, user0002, user0003, user0004 and user0005 are not in alpha any more.";
    assert_eq!(told["changes"][0]["side_effects"][0]["words"], words, "{said}");
    assert_eq!((&told["changes"][0]["state"], &told["error"]["code"]), (&json!("confirmed"), &json!("side-effects")));
    let rest = [&told["changes"][1]["state"], &told["changes"][2]["state"]];
    assert_eq!(rest, ["dropped", "dropped"], "one went first");
    let put_back = "scimitar add alpha user0001 user0002 user0003 user0004 user0005 -p field";
    let said = said.warns(&["ATTENTION", words, put_back]);
    assert_eq!(world.writes().len(), 1, "{said}");
    assert_eq!(world.members("g0001"), ["u0006"]);
    // By another way: what was seen of the server is kept.
    world.run(&["undo", "--yes"]).exits(DONE);
    assert_eq!(world.members("g0001"), ["u0001", "u0002", "u0003", "u0004", "u0005"]);
    world.run(&["add", "alpha", "user0006", "user0007", "--yes"]).exits(DONE);
    assert_eq!(world.members("g0001").len(), 7);
}

/// Somebody else takes user0001 out of the group in the moment in which another member is added.
struct SomebodyElse;

impl Behavior for SomebodyElse {
    fn change(&self, state: &mut State, kind: ResourceType, id: &str, operation: &Value) {
        patch(&mut state.of_mut(kind)[id], operation);
        let members = state.of_mut(kind)[id]["members"].as_array_mut().unwrap();
        members.retain(|member| member["value"] != "u0001");
    }
}

#[test]
fn a_member_who_left_in_the_same_moment_teaches_nothing_about_the_server() {
    let world = World::new(SomebodyElse, users(9), alpha());
    let told = json_of(&world, &["add", "alpha", "user0006"], PARTLY);
    assert_eq!(effects(&told), ["user0001 is not in alpha any more."], "{told}");
    world.run(&["add", "alpha", "user0007", "--yes"]).exits(DONE);
    assert_eq!(world.written(), ["PATCH /scim/v2/Groups/g0001", "PATCH /scim/v2/Groups/g0001"]);
}

/// A server that seems harmless as long as a group is empty.
#[test]
fn an_empty_team_proves_nothing_about_adding_members() {
    let world = World::new(AddReplaces, users(9), vec![group(1, "alpha", &[]), group(2, "beta", &[4, 5])]);
    world.file(
        "add.json",
        json!({"teams": [
        {"team": "alpha", "members": ["user0001"]}, {"team": "beta", "members": ["user0001"]}]})
        .to_string(),
    );
    let told = json_of(&world, &["apply", "add.json"], PARTLY);
    assert_eq!(told["error"]["code"], "side-effects", "{told}");
    assert_eq!(world.members("g0002"), ["u0001"]);
}

/// Whoever creates a group becomes a member of it.
struct CreatorJoins;

impl Behavior for CreatorJoins {
    fn create(&self, _: &State, kind: ResourceType, body: &Value, id: &str) -> Value {
        let mut record = body.clone();
        record["id"] = id.into();
        if kind == ResourceType::Groups {
            let mut members = body["members"].as_array().cloned().unwrap_or_default();
            members.push(json!({"value": "u0009"}));
            record["members"] = members.into();
        }
        record
    }
}

#[test]
fn a_member_whom_the_server_adds_is_mentioned() {
    let world = World::new(CreatorJoins, users(9), alpha());
    let told = json_of(&world, &["create", "team", "delta", "user0001", "user0002"], DONE);
    assert_eq!(effects(&told), ["user0009 is in delta now, too."]);
    assert_eq!(change(&told)["side_effects"][0]["harm"], false);
    let world = World::new(CreatorJoins, users(9), alpha());
    world.run(&["create", "team", "delta", "user0001", "--yes"]).exits(DONE).warns(&["user0009 is in delta"]);
}

/// POST answers without email and display name, and keeps neither.
struct CreationDrops;

impl Behavior for CreationDrops {
    fn create(&self, _: &State, kind: ResourceType, body: &Value, id: &str) -> Value {
        let mut record = body.clone();
        record["id"] = id.into();
        if kind == ResourceType::Users {
            record.as_object_mut().unwrap().retain(|key, _| key != "emails" && key != "displayName");
        }
        record
    }
}

#[test]
fn what_a_creation_does_not_keep_is_named() {
    let world = World::new(CreationDrops, users(3), alpha());
    let args = ["create", "user", "zoe", "--email", "zoe@example.com", "--name", "Zoe Z"];
    let told = json_of(&world, &args, PARTLY);
    assert_eq!(change(&told)["state"], "in part");
    assert_eq!(why(&told), "Created; the server did not keep: email, display name.");
    assert_eq!((&told["in_part"], &told["failed"]), (&json!(1), &json!(0)));
    world.run(&["undo", "--yes", "--confirm", "zoe"]).exits(DONE);
    assert_eq!(world.state().users.len(), 3);
}

/// POST of a group ignores its members; a removal works in no form with a path, and PUT changes the name only.
struct CreatedEmpty;

impl Behavior for CreatedEmpty {
    fn before(&self, _: &mut State, request: &Request) -> Option<Answer> {
        let mut operations = request.body["Operations"].as_array().into_iter().flatten();
        let filtered = |operation: &Value| operation["path"].as_str().is_some_and(|path| path.starts_with("members["));
        operations.any(filtered).then(|| Answer::error(501, "complex paths are not implemented"))
    }

    fn create(&self, _: &State, kind: ResourceType, body: &Value, id: &str) -> Value {
        let mut record = body.clone();
        record["id"] = id.into();
        if kind == ResourceType::Groups {
            record["members"] = json!([]);
        }
        record
    }

    fn put(&self, _: &State, kind: ResourceType, old: &Value, body: &Value) -> Value {
        let mut new = body.clone();
        if kind == ResourceType::Groups {
            new["members"] = old["members"].clone();
        }
        new
    }
}

#[test]
fn a_team_that_is_created_empty_is_filled() {
    let world = World::new(CreatedEmpty, users(6), alpha());
    let args = ["create", "team", "delta", "user0001", "user0002"];
    let planned = world.run(&[&args[..], &["--dry-run"]].concat()).exits(DONE);
    assert!(planned.out.contains("left out") || planned.out.contains("leaves out"), "{planned}");
    let told = json_of(&world, &args, DONE);
    assert_eq!(change(&told)["state"], "confirmed", "{told}");
    assert_eq!(world.members("made-1"), ["u0001", "u0002"]);
    assert_eq!(world.written(), ["POST /scim/v2/Groups", "PATCH /scim/v2/Groups/made-1"]);
}

#[test]
fn a_removal_takes_another_form_where_the_first_is_not_known() {
    let world = World::new(CreatedEmpty, users(6), alpha());
    world.run(&["remove", "alpha", "user0001", "user0002", "--yes"]).exits(DONE);
    assert_eq!(world.members("g0001"), ["u0003", "u0004", "u0005"]);
    let refused = world.writes().iter().filter(|request| request.body["Operations"][0]["op"] == "remove").count();
    assert_eq!(refused, 2, "planned before the first was refused");
    world.run(&["remove", "alpha", "user0003", "--yes"]).exits(DONE);
    assert_eq!(world.writes().last().unwrap().body["Operations"][0]["op"], "replace", "learnt");
}

/// More than 100 members in one request are refused, and there is no PUT of groups.
struct HundredAtOnce;

impl Behavior for HundredAtOnce {
    fn before(&self, _: &mut State, request: &Request) -> Option<Answer> {
        let operations = request.body["Operations"].as_array().into_iter().flatten();
        let lists = operations.map(|operation| &operation["value"]).chain([&request.body["members"]]);
        let members: usize = lists.filter_map(Value::as_array).map(Vec::len).sum();
        if request.method == axum::http::Method::PUT {
            return Some(Answer::error(501, "PUT is not supported"));
        }
        (members > 100).then(|| Answer::error(400, "Request is unparsable."))
    }
}

#[test]
fn a_team_of_more_members_than_one_request_takes_is_created_whole() {
    let world = World::new(HundredAtOnce, users(300), alpha());
    let names: Vec<String> = (1..=120).map(|n| format!("user{n:04}")).collect();
    let mut args = vec!["create", "team", "delta"];
    args.extend(names.iter().map(String::as_str));
    let told = json_of(&world, &args, DONE);
    assert_eq!(change(&told)["state"], "confirmed", "{told}");
    assert_eq!(world.members("made-1").len(), 120);
    assert_eq!(world.writes().len(), 2);
}

/// No answer about a group tells who is in it, though adding and removing works.
struct NeverTold;

impl Behavior for NeverTold {
    fn show(&self, _: &State, kind: ResourceType, record: &Value, _: ShownIn) -> Value {
        let mut shown = record.clone();
        if kind == ResourceType::Groups {
            shown["members"] = json!([]);
        }
        shown
    }

    fn put(&self, _: &State, _: ResourceType, old: &Value, _: &Value) -> Value {
        old.clone()
    }
}

#[test]
fn memberships_that_no_answer_shows_are_sent_and_said_to_be_unseen() {
    let world = World::new(NeverTold, users(6), alpha());
    let told = json_of(&world, &["add", "alpha", "user0006"], DONE);
    assert_eq!((&change(&told)["state"], &told["not_shown"]), (&json!("sent, not shown"), &json!(1)), "{told}");
    assert!(why(&told).contains("never shown who is in a group"), "{told}");
    assert!(world.members("g0001").contains(&"u0006".to_owned()));
    let told = json_of(&world, &["remove", "alpha", "user0001"], DONE);
    assert_eq!(change(&told)["state"], "sent, not shown", "{told}");
    assert!(!world.members("g0001").contains(&"u0001".to_owned()));
    let rows = world.run(&["teams", "--json"]).exits(DONE).json();
    assert_eq!(rows[0]["members"], Value::Null);
}

/// A whole list is not written where nobody is seen in it: it would take the place of who is.
#[test]
fn a_list_of_members_that_is_not_told_is_not_replaced() {
    let lines = "provider = \"scim\"\n[profile.field.server]\nremove_member = \"put\"\n";
    let world = World::with_profile(NeverTold, State::new(users(6), alpha()), lines);
    world.run(&["remove", "alpha", "user0001", "--yes"]).exits(PARTLY).warns(&["does not tell who is in it"]);
    assert_eq!(world.written(), [""; 0]);
    assert_eq!(world.members("g0001").len(), 5);
}

/// POST of a group answers 201 with an empty object, and creates nothing.
struct CreatesNothing;

impl Behavior for CreatesNothing {
    fn before(&self, _: &mut State, request: &Request) -> Option<Answer> {
        let posts = request.method == axum::http::Method::POST && request.path.ends_with("/Groups");
        posts.then(|| Answer::json(201, &json!({})))
    }
}

#[test]
fn a_new_group_that_no_list_has_is_not_done() {
    let world = World::new(CreatesNothing, users(6), alpha());
    let told = json_of(&world, &["create", "team", "gamma", "user0001"], PARTLY);
    assert_eq!(change(&told)["state"], "unknown", "{told}");
}

/// Groups are changed by PUT alone, whose list of members takes the place of the other.
struct PutAlone {
    /// True if every answer shows each group as empty.
    is_silent: bool,
}

impl Behavior for PutAlone {
    fn config(&self) -> Option<Value> {
        Some(json!({"patch": {"supported": false}, "filter": {"supported": true, "maxResults": 1000}}))
    }

    fn before(&self, _: &mut State, request: &Request) -> Option<Answer> {
        (request.method == axum::http::Method::PATCH).then(|| Answer::error(501, "no PATCH"))
    }

    fn show(&self, _: &State, kind: ResourceType, record: &Value, _: ShownIn) -> Value {
        let mut shown = record.clone();
        if kind == ResourceType::Groups && self.is_silent {
            shown["members"] = json!([]);
        }
        shown
    }
}

/// Every group seems to be empty: the first member would take the place of all who are hidden.
#[test]
fn a_list_that_seems_empty_everywhere_is_not_replaced() {
    let world = World::new(PutAlone { is_silent: true }, users(6), alpha());
    let said = world.run(&["add", "alpha", "user0006", "--yes"]).exits(PARTLY);
    said.warns(&["does not tell who is in it", "doctor --write"]);
    assert_eq!(world.members("g0001").len(), 5);
}

/// The doctor's trial shows that an empty group is empty.
#[test]
fn the_first_member_joins_by_put_after_a_trial() {
    let world = World::new(PutAlone { is_silent: false }, users(6), vec![group(1, "alpha", &[])]);
    world.run(&["add", "alpha", "user0006", "--yes"]).exits(PARTLY);
    world.run(&["doctor", "--write", "--yes"]).exits(DONE);
    world.run(&["add", "alpha", "user0006", "--yes"]).exits(DONE);
    assert_eq!(world.members("g0001"), ["u0006"]);
}

/// A GET of one record tells less than the list.
struct ThinAlone;

impl Behavior for ThinAlone {
    fn before(&self, _: &mut State, request: &Request) -> Option<Answer> {
        (request.method == axum::http::Method::PATCH).then(|| Answer::error(501, "no PATCH"))
    }

    fn show(&self, _: &State, kind: ResourceType, record: &Value, shown_in: ShownIn) -> Value {
        let mut shown = record.clone();
        if shown_in != ShownIn::List {
            shown.as_object_mut().unwrap().shift_remove(if kind == ResourceType::Users { "emails" } else { "members" });
        }
        shown
    }
}

/// A PUT of the reading would erase what only the list tells.
#[rstest]
#[case(&["set-name", "user0002", "New", "--yes"], "emails")]
#[case(&["add", "alpha", "user0006", "--yes"], "members")]
fn a_reading_with_less_than_the_list_is_not_put(#[case] args: &[&str], #[case] attribute: &str) {
    let world = World::new(ThinAlone, users(6), alpha());
    let before = (world.state().users.clone(), world.members("g0001"));
    let said = world.run(args);
    assert!(said.code != DONE && said.err.contains(attribute), "{said}");
    assert_eq!((world.state().users.clone(), world.members("g0001")), before);
}

/// PATCH of a user is taken without a path only. Of a user only name and status are kept.
struct Pathless;

impl Behavior for Pathless {
    fn before(&self, _: &mut State, request: &Request) -> Option<Answer> {
        let mut operations = request.body["Operations"].as_array().into_iter().flatten();
        operations.any(|operation| operation["path"].is_string()).then(|| Answer::error(501, "path is not implemented"))
    }
}

#[test]
fn a_patch_that_is_not_known_gives_way_to_a_put() {
    let mut all = users(5);
    all.iter_mut()
        .for_each(|user| user.as_object_mut().unwrap().retain(|key, _| key != "displayName" && key != "emails"));
    let world = World::new(Pathless, all, alpha());
    world.run(&["deactivate", "user0001", "--yes"]).exits(DONE);
    assert!(!world.is_active("u0001"));
    world.run(&["undo", "--yes"]).exits(DONE);
    assert!(world.is_active("u0001"));
    let methods: Vec<String> = world.writes().iter().map(|request| request.method.to_string()).collect();
    assert_eq!(methods, ["PATCH", "PUT", "PUT"], "learnt");
}

/// DELETE of a user keeps the record and deactivates it.
struct DeleteDeactivates;

impl Behavior for DeleteDeactivates {
    fn before(&self, state: &mut State, request: &Request) -> Option<Answer> {
        let id =
            request.path.strip_prefix("/scim/v2/Users/").filter(|_| request.method == axum::http::Method::DELETE)?;
        state.users[id]["active"] = false.into();
        Some(Answer::json(200, &json!({"ok": true})))
    }
}

#[test]
fn a_deletion_that_only_deactivates_is_told_as_that() {
    let world = World::new(DeleteDeactivates, users(4), alpha());
    let told = world.run(&["delete", "user", "user0004", "--confirm", "user0004", "--json"]).exits(PARTLY).json();
    assert_eq!(change(&told)["state"], "in part", "{told}");
    assert_eq!(why(&told), "Deactivated, not removed: the server keeps the record.");
}

#[test]
fn the_undo_of_a_creation_ends_as_done_where_deletion_deactivates() {
    let world = World::new(DeleteDeactivates, users(4), alpha());
    world.run(&["create", "user", "zoe", "--email", "zoe@example.com", "--yes"]).exits(DONE);
    world.run(&["undo", "--confirm", "zoe", "--yes"]).exits(DONE);
    assert_eq!(world.state().users["made-1"]["active"], false);
    let again = world.run(&["undo", "--yes"]);
    assert_eq!(again.code, 4, "{again}");
    // The first undo has seen that the user is still there, so the next undo deactivates.
    world.run(&["create", "user", "yan", "--email", "yan@example.com", "--yes"]).exits(DONE);
    world.run(&["undo", "--yes"]).exits(DONE);
    assert_eq!(world.state().users["made-2"]["active"], false);
}

/// Somebody else does the same a moment before.
struct Race;

impl Behavior for Race {
    fn before(&self, state: &mut State, request: &Request) -> Option<Answer> {
        let operation = &request.body["Operations"][0];
        match (request.method.as_str(), request.path.as_str()) {
            ("PATCH", "/scim/v2/Groups/g0001") if operation["op"] == "add" => {
                patch(&mut state.groups["g0001"], operation);
                Some(Answer::error(409, "duplicate reference"))
            }
            ("PATCH", "/scim/v2/Groups/g0001") => {
                patch(&mut state.groups["g0001"], operation);
                Some(Answer::error(404, "member not found"))
            }
            ("POST", "/scim/v2/Users") => {
                let mut record = request.body.clone();
                record["id"] = "theirs".into();
                state.users.insert("theirs".into(), record);
                Some(Answer::error(409, "userName taken"))
            }
            ("DELETE", path) => {
                state.users.shift_remove(path.rsplit('/').next()?);
                Some(Answer::error(404, "gone"))
            }
            _ => None,
        }
    }
}

#[rstest]
#[case::add(&["add", "alpha", "user0009"])]
#[case::remove(&["remove", "alpha", "user0001"])]
#[case::create(&["create", "user", "zoe", "--email", "zoe@example.com"])]
#[case::delete(&["delete", "user", "user0008"])]
fn a_race_that_ends_as_wished_is_done_and_not_ours(#[case] args: &[&str]) {
    let world = World::new(Race, users(9), alpha());
    let told = json_of(&world, args, DONE);
    assert_eq!((&change(&told)["state"], &told["so_already"]), (&json!("so already"), &json!(1)), "{told}");
    assert_eq!(world.run(&["undo", "--yes"]).code, 4, "it is not ours to take back");
}

/// 200 with an error in the body.
struct ErrorInBody(&'static str);

impl Behavior for ErrorInBody {
    fn before(&self, _: &mut State, request: &Request) -> Option<Answer> {
        let scim = |status: &str, words: &str| json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": status, "detail": words});
        let body = match (self.0, request.method.as_str()) {
            ("list", "GET") if request.path.ends_with("/Users") => scim("401", "The token has expired."),
            ("write", "PATCH") => scim("403", "Your plan does not include SCIM writes."),
            ("ok-false", "PATCH") => json!({"ok": false, "error": "user_is_restricted"}),
            _ => return None,
        };
        Some(Answer::json(200, &body))
    }
}

#[test]
fn an_error_in_a_body_of_200_is_told_in_the_servers_words() {
    let said = World::new(ErrorInBody("list"), users(4), alpha()).run(&["users"]).exits(3);
    said.warns(&["The token has expired."]);
    for (mode, words) in [("write", "does not include SCIM writes"), ("ok-false", "user_is_restricted")] {
        let world = World::new(ErrorInBody(mode), users(4), alpha());
        let said = world.run(&["deactivate", "user0001", "--yes"]).exits(PARTLY).warns(&[words]);
        assert!(said.err.contains(words), "{said}");
    }
}

/// The question whether a user was made, whose creation lost its answer, is answered with this.
struct Unreadable(Value);

impl Behavior for Unreadable {
    fn before(&self, _: &mut State, request: &Request) -> Option<Answer> {
        if request.parameter("filter").is_some() {
            return Some(Answer::json(200, &self.0));
        }
        (request.method == axum::http::Method::POST).then(|| Answer::error(502, "bad gateway"))
    }
}

#[rstest]
#[case::no_list(json!({"message": "ok"}))]
#[case::an_array(json!([]))]
#[case::a_record_without_an_id(json!({"Resources": {"a": 1}}))]
#[case::nothing_said(json!({"Resources": null}))]
#[case::null_as_a_record(json!({"totalResults": 1, "Resources": [null]}))]
#[case::a_record_without_a_name(json!({"totalResults": 1, "Resources": [{"id": "u21", "userName": ""}]}))]
#[case::a_match_that_is_held_back(json!({"totalResults": 1, "Resources": []}))]
fn an_answer_that_cant_be_read_leaves_the_outcome_unknown(#[case] answer: Value) {
    let world = World::new(Unreadable(answer), users(3), alpha());
    let said: CommandResult = world.run(&["create", "user", "zoe", "--email", "zoe@example.com", "--yes", "--json"]);
    assert_eq!(said.code, PARTLY, "{said}");
    let states = world.run(&["activity", "--json"]).exits(DONE).json();
    assert_eq!(states[0]["state"], "unknown", "{said}");
}

#[test]
fn an_answer_that_tells_of_nobody_means_that_nobody_was_made() {
    let nobody = json!({"totalResults": 0});
    let world = World::new(Unreadable(nobody), users(3), alpha());
    let told = json_of(&world, &["create", "user", "zoe", "--email", "zoe@example.com"], PARTLY);
    assert_eq!(change(&told)["state"], "refused");
}
