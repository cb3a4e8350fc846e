//! A plan of many lines with many grave facts: all facts and all lines can be read on a small screen, lines are searched.

use scimitar::{
    app::{Overlay, PlanPreview, action::Action},
    demo,
};

use crate::harness::{Console, Server, options};

fn preview(console: &Console) -> &PlanPreview {
    match console.app().overlays.last() {
        Some(Overlay::Preview(preview)) => preview,
        _ => panic!("no plan is shown:\n{}", console.screen()),
    }
}

/// The key for where a text is typed.
fn search(console: &mut Console) {
    console.control('f');
}

/// Everybody is deactivated, in a plan.
async fn everybody() -> (Console, Server) {
    let (mut console, server) = Console::on_demo(demo::DemoOptions { users: 250, ..options() }).await;
    console.press(Action::MarkAll);
    console.settle().await;
    console.press(Action::ToggleActive);
    console.settle().await;
    assert!(preview(&console).lines() > 200, "{}", console.screen());
    (console, server)
}

#[tokio::test]
async fn facts_that_have_no_room_are_read_with_a_key() {
    let (mut console, _server) = everybody().await;
    let facts: Vec<String> = preview(&console).facts.iter().map(|fact| fact.sentence.clone()).collect();
    assert!(facts.len() > 8, "{facts:?}");
    console.expect("Tab facts");
    // Lines have their half of the room.
    let lines = console.screen().lines().filter(|line| line.contains("status: active")).count();
    assert!(lines >= 4, "{}", console.screen());
    console.press(Action::PlanFacts);
    let mut read = String::new();
    for _ in 0..20 {
        read.push_str(&console.words());
        console.press(Action::PageDown);
    }
    for fact in &facts {
        let words: Vec<&str> = fact.split_whitespace().take(6).collect();
        assert!(read.contains(&words.join(" ")), "{fact}\n{read}");
    }
    console.esc();
    console.expect("Tab facts");
}

/// The box says how many lines are left out, and the bottom bar says the key, once, however wide or narrow it is.
#[tokio::test]
async fn the_key_for_facts_is_said_once() {
    let (mut console, _server) = everybody().await;
    for (width, height) in [(40, 12), (80, 24), (200, 24)] {
        console.resize(width, height);
        let screen = console.screen();
        assert!(screen.contains("lines more"), "{screen}");
        assert_eq!(screen.matches("Tab ").count(), 1, "{screen}");
    }
}

/// The key that leads into a field is not offered while one is in it.
#[tokio::test]
async fn a_field_does_not_offer_its_own_key() {
    let (mut console, _server) = everybody().await;
    console.control('t');
    console.expect("Enter keep the reason");
    assert!(!console.screen().contains("C-t reason"), "{}", console.screen());
}

#[tokio::test]
async fn lines_are_searched_and_the_whole_plan_is_sent() {
    let (mut console, server) = everybody().await;
    let (all, steps) = (preview(&console).lines(), preview(&console).plan.steps.len());
    // While a text is asked for, a letter belongs to it.
    console.type_text("/");
    assert_eq!(preview(&console).shown(), all);
    console.backspace();
    search(&mut console);
    console.type_text("eva tan");
    assert!((1..20).contains(&preview(&console).shown()), "{}", console.screen());
    console.expect(&format!("y sends all {steps} lines"));
    console.enter();
    // The line that was found is dropped, and no other one.
    let at = preview(&console).selected_step().unwrap();
    let subject = preview(&console).plan.steps[at].words.subject.clone();
    assert!(subject.contains("tan"), "{subject}");
    console.delete();
    console.esc();
    assert_eq!((preview(&console).lines(), preview(&console).shown()), (all - 1, all - 1));
    assert!(preview(&console).plan.steps.iter().all(|step| step.words.subject != subject));
    search(&mut console);
    console.type_text("nobody at all");
    console.expect("No line contains this.");
    console.esc();
    assert!(console.is_preview() && server.writes().is_empty());
}
