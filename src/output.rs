//! Standard output and standard error for everything except the console's screen.
//!
//! Text comes from servers, files, arguments and saved plans, and may contain control sequences for a terminal. No
//! other code prints (`clippy.toml` forbids it): an [`OutputWriter`] cleans each line as a whole, whatever its source, and
//! escapes JSON. A line feed within a value can't forge a line, because each call prints a single line.

use std::{
    fmt::{self, Display},
    io::{self, BufWriter, IsTerminal, Write},
    time::Duration,
};

use serde::Serialize;

use crate::scim::text::{clean_line, escape_json};

/// The destination of the program's output. Prints lines: `writeln!` prints its text as a single cleaned line.
pub struct OutputWriter<'a> {
    to: Box<dyn Write + 'a>,
    terminal: bool,
    /// True if the terminal accepts cursor movements.
    moves: bool,
}

/// Standard output, written line by line.
#[expect(clippy::disallowed_methods, reason = "the one place")]
pub fn out() -> OutputWriter<'static> {
    let terminal = io::stdout().is_terminal();
    OutputWriter { to: Box::new(io::stdout().lock()), terminal, moves: terminal && !is_dumb() }
}

/// Standard error.
#[expect(clippy::disallowed_methods, reason = "the one place")]
pub fn err() -> OutputWriter<'static> {
    let terminal = io::stderr().is_terminal();
    OutputWriter { to: Box::new(io::stderr()), terminal, moves: terminal && !is_dumb() }
}

/// True for a terminal that accepts only lines, such as a shell within an editor.
pub fn is_dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}

/// Writes a line to standard error. Errors are ignored: the program goes on.
pub fn note(line: impl Display) {
    let _ = writeln!(err(), "{line}");
}

/// Tells on the terminal what the program waits for, if the work takes longer than a moment: a key command may wait for
/// a password, or forever. Only for programs whose terminal is not in raw mode, so that Ctrl-C ends both.
pub async fn note_if_slow<T>(line: &str, work: impl Future<Output = T>) -> T {
    let mut work = std::pin::pin!(work);
    if let Ok(done) = tokio::time::timeout(SILENT, work.as_mut()).await {
        return done;
    }
    note(line);
    work.await
}

/// Time that work may take without a message.
const SILENT: Duration = Duration::from_secs(1);

/// The text as a single line without terminal control characters.
pub fn line(text: &str) -> std::borrow::Cow<'_, str> {
    clean_line(text, usize::MAX)
}

impl<'a> OutputWriter<'a> {
    /// Prints to another destination, as if to a terminal or to a pipe.
    pub fn to(to: impl Write + 'a, terminal: bool) -> Self {
        Self { to: Box::new(to), terminal, moves: terminal }
    }

    /// Buffers many lines and writes them in large pieces. End with [`OutputWriter::flush`].
    pub fn buffered(self) -> Self {
        Self { to: Box::new(BufWriter::new(self.to)), ..self }
    }

    /// True if the output is a terminal.
    pub fn is_terminal(&self) -> bool {
        self.terminal
    }

    /// True if a line can be overwritten.
    pub fn moves(&self) -> bool {
        self.moves
    }

    /// Prints a line, or its beginning if the text does not end in a line feed.
    pub fn write_fmt(&mut self, text: fmt::Arguments<'_>) -> io::Result<()> {
        let text = text.to_string();
        let (text, end) = text.strip_suffix('\n').map_or((text.as_str(), ""), |text| (text, "\n"));
        self.to.write_all(line(text).as_bytes())?;
        self.to.write_all(end.as_bytes())
    }

    /// Prints a line of texts, each in a style of SGR codes ("1;31", or empty), in colours or plain.
    pub fn spans<'t>(
        &mut self,
        spans: impl IntoIterator<Item = (&'static str, &'t str)>,
        colours: bool,
    ) -> io::Result<()> {
        for (style, text) in spans {
            let text = line(text);
            if colours && !style.is_empty() {
                write!(self.to, "\x1b[{style}m{text}\x1b[0m")?;
            } else {
                self.to.write_all(text.as_bytes())?;
            }
        }
        self.to.write_all(b"\n")
    }

    /// Prints a value as JSON on a single line, without a line feed.
    pub fn json(&mut self, value: &impl Serialize) -> io::Result<()> {
        let text = serde_json::to_string(value)?;
        self.to.write_all(escape_json(&text).as_bytes())
    }

    /// Prints a value as JSON over several lines.
    pub fn json_pretty(&mut self, value: &impl Serialize) -> io::Result<()> {
        let text = serde_json::to_string_pretty(value)?;
        writeln!(self.to, "{}", escape_json(&text))
    }

    /// Prints a row of a CSV: exact in a pipe; on a terminal, each cell is a single line without control characters.
    pub fn csv_row<C: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = C>) -> io::Result<()> {
        let mut row = csv::Writer::from_writer(Vec::new());
        for cell in cells {
            let shown = if self.terminal { line(cell.as_ref()) } else { cell.as_ref().into() };
            row.write_field(shown.as_bytes()).map_err(io::Error::other)?;
        }
        row.write_record(None::<&[u8]>).map_err(io::Error::other)?;
        self.to.write_all(&row.into_inner().map_err(io::Error::other)?)
    }

    /// Prints one of the program's own documents: a manual page, a script for a shell, or JSON and YAML with escaped
    /// control characters.
    pub fn document(&mut self, text: &[u8]) -> io::Result<()> {
        self.to.write_all(text)
    }

    /// Overwrites the last line of a terminal; nothing may follow before [`OutputWriter::wipe`].
    pub fn over(&mut self, text: &str) -> io::Result<()> {
        write!(self.to, "\r\x1b[K{}", line(text))?;
        self.to.flush()
    }

    /// Removes the line written by [`OutputWriter::over`].
    pub fn wipe(&mut self) -> io::Result<()> {
        self.to.write_all(if self.moves { b"\r\x1b[K" } else { b"" })
    }

    /// Writes buffered output.
    pub fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// A log whose entries are a single line each, whatever they quote. Each entry must arrive in a single write.
#[derive(Debug, Clone)]
pub struct LogLines<W>(pub W);

impl<W: Write> Write for LogLines<W> {
    fn write(&mut self, entry: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(entry);
        self.0.write_all((line(text.strip_suffix('\n').unwrap_or(&text)).into_owned() + "\n").as_bytes())?;
        Ok(entry.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NASTY: &str = "eva\u{1b}[2J\n  + forged\u{9b}31m\u{202e}x\r";
    const CLEAN: &str = "eva[2J   + forged31mx ";

    fn printed(terminal: bool, print: impl FnOnce(&mut OutputWriter<'_>) -> io::Result<()>) -> String {
        let mut bytes = Vec::new();
        print(&mut OutputWriter::to(&mut bytes, terminal)).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_line_is_one_line_and_acts_on_nothing() {
        for terminal in [false, true] {
            assert_eq!(printed(terminal, |out| writeln!(out, "  ~ {NASTY}")), format!("  ~ {CLEAN}\n"));
            assert_eq!(printed(terminal, |out| write!(out, "Type {NASTY}: ")), format!("Type {CLEAN}: "));
            assert_eq!(printed(terminal, |out| out.over(NASTY)), format!("\r\u{1b}[K{CLEAN}"));
        }
        let long = "å".repeat(9_000);
        assert_eq!(printed(false, |out| write!(out, "{long}")), long, "nothing is cut");
    }

    #[test]
    fn only_the_style_of_a_span_acts() {
        let spans = [("1;31", NASTY), ("", NASTY)];
        assert_eq!(printed(true, |out| out.spans(spans, true)), format!("\u{1b}[1;31m{CLEAN}\u{1b}[0m{CLEAN}\n"));
        assert_eq!(printed(true, |out| out.spans(spans, false)), format!("{CLEAN}{CLEAN}\n"));
    }

    #[test]
    fn json_is_escaped_and_means_the_same() {
        for terminal in [false, true] {
            let text = printed(terminal, |out| out.json(&NASTY));
            assert_eq!(text, "\"eva\\u001b[2J\\n  + forged\\u009b31m\\u202ex\\r\"");
            assert_eq!(serde_json::from_str::<String>(&text).unwrap(), NASTY);
        }
    }

    #[test]
    fn csv_is_exact_in_a_pipe_and_clean_on_a_terminal() {
        assert_eq!(printed(false, |out| out.csv_row(["a", NASTY])), format!("a,\"{NASTY}\"\n"));
        assert_eq!(printed(true, |out| out.csv_row(["a", NASTY])), format!("a,{CLEAN}\n"));
    }

    #[test]
    fn an_entry_of_a_log_is_one_line() {
        let mut log = LogLines(Vec::new());
        log.write_all(format!("WARN {NASTY} reason=x\n").as_bytes()).unwrap();
        assert_eq!(String::from_utf8(log.0).unwrap(), format!("WARN {CLEAN} reason=x\n"));
    }
}
