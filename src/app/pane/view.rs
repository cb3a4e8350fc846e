//! People and service accounts apart: which accounts the list of users shows.

use super::Pane;
use crate::directory::{Directory, Id, Kind, listing::Accounts};

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

impl View {
    /// The next one in the round.
    fn next(self) -> Self {
        match self {
            View::People => View::Services,
            View::Services => View::All,
            View::All => View::People,
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
