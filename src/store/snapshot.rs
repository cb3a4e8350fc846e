//! The directory as last seen: typed records in a compact form, and beside them the resources as they came.
//!
//! All of it can be read from the server again, so what can't be decoded is skipped.

use std::mem;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use serde::de::DeserializeOwned;

use super::{Result, Store, StoreError, Sync, meta_get, meta_set};
use crate::{
    directory::{
        Kind, Target,
        record::{Record, Role, Team, User},
    },
    scim::text::fold,
};

/// The number of the typed records' form. Raise it whenever a stored type gains, loses or moves a field: the form has
/// no names in it, so an old record would be misread. A test compares bytes to remind of it.
const FORMAT: &str = "1";

/// What was known when it was written.
#[derive(Debug, Default)]
pub struct Snapshot {
    /// Users, in name order after a full refresh; those put singly since then come last.
    pub users: Vec<User>,
    /// Teams, in the same order.
    pub teams: Vec<Team>,
    /// Roles, in the same order.
    pub roles: Vec<Role>,
    /// When it was read from the server: the oldest of the lists that it is made of.
    pub seen: Option<Timestamp>,
    /// How many records could not be decoded and are left out.
    pub skipped: usize,
}

impl Store {
    /// Replaces all records of one kind, in one transaction, after its list was read to the end.
    pub fn replace_kind<'a>(
        &mut self,
        kind: Kind,
        rows: impl IntoIterator<Item = (&'a Record, Option<&'a str>)>,
        seen: Timestamp,
    ) -> Result<()> {
        let mut rows: Vec<_> = rows.into_iter().collect();
        rows.sort_by_cached_key(|(record, _)| fold(name(record)));
        let table = table(kind);
        self.write(Sync::Normal, |tx| {
            claim_format(tx)?;
            tx.execute_batch(&format!("DELETE FROM {table}; DELETE FROM {table}_raw"))?;
            // REPLACE: a list that names one id twice shall not sink the refresh.
            let mut typed =
                tx.prepare_cached(&format!("INSERT OR REPLACE INTO {table}(row, id, typed) VALUES(?1, ?2, ?3)"))?;
            let mut raw = tx.prepare_cached(&format!("INSERT INTO {table}_raw(row, json) VALUES(?1, ?2)"))?;
            let mut bytes = Vec::new();
            for (row, (record, json)) in (1_i64..).zip(rows) {
                bytes = encode(kind, record, bytes)?;
                typed.execute(params![row, id(record), bytes])?;
                if let Some(json) = json {
                    raw.execute(params![row, json])?;
                }
            }
            meta_set(tx, &seen_key(kind), &seen.as_millisecond().to_string())
        })?;
        self.release_memory();
        Ok(())
    }

    /// Keeps one freshly read record. Without `raw` no resource is kept for it: the old one would no longer be true.
    pub fn put(&mut self, record: &Record, raw: Option<&str>) -> Result<()> {
        let kind = record.target().kind;
        let table = table(kind);
        let bytes = encode(kind, record, Vec::new())?;
        self.write(Sync::Normal, |tx| {
            claim_format(tx)?;
            let row: i64 = tx
                .prepare_cached(&format!(
                    "INSERT INTO {table}(id, typed) VALUES(?1, ?2) ON CONFLICT(id) DO UPDATE SET typed = ?2 RETURNING row"
                ))?
                .query_row(params![id(record), bytes], |row| row.get(0))?;
            match raw {
                Some(json) => tx
                    .prepare_cached(&format!("INSERT OR REPLACE INTO {table}_raw(row, json) VALUES(?1, ?2)"))?
                    .execute(params![row, json])?,
                None => tx.prepare_cached(&format!("DELETE FROM {table}_raw WHERE row = ?1"))?.execute([row])?,
            };
            Ok(())
        })
    }

    /// Forgets a record that is gone from the server. Nothing happens where it is not known.
    pub fn remove(&mut self, target: &Target) -> Result<()> {
        let table = table(target.kind);
        self.write(Sync::Normal, |tx| {
            let row: Option<i64> = tx
                .prepare_cached(&format!("DELETE FROM {table} WHERE id = ?1 RETURNING row"))?
                .query_row([&*target.id], |row| row.get(0))
                .optional()?;
            tx.prepare_cached(&format!("DELETE FROM {table}_raw WHERE row = ?1"))?.execute([row])?;
            Ok(())
        })
    }

    /// Everything, as of one instant.
    pub fn load(&self) -> Result<Snapshot> {
        let snapshot = self.read(None)?;
        self.release_memory();
        Ok(snapshot)
    }

    /// For the first screen: the first `users` users in name order, all teams and all roles.
    pub fn load_first(&self, users: usize) -> Result<Snapshot> {
        self.read(Some(users))
    }

    /// The resource as the server gave it, where it is known.
    pub fn raw(&self, target: &Target) -> Result<Option<String>> {
        let table = table(target.kind);
        let mut query = self.db.prepare_cached(&format!(
            "SELECT json FROM {table}_raw WHERE row = (SELECT row FROM {table} WHERE id = ?1)"
        ))?;
        Ok(query.query_row([&*target.id], |row| row.get(0)).optional()?)
    }

    fn read(&self, users: Option<usize>) -> Result<Snapshot> {
        // One read transaction: another console may be replacing a list right now.
        let tx = self.db.unchecked_transaction()?;
        let mut snapshot = Snapshot::default();
        if meta_get(&tx, "format")?.as_deref() != Some(FORMAT) {
            return Ok(snapshot);
        }
        snapshot.users = rows(&tx, Kind::User, users, &mut snapshot.skipped)?;
        snapshot.teams = rows(&tx, Kind::Team, None, &mut snapshot.skipped)?;
        snapshot.roles = rows(&tx, Kind::Role, None, &mut snapshot.skipped)?;
        for kind in Kind::ALL {
            let seen = meta_get(&tx, &seen_key(kind))?.and_then(|text| text.parse().ok());
            let seen = seen.and_then(|millis| Timestamp::from_millisecond(millis).ok());
            snapshot.seen = snapshot.seen.into_iter().chain(seen).min();
        }
        Ok(snapshot)
    }

    /// Gives the page cache back after everything went through it; a store that can't is none the worse.
    fn release_memory(&self) {
        drop(self.db.execute_batch("PRAGMA shrink_memory"));
    }
}

fn rows<T: DeserializeOwned>(db: &Connection, kind: Kind, limit: Option<usize>, skipped: &mut usize) -> Result<Vec<T>> {
    let table = table(kind);
    let limit = limit.map_or(-1, |limit| limit as i64);
    let mut query = db.prepare_cached(&format!("SELECT typed FROM {table} ORDER BY row LIMIT ?1"))?;
    let mut found = query.query([limit])?;
    let mut records = Vec::new();
    while let Some(row) = found.next()? {
        match row.get_ref(0)?.as_blob().ok().and_then(|bytes| postcard::from_bytes(bytes).ok()) {
            Some(record) => records.push(record),
            None => *skipped += 1,
        }
    }
    Ok(records)
}

/// Makes sure that all records are of this form: those of another one are dropped.
fn claim_format(db: &Connection) -> Result<()> {
    if meta_get(db, "format")?.as_deref() == Some(FORMAT) {
        return Ok(());
    }
    for kind in Kind::ALL {
        let table = table(kind);
        db.execute_batch(&format!("DELETE FROM {table}; DELETE FROM {table}_raw"))?;
        db.execute("DELETE FROM meta WHERE key = ?1", [seen_key(kind)])?;
    }
    meta_set(db, "format", FORMAT)
}

/// The typed form, written into the buffer that is given.
fn encode(kind: Kind, record: &Record, mut buffer: Vec<u8>) -> Result<Vec<u8>> {
    buffer.clear();
    match (kind, record) {
        (Kind::User, Record::User(user)) => postcard::to_extend(user, mem::take(&mut buffer)),
        (Kind::Team, Record::Team(team)) => postcard::to_extend(team, mem::take(&mut buffer)),
        (Kind::Role, Record::Role(role)) => postcard::to_extend(role, mem::take(&mut buffer)),
        _ => return Err(StoreError::WrongKind(kind)),
    }
    .map_err(|error| StoreError::Encode(error.to_string()))
}

fn table(kind: Kind) -> &'static str {
    match kind {
        Kind::User => "user",
        Kind::Team => "team",
        Kind::Role => "role",
    }
}

fn seen_key(kind: Kind) -> String {
    format!("seen.{}", table(kind))
}

fn id(record: &Record) -> &str {
    match record {
        Record::User(user) => &user.id,
        Record::Team(team) => &team.id,
        Record::Role(role) => &role.id,
    }
}

fn name(record: &Record) -> &str {
    match record {
        Record::User(user) => user.user_name.as_str(),
        Record::Team(team) => team.name.as_str(),
        Record::Role(role) => role.name.as_str(),
    }
}
