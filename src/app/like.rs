//! Making one like another: which other, and the difference between them.

use super::{
    App, Effect, Overlay,
    difference::{Difference, Of},
    lacks_roles,
    pick::Pick,
};
use crate::directory::{Id, Kind, work::Job};

impl App {
    /// Asks which other one.
    pub(super) fn make_like(&mut self, effects: &mut Vec<Effect>) {
        let Some(kind) = self.subject().map(|target| target.kind) else { return };
        let subjects = self.subjects();
        if kind == Kind::User {
            self.read_roles(&subjects, effects);
        }
        self.overlays.push(Overlay::Pick(Pick::new(kind, subjects, &self.directory)));
    }

    /// Shows what differs; the question stays underneath, so that Esc goes back to it.
    pub(super) fn picked(&mut self, effects: &mut Vec<Effect>) {
        let Some(Overlay::Pick(pick)) = self.overlays.last() else { return };
        let Some(model) = pick.selected(&self.directory).cloned() else { return };
        let subjects = pick.subjects.clone();
        let of = match pick.kind {
            Kind::User => {
                self.read_roles(std::slice::from_ref(&model), effects);
                Of::Users { model, users: subjects }
            }
            _ if self.directory.team(&model).is_none_or(|team| team.members.is_none()) => {
                let words = self.word("The server did not say who is in this team; R reads it again.");
                return self.say(words);
            }
            _ => Of::Teams { model, teams: subjects },
        };
        self.show_difference(of, Vec::new());
    }

    /// Opens the difference, or says that there is none.
    pub(super) fn show_difference(&mut self, of: Of, told: Vec<String>) {
        let Some(can) = self.capabilities() else { return };
        let difference = Difference::new(of, told, &self.directory, can);
        if difference.lines.is_empty() && difference.notes.is_empty() {
            self.say("There is no difference.");
        } else {
            self.overlays.push(Overlay::Difference(difference));
        }
    }

    /// More is known of somebody: the difference follows.
    pub(super) fn renew_difference(&mut self) {
        let Some(planner) = &self.planner else { return };
        let open = self.overlays.iter_mut().filter_map(|overlay| match overlay {
            Overlay::Difference(difference) if matches!(difference.of, Of::Users { .. }) => Some(difference),
            _ => None,
        });
        open.for_each(|difference| difference.renew(&self.directory, planner.capabilities()));
    }

    fn read_roles(&mut self, users: &[Id], effects: &mut Vec<Effect>) {
        let lacking = |id: &&Id| self.directory.user(id).is_some_and(lacks_roles);
        let ids: Vec<Id> = users.iter().filter(lacking).cloned().collect();
        if !ids.is_empty() {
            effects.push(Effect::Work(Job::Hydrate(ids)));
        }
    }
}
