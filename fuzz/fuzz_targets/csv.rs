//! A spreadsheet: read, or refused with words; what is read is written so that it is read as the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scimitar::desired::{ColumnOptions, FileFormat, decode, read, write};

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = decode(bytes.to_vec()) else { return };
    match read(&text, FileFormat::Csv, &ColumnOptions::default()) {
        Ok(desired) => drop(write(&desired, FileFormat::Csv)),
        Err(problems) => assert!(!problems.is_empty()),
    }
});
