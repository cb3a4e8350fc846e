//! Terminals that take what is written slowly, or not at all: frames are left out, keys are not.
//!
//! Nothing here depends on how fast the machine is. What a person at the end of a link of 80 ms and 64 kB/s sees is in
//! [`far`](crate::far).

use std::time::{Duration, Instant};

use crate::tty::{FRAME_END, Setup, Tty, count};

/// What the kernel may hold of a pseudo-terminal's output, and the link of this test, and a frame: a queue would be
/// many times as long.
const BUFFERS: usize = 32_768;

/// To the end, to the start, half a page down: whenever a frame is drawn it is another one.
const KEYS: &str = "Gg\x04";

/// More of them than the kernel holds for a program that does not read.
const TIMES: usize = 20_000;

fn demo(setup: Setup) -> Tty {
    let mut tty = setup.start();
    tty.wait_for_list();
    tty
}

fn start() -> Tty {
    demo(Setup::scimitar(&["demo", "--users", "250"]))
}

/// The name in the row under the cursor.
fn under_cursor(tty: &Tty) -> String {
    let row = tty.rows().into_iter().find(|row| row.contains('▌')).unwrap_or_default();
    row.split('▌').nth(1).and_then(|row| row.split_whitespace().next()).unwrap_or_default().to_owned()
}

#[test]
fn a_terminal_that_takes_nothing_stops_no_key_and_no_way_out() {
    let mut tty = start();
    let from = tty.raw.len();
    tty.hold();
    // Returns only if the program goes on reading.
    tty.press(&KEYS.repeat(TIMES));
    tty.press("\x1c");
    assert_eq!(tty.end(), 0);
    let written = tty.raw.len() - from;
    assert!(written < BUFFERS, "{written} bytes were on their way");
    assert!(count(&tty.raw[from..], FRAME_END) >= 2, "it did write until nothing more was taken");
}

#[test]
fn what_is_shown_after_a_wait_is_the_newest_state() {
    let mut tty = start();
    tty.press("G");
    tty.settle();
    let last = under_cursor(&tty);
    tty.press("gj");
    tty.settle();
    let second = under_cursor(&tty);
    assert_ne!(last, second);

    let from = tty.raw.len();
    tty.hold();
    tty.press(&KEYS.repeat(TIMES));
    tty.press("G");
    tty.press("gj");
    tty.release();
    tty.wait_until("the second row", |tty| under_cursor(tty) == second && tty.raw.ends_with(FRAME_END));
    // A frame takes more than a hundred bytes; one for each key would be many times as much.
    let frames = count(&tty.raw[from..], FRAME_END);
    assert!(frames < KEYS.len() * TIMES / 20, "{frames} frames");
    // The keys go on from where they led.
    tty.press("k");
    tty.settle();
    tty.press("j");
    tty.settle();
    assert_eq!(under_cursor(&tty), second);
}

/// Frames wait for the link, whose pace is known from outside only as a number of frames in the time that passed: a
/// loaded machine has more time, never more frames.
#[test]
fn over_ssh_a_held_key_skips_frames_and_no_press() {
    const PRESSES: usize = 150;
    let setup = Setup::scimitar(&["demo", "--users", "250"]).env("SSH_CONNECTION", "192.0.2.1 50022 192.0.2.2 22");
    let mut tty = demo(setup);
    let mut list = start();
    list.press(&"j".repeat(PRESSES));
    list.settle();
    let wanted = under_cursor(&list);

    let (from, began) = (tty.raw.len(), Instant::now());
    for _ in 0..PRESSES {
        tty.press("j");
        tty.listen(Duration::from_millis(5));
    }
    tty.wait_until("the row where the presses lead", |tty| under_cursor(tty) == wanted);
    let (frames, time) = (count(&tty.raw[from..], FRAME_END), began.elapsed());
    let most = 2 * (time.as_millis() as usize / 80 + 1);
    assert!(frames <= most, "{frames} frames in {time:?}");
    assert!(frames >= 2, "the screen goes on changing");
}
