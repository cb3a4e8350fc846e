//! Boxes for what is told beside the lists: an account with its API keys, a team's members and invitations.
//!
//! What was told before is shown while it is asked for again. The cursor stays with its row when others come and go, so
//! that a key pressed a moment later means what was read.

use super::{App, Effect, Overlay, action::Action, form::Form};
use crate::directory::{
    Fresh, Id, Target,
    aside::{ApiKey, Participant, Person, Topic},
    change::{Change, Verb},
    plan::Unsupported,
    work::Job,
};

/// How the question behind a box stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// Under way.
    Waiting,
    /// Told.
    Answered,
    /// Not told, and why.
    Failed(String),
}

/// State of such a box.
#[derive(Debug)]
pub struct Aside {
    /// What it is about.
    pub topic: Topic,
    /// Row with the cursor.
    pub cursor: usize,
    /// How its question stands.
    pub asked: Asked,
    /// The row with the cursor, to find it again.
    at: Option<Id>,
}

/// An API key in the list.
#[derive(Debug, Clone, Copy)]
pub enum KeyRow<'a> {
    /// One that is being made.
    Coming {
        /// Its provisional id.
        id: &'a Id,
        /// What it is for.
        description: &'a str,
    },
    /// One that was told.
    There {
        /// As told.
        key: &'a ApiKey,
        /// It is being deleted.
        going: bool,
    },
}

/// Somebody in the list of a team.
#[derive(Debug, Clone, Copy)]
pub enum PartRow<'a> {
    /// Somebody who is being invited.
    Coming {
        /// The invitation's provisional id.
        id: &'a Id,
        /// Email or user name.
        to: &'a str,
        /// As the team's admin.
        admin: bool,
    },
    /// Somebody who was told.
    There {
        /// As told.
        one: &'a Participant,
        /// The invitation is being taken back, or the member out.
        going: bool,
    },
}

impl KeyRow<'_> {
    fn id(&self) -> &Id {
        match self {
            KeyRow::Coming { id, .. } => id,
            KeyRow::There { key, .. } => &key.id,
        }
    }
}

impl PartRow<'_> {
    fn id(&self) -> &Id {
        match self {
            PartRow::Coming { id, .. } => id,
            PartRow::There { one, .. } => &one.id,
        }
    }
}

impl App {
    /// Whose account it is, as told; `None` where nothing was told yet.
    pub fn person(&self, topic: &Topic) -> Option<&Person> {
        self.directory.person(topic)
    }

    /// The id of the account's owner, where it is known.
    fn owner<'a>(&'a self, topic: &'a Topic) -> Option<&'a Id> {
        match topic {
            Topic::Person(id) => Some(id),
            _ => self.person(topic).map(|person| &person.id),
        }
    }

    /// The API keys of an account: those that are being made, then those that were told.
    pub fn key_rows(&self, topic: &Topic) -> Vec<KeyRow<'_>> {
        let target = self.owner(topic).map(Target::user);
        let pending: Vec<&Change> = target.iter().flat_map(|target| self.directory.changes_on(target)).collect();
        let coming = pending.iter().filter_map(|change| match change {
            Change::CreateKey { key, description, .. } => Some(KeyRow::Coming { id: key, description }),
            _ => None,
        });
        let goes = |id: &Id| pending.iter().any(|change| matches!(change, Change::DeleteKey { key, .. } if key == id));
        let told = self.person(topic).and_then(|person| person.keys.as_deref()).unwrap_or_default();
        coming.chain(told.iter().map(|key| KeyRow::There { key, going: goes(&key.id) })).collect()
    }

    /// A team's people: who is being invited, who is invited, members by name.
    pub fn part_rows(&self, team: &Id) -> Vec<PartRow<'_>> {
        let pending: Vec<&Change> = self.directory.changes_on(&Target::team(team)).collect();
        let coming = pending.iter().filter_map(|change| match change {
            Change::Invite { key, to, admin, .. } => Some(PartRow::Coming { id: key, to, admin: *admin }),
            _ => None,
        });
        let goes = |one: &Participant| {
            pending.iter().any(|change| match change {
                Change::RevokeInvite { invite, .. } => *invite == one.id,
                Change::RemoveMember { user, .. } => {
                    !one.pending && self.directory.user(user).is_some_and(|user| user.user_name == one.user_name)
                }
                _ => false,
            })
        };
        let mut told: Vec<&Participant> = self.directory.roster(team).unwrap_or_default().iter().collect();
        told.sort_by_cached_key(|one| {
            (!one.pending, one.account.is_service(), one.label().raw().to_lowercase(), one.id.clone())
        });
        coming.chain(told.into_iter().map(|one| PartRow::There { one, going: goes(one) })).collect()
    }

    fn row_ids(&self, topic: &Topic) -> Vec<Id> {
        match topic {
            Topic::Roster(team) => self.part_rows(team).iter().map(|row| row.id().clone()).collect(),
            _ => self.key_rows(topic).iter().map(|row| row.id().clone()).collect(),
        }
    }

    /// The box of this kind on top.
    pub fn aside(&self) -> Option<&Aside> {
        match self.overlays.last() {
            Some(Overlay::Aside(aside)) => Some(aside),
            _ => None,
        }
    }

    /// How many rows it has.
    pub(super) fn aside_len(&self) -> usize {
        self.aside().map_or(0, |aside| self.row_ids(&aside.topic).len())
    }

    /// Puts the cursor of the box on top on a row.
    pub(super) fn aside_go(&mut self, to: usize) {
        let at = self.aside().and_then(|aside| self.row_ids(&aside.topic).into_iter().nth(to));
        if let Some(Overlay::Aside(aside)) = self.overlays.last_mut() {
            (aside.cursor, aside.at) = (to, at);
        }
    }

    /// Rows came or went: each cursor stays on its row.
    pub(super) fn keep_aside_cursors(&mut self) {
        let mut overlays = std::mem::take(&mut self.overlays);
        for overlay in &mut overlays {
            let Overlay::Aside(aside) = overlay else { continue };
            let ids = self.row_ids(&aside.topic);
            let kept = aside.at.as_ref().and_then(|at| ids.iter().position(|id| id == at));
            aside.cursor = kept.unwrap_or(aside.cursor).min(ids.len().saturating_sub(1));
            aside.at = ids.into_iter().nth(aside.cursor);
        }
        self.overlays = overlays;
    }

    /// Opens the box, and asks.
    pub(super) fn open_aside(&mut self, action: Action, effects: &mut Vec<Effect>) {
        let topic = match (action, self.subject()) {
            (Action::MyAccount, _) => Topic::Me,
            (Action::Invitations, Some(team)) => Topic::Roster(team.id),
            (_, Some(user)) => self.topic_of(user.id),
            (_, None) => return,
        };
        let asked = self.ask(&topic, effects);
        if let Some(Overlay::Aside(aside)) = self.overlays.last_mut().filter(|top| is_about(top, &topic)) {
            aside.asked = asked;
            return;
        }
        self.overlays.push(Overlay::Aside(Aside { topic, cursor: 0, asked, at: None }));
        self.keep_aside_cursors();
    }

    /// One's own account is asked for as one's own: that needs no admin.
    fn topic_of(&self, user: Id) -> Topic {
        let told = self.person(&Topic::Me).map(|me| me.id == user);
        let named = || {
            let me = self.guards.me.as_deref()?;
            Some(self.directory.user(&user)?.user_name.is(me))
        };
        if told.or_else(named) == Some(true) { Topic::Me } else { Topic::Person(user) }
    }

    fn ask(&self, topic: &Topic, effects: &mut Vec<Effect>) -> Asked {
        let Some(planner) = self.planner.as_deref() else { return Asked::Answered };
        match planner.inquiry(topic.clone(), &self.directory) {
            Ok(inquiry) => {
                effects.push(Effect::Work(Job::Ask(inquiry)));
                Asked::Waiting
            }
            Err(Unsupported(why)) => Asked::Failed(why),
        }
    }

    /// Asks again what the box on top shows.
    pub(super) fn ask_again(&mut self, effects: &mut Vec<Effect>) {
        let Some(topic) = self.aside().map(|aside| aside.topic.clone()) else { return };
        let asked = self.ask(&topic, effects);
        if let Some(Overlay::Aside(aside)) = self.overlays.last_mut() {
            aside.asked = asked;
        }
    }

    /// Asks for a team's people again where its box is open: who is a member was changed by SCIM, which says nothing
    /// of this list.
    pub(super) fn ask_after(&mut self, change: &Change, effects: &mut Vec<Effect>) {
        if !matches!(change.verb(), Verb::AddMember | Verb::RemoveMember | Verb::SetTeamRole | Verb::ReplaceMembers) {
            return;
        }
        let touched: Vec<Topic> = change.touches().into_iter().map(|(target, _)| Topic::Roster(target.id)).collect();
        let open = |topic: &&Topic| self.overlays.iter().any(|overlay| is_about(overlay, topic));
        if let Some(topic) = touched.iter().find(open) {
            let asked = self.ask(topic, effects);
            self.set_asked(topic, &asked);
        }
    }

    /// Some of this may answer what an open box has asked.
    pub(super) fn answered(&mut self, topics: &[Topic]) {
        for topic in topics {
            self.set_asked(topic, &Asked::Answered);
        }
    }

    /// True if a box shows that.
    pub(super) fn ask_failed(&mut self, topic: &Topic, why: String) -> bool {
        self.set_asked(topic, &Asked::Failed(why))
    }

    fn set_asked(&mut self, topic: &Topic, asked: &Asked) -> bool {
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

    /// A new key, an invitation, or the end of the one under the cursor.
    pub(super) fn change_aside(&mut self, action: Action, effects: &mut Vec<Effect>) {
        let ends = match action {
            Action::DeleteKey => self.key_deletion(),
            Action::Uninvite => self.part_removal(),
            _ => {
                let form = match self.aside().map(|aside| &aside.topic) {
                    Some(Topic::Roster(team)) => self.directory.team(team).map(Form::invite),
                    _ => self.person(&Topic::Me).map(Form::new_key),
                };
                self.overlays.extend(form.map(Overlay::Form));
                return;
            }
        };
        match ends {
            Ok(change) => self.propose(vec![change], effects),
            Err(why) => self.say(why),
        }
    }

    /// Whether a key can be made here: the owner of the key in use is who gets it.
    pub(super) fn can_make_key(&self) -> Result<(), String> {
        match self.aside().map(|aside| &aside.topic) {
            Some(Topic::Me) if self.person(&Topic::Me).is_some() => Ok(()),
            Some(Topic::Me) => Err("It is not known yet whose key is in use.".into()),
            _ => {
                let own = self.keymap.label(Action::MyAccount).unwrap_or_default();
                Err(format!("The server makes keys only for whoever asks; {own} opens your own account."))
            }
        }
    }

    /// The deletion of the key under the cursor.
    pub(super) fn key_deletion(&self) -> Result<Change, String> {
        let nothing = || "There is no key here to delete.".to_owned();
        let aside = self.aside().ok_or_else(nothing)?;
        match self.key_rows(&aside.topic).get(aside.cursor) {
            None => Err(nothing()),
            Some(KeyRow::Coming { .. }) => Err("This key is being made.".into()),
            Some(KeyRow::There { going: true, .. }) => Err("This key is being deleted already.".into()),
            Some(KeyRow::There { key, .. }) => {
                let name = if key.name.is_empty() { key.id.to_string() } else { key.name.raw().to_owned() };
                let owner = self.owner(&aside.topic).cloned().ok_or_else(nothing)?;
                Ok(Change::DeleteKey { owner, key: key.id.clone(), name })
            }
        }
    }

    /// The end of the invitation or the membership under the cursor.
    ///
    /// # Errors
    /// Why there is none, in a sentence.
    pub fn part_removal(&self) -> Result<Change, String> {
        let nothing = || "Nobody is here to be taken out.".to_owned();
        let Some(Aside { topic: Topic::Roster(team), cursor, .. }) = self.aside() else { return Err(nothing()) };
        match self.part_rows(team).get(*cursor) {
            None => Err(nothing()),
            Some(PartRow::Coming { .. }) => Err("This invitation is on its way.".into()),
            Some(PartRow::There { going: true, .. }) => Err("This is on its way already.".into()),
            Some(PartRow::There { one, .. }) if one.pending => {
                let to = one.label().raw().to_owned();
                Ok(Change::RevokeInvite { team: team.clone(), invite: one.id.clone(), to })
            }
            Some(PartRow::There { one, .. }) if one.account.is_service() => {
                Err(self.word("The server adds a team's service accounts and takes them out by itself.").into())
            }
            Some(PartRow::There { one, .. }) => {
                let user = self.directory.user_named(one.user_name.raw()).filter(|_| !one.user_name.is_empty());
                let user = user.ok_or_else(|| {
                    let key = self.keymap.label(Action::Refresh).unwrap_or_default();
                    format!("{} is not among the users known here; {key} on the list reads them again.", one.label())
                })?;
                Ok(Change::RemoveMember { team: team.clone(), user: user.id.clone() })
            }
        }
    }
}

/// What of this was told beside the lists.
pub(super) fn topics(fresh: &[Fresh]) -> Vec<Topic> {
    let told = fresh.iter().filter_map(|one| match one {
        Fresh::Told(topic, _) => Some(topic.clone()),
        _ => None,
    });
    told.collect()
}

fn is_about(overlay: &Overlay, topic: &Topic) -> bool {
    matches!(overlay, Overlay::Aside(aside) if aside.topic == *topic)
}
