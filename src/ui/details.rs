//! The known values of one record, as lines: beside the list, or in a box over it. Knows nothing of boxes over the
//! list.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
    widgets::{Block, Paragraph},
};

use super::{
    ScreenLook,
    fit::{count, counted, cut, elide, pad, width, wrap},
    layout::{MEASURED_LINES, WIDE_BOX},
    list::ago,
};
use crate::app::{App, action::Action, walk::MOST_LINKS};
use crate::directory::{
    Id, Name, RecordKind, ResourceRef,
    change::ChangedField,
    field::UserField,
    plan::ChangeState,
    record::{RecordProblem, RoleGrant, User},
};

mod groups;
mod user;

pub(super) use user::told;

/// Cells of the labels.
const LABEL: usize = 19;

/// Follows the name of a role that the organisation has made.
const CUSTOM: &str = "  custom";

/// More users than this are not looked through for holders with each frame, only in a box that was asked for.
const FEW_USERS: usize = 20_000;

/// The selected row's details beside the list.
pub(super) fn beside(frame: &mut Frame<'_>, area: Rect, app: &App, look: &ScreenLook) {
    let selected = app.lists.pane().and_then(|pane| {
        let id = pane.selected(&app.directory)?.clone();
        Some(ResourceRef { kind: pane.kind, id })
    });
    let mut block = Block::bordered().border_set(look.border()).border_style(look.dim());
    let inner = block.inner(area);
    let mut lines = Vec::new();
    if let Some(target) = selected {
        let room = usize::from(area.width.saturating_sub(4));
        let name = cut(&name(&target, app), room, look.glyphs.more);
        block = block.title(Line::styled(format!(" {name} "), look.strong()));
        let height = usize::from(inner.height);
        let page =
            DetailsPage { width: usize::from(inner.width.saturating_sub(2)), most: height, whole: false, app, look };
        lines = page.of(&target).lines;
        if lines.len() > height {
            lines.truncate(height.saturating_sub(1));
            let key = app.keymap.label(Action::Open).unwrap_or_default();
            lines.push(Line::styled(format!("{} {key} shows all", look.glyphs.more), look.dim()));
        }
    }
    frame.render_widget(block, area);
    let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    frame.render_widget(Paragraph::new(lines), inner);
}

/// The known values of a record, in lines of at most `width` cells.
pub(super) fn text(target: &ResourceRef, width: usize, app: &App, look: &ScreenLook) -> PageText {
    DetailsPage { width, most: MOST_LINKS, whole: true, app, look }.of(target)
}

/// Lines, and which of them lead to another record.
#[derive(Debug, Default)]
pub(super) struct PageText {
    pub lines: Vec<Line<'static>>,
    /// Indexes into the lines, in the order of [`App::links`].
    pub links: Vec<usize>,
}

impl PageText {
    /// A line that leads to another record where `leads` says so.
    fn push(&mut self, line: Line<'static>, leads: bool) {
        if leads {
            self.links.push(self.lines.len());
        }
        self.lines.push(line);
    }

    fn extend(&mut self, lines: impl IntoIterator<Item = Line<'static>>) {
        self.lines.extend(lines);
    }

    fn add(&mut self, more: Self) {
        let before = self.lines.len();
        self.links.extend(more.links.into_iter().map(|at| before + at));
        self.lines.extend(more.lines);
    }
}

/// The record's name in titles.
pub(super) fn name(target: &ResourceRef, app: &App) -> String {
    let known = match target.kind {
        RecordKind::User => app.directory.user(&target.id).map(|user| user.user_name.clone()),
        RecordKind::Team => app.directory.team(&target.id).map(|team| team.name.clone()),
        RecordKind::Role => app.directory.role(&target.id).map(|role| role.name.clone()),
    };
    let known = known.filter(|name| !name.is_empty());
    known.map_or_else(|| crate::scim::text::clean(&target.id).into_owned(), |name| name.to_string())
}

/// The record's name as a person says it: the display name of a user, where there is one.
pub(super) fn label(target: &ResourceRef, app: &App) -> String {
    let shown =
        app.directory.user(&target.id).filter(|user| target.kind == RecordKind::User && !user.display_name.is_empty());
    shown.map_or_else(|| name(target, app), |user| user.display_name.to_string())
}

/// What a person is known by beside the user name: the display name or the email, and the id where another record has the
/// same names.
pub(super) fn second_name(user: &User, app: &App) -> String {
    let name = if user.display_name.is_empty() { &user.email } else { &user.display_name };
    let twin = app.directory.has_twin(&ResourceRef::user(&user.id));
    if twin { crate::scim::text::clean(&user.id).into_owned() } else { name.to_string() }
}

/// The cells of people's two names in `room`: as many as the longest ones take, with a gap. Where both do not fit, the
/// user names have half of it, or what the others leave.
pub(super) fn two_names<'n>(room: usize, people: impl Iterator<Item = &'n User>, app: &App) -> (usize, usize) {
    let (mut name, mut second) = (0, 0);
    for user in people.take(MEASURED_LINES) {
        name = name.max(width(&user.user_name.marked()) + 1);
        second = second.max(width(&second_name(user, app)) + 1);
    }
    let name = name.min(room.saturating_sub(second + 1).max(room / 2));
    (name, second.min(room.saturating_sub(name + 1)))
}

/// The lines of a page, and the values that they come from.
struct DetailsPage<'a> {
    width: usize,
    /// Members and holders at most.
    most: usize,
    /// True for a box that was asked for, so that drawing it may cost more than a frame beside the list.
    whole: bool,
    app: &'a App,
    look: &'a ScreenLook,
}

impl DetailsPage<'_> {
    fn of(&self, target: &ResourceRef) -> PageText {
        let directory = &self.app.directory;
        let text = match target.kind {
            RecordKind::User => directory.user(&target.id).map(|user| self.user(user, target)),
            RecordKind::Team => directory.team(&target.id).map(|team| self.team(team, target)),
            RecordKind::Role => directory.role(&target.id).map(|role| self.role(role, target)),
        };
        let gone = || Line::styled("This record is not there any more.", self.look.careful());
        let mut text = text.unwrap_or_else(|| PageText { lines: vec![gone()], links: Vec::new() });
        for line in &mut text.lines {
            self.clip(line);
        }
        text
    }

    /// Cells for the names of a list: as many as the longest name takes, of at most half of the page.
    fn names<'n>(&self, names: impl Iterator<Item = &'n Name>) -> usize {
        let longest = names.take(MEASURED_LINES).map(|name| width(&name.marked())).max();
        longest.unwrap_or(0).min(self.width / 2).max(LABEL - 2)
    }

    /// A place or a person in a column of so many cells, and the role.
    fn grant(&self, grant: &RoleGrant, names: usize, at: Option<(&ResourceRef, ChangedField)>) -> Line<'static> {
        let more = self.look.glyphs.more;
        let pending = at.is_some_and(|(target, field)| self.app.directory.is_pending(target, &field));
        let style = if pending { self.look.pending() } else { Style::new() };
        let mark = if pending { self.pending() } else { String::new() };
        if grant.role.is_empty() {
            let name = cut(&grant.scope.marked(), self.width.saturating_sub(2 + width(&mark)), more);
            return Line::styled(format!("  {name}{mark}"), style);
        }
        let name = Span::raw(format!("  {} ", pad(&elide(&grant.scope.marked(), names, more), names, "")));
        let room = self.width.saturating_sub(names + 3);
        std::iter::once(name).chain(self.role_in(&grant.role, room, &mark, style)).collect()
    }

    /// A role, the sign of a change on its way, and the word for the role's kind where it fits: the name comes first.
    fn role_in(&self, role: &Name, room: usize, mark: &str, style: Style) -> [Span<'static>; 2] {
        let custom = self.app.directory.records().roles().values().any(|known| known.name == *role);
        let room = room.saturating_sub(width(mark));
        let fits = width(role.as_str()) + width(CUSTOM) <= room;
        let (note, room) = if custom && fits { (CUSTOM, room - width(CUSTOM)) } else { ("", room) };
        let role = Span::styled(format!("{}{mark}", cut(role.as_str(), room, self.look.glyphs.more)), style);
        [role, Span::styled(note, self.look.dim())]
    }

    /// The two names of a person, in columns of so many cells.
    fn person(&self, user: &User, (name, second): (usize, usize)) -> Vec<Span<'static>> {
        let more = self.look.glyphs.more;
        let cells = |text: &str, cells| format!("{} ", pad(&elide(text, cells, more), cells, ""));
        let mut spans = vec![Span::raw(format!("  {}", cells(&user.user_name.marked(), name)))];
        if second > 0 {
            spans.push(Span::styled(cells(&second_name(user, self.app), second), self.look.dim()));
        }
        spans
    }

    /// Cells for the names of people beside `most` others at most; for the first names alone where the page is narrow.
    fn people<'n>(&self, most: usize, people: impl Iterator<Item = &'n User> + Clone) -> (usize, usize) {
        match people.clone().next() {
            None => return (0, 0),
            Some(_) if self.width >= WIDE_BOX => {}
            Some(_) if most == 0 => return (self.width.saturating_sub(3), 0),
            Some(_) => return (self.names(people.map(|user| &user.user_name)), 0),
        }
        let room = self.width.saturating_sub(most.min(self.width / 3) + 3);
        let (name, second) = two_names(room, people, self.app);
        (name.max(LABEL - 2), second)
    }

    /// How many of a list are shown when `taken` lines are needed for the rest: all, or so many that "and more" fits.
    fn room(&self, taken: usize, all: usize) -> usize {
        let most = if self.whole { self.most } else { self.most.saturating_sub(taken).max(3) };
        if all <= most { all } else { most.saturating_sub(1) }
    }

    fn and_more(&self, all: usize, shown: usize) -> Option<Line<'static>> {
        let left = all.saturating_sub(shown);
        let words = format!("  {} and {} more", self.look.glyphs.more, count(left as u64));
        (left > 0).then(|| Line::styled(words, self.look.dim()))
    }

    fn problem(&self, problem: Option<&RecordProblem>) -> Vec<Line<'static>> {
        let Some(problem) = problem else { return Vec::new() };
        let words = format!("! unreadable: {}: {}. It is shown in part and not edited.", problem.path, problem.why);
        self.wrapped(&crate::scim::text::clean(&words), self.look.bad())
    }

    /// The newest change on the record, if it is one that failed.
    fn last_failure(&self, target: &ResourceRef) -> Vec<Line<'static>> {
        let newest = self.app.activity.entries.newest_on(target);
        let Some(entry) = newest.filter(|entry| entry.state.is_failure()) else { return Vec::new() };
        let key = |action| self.app.keymap.label(action).unwrap_or_default();
        let words = &entry.step.words;
        let what = if words.subject == name(target, self.app) {
            words.text(self.look.glyphs.arrow)
        } else {
            format!("{} {}", words.subject, words.text(self.look.glyphs.arrow))
        };
        let state = entry.state.label();
        let why = if entry.why.is_empty() { String::new() } else { format!(": {}", entry.why) };
        let mut lines = vec![Line::default()];
        lines.extend(self.wrapped(&format!("{} {what} {state}{why}", self.look.glyphs.failed), self.look.bad()));
        let next = match entry.state {
            ChangeState::Conflict => self.app.way_to_choices(entry),
            _ => format!("{} Activity, then {} tries it again.", key(Action::GoActivity), key(Action::Retry)),
        };
        lines.extend(self.wrapped(&next, self.look.dim()));
        lines
    }

    fn dates(
        &self,
        created: Option<jiff::Timestamp>,
        modified: Option<jiff::Timestamp>,
        id: &Id,
    ) -> Vec<Line<'static>> {
        let mut lines = Vec::new();
        // Both dates have the same labels in each kind.
        let label = |field: UserField| field.spec().label;
        for (field, at) in [(UserField::Created, created), (UserField::Modified, modified)] {
            if let Some(at) = at {
                lines.extend(self.fact(label(field), &self.look.day(at), self.look.dim()));
            }
        }
        let id = if id.starts_with("new:") { "given by the server".into() } else { crate::scim::text::clean(id) };
        lines.extend(self.fact(label(UserField::Id), &id, self.look.dim()));
        lines
    }

    /// A label and its value, which goes on below itself where it is long.
    fn fact(&self, label: &str, value: &str, style: Style) -> Vec<Line<'static>> {
        let parts = wrap(value, self.width.saturating_sub(LABEL + 1).max(8));
        let labels = std::iter::once(label).chain(std::iter::repeat(""));
        let line = |(label, part): (&str, String)| {
            let label = Span::styled(pad(label, LABEL + 1, self.look.glyphs.more), self.look.dim());
            Line::from(vec![label, Span::styled(part, style)])
        };
        labels.zip(parts).map(line).collect()
    }

    fn heading(&self, word: &str, number: usize, mark: &str) -> Line<'static> {
        Line::from(vec![
            Span::styled(format!("{word} "), self.look.strong()),
            Span::raw(count(number as u64)),
            Span::styled(mark.to_owned(), self.look.pending()),
        ])
    }

    fn wrapped(&self, text: &str, style: Style) -> Vec<Line<'static>> {
        wrap(text, self.width).into_iter().map(|line| Line::styled(line, style)).collect()
    }

    fn pending(&self) -> String {
        format!(" {}", self.look.glyphs.pending)
    }

    fn mark(&self, target: &ResourceRef, field: &ChangedField) -> String {
        if self.app.directory.is_pending(target, field) { self.pending() } else { String::new() }
    }

    fn value_style(&self, target: &ResourceRef, field: &ChangedField) -> Style {
        if self.app.directory.is_pending(target, field) { self.look.pending() } else { Style::new() }
    }

    fn clip(&self, line: &mut Line<'static>) {
        let mut room = self.width;
        for span in &mut line.spans {
            if width(&span.content) > room {
                span.content = cut(&span.content, room, self.look.glyphs.more).into();
            }
            room = room.saturating_sub(width(&span.content));
        }
    }
}
