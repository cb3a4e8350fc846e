//! The commands of docs/src/providers/wandb-calls.md in each of W&B's hostings: what a hosting lacks is refused in words
//! before anything is sent, and everything else is done.

use rstest::rstest;

use super::harness::World;

/// Where a command is done; elsewhere it is refused.
#[derive(Clone, Copy, PartialEq, Eq)]
enum DoneIn {
    Every,
    /// Dedicated Cloud and Self-Managed.
    OwnServers,
    None,
}

use DoneIn::{Every, None as Nowhere, OwnServers};

/// A row: where it is done, and the command. `IN` is a member of `TEAM`, `OUT` is none.
const WALK: &[(DoneIn, &str)] = &[
    (Every, "users"),
    (Every, "teams"),
    (Every, "roles"),
    (Every, "users --full"),
    (Every, "attributes IN"),
    (Every, "create user kim --email kim@example.com --models viewer --team TEAM"),
    (Every, "create service bot --team TEAM"),
    (Every, "delete user bot --confirm bot"),
    (Every, "create user lee --email lee@example.net"),
    (Every, "deactivate lee"),
    (OwnServers, "activate lee"),
    (OwnServers, "set-name kim Kim_Lee"),
    (OwnServers, "set-email kim lee@example.com"),
    (Every, "set-role kim admin"),
    (Every, "set-seat kim models full"),
    (Every, "set-seat kim weave viewer"),
    (Every, "set-seat kim registry none"),
    (Every, "set-role kim viewer --team TEAM"),
    (Every, "set-role kim viewer --registry model"),
    (Every, "set-role kim viewer --registry dataset"),
    (Every, "unset-role kim --registry model"),
    (Every, "unset-role kim --all-registries"),
    (Every, "create team maps kim --bucket maps-files --bucket-provider AWS"),
    (Every, "add maps OUT --role viewer"),
    (Every, "remove maps OUT"),
    (Nowhere, "delete team maps --confirm maps"),
    (Every, "create role auditor --inherits viewer --permission run:stop"),
    (Every, "edit-role auditor --add run:delete --remove run:stop"),
    (Every, "edit-role auditor --name reader --description reads --inherits member"),
    (Every, "delete role reader --confirm reader"),
    (Every, "audit"),
    (Every, "api-keys me"),
    (OwnServers, "api-keys"),
    (OwnServers, "create user root@example.com --email root@example.com --instance-admin"),
    (Every, "create key CI"),
    (Every, "invite TEAM lee@example.org"),
    (Every, "invitations TEAM"),
    (Every, "members TEAM"),
    (Every, "withdraw TEAM lee@example.org"),
    (Every, "make-like IN OUT"),
    (Every, "compare --users IN OUT"),
    (Every, "set-role kim member"),
    (Every, "offboard kim"),
    (Every, "export"),
    (Every, "doctor"),
];

/// Commands that change nothing, and ask for no confirmation.
const READS: &[&str] = &[
    "users",
    "teams",
    "roles",
    "members",
    "attributes",
    "audit",
    "api-keys",
    "invitations",
    "compare",
    "export",
    "doctor",
];

/// The statuses of a refusal: 2 and 4 before anything was sent, 3 where the server may not be asked.
const REFUSED: [i32; 3] = [2, 3, 4];

/// A name that stands for itself, or one of the cast; `_` is a blank.
fn word(word: &str, [team, inside, outside]: [&str; 3]) -> String {
    match word {
        "TEAM" => team.to_owned(),
        "IN" => inside.to_owned(),
        "OUT" => outside.to_owned(),
        word => word.replace('_', " "),
    }
}

#[rstest]
#[case("dedicated")]
#[case("self-managed")]
#[case("multi-tenant")]
fn every_command_of_the_table_is_done_or_refused_in_words(#[case] hosting: &str) {
    let world = World::new("wandb", &["--users", "40", "--hosting", hosting]);
    let (inside, team, outside) = super::further::cast(&world);
    let mut wrong = Vec::new();
    for (done_in, line) in WALK {
        let cast = [&*team, &*inside, &*outside];
        let args: Vec<String> = line.split(' ').map(|text| word(text, cast)).collect();
        let mut args: Vec<&str> = args.iter().map(String::as_str).collect();
        if !READS.contains(&args[0]) {
            args.push("--yes");
        }
        let said = world.run(&args);
        let is_done = *done_in == Every || (*done_in == OwnServers && hosting != "multi-tenant");
        let fits = if is_done { said.code == 0 } else { REFUSED.contains(&said.code) && !said.err.trim().is_empty() };
        if !fits {
            wrong.push(format!("{hosting}: {}: {} {}", args.join(" "), said.code, said.err));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
