//! Tests of answers of W&B's GraphQL: lenient reading, and only the exact account or team counts.

use secrecy::ExposeSecret;

use super::*;
use crate::directory::{
    Name,
    side_query::{AccountDetails, SideAnswer, SideQuery, SideQueryKind, TeamParticipant},
};

fn inquiry(topic: SideQueryKind) -> SideQuery {
    wandb().inquiry(topic, &directory()).unwrap()
}

fn told(topic: SideQueryKind, data: &Value) -> Option<SideAnswer> {
    wandb().told(&inquiry(topic), json!({"data": data}).to_string().as_bytes())
}

fn person(topic: SideQueryKind, data: &Value) -> AccountDetails {
    match told(topic, data) {
        Some(SideAnswer::Person(person)) => person,
        other => panic!("no person: {other:?}"),
    }
}

#[test]
fn an_account_is_read_with_holes_in_it() {
    let viewer = json!({"viewer": {
        "id": 17, "username": "ann", "name": null, "email": "ann@x.io", "admin": null, "deletedAt": null,
        "apiKeys": {"edges": [null, {"node": null}, {"node": {"id": 4, "name": "abcd1234", "description": null}}]},
        "teams": {"edges": [{"node": {"name": "vision"}}, {}]},
    }});
    let ann = person(SideQueryKind::Me, &viewer);
    assert_eq!((&*ann.id, ann.user_name.as_str(), ann.name.as_str()), ("17", "ann", ""));
    assert_eq!((ann.instance_admin, ann.deleted, ann.teams), (None, false, vec![Name::from("vision")]));
    let keys = ann.keys.unwrap();
    assert_eq!((keys.len(), &*keys[0].id, keys[0].name.as_str()), (1, "4", "abcd1234"));
}

#[test]
fn keys_that_may_not_be_seen_are_not_none() {
    let with = |keys: Value| {
        person(SideQueryKind::Me, &json!({"viewer": {"id": "U1", "username": "ann", "apiKeys": keys}})).keys
    };
    assert_eq!(with(Value::Null), None);
    assert_eq!(with(json!({"edges": null})), Some(vec![]));
    assert_eq!(person(SideQueryKind::Me, &json!({"viewer": {"id": "U1"}})).keys, None);
}

/// The server finds all names that begin or end with the words.
#[test]
fn of_a_search_only_the_very_user_counts() {
    let node = |id: &str, name: &str| json!({"node": {"id": id, "username": name, "deletedAt": "2026-01-01"}});
    let found =
        json!({"users": {"edges": [node("U8", "bo-lin"), {"node": null}, node("U2=", "bo"), node("U9", "xbo")]}});
    let bo = person(SideQueryKind::Person(id("U2=")), &found);
    assert_eq!((&*bo.id, bo.user_name.as_str(), bo.deleted), ("U2=", "bo", true));
    let others = json!({"users": {"edges": [node("U8", "bo-lin"), node("U9", "xbo")]}});
    assert_eq!(told(SideQueryKind::Person(id("U2=")), &others), Some(SideAnswer::Nothing));
    for nobody in [json!({"users": null}), json!({"users": {"edges": []}})] {
        assert_eq!(told(SideQueryKind::Person(id("U2=")), &nobody), Some(SideAnswer::Nothing));
    }
}

#[test]
fn a_team_tells_who_is_in_it_and_who_is_invited() {
    let entity = json!({"entity": {"id": "T1", "name": "vision", "members": [
        {"id": 3, "admin": true, "pending": null, "email": "ann@x.io", "username": "ann", "name": "Ann", "accountType": "USER"},
        {"id": "I1", "admin": null, "pending": true, "email": "new@x.io", "username": null, "name": ""},
        {"id": "S1", "username": "bot", "accountType": "SERVICE"},
    ]}});
    let Some(SideAnswer::Roster(roster)) = told(SideQueryKind::Roster(id("T1")), &entity) else { panic!("no roster") };
    let seen =
        |one: &TeamParticipant| (one.id.to_string(), one.label().to_string(), one.admin, one.pending, one.account);
    assert_eq!(
        roster.iter().map(seen).collect::<Vec<_>>(),
        [
            ("3".into(), "ann".into(), Some(true), false, AccountKind::Person),
            ("I1".into(), "new@x.io".into(), None, true, AccountKind::Unsaid),
            ("S1".into(), "bot".into(), None, false, AccountKind::TeamService),
        ]
    );
    assert_eq!(told(SideQueryKind::Roster(id("T1")), &json!({"entity": null})), Some(SideAnswer::Nothing));
    let nobody = json!({"entity": {"members": null}});
    assert_eq!(told(SideQueryKind::Roster(id("T1")), &nobody), Some(SideAnswer::Roster(vec![])));
}

#[test]
fn an_answer_without_data_says_nothing() {
    for body in ["", "<html>", "{}", r#"{"data":null}"#] {
        assert_eq!(wandb().told(&inquiry(SideQueryKind::Me), body.as_bytes()), None, "{body}");
    }
}

#[test]
fn only_a_new_key_holds_a_secret() {
    let create = Change::CreateKey { key: id("new:1"), owner: id("U1"), description: "laptop".into() };
    let body = json!({"data": {"generateApiKey": {"apiKey": {"id": 5, "name": "canary", "description": "laptop"}}}});
    let made = wandb().made(&create, body.to_string().as_bytes());
    assert_eq!((made.id, made.secret.unwrap().expose_secret()), (Some(id("5")), "canary"));
    let invite = Change::Invite { key: id("new:1"), team: id("T1"), to: "new@x.io".into(), admin: false };
    let body = json!({"data": {"createInvite": {"invite": {"id": "I1", "name": "new@x.io"}}}});
    let made = wandb().made(&invite, body.to_string().as_bytes());
    assert_eq!((made.id, made.secret.is_none()), (Some(id("I1")), true));
}
