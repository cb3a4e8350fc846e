//! What is asked of a server beside its lists: what it can do, and where roles in the organisation come from.

use serde_json::Value;

use super::context::Context;
use crate::{
    directory::work::Report,
    scim::{
        discovery,
        failure::{Class, Failure},
        habits::Habits,
        list,
        request::{Method, Request},
        tree,
    },
};

/// Where the store keeps what another interface said of roles.
const TOLD_ROLES: &str = "told-roles";

/// What the server says of itself. Most say nothing, and that is no failure.
pub async fn discovered(context: &Context, discover: bool) -> Option<Habits> {
    if discover { discovery(context).await.ok().flatten() } else { None }
}

/// The same with the failure, where nothing was answered.
pub async fn discovery(context: &Context) -> Result<Option<Habits>, Failure> {
    if !context.dialect.discovers() {
        return Ok(None);
    }
    let answer = context.send(&Request::new(Method::Get, [discovery::ENDPOINTS[0]])).await?;
    let document = list::parse_one(&answer.body).ok();
    Ok(document.map(|document| discovery::service_config(&document).habits()))
}

/// Everybody's role, where another interface says it; what it said last time where it does not answer.
pub async fn told_roles(context: &Context) -> Option<Value> {
    let request = context.dialect.asks_for_roles()?;
    let answer = context.send(&request).await.and_then(|answer| {
        tree::parse(&answer.body).map_err(|error| {
            Failure::local(Class::Protocol, format!("The answer about roles could not be read: {error}"), "")
        })
    });
    match answer {
        Ok(document) => {
            let text = document.to_string();
            context.stored(move |store| store.meta_set(TOLD_ROLES, &text)).await;
            Some(document)
        }
        Err(failure) => {
            context.report(Report::Notice(format!("Roles could not be read: {}", failure.sentences())));
            stored_roles(context).await
        }
    }
}

/// What was said of roles last time.
pub async fn stored_roles(context: &Context) -> Option<Value> {
    context.dialect.asks_for_roles()?;
    let text = context.stored(|store| store.meta_get(TOLD_ROLES)).await.flatten()?;
    serde_json::from_str(&text).ok()
}
