//! The story of a change: the change with everything that happened to it.

use std::borrow::Cow;

use ratatui::{
    style::Style,
    text::{Line, Span},
};

use super::{
    shell,
    text::{self, TextBox, TextOverlay},
};
use crate::{
    app::{App, action::Action, story::StoryBox},
    directory::{
        ResourceRef,
        plan::{ChangeState, ConfirmBy, JournalEntry, RequestExchange, Undo},
        words::{self, ConflictValues},
    },
    scim::text::clean_line,
    ui::{ScreenLook, activity, details, fit, fit::count},
};

/// Width of the labels with the space after them.
const LABEL: usize = 11;

impl TextOverlay for StoryBox {
    fn text(&self, app: &App, look: &ScreenLook) -> TextBox {
        let columns = text::columns(app);
        let Some(entry) = app.activity.entries.get(&self.id) else {
            let lines = vec![Line::styled("This change is not in the journal any more.", look.dim())];
            return TextBox { title: "Story".into(), lines, hints: vec![(Action::Back, "back")], ..TextBox::default() };
        };
        let mut page = Page { columns, look, lines: Vec::new() };
        page.outcome(entry, app);
        page.lines.push(Line::default());
        page.circumstances(entry, app);
        page.ways_back(entry, app);
        page.exchanges(entry);
        TextBox {
            title: format!("Story of {}", entry.step.words.subject),
            right: entry.state.label().into(),
            lines: page.lines,
            hints: hints(entry, app),
            scroll: self.scroll,
            ..TextBox::default()
        }
    }
}

/// The keys that act on a change in this state.
fn hints(entry: &JournalEntry, app: &App) -> Vec<(Action, &'static str)> {
    let own = match entry.state {
        _ if entry.took_effect() && app.activity.undone_by(entry.plan).is_none() => Some((Action::UndoThis, "undo")),
        _ if app.activity.awaits_choice(entry.id) => {
            let [on_top, keep] = match entry.used_since() {
                Some(_) => ["undo it all the same", "keep it"],
                None => ["send yours on top", "keep theirs"],
            };
            return vec![(Action::Retry, on_top), (Action::DropChange, keep), (Action::Back, "leave it")];
        }
        ChangeState::Refused | ChangeState::Conflict | ChangeState::Dropped | ChangeState::Unknown => {
            Some((Action::Retry, "retry"))
        }
        ChangeState::Planned => Some((Action::DropChange, "drop")),
        _ => None,
    };
    own.into_iter().chain([(Action::Back, "back")]).collect()
}

struct Page<'a> {
    columns: usize,
    look: &'a ScreenLook,
    lines: Vec<Line<'static>>,
}

impl Page<'_> {
    /// A label and its value; nothing for an empty value.
    fn field(&mut self, label: &str, value: &str, style: Style) {
        if value.is_empty() {
            return;
        }
        let room = self.columns.saturating_sub(LABEL);
        for (at, part) in fit::wrap(&clean_line(value, 2048), room).into_iter().enumerate() {
            let label = fit::pad(if at == 0 { label } else { "" }, LABEL, "");
            self.lines.push(Line::from(vec![Span::styled(label, self.look.dim()), Span::styled(part, style)]));
        }
    }

    /// Before, yours and theirs side by side.
    fn conflict(&mut self, values: &ConflictValues) {
        let look = self.look;
        let column = (self.columns / 3).max(1);
        let cell = |text: &str| fit::pad(text, column - 1, look.glyphs.more) + " ";
        let heads = ["Before", "Yours", "Theirs, now"].map(|head| Span::styled(cell(head), look.dim()));
        let sides = [(&values.before, look.plain()), (&values.yours, look.accent()), (&values.theirs, look.strong())];
        let wrapped = sides.map(|(value, style)| (fit::wrap(&clean_line(value, 2048), column - 1), style));
        let rows = wrapped.iter().map(|(lines, _)| lines.len()).max().unwrap_or(0);
        self.lines.push(Line::default());
        self.lines.push(Line::from(heads.to_vec()));
        for row in 0..rows {
            let cells = wrapped
                .iter()
                .map(|(lines, style)| Span::styled(cell(lines.get(row).map_or("", String::as_str)), *style));
            self.lines.push(Line::from(cells.collect::<Vec<_>>()));
        }
        if values.is_unchanged() {
            let words = "This value is as it was: something else of the record was changed.";
            self.lines.extend(shell::wrapped(words, self.columns, 0, look.dim()));
        }
        self.lines.push(Line::default());
    }

    fn outcome(&mut self, entry: &JournalEntry, app: &App) {
        let (look, plain) = (self.look, Style::new());
        let step = &entry.step.words;
        self.field("Change", &format!("{}: {}", step.subject, step.what), look.strong());
        if app.activity.awaits_choice(entry.id) {
            self.conflict(&ConflictValues::of(entry, &app.directory));
        } else {
            self.field("Before", &step.before, plain);
            self.field("After", &step.after, plain);
        }
        let (sign, style) = activity::sign_of(entry, false, look);
        let mut outcome = format!("{sign} {}", entry.state.label());
        if let Some(settled) = entry.settled {
            let millis = settled.as_millisecond() - entry.at.as_millisecond();
            outcome = format!("{outcome} after {}", fit::seconds(millis.max(0).unsigned_abs()));
        }
        self.field("Outcome", &outcome, style);
        self.field("", &entry.why, plain);
        for (at, effect) in entry.effects.iter().enumerate() {
            let style = if effect.harm { look.bad() } else { look.careful() };
            self.field(if at == 0 { "Also" } else { "" }, &effect.words, style);
        }
        if let Some(failure) = &entry.failure {
            if failure.text != entry.why {
                self.field("Failure", &failure.text, look.bad());
            }
            self.field("Next", &failure.next, look.careful());
        }
    }

    fn circumstances(&mut self, entry: &JournalEntry, app: &App) {
        let (look, plain) = (self.look, Style::new());
        let profile = app.session.profile.as_ref().map_or("?", |profile| &profile.name);
        self.field("Who", &format!("{} with profile {profile}", entry.actor), plain);
        self.field("When", &format!("{} {}", look.day(entry.at), look.clock(entry.at)), plain);
        let together = app.activity.entries.steps(entry.plan);
        let plan =
            if together > 1 { format!("{} ({} changes)", entry.title, count(together)) } else { entry.title.clone() };
        self.field("Plan", &plan, plain);
        self.field("Reason", entry.reason.as_deref().unwrap_or_default(), plain);
        let how = match &entry.step.confirm {
            ConfirmBy::Echo(_) => "by the answer, if it shows the change; else by reading again".to_owned(),
            ConfirmBy::Reread(targets) => {
                let names = targets.iter().map(|target| {
                    if is_provisional(target) { entry.step.words.subject.clone() } else { details::name(target, app) }
                });
                let names: Vec<String> = names.collect();
                format!("by reading {} again", names.join(", "))
            }
            ConfirmBy::Ask(inquiries) => {
                let names: Vec<String> = inquiries.iter().map(|inquiry| inquiry.request.to_string()).collect();
                format!("by asking {}", names.join(", "))
            }
        };
        self.field("Checked", &how, plain);
        for (at, consequence) in entry.step.consequences.iter().enumerate() {
            self.field("Known", consequence, if at < entry.step.grave { look.careful() } else { plain });
        }
    }

    fn ways_back(&mut self, entry: &JournalEntry, app: &App) {
        let (look, plain) = (self.look, Style::new());
        for (at, change) in entry.puts_back().enumerate() {
            let line = words::PlanLine { before: String::new(), ..words::line(change, &app.directory) };
            let label = if at == 0 { "Puts back" } else { "" };
            self.field(label, &format!("{}: {}", line.subject, line.text(look.glyphs.arrow)), plain);
        }
        match &entry.step.undo {
            _ if !entry.took_effect() && !entry.state.is_open() && entry.state != ChangeState::Conflict => {}
            Undo::Never(why) => self.field("Undo", &format!("never: {why}"), look.careful()),
            Undo::By(changes) => {
                for (at, change) in changes.iter().enumerate() {
                    let line = words::line(change, &app.directory);
                    // The present value is no part of this story.
                    let mut line = words::PlanLine { before: String::new(), ..line };
                    if change.touches().iter().any(|(target, _)| is_provisional(target)) {
                        line.subject.clone_from(&entry.step.words.subject);
                    }
                    let label = if at == 0 { "Undo" } else { "" };
                    self.field(label, &format!("{}: {}", line.subject, line.text(look.glyphs.arrow)), plain);
                }
            }
        }
        let at = |entry: &JournalEntry| format!("{} {}", look.day(entry.at), look.clock(entry.at));
        if let Some(undo) = app.activity.undone_by(entry.plan) {
            self.field("Undone", &format!("{} ({})", at(undo), undo.state.label()), plain);
        }
        if let Some(undone) = entry.undoes.and_then(|plan| app.activity.entries.get(&plan)) {
            self.field("Undoes", &format!("{} of {}", undone.title, at(undone)), plain);
        }
    }

    fn exchanges(&mut self, entry: &JournalEntry) {
        for exchange in &entry.exchanges {
            self.lines.push(Line::default());
            self.exchange(exchange);
        }
    }

    fn exchange(&mut self, exchange: &RequestExchange) {
        let look = self.look;
        let mut request = exchange.request.lines();
        let first = clean_line(request.next().unwrap_or_default(), 2048).into_owned();
        self.lines.extend(shell::wrapped(&first, self.columns, 0, look.strong()));
        let body = request.collect::<Vec<_>>().join("\n");
        self.lines.extend(super::json::lines(&readable(&body, self.columns), self.columns, look));
        let ok = exchange.status.is_some_and(|status| status < 400);
        let status = exchange.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
        let attempts = match exchange.attempts {
            0 | 1 => String::new(),
            several => format!(" {dot} {several} attempts", dot = look.glyphs.dot),
        };
        let facts = format!(
            "{} {status}{attempts} {dot} {} {dot} {} bytes",
            look.glyphs.arrow,
            fit::seconds(exchange.millis),
            count(exchange.bytes),
            dot = look.glyphs.dot,
        );
        self.lines.push(Line::styled(facts, if ok { look.good() } else { look.bad() }));
        let answer: Vec<_> = exchange.answer.lines().map(|line| clean_line(line, 2048)).collect();
        for line in answer.iter().flat_map(|line| shell::wrapped(line, self.columns, 2, look.dim())) {
            self.lines.push(line);
        }
    }
}

/// True for a record that this change creates: the directory knows it by this id only while it is on its way, the
/// change by its name.
fn is_provisional(target: &ResourceRef) -> bool {
    target.is_provisional()
}

/// JSON that was kept in one line, with a line for each value where it is too long for one.
fn readable(body: &str, columns: usize) -> Cow<'_, str> {
    if fit::width(body) <= columns {
        return Cow::Borrowed(body);
    }
    let value = serde_json::from_str::<serde_json::Value>(body).ok();
    value.and_then(|value| serde_json::to_string_pretty(&value).ok()).map_or(Cow::Borrowed(body), Cow::Owned)
}
