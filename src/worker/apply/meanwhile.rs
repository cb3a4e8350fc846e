//! Changes of the journal, of this session or another one, that were under way at the same time. Their effects on a
//! record are no side effects of this change.

use jiff::{SignedDuration, Timestamp};

use super::{ChangeAttempt, effects::meant};
use crate::directory::{
    Id, ResourceRef,
    change::{Change, ChangedField},
    plan::{ChangeState, JournalEntry},
};

/// The newest changes of the journal that are searched.
const NEWEST: usize = 20_000;

/// The time after its confirmation in which a change may still appear in a reading.
const LATENESS: SignedDuration = SignedDuration::from_secs(60);

/// The direction in which a membership was altered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Out,
    In,
}

/// The changes of the journal that may have altered a record since it was read before this change, oldest first.
#[derive(Debug, Default)]
pub(super) struct MeanwhileChanges(Vec<JournalEntry>);

impl ChangeAttempt<'_> {
    /// Reads these changes. Waiting changes count only if they belong to the same plan, because their effect is wanted.
    pub(super) async fn meanwhile(&self, entry: &JournalEntry, target: &ResourceRef) -> MeanwhileChanges {
        // A change that is looked up was sent by an earlier session, at some time after it was planned.
        let began: Timestamp = if self.taken_over { entry.at } else { self.began };
        let since = began.checked_sub(LATENESS).unwrap_or(began);
        let about = target.id.clone();
        let found = self.context.stored(move |store| store.journal_meanwhile(&about, since, NEWEST)).await;
        let mut all = found.unwrap_or_default().entries;
        all.retain(|other| {
            let acts = matches!(other.state, ChangeState::Sent | ChangeState::Unknown) || other.took_effect();
            let asked = other.plan == entry.plan && other.state == ChangeState::Planned;
            other.id != entry.id && (acts || asked)
        });
        // An open change may take effect at any time.
        all.sort_by_key(|other| other.settled.unwrap_or(Timestamp::MAX));
        MeanwhileChanges(all)
    }
}

impl MeanwhileChanges {
    /// The users whose membership of the team these changes alter.
    pub(super) fn members_of(&self, team: &Id) -> Vec<Id> {
        let all = self.0.iter().filter(|other| is_about(other, team)).map(|other| meant(&other.step.change));
        all.flat_map(|(goes, comes)| [goes, comes].concat()).collect()
    }

    /// The change that took the user out of the team, or added them. Of several changes about one user the last one
    /// counts. `is` tells whether one of the ids is the user.
    pub(super) fn of_member(
        &self,
        team: &Id,
        direction: Direction,
        is: impl Fn(&[Id]) -> bool,
    ) -> Option<&JournalEntry> {
        let moves = self.0.iter().rev().filter(|other| is_about(other, team)).find_map(|other| {
            let (goes, comes) = meant(&other.step.change);
            let went = is(&goes).then_some(Direction::Out);
            went.or(is(&comes).then_some(Direction::In)).map(|direction| (other, direction))
        });
        moves.filter(|(_, moved)| *moved == direction).map(|(other, _)| other)
    }

    /// The same change in another plan, which took effect.
    pub(super) fn of_change(&self, change: &Change) -> Option<&JournalEntry> {
        self.0.iter().rev().find(|other| other.step.change == *change && other.took_effect())
    }

    /// The deletion of the team, which ends all its memberships.
    pub(super) fn of_deletion(&self, team: &Id) -> Option<&JournalEntry> {
        let deletes =
            |other: &&JournalEntry| matches!(&other.step.change, Change::DeleteTeam { team: id } if id == team);
        self.0.iter().rev().find(deletes)
    }

    /// The last change that has altered an attribute of the record; `follows` tells whether a change alters it.
    pub(super) fn of_attribute(
        &self,
        target: &ResourceRef,
        follows: impl Fn(&Change) -> bool,
    ) -> Option<&JournalEntry> {
        let touches = |other: &JournalEntry| {
            let change = other.step.change.about(other.created.as_ref());
            change.touches().iter().any(|(touched, field)| touched == target && !is_membership(field))
        };
        self.0.iter().rev().find(|other| touches(other) && follows(&other.step.change))
    }
}

fn is_membership(field: &ChangedField) -> bool {
    matches!(field, ChangedField::Members | ChangedField::Team(_))
}

fn is_about(other: &JournalEntry, team: &Id) -> bool {
    match &other.step.change {
        Change::CreateTeam { .. } => other.created.as_ref() == Some(team),
        change => change.team() == Some(team),
    }
}

/// The words that name the other change: "plan 17 (Add eva to vision)"; `None` for one of the same plan.
pub(super) fn named(other: &JournalEntry, entry: &JournalEntry) -> Option<String> {
    (other.plan != entry.plan).then(|| format!("plan {} ({})", other.plan.0, other.title))
}
