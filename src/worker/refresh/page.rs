//! Turns a page of a list into records: slow enough to stay off the event loop.

use std::{
    hash::BuildHasher,
    num::NonZero,
    ops::Range,
    sync::{Arc, Mutex, PoisonError},
    thread,
};

use rustc_hash::FxHashSet;
use serde_json::value::RawValue;

use super::{
    super::shown_records::ShownList,
    hints::RecordHints,
    members::{self, WithheldMembers},
};
use crate::{
    dialect::{self, Dialect},
    directory::{
        Id, Name, RecordKind,
        record::{ReadDepth, Record, RecordProblem, Team},
        shared::Shared,
    },
    scim::{
        filter::ScimFilter,
        list::{self, BadBody},
        tree,
    },
    store::{ListedResource, PackedRecord, RecordPacker},
};

/// Below so many records, and so many bytes, a second thread costs more than it saves.
const WORTH_A_THREAD: (usize, usize) = (1_000, 1 << 20);

/// At most so many records are read before the first of them becomes a row.
const AT_ONCE: usize = 8_192;

/// At most so many records of a page are looked at for the shape that their server gives them.
const EARLY: usize = 20;

/// How the pages of one list are read.
pub struct Reader {
    pub dialect: Arc<dyn Dialect>,
    pub kind: RecordKind,
    pub depth: ReadDepth,
    pub filter: Option<Arc<ScimFilter>>,
    pub shared: Shared,
    /// The users that are shown: somebody who is in many teams is there once.
    pub users: Option<Arc<ShownList>>,
    /// True if a team of the list so far has members.
    pub members_told: bool,
    /// True if a team so far has the attribute without members: where it is absent, members are left out.
    pub members_empty: bool,
    /// Records are packed, for the disk and for the comparison with those on screen.
    pub packs: bool,
    /// A lock that is held while a record that takes much room is read: one at a time.
    pub heavy: Mutex<()>,
    pub withheld: WithheldMembers,
}

/// A page, its records still in their text.
pub struct ReadPage {
    pub total: Option<u64>,
    pub next_cursor: Option<String>,
    pub rows: Vec<ReadRow>,
    pub hints: RecordHints,
    text: String,
}

/// A record of a page.
pub struct ReadRow {
    pub record: Record,
    /// True if the filter that was asked for finds the record: many servers answer a filter that they don't know with
    /// everybody.
    pub meant: bool,
    /// The record as the disk keeps it; none where the disk does not.
    pub packed: Option<PackedRecord>,
    /// True if the record is shown with the same values already.
    pub shown: bool,
    /// The groups that a user names.
    pub groups: Vec<Id>,
    /// The number of members as the page has them; `None` where it leaves them out.
    pub members: Option<usize>,
    /// The key that tells the record apart where it has no id.
    key: Option<String>,
    raw: Range<usize>,
}

impl ReadPage {
    /// The page's length as it came, in bytes.
    pub fn bytes(&self) -> usize {
        self.text.len()
    }

    /// The ids or keys that tell the records apart.
    pub fn ids(&self) -> Vec<&str> {
        self.rows.iter().map(ReadRow::key).collect()
    }

    /// Drops all records but those at these places, which are in order, and of them those that the filter does not
    /// find.
    pub fn keep_only(&mut self, places: &[usize]) {
        let (mut at, mut places) = (0, places.iter().peekable());
        self.rows.retain(|row| {
            let here = places.next_if(|place| **place == at).is_some();
            at += 1;
            here && row.meant
        });
    }

    /// The records from there on, at most so many, with their resources as they came.
    pub fn stretch(&self, from: usize, most: usize) -> impl Iterator<Item = ListedResource<'_>> {
        let rows = self.rows.iter().skip(from).take(most);
        rows.map(|row| ListedResource {
            record: &row.record,
            packed: row.packed.as_ref(),
            raw: self.text.get(row.raw.clone()).unwrap_or_default(),
        })
    }
}

impl ReadRow {
    /// True if the record is a placeholder.
    pub fn is_unreadable(&self) -> bool {
        self.key.is_some()
    }

    fn key(&self) -> &str {
        self.key.as_deref().unwrap_or(self.record.id())
    }
}

impl Reader {
    /// Reads the page that comes after so many records.
    pub fn read(&mut self, body: Vec<u8>, received: usize) -> Result<ReadPage, BadBody> {
        let text = list::into_text(body)?;
        let page = list::parse_text(&text)?;
        let (mut nameless, mut hints, mut packer) =
            (NamelessRecord::default(), RecordHints::default(), RecordPacker::default());
        let mut rows = Vec::with_capacity(page.resources.len());
        for raws in page.resources.chunks(AT_ONCE) {
            let from = rows.len();
            for (read, raw) in self.records(from, raws).into_iter().zip(raws) {
                let json = raw.get();
                let (mut record, packed, key) = match read.record {
                    Ok(record) => (record, read.packed, None),
                    Err(problem) => {
                        let record = dialect::placeholder(self.kind, received + rows.len() + 1, problem);
                        let packed = packer.pack(&record);
                        (record, packed, Some(nameless.key(json)))
                    }
                };
                self.shared.record(&mut record);
                let members = if let Record::Team(team) = &record { team.size() } else { None };
                hints.note_server(&record, raw, &*self.dialect, rows.len() < EARLY);
                if read.meant && self.dialect.discovers() {
                    hints.note(&record, raw);
                }
                let start = json.as_ptr() as usize - text.as_ptr() as usize;
                rows.push(ReadRow {
                    record,
                    meant: read.meant,
                    packed,
                    shown: false,
                    groups: read.groups,
                    members,
                    key,
                    raw: start..start + json.len(),
                });
            }
        }
        if self.kind == RecordKind::Team {
            self.settle_members(&mut rows, &mut packer);
        }
        let (total, next_cursor) = (page.total, page.next_cursor);
        Ok(ReadPage { total, next_cursor, rows, hints, text })
    }

    /// Marks members as not told in a list in which no team has any: some lists leave them out, or empty. In any other
    /// list an absent attribute is nobody (RFC 7643 §2.5), unless another team has it without members.
    fn settle_members(&mut self, rows: &mut [ReadRow], packer: &mut RecordPacker) {
        let has_some =
            |row: &ReadRow| matches!(&row.record, Record::Team(team) if team.size().is_some_and(|size| size > 0));
        let is_empty = |row: &ReadRow| matches!(&row.record, Record::Team(team) if team.size() == Some(0));
        self.members_told = self.members_told || rows.iter().any(has_some);
        self.members_empty = self.members_empty || rows.iter().any(is_empty);
        for row in rows {
            let Record::Team(team) = &mut row.record else { continue };
            let absence_tells = team.members.is_some() || !self.members_empty;
            let told = self.members_told && absence_tells && !self.withheld.is_in_list(&team.id);
            if told != team.members.is_some() && team.problem.is_none() {
                team.members = told.then(Vec::new);
                row.packed = packer.pack(&row.record);
            }
        }
    }

    /// Makes records of resources, in their order, on as many cores as there are; `from` is the place of the first.
    fn records(&self, from: usize, raws: &[&RawValue]) -> Vec<ReadResource> {
        let bytes: usize = raws.iter().map(|raw| raw.get().len()).sum();
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        let threads = cores.min(4).min(1 + (raws.len() / WORTH_A_THREAD.0).max(bytes / WORTH_A_THREAD.1));
        let mut shares = shares(raws, bytes.div_ceil(threads)).into_iter();
        let mut records = Vec::with_capacity(raws.len());
        thread::scope(|scope| {
            let mine = shares.next();
            let others: Vec<_> =
                shares.map(|(at, raws)| (at, raws, scope.spawn(move || self.stretch(from + at, raws)))).collect();
            records.extend(mine.into_iter().flat_map(|(at, raws)| self.stretch(from + at, raws)));
            for (at, raws, other) in others {
                // A thread that failed leaves its share to this one.
                records.extend(other.join().unwrap_or_else(|_| self.stretch(from + at, raws)));
            }
        });
        records
    }

    fn stretch(&self, from: usize, raws: &[&RawValue]) -> Vec<ReadResource> {
        let meets = |raw: &RawValue, filter: &ScimFilter| {
            tree::parse(raw.get().as_bytes()).is_ok_and(|record| filter.matches(&record))
        };
        let (mut packer, mut names) = (RecordPacker::default(), FxHashSet::default());
        let read = |(at, raw): (usize, &&RawValue)| {
            let heavy = tree::is_heavy(raw.get().as_bytes());
            let _alone = heavy.then(|| self.heavy.lock().unwrap_or_else(PoisonError::into_inner));
            let mut record = self.dialect.read(self.kind, raw, self.depth, &format!("$.Resources[{at}]"));
            if let (Ok(Record::Team(team)), Some(users)) = (&mut record, &self.users) {
                share(team, users, &mut names);
            }
            let packed = record.as_ref().ok().filter(|_| self.packs).and_then(|record| packer.pack(record));
            let groups = record.as_ref().map(|record| members::groups_named(record, raw)).unwrap_or_default();
            ReadResource { record, packed, groups, meant: self.filter.as_ref().is_none_or(|filter| meets(raw, filter)) }
        };
        (from..).zip(raws).map(read).collect()
    }
}

/// Parts of about so many bytes, with the place of the first in each: one team may be as long as a hundred others.
fn shares<'a>(raws: &'a [&'a RawValue], bytes: usize) -> Vec<(usize, &'a [&'a RawValue])> {
    let (mut shares, mut from, mut size) = (Vec::new(), 0, 0);
    for (at, raw) in raws.iter().enumerate() {
        size += raw.get().len();
        if size >= bytes || at + 1 == raws.len() {
            shares.push((from, &raws[from..=at]));
            (from, size) = (at + 1, 0);
        }
    }
    shares
}

fn share(team: &mut Team, users: &ShownList, names: &mut FxHashSet<Name>) {
    for member in team.members.iter_mut().flatten() {
        if let Some((known, _)) = users.get_key_value(&member.id) {
            member.id.clone_from(known);
        }
        match names.get(&member.display) {
            Some(known) => member.display.clone_from(known),
            None => drop(names.insert(member.display.clone())),
        }
    }
}

/// A resource as it was read, and whether the filter that was asked for finds it.
struct ReadResource {
    record: Result<Record, RecordProblem>,
    packed: Option<PackedRecord>,
    /// The groups that a user names.
    groups: Vec<Id>,
    meant: bool,
}

/// Keys for records without an id: their text, and how often it stood in the page before. The same page read again
/// gives the same keys, so a server that repeats itself is noticed.
#[derive(Default)]
struct NamelessRecord(rustc_hash::FxHashMap<u64, usize>);

impl NamelessRecord {
    fn key(&mut self, raw: &str) -> String {
        let hash = rustc_hash::FxBuildHasher.hash_one(raw);
        let before = self.0.entry(hash).or_default();
        *before += 1;
        format!("{}{hash:016x}-{before}", dialect::UNREADABLE)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::dialect::{Hosting, KnownServer, Provider, of};

    #[test]
    fn records_stay_in_their_order_whatever_reads_them() {
        let person = |n: usize| match n % 1_000 {
            // These people have no id, and are all alike.
            7 => json!({"userName": "lost"}),
            _ => json!({"id": format!("u{n}"), "userName": format!("user-{n}"), "modelsSeat": "full"}),
        };
        let people: Vec<Value> = (0..4_500).map(person).collect();
        let body = json!({"totalResults": 9_000, "Resources": people}).to_string().into_bytes();
        let dialect = of(Provider::Wandb, Hosting::Dedicated, KnownServer::default());
        let mut reader = Reader {
            dialect,
            kind: RecordKind::User,
            depth: ReadDepth::Summary,
            filter: None,
            shared: Shared::default(),
            users: None,
            members_told: false,
            members_empty: false,
            packs: true,
            heavy: Mutex::default(),
            withheld: WithheldMembers::default(),
        };
        let mut page = reader.read(body, 100).unwrap();
        let ids = page.ids();
        assert_eq!((ids.len(), ids[0], ids[4_499]), (4_500, "u0", "u4499"));
        let lost: Vec<&str> = ids.iter().copied().filter(|id| id.starts_with(dialect::UNREADABLE)).collect();
        assert!(lost.len() == 5 && lost[0].ends_with("-1") && lost[4].ends_with("-5"), "{lost:?}");
        assert_eq!(page.rows[1_007].record.target().id.as_ref(), "unreadable:1108");
        for (at, ListedResource { raw, .. }) in page.stretch(0, usize::MAX).enumerate() {
            assert_eq!(serde_json::from_str::<Value>(raw).unwrap(), people[at]);
        }
        page.keep_only(&[0, 7, 4_499]);
        assert_eq!(page.ids(), ["u0", lost_key(&page), "u4499"]);
    }

    fn lost_key(page: &ReadPage) -> &str {
        page.rows[1].key()
    }
}
