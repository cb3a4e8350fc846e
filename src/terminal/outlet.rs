//! The way out to the terminal: a thread that writes, so that nobody waits for a terminal that is slow or takes nothing.
//!
//! There is one for the process, since there is one terminal: a panic in any thread gives it back through here too. What
//! is handed over first is written first, whoever hands it over. Nothing is dropped: who has much to say asks first
//! whether everything was taken.

use std::{
    io::{self, Write},
    sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError},
    thread,
    time::{Duration, Instant},
};

use tokio::sync::Notify;

/// Bytes that are written at once: what was taken is known in such steps.
const PIECE: usize = 4096;

/// Standard output's.
pub(super) fn stdout() -> &'static TerminalWriter {
    static STDOUT: OnceLock<TerminalWriter> = OnceLock::new();
    STDOUT.get_or_init(|| TerminalWriter::over(unbuffered()))
}

/// A handle of our own, so that a frame is one write and nobody waits for a lock at the end of the process.
#[expect(
    clippy::disallowed_methods,
    reason = "frames are made of control sequences; their texts are cleaned as they are drawn"
)]
fn unbuffered() -> Box<dyn Write + Send> {
    #[cfg(unix)]
    if let Ok(handle) = std::os::fd::AsFd::as_fd(&io::stdout()).try_clone_to_owned() {
        return Box::new(std::fs::File::from(handle));
    }
    Box::new(io::stdout())
}

/// Hands bytes to the thread that writes them.
#[derive(Debug)]
pub(super) struct TerminalWriter(Arc<OutletState>);

#[derive(Debug, Default)]
struct OutletState {
    state: Mutex<State>,
    /// Whenever `state` changes: for threads that wait.
    changed: Condvar,
    /// Whenever something was taken or failed: for the loop.
    moved: Notify,
}

#[derive(Debug, Default)]
struct State {
    waiting: Vec<u8>,
    handed: u64,
    taken: u64,
    failed: Option<io::Error>,
}

impl State {
    fn result(&self) -> io::Result<()> {
        self.failed.as_ref().map_or(Ok(()), |error| Err(copy(error)))
    }
}

/// An error can't be cloned; what it was can.
fn copy(error: &io::Error) -> io::Error {
    error.raw_os_error().map_or_else(|| error.kind().into(), io::Error::from_raw_os_error)
}

impl OutletState {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The thread's whole life.
    fn write_to(&self, mut out: impl Write) {
        loop {
            let none = |state: &mut State| state.waiting.is_empty();
            let mut state = self.changed.wait_while(self.lock(), none).unwrap_or_else(PoisonError::into_inner);
            let bytes = std::mem::take(&mut state.waiting);
            drop(state);
            for piece in bytes.chunks(PIECE) {
                let written = out.write_all(piece).and_then(|()| out.flush());
                let mut state = self.lock();
                state.taken += piece.len() as u64;
                let failed = written.is_err();
                state.failed = written.err();
                drop(state);
                self.changed.notify_all();
                self.moved.notify_one();
                if failed {
                    return;
                }
            }
        }
    }
}

impl TerminalWriter {
    /// Begins to write there.
    pub fn over(out: impl Write + Send + 'static) -> Self {
        let shared = Arc::new(OutletState::default());
        let writing = Arc::clone(&shared);
        thread::spawn(move || writing.write_to(out));
        Self(shared)
    }

    /// Bytes handed over so far.
    pub fn handed(&self) -> u64 {
        self.0.lock().handed
    }

    /// True if the terminal has taken everything.
    ///
    /// # Errors
    /// If it is gone.
    pub fn is_free(&self) -> io::Result<bool> {
        let state = self.0.lock();
        state.result().map(|()| state.taken == state.handed)
    }

    /// Waits until the terminal has taken everything, in one task at a time.
    ///
    /// # Errors
    /// If it is gone.
    pub async fn free(&self) -> io::Result<()> {
        while !self.is_free()? {
            self.0.moved.notified().await;
        }
        Ok(())
    }

    /// Waits until the terminal is gone, in one task at a time.
    pub async fn lost(&self) -> io::Error {
        loop {
            if let Err(error) = self.is_free() {
                return error;
            }
            self.0.moved.notified().await;
        }
    }

    /// Waits until everything is written, or nothing was for so long.
    pub fn finish(&self, patience: Duration) {
        let mut state = self.0.lock();
        let (mut seen, mut until) = (state.taken, Instant::now() + patience);
        while state.failed.is_none() && state.taken < state.handed {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            (state, _) = self.0.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner);
            if state.taken > seen {
                (seen, until) = (state.taken, Instant::now() + patience);
            }
        }
    }
}

impl Write for &TerminalWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut state = self.0.lock();
        state.result()?;
        state.waiting.extend_from_slice(bytes);
        state.handed += bytes.len() as u64;
        drop(state);
        self.0.changed.notify_all();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::*;

    /// Takes a piece whenever it is allowed to, and fails once nobody allows anything any more.
    struct Slow {
        allowed: Receiver<()>,
        taken: Sender<Vec<u8>>,
    }

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.allowed.recv().map_err(|_| io::Error::from_raw_os_error(5))?;
            self.taken.send(bytes.to_vec()).unwrap();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn slow() -> (TerminalWriter, Sender<()>, Receiver<Vec<u8>>) {
        let (allow, allowed) = channel();
        let (taken, seen) = channel();
        (TerminalWriter::over(Slow { allowed, taken }), allow, seen)
    }

    #[tokio::test]
    async fn nobody_waits_for_a_slow_terminal_but_who_asks() {
        let (outlet, allow, seen) = slow();
        (&outlet).write_all(b"one").unwrap();
        assert!(!outlet.is_free().unwrap());
        allow.send(()).unwrap();
        outlet.free().await.unwrap();
        assert_eq!(seen.recv().unwrap(), b"one");
        assert_eq!(outlet.handed(), 3);
        assert!(outlet.is_free().unwrap());
    }

    #[test]
    fn what_is_handed_over_is_written_in_order_and_waited_for() {
        let (outlet, allow, seen) = slow();
        let long = vec![b'x'; PIECE + 1];
        (&outlet).write_all(&long).unwrap();
        (&outlet).write_all(b"end").unwrap();
        (0..4).for_each(|_| allow.send(()).unwrap());
        outlet.finish(Duration::from_secs(30));
        let all: Vec<u8> = seen.try_iter().flatten().collect();
        assert_eq!(all, [&long[..], b"end"].concat());
    }

    #[test]
    fn a_terminal_that_takes_nothing_keeps_nobody() {
        let (outlet, allow, seen) = slow();
        (&outlet).write_all(b"one").unwrap();
        outlet.finish(Duration::from_millis(1));
        assert!(seen.try_recv().is_err());
        drop(allow);
    }

    #[tokio::test]
    async fn a_terminal_that_is_gone_is_told_to_everybody() {
        let (outlet, allow, _seen) = slow();
        (&outlet).write_all(b"one").unwrap();
        drop(allow);
        assert_eq!(outlet.lost().await.raw_os_error(), Some(5));
        assert_eq!(outlet.free().await.unwrap_err().raw_os_error(), Some(5));
        assert!((&outlet).write_all(b"two").is_err());
        outlet.finish(Duration::from_secs(30));
    }
}
