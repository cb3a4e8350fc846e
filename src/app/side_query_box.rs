//! Boxes with data outside the lists: an account with its API keys, a team's members and invitations, all attributes of
//! a record.
//!
//! The last answer stays on screen while the server is asked again. The cursor stays with its row when other rows come
//! and go, so that a key pressed a moment later acts on the row that the person read.

use crossterm::event::Event;

use super::{
    App, Overlay,
    action::Scope,
    audit_search::AuditSearch,
    overlay::{CursorTravel, OverlayBehavior},
};
use crate::directory::{
    Id, ResourceRef,
    change::Change,
    side_query::{AccountDetails, ApiKey, Setting, SideQueryKind, TeamParticipant},
};

mod asking;
mod attributes;
mod ends;

pub(super) use asking::topics;

/// The state of a box's question to the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SideQueryStatus {
    /// The answer is on its way.
    Waiting,
    /// The server has answered.
    Answered,
    /// The question failed; holds the reason.
    Failed(String),
}

/// State of a box with data outside the lists.
#[derive(Debug)]
pub struct SideQueryBox {
    /// The topic of the box.
    pub topic: SideQueryKind,
    /// The row with the cursor.
    pub cursor: usize,
    /// The state of the question.
    pub asked: SideQueryStatus,
    /// Filter and order of the audit log; of other boxes nothing.
    pub search: AuditSearch,
    /// The id of the row with the cursor, to find the row again.
    at: Option<Id>,
}

impl SideQueryBox {
    /// A box about a topic.
    pub(super) fn new(topic: SideQueryKind, asked: SideQueryStatus) -> Self {
        Self { topic, cursor: 0, asked, search: AuditSearch::default(), at: None }
    }

    /// Goes to the first row.
    pub(super) fn first(&mut self, app: &App) {
        self.cursor = 0;
        self.at = app.row_ids(self).into_iter().next();
    }
}

/// An API key in the list.
#[derive(Debug, Clone, Copy)]
pub enum KeyRow<'a> {
    /// A key that is being made.
    Coming {
        /// The key's provisional id.
        id: &'a Id,
        /// The purpose of the key.
        description: &'a str,
    },
    /// A key that the server has listed.
    There {
        /// The key as the server listed it.
        key: &'a ApiKey,
        /// The key is being deleted.
        going: bool,
    },
}

/// A person in the list of a team.
#[derive(Debug, Clone, Copy)]
pub enum PartRow<'a> {
    /// A person who is being invited.
    Coming {
        /// The invitation's provisional id.
        id: &'a Id,
        /// The email or user name of the person.
        to: &'a str,
        /// The person becomes the team's admin.
        admin: bool,
    },
    /// A person whom the server has listed.
    There {
        /// The person as the server listed them.
        one: &'a TeamParticipant,
        /// The invitation is being withdrawn, or the member removed.
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

impl OverlayBehavior for SideQueryBox {
    fn scopes(&self) -> &'static [Scope] {
        match self.topic {
            SideQueryKind::Roster(_) => &[Scope::Invitations, Scope::Work, Scope::Global],
            SideQueryKind::Me | SideQueryKind::Person(_) => &[Scope::Account, Scope::Work, Scope::Global],
            SideQueryKind::Resource(_) => &[Scope::Attributes, Scope::Work, Scope::Global],
            SideQueryKind::AuditLog(_) if self.search.filtering => &[Scope::AuditFilter, Scope::Global],
            SideQueryKind::AuditLog(_) => &[Scope::Audit, Scope::Work, Scope::Global],
            SideQueryKind::Organisations | SideQueryKind::Settings | SideQueryKind::Schemas | SideQueryKind::Types => {
                &[Scope::Work, Scope::Global]
            }
        }
    }

    fn is_typing(&self) -> bool {
        self.search.filtering
    }

    fn edit(&mut self, event: &Event, app: &App) {
        if self.search.edit(event, app) {
            self.first(app);
        }
    }

    fn back(&mut self) -> bool {
        self.search.clear()
    }

    fn travel(&mut self, to: &CursorTravel, app: &App) {
        let rows = app.row_ids(self);
        to.go(&mut self.cursor, rows.len());
        self.at = rows.into_iter().nth(self.cursor);
    }

    fn outlasts_plan(&self) -> bool {
        true
    }
}

impl App {
    /// The account's owner, as the server told; `None` before the answer.
    pub fn person(&self, topic: &SideQueryKind) -> Option<&AccountDetails> {
        self.directory.person(topic)
    }

    /// The id of the account's owner, where it is known.
    fn owner<'a>(&'a self, topic: &'a SideQueryKind) -> Option<&'a Id> {
        match topic {
            SideQueryKind::Person(id) => Some(id),
            _ => self.person(topic).map(|person| &person.id),
        }
    }

    /// The API keys of an account: first those that are being made, then those that the server listed.
    pub fn key_rows(&self, topic: &SideQueryKind) -> Vec<KeyRow<'_>> {
        let target = self.owner(topic).map(ResourceRef::user);
        let pending: Vec<&Change> = target.iter().flat_map(|target| self.directory.changes_on(target)).collect();
        let coming = pending.iter().filter_map(|change| match change {
            Change::CreateKey { key, description, .. } => Some(KeyRow::Coming { id: key, description }),
            _ => None,
        });
        let goes = |id: &Id| pending.iter().any(|change| matches!(change, Change::DeleteKey { key, .. } if key == id));
        let told = self.person(topic).and_then(|person| person.keys.as_deref()).unwrap_or_default();
        coming.chain(told.iter().map(|key| KeyRow::There { key, going: goes(&key.id) })).collect()
    }

    /// A team's people: persons who are being invited, invited persons, members by name.
    pub fn part_rows(&self, team: &Id) -> Vec<PartRow<'_>> {
        let pending: Vec<&Change> = self.directory.changes_on(&ResourceRef::team(team)).collect();
        let coming = pending.iter().filter_map(|change| match change {
            Change::Invite { key, to, admin, .. } => Some(PartRow::Coming { id: key, to, admin: *admin }),
            _ => None,
        });
        let goes = |one: &TeamParticipant| {
            pending.iter().any(|change| match change {
                Change::RevokeInvite { invite, .. } => *invite == one.id,
                Change::RemoveMember { user, .. } => {
                    !one.pending && self.directory.user(user).is_some_and(|user| user.user_name == one.user_name)
                }
                _ => false,
            })
        };
        let mut told: Vec<&TeamParticipant> = self.directory.roster(team).unwrap_or_default().iter().collect();
        told.sort_by_cached_key(|one| {
            (!one.pending, one.account.is_service(), one.label().raw().to_lowercase(), one.id.clone())
        });
        coming.chain(told.into_iter().map(|one| PartRow::There { one, going: goes(one) })).collect()
    }

    /// The provider's settings from the server; without values before the answer.
    pub fn settings(&self) -> &[Setting] {
        let unknown = self.capabilities().map(|can| can.settings.as_slice()).unwrap_or_default();
        self.directory.settings().unwrap_or(unknown)
    }

    fn row_ids(&self, aside: &SideQueryBox) -> Vec<Id> {
        match &aside.topic {
            SideQueryKind::Roster(team) => self.part_rows(team).iter().map(|row| row.id().clone()).collect(),
            SideQueryKind::Resource(target) => self.attribute_ids(target),
            SideQueryKind::AuditLog(_) => self.audit_shown(aside).iter().map(|entry| entry.id.clone()).collect(),
            SideQueryKind::Settings => self.settings().iter().map(|setting| Id::from(setting.name)).collect(),
            topic => self.key_rows(topic).iter().map(|row| row.id().clone()).collect(),
        }
    }

    /// The top box, if it is of this kind.
    pub fn aside(&self) -> Option<&SideQueryBox> {
        match self.overlays.last() {
            Some(Overlay::Aside(aside)) => Some(aside),
            _ => None,
        }
    }

    /// Records came or went: each cursor stays on its row.
    pub(super) fn keep_aside_cursors(&mut self) {
        let mut overlays = std::mem::take(&mut self.overlays);
        for overlay in &mut overlays {
            let Overlay::Aside(aside) = overlay else { continue };
            let ids = self.row_ids(aside);
            let kept = aside.at.as_ref().and_then(|at| ids.iter().position(|id| id == at));
            aside.cursor = kept.unwrap_or(aside.cursor).min(ids.len().saturating_sub(1));
            aside.at = ids.into_iter().nth(aside.cursor);
        }
        self.overlays = overlays;
    }
}
