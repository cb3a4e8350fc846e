//! Servers that write the ids of members otherwise than those of users, or answer with the id in another spelling, or with
//! another record.

use rstest::rstest;
use serde_json::{Value, json};

use crate::{
    outcomes::{change, effects, json_of},
    records::{group, user},
    server::{Behavior, ShownIn},
    state::{ResourceType, State, patch},
    world::{DONE, INCOMPLETE, World, column, row},
};

/// How the members of a group are written. Requests may have any form.
#[derive(Debug, Clone, Copy)]
enum Form {
    Upper,
    Lower,
    Number,
}

impl Form {
    fn of(self, id: &str) -> Value {
        match self {
            Self::Upper => id.to_uppercase().into(),
            Self::Lower => id.to_lowercase().into(),
            Self::Number => id.parse::<u64>().unwrap().into(),
        }
    }
}

/// A user whose id is `..` has no address: in a URL `..` names the folder above.
#[test]
fn a_user_whose_id_is_made_of_dots_is_refused_and_not_waited_for() {
    let mut all = vec![user(1), user(2)];
    all[1]["id"] = "..".into();
    let world = World::new(Plain, all, vec![group(1, "team01", &[1])]);
    for args in [&["set-name", "user0002", "New", "--yes"][..], &["deactivate", "user0002", "--yes"]] {
        let said = world.run(args);
        assert!(said.code != DONE, "{said}");
    }
    assert!(world.writes().is_empty());
}

/// The id of the user whom a reference means.
fn meant(state: &State, reference: &Value) -> Value {
    let text = reference.as_str().map_or_else(|| reference.to_string(), str::to_owned);
    state.users.keys().find(|id| id.eq_ignore_ascii_case(&text)).cloned().unwrap_or(text).into()
}

impl Behavior for Form {
    fn show(&self, _: &State, kind: ResourceType, record: &Value, _: ShownIn) -> Value {
        let mut shown = record.clone();
        if kind == ResourceType::Groups {
            for member in shown["members"].as_array_mut().unwrap() {
                member["value"] = self.of(member["value"].as_str().unwrap());
            }
        }
        shown
    }

    fn change(&self, state: &mut State, kind: ResourceType, id: &str, operation: &Value) {
        let mut operation = operation.clone();
        if let Some(members) = operation["value"].as_array().filter(|_| kind == ResourceType::Groups) {
            operation["value"] =
                members.iter().map(|member| json!({"value": meant(state, &member["value"])})).collect();
        }
        let filter = operation["path"].as_str().and_then(|path| path.strip_prefix("members[value eq "));
        if let Some(value) = filter.and_then(|rest| rest.strip_suffix(']')) {
            let value: Value = serde_json::from_str(value).unwrap();
            operation["path"] = format!("members[value eq {}]", meant(state, &value)).into();
        }
        patch(&mut state.of_mut(kind)[id], &operation);
    }
}

/// `alpha` has the first three of four users, whose ids look like this.
fn world(form: Form, ids: [&str; 4]) -> World {
    let people = (1..).zip(ids).map(|(number, id)| {
        let mut user = user(number);
        user["id"] = id.into();
        user
    });
    let mut alpha = group(1, "alpha", &[]);
    alpha["members"] = ids[..3].iter().map(|id| json!({"value": id})).collect();
    World::new(form, people.collect(), vec![alpha])
}

const HEX: [&str; 4] = ["1b9d6bcd-bbfd", "2c0e7cde-ccfe", "3d1f8def-dd0f", "4e2a9efa-ee1a"];
const CAPITALS: [&str; 4] = ["1B9D6BCD-BBFD", "2C0E7CDE-CCFE", "3D1F8DEF-DD0F", "4E2A9EFA-EE1A"];
const NUMBERS: [&str; 4] = ["1001", "1002", "1003", "1004"];

#[rstest]
#[case::upper(Form::Upper, HEX)]
#[case::lower(Form::Lower, CAPITALS)]
#[case::number(Form::Number, NUMBERS)]
fn a_member_is_the_user_of_that_id(#[case] form: Form, #[case] ids: [&str; 4]) {
    let world = world(form, ids);
    let members = world.run(&["members", "alpha", "--json"]).exits(DONE).json();
    assert_eq!(column(&members, "user"), ["user0001", "user0002", "user0003"]);
    assert_eq!(column(&members, "id"), ids[..3]);
    let users = world.run(&["users", "--json", "--filter", "team:alpha"]).exits(DONE).json();
    assert_eq!(column(&users, "user"), ["user0001", "user0002", "user0003"]);

    world.run(&["add", "alpha", "user0003", "--yes"]).exits(DONE);
    assert_eq!(world.written(), [""; 0], "they are in it");
    let said = world.run(&["remove", "alpha", "user0002", "--yes"]).exits(DONE);
    assert!(!said.err.contains("ATTENTION"), "{said}");
    assert_eq!(world.members("g0001"), [ids[0], ids[2]]);
    world.run(&["undo", "--yes"]).exits(DONE);
    assert_eq!(world.members("g0001"), ids[..3]);
    let said = world.run(&["add", "alpha", "user0004", "--yes"]).exits(DONE);
    assert!(!said.err.contains("now, too"), "{said}");
    assert_eq!(world.members("g0001"), ids);

    world.run(&["export", "--out", "all.json"]).exits(DONE);
    let sent = world.written().len();
    world.run(&["apply", "all.json", "--prune", "--yes"]).exits(DONE);
    assert_eq!(world.written().len(), sent);
}

/// The id is a number, the reference is text.
struct NumericIds;

impl Behavior for NumericIds {
    fn show(&self, _: &State, kind: ResourceType, record: &Value, _: ShownIn) -> Value {
        let mut shown = record.clone();
        if kind == ResourceType::Users {
            shown["id"] = record["id"].as_str().unwrap().parse::<u64>().unwrap().into();
        }
        shown
    }
}

#[test]
fn a_number_is_the_id_of_that_text() {
    let mut ann = user(1);
    ann["id"] = "1001".into();
    let mut alpha = group(1, "alpha", &[]);
    alpha["members"] = json!([{"value": "1001"}]);
    let world = World::new(NumericIds, vec![ann], vec![alpha]);
    let members = world.run(&["members", "alpha", "--json"]).exits(DONE).json();
    assert_eq!(row(&members, "1001")["user"], "user0001");
    world.run(&["remove", "alpha", "user0001", "--yes"]).exits(DONE);
    assert_eq!(world.members("g0001"), [""; 0]);
}

struct Plain;

impl Behavior for Plain {}

/// Ids that differ by letter case alone are two people's; a third form is nobody's.
#[test]
fn of_two_ids_that_differ_by_case_none_is_guessed() {
    let [mut ann, mut bob] = [user(1), user(2)];
    (ann["id"], bob["id"]) = ("AbC".into(), "aBc".into());
    let mut alpha = group(1, "alpha", &[]);
    alpha["members"] = json!([{"value": "AbC"}, {"value": "abc"}]);
    let world = World::new(Plain, vec![ann, bob], vec![alpha]);
    let members = world.run(&["members", "alpha", "--json"]).exits(DONE).json();
    assert_eq!(column(&members, "user"), ["", "user0001"]);
    assert_eq!(row(&members, "abc")["kind"], "unknown");
    world.run(&["add", "alpha", "user0002", "--yes"]).exits(DONE);
    assert_eq!(world.members("g0001"), ["AbC", "aBc", "abc"]);
    let said = world.run(&["remove", "alpha", "user0001", "--yes"]).exits(DONE);
    assert!(!said.err.contains("ATTENTION"), "{said}");
    assert_eq!(world.members("g0001"), ["aBc", "abc"]);
}

/// A record that is read alone spells its id in lower case; lists, and references in groups, in capitals.
struct AloneInLowerCase;

impl Behavior for AloneInLowerCase {
    fn show(&self, _: &State, _: ResourceType, record: &Value, shown_in: ShownIn) -> Value {
        let mut shown = record.clone();
        if shown_in != ShownIn::List {
            shown["id"] = shown["id"].as_str().unwrap().to_lowercase().into();
        }
        shown
    }
}

#[test]
fn a_record_that_spells_its_id_otherwise_is_the_one_that_was_asked_for() {
    let people = (1..=4).zip(CAPITALS).map(|(number, id)| {
        let mut user = user(number);
        user["id"] = id.into();
        user
    });
    let mut alpha = group(1, "alpha", &[]);
    alpha["id"] = "G-A".into();
    alpha["members"] = CAPITALS[..3].iter().map(|id| json!({"value": id})).collect();
    let world = World::new(AloneInLowerCase, people.collect(), vec![alpha]);
    let members = world.run(&["members", "alpha", "--json"]).exits(DONE).json();
    assert_eq!(column(&members, "user"), ["user0001", "user0002", "user0003"]);

    for (args, left) in [
        (["remove", "alpha", "user0002"], vec![CAPITALS[0], CAPITALS[2]]),
        (["add", "alpha", "user0004"], CAPITALS.to_vec()),
    ] {
        let told = json_of(&world, &args, DONE);
        assert_eq!((&change(&told)["state"], effects(&told)), (&json!("confirmed"), vec![]), "{told}");
        assert_eq!(world.members("G-A"), left);
        let told = json_of(&world, &["undo"], DONE);
        assert_eq!((&change(&told)["state"], effects(&told)), (&json!("confirmed"), vec![]), "{told}");
        assert_eq!(world.members("G-A"), CAPITALS[..3]);
    }
    world.run(&["set-name", "user0001", "New Name", "--yes"]).exits(DONE);
    world.run(&["undo", "--yes"]).exits(DONE);
}

/// Whoever asks for `u0002` gets the record of `u0001`, and the answer to each PATCH of a user is that record, too.
struct AnotherRecord;

impl Behavior for AnotherRecord {
    fn show(&self, state: &State, kind: ResourceType, record: &Value, shown_in: ShownIn) -> Value {
        let is_meant = kind == ResourceType::Users && record["id"] == "u0002" && shown_in != ShownIn::List;
        if is_meant { state.users["u0001"].clone() } else { record.clone() }
    }
}

/// The other record is no news of the one that was asked for, and it is not kept as one.
#[test]
fn an_answer_with_another_record_is_no_reading() {
    let world = World::new(AnotherRecord, vec![user(1), user(2)], vec![group(1, "alpha", &[1])]);
    let said = world.run(&["attributes", "user0002"]);
    assert!(said.code == INCOMPLETE && said.err.contains("another record"), "{said}");
    let told = world.run(&["set-name", "user0002", "New Name", "--yes", "--json"]).json();
    let row = change(&told);
    assert!(row["state"] != "confirmed" && row["state"] != "refused", "nothing shows what became of it: {told}");
    assert!(row["why"].as_str().unwrap().contains("another record"), "{told}");
    assert_eq!(world.state().users["u0002"]["displayName"], "New Name");
    assert_eq!(world.state().users["u0001"]["displayName"], "USER0001");
}
