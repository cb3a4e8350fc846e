//! Whether freed memory is kept for a while, for what is allocated next. The library knows no allocator: the program says
//! how it is done.

use std::sync::{Mutex, OnceLock, PoisonError};

static KEEP: OnceLock<fn(bool)> = OnceLock::new();
static USERS: Mutex<usize> = Mutex::new(0);

/// Sets how the allocator is told to keep freed memory, or to return all of it at once.
pub fn install(keep: fn(bool)) {
    let _ = KEEP.set(keep);
}

/// While it lives, freed memory is kept: a refresh allocates and frees each of its pages, and a page of memory that comes
/// from the system has to be cleared first. With the last one everything goes back.
pub struct MemoryReuse(());

impl MemoryReuse {
    /// Begins to keep freed memory.
    pub fn begin() -> Self {
        count(|users| {
            *users += 1;
            *users == 1
        });
        Self(())
    }
}

impl Drop for MemoryReuse {
    fn drop(&mut self) {
        count(|users| {
            *users -= 1;
            *users == 0
        });
    }
}

/// Tells the allocator under the lock, so that the last word is the right one.
fn count(changes: impl FnOnce(&mut usize) -> bool) {
    let mut users = USERS.lock().unwrap_or_else(PoisonError::into_inner);
    if changes(&mut users)
        && let Some(keep) = KEEP.get()
    {
        keep(*users > 0);
    }
}
