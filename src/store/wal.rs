//! Checks the log of last writes (`-wal`) before `SQLite` opens it.
//!
//! `SQLite` plays the log up to the first frame whose checksum is wrong and drops the rest without a message: rightly
//! where the power failed in the middle of a write, wrongly where a byte in the middle changed. In the second case,
//! finished writes of the same log follow the damage. Format:
//! <https://sqlite.org/fileformat2.html#the_write_ahead_log>.

use std::{
    fs::File,
    io::{self, BufReader, ErrorKind, Read},
    path::Path,
};

use jiff::Timestamp;

use super::{Result, StoreError, file};

const HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
/// The header's first word; its last bit gives the byte order of the checksum.
const MAGIC: u32 = 0x377f_0682;

/// Keeps a copy of a damaged log and gives a notice about it; `None` where there is no log, or the log is sound.
pub(super) fn keep_if_damaged(path: &Path) -> Result<Option<String>> {
    let log = file::beside(path, "-wal");
    let Some(lost) = look(&log)? else { return Ok(None) };
    // Another console may be writing the log now; then a second look gives another result.
    if look(&log)? != Some(lost) {
        return Ok(None);
    }
    let kept = file::beside(path, &format!(".unreadable-{}-wal", Timestamp::now().as_millisecond()));
    let failed = |source| StoreError::File { what: "keep a copy of", path: log.clone(), source };
    file::copy(&log, &kept).map_err(failed)?;
    Ok(Some(format!(
        "{} is damaged: what was written down last ({lost} writes) is lost, changes perhaps among it. It was kept as {}. \
         Compare Activity with the server.",
        log.display(),
        kept.display()
    )))
}

/// The number of finished writes at or behind the first damage; `None` without any.
fn look(log: &Path) -> Result<Option<usize>> {
    let opened = match File::open(log) {
        Ok(file) => lost(BufReader::with_capacity(1 << 20, file)),
        Err(error) => Err(error),
    };
    match opened {
        Ok(lost) => Ok((lost > 0).then_some(lost)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(source) => Err(StoreError::File { what: "read", path: log.to_owned(), source }),
    }
}

fn lost(mut log: impl Read) -> io::Result<usize> {
    let mut header = [0; HEADER];
    if !fill(&mut log, &mut header)? {
        return Ok(0);
    }
    let magic = word(&header, 0);
    let mut sum = LogChecksum { big_endian: magic & 1 == 1, state: (0, 0) };
    sum.add(&header[..24]);
    let size = word(&header, 8) as usize;
    if magic & !1 != MAGIC || sum.state != (word(&header, 24), word(&header, 28)) || !size.is_power_of_two() {
        // Without a valid header no frame is played.
        let mut more = [0; FRAME_HEADER];
        return Ok(usize::from(fill(&mut log, &mut more)?));
    }
    let salt = &header[16..24];
    let (mut frame, mut sound, mut lost) = (vec![0; FRAME_HEADER + size], true, 0);
    while fill(&mut log, &mut frame)? {
        let mut here = LogChecksum { ..sum };
        here.add(&frame[..8]);
        here.add(&frame[FRAME_HEADER..]);
        let (own, whole) = (&frame[8..16] == salt, here.state == (word(&frame, 16), word(&frame, 20)));
        // Frames of an earlier round, with another salt, follow the last frame of this round.
        if sound && !own && !whole {
            sound = false;
            continue;
        }
        sound &= own && whole;
        let finishes = word(&frame, 4) != 0;
        if !sound && finishes && (own || whole) {
            lost += 1;
        }
        sum = here;
    }
    Ok(lost)
}

/// Fills the buffer; false at the end of the log, where the last frame may be incomplete.
fn fill(log: &mut impl Read, room: &mut [u8]) -> io::Result<bool> {
    match log.read_exact(room) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

fn word(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|word| word.try_into().ok()).map_or(0, u32::from_be_bytes)
}

/// The log's own checksum, over eight bytes at a time.
struct LogChecksum {
    big_endian: bool,
    state: (u32, u32),
}

impl LogChecksum {
    fn add(&mut self, bytes: &[u8]) {
        let number = |word: &[u8]| {
            let word = word.try_into().unwrap_or_default();
            if self.big_endian { u32::from_be_bytes(word) } else { u32::from_le_bytes(word) }
        };
        let (mut one, mut two) = self.state;
        for pair in bytes.chunks_exact(8) {
            one = one.wrapping_add(number(&pair[..4])).wrapping_add(two);
            two = two.wrapping_add(number(&pair[4..])).wrapping_add(one);
        }
        self.state = (one, two);
    }
}
