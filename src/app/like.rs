//! Makes a record like another: the choice of the other record or of a list, and the difference between the two.

use super::{
    App, AppEffect, NoList, Overlay,
    action::Action,
    difference::{DifferenceBox, Of},
    form::FormPurpose,
    name_choice::{LookUp, NameChoiceBox},
    pick::{PickBox, PickPurpose},
};
use crate::directory::{Id, RecordKind, ResourceRef, find::NameFinder, named, record::User, work::WorkerJob};
use crate::scim::failure::Failure;

impl App {
    /// Asks which other one.
    pub(super) fn make_like(&mut self, effects: &mut Vec<AppEffect>) {
        let Some(kind) = self.subject().map(|target| target.kind) else { return };
        let subjects = self.subjects();
        if kind == RecordKind::User {
            self.read_roles(&subjects, effects);
        }
        self.overlays.push(Overlay::Pick(PickBox::new(kind, subjects, &self.directory)));
    }

    /// A new user exists now: shows the difference to the user that they begin like, if no box is open.
    pub(super) fn begin_like(&mut self, provisional: &Id, created: &Id, effects: &mut Vec<AppEffect>) {
        let Some(model) = self.lists.newcomers.remove(provisional) else { return };
        self.read_roles(std::slice::from_ref(&model), effects);
        if self.directory.user(created).is_some_and(|user| !user.org_role.is_told()) {
            // The answer to a creation may lack the role, which a single read shows.
            effects.push(AppEffect::Work(WorkerJob::ReadEach(vec![ResourceRef::user(created)])));
        }
        let with_others = self.overlays.iter_mut().find_map(|overlay| match overlay {
            Overlay::Difference(difference) => difference.beginners_like(&model),
            _ => None,
        });
        if let Some(users) = with_others {
            // If several new users begin alike, each joins the difference once they exist.
            users.push(created.clone());
            self.renew_difference();
        } else if self.overlays.is_empty() && !self.is_typing() {
            self.show_difference(Of::Users { model, users: vec![created.clone()] }, Vec::new());
            if let Some(Overlay::Difference(difference)) = self.overlays.last_mut() {
                difference.is_beginning = true;
            }
        } else {
            let name = |id: &Id| self.directory.user(id).map_or_else(String::new, |user| user.user_name.to_string());
            let key = self.keymap.label(Action::MakeLike).unwrap_or_default();
            self.say(format!("{} is there: {key} gives them what {} has.", name(created), name(&model)));
        }
    }

    /// Shows the difference; the choice stays underneath, so that Esc goes back to it.
    pub(super) fn picked(&mut self, effects: &mut Vec<AppEffect>) {
        if self.ask_for_typed(effects) {
            return;
        }
        let Some(Overlay::Pick(pick)) = self.overlays.last() else { return };
        let Some(model) = pick.selected(&self.directory).cloned() else { return };
        if let PickPurpose::Successor(subject, _) = &pick.purpose {
            let subject = subject.clone();
            return self.successor_picked(subject, &model, effects);
        }
        let subjects = pick.subjects.clone();
        let of = match pick.rows.kind {
            RecordKind::User => {
                self.read_roles(std::slice::from_ref(&model), effects);
                Of::Users { model, users: subjects }
            }
            _ if self.directory.team(&model).is_none_or(|team| team.members.is_none()) => {
                let words = self.word("The server did not tell who is in this team; R asks again.");
                return self.say(words);
            }
            _ => Of::Teams { model, teams: subjects },
        };
        self.show_difference(of, Vec::new());
    }

    /// Takes in the list that was entered, after a named file was read.
    pub(super) fn list_entered(&mut self, team: &Id, effects: &mut Vec<AppEffect>) {
        let Some(Overlay::Form(form)) = self.overlays.last_mut() else { return };
        match form.listed() {
            Some((names, file)) if file.is_empty() => self.read_names(team, &names, effects),
            Some((_, path)) => effects.push(AppEffect::ReadList { team: team.clone(), path }),
            None => {}
        }
    }

    pub(super) fn on_list_read(&mut self, team: &Id, result: Result<String, NoList>, effects: &mut Vec<AppEffect>) {
        let Some(Overlay::Form(form)) = self.overlays.last_mut() else { return };
        if form.purpose != FormPurpose::MemberList(team.clone()) {
            return;
        }
        match result {
            Ok(text) => {
                let names = format!("{}\n{text}", form.value("members"));
                self.read_names(team, &names, effects);
            }
            Err(why) => form.refuse("file", why.to_string()),
        }
    }

    /// Asks about names that no record has, or goes on to the difference.
    fn read_names(&mut self, team: &Id, text: &str, effects: &mut Vec<AppEffect>) {
        let named = named::named(text, &NameFinder::new(&self.directory));
        if named.found.is_empty() && named.doubts.is_empty() {
            return self.fail("There is no name in it.");
        }
        let mut doubts = NameChoiceBox::new(team.clone(), named);
        match doubts.members() {
            Some((members, told)) => self.show_difference(Of::List { team: team.clone(), members }, told),
            None => {
                let unknown = doubts.unknown();
                let may_lack = self.session.sync.partial || !self.directory.is_complete(RecordKind::User);
                if may_lack && !unknown.is_empty() {
                    doubts.look_up = LookUp::UnderWay;
                    effects.push(AppEffect::Work(WorkerJob::LookUp(RecordKind::User, unknown)));
                }
                self.overlays.push(Overlay::Doubts(doubts));
            }
        }
    }

    /// Names of a list were looked up.
    pub(super) fn doubts_looked_up(&mut self, failure: Option<&Failure>) {
        let doubts = self.overlays.iter_mut().rev().find_map(|overlay| match overlay {
            Overlay::Doubts(doubts) if doubts.look_up == LookUp::UnderWay => Some(doubts),
            _ => None,
        });
        let Some(doubts) = doubts else { return };
        let look_up = failure.map_or(LookUp::Done, |failure| LookUp::Failed(failure.sentences()));
        doubts.looked_up(&NameFinder::new(&self.directory), look_up);
    }

    pub(super) fn answer(&mut self, action: Action) {
        let Some(Overlay::Doubts(doubts)) = self.overlays.last_mut() else { return };
        match action {
            Action::TakeNear => {
                if let Err(why) = doubts.take() {
                    self.say(why);
                }
            }
            Action::SkipName => doubts.skip(),
            Action::SkipAll => doubts.skip_all(),
            _ => match doubts.members() {
                Some((members, _)) if members.is_empty() => self.say("Nobody is left of the list."),
                Some((members, told)) => {
                    let team = doubts.team.clone();
                    self.show_difference(Of::List { team, members }, told);
                }
                None => self.say("Take who is meant, or skip the name: nothing is guessed."),
            },
        }
    }

    /// Opens the difference, or says that there is none.
    pub(super) fn show_difference(&mut self, of: Of, told: Vec<String>) {
        let Some(can) = self.capabilities() else { return };
        let difference = DifferenceBox::new(of, told, &self.directory, can);
        let blind = matches!(difference.of, Of::Users { .. }) && !difference.notes.is_empty();
        if difference.lines.is_empty() && !blind {
            self.say("There is no difference.");
        } else {
            self.overlays.push(Overlay::Difference(difference));
        }
    }

    /// A record was read: the difference is computed again.
    pub(super) fn renew_difference(&mut self) {
        let Some(planner) = &self.session.planner else { return };
        let open = self.overlays.iter_mut().filter_map(|overlay| match overlay {
            Overlay::Difference(difference) if matches!(difference.of, Of::Users { .. }) => Some(difference),
            _ => None,
        });
        open.for_each(|difference| difference.renew(&self.directory, planner.capabilities()));
    }

    fn read_roles(&mut self, users: &[Id], effects: &mut Vec<AppEffect>) {
        let lacking = |id: &&Id| self.directory.user(id).is_some_and(User::lacks_roles);
        let targets: Vec<ResourceRef> = users.iter().filter(lacking).map(ResourceRef::user).collect();
        if !targets.is_empty() {
            effects.push(AppEffect::Work(WorkerJob::ReadEach(targets)));
        }
    }
}
