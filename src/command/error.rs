//! The error that ends a command with a status other than 0, and the failures that become one.

use std::{fmt::Display, io};

use serde::Serialize;

use super::end::{ErrorCode, UnwritableFile};
use crate::{
    config::ConfigError, directory::refusal::Refusal, runtime::OpenError, scim::failure::Failure, store::StoreError,
};

/// The limit of details that are printed; the rest is counted.
const DETAILS: usize = 100;

/// A detail of an error that has several causes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct ErrorDetail {
    /// An [`ErrorCode`] or a [`crate::directory::refusal::RefusalCode`].
    pub code: &'static str,
    /// The name in the arguments, or the place in a file; empty if the error has neither.
    pub subject: String,
    /// A sentence.
    pub message: String,
    /// The candidates for the name: the records of this name, or near names.
    pub candidates: Vec<String>,
}

/// The output that the command has printed on standard output already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum PrintedOutput {
    #[default]
    Nothing,
    /// The result, or a document that holds the error.
    Result,
    /// Nobody reads it any more.
    Closed,
}

/// The error as the value of `error` in JSON.
#[derive(Debug, Clone, Serialize)]
pub(super) struct CommandError {
    pub code: ErrorCode,
    message: String,
    /// Advice on how to go on.
    hint: Option<String>,
    details: Vec<ErrorDetail>,
    #[serde(skip)]
    pub printed: PrintedOutput,
}

impl CommandError {
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: None, details: Vec::new(), printed: PrintedOutput::Nothing }
    }

    /// The arguments can't be used.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::Usage, message)
    }

    /// A change is refused before there is a plan.
    pub fn refused(refusal: Refusal) -> Self {
        let code = refusal.code.as_str();
        let detail =
            ErrorDetail { code, subject: String::new(), message: refusal.text.clone(), candidates: Vec::new() };
        Self::new(ErrorCode::Refused, refusal.text).details(vec![detail])
    }

    /// The error for changes that can't be written to the journal, so that none is sent.
    pub fn no_journal(why: impl Display) -> Self {
        let why = why.to_string();
        let why = why.trim_end_matches('.');
        Self::new(ErrorCode::NoJournal, format!("nothing was sent, for it can't be written down first: {why}"))
    }

    /// The program or this machine failed.
    pub fn failed(error: impl Display) -> Self {
        Self::new(ErrorCode::Failed, error.to_string())
    }

    /// Arguments that clap refuses.
    pub fn arguments(error: &clap::Error) -> Self {
        let text = error.render().to_string();
        let mut paragraphs = text.split("\n\n").map(|part| part.split_whitespace().collect::<Vec<_>>().join(" "));
        let message = paragraphs.next().unwrap_or_default();
        let hints: Vec<String> = paragraphs.filter(|part| !part.starts_with("For more information")).collect();
        Self::usage(message.strip_prefix("error: ").unwrap_or(&message)).hint(hints.join("; "))
    }

    /// Says more of the reason.
    pub fn but(mut self, more: &str) -> Self {
        self.message += more;
        self
    }

    /// Adds advice; nothing where it is empty.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into()).filter(|hint| !hint.is_empty());
        self
    }

    /// Names each of several things that are wrong.
    pub fn details(mut self, details: Vec<ErrorDetail>) -> Self {
        self.details = details;
        self
    }

    /// The lines for standard error: the reason with its hint, and a line for each detail.
    pub fn lines(&self) -> Vec<String> {
        let mut first = format!("scimitar: {}", self.message);
        if let Some(hint) = &self.hint {
            let between = if self.message.ends_with(['.', '!', '?', '”', '…']) { " " } else { "; " };
            first.extend([between, hint]);
        }
        let mut lines = vec![first];
        if matches!(self.details.as_slice(), [only] if only.message == self.message) {
            return lines;
        }
        lines.extend(self.details.iter().take(DETAILS).map(|detail| format!("  {}", detail.message)));
        let more = self.details.len().saturating_sub(DETAILS);
        lines.extend((more > 0).then(|| format!("  and {more} more")));
        lines
    }

    /// True if standard output has the result already: the list, or a document with this error.
    pub fn printed(mut self) -> Self {
        if self.printed == PrintedOutput::Nothing {
            self.printed = PrintedOutput::Result;
        }
        self
    }
}

impl From<ConfigError> for CommandError {
    fn from(error: ConfigError) -> Self {
        Self::from(&error)
    }
}

impl From<&ConfigError> for CommandError {
    fn from(error: &ConfigError) -> Self {
        let code = if error.no_profile { ErrorCode::NoProfile } else { ErrorCode::Config };
        Self::new(code, error.message()).hint(&error.hint)
    }
}

impl From<&UnwritableFile> for CommandError {
    fn from(error: &UnwritableFile) -> Self {
        Self::new(ErrorCode::FileUnwritable, error.to_string())
    }
}

impl From<OpenError> for CommandError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Config(error) => Self::from(&*error),
            OpenError::Key { .. } => Self::new(ErrorCode::KeyUnreadable, error.to_string()),
            OpenError::Store(error) => error.into(),
            // The profile has a setting with which no client can be made: a file of certificates, plain HTTP.
            OpenError::Client(failure) => Self::new(ErrorCode::Config, failure.problem()).hint(failure.advice()),
            OpenError::Field(..) | OpenError::Local(_) => Self::failed(error),
        }
    }
}

impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> Self {
        Self::new(ErrorCode::Store, error.to_string())
    }
}

impl From<Failure> for CommandError {
    fn from(failure: Failure) -> Self {
        Self::new(ErrorCode::of(failure.class), failure.problem()).hint(failure.advice())
    }
}

/// A failure to write standard output. A closed pipe is no error: the reader has enough.
impl From<io::Error> for CommandError {
    fn from(error: io::Error) -> Self {
        let closed = error.kind() == io::ErrorKind::BrokenPipe;
        let printed = if closed { PrintedOutput::Closed } else { PrintedOutput::Nothing };
        Self { printed, ..Self::new(ErrorCode::OutputArgs, error.to_string()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_a_line_with_its_hint_and_then_its_details() {
        let detail = |message: &str| ErrorDetail {
            code: "name-unknown",
            subject: "x".into(),
            message: message.into(),
            candidates: Vec::new(),
        };
        let stop = CommandError::new(ErrorCode::NameUnknown, "2 names")
            .hint("look again")
            .details(vec![detail("a"), detail("b")]);
        assert_eq!(stop.lines(), ["scimitar: 2 names; look again", "  a", "  b"]);
        let one = CommandError::new(ErrorCode::NameUnknown, "No name.").details(vec![detail("No name.")]);
        assert_eq!(one.lines(), ["scimitar: No name."]);
        let many = CommandError::usage("many").details(vec![detail("d"); DETAILS + 2]);
        assert!(many.lines().ends_with(&["  d".to_owned(), "  and 2 more".to_owned()]));
    }

    #[test]
    fn whoever_has_read_enough_is_no_error() {
        let closed = CommandError::from(io::Error::from(io::ErrorKind::BrokenPipe));
        assert_eq!(closed.printed().printed, PrintedOutput::Closed);
        let full = CommandError::from(io::Error::other("no room"));
        assert_eq!((full.code, full.printed), (ErrorCode::OutputArgs, PrintedOutput::Nothing));
    }
}
