//! The capabilities of a provider, and the trait for planning.

use std::sync::Arc;

use super::Step;
use crate::directory::{
    Directory, Name,
    change::{Change, ChangeVerb},
    record_contents::RecordContents,
    refusal::Refusal,
    role_source::RoleMapping,
    side_query::{Setting, SideQuery, SideQueryKind},
};

/// A predefined role that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleChoice {
    /// The role's name on the wire.
    pub name: Name,
    /// A warning shown beside the role.
    pub note: Option<String>,
}

/// Capabilities of a provider (in its hosting).
#[derive(Debug, Clone, Default)]
pub struct ProviderCapabilities {
    /// Unsupported actions, with reasons.
    pub refused: Vec<(ChangeVerb, Refusal)>,
    /// Predefined roles in the organisation.
    pub org_roles: Vec<RoleChoice>,
    /// Predefined roles in a team.
    pub team_roles: Vec<RoleChoice>,
    /// The role of a new member, if known.
    pub joins_as: Option<Name>,
    /// The reason why there is no Roles tab; `None` if there is one.
    pub no_roles: Option<String>,
    /// Lists may leave roles out; single reads show them.
    pub sparse_lists: bool,
    /// Users have seats.
    pub seats: bool,
    /// The server tells when a user was last active.
    pub activity: bool,
    /// Some accounts are service accounts, which belong to no person.
    pub service_accounts: bool,
    /// The API accepts only keys of organisation admins, so the owner of the key in use is an admin.
    pub admin_keys: bool,
    /// The word for a group: "team" or "group".
    pub team_word: &'static str,
    /// The state of a user after a deactivation, if that is more than inactive; empty otherwise.
    pub inactive_word: &'static str,
    /// Names of users and groups may hold spaces, as RFC 7643 allows.
    pub spaced_names: bool,
    /// Seats that a user can have; empty if there are no seats.
    pub seat_levels: &'static [&'static str],
    /// Full Models seats of the organisation, from the profile; no server reports the number.
    pub full_seats: Option<u64>,
    /// The reason why service accounts can't be edited; continues "… is a service account:". `None` if they can.
    pub fixed_services: Option<&'static str>,
    /// Roles in a registry; empty if there are no registries.
    pub registry_roles: Vec<RoleChoice>,
    /// Storage buckets for a new team's files.
    pub buckets: &'static [&'static str],
    /// Accounts can be made admin of the whole instance.
    pub instance_admins: bool,
    /// Organisation roles are shown, and follow from groups or another interface.
    pub derived_roles: bool,
    /// Mapping from group to role, if the profile keeps the mapping and can change it here.
    pub mapping: Option<Arc<RoleMapping>>,
    /// Further work after a change of that mapping.
    pub mapping_note: Option<&'static str>,
    /// Settings of the provider that can be queried, with their values before any answer; empty if there are none.
    pub settings: Vec<Setting>,
    /// A new user needs the identity provider's own id.
    pub external_ids: bool,
    /// The reason why no data is available beside the lists (API keys, invitations); `None` if there is data.
    pub tells_nothing: Option<String>,
    /// The reason why no audit log is read; `None` if there is one.
    pub no_audit_log: Option<&'static str>,
    /// The organisation role that overrides the person's role in every team.
    pub cascading_role: Option<Name>,
}

impl ProviderCapabilities {
    /// Succeeds if the action is supported; otherwise returns the reason.
    pub fn can(&self, verb: ChangeVerb) -> Result<(), &Refusal> {
        match self.refused.iter().find(|(refused, _)| *refused == verb) {
            Some((_, why)) => Err(why),
            None => Ok(()),
        }
    }

    /// Succeeds if users have a first and a last name here; otherwise returns the reason.
    pub fn person_names(&self) -> Result<(), Refusal> {
        if self.external_ids {
            // Such a provider takes what it needs for the sign-in, and ignores the rest without a word.
            return Err(Refusal::unsupported("This provider keeps no first and last names."));
        }
        self.can(ChangeVerb::SetAttribute).map_err(Clone::clone)
    }

    /// Marks all actions on groups as unsupported.
    pub fn without_groups(&mut self) {
        let why = Refusal::unsupported("This server has no groups.");
        let verbs = [ChangeVerb::AddMember, ChangeVerb::RemoveMember, ChangeVerb::CreateTeam, ChangeVerb::DeleteTeam];
        self.refused.extend(verbs.map(|verb| (verb, why.clone())));
    }

    /// The kinds of data that the records hold.
    pub fn holds(&self) -> RecordContents {
        RecordContents {
            person_names: self.person_names().is_ok(),
            org_roles: self.derived_roles || !self.org_roles.is_empty(),
            team_roles: !self.team_roles.is_empty(),
            seats: self.seats,
            activity: self.activity,
            service_accounts: self.service_accounts,
            custom_roles: !self.derived_roles,
            mapped: self.mapping.is_some(),
            inactive_word: if self.inactive_word.is_empty() {
                RecordContents::default().inactive_word
            } else {
                self.inactive_word
            },
            team_word: if self.team_word.is_empty() { RecordContents::default().team_word } else { self.team_word },
        }
    }
}

/// A dialect as the console sees it: plans, but no wire.
pub trait Planner: Send + Sync {
    /// The provider's capabilities.
    fn capabilities(&self) -> &ProviderCapabilities;
    /// Plans a change. Pure.
    fn step(&self, change: &Change, directory: &Directory) -> Result<Step, Refusal>;
    /// Takes out the consequences of a step that another step of the same plan makes void. Pure.
    fn settle(&self, _steps: &mut [Step]) {}
    /// The inquiry for a topic. Pure.
    fn inquiry(&self, topic: SideQueryKind, directory: &Directory) -> Result<SideQuery, Refusal>;
}
