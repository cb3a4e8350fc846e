//! What a provider can do, and who plans for it.

use std::sync::Arc;

use super::Step;
use crate::directory::{
    Directory, Name,
    aside::{Inquiry, Setting, Topic},
    change::{Change, Verb},
    holds::Holds,
    refusal::Refusal,
    role_source::Mapping,
};

/// A predefined role that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleChoice {
    /// Its name on the wire.
    pub name: Name,
    /// A warning shown beside it.
    pub note: Option<String>,
}

/// What a provider (in its hosting) can do.
#[derive(Debug, Clone, Default)]
pub struct Capabilities {
    /// What can't be done, and why.
    pub refused: Vec<(Verb, Refusal)>,
    /// Predefined roles in the organisation.
    pub org_roles: Vec<RoleChoice>,
    /// Predefined roles in a team.
    pub team_roles: Vec<RoleChoice>,
    /// The role that a new member has, where it is known.
    pub joins_as: Option<Name>,
    /// `None` where there is a Roles tab; else why there is none.
    pub no_roles: Option<String>,
    /// Lists may leave roles out; single reads show them.
    pub sparse_lists: bool,
    /// Users have seats.
    pub seats: bool,
    /// When a user was last active is told.
    pub activity: bool,
    /// Some accounts are no person's.
    pub service_accounts: bool,
    /// The API takes only the key of an organisation admin: whoever owns the key in use is one.
    pub admin_keys: bool,
    /// What a group is called: "team" or "group".
    pub team_word: &'static str,
    /// What somebody is after a deactivation, where that is more than inactive; empty otherwise.
    pub inactive_word: &'static str,
    /// Names of users and groups may hold spaces, as RFC 7643 allows.
    pub spaced_names: bool,
    /// Seats that a user can have; none where there are no seats.
    pub seat_levels: &'static [&'static str],
    /// Full Models seats of the organisation, from the profile; no server reports the number.
    pub full_seats: Option<u64>,
    /// Why nobody edits service accounts, where nobody can; continues "… is a service account:".
    pub fixed_services: Option<&'static str>,
    /// Roles in a registry; none where there are no registries.
    pub registry_roles: Vec<RoleChoice>,
    /// Where a new team's files can go.
    pub buckets: &'static [&'static str],
    /// Accounts can be made admin of the whole instance.
    pub instance_admins: bool,
    /// Roles in the organisation are shown, and follow from groups or another interface.
    pub derived_roles: bool,
    /// Group → role, where that is kept in the profile and can be changed here.
    pub mapping: Option<Arc<Mapping>>,
    /// What else is to be done about that mapping.
    pub mapping_note: Option<&'static str>,
    /// Settings of the provider that can be asked for, as they are before any was told; none where none can.
    pub settings: Vec<Setting>,
    /// A new user needs the identity provider's own id.
    pub external_ids: bool,
    /// Why nothing is told beside the lists (API keys, invitations); `None` where it is.
    pub tells_nothing: Option<String>,
    /// The organisation role that takes the place of the person's role in every team.
    pub cascading_role: Option<Name>,
}

impl Capabilities {
    /// Yes, or the reason why not.
    pub fn can(&self, verb: Verb) -> Result<(), &Refusal> {
        match self.refused.iter().find(|(refused, _)| *refused == verb) {
            Some((_, why)) => Err(why),
            None => Ok(()),
        }
    }

    /// The server has no groups.
    pub fn without_groups(&mut self) {
        let why = Refusal::unsupported("This server has no groups.");
        let verbs = [Verb::AddMember, Verb::RemoveMember, Verb::CreateTeam, Verb::DeleteTeam];
        self.refused.extend(verbs.map(|verb| (verb, why.clone())));
    }

    /// What its records hold.
    pub fn holds(&self) -> Holds {
        Holds {
            org_roles: self.derived_roles || !self.org_roles.is_empty(),
            team_roles: !self.team_roles.is_empty(),
            seats: self.seats,
            activity: self.activity,
            service_accounts: self.service_accounts,
            custom_roles: !self.derived_roles,
            mapped: self.mapping.is_some(),
            inactive_word: if self.inactive_word.is_empty() {
                Holds::default().inactive_word
            } else {
                self.inactive_word
            },
            team_word: if self.team_word.is_empty() { Holds::default().team_word } else { self.team_word },
        }
    }
}

/// A dialect as the console sees it: plans, but no wire.
pub trait Planner: Send + Sync {
    /// What can be done.
    fn capabilities(&self) -> &Capabilities;
    /// Plans one change. Pure.
    fn step(&self, change: &Change, directory: &Directory) -> Result<Step, Refusal>;
    /// How to ask about a topic. Pure.
    fn inquiry(&self, topic: Topic, directory: &Directory) -> Result<Inquiry, Refusal>;
}
