//! Each change shows on the records that it alters, and only there.

use rstest::rstest;
use serde_json::{Value, json};

use super::*;
use crate::directory::{
    ResourceRef,
    change::{NewService, SeatKind},
};

fn id(text: &str) -> Id {
    text.into()
}

fn grant(scope: &str, role: &str) -> RoleGrant {
    RoleGrant { scope: scope.into(), role: role.into() }
}

/// Eva, member of vision and nlp, with a role in one registry.
fn eva() -> User {
    User {
        id: id("eva"),
        user_name: "eva".into(),
        display_name: "Eva".into(),
        email: "eva@example.com".into(),
        active: Some(true),
        team_roles: Some(vec![grant("vision", "member"), grant("nlp", "admin")]),
        registry_roles: vec![grant("models", "member"), grant("data", "member")],
        ..User::default()
    }
}

fn laid(change: Change) -> User {
    let mut user = eva();
    change.apply_to_user(&mut user, |team| Some(Name::from(&**team)));
    user
}

fn seat(seat: SeatKind) -> Change {
    Change::SetSeat { user: id("eva"), seat, to: "full".into() }
}

fn attribute(path: &str, to: Value) -> Change {
    Change::SetAttribute { target: ResourceRef::user(&id("eva")), path: path.into(), before: None, to: Some(to) }
}

#[rstest]
#[case(SeatKind::Models, |user: &User| user.models_seat.clone())]
#[case(SeatKind::Weave, |user: &User| user.weave_role.clone())]
#[case(SeatKind::Registry, |user: &User| user.registry_access.clone())]
fn a_seat_shows_at_its_product_alone(#[case] kind: SeatKind, #[case] of: fn(&User) -> MaybeTold) {
    let user = laid(seat(kind));
    assert_eq!(of(&user), MaybeTold::from(Some(Name::from("full"))));
    let told =
        [&user.models_seat, &user.weave_role, &user.registry_access].iter().filter(|seat| seat.is_told()).count();
    assert_eq!(told, 1);
}

#[test]
fn a_registry_role_is_given_changed_and_taken() {
    let set = |registry: &str, role: &str| Change::SetRegistryRole {
        user: id("eva"),
        registry: registry.into(),
        role: role.into(),
    };
    assert_eq!(laid(set("models", "admin")).registry_roles, [grant("models", "admin"), grant("data", "member")]);
    assert_eq!(laid(set("new", "admin")).registry_roles.len(), 3);
    let gone =
        |registry: Option<&str>| Change::RemoveRegistryRole { user: id("eva"), registry: registry.map(Name::from) };
    assert_eq!(laid(gone(Some("models"))).registry_roles, [grant("data", "member")]);
    assert_eq!(laid(gone(None)).registry_roles, []);
}

#[test]
fn a_team_role_is_changed_where_there_is_one_and_given_elsewhere() {
    let set = |team: &str| Change::SetTeamRole { user: id("eva"), team: id(team), role: "viewer".into() };
    assert_eq!(laid(set("nlp")).team_roles, Some(vec![grant("vision", "member"), grant("nlp", "viewer")]));
    assert_eq!(laid(set("ops")).team_roles.unwrap().last(), Some(&grant("ops", "viewer")));
}

#[rstest]
#[case::leaves(vec!["eva"], vec![grant("nlp", "admin")])]
#[case::others(vec!["ivan"], vec![grant("vision", "member"), grant("nlp", "admin")])]
fn a_replacement_takes_the_roles_of_those_who_leave(#[case] go: Vec<&str>, #[case] left: Vec<RoleGrant>) {
    let go = go.into_iter().map(id).collect();
    let change = Change::ReplaceMembers { team: id("vision"), stay: vec![], come: vec![], go };
    assert_eq!(laid(change).team_roles, Some(left));
}

#[test]
fn names_addresses_and_states_show() {
    let user = laid(Change::SetDisplayName { user: id("eva"), to: "E. T.".into() });
    assert_eq!(user, User { display_name: "E. T.".into(), ..eva() });
    let user = laid(Change::SetEmail { user: id("eva"), to: "e@example.com".into() });
    assert_eq!(user, User { email: "e@example.com".into(), ..eva() });
    assert_eq!(laid(attribute("username", json!("eva-t"))), User { user_name: "eva-t".into(), ..eva() });
    assert_eq!(laid(attribute("urn:example:User:badge", json!("7"))), eva());
}

fn members(team: &Team) -> Vec<&str> {
    team.members.iter().flatten().map(|member| &*member.id).collect()
}

#[test]
fn a_team_s_members_follow() {
    let member = |name: &str| Member { id: id(name), display: Name::default() };
    let laid = |change: Change| {
        let members = Some(vec![member("eva"), member("ivan"), member("noor")]);
        let mut team = Team { id: id("vision"), name: "vision".into(), members, ..Team::default() };
        change.apply_to_team(&mut team);
        team
    };
    let replaced = laid(Change::ReplaceMembers {
        team: id("vision"),
        stay: vec![id("ivan")],
        come: vec![id("kai"), id("noor")],
        go: vec![id("eva")],
    });
    assert_eq!(members(&replaced), ["ivan", "kai", "noor"]);
    assert_eq!(members(&laid(Change::AddMember { team: id("vision"), user: id("eva") })), ["eva", "ivan", "noor"]);
    assert_eq!(members(&laid(Change::RemoveMember { team: id("vision"), user: id("eva") })), ["ivan", "noor"]);
    let target = ResourceRef::team(&id("vision"));
    let rename = Change::SetAttribute { target, path: "displayName".into(), before: None, to: Some(json!("sight")) };
    assert_eq!(laid(rename).name, Name::from("sight"));
}

#[test]
fn a_role_that_is_made_or_edited_shows_what_it_allows() {
    let draft = RoleDraft {
        name: "janitor".into(),
        description: "cleans".into(),
        inherits: "member".into(),
        added: vec!["run:delete".into()],
    };
    let own = Permission { name: "run:delete".into(), inherited: false };
    let Some(Record::Role(made)) = (Change::CreateRole { key: id("new:1"), role: draft.clone() }).created() else {
        panic!("a role is made");
    };
    assert_eq!((&*made.name.to_string(), &made.permissions), ("janitor", &vec![own.clone()]));
    let inherited = Permission { name: "run:read".into(), inherited: true };
    let former = Permission { name: "run:stop".into(), inherited: false };
    let mut role = Role { id: id("r1"), permissions: vec![inherited.clone(), former], ..Role::default() };
    (Change::EditRole { role: id("r1"), to: draft }).apply_to_role(&mut role);
    assert_eq!(role.permissions, [inherited, own]);
    assert_eq!((role.description, role.inherits), ("cleans".into(), "member".into()));
}

#[rstest]
#[case(true, AccountKind::OrgService)]
#[case(false, AccountKind::TeamService)]
fn a_service_account_shows_at_once(#[case] organisation: bool, #[case] account: AccountKind) {
    let service = NewService { name: "bot".into(), organisation, team: id("vision") };
    let Some(Record::User(made)) = (Change::CreateService { key: id("new:1"), service }).created() else {
        panic!("an account is made");
    };
    assert_eq!((made.account, made.active), (account, Some(true)));
}

#[test]
fn an_attribute_with_a_change_of_its_own_gets_that() {
    let target = || ResourceRef::user(&id("eva"));
    let change = |path: &str, to: Option<Value>| Change::attribute(target(), path.into(), None, to);
    assert_eq!(change("ACTIVE", Some(json!(false))), Change::SetActive { user: id("eva"), active: false });
    assert!(matches!(change("active", Some(json!("no"))), Change::SetAttribute { .. }));
    assert!(matches!(change("locked", Some(json!(true))), Change::SetAttribute { .. }));
    let name = |to: &str| Change::SetDisplayName { user: id("eva"), to: to.into() };
    assert_eq!(change("displayName", Some(json!("Eva"))), name("Eva"));
    assert_eq!(change("displayName", None), name(""));
    assert!(matches!(change("title", None), Change::SetAttribute { .. }));
    for (path, to) in [("title", json!("Dr")), ("displayName", json!("Eva")), ("active", json!(true))] {
        assert_eq!(change(path, Some(to.clone())).as_attribute(), Some((path, Some(to))));
    }
    assert_eq!(Change::DeleteUser { user: id("eva") }.as_attribute(), None);
    let team = ResourceRef::team(&id("vision"));
    assert!(matches!(Change::attribute(team, "displayName".into(), None, None), Change::SetAttribute { .. }));
}
