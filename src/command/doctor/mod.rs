//! `scimitar doctor`: checks a server's behaviour, explains the effect on the console, and stores the results.
//!
//! Nothing is altered without `--write`, and then only the doctor's own records. Claims of the discovery endpoints are
//! compared with observations; observations take precedence.

mod actions;
mod finding;
mod lists;
mod modified;
mod print;
mod probe;
mod records;
mod server;
mod strays;
#[cfg(test)]
mod tests;
mod write;

use std::{
    io::{self, IsTerminal},
    process::ExitCode,
    sync::Mutex,
};

use jiff::tz::TimeZone;
use tokio_util::sync::CancellationToken;

pub use finding::{
    Action, ActionState, DoctorFinding, DoctorReport, FindingVerdict, Outcome, ReportPart, RequestEvidence,
};
pub use print::{PrintStyle, text};
use probe::{DoctorProbe, Stop, counted};
use serde::Serialize;

use super::{
    end::{self, ErrorCode, heard, note},
    error::{CommandError, ErrorDetail},
};

use crate::{
    cli::OutputArgs,
    config::{ConfigError, Profile},
    directory::{
        RecordKind,
        ability::ActionTrials,
        refusal::{Refusal, RefusalCode},
    },
    output::{err, out},
    runtime::{Opener, ProfileConnection},
    scim::{failure::FailureClass, quirks::ServerQuirks},
    store::Store,
    terminal::{SignalRequest, Signals, WantedLook, look, stop_process},
    ui::look::ColorTheme,
};

/// Maximum width of a report: longer lines are hard to read.
const WIDEST: usize = 100;

/// Options of the command.
#[derive(Debug, Clone, Copy, Default)]
pub struct DoctorOptions {
    /// Print JSON for programs.
    pub json: bool,
    /// Run checks that need writes.
    pub write: bool,
    /// Skip the confirmation.
    pub yes: bool,
}

/// Opens the profile, or the embedded demo if requested, examines the server, prints the report, and stores the
/// results.
pub async fn run(opener: &Opener, subject: ExaminationSubject<'_>, wish: DoctorOptions) -> ExitCode {
    let output = if wish.json { OutputArgs::Json } else { OutputArgs::Table };
    end::code(examined(opener, subject, wish).await, output)
}

async fn examined(opener: &Opener, subject: ExaminationSubject<'_>, wish: DoctorOptions) -> Result<(), CommandError> {
    let profile = match subject {
        ExaminationSubject::Demo => None,
        ExaminationSubject::Profile(name) => Some(opener.at_start(name)?.ok_or_else(|| no_profile(opener))?),
    };
    let mut connection = opener.connect(profile).await?;
    if let Some(why) = connection.store.as_ref().and_then(Store::refusing) {
        note(format_args!("scimitar: {why}. What is learnt is not kept."));
    }
    if wish.write {
        may_write(&connection, wish)?;
    }
    let cancel = CancellationToken::new();
    let listening = listen(cancel.clone()).map_err(CommandError::failed)?;
    let report = examine(&mut connection, wish.write, tag(), cancel).await;
    listening.abort();
    let verdict = verdict(&report);
    let mut out = out();
    heard(if wish.json {
        out.json_pretty(&Document { report: &report, error: verdict.as_ref().err() })
    } else {
        let terminal = out.is_terminal();
        let width = if terminal { crossterm::terminal::size().map_or(80, |(width, _)| width.into()) } else { WIDEST };
        let shown = look(WantedLook::default(), &opener.env, TimeZone::UTC);
        let look = PrintStyle {
            colours: terminal && shown.theme != ColorTheme::Mono,
            unicode: !shown.glyphs.ascii,
            width: width.min(WIDEST),
        };
        print::print(&report, look, &mut out)
    })?;
    verdict.map_err(CommandError::printed)
}

/// The report as scripts get it.
#[derive(Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    report: &'a DoctorReport,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a CommandError>,
}

/// The error with which an unsuccessful report ends the command.
fn verdict(report: &DoctorReport) -> Result<(), CommandError> {
    let problem = report.findings.iter().find(|finding| finding.verdict == FindingVerdict::Problem);
    let first = problem.or(report.findings.last()).map(|finding| finding.words.as_str()).unwrap_or_default();
    match report.outcome {
        Outcome::Well => Ok(()),
        Outcome::Problems => {
            let count = counted(report.count(FindingVerdict::Problem) + report.left_behind.len(), "problem");
            Err(CommandError::new(ErrorCode::Problems, format!("{count} at {}", report.url)))
        }
        Outcome::Failed => {
            let why = format!("{} can't be examined: {first}", report.url);
            let cause = report.cause.map(|class| ErrorDetail {
                code: ErrorCode::of(class).as_str(),
                subject: report.url.clone(),
                message: why.clone(),
                candidates: Vec::new(),
            });
            Err(CommandError::new(ErrorCode::NotExamined, why).details(cause.into_iter().collect()))
        }
    }
}

/// The server to examine.
#[derive(Debug, Clone, Copy)]
pub enum ExaminationSubject<'a> {
    /// The profile of this name, or the default choice.
    Profile(Option<&'a str>),
    /// The embedded demo directory.
    Demo,
}

fn no_profile(opener: &Opener) -> ConfigError {
    let hint = "start scimitar once to make one, or try `scimitar doctor demo`";
    ConfigError::about(&opener.places.config_file, "there is no profile to look at", hint).no_profile()
}

/// Asks for a confirmation; an error gives the reason for not writing.
fn may_write(connection: &ProfileConnection, wish: DoctorOptions) -> Result<(), CommandError> {
    let Profile { name, .. } = &connection.profile;
    if connection.read_only {
        let why = format!("{name} is read only: --write would change something there");
        return Err(CommandError::refused(Refusal::new(RefusalCode::ReadOnly, why)));
    }
    // Records of a killed run are found through notes in the store, so that the store must be writable.
    if let Some(why) = connection.store.as_ref().and_then(Store::refusing) {
        return Err(CommandError::no_journal(why));
    }
    if wish.yes {
        return Ok(());
    }
    if !io::stdin().is_terminal() || !err().is_terminal() {
        let stop = CommandError::new(ErrorCode::NotConfirmed, "--write makes users and a group");
        return Err(stop.hint("confirm it with --yes where nobody can be asked"));
    }
    let mut err = err();
    writeln!(
        err,
        "This makes two users and a group named scimitar-doctor-… at {} and removes them again.",
        connection.profile.base_text()
    )?;
    writeln!(err, "What an earlier run of it left there, because it was ended, is removed, too.")?;
    writeln!(err, "Invitations may be sent to addresses at example.com, and seats may be in use meanwhile.")?;
    write!(err, "Type yes to go on: ")?;
    err.flush()?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    if answer.trim().eq_ignore_ascii_case("yes") {
        return Ok(());
    }
    Err(CommandError::new(ErrorCode::NotConfirmed, "nothing was changed"))
}

/// Ctrl-C ends the checks, but not the clean-up.
fn listen(cancel: CancellationToken) -> io::Result<tokio::task::JoinHandle<()>> {
    let mut signals = Signals::listen()?;
    Ok(tokio::spawn(async move {
        loop {
            match signals.next().await {
                SignalRequest::End => cancel.cancel(),
                SignalRequest::Stop => stop_process(),
                SignalRequest::Continue => {}
            }
        }
    }))
}

fn tag() -> String {
    format!("{:08x}", getrandom::u32().unwrap_or_default())
}

/// Runs all checks. `tag` makes names unique. Results are put into the connection's store.
pub async fn examine(
    connection: &mut ProfileConnection,
    write: bool,
    tag: String,
    cancel: CancellationToken,
) -> DoctorReport {
    let mut probe = DoctorProbe {
        client: connection.client.clone(),
        dialect: connection.dialect.clone(),
        waits: Mutex::default(),
        cancel,
        tag,
        findings: Vec::new(),
        habits: ServerQuirks::default(),
        trials: ActionTrials::default(),
        shows_members: false,
        contradiction: None,
        strays: Vec::new(),
    };
    let mut left_behind = Vec::new();
    let asked = ask_all(&mut probe, connection, write, &mut left_behind).await;
    let cause = match asked {
        Ok(()) => None,
        Err(Stop::Lost(failure)) => {
            probe.find(ReportPart::Server, "connection", FindingVerdict::Problem, failure.sentences(), &[]);
            Some(failure.class)
        }
        Err(Stop::Refused(class)) => Some(class),
        Err(Stop::Cancelled) => {
            probe.find(
                ReportPart::Server,
                "connection",
                FindingVerdict::Unknown,
                "stopped before everything was asked",
                &[],
            );
            Some(FailureClass::Cancelled)
        }
    };
    let reached = cause.is_none();
    if let Some(store) = &connection.store {
        // Results of an earlier run with writes are kept.
        let mut known = store.habits().ok().flatten().unwrap_or_default();
        if probe.shows_members {
            known.tells_members = known.tells_members.filter(|tells| *tells);
        }
        if reached && known.tells_members == Some(false) && probe.habits.tells_members.is_none() {
            probe.find(ReportPart::Groups, "members", FindingVerdict::Note, write::NEVER_SHOWN, &[]);
        }
        probe.habits = probe.habits.or(known);
    }
    let DoctorProbe { findings, habits, mut trials, .. } = probe;
    if let Some(store) = &mut connection.store {
        trials = trials.or(store.trials().unwrap_or_default());
        if reached && let Err(error) = store.keep_habits(&habits).and_then(|()| store.keep_trials(&trials)) {
            note(format_args!("scimitar: what was learnt could not be kept: {error}"));
        }
    }
    let narrowed = connection.dialect.with_habits(&habits);
    let dialect = narrowed.as_ref().unwrap_or(&connection.dialect);
    // If an older release does not know a query, the result of the other queries still counts.
    let mut beside = findings.iter().filter(|finding| finding.part == ReportPart::Beside).peekable();
    let beside = beside.peek().is_none() || beside.any(|finding| finding.verdict == FindingVerdict::Ok);
    let problems = !left_behind.is_empty() || findings.iter().any(|finding| finding.verdict == FindingVerdict::Problem);
    let outcome = match (reached, problems) {
        (false, _) => Outcome::Failed,
        (true, true) => Outcome::Problems,
        (true, false) => Outcome::Well,
    };
    DoctorReport {
        profile: connection.profile.name.clone(),
        provider: connection.dialect.name(),
        url: connection.profile.base_text().to_owned(),
        outcome,
        findings,
        actions: if reached {
            actions::actions(dialect.capabilities(), &trials, beside, write, &habits)
        } else {
            Vec::new()
        },
        learnt: if narrowed.is_some() && reached { actions::learnt(&habits) } else { Vec::new() },
        habits,
        left_behind,
        cause,
    }
}

/// Runs the checks in order.
async fn ask_all(
    probe: &mut DoctorProbe,
    connection: &mut ProfileConnection,
    write: bool,
    left_behind: &mut Vec<String>,
) -> Result<(), Stop> {
    server::reach(probe, &connection.auth, &connection.profile.base).await?;
    let claims = server::discovery(probe).await?;
    let errors = server::errors(probe).await;
    probe.survive(ReportPart::Server, "errors", errors)?;
    let mut versioned: Option<bool> = None;
    for kind in [RecordKind::User, RecordKind::Team, RecordKind::Role] {
        if probe.dialect.list(kind).is_none() {
            continue;
        }
        let (part, ..) = lists::place(kind);
        let looked = async {
            let listing = lists::look(probe, kind, claims.as_ref()).await?;
            if let Some(listing) = &listing {
                if kind == RecordKind::User {
                    records::filter(probe, listing).await?;
                    modified::filter(probe, listing).await?;
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
    probe.survive(ReportPart::Beside, "asking", beside)?;
    let strays = strays::look(probe, connection.store.as_mut()).await?;
    if write && let Some(why) = probe.contradiction.clone() {
        let words = format!("nothing was tried: {why}");
        probe.find(ReportPart::Writing, "asking", FindingVerdict::Unknown, words, &[]);
        left_behind.extend(strays.iter().map(strays::offer));
    } else if write {
        left_behind.extend(write::tidy(probe, strays).await);
        let begun = strays::begin(probe, connection.store.as_mut());
        if let Err(why) = &begun {
            probe.find(
                ReportPart::Writing,
                "asking",
                FindingVerdict::Unknown,
                format!("nothing was tried: {why}"),
                &[],
            );
            return Ok(());
        }
        let (left, written) = write::run(probe).await;
        strays::end(probe, connection.store.as_mut(), left.is_empty());
        left_behind.extend(left);
        probe.survive(ReportPart::Writing, "asking", written)?;
    } else {
        left_behind.extend(strays.iter().map(strays::offer));
    }
    Ok(())
}
