//! Which release of W&B's server this one stands in for, and what that release knew. Knows no request.

use std::fmt;
use std::str::FromStr;

use super::options::{DemoOptions, EmailShape, Hosting, OptionError, Provider};

/// A release of W&B's server, such as 0.80.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ServerVersion(u16, u16, u16);

/// The newest release whose notes were read.
pub(super) const NEWEST: ServerVersion = ServerVersion(0, 85, 0);

const REGISTRY_ROLES: ServerVersion = ServerVersion(0, 75, 0);
const KEY_LIMITS: ServerVersion = ServerVersion(0, 78, 0);
const BEARER: ServerVersion = ServerVersion(0, 79, 0);
/// Seats came in April 2026; the release is not named, and this is the first after it.
const SEATS: ServerVersion = ServerVersion(0, 80, 0);
const EMAIL_ARRAY: ServerVersion = ServerVersion(0, 80, 1);
const SERVICE_ACCOUNTS: ServerVersion = ServerVersion(0, 81, 0);
const REGISTRY_ACCESS: ServerVersion = ServerVersion(0, 83, 0);

impl Default for ServerVersion {
    fn default() -> Self {
        NEWEST
    }
}

impl fmt::Display for ServerVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}.{}.{}", self.0, self.1, self.2))
    }
}

impl FromStr for ServerVersion {
    type Err = OptionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let numbers: Option<Vec<u16>> = text.split('.').map(|part| part.parse().ok()).collect();
        match numbers.as_deref() {
            Some(&[major, minor]) => Ok(Self(major, minor, 0)),
            Some(&[major, minor, patch]) => Ok(Self(major, minor, patch)),
            _ => Err(OptionError::new(format!("unknown server version {text:?}: write a release, as in 0.80.1"))),
        }
    }
}

/// The features of the server's release. The shared service is always the newest.
#[derive(Debug, Clone, Copy)]
pub(super) struct ServerGeneration {
    pub emails: EmailShape,
    /// Service accounts are seen and made through SCIM.
    pub services: bool,
    /// `modelsSeat` and `weaveRole`.
    pub seats: bool,
    pub registries: bool,
    /// `registryAccess`.
    pub registry_access: bool,
    /// `Authorization: Bearer`.
    pub bearer: bool,
    /// At most 100 API keys an account.
    pub key_limits: bool,
}

impl ServerGeneration {
    pub(super) fn of(options: &DemoOptions) -> Self {
        let knows = |since| options.hosting == Hosting::MultiTenant || options.server_version >= since;
        let emails = if knows(EMAIL_ARRAY) { options.emails } else { EmailShape::Old };
        Self {
            emails,
            services: emails == EmailShape::New && knows(SERVICE_ACCOUNTS),
            seats: knows(SEATS),
            registries: knows(REGISTRY_ROLES),
            registry_access: knows(REGISTRY_ACCESS),
            bearer: knows(BEARER),
            key_limits: knows(KEY_LIMITS),
        }
    }
}

impl DemoOptions {
    /// The release refuses keys as `Authorization: Bearer`.
    pub fn takes_basic_only(&self) -> bool {
        self.provider == Provider::Wandb && !ServerGeneration::of(self).bearer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_read_back_and_ordered() {
        assert_eq!("0.80.1".parse::<ServerVersion>().unwrap().to_string(), "0.80.1");
        assert_eq!("0.74".parse(), Ok(ServerVersion(0, 74, 0)));
        assert!(ServerVersion(0, 9, 9) < ServerVersion(0, 80, 0));
        for text in ["", "0", "0.80.1.2", "v0.80", "new"] {
            assert!(text.parse::<ServerVersion>().unwrap_err().to_string().contains("0.80.1"), "{text}");
        }
    }

    #[test]
    fn the_shared_service_is_always_the_newest() {
        let old = DemoOptions { server_version: ServerVersion(0, 74, 0), ..DemoOptions::default() };
        assert!(!ServerGeneration::of(&old).registries);
        assert!(ServerGeneration::of(&DemoOptions { hosting: Hosting::MultiTenant, ..old }).services);
    }
}
