//! The seeded organisation.

use std::collections::HashSet;

use super::super::clock::UnixSeconds;
use super::super::options::DemoOptions;
use super::super::records::{Account, OrganisationRole, User};
use super::super::seed::organisation;
use super::super::state::State;

const NOW: UnixSeconds = UnixSeconds(1_790_000_000);

fn seeded(users: usize) -> State {
    organisation(&DemoOptions { users, ..DemoOptions::default() }, NOW)
}

#[test]
fn the_organisation_is_believable() {
    let state = seeded(250);
    let users: Vec<&User> = state.order().iter().filter_map(|&number| state.user(number)).collect();
    let count = |test: &dyn Fn(&&&User) -> bool| users.iter().filter(|user| test(user)).count();

    assert_eq!((users.len(), state.teams.len(), state.roles.len()), (250, 20, 6));
    assert_eq!(count(&|user| user.organisation_role == OrganisationRole::Admin), 4);
    assert!((10..=32).contains(&count(&|user| user.last_active.is_none())));
    assert!((5..=25).contains(&count(&|user| !user.active)));
    assert!(users.iter().all(|user| user.last_active.is_none_or(|last| user.created <= last && last <= NOW)));
    assert!(users.iter().all(|user| user.teams.len() <= 5 || user.account == Account::OrganisationService));
    assert!(state.living_teams().all(|(_, team)| !team.members.is_empty()));
    assert!(count(&|user| !user.display_name.is_ascii()) > 50);
    let eva = state.user_named("Eva-Tanaka").and_then(|number| state.user(number)).unwrap();
    assert_eq!((&*eva.display_name, eva.organisation_role), ("Eva Tanaka", OrganisationRole::Member));
}

#[test]
fn names_are_ascii_and_nobody_shares_one() {
    let state = seeded(20_000);
    let users: Vec<&User> = state.order().iter().filter_map(|&number| state.user(number)).collect();
    let names: HashSet<&str> = users.iter().map(|user| &*user.user_name).collect();
    let emails: HashSet<&str> = users.iter().map(|user| &*user.email).filter(|email| !email.is_empty()).collect();
    assert_eq!(names.len(), 20_000);
    assert_eq!(emails.len(), 20_000 - 2);
    assert!(
        names
            .iter()
            .all(|name| name.bytes().all(|byte| byte == b'-' || byte.is_ascii_lowercase() || byte.is_ascii_digit()))
    );
}

#[test]
fn members_and_teams_agree_and_the_seed_decides() {
    let (one, same) = (seeded(3_000), seeded(3_000));
    let other = organisation(&DemoOptions { users: 3_000, seed: 8, ..DemoOptions::default() }, NOW);
    let names = |state: &State| -> Vec<Box<str>> {
        state.order().iter().filter_map(|&number| Some(state.user(number)?.user_name.clone())).collect()
    };
    assert_eq!(names(&one), names(&same));
    assert_ne!(names(&one), names(&other));
    for (team, record) in one.living_teams() {
        for &member in &record.members {
            assert!(one.user(member).unwrap().teams.iter().any(|&(place, _)| place == team));
        }
    }
    let places: usize = one.order().iter().map(|&number| one.user(number).unwrap().teams.len()).sum();
    assert_eq!(places, one.living_teams().map(|(_, team)| team.members.len()).sum::<usize>());
}
