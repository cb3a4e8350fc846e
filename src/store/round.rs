//! Writes a list to disk while it is read: unchanged records stay, new and changed ones are written, and records that
//! are missing from a completely read list are removed.
//!
//! An abandoned round leaves every record as of its last reading, and removes none.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rusqlite::Connection;
use rustc_hash::FxHashSet;

use super::{
    Result, Store, Sync, bytes,
    form::PackedRecord,
    meta_get, meta_set,
    rows::{TableRows, print},
    schema,
    snapshot::{claim_format, damaged_key, first_key, known, name, seen_key, shortfall_key, table},
};
use crate::{
    directory::{Id, ListCoverage, RecordKind, record::Record},
    scim::text::{compare_folded, fold},
};

/// The length of the log while a list is written, in pages: 64 MiB. The ids of a list have no order, so each transaction
/// writes most pages of the table of ids, and with a longer log these pages are moved into the file less often.
const LIST_LOG: u32 = 8_192;

/// Users that the first screen shows before the rest is decoded.
pub(super) const FIRST: usize = 200;

/// A reading of a list. After an error the round must be abandoned: its idea of the disk's content may be wrong.
#[derive(Debug)]
pub struct SyncBatch {
    kind: RecordKind,
    /// The highest row at the beginning; the list can't lack rows that were added later.
    last: i64,
    /// A record on disk is damaged: no record is taken for unchanged.
    damaged: bool,
    seen: FxHashSet<i64>,
    /// The first users by name, with their rows.
    first: BTreeSet<(String, i64)>,
}

/// A record of a list, with its resource as it came.
#[derive(Debug, Clone, Copy)]
pub struct ListedResource<'a> {
    /// The record.
    pub record: &'a Record,
    /// The record in the form for the disk, where that is made already.
    pub packed: Option<&'a PackedRecord>,
    /// The resource.
    pub raw: &'a str,
}

impl<'a> From<(&'a Record, &'a str)> for ListedResource<'a> {
    fn from((record, raw): (&'a Record, &'a str)) -> Self {
        Self { record, packed: None, raw }
    }
}

impl Store {
    /// Begins to put a list on disk.
    pub fn begin_round(&self, kind: RecordKind) -> Result<SyncBatch> {
        let last = self.db.query_row(&format!("SELECT max(row) FROM {}", table(kind)), [], |row| row.get(0));
        Ok(SyncBatch {
            kind,
            last: last.map(Option::unwrap_or_default)?,
            damaged: meta_get(&self.db, &damaged_key(kind))?.is_some(),
            seen: FxHashSet::default(),
            first: BTreeSet::new(),
        })
    }

    /// Writes some of the list's records with their raw resources, in one transaction.
    pub fn keep<'a>(
        &mut self,
        round: &mut SyncBatch,
        rows: impl IntoIterator<Item = impl Into<ListedResource<'a>>>,
    ) -> Result<()> {
        let mut rows: Vec<ListedResource<'_>> = rows.into_iter().map(Into::into).collect();
        // Sorted by id, like the table of ids: several times faster than any other order.
        rows.sort_by_key(|row| row.record.id());
        self.limit_log(LIST_LOG)?;
        let kept = self.write(Sync::Normal, |tx| {
            claim_format(tx)?;
            let mut places = TableRows::of(tx, round.kind)?;
            for ListedResource { record, packed, raw } in rows {
                match packed {
                    Some(packed) if record.kind() == round.kind => round.keep(&mut places, record, packed, raw)?,
                    _ => {
                        let packed = PackedRecord::default().encode(round.kind, record)?;
                        round.keep(&mut places, record, &packed, raw)?;
                    }
                }
            }
            Ok(())
        });
        self.limit_log(schema::LOG)?;
        kept
    }

    /// Sets the length of the log, in pages, from which a write moves the log's pages into the file.
    fn limit_log(&self, pages: u32) -> Result<()> {
        Ok(self.db.pragma_update(None, "wal_autocheckpoint", pages)?)
    }

    /// Ends a round: records from before it that did not come are removed, if the list is complete.
    pub fn end_round(&mut self, round: SyncBatch, seen: Timestamp, coverage: &ListCoverage) -> Result<()> {
        self.write(Sync::Normal, |tx| {
            claim_format(tx)?;
            match coverage {
                ListCoverage::Partial(shortfall) => {
                    if coverage.is_to_the_end() {
                        round.sweep(tx)?;
                    }
                    let text = serde_json::to_string(shortfall).unwrap_or_default();
                    meta_set(tx, &shortfall_key(round.kind), &text)?;
                }
                ListCoverage::Complete | ListCoverage::NotRead(_) => {
                    round.sweep(tx)?;
                    tx.execute("DELETE FROM meta WHERE key = ?1", [shortfall_key(round.kind)])?;
                }
            }
            if round.kind == RecordKind::User {
                let first: Vec<i64> = round.first.iter().map(|(_, row)| *row).collect();
                meta_set(tx, &first_key(round.kind), &serde_json::to_string(&first).unwrap_or_default())?;
            }
            tx.execute("DELETE FROM meta WHERE key = ?1", [damaged_key(round.kind)])?;
            meta_set(tx, &seen_key(round.kind), &seen.as_millisecond().to_string())
        })?;
        self.release_memory();
        Ok(())
    }

    /// Ends a round of changed records: of the others those that are gone are removed. False where the disk then has
    /// another number of records than remain on the server: it does not have the list.
    pub fn end_changes(&mut self, round: &SyncBatch, seen: Timestamp, gone: &[Id], remaining: u64) -> Result<bool> {
        self.write(Sync::Normal, |tx| {
            claim_format(tx)?;
            let mut rows = TableRows::of(tx, round.kind)?;
            for id in gone {
                if let Some(place) = rows.find(id)? {
                    rows.remove(id.as_bytes(), place.row)?;
                }
            }
            let fits = known(tx, round.kind)? as u64 == remaining;
            if fits {
                tx.execute("DELETE FROM meta WHERE key = ?1", [shortfall_key(round.kind)])?;
                meta_set(tx, &seen_key(round.kind), &seen.as_millisecond().to_string())?;
            }
            Ok(fits)
        })
    }
}

impl SyncBatch {
    /// True if a record on disk is damaged: the list is to be written anew as a whole.
    pub fn is_damaged(&self) -> bool {
        self.damaged
    }

    fn keep(&mut self, places: &mut TableRows<'_>, record: &Record, form: &PackedRecord, raw: &str) -> Result<()> {
        let id = record.id();
        let mut place = places.find(id)?;
        if let Some(taken) = place.filter(|place| self.seen.contains(&place.row)) {
            // A duplicate in the list; or, in a damaged file, the row of another record.
            if places.holds(taken.row, id)? {
                return Ok(());
            }
            place = None;
        }
        let same = place.filter(|place| !self.damaged && place.print == Some(print(id, place.row, form, raw)));
        let row = match same {
            Some(place) => place.row,
            None => places.write(place, id, form, Some(raw))?,
        };
        self.seen.insert(row);
        if self.kind == RecordKind::User {
            self.offer(name(record), row);
        }
        Ok(())
    }

    fn offer(&mut self, name: &str, row: i64) {
        let is_full = self.first.len() >= FIRST;
        if is_full && self.first.last().is_some_and(|(last, _)| compare_folded(name, last).is_ge()) {
            return;
        }
        self.first.insert((fold(name), row));
        if is_full {
            self.first.pop_last();
        }
    }

    fn sweep(&self, db: &Connection) -> Result<()> {
        let gone = |row: i64| row <= self.last && !self.seen.contains(&row);
        let mut rows = TableRows::of(db, self.kind)?;
        let known = format!("SELECT id, row FROM {}_id", table(self.kind));
        let mut left: Vec<(Vec<u8>, i64)> = Vec::new();
        let mut known = db.prepare_cached(&known)?;
        let mut known = known.query([])?;
        while let Some(place) = known.next()? {
            let row = place.get(1)?;
            if gone(row) {
                left.push((bytes(place, 0)?, row));
            }
        }
        left.iter().try_for_each(|(id, row)| rows.remove(id, *row))?;
        if self.damaged {
            self.sweep_rows(db)?;
        }
        Ok(())
    }

    /// Removes rows that no id leads to, and second rows of an id; both occur only in a damaged file.
    fn sweep_rows(&self, db: &Connection) -> Result<()> {
        let table = table(self.kind);
        let mut all = db.prepare(&format!("SELECT row FROM {table} UNION SELECT row FROM {table}_raw"))?;
        let rows = all.query_map([], |row| row.get::<_, i64>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
        for row in rows.into_iter().filter(|row| *row <= self.last && !self.seen.contains(row)) {
            for table in [table, &format!("{table}_raw")] {
                db.prepare_cached(&format!("DELETE FROM {table} WHERE row = ?1"))?.execute([row])?;
            }
        }
        Ok(())
    }
}
