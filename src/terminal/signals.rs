//! Signals as messages: end gracefully, or release the terminal while the process is stopped.

use std::io;

#[cfg(unix)]
use std::{future::poll_fn, sync::Arc, task::Poll, thread};

#[cfg(unix)]
use rustix::{
    event::{PollFd, PollFlags, poll},
    io::Errno,
    process::{Signal as Number, getpid, kill_current_process_group, kill_process},
};
#[cfg(unix)]
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::Notify,
};

/// The action that a signal asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignalRequest {
    /// INT, TERM, HUP, QUIT, another signal that ends a process, or a lost terminal: the console ends.
    End,
    /// TSTP: the console releases the terminal and stops.
    Stop,
    /// CONT: the console takes the terminal again and draws everything.
    Continue,
}

/// Signals whose default is to end the process without restoring the terminal: those of people and supervisors, and of
/// a time limit.
#[cfg(unix)]
const ENDS: [Number; 8] =
    [Number::INT, Number::TERM, Number::HUP, Number::QUIT, Number::XCPU, Number::ALARM, Number::USR1, Number::USR2];

/// Catches the signal of a file that has reached its size limit, for as long as the process lives: the write then fails
/// as on a full disk, and the process survives. Needs a runtime.
#[cfg(unix)]
pub fn take_file_limit_for_full_disk() -> io::Result<()> {
    // The handler stays installed when this value is dropped.
    signal(SignalKind::from_raw(Number::XFSZ.as_raw())).map(drop)
}

/// The signals that this process listens to.
#[cfg(unix)]
pub struct Signals {
    ends: Vec<tokio::signal::unix::Signal>,
    stop: tokio::signal::unix::Signal,
    cont: tokio::signal::unix::Signal,
    hung_up: Arc<Notify>,
}

#[cfg(unix)]
impl Signals {
    /// Starts listening.
    pub fn listen() -> io::Result<Self> {
        let numbered = |number: Number| signal(SignalKind::from_raw(number.as_raw()));
        Ok(Self {
            ends: ENDS.into_iter().map(numbered).collect::<io::Result<_>>()?,
            stop: numbered(Number::TSTP)?,
            cont: numbered(Number::CONT)?,
            hung_up: Arc::default(),
        })
    }

    /// Treats the loss of the terminal at standard input as a signal, too. The system sends none where the terminal
    /// does not control the process, and crossterm never stops reading from a lost terminal.
    pub fn watch_terminal(&self) {
        let hung_up = Arc::clone(&self.hung_up);
        thread::spawn(move || {
            let stdin = io::stdin();
            // No events are requested: loss is always reported, and no other event wakes this thread.
            let mut watched = [PollFd::new(&stdin, PollFlags::empty())];
            while poll(&mut watched, None) == Err(Errno::INTR) {}
            if watched.iter().any(|stdin| stdin.revents().intersects(PollFlags::HUP | PollFlags::ERR)) {
                hung_up.notify_one();
            }
        });
    }

    /// The next signal.
    pub async fn next(&mut self) -> SignalRequest {
        let ends = &mut self.ends;
        let ended = poll_fn(|cx| {
            let has_come = ends.iter_mut().any(|signal| signal.poll_recv(cx).is_ready());
            if has_come { Poll::Ready(()) } else { Poll::Pending }
        });
        // A terminal that hangs up sends HUP and CONT together: HUP goes first, because a resumed console would take a
        // lost terminal.
        tokio::select! {
            biased;
            () = ended => SignalRequest::End,
            () = self.hung_up.notified() => SignalRequest::End,
            _ = self.stop.recv() => SignalRequest::Stop,
            _ = self.cont.recv() => SignalRequest::Continue,
        }
    }
}

/// Asks for a stop as the terminal does on Ctrl-Z: the whole process group receives TSTP.
#[cfg(unix)]
pub fn ask_to_stop() {
    // A failure can't be reported to anybody; then no process stops.
    let _ = kill_current_process_group(Number::TSTP);
}

/// Stops this process as TSTP does when it is not caught.
#[cfg(unix)]
pub fn stop_process() {
    // STOP can't be caught; it goes to this process alone, as the shell expects.
    let _ = kill_process(getpid(), Number::STOP);
}

/// On other systems Ctrl-C comes as a key, and there are no other signals.
#[cfg(not(unix))]
pub struct Signals;

#[cfg(not(unix))]
impl Signals {
    /// Does nothing: there are no signals.
    pub fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    /// Does nothing: there is no terminal to watch.
    pub fn watch_terminal(&self) {}

    /// Never returns.
    pub async fn next(&mut self) -> SignalRequest {
        std::future::pending().await
    }
}

/// Does nothing: this system has no such limit.
#[cfg(not(unix))]
pub fn take_file_limit_for_full_disk() -> io::Result<()> {
    Ok(())
}

/// Does nothing: processes can't be stopped on this system.
#[cfg(not(unix))]
pub fn ask_to_stop() {}

/// Does nothing: processes can't be stopped on this system.
#[cfg(not(unix))]
pub fn stop_process() {}
