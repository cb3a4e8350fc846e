//! Users and their API keys: the caller, the search, the creation, keys made and deleted.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use super::super::auth::random_key;
use super::super::ids::{GlobalId, Kind};
use super::super::records::{Account, Number, OrganisationRole, User as Record};
use super::super::reply::Refusal;
use super::super::state::State;
use super::super::users::{require_address, require_seat};
use super::super::version::Generation;
use super::organisation::Organization;
use super::scalars::{DateTime, JsonString};
use super::session::{Fallible, Session, still_there};
use super::teams::Entity;

/// The most people that one search finds.
const SEARCH_LIMIT: usize = 1_000;
/// The most keys that one account may have.
const KEY_LIMIT: usize = 100;

pub(super) struct User(pub Number);

impl User {
    fn see<T>(&self, ctx: &Context<'_>, with: impl FnOnce(&State, &Record) -> T) -> Result<T, Refusal> {
        Session::of(ctx)?.read(|state| still_there(state, self.0).map(|user| with(state, user)))
    }

    fn keys(&self, ctx: &Context<'_>) -> Result<ApiKeyConnection, Refusal> {
        let session = Session::of(ctx)?;
        session.require_client()?;
        let edges = session.read(|state| {
            if session.caller != self.0 && !session.is_instance_admin(state) {
                return Err(Refusal::new(403, "relogin required"));
            }
            Ok(state
                .keys
                .of(self.0)
                .map(|(number, key)| ApiKeyEdge { node: Some(ApiKey::listed(number, key)) })
                .collect())
        })?;
        Ok(ApiKeyConnection { edges })
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
        let shared = Session::of(ctx)?.options.hosting == super::super::options::Hosting::MultiTenant;
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
    async fn api_keys(&self, ctx: &Context<'_>) -> Fallible<ApiKeyConnection> {
        Some(self.keys(ctx))
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

/// One key. Its name is the secret in the answer to its creation, and the secret's beginning ever after.
#[derive(SimpleObject)]
pub(super) struct ApiKey {
    id: ID,
    name: String,
    description: Option<String>,
}

impl ApiKey {
    fn listed(number: Number, key: &super::super::key_ring::ApiKey) -> Self {
        Self {
            id: ID(GlobalId(Kind::ApiKey, number).text()),
            name: key.name.to_string(),
            description: given(&key.description),
        }
    }
}

#[derive(SimpleObject)]
struct ApiKeyConnection {
    edges: Vec<ApiKeyEdge>,
}

#[derive(SimpleObject)]
struct ApiKeyEdge {
    node: Option<ApiKey>,
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
    async fn users(&self, ctx: &Context<'_>, query: Option<String>) -> Fallible<UserConnection> {
        Some(find(ctx, &query.unwrap_or_default()))
    }
}

fn find(ctx: &Context<'_>, query: &str) -> Result<UserConnection, Refusal> {
    let session = Session::of(ctx)?;
    session.read(|state| {
        session.require_instance_admin(state, "users")?;
        let found = |&number: &Number| state.user(number).is_some_and(|user| matches(user, query));
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

#[derive(InputObject)]
struct GenerateApiKeyInput {
    description: Option<String>,
}

#[derive(SimpleObject)]
struct GenerateApiKeyPayload {
    api_key: Option<ApiKey>,
}

#[derive(InputObject)]
struct DeleteApiKeyInput {
    id: String,
}

/// Whether it was done.
#[derive(SimpleObject)]
pub(super) struct DeleteApiKeyPayload {
    success: Option<bool>,
}

#[derive(Default)]
pub(super) struct PeopleMutation;

#[Object]
impl PeopleMutation {
    /// A new account, with admin rights over the instance if `admin` says so.
    async fn create_user(&self, ctx: &Context<'_>, input: CreateUserInput) -> Fallible<CreateUserPayload> {
        Some(Session::of(ctx).and_then(|session| session.write(|state| create(session, state, &input))))
    }

    /// A key of the caller, whoever the client shows; its name is the secret, this once.
    async fn generate_api_key(&self, ctx: &Context<'_>, input: GenerateApiKeyInput) -> Fallible<GenerateApiKeyPayload> {
        Some(Session::of(ctx).and_then(|session| session.write(|state| generate_key(session, state, input))))
    }

    /// By the key's owner, or an instance admin.
    async fn delete_api_key(&self, ctx: &Context<'_>, input: DeleteApiKeyInput) -> Fallible<DeleteApiKeyPayload> {
        Some(Session::of(ctx).and_then(|session| session.write(|state| delete_key(session, state, &input.id))))
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

fn generate_key(
    session: &Session,
    state: &mut State,
    input: GenerateApiKeyInput,
) -> Result<GenerateApiKeyPayload, Refusal> {
    if Generation::of(&session.options).key_limits && state.keys.of(session.caller).count() >= KEY_LIMIT {
        return Err(Refusal::new(400, format!("an account can have {KEY_LIMIT} API keys, and this one has them")));
    }
    let secret = random_key().map_err(|error| Refusal::new(500, error.to_string()))?;
    let description = input.description.unwrap_or_default();
    let number = state.keys.insert(session.caller, &secret, &description);
    let id = ID(GlobalId(Kind::ApiKey, number).text());
    Ok(GenerateApiKeyPayload { api_key: Some(ApiKey { id, name: secret, description: given(&description) }) })
}

fn delete_key(session: &Session, state: &mut State, id: &str) -> Result<DeleteApiKeyPayload, Refusal> {
    let unknown = || Refusal::new(404, format!("API key {id:?} not found"));
    let number = GlobalId::parse(Kind::ApiKey, id).ok_or_else(unknown)?;
    let owner = state.keys.get(number).ok_or_else(unknown)?.owner;
    if owner != session.caller {
        session.require_instance_admin(state, "deleteApiKey")?;
    }
    state.keys.remove(number);
    Ok(DeleteApiKeyPayload { success: Some(true) })
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
