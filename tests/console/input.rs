//! Wrong input: each error has its sentence, and no typed text is lost.

use crossterm::event::Event;
use scimitar::app::{Overlay, action::Action};

use crate::harness::{Console, options};

#[tokio::test]
async fn a_form_says_what_is_wrong_and_keeps_what_was_typed() {
    let (mut console, server) = Console::on_demo(options()).await;
    console.press(Action::Create);
    console.type_text("eva-tanaka");
    console.press(Action::NextField);
    console.type_text("eva@nowhere");
    console.press(Action::Submit);
    console.expect("eva-tanaka is taken");
    console.expect("the part after the @ is no host name");
    console.expect("eva@nowhere");
    // The cursor is on the first field that is wrong.
    console.type_text("-2");
    console.press(Action::NextField);
    console.type_text(".example.com");
    console.press(Action::Submit);
    console.send();
    console.settle().await;
    assert_eq!(server.user("eva-tanaka-2").await["emails"][0]["value"], "eva@nowhere.example.com");
}

#[tokio::test]
async fn a_team_form_names_people_whom_nobody_knows() {
    let (mut console, server) = Console::on_demo(options()).await;
    console.press(Action::GoTeams);
    console.press(Action::Create);
    console.type_text("night-shift");
    console.press(Action::NextField);
    console.type_text("eva-tanaka no-such-person");
    console.press(Action::Submit);
    console.expect("not known here: no-such-person");
    assert!(matches!(console.app().overlays.last(), Some(Overlay::Form(_))));
    assert!(server.writes().is_empty());
}

#[tokio::test]
async fn a_filter_that_means_nothing_leaves_the_list_and_says_why() {
    let (mut console, _server) = Console::on_demo(options()).await;
    console.press(Action::Filter);
    console.type_text("role:admin");
    console.expect("4 of 58");
    console.type_text(" colour:red");
    console.expect("no field `colour` here; there are role, team,");
    console.esc();
    assert_eq!(console.app().lists.panes[0].rows.len(), 58);
}

#[tokio::test]
async fn similar_people_are_offered_and_said_to_be_similar() {
    let (mut console, _server) = Console::on_demo(options()).await;
    let person = console.plain_people().into_iter().next().unwrap();
    let letters: String = person.chars().filter(|c| !"aeiou-".contains(*c)).collect();
    console.find(&letters);
    console.expect("no match, ");
    console.expect(" similar");
    let label = console.user(&person).label().to_owned();
    assert!(console.screen().contains(&label), "{}", console.screen());
    console.press(Action::MarkAll);
    console.expect("No row contains these words; the rows shown are only similar. Nothing is marked by it.");
    assert!(console.app().lists.panes[0].marks.is_empty());
    console.find_all();
    console.find("/^(demo|nobody)-/");
    assert_eq!(console.app().lists.panes[0].rows.len(), 1);
    console.find_all();
    console.press(Action::Filter);
    console.type_text("/(demo/");
    console.expect("filter: `/(demo/`: unclosed group");
}

/// As many as one frame takes, and one more.
#[tokio::test]
async fn what_comes_between_two_frames_is_taken_to_the_last() {
    struct Nobody;
    impl scimitar::runtime::TerminalHost for Nobody {
        async fn next(&mut self, _: bool) -> std::io::Result<scimitar::runtime::LoopInput> {
            std::future::pending().await
        }
        fn is_free(&mut self) -> std::io::Result<bool> {
            Ok(true)
        }
        fn written(&self) -> u64 {
            0
        }
        fn copy(&mut self, _: &str) -> std::io::Result<()> {
            Ok(())
        }
    }
    for many in [512, 513, 1_025] {
        let (mut console, _server) = Console::on_demo(options()).await;
        let sizes = (1..=many).map(|n| Ok(Event::Resize(n, 24)));
        console.runtime.run(futures_util::stream::iter(sizes), &mut Nobody).await.unwrap();
        assert_eq!(console.app().screen.size.width, many);
    }
}
