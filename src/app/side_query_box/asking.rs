//! The questions of boxes outside the lists: their contents, their time, and their answers.

use super::{SideQueryBox, SideQueryStatus};
use crate::{
    app::{App, AppEffect, Overlay, action::Action},
    directory::{
        Id, Observation, ResourceRef,
        change::{Change, ChangeId, ChangeVerb},
        plan::ChangeState,
        side_query::SideQueryKind,
        work::WorkerJob,
    },
};

impl App {
    /// Moves the cursor to a newly made row, and keeps it there when the row gets its real id.
    pub(in crate::app) fn aside_follow(&mut self, change: &Change, created: Option<&Id>) {
        let (Change::CreateKey { key, .. } | Change::Invite { key, .. }) = change else { return };
        for overlay in &mut self.overlays {
            if let Overlay::Aside(aside) = overlay {
                match created {
                    None => aside.at = Some(key.clone()),
                    Some(id) if aside.at.as_ref() == Some(key) => aside.at = Some(id.clone()),
                    Some(_) => {}
                }
            }
        }
    }

    /// Opens the box, and sends its question.
    pub(in crate::app) fn open_aside(&mut self, action: Action, effects: &mut Vec<AppEffect>) {
        let topic = match (action, self.subject()) {
            (Action::MyAccount, _) => SideQueryKind::Me,
            (Action::Settings, _) => SideQueryKind::Settings,
            (Action::Invitations, Some(team)) => SideQueryKind::Roster(team.id),
            (Action::Attributes, Some(target)) => SideQueryKind::Resource(target),
            (_, Some(user)) => self.topic_of(user.id),
            (_, None) => return,
        };
        if matches!(topic, SideQueryKind::Resource(_)) {
            self.ask_for_schemas(effects);
        }
        let asked = self.ask(&topic, effects);
        if let Some(Overlay::Aside(aside)) = self.overlays.last_mut().filter(|top| is_about(top, &topic)) {
            aside.asked = asked;
            return;
        }
        self.overlays.push(Overlay::Aside(SideQueryBox::new(topic, asked)));
        self.keep_aside_cursors();
    }

    /// The key owner's own account has a topic of its own: that question needs no admin.
    fn topic_of(&self, user: Id) -> SideQueryKind {
        let told = self.person(&SideQueryKind::Me).map(|me| me.id == user);
        let named = || {
            let me = self.session.guards.me.as_deref()?;
            Some(self.directory.user(&user)?.user_name.is(me))
        };
        if told.or_else(named) == Some(true) { SideQueryKind::Me } else { SideQueryKind::Person(user) }
    }

    pub(in crate::app) fn ask(&self, topic: &SideQueryKind, effects: &mut Vec<AppEffect>) -> SideQueryStatus {
        let Some(planner) = self.session.planner.as_deref() else { return SideQueryStatus::Answered };
        match planner.inquiry(topic.clone(), &self.directory) {
            Ok(inquiry) => {
                effects.push(AppEffect::Work(WorkerJob::Ask(inquiry)));
                SideQueryStatus::Waiting
            }
            Err(refusal) => SideQueryStatus::Failed(refusal.text),
        }
    }

    /// Repeats the question of the top box.
    pub(in crate::app) fn ask_again(&mut self, effects: &mut Vec<AppEffect>) {
        let Some(topic) = self.aside().map(|aside| aside.topic.clone()) else { return };
        if let SideQueryKind::AuditLog(_) = topic {
            return self.open_audit(effects);
        }
        let asked = self.ask(&topic, effects);
        if let Some(Overlay::Aside(aside)) = self.overlays.last_mut() {
            aside.asked = asked;
        }
    }

    /// Updates the boxes after a change has moved on.
    pub(in crate::app) fn moved_aside(&mut self, id: ChangeId, state: ChangeState, effects: &mut Vec<AppEffect>) {
        let moved = self.activity.entries.get(&id).map(|entry| (entry.step.change.clone(), entry.created.clone()));
        if let Some((change, created)) = moved.filter(|_| !state.is_open()) {
            if created.is_some() {
                self.aside_follow(&change, created.as_ref());
            }
            self.ask_after(&change, effects);
        }
        self.keep_aside_cursors();
    }

    /// Repeats the question of an open box where the change's own answers do not cover it: a team's people, who are
    /// members over SCIM, and attributes that have a separate kind of change.
    fn ask_after(&mut self, change: &Change, effects: &mut Vec<AppEffect>) {
        let topic = match change.verb() {
            ChangeVerb::AddMember | ChangeVerb::RemoveMember | ChangeVerb::SetTeamRole | ChangeVerb::ReplaceMembers => {
                |target: ResourceRef| SideQueryKind::Roster(target.id)
            }
            ChangeVerb::SetDisplayName | ChangeVerb::Deactivate | ChangeVerb::Reactivate => SideQueryKind::Resource,
            _ => return,
        };
        let touched: Vec<SideQueryKind> = change.touches().into_iter().map(|(target, _)| topic(target)).collect();
        let open = |topic: &&SideQueryKind| self.overlays.iter().any(|overlay| is_about(overlay, topic));
        if let Some(topic) = touched.iter().find(open) {
            let asked = self.ask(topic, effects);
            self.set_asked(topic, &asked);
        }
    }

    /// Marks the questions of open boxes about these topics as answered.
    pub(in crate::app) fn answered(&mut self, topics: &[SideQueryKind]) {
        for topic in topics {
            self.set_asked(topic, &SideQueryStatus::Answered);
        }
    }

    /// Marks questions as failed. True if a box has the topic.
    pub(in crate::app) fn ask_failed(&mut self, topic: &SideQueryKind, why: String) -> bool {
        self.set_asked(topic, &SideQueryStatus::Failed(why))
    }

    fn set_asked(&mut self, topic: &SideQueryKind, asked: &SideQueryStatus) -> bool {
        let mut any = false;
        for overlay in &mut self.overlays {
            if let Overlay::Aside(aside) = overlay
                && aside.topic == *topic
            {
                aside.asked = asked.clone();
                any = true;
            }
        }
        any
    }
}

/// The topics of these records outside the lists.
pub(in crate::app) fn topics(fresh: &[Observation]) -> Vec<SideQueryKind> {
    let told = fresh.iter().filter_map(|one| match one {
        Observation::Told(topic, _) => Some(topic.clone()),
        _ => None,
    });
    told.collect()
}

fn is_about(overlay: &Overlay, topic: &SideQueryKind) -> bool {
    matches!(overlay, Overlay::Aside(aside) if aside.topic == *topic)
}
