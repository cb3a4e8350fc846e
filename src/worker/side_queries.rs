//! Questions to a server beside its lists: its capabilities, and the source of roles in the organisation.

use serde_json::Value;

use super::context::WorkerContext;
use crate::{
    directory::work::WorkerReport,
    scim::{
        discovery,
        failure::{Failure, FailureClass},
        list,
        quirks::ServerQuirks,
        request::{Method, Request},
        tree,
    },
};

/// The store's key for the other interface's answer about roles.
const TOLD_ROLES: &str = "told-roles";

/// The server's own description. Most say nothing, and that is no failure.
pub async fn discovered(context: &WorkerContext, discover: bool) -> Option<ServerQuirks> {
    if discover { discovery(context).await.ok().flatten() } else { None }
}

/// Like [`discovered`], with the failure where nothing was answered.
pub async fn discovery(context: &WorkerContext) -> Result<Option<ServerQuirks>, Failure> {
    if !context.dialect.discovers() {
        return Ok(None);
    }
    let answer = context.send(&Request::new(Method::Get, [discovery::ENDPOINTS[0]])).await?;
    let document = list::parse_one(&answer.body).ok();
    Ok(document.map(|document| discovery::service_config(&document).habits()))
}

/// Everybody's role, where another interface says it; its last answer where it does not answer now.
pub async fn told_roles(context: &WorkerContext) -> Option<Value> {
    let request = context.dialect.asks_for_roles()?;
    let answer = context.send(&request).await.and_then(|answer| {
        tree::parse(&answer.body).map_err(|error| {
            Failure::local(FailureClass::Protocol, format!("The answer about roles could not be read: {error}"), "")
        })
    });
    match answer {
        Ok(document) => {
            let text = document.to_string();
            context.stored(move |store| store.meta_set(TOLD_ROLES, &text)).await;
            Some(document)
        }
        Err(failure) => {
            context.report(WorkerReport::Notice(format!("Roles could not be read: {}", failure.sentences())));
            stored_roles(context).await
        }
    }
}

/// The last answer about roles.
pub async fn stored_roles(context: &WorkerContext) -> Option<Value> {
    context.dialect.asks_for_roles()?;
    let text = context.stored(|store| store.meta_get(TOLD_ROLES)).await.flatten()?;
    serde_json::from_str(&text).ok()
}

/// The store's key for the server's answer about its hosting.
const TOLD_HOSTING: &str = "told-hosting";

/// Asks for a sign of how the server is hosted, and reports how it contradicts the profile. A known answer is asked for
/// again only in a console, and where it contradicts.
pub async fn ask_hosting(context: &WorkerContext) {
    if let Some(request) = context.dialect.asks_for_hosting() {
        let known: Option<String> = context.stored(|store| store.meta_get(TOLD_HOSTING)).await.flatten();
        let fits = |text: &String| context.dialect.hosting_contradicted(text.as_bytes()).is_none();
        if context.watches || !known.as_ref().is_some_and(fits) {
            let told = context.send(&request).await.ok();
            // An answer without a sign takes nothing back.
            let told = told.filter(|answer| context.dialect.tells_hosting(&answer.body));
            let told = told.and_then(|answer| String::from_utf8(answer.body).ok());
            if let Some(text) = &told {
                let kept = text.clone();
                context.stored(move |store| store.meta_set(TOLD_HOSTING, &kept)).await;
            }
            let contradicts = |text: &String| context.dialect.hosting_contradicted(text.as_bytes());
            context.contradict(told.or(known).as_ref().and_then(contradicts));
        }
    }
    context.report(WorkerReport::Hosting(context.contradiction()));
}
