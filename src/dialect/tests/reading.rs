//! Old and new shapes of answers, and bad ones.

use rstest::rstest;

use super::*;
use crate::directory::MaybeTold;
use crate::directory::record::LastActive;

fn wandb_user(value: Value, depth: ReadDepth) -> User {
    match read(&*wandb(), RecordKind::User, depth, &value) {
        Ok(Record::User(user)) => user,
        other => panic!("{other:?}"),
    }
}

fn wandb_team(value: Value, depth: ReadDepth) -> Team {
    match read(&*wandb(), RecordKind::Team, depth, &value) {
        Ok(Record::Team(team)) => team,
        other => panic!("{other:?}"),
    }
}

#[test]
fn users_of_old_and_new_servers_read_alike() {
    let user = |emails: Value| {
        wandb_user(
            json!({
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": "VXNlcjox", "userName": "ann",
                "displayName": "Ann A", "active": "True", "emails": emails,
                "meta": {"created": "2025-7-01T00:00:00Z", "version": "W/\"5\"", "location": "Users/VXNlcjox"},
            }),
            ReadDepth::Full,
        )
    };
    let old = user(json!({"Value": "ann@x.io", "Display": "", "Type": "", "Primary": true}));
    let new = user(json!([{"value": "other@x.io"}, {"primary": true, "value": "ann@x.io"}]));
    assert_eq!(old, new);
    assert_eq!((old.email.raw(), old.active, old.version.as_deref()), ("ann@x.io", Some(true), Some("W/\"5\"")));
    assert_eq!(old.created.unwrap().to_string(), "2025-07-01T00:00:00Z");
    assert_eq!((old.org_role, old.team_roles, old.last_active), (MaybeTold::NOT_TOLD, None, LastActive::Unknown));
    assert_eq!(old.problem, None);
}

#[test]
fn roles_seats_and_activity_are_read_wherever_they_stand() {
    let user = wandb_user(
        json!({
            "id": "1", "userName": "ann", "emails": [], "daysActive": 12, "lastActiveAt": null,
            "teamRoles": [{"teamName": "vision", "roleName": "janitor"}],
            "registryRoles": [{"registryName": "models", "roleName": "viewer"}],
            "modelsSeat": "full", "weaveRole": "none",
            "urn:ietf:params:scim:schemas:extension:wandb:2.0:User": {"organizationRole": "member"},
        }),
        ReadDepth::Full,
    );
    assert_eq!(user.org_role, "member".into());
    assert_eq!(user.team_roles, Some(vec![grant("vision", "janitor")]));
    assert_eq!(user.registry_roles, [grant("models", "viewer")]);
    assert_eq!((user.models_seat, user.weave_role), ("full".into(), "none".into()));
    assert_eq!((user.last_active, user.days_active), (LastActive::Never, Some(12)));
    let top = json!({"id": "1", "userName": "b", "organizationRole": "admin", "lastActiveAt": "2026-08-01T10:00:00Z",
                     "teamRoles": null});
    let top = wandb_user(top, ReadDepth::Summary);
    assert_eq!((top.org_role, top.team_roles), ("admin".into(), Some(vec![])));
    assert!(matches!(top.last_active, LastActive::At(at) if at.to_string() == "2026-08-01T10:00:00Z"));
}

#[test]
fn service_accounts_are_told_from_people() {
    let account = |more: Value| {
        let mut value = json!({"id": "1", "userName": "bot"});
        value.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let user = wandb_user(value, ReadDepth::Summary);
        assert_eq!(user.problem, None);
        user.account
    };
    assert_eq!(account(json!({"accountType": "SERVICE"})), AccountKind::TeamService);
    assert_eq!(account(json!({"accountType": "ORG_SERVICE"})), AccountKind::OrgService);
    assert_eq!(account(json!({"accountType": "USER", "organizationRole": "service"})), AccountKind::Person);
    assert_eq!(account(json!({"organizationRole": "org_service"})), AccountKind::OrgService);
    assert_eq!(account(json!({"organizationRole": "service"})), AccountKind::TeamService);
    assert_eq!(account(json!({})), AccountKind::Unsaid);
}

#[test]
fn members_are_read_in_every_shape() {
    let member = Member { id: id("u1"), display: "ann".into() };
    for members in [
        json!([{"Value": "u1", "Ref": "", "Type": "", "Display": "ann"}]),
        json!([{"value": "u1", "$ref": "Users/u1", "display": "ann"}]),
        json!({"value": "u1", "display": "ann"}),
    ] {
        let team = wandb_team(json!({"id": "t", "displayName": "vision", "members": members}), ReadDepth::Summary);
        assert_eq!((team.members, team.problem), (Some(vec![member.clone()]), None));
    }
    for reference in ["https://id.example.com/scim/v2/Users/u1", "../Users/u1", "/Users/u1?x=1"] {
        let members = json!([{"$ref": reference, "display": "ann"}]);
        let team = wandb_team(json!({"id": "t", "displayName": "vision", "members": members}), ReadDepth::Summary);
        assert_eq!((team.members, team.problem), (Some(vec![member.clone()]), None));
    }
    // Of a list in which one can't be told from others, nobody is said to be out.
    for unknown in [json!({"display": "ann"}), json!({"value": ""}), json!({"$ref": "u1"}), json!({"$ref": "/U/a%2Fb"})]
    {
        let members = json!([{"value": "u2"}, unknown]);
        let team = wandb_team(json!({"id": "t", "displayName": "vision", "members": members}), ReadDepth::Summary);
        assert_eq!((team.members, team.problem.is_some()), (None, true));
    }
    for nobody in [json!(null), json!([])] {
        let team = wandb_team(json!({"id": "t", "displayName": "vision", "members": nobody}), ReadDepth::Summary);
        assert_eq!(team.members, Some(vec![]));
    }
    let silent = json!({"id": "t", "displayName": "vision"});
    assert_eq!(wandb_team(silent.clone(), ReadDepth::Summary).members, None);
    assert_eq!(wandb_team(silent, ReadDepth::Full).members, None);
}

#[test]
fn custom_roles_are_read() {
    let value = json!({"schemas": [""], "id": "Um9sZTo5", "name": "Run janitor", "description": "…",
        "inheritedFrom": "member", "organizationID": "T3Jn",
        "permissions": [{"name": "artifact:read", "isInherited": true}, {"name": "run:delete", "isInherited": false}],
        "meta": {"created": "2026-01-01T00:00:00Z"}});
    let Ok(Record::Role(role)) = read(&*wandb(), RecordKind::Role, ReadDepth::Summary, &value) else {
        panic!("a role")
    };
    assert_eq!(role.permissions, [permission("artifact:read", true), permission("run:delete", false)]);
    assert_eq!((role.inherits.raw(), role.problem), ("member", None));
}

#[test]
fn one_bad_attribute_costs_only_itself() {
    for (value, path, why) in [
        (json!({"id": "1", "userName": "a", "emails": [{"value": {}}]}), "emails[0].value", "is an object, not text"),
        (json!({"id": "1", "userName": "a", "emails": true}), "emails", "is true or false, not an address"),
        (json!({"id": "1", "userName": "a", "active": "maybe"}), "active", "is text, not true or false"),
        (json!({"id": "1"}), "userName", "is missing"),
        (json!({"id": "1", "userName": "a", "teamRoles": [{"teamName": "t"}]}), "teamRoles[0].roleName", "is missing"),
    ] {
        let user = wandb_user(value, ReadDepth::Full);
        let problem = user.problem.unwrap();
        assert_eq!((problem.path, problem.why.as_str()), (format!("$.Resources[3].{path}"), why));
        assert_eq!(user.id, id("1"));
    }
    let members = json!({"id": "t", "displayName": "x", "members": [{"display": "?"}, {"value": "u"}]});
    let team = wandb_team(members, ReadDepth::Full);
    assert_eq!(team.members, None, "who else is in it is not known");
    assert_eq!(team.problem.unwrap().path, "$.Resources[3].members[0].value");
    let harmless = json!({"id": "1", "userName": "a", "meta": 5, "daysActive": "many", "lastActiveAt": "soon"});
    assert_eq!(wandb_user(harmless, ReadDepth::Full).problem, None);
}

#[test]
fn what_is_no_record_says_where() {
    for (value, path) in [(json!(7), "$.Resources[3]"), (json!({"id": ""}), "$.Resources[3].id")] {
        for (_, dialect) in dialects() {
            assert_eq!(read(&*dialect, RecordKind::User, ReadDepth::Full, &value).unwrap_err().path, path);
        }
    }
}

#[test]
fn the_rfc_dialect_reads_names_and_roles() {
    let rfc = of(Provider::Scim, Hosting::Dedicated, KnownServer::default());
    let user = |value: Value| match read(&*rfc, RecordKind::User, ReadDepth::Full, &value) {
        Ok(Record::User(user)) => user,
        other => panic!("{other:?}"),
    };
    let formatted = user(json!({"id": "1", "userName": "a", "name": {"formatted": "Ann A", "familyName": "A"}}));
    assert_eq!(formatted.display_name.raw(), "Ann A");
    let parts = user(json!({"ID": 1, "username": "a", "name": {"givenName": "Ann", "familyName": "B"},
                            "organizationRole": "admin", "roles": [{"value": "admin"}]}));
    assert_eq!((parts.display_name.raw(), parts.org_role, &*parts.id), ("Ann B", "admin".into(), "1"));
    assert!(read(&*rfc, RecordKind::Role, ReadDepth::Full, &json!({"id": "1"})).is_err());
}

/// What an entry says without a `value` is read; an entry that says nothing leaves the role unknown.
#[rstest]
#[case::display(json!([{"display": "admin"}]), "admin".into())]
#[case::an_empty_value_and_a_display(json!([{"value": "", "display": "admin"}]), "admin".into())]
#[case::no_value(json!([{"value": null}, {"value": ""}]), MaybeTold::none())]
#[case::no_entry(json!([]), MaybeTold::none())]
#[case::neither(json!([{"type": "admin"}]), MaybeTold::NOT_TOLD)]
#[case::an_object_as_value(json!([{"value": {"name": "admin"}}]), MaybeTold::NOT_TOLD)]
fn a_role_without_a_value_is_not_none(#[case] roles: Value, #[case] role: MaybeTold) {
    let rfc = of(Provider::Scim, Hosting::Dedicated, KnownServer::default());
    match read(&*rfc, RecordKind::User, ReadDepth::Full, &json!({"id": "1", "userName": "a", "roles": roles})) {
        Ok(Record::User(user)) => assert_eq!(user.org_role, role),
        other => panic!("{other:?}"),
    }
}

#[test]
fn first_and_last_names_are_read_where_the_provider_has_them() {
    let names = |provider, depth, name: Value| {
        let dialect = of(provider, Hosting::Dedicated, KnownServer::default());
        let mut user = json!({"id": "1", "userName": "a"});
        user.as_object_mut().unwrap().extend((!name.is_null()).then(|| ("name".to_owned(), name)));
        match read(&*dialect, RecordKind::User, depth, &user) {
            Ok(Record::User(User { first_name, last_name, problem: None, .. })) => [first_name, last_name],
            other => panic!("{other:?}"),
        }
    };
    let none = MaybeTold::none;
    for provider in [Provider::Scim, Provider::Datasaur] {
        let full = |name| names(provider, ReadDepth::Full, name);
        assert_eq!(full(json!({"givenName": "Ann", "FamilyName": " B "})), ["Ann".into(), " B ".into()]);
        assert_eq!(full(json!({"givenName": "Ann", "familyName": null})), ["Ann".into(), none()]);
        assert_eq!(full(json!({"formatted": "Ann B"})), [none(), none()]);
        assert_eq!(full(json!(null)), [none(), none()]);
        let unreadable = [MaybeTold::NOT_TOLD, MaybeTold::NOT_TOLD];
        assert_eq!(full(json!("Ann B")), unreadable);
        assert_eq!(full(json!({"givenName": ["Ann"], "familyName": "B"})), [MaybeTold::NOT_TOLD, "B".into()]);
        assert_eq!(names(provider, ReadDepth::Summary, json!(null)), unreadable, "a list may leave them out");
    }
    let parts = || json!({"givenName": "Ann", "familyName": "B"});
    for provider in [Provider::Wandb, Provider::Grafana] {
        assert_eq!(names(provider, ReadDepth::Full, parts()), [MaybeTold::NOT_TOLD, MaybeTold::NOT_TOLD]);
    }
}
