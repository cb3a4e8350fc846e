//! The stage: changes that wait to be sent together. Lines are added and removed individually, so that two consoles on
//! one profile keep each other's lines.

use std::path::Path;

use rusqlite::{Connection, Transaction, params};

use super::{Result, Store, StoreError, Sync, bytes, journal, schema, sum};
use crate::directory::{
    plan::JournalEntry,
    stage::{self, StageId, StagedChange},
};

/// The waiting lines, oldest first.
#[derive(Debug, Default)]
pub struct StoredStage {
    /// The readable lines.
    pub lines: Vec<StagedChange>,
    /// The number of unreadable lines: written by another version, or damaged. They stay in the file.
    pub unreadable: usize,
}

impl StoredStage {
    /// The message for the person where a line could not be read.
    pub fn notice(&self) -> Option<String> {
        let what = match self.unreadable {
            0 => return None,
            1 => "1 line of the stage can't be read and is not shown".to_owned(),
            n => format!("{n} lines of the stage can't be read and are not shown"),
        };
        Some(format!("{what}: written by another version of scimitar, or damaged. Nothing was deleted"))
    }
}

/// Identifies a state of the stage: the number of a line is never used again.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct StageMark(i64, f64);

impl Store {
    /// The mark of the stage's present state.
    pub fn stage_mark(&self) -> Result<StageMark> {
        let mut query = self.db.prepare_cached("SELECT count(*), total(id) FROM stage")?;
        Ok(query.query_row([], |row| Ok(StageMark(row.get(0)?, row.get(1)?)))?)
    }

    /// All waiting lines.
    pub fn stage(&self) -> Result<StoredStage> {
        read(&self.db)
    }

    /// Puts lines on the stage, all or none; a later change replaces an earlier one of the same value. The lines are on
    /// the disk when this returns.
    pub fn stage_add(&mut self, lines: &[StagedChange]) -> Result<()> {
        self.write(Sync::Full, |tx| {
            let mut insert = tx.prepare_cached("INSERT INTO stage(body, sum) VALUES(?1, ?2)")?;
            for line in lines {
                let body = serde_json::to_string(line).map_err(|error| StoreError::Encode(error.to_string()))?;
                insert.execute(params![body, sum::of(&[body.as_bytes()])])?;
            }
            remove(tx, &stage::superseded(&read(tx)?.lines)).map(drop)
        })
    }

    /// Takes lines off the stage; missing lines are no failure.
    pub fn stage_drop(&mut self, ids: &[StageId]) -> Result<()> {
        self.write(Sync::Full, |tx| remove(tx, ids).map(drop))
    }

    /// Moves lines from the stage to the journal in one transaction: false means that another console has sent or
    /// dropped one of them, and no line was moved.
    ///
    /// # Errors
    /// [`StoreError::Taken`] where one of the entries' ids is in use.
    pub fn stage_take(&mut self, ids: &[StageId], entries: &[JournalEntry]) -> Result<bool> {
        self.write(Sync::Full, |tx| {
            let mut there = tx.prepare_cached("SELECT 1 FROM stage WHERE id = ?1")?;
            for id in ids {
                if !there.exists([id.0])? {
                    return Ok(false);
                }
            }
            remove(tx, ids)?;
            journal::add(tx, entries)?;
            Ok(true)
        })
    }

    /// Copies the readable lines of a damaged file's stage; gives their number.
    pub(super) fn salvage_stage(&mut self, damaged: &Path) -> Result<usize> {
        let Ok(found) = schema::connect(damaged).and_then(|old| read(&old)) else { return Ok(0) };
        self.stage_add(&found.lines)?;
        Ok(found.lines.len())
    }
}

fn read(db: &Connection) -> Result<StoredStage> {
    // Files of an older layout have no checksums.
    let text = |sum: &str| format!("SELECT id, body, {sum} FROM stage ORDER BY id");
    let mut query = db.prepare_cached(&text("sum")).or_else(|_| db.prepare_cached(&text("NULL")))?;
    let mut rows = query.query([])?;
    let mut stage = StoredStage::default();
    while let Some(row) = rows.next()? {
        let (id, body) = (StageId(row.get(0)?), bytes(row, 1)?);
        let sound = row.get::<_, Option<u32>>(2)?.is_none_or(|sum| sum == sum::of(&[&body]));
        match serde_json::from_slice::<StagedChange>(&body) {
            Ok(line) if sound => stage.lines.push(StagedChange { id, ..line }),
            _ => stage.unreadable += 1,
        }
    }
    Ok(stage)
}

/// Removes lines; gives the number of those that were there.
fn remove(tx: &Transaction<'_>, ids: &[StageId]) -> Result<usize> {
    let mut delete = tx.prepare_cached("DELETE FROM stage WHERE id = ?1")?;
    let mut removed = 0;
    for id in ids {
        removed += delete.execute(params![id.0])?;
    }
    Ok(removed)
}
