//! The changes that make a deleted record again, and the differences that they name.

use super::super::compensation::{Compensation, UNLISTED, compensation, replaced};
use super::*;
use crate::directory::{
    MaybeTold,
    change::{ChangeVerb, NewUser, RoleDraft, SeatKind},
    record::{AccountKind, RecordProblem},
    refusal::Refusal,
};

/// A provider that creates and deletes everything, and where members join as `member`.
fn capable() -> ProviderCapabilities {
    let choice = |name: &str| RoleChoice { name: name.into(), note: None };
    ProviderCapabilities {
        org_roles: vec![choice("admin"), choice("member")],
        team_roles: vec![choice("admin"), choice("member")],
        registry_roles: vec![choice("admin"), choice("member")],
        joins_as: Some("member".into()),
        ..ProviderCapabilities::default()
    }
}

fn without(mut can: ProviderCapabilities, verb: ChangeVerb) -> ProviderCapabilities {
    can.refused.push((verb, Refusal::unsupported("not here")));
    can
}

fn delete_user(n: usize) -> Change {
    Change::DeleteUser { user: id(&format!("user-{n:02}")) }
}

fn of(change: &Change, can: &ProviderCapabilities) -> Option<Compensation> {
    compensation(change, &directory(), can)
}

/// The directory with one user altered.
fn with_user(n: usize, alter: impl Fn(&mut User)) -> Directory {
    let whole = directory();
    let mut users: Vec<User> = whole.records().users().values().cloned().collect();
    alter(&mut users[n]);
    let teams = whole.records().teams().values().cloned().collect();
    let roles = whole.records().roles().values().cloned().collect();
    let mut altered = Directory::default();
    altered.replace(Records::build(users, teams, roles), true);
    altered
}

#[rstest]
#[case::team(Change::DeleteTeam { team: id("vision") }, ChangeVerb::CreateTeam)]
#[case::role(delete_role("janitor"), ChangeVerb::CreateRole)]
#[case::user(delete_user(4), ChangeVerb::CreateUser)]
fn a_record_is_made_again_only_where_the_provider_creates_one(#[case] change: Change, #[case] verb: ChangeVerb) {
    assert!(of(&change, &capable()).is_some());
    assert_eq!(of(&change, &without(capable(), verb)), None);
}

#[test]
fn a_deactivated_user_is_made_again_only_where_the_deactivation_removes() {
    let off = |active| Change::SetActive { user: id("user-04"), active };
    let removing = || ProviderCapabilities { inactive_word: "removed", ..capable() };
    assert_eq!(of(&off(false), &capable()), None);
    assert!(of(&off(false), &removing()).is_some());
    assert_eq!(of(&off(true), &removing()), None);
    assert_eq!(of(&off(false), &without(removing(), ChangeVerb::CreateUser)), None);
}

#[test]
fn a_provisional_id_names_the_record_that_it_replaces() {
    let made = of(&delete_user(4), &capable()).unwrap();
    assert_eq!(made.changes[0].creates().and_then(replaced), Some(id("user-04")));
    assert_eq!(replaced(&id("user-04")), None);
}

#[test]
fn a_team_gets_its_members_and_the_roles_that_joining_does_not_give() {
    let made = of(&Change::DeleteTeam { team: id("vision") }, &capable()).unwrap();
    let Change::CreateTeam { key, name, members, .. } = &made.changes[0] else { panic!("{made:?}") };
    assert_eq!((name.as_str(), members.len()), ("vision", 20));
    let admin =
        |n: usize| Change::SetTeamRole { user: id(&format!("user-{n:02}")), team: key.clone(), role: "admin".into() };
    assert_eq!(made.changes[1..], [admin(0), admin(1)]);
    assert_eq!(made.differs.len(), 1, "{:?}", made.differs);

    let unknown_start = ProviderCapabilities { joins_as: None, ..capable() };
    assert_eq!(of(&Change::DeleteTeam { team: id("vision") }, &unknown_start).unwrap().changes.len(), 21);
    let no_roles = ProviderCapabilities { team_roles: vec![], ..unknown_start };
    assert_eq!(of(&Change::DeleteTeam { team: id("vision") }, &no_roles).unwrap().changes.len(), 1);
}

#[rstest]
#[case::unknown_user(Some(vec!["user-01", "nobody"]), Some("1 of its members are no known users"))]
#[case::not_told(None, Some("is not known: it is made empty"))]
#[case::all_known(Some(vec!["user-01"]), None)]
fn a_team_names_the_members_that_it_does_not_get(#[case] members: Option<Vec<&str>>, #[case] said: Option<&str>) {
    let member = |name: &str| Member { id: id(name), display: Name::default() };
    let team = Team {
        id: id("ops"),
        name: "ops".into(),
        members: members.map(|names| names.into_iter().map(member).collect()),
        ..Team::default()
    };
    let users = directory().records().users().values().cloned().collect();
    let mut directory = Directory::default();
    directory.replace(Records::build(users, vec![team], vec![]), true);
    let made = compensation(&Change::DeleteTeam { team: id("ops") }, &directory, &capable()).unwrap();
    let differs = made.differs[1..].join(" ");
    assert!(said.map_or(differs.is_empty(), |words| differs.contains(words)), "{differs}");
}

#[test]
fn a_role_goes_back_to_its_holders_everywhere_and_in_teams() {
    let role = |name: &str| {
        with_user(3, |user| {
            user.org_role = name.into();
            user.team_roles = Some(vec![RoleGrant { scope: "nlp".into(), role: name.into() }]);
        })
    };
    let made = compensation(&delete_role("janitor"), &role("janitor"), &capable()).unwrap();
    let user = id("user-03");
    assert!(matches!(&made.changes[0], Change::CreateRole { role: RoleDraft { name, .. }, .. } if name == "janitor"));
    assert_eq!(
        made.changes[1..],
        [
            Change::SetOrgRole { user: user.clone(), role: "janitor".into() },
            Change::SetTeamRole { user, team: id("nlp"), role: "janitor".into() },
        ]
    );
    assert_eq!(made.differs, ["janitor gets another id."]);
    assert_eq!(compensation(&delete_role("janitor"), &role("auditor"), &capable()).unwrap().changes.len(), 1);
}

#[rstest]
#[case::organisation(|user: &mut User| user.org_role = MaybeTold::NOT_TOLD)]
#[case::teams(|user: &mut User| user.team_roles = None)]
fn holders_whose_roles_are_not_told_are_named_as_missing(#[case] untell: fn(&mut User)) {
    let made = compensation(&delete_role("janitor"), &with_user(3, untell), &capable()).unwrap();
    assert_eq!(made.differs[1], "Only holders whose roles are known get it back.");
}

#[test]
fn a_user_gets_role_teams_and_registries_again() {
    let made = of(&delete_user(0), &capable()).unwrap();
    let key = made.changes[0].creates().unwrap().clone();
    let admin = |team: &str| Change::SetTeamRole { user: key.clone(), team: id(team), role: "admin".into() };
    let registry = Change::SetRegistryRole { user: key.clone(), registry: "models".into(), role: "member".into() };
    let org = Change::SetOrgRole { user: key.clone(), role: "admin".into() };
    assert_eq!(made.changes[1..], [org, admin("nlp"), admin("vision"), registry]);
    assert_eq!(made.differs[1..], [UNLISTED]);

    let member = of(&delete_user(4), &capable()).unwrap();
    let joins = |change: &&Change| matches!(change, Change::AddMember { .. });
    assert_eq!(member.changes.iter().filter(joins).count(), 2, "{member:?}");
}

#[test]
fn a_user_s_seats_and_state_are_made_again() {
    let directory = with_user(4, |user| {
        user.models_seat = "full".into();
        user.active = Some(false);
    });
    let made = compensation(&delete_user(4), &directory, &capable()).unwrap();
    let Change::CreateUser { user: NewUser { models_seat, .. }, .. } = &made.changes[0] else { panic!("{made:?}") };
    assert_eq!(*models_seat, directory.user(&id("user-04")).unwrap().seat(SeatKind::Models).value().cloned());
    assert!(matches!(made.changes.last(), Some(Change::SetActive { active: false, .. })), "{made:?}");
    let active = of(&delete_user(4), &capable()).unwrap();
    assert!(!active.changes.iter().any(|change| matches!(change, Change::SetActive { .. })));
}

#[rstest]
#[case::role_not_told(capable(), |user: &mut User| user.org_role = MaybeTold::NOT_TOLD, Some("is not known: the server chooses it"))]
#[case::role_none(capable(), |user: &mut User| user.org_role = MaybeTold::none(), None)]
#[case::no_roles_here(
    ProviderCapabilities { org_roles: vec![], ..capable() }, |user: &mut User| user.org_role = MaybeTold::NOT_TOLD, None
)]
#[case::role_can_t_be_set(
    without(capable(), ChangeVerb::SetOrgRole), |_: &mut User| {}, Some("is not known: the server chooses it")
)]
#[case::registries(
    ProviderCapabilities { registry_roles: vec![], ..capable() }, |_: &mut User| {}, Some("registries are not given")
)]
#[case::no_registry(
    ProviderCapabilities { registry_roles: vec![], ..capable() }, |user: &mut User| user.registry_roles.clear(), None
)]
fn a_user_s_losses_are_named(
    #[case] can: ProviderCapabilities,
    #[case] alter: fn(&mut User),
    #[case] said: Option<&str>,
) {
    let made = compensation(&delete_user(4), &with_user(4, alter), &can).unwrap();
    let differs = made.differs[1..made.differs.len() - 1].join(" ");
    assert!(said.map_or(differs.is_empty(), |words| differs.contains(words)), "{differs}");
}

#[rstest]
#[case::service(|user: &mut User| user.account = AccountKind::TeamService)]
#[case::unreadable(|user: &mut User| user.problem = Some(Box::new(RecordProblem { path: "$.emails".into(), why: "is a number".into() })))]
fn accounts_that_are_not_known_well_enough_are_not_made_again(#[case] alter: fn(&mut User)) {
    assert_eq!(compensation(&delete_user(4), &with_user(4, alter), &capable()), None);
}

#[test]
fn teams_that_are_not_told_are_named() {
    let users = directory().records().users().values().cloned().collect();
    let hidden = Team { id: id("ops"), name: "ops".into(), members: None, ..Team::default() };
    let mut directory = Directory::default();
    directory.replace(Records::build(users, vec![hidden], vec![]), true);
    let made = compensation(&delete_user(4), &directory, &capable()).unwrap();
    assert!(made.differs.iter().any(|words| words.contains("joins only where it is known")), "{:?}", made.differs);
}
