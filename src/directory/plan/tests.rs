//! Tests of the confirmation that a plan asks for, its notes, and its title.

use jiff::Timestamp;
use rstest::rstest;

use super::*;
use crate::{
    dialect::{self, Hosting, Provider},
    directory::{
        Directory, Id,
        guard::GuardSettings,
        record::{Member, ReadDepth, Role, RoleGrant, Team, User},
        record_contents::RecordContents,
        records::Records,
    },
};

mod claim_model;
mod compensation;
mod facts;
mod parts;
mod undo;

fn id(text: &str) -> Id {
    text.into()
}

/// Twenty people in two teams, the first two admin of both; three custom roles.
fn directory() -> Directory {
    let name = |n: usize| format!("user-{n:02}");
    let user = |n: usize| {
        let role = if n < 2 { "admin" } else { "member" };
        let grant = |team: &str| RoleGrant { scope: team.into(), role: role.into() };
        User {
            id: id(&name(n)),
            user_name: name(n).into(),
            org_role: role.into(),
            active: Some(true),
            team_roles: Some(vec![grant("vision"), grant("nlp")]),
            registry_roles: vec![RoleGrant { scope: "models".into(), role: "member".into() }],
            depth: ReadDepth::Full,
            ..User::default()
        }
    };
    let members: Vec<Member> = (0..20).map(|n| Member { id: id(&name(n)), display: Name::default() }).collect();
    let team = |name: &str| Team { id: id(name), name: name.into(), members: Some(members.clone()), ..Team::default() };
    let role = |name: &str| Role { id: id(name), name: name.into(), inherits: "member".into(), ..Role::default() };
    let roles = ["janitor", "auditor", "tagger"].map(role).into();
    let mut directory = Directory::default();
    let teams = vec![team("vision"), team("nlp")];
    directory.replace(Records::build((0..20).map(user).collect(), teams, roles), true);
    directory
}

fn plan(changes: Vec<Change>) -> Plan {
    let planner = dialect::of(Provider::Wandb, Hosting::Dedicated, dialect::KnownServer::default());
    draft(&*planner, &GuardSettings::default(), changes, &directory())
}

fn delete_role(name: &str) -> Change {
    Change::DeleteRole { role: id(name) }
}

fn leave(n: usize) -> Change {
    Change::RemoveMember { team: id("vision"), user: id(&format!("user-{n:02}")) }
}

fn no_registry(n: usize) -> Change {
    Change::RemoveRegistryRole { user: id(&format!("user-{n:02}")), registry: None }
}

fn revoke(invite: &str) -> Change {
    Change::RevokeInvite { team: id("vision"), invite: id(invite), to: format!("{invite}@example.com") }
}

fn instance_admin(key: &str) -> Change {
    let user = crate::directory::change::NewUser {
        user_name: key.into(),
        email: format!("{key}@example.com"),
        instance_admin: true,
        ..Default::default()
    };
    Change::CreateUser { key: format!("new:{key}").as_str().into(), user }
}

fn deactivate(n: usize) -> Change {
    Change::SetActive { user: id(&format!("user-{n:02}")), active: false }
}

#[rstest]
#[case::one_role(vec![delete_role("janitor")], "janitor")]
#[case::three_roles(["janitor", "auditor", "tagger"].map(delete_role).into(), "3")]
#[case::registries([2, 3].map(no_registry).into(), "2")]
#[case::invitations(["noor", "kim"].map(revoke).into(), "2")]
#[case::of_several_kinds(vec![delete_role("janitor"), leave(4), no_registry(3), revoke("noor")], "4")]
#[case::one_that_is_typed_and_one_that_is_not(vec![delete_role("janitor"), leave(4)], "2")]
#[case::several_that_are_typed_alone(["kim", "lee"].map(instance_admin).into(), "2")]
fn several_removals_are_confirmed_by_their_number(#[case] changes: Vec<Change>, #[case] typed: &str) {
    let plan = plan(changes);
    assert!(plan.refused.is_empty(), "{:?}", plan.refused);
    assert_eq!(plan.risk(), Risk::Type(typed.into()));
    assert_eq!(plan.typed_number(), None, "as many as lines");
}

#[test]
fn what_goes_from_a_replaced_list_is_counted_one_by_one() {
    let ids = |from: usize, to: usize| (from..to).map(|n| id(&format!("user-{n:02}"))).collect();
    let replace = Change::ReplaceMembers { team: id("vision"), stay: ids(0, 16), come: vec![], go: ids(16, 20) };
    let plan = plan(vec![replace, delete_role("janitor")]);
    assert_eq!(plan.risk(), Risk::Type("5".into()));
    assert_eq!(plan.typed_number(), Some("removals and grave changes"), "of two lines");
}

#[test]
fn what_is_said_of_the_whole_plan_is_no_line_s_and_follows_its_lines() {
    let mut plan = plan((4..11).map(deactivate).collect());
    assert_eq!(plan.notes, ["7 of the 20 users go at once."]);
    let first = &plan.steps[0].consequences;
    assert!(!first.iter().any(|sentence| sentence.contains("at once")), "{first:?}");
    assert_eq!(plan.risk(), Risk::Insist("7".into()));
    plan.notes.push("Of all of it.".into());
    plan.drop_step(0);
    assert_eq!(plan.notes, ["6 of the 20 users go at once.", "Of all of it."]);
    plan.drop_step(0);
    assert_eq!((plan.notes.as_slice(), plan.risk()), (&["Of all of it.".to_owned()][..], Risk::Type("5".into())));
}

/// A person in two lines is named until both lines are dropped, even if a line is a replaced list that the person
/// leaves.
#[test]
fn who_is_in_no_line_any_more_is_not_named_any_more() {
    let ids = |from: usize, to: usize| (from..to).map(|n| id(&format!("user-{n:02}"))).collect();
    let replace = Change::ReplaceMembers { team: id("vision"), stay: ids(2, 20), come: vec![], go: ids(0, 2) };
    let mut plan = plan(vec![deactivate(0), replace, deactivate(4), deactivate(5)]);
    let named = |plan: &Plan| plan.notes.iter().any(|note| note.contains("user-00"));
    assert!(named(&plan), "{:?}", plan.notes);
    plan.drop_step(0);
    assert!(named(&plan), "{:?}", plan.notes);
    plan.drop_step(0);
    assert!(!named(&plan), "{:?}", plan.notes);
}

/// W&B's organisation role viewer replaces every team role.
#[test]
fn a_cascade_names_the_teams_that_it_leaves_without_an_admin() {
    let viewer = |user: &str| Change::SetOrgRole { user: id(user), role: "viewer".into() };
    let notes = |plan: &Plan, at: usize| -> Vec<String> {
        let bare = plan.steps[at].consequences.iter().filter(|sentence| sentence.contains("no known admin"));
        bare.cloned().collect()
    };
    let both = plan(vec![viewer("user-00"), Change::RemoveMember { team: id("nlp"), user: id("user-01") }]);
    assert_eq!(notes(&both, 1), ["nlp has no known admin after this."]);
    let one = plan(vec![Change::RemoveMember { team: id("nlp"), user: id("user-01") }, viewer("user-00")]);
    assert_eq!(notes(&one, 1), ["nlp has no known admin after this."]);
    let asked: Vec<_> = one.steps[1].others.iter().filter_map(|others| others.team.clone()).collect();
    assert_eq!(asked, [Name::from("vision")], "the server is asked for the admin who is left in the other team");
    let member = plan(vec![
        Change::RemoveMember { team: id("nlp"), user: id("user-01") },
        Change::SetOrgRole { user: id("user-00"), role: "member".into() },
    ]);
    assert!(member.steps.get(1).is_none_or(|_| notes(&member, 1).is_empty()));
}

fn viewer(n: usize, role: &str) -> Change {
    Change::SetOrgRole { user: id(&format!("user-{n:02}")), role: role.into() }
}

fn team_role(n: usize, team: &str) -> Change {
    Change::SetTeamRole { user: id(&format!("user-{n:02}")), team: id(team), role: "viewer".into() }
}

#[rstest]
#[case(vec![delete_role("janitor")], "Delete the role janitor")]
#[case(["janitor", "auditor", "tagger"].map(delete_role).into(), "Delete 3 roles")]
#[case((4..9).map(deactivate).collect(), "Deactivate 5 people")]
#[case((4..9).map(leave).collect(), "Remove 5 people from vision")]
#[case([2, 3].map(no_registry).into(), "Remove 2 registry roles")]
#[case(vec![deactivate(4)], "Deactivate user-04")]
#[case([4, 5].map(|n| viewer(n, "viewer")).into(), "Give 2 people the organisation role viewer")]
#[case(vec![viewer(4, "viewer"), viewer(5, "admin")], "Change the organisation role of 2 people")]
#[case([4, 5].map(|n| team_role(n, "nlp")).into(), "Give 2 people the role viewer in nlp")]
#[case(["nlp", "vision"].map(|team| team_role(4, team)).into(), "Give user-04 the role viewer in 2 teams")]
#[case(["noor", "kim"].map(revoke).into(), "Take back 2 invitations to vision")]
#[case(vec![leave(4), Change::SetTeamRole { user: id("user-05"), team: id("vision"), role: "admin".into() }], "Make 2 changes to vision")]
#[case(vec![leave(4), no_registry(4)], "Make 2 changes to user-04")]
#[case(vec![leave(4), delete_role("janitor")], "Make 2 changes")]
fn a_title_is_a_verb_and_for_whom(#[case] changes: Vec<Change>, #[case] title: &str) {
    let plan = plan(changes);
    assert_eq!((plan.title.as_str(), &plan.refused), (title, &vec![]));
}

fn create(name: &str) -> Change {
    let user = crate::directory::change::NewUser {
        user_name: name.into(),
        email: format!("{name}@example.com"),
        ..Default::default()
    };
    Change::CreateUser { key: format!("new:{name}").as_str().into(), user }
}

fn create_in(name: &str, team: &str) -> Change {
    let mut change = create(name);
    if let Change::CreateUser { user, .. } = &mut change {
        user.teams = vec![Name::from(team)];
    }
    change
}

fn join(name: &str, team: &str) -> Change {
    Change::AddMember { team: id(team), user: format!("new:{name}").as_str().into() }
}

fn org_viewer(name: &str) -> Change {
    Change::SetOrgRole { user: format!("new:{name}").as_str().into(), role: "viewer".into() }
}

#[rstest]
#[case(vec![create("dana"), join("dana", "vision")], "Create the user dana in vision")]
#[case(vec![create("dana"), join("dana", "vision"), join("dana", "nlp")], "Create the user dana in 2 teams")]
#[case(vec![create_in("dana", "nlp")], "Create the user dana in nlp")]
#[case(vec![create_in("dana", "nlp"), join("dana", "vision")], "Create the user dana in 2 teams")]
#[case(vec![create("dana"), create("kim"), join("dana", "nlp"), join("kim", "nlp")], "Create 2 users in nlp")]
#[case(vec![create("dana"), join("dana", "nlp"), org_viewer("dana")], "Create the user dana in nlp and make 1 more change")]
#[case(vec![create("dana"), join("dana", "nlp"), join("kim", "nlp")], "Make 3 changes")]
fn a_title_names_who_is_created_and_where(#[case] changes: Vec<Change>, #[case] title: &str) {
    let directory = directory();
    let planner = dialect::of(Provider::Wandb, Hosting::Dedicated, dialect::KnownServer::default());
    let holds = planner.capabilities().holds();
    let (ready, later): (Vec<Change>, Vec<Change>) = changes.into_iter().partition(|one| one.waits_for().is_empty());
    let plan = plan(ready);
    let later: Vec<_> = later
        .into_iter()
        .map(|change| {
            let line = words::line_in(&change, &directory, holds);
            (change, line)
        })
        .collect();
    assert_eq!(words::title(&plan, &later, &directory, holds), title);
}
