//! Users by user name and by address: a file of ten thousand names must not go through all users for each.

use std::hash::Hasher;

use rustc_hash::FxHasher;

use super::Table;
use crate::directory::record::User;

/// So many are looked through for each name, before they are put in order with the others.
const MOST_LATER: usize = 4_096;

/// Hashes of names and addresses with their rows. A row that has another name since is no harm: who is found is looked at.
#[derive(Debug, Default)]
pub(super) struct Named {
    /// In order.
    all: Vec<(u64, u32)>,
    /// Who came, was renamed or has another row since.
    later: Vec<(u64, u32)>,
}

impl Named {
    pub(super) fn of(users: &Table<User>) -> Self {
        let mut all: Vec<_> = users.values().zip(0..).flat_map(|(user, row)| keys(user, row)).collect();
        all.sort_unstable();
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

    /// The first row of that name or address.
    pub(super) fn find<'a>(&self, name: &str, users: &'a Table<User>) -> Option<&'a User> {
        let wanted = hash(name);
        let first = self.all.partition_point(|(hash, _)| *hash < wanted);
        let same = self.all.iter().skip(first).take_while(|(hash, _)| *hash == wanted);
        let later = self.later.iter().filter(|(hash, _)| *hash == wanted);
        let is_so = |user: &User| user.user_name.is(name) || user.email.is(name);
        let found = same.chain(later).map(|(_, row)| *row as usize);
        let row = found.filter(|row| users.get_index(*row).is_some_and(|(_, user)| is_so(user))).min()?;
        users.get_index(row).map(|(_, user)| user)
    }
}

fn keys(user: &User, row: u32) -> [(u64, u32); 2] {
    [&user.user_name, &user.email].map(|name| (hash(name.raw()), row))
}

/// Without regard to case, as [`crate::directory::Name::is`] compares.
fn hash(name: &str) -> u64 {
    let mut hasher = FxHasher::default();
    name.bytes().for_each(|byte| hasher.write_u8(byte.to_ascii_lowercase()));
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use crate::directory::{
        Target,
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
        let id = |records: &Records, name: &str| records.user_named(name).map(|user| user.id.to_string());
        assert_eq!(id(&records, "EVA").as_deref(), Some("1"));
        assert_eq!(id(&records, "eva@EXAMPLE.com").as_deref(), Some("1"), "the first of several");
        records.put(Record::User(user("1", "noor", "")));
        assert_eq!(id(&records, "eva"), None);
        assert_eq!(id(&records, "eva@example.com").as_deref(), Some("2"));
        records.remove(&Target::user(&"1".into()));
        assert_eq!(id(&records, "ivan").as_deref(), Some("2"));
    }
}
