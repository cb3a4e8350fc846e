//! The real program: how soon it shows something, how much memory it holds, what its keys cost, and what it does when
//! nothing happens. What goes over a slow link is in [`link`].

use std::{
    io::{BufRead, BufReader, Read, Write},
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::{Duration, Instant},
};

use portable_pty::{CommandBuilder, MasterPty, PtySize, native_pty_system};
use vt100::Parser;

use crate::{Times, row};

pub mod fetch;
mod link;

const BINARY: &str = env!("CARGO_BIN_EXE_scimitar");
const DEADLINE: Duration = Duration::from_secs(120);

/// A demo directory in a process of its own.
struct Server {
    child: Child,
    url: String,
    key: String,
}

impl Server {
    fn start(users: usize) -> Self {
        let mut child = Command::new(BINARY)
            .args(["demo", "--listen", "127.0.0.1:0", "--users", &users.to_string()])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut line = |label: &str| lines.next().unwrap().unwrap().strip_prefix(label).unwrap().to_owned();
        Self { url: line("url: "), key: line("key: "), child }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Bytes that came together, and how many frames end in them.
struct Seen {
    at: Instant,
    bytes: usize,
    frames: usize,
}

/// Ends a frame: end of a synchronised update.
const FRAME_END: &[u8] = b"\x1b[?2026l";

/// Without bytes for this long, what a key did is over.
const QUIET: Duration = Duration::from_millis(150);

/// The console in a pseudo-terminal.
struct Run {
    started: Instant,
    pid: u32,
    child: Box<dyn portable_pty::Child + Send + Sync>,
    bytes: Receiver<(Instant, Vec<u8>)>,
    parser: Parser,
    read: usize,
    /// When how many bytes came, frames' ends told apart.
    seen: Vec<Seen>,
    writer: Box<dyn Write + Send>,
    _master: Box<dyn MasterPty + Send>,
}

impl Run {
    fn start(home: &Path, args: &[&str]) -> Self {
        Self::sized((80, 24), home, args, &[])
    }

    fn sized((cols, rows): (u16, u16), home: &Path, args: &[&str], env: &[(&str, &str)]) -> Self {
        let size = PtySize { rows, cols, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(BINARY);
        command.args(args);
        command.env_clear();
        for (name, value) in [("TERM", "xterm-256color"), ("LANG", "C.UTF-8")].iter().chain(env) {
            command.env(name, value);
        }
        command.env("HOME", home);
        command.env("SCIMITAR_STATE", home.join("state"));
        let mut reader = pair.master.try_clone_reader().unwrap();
        let writer = pair.master.take_writer().unwrap();
        let (send, bytes) = channel();
        let started = Instant::now();
        let child = pair.slave.spawn_command(command).unwrap();
        thread::spawn(move || {
            let mut buffer = vec![0; 65_536];
            while let Ok(length @ 1..) = reader.read(&mut buffer) {
                if send.send((Instant::now(), buffer[..length].to_vec())).is_err() {
                    return;
                }
            }
        });
        let pid = child.process_id().unwrap();
        let parser = Parser::new(rows, cols, 0);
        let seen = Vec::new();
        Self { started, pid, child, bytes, parser, read: 0, seen, writer, _master: pair.master }
    }

    /// Takes what comes next, if anything does until then.
    fn take(&mut self, until: Instant) -> bool {
        let Ok((at, bytes)) = self.bytes.recv_timeout(until.saturating_duration_since(Instant::now())) else {
            return false;
        };
        self.read += bytes.len();
        self.parser.process(&bytes);
        let frames = bytes.windows(FRAME_END.len()).filter(|window| *window == FRAME_END).count();
        self.seen.push(Seen { at, bytes: bytes.len(), frames });
        true
    }

    /// The time since the start until the screen is so.
    fn until(&mut self, holds: impl Fn(&str) -> bool) -> Duration {
        while !holds(&self.parser.screen().contents()) {
            assert!(self.take(Instant::now() + DEADLINE), "the screen changes in time");
        }
        self.started.elapsed()
    }

    fn press(&mut self, keys: &[u8]) {
        self.writer.write_all(keys).unwrap();
        self.writer.flush().unwrap();
    }

    /// Presses a key: the time until its frame is there, and the bytes of all that it makes.
    fn key(&mut self, keys: &[u8]) -> (Duration, usize) {
        let (before, pressed) = (self.read, Instant::now());
        self.seen.clear();
        self.press(keys);
        while self.seen.iter().all(|seen| seen.frames == 0) && self.take(pressed + DEADLINE) {}
        let first = self.seen.iter().find(|seen| seen.frames > 0).map_or(DEADLINE, |seen| seen.at - pressed);
        self.listen(QUIET);
        (first, self.read - before)
    }

    /// Bytes written within this time.
    fn listen(&mut self, time: Duration) -> usize {
        let (until, before) = (Instant::now() + time, self.read);
        while self.take(until) {}
        self.read - before
    }

    fn status(&self, name: &str) -> String {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid)).unwrap_or_default();
        status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("?").trim_start_matches(':').trim().to_owned()
    }

    fn ticks(&self) -> u64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.pid)).unwrap_or_default();
        let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
        fields.filter_map(|field| field.parse::<u64>().ok()).sum()
    }

    fn quit(mut self) {
        self.press(b"\x1c");
        self.child.wait().unwrap();
    }
}

/// Rows for a profile with so many users: first without anything on disk, then from disk with the server up and gone.
pub fn measure(users: usize) {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(users);
    let config = home.path().join("config.toml");
    let profile = format!(
        "[profile.acme]\nprovider = \"wandb\"\nhosting = \"dedicated\"\nurl = \"{}\"\nkey = {{ env = \"KEY\" }}\n",
        server.url.trim_end_matches("/scim")
    );
    std::fs::write(&config, profile.replace("{ env = \"KEY\" }", "{ file = \"key\" }")).unwrap();
    write_private(&home.path().join("key"), &server.key);
    let arguments = ["--config", config.to_str().unwrap(), "-p", "acme"];

    let mut refresh = Times::default();
    let mut run = Run::start(home.path(), &arguments);
    refresh.0.push(run.until(|screen| screen.contains("synced")));
    run.listen(Duration::from_secs(3));
    memory(users, "after the first refresh", &run);
    run.quit();
    let (mut bare, mut stored, mut curl) = (Times::default(), Times::default(), Times::default());
    for _ in 0..if users < 1_000_000 { 3 } else { 1 } {
        let (time, urls) = fetch::bare(&server.url, &server.key);
        bare.0.push(time);
        stored.0.push(fetch::straightforward(&server.url, &server.key));
        curl.0.extend(fetch::curl(&urls, &server.key));
    }
    let whole = "nothing on disk: start to all read and stored";
    row(users, whole, &refresh, Some(("reqwest and serde_json", &bare)));
    row(users, whole, &refresh, Some(("reqwest, serde_json and SQLite", &stored)));
    if !curl.0.is_empty() {
        row(users, whole, &refresh, Some(("curl", &curl)));
    }

    starts(users, home.path(), &arguments, "server up");
    idle(users, home.path(), &arguments);
    for size in [(80, 24), (120, 40)] {
        keys(users, size, home.path(), &arguments);
    }
    link::measure(users, home.path(), &arguments);
    drop(server);
    starts(users, home.path(), &arguments, "server gone");
    let mut run = Run::start(home.path(), &arguments);
    run.until(|screen| screen.contains("offline"));
    run.listen(Duration::from_secs(3));
    memory(users, "from disk, server gone", &run);
    run.quit();
}

fn memory(users: usize, when: &str, run: &Run) {
    println!("| {users} | memory {when}: now {}, most {} | | | | |", run.status("VmRSS"), run.status("VmHWM"));
}

fn starts(users: usize, home: &Path, arguments: &[&str], server: &str) {
    let (mut first, mut list) = (Times::default(), Times::default());
    for _ in 0..7 {
        let mut run = Run::start(home, arguments);
        first.0.push(run.until(|screen| screen.contains("scimitar")));
        // The head of the first column of a list, which is not there without rows.
        list.0.push(run.until(|screen| screen.contains("Org role")));
        run.quit();
    }
    row(users, &format!("start to the first frame, {server}"), &first, None);
    row(users, &format!("start to the list from disk, {server}"), &list, None);
}

fn idle(users: usize, home: &Path, arguments: &[&str]) {
    let mut run = Run::start(home, arguments);
    let refreshed = Times(vec![run.until(|screen| screen.contains("synced"))]);
    row(users, "all on disk and unchanged: start to all read again", &refreshed, None);
    run.listen(Duration::from_secs(3));
    memory(users, "from disk and refreshed", &run);
    let before = run.ticks();
    let bytes = run.listen(Duration::from_secs(5));
    println!("| {users} | idle for 5 s: {bytes} bytes, {} ticks of CPU | | | | |", run.ticks() - before);
    run.quit();
}

/// A key as a person knows it, what it sends, and how often it is pressed.
const KEYS: [(&str, &[&str]); 6] = [
    ("move the selection", &["j", "j", "j", "k", "j", "j", "j", "k", "j", "j"]),
    ("move it by a row that scrolls", &["G", "g", "\x1b[6~", "\x1b[6~", "j", "j", "j", "j", "j", "j"]),
    ("page down", &["\x1b[6~", "\x1b[6~", "\x1b[6~", "\x1b[6~", "\x1b[6~", "\x1b[6~"]),
    ("one typed filter character", &["/", "t", "a", "n", "a", "\x7f", "\x7f", "\x7f"]),
    ("open the details", &["\x1b", "\r", "\x1b", "\r", "\x1b", "\r"]),
    ("another tab", &["\x1b", "\t", "\t", "\t", "\t"]),
];

/// What the first keys of a row above only lead to.
const LEADS: [usize; 6] = [0, 4, 0, 1, 1, 1];

/// The time from a key to its frame, and its bytes.
fn keys(users: usize, size: (u16, u16), home: &Path, arguments: &[&str]) {
    let mut run = Run::sized(size, home, arguments, &[]);
    run.until(|screen| screen.contains("synced"));
    run.listen(Duration::from_secs(2));
    for ((what, keys), lead) in KEYS.into_iter().zip(LEADS) {
        let (mut times, mut bytes) = (Times::default(), Vec::new());
        for (at, key) in keys.iter().enumerate() {
            let (time, written) = run.key(key.as_bytes());
            // Esc only leads from one pane of details to the next.
            if at >= lead && *key != "\x1b" {
                times.0.push(time);
                bytes.push(written);
            }
        }
        bytes.sort_unstable();
        let (median, most) = (bytes[bytes.len() / 2], bytes[bytes.len() - 1]);
        let what = format!("{what}, key to frame at {}x{}; {median} bytes, {most} at most", size.0, size.1);
        row(users, &what, &times, None);
    }
    run.quit();
}

fn write_private(path: &Path, text: &str) {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).unwrap().write_all(text.as_bytes()).unwrap();
}
