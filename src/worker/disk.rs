//! The store as tasks share it: work on it runs off the async threads.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::mpsc::UnboundedSender;

use crate::{
    directory::work::WorkerReport,
    store::{Store, StoreError},
};

/// The store, behind a lock of its own.
pub type SharedStore = Arc<Mutex<Store>>;

/// Runs a closure on the store; the context's `stored` does the same. A failure is reported, and a damaged file repaired.
pub async fn on_disk<R: Send + 'static>(
    disk: &SharedStore,
    reports: &UnboundedSender<WorkerReport>,
    work: impl FnOnce(&mut Store) -> Result<R, StoreError> + Send + 'static,
) -> Option<R> {
    let store = Arc::clone(disk);
    let result = tokio::task::spawn_blocking(move || {
        let mut store = lock(&store);
        work(&mut store).map_err(|error| match error {
            StoreError::Damaged(_) => match store.mend() {
                Ok(Some(mended)) => mended,
                Ok(None) => error.to_string(),
                Err(worse) => format!("{error}; {worse}"),
            },
            error => error.to_string(),
        })
    })
    .await;
    match result {
        Ok(Ok(value)) => Some(value),
        Ok(Err(words)) => {
            let _ = reports.send(WorkerReport::Notice(format!("The local store: {words}")));
            None
        }
        Err(_) => None,
    }
}

/// A poisoned lock means that a task panicked between two statements of its own transaction, which was rolled back.
fn lock(store: &Mutex<Store>) -> MutexGuard<'_, Store> {
    store.lock().unwrap_or_else(PoisonError::into_inner)
}
