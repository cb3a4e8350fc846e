//! Invitations to teams. Each team costs a request, so it is sent only on demand.

use rustc_hash::FxHashSet;
use serde::Serialize;

use super::{
    end::{ErrorCode, heard, note},
    error::{CommandError, ErrorDetail},
    further::{key, put_forward, session},
    headless_session::HeadlessSession,
    names,
    table::{Table, or_none},
};
use crate::{
    cli::{InvitationsArgs, SendOptions},
    directory::{
        Id, RecordKind,
        change::Change,
        refusal::Refusal,
        side_query::{SideQueryKind, TeamParticipant},
    },
    output::out,
    runtime::Opener,
    scim::{caseless, text::clean},
};

/// An invitation as scripts get it.
#[derive(Serialize)]
struct InvitationRow<'a> {
    id: &'a str,
    team: &'a str,
    user: &'a str,
    email: &'a str,
    /// `None` where that is not told.
    admin: Option<bool>,
}

pub(super) async fn list(opener: &Opener, profile: Option<&str>, args: &InvitationsArgs) -> Result<(), CommandError> {
    let mut session = HeadlessSession::open(opener, profile, None).await?;
    session.read(&[RecordKind::Team]).await?;
    told(&session)?;
    let teams = if args.teams.is_empty() {
        session.directory.records().teams().keys().cloned().collect()
    } else {
        names::teams(&mut session, &args.teams).await?
    };
    let Unasked { silent, why } = ask(&mut session, &teams).await?;
    let mut found: Vec<(&Id, &TeamParticipant)> = Vec::new();
    for team in &teams {
        let roster = session.directory.roster(team).unwrap_or_default();
        found.extend(roster.iter().filter(|one| one.pending).map(|one| (team, one)));
    }
    let name = |team: &Id| session.directory.team(team).map_or("", |team| team.name.raw());
    found.sort_by_cached_key(|(team, one)| (name(team).to_lowercase(), one.label().raw().to_lowercase()));
    let rows = found.iter().map(|(team, one)| InvitationRow {
        id: &one.id,
        team: name(team),
        user: one.user_name.raw(),
        email: one.email.raw(),
        admin: one.admin,
    });
    let rows: Vec<InvitationRow<'_>> = rows.collect();
    let mut out = out();
    heard(if args.json {
        out.json_pretty(&rows)
    } else {
        let cells = rows.iter().map(|row| {
            let as_admin = match row.admin {
                Some(true) => "admin",
                Some(false) => "member",
                None => "?",
            };
            [row.team, row.user, row.email, as_admin, row.id].map(or_none).to_vec()
        });
        Table { heads: vec!["team", "user", "email", "as", "id"], rows: cells.collect(), names: vec![0, 1, 2] }
            .print_all(&mut out)
    })?;
    session.close().await;
    if silent.is_empty() {
        return Ok(());
    }
    let words = format!("the invitations of {} of {} teams are not told{why}", silent.len(), teams.len());
    Err(CommandError::new(ErrorCode::Incomplete, words).printed())
}

/// Fails with the reason if invitations are not available here.
pub(super) fn told(session: &HeadlessSession) -> Result<(), CommandError> {
    match &session.can().tells_nothing {
        Some(why) => Err(CommandError::refused(Refusal::unsupported(why.clone()))),
        None => Ok(()),
    }
}

/// Teams whose invitations are not told.
struct Unasked {
    silent: Vec<Id>,
    /// The end of a sentence about them: a colon and the first reason, if the server gave one.
    why: String,
}

/// Asks about each team, one after another.
async fn ask(session: &mut HeadlessSession, teams: &[Id]) -> Result<Unasked, CommandError> {
    let topics = teams.iter().cloned().map(SideQueryKind::Roster).collect();
    let failed = session.ask_slowly(topics, "invitations of teams", |_| false).await?;
    let why = failed.first().map(|(_, failure)| format!(": {}", failure.text.trim_end_matches('.')));
    let silent = teams.iter().filter(|team| session.directory.roster(team).is_none()).cloned().collect();
    Ok(Unasked { silent, why: why.unwrap_or_default() })
}

pub(super) async fn invite(
    opener: &Opener,
    profile: Option<&str>,
    team: &str,
    to: &[String],
    admin: bool,
    send: &SendOptions,
) -> Result<(), CommandError> {
    let to = names::given(to)?;
    let mut session = session(opener, profile, send).await?;
    told(&session)?;
    let team = names::team(&mut session, team).await?;
    ask(&mut session, std::slice::from_ref(&team)).await?;
    let mut seen = FxHashSet::default();
    let to = to.into_iter().filter(|to| seen.insert(caseless::key(to.trim()).into_owned()));
    let changes = to.map(|to| Change::Invite { key: key(&mut session), team: team.clone(), to, admin });
    let changes = changes.collect();
    put_forward(session, changes, send).await
}

pub(super) async fn withdraw(
    opener: &Opener,
    profile: Option<&str>,
    team: &str,
    to: &[String],
    send: &SendOptions,
) -> Result<(), CommandError> {
    let to = names::given(to)?;
    let mut session = session(opener, profile, send).await?;
    told(&session)?;
    let team = names::team(&mut session, team).await?;
    let Unasked { silent, why } = ask(&mut session, std::slice::from_ref(&team)).await?;
    if !silent.is_empty() {
        let words = format!("nothing was sent: the invitations of the team are not told{why}");
        return Err(CommandError::new(ErrorCode::Incomplete, words));
    }
    let roster = session.directory.roster(&team).unwrap_or_default();
    let (mut changes, mut wrong) = (Vec::new(), Vec::new());
    for whom in &to {
        let meant: Vec<&TeamParticipant> =
            roster.iter().filter(|one| one.pending && (one.is(whom) || *one.id == **whom)).collect();
        match meant.as_slice() {
            [] => wrong.push(nobody(&session, &team, whom)),
            all => changes.extend(all.iter().map(|one| Change::RevokeInvite {
                team: team.clone(),
                invite: one.id.clone(),
                to: one.label().raw().to_owned(),
            })),
        }
    }
    match wrong.first() {
        None => put_forward(session, changes, send).await,
        Some(first) => Err(CommandError::new(ErrorCode::NameUnknown, first.message.clone()).details(wrong)),
    }
}

fn nobody(session: &HeadlessSession, team: &Id, whom: &str) -> ErrorDetail {
    let name = session.directory.team(team).map_or("", |team| team.name.as_str());
    let member = session.directory.roster(team).into_iter().flatten().any(|one| !one.pending && one.is(whom));
    let why = if member { "is a member already" } else { "has no pending invitation" };
    if member {
        note(format_args!("scimitar: `scimitar remove` takes members out."));
    }
    ErrorDetail {
        code: ErrorCode::NameUnknown.as_str(),
        subject: clean(whom).into_owned(),
        message: format!("{} {why} in {name}", clean(whom)),
        candidates: Vec::new(),
    }
}
