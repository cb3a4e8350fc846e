//! The report for a person: the most important findings first, aligned, within the terminal's width. Independent of the
//! server.

use std::io;

use unicode_width::UnicodeWidthStr;

use super::finding::{ActionState, DoctorFinding, DoctorReport, FindingVerdict, Outcome, ReportPart, RequestEvidence};
use super::probe::counted;
use crate::output::OutputWriter;

/// The column at which the text begins.
const INDENT: usize = 17;

/// Abilities of the output.
#[derive(Debug, Clone, Copy)]
pub struct PrintStyle {
    /// True for colours.
    pub colours: bool,
    /// True for UTF-8.
    pub unicode: bool,
    /// Width in columns.
    pub width: usize,
}

/// The whole report as text.
pub fn text(report: &DoctorReport, look: PrintStyle) -> String {
    let mut text = Vec::new();
    // Writing to memory does not fail.
    let _ = print(report, look, &mut OutputWriter::to(&mut text, look.colours));
    String::from_utf8_lossy(&text).into_owned()
}

/// Prints the whole report.
pub(super) fn print(report: &DoctorReport, look: PrintStyle, out: &mut OutputWriter<'_>) -> io::Result<()> {
    let spans = |line: Line| out.spans(line.iter().map(|(style, text)| (*style, text.as_str())), look.colours);
    page(report, look).into_iter().try_for_each(spans)
}

/// The texts of a line, each with its style.
type Line = Vec<(&'static str, String)>;

fn page(report: &DoctorReport, look: PrintStyle) -> Vec<Line> {
    let mut page = Page { look, lines: Vec::new(), begun: Vec::new() };
    page.line(&[(BOLD, &report.profile), (DIM, &format!("  {} at {}", report.provider, report.url))]);
    page.summary(report);
    if rows(report, &[FindingVerdict::Problem]).len() + report.left_behind.len() > 0 {
        page.heading("Problems");
    }
    for name in &report.left_behind {
        page.row(FindingVerdict::Problem, "left behind", name);
    }
    page.all(report, &[FindingVerdict::Problem]);
    if report.count(FindingVerdict::Note) + report.count(FindingVerdict::Unknown) > 0 {
        page.heading("Worth knowing");
        page.all(report, &[FindingVerdict::Note, FindingVerdict::Unknown]);
    }
    if !report.learnt.is_empty() {
        page.heading("What the console does otherwise here");
        for sentence in &report.learnt {
            page.words(2, sentence, PLAIN);
        }
    }
    page.actions(report);
    for part in [
        ReportPart::Server,
        ReportPart::Users,
        ReportPart::Groups,
        ReportPart::Roles,
        ReportPart::Beside,
        ReportPart::Writing,
    ] {
        let is_fine = |finding: &&DoctorFinding| finding.part == part && finding.verdict == FindingVerdict::Ok;
        let mut fine = report.findings.iter().filter(is_fine).peekable();
        if fine.peek().is_some() {
            page.heading(part.title());
        }
        for finding in fine {
            page.row(finding.verdict, finding.what, &finding.words);
        }
    }
    page.lines
}

const BOLD: &str = "1";
const DIM: &str = "2";
const PLAIN: &str = "";

/// The findings with these verdicts, and the lists that share each.
fn rows<'a>(report: &'a DoctorReport, verdicts: &[FindingVerdict]) -> Vec<(&'a DoctorFinding, Vec<String>)> {
    let mut rows: Vec<(&DoctorFinding, Vec<String>)> = Vec::new();
    for finding in report.findings.iter().filter(|finding| verdicts.contains(&finding.verdict)) {
        let lists: Vec<String> = match finding.part {
            ReportPart::Server | ReportPart::Beside | ReportPart::Writing => Vec::new(),
            list => vec![list.title().to_lowercase()],
        };
        let same = |(known, _): &&mut (&DoctorFinding, _)| {
            (known.what, &known.words, known.verdict) == (finding.what, &finding.words, finding.verdict)
        };
        match rows.iter_mut().find(same) {
            Some((_, known)) => known.extend(lists),
            None => rows.push((finding, lists)),
        }
    }
    rows
}

struct Page {
    look: PrintStyle,
    lines: Vec<Line>,
    /// The line that has not ended yet.
    begun: Line,
}

impl Page {
    fn summary(&mut self, report: &DoctorReport) {
        // As many as lines: what several lists share is one.
        let lines = |verdict: FindingVerdict| match verdict {
            FindingVerdict::Ok => report.count(verdict),
            FindingVerdict::Problem => rows(report, &[verdict]).len() + report.left_behind.len(),
            FindingVerdict::Note | FindingVerdict::Unknown => rows(report, &[verdict]).len(),
        };
        let count = |verdict: FindingVerdict, one: &str, many: &str| match lines(verdict) {
            0 => None,
            1 => Some(format!("1 {one}")),
            n => Some(format!("{n} {many}")),
        };
        let parts: Vec<String> = [
            count(FindingVerdict::Problem, "problem", "problems"),
            count(FindingVerdict::Note, "note", "notes"),
            count(FindingVerdict::Unknown, "unknown", "unknown"),
            count(FindingVerdict::Ok, "fine", "fine"),
        ]
        .into_iter()
        .flatten()
        .collect();
        let (style, words) = match report.outcome {
            Outcome::Well if lines(FindingVerdict::Note) + lines(FindingVerdict::Unknown) == 0 => ("1;32", "All well"),
            Outcome::Well => ("1;32", "No problem found"),
            Outcome::Problems => ("1;31", "Not all well"),
            Outcome::Failed => ("1;31", "The server can't be asked"),
        };
        self.line(&[(style, words), (PLAIN, &format!(": {}", parts.join(", "))), (DIM, &cost(report))]);
    }

    fn actions(&mut self, report: &DoctorReport) {
        let in_state = |state: ActionState| report.actions.iter().filter(move |action| action.state == state);
        if report.actions.is_empty() {
            return;
        }
        self.heading("What the console can do");
        let names: Vec<&str> = in_state(ActionState::Works).map(|action| action.action.as_str()).collect();
        if !names.is_empty() {
            self.row(FindingVerdict::Ok, "seen to work", &names.join(", "));
        }
        for (state, verdict, label) in [
            (ActionState::Untried, FindingVerdict::Unknown, "untried"),
            (ActionState::Refused, FindingVerdict::Note, "no"),
        ] {
            // Several actions often share the same reason.
            let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
            for action in in_state(state) {
                let why = action.why.as_deref().unwrap_or_default();
                match reasons.iter_mut().find(|(known, _)| *known == why) {
                    Some((_, actions)) => actions.push(&action.action),
                    None => reasons.push((why, vec![&action.action])),
                }
            }
            for (why, actions) in reasons {
                self.row(verdict, label, &format!("{}: {why}", actions.join(", ")));
            }
        }
    }

    /// Adds all findings with these verdicts, and the requests behind problems. A finding shared by several lists
    /// appears once.
    fn all(&mut self, report: &DoctorReport, verdicts: &[FindingVerdict]) {
        for (finding, lists) in rows(report, verdicts) {
            let lists = if lists.is_empty() { String::new() } else { format!("{}: ", lists.join(", ")) };
            let words = format!("{lists}{}", finding.words);
            self.row(finding.verdict, finding.what, &words);
            if finding.verdict == FindingVerdict::Problem {
                for RequestEvidence { request, status, millis } in &finding.evidence {
                    self.words(INDENT, &format!("{request} → {status} in {millis} ms"), DIM);
                }
            }
        }
    }

    fn row(&mut self, verdict: FindingVerdict, label: &str, words: &str) {
        let (style, sign) = match (verdict, self.look.unicode) {
            (FindingVerdict::Ok, true) => ("32", "✓"),
            (FindingVerdict::Ok, false) => ("32", "+"),
            (FindingVerdict::Note, true) => ("33", "·"),
            (FindingVerdict::Note, false) => ("33", "-"),
            (FindingVerdict::Unknown, _) => ("33", "?"),
            (FindingVerdict::Problem, true) => ("31", "✗"),
            (FindingVerdict::Problem, false) => ("31", "x"),
        };
        self.styled(PLAIN, "  ");
        self.styled(style, sign);
        self.styled(PLAIN, " ");
        let label = self.plain(label);
        self.styled(BOLD, &label);
        let at = 4 + label.width();
        if at >= INDENT {
            self.end();
            self.words(INDENT, words, PLAIN);
        } else {
            self.styled(PLAIN, &" ".repeat(INDENT - at));
            self.continued(INDENT, words, PLAIN);
        }
    }

    fn heading(&mut self, title: &str) {
        self.end();
        self.line(&[(BOLD, title)]);
    }

    /// Adds text from this column on, over as many lines as needed.
    fn words(&mut self, indent: usize, words: &str, style: &'static str) {
        self.styled(PLAIN, &" ".repeat(indent));
        self.continued(indent, words, style);
    }

    fn continued(&mut self, indent: usize, words: &str, style: &'static str) {
        let room = self.look.width.saturating_sub(indent).max(20);
        let words = self.plain(words);
        for (at, line) in wrapped(&words, room).iter().enumerate() {
            if at > 0 {
                self.styled(PLAIN, &" ".repeat(indent));
            }
            self.styled(style, line);
            self.end();
        }
    }

    fn line(&mut self, parts: &[(&'static str, &str)]) {
        for (style, text) in parts {
            let text = self.plain(text);
            self.styled(style, &text);
        }
        self.end();
    }

    fn styled(&mut self, style: &'static str, text: &str) {
        self.begun.push((style, text.to_owned()));
    }

    fn end(&mut self) {
        self.lines.push(std::mem::take(&mut self.begun));
    }

    /// The text in the characters that the terminal can show.
    fn plain(&self, text: &str) -> String {
        if self.look.unicode {
            return text.to_owned();
        }
        let sign = |c: char| match c {
            '“' | '”' => "\"".to_owned(),
            '…' => "...".to_owned(),
            '→' => "->".to_owned(),
            '’' => "'".to_owned(),
            c if c.is_ascii() => c.to_string(),
            _ => "?".to_owned(),
        };
        text.chars().map(sign).collect()
    }
}

/// Number of requests, and the longest time of an answer.
fn cost(report: &DoctorReport) -> String {
    let all = || report.findings.iter().flat_map(|finding| &finding.evidence);
    all().max_by_key(|evidence| evidence.millis).map_or_else(String::new, |slowest| {
        format!("  ({}, the slowest {} ms)", counted(all().count(), "answer"), slowest.millis)
    })
}

/// Lines of at most `room` columns, broken between words; a longer word has a line of its own.
fn wrapped(text: &str, room: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let fits = lines.last().is_none_or(|line| line.is_empty() || line.width() + 1 + word.width() <= room);
        match lines.last_mut() {
            Some(line) if fits => {
                if !line.is_empty() {
                    line.push(' ');
                }
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
