//! A Grafana that tells its settings, and one that refuses to.

use serde_json::{Value, json};

use crate::{
    server::{Answer, Behavior, Request},
    state::State,
    world::{DONE, World},
};

struct Grafana {
    /// The answer of `config/default`; a refusal if it is null.
    spec: Option<Value>,
}

impl Behavior for Grafana {
    fn base(&self) -> &'static str {
        "/apis/scim.grafana.app/v0alpha1/namespaces/default"
    }

    fn before(&self, _: &mut State, request: &Request) -> Option<Answer> {
        if request.path == "/api/org/users" {
            return Some(Answer::error(403, "You'll need additional permissions to perform this action."));
        }
        request.path.ends_with("/config/default").then(|| match &self.spec {
            Some(spec) => Answer::json(200, &json!({"kind": "SCIMConfig", "spec": spec})),
            None => Answer::error(403, "permission settings:read is missing"),
        })
    }
}

fn world(spec: Option<Value>) -> World {
    let person = |id: &str, name: &str| {
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": id, "userName": name, "externalId": name,
            "active": true, "emails": [{"value": format!("{name}@x.io"), "primary": true}],
            "meta": {"resourceType": "User"},
        })
    };
    let crew = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "id": "t1", "displayName": "crew",
        "members": [{"value": "u1"}], "meta": {"resourceType": "Group"},
    });
    World::at_origin(
        Grafana { spec },
        State::new(vec![person("u1", "eva"), person("u2", "ivan")], vec![crew]),
        "provider = \"grafana\"\n",
    )
}

const USERS_OFF: &str = "User sync is off in Grafana";
const GROUPS_OFF: &str = "Group sync is off in Grafana";

#[test]
fn a_sync_is_said_to_be_off_only_where_grafana_tells_it() {
    for (spec, users, groups) in [
        (Some(json!({"enableUserSync": false, "enableGroupSync": true})), true, false),
        (Some(json!({"enableUserSync": true, "enableGroupSync": false})), false, true),
        (Some(json!({"rejectNonProvisionedUsers": true})), false, false),
        (None, false, false),
    ] {
        let world = world(spec);
        let planned = world.run(&["set-name", "eva", "Eva T", "--dry-run"]).exits(DONE);
        assert_eq!(planned.out.contains(USERS_OFF), users, "{}", planned.out);
        let planned = world.run(&["add", "crew", "ivan", "--dry-run"]).exits(DONE);
        assert_eq!(planned.out.contains(GROUPS_OFF), groups, "{}", planned.out);
        let told = world.run(&["doctor"]).out;
        let notes = told.split("What the console can do").next().unwrap_or_default();
        assert_eq!(notes.contains("may not last"), users || groups, "{told}");
    }
}

#[test]
fn refused_roles_are_said_once_with_what_the_key_needs() {
    let world = world(None);
    let said = world.run(&["users"]);
    assert_eq!(said.err.matches("may not see roles").count(), 1, "{}", said.err);
    assert!(said.err.contains("org.users:read") && said.err.contains("basic role Admin"), "{}", said.err);
    let said = world.run(&["doctor"]);
    assert!(said.out.split_whitespace().collect::<Vec<_>>().join(" ").contains("needs org.users:read"), "{}", said.out);
}

#[test]
fn a_team_is_created_with_the_id_that_the_provider_knows_it_by() {
    let world = world(None);
    world.run(&["create", "team", "maps", "--yes"]).warns(&["external id of a new team"]);
    let create = ["create", "team", "maps", "eva", "--external-id", "g-maps"];
    let plan = world.run(&[&create[..], &["--dry-run"]].concat()).exits(DONE);
    assert!(plan.out.contains("1 member, external id g-maps"), "{plan}");
    world.run(&[&create[..], &["--yes"]].concat()).exits(DONE);
    world.file("teams.yaml", "teams: [{team: ops, external_id: g-ops, members: [ivan]}]\n");
    world.run(&["apply", "teams.yaml", "--yes"]).exits(DONE);
    world.file("teams.csv", "user,team,external_id\n,atlas,g-atlas\n");
    world.run(&["apply", "teams.csv", "--yes"]).exits(DONE);
    world.file("bare.yaml", "teams: [nobodys]\n");
    world.run(&["plan", "bare.yaml"]).warns(&["a new team needs the identity provider's own id"]);
    let state = world.state();
    let mut ids: Vec<&str> = state.groups.values().filter_map(|group| group["externalId"].as_str()).collect();
    ids.sort_unstable();
    assert_eq!(ids, ["g-atlas", "g-maps", "g-ops"]);
}
