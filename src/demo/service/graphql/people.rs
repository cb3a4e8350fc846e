//! Users and their API keys: the caller, the search, the creation, keys made and deleted.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use super::super::ids::{GlobalId, Kind};
use super::super::options::Hosting;
use super::super::records::{Account, OrganisationRole, RecordNumber, User as Record};
use super::super::reply::Refusal;
use super::super::state::State;
use super::super::users::{require_address, require_seat};
use super::keys::{self, ApiKeyConnection};
use super::organisation::Organization;
use super::scalars::{DateTime, JsonString};
use super::session::{FallibleField, Session, still_there};
use super::teams::Entity;

/// The most people that one search finds.
const SEARCH_LIMIT: usize = 1_000;

pub(super) struct User(pub RecordNumber);

impl User {
    fn see<T>(&self, ctx: &Context<'_>, with: impl FnOnce(&State, &Record) -> T) -> Result<T, Refusal> {
        Session::of(ctx)?.read(|state| still_there(state, self.0).map(|user| with(state, user)))
    }
}

#[Object]
impl User {
    async fn id(&self) -> ID {
        ID(GlobalId(Kind::User, self.0).text())
    }

    async fn name(&self, ctx: &Context<'_>) -> Result<String, Refusal> {
        self.see(ctx, |_, user| user.display_name.to_string())
    }

    async fn username(&self, ctx: &Context<'_>) -> Result<Option<String>, Refusal> {
        self.see(ctx, |_, user| Some(user.user_name.to_string()))
    }

    async fn email(&self, ctx: &Context<'_>) -> Result<Option<String>, Refusal> {
        self.see(ctx, |_, user| given(&user.email))
    }

    /// Of the whole instance.
    async fn admin(&self, ctx: &Context<'_>) -> Result<Option<bool>, Refusal> {
        let shared = Session::of(ctx)?.options.hosting == Hosting::MultiTenant;
        self.see(ctx, |_, user| Some(!shared && user.organisation_role == OrganisationRole::Admin))
    }

    async fn flags(&self) -> Option<JsonString> {
        Some(JsonString::empty_object())
    }

    /// Where their runs go when nothing is said: the first team, or their own.
    async fn entity(&self, ctx: &Context<'_>) -> Result<Option<String>, Refusal> {
        self.see(ctx, |state, user| {
            let team = user.teams.first().and_then(|&(team, _)| state.team(team));
            Some(team.map_or(&user.user_name, |team| &team.name).to_string())
        })
    }

    async fn deleted_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>, Refusal> {
        self.see(ctx, |_, user| (!user.active).then(|| user.modified.unwrap_or(user.created).into()))
    }

    /// For W&B's own client only, and there for the owner and instance admins.
    async fn api_keys(&self, ctx: &Context<'_>) -> FallibleField<ApiKeyConnection> {
        Some(Session::of(ctx).and_then(|session| session.read(|state| keys::of(session, state, self.0))))
    }

    async fn teams(&self, ctx: &Context<'_>) -> Result<Option<EntityConnection>, Refusal> {
        self.see(ctx, |_, user| {
            let edges = user.teams.iter().map(|&(team, _)| EntityEdge { node: Some(Entity::Team(team)) }).collect();
            Some(EntityConnection { edges })
        })
    }

    async fn organizations(&self) -> Vec<Organization> {
        vec![Organization]
    }
}

/// None for the empty email of a service account.
pub(super) fn given(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

#[derive(SimpleObject)]
struct EntityConnection {
    edges: Vec<EntityEdge>,
}

#[derive(SimpleObject)]
struct EntityEdge {
    node: Option<Entity>,
}

#[derive(SimpleObject)]
struct UserConnection {
    edges: Vec<UserEdge>,
}

#[derive(SimpleObject)]
struct UserEdge {
    node: Option<User>,
}

#[derive(Default)]
pub(super) struct PeopleQuery;

#[Object]
impl PeopleQuery {
    /// Whose key asks.
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Option<User>, Refusal> {
        Ok(Some(User(Session::of(ctx)?.caller)))
    }

    /// The people whose username or email begins or ends like this.
    async fn users(&self, ctx: &Context<'_>, query: Option<String>) -> FallibleField<UserConnection> {
        Some(find(ctx, &query.unwrap_or_default()))
    }
}

fn find(ctx: &Context<'_>, query: &str) -> Result<UserConnection, Refusal> {
    let session = Session::of(ctx)?;
    session.read(|state| {
        session.require_instance_admin(state, "users")?;
        let found = |&number: &RecordNumber| state.user(number).is_some_and(|user| matches(user, query));
        let found = state.order().iter().copied().filter(found).take(SEARCH_LIMIT);
        Ok(UserConnection { edges: found.map(|number| UserEdge { node: Some(User(number)) }).collect() })
    })
}

fn matches(user: &Record, query: &str) -> bool {
    user.account == Account::Person
        && [&user.user_name, &user.email].into_iter().any(|text| begins_or_ends(text.as_bytes(), query.as_bytes()))
}

fn begins_or_ends(text: &[u8], part: &[u8]) -> bool {
    let Some(rest) = text.len().checked_sub(part.len()) else { return false };
    text[..part.len()].eq_ignore_ascii_case(part) || text[rest..].eq_ignore_ascii_case(part)
}

#[derive(InputObject)]
struct CreateUserInput {
    email: String,
    admin: Option<bool>,
}

#[derive(SimpleObject)]
struct CreateUserPayload {
    user: Option<User>,
}

#[derive(Default)]
pub(super) struct PeopleMutation;

#[Object]
impl PeopleMutation {
    /// A new account, with admin rights over the instance if `admin` says so.
    async fn create_user(&self, ctx: &Context<'_>, input: CreateUserInput) -> FallibleField<CreateUserPayload> {
        Some(Session::of(ctx).and_then(|session| session.write(|state| create(session, state, &input))))
    }
}

fn create(session: &Session, state: &mut State, input: &CreateUserInput) -> Result<CreateUserPayload, Refusal> {
    session.require_instance_admin(state, "createUser")?;
    let email = input.email.trim();
    require_address(email)?;
    if state.user_with_email(email).is_some() {
        return Err(Refusal::taken(format!("a user with the email {email:?} exists already")));
    }
    require_seat(&session.options, state)?;
    let name = free_user_name(state, email.split('@').next().unwrap_or_default());
    let mut user = Record::person(&name, &name, email, session.now);
    if input.admin == Some(true) {
        user.organisation_role = OrganisationRole::Admin;
    }
    Ok(CreateUserPayload { user: Some(User(state.insert_user(user))) })
}

/// A user name made from any text: lower-case letters, digits and dashes, with a number when somebody has it.
pub(super) fn free_user_name(state: &State, text: &str) -> String {
    let plain: String = text
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '-' })
        .collect();
    let base = match plain.trim_matches('-') {
        "" => "user",
        base => base,
    };
    let free = |name: &String| state.user_named(name).is_none();
    let mut numbered = (2..).map(|number| format!("{base}-{number}"));
    Some(base.to_owned()).filter(free).or_else(|| numbered.find(free)).unwrap_or_default()
}
