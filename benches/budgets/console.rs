//! Keys and frames without a terminal: `update` and `draw` on a screen in memory.

use std::time::Instant;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use ratatui::{Terminal, backend::TestBackend};
use scimitar::{
    app::{App, AppEffect, AppMessage},
    directory::{
        Id, Observation, ResourceRef,
        record::{Record, User},
        records::Records,
        work::WorkerReport,
    },
    ui::{
        self, ScreenLook,
        look::{ColorTheme, GlyphSet},
    },
};

use crate::{
    Times,
    directory::{self, now},
    row,
    yardstick::{fuzzy, matcher, table, texts},
};

/// What is typed letter by letter: names that are there in many and few, and one that is not.
const WORDS: [&str; 6] = ["tana", "eval", "ivan", "zhan", "exam", "qqqq"];

/// How often the same is typed, and each sort done.
const RUNS: usize = 5;

/// A million rows are gone through once: the yardstick alone takes a minute for more.
fn runs(users: usize) -> usize {
    if users < 1_000_000 { RUNS } else { 1 }
}

struct Console {
    app: App,
    terminal: Terminal<TestBackend>,
    look: ScreenLook,
    /// How long the loop was held by one thing.
    held: Times,
    /// What shall be done: others do it, and drop it.
    asked: Vec<AppEffect>,
}

impl Console {
    fn new(users: usize, width: u16, height: u16) -> Self {
        let app = directory::app(users, width, height);
        let terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        Self {
            app,
            terminal,
            look: ScreenLook::new(ColorTheme::Ansi, GlyphSet::UNICODE),
            held: Times::default(),
            asked: Vec::new(),
        }
    }

    fn draw(&mut self) {
        let (app, look) = (&self.app, &self.look);
        self.terminal.draw(|frame| ui::draw(frame, app, look)).unwrap();
    }

    /// A key, to painted.
    fn press(&mut self, code: KeyCode) {
        let key = Event::Key(KeyEvent::new(code, KeyModifiers::NONE));
        self.take(AppMessage::Terminal(key));
    }

    /// What came, to painted, as the loop does it.
    fn take(&mut self, msg: AppMessage) {
        self.asked.extend(self.held.time(|| self.app.update(msg, now())));
        while self.app.is_looking() {
            self.asked.extend(self.held.time(|| self.app.look_on()));
        }
        let started = Instant::now();
        self.draw();
        self.held.0.push(started.elapsed());
    }

    /// A row for how long the loop was held since the last one.
    fn held(&mut self, users: usize, what: &str) {
        let held = std::mem::take(&mut self.held);
        self.asked.clear();
        row(users, &format!("{what}: the loop is held"), &held, None);
    }

    /// Each letter of each word from an empty field on.
    fn typed(&mut self, words: &[&str]) -> Times {
        let mut times = Times::default();
        for word in words {
            word.chars().for_each(|c| times.time(|| self.press(KeyCode::Char(c))));
            word.chars().for_each(|_| self.press(KeyCode::Backspace));
        }
        times
    }
}

/// All rows for a directory of this size.
pub fn measure(users: usize) {
    for (width, height) in [(80, 24), (200, 60)] {
        let mut console = Console::new(users, width, height);
        let ours = Times::shortest(RUNS, || Times::of(300, || console.draw()));
        let mut bare = Terminal::new(TestBackend::new(width, height)).unwrap();
        let theirs = Times::shortest(RUNS, || Times::of(300, || table(&mut bare, &console.app)));
        row(users, &format!("one frame {width}x{height}"), &ours, Some(("bare table", &theirs)));
    }
    let mut console = Console::new(users, 80, 24);
    moving(users, &mut console);
    typing(users, &mut console);
    pasting(users, &mut console);
    opening(users, &mut console);
    renewing(users, &mut console);
    many(users, &mut console);
}

/// A plan for a tenth of all users: drawn up, and sent as far as the loop does that.
fn many(users: usize, console: &mut Console) {
    console.press(KeyCode::Char('/'));
    let tenth = format!("id:u{}", "0".repeat(7 - (users / 10).ilog10() as usize));
    tenth.chars().for_each(|c| console.press(KeyCode::Char(c)));
    console.press(KeyCode::Enter);
    console.press(KeyCode::Char('*'));
    let marked = console.app.lists.pane().unwrap().marks.len();
    assert_eq!(marked, users / 10);
    row(users, "move the selection with a tenth marked", &Times::of(30, || console.press(KeyCode::Down)), None);
    console.held = Times::default();
    let planned = Times::of(1, || console.press(KeyCode::Char('d')));
    console.held(users, "planning");
    let screen = console.terminal.backend().to_string();
    let typed = screen.split("Type ").nth(1).and_then(|rest| rest.split_whitespace().next());
    typed.expect("the plan is shown").chars().for_each(|c| console.press(KeyCode::Char(c)));
    row(users, "plan the deactivation of a tenth", &planned, None);
    console.held = Times::default();
    console.press(KeyCode::Enter);
    // The plan was read.
    console.app.drawn();
    drop(console.app.update(AppMessage::Shown, now() - jiff::SignedDuration::from_secs(1)));
    let sent = Times::of(1, || console.press(KeyCode::Char('y')));
    assert!(console.app.directory.pending().len() > marked / 2, "it is laid over the records");
    row(users, "send it, as far as the loop does", &sent, None);
    console.held(users, "sending");
}

/// What comes from the server: one record, a large team, and everything anew.
fn renewing(users: usize, console: &mut Console) {
    console.press(KeyCode::Char('1'));
    console.held = Times::default();
    let learnt = |record| AppMessage::Report(WorkerReport::Learnt(vec![Observation::Record(record)]));
    let all: Vec<User> = console.app.directory.records().users().values().step_by(users / 200).cloned().collect();
    let mut one = Times::default();
    for user in all {
        one.time(|| console.take(learnt(Record::User(user))));
    }
    row(users, "one user read anew", &one, None);
    let team = console.app.directory.teams_named(&"all".into()).next().unwrap().clone();
    let mut large = Times::default();
    for _ in 0..20 {
        let mut smaller = team.clone();
        smaller.members.as_mut().unwrap().pop();
        large.time(|| console.take(learnt(Record::Team(smaller))));
        large.time(|| console.take(learnt(Record::Team(team.clone()))));
    }
    row(users, "a 20,000-member team read anew, with one member more or less", &large, None);
    console.held(users, "reading anew");
    parts(users, console);
    let mut whole = Times::default();
    for _ in 0..3 {
        let people = directory::users(users);
        let teams = directory::teams(&people);
        let records = Box::new(Records::build(people, teams, directory::roles()));
        let report = WorkerReport::Records { records, seen: Some(now()), partial: false, stored: false };
        // What is dropped is dropped off the loop.
        drop(whole.time(|| console.app.update(AppMessage::Report(report), now())));
    }
    row(users, "a whole list anew, indexed off the loop: the loop is held", &whole, None);
}

/// What a refresh tells of a directory that is shown already, as it is told: in parts of 32 records.
fn parts(users: usize, console: &mut Console) {
    let old: Vec<User> = console.app.directory.records().users().values().step_by(users / 160).cloned().collect();
    let mut times = |what: &str, alter: &dyn Fn(User) -> Observation| {
        let mut times = Times::default();
        for part in old.chunks(32) {
            let fresh = part.iter().cloned().map(alter).collect();
            times.time(|| console.app.update(AppMessage::Report(WorkerReport::Renewed(fresh)), now()));
        }
        row(users, &format!("32 users {what}, told by a refresh"), &times, None);
    };
    let record = |user| Observation::Record(Record::User(user));
    let other = |user: &User| -> Id { format!("{}-other", user.id).into() };
    times("with another number of active days", &|user| record(User { days_active: Some(99), ..user }));
    times("with other names", &|user| record(User { user_name: format!("{}x", user.display_name).into(), ..user }));
    times("who are new", &|user| record(User { id: other(&user), user_name: "Zoe".into(), ..user }));
    times("who are gone", &|user| Observation::Gone(ResourceRef::user(&other(&user))));
}

fn moving(users: usize, console: &mut Console) {
    row(users, "move the selection", &Times::of(300, || console.press(KeyCode::Down)), None);
    row(users, "page down", &Times::of(100, || console.press(KeyCode::PageDown)), None);
    let mut ends = Times::default();
    for _ in 0..50 {
        ends.time(|| console.press(KeyCode::End));
        ends.time(|| console.press(KeyCode::Home));
    }
    row(users, "to the end, to the start", &ends, None);
    console.held(users, "moving");
    row(users, "mark all, and none", &Times::of(6, || console.press(KeyCode::Char('*'))), None);
    console.held(users, "marking");
    let choices = console.app.lists.pane().unwrap().sort_choices().len();
    let sorts = Times::shortest(RUNS, || {
        let mut times = Times::default();
        for place in 0..choices {
            console.press(KeyCode::Char('s'));
            console.press(KeyCode::Home);
            (0..place).for_each(|_| console.press(KeyCode::Down));
            times.time(|| console.press(KeyCode::Enter));
            assert!(console.app.overlays.is_empty(), "a column was chosen");
        }
        times
    });
    row(users, "sort by the next column", &sorts, None);
    console.held(users, "sorting");
}

fn typing(users: usize, console: &mut Console) {
    let (texts, mut matcher) = (texts(&console.app), matcher());
    let prefixes = || WORDS.iter().flat_map(|word| (1..=word.len()).filter_map(|end| word.get(..end)));
    let bare = Times::shortest(runs(users), || {
        let mut times = Times::default();
        for typed in prefixes() {
            times.time(|| fuzzy(&mut matcher, &texts, typed));
        }
        times
    });
    console.press(KeyCode::Char('/'));
    console.held = Times::default();
    assert!(console.app.lists.pane().unwrap().filtering, "letters go into the filter");
    let ours = Times::shortest(runs(users), || console.typed(&WORDS));
    row(users, "one typed filter character", &ours, Some(("bare nucleo, one thread", &bare)));
    console.held(users, "typing");
    let fields = Times::shortest(RUNS, || console.typed(&["role:admin", "team:tana", "last>90d", "teams>3", "-id:u1"]));
    row(users, "one typed character of field:value", &fields, None);
    console.held(users, "typing field:value");
    console.press(KeyCode::Esc);
    console.press(KeyCode::Esc);
}

/// Long texts into the filter: the time grows as they do.
fn pasting(users: usize, console: &mut Console) {
    console.press(KeyCode::Char('/'));
    for (kilobytes, word) in [(10, "abc@x.example "), (200, "abc@x.example "), (200, "abcdefgh")] {
        let text = word.repeat(kilobytes * 1_000 / word.len());
        let pasted = Times::of(3, || {
            console.take(AppMessage::Terminal(Event::Paste(text.clone())));
            console.press(KeyCode::Esc);
            console.press(KeyCode::Char('/'));
        });
        let blanks = if word.ends_with(' ') { "words" } else { "one word" };
        row(users, &format!("{kilobytes} KB of {blanks} pasted into the filter, and dropped"), &pasted, None);
    }
    console.press(KeyCode::Esc);
    console.held(users, "pasting");
}

fn opening(users: usize, console: &mut Console) {
    // Back to the name order: the first user by id has the many teams.
    let mut details = Times::default();
    console.press(KeyCode::Char('/'));
    "id:u0000000".chars().for_each(|c| console.press(KeyCode::Char(c)));
    console.press(KeyCode::Enter);
    for _ in 0..50 {
        details.time(|| console.press(KeyCode::Enter));
        assert!(console.terminal.backend().to_string().contains("Teams"), "details are open");
        console.press(KeyCode::Esc);
    }
    row(users, "open the details of a user in 200 teams", &details, None);
    console.press(KeyCode::Char('2'));
    console.held = Times::default();
    let mut open = Times::default();
    let mut typed = Times::default();
    for _ in 0..5 {
        open.time(|| console.press(KeyCode::Char('m')));
        assert!(!console.app.overlays.is_empty(), "the check list is open");
        typed.0.extend(Times::shortest(RUNS, || console.typed(&["tana", "eval"])).0);
        console.press(KeyCode::Esc);
    }
    row(users, "open the check list of a 20,000-member team", &open, None);
    row(users, "one typed character in it", &typed, None);
    console.held(users, "the check list");
}
