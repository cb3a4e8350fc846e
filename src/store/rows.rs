//! The place of a record in the tables of its kind, and the statements that write it.

use rusqlite::{CachedStatement, Connection, OptionalExtension, params};

use super::{
    Result,
    form::{PackedRecord, is_of},
    snapshot::{raw_sum, table},
    sum,
};
use crate::directory::RecordKind;

/// The place of a record.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub row: i64,
    /// The [`print`] of the stored record; `None` where its raw resource is not kept.
    pub print: Option<i64>,
}

/// The statements for the tables of one kind, for as long as a transaction lasts.
pub(super) struct TableRows<'a> {
    db: &'a Connection,
    find: CachedStatement<'a>,
    typed: CachedStatement<'a>,
    insert: CachedStatement<'a>,
    update: CachedStatement<'a>,
    set_raw: CachedStatement<'a>,
    set_place: CachedStatement<'a>,
    removals: [CachedStatement<'a>; 3],
}

impl<'a> TableRows<'a> {
    pub fn of(db: &'a Connection, kind: RecordKind) -> Result<Self> {
        let table = table(kind);
        let prepared = |text: &str| db.prepare_cached(&text.replace("{}", table));
        Ok(Self {
            db,
            find: prepared("SELECT row, print FROM {}_id WHERE id = ?1")?,
            typed: prepared("SELECT typed FROM {} WHERE row = ?1")?,
            insert: prepared("INSERT INTO {}(typed, more) VALUES(?1, ?2)")?,
            update: prepared("UPDATE {} SET typed = ?2, more = ?3 WHERE row = ?1")?,
            set_raw: prepared("INSERT OR REPLACE INTO {}_raw(row, json, sum) VALUES(?1, ?2, ?3)")?,
            set_place: prepared("INSERT OR REPLACE INTO {}_id(id, row, print) VALUES(?1, ?2, ?3)")?,
            removals: [
                prepared("DELETE FROM {}_id WHERE id = CAST(?1 AS TEXT)")?,
                prepared("DELETE FROM {} WHERE row = ?1")?,
                prepared("DELETE FROM {}_raw WHERE row = ?1")?,
            ],
        })
    }

    pub fn find(&mut self, id: &str) -> Result<Option<Place>> {
        Ok(self.find.query_row([id], |row| Ok(Place { row: row.get(0)?, print: row.get(1)? })).optional()?)
    }

    /// True where the row holds that record: in a damaged file it may hold another.
    pub fn holds(&mut self, row: i64, id: &str) -> Result<bool> {
        let held = self.typed.query_row([row], |row| Ok(is_of(row.get_ref(0)?.as_blob().unwrap_or_default(), id)));
        Ok(held.optional()?.unwrap_or(false))
    }

    /// Writes a record into its row, or into a new one; gives the row.
    pub fn write(&mut self, place: Option<Place>, id: &str, form: &PackedRecord, raw: Option<&str>) -> Result<i64> {
        let row = match place {
            Some(Place { row, .. }) if self.holds(row, id)? => {
                self.update.execute(params![row, form.typed, form.more])?;
                row
            }
            _ => {
                self.insert.execute(params![form.typed, form.more])?;
                self.db.last_insert_rowid()
            }
        };
        match raw {
            Some(json) => self.set_raw.execute(params![row, json, raw_sum(id, json.as_bytes())])?,
            None => self.removals[2].execute([row])?,
        };
        let print = raw.map(|json| print(id, row, form, json));
        if place.is_none_or(|place| place.row != row || place.print != print) {
            self.set_place.execute(params![id, row, print])?;
        }
        Ok(row)
    }

    /// Removes a record; `id` is raw bytes, because in a damaged file it may not be text.
    pub fn remove(&mut self, id: &[u8], row: i64) -> Result<()> {
        self.removals[0].execute([id])?;
        self.removals[1].execute([row])?;
        self.removals[2].execute([row])?;
        Ok(())
    }
}

/// A checksum that tells whether the record is already stored in this row, both raw and decoded.
pub(super) fn print(id: &str, row: i64, form: &PackedRecord, json: &str) -> i64 {
    let more = form.more.as_deref().map(sum::sealed).unwrap_or_default();
    let place = sum::of(&[id.as_bytes(), &row.to_le_bytes(), sum::sealed(&form.typed), more]);
    i64::from(place) << 32 | i64::from(raw_sum(id, json.as_bytes()))
}
