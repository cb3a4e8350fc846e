//! Commands for what the console does beyond roles and memberships. Each effect is read by another command.

use serde_json::{Value, json};

use super::harness::World;

/// A team with a member, the member, and somebody who is in no such team.
pub fn cast(world: &World) -> (String, String, String) {
    let teams = world.json(&["teams", "--json"]);
    let team = teams.as_array().unwrap().iter().find(|team| team["members"].as_u64() > Some(2)).unwrap();
    let team = team["team"].as_str().unwrap().to_owned();
    let members = world.json(&["members", &team, "--json"]);
    let inside = members.as_array().unwrap().iter().find(|user| user["role"] == "member").unwrap();
    let users = world.json(&["users", "--json", "-f", &format!("-team:{team} active:yes account:person role:member")]);
    (inside["user"].as_str().unwrap().into(), team, users[0]["user"].as_str().unwrap().into())
}

pub fn texts(rows: &Value, field: &str) -> Vec<String> {
    rows.as_array().unwrap().iter().map(|row| row[field].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_newcomer_begins_with_what_options_and_a_template_say() {
    let world = World::new("wandb", &["--users", "40"]);
    let (_, team, _) = cast(&world);
    world.file("new.yaml", "users:\n- user: anybody\n  models_seat: viewer\n  weave_role: none\n");
    let args = ["create", "user", "kim-lee", "--email", "kim@example.com", "--template", "new.yaml"];
    let more = ["--role", "admin", "--weave", "full", "--team", &format!("{team}=viewer"), "--yes"];
    world.ok(&[&args[..], &more[..]].concat());
    let kim = world.user("kim-lee");
    assert_eq!(
        (&kim["models_seat"], &kim["weave_role"], &kim["role"]),
        (&json!("viewer"), &json!("full"), &json!("admin"))
    );
    assert_eq!(world.role_in("kim-lee", &team), "viewer");
    // A name that is taken alters nobody.
    world.ok(&["create", "user", "kim-lee", "--email", "kim@example.com", "--role", "admin", "--yes"]);
    let same = ["create", "user", "kim-lee", "--email", "kim@example.com", "--role", "member", "--yes"];
    assert_eq!(world.run(&same).code, 4);
    let other = ["create", "user", "kim-lee", "--email", "other@example.com", "--role", "member", "--yes"];
    assert_eq!(world.run(&other).code, 4);
    assert_eq!(world.user("kim-lee")["role"], "admin");
    let bad = world.run(&["create", "user", "x", "--email", "x@example.com", "--team", "no-such-team", "--yes"]);
    assert_eq!(bad.code, 2, "{}", bad.err);
    assert!(bad.err.contains("`scimitar create team` creates it"), "{}", bad.err);
    // A template is read as a file is, and takes no options for its columns.
    world.file("new.csv", "user,team,rol,role\nanybody,vision,x,member\n");
    world.file("list.csv", "user,email\nx,x@example.com\n");
    for args in [&["create", "user", "x", "--email", "x@example.com"][..], &["apply", "list.csv"]] {
        let bad = world.run(&[args, &["--template", "new.csv", "--yes"]].concat());
        assert_eq!(bad.code, 2, "{}", bad.err);
        assert!(bad.err.contains("a column that is not known: rol") && !bad.err.contains("--"), "{}", bad.err);
    }
}

#[test]
fn invitations_are_sent_listed_over_all_teams_and_withdrawn() {
    let world = World::new("wandb", &["--users", "40"]);
    let (inside, team, _) = cast(&world);
    world.ok(&["invite", &team, "kim@example.com", "lee@example.com", "--yes"]);
    let listed = world.json(&["invitations", "--json"]);
    let mine: Vec<&Value> = listed.as_array().unwrap().iter().filter(|row| row["team"] == team.as_str()).collect();
    let emails: Vec<&str> = mine.iter().map(|row| row["email"].as_str().unwrap()).collect();
    assert!(emails.contains(&"kim@example.com") && emails.contains(&"lee@example.com"), "{listed}");
    world.ok(&["withdraw", &team, "kim@example.com", "--yes"]);
    let listed = world.json(&["invitations", &team, "--json"]);
    assert!(!texts(&listed, "email").contains(&"kim@example.com".to_owned()), "{listed}");
    let member = world.run(&["withdraw", &team, &inside, "--yes"]);
    assert_eq!(member.code, 2);
    assert!(member.err.contains("is a member already"), "{}", member.err);
}

#[test]
fn keys_are_made_once_shown_found_by_their_beginning_and_deleted() {
    let world = World::new("wandb", &["--users", "30"]);
    let made = world.json(&["create", "key", "CI of vision", "--yes", "--json"]);
    let secret = made["secrets"][0]["secret"].as_str().unwrap().to_owned();
    assert!(secret.len() > 20, "{made}");
    let own = world.json(&["api-keys", "me", "--json"]);
    let key = own.as_array().unwrap().iter().find(|key| key["description"] == "CI of vision").unwrap();
    let public = key["key"].as_str().unwrap();
    assert_ne!(public, secret);
    let journal = world.ok(&["activity", "--json"]);
    assert!(!journal.contains(&secret), "a secret in the journal");
    let found = world.json(&["api-keys", "--find", public, "--json"]);
    assert_eq!(found[0]["user"], "demo-admin", "{found}");
    let refused = world.run(&["delete-key", "me", public, "--yes"]);
    assert_eq!(refused.code, 0, "{} {}", refused.out, refused.err);
    let own = world.json(&["api-keys", "me", "--json"]);
    assert!(!texts(&own, "key").contains(&public.to_owned()), "{own}");
}

#[test]
fn the_key_in_use_is_named_and_deleted_only_on_purpose() {
    let world = World::new("wandb", &["--users", "30"]);
    let own = world.json(&["api-keys", "me", "--json"]);
    let (used, others): (Vec<&Value>, Vec<&Value>) =
        own.as_array().unwrap().iter().partition(|key| key["in_use"] == true);
    let ([used], [other, ..]) = (&used[..], &others[..]) else { panic!("{own}") };
    let (used, other) = (used["key"].as_str().unwrap(), other["key"].as_str().unwrap());
    let refused = world.run(&["delete-key", "me", used, "--yes"]);
    assert_eq!(refused.code, 4, "{} {}", refused.out, refused.err);
    assert!(refused.err.contains("This profile uses this key"), "{}", refused.err);
    world.ok(&["delete-key", "me", other, "--yes"]);
    world.ok(&["api-keys", "me"]);
}

#[test]
fn keys_of_others_are_not_told_in_multi_tenant_cloud_and_the_reason_is() {
    let world = World::new("wandb", &["--users", "30", "--hosting", "multi-tenant"]);
    let said = world.run(&["api-keys"]);
    assert_eq!(said.code, 3, "{}", said.err);
    assert!(said.err.contains("admins of the instance only"), "{}", said.err);
    world.ok(&["api-keys", "me"]);
}

#[test]
fn service_accounts_and_teams_with_a_bucket_are_created() {
    let world = World::new("wandb", &["--users", "30"]);
    world.ok(&["create", "team", "maps", "--bucket", "maps-files", "--bucket-provider", "aws", "--yes"]);
    world.ok(&["create", "service", "maps-bot", "--team", "maps", "--yes"]);
    assert_eq!(world.user("maps-bot")["account"], "service account");
    let bad = world.run(&["create", "team", "sea", "--bucket", "unreachable", "--bucket-provider", "AWS", "--yes"]);
    assert_eq!(bad.code, 1, "{}", bad.err);
    assert_eq!(world.run(&["create", "team", "sea", "--bucket", "x"]).code, 2);
    let other = ["create", "team", "sea", "--bucket", "x", "--bucket-provider", "GCP", "--azure-tenant", "t", "--json"];
    let said = world.run(&other);
    assert!(said.code == 4 && said.out.contains("\"invalid-value\""), "{} {}", said.out, said.err);
    let said = World::new("grafana", &["--users", "5"]).run(&["set-seat", "demo-admin", "models", "none", "--json"]);
    assert!(said.code == 4 && said.out.contains("\"unsupported\""), "{} {}", said.out, said.err);
}

/// Service accounts have no seats: a filter by seats is whole without theirs.
#[test]
fn a_filter_by_seats_is_whole_without_service_accounts() {
    let world = World::new("wandb", &["--users", "60"]);
    let services = world.json(&["users", "--json", "-f", "account:service"]);
    assert!(services.as_array().is_some_and(|all| !all.is_empty()), "{services}");
    for filter in ["access:none", "access:full", "seat:none", "weave:viewer"] {
        let found = world.json(&["users", "--json", "-f", filter]);
        assert!(
            found.as_array().unwrap().iter().all(|user| user["registry_access"] != Value::Null),
            "{filter} {found}"
        );
    }
}

/// A creation of something that is there, and not as wanted, is no success, and alters nothing.
#[test]
fn a_creation_of_what_is_there_otherwise_is_refused() {
    let world = World::new("wandb", &["--users", "40"]);
    let (inside, team, _) = cast(&world);
    let before = world.user(&inside);
    let email = before["email"].as_str().unwrap().to_owned();
    world.ok(&["create", "service", "bot", "--team", &team, "--yes"]);
    world.ok(&["invite", &team, "lee@example.net", "--yes"]);
    let teams = world.json(&["teams", "--json"]);
    let elsewhere = texts(&teams, "team").into_iter().find(|name| *name != team).unwrap();
    let start = ["create", "user", &inside, "--email", &email];
    for args in [
        &[&start[..], &["--role", "admin"]].concat()[..],
        &[&start[..], &["--models", "none", "--team", &elsewhere]].concat(),
        &[&start[..], &["--name", "Somebody Else"]].concat(),
        &[&start[..], &["--instance-admin"]].concat(),
        &["create", "service", "bot", "--team", &elsewhere],
        &["create", "service", "bot", "--team", &team, "--organisation"],
        &["create", "team", &team, "--bucket", "files", "--bucket-provider", "AWS"],
        &["invite", &team, "LEE@example.net", "--admin"],
        &["invite", &team, &inside, "--admin"],
    ] {
        let said = world.run(&[args, &["--yes", "--json"]].concat());
        assert_eq!(said.code, 4, "{args:?}: {} {}", said.out, said.err);
        assert!(said.out.contains("\"exists\""), "{args:?}: {} {}", said.out, said.err);
    }
    assert_eq!(world.user(&inside), before);
    // The same again is so already.
    for args in [
        &[&start[..], &["--role", "member", "--team", &team]].concat()[..],
        &["create", "service", "bot", "--team", &team],
        &["invite", &team, "lee@example.net"],
    ] {
        assert!(world.run(&[args, &["--yes"]].concat()).err.contains("so already"), "{args:?}");
    }
    let twice = ["invite", &team, "kim@example.org", "Kim@example.org", "--dry-run", "--json"];
    assert_eq!(world.json(&twice)["changes"].as_array().unwrap().len(), 1);
}

#[test]
fn a_custom_role_is_edited_and_registry_roles_are_taken_away() {
    let world = World::new("wandb", &["--users", "40"]);
    let role = texts(&world.json(&["roles", "--json"]), "role")[0].clone();
    world.ok(&["edit-role", &role, "--add", "project:delete", "--description", "edited", "--yes"]);
    let row = |world: &World| {
        let roles = world.json(&["roles", "--json"]);
        roles.as_array().unwrap().iter().find(|row| row["role"] == role.as_str()).cloned().unwrap()
    };
    assert_eq!(row(&world)["description"], "edited");
    assert!(row(&world)["permissions"].to_string().contains("project:delete"));
    world.ok(&["edit-role", &role, "--remove", "project:delete", "--yes"]);
    assert!(!row(&world)["permissions"].to_string().contains("\"project:delete\""));
    let wrong = world.run(&["edit-role", &role, "--remove", "no:such"]);
    assert_eq!(wrong.code, 2, "{}", wrong.err);
    assert_eq!(world.run(&["edit-role", &role]).code, 2);

    let users = world.json(&["users", "--json", "-f", "account:person"]);
    let holds = |user: &&Value| user["registries"].as_array().is_some_and(|all| !all.is_empty());
    let holder = users.as_array().unwrap().iter().find(holds).unwrap();
    let (name, registry) = (holder["user"].as_str().unwrap(), holder["registries"][0]["name"].as_str().unwrap());
    let held = |world: &World| world.user(name)["registries"].to_string().contains(&format!("\"{registry}\""));
    world.ok(&["unset-role", name, "--registry", registry, "--yes"]);
    assert!(!held(&world));
    world.ok(&["undo", "--yes"]);
    assert!(held(&world));
    world.ok(&["unset-role", name, "--all-registries", "--yes"]);
    assert!(!held(&world));
}

#[test]
fn one_becomes_like_another_and_two_are_compared() {
    let world = World::new("wandb", &["--users", "40"]);
    let (inside, team, outside) = cast(&world);
    let before = world.json(&["compare", "--users", &outside, &inside, "--json"]);
    assert!(before.as_array().unwrap().iter().any(|row| row["what"].as_str().unwrap().contains(&team)), "{before}");
    world.ok(&["make-like", &inside, &outside, "--exact", "--yes", "--partial"]);
    assert_eq!(world.role_in(&outside, &team), "member");
    let after = world.json(&["compare", "--users", &outside, &inside, "--json"]);
    assert!(after.as_array().unwrap().len() < before.as_array().unwrap().len(), "{after}");
    let roles = texts(&world.json(&["roles", "--json"]), "role");
    let rows = world.json(&["compare", &roles[0], &roles[1], "--json"]);
    assert!(rows.as_array().unwrap().iter().any(|row| row["differs"] == true), "{rows}");
}

#[test]
fn attributes_are_shown_and_set_on_a_plain_server() {
    let world = World::new("scim", &["--users", "20"]);
    let user = world.json(&["users", "--json"])[3]["user"].as_str().unwrap().to_owned();
    world.ok(&["set-attribute", &user, "name.givenName", "Eva Maria", "--yes"]);
    let rows = world.json(&["attributes", &user, "--json"]);
    let given = rows.as_array().unwrap().iter().find(|row| row["path"] == "name.givenName").unwrap();
    assert_eq!(given["value"], "Eva Maria", "{rows}");
    let wrong = world.run(&["set-attribute", &user, "no-such-attribute", "x"]);
    assert_eq!(wrong.code, 2, "{}", wrong.err);
    let args =
        ["create", "user", "kim", "--email", "kim@example.com", "--first-name", "Kim", "--last-name", "Lee", "--yes"];
    world.ok(&args);
    let rows = world.json(&["attributes", "kim", "--json"]);
    assert!(rows.to_string().contains("\"Lee\""), "{rows}");
}

#[test]
fn registry_access_goes_alone_or_with_the_seat_by_release() {
    let world = World::new("wandb", &["--users", "40"]);
    let (inside, ..) = cast(&world);
    world.ok(&["set-seat", &inside, "models,weave", "full", "--yes"]);
    world.run(&["set-seat", &inside, "registry", "full", "--yes"]);
    let plan = world.json(&["set-seat", &inside, "models", "none", "--dry-run", "--json"]);
    assert!(plan["changes"][0]["consequences"].to_string().contains("Registry access (full) stays"), "{plan}");
    let both = ["set-seat", &inside, "models,registry", "none"];
    let said = world.ok(&[&both[..], &["--dry-run"]].concat());
    assert!(!said.contains("stays by this alone"), "{said}");
    world.ok(&[&both[..], &["--yes"]].concat());
    let user = world.user(&inside);
    assert_eq!((&user["models_seat"], &user["registry_access"]), (&json!("none"), &json!("none")));
    let found = world.json(&["users", "--json", "-f", "access:none"]);
    assert!(texts(&found, "user").contains(&inside), "{found}");

    let old = World::new("wandb", &["--users", "40", "--server-version", "0.82"]);
    let (inside, ..) = cast(&old);
    assert_eq!(old.user(&inside)["registry_access"], Value::Null);
    old.ok(&["set-seat", &inside, "models", "full", "--yes"]);
    let plan = old.json(&["set-seat", &inside, "models", "none", "--dry-run", "--json"]);
    assert!(plan["changes"][0]["consequences"].to_string().contains("before 0.83.0"), "{plan}");

    // Multi-tenant Cloud has it, also where no GET shows it.
    let documented = World::new("wandb", &["--users", "40", "--hosting", "multi-tenant", "--documented-get"]);
    let user = documented.user("eva-tanaka");
    assert_eq!((&user["models_seat"], &user["registry_access"]), (&Value::Null, &Value::Null));
    let plan = documented.json(&["set-seat", "eva-tanaka", "models", "none", "--dry-run", "--json"]).to_string();
    assert!(plan.contains("Registry access stays by this alone") && !plan.contains("too old"), "{plan}");
}

#[test]
fn a_refused_change_stands_once_in_what_a_dry_run_says() {
    let world = World::new("wandb", &["--users", "40", "--hosting", "multi-tenant"]);
    let change = ["set-name", "eva-tanaka", "X", "--dry-run"];
    let said = world.run(&change);
    assert_eq!(said.code, 4, "{}", said.err);
    let both = format!("{}{}", said.out, said.err);
    assert_eq!(both.matches("display name and email are their own").count(), 1, "{both}");
    assert!(said.err.contains("display name and email are their own"), "the reason of the status: {both}");
    let said = world.run(&[&change[..], &["--json"]].concat());
    let plan: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!((said.code, plan["refused"].as_array().map(Vec::len)), (4, Some(1)), "{plan}");
}

#[test]
fn each_attribute_says_why_it_is_not_set_here() {
    let world = World::new("wandb", &["--users", "40"]);
    let rows = world.json(&["attributes", "eva-tanaka", "--json"]);
    for row in rows.as_array().unwrap() {
        assert!(row["fixed"].is_string(), "{row}");
    }
    assert_eq!(world.run(&["set-attribute", "eva-tanaka", "daysActive", "1", "--yes"]).code, 4);
}

#[test]
fn a_profile_with_another_hosting_reads_and_sends_nothing() {
    let world = World::new("wandb", &["--users", "40"]);
    let (inside, team, outside) = cast(&world);
    let config = std::fs::read_to_string(world.path("config.toml")).unwrap();
    world.file("config.toml", &config.replace("hosting = \"dedicated\"", "hosting = \"multi-tenant\""));
    world.ok(&["users"]);
    for args in [
        &["deactivate", &inside, "--confirm", &inside][..],
        &["add", &team, &outside],
        &["create", "user", "kim", "--email", "kim@example.com", "--yes"],
    ] {
        let said = world.run(args);
        assert_eq!(said.code, 4, "{args:?}: {}", said.err);
        assert!(said.err.contains("tells its release"), "{}", said.err);
    }
    let document: Value = serde_json::from_str(&world.run(&["add", &team, &outside, "--json"]).out).unwrap();
    assert_eq!(document["refused"][0]["code"], "contradiction", "{document}");
    let doctor = world.run(&["doctor", "--json"]);
    let report: Value = serde_json::from_str(&doctor.out).unwrap();
    let finding = report["findings"].as_array().unwrap().iter().find(|one| one["what"] == "hosting").unwrap().clone();
    assert_eq!(finding["verdict"], "problem", "{finding}");
    assert_eq!(doctor.code, 1);
    world.file("config.toml", &config);
    world.ok(&["add", &team, &outside, "--yes"]);
}

#[test]
fn a_multi_tenant_server_under_a_dedicated_profile_sends_nothing() {
    let world = World::new("wandb", &["--users", "40", "--hosting", "multi-tenant"]);
    let config = std::fs::read_to_string(world.path("config.toml")).unwrap();
    world.file("config.toml", &config.replace("multi-tenant", "self-managed"));
    let (inside, ..) = cast(&world);
    let said = world.run(&["deactivate", &inside, "--yes"]);
    assert_eq!(said.code, 4, "{}", said.err);
    assert!(said.err.contains("no release of its own"), "{}", said.err);
    assert_eq!(world.user(&inside)["active"], true);
}

#[test]
fn a_list_of_newcomers_begins_with_what_a_template_says() {
    let world = World::new("wandb", &["--users", "40"]);
    let (inside, team, _) = cast(&world);
    let before = world.user(&inside);
    let template =
        format!("users:\n- user: anybody\n  models_seat: viewer\n  role: member\n  teams: {{{team}: viewer}}\n");
    world.file("new.yaml", &template);
    let list = format!("user,email,models_seat\nkim-lee,kim@example.com,\nlee-kim,lee@example.com,full\n{inside},,\n");
    world.file("list.csv", &list);
    world.ok(&["apply", "list.csv", "--template", "new.yaml", "--yes"]);
    let (kim, lee) = (world.user("kim-lee"), world.user("lee-kim"));
    assert_eq!((&kim["models_seat"], &lee["models_seat"]), (&json!("viewer"), &json!("full")));
    assert_eq!((world.role_in("kim-lee", &team), world.role_in("lee-kim", &team)), ("viewer".into(), "viewer".into()));
    // Whoever is there already keeps everything.
    assert_eq!(world.user(&inside), before);
}

/// No option of a creation is taken and dropped: the server has the value afterwards, or the plan says what becomes of it, or
/// it is refused with a stable code.
#[test]
fn every_option_of_a_creation_is_taken_or_refused() {
    let worlds = [("wandb", "dedicated"), ("wandb", "multi-tenant"), ("scim", ""), ("grafana", ""), ("datasaur", "")];
    let of_users = [
        ("--name", "Zzyx"),
        ("--external-id", "idp|zzyx"),
        ("--first-name", "Zzyx"),
        ("--last-name", "Zzyx"),
        ("--models", "viewer"),
        ("--weave", "viewer"),
        ("--registry-access", "none"),
        ("--role", "admin"),
        ("--registry", "models=viewer"),
    ];
    for (provider, hosting) in worlds {
        let hosted = ["--users", "20", "--hosting", hosting];
        let world = World::new(provider, if hosting.is_empty() { &hosted[..2] } else { &hosted });
        for (at, (option, value)) in of_users.into_iter().enumerate() {
            let (name, own) = (format!("kim-{at}"), format!("idp|own{at}"));
            let email = format!("{name}@example.com");
            let mut args = vec!["create", "user", &name, "--email", &email, option, value, "--yes", "--json"];
            // Grafana needs one of everybody.
            if provider == "grafana" && option != "--external-id" {
                args.extend(["--external-id", &own]);
            }
            let said = world.run(&args);
            let told: Value = serde_json::from_str(&said.out).unwrap_or_default();
            let refused = said.code != 0 && (told.pointer("/error/code").is_some() || said.out.contains("\"code\""));
            let has = || {
                let user = world.run(&["attributes", &name, "--json"]).out.to_lowercase();
                user.contains(&value.rsplit('=').next().unwrap().to_lowercase())
            };
            // In Multi-tenant Cloud people choose their shown name, and the plan says so.
            let planned = || {
                let plan = ["create", "user", "kim-x", "--email", "kim-x@example.com", option, value, "--dry-run"];
                world.run(&plan).out.contains("people choose their display name themselves")
            };
            let taken = said.code == 0 && (has() || planned());
            assert!(taken || refused, "{provider} {hosting} {option}: {} {} {}", said.code, said.out, said.err);
        }
        let bucket = ["create", "team", "stored", "--bucket", "b", "--bucket-provider", "AWS", "--yes"];
        let external = ["create", "team", "named", "--external-id", "g-zzyx", "--yes"];
        assert_eq!(world.run(&bucket).code == 0, provider == "wandb", "{provider}");
        let said = world.run(&external);
        let team = world.run(&["attributes", "named", "--team", "--json"]).out;
        assert_eq!(said.code == 0, team.contains("g-zzyx"), "{provider}: {} {team}", said.err);
    }
}

#[test]
fn an_instance_admin_is_created_by_email_where_there_are_any() {
    let world = World::new("wandb", &["--users", "20"]);
    let create =
        ["create", "user", "kim", "--email", "kim@example.com", "--instance-admin", "--confirm", "kim", "--yes"];
    world.ok(&create);
    let users = world.json(&["users", "--json", "-f", "kim@example.com"]);
    assert_eq!(users[0]["email"], "kim@example.com", "{users}");
    assert_eq!(World::new("scim", &["--users", "20"]).run(&create).code, 4);
    let cloud = World::new("wandb", &["--users", "20", "--hosting", "multi-tenant"]);
    assert_eq!(cloud.run(&create).code, 4);
}
