//! The environment of a key command, and the messages about it.

use rstest::rstest;

use crate::{
    records::users,
    server::{Behavior, KEY},
    world::{DONE, World},
};

struct Plain;

impl Behavior for Plain {}

/// A profile whose key comes from this shell script, beside one whose key is in `OTHER_KEY`.
fn world(script: &str) -> World {
    let world = World::new(Plain, users(1), vec![]);
    let url = world.server.url();
    let config = format!(
        "default_profile = \"mine\"\n[profile.mine]\nprovider = \"scim\"\nurl = \"{url}\"\n\
         key = {{ command = [\"sh\", \"-c\", '{script}'] }}\n\
         [profile.other]\nprovider = \"scim\"\nurl = \"{url}\"\nkey = {{ env = \"OTHER_KEY\" }}\n"
    );
    world.file("config.toml", config);
    world
}

#[test]
fn it_gets_the_environment_but_for_keys() {
    let script = format!("test \"$STAYS\" = yes && test -z \"$OTHER_KEY$WANDB_API_KEY\" && echo {KEY}");
    let world = world(&script);
    let mut command = world.command(&["users", "--json"]);
    command.env("STAYS", "yes").env("OTHER_KEY", "of another profile").env("WANDB_API_KEY", "of the tools");
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(DONE), "{}", String::from_utf8_lossy(&output.stderr));
}

#[rstest]
#[case::said("echo canary-5f3a9c >&2; exit 1")]
#[case::traced("set -x; K=canary-5f3a9c; exit 3")]
#[case::printed("echo canary-5f3a9c; exit 1")]
fn nothing_that_it_says_when_it_fails_is_shown(#[case] script: &str) {
    let world = world(script);
    for args in [&["users"][..], &["users", "--json"], &["doctor"]] {
        let result = world.run(args);
        assert_ne!(result.code, DONE, "{result}");
        assert!(format!("{result}").contains("the key command sh failed"), "{result}");
        assert!(!format!("{result}").contains("canary-5f3a9c"), "{result}");
    }
}
