//! `scimitar doctor`: asks a server how it behaves, says what that means for the console, and keeps what it learnt.
//!
//! Nothing is altered unless it is asked for (`--write`), and then only records of the doctor's own. Claims of the
//! discovery endpoints are compared with what is seen; what is seen counts.

mod actions;
mod finding;
mod lists;
mod print;
mod probe;
mod records;
mod server;
#[cfg(test)]
mod tests;
mod write;

use std::{
    io::{self, IsTerminal, Write},
    process::ExitCode,
    sync::Mutex,
};

use color_eyre::eyre::{Result, eyre};
use jiff::tz::TimeZone;
use tokio_util::sync::CancellationToken;

pub use finding::{Ability, Evidence, Finding, Outcome, Part, Report, Verdict};
pub use print::{Look, text};
use probe::{Probe, Stop};

use super::End;
use crate::{
    config::{ConfigError, Profile},
    directory::Kind,
    runtime::{Connection, Opener},
    scim::habits::Habits,
    terminal::{Signal, Signals, Wanted, look, stop_process},
    ui::look::Theme,
};

/// The widest that a report is written: longer lines are hard to read.
const WIDEST: usize = 100;

/// What is wanted.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wish {
    /// For programs.
    pub json: bool,
    /// Try what only writing tells.
    pub write: bool,
    /// Without asking the person.
    pub yes: bool,
}

/// Opens the profile, or the embedded demo where none is given, examines it, prints, and keeps what was learnt.
///
/// # Errors
/// If the config can't be used, or the output can't be written.
pub async fn run(opener: &Opener, subject: Subject<'_>, wish: Wish) -> Result<ExitCode> {
    let profile = match subject {
        Subject::Demo => None,
        Subject::Profile(name) => Some(opener.at_start(name)?.ok_or_else(|| no_profile(opener))?),
    };
    let mut connection = match opener.connect(profile).await {
        Ok(connection) => connection,
        Err(error) => return refused(&error.to_string(), End::Usage),
    };
    for notice in &connection.notices {
        writeln!(io::stderr(), "scimitar: {notice}")?;
    }
    if wish.write
        && let Err(why) = may_write(&connection, wish)?
    {
        return refused(&why, End::NotSent);
    }
    let cancel = CancellationToken::new();
    let listening = listen(cancel.clone())?;
    let report = examine(&mut connection, wish.write, tag(), cancel).await;
    listening.abort();
    let mut out = io::stdout();
    if wish.json {
        serde_json::to_writer_pretty(&mut out, &report)?;
        writeln!(out)?;
    } else {
        let terminal = out.is_terminal();
        let width = if terminal { crossterm::terminal::size().map_or(80, |(width, _)| width.into()) } else { WIDEST };
        let shown = look(Wanted::default(), &opener.env, TimeZone::UTC);
        let look = Look {
            colours: terminal && shown.theme != Theme::Mono,
            unicode: !shown.glyphs.ascii,
            width: width.min(WIDEST),
        };
        out.write_all(text(&report, look).as_bytes())?;
    }
    Ok(ExitCode::from(report.outcome as u8))
}

/// What is examined.
#[derive(Debug, Clone, Copy)]
pub enum Subject<'a> {
    /// The profile of this name, or the one meant.
    Profile(Option<&'a str>),
    /// The embedded demo directory.
    Demo,
}

fn no_profile(opener: &Opener) -> ConfigError {
    let hint = "start scimitar once to make one, or try `scimitar doctor demo`";
    ConfigError::about(&opener.places.config_file, "there is no profile to look at", hint)
}

fn refused(why: &str, end: End) -> Result<ExitCode> {
    writeln!(io::stderr(), "scimitar: {why}")?;
    Ok(ExitCode::from(end as u8))
}

/// Asks the person; an error says why nothing is written.
fn may_write(connection: &Connection, wish: Wish) -> Result<Result<(), String>> {
    let Profile { name, .. } = &connection.profile;
    if connection.read_only {
        return Ok(Err(format!("{name} is read only: --write would change something there")));
    }
    if wish.yes {
        return Ok(Ok(()));
    }
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Ok(Err("--write makes users and a group: confirm it with --yes where nobody can be asked".into()));
    }
    let mut out = io::stderr();
    writeln!(
        out,
        "This makes two users and a group named scimitar-doctor-… at {} and removes them again.\n\
         Invitations may be sent to addresses at example.com, and seats may be in use meanwhile.",
        connection.profile.base_text()
    )?;
    write!(out, "Type yes to go on: ")?;
    out.flush()?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(if answer.trim().eq_ignore_ascii_case("yes") { Ok(()) } else { Err("nothing was changed".into()) })
}

/// Ctrl-C ends the asking, not the tidying up.
fn listen(cancel: CancellationToken) -> Result<tokio::task::JoinHandle<()>> {
    let mut signals = Signals::listen().map_err(|error| eyre!("signals can't be heard: {error}"))?;
    Ok(tokio::spawn(async move {
        loop {
            match signals.next().await {
                Signal::End => cancel.cancel(),
                Signal::Stop => stop_process(),
                Signal::Continue => {}
            }
        }
    }))
}

fn tag() -> String {
    format!("{:08x}", getrandom::u32().unwrap_or_default())
}

/// Finds everything out. `tag` makes names unmistakable. What is learnt is put into the connection's store.
pub async fn examine(connection: &mut Connection, write: bool, tag: String, cancel: CancellationToken) -> Report {
    let mut probe = Probe {
        client: connection.client.clone(),
        dialect: connection.dialect.clone(),
        waits: Mutex::default(),
        cancel,
        tag,
        findings: Vec::new(),
        habits: Habits::default(),
    };
    let mut left_behind = Vec::new();
    let asked = ask_all(&mut probe, connection, write, &mut left_behind).await;
    let reached = match asked {
        Ok(reached) => reached,
        Err(Stop::Lost(failure)) => {
            probe.find(Part::Server, "connection", Verdict::Problem, failure.sentences(), &[]);
            false
        }
        Err(Stop::Cancelled) => {
            probe.find(Part::Server, "connection", Verdict::Unknown, "stopped before everything was asked", &[]);
            false
        }
    };
    let Probe { findings, habits, .. } = probe;
    let mut habits = habits;
    if let Some(store) = &mut connection.store {
        // What an earlier run found out by writing stays known.
        habits = habits.or(store.habits().ok().flatten().unwrap_or_default());
        if reached && let Err(error) = store.keep_habits(&habits) {
            connection.notices.push(error.to_string());
        }
    }
    let narrowed = connection.dialect.with_habits(&habits);
    let dialect = narrowed.as_ref().unwrap_or(&connection.dialect);
    // One question that an older release does not know says nothing of the others.
    let mut beside = findings.iter().filter(|finding| finding.part == Part::Beside).peekable();
    let beside = beside.peek().is_none() || beside.any(|finding| finding.verdict == Verdict::Ok);
    let problems = !left_behind.is_empty() || findings.iter().any(|finding| finding.verdict == Verdict::Problem);
    let outcome = match (reached, problems) {
        (false, _) => Outcome::Failed,
        (true, true) => Outcome::Problems,
        (true, false) => Outcome::Well,
    };
    Report {
        profile: connection.profile.name.clone(),
        provider: connection.dialect.name(),
        url: connection.profile.base_text().to_owned(),
        outcome,
        findings,
        actions: if reached { actions::actions(dialect.capabilities(), beside) } else { Vec::new() },
        learnt: if narrowed.is_some() && reached { actions::learnt(&habits) } else { Vec::new() },
        habits,
        left_behind,
    }
}

/// Asks in order; false where the server could not be asked at all.
async fn ask_all(
    probe: &mut Probe,
    connection: &Connection,
    write: bool,
    left_behind: &mut Vec<String>,
) -> Result<bool, Stop> {
    if server::reach(probe, &connection.auth, &connection.profile.base).await?.is_none() {
        return Ok(false);
    }
    let claims = server::discovery(probe).await?;
    let errors = server::errors(probe).await;
    probe.survive(Part::Server, "errors", errors)?;
    let mut versioned: Option<bool> = None;
    for kind in [Kind::User, Kind::Team, Kind::Role] {
        if probe.dialect.list(kind).is_none() {
            continue;
        }
        let (part, ..) = lists::place(kind);
        let looked = async {
            let listing = lists::look(probe, kind, claims.as_ref()).await?;
            if let Some(listing) = &listing {
                if kind == Kind::User {
                    records::filter(probe, listing).await?;
                }
                let seen = records::single(probe, kind, listing).await?;
                versioned = [versioned, seen].into_iter().flatten().reduce(|one, other| one || other);
            }
            Ok(())
        };
        let looked = looked.await;
        probe.survive(part, "asking", looked)?;
    }
    if versioned == Some(false) {
        probe.habits.versions = Some(false);
    }
    if let Some(claims) = &claims {
        records::contradictions(probe, claims, versioned);
    }
    let beside = server::beside(probe).await;
    probe.survive(Part::Beside, "asking", beside)?;
    if write {
        let (left, written) = write::run(probe).await;
        left_behind.extend(left);
        probe.survive(Part::Writing, "asking", written)?;
    }
    Ok(true)
}
