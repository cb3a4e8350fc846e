//! The end of a command: its exit status, the code of its error, and the output of the reason.
//!
//! Statuses and codes are a promise to scripts; `docs/src/codes.md` lists them. Every command gives `Ok` for status 0
//! and a [`CommandError`] for any other, so that each status has its reason on standard error.

use std::{io, process::ExitCode};

use serde::Serialize;

use super::error::{CommandError, PrintedOutput};
pub(super) use crate::output::note;
use crate::{
    cli::OutputArgs,
    directory::refusal::codes,
    output::{err, line, out},
    scim::failure::FailureClass,
};

/// Exit statuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CommandExit {
    /// Done, or nothing to do.
    Done = 0,
    /// Some of it was not done.
    Partly = 1,
    /// Arguments, config or a file can't be used.
    Usage = 2,
    /// The server could not be asked.
    Server = 3,
    /// Not confirmed, or refused before anything was sent.
    NotSent = 4,
    /// There is something to do.
    Differs = 5,
    /// The answer depends on a list that could not be read whole.
    Incomplete = 6,
}

codes! {
    /// The reason of a status other than 0.
    pub enum ErrorCode {
        /// Some of the plan was not done.
        Partly = "partly-done",
        /// A change took effect that should be undone at once.
        TakeBack = "take-back",
        /// A change altered what nobody asked for.
        SideEffects = "side-effects",
        /// The doctor found an action that will fail.
        Problems = "problems-found",
        /// Standard output could not be written.
        OutputArgs = "output",
        /// The program or this machine failed.
        Failed = "failed",
        /// The arguments can't be used.
        Usage = "usage",
        /// The config can't be used.
        Config = "config",
        /// There is no profile, or none of this name.
        NoProfile = "no-profile",
        /// The key could not be read.
        KeyUnreadable = "key-unreadable",
        /// The store with journal and snapshot can't be used.
        Store = "store",
        /// No record has the name.
        NameUnknown = "name-unknown",
        /// Several records have the name.
        NameAmbiguous = "name-ambiguous",
        /// No such role, seat, product or permission.
        ValueUnknown = "value-unknown",
        /// The filter can't be read.
        FilterInvalid = "filter-invalid",
        /// The journal has no plan of this number.
        PlanUnknown = "plan-unknown",
        /// The provider has no list of roles.
        NoRoles = "no-roles",
        /// A file, or standard input, could not be read.
        FileUnreadable = "file-unreadable",
        /// Something in a file can't be used.
        FileInvalid = "file-invalid",
        /// The file that should be written exists.
        FileExists = "file-exists",
        /// The file could not be written.
        FileUnwritable = "file-unwritable",
        /// 401: the server did not accept the key.
        ServerUnauthorized = "server-unauthorized",
        /// 403: the key may not do this.
        ServerForbidden = "server-forbidden",
        /// No connection.
        ServerUnreachable = "server-unreachable",
        /// No answer in time.
        ServerTimeout = "server-timeout",
        /// The certificate of the server was not accepted.
        ServerTls = "server-tls",
        /// 429, or 503 with `Retry-After`, after all waiting.
        ServerRateLimited = "server-rate-limited",
        /// The answer is no SCIM.
        ServerProtocol = "server-protocol",
        /// Any other 4xx.
        ServerRefused = "server-refused",
        /// Any other 5xx.
        ServerFailed = "server-failed",
        /// The doctor could not examine the server.
        NotExamined = "not-examined",
        /// The person ended the command before the server had answered.
        Interrupted = "interrupted",
        /// The plan was not confirmed.
        NotConfirmed = "not-confirmed",
        /// Nothing was sent, because the profile requires a reason or ticket.
        NoReason = "no-reason",
        /// Nothing was sent, because changes could not be written to the journal.
        NoJournal = "no-journal",
        /// Nothing was sent, because changes of the plan are refused.
        Refused = "refused",
        /// The key opens another organisation than before.
        OtherOrganisation = "other-organisation",
        /// The saved plan was made for another server.
        OtherServer = "other-server",
        /// The journal has nothing that can be undone.
        NothingToUndo = "nothing-to-undo",
        /// The plan was taken back before.
        UndoneAlready = "undone-already",
        /// The journal has no failure to try again.
        NothingFailed = "nothing-failed",
        /// The directory is not as the file says.
        Differs = "differs",
        /// A list could not be read whole.
        Incomplete = "incomplete",
    }
}

impl ErrorCode {
    /// The exit status that goes with it.
    pub fn end(self) -> CommandExit {
        use ErrorCode as E;
        match self {
            E::Partly | E::TakeBack | E::SideEffects | E::Problems | E::OutputArgs | E::Failed => CommandExit::Partly,
            E::Usage | E::Config | E::NoProfile | E::KeyUnreadable | E::Store => CommandExit::Usage,
            E::NameUnknown | E::NameAmbiguous | E::ValueUnknown | E::FilterInvalid | E::PlanUnknown => {
                CommandExit::Usage
            }
            E::NoRoles | E::FileUnreadable | E::FileInvalid | E::FileExists | E::FileUnwritable => CommandExit::Usage,
            E::ServerUnauthorized | E::ServerForbidden | E::ServerUnreachable | E::ServerTimeout => CommandExit::Server,
            E::ServerTls | E::ServerRateLimited | E::ServerProtocol | E::ServerRefused => CommandExit::Server,
            E::ServerFailed | E::NotExamined | E::Interrupted => CommandExit::Server,
            E::NotConfirmed | E::NoReason | E::NoJournal | E::Refused | E::OtherServer | E::OtherOrganisation => {
                CommandExit::NotSent
            }
            E::NothingToUndo | E::UndoneAlready | E::NothingFailed => CommandExit::NotSent,
            E::Differs => CommandExit::Differs,
            E::Incomplete => CommandExit::Incomplete,
        }
    }

    /// The code of a failed request.
    pub(super) fn of(class: FailureClass) -> Self {
        match class {
            FailureClass::Unauthorized => Self::ServerUnauthorized,
            FailureClass::Forbidden => Self::ServerForbidden,
            FailureClass::Offline | FailureClass::Proxy | FailureClass::Local => Self::ServerUnreachable,
            FailureClass::Timeout => Self::ServerTimeout,
            FailureClass::Tls => Self::ServerTls,
            FailureClass::RateLimited => Self::ServerRateLimited,
            FailureClass::Protocol => Self::ServerProtocol,
            FailureClass::NotFound | FailureClass::Conflict | FailureClass::Refused => Self::ServerRefused,
            FailureClass::Server => Self::ServerFailed,
            FailureClass::Cancelled => Self::Interrupted,
        }
    }
}

/// A file that an option names, or the log's, can't be written.
#[derive(Debug, thiserror::Error)]
#[error("{option}: {why}")]
pub struct UnwritableFile {
    /// The option.
    pub option: &'static str,
    /// The file, and the reason.
    pub why: String,
}

/// A document that is nothing but an error.
#[derive(Serialize)]
struct ErrorDocument<'a> {
    error: &'a CommandError,
}

/// Prints the reason, and returns the exit status.
///
/// The reason is a line on standard error, whatever the output. With JSON it is also a document on standard output,
/// unless the command has printed its own.
pub(super) fn code(done: Result<(), CommandError>, output: OutputArgs) -> ExitCode {
    let Err(stop) = done else { return ExitCode::from(CommandExit::Done as u8) };
    if stop.printed == PrintedOutput::Closed {
        return ExitCode::from(CommandExit::Done as u8);
    }
    if stop.printed == PrintedOutput::Nothing {
        // If standard output fails, status and standard error give the reason.
        let _ = document(&stop, output);
    }
    stop.lines().iter().for_each(note);
    ExitCode::from(stop.code.end() as u8)
}

/// Prints errors of the arguments in clap's own words; requested help is no error.
pub(super) fn arguments(mut error: clap::Error, output: OutputArgs) -> ExitCode {
    quote_lines(&mut error);
    // If the message can't be written, the status gives the reason.
    if error.use_stderr() {
        let _ = error.render().to_string().lines().try_for_each(|line| writeln!(err(), "{line}"));
        let _ = document(&CommandError::arguments(&error), output);
    } else {
        let _ = error.print();
    }
    ExitCode::from(error.exit_code() as u8)
}

/// Writes each of clap's quotes of the arguments on one line, because a line feed in it could imitate another line of
/// the message.
fn quote_lines(error: &mut clap::Error) {
    use clap::error::ContextValue::{String as One, Strings, StyledStr as Tip, StyledStrs as Tips};
    let clean = |text: &String| line(text).into_owned();
    let plain = |tip: &clap::builder::StyledStr| clean(&tip.to_string()).into();
    let quoted: Vec<_> = error.context().map(|(kind, value)| (kind, value.clone())).collect();
    for (kind, value) in quoted {
        let value = match &value {
            One(text) => One(clean(text)),
            Strings(texts) => Strings(texts.iter().map(clean).collect()),
            Tip(tip) => Tip(plain(tip)),
            Tips(tips) => Tips(tips.iter().map(plain).collect()),
            _ => continue,
        };
        error.insert(kind, value);
    }
}

fn document(stop: &CommandError, output: OutputArgs) -> io::Result<()> {
    let mut out = out();
    match output {
        OutputArgs::Json => out.json_pretty(&ErrorDocument { error: stop })?,
        OutputArgs::Ndjson => {
            out.json(&ErrorDocument { error: stop })?;
            writeln!(out)?;
        }
        OutputArgs::Table | OutputArgs::Csv => {}
    }
    out.flush()
}

/// A result of printing in which a closed pipe is no error, for all output except lists: a reader who has gone does not
/// change the end of the command.
pub(super) fn heard(printed: io::Result<()>) -> io::Result<()> {
    match printed {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_one_kebab_word_and_has_a_status_that_is_not_done() {
        let mut seen = std::collections::HashSet::new();
        for code in ErrorCode::ALL {
            let text = code.as_str();
            assert!(text.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{text}");
            assert!(seen.insert(text), "{text} stands for two");
            assert_ne!(code.end(), CommandExit::Done, "{text}");
        }
        for code in crate::directory::refusal::RefusalCode::ALL {
            assert!(seen.insert(code.as_str()), "{} is an error of a command, too", code.as_str());
        }
    }
}
