//! `users`, `teams`, `roles`, `members`: what the directory has, for people and for programs.

use std::io;

use jiff::Timestamp;
use serde::Serialize;

use super::{
    desk::{Desk, USERS_AND_TEAMS},
    end::{ErrorCode, Stop, note},
    json::{MemberRow, Place, RoleRow, Seen, TeamRow, UserRow},
    names,
    table::Table,
};
use crate::{
    cli::{ListArgs, MembersArgs, Output},
    directory::{Directory, Id, Kind, query::Query},
    output,
    runtime::Opener,
    scim::text::clean,
};

/// Several values in one cell.
const AND: &str = ", ";

/// In the place of what the server has not told; no value is empty.
const NOT_TOLD: &str = "?";

type Done = Result<(), Stop>;

pub(super) async fn users(opener: &Opener, profile: Option<&str>, args: &ListArgs) -> Done {
    let desk = read(opener, profile, args, &USERS_AND_TEAMS).await?;
    let rows = found(&desk, Kind::User, args)?;
    let users = rows.iter().filter_map(|row| desk.directory.user_at(*row));
    let holds = desk.can().holds();
    print(args.output(), users.map(|user| UserRow::of(user, &desk.directory, holds)), &USER_HEADS, user_cells)?;
    ended(desk, &USERS_AND_TEAMS, args).await
}

pub(super) async fn teams(opener: &Opener, profile: Option<&str>, args: &ListArgs) -> Done {
    let desk = read(opener, profile, args, &USERS_AND_TEAMS).await?;
    let rows = found(&desk, Kind::Team, args)?;
    let teams = rows.iter().filter_map(|row| desk.directory.team_at(*row));
    print(args.output(), teams.map(|team| TeamRow::of(team, &desk.directory)), &TEAM_HEADS, |row| {
        let members = row.members.map_or_else(|| NOT_TOLD.to_owned(), |count| count.to_string());
        vec![
            row.team.into(),
            members,
            some(row.admins.as_deref().unwrap_or_default(), row.admins_complete),
            row.id.into(),
        ]
    })?;
    ended(desk, &USERS_AND_TEAMS, args).await
}

pub(super) async fn roles(opener: &Opener, profile: Option<&str>, args: &ListArgs) -> Done {
    let desk = read(opener, profile, args, &[Kind::User, Kind::Role]).await?;
    if let Some(why) = &desk.can().no_roles {
        return Err(Stop::new(ErrorCode::NoRoles, why.clone()));
    }
    let rows = found(&desk, Kind::Role, args)?;
    let roles = rows.iter().filter_map(|row| desk.directory.role_at(*row));
    let row = |role| RoleRow::of(role, &desk.directory.held(&role.name), desk.directory.is_complete(Kind::User));
    print(args.output(), roles.map(row), &ROLE_HEADS, |row| {
        let holders = at_least(row.holders, row.holders_complete);
        vec![
            row.role.into(),
            row.inherits.into(),
            holders,
            row.permissions.join(AND),
            row.description.into(),
            row.id.into(),
        ]
    })?;
    let known = desk.directory.records().users().values().filter(|user| desk.directory.knows_roles(user)).count();
    let all = desk.directory.len(Kind::User);
    if known < all {
        note(format_args!("scimitar: holders are counted among the {known} of {all} users whose roles are known"));
    }
    ended(desk, &[Kind::User, Kind::Role], args).await
}

pub(super) async fn members(opener: &Opener, profile: Option<&str>, args: &MembersArgs) -> Done {
    let mut desk =
        read(opener, profile, &ListArgs { full: false, filter: None, ..copy(&args.list) }, &USERS_AND_TEAMS).await?;
    let team = names::team(&mut desk, &args.team).await?;
    desk.fill_teams(std::iter::once(team.clone())).await?;
    names::look_up_members(&mut desk, &team).await?;
    if args.list.full {
        let members = desk.directory.team(&team).and_then(|team| team.members.clone()).unwrap_or_default();
        desk.fill(members.into_iter().map(|member| member.id)).await?;
    }
    let found = found(&desk, Kind::User, &args.list)?;
    let directory = &desk.directory;
    let Some(team) = directory.team(&team) else { return Ok(()) };
    let Some(members) = &team.members else {
        return Err(Stop::new(ErrorCode::Incomplete, format!("the server does not tell who is in {}", team.name)));
    };
    let inside = |id: &Id| directory.records().teams_of(id).any(|other| *other == team.id);
    let users = found.iter().filter_map(|row| directory.user_at(*row)).filter(|user| inside(&user.id));
    let holds = desk.can().holds();
    let known = users.map(|user| MemberRow::of(user, team, directory));
    // A filter asks for users. Without one, groups in the group and members that the list of users lacks are members, too.
    let others = members.iter().filter(|member| args.list.filter.is_none() && directory.user(&member.id).is_none());
    let rows = known.chain(others.map(|member| MemberRow::other(member, directory)));
    print(args.list.output(), rows, &MEMBER_HEADS, |row| {
        let name = if row.user.is_empty() { format!("({})", row.id) } else { row.user.to_owned() };
        let role = if holds.team_roles { told(row.role) } else { String::new() };
        vec![name, row.name.into(), row.email.unwrap_or(NOT_TOLD).into(), role, status(row.active)]
    })?;
    // Only this team matters: it was read, however many others were not.
    ended(desk, &[Kind::User], &args.list).await
}

/// Ends a list that is printed; with status 6 where the server gave only a part of what it rests on.
async fn ended(desk: Desk, kinds: &[Kind], args: &ListArgs) -> Done {
    let done = desk.must_be_complete(kinds, args.allow_incomplete, "the list is incomplete");
    desk.close().await;
    done.map_err(Stop::printed)
}

const USER_HEADS: [&str; 9] = ["user", "name", "email", "role", "status", "teams", "models_seat", "last_active", "id"];
const TEAM_HEADS: [&str; 4] = ["team", "members", "admins", "id"];
const ROLE_HEADS: [&str; 6] = ["role", "inherits", "holders", "permissions", "description", "id"];
const MEMBER_HEADS: [&str; 5] = ["user", "name", "email", "role", "status"];

fn user_cells(row: &UserRow<'_>) -> Vec<String> {
    let place = |place: &Place<'_>| match place.role {
        Some(role) => format!("{} ({role})", place.name),
        None => place.name.to_owned(),
    };
    let teams: Vec<String> = row.teams.iter().flatten().map(place).collect();
    let last = match &row.last_active {
        None => NOT_TOLD.to_owned(),
        Some(Seen::Never) => "never".to_owned(),
        Some(Seen::At(at)) => at.strftime("%Y-%m-%d").to_string(),
    };
    vec![
        row.user.into(),
        row.name.into(),
        row.email.unwrap_or(NOT_TOLD).into(),
        told(row.role),
        status(row.active),
        some(&teams, row.teams_complete),
        told(row.models_seat),
        last,
        row.id.into(),
    ]
}

fn status(active: Option<bool>) -> String {
    match active {
        Some(true) => "active",
        Some(false) => "inactive",
        None => NOT_TOLD,
    }
    .into()
}

/// A value that was told to be none is empty.
fn told(value: Option<&str>) -> String {
    value.unwrap_or(NOT_TOLD).to_owned()
}

/// Several values, and that there may be more.
fn some<S: AsRef<str>>(values: &[S], complete: bool) -> String {
    let more = (!complete).then_some(NOT_TOLD);
    values.iter().map(AsRef::as_ref).chain(more).collect::<Vec<_>>().join(AND)
}

/// A number, or `2+` where there may be more.
fn at_least(number: usize, complete: bool) -> String {
    match (number, complete) {
        (_, true) => number.to_string(),
        (0, false) => NOT_TOLD.to_owned(),
        _ => format!("{number}+"),
    }
}

fn copy(args: &ListArgs) -> ListArgs {
    ListArgs { filter: args.filter.clone(), ..*args }
}

async fn read(opener: &Opener, profile: Option<&str>, args: &ListArgs, needed: &[Kind]) -> Result<Desk, Stop> {
    let mut desk = Desk::open(opener, profile, None).await?;
    desk.read(needed).await?;
    if args.full {
        desk.fill_all().await?;
        desk.fill_all_teams().await?;
    }
    Ok(desk)
}

/// The rows that the filter finds: best first where it has words to rank by, else in name order.
fn found(desk: &Desk, kind: Kind, args: &ListArgs) -> Result<Vec<u32>, Stop> {
    let (directory, now): (&Directory, _) = (&desk.directory, Timestamp::now());
    let rows = directory.rows_by_name(kind);
    let Some(filter) = args.filter.as_deref() else { return Ok(rows.to_vec()) };
    let invalid = |why: String| Stop::new(ErrorCode::FilterInvalid, why);
    let query = Query::parse_in(filter, kind, desk.can().holds()).map_err(|bad| invalid(bad.to_string()))?;
    if query.is_unfinished() {
        let term = clean(filter);
        return Err(invalid(format!("filter: `{term}`: an unfinished term matches everything; finish or drop it")));
    }
    let unknown = directory.records().users().values().filter(|user| !user.org_role.is_told()).count();
    if query.asks_roles() && desk.can().sparse_lists && unknown > 0 {
        note(format_args!(
            "scimitar: roles are known for {} of {} users; --full reads the rest",
            directory.len(Kind::User) - unknown,
            directory.len(Kind::User)
        ));
    }
    Ok(query.run(directory, kind, rows, now))
}

/// Prints the rows one by one: nothing is collected but for a table.
fn print<T: Serialize>(
    output: Output,
    rows: impl Iterator<Item = T>,
    heads: &[&'static str],
    cells: impl Fn(&T) -> Vec<String>,
) -> io::Result<()> {
    let mut out = output::out().buffered();
    match output {
        Output::Table | Output::Csv => {
            let mut table = Table { heads: heads.to_vec(), rows: rows.map(|row| cells(&row)).collect() };
            if output == Output::Csv {
                table.csv(&mut out)?;
            } else {
                // Ids are for programs; on a screen they cost the room of what people read.
                if out.is_terminal() && heads.last() == Some(&"id") {
                    table.heads.pop();
                    table.rows.iter_mut().for_each(|row| drop(row.pop()));
                }
                table.print(&mut out)?;
            }
        }
        Output::Ndjson => {
            for row in rows {
                out.json(&row)?;
                writeln!(out)?;
            }
        }
        Output::Json => {
            write!(out, "[")?;
            for (at, row) in rows.enumerate() {
                writeln!(out, "{}", if at == 0 { "" } else { "," })?;
                out.json(&row)?;
            }
            writeln!(out)?;
            writeln!(out, "]")?;
        }
    }
    out.flush()
}
