//! The same property, asked of the console: keys and what is on the screen.

use rstest::rstest;
use scimitar::app::{Overlay, action::Action};

use super::{
    generated::{Case, Visibility},
    same,
};
use crate::{
    screen::{Console, open},
    world::{World, members_of},
};

/// The text that a plan on the screen wants to be typed.
fn wanted(console: &Console) -> Option<String> {
    match console.app().overlays.last() {
        Some(Overlay::Preview(preview)) => preview.risk.typed().map(str::to_owned),
        _ => None,
    }
}

/// Puts the cursor on the user of that name; false where no list has them.
fn find(console: &mut Console, name: &str) -> bool {
    console.press(Action::GoUsers);
    console.find(name);
    let app = console.app();
    // Where nobody is called so, similar rows are shown.
    let first = app.lists.pane().and_then(|pane| pane.rows.first()).and_then(|row| app.directory.user_at(*row));
    first.is_some_and(|user| user.user_name.raw() == name)
}

/// Presses the key that sends a plan, whatever was typed; a typed field is left first.
async fn try_to_send(console: &mut Console) {
    if matches!(console.app().overlays.last(), Some(Overlay::Preview(preview)) if preview.typing) {
        console.enter();
    }
    if console.is_preview() {
        console.press(Action::Send);
    }
    console.settle().await;
}

/// Leaves whatever is open.
fn leave(console: &mut Console) {
    while !console.app().overlays.is_empty() {
        console.esc();
    }
    console.find_all();
}

#[track_caller]
fn nothing_was_sent(case: &Case, world: &World, console: &Console) {
    assert_eq!(world.written(), [""; 0], "{case:?}\n{}", console.screen());
}

#[rstest]
#[tokio::test]
async fn the_console_sends_nothing_that_full_knowledge_would_forbid(
    #[values(
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29,
        30, 31, 32, 33, 34, 35, 36, 37, 38, 39
    )]
    seed: u64,
) {
    let case = Case::new(seed);
    let world = case.world();
    let mut console = open(&world).await;

    if case.guards_admins() && find(&mut console, case.name_of(&case.admin)) {
        console.press(Action::ToggleActive);
        try_to_send(&mut console).await;
        nothing_was_sent(&case, &world, &console);
    }
    leave(&mut console);

    everybody(&case, &world, &mut console).await;
    leave(&mut console);
    membership(&case, &world, &mut console).await;
}

/// Of all rows at once no admin goes without a typed text, and the plan says where these are not all.
async fn everybody(case: &Case, world: &World, console: &mut Console) {
    console.press(Action::GoUsers);
    console.press(Action::MarkAll);
    console.press(Action::ToggleActive);
    console.settle().await;
    let wanted = wanted(console);
    if console.is_preview() && case.users_are_cut() {
        let told = |console: &Console| console.words().contains("Only a part of the users is known");
        if !told(console) {
            // The facts take half of the box.
            console.press(Action::PlanFacts);
            assert!(told(console), "{case:?}\n{}", console.screen());
            console.press(Action::PlanFacts);
        }
    }
    try_to_send(console).await;
    // Some of a small part may be few enough to go without a word, but for the one admin.
    let admin_stays = || !case.guards_admins() || world.is_active(&case.admin);
    assert!(admin_stays(), "{case:?}\n{}", console.screen());
    if let Some(text) = wanted {
        nothing_was_sent(case, world, console);
        // Whoever types it was told of the admin, unless no list has them: the last one stays.
        console.type_text(&text);
        try_to_send(console).await;
        let told = text == case.name_of(&case.admin) || !case.knows_admins();
        assert!(admin_stays() || told, "{case:?}\n{}", console.screen());
    }
}

/// A check list adds or removes one membership, or nothing.
async fn membership(case: &Case, world: &World, console: &mut Console) {
    let before = world.state();
    let (group, user) = case.membership();
    let (team, name) = (before.groups[&group]["displayName"].as_str().unwrap(), case.name_of(&user));
    console.press(Action::GoTeams);
    console.find(team);
    if console.app().lists.pane().is_none_or(|pane| pane.rows.is_empty()) {
        return;
    }
    console.settle().await;
    console.press(Action::Members);
    console.type_text(name);
    console.turn_round();
    console.settle().await;
    console.press(Action::Look);
    try_to_send(console).await;
    let mut removed = before.clone();
    removed.groups[&group]["members"].as_array_mut().unwrap().retain(|member| member["value"] != user.as_str());
    let now = world.state();
    assert!(same(&now, &before) || same(&now, &removed), "{:?}\n{case:?}\n{}", world.written(), console.screen());
    if case.withheld.members == Visibility::Always && !case.groups_are_cut() && !case.users_are_cut() {
        let gone = !members_of(&now.groups[&group]).contains(&user);
        assert!(gone, "nothing was done: {case:?}\n{}", console.screen());
    }
}
