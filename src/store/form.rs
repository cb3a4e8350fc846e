//! The compact form of typed records, and the way back, on as many cores as there are.

use std::{mem, num::NonZero, ops::Range, thread};

use rusqlite::Connection;
use serde::{Serialize, de::DeserializeOwned};

use super::{Result, StoreError, snapshot::table, sum};
use crate::directory::{
    Kind,
    record::{Record, Role, Team, User},
};

/// The number of the form. Raise it whenever a stored type gains, loses or moves a field: the form has no names in it,
/// so an old record would be misread. A test compares bytes to remind of it.
pub(super) const FORMAT: &str = "3";

/// Below this many bytes a second thread costs more than it saves.
const WORTH_A_THREAD: usize = 256 << 10;

/// One record in compact form.
#[derive(Debug, Default)]
pub(super) struct Form {
    /// The record.
    pub typed: Vec<u8>,
    /// What a first look can do without: a team's members.
    pub more: Option<Vec<u8>>,
}

impl Form {
    /// Encodes the record into the room that the last one had.
    pub fn encode(mut self, kind: Kind, record: &Record) -> Result<Self> {
        let room = mem::take(&mut self.typed);
        match (kind, record) {
            (Kind::User, Record::User(user)) => self.typed = pack(user, room)?,
            (Kind::Role, Record::Role(role)) => self.typed = pack(role, room)?,
            (Kind::Team, Record::Team(team)) => {
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
                self.more = Some(pack(members, self.more.unwrap_or_default())?);
            }
            _ => return Err(StoreError::WrongKind(kind)),
        }
        Ok(self)
    }
}

fn pack(value: &impl Serialize, mut room: Vec<u8>) -> Result<Vec<u8>> {
    room.clear();
    let mut packed = postcard::to_extend(value, room).map_err(|error| StoreError::Encode(error.to_string()))?;
    sum::seal(&mut packed);
    Ok(packed)
}

fn unpack<T: DeserializeOwned>(sealed: &[u8]) -> Option<T> {
    postcard::from_bytes(sum::unseal(sealed)?).ok()
}

/// What can be brought back from its form.
pub(super) trait Typed: DeserializeOwned + Send {
    /// Adds what was kept apart; `None` where that can't be read.
    fn complete(&mut self, _more: Option<&[u8]>) -> Option<()> {
        Some(())
    }
}

impl Typed for User {}
impl Typed for Role {}
impl Typed for Team {
    fn complete(&mut self, more: Option<&[u8]>) -> Option<()> {
        self.members = unpack(more?)?;
        Some(())
    }
}

/// Many records as read from the file, end to end, still to be decoded.
#[derive(Debug, Default)]
pub(super) struct Packed {
    bytes: Vec<u8>,
    parts: Vec<(Range<usize>, Option<Range<usize>>)>,
    /// What is kept apart was read too.
    whole: bool,
}

impl Packed {
    /// Reads the rows of a kind in order, at most `limit`, with or without what is kept apart.
    pub fn read(db: &Connection, kind: Kind, limit: Option<usize>, whole: bool) -> Result<Self> {
        let (table, more) = (table(kind), if whole { "more" } else { "NULL" });
        let mut query = db.prepare_cached(&format!("SELECT typed, {more} FROM {table} ORDER BY row LIMIT ?1"))?;
        let mut rows = query.query([limit.map_or(-1, |limit| limit as i64)])?;
        let mut packed = Self { whole, ..Self::default() };
        while let Some(row) = rows.next()? {
            let typed = packed.keep(row.get_ref(0)?.as_blob().unwrap_or_default());
            let more = row.get_ref(1)?.as_blob().ok().map(|more| packed.keep(more));
            packed.parts.push((typed, more));
        }
        Ok(packed)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.parts.len()
    }

    /// Decodes them in order; counts those that can't be.
    pub fn decode<T: Typed>(&self, skipped: &mut usize) -> Vec<T> {
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        let threads = cores.min(4).min(1 + self.bytes.len() / WORTH_A_THREAD);
        let share = self.parts.len().div_ceil(threads).max(1);
        let mut records = Vec::with_capacity(self.parts.len());
        thread::scope(|scope| {
            let mut shares = self.parts.chunks(share);
            let mine = shares.next().unwrap_or_default();
            let others: Vec<_> = shares.map(|parts| (parts, scope.spawn(|| self.unpack(parts)))).collect();
            records.extend(self.unpack(mine));
            for (parts, other) in others {
                // A thread that failed leaves its share to this one.
                records.extend(other.join().unwrap_or_else(|_| self.unpack(parts)));
            }
        });
        *skipped += self.parts.len() - records.len();
        records
    }

    fn keep(&mut self, bytes: &[u8]) -> Range<usize> {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        start..self.bytes.len()
    }

    fn unpack<T: Typed>(&self, parts: &[(Range<usize>, Option<Range<usize>>)]) -> Vec<T> {
        let one = |(typed, more): &(Range<usize>, Option<Range<usize>>)| {
            let mut record: T = unpack(&self.bytes[typed.clone()])?;
            if self.whole {
                record.complete(more.clone().map(|more| &self.bytes[more]))?;
            }
            Some(record)
        };
        parts.iter().filter_map(one).collect()
    }
}
