//! DESIGN's budgets, measured: prints a table of medians and worst cases beside the yardsticks. Asserts nothing.
//!
//! `cargo bench --bench budgets`; with `-- console` or `-- process` only that half.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "a bench prints, and may panic")]

#[path = "../directory/mod.rs"]
mod directory;

mod console;
mod process;
mod yardstick;

use std::time::{Duration, Instant};

/// As in the program.
#[cfg(unix)]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() {
    let asked: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    if let [call, url, key] = asked.as_slice() {
        match call.as_str() {
            process::fetch::CALL => return process::fetch::answer(url, key),
            process::fetch::CALL_STORED => return process::fetch::answer_stored(url, key),
            _ => {}
        }
    }
    let wanted = |half: &str| asked.is_empty() || asked.iter().any(|arg| arg == half);
    println!("| users | what | median | worst | yardstick | ratio |\n|---|---|---|---|---|---|");
    if wanted("console") {
        for size in directory::sizes() {
            console::measure(size);
        }
    }
    if wanted("process") {
        for size in directory::sizes() {
            process::measure(size);
        }
    }
}

/// Times of the same thing, or of like things.
#[derive(Default)]
struct Times(Vec<Duration>);

impl Times {
    fn time<T>(&mut self, act: impl FnOnce() -> T) -> T {
        let started = Instant::now();
        let made = act();
        self.0.push(started.elapsed());
        made
    }

    /// So many times the same.
    fn of<T>(runs: usize, mut act: impl FnMut() -> T) -> Self {
        let mut times = Self::default();
        (0..runs).for_each(|_| drop(times.time(&mut act)));
        times
    }

    /// The same things measured again and again: of each thing the shortest time, which is the one without whatever else
    /// the machine was doing.
    fn shortest(runs: usize, mut measure: impl FnMut() -> Self) -> Self {
        let mut best = measure();
        for _ in 1..runs {
            best.0.iter_mut().zip(measure().0).for_each(|(best, again)| *best = again.min(*best));
        }
        best
    }

    fn median(&self) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        sorted.get(sorted.len() / 2).copied().unwrap_or_default()
    }

    fn worst(&self) -> Duration {
        self.0.iter().max().copied().unwrap_or_default()
    }
}

/// One row of the table.
fn row(users: usize, what: &str, times: &Times, yardstick: Option<(&str, &Times)>) {
    let ms = |time: Duration| format!("{:.3} ms", time.as_secs_f64() * 1e3);
    let (beside, ratio) = match yardstick {
        Some((name, beside)) => (
            format!("{name}: {}, worst {}", ms(beside.median()), ms(beside.worst())),
            format!("{:.2}", times.median().as_secs_f64() / beside.median().as_secs_f64()),
        ),
        None => (String::new(), String::new()),
    };
    println!("| {users} | {what} | {} | {} | {beside} | {ratio} |", ms(times.median()), ms(times.worst()));
}
