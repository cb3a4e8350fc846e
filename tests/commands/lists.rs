use super::harness::World;

#[test]
fn lists_are_printed_for_people_and_for_programs() {
    let world = World::new("wandb", &["--users", "40"]);
    let table = world.ok(&["users", "--filter", "role:admin"]);
    assert!(table.starts_with("USER") && table.contains("demo-admin"), "{table}");
    let json = world.json(&["users", "--json", "-f", "role:admin"]);
    let lines = world.ok(&["users", "--ndjson", "-f", "role:admin"]);
    let csv = world.ok(&["users", "--csv", "-f", "role:admin"]);
    let count = json.as_array().unwrap().len();
    assert!(count > 1);
    assert_eq!((lines.lines().count(), csv.lines().count(), table.lines().count()), (count, count + 1, count + 1));
    assert!(json.as_array().unwrap().iter().all(|user| user["role"] == "admin"));
    let teams = world.json(&["teams", "--json"]);
    let team = &teams[0];
    let members = world.json(&["members", team["team"].as_str().unwrap(), "--json"]);
    assert_eq!(members.as_array().unwrap().len() as u64, team["members"].as_u64().unwrap());
    assert!(world.ok(&["roles"]).starts_with("ROLE"));
}

#[test]
fn filters_are_fuzzy_only_where_they_say_so() {
    let world = World::new("wandb", &["--users", "40"]);
    let found = |filter: &str| world.json(&["users", "--json", "-f", filter]).as_array().unwrap().len();
    assert_eq!((found("dmdmn"), found("~dmdmn") > 0), (0, true));
    assert_eq!((found("min demo-ad"), found("/^demo-admin$/"), found("\"demo admin\" -demo")), (1, 1, 0));
    let all = found("-xyzxyz");
    assert_eq!(found("role:unknown") + found("-role:unknown"), all);
    let said = world.run(&["users", "-f", "/(/"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("filter: `/(/`: unclosed group"), "{}", said.err);
}

#[test]
fn what_can_t_be_asked_is_said_with_a_code() {
    let world = World::new("scim", &["--users", "10"]);
    let said = world.run(&["users", "--filter", "rolle:admin"]);
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    assert!(said.err.contains("no field `rolle` here"), "{}", said.err);
    let said = world.run(&["users", "--filter", "name:"]);
    assert_eq!(said.code, 2, "{}", said.err);
    let said = world.run(&["members", "nowhere"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("no group is called nowhere"), "{}", said.err);
    let config = "[profile.demo]\nprovider = \"scim\"\nurl = \"http://127.0.0.1:9\"\nauth = \"none\"\n";
    world.file("config.toml", config);
    let said = world.run(&["users"]);
    assert_eq!((said.code, said.out.as_str()), (3, ""), "{}", said.err);
}

#[test]
fn roles_that_lists_leave_out_are_read_when_asked_for() {
    let world = World::new("wandb", &["--users", "12", "--sparse"]);
    let short = world.run(&["users", "--json", "-f", "role:admin"]);
    assert!(short.err.contains("--full reads the rest"), "{}", short.err);
    let full = world.json(&["users", "--json", "--full"]);
    assert!(full.as_array().unwrap().iter().all(|user| user["role"].is_string()), "{full}");
}

/// All three lists go on for a gibibyte, at once: each is given up, and what was taken in is bounded.
#[cfg(target_os = "linux")]
#[test]
fn answers_of_a_gibibyte_are_given_up_within_bounds() {
    let world = World::new("wandb", &["--faults", "seed=1,rate=1,kinds=huge"]);
    // On a busy machine a debug build reads a gibibyte more slowly than the default timeout allows.
    let config = std::fs::read_to_string(world.path("config.toml")).unwrap();
    world.file("config.toml", &(config + "timeout_seconds = 300\n"));
    let child = world.command(&["users"]).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let peak = || {
        let text = std::fs::read_to_string(&status).ok()?;
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.trim().trim_end_matches(" kB").parse::<u64>().ok()
    };
    // A process that has ended has no memory.
    let most = std::iter::from_fn(peak).inspect(|_| std::thread::yield_now()).max().unwrap_or_default() / 1024;
    let said = World::said(child);
    assert_eq!(said.code, 3, "{}", said.err);
    assert!(said.err.contains("The answer is larger than 256 MiB"), "{}", said.err);
    // Three pages of 256 MiB, and what is at hand beside them.
    assert!((200..960).contains(&most), "{most} MiB");
}

#[test]
fn columns_are_chosen_by_their_words() {
    let world = World::new("wandb", &["--users", "12"]);
    let table = world.ok(&["users", "--columns", "last,user", "-f", "role:admin"]);
    let heads: Vec<&str> = table.lines().next().unwrap_or_default().split_whitespace().collect();
    assert_eq!(heads, ["LAST_ACTIVE", "USER"]);
    let csv = world.ok(&["teams", "--csv", "--columns", "name,members"]);
    assert_eq!(csv.lines().next(), Some("team,members"));
    let said = world.run(&["users", "--columns", "lastt"]);
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    assert!(said.err.contains("there is no column `lastt`; there are id, user, name"), "{}", said.err);
    assert_eq!(world.run(&["users", "--columns", "user", "--json"]).code, 2);
    // Of members the role is the one in the team.
    let members = world.ok(&["members", "vision", "--csv", "--columns", "role,user,seat"]);
    assert_eq!(members.lines().next(), Some("role,user,models_seat"));
    let usual = world.ok(&["members", "vision", "--csv"]);
    let roles = |csv: &str, at: [usize; 2]| {
        let cells = |line: &str| -> Vec<String> { line.split(',').map(str::to_owned).collect() };
        csv.lines().skip(1).map(cells).map(|cells| at.map(|at| cells[at].clone())).collect::<Vec<_>>()
    };
    assert_eq!(roles(&members, [1, 0]), roles(&usual, [0, 3]));
    assert_eq!(world.run(&["members", "vision", "--columns", "permissions"]).code, 2);
}

#[test]
fn lists_are_in_the_order_that_is_asked_for() {
    let world = World::new("wandb", &["--users", "40"]);
    let column = |args: &[&str], at: usize| -> Vec<String> {
        let csv = world.ok(&[args, &["--csv"]].concat());
        csv.lines().skip(1).map(|line| line.split(',').nth(at).unwrap().to_owned()).collect()
    };
    let users = ["users", "--columns", "user,role"];
    let names = column(&[&users[..], &["--sort", "user"]].concat(), 0);
    let mut reverse = column(&[&users[..], &["--sort=-user"]].concat(), 0);
    reverse.reverse();
    assert!(names.len() > 30 && names == reverse, "{names:?} {reverse:?}");
    // The first field decides, the next one parts those that are alike in it.
    let roles = column(&[&users[..], &["--sort", "role,-user"]].concat(), 1);
    assert!(roles.is_sorted() && roles.first() != roles.last(), "{roles:?}");
    let admins = column(&["users", "--columns", "user", "-f", "role:admin", "--sort", "role,-user"], 0);
    assert!(admins.len() > 1 && admins.is_sorted_by(|one, next| one > next), "{admins:?}");
    let sizes = column(&["teams", "--columns", "members", "--sort=-members"], 0);
    let sizes: Vec<u32> = sizes.iter().map(|size| size.parse().unwrap()).collect();
    assert!(sizes.is_sorted_by(|one, next| one >= next) && sizes.first() != sizes.last(), "{sizes:?}");
    // Of members the role is the one in the team.
    let inside = column(&["members", "vision", "--columns", "role", "--sort", "role"], 0);
    let folded: Vec<String> = inside.iter().map(|role| role.to_lowercase()).collect();
    assert!(folded.is_sorted() && folded.first() != folded.last(), "{inside:?}");
    let said = world.run(&["users", "--sort", "lastt"]);
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    assert!(said.err.contains("--sort: there is no column `lastt`; there are user, name"), "{}", said.err);
}
