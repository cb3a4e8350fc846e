//! The console on a server of these tests.

use scimitar::config::{ConfigFile, KeySource};
use secrecy::SecretString;

use crate::{server::KEY, world::World};

#[path = "../console/harness.rs"]
#[expect(dead_code, reason = "a harness of other tests, of which these need a part")]
mod harness;
pub use harness::Console;
use harness::Room;

/// Opens the world's profile and waits until its lists are read.
pub async fn open(world: &World) -> Console {
    let room = Room::new();
    let path = world.path("config.toml");
    let config = ConfigFile::parse(&std::fs::read_to_string(&path).unwrap(), &path).unwrap();
    let opener = scimitar::runtime::Opener { config: Some(config), ..room.opener() };
    let mut profile = opener.at_start(None).unwrap().unwrap();
    profile.key = KeySource::Value(SecretString::from(KEY));
    Console::open(&room, profile).await
}
