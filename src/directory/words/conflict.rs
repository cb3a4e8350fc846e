//! The three values of a change in conflict: the former, the wanted and the present one.

use super::lines;
use crate::{
    directory::{
        Directory, Id, RecordKind, ResourceRef,
        change::{Change, RoleDraft},
        plan::JournalEntry,
        record_contents::RecordContents,
    },
    scim::schema,
};

/// The values of a change in conflict, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConflictValues {
    /// The value that the change was planned on.
    pub before: String,
    /// The value that the change was to set.
    pub yours: String,
    /// The present value, which another client may have set; `?` if it is not told.
    pub theirs: String,
}

const MEMBER: &str = "member";
const NO_MEMBER: &str = "no member";
const THERE: &str = "there";
const DELETED: &str = "deleted";
const CREATED: &str = "as it was created";

impl ConflictValues {
    /// True if this value is as at planning time: another value of the record was changed.
    pub fn is_unchanged(&self) -> bool {
        self.before == self.theirs && self.theirs != "?"
    }

    /// The values of a change of the journal, compared with the directory as it is read by now.
    pub fn of(entry: &JournalEntry, directory: &Directory) -> Self {
        let words = &entry.step.words;
        let [before, after] = [&words.before, &words.after].map(|value| (!value.is_empty()).then(|| value.clone()));
        let or = |value: Option<String>, word: &str| value.unwrap_or_else(|| word.to_owned());
        let change = &entry.step.change;
        if let Some(since) = entry.used_since() {
            return Self { before: CREATED.into(), yours: or(after, &words.what), theirs: since.to_owned() };
        }
        match change {
            Change::AddMember { team, user } => {
                Self { before: NO_MEMBER.into(), yours: MEMBER.into(), theirs: membership(directory, team, user) }
            }
            Change::RemoveMember { team, user } => {
                Self { before: or(before, MEMBER), yours: NO_MEMBER.into(), theirs: membership(directory, team, user) }
            }
            Change::SetTeamRole { team, user, role } => Self {
                before: or(before, NO_MEMBER),
                yours: role.to_string(),
                theirs: membership(directory, team, user),
            },
            Change::SetActive { user, .. } => {
                let active = directory.user(user).and_then(|user| user.active);
                let now = active.map_or("?", |active| if active { "active" } else { "inactive" });
                Self { before: or(before, "?"), yours: or(after, "?"), theirs: now.into() }
            }
            Change::DeleteUser { .. } | Change::DeleteTeam { .. } | Change::DeleteRole { .. } => {
                let there = change.touches().iter().any(|(target, _)| is_there(directory, target));
                let now = if there { THERE } else { DELETED };
                Self { before: THERE.into(), yours: DELETED.into(), theirs: now.into() }
            }
            Change::EditRole { role, .. } => {
                let now = directory.role(role).map(|role| lines::definition(&RoleDraft::of(role)));
                Self { before: "?".into(), yours: or(after, "?"), theirs: or(now, DELETED) }
            }
            Change::ReplaceMembers { team, .. } => {
                let now = directory.team(team).and_then(|team| team.members.as_ref());
                let now = now.map(|members| format!("{} members", members.len()));
                Self { before: "?".into(), yours: or(after, "?"), theirs: or(now, "?") }
            }
            Change::SetAttribute { target, path, .. } => {
                let now = directory.resource(target).map(|resource| schema::at(resource, path));
                let now = now.map(|value| value.map_or_else(|| "none".into(), lines::attribute));
                Self { before: or(before, "none"), yours: or(after, "none"), theirs: or(now, "?") }
            }
            _ => {
                let now = lines::of(change, directory, RecordContents::default()).before;
                let now = (!now.is_empty()).then_some(now);
                Self { before: or(before, "none"), yours: or(after, &words.what), theirs: or(now, "none") }
            }
        }
    }
}

fn membership(directory: &Directory, team: &Id, user: &Id) -> String {
    if directory.teams_of(user).contains(team) {
        return lines::role_in(directory, user, team).unwrap_or_else(|| MEMBER.to_owned());
    }
    let told = directory.team(team).is_some_and(|team| team.members.is_some());
    if told { NO_MEMBER } else { "?" }.to_owned()
}

fn is_there(directory: &Directory, target: &ResourceRef) -> bool {
    match target.kind {
        RecordKind::User => directory.user(&target.id).is_some(),
        RecordKind::Team => directory.team(&target.id).is_some(),
        RecordKind::Role => directory.role(&target.id).is_some(),
    }
}
