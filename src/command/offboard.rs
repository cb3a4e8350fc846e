//! The end of people's access, as one plan.

use super::{
    end::{CommandError, ErrorCode, ErrorDetail},
    further::desk,
    headless_session::HeadlessSession,
    invitations, names,
    send::{Proposal, propose},
};
use crate::{
    cli::SendOptions,
    directory::{
        Id,
        change::ChangeVerb,
        offboarding::{OffboardingDraft, OffboardingFinder},
        side_query::SideQueryKind,
    },
    runtime::Opener,
    scim::failure::{Failure, FailureClass},
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
    let mut notes = ask_beside(&mut desk, &leaving).await?;
    let draft = OffboardingFinder {
        directory: &desk.directory,
        can: desk.planner.capabilities(),
        leaving: &leaving,
        successor: successor.as_ref(),
    };
    let OffboardingDraft { changes, notes: more, bare } = draft.draft();
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
    Box::pin(propose(desk, Proposal { changes, notes, ..Proposal::default() }, send)).await
}

/// Who becomes admin: somebody who stays.
async fn next_admin(desk: &mut HeadlessSession, name: &str, leaving: &[Id]) -> Result<Id, CommandError> {
    let found = names::users(desk, &[name.to_owned()]).await?.pop();
    let id = found.ok_or_else(|| CommandError::usage("a name is missing"))?;
    let user = desk.directory.user(&id);
    let why = match user {
        _ if leaving.contains(&id) => "goes, too",
        Some(user) if user.is_inactive() => "is inactive",
        Some(user) if user.account.is_service() => "is a service account",
        _ => return Ok(id),
    };
    let name = user.map_or_else(|| name.to_owned(), |user| user.user_name.to_string());
    Err(CommandError::new(ErrorCode::ValueUnknown, format!("--successor: {name} {why}")))
}

/// Asks for what no list tells: invitations and admins of teams, and API keys. Gives what the server keeps to itself.
async fn ask_beside(desk: &mut HeadlessSession, leaving: &[Id]) -> Result<Vec<String>, CommandError> {
    let mut notes = desk.incomplete(&super::headless_session::USERS_AND_TEAMS);
    if let Some(why) = &desk.can().tells_nothing {
        notes.push(why.clone());
        return Ok(notes);
    }
    let teams: Vec<Id> = desk.directory.records().teams().keys().cloned().collect();
    let silent = invitations::ask(desk, &teams).await?;
    if !silent.is_empty() {
        notes.push(format!("The invitations of {} of {} teams were not told.", silent.len(), teams.len()));
    }
    // Whose key is in use decides whose keys stay.
    desk.ask(Vec::new()).await?;
    if let Err(why) = desk.can().can(ChangeVerb::DeleteKey) {
        notes.push(why.to_string());
        return Ok(notes);
    }
    let people = leaving.iter().filter(|id| desk.directory.user(id).is_some_and(|user| !user.account.is_service()));
    let topics: Vec<SideQueryKind> = people.cloned().map(SideQueryKind::Person).collect();
    let refused = |failure: &Failure| {
        matches!(failure.class, FailureClass::Forbidden | FailureClass::Unauthorized | FailureClass::Refused)
    };
    let failed = desk.ask_slowly(topics, "API keys of people", refused).await?;
    if let Some((_, failure)) = failed.first() {
        notes.push(format!(
            "API keys of other people are not told: {}. W&B answers this to admins of the instance only; the W&B app has \
             the organisation's keys.",
            failure.text.trim_end_matches('.')
        ));
    }
    Ok(notes)
}
