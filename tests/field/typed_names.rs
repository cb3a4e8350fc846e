//! The console knows a part of a list, and a person types a name that is not in it.

use std::ops::Range;

use scimitar::app::action::Action;

use crate::{
    records::{group, users},
    screen::{Console, open},
    server::{Answer, Behavior, Request, span},
    state::{ResourceType, State},
    world::World,
};

/// Lists end after so many records; filters find the others.
struct Short(usize);

impl Behavior for Short {
    fn page(&self, _: ResourceType, total: usize, start: usize, _: Option<usize>) -> Range<usize> {
        if start > 1 { 0..0 } else { span(total, 1, self.0) }
    }

    fn before(&self, _: &mut State, request: &Request) -> Option<Answer> {
        // Answers to filters are whole.
        request.parameter("filter").is_some_and(|filter| filter.contains("user0000")).then(|| Answer::error(403, "no"))
    }
}

fn filters(world: &World) -> usize {
    world.server.log().iter().filter(|request| request.parameter("filter").is_some()).count()
}

/// Opens the members of the team called alpha.
fn members(console: &mut Console) {
    console.press(Action::GoTeams);
    console.find("alpha");
    console.press(Action::Members);
}

#[tokio::test]
async fn a_check_list_asks_the_server_for_a_name_that_no_row_has() {
    let world = World::new(Short(4), users(12), vec![group(1, "alpha", &[1])]);
    let mut console = open(&world).await;
    members(&mut console);
    console.type_text("user0011");
    assert_eq!(filters(&world), 0, "nothing is asked for while somebody types");
    console.press(Action::Toggle);
    console.settle().await;
    assert!(filters(&world) > 0, "{}", console.screen());
    console.press(Action::Toggle);
    console.press(Action::Look);
    if console.is_preview() {
        console.send();
    }
    console.settle().await;
    assert_eq!(world.members("g0001"), ["u0001", "u0011"], "{}", console.screen());
}

#[tokio::test]
async fn a_name_that_is_nobodys_is_asked_for_once_and_said() {
    let world = World::new(Short(4), users(12), vec![group(1, "alpha", &[1])]);
    let mut console = open(&world).await;
    members(&mut console);
    console.type_text("xyz");
    console.press(Action::Toggle);
    console.settle().await;
    console.expect("The server has nothing called xyz.");
    let asked = filters(&world);
    console.press(Action::Toggle);
    console.settle().await;
    assert_eq!(filters(&world), asked);
}

#[tokio::test]
async fn a_form_asks_the_server_for_names_that_are_not_known_here() {
    let world = World::new(Short(4), users(12), vec![group(1, "alpha", &[1])]);
    let mut console = open(&world).await;
    console.press(Action::GoTeams);
    console.press(Action::Create);
    console.type_text("beta");
    console.press(Action::NextField);
    console.type_text("user0002 user0012");
    console.press(Action::Submit);
    console.settle().await;
    if console.is_preview() {
        console.send();
    }
    console.settle().await;
    assert_eq!(world.members("made-1"), ["u0002", "u0012"], "{}", console.screen());
}

#[tokio::test]
async fn a_new_name_that_the_rest_of_the_list_has_is_taken() {
    let world = World::new(Short(4), users(12), vec![]);
    let mut console = open(&world).await;
    console.press(Action::Create);
    console.type_text("user0012");
    console.press(Action::NextField);
    console.type_text("new@example.com");
    console.press(Action::Submit);
    console.settle().await;
    console.expect("user0012 is taken");
    assert_eq!(world.written(), [""; 0]);
}

#[tokio::test]
async fn where_names_can_not_be_asked_for_it_is_said_and_a_second_press_goes_on() {
    let world = World::new(Short(4), users(12), vec![]);
    let mut console = open(&world).await;
    console.press(Action::Create);
    console.type_text("user0000");
    console.press(Action::NextField);
    console.type_text("user0000@example.com");
    console.press(Action::Submit);
    console.settle().await;
    console.expect("could not be looked up");
    console.press(Action::Submit);
    console.settle().await;
    if console.is_preview() {
        console.send();
    }
    console.settle().await;
    assert_eq!(world.written(), ["POST /scim/v2/Users"], "{}", console.screen());
}

#[tokio::test]
async fn a_plan_of_all_rows_of_a_part_says_how_many_are_known() {
    let world = World::new(Short(4), users(12), vec![group(1, "alpha", &[1])]);
    let mut console = open(&world).await;
    console.press(Action::MarkAll);
    console.press(Action::ToggleActive);
    assert!(console.is_preview(), "{}", console.screen());
    console.expect("Only a part of the users is known here: 4 of 12");
    console.esc();
    members(&mut console);
    console.press(Action::ToggleAll);
    console.press(Action::Look);
    assert!(console.is_preview(), "{}", console.screen());
    console.expect("Only a part of the users is known here: 4 of 12");
}
