//! RFC groups: read, search, create, replace, patch (answered 204), delete.

use axum::http::StatusCode;
use serde_json::Value;

use super::super::groups::{external_id, set_external_id};
use super::super::ids::{Kind, Uuid};
use super::super::json::List;
use super::super::records::{RecordNumber, Team};
use super::super::reply::{Answer, Refusal, RequestReply};
use super::super::request::{AuthorisedRequest, operations, require_schema, slice, text};
use super::super::state::State;
use super::filter::Filter;
use super::view::{group as view, group_attribute, location, project, shown};
use super::{PAGE_DEFAULT, PAGE_LIMIT, patch};

const SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

fn find<'a>(state: &'a State, id: &str) -> Result<(RecordNumber, &'a Team), Refusal> {
    Uuid::parse(Kind::Team, id)
        .and_then(|number| Some((number, state.team(number)?)))
        .ok_or_else(|| Refusal::unknown("Group", id))
}

pub(super) fn get(ask: &AuthorisedRequest, state: &State, id: &str) -> Answer {
    let (number, team) = find(state, id)?;
    shown(ask, view(ask, state, number, team), team.version)
}

pub(super) fn list(ask: &AuthorisedRequest, state: &State) -> Answer {
    let page = ask.page(PAGE_DEFAULT, PAGE_LIMIT)?;
    let filter = ask.parameter("filter").map(Filter::parse).transpose()?;
    let matches = |number: RecordNumber, team: &Team| {
        filter.as_ref().is_none_or(|filter| filter.matches(&|attribute| group_attribute(number, team, attribute)))
    };
    let found: Vec<_> = state.living_teams().filter(|&(number, team)| matches(number, team)).collect();
    let resources: Vec<Value> =
        slice(&found, page).iter().map(|&(number, team)| project(ask, view(ask, state, number, team))).collect();
    let shown = resources.len();
    RequestReply::json(StatusCode::OK, &List::new(resources, found.len(), page.0, shown))
}

/// The values that a body gives a group.
struct GroupBody {
    name: String,
    external_id: Option<Box<str>>,
    members: Vec<RecordNumber>,
}

/// Absent and null members are none.
fn wanted(state: &State, body: &Value) -> Result<GroupBody, Refusal> {
    require_schema(body, SCHEMA)?;
    let name = text(body, "displayName")?.to_owned();
    let external_id = external_id(body.get("externalId"))?;
    let list = match body.get("members") {
        None | Some(Value::Null) => return Ok(GroupBody { name, external_id, members: Vec::new() }),
        Some(Value::Array(list)) => list,
        Some(_) => return Err(Refusal::value("members must be an array of {\"value\":…}")),
    };
    let member = |entry| {
        let id = text(entry, "value")?;
        let number = Uuid::parse(Kind::User, id).filter(|&number| state.user(number).is_some());
        number.ok_or_else(|| Refusal::value(format!("no user has the id {id:?}")))
    };
    Ok(GroupBody { name, external_id, members: list.iter().map(member).collect::<Result<_, _>>()? })
}

fn check_free(state: &State, name: &str, own: Option<RecordNumber>) -> Result<(), Refusal> {
    let holder = state.team_named(name);
    if holder.is_some() && holder != own {
        return Err(Refusal::taken(format!("group {name:?} exists already")));
    }
    Ok(())
}

pub(super) fn create(ask: &AuthorisedRequest, state: &mut State) -> Answer {
    let wanted = wanted(state, &ask.json()?)?;
    check_free(state, &wanted.name, None)?;
    let number = state.insert_team(&wanted.name, ask.now);
    if let Some(team) = state.team_mut(number) {
        team.external_id = wanted.external_id;
    }
    state.set_members(number, &wanted.members, ask.now);
    Ok(answer(ask, state, number, StatusCode::CREATED)?.at(location(ask, Kind::Team, number)))
}

fn answer(ask: &AuthorisedRequest, state: &State, number: RecordNumber, status: StatusCode) -> Answer {
    let team = state.team(number).ok_or_else(|| Refusal::new(404, "the group is gone"))?;
    Ok(RequestReply::json(status, &view(ask, state, number, team))?.version(ask.shown(team.version)))
}

fn update(ask: &AuthorisedRequest, state: &mut State, number: RecordNumber, body: &Value) -> Result<(), Refusal> {
    let wanted = wanted(state, body)?;
    check_free(state, &wanted.name, Some(number))?;
    state.rename_team(number, &wanted.name, ask.now);
    set_external_id(ask, state, number, wanted.external_id);
    state.set_members(number, &wanted.members, ask.now);
    Ok(())
}

pub(super) fn put(ask: &AuthorisedRequest, state: &mut State, id: &str) -> Answer {
    let (number, team) = find(state, id)?;
    ask.check_version(team.version)?;
    update(ask, state, number, &ask.json()?)?;
    answer(ask, state, number, StatusCode::OK)
}

pub(super) fn patch(ask: &AuthorisedRequest, state: &mut State, id: &str) -> Answer {
    let (number, team) = find(state, id)?;
    ask.check_version(team.version)?;
    let after = patch::patched(view(ask, state, number, team), &operations(&ask.json()?)?)?;
    update(ask, state, number, &after)?;
    Ok(RequestReply::nothing().version(state.team(number).and_then(|team| ask.shown(team.version))))
}

pub(super) fn delete(ask: &AuthorisedRequest, state: &mut State, id: &str) -> Answer {
    let (number, team) = find(state, id)?;
    ask.check_version(team.version)?;
    state.remove_team(number, ask.now);
    Ok(RequestReply::nothing())
}
