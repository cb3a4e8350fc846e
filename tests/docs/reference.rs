//! The generated parts of the book. `SCIMITAR_WRITE_DOCS=1 cargo test --test docs generated` writes them.

use std::{fmt::Write, fs, path::Path};

use clap::{Arg, Command, CommandFactory};
use scimitar::{
    app::action,
    cli::Cli,
    directory::{
        RecordKind,
        field::{FieldSort, FilterValues, RecordField},
    },
};

/// The variable that has the pages written in place of compared.
const WRITE: &str = "SCIMITAR_WRITE_DOCS";

#[test]
fn generated_parts_are_what_the_program_says() {
    let mut parts = vec![
        ("docs/src/reference/keys.md", "keys", action::table()),
        ("docs/src/reference/commands.md", "commands", commands()),
    ];
    parts.extend(RecordKind::ALL.map(|kind| ("docs/src/columns.md", kind.plural(), fields(kind))));
    parts.push(("docs/src/filters.md", "words", filter_words()));
    parts.push(("docs/src/files.md", "columns", file_columns()));
    parts.push(("docs/src/codes.md", "records", json_members()));
    for (page, name, made) in parts {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
        let text = fs::read_to_string(&path).expect(page);
        let new = with_part(&text, name, &made).unwrap_or_else(|| panic!("{page} has no part {name}"));
        if std::env::var_os(WRITE).is_some() {
            fs::write(&path, new).expect(page);
        } else {
            assert!(text == new, "{page}, {name}: {WRITE}=1 cargo test --test docs generated");
        }
    }
}

/// The page with another text between the marks of a part.
fn with_part(page: &str, name: &str, made: &str) -> Option<String> {
    let (begin, end) = (format!("<!-- begin {name} -->\n"), format!("<!-- end {name} -->"));
    let (before, rest) = page.split_once(&begin)?;
    let (_, after) = rest.split_once(&end)?;
    Some(format!("{before}{begin}\n{}\n\n{end}{after}", made.trim_end()))
}

fn cell(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|").replace('<', "&lt;")
}

/// Every command that the help shows, with its arguments.
fn commands() -> String {
    let mut cli = Cli::command();
    cli.build();
    let mut out = String::from("## Options of all commands\n\n");
    let (everywhere, console): (Vec<_>, Vec<_>) = cli.get_arguments().partition(|argument| argument.is_global_set());
    arguments(&mut out, everywhere.into_iter());
    out.push_str("\n## Options of the console\n\nThey stand without a command, or before `demo`.\n\n");
    arguments(&mut out, console.into_iter());
    for command in cli.get_subcommands_mut() {
        section(&mut out, command, "scimitar", 2);
    }
    out
}

fn section(out: &mut String, command: &mut Command, above: &str, depth: usize) {
    if command.is_hide_set() || command.get_name() == "help" {
        return;
    }
    let name = format!("{above} {}", command.get_name());
    let about = command.get_long_about().or(command.get_about()).map(ToString::to_string).unwrap_or_default();
    let usage = command.render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ").trim();
    let marks = "#".repeat(depth);
    let _ = write!(out, "\n{marks} {name}\n\n{about}.\n\n```text\n{usage}\n```\n\n");
    arguments(out, command.get_arguments().filter(|argument| !argument.is_global_set()));
    for inner in command.get_subcommands_mut() {
        section(out, inner, &name, depth + 1);
    }
}

fn arguments<'a>(out: &mut String, arguments: impl Iterator<Item = &'a Arg>) {
    let shown = arguments.filter(|argument| !argument.is_hide_set() && argument.get_id() != "help");
    let rows: Vec<String> =
        shown.map(|argument| format!("| {} | {} |\n", named(argument), meaning(argument))).collect();
    if !rows.is_empty() {
        let _ = write!(out, "| argument | meaning |\n|---|---|\n{}", rows.concat());
    }
}

/// `-f`, `--filter <FILTER>`, or the name of a place.
fn named(argument: &Arg) -> String {
    let short = argument.get_short().filter(|_| argument.get_long().is_some());
    let short = short.map(|short| format!("`-{short}`, ")).unwrap_or_default();
    format!("{short}`{argument}`")
}

fn meaning(argument: &Arg) -> String {
    let help = argument.get_long_help().or(argument.get_help()).map(ToString::to_string).unwrap_or_default();
    let mut text = cell(&help);
    if !text.ends_with('.') {
        text.push('.');
    }
    if argument.get_action().takes_values() {
        let choices: Vec<String> =
            argument.get_possible_values().iter().map(|value| format!("`{}`", value.get_name())).collect();
        let defaults: Vec<String> =
            argument.get_default_values().iter().map(|value| format!("`{}`", value.to_string_lossy())).collect();
        for (label, values) in [("Values", choices), ("Default", defaults)] {
            if !values.is_empty() {
                let _ = write!(text, " {label}: {}.", values.join(", "));
            }
        }
        if let Some(variable) = argument.get_env() {
            let _ = write!(text, " Variable: `{}`.", variable.to_string_lossy());
        }
    }
    text
}

/// The fields of a kind with all their names.
fn fields(kind: RecordKind) -> String {
    let mut out = String::from(
        "| field | column of the console | sorted first | filter | `--json` | `--csv` | column of a file | key of a file | \
         held by all providers |\n|---|---|---|---|---|---|---|---|---|\n",
    );
    let code = |name: Option<&str>| name.map(|name| format!("`{name}`")).unwrap_or_default();
    for field in RecordField::of(kind) {
        let spec = field.spec();
        let sort = match spec.sort {
            FieldSort::No => "",
            FieldSort::Ascending => "a to z",
            FieldSort::Descending => "latest or largest",
        };
        let filter = spec.filter.map(|filter| {
            let values = match filter.values {
                FilterValues::Texts => "text",
                FilterValues::Status => "yes, no, invited",
                FilterValues::Number => "number",
                FilterValues::Age => "age",
                FilterValues::AgeOrNever => "age, never",
            };
            let words: Vec<String> =
                [Some(filter.word), filter.also].into_iter().flatten().map(|word| format!("`{word}`")).collect();
            format!("{} ({values})", words.join(", "))
        });
        let label = if spec.label.is_empty() {
            format!("`{}`", spec.json.map_or("", |names| names.value))
        } else {
            spec.label.into()
        };
        let held = if (spec.held)(NOTHING) { "yes" } else { "no" };
        let _ = writeln!(
            out,
            "| {label} | {} | {sort} | {} | {} | {} | {} | {} | {held} |",
            field.heading(),
            filter.unwrap_or_default(),
            code(spec.json.map(|names| names.value)),
            code(spec.csv),
            code(spec.file.column),
            code(spec.file.key),
        );
    }
    out
}

/// The words of filters, in the order of the help.
fn filter_words() -> String {
    let words = |kind| RecordField::in_filters(kind).filter_map(|field| Some(field.spec().filter?.word));
    by_kind("| list | words |", |kind| words(kind).collect())
}

/// The members of JSON objects, in their order.
fn json_members() -> String {
    let names = |kind| RecordField::of(kind).filter_map(|field| field.spec().json);
    by_kind("| command | fields of a record |", |kind| {
        names(kind).flat_map(|names| [Some(names.value), names.complete]).flatten().collect()
    })
}

/// A table with a row of names for each kind of record.
fn by_kind(head: &str, names: impl Fn(RecordKind) -> Vec<&'static str>) -> String {
    let mut out = format!("{head}\n|---|---|\n");
    for kind in RecordKind::ALL {
        let _ = writeln!(out, "| `{}` | `{}` |", kind.plural(), names(kind).join("`, `"));
    }
    out
}

/// The columns of files, in the order of an export.
fn file_columns() -> String {
    let names: Vec<&str> = RecordField::in_files().filter_map(|field| field.spec().file.column).collect();
    format!("`{}`", names.join("`, `"))
}

/// A provider whose records hold nothing but what every provider's do.
const NOTHING: scimitar::directory::record_contents::RecordContents =
    scimitar::directory::record_contents::RecordContents {
        person_names: false,
        org_roles: false,
        team_roles: false,
        seats: false,
        activity: false,
        service_accounts: false,
        custom_roles: false,
        mapped: false,
        team_word: "team",
        inactive_word: "inactive",
    };
