//! The directory as last seen: typed records in a compact form, and beside them the resources as they came.
//!
//! All of it can be read from the server again, so records that can't be decoded are skipped.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension};

use super::{
    Result, Store, Sync, bytes,
    form::{self, Fingerprint, Found, PackedRecord},
    meta_get, meta_set,
    round::FIRST,
    rows::TableRows,
    sum,
};
use crate::directory::{
    Id, ListCoverage, ListShortfall, RecordKind, ResourceRef,
    record::{RECORD_FORMAT, Record, Role, Team, User},
};

/// The records that were known when the file was last written.
#[derive(Debug, Default)]
pub struct Snapshot {
    /// Users, in no order.
    pub users: Vec<User>,
    /// Teams, in no order.
    pub teams: Vec<Team>,
    /// Roles, in no order.
    pub roles: Vec<Role>,
    /// The fingerprint of each record in these lists.
    pub prints: [Vec<Fingerprint>; 3],
    /// The coverage of each list. A list that was never read to an end may have records all the same.
    pub coverage: [ListCoverage; 3],
    /// When the lists were read from the server: the oldest of their times.
    pub seen: Option<Timestamp>,
    /// How many records could not be read and are left out.
    pub skipped: usize,
}

impl Snapshot {
    /// The snapshot without records of lists that were never read to an end.
    pub fn without_parts(mut self) -> Self {
        for kind in RecordKind::ALL.into_iter().filter(|kind| !self.coverage[*kind as usize].is_read()) {
            self.prints[kind as usize].clear();
            match kind {
                RecordKind::User => self.users.clear(),
                RecordKind::Team => self.teams.clear(),
                RecordKind::Role => self.roles.clear(),
            }
        }
        self
    }

    /// The message for the person, where records could not be read.
    pub fn notice(&self) -> Option<String> {
        let what = match self.skipped {
            0 => return None,
            1 => "1 record on disk is damaged and is not shown".to_owned(),
            n => format!("{n} records on disk are damaged and are not shown"),
        };
        Some(format!("{what} until the server has been read"))
    }
}

impl Store {
    /// Keeps one freshly read record. Without `raw` no resource is kept for it: the old one would no longer be true.
    pub fn put(&mut self, record: &Record, raw: Option<&str>) -> Result<()> {
        let kind = record.kind();
        let form = PackedRecord::default().encode(kind, record)?;
        self.write(Sync::Normal, |tx| {
            claim_format(tx)?;
            let mut rows = TableRows::of(tx, kind)?;
            let place = rows.find(record.id())?;
            rows.write(place, record.id(), &form, raw).map(drop)
        })
    }

    /// Forgets a record that is gone from the server. Nothing happens where it is not known.
    pub fn remove(&mut self, target: &ResourceRef) -> Result<()> {
        self.write(Sync::Normal, |tx| {
            let mut rows = TableRows::of(tx, target.kind)?;
            let place = rows.find(&target.id)?;
            place.map_or(Ok(()), |place| rows.remove(target.id.as_bytes(), place.row))
        })
    }

    /// All records, as of one instant.
    pub fn load(&self) -> Result<Snapshot> {
        let snapshot = self.read(true)?;
        self.release_memory();
        Ok(snapshot)
    }

    /// The records for the first screen: the first users by name as of the last full list, all roles, and all teams
    /// without their members. True where there may be more.
    pub fn load_first(&self) -> Result<(Snapshot, bool)> {
        let first = self.read(false)?;
        let more = first.users.len() + first.skipped >= FIRST;
        Ok((first, more))
    }

    /// The users of these ids that are on disk and undamaged.
    pub fn users(&self, ids: &[Id]) -> Result<Vec<User>> {
        let mut query =
            self.db.prepare_cached("SELECT typed FROM user WHERE row = (SELECT row FROM user_id WHERE id = ?1)")?;
        let mut users = Vec::new();
        for id in ids {
            let typed = query.query_row([&**id], |row| bytes(row, 0)).optional()?;
            users.extend(typed.and_then(|typed| form::unpack::<User>(&typed)).filter(|user| user.id == *id));
        }
        Ok(users)
    }

    /// A record, where it is on disk and undamaged.
    pub fn record(&self, target: &ResourceRef) -> Result<Option<Record>> {
        let query = "SELECT typed, more FROM {} WHERE row = (SELECT row FROM {}_id WHERE id = ?1)";
        let mut query = self.db.prepare_cached(&query.replace("{}", table(target.kind)))?;
        let found = query.query_row([&*target.id], |row| Ok((bytes(row, 0)?, bytes(row, 1)?))).optional()?;
        let record = found.and_then(|(typed, more)| form::decode(target.kind, &typed, &more));
        Ok(record.filter(|record| *record.id() == target.id))
    }

    /// The resource as the server gave it, where it is known and undamaged.
    pub fn raw(&self, target: &ResourceRef) -> Result<Option<String>> {
        let table = table(target.kind);
        let mut query = self.db.prepare_cached(&format!(
            "SELECT json, sum FROM {table}_raw WHERE row = (SELECT row FROM {table}_id WHERE id = ?1)"
        ))?;
        let found = query.query_row([&*target.id], |row| Ok((bytes(row, 0)?, row.get::<_, u32>(1)?))).optional()?;
        let damaged = found.as_ref().is_some_and(|(json, sum)| raw_sum(&target.id, json) != *sum);
        if damaged {
            self.note_damage(target.kind);
        }
        let sound = found.filter(|_| !damaged);
        Ok(sound.and_then(|(json, _)| String::from_utf8(json).ok()))
    }

    fn read(&self, whole: bool) -> Result<Snapshot> {
        // All queries share one read transaction: another console may be writing a list right now.
        let tx = self.db.unchecked_transaction()?;
        let not_read = RecordKind::ALL.map(|_| ListCoverage::NotRead(None));
        let mut snapshot = Snapshot { coverage: not_read, ..Snapshot::default() };
        if meta_get(&tx, "format")?.as_deref() != Some(RECORD_FORMAT) {
            return Ok(snapshot);
        }
        let mut reading =
            Reading { db: &tx, whole, prints: <[Vec<Fingerprint>; 3]>::default(), skipped: 0, harmed: Vec::new() };
        snapshot.users = reading.list(RecordKind::User, &if whole { String::new() } else { first(&tx)? })?;
        snapshot.teams = reading.list(RecordKind::Team, "")?;
        snapshot.roles = reading.list(RecordKind::Role, "")?;
        for kind in RecordKind::ALL {
            let Some(seen) = seen(&tx, kind)? else { continue };
            snapshot.coverage[kind as usize] =
                shortfall(&tx, kind)?.map_or(ListCoverage::Complete, ListCoverage::Partial);
            snapshot.seen = snapshot.seen.into_iter().chain([seen]).min();
        }
        (snapshot.prints, snapshot.skipped) = (reading.prints, reading.skipped);
        let harmed = reading.harmed;
        tx.finish()?;
        harmed.into_iter().for_each(|kind| self.note_damage(kind));
        Ok(snapshot)
    }

    /// Notes that the next list that is read is written anew as a whole. Damage that can't be noted will be found
    /// again.
    fn note_damage(&self, kind: RecordKind) {
        drop(meta_set(&self.db, &damaged_key(kind), "1"));
    }

    /// Gives the page cache back after everything went through it; a store that can't is none the worse.
    pub(super) fn release_memory(&self) {
        drop(self.db.execute_batch("PRAGMA shrink_memory"));
    }
}

/// The records read in one transaction, and the damage found.
struct Reading<'a> {
    db: &'a Connection,
    whole: bool,
    prints: [Vec<Fingerprint>; 3],
    skipped: usize,
    harmed: Vec<RecordKind>,
}

impl Reading<'_> {
    /// The records of a kind, all or `which`.
    fn list<T: form::StoredForm>(&mut self, kind: RecordKind, which: &str) -> Result<Vec<T>> {
        let more = if self.whole { "more" } else { "NULL" };
        let query = format!("SELECT typed, {more} FROM {} {which}", table(kind));
        let Found { records, prints, rows } = form::read(self.db, &query, self.whole)?;
        self.prints[kind as usize] = prints;
        let known = if self.whole { known(self.db, kind)? } else { rows };
        self.skipped += known.max(rows) - records.len();
        // Rows that no id leads to are as bad as none.
        if records.len() != known || records.len() != rows {
            self.harmed.push(kind);
        }
        Ok(records)
    }
}

/// The condition for the users of the first screen: the first by name at the end of the last list.
fn first(db: &Connection) -> Result<String> {
    let rows =
        meta_get(db, &first_key(RecordKind::User))?.and_then(|rows| serde_json::from_str::<Vec<i64>>(&rows).ok());
    Ok(match rows {
        Some(rows) => {
            let rows: Vec<String> = rows.iter().map(i64::to_string).collect();
            format!("WHERE row IN ({})", rows.join(","))
        }
        None => format!("ORDER BY row LIMIT {FIRST}"),
    })
}

/// When the list of the kind was last read to its end.
fn seen(db: &Connection, kind: RecordKind) -> Result<Option<Timestamp>> {
    let millis = meta_get(db, &seen_key(kind))?.and_then(|text| text.parse().ok());
    Ok(millis.and_then(|millis| Timestamp::from_millisecond(millis).ok()))
}

/// How far the list of the kind was read, where that was not to its end.
fn shortfall(db: &Connection, kind: RecordKind) -> Result<Option<ListShortfall>> {
    Ok(meta_get(db, &shortfall_key(kind))?.and_then(|text| serde_json::from_str(&text).ok()))
}

/// How many records of the kind there should be.
pub(super) fn known(db: &Connection, kind: RecordKind) -> Result<usize> {
    let mut query = db.prepare_cached(&format!("SELECT count(*) FROM {}_id", table(kind)))?;
    Ok(query.query_row([], |row| row.get::<_, i64>(0))? as usize)
}

/// The checksum of the resource and of its record's id.
pub(super) fn raw_sum(id: &str, json: &[u8]) -> u32 {
    sum::of(&[id.as_bytes(), json])
}

fn clear(db: &Connection, kind: RecordKind) -> Result<()> {
    let table = table(kind);
    Ok(db.execute_batch(&format!("DELETE FROM {table}; DELETE FROM {table}_id; DELETE FROM {table}_raw"))?)
}

impl Store {
    /// Forgets the lists; the next refresh reads everything.
    pub(super) fn forget_lists(&mut self) -> Result<()> {
        self.meta_set("format", "")
    }
}

/// Makes sure that all records are of this form: records of another one are dropped.
pub(super) fn claim_format(db: &Connection) -> Result<()> {
    if meta_get(db, "format")?.as_deref() == Some(RECORD_FORMAT) {
        return Ok(());
    }
    for kind in RecordKind::ALL {
        clear(db, kind)?;
        for key in [seen_key(kind), first_key(kind), damaged_key(kind), shortfall_key(kind)] {
            db.execute("DELETE FROM meta WHERE key = ?1", [key])?;
        }
    }
    meta_set(db, "format", RECORD_FORMAT)
}

pub(super) fn table(kind: RecordKind) -> &'static str {
    match kind {
        RecordKind::User => "user",
        RecordKind::Team => "team",
        RecordKind::Role => "role",
    }
}

pub(super) fn seen_key(kind: RecordKind) -> String {
    format!("seen.{}", table(kind))
}

/// The key under which the shortfall of a partial list is kept.
pub(super) fn shortfall_key(kind: RecordKind) -> String {
    format!("shortfall.{}", table(kind))
}

/// The key under which the rows of the first by name are kept.
pub(super) fn first_key(kind: RecordKind) -> String {
    format!("first.{}", table(kind))
}

/// The key under which damage to records of the kind is noted.
pub(super) fn damaged_key(kind: RecordKind) -> String {
    format!("damaged.{}", table(kind))
}

pub(super) fn name(record: &Record) -> &str {
    match record {
        Record::User(user) => user.user_name.as_str(),
        Record::Team(team) => team.name.as_str(),
        Record::Role(role) => role.name.as_str(),
    }
}
