//! W&B's `PATCH /Users/{id}`: one operation at a time, each with the effects its reference describes.

use serde_json::Value;

use super::generation::ServerGeneration;
use super::names::REGISTRIES;
use super::options::Hosting;
use super::records::{Account, OrganisationRole, RecordNumber, RegistryRole, Seat, TeamRole, User};
use super::reply::{Answer, Refusal, RequestReply};
use super::request::{AuthorisedRequest, PatchElement, operations, selected};
use super::state::State;
use super::users::{email, find, require_seat, show};

pub(super) fn patch(ask: &AuthorisedRequest, state: &mut State, id: &str) -> Answer {
    let (number, user) = find(ask, state, id)?;
    if user.account != Account::Person {
        return Err(Refusal::mutability("service accounts cannot be changed through SCIM"));
    }
    ask.check_version(user.version)?;
    let operation = single(operations(&ask.json()?)?)?;
    if let Some(wanted) = deactivation(&operation)? {
        return set_active(ask, state, number, wanted);
    }
    apply(ask, state, number, &operation)?;
    if let Some(user) = state.user_mut(number) {
        user.touch(ask.now);
    }
    show(ask, state, number)
}

/// The only operation of a request: W&B takes one at a time.
pub(super) fn single(mut operations: Vec<PatchElement>) -> Result<PatchElement, Refusal> {
    match (operations.pop(), operations.len()) {
        (Some(operation), 0) => Ok(operation),
        (_, more) => Err(Refusal::value(format!("one operation a request, not {}", more + 1))),
    }
}

/// Whether the operation is about `active`, in either form, and what it asks.
fn deactivation(operation: &PatchElement) -> Result<Option<bool>, Refusal> {
    let value = operation.value.as_ref();
    let wanted = match operation.path.as_deref() {
        None => {
            let object = value.and_then(Value::as_object);
            let active = object.filter(|object| object.len() == 1).and_then(|object| object.get("active"));
            active.ok_or_else(|| {
                Refusal::path("an operation without path takes the value {\"active\":true} or {\"active\":false}")
            })?
        }
        Some("active") => value.ok_or_else(|| Refusal::value("the operation lacks value"))?,
        Some(_) => return Ok(None),
    };
    require_op(operation, &["replace"])?;
    let wanted =
        wanted.as_bool().ok_or_else(|| Refusal::value(format!("active must be true or false, not {wanted}")))?;
    Ok(Some(wanted))
}

fn set_active(ask: &AuthorisedRequest, state: &mut State, number: RecordNumber, wanted: bool) -> Answer {
    let removes = ask.options.hosting == Hosting::MultiTenant;
    if removes && wanted {
        return Err(Refusal::new(400, "User reactivation operations are not supported in SaaS Cloud"));
    }
    if wanted && state.user(number).is_some_and(|user| !user.active && user.models_seat == Seat::Full) {
        require_seat(ask.options, state)?;
    }
    if let Some(user) = state.user_mut(number) {
        user.active = wanted;
        user.touch(ask.now);
    }
    let reply: RequestReply = show(ask, state, number)?;
    if removes {
        state.remove_user(number, ask.now);
    }
    Ok(reply)
}

fn apply(
    ask: &AuthorisedRequest,
    state: &mut State,
    number: RecordNumber,
    operation: &PatchElement,
) -> Result<(), Refusal> {
    let path = operation.path.as_deref().unwrap_or_default();
    let generation = ServerGeneration::of(ask.options);
    let unknown = match path.split('[').next() {
        Some("registryRoles") => !generation.registries,
        Some("modelsSeat" | "weaveRole") => !generation.seats,
        Some("registryAccess") => !generation.registry_access,
        _ => false,
    };
    if unknown {
        return Err(Refusal::path(format!("{path:?} is not known to release {}", ask.options.server_version)));
    }
    if path == "registryRoles" || path.starts_with("registryRoles[") {
        return registries(state, number, operation, path);
    }
    require_op(operation, &["replace"])?;
    let value = operation.value.as_ref().ok_or_else(|| Refusal::value("the operation lacks value"))?;
    match path {
        "organizationRole" => {
            let role = organisation_role(value)?;
            change(state, number, |user| set_organisation_role(user, role));
        }
        "teamRoles" => team_roles(state, number, value)?,
        "modelsSeat" => {
            let seat = seat("modelsSeat", value)?;
            let had = state.user(number).is_some_and(|user| user.models_seat == Seat::Full);
            if seat == Seat::Full && !had {
                require_seat(ask.options, state)?;
            }
            change(state, number, |user| {
                user.models_seat = seat;
                // Before 0.83.0 the seat alone decided.
                let decides = seat == Seat::None && (!generation.registry_access || user.weave_seat == Seat::None);
                user.registry_access &= !decides;
            });
        }
        "registryAccess" => {
            let access = registry_access(value)?;
            change(state, number, |user| user.registry_access = access);
        }
        "weaveRole" => {
            let seat = seat("weaveRole", value)?;
            change(state, number, |user| {
                user.weave_seat = seat;
                user.registry_access &= seat != Seat::None || user.models_seat != Seat::None;
            });
        }
        "displayName" | "emails" if ask.options.hosting == Hosting::MultiTenant => {
            return Err(Refusal::mutability(format!("{path} cannot be changed in SaaS Cloud")));
        }
        "displayName" => {
            let name = value.as_str().map(str::trim).filter(|name| !name.is_empty());
            let name = name.ok_or_else(|| Refusal::value("displayName must be a string that is not empty"))?;
            change(state, number, |user| user.display_name = name.into());
        }
        "emails" => set_email(state, number, value)?,
        _ => return Err(Refusal::path(format!("{path:?} cannot be changed"))),
    }
    Ok(())
}

/// W&B documents `none` alone; the other value is this server's own.
fn registry_access(value: &Value) -> Result<bool, Refusal> {
    match value.as_str() {
        Some("none") => Ok(false),
        Some("full") => Ok(true),
        _ => Err(Refusal::value(format!("registryAccess must be full or none, not {value}"))),
    }
}

fn require_op(operation: &PatchElement, allowed: &[&str]) -> Result<(), Refusal> {
    if allowed.contains(&operation.op.as_str()) {
        return Ok(());
    }
    Err(Refusal::syntax(format!("op must be {}, not {:?}", allowed.join(" or "), operation.op)))
}

fn change(state: &mut State, number: RecordNumber, with: impl FnOnce(&mut User)) {
    if let Some(user) = state.user_mut(number) {
        with(user);
    }
}

/// The deprecated `viewer` is no role any more: it makes a member with viewer seats and viewer roles everywhere.
fn set_organisation_role(user: &mut User, role: Option<OrganisationRole>) {
    user.organisation_role = role.unwrap_or(OrganisationRole::Member);
    if role.is_none() {
        user.models_seat = Seat::Viewer;
        user.weave_seat = Seat::Viewer;
        user.teams.iter_mut().for_each(|(_, role)| *role = TeamRole::Viewer);
        user.registries.iter_mut().for_each(|(_, role)| *role = RegistryRole::Viewer);
    }
}

fn set_email(state: &mut State, number: RecordNumber, value: &Value) -> Result<(), Refusal> {
    if value.as_array().is_some_and(|list| list.len() > 1) {
        return Err(Refusal::value("a user has one email address"));
    }
    let address = email(Some(value))?;
    if state.user_with_email(address).is_some_and(|owner| owner != number) {
        return Err(Refusal::taken(format!("email {address:?} is taken")));
    }
    state.set_email(number, address);
    Ok(())
}

/// Gives the user roles in the named teams, all of them or none; other teams keep theirs.
fn team_roles(state: &mut State, number: RecordNumber, value: &Value) -> Result<(), Refusal> {
    let list = value.as_array().filter(|list| !list.is_empty());
    let list = list.ok_or_else(|| Refusal::value("teamRoles must be an array of {\"teamName\":…,\"roleName\":…}"))?;
    let mut wanted = Vec::with_capacity(list.len());
    for entry in list {
        let name = super::request::text(entry, "teamName")?;
        let team = state.team_named(name).ok_or_else(|| Refusal::value(format!("team {name:?} does not exist")))?;
        let place = state.user(number).and_then(|user| user.teams.iter().position(|&(member_of, _)| member_of == team));
        let place = place.ok_or_else(|| Refusal::value(format!("the user is not a member of team {name:?}")))?;
        wanted.push((place, team_role(state, super::request::text(entry, "roleName")?)?));
    }
    change(state, number, |user| {
        for (place, role) in wanted {
            user.teams[place].1 = role;
        }
    });
    Ok(())
}

/// Predefined names without regard to case, custom ones with it.
fn team_role(state: &State, name: &str) -> Result<TeamRole, Refusal> {
    if let Some(number) = state.role_named(name) {
        return Ok(TeamRole::Custom(number));
    }
    match name.to_ascii_lowercase().as_str() {
        "admin" => Ok(TeamRole::Admin),
        "member" => Ok(TeamRole::Member),
        "viewer" => Ok(TeamRole::Viewer),
        _ => Err(Refusal::value(format!("role {name:?} does not exist"))),
    }
}

/// A role in the organisation; none is the deprecated `viewer`.
pub(super) fn organisation_role(value: &Value) -> Result<Option<OrganisationRole>, Refusal> {
    match value.as_str().map(str::to_ascii_lowercase).as_deref() {
        Some("admin") => Ok(Some(OrganisationRole::Admin)),
        Some("member") => Ok(Some(OrganisationRole::Member)),
        Some("viewer") => Ok(None),
        _ => Err(Refusal::value(format!("organizationRole must be admin or member, not {value}"))),
    }
}

pub(super) fn seat(name: &str, value: &Value) -> Result<Seat, Refusal> {
    match value.as_str() {
        Some("full") => Ok(Seat::Full),
        Some("viewer") => Ok(Seat::Viewer),
        Some("none") => Ok(Seat::None),
        _ => Err(Refusal::value(format!("{name} must be full, viewer or none, not {value}"))),
    }
}

fn registries(state: &mut State, number: RecordNumber, operation: &PatchElement, path: &str) -> Result<(), Refusal> {
    require_op(operation, &["add", "remove", "replace"])?;
    if operation.op == "remove" {
        let registry = match selected(path, "registryRoles", "registryName") {
            Some(name) => Some(registry(&name)?),
            None if path == "registryRoles" => None,
            None => return Err(Refusal::path(format!("{path:?} must be registryRoles[registryName eq \"…\"]"))),
        };
        change(state, number, |user| user.registries.retain(|&(place, _)| registry.is_some_and(|gone| gone != place)));
        return Ok(());
    }
    if path != "registryRoles" {
        return Err(Refusal::path("roles are added at the path registryRoles"));
    }
    let wanted = registry_roles(operation.value.as_ref().unwrap_or(&Value::Null))?;
    change(state, number, |user| {
        for (place, role) in wanted {
            user.registries.retain(|&(held, _)| held != place);
            user.registries.push((place, role));
        }
    });
    Ok(())
}

fn registry(name: &str) -> Result<u8, Refusal> {
    let place = REGISTRIES.iter().position(|&known| known == name);
    place.map(|place| place as u8).ok_or_else(|| Refusal::value(format!("registry {name:?} does not exist")))
}

/// A `registryRoles` array.
pub(super) fn registry_roles(value: &Value) -> Result<Vec<(u8, RegistryRole)>, Refusal> {
    let list = value.as_array();
    let list =
        list.ok_or_else(|| Refusal::value("registryRoles must be an array of {\"registryName\":…,\"roleName\":…}"))?;
    list.iter()
        .map(|entry| {
            let place = registry(super::request::text(entry, "registryName")?)?;
            let role = match super::request::text(entry, "roleName")? {
                "admin" => RegistryRole::Admin,
                "member" => RegistryRole::Member,
                "viewer" => RegistryRole::Viewer,
                "restricted_viewer" => RegistryRole::RestrictedViewer,
                other => return Err(Refusal::value(format!("registry role {other:?} does not exist"))),
            };
            Ok((place, role))
        })
        .collect()
}
