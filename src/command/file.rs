//! Files: what a directory shall be, compared and applied; saved plans; exports.

use std::{
    fs,
    io::{self, IsTerminal, Read, Write},
    path::Path,
};

use super::{
    desk::{Desk, USERS_AND_TEAMS},
    end::{Detail, ErrorCode, Stop, heard, note},
    names, print,
    send::{self, Proposal, Whole, now, propose},
    table, told,
};
use crate::{
    cli::{ApplyArgs, ExportArgs, FileArgs, PlanArgs},
    config::replace_file,
    desired::{
        self, Desired, Difference, Format, Part, Problem, ProblemKind, Wish,
        saved::{Head, SavedPlan},
    },
    directory::{
        Kind, Target,
        find::{Finder, Missing},
    },
    output::out,
    runtime::Opener,
    scim::text::{clean, escape_json},
};

/// More than anybody writes by hand or exports: a mistake.
const LARGEST: u64 = 256 << 20;

/// Said of a file that is compared with a part of a list.
const NOT_PLANNED: &str = "nothing is planned on a part of a list";

pub(super) async fn plan(opener: &Opener, profile: Option<&str>, args: &PlanArgs) -> Result<(), Stop> {
    let input = Input::read(&args.file)?;
    if let Some(out) = args.out.as_deref().filter(|out| out.exists()) {
        return Err(exists(out));
    }
    let mut desk = Desk::open(opener, profile, None).await?;
    let proposal = input.proposal(&mut desk, &args.file, args.allow_incomplete, opener, profile).await?;
    desk.decide(&proposal.changes).await?;
    let stages = send::stages(proposal.changes, &desk.directory);
    let mut whole = send::whole(&mut desk, &stages, None);
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
        send::show(&desk, &whole, args.json, differs.as_ref().err())
    })?;
    if let Some(path) = &args.out {
        let server = server(opener, profile)?;
        let steps = whole.plan.steps.iter().map(|step| (&step.change, &step.words));
        let changes = steps.chain(whole.later.iter().map(|(change, line)| (change, line)));
        let head = Head { title: &whole.plan.title, profile: &desk.profile.name, server: &server, made: now() };
        let saved = SavedPlan::of(changes, head, &desk.directory);
        let text = serde_json::to_string_pretty(&saved).map_err(io::Error::from)?;
        write_new(path, &(escape_json(&text).into_owned() + "\n"), false)?;
        note(format_args!("Saved: `scimitar apply {}` sends it.", path.display()));
    }
    desk.close().await;
    differs.map_err(Stop::printed)
}

/// Why `plan --check` can't say that the directory is as the file says.
fn not_known(why: &str) -> Stop {
    let words = format!("whether the directory is as the file says is not known: {why}");
    Stop::new(ErrorCode::Incomplete, words).hint("--allow-incomplete goes on with what there is")
}

/// Why `plan --check` does not end well.
fn differs(whole: &Whole) -> Stop {
    let refused = match whole.plan.refused.len() {
        0 => String::new(),
        count => format!(", {count} refused"),
    };
    Stop::new(ErrorCode::Differs, format!("the directory is not as the file says: {}{refused}", print::size(whole)))
}

fn exists(out: &Path) -> Stop {
    Stop::new(ErrorCode::FileExists, format!("{} is there already", out.display()))
}

pub(super) async fn apply(opener: &Opener, profile: Option<&str>, args: &ApplyArgs) -> Result<(), Stop> {
    let input = Input::read(&args.file)?;
    if args.file.file.as_os_str() == "-" && !args.send.yes && !args.send.dry_run {
        let why = "the file comes on standard input, so nobody can be asked";
        return Err(Stop::new(ErrorCode::NotConfirmed, why).hint("add --yes"));
    }
    let mut desk = Desk::open(opener, profile, args.send.parallel).await?;
    let proposal = input.proposal(&mut desk, &args.file, args.allow_incomplete, opener, profile).await?;
    if let (true, false, Some(why)) = (proposal.changes.is_empty(), args.allow_incomplete, proposal.not_told.first()) {
        proposal.notes.iter().for_each(note);
        return Err(not_known(why));
    }
    propose(desk, proposal, &args.send).await
}

pub(super) async fn export(opener: &Opener, profile: Option<&str>, args: &ExportArgs) -> Result<(), Stop> {
    if let Some(out) = args.out.as_deref().filter(|out| out.exists() && !args.force) {
        return Err(exists(out).hint("--force writes over it"));
    }
    let mut parts = args.parts();
    let mut desk = Desk::open(opener, profile, None).await?;
    let mut rests_on = USERS_AND_TEAMS.to_vec();
    let roles = parts.contains(&Part::Roles) && desk.can().no_roles.is_none();
    rests_on.extend(roles.then_some(Kind::Role));
    desk.read(&USERS_AND_TEAMS).await?;
    desk.must_be_complete(&rests_on, args.allow_incomplete, "nothing is exported")?;
    // A list that could not be read is no empty one.
    parts.retain(|part| *part != Part::Roles || desk.directory.is_read(Kind::Role));
    if parts.contains(&Part::Users) || parts.contains(&Part::Teams) {
        desk.fill_all().await?;
        desk.fill_all_teams().await?;
    }
    let unreadable = desk.directory.records().users().values().filter(|user| user.problem.is_some()).count();
    if unreadable > 0 && parts.contains(&Part::Users) {
        note(format_args!("scimitar: {unreadable} users could not be read and are left out"));
    }
    let desired = desired::current(&desk.directory, desk.can(), &parts);
    if let Some(untold) = desired::untold(&desk.directory, &parts, args.format()) {
        note(format_args!("scimitar: {untold}"));
    }
    let text = desired::write(&desired, args.format());
    match &args.out {
        Some(path) => {
            write_new(path, &text, args.force)?;
            if args.json {
                out().json_pretty(&told::Written::of(path, &desired))?;
            }
        }
        None if args.format() == Format::Csv => table::csv_text(&text, &mut out().buffered())?,
        None => out().document(text.as_bytes())?,
    }
    desk.close().await;
    Ok(())
}

/// What a file holds.
enum Input {
    Desired(Desired),
    Plan(Box<SavedPlan>),
}

impl Input {
    /// Reads it; everything that is wrong with it is said at once.
    fn read(args: &FileArgs) -> Result<Self, Stop> {
        let (text, name) = text_of(&args.file)?;
        if SavedPlan::is_one(&text) {
            if !args.prune.is_empty() || args.create_teams || !args.columns().is_empty() {
                return Err(Stop::usage("a saved plan is sent as it is: options of the file made it"));
            }
            let plan = SavedPlan::read(&text)
                .map_err(|why| Stop::new(ErrorCode::FileInvalid, format!("{}: {why}", clean(&name))))?;
            return Ok(Self::Plan(Box::new(plan)));
        }
        let format = Format::of_name(&name).unwrap_or_else(|| Format::of_text(&text));
        let desired = desired::read(&text, format, &args.columns());
        desired.map(Self::Desired).map_err(|problems| wrong(&name, &problems))
    }

    /// Reads what it speaks of, and compares.
    async fn proposal(
        self,
        desk: &mut Desk,
        args: &FileArgs,
        allow_incomplete: bool,
        opener: &Opener,
        profile: Option<&str>,
    ) -> Result<Proposal, Stop> {
        let mut needed = USERS_AND_TEAMS.to_vec();
        match self {
            Self::Plan(plan) => {
                let here = server(opener, profile)?;
                if plan.server != here {
                    let why =
                        format!("this plan was made for {}; this profile's server is {here}", clean(&plan.server));
                    return Err(Stop::new(ErrorCode::OtherServer, why));
                }
                needed.extend(desk.can().no_roles.is_none().then_some(Kind::Role));
                desk.read(&needed).await?;
                desk.must_be_complete(&needed, allow_incomplete, NOT_PLANNED)?;
                let touched = plan.changes.iter().flat_map(|saved| saved.change.touches());
                let touched: Vec<Target> = touched.map(|(target, _)| target).collect();
                for kind in Kind::ALL {
                    let of_kind = touched.iter().filter(|target| target.kind == kind && !target.is_provisional());
                    let ids: Vec<String> = of_kind.map(|target| target.id.to_string()).collect();
                    names::look_up(desk, kind, &ids).await?;
                }
                let users = touched.into_iter().filter(|target| target.kind == Kind::User);
                desk.fill(users.map(|target| target.id)).await?;
                let Desk { directory, ids, .. } = desk;
                let (changes, refused) = plan.renew(directory, &mut || ids.next(now()));
                Ok(Proposal { changes, refused, title: Some(plan.title.clone()), ..Proposal::default() })
            }
            Self::Desired(desired) => {
                let roles = !desired.roles.is_empty() || args.wish().prune_roles;
                needed.extend((roles && desk.can().no_roles.is_none()).then_some(Kind::Role));
                desk.read(&needed).await?;
                desk.must_be_complete(&needed, allow_incomplete, NOT_PLANNED)?;
                look_up(desk, &desired).await?;
                desk.fill_all_teams().await?;
                let meant = desired::meant(&desired, &desk.directory);
                desk.fill(meant.into_iter()).await?;
                let found = compare(&desired, desk, args.wish());
                let Difference { changes, left, notes, not_told } =
                    found.map_err(|problems| wrong(&args.file.to_string_lossy(), &problems))?;
                let mut all = notes;
                all.extend(said(left));
                Ok(Proposal { changes, notes: all, not_told, ..Proposal::default() })
            }
        }
    }
}

/// What a file says, alone.
pub(super) fn desired_of(path: &Path) -> Result<Desired, Stop> {
    let (text, name) = text_of(path)?;
    let format = Format::of_name(&name).unwrap_or_else(|| Format::of_text(&text));
    desired::read(&text, format, &desired::Columns::default()).map_err(|problems| wrong(&name, &problems))
}

/// What has to change so that the directory is as is said here; lists are read already.
pub(super) async fn differences(
    desk: &mut Desk,
    desired: &Desired,
) -> Result<Vec<crate::directory::change::Change>, Stop> {
    look_up(desk, desired).await?;
    let found = compare(desired, desk, Wish::default());
    let Difference { changes, notes, not_told, .. } = found.map_err(|problems| wrong("the command", &problems))?;
    notes.iter().chain(&not_told).for_each(note);
    Ok(changes)
}

fn compare(desired: &Desired, desk: &mut Desk, wish: Wish) -> Result<Difference, Vec<Problem>> {
    let planner = std::sync::Arc::clone(&desk.planner);
    let Desk { directory, ids, .. } = desk;
    desired::difference(desired, directory, planner.capabilities(), wish, &mut || ids.next(now()))
}

/// Looks up what a file names and the lists lack, where they may lack it.
async fn look_up(desk: &mut Desk, desired: &Desired) -> Result<(), Stop> {
    let finder = Finder::new(&desk.directory);
    let unknown = |name: &&str| matches!(finder.account(name), Err(Missing::Unknown(_)));
    let emails = desired.people.iter().filter(|person| unknown(&person.user.as_str()));
    let emails = emails.filter_map(|person| person.email.as_deref());
    let users: Vec<String> = desired.users().chain(emails).filter(unknown).map(str::to_owned).collect();
    let teams = desired.groups().filter(|name| matches!(finder.team(name), Err(Missing::Unknown(_))));
    let teams: Vec<String> = teams.map(str::to_owned).collect();
    for (kind, names) in [(Kind::User, users), (Kind::Team, teams)] {
        let unasked = names::look_up(desk, kind, &names).await?.unasked;
        if let Some(why) = unasked.values().next() {
            let (count, why) = (unasked.len(), why.sentences());
            note(format_args!("scimitar: {count} of the names could not be looked up on the server: {why}"));
        }
    }
    Ok(())
}

/// What pruning would remove.
fn said(left: desired::Left) -> Option<String> {
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

fn wrong(name: &str, problems: &[Problem]) -> Stop {
    let detail = |problem: &Problem| Detail {
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
    Stop::new(ErrorCode::FileInvalid, format!("{}: nothing was sent", clean(name))).details(details)
}

fn text_of(path: &Path) -> Result<(String, String), Stop> {
    let name = path.to_string_lossy().into_owned();
    let told = |error: &dyn std::fmt::Display| {
        Stop::new(ErrorCode::FileUnreadable, format!("{} can't be read: {error}", clean(&name)))
    };
    let mut bytes = Vec::new();
    if name == "-" {
        if io::stdin().is_terminal() {
            return Err(Stop::usage("- reads the file from standard input, and that is this terminal"));
        }
        io::stdin().take(LARGEST + 1).read_to_end(&mut bytes).map_err(|error| told(&error))?;
    } else {
        let file = fs::File::open(path).map_err(|error| told(&error))?;
        file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|error| told(&error))?;
    }
    if bytes.len() as u64 > LARGEST {
        return Err(told(&format!("it is larger than {} MiB", LARGEST >> 20)));
    }
    let text = desired::decode(bytes).map_err(|error| told(&error))?;
    Ok((text, name))
}

/// Names and addresses of people are in it: for its owner alone, whatever the mode of a file that it takes the place of.
fn write_new(path: &Path, text: &str, over: bool) -> Result<(), Stop> {
    let told = |error: io::Error| {
        Stop::new(ErrorCode::FileUnwritable, format!("{} can't be written: {error}", path.display()))
    };
    // A link stays a link: the file behind it is replaced. What is no file, such as a pipe, is written to.
    let old = path.canonicalize().ok().filter(|_| over);
    if let Some(old) = old.filter(|old| old.is_file()) {
        return replace_file(&old, text).map_err(told);
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create(over).create_new(!over);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(told)?;
    file.write_all(text.as_bytes()).map_err(told)?;
    // A pipe can't be synced, and need not be.
    if file.metadata().is_ok_and(|found| found.is_file()) { file.sync_all().map_err(told) } else { Ok(()) }
}

fn server(opener: &Opener, profile: Option<&str>) -> Result<String, Stop> {
    Ok(opener.at_start(profile)?.map(|profile| profile.base_text().to_owned()).unwrap_or_default())
}
