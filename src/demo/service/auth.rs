//! Authentication: the documented `Authorization` forms, the owner of a key, and the owner's rights. Independent of
//! resources.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::options::Provider;
use super::records::{Account, OrganisationRole, RecordNumber, User};
use super::state::State;

/// The owner of the server's first key: the first user, `demo-admin`.
pub(super) const FIRST_OWNER: RecordNumber = 0;

/// The keys with which the server starts.
pub(super) struct Keys {
    /// The key of an organisation administrator.
    pub admin: String,
    /// The key of a team's service account, which SCIM refuses.
    pub team: String,
}

/// The owner of the key in a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyHolder {
    /// The owner of the first key, which opens SCIM even if the owner's role changes: a demo that locks its visitor out
    /// is useless. Deleting the key ends this.
    First,
    Somebody(RecordNumber),
    /// A service account of a team.
    Team,
}

/// The holder's rights with SCIM.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ScimAccess {
    Granted,
    TeamScoped,
    NotAdmin,
}

/// A key as the header carries it.
pub(super) struct OfferedKey {
    pub key: String,
    pub bearer: bool,
}

impl Keys {
    /// Random keys for a new server, or keys made from a fixed one.
    pub(super) fn new(fixed: Option<&str>, provider: Provider) -> std::io::Result<Self> {
        let admin = match fixed {
            Some(key) => key.to_owned(),
            None if provider == Provider::Grafana => format!("glsa_{}", random_key()?),
            None => random_key()?,
        };
        Ok(Self { team: format!("{admin}-team"), admin })
    }

    /// The holder of the key; `None` for an unknown key.
    pub(super) fn holder(&self, state: &State, key: &str) -> Option<KeyHolder> {
        if key == self.team {
            return Some(KeyHolder::Team);
        }
        let owner = state.keys.owner(key)?;
        Some(if key == self.admin { KeyHolder::First } else { KeyHolder::Somebody(owner) })
    }
}

impl KeyHolder {
    /// The account behind the key, if it exists and is active.
    pub(super) fn account(self, state: &State) -> Option<(RecordNumber, &User)> {
        let number = match self {
            Self::First => FIRST_OWNER,
            Self::Somebody(number) => number,
            Self::Team => {
                let of_team = |number: &RecordNumber| {
                    state.user(*number).is_some_and(|user| user.account == Account::TeamService)
                };
                state.order().iter().copied().find(of_team)?
            }
        };
        Some((number, state.user(number).filter(|user| user.active)?))
    }

    /// The holder's rights with SCIM; `None` if the account is gone or inactive.
    pub(super) fn access(self, state: &State) -> Option<ScimAccess> {
        match self {
            Self::First => Some(ScimAccess::Granted),
            Self::Team => Some(ScimAccess::TeamScoped),
            Self::Somebody(_) => self.account(state).map(|(_, user)| match user.account {
                Account::OrganisationService => ScimAccess::Granted,
                Account::TeamService => ScimAccess::TeamScoped,
                Account::Person if user.organisation_role == OrganisationRole::Admin => ScimAccess::Granted,
                Account::Person => ScimAccess::NotAdmin,
            }),
        }
    }
}

/// The key in an `Authorization` header: `Bearer KEY`, `Basic base64(user:KEY)` or `Basic base64(:KEY)`.
pub(super) fn offered(header: &str) -> Option<OfferedKey> {
    let (scheme, credentials) = header.split_once(' ')?;
    let credentials = credentials.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(OfferedKey { key: credentials.to_owned(), bearer: true });
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(STANDARD.decode(credentials).ok()?).ok()?;
    pair.split_once(':').map(|(_, key)| OfferedKey { key: key.to_owned(), bearer: false })
}

/// A fresh key: 40 hexadecimal digits, the shortest that W&B's SDK takes.
pub(super) fn random_key() -> std::io::Result<String> {
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

    use super::super::clock::UnixSeconds;
    use super::*;

    const NOW: UnixSeconds = UnixSeconds(1_790_000_000);

    fn basic(pair: &str) -> String {
        format!("Basic {}", STANDARD.encode(pair))
    }

    fn holder(keys: &Keys, state: &State, header: &str) -> Option<KeyHolder> {
        keys.holder(state, &offered(header)?.key)
    }

    #[rstest]
    #[case::bearer("Bearer k1".to_owned(), Some(KeyHolder::First))]
    #[case::person(basic("ann:k1"), Some(KeyHolder::First))]
    #[case::service_account(basic(":k1"), Some(KeyHolder::First))]
    #[case::team_key("Bearer k1-team".to_owned(), Some(KeyHolder::Team))]
    #[case::team_key_basic(basic(":k1-team"), Some(KeyHolder::Team))]
    #[case::another("Bearer k3".to_owned(), Some(KeyHolder::Somebody(7)))]
    #[case::wrong("Bearer k2".to_owned(), None)]
    #[case::key_as_user(basic("k1:"), None)]
    #[case::no_colon(basic("k1"), None)]
    #[case::raw_basic("Basic :k1".to_owned(), None)]
    #[case::bare("k1".to_owned(), None)]
    fn each_form_is_judged(#[case] header: String, #[case] expected: Option<KeyHolder>) {
        let (keys, mut state) = (Keys::new(Some("k1"), Provider::Wandb).unwrap(), State::default());
        state.keys.insert(FIRST_OWNER, "k1", "");
        state.keys.insert(7, "k3", "");
        assert_eq!(holder(&keys, &state, &header), expected);
    }

    #[test]
    fn a_key_has_its_owners_rights_as_they_are_now() {
        let mut state = State::default();
        let ann = state.insert_user(User::person("ann", "Ann", "ann@test.com", NOW));
        let access = |state: &State| KeyHolder::Somebody(ann).access(state);
        assert_eq!(access(&state), Some(ScimAccess::NotAdmin));
        state.user_mut(ann).unwrap().organisation_role = OrganisationRole::Admin;
        assert_eq!(access(&state), Some(ScimAccess::Granted));
        state.user_mut(ann).unwrap().active = false;
        assert_eq!(access(&state), None);
    }

    #[test]
    fn every_server_has_its_own_key() {
        let (one, two) = (Keys::new(None, Provider::Wandb).unwrap(), Keys::new(None, Provider::Grafana).unwrap());
        assert_eq!(one.admin.len(), 40);
        assert_ne!(one.admin, two.admin);
        assert!(two.admin.starts_with("glsa_"));
    }
}
