//! The same keys on other terminals.

use rstest::rstest;
use scimitar::{app::action::Action, directory::plan::ChangeState};

use crate::harness::{Console, Room, Server, options, profile_of};

#[rstest]
#[case(120, 40)]
#[case(80, 24)]
#[case(40, 12)]
#[tokio::test]
async fn a_role_is_found_given_and_undone(#[case] width: u16, #[case] height: u16) {
    let server = Server::start(options()).await;
    let mut console = Console::open_sized(&Room::new(), profile_of(&server, &options()), width, height).await;
    console.find("eva");
    assert!(console.line("▌").contains("Eva Tanaka"), "{}", console.screen());
    console.pick_role("org adm");
    console.expect("member → admin");
    console.send();
    console.settle().await;
    assert_eq!(server.user("eva-tanaka").await["organizationRole"], "admin");
    console.press(Action::Undo);
    console.expect("admin → member");
    console.send();
    console.settle().await;
    assert_eq!(server.user("eva-tanaka").await["organizationRole"], "member");
    assert_eq!(console.states(), [ChangeState::Confirmed; 2]);
    console.press(Action::GoActivity);
    console.expect("eva-tan");
}

/// Every box drawn at every size on the way down and up again.
#[tokio::test]
async fn every_box_can_be_resized() {
    let (mut console, _server) = Console::on_demo(options()).await;
    let boxes = [
        Action::SetRole,
        Action::Teams,
        Action::Open,
        Action::Create,
        Action::Edit,
        Action::ToggleActive,
        Action::Permissions,
        Action::Raw,
        Action::Copy,
        Action::Help,
        Action::Palette,
    ];
    console.find("eva-tanaka");
    for open in boxes {
        console.press(open);
        console.settle().await;
        for (width, height) in [(200, 60), (100, 30), (60, 16), (40, 10), (20, 5), (1, 1), (80, 24)] {
            console.resize(width, height);
        }
        console.esc();
        assert!(console.app().overlays.is_empty(), "{open:?}:\n{}", console.screen());
    }
    assert!(console.line("▌").contains("Eva Tanaka"), "{}", console.screen());
}
