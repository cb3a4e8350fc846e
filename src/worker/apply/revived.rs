//! A creation that has only brought back an existing record: its undo deletes nothing.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{ChangeAttempt, creation::created, send::path_of};
use crate::{
    directory::{
        Id, Name, RecordKind, ResourceRef,
        change::{Change, ChangeVerb},
        plan::{JournalEntry, SideEffect, Undo},
        record::{ReadDepth, Record},
    },
    scim::{json, list},
};

/// The tolerated error of a server's clock: a record counts as older only beyond it.
const CLOCK_ERROR: SignedDuration = SignedDuration::from_hours(24 * 7);

/// The number of newest changes of the journal that are searched for the record.
const NEWEST: usize = 20_000;

/// The reason why an undo keeps a record that existed before.
const WAS_THERE: &str = "The record was there before its creation: an undo leaves it alone.";

/// The evidence that a record existed before its creation.
#[derive(Debug, Clone, PartialEq, Eq)]
enum FormerLife {
    /// The evidence shows that the record existed.
    Shown(String),
    /// The evidence does not decide.
    Possible(String),
}

impl ChangeAttempt<'_> {
    /// Adds to the outcome that a created record existed before, and makes its undo delete nothing. `None` without any
    /// evidence.
    pub(super) async fn learn_former_life(&mut self, entry: &mut JournalEntry) -> Option<SideEffect> {
        let key = entry.step.change.creation()?;
        let target = ResourceRef { kind: key.kind, id: entry.created.clone()? };
        let name = Name::from(entry.step.words.subject.as_str());
        let words = match self.former_life(entry, &target).await? {
            FormerLife::Possible(why) => format!("Whether {name} was there before is not known: {why}."),
            FormerLife::Shown(why) => {
                let way = match target.kind {
                    RecordKind::User if self.context.dialect.capabilities().can(ChangeVerb::Deactivate).is_ok() => {
                        entry.step.undo = Undo::By(vec![Change::SetActive { user: key.id.clone(), active: false }]);
                        "an undo deactivates the user again"
                    }
                    RecordKind::User | RecordKind::Team | RecordKind::Role => {
                        entry.step.undo = Undo::Never(WAS_THERE.to_owned());
                        "an undo leaves the record alone"
                    }
                };
                format!("{name} was there before, and the server has brought it back: {why}; {way}.")
            }
        };
        Some(SideEffect { words, harm: false, back: Vec::new() })
    }

    async fn former_life(&mut self, entry: &JournalEntry, target: &ResourceRef) -> Option<FormerLife> {
        let document = self.after.get(&path_of(target))?.document.clone();
        let earliest = self.began.checked_sub(CLOCK_ERROR).unwrap_or(self.began);
        let old = created(&document).filter(|created| *created < earliest);
        if (old.is_some() || self.trial)
            && let Some(why) = self.earlier_change(entry, target).await
        {
            return Some(FormerLife::Shown(why));
        }
        if self.is_known_inactive(target).await {
            return Some(FormerLife::Shown("a reading before showed the user inactive".to_owned()));
        }
        let created = old?;
        let since = format!("the server says that it was created on {}", created.strftime("%Y-%m-%d"));
        let asked = match &entry.step.change {
            Change::CreateUser { user, .. } => user.teams.as_slice(),
            _ => &[],
        };
        let mut teams = self.teams_shown(target, &document).await;
        teams.retain(|(_, name)| !asked.contains(name));
        self.found_in = teams.iter().map(|(id, _)| id.clone()).collect();
        if !teams.is_empty() {
            let teams: Vec<String> = teams.iter().map(|(_, name)| name.to_string()).collect();
            return Some(FormerLife::Shown(format!("{since}, and it is in {}", teams.join(", "))));
        }
        // A wrong clock of the server does not change the order of its records.
        match self.newest_known(target).await {
            Some(newest) if newest > created => Some(FormerLife::Shown(since)),
            Some(newest) if newest < created => None,
            Some(_) | None => Some(FormerLife::Possible(since)),
        }
    }

    /// An earlier change of the journal about this record.
    async fn earlier_change(&self, entry: &JournalEntry, target: &ResourceRef) -> Option<String> {
        let about = target.id.clone();
        let found =
            self.context.stored(move |store| store.journal_meanwhile(&about, Timestamp::UNIX_EPOCH, NEWEST)).await;
        let is_about = |other: &&JournalEntry| {
            let made = other.step.change.creation().map(|made| made.kind) == Some(target.kind)
                && other.created.as_ref() == Some(&target.id);
            other.id < entry.id && (made || other.step.change.touches().iter().any(|(touched, _)| touched == target))
        };
        let entries = found?.entries;
        let other = entries.iter().rev().find(is_about)?;
        // A server may give the id of a deleted record to a new one.
        let is_deletion = matches!(other.step.change, Change::DeleteUser { .. } | Change::DeleteTeam { .. });
        (!is_deletion).then(|| format!("plan {} ({}) was about it", other.plan.0, other.title))
    }

    /// True where the disk has the user as an inactive one.
    async fn is_known_inactive(&self, target: &ResourceRef) -> bool {
        let of = target.clone();
        let known = self.context.stored(move |store| store.record(&of)).await.flatten();
        matches!(known, Some(Record::User(user)) if user.is_inactive())
    }

    /// The time at which the newest record of the kind on disk was created.
    async fn newest_known(&self, target: &ResourceRef) -> Option<Timestamp> {
        let (known, _) = self.context.stored(|store| store.load_first()).await?;
        match target.kind {
            RecordKind::User => {
                known.users.iter().filter(|user| user.id != target.id).filter_map(|user| user.created).max()
            }
            RecordKind::Team => {
                known.teams.iter().filter(|team| team.id != target.id).filter_map(|team| team.created).max()
            }
            RecordKind::Role => None,
        }
    }

    /// The teams of the user, by the user's record or by the first teams of the list.
    async fn teams_shown(&self, target: &ResourceRef, document: &Value) -> Vec<(Id, Name)> {
        if target.kind != RecordKind::User {
            return Vec::new();
        }
        let told = document.as_object().and_then(|map| json::get(map, "groups")).and_then(Value::as_array);
        if let Some(told) = told {
            let team = |group: &Value| {
                let map = group.as_object()?;
                let text = |key: &str| json::get(map, key).and_then(Value::as_str);
                Some((text("value")?.into(), text("display").or(text("value"))?.into()))
            };
            return told.iter().filter_map(team).collect();
        }
        let Some(list) = self.context.dialect.list(RecordKind::Team) else { return Vec::new() };
        let Ok(answer) = self.context.send(&list.request).await else { return Vec::new() };
        let Ok(page) = list::parse(&answer.body) else { return Vec::new() };
        let read = |raw| self.context.dialect.read(RecordKind::Team, raw, ReadDepth::Summary, "$").ok();
        let team = |record| match record {
            Record::Team(team) if team.has(&target.id) => Some((team.id, team.name)),
            _ => None,
        };
        page.resources.iter().filter_map(|raw| read(raw)).filter_map(team).collect()
    }
}
