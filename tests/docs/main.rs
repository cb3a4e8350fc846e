//! The documents say what the program does.
#![expect(clippy::expect_used, clippy::panic, reason = "tests")]

mod book;
mod reference;

/// Whoever opens `src/` finds every module in ARCHITECTURE.md.
#[test]
fn the_architecture_names_every_module() {
    let page = include_str!("../../ARCHITECTURE.md");
    let modules = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src")).expect("src");
    for module in modules {
        let module = module.expect("an entry").file_name().into_string().expect("UTF-8");
        let name = if module.contains('.') { format!("`{module}`") } else { format!("`{module}/`") };
        assert!(module == "lib.rs" || page.contains(&name), "ARCHITECTURE.md does not name {name}");
    }
}

/// The example config is what the program reads, with every line switched on.
#[test]
fn the_example_config_is_read_whole() {
    let on = |line: &'static str| {
        let setting = |line: &&str| line.contains(" = ") || line.starts_with('[');
        line.strip_prefix("# ").filter(setting).unwrap_or(line)
    };
    let text = include_str!("../../assets/config.toml").lines().map(on).collect::<Vec<_>>().join("\n");
    let text = text.replace("ca_file", "# ca_file");
    let file = scimitar::config::ConfigFile::parse(&text, std::path::Path::new("config.toml")).expect("a config");
    assert!(file.profiles.contains_key("acme"), "{text}");
    assert_eq!(file.keys["undo"], ["u", "ctrl-z"]);
}

/// Every test that W&B's calls and SECURITY.md name as a proof is there.
#[test]
fn tests_that_are_named_are_there() {
    let pages = [
        ("wandb-calls.md", include_str!("../../docs/src/providers/wandb-calls.md")),
        ("SECURITY.md", include_str!("../../SECURITY.md")),
    ];
    for (page, text) in pages {
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

/// The cells of the tables under a heading, without the heads of the tables; code marks are left out.
fn rows(page: &str, heading: &str) -> Vec<Vec<String>> {
    let section = page.split("\n## ").flat_map(|part| part.split("\n### ")).find(|part| part.starts_with(heading));
    let lines = section.unwrap_or_default().lines().filter(|line| line.starts_with('|'));
    let cells = |line: &str| line.trim_matches('|').split('|').map(|cell| cell.trim().replace('`', "")).collect();
    lines.skip(2).map(cells).collect()
}

/// Every exit status and every code is on the page for scripts, and the page has no others.
#[test]
fn the_page_of_codes_has_them_all_and_no_others() {
    use scimitar::{
        command::ErrorCode,
        directory::{plan::ChangeState, refusal::RefusalCode},
    };

    let page = include_str!("../../docs/src/codes.md");
    let first = |heading: &str| -> Vec<String> {
        rows(page, heading).into_iter().filter_map(|row| row.into_iter().next()).collect()
    };
    let errors: Vec<(String, String)> =
        rows(page, "Codes of errors").into_iter().map(|row| (row[0].clone(), row[1].clone())).collect();
    let known = |code: &ErrorCode| (code.as_str().to_owned(), (code.end() as u8).to_string());
    assert_eq!(errors, ErrorCode::ALL.iter().map(known).collect::<Vec<_>>());
    let mut statuses: Vec<String> = errors.into_iter().map(|(_, status)| status).collect();
    statuses.sort();
    statuses.dedup();
    assert_eq!(first("Exit statuses"), [vec!["0".to_owned()], statuses].concat());
    let refusals = RefusalCode::ALL.iter().map(|code| code.as_str().to_owned());
    assert_eq!(first("Codes of refusals"), refusals.collect::<Vec<_>>());
    assert_eq!(first("States of a change"), ChangeState::ALL.map(ChangeState::label));
}

/// The page names every command that prints JSON.
#[test]
fn the_page_of_codes_has_every_command() {
    use clap::CommandFactory;

    let page = include_str!("../../docs/src/codes.md");
    let documents: Vec<String> = rows(page, "With `--json`").into_iter().map(|row| row[0].clone()).collect();
    let named: Vec<&str> = documents.iter().flat_map(|cell| cell.split([',', ';'])).map(str::trim).collect();
    let takes = |command: &&clap::Command| {
        let json = |command: &clap::Command| command.get_arguments().any(|argument| argument.get_id() == "json");
        json(command) || command.get_subcommands().any(json)
    };
    let cli = scimitar::cli::Cli::command();
    for command in cli.get_subcommands().filter(takes) {
        assert!(
            named.contains(&command.get_name()),
            "docs/src/codes.md does not say what {} prints",
            command.get_name()
        );
    }
}

/// No code is listed that the program never gives.
#[test]
fn every_code_is_given_somewhere() {
    use scimitar::{command::ErrorCode, directory::refusal::RefusalCode};

    let sources = sources(std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")));
    let given = |word: &str| sources.iter().any(|text| text.contains(word));
    for code in RefusalCode::ALL {
        assert!(given(&format!("RefusalCode::{code:?}")), "no refusal has the code {}", code.as_str());
    }
    for code in ErrorCode::ALL {
        // In the file of the enum, which spells them otherwise, each stands once for its status.
        let here = [format!("ErrorCode::{code:?}"), format!("Self::{code:?},")].iter().any(|word| given(word));
        assert!(here, "no error has the code {}", code.as_str());
    }
}

fn sources(folder: &std::path::Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let of = |path: std::path::PathBuf| match path.extension() {
        None => sources(&path),
        Some(_) => std::fs::read_to_string(&path).into_iter().collect(),
    };
    entries.flat_map(of).collect()
}
