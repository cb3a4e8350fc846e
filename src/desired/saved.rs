//! A plan saved in a file: the changes, and the values of each record at that time. Applying the file builds all
//! requests anew, so that nothing but changes can come out of such a file.

use std::hash::{Hash, Hasher};

use jiff::Timestamp;
use rustc_hash::{FxHashMap, FxHasher};
use serde::{Deserialize, Serialize};

use crate::directory::{
    Directory, Id, RecordKind, ResourceRef,
    change::{Change, ChangeId, ChangedField, RoleDraft},
    record::User,
    refusal::{Refusal, RefusalCode},
    words::PlanLine,
};

/// The version that is written and read.
pub const VERSION: u64 = 1;

/// The content of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedPlan {
    /// The format's version; the key distinguishes the file from other JSON.
    pub scimitar_plan: u64,
    /// The profile with which the plan was made.
    pub profile: String,
    /// That profile's server.
    pub server: String,
    /// The time at which the plan was made.
    pub made: Timestamp,
    /// The plan's title, in words.
    pub title: String,
    /// The changes in the order of sending.
    pub changes: Vec<SavedChange>,
}

/// Data about a plan as a whole.
#[derive(Debug, Clone, Copy)]
pub struct Head<'a> {
    /// The plan's title, in words.
    pub title: &'a str,
    /// The profile with which the plan is made.
    pub profile: &'a str,
    /// That profile's server.
    pub server: &'a str,
    /// The time at which the plan is made.
    pub made: Timestamp,
}

/// A change of a saved plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedChange {
    /// The change in words, for reviewers of the file.
    pub words: PlanLine,
    /// The change itself.
    pub change: Change,
    /// The values on which the change was planned.
    pub was: Vec<SavedValue>,
}

/// A value at the time of planning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedValue {
    /// The name of the record.
    pub name: String,
    /// The name of the property.
    pub what: String,
    /// The value, in words.
    pub value: String,
}

/// The reason why a text is no saved plan.
#[derive(Debug, thiserror::Error)]
pub enum NoPlan {
    /// The text is not a saved plan's document.
    #[error("this is no plan that scimitar saved: {0}")]
    Unreadable(#[from] serde_json::Error),
    /// This program does not read the plan's version.
    #[error("this program reads plans of version {VERSION}, not {0}")]
    Version(u64),
}

impl SavedPlan {
    /// Saves a plan: its changes in words, in the order of sending.
    pub fn of<'a>(
        changes: impl Iterator<Item = (&'a Change, &'a PlanLine)>,
        head: Head<'_>,
        directory: &Directory,
    ) -> Self {
        let saved = |(change, words): (&Change, &PlanLine)| SavedChange {
            words: words.clone(),
            change: change.clone(),
            was: was(change, directory),
        };
        Self {
            scimitar_plan: VERSION,
            profile: head.profile.to_owned(),
            server: head.server.to_owned(),
            made: head.made,
            title: head.title.to_owned(),
            changes: changes.map(saved).collect(),
        }
    }

    /// True if the text looks like a saved plan of any version.
    pub fn is_one(text: &str) -> bool {
        let head: String = text.chars().take(200).collect();
        text.trim_start().starts_with('{') && head.contains("\"scimitar_plan\"")
    }

    /// Reads a saved plan.
    pub fn read(text: &str) -> Result<Self, NoPlan> {
        #[derive(Deserialize)]
        struct Head {
            scimitar_plan: u64,
        }
        let head: Head = serde_json::from_str(text)?;
        if head.scimitar_plan != VERSION {
            return Err(NoPlan::Version(head.scimitar_plan));
        }
        Ok(serde_json::from_str(text)?)
    }

    /// The changes whose records are unchanged, with new ids for created records; for the other changes, the value that
    /// differs.
    pub fn renew(
        &self,
        directory: &Directory,
        key: &mut dyn FnMut() -> ChangeId,
    ) -> (Vec<Change>, Vec<(PlanLine, Refusal)>) {
        let mut fresh: FxHashMap<Id, Id> = FxHashMap::default();
        for saved in &self.changes {
            if let Some(old) = saved.change.creates() {
                fresh.insert(old.clone(), key().provisional());
            }
        }
        let (mut changes, mut moved) = (Vec::new(), Vec::new());
        for saved in &self.changes {
            match difference(&saved.was, &was(&saved.change, directory)) {
                Some(why) => moved.push((saved.words.clone(), why)),
                None => changes.push(saved.change.clone().with_ids(|id| fresh.get(id).cloned())),
            }
        }
        (changes, moved)
    }
}

/// "role in vision was member when this was planned and is admin now".
fn difference(then: &[SavedValue], now: &[SavedValue]) -> Option<Refusal> {
    if then.len() != now.len() {
        return Some(Refusal::new(RefusalCode::UnknownRecord, "the record is not there any more"));
    }
    let moved = then.iter().zip(now).find(|(then, now)| then.value != now.value);
    moved.map(|(then, now)| {
        let said = |value: &str| value.split(" #").next().unwrap_or_default().to_owned();
        let (was, is) = (said(&then.value), said(&now.value));
        let why = if was == is {
            format!("{} of {} is another than when this was planned", then.what, then.name)
        } else {
            format!("{} of {} was {was} when this was planned and is {is} now", then.what, then.name)
        };
        Refusal::new(RefusalCode::Changed, why)
    })
}

/// The values on which a change is planned, for existing records.
fn was(change: &Change, directory: &Directory) -> Vec<SavedValue> {
    let whole = matches!(change, Change::ReplaceMembers { .. });
    change.touches().iter().filter_map(|(target, field)| value(directory, target, field, whole)).collect()
}

fn value(directory: &Directory, target: &ResourceRef, field: &ChangedField, members: bool) -> Option<SavedValue> {
    let (name, (what, value)) = match target.kind {
        RecordKind::User => {
            let user = directory.user(&target.id)?;
            (user.user_name.as_str().to_owned(), of_user(user, field, directory)?)
        }
        RecordKind::Team => {
            let team = directory.team(&target.id)?;
            // Other members change all the time, and matter only if the whole list is replaced or deleted.
            if *field != ChangedField::Whole && !members {
                return None;
            }
            let mut ids: Vec<&Id> = team.members.iter().flatten().map(|member| &member.id).collect();
            ids.sort();
            (team.name.as_str().to_owned(), ("members".into(), format!("{} #{}", ids.len(), digest(&ids))))
        }
        RecordKind::Role => {
            let role = directory.role(&target.id)?;
            let draft = RoleDraft::of(role);
            let text = (&draft.name, &draft.description, &draft.inherits, &draft.added);
            let words = format!("{} permissions on {} #{}", draft.added.len(), role.inherits, digest(&text));
            (role.name.as_str().to_owned(), ("definition".into(), words))
        }
    };
    Some(SavedValue { name, what, value })
}

fn of_user(user: &User, field: &ChangedField, directory: &Directory) -> Option<(String, String)> {
    let said = |name: Option<&crate::directory::Name>| name.map_or_else(|| "?".to_owned(), ToString::to_string);
    let in_team = |id: &Id| {
        let team = directory.team(id)?;
        let role = user.role_in(&team.name).map_or_else(|| "member".to_owned(), ToString::to_string);
        Some(if directory.teams_of(&user.id).contains(id) { role } else { "no member".to_owned() })
    };
    Some(match field {
        ChangedField::OrgRole => ("organisation role".into(), said(user.org_role.value())),
        ChangedField::Team(id) => {
            let team = directory.team(id)?;
            (format!("role in {}", team.name), in_team(id)?)
        }
        ChangedField::Status => ("status".into(), if user.is_inactive() { "inactive" } else { "active" }.into()),
        ChangedField::Display => ("display name".into(), user.display_name.as_str().to_owned()),
        ChangedField::Email => ("email".into(), user.email.as_str().to_owned()),
        ChangedField::Seat(seat) => (seat.label().into(), said(user.seat(*seat).value())),
        ChangedField::Registry(registry) => {
            let mine = |scope: &crate::directory::Name| registry.as_ref().is_none_or(|one| one == scope);
            let grants = user.registry_roles.iter().filter(|grant| mine(&grant.scope));
            let roles: Vec<String> = grants.map(|grant| format!("{} {}", grant.scope, grant.role)).collect();
            ("registry roles".into(), if roles.is_empty() { "none".into() } else { roles.join(", ") })
        }
        ChangedField::Whole => {
            let teams = directory.teams_of(&user.id);
            let mut teams: Vec<(String, Option<String>)> = teams
                .iter()
                .filter_map(|id| Some((directory.team(id)?.name.as_str().to_owned(), in_team(id))))
                .collect();
            teams.sort();
            let role = said(user.org_role.value());
            let status = if user.is_inactive() { "inactive" } else { "active" };
            ("record".into(), format!("{role}, {status}, in {} teams #{}", teams.len(), digest(&teams)))
        }
        _ => return None,
    })
}

fn digest(value: &impl Hash) -> String {
    let mut hasher = FxHasher::default();
    value.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}
