//! Tests that re-read records confirm or contradict changes.

use super::*;
use crate::{
    dialect::ChangeShown,
    directory::{
        MaybeTold, Observation, ResourceRef,
        change::SeatKind,
        plan::Step,
        side_query::{AccountDetails, ApiKey, SideAnswer, SideQueryKind, TeamParticipant},
    },
};

fn step(change: &Change) -> Step {
    wandb().step(change, &directory()).unwrap()
}

fn now(record: Record) -> Observation {
    Observation::Record(record)
}

fn ann(alter: impl FnOnce(&mut User)) -> Observation {
    let mut user = user("U1", "ann", "admin", &[("vision", "admin")]);
    alter(&mut user);
    now(Record::User(user))
}

fn check(change: &Change, fresh: &[Observation], expected: Result<bool, &str>) {
    // W&B has no plan for deleting a team, but a record still shows whether the team exists.
    let step = wandb().step(change, &directory()).unwrap_or_else(|_| step(&Change::DeleteUser { user: id("U1") }));
    let expected = match expected {
        Ok(true) => ChangeShown::Yes,
        Ok(false) => ChangeShown::CantTell,
        Err(instead) => ChangeShown::No(instead.into()),
    };
    assert_eq!(wandb().shows(change, fresh, &step), expected, "{change:?} {fresh:?}");
}

const YES: Result<bool, &str> = Ok(true);
const UNKNOWN: Result<bool, &str> = Ok(false);

#[test]
fn values_of_a_user() {
    let gone = || vec![Observation::Gone(ResourceRef::user(&id("U1")))];
    let role = Change::SetOrgRole { user: id("U1"), role: "member".into() };
    check(&role, &[ann(|u| u.org_role = "Member".into())], YES);
    check(&role, &[ann(|_| ())], Err("organisation role admin"));
    check(&role, &[ann(|u| u.org_role = MaybeTold::NOT_TOLD)], UNKNOWN);
    check(&role, &[], UNKNOWN);
    check(&role, &gone(), Err("that the user is gone"));
    // The newest answer counts.
    check(&role, &[ann(|_| ()), ann(|u| u.org_role = "member".into())], YES);

    let name = Change::SetDisplayName { user: id("U1"), to: "Ann B ".into() };
    check(&name, &[ann(|u| u.display_name = "Ann B".into())], YES);
    check(&name, &[ann(|_| ())], Err("display name Some One"));
    let email = Change::SetEmail { user: id("U1"), to: "Ann@Y.io".into() };
    check(&email, &[ann(|u| u.email = "ann@y.io".into())], YES);
    check(&email, &[ann(|u| u.email = "".into())], Err("no email"));

    let off = Change::SetActive { user: id("U1"), active: false };
    check(&off, &[ann(|u| u.active = Some(false))], YES);
    check(&off, &[ann(|_| ())], Err("the user still active"));
    check(&off, &[ann(|u| u.active = None)], UNKNOWN);
    check(&off, &gone(), Err("that the user is gone"));
    for hosting in [Hosting::MultiTenant, Hosting::NotTold] {
        let dialect = of(Provider::Wandb, hosting, KnownServer::default());
        assert_eq!(dialect.shows(&off, &gone(), &step(&off)), ChangeShown::Yes);
    }

    let delete = Change::DeleteUser { user: id("U1") };
    check(&delete, &gone(), YES);
    check(&delete, &[ann(|u| u.active = Some(false))], Err("the user still there, deactivated"));
    check(&delete, &[ann(|_| ())], Err("the user still there"));
}

#[test]
fn roles_in_teams() {
    let give = Change::SetTeamRole { user: id("U1"), team: id("T1"), role: "viewer".into() };
    check(&give, &[ann(|u| u.team_roles = Some(vec![grant("vision", "Viewer")]))], YES);
    check(&give, &[ann(|_| ())], Err("role in vision: admin"));
    check(&give, &[ann(|u| u.team_roles = Some(vec![]))], Err("no role in vision"));
    check(&give, &[ann(|u| u.team_roles = None)], UNKNOWN);
    // Names of custom roles are case-sensitive.
    let custom = Change::SetTeamRole { user: id("U1"), team: id("T1"), role: "janitor".into() };
    check(&custom, &[ann(|u| u.team_roles = Some(vec![grant("vision", "Janitor")]))], Err("role in vision: Janitor"));
}

#[test]
fn the_viewer_role_shows_by_its_effects() {
    let viewer = Change::SetOrgRole { user: id("U1"), role: "viewer".into() };
    let member = |seat: Option<&str>, team: &str| {
        ann(|u| {
            u.org_role = "member".into();
            u.models_seat = seat.map(Name::from).into();
            u.team_roles = Some(vec![grant("vision", team)]);
        })
    };
    check(&viewer, &[member(Some("viewer"), "viewer")], YES);
    check(&viewer, &[member(None, "viewer")], YES);
    check(&viewer, &[member(Some("full"), "viewer")], Err("organisation role member, Models seat full"));
    check(&viewer, &[member(None, "admin")], Err("role in vision: admin"));
    check(&viewer, &[ann(|_| ())], Err("organisation role admin"));
}

#[test]
fn members_of_teams() {
    let vision = |members: Option<&[&str]>| now(Record::Team(team("T1", "vision", members)));
    let add = Change::AddMember { team: id("T1"), user: id("U4") };
    check(&add, &[vision(Some(&["U1", "U4"]))], YES);
    check(&add, &[vision(Some(&["U1"]))], Err("vision with 1 member, without this member"));
    check(&add, &[vision(Some(&[]))], Err("vision without any members"));
    check(&add, &[vision(None)], UNKNOWN);
    let remove = Change::RemoveMember { team: id("T1"), user: id("U1") };
    check(&remove, &[vision(Some(&["U2="]))], YES);
    check(&remove, &[vision(Some(&["U1"]))], Err("that they are still in vision"));
    check(&remove, &[vision(None)], UNKNOWN);
    check(&remove, &[Observation::Gone(ResourceRef::team(&id("T1")))], Err("that the team is gone"));
}

#[test]
fn what_a_lost_create_made_is_found_by_name_among_others() {
    let create = new_user(&[]);
    let others: Vec<Observation> = vec![ann(|_| ())];
    check(&create, &others, Err("no user of that name"));
    check(&create, &[Observation::Gone(ResourceRef::user(&id("new:7")))], Err("no user of that name"));
    check(&create, &[], UNKNOWN);
    let noor = |email: &str| ann(|u| (u.id, u.user_name, u.email) = (id("U77"), "NOOR".into(), email.into()));
    check(&create, &[ann(|_| ()), noor("noor@x.io")], YES);
    check(&create, &[noor("n@y.io")], Err("a user NOOR with another address, n@y.io"));

    let create = Change::CreateTeam {
        key: id("new:8"),
        name: "audio".into(),
        members: vec![id("U1"), id("U4")],
        bucket: None,
        external_id: String::new(),
    };
    let audio = |members: Option<&[&str]>| [now(Record::Team(team("T9", "audio", members)))];
    check(&create, &audio(Some(&["U1", "U4", "S1"])), YES);
    let step = wandb().step(&create, &directory()).unwrap();
    let part = ChangeShown::Part("audio without 1 of its 2 members".into());
    assert_eq!(wandb().shows(&create, &audio(Some(&["U1"])), &step), part);
    check(&create, &audio(None), UNKNOWN);
}

#[test]
fn definitions_of_roles() {
    let role = |name: &str, added: &[&str]| {
        let permissions = added.iter().map(|name| permission(name, *name == "run:read")).collect();
        let role = Role { id: id("R1"), name: name.into(), inherits: "member".into(), permissions, ..Role::default() };
        [now(Record::Role(role))]
    };
    let edit = Change::EditRole { role: id("R1"), to: draft("reaper", "", "member", &["run:stop", "run:read"]) };
    check(&edit, &role("reaper", &["run:read", "run:stop"]), YES);
    check(&edit, &role("janitor", &[]), Err("the name janitor"));
    check(&edit, &role("reaper", &["run:read"]), Err("the role without run:stop"));
    check(&edit, &role("reaper", &["run:read", "run:stop", "run:delete"]), Err("the role with run:delete"));
    check(&Change::DeleteRole { role: id("R1") }, &role("janitor", &[]), Err("janitor still there"));
}

#[test]
fn seats_and_registry_roles_are_looked_up_where_they_stand() {
    let seat = |to: &str| Change::SetSeat { user: id("U4"), seat: SeatKind::Models, to: to.into() };
    let give = |role: &str| Change::SetRegistryRole { user: id("U4"), registry: "models".into(), role: role.into() };
    let take =
        |registry: Option<&str>| Change::RemoveRegistryRole { user: id("U4"), registry: registry.map(Into::into) };
    let mut di = user("U4", "di", "member", &[]);
    assert_eq!(said(&seat("full"), &di), ChangeShown::CantTell);
    assert_eq!(said(&take(None), &di), ChangeShown::Yes);
    di.models_seat = "Viewer".into();
    di.registry_roles = vec![grant("models", "viewer")];
    assert_eq!(said(&seat("viewer"), &di), ChangeShown::Yes);
    assert_eq!(said(&seat("full"), &di), ChangeShown::No("Models seat Viewer".into()));
    assert_eq!(said(&give("viewer"), &di), ChangeShown::Yes);
    assert_eq!(said(&give("admin"), &di), ChangeShown::No("role in registry models: viewer".into()));
    assert_eq!(said(&take(Some("data")), &di), ChangeShown::Yes);
    for registry in [None, Some("models")] {
        assert_eq!(said(&take(registry), &di), ChangeShown::No("role in registry models: viewer".into()));
    }
}

fn said(change: &Change, user: &User) -> ChangeShown {
    super::super::shows::shows(change, &[Observation::Record(Record::User(user.clone()))])
}

#[test]
fn a_whole_list_of_members_is_compared() {
    let ids = |names: &[&str]| names.iter().map(|name| id(name)).collect::<Vec<_>>();
    let change = Change::ReplaceMembers { team: id("T1"), stay: ids(&["U1"]), come: ids(&["U4"]), go: ids(&["U2="]) };
    let said = |members: &[&str]| {
        let team = team("T1", "vision", Some(members));
        super::super::shows::shows(&change, &[Observation::Record(Record::Team(team))])
    };
    // Service accounts come and go with the team, without a request.
    assert_eq!(said(&["U4", "U1", "S1"]), ChangeShown::Yes);
    assert_eq!(said(&["U4", "U1", "U2="]), ChangeShown::No("1 member who should have left".into()));
    assert_eq!(said(&["U1"]), ChangeShown::No("1 member missing".into()));
}

#[test]
fn invitations_and_keys_are_looked_up_beside_the_records() {
    let roster = |all: &[(&str, &str)]| {
        let one = |(invite, email): &(&str, &str)| TeamParticipant {
            id: id(invite),
            user_name: "".into(),
            name: "".into(),
            email: (*email).into(),
            admin: Some(false),
            pending: true,
            account: AccountKind::Unsaid,
        };
        Observation::Told(SideQueryKind::Roster(id("T1")), SideAnswer::Roster(all.iter().map(one).collect()))
    };
    let keys = |all: &[&str]| {
        let key = |key: &&str| ApiKey { id: id(key), name: (*key).into(), description: "".into(), in_use: false };
        let person = AccountDetails { keys: Some(all.iter().map(key).collect()), ..AccountDetails::default() };
        Observation::Told(SideQueryKind::Me, SideAnswer::Person(person))
    };
    let said = |change: &Change, fresh: Observation| super::super::shows::shows(change, &[fresh]);
    let invite = Change::Invite { key: id("new:1"), team: id("T1"), to: "Lee@x.io".into(), admin: false };
    assert_eq!(said(&invite, roster(&[("I1", "lee@x.io")])), ChangeShown::Yes);
    assert!(matches!(said(&invite, roster(&[])), ChangeShown::No(_)));
    let revoke = Change::RevokeInvite { team: id("T1"), invite: id("I1"), to: "lee@x.io".into() };
    assert!(matches!(said(&revoke, roster(&[("I1", "lee@x.io")])), ChangeShown::No(_)));
    assert_eq!(said(&revoke, roster(&[("I2", "lee@x.io")])), ChangeShown::Yes);
    let make = Change::CreateKey { key: id("new:1"), owner: id("U1"), description: String::new() };
    assert_eq!(said(&make, keys(&["K1"])), ChangeShown::CantTell);
    assert_eq!(said(&make.about(Some(&id("K1"))), keys(&["K1"])), ChangeShown::Yes);
    let delete = Change::DeleteKey { owner: id("U1"), key: id("K1"), name: "K1".into() };
    assert!(matches!(said(&delete, keys(&["K1"])), ChangeShown::No(_)));
    assert_eq!(said(&delete, keys(&["K2"])), ChangeShown::Yes);
    // An answer without the person's keys tells nothing about them.
    assert_eq!(
        said(&delete, Observation::Told(SideQueryKind::Me, SideAnswer::Person(AccountDetails::default()))),
        ChangeShown::CantTell
    );
}
