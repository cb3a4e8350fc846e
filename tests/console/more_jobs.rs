//! More jobs of an administrator by keys: compare, rename, report, undo after a restart, another profile, a role in bulk.

use crossterm::event::Event;
use jiff::Timestamp;
use scimitar::{
    app::{AppEffect, AppMessage, Overlay, action::Action},
    demo,
    directory::plan::ChangeState,
};
use secrecy::ExposeSecret;

use crate::harness::{Console, Room, Server, options, profile_of};

async fn company() -> (Console, Server) {
    Console::on_demo(demo::DemoOptions { users: 250, ..options() }).await
}

fn steps(console: &Console) -> usize {
    match console.app().overlays.last() {
        Some(Overlay::Preview(preview)) => preview.plan.steps.len(),
        _ => panic!("no plan is shown:\n{}", console.screen()),
    }
}

/// Sends the plan that is shown, with what it asks to be typed.
async fn confirmed(console: &mut Console) {
    if let Some(Overlay::Preview(preview)) = console.app().overlays.last() {
        let typed = preview.risk.typed().map(str::to_owned);
        console.type_text(&typed.unwrap_or_default());
        console.send();
    }
    console.settle().await;
    assert_eq!(console.last().state, ChangeState::Confirmed, "{}", console.screen());
}

/// The text that Enter in the copy menu sends to the clipboard.
fn copied(console: &mut Console) -> String {
    let key = console.app().keymap.event(Action::Choose).unwrap();
    let effects = console.runtime.app.update(AppMessage::Terminal(Event::Key(key)), Timestamp::now());
    let text = effects.into_iter().find_map(|effect| match effect {
        AppEffect::Copy(text) => Some(text.expose_secret().to_owned()),
        _ => None,
    });
    text.unwrap_or_else(|| panic!("nothing is copied:\n{}", console.screen()))
}

/// Two people are compared by making one like the other and leaving it: nothing is sent.
#[tokio::test]
async fn two_people_are_compared() {
    let (mut console, server) = company().await;
    console.find("noor-haddad");
    // Who looks for the word finds the key.
    console.press(Action::Palette);
    console.type_text("compare");
    console.expect("on Roles only; = shows how two users differ");
    console.esc();
    console.press(Action::MakeLike);
    console.type_text("eva-tanaka");
    console.enter();
    let Some(Overlay::Difference(difference)) = console.app().overlays.last() else { panic!("{}", console.screen()) };
    let lines = difference.lines.len();
    assert!(lines > 0, "{}", console.screen());
    console.esc();
    console.esc();
    assert!(server.writes().is_empty());
}

#[tokio::test]
async fn a_person_becomes_like_another() {
    let (mut console, server) = company().await;
    console.find("noor-haddad");
    console.press(Action::MakeLike);
    console.type_text("eva-tanaka");
    console.enter();
    console.press(Action::Look);
    console.settle().await;
    let wanted = steps(&console);
    confirmed(&mut console).await;
    assert_eq!(console.states(), vec![ChangeState::Confirmed; wanted]);
    for team in server.user("eva-tanaka").await["teamRoles"].as_array().unwrap() {
        let name = team["teamName"].as_str().unwrap();
        assert_eq!(server.role_in("noor-haddad", name).await.as_deref(), team["roleName"].as_str(), "{name}");
    }
}

#[tokio::test]
async fn a_person_is_renamed() {
    let (mut console, server) = company().await;
    console.find("eva-tanaka");
    console.rename(" Sato");
    confirmed(&mut console).await;
    assert_eq!(server.user("eva-tanaka").await["displayName"], "Eva Tanaka Sato");
}

#[tokio::test]
async fn the_people_of_a_team_are_copied_as_csv() {
    let (mut console, server) = company().await;
    console.find("team:vision");
    console.press(Action::MarkAll);
    console.settle().await;
    console.press(Action::Copy);
    for _ in 0..20 {
        if console.line("│ ▌").contains("CSV") {
            break;
        }
        console.press(Action::Down);
    }
    let text = copied(&mut console);
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("user,name,email,id"));
    // Service accounts of the team are in a list of their own.
    let shown = console.app().lists.panes[0].rows.len();
    assert!(shown > 5 && shown <= server.members("vision").await.len());
    assert_eq!(lines.count(), shown, "{text}");
}

#[tokio::test]
async fn a_change_is_taken_back_after_a_restart() {
    let (room, server) = (Room::new(), Server::start(options()).await);
    let mut console = Console::open(&room, profile_of(&server, &options())).await;
    console.find("eva-tanaka");
    console.pick_role("org adm");
    confirmed(&mut console).await;
    assert_eq!(server.user("eva-tanaka").await["organizationRole"], "admin");
    console.quit().await;
    let mut console = Console::open(&room, profile_of(&server, &options())).await;
    console.press(Action::Undo);
    confirmed(&mut console).await;
    assert_eq!(server.user("eva-tanaka").await["organizationRole"], "member");
}

#[tokio::test]
async fn a_filter_marks_people_for_a_role_in_bulk() {
    let (mut console, server) = company().await;
    console.find("team:vision/viewer");
    let found: Vec<String> = {
        let app = console.app();
        let rows = app.lists.panes[0].rows.iter().filter_map(|row| app.directory.user_at(*row));
        rows.map(|user| user.user_name.to_string()).collect()
    };
    assert!(found.len() > 1, "{}", console.screen());
    console.press(Action::MarkAll);
    console.settle().await;
    console.pick_role("vision member");
    console.settle().await;
    assert_eq!(steps(&console), found.len(), "{}", console.screen());
    confirmed(&mut console).await;
    for name in &found {
        assert_eq!(server.role_in(name, "vision").await.as_deref(), Some("member"), "{name}");
    }
    // The marks went with their action.
    assert!(console.app().lists.panes[0].marks.is_empty());
}

#[tokio::test]
async fn another_profile_is_opened_and_the_first_one_again() {
    let (room, server) = (Room::new(), Server::start(options()).await);
    let other = Server::start(options()).await;
    let profile = |name: &str, server: &Server| {
        let text = room.path().join(format!("{name}.key"));
        std::fs::write(&text, crate::harness::KEY).unwrap();
        #[cfg(unix)]
        std::fs::set_permissions(&text, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        format!(
            "[profile.{name}]\nprovider = \"wandb\"\nhosting = \"dedicated\"\nurl = \"{}\"\nkey = {{ file = \"{}\" }}\n",
            server.running.url(),
            text.display()
        )
    };
    let config = format!("{}{}", profile("acme", &server), profile("lab", &other));
    std::fs::write(room.path().join("config.toml"), config).unwrap();
    let mut console = Console::open(&room, profile_of(&server, &options())).await;
    for name in ["lab", "acme"] {
        console.press(Action::Palette);
        console.type_text("profiles");
        console.enter();
        console.settle().await;
        console.press(if name == "lab" { Action::Down } else { Action::Up });
        console.press(Action::OpenProfile);
        console.settle().await;
        assert_eq!(
            console.app().session.profile.as_ref().map(|open| open.name.as_str()),
            Some(name),
            "{}",
            console.screen()
        );
    }
    console.find("eva-tanaka");
    console.rename(" I");
    confirmed(&mut console).await;
    assert!(other.writes().is_empty() && server.writes().len() == 1);
}

/// Somebody else deactivates the only admin of a team: the team is found, and gets another one.
#[tokio::test]
async fn a_team_without_an_active_admin_is_found_and_gets_one() {
    let (mut console, server) = company().await;
    console.press(Action::GoTeams);
    console.find("admins:1");
    let (team, admin) = {
        let directory = &console.app().directory;
        let team = directory.team_at(console.app().lists.panes[1].rows[0]).unwrap();
        (team.name.to_string(), directory.admins_of(team).known[0].id.to_string())
    };
    let found = |console: &Console| {
        let app = console.app();
        let teams = app.lists.panes[1].rows.iter().filter_map(|row| app.directory.team_at(*row));
        teams.map(|team| team.name.to_string()).collect::<Vec<_>>()
    };
    console.find_all();
    console.find("admins:0");
    assert!(!found(&console).contains(&team), "{}", console.screen());
    server.patch_user(&admin, "active", false.into()).await;
    console.press(Action::Refresh);
    console.settle().await;
    assert!(found(&console).contains(&team), "{}", console.screen());
    console.press(Action::GoUsers);
    console.find(&format!("team:{team}/member active:yes"));
    console.pick_role(&format!("{team} admin"));
    confirmed(&mut console).await;
    console.press(Action::GoTeams);
    console.settle().await;
    assert!(!found(&console).contains(&team), "{}", console.screen());
}
