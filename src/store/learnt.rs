//! Roles that only answers to changes have shown, and the owner of the key: known in the next session, too.
//!
//! Both can be learnt again, so a line that can't be read is skipped.

use rusqlite::params;

use super::{Result, Store, Sync};
use crate::directory::{Id, learnt::LearntRoles, owner::KeyOwner};

/// Where the owner of the key is kept.
const OWNER: &str = "key-owner";

impl Store {
    /// All learnt roles, by user.
    pub fn learnt_roles(&self) -> Result<Vec<(Id, LearntRoles)>> {
        let mut query = self.db.prepare_cached("SELECT id, body FROM learnt")?;
        let rows = query.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
        let mut all = Vec::new();
        for row in rows {
            let (id, body) = row?;
            all.extend(serde_json::from_str(&body).ok().map(|roles| (Id::from(id), roles)));
        }
        Ok(all)
    }

    /// Keeps the learnt roles of these users; `None` forgets them.
    pub fn keep_learnt_roles(&mut self, learnt: &[(Id, Option<LearntRoles>)]) -> Result<()> {
        self.write(Sync::Normal, |tx| {
            let mut put = tx.prepare_cached("INSERT OR REPLACE INTO learnt(id, body) VALUES(?1, ?2)")?;
            let mut forget = tx.prepare_cached("DELETE FROM learnt WHERE id = ?1")?;
            for (id, roles) in learnt {
                match roles.as_ref().and_then(|roles| serde_json::to_string(roles).ok()) {
                    Some(body) => put.execute(params![&**id, body])?,
                    None => forget.execute([&**id])?,
                };
            }
            Ok(())
        })
    }

    /// Whose key was in use when that was told last.
    pub fn key_owner(&self) -> Result<Option<KeyOwner>> {
        Ok(self.meta_get(OWNER)?.and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// Keeps whose key is in use.
    pub fn keep_key_owner(&mut self, owner: &KeyOwner) -> Result<()> {
        self.meta_set(OWNER, &serde_json::to_string(owner).unwrap_or_default())
    }
}
