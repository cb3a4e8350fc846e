//! How much is written: over a slow line bytes are time. Budgets as in ARCHITECTURE.md.

use std::time::Duration;

use crate::tty::{Setup, Tty};

/// Bytes for a move of the cursor, one that scrolls, a page, a typed character of the filter, and a box of details with its
/// way, its place in the list and the roles held, at 80x24.
const MOVE: usize = 280;
const SCROLL: usize = 420;
const PAGE: usize = 1_350;
const TYPED: usize = 1_300;
/// The border of a box has a colour of its own, so that none of the list's border beneath it can be left as it is.
const DETAILS: usize = 1_700;

fn demo() -> Tty {
    let mut tty = Setup::scimitar(&["demo", "--users", "250"]).start();
    tty.wait_for_list();
    tty
}

fn assert_within(budget: usize, tty: &mut Tty, keys: &[&str]) {
    let written: Vec<(&str, usize)> = keys.iter().map(|key| (*key, tty.frame_of(key))).collect();
    assert!(written.iter().all(|(_, bytes)| *bytes <= budget), "{written:?}, budget {budget}");
}

#[test]
fn moving_writes_two_rows_and_no_more() {
    let mut tty = demo();
    assert_within(MOVE, &mut tty, &["j", "j", "j", "k", "j", "\x1b[B", "\x1b[A"]);
}

#[test]
fn scrolling_by_a_row_moves_the_rows_that_are_there() {
    let mut tty = demo();
    tty.press(&"j".repeat(17));
    tty.settle();
    assert_within(SCROLL, &mut tty, &["j", "j", "j", "\x1b[B"]);
    tty.press(&"k".repeat(17));
    tty.settle();
    assert_within(SCROLL, &mut tty, &["k", "k", "k", "\x1b[A"]);
}

#[test]
fn opening_details_writes_them_and_no_more() {
    let mut tty = demo();
    assert_within(DETAILS, &mut tty, &["\r"]);
}

#[test]
fn paging_writes_the_list_and_no_more() {
    let mut tty = demo();
    assert_within(PAGE, &mut tty, &["\x04", "\x04", "\x1b[6~", "\x15", "G", "g"]);
}

#[test]
fn typing_in_the_filter_writes_the_list_and_no_more() {
    let mut tty = demo();
    tty.frame_of("/");
    assert_within(TYPED, &mut tty, &["t", "a", "n", "a", "\x7f", "\x7f", "\x7f"]);
}

#[test]
fn nothing_is_written_and_nothing_runs_without_a_reason() {
    let mut tty = demo();
    let before = work(tty.pid);
    let written = tty.listen(Duration::from_secs(2));
    assert!(written.is_empty(), "{:?}", String::from_utf8_lossy(&written));
    if let (Some(before), Some(after)) = (before, work(tty.pid)) {
        let (ticks, wakes) = (after.0 - before.0, after.1 - before.1);
        assert!(ticks <= 1 && wakes <= 4, "idle for 2 s: {ticks} ticks of CPU, {wakes} wake-ups");
    }
}

/// Ticks of CPU and voluntary context switches of all threads so far, where the system tells.
pub fn work(pid: u32) -> Option<(u64, u64)> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // Behind the name in brackets: state is the first field, user and system time the 12th and 13th.
    let fields: Vec<&str> = stat.rsplit(')').next()?.split_whitespace().collect();
    let ticks = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
    let mut wakes = 0;
    for task in std::fs::read_dir(format!("/proc/{pid}/task")).ok()? {
        let status = std::fs::read_to_string(task.ok()?.path().join("status")).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"))?;
        wakes += line.trim().parse::<u64>().ok()?;
    }
    Some((ticks, wakes))
}
