//! How lists are arranged by keys: sorted by several columns, with other columns, without the details beside them, and how
//! filters are completed and taken up again.

use scimitar::app::action::Action;

use crate::harness::{Console, options, profile_of};

/// The column heads of the list.
fn heads(console: &Console) -> Vec<String> {
    let heads = console.screen().lines().nth(3).unwrap_or_default().to_owned();
    let inside = heads.trim_matches(['│', ' ']).split('│').next().unwrap_or_default().to_owned();
    inside.split("  ").map(str::trim).filter(|head| !head.is_empty()).map(str::to_owned).collect()
}

/// The user names on screen, in order.
fn names(console: &Console) -> Vec<String> {
    let app = console.app();
    let pane = &app.lists.panes[0];
    pane.rows.iter().filter_map(|row| app.directory.user_at(*row)).map(|user| user.user_name.to_string()).collect()
}

#[tokio::test]
async fn a_letter_sorts_and_a_capital_sorts_what_is_alike() {
    let (mut console, _server) = Console::on_demo(options()).await;
    let by_name = names(&console);
    console.press(Action::Sort);
    console.expect("Sort by");
    // By role, then by seat within each role.
    console.type_text("o");
    console.expect("sort: org role ↑");
    console.press(Action::Sort);
    console.type_text("S");
    console.settle().await;
    console.expect("sort: org role ↑, seat ↑");
    let app = console.app();
    let keys: Vec<(String, String)> = names(&console)
        .iter()
        .map(|name| {
            let user = console.user(name);
            (
                user.org_role.value().unwrap().to_string(),
                user.models_seat.value().map_or_else(String::new, ToString::to_string),
            )
        })
        .collect();
    assert!(keys.is_sorted(), "{keys:?}");
    assert_eq!(app.lists.panes[0].then_by.len(), 1);
    // The same letter turns the order round; so does the key for that.
    console.press(Action::Sort);
    console.type_text("n");
    let upwards = names(&console);
    console.press(Action::Sort);
    console.type_text("n");
    console.settle().await;
    assert_ne!(names(&console), upwards);
    console.press(Action::SortReverse);
    assert_eq!(names(&console), upwards);
    console.press(Action::Palette);
    console.type_text("sort user");
    console.enter();
    assert_eq!(names(&console), by_name);
}

#[tokio::test]
async fn the_palette_sorts_by_what_is_typed() {
    let (mut console, _server) = Console::on_demo(options()).await;
    console.press(Action::Palette);
    console.type_text("sort role,-last");
    console.enter();
    console.settle().await;
    console.expect("sort: org role ↑, last active ↓");
    console.press(Action::Palette);
    console.type_text("sort role,lastt");
    console.expect("there is no column `lastt`; the nearest are");
    console.esc();
    console.press(Action::Palette);
    console.type_text("columns user,email,created");
    console.expect("Show the columns User, Email, Created");
    console.enter();
    assert_eq!(heads(&console), ["User", "Email", "Created"]);
    console.press(Action::Palette);
    console.type_text("sor");
    console.press(Action::CompleteCommand);
    console.expect("sort");
    console.esc();
}

#[tokio::test]
async fn columns_are_chosen_and_put_in_order() {
    let (mut console, server) = Console::on_demo(options()).await;
    assert_eq!(heads(&console), ["Name", "User", "Org role", "Seat", "Teams", "Seen", "Status"]);
    console.press(Action::Palette);
    console.type_text("columns");
    console.enter();
    console.expect("Columns 7 of 16 shown");
    // Name goes, Seen moves to the left of Teams.
    console.press(Action::ToggleColumn);
    (0..5).for_each(|_| console.press(Action::Down));
    console.press(Action::ColumnEarlier);
    console.press(Action::TakeColumns);
    assert_eq!(heads(&console), ["User", "Org role", "Seat", "Seen", "Teams", "Status"]);
    // Another profile keeps them; they can be taken back.
    let profile = profile_of(&server, &options());
    let (opened, session) = crate::harness::Room::new().opener().open_profile(profile).await.unwrap();
    console.runtime.start(opened, session);
    console.settle().await;
    assert_eq!(heads(&console)[0], "User");
    console.press(Action::Palette);
    console.type_text("columns");
    console.enter();
    console.press(Action::UsualColumns);
    assert_eq!(heads(&console)[0], "Name");
}

#[tokio::test]
async fn the_details_beside_the_list_go_and_come() {
    let server = crate::harness::Server::start(options()).await;
    let room = crate::harness::Room::new();
    let mut console = Console::open_sized(&room, profile_of(&server, &options()), 120, 40).await;
    let beside = |console: &Console| console.screen().lines().nth(2).unwrap_or_default().matches('╭').count() == 2;
    assert!(beside(&console));
    assert_eq!(heads(&console).len(), 7, "{}", console.screen());
    console.press(Action::SidePane);
    assert!(!beside(&console));
    console.press(Action::SidePane);
    assert!(beside(&console));
    let mut narrow = Console::open(&room, profile_of(&server, &options())).await;
    narrow.press(Action::SidePane);
    narrow.expect("The details stand beside the list from 120 columns on");
}

#[tokio::test]
async fn a_filter_is_completed_with_counts() {
    let (mut console, _server) = Console::on_demo(options()).await;
    console.press(Action::Filter);
    console.type_text("ro");
    console.press(Action::Complete);
    assert_eq!(console.app().lists.panes[0].filter.value(), "role:");
    console.press(Action::Complete);
    console.expect("role:member");
    console.expect("role:admin");
    let admins = console.app().directory.org_admins().count();
    assert!(console.line("role:admin").contains(&format!("{admins} users")), "{}", console.screen());
    console.type_text("adm");
    console.enter();
    assert_eq!(console.app().lists.panes[0].filter.value(), "role:admin");
    assert_eq!(console.app().lists.panes[0].rows.len(), admins);
    assert!(console.app().lists.panes[0].filtering);
    console.type_text(" team:");
    console.press(Action::Complete);
    console.expect("team:vision");
    console.expect("Enter take over");
    console.type_text("visio");
    // The same key takes the line over.
    console.press(Action::CompleteCommand);
    assert_eq!(console.app().lists.panes[0].filter.value(), "role:admin team:vision");
    assert!(console.app().overlays.is_empty() && console.app().lists.panes[0].filtering);
}

#[tokio::test]
async fn earlier_filters_that_found_somebody_come_back() {
    let (mut console, _server) = Console::on_demo(options()).await;
    for text in ["role:admin", "nobody-at-all-xyz", "last:never"] {
        console.find(text);
    }
    console.press(Action::Filter);
    console.press(Action::Recall);
    console.expect("Earlier filters");
    console.expect_no("nobody-at-all");
    console.type_text("role");
    console.enter();
    assert_eq!(console.app().lists.panes[0].filter.value(), "role:admin");
}

/// Where there is nothing to mark, its key is not offered, and says why.
#[tokio::test]
async fn nothing_is_marked_on_an_empty_activity() {
    let (mut console, _server) = Console::on_demo(options()).await;
    console.press(Action::GoActivity);
    assert!(!console.screen().contains("Space mark"), "{}", console.screen());
    console.type_text(" ");
    console.expect("No changes were made with this profile yet.");
}

#[tokio::test]
async fn activity_has_a_filter_an_order_and_marks() {
    let (mut console, _server) = Console::on_demo(options()).await;
    for (name, role) in [("eva-tanaka", "org viewer"), ("ivan", "org viewer")] {
        console.find(name);
        console.pick_role(role);
        console.send();
        console.settle().await;
    }
    console.press(Action::GoActivity);
    assert_eq!(console.app().activity.plan_count(), 2);
    console.press(Action::Filter);
    console.type_text("eva state:conf age<1d");
    console.enter();
    console.expect("1 of 2");
    console.esc();
    assert_eq!(console.app().activity.plan_count(), 2);
    console.press(Action::Top);
    let newest = console.app().selected_plan();
    console.press(Action::SortReverse);
    console.expect("sort: oldest first");
    console.press(Action::Top);
    assert_ne!(console.app().selected_plan(), newest);
    console.press(Action::Mark);
    console.expect("1 marked");
    console.press(Action::Filter);
    console.type_text("role:x");
    console.expect("no field `role` here; there are state, age");
}

#[tokio::test]
async fn predefined_roles_are_rows_that_nobody_changes() {
    let (mut console, _server) = Console::on_demo(options()).await;
    console.press(Action::GoRoles);
    console.expect("predefined");
    console.press(Action::Bottom);
    assert!(console.line("▌").contains("viewer"), "{}", console.screen());
    for action in [Action::RolePermissions, Action::Edit, Action::Delete, Action::Mark, Action::Raw] {
        console.press(action);
        console.expect("This role is predefined: nobody can change it.");
    }
    console.press(Action::Open);
    console.settle().await;
    console.expect("Predefined: the provider defines it");
    console.expect("Organisation held by");
    console.esc();
    console.press(Action::Copy);
    console.expect("row as CSV");
    console.expect_no("predefined:");
    console.esc();
    // All marked are custom ones.
    console.press(Action::MarkAll);
    console.settle().await;
    let custom = console.app().directory.len(scimitar::directory::RecordKind::Role);
    assert_eq!(console.app().lists.panes[2].marks.len(), custom);
    console.press(Action::Filter);
    console.type_text("memb");
    console.enter();
    console.settle().await;
    console.expect("member");
}

/// A command is its name or words of its sentence: scattered letters do nothing, and what was typed stays.
#[tokio::test]
async fn a_command_that_is_not_found_is_said_and_stays() {
    let (mut console, _server) = Console::on_demo(options()).await;
    for typed in ["sort nonsense", "profile nope", "zzz"] {
        console.press(Action::Palette);
        console.type_text(typed);
        console.expect(&format!("Nothing matches '{typed}'."));
        assert!(!console.screen().contains("Enter do it"), "{}", console.screen());
        console.enter();
        console.expect("Nothing is found");
        assert!(console.line("Command").contains(typed), "{}", console.screen());
        console.esc();
        assert!(console.app().overlays.is_empty(), "{}", console.screen());
    }
}

/// The same in the list of those whom somebody becomes like.
#[tokio::test]
async fn nothing_is_taken_where_nothing_is_found() {
    let (mut console, _server) = Console::on_demo(options()).await;
    console.press(Action::MakeLike);
    console.type_text("qxqxqxqx");
    console.settle().await;
    assert!(!console.screen().contains("Enter "), "{}", console.screen());
    console.enter();
    console.expect("Nothing is found");
    assert_eq!(console.app().overlays.len(), 1, "{}", console.screen());
}
