use rstest::rstest;
use rustc_hash::FxHashSet;

use super::*;
use crate::directory::{
    ResourceRef,
    change::{NewService, NewUser, RoleDraft, SeatKind},
    record::{Member, RoleGrant, Team, User},
    records::Records,
    words::{self, LineSign},
};

fn id(text: &str) -> Id {
    text.into()
}

fn org(user: &str, role: &str) -> Change {
    Change::SetOrgRole { user: id(user), role: role.into() }
}

fn in_team(user: &str, role: &str) -> Change {
    Change::SetTeamRole { user: id(user), team: id("vision"), role: role.into() }
}

fn in_registry(user: &str, role: &str) -> Change {
    Change::SetRegistryRole { user: id(user), registry: "models".into(), role: role.into() }
}

fn seat(to: &str) -> Change {
    Change::SetSeat { user: id("eva"), seat: SeatKind::Models, to: to.into() }
}

fn leave(user: &str) -> Change {
    Change::RemoveMember { team: id("vision"), user: id(user) }
}

fn replace(come: &[&str], go: &[&str]) -> Change {
    let ids = |names: &[&str]| names.iter().map(|name| id(name)).collect();
    Change::ReplaceMembers { team: id("vision"), stay: vec![], come: ids(come), go: ids(go) }
}

fn deactivate(user: &str) -> Change {
    Change::SetActive { user: id(user), active: false }
}

/// A change of each kind, and of each value with a classification of its own.
fn all() -> Vec<Change> {
    let key = || id("new:1");
    vec![
        org("eva", "admin"),
        org("eva", "member"),
        in_team("eva", "admin"),
        in_team("eva", "viewer"),
        Change::AddMember { team: id("vision"), user: id("noor") },
        leave("eva"),
        Change::CreateUser { key: key(), user: NewUser::default() },
        Change::CreateTeam {
            key: key(),
            name: "maps".into(),
            members: vec![],
            bucket: None,
            external_id: String::new(),
        },
        Change::SetActive { user: id("eva"), active: true },
        deactivate("eva"),
        Change::DeleteUser { user: id("eva") },
        Change::DeleteTeam { team: id("vision") },
        Change::SetDisplayName { user: id("eva"), to: "Eva".into() },
        Change::SetEmail { user: id("eva"), to: "eva@example.com".into() },
        Change::CreateRole { key: key(), role: RoleDraft::default() },
        Change::EditRole { role: id("janitor"), to: RoleDraft::default() },
        Change::DeleteRole { role: id("janitor") },
        seat("full"),
        seat("viewer"),
        seat("none"),
        in_registry("eva", "admin"),
        in_registry("eva", "viewer"),
        Change::RemoveRegistryRole { user: id("eva"), registry: None },
        Change::CreateService {
            key: key(),
            service: NewService { name: "bot".into(), organisation: true, team: id("vision") },
        },
        replace(&["noor"], &[]),
        replace(&["noor"], &["eva"]),
        Change::Invite { key: key(), team: id("vision"), to: "noor".into(), admin: false },
        Change::RevokeInvite { team: id("vision"), invite: id("i"), to: "noor".into() },
        Change::CreateKey { key: key(), owner: id("eva"), description: String::new() },
        Change::SetAttribute { target: ResourceRef::user(&id("eva")), path: "title".into(), before: None, to: None },
        Change::DeleteKey { owner: id("eva"), key: id("k"), name: "k".into() },
    ]
}

/// Eva is admin everywhere, Ivan nowhere.
fn directory() -> Directory {
    let user = |name: &str, role: &str| User {
        id: id(name),
        user_name: name.into(),
        org_role: role.into(),
        team_roles: Some(vec![RoleGrant { scope: "vision".into(), role: role.into() }]),
        registry_roles: vec![RoleGrant { scope: "models".into(), role: role.into() }],
        ..User::default()
    };
    let members = ["eva", "ivan"].map(|name| Member { id: id(name), display: Name::default() });
    let team =
        |name: &str| Team { id: id(name), name: name.into(), members: Some(members.to_vec()), ..Team::default() };
    let mut directory = Directory::default();
    let users = vec![user("eva", "admin"), user("ivan", "member")];
    directory.replace(Records::build(users, vec![team("vision"), team("nlp")], vec![]), true);
    directory
}

#[test]
fn every_change_is_here() {
    let kinds: FxHashSet<_> = all().iter().map(std::mem::discriminant).collect();
    let declared = include_str!("../mod.rs").split("pub enum Change {").nth(1).unwrap();
    let declared = declared.split("\n}\n").next().unwrap();
    // A variant begins on its own line, indented by four spaces.
    let variants = declared.lines().filter(|line| line.starts_with("    ") && line.as_bytes()[4].is_ascii_uppercase());
    assert_eq!(kinds.len(), variants.count());
}

#[test]
fn what_is_created_has_an_id_to_come_and_the_signs_agree() {
    let directory = directory();
    for change in all() {
        let nature = change.nature();
        assert_eq!(change.creates().is_some(), nature.effect == ChangeEffect::Creates, "{change:?}");
        let sign = words::line(&change, &directory).sign;
        match (nature.effect, nature.of) {
            (ChangeEffect::Creates, _) => assert_eq!(sign, LineSign::Add, "{change:?}"),
            // For seats and lists of members the value changes.
            (_, ChangeSubject::Seat | ChangeSubject::Members) => assert_eq!(sign, LineSign::Alter, "{change:?}"),
            (ChangeEffect::Takes, _) => assert_eq!(sign, LineSign::Remove, "{change:?}"),
            _ => assert_ne!(sign, LineSign::Remove, "{change:?}"),
        }
    }
}

#[test]
fn what_goes_is_counted() {
    use ChangeSubject::{Invitation, Key, Members, Membership, Person, RegistryRole, Role, Team};

    let removed = |change: &Change| change.removed();
    let taken: Vec<_> =
        all().into_iter().filter(|change| removed(change) > 0).map(|change| change.nature().of).collect();
    assert_eq!(
        taken,
        [Membership, Person, Person, Team, Role, RegistryRole, Members, Invitation, Key],
        "each of these is confirmed by its number where there are several"
    );
    assert_eq!(removed(&replace(&[], &["eva", "ivan"])), 2);
}

#[rstest]
#[case::an_admin(org("eva", "member"), true)]
#[case::no_admin(org("ivan", "viewer"), false)]
#[case::nobody_known(org("noor", "member"), false)]
#[case::promoted(org("ivan", "admin"), false)]
#[case::stays_admin(org("eva", "admin"), false)]
#[case::team_admin(in_team("eva", "member"), true)]
#[case::team_member(in_team("ivan", "viewer"), false)]
#[case::registry_admin(in_registry("eva", "viewer"), true)]
#[case::registry_member(in_registry("ivan", "viewer"), false)]
#[case::leaves(leave("ivan"), true)]
#[case::renamed(Change::SetEmail { user: id("eva"), to: "e@example.com".into() }, false)]
fn a_role_is_taken_from_who_is_admin(#[case] change: Change, #[case] takes: bool) {
    assert_eq!(change.takes_from(&directory()), takes);
    assert_eq!(change.phase(&directory()), if takes { SendPhase::Takes } else { SendPhase::Gives });
}

#[test]
fn a_run_creates_gives_and_takes() {
    let directory = directory();
    let new_team = Change::CreateTeam {
        key: id("new:1"),
        name: "maps".into(),
        members: vec![],
        bucket: None,
        external_id: String::new(),
    };
    let phases = |changes: &[Change]| changes.iter().map(|change| change.phase(&directory)).collect::<Vec<_>>();
    let service = NewService { name: "bot".into(), organisation: false, team: id("new:1") };
    let waits = Change::CreateService { key: id("new:2"), service };
    assert_eq!(phases(&[new_team, waits]), [SendPhase::Creates, SendPhase::Gives], "it needs the team's id");
    // A seat that is given up may be the seat that another change needs.
    assert_eq!(phases(&[seat("none"), seat("full")]), [SendPhase::Gives; 2]);
    assert_eq!(phases(&[Change::DeleteRole { role: id("janitor") }]), [SendPhase::Takes]);
}

#[test]
fn a_person_is_lowered_by_these() {
    let lowered: Vec<Change> = all().into_iter().filter(|change| change.nature().lowers_person()).collect();
    let expected = [
        org("eva", "member"),
        in_team("eva", "viewer"),
        leave("eva"),
        deactivate("eva"),
        Change::DeleteUser { user: id("eva") },
    ];
    assert_eq!(lowered, expected);
    let ended: Vec<Change> = all().into_iter().filter(|change| change.nature().ends_org_admin()).collect();
    assert_eq!(ended, [org("eva", "member"), deactivate("eva"), Change::DeleteUser { user: id("eva") }]);
}

#[rstest]
#[case::leaves(leave("eva"), &["vision"])]
#[case::demoted(in_team("eva", "member"), &["vision"])]
#[case::promoted(in_team("eva", "admin"), &[])]
#[case::deactivated(deactivate("eva"), &["nlp", "vision"])]
#[case::deleted(Change::DeleteUser { user: id("eva") }, &["nlp", "vision"])]
#[case::org_member(org("eva", "member"), &[])]
#[case::org_viewer(org("eva", "Viewer"), &["nlp", "vision"])]
#[case::reactivated(Change::SetActive { user: id("eva"), active: true }, &[])]
#[case::replaced(replace(&[], &["eva"]), &[])]
fn the_teams_that_may_lose_an_admin(#[case] change: Change, #[case] teams: &[&str]) {
    let mut lowered = change.teams_lowered(Some(&"viewer".into()), &directory());
    lowered.sort();
    assert_eq!(lowered.iter().map(|team| &**team).collect::<Vec<_>>(), teams);
    assert!(!change.lowers_team_roles(None), "only at a provider whose role does so");
}

#[test]
fn who_goes_from_where() {
    let out = leave("eva");
    let (team, members) = out.takes_members().unwrap();
    assert_eq!((&**team, members), ("vision", &[id("eva")][..]));
    assert_eq!(replace(&["noor"], &["eva", "ivan"]).takes_members().map(|(_, members)| members.len()), Some(2));
    assert!(in_team("eva", "viewer").takes_members().is_none());
    let people: Vec<Change> = all().into_iter().filter(|change| change.takes_person().is_some()).collect();
    assert_eq!(people, [deactivate("eva"), Change::DeleteUser { user: id("eva") }]);
}
