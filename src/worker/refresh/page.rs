//! A page of a list made into records: slow enough to stay off the event loop.

use std::{hash::BuildHasher, ops::Range, sync::Arc};

use serde_json::{Value, value::RawValue};

use super::hints::Hints;
use crate::{
    dialect::{self, Dialect},
    directory::{
        Kind,
        record::{Depth, Record},
        shared::Shared,
    },
    scim::{
        filter::Filter,
        list::{self, BadBody},
    },
};

/// How the pages of one list are read.
pub struct Reader {
    pub dialect: Arc<dyn Dialect>,
    pub kind: Kind,
    pub depth: Depth,
    pub filter: Option<Arc<Filter>>,
    pub shared: Shared,
}

/// A page, its records still in their text.
pub struct Page {
    pub total: Option<u64>,
    pub next_cursor: Option<String>,
    pub rows: Vec<Row>,
    pub hints: Hints,
    text: String,
}

/// One record of a page.
pub struct Row {
    pub record: Record,
    /// The filter that was asked for finds it: many servers answer one that they don't know with everybody.
    pub meant: bool,
    /// What tells it apart in the place of an id.
    key: Option<String>,
    raw: Range<usize>,
}

impl Page {
    /// What tells the records apart.
    pub fn ids(&self) -> Vec<&str> {
        self.rows.iter().map(Row::key).collect()
    }

    /// Drops all but the records at these places, which are in order, and of them those that were not meant.
    pub fn keep_only(&mut self, places: &[usize]) {
        let (mut at, mut places) = (0, places.iter().peekable());
        self.rows.retain(|row| {
            let here = places.next_if(|place| **place == at).is_some();
            at += 1;
            here && row.meant
        });
    }

    /// The records from there on, at most so many, with their resources as they came.
    pub fn stretch(&self, from: usize, most: usize) -> impl Iterator<Item = (&Record, &str)> {
        let rows = self.rows.iter().skip(from).take(most);
        rows.map(|row| (&row.record, self.text.get(row.raw.clone()).unwrap_or_default()))
    }
}

impl Row {
    fn key(&self) -> &str {
        match (&self.key, &self.record) {
            (Some(key), _) => key,
            (None, Record::User(user)) => &user.id,
            (None, Record::Team(team)) => &team.id,
            (None, Record::Role(role)) => &role.id,
        }
    }
}

impl Reader {
    /// Reads the page that comes after so many records.
    pub fn read(&mut self, body: Vec<u8>, received: usize) -> Result<Page, BadBody> {
        let text = list::into_text(body)?;
        let page = list::parse_text(&text)?;
        let mut nameless = Nameless::default();
        let mut hints = Hints::default();
        let mut rows = Vec::with_capacity(page.resources.len());
        for (at, raw) in page.resources.iter().enumerate() {
            let row = self.row(received + at, raw, &text, &mut nameless, &format!("$.Resources[{at}]"));
            if row.meant && self.dialect.discovers() {
                hints.note(&row.record, raw);
            }
            rows.push(row);
        }
        let (total, next_cursor) = (page.total, page.next_cursor);
        Ok(Page { total, next_cursor, rows, hints, text })
    }

    fn row(&mut self, before: usize, raw: &RawValue, text: &str, nameless: &mut Nameless, at: &str) -> Row {
        let json = raw.get();
        let read = self.dialect.read(self.kind, raw, self.depth, at);
        let (mut record, key) = match read {
            Ok(record) => (record, None),
            Err(problem) => (dialect::placeholder(self.kind, before + 1, problem), Some(nameless.key(json))),
        };
        self.shared.record(&mut record);
        let meets =
            |filter: &Arc<Filter>| serde_json::from_str::<Value>(json).is_ok_and(|record| filter.matches(&record));
        let start = json.as_ptr() as usize - text.as_ptr() as usize;
        Row { record, key, meant: self.filter.as_ref().is_none_or(meets), raw: start..start + json.len() }
    }
}

/// What tells records without an id apart: their text, and how often it stood in the page before. The same page read
/// again gives the same keys, so a server that repeats itself is noticed.
#[derive(Default)]
struct Nameless(rustc_hash::FxHashMap<u64, usize>);

impl Nameless {
    fn key(&mut self, raw: &str) -> String {
        let hash = rustc_hash::FxBuildHasher.hash_one(raw);
        let before = self.0.entry(hash).or_default();
        *before += 1;
        format!("{}{hash:016x}-{before}", dialect::UNREADABLE)
    }
}
