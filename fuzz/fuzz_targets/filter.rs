//! A filter of SCIM, which is printed and read back as the same, and one of the console.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scimitar::{
    directory::{RecordKind, query::FilterQuery},
    scim::filter,
};

fuzz_target!(|text: &str| {
    if let Ok(parsed) = filter::parse(text) {
        let printed = parsed.to_string();
        assert_eq!(filter::parse(&printed).as_ref().ok(), Some(&parsed), "{printed}");
        parsed
            .matches(&serde_json::json!({"userName": "ann", "emails": [{"value": "a@x.io", "primary": true}], "n": 7}));
    }
    for kind in RecordKind::ALL {
        let _ = FilterQuery::parse(text, kind);
    }
});
