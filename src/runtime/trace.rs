//! A record of the loop's work, for reports of slowness: a line per message and per frame, with its kind and time, and
//! for a frame its bytes and the number of frames that were skipped before it. No contents: a trace can be shown to
//! anybody.

use std::{
    fs::{File, OpenOptions},
    io::{self, BufWriter, Write},
    path::Path,
    sync::mpsc::{Sender, channel},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

/// A message or frame that the loop handled.
struct TracedStep {
    kind: &'static str,
    at: Duration,
    took: Duration,
    frame: Option<Frame>,
}

struct Frame {
    bytes: u64,
    skipped: u32,
}

/// A trace file that a separate thread writes, so that the loop waits for no disk.
pub struct LoopTrace {
    began: Instant,
    lines: Option<Sender<TracedStep>>,
    writer: Option<JoinHandle<()>>,
}

impl LoopTrace {
    /// Creates the file, readable only by its owner.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn to(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path)?;
        let (lines, done) = channel::<TracedStep>();
        let writer = thread::spawn(move || {
            let mut out = BufWriter::new(file);
            for line in done {
                if note(&mut out, &line).is_err() {
                    return;
                }
            }
            let _ = out.flush();
        });
        Ok(Self { began: Instant::now(), lines: Some(lines), writer: Some(writer) })
    }

    /// Records a message that took from `started` until now.
    pub(super) fn note(&self, kind: &'static str, started: Instant) {
        self.send(kind, started, None);
    }

    /// Records a frame that took from `started` until now.
    pub(super) fn frame(&self, started: Instant, bytes: u64, skipped: u32) {
        self.send("draw", started, Some(Frame { bytes, skipped }));
    }

    fn send(&self, kind: &'static str, started: Instant, frame: Option<Frame>) {
        if let Some(lines) = &self.lines {
            // A full disk ends the trace, not the console.
            let _ =
                lines.send(TracedStep { kind, at: started.duration_since(self.began), took: started.elapsed(), frame });
        }
    }
}

impl Drop for LoopTrace {
    fn drop(&mut self) {
        self.lines = None;
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}

fn note(out: &mut BufWriter<File>, done: &TracedStep) -> io::Result<()> {
    let TracedStep { kind, at, took, frame } = done;
    write!(out, "{{\"ms\":{},\"kind\":\"{kind}\",\"us\":{}", at.as_millis(), took.as_micros())?;
    if let Some(Frame { bytes, skipped }) = frame {
        write!(out, ",\"bytes\":{bytes},\"skipped\":{skipped}")?;
    }
    writeln!(out, "}}")
}
