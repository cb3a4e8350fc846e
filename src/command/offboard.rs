//! The end of people's access, as one plan.

use super::{
    end::{CommandError, ErrorCode, ErrorDetail},
    further::desk,
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
    let mut desk = desk(opener, profile, send).await?;
    let leaving = names::users(&mut desk, &given).await?;
    let successor = match successor {
        Some(name) => Some(next_admin(&mut desk, name, &leaving).await?),
        None => None,
    };
    desk.fill(leaving.iter().cloned().chain(successor.clone())).await?;
    let teams: Vec<Id> = leaving.iter().flat_map(|user| desk.directory.teams_of(user)).collect();
    desk.fill_teams(teams.into_iter()).await?;
    let mut notes = desk.incomplete(&super::headless_session::USERS_AND_TEAMS);
    let keys_refused = ask_beside(&mut desk, &leaving).await?;
    let finder = finder(&desk, &leaving, successor.as_ref(), keys_refused.as_deref());
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
    let changes = desk.still_open(changes).await?;
    Box::pin(propose(desk, Proposal { changes, title, notes, ..Proposal::default() }, send)).await
}

/// Who becomes admin: somebody who stays.
async fn next_admin(desk: &mut HeadlessSession, name: &str, leaving: &[Id]) -> Result<Id, CommandError> {
    let found = names::users(desk, &[name.to_owned()]).await?.pop();
    let id = found.ok_or_else(|| CommandError::usage("a name is missing"))?;
    let Some(user) = desk.directory.user(&id) else { return Ok(id) };
    let Some(why) = finder(desk, leaving, None, None).cant_succeed(user) else { return Ok(id) };
    let name = &user.user_name;
    Err(CommandError::new(ErrorCode::ValueUnknown, format!("--successor: {name} {why}")))
}

/// Asks for what no list tells: invitations and admins of teams, and API keys. Gives why the server tells no keys.
async fn ask_beside(desk: &mut HeadlessSession, leaving: &[Id]) -> Result<Option<String>, CommandError> {
    let questions = finder(desk, leaving, None, None).questions();
    if questions.is_empty() {
        return Ok(None);
    }
    // Whose key is in use decides whose keys stay.
    desk.ask(Vec::new()).await?;
    let (keys, teams) = questions.into_iter().partition(|topic| matches!(topic, SideQueryKind::Person(_)));
    desk.ask_slowly(teams, "invitations of teams", |_| false).await?;
    let failed = desk.ask_slowly(keys, "API keys of people", Failure::is_refusal).await?;
    let refused = failed.into_iter().map(|(_, failure)| failure).find(Failure::is_refusal);
    Ok(refused.map(|failure| failure.text))
}

fn finder<'a>(
    desk: &'a HeadlessSession,
    leaving: &'a [Id],
    successor: Option<&'a Id>,
    keys_refused: Option<&'a str>,
) -> OffboardingFinder<'a> {
    OffboardingFinder { directory: &desk.directory, can: desk.planner.capabilities(), leaving, successor, keys_refused }
}
