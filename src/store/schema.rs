//! Connections, and the layout of the file with its numbered migrations.

use std::{path::Path, time::Duration};

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::{Result, StoreError};

/// Marks our files (`PRAGMA application_id`): the letters `SCIM`.
pub(super) const APPLICATION: i64 = 0x5343_494D;

/// Each brings the layout from its index to the next number (`PRAGMA user_version`). Append only.
///
/// A kind has three tables: the typed records, with what a first look can do without in `more` (a team's members); the
/// rows by id, which a refresh fills in the order of the ids, several times faster than an index that follows the names;
/// and the much longer resources, out of the way of the rest.
///
/// The third adds checksums, and how many changes the journal holds. What was written without a checksum is taken as it
/// is; resources are read again.
///
/// The fourth adds to each id a print of what is kept for it, so that a refresh writes only what is new or other. Without
/// one a record is written.
///
/// The fifth keeps roles that only answers to changes have shown.
pub(super) const MIGRATIONS: [&str; 5] = [
    "
    CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE user(row INTEGER PRIMARY KEY, typed BLOB NOT NULL, more BLOB) STRICT;
    CREATE TABLE user_id(id TEXT PRIMARY KEY, row INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE user_raw(row INTEGER PRIMARY KEY, json TEXT NOT NULL) STRICT;
    CREATE TABLE team(row INTEGER PRIMARY KEY, typed BLOB NOT NULL, more BLOB) STRICT;
    CREATE TABLE team_id(id TEXT PRIMARY KEY, row INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE team_raw(row INTEGER PRIMARY KEY, json TEXT NOT NULL) STRICT;
    CREATE TABLE role(row INTEGER PRIMARY KEY, typed BLOB NOT NULL, more BLOB) STRICT;
    CREATE TABLE role_id(id TEXT PRIMARY KEY, row INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE role_raw(row INTEGER PRIMARY KEY, json TEXT NOT NULL) STRICT;
    CREATE TABLE journal(id INTEGER PRIMARY KEY, state TEXT NOT NULL, body TEXT NOT NULL) STRICT;
    CREATE INDEX journal_open ON journal(id) WHERE state IN ('planned', 'sent', 'unknown');
",
    // The number of a line that was sent or dropped is never given again: another console may still show it.
    "
    CREATE TABLE stage(id INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL) STRICT;
",
    "
    ALTER TABLE meta ADD COLUMN sum INTEGER;
    ALTER TABLE journal ADD COLUMN sum INTEGER;
    ALTER TABLE stage ADD COLUMN sum INTEGER;
    DROP TABLE user_raw;
    DROP TABLE team_raw;
    DROP TABLE role_raw;
    CREATE TABLE user_raw(row INTEGER PRIMARY KEY, json TEXT NOT NULL, sum INTEGER NOT NULL) STRICT;
    CREATE TABLE team_raw(row INTEGER PRIMARY KEY, json TEXT NOT NULL, sum INTEGER NOT NULL) STRICT;
    CREATE TABLE role_raw(row INTEGER PRIMARY KEY, json TEXT NOT NULL, sum INTEGER NOT NULL) STRICT;
    CREATE TABLE journal_size(changes INTEGER NOT NULL) STRICT;
    INSERT INTO journal_size SELECT count(*) FROM journal;
    CREATE TRIGGER journal_grows AFTER INSERT ON journal BEGIN UPDATE journal_size SET changes = changes + 1; END;
",
    "
    ALTER TABLE user_id ADD COLUMN print INTEGER;
    ALTER TABLE team_id ADD COLUMN print INTEGER;
    ALTER TABLE role_id ADD COLUMN print INTEGER;
",
    "
    CREATE TABLE learnt(id TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT, WITHOUT ROWID;
",
];

/// The tables that the newest layout has; one of them is `SQLite`'s own, for the numbers of the stage.
const TABLES: i64 = 15;

/// Statements kept ready: those of three kinds and of the journal.
const STATEMENTS: usize = 64;

/// How long a write waits for that of another process.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// How long a write waits if the one before it found the store locked. Without this, each write of a plan would wait five
/// seconds in turn.
pub(super) const LITTLE_PATIENCE: Duration = Duration::from_millis(200);

/// Opens the file, which exists.
pub(super) fn connect(path: &Path) -> Result<Connection> {
    // Neither CREATE (the mode would be the umask's) nor URI (a path is a path).
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    db.busy_timeout(PATIENCE)?;
    db.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(db)
}

/// The length of the log, in pages, from which a write moves the log's pages into the file: `SQLite`'s own.
pub(super) const LOG: u32 = 1_000;

/// Brings the file to the newest layout.
///
/// Nothing is written, not even WAL mode, before it is clear that the file is ours.
pub(super) fn migrate(db: &mut Connection, path: &Path) -> Result<()> {
    recognise(db, path)?;
    // Resources are long: with pages of twice the usual size a refresh takes a sixth less work. For new files only.
    db.pragma_update(None, "page_size", 8192)?;
    db.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    // A refresh writes a long log once; don't keep all that room.
    db.pragma_update_and_check(None, "journal_size_limit", 4 << 20, |_| Ok(()))?;
    // On macOS `fsync` alone leaves the data in the drive's cache; elsewhere this changes nothing.
    db.pragma_update(None, "fullfsync", true)?;
    if pragma(db, "user_version")? < MIGRATIONS.len() as i64 {
        let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Asked again under the lock: another console may have been faster.
        let layout = pragma(&tx, "user_version")?;
        for (number, migration) in (1_i64..).zip(MIGRATIONS) {
            if number > layout {
                tx.execute_batch(migration)?;
                tx.pragma_update(None, "user_version", number)?;
            }
        }
        tx.pragma_update(None, "application_id", APPLICATION)?;
        tx.commit()?;
    }
    let tables: i64 = db.query_row("SELECT count(*) FROM sqlite_schema WHERE type = 'table'", [], |row| row.get(0))?;
    if tables == TABLES {
        Ok(())
    } else {
        Err(StoreError::Damaged(format!("it has {tables} tables instead of {TABLES}")))
    }
}

fn recognise(db: &Connection, path: &Path) -> Result<()> {
    let application = pragma(db, "application_id")?;
    let found = pragma(db, "user_version")?;
    let tables: i64 = db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    let empty = application == 0 && found == 0 && tables == 0;
    if application != APPLICATION && !empty {
        return Err(StoreError::Foreign { path: path.to_owned() });
    }
    let known = MIGRATIONS.len() as i64;
    if found > known {
        return Err(StoreError::Newer { path: path.to_owned(), found, known });
    }
    Ok(())
}

fn pragma(db: &Connection, name: &str) -> Result<i64> {
    Ok(db.pragma_query_value(None, name, |row| row.get(0))?)
}
