//! Reads a damaged file's journal around every page that can't be read.

use std::{collections::BTreeMap, fmt};

use rusqlite::Connection;

/// The most reads in all: each failed read halves the range of ids in which it failed.
const MOST_READS: usize = 4_000;

/// A change as it stands in the file, sound or not.
#[derive(Debug)]
pub(super) struct Row {
    pub id: i64,
    pub state: String,
    pub body: String,
    pub sum: Option<i64>,
}

/// The rows of a damaged file's journal.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub rows: Vec<Row>,
    /// The recorded number of changes, where it can be read.
    pub size: Option<usize>,
}

/// The number of changes that were carried over, and of all; displays as words for the notice.
#[derive(Debug)]
pub(super) struct SalvagedJournal {
    pub kept: usize,
    pub of: Option<usize>,
}

impl fmt::Display for SalvagedJournal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kept, of } = self;
        match of {
            Some(1) if *kept == 1 => f.write_str("the one change of its journal was carried over"),
            Some(of) if of == kept => write!(f, "all {kept} changes of its journal were carried over"),
            Some(of) if of > kept => {
                let lost = of - kept;
                write!(f, "{kept} of {of} changes of its journal were carried over, {lost} could not be read")
            }
            _ => write!(f, "{kept} changes of its journal were carried over; whether it held more can't be told"),
        }
    }
}

impl Found {
    pub(super) fn in_file(db: &Connection) -> Self {
        let size = db.query_row("SELECT changes FROM journal_size", [], |row| row.get::<_, i64>(0));
        let mut reader = Reader { db, rows: BTreeMap::new(), left: MOST_READS };
        reader.read(i64::MIN, i64::MAX);
        let size = size.ok().and_then(|size| usize::try_from(size).ok());
        Self { rows: reader.rows.into_values().collect(), size }
    }
}

struct Reader<'a> {
    db: &'a Connection,
    rows: BTreeMap<i64, Row>,
    left: usize,
}

impl Reader<'_> {
    /// Reads a range of ids from both ends, then the rest between them in halves.
    fn read(&mut self, from: i64, to: i64) {
        if from > to || self.left < 2 {
            return;
        }
        self.left -= 2;
        let Err(up) = self.walk("ASC", from, to) else { return };
        let Err(down) = self.walk("DESC", from, to) else { return };
        let from = up.map_or(Some(from), |last| last.checked_add(1));
        let to = down.map_or(Some(to), |last| last.checked_sub(1));
        if let (Some(from), Some(to)) = (from, to)
            && from < to
        {
            let middle = from.midpoint(to);
            self.read(from, middle);
            self.read(middle + 1, to);
        }
    }

    /// Reads until the end of the range or the first error; an error gives the last id before it.
    fn walk(&mut self, order: &str, from: i64, to: i64) -> Result<(), Option<i64>> {
        let mut last = None;
        let walked = self.rows_in(order, from, to, &mut last);
        walked.map_err(|_| last)
    }

    fn rows_in(&mut self, order: &str, from: i64, to: i64, last: &mut Option<i64>) -> rusqlite::Result<()> {
        let text = |sum: &str| {
            format!("SELECT id, state, body, {sum} FROM journal WHERE id BETWEEN ?1 AND ?2 ORDER BY id {order}")
        };
        // Files of an older layout have no checksums.
        let mut query = self.db.prepare(&text("sum")).or_else(|_| self.db.prepare(&text("NULL")))?;
        let mut rows = query.query([from, to])?;
        while let Some(row) = rows.next()? {
            let id: i64 = row.get(0)?;
            // A broken page may lead anywhere, even back to the start of the walk.
            let onwards = last.is_none_or(|last| if order == "ASC" { id > last } else { id < last });
            if !onwards || !(from..=to).contains(&id) {
                return Err(rusqlite::Error::InvalidQuery);
            }
            *last = Some(id);
            if let (Ok(state), Ok(body), Ok(sum)) = (row.get(1), row.get(2), row.get(3)) {
                self.rows.entry(id).or_insert(Row { id, state, body, sum });
            }
        }
        Ok(())
    }
}
