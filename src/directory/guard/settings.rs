//! The settings of a profile about guards, and the names in them.

use super::remaining;
use crate::{
    directory::{
        Directory, RecordKind,
        change::Change,
        owner::KeyOwner,
        record::User,
        refusal::{Refusal, RefusalCode},
    },
    scim::text::clean,
};

/// The settings of a profile about guards.
#[derive(Debug, Clone, Default)]
pub struct GuardSettings {
    /// Refuse every edit.
    pub read_only: bool,
    /// The reason why changes can't be written to the journal; nothing is sent then.
    pub no_journal: Option<String>,
    /// The contradiction between server and profile; nothing is sent then.
    pub contradiction: Option<String>,
    /// User name or email of the key's owner, as the config names them.
    pub me: Option<String>,
    /// True if a line of the config switches the last-admin guard off.
    pub allow_last_admin: bool,
    /// True if a line of the config lets changes of the key's owner pass like all others.
    pub allow_yourself: bool,
    /// The share of all users, or of a team's members, in percent, above which a removal is refused. If the profile
    /// sets none, the numbers must be typed above a usual share.
    pub max_removal: Option<u8>,
    /// User names, emails or ids of people whose changes need a plan of their own.
    pub protected: Vec<String>,
    /// User names, emails or ids of organisation admins, for servers that do not show roles.
    pub admins: Vec<String>,
}

impl GuardSettings {
    /// Why nothing at all is sent, where that is so.
    pub fn closed(&self) -> Option<Refusal> {
        if self.read_only {
            let why = "This profile is read-only: nothing is sent. Remove read_only from it to edit.";
            return Some(Refusal::new(RefusalCode::ReadOnly, why));
        }
        if let Some(why) = &self.contradiction {
            return Some(Refusal::new(RefusalCode::Contradiction, why.clone()));
        }
        let why = self.no_journal.as_ref()?;
        let why = format!("Nothing is sent, for it can't be written down first: {}.", why.trim_end_matches('.'));
        Some(Refusal::new(RefusalCode::Unwritten, why))
    }

    /// The owner of the key in the config, if the server names another owner.
    pub fn contradicts(&self, owner: &KeyOwner) -> Option<&str> {
        self.me.as_deref().filter(|me| !owner.is_called(me))
    }

    /// True if the key in use is this user's, by the server or by the config.
    pub fn is_me(&self, user: &User, directory: &Directory) -> bool {
        directory.owner().is_some_and(|owner| owner.is(user))
            || self.me.as_deref().is_some_and(|me| is_called(user, me))
    }

    /// The profile's names that contradict the server's answers, as sentences: a name that matches nobody guards
    /// nobody.
    pub(super) fn misfits(&self, directory: &Directory) -> Vec<String> {
        let owner = directory.owner();
        let whose = if directory.is_complete(RecordKind::User) {
            "nobody's name"
        } else {
            "nobody's of the users that are known"
        };
        let nobody = |key: &str, name: &String| {
            let known = remaining::is_somebody(name, directory) || owner.is_some_and(|owner| owner.is_called(name));
            (!known).then(|| format!("{key} in the profile: {} is {whose}, so it guards nobody.", clean(name)))
        };
        let contradiction = owner.and_then(|owner| Some((owner, self.contradicts(owner)?))).map(|(owner, me)| {
            format!(
                "The key belongs to {}, and the profile says me = {}: both are guarded. Correct the profile.",
                owner.user_name,
                clean(me)
            )
        });
        let named = self.names().into_iter().flat_map(|(key, names)| names.iter().map(move |name| (key, name)));
        named.filter_map(|(key, name)| nobody(key, name)).chain(contradiction).collect()
    }

    /// Names of users in the profile, other than the owner of the key. Only records tell whether they match somebody.
    pub fn names_to_find(&self, directory: &Directory) -> Vec<String> {
        let is_owner = |name: &&String| directory.owner().is_some_and(|owner| owner.is_called(name));
        let mut names: Vec<String> =
            self.names().into_iter().flat_map(|(_, names)| names).filter(|name| !is_owner(name)).cloned().collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Settings of the profile that name users, with the names.
    pub(super) fn names(&self) -> [(&'static str, &[String]); 3] {
        [("me", self.me.as_slice()), ("protected", &self.protected), ("admins", &self.admins)]
    }

    /// The settings among `me`, `protected` and `admins` that name this user by the value that the change alters.
    pub(super) fn named_by(&self, change: &Change, user: &User) -> Vec<&'static str> {
        let old = match change {
            Change::SetEmail { .. } => &user.email,
            Change::SetAttribute { path, .. } if path.eq_ignore_ascii_case("userName") => &user.user_name,
            _ => return Vec::new(),
        };
        let by_old = |name: &String| old.is(name.trim()) && *user.id != *name.trim();
        self.names().into_iter().filter(|(_, names)| names.iter().any(by_old)).map(|(key, _)| key).collect()
    }

    pub(super) fn is_protected(&self, user: &User) -> bool {
        self.protected.iter().any(|name| is_called(user, name))
    }
}

/// True for a user name, an email or an id of this user.
pub(super) fn is_called(user: &User, name: &str) -> bool {
    let name = name.trim();
    !name.is_empty() && (user.user_name.is(name) || user.email.is(name) || *user.id == *name)
}
