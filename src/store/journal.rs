//! The journal: every change with its requests, answers and outcome. Nothing is ever deleted from it.
//!
//! Entries are JSON: they hold JSON bodies, and must stay readable when their types grow.

use std::path::Path;

use jiff::Timestamp;
use rusqlite::{ErrorCode, OptionalExtension, Row, Transaction, params};
use rustc_hash::FxHashSet;

use super::{Result, Store, StoreError, Sync, bytes, salvage, schema, sum};
use crate::directory::{
    Id,
    change::ChangeId,
    plan::{ChangeState, JournalEntry, JournalStanding, WriteCondition},
};

/// The largest distance between the ids of a plan's changes; no plan has that many changes.
const IDS_OF_A_PLAN: i64 = 1 << 20;

/// A part of the journal, oldest first.
#[derive(Debug, Default)]
pub struct JournalPart {
    /// The readable entries.
    pub entries: Vec<JournalEntry>,
    /// The number of unreadable entries: written by another version, or damaged. They stay in the file.
    pub unreadable: usize,
}

impl JournalPart {
    /// The message for the person where an entry could not be read.
    pub fn notice(&self) -> Option<String> {
        let what = match self.unreadable {
            0 => return None,
            1 => "1 change in the journal can't be read and is not shown".to_owned(),
            n => format!("{n} changes in the journal can't be read and are not shown"),
        };
        Some(format!("{what}: written by another version of scimitar, or damaged. Nothing was deleted"))
    }
}

/// The state of a change, to be written to the journal.
#[derive(Debug)]
pub struct JournalNote {
    /// The change with its new state.
    pub entry: JournalEntry,
    /// The condition on the journal's present entry under which the note is written.
    pub condition: WriteCondition,
}

impl JournalNote {
    /// A note that is always written.
    pub fn plain(entry: JournalEntry) -> Self {
        Self { entry, condition: WriteCondition::default() }
    }

    /// A note that is written only if the journal's entry meets the condition.
    pub fn only_if(entry: JournalEntry, condition: WriteCondition) -> Self {
        Self { entry, condition }
    }
}

impl Store {
    /// Writes new changes, all or none. They are on the disk when this returns.
    ///
    /// # Errors
    /// [`StoreError::Taken`] where one of the ids is in use.
    pub fn journal_add(&mut self, entries: &[JournalEntry]) -> Result<()> {
        self.write(Sync::Full, |tx| add(tx, entries))
    }

    /// Writes the new state of a change; adds the change where the journal lacks it. The entry is on the disk when this
    /// returns.
    pub fn journal_update(&mut self, entry: &JournalEntry) -> Result<()> {
        self.journal_note(&[JournalNote::plain(entry.clone())]).map(drop)
    }

    /// Writes the entry only if the journal still has it in the state `from`: false means that another console was
    /// faster, and the change must not be sent here. The entry is on the disk when this returns.
    pub fn journal_claim(&mut self, entry: &JournalEntry, from: ChangeState) -> Result<bool> {
        let written = self.journal_note(&[JournalNote::only_if(entry.clone(), WriteCondition::only_from(from))])?;
        Ok(written == [true])
    }

    /// Writes several notes in one transaction; they are on the disk when this returns. Gives for each note whether it
    /// was written: a note whose condition did not hold was not.
    pub fn journal_note(&mut self, notes: &[JournalNote]) -> Result<Vec<bool>> {
        self.write(Sync::Full, |tx| {
            let mut put = tx.prepare_cached(
                "INSERT INTO journal(id, state, body, sum) VALUES(?1, ?2, ?3, ?4) \
                 ON CONFLICT(id) DO UPDATE SET state = ?2, body = ?3, sum = ?4",
            )?;
            let mut one = |JournalNote { entry, condition }: &JournalNote| {
                if !condition.admits(standing(tx, entry.id, *condition)?) {
                    return Ok(false);
                }
                let (id, state, body) = (entry.id.0, word(entry.state), encode(entry)?);
                let sum = sum_of(id, state, body.as_bytes());
                Ok(put.execute(params![id, state, body, sum])? == 1)
            };
            notes.iter().map(&mut one).collect()
        })
    }

    /// The newest `limit` changes, the open ones, and all changes that share a plan with one of these; oldest first.
    pub fn journal_recent(&self, limit: usize) -> Result<JournalPart> {
        let mut query = self.db.prepare_cached(
            "WITH near(id) AS (SELECT id FROM journal ORDER BY id DESC LIMIT ?1), \
             open(id) AS (SELECT id FROM journal WHERE state IN ('planned', 'sent', 'unknown')), \
             plan(first) AS (SELECT DISTINCT json_extract(body, '$.plan') FROM journal \
                 WHERE json_valid(body) AND id IN (SELECT id FROM near UNION SELECT id FROM open)), \
             whole(id) AS (SELECT journal.id FROM plan JOIN journal ON journal.id BETWEEN first AND first + ?2 \
                 WHERE json_valid(body) AND json_extract(body, '$.plan') = first) \
             SELECT id, state, body, sum FROM journal \
             WHERE id IN (SELECT id FROM near UNION SELECT id FROM open UNION SELECT id FROM whole) ORDER BY id",
        )?;
        collect(query.query([limit as i64, IDS_OF_A_PLAN])?)
    }

    /// The states of the newest `limit` changes, of all open ones, and of the changes in `also`; oldest first.
    pub fn journal_heads(&self, limit: usize, also: &[ChangeId]) -> Result<Vec<(ChangeId, ChangeState)>> {
        let mut query = self.db.prepare_cached(
            "SELECT id, state FROM journal WHERE id IN (SELECT id FROM (SELECT id FROM journal ORDER BY id DESC LIMIT ?1) \
             UNION SELECT id FROM journal WHERE state IN ('planned', 'sent', 'unknown'))",
        )?;
        let mut one = self.db.prepare_cached("SELECT id, state FROM journal WHERE id = ?1")?;
        let head = |row: &Row<'_>| Ok((ChangeId(row.get(0)?), bytes(row, 1)?));
        let mut heads = query.query_map([limit as i64], head)?.collect::<rusqlite::Result<Vec<_>>>()?;
        let there: FxHashSet<ChangeId> = heads.iter().map(|(id, _)| *id).collect();
        for id in also.iter().filter(|id| !there.contains(id)) {
            heads.extend(one.query_row([id.0], head).optional()?);
        }
        heads.sort_unstable_by_key(|(id, _)| *id);
        // A state that only another version knows can't be shown.
        let known = |(id, state): (ChangeId, Vec<u8>)| Some((id, known_state(&state)?));
        Ok(heads.into_iter().filter_map(known).collect())
    }

    /// All changes whose outcome is open ([`ChangeState::is_open`]), oldest first.
    pub fn journal_open(&self) -> Result<JournalPart> {
        let mut query = self.db.prepare_cached(
            "SELECT id, state, body, sum FROM journal WHERE state IN ('planned', 'sent', 'unknown') ORDER BY id",
        )?;
        collect(query.query([])?)
    }

    /// All changes of one plan, oldest first.
    pub fn journal_plan(&self, plan: ChangeId) -> Result<JournalPart> {
        // Ids grow: no change of a plan is older than the plan's first.
        let query = "SELECT id, state, body, sum FROM journal \
                     WHERE id >= ?1 AND json_valid(body) AND json_extract(body, '$.plan') = ?1 ORDER BY id";
        let mut query = self.db.prepare_cached(query)?;
        collect(query.query([plan.0])?)
    }

    /// The changes about a record that are open, or were settled since then, among the newest `limit` and the open ones;
    /// oldest first.
    pub fn journal_meanwhile(&self, about: &Id, since: Timestamp, limit: usize) -> Result<JournalPart> {
        let mut query = self.db.prepare_cached(
            "SELECT id, state, body, sum FROM journal WHERE id IN (SELECT id FROM \
             (SELECT id FROM journal ORDER BY id DESC LIMIT ?1) \
             UNION SELECT id FROM journal WHERE state IN ('planned', 'sent', 'unknown')) \
             AND instr(body, ?2) > 0 AND (state IN ('planned', 'sent', 'unknown') \
             OR json_valid(body) AND json_extract(body, '$.settled') >= ?3) ORDER BY id",
        )?;
        let quoted = serde_json::to_string(about).map_err(|error| StoreError::Encode(error.to_string()))?;
        collect(query.query(params![limit as i64, quoted, since.as_millisecond()])?)
    }

    /// The change with this id, where the journal has it and it can be read.
    pub fn journal_get(&self, id: ChangeId) -> Result<Option<JournalEntry>> {
        let mut query = self.db.prepare_cached("SELECT id, state, body, sum FROM journal WHERE id = ?1")?;
        Ok(collect(query.query([id.0])?)?.entries.pop())
    }

    /// The number of changes in that state.
    pub fn journal_count(&self, state: ChangeState) -> Result<usize> {
        let mut query = self.db.prepare_cached("SELECT count(*) FROM journal WHERE state = ?1")?;
        Ok(query.query_row([word(state)], |row| row.get::<_, i64>(0))? as usize)
    }

    /// Checks that the journal's pages fit together, so that no entry is overlooked, and that the journal holds as many
    /// changes as were written to it. Reads all of it.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] where the check fails; [`Store::mend`] carries over the readable entries.
    pub fn journal_check(&self) -> Result<()> {
        let verdict: String = self.db.query_row("PRAGMA integrity_check('journal')", [], |row| row.get(0))?;
        if verdict != "ok" {
            return Err(StoreError::Damaged(verdict.replace('\n', " ")));
        }
        let found: i64 = self.db.query_row("SELECT count(*) FROM journal", [], |row| row.get(0))?;
        let size = self.db.query_row("SELECT changes FROM journal_size", [], |row| row.get::<_, i64>(0)).optional()?;
        match size {
            Some(size) if size == found => Ok(()),
            Some(size) => Err(StoreError::Damaged(format!("its journal holds {found} changes instead of {size}"))),
            None => Err(StoreError::Damaged("how many changes its journal holds is not known".into())),
        }
    }

    /// Copies the readable entries of a damaged file's journal.
    pub(super) fn salvage_journal(&mut self, damaged: &Path) -> Result<salvage::SalvagedJournal> {
        let found = schema::connect(damaged).map(|old| salvage::Found::in_file(&old)).unwrap_or_default();
        let kept = self.write(Sync::Full, |tx| {
            let mut insert =
                tx.prepare_cached("INSERT OR IGNORE INTO journal(id, state, body, sum) VALUES(?1, ?2, ?3, ?4)")?;
            let mut kept = 0;
            for row in &found.rows {
                kept += insert.execute(params![row.id, row.state, row.body, row.sum])?;
            }
            Ok(kept)
        })?;
        Ok(salvage::SalvagedJournal { kept, of: found.size })
    }
}

/// Inserts new changes.
pub(super) fn add(tx: &Transaction<'_>, entries: &[JournalEntry]) -> Result<()> {
    let mut insert = tx.prepare_cached("INSERT INTO journal(id, state, body, sum) VALUES(?1, ?2, ?3, ?4)")?;
    for entry in entries {
        let (id, state, body) = (entry.id.0, word(entry.state), encode(entry)?);
        let written = insert.execute(params![id, state, body, sum_of(id, state, body.as_bytes())]);
        written.map_err(|error| match error.sqlite_error_code() {
            Some(ErrorCode::ConstraintViolation) => StoreError::Taken(entry.id),
            _ => error.into(),
        })?;
    }
    Ok(())
}

/// The journal's state of a change, as far as the condition needs it; `None` where it can't be read.
fn standing(tx: &Transaction<'_>, id: ChangeId, condition: WriteCondition) -> Result<Option<JournalStanding>> {
    if condition == WriteCondition::default() {
        return Ok(None);
    }
    let mut query = tx.prepare_cached("SELECT state, body FROM journal WHERE id = ?1")?;
    let found = query.query_row([id.0], |row| Ok((bytes(row, 0)?, bytes(row, 1)?))).optional()?;
    let Some((state, body)) = found else { return Ok(None) };
    let Some(state) = known_state(&state) else { return Ok(None) };
    if condition.session.is_none() {
        return Ok(Some(JournalStanding { state, session: None }));
    }
    let entry = serde_json::from_slice::<JournalEntry>(&body).ok();
    Ok(entry.map(|entry| JournalStanding { state, session: entry.session }))
}

/// The state with this name; `None` for a state of another version.
fn known_state(text: &[u8]) -> Option<ChangeState> {
    ChangeState::ALL.into_iter().find(|known| word(*known).as_bytes() == text)
}

fn collect(mut rows: rusqlite::Rows<'_>) -> Result<JournalPart> {
    let mut journal = JournalPart::default();
    while let Some(row) = rows.next()? {
        let (id, state, body) = (row.get(0)?, bytes(row, 1)?, bytes(row, 2)?);
        let sum: Option<u32> = row.get(3)?;
        let sound = |entry: &JournalEntry| {
            let sum_fits = sum.is_none_or(|sum| sum == sum_of(id, word(entry.state), &body));
            sum_fits && entry.id.0 == id && word(entry.state).as_bytes() == state
        };
        match serde_json::from_slice(&body).ok().filter(sound) {
            Some(entry) => journal.entries.push(entry),
            None => journal.unreadable += 1,
        }
    }
    Ok(journal)
}

/// The checksum of a row.
fn sum_of(id: i64, state: &str, body: &[u8]) -> u32 {
    sum::of(&[&id.to_le_bytes(), state.as_bytes(), body])
}

fn encode(entry: &JournalEntry) -> Result<String> {
    serde_json::to_string(entry).map_err(|error| StoreError::Encode(error.to_string()))
}

pub(super) fn word(state: ChangeState) -> &'static str {
    match state {
        ChangeState::Planned => "planned",
        ChangeState::Sent => "sent",
        ChangeState::Confirmed => "confirmed",
        ChangeState::Partly => "partly",
        ChangeState::Unseen => "unseen",
        ChangeState::Already => "already",
        ChangeState::Refused => "refused",
        ChangeState::Conflict => "conflict",
        ChangeState::Unknown => "unknown",
        ChangeState::Dropped => "dropped",
    }
}
