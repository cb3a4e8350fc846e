//! Two commands on two machines that each take away one of the last two admins of a team.

use std::time::{Duration, Instant};

use scimitar::demo::{self, DemoOptions, RunningDemo};

use super::harness::{KEY, World};

/// A team with two admins, and who they are.
fn cast(world: &World) -> (String, [String; 2]) {
    let teams = world.json(&["teams", "--json"]);
    let of_team = |team: &serde_json::Value| {
        let admins = team["admins"].as_array()?.iter().map(|name| name.as_str().unwrap().to_owned());
        Some((team["team"].as_str()?.to_owned(), admins.collect::<Vec<_>>().try_into().ok()?))
    };
    let found: Vec<(String, [String; 2])> = teams.as_array().unwrap().iter().filter_map(of_team).collect();
    found.into_iter().find(|(_, admins)| !admins.iter().any(|name| name == "demo-admin")).unwrap()
}

fn arrived(server: &RunningDemo) -> usize {
    server.requests().iter().filter(|request| request.method == "PATCH").count()
}

#[test]
fn who_takes_the_last_admin_away_is_told_with_the_line_that_takes_it_back() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let options = DemoOptions { users: 60, key: Some(KEY.into()), ..DemoOptions::default() };
    let server = runtime.block_on(demo::start(options)).unwrap();
    let worlds = [World::at(server.url()), World::at(server.url())];
    let (team, admins) = cast(&worlds[0]);
    let planned = worlds[0].ok(&["set-role", &admins[0], "viewer", "--team", &team, "--dry-run"]);
    let asked = format!("the server is asked whether {} still is admin of {team}", admins[1]);
    assert!(planned.contains(&asked), "{planned}");
    server.hold_writes(true);
    let mut runs = Vec::new();
    for (at, (world, who)) in worlds.iter().zip(&admins).enumerate() {
        runs.push(world.command(&["set-role", who, "viewer", "--team", &team, "--yes"]).spawn().unwrap());
        let end = Instant::now() + Duration::from_secs(60);
        while arrived(&server) <= at {
            assert!(Instant::now() < end, "nothing was sent");
            std::thread::yield_now();
        }
    }
    server.hold_writes(false);
    let said: Vec<_> = runs.into_iter().map(World::said).collect();
    let told = (0..2).find(|at| said[*at].err.contains("ATTENTION")).expect("the later one finds nobody");
    let (world, said) = (&worlds[told], &said[told]);
    assert_eq!(said.code, 1, "{}", said.err);
    assert!(said.err.contains(&format!("No other admin of {team} is left")), "{}", said.err);
    let line = said.err.lines().find(|line| line.starts_with("scimitar set-role")).expect("a line that takes it back");
    assert_eq!(line, format!("scimitar set-role {} admin --team {team} -p demo", admins[told]));
    let words: Vec<&str> = line.split(' ').skip(1).chain(["--yes"]).collect();
    world.ok(&words);
    assert_eq!(world.role_in(&admins[told], &team), "admin");
}
