//! Comparisons: the roles, teams and seats that a user lacks compared with another; two roles side by side.

use serde::Serialize;

use super::{
    end::{ErrorCode, heard, note},
    error::CommandError,
    further::session,
    headless_session::{HeadlessSession, USERS_AND_TEAMS, accept},
    names,
    send::{Proposal, propose},
    table::Table,
};
use crate::{
    cli::{CompareArgs, SendOptions},
    directory::{
        Id, Name, RecordKind,
        compare::{Side, rows},
        likeness::{LikenessFinder, LikenessWish},
        permissions::{BASES, PermissionStance},
    },
    output::out,
    runtime::Opener,
    scim::text::clean,
};

/// A change that would make one user like another, in JSON.
#[derive(Serialize)]
struct AlikeChange<'a> {
    user: &'a str,
    what: &'a str,
    before: &'a str,
    after: &'a str,
    removes: bool,
    refused: Option<&'a str>,
}

/// A row of the comparison of users, in JSON.
#[derive(Serialize)]
#[serde(untagged)]
enum AlikeRow<'a> {
    Change(AlikeChange<'a>),
    /// An unknown fact about the two users, because of which there may be more differences.
    Unknown {
        not_told: &'a str,
    },
}

/// A permission in two roles, as scripts get it.
#[derive(Serialize)]
struct StanceRow<'a> {
    permission: String,
    one: &'a str,
    other: &'a str,
    differs: bool,
}

/// The users who are compared.
struct AlikeUsers {
    model: Id,
    others: Vec<Id>,
    /// Unknown facts about the users, as sentences.
    unknown: Vec<String>,
}

async fn alike(session: &mut HeadlessSession, model: &str, others: &[String]) -> Result<AlikeUsers, CommandError> {
    let model = names::users(session, &[model.to_owned()]).await?.pop();
    let model = model.ok_or_else(|| CommandError::usage("a name is missing"))?;
    let others = names::users(session, others).await?;
    session.fill(others.iter().cloned().chain([model.clone()])).await?;
    session.fill_few_teams().await?;
    let HeadlessSession { directory, planner, .. } = &*session;
    let alike = LikenessFinder { directory, can: planner.capabilities() };
    let people: Vec<&Id> = others.iter().chain([&model]).collect();
    let unknown = alike.unknown(&people);
    Ok(AlikeUsers { model, others, unknown })
}

/// The teams whose members are not told, in words, if only teams show memberships.
fn silent_teams(session: &HeadlessSession) -> Option<String> {
    let teams = session.directory.records().teams();
    let silent = teams.values().filter(|team| team.members.is_none()).count();
    let word = session.can().holds().say(RecordKind::Team.plural());
    (silent > 0 && !session.can().holds().team_roles)
        .then(|| format!("the members of {silent} of {} {word} are not told", teams.len()))
}

/// How far a user is made like another.
pub(super) struct LikenessExtent {
    /// True to remove everything that the model lacks.
    pub exact: bool,
    /// Even where only a part of the teams is known.
    pub allow_incomplete: bool,
}

pub(super) async fn make_like(
    opener: &Opener,
    profile: Option<&str>,
    model: &str,
    users: &[String],
    extent: LikenessExtent,
    send: &SendOptions,
) -> Result<(), CommandError> {
    let given = names::given(users)?;
    let mut session = session(opener, profile, send).await?;
    let LikenessExtent { exact, allow_incomplete } = extent;
    session.must_be_complete(&[RecordKind::Team], allow_incomplete, "nothing is planned")?;
    let AlikeUsers { model, others, unknown } = alike(&mut session, model, &given).await?;
    accept(&Vec::from_iter(silent_teams(&session)), allow_incomplete, "nothing is planned")?;
    let wishes = LikenessFinder { directory: &session.directory, can: session.can() }.users(&model, &others);
    let (more, wanted): (Vec<LikenessWish>, Vec<LikenessWish>) =
        wishes.into_iter().partition(|wish| wish.removes && !exact);
    let mut notes = Vec::new();
    if !more.is_empty() {
        notes.push(format!(
            "{} more that they have, and the other one has not, stay. --exact takes them away.",
            more.len()
        ));
    }
    let changes = wanted.into_iter().map(|wish| wish.change).collect();
    let changes = session.still_open(changes).await?;
    Box::pin(propose(session, Proposal { changes, notes, not_told: unknown, ..Proposal::default() }, send)).await
}

pub(super) async fn run(opener: &Opener, profile: Option<&str>, args: &CompareArgs) -> Result<(), CommandError> {
    if args.users { users(opener, profile, args).await } else { roles(opener, profile, args).await }
}

async fn users(opener: &Opener, profile: Option<&str>, args: &CompareArgs) -> Result<(), CommandError> {
    let mut session = HeadlessSession::open(opener, profile, None).await?;
    session.read(&USERS_AND_TEAMS).await?;
    let AlikeUsers { model, others, unknown } =
        alike(&mut session, &args.other, std::slice::from_ref(&args.one)).await?;
    unknown.iter().for_each(|words| note(format_args!("scimitar: {words}")));
    let wishes = LikenessFinder { directory: &session.directory, can: session.can() }.users(&model, &others);
    let rows = wishes.iter().map(|wish| AlikeChange {
        user: &wish.line.subject,
        what: &wish.line.what,
        before: &wish.line.before,
        after: &wish.line.after,
        removes: wish.removes,
        refused: wish.refused.as_deref(),
    });
    let rows: Vec<AlikeChange<'_>> = rows.collect();
    let mut out = out();
    heard(if args.json {
        let unknown = unknown.iter().map(|not_told| AlikeRow::Unknown { not_told });
        let all: Vec<AlikeRow<'_>> = rows.into_iter().map(AlikeRow::Change).chain(unknown).collect();
        out.json_pretty(&all)
    } else if rows.is_empty() {
        writeln!(out, "No difference that is known.")
    } else {
        let cells = rows.iter().map(|row| {
            let sign = if row.removes { "-" } else { "+" };
            [sign, row.what, row.before, row.after, row.refused.unwrap_or_default()].map(str::to_owned).to_vec()
        });
        Table {
            heads: vec!["", "what", "now", "like the other", "not possible"],
            rows: cells.collect(),
            names: Vec::new(),
        }
        .print_all(&mut out)
    })?;
    let silent = silent_teams(&session);
    session.close().await;
    silent.map_or(Ok(()), |lacking| {
        let words = format!("the comparison is incomplete: {lacking}");
        Err(CommandError::new(ErrorCode::Incomplete, words).printed())
    })
}

async fn roles(opener: &Opener, profile: Option<&str>, args: &CompareArgs) -> Result<(), CommandError> {
    let mut session = HeadlessSession::open(opener, profile, None).await?;
    session.read(&[RecordKind::Role]).await?;
    if let Some(why) = &session.can().no_roles {
        return Err(CommandError::new(ErrorCode::NoRoles, why.clone()));
    }
    let sides = [side(&mut session, &args.one).await?, side(&mut session, &args.other).await?];
    let names = [&args.one, &args.other].map(|name| Name::from(name.as_str()).as_str().to_owned());
    let rows = rows(&sides, &session.directory).into_iter().map(|row| StanceRow {
        differs: row.differs(),
        one: word(row.stances[0]),
        other: word(row.stances[1]),
        permission: row.name,
    });
    let rows: Vec<StanceRow<'_>> = rows.collect();
    let mut out = out();
    heard(if args.json {
        out.json_pretty(&rows)
    } else {
        let cells = rows.iter().map(|row| {
            let sign = if row.differs { "≠" } else { "=" };
            [sign, &row.permission, row.one, row.other].map(str::to_owned).to_vec()
        });
        writeln!(out, "{} and {}", names[0], names[1]).and_then(|()| {
            Table { heads: vec!["", "permission", "one", "other"], rows: cells.collect(), names: Vec::new() }
                .print_all(&mut out)
        })
    })?;
    session.close().await;
    Ok(())
}

/// A custom role, or a predefined one with the permissions that custom roles show.
async fn side(session: &mut HeadlessSession, name: &str) -> Result<Side, CommandError> {
    let base = BASES.into_iter().find(|base| base.eq_ignore_ascii_case(name));
    if let Some(base) = base.filter(|base| session.directory.base_permissions(base).is_some()) {
        return Ok(Side::Base(base));
    }
    if base.is_some() {
        let why = format!("what {} allows is not known: no custom role builds on it", clean(name));
        return Err(CommandError::new(ErrorCode::Incomplete, why));
    }
    let found = names::roles(session, &[name.to_owned()]).await;
    let id = found.map_err(|error| error.hint("roles are compared here; --users compares two users"))?.pop();
    id.map(Side::Role).ok_or_else(|| CommandError::usage("a name is missing"))
}

fn word(stance: PermissionStance) -> &'static str {
    match stance {
        PermissionStance::Absent => "no",
        PermissionStance::Inherited => "inherited",
        PermissionStance::Added => "added",
    }
}
