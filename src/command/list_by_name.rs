//! `users NAME…` and `members TEAM` without lists: the records are read alone, as for single changes.

use super::{by_name::MOST_USERS, error::CommandError, headless_session::HeadlessSession};
use crate::directory::{Id, RecordKind, ResourceRef, record::User};

/// The users of these names, with their teams; `None` if only the lists show as much.
pub(super) async fn users(session: &mut HeadlessSession, names: &[String]) -> Result<Option<Vec<Id>>, CommandError> {
    // Elsewhere only the list of teams shows memberships.
    if !session.can().holds().team_roles || names.len() > MOST_USERS {
        return Ok(None);
    }
    let Some(users) = session.identify(RecordKind::User, names).await? else { return Ok(None) };
    let ids: indexmap::IndexSet<Id> = users.iter().map(|user| user.id().clone()).collect();
    for id in &ids {
        if !is_told(session, id) || !session.identify_teams_of(id.clone()).await? {
            return Ok(None);
        }
    }
    Ok(Some(ids.into_iter().collect()))
}

/// The team of this name, with its members; `None` if only the lists show as much.
pub(super) async fn team(session: &mut HeadlessSession, name: &str) -> Result<Option<Id>, CommandError> {
    let Some(teams) = session.identify(RecordKind::Team, &[name.to_owned()]).await? else { return Ok(None) };
    let Some(team) = teams.first().map(|team| team.id().clone()) else { return Ok(None) };
    let Some(members) = session.directory.team(&team).and_then(|team| team.members.as_deref()) else { return Ok(None) };
    // A team without the attribute has no members, or does not tell them: other teams decide.
    if members.is_empty() || members.len() > MOST_USERS {
        return Ok(None);
    }
    let members: Vec<Id> = members.iter().map(|member| member.id.clone()).collect();
    if session.read_alone(members.iter().map(ResourceRef::user).collect()).await?.is_some() {
        return Ok(None);
    }
    // A member who is no user may be a group, or a user by another name.
    Ok(members.iter().all(|member| is_told(session, member)).then_some(team))
}

/// True where the record alone tells as much of a user as the lists would: roles that follow from groups, and whether
/// somebody has no address, are told by other records.
fn is_told(session: &HeadlessSession, user: &Id) -> bool {
    let records = session.directory.records();
    let is_whole = |user: &User| user.problem.is_none() && records.tells_email(user);
    !records.role_source().is_mapping() && session.directory.user(user).is_some_and(is_whole)
}
