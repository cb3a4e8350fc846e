//! The only error type of the configuration: file, line, key, reason and correction.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// An unusable part of the configuration. Never contains a key's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// The path of the file, as given. `None` if the error is in the environment or on the command line.
    pub file: Option<PathBuf>,
    /// Line in the file, from 1.
    pub line: Option<usize>,
    /// The key's full name, as `profile.acme.hosting`.
    pub key: Option<String>,
    /// The reason for the error.
    pub why: String,
    /// The suggested correction; may be empty.
    pub hint: String,
    /// True if there is no profile, or none of the requested name; false if the configuration has an error.
    pub no_profile: bool,
}

impl ConfigError {
    /// An error about no particular file.
    pub fn new(why: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { file: None, line: None, key: None, why: why.into(), hint: hint.into(), no_profile: false }
    }

    /// An error about a whole file.
    pub fn about(file: &Path, why: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { file: Some(file.to_path_buf()), ..Self::new(why, hint) }
    }

    /// The error for a file requested by name that does not exist.
    pub fn missing(file: &Path) -> Self {
        Self::about(file, "there is no such file", "check the path, or leave it out to use the usual place")
    }

    /// Marks the error as a missing profile.
    pub fn no_profile(mut self) -> Self {
        self.no_profile = true;
        self
    }

    /// The reason and the place, without the hint.
    pub fn message(&self) -> String {
        let file = self.file.as_ref().map(|file| file.display().to_string());
        let place = match (file, self.line) {
            (Some(file), Some(line)) => format!("{file}:{line}: "),
            (Some(file), None) => format!("{file}: "),
            (None, _) => String::new(),
        };
        let key = self.key.as_ref().map(|key| format!("{key}: ")).unwrap_or_default();
        format!("{place}{key}{}", self.why)
    }

    /// Adds the name of the faulty key.
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// Adds the line of `span` in `text`.
    pub(super) fn at(mut self, text: &str, span: Option<Range<usize>>) -> Self {
        self.line = span.map(|span| line_of(text, span.start));
        self
    }

    /// Adds the file's name.
    pub(super) fn within(mut self, file: &Path) -> Self {
        self.file = Some(file.to_path_buf());
        self
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())?;
        if self.hint.is_empty() { Ok(()) } else { write!(f, "; {}", self.hint) }
    }
}

impl std::error::Error for ConfigError {}

/// The number of the line, from 1, that contains the byte at `offset`.
pub(super) fn line_of(text: &str, offset: usize) -> usize {
    1 + text.bytes().take(offset).filter(|byte| *byte == b'\n').count()
}
