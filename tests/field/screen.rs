//! The console on a server of these tests.

use scimitar::{
    app::Overlay,
    config::{ConfigFile, KeySource},
    directory::plan::ChangeState,
};
use secrecy::SecretString;

use crate::{server::KEY, world::World};

#[path = "../console/harness.rs"]
#[expect(dead_code, reason = "a harness of other tests, of which these need a part")]
mod harness;
pub use harness::Console;
pub use harness::Room;

/// Sends what is shown, with the text that it wants typed, and gives the outcome.
pub async fn settled(console: &mut Console) -> ChangeState {
    console.settle().await;
    if let Some(Overlay::Preview(preview)) = console.app().overlays.last() {
        let typed = preview.risk.typed().map(str::to_owned);
        console.type_text(&typed.unwrap_or_default());
        console.send();
        console.settle().await;
    }
    console.last().state
}

/// The same of what must be confirmed.
pub async fn done(console: &mut Console) {
    let state = settled(console).await;
    assert_eq!(state, ChangeState::Confirmed, "{}\n{}", console.last().why, console.screen());
}

/// Opens the world's profile and waits until its lists are read.
pub async fn open(world: &World) -> Console {
    open_in(&Room::new(), world).await
}

/// The same in a place where the console finds the profile again when it opens it anew.
pub async fn open_in(room: &Room, world: &World) -> Console {
    let text = std::fs::read_to_string(world.path("config.toml")).unwrap();
    let key = format!("key = {{ command = [\"printf\", \"%s\", \"{KEY}\"] }}");
    let lines = text.lines().map(|line| if line.starts_with("key = ") { key.as_str() } else { line });
    std::fs::write(room.path().join("config.toml"), lines.collect::<Vec<_>>().join("\n")).unwrap();
    let path = world.path("config.toml");
    let config = ConfigFile::parse(&std::fs::read_to_string(&path).unwrap(), &path).unwrap();
    let opener = scimitar::runtime::Opener { config: Some(config), ..room.opener() };
    let mut profile = opener.at_start(None).unwrap().unwrap();
    profile.key = KeySource::Value(SecretString::from(KEY));
    Console::open(room, profile).await
}
