//! Names of the profile: whom they mean, and what is said where they mean nobody.

use super::*;

fn people() -> Directory {
    let mut all = directory(&[("eva", Some("admin"), true), ("ivan", Some("admin"), true), ("noor", None, true)]);
    let eva = User { email: "eva@example.com".into(), ..all.user(&"eva".into()).unwrap().clone() };
    let zoe = User { id: "u1".into(), user_name: "zoe".into(), org_role: "member".into(), ..eva.clone() };
    let zoe = User { email: "zoe@example.com".into(), ..zoe };
    all.learn(
        [eva, zoe]
            .map(|user| crate::directory::Observation::Record(crate::directory::record::Record::User(user)))
            .into(),
    );
    all
}

fn names(me: Option<&str>, protected: &[&str]) -> GuardSettings {
    let protected = protected.iter().map(|name| (*name).to_owned()).collect();
    GuardSettings { me: me.map(str::to_owned), protected, ..GuardSettings::default() }
}

#[test]
fn a_name_that_is_nobodys_is_said() {
    let notes = said(&[leaves("ivan")], &people(), &names(Some("ghost"), &["eva", "eva@example.com", "nobody"]));
    assert_eq!(
        notes,
        [
            "me in the profile: ghost is nobody's name, so it guards nobody.",
            "protected in the profile: nobody is nobody's name, so it guards nobody."
        ]
    );
    // A plan that changes nobody has no need of it.
    let create = Change::CreateTeam {
        key: "new:1".into(),
        name: "audio".into(),
        members: vec![],
        bucket: None,
        external_id: String::new(),
    };
    assert!(said(&[create], &people(), &names(Some("ghost"), &[])).is_empty());
}

#[rstest::rstest]
#[case::by_the_address(Some("eva@example.com"), Change::SetEmail { user: "eva".into(), to: "e@x.com".into() }, true)]
#[case::by_the_user_name(Some("eva"), Change::SetEmail { user: "eva".into(), to: "e@x.com".into() }, false)]
#[case::of_another(Some("ivan"), Change::SetEmail { user: "eva".into(), to: "e@x.com".into() }, false)]
#[case::by_another_attribute(Some("zoe"), attribute("u1", "title"), false)]
#[case::by_the_user_name_itself(Some("zoe"), attribute("u1", "userName"), true)]
#[case::by_the_id_which_stays(Some("eva"), attribute("eva", "userName"), false)]
fn a_change_of_the_name_that_the_profile_uses_is_said(
    #[case] me: Option<&str>,
    #[case] change: Change,
    #[case] is_said: bool,
) {
    let guards = GuardSettings { allow_yourself: true, ..names(me, &[]) };
    let notes = said(&[change], &people(), &guards);
    assert_eq!(notes.iter().any(|note| note.contains("change it there, too")), is_said, "{notes:?}");
}

fn attribute(user: &str, path: &str) -> Change {
    Change::SetAttribute {
        target: crate::directory::ResourceRef::user(&user.into()),
        path: path.into(),
        before: None,
        to: Some("x".into()),
    }
}

#[test]
fn the_name_of_an_owner_without_a_record_is_somebodys() {
    let known = silent(Some("robot"));
    let notes = said(&[leaves("ivan")], &known, &names(Some("robot"), &[]));
    assert!(!notes.iter().any(|note| note.contains("guards nobody")), "{notes:?}");
}

/// `zoe` has the id `u1`; `noor` has no address.
#[rstest::rstest]
#[case::by_the_id("u1", "u1", true)]
#[case::by_the_user_name("zoe", "u1", true)]
#[case::by_the_address("zoe@example.com", "u1", true)]
#[case::by_blanks_and_no_address(" ", "noor", false)]
fn a_person_is_protected_by_each_of_their_names(#[case] name: &str, #[case] user: &str, #[case] protected: bool) {
    let all = [("eva", "admin"), ("ivan", "admin")].map(|(name, role)| (name, Some(role), true));
    let mut known = directory(&all);
    let zoe = User { id: "u1".into(), user_name: "zoe".into(), email: "zoe@example.com".into(), ..User::default() };
    let noor = User { id: "noor".into(), user_name: "noor".into(), ..User::default() };
    known.learn(
        [zoe, noor]
            .map(|user| crate::directory::Observation::Record(crate::directory::record::Record::User(user)))
            .into(),
    );
    let notes = check(&leaves(user), &known, &names(None, &[name]), &[]).unwrap().notes;
    assert_eq!(notes.iter().any(|note| note.contains("is protected")), protected, "{notes:?}");
}

#[test]
fn a_protected_person_is_changed_by_name_and_given_something_without() {
    let guards = names(None, &["zoe"]);
    let risk = |change: &Change| check(change, &people(), &guards, &[]).unwrap().risk;
    assert!(insists(&risk(&Change::SetEmail { user: "u1".into(), to: "z@x.com".into() })), "altered");
    assert!(insists(&risk(&leaves("u1"))), "taken away");
    assert_eq!(risk(&Change::SetActive { user: "u1".into(), active: true }), Risk::Plain, "given");
}

#[test]
fn a_plan_hangs_on_admins_only_where_nothing_tells_of_them() {
    let hangs = |changes: &[Change], directory: &Directory| {
        let mut guard = guard(&GuardSettings::default(), directory, changes.iter());
        for change in changes {
            guard.check(change, directory).unwrap();
            guard.add(change, directory);
        }
        guard.take_among().hangs_on_admins()
    };
    assert!(!hangs(&[leaves("ivan")], &people()));
    assert!(hangs(&[leaves("ivan"), leaves("eva")], &people()));
}

/// Whoever was demoted by an earlier change is no owner who stays, though this change is not about them.
#[test]
fn an_owner_who_was_demoted_before_does_not_stay() {
    let mut known = directory(&[("eva", None, true), ("ivan", None, true), ("noor", None, true)]);
    let owner = AccountDetails { id: "eva".into(), user_name: "eva".into(), ..AccountDetails::default() };
    known.set_owner(crate::directory::owner::KeyOwner::of(&owner));
    let plan = [leaves("noor")];
    let mut guard = guard(&GuardSettings { allow_yourself: true, ..GuardSettings::default() }, &known, plan.iter());
    assert_eq!(guard.check(&plan[0], &known).unwrap().risk, Risk::Plain, "eva stays");
    guard.add(&leaves("eva"), &known);
    assert!(insists(&guard.check(&plan[0], &known).unwrap().risk));
}
