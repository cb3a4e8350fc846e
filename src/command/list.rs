//! `users`, `teams`, `roles`, `members`: the records of the directory, as tables and documents.

use std::io;

use jiff::Timestamp;
use serde::Serialize;

use super::{
    end::{ErrorCode, note},
    error::CommandError,
    headless_session::{HeadlessSession, USERS_AND_TEAMS, accept},
    list_by_name, names, order, passed,
    records::{MemberColumns, MemberRow, RecordRow, RecordRows},
    rows::RowPrinter,
    table::Table,
};
use crate::{
    cli::{ListArgs, MembersArgs, OutputArgs, UsersArgs},
    directory::{
        Directory, Id, Name, RecordKind,
        field::{FieldReader, RecordField, RecordRef},
        guard::MOST_PEOPLE_READ,
        query::FilterQuery,
        record::Team,
        record_contents::RecordContents,
    },
    output::out,
    runtime::Opener,
    scim::text::clean,
};

type Done = Result<(), CommandError>;

/// The limit of teams that are named because they show exactly a full page of members.
const FULL_PAGES_NAMED: usize = 8;

pub(super) async fn users(opener: &Opener, profile: Option<&str>, args: &UsersArgs) -> Done {
    let list = &args.list;
    if !args.users.is_empty() {
        return named_users(opener, profile, &names::given(&args.users)?, list).await;
    }
    if passed::serves(list) {
        return passed::users(opener, profile, list).await;
    }
    // If the list of teams failed, users are printed all the same, and the end of the command says so.
    let session = read(opener, profile, list, &[RecordKind::User]).await?;
    let open = print_records(&session, RecordKind::User, session.directory.rows_by_name(RecordKind::User), list)?;
    ended(session, &USERS_AND_TEAMS, open, list).await
}

/// Prints the users of these names. They are read alone if that shows as much as the lists.
async fn named_users(opener: &Opener, profile: Option<&str>, names: &[String], args: &ListArgs) -> Done {
    let mut session = HeadlessSession::open_by_name(opener, profile, None).await?;
    let is_unread = session.begin(&[RecordKind::User]).await?;
    let alone = if is_unread { list_by_name::users(&mut session, names).await? } else { None };
    let (users, rest_on): (Vec<Id>, &[RecordKind]) = if let Some(users) = alone {
        (users, &[])
    } else {
        if is_unread {
            session.read_after_all(&[RecordKind::User]).await?;
        }
        let users = names::users(&mut session, names).await?;
        session.fill(users.iter().cloned()).await?;
        session.fill_few_teams().await?;
        (users, &[RecordKind::Team])
    };
    let rows = session.directory.rows_by_name(RecordKind::User).iter().copied();
    let is_named = |row: &u32| session.directory.id_at(RecordKind::User, *row).is_some_and(|id| users.contains(id));
    let among: Vec<u32> = rows.filter(is_named).collect();
    let open = print_records(&session, RecordKind::User, &among, args)?;
    ended(session, rest_on, open, args).await
}

pub(super) async fn teams(opener: &Opener, profile: Option<&str>, args: &ListArgs) -> Done {
    let mut session = read(opener, profile, args, &USERS_AND_TEAMS).await?;
    let was_asked = session.fill_few_teams().await? || args.full;
    if args.full {
        session.fill_admins().await?;
    }
    let open = print_records(&session, RecordKind::Team, session.directory.rows_by_name(RecordKind::Team), args)?;
    note_admins(&session, args);
    let silent = session.directory.records().teams().values().filter(|team| team.members.is_none()).count();
    if silent > 0 {
        let (all, word) =
            (session.directory.len(RecordKind::Team), session.can().holds().say(RecordKind::Team.plural()));
        note(format_args!("scimitar: members are known for {} of {all} {word}{}", all - silent, rest(was_asked)));
    }
    note_full_pages(&session.directory, session.directory.records().teams().values());
    ended(session, &USERS_AND_TEAMS, open, args).await
}

/// Prints a note about teams that show exactly a full page of members, because there may be more.
pub(super) fn note_full_pages<'a>(directory: &Directory, teams: impl Iterator<Item = &'a Team>) {
    for team in teams.filter(|team| directory.is_perhaps_cut(team)).take(FULL_PAGES_NAMED) {
        let (name, size) = (&team.name, team.size().unwrap_or_default());
        note(format_args!("scimitar: {name} shows exactly {size} members: perhaps the server shows no more than that"));
    }
}

/// Prints for how many teams the admins are known, if not for all.
fn note_admins(session: &HeadlessSession, args: &ListArgs) {
    let directory = &session.directory;
    let silent = directory.records().teams().values().filter(|team| directory.admins_of(team).silent > 0).count();
    if silent > 0 && session.can().holds().team_roles {
        let (all, word) = (directory.len(RecordKind::Team), session.can().holds().say(RecordKind::Team.plural()));
        note(format_args!("scimitar: all admins are known for {} of {all} {word}{}", all - silent, rest(args.full)));
    }
}

/// The option that reads the rest, unless it was given.
fn rest(was_asked: bool) -> &'static str {
    if was_asked { "; the server does not tell the rest" } else { "; --full reads the rest" }
}

pub(super) async fn roles(opener: &Opener, profile: Option<&str>, args: &ListArgs) -> Done {
    let session = read(opener, profile, args, &[RecordKind::User, RecordKind::Role]).await?;
    if let Some(why) = &session.can().no_roles {
        return Err(CommandError::new(ErrorCode::NoRoles, why.clone()));
    }
    let open = print_records(&session, RecordKind::Role, session.directory.rows_by_name(RecordKind::Role), args)?;
    let known = session.directory.records().users().values().filter(|user| session.directory.knows_roles(user)).count();
    let all = session.directory.len(RecordKind::User);
    if known < all {
        note(format_args!("scimitar: holders are counted among the {known} of {all} users whose roles are known"));
    }
    ended(session, &[RecordKind::User, RecordKind::Role], open, args).await
}

/// Prints the records that the filter finds, with the fields of the table. Returns the undecided part of the filter's
/// answer in words.
fn print_records(
    session: &HeadlessSession,
    kind: RecordKind,
    among: &[u32],
    args: &ListArgs,
) -> Result<Option<String>, CommandError> {
    let directory = &session.directory;
    let FoundRows { rows, open } = found(session, kind, among, args.filter.as_deref(), Timestamp::now())?;
    let rows = order::sorted(session, kind, rows, args.sort.as_deref(), None)?;
    let record = |row: &u32| match kind {
        RecordKind::User => directory.user_at(*row).map(RecordRef::User),
        RecordKind::Team => directory.team_at(*row).map(RecordRef::Team),
        RecordKind::Role => directory.role_at(*row).map(RecordRef::Role),
    };
    let columns = columns(args.columns.as_deref(), kind, session.can().holds())?;
    let twins = args.output() == OutputArgs::Table
        && out().buffered().is_terminal()
        && directory.has_twins(kind, rows.iter().filter_map(|row| directory.id_at(kind, *row)));
    let shown = RecordRows::new(reader(session), kind, columns);
    let rows = rows.iter().filter_map(record).map(|record| shown.row(record));
    let table = Table { heads: shown.heads(), names: shown.names(), rows: Vec::new() };
    print(args, rows, table, twins, RecordRow::cells)?;
    Ok(open_in_words(session, kind, open, among.len(), args))
}

/// The columns that are asked for by name.
pub(super) fn columns(
    named: Option<&str>,
    kind: RecordKind,
    holds: RecordContents,
) -> Result<Option<Vec<RecordField>>, CommandError> {
    let Some(named) = named else { return Ok(None) };
    let words = named.split(',').map(str::trim).filter(|word| !word.is_empty());
    let column = |word| column("--columns", word, kind, holds, |_| true);
    let columns: Vec<RecordField> = words.map(column).collect::<Result<_, _>>()?;
    if columns.is_empty() {
        return Err(CommandError::usage("--columns names no column"));
    }
    Ok(Some(columns))
}

/// The field that an option calls by this word, among those that serve it.
pub(super) fn column(
    option: &str,
    word: &str,
    kind: RecordKind,
    holds: RecordContents,
    serves: impl Fn(RecordField) -> bool,
) -> Result<RecordField, CommandError> {
    let is_there = |field: &RecordField| (field.spec().held)(holds) && !field.word().is_empty() && serves(*field);
    let known = || RecordField::of(kind).filter(is_there);
    let is = |field: &RecordField| [Some(field.word()), field.spec().csv].contains(&Some(word));
    known().find(is).ok_or_else(|| {
        let all: Vec<&str> = known().map(RecordField::word).collect();
        CommandError::usage(format!("{option}: there is no column `{}`; there are {}", clean(word), all.join(", ")))
    })
}

pub(super) fn reader(session: &HeadlessSession) -> FieldReader<'_> {
    FieldReader { directory: &session.directory, holds: session.can().holds() }
}

pub(super) async fn members(opener: &Opener, profile: Option<&str>, args: &MembersArgs) -> Done {
    let mut session = HeadlessSession::open_by_name(opener, profile, None).await?;
    let is_unread = session.begin(&USERS_AND_TEAMS).await?;
    let alone = if is_unread { list_by_name::team(&mut session, &args.team).await? } else { None };
    let (team, rest_on): (Id, &[RecordKind]) = if let Some(team) = alone {
        (team, &[])
    } else {
        if is_unread {
            session.read_after_all(&USERS_AND_TEAMS).await?;
        }
        listed_team(&mut session, args).await?
    };
    let directory = &session.directory;
    let Some(team) = directory.team(&team) else { return Ok(()) };
    let Some(members) = &team.members else {
        return Err(CommandError::new(
            ErrorCode::Incomplete,
            format!("the server does not tell who is in {}", team.name),
        ));
    };
    let inside = |id: &Id| directory.records().teams_of(id).any(|other| *other == team.id);
    let is_inside = |row: &u32| directory.id_at(RecordKind::User, *row).is_some_and(&inside);
    let users: Vec<u32> = directory.rows_by_name(RecordKind::User).iter().copied().filter(is_inside).collect();
    let all = users.len();
    let filter = args.list.filter.as_deref();
    let FoundRows { rows: users, open } = found(&session, RecordKind::User, &users, filter, Timestamp::now())?;
    let open = open_in_words(&session, RecordKind::User, open, all, &args.list);
    let users = order::sorted(&session, RecordKind::User, users, args.list.sort.as_deref(), Some(&team.name))?;
    let users = users.iter().filter_map(|row| directory.user_at(*row));
    let columns = MemberColumns::new(columns(args.list.columns.as_deref(), RecordKind::User, session.can().holds())?);
    let (reader, empty) = (reader(&session), Name::default());
    let known = users.map(|user| MemberRow::of(user, team, reader, &columns));
    // A filter asks for users. Without a filter, groups in the group and members that the list of users lacks are
    // printed, too.
    let others = members.iter().filter(|member| args.list.filter.is_none() && directory.user(&member.id).is_none());
    let rows = known.chain(others.map(|member| MemberRow::other(member, reader, &empty, &columns)));
    let table = Table { heads: columns.heads(), names: columns.names(), rows: Vec::new() };
    print(&args.list, rows, table, false, MemberRow::cells)?;
    note_full_pages(directory, std::iter::once(team));
    // Only this team and its members matter, and they were read; other lists may be partial.
    ended(session, rest_on, open, &args.list).await
}

/// The team that is named, found in the lists, with what can be told of its members; and the lists on which that rests.
async fn listed_team(
    session: &mut HeadlessSession,
    args: &MembersArgs,
) -> Result<(Id, &'static [RecordKind]), CommandError> {
    let team = names::team(session, &args.team).await?;
    session.fill_teams(std::iter::once(team.clone())).await?;
    let is_read = read_members(session, &team).await?;
    if args.list.full {
        let members = session.directory.team(&team).and_then(|team| team.members.clone()).unwrap_or_default();
        session.fill(members.into_iter().map(|member| member.id)).await?;
    }
    Ok((team, if is_read { &[] } else { &[RecordKind::User] }))
}

/// Reads alone the members that a partial list of users lacks, and then the others, whose records show no less than those.
/// False where not all could be read.
async fn read_members(session: &mut HeadlessSession, team: &Id) -> Result<bool, CommandError> {
    let members = session.directory.team(team).and_then(|team| team.members.as_deref()).unwrap_or_default();
    let (listed, missing): (Vec<Id>, Vec<Id>) =
        members.iter().map(|member| member.id.clone()).partition(|id| session.directory.user(id).is_some());
    if missing.is_empty() {
        return Ok(true);
    }
    let unasked = names::look_up_members(session, team).await?.unasked;
    if session.directory.is_complete(RecordKind::User) {
        return Ok(true);
    }
    if !unasked.is_empty() || listed.len() > MOST_PEOPLE_READ {
        return Ok(false);
    }
    session.read_users(listed.into_iter()).await?;
    Ok(true)
}

/// Ends a printed list; with status 6 if a list that it depends on is partial.
pub(super) async fn ended(
    session: HeadlessSession,
    kinds: &[RecordKind],
    open: Option<String>,
    args: &ListArgs,
) -> Done {
    let mut lacking: Vec<String> = session.incomplete(kinds).into_iter().chain(open).collect();
    if !args.full && session.directory.coverage(RecordKind::Team).has_open_members() {
        lacking.push("--full reads each team by itself".into());
    }
    let done = accept(&lacking, args.allow_incomplete, "the list is incomplete");
    session.close().await;
    done.map_err(CommandError::printed)
}

async fn read(
    opener: &Opener,
    profile: Option<&str>,
    args: &ListArgs,
    needed: &[RecordKind],
) -> Result<HeadlessSession, CommandError> {
    let mut session = HeadlessSession::open(opener, profile, None).await?;
    session.read(needed).await?;
    if args.full {
        session.fill_all().await?;
        session.fill_all_teams().await?;
    }
    Ok(session)
}

/// The rows that a filter finds.
pub(super) struct FoundRows {
    /// Best matches first if the filter ranks, else in the given order.
    pub rows: Vec<u32>,
    /// The number of further rows that may be meant.
    pub open: usize,
}

/// The rows among these that the filter finds.
pub(super) fn found(
    session: &HeadlessSession,
    kind: RecordKind,
    among: &[u32],
    filter: Option<&str>,
    now: Timestamp,
) -> Result<FoundRows, CommandError> {
    let directory: &Directory = &session.directory;
    let Some(filter) = filter else { return Ok(FoundRows { rows: among.to_vec(), open: 0 }) };
    let invalid = |why: String| CommandError::new(ErrorCode::FilterInvalid, why);
    let query = FilterQuery::parse_in(filter, kind, session.can().holds()).map_err(|bad| invalid(bad.to_string()))?;
    if query.is_unfinished() {
        let term = clean(filter);
        return Err(invalid(format!("filter: `{term}`: an unfinished term matches everything; finish or drop it")));
    }
    if query.asks_invited() {
        let why =
            "invited people have no account yet, and no list of users has them: `scimitar invitations` lists them";
        return Err(invalid(format!("filter: `{}`: {why}", clean(filter))));
    }
    let open = query.count_open(directory, kind, among, now);
    Ok(FoundRows { rows: query.run(directory, kind, among, now), open })
}

/// The undecided part of a filter's answer; `None` if the filter decided about all records.
pub(super) fn open_in_words(
    session: &HeadlessSession,
    kind: RecordKind,
    open: usize,
    all: usize,
    args: &ListArgs,
) -> Option<String> {
    let word = session.can().holds().say(kind.plural());
    (open > 0).then(|| {
        format!(
            "the filter can't tell whether {open} of {all} {word} are meant: not all is known of them{}",
            rest(args.full)
        )
    })
}

/// Prints row by row. Only a table is collected first, and on a terminal the ids of records that share a name.
fn print<T: Serialize>(
    args: &ListArgs,
    rows: impl Iterator<Item = T>,
    mut table: Table,
    twins: bool,
    cells: impl Fn(&T, bool) -> Vec<String>,
) -> io::Result<()> {
    let (output, mut out) = (args.output(), out().buffered());
    match output {
        OutputArgs::Table | OutputArgs::Csv => {
            table.rows = rows.map(|row| cells(&row, output == OutputArgs::Table)).collect();
            if output == OutputArgs::Csv {
                table.csv(&mut out)?;
            } else {
                // Ids are for programs; on a terminal they would take room from columns that people read.
                let unasked = args.columns.is_none() && out.is_terminal() && !twins;
                if unasked && table.heads.last() == Some(&"id") {
                    table.heads.pop();
                    table.rows.iter_mut().for_each(|row| drop(row.pop()));
                }
                let dropped = table.print(&mut out)?;
                if dropped > 0 {
                    out.flush()?;
                    let s = if dropped == 1 { " has" } else { "s have" };
                    note(format_args!("scimitar: {dropped} column{s} no room here; --columns chooses others"));
                }
            }
        }
        OutputArgs::Ndjson | OutputArgs::Json => {
            let mut printer = RowPrinter::new(out, output);
            rows.into_iter().try_for_each(|row| printer.json(&row))?;
            return printer.end();
        }
    }
    out.flush()
}
