//! Check lists: the teams of one or more users, and the members of one or more teams. Each row shows the present state
//! and the wish.

use std::ops::Range;

use crossterm::event::{Event, KeyCode, KeyModifiers};
use indexmap::IndexMap;
use rustc_hash::FxHashSet;
use tui_input::Input;

use super::{
    App,
    action::{Action, Scope},
    availability::UnavailableReason,
    filtered_rows::FilteredRows,
    overlay::{CursorTravel, OverlayBehavior},
    text_field,
};
use crate::directory::{Directory, Id, RecordKind, change::Change};

mod sweep;

use sweep::CheckSweep;

/// The records of the rows, and the records that they are checked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckSubject {
    /// Rows are teams; the users join or leave together.
    TeamsOf(Vec<Id>),
    /// Rows are users; they join all of the teams, or leave all of them.
    MembersOf(Vec<Id>),
}

impl CheckSubject {
    fn kind(&self) -> RecordKind {
        match self {
            CheckSubject::TeamsOf(_) => RecordKind::Team,
            CheckSubject::MembersOf(_) => RecordKind::User,
        }
    }

    /// The records that the rows are checked for.
    fn subjects(&self) -> &[Id] {
        match self {
            CheckSubject::TeamsOf(subjects) | CheckSubject::MembersOf(subjects) => subjects,
        }
    }

    /// The rows: members before others, each part in name order.
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

/// The present state of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MembershipState {
    /// The row is in.
    On,
    /// Some of several users are in.
    Some,
    /// The row is out.
    Off,
    /// The server did not tell the members of the team.
    NotTold,
}

impl MembershipState {
    /// The next wish after a press of Space.
    pub fn next(self, wish: Option<bool>) -> Option<bool> {
        match (self, wish) {
            (MembershipState::On, None) => Some(false),
            (MembershipState::Off | MembershipState::Some | MembershipState::NotTold, None) => Some(true),
            (MembershipState::Some | MembershipState::NotTold, Some(true)) => Some(false),
            _ => None,
        }
    }

    /// The next wish after Space while a word is typed. The best match may not be the wanted row, so no member is
    /// removed: `None` if the press would remove one.
    pub fn next_typed(self, wish: Option<bool>) -> Option<Option<bool>> {
        match (self, wish) {
            (MembershipState::On, None) => None,
            (_, None) => Some(Some(true)),
            (_, Some(_)) => Some(None),
        }
    }

    /// The next wish after the key that removes; `None` if the row is not a member.
    pub fn taken_out(self, wish: Option<bool>) -> Option<Option<bool>> {
        (self != MembershipState::Off || wish.is_some())
            .then(|| (self != MembershipState::Off && wish != Some(false)).then_some(false))
    }
}

/// The reason why a key changes nothing in a row of a check list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RowKept {
    /// The row is in, and a word is typed.
    #[error("{0} is in already")]
    IsIn(String),
    #[error("{0} is not in: there is nothing to take out.")]
    /// The row is not a member, so nothing can be removed.
    NotIn(String),
    /// Nobody can change the row.
    #[error("{0}")]
    Fixed(UnavailableReason),
    /// No row changes.
    #[error(transparent)]
    All(#[from] NothingToggled),
}

/// The reason why "all shown" changes nothing in a check list, if it has rows that match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NothingToggled {
    /// The rows shown are only similar to the typed text.
    #[error("No row contains these words; similar rows are checked one by one.")]
    Similar,
    /// The person has set each of the rows.
    #[error("Every row shown was set by hand, and stays so.")]
    SetByHand,
    /// None of the rows can be checked.
    #[error("No row shown is left to check.")]
    NoneOpen,
}

impl NothingToggled {
    /// The rows that "all shown" changes, or the reason why it changes nothing.
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
    /// The subject of the list.
    pub of: CheckSubject,
    /// The text that is typed.
    pub input: Input,
    /// The rows: members first, until a word is typed.
    pub rows: FilteredRows,
    /// The wishes in the order of choosing: true adds the row, false removes it.
    pub wishes: IndexMap<Id, bool>,
    /// Rows that were set one by one; "all shown" does not change them.
    by_hand: FxHashSet<Id>,
    /// True if the next typed character starts a new word, because the row of the last word was checked.
    found: bool,
    /// True if "all shown" has checked rows.
    whole: bool,
    /// All rows shown are being checked.
    sweep: Option<CheckSweep>,
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
            sweep: None,
        }
    }

    /// The kind of record of the rows.
    pub fn kind(&self) -> RecordKind {
        self.rows.kind
    }

    /// The present state of a row.
    pub fn now(&self, directory: &Directory, row: &Id) -> MembershipState {
        match self.inside(directory, row) {
            (0, _) if self.is_silent(directory, row) => MembershipState::NotTold,
            (0, _) => MembershipState::Off,
            (inside, all) if inside == all => MembershipState::On,
            _ => MembershipState::Some,
        }
    }

    /// True if the server did not tell the members of one of the teams.
    fn is_silent(&self, directory: &Directory, row: &Id) -> bool {
        let silent = |team: &Id| directory.team(team).is_none_or(|team| team.members.is_none());
        match &self.of {
            CheckSubject::MembersOf(teams) => teams.iter().any(silent),
            CheckSubject::TeamsOf(_) => silent(row),
        }
    }

    /// The number of teams that the row is in, or of users who are in it; and how many of them there are.
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

    /// Filters by the typed text.
    pub fn filter(&mut self, directory: &Directory) {
        self.finish_sweep(directory);
        self.rows.filter(self.input.value(), directory);
    }

    /// True if rows were checked by "all shown", not one by one.
    pub fn is_whole(&self) -> bool {
        self.whole && !self.wishes.is_empty()
    }

    /// Checks or unchecks the row under the cursor. While a word is typed, no member is unchecked.
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

    /// Removes the row under the cursor, or takes the removal back.
    ///
    /// # Errors
    ///
    /// The row is not a member.
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

    /// The numbers of rows that come and that go.
    pub fn counts(&self) -> (usize, usize) {
        let come = self.wishes.values().filter(|wish| **wish).count();
        (come, self.wishes.len() - come)
    }

    /// The number of memberships that the wishes are about: one for each row and subject.
    pub fn pairs(&self) -> usize {
        self.wishes.len() * self.of.subjects().len()
    }

    /// The changes for these memberships that the wishes ask for.
    pub fn changes(&self, pairs: Range<usize>, directory: &Directory) -> Vec<Change> {
        let subjects = self.of.subjects();
        let change = |at: usize| {
            let (row, wish) = self.wishes.get_index(at.checked_div(subjects.len())?)?;
            let subject = subjects.get(at % subjects.len())?;
            let (team, user) = match &self.of {
                CheckSubject::MembersOf(_) => (subject, row),
                CheckSubject::TeamsOf(_) => (row, subject),
            };
            let inside = directory.teams_of(user).contains(team);
            let silent = directory.team(team).is_none_or(|team| team.members.is_none());
            let (team, user) = (team.clone(), user.clone());
            if *wish {
                (!inside).then_some(Change::AddMember { team, user })
            } else {
                (inside || silent).then_some(Change::RemoveMember { team, user })
            }
        };
        pairs.filter_map(change).collect()
    }
}

impl OverlayBehavior for CheckList {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Check, Scope::Global]
    }

    fn is_typing(&self) -> bool {
        true
    }

    fn edit(&mut self, event: &Event, app: &App) {
        if self.found && typed(event) {
            self.input.reset();
        }
        if text_field(&mut self.input, event) {
            self.found = false;
            self.filter(&app.directory);
        }
    }

    fn travel(&mut self, to: &CursorTravel, app: &App) {
        self.rows.travel(to, &app.directory);
    }

    fn adjust(&mut self, action: Action, app: &App) -> Result<(), RowKept> {
        match action {
            Action::Toggle | Action::TakeOut => match app.fixed_row(self) {
                Some(why) => Err(RowKept::Fixed(why)),
                None if action == Action::Toggle => self.toggle(&app.directory),
                None => self.take_out(&app.directory),
            },
            Action::ToggleAll => Ok(self.toggle_all(&app.directory)?),
            _ => Ok(()),
        }
    }

    /// A text that no row contains can be looked up on the server while not all records are known.
    fn has_choice(&self, directory: &Directory) -> bool {
        self.is_looking() || self.selected(directory).is_some() || !directory.is_complete(self.kind())
    }

    fn has_work(&self) -> bool {
        !self.wishes.is_empty()
    }

    fn finder(&mut self) -> Option<(&Input, &mut FilteredRows)> {
        Some((&self.input, &mut self.rows))
    }

    fn is_looking(&self) -> bool {
        self.sweep.is_some() || !self.rows.is_whole()
    }

    fn go_on(&mut self, directory: &Directory) -> Result<(), RowKept> {
        Ok(self.sweep_on(directory)?)
    }

    fn renew(&mut self, directory: &Directory) {
        self.rows.renew(self.of.rows(directory), directory);
        // Rows have moved, so the sweep starts over.
        if let Some(sweep) = &mut self.sweep {
            *sweep = CheckSweep::default();
        }
    }
}

/// True for a key that puts a character into a text field.
pub(super) fn typed(event: &Event) -> bool {
    matches!(event, Event::Key(key) if matches!(key.code, KeyCode::Char(_)) && !key.modifiers.contains(KeyModifiers::CONTROL))
}
