//! The console in a real terminal: the runtime with the tty, signals and the clipboard.

use std::{
    io::{self, IsTerminal, Write},
    time::Duration,
};

use color_eyre::eyre::{Result, eyre};
use crossterm::event::{Event, EventStream};
use futures_util::StreamExt;
use jiff::{Timestamp, tz::TimeZone};
use ratatui::Terminal;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::{
    app::{App, AppMessage, TerminalSize, UnopenedProfile, keymap::KeyBindings},
    config::{self, ConfigError},
    output,
    runtime::{LoopInput, LoopTrace, Opener, Runtime, TerminalHost},
    terminal::{
        FrameWriter, FramesInFlight, SignalRequest, Signals, TerminalGuard, WantedLook, ask_to_stop, copy_sequence,
        link, look, restore, stop_process,
    },
    ui::look::{ColorTheme, GlyphSet},
};

/// The directory that the console opens.
pub enum ConsoleStart {
    /// A profile of the config or the environment; `None` for the default choice.
    Profile(Option<String>),
    /// The embedded demo directory.
    Demo,
}

/// Runs the console until the user quits. Errors before the start leave the terminal untouched.
pub async fn run(opener: Opener, start: ConsoleStart, trace: Option<LoopTrace>) -> Result<()> {
    let meant = match start {
        ConsoleStart::Demo => StartIntent::Demo,
        ConsoleStart::Profile(name) => opener
            .at_start(name.as_deref())?
            .map_or(StartIntent::Nothing, |profile| StartIntent::Profile(Box::new(profile))),
    };
    let ui = opener.config.as_ref().map(|config| config.ui.clone()).unwrap_or_default();
    let keys = opener.config.as_ref().map(|config| config.keys.clone()).unwrap_or_default();
    let keymap = KeyBindings::new(&keys).map_err(|bad| match &opener.config {
        Some(config) => ConfigError::about(&config.path, bad.to_string(), ""),
        None => ConfigError::new(bad.to_string(), ""),
    })?;
    if !output::out().is_terminal() || !io::stdin().is_terminal() {
        return Err(eyre!("the console needs a terminal; `scimitar demo --listen 127.0.0.1:0` serves without one"));
    }
    if output::is_dumb() {
        return Err(eyre!(
            "the console needs a terminal that can be drawn on, and TERM is dumb; commands work there: `scimitar users`, \
             `scimitar members TEAM`, and those of `scimitar --help`"
        ));
    }
    // On some systems the search for the time zone scans all zones; the key is read in the meantime.
    let zone = tokio::task::spawn_blocking(TimeZone::system);
    let mut unopened = None;
    let first = match meant {
        StartIntent::Demo => Some(opener.open(None).await?),
        StartIntent::Profile(profile) => {
            let reading = format!("Reading the key ({}) … Ctrl-C gives up.", profile.key.describe());
            let draft = Box::new(opener.draft(&profile));
            match output::note_if_slow(&reading, opener.open_profile(*profile)).await {
                Ok(first) => Some(first),
                // The user can choose another profile, and edit this one.
                Err(error) => {
                    unopened = Some(UnopenedProfile { why: error.to_string(), draft: Some(draft) });
                    None
                }
            }
        }
        StartIntent::Nothing => None,
    };
    let (width, height) = crossterm::terminal::size()?;
    let profiles = opener.config.iter().flat_map(|config| config.profiles.keys().cloned()).collect();
    let salt = getrandom::u32().unwrap_or_default() as u16;
    let mut app = App::new(keymap, profiles, TerminalSize { width, height }, Timestamp::now(), salt);
    app.known_profiles.config_path = opener.places.config_file.display().to_string();
    let env = opener.env;
    let look = look(wanted(&ui), &env, zone.await.unwrap_or(TimeZone::UTC));

    let signals = Signals::listen()?;
    signals.watch_terminal();
    let guard = TerminalGuard::enter()?;
    let frames = FramesInFlight::on(link(slow(&ui), &env));
    let terminal = Terminal::new(FrameWriter::new(frames.out()))?;
    let mut runtime = Runtime::new(terminal, app, look, opener);
    runtime.trace(trace);
    match (first, unopened) {
        (Some((opened, session)), _) => runtime.start(opened, session),
        (None, Some(unopened)) => drop(runtime.app.update(AppMessage::OpenFailed(unopened), Timestamp::now())),
        (None, None) => {}
    }
    let mut host = ProcessTerminal { signals, guard: Some(guard), frames, tmux: env("TMUX").is_some() };
    let result = runtime.run(events(), &mut host).await;
    drop(host);
    // A closed terminal is not an error: the journal keeps open changes.
    match result {
        Err(error) if gone(&error) => Ok(()),
        other => Ok(other?),
    }
}

/// The resolved start.
enum StartIntent {
    Demo,
    Profile(Box<config::Profile>),
    /// The first run, without any profile.
    Nothing,
}

fn wanted(ui: &config::UiTable) -> WantedLook {
    let theme = match ui.theme {
        config::ThemeChoice::Auto => None,
        config::ThemeChoice::Dark => Some(ColorTheme::Ansi),
        config::ThemeChoice::Light => Some(ColorTheme::Light),
        config::ThemeChoice::Mono => Some(ColorTheme::Mono),
    };
    let glyphs = match ui.glyphs {
        config::GlyphChoice::Auto => None,
        config::GlyphChoice::Unicode => Some(GlyphSet::UNICODE),
        config::GlyphChoice::Ascii => Some(GlyphSet::ASCII),
    };
    WantedLook { theme, glyphs }
}

fn slow(ui: &config::UiTable) -> Option<bool> {
    match ui.link {
        config::LinkChoice::Auto => None,
        config::LinkChoice::Slow => Some(true),
        config::LinkChoice::Fast => Some(false),
    }
}

/// The terminal's events through a channel, so that a cancelled read loses nothing.
///
/// The thread is never joined: on a closed terminal crossterm reads forever.
fn events() -> impl futures_util::Stream<Item = io::Result<Event>> + Unpin {
    let (send, receive): (UnboundedSender<io::Result<Event>>, UnboundedReceiver<_>) = unbounded_channel();
    let runtime = tokio::runtime::Handle::current();
    std::thread::spawn(move || {
        let mut stream = EventStream::new();
        while let Some(event) = runtime.block_on(stream.next()) {
            let broken = event.is_err();
            if send.send(event).is_err() || broken {
                return;
            }
        }
    });
    Box::pin(futures_util::stream::unfold(receive, |mut receive| async {
        receive.recv().await.map(|event| (event, receive))
    }))
}

/// True for the errors of a closed terminal; a backend wraps the error in another.
fn gone(error: &io::Error) -> bool {
    let error = error.get_ref().and_then(|inner| inner.downcast_ref::<io::Error>()).unwrap_or(error);
    matches!(error.kind(), io::ErrorKind::BrokenPipe | io::ErrorKind::UnexpectedEof)
        || matches!(error.raw_os_error(), Some(EIO | ENXIO))
}

/// The error of reading and writing on a terminal that has hung up.
const EIO: i32 = 5;

/// The error of opening such a terminal again.
const ENXIO: i32 = 6;

/// The terminal of the process.
struct ProcessTerminal {
    signals: Signals,
    guard: Option<TerminalGuard>,
    frames: FramesInFlight,
    tmux: bool,
}

impl TerminalHost for ProcessTerminal {
    async fn next(&mut self, waiting: bool) -> io::Result<LoopInput> {
        loop {
            let signal = tokio::select! {
                biased;
                signal = self.signals.next() => signal,
                free = self.frames.free(waiting) => return free.map(|()| LoopInput::Free),
            };
            match signal {
                SignalRequest::End => return Ok(LoopInput::End),
                SignalRequest::Stop => {
                    self.guard = None;
                    stop_process();
                }
                SignalRequest::Continue => {
                    match &self.guard {
                        Some(guard) => guard.take_again()?,
                        None => self.guard = TerminalGuard::enter().ok(),
                    }
                    return Ok(LoopInput::Again);
                }
            }
        }
    }

    fn is_free(&mut self) -> io::Result<bool> {
        self.frames.is_free()
    }

    fn written(&self) -> u64 {
        self.frames.written()
    }

    fn copy(&mut self, text: &str) -> io::Result<()> {
        self.frames.out().write_all(copy_sequence(text, self.tmux).as_bytes())
    }

    fn suspend(&mut self) {
        ask_to_stop();
    }
}

/// Restores the terminal before a panic is printed, and ends the process: after a panic in any thread, the rest of the
/// console would go on drawing on a screen that it no longer owns. The journal keeps open changes.
pub fn restore_on_panic() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        let ours = restore();
        before(info);
        if ours {
            std::process::exit(PANICKED);
        }
    }));
}

/// Rust's exit code for a panic in the main thread.
const PANICKED: i32 = 101;

/// Maximum wait for blocking work at the end of the process: a key command or a slow disk must not delay it.
pub const LAST_WAIT: Duration = Duration::from_secs(2);
