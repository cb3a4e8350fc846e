//! API keys: listed, created for the caller, deleted.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use super::super::auth::random_key;
use super::super::generation::ServerGeneration;
use super::super::ids::{GlobalId, Kind};
use super::super::key_ring;
use super::super::records::RecordNumber;
use super::super::reply::Refusal;
use super::super::state::State;
use super::people::given;
use super::session::{FallibleField, Session};

/// Maximum number of keys per account.
const KEY_LIMIT: usize = 100;

/// An API key. Its name is the whole secret in the answer to its creation, and the beginning of the secret afterwards.
#[derive(SimpleObject)]
pub(super) struct ApiKey {
    id: ID,
    name: String,
    description: Option<String>,
}

impl ApiKey {
    fn listed(number: RecordNumber, key: &key_ring::ApiKey) -> Self {
        Self {
            id: ID(GlobalId(Kind::ApiKey, number).text()),
            name: key.name.to_string(),
            description: given(&key.description),
        }
    }
}

#[derive(SimpleObject)]
pub(super) struct ApiKeyConnection {
    edges: Vec<ApiKeyEdge>,
}

#[derive(SimpleObject)]
struct ApiKeyEdge {
    node: Option<ApiKey>,
}

/// The keys of a user, for W&B's own client, and there for their owner and instance admins.
pub(super) fn of(session: &Session, state: &State, owner: RecordNumber) -> Result<ApiKeyConnection, Refusal> {
    session.require_client()?;
    if session.caller != owner && !session.is_instance_admin(state) {
        return Err(Refusal::new(403, "relogin required"));
    }
    let edge = |(number, key)| ApiKeyEdge { node: Some(ApiKey::listed(number, key)) };
    Ok(ApiKeyConnection { edges: state.keys.of(owner).map(edge).collect() })
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
pub(super) struct KeyMutation;

#[Object]
impl KeyMutation {
    /// A key of the caller, whoever the client shows; its name is the secret, this once.
    async fn generate_api_key(
        &self,
        ctx: &Context<'_>,
        input: GenerateApiKeyInput,
    ) -> FallibleField<GenerateApiKeyPayload> {
        Some(Session::of(ctx).and_then(|session| session.write(|state| generate_key(session, state, input))))
    }

    /// By the key's owner, or an instance admin.
    async fn delete_api_key(&self, ctx: &Context<'_>, input: DeleteApiKeyInput) -> FallibleField<DeleteApiKeyPayload> {
        Some(Session::of(ctx).and_then(|session| session.write(|state| delete_key(session, state, &input.id))))
    }
}

fn generate_key(
    session: &Session,
    state: &mut State,
    input: GenerateApiKeyInput,
) -> Result<GenerateApiKeyPayload, Refusal> {
    if ServerGeneration::of(&session.options).key_limits && state.keys.of(session.caller).count() >= KEY_LIMIT {
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
