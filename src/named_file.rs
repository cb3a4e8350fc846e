//! Files that a person names: in an argument, in the config, on the screen. Opening a pipe waits for a writer, and its
//! writer may never come: a file that has to be regular is opened without a wait, and of any other the wait is told.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, ErrorKind, Read},
    path::Path,
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::Duration,
};

/// Opens a regular file for reading, without waiting.
///
/// # Errors
/// The file can't be opened, or is a directory, pipe, socket or device ([`ErrorKind::InvalidInput`]).
pub fn open_regular(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, rustix::fs::OFlags::NONBLOCK.bits().cast_signed());
    let file = options.read(true).open(path)?;
    if file.metadata()?.is_file() {
        return Ok(file);
    }
    Err(io::Error::new(ErrorKind::InvalidInput, "it is no regular file"))
}

/// Reads at most `most` bytes of a file, or of a pipe, such as the shell's `<(…)`; of a pipe as [`waited_for`] waits.
///
/// # Errors
/// The file can't be read, or the wait is given up ([`ErrorKind::TimedOut`]).
pub fn read(path: &Path, most: u64, silent: Duration, goes_on: impl FnOnce() -> bool) -> io::Result<Vec<u8>> {
    if fs::metadata(path)?.is_file() {
        return bytes(File::open(path)?, most);
    }
    let path = path.to_path_buf();
    waited_for(move || bytes(File::open(path)?, most), silent, goes_on)
}

/// Reads at most `most` bytes of standard input, as [`waited_for`] waits.
///
/// # Errors
/// Standard input can't be read, or the wait is given up ([`ErrorKind::TimedOut`]).
pub fn read_stdin(most: u64, silent: Duration, goes_on: impl FnOnce() -> bool) -> io::Result<Vec<u8>> {
    waited_for(move || bytes(io::stdin(), most), silent, goes_on)
}

/// Does work that may wait for another process. If it does not end within `silent`, `goes_on` is asked once whether to wait
/// for as long as it takes.
///
/// # Errors
/// The work's error; [`ErrorKind::TimedOut`] if the wait is given up.
pub fn waited_for<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
    silent: Duration,
    goes_on: impl FnOnce() -> bool,
) -> io::Result<T> {
    let (send, receive) = mpsc::channel();
    thread::spawn(move || {
        // After the wait is given up the receiver is gone.
        let _ = send.send(work());
    });
    let nothing = || Err(io::Error::new(ErrorKind::TimedOut, "nothing comes from it"));
    match receive.recv_timeout(silent) {
        Ok(done) => done,
        Err(RecvTimeoutError::Timeout) if goes_on() => receive.recv().unwrap_or_else(|_| nothing()),
        Err(_) => nothing(),
    }
}

fn bytes(from: impl Read, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}
