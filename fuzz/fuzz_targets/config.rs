//! The config file: read, or refused with words.
#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use scimitar::config::ConfigFile;

fuzz_target!(|text: &str| {
    match ConfigFile::parse(text, Path::new("/home/ann/config.toml")) {
        Ok(file) => assert!(file.default_profile.is_none_or(|name| file.profiles.contains_key(&name))),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
