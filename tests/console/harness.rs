//! A console without a terminal, the server that it talks to, and an observer of that server. Knows no single test.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU16, Ordering},
    },
    time::Duration,
};

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use jiff::{SignedDuration, Timestamp};
use ratatui::{Terminal, backend::TestBackend};
use scimitar::{
    app::{App, AppMessage, Overlay, TerminalSize, action::Action, keymap::KeyBindings},
    config::{KeySource, Profile, StandardPaths},
    demo::{self, LoggedRequest, RunningDemo},
    directory::{
        RecordKind,
        plan::{ChangeState, JournalEntry},
        record::{Team, User},
    },
    provider::{Hosting, Provider},
    runtime::{Opener, Runtime},
    ui::look::{ColorTheme, GlyphSet, ScreenLook},
};
use secrecy::SecretString;
use serde_json::Value;
use tempfile::TempDir;

/// Ends a test that hangs; nothing waits for it otherwise.
const HANGS_AFTER: Duration = Duration::from_secs(120);

/// The key of every demo server here.
pub const KEY: &str = "console-tests";

/// A demo server as the tests want it: the same organisation each time.
pub fn options() -> demo::DemoOptions {
    demo::DemoOptions {
        users: 60,
        key: Some(KEY.into()),
        now: Some("2026-03-12T14:00:00Z".parse().unwrap()),
        ..demo::DemoOptions::default()
    }
}

/// Where a console keeps its files; consoles that share it are sessions of one installation.
#[derive(Clone)]
pub struct Room(Arc<TempDir>);

impl Room {
    pub fn new() -> Self {
        Self(Arc::new(tempfile::tempdir().unwrap()))
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn opener(&self) -> Opener {
        let at = |name: &str| self.path().join(name);
        let places = StandardPaths {
            config_file: at("config.toml"),
            state: at("state"),
            cache: at("cache"),
            log: at("log"),
            netrc: None,
            wandb_settings: None,
        };
        Opener { places, config: None, read_only: false, no_journal: false, demo: options(), env: |_| None }
    }
}

/// A profile named `acme` for a server.
pub fn profile(provider: Provider, url: &str, key: &str) -> Profile {
    let base = url::Url::parse(url).unwrap();
    let mut profile = Profile::new("acme", provider, base, KeySource::Value(SecretString::from(key.to_owned())));
    profile.me = Some("demo-admin".into());
    profile.hosting = Hosting::NotTold;
    profile
}

/// The profile of a demo server.
pub fn profile_of(server: &Server, options: &demo::DemoOptions) -> Profile {
    let mut profile = profile(options.provider, server.running.url(), KEY);
    if options.provider.descriptor().is_hosted {
        profile.hosting = options.hosting;
    }
    profile
}

/// A demo server and a client that shares no code with the console's.
pub struct Server {
    pub running: RunningDemo,
    http: reqwest::Client,
}

impl Server {
    pub async fn start(options: demo::DemoOptions) -> Self {
        let running = demo::start(options).await.unwrap();
        Self { running, http: reqwest::Client::builder().no_proxy().build().unwrap() }
    }

    /// The answer to a GET below the root, which must be 200.
    pub async fn get(&self, path: &str) -> Value {
        let url = format!("{}/{path}", self.running.url());
        let answer = self.http.get(&url).bearer_auth(KEY).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 200, "GET {path}");
        serde_json::from_str(&answer.text().await.unwrap()).unwrap()
    }

    /// Changes a user as somebody else would, behind the console's back.
    pub async fn patch_user(&self, id: &str, path: &str, value: Value) {
        let operation = serde_json::json!({"op": "replace", "path": path, "value": value});
        self.patch(&format!("Users/{id}"), operation).await;
    }

    /// Empties a team as somebody else would.
    pub async fn remove_all_members(&self, id: &str) {
        self.patch(&format!("Groups/{id}"), serde_json::json!({"op": "remove", "path": "members"})).await;
    }

    /// Puts a user into the team of this name as somebody else would.
    pub async fn add_member(&self, team: &str, user: &str) {
        let team = self.team(team).await["id"].as_str().unwrap().to_owned();
        let operation = serde_json::json!({"op": "add", "path": "members", "value": [{"value": user}]});
        self.patch(&format!("Groups/{team}"), operation).await;
    }

    async fn patch(&self, path: &str, operation: Value) {
        let url = format!("{}/{path}", self.running.url());
        let body = serde_json::json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [operation],
        });
        let request = self.http.patch(&url).bearer_auth(KEY).header("Content-Type", "application/scim+json");
        let answer = request.body(body.to_string()).send().await.unwrap();
        assert!(answer.status().is_success(), "PATCH {}", answer.status());
    }

    /// Deletes a record as somebody else would.
    pub async fn delete(&self, path: &str) {
        let url = format!("{}/{path}", self.running.url());
        let answer = self.http.delete(&url).bearer_auth(KEY).send().await.unwrap();
        assert!(answer.status().is_success(), "DELETE {}", answer.status());
    }

    /// The user of that name, as the server has it; `Null` where there is none.
    pub async fn user(&self, name: &str) -> Value {
        self.one("Users", "userName", name).await
    }

    /// The team of that name; `Null` where there is none.
    pub async fn team(&self, name: &str) -> Value {
        self.one("Groups", "displayName", name).await
    }

    async fn one(&self, endpoint: &str, attribute: &str, name: &str) -> Value {
        let all = self.get(endpoint).await;
        let found = all["Resources"].as_array().unwrap().iter().find(|one| one[attribute] == name);
        found.cloned().unwrap_or(Value::Null)
    }

    /// Role of a user in a team.
    pub async fn role_in(&self, user: &str, team: &str) -> Option<String> {
        let listed = self.user(user).await;
        // A list may leave the roles out.
        let user = self.get(&format!("Users/{}", listed["id"].as_str()?)).await;
        let grants = user["teamRoles"].as_array()?;
        let grant = grants.iter().find(|grant| grant["teamName"] == team)?;
        grant["roleName"].as_str().map(str::to_owned)
    }

    /// Ids of a team's members; W&B writes `Value`.
    pub async fn members(&self, team: &str) -> Vec<String> {
        let team = self.team(team).await;
        let members = team["members"].as_array().cloned().unwrap_or_default();
        members.iter().filter_map(|member| member["Value"].as_str()).map(str::to_owned).collect()
    }

    /// Requests that could change something.
    pub fn writes(&self) -> Vec<LoggedRequest> {
        self.running.requests().into_iter().filter(|request| request.writes).collect()
    }
}

/// The console as a person sees and uses it.
pub struct Console {
    pub runtime: Runtime<TestBackend>,
    /// How many keys were pressed.
    pub pressed: usize,
}

impl Console {
    /// Two consoles never share a salt, as they would not in two processes.
    fn new(room: &Room, size: TerminalSize) -> Self {
        static SALT: AtomicU16 = AtomicU16::new(1);
        let keymap = KeyBindings::new(&std::collections::BTreeMap::new()).unwrap();
        let salt = SALT.fetch_add(1, Ordering::Relaxed);
        let opener = room.opener();
        let app = App::new(keymap, Vec::new(), size, Timestamp::now(), salt);
        let terminal = Terminal::new(TestBackend::new(size.width, size.height)).unwrap();
        let look = ScreenLook::new(ColorTheme::Ansi, GlyphSet::UNICODE);
        Self { runtime: Runtime::new(terminal, app, look, opener), pressed: 0 }
    }

    /// A console without a server.
    pub fn alone() -> Self {
        Self::new(&Room::new(), TerminalSize { width: 80, height: 24 })
    }

    /// Opens a profile and waits until its lists are read.
    pub async fn open(room: &Room, profile: Profile) -> Self {
        Self::open_sized(room, profile, 80, 24).await
    }

    /// The same on another terminal.
    pub async fn open_sized(room: &Room, profile: Profile, width: u16, height: u16) -> Self {
        let mut console = Box::pin(Self::opening(room, profile, width, height)).await;
        console.settle().await;
        console
    }

    /// The terminal gets another size.
    pub fn resize(&mut self, width: u16, height: u16) {
        self.runtime.terminal.backend_mut().resize(width, height);
        self.runtime.press(Event::Resize(width, height));
        self.runtime.draw().unwrap();
    }

    /// Opens a profile without waiting for anything.
    pub async fn opening(room: &Room, profile: Profile, width: u16, height: u16) -> Self {
        let mut console = Self::new(room, TerminalSize { width, height });
        let (opened, session) = room.opener().open_profile(profile).await.unwrap();
        console.runtime.start(opened, session);
        console
    }

    /// Opens the embedded demo directory.
    pub async fn on_embedded(options: demo::DemoOptions) -> Self {
        let room = Room::new();
        let mut console = Self::new(&room, TerminalSize { width: 80, height: 24 });
        let (opened, session) = Opener { demo: options, ..room.opener() }.open(None).await.unwrap();
        console.runtime.start(opened, session);
        console.settle().await;
        console
    }

    /// Opens a profile on a demo server started with these options.
    pub async fn on_demo(options: demo::DemoOptions) -> (Self, Server) {
        let server = Server::start(options.clone()).await;
        let console = Self::open(&Room::new(), profile_of(&server, &options)).await;
        (console, server)
    }

    /// A key press that the table has for this action, and the frame after it.
    pub fn press(&mut self, action: Action) {
        let key = self.app().keymap.event(action).unwrap_or_else(|| panic!("{action:?} has no key"));
        self.key(key);
    }

    fn key(&mut self, key: KeyEvent) {
        self.pressed += 1;
        self.runtime.press(Event::Key(key));
        self.draw();
    }

    /// Draws the whole screen: the test backend, unlike a terminal, keeps what lies under the right half of a wide
    /// character.
    fn draw(&mut self) {
        self.runtime.terminal.clear().unwrap();
        self.runtime.draw().unwrap();
        self.assert_box_has_margin();
        self.seen_for(SignedDuration::from_secs(1));
    }

    /// No text of a box stands at its left border: the topmost box is the lowest corner on the screen.
    fn assert_box_has_margin(&self) {
        let buffer = self.runtime.terminal.backend().buffer();
        let corner = |y: u16| (0..buffer.area.width).find(|x| buffer[(*x, y)].symbol() == "╭").map(|x| (x, y));
        let Some((x, top)) = (0..buffer.area.height).rev().find_map(corner) else { return };
        let inside = (top + 1..buffer.area.height).take_while(|y| buffer[(x, *y)].symbol() == "│");
        for y in inside.filter(|_| !self.app().overlays.is_empty()) {
            assert_eq!(buffer[(x + 1, y)].symbol(), " ", "text at the border of a box:\n{}", self.screen());
        }
    }

    /// The last frame has been on the screen for so long.
    pub fn seen_for(&mut self, time: SignedDuration) {
        self.runtime.app.update(AppMessage::Shown, Timestamp::now() - time);
    }

    /// Keys as they come in a burst: no frame is drawn between them.
    pub fn burst(&mut self, text: &str) {
        for c in text.chars() {
            let code = if c == '\r' { KeyCode::Enter } else { KeyCode::Char(c) };
            self.runtime.press(Event::Key(KeyEvent::new(code, KeyModifiers::NONE)));
        }
    }

    /// Where the marked rows or the one under the cursor can be meant: the marked ones.
    pub fn the_marked(&mut self) {
        if matches!(self.app().overlays.last(), Some(Overlay::Whom(_))) {
            self.type_text("m");
            self.enter();
        }
    }

    /// Types into whatever takes text now.
    pub fn type_text(&mut self, text: &str) {
        for c in text.chars() {
            self.key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE));
        }
    }

    /// Puts the row of a check list in that was typed at, or takes it out where it is in.
    pub fn turn_round(&mut self) {
        self.press(Action::Toggle);
        if self.app().screen.message.as_ref().is_some_and(|message| message.text.contains(" is in already.")) {
            self.press(Action::TakeOut);
        }
    }

    /// The Enter key.
    pub fn enter(&mut self) {
        self.key(KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE));
    }

    /// The Escape key.
    pub fn esc(&mut self) {
        self.key(KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE));
    }

    /// The Delete key.
    pub fn delete(&mut self) {
        self.key(KeyEvent::new(KeyCode::Delete, KeyModifiers::NONE));
    }

    /// A letter with the control key.
    pub fn control(&mut self, letter: char) {
        self.key(KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL));
    }

    /// The Backspace key.
    pub fn backspace(&mut self) {
        self.key(KeyEvent::new(KeyCode::Backspace, KeyModifiers::NONE));
    }

    /// Takes what the worker reports until it has nothing more to do.
    pub async fn settle(&mut self) {
        let settled = tokio::time::timeout(HANGS_AFTER, async {
            while !self.runtime.is_idle() {
                self.runtime.step().await;
            }
        });
        let hangs = settled.await.is_err();
        self.draw();
        assert!(!hangs, "the console does not become idle:\n{}", self.screen());
    }

    /// Takes reports until something is so.
    pub async fn until(&mut self, what: &str, so: impl Fn(&App) -> bool) {
        let reached = tokio::time::timeout(HANGS_AFTER, async {
            while !so(&self.runtime.app) {
                self.runtime.step().await;
            }
        });
        let hangs = reached.await.is_err();
        self.draw();
        assert!(!hangs, "waited in vain for {what}:\n{}", self.screen());
    }

    /// The state behind the screen.
    pub fn app(&self) -> &App {
        &self.runtime.app
    }

    /// The screen as text, a line each, without what is blank at the end.
    pub fn screen(&self) -> String {
        let buffer = self.runtime.terminal.backend().buffer();
        let mut out = String::new();
        for y in 0..buffer.area.height {
            let mut line = String::new();
            let mut hidden = 0;
            for x in 0..buffer.area.width {
                let symbol = buffer[(x, y)].symbol();
                // A wide character covers the cell behind it.
                if hidden > 0 {
                    hidden -= 1;
                    continue;
                }
                line.push_str(symbol);
                hidden = unicode_width::UnicodeWidthStr::width(symbol).saturating_sub(1);
            }
            out.push_str(line.trim_end());
            out.push('\n');
        }
        out
    }

    /// The screen as one line: frames gone, words apart by one space, so that wrapped sentences can be looked for.
    pub fn words(&self) -> String {
        let plain: String = self.screen().chars().map(|c| if "│╭╮╰╯─┃".contains(c) { ' ' } else { c }).collect();
        plain.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The screen must show this, be it wrapped.
    #[track_caller]
    pub fn expect(&self, text: &str) {
        assert!(self.words().contains(text), "`{text}` is not on the screen:\n{}", self.screen());
    }

    /// The screen must not show this.
    #[track_caller]
    pub fn expect_no(&self, text: &str) {
        assert!(!self.words().contains(text), "`{text}` is on the screen:\n{}", self.screen());
    }

    /// The line of the screen with this text.
    #[track_caller]
    pub fn line(&self, text: &str) -> String {
        let screen = self.screen();
        let found = screen.lines().find(|line| line.contains(text));
        found.map_or_else(|| panic!("no line has `{text}`:\n{screen}"), str::to_owned)
    }

    /// The row of the list that has this name in its first cell, or that of a user with this user name.
    #[track_caller]
    pub fn row(&self, name: &str) -> String {
        let screen = self.screen();
        let row = |line: &&str| line.starts_with('│') && line.split([' ', '│', '▌']).any(|cell| cell == name);
        screen.lines().find(row).map_or_else(|| panic!("no row of {name}:\n{screen}"), str::to_owned)
    }

    /// Filters the list and leaves the cursor on the best match.
    pub fn find(&mut self, text: &str) {
        self.press(Action::Filter);
        self.type_text(text);
        self.enter();
    }

    /// Takes the filter back.
    pub fn find_all(&mut self) {
        self.press(Action::Filter);
        self.esc();
    }

    /// Opens the role picker, picks the best match.
    pub fn pick_role(&mut self, text: &str) {
        self.press(Action::SetRole);
        self.the_marked();
        self.type_text(text);
        self.enter();
    }

    /// Appends to the display name of the user under the cursor, by the form.
    pub fn rename(&mut self, more: &str) {
        self.press(Action::Edit);
        self.type_text(more);
        self.enter();
    }

    /// A user as shown.
    #[track_caller]
    pub fn user(&self, name: &str) -> &User {
        let directory = &self.app().directory;
        // The named one is what the server confirmed; by its id it has the pending changes on top.
        let found = directory.users_named(name).next().and_then(|user| directory.user(&user.id));
        found.unwrap_or_else(|| panic!("{name} is not known:\n{}", self.screen()))
    }

    /// A user's organisation role as shown.
    #[track_caller]
    pub fn org_role(&self, name: &str) -> String {
        self.user(name).org_role.value().map(ToString::to_string).unwrap_or_default()
    }

    /// A team as shown.
    #[track_caller]
    pub fn team(&self, name: &str) -> &Team {
        let directory = &self.app().directory;
        let rows = 0..directory.len(RecordKind::Team) as u32;
        let found = rows.filter_map(|row| directory.team_at(row)).find(|team| team.name.as_str() == name);
        found.unwrap_or_else(|| panic!("team {name} is not known:\n{}", self.screen()))
    }

    /// Names of people on the list who are active members of the organisation without special roles.
    pub fn plain_people(&self) -> Vec<String> {
        let directory = &self.app().directory;
        let users = directory.records().users().values();
        users
            .filter(|user| user.org_role.value().is_some_and(|role| role.is("member")))
            .filter(|user| user.active == Some(true) && !user.account.is_service())
            .map(|user| user.user_name.to_string())
            .collect()
    }

    /// The journal, oldest first.
    pub fn entries(&self) -> Vec<&JournalEntry> {
        self.app().activity.entries.values().collect()
    }

    /// The states of the journal, oldest first.
    pub fn states(&self) -> Vec<ChangeState> {
        self.app().activity.entries.values().map(|entry| entry.state).collect()
    }

    /// The newest entry of the journal.
    #[track_caller]
    pub fn last(&self) -> &JournalEntry {
        self.app().activity.entries.values().next_back().expect("the journal is empty")
    }

    /// True while a plan is shown.
    pub fn is_preview(&self) -> bool {
        matches!(self.app().overlays.last(), Some(Overlay::Preview(_)))
    }

    /// Sends the plan that is shown, which must be one, and waits for its outcome.
    #[track_caller]
    pub fn send(&mut self) {
        assert!(self.is_preview(), "no plan is shown:\n{}", self.screen());
        if matches!(self.app().overlays.last(), Some(Overlay::Preview(preview)) if preview.typing) {
            self.enter();
        }
        self.press(Action::Send);
        assert!(!self.is_preview(), "the plan was not sent:\n{}", self.screen());
    }

    /// Ends the session as quitting does, so that the next one finds its journal at rest.
    pub async fn quit(mut self) {
        self.runtime.end().await;
    }
}
