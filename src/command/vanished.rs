//! People whom a server shows in no answer once they are inactive: the journal tells who they were.

use super::headless_session::HeadlessSession;
use crate::directory::{
    Directory, Observation,
    change::Change,
    plan::JournalEntry,
    record::{ReadDepth, Record, User},
};

impl HeadlessSession {
    /// Puts people into the directory whom the journal's newest change of their status has deactivated and no answer
    /// shows since, where one of these names is their id or user name: so they can be activated.
    pub fn recall_vanished(&mut self, names: &[String]) {
        let people: Vec<Observation> =
            names.iter().filter_map(|name| vanished(&self.journal, &self.directory, name)).collect();
        self.directory.learn(people);
    }
}

fn vanished(journal: &[JournalEntry], directory: &Directory, name: &str) -> Option<Observation> {
    let of_status = |entry: &&JournalEntry| match &entry.step.change {
        Change::SetActive { user, .. } => entry.took_effect() && (**user == *name || entry.step.words.subject == name),
        _ => false,
    };
    let newest = journal.iter().rev().find(of_status)?;
    let Change::SetActive { user: id, active: false } = &newest.step.change else { return None };
    directory.user(id).is_none().then(|| {
        let user_name = newest.step.words.subject.as_str().into();
        let known = User { id: id.clone(), user_name, active: Some(false), depth: ReadDepth::Full, ..User::default() };
        Observation::Record(Record::User(known))
    })
}
