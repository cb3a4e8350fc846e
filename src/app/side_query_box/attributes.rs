//! All attributes of a record: the cursor goes through those of all schemas, and the one under it can be changed.

use super::SideQueryStatus;
use crate::{
    app::{App, AppEffect, Overlay, availability::UnavailableReason, form::FormState},
    directory::{
        Id, ResourceRef,
        attributes::{self, AttributeSlot},
        change::Change,
        side_query::SideQueryKind,
    },
};

impl App {
    /// Where each row of the box is on the wire.
    pub(super) fn attribute_ids(&self, target: &ResourceRef) -> Vec<Id> {
        let sections = attributes::of(&self.directory, target).unwrap_or_default();
        sections.into_iter().flat_map(|section| section.rows).map(|row| row.path.as_str().into()).collect()
    }

    /// Schemas are asked for once: a server does not change them while it is looked at.
    pub(super) fn ask_for_schemas(&self, effects: &mut Vec<AppEffect>) {
        // Where the provider tells none there is nothing to say: what is shown says that its types are not known.
        let mut unless = |told: bool, topic: SideQueryKind| -> Option<SideQueryStatus> {
            (!told).then(|| self.ask(&topic, effects))
        };
        unless(self.directory.schemas().is_some(), SideQueryKind::Schemas);
        unless(self.directory.resource_types().is_some(), SideQueryKind::Types);
    }

    /// The attribute under the cursor.
    ///
    /// # Errors
    /// Why there is none that can be changed, in a sentence.
    pub fn attribute_slot(&self) -> Result<AttributeSlot, UnavailableReason> {
        let nothing = || UnavailableReason::from("There is no attribute here to change.");
        let aside = self.aside().ok_or_else(nothing)?;
        let SideQueryKind::Resource(target) = &aside.topic else { return Err(nothing()) };
        let sections = attributes::of(&self.directory, target).ok_or_else(nothing)?;
        let row = sections.iter().flat_map(|section| &section.rows).nth(aside.cursor).ok_or_else(nothing)?;
        if self.attribute_coming(target, &row.path).is_some() {
            return Err(format!("{} is on its way already.", row.name()).into());
        }
        row.slot(target).map_err(|why| format!("{}: {why}", row.name()).into())
    }

    /// The change of an attribute that is under way.
    pub fn attribute_coming(&self, target: &ResourceRef, path: &str) -> Option<&Change> {
        let is_it = |change: &&Change| change.as_attribute().is_some_and(|(other, _)| other.eq_ignore_ascii_case(path));
        self.directory.changes_on(target).filter(is_it).last()
    }

    /// Opens the form for it.
    pub(in crate::app) fn open_attribute(&mut self) {
        match self.attribute_slot() {
            Ok(slot) => self.overlays.push(Overlay::Form(FormState::attribute(slot))),
            Err(why) => self.say(why),
        }
    }
}
