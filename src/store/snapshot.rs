//! The directory as last seen: typed records in a compact form, and beside them the resources as they came.
//!
//! All of it can be read from the server again, so what can't be decoded is skipped.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::{
    Result, Store, Sync, bytes,
    form::{FORMAT, Form, Packed},
    meta_get, meta_set, sum,
};
use crate::{
    directory::{
        Kind, Target,
        record::{Record, Role, Team, User},
    },
    scim::text::fold,
};

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
    /// How many records could not be read and are left out.
    pub skipped: usize,
}

impl Snapshot {
    /// What to tell the person, where something could not be read.
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
    /// Replaces all records of one kind, in one transaction, after its list was read to the end.
    pub fn replace_kind<'a>(
        &mut self,
        kind: Kind,
        rows: impl IntoIterator<Item = (&'a Record, Option<&'a str>)>,
        seen: Timestamp,
    ) -> Result<()> {
        let mut rows: Vec<_> = rows.into_iter().collect();
        rows.sort_by_key(|(record, _)| id(record));
        // A list that names one id twice shall not sink the refresh.
        rows.dedup_by_key(|(record, _)| id(record));
        let mut by_name: Vec<usize> = (0..rows.len()).collect();
        by_name.sort_by_cached_key(|at| fold(name(rows[*at].0)));
        let table = table(kind);
        self.write(Sync::Normal, |tx| {
            claim_format(tx)?;
            clear(tx, kind)?;
            let mut typed = tx.prepare_cached(&format!("INSERT INTO {table}(row, typed, more) VALUES(?1, ?2, ?3)"))?;
            let mut raw = tx.prepare_cached(&format!("INSERT INTO {table}_raw(row, json, sum) VALUES(?1, ?2, ?3)"))?;
            let mut row_of = vec![0; rows.len()];
            let mut form = Form::default();
            for (row, at) in (1_i64..).zip(by_name) {
                let (record, json) = rows[at];
                form = form.encode(kind, record)?;
                typed.execute(params![row, form.typed, form.more])?;
                if let Some(json) = json {
                    raw.execute(params![row, json, raw_sum(id(record), json.as_bytes())])?;
                }
                row_of[at] = row;
            }
            let mut known = tx.prepare_cached(&format!("INSERT INTO {table}_id(id, row) VALUES(?1, ?2)"))?;
            for ((record, _), row) in rows.iter().zip(row_of) {
                known.execute(params![id(record), row])?;
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
        let form = Form::default().encode(kind, record)?;
        self.write(Sync::Normal, |tx| {
            claim_format(tx)?;
            let row = if let Some(row) = row_of(tx, kind, id(record))? {
                tx.prepare_cached(&format!("UPDATE {table} SET typed = ?2, more = ?3 WHERE row = ?1"))?
                    .execute(params![row, form.typed, form.more])?;
                row
            } else {
                tx.prepare_cached(&format!("INSERT INTO {table}(typed, more) VALUES(?1, ?2)"))?
                    .execute(params![form.typed, form.more])?;
                let row = tx.last_insert_rowid();
                tx.prepare_cached(&format!("INSERT INTO {table}_id(id, row) VALUES(?1, ?2)"))?
                    .execute(params![id(record), row])?;
                row
            };
            match raw {
                Some(json) => tx
                    .prepare_cached(&format!("INSERT OR REPLACE INTO {table}_raw(row, json, sum) VALUES(?1, ?2, ?3)"))?
                    .execute(params![row, json, raw_sum(id(record), json.as_bytes())])?,
                None => tx.prepare_cached(&format!("DELETE FROM {table}_raw WHERE row = ?1"))?.execute([row])?,
            };
            Ok(())
        })
    }

    /// Forgets a record that is gone from the server. Nothing happens where it is not known.
    pub fn remove(&mut self, target: &Target) -> Result<()> {
        let table = table(target.kind);
        self.write(Sync::Normal, |tx| {
            let Some(row) = row_of(tx, target.kind, &target.id)? else { return Ok(()) };
            tx.prepare_cached(&format!("DELETE FROM {table} WHERE row = ?1"))?.execute([row])?;
            tx.prepare_cached(&format!("DELETE FROM {table}_raw WHERE row = ?1"))?.execute([row])?;
            tx.prepare_cached(&format!("DELETE FROM {table}_id WHERE id = ?1"))?.execute([&*target.id])?;
            Ok(())
        })
    }

    /// Everything, as of one instant.
    pub fn load(&self) -> Result<Snapshot> {
        let snapshot = self.read(None)?;
        self.release_memory();
        Ok(snapshot)
    }

    /// For the first screen: the first `users` users in name order, all roles, and all teams without their members.
    pub fn load_first(&self, users: usize) -> Result<Snapshot> {
        self.read(Some(users))
    }

    /// The resource as the server gave it, where it is known and undamaged.
    pub fn raw(&self, target: &Target) -> Result<Option<String>> {
        let table = table(target.kind);
        let mut query = self.db.prepare_cached(&format!(
            "SELECT json, sum FROM {table}_raw WHERE row = (SELECT row FROM {table}_id WHERE id = ?1)"
        ))?;
        let found = query.query_row([&*target.id], |row| Ok((bytes(row, 0)?, row.get::<_, u32>(1)?))).optional()?;
        let sound = found.filter(|(json, sum)| raw_sum(&target.id, json) == *sum);
        Ok(sound.and_then(|(json, _)| String::from_utf8(json).ok()))
    }

    fn read(&self, users: Option<usize>) -> Result<Snapshot> {
        // One read transaction: another console may be replacing a list right now.
        let tx = self.db.unchecked_transaction()?;
        let mut snapshot = Snapshot::default();
        if meta_get(&tx, "format")?.as_deref() != Some(FORMAT) {
            return Ok(snapshot);
        }
        let whole = users.is_none();
        let mut rows = |kind, limit| -> Result<Packed> {
            let packed = Packed::read(&tx, kind, limit, whole)?;
            if whole {
                snapshot.skipped += known(&tx, kind)?.saturating_sub(packed.len());
            }
            Ok(packed)
        };
        let (users, teams, roles) = (rows(Kind::User, users)?, rows(Kind::Team, None)?, rows(Kind::Role, None)?);
        snapshot.users = users.decode(&mut snapshot.skipped);
        snapshot.teams = teams.decode(&mut snapshot.skipped);
        snapshot.roles = roles.decode(&mut snapshot.skipped);
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

fn row_of(db: &Connection, kind: Kind, id: &str) -> Result<Option<i64>> {
    let mut query = db.prepare_cached(&format!("SELECT row FROM {}_id WHERE id = ?1", table(kind)))?;
    Ok(query.query_row([id], |row| row.get(0)).optional()?)
}

/// How many records of the kind there should be.
fn known(db: &Connection, kind: Kind) -> Result<usize> {
    let mut query = db.prepare_cached(&format!("SELECT count(*) FROM {}_id", table(kind)))?;
    Ok(query.query_row([], |row| row.get::<_, i64>(0))? as usize)
}

/// Of the resource and of whose it is.
fn raw_sum(id: &str, json: &[u8]) -> u32 {
    sum::of(&[id.as_bytes(), json])
}

fn clear(db: &Connection, kind: Kind) -> Result<()> {
    let table = table(kind);
    Ok(db.execute_batch(&format!("DELETE FROM {table}; DELETE FROM {table}_id; DELETE FROM {table}_raw"))?)
}

/// Makes sure that all records are of this form: those of another one are dropped.
fn claim_format(db: &Connection) -> Result<()> {
    if meta_get(db, "format")?.as_deref() == Some(FORMAT) {
        return Ok(());
    }
    for kind in Kind::ALL {
        clear(db, kind)?;
        db.execute("DELETE FROM meta WHERE key = ?1", [seen_key(kind)])?;
    }
    meta_set(db, "format", FORMAT)
}

pub(super) fn table(kind: Kind) -> &'static str {
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
