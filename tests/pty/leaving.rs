//! Every way out, and that it gives the terminal back.

use std::thread;

use rstest::rstest;
use rustix::process::{Signal, WaitOptions, waitpid};

use crate::tty::{Setup, Tty, count};

/// The test that a panicking process runs, in this same binary.
const PANICKING: &str = "leaving::a_process_that_panics_in_a_thread";

fn demo() -> Tty {
    let mut tty = Setup::scimitar(&["demo"]).start();
    tty.wait_for_list();
    tty
}

#[test]
fn quits_by_key() {
    let mut tty = demo();
    assert!(!tty.modes_unchanged(), "keys come one by one, unechoed");
    tty.press("q");
    assert_eq!(tty.end(), 0);
    tty.assert_restored();
    assert_eq!(tty.screen().contents(), "", "nothing is left behind on the screen that was there before");
}

#[test]
fn the_way_out_that_always_works_works_while_something_is_typed() {
    let mut tty = demo();
    tty.press("/tan");
    tty.wait_for("filter: tan");
    tty.press("\x1c");
    assert_eq!(tty.end(), 0);
    tty.assert_restored();
}

#[rstest]
#[case(Signal::TERM)]
#[case(Signal::INT)]
#[case(Signal::HUP)]
#[case(Signal::QUIT)]
#[case(Signal::XCPU)]
#[case(Signal::USR1)]
#[case(Signal::USR2)]
#[case(Signal::ALARM)]
fn ends_by_signal(#[case] signal: Signal) {
    let mut tty = demo();
    tty.signal(signal);
    assert_eq!(tty.end(), 0);
    tty.assert_restored();
}

#[test]
fn a_signal_ends_it_while_answers_are_slow_and_a_box_is_open() {
    let mut tty = Setup::scimitar(&["demo", "--latency", "3s"]).start();
    tty.wait_for("demo");
    tty.press("?");
    tty.wait_for("keys can be re-bound");
    tty.signal(Signal::TERM);
    assert_eq!(tty.end(), 0);
    tty.assert_restored();
}

#[rstest]
#[case::by_signal(None)]
#[case::by_key(Some("\x1a"))]
#[case::by_key_while_something_is_typed(Some("/aar\x1a"))]
fn stops_and_goes_on(#[case] keys: Option<&str>) {
    let mut tty = demo();
    match keys {
        Some(keys) => tty.press(keys),
        None => tty.signal(Signal::TSTP),
    }
    tty.wait_until("the screen is given back", |tty| count(&tty.raw, b"\x1b[?1049l") == 1);
    let (_, status) = waitpid(Some(tty.process()), WaitOptions::UNTRACED).unwrap().unwrap();
    assert!(status.stopped(), "{status:?}");
    assert!(tty.modes_unchanged());
    assert!(!tty.screen().alternate_screen() && !tty.screen().hide_cursor() && !tty.screen().bracketed_paste());

    let from = tty.raw.len();
    tty.signal(Signal::CONT);
    tty.wait_until("the screen is drawn again", |tty| {
        tty.screen().alternate_screen() && tty.screen().contents().contains("aarav-ku")
    });
    assert!(tty.screen().bracketed_paste() && tty.screen().hide_cursor() && !tty.modes_unchanged());
    assert_eq!(count(&tty.raw[from..], b"\x1b[?1049h"), 1);
    tty.press("\x1c");
    assert_eq!(tty.end(), 0);
    assert_eq!(count(&tty.raw, b"\x1b[?1049l"), 2);
    assert!(tty.modes_unchanged() && !tty.screen().alternate_screen() && !tty.screen().hide_cursor());
}

#[test]
fn continuing_without_a_stop_draws_again_and_takes_the_terminal_only_once() {
    let mut tty = demo();
    let from = tty.raw.len();
    tty.signal(Signal::CONT);
    tty.wait_until("drawn again", |tty| String::from_utf8_lossy(&tty.raw[from..]).contains("aarav-ku"));
    tty.press("q");
    assert_eq!(tty.end(), 0);
    tty.assert_restored();
}

/// A stop that can't be seen: the shell takes the terminal as the process left it, and sets modes of its own.
#[test]
fn after_a_stop_that_was_not_seen_the_terminal_is_taken_again() {
    let mut tty = demo();
    tty.signal(Signal::STOP);
    let (_, status) = waitpid(Some(tty.process()), WaitOptions::UNTRACED).unwrap().unwrap();
    assert!(status.stopped(), "{status:?}");
    tty.stty("sane");
    assert!(tty.stty("-a").contains(" icanon"), "as a shell has it");
    let from = tty.raw.len();
    tty.signal(Signal::CONT);
    tty.wait_until("drawn again", |tty| String::from_utf8_lossy(&tty.raw[from..]).contains("aarav-ku"));
    let modes = tty.stty("-a");
    assert!(modes.contains("-icanon") && modes.contains("-echo "), "{modes}");
    assert!(count(&tty.raw[from..], b"\x1b[?2004h") == 1, "a shell switches bracketed paste off");
    tty.press("q");
    assert_eq!(tty.end(), 0);
    assert!(tty.modes_unchanged() && !tty.screen().alternate_screen() && !tty.screen().bracketed_paste());
}

/// Ticks of CPU so far; `None` once the process is gone.
pub fn ticks(pid: u32) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // Behind the name in brackets; a process that has ended and is not waited for yet is a Z.
    let fields: Vec<&str> = stat.rsplit(')').next()?.split_whitespace().collect();
    (fields.first() != Some(&"Z")).then_some(())?;
    Some(fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?)
}

/// Takes the terminal away: the process ends, and does not spin until it does.
fn ends_when_cut(mut tty: Tty) {
    let before = ticks(tty.pid);
    tty.cut();
    let mut last = before;
    while let Some(now) = ticks(tty.pid) {
        last = Some(now);
        thread::yield_now();
    }
    assert_eq!(tty.end(), 0);
    if let (Some(before), Some(last)) = (before, last) {
        assert!(last - before < 100, "{} ticks of CPU on a terminal that is gone", last - before);
    }
}

/// A cut connection: the kernel sends SIGHUP to the session's leader.
#[test]
fn a_lost_terminal_ends_it() {
    ends_when_cut(demo());
}

/// The same where nobody sends SIGHUP: the reads and writes alone must tell.
#[test]
fn a_lost_terminal_ends_it_without_a_signal() {
    let mut tty = Setup::scimitar(&["demo"]).not_controlling().start();
    tty.wait_for_list();
    ends_when_cut(tty);
}

/// Who reads the output has enough: that is no panic.
#[test]
fn a_closed_pipe_ends_commands_quietly() {
    for command in ["doctor demo --users 300", "keys", "man", "--help", "completions bash", "demo --listen 127.0.0.1:0"]
    {
        let script = format!("\"$0\" {command} 2>said | true; cat said");
        let setup =
            Setup::program("/bin/sh", &["-c", &script, env!("CARGO_BIN_EXE_scimitar")]).env("PATH", "/usr/bin:/bin");
        let mut tty = setup.start();
        assert_eq!(tty.end(), 0);
        let said = String::from_utf8_lossy(&tty.raw);
        assert_eq!(said, "", "{command}");
    }
}

#[test]
fn a_panic_in_any_thread_gives_the_terminal_back_and_ends_the_process() {
    let own = std::env::current_exe().unwrap();
    let arguments = ["--exact", "--ignored", "--nocapture", PANICKING];
    let mut tty = Setup::program(own.to_str().unwrap(), &arguments).start();
    assert_eq!(tty.end(), 101);
    tty.assert_restored();
    let raw = String::from_utf8_lossy(&tty.raw);
    let said = raw.rfind("on purpose").expect("the panic's message");
    assert!(said > raw.rfind("\x1b[?1049l").unwrap(), "it is said where it can be read: {raw:?}");
}

/// Not a test by itself: run in a pseudo-terminal by the one above.
#[test]
#[ignore = "a process for another test"]
fn a_process_that_panics_in_a_thread() {
    scimitar::console::restore_on_panic();
    let _guard = scimitar::terminal::TerminalGuard::enter().unwrap();
    let _ = thread::spawn(|| panic!("on purpose")).join();
    loop {
        thread::park();
    }
}
