//! The documents say what the program does.

/// The table of keys in the README is the action table's.
#[test]
fn the_readme_has_the_keys_of_the_action_table() {
    let readme = include_str!("../README.md");
    for row in scimitar::app::action::table().lines() {
        assert!(readme.contains(row), "README.md lacks this row of `scimitar keys`:\n{row}");
    }
}

/// Whoever opens `src/` finds every room in ARCHITECTURE.md.
#[test]
fn the_architecture_names_every_room() {
    let page = include_str!("../ARCHITECTURE.md");
    let rooms = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src")).expect("src");
    for room in rooms {
        let room = room.expect("an entry").file_name().into_string().expect("UTF-8");
        let name = if room.contains('.') { format!("`{room}`") } else { format!("`{room}/`") };
        assert!(room == "lib.rs" || page.contains(&name), "ARCHITECTURE.md does not name {name}");
    }
}

/// The example config is what the program reads, with every line switched on.
#[test]
fn the_example_config_is_read_whole() {
    let on = |line: &'static str| {
        let setting = |line: &&str| line.contains(" = ") || line.starts_with('[');
        line.strip_prefix("# ").filter(setting).unwrap_or(line)
    };
    let text = include_str!("../assets/config.toml").lines().map(on).collect::<Vec<_>>().join("\n");
    let text = text.replace("ca_file", "# ca_file");
    let file = scimitar::config::ConfigFile::parse(&text, std::path::Path::new("config.toml")).expect("a config");
    assert!(file.profiles.contains_key("acme"), "{text}");
    assert_eq!(file.keys["undo"], ["u", "ctrl-z"]);
}

/// Every test that the README and SECURITY.md name as a proof is there.
#[test]
fn tests_that_are_named_are_there() {
    for (page, text) in [("README.md", include_str!("../README.md")), ("SECURITY.md", include_str!("../SECURITY.md"))] {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let named: Vec<(&str, &str)> = text.split('`').filter_map(|word| word.split_once("::")).collect();
        assert!(named.len() > 40, "{page}: {named:?}");
        for (file, name) in named {
            let place = if file.contains('/') { file.to_owned() } else { format!("tests/console/{file}.rs") };
            let text = std::fs::read_to_string(root.join(&place)).unwrap_or_default();
            let declared = [format!("fn {name}("), format!("def {name}(")].iter().any(|way| text.contains(way));
            assert!(declared, "{page} names {name}, which is not in {place}");
        }
    }
}
