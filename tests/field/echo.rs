//! Servers and proxies that repeat the request's key: it is neither shown nor kept.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use crate::{
    records::{group, users},
    server::{Answer, Behavior, KEY, Request, ShownIn},
    state::{ResourceType, State},
    world::{DONE, World},
};

/// Refuses to rename anybody but the first, and repeats the key in each answer.
struct Echo;

impl Behavior for Echo {
    fn before(&self, _: &mut State, request: &Request) -> Option<Answer> {
        let refused = request.is_write() && !request.path.ends_with("/u0001");
        refused.then(|| Answer::error(403, &format!("no scope for Bearer {KEY}, nor {}", KEY.replace('-', "%2d"))))
    }

    fn show(&self, _: &State, _: ResourceType, record: &Value, _: ShownIn) -> Value {
        let mut record = record.clone();
        record["title"] = json!(format!("seen with {KEY}"));
        record
    }
}

#[test]
fn a_key_that_the_server_repeats_is_neither_shown_nor_kept() {
    let world = World::new(Echo, users(3), vec![group(1, "alpha", &[1])]);
    let mut said = String::new();
    for (args, code) in [
        (&["users", "--json"][..], DONE),
        (&["members", "alpha", "--json"], DONE),
        (&["set-name", "user0001", "New", "--yes"], DONE),
        (&["set-name", "user0002", "New", "--yes"], 1),
        (&["activity", "--json"], DONE),
        (&["doctor"], DONE),
    ] {
        let result = world.run(&[&["--log", "trace"], args].concat());
        assert_eq!(result.code, code, "{result}");
        said += &result.out;
        said += &result.err;
    }
    assert!(said.contains("no scope for Bearer ***, nor ***"), "{said}");
    assert!(!said.contains(KEY), "{said}");
    let kept = files(&world.path("state"));
    assert!(kept.iter().any(|path| path.extension().is_some_and(|end| end == "db")), "{kept:?}");
    for path in kept {
        let content = fs::read(&path).unwrap();
        assert!(!content.windows(KEY.len()).any(|part| part == KEY.as_bytes()), "{} holds it", path.display());
    }
}

/// All files in it, at any depth.
fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}
