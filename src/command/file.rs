//! Files: a wanted state of the directory, compared and applied; saved plans; exports.

use std::{
    fs,
    io::{self, IsTerminal, Write},
    path::Path,
    time::Duration,
};

use super::{
    beginnings,
    end::{ErrorCode, heard, note},
    error::{CommandError, ErrorDetail},
    headless_session::{HeadlessSession, USERS_AND_TEAMS, accept},
    list, names, outcome_json, print,
    send::{self, Proposal, Whole, now, propose},
    table,
};
use crate::{
    cli::{ApplyArgs, ExportArgs, FileArgs, PlanArgs},
    config::replace_file,
    desired::{
        self, CurrentPart, DesiredChange, DesiredDifference, DesiredState, FileFormat, FileProblem, MissingTeams,
        ProblemKind,
        saved::{Head, SavedPlan},
    },
    directory::{
        RecordKind, ResourceRef,
        field::UserField,
        find::{MissingName, NameFinder},
    },
    named_file,
    output::out,
    runtime::Opener,
    scim::text::{clean, escape_json},
};

/// The limit of a file's size; a larger one is a mistake.
const LARGEST: u64 = 256 << 20;

/// The time after which a message says that the command waits for another process.
pub(super) const SILENT: Duration = Duration::from_secs(1);

/// Prints that the command waits for another process. Always true, so that the wait goes on.
pub(super) fn waits(why: &str) -> bool {
    note(format_args!("scimitar: {why}: waiting (Ctrl-C ends it)"));
    true
}

/// The beginning of the words about an export that is not written.
const NOT_EXPORTED: &str = "nothing is exported";

/// The note about a file that is compared with a partial list.
const NOT_PLANNED: &str = "nothing is planned on a part of a list";

pub(super) async fn plan(opener: &Opener, profile: Option<&str>, args: &PlanArgs) -> Result<(), CommandError> {
    let input = FileInput::read(&args.file)?;
    if let Some(out) = args.out.as_deref().filter(|out| out.exists()) {
        return Err(exists(out));
    }
    let mut session = HeadlessSession::open(opener, profile, None).await?;
    let proposal = input.proposal(&mut session, &args.file, args.allow_incomplete, opener, profile).await?;
    session.decide(&proposal.changes).await?;
    let stages = send::stages(proposal.changes, &session.directory);
    let mut whole = send::whole(&mut session, &stages, None);
    whole.plan.refused.extend(proposal.refused);
    let empty = whole.is_empty();
    proposal.notes.iter().chain(&proposal.not_told).for_each(note);
    let differs = match proposal.not_told.first() {
        _ if args.check && !empty => Err(differs(&whole)),
        Some(why) if args.check && !args.allow_incomplete => Err(not_known(why)),
        _ => Ok(()),
    };
    if args.json {
        whole.plan.notes.extend(proposal.notes.into_iter().chain(proposal.not_told.iter().cloned()));
    }
    heard(if empty && !args.json {
        let known = if proposal.not_told.is_empty() { "" } else { ", as far as it is known" };
        writeln!(out(), "Nothing to do: the directory is as the file says{known}.")
    } else {
        send::show(&session, &whole, args.json, differs.as_ref().err())
    })?;
    if let Some(path) = &args.out {
        let server = server(opener, profile)?;
        let steps = whole.plan.steps.iter().map(|step| (&step.change, &step.words));
        let changes = steps.chain(whole.later.iter().map(|(change, line)| (change, line)));
        let head = Head { title: &whole.plan.title, profile: &session.profile.name, server: &server, made: now() };
        let saved = SavedPlan::of(changes, head, &session.directory);
        let text = serde_json::to_string_pretty(&saved).map_err(io::Error::from)?;
        write_new(path, &(escape_json(&text).into_owned() + "\n"), false)?;
        note(format_args!("Saved: `scimitar apply {}` sends it.", path.display()));
    }
    session.close().await;
    differs.map_err(CommandError::printed)
}

/// The reason why `plan --check` does not confirm that the directory is as the file says.
fn not_known(why: &str) -> CommandError {
    let words = format!("whether the directory is as the file says is not known: {why}");
    CommandError::new(ErrorCode::Incomplete, words).hint("--allow-incomplete goes on with what there is")
}

/// The reason why `plan --check` ends with an error.
fn differs(whole: &Whole) -> CommandError {
    let refused = match whole.plan.refused.len() {
        0 => String::new(),
        count => format!(", {count} refused"),
    };
    CommandError::new(
        ErrorCode::Differs,
        format!("the directory is not as the file says: {}{refused}", print::size(whole)),
    )
}

fn exists(out: &Path) -> CommandError {
    CommandError::new(ErrorCode::FileExists, format!("{} is there already", out.display()))
}

pub(super) async fn apply(opener: &Opener, profile: Option<&str>, args: &ApplyArgs) -> Result<(), CommandError> {
    let input = FileInput::read(&args.file)?;
    if args.file.file.as_os_str() == "-" && !args.send.yes && !args.send.dry_run {
        let why = "the file comes on standard input, so nobody can be asked";
        return Err(CommandError::new(ErrorCode::NotConfirmed, why).hint("add --yes"));
    }
    let mut session = HeadlessSession::open(opener, profile, args.send.parallel).await?;
    let proposal = input.proposal(&mut session, &args.file, args.allow_incomplete, opener, profile).await?;
    if let (true, false, Some(why)) = (proposal.changes.is_empty(), args.allow_incomplete, proposal.not_told.first()) {
        proposal.notes.iter().for_each(note);
        return Err(not_known(why));
    }
    propose(session, proposal, &args.send).await
}

pub(super) async fn export(opener: &Opener, profile: Option<&str>, args: &ExportArgs) -> Result<(), CommandError> {
    if let Some(out) = args.out.as_deref().filter(|out| out.exists() && !args.force) {
        return Err(exists(out).hint("--force writes over it"));
    }
    let mut parts = args.parts();
    let mut session = HeadlessSession::open(opener, profile, None).await?;
    let mut rests_on = USERS_AND_TEAMS.to_vec();
    let roles = parts.contains(&CurrentPart::Roles) && session.can().no_roles.is_none();
    rests_on.extend(roles.then_some(RecordKind::Role));
    session.read(&USERS_AND_TEAMS).await?;
    session.must_be_complete(&rests_on, args.allow_incomplete, NOT_EXPORTED)?;
    // A list that could not be read does not count as empty.
    parts.retain(|part| *part != CurrentPart::Roles || session.directory.is_read(RecordKind::Role));
    if parts.contains(&CurrentPart::Users) || parts.contains(&CurrentPart::Teams) {
        session.fill_all().await?;
        session.fill_all_teams().await?;
    }
    if parts.contains(&CurrentPart::Users) {
        let unreadable = session.directory.records().users().values().filter(|user| user.problem.is_some()).count();
        let lacking = (unreadable > 0).then(|| format!("users: {unreadable} could not be read and are left out"));
        accept(lacking.as_slice(), args.allow_incomplete, NOT_EXPORTED)?;
    }
    let desired = desired::current(&session.directory, session.can(), &parts);
    if let Some(untold) = desired::untold(&session.directory, &parts, args.format()) {
        note(format_args!("scimitar: {untold}"));
    }
    if parts.contains(&CurrentPart::Users) || parts.contains(&CurrentPart::Teams) {
        list::note_full_pages(&session.directory, session.directory.records().teams().values());
    }
    let text = desired::write(&desired, args.format());
    match &args.out {
        Some(path) => {
            write_new(path, &text, args.force)?;
            if args.json {
                out().json_pretty(&outcome_json::WrittenFile::of(path, &desired))?;
            }
        }
        None if args.format() == FileFormat::Csv => table::csv_text(&text, &mut out().buffered())?,
        None => out().document(text.as_bytes())?,
    }
    session.close().await;
    Ok(())
}

/// The contents of a file.
enum FileInput {
    Desired(DesiredState),
    Plan(Box<SavedPlan>),
}

impl FileInput {
    /// Reads the file; all its errors are reported at once.
    fn read(args: &FileArgs) -> Result<Self, CommandError> {
        let (text, name) = text_of(&args.file)?;
        if SavedPlan::is_one(&text) {
            let options = !args.prune.is_empty() || args.create_teams || args.template.is_some();
            if options || !args.columns().is_empty() {
                return Err(CommandError::usage("a saved plan is sent as it is: options of the file made it"));
            }
            let plan = SavedPlan::read(&text)
                .map_err(|why| CommandError::new(ErrorCode::FileInvalid, format!("{}: {why}", clean(&name))))?;
            return Ok(Self::Plan(Box::new(plan)));
        }
        let format = FileFormat::of_name(&name).unwrap_or_else(|| FileFormat::of_text(&text));
        let desired = desired::read(&text, format, &args.columns());
        desired.map(Self::Desired).map_err(|problems| wrong(&name, &problems))
    }

    /// Reads the records that the file names, and compares.
    async fn proposal(
        self,
        session: &mut HeadlessSession,
        args: &FileArgs,
        allow_incomplete: bool,
        opener: &Opener,
        profile: Option<&str>,
    ) -> Result<Proposal, CommandError> {
        let mut needed = USERS_AND_TEAMS.to_vec();
        match self {
            Self::Plan(plan) => {
                let here = server(opener, profile)?;
                if plan.server != here {
                    let why =
                        format!("this plan was made for {}; this profile's server is {here}", clean(&plan.server));
                    return Err(CommandError::new(ErrorCode::OtherServer, why));
                }
                needed.extend(session.can().no_roles.is_none().then_some(RecordKind::Role));
                session.read(&needed).await?;
                session.must_be_complete(&needed, allow_incomplete, NOT_PLANNED)?;
                let touched = plan.changes.iter().flat_map(|saved| saved.change.touches());
                let touched: Vec<ResourceRef> = touched.map(|(target, _)| target).collect();
                for kind in RecordKind::ALL {
                    let of_kind = touched.iter().filter(|target| target.kind == kind && !target.is_provisional());
                    let ids: Vec<String> = of_kind.map(|target| target.id.to_string()).collect();
                    names::look_up(session, kind, &ids).await?;
                }
                let users = touched.into_iter().filter(|target| target.kind == RecordKind::User);
                session.fill(users.map(|target| target.id)).await?;
                let HeadlessSession { directory, ids, .. } = session;
                let (changes, refused) = plan.renew(directory, &mut || ids.next(now()));
                Ok(Proposal { changes, refused, title: Some(plan.title.clone()), ..Proposal::default() })
            }
            Self::Desired(mut desired) => {
                let template = args.template.as_deref().map(beginnings::template).transpose()?;
                let roles = !desired.roles.is_empty() || args.wish().prune_roles;
                needed.extend((roles && session.can().no_roles.is_none()).then_some(RecordKind::Role));
                session.read(&needed).await?;
                session.must_be_complete(&needed, allow_incomplete, NOT_PLANNED)?;
                look_up(session, &desired).await?;
                if let Some(template) = template {
                    desired.begin_with(&template, &NameFinder::new(&session.directory));
                    // The template may name teams that the lists lack.
                    look_up(session, &desired).await?;
                }
                session.fill_all_teams().await?;
                let meant = desired::meant(&desired, &session.directory);
                session.fill(meant.into_iter()).await?;
                let found = compare(&desired, session, args.wish());
                let DesiredDifference { changes, left, notes, not_told } =
                    found.map_err(|problems| wrong(&args.file.to_string_lossy(), &problems))?;
                let mut all = notes;
                all.extend(said(left));
                Ok(Proposal { changes, notes: all, not_told, ..Proposal::default() })
            }
        }
    }
}

/// The wanted state that a template describes.
pub(super) fn desired_of(path: &Path) -> Result<DesiredState, CommandError> {
    let (text, name) = text_of(path)?;
    let format = FileFormat::of_name(&name).unwrap_or_else(|| FileFormat::of_text(&text));
    let columns = desired::ColumnOptions { are_fixed: true, ..Default::default() };
    desired::read(&text, format, &columns).map_err(|problems| wrong(&name, &problems))
}

/// The changes that bring the directory to the wanted state, after the lists were read.
pub(super) async fn differences(
    session: &mut HeadlessSession,
    desired: &DesiredState,
) -> Result<Vec<crate::directory::change::Change>, CommandError> {
    look_up(session, desired).await?;
    let wish = DesiredChange { missing_teams: MissingTeams::CreatedApart, ..DesiredChange::default() };
    let found = compare(desired, session, wish);
    let DesiredDifference { changes, notes, not_told, .. } =
        found.map_err(|problems| wrong("the command", &problems))?;
    notes.iter().chain(&not_told).for_each(note);
    Ok(changes)
}

fn compare(
    desired: &DesiredState,
    session: &mut HeadlessSession,
    wish: DesiredChange,
) -> Result<DesiredDifference, Vec<FileProblem>> {
    let planner = std::sync::Arc::clone(&session.planner);
    let HeadlessSession { directory, ids, .. } = session;
    desired::difference(desired, directory, planner.capabilities(), wish, &mut || ids.next(now()))
}

/// Looks up records that the file names and the lists may lack.
async fn look_up(session: &mut HeadlessSession, desired: &DesiredState) -> Result<(), CommandError> {
    let finder = NameFinder::new(&session.directory);
    let unknown = |name: &&str| matches!(finder.account(name), Err(MissingName::Unknown(_)));
    let emails = desired.people.iter().filter(|person| unknown(&person.user.as_str()));
    let emails = emails.filter_map(|person| person.text(UserField::Email));
    let users: Vec<String> = desired.users().chain(emails).filter(unknown).map(str::to_owned).collect();
    let teams = desired.groups().filter(|name| matches!(finder.team(name), Err(MissingName::Unknown(_))));
    let teams: Vec<String> = teams.map(str::to_owned).collect();
    for (kind, names) in [(RecordKind::User, users), (RecordKind::Team, teams)] {
        let unasked = names::look_up(session, kind, &names).await?.unasked;
        if let Some(why) = unasked.values().next() {
            let (count, why) = (unasked.len(), why.sentences());
            note(format_args!("scimitar: {count} of the names could not be looked up on the server: {why}"));
        }
    }
    Ok(())
}

/// The words about the data that pruning would remove.
fn said(left: desired::LeftoverRecord) -> Option<String> {
    let parts =
        [(left.memberships, "membership"), (left.registries, "registry role"), (left.permissions, "permission")];
    let count = |(number, word): (usize, &str)| match number {
        0 => None,
        1 => Some(format!("1 {word}")),
        n => Some(format!("{n} {word}s")),
    };
    let parts: Vec<String> = parts.into_iter().filter_map(count).collect();
    (!parts.is_empty()).then(|| format!("Not in the file, and staying: {}. --prune removes them.", parts.join(", ")))
}

fn wrong(name: &str, problems: &[FileProblem]) -> CommandError {
    let detail = |problem: &FileProblem| ErrorDetail {
        code: match problem.kind {
            ProblemKind::Invalid => ErrorCode::FileInvalid.as_str(),
            ProblemKind::NameUnknown => ErrorCode::NameUnknown.as_str(),
            ProblemKind::NameAmbiguous => ErrorCode::NameAmbiguous.as_str(),
            ProblemKind::ValueUnknown => ErrorCode::ValueUnknown.as_str(),
            ProblemKind::Refused(code) => code.as_str(),
        },
        subject: problem.at(),
        message: problem.to_string(),
        candidates: problem.candidates.clone(),
    };
    let details = problems.iter().map(detail).collect();
    CommandError::new(ErrorCode::FileInvalid, format!("{}: nothing was sent", clean(name))).details(details)
}

fn text_of(path: &Path) -> Result<(String, String), CommandError> {
    let name = path.to_string_lossy().into_owned();
    let told = |error: &dyn std::fmt::Display| {
        CommandError::new(ErrorCode::FileUnreadable, format!("{} can't be read: {error}", clean(&name)))
    };
    let bytes = if name == "-" {
        if io::stdin().is_terminal() {
            return Err(CommandError::usage("- reads the file from standard input, and that is this terminal"));
        }
        named_file::read_stdin(LARGEST + 1, SILENT, || waits("standard input has no end yet"))
    } else {
        named_file::read(path, LARGEST + 1, SILENT, || {
            waits(&format!("{} is no regular file, and has no end yet", clean(&name)))
        })
    }
    .map_err(|error| told(&error))?;
    if bytes.len() as u64 > LARGEST {
        return Err(told(&format!("it is larger than {} MiB", LARGEST >> 20)));
    }
    let text = desired::decode(bytes).map_err(|error| told(&error))?;
    Ok((text, name))
}

/// Writes a file that only its owner can read, because it has names and addresses of people. A replaced file loses its
/// mode.
fn write_new(path: &Path, text: &str, over: bool) -> Result<(), CommandError> {
    let told = |error: io::Error| {
        CommandError::new(ErrorCode::FileUnwritable, format!("{} can't be written: {error}", path.display()))
    };
    // A link stays a link, and the file behind it is replaced. A target that is no file, such as a pipe, is written to.
    let old = path.canonicalize().ok().filter(|_| over);
    if let Some(old) = old.filter(|old| old.is_file()) {
        return replace_file(&old, text).map_err(told);
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create(over).create_new(!over);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let opened = if over && path.exists() {
        let place = path.to_path_buf();
        let words = || waits(&format!("nobody reads {}", clean(&place.to_string_lossy())));
        let to = path.to_path_buf();
        named_file::waited_for(move || options.open(to), SILENT, words)
    } else {
        options.open(path)
    };
    let mut file = opened.map_err(told)?;
    file.write_all(text.as_bytes()).map_err(told)?;
    // A pipe can't be synced, and need not be.
    if file.metadata().is_ok_and(|found| found.is_file()) { file.sync_all().map_err(told) } else { Ok(()) }
}

fn server(opener: &Opener, profile: Option<&str>) -> Result<String, CommandError> {
    Ok(opener.at_start(profile)?.map(|profile| profile.base_text().to_owned()).unwrap_or_default())
}
