//! A watch on the store's files: a console that waits for other processes is woken, and need not poll.
//!
//! `SQLite` writes every commit to the log (`-wal`) first, so a write to that file may be news; [`Store::has_news`]
//! tells whether another connection wrote it. A session's file is closed or removed when its process ends. The system
//! reports both on the machine where they happen, also on network file systems: the log can't be shared between
//! machines.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use notify::{
    Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher,
    event::{AccessKind, AccessMode, ModifyKind},
};

use super::{Result, Store, StoreError, file, session};

/// The shortest time between two rings: a refresh writes thousands of times, and a single look sees all of it.
const PAUSE: Duration = Duration::from_millis(200);

/// Rings for as long as it is held.
pub struct StoreWatch {
    bell: Arc<WakeBell>,
    _watcher: RecommendedWatcher,
}

impl StoreWatch {
    /// The woken party has looked: after a pause, the next write rings again.
    pub fn heard(&self) {
        self.bell.set(|state| state.heard = true);
    }
}

impl Drop for StoreWatch {
    fn drop(&mut self) {
        // The watcher's thread must not wait for a look that never comes.
        self.bell.set(|state| state.closed = true);
    }
}

impl Store {
    /// Watches the files. `ring` is called from another thread, and not again before [`StoreWatch::heard`]. `None` for a
    /// store in memory.
    ///
    /// # Errors
    /// The system can't watch the directory.
    pub fn watch(&self, ring: impl Fn() + Send + 'static) -> Result<Option<StoreWatch>> {
        let Some(path) = &self.path else { return Ok(None) };
        let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let failed = |source| StoreError::Watch { path: directory.to_owned(), source };
        // The system may report files by other paths than the one that was given: resolved links, or absolute paths.
        let directory = directory.canonicalize().unwrap_or_else(|_| directory.to_owned());
        let files =
            WatchedFiles { log: file::beside(&named_in(&directory, path), "-wal"), store: named_in(&directory, path) };
        let bell = Arc::new(WakeBell::default());
        let rung = Arc::clone(&bell);
        let on_event = move |event: notify::Result<Event>| {
            // After an overflow or an error, events may have been missed.
            if event.map_or(true, |event| event.need_rescan() || files.are_written_by(&event)) {
                rung.ring(&ring);
            }
        };
        let mut watcher = notify::recommended_watcher(on_event).map_err(failed)?;
        watcher.watch(&directory, RecursiveMode::NonRecursive).map_err(failed)?;
        Ok(Some(StoreWatch { bell, _watcher: watcher }))
    }

    /// True if another connection has written since the last call; true at first.
    pub fn has_news(&mut self) -> Result<bool> {
        let version = self.db.pragma_query_value(None, "data_version", |row| row.get(0))?;
        Ok(self.seen.replace(version) != Some(version))
    }
}

fn named_in(directory: &Path, path: &Path) -> PathBuf {
    path.file_name().map_or_else(|| path.to_owned(), |name| directory.join(name))
}

/// The files whose writes tell of other processes.
struct WatchedFiles {
    store: PathBuf,
    log: PathBuf,
}

impl WatchedFiles {
    fn are_written_by(&self, event: &Event) -> bool {
        let is_session = |path: &PathBuf| session::is_file_of(&self.store, path);
        match event.kind {
            EventKind::Remove(_) | EventKind::Access(AccessKind::Close(AccessMode::Write)) => {
                event.paths.iter().any(is_session)
            }
            EventKind::Modify(ModifyKind::Metadata(_)) | EventKind::Access(_) => false,
            EventKind::Any | EventKind::Other | EventKind::Create(_) | EventKind::Modify(_) => {
                event.paths.contains(&self.log)
            }
        }
    }
}

/// The shared state of the watcher's thread and the woken party.
#[derive(Default)]
struct WakeBell {
    state: Mutex<BellState>,
    turned: Condvar,
}

#[derive(Default)]
struct BellState {
    heard: bool,
    closed: bool,
}

impl WakeBell {
    fn lock(&self) -> MutexGuard<'_, BellState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, with: impl FnOnce(&mut BellState)) {
        with(&mut self.lock());
        self.turned.notify_all();
    }

    /// Rings, waits until the ring was heard, and pauses. Events that come meanwhile wait in the system, which merges
    /// similar ones.
    fn ring(&self, ring: &impl Fn()) {
        let mut state = self.lock();
        if state.closed {
            return;
        }
        state.heard = false;
        drop(state);
        ring();
        let waits = |state: &mut BellState| !state.heard && !state.closed;
        let state = self.turned.wait_while(self.lock(), waits).unwrap_or_else(PoisonError::into_inner);
        drop(self.turned.wait_timeout_while(state, PAUSE, |state| !state.closed));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn what_another_connection_writes_rings_and_is_news() {
        let room = tempfile::tempdir().unwrap();
        let path = room.path().join("a.db");
        let (mut own, _) = Store::open(&path).unwrap();
        let (send, rings) = channel();
        let watch = own.watch(move || _ = send.send(())).unwrap().unwrap();
        assert!(own.has_news().unwrap() && !own.has_news().unwrap());
        own.meta_set("one", "1").unwrap();
        rings.recv().unwrap();
        assert!(!own.has_news().unwrap(), "its own writes are none");
        watch.heard();
        let (mut other, _) = Store::open(&path).unwrap();
        other.meta_set("two", "2").unwrap();
        // Opening and closing a store may ring, too.
        while !own.has_news().unwrap() {
            rings.recv().unwrap();
            watch.heard();
        }
        assert_eq!(own.meta_get("two").unwrap().as_deref(), Some("2"));
    }

    #[test]
    fn the_end_of_a_session_rings() {
        let room = tempfile::tempdir().unwrap();
        let path = room.path().join("a.db");
        let (own, _) = Store::open(&path).unwrap();
        let (other, _) = Store::open(&path).unwrap();
        let session = other.begin_session().unwrap().unwrap();
        let (id, (send, rings)) = (session.id, channel());
        let _watch = own.watch(move || _ = send.send(())).unwrap().unwrap();
        // A look at whether the session lives must not ring.
        assert!(own.is_live(id));
        drop(session);
        rings.recv().unwrap();
        assert!(!own.is_live(id));
        assert!(rings.try_recv().is_err(), "one ring until it is heard");
    }

    #[test]
    fn without_a_directory_there_is_no_watch_and_it_is_said() {
        let room = tempfile::tempdir().unwrap();
        let (own, _) = Store::open(&room.path().join("state").join("a.db")).unwrap();
        std::fs::remove_dir_all(room.path().join("state")).unwrap();
        let Err(error) = own.watch(|| ()) else { panic!("it is watched") };
        assert!(error.to_string().contains("R shows it"), "{error}");
        assert!(Store::in_memory().unwrap().watch(|| ()).unwrap().is_none());
    }
}
