//! W&B's `/Groups`, which are its teams: read, list, find, create, change members. Deleting is refused, as documented.

use axum::http::StatusCode;
use serde_json::Value;

use super::ids::{GlobalId, Kind};
use super::json::{GroupView, List, location};
use super::records::{Account, RecordNumber, Team, TeamRole};
use super::reply::{Answer, Refusal, RequestReply};
use super::request::{AuthorisedRequest, equality, operations, require_schema, selected, slice, text};
use super::state::State;
use super::user_patch::single;
use super::users::find_member;

const SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const BUCKET_DETAILS: [&str; 5] = ["path", "kmsKeyId", "awsExternalId", "azureTenantId", "azureClientId"];
const PROVIDERS: [&str; 5] = ["COREWEAVE", "AWS", "AZURE", "GCP", "MINIO"];

fn find<'a>(state: &'a State, id: &str) -> Result<(RecordNumber, &'a Team), Refusal> {
    GlobalId::parse(Kind::Team, id)
        .and_then(|number| Some((number, state.team(number)?)))
        .ok_or_else(|| Refusal::unknown("Group", id))
}

fn show(ask: &AuthorisedRequest, state: &State, number: RecordNumber, status: StatusCode) -> Answer {
    let team = state.team(number).ok_or_else(|| Refusal::new(404, "the group is gone"))?;
    let view = GroupView { state, number, team, etags: ask.options.etags };
    Ok(RequestReply::json(status, &view)?.version(ask.shown(team.version)))
}

pub(super) fn get(ask: &AuthorisedRequest, state: &State, id: &str) -> Answer {
    let (number, _) = find(state, id)?;
    show(ask, state, number, StatusCode::OK)
}

pub(super) fn list(ask: &AuthorisedRequest, state: &State) -> Answer {
    let numbers: Vec<RecordNumber> = match ask.parameter("filter") {
        None => state.living_teams().map(|(number, _)| number).collect(),
        Some(filter) => match equality(filter) {
            Some((name, value)) if name.eq_ignore_ascii_case("displayName") => {
                state.team_named(&value).into_iter().collect()
            }
            _ => {
                return Err(Refusal::filter(format!("filter {filter:?} is not supported: use displayName eq \"…\"")));
            }
        },
    };
    let (limit, etags) = (ask.options.page_limit, ask.options.etags);
    let page = if ask.options.ignore_paging { (1, limit) } else { ask.page(limit, limit)? };
    let views = slice(&numbers, page)
        .iter()
        .filter_map(|&number| Some(GroupView { state, number, team: state.team(number)?, etags }))
        .collect();
    RequestReply::json(StatusCode::OK, &List::new(views, numbers.len(), page.0, limit))
}

pub(super) fn create(ask: &AuthorisedRequest, state: &mut State) -> Answer {
    let body = ask.json()?;
    // W&B's reference does not list `schemas` among what a new group needs.
    if body.get("schemas").is_some() {
        require_schema(&body, SCHEMA)?;
    }
    let name = text(&body, "displayName")?;
    if state.team_named(name).is_some() {
        return Err(Refusal::taken(format!("team {name:?} exists already")));
    }
    check_bucket(body.get("storageBucket"))?;
    let external_id = external_id(body.get("externalId"))?;
    let members = members(state, None, body.get("members").unwrap_or(&Value::Null))?;
    let services = state.organisation_services();
    let number = state.insert_team(name, ask.now);
    if let Some(team) = state.team_mut(number) {
        team.external_id = external_id;
    }
    for member in members.into_iter().chain(services) {
        state.join(number, member, TeamRole::Member, ask.now);
    }
    Ok(show(ask, state, number, StatusCode::CREATED)?.at(location(Kind::Team, number)))
}

fn check_bucket(bucket: Option<&Value>) -> Result<(), Refusal> {
    let Some(bucket) = bucket.filter(|bucket| !bucket.is_null()) else { return Ok(()) };
    let name = text(bucket, "name")?;
    let provider = text(bucket, "provider")?;
    if !PROVIDERS.contains(&provider) {
        let allowed = PROVIDERS.join(", ");
        return Err(Refusal::value(format!("storageBucket.provider must be one of {allowed}, not {provider:?}")));
    }
    if let Some(odd) = BUCKET_DETAILS.iter().find(|&&key| bucket.get(key).is_some_and(|value| !value.is_string())) {
        return Err(Refusal::value(format!("storageBucket.{odd} must be a string")));
    }
    // The real server tries the bucket; this one goes by its name.
    if name.starts_with("unreachable") {
        return Err(Refusal::value(format!("storage bucket {name:?} cannot be reached; the team was not created")));
    }
    Ok(())
}

/// The users that a `members` array names by id or email; absent and null are empty. A team's service account may be
/// named where it already is, so that a list that was read can be sent back.
fn members(state: &State, team: Option<RecordNumber>, value: &Value) -> Result<Vec<RecordNumber>, Refusal> {
    let list = match value {
        Value::Null => return Ok(Vec::new()),
        Value::Array(list) => list,
        _ => return Err(Refusal::value("members must be an array of {\"value\":…}")),
    };
    let member = |entry| {
        let number = find_member(state, text(entry, "value")?)?;
        let there = team.is_some_and(|team| team_services(state, team).contains(&number));
        if there { Ok(number) } else { person(state, number) }
    };
    list.iter().map(member).collect()
}

fn person(state: &State, number: RecordNumber) -> Result<RecordNumber, Refusal> {
    if is_team_service(state, number) {
        return Err(Refusal::value("a team's service account cannot be added or removed through Groups"));
    }
    Ok(number)
}

fn is_team_service(state: &State, number: RecordNumber) -> bool {
    state.user(number).is_some_and(|user| user.account == Account::TeamService)
}

fn team_services(state: &State, team: RecordNumber) -> Vec<RecordNumber> {
    let members = state.team(team).map(|team| team.members.as_slice()).unwrap_or_default();
    members.iter().copied().filter(|&member| is_team_service(state, member)).collect()
}

/// The id that another system gives a group; null and an empty text are none.
pub(super) fn external_id(value: Option<&Value>) -> Result<Option<Box<str>>, Refusal> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(id)) => Ok(Some(id.as_str()).filter(|id| !id.is_empty()).map(Into::into)),
        Some(_) => Err(Refusal::value("externalId must be a string")),
    }
}

/// Gives a group this external id; an equal one changes no version.
pub(super) fn set_external_id(ask: &AuthorisedRequest, state: &mut State, team: RecordNumber, to: Option<Box<str>>) {
    if let Some(team) = state.team_mut(team).filter(|team| team.external_id != to) {
        team.external_id = to;
        team.touch(ask.now);
    }
}

/// Makes these the members; the team's own service accounts stay whatever the list says.
fn set_members(ask: &AuthorisedRequest, state: &mut State, team: RecordNumber, mut members: Vec<RecordNumber>) {
    members.extend(team_services(state, team));
    state.set_members(team, &members, ask.now);
}

/// `PATCH`: one operation on the members, or on `externalId`. `remove` at `members` empties the team, whatever `value`
/// says.
pub(super) fn patch(ask: &AuthorisedRequest, state: &mut State, id: &str) -> Answer {
    let (number, team) = find(state, id)?;
    ask.check_version(team.version)?;
    let operation = single(operations(&ask.json()?)?)?;
    let path = operation.path.as_deref().unwrap_or_default();
    match (operation.op.as_str(), path) {
        ("add", "members") => {
            for member in members(state, Some(number), required(operation.value.as_ref())?)? {
                state.join(number, member, TeamRole::Member, ask.now);
            }
        }
        ("replace", "members") => {
            let members = members(state, Some(number), required(operation.value.as_ref())?)?;
            set_members(ask, state, number, members);
        }
        ("add" | "replace", "externalId") => {
            let value = operation.value.as_ref().filter(|value| !value.is_null());
            let to = external_id(Some(value.ok_or_else(|| Refusal::value("externalId must be a string"))?))?;
            set_external_id(ask, state, number, to);
        }
        ("remove", "externalId") => set_external_id(ask, state, number, None),
        ("remove", "members") => set_members(ask, state, number, Vec::new()),
        ("remove", _) => {
            let value = selected(path, "members", "value").ok_or_else(|| {
                Refusal::path(format!("{path:?} must be externalId, members or members[value eq \"…\"]"))
            })?;
            let member = person(state, find_member(state, &value)?)?;
            state.leave(number, member, ask.now);
        }
        ("add" | "replace", _) => {
            return Err(Refusal::path(format!("{path:?} cannot be changed, only members and externalId")));
        }
        (other, _) => return Err(Refusal::syntax(format!("op must be add, remove or replace, not {other:?}"))),
    }
    show(ask, state, number, StatusCode::OK)
}

fn required(value: Option<&Value>) -> Result<&Value, Refusal> {
    value.filter(|value| value.is_array()).ok_or_else(|| Refusal::value("value must be an array of {\"value\":…}"))
}

/// `PUT`: the full member list. A changed name is not documented to rename, and does not. The documented body has no
/// `externalId`, so that a body without one leaves it as it is; null takes it away.
pub(super) fn put(ask: &AuthorisedRequest, state: &mut State, id: &str) -> Answer {
    let (number, team) = find(state, id)?;
    ask.check_version(team.version)?;
    let body = ask.json()?;
    require_schema(&body, SCHEMA)?;
    text(&body, "displayName")?;
    let members = members(state, Some(number), required(body.get("members"))?)?;
    if let Some(value) = body.get("externalId") {
        let to = external_id(Some(value))?;
        set_external_id(ask, state, number, to);
    }
    set_members(ask, state, number, members);
    show(ask, state, number, StatusCode::OK)
}

pub(super) fn delete(state: &State, id: &str) -> Answer {
    find(state, id)?;
    Err(Refusal::method("teams cannot be deleted through SCIM: delete the team in the app"))
}
