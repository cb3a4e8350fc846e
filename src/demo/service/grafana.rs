//! Grafana: the address of its SCIM, its other interfaces (roles in the organisation, the configuration of SCIM), and
//! its requirements for users. Resources are those of [`super::rfc`].
//!
//! Documented: the address, `externalId`, disabling instead of deleting, taking over a user with the same email, the
//! configuration object, the list of the organisation's users. Chosen: paging, PATCH, versions, discovery and `DELETE`
//! of a user, after the RFCs or the text on deprovisioning; which of the three error shapes is used when.

use std::sync::{PoisonError, RwLock};

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use super::records::{OrganisationRole, RecordNumber, User};
use super::reply::{Answer, AnswerProtocol, Refusal, RequestReply};
use super::request::AuthorisedRequest;
use super::rfc;
use super::state::{State, SyncSwitches};

const GROUP: &str = "scim.grafana.app";
const VERSION: &str = "v0alpha1";
const NAMESPACE: &str = "default";

/// Answers a request; the path is split into segments.
pub(super) fn route(ask: &AuthorisedRequest, state: &RwLock<State>, method: &Method, path: &[&str]) -> Answer {
    match *path {
        ["apis", GROUP, VERSION, "namespaces", NAMESPACE, "config", name] => configuration(ask, state, method, name),
        ["apis", GROUP, VERSION, "namespaces", NAMESPACE, ref inner @ ..] => {
            rfc::route(ask, state, method, inner).unwrap_or_else(|| Err(no_resource()))
        }
        ["apis", GROUP, VERSION, "namespaces", ..] => {
            Err(Refusal::new(403, "invalid namespace").written(AnswerProtocol::Kubernetes))
        }
        ["apis", ..] => Err(no_resource()),
        ["api", "org", "users"] if method == Method::GET => members(state),
        ["api", "org", "users", id] if method == Method::PATCH => role_change(state, id),
        _ => Err(Refusal::new(404, "Not found").written(AnswerProtocol::Grafana)),
    }
}

/// Refuses users without a valid `externalId`: the attribute is mandatory, and a number could be another user's
/// internal id (CVE-2025-41115).
pub(super) fn check_external_id(given: Option<&str>) -> Result<(), Refusal> {
    match given.map(str::trim) {
        None | Some("") => Err(Refusal::value("externalId is required")),
        Some(id) if id.bytes().all(|byte| byte.is_ascii_digit()) => {
            Err(Refusal::value("externalId must not be a number"))
        }
        Some(_) => Ok(()),
    }
}

fn no_resource() -> Refusal {
    Refusal::new(404, "the server could not find the requested resource").written(AnswerProtocol::Kubernetes)
}

/// The object that Grafana's own pages and its Terraform provider read and put.
fn configuration(ask: &AuthorisedRequest, state: &RwLock<State>, method: &Method, name: &str) -> Answer {
    if name != "default" {
        let words = format!("scimconfigs.{GROUP} {name:?} not found");
        return Err(Refusal::new(404, words).written(AnswerProtocol::Kubernetes));
    }
    let sync = if method == Method::PUT {
        let body = ask.json()?;
        let switch = |key: &str| body.pointer(&format!("/spec/{key}")).and_then(Value::as_bool).unwrap_or_default();
        let sync = SyncSwitches {
            users: switch("enableUserSync"),
            groups: switch("enableGroupSync"),
            provisioned_only: switch("rejectNonProvisionedUsers"),
        };
        state.write().unwrap_or_else(PoisonError::into_inner).sync = sync;
        sync
    } else if method == Method::GET {
        state.read().unwrap_or_else(PoisonError::into_inner).sync
    } else {
        let words = "the demo server's configuration is read and put";
        return Err(Refusal::method(words).written(AnswerProtocol::Kubernetes));
    };
    let document = json!({
        "apiVersion": format!("{GROUP}/{VERSION}"),
        "kind": "SCIMConfig",
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {
            "enableUserSync": sync.users,
            "enableGroupSync": sync.groups,
            "rejectNonProvisionedUsers": sync.provisioned_only,
        },
        "status": {"source": "file"},
    });
    RequestReply::json(StatusCode::OK, &document)
}

/// `GET /api/org/users`: all users with their role in the organisation.
fn members(state: &RwLock<State>) -> Answer {
    let state = state.read().unwrap_or_else(PoisonError::into_inner);
    let everybody = state.order().iter().filter_map(|&number| Some(member(number, state.user(number)?)));
    RequestReply::json(StatusCode::OK, &everybody.collect::<Vec<Value>>())
}

fn member(number: RecordNumber, user: &User) -> Value {
    json!({
        "orgId": 1,
        "userId": u64::from(number) + 1,
        "email": user.email,
        "name": user.display_name,
        "login": user.user_name,
        "role": role(number, user),
        "lastSeenAt": user.last_active,
        "isDisabled": !user.active,
        "isExternallySynced": true,
    })
}

/// The role set by Role Sync at the last sign-in; Grafana's default for users who never signed in.
fn role(number: RecordNumber, user: &User) -> &'static str {
    match user.organisation_role {
        OrganisationRole::Admin => "Admin",
        OrganisationRole::Member if user.last_active.is_some() && number % 3 == 1 => "Editor",
        OrganisationRole::Member => "Viewer",
    }
}

/// All users here are managed from outside, so that no role can be set.
fn role_change(state: &RwLock<State>, id: &str) -> Answer {
    let state = state.read().unwrap_or_else(PoisonError::into_inner);
    let known = id.parse().ok().and_then(|id: RecordNumber| state.user(id.checked_sub(1)?));
    Err(match known {
        Some(_) => Refusal::new(403, "Cannot update external User").written(AnswerProtocol::Grafana),
        None => Refusal::new(404, "user not found").written(AnswerProtocol::Grafana),
    })
}
