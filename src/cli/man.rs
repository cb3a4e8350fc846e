//! Man pages: one of the program, and one of each command.

use std::io;

use clap::{Command, CommandFactory};
use clap_mangen::Man;

use super::Cli;

/// There is no such command.
#[derive(Debug, thiserror::Error)]
#[error("there is no command `{0}`")]
pub struct NoSuchPage(String);

/// The page of a command by its words; of the program, where there are none.
///
/// # Errors
/// There is no such command.
pub fn man_page(words: &[String]) -> Result<Vec<u8>, NoSuchPage> {
    let mut command = Cli::command();
    command.build();
    let mut found = &command;
    for word in words {
        found = found.find_subcommand(word).ok_or_else(|| NoSuchPage(words.join(" ")))?;
    }
    Ok(page(found, words))
}

/// Every page with the name of its file.
pub fn man_pages() -> Vec<(String, Vec<u8>)> {
    let mut command = Cli::command();
    command.build();
    let mut pages = Vec::new();
    collect(&command, &[], &mut pages);
    pages
}

fn collect(of: &Command, words: &[String], pages: &mut Vec<(String, Vec<u8>)>) {
    pages.push((format!("{}.1", name(words)), page(of, words)));
    for command in of.get_subcommands().filter(|command| !command.is_hide_set() && command.get_name() != "help") {
        let words = [words, &[command.get_name().to_owned()]].concat();
        collect(command, &words, pages);
    }
}

fn name(words: &[String]) -> String {
    std::iter::once("scimitar").chain(words.iter().map(String::as_str)).collect::<Vec<_>>().join("-")
}

fn page(of: &Command, words: &[String]) -> Vec<u8> {
    let mut out = Vec::new();
    let command = of.clone().display_name(name(words)).version(env!("CARGO_PKG_VERSION"));
    // Nothing is written elsewhere than into memory, which takes all.
    let written: io::Result<()> = Man::new(command).title(name(words)).render(&mut out);
    debug_assert!(written.is_ok());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_a_page_of_its_own() {
        let pages = man_pages();
        let page = |name: &str| {
            let found = pages.iter().find(|(file, _)| file == name);
            String::from_utf8(found.unwrap_or_else(|| panic!("{name}")).1.clone()).unwrap()
        };
        assert!(page("scimitar.1").contains(".TH scimitar 1") && page("scimitar.1").contains("scimitar\\-users(1)"));
        let users = page("scimitar-users.1");
        assert!(users.contains(".TH scimitar-users 1") && users.contains("\\-\\-columns"), "{users}");
        assert!(!page("scimitar.1").contains("\\-\\-columns"));
        assert!(page("scimitar-doctor-demo.1").contains("\\-\\-users"));
        assert!(man_page(&["usrs".to_owned()]).is_err());
    }
}
