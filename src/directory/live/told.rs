//! The last answers to side queries.

use std::sync::Arc;

use serde_json::Value;

use crate::{
    directory::{
        Directory, Id, Name, ResourceRef,
        audit::{self, AuditEntry, AuditPage, AuditSpan},
        owner::KeyOwner,
        side_query::{AccountDetails, Organisation, Setting, SideAnswer, SideQueryKind, TeamParticipant},
    },
    scim::schema::{ResourceType, Schema},
};

impl Directory {
    /// The owner of the key in use, or another person's account, by the last answer.
    pub fn person(&self, topic: &SideQueryKind) -> Option<&AccountDetails> {
        match self.told.get(topic) {
            Some(SideAnswer::Person(person)) => Some(person),
            _ => None,
        }
    }

    /// The owner of the key in use, if the server has told it in this session or an earlier one.
    pub fn owner(&self) -> Option<&KeyOwner> {
        self.owner.as_ref()
    }

    /// Takes the known owner of the key.
    pub fn set_owner(&mut self, owner: KeyOwner) {
        self.owner = Some(owner);
    }

    /// Members and invitations of a team, by the last answer.
    pub fn roster(&self, team: &Id) -> Option<&[TeamParticipant]> {
        match self.told.get(&SideQueryKind::Roster(team.clone())) {
            Some(SideAnswer::Roster(roster)) => Some(roster),
            _ => None,
        }
    }

    /// The organisations of the key's owner, by the last answer.
    pub fn organisations(&self) -> Option<&[Organisation]> {
        match self.told.get(&SideQueryKind::Organisations) {
            Some(SideAnswer::Organisations(all)) => Some(all),
            _ => None,
        }
    }

    /// The open organisation, if its roles show it: its name, or else its id.
    pub fn organisation(&self) -> Option<&Name> {
        let mut shown = self.records().roles().values().map(|role| &role.organisation).filter(|id| !id.is_empty());
        let all = self.organisations().unwrap_or_default();
        match (shown.next(), all) {
            (Some(id), _) => all.iter().find(|one| one.id == *id).map(|one| &one.name).or(Some(id)),
            (None, [one]) => Some(&one.name),
            (None, _) => None,
        }
    }

    /// The open organisation of several, in words; `None` if the key's owner is known to be in one at most.
    pub fn organisation_in_words(&self) -> Option<String> {
        let all = self.organisations().filter(|all| all.len() > 1)?;
        let names = all.iter().map(|one| one.name.as_str()).collect::<Vec<_>>().join(", ");
        let open = match self.organisation() {
            Some(open) => format!("This key opens {open}"),
            None => "Which organisation this key opens is not told (it has no custom role)".to_owned(),
        };
        Some(format!(
            "{open}; its owner is in {}: {names}. W&B's setting “Default API organization” decides which is open.",
            all.len()
        ))
    }

    /// The provider's settings, as they were told.
    pub fn settings(&self) -> Option<&[Setting]> {
        match self.told.get(&SideQueryKind::Settings) {
            Some(SideAnswer::Settings(settings)) => Some(settings),
            _ => None,
        }
    }

    /// A part of the audit log, as told.
    pub fn audit_page(&self, span: &AuditSpan) -> Option<&AuditPage> {
        match self.told.get(&SideQueryKind::AuditLog(span.clone())) {
            Some(SideAnswer::AuditLog(page)) => Some(page),
            _ => None,
        }
    }

    /// The entries of the audit log that were read, newest first.
    pub fn audit_entries(&self) -> Vec<Arc<AuditEntry>> {
        audit::merged(self.told.values().filter_map(|told| match told {
            SideAnswer::AuditLog(page) => Some(page),
            _ => None,
        }))
    }

    /// A record with all its attributes, by the last answer.
    pub fn resource(&self, target: &ResourceRef) -> Option<&Value> {
        match self.told.get(&SideQueryKind::Resource(target.clone())) {
            Some(SideAnswer::Resource(resource)) => Some(resource),
            _ => None,
        }
    }

    /// The attributes that records may have; `None` before an answer, empty if the server has no schemas.
    pub fn schemas(&self) -> Option<&[Schema]> {
        match self.told.get(&SideQueryKind::Schemas)? {
            SideAnswer::Schemas(schemas) => Some(schemas),
            _ => Some(&[]),
        }
    }

    /// The schemas that each kind of record has, as [`Directory::schemas`].
    pub fn resource_types(&self) -> Option<&[ResourceType]> {
        match self.told.get(&SideQueryKind::Types)? {
            SideAnswer::Types(types) => Some(types),
            _ => Some(&[]),
        }
    }
}
