//! The options that a command names on standard error are its own.

use clap::{Arg, Command, CommandFactory};
use scimitar::cli::Cli;

/// Asserts that each option in this text, which the command with these arguments said, is an option of that command, or
/// of the command that is quoted with it in backticks.
#[track_caller]
pub fn assert_own_options(args: &[&str], said: &str) {
    let whole = Cli::command();
    for (at, part) in said.split('`').enumerate() {
        let words: Vec<&str> = part.split_whitespace().collect();
        let command = match words.split_first() {
            Some((&"scimitar", quoted)) if at % 2 == 1 => named(&whole, quoted),
            _ => named(&whole, args),
        };
        for option in words.iter().filter_map(|word| option(word)) {
            let is_given = args.iter().any(|arg| arg.strip_prefix("--").is_some_and(|arg| arg.starts_with(option)));
            let is_there = is_given || option == "help" || has(&whole, command, option);
            assert!(is_there, "{args:?} advises --{option}, which {} has not: {said}", command.get_name());
        }
    }
}

/// `exact` of `(--exact=…`.
fn option(word: &str) -> Option<&str> {
    let name = word.trim_start_matches(['(', '\'', '"']).strip_prefix("--")?;
    name.split(|c: char| !c.is_ascii_lowercase() && c != '-').next().filter(|name| !name.is_empty())
}

/// The command that these arguments name.
fn named<'a>(whole: &'a Command, args: &[&str]) -> &'a Command {
    let mut command = whole;
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        if ["-p", "--profile", "--config"].contains(arg) {
            args.next();
        } else if let Some(next) = command.find_subcommand(arg) {
            command = next;
        }
    }
    command
}

fn has(whole: &Command, command: &Command, option: &str) -> bool {
    let is = |arg: &&Arg| arg.get_long() == Some(option);
    let is_global = |arg: &&Arg| arg.is_global_set();
    command.get_arguments().any(|arg| is(&arg)) || whole.get_arguments().filter(is_global).any(|arg| is(&arg))
}
