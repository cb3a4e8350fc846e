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

#[test]
fn each_fact_of_a_joined_plan_has_its_question() {
    let mut all = PeopleConcerns::default();
    assert_eq!((all.undecided_teams().len(), all.is_teams_unread()), (0, false));
    all.bare_team(&vision(), &user("ivan"));
    let nlp = Team { id: "n".into(), name: "nlp".into(), ..Team::default() };
    let mut other = PeopleConcerns::default();
    other.team_not_told(&nlp, &user("noor"));
    other.teams_unread();
    all.join(other);
    assert_eq!(all.undecided_teams(), ["n", "v"].map(Id::from));
    assert_eq!(all.teams_not_told(), [Id::from("n")]);
    assert!(all.is_teams_unread());
    assert!(all.notes(true).contains(&"Not all teams are known: whether each keeps an admin is not known.".to_owned()));
}

#[test]
fn people_stand_by_the_gravity_of_their_loss() {
    let mut all = PeopleConcerns::default();
    all.me(&user("eva"));
    all.org_admin(&user("ivan"));
    all.admins_not_told(&user("noor"), "No role is told".into());
    all.bare_team(&vision(), &user("zoe"));
    all.team_not_told(&vision(), &user("kim"));
    let ranks = ["eva", "ivan", "noor", "zoe", "kim", "ann"].map(|name| all.rank(&name.into()));
    assert_eq!(ranks, [0, 1, 1, 2, 3, 4]);
}

/// The line itself says so.
#[test]
fn a_plan_of_one_person_does_not_say_that_you_are_among_them() {
    let mut all = PeopleConcerns::default();
    all.me(&user("eva"));
    assert!(all.notes(false).is_empty());
}

/// Worker reads may tell no role in teams, which takes no earlier knowledge back.
#[rstest::rstest]
#[case::not_told(None, true)]
#[case::no_role(Some(vec![]), false)]
#[case::another_role(Some(vec![("vision", "viewer")]), false)]
#[case::admin(Some(vec![("vision", "admin")]), true)]
fn another_admin_of_a_team_is_one_until_the_record_says_otherwise(
    #[case] roles: Option<Vec<(&str, &str)>>,
    #[case] is_still: bool,
) {
    let grant = |(team, role): (&str, &str)| RoleGrant { scope: team.into(), role: role.into() };
    let team_roles = roles.map(|roles| roles.into_iter().map(grant).collect());
    let eva = User { team_roles, ..user("eva") };
    let others = OtherAdmins { team: Some("vision".into()), admins: vec![OtherAdmin::direct(&eva)] };
    assert_eq!(others.is_still(&eva, None), is_still);
    assert!(!others.is_still(&User { active: Some(false), ..eva }, None), "inactive");
}
