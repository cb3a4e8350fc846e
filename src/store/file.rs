//! The store's files: made for their owner only, locked while they are opened, set aside when unreadable.
//!
//! Knows paths and modes, not what is in the files.

use std::{
    ffi::OsString,
    fs::{self, DirBuilder, File, OpenOptions, TryLockError},
    io::{self, ErrorKind},
    path::{Path, PathBuf},
    thread::sleep,
    time::{Duration, Instant},
};

use super::{Result, StoreError};

/// How long a lock is waited for: mending a large file takes some seconds.
const LOCK_LIMIT: Duration = Duration::from_secs(10);

/// How long a lock is waited for without a word.
const SILENT: Duration = Duration::from_secs(1);

/// How often a lock that another process holds is tried.
const LOOK: Duration = Duration::from_millis(20);

/// Makes the missing directories above the file.
pub(super) fn prepare_directory(path: &Path) -> Result<()> {
    let Some(directory) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) else { return Ok(()) };
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory).map_err(failed("create the directory", directory))
}

/// Keeps other consoles from opening the same file until it is dropped: only one may build or set aside.
///
/// File systems without locks are served without: then only two consoles that start in the same instant are at risk.
/// `say` is told where it takes long.
pub(super) fn lock(path: &Path, say: &mut dyn FnMut(String)) -> Result<Option<File>> {
    lock_within(path, [SILENT, LOCK_LIMIT], say)
}

pub(super) fn lock_within(
    path: &Path,
    [silent, limit]: [Duration; 2],
    say: &mut dyn FnMut(String),
) -> Result<Option<File>> {
    let path = beside(path, ".lock");
    let file = private(OpenOptions::new().write(true).create(true).truncate(false))
        .open(&path)
        .map_err(failed("create", &path))?;
    let (begun, mut said) = (Instant::now(), false);
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Some(file)),
            Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(failed("lock", &path)(error)),
            Err(TryLockError::WouldBlock) if begun.elapsed() >= limit => return Err(StoreError::Held { path }),
            Err(TryLockError::WouldBlock) => {}
        }
        if !said && begun.elapsed() >= silent {
            said = true;
            let limit = limit.as_secs();
            say(format!("{} is locked by another process; waiting for it, {limit} s at most.", path.display()));
        }
        sleep(LOOK);
    }
}

/// Makes a new file.
pub(super) fn make(path: &Path) -> Result<File> {
    private(OpenOptions::new().write(true).create_new(true)).open(path).map_err(failed("create", path))
}

/// Makes the file before `SQLite` does, which would ask the umask; `SQLite` gives `-wal` and `-shm` the mode of the file.
pub(super) fn prepare(path: &Path) -> Result<()> {
    match private(OpenOptions::new().write(true).create_new(true)).open(path) {
        Ok(file) => {
            file.sync_all().map_err(failed("write", path))?;
            sync_directory(path);
            Ok(())
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            ["", "-wal", "-shm"].iter().try_for_each(|suffix| restrict(&beside(path, suffix)))
        }
        Err(error) => Err(failed("create", path)(error)),
    }
}

/// True where a file lost its contents, as some file systems leave it after a power cut. A new file is filled under the
/// lock. `SQLite` takes a file of one byte for an empty one, and would begin a new journal without a word.
pub(super) fn is_empty(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.len() <= 1)
}

/// Renames the file and its `-wal`; gives the new name.
pub(super) fn set_aside(path: &Path, millis: i64) -> Result<PathBuf> {
    let mut aside = beside(path, &format!(".unreadable-{millis}"));
    while aside.exists() {
        aside = beside(&aside, "-again");
    }
    // The log goes first: left behind, it would be played into the new file.
    let log = beside(path, "-wal");
    match fs::rename(&log, beside(&aside, "-wal")) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed("rename", &log)(error)),
        _ => {}
    }
    fs::rename(path, &aside).map_err(failed("rename", path))?;
    let index = beside(path, "-shm");
    match fs::remove_file(&index) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(failed("remove", &index)(error)),
        _ => Ok(aside),
    }
}

/// Copies a file for its owner only; refuses to replace one.
pub(super) fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let mut copy = private(OpenOptions::new().write(true).create_new(true)).open(to)?;
    io::copy(&mut File::open(from)?, &mut copy)?;
    copy.sync_all()
}

/// The path with something after its name.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

#[cfg(unix)]
fn restrict(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = match fs::metadata(path) {
        Ok(metadata) => metadata.permissions().mode(),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed("look at", path)(error)),
    };
    let others = mode & 0o077;
    if others == 0 {
        return Ok(());
    }
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).map_err(failed("restrict the mode of", path))
}

#[cfg(not(unix))]
fn restrict(_: &Path) -> Result<()> {
    Ok(())
}

/// A new name must survive a power cut as well; not every file system can promise it, and none needs more from us.
fn sync_directory(path: &Path) {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if let Ok(directory) = File::open(directory) {
        drop(directory.sync_all());
    }
}

fn failed<'a>(what: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> StoreError + use<'a> {
    move |source| StoreError::File { what, path: path.to_owned(), source }
}
