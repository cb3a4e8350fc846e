//! Makes the organisation a demo server starts with, the same one for the same seed, size and moment.

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use super::clock::UnixSeconds;
use super::dice::Dice;
use super::generation::ServerGeneration;
use super::names::{CULTURES, CUSTOM_ROLES, EMOJI_NAME, REGISTRIES, TEAMS};
use super::options::{DemoOptions, Provider};
use super::records::{Account, CustomRole, OrganisationRole, RecordNumber, RegistryRole, Seat, TeamRole, User};
use super::rfc::more;
use super::seed_access;
use super::state::State;

const DAY: u32 = 86_400;
/// Administrators and Eva Tanaka, whom the documentation and the tests name.
const FIXED_USERS: usize = 5;
/// User names that nobody else gets.
const FIXED_NAMES: [&str; 3] = ["demo-admin", "eva-tanaka", "noor-haddad"];
/// Below this size there are no service accounts.
const SERVICE_ACCOUNTS_FROM: usize = 50;
pub(super) const DOMAIN: &str = "example.com";

struct SeedState {
    dice: Dice,
    now: UnixSeconds,
    people: usize,
    taken: FxHashMap<String, u32>,
}

/// The organisation for these options, seen at `now`.
pub(super) fn organisation(options: &DemoOptions, now: UnixSeconds) -> State {
    let people = options.users.max(FIXED_USERS);
    let mut state = State::with_capacity(people);
    let taken = FIXED_NAMES.iter().map(|&name| (name.to_owned(), 1)).collect();
    let mut seeding = SeedState { dice: Dice(options.seed), now, people, taken };
    seeding.roles(&mut state);
    seeding.teams(&mut state);
    let services = options.provider == Provider::Wandb
        && ServerGeneration::of(options).services
        && people >= SERVICE_ACCOUNTS_FROM;
    for place in 0..people {
        let mut user = match place {
            20 if services => seeding.service("ci-bot", Account::TeamService),
            40 if services => seeding.service("nightly-sync", Account::OrganisationService),
            _ => seeding.person(place),
        };
        seeding.date(&mut user, place);
        if options.provider == Provider::Grafana {
            user.external_id = Some(format!("idp|{}", user.user_name).into());
        }
        if options.provider == Provider::Scim {
            user.more = more::seed(place as RecordNumber);
        }
        let number = state.insert_user(user);
        seeding.memberships(&mut state, number);
    }
    if options.provider == Provider::Wandb {
        seed_access::add(&mut state, options.seed);
    }
    state
}

impl SeedState {
    fn roles(&mut self, state: &mut State) {
        for (place, &(name, description, inherits_member, permissions)) in (0..).zip(CUSTOM_ROLES) {
            let created = self.ago(600 - 50 * place, 9);
            state.roles.push(Some(CustomRole {
                name: name.into(),
                description: description.into(),
                inherits_member,
                permissions: permissions.iter().map(|&name| name.into()).collect(),
                created,
                modified: (place % 3 != 2).then_some(UnixSeconds(created.0 + 30 * DAY)),
                version: 1,
            }));
        }
    }

    fn teams(&mut self, state: &mut State) {
        let count = (TEAMS.len() + self.people / 1_000).min(200);
        for place in 0..count {
            let name = TEAMS[place % TEAMS.len()];
            let created = self.ago(900 - (place as u32 * 3), 8);
            let number = match place / TEAMS.len() {
                0 => state.insert_team(name, created),
                round => state.insert_team(&format!("{name}-{}", round + 1), created),
            };
            let modified = self.ago(place as u32 % 90, 10);
            if let Some(team) = state.team_mut(number) {
                team.modified = modified;
            }
        }
    }

    fn person(&mut self, place: usize) -> User {
        let mut user = match place {
            0 => self.named(FIXED_NAMES[0], "Demo", "Admin", "Demo Admin"),
            1 => self.named(FIXED_NAMES[1], "Eva", "Tanaka", "Eva Tanaka"),
            5 => self.named(FIXED_NAMES[2], EMOJI_NAME.0, EMOJI_NAME.1, EMOJI_NAME.2),
            _ => self.somebody(),
        };
        if matches!(place, 0 | 2 | 3 | 4) {
            user.organisation_role = OrganisationRole::Admin;
        } else if place > 5 {
            user.active = self.dice.share() >= 0.05;
            user.models_seat = self.seat();
            user.weave_seat = self.seat();
            user.registry_access = user.models_seat != Seat::None || user.weave_seat != Seat::None;
        }
        user
    }

    /// A person from the lists, half of them with a Latin name, one in seven with names of two Latin cultures.
    fn somebody(&mut self) -> User {
        let culture = if self.dice.share() < 0.5 { &CULTURES[self.dice.below(3)] } else { self.dice.one(CULTURES) };
        let given = *self.dice.one(culture.given);
        let other = if self.dice.share() < 0.15 { &CULTURES[self.dice.below(3)] } else { culture };
        let mixed = !std::ptr::eq(culture, other);
        let family = *self.dice.one(other.family);
        let user_name = self.free_name(&format!("{}-{}", given.0, family.0));
        if mixed && given.1.chars().all(|letter| letter < '\u{250}') {
            return self.named(&user_name, given.1, family.1, &CULTURES[0].display(given.1, family.1));
        }
        let family = if mixed { *self.dice.one(culture.family) } else { family };
        let user_name = if mixed { self.free_name(&format!("{}-{}", given.0, family.0)) } else { user_name };
        self.named(&user_name, given.1, family.1, &culture.display(given.1, family.1))
    }

    /// The name itself, or with the next number when somebody has it already.
    fn free_name(&mut self, base: &str) -> String {
        if let Some(count) = self.taken.get_mut(base) {
            *count += 1;
            return format!("{base}-{count}");
        }
        self.taken.insert(base.to_owned(), 1);
        base.to_owned()
    }

    fn named(&self, user_name: &str, given: &'static str, family: &'static str, display: &str) -> User {
        let email = format!("{}@{DOMAIN}", user_name.replacen('-', ".", 1));
        let mut user = User::person(user_name, display, &email, self.now);
        user.given = Cow::Borrowed(given);
        user.family = Cow::Borrowed(family);
        user
    }

    fn service(&mut self, name: &str, account: Account) -> User {
        let mut user = User::person(name, name, "", self.now);
        user.account = account;
        user
    }

    fn seat(&mut self) -> Seat {
        match self.dice.below(100) {
            0..85 => Seat::Full,
            85..95 => Seat::Viewer,
            _ => Seat::None,
        }
    }

    fn ago(&mut self, days: u32, hour: u32) -> UnixSeconds {
        let day = self.now.0.saturating_sub(days * DAY);
        UnixSeconds(day - (day % DAY).min(day) + (hour * 3_600 + self.dice.below(3_600) as u32).min(self.now.0 % DAY))
    }

    /// Users arrive evenly over 900 days; who is ever active was so within the last 400, most of them lately.
    fn date(&mut self, user: &mut User, place: usize) {
        let age = 900 * DAY - (880.0 * f64::from(DAY) * place as f64 / self.people as f64) as u32;
        user.created = UnixSeconds(self.now.0.saturating_sub(age) + self.dice.below(DAY as usize) as u32);
        let lifetime = self.now.0 - user.created.0;
        if place != 0 && self.dice.share() < 0.08 {
            user.modified = (lifetime > 30 * DAY).then_some(UnixSeconds(user.created.0 + 9 * DAY));
            return;
        }
        let recent = if place < 2 { 0.02 } else { self.dice.share() };
        let idle = (recent.powi(3) * f64::from(400 * DAY)) as u32;
        let last = UnixSeconds(self.now.0 - idle.min(lifetime.saturating_sub(1)));
        let span = (last.0 - user.created.0) / DAY;
        user.last_active = Some(last);
        user.days_active = (f64::from(span) * (0.2 + 0.5 * self.dice.share())) as u16 + 1;
        user.modified = Some(UnixSeconds(user.created.0 + (lifetime / 2).min(last.0 - user.created.0)));
    }

    fn memberships(&mut self, state: &mut State, number: RecordNumber) {
        let Some(account) = state.user(number).map(|user| user.account) else { return };
        let teams = match account {
            Account::OrganisationService => (0..state.teams.len() as RecordNumber).collect(),
            Account::TeamService => vec![3],
            Account::Person => self.some_teams(number, state.teams.len()),
        };
        let mut places = Vec::with_capacity(teams.len());
        for team in teams {
            let role = self.team_role(state, team, account);
            if let Some(team) = state.team_mut(team) {
                team.members.push(number);
            }
            places.push((team, role));
        }
        let registries = self.registries(account);
        if let Some(user) = state.user_mut(number) {
            user.teams = places;
            user.registries = registries;
        }
    }

    /// Two teams a person on average; fewer in organisations above 100,000, whose group lists would not end.
    fn some_teams(&mut self, number: RecordNumber, teams: usize) -> Vec<RecordNumber> {
        let crowd = self.people as f64;
        let share = if crowd <= 100_000.0 { 1.0 } else { (200_000.0 + (crowd - 100_000.0) / 3.0) / (2.0 * crowd) };
        if number > 5 && self.dice.share() > share {
            return Vec::new();
        }
        let count = match self.dice.below(100) {
            0..12 if number > 5 => 0,
            0..38 => 1,
            38..66 => 2,
            66..84 => 3,
            84..94 => 4,
            _ => 5,
        };
        let mut chosen = Vec::with_capacity(count);
        while chosen.len() < count {
            // Uneven on purpose: some teams are large, some small.
            let team = (self.dice.share().powf(1.4) * teams as f64) as RecordNumber;
            if !chosen.contains(&team) {
                chosen.push(team);
            }
        }
        chosen
    }

    fn team_role(&mut self, state: &State, team: RecordNumber, account: Account) -> TeamRole {
        if account != Account::Person {
            return TeamRole::Member;
        }
        if state.team(team).is_some_and(|team| team.members.is_empty()) {
            return TeamRole::Admin;
        }
        match self.dice.below(100) {
            0..6 => TeamRole::Admin,
            6..76 => TeamRole::Member,
            76..90 => TeamRole::Viewer,
            _ => TeamRole::Custom(self.dice.below(state.roles.len()) as RecordNumber),
        }
    }

    fn registries(&mut self, account: Account) -> Vec<(u8, RegistryRole)> {
        if account != Account::Person || self.dice.share() > 0.12 {
            return Vec::new();
        }
        let role = match self.dice.below(10) {
            0 => RegistryRole::Admin,
            1..5 => RegistryRole::Member,
            5..9 => RegistryRole::Viewer,
            _ => RegistryRole::RestrictedViewer,
        };
        vec![(self.dice.below(REGISTRIES.len()) as u8, role)]
    }
}
