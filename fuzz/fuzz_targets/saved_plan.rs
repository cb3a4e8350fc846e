//! A plan that was kept in a file.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scimitar::desired::saved::SavedPlan;

fuzz_target!(|text: &str| {
    let _ = SavedPlan::is_one(text);
    if let Err(error) = SavedPlan::read(text) {
        assert!(!error.to_string().is_empty());
    }
});
