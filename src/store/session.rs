//! The sessions that use the file now: each holds a lock that ends with its process, however that ends.
//!
//! A session sees its own sent changes through; another session looks at them only after the sender has ended.

use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
};

use super::{Result, Store, file};

/// The part of a file's name before the session's number.
const MARK: &str = ".session-";

/// The running session, for as long as it is held.
#[derive(Debug)]
pub struct StoreSession {
    /// The session's number, as the journal has it.
    pub id: u64,
    path: PathBuf,
    _lock: File,
}

impl Drop for StoreSession {
    fn drop(&mut self) {
        // A file that can't be removed is removed by the next session.
        let _ = fs::remove_file(&self.path);
    }
}

impl Store {
    /// Begins a session, and removes the files of dead ones. `None` for a store in memory, and on file systems without
    /// locks.
    pub fn begin_session(&self) -> Result<Option<StoreSession>> {
        let Some(path) = &self.path else { return Ok(None) };
        // While this lock is held, no other session is between the creation and the locking of its file, which
        // would look dead.
        let _opening = file::lock(path, &mut |_| ())?;
        remove_dead(path);
        let Ok(id) = getrandom::u64() else { return Ok(None) };
        let own = file_of(path, id);
        let lock = file::make(&own)?;
        Ok(lock.try_lock().is_ok().then_some(StoreSession { id, path: own, _lock: lock }))
    }

    /// True while the process that began that session lives.
    pub fn is_live(&self, session: u64) -> bool {
        self.path.as_deref().is_some_and(|path| is_locked(&file_of(path, session)))
    }
}

fn file_of(path: &Path, id: u64) -> PathBuf {
    file::beside(path, &format!("{MARK}{id:016x}"))
}

/// True for the file of a session that uses this store.
pub(super) fn is_file_of(store: &Path, found: &Path) -> bool {
    let (Some(name), Some(found)) = (store.file_name(), found.file_name()) else { return false };
    let rest = found.as_encoded_bytes().strip_prefix(name.as_encoded_bytes());
    rest.is_some_and(|rest| rest.starts_with(MARK.as_bytes()))
}

fn is_locked(path: &Path) -> bool {
    // Opened for reading only, because the watch takes the closing of a file that was opened for writing for the end
    // of a session (`watch`).
    let Ok(file) = File::open(path) else { return false };
    // A shared lock, so that two looks at the same moment do not take each other for a session.
    matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
}

fn remove_dead(path: &Path) {
    let Some(Ok(files)) = path.parent().map(fs::read_dir) else { return };
    let is_session = |found: &PathBuf| is_file_of(path, found);
    for found in files.flatten().map(|entry| entry.path()).filter(is_session).filter(|found| !is_locked(found)) {
        // Another process may remove the file first.
        let _ = fs::remove_file(found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_lives_until_it_ends_and_leaves_nothing() {
        let room = tempfile::tempdir().unwrap();
        let path = room.path().join("a.db");
        let (one, _) = Store::open(&path).unwrap();
        let (two, _) = Store::open(&path).unwrap();
        let sessions = [one.begin_session().unwrap().unwrap(), two.begin_session().unwrap().unwrap()];
        assert_ne!(sessions[0].id, sessions[1].id);
        assert!(one.is_live(sessions[1].id) && two.is_live(sessions[0].id));
        let [first, second] = sessions;
        let id = first.id;
        drop(first);
        assert!(!two.is_live(id) && one.is_live(second.id) && !one.is_live(1));
        // Another process looks, too.
        fs::write(file_of(&path, 8), "").unwrap();
        let looks = File::open(file_of(&path, 8)).unwrap();
        looks.lock_shared().unwrap();
        assert!(!one.is_live(8));
        drop(looks);
        // The file as a killed process leaves it.
        fs::write(file_of(&path, 7), "").unwrap();
        assert!(!one.is_live(7));
        drop(one.begin_session().unwrap());
        assert!(!file_of(&path, 7).exists() && file_of(&path, second.id).exists());
    }
}
