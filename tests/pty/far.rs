//! A person at the far end of an SSH-like link: 80 ms each way, 64 kB/s towards them, and buffers that take all that is
//! written. The test is the link: it hands keys over when they arrive, and shows what was written when that arrives.
//!
//! What is asserted are frames and bytes on the link, which hang on the program; times hang on the machine too, and are
//! measured by `cargo bench --bench budgets -- process`.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use vt100::Parser;

use crate::tty::{FRAME_END, Setup, Tty, count};

const DELAY: Duration = Duration::from_millis(80);
/// Bytes a second.
const RATE: f64 = 64_000.0;

/// Only a failing test waits for it.
const DEADLINE: Duration = Duration::from_secs(30);

/// As fast as keyboards repeat.
const REPEAT: Duration = Duration::from_millis(33);

/// The link with the program at its other end.
struct Far {
    tty: Tty,
    /// Keys on their way, with when each arrives.
    keys: VecDeque<(Instant, String)>,
    /// Bytes on their way, with when they arrive and how many frames end in them.
    bytes: VecDeque<(Instant, Vec<u8>, usize)>,
    /// When the last byte so far has left the program's side.
    left: Instant,
    /// The screen as the person sees it.
    parser: Parser,
    /// Frames under way at most at a time.
    most: usize,
    frames: usize,
}

impl Far {
    fn start(args: &[&str]) -> Self {
        let setup = Setup::scimitar(args).env("SSH_CONNECTION", "192.0.2.1 50022 192.0.2.2 22");
        let mut tty = setup.start();
        tty.wait_for_list();
        let mut parser = Parser::new(24, 80, 0);
        parser.process(&tty.raw);
        let (keys, bytes) = (VecDeque::new(), VecDeque::new());
        Self { tty, keys, bytes, left: Instant::now(), parser, most: 0, frames: 0 }
    }

    fn press(&mut self, keys: &str) {
        self.keys.push_back((Instant::now() + DELAY, keys.to_owned()));
    }

    /// Lets the link go on until then.
    fn go_on(&mut self, until: Instant) {
        while let Some(now) = Some(Instant::now()).filter(|now| *now < until) {
            while let Some((_, bytes, _)) = self.bytes.front().filter(|(there, ..)| *there <= now) {
                self.parser.process(bytes);
                self.bytes.pop_front();
            }
            while let Some((_, keys)) = self.keys.front().filter(|(there, _)| *there <= now) {
                self.tty.press(keys);
                self.keys.pop_front();
            }
            let due = [self.keys.front().map(|one| one.0), self.bytes.front().map(|one| one.0)];
            let next = due.into_iter().flatten().chain([until]).min().unwrap_or(until);
            let Ok(bytes) = self.tty.more(next) else { continue };
            self.take(bytes);
        }
    }

    /// Takes what the program has written.
    fn take(&mut self, bytes: Vec<u8>) {
        let now = Instant::now();
        self.left = self.left.max(now) + Duration::from_secs_f64(bytes.len() as f64 / RATE);
        // A frame's end may have come in two parts.
        let from = self.tty.raw.len() - (bytes.len() + FRAME_END.len() - 1).min(self.tty.raw.len());
        let ended = count(&self.tty.raw[from..], FRAME_END);
        self.bytes.push_back((self.left + DELAY, bytes, ended));
        let under_way = self.bytes.iter().filter(|(there, ..)| *there > now).map(|(.., frames)| *frames).sum();
        (self.frames, self.most) = (self.frames + ended, self.most.max(under_way));
    }

    /// Lets the link go on until the person sees this.
    fn until(&mut self, what: &str, holds: impl Fn(&str) -> bool) {
        let deadline = Instant::now() + DEADLINE;
        while !holds(&self.parser.screen().contents()) {
            assert!(Instant::now() < deadline, "{what}:\n{}", self.parser.screen().contents());
            self.go_on(Instant::now() + Duration::from_millis(5));
        }
    }

    /// Lets all arrive that is under way.
    fn rest(&mut self) {
        while !self.keys.is_empty() || !self.bytes.is_empty() {
            self.go_on(Instant::now() + DELAY);
        }
    }
}

/// The row under the cursor, down to the name.
fn under_cursor(screen: &str) -> &str {
    let row = screen.lines().find_map(|row| row.split_once('▌')).map_or("", |(_, row)| row);
    row.split_whitespace().next().unwrap_or_default()
}

#[test]
fn a_held_key_never_has_more_than_two_frames_under_way() {
    const PRESSES: u32 = 45;
    let mut here = Setup::scimitar(&["demo", "--users", "250"]).start();
    here.wait_for_list();
    here.press(&"j".repeat(PRESSES as usize));
    here.settle();
    let wanted = under_cursor(&here.screen().contents()).to_owned();

    let mut far = Far::start(&["demo", "--users", "250"]);
    // A frame that this test only notices late seems to be under way for longer; a program that queues them always does.
    let mut seen = Vec::new();
    while seen.len() < 3 && !seen.iter().any(|most| *most <= 2) {
        far.press("g");
        far.rest();
        (far.most, far.frames) = (0, 0);
        let began = Instant::now();
        for press in 1..=PRESSES {
            far.press("j");
            far.go_on(began + REPEAT * press);
        }
        far.until("the row where the presses lead", |screen| under_cursor(screen) == wanted);
        far.rest();
        assert!((2..PRESSES as usize).contains(&far.frames), "{} frames of {PRESSES} presses", far.frames);
        seen.push(far.most);
    }
    assert!(seen.iter().any(|most| *most <= 2), "{seen:?} frames under way at a time");
}

#[test]
fn what_is_typed_is_in_the_first_frame_that_comes_back_and_no_queue_is_before_it() {
    let mut far = Far::start(&["demo", "--users", "2000"]);
    far.press("/");
    far.rest();
    for typed in ["t", "ta", "tan", "tana"] {
        let (letter, from) = (&typed[typed.len() - 1..], far.tty.raw.len());
        far.press(letter);
        let deadline = Instant::now() + DEADLINE;
        while count(&far.tty.raw[from..], FRAME_END) == 0 {
            assert!(Instant::now() < deadline, "a frame for {letter}");
            far.go_on(Instant::now() + Duration::from_millis(1));
        }
        let prompt = |screen: &str| screen.contains(&format!("filter: {typed} "));
        assert!(prompt(&far.tty.screen().contents()), "{typed}:\n{}", far.tty.screen().contents());
        // All of it has left within the 30 ms that a round trip may take longer.
        let bytes = far.tty.raw.len() - from;
        assert!(bytes as f64 <= RATE * 0.030, "{bytes} bytes for {typed}");
        far.until("what was typed", prompt);
        far.rest();
    }
}
