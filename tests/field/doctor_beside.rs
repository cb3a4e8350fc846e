//! Trials of the doctor that alter more than was asked for, and answers with records that are not its own.

use serde_json::{Value, json};

use crate::{
    records::{group, users},
    server::{Answer, Behavior, Request},
    state::{ResourceType, State, patch},
    world::{DONE, World},
};

/// Exit status: some of it will not work.
const PARTLY: i32 = 1;

#[track_caller]
fn finding<'a>(report: &'a Value, what: &str) -> &'a Value {
    let findings = report["findings"].as_array().unwrap();
    let found = findings.iter().find(|finding| finding["part"] == "writing" && finding["what"] == what);
    found.unwrap_or_else(|| panic!("{what}: {report:#}"))
}

/// Another address is another user name; whoever is added to a group brings `u0001` along.
struct AltersMore;

impl Behavior for AltersMore {
    fn change(&self, state: &mut State, kind: ResourceType, id: &str, operation: &Value) {
        let record = &mut state.of_mut(kind)[id];
        patch(record, operation);
        let path = operation["path"].as_str().unwrap_or_default();
        if kind == ResourceType::Users && path.starts_with("emails") {
            record["userName"] = record["emails"][0]["value"].clone();
        }
        if kind == ResourceType::Groups && operation["op"] == "add" {
            record["members"].as_array_mut().unwrap().push(json!({"value": "u0001"}));
        }
    }
}

#[test]
fn a_trial_that_alters_more_than_was_asked_for_is_a_problem() {
    let world = World::new(AltersMore, users(3), vec![group(1, "alpha", &[1, 2])]);
    let report = world.run(&["doctor", "--write", "--yes", "--json"]).exits(PARTLY).json();
    for (what, words) in [("change email", "alters userName, too"), ("add member", "whom nobody asked for joined")] {
        let finding = finding(&report, what);
        assert_eq!(finding["verdict"], "problem", "{finding:#}");
        assert!(finding["words"].as_str().unwrap().contains(words), "{finding:#}");
    }
    assert_eq!(world.state().users.len(), 3, "{report:#}");
}

/// New users get a domain.
struct Renames;

impl Behavior for Renames {
    fn create(&self, _: &State, kind: ResourceType, body: &Value, id: &str) -> Value {
        let mut record = body.clone();
        record["id"] = id.into();
        if kind == ResourceType::Users {
            record["userName"] = format!("{}@corp.example", body["userName"].as_str().unwrap()).into();
        }
        record
    }
}

#[test]
fn a_user_who_is_created_under_another_name_is_a_problem_and_removed_again() {
    let world = World::new(Renames, users(3), vec![group(1, "alpha", &[1, 2])]);
    let report = world.run(&["doctor", "--write", "--yes", "--json"]).exits(PARTLY).json();
    let created = finding(&report, "create user");
    assert_eq!(created["verdict"], "problem", "{created:#}");
    assert!(created["words"].as_str().unwrap().contains("@corp.example"), "{created:#}");
    assert_eq!((world.state().users.len(), &report["left_behind"]), (3, &json!([])), "{report:#}");
}

/// POST answers 201 with a record that was there before.
struct AnswersWithAnother;

impl Behavior for AnswersWithAnother {
    fn before(&self, state: &mut State, request: &Request) -> Option<Answer> {
        let posts = request.method == "POST" && request.path.ends_with("/Users");
        posts.then(|| Answer::json(201, &state.users["u0002"]))
    }
}

#[test]
fn somebody_else_s_record_is_neither_altered_nor_deleted() {
    let world = World::new(AnswersWithAnother, users(3), vec![group(1, "alpha", &[1, 2])]);
    let before = world.state();
    let report = world.run(&["doctor", "--write", "--yes", "--json"]).exits(PARTLY).json();
    assert!(
        finding(&report, "create user")["words"].as_str().unwrap().contains("the record of user0002"),
        "{report:#}"
    );
    assert_eq!(world.state(), before);
    assert!(world.written().iter().all(|request| request.starts_with("POST")), "{:?}", world.written());
}

/// POST creates a record, and answers 201 with what was sent and the id of another one.
struct AnswersWithAnotherId;

impl Behavior for AnswersWithAnotherId {
    fn after(&self, _: &State, request: &Request, answer: Answer) -> Answer {
        let id = if request.path.ends_with("/Users") { "u0002" } else { "g0001" };
        let mut body = request.body.clone();
        body["id"] = id.into();
        if request.method == "POST" { Answer::json(201, &body) } else { answer }
    }
}

#[test]
fn a_record_whose_id_an_answer_gives_is_read_before_it_is_altered() {
    let world = World::new(AnswersWithAnotherId, users(3), vec![group(1, "alpha", &[1, 2])]);
    let before = world.state();
    let report = world.run(&["doctor", "--write", "--yes", "--json"]).exits(PARTLY).json();
    let words = finding(&report, "create user")["words"].as_str().unwrap().to_owned();
    assert!(words.contains("the record of user0002"), "{report:#}");
    let after = world.state();
    assert_eq!((after.users["u0002"].clone(), after.groups), (before.users["u0002"].clone(), before.groups));
    let others = world.written().into_iter().filter(|request| !request.starts_with("POST"));
    assert!(others.clone().all(|request| !request.contains("u0002")), "{:?}", others.collect::<Vec<_>>());
}

/// Every list of the server lacks its total.
struct Uncounted;

impl Behavior for Uncounted {
    fn envelope(&self, _: usize, start: usize, resources: Vec<Value>) -> Value {
        json!({"startIndex": start, "itemsPerPage": resources.len(), "Resources": resources})
    }
}

#[test]
fn the_first_line_counts_as_many_as_there_are_lines() {
    let world = World::new(Uncounted, users(3), vec![group(1, "alpha", &[1, 2])]);
    let said = world.run(&["doctor"]);
    let (_, head) = said.out.lines().nth(1).unwrap().split_once(": ").unwrap();
    let body = said.out.split("What the console can do").next().unwrap();
    let signed = |sign: &str| body.lines().filter(|line| line.starts_with(&format!("  {sign} "))).count();
    for (sign, word) in [("x", "problem"), ("-", "note"), ("?", "unknown")] {
        let count = signed(sign)
            + signed(match sign {
                "x" => "✗",
                "-" => "·",
                _ => "\u{0}",
            });
        let told = head
            .split(',')
            .find(|part| part.contains(word))
            .map_or(0, |part| part.split_whitespace().next().unwrap().parse::<usize>().unwrap());
        assert_eq!(told, count, "{word}: {said}");
    }
    assert!(said.code == DONE || said.code == PARTLY, "{said}");
}
