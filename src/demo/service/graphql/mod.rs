//! W&B's GraphQL at `/graphql`, as much of it as the `User`, `Team` and `Member` classes of its Python package use.
//! This file reads a request, carries it out on the server's own state and answers; the fields are in the files beside.
//!
//! Made from the package (wandb 0.31.0): its operations, and its models, which say what may be null: every field here is
//! as nullable as they take it, no more. Statuses beside `errors` are those of published error reports (403 with
//! `PERMISSION_ERROR`, 404, 409).
//!
//! Choices where nothing is published: a member's id is the user's, an invitation's its own (`Invite:3`); pending
//! members come before the others, so that the package's `members[-1]` is the account it has just made; an invitation is
//! pending for known people too; `users` finds people only, at most 1,000 of them; `deletedAt` is when somebody was
//! deactivated; on the shared service nobody is an instance admin; an unknown or foreign team is `null`.

#![expect(clippy::unused_async, reason = "the library takes async fields only")]

mod keys;
mod organisation;
mod people;
mod scalars;
mod session;
mod team_changes;
mod teams;

use async_graphql::parser::types::{DocumentOperations, OperationType};
use async_graphql::{EmptySubscription, MergedObject, Request, Response, Schema, ServerError};
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

pub(super) use session::Session;

use super::reply::{Answer, Refusal, RequestReply};

#[derive(MergedObject, Default)]
struct Query(people::PeopleQuery, teams::TeamQuery, organisation::OrganisationQuery);

#[derive(MergedObject, Default)]
struct Mutation(people::PeopleMutation, keys::KeyMutation, team_changes::TeamMutation);

/// The schema, ready for requests.
pub(super) struct GraphqlApi(Schema<Query, Mutation, EmptySubscription>);

/// A request that could be parsed.
pub(super) struct Call {
    request: Request,
    name: Option<String>,
    writes: bool,
}

impl Call {
    /// Parses a request: `POST` with `{"query":…,"variables":…,"operationName":…}`.
    pub(super) fn read(method: &Method, body: &[u8]) -> Result<Self, Refusal> {
        if method != Method::POST {
            return Err(Refusal::method("GraphQL is asked with POST"));
        }
        let mut request: Request = serde_json::from_slice(body)
            .map_err(|error| Refusal::syntax(format!("the body is not a GraphQL request: {error}")))?;
        // The package sends an empty name.
        request.operation_name = request.operation_name.filter(|name| !name.is_empty());
        let wanted = request.operation_name.clone();
        let document = request.parsed_query().map_err(|error| Refusal::syntax(error.message))?;
        let (name, kind) = match &document.operations {
            DocumentOperations::Single(operation) => (None, Some(operation.node.ty)),
            DocumentOperations::Multiple(all) => {
                let chosen = all.iter().find(|(name, _)| wanted.as_ref().is_none_or(|wanted| wanted == name.as_str()));
                (chosen.map(|(name, _)| name.to_string()), chosen.map(|(_, operation)| operation.node.ty))
            }
        };
        Ok(Self { request, name, writes: kind == Some(OperationType::Mutation) })
    }

    /// The operation's name.
    pub(super) fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// A variable that is a text.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        match self.request.variables.get(name)? {
            async_graphql::Value::String(text) => Some(text.clone()),
            _ => None,
        }
    }

    /// Whether the operation may change something.
    pub(super) fn writes(&self) -> bool {
        self.writes
    }
}

impl GraphqlApi {
    pub(super) fn new() -> Self {
        Self(Schema::build(Query::default(), Mutation::default(), EmptySubscription).finish())
    }

    /// Executes the request; must be called outside the runtime's own threads.
    pub(super) fn answer(&self, call: Call, session: Session) -> Answer {
        let answered = self.0.execute(call.request.data(session));
        let response = tokio::runtime::Handle::current().block_on(answered);
        RequestReply::json(status(&response), &body(response))
    }
}

/// The status of the first refusal, as the real server has it; 400 for a request that does not fit the schema.
fn status(response: &Response) -> StatusCode {
    let Some(error) = response.errors.first() else { return StatusCode::OK };
    refusal(error).and_then(|refusal| StatusCode::from_u16(refusal.status).ok()).unwrap_or(StatusCode::BAD_REQUEST)
}

fn refusal(error: &ServerError) -> Option<&Refusal> {
    error.source.as_ref()?.downcast_ref()
}

fn body(response: Response) -> Value {
    let mut body = serde_json::Map::new();
    let errors: Vec<Value> = response.errors.iter().map(error_body).collect();
    if !errors.is_empty() {
        body.insert("errors".to_owned(), errors.into());
    }
    let data = response.data.into_json().unwrap_or_default();
    if errors_leave_data(&response.errors) {
        body.insert("data".to_owned(), data);
    }
    body.into()
}

/// A request that does not fit the schema was not executed, so that it has no data.
fn errors_leave_data(errors: &[ServerError]) -> bool {
    errors.iter().all(|error| !error.path.is_empty())
}

fn error_body(error: &ServerError) -> Value {
    // W&B's own wording, which its package looks for.
    let message = match error.message.strip_prefix("Unknown field ") {
        Some(rest) => format!("Cannot query field {rest}"),
        None => error.message.clone(),
    };
    let mut body = json!({ "message": message });
    if !error.path.is_empty() {
        body["path"] = serde_json::to_value(&error.path).unwrap_or_default();
    }
    if refusal(error).is_some_and(|refusal| refusal.status == 403) {
        body["extensions"] = json!({ "code": "PERMISSION_ERROR" });
    }
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nullability of the fields, as wandb 0.31.0's models expect.
    #[test]
    fn the_schema_is_as_nullable_as_the_package_takes_it() {
        insta::assert_snapshot!(GraphqlApi::new().0.sdl());
    }
}
