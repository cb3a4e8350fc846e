//! Check lists: the members of a team, the teams of a user. Each row shows the present state and the wish.

use ratatui::{
    Frame,
    style::{Modifier, Style},
    text::Line,
    widgets::Paragraph,
};

use super::{
    OverlayDrawing,
    picker::no_match,
    rows::{self, TableCell},
    shell::{self, BoxFrame},
};
use crate::{
    app::{
        App,
        action::Action,
        check::{CheckList, CheckSubject, MembershipState},
    },
    directory::{Id, Name, RecordKind, record::Team},
    ui::{
        ScreenLook, details,
        fit::{count, counted, elide, only_similar},
    },
};

impl OverlayDrawing for CheckList {
    fn draw(&self, frame: &mut Frame<'_>, app: &App, look: &ScreenLook) {
        let all = app.directory.len(self.kind());
        let shell = BoxFrame {
            title: title(self, app),
            typed: Some(&self.input),
            counts: counts(self, app, look),
            note: if self.rows.is_similar() {
                only_similar(self.rows.shown.len())
            } else if self.rows.shown.len() < all {
                format!("{} of {}", count(self.rows.shown.len()), count(all))
            } else {
                String::new()
            },
            hints: vec![
                (Action::Toggle, if self.input.value().is_empty() { "toggle" } else { "put in" }),
                (Action::Look, "plan"),
                (Action::TakeOut, "take out"),
                (Action::ToggleAll, "all shown"),
                (Action::Back, "back"),
            ],
            ..BoxFrame::default()
        };
        let inner = shell.open(frame, shell::room(app).0, all.max(3), app, look);
        let width = usize::from(inner.width);
        let mut lines: Vec<Line> = rows::window(self.rows.shown.len(), self.rows.cursor, usize::from(inner.height))
            .filter_map(|at| Some((at, app.directory.id_at(self.kind(), *self.rows.shown.get(at)?)?)))
            .map(|(at, id)| row(width, at == self.rows.cursor, self, id, app, look))
            .collect();
        if lines.is_empty() {
            let typed = self.input.value();
            let words = if typed.is_empty() {
                format!("There are no {}.", app.word(self.kind().plural()))
            } else {
                no_match(typed)
            };
            lines.push(rows::nothing(&words, look));
        }
        frame.render_widget(Paragraph::new(lines), inner);
    }
}

fn title(list: &CheckList, app: &App) -> String {
    match &list.of {
        CheckSubject::MembersOf(teams) => match teams.as_slice() {
            [one] => format!("Members of {}", app.directory.team(one).map_or("?".into(), |team| team.name.marked())),
            many => format!("Members of {}", counted(many.len(), &app.word("team"))),
        },
        CheckSubject::TeamsOf(users) => match users.as_slice() {
            [one] => format!(
                "{} of {}",
                app.word("Teams"),
                app.directory.user(one).map_or("?".into(), |user| user.user_name.marked())
            ),
            many => format!("{} of {}", app.word("Teams"), counted(many.len(), "user")),
        },
    }
}

/// `41 now, +2 −1`.
fn counts(list: &CheckList, app: &App, look: &ScreenLook) -> String {
    let (come, go) = list.counts();
    let now = match &list.of {
        CheckSubject::MembersOf(teams) => match teams.as_slice() {
            [one] => {
                let size = app.directory.team(one).and_then(Team::size);
                Some(size.map_or_else(|| "members not told".into(), |size| format!("{} now", count(size))))
            }
            _ => None,
        },
        CheckSubject::TeamsOf(users) => match users.as_slice() {
            [one] => Some(format!("{} now", count(app.directory.team_count(one)))),
            _ => None,
        },
    };
    let [plus, minus, _] = look.glyphs.signs;
    let signed = |number: usize, sign: &str| (number > 0).then(|| format!("{sign}{}", count(number)));
    let change: Vec<String> = [signed(come, plus), signed(go, minus)].into_iter().flatten().collect();
    let parts: Vec<String> = now.into_iter().chain((!change.is_empty()).then(|| change.join(" "))).collect();
    parts.join(", ")
}

/// The sign of a row, by its present state and the wish.
pub fn mark(wish: Option<bool>, now: MembershipState, look: &ScreenLook) -> (&'static str, Style) {
    match (wish, now) {
        (Some(true), _) => ("[+]", look.good().add_modifier(Modifier::BOLD)),
        (Some(false), _) => ("[-]", look.bad()),
        (None, MembershipState::On) => ("[x]", Style::new()),
        (None, MembershipState::Some) if look.glyphs.ascii => ("[%]", Style::new()),
        (None, MembershipState::Some) => ("[◐]", Style::new()),
        (None, MembershipState::Off) => ("[ ]", look.dim()),
        (None, MembershipState::NotTold) => ("[?]", look.dim()),
    }
}

fn row(width: usize, selected: bool, list: &CheckList, id: &Id, app: &App, look: &ScreenLook) -> Line<'static> {
    let plain = Style::new();
    let now = list.now(&app.directory, id);
    let wish = list.wishes.get(id).copied();
    let (mark, style) = mark(wish, now, look);
    let fate = fate(list, id, now, wish, app);
    let fate_style = if wish.is_some() { style } else { look.dim() };
    let (name, more) = names(list.kind(), id, app);
    let rest = width.saturating_sub(rows::PREFIX + 4 + 1);
    let fate_width = (rest / 3).clamp(14, 24);
    let left = rest.saturating_sub(fate_width + 1);
    // The user name matters more than the shown one; without a shown one it has all the room.
    let name_width = if more.is_some() && left >= 30 { left / 2 } else { left };
    let name = elide(&name, name_width, look.glyphs.more);
    let more = elide(&more.unwrap_or_default(), left.saturating_sub(name_width + 1), look.glyphs.more);
    let mut cells: Vec<TableCell> = vec![(mark, 3, style), (&name, name_width, plain)];
    if name_width < left {
        cells.push((&more, left - name_width - 1, look.dim()));
    }
    cells.push((&fate, fate_width, fate_style));
    rows::row(width, selected, &cells, look)
}

/// A row's name, and another name that a person knows the row by.
pub fn names(kind: RecordKind, id: &Id, app: &App) -> (String, Option<String>) {
    if kind == RecordKind::User {
        let Some(user) = app.directory.user(id) else { return (crate::scim::text::clean(id).into_owned(), None) };
        return (user.user_name.to_string(), Some(details::second_name(user, app)));
    }
    let team = app.directory.team(id);
    let members = team.and_then(|team| team.members.as_ref().map(|members| counted(members.len(), "member")));
    (team.map_or_else(String::new, |team| team.name.to_string()), members)
}

/// A row's state in the team, or its state after the change.
fn fate(list: &CheckList, id: &Id, now: MembershipState, wish: Option<bool>, app: &App) -> String {
    let (team, user) = match &list.of {
        CheckSubject::MembersOf(teams) => match teams.as_slice() {
            [one] => (one, id),
            _ => return fate_in_many(list, id, wish, app),
        },
        CheckSubject::TeamsOf(users) => match users.as_slice() {
            [one] => (id, one),
            _ => return fate_of_many(list, id, wish, app),
        },
    };
    match (wish, now) {
        (Some(true), _) => {
            let role = app.capabilities().and_then(|can| can.joins_as.as_ref());
            role.map_or_else(|| "will join".into(), |role| format!("will join as {role}"))
        }
        (Some(false), _) => "will leave".into(),
        (None, MembershipState::Off) => String::new(),
        (None, MembershipState::NotTold) => "not told".into(),
        (None, _) => role_in(team, user, app).map_or_else(|| member_of(app), Name::to_string),
    }
}

/// The change for several users in a team.
fn fate_of_many(list: &CheckList, team: &Id, wish: Option<bool>, app: &App) -> String {
    let (inside, users) = list.inside(&app.directory, team);
    match wish {
        Some(true) => format!("{} will join", count(users - inside)),
        Some(false) => format!("{} will leave", count(inside)),
        None if inside == 0 => String::new(),
        None => format!("{} of {}", count(inside), count(users)),
    }
}

/// The change for a user in several teams.
fn fate_in_many(list: &CheckList, user: &Id, wish: Option<bool>, app: &App) -> String {
    let (inside, teams) = list.inside(&app.directory, user);
    match wish {
        Some(true) => format!("will join {}", count(teams - inside)),
        Some(false) => format!("will leave {}", count(inside)),
        None if inside == 0 => String::new(),
        None => format!("in {} of {}", count(inside), count(teams)),
    }
}

/// A member whose role is not told, or who has none where teams have no roles.
fn member_of(app: &App) -> String {
    if app.holds().team_roles { "role not known".into() } else { "member".into() }
}

fn role_in<'a>(team: &Id, user: &Id, app: &'a App) -> Option<&'a Name> {
    let name = &app.directory.team(team)?.name;
    app.directory.user(user)?.role_in(name)
}
