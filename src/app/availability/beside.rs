//! The availability of actions outside the lists: on changes of Activity, accounts, API keys and invitations.

use super::UnavailableReason;
use crate::{
    app::{App, Overlay, action::Action},
    directory::{
        RecordKind,
        change::{Change, ChangeId, ChangeVerb},
        plan::ChangeState,
        stage::unnamed,
    },
};

/// Said of roles.
pub(super) const NO_ATTRIBUTES: &str = "Roles have no other attributes than those shown here.";

impl App {
    pub(super) fn staging_allowed(&self, action: Action) -> Result<(), &'static str> {
        let plan = match self.overlays.last() {
            Some(Overlay::Preview(preview)) => Some(preview),
            _ => None,
        };
        match (action, self.overlays.last()) {
            (Action::CopyCommand | Action::ToStage | Action::Reason, _)
                if plan.is_none_or(|plan| plan.plan.steps.is_empty()) =>
            {
                Err("This belongs to a plan that can be sent.")
            }
            (Action::ToStage, _) if plan.is_some_and(|plan| !plan.staged.is_empty()) => {
                Err("These are on the stage already.")
            }
            (Action::ToStage, _)
                if plan.is_some_and(|plan| plan.plan.steps.iter().all(|step| unnamed(&step.change).is_some())) =>
            {
                Err("What is being created has no id yet: it is sent, or left.")
            }
            (Action::ToStage, _) if plan.is_some_and(|plan| plan.plan.undoes.is_some()) => {
                Err("What takes a plan back is sent or left: it does not wait on the stage.")
            }
            (Action::StageMode, _) if self.session.guards.closed().is_some() => {
                Err("Nothing can be changed in this session.")
            }
            (Action::ShowStage, Some(Overlay::Stage(_))) => Err("This is the stage."),
            (Action::ShowStage, _) if self.sending.stage.is_empty() && !self.sending.staging => {
                Err("The stage is empty; :stage collects edits on it.")
            }
            _ => Ok(()),
        }
    }

    /// Whether the box on top has what the action needs: a row, or a field that is not being typed in.
    pub(super) fn in_box(&self, action: Action) -> Result<(), UnavailableReason> {
        use Action as A;
        let top = self.overlays.last();
        let found = || top.is_none_or(|top| top.behavior().has_choice(&self.directory));
        let of_profile =
            matches!(action, A::OpenProfile | A::CopyProfile | A::ChangeProfile | A::TestProfile | A::DeleteProfile);
        match (action, top) {
            (A::Choose | A::Toggle | A::TakeOut | A::ToggleAll, _) if !found() => {
                Err("Nothing is found: there is no line to take.".into())
            }
            (A::Reason, Some(Overlay::Preview(plan))) if plan.reasoning => Err("The reason is being typed.".into()),
            (A::SearchLines, Some(Overlay::Preview(plan))) if plan.searching => {
                Err("The lines are being searched.".into())
            }
            (A::SendStage | A::NextGrouping | A::DropStaged | A::ClearStage, Some(Overlay::Stage(_)))
                if self.sending.stage.is_empty() =>
            {
                Err("The stage is empty.".into())
            }
            (_, Some(Overlay::Profiles(list))) if of_profile && list.profiles.is_empty() => {
                Err("There is no profile yet.".into())
            }
            _ => Ok(()),
        }
    }

    pub(super) fn in_activity(&self, action: Action) -> Result<(), UnavailableReason> {
        match action {
            _ if self.activity.entries.is_empty() => Err("No changes were made with this profile yet.".into()),
            Action::Mark | Action::MarkAll | Action::Story
                if self.overlays.is_empty() && self.activity.plan_count() == 0 =>
            {
                Err("The filter finds no plan.".into())
            }
            Action::UndoThis if self.selected_plan().is_some_and(|plan| self.activity.undone_by(plan).is_some()) => {
                Err("This was undone already.".into())
            }
            Action::UndoThis => match self.selected_plan().and_then(|plan| self.activity.entries.lasts_because(plan)) {
                Some(why) => Err(why.into()),
                None => Ok(()),
            },
            Action::Story if matches!(self.overlays.last(), Some(Overlay::Story(_))) => {
                Err("This is the story.".into())
            }
            Action::Retry if !self.can_retry() => {
                Err("Only what was refused, dropped or is unknown can be tried again.".into())
            }
            Action::DropChange if !self.can_drop() => Err("Only what was not sent yet can be dropped.".into()),
            _ => Ok(()),
        }
    }

    /// True if the selection has a change that failed or was dropped, or one of an earlier session.
    fn can_retry(&self) -> bool {
        if !self.activity.earlier.left_over.is_empty() {
            return true;
        }
        if let Some(entry) = self.selected_entry() {
            return entry.state == ChangeState::Dropped || entry.may_be_sent_again();
        }
        let tried = |plan: &ChangeId| {
            self.activity.entries.course(*plan).is_some_and(|course| {
                let counts = course.progress.counts;
                counts.failed() + counts.of(ChangeState::Dropped) + counts.of(ChangeState::Partly) > 0
            })
        };
        if self.overlays.is_empty() && !self.activity.changes.marks.is_empty() {
            return self.activity.changes.marks.iter().any(tried);
        }
        self.selected_plan().as_ref().is_some_and(tried)
    }

    /// True if the selection has a change that waits, or a failure that was not dismissed.
    fn can_drop(&self) -> bool {
        if self.overlays.is_empty() && !self.activity.changes.marks.is_empty() {
            let mut marked = self.selected_entries().into_iter();
            return marked
                .any(|entry| entry.state == ChangeState::Planned || self.activity.failures.contains(entry.id));
        }
        if let Some(entry) = self.selected_entry() {
            return entry.state == ChangeState::Planned || self.activity.failures.contains(entry.id);
        }
        let course = self.selected_plan().and_then(|plan| self.activity.entries.course(plan));
        course.is_some_and(|course| {
            course.progress.counts.of(ChangeState::Planned) > 0
                || (course.progress.counts.failed() > 0 && self.activity.failures.len() > 0)
        })
    }

    pub(super) fn in_sending(&self, action: Action) -> Result<(), UnavailableReason> {
        match action {
            Action::Resume if !self.sending.paused => Err("Nothing is paused.".into()),
            Action::Pause if !self.sending.paused && self.activity.entries.running().next().is_none() => {
                Err("Nothing is being sent.".into())
            }
            Action::Cancel if self.cancelled_plan().is_none() => Err("Nothing waits to be sent.".into()),
            _ => Ok(()),
        }
    }

    pub(super) fn beside(&self, action: Action) -> Result<(), UnavailableReason> {
        match action {
            Action::MyAccount => self.told_here(),
            Action::Account | Action::Invitations => {
                self.someone()?;
                self.told_here()?;
                self.is_on_the_server()
            }
            Action::NewKey => {
                self.can(ChangeVerb::CreateKey)?;
                self.can_make_key()
            }
            Action::DeleteKey => {
                self.can(ChangeVerb::DeleteKey)?;
                self.key_deletion().map(drop)
            }
            Action::Invite => self.can(ChangeVerb::Invite),
            Action::Attributes if self.kind_in_hand() == RecordKind::Role => Err(NO_ATTRIBUTES.into()),
            Action::Attributes => {
                self.someone()?;
                self.is_on_the_server()
            }
            Action::SetAttribute => {
                let slot = self.attribute_slot()?;
                let to = Change::attribute(slot.target, slot.path, None, slot.before);
                self.can(to.verb())
            }
            Action::Uninvite => {
                let change = self.part_removal()?;
                self.can(change.verb())
            }
            _ => Ok(()),
        }
    }

    pub(super) fn audit_told_here(&self) -> Result<(), UnavailableReason> {
        self.capabilities().and_then(|can| can.no_audit_log).map_or(Ok(()), |why| Err(why.into()))
    }

    pub(super) fn told_here(&self) -> Result<(), UnavailableReason> {
        self.capabilities().and_then(|can| can.tells_nothing.clone()).map_or(Ok(()), |why| Err(why.into()))
    }

    fn is_on_the_server(&self) -> Result<(), UnavailableReason> {
        match self.subject() {
            Some(target) if target.is_provisional() => Err("This is being created: look when it is there.".into()),
            Some(target) if target.id.starts_with("unreadable:") => Err("This record can't be read.".into()),
            _ => Ok(()),
        }
    }
}
