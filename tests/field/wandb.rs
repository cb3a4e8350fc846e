//! W&B's documented shapes: `emails` as one object and members with capitalised keys, and roles in answers
//! to writes only. The state holds plain SCIM records with roles.

use std::ops::Range;

use serde_json::{Value, json};

use crate::{
    records::{GROUP, USER},
    server::{Answer, Behavior, Request, ShownIn, span},
    state::{ResourceType, State, patch},
    world::World,
};

const LIST: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

/// `itemsPerPage` of every list, and the most records in one.
const LIMIT: usize = 9_999;

/// A user of the state, with an address at `test.com`.
pub fn person(id: &str, name: &str, role: &str, team_roles: &[(&str, &str)]) -> Value {
    let grant = |(team, role): &(&str, &str)| json!({"teamName": team, "roleName": role});
    json!({
        "schemas": [USER], "id": id, "userName": name, "displayName": name.to_uppercase(), "active": true,
        "emails": [{"value": format!("{name}@test.com"), "primary": true}],
        "meta": {"resourceType": "User", "created": "2023-10-01T00:00:00Z", "location": format!("Users/{id}")},
        "organizationRole": role, "teamRoles": team_roles.iter().map(grant).collect::<Vec<_>>(),
    })
}

/// A team of the state.
pub fn team(id: &str, name: &str, members: &[&str]) -> Value {
    json!({
        "schemas": [GROUP], "id": id, "displayName": name,
        "members": members.iter().map(|member| json!({"value": member})).collect::<Vec<_>>(),
        "meta": {"resourceType": "Group", "created": "2023-10-01T00:00:00Z", "location": format!("Groups/{id}")},
    })
}

/// A custom role that inherits `artifact:read` and adds one permission.
pub fn custom_role(id: &str, name: &str, inherits: &str, added: &str) -> Value {
    json!({
        "schemas": [""], "id": id, "name": name, "description": "", "inheritedFrom": inherits,
        "permissions": [{"name": "artifact:read", "isInherited": true}, {"name": added, "isInherited": false}],
        "meta": {"resourceType": "Role", "created": "2023-11-20T23:10:14Z", "location": format!("Roles/{id}")},
        "organizationID": "T3JnYW5pemF0aW9uOjE0ODQ1OA==",
    })
}

/// A profile of W&B Dedicated Cloud, with these lines added.
pub fn world(behavior: impl Behavior, state: State, lines: &str) -> World {
    World::with_profile(behavior, state, &format!("provider = \"wandb\"\nhosting = \"dedicated\"\n{lines}"))
}

/// The documented behavior; `startIndex` is ignored.
pub struct Documented {
    /// The most records in one list.
    pub limit: usize,
    /// GraphQL tells who is admin of a team.
    pub rosters: bool,
}

impl Default for Documented {
    fn default() -> Self {
        Self { limit: LIMIT, rosters: false }
    }
}

impl Behavior for Documented {
    fn base(&self) -> &'static str {
        "/scim"
    }

    fn config(&self) -> Option<Value> {
        None
    }

    fn has_graphql(&self) -> bool {
        self.rosters
    }

    fn before(&self, state: &mut State, request: &Request) -> Option<Answer> {
        let is_roster = request.body["query"].as_str().is_some_and(|query| query.contains("GetTeamEntity"));
        let team = request.body["variables"]["name"].as_str().filter(|_| self.rosters && is_roster)?;
        Some(Answer::json(200, &json!({"data": {"entity": roster(state, team)}})))
    }

    fn show(&self, state: &State, kind: ResourceType, record: &Value, shown_in: ShownIn) -> Value {
        show(state, kind, record, shown_in == ShownIn::Write)
    }

    fn page(&self, _: ResourceType, total: usize, _: usize, _: Option<usize>) -> Range<usize> {
        span(total, 1, self.limit)
    }

    fn envelope(&self, total: usize, _: usize, resources: Vec<Value>) -> Value {
        json!({
            "Resources": resources, "itemsPerPage": LIMIT, "schemas": [LIST], "startIndex": 1, "totalResults": total,
        })
    }

    fn change(&self, state: &mut State, kind: ResourceType, id: &str, operation: &Value) {
        change(state, kind, id, operation);
    }
}

/// The people of a team, as GraphQL shows them.
fn roster(state: &State, team: &str) -> Value {
    let grant = json!({"teamName": team, "roleName": "admin"});
    let is_in = |user: &&Value| {
        let roles = user["teamRoles"].as_array().unwrap();
        roles.iter().any(|role| role["teamName"] == team)
    };
    let member = |user: &Value| {
        let admin = user["teamRoles"].as_array().unwrap().contains(&grant);
        json!({"id": user["id"], "username": user["userName"], "admin": admin, "pending": false, "accountType": "USER"})
    };
    json!({"id": team, "name": team, "members": state.users.values().filter(is_in).map(member).collect::<Vec<_>>()})
}

/// A record in W&B's shape.
pub fn show(state: &State, kind: ResourceType, record: &Value, roles: bool) -> Value {
    let mut shown = record.clone();
    let map = shown.as_object_mut().unwrap();
    match kind {
        ResourceType::Users => {
            if let Some(address) = map.get("emails").map(|all| all[0]["value"].clone()) {
                map["emails"] = json!({"Value": address, "Display": "", "Type": "", "Primary": true});
            }
            if !roles {
                map.shift_remove("organizationRole");
                map.shift_remove("teamRoles");
            }
        }
        ResourceType::Groups => {
            let members = map.get("members").and_then(Value::as_array).cloned();
            if let Some(members) = members {
                map["members"] = members.iter().map(|member| capitals(state, member)).collect();
            }
        }
        ResourceType::Roles => {}
    }
    shown
}

fn capitals(state: &State, member: &Value) -> Value {
    let id = member["value"].as_str().unwrap();
    let name = state.users.get(id).map_or(json!(""), |user| user["userName"].clone());
    json!({"Value": id, "Ref": "", "Type": "", "Display": name})
}

/// Applies one PATCH operation; `teamRoles` changes the named teams only.
pub fn change(state: &mut State, kind: ResourceType, id: &str, operation: &Value) {
    let record = &mut state.of_mut(kind)[id];
    match operation["path"].as_str() {
        Some("organizationRole") => {
            record["organizationRole"] = operation["value"].as_str().unwrap().to_lowercase().into();
        }
        Some("teamRoles") => {
            let roles = record["teamRoles"].as_array_mut().unwrap();
            for grant in operation["value"].as_array().unwrap() {
                roles.retain(|known| known["teamName"] != grant["teamName"]);
                roles.push(grant.clone());
            }
        }
        _ => patch(record, operation),
    }
}
