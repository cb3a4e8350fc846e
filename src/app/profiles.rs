//! The list of profiles: open, add, copy, edit, test or delete one.

use super::{
    App, AppEffect, FailedTest, ListedProfiles, Overlay, UnopenedProfile, UnreadProfiles,
    action::{Action, Scope},
    form::{FormState, ProfileDraft},
    overlay::{CursorTravel, OverlayBehavior},
    palette::DEMO,
};

/// The profiles of the config, and the way to one that is open.
#[derive(Debug, Default)]
pub struct KnownProfiles {
    /// Their names, for `:profile`.
    pub names: Vec<String>,
    /// The path of the config file that keeps them, for the first screen.
    pub config_path: String,
    /// The profile that was to be opened last and can't be.
    pub unopened: Option<UnopenedProfile>,
    /// A message to show once the profile is open again.
    pub(super) said_before_opening: Option<String>,
    /// True while a profile is asked for and saved.
    pub(super) saving: bool,
}

/// State of the box.
#[derive(Debug, Default)]
pub struct ProfilesBox {
    /// The profiles of the config file, as their forms begin.
    pub profiles: Vec<ProfileDraft>,
    /// The profile with the cursor.
    pub cursor: usize,
    /// The last test: the profile's name, and the outcome in words.
    pub tested: Option<(String, Result<String, FailedTest>)>,
    /// The person was told that pressing the same key again deletes the profile.
    deleting: bool,
}

impl ProfilesBox {
    /// The profile under the cursor.
    pub fn selected(&self) -> Option<&ProfileDraft> {
        self.profiles.get(self.cursor)
    }
}

impl OverlayBehavior for ProfilesBox {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Profiles, Scope::Global]
    }

    fn travel(&mut self, to: &CursorTravel, _: &App) {
        self.deleting = false;
        to.go(&mut self.cursor, self.profiles.len());
    }
}

impl App {
    pub(super) fn on_profiles_key(&mut self, action: Action, effects: &mut Vec<AppEffect>) {
        if action == Action::Profiles {
            return effects.push(AppEffect::ListProfiles);
        }
        let Some(Overlay::Profiles(list)) = self.overlays.last_mut() else { return };
        let again = std::mem::take(&mut list.deleting);
        let selected = list.selected().cloned();
        let form = match (action, selected) {
            (Action::AddProfile, _) => FormState::new_profile(),
            (Action::CopyProfile, Some(draft)) => FormState::copied_profile(&draft),
            (Action::ChangeProfile, Some(draft)) => FormState::edit_profile(&draft),
            (Action::OpenProfile, Some(draft)) => return effects.push(AppEffect::Open(Some(draft.name))),
            (Action::TestProfile, Some(draft)) => {
                self.say(format!("Asking the server of {} whether it takes the key …", draft.name));
                return effects.push(AppEffect::TestProfile(draft));
            }
            (Action::DeleteProfile, Some(draft)) => return self.delete_profile(draft.name, again, effects),
            _ => return self.say("There is no profile yet."),
        };
        self.overlays.push(Overlay::Form(form));
    }

    fn delete_profile(&mut self, name: String, again: bool, effects: &mut Vec<AppEffect>) {
        if self.session.profile.as_ref().is_some_and(|open| open.name == name) {
            return self.say(format!("{name} is open: open another profile first."));
        }
        if again {
            return effects.push(AppEffect::DeleteProfile(name));
        }
        let key = self.keymap.label(Action::DeleteProfile).unwrap_or_default();
        self.say(format!("{key} again deletes {name} from the config file. Its journal and its key stay."));
        if let Some(Overlay::Profiles(list)) = self.overlays.last_mut() {
            list.deleting = true;
        }
    }

    /// The profiles of the config file were read, after the words about what was done to them.
    pub(super) fn on_profiles(&mut self, read: Result<ListedProfiles, UnreadProfiles>) {
        let ListedProfiles { drafts: profiles, words } = match read {
            Err(why) => return self.fail(why.to_string()),
            Ok(read) => read,
        };
        self.known_profiles.names = profiles.iter().map(|draft| draft.name.clone()).collect();
        if !words.is_empty() {
            self.say(words);
        }
        if let Some(Overlay::Profiles(list)) = self.overlays.last_mut() {
            list.cursor = list.cursor.min(profiles.len().saturating_sub(1));
            list.profiles = profiles;
        } else {
            let open = self.session.profile.as_ref().map(|profile| profile.name.as_str()).filter(|name| *name != DEMO);
            let cursor = profiles.iter().position(|draft| Some(draft.name.as_str()) == open).unwrap_or(0);
            self.overlays.push(Overlay::Profiles(ProfilesBox { profiles, cursor, ..ProfilesBox::default() }));
        }
    }

    /// The server of a profile has answered a test, or has not.
    pub(super) fn on_profile_tested(&mut self, name: String, outcome: Result<String, FailedTest>) {
        self.screen.message = None;
        match self.overlays.last_mut() {
            Some(Overlay::Profiles(list)) => list.tested = Some((name, outcome)),
            _ => match outcome {
                Ok(words) => self.say(format!("{name}: {words}")),
                Err(why) => self.fail(format!("{name}: {why}")),
            },
        }
    }
}
