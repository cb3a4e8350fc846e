//! Which sessions use the file now: each holds a lock that ends with its process, however that ends.
//!
//! What a session has sent is its own to see through; another one looks at it only once the sender is gone.

use std::{
    ffi::OsStr,
    fs::{self, File, OpenOptions, TryLockError},
    path::{Path, PathBuf},
};

use super::{Result, Store, file};

/// Goes before a session's number in the name of its file.
const MARK: &str = ".session-";

/// This session, for as long as it is held.
#[derive(Debug)]
pub struct Session {
    /// Its number, as the journal has it.
    pub id: u64,
    path: PathBuf,
    _lock: File,
}

impl Drop for Session {
    fn drop(&mut self) {
        // One that stays is removed by the next session.
        let _ = fs::remove_file(&self.path);
    }
}

impl Store {
    /// Begins a session, and removes what dead ones left. None in memory, and on file systems without locks.
    pub fn begin_session(&self) -> Result<Option<Session>> {
        let Some(path) = &self.path else { return Ok(None) };
        // No other session is between making its file and locking it.
        let _opening = file::lock(path, &mut |_| ())?;
        remove_dead(path);
        let Ok(id) = getrandom::u64() else { return Ok(None) };
        let own = file_of(path, id);
        let lock = file::make(&own)?;
        Ok(lock.try_lock().is_ok().then_some(Session { id, path: own, _lock: lock }))
    }

    /// True while the process lives that began that session.
    pub fn is_live(&self, session: u64) -> bool {
        self.path.as_deref().is_some_and(|path| is_locked(&file_of(path, session)))
    }
}

fn file_of(path: &Path, id: u64) -> PathBuf {
    file::beside(path, &format!("{MARK}{id:016x}"))
}

fn is_locked(path: &Path) -> bool {
    let Ok(file) = OpenOptions::new().write(true).open(path) else { return false };
    // Shared: whoever looks at the same moment must not take the look for a session.
    matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
}

fn remove_dead(path: &Path) {
    let (Some(directory), Some(name)) = (path.parent(), path.file_name().and_then(OsStr::to_str)) else { return };
    let mark = format!("{name}{MARK}");
    let is_session =
        |found: &PathBuf| found.file_name().and_then(OsStr::to_str).is_some_and(|found| found.starts_with(&mark));
    let Ok(files) = fs::read_dir(directory) else { return };
    for found in files.flatten().map(|entry| entry.path()).filter(is_session).filter(|found| !is_locked(found)) {
        // Whoever removes it, it goes.
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
        // Somebody else looks, too.
        fs::write(file_of(&path, 8), "").unwrap();
        let looks = File::open(file_of(&path, 8)).unwrap();
        looks.lock_shared().unwrap();
        assert!(!one.is_live(8));
        drop(looks);
        // As a killed process leaves it.
        fs::write(file_of(&path, 7), "").unwrap();
        assert!(!one.is_live(7));
        drop(one.begin_session().unwrap());
        assert!(!file_of(&path, 7).exists() && file_of(&path, second.id).exists());
    }
}
