//! Check lists: the teams of one or more users, and the members of one or more teams. What is, and what will be.

use indexmap::IndexMap;
use rustc_hash::FxHashSet;
use tui_input::Input;

use super::{availability::UnavailableReason, filtered_rows::FilteredRows, text_field};
use crate::directory::{Directory, Id, RecordKind, change::Change};

/// What is checked on what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckSubject {
    /// Rows are teams; the users come and go together.
    TeamsOf(Vec<Id>),
    /// Rows are users; they come to all of the teams, or go from all.
    MembersOf(Vec<Id>),
}

impl CheckSubject {
    fn kind(&self) -> RecordKind {
        match self {
            CheckSubject::TeamsOf(_) => RecordKind::Team,
            CheckSubject::MembersOf(_) => RecordKind::User,
        }
    }

    /// In name order, those that are in before those that are not.
    fn rows(&self, directory: &Directory) -> Vec<u32> {
        let rows = directory.rows_by_name(self.kind()).iter().copied();
        let (mut on, off): (Vec<u32>, Vec<u32>) = match self {
            CheckSubject::TeamsOf(users) => {
                let of_any: FxHashSet<Id> = users.iter().flat_map(|user| directory.teams_of(user)).collect();
                rows.partition(|row| directory.id_at(RecordKind::Team, *row).is_some_and(|id| of_any.contains(id)))
            }
            CheckSubject::MembersOf(teams) => {
                let inside = directory.members_of(teams);
                rows.partition(|row| inside.get(*row as usize) == Some(&true))
            }
        };
        on.extend(off);
        on
    }
}

/// How a row stands now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MembershipState {
    /// In.
    On,
    /// Some of several users are in.
    Some,
    /// Out.
    Off,
    /// The server did not tell who is in the team.
    NotTold,
}

impl MembershipState {
    /// What is wished after one more press, from what is wished now.
    pub fn next(self, wish: Option<bool>) -> Option<bool> {
        match (self, wish) {
            (MembershipState::On, None) => Some(false),
            (MembershipState::Off | MembershipState::Some | MembershipState::NotTold, None) => Some(true),
            (MembershipState::Some | MembershipState::NotTold, Some(true)) => Some(false),
            _ => None,
        }
    }

    /// What is wished after one press while something is typed: the best match may not be who was meant, so nobody who is
    /// in goes by it. `None` where the press would take somebody out.
    pub fn next_typed(self, wish: Option<bool>) -> Option<Option<bool>> {
        match (self, wish) {
            (MembershipState::On, None) => None,
            (_, None) => Some(Some(true)),
            (_, Some(_)) => Some(None),
        }
    }

    /// What is wished after a press of the key that takes out; `None` where the row is not in.
    pub fn taken_out(self, wish: Option<bool>) -> Option<Option<bool>> {
        (self != MembershipState::Off || wish.is_some())
            .then(|| (self != MembershipState::Off && wish != Some(false)).then_some(false))
    }
}

/// Why a key leaves a row of a check list as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RowKept {
    /// It is in, and something is typed.
    #[error("{0} is in already")]
    IsIn(String),
    #[error("{0} is not in: there is nothing to take out.")]
    /// It is not in: there is nothing to take out.
    NotIn(String),
    /// Nobody can change it.
    #[error("{0}")]
    Fixed(UnavailableReason),
}

/// Why "all shown" changes nothing in a box with a row to check for each match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NothingToggled {
    /// The rows shown are only similar to what is typed.
    #[error("No row contains these words; similar rows are checked one by one.")]
    Similar,
    /// The person has set each of them.
    #[error("Every row shown was set by hand, and stays so.")]
    SetByHand,
    /// None of them can be checked.
    #[error("No row shown is left to check.")]
    NoneOpen,
}

impl NothingToggled {
    /// What "all shown" does: the reason why it changes nothing, or the rows that it changes.
    pub(super) fn unless<T>(similar: bool, open: Vec<T>, by_hand: impl Fn(&T) -> bool) -> Result<Vec<T>, Self> {
        if similar {
            return Err(Self::Similar);
        }
        if open.is_empty() {
            return Err(Self::NoneOpen);
        }
        let free: Vec<T> = open.into_iter().filter(|row| !by_hand(row)).collect();
        if free.is_empty() { Err(Self::SetByHand) } else { Ok(free) }
    }
}

/// State of a check list.
#[derive(Debug)]
pub struct CheckList {
    /// What it is about.
    pub of: CheckSubject,
    /// What is typed.
    pub input: Input,
    /// The rows: those that are in first, until something is typed.
    pub rows: FilteredRows,
    /// What shall be different, in the order of choosing: true is in.
    pub wishes: IndexMap<Id, bool>,
    /// Rows that were set one by one: "all shown" leaves them so.
    by_hand: FxHashSet<Id>,
    /// The next typed character starts a new word: the one before was found and checked.
    found: bool,
    /// All that the filter showed were checked at once.
    whole: bool,
}

impl CheckList {
    /// All rows, those that are in first.
    pub fn new(of: CheckSubject, directory: &Directory) -> Self {
        Self {
            rows: FilteredRows::new(of.kind(), of.rows(directory), directory),
            of,
            input: Input::default(),
            wishes: IndexMap::new(),
            by_hand: FxHashSet::default(),
            found: false,
            whole: false,
        }
    }

    /// Records came or went: the rows of before may be others' by now.
    pub fn renew(&mut self, directory: &Directory) {
        self.rows.renew(self.of.rows(directory), directory);
    }

    /// Which records its rows are.
    pub fn kind(&self) -> RecordKind {
        self.rows.kind
    }

    /// How a row stands now.
    pub fn now(&self, directory: &Directory, row: &Id) -> MembershipState {
        match self.inside(directory, row) {
            (0, _) if self.is_silent(directory, row) => MembershipState::NotTold,
            (0, _) => MembershipState::Off,
            (inside, all) if inside == all => MembershipState::On,
            _ => MembershipState::Some,
        }
    }

    /// True where a team is concerned whose members the server did not tell.
    fn is_silent(&self, directory: &Directory, row: &Id) -> bool {
        let silent = |team: &Id| directory.team(team).is_none_or(|team| team.members.is_none());
        match &self.of {
            CheckSubject::MembersOf(teams) => teams.iter().any(silent),
            CheckSubject::TeamsOf(_) => silent(row),
        }
    }

    /// In how many of the teams the row is, or how many of the users are in it; and how many there are.
    pub fn inside(&self, directory: &Directory, row: &Id) -> (usize, usize) {
        match &self.of {
            CheckSubject::MembersOf(teams) => {
                let of_row = directory.teams_of(row);
                (teams.iter().filter(|team| of_row.contains(team)).count(), teams.len())
            }
            CheckSubject::TeamsOf(users) => {
                (users.iter().filter(|user| directory.teams_of(user).contains(row)).count(), users.len())
            }
        }
    }

    /// The id under the cursor.
    pub fn selected(&self, directory: &Directory) -> Option<Id> {
        self.rows.selected(directory).cloned()
    }

    /// A key for the text field. True if the text changed.
    pub fn edit(&mut self, event: &crossterm::event::Event, directory: &Directory) -> bool {
        if self.found && typed(event) {
            self.input.reset();
        }
        let changed = text_field(&mut self.input, event);
        if changed {
            self.found = false;
            self.filter(directory);
        }
        changed
    }

    /// Filters by what is typed.
    pub fn filter(&mut self, directory: &Directory) {
        self.rows.filter(self.input.value(), directory);
    }

    /// True where rows were checked all at once, and not one by one.
    pub fn is_whole(&self) -> bool {
        self.whole && !self.wishes.is_empty()
    }

    /// Checks or unchecks the row under the cursor. While something is typed nobody is unchecked who is in.
    ///
    /// # Errors
    /// The row stays as it is.
    pub fn toggle(&mut self, directory: &Directory) -> Result<(), RowKept> {
        let typed = !self.input.value().is_empty();
        self.press(
            directory,
            RowKept::IsIn,
            |now, wish| if typed { now.next_typed(wish) } else { Some(now.next(wish)) },
        )
    }

    /// Takes the row under the cursor out, or leaves it in after all.
    ///
    /// # Errors
    /// The row is not in.
    pub fn take_out(&mut self, directory: &Directory) -> Result<(), RowKept> {
        self.press(directory, RowKept::NotIn, MembershipState::taken_out)
    }

    fn press(
        &mut self,
        directory: &Directory,
        kept: impl FnOnce(String) -> RowKept,
        next: impl FnOnce(MembershipState, Option<bool>) -> Option<Option<bool>>,
    ) -> Result<(), RowKept> {
        let Some(id) = self.selected(directory) else { return Ok(()) };
        let next = next(self.now(directory, &id), self.wishes.get(&id).copied());
        let wish = next.ok_or_else(|| kept(self.name(directory, &id)))?;
        self.set(id, wish);
        Ok(())
    }

    fn name(&self, directory: &Directory, id: &Id) -> String {
        match self.kind() {
            RecordKind::User => directory.user(id).map(|user| user.user_name.to_string()),
            RecordKind::Team | RecordKind::Role => directory.team(id).map(|team| team.name.to_string()),
        }
        .unwrap_or_default()
    }

    fn set(&mut self, id: Id, wish: Option<bool>) {
        self.by_hand.insert(id.clone());
        match wish {
            Some(wish) => drop(self.wishes.insert(id, wish)),
            None => drop(self.wishes.shift_remove(&id)),
        }
        self.found = !self.input.value().is_empty();
    }

    /// Checks all that the filter shows; where all of them are checked, takes that back.
    ///
    /// # Errors
    /// It changes nothing.
    pub fn toggle_all(&mut self, directory: &Directory) -> Result<(), NothingToggled> {
        let ids: Vec<Id> =
            self.rows.shown.iter().filter_map(|row| directory.id_at(self.kind(), *row)).cloned().collect();
        // Nobody puts service accounts into a team here.
        let service = |id: &Id| {
            self.kind() == RecordKind::User && directory.user(id).is_some_and(|user| user.account.is_service())
        };
        let off = ids.into_iter().filter(|id| self.now(directory, id) != MembershipState::On && !service(id));
        let off = NothingToggled::unless(self.rows.is_similar(), off.collect(), |id| self.by_hand.contains(id))?;
        if off.iter().all(|id| self.wishes.get(id) == Some(&true)) {
            let off: FxHashSet<Id> = off.into_iter().collect();
            self.wishes.retain(|id, _| !off.contains(id));
        } else {
            self.whole = true;
            self.wishes.extend(off.into_iter().map(|id| (id, true)));
        }
        Ok(())
    }

    /// True while something is checked that leaving would lose.
    pub fn has_work(&self) -> bool {
        !self.wishes.is_empty()
    }

    /// How many come and how many go.
    pub fn counts(&self) -> (usize, usize) {
        let come = self.wishes.values().filter(|wish| **wish).count();
        (come, self.wishes.len() - come)
    }

    /// The changes that the wishes mean.
    pub fn changes(&self, directory: &Directory) -> Vec<Change> {
        let mut changes = Vec::new();
        for (row, wish) in &self.wishes {
            let pairs: Vec<(Id, Id)> = match &self.of {
                CheckSubject::MembersOf(teams) => teams.iter().map(|team| (team.clone(), row.clone())).collect(),
                CheckSubject::TeamsOf(users) => users.iter().map(|user| (row.clone(), user.clone())).collect(),
            };
            for (team, user) in pairs {
                let inside = directory.teams_of(&user).contains(&team);
                let silent = || directory.team(&team).is_none_or(|team| team.members.is_none());
                if *wish && !inside {
                    changes.push(Change::AddMember { team, user });
                } else if !*wish && (inside || silent()) {
                    changes.push(Change::RemoveMember { team, user });
                }
            }
        }
        changes
    }
}

/// True for a key that puts a character into a text field.
pub(super) fn typed(event: &crossterm::event::Event) -> bool {
    use crossterm::event::{Event, KeyCode, KeyModifiers};
    matches!(event, Event::Key(key) if matches!(key.code, KeyCode::Char(_)) && !key.modifiers.contains(KeyModifiers::CONTROL))
}
