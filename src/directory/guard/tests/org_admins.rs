//! Whether the organisation keeps an admin: who counts, who may be one, and what the server does not tell.

use super::*;

fn checked(can: &ProviderCapabilities, guards: &GuardSettings, directory: &Directory, plan: &[Change]) -> Vec<Checked> {
    let mut guard = ChangeGuard::new(can, guards, directory, plan.iter());
    let check = |change| {
        let checked = guard.check(change, directory);
        guard.add(change, directory);
        checked
    };
    plan.iter().map(check).collect()
}

type Checked = Result<GuardedChange, Refusal>;

fn is_refused(checked: &[Checked]) -> bool {
    checked.last().is_some_and(|last| last.as_ref().is_err_and(|refusal| refusal.code == RefusalCode::LastAdmin))
}

fn is_insisted(checked: &[Checked]) -> bool {
    checked.last().is_some_and(|last| last.as_ref().is_ok_and(|guarded| insists(&guarded.risk)))
}

fn learn(directory: &mut Directory, name: &str, change: impl FnOnce(&mut User)) {
    let mut user = directory.user(&name.into()).unwrap().clone();
    change(&mut user);
    directory.learn(vec![crate::directory::Observation::Record(crate::directory::record::Record::User(user))]);
}

/// Service accounts can't sign in, so nobody could make an admin with one.
#[test]
fn a_service_account_is_no_admin_who_stays() {
    let plain = GuardSettings::default();
    let mut known = directory(&[("eva", Some("admin"), true), ("robot", None, true)]);
    assert!(is_insisted(&checked(&wandb(), &plain, &known, &[demote("eva")])), "the role is not told");
    learn(&mut known, "robot", |robot| robot.account = AccountKind::OrgService);
    assert!(is_refused(&checked(&wandb(), &plain, &known, &[demote("eva")])));

    let mut owned = silent(Some("eva"));
    assert!(!is_insisted(&checked(&wandb(), &plain, &owned, &[leaves("ivan")])), "the owner of the key stays");
    learn(&mut owned, "eva", |eva| eva.account = AccountKind::OrgService);
    assert!(is_insisted(&checked(&wandb(), &plain, &owned, &[leaves("ivan")])));
}

#[test]
fn an_admin_of_whom_it_is_not_told_whether_they_are_active_decides_nothing() {
    let mut known = directory(&[("eva", Some("admin"), true), ("ivan", Some("admin"), true)]);
    learn(&mut known, "ivan", |ivan| ivan.active = None);
    assert!(is_insisted(&checked(&wandb(), &GuardSettings::default(), &known, &[demote("eva")])));
}

/// Two changes of one person take one possible admin away.
#[test]
fn a_person_who_is_changed_twice_counts_once() {
    let known = directory(&[("ivan", None, true), ("kim", None, true), ("noor", Some("member"), true)]);
    let checked = checked(&wandb(), &GuardSettings::default(), &known, &[demote("ivan"), leaves("ivan")]);
    assert!(is_insisted(&checked), "kim may be admin: {checked:?}");
}

#[test]
fn the_owner_of_the_key_is_an_admin_only_where_keys_are_admins() {
    let other = ProviderCapabilities { admin_keys: false, ..wandb() };
    assert!(is_insisted(&checked(&other, &GuardSettings::default(), &silent(Some("eva")), &[leaves("ivan")])));
}

#[test]
fn an_owner_who_leaves_in_a_later_line_does_not_stay() {
    let all = checked(&wandb(), &GuardSettings::default(), &silent(Some("eva")), &[leaves("ivan"), leaves("eva")]);
    assert!(is_insisted(&all[..1]), "{all:?}");
}

/// A record that is read alone may show a role, though the provider is not known to have any.
#[test]
fn a_role_that_is_known_is_guarded_whatever_the_provider() {
    let rfc = dialect::of(dialect::Provider::Scim, Hosting::default(), dialect::KnownServer::default());
    let known = directory(&[("eva", Some("admin"), true), ("noor", Some("member"), true)]);
    assert!(is_refused(&checked(rfc.capabilities(), &GuardSettings::default(), &known, &[leaves("eva")])));
}

#[test]
fn a_name_that_several_people_have_names_no_admin() {
    let twin = |id: &str| User { id: id.into(), user_name: "kim".into(), active: Some(true), ..User::default() };
    let ivan = User { id: "ivan".into(), user_name: "ivan".into(), active: Some(true), ..User::default() };
    let guards = GuardSettings { admins: vec!["kim".into()], ..GuardSettings::default() };
    let insisted = |users: Vec<User>| {
        let mut known = Directory::default();
        known.replace(Records::build(users, vec![], vec![]), true);
        is_insisted(&checked(&wandb(), &guards, &known, &[leaves("ivan")]))
    };
    assert!(!insisted(vec![twin("1"), ivan.clone()]));
    assert!(insisted(vec![twin("1"), twin("2"), ivan]));
}

/// The owner's name may be somebody else's address.
#[test]
fn the_owner_is_nobody_whose_names_differ() {
    let mut known = directory(&[("ivan", None, true)]);
    let kim =
        User { id: "7".into(), user_name: "kim".into(), email: "eva".into(), active: Some(true), ..User::default() };
    known.learn(vec![crate::directory::Observation::Record(crate::directory::record::Record::User(kim))]);
    let owner = AccountDetails { id: "8".into(), user_name: "eva".into(), ..AccountDetails::default() };
    known.set_owner(KeyOwner::of(&owner));
    assert!(is_insisted(&checked(&wandb(), &GuardSettings::default(), &known, &[leaves("ivan")])));
}

/// Roles that another interface tells are not in the records that the worker reads before it sends.
#[test]
fn records_are_not_asked_for_a_role_that_another_interface_tells() {
    let users = ["eva", "ivan"].map(|name| User {
        id: name.into(),
        user_name: name.into(),
        active: Some(true),
        ..User::default()
    });
    let source = RoleSource::told(["eva", "ivan"].map(|name| (name.to_owned(), ADMIN.into())));
    let mut known = Directory::default();
    known.replace(Records::build(users.into(), vec![], vec![]).with_roles(source), true);
    let checked = checked(&wandb(), &GuardSettings::default(), &known, &[leaves("eva")]);
    let guarded = checked[0].as_ref().unwrap();
    assert_eq!((&guarded.risk, guarded.others.len()), (&Risk::Look, 0));
}

/// Teams that are not known matter only to a change that may take something away in them.
#[test]
fn unknown_teams_are_said_where_the_change_may_concern_them() {
    let mut known = directory(&[("eva", Some("admin"), true), ("ivan", Some("admin"), true), ("noor", None, true)]);
    known.cover(
        RecordKind::Team,
        ListCoverage::Partial(ListShortfall { seen: 0, said: Some(9), why: "no more came".into() }),
    );
    let unread = |can: &ProviderCapabilities, change: Change| {
        let mut guard = ChangeGuard::new(can, &GuardSettings::default(), &known, std::iter::once(&change));
        guard.check(&change, &known).unwrap();
        guard.take_among().is_teams_unread()
    };
    assert!(unread(&wandb(), leaves("noor")));
    assert!(!unread(&wandb(), demote("noor")), "roles in teams stay");
    let rfc = dialect::of(dialect::Provider::Scim, Hosting::default(), dialect::KnownServer::default());
    assert!(!unread(rfc.capabilities(), leaves("noor")), "members have no roles");
}
