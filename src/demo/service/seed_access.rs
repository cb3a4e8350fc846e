//! Seed data that GraphQL shows and SCIM does not: some people's API keys and some open invitations. Created last, with
//! separate random numbers, so that the organisation is the same with and without them.

use super::dice::Dice;
use super::invitations::OpenInvitation;
use super::records::{Account, RecordNumber};
use super::seed::DOMAIN;
use super::state::State;

/// Some of this many people, counted from the first, have keys.
const AMONG: usize = 60;
const DESCRIPTIONS: [&str; 5] = ["laptop", "training cluster", "notebook", "CI", "sweep agents"];

pub(super) fn add(state: &mut State, seed: u64) {
    let mut dice = Dice(seed ^ 0x6b65_7973);
    let people: Vec<RecordNumber> = state.order().iter().copied().take(AMONG).collect();
    for (place, number) in people.into_iter().enumerate() {
        let is_person = state.user(number).is_some_and(|user| user.account == Account::Person);
        // The first two people, named in the documentation, always have a key.
        if is_person && (place < 2 || dice.share() < 0.25) {
            for _ in 0..=dice.below(2) {
                let (name, description) = (format!("{:08x}", dice.next() as u32), *dice.one(&DESCRIPTIONS));
                state.keys.insert_unknown(number, &name, description);
            }
        }
    }
    invite(state, "vision", &format!("sam.rivera@{DOMAIN}"), false);
    invite(state, "vision", &format!("lea.brandt@{DOMAIN}"), true);
    if let Some(email) = outsider(state, "ops") {
        invite(state, "ops", &email, false);
    }
}

fn invite(state: &mut State, team: &str, email: &str, admin: bool) {
    if let Some(team) = state.team_named(team) {
        state.invitations.insert(OpenInvitation { team, email: email.into(), admin });
    }
}

/// The address of the first active person outside the team.
fn outsider(state: &State, team: &str) -> Option<String> {
    let team = state.team_named(team)?;
    let mut people = state.order().iter().filter_map(|&number| state.user(number)).skip(1);
    let found = people
        .find(|user| user.active && user.account == Account::Person && user.teams.iter().all(|&(own, _)| own != team));
    found.map(|user| user.email.to_string())
}
