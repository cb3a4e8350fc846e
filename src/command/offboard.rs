//! The end of people's access, as one plan.

use super::{
    end::ErrorCode,
    error::{CommandError, ErrorDetail},
    further::session,
    headless_session::HeadlessSession,
    names,
    send::{Proposal, propose},
};
use crate::{
    cli::SendOptions,
    directory::{
        Id,
        offboarding::{OffboardingDraft, OffboardingFinder},
        side_query::SideQueryKind,
    },
    runtime::Opener,
    scim::failure::Failure,
};

pub(super) async fn run(
    opener: &Opener,
    profile: Option<&str>,
    users: &[String],
    successor: Option<&str>,
    send: &SendOptions,
) -> Result<(), CommandError> {
    let given = names::given(users)?;
    let mut session = session(opener, profile, send).await?;
    let leaving = names::users(&mut session, &given).await?;
    let successor = match successor {
        Some(name) => Some(next_admin(&mut session, name, &leaving).await?),
        None => None,
    };
    session.fill(leaving.iter().cloned().chain(successor.clone())).await?;
    let teams: Vec<Id> = leaving.iter().flat_map(|user| session.directory.teams_of(user)).collect();
    session.fill_teams(teams.into_iter()).await?;
    let mut notes = session.incomplete(&super::headless_session::USERS_AND_TEAMS);
    let keys_refused = ask_beside(&mut session, &leaving).await?;
    let finder = finder(&session, &leaving, successor.as_ref(), keys_refused.as_deref());
    let title = Some(finder.title());
    let OffboardingDraft { changes, notes: more, bare } = finder.draft();
    if !bare.is_empty() {
        let details = bare.iter().map(|(team, admin)| ErrorDetail {
            code: ErrorCode::Refused.as_str(),
            subject: team.to_string(),
            message: format!("{team} would lose its last known admin, {admin}"),
            candidates: Vec::new(),
        });
        let names: Vec<&str> = bare.iter().map(|(team, _)| team.as_str()).collect();
        let words = format!("nothing was sent: no admin would be left in {}", names.join(", "));
        let stop = CommandError::new(ErrorCode::Refused, words).details(details.collect());
        return Err(stop.hint("--successor USER names who becomes admin there"));
    }
    notes.extend(more);
    let changes = session.still_open(changes).await?;
    Box::pin(propose(session, Proposal { changes, title, notes, ..Proposal::default() }, send)).await
}

/// Who becomes admin: somebody who stays.
async fn next_admin(session: &mut HeadlessSession, name: &str, leaving: &[Id]) -> Result<Id, CommandError> {
    let found = names::users(session, &[name.to_owned()]).await?.pop();
    let id = found.ok_or_else(|| CommandError::usage("a name is missing"))?;
    let Some(user) = session.directory.user(&id) else { return Ok(id) };
    let Some(why) = finder(session, leaving, None, None).cant_succeed(user) else { return Ok(id) };
    let name = &user.user_name;
    Err(CommandError::new(ErrorCode::ValueUnknown, format!("--successor: {name} {why}")))
}

/// Asks for what no list tells: invitations and admins of teams, and API keys. Gives why the server tells no keys.
async fn ask_beside(session: &mut HeadlessSession, leaving: &[Id]) -> Result<Option<String>, CommandError> {
    let questions = finder(session, leaving, None, None).questions();
    if questions.is_empty() {
        return Ok(None);
    }
    // Whose key is in use decides whose keys stay.
    session.ask(Vec::new()).await?;
    let (keys, teams) = questions.into_iter().partition(|topic| matches!(topic, SideQueryKind::Person(_)));
    session.ask_slowly(teams, "invitations of teams", |_| false).await?;
    let failed = session.ask_slowly(keys, "API keys of people", Failure::is_refusal).await?;
    let refused = failed.into_iter().map(|(_, failure)| failure).find(Failure::is_refusal);
    Ok(refused.map(|failure| failure.text))
}

fn finder<'a>(
    session: &'a HeadlessSession,
    leaving: &'a [Id],
    successor: Option<&'a Id>,
    keys_refused: Option<&'a str>,
) -> OffboardingFinder<'a> {
    OffboardingFinder {
        directory: &session.directory,
        can: session.planner.capabilities(),
        leaving,
        successor,
        keys_refused,
    }
}
