//! Hints from the disk for sessions that read no list: whoever uses one asks the server.

use rusqlite::Connection;

use super::{Result, Store, bytes, form, snapshot::table};
use crate::directory::{
    Id, RecordKind,
    record::{Record, Team, User},
};

impl Store {
    /// Users who were active organisation admins when they were read last, at most so many.
    pub fn admin_hints(&self, most: usize) -> Result<Vec<Id>> {
        let mut query = self.db.prepare_cached("SELECT typed FROM user")?;
        let mut rows = query.query([])?;
        let mut found = Vec::new();
        // The rows are read one at a time: the list may be longer than a command may hold.
        while found.len() < most
            && let Some(row) = rows.next()?
        {
            let user = form::unpack::<User>(row.get_ref(0)?.as_blob().unwrap_or_default());
            found.extend(user.filter(User::is_org_admin).map(|user| user.id));
        }
        Ok(found)
    }

    /// True where another team had this name when the teams were read last.
    pub fn has_namesake(&self, team: &Id, name: &str) -> Result<bool> {
        // Members are in another column.
        let mut query = self.db.prepare_cached("SELECT typed FROM team")?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            let known = form::unpack::<Team>(row.get_ref(0)?.as_blob().unwrap_or_default());
            if known.is_some_and(|known| known.id != *team && known.name.raw() == name) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Some records of a kind as they were read last, in no order.
    pub fn some_records(&self, kind: RecordKind, most: usize) -> Result<Vec<Record>> {
        some(&self.db, kind, most)
    }
}

fn some(db: &Connection, kind: RecordKind, most: usize) -> Result<Vec<Record>> {
    let mut query = db.prepare_cached(&format!("SELECT typed, more FROM {} LIMIT ?1", table(kind)))?;
    let mut rows = query.query([most as i64])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.extend(form::decode(kind, &bytes(row, 0)?, &bytes(row, 1)?));
    }
    Ok(found)
}
