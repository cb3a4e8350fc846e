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

/// A team, a member who is no admin of it, and the position of the member's row in the team's details.
fn plain_member(console: &Console) -> (String, String, usize) {
    let app = console.app();
    let found = app.directory.records().teams().values().find_map(|team| {
        let members = app.members_in_order(team).all;
        let at = members.iter().position(|member| {
            let user = app.directory.user(&member.id);
            let role = user.and_then(|user| user.role_in(&team.name));
            user.is_some_and(|user| !user.account.is_service()) && role.is_some_and(|role| role.is("member"))
        })?;
        let user = app.directory.user(&members[at].id)?;
        Some((team.name.to_string(), user.user_name.to_string(), at))
    });
    found.expect("a team with a plain member")
}

#[tokio::test]
async fn a_member_gets_a_role_and_is_removed_in_the_details_of_the_team() {
    let (mut console, server) = Console::on_demo(options()).await;
    let (team, user, at) = plain_member(&console);
    console.press(Action::GoTeams);
    console.find(&team);
    console.press(Action::Open);
    console.settle().await;
    for _ in 0..at {
        console.press(Action::Down);
    }
    assert!(selected(&console).contains(&user), "{}", console.screen());
    let bottom = console.screen().lines().last().unwrap_or_default().to_owned();
    assert!(bottom.contains("r role") && bottom.contains("x remove"), "{bottom}");

    console.type_text("r");
    console.expect(&format!("Role for {user} in {team}"));
    console.type_text("organisation");
    console.expect("Tab shows other places.");
    console.esc();
    assert!(matches!(console.app().overlays.last(), Some(Overlay::Details(_))), "{}", console.screen());
    console.type_text("rviewer");
    console.enter();
    console.settle().await;
    assert_eq!(server.role_in(&user, &team).await.as_deref(), Some("viewer"));
    assert!(selected(&console).contains(&user), "the details stay: {}", console.screen());

    console.type_text("x");
    console.expect(&format!("Remove {user} from {team}"));
    console.esc();
    assert!(selected(&console).contains(&user), "Esc goes back to the details: {}", console.screen());
    console.type_text("x");
    console.press(Action::Send);
    console.settle().await;
    assert_eq!(server.role_in(&user, &team).await, None);
    assert!(matches!(console.app().overlays.last(), Some(Overlay::Details(_))), "{}", console.screen());
}

#[tokio::test]
async fn a_team_in_the_details_of_a_person_takes_the_same_keys() {
    let (mut console, server) = Console::on_demo(options()).await;
    let (team, user, _) = plain_member(&console);
    console.find(&user);
    console.press(Action::Open);
    console.settle().await;
    let teams = console.user(&user).team_roles.clone().unwrap();
    for _ in 0..teams.iter().position(|grant| grant.scope.is(&team)).unwrap() {
        console.press(Action::Down);
    }
    assert!(selected(&console).contains(&team), "{}", console.screen());
    console.type_text("radmin");
    console.expect(&format!("Role for {user} in {team}"));
    console.enter();
    console.settle().await;
    if !matches!(console.app().overlays.last(), Some(Overlay::Details(_))) {
        console.press(Action::Send);
        console.settle().await;
    }
    assert_eq!(server.role_in(&user, &team).await.as_deref(), Some("admin"));
    console.type_text("x");
    console.expect(&format!("Remove {user} from {team}"));
    console.press(Action::Send);
    console.settle().await;
    assert_eq!(server.role_in(&user, &team).await, None);
}

#[tokio::test]
async fn the_box_of_holders_takes_the_keys_of_a_row_and_stays() {
    let (mut console, server) = Console::on_demo(options()).await;
    console.press(Action::GoRoles);
    console.find("Sweep operator");
    console.press(Action::Holders);
    let role = console.app().subject().unwrap().id;
    let name = |console: &Console, at: usize| console.app().holdings(&role)[at].0.user_name.to_string();
    let (first, second) = (name(&console, 0), name(&console, 1));
    let bottom = console.screen().lines().last().unwrap_or_default().to_owned();
    assert!(bottom.contains("r role") && !bottom.contains("x remove"), "{bottom}");
    console.type_text("x");
    console.expect("A person is removed in the details of the team");
    console.press(Action::Down);
    console.type_text("r");
    console.expect(&format!("for {second}"));
    console.esc();
    console.press(Action::Up);
    console.type_text("r");
    console.expect(&format!("for {first}"));
    let teams: Vec<String> = console.app().holdings(&role)[0].1.iter().map(ToString::to_string).collect();
    console.type_text(&format!("{} viewer", teams[0]));
    console.enter();
    console.settle().await;
    assert_eq!(server.role_in(&first, &teams[0]).await.as_deref(), Some("viewer"));
    console.expect("Holders of Sweep operator");
}

#[tokio::test]
async fn the_holder_under_the_cursor_gets_another_role_and_is_removed_nowhere() {
    let (mut console, _server) = Console::on_demo(options()).await;
    let held = |console: &Console| {
        let roles = console.app().directory.records().roles().values().map(|role| role.name.clone());
        let mut held = roles.into_iter().filter_map(|role| {
            Some((role.to_string(), console.app().directory.holders(&role).first()?.0.user_name.to_string()))
        });
        held.next().expect("a role with a holder")
    };
    let (role, user) = held(&console);
    console.press(Action::GoRoles);
    console.find(&role);
    console.press(Action::Open);
    console.settle().await;
    console.type_text("r");
    console.expect("The cursor is on no person");
    console.press(Action::Down);
    console.type_text("x");
    console.expect("A person is removed in the details of the team");
    console.type_text("r");
    console.expect(&format!("for {user}"));
}
