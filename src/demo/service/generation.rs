//! The features of each release of W&B's server. Knows no request.

use super::options::{DemoOptions, EmailShape, Hosting, Provider};
use super::version::ServerVersion;

const REGISTRY_ROLES: ServerVersion = ServerVersion(0, 75, 0);
const KEY_LIMITS: ServerVersion = ServerVersion(0, 78, 0);
const BEARER: ServerVersion = ServerVersion(0, 79, 0);
/// Seats came in April 2026; the release is not named, and this is the first after it.
const SEATS: ServerVersion = ServerVersion(0, 80, 0);
const EMAIL_ARRAY: ServerVersion = ServerVersion(0, 80, 1);
const SERVICE_ACCOUNTS: ServerVersion = ServerVersion(0, 81, 0);
const REGISTRY_ACCESS: ServerVersion = ServerVersion(0, 83, 0);

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
    pub(super) fn takes_basic_only(&self) -> bool {
        self.provider == Provider::Wandb && !ServerGeneration::of(self).bearer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shared_service_is_always_the_newest() {
        let old = DemoOptions { server_version: ServerVersion(0, 74, 0), ..DemoOptions::default() };
        assert!(!ServerGeneration::of(&old).registries);
        assert!(ServerGeneration::of(&DemoOptions { hosting: Hosting::MultiTenant, ..old }).services);
    }
}
