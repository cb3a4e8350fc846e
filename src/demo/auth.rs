//! Who may ask: the three documented `Authorization` forms against the server's two keys. Knows no resource.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The keys that the server knows.
pub(super) struct Keys {
    /// Of an organisation administrator or an organisation's service account.
    pub admin: String,
    /// Of a service account of one team, which SCIM refuses.
    pub team: String,
}

/// What the header proves.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Access {
    Granted,
    /// No key, or one that nobody has.
    Unknown,
    /// A true key without the right to use SCIM.
    TeamScoped,
}

impl Keys {
    /// The random keys of a new server, or those made from a fixed one.
    pub(super) fn new(fixed: Option<&str>) -> std::io::Result<Self> {
        let admin = match fixed {
            Some(key) => key.to_owned(),
            None => random_key()?,
        };
        Ok(Self { team: format!("{admin}-team"), admin })
    }

    /// Judges an `Authorization` header: `Bearer KEY`, `Basic base64(user:KEY)` or `Basic base64(:KEY)`.
    pub(super) fn check(&self, header: Option<&str>) -> Access {
        match header.and_then(offered_key) {
            Some(key) if key == self.admin => Access::Granted,
            Some(key) if key == self.team => Access::TeamScoped,
            _ => Access::Unknown,
        }
    }
}

fn offered_key(header: &str) -> Option<String> {
    let (scheme, credentials) = header.split_once(' ')?;
    let credentials = credentials.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(credentials.to_owned());
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(STANDARD.decode(credentials).ok()?).ok()?;
    pair.split_once(':').map(|(_, key)| key.to_owned())
}

fn random_key() -> std::io::Result<String> {
    use std::fmt::Write;

    let mut bytes = [0_u8; 20];
    getrandom::fill(&mut bytes).map_err(|error| std::io::Error::other(error.to_string()))?;
    Ok(bytes.iter().fold(String::with_capacity(40), |mut key, byte| {
        // Writing to a String cannot fail.
        let _ = write!(key, "{byte:02x}");
        key
    }))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn basic(pair: &str) -> String {
        format!("Basic {}", STANDARD.encode(pair))
    }

    #[rstest]
    #[case::bearer("Bearer k1".to_owned(), Access::Granted)]
    #[case::person(basic("ann:k1"), Access::Granted)]
    #[case::service_account(basic(":k1"), Access::Granted)]
    #[case::team_key("Bearer k1-team".to_owned(), Access::TeamScoped)]
    #[case::team_key_basic(basic(":k1-team"), Access::TeamScoped)]
    #[case::wrong("Bearer k2".to_owned(), Access::Unknown)]
    #[case::key_as_user(basic("k1:"), Access::Unknown)]
    #[case::no_colon(basic("k1"), Access::Unknown)]
    #[case::raw_basic("Basic :k1".to_owned(), Access::Unknown)]
    #[case::bare("k1".to_owned(), Access::Unknown)]
    fn each_form_is_judged(#[case] header: String, #[case] access: Access) {
        let keys = Keys::new(Some("k1")).unwrap();
        assert_eq!(keys.check(Some(&header)), access);
    }

    #[test]
    fn every_server_has_its_own_key() {
        let (one, two) = (Keys::new(None).unwrap(), Keys::new(None).unwrap());
        assert_eq!(one.admin.len(), 40);
        assert_ne!(one.admin, two.admin);
    }
}
