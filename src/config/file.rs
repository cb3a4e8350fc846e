//! `config.toml`: read whole, all values checked, all errors reported with line and key.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::Duration;

use toml::Spanned;

use super::error::ConfigError;
use super::loose::refuse_loose;
use super::profile::Profile;
use super::raw::{RawFile, RawUi};
use crate::{named_file, scim::text};

mod check;

/// Maximum time for reading a config file that is a pipe.
const READ_LIMIT: Duration = Duration::from_secs(10);

/// The colours of the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ThemeChoice {
    /// According to the terminal's answer.
    #[default]
    Auto,
    /// For dark backgrounds.
    Dark,
    /// For light backgrounds.
    Light,
    /// No colours.
    Mono,
}

/// The character set with which the console draws.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum GlyphChoice {
    /// By the locale.
    #[default]
    Auto,
    /// Lines and marks outside ASCII.
    Unicode,
    /// ASCII only.
    Ascii,
}

/// The speed of the connection to the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LinkChoice {
    /// Slow over SSH, otherwise fast.
    #[default]
    Auto,
    /// As fast as the connection accepts frames.
    Fast,
    /// Frames are drawn at the pace of a slow connection.
    Slow,
}

/// The `[ui]` table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UiTable {
    /// Colours.
    pub theme: ThemeChoice,
    /// Signs.
    pub glyphs: GlyphChoice,
    /// The connection to the terminal.
    pub link: LinkChoice,
}

/// A checked configuration file.
#[derive(Debug, Clone)]
pub struct ConfigFile {
    /// The path of the file.
    pub path: PathBuf,
    /// The profile to use if none is named; always one of `profiles`.
    pub default_profile: Option<String>,
    /// The `[ui]` table.
    pub ui: UiTable,
    /// The `[keys]` table, action name to keys; not checked here.
    pub keys: BTreeMap<String, Vec<String>>,
    /// The profiles, from all tables `[profile.NAME]`.
    pub profiles: BTreeMap<String, Profile>,
}

impl ConfigFile {
    /// Reads a file; `None` if there is none. If a file requested by name is missing, the error is
    /// [`ConfigError::missing`].
    pub fn load(path: &Path) -> Result<Option<Self>, ConfigError> {
        match read(path)? {
            Some(text) => Self::parse(&text, path).map(Some),
            None => Ok(None),
        }
    }

    /// Parses a file's text.
    pub fn parse(text: &str, path: &Path) -> Result<Self, ConfigError> {
        Self::parse_here(text, path).map_err(|error| error.within(path))
    }

    fn parse_here(text: &str, path: &Path) -> Result<Self, ConfigError> {
        let raw: RawFile = toml::from_str(text).map_err(|error| syntax(text, &error))?;
        let mut profiles = BTreeMap::new();
        for (name, entry) in raw.profile {
            let name = name.into_inner();
            let reader = check::ProfileReader { text, path, name: &name };
            let profile = reader.profile(entry)?;
            profiles.insert(name, profile);
        }
        let key_variables: Vec<String> = profiles.values().flat_map(|profile| profile.key.variables()).collect();
        for profile in profiles.values_mut() {
            profile.key_variables.clone_from(&key_variables);
        }
        let default_profile = default_of(text, raw.default_profile, &profiles)?;
        Ok(Self { path: path.to_path_buf(), default_profile, ui: ui(text, &raw.ui)?, keys: raw.keys, profiles })
    }
}

/// The file's text; `None` if there is no file. Refuses a file that others can write to.
pub(super) fn read(path: &Path) -> Result<Option<String>, ConfigError> {
    let failed = |error: io::Error| {
        ConfigError::about(path, format!("this file can't be read: {error}"), "check its owner and mode")
    };
    match fs::metadata(path) {
        Ok(_) => refuse_loose(path)?,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    }
    read_within(path, READ_LIMIT).map(Some).map_err(failed)
}

/// Reads within a time limit, because a pipe without a writer would block forever.
fn read_within(path: &Path, limit: Duration) -> io::Result<String> {
    let bytes = named_file::read(path, u64::MAX, limit, || false)?;
    String::from_utf8(bytes).map_err(|error| io::Error::new(ErrorKind::InvalidData, error))
}

fn default_of(
    text: &str,
    name: Option<Spanned<String>>,
    profiles: &BTreeMap<String, Profile>,
) -> Result<Option<String>, ConfigError> {
    let Some(name) = name else { return Ok(None) };
    if profiles.contains_key(name.get_ref()) {
        return Ok(Some(name.into_inner()));
    }
    let near = text::nearest_first(name.get_ref(), profiles.keys().map(String::as_str));
    let hint = if near.is_empty() { "the file has none".into() } else { format!("there are: {}", near.join(", ")) };
    let why = format!("{} is no profile", repeated(name.get_ref()));
    Err(ConfigError::new(why, hint).key("default_profile").at(text, Some(name.span())))
}

fn ui(text: &str, raw: &RawUi) -> Result<UiTable, ConfigError> {
    let themes = [
        ("auto", ThemeChoice::Auto),
        ("dark", ThemeChoice::Dark),
        ("light", ThemeChoice::Light),
        ("mono", ThemeChoice::Mono),
    ];
    let signs = [("auto", GlyphChoice::Auto), ("unicode", GlyphChoice::Unicode), ("ascii", GlyphChoice::Ascii)];
    let links = [("auto", LinkChoice::Auto), ("fast", LinkChoice::Fast), ("slow", LinkChoice::Slow)];
    Ok(UiTable {
        theme: choose(text, "ui.theme", "theme", raw.theme.as_ref(), &themes)?.unwrap_or_default(),
        glyphs: choose(text, "ui.glyphs", "glyphs", raw.glyphs.as_ref(), &signs)?.unwrap_or_default(),
        link: choose(text, "ui.link", "link", raw.link.as_ref(), &links)?.unwrap_or_default(),
    })
}

/// Parses a choice between a few words.
fn choose<T: Copy>(
    text: &str,
    key: &str,
    what: &str,
    value: Option<&Spanned<String>>,
    choices: &[(&str, T)],
) -> Result<Option<T>, ConfigError> {
    let Some(value) = value else { return Ok(None) };
    if let Some((_, meant)) = choices.iter().find(|(word, _)| word == value.get_ref()) {
        return Ok(Some(*meant));
    }
    let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
    let why = format!("{} is no {what}", repeated(value.get_ref()));
    Err(ConfigError::new(why, format!("use {}", or_list(&words))).key(key).at(text, Some(value.span())))
}

/// A value in the form in which an error repeats it: the value may be a key, or a URL that contains a key. No key is a
/// short word.
fn repeated(value: &str) -> String {
    let is_word = value.chars().all(|letter| letter.is_ascii_alphabetic() || "-_".contains(letter));
    if value.len() < 8 || (is_word && value.len() <= 20) { format!("\"{value}\"") } else { "this".to_owned() }
}

/// `a, b or c`.
fn or_list(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
    }
}

/// A TOML syntax error with the key's full name and without the value, because the value may be a secret key.
fn syntax(text: &str, error: &toml::de::Error) -> ConfigError {
    let why = without_value(&error.message().lines().collect::<Vec<_>>().join(" "));
    let found = ConfigError::new(why, "").at(text, error.span());
    match error.span().and_then(|span| key_at(text, span.start)) {
        Some(key) => found.key(key),
        None => found,
    }
}

/// A message such as `invalid type: string "abc", expected …` without `"abc"`, and an unknown field without its name if
/// that does not look like a field: the name may be a misplaced secret.
fn without_value(message: &str) -> String {
    if let Some((name, rest)) = message.strip_prefix("unknown field `").and_then(|rest| rest.split_once('`')) {
        let is_word = name.len() < 30 && name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        return if is_word { message.to_owned() } else { format!("unknown field{rest}") };
    }
    match (message.starts_with("invalid "), message.find('"'), message.rfind("\", expected ")) {
        (true, Some(start), Some(end)) if start < end => {
            format!("{}{}", message[..start].trim_end(), &message[end + 1..])
        }
        _ => message.to_owned(),
    }
}

/// The full name of the key on the line at `offset`: the header of the table above, then the text before `=`.
fn key_at(text: &str, offset: usize) -> Option<String> {
    let start = text.get(..offset)?.rfind('\n').map_or(0, |end| end + 1);
    let line = text.get(start..)?.lines().next()?;
    let header = |line: &str| {
        let inside = line.trim().strip_prefix('[')?.split(']').next()?;
        Some(inside.trim_matches('[').trim().to_owned())
    };
    if let Some(table) = header(line) {
        return Some(table);
    }
    let (name, _) = line.split_once('=')?;
    let table = text.get(..start)?.lines().rev().find_map(header);
    Some(table.map_or_else(|| name.trim().to_owned(), |table| format!("{table}.{}", name.trim())))
}

#[cfg(test)]
mod tests;
