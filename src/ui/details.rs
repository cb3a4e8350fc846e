//! What is known of one record, as lines: beside the list, or in a box over it. Knows nothing of boxes over the list.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
    widgets::{Block, Paragraph},
};

use super::{
    Look,
    fit::{count, counted, cut, pad, width, wrap},
    list::ago,
};
use crate::app::{App, action::Action};
use crate::directory::{
    Id, Kind, Target,
    change::Field,
    query::account_word,
    record::{Account, Depth, Grant, LastActive, Member, Permission, Problem, Role, Team, User},
};

/// Cells of the labels.
const LABEL: usize = 19;

/// Members and holders listed in a box, where they can be scrolled through.
const MOST: usize = 500;

/// How far back in the journal a failure on the record is looked for.
const JOURNAL: usize = 500;

/// More users than this are not looked through for holders with each frame, only in a box that was asked for.
pub(super) const FEW_USERS: usize = 20_000;

/// More members than this are not sorted with each frame.
const FEW_MEMBERS: usize = 5_000;

/// The selected row's details beside the list.
pub(super) fn beside(frame: &mut Frame<'_>, area: Rect, app: &App, look: &Look) {
    let selected = app.pane().and_then(|pane| {
        let id = pane.selected(&app.directory)?.clone();
        Some(Target { kind: pane.kind, id })
    });
    let mut block = Block::bordered().border_set(look.border()).border_style(look.dim());
    let inner = block.inner(area);
    let mut lines = Vec::new();
    if let Some(target) = selected {
        let room = usize::from(area.width.saturating_sub(4));
        let name = cut(&name(&target, app), room, look.glyphs.more);
        block = block.title(Line::styled(format!(" {name} "), look.strong()));
        let height = usize::from(inner.height);
        let page = Page { width: usize::from(inner.width.saturating_sub(2)), most: height, whole: false, app, look };
        lines = page.of(&target);
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

/// What is known of a record, in lines of at most `width` cells.
pub(super) fn lines(target: &Target, width: usize, app: &App, look: &Look) -> Vec<Line<'static>> {
    Page { width, most: MOST, whole: true, app, look }.of(target)
}

/// What the record is called in titles.
pub(super) fn name(target: &Target, app: &App) -> String {
    let known = match target.kind {
        Kind::User => app.directory.user(&target.id).map(|user| user.user_name.clone()),
        Kind::Team => app.directory.team(&target.id).map(|team| team.name.clone()),
        Kind::Role => app.directory.role(&target.id).map(|role| role.name.clone()),
    };
    let known = known.filter(|name| !name.is_empty());
    known.map_or_else(|| crate::scim::text::clean(&target.id).into_owned(), |name| name.to_string())
}

/// Where the lines go and what they come from.
struct Page<'a> {
    width: usize,
    /// Members and holders at most.
    most: usize,
    /// Asked for, so that it may cost more than a frame beside the list.
    whole: bool,
    app: &'a App,
    look: &'a Look,
}

impl Page<'_> {
    fn of(&self, target: &Target) -> Vec<Line<'static>> {
        let directory = &self.app.directory;
        let mut lines = match target.kind {
            Kind::User => directory.user(&target.id).map(|user| self.user(user, target)),
            Kind::Team => directory.team(&target.id).map(|team| self.team(team, target)),
            Kind::Role => directory.role(&target.id).map(|role| self.role(role, target)),
        }
        .unwrap_or_else(|| vec![Line::styled("This record is not there any more.", self.look.careful())]);
        lines.iter_mut().for_each(|line| self.clip(line));
        lines
    }

    fn user(&self, user: &User, target: &Target) -> Vec<Line<'static>> {
        let mut lines = vec![self.headline(user, target)];
        if !user.display_name.is_empty() {
            lines.extend(self.wrapped(user.user_name.as_str(), Style::new()));
        }
        if !user.email.is_empty() {
            let style = self.value_style(target, &Field::Email);
            let mark = self.mark(target, &Field::Email);
            lines.extend(self.wrapped(&format!("{}{mark}", user.email), style));
        }
        lines.extend(self.problem(user.problem.as_deref()));
        lines.extend(self.last_failure(target));
        lines.push(Line::default());
        lines.extend(self.facts(user, target));
        lines.push(Line::default());
        lines.extend(self.teams(user, target));
        if !user.registry_roles.is_empty() {
            lines.push(self.heading("Registries", user.registry_roles.len(), ""));
            lines.extend(user.registry_roles.iter().map(|grant| self.grant(grant, None)));
        }
        lines.push(Line::default());
        lines.extend(self.dates(user.created, user.modified, &user.id));
        lines
    }

    /// The name, with the status at the right end.
    fn headline(&self, user: &User, target: &Target) -> Line<'static> {
        let mark = self.mark(target, &Field::Status);
        let (word, style) = match user.active {
            Some(true) => ("active", self.look.good()),
            Some(false) => ("inactive", self.look.careful()),
            None => ("", Style::new()),
        };
        let style = if mark.is_empty() { style } else { self.look.pending() };
        let status = format!("{word}{mark}");
        let shown = format!("{}{}", user.label(), self.mark(target, &Field::Display));
        let room = self.width.saturating_sub(width(&status) + 1);
        let whole = self.mark(target, &Field::Whole);
        let head = pad(&format!("{shown}{whole}"), room, self.look.glyphs.more);
        Line::from(vec![Span::styled(head, self.look.strong()), Span::raw(" "), Span::styled(status, style)])
    }

    fn facts(&self, user: &User, target: &Target) -> Vec<Line<'static>> {
        let unknown = self.unknown(user);
        let or_unknown =
            |name: Option<&crate::directory::Name>| name.map_or_else(|| unknown.into(), ToString::to_string);
        let role = format!("{}{}", or_unknown(user.org_role.as_ref()), self.mark(target, &Field::OrgRole));
        let mut lines = self.fact("Organisation role", &role, self.value_style(target, &Field::OrgRole));
        if user.models_seat.is_some() || user.weave_role.is_some() {
            let dot = self.look.glyphs.dot;
            let seats = format!(
                "Models {} {dot} Weave {}",
                or_unknown(user.models_seat.as_ref()),
                or_unknown(user.weave_role.as_ref())
            );
            lines.extend(self.fact("Seats", &seats, Style::new()));
        }
        let days = user.days_active.map(|days| format!(", {} in all", counted(days as usize, "day")));
        let last = match user.last_active {
            LastActive::Unknown => "not known".into(),
            LastActive::Never => "never".into(),
            LastActive::At(at) => format!("{} ({})", self.look.day(at), ago(user.last_active, self.app.now)),
        };
        lines.extend(self.fact("Last active", &format!("{last}{}", days.unwrap_or_default()), Style::new()));
        if user.account != Account::Person {
            lines.extend(self.fact("Account", &format!("{} account", account_word(user.account)), Style::new()));
        }
        lines
    }

    /// What a list left out is not known; what a single read left out is not there.
    fn unknown(&self, user: &User) -> &'static str {
        if user.depth == Depth::Full { "none" } else { "not known yet" }
    }

    /// The roles as the user has them, then the teams that list the user without a known role.
    fn teams(&self, user: &User, target: &Target) -> Vec<Line<'static>> {
        let directory = &self.app.directory;
        let grants = user.team_roles.as_deref().unwrap_or_default();
        let more: Vec<Grant> = directory
            .teams_of(&user.id)
            .iter()
            .filter_map(|id| directory.team(id))
            .filter(|team| grants.iter().all(|grant| grant.scope != team.name))
            .map(|team| Grant { scope: team.name.clone(), role: "role not known".into() })
            .collect();
        let pending = directory
            .changes_on(target)
            .any(|change| change.touches().iter().any(|(of, field)| of == target && matches!(field, Field::Team(_))));
        let mark = if pending { self.pending() } else { String::new() };
        let mut lines = vec![self.heading("Teams", grants.len() + more.len(), &mark)];
        for grant in grants.iter().chain(&more) {
            let team = directory.team_named(&grant.scope).map(|team| Field::Team(team.id.clone()));
            lines.push(self.grant(grant, team.map(|field| (target, field))));
        }
        if lines.len() == 1 && user.team_roles.is_none() && user.depth == Depth::Summary {
            lines.push(Line::styled("  not known yet", self.look.dim()));
        }
        lines
    }

    fn grant(&self, grant: &Grant, at: Option<(&Target, Field)>) -> Line<'static> {
        let more = self.look.glyphs.more;
        let pending = at.is_some_and(|(target, field)| self.app.directory.is_pending(target, &field));
        let style = if pending { self.look.pending() } else { Style::new() };
        let mark = if pending { self.pending() } else { String::new() };
        let custom = self.app.directory.records().roles().values().any(|role| role.name == grant.role);
        let note = if custom { "  custom" } else { "" };
        let room = self.width.saturating_sub(LABEL + 1 + width(note) + width(&mark));
        Line::from(vec![
            Span::raw(format!("  {} ", pad(grant.scope.as_str(), LABEL - 2, more))),
            Span::styled(format!("{}{mark}", cut(grant.role.as_str(), room, more)), style),
            Span::styled(note, self.look.dim()),
        ])
    }

    fn team(&self, team: &Team, target: &Target) -> Vec<Line<'static>> {
        let name = format!("{}{}", team.name, self.mark(target, &Field::Whole));
        let mut lines = self.wrapped(&name, self.look.strong());
        lines.extend(self.problem(team.problem.as_deref()));
        lines.extend(self.last_failure(target));
        lines.push(Line::default());
        match team.members.as_deref() {
            Some(members) => lines.extend(self.members(team, members, target)),
            None => {
                let key = self.app.keymap.label(Action::Refresh).unwrap_or_default();
                let words = format!("The server did not say who is in this team; {key} reads it again.");
                lines.extend(self.wrapped(&words, self.look.dim()));
            }
        }
        lines.push(Line::default());
        lines.extend(self.dates(team.created, team.modified, &team.id));
        lines
    }

    /// Admins first, as long as there are few enough to look through with each frame.
    fn members(&self, team: &Team, members: &[Member], target: &Target) -> Vec<Line<'static>> {
        let directory = &self.app.directory;
        let role = |member: &Member| directory.user(&member.id).and_then(|user| user.role_in(&team.name));
        let mut ordered: Vec<&Member> = members.iter().collect();
        let mut lines = vec![self.heading("Members", members.len(), &self.mark(target, &Field::Members))];
        if ordered.len() <= FEW_MEMBERS {
            let (admins, others): (Vec<_>, Vec<_>) =
                ordered.into_iter().partition(|member| role(member).is_some_and(|role| role.is("admin")));
            lines.push(self.heading("Admins", admins.len(), ""));
            ordered = admins.into_iter().chain(others).collect();
        }
        let most = self.room(lines.len() + 8, ordered.len());
        for member in ordered.iter().take(most) {
            let user = directory.user(&member.id);
            let scope = user.map_or_else(
                || if member.display.is_empty() { member.id.as_ref().into() } else { member.display.clone() },
                |user| user.user_name.clone(),
            );
            let role = role(member)
                .cloned()
                .unwrap_or_else(|| if user.is_none() { "no known user".into() } else { "role not known".into() });
            let user = Target::user(&member.id);
            lines.push(self.grant(&Grant { scope, role }, Some((&user, Field::Team(team.id.clone())))));
        }
        lines.extend(self.and_more(ordered.len(), most));
        lines
    }

    fn role(&self, role: &Role, target: &Target) -> Vec<Line<'static>> {
        let mark = [Field::Whole, Field::Definition].map(|field| self.mark(target, &field)).concat();
        let mut lines = self.wrapped(&format!("{}{mark}", role.name), self.look.strong());
        if !role.description.is_empty() {
            lines.extend(self.wrapped(role.description.as_str(), Style::new()));
        }
        lines.extend(self.problem(role.problem.as_deref()));
        lines.extend(self.last_failure(target));
        lines.push(Line::default());
        lines.extend(self.fact("Inherits from", role.inherits.as_str(), Style::new()));
        let (inherited, added): (Vec<&Permission>, Vec<&Permission>) =
            role.permissions.iter().partition(|permission| permission.inherited);
        lines.extend(self.permissions("Adds", &added, self.look.glyphs.signs[0]));
        lines.extend(self.permissions("Inherited", &inherited, self.look.glyphs.dot));
        lines.push(Line::default());
        lines.extend(self.holders(role));
        lines.push(Line::default());
        lines.extend(self.dates(role.created, role.modified, &role.id));
        lines
    }

    fn permissions(&self, heading: &str, all: &[&Permission], sign: &str) -> Vec<Line<'static>> {
        let mut lines = vec![self.heading(heading, all.len(), "")];
        lines.extend(all.iter().map(|permission| {
            let style = if permission.inherited { self.look.dim() } else { Style::new() };
            Line::styled(format!("  {sign} {}", permission.name), style)
        }));
        lines
    }

    fn holders(&self, role: &Role) -> Vec<Line<'static>> {
        if !self.whole && self.app.directory.len(Kind::User) > FEW_USERS {
            let key = self.app.keymap.label(Action::Open).unwrap_or_default();
            return vec![Line::styled(format!("{key} shows who holds it"), self.look.dim())];
        }
        let holders = self.app.directory.holders(&role.name);
        let mut lines = vec![self.heading("Held by", holders.len(), "")];
        let most = self.room(lines.len() + 12, holders.len());
        for (user, teams) in holders.iter().take(most) {
            let teams: Vec<&str> = teams.iter().map(|team| team.as_str()).collect();
            let name = pad(user.user_name.as_str(), LABEL - 2, self.look.glyphs.more);
            lines.push(Line::raw(format!("  {name} in {}", teams.join(", "))));
        }
        lines.extend(self.and_more(holders.len(), most));
        lines
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

    fn problem(&self, problem: Option<&Problem>) -> Vec<Line<'static>> {
        let Some(problem) = problem else { return Vec::new() };
        let words =
            format!("! unreadable at {}: expected {}. It is shown in part and not edited.", problem.path, problem.why);
        self.wrapped(&crate::scim::text::clean(&words), self.look.bad())
    }

    /// The newest change on the record, if it is one that failed.
    fn last_failure(&self, target: &Target) -> Vec<Line<'static>> {
        let mut recent = self.app.entries.values().rev().take(JOURNAL);
        let newest = recent.find(|entry| entry.step.change.touches().iter().any(|(of, _)| of == target));
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
        let next = format!("{} Activity, then {} tries it again.", key(Action::GoActivity), key(Action::Retry));
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
        for (label, at) in [("Created", created), ("Changed", modified)] {
            if let Some(at) = at {
                lines.extend(self.fact(label, &self.look.day(at), self.look.dim()));
            }
        }
        let id = if id.starts_with("new:") { "given by the server".into() } else { crate::scim::text::clean(id) };
        lines.extend(self.fact("Id", &id, self.look.dim()));
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

    fn mark(&self, target: &Target, field: &Field) -> String {
        if self.app.directory.is_pending(target, field) { self.pending() } else { String::new() }
    }

    fn value_style(&self, target: &Target, field: &Field) -> Style {
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
