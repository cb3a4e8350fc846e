//! A profile's server for commands without a screen: client, dialect and store, and no worker.

use std::sync::Arc;

use secrecy::SecretString;

use super::{
    opener::{OpenError, Opener, dialect_of, endpoint_of, read_key, store_file},
    session::{SessionStorage, open_file, open_store},
};
use crate::{
    client::{AuthScheme, Client},
    config::{AuthForm, Profile},
    demo,
    dialect::Dialect,
    output::note,
    store::Store,
};

/// A profile with the way to its server, for commands without a screen.
pub struct ProfileConnection {
    /// The profile.
    pub profile: Profile,
    /// Sends requests.
    pub client: Client,
    /// Speaks the provider's language.
    pub dialect: Arc<dyn Dialect>,
    /// How the key is shown.
    pub auth: AuthScheme,
    /// The profile's store; none where not even memory has room for one.
    pub store: Option<Store>,
    /// Nothing may be changed.
    pub read_only: bool,
    /// The demo directory where that is what it speaks to; it ends with this.
    pub demo: Option<demo::RunningDemo>,
}

impl Opener {
    /// The profile's store alone: journal and snapshot, and no server. Blocks.
    ///
    /// # Errors
    /// Where the file can't be used.
    pub fn store(&self, profile: &Profile) -> Result<Store, OpenError> {
        let file = store_file(&self.places.state, profile);
        Ok(open_file(&file, &mut |words| note(format_args!("scimitar: {words}")))?)
    }

    /// The same profile without worker and screen; without one the embedded demo directory. What a probe found out before
    /// is in the store, and not yet in the dialect.
    pub async fn connect(&self, profile: Option<Profile>) -> Result<ProfileConnection, OpenError> {
        let (profile, key, demo) = match profile {
            None => {
                let (profile, key, running) = self.start_demo().await?;
                (profile, key, Some(running))
            }
            Some(profile) => {
                let key = match profile.auth {
                    AuthForm::None => SecretString::default(),
                    _ => read_key(&profile).await?,
                };
                (profile, key, None)
            }
        };
        let keeping = match demo {
            None => SessionStorage::File(store_file(&self.places.state, &profile)),
            Some(_) => SessionStorage::Memory,
        };
        let dialect = dialect_of(&profile);
        let endpoint = endpoint_of(&profile, &*dialect, key);
        let auth = endpoint.auth.clone();
        let made = tokio::task::spawn_blocking(move || {
            let store = open_store(&keeping, &mut |words| note(format_args!("scimitar: {words}")));
            Client::new(endpoint).map(|client| (client, store))
        });
        let made = made.await.map_err(|error| OpenError::Local(error.to_string()))?;
        let (client, store) = made.map_err(OpenError::Client)?;
        let read_only = profile.read_only || self.read_only;
        Ok(ProfileConnection { profile, client, dialect, auth, store, read_only, demo })
    }
}
