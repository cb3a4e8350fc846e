//! The contents of the cells of one row. Reads the directory, knows no widths.

use jiff::Timestamp;
use ratatui::style::Style;
use rustc_hash::FxHashMap;

use super::ScreenLook;
use crate::app::{App, FEW_MEMBERS, pane::AccountView};
use crate::directory::{
    Id, Name, RecordKind, ResourceRef,
    change::{Change, ChangedField},
    field::{FieldReader, FieldValue, GrantRef, RecordField, RecordRef, RoleField, TeamField, UserField},
    query::account_word,
    record::{AccountKind, LastActive, RecordProblem, Role, Team, User},
};
use crate::scim::{shorten::elide, text::clean};

/// Cells of an id behind a name that another record has, too.
const TWIN_ID: usize = 14;

/// A cell's text, and its style and tail where it has any of its own.
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

    fn styled(self, style: Style) -> Self {
        Self { style, ..self }
    }

    fn pending(mut self, pending: bool, look: &ScreenLook) -> Self {
        if pending {
            self.tail.push(' ');
            self.tail.push_str(look.glyphs.pending);
            self.style = look.pending();
        }
        self
    }
}

/// Values that all rows of a frame share.
pub(super) struct FrameSetting<'a> {
    /// The holders of each role on screen.
    pub holders: FxHashMap<&'a Name, usize>,
    /// Some users' team roles are not known.
    pub hidden: bool,
    /// The accounts that the list has.
    pub view: AccountView,
    pub app: &'a App,
    pub look: &'a ScreenLook,
}

/// Everything that the cells of one row need.
pub(super) struct RowContext<'a> {
    shown: RecordRef<'a>,
    target: ResourceRef,
    touched: bool,
    setting: &'a FrameSetting<'a>,
    app: &'a App,
    look: &'a ScreenLook,
}

impl<'a> RowContext<'a> {
    /// The row at this index of the directory.
    pub fn new(kind: RecordKind, row: u32, setting: &'a FrameSetting<'a>) -> Option<Self> {
        let app = setting.app;
        let shown = match kind {
            RecordKind::User => RecordRef::User(app.directory.user_at(row)?),
            RecordKind::Team => RecordRef::Team(app.directory.team_at(row)?),
            RecordKind::Role => RecordRef::Role(app.directory.role_at(row)?),
        };
        let target = ResourceRef { kind, id: app.directory.id_at(kind, row)?.clone() };
        let touched = app.directory.is_touched(&target);
        Some(Self { shown, target, touched, setting, app, look: setting.look })
    }

    /// The record's id.
    pub fn id(&self) -> &Id {
        &self.target.id
    }

    /// True if the record's newest change failed.
    pub fn failed(&self) -> bool {
        self.app.activity.entries.newest_on(&self.target).is_some_and(|entry| entry.state.is_failure())
    }

    /// The reason why the record could not be read.
    pub fn problem(&self) -> Option<&RecordProblem> {
        match self.shown {
            RecordRef::User(user) => user.problem.as_deref(),
            RecordRef::Team(team) => team.problem.as_deref(),
            RecordRef::Role(role) => role.problem.as_deref(),
        }
    }

    /// How the row looks where no cell has a look of its own.
    pub fn style(&self) -> Style {
        match self.shown {
            _ if self.is(&ChangedField::Whole) => self.look.pending(),
            RecordRef::User(user) if user.is_inactive() => self.look.dim(),
            _ => Style::new(),
        }
    }

    /// The cell in a field's column; empty for a field of another kind.
    pub fn cell(&self, field: RecordField) -> Cell {
        match (self.shown, field) {
            (RecordRef::User(user), RecordField::User(field)) => self.user(user, field),
            (RecordRef::Team(team), RecordField::Team(field)) => self.team(team, field),
            (RecordRef::Role(role), RecordField::Role(field)) => self.role(role, field),
            (RecordRef::User(_) | RecordRef::Team(_) | RecordRef::Role(_), _) => Cell::default(),
        }
    }

    fn is(&self, field: &ChangedField) -> bool {
        self.touched && self.app.directory.is_pending(&self.target, field)
    }

    fn name(&self, name: &Name) -> Cell {
        let text = if name.is_empty() { clean(self.id()).into_owned() } else { name.to_string() };
        Cell::new(text).pending(self.is(&ChangedField::Whole), self.look)
    }

    /// The name, with the id behind it where another record is shown by the same name.
    fn name_or_id(&self, name: &Name) -> Cell {
        let mut cell = self.name(name);
        if self.app.directory.has_twin(&self.target) {
            let id = clean(&self.target.id);
            cell.tail.insert_str(0, &format!(" ({})", elide(&id, TWIN_ID, self.look.glyphs.more)));
        }
        cell
    }

    fn user(&self, user: &'a User, field: UserField) -> Cell {
        let value = || self.reader().user(user, field);
        match field {
            // A user without an account has none of these.
            field if user.is_invited() && (field == UserField::LastActive || field.spec().text.is_some()) => {
                Cell::new(self.look.glyphs.none)
            }
            UserField::Teams if user.is_invited() => {
                Cell::new(user.team_roles.as_ref().map_or(0, Vec::len).to_string())
            }
            UserField::UserName => self.name_or_id(&user.user_name),
            UserField::DisplayName => {
                let mut cell = Cell::new(user.display_name.marked());
                if cell.text.is_empty() && !user.account.is_service() {
                    cell.text = self.look.glyphs.none.into();
                }
                if user.account.is_service() {
                    let gap = if cell.text.is_empty() { "" } else { " " };
                    cell.tail = format!("{gap}({})", account_word(user.account));
                }
                cell.pending(self.is(&ChangedField::Display), self.look)
            }
            UserField::Active => self.status(user),
            UserField::Account => {
                Cell::new(if user.account == AccountKind::OrgService { "organisation" } else { "team" })
            }
            UserField::Teams if self.setting.view == AccountView::Services => self.shown(&value()),
            UserField::Teams => {
                let count = self.shown(&self.reader().user(user, UserField::TeamCount));
                count.pending(self.touched && self.any_team_pending(), self.look)
            }
            UserField::LastActive => Cell::new(match user.last_active {
                LastActive::Unknown => self.look.glyphs.unknown.into(),
                last => ago(last, self.app.now),
            }),
            UserField::Email => self.shown(&value()).pending(self.is(&ChangedField::Email), self.look),
            other => {
                let pending = self.touched && other.changed().is_some_and(|field| self.is(&field));
                self.shown(&value()).pending(pending, self.look)
            }
        }
    }

    fn reader(&self) -> FieldReader<'a> {
        FieldReader { directory: &self.app.directory, holds: self.app.holds() }
    }

    /// The value, the sign for none, or the sign for a value that the server has not told.
    fn shown(&self, value: &FieldValue<'_>) -> Cell {
        let glyphs = &self.look.glyphs;
        Cell::new(match value {
            FieldValue::Absent => String::new(),
            FieldValue::NotTold => glyphs.unknown.into(),
            FieldValue::Text(text) if text.is_empty() => glyphs.none.into(),
            FieldValue::Text(text) => text.to_string(),
            FieldValue::Id(id) => crate::scim::text::clean(id).into_owned(),
            FieldValue::Active(active) => if *active { "active" } else { "inactive" }.into(),
            FieldValue::Account(account) => account_word(*account).into(),
            FieldValue::Count { known, complete } => self.at_least(*known, !complete),
            FieldValue::Names { names, complete } => self.at_least(names.len(), !complete),
            FieldValue::Grants { grants, complete } => self.places(grants, *complete),
            FieldValue::Time(at) => self.look.day(*at),
            FieldValue::Never => "never".into(),
            FieldValue::Problem(problem) => crate::scim::text::clean(&problem.why).into_owned(),
        })
    }

    /// The names, or where they are many, how many.
    fn places(&self, grants: &[GrantRef<'_>], complete: bool) -> String {
        const NAMED: usize = 3;
        if grants.len() > NAMED {
            return super::fit::counted(grants.len(), "team");
        }
        let more = (!complete).then_some(self.look.glyphs.unknown);
        grants.iter().map(|grant| grant.scope.as_str()).chain(more).collect::<Vec<_>>().join(", ")
    }

    fn status(&self, user: &User) -> Cell {
        if user.is_invited() {
            return Cell::new("invited").styled(self.look.careful());
        }
        if self.is(&ChangedField::Whole) {
            let word = if user.id.starts_with("new:") { "creating" } else { "deleting" };
            return Cell::new(word).pending(true, self.look);
        }
        let cell = match user.active {
            Some(true) => Cell::new("active"),
            Some(false) => Cell::new("inactive"),
            None => Cell::new(self.look.glyphs.unknown),
        };
        cell.pending(self.is(&ChangedField::Status), self.look)
    }

    fn any_team_pending(&self) -> bool {
        let mut touched = self.app.directory.changes_on(&self.target).flat_map(Change::touches);
        touched.any(|(target, field)| target == self.target && matches!(field, ChangedField::Team(_)))
    }

    fn team(&self, team: &'a Team, field: TeamField) -> Cell {
        let value = || self.reader().team(team, field);
        match field {
            TeamField::Name => self.name_or_id(&team.name),
            TeamField::Members => {
                let count = team.members.as_ref().map(|members| super::fit::count(members.len() as u64));
                let cell = Cell::new(count.unwrap_or_else(|| self.look.glyphs.unknown.into()));
                cell.pending(self.is(&ChangedField::Members), self.look)
            }
            TeamField::Gives => {
                let mapping = self.app.capabilities().and_then(|can| can.mapping.as_deref());
                Cell::new(mapping.and_then(|mapping| mapping.of(&team.name)).map_or("", |role| role.as_str()))
            }
            TeamField::Admins if team.size().is_none_or(|size| size > FEW_MEMBERS) => {
                Cell::new(self.look.glyphs.unknown)
            }
            TeamField::Admins
            | TeamField::Id
            | TeamField::MemberNames
            | TeamField::Others
            | TeamField::ExternalId
            | TeamField::Created
            | TeamField::Modified
            | TeamField::Problem => self.shown(&value()),
        }
    }

    /// A number; `2+` where there may be more.
    fn at_least(&self, number: usize, more: bool) -> String {
        match (number, more) {
            (_, false) => number.to_string(),
            (0, true) => self.look.glyphs.unknown.into(),
            _ => format!("{number}+"),
        }
    }

    fn role(&self, role: &'a Role, field: RoleField) -> Cell {
        let learnt = || self.app.directory.base_permissions(role.name.raw());
        match field {
            RoleField::Inherits if role.is_predefined() => Cell::new("predefined").styled(self.look.dim()),
            RoleField::Permissions if role.is_predefined() => Cell::new(self.look.glyphs.none),
            RoleField::Description if role.is_predefined() => Cell::new(match learnt() {
                Some(all) => format!("allows {}, as learnt from custom roles", all.len()),
                None => "allows: not told".to_owned(),
            })
            .styled(self.look.dim()),
            RoleField::Id | RoleField::Created | RoleField::Modified if role.is_predefined() => {
                Cell::new(self.look.glyphs.none)
            }
            RoleField::Name => self.name(&role.name).pending(self.is(&ChangedField::Definition), self.look),
            // Counted for all rows of a frame at once.
            RoleField::Holders => {
                let number = self.setting.holders.get(&role.name).copied().unwrap_or_default();
                Cell::new(self.at_least(number, self.setting.hidden))
            }
            RoleField::Inherits => Cell::new(role.inherits.as_str()),
            RoleField::Description => Cell::new(role.description.as_str()),
            RoleField::Id | RoleField::Permissions | RoleField::Created | RoleField::Modified | RoleField::Problem => {
                self.shown(&self.reader().role(role, field))
            }
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
