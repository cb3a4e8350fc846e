//! The API keys on the server: their owners, their listing, and which of them open the server. Secrets never leave this
//! module.

use super::records::RecordNumber;

/// A key as its owner sees it.
pub(super) struct ApiKey {
    pub owner: RecordNumber,
    /// The beginning of the secret, as shown in lists.
    pub name: Box<str>,
    pub description: Box<str>,
    /// `None` for keys that came with the organisation: nobody knows their secrets, so that they open nothing.
    secret: Option<Box<str>>,
}

/// All keys; a key's number is its position, never reused.
#[derive(Default)]
pub(super) struct KeyRing(Vec<Option<ApiKey>>);

/// The part of a secret that lists may show: at most eight letters, and at most a quarter.
fn public_name(secret: &str) -> Box<str> {
    let shown = (secret.chars().count() / 4).min(8);
    secret.chars().take(shown).collect::<String>().into()
}

impl KeyRing {
    /// Adds a key that opens the server.
    pub(super) fn insert(&mut self, owner: RecordNumber, secret: &str, description: &str) -> RecordNumber {
        self.push(ApiKey {
            owner,
            name: public_name(secret),
            description: description.into(),
            secret: Some(secret.into()),
        })
    }

    /// Adds a key that is only listed.
    pub(super) fn insert_unknown(&mut self, owner: RecordNumber, name: &str, description: &str) -> RecordNumber {
        self.push(ApiKey { owner, name: name.into(), description: description.into(), secret: None })
    }

    fn push(&mut self, key: ApiKey) -> RecordNumber {
        self.0.push(Some(key));
        self.0.len() as RecordNumber - 1
    }

    pub(super) fn get(&self, number: RecordNumber) -> Option<&ApiKey> {
        self.0.get(number as usize)?.as_ref()
    }

    /// A user's keys in the order of creation.
    pub(super) fn of(&self, owner: RecordNumber) -> impl Iterator<Item = (RecordNumber, &ApiKey)> {
        (0..)
            .zip(&self.0)
            .filter_map(|(number, key)| Some((number, key.as_ref()?)))
            .filter(move |(_, key)| key.owner == owner)
    }

    /// The owner of the key.
    pub(super) fn owner(&self, secret: &str) -> Option<RecordNumber> {
        self.0.iter().flatten().find(|key| key.secret.as_deref() == Some(secret)).map(|key| key.owner)
    }

    /// Removes a key, which opens nothing from then on.
    pub(super) fn remove(&mut self, number: RecordNumber) -> Option<ApiKey> {
        self.0.get_mut(number as usize)?.take()
    }

    /// Removes all keys of a user.
    pub(super) fn remove_all(&mut self, owner: RecordNumber) {
        for key in &mut self.0 {
            if key.as_ref().is_some_and(|key| key.owner == owner) {
                *key = None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_opens_until_it_is_removed_and_lists_show_its_beginning() {
        let mut ring = KeyRing::default();
        let secret = "0123456789012345678901234567890123456789";
        let (mine, other) = (ring.insert(7, secret, "laptop"), ring.insert_unknown(7, "ab12cd34", "old"));
        assert_eq!(ring.owner(secret), Some(7));
        assert_eq!(
            ring.of(7).map(|(number, key)| (number, &*key.name)).collect::<Vec<_>>(),
            [(mine, "01234567"), (other, "ab12cd34")]
        );
        assert_eq!(ring.owner("ab12cd34"), None);
        ring.remove(mine);
        assert_eq!((ring.owner(secret), ring.of(7).count()), (None, 1));
        assert!(ring.remove(mine).is_none());
        assert_eq!(&*public_name("short-key-12"), "sho");
    }
}
