//! The members of a team are replaced as a whole: who goes is guarded as somebody who is removed.

use super::*;

/// A team `vision` with these members; each with their role there, where it is told.
fn team(members: &[(&str, Option<&str>)]) -> Directory {
    let user = |(name, role): &(&str, Option<&str>)| User {
        id: (*name).into(),
        user_name: (*name).into(),
        team_roles: role.map(|role| vec![RoleGrant { scope: "vision".into(), role: role.into() }]),
        ..User::default()
    };
    let member = |(name, _): &(&str, Option<&str>)| Member { id: (*name).into(), display: Name::default() };
    let team = Team {
        id: "vision".into(),
        name: "vision".into(),
        members: Some(members.iter().map(member).collect()),
        ..Team::default()
    };
    let mut directory = Directory::default();
    directory.replace(Records::build(members.iter().map(user).collect(), vec![team], vec![]), true);
    directory
}

fn replaced(stay: &[&str], go: &[&str]) -> Change {
    let ids = |names: &[&str]| names.iter().map(|name| Id::from(*name)).collect();
    Change::ReplaceMembers { team: "vision".into(), stay: ids(stay), come: vec![], go: ids(go) }
}

fn checked(directory: &Directory, stay: &[&str], go: &[&str]) -> GuardedChange {
    check(&replaced(stay, go), directory, &GuardSettings::default(), &[]).unwrap()
}

#[test]
fn an_admin_who_stays_is_asked_for_and_nothing_else_is_said() {
    let known = team(&[("eva", Some("admin")), ("ivan", Some("admin")), ("noor", Some("member"))]);
    let guarded = checked(&known, &["ivan", "noor"], &["eva"]);
    let [others] = guarded.others.as_slice() else { panic!("{guarded:?}") };
    assert_eq!((others.team.clone(), others.admins.len()), (Some("vision".into()), 1));
    assert_eq!(others.admins[0].name, "ivan".into());
    assert_eq!(guarded.risk, Risk::Plain);
}

#[test]
fn nothing_is_asked_where_no_admin_goes() {
    let known = team(&[("eva", Some("admin")), ("noor", Some("member"))]);
    let guarded = checked(&known, &["eva"], &["noor"]);
    assert_eq!((guarded.risk, guarded.notes.len(), guarded.others.len()), (Risk::Plain, 0, 0));
}

#[test]
fn a_team_without_admin_is_said() {
    let known = team(&[("eva", Some("admin")), ("noor", Some("member"))]);
    let guarded = checked(&known, &["noor"], &["eva"]);
    assert_eq!((guarded.risk, guarded.others.len()), (Risk::Look, 0));
    assert_eq!(guarded.notes, ["vision has no known admin after this."]);
    let notes = said(&[replaced(&["noor"], &["eva"]), leaves("noor")], &known, &GuardSettings::default());
    assert!(notes.contains(&"Teams that lose their last known admin: vision (eva).".into()), "{notes:?}");
}

#[rstest::rstest]
#[case::of_one_who_stays(&[("eva", Some("admin")), ("noor", None)])]
#[case::of_the_one_who_goes(&[("eva", None), ("noor", Some("member"))])]
fn an_untold_role_is_said(#[case] members: &[(&str, Option<&str>)]) {
    let known = team(members);
    let guarded = checked(&known, &["noor"], &["eva"]);
    assert_eq!((guarded.risk, guarded.notes.len()), (Risk::Insist("eva".into()), 0));
    assert_eq!(checked(&known, &["zoe"], &["eva", "noor"]).risk, Risk::Insist("2".into()));
    let notes = said(&[replaced(&["noor"], &["eva"])], &known, &GuardSettings::default());
    assert_eq!(notes, ["Not told: whether an admin is left in vision."]);
}

#[test]
fn you_leave_a_team_only_by_your_name() {
    let known = team(&[("eva", Some("member")), ("ivan", Some("admin"))]);
    let guards = |allow_yourself| GuardSettings { me: Some("eva".into()), allow_yourself, ..GuardSettings::default() };
    let change = replaced(&["ivan"], &["eva"]);
    let guarded = check(&change, &known, &guards(false), &[]).unwrap();
    assert_eq!(guarded.risk, Risk::Insist("eva".into()));
    assert!(guarded.notes[0].starts_with("You leave it yourself"), "{:?}", guarded.notes);
    let notes = said(&[change.clone(), leaves("ivan")], &known, &guards(false));
    assert_eq!(notes[0], "You are among them: eva.");
    assert_eq!(check(&change, &known, &guards(true), &[]).unwrap().risk, Risk::Plain);
    // Somebody else goes: this is not about you.
    assert_eq!(check(&replaced(&["eva"], &["ivan"]), &known, &guards(false), &[]).unwrap().risk, Risk::Look);
}
