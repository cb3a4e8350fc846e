//! The owner of the key in use: asked for once, guarded as "yourself", and compared with `me` of the config.

use super::{App, AppEffect};
use crate::directory::{owner::KeyOwner, side_query::SideQueryKind, work::WorkerJob};

impl App {
    /// Asks once in a session, after the lists: plans name their owner, and guards count the owner.
    pub(super) fn ask_owner(&mut self, effects: &mut Vec<AppEffect>) {
        if !std::mem::replace(&mut self.session.unbidden.owner_asked, true) {
            effects.push(AppEffect::Work(WorkerJob::AskOwner));
            effects.push(AppEffect::Work(WorkerJob::AskHosting));
            let asked = self
                .session
                .planner
                .as_ref()
                .and_then(|planner| planner.inquiry(SideQueryKind::Organisations, &self.directory).ok());
            effects.extend(asked.map(|inquiry| AppEffect::Work(WorkerJob::Ask(inquiry))));
        }
    }

    /// The server is hosted otherwise than the profile says: lists are read, and no change is sent.
    pub(super) fn on_hosting(&mut self, why: Option<String>) {
        if let Some(why) = why.filter(|why| self.session.guards.contradiction.as_ref() != Some(why)) {
            self.session.guards.contradiction = Some(why.clone());
            self.fail(why);
            self.begin_draft_anew();
        }
    }

    /// The key opens another organisation: the profile is opened again, with the store of that organisation.
    pub(super) fn on_other_organisation(&mut self, words: String, effects: &mut Vec<AppEffect>) {
        self.fail(words.clone());
        self.session.guards.contradiction = Some(words.clone());
        if let Some(profile) = &self.session.profile {
            effects.push(AppEffect::Open(Some(profile.name.clone())));
            self.known_profiles.said_before_opening = Some(words);
        }
    }

    pub(super) fn on_owner(&mut self, owner: KeyOwner) {
        let contradicts = self.session.guards.contradicts(&owner);
        let is_new = self.directory.owner() != Some(&owner);
        if let Some(me) = contradicts.filter(|_| is_new) {
            self.fail(format!(
                "The key belongs to {}, and the config says me = {me}: both are guarded. Correct the config.",
                owner.user_name
            ));
        }
        self.directory.set_owner(owner);
        self.begin_draft_anew();
    }
}
