//! The disk fails, and what can't be written down is not sent; what the disk knows wrongly is not shown.

use std::{fs, path::PathBuf};

use scimitar::{app::action::Action, directory::plan::ChangeState};

use crate::harness::{Console, Room, Server, options, profile_of};

/// The profile's store.
fn store(room: &Room) -> PathBuf {
    let files = fs::read_dir(room.path().join("state")).unwrap().map(|file| file.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|kind| kind == "db")).last().unwrap()
}

#[tokio::test]
async fn a_home_that_cannot_be_written_is_said_and_nothing_is_sent() {
    let room = Room::new();
    fs::write(room.path().join("state"), "a file where the directory should be").unwrap();
    let server = Server::start(options()).await;
    let mut console = Console::open(&room, profile_of(&server, &options())).await;
    console.expect("Nothing is sent, for it can't be written down first: can't create the directory");
    console.expect("no journal");
    console.esc();
    console.find("eva-tanaka");
    console.press(Action::ToggleActive);
    console.settle().await;
    console.expect("it can't be written down first");
    assert_eq!((console.states(), server.writes().len()), (vec![], 0));
}

#[tokio::test]
async fn a_damaged_file_is_mended_at_the_next_start_and_keeps_its_journal() {
    let (room, server) = (Room::new(), Server::start(options()).await);
    let profile = profile_of(&server, &options());
    let mut console = Console::open(&room, profile.clone()).await;
    console.find("eva-tanaka");
    console.rename(" I");
    console.settle().await;
    console.quit().await;
    // A page of the users' list is overwritten.
    let path = store(&room);
    let mut bytes = fs::read(&path).unwrap();
    let name = b"eva-tanaka";
    let at = bytes.windows(name.len()).position(|part| part == name).unwrap();
    let page = at / 8192 * 8192;
    bytes[page..page + 8192].fill(0xa5);
    fs::write(&path, &bytes).unwrap();

    let console = Console::open(&room, profile).await;
    assert_eq!(console.states(), [ChangeState::Confirmed]);
    assert_eq!(console.user("eva-tanaka").display_name.as_str(), "Eva Tanaka I");
    let said = &console.app().screen.message.as_ref().unwrap().text;
    assert!(
        said.contains("was set aside as") && said.contains("the one change of its journal was carried over"),
        "{said}"
    );
}
