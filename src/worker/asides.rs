//! What is asked of a server beside its lists: what it can do, and where roles in the organisation come from.

use serde_json::{Value, value::RawValue};

use super::{context::Context, refresh::Listed};
use crate::{
    directory::{
        record::{Record, User},
        role_source::SEVERAL,
        work::Report,
    },
    scim::{
        discovery,
        failure::{Class, Failure},
        habits::{Habits, RoleAttribute},
        json::Fields,
        list,
        request::{Method, Request},
    },
};

/// More different roles than this are no roles that a person picks from.
const MOST_ROLES: usize = 100;

/// Where the store keeps what another interface said of roles.
const TOLD_ROLES: &str = "told-roles";

/// What the server says of itself. Most say nothing, and that is no failure.
pub async fn discovered(context: &Context, discover: bool) -> Option<Habits> {
    if !discover || !context.dialect.discovers() {
        return None;
    }
    let answer = context.send(&Request::new(Method::Get, [discovery::ENDPOINTS[0]])).await.ok()?;
    let document = list::parse_one(&answer.body).ok()?;
    Some(discovery::service_config(&document).habits())
}

/// Everybody's role, where another interface says it; what it said last time where it does not answer.
pub async fn told_roles(context: &Context) -> Option<Value> {
    let request = context.dialect.asks_for_roles()?;
    let answer = context.send(&request).await.and_then(|answer| {
        serde_json::from_slice::<Value>(&answer.body).map_err(|error| {
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

/// The roles that people's own records hold, and in which attribute.
pub fn roles_seen(listed: &Listed) -> Habits {
    let mut roles: Vec<String> = Vec::new();
    let mut attribute = None;
    for (record, raw) in listed.records.iter().zip(&listed.raws) {
        let Record::User(User { org_role: Some(held), .. }) = record else { continue };
        if attribute.is_none() {
            let named = raw.get().to_ascii_lowercase().contains("\"roles\"");
            attribute = Some(if named { RoleAttribute::Roles } else { RoleAttribute::Entitlements });
        }
        for role in held.raw().split(SEVERAL).map(str::trim) {
            if roles.len() < MOST_ROLES && !roles.iter().any(|known| known == role) {
                roles.push(role.to_owned());
            }
        }
    }
    roles.sort();
    Habits { role_attribute: attribute, roles, ..Habits::default() }
}

/// True where people are said to be in groups, and no group says who is in it: then that is not known of any. No members
/// alone are nobody (RFC 7643 §2.5).
pub fn members_hidden(users: &Listed, groups: &mut Listed) -> bool {
    let mentions = |raw: &RawValue, what: &str| raw.get().to_ascii_lowercase().contains(what);
    if groups.raws.is_empty() || groups.raws.iter().any(|raw| mentions(raw, "\"members\"")) {
        return false;
    }
    let in_groups = |raw: &RawValue| {
        let user: Value = serde_json::from_str(raw.get()).unwrap_or_default();
        Fields::of(&user, "$").is_ok_and(|fields| !fields.objects("groups").is_empty())
    };
    let hidden = users.raws.iter().any(|raw| mentions(raw, "\"groups\"") && in_groups(raw));
    if hidden {
        for record in &mut groups.records {
            if let Record::Team(team) = record {
                team.members = None;
            }
        }
    }
    hidden
}
