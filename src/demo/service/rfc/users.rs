//! RFC users: read, search, create, replace, patch, delete.

use std::borrow::Cow;

use axum::http::StatusCode;
use serde_json::Value;

use super::super::grafana;
use super::super::ids::{Kind, Uuid};
use super::super::json::List;
use super::super::options::Provider;
use super::super::records::{RecordNumber, User};
use super::super::reply::{Answer, Refusal, RequestReply};
use super::super::request::{AuthorisedRequest, operations, require_schema, slice, text};
use super::super::state::State;
use super::super::users::email;
use super::filter::Filter;
use super::more::{self, ExtraAttributes};
use super::view::{location, project, shown, user as view, user_attribute};
use super::{PAGE_DEFAULT, PAGE_LIMIT, patch};

const SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

/// Values that a client may set.
struct Wanted {
    user_name: String,
    display_name: String,
    email: String,
    given: String,
    family: String,
    external_id: Option<Box<str>>,
    active: bool,
    more: ExtraAttributes,
}

fn find<'a>(state: &'a State, id: &str) -> Result<(RecordNumber, &'a User), Refusal> {
    Uuid::parse(Kind::User, id)
        .and_then(|number| Some((number, state.user(number)?)))
        .ok_or_else(|| Refusal::unknown("User", id))
}

pub(super) fn get(ask: &AuthorisedRequest, state: &State, id: &str) -> Answer {
    let (number, user) = find(state, id)?;
    shown(ask, view(ask, state, number, user), user.version)
}

pub(super) fn list(ask: &AuthorisedRequest, state: &State) -> Answer {
    let page = ask.page(PAGE_DEFAULT, PAGE_LIMIT)?;
    let found;
    let numbers = match ask.parameter("filter") {
        None => state.order(),
        Some(text) => {
            found = search(state, &Filter::parse(text)?);
            &found
        }
    };
    let resources: Vec<Value> = slice(numbers, page)
        .iter()
        .filter_map(|&number| Some(project(ask, view(ask, state, number, state.user(number)?))))
        .collect();
    let shown = resources.len();
    RequestReply::json(StatusCode::OK, &List::new(resources, numbers.len(), page.0, shown))
}

fn search(state: &State, filter: &Filter) -> Vec<RecordNumber> {
    if let Some(name) = filter.equality("username") {
        return state.user_named(name).into_iter().collect();
    }
    let matches = |number: RecordNumber| {
        state.user(number).is_some_and(|user| filter.matches(&|attribute| user_attribute(number, user, attribute)))
    };
    state.order().iter().copied().filter(|&number| matches(number)).collect()
}

fn wanted(ask: &AuthorisedRequest, state: &State, body: &Value) -> Result<Wanted, Refusal> {
    require_schema(body, SCHEMA)?;
    let optional = |value: Option<&Value>, name: &str| match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(other) => Err(Refusal::value(format!("{name} must be a string, not {other}"))),
    };
    let part =
        |name: &str| optional(body.get("name").and_then(|parts| parts.get(name)), name).map(Option::unwrap_or_default);
    let user_name = text(body, "userName")?.to_owned();
    let (given, family) = (part("givenName")?, part("familyName")?);
    let full = format!("{given} {family}").trim().to_owned();
    let fallback = if full.is_empty() { user_name.clone() } else { full };
    let active = match body.get("active") {
        None | Some(Value::Null) => true,
        Some(Value::Bool(active)) => *active,
        Some(other) => return Err(Refusal::value(format!("active must be true or false, not {other}"))),
    };
    let external_id = optional(body.get("externalId"), "externalId")?;
    if ask.options.provider == Provider::Grafana {
        grafana::check_external_id(external_id.as_deref())?;
    }
    let addresses =
        body.get("emails").filter(|list| !list.is_null() && list.as_array().is_none_or(|list| !list.is_empty()));
    Ok(Wanted {
        display_name: optional(body.get("displayName"), "displayName")?.unwrap_or(fallback),
        email: addresses.map(|list| email(Some(list)).map(str::to_owned)).transpose()?.unwrap_or_default(),
        external_id: external_id.map(Into::into),
        user_name,
        given,
        family,
        active,
        more: more::wanted(state, body)?,
    })
}

/// Refuses a name or an address that belongs to another user.
fn check_free(state: &State, wanted: &Wanted, own: Option<RecordNumber>) -> Result<(), Refusal> {
    let other = |holder: Option<RecordNumber>| holder.is_some() && holder != own;
    if other(state.user_named(&wanted.user_name)) {
        return Err(Refusal::taken(format!("userName {:?} is taken", wanted.user_name)));
    }
    if other(state.user_with_email(&wanted.email)) {
        return Err(Refusal::taken(format!("email {:?} is taken", wanted.email)));
    }
    Ok(())
}

pub(super) fn create(ask: &AuthorisedRequest, state: &mut State) -> Answer {
    let wanted = wanted(ask, state, &ask.json()?)?;
    if ask.options.provider == Provider::Grafana
        && let Some(known) = state.user_with_email(&wanted.email)
    {
        update(ask, state, known, wanted)?;
        return answer(ask, state, known, StatusCode::CREATED);
    }
    check_free(state, &wanted, None)?;
    let mut user = User::person(&wanted.user_name, &wanted.display_name, &wanted.email, ask.now);
    assign(&mut user, wanted);
    let number = state.insert_user(user);
    answer(ask, state, number, StatusCode::CREATED)
}

fn assign(user: &mut User, wanted: Wanted) {
    user.display_name = wanted.display_name.into();
    user.given = Cow::Owned(wanted.given);
    user.family = Cow::Owned(wanted.family);
    user.external_id = wanted.external_id;
    user.active = wanted.active;
    user.more = (!wanted.more.is_empty()).then(|| Box::new(wanted.more));
}

fn answer(ask: &AuthorisedRequest, state: &State, number: RecordNumber, status: StatusCode) -> Answer {
    let user = state.user(number).ok_or_else(|| Refusal::new(404, "the user is gone"))?;
    let reply = RequestReply::json(status, &view(ask, state, number, user))?.version(ask.shown(user.version));
    Ok(if status == StatusCode::CREATED { reply.at(location(ask, Kind::User, number)) } else { reply })
}

fn update(ask: &AuthorisedRequest, state: &mut State, number: RecordNumber, wanted: Wanted) -> Answer {
    check_free(state, &wanted, Some(number))?;
    more::check_immutable(state.user(number).and_then(|user| user.more.as_deref()), &wanted.more)?;
    state.set_user_name(number, &wanted.user_name);
    state.set_email(number, &wanted.email);
    if let Some(user) = state.user_mut(number) {
        assign(user, wanted);
        user.touch(ask.now);
    }
    answer(ask, state, number, StatusCode::OK)
}

/// Full replacement: omitted attributes are cleared, and `active` falls back to true.
pub(super) fn put(ask: &AuthorisedRequest, state: &mut State, id: &str) -> Answer {
    let (number, user) = find(state, id)?;
    ask.check_version(user.version)?;
    let wanted = wanted(ask, state, &ask.json()?)?;
    update(ask, state, number, wanted)
}

pub(super) fn patch(ask: &AuthorisedRequest, state: &mut State, id: &str) -> Answer {
    let (number, user) = find(state, id)?;
    ask.check_version(user.version)?;
    let after = patch::patched(view(ask, state, number, user), &operations(&ask.json()?)?)?;
    let wanted = wanted(ask, state, &after)?;
    if ask.options.provider == Provider::Datasaur && !wanted.active {
        return leave_workspace(ask, state, number);
    }
    update(ask, state, number, wanted)
}

/// Deprovisioning at Datasaur removes the user from the workspace. Showing the user as inactive in the answer is a
/// choice.
fn leave_workspace(ask: &AuthorisedRequest, state: &mut State, number: RecordNumber) -> Answer {
    if let Some(user) = state.user_mut(number) {
        user.active = false;
        user.touch(ask.now);
    }
    let last = answer(ask, state, number, StatusCode::OK)?;
    state.remove_user(number, ask.now);
    Ok(last)
}

pub(super) fn delete(ask: &AuthorisedRequest, state: &mut State, id: &str) -> Answer {
    let (number, user) = find(state, id)?;
    ask.check_version(user.version)?;
    if ask.options.provider == Provider::Grafana {
        // The effect of DELETE is undocumented; the documents say that SCIM never deletes users, but only disables
        // them.
        if let Some(user) = state.user_mut(number) {
            user.active = false;
            user.touch(ask.now);
        }
        return Ok(RequestReply::nothing());
    }
    state.remove_user(number, ask.now);
    Ok(RequestReply::nothing())
}
