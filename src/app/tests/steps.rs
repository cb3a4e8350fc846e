//! Actions that take more than a step: many marks, plans of many changes.

use super::*;

/// More records than a step marks, and more than a step plans.
const MANY: usize = 20_000;

/// A console with `many` plain members, every other one inactive.
fn crowd(many: usize) -> Console {
    let mut console = Console::new(Hosting::Dedicated);
    let mut users = vec![user("boss", "admin"), user("noor", "admin")];
    let member = |n: usize| User { active: Some(n.is_multiple_of(2)), ..user(&format!("p{n:05}"), "member") };
    users.extend((0..many).map(member));
    show(&mut console, users);
    console
}

fn show(console: &mut Console, users: Vec<User>) {
    let records = Box::new(Records::build(users, vec![], vec![]));
    console.tell(AppMessage::Report(WorkerReport::Records {
        records,
        seen: Some(now()),
        partial: false,
        stored: false,
    }));
}

fn marks(console: &Console) -> usize {
    console.app.lists.panes[0].marks.len()
}

fn key(console: &Console, action: Action) -> Event {
    Event::Key(console.app.keymap.event(action).unwrap())
}

/// Presses a key, without the steps that follow.
fn begin(console: &mut Console, action: Action) {
    console.wait();
    let event = key(console, action);
    console.tell(AppMessage::Terminal(event));
}

#[test]
fn many_rows_are_marked_in_steps_and_unmarked_so() {
    let mut console = crowd(MANY);
    begin(&mut console, Action::MarkAll);
    assert!(console.app.is_looking());
    assert!((1..MANY).contains(&marks(&console)));
    assert!(console.app.waits(&key(&console, Action::ToggleActive)), "it would work on a part of what is meant");
    console.wait();
    assert_eq!(marks(&console), MANY + 2);

    // With a mark missing, the key first marks all again, and only then none.
    console.press(Action::Mark).press(Action::MarkAll).wait();
    assert_eq!(marks(&console), MANY + 2);
    begin(&mut console, Action::MarkAll);
    assert!(console.app.is_looking());
    console.wait();
    assert_eq!(marks(&console), 0);
}

#[test]
fn marks_on_rows_that_are_hidden_stay() {
    let mut console = crowd(MANY);
    console.press(Action::MarkAll).press(Action::Filter).type_text("active:no").press(Action::Open);
    console.press(Action::MarkAll).wait();
    assert_eq!(marks(&console), MANY / 2 + 2);
    console.press(Action::Back).press(Action::Back).wait();
    assert_eq!(marks(&console), 0);
}

#[test]
fn who_goes_while_marks_are_set_is_not_marked() {
    let mut console = crowd(MANY);
    begin(&mut console, Action::MarkAll);
    assert!(console.app.is_looking());
    let left = (0..MANY / 2).map(|n| user(&format!("p{n:05}"), "member"));
    show(&mut console, left.collect());
    console.wait();
    let rows = console.app.lists.panes[0].rows.len();
    assert_eq!((rows, marks(&console)), (MANY / 2, MANY / 2));
    let (directory, ids) = (&console.app.directory, &console.app.lists.panes[0].marks);
    assert!(ids.iter().all(|id| directory.user(id).is_some()));
}

#[test]
fn a_plan_of_many_changes_is_drawn_up_and_laid_in_steps() {
    let mut console = crowd(1_000);
    console.press(Action::Filter).type_text("p0 active:yes").press(Action::Open).press(Action::MarkAll);
    begin(&mut console, Action::ToggleActive);
    assert!(console.app.is_looking() && console.app.overlays.is_empty());
    assert!(console.app.waits(&key(&console, Action::Send)) && console.app.waits(&Event::Paste("x".into())));
    console.app.show_best();
    let said =
        |console: &Console| console.app.screen.message.as_ref().map_or(String::new(), |message| message.text.clone());
    assert_eq!(said(&console), "Drawing up the plan: 500 changes left. Esc gives it up.");
    console.wait();
    assert_eq!(said(&console), "");
    let Some(Overlay::Preview(preview)) = console.app.overlays.last() else { panic!("the plan is shown") };
    assert_eq!(preview.plan.steps.len(), 500);
    let alone = console.app.session.planner.as_deref().map(|planner| {
        let changes = preview.plan.steps.iter().map(|step| step.change.clone()).collect();
        crate::directory::plan::draft(planner, &console.app.session.guards, changes, &console.app.directory)
    });
    assert_eq!(alone.as_ref(), Some(&preview.plan), "in steps or at once, it is the same plan");

    let Risk::Insist(text) = preview.risk.clone() else { panic!("half of all is typed") };
    console.type_text(&text).press(Action::OpenLine).see();
    begin(&mut console, Action::Send);
    assert!(console.app.is_looking());
    assert!(
        console.effects.iter().all(|effect| !matches!(effect, AppEffect::Work(WorkerJob::Submit(_)))),
        "all of it, or nothing"
    );
    console.effects.extend(console.app.look_on());
    assert!((1..500).contains(&console.app.directory.pending().len()));
    let sent = console.submitted();
    assert_eq!(
        (sent.len(), console.app.directory.pending().len(), console.app.activity.entries.len()),
        (500, 500, 500)
    );
}

#[test]
fn a_plan_that_is_being_drawn_up_can_be_given_up() {
    let mut console = crowd(1_000);
    console.press(Action::Filter).type_text("p0 active:yes").press(Action::Open).press(Action::MarkAll);
    begin(&mut console, Action::ToggleActive);
    let back = key(&console, Action::Back);
    assert!(!console.app.waits(&back));
    console.tell(AppMessage::Terminal(back));
    assert!(!console.app.is_looking() && console.app.overlays.is_empty());
    assert!(console.effects.iter().any(|effect| matches!(effect, AppEffect::Discard(_))), "it is freed off the loop");
    assert_eq!((marks(&console), console.submitted().len()), (500, 0), "only the plan is gone");
}

#[test]
fn a_plan_of_many_lines_is_freed_off_the_loop() {
    let mut console = crowd(1_000);
    let discards = |console: &Console| {
        let discard = |effect: &&AppEffect| matches!(effect, AppEffect::Discard(_));
        console.effects.iter().filter(discard).count()
    };
    console.press(Action::ToggleActive).press(Action::Back);
    assert!(console.app.overlays.is_empty());
    let before = discards(&console);
    console.press(Action::Filter).type_text("p0 active:yes").press(Action::Open).press(Action::MarkAll);
    console.press(Action::ToggleActive);
    console.wait();
    assert!(matches!(console.app.overlays.last(), Some(Overlay::Preview(_))));
    console.press(Action::Back);
    assert!(console.app.overlays.is_empty());
    assert_eq!(discards(&console), before + 1);
}

#[test]
fn what_goes_wrong_meanwhile_stands_over_how_far_the_plan_is() {
    let mut console = crowd(1_000);
    console.press(Action::Filter).type_text("p0 active:yes").press(Action::Open).press(Action::MarkAll);
    begin(&mut console, Action::ToggleActive);
    console.app.show_best();
    console.app.fail("look at it");
    console.app.show_best();
    console.wait();
    assert_eq!(console.app.screen.message.as_ref().map(|message| message.text.as_str()), Some("look at it"));
}

#[test]
fn a_plan_is_drawn_up_anew_where_all_records_come_anew() {
    let mut console = crowd(1_000);
    console.press(Action::Filter).type_text("p0 active:yes").press(Action::Open).press(Action::MarkAll);
    begin(&mut console, Action::ToggleActive);
    let version = |n: usize| Some(format!("v{n}").as_str().into());
    show(
        &mut console,
        (0..1_000).map(|n| User { version: version(n), ..user(&format!("p{n:05}"), "member") }).collect(),
    );
    console.wait();
    let Some(Overlay::Preview(preview)) = console.app.overlays.last() else { panic!("the plan is shown") };
    assert_eq!(preview.plan.steps.len(), 500);
    let known = |step: &crate::directory::plan::Step| step.requests.iter().all(|request| request.if_match.is_some());
    assert!(preview.plan.steps.iter().all(known), "each is held to the version that is shown now");
}
