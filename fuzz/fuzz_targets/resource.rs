//! One resource, an error, a GraphQL answer, what a server says of itself, and a PATCH of a record.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scimitar::scim::{discovery, error, graph, list, merge, schema};

fuzz_target!(|body: &[u8]| {
    let said = error::parse(body, Some("application/json"));
    assert!(!error::failure(400, &said, "Reading the list").text.is_empty());
    let _ = error::in_success(body);
    let _ = graph::refusal(200, body, false);
    let Ok(mut document) = list::parse_one(body) else { return };
    let _ = discovery::service_config(&document).habits();
    let _ = (schema::schemas(&document), schema::resource_types(&document));
    let operations = document.clone();
    let _ = merge::apply(&operations, &mut document);
});
