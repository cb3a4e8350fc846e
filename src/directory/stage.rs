//! The stage: changes that are collected before any of them is sent, like an index before a commit.

use jiff::Timestamp;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::{
    Directory, Id, RecordKind, ResourceRef,
    change::{Change, ChangedField},
    words::PlanLine,
};

/// Identifies a line on the stage; assigned by the store, never reused.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StageId(pub i64);

/// A change that waits on the stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StagedChange {
    /// The id of the line; stored beside the serialised line, not in it.
    #[serde(skip)]
    pub id: StageId,
    /// The time at which the change was staged.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub at: Timestamp,
    /// The staged change.
    pub change: Change,
    /// The change in words, as of the time of staging.
    pub words: PlanLine,
    /// The reason or ticket of the plan that it was part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The different reasons of the lines, as the reason of the plan that they become.
pub fn reasons(lines: &[StagedChange]) -> String {
    let mut reasons: Vec<&str> = Vec::new();
    for reason in lines.iter().filter_map(|line| line.reason.as_deref()) {
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    reasons.join("; ")
}

/// Ids of lines that a later line for the same place supersedes.
pub fn superseded(lines: &[StagedChange]) -> Vec<StageId> {
    let mut last: FxHashMap<(ResourceRef, ChangedField), StageId> = FxHashMap::default();
    let places = lines.iter().filter_map(|line| Some((line.change.place()?, line.id)));
    places.filter_map(|(place, id)| last.insert(place, id)).collect()
}

/// The id of a record that the change is about and that the server has not named yet, so that the change can't wait.
pub fn unnamed(change: &Change) -> Option<Id> {
    let own = change.created().map(|record| record.target().id);
    let mut ids = change.touches().into_iter().map(|(target, _)| target.id);
    ids.find(|id| id.starts_with("new:") && own.as_ref() != Some(id))
}

/// The target of the change that no longer exists, if its list was read completely.
pub fn gone(change: &Change, directory: &Directory) -> Option<ResourceRef> {
    let own = change.created().map(|record| record.target());
    let there = |target: &ResourceRef| match target.kind {
        RecordKind::User => directory.user(&target.id).is_some(),
        RecordKind::Team => directory.team(&target.id).is_some(),
        RecordKind::Role => directory.role(&target.id).is_some(),
    };
    let targets = change.touches().into_iter().map(|(target, _)| target);
    targets
        .filter(|target| own.as_ref() != Some(target))
        .find(|target| directory.is_complete(target.kind) && !there(target))
}

/// The lines from which a plan's steps come: steps follow the order of their lines, and some lines may have no step.
pub fn taken<'a>(lines: &[StagedChange], steps: impl Iterator<Item = &'a Change>) -> Vec<StageId> {
    let mut lines = lines.iter();
    steps.filter_map(|change| lines.find(|line| line.change == *change)).map(|line| line.id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{
        ListCoverage,
        record::{Team, User},
        records::Records,
        words::LineSign,
    };

    fn line(id: i64, change: Change) -> StagedChange {
        let words = PlanLine {
            sign: LineSign::Add,
            subject: String::new(),
            what: String::new(),
            before: String::new(),
            after: String::new(),
        };
        StagedChange { id: StageId(id), at: Timestamp::UNIX_EPOCH, change, words, reason: None }
    }

    fn role(user: &str, role: &str) -> Change {
        Change::SetOrgRole { user: user.into(), role: role.into() }
    }

    fn joins(user: &str, team: &str) -> Change {
        Change::AddMember { team: team.into(), user: user.into() }
    }

    #[test]
    fn a_later_change_takes_the_place_of_an_earlier_one() {
        let lines = [
            line(1, role("eva", "admin")),
            line(2, joins("eva", "vision")),
            line(3, role("eva", "viewer")),
            line(4, joins("ivan", "vision")),
            line(5, Change::SetTeamRole { user: "eva".into(), team: "vision".into(), role: "admin".into() }),
            line(6, Change::RemoveMember { team: "nlp".into(), user: "eva".into() }),
            line(7, Change::CreateRole { key: "new:1".into(), role: crate::directory::change::RoleDraft::default() }),
            line(8, Change::CreateRole { key: "new:2".into(), role: crate::directory::change::RoleDraft::default() }),
        ];
        assert_eq!(superseded(&lines), [StageId(1), StageId(2)]);
    }

    #[test]
    fn steps_lead_back_to_their_lines() {
        let changes = [role("eva", "admin"), joins("eva", "vision"), role("ivan", "admin"), joins("ivan", "vision")];
        let lines: Vec<StagedChange> = (1..).zip(changes.clone()).map(|(id, change)| line(id, change)).collect();
        let steps = [&changes[0], &changes[3]];
        assert_eq!(taken(&lines, steps.into_iter()), [StageId(1), StageId(4)]);
    }

    #[test]
    fn what_is_gone_is_told_where_the_list_was_read() {
        let user = User { id: "eva".into(), ..User::default() };
        let team = Team { id: "vision".into(), ..Team::default() };
        let mut directory = Directory::default();
        directory.replace(Records::build(vec![user.clone()], vec![team], vec![]), true);
        assert_eq!(gone(&joins("eva", "vision"), &directory), None);
        assert_eq!(gone(&joins("eva", "nlp"), &directory), Some(ResourceRef::team(&"nlp".into())));
        assert_eq!(gone(&joins("ivan", "vision"), &directory), Some(ResourceRef::user(&"ivan".into())));
        directory.replace(
            Records::build(vec![user], vec![], vec![]).covering([
                ListCoverage::Complete,
                ListCoverage::NotRead(None),
                ListCoverage::Complete,
            ]),
            true,
        );
        assert_eq!(gone(&joins("eva", "nlp"), &directory), None);
        let team = Change::CreateTeam {
            key: "new:1".into(),
            name: "maps".into(),
            members: vec!["eva".into()],
            bucket: None,
            external_id: String::new(),
        };
        assert_eq!((gone(&team, &directory), unnamed(&team)), (None, None));
        assert_eq!(unnamed(&joins("eva", "new:1")), Some("new:1".into()));
    }
}
