//! Answers that would take many times their size: a record that can't be held is unreadable, a page of too many records is
//! refused, and what is held has a bound.
#![cfg(target_os = "linux")]

use std::fs::{self, File};

use rstest::rstest;

use crate::{
    records::users,
    server::{Answer, Behavior, Request},
    state::State,
    world::{DONE, INCOMPLETE, World},
};

const MIB: usize = 1 << 20;
const SIZE: usize = 24 * MIB;
/// Exit status: the server can't be read.
const UNREAD: i32 = 3;

/// A user, and then so many of this text as one record or as many.
struct Large {
    unit: &'static str,
    one: bool,
}

impl Behavior for Large {
    fn before(&self, _: &mut State, request: &Request) -> Option<Answer> {
        let units = self.unit.repeat(SIZE / self.unit.len());
        let (begin, end) = if self.one { ("{\"id\":\"big\",\"userName\":\"big\",\"x\":[", "0]}") } else { ("", "{}") };
        let body = format!("{{\"totalResults\":2,\"Resources\":[{},{begin}{units}{end}]}}", users(1)[0]);
        request.path.ends_with("/Users").then(|| Answer::text(body))
    }
}

#[rstest]
#[case::numbers("0,", true, INCOMPLETE)]
#[case::objects("{\"a\":0},", true, INCOMPLETE)]
#[case::texts("\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\",", true, DONE)]
#[case::records("{},", false, UNREAD)]
#[case::numbers_as_records("0,", false, UNREAD)]
fn what_would_take_many_times_its_size_is_not_held(#[case] unit: &'static str, #[case] one: bool, #[case] code: i32) {
    let world = World::new(Large { unit, one }, vec![], vec![]);
    let printed = File::create(world.path("printed")).unwrap();
    let mut child = world.command(&["users", "--json"]).stdout(printed).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let peak = || {
        let text = fs::read_to_string(&status).ok()?;
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.trim().trim_end_matches(" kB").parse::<usize>().ok()
    };
    // A process that has ended has no memory.
    let most = std::iter::from_fn(peak).inspect(|_| std::thread::yield_now()).max().unwrap_or_default() * 1024;
    let printed = || fs::read_to_string(world.path("printed")).unwrap();
    let ended = child.wait().unwrap().code();
    assert_eq!(ended, Some(code), "{:.2000}", printed());
    assert_eq!([DONE, INCOMPLETE].contains(&code), printed().contains("user0001"), "{:.2000}", printed());
    assert!((MIB..64 * MIB + 4 * SIZE).contains(&most), "{} MiB", most / MIB);
}
