//! Signals as messages: end gracefully, or give the terminal back while the process is stopped.

use std::io;

#[cfg(unix)]
use tokio::signal::unix::{SignalKind, signal};

/// What a signal asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// INT, TERM, HUP, QUIT: end.
    End,
    /// TSTP: give the terminal back and stop.
    Stop,
    /// CONT: take it again and draw everything.
    Continue,
}

/// The signals that this process listens to.
#[cfg(unix)]
pub struct Signals {
    ends: [tokio::signal::unix::Signal; 4],
    stop: tokio::signal::unix::Signal,
    cont: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    /// Starts listening.
    pub fn listen() -> io::Result<Self> {
        Ok(Self {
            ends: [
                signal(SignalKind::interrupt())?,
                signal(SignalKind::terminate())?,
                signal(SignalKind::hangup())?,
                signal(SignalKind::quit())?,
            ],
            stop: signal(SignalKind::from_raw(20))?,
            cont: signal(SignalKind::from_raw(18))?,
        })
    }

    /// The next signal.
    pub async fn next(&mut self) -> Signal {
        let [int, term, hup, quit] = &mut self.ends;
        tokio::select! {
            _ = int.recv() => Signal::End,
            _ = term.recv() => Signal::End,
            _ = hup.recv() => Signal::End,
            _ = quit.recv() => Signal::End,
            _ = self.stop.recv() => Signal::Stop,
            _ = self.cont.recv() => Signal::Continue,
        }
    }
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

    /// Never.
    pub async fn next(&mut self) -> Signal {
        std::future::pending().await
    }
}
