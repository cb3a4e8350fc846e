//! Details that lead to others, and why somebody may do something.

use scimitar::app::{Overlay, action::Action, walk::DetailsBox};

use crate::harness::{Console, options};

fn title(console: &Console) -> String {
    let screen = console.screen();
    let top = screen.lines().find(|line| line.contains(" › ")).unwrap_or_default();
    top.trim_matches(['╭', '╮', '─', ' ', '│', '▌']).to_owned()
}

/// The line of the details with the cursor: the list beneath has one, too.
fn selected(console: &Console) -> String {
    console.line("│ ▌")
}

#[tokio::test]
async fn from_a_person_to_a_team_to_a_member_and_back() {
    let (mut console, _server) = Console::on_demo(options()).await;
    // Somebody in several teams.
    let somebody = console
        .app()
        .directory
        .records()
        .users()
        .values()
        .find(|user| user.team_roles.as_ref().is_some_and(|roles| roles.len() > 1))
        .map(|user| user.user_name.to_string())
        .unwrap();
    console.find(&somebody);
    let rows = console.app().lists.panes[0].rows.clone();
    console.press(Action::Open);
    console.settle().await;
    let name = console.user(&somebody).display_name.to_string();
    assert!(title(&console).starts_with(&format!("Users › {name}")), "{}", console.screen());
    console.press(Action::Down);
    let team = console.user(&somebody).team_roles.as_ref().unwrap()[1].scope.to_string();
    assert!(selected(&console).contains(&team), "{}", console.screen());
    console.enter();
    console.settle().await;
    assert!(title(&console).starts_with(&format!("Users › {name} › {team}")), "{}", console.screen());
    // The previous one of the person's teams.
    console.press(Action::PreviousRecord);
    let first = console.user(&somebody).team_roles.as_ref().unwrap()[0].scope.to_string();
    assert!(title(&console).starts_with(&format!("Users › {name} › {first}")), "{}", console.screen());
    console.enter();
    console.settle().await;
    assert_eq!(console.app().path().len(), 3, "a member: {}", console.screen());
    console.esc();
    console.esc();
    assert!(title(&console).starts_with(&format!("Users › {name}")), "{}", console.screen());
    assert!(selected(&console).contains(&first), "the cursor is where it was: {}", console.screen());
    console.esc();
    assert!(console.app().overlays.is_empty());
    assert_eq!(console.app().lists.panes[0].rows, rows, "the filter stays");
}

#[tokio::test]
async fn details_step_through_the_filtered_list() {
    let (mut console, _server) = Console::on_demo(options()).await;
    console.find("seat:full");
    let all = console.app().lists.panes[0].rows.len();
    assert!(all > 2);
    console.press(Action::Open);
    console.expect(&format!("1 of {all}"));
    console.press(Action::PreviousRecord);
    console.expect("This is the first one.");
    console.press(Action::NextRecord);
    console.press(Action::NextRecord);
    console.expect(&format!("3 of {all}"));
    let Some(Overlay::Details(DetailsBox { target, .. })) = console.app().overlays.last() else { panic!("details") };
    let row = console.app().lists.panes[0].rows[2];
    assert_eq!(console.app().directory.id_at(target.kind, row), Some(&target.id));
    assert_eq!(console.app().overlays.len(), 1);
    console.esc();
    assert_eq!(console.app().lists.panes[0].cursor, 2, "the list follows");
}

#[tokio::test]
async fn a_role_is_a_step_from_its_holder() {
    let (mut console, _server) = Console::on_demo(options()).await;
    let holder = console.app().directory.records().users().values().find_map(|user| {
        let custom = console.app().directory.records().roles().values().map(|role| role.name.clone());
        let mut custom =
            custom.into_iter().filter(|role| user.team_roles.iter().flatten().any(|grant| grant.role == *role));
        custom.next().map(|role| (user.user_name.to_string(), role.to_string()))
    });
    let (user, role) = holder.expect("somebody holds a custom role");
    console.find(&user);
    console.press(Action::Open);
    console.settle().await;
    console.expect("Roles held");
    for _ in 0..30 {
        if selected(&console).contains(&role) && selected(&console).contains(" in ") {
            break;
        }
        console.press(Action::Down);
    }
    console.enter();
    console.settle().await;
    assert!(title(&console).contains(&format!("› {role}")), "{}", console.screen());
    console.expect("Inherits from");
}

#[tokio::test]
async fn why_she_may_is_said_place_by_place() {
    let (mut console, _server) = Console::on_demo(options()).await;
    let app = console.app();
    let found = app.directory.records().roles().values().find_map(|role| {
        let permission = role.added().next()?.name.to_string();
        let holders = app.directory.holders(&role.name);
        let (user, teams) = holders.first()?;
        Some((user.user_name.to_string(), role.name.to_string(), permission, teams[0].to_string()))
    });
    let (user, role, permission, team) = found.expect("a custom role with a holder");
    console.find(&user);
    console.press(Action::Permissions);
    console.settle().await;
    console.type_text(&permission);
    let line = console.line(&role);
    assert!(line.contains(&team) && line.contains("yes, added by this role"), "{}", console.screen());
    // Nothing says what an admin may do.
    console.expect("Organisation");
    console.esc();
    let admin = console.app().directory.org_admins().next().unwrap().user_name.to_string();
    console.find_all();
    console.find(&admin);
    console.press(Action::Permissions);
    console.settle().await;
    console.type_text(&permission);
    console.expect("not told: nothing shows what admin allows");
}
