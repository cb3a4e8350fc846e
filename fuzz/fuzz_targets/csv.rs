//! A spreadsheet: read, or refused with words; what is read is written so that it is read as the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scimitar::desired::{Columns, Format, decode, read, write};

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = decode(bytes.to_vec()) else { return };
    match read(&text, Format::Csv, &Columns::default()) {
        Ok(desired) => drop(write(&desired, Format::Csv)),
        Err(problems) => assert!(!problems.is_empty()),
    }
});
