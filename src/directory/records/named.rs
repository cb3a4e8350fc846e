//! Users by id and by name: a file of ten thousand names must not visit all users for each name.

use std::hash::Hasher;

use rustc_hash::FxHasher;

use super::Table;
use crate::{directory::record::User, scim::caseless};

/// Names of one user.
const NAMES: usize = 4;

/// The number of new rows that each lookup searches before they are sorted in with the others.
const MOST_LATER: usize = 4_096;

/// A part of the hash of a name, and the row: half of the memory of a whole hash, and few false matches.
type HashedRow = (u32, u32);

/// Hashes of ids, user names, addresses and display names with their rows. A row with a new name stays under its old
/// hash, so callers compare the names.
#[derive(Debug, Default)]
pub(super) struct NameIndex {
    /// In order.
    all: Vec<HashedRow>,
    /// Rows that are new, renamed or moved.
    later: Vec<HashedRow>,
}

impl NameIndex {
    pub(super) fn of(users: &Table<User>) -> Self {
        let mut all = Vec::with_capacity(users.len() * NAMES);
        all.extend(users.values().zip(0..).flat_map(|(user, row)| keys(user, row)));
        all.sort_unstable();
        // Many have the same name and address.
        all.dedup();
        all.shrink_to_fit();
        Self { all, later: Vec::new() }
    }

    /// This user has this row now.
    pub(super) fn add(&mut self, user: &User, row: u32) {
        self.later.extend(keys(user, row));
        if self.later.len() > MOST_LATER {
            self.later.sort_unstable();
            self.all.append(&mut self.later);
            // Two parts in order: the stable sort puts them together in one pass.
            #[expect(clippy::stable_sort_primitive)]
            self.all.sort();
            self.all.dedup();
        }
    }

    /// Rows of users who may have this name, unsorted and with duplicates: callers compare the names.
    pub(super) fn rows(&self, name: &str) -> impl Iterator<Item = u32> {
        let wanted = part(hash(name));
        let first = self.all.partition_point(|(hash, _)| *hash < wanted);
        let same = self.all.iter().skip(first).take_while(move |(hash, _)| *hash == wanted);
        let later = self.later.iter().filter(move |(hash, _)| *hash == wanted);
        same.chain(later).map(|(_, row)| *row)
    }
}

fn keys(user: &User, row: u32) -> impl Iterator<Item = HashedRow> {
    let names: [_; NAMES] = [user.user_name.raw(), user.email.raw(), user.display_name.raw(), &*user.id];
    names.into_iter().filter(|name| !name.is_empty()).map(move |name| (part(hash(name)), row))
}

/// The better half: a product's high bits depend on all bits of the name.
fn part(hash: u64) -> u32 {
    (hash >> 32) as u32
}

/// The same hash for names that differ by case, composition and blanks at the ends; some other names have it, too.
pub(in crate::directory) fn hash(name: &str) -> u64 {
    let name = name.trim();
    if name.is_ascii() { hash_of(name) } else { hash_of(&caseless::key(name)) }
}

/// Of eight bytes at a time, without the bit that tells capitals from other letters.
fn hash_of(name: &str) -> u64 {
    const CASE: u64 = u64::from_ne_bytes([b' '; 8]);
    let mut hasher = FxHasher::default();
    let (words, rest) = name.as_bytes().as_chunks::<8>();
    words.iter().for_each(|word| hasher.write_u64(u64::from_ne_bytes(*word) | CASE));
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    hasher.write_u64(u64::from_ne_bytes(last) | CASE);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use crate::directory::{
        ResourceRef,
        record::{Record, User},
        records::Records,
    };

    #[test]
    fn users_are_found_by_name_and_address_as_they_come_and_go() {
        let user = |id: &str, name: &str, email: &str| User {
            id: id.into(),
            user_name: name.into(),
            email: email.into(),
            ..User::default()
        };
        let users = vec![user("1", "Eva", "eva@example.com"), user("2", "ivan", "eva@example.com")];
        let mut records = Records::build(users, vec![], vec![]);
        let ids = |records: &Records, name: &str| {
            let mut ids: Vec<String> = records.users_named(name).map(|user| user.id.to_string()).collect();
            ids.sort();
            ids.join(" ")
        };
        assert_eq!(ids(&records, "EVA"), "1");
        assert_eq!(ids(&records, " eva@EXAMPLE.com"), "1 2", "all of several");
        records.put(Record::User(user("1", "noor", "")));
        assert_eq!(ids(&records, "eva"), "");
        assert_eq!(ids(&records, "eva@example.com"), "2");
        records.remove(&ResourceRef::user(&"1".into()));
        assert_eq!(ids(&records, "ivan"), "2");
    }
}
