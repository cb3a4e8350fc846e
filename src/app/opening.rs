//! A profile is opened, or not.

use super::{
    ActivityState, App, AppEffect, ListPanes, OpenedProfile, Overlay, ScreenState, SendingState, SessionState,
    UnopenedProfile, form, palette, profiles, stepped_task,
};

impl App {
    pub(super) fn on_open_failed(&mut self, unopened: UnopenedProfile) {
        self.known_profiles.saving = false;
        // The first screen shows it in full; over an open profile the form does.
        let form =
            unopened.draft.as_deref().filter(|_| self.session.profile.is_some()).map(form::FormState::edit_profile);
        match form {
            Some(mut form) => {
                form.refuse("key", unopened.why.clone());
                self.overlays.push(Overlay::Form(form));
            }
            None if self.session.profile.is_some() || unopened.draft.is_none() => self.fail(unopened.why.clone()),
            None => {}
        }
        self.known_profiles.unopened = Some(unopened).filter(|unopened| unopened.draft.is_some());
    }

    pub(super) fn on_profile_refused(&mut self, field: &str, why: String) {
        self.known_profiles.saving = false;
        self.screen.message = None;
        match self.overlays.last_mut() {
            Some(Overlay::Form(form)) => form.refuse(field, why),
            _ => self.fail(why),
        }
    }

    pub(super) fn on_opened(&mut self, opened: OpenedProfile, effects: &mut Vec<AppEffect>) {
        let old = std::mem::take(&mut self.directory).into_records();
        effects.push(AppEffect::Discard(Box::new(old)));
        let arranged = self.lists.arranged();
        let said = self.known_profiles.said_before_opening.take();
        self.known_profiles = profiles::KnownProfiles {
            names: std::mem::take(&mut self.known_profiles.names),
            config_path: std::mem::take(&mut self.known_profiles.config_path),
            ..Default::default()
        };
        self.lists = ListPanes::default();
        self.activity = ActivityState::default();
        self.sending = SendingState::new(self.sending.ids);
        self.overlays = self.take_secrets();
        self.screen = ScreenState::new(self.screen.size);
        self.stepped = stepped_task::SteppedWork::default();
        if opened.profile.name != palette::DEMO && !self.known_profiles.names.contains(&opened.profile.name) {
            self.known_profiles.names.push(opened.profile.name.clone());
        }
        let holds = opened.planner.capabilities().holds();
        self.lists.panes.iter_mut().for_each(|pane| pane.holds = holds);
        self.lists.arrange_as(arranged);
        let can = opened.planner.capabilities();
        if can.no_roles.is_none() && !can.derived_roles {
            self.directory.predefine(can.org_roles.iter().chain(&can.team_roles).map(|role| &role.name));
        }
        self.session = SessionState {
            profile: Some(opened.profile),
            planner: Some(opened.planner),
            guards: opened.guards,
            ..Default::default()
        };
        said.into_iter().for_each(|words| self.fail(words));
    }
}
