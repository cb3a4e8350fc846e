//! Lists that are too long for one step of the loop.

use std::io;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use futures_util::{StreamExt, stream};
use jiff::Timestamp;
use scimitar::{
    app::{AppMessage, OpenedProfile, ProfileView},
    dialect::{self, Hosting, Provider},
    directory::{
        RecordKind, guard::GuardSettings, query::FilterQuery, record::User, records::Records, work::WorkerReport,
    },
    runtime::{LoopInput, TerminalHost},
};

use crate::harness::Console;

const MANY: usize = 60_000;

/// Nothing happens to the process, and nothing is copied.
struct Nobody;

impl TerminalHost for Nobody {
    async fn next(&mut self, _: bool) -> io::Result<LoopInput> {
        std::future::pending().await
    }
    fn is_free(&mut self) -> io::Result<bool> {
        Ok(true)
    }
    fn written(&self) -> u64 {
        0
    }
    fn copy(&mut self, _: &str) -> io::Result<()> {
        Ok(())
    }
}

fn console() -> Console {
    let mut console = Console::alone();
    let planner = dialect::of(Provider::Wandb, Hosting::Dedicated, dialect::KnownServer::default());
    let opened = OpenedProfile { profile: ProfileView::default(), planner, guards: GuardSettings::default() };
    let user = |at: usize| User {
        id: format!("u{at}").as_str().into(),
        user_name: format!("{}-{at}", ["tanaka", "eva", "noor"][at % 3]).as_str().into(),
        ..User::default()
    };
    let records = Box::new(Records::build((0..MANY).map(user).collect(), vec![], vec![]));
    let records = WorkerReport::Records { records, seen: None, partial: false, stored: false };
    let app = &mut console.runtime.app;
    app.update(AppMessage::Opened(Box::new(opened)), Timestamp::now());
    app.update(AppMessage::Report(records), Timestamp::now());
    while app.is_looking() {
        app.look_on();
    }
    console
}

fn key(code: KeyCode) -> Event {
    Event::Key(KeyEvent::new(code, KeyModifiers::NONE))
}

#[tokio::test]
async fn keys_that_come_while_a_list_is_looked_through_act_on_the_whole_of_it() {
    let mut console = console();
    let codes = ["/", "t", "a", "n"].map(|c| KeyCode::Char(c.chars().next().unwrap()));
    let codes = codes.into_iter().chain([KeyCode::Enter, KeyCode::Char('G'), KeyCode::Char(' ')]);
    let input = stream::iter(codes.map(|code| Ok(key(code))).collect::<Vec<_>>());
    console.runtime.run(input, &mut Nobody).await.unwrap();
    let app = console.app();
    let rows = app.directory.rows_by_name(RecordKind::User);
    let query = FilterQuery::parse("tan", RecordKind::User).unwrap();
    let found = query.run(&app.directory, RecordKind::User, rows, Timestamp::UNIX_EPOCH);
    assert_eq!(found.len(), MANY / 3);
    let pane = app.lists.pane().unwrap();
    assert_eq!(pane.rows, found);
    let last = app.directory.id_at(RecordKind::User, *found.last().unwrap()).unwrap();
    assert_eq!(pane.marks.iter().collect::<Vec<_>>(), [last], "the last of all that match");
}

/// Enter would send the plan, unseen, once it is drawn up.
#[tokio::test]
async fn the_key_that_gives_a_plan_up_overtakes_what_waits_for_it() {
    let mut console = console();
    let role = ["*", "r"].into_iter().chain("orgvie".split("").filter(|c| !c.is_empty()));
    let codes = role.map(|c| KeyCode::Char(c.chars().next().unwrap()));
    let first: Vec<_> = codes.chain([KeyCode::Enter]).map(|code| Ok(key(code))).collect();
    let then = [KeyCode::Enter, KeyCode::Char('j'), KeyCode::Esc].map(|code| Ok(key(code)));
    // A few dozen steps later: the rows are marked by then, and the plan is not drawn up yet.
    let later = stream::once(async {
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        stream::iter(then)
    });
    let input = Box::pin(stream::iter(first).chain(later.flatten()));
    console.runtime.run(input, &mut Nobody).await.unwrap();
    let app = console.app();
    assert_eq!(app.lists.panes[0].marks.len(), MANY);
    assert!(app.overlays.is_empty() && app.directory.pending().len() == 0);
    assert_eq!(
        app.screen.message.as_ref().map(|message| message.text.as_str()),
        Some("The plan was given up: nothing is sent.")
    );
}

#[test]
fn text_goes_on_into_the_filter_and_other_keys_wait() {
    let mut console = console();
    let app = &mut console.runtime.app;
    let now = Timestamp::now();
    app.update(AppMessage::Terminal(key(KeyCode::Char('/'))), now);
    app.update(AppMessage::Terminal(key(KeyCode::Char('v'))), now);
    assert!(app.is_looking());
    let waits =
        [KeyCode::Char('a'), KeyCode::Backspace, KeyCode::Enter, KeyCode::Down].map(|code| app.waits(&key(code)));
    assert_eq!(waits, [false, false, true, true]);
    app.show_best();
    console.runtime.draw().unwrap();
    assert!(console.screen().contains("% looked through"), "{}", console.screen());
    assert!(console.screen().contains("eva-"), "what was found so far is there");
    let app = &mut console.runtime.app;
    while app.is_looking() {
        app.look_on();
    }
    assert!(!app.waits(&key(KeyCode::Enter)));
    console.runtime.draw().unwrap();
    assert!(console.screen().contains("20,000 of 60,000"), "{}", console.screen());
}
