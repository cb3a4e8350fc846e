//! Whose key is in use: asked once, guarded as "yourself", and compared with what the config says.

use super::{App, Effect};
use crate::directory::{owner::KeyOwner, work::Job};

impl App {
    /// Asks once in a session, after the lists: plans name their owner, and guards count on them.
    pub(super) fn ask_owner(&mut self, effects: &mut Vec<Effect>) {
        if !std::mem::replace(&mut self.owner_asked, true) {
            effects.push(Effect::Work(Job::AskOwner));
        }
    }

    pub(super) fn on_owner(&mut self, owner: KeyOwner) {
        let contradicts = self.guards.contradicts(&owner);
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
