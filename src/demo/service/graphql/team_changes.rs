//! Mutations of teams: create, invite, leave, add service accounts.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use super::super::ids::{GlobalId, Kind};
use super::super::invitations::OpenInvitation;
use super::super::records::{Account, RecordNumber, TeamRole, User as Record};
use super::super::reply::Refusal;
use super::super::state::State;
use super::super::users::require_address;
use super::people::{User, free_user_name};
use super::scalars::DateTime;
use super::session::{FallibleField, Session, still_there};
use super::teams::Entity;

#[derive(InputObject)]
struct CreateTeamInput {
    team_name: String,
    team_admin_user_name: Option<String>,
}

#[derive(SimpleObject)]
struct CreateTeamPayload {
    entity: Option<Entity>,
}

#[derive(InputObject)]
struct CreateInviteInput {
    entity_name: String,
    email: Option<String>,
    username: Option<String>,
    admin: Option<bool>,
}

#[derive(SimpleObject)]
struct CreateInvitePayload {
    invite: Option<Invite>,
}

/// An invitation as the answer to its making shows it.
#[derive(SimpleObject)]
struct Invite {
    id: ID,
    name: String,
    email: Option<String>,
    created_at: Option<DateTime>,
    to_user: Option<User>,
}

#[derive(InputObject)]
struct DeleteInviteInput {
    id: Option<String>,
    entity_name: Option<String>,
}

#[derive(SimpleObject)]
struct DeleteInvitePayload {
    success: Option<bool>,
}

#[derive(InputObject)]
struct CreateServiceAccountInput {
    description: String,
    entity_name: String,
}

#[derive(SimpleObject)]
struct CreateServiceAccountPayload {
    user: Option<User>,
}

#[derive(Default)]
pub(super) struct TeamMutation;

#[Object]
impl TeamMutation {
    /// A new team with one admin: the one who is named, or the caller.
    async fn create_team(&self, ctx: &Context<'_>, input: CreateTeamInput) -> FallibleField<CreateTeamPayload> {
        Some(Session::of(ctx).and_then(|session| session.write(|state| create_team(session, state, &input))))
    }

    /// An invitation by email or by username, pending until it is accepted.
    async fn create_invite(&self, ctx: &Context<'_>, input: CreateInviteInput) -> FallibleField<CreateInvitePayload> {
        Some(Session::of(ctx).and_then(|session| session.write(|state| create_invite(session, state, &input))))
    }

    /// Takes a member out of a team or revokes an invitation, whichever the id names.
    async fn delete_invite(&self, ctx: &Context<'_>, input: DeleteInviteInput) -> FallibleField<DeleteInvitePayload> {
        Some(Session::of(ctx).and_then(|session| session.write(|state| delete_invite(session, state, &input))))
    }

    /// A service account of one team; no key comes with it.
    async fn create_service_account(
        &self,
        ctx: &Context<'_>,
        input: CreateServiceAccountInput,
    ) -> FallibleField<CreateServiceAccountPayload> {
        Some(Session::of(ctx).and_then(|session| session.write(|state| create_service(session, state, &input))))
    }
}

fn filled<'a>(field: &str, text: Option<&'a str>) -> Result<&'a str, Refusal> {
    let text = text.map(str::trim).filter(|text| !text.is_empty());
    text.ok_or_else(|| Refusal::value(format!("{field} is required")))
}

fn team(state: &State, name: Option<&str>) -> Result<RecordNumber, Refusal> {
    let name = filled("entityName", name)?;
    state.team_named(name).ok_or_else(|| Refusal::new(404, format!("team {name:?} not found")))
}

/// Finds a person by user name.
fn person(state: &State, name: &str) -> Result<RecordNumber, Refusal> {
    let person =
        state.user_named(name).filter(|&number| state.user(number).is_some_and(|user| user.account == Account::Person));
    person.ok_or_else(|| Refusal::new(404, format!("user {name:?} not found")))
}

fn create_team(session: &Session, state: &mut State, input: &CreateTeamInput) -> Result<CreateTeamPayload, Refusal> {
    session.require_organisation_admin(state, "create teams")?;
    let name = filled("teamName", Some(&input.team_name))?;
    let admin = match &input.team_admin_user_name {
        Some(name) => person(state, name)?,
        None => session.caller,
    };
    if state.team_named(name).is_some() {
        return Err(Refusal::taken(format!("team {name:?} exists already")));
    }
    let services = state.organisation_services();
    let team = state.insert_team(name, session.now);
    state.join(team, admin, TeamRole::Admin, session.now);
    for service in services {
        state.join(team, service, TeamRole::Member, session.now);
    }
    Ok(CreateTeamPayload { entity: Some(Entity::Team(team)) })
}

fn create_invite(
    session: &Session,
    state: &mut State,
    input: &CreateInviteInput,
) -> Result<CreateInvitePayload, Refusal> {
    let team = team(state, Some(&input.entity_name))?;
    session.require_team_admin(state, team)?;
    let (email, known) = match (&input.email, &input.username) {
        (Some(email), None) => {
            let email = email.trim();
            require_address(email)?;
            (email.to_owned(), state.user_with_email(email))
        }
        (None, Some(name)) => {
            let number = person(state, name.trim())?;
            (still_there(state, number)?.email.to_string(), Some(number))
        }
        _ => return Err(Refusal::value("an invitation names either an email or a username")),
    };
    let name =
        known.and_then(|number| state.user(number)).map_or_else(|| email.clone(), |user| user.user_name.to_string());
    let there = state.team(team).is_some_and(|team| known.is_some_and(|number| team.members.contains(&number)));
    if there {
        return Err(Refusal::taken(format!("{name} is already a member of team {:?}", input.entity_name)));
    }
    if state.invitations.invites(team, &email) {
        return Err(Refusal::taken(format!("{name} is already invited to team {:?}", input.entity_name)));
    }
    let admin = input.admin.unwrap_or(false);
    let number = state.invitations.insert(OpenInvitation { team, email: email.clone().into(), admin });
    let invite = Invite {
        id: ID(GlobalId(Kind::Invite, number).text()),
        name,
        email: Some(email),
        created_at: Some(session.now.into()),
        to_user: known.map(User),
    };
    Ok(CreateInvitePayload { invite: Some(invite) })
}

fn delete_invite(
    session: &Session,
    state: &mut State,
    input: &DeleteInviteInput,
) -> Result<DeleteInvitePayload, Refusal> {
    let team = team(state, input.entity_name.as_deref())?;
    session.require_team_admin(state, team)?;
    let id = filled("id", input.id.as_deref())?;
    let invitation = GlobalId::parse(Kind::Invite, id)
        .filter(|&number| state.invitations.get(number).is_some_and(|invitation| invitation.team == team));
    let done = match (invitation, GlobalId::parse(Kind::User, id)) {
        (Some(number), _) => state.invitations.remove(number).is_some(),
        (None, Some(number)) => state.leave(team, number, session.now),
        (None, None) => false,
    };
    if done {
        return Ok(DeleteInvitePayload { success: Some(true) });
    }
    Err(Refusal::new(404, format!("{id:?} is neither a member of the team nor an open invitation to it")))
}

fn create_service(
    session: &Session,
    state: &mut State,
    input: &CreateServiceAccountInput,
) -> Result<CreateServiceAccountPayload, Refusal> {
    let team = team(state, Some(&input.entity_name))?;
    session.require_team_admin(state, team)?;
    let description = filled("description", Some(&input.description))?;
    let name = free_user_name(state, description);
    let mut user = Record::person(&name, description, "", session.now);
    user.account = Account::TeamService;
    let number = state.insert_user(user);
    state.join(team, number, TeamRole::Member, session.now);
    Ok(CreateServiceAccountPayload { user: Some(User(number)) })
}
