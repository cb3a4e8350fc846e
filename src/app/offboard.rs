//! Offboarding: facts that no list contains are read first, then one plan ends all access of the people.

use std::collections::VecDeque;

use rustc_hash::FxHashSet;

use super::{
    App, AppEffect, Overlay,
    answers::{AnswersBox, AnswersPurpose},
    pick::PickBox,
    preview::PlanPreview,
};
use crate::directory::{
    Id, ResourceRef,
    offboarding::{OffboardingDraft, OffboardingFinder},
    record::User,
    side_query::SideQueryKind,
    words,
};

/// The subjects of an offboarding plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OffboardingSubject {
    /// Who goes.
    pub leaving: Vec<Id>,
    /// The new admin of teams that would have none.
    pub successor: Option<Id>,
    /// Why the server tells no keys of other people.
    pub(super) keys_refused: Option<String>,
}

impl App {
    /// Reads the facts that no list contains, about the row or the marked rows.
    pub(super) fn offboard(&mut self, effects: &mut Vec<AppEffect>) {
        let Some(can) = self.capabilities() else { return };
        let leaving = self.subjects();
        let directory = &self.directory;
        let finder = OffboardingFinder { directory, can, leaving: &leaving, successor: None, keys_refused: None };
        let waiting: VecDeque<SideQueryKind> = finder.questions().into();
        let users = leaving.iter().filter(|id| directory.user(id).is_some_and(User::lacks_roles));
        let mut reading: FxHashSet<ResourceRef> = users.map(ResourceRef::user).collect();
        let teams = leaving.iter().flat_map(|id| directory.teams_of(id));
        let silent = |id: &Id| directory.team(id).is_some_and(|team| team.members.is_none() && team.problem.is_none());
        reading.extend(teams.filter(silent).map(|id| ResourceRef::team(&id)));
        reading.retain(|target| !self.session.unbidden.read_alone.contains(target));
        let asks_owner = !waiting.is_empty() && directory.owner().is_none();
        self.wait_for(AnswersBox::new(AnswersPurpose::Offboarding(leaving), waiting, reading, asks_owner), effects);
    }

    /// Draws up the plan; first asks for a new admin of teams that would have none.
    pub(super) fn offboard_planned(&mut self, subject: OffboardingSubject, effects: &mut Vec<AppEffect>) {
        let Some(can) = self.capabilities() else { return };
        let finder = subject.finder(&self.directory, can);
        let (title, OffboardingDraft { changes, notes, bare }) = (finder.title(), finder.draft());
        if !bare.is_empty() {
            let teams = bare.into_iter().map(|(team, _)| team).collect();
            let pick = PickBox::successor(subject, teams, &self.directory);
            return self.overlays.push(Overlay::Pick(pick));
        }
        self.draft(changes, effects, move |app, mut plan, effects| {
            plan.title = title;
            plan.notes.extend(notes);
            app.show_plan(plan, Vec::new(), effects);
            if let Some(Overlay::Preview(preview)) = app.overlays.last_mut() {
                preview.offboards = Some(subject);
            }
        });
    }

    /// A new admin was picked for teams that would have none.
    pub(super) fn successor_picked(
        &mut self,
        mut subject: OffboardingSubject,
        next: &Id,
        effects: &mut Vec<AppEffect>,
    ) {
        let (Some(user), Some(can)) = (self.directory.user(next), self.capabilities()) else { return };
        if let Some(why) = subject.finder(&self.directory, can).cant_succeed(user) {
            return self.say(format!("{} {why}.", user.user_name));
        }
        subject.successor = Some(next.clone());
        self.offboard_planned(subject, effects);
    }

    /// The command line of the whole plan, where none of its lines was taken out.
    pub(super) fn offboarding_line(&self, preview: &PlanPreview, profile: Option<&str>) -> Option<String> {
        let OffboardingSubject { leaving, successor, .. } = preview.offboards.as_ref()?;
        words::offboarding_line(leaving, successor.as_ref(), &self.directory, profile)
    }
}

impl OffboardingSubject {
    /// The plan for these people, before a successor is picked.
    pub(super) fn new(leaving: Vec<Id>, keys_refused: Option<String>) -> Self {
        Self { leaving, successor: None, keys_refused }
    }

    fn finder<'a>(
        &'a self,
        directory: &'a crate::directory::Directory,
        can: &'a crate::directory::plan::ProviderCapabilities,
    ) -> OffboardingFinder<'a> {
        let (leaving, successor) = (&self.leaving, self.successor.as_ref());
        OffboardingFinder { directory, can, leaving, successor, keys_refused: self.keys_refused.as_deref() }
    }
}
