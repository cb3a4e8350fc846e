//! A document in YAML or JSON: read, or refused with words.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scimitar::desired::{ColumnOptions, FileFormat, decode, read, write};

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = decode(bytes.to_vec()) else { return };
    for format in [FileFormat::Yaml, FileFormat::Json] {
        match read(&text, format, &ColumnOptions::default()) {
            Ok(desired) => {
                let written = write(&desired, format);
                assert!(read(&written, format, &ColumnOptions::default()).is_ok(), "{written}");
            }
            Err(problems) => assert!(!problems.is_empty()),
        }
    }
});
