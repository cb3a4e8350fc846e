//! Entities (teams, people's own, the organisation's) and a team's members, pending ones included.

use async_graphql::{Context, ID, Object, SimpleObject};

use super::super::ids::{GlobalId, Kind};
use super::super::invitations::OpenInvitation;
use super::super::json::ORGANISATION;
use super::super::records::{RecordNumber, TeamRole, User as Record};
use super::super::reply::Refusal;
use super::super::state::State;
use super::super::words::account_word;
use super::organisation::{ENTITY, Organization};
use super::people::{User, given};
use super::scalars::{Int64, JsonString};
use super::session::Session;

/// The owner of runs and registries.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Entity {
    Team(RecordNumber),
    Person(RecordNumber),
    Organisation,
}

#[Object]
impl Entity {
    async fn id(&self) -> ID {
        ID(match *self {
            Self::Team(number) => GlobalId(Kind::Team, number).text(),
            Self::Person(number) => GlobalId(Kind::User, number).text(),
            Self::Organisation => GlobalId(Kind::Team, ORGANISATION).text(),
        })
    }

    async fn name(&self, ctx: &Context<'_>) -> Result<String, Refusal> {
        let session = Session::of(ctx)?;
        let name = session.read(|state| match *self {
            Self::Team(number) => state.team(number).map(|team| team.name.to_string()),
            Self::Person(number) => state.user(number).map(|user| user.user_name.to_string()),
            Self::Organisation => Some(ENTITY.to_owned()),
        });
        name.ok_or_else(|| Refusal::new(404, "the entity is gone"))
    }

    /// Whether the name is free, which it is not.
    async fn available(&self) -> Option<bool> {
        Some(false)
    }

    async fn photo_url(&self) -> Option<String> {
        None
    }

    async fn limits(&self) -> Option<JsonString> {
        None
    }

    /// For the caller.
    async fn read_only(&self, ctx: &Context<'_>) -> Result<Option<bool>, Refusal> {
        let session = Session::of(ctx)?;
        let Self::Team(team) = *self else { return Ok(Some(false)) };
        Ok(session.read(|state| state.user(session.caller).map(|user| user.teams.contains(&(team, TeamRole::Viewer)))))
    }

    async fn read_only_admin(&self) -> bool {
        false
    }

    async fn is_team(&self) -> bool {
        matches!(self, Self::Team(_))
    }

    async fn entity_type(&self) -> Option<&str> {
        Some(match self {
            Self::Team(_) => "team",
            Self::Person(_) => "user",
            Self::Organisation => "organization",
        })
    }

    async fn private_only(&self) -> bool {
        false
    }

    async fn storage_bytes(&self) -> Int64 {
        Int64(0)
    }

    async fn code_saving_enabled(&self) -> bool {
        false
    }

    async fn default_access(&self) -> &str {
        "USER_READ"
    }

    async fn is_paid(&self) -> Option<bool> {
        Some(true)
    }

    async fn organization(&self) -> Option<Organization> {
        (!matches!(self, Self::Person(_))).then_some(Organization)
    }

    async fn user(&self) -> Option<User> {
        match *self {
            Self::Person(number) => Some(User(number)),
            _ => None,
        }
    }

    /// Open invitations first, then who is in the team, in the order they came.
    async fn members(&self, ctx: &Context<'_>) -> Result<Vec<Member>, Refusal> {
        let Self::Team(team) = *self else { return Ok(Vec::new()) };
        Ok(Session::of(ctx)?.read(|state| members(state, team)))
    }
}

/// A place in a team, taken or offered.
#[derive(SimpleObject)]
struct Member {
    id: Option<String>,
    admin: Option<bool>,
    pending: Option<bool>,
    email: Option<String>,
    username: Option<String>,
    name: String,
    photo_url: Option<String>,
    account_type: Option<&'static str>,
    /// Never shown again since release 0.77.
    api_key: Option<String>,
}

fn members(state: &State, team: RecordNumber) -> Vec<Member> {
    let invited = state.invitations.to(team).map(|(number, invitation)| pending(state, number, invitation));
    let there = state.team(team).map(|team| team.members.as_slice()).unwrap_or_default();
    let there = there.iter().filter_map(|&number| Some(present(number, state.user(number)?, team)));
    invited.chain(there).collect()
}

fn present(number: RecordNumber, user: &Record, team: RecordNumber) -> Member {
    Member {
        id: Some(GlobalId(Kind::User, number).text()),
        admin: Some(user.teams.contains(&(team, TeamRole::Admin))),
        pending: Some(false),
        email: given(&user.email),
        username: Some(user.user_name.to_string()),
        name: user.display_name.to_string(),
        photo_url: None,
        account_type: Some(account_word(user.account)),
        api_key: None,
    }
}

fn pending(state: &State, number: RecordNumber, invitation: &OpenInvitation) -> Member {
    let known = state.user_with_email(&invitation.email).and_then(|number| state.user(number));
    Member {
        id: Some(GlobalId(Kind::Invite, number).text()),
        admin: Some(invitation.admin),
        pending: Some(true),
        email: Some(invitation.email.to_string()),
        username: known.map(|user| user.user_name.to_string()),
        name: known.map_or_else(|| invitation.email.to_string(), |user| user.display_name.to_string()),
        photo_url: None,
        account_type: Some("USER"),
        api_key: None,
    }
}

#[derive(Default)]
pub(super) struct TeamQuery;

#[Object]
impl TeamQuery {
    /// By name; none when there is none, or when it is a team the caller has no part in.
    async fn entity(&self, ctx: &Context<'_>, name: String) -> Result<Option<Entity>, Refusal> {
        let session = Session::of(ctx)?;
        Ok(session.read(|state| {
            if name == ENTITY {
                return Some(Entity::Organisation);
            }
            let Some(team) = state.team_named(&name) else { return state.user_named(&name).map(Entity::Person) };
            let inside = state.user(session.caller).is_some_and(|user| user.teams.iter().any(|&(own, _)| own == team));
            let seen = inside || session.require_organisation_admin(state, "see this team").is_ok();
            seen.then_some(Entity::Team(team))
        }))
    }
}
