//! The doctor on servers that do otherwise than the RFCs: it says what it saw, and learns nothing false.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
    mpsc::{Receiver, Sender, channel},
};

use rstest::rstest;
use serde_json::{Value, json};

use crate::{
    records::{group, users},
    server::{Answer, Behavior, Request, ShownIn},
    state::{ResourceType, State, patch},
    world::{DONE, World, column},
};

/// Exit status: some of it was not done, or will not work.
const PARTLY: i32 = 1;
/// Exit status: the server could not be asked.
const SERVER: i32 = 3;

/// The actions of a report in this state.
fn in_state(report: &Value, state: &str) -> Vec<String> {
    let actions = report["actions"].as_array().unwrap().iter().filter(|action| action["state"] == state);
    actions.map(|action| action["action"].as_str().unwrap().to_owned()).collect()
}

/// Answers never tell who is in a group; PATCH works, PUT of a group changes nothing.
struct NeverShown;

impl Behavior for NeverShown {
    fn show(&self, _: &State, kind: ResourceType, record: &Value, _: ShownIn) -> Value {
        let mut shown = record.clone();
        if kind == ResourceType::Groups {
            shown["members"] = json!([]);
        }
        shown
    }

    fn put(&self, _: &State, kind: ResourceType, old: &Value, body: &Value) -> Value {
        if kind == ResourceType::Groups { old.clone() } else { body.clone() }
    }
}

/// The finding of this name.
fn finding<'a>(report: &'a Value, part: &str, what: &str) -> Option<&'a Value> {
    let findings = report["findings"].as_array().unwrap();
    findings.iter().find(|finding| finding["part"] == part && finding["what"] == what)
}

#[test]
fn what_a_trial_found_of_members_is_told_by_later_looks_and_nothing_is_ticked() {
    let world = World::new(NeverShown, users(6), vec![group(1, "alpha", &[1, 2]), group(2, "beta", &[3])]);
    let report = world.run(&["doctor", "--json"]).exits(DONE).json();
    assert_eq!(finding(&report, "groups", "records").unwrap()["verdict"], "unknown", "{report}");
    assert!(finding(&report, "groups", "members").is_none(), "nothing was tried: {report}");
    let how = report["actions"].as_array().unwrap().iter().find(|action| action["action"] == "add a member").unwrap();
    assert!(how["why"].as_str().unwrap().contains("`scimitar doctor --write` tries this"), "{how}");
    world.run(&["doctor", "--write", "--yes"]).exits(DONE);
    let report = world.run(&["doctor", "--json"]).exits(DONE).json();
    assert_eq!(finding(&report, "groups", "records").unwrap()["verdict"], "unknown", "{report}");
    let members = finding(&report, "groups", "members").unwrap();
    assert!(members["words"].as_str().unwrap().contains("never shown here"), "{members}");
    let how = report["actions"].as_array().unwrap().iter().find(|action| action["action"] == "add a member").unwrap();
    assert!(how["why"].as_str().unwrap().contains("stays unseen"), "{how}");
}

/// Answers lists of users with an error, and status 200.
struct ErrorInSuccess;

impl Behavior for ErrorInSuccess {
    fn before(&self, _: &mut State, request: &Request) -> Option<Answer> {
        let body = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": "401",
            "detail": "The token has expired on 2026-11-29."});
        (request.method == "GET" && request.path.ends_with("/Users")).then(|| Answer::json(200, &body))
    }
}

#[test]
fn an_error_with_a_status_of_success_is_told_in_the_servers_words() {
    let world = World::new(ErrorInSuccess, users(2), Vec::new());
    let report = world.run(&["doctor", "--json"]).exits(SERVER).json();
    let key = finding(&report, "server", "key").unwrap();
    assert!(key["words"].as_str().unwrap().contains("The token has expired on 2026-11-29."), "{key}");
    assert_eq!(report["error"]["details"][0]["code"], "server-unauthorized", "{report}");
}

#[test]
fn members_that_are_never_shown_teach_nothing() {
    let world = World::new(NeverShown, users(6), vec![group(1, "alpha", &[1, 2]), group(2, "beta", &[3])]);
    let report = world.run(&["doctor", "--write", "--yes", "--json"]).exits(DONE).json();
    let habits = &report["habits"];
    assert_eq!((&habits["patch_groups"], &habits["remove_member"]), (&Value::Null, &Value::Null), "{habits}");
    assert_eq!(habits["tells_members"], false);
    let said = report["findings"].as_array().unwrap().iter().find(|finding| finding["what"] == "members").unwrap();
    assert!(said["words"].as_str().unwrap().contains("never shown here"), "{said}");
    let untried = in_state(&report, "untried");
    assert!(untried.contains(&"add a member".into()) && untried.contains(&"remove a member".into()), "{untried:?}");
    let rows = world.run(&["teams", "--json"]).exits(DONE).json();
    assert!(rows.as_array().unwrap().iter().all(|row| row["members"].is_null()), "nobody is not 0: {rows}");
}

/// A new group is empty, and the filter form of removal is not known; PUT of a group keeps its members.
struct ByValueAlone;

impl Behavior for ByValueAlone {
    fn before(&self, _: &mut State, request: &Request) -> Option<Answer> {
        let mut operations = request.body["Operations"].as_array().into_iter().flatten();
        let filtered = operations.any(|one| one["path"].as_str().is_some_and(|path| path.starts_with("members[")));
        filtered.then(|| Answer::error(501, "complex paths are not implemented"))
    }

    fn create(&self, _: &State, kind: ResourceType, body: &Value, id: &str) -> Value {
        let mut record = body.clone();
        record["id"] = id.into();
        if kind == ResourceType::Groups {
            record["members"] = json!([]);
        }
        record
    }

    fn put(&self, _: &State, _: ResourceType, old: &Value, body: &Value) -> Value {
        let mut record = body.clone();
        record["members"] = old["members"].clone();
        record
    }
}

#[test]
fn a_new_group_that_is_empty_is_no_loss_of_members() {
    let world = World::new(ByValueAlone, users(6), vec![group(1, "alpha", &[1, 2, 3])]);
    let report = world.run(&["doctor", "--write", "--yes", "--json"]).json();
    let habits = &report["habits"];
    assert_eq!((&habits["patch_groups"], &habits["remove_member"]), (&json!(true), &json!("value")), "{report}");
    world.run(&["remove", "alpha", "user0002", "--yes"]).exits(DONE);
    assert_eq!(world.members("g0001"), ["u0001", "u0003"]);
}

/// Takes PATCH of nothing but `active`, and every PUT, which alters nothing.
struct Deaf;

impl Behavior for Deaf {
    fn before(&self, _: &mut State, request: &Request) -> Option<Answer> {
        let mut operations = request.body["Operations"].as_array().into_iter().flatten();
        let refused = operations.any(|one| one["path"] != "active" && one["op"] != "add");
        refused.then(|| Answer::error(501, "not implemented"))
    }

    fn put(&self, _: &State, _: ResourceType, old: &Value, _: &Value) -> Value {
        old.clone()
    }
}

#[test]
fn a_change_without_effect_names_the_doctor_until_a_trial_has_shown_that_no_form_works() {
    let world = World::new(Deaf, users(6), vec![group(1, "alpha", &[1, 2, 3])]);
    let before = world.state();
    for change in [["remove", "alpha", "user0002"], ["set-name", "user0003", "Another"]] {
        let said = world.run(&[&change[..], &["--yes"]].concat()).exits(PARTLY);
        said.warns(&["accepted it and did not change it", "`scimitar doctor --write`"]);
    }
    assert_eq!(world.state(), before);
    world.run(&["doctor", "--write", "--yes"]).exits(PARTLY);
    for _ in 0..2 {
        let said = world.run(&["set-name", "user0003", "Another", "--yes"]).exits(PARTLY);
        assert!(!said.err.contains("doctor"), "{said}");
    }
}

/// Who is added again is in it twice.
struct Twice;

impl Behavior for Twice {
    fn change(&self, state: &mut State, kind: ResourceType, id: &str, operation: &Value) {
        match (operation["op"].as_str(), operation["path"].as_str(), &operation["value"]) {
            (Some("add"), Some("members"), Value::Array(some)) => {
                state.groups[id]["members"].as_array_mut().unwrap().extend(some.iter().cloned());
            }
            _ => patch(&mut state.of_mut(kind)[id], operation),
        }
    }
}

#[test]
fn a_member_who_is_in_it_twice_hides_no_way_of_removing_another() {
    let world = World::new(Twice, users(3), vec![group(1, "alpha", &[1, 2])]);
    let report = world.run(&["doctor", "--write", "--yes", "--json"]).exits(DONE).json();
    let words = |what: &str| {
        let finding = report["findings"].as_array().unwrap().iter().find(|finding| finding["what"] == what);
        finding.unwrap()["words"].as_str().unwrap()
    };
    for way in ["by filter", "by value", "by replace", "by PUT"] {
        assert!(words(way).contains("a member can be removed so"), "{way}: {}", words(way));
    }
}

/// Members are called by user name, and only PUT removes them.
struct NamedAndPut;

impl Behavior for NamedAndPut {
    fn before(&self, _: &mut State, request: &Request) -> Option<Answer> {
        let mut operations = request.body["Operations"].as_array().into_iter().flatten();
        let removes = operations.any(|one| one["op"] != "add" && one["path"].to_string().starts_with("\"members"));
        removes.then(|| Answer::error(501, "members are added alone"))
    }

    fn show(&self, state: &State, kind: ResourceType, record: &Value, _: ShownIn) -> Value {
        let mut shown = record.clone();
        for member in shown["members"].as_array_mut().into_iter().flatten().filter(|_| kind == ResourceType::Groups) {
            let user = member["value"].as_str().and_then(|id| state.users.get(id));
            user.into_iter().for_each(|user| member["value"] = user["userName"].clone());
        }
        shown
    }

    fn put(&self, state: &State, _: ResourceType, _: &Value, body: &Value) -> Value {
        let mut record = body.clone();
        for member in record["members"].as_array_mut().into_iter().flatten() {
            let named = state.users.values().find(|user| user["userName"] == member["value"]);
            named.into_iter().for_each(|user| member["value"] = user["id"].clone());
        }
        record
    }
}

#[test]
fn members_by_name_are_compared_by_name() {
    let world = World::new(NamedAndPut, users(6), vec![group(1, "alpha", &[1, 2, 3])]);
    let report = world.run(&["doctor", "--write", "--yes", "--json"]).json();
    let habits = &report["habits"];
    assert_eq!((&habits["patch_groups"], &habits["remove_member"]), (&json!(true), &json!("put")), "{report}");
    world.run(&["remove", "alpha", "user0002", "--yes"]).exits(DONE);
    assert_eq!(world.members("g0001"), ["u0001", "u0003"]);
}

/// Takes no PATCH of groups from some moment on.
struct Turns(Arc<AtomicBool>);

impl Behavior for Turns {
    fn before(&self, _: &mut State, request: &Request) -> Option<Answer> {
        let refused = self.0.load(Ordering::SeqCst) && request.method == "PATCH" && request.path.contains("/Groups/");
        refused.then(|| Answer::error(501, "no longer implemented"))
    }
}

#[test]
fn what_fails_later_is_untried_again() {
    let turned = Arc::new(AtomicBool::new(false));
    let world = World::new(Turns(Arc::clone(&turned)), users(6), vec![group(1, "alpha", &[1, 2])]);
    let works = |action: &str| {
        let report = world.run(&["doctor", "--json"]).exits(DONE).json();
        in_state(&report, "works").contains(&action.to_owned())
    };
    assert!(!works("add a member"), "nothing was tried");
    world.run(&["doctor", "--write", "--yes"]).exits(DONE);
    assert!(works("add a member") && works("remove a member"));
    turned.store(true, Ordering::SeqCst);
    world.run(&["add", "alpha", "user0003", "--yes"]).exits(PARTLY);
    assert!(!works("add a member") && works("remove a member"));
}

/// A server that takes no change of a group, in whatever form.
struct Rigid;

impl Behavior for Rigid {
    fn before(&self, _: &mut State, request: &Request) -> Option<Answer> {
        let refused = matches!(request.method.as_str(), "PATCH" | "PUT") && request.path.contains("/Groups/");
        refused.then(|| Answer::error(501, "not implemented"))
    }
}

#[test]
fn a_refusal_of_every_form_names_the_doctor() {
    let world = World::new(Rigid, users(6), vec![group(1, "alpha", &[1, 2])]);
    world.run(&["add", "alpha", "user0003", "--yes"]).exits(PARTLY).warns(&["`scimitar doctor --write`"]);
    assert_eq!(world.members("g0001"), ["u0001", "u0002"]);
}

/// Holds the answer to one request until the test goes on.
struct Holds {
    holding: AtomicBool,
    method: &'static str,
    path: &'static str,
    began: Sender<()>,
    go_on: Mutex<Receiver<()>>,
}

impl Behavior for Holds {
    fn before(&self, _: &mut State, request: &Request) -> Option<Answer> {
        let meant = request.method == self.method && request.path.contains(self.path);
        if meant && self.holding.swap(false, Ordering::SeqCst) {
            self.began.send(()).unwrap();
            self.go_on.lock().unwrap().recv().unwrap();
        }
        None
    }
}

/// A run that is killed while it works: what it has made is found by the next one.
#[rstest]
#[case::as_the_first_user_is_made("POST", "/Users")]
#[case::as_the_group_is_made("POST", "/Groups")]
#[case::as_the_group_is_changed("PATCH", "/Groups/")]
#[case::as_it_tidies_up("DELETE", "/Users/")]
fn what_a_killed_run_left_is_removed_by_the_next(#[case] method: &'static str, #[case] path: &'static str) {
    let (began, has_begun) = channel();
    let (goes_on, go_on) = channel();
    let holding = AtomicBool::new(true);
    let behavior = Holds { holding, method, path, began, go_on: Mutex::new(go_on) };
    let world = World::new(behavior, users(3), vec![group(1, "alpha", &[1])]);
    let mut child = world.command(&["doctor", "--write", "--yes"]).spawn().unwrap();
    has_begun.recv().unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    goes_on.send(()).unwrap();
    let report = world.run(&["doctor", "--json"]).exits(PARTLY).json();
    let left = report["left_behind"].as_array().unwrap();
    assert!(left.iter().all(|one| one.as_str().unwrap().contains("`scimitar doctor --write` removes it")), "{left:?}");
    assert!(!left.is_empty());
    world.run(&["doctor", "--write", "--yes"]).exits(DONE);
    let users = world.run(&["users", "--json"]).exits(DONE).json();
    assert_eq!(column(&users, "user"), ["user0001", "user0002", "user0003"]);
    assert_eq!(world.state().groups.len(), 1);
    let report = world.run(&["doctor", "--json"]).exits(DONE).json();
    assert_eq!(report["left_behind"], json!([]));
}

/// A run that is stopped while it works tidies up before it ends.
#[cfg(unix)]
#[rstest]
#[case::by_ctrl_c(rustix::process::Signal::INT)]
#[case::by_term(rustix::process::Signal::TERM)]
#[case::by_the_end_of_its_terminal(rustix::process::Signal::HUP)]
#[case::by_quit(rustix::process::Signal::QUIT)]
fn a_run_that_is_stopped_removes_what_it_has_made(#[case] signal: rustix::process::Signal) {
    let (began, has_begun) = channel();
    let (goes_on, go_on) = channel();
    let behavior =
        Holds { holding: AtomicBool::new(true), method: "POST", path: "/Groups", began, go_on: Mutex::new(go_on) };
    let world = World::new(behavior, users(3), vec![group(1, "alpha", &[1])]);
    let before = world.state();
    let mut child = world.command(&["doctor", "--write", "--yes"]).spawn().unwrap();
    has_begun.recv().unwrap();
    rustix::process::kill_process(rustix::process::Pid::from_child(&child), signal).unwrap();
    goes_on.send(()).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(SERVER));
    assert_eq!((world.state().users, world.state().groups), (before.users, before.groups));
}

struct Refuses(u16);

impl Behavior for Refuses {
    fn before(&self, _: &mut State, _: &Request) -> Option<Answer> {
        Some(if self.0 == 200 { Answer::html(200, "<html>sign in</html>") } else { Answer::error(self.0, "no") })
    }
}

#[rstest]
#[case(401, "server-unauthorized")]
#[case(403, "server-forbidden")]
#[case(404, "server-refused")]
#[case(200, "server-protocol")]
fn why_a_server_could_not_be_examined_has_a_code(#[case] status: u16, #[case] code: &str) {
    let world = World::new(Refuses(status), users(1), Vec::new());
    let error = world.run(&["doctor", "--json"]).exits(SERVER).json()["error"].take();
    assert_eq!((&error["code"], &error["details"][0]["code"]), (&json!("not-examined"), &json!(code)), "{error}");
}

/// Takes PATCH of users as an object of attributes only.
struct Pathless;

impl Behavior for Pathless {
    fn before(&self, _: &mut State, request: &Request) -> Option<Answer> {
        let operations = request.body["Operations"].as_array().into_iter().flatten();
        let has_path = operations.into_iter().any(|operation| operation.get("path").is_some());
        let of_users = request.method == "PATCH" && request.path.contains("/Users/");
        (of_users && has_path).then(|| Answer::error(400, "operations have no path here"))
    }
}

#[test]
fn a_server_that_takes_patch_without_a_path_is_not_put_to() {
    let world = World::new(Pathless, users(4), vec![group(1, "alpha", &[1, 2])]);
    let report = world.run(&["doctor", "--write", "--yes", "--json"]).exits(DONE).json();
    let found = finding(&report, "writing", "PATCH user").unwrap();
    assert!(found["words"].as_str().unwrap().starts_with("only without a path"), "{found}");
    for args in [["set-name", "user0001", "Another"], ["set-email", "user0001", "other@example.com"]] {
        let before = world.writes().len();
        world.run(&[&args[..], &["--yes"]].concat()).exits(DONE);
        let methods: Vec<String> = world.writes()[before..].iter().map(|write| write.method.to_string()).collect();
        assert_eq!(methods, ["PATCH"], "{args:?}");
    }
    let user = world.state().users["u0001"].clone();
    assert_eq!((&user["displayName"], &user["emails"][0]["value"]), (&json!("Another"), &json!("other@example.com")));
}
