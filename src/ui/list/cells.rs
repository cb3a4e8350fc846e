//! What stands in the cells of one row. Reads the directory, knows no widths.

use jiff::Timestamp;
use ratatui::style::Style;
use rustc_hash::FxHashMap;

use super::{Look, columns::What};
use crate::app::App;
use crate::directory::{
    Id, Kind, MaybeTold, Name, Target,
    change::{Field, Seat},
    query::account_word,
    record::{Account, LastActive, Problem, Role, Team, User},
};

/// More members than this are not looked through for admins with each frame.
const FEW_MEMBERS: usize = 1_000;

/// One cell's text, and what is special about it.
#[derive(Debug, Default)]
pub(super) struct Cell {
    pub text: String,
    /// Stands behind the text even where the text is cut.
    pub tail: String,
    pub style: Style,
}

impl Cell {
    fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    fn pending(mut self, pending: bool, look: &Look) -> Self {
        if pending {
            self.tail.push(' ');
            self.tail.push_str(look.glyphs.pending);
            self.style = look.pending();
        }
        self
    }
}

/// The record of one row.
#[derive(Clone, Copy)]
enum Shown<'a> {
    User(&'a User),
    Team(&'a Team),
    Role(&'a Role),
}

/// What all rows of a frame share.
pub(super) struct Setting<'a> {
    /// The holders of each role on screen.
    pub holders: FxHashMap<&'a Name, usize>,
    /// Some users' team roles are not known.
    pub hidden: bool,
    pub app: &'a App,
    pub look: &'a Look,
}

/// Everything that the cells of one row need.
pub(super) struct Row<'a> {
    shown: Shown<'a>,
    target: Target,
    touched: bool,
    setting: &'a Setting<'a>,
    app: &'a App,
    look: &'a Look,
}

impl<'a> Row<'a> {
    /// The row at this index of the directory.
    pub fn new(kind: Kind, row: u32, setting: &'a Setting<'a>) -> Option<Self> {
        let app = setting.app;
        let shown = match kind {
            Kind::User => Shown::User(app.directory.user_at(row)?),
            Kind::Team => Shown::Team(app.directory.team_at(row)?),
            Kind::Role => Shown::Role(app.directory.role_at(row)?),
        };
        let target = Target { kind, id: app.directory.id_at(kind, row)?.clone() };
        let touched = app.directory.is_touched(&target);
        Some(Self { shown, target, touched, setting, app, look: setting.look })
    }

    /// Its id.
    pub fn id(&self) -> &Id {
        &self.target.id
    }

    /// Its newest change failed.
    pub fn failed(&self) -> bool {
        self.app.entries.newest_on(&self.target).is_some_and(|entry| entry.state.is_failure())
    }

    /// Why it could not be read.
    pub fn problem(&self) -> Option<&Problem> {
        match self.shown {
            Shown::User(user) => user.problem.as_deref(),
            Shown::Team(team) => team.problem.as_deref(),
            Shown::Role(role) => role.problem.as_deref(),
        }
    }

    /// How the row looks where no cell has a look of its own.
    pub fn style(&self) -> Style {
        match self.shown {
            _ if self.is(&Field::Whole) => self.look.pending(),
            Shown::User(user) if user.is_inactive() => self.look.dim(),
            _ => Style::new(),
        }
    }

    /// The cell in a column.
    pub fn cell(&self, what: What) -> Cell {
        match self.shown {
            Shown::User(user) => self.user(user, what),
            Shown::Team(team) => self.team(team, what),
            Shown::Role(role) => self.role(role, what),
        }
    }

    fn is(&self, field: &Field) -> bool {
        self.touched && self.app.directory.is_pending(&self.target, field)
    }

    fn name(&self, name: &Name) -> Cell {
        let text = if name.is_empty() { crate::scim::text::clean(self.id()).into_owned() } else { name.to_string() };
        Cell::new(text).pending(self.is(&Field::Whole), self.look)
    }

    fn user(&self, user: &User, what: What) -> Cell {
        match what {
            What::Name => self.name(&user.user_name),
            What::Display => {
                let mut cell = Cell::new(user.display_name.as_str());
                if user.account.is_service() {
                    let gap = if cell.text.is_empty() { "" } else { " " };
                    cell.tail = format!("{gap}({})", account_word(user.account));
                }
                cell.pending(self.is(&Field::Display), self.look)
            }
            What::OrgRole => self.told(&user.org_role).pending(self.is(&Field::OrgRole), self.look),
            What::Seat => self.told(&user.models_seat).pending(self.is(&Field::Seat(Seat::Models)), self.look),
            What::Account => Cell::new(if user.account == Account::OrgService { "organisation" } else { "team" }),
            What::TeamNames => self.team_names(user),
            What::Created => self.created(user.created),
            What::Teams if !self.app.directory.is_read(Kind::Team) => Cell::new(self.look.glyphs.unknown),
            What::Teams => {
                let pending = self.touched && self.any_team_pending();
                let more = !self.app.directory.tells_memberships();
                Cell::new(self.at_least(self.app.directory.team_count(&user.id), more)).pending(pending, self.look)
            }
            What::Last => Cell::new(match user.last_active {
                LastActive::Unknown => self.look.glyphs.unknown.into(),
                last => ago(last, self.app.now),
            }),
            _ => self.status(user),
        }
    }

    /// The value, the sign for none, or the sign for what the server has not told.
    fn told(&self, attribute: &MaybeTold) -> Cell {
        Cell::new(match attribute.value() {
            Some(name) => name.as_str(),
            None if attribute.is_told() => self.look.glyphs.none,
            None => self.look.glyphs.unknown,
        })
    }

    fn created(&self, at: Option<Timestamp>) -> Cell {
        Cell::new(at.map_or_else(|| self.look.glyphs.unknown.into(), |at| self.look.day(at)))
    }

    /// The names, or where they are many, how many.
    fn team_names(&self, user: &User) -> Cell {
        const NAMED: usize = 3;
        let directory = &self.app.directory;
        if !directory.is_read(Kind::Team) {
            return Cell::new(self.look.glyphs.unknown);
        }
        let teams = directory.teams_of(&user.id);
        if teams.len() > NAMED {
            return Cell::new(super::fit::counted(teams.len(), "team"));
        }
        let names: Vec<&str> =
            teams.iter().filter_map(|id| directory.team(id)).map(|team| team.name.as_str()).collect();
        Cell::new(names.join(", "))
    }

    fn status(&self, user: &User) -> Cell {
        if self.is(&Field::Whole) {
            let word = if user.id.starts_with("new:") { "creating" } else { "deleting" };
            return Cell::new(word).pending(true, self.look);
        }
        let cell = match user.active {
            Some(true) => Cell::new("active"),
            Some(false) => Cell::new("inactive"),
            None => Cell::new(self.look.glyphs.unknown),
        };
        cell.pending(self.is(&Field::Status), self.look)
    }

    fn any_team_pending(&self) -> bool {
        let mut touched =
            self.app.directory.changes_on(&self.target).flat_map(crate::directory::change::Change::touches);
        touched.any(|(target, field)| target == self.target && matches!(field, Field::Team(_)))
    }

    fn team(&self, team: &Team, what: What) -> Cell {
        match what {
            What::Name => self.name(&team.name),
            What::Members => {
                let count = team.members.as_ref().map(|members| super::fit::count(members.len() as u64));
                let cell = Cell::new(count.unwrap_or_else(|| self.look.glyphs.unknown.into()));
                cell.pending(self.is(&Field::Members), self.look)
            }
            What::Gives => {
                let mapping = self.app.capabilities().and_then(|can| can.mapping.as_deref());
                Cell::new(mapping.and_then(|mapping| mapping.of(&team.name)).map_or("", |role| role.as_str()))
            }
            What::Admins => Cell::new(self.admins(team)),
            _ => self.created(team.created),
        }
    }

    /// The number of active admins; `2+` where the role of some member is not told.
    fn admins(&self, team: &Team) -> String {
        if team.size().is_none_or(|size| size > FEW_MEMBERS) {
            return self.look.glyphs.unknown.into();
        }
        let admins = self.app.directory.admins_of(team);
        self.at_least(admins.known.len(), admins.silent > 0)
    }

    /// A number; `2+` where there may be more.
    fn at_least(&self, number: usize, more: bool) -> String {
        match (number, more) {
            (_, false) => number.to_string(),
            (0, true) => self.look.glyphs.unknown.into(),
            _ => format!("{number}+"),
        }
    }

    fn role(&self, role: &Role, what: What) -> Cell {
        match what {
            What::Name => self.name(&role.name).pending(self.is(&Field::Definition), self.look),
            What::Inherits => Cell::new(role.inherits.as_str()),
            What::Added => Cell::new(role.added().count().to_string()),
            What::Holders => {
                let number = self.setting.holders.get(&role.name).copied().unwrap_or_default();
                Cell::new(self.at_least(number, self.setting.hidden))
            }
            _ => Cell::new(role.description.as_str()),
        }
    }
}

/// How long ago, in the unit that says most: `5 h`, `31 d`, `4 y`.
pub(in crate::ui) fn ago(last: LastActive, now: Timestamp) -> String {
    let LastActive::At(at) = last else {
        return if last == LastActive::Never { "never".into() } else { "not known".into() };
    };
    let hours = (now.as_second() - at.as_second()) / 3_600;
    match hours {
        i64::MIN..1 => "< 1 h".into(),
        1..24 => format!("{hours} h"),
        24..24_000 => format!("{} d", hours / 24),
        _ => format!("{} y", hours / (24 * 365)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_have_the_unit_that_says_most() {
        let now = Timestamp::from_second(2_000_000_000).unwrap();
        let shown = [0, 3_599, 3_600, 86_399, 86_400, 31 * 86_400, 1_000 * 86_400, -500]
            .map(|age| ago(LastActive::At(Timestamp::from_second(2_000_000_000 - age).unwrap()), now));
        assert_eq!(shown, ["< 1 h", "< 1 h", "1 h", "23 h", "1 d", "31 d", "2 y", "< 1 h"]);
        assert_eq!(ago(LastActive::Never, now), "never");
    }
}
