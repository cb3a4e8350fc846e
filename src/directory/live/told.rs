//! What is told beside the lists, as it was told last.

use serde_json::Value;

use crate::{
    directory::{
        Directory, Id, Target,
        aside::{Participant, Person, Setting, Told, Topic},
        owner::KeyOwner,
    },
    scim::schema::{ResourceType, Schema},
};

impl Directory {
    /// The owner of the key in use, or another person's account, as last told.
    pub fn person(&self, topic: &Topic) -> Option<&Person> {
        match self.told.get(topic) {
            Some(Told::Person(person)) => Some(person),
            _ => None,
        }
    }

    /// Whose key is in use, where the server has told it in this session or an earlier one.
    pub fn owner(&self) -> Option<&KeyOwner> {
        self.owner.as_ref()
    }

    /// Takes what is known of the key's owner.
    pub fn set_owner(&mut self, owner: KeyOwner) {
        self.owner = Some(owner);
    }

    /// Members and invitations of a team, as last told.
    pub fn roster(&self, team: &Id) -> Option<&[Participant]> {
        match self.told.get(&Topic::Roster(team.clone())) {
            Some(Told::Roster(roster)) => Some(roster),
            _ => None,
        }
    }

    /// The provider's settings, as they were told.
    pub fn settings(&self) -> Option<&[Setting]> {
        match self.told.get(&Topic::Settings) {
            Some(Told::Settings(settings)) => Some(settings),
            _ => None,
        }
    }

    /// A record with all its attributes, as last told.
    pub fn resource(&self, target: &Target) -> Option<&Value> {
        match self.told.get(&Topic::Resource(target.clone())) {
            Some(Told::Resource(resource)) => Some(resource),
            _ => None,
        }
    }

    /// What attributes records may have; `None` where that was not told yet, empty where the server tells none.
    pub fn schemas(&self) -> Option<&[Schema]> {
        match self.told.get(&Topic::Schemas)? {
            Told::Schemas(schemas) => Some(schemas),
            _ => Some(&[]),
        }
    }

    /// Which schemas each kind of record has, as [`Directory::schemas`].
    pub fn resource_types(&self) -> Option<&[ResourceType]> {
        match self.told.get(&Topic::Types)? {
            Told::Types(types) => Some(types),
            _ => Some(&[]),
        }
    }
}
