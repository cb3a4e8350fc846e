//! The compact form of typed records, and the way back, on as many cores as there are.

use std::{collections::VecDeque, hash::Hasher, mem, num::NonZero, ops::Range, thread};

use rusqlite::{Connection, Rows};
use rustc_hash::FxHasher;
use serde::{Serialize, de::DeserializeOwned};

use super::{Result, StoreError, sum};
use crate::directory::{
    RecordKind,
    record::{Record, Role, Team, User},
    shared::Shared,
};

/// Bytes that are decoded together.
const STRETCH: usize = 1 << 20;

/// A record in the compact form that the disk keeps.
#[derive(Debug, Clone, Default)]
pub struct PackedRecord {
    /// The record.
    pub(super) typed: Vec<u8>,
    /// The part that a first look can do without: a team's members.
    pub(super) more: Option<Vec<u8>>,
}

impl PackedRecord {
    /// The record's fingerprint.
    pub fn fingerprint(&self) -> Fingerprint {
        fingerprint(&self.typed, self.more.as_deref())
    }

    /// Encodes the record into the room that the last one had.
    pub(super) fn encode(mut self, kind: RecordKind, record: &Record) -> Result<Self> {
        let room = mem::take(&mut self.typed);
        let apart = self.more.take();
        match (kind, record) {
            (RecordKind::User, Record::User(user)) => self.typed = pack(user, room)?,
            (RecordKind::Role, Record::Role(role)) => self.typed = pack(role, room)?,
            (RecordKind::Team, Record::Team(team)) => {
                let Team { id, name, members, created, modified, version, problem } = team;
                let head = Team {
                    id: id.clone(),
                    name: name.clone(),
                    members: None,
                    created: *created,
                    modified: *modified,
                    version: version.clone(),
                    problem: problem.clone(),
                };
                self.typed = pack(&head, room)?;
                self.more = Some(pack(members, apart.unwrap_or_default())?);
            }
            _ => return Err(StoreError::WrongKind(kind)),
        }
        Ok(self)
    }
}

/// A hash that tells different records apart, also before and after they were on disk; good for as long as the program
/// runs.
pub type Fingerprint = u64;

/// Packs one record after another in the same buffer.
#[derive(Debug, Default)]
pub struct RecordPacker(PackedRecord);

impl RecordPacker {
    /// The record in exactly the memory that it needs; `None` for a record that could not be put on disk.
    pub fn pack(&mut self, record: &Record) -> Option<PackedRecord> {
        self.0 = mem::take(&mut self.0).encode(record.kind(), record).ok()?;
        Some(self.0.clone())
    }
}

fn fingerprint(typed: &[u8], more: Option<&[u8]>) -> Fingerprint {
    let mut hasher = FxHasher::default();
    hasher.write(typed);
    more.into_iter().for_each(|more| hasher.write(more));
    hasher.finish()
}

fn pack(value: &impl Serialize, mut room: Vec<u8>) -> Result<Vec<u8>> {
    room.clear();
    let mut packed = postcard::to_extend(value, room).map_err(|error| StoreError::Encode(error.to_string()))?;
    sum::seal(&mut packed);
    Ok(packed)
}

pub(super) fn unpack<T: DeserializeOwned>(sealed: &[u8]) -> Option<T> {
    postcard::from_bytes(sum::unseal(sealed)?).ok()
}

/// Decodes a record; `None` where it is damaged.
pub(super) fn decode(kind: RecordKind, typed: &[u8], more: &[u8]) -> Option<Record> {
    fn whole<T: StoredForm>(typed: &[u8], more: &[u8]) -> Option<T> {
        let mut record: T = unpack(typed)?;
        record.complete(Some(more))?;
        Some(record)
    }
    Some(match kind {
        RecordKind::User => Record::User(whole(typed, more)?),
        RecordKind::Team => Record::Team(whole(typed, more)?),
        RecordKind::Role => Record::Role(whole(typed, more)?),
    })
}

/// True for the form of the record with that id, which comes first in all of them.
pub(super) fn is_of(sealed: &[u8], id: &str) -> bool {
    sum::unseal(sealed).and_then(|form| postcard::take_from_bytes::<&str>(form).ok()).is_some_and(|(of, _)| of == id)
}

/// A type that can be brought back from its form.
pub(super) trait StoredForm: DeserializeOwned + Send {
    /// Adds the part that was kept apart; `None` where it can't be read.
    fn complete(&mut self, _more: Option<&[u8]>) -> Option<()> {
        Some(())
    }

    /// Shares values that other records hold as well.
    fn share(&mut self, _shared: &mut Shared) {}
}

impl StoredForm for User {
    fn share(&mut self, shared: &mut Shared) {
        shared.user(self);
    }
}

impl StoredForm for Role {}

impl StoredForm for Team {
    fn share(&mut self, shared: &mut Shared) {
        shared.team(self);
    }

    fn complete(&mut self, more: Option<&[u8]>) -> Option<()> {
        self.members = unpack(more?)?;
        Some(())
    }
}

/// The records of a query, and how many rows there were.
pub(super) struct Found<T> {
    pub records: Vec<T>,
    /// The fingerprint of each of the records.
    pub prints: Vec<Fingerprint>,
    pub rows: usize,
}

/// The records of a query, typed and what is kept apart. Packed records lie a stretch at a time in memory, and are
/// decoded while the next stretch is read.
pub(super) fn read<T: StoredForm>(db: &Connection, query: &str, whole: bool) -> Result<Found<T>> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get).min(4);
    let mut found = Found { records: Vec::new(), prints: Vec::new(), rows: 0 };
    let mut query = db.prepare(query)?;
    let mut rows = query.query([])?;
    thread::scope(|scope| {
        let mut under_way = VecDeque::new();
        loop {
            let stretch = PackedRecords::read(&mut rows, whole)?;
            let last = stretch.bytes.len() < STRETCH;
            found.rows += stretch.parts.len();
            if last && under_way.is_empty() {
                found.extend(stretch.decode());
                return Ok(());
            }
            under_way.push_back(scope.spawn(move || stretch.decode()));
            while under_way.len() > if last { 0 } else { cores } {
                let decoded = under_way.pop_front().and_then(|decoding| decoding.join().ok());
                found.extend(decoded.unwrap_or_default());
            }
            if last {
                return Ok(());
            }
        }
    })
    .map(|()| found)
}

impl<T> Extend<(T, Fingerprint)> for Found<T> {
    fn extend<I: IntoIterator<Item = (T, Fingerprint)>>(&mut self, decoded: I) {
        for (record, print) in decoded {
            self.records.push(record);
            self.prints.push(print);
        }
    }
}

/// Some packed records, end to end, still to be decoded.
#[derive(Default)]
struct PackedRecords {
    bytes: Vec<u8>,
    parts: Vec<(Range<usize>, Option<Range<usize>>)>,
    /// True if the part that is kept apart was read too.
    whole: bool,
}

impl PackedRecords {
    fn read(rows: &mut Rows<'_>, whole: bool) -> Result<Self> {
        let mut stretch = Self { whole, ..Self::default() };
        while stretch.bytes.len() < STRETCH
            && let Some(row) = rows.next()?
        {
            let typed = stretch.keep(row.get_ref(0)?.as_blob().unwrap_or_default());
            let more = row.get_ref(1)?.as_blob().ok().map(|more| stretch.keep(more));
            stretch.parts.push((typed, more));
        }
        Ok(stretch)
    }

    fn keep(&mut self, bytes: &[u8]) -> Range<usize> {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        start..self.bytes.len()
    }

    fn decode<T: StoredForm>(&self) -> Vec<(T, Fingerprint)> {
        let mut shared = Shared::default();
        let one = |(typed, more): &(Range<usize>, Option<Range<usize>>)| {
            let (typed, more) = (&self.bytes[typed.clone()], more.clone().map(|more| &self.bytes[more]));
            let mut record: T = unpack(typed)?;
            if self.whole {
                record.complete(more)?;
            }
            record.share(&mut shared);
            Some((record, fingerprint(typed, more)))
        };
        self.parts.iter().filter_map(one).collect()
    }
}
