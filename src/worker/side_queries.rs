//! Queries beside the lists: the server's capabilities, and the source of roles in the organisation.

use std::sync::atomic::Ordering;

use serde_json::Value;

use super::context::WorkerContext;
use crate::{
    directory::{Directory, Observation, RecordKind, side_query::SideQueryKind, work::WorkerReport},
    scim::{
        discovery,
        failure::{Failure, FailureClass},
        list,
        quirks::ServerQuirks,
        request::{Method, Request},
        tree,
    },
};

/// The store's key for the other API's answer about roles.
const TOLD_ROLES: &str = "told-roles";

/// The server's own description (discovery). Most servers have none; that is no failure.
pub async fn discovered(context: &WorkerContext, discover: bool) -> Option<ServerQuirks> {
    if discover { discovery(context).await.ok().flatten() } else { None }
}

/// Like [`discovered`], with the failure if no endpoint answered.
pub async fn discovery(context: &WorkerContext) -> Result<Option<ServerQuirks>, Failure> {
    if !context.dialect.discovers() {
        return Ok(None);
    }
    let answer = context.send(&Request::new(Method::Get, [discovery::ENDPOINTS[0]])).await?;
    let document = list::parse_one(&answer.body).ok();
    Ok(document.map(|document| discovery::service_config(&document).habits()))
}

/// Everybody's role from another API; its last answer if it does not answer now.
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
            if failure.class != FailureClass::Forbidden {
                context.report(WorkerReport::Notice(format!("Roles could not be read: {}", failure.sentences())));
            } else if !context.roles_refused.swap(true, Ordering::Relaxed) {
                // The next refresh is refused the same.
                let needs = context.dialect.needs_for_roles();
                let words = format!("The key in use may not see roles (403). {needs}");
                context.report(WorkerReport::Notice(words.trim_end().into()));
            }
            stored_roles(context).await
        }
    }
}

/// Reads the provider's settings that plans mention. A key that may not read them gets nothing, without a failure.
pub async fn told_settings(context: &WorkerContext) {
    if context.dialect.capabilities().settings.is_empty() {
        return;
    }
    let Ok(inquiry) = context.dialect.inquiry(SideQueryKind::Settings, &Directory::default()) else { return };
    let Ok(answer) = context.send(&inquiry.request).await else { return };
    if let Some(told) = context.dialect.told(&inquiry, &answer.body) {
        context.report(WorkerReport::Learnt(vec![Observation::Told(SideQueryKind::Settings, told)]));
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

/// Asks the server how it is hosted, and reports a contradiction to the profile. A stored answer is checked again only
/// by a console, and only if it contradicts. False if the server could not be asked.
pub async fn ask_hosting(context: &WorkerContext) -> bool {
    let mut asked = true;
    if let Some(request) = context.dialect.asks_for_hosting().filter(|_| context.dialect.names_hosting()) {
        let known: Option<String> = context.stored(|store| store.meta_get(TOLD_HOSTING)).await.flatten();
        let fits = |text: &String| context.dialect.hosting_contradicted(text.as_bytes()).is_none();
        if context.watches || !known.as_ref().is_some_and(fits) {
            let told = context.send(&request).await;
            asked = !told.as_ref().is_err_and(|why| {
                matches!(why.class, FailureClass::Offline | FailureClass::Proxy | FailureClass::Timeout)
            });
            let told = told.ok();
            // An answer without a sign takes nothing back.
            let told = told.filter(|answer| context.dialect.tells_hosting(&answer.body));
            let told = told.and_then(|answer| String::from_utf8(answer.body).ok());
            if let Some(text) = &told {
                let kept = text.clone();
                context.stored(move |store| store.meta_set(TOLD_HOSTING, &kept)).await;
            }
            let contradicts = |text: &String| context.dialect.hosting_contradicted(text.as_bytes());
            let told = told.or(known);
            context.contradict(told.as_ref().and_then(contradicts));
            if asked && told.is_none() && context.contradiction().is_none() && context.dialect.has_shape() {
                look_at_a_user(context).await;
            }
        }
    }
    context.report(WorkerReport::Hosting(context.contradiction()));
    asked
}

/// Compares the profile's hosting with the form of one user, because a creation reads no record before it is sent. A
/// server that shows no user contradicts nothing.
async fn look_at_a_user(context: &WorkerContext) {
    let Some(mut request) = context.dialect.list(RecordKind::User).map(|list| list.request) else { return };
    request
        .query
        .extend([("startIndex", "1"), ("count", "1")].map(|(name, value)| (name.to_owned(), value.to_owned())));
    let Ok(answer) = context.send(&request).await else { return };
    let Ok(text) = list::into_text(answer.body) else { return };
    if let Ok(page) = list::parse_text(&text) {
        page.resources.first().into_iter().for_each(|raw| context.compare_hosting(raw));
    }
}
