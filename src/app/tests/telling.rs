//! The message line from sending to the outcome, and the marks of a plan.

use super::*;
use crate::{
    directory::{
        ListShortfall, RecordKind,
        work::{LinkState, RefreshProof},
    },
    scim::failure::{Failure, FailureClass},
};

fn message(console: &Console) -> (String, Option<ChangeState>) {
    console.app.screen.message.as_ref().map(|message| (message.text.clone(), message.state)).unwrap_or_default()
}

#[test]
fn sending_becomes_confirmed_and_says_how_to_undo() {
    let mut console = Console::new(Hosting::Dedicated);
    console.find("ivan").press(Action::ToggleActive).press(Action::Send);
    let entry = console.submitted().remove(0);
    let (text, state) = message(&console);
    assert!(text.ends_with("; sending") && state == Some(ChangeState::Sent), "{text}");
    console.moved(entry.id, ChangeState::Confirmed, vec![]);
    let (text, state) = message(&console);
    assert!(text.ends_with(". u undoes") && state == Some(ChangeState::Confirmed), "{text}");
    // Whoever takes it back, the message goes.
    let undo = JournalEntry {
        id: ChangeId(entry.id.0 + 1),
        plan: ChangeId(entry.id.0 + 1),
        undoes: Some(entry.plan),
        ..entry
    };
    console
        .tell(AppMessage::Report(WorkerReport::Journal(vec![JournalEntry { state: ChangeState::Confirmed, ..undo }])));
    assert_eq!(console.app.screen.message, None);
}

#[test]
fn a_value_with_a_full_stop_gets_no_other_one() {
    let mut console = Console::new(Hosting::Dedicated);
    console.app.propose(vec![Change::SetDisplayName { user: "id-ivan".into(), to: "Ivan P.".into() }], &mut vec![]);
    console.press(Action::Send);
    let entry = console.submitted().remove(0);
    console.moved(entry.id, ChangeState::Confirmed, vec![]);
    let (text, _) = message(&console);
    assert!(text.ends_with("Ivan P. u undoes"), "{text}");
}

#[test]
fn what_was_so_already_is_not_told_as_done() {
    let mut console = Console::new(Hosting::Dedicated);
    console.find("ivan").press(Action::ToggleActive).press(Action::Send);
    let entry = console.submitted().remove(0);
    console.moved(entry.id, ChangeState::Already, vec![]);
    let (text, state) = message(&console);
    assert!(text.ends_with("so already, nothing was sent.") && state == Some(ChangeState::Already), "{text}");
}

#[test]
fn the_marks_of_a_plan_go_when_it_is_confirmed() {
    let mut console = Console::new(Hosting::Dedicated);
    console.find("ivan").press(Action::Mark).find("eva").press(Action::Mark).press(Action::Back);
    console.press(Action::ToggleActive);
    if matches!(console.app.overlays.last(), Some(Overlay::Whom(_))) {
        console.press(Action::Down).press(Action::Choose);
    }
    if let Some(Overlay::Preview(preview)) = console.app.overlays.last()
        && let Some(text) = preview.risk.typed().map(str::to_owned)
    {
        console.type_text(&text);
    }
    console.press(Action::Send);
    let entries = console.submitted();
    assert_eq!((entries.len(), console.app.lists.panes[0].marks.len()), (2, 2));
    console.moved(entries[0].id, ChangeState::Confirmed, vec![]);
    assert_eq!(console.app.lists.panes[0].marks.len(), 2, "the plan is under way");
    console.moved(entries[1].id, ChangeState::Refused, vec![]);
    console.wait();
    let marked: Vec<_> = console.app.lists.panes[0].marks.iter().cloned().collect();
    let left = entries[1].step.change.touches().remove(0).0.id;
    assert_eq!(marked, [left], "who was refused stays marked");
}

#[test]
fn the_help_finds_an_action_by_typing_and_runs_it() {
    let mut console = Console::new(Hosting::Dedicated);
    console.press(Action::Help).press(Action::FindAction).type_text("user-teams").press(Action::Choose);
    assert!(matches!(console.app.overlays.as_slice(), [Overlay::Check(_)]));
    // In a box the entries that act elsewhere say so, and nothing beneath is touched.
    console.press(Action::Back).press(Action::Copy).press(Action::Help).press(Action::FindAction);
    console.type_text("toggle-active").press(Action::Choose);
    assert!(matches!(console.app.overlays.as_slice(), [Overlay::Copy(_)]));
    assert!(console.app.screen.message.as_ref().unwrap().text.contains("works without this box"));
}

/// A person asks for the lists, and the refresh ends so.
fn asked_for_lists(coverage: ListCoverage, failed: Vec<(RecordKind, Failure)>) -> String {
    let mut console = Console::new(Hosting::Dedicated);
    if let Some((_, failure)) = failed.first() {
        console.tell(AppMessage::Report(WorkerReport::Link(LinkState::Down(failure.clone()))));
    }
    console.press(Action::Refresh);
    console.tell(AppMessage::Report(WorkerReport::RefreshBegan));
    let proofs = vec![RefreshProof { kind: RecordKind::User, seen: 2, words: String::new(), coverage }];
    console.tell(AppMessage::Report(WorkerReport::RefreshEnded { at: now(), proofs, failed }));
    message(&console).0
}

#[test]
fn who_asks_for_the_lists_is_told_of_the_part_that_was_read() {
    assert_eq!(asked_for_lists(ListCoverage::Complete, vec![]), "The lists were read again: nothing differs.");
    let shortfall = ListShortfall { seen: 2, said: Some(3), why: "the server gives no more".to_owned() };
    assert_eq!(
        asked_for_lists(ListCoverage::Partial(shortfall), vec![]),
        "The lists were read again: nothing differs in the part that was read."
    );
}

#[test]
fn who_asks_for_the_lists_of_a_server_that_is_away_is_told_so() {
    let failure = Failure::local(FailureClass::Offline, "Nothing listens there.", "");
    let said = asked_for_lists(ListCoverage::NotRead(None), vec![(RecordKind::User, failure)]);
    assert_eq!(said, "The users could not be read: Nothing listens there.");
}
