//! A box that waits for the server's answers to questions that lists don't answer and a plan depends on.

use std::collections::VecDeque;

use rustc_hash::FxHashSet;

use super::{App, AppEffect, Overlay, action::Scope, offboard::OffboardingSubject, overlay::OverlayBehavior};
use super::{stepped_task::PendingDraft, undo::PendingUndo, visible::SILENT_READS};
use crate::{
    directory::{
        Id, Observation, ResourceRef,
        guard::{MOST_PEOPLE_READ, MOST_TEAMS_ASKED},
        plan::Plan,
        side_query::SideQueryKind,
        work::{LinkState, WorkerJob},
    },
    scim::failure::Failure,
};

/// The limit of questions that are under way at the same time.
const AT_ONCE: usize = 4;

/// State of the box that waits for answers.
#[derive(Debug)]
pub struct AnswersBox {
    /// The use of the answers.
    pub purpose: AnswersPurpose,
    /// Questions that are not asked yet.
    waiting: VecDeque<SideQueryKind>,
    /// Questions under way.
    asked: FxHashSet<SideQueryKind>,
    /// Records that are read alone.
    reading: FxHashSet<ResourceRef>,
    /// True until the server has told the owner of the key, or does not tell.
    asks_owner: bool,
    /// The number of all questions.
    pub all: usize,
    /// Why the server tells no keys of other people.
    keys_refused: Option<String>,
}

/// The use of the answers.
#[derive(Debug)]
pub enum AnswersPurpose {
    /// A plan that ends the access of these people.
    Offboarding(Vec<Id>),
    /// A drafted plan after which a team may have no admin.
    Draft(PendingDraft),
    /// An undo whose effect the lists no longer show: only single reads of the records decide.
    Undo(PendingUndo),
}

impl AnswersBox {
    /// A box for these questions and records; none of them is asked for yet.
    pub(super) fn new(
        purpose: AnswersPurpose,
        waiting: VecDeque<SideQueryKind>,
        reading: FxHashSet<ResourceRef>,
        asks_owner: bool,
    ) -> Self {
        let (asked, keys_refused) = (FxHashSet::default(), None);
        let mut new = Self { purpose, waiting, asked, reading, asks_owner, all: 0, keys_refused };
        new.all = new.open();
        new
    }

    /// The number of questions without an answer.
    pub fn open(&self) -> usize {
        self.waiting.len() + self.asked.len() + self.reading.len() + usize::from(self.asks_owner)
    }
}

impl OverlayBehavior for AnswersBox {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Global]
    }
}

impl App {
    /// Opens the box, and asks.
    pub(super) fn wait_for(&mut self, answers: AnswersBox, effects: &mut Vec<AppEffect>) {
        if !answers.reading.is_empty() {
            effects.push(AppEffect::Work(WorkerJob::ReadEach(answers.reading.iter().cloned().collect())));
        }
        if answers.asks_owner {
            effects.push(AppEffect::Work(WorkerJob::AskOwner));
        }
        self.overlays.push(Overlay::Answers(answers));
        self.answers_on(effects);
    }

    /// Waits for the facts that decide whether the teams of the plan keep an admin: first the rosters, then the records
    /// of the members. Returns the draft if nothing has to be asked.
    pub(super) fn wait_for_admins(
        &mut self,
        plan: &Plan,
        draft: PendingDraft,
        effects: &mut Vec<AppEffect>,
    ) -> Option<PendingDraft> {
        let teams = plan.among.teams_not_told();
        let rosters = self.unasked_rosters(&teams);
        let reading = if rosters.is_empty() { self.unread_members(&teams) } else { FxHashSet::default() };
        if rosters.is_empty() && reading.is_empty() {
            return Some(draft);
        }
        self.session.unbidden.asked.extend(rosters.iter().cloned());
        self.session.unbidden.read_alone.extend(reading.iter().cloned());
        self.wait_for(AnswersBox::new(AnswersPurpose::Draft(draft), rosters, reading, false), effects);
        None
    }

    /// Waits for single reads of an undo's records that the lists show as undone, or changed since. Returns the undo if
    /// nothing has to be read.
    pub(super) fn wait_for_records(&mut self, undo: PendingUndo, effects: &mut Vec<AppEffect>) -> Option<PendingUndo> {
        let unsure = undo.inverse.unsure(&self.directory);
        if unsure.is_empty() {
            return Some(undo);
        }
        self.wait_for(AnswersBox::new(AnswersPurpose::Undo(undo), VecDeque::new(), unsure, false), effects);
        None
    }

    /// Questions for the rosters that were not asked for yet.
    fn unasked_rosters(&self, teams: &[Id]) -> VecDeque<SideQueryKind> {
        let Some(planner) = &self.session.planner else { return VecDeque::new() };
        let silent = teams.iter().take(MOST_TEAMS_ASKED).filter(|team| self.directory.roster(team).is_none());
        let topics = silent.map(|team| SideQueryKind::Roster(team.clone()));
        let open = topics.filter(|topic| !self.session.unbidden.asked.contains(topic));
        open.filter(|topic| planner.inquiry(topic.clone(), &self.directory).is_ok()).collect()
    }

    /// Members whose roles the lists left out, and whose records were not read alone yet, where they are few.
    fn unread_members(&self, teams: &[Id]) -> FxHashSet<ResourceRef> {
        if !self.capabilities().is_some_and(|can| can.sparse_lists)
            || self.session.unbidden.silent_reads >= SILENT_READS
        {
            return FxHashSet::default();
        }
        let members = self.directory.silent_members(teams).map(|user| ResourceRef::user(&user.id));
        let open = members.filter(|member| !self.session.unbidden.read_alone.contains(member));
        let few: FxHashSet<ResourceRef> = open.take(MOST_PEOPLE_READ + 1).collect();
        if few.len() > MOST_PEOPLE_READ { FxHashSet::default() } else { few }
    }

    /// Records or answers have come.
    pub(super) fn answers_told(&mut self, fresh: &[Observation]) {
        let Some(open) = waiting_box(&mut self.overlays) else { return };
        for one in fresh {
            one.topic().map(|topic| open.asked.remove(topic));
            one.target().map(|target| open.reading.remove(&target));
        }
    }

    /// The server tells, or does not tell, whose key is in use.
    pub(super) fn owner_answered(&mut self) {
        if let Some(open) = waiting_box(&mut self.overlays) {
            open.asks_owner = false;
        }
    }

    /// Records can't be read alone, so the plan names the unknown facts. An undo is given up if the server is
    /// unreachable, since lists alone don't tell whether its effect is still there. Returns the sentence about that.
    pub(super) fn answers_unread(&mut self, targets: &[ResourceRef]) -> Option<&'static str> {
        let is_away = matches!(self.session.link, Some(LinkState::Down(_)));
        let open = waiting_box(&mut self.overlays)?;
        let before = open.reading.len();
        open.reading.retain(|target| !targets.contains(target));
        let is_undo = |open: &AnswersBox| matches!(open.purpose, AnswersPurpose::Undo(_));
        if !is_away || open.reading.len() == before || !is_undo(open) {
            return None;
        }
        self.overlays.retain(|one| !matches!(one, Overlay::Answers(open) if is_undo(open)));
        Some("Nothing is taken back before that.")
    }

    /// Handles a failed question. Returns the purpose in words if this box has asked it.
    pub(super) fn answer_failed(&mut self, topic: &SideQueryKind, failure: &Failure) -> Option<&'static str> {
        let open = waiting_box(&mut self.overlays)?;
        if !open.asked.remove(topic) {
            return None;
        }
        if matches!(topic, SideQueryKind::Person(_)) && failure.is_refusal() {
            // A key that may not ask about one person may not ask about anybody.
            open.keys_refused = Some(failure.text.clone());
            open.waiting.retain(|topic| !matches!(topic, SideQueryKind::Person(_)));
        }
        Some(match open.purpose {
            AnswersPurpose::Offboarding(_) => "an offboarding",
            AnswersPurpose::Draft(_) => "the admins of a team",
            AnswersPurpose::Undo(_) => "an undo",
        })
    }

    /// Asks the next questions; goes on once all are answered and no other box is on top.
    pub(super) fn answers_on(&mut self, effects: &mut Vec<AppEffect>) {
        let Some(open) = waiting_box(&mut self.overlays) else { return };
        let Some(planner) = &self.session.planner else { return };
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
        let Some(Overlay::Answers(done)) = self.overlays.pop_if(|top| matches!(top, Overlay::Answers(_))) else {
            return;
        };
        match done.purpose {
            AnswersPurpose::Offboarding(leaving) => {
                let subject = OffboardingSubject::new(leaving, done.keys_refused);
                self.offboard_planned(subject, effects);
            }
            AnswersPurpose::Draft(draft) => self.draft_again(draft, effects),
            AnswersPurpose::Undo(undo) => self.draft_undo(undo, effects),
        }
    }
}

/// The box that waits for answers, if there is one.
fn waiting_box(overlays: &mut [Overlay]) -> Option<&mut AnswersBox> {
    overlays.iter_mut().rev().find_map(|overlay| match overlay {
        Overlay::Answers(open) => Some(open),
        _ => None,
    })
}
