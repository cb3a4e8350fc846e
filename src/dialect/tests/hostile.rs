//! Any answer of a server is read or refused in words, without a panic or a stack overflow.
//!
//! `SCIMITAR_TRIES=20` tries twenty times as many answers.

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::{
    directory::{ResourceRef, query::FilterQuery, record_contents::RecordContents, side_query::SideQueryKind},
    scim::{discovery, error, filter, graph, list, merge, schema},
};

fn tries(usual: u32) -> ProptestConfig {
    let times = std::env::var("SCIMITAR_TRIES").ok().and_then(|tries| tries.parse().ok()).unwrap_or(1);
    ProptestConfig { cases: usual * times, failure_persistence: None, ..ProptestConfig::default() }
}

fn dialects() -> Vec<std::sync::Arc<dyn Dialect>> {
    let hosted = [Hosting::MultiTenant, Hosting::Dedicated, Hosting::SelfManaged];
    let wandb = hosted.map(|hosting| of(Provider::Wandb, hosting, KnownServer::default()));
    let others = [Provider::Scim, Provider::Grafana, Provider::Datasaur];
    wandb.into_iter().chain(others.map(|other| of(other, Hosting::Dedicated, KnownServer::default()))).collect()
}

/// Reads a body with all readers.
fn read_all_ways(body: &[u8]) {
    let page = list::parse(body);
    let one = list::parse_one(body);
    let said = error::parse(body, Some("application/json"));
    for status in [200, 400, 409, 412, 500] {
        assert!(!error::failure(status, &said, "Reading the list").text.is_empty());
        if let Some(failure) = graph::refusal(status, body, status == 400) {
            assert!(!failure.text.is_empty());
        }
    }
    for bad in [page.as_ref().err(), one.as_ref().err()].into_iter().flatten() {
        assert!(!bad.to_string().is_empty());
    }
    let resources = page.map(|page| page.resources).unwrap_or_default();
    for dialect in dialects() {
        read_as(&*dialect, &resources, body);
    }
    if let Ok(mut document) = one {
        let _ = (discovery::service_config(&document).habits(), schema::resource_types(&document));
        let _ = schema::schemas(&document);
        let operation = document.clone();
        let _ = merge::apply(&operation, &mut document);
    }
}

/// Reads a body as a provider's records and indexes them.
fn read_as(dialect: &dyn Dialect, resources: &[Box<RawValue>], body: &[u8]) {
    let (mut users, mut teams, mut roles) = (Vec::new(), Vec::new(), Vec::new());
    for (at, raw) in resources.iter().enumerate() {
        for kind in RecordKind::ALL {
            let read = dialect.read(kind, raw, ReadDepth::Full, "$");
            match read.unwrap_or_else(|problem| super::super::placeholder(kind, at, problem)) {
                Record::User(user) => users.push(user),
                Record::Team(team) => teams.push(team),
                Record::Role(role) => roles.push(role),
            }
        }
    }
    let mut directory = Directory::default();
    directory.replace(Records::build(users, teams, roles).with_roles(dialect.role_source(None)), true);
    let known = directory_of(dialect);
    let of = ResourceRef::user(&"U1".into());
    let beside = [SideQueryKind::Settings, SideQueryKind::Resource(of), SideQueryKind::Schemas, SideQueryKind::Types];
    for topic in [SideQueryKind::Me, SideQueryKind::Person("U1".into()), SideQueryKind::Roster("T1".into())]
        .into_iter()
        .chain(beside)
    {
        if let Ok(inquiry) = dialect.inquiry(topic, &known) {
            let _ = dialect.told(&inquiry, body);
        }
    }
    for change in [Change::DeleteUser { user: "U1".into() }, new_user(&["T1"])] {
        let _ = dialect.made(&change, body);
    }
    if let Ok(told) = serde_json::from_slice(body) {
        let _ = dialect.role_source(Some(&told));
    }
    for question in dialect.questions() {
        let _ = (question.words)(body);
    }
}

/// Names that the readers look for, so that odd values appear at these places.
const NAMES: [&str; 34] = [
    "id",
    "Id",
    "schemas",
    "userName",
    "displayName",
    "name",
    "formatted",
    "emails",
    "value",
    "Value",
    "primary",
    "active",
    "members",
    "display",
    "$ref",
    "type",
    "meta",
    "version",
    "created",
    "lastModified",
    "roles",
    "organizationRole",
    "teamRoles",
    "registryRoles",
    "modelsSeat",
    "permissions",
    "inherited",
    "Operations",
    "op",
    "path",
    "data",
    "errors",
    "totalResults",
    "Resources",
];

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[ -~]{0,8}".prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        prop::sample::select(vec!["true", "admin", "2026-01-01T00:00:00Z", "99999-13-40T", "W/\"1\"", "U1", ""])
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 48, 6, |inner| {
        let name = prop_oneof![9 => prop::sample::select(NAMES.to_vec()).prop_map(str::to_owned), 1 => any::<String>()];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((name, inner), 0..8).prop_map(|pairs| pairs.into_iter().collect()),
        ]
    })
}

/// A page as a correct server writes it.
fn good_page() -> String {
    json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"], "totalResults": 2, "startIndex": 1,
        "Resources": [
            {"id": "U1", "userName": "ann", "emails": [{"value": "a@x", "primary": true}], "active": true,
             "meta": {"version": "W/\"1\"", "created": "2026-01-01T00:00:00Z"}, "organizationRole": "admin",
             "teamRoles": [{"teamName": "vision", "roleName": "member"}], "modelsSeat": "full"},
            {"id": "T1", "displayName": "vision", "members": [{"Value": "U1", "Ref": "", "Display": "ann"}]},
        ],
    })
    .to_string()
}

proptest! {
    #![proptest_config(tries(128))]

    #[test]
    fn any_json_is_read_or_refused(resources in prop::collection::vec(json(), 0..4), whole in json()) {
        read_all_ways(json!({"totalResults": 3, "Resources": resources}).to_string().as_bytes());
        read_all_ways(whole.to_string().as_bytes());
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        read_all_ways(&bytes);
    }

    #[test]
    fn a_good_page_with_changed_bytes_is_read_or_refused(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        end in any::<prop::sample::Index>(),
    ) {
        let mut bytes = good_page().into_bytes();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        read_all_ways(&bytes);
        bytes.truncate(end.index(bytes.len()));
        read_all_ways(&bytes);
    }

    #[test]
    fn any_filter_is_read_or_refused(
        words in prop::collection::vec(prop_oneof![
            prop::sample::select(vec!["userName", "eq", "co", "pr", "and", "or", "not", "(", ")", "[", "]", "\"a\"", "\"", "true",
                "emails", ".value", ":", "urn:a:b:", "-", "1e9", "null", "last>3d", "role:admin", "team:none", "<", ">", "*"])
                .prop_map(str::to_owned),
            "[ -~]{0,4}",
            any::<String>(),
        ], 0..12),
        apart in any::<bool>(),
    ) {
        let text = words.join(if apart { " " } else { "" });
        match filter::parse(&text) {
            // Writing a parsed filter and parsing it again gives the same filter.
            Ok(read) => prop_assert_eq!(filter::parse(&read.to_string()), Ok(read)),
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
        let directory = directory();
        for kind in RecordKind::ALL {
            if let Ok(query) = FilterQuery::parse_in(&text, kind, RecordContents::default()) {
                let _ = query.run(&directory, kind, &[0, 1, 2], Timestamp::UNIX_EPOCH);
            }
        }
    }
}

#[test]
fn nesting_has_an_end_before_the_stack_has() {
    const DEEP: usize = 100_000;
    let nested = |open: &str, close: &str| format!("{}1{}", open.repeat(DEEP), close.repeat(DEEP));
    let list = |inner: &str| format!("{{\"totalResults\":1,\"Resources\":[{{\"id\":\"1\",\"x\":{inner}}}]}}");
    let bodies = [
        "[".repeat(DEEP),
        nested("[", "]"),
        nested("{\"a\":", "}"),
        list(&nested("[", "]")),
        list(&nested("{\"members\":[", "]}")),
        format!("{{\"data\":{}}}", nested("{\"node\":", "}")),
        format!("{{\"errors\":{}}}", nested("[", "]")),
    ];
    // This stack is smaller than that of any thread of the program.
    let small = std::thread::Builder::new().stack_size(512 << 10);
    let reader = small.spawn(move || {
        bodies.iter().for_each(|body| read_all_ways(body.as_bytes()));
        for open in ["(", "not (", "a["] {
            assert!(filter::parse(&open.repeat(DEEP)).is_err());
        }
    });
    reader.unwrap().join().unwrap();
}
