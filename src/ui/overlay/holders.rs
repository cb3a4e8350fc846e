//! Who holds a role, and in which teams.

use ratatui::{Frame, style::Style, text::Line, widgets::Paragraph};

use super::{
    OverlayDrawing,
    rows::{self, TableCell},
    shell::{self, BoxFrame},
};
use crate::{
    app::{App, action::Action, roles::HoldersBox},
    directory::{Name, RecordKind, ResourceRef, permissions::RoleHolders, record::User},
    ui::{
        ScreenLook, details,
        fit::{count, counted, elide, width as width_of},
        layout::MEASURED_LINES,
    },
};

/// Its keys.
pub const HINTS: &[(Action, &str)] =
    &[(Action::Choose, "go to the user"), (Action::RowRole, "role"), (Action::Back, "back")];

/// `held by 12 in 3 teams`.
pub fn held(held: &RoleHolders) -> String {
    match held.people {
        people if held.teams == 0 && people > 0 => format!("held by {}", count(people)),
        0 if held.is_certain() => "held by nobody".into(),
        0 => "no holder known".into(),
        people => format!("held by {} in {}", count(people), counted(held.teams, "team")),
    }
}

/// Where groups give the role, in how many of them it is held says nothing.
fn summary(known: &RoleHolders, app: &App) -> String {
    let derived = app.directory.records().role_source().is_derived();
    held(&RoleHolders { teams: if derived { 0 } else { known.teams }, ..*known })
}

impl OverlayDrawing for HoldersBox {
    fn draw(&self, frame: &mut Frame<'_>, app: &App, look: &ScreenLook) {
        let all = app.holdings(&self.role);
        let record = app.directory.role(&self.role);
        let known = record.map(|record| app.directory.held(&record.name));
        let shell = BoxFrame {
            title: format!("Holders of {}", details::name(&ResourceRef::role(&self.role), app)),
            right: known.as_ref().map(|known| summary(known, app)).unwrap_or_default(),
            hints: HINTS.into(),
            ..BoxFrame::default()
        };
        let columns = shell::room(app).0;
        let mut below = Vec::new();
        if let Some(note) = known.as_ref().and_then(|known| unread(known, app)) {
            below.push(Line::default());
            below.extend(shell::wrapped(&note, columns.saturating_sub(1), 3, look.careful()));
        }
        if all.iter().any(|(user, _)| user.is_inactive()) {
            below.push(Line::default());
            below.extend(shell::wrapped(
                "Who is inactive holds it, and can't use it until reactivated.",
                columns.saturating_sub(1),
                3,
                look.dim(),
            ));
        }
        let inner = shell.open(frame, columns, all.len().max(1) + below.len(), app, look);
        let cells = RowCells::of(usize::from(inner.width), &all, app);
        let room = usize::from(inner.height).saturating_sub(below.len()).max(1);
        let mut lines: Vec<Line> = rows::window(all.len(), self.cursor, room)
            .filter_map(|at| Some((at, all.get(at)?)))
            .map(|(at, (user, team))| row(cells, at == self.cursor, user, &names(team), app, look))
            .collect();
        if lines.is_empty() {
            lines.push(rows::nothing("Nobody is known to hold this role.", look));
        }
        lines.extend(below);
        frame.render_widget(Paragraph::new(lines), inner);
    }
}

const NOT_READ: &str = "The users were not read yet: who holds it is not known.";

/// On what the answer rests, where not all is known.
fn unread(held: &RoleHolders, app: &App) -> Option<String> {
    if !app.directory.is_complete(RecordKind::User) {
        let some = app.directory.len(RecordKind::User) > 0;
        let words = if some { "Only some users were read: others may hold it too." } else { NOT_READ };
        return Some(words.into());
    }
    if held.is_certain() {
        return None;
    }
    let (known, users) = (count(held.known), count(held.users));
    if app.directory.records().role_source().is_derived() {
        return Some(format!("Roles are known for {known} of {users} users: others may hold it too."));
    }
    let key = app.keymap.label(Action::LoadRoles).unwrap_or_default();
    Some(format!(
        "Team roles are known for {known} of {users} users: others may hold it too; {key} on Users reads the rest."
    ))
}

fn names(teams: &[&Name]) -> String {
    teams.iter().map(|team| team.as_str()).collect::<Vec<_>>().join(", ")
}

/// The cells of a row.
#[derive(Clone, Copy)]
struct RowCells {
    all: usize,
    name: usize,
    shown: usize,
    teams: usize,
    state: usize,
}

impl RowCells {
    /// Teams get at most three eighths of the room, names get the rest.
    fn of(width: usize, holders: &[(&User, Vec<&Name>)], app: &App) -> Self {
        let measured = || holders.iter().take(MEASURED_LINES);
        let state = if measured().any(|(user, _)| user.is_inactive()) { INACTIVE.len() } else { 0 };
        let rest = width.saturating_sub(rows::PREFIX + state + 3);
        let teams = measured().map(|(_, teams)| width_of(&names(teams))).max().unwrap_or(0).min(rest * 3 / 8);
        let people = measured().map(|(user, _)| *user);
        let (name, shown) = details::two_names(rest.saturating_sub(teams), people, app);
        Self { all: width, name, shown, teams, state }
    }
}

const INACTIVE: &str = "inactive";

fn row(cells: RowCells, selected: bool, user: &User, teams: &str, app: &App, look: &ScreenLook) -> Line<'static> {
    let name = elide(&user.user_name.marked(), cells.name, look.glyphs.more);
    let shown = elide(&details::second_name(user, app), cells.shown, look.glyphs.more);
    let row: [TableCell; 4] = [
        (&name, cells.name, Style::new()),
        (&shown, cells.shown, look.dim()),
        (teams, cells.teams, Style::new()),
        (if user.is_inactive() { INACTIVE } else { "" }, cells.state, look.careful()),
    ];
    rows::row(cells.all, selected, &row, look)
}
