//! A list of names from a file: off the event loop, and no more than a list can be.

use std::{
    io::{ErrorKind, Read},
    path::PathBuf,
};

use crate::{
    app::{LIST, NoList},
    named_file,
    scim::text::clean,
};

/// Reads the file that was typed; `~/` is the home directory.
pub fn read(typed: &str) -> Result<String, NoList> {
    let path = expanded(typed);
    let shown = path.display().to_string();
    let shown = clean(&shown).into_owned();
    let failed = |error: std::io::Error| NoList::Unreadable(shown.clone(), error.to_string());
    let file = match named_file::open_regular(&path) {
        Err(error) if error.kind() == ErrorKind::InvalidInput => return Err(NoList::NoFile(shown)),
        opened => opened.map_err(failed)?,
    };
    let mut bytes = Vec::new();
    file.take(LIST as u64 + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() > LIST {
        return Err(NoList::TooLong { file: shown });
    }
    let text = String::from_utf8(bytes).map_err(|_| NoList::NoText(shown.clone()))?;
    // Spreadsheets put a mark before the first name.
    let text = text.strip_prefix('\u{feff}').map_or(text.clone(), str::to_owned);
    if text.trim().is_empty() {
        return Err(NoList::Empty(shown));
    }
    Ok(text)
}

fn expanded(typed: &str) -> PathBuf {
    let home = || directories::BaseDirs::new().map(|dirs| dirs.home_dir().to_owned());
    match typed.strip_prefix("~/").and_then(|rest| Some(home()?.join(rest))) {
        Some(path) => path,
        None => PathBuf::from(typed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(content: &[u8]) -> (tempfile::TempDir, String) {
        let room = tempfile::tempdir().unwrap();
        let path = room.path().join("people.txt");
        std::fs::write(&path, content).unwrap();
        (room, path.display().to_string())
    }

    #[test]
    fn a_file_is_read_without_the_mark_before_it() {
        let (_room, path) = file("\u{feff}eva\nivan\n".as_bytes());
        assert_eq!(read(&path).unwrap(), "eva\nivan\n");
    }

    #[rstest::rstest]
    #[case::empty(b" \n", "is empty")]
    #[case::not_text(&[0xff, 0xfe, 0x65, 0x00], "is no text in UTF-8")]
    #[case::long(&vec![b'a'; LIST + 1], "has more than 4 MiB: that is no list of names")]
    fn what_is_no_list_is_said(#[case] content: &[u8], #[case] why: &str) {
        let (room, path) = file(content);
        assert_eq!(read(&path).unwrap_err().to_string(), format!("{path} {why}"));
        let folder = room.path().display().to_string();
        assert_eq!(read(&folder).unwrap_err(), NoList::NoFile(folder.clone()));
        let none = format!("{folder}/none");
        assert!(read(&none).unwrap_err().to_string().starts_with(&format!("{none} can't be read: ")));
    }
}
