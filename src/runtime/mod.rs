//! The event loop: it takes messages, draws once, and runs effects. The only module that knows both the console and the
//! worker.
//!
//! All ready messages are taken before a frame is drawn, so that a held key or a burst of reports costs one frame.
//! While the terminal is not free for another frame none is drawn; the state moves on, and the next frame shows the
//! newest. There is no tick: without a message no code runs and no byte is written.

use std::{
    collections::VecDeque,
    io,
    sync::Arc,
    task::Poll,
    time::{Duration, Instant},
};

use crossterm::event::Event;
use futures_util::{Stream, StreamExt};
use ratatui::{Terminal, backend::Backend};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::{
    app::{App, AppMessage, NoList, NotSaved, OpenedProfile, form::ProfileDraft},
    directory::{Id, role_source::RoleMapping, work::WorkerReport},
    ui::{self, ScreenLook},
};

mod connect;
mod draft;
mod host;
mod list;
mod opener;
mod session;
mod take;
mod trace;

pub use connect::ProfileConnection;
pub use host::{LoopInput, TerminalHost};
pub use opener::{OpenError, Opener};
pub use session::ProfileSession;
pub use trace::LoopTrace;

/// The most messages before a frame, and the most time for them, so that the screen does not starve.
const BATCH: usize = 512;
const BATCH_TIME: Duration = Duration::from_millis(8);

/// The time for which a running search of a list delays drawing: most searches end sooner, and are drawn once.
const LOOKING: Duration = Duration::from_millis(30);

/// The outcome of opening a profile.
type OpeningOutcome = Result<(OpenedProfile, ProfileSession), (OpenError, Option<Box<ProfileDraft>>)>;

/// The outcome of saving a mapping.
type MappingOutcome = Result<(Arc<RoleMapping>, String), NotSaved>;

/// Both ends of a channel into the loop.
struct LoopChannel<T> {
    send: UnboundedSender<T>,
    receive: UnboundedReceiver<T>,
}

impl<T> LoopChannel<T> {
    fn new() -> Self {
        let (send, receive) = unbounded_channel();
        Self { send, receive }
    }
}

/// The most keys that wait; the terminal keeps later ones.
const HELD: usize = 1_024;

/// A message from outside the loop.
enum LoopMessage {
    Terminal(Event),
    /// An event that had to wait for a list or a plan.
    Held(Event),
    Report(u64, WorkerReport),
    Opened(Box<OpeningOutcome>),
    Mapped(MappingOutcome),
    Profiles(Box<AppMessage>),
    ListRead(Id, Result<String, NoList>),
    Resized,
    /// The terminal has taken the last frame.
    Shown,
    /// No message is ready: time to go on with an incomplete list.
    Look,
    /// The input has ended.
    InputEnd,
    End,
    Nothing,
}

/// The console with everything that it needs to run.
pub struct Runtime<B: Backend> {
    /// The terminal to draw on.
    pub terminal: Terminal<B>,
    /// The console's state.
    pub app: App,
    look: ScreenLook,
    opener: Opener,
    session: Option<ProfileSession>,
    epoch: u64,
    /// The number of jobs given to this session's worker, and the number that it had done when it was last idle.
    given: u64,
    idle_at: Option<u64>,
    opening: usize,
    reports: LoopChannel<(u64, WorkerReport)>,
    opened: LoopChannel<OpeningOutcome>,
    mapped: LoopChannel<MappingOutcome>,
    /// Answers to questions about profiles.
    profiles: LoopChannel<AppMessage>,
    lists: LoopChannel<(Id, Result<String, NoList>)>,
    /// Text for the clipboard that the host has not taken yet.
    copied: Vec<SecretString>,
    redraw: bool,
    suspend: bool,
    /// Keys that wait for a list or a plan to be complete, and the input after them.
    held: VecDeque<Event>,
    /// The time since which a change of the state is not drawn.
    undrawn: Option<Instant>,
    quit: bool,
    trace: Option<LoopTrace>,
}

impl LoopMessage {
    /// The kind's name in a trace.
    fn kind(&self) -> &'static str {
        match self {
            LoopMessage::Terminal(Event::Key(_)) | LoopMessage::Held(Event::Key(_)) => "key",
            LoopMessage::Terminal(Event::Paste(_)) | LoopMessage::Held(_) => "paste",
            LoopMessage::Terminal(Event::Resize(..)) | LoopMessage::Resized => "resize",
            LoopMessage::Terminal(_) => "terminal",
            LoopMessage::Report(_, report) => report.kind(),
            LoopMessage::Opened(_) => "opened",
            LoopMessage::Mapped(_) => "mapped",
            LoopMessage::Profiles(_) => "profiles",
            LoopMessage::ListRead(..) => "list-read",
            LoopMessage::Shown => "shown",
            LoopMessage::Look => "look",
            LoopMessage::InputEnd | LoopMessage::End => "end",
            LoopMessage::Nothing => "nothing",
        }
    }
}

impl<B: Backend<Error: Send + Sync + 'static>> Runtime<B> {
    /// A console without a session.
    pub fn new(terminal: Terminal<B>, app: App, look: ScreenLook, opener: Opener) -> Self {
        Self {
            terminal,
            app,
            look,
            opener,
            session: None,
            epoch: 0,
            given: 0,
            idle_at: Some(0),
            opening: 0,
            reports: LoopChannel::new(),
            opened: LoopChannel::new(),
            mapped: LoopChannel::new(),
            profiles: LoopChannel::new(),
            lists: LoopChannel::new(),
            copied: Vec::new(),
            redraw: false,
            suspend: false,
            held: VecDeque::new(),
            undrawn: None,
            quit: false,
            trace: None,
        }
    }

    /// Records the loop's work from now on.
    pub fn trace(&mut self, trace: Option<LoopTrace>) {
        self.trace = trace;
    }

    /// Runs a session that was opened before the loop.
    pub fn start(&mut self, opened: OpenedProfile, session: ProfileSession) {
        self.take_session(opened, session);
    }

    /// Runs until the person, a signal or the end of the input ends it.
    ///
    /// # Errors
    /// The terminal can't be written or read: it is gone. Even then the jobs under way are finished.
    pub async fn run<S>(&mut self, input: S, host: &mut impl TerminalHost) -> io::Result<()>
    where
        S: Stream<Item = io::Result<Event>> + Unpin,
    {
        let result = self.turn(input, host).await;
        self.end().await;
        result
    }

    async fn turn<S>(&mut self, mut input: S, host: &mut impl TerminalHost) -> io::Result<()>
    where
        S: Stream<Item = io::Result<Event>> + Unpin,
    {
        self.frame(host, 0)?;
        // The number of frames that could not be drawn since the last one.
        let mut skipped = 0;
        while !self.quit {
            let looking = self.app.is_looking();
            // While rows are searched the loop runs often enough to check for itself.
            let waiting = (skipped > 0 || self.app.awaits_frame()) && !looking;
            let mut incoming = match self.due() {
                Some(event) => event,
                None => tokio::select! {
                    biased;
                    told = host.next(waiting) => match told? {
                        LoopInput::End => LoopMessage::End,
                        LoopInput::Again => LoopMessage::Resized,
                        LoopInput::Free => LoopMessage::Nothing,
                    },
                    event = input.next(), if self.held.len() < HELD => match event {
                        Some(event) => LoopMessage::Terminal(event?),
                        None => LoopMessage::InputEnd,
                    },
                    message = self.next_message() => message,
                    () = tokio::task::yield_now(), if looking => LoopMessage::Look,
                },
            };
            if self.app.awaits_frame() && host.is_free()? {
                self.take(LoopMessage::Shown);
            }
            let started = Instant::now();
            for taken in 1.. {
                self.traced(incoming.kind(), |runtime| runtime.take(incoming));
                // The checks come before the next message is fetched, because a fetched message must be handled.
                if self.quit || taken == BATCH || started.elapsed() > BATCH_TIME {
                    break;
                }
                if let Some(event) = self.due() {
                    incoming = event;
                    continue;
                }
                incoming = match self.ready_event(&mut input).await {
                    Some(Some(event)) => LoopMessage::Terminal(event?),
                    Some(None) => LoopMessage::InputEnd,
                    None => match self.ready_message() {
                        Some(message) => message,
                        None if self.app.is_looking() => LoopMessage::Look,
                        None => break,
                    },
                };
            }
            for text in std::mem::take(&mut self.copied) {
                host.copy(text.expose_secret())?;
            }
            if std::mem::take(&mut self.suspend) {
                host.suspend();
            }
            if self.is_patient() {
                continue;
            }
            if host.is_free()? {
                self.frame(host, std::mem::take(&mut skipped))?;
            } else {
                skipped += 1;
            }
        }
        Ok(())
    }

    fn frame(&mut self, host: &impl TerminalHost, skipped: u32) -> io::Result<()> {
        let (started, before) = (Instant::now(), host.written());
        self.draw()?;
        if let Some(trace) = &self.trace {
            trace.frame(started, host.written() - before, skipped);
        }
        Ok(())
    }

    /// The first waiting event, once there is no list or plan to wait for.
    fn due(&mut self) -> Option<LoopMessage> {
        let event = if self.app.is_looking() { None } else { self.held.pop_front() };
        event.map(LoopMessage::Held)
    }

    /// An event that is ready; `Some(None)` at the end of the input.
    async fn ready_event<S>(&self, input: &mut S) -> Option<Option<io::Result<Event>>>
    where
        S: Stream<Item = io::Result<Event>> + Unpin,
    {
        if self.held.len() >= HELD {
            return None;
        }
        std::future::poll_fn(|cx| match input.poll_next_unpin(cx) {
            Poll::Ready(event) => Poll::Ready(Some(event)),
            Poll::Pending => Poll::Ready(None),
        })
        .await
    }

    /// True while a list will be complete soon, and drawing now would mean drawing it twice.
    fn is_patient(&mut self) -> bool {
        if !self.app.is_looking() {
            self.undrawn = None;
            return false;
        }
        if self.undrawn.get_or_insert_with(Instant::now).elapsed() < LOOKING {
            return true;
        }
        self.undrawn = None;
        self.app.show_best();
        false
    }

    fn traced<T>(&mut self, kind: &'static str, work: impl FnOnce(&mut Self) -> T) -> T {
        let started = Instant::now();
        let done = work(self);
        if let Some(trace) = &self.trace {
            trace.note(kind, started);
        }
        done
    }

    /// Waits for a message of the worker (or of an opening profile) and takes it: for tests, which own the input.
    pub async fn step(&mut self) {
        let looking = self.app.is_looking();
        let message = if looking { LoopMessage::Look } else { self.next_message().await };
        self.take(message);
    }

    /// Takes a terminal event and runs all its steps: for tests.
    pub fn press(&mut self, event: Event) {
        self.take(LoopMessage::Terminal(event));
        while self.app.is_looking() {
            self.take(LoopMessage::Look);
        }
    }

    /// True if the worker has finished all its jobs and no message is on its way.
    pub fn is_idle(&self) -> bool {
        self.opening == 0
            && !self.app.is_looking()
            && self.reports.receive.is_empty()
            && self.opened.receive.is_empty()
            && self.mapped.receive.is_empty()
            && self.profiles.receive.is_empty()
            && self.lists.receive.is_empty()
            && self.idle_at == Some(self.given)
    }

    /// Draws a frame.
    pub fn draw(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.redraw) {
            self.terminal.clear().map_err(io::Error::other)?;
        }
        let (app, look) = (&self.app, &self.look);
        self.terminal.draw(|frame| ui::draw(frame, app, look)).map_err(io::Error::other)?;
        self.app.drawn();
        Ok(())
    }

    /// Lets the worker finish the jobs under way.
    pub async fn end(&mut self) {
        if let Some(session) = self.session.take() {
            session.end().await;
        }
    }

    /// True once the console has to end.
    pub fn has_quit(&self) -> bool {
        self.quit
    }

    async fn next_message(&mut self) -> LoopMessage {
        tokio::select! {
            biased;
            Some(opened) = self.opened.receive.recv() => LoopMessage::Opened(Box::new(opened)),
            Some(mapped) = self.mapped.receive.recv() => LoopMessage::Mapped(mapped),
            Some(message) = self.profiles.receive.recv() => LoopMessage::Profiles(Box::new(message)),
            Some((team, read)) = self.lists.receive.recv() => LoopMessage::ListRead(team, read),
            Some((epoch, report)) = self.reports.receive.recv() => LoopMessage::Report(epoch, report),
            else => LoopMessage::Nothing,
        }
    }

    fn ready_message(&mut self) -> Option<LoopMessage> {
        if let Ok(opened) = self.opened.receive.try_recv() {
            return Some(LoopMessage::Opened(Box::new(opened)));
        }
        if let Ok(mapped) = self.mapped.receive.try_recv() {
            return Some(LoopMessage::Mapped(mapped));
        }
        if let Ok(message) = self.profiles.receive.try_recv() {
            return Some(LoopMessage::Profiles(Box::new(message)));
        }
        if let Ok((team, read)) = self.lists.receive.try_recv() {
            return Some(LoopMessage::ListRead(team, read));
        }
        self.reports.receive.try_recv().ok().map(|(epoch, report)| LoopMessage::Report(epoch, report))
    }
}
