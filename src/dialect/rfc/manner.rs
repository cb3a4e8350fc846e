//! Differences of Grafana and Datasaur from other SCIM servers (docs/src/providers/grafana.md,
//! docs/src/providers/datasaur.md): words and refusals. Where their documents are silent, the RFCs are assumed.

use std::sync::Arc;

use super::grafana;
use crate::directory::{Name, change::Verb, plan::Capabilities, refusal::Refusal, role_source::Mapping};

/// The server's vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::dialect) enum Manner {
    /// No particular vendor.
    Plain,
    /// Grafana Enterprise and Cloud.
    Grafana,
    /// Datasaur.
    Datasaur,
}

const NO_ROLES: &str = "This provider keeps no roles: what people may do follows from their groups.";

impl Manner {
    /// The vendor's name for people.
    pub(super) fn name(self) -> &'static str {
        match self {
            Manner::Plain => "SCIM 2.0",
            Manner::Grafana => "Grafana",
            Manner::Datasaur => "Datasaur",
        }
    }

    /// The word for a group: "group", or "team" at Grafana.
    fn team_word(self) -> &'static str {
        if self == Manner::Grafana { "team" } else { "group" }
    }

    /// The reason why roles can't be set for individual users.
    fn no_roles(self, mapped: bool) -> &'static str {
        match self {
            Manner::Grafana => {
                "Role Sync sets the role in a Grafana organisation when the person signs in next, from what the identity \
                 provider says; SCIM can't."
            }
            Manner::Datasaur => {
                "In Datasaur the role follows from the groups: change their groups, or the role that a group gives."
            }
            Manner::Plain if mapped => {
                "The role follows from the groups: change their groups, or the role that a group gives."
            }
            Manner::Plain => NO_ROLES,
        }
    }

    /// The vendor's capabilities, including refused actions.
    pub(super) fn capabilities(self, mapping: Option<Arc<Mapping>>) -> Capabilities {
        let mapped = mapping.is_some();
        let name = if self == Manner::Plain { "Plain SCIM".to_owned() } else { format!("{}'s SCIM", self.name()) };
        let no_roles = self.no_roles(mapped);
        let because = |why: &str| Refusal::unsupported(why);
        let knows_no = |what: &str| Refusal::unsupported(format!("{name} knows no {what}."));
        let mut refused: Vec<(Verb, Refusal)> = vec![
            (Verb::SetOrgRole, because(no_roles)),
            (Verb::SetTeamRole, because(no_roles)),
            (Verb::SetSeat, knows_no("seats")),
            (Verb::SetRegistryRole, knows_no("registries")),
            (Verb::CreateService, knows_no("service accounts")),
            (
                Verb::Invite,
                because(&format!(
                    "{name} knows no invitations: create the user and add them to the {}.",
                    self.team_word()
                )),
            ),
            (Verb::CreateKey, knows_no("API keys")),
            (Verb::DeleteKey, knows_no("API keys")),
            (
                Verb::ReplaceMembers,
                because("Members are added and removed one by one here: what servers make of a whole list differs."),
            ),
        ];
        refused.extend([Verb::CreateRole, Verb::EditRole, Verb::DeleteRole].map(|verb| {
            let why =
                if no_roles == NO_ROLES { no_roles.to_owned() } else { format!("Roles are not made here. {no_roles}") };
            (verb, Refusal::unsupported(why))
        }));
        if self == Manner::Grafana {
            let why = "Grafana never deletes a provisioned user: deactivate them, which disables the account.";
            refused.push((Verb::DeleteUser, because(why)));
        }
        let shows_roles = mapped || self == Manner::Grafana;
        Capabilities {
            refused,
            tells_nothing: Some(format!("{name} tells nothing of API keys and invitations.")),
            no_roles: (!shows_roles).then(|| no_roles.to_owned()),
            derived_roles: shows_roles,
            settings: if self == Manner::Grafana { grafana::settings(None) } else { Vec::new() },
            mapping,
            mapping_note: (self == Manner::Datasaur).then_some(
                "This is scimitar's copy. Datasaur's own table decides, and must be changed in its app too: no interface \
                 for it is known.",
            ),
            external_ids: self == Manner::Grafana,
            team_word: self.team_word(),
            inactive_word: if self == Manner::Datasaur { "removed from the workspace" } else { "" },
            spaced_names: true,
            ..Capabilities::default()
        }
    }

    pub(super) fn on_create(self) -> Option<&'static str> {
        match self {
            Manner::Plain => None,
            Manner::Grafana => Some(
                "If Grafana has somebody with this email already, that user is taken over and managed by SCIM from then on.",
            ),
            Manner::Datasaur => Some("They join the workspace."),
        }
    }

    pub(super) fn on_deactivate(self, user: &Name) -> Option<String> {
        match self {
            Manner::Plain => None,
            Manner::Grafana => {
                Some(format!("{user} is disabled in Grafana and can't sign in; nothing of theirs is deleted."))
            }
            Manner::Datasaur => Some(format!("{user} is removed from this workspace; their Datasaur account is kept.")),
        }
    }

    pub(super) fn on_delete(self, user: &Name) -> Option<String> {
        (self == Manner::Datasaur)
            .then(|| format!("{user} is removed from this workspace; their Datasaur account is kept."))
    }

    pub(super) fn on_delete_group(self) -> Option<&'static str> {
        (self == Manner::Grafana).then_some("Permissions that dashboards and folders give to this team go with it.")
    }
}
