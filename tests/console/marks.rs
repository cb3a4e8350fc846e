//! Several records at once.

use scimitar::{app::action::Action, directory::plan::ChangeState};

use crate::harness::{Console, options};

fn mark(console: &mut Console, people: &[String]) {
    for person in people {
        console.find_all();
        console.find(person);
        console.press(Action::Mark);
    }
    console.find_all();
}

fn marked(console: &Console) -> Vec<String> {
    let directory = &console.app().directory;
    let marks = console.app().lists.panes[0].marks.iter();
    marks.filter_map(|id| directory.user(id)).map(|user| user.user_name.to_string()).collect()
}

#[tokio::test]
async fn marks_survive_sort_filter_and_refresh() {
    let (mut console, _server) = Console::on_demo(options()).await;
    let people: Vec<String> = console.plain_people().into_iter().take(3).collect();
    mark(&mut console, &people);
    console.press(Action::Sort);
    console.press(Action::SortReverse);
    console.find("noor");
    console.press(Action::Refresh);
    console.settle().await;
    assert_eq!(marked(&console), people);
    console.find_all();
    console.find(&people[1]);
    assert!(console.line("▌").contains("▌■"), "{}", console.screen());
}

#[tokio::test]
async fn a_role_for_three_is_one_plan_and_one_refusal_leaves_the_others() {
    let (mut console, server) = Console::on_demo(options()).await;
    let people: Vec<String> = console.plain_people().into_iter().take(3).collect();
    mark(&mut console, &people);
    console.pick_role("org adm");
    assert!(console.is_preview());
    for person in &people {
        let planned = |line: &str| line.contains(person.as_str()) && line.contains("member → admin");
        assert!(console.screen().lines().any(planned), "{}", console.screen());
    }
    console.expect("3 requests");
    assert!(server.writes().is_empty());
    server.running.fail_next(400, 1);
    console.send();
    console.settle().await;
    let states = console.states();
    assert_eq!(states.iter().filter(|state| **state == ChangeState::Confirmed).count(), 2, "{states:?}");
    assert_eq!(states.iter().filter(|state| **state == ChangeState::Refused).count(), 1, "{states:?}");
    for (person, state) in people.iter().zip(states) {
        let expected = if state == ChangeState::Confirmed { "admin" } else { "member" };
        assert_eq!(console.org_role(person), expected);
        assert_eq!(server.user(person).await["organizationRole"], expected);
    }
}

#[tokio::test]
async fn a_plan_about_marked_people_is_in_the_order_of_the_list() {
    let (mut console, _server) = Console::on_demo(options()).await;
    let mut people: Vec<String> = console.plain_people().into_iter().take(3).collect();
    people.sort_by(|one, other| other.cmp(one));
    mark(&mut console, &people);
    assert_eq!(marked(&console), people, "marked in another order than the list's");
    console.pick_role("org adm");
    people.reverse();
    let screen = console.screen();
    let lines: Vec<&str> = screen.lines().filter(|line| line.contains("member → admin")).collect();
    let in_order = lines.iter().zip(&people).all(|(line, person)| line.contains(person.as_str()));
    assert!(lines.len() == people.len() && in_order, "{people:?}\n{screen}");
}

#[tokio::test]
async fn the_cursor_of_activity_stays_on_its_plan_while_others_are_sent() {
    let (mut console, _server) = Console::on_demo(options()).await;
    let people: Vec<String> = console.plain_people().into_iter().take(3).collect();
    let deactivate = async |console: &mut Console, person: &str| {
        console.press(Action::GoUsers);
        console.find_all();
        console.find(person);
        console.press(Action::ToggleActive);
        console.send();
        console.settle().await;
    };
    deactivate(&mut console, &people[0]).await;
    deactivate(&mut console, &people[1]).await;
    console.press(Action::GoActivity);
    console.press(Action::Down);
    let selected = console.app().selected_plan();
    deactivate(&mut console, &people[2]).await;
    console.press(Action::GoActivity);
    assert_eq!(console.app().selected_plan(), selected, "{}", console.screen());
}

#[tokio::test]
async fn a_registry_that_may_be_misspelt_is_not_given_without_a_plan() {
    let (mut console, server) = Console::on_demo(options()).await;
    let person = console.plain_people().remove(0);
    console.find(&person);
    console.press(Action::SetRole);
    console.type_text("visoin viewer");
    console.enter();
    assert!(console.is_preview(), "{}", console.screen());
    console.settle().await;
    assert!(!server.running.requests().iter().any(|request| request.writes), "{}", console.screen());
}
