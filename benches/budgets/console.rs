//! Keys and frames without a terminal: `update` and `draw` on a screen in memory.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use ratatui::{Terminal, backend::TestBackend};
use scimitar::{
    app::{App, Msg},
    ui::{
        self, Look,
        look::{Glyphs, Theme},
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

struct Console {
    app: App,
    terminal: Terminal<TestBackend>,
    look: Look,
}

impl Console {
    fn new(users: usize, width: u16, height: u16) -> Self {
        let app = directory::app(users, width, height);
        let terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        Self { app, terminal, look: Look::new(Theme::Ansi, Glyphs::UNICODE) }
    }

    fn draw(&mut self) {
        let (app, look) = (&self.app, &self.look);
        self.terminal.draw(|frame| ui::draw(frame, app, look)).unwrap();
    }

    /// A key, to painted.
    fn press(&mut self, code: KeyCode) {
        let key = Event::Key(KeyEvent::new(code, KeyModifiers::NONE));
        drop(self.app.update(Msg::Terminal(key), now()));
        self.draw();
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
        let ours = Times::of(300, || console.draw());
        let mut bare = Terminal::new(TestBackend::new(width, height)).unwrap();
        let theirs = Times::of(300, || table(&mut bare, &console.app));
        row(users, &format!("one frame {width}x{height}"), &ours, Some(("bare table", &theirs)));
    }
    let mut console = Console::new(users, 80, 24);
    moving(users, &mut console);
    typing(users, &mut console);
    opening(users, &mut console);
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
    // As often as there are columns, so that each run begins with the same one.
    let sorts = Times::shortest(RUNS, || Times::of(7, || console.press(KeyCode::Char('s'))));
    row(users, "sort by the next column", &sorts, None);
}

fn typing(users: usize, console: &mut Console) {
    let (texts, mut matcher) = (texts(&console.app), matcher());
    let prefixes = || WORDS.iter().flat_map(|word| (1..=word.len()).filter_map(|end| word.get(..end)));
    let bare = Times::shortest(RUNS, || {
        let mut times = Times::default();
        for typed in prefixes() {
            times.time(|| fuzzy(&mut matcher, &texts, typed));
        }
        times
    });
    console.press(KeyCode::Char('/'));
    let ours = Times::shortest(RUNS, || console.typed(&WORDS));
    row(users, "one typed filter character", &ours, Some(("bare nucleo, one thread", &bare)));
    let fields = Times::shortest(RUNS, || console.typed(&["role:admin", "team:tana", "last>90d"]));
    row(users, "one typed character of field:value", &fields, None);
    console.press(KeyCode::Esc);
    console.press(KeyCode::Esc);
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
}
