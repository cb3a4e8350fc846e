//! The permission editor of a custom role: what it adds and what it shall add, apart from what it inherits.
//!
//! Only wishes are kept. What is comes from the directory each time, so that an answer from the server that comes in
//! meanwhile is not overwritten.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use tui_input::Input;

use super::{
    availability::Unavailable,
    check::{Now, typed},
    text_field,
};
use crate::directory::{
    Directory, Id,
    change::{Change, RoleDraft},
    permissions::{self, BASES, Held, Permissions},
    record::Role,
    search::{Scratch, Words},
};

/// Whose permissions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Of {
    /// Of a role that is there.
    Role(Id),
    /// Of a role to be created under this provisional id.
    New(Id, RoleDraft),
}

/// How a permission stands to the role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stands {
    /// Added by the role.
    Added,
    /// Not held.
    Free,
    /// Not held any more, as the role shall inherit from another one.
    Left,
    /// From the predefined role.
    Inherited,
    /// No role has it: it is what was typed.
    New,
}

impl Stands {
    /// As a row of a check list.
    pub fn now(self) -> Now {
        if self == Stands::Added { Now::On } else { Now::Off }
    }
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// `object:operation`.
    pub name: String,
    /// How it stands.
    pub stands: Stands,
    /// What shall be different.
    pub wish: Option<bool>,
}

/// State of the editor.
#[derive(Debug)]
pub struct RoleEditor {
    /// Whose permissions.
    pub of: Of,
    /// What is typed.
    pub input: Input,
    /// Index into the rows shown.
    pub cursor: usize,
    /// Who holds the role, counted when it was opened; `None` for a new one.
    pub held: Option<Held>,
    wishes: IndexMap<String, bool>,
    /// The predefined role that it shall inherit from, where that is another one.
    base: Option<&'static str>,
    /// The next typed character starts a new word: the one before was found and checked.
    found: bool,
}

impl RoleEditor {
    /// Nothing is wished for yet.
    pub fn new(of: Of, directory: &Directory) -> Self {
        let held = match &of {
            Of::Role(id) => directory.role(id).map(|role| directory.held(&role.name)),
            Of::New(..) => None,
        };
        Self { of, input: Input::default(), cursor: 0, held, wishes: IndexMap::new(), base: None, found: false }
    }

    fn role<'a>(&self, directory: &'a Directory) -> Option<&'a Role> {
        match &self.of {
            Of::Role(id) => directory.role(id),
            Of::New(..) => None,
        }
    }

    /// The role as it is; `None` if it is gone.
    fn before(&self, directory: &Directory) -> Option<RoleDraft> {
        match &self.of {
            Of::Role(_) => self.role(directory).map(RoleDraft::of),
            Of::New(_, draft) => Some(draft.clone()),
        }
    }

    /// What it is called.
    pub fn name<'a>(&'a self, directory: &'a Directory) -> &'a str {
        match &self.of {
            Of::Role(_) => self.role(directory).map_or("?", |role| role.name.as_str()),
            Of::New(_, draft) => &draft.name,
        }
    }

    /// The predefined role that it is to inherit from, and the one it inherits from where that is another.
    pub fn bases(&self, directory: &Directory) -> (String, Option<String>) {
        let now = self.before(directory).map(|draft| draft.inherits).unwrap_or_default();
        match self.base {
            Some(base) => (base.to_owned(), Some(now)),
            None => (now, None),
        }
    }

    /// What it is to inherit, where that is known.
    pub fn inherited(&self, directory: &Directory) -> Option<Permissions> {
        directory.inherited(self.role(directory), &self.bases(directory).0)
    }

    /// The rows that match what is typed, those that can be checked first.
    pub fn rows(&self, directory: &Directory) -> Vec<Row> {
        let inherited = self.inherited(directory).unwrap_or_default();
        let left = self.bases(directory).1.and_then(|was| directory.inherited(self.role(directory), &was));
        let left = left.unwrap_or_default();
        let before = self.before(directory).unwrap_or_default();
        let seen = directory.catalogue();
        let text = self.input.value().trim();
        let mut all: BTreeSet<&str> =
            seen.iter().chain(&before.added).chain(self.wishes.keys()).map(|n| &**n).collect();
        let new = permissions::is_permission(text) && all.insert(text);
        let words = Words::new(text.split_whitespace());
        let mut scratch = Scratch::default();
        let mut rows: Vec<(bool, u32, usize, Row)> = Vec::new();
        for name in all {
            let stands = if inherited.contains(name) {
                Stands::Inherited
            } else if before.added.iter().any(|added| added == name) {
                Stands::Added
            } else if left.contains(name) {
                Stands::Left
            } else if seen.contains(name) {
                Stands::Free
            } else {
                Stands::New
            };
            let score = if new && name == text { Some(0) } else { words.score(name, &mut scratch) };
            let Some(score) = score else { continue };
            let rank = match stands {
                Stands::Added => 0,
                Stands::Left => 1,
                Stands::Free | Stands::New => 2,
                Stands::Inherited => 3,
            };
            // Without a filter what the role adds comes first; with one the best match.
            let order = if words.is_empty() { rank } else { 0 };
            let wish = self.wishes.get(name).copied().filter(|_| stands != Stands::Inherited);
            let row = Row { name: name.to_owned(), stands, wish };
            rows.push((stands == Stands::Inherited, u32::MAX - score, order, row));
        }
        rows.sort_by_key(|(inherited, score, order, _)| (*inherited, *score, *order));
        rows.into_iter().map(|(.., row)| row).collect()
    }

    /// A key for the text field.
    pub fn edit(&mut self, event: &crossterm::event::Event) {
        if self.found && typed(event) {
            self.input.reset();
        }
        if text_field(&mut self.input, event) {
            self.found = false;
            self.cursor = 0;
        }
    }

    /// Adds or removes the permission under the cursor.
    ///
    /// # Errors
    /// Why it can't be, for the person.
    pub fn toggle(&mut self, directory: &Directory) -> Result<(), Unavailable> {
        let Some(row) = self.rows(directory).into_iter().nth(self.cursor) else { return Ok(()) };
        if row.stands == Stands::Inherited {
            let base = self.bases(directory).0;
            return Err(format!("{} comes with {base}: it can't be taken out of this role alone.", row.name).into());
        }
        match row.stands.now().next(row.wish) {
            Some(wish) => drop(self.wishes.insert(row.name, wish)),
            None => drop(self.wishes.shift_remove(&row.name)),
        }
        self.found = !self.input.value().is_empty();
        Ok(())
    }

    /// Adds all that the filter shows; where all of them are added, takes that back.
    pub fn toggle_all(&mut self, directory: &Directory) {
        let free = |row: &Row| !matches!(row.stands, Stands::Added | Stands::Inherited);
        let free: Vec<Row> = self.rows(directory).into_iter().filter(free).collect();
        if free.iter().all(|row| row.wish == Some(true)) {
            self.wishes.retain(|name, _| !free.iter().any(|row| row.name == *name));
        } else {
            self.wishes.extend(free.into_iter().map(|row| (row.name, true)));
        }
    }

    /// Inherits from the other predefined role.
    pub fn next_base(&mut self, directory: &Directory) {
        let (base, was) = self.bases(directory);
        let now = was.unwrap_or_else(|| base.clone());
        let next = BASES.into_iter().find(|other| !other.eq_ignore_ascii_case(&base));
        self.base = next.filter(|next| !next.eq_ignore_ascii_case(&now));
        self.cursor = 0;
    }

    /// True while something is entered that leaving would lose.
    pub fn has_work(&self) -> bool {
        self.base.is_some() || !self.wishes.is_empty()
    }

    /// How many come and how many go.
    pub fn counts(&self) -> (usize, usize) {
        let come = self.wishes.values().filter(|wish| **wish).count();
        (come, self.wishes.len() - come)
    }

    /// The change that the wishes mean; `None` where they mean none.
    pub fn change(&self, directory: &Directory) -> Option<Change> {
        let before = self.before(directory)?;
        let inherits = self.bases(directory).0;
        let rebased = self.base.is_some() || matches!(self.of, Of::New(..));
        let mut added: Vec<String> =
            before.added.iter().filter(|name| self.wishes.get(*name) != Some(&false)).cloned().collect();
        let wished = self.wishes.iter().filter(|(name, wish)| **wish && !before.added.contains(name));
        added.extend(wished.map(|(name, _)| name.clone()));
        if let Some(inherited) = self.inherited(directory).filter(|_| rebased) {
            added.retain(|name| !inherited.contains(name));
        }
        let to = RoleDraft { inherits, added, ..before.clone() };
        match &self.of {
            Of::New(key, _) => Some(Change::CreateRole { key: key.clone(), role: to }),
            Of::Role(id) => (to != before).then(|| Change::EditRole { role: id.clone(), to }),
        }
    }
}

#[cfg(test)]
mod tests;
