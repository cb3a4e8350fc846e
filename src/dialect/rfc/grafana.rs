//! Data that Grafana tells beside SCIM: all users' roles in the organisation, and the configuration of SCIM
//! (docs/src/providers/grafana.md#settings).

use serde_json::Value;

use crate::{
    directory::{
        Name, RecordKind,
        change::Change,
        side_query::{Setting, SideAnswer, SideQuery, SideQueryKind},
    },
    scim::request::{ApiKind, Method, Request},
};

/// The request for all users' roles, at Grafana's own API.
pub(super) fn ask_for_roles() -> Request {
    Request { api: ApiKind::Api, ..Request::new(Method::Get, ["org", "users"]) }
}

/// Login and email of each user with the role in the organisation (Grafana's `GET /api/org/users`).
pub(super) fn roles(document: &Value) -> Vec<(String, Name)> {
    let text = |user: &Value, name: &str| user.get(name).and_then(Value::as_str).map(str::to_owned);
    let users = document.as_array().into_iter().flatten();
    users
        .filter_map(|user| Some((user, Name::from(text(user, "role")?.as_str()))))
        .flat_map(|(user, role)| {
            let names = [text(user, "login"), text(user, "email")].into_iter().flatten();
            names.filter(|name| !name.is_empty()).map(move |name| (name, role.clone())).collect::<Vec<_>>()
        })
        .collect()
}

/// The request for the configuration of SCIM.
pub(super) fn inquiry() -> SideQuery {
    let request = Request::new(Method::Get, ["config", "default"]);
    SideQuery { topic: SideQueryKind::Settings, name: Name::default(), request }
}

/// Reads the configuration; `None` if the document is no configuration.
pub(super) fn told(body: &[u8]) -> Option<SideAnswer> {
    let document: Value = serde_json::from_slice(body).ok()?;
    document.get("spec")?.as_object()?;
    Some(SideAnswer::Settings(settings(Some(&document))))
}

/// A sentence about a change that does not last, where Grafana has told that the sync it belongs to is off.
pub(super) fn off(change: &Change, told: Option<&[Setting]>) -> Option<String> {
    let is_off = |name: &str| {
        let mut told = told.into_iter().flatten().filter(|setting| setting.name == name);
        told.any(|setting| setting.value.as_ref().is_some_and(|value| value.raw() == OFF))
    };
    let kind = change.touches().first()?.0.kind;
    let (name, whom) = match kind {
        RecordKind::User => (USERS, "users"),
        RecordKind::Team => (GROUPS, "teams"),
        RecordKind::Role => return None,
    };
    is_off(name).then(|| format!("{name} is off in Grafana: SCIM does not manage {whom}, so this may not last."))
}

/// All settings that affect SCIM, each with its consequence.
pub(super) fn settings(document: Option<&Value>) -> Vec<Setting> {
    let switch = |key: &str| document?.pointer(&format!("/spec/{key}"))?.as_bool();
    let source = document.and_then(|document| document.pointer("/status/source")?.as_str());
    let on_off = |name, key, [on, off, unknown]: [&'static str; 3]| {
        let value = switch(key);
        let meaning = value.map_or(unknown, |value| if value { on } else { off });
        Setting { name, value: value.map(|value| if value { "on" } else { OFF }.into()), meaning }
    };
    vec![
        on_off(USERS, "enableUserSync", USER_SYNC),
        on_off(GROUPS, "enableGroupSync", GROUP_SYNC),
        on_off("Only provisioned users", "rejectNonProvisionedUsers", ONLY_PROVISIONED),
        Setting { name: "Set in", value: source.map(Name::from), meaning: SOURCE },
        Setting { name: "team_sync_mode", value: None, meaning: TEAM_SYNC_MODE },
        Setting { name: "mapping_mode", value: None, meaning: MAPPING_MODE },
    ]
}

const USERS: &str = "User sync";
const GROUPS: &str = "Group sync";
const OFF: &str = "off";

/// The rights that a key needs to be told everybody's role (Grafana's HTTP API, "Get all users within the current organization").
pub(super) const NEEDS_FOR_ROLES: &str = "The token's service account needs org.users:read on users:*, which the basic role Admin and the role Organization users \
     reader have; the rights for SCIM alone don't do.";

const USER_SYNC: [&str; 3] = [
    "SCIM creates, updates and disables users. At sign-in the identity provider must send the external id that the user has here.",
    "SCIM does not manage users: switch it on (user_sync_enabled under [auth.scim], or in Grafana's own pages) before \
     users are changed here.",
    "On: SCIM creates, updates and disables users. Off, which is the default: it does not manage them.",
];

const GROUP_SYNC: [&str; 3] = [
    "SCIM makes the teams and their members. SCIM or Team Sync, not both: no interface tells whether Team Sync is on, and \
     the two undo each other's work. A team made by SCIM can be deleted by hand only once this is off.",
    "SCIM does not manage teams: switch it on (group_sync_enabled under [auth.scim], or in Grafana's own pages) before \
     teams are changed here. Team Sync beside user sync alone is fine.",
    "On: SCIM makes the teams and their members, and Team Sync must be off: SCIM or Team Sync, not both. Off, which is the \
     default: teams are not SCIM's.",
];

const ONLY_PROVISIONED: [&str; 3] = [
    "Whoever SCIM did not provision can't sign in; people from the Grafana Cloud portal are exempt.",
    "Who was not provisioned by SCIM may sign in too.",
    "On: whoever SCIM did not provision can't sign in, but for people from the Grafana Cloud portal. Off is the default.",
];

const SOURCE: &str = "What is set in Grafana's pages or by its API counts before the config file and the environment.";

const TEAM_SYNC_MODE: &str = "Of a draft of early 2025, under [auth] in the config file; no interface tells it. scim_sync switched SCIM's group sync \
     on and Team Sync off. Published releases have group sync instead.";

const MAPPING_MODE: &str = "Of the same draft; no interface tells it. strict: only teams that are mapped in Grafana are kept in step. create: a \
     team is made for every group.";

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn settings_say_what_follows_from_them() {
        let body = json!({"spec": {"enableUserSync": true, "enableGroupSync": false}, "status": {"source": "file"}});
        let Some(SideAnswer::Settings(told)) = told(body.to_string().as_bytes()) else { panic!("not read") };
        let value = |at: usize| told[at].value.as_ref().map(Name::as_str);
        assert_eq!([value(0), value(1), value(2), value(3)], [Some("on"), Some("off"), None, Some("file")]);
        assert!(told[1].meaning.contains("switch it on") && told[2].meaning.contains("default"));
        assert_eq!(super::told(br#"{"kind":"Status","status":"Failure"}"#), None);
    }

    #[test]
    fn roles_are_known_by_login_and_by_address() {
        let document = json!([
            {"login": "ann", "email": "ann@x.io", "role": "Editor"}, {"login": "", "email": "bo@x.io", "role": "None"},
            {"login": "no-role"},
        ]);
        let told: Vec<String> = roles(&document).iter().map(|(name, role)| format!("{name} {role}")).collect();
        assert_eq!(told, ["ann Editor", "ann@x.io Editor", "bo@x.io None"]);
    }
}
