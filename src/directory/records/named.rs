//! Users by user name and by address: a file of ten thousand names must not go through all users for each.

use std::hash::Hasher;

use rustc_hash::FxHasher;

use super::Table;
use crate::directory::record::User;

/// Hashes of names and addresses with their rows, in order.
#[derive(Debug, Default)]
pub(super) struct Named(Vec<(u64, u32)>);

impl Named {
    pub(super) fn of(users: &Table<User>) -> Self {
        let mut named = Vec::with_capacity(users.len() * 2);
        for (user, row) in users.values().zip(0..) {
            named.extend([&user.user_name, &user.email].map(|name| (hash(name.raw()), row)));
        }
        named.sort_unstable();
        Self(named)
    }

    /// The first row of that name or address.
    pub(super) fn find<'a>(&self, name: &str, users: &'a Table<User>) -> Option<&'a User> {
        let wanted = hash(name);
        let first = self.0.partition_point(|(hash, _)| *hash < wanted);
        let same = self.0.iter().skip(first).take_while(|(hash, _)| *hash == wanted);
        let mut found = same.filter_map(|(_, row)| users.get_index(*row as usize).map(|(_, user)| user));
        found.find(|user| user.user_name.is(name) || user.email.is(name))
    }
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
