//! The views of the list of users: people, service accounts, or all accounts.

use super::ListPane;
use crate::directory::{
    Directory, Id, RecordKind,
    field::{RecordField, RoleField, TeamField, UserField},
    listing::AccountFilter,
};

/// The accounts that the list of users shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AccountView {
    /// Accounts that are not marked as service accounts.
    #[default]
    People,
    /// Service accounts.
    Services,
    /// All accounts.
    All,
}

const USERS: &[RecordField] = &[
    RecordField::User(UserField::DisplayName),
    RecordField::User(UserField::UserName),
    RecordField::User(UserField::OrgRole),
    RecordField::User(UserField::ModelsSeat),
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

impl AccountView {
    /// The next view in the round.
    fn next(self) -> Self {
        match self {
            AccountView::People => AccountView::Services,
            AccountView::Services => AccountView::All,
            AccountView::All => AccountView::People,
        }
    }

    /// The columns of a kind's list in this view.
    pub fn columns(self, kind: RecordKind) -> &'static [RecordField] {
        match (kind, self) {
            (RecordKind::User, AccountView::People | AccountView::All) => USERS,
            (RecordKind::User, AccountView::Services) => SERVICES,
            (RecordKind::Team, _) => TEAMS,
            (RecordKind::Role, _) => ROLES,
        }
    }

    pub(super) fn shows(self, is_service: bool) -> bool {
        match self {
            AccountView::People => !is_service,
            AccountView::Services => is_service,
            AccountView::All => true,
        }
    }
}

impl ListPane {
    /// The columns of the view, or those that were chosen in their place, as far as the provider's records hold them.
    pub fn columns(&self) -> impl Iterator<Item = RecordField> {
        // The column of display names is left out if no user has one.
        let held = |field: &RecordField| {
            let named = self.has_names || self.chosen.is_some() || *field != UserField::DisplayName.into();
            named && (field.spec().held)(self.holds)
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
        self.kind == RecordKind::User && directory.census().services > 0
    }

    /// The accounts of the view.
    pub(super) fn accounts(&self, directory: &Directory) -> AccountFilter {
        match self.view {
            _ if !self.has_views(directory) => AccountFilter::All,
            AccountView::People => AccountFilter::People,
            AccountView::Services => AccountFilter::Services,
            AccountView::All => AccountFilter::All,
        }
    }

    /// How many records the view has, whatever the filter.
    pub fn in_view(&self, directory: &Directory) -> usize {
        let census = directory.census();
        match self.view {
            AccountView::People if self.kind == RecordKind::User => census.people,
            AccountView::Services if self.kind == RecordKind::User => census.services,
            _ => directory.len(self.kind),
        }
    }

    /// Goes to the next view; marks stay only on rows that it shows.
    pub fn next_view(&mut self, directory: &Directory) {
        self.view = self.view.next();
        self.cursor_id = None;
        if self.view != AccountView::All {
            self.marks.keep_services(self.view == AccountView::Services);
        }
        self.rebuild(directory);
        (self.cursor, self.top) = (0, 0);
        self.cursor_id = self.selected(directory).cloned();
    }

    /// Goes to a view that shows this record.
    pub fn reveal(&mut self, id: &Id, directory: &Directory) {
        let service = directory.user(id).map(|user| user.account.is_service());
        if self.kind == RecordKind::User && service.is_some_and(|service| !self.view.shows(service)) {
            self.view = if service == Some(true) { AccountView::Services } else { AccountView::People };
            self.rebuild(directory);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{field::FieldSort, record_contents::RecordContents};

    /// Headings are of columns, and rows can be sorted by columns alone: the title names what they are sorted by.
    #[test]
    fn every_column_has_a_heading_and_rows_are_sorted_by_columns() {
        for kind in RecordKind::ALL {
            let columns: Vec<_> = [AccountView::People, AccountView::Services].map(|view| view.columns(kind)).concat();
            let choices: Vec<_> = ListPane::new(kind).column_choices().collect();
            for field in columns.into_iter().filter(|field| (field.spec().held)(RecordContents::default())) {
                assert!(choices.contains(&field), "{field:?}");
            }
            for field in RecordField::of(kind).filter(|field| field.spec().sort != FieldSort::No) {
                assert!(choices.contains(&field), "{field:?}");
            }
        }
    }
}
