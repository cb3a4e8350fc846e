//! The data that outlives a session: one `SQLite` file per profile, with the last seen directory, the journal of
//! changes and the stage.
//!
//! Knows records, plans and files; no network, no screen. Everything here blocks: call it off the event
//! loop.
//!
//! **No secret is ever in the file.** Nothing that is stored can hold one: [`Record`]s and the resources behind them
//! come from the server's answers, and a journal [`JournalEntry`] is made of requests that carry no headers, of answers
//! already rid of secrets, and of words. Still, names and addresses of people are in it, so the file, its `-wal` and
//! its `-shm` can be read by their owner only.
//!
//! **What survives what.** Journal writes are on the disk when the call returns (WAL with `synchronous=FULL`: one
//! `fsync` per commit), so that no request can go out that is not written down. The snapshot can be read again from
//! the server, so its writes use `synchronous=NORMAL`: a power cut may lose the last of them, never damage the file.
//! `SQLite` keeps that setting per connection and allows it to change between transactions; a commit with `FULL` also
//! flushes the `NORMAL` ones before it.
//!
//! **Damaged data is never taken for true.** Every value has a checksum (`sum`), the journal knows how many changes it
//! holds, and a log of last writes that breaks off in its middle is noticed before `SQLite` drops the rest (`wal`). The
//! readable part of a damaged file's journal is carried over; the rest is told, and kept beside it. No file can tell
//! that its end is missing: a disk that loses data that it reported as written loses them in silence.
//!
//! **A list is put on disk while it is read** ([`SyncBatch`]): unchanged records are not written, and records that are
//! gone are removed only when the list has been read to its end. A list that never was is a part, and
//! [`Snapshot::coverage`] says so.
//!
//! **Two consoles on one profile** share the file: every write is one short `IMMEDIATE` transaction that waits up to
//! five seconds for the other's, [`Store::journal_claim`] lets only one of them
//! send a change, and [`StoreSession`] tells whether it is still there to see what became of it. [`StoreWatch`] wakes
//! one when another has written.

mod error;
mod file;
mod form;
mod hints;
mod journal;
mod learnt;
mod organisation;
mod round;
mod rows;
mod salvage;
mod schema;
mod session;
mod snapshot;
mod stage;
mod sum;
#[cfg(test)]
mod tests;
mod wal;
mod watch;

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};

pub use self::{
    error::StoreError,
    form::{Fingerprint, PackedRecord, RecordPacker},
    journal::{JournalNote, JournalPart},
    organisation::file_of_today,
    round::{ListedResource, SyncBatch},
    session::StoreSession,
    snapshot::Snapshot,
    stage::{StageMark, StoredStage},
    watch::StoreWatch,
};
#[cfg(doc)]
use crate::directory::{plan::JournalEntry, record::Record};
use crate::{directory::ability::ActionTrials, scim::quirks::ServerQuirks};

/// The name under which habits are kept.
const HABITS: &str = "habits";

/// The name under which the results of trials are kept.
const TRIALS: &str = "trials";

/// The name under which trials that have begun and not ended are kept.
const BEGUN: &str = "trials-begun";

/// The result of every function of the store.
pub type Result<T> = std::result::Result<T, StoreError>;

/// How sure a write must be before the call returns.
#[derive(Debug, Clone, Copy)]
enum Sync {
    /// On the disk.
    Full,
    /// Handed to the operating system.
    Normal,
}

/// A profile's file, or a store that lives in memory.
#[derive(Debug)]
pub struct Store {
    db: Connection,
    path: Option<PathBuf>,
    /// The reason why nothing that must be on the disk can be written.
    refusing: Option<String>,
    /// The version of others' writes when it was last asked for (`PRAGMA data_version`).
    seen: Option<i64>,
    /// True if another process kept the store locked until the last write gave up.
    kept_out: bool,
}

impl Store {
    /// Opens the file, or makes it with its directories (0700 those that are made here, 0600 the file).
    ///
    /// A file that is no database, or is damaged so that it can't be opened, is renamed to `NAME.unreadable-MILLIS`;
    /// a new one takes its place, with all changes of the old journal that can still be read. The notice says so.
    ///
    /// # Errors
    /// [`StoreError::Newer`] and [`StoreError::Foreign`] leave the file untouched; go on with [`Store::stand_in`].
    /// So do trouble with the file system and a lock that another console does not give back.
    pub fn open(path: &Path) -> Result<(Self, Option<String>)> {
        Self::open_telling(path, &mut |_| ())
    }

    /// Like [`Self::open`]; `say` is told where the store has to wait for another process.
    pub fn open_telling(path: &Path, say: &mut dyn FnMut(String)) -> Result<(Self, Option<String>)> {
        file::prepare_directory(path)?;
        let _lock = file::lock(path, say)?;
        if file::is_empty(path) {
            return Self::rebuild(path, "the file is empty");
        }
        // The log is kept before the file is opened: opening would drop it.
        let cut = wal::keep_if_damaged(path)?;
        match Self::connect(path) {
            Err(StoreError::Damaged(why)) => Self::rebuild(path, &why),
            other => Ok((other?, cut)),
        }
    }

    /// A store that is gone with the process, its journal too: for demo directories, for who wants no journal, and for
    /// tests.
    pub fn in_memory() -> Result<Self> {
        let mut db = Connection::open_in_memory()?;
        schema::migrate(&mut db, Path::new(":memory:"))?;
        Ok(Self { db, path: None, refusing: None, seen: None, kept_out: false })
    }

    /// A store in the place of a file that can't be used: keeps the directory in memory, and refuses writes that must
    /// be on the disk before a request goes out. `why` is the reason.
    pub fn stand_in(why: impl Into<String>) -> Result<Self> {
        Ok(Self { refusing: Some(why.into()), ..Self::in_memory()? })
    }

    /// The reason why nothing can be written down before it is sent, where there is one.
    pub fn refusing(&self) -> Option<&str> {
        self.refusing.as_deref()
    }

    /// Takes over the habits of the server that another store has learnt.
    pub fn adopt(&mut self, other: &Self) -> Result<()> {
        other.habits()?.map_or(Ok(()), |habits| self.keep_habits(&habits))?;
        self.keep_trials(&other.trials()?)?;
        let learnt: Vec<_> = other.learnt_roles()?.into_iter().map(|(user, roles)| (user, Some(roles))).collect();
        self.keep_learnt_roles(&learnt)?;
        other.key_owner()?.map_or(Ok(()), |owner| self.keep_key_owner(&owner))
    }

    /// Mends the store after [`StoreError::Damaged`]: looks through the whole file (slow: all of it is read) and, if it
    /// is damaged indeed, sets it aside and goes on with a new one as [`Store::open`] does. The notice says so.
    pub fn mend(&mut self) -> Result<Option<String>> {
        let Some(path) = self.path.clone() else { return Ok(None) };
        // Closed, for the file may be renamed.
        drop(std::mem::replace(&mut self.db, Connection::open_in_memory()?));
        let _lock = file::lock(&path, &mut |_| ())?;
        // Another console may have mended it meanwhile: look at what is there now.
        let (mended, notice) = match Self::connect(&path).and_then(Self::checked) {
            Err(StoreError::Damaged(why)) => Self::rebuild(&path, &why)?,
            other => (other?, None),
        };
        *self = mended;
        Ok(notice)
    }

    /// A value by its name.
    pub fn meta_get(&self, key: &str) -> Result<Option<String>> {
        meta_get(&self.db, key)
    }

    /// Keeps a value by its name; not for secrets.
    pub fn meta_set(&mut self, key: &str, value: &str) -> Result<()> {
        self.write(Sync::Normal, |tx| meta_set(tx, key, value))
    }

    /// The habits of the server that probing found; nothing where another release wrote them.
    pub fn habits(&self) -> Result<Option<ServerQuirks>> {
        let text = self.meta_get(HABITS)?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// Keeps the found habits, for every session to come.
    pub fn keep_habits(&mut self, habits: &ServerQuirks) -> Result<()> {
        let text = serde_json::to_string(habits).unwrap_or_default();
        self.meta_set(HABITS, &text)
    }

    /// The results of trials on the server; nothing where another release wrote them.
    pub fn trials(&self) -> Result<ActionTrials> {
        let text = self.meta_get(TRIALS)?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
    }

    /// Keeps the results of trials.
    pub fn keep_trials(&mut self, trials: &ActionTrials) -> Result<()> {
        let text = serde_json::to_string(trials).unwrap_or_default();
        self.meta_set(TRIALS, &text)
    }

    /// The tags of trials that have begun, each with its session's number, and not ended: their records may be there.
    pub fn begun_trials(&self) -> Result<Vec<(String, Option<u64>)>> {
        let text = self.meta_get(BEGUN)?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
    }

    /// Notes the beginning of a trial; none of its records is made before this is on the disk.
    pub fn begin_trial(&mut self, tag: &str, session: Option<u64>) -> Result<()> {
        let mut begun = self.begun_trials()?;
        begun.push((tag.to_owned(), session));
        let text = serde_json::to_string(&begun).unwrap_or_default();
        self.write(Sync::Full, |tx| meta_set(tx, BEGUN, &text))
    }

    /// Notes that no record of this trial is left.
    pub fn end_trial(&mut self, tag: &str) -> Result<()> {
        let mut begun = self.begun_trials()?;
        begun.retain(|(other, _)| other != tag);
        let text = serde_json::to_string(&begun).unwrap_or_default();
        self.meta_set(BEGUN, &text)
    }

    fn connect(path: &Path) -> Result<Self> {
        file::prepare(path)?;
        let mut db = schema::connect(path)?;
        schema::migrate(&mut db, path)?;
        Ok(Self { db, path: Some(path.to_owned()), refusing: None, seen: None, kept_out: false })
    }

    fn checked(self) -> Result<Self> {
        let verdict: String = self.db.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        if verdict != "ok" {
            return Err(StoreError::Damaged(verdict.replace('\n', " ")));
        }
        self.journal_check()?;
        Ok(self)
    }

    fn rebuild(path: &Path, why: &str) -> Result<(Self, Option<String>)> {
        let aside = file::set_aside(path, Timestamp::now().as_millisecond())?;
        let mut store = Self::connect(path)?;
        let salvaged = store.salvage_journal(&aside)?;
        let staged = store.salvage_stage(&aside)?;
        let notice = format!(
            "{} could not be read ({why}). It was set aside as {} and a new one begun; {salvaged}, and {staged} lines of \
             its stage. Refresh to fill it again.",
            path.display(),
            aside.display()
        );
        Ok((store, Some(notice)))
    }

    /// Does a short transaction that holds the write lock from its beginning; nothing is written if `work` fails.
    fn write<T>(&mut self, sync: Sync, work: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        let level = match (sync, &self.refusing) {
            (Sync::Full, Some(why)) => return Err(StoreError::Refusing(why.clone())),
            (Sync::Full, None) => "FULL",
            (Sync::Normal, _) => "NORMAL",
        };
        self.db.pragma_update(None, "synchronous", level)?;
        let tx = Transaction::new_unchecked(&self.db, TransactionBehavior::Immediate).map_err(StoreError::from);
        let is_kept_out = matches!(tx, Err(StoreError::Busy));
        if is_kept_out != self.kept_out {
            self.db.busy_timeout(if is_kept_out { schema::LITTLE_PATIENCE } else { schema::PATIENCE })?;
            self.kept_out = is_kept_out;
        }
        let tx = tx?;
        let done = work(&tx)?;
        tx.commit()?;
        Ok(done)
    }
}

/// The value; none where there is none, or where it differs from the one that was written.
fn meta_get(db: &Connection, key: &str) -> Result<Option<String>> {
    let mut query = db.prepare_cached("SELECT value, sum FROM meta WHERE key = ?1")?;
    let found = query.query_row([key], |row| Ok((bytes(row, 0)?, row.get::<_, Option<u32>>(1)?))).optional()?;
    let sound = found.filter(|(value, sum)| sum.is_none_or(|sum| sum == meta_sum(key, value)));
    Ok(sound.and_then(|(value, _)| String::from_utf8(value).ok()))
}

fn meta_set(db: &Connection, key: &str, value: &str) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO meta(key, value, sum) VALUES(?1, ?2, ?3) ON CONFLICT(key) DO UPDATE SET value = ?2, sum = ?3",
    )?
    .execute(params![key, value, meta_sum(key, value.as_bytes())])?;
    Ok(())
}

fn meta_sum(key: &str, value: &[u8]) -> u32 {
    sum::of(&[key.as_bytes(), value])
}

/// A column as it is in the file: text that is no longer UTF-8 is for its checksum to find.
fn bytes(row: &Row<'_>, column: usize) -> rusqlite::Result<Vec<u8>> {
    Ok(row.get_ref(column)?.as_bytes_or_null()?.unwrap_or_default().to_vec())
}
