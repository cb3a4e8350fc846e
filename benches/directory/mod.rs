//! A directory of any size, the same each time, and a console that shows it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use scimitar::{
    app::{App, AppMessage, OpenedProfile, ProfileView, TerminalSize, keymap::KeyBindings},
    dialect::{self, Hosting, Provider},
    directory::{
        guard::GuardSettings,
        record::{LastActive, Member, Permission, ReadDepth, Role, RoleGrant, Team, User},
        records::Records,
        work::{LinkState, WorkerReport},
    },
};

/// Sizes that everything is measured with; the largest only on request, it takes minutes.
pub fn sizes() -> Vec<usize> {
    let mut sizes = vec![1_000, 10_000, 100_000];
    if std::env::var_os("SCIMITAR_BENCH_MILLION").is_some() {
        sizes.push(1_000_000);
    }
    sizes
}

const FIRST: [&str; 24] = [
    "aarav",
    "amelia",
    "anastasia",
    "andre",
    "bjorn",
    "chen",
    "dmitri",
    "elena",
    "eva",
    "fatima",
    "giulia",
    "hiro",
    "ines",
    "ivan",
    "jamal",
    "karin",
    "lars",
    "mei",
    "noor",
    "olga",
    "priya",
    "rosa",
    "tomas",
    "yuki",
];
const LAST: [&str; 24] = [
    "adeyemi",
    "brookes",
    "castellano",
    "dang",
    "fischer",
    "garcia",
    "hansen",
    "ivanova",
    "jensen",
    "kulkarni",
    "lindqvist",
    "mensah",
    "nunez",
    "okafor",
    "petrov",
    "quispe",
    "rossi",
    "sharma",
    "tanaka",
    "ueda",
    "vasquez",
    "whitfield",
    "yamada",
    "zhang",
];
const DISPLAY: [&str; 4] = ["Анастасия Петрова", "田中 エヴァ", "Đặng Ánh", "आरव कुलकर्णी"];
const ROLES: [&str; 3] = ["admin", "member", "viewer"];

/// Members of the one large team.
const LARGE_TEAM: usize = 20_000;
/// Teams of the first user.
const MANY_TEAMS: usize = 200;

/// 14 May 2025: the clock of everything here.
pub fn now() -> Timestamp {
    Timestamp::from_second(1_747_224_000).unwrap_or_default()
}

/// Numbers that look random and are the same each time (a linear congruence, Knuth's MMIX constants).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }
}

fn team_count(users: usize) -> usize {
    MANY_TEAMS + users / 100
}

pub fn users(count: usize) -> Vec<User> {
    let mut dice = Dice(7);
    (0..count)
        .map(|at| {
            let (first, last) = (FIRST[dice.below(FIRST.len())], LAST[dice.below(LAST.len())]);
            let name = format!("{first}-{last}-{at}");
            let display = if at % 5 == 0 { DISPLAY[dice.below(4)].to_owned() } else { format!("{first} {last}") };
            let teams: Vec<usize> =
                if at == 0 { (0..MANY_TEAMS).collect() } else { (0..dice.below(5)).map(|n| n + at % 97).collect() };
            let grant =
                |team: &usize| RoleGrant { scope: team_name(*team).as_str().into(), role: ROLES[team % 3].into() };
            // The large team, whose roles the records tell, too.
            let of_large = (at < LARGE_TEAM).then(|| RoleGrant { scope: "all".into(), role: ROLES[at % 3].into() });
            let seen = now().as_second() - dice.below(400 * 86_400) as i64;
            User {
                id: format!("u{at:07}").as_str().into(),
                user_name: name.as_str().into(),
                display_name: display.as_str().into(),
                email: format!("{name}@example.com").as_str().into(),
                active: Some(at % 11 != 0),
                org_role: ROLES[if at % 200 == 0 { 0 } else { 1 + at % 2 }].into(),
                team_roles: Some(teams.iter().map(grant).chain(of_large).collect()),
                models_seat: ["full", "viewer", "none"][at % 3].into(),
                weave_role: "full".into(),
                last_active: Timestamp::from_second(seen).map_or(LastActive::Never, LastActive::At),
                created: Some(now()),
                modified: Some(now()),
                version: Some(format!("W/\"{at:x}\"").as_str().into()),
                depth: ReadDepth::Full,
                ..User::default()
            }
        })
        .collect()
}

fn team_name(at: usize) -> String {
    format!("team-{}-{at}", LAST[at % LAST.len()])
}

/// Teams as the users' roles have them, and a last one that is large.
pub fn teams(users: &[User]) -> Vec<Team> {
    let mut members: Vec<Vec<Member>> = (0..team_count(users.len())).map(|_| Vec::new()).collect();
    for user in users {
        for grant in user.team_roles.iter().flatten() {
            let team = grant.scope.as_str().rsplit('-').next().and_then(|at| at.parse::<usize>().ok());
            if let Some(members) = team.and_then(|at| members.get_mut(at)) {
                members.push(Member { id: user.id.clone(), display: user.user_name.clone() });
            }
        }
    }
    if let Some(last) = members.last_mut() {
        let all = users.iter().take(LARGE_TEAM);
        *last = all.map(|user| Member { id: user.id.clone(), display: user.user_name.clone() }).collect();
    }
    let team = |(at, members): (usize, Vec<Member>)| Team {
        id: format!("t{at:05}").as_str().into(),
        // The large one is the first by name.
        name: if members.len() >= LARGE_TEAM.min(users.len()) { "all".into() } else { team_name(at).as_str().into() },
        members: Some(members),
        created: Some(now()),
        ..Team::default()
    };
    members.into_iter().enumerate().map(team).collect()
}

pub fn roles() -> Vec<Role> {
    let permissions = (0..40).map(|at| Permission { name: format!("thing:{at}").as_str().into(), inherited: at > 5 });
    let permissions: Vec<Permission> = permissions.collect();
    let role = |at: usize| Role {
        id: format!("r{at}").as_str().into(),
        name: format!("custom-{at}").as_str().into(),
        inherits: "member".into(),
        permissions: permissions.clone(),
        ..Role::default()
    };
    (0..6).map(role).collect()
}

/// A console that shows such a directory.
pub fn app(count: usize, width: u16, height: u16) -> App {
    let keymap = KeyBindings::new(&BTreeMap::new()).expect("the keys without a config");
    let mut app = App::new(keymap, Vec::new(), TerminalSize { width, height }, now(), 7);
    let profile = ProfileView {
        name: "acme".into(),
        provider: "W&B Dedicated Cloud".into(),
        host: "acme.wandb.io/scim".into(),
        reason_required: false,
        confirm_always: false,
        actor: "root".into(),
    };
    let planner = dialect::of(Provider::Wandb, Hosting::Dedicated, dialect::KnownServer::default());
    app.update(
        AppMessage::Opened(Box::new(OpenedProfile { profile, planner, guards: GuardSettings::default() })),
        now(),
    );
    let users = users(count);
    let teams = teams(&users);
    let records = Box::new(Records::build(users, teams, roles()));
    let reports = [
        WorkerReport::Records { records, seen: Some(now()), partial: false, stored: false },
        WorkerReport::RefreshEnded { at: now(), proofs: Vec::new(), failed: Vec::new() },
        WorkerReport::Link(LinkState::Up),
    ];
    for report in reports {
        app.update(AppMessage::Report(report), now());
    }
    app
}
