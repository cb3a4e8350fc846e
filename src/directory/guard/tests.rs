//! Guards on their own: what they refuse, what they ask to be looked at or typed, and what they say.

use super::*;
use crate::directory::{
    Coverage, Name,
    record::{Grant, Member, Team},
    records::Records,
};

fn check(change: &Change, directory: &Directory, guards: &Guards, earlier: &[Change]) -> Result<Guarded, String> {
    let mut guard = Guard::new(directory, guards, earlier.iter().chain([change]));
    earlier.iter().for_each(|change| guard.add(change, directory));
    guard.check(change, directory)
}

fn directory(roles: &[(&str, Option<&str>, bool)]) -> Directory {
    let user = |(name, role, active): &(&str, Option<&str>, bool)| User {
        id: (*name).into(),
        user_name: (*name).into(),
        org_role: role.map(Name::from).into(),
        active: Some(*active),
        ..User::default()
    };
    let mut directory = Directory::default();
    directory.replace(Records::build(roles.iter().map(user).collect(), vec![], vec![]), true);
    directory
}

fn demote(user: &str) -> Change {
    Change::SetOrgRole { user: user.into(), role: "member".into() }
}

#[rstest::rstest]
#[case::demoted(demote("eva"))]
#[case::deactivated(Change::SetActive { user: "eva".into(), active: false })]
#[case::deleted(Change::DeleteUser { user: "eva".into() })]
fn the_last_admin_stays(#[case] change: Change) {
    let last =
        directory(&[("eva", Some("admin"), true), ("ivan", Some("admin"), false), ("noor", Some("member"), true)]);
    let refusal = check(&change, &last, &Guards::default(), &[]).unwrap_err();
    assert!(refusal.starts_with("eva is the last organisation admin;"), "{refusal}");
    let open = Guards { allow_last_admin: true, ..Guards::default() };
    assert_eq!(check(&change, &last, &open, &[]).unwrap().risk, Risk::Type("eva".into()));
    let two = directory(&[("eva", Some("admin"), true), ("ivan", Some("admin"), true)]);
    assert_eq!(check(&change, &two, &Guards::default(), &[]).unwrap().notes.len(), 2);
}

#[test]
fn an_unknown_role_may_be_the_last_admin() {
    let partly = directory(&[("eva", None, true), ("noor", Some("member"), true)]);
    let refusal = check(&demote("eva"), &partly, &Guards::default(), &[]).unwrap_err();
    assert!(refusal.contains("(organisation role known for 1 of 2)"), "{refusal}");
}

#[test]
fn whether_another_admin_is_left_is_not_known_of_a_part() {
    let user = User { id: "eva".into(), user_name: "eva".into(), org_role: "admin".into(), ..User::default() };
    let mut part = Directory::default();
    let records = Records::build(vec![user], vec![], vec![]).covering([
        Coverage::NotRead(None),
        Coverage::Complete,
        Coverage::Complete,
    ]);
    part.replace(records, true);
    let guarded = check(&demote("eva"), &part, &Guards::default(), &[]).unwrap();
    assert_eq!(guarded.risk, Risk::Type("eva".into()));
    assert!(guarded.notes[0].starts_with("Only some users were read"), "{:?}", guarded.notes);
}

#[test]
fn yourself_needs_your_name_and_read_only_needs_another_profile() {
    let users = directory(&[("eva", Some("admin"), true), ("ivan", Some("admin"), true)]);
    let me = Guards { me: Some("EVA".into()), ..Guards::default() };
    assert_eq!(check(&demote("eva"), &users, &me, &[]).unwrap().risk, Risk::Type("eva".into()));
    assert_eq!(check(&demote("ivan"), &users, &me, &[]).unwrap().risk, Risk::Look);
    let careless = Guards { allow_yourself: true, ..me };
    assert_eq!(check(&demote("eva"), &users, &careless, &[]).unwrap().risk, Risk::Look);
    let read_only = Guards { read_only: true, ..Guards::default() };
    assert!(check(&demote("eva"), &users, &read_only, &[]).unwrap_err().contains("read-only"));
}

/// A hundred users, of whom the first twenty are in a team.
fn hundred() -> Directory {
    let name = |n: usize| format!("user-{n:02}");
    let user = |n: usize| User {
        id: name(n).as_str().into(),
        user_name: name(n).into(),
        org_role: "member".into(),
        active: Some(true),
        ..User::default()
    };
    let members = (0..20).map(|n| Member { id: name(n).as_str().into(), display: Name::default() }).collect();
    let team = Team { id: "t".into(), name: "vision".into(), members: Some(members), ..Team::default() };
    let mut directory = Directory::default();
    directory.replace(Records::build((0..100).map(user).collect(), vec![team], vec![]), true);
    directory
}

fn leave(n: usize) -> Change {
    Change::SetActive { user: format!("user-{n:02}").as_str().into(), active: false }
}

fn removed(n: usize) -> Change {
    Change::RemoveMember { team: "t".into(), user: format!("user-{n:02}").as_str().into() }
}

/// What must be typed, what is refused, and what is said.
fn weighed(changes: &[Change], max_removal: Option<u8>) -> (Option<String>, usize, Vec<String>) {
    let (directory, guards) = (&hundred(), Guards { max_removal, ..Guards::default() });
    let mut guard = Guard::new(directory, &guards, changes.iter());
    let checked: Vec<_> = changes.iter().map(|change| guard.check(change, directory)).collect();
    let refused = checked.iter().filter(|one| one.is_err()).count();
    let words = checked.into_iter().flat_map(|one| one.map_or_else(|why| vec![why], |guarded| guarded.notes));
    let words = words.collect::<std::collections::BTreeSet<_>>().into_iter().collect();
    (guard.into_mass().iter().find_map(|mass| mass.typed(changes.iter())), refused, words)
}

#[test]
fn more_than_a_share_is_typed_or_refused() {
    let many = |count: usize| (0..count).map(leave).collect::<Vec<_>>();
    assert_eq!(weighed(&many(25), None), (None, 0, vec![]));
    let said = vec!["26 of the 100 users go at once.".to_owned()];
    assert_eq!(weighed(&many(26), None), (Some("26 of 100".into()), 0, said));
    // Twice about one person is once, and giving back takes nothing away.
    let twice = [many(25), many(25), vec![Change::SetActive { user: "user-99".into(), active: true }]].concat();
    assert_eq!(weighed(&twice, None).0, None);

    let (_, refused, words) = weighed(&many(26), Some(20));
    assert_eq!(refused, 26, "all of them, not what is left over");
    assert!(
        words[0].starts_with("26 of the 100 users would go at once, more than the 20% of max_removal."),
        "{words:?}"
    );
    assert_eq!(weighed(&many(20), Some(20)).1, 0);
    assert_eq!(weighed(&many(100), Some(100)).1, 0);
    assert_eq!(weighed(&many(5), Some(0)).1, 0, "a handful is never too many");
}

#[test]
fn a_team_has_a_share_of_its_own() {
    let go: Vec<Change> = (0..6).map(removed).collect();
    let said = vec!["6 of the 20 members of vision go at once.".to_owned()];
    assert_eq!(weighed(&go, None), (Some("6 of 20".into()), 0, said));
    let (_, refused, words) = weighed(&[go.clone(), vec![leave(50)]].concat(), Some(10));
    assert_eq!(refused, 6, "who leaves elsewhere is not held up: {words:?}");
    let ids = |from: usize, to: usize| (from..to).map(|n| format!("user-{n:02}").as_str().into()).collect();
    let whole = Change::ReplaceMembers { team: "t".into(), stay: ids(0, 10), come: vec![], go: ids(10, 20) };
    assert_eq!(weighed(&[whole], None).0.as_deref(), Some("10 of 20"));
}

/// Whether the check comes before or after what it must know of, the last two admins can't go together.
#[test]
fn what_was_planned_before_counts() {
    let three = directory(&[("eva", Some("admin"), true), ("ivan", Some("admin"), true), ("noor", None, true)]);
    let leave = |user: &str| Change::SetActive { user: user.into(), active: false };
    let refused = |earlier: &[Change]| check(&demote("ivan"), &three, &Guards::default(), earlier).is_err();
    assert!(!refused(&[]));
    assert!(refused(&[demote("eva")]));
    assert!(refused(&[leave("noor"), leave("eva")]));
    assert!(!refused(&[leave("noor")]));
    let guards = Guards::default();
    let both = [demote("eva"), demote("ivan")];
    let mut guard = Guard::new(&three, &guards, both.iter());
    guard.check(&demote("eva"), &three).unwrap();
    guard.add(&demote("eva"), &three);
    assert!(guard.check(&demote("ivan"), &three).is_err());
}

#[test]
fn who_else_must_be_admin_is_named_as_far_as_it_is_known() {
    let names = ["eva", "ivan", "noor", "zoe", "ana", "kim", "lee", "mia"];
    let all: Vec<_> = names.iter().map(|name| (*name, Some("admin"), true)).collect();
    let guarded = check(&demote("eva"), &directory(&all), &Guards::default(), &[demote("ivan")]).unwrap();
    let [others] = guarded.others.as_slice() else { panic!("{guarded:?}") };
    assert_eq!((others.admins.len(), &others.team), (others::MOST, &None));
    assert!(!others.admins.iter().any(|admin| admin.name.is("eva") || admin.name.is("ivan")));
    assert!(guarded.notes.is_empty(), "many are left");
    let two = directory(&[("eva", Some("admin"), true), ("ivan", Some("admin"), true), ("noor", None, true)]);
    let notes = check(&demote("eva"), &two, &Guards::default(), &[]).unwrap().notes;
    assert_eq!(notes[1], "Before it is sent and after, the server is asked whether ivan still is organisation admin.");
    let asked = |change: &Change| check(change, &two, &Guards::default(), &[]).unwrap().others.len();
    assert_eq!(asked(&demote("eva")), 1);
    assert_eq!(asked(&Change::SetActive { user: "eva".into(), active: true }), 0);
    // Who may be admin is guarded like one.
    assert_eq!(asked(&demote("noor")), 1);
    let open = Guards { allow_last_admin: true, ..Guards::default() };
    assert!(check(&demote("eva"), &two, &open, &[demote("ivan")]).unwrap().others.is_empty(), "nobody is left anyway");
}

#[test]
fn a_team_keeps_its_last_admin_or_it_is_said() {
    let grant = |team: &str| Grant { scope: team.into(), role: "admin".into() };
    let user = |id: &str| User {
        id: id.into(),
        user_name: id.into(),
        team_roles: Some(vec![grant("vision"), grant("nlp")]),
        ..User::default()
    };
    let members = ["eva", "ivan"].map(|id| Member { id: id.into(), display: Name::default() });
    let team =
        |name: &str| Team { id: name.into(), name: name.into(), members: Some(members.to_vec()), ..Team::default() };
    let mut both = Directory::default();
    both.replace(Records::build(vec![user("eva"), user("ivan")], vec![team("vision"), team("nlp")], vec![]), true);
    let leave = |user: &str, team: &str| Change::RemoveMember { team: team.into(), user: user.into() };
    let notes = |change: &Change, earlier: &[Change]| check(change, &both, &Guards::default(), earlier).unwrap().notes;
    let bare = |teams: &[&str]| -> Vec<String> {
        teams.iter().map(|team| format!("{team} has no known admin after this.")).collect()
    };
    let asked = ["Before it is sent and after, the server is asked whether ivan still is admin of vision."];
    assert_eq!(notes(&leave("eva", "vision"), &[]), asked);
    assert_eq!(notes(&leave("eva", "vision"), &[leave("ivan", "vision")]), bare(&["vision"]));
    // Who leaves one team is still admin of the other.
    assert_eq!(notes(&leave("eva", "vision"), &[leave("ivan", "nlp")]), asked);
    let gone = Change::DeleteUser { user: "ivan".into() };
    assert_eq!(notes(&Change::DeleteUser { user: "eva".into() }, &[gone]), bare(&["nlp", "vision"]));
}

#[test]
fn admins_are_those_of_the_screen() {
    let mut three = directory(&[
        ("eva", Some("admin"), true),
        ("ivan", Some("Admin"), true),
        ("noor", Some("member"), true),
        ("old", Some("admin"), false),
    ]);
    let admins = |directory: &Directory| {
        let mut names: Vec<String> = directory.org_admins().map(|user| user.user_name.to_string()).collect();
        names.sort();
        names.join(" ")
    };
    assert_eq!(admins(&three), "eva ivan");
    three.begin(crate::directory::change::ChangeId(1), demote("eva"));
    three
        .begin(crate::directory::change::ChangeId(2), Change::SetOrgRole { user: "noor".into(), role: "admin".into() });
    assert_eq!(admins(&three), "ivan noor");
    three.take_off(crate::directory::change::ChangeId(1));
    assert_eq!(admins(&three), "eva ivan noor");
}
