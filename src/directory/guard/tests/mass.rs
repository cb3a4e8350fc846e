//! How many may go at once: of all users, and of a team.

use super::*;

/// A hundred users, the first twenty in a team.
pub(super) fn hundred() -> Directory {
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

/// The text to type, the number of refusals, and the notes.
fn weighed(changes: &[Change], max_removal: Option<u8>) -> (Option<String>, usize, Vec<String>) {
    let (directory, guards) = (&hundred(), GuardSettings { max_removal, ..GuardSettings::default() });
    let mut guard = guard(&guards, directory, changes.iter());
    let checked: Vec<_> = changes.iter().map(|change| guard.check(change, directory)).collect();
    let refused = checked.iter().filter(|one| one.is_err()).count();
    let words = checked.into_iter().flat_map(|one| one.map_or_else(|why| vec![why.text], |guarded| guarded.notes));
    let mut words: std::collections::BTreeSet<String> = words.collect();
    let beyond: Vec<BulkRemoval> =
        guard.take_mass().into_iter().filter(|mass| mass.typed(changes.iter()).is_some()).collect();
    if max_removal.is_none() {
        words.extend(beyond.iter().map(|mass| mass.note(changes.iter())));
    }
    (beyond.iter().find_map(|mass| mass.typed(changes.iter())), refused, words.into_iter().collect())
}

#[test]
fn more_than_a_share_is_typed_or_refused() {
    let many = |count: usize| (0..count).map(leave).collect::<Vec<_>>();
    assert_eq!(weighed(&many(25), None), (None, 0, vec![]));
    let said = vec!["26 of the 100 users go at once.".to_owned()];
    assert_eq!(weighed(&many(26), None), (Some("26".into()), 0, said));
    // A person counted twice counts once, and a reactivation takes nobody away.
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
    assert_eq!(weighed(&go, None), (Some("6".into()), 0, said));
    let (_, refused, words) = weighed(&[go.clone(), vec![leave(50)]].concat(), Some(10));
    assert_eq!(refused, 6, "who leaves elsewhere is not held up: {words:?}");
    let ids = |from: usize, to: usize| (from..to).map(|n| format!("user-{n:02}").as_str().into()).collect();
    let whole = Change::ReplaceMembers { team: "t".into(), stay: ids(0, 10), come: vec![], go: ids(10, 20) };
    assert_eq!(weighed(&[whole], None).0.as_deref(), Some("10"));
}

/// Lines may be dropped from a plan whose guards were asked before.
#[test]
fn an_allowed_number_is_not_typed() {
    let plan: Vec<Change> = (0..26).map(leave).collect();
    let [mass] = &guard(&GuardSettings::default(), &hundred(), plan.iter()).take_mass()[..] else { panic!("one") };
    assert_eq!(mass.typed(plan.iter()).as_deref(), Some("26"));
    assert_eq!(mass.typed(plan[1..].iter()), None);
}

#[test]
fn members_of_another_team_do_not_count() {
    let mut known = hundred();
    let members = (20..40).map(|n| Member { id: format!("user-{n:02}").as_str().into(), display: Name::default() });
    let audio = Team { id: "a".into(), name: "audio".into(), members: Some(members.collect()), ..Team::default() };
    known.learn(vec![crate::directory::Observation::Record(crate::directory::record::Record::Team(audio))]);
    let elsewhere = |n: usize| Change::RemoveMember { team: "a".into(), user: format!("user-{n:02}").as_str().into() };
    let plan: Vec<Change> = (0..5).map(removed).chain((20..25).map(elsewhere)).collect();
    assert!(guard(&GuardSettings::default(), &known, plan.iter()).take_mass().is_empty());
}
