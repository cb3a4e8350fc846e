//! A link of 80 ms each way and 64 kB/s between the program and who looks at it, with buffers that take all that is
//! written, as sshd's and the network's do. Keys arrive when they were pressed and sent; when what was written is seen
//! follows from when it was written.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use super::Run;
use crate::{Times, row};

const RATE: f64 = 64_000.0;
const DELAY: Duration = Duration::from_millis(80);

/// As fast as keyboards repeat.
const REPEAT: Duration = Duration::from_millis(33);
const HELD: Duration = Duration::from_secs(2);

/// Rows for held keys and typed ones, over SSH and as if the terminal were here.
pub fn measure(users: usize, home: &Path, arguments: &[&str]) {
    for (name, env) in [("paced", &[("SSH_TTY", "/dev/pts/0")][..]), ("not paced", &[])] {
        for (key, keys) in [("j", "j"), ("PageDown", "\x1b[6~")] {
            let mut run = open(home, arguments, env);
            held(users, &format!("{key} held for 2 s over the link, {name}"), keys, &mut run);
            run.quit();
        }
        let mut run = open(home, arguments, env);
        typed(users, &format!("typed filter character over the link, to shown, {name}"), &mut run);
        run.quit();
    }
}

fn open(home: &Path, arguments: &[&str], env: &[(&str, &str)]) -> Run {
    let mut run = Run::sized((80, 24), home, arguments, env);
    run.until(|screen| screen.contains("synced"));
    run.listen(Duration::from_secs(2));
    run.seen.clear();
    run
}

/// What was on the link.
struct Course {
    frames: usize,
    /// Under way at most at a time.
    frames_under_way: usize,
    bytes_under_way: usize,
    /// When the last of it was seen.
    last: Instant,
}

fn course(run: &Run) -> Option<Course> {
    let mut left = run.seen.first()?.at;
    let shown: Vec<Instant> = run
        .seen
        .iter()
        .map(|seen| {
            left = left.max(seen.at) + Duration::from_secs_f64(seen.bytes as f64 / RATE);
            left + DELAY
        })
        .collect();
    let under_way = |count: fn(&super::Seen) -> usize| {
        let at = |now: Instant| {
            let here = run.seen.iter().zip(&shown).filter(|(seen, shown)| seen.at <= now && now < **shown);
            here.map(|(seen, _)| count(seen)).sum::<usize>()
        };
        run.seen.iter().map(|seen| at(seen.at)).max().unwrap_or_default()
    };
    Some(Course {
        frames: run.seen.iter().map(|seen| seen.frames).sum(),
        frames_under_way: under_way(|seen| seen.frames),
        bytes_under_way: under_way(|seen| seen.bytes),
        last: *shown.last()?,
    })
}

fn held(users: usize, what: &str, key: &str, run: &mut Run) {
    let began = Instant::now();
    let mut pressed = 0;
    while began.elapsed() < HELD {
        run.press(key.as_bytes());
        pressed += 1;
        let next = began + REPEAT * pressed;
        while run.take(next) {}
    }
    let last = Instant::now();
    run.listen(Duration::from_millis(500));
    let Some(course) = course(run) else { return };
    // The last key was on its way to the program too.
    let behind = (course.last + DELAY).saturating_duration_since(last);
    let Course { frames, frames_under_way, bytes_under_way, .. } = course;
    let what = format!(
        "{what}: {pressed} presses, {frames} frames, at most {frames_under_way} ({bytes_under_way} bytes) under way; last \
         press to the last screen"
    );
    row(users, &what, &Times(vec![behind]), None);
}

fn typed(users: usize, what: &str, run: &mut Run) {
    run.key(b"/");
    let mut times = Times::default();
    for letter in [b"t", b"a", b"n", b"a"] {
        run.seen.clear();
        let pressed = Instant::now();
        run.press(letter);
        run.listen(Duration::from_millis(400));
        // The first frame that the letter made is the one that shows it.
        run.seen.truncate(1 + run.seen.iter().position(|seen| seen.frames > 0).unwrap_or_default());
        if let Some(course) = course(run) {
            times.0.push((course.last + DELAY).saturating_duration_since(pressed));
        }
    }
    row(users, what, &times, None);
}
