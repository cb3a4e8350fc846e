//! Undo in the console: the changes that reverse plans, compared with the directory as the server shows it now.

use super::{App, AppEffect};
use crate::{
    directory::{
        change::ChangeId,
        plan::{InversePlan, ProviderCapabilities},
        refusal::{Refusal, RefusalCode},
        words::{self, PlanLine},
    },
    scim::text::number,
};

/// The reason why a change is not part of an undo.
fn later_why() -> Refusal {
    Refusal::new(RefusalCode::Pending, "what it is about is created first: `scimitar undo` sends both")
}

/// The changes that reverse plans, before they are compared with the directory.
#[derive(Debug)]
pub struct PendingUndo {
    /// The changes.
    pub(super) inverse: InversePlan,
    /// Lines that can't be undone, each with the reason.
    refused: Vec<(PlanLine, Refusal)>,
    /// The plan named, or the newest of several.
    undone: ChangeId,
    /// The title of the undo.
    pub title: String,
}

impl App {
    /// Plans the inverse of the changes of a plan that took effect; `chosen` where a person has picked the plan.
    pub(super) fn plan_undo(&mut self, undone: ChangeId, chosen: bool, effects: &mut Vec<AppEffect>) {
        match self.activity.entries.own_inverse(undone, &[], chosen) {
            Err(why) => self.fail(why.text),
            Ok(inverse) => {
                let title = format!("Undo: {}", self.activity.title_of(undone));
                self.begin_undo(PendingUndo { inverse, refused: Vec::new(), undone, title }, effects);
            }
        }
    }

    /// Plans the inverse of several plans as one plan, the newest first: each value goes back through them in order.
    pub(super) fn plan_undo_all(&mut self, mut plans: Vec<ChangeId>, effects: &mut Vec<AppEffect>) {
        plans.sort_unstable_by(|one, other| other.cmp(one));
        plans.retain(|plan| !self.activity.entries.is_undone(*plan));
        let Some(newest) = plans.first().copied() else { return self.say("All of these were undone already.") };
        let (mut all, mut refused) = (InversePlan::default(), Vec::new());
        for plan in &plans {
            match self.activity.entries.own_inverse(*plan, &plans, true) {
                Ok(inverse) => all.then(inverse),
                Err(why) => refused.push((PlanLine::about(self.activity.title_of(*plan)), why)),
            }
        }
        let title = match plans.len() {
            1 => format!("Undo: {}", self.activity.title_of(newest)),
            many => format!("Undo {} plans", number(many as u64)),
        };
        self.begin_undo(PendingUndo { inverse: all, refused, undone: newest, title }, effects);
    }

    /// Shows the undo, after a single read of records that the lists show as undone, or changed since: a list may be
    /// late.
    fn begin_undo(&mut self, undo: PendingUndo, effects: &mut Vec<AppEffect>) {
        if let Some(undo) = self.wait_for_records(undo, effects) {
            self.draft_undo(undo, effects);
        }
    }

    /// Shows the undo, compared with the directory as it is known now.
    pub(super) fn draft_undo(&mut self, undo: PendingUndo, effects: &mut Vec<AppEffect>) {
        let PendingUndo { inverse, mut refused, undone, title } = undo;
        let cant = |(line, why): &(_, Refusal)| {
            (Clone::clone(line), Refusal::new(why.code, format!("can't be undone: {}", why.text)))
        };
        refused.extend(inverse.never.iter().map(cant));
        let holds = self.capabilities().map(ProviderCapabilities::holds).unwrap_or_default();
        let mut undo = inverse.compare(&self.directory, holds);
        undo.contest();
        undo.renew(|| self.next_id().provisional());
        let later = undo.take_later();
        refused.extend(later.iter().map(|change| (words::line_in(change, &self.directory, holds), later_why())));
        refused.append(&mut undo.conflicts);
        if undo.changes.is_empty() && refused.is_empty() {
            return self.say(format!("{title}: all of this was taken back already."));
        }
        let plan_of = |id: ChangeId| self.activity.entries.get(&id).map_or(undone, |entry| entry.plan);
        let origins = undo.take_origins().into_iter().map(|(change, of)| (change, plan_of(of))).collect();
        let changes = std::mem::take(&mut undo.changes);
        self.draft(changes, effects, move |app, mut plan, effects| {
            undo.bind(&mut plan);
            plan.bind_undone(origins);
            (plan.title, plan.undoes) = (title, Some(undone));
            plan.refused.extend(refused);
            app.propose_plan(plan, effects);
        });
    }
}
