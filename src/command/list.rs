//! `users`, `teams`, `roles`, `members`: what the directory has, for people and for programs.

use std::io::{self, IsTerminal, Write};

use jiff::Timestamp;
use serde::Serialize;

use super::{
    desk::{Desk, USERS_AND_TEAMS},
    end::{End, Stop},
    json::{MemberRow, Place, RoleRow, TeamRow, UserRow},
    names,
    print::json_to,
    table::Table,
};
use crate::{
    cli::{ListArgs, MembersArgs, Output},
    directory::{Directory, Id, Kind, query::Query},
    runtime::Opener,
    scim::text::clean,
};

/// Several values in one cell.
const AND: &str = ", ";

type Done = Result<End, Stop>;

pub(super) async fn users(opener: &Opener, profile: Option<&str>, args: &ListArgs) -> Done {
    let desk = read(opener, profile, args, &USERS_AND_TEAMS).await?;
    let rows = found(&desk, Kind::User, args)?;
    let users = rows.iter().filter_map(|row| desk.directory.user_at(*row));
    print(args.output(), users.map(|user| UserRow::of(user, &desk.directory)), &USER_HEADS, user_cells)?;
    desk.close().await;
    Ok(End::Done)
}

pub(super) async fn teams(opener: &Opener, profile: Option<&str>, args: &ListArgs) -> Done {
    let desk = read(opener, profile, args, &USERS_AND_TEAMS).await?;
    let rows = found(&desk, Kind::Team, args)?;
    let teams = rows.iter().filter_map(|row| desk.directory.team_at(*row));
    print(args.output(), teams.map(|team| TeamRow::of(team, &desk.directory)), &TEAM_HEADS, |row| {
        let members = row.members.map(|count| count.to_string()).unwrap_or_default();
        vec![row.team.into(), members, row.admins.join(AND), row.id.into()]
    })?;
    desk.close().await;
    Ok(End::Done)
}

pub(super) async fn roles(opener: &Opener, profile: Option<&str>, args: &ListArgs) -> Done {
    let desk = read(opener, profile, args, &[Kind::User, Kind::Role]).await?;
    if let Some(why) = &desk.can().no_roles {
        return Err(Stop::Usage(why.clone()));
    }
    let rows = found(&desk, Kind::Role, args)?;
    let roles = rows.iter().filter_map(|row| desk.directory.role_at(*row));
    let row = |role| RoleRow::of(role, desk.directory.holders(&role.name).len());
    print(args.output(), roles.map(row), &ROLE_HEADS, |row| {
        let holders = row.holders.to_string();
        vec![
            row.role.into(),
            row.inherits.into(),
            holders,
            row.permissions.join(AND),
            row.description.into(),
            row.id.into(),
        ]
    })?;
    desk.close().await;
    Ok(End::Done)
}

pub(super) async fn members(opener: &Opener, profile: Option<&str>, args: &MembersArgs) -> Done {
    let mut desk =
        read(opener, profile, &ListArgs { full: false, filter: None, ..copy(&args.list) }, &USERS_AND_TEAMS).await?;
    let team = names::team(&mut desk, &args.team).await?;
    names::look_up_members(&mut desk, &team).await?;
    if args.list.full {
        let members = desk.directory.team(&team).and_then(|team| team.members.clone()).unwrap_or_default();
        desk.fill(members.into_iter().map(|member| member.id)).await?;
    }
    let found = found(&desk, Kind::User, &args.list)?;
    let directory = &desk.directory;
    let Some(team) = directory.team(&team) else { return Ok(End::Done) };
    if team.members.is_none() {
        return Err(Stop::Usage(format!("the server does not say who is in {}", team.name)));
    }
    let inside = |id: &Id| directory.records().teams_of(id).any(|other| *other == team.id);
    let users = found.iter().filter_map(|row| directory.user_at(*row)).filter(|user| inside(&user.id));
    print(args.list.output(), users.map(|user| MemberRow::of(user, team)), &MEMBER_HEADS, |row| {
        vec![
            row.user.into(),
            row.name.into(),
            row.email.into(),
            row.role.unwrap_or_default().into(),
            status(row.active),
        ]
    })?;
    desk.close().await;
    Ok(End::Done)
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
    let teams: Vec<String> = row.teams.iter().map(place).collect();
    let last = row.last_active.map(|at| at.strftime("%Y-%m-%d").to_string());
    vec![
        row.user.into(),
        row.name.into(),
        row.email.into(),
        row.role.unwrap_or_default().into(),
        status(row.active),
        teams.join(AND),
        row.models_seat.unwrap_or_default().into(),
        last.unwrap_or_default(),
        row.id.into(),
    ]
}

fn status(active: Option<bool>) -> String {
    match active {
        Some(true) => "active",
        Some(false) => "inactive",
        None => "",
    }
    .into()
}

fn copy(args: &ListArgs) -> ListArgs {
    ListArgs { filter: args.filter.clone(), json: args.json, ndjson: args.ndjson, csv: args.csv, full: args.full }
}

async fn read(opener: &Opener, profile: Option<&str>, args: &ListArgs, needed: &[Kind]) -> Result<Desk, Stop> {
    let mut desk = Desk::open(opener, profile, None).await?;
    desk.read(needed).await?;
    if args.full {
        desk.fill_all().await?;
    }
    Ok(desk)
}

/// The rows that the filter finds: best first where it has words to rank by, else in name order.
fn found(desk: &Desk, kind: Kind, args: &ListArgs) -> Result<Vec<u32>, Stop> {
    let (directory, now): (&Directory, _) = (&desk.directory, Timestamp::now());
    let rows = directory.rows_by_name(kind);
    let Some(filter) = args.filter.as_deref() else { return Ok(rows.to_vec()) };
    let query = Query::parse_in(filter, kind, desk.can().holds()).map_err(|bad| Stop::Usage(bad.to_string()))?;
    if query.is_unfinished() {
        let term = clean(filter);
        return Err(Stop::Usage(format!(
            "filter: `{term}`: a field without a value matches everything; finish or drop it"
        )));
    }
    let unknown = directory.records().users().values().filter(|user| user.org_role.is_none()).count();
    if query.asks_roles() && desk.can().sparse_lists && unknown > 0 {
        writeln!(
            io::stderr(),
            "scimitar: roles are known for {} of {} users; --full reads the rest",
            directory.len(Kind::User) - unknown,
            directory.len(Kind::User)
        )?;
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
    let mut out = io::BufWriter::new(io::stdout().lock());
    match output {
        Output::Table | Output::Csv => {
            let mut table = Table { heads: heads.to_vec(), rows: rows.map(|row| cells(&row)).collect() };
            if output == Output::Csv {
                table.csv(&mut out)?;
            } else {
                // Ids are for programs; on a screen they cost the room of what people read.
                if io::stdout().is_terminal() && heads.last() == Some(&"id") {
                    table.heads.pop();
                    table.rows.iter_mut().for_each(|row| drop(row.pop()));
                }
                table.print(&mut out)?;
            }
        }
        Output::Ndjson => {
            for row in rows {
                json_to(&mut out, &row)?;
                out.write_all(b"\n")?;
            }
        }
        Output::Json => {
            out.write_all(b"[")?;
            for (at, row) in rows.enumerate() {
                out.write_all(if at == 0 { b"\n" } else { b",\n" })?;
                json_to(&mut out, &row)?;
            }
            out.write_all(b"\n]\n")?;
        }
    }
    out.flush()
}
