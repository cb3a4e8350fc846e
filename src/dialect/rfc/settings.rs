//! Grafana's settings of SCIM and roles, as far as its APIs show them (docs/src/providers/grafana.md#settings,
//! docs/src/providers/grafana.md#roles).

use serde_json::Value;

use crate::{
    dialect::{ProbeNote, ProbeQuestion},
    scim::request::{Method, Request},
};

/// Who has which role, and what SCIM may do.
pub(super) fn questions(roles: Option<Request>) -> Vec<ProbeQuestion> {
    let settings = Request::new(Method::Get, ["config", "default"]);
    let roles = roles.map(|request| ProbeQuestion {
        about: "roles",
        request,
        words: role_count,
        loss: "the roles that the list and the Roles tab show",
        needs: super::grafana::NEEDS_FOR_ROLES,
    });
    let settings = ProbeQuestion {
        about: "SCIM settings",
        request: settings,
        words: switches,
        loss: "seeing what SCIM may do",
        needs: "The token's service account needs settings:read.",
    };
    roles.into_iter().chain([settings]).collect()
}

fn role_count(body: &[u8]) -> Result<String, ProbeNote> {
    let document: Value =
        serde_json::from_slice(body).map_err(|_| ProbeNote::from("The answer about roles is no JSON."))?;
    let users = document.as_array().ok_or(ProbeNote::from("The answer about roles is no list."))?;
    let known = users.iter().filter(|user| user.get("role").is_some_and(Value::is_string)).count();
    Ok(format!("told for {known} users of the organisation"))
}

/// The switches of both generations: the published ones, and those of early 2025.
fn switches(body: &[u8]) -> Result<String, ProbeNote> {
    const KNOWN: [(&str, &str); 5] = [
        ("enableUserSync", "user sync"),
        ("enableGroupSync", "group sync"),
        ("rejectNonProvisionedUsers", "refuses people it was not told of"),
        ("teamSyncMode", "team_sync_mode"),
        ("mappingMode", "mapping_mode"),
    ];
    let document: Value = serde_json::from_slice(body).map_err(|_| ProbeNote::from("The settings are no JSON."))?;
    let spec = document.get("spec").unwrap_or(&document);
    let shown = |(key, label): &(&str, &str)| match spec.get(key)? {
        Value::Bool(on) => Some(format!("{label} {}", if *on { "on" } else { "off" })),
        Value::String(word) => Some(format!("{label} {}", crate::scim::text::clean_line(word, 40))),
        _ => None,
    };
    let words: Vec<String> = KNOWN.iter().filter_map(shown).collect();
    let off = |key: &str| spec.get(key).and_then(Value::as_bool) == Some(false);
    let lasts = match (off("enableUserSync"), off("enableGroupSync")) {
        (true, true) => "; changes to users and teams may not last",
        (true, false) => "; changes to users may not last",
        (false, true) => "; changes to teams may not last",
        (false, false) => "",
    };
    if words.is_empty() {
        return Err(ProbeNote::from("The settings name no switch that is known."));
    }
    let words = format!("{}{lasts}", words.join(", "));
    if lasts.is_empty() { Ok(words) } else { Err(ProbeNote(words.into())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_generations_of_settings_are_read() {
        let published = br#"{"kind":"SCIMConfig","spec":{"enableUserSync":true,"rejectNonProvisionedUsers":false}}"#;
        assert_eq!(switches(published).unwrap(), "user sync on, refuses people it was not told of off");
        let off = br#"{"spec":{"enableUserSync":true,"enableGroupSync":false}}"#;
        assert_eq!(
            switches(off).unwrap_err().to_string(),
            "user sync on, group sync off; changes to teams may not last"
        );
        let early = br#"{"spec":{"teamSyncMode":"scim_sync","mappingMode":"strict"}}"#;
        assert_eq!(switches(early).unwrap(), "team_sync_mode scim_sync, mapping_mode strict");
        assert!(switches(b"{}").is_err() && switches(b"<html>").is_err());
        assert_eq!(role_count(br#"[{"role":"Viewer"},{}]"#).unwrap(), "told for 1 users of the organisation");
    }
}
