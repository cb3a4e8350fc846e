//! The cost of a change is the cost of what it touches: requests don't grow with the directory.

use scimitar::demo::{self, DemoOptions, LoggedRequest, Provider, RunningDemo};
use tokio::runtime::Runtime;

use super::harness::{KEY, World};

/// So many requests at most, the records concerned included: each is read before the plan, before and after the change.
const MOST: usize = 14;

struct Bench {
    _runtime: Runtime,
    server: RunningDemo,
    world: World,
}

impl Bench {
    fn new(provider: Provider, users: usize) -> Self {
        let runtime = Runtime::new().unwrap();
        let options = DemoOptions { users, seed: 7, provider, key: Some(KEY.into()), ..DemoOptions::default() };
        let server = runtime.block_on(demo::start(options)).unwrap();
        let world = match provider {
            Provider::Scim => World::at_scim(server.url()),
            _ => World::at(server.url()),
        };
        Self { _runtime: runtime, server, world }
    }

    /// The requests of a command that must succeed.
    fn requests(&self, args: &[&str]) -> Vec<LoggedRequest> {
        let before = self.server.requests().len();
        let said = self.world.run(args);
        assert_eq!(said.code, 0, "{args:?}: {}{}", said.out, said.err);
        self.server.requests().split_off(before)
    }
}

/// True for a request that reads a list from its first record on.
fn reads_list(request: &LoggedRequest) -> bool {
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    let is_list = path.ends_with("/Users") || path.ends_with("/Groups");
    request.method == "GET" && is_list && !query.contains("filter=") && !query.contains("count=1")
}

const COMMANDS: [&[&str]; 10] = [
    &["create", "user", "zoe-quill", "--email", "zoe.quill@example.com", "--yes"],
    &["add", "vision", "zoe-quill", "--yes"],
    &["remove", "vision", "zoe-quill", "--yes"],
    &["set-name", "zoe-quill", "Zoe Q.", "--yes"],
    &["set-email", "zoe.quill@example.com", "zoe@example.com", "--yes"],
    &["deactivate", "zoe-quill", "--yes"],
    &["create", "team", "hydrology", "--yes"],
    &["add", "hydrology", "eva-tanaka", "--yes"],
    &["members", "hydrology", "--json"],
    &["remove", "hydrology", "eva-tanaka", "--yes"],
];

/// Commands that need a person's teams, which only W&B's records of users tell.
const WITH_TEAMS: [&[&str]; 2] = [&["users", "zoe-quill", "--json"], &["delete", "user", "zoe-quill", "--yes"]];

#[rstest::rstest]
#[case::wandb(Provider::Wandb)]
#[case::rfc(Provider::Scim)]
fn a_command_asks_as_much_of_a_large_directory_as_of_a_small_one(#[case] provider: Provider) {
    let with_teams = if provider == Provider::Wandb { &WITH_TEAMS[..] } else { &[] };
    let commands = || COMMANDS.iter().chain(with_teams);
    let [small, large] = [60, 3_000].map(|users| {
        let bench = Bench::new(provider, users);
        commands().map(|args| bench.requests(args)).collect::<Vec<_>>()
    });
    for ((args, small), large) in commands().zip(small).zip(large) {
        let told = format!("{args:?}:\n{}", large.iter().map(|one| one.path.clone()).collect::<Vec<_>>().join("\n"));
        assert!(!large.iter().any(reads_list), "{told}");
        assert_eq!(small.len(), large.len(), "{told}");
        assert!(large.len() <= MOST, "{told}");
    }
}

/// A record that is read alone is printed, and planned, as it is with all lists.
#[test]
fn records_read_alone_tell_as_much_as_lists() {
    let bench = Bench::new(Provider::Wandb, 40);
    let lists = World::at_without_filter(bench.server.url());
    let names = |list: &str, name: &str| {
        let rows = bench.world.json(&[list, "--json"]);
        rows.as_array().unwrap().iter().map(|row| row[name].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let (users, teams) = (names("users", "user"), names("teams", "team"));
    let same = |args: &[&str]| {
        let [alone, listed] = [&bench.world, &lists].map(|world| world.run(args));
        assert_eq!((alone.code, &alone.out), (listed.code, &listed.out), "{args:?}: {} {}", alone.err, listed.err);
    };
    for user in users.iter().take(12) {
        same(&["users", user, "--json"]);
        same(&["delete", "user", user, "--dry-run", "--json"]);
    }
    teams.iter().take(6).for_each(|team| same(&["members", team, "--csv"]));
    same(&["users", &users[0], &users[1], "--filter", &users[1]]);
    same(&["users", "nobody-here", "--json"]);
    same(&["members", "nothing-here", "--json"]);
}
