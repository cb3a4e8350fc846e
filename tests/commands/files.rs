use std::fs;

use super::{further::texts, harness::World};

/// Each provider with its arguments.
const EVERYWHERE: [(&str, &[&str]); 7] = [
    ("wandb", &["--users", "60"]),
    ("wandb", &["--users", "60", "--sparse"]),
    ("wandb", &["--users", "60", "--hosting", "multi-tenant"]),
    ("wandb", &["--users", "60", "--hosting", "self-managed"]),
    ("scim", &["--users", "60"]),
    ("grafana", &["--users", "60"]),
    ("datasaur", &["--users", "60"]),
];

#[test]
fn what_is_exported_is_so_already_everywhere() {
    for (provider, args) in EVERYWHERE {
        let world = World::new(provider, args);
        for name in ["all.csv", "all.json", "all.yaml"] {
            world.ok(&["export", "--out", name]);
            let said = world.run(&["plan", name, "--check", "--prune=listed,users,teams"]);
            assert_eq!(said.code, 0, "{provider} {args:?} {name}: {} {}", said.out, said.err);
            assert!(said.out.contains("Nothing to do"), "{}", said.out);
            assert!(fs::read_to_string(world.path(name)).unwrap().len() > 2_000, "{provider} {name} is empty");
        }
    }
}

#[test]
fn new_users_of_a_file_have_first_and_last_names_where_the_provider_has_them() {
    const PEOPLE: &str = "user,email,first_name,Last Name\nkim,kim@example.com,Kim,van Lee\neva-tanaka,,Eva,Tanaka\n";
    for provider in ["scim", "datasaur"] {
        let world = World::new(provider, &["--users", "20"]);
        world.file("people.csv", PEOPLE);
        let said = world.run(&["apply", "people.csv", "--yes"]);
        assert_eq!(said.code, 0, "{provider}: {}", said.err);
        let rows = world.json(&["attributes", "kim", "--json"]);
        let value =
            |path: &str| rows.as_array().unwrap().iter().find(|row| row["path"] == path).unwrap()["value"].clone();
        assert_eq!([value("name.givenName"), value("name.familyName")], ["Kim", "van Lee"]);
        world.file("lou.yaml", "users: [{user: lou, email: lou@example.com, first_name: Lou, last_name: Lee}]\n");
        assert_eq!(world.run(&["apply", "lou.yaml", "--yes"]).code, 0);
        assert!(world.json(&["attributes", "lou", "--json"]).to_string().contains("\"Lou\""));
    }
    let world = World::new("wandb", &["--users", "20"]);
    world.file("people.csv", PEOPLE);
    let said = world.run(&["plan", "people.csv"]);
    assert!(said.code != 0 && said.err.contains("first_name"), "{} {}", said.out, said.err);
}

#[test]
fn first_and_last_names_of_existing_users_are_told_and_set() {
    for provider in ["scim", "datasaur"] {
        let world = World::new(provider, &["--users", "20"]);
        let eva = world.user("eva-tanaka");
        assert_eq!((&eva["first_name"], &eva["last_name"]), (&"Eva".into(), &"Tanaka".into()), "{provider}: {eva}");
        world.ok(&["export", "--out", "all.csv"]);
        let exported = fs::read_to_string(world.path("all.csv")).unwrap();
        assert!(exported.contains(",Eva,Tanaka,"), "{provider}: {exported}");
        // Capitals count, and a name that is there already is nothing to do.
        world.file("all.csv", &exported.replace(",Eva,Tanaka,", ",EVA Maria,tanaka,"));
        let planned = world.run(&["plan", "all.csv", "--check"]);
        assert_eq!(planned.code, 5, "{provider}: {}", planned.err);
        for line in ["Eva → EVA Maria", "Tanaka → tanaka"] {
            assert!(planned.out.contains(line), "{provider} {line}: {}", planned.out);
        }
        world.ok(&["apply", "all.csv", "--yes"]);
        let eva = world.user("eva-tanaka");
        assert_eq!(
            (&eva["first_name"], &eva["last_name"]),
            (&"EVA Maria".into(), &"tanaka".into()),
            "{provider}: {eva}"
        );
        assert_eq!(world.run(&["plan", "all.csv", "--check"]).code, 0, "{provider}");
        let found = world.json(&["users", "--filter", "first_name:maria", "--json"]);
        assert_eq!(texts(&found, "user"), ["eva-tanaka"], "{provider}");
        let table = world.ok(&["users", "--columns", "user,last_name", "--filter", "user:eva-tanaka", "--csv"]);
        assert!(table.contains("eva-tanaka,tanaka"), "{provider}: {table}");
        let create = ["create", "user", "eva-tanaka", "--email", eva["email"].as_str().unwrap(), "--first-name"];
        let said = world.run(&[&create[..], &["Ewa"]].concat());
        assert_eq!(said.code, 4, "{provider}: {}", said.err);
        assert!(said.err.contains("EVA Maria → Ewa"), "{provider}: {}", said.err);
    }
    for provider in ["wandb", "grafana"] {
        let world = World::new(provider, &["--users", "20"]);
        assert!(world.user("eva-tanaka")["first_name"].is_null(), "{provider}");
        world.file("people.csv", "user,first_name\neva-tanaka,Ewa\n");
        let said = world.run(&["plan", "people.csv"]);
        assert!(said.code == 2 && said.err.contains("row 2, first_name: "), "{provider}: {}", said.err);
        let new = ["create", "user", "kim", "--email", "kim@example.com", "--first-name", "Kim"];
        let said = world.run(&[&new[..], if provider == "grafana" { &["--external-id", "o|7"] } else { &[] }].concat());
        assert_eq!(said.code, 4, "{provider}: {}", said.err);
    }
}

const WANTED: &str = "\
users:
  - {user: zoe, email: zoe@example.com, role: admin, teams: {zebras: admin, vision: Stripes}}
  - {user: demo-admin, teams: {zebras: }}
teams: [zebras]
roles:
  - {role: Stripes, inherits: viewer, permissions: ['artifact:update']}
";

#[test]
fn a_file_is_planned_applied_and_then_nothing_differs() {
    let world = World::new("wandb", &["--users", "40"]);
    world.file("wanted.yaml", WANTED);
    let planned = world.run(&["plan", "wanted.yaml", "--check"]);
    assert_eq!(planned.code, 5, "{}", planned.err);
    for line in ["+ zebras  new team", "+ zoe  new user", "+ zoe  joins zebras as admin", "+ demo-admin  joins zebras"]
    {
        assert!(planned.out.contains(line), "{line}: {}", planned.out);
    }
    assert!(world.user("zoe").is_null(), "a plan sends nothing");
    let applied = world.run(&["apply", "wanted.yaml", "--yes"]);
    assert_eq!(applied.code, 0, "{}{}", applied.out, applied.err);
    assert_eq!(world.run(&["plan", "wanted.yaml", "--check"]).code, 0);
    assert_eq!(world.role_in("zoe", "vision"), "Stripes");
    assert_eq!(world.user("zoe")["role"], "admin");
    assert_eq!(world.role_in("demo-admin", "zebras"), "member");
}

/// Runs again what `--yes` was not enough for, with the text that the first run asks for; the text.
fn confirmed(world: &World, args: &[&str]) -> String {
    let said = world.run(args);
    assert_eq!(said.code, 4, "{}", said.err);
    let wanted = said.err.split_once("--confirm \"").and_then(|(_, rest)| rest.split_once('"')).unwrap().0;
    world.ok(&[args, &["--confirm", wanted]].concat());
    wanted.to_owned()
}

#[test]
fn a_plan_applied_and_taken_back_leaves_everything_as_it_was() {
    let world = World::new("scim", &["--users", "40"]);
    let before = world.ok(&["export"]);
    let mut rows = "user,team\n".to_owned();
    for user in world.json(&["users", "--json"]).as_array().unwrap().iter().take(20) {
        rows += &format!("{},vision\n", user["user"].as_str().unwrap());
    }
    world.file("rows.csv", &rows);
    // The owner of the key is among them.
    let wanted = confirmed(&world, &["apply", "rows.csv", "--prune", "--yes"]);
    assert!(wanted.ends_with(" me"), "{wanted}");
    assert_ne!(world.ok(&["export"]), before);
    let back = confirmed(&world, &["undo", "--yes"]);
    assert!(back.ends_with(" me"), "{back}");
    assert_eq!(world.ok(&["export"]), before);
}

#[test]
fn a_saved_plan_refuses_what_has_moved_since() {
    let world = World::new("wandb", &["--users", "40"]);
    let members = world.json(&["members", "vision", "--json"]);
    let names: Vec<&str> = members.as_array().unwrap().iter().map(|user| user["user"].as_str().unwrap()).collect();
    let (one, other) = (names[0], names[1]);
    world.file("roles.csv", &format!("user,team,team_role\n{one},vision,viewer\n{other},vision,viewer\n"));
    world.ok(&["plan", "roles.csv", "--out", "saved.json"]);
    world.ok(&["set-role", one, "admin", "--team", "vision", "--yes"]);
    let said = world.run(&["apply", "saved.json", "--yes"]);
    assert_eq!(said.code, 4, "{}", said.err);
    assert!(
        said.err.contains(&format!("role in vision of {one} was")) && said.err.contains("is admin now"),
        "{}",
        said.err
    );
    assert_ne!(world.role_in(other, "vision"), "viewer", "nothing was sent");
    let said = world.run(&["apply", "saved.json", "--yes", "--partial"]);
    assert_eq!(said.code, 1, "{}", said.err);
    assert_eq!((world.role_in(one, "vision"), world.role_in(other, "vision")), ("admin".into(), "viewer".into()));
    // Made for another server.
    let text = fs::read_to_string(world.path("saved.json")).unwrap().replace("127.0.0.1", "127.0.0.2");
    world.file("moved.json", &text);
    assert!(world.run(&["apply", "moved.json", "--yes"]).err.contains("this plan was made for"));
}

#[test]
fn everything_wrong_with_a_file_is_told_and_nothing_is_sent() {
    let world = World::new("wandb", &["--users", "40"]);
    let before = world.ok(&["export"]);
    world.file("bad.csv", "user,role,team,team_role\ndemo-admin,,vision,viewer\nnobody,,,\ndemo-admin,,visoin,\n");
    let said = world.run(&["apply", "bad.csv", "--yes"]);
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    for line in [
        "bad.csv: nothing was sent",
        "row 3, user: no user is called nobody",
        "row 4, team: no team is called visoin; near: vision",
    ] {
        assert!(said.err.contains(line), "{line}: {}", said.err);
    }
    assert_eq!(world.run(&["plan", "missing.csv"]).code, 2);
    assert_eq!(world.ok(&["export"]), before);
    let out = world.file("there.yaml", "");
    assert_eq!(world.run(&["export", "--out", "there.yaml"]).code, 2, "nothing is written over");
    assert_eq!(fs::read_to_string(out).unwrap(), "");
}

/// A list as Okta exports it, of two users of the demo directory.
const OKTA: &str = "\"login\",\"firstName\",\"userStatus\",\"groups\"\n\
                    \"demo-admin@example.com\",\"Demo\",\"ACTIVE\",\"vision\"\n";

#[test]
fn columns_of_another_system_are_mapped_or_ignored_by_plan_and_apply() {
    let world = World::new("scim", &["--users", "40"]);
    let user = world.user("demo-admin");
    world.file("okta.csv", &OKTA.replace("demo-admin@example.com", user["email"].as_str().unwrap()));
    let said = world.run(&["plan", "okta.csv"]);
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    for word in ["userStatus, groups", "--ignore-columns", "--map"] {
        assert!(said.err.contains(word), "{}", said.err);
    }
    let options = ["--map", "groups=team", "--ignore-columns", "firstName,userStatus"];
    let with = |first: &[&'static str]| [first, &options].concat();
    world.ok(&with(&["apply", "okta.csv", "--yes"]));
    assert!(world.ok(&["members", "vision"]).contains("demo-admin"));
    assert_eq!(world.run(&with(&["plan", "okta.csv", "--check"])).code, 0);
    assert_eq!(world.run(&["plan", "okta.csv", "--check", "--ignore-columns", "all"]).code, 0);
    // "Unicode text" of a spreadsheet, on standard input.
    let wide = |text: &str| "\u{FEFF}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let bytes: Vec<u8> = wide("user\tteam\r\ndemo-admin\tvision\r\n");
    std::fs::write(world.path("wide.txt"), bytes).unwrap();
    assert_eq!(world.run(&["plan", "wide.txt", "--check"]).code, 0);
    // A saved plan and a document have no columns.
    world.file("names.yaml", "users: [demo-admin]");
    assert_eq!(world.run(&["plan", "names.yaml", "--ignore-columns", "all"]).code, 2);
    world.ok(&["plan", "names.yaml", "--out", "saved.json"]);
    assert_eq!(world.run(&["apply", "saved.json", "--map", "a=user"]).code, 2);
    assert!(world.run(&["plan", "okta.csv", "--map", "groups"]).err.contains("HEADER=COLUMN"));
}

#[test]
fn a_mark_before_names_on_standard_input_is_no_part_of_the_first() {
    let world = World::new("scim", &["--users", "40"]);
    let said = world.run_with(&["add", "vision", "-", "--yes"], "\u{FEFF}demo-admin\r\n");
    assert_eq!(said.code, 0, "{}", said.err);
}

#[test]
fn files_with_names_in_them_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new("scim", &["--users", "10"]);
    world.ok(&["export", "--out", "all.json"]);
    let mode = fs::metadata(world.path("all.json")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
