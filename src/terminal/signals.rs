//! Signals as messages: end gracefully, or give the terminal back while the process is stopped.

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

/// What a signal asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// INT, TERM, HUP, QUIT, another signal that ends a process, or a terminal that is gone: end.
    End,
    /// TSTP: give the terminal back and stop.
    Stop,
    /// CONT: take it again and draw everything.
    Continue,
}

/// Signals that would end the process, and leave the terminal as it is: those of people and supervisors, and of a limit of
/// time.
#[cfg(unix)]
const ENDS: [Number; 8] =
    [Number::INT, Number::TERM, Number::HUP, Number::QUIT, Number::XCPU, Number::ALARM, Number::USR1, Number::USR2];

/// Takes the signal of a file that has reached its limit, for as long as the process lives: the write fails then, as on a
/// full disk, in the place of the process. Needs a runtime.
#[cfg(unix)]
pub fn take_file_limit_for_full_disk() -> io::Result<()> {
    // The handler stays when this is dropped.
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

    /// Takes the loss of the terminal at standard input for a signal too. Nobody else sends one where it does not control
    /// the process, and crossterm reads on and on from a terminal that is gone.
    pub fn watch_terminal(&self) {
        let hung_up = Arc::clone(&self.hung_up);
        thread::spawn(move || {
            let stdin = io::stdin();
            // No events asked for: loss alone is always reported, and nothing else wakes this thread.
            let mut watched = [PollFd::new(&stdin, PollFlags::empty())];
            while poll(&mut watched, None) == Err(Errno::INTR) {}
            if watched.iter().any(|stdin| stdin.revents().intersects(PollFlags::HUP | PollFlags::ERR)) {
                hung_up.notify_one();
            }
        });
    }

    /// The next signal.
    pub async fn next(&mut self) -> Signal {
        let ends = &mut self.ends;
        let ended = poll_fn(|cx| match ends.iter_mut().any(|signal| signal.poll_recv(cx).is_ready()) {
            true => Poll::Ready(()),
            false => Poll::Pending,
        });
        // A terminal that hangs up sends HUP and CONT together: whoever went on would take a terminal that is gone.
        tokio::select! {
            biased;
            () = ended => Signal::End,
            () = self.hung_up.notified() => Signal::End,
            _ = self.stop.recv() => Signal::Stop,
            _ = self.cont.recv() => Signal::Continue,
        }
    }
}

/// Asks for a stop as the terminal does for Ctrl-Z: everything that runs in front with this process is asked.
#[cfg(unix)]
pub fn ask_to_stop() {
    // Nobody is there to be told of a failure; then nothing stops.
    let _ = kill_current_process_group(Number::TSTP);
}

/// Stops this process as TSTP would have, had it not been taken.
#[cfg(unix)]
pub fn stop_process() {
    // STOP can't be refused; it goes to this process alone, as the shell expects.
    let _ = kill_process(getpid(), Number::STOP);
}

/// Elsewhere Ctrl-C comes as a key; nothing else is sent.
#[cfg(not(unix))]
pub struct Signals;

#[cfg(not(unix))]
impl Signals {
    /// Nothing to listen to.
    pub fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    /// Nothing to watch.
    pub fn watch_terminal(&self) {}

    /// Never.
    pub async fn next(&mut self) -> Signal {
        std::future::pending().await
    }
}

/// There is no such limit here.
#[cfg(not(unix))]
pub fn take_file_limit_for_full_disk() -> io::Result<()> {
    Ok(())
}

/// Nothing stops processes here.
#[cfg(not(unix))]
pub fn ask_to_stop() {}

/// Nothing stops processes here.
#[cfg(not(unix))]
pub fn stop_process() {}
