//! What a filter said of each row, kept between steps and from one filter to the next.

use std::{num::NonZero, sync::OnceLock, thread};

use crate::directory::search::Scratch;

/// With fewer rows to ask than this, starting a thread costs more than it saves.
const SHARED_FROM: usize = 4_096;

/// So many refused rows are passed over in the time in which one is asked.
const PASSED: usize = 64;

/// The score of each row: 0 is refused, 1 is what an open row has.
#[derive(Default)]
pub(super) struct Sieve {
    scores: Vec<u16>,
    /// One for each thread.
    scratches: Vec<Scratch>,
}

impl std::fmt::Debug for Sieve {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sieve").field("rows", &self.scores.len()).finish_non_exhaustive()
    }
}

impl Sieve {
    /// These rows are open, of so many; the others are refused.
    pub fn open(&mut self, len: usize, rows: &[u32]) {
        self.scores.clear();
        if rows.len() == len {
            self.scores.resize(len, 1);
            return;
        }
        self.scores.resize(len, 0);
        for row in rows {
            if let Some(score) = self.scores.get_mut(*row as usize) {
                *score = 1;
            }
        }
    }

    /// Number of rows, refused ones included.
    pub fn len(&self) -> usize {
        self.scores.len()
    }

    /// 0 for a row that is refused.
    pub fn score(&self, row: u32) -> u16 {
        self.scores.get(row as usize).copied().unwrap_or_default()
    }

    /// Asks the rows from `from` on that are not refused yet, about `rows` for each thread. Gives back where it stopped,
    /// and how many one thread asked.
    pub fn ask(
        &mut self,
        from: usize,
        rows: usize,
        ask: &(impl Fn(u32, &mut Scratch) -> Option<u32> + Sync),
    ) -> (usize, usize) {
        let threads = threads();
        self.scratches.resize_with(threads, Scratch::default);
        let to = from.saturating_add(rows.saturating_mul(threads)).min(self.scores.len());
        let part = &mut self.scores[from..to];
        let open = part.iter().filter(|score| **score != 0).count();
        let passed = part.len() / PASSED;
        let mut scratches = self.scratches.iter_mut();
        if open < SHARED_FROM || threads == 1 {
            scratches.next().into_iter().for_each(|scratch| settle(part, from, ask, scratch));
            return (to, open + passed);
        }
        let share = part.len().div_ceil(threads);
        thread::scope(|scope| {
            let mut shares = part.chunks_mut(share).zip((from..).step_by(share)).zip(scratches);
            let own = shares.next();
            for ((part, first), scratch) in shares {
                scope.spawn(move || settle(part, first, ask, scratch));
            }
            own.into_iter().for_each(|((part, first), scratch)| settle(part, first, ask, scratch));
        });
        (to, open / threads + passed)
    }

    /// The best of the first `asked` rows, at most so many, best first; equal ones as they lie.
    pub fn best(&self, asked: usize, most: usize) -> Vec<u32> {
        let rows = || self.scores.iter().take(asked).copied().zip(0_u32..).filter(|(score, _)| *score != 0);
        let mut counts: Vec<u32> = Vec::new();
        for (score, _) in rows() {
            let at = usize::from(score);
            if at >= counts.len() {
                counts.resize(at + 1, 0);
            }
            counts[at] += 1;
        }
        let mut better = 0;
        let least = counts.iter().rposition(|count| {
            better += *count as usize;
            better >= most
        });
        let mut best: Vec<(u16, u32)> = rows().filter(|(score, _)| usize::from(*score) >= least.unwrap_or(1)).collect();
        best.sort_by_key(|(score, _)| u16::MAX - score);
        best.into_iter().take(most).map(|(_, row)| row).collect()
    }
}

fn settle(scores: &mut [u16], first: usize, ask: &impl Fn(u32, &mut Scratch) -> Option<u32>, scratch: &mut Scratch) {
    for (score, row) in scores.iter_mut().zip(first as u32..).filter(|(score, _)| **score != 0) {
        let found = ask(row, scratch).map(|found| u16::try_from(found).unwrap_or(u16::MAX).max(1));
        *score = found.unwrap_or(0);
    }
}

/// As many as there are cores, up to eight. Asked for once: the answer is read from files.
fn threads() -> usize {
    static THREADS: OnceLock<usize> = OnceLock::new();
    *THREADS.get_or_init(|| thread::available_parallelism().map_or(1, NonZero::get).min(8))
}
