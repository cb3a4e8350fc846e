//! Differences of Grafana and Datasaur from other SCIM servers (docs/src/providers/grafana.md,
//! docs/src/providers/datasaur.md): words and refusals. Where their documents are silent, the RFCs are assumed.

use std::sync::Arc;

use super::grafana;
use crate::{
    directory::{Name, change::ChangeVerb, plan::ProviderCapabilities, refusal::Refusal, role_source::RoleMapping},
    provider::Provider,
};

/// Said of the audit log.
pub(super) const NO_AUDIT_LOG: &str = "No audit log of this server is read here.";

/// The server's vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::dialect) enum RfcFlavor {
    /// No particular vendor.
    Plain,
    /// Grafana Enterprise and Cloud.
    Grafana,
    /// Datasaur.
    Datasaur,
}

const NO_ROLES: &str = "This provider keeps no roles: what people may do follows from their groups.";

impl RfcFlavor {
    /// The flavor of a provider; `None` where it has a dialect of its own.
    pub(in crate::dialect) fn of(provider: Provider) -> Option<Self> {
        match provider {
            Provider::Wandb => None,
            Provider::Grafana => Some(Self::Grafana),
            Provider::Datasaur => Some(Self::Datasaur),
            Provider::Scim => Some(Self::Plain),
        }
    }

    /// The vendor's name for people.
    pub(super) fn name(self) -> &'static str {
        match self {
            RfcFlavor::Plain => "SCIM 2.0",
            RfcFlavor::Grafana => "Grafana",
            RfcFlavor::Datasaur => "Datasaur",
        }
    }

    /// The word for a group: "group", or "team" at Grafana.
    fn team_word(self) -> &'static str {
        if self == RfcFlavor::Grafana { "team" } else { "group" }
    }

    /// The reason why roles can't be set for individual users.
    fn no_roles(self, mapped: bool) -> &'static str {
        match self {
            RfcFlavor::Grafana => {
                "Role Sync sets the role in a Grafana organisation when the person signs in next, from what the identity \
                 provider says; SCIM can't."
            }
            RfcFlavor::Datasaur => {
                "In Datasaur the role follows from the groups: change their groups, or the role that a group gives."
            }
            RfcFlavor::Plain if mapped => {
                "The role follows from the groups: change their groups, or the role that a group gives."
            }
            RfcFlavor::Plain => NO_ROLES,
        }
    }

    /// The vendor's capabilities, including refused actions.
    pub(super) fn capabilities(self, mapping: Option<Arc<RoleMapping>>) -> ProviderCapabilities {
        let mapped = mapping.is_some();
        let name = if self == RfcFlavor::Plain { "Plain SCIM".to_owned() } else { format!("{}'s SCIM", self.name()) };
        let no_roles = self.no_roles(mapped);
        let because = |why: &str| Refusal::unsupported(why);
        let knows_no = |what: &str| Refusal::unsupported(format!("{name} knows no {what}."));
        let mut refused: Vec<(ChangeVerb, Refusal)> = vec![
            (ChangeVerb::SetOrgRole, because(no_roles)),
            (ChangeVerb::SetTeamRole, because(no_roles)),
            (ChangeVerb::SetSeat, knows_no("seats")),
            (ChangeVerb::SetRegistryRole, knows_no("registries")),
            (ChangeVerb::CreateService, knows_no("service accounts")),
            (
                ChangeVerb::Invite,
                because(&format!(
                    "{name} knows no invitations: create the user and add them to the {}.",
                    self.team_word()
                )),
            ),
            (ChangeVerb::CreateKey, knows_no("API keys")),
            (ChangeVerb::DeleteKey, knows_no("API keys")),
            (
                ChangeVerb::ReplaceMembers,
                because("Members are added and removed one by one here: what servers make of a whole list differs."),
            ),
        ];
        refused.extend([ChangeVerb::CreateRole, ChangeVerb::EditRole, ChangeVerb::DeleteRole].map(|verb| {
            let why =
                if no_roles == NO_ROLES { no_roles.to_owned() } else { format!("Roles are not made here. {no_roles}") };
            (verb, Refusal::unsupported(why))
        }));
        if self == RfcFlavor::Grafana {
            let why = "Grafana never deletes a provisioned user: deactivate them, which disables the account.";
            refused.push((ChangeVerb::DeleteUser, because(why)));
        }
        let shows_roles = mapped || self == RfcFlavor::Grafana;
        ProviderCapabilities {
            refused,
            tells_nothing: Some(format!("{name} tells nothing of API keys and invitations.")),
            no_audit_log: Some(NO_AUDIT_LOG),
            no_roles: (!shows_roles).then(|| no_roles.to_owned()),
            derived_roles: shows_roles,
            settings: if self == RfcFlavor::Grafana { grafana::settings(None) } else { Vec::new() },
            mapping,
            mapping_note: (self == RfcFlavor::Datasaur).then_some(
                "This is scimitar's copy. Datasaur's own table decides, and must be changed in its app too: no interface \
                 for it is known.",
            ),
            external_ids: self == RfcFlavor::Grafana,
            team_word: self.team_word(),
            inactive_word: if self == RfcFlavor::Datasaur { "removed from the workspace" } else { "" },
            spaced_names: true,
            ..ProviderCapabilities::default()
        }
    }

    pub(super) fn on_create(self) -> Option<&'static str> {
        match self {
            RfcFlavor::Plain => None,
            RfcFlavor::Grafana => Some(
                "If Grafana has somebody with this email already, that user is taken over and managed by SCIM from then on.",
            ),
            RfcFlavor::Datasaur => Some("They join the workspace."),
        }
    }

    pub(super) fn on_deactivate(self, user: &Name) -> Option<String> {
        match self {
            RfcFlavor::Plain => None,
            RfcFlavor::Grafana => Some(format!(
                "{user} is disabled in Grafana and can't sign in; nothing of theirs is deleted. The identity provider may \
                     undo it at its next sync: deactivate them there, too."
            )),
            RfcFlavor::Datasaur => {
                Some(format!("{user} is removed from this workspace; their Datasaur account is kept."))
            }
        }
    }

    pub(super) fn on_delete(self, user: &Name) -> Option<String> {
        (self == RfcFlavor::Datasaur)
            .then(|| format!("{user} is removed from this workspace; their Datasaur account is kept."))
    }

    pub(super) fn on_delete_group(self) -> Option<&'static str> {
        (self == RfcFlavor::Grafana).then_some("Permissions that dashboards and folders give to this team go with it.")
    }
}
