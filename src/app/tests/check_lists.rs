//! Check lists: what a key does to the row that is found.

use super::*;

fn control(console: &mut Console, letter: char) {
    let key = KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL);
    console.tell(AppMessage::Terminal(Event::Key(key)));
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
    let said = console.app.message.as_ref().unwrap().text.clone();
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
    assert!(console.app.message.as_ref().unwrap().text.ends_with("is not in: there is nothing to take out."));
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
