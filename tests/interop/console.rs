//! The console under test: the real loop and worker, a screen in memory, keys from the action table.

use std::{collections::BTreeMap, fmt::Write, time::Duration};

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use jiff::{SignedDuration, Timestamp};
use ratatui::{Terminal, backend::TestBackend};
use scimitar::{
    app::{App, AppMessage, Overlay, Tab, TerminalSize, action::Action, keymap::KeyBindings},
    config::{ConfigFile, StandardPaths},
    demo,
    runtime::{Opener, Runtime},
    ui::look::{ColorTheme, GlyphSet, ScreenLook},
};
use tempfile::TempDir;

use super::outside::{self, KEY};

/// The longest wait for rest; a server on this machine takes well under a second.
const LIMIT: Duration = Duration::from_secs(60);
const SIZE: TerminalSize = TerminalSize { width: 120, height: 40 };

/// A console with the server's profile open.
pub struct Console {
    runtime: Runtime<TestBackend>,
    _home: TempDir,
}

/// A config file with the server's profile, and this in its `server` table.
pub fn profile(habits: &str) -> String {
    let auth = if outside::key().is_some() { format!("key = {{ env = \"{KEY}\" }}") } else { "auth = \"none\"".into() };
    let url = outside::url();
    format!("[profile.interop]\nprovider = \"scim\"\nurl = \"{url}\"\n{auth}\nserver = {{ {habits} }}\n")
}

/// The options that open the server's profile with an empty store and this `server` table.
pub fn opener(home: &TempDir, habits: &str) -> Opener {
    let at = |name: &str| home.path().join(name);
    let places = StandardPaths {
        config_file: at("config.toml"),
        state: at("state"),
        cache: at("cache"),
        log: at("log"),
        netrc: None,
        wandb_settings: None,
    };
    let text = profile(habits);
    let config = ConfigFile::parse(&text, &places.config_file).unwrap();
    Opener {
        places,
        config: Some(config),
        read_only: false,
        no_journal: false,
        demo: demo::DemoOptions::default(),
        env: |_| None,
    }
}

impl Console {
    /// Opens it with nothing on disk, and reads the lists.
    pub async fn open() -> Self {
        Self::knowing("").await
    }

    /// The same with this in the profile's `server` table.
    pub async fn knowing(habits: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        let opener = opener(&home, habits);
        let keymap = KeyBindings::new(&BTreeMap::new()).unwrap();
        let app = App::new(keymap, vec!["interop".into()], SIZE, Timestamp::now(), 0);
        let terminal = Terminal::new(TestBackend::new(SIZE.width, SIZE.height)).unwrap();
        let (opened, session) = opener.open(Some("interop")).await.unwrap();
        let mut runtime = Runtime::new(terminal, app, ScreenLook::new(ColorTheme::Mono, GlyphSet::UNICODE), opener);
        runtime.start(opened, session);
        let mut console = Self { runtime, _home: home };
        console.rest().await;
        assert!(!console.app().session.sync.proofs.is_empty(), "no list came:\n{}", console.screen());
        console
    }

    /// The console's state.
    pub fn app(&self) -> &App {
        &self.runtime.app
    }

    /// Presses the key of an action.
    pub async fn press(&mut self, action: Action) {
        let key = self.app().keymap.event(action).unwrap();
        self.runtime.draw().unwrap();
        self.runtime.app.update(AppMessage::Shown, Timestamp::now() - SignedDuration::from_secs(1));
        self.runtime.press(Event::Key(key));
        self.rest().await;
    }

    /// Goes to a tab.
    pub async fn go(&mut self, tab: Tab) {
        let action = match tab {
            Tab::Users => Action::GoUsers,
            Tab::Teams => Action::GoTeams,
            Tab::Roles => Action::GoRoles,
            Tab::Activity => Action::GoActivity,
        };
        self.press(action).await;
    }

    /// Filters the list for a name and stays on its row.
    pub async fn select(&mut self, tab: Tab, name: &str) {
        self.go(tab).await;
        self.press(Action::Filter).await;
        self.write(name);
        self.key(KeyCode::Enter).await;
        assert!(self.screen().contains(name), "{name} is not shown:\n{}", self.screen());
    }

    /// Asks the server for the users that meet a filter, and reads them.
    pub async fn ask_for(&mut self, filter: &str) {
        self.press(Action::Palette).await;
        self.write("server-filter");
        self.key(KeyCode::Enter).await;
        self.write(filter);
        self.press(Action::Submit).await;
    }

    /// The id of the row under the cursor.
    pub fn selected(&self) -> String {
        self.app().subject().map(|target| target.id.to_string()).unwrap_or_default()
    }

    /// Opens a form, writes its fields in order and submits it.
    pub async fn fill(&mut self, action: Action, values: &[&str]) {
        self.press(action).await;
        for (at, value) in values.iter().enumerate() {
            if at > 0 {
                self.press(Action::NextField).await;
            }
            self.runtime.press(Event::Key(KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL)));
            self.write(value);
        }
        self.press(Action::Submit).await;
    }

    /// Opens a check list, toggles these and looks at the plan.
    pub async fn toggle(&mut self, action: Action, names: &[String]) {
        self.press(action).await;
        for name in names {
            self.write(name);
            self.press(Action::Toggle).await;
            if self.app().screen.message.as_ref().is_some_and(|message| message.text.contains(" is in already.")) {
                self.press(Action::TakeOut).await;
            }
            self.runtime.press(Event::Key(KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL)));
        }
        self.press(Action::Look).await;
    }

    /// Confirms the plan where one is shown, and waits for its end.
    pub async fn send(&mut self, typed: &str) {
        assert!(!matches!(self.app().overlays.last(), Some(Overlay::Form(_))), "refused:\n{}", self.screen());
        if matches!(self.app().overlays.last(), Some(Overlay::Preview(_))) {
            self.write(typed);
            if matches!(self.app().overlays.last(), Some(Overlay::Preview(preview)) if preview.typing) {
                self.key(KeyCode::Enter).await;
            }
            self.press(Action::Send).await;
        }
        assert!(self.app().overlays.is_empty(), "not sent:\n{}", self.screen());
    }

    /// The screen as text.
    pub fn screen(&self) -> String {
        self.runtime.terminal.backend().to_string()
    }

    /// The requests to the server and its answers, the last change first.
    pub fn story(&self) -> String {
        let mut text = String::new();
        for entry in self.app().activity.entries.values().rev() {
            let _ = writeln!(text, "{:?} {}", entry.state, entry.why);
            for exchange in &entry.exchanges {
                let _ = writeln!(text, "  {} → {:?} {}", exchange.request, exchange.status, exchange.answer);
            }
        }
        text
    }

    /// Ends the session.
    pub async fn end(mut self) {
        self.runtime.end().await;
    }

    async fn key(&mut self, code: KeyCode) {
        self.runtime.press(Event::Key(KeyEvent::new(code, KeyModifiers::NONE)));
        self.rest().await;
    }

    fn write(&mut self, text: &str) {
        for letter in text.chars() {
            self.runtime.press(Event::Key(KeyEvent::new(KeyCode::Char(letter), KeyModifiers::NONE)));
        }
    }

    /// Waits until nothing is under way, drawing after each message.
    async fn rest(&mut self) {
        let work = async {
            self.runtime.draw().unwrap();
            while !self.runtime.is_idle() || !self.runtime.app.is_idle() {
                self.runtime.step().await;
                self.runtime.draw().unwrap();
            }
        };
        let rested = tokio::time::timeout(LIMIT, work).await;
        assert!(rested.is_ok(), "no rest in {LIMIT:?}:\n{}\n{}", self.screen(), self.story());
    }
}
