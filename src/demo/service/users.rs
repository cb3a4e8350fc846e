//! W&B's `/Users`: read, list, find, create, delete. Changes are in [`super::user_patch`].

use axum::http::StatusCode;
use serde_json::Value;

use super::generation::ServerGeneration;
use super::ids::{GlobalId, Kind};
use super::json::{List, location};
use super::options::{DemoOptions, Hosting};
use super::records::{Account, OrganisationRole, RecordNumber, Seat, TeamRole, User};
use super::reply::{Answer, Refusal, RequestReply};
use super::request::{AuthorisedRequest, equality, require_schema, slice, text};
use super::state::State;
use super::user_json::{UserStyle, UserView};
use super::user_patch::{organisation_role, registry_roles, seat};

const SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const TEAMS_EXTENSION: &str = "urn:ietf:params:scim:schemas:extension:teams:2.0:User";

fn style(ask: &AuthorisedRequest) -> UserStyle {
    let options = ask.options;
    UserStyle {
        generation: ServerGeneration::of(options),
        hosting: options.hosting,
        etags: options.etags,
        roles: true,
        seats: true,
        groups: false,
    }
}

/// Releases before 0.81 hide their service accounts, which the app and GraphQL make.
fn visible(ask: &AuthorisedRequest, user: &User) -> bool {
    user.account == Account::Person || ServerGeneration::of(ask.options).services
}

/// The user an id names.
pub(super) fn find<'a>(
    ask: &AuthorisedRequest,
    state: &'a State,
    id: &str,
) -> Result<(RecordNumber, &'a User), Refusal> {
    GlobalId::parse(Kind::User, id)
        .and_then(|number| Some((number, state.user(number).filter(|user| visible(ask, user))?)))
        .ok_or_else(|| Refusal::unknown("User", id))
}

/// A user by id or by email address, as team members are named.
pub(super) fn find_member(state: &State, value: &str) -> Result<RecordNumber, Refusal> {
    let by_id = GlobalId::parse(Kind::User, value).filter(|&number| state.user(number).is_some());
    by_id
        .or_else(|| state.user_with_email(value))
        .ok_or_else(|| Refusal::value(format!("no user has the id or the email {value:?}")))
}

/// A 200 with one user, roles included.
pub(super) fn show(ask: &AuthorisedRequest, state: &State, number: RecordNumber) -> Answer {
    let user = state.user(number).ok_or_else(|| Refusal::unknown("User", &GlobalId(Kind::User, number).text()))?;
    let view = UserView { state, number, user, style: style(ask) };
    Ok(RequestReply::json(StatusCode::OK, &view)?.version(ask.shown(user.version)))
}

pub(super) fn get(ask: &AuthorisedRequest, state: &State, id: &str) -> Answer {
    let (number, user) = find(ask, state, id)?;
    let told = !ask.options.silent_gets;
    let style = UserStyle { roles: told, seats: told, ..style(ask) };
    let view = UserView { state, number, user, style };
    Ok(RequestReply::json(StatusCode::OK, &view)?.version(ask.shown(user.version)))
}

pub(super) fn list(ask: &AuthorisedRequest, state: &State) -> Answer {
    let found;
    let numbers = match ask.parameter("filter") {
        None if ServerGeneration::of(ask.options).services => state.order(),
        None => {
            found = seen(ask, state, state.order());
            &found
        }
        Some(filter) => {
            found = seen(ask, state, &search(state, filter)?);
            &found
        }
    };
    let limit = ask.options.page_limit;
    let page = if ask.options.ignore_paging { (1, limit) } else { ask.page(limit, limit)? };
    let seats = !ask.options.silent_gets;
    let style = UserStyle { roles: seats && !ask.options.sparse_lists, seats, ..style(ask) };
    let views = slice(numbers, page)
        .iter()
        .filter_map(|&number| Some(UserView { state, number, user: state.user(number)?, style }))
        .collect();
    RequestReply::json(StatusCode::OK, &List::new(views, numbers.len(), page.0, limit))
}

fn seen(ask: &AuthorisedRequest, state: &State, numbers: &[RecordNumber]) -> Vec<RecordNumber> {
    let seen = |&number: &RecordNumber| state.user(number).is_some_and(|user| visible(ask, user));
    numbers.iter().copied().filter(seen).collect()
}

fn search(state: &State, filter: &str) -> Result<Vec<RecordNumber>, Refusal> {
    let found = match equality(filter) {
        Some((name, value)) if name.eq_ignore_ascii_case("userName") => state.user_named(&value),
        Some((name, value)) if name.eq_ignore_ascii_case("emails.value") => state.user_with_email(&value),
        _ => {
            return Err(Refusal::filter(format!(
                "filter {filter:?} is not supported: use userName eq \"…\" or emails.value eq \"…\""
            )));
        }
    };
    Ok(found.into_iter().collect())
}

pub(super) fn create(ask: &AuthorisedRequest, state: &mut State) -> Answer {
    let body = ask.json()?;
    require_schema(&body, SCHEMA)?;
    let user_name = text(&body, "userName")?;
    if state.user_named(user_name).is_some() {
        return Err(Refusal::taken(format!("userName {user_name:?} is taken")));
    }
    let account = account(ask, &body)?;
    let (user, teams) = match account {
        Account::Person => person(ask, state, &body, user_name)?,
        _ => service_account(ask, state, &body, user_name, account)?,
    };
    let number = state.insert_user(user);
    for team in teams {
        state.join(team, number, TeamRole::Member, ask.now);
    }
    // The documented answer to a creation has no lastModified.
    if let Some(user) = state.user_mut(number) {
        user.modified = None;
        user.version = 1;
    }
    created(ask, state, number)
}

fn created(ask: &AuthorisedRequest, state: &State, number: RecordNumber) -> Answer {
    let Some(user) = state.user(number) else { return Err(Refusal::new(500, "the user is gone")) };
    let multi_tenant = ask.options.hosting == Hosting::MultiTenant;
    let roles = multi_tenant || user.account != Account::Person;
    let style = UserStyle { roles, groups: multi_tenant, ..style(ask) };
    let view = UserView { state, number, user, style };
    let reply = RequestReply::json(StatusCode::CREATED, &view)?.at(location(Kind::User, number));
    Ok(reply.version(ask.shown(user.version)))
}

fn account(ask: &AuthorisedRequest, body: &Value) -> Result<Account, Refusal> {
    // Releases before 0.81 do not know the field.
    let Some(word) = body.get("accountType").filter(|_| ServerGeneration::of(ask.options).services) else {
        return Ok(Account::Person);
    };
    match word.as_str() {
        Some("USER") => Ok(Account::Person),
        Some("SERVICE") => Ok(Account::TeamService),
        Some("ORG_SERVICE") => Ok(Account::OrganisationService),
        _ => Err(Refusal::value(format!("accountType must be USER, SERVICE or ORG_SERVICE, not {word}"))),
    }
}

fn person(
    ask: &AuthorisedRequest,
    state: &State,
    body: &Value,
    user_name: &str,
) -> Result<(User, Vec<RecordNumber>), Refusal> {
    let email = email(body.get("emails"))?;
    if state.user_with_email(email).is_some() {
        return Err(Refusal::taken(format!("email {email:?} is taken")));
    }
    let display_name = match body.get("displayName") {
        None | Some(Value::Null) => user_name,
        Some(_) => text(body, "displayName")?,
    };
    let mut user = User::person(user_name, display_name, email, ask.now);
    let generation = ServerGeneration::of(ask.options);
    if let Some(word) = body.get("modelsSeat").filter(|_| generation.seats) {
        user.models_seat = seat("modelsSeat", word)?;
    }
    if let Some(word) = body.get("weaveRole").filter(|_| generation.seats) {
        user.weave_seat = seat("weaveRole", word)?;
    }
    if let Some(list) = body.get("registryRoles").filter(|_| generation.registries) {
        user.registries = registry_roles(list)?;
    }
    if user.models_seat == Seat::Full {
        require_seat(ask.options, state)?;
    }
    // Only the shared service documents roles and teams at creation; the others pass over them.
    if ask.options.hosting != Hosting::MultiTenant {
        return Ok((user, Vec::new()));
    }
    if let Some(word) = body.get("organizationRole") {
        user.organisation_role = organisation_role(word)?.unwrap_or(OrganisationRole::Member);
    }
    let teams = named_teams(state, body.get(TEAMS_EXTENSION).and_then(|extension| extension.get("teams")))?;
    Ok((user, teams))
}

fn service_account(
    ask: &AuthorisedRequest,
    state: &State,
    body: &Value,
    user_name: &str,
    account: Account,
) -> Result<(User, Vec<RecordNumber>), Refusal> {
    if let Some(name) = ["modelsSeat", "weaveRole"].into_iter().find(|name| body.get(name).is_some()) {
        return Err(Refusal::value(format!("{name} cannot be set for a service account")));
    }
    let extension = body.get(TEAMS_EXTENSION);
    let default = extension.and_then(|extension| extension.get("defaultTeam")).and_then(Value::as_str);
    let default = default.ok_or_else(|| Refusal::value("defaultTeam is required for a service account"))?;
    let default = named_team(state, default)?;
    let mut teams = named_teams(state, extension.and_then(|extension| extension.get("teams")))?;
    if teams.is_empty() {
        teams.push(default);
    }
    if !teams.contains(&default) {
        return Err(Refusal::value("teams must include defaultTeam"));
    }
    let mut user = User::person(user_name, user_name, "", ask.now);
    user.account = account;
    Ok((user, teams))
}

fn named_team(state: &State, name: &str) -> Result<RecordNumber, Refusal> {
    state.team_named(name).ok_or_else(|| Refusal::value(format!("team {name:?} does not exist")))
}

fn named_teams(state: &State, list: Option<&Value>) -> Result<Vec<RecordNumber>, Refusal> {
    let Some(list) = list else { return Ok(Vec::new()) };
    let names = list.as_array().ok_or_else(|| Refusal::value("teams must be an array of team names"))?;
    let name =
        |value: &Value| value.as_str().map(str::to_owned).ok_or_else(|| Refusal::value("a team name must be a string"));
    names.iter().map(|value| named_team(state, &name(value)?)).collect()
}

/// Refuses when all full Models seats are taken; the reference gives the words and no status.
pub(super) fn require_seat(options: &DemoOptions, state: &State) -> Result<(), Refusal> {
    match options.seats {
        Some(seats) if state.full_seats() >= seats => Err(Refusal::new(400, "Seat limit reached")),
        _ => Ok(()),
    }
}

/// The primary (or only) address of an `emails` array, which must look like one.
pub(super) fn email(list: Option<&Value>) -> Result<&str, Refusal> {
    let refuse =
        || Refusal::value("emails is required: an array with the primary address, [{\"value\":…,\"primary\":true}]");
    let list = list.and_then(Value::as_array).filter(|list| !list.is_empty()).ok_or_else(refuse)?;
    let primary = list.iter().find(|entry| entry.get("primary") == Some(&Value::Bool(true)));
    let address = primary.or(list.first()).and_then(|entry| entry.get("value")).and_then(Value::as_str);
    let address = address.ok_or_else(refuse)?;
    require_address(address)?;
    Ok(address)
}

/// Refuses what cannot be an email address.
pub(super) fn require_address(address: &str) -> Result<(), Refusal> {
    let sound = address.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && !host.is_empty() && !host.contains('@') && !address.contains(char::is_whitespace)
    });
    if sound { Ok(()) } else { Err(Refusal::value(format!("{address:?} is not an email address"))) }
}

pub(super) fn delete(ask: &AuthorisedRequest, state: &mut State, id: &str) -> Answer {
    let (number, user) = find(ask, state, id)?;
    ask.check_version(user.version)?;
    state.remove_user(number, ask.now);
    Ok(RequestReply::nothing())
}
