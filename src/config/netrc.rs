//! A tolerant reader of `netrc` files: `machine`, `default`, `login`, `password`, quotes, comments, macros.
//!
//! Finds a single machine's entry; keeps nothing else in memory.

use secrecy::SecretString;
use url::Url;

use super::wandb;

/// A `netrc` entry.
#[derive(Debug, Clone)]
pub struct NetrcEntry {
    /// The login name; W&B's tools write `user` here.
    pub login: Option<String>,
    /// The password: the key.
    pub password: Option<SecretString>,
    /// True for the `default` entry, which applies to all machines.
    pub is_default: bool,
}

/// The names under which a server's entry may be stored, the closest first: `wandb login` writes the port after the
/// host if the address has one. Hosts of the same service share their keys.
pub fn names(base: &Url) -> Vec<String> {
    let host = base.host_str().unwrap_or_default();
    let with_port = base.port().map(|port| format!("{host}:{port}"));
    with_port.into_iter().chain(wandb::names_of(host).into_iter().map(str::to_owned)).collect()
}

/// The entry of the first of `names` that has one (ignoring case), else the `default` entry.
pub fn find(text: &str, names: &[String]) -> Option<NetrcEntry> {
    let own = names.iter().find_map(|name| entry(text, name).filter(|found| !found.is_default));
    own.or_else(|| entry(text, "").filter(|found| found.is_default))
}

/// The entry for `host`, or the `default` entry if there is none.
fn entry(text: &str, host: &str) -> Option<NetrcEntry> {
    let mut tokens = NetrcTokens { rest: text };
    let mut fallback = None;
    let mut open: Option<(bool, NetrcEntry)> = None;
    while let Some(token) = tokens.next() {
        match token.as_str() {
            start @ ("machine" | "default") => {
                if let Some(found) = close(open.take(), &mut fallback) {
                    return Some(found);
                }
                let is_default = start == "default";
                let named = if is_default { false } else { tokens.next()?.eq_ignore_ascii_case(host) };
                open = Some((named || is_default, NetrcEntry { login: None, password: None, is_default }));
            }
            "login" => set(&mut open, |entry| &mut entry.login, tokens.next()),
            "password" => set(&mut open, |entry| &mut entry.password, tokens.next().map(SecretString::from)),
            "account" => drop(tokens.next()),
            "macdef" => tokens.skip_macro(),
            _ => {}
        }
    }
    close(open, &mut fallback).or(fallback)
}

/// Sets a field of the entry being read, if the entry matters.
fn set<T>(open: &mut Option<(bool, NetrcEntry)>, field: fn(&mut NetrcEntry) -> &mut Option<T>, value: Option<T>) {
    if let Some((true, entry)) = open {
        *field(entry) = value;
    }
}

/// Ends an entry: returns the wanted machine's entry, and keeps a `default` entry for later.
fn close(open: Option<(bool, NetrcEntry)>, fallback: &mut Option<NetrcEntry>) -> Option<NetrcEntry> {
    match open {
        Some((true, entry)) if entry.is_default => {
            fallback.get_or_insert(entry);
            None
        }
        Some((true, entry)) => Some(entry),
        _ => None,
    }
}

/// White-space separated words; `"…"` may hold spaces and `\"`; `#` at the start of a word comments out the line.
struct NetrcTokens<'a> {
    rest: &'a str,
}

impl NetrcTokens<'_> {
    /// A macro ends at the first empty line.
    fn skip_macro(&mut self) {
        let end = ["\n\n", "\r\n\r\n"].iter().filter_map(|gap| self.rest.find(gap)).min().unwrap_or(self.rest.len());
        self.rest = &self.rest[end..];
    }

    fn quoted(&mut self) -> String {
        let mut word = String::new();
        let mut letters = self.rest[1..].char_indices();
        while let Some((at, letter)) = letters.next() {
            match letter {
                '"' => {
                    self.rest = &self.rest[at + 2..];
                    return word;
                }
                '\\' => word.extend(letters.next().map(|(_, escaped)| escaped)),
                other => word.push(other),
            }
        }
        self.rest = "";
        word
    }
}

impl Iterator for NetrcTokens<'_> {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        loop {
            self.rest = self.rest.trim_start();
            match self.rest.chars().next()? {
                '#' => self.rest = self.rest.find('\n').map_or("", |end| &self.rest[end..]),
                '"' => return Some(self.quoted()),
                _ => {
                    let end = self.rest.find(char::is_whitespace).unwrap_or(self.rest.len());
                    let (word, rest) = self.rest.split_at(end);
                    self.rest = rest;
                    return Some(word.to_owned());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use secrecy::ExposeSecret;

    use super::*;

    const FILE: &str = "# keys\nmachine other.example login a password no\n\
        machine api.wandb.ai\n  login user\n  password k#1\n\
        macdef init\nmachine trap.example password wrong\n\n\
        machine quoted.example login \"a b\" password \"p \\\" q\"\n\
        machine bare.example\ndefault login anon password last\n";

    #[rstest]
    #[case("API.wandb.ai", Some("k#1"), false)]
    #[case("quoted.example", Some("p \" q"), false)]
    #[case("bare.example", None, false)]
    #[case("trap.example", Some("last"), true)]
    fn entries_are_found(#[case] host: &str, #[case] password: Option<&str>, #[case] is_default: bool) {
        let entry = find(FILE, &[host.to_owned()]).unwrap();
        assert_eq!(entry.password.as_ref().map(SecretString::expose_secret), password);
        assert_eq!(entry.is_default, is_default);
    }

    #[rstest]
    #[case("https://localhost:8080", "machine localhost password a machine localhost:8080 password b", Some("b"))]
    #[case("https://localhost:8080", "machine localhost password a", Some("a"))]
    #[case("https://localhost:9090", "machine localhost:8080 password b", None)]
    #[case("https://localhost", "machine localhost:8080 password b", None)]
    #[case("https://api.wandb.ai", "machine api.forge.coreweave.com password f", Some("f"))]
    #[case("https://api.forge.coreweave.com", "machine api.wandb.ai password w", Some("w"))]
    #[case("https://api.wandb.ai", "default password d machine api.forge.coreweave.com password f", Some("f"))]
    #[case("https://acme.wandb.io", "machine api.wandb.ai password w", None)]
    fn an_entry_serves_its_own_server(#[case] base: &str, #[case] text: &str, #[case] password: Option<&str>) {
        let found = find(text, &names(&Url::parse(base).unwrap())).and_then(|entry| entry.password);
        assert_eq!(found.as_ref().map(SecretString::expose_secret), password);
    }

    #[rstest]
    #[case("")]
    #[case("machine")]
    #[case("machine \"")]
    #[case("password stray")]
    #[case("machine other password \"never closed")]
    fn broken_files_hold_no_entry(#[case] text: &str) {
        assert!(find(text, &["api.wandb.ai".to_owned()]).is_none());
    }
}
