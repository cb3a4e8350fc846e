//! Tests of the notes about a plan as a whole, combined from several plans.

use super::*;
use crate::directory::guard::PeopleConcerns;

fn user(name: &str) -> User {
    User { id: name.into(), user_name: name.into(), ..User::default() }
}

fn vision() -> Team {
    Team { id: "v".into(), name: "vision".into(), ..Team::default() }
}

#[test]
fn plans_that_are_sent_as_one_say_all_that_each_would() {
    let mut all = PeopleConcerns::default();
    all.org_admin(&user("eva"));
    let mut other = PeopleConcerns::default();
    other.me(&user("eva"));
    other.org_admin(&user("ivan"));
    other.bare_team(&vision(), &user("ivan"));
    other.team_not_told(&vision(), &user("noor"));
    other.admins_not_told(&user("noor"), "No role is told".into());
    all.join(other);
    // A plan about the same people with fewer notes removes none of the earlier notes.
    let mut less = PeopleConcerns::default();
    less.bare_team(&vision(), &user("eva"));
    all.join(less);
    assert!(all.is_about_me());
    let notes = all.notes(true);
    assert_eq!(notes[0], "You are among them: eva.");
    assert!(notes[1].starts_with("No role is told. Whether an organisation admin is left beside noor"), "{notes:?}");
    assert_eq!(
        notes[2..],
        [
            "Organisation admins among them: eva, ivan.",
            "Teams that lose their last known admin: vision (eva), vision (ivan).",
            "Not told: whether an admin is left in vision."
        ]
    );
}

/// A line that is dropped from a plan takes its warnings along.
#[test]
fn who_is_dropped_from_a_plan_is_not_named_any_more() {
    let mut all = PeopleConcerns::default();
    all.me(&user("eva"));
    all.org_admin(&user("ivan"));
    all.forget(&"eva".into());
    assert!(!all.is_about_me());
    assert_eq!(all.notes(true), ["Organisation admins among them: ivan."]);
}
