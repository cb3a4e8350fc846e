//! Check lists: what a key does to the row that is found.

use super::*;

fn control(console: &mut Console, letter: char) {
    let key = KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL);
    console.tell(AppMessage::Terminal(Event::Key(key)));
}

/// Gives the console a directory of this many people and a team.
fn give_people(console: &mut Console, many: usize, inside: &[&str]) {
    let users = (0..many).map(|n| user(&format!("p{n:05}"), "member")).collect();
    let add = |id: &&str| Member { id: (*id).into(), display: Name::default() };
    let members = Some(inside.iter().map(add).collect());
    let team = Team { id: "t".into(), name: "everyone".into(), members, ..Team::default() };
    let records = Box::new(Records::build(users, vec![team], vec![]));
    let report = WorkerReport::Records { records, seen: Some(now()), partial: false, stored: false };
    console.tell(AppMessage::Report(report));
}

/// The check list of a team's members, in a directory of this many people.
fn members_of(many: usize, inside: &[&str]) -> Console {
    let mut console = Console::new(Hosting::Dedicated);
    give_people(&mut console, many, inside);
    console.wait();
    console.press(Action::GoTeams).press(Action::Members).wait();
    console
}

fn checked(console: &Console) -> usize {
    let Some(Overlay::Check(list)) = console.app.overlays.last() else { panic!("no check list") };
    list.wishes.len()
}

/// A key, without the steps that follow.
fn begin(console: &mut Console, action: Action) {
    let event = Event::Key(console.app.keymap.event(action).unwrap());
    console.tell(AppMessage::Terminal(event));
}

#[test]
fn all_of_many_rows_are_checked_and_unchecked_in_steps() {
    let mut console = members_of(20_000, &["id-p00003"]);
    begin(&mut console, Action::ToggleAll);
    assert!(console.app.is_looking() && checked(&console) < 19_999);
    let look = Event::Key(console.app.keymap.event(Action::Look).unwrap());
    assert!(console.app.waits(&look), "the plan would be of a part");
    console.wait();
    assert_eq!(checked(&console), 19_999);
    begin(&mut console, Action::ToggleAll);
    assert!(console.app.is_looking());
    console.wait();
    assert_eq!(checked(&console), 0);
}

#[test]
fn the_changes_of_many_checked_rows_are_collected_in_steps() {
    let mut console = members_of(20_000, &["id-p00003"]);
    begin(&mut console, Action::ToggleAll);
    console.wait();
    begin(&mut console, Action::Look);
    assert!(console.app.is_looking() && matches!(console.app.overlays.last(), Some(Overlay::Check(_))));
    console.app.look_on();
    assert!(matches!(console.app.overlays.last(), Some(Overlay::Check(_))), "one step is not all");
    let esc = console.app.keymap.event(Action::Back).unwrap();
    console.tell(AppMessage::Terminal(Event::Key(esc)));
    assert!(!console.app.is_looking(), "Esc gives the plan up");
    assert_eq!(checked(&console), 19_999, "and leaves the list");
    begin(&mut console, Action::Look);
    console.wait();
    let Some(Overlay::Preview(preview)) = console.app.overlays.last() else { panic!("no plan") };
    assert_eq!(preview.plan.steps.len(), 19_999);
}

#[test]
fn what_is_typed_meanwhile_or_comes_anew_leaves_no_part() {
    let mut console = members_of(20_000, &[]);
    begin(&mut console, Action::ToggleAll);
    console.type_text("p00001").wait();
    assert_eq!(checked(&console), 20_000, "all that was shown when the key was pressed");

    let mut console = members_of(20_000, &[]);
    begin(&mut console, Action::ToggleAll);
    console.app.look_on();
    give_people(&mut console, 15_000, &[]);
    console.wait();
    assert_eq!(checked(&console), 15_000);
}

/// A filter that is typed while new rows are searched for finds other rows than the key was pressed for.
#[test]
fn all_shown_is_of_the_filter_that_the_key_was_pressed_with() {
    let mut console = members_of(20_000, &[]);
    console.type_text("p").wait();
    begin(&mut console, Action::ToggleAll);
    give_people(&mut console, 15_000, &[]);
    console.tell(AppMessage::Terminal(Event::Key(KeyEvent::from(KeyCode::Char('0')))));
    console.wait();
    assert_eq!(checked(&console), 15_000, "p0 finds 10,000");
}

#[test]
fn while_something_is_typed_space_takes_nobody_out() {
    let mut console = Console::new(Hosting::Dedicated);
    let add = |id: &str| Member { id: id.into(), display: Name::default() };
    let full = Team { id: "t".into(), name: "vision".into(), members: Some(vec![add("id-ivan")]), ..Team::default() };
    console.tell(AppMessage::Report(WorkerReport::Learnt(vec![Observation::Record(Record::Team(full))])));
    console.press(Action::GoTeams).press(Action::Members).type_text("ivan").press(Action::Toggle);
    let wishes = |console: &Console| {
        let Some(Overlay::Check(list)) = console.app.overlays.last() else { panic!("no check list") };
        list.wishes.iter().map(|(id, wish)| (id.to_string(), *wish)).collect::<Vec<_>>()
    };
    assert_eq!(wishes(&console), []);
    let said = console.app.screen.message.as_ref().unwrap().text.clone();
    assert!(said.ends_with("is in already. While something is typed Space takes nobody out; C-x does."), "{said}");
    console.press(Action::TakeOut);
    assert_eq!(wishes(&console), [("id-ivan".to_owned(), false)]);
    console.press(Action::Toggle);
    assert_eq!(wishes(&console), [], "it stays in after all");
    console.type_text("noor").press(Action::Toggle);
    assert_eq!(wishes(&console), [("id-noor".to_owned(), true)]);
    console.press(Action::TakeOut);
    assert_eq!(wishes(&console), []);
    console.press(Action::TakeOut);
    assert!(console.app.screen.message.as_ref().unwrap().text.ends_with("is not in: there is nothing to take out."));
    // Without a text Space goes both ways, and C-a goes to the start of the text.
    control(&mut console, 'u');
    console.press(Action::Toggle);
    assert_eq!(wishes(&console), [("id-ivan".to_owned(), false)]);
    console.type_text("oor");
    control(&mut console, 'a');
    console.type_text("n");
    let Some(Overlay::Check(list)) = console.app.overlays.last() else { panic!("no check list") };
    assert_eq!((list.input.value(), list.wishes.len()), ("noor", 1));
}
