//! Each organisation has a file of its own: where a key opens another organisation than the file was filled from,
//! another file is used.
//!
//! The first organisation of a profile has the profile's file. A small file beside it (`NAME.organisation`) names the
//! one that the key opens now, where that is another.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{Result, Store, StoreError};

/// The key under which the organisation of a file is kept.
const ORGANISATION: &str = "organisation";
/// The separator between a profile's name and the sum of another organisation's id.
const APART: &str = "-org-";

/// The file of the organisation that the key opens now.
pub fn file_of_today(profile: &Path) -> PathBuf {
    let named = fs::read_to_string(pointer(profile)).ok();
    let sum =
        named.as_deref().map(str::trim).filter(|sum| sum.len() == 8 && sum.bytes().all(|b| b.is_ascii_hexdigit()));
    sum.map_or_else(|| profile.to_owned(), |sum| apart(profile, sum))
}

fn pointer(profile: &Path) -> PathBuf {
    profile.with_extension(ORGANISATION)
}

fn apart(profile: &Path, sum: &str) -> PathBuf {
    let stem = profile.file_stem().unwrap_or_default().to_string_lossy();
    profile.with_file_name(format!("{stem}{APART}{sum}.db"))
}

/// The profile's own file, for a file that may be of another organisation.
fn own_file(file: &Path) -> PathBuf {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    match stem.rsplit_once(APART) {
        Some((own, sum)) if sum.len() == 8 => file.with_file_name(format!("{own}.db")),
        _ => file.to_owned(),
    }
}

impl Store {
    /// The organisation that this file is of, where that was told.
    pub fn organisation(&self) -> Result<Option<String>> {
        self.meta_get(ORGANISATION)
    }

    /// Notes the organisation that this file is of.
    pub fn keep_organisation(&mut self, id: &str) -> Result<()> {
        self.meta_set(ORGANISATION, id)
    }

    /// Makes this organisation's file the profile's from now on. The lists in the present file are forgotten, since
    /// some of them may be the other's; the journal stays.
    pub fn leave_for(&mut self, organisation: &str) -> Result<()> {
        self.forget_lists()?;
        let Some(file) = self.path.clone() else { return Ok(()) };
        let profile = own_file(&file);
        let own = if profile == file { self.organisation()? } else { Self::open(&profile)?.0.organisation()? };
        let pointer = pointer(&profile);
        let failed = |source: io::Error| StoreError::File { what: "write", path: pointer.clone(), source };
        if own.as_deref() == Some(organisation) {
            return match fs::remove_file(&pointer) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(error)),
                _ => Ok(()),
            };
        }
        let sum = format!("{:08x}", crc32fast::hash(organisation.as_bytes()));
        let written = pointer.with_extension("organisation-new");
        fs::write(&written, &sum).and_then(|()| fs::rename(&written, &pointer)).map_err(failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_organisation_has_a_file_of_its_own_and_the_first_one_is_found_again() {
        let room = tempfile::tempdir().unwrap();
        let profile = room.path().join("acme-01f4e769.db");
        assert_eq!(file_of_today(&profile), profile);
        let mut first = Store::open(&profile).unwrap().0;
        first.keep_organisation("one").unwrap();
        first.leave_for("two").unwrap();

        let second = file_of_today(&profile);
        assert_ne!(second, profile);
        let mut other = Store::open(&second).unwrap().0;
        assert_eq!(other.organisation().unwrap(), None);
        other.keep_organisation("two").unwrap();
        other.leave_for("three").unwrap();
        let third = file_of_today(&profile);
        assert!(third != second && third != profile);

        Store::open(&third).unwrap().0.leave_for("one").unwrap();
        assert_eq!(file_of_today(&profile), profile);
        std::fs::write(profile.with_extension("organisation"), "../../x").unwrap();
        assert_eq!(file_of_today(&profile), profile);
    }
}
