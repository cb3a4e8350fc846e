//! People and service accounts apart: which accounts the list of users shows.

use super::Pane;
use crate::directory::{
    Directory, Id, Kind,
    field::{RecordField, RoleField, TeamField, UserField},
    listing::Accounts,
};

/// Which accounts the list of users shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum View {
    /// Those that are not said to be service accounts.
    #[default]
    People,
    /// Service accounts.
    Services,
    /// All.
    All,
}

const USERS: &[RecordField] = &[
    RecordField::User(UserField::DisplayName),
    RecordField::User(UserField::UserName),
    RecordField::User(UserField::OrgRole),
    RecordField::User(UserField::ModelsSeat),
    RecordField::User(UserField::RegistryAccess),
    RecordField::User(UserField::Teams),
    RecordField::User(UserField::LastActive),
    RecordField::User(UserField::Active),
];

const SERVICES: &[RecordField] = &[
    RecordField::User(UserField::UserName),
    RecordField::User(UserField::Account),
    RecordField::User(UserField::Teams),
    RecordField::User(UserField::Created),
    RecordField::User(UserField::LastActive),
    RecordField::User(UserField::Active),
];

const TEAMS: &[RecordField] = &[
    RecordField::Team(TeamField::Name),
    RecordField::Team(TeamField::Members),
    RecordField::Team(TeamField::Gives),
    RecordField::Team(TeamField::Admins),
    RecordField::Team(TeamField::Created),
];

const ROLES: &[RecordField] = &[
    RecordField::Role(RoleField::Name),
    RecordField::Role(RoleField::Inherits),
    RecordField::Role(RoleField::Permissions),
    RecordField::Role(RoleField::Holders),
    RecordField::Role(RoleField::Description),
];

impl View {
    /// The next one in the round.
    fn next(self) -> Self {
        match self {
            View::People => View::Services,
            View::Services => View::All,
            View::All => View::People,
        }
    }

    /// The columns of a kind's list in this view.
    pub fn columns(self, kind: Kind) -> &'static [RecordField] {
        match (kind, self) {
            (Kind::User, View::People | View::All) => USERS,
            (Kind::User, View::Services) => SERVICES,
            (Kind::Team, _) => TEAMS,
            (Kind::Role, _) => ROLES,
        }
    }

    pub(super) fn shows(self, is_service: bool) -> bool {
        match self {
            View::People => !is_service,
            View::Services => is_service,
            View::All => true,
        }
    }
}

impl Pane {
    /// The columns of the view, or those that were chosen in their place, as far as the provider's records hold them.
    pub fn columns(&self) -> impl Iterator<Item = RecordField> {
        // A column of names that nobody has would only take room.
        let held = |field: &RecordField| {
            let named = self.has_names || self.chosen.is_some() || *field != UserField::DisplayName.into();
            let is_told = self.has_registry_access || *field != UserField::RegistryAccess.into();
            named && is_told && (field.spec().held)(self.holds)
        };
        let shown = self.chosen.as_deref().unwrap_or_else(|| self.view.columns(self.kind));
        shown.iter().copied().filter(held)
    }

    /// Every field that can be a column here.
    pub fn column_choices(&self) -> impl Iterator<Item = RecordField> + use<> {
        let holds = self.holds;
        let is_column = move |field: &RecordField| !field.spec().headings.is_empty() && (field.spec().held)(holds);
        RecordField::of(self.kind).filter(is_column)
    }

    /// True if the columns are others than the view's.
    pub fn has_chosen_columns(&self) -> bool {
        self.chosen.is_some()
    }

    /// Shows these columns, in this order; without them, the view's.
    pub fn choose_columns(&mut self, columns: Option<Vec<RecordField>>) {
        self.chosen = columns.filter(|columns| !columns.is_empty());
    }

    /// The columns that were chosen in the place of the view's.
    pub fn chosen_columns(&self) -> Option<&[RecordField]> {
        self.chosen.as_deref()
    }

    /// True if people and service accounts are told apart here.
    pub fn has_views(&self, directory: &Directory) -> bool {
        self.kind == Kind::User && directory.census().services > 0
    }

    /// The accounts of the view.
    pub(super) fn accounts(&self, directory: &Directory) -> Accounts {
        match self.view {
            _ if !self.has_views(directory) => Accounts::All,
            View::People => Accounts::People,
            View::Services => Accounts::Services,
            View::All => Accounts::All,
        }
    }

    /// How many records the view has, whatever the filter.
    pub fn in_view(&self, directory: &Directory) -> usize {
        let census = directory.census();
        match self.view {
            View::People if self.kind == Kind::User => census.people,
            View::Services if self.kind == Kind::User => census.services,
            _ => directory.len(self.kind),
        }
    }

    /// Goes to the next view; marks stay with what they were set on only while it is shown.
    pub fn next_view(&mut self, directory: &Directory) {
        self.view = self.view.next();
        self.cursor_id = None;
        if self.view != View::All {
            self.marks.keep_services(self.view == View::Services);
        }
        self.rebuild(directory);
        (self.cursor, self.top) = (0, 0);
        self.cursor_id = self.selected(directory).cloned();
    }

    /// Goes to a view that shows this record.
    pub fn reveal(&mut self, id: &Id, directory: &Directory) {
        let service = directory.user(id).map(|user| user.account.is_service());
        if self.kind == Kind::User && service.is_some_and(|service| !self.view.shows(service)) {
            self.view = if service == Some(true) { View::Services } else { View::People };
            self.rebuild(directory);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{field::FieldSort, holds::Holds};

    /// Headings are of columns, and rows can be sorted by columns alone: the title names what they are sorted by.
    #[test]
    fn every_column_has_a_heading_and_rows_are_sorted_by_columns() {
        for kind in Kind::ALL {
            let columns: Vec<_> = [View::People, View::Services].map(|view| view.columns(kind)).concat();
            let choices: Vec<_> = Pane::new(kind).column_choices().collect();
            for field in columns.into_iter().filter(|field| (field.spec().held)(Holds::default())) {
                assert!(choices.contains(&field), "{field:?}");
            }
            for field in RecordField::of(kind).filter(|field| field.spec().sort != FieldSort::No) {
                assert!(choices.contains(&field), "{field:?}");
            }
        }
    }
}
