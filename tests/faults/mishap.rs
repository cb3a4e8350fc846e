//! Mishaps of a single process: its wall clock is wrong, or its disk is full.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use crate::dice::Dice;

/// Seconds by which a clock is wrong: over a year, an hour, a minute and a half.
const JUMPS: [i64; 5] = [-40_000_000, -3_600, 90, 3_600, 40_000_000];

/// The mishap of a process; by default none.
#[derive(Debug, Clone, Copy, Default)]
pub struct Mishap {
    /// Seconds by which its wall clock is ahead.
    pub clock: Option<i64>,
    /// Kibibytes beyond which none of its files grows.
    pub room: Option<u64>,
}

impl Mishap {
    /// Every third process has a wrong clock; every eighth has a full disk sooner or later, where the store's largest
    /// file has `largest` bytes.
    pub fn by(dice: &mut Dice, largest: u64) -> Self {
        let clock = dice.once_in(3).then(|| dice.one(&JUMPS));
        let room = dice.once_in(8).then(|| dice.below(largest / 1024 + 200));
        Self { clock, room }
    }

    /// The program and arguments that run the program under test with this little room.
    pub fn command_line(self, args: &[&str]) -> (String, Vec<String>) {
        let program = env!("CARGO_BIN_EXE_scimitar").to_owned();
        let args = args.iter().map(|arg| (*arg).to_owned());
        match self.room {
            None => (program, args.collect()),
            Some(room) => {
                // A block is 512 bytes (POSIX), in some shells 1024.
                let limit = format!("ulimit -f {}; exec \"$0\" \"$@\"", room * 2);
                ("/bin/sh".to_owned(), ["-c".to_owned(), limit, program].into_iter().chain(args).collect())
            }
        }
    }
}

/// The library that moves the clock of a process; `None` where this system has no preloading or no C compiler.
pub fn clock(home: &Path) -> Option<PathBuf> {
    let library = home.join("clock.so");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults/clock.c");
    let compiled = Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&library).arg(source).status();
    (cfg!(target_os = "linux") && compiled.is_ok_and(|status| status.success())).then_some(library)
}
