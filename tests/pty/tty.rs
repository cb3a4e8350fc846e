//! A pseudo-terminal with the real program in it: its bytes, the screen that they make, and how it ended. Every wait is
//! for bytes or for the process, with a deadline.

use std::{
    io::{Read, Write},
    path::Path,
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, RecvTimeoutError, channel},
    },
    thread,
    time::{Duration, Instant},
};

use portable_pty::{ChildKiller, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use vt100::{Parser, Screen};

/// Long enough for a debug build on a loaded machine; only a failing test waits for it.
const DEADLINE: Duration = Duration::from_secs(30);
/// Without bytes for this long, what was under way at the start is over.
const QUIET: Duration = Duration::from_millis(700);

/// The bytes that a stopped link holds, besides the kernel's buffers.
const LINK: usize = 1024;

/// Ends a frame: end of a synchronised update.
pub const FRAME_END: &[u8] = b"\x1b[?2026l";

/// The command to run, and its directory.
pub struct Setup {
    command: CommandBuilder,
    size: (u16, u16),
    home: TempDir,
}

impl Setup {
    /// The program under test with these arguments, at 80x24, in an environment that holds nothing of this machine's.
    pub fn scimitar(args: &[&str]) -> Self {
        Self::program(env!("CARGO_BIN_EXE_scimitar"), args)
    }

    /// Any program.
    pub fn program(program: &str, args: &[&str]) -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut command = CommandBuilder::new(program);
        command.args(args);
        command.env_clear();
        for (name, value) in [("TERM", "xterm-256color"), ("LANG", "C.UTF-8"), ("TZ", "UTC")] {
            command.env(name, value);
        }
        let path = home.path().to_owned();
        Self { command, size: (80, 24), home }.at(&path)
    }

    /// Its home and working directory: processes that share it are sessions of one installation.
    pub fn at(mut self, home: &Path) -> Self {
        self.command.cwd(home);
        self.command.env("HOME", home);
        self.command.env("XDG_CONFIG_HOME", home.join("xdg"));
        self.command.env("SCIMITAR_STATE", home.join("state"));
        self
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// The process's home and working directory.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// The terminal is not the process's controlling one: nobody sends SIGHUP when it goes away.
    pub fn not_controlling(mut self) -> Self {
        self.command.set_controlling_tty(false);
        self
    }

    pub fn start(self) -> Tty {
        let (width, height) = self.size;
        let pair = native_pty_system().openpty(pty_size(width, height)).unwrap();
        let before = pair.master.get_termios().unwrap();
        let mut child = pair.slave.spawn_command(self.command).unwrap();
        drop(pair.slave);
        let pid = child.process_id().unwrap();
        let killer = child.clone_killer();
        let (send, ended) = channel();
        thread::spawn(move || drop(send.send(child.wait().unwrap())));
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (send, bytes) = channel();
        let cut = Arc::new(AtomicBool::new(false));
        let is_cut = Arc::clone(&cut);
        let link = Arc::new(Link::default());
        let passed = Arc::clone(&link);
        thread::spawn(move || {
            let mut buffer = vec![0; LINK];
            while let Ok(length @ 1..) = reader.read(&mut buffer) {
                passed.pass();
                if is_cut.load(Ordering::SeqCst) || send.send(buffer[..length].to_vec()).is_err() {
                    return;
                }
            }
        });
        let writer = pair.master.take_writer().unwrap();
        Tty {
            pid,
            killer,
            ended,
            status: None,
            unchanged: Box::new(move |master| master.get_termios().as_ref() == Some(&before)),
            master: Some(pair.master),
            writer: Some(writer),
            cut,
            link,
            bytes,
            raw: Vec::new(),
            parser: Parser::new(height, width, 0),
            _home: self.home,
        }
    }
}

fn pty_size(cols: u16, rows: u16) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}

/// Between the pseudo-terminal and who looks at it: bytes pass, or are held back.
#[derive(Default)]
struct Link {
    held: Mutex<bool>,
    released: Condvar,
}

impl Link {
    fn pass(&self) {
        drop(self.released.wait_while(self.held.lock().unwrap(), |held| *held).unwrap());
    }

    fn hold(&self, held: bool) {
        *self.held.lock().unwrap() = held;
        self.released.notify_all();
    }
}

/// Looks at a terminal's modes.
type Check = Box<dyn Fn(&dyn MasterPty) -> bool>;

/// The running program.
pub struct Tty {
    pub pid: u32,
    killer: Box<dyn ChildKiller + Send + Sync>,
    ended: Receiver<ExitStatus>,
    status: Option<ExitStatus>,
    unchanged: Check,
    master: Option<Box<dyn MasterPty + Send>>,
    writer: Option<Box<dyn Write + Send>>,
    cut: Arc<AtomicBool>,
    link: Arc<Link>,
    bytes: Receiver<Vec<u8>>,
    /// All that was written so far.
    pub raw: Vec<u8>,
    parser: Parser,
    _home: TempDir,
}

impl Tty {
    /// The screen as a person sees it.
    pub fn screen(&self) -> &Screen {
        self.parser.screen()
    }

    pub fn rows(&self) -> Vec<String> {
        let (_, width) = self.screen().size();
        self.screen().rows(0, width).collect()
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// If there are none until the deadline, or never again.
    pub fn more(&mut self, until: Instant) -> Result<Vec<u8>, RecvTimeoutError> {
        let bytes = self.bytes.recv_timeout(until.saturating_duration_since(Instant::now()))?;
        self.parser.process(&bytes);
        self.raw.extend_from_slice(&bytes);
        Ok(bytes)
    }

    /// Reads until the condition holds on what was drawn.
    pub fn wait_until(&mut self, what: &str, holds: impl Fn(&Self) -> bool) {
        let until = Instant::now() + DEADLINE;
        while !holds(self) {
            if let Err(error) = self.more(until) {
                let tail: String = String::from_utf8_lossy(&self.raw).chars().rev().take(400).collect();
                let tail: String = tail.chars().rev().collect();
                panic!("{what}: {error}; the screen:\n{}\nthe last bytes: {tail:?}", self.screen().contents());
            }
        }
    }

    pub fn wait_for(&mut self, text: &str) {
        self.wait_until(&format!("waited for {text:?}"), |tty| tty.screen().contents().contains(text));
    }

    /// Waits for the list of the demo directory, and for the end of all that starts with it.
    pub fn wait_for_list(&mut self) {
        self.wait_for("aarav-k");
        self.wait_for("synced");
        self.settle();
    }

    /// Reads until nothing comes any more.
    pub fn settle(&mut self) {
        while self.more(Instant::now() + QUIET).is_ok() {}
    }

    /// The output within this time.
    pub fn listen(&mut self, time: Duration) -> Vec<u8> {
        let until = Instant::now() + time;
        let from = self.raw.len();
        while self.more(until).is_ok() {}
        self.raw[from..].to_vec()
    }

    /// Takes nothing any more from what the program writes.
    pub fn hold(&self) {
        self.link.hold(true);
    }

    /// Takes everything again, also what was held back.
    pub fn release(&self) {
        self.link.hold(false);
    }

    pub fn press(&mut self, keys: &str) {
        let writer = self.writer.as_mut().unwrap();
        writer.write_all(keys.as_bytes()).unwrap();
        writer.flush().unwrap();
    }

    /// Sends the plan on the screen: no key does within 300 ms of its frame.
    pub fn send(&mut self) {
        self.settle();
        self.press("y");
    }

    /// The bytes of the one frame that a key makes.
    pub fn frame_of(&mut self, keys: &str) -> usize {
        let from = self.raw.len();
        self.press(keys);
        self.wait_until(&format!("a frame for {keys:?}"), |tty| tty.raw[from..].ends_with(FRAME_END));
        let frame = &self.raw[from..];
        assert_eq!(count(frame, FRAME_END), 1, "one frame for one key: {:?}", String::from_utf8_lossy(frame));
        frame.len()
    }

    pub fn resize(&mut self, width: u16, height: u16) {
        self.parser.screen_mut().set_size(height, width);
        self.master.as_ref().unwrap().resize(pty_size(width, height)).unwrap();
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(self.process(), signal).unwrap();
    }

    pub fn process(&self) -> Pid {
        Pid::from_raw(self.pid as i32).unwrap()
    }

    /// True if line discipline and echo are as they were before the program started.
    pub fn modes_unchanged(&self) -> bool {
        (self.unchanged)(self.master.as_deref().unwrap())
    }

    /// What `stty` says and does to the terminal.
    pub fn stty(&self, argument: &str) -> String {
        let name = self.master.as_ref().unwrap().tty_name().unwrap();
        let output = std::process::Command::new("stty").arg("-F").arg(name).arg(argument).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Ends it as a crash does, and waits for that.
    pub fn kill(&mut self) {
        self.signal(Signal::KILL);
        self.status = Some(self.ended.recv_timeout(DEADLINE).expect("the process ends"));
    }

    /// Takes the terminal away, as a cut connection does.
    pub fn cut(&mut self) {
        // The reading thread has a handle of its own, which it drops with the next bytes: those that a key makes.
        self.cut.store(true, Ordering::SeqCst);
        self.press("j");
        self.writer = None;
        self.master = None;
    }

    /// Waits for the end of the process and reads what is left; gives its exit code.
    pub fn end(&mut self) -> u32 {
        let status = self.ended.recv_timeout(DEADLINE).expect("the process ends");
        self.release();
        let code = status.exit_code();
        assert!(status.signal().is_none(), "{status:?}");
        self.status = Some(status);
        while self.more(Instant::now() + DEADLINE).is_ok() {}
        code
    }

    /// Everything that was switched on has been switched off, once.
    pub fn assert_restored(&self) {
        let raw = String::from_utf8_lossy(&self.raw);
        let screens = (raw.matches("\x1b[?1049h").count(), raw.matches("\x1b[?1049l").count());
        assert_eq!(screens, (1, 1), "the other screen was taken and left");
        assert!(raw.rfind("\x1b[?2004l") > raw.rfind("\x1b[?2004h"), "bracketed paste is off");
        assert!(raw.rfind("\x1b[?25h") > raw.rfind("\x1b[?25l"), "the cursor is shown");
        assert_eq!(styles(&self.raw).last(), Some(&0), "no colour is left on");
        assert!(raw.rfind("\x1b[?2026l") > raw.rfind("\x1b[?2026h"), "no update is left open");
        assert_eq!(raw.matches("\x1b[?1000h").count(), 0, "the mouse is the terminal's");
        assert!(self.modes_unchanged(), "echo and lines are on again");
    }
}

impl Drop for Tty {
    fn drop(&mut self) {
        if self.status.is_none() {
            let _ = self.killer.kill();
        }
        self.release();
    }
}

/// How often `part` is in `bytes`.
pub fn count(bytes: &[u8], part: &[u8]) -> usize {
    bytes.windows(part.len()).filter(|window| *window == part).count()
}

/// The parameters of every colour or attribute sequence.
pub fn styles(raw: &[u8]) -> Vec<u16> {
    let text = String::from_utf8_lossy(raw);
    let sequences = text.split("\x1b[").skip(1).filter_map(|rest| {
        let end = rest.find(|c: char| c.is_ascii_alphabetic())?;
        rest[end..].starts_with('m').then(|| rest[..end].to_owned())
    });
    sequences.flat_map(|list| list.split([';', ':']).map(|n| n.parse().unwrap_or(0)).collect::<Vec<_>>()).collect()
}
