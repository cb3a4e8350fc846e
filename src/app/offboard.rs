//! The end of people's access: what no list tells is asked for, then all of it is one plan.

use std::collections::VecDeque;

use rustc_hash::FxHashSet;

use super::{App, AppEffect, Overlay, action::Scope, overlay::OverlayBehavior, pick::PickBox, preview::PlanPreview};
use crate::{
    directory::{
        Id, Observation, ResourceRef,
        offboarding::{OffboardingDraft, OffboardingFinder},
        record::User,
        side_query::SideQueryKind,
        words,
        work::WorkerJob,
    },
    scim::failure::Failure,
};

/// So many questions are under way at the same time.
const AT_ONCE: usize = 4;

/// State of the box that waits for answers.
#[derive(Debug)]
pub struct OffboardingBox {
    /// Who goes.
    pub leaving: Vec<Id>,
    /// Questions that are not asked yet.
    waiting: VecDeque<SideQueryKind>,
    /// Questions under way.
    asked: FxHashSet<SideQueryKind>,
    /// Records that are read alone.
    reading: FxHashSet<ResourceRef>,
    /// True until it is known whether the server tells whose key is in use.
    asks_owner: bool,
    /// The number of all questions.
    pub all: usize,
    /// Why the server tells no keys of other people.
    keys_refused: Option<String>,
}

impl OffboardingBox {
    /// The number of questions without an answer.
    pub fn open(&self) -> usize {
        self.waiting.len() + self.asked.len() + self.reading.len() + usize::from(self.asks_owner)
    }
}

/// What a plan of offboarding was drawn up for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OffboardingSubject {
    /// Who goes.
    pub leaving: Vec<Id>,
    /// Who becomes admin of teams that would have none.
    pub successor: Option<Id>,
    /// Why the server tells no keys of other people.
    pub(super) keys_refused: Option<String>,
}

impl OverlayBehavior for OffboardingBox {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Global]
    }
}

impl App {
    /// Asks for all that no list tells of the row or the marked rows.
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
        reading.retain(|target| !self.read_alone.contains(target));
        if !reading.is_empty() {
            effects.push(AppEffect::Work(WorkerJob::ReadEach(reading.iter().cloned().collect())));
        }
        let asks_owner = !waiting.is_empty() && directory.owner().is_none();
        if asks_owner {
            effects.push(AppEffect::Work(WorkerJob::AskOwner));
        }
        let mut open = OffboardingBox {
            leaving,
            waiting,
            asked: FxHashSet::default(),
            reading,
            asks_owner,
            all: 0,
            keys_refused: None,
        };
        open.all = open.open();
        self.overlays.push(Overlay::Offboard(open));
        self.offboard_on(effects);
    }

    /// Records or answers have come.
    pub(super) fn offboarding_told(&mut self, fresh: &[Observation]) {
        let Some(open) = waiting_box(&mut self.overlays) else { return };
        for one in fresh {
            one.topic().map(|topic| open.asked.remove(topic));
            one.target().map(|target| open.reading.remove(&target));
        }
    }

    /// The server tells, or does not tell, whose key is in use.
    pub(super) fn offboarding_owner_told(&mut self) {
        if let Some(open) = waiting_box(&mut self.overlays) {
            open.asks_owner = false;
        }
    }

    /// Records can't be read alone: the plan says what is not told.
    pub(super) fn offboarding_unread(&mut self, targets: &[ResourceRef]) {
        if let Some(open) = waiting_box(&mut self.overlays) {
            open.reading.retain(|target| !targets.contains(target));
        }
    }

    /// A question failed. True where the box had asked it.
    pub(super) fn offboarding_failed(&mut self, topic: &SideQueryKind, failure: &Failure) -> bool {
        let Some(open) = waiting_box(&mut self.overlays) else { return false };
        let asked = open.asked.remove(topic);
        if asked && matches!(topic, SideQueryKind::Person(_)) && failure.is_refusal() {
            // A key that may not ask about one person may not ask about anybody.
            open.keys_refused = Some(failure.text.clone());
            open.waiting.retain(|topic| !matches!(topic, SideQueryKind::Person(_)));
        }
        asked
    }

    /// Asks what is to be asked next, or goes on once all is answered and nothing lies over the box.
    pub(super) fn offboard_on(&mut self, effects: &mut Vec<AppEffect>) {
        let Some(open) = waiting_box(&mut self.overlays) else { return };
        let Some(planner) = &self.planner else { return };
        while open.asked.len() < AT_ONCE
            && let Some(topic) = open.waiting.pop_front()
        {
            if let Ok(question) = planner.inquiry(topic.clone(), &self.directory) {
                open.asked.insert(topic);
                effects.push(AppEffect::Work(WorkerJob::Ask(question)));
            }
        }
        if open.open() > 0 {
            return;
        }
        if let Some(Overlay::Offboard(done)) = self.overlays.pop_if(|top| matches!(top, Overlay::Offboard(_))) {
            let (leaving, keys_refused) = (done.leaving, done.keys_refused);
            self.offboard_planned(OffboardingSubject { leaving, successor: None, keys_refused }, effects);
        }
    }

    /// Draws up the plan; asks first who becomes admin of teams that would have none.
    fn offboard_planned(&mut self, subject: OffboardingSubject, effects: &mut Vec<AppEffect>) {
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

    /// Somebody was picked who becomes admin of teams that would have none.
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

/// The box that waits for answers, where there is one.
fn waiting_box(overlays: &mut [Overlay]) -> Option<&mut OffboardingBox> {
    overlays.iter_mut().rev().find_map(|overlay| match overlay {
        Overlay::Offboard(open) => Some(open),
        _ => None,
    })
}

impl OffboardingSubject {
    fn finder<'a>(
        &'a self,
        directory: &'a crate::directory::Directory,
        can: &'a crate::directory::plan::ProviderCapabilities,
    ) -> OffboardingFinder<'a> {
        let (leaving, successor) = (&self.leaving, self.successor.as_ref());
        OffboardingFinder { directory, can, leaving, successor, keys_refused: self.keys_refused.as_deref() }
    }
}
