//! From a key to a plan: pickers, check lists and forms make changes, and the planner makes a plan of them, which is
//! shown and sent.

use super::{
    App, AppEffect, Overlay, PlanPreview,
    action::Action,
    check::CheckList,
    form::{FormPurpose, FormState},
    picker::RolePicker,
    role_editor::{EditedRole, RoleEditor},
};
use rustc_hash::FxHashSet;

use crate::directory::{
    Id, Name, RecordKind, ResourceRef,
    change::{Change, ChangeEffect, ChangeSubject, ChangeVerb, RoleDraft},
    plan::{JournalEntry, Plan, Risk, Step},
    stage::{self, StageId, StagedChange},
    work::WorkerJob,
};
use crate::scim::{filter::ScimFilter, text::number};

/// The limit of names in one sentence.
const NAMED: usize = 5;

impl App {
    pub(super) fn begin_edit(&mut self, action: Action, effects: &mut Vec<AppEffect>) {
        let Some(can) = self.capabilities().cloned() else {
            let unopened = self.known_profiles.unopened.as_ref().and_then(|unopened| unopened.draft.as_deref());
            let form = match action {
                Action::NewProfile => Some(FormState::new_profile()),
                Action::EditProfile => unopened.map(FormState::edit_profile),
                _ => None,
            };
            self.overlays.extend(form.map(Overlay::Form));
            return;
        };
        let subjects = self.subjects();
        match action {
            Action::SetRole => {
                if !self.directory.is_read(RecordKind::Team) {
                    let words = self.word("The teams were not read yet: only roles in the organisation are offered.");
                    self.say(words);
                }
                let picker = RolePicker::new(subjects, &self.directory, &can);
                self.overlays.push(Overlay::Role(picker));
            }
            Action::Teams | Action::Members => {
                if let Some(of) = self.check_of(action) {
                    let list = CheckList::new(of, &self.directory);
                    self.overlays.push(Overlay::Check(list));
                }
            }
            Action::ToggleActive => {
                let active = self.toggle_verb() == ChangeVerb::Reactivate;
                let inactive = |id: &Id| self.directory.user(id).is_some_and(|user| user.is_inactive() == active);
                let (users, so): (Vec<Id>, Vec<Id>) = subjects.into_iter().partition(inactive);
                let needless = so.iter().filter_map(|id| Some(self.directory.user(id)?.user_name.clone())).collect();
                let changes = users.into_iter().map(|user| Change::SetActive { user, active }).collect();
                self.draft_of_rows(changes, effects, |app, plan, effects| app.show_plan(plan, needless, effects));
            }
            Action::Delete => {
                let kind = self.subject().map(|target| target.kind);
                let delete = |id: Id| match kind {
                    Some(RecordKind::Team) => Change::DeleteTeam { team: id },
                    Some(RecordKind::Role) => Change::DeleteRole { role: id },
                    _ => Change::DeleteUser { user: id },
                };
                self.propose(subjects.into_iter().map(delete).collect(), effects);
            }
            Action::Create => {
                let form = match self.lists.tab.kind() {
                    Some(RecordKind::Team) => FormState::create_team(&can),
                    Some(RecordKind::Role) => FormState::role(None),
                    _ if self.lists.lists_services() => FormState::create_service(&self.directory),
                    _ => FormState::create_user(&self.directory, &can),
                };
                self.overlays.push(Overlay::Form(form));
            }
            Action::CreateService => self.overlays.push(Overlay::Form(FormState::create_service(&self.directory))),
            Action::MembersFromList => {
                let team = self.subject().and_then(|target| self.directory.team(&target.id));
                let form = team.map(FormState::member_list);
                self.overlays.extend(form.map(Overlay::Form));
            }
            Action::Edit => {
                let Some(target) = self.subject() else { return };
                let form = match target.kind {
                    RecordKind::Role => self
                        .directory
                        .role(&target.id)
                        .map(|role| FormState::role(Some((&target.id, RoleDraft::of(role))))),
                    _ => FormState::edit_user(&target.id, &self.directory, &can),
                };
                self.overlays.extend(form.map(Overlay::Form));
            }
            _ => self.overlays.push(Overlay::Form(FormState::new_profile())),
        }
    }

    pub(super) fn choose_role(&mut self, picker: RolePicker, effects: &mut Vec<AppEffect>) {
        let Some(choice) = picker.selected().cloned() else {
            self.overlays.push(Overlay::Role(picker));
            return;
        };
        let changes = picker.changes(&self.directory);
        if choice.refused {
            self.say(choice.note.unwrap_or_default());
            self.overlays.push(Overlay::Role(picker));
        } else if changes.is_empty() {
            self.say(format!("{} {} is what they have already.", choice.place_name, choice.role));
        } else {
            let needless = picker.needless(&self.directory);
            let look = self.known_part().is_some() || picker.is_guess();
            self.draft_of_rows(changes, effects, move |app, plan, effects| {
                if look {
                    app.show_plan(plan, needless, effects);
                } else {
                    app.propose_chosen(plan, needless, effects);
                }
            });
        }
    }

    /// Goes from a check list to its plan; the list stays underneath, so that Esc goes back to it.
    pub(super) fn look(&mut self, effects: &mut Vec<AppEffect>) {
        let changes = match self.overlays.last() {
            Some(Overlay::Check(_)) => return self.collect(effects),
            Some(Overlay::RoleEditor(editor)) => editor.change(&self.directory).into_iter().collect(),
            Some(Overlay::Difference(difference)) => {
                let Some(can) = self.capabilities() else { return };
                let changes = difference.changes(&self.directory, can);
                if changes.is_empty() {
                    return self.say("Nothing is ticked.");
                }
                changes
            }
            _ => return,
        };
        self.propose_any(changes, effects);
    }

    /// Plans the changes of the box on top, and shows the plan; closes the box if there are no changes.
    pub(super) fn propose_any(&mut self, changes: Vec<Change>, effects: &mut Vec<AppEffect>) {
        if changes.is_empty() {
            self.overlays.pop();
            self.say("Nothing was changed.");
        } else {
            self.propose(changes, effects);
        }
    }

    pub(super) fn submit(&mut self, effects: &mut Vec<AppEffect>) {
        if self.ask_for_named(effects) {
            return;
        }
        let key = self.next_id().provisional();
        let Some(Overlay::Form(form)) = self.overlays.last_mut() else { return };
        if matches!(form.purpose, FormPurpose::NewProfile | FormPurpose::EditProfile(_)) {
            // The form waits until the server has answered, or has not.
            if let Some(draft) = form.profile().filter(|_| !self.known_profiles.saving) {
                let secret = Some(form.value("secret")).filter(|secret| !secret.is_empty()).map(Into::into);
                self.known_profiles.saving = true;
                self.say("Asking the server whether it takes the key …");
                effects.push(AppEffect::SaveProfile(draft, secret));
            }
            return;
        }
        if form.purpose == FormPurpose::ServerFilter {
            if let Some(filter) = form.filter() {
                self.narrow(filter, effects);
            }
            return;
        }
        if let FormPurpose::MemberList(team) = form.purpose.clone() {
            self.list_entered(&team, effects);
            return;
        }
        let purpose = form.purpose.clone();
        let model = form.model(&self.directory);
        let Some(mut changes) = form.changes(key, &self.directory) else { return };
        if let (FormPurpose::CreateRole, [Change::CreateRole { key, role }]) = (&purpose, changes.as_slice()) {
            let of = EditedRole::New(key.clone(), role.clone());
            self.overlays.push(Overlay::RoleEditor(RoleEditor::new(of, &self.directory)));
        } else if changes.is_empty() {
            self.forget_purpose(&purpose);
            self.say("Nothing was changed.");
        } else {
            self.tell_apart(&mut changes, model.as_ref());
            self.draft(changes, effects, |app, plan, effects| app.propose_chosen(plan, Vec::new(), effects));
        }
    }

    /// Gives each of several new users an id of its own, and keeps the user that they begin like.
    fn tell_apart(&mut self, changes: &mut [Change], model: Option<&Id>) {
        for (at, change) in changes.iter_mut().enumerate() {
            let Change::CreateUser { key, .. } = change else { continue };
            if at > 0 {
                *key = self.next_id().provisional();
            }
            self.lists.newcomers.extend(model.map(|model| (key.clone(), model.clone())));
        }
    }

    fn narrow(&mut self, filter: Option<ScimFilter>, effects: &mut Vec<AppEffect>) {
        self.overlays.pop();
        self.session.sync.narrow.clone_from(&filter);
        effects.push(AppEffect::Work(WorkerJob::Narrow(filter)));
    }

    /// Plans the changes, and shows the plan.
    pub(super) fn propose(&mut self, changes: Vec<Change>, effects: &mut Vec<AppEffect>) {
        self.draft_of_rows(changes, effects, Self::propose_plan);
    }

    /// Draws up a plan. Its notes say if rows of a partial list were marked as a whole.
    fn draft_of_rows(
        &mut self,
        changes: Vec<Change>,
        effects: &mut Vec<AppEffect>,
        then: impl FnOnce(&mut Self, Plan, &mut Vec<AppEffect>) + Send + 'static,
    ) {
        let part = self.known_part();
        self.draft(changes, effects, move |app, mut plan, effects| {
            plan.notes.extend(part);
            then(app, plan, effects);
        });
    }

    /// Shows the plan.
    pub(super) fn propose_plan(&mut self, plan: Plan, effects: &mut Vec<AppEffect>) {
        self.show_plan(plan, Vec::new(), effects);
    }

    /// Sends the plan if the profile shows only risky plans and the box of the choice was on the screen; otherwise
    /// shows the plan. Plans that create records are shown always: a new user may take a seat, and no present value
    /// shows what is meant.
    pub(super) fn propose_chosen(&mut self, plan: Plan, needless: Vec<Name>, effects: &mut Vec<AppEffect>) {
        let always =
            self.session.profile.as_ref().is_some_and(|profile| profile.confirm_always || profile.reason_required)
                || self.is_elsewhere(&plan);
        let creates = |step: &Step| {
            let nature = step.change.nature();
            let is_record = matches!(nature.of, ChangeSubject::Person | ChangeSubject::Team | ChangeSubject::Role);
            is_record && nature.effect == ChangeEffect::Creates
        };
        let plain = plan.risk() == Risk::Plain && plan.refused.is_empty() && plan.undoes.is_none();
        let plain = plain && !plan.steps.iter().any(creates);
        if plain && !plan.steps.is_empty() && needless.is_empty() && !always && !self.sending.staging && self.was_seen()
        {
            self.send(plan, (&[], &[]), effects);
        } else {
            self.show_plan(plan, needless, effects);
        }
    }

    /// Shows the plan, or puts it on the stage. If all of it is refused, shows the reason. `needless` are the selected
    /// records that need no change.
    pub(super) fn show_plan(&mut self, mut plan: Plan, needless: Vec<Name>, effects: &mut Vec<AppEffect>) {
        if let ([], [(_, why)]) = (plan.steps.as_slice(), plan.refused.as_slice()) {
            let text = why.text.clone();
            self.fail(text);
        } else if plan.steps.is_empty() && plan.refused.is_empty() {
            self.say("There is nothing to do.");
        } else if self.sending.staging && plan.undoes.is_none() && !plan.steps.is_empty() {
            self.put_on_stage(plan, effects);
        } else {
            plan.notes.extend(self.hidden_by_filter(&plan));
            let preview = PlanPreview { needless, ..PlanPreview::new(plan) };
            self.overlays.push(Overlay::Preview(Box::new(preview)));
        }
    }

    /// Names the marked records of the plan that the filter hides.
    fn hidden_by_filter(&self, plan: &Plan) -> Option<String> {
        let pane = self.lists.pane().filter(|pane| !pane.marks.is_empty())?;
        let shown: FxHashSet<&Id> = pane.rows.iter().filter_map(|row| self.directory.id_at(pane.kind, *row)).collect();
        let touched = plan.steps.iter().filter_map(|step| {
            let ids = step.change.touches().into_iter().map(|(target, _)| target.id);
            let hidden = ids.into_iter().any(|id| pane.marks.contains(&id) && !shown.contains(&id));
            hidden.then_some(step.words.subject.as_str())
        });
        let mut names: Vec<&str> = Vec::new();
        for name in touched {
            if names.last() != Some(&name) {
                names.push(name);
            }
        }
        let more = names.len().saturating_sub(NAMED);
        names.truncate(NAMED);
        let more = if more > 0 { format!(" and {} more", number(more as u64)) } else { String::new() };
        (!names.is_empty()).then(|| format!("Marked, and not shown by the filter: {}{more}.", names.join(", ")))
    }

    /// True if the plan is about a marked row that is not under the cursor, and so may be off screen.
    fn is_elsewhere(&self, plan: &Plan) -> bool {
        let (Some(pane), here) = (self.lists.pane(), self.subject()) else { return false };
        let marked = |target: &ResourceRef| Some(target) != here.as_ref() && pane.marks.contains(&target.id);
        plan.steps.iter().any(|step| step.change.touches().iter().any(|(target, _)| marked(target)))
    }

    /// Applies the steps to the pending layer of the directory and hands them to the worker, with their lines of the
    /// stage.
    pub(super) fn send(
        &mut self,
        plan: Plan,
        (staged, needless): (&[StagedChange], &[Name]),
        effects: &mut Vec<AppEffect>,
    ) {
        self.stepped.marked_now = self.marked_rows(&plan, needless);
        let taken = stage::taken(staged, plan.steps.iter().map(|step| &step.change));
        self.close_settled();
        let actor = self.session.profile.as_ref().map(|profile| profile.actor.clone()).unwrap_or_default();
        self.lay(plan.enter(None, self.now, &actor), taken, effects);
    }

    /// Hands changes to the worker that are in the pending layer already.
    pub(super) fn hand_over(&mut self, entries: Vec<JournalEntry>, taken: Vec<StageId>, effects: &mut Vec<AppEffect>) {
        let added = entries.iter().find_map(|entry| entry.step.change.created());
        self.say_sending(&entries);
        if let (Some(rows), Some(first)) = (self.stepped.marked_now.take(), entries.first()) {
            self.stepped.marked_plans.insert(first.plan, rows);
        }
        self.keep_aside_cursors();
        if let Some(target) = added.map(|record| record.target()) {
            self.rows_changed();
            let (kind, rows) = (target.kind, self.screen.size.list_rows());
            self.lists.panes[kind as usize].reveal(&target.id, &self.directory);
            self.lists.panes[kind as usize].go_to(&target.id, rows, &self.directory);
        }
        effects.push(AppEffect::Work(if taken.is_empty() {
            WorkerJob::Submit(entries)
        } else {
            WorkerJob::SubmitStaged(taken, entries)
        }));
    }
}
