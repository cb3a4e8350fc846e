//! The journal: every change with its requests, answers and outcome. Nothing is ever deleted from it.
//!
//! Entries are JSON: they hold JSON bodies, and must stay readable when their types grow.

use std::path::Path;

use rusqlite::{ErrorCode, OptionalExtension, params};

use super::{Result, Store, StoreError, Sync, bytes, salvage, schema, sum};
use crate::directory::{
    change::ChangeId,
    plan::{Entry, State},
};

/// A part of the journal, oldest first.
#[derive(Debug, Default)]
pub struct Journal {
    /// What could be read.
    pub entries: Vec<Entry>,
    /// How many could not: written by another version, or damaged. They stay in the file.
    pub unreadable: usize,
}

impl Journal {
    /// What to tell the person, where something could not be read.
    pub fn notice(&self) -> Option<String> {
        let what = match self.unreadable {
            0 => return None,
            1 => "1 change in the journal can't be read and is not shown".to_owned(),
            n => format!("{n} changes in the journal can't be read and are not shown"),
        };
        Some(format!("{what}: written by another version of scimitar, or damaged. Nothing was deleted"))
    }
}

impl Store {
    /// Writes new changes down, all or none. They are on the disk when this returns.
    ///
    /// # Errors
    /// [`StoreError::Taken`] where one of the ids is in use.
    pub fn journal_add(&mut self, entries: &[Entry]) -> Result<()> {
        self.write(Sync::Full, |tx| {
            let mut insert = tx.prepare_cached("INSERT INTO journal(id, state, body, sum) VALUES(?1, ?2, ?3, ?4)")?;
            for entry in entries {
                let body = encode(entry)?;
                let sum = sum_of(entry.id.0, word(entry.state), body.as_bytes());
                insert.execute(params![entry.id.0, word(entry.state), body, sum]).map_err(|error| {
                    match error.sqlite_error_code() {
                        Some(ErrorCode::ConstraintViolation) => StoreError::Taken(entry.id),
                        _ => error.into(),
                    }
                })?;
            }
            Ok(())
        })
    }

    /// Writes the new state of a change down; adds it where it is not there. It is on the disk when this returns.
    pub fn journal_update(&mut self, entry: &Entry) -> Result<()> {
        let body = encode(entry)?;
        let sum = sum_of(entry.id.0, word(entry.state), body.as_bytes());
        self.write(Sync::Full, |tx| {
            tx.prepare_cached(
                "INSERT INTO journal(id, state, body, sum) VALUES(?1, ?2, ?3, ?4) \
                 ON CONFLICT(id) DO UPDATE SET state = ?2, body = ?3, sum = ?4",
            )?
            .execute(params![entry.id.0, word(entry.state), body, sum])?;
            Ok(())
        })
    }

    /// Writes the entry down only if the journal still has it in the state `from`: false means that another console
    /// was faster, and it must not be sent here. It is on the disk when this returns.
    pub fn journal_claim(&mut self, entry: &Entry, from: State) -> Result<bool> {
        let body = encode(entry)?;
        let sum = sum_of(entry.id.0, word(entry.state), body.as_bytes());
        self.write(Sync::Full, |tx| {
            let changed = tx
                .prepare_cached("UPDATE journal SET state = ?2, body = ?3, sum = ?4 WHERE id = ?1 AND state = ?5")?
                .execute(params![entry.id.0, word(entry.state), body, sum, word(from)])?;
            Ok(changed == 1)
        })
    }

    /// The newest `limit` changes, oldest first.
    pub fn journal_recent(&self, limit: usize) -> Result<Journal> {
        let mut query = self.db.prepare_cached(
            "SELECT * FROM (SELECT id, state, body, sum FROM journal ORDER BY id DESC LIMIT ?1) ORDER BY id",
        )?;
        collect(query.query([limit as i64])?)
    }

    /// All changes whose outcome is open ([`State::is_open`]), oldest first.
    pub fn journal_open(&self) -> Result<Journal> {
        let mut query = self.db.prepare_cached(
            "SELECT id, state, body, sum FROM journal WHERE state IN ('planned', 'sent', 'unknown') ORDER BY id",
        )?;
        collect(query.query([])?)
    }

    /// One change, where the journal has it and it can be read.
    pub fn journal_get(&self, id: ChangeId) -> Result<Option<Entry>> {
        let mut query = self.db.prepare_cached("SELECT id, state, body, sum FROM journal WHERE id = ?1")?;
        Ok(collect(query.query([id.0])?)?.entries.pop())
    }

    /// How many changes are in that state.
    pub fn journal_count(&self, state: State) -> Result<usize> {
        let mut query = self.db.prepare_cached("SELECT count(*) FROM journal WHERE state = ?1")?;
        Ok(query.query_row([word(state)], |row| row.get::<_, i64>(0))? as usize)
    }

    /// Whether the journal holds as many changes as were written to it.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] where it does not; [`Store::mend`] carries over what can be read.
    pub fn journal_check(&self) -> Result<()> {
        let found: i64 = self.db.query_row("SELECT count(*) FROM journal", [], |row| row.get(0))?;
        let size = self.db.query_row("SELECT changes FROM journal_size", [], |row| row.get::<_, i64>(0)).optional()?;
        match size {
            Some(size) if size == found => Ok(()),
            Some(size) => Err(StoreError::Damaged(format!("its journal holds {found} changes instead of {size}"))),
            None => Err(StoreError::Damaged("how many changes its journal holds is not known".into())),
        }
    }

    /// Copies what can still be read of a damaged file's journal.
    pub(super) fn salvage_journal(&mut self, damaged: &Path) -> Result<salvage::Salvaged> {
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
        Ok(salvage::Salvaged { kept, of: found.size })
    }
}

fn collect(mut rows: rusqlite::Rows<'_>) -> Result<Journal> {
    let mut journal = Journal::default();
    while let Some(row) = rows.next()? {
        let (id, state, body) = (row.get(0)?, bytes(row, 1)?, bytes(row, 2)?);
        let sum: Option<u32> = row.get(3)?;
        let sound = |entry: &Entry| {
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

/// Of one row.
fn sum_of(id: i64, state: &str, body: &[u8]) -> u32 {
    sum::of(&[&id.to_le_bytes(), state.as_bytes(), body])
}

fn encode(entry: &Entry) -> Result<String> {
    serde_json::to_string(entry).map_err(|error| StoreError::Encode(error.to_string()))
}

pub(super) fn word(state: State) -> &'static str {
    match state {
        State::Planned => "planned",
        State::Sent => "sent",
        State::Confirmed => "confirmed",
        State::Refused => "refused",
        State::Conflict => "conflict",
        State::Unknown => "unknown",
        State::Dropped => "dropped",
    }
}
