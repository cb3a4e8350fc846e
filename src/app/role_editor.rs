//! The permission editor of a custom role: the permissions that it adds and shall add, apart from the inherited ones.
//!
//! Only wishes are kept. The present state comes from the directory each time, so that an answer from the server that
//! comes in meanwhile is not overwritten.

use std::collections::BTreeSet;

use crossterm::event::Event;
use indexmap::IndexMap;
use rustc_hash::FxHashSet;
use tui_input::Input;

use super::{
    App,
    action::{Action, Scope},
    check::{MembershipState, NothingToggled, RowKept, typed},
    overlay::{CursorTravel, OverlayBehavior, OverlaySubject},
    text_field,
};
use crate::directory::{
    Directory, Id, ResourceRef,
    change::{Change, RoleDraft},
    permissions::{self, BASES, Permissions, RoleHolders},
    record::Role,
    search::Words,
};

/// The role whose permissions are edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EditedRole {
    /// An existing role.
    Role(Id),
    /// A role to be created under this provisional id.
    New(Id, RoleDraft),
}

/// The standing of a permission in the role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PermissionStanding {
    /// Added by the role.
    Added,
    /// Not held by the role.
    Free,
    /// Not held any more, as the role shall inherit from another one.
    Left,
    /// Inherited from the predefined role.
    Inherited,
    /// A typed permission that no role has.
    New,
}

impl PermissionStanding {
    /// The standing as a row's state in a check list.
    pub fn now(self) -> MembershipState {
        if self == PermissionStanding::Added { MembershipState::On } else { MembershipState::Off }
    }

    /// The place in the order of rows: permissions that the role adds come first.
    fn rank(self) -> usize {
        match self {
            PermissionStanding::Added => 0,
            PermissionStanding::Left => 1,
            PermissionStanding::Free | PermissionStanding::New => 2,
            PermissionStanding::Inherited => 3,
        }
    }
}

/// The permissions that decide how others stand.
struct InheritedPermissions {
    inherited: Permissions,
    added: Vec<String>,
    left: Permissions,
    seen: Permissions,
}

impl InheritedPermissions {
    fn of(editor: &RoleEditor, directory: &Directory) -> Self {
        let left = editor.bases(directory).1.and_then(|was| directory.inherited(editor.role(directory), &was));
        Self {
            inherited: editor.inherited(directory).unwrap_or_default(),
            added: editor.before(directory).unwrap_or_default().added,
            left: left.unwrap_or_default(),
            seen: directory.catalogue(),
        }
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.seen.iter().chain(&self.added).map(|name| &**name)
    }

    fn of_name(&self, name: &str) -> PermissionStanding {
        if self.inherited.contains(name) {
            PermissionStanding::Inherited
        } else if self.added.iter().any(|added| added == name) {
            PermissionStanding::Added
        } else if self.left.contains(name) {
            PermissionStanding::Left
        } else if self.seen.contains(name) {
            PermissionStanding::Free
        } else {
            PermissionStanding::New
        }
    }
}

/// A row of the editor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditorRow {
    /// The permission, `object:operation`.
    pub name: String,
    /// The permission's standing now.
    pub stands: PermissionStanding,
    /// The wish: true adds the permission, false takes it out, none leaves it.
    pub wish: Option<bool>,
}

/// State of the editor.
#[derive(Debug)]
pub struct RoleEditor {
    /// The role whose permissions are edited.
    pub of: EditedRole,
    /// The text that is typed.
    pub input: Input,
    /// Index into the rows shown.
    pub cursor: usize,
    /// The holders of the role, counted when it was opened; `None` for a new one.
    pub held: Option<RoleHolders>,
    wishes: IndexMap<String, bool>,
    /// Permissions that were set one by one: "all shown" leaves them so.
    by_hand: FxHashSet<String>,
    /// The predefined role that the role shall inherit from, where that is another one.
    base: Option<&'static str>,
    /// True if the next typed character starts a new word: the one before was found and checked.
    is_found: bool,
}

impl RoleEditor {
    /// An editor without any wishes yet.
    pub fn new(of: EditedRole, directory: &Directory) -> Self {
        let held = match &of {
            EditedRole::Role(id) => directory.role(id).map(|role| directory.held(&role.name)),
            EditedRole::New(..) => None,
        };
        Self {
            of,
            input: Input::default(),
            cursor: 0,
            held,
            wishes: IndexMap::new(),
            by_hand: FxHashSet::default(),
            base: None,
            is_found: false,
        }
    }

    fn role<'a>(&self, directory: &'a Directory) -> Option<&'a Role> {
        match &self.of {
            EditedRole::Role(id) => directory.role(id),
            EditedRole::New(..) => None,
        }
    }

    /// The role's present state; `None` if it is gone.
    fn before(&self, directory: &Directory) -> Option<RoleDraft> {
        match &self.of {
            EditedRole::Role(_) => self.role(directory).map(RoleDraft::of),
            EditedRole::New(_, draft) => Some(draft.clone()),
        }
    }

    /// The role's name.
    pub fn name<'a>(&'a self, directory: &'a Directory) -> &'a str {
        match &self.of {
            EditedRole::Role(_) => self.role(directory).map_or("?", |role| role.name.as_str()),
            EditedRole::New(_, draft) => &draft.name,
        }
    }

    /// The predefined role that the role shall inherit from, and the one it inherits from where that is another.
    pub fn bases(&self, directory: &Directory) -> (String, Option<String>) {
        let now = self.before(directory).map(|draft| draft.inherits).unwrap_or_default();
        match self.base {
            Some(base) => (base.to_owned(), Some(now)),
            None => (now, None),
        }
    }

    /// The permissions that the role shall inherit, where they are known.
    pub fn inherited(&self, directory: &Directory) -> Option<Permissions> {
        directory.inherited(self.role(directory), &self.bases(directory).0)
    }

    /// The rows that match the typed text, those that can be checked first.
    pub fn rows(&self, directory: &Directory) -> Vec<EditorRow> {
        self.found(directory).0
    }

    /// The rows that match the typed text, those that can be checked first; and whether they are only similar to it.
    pub fn found(&self, directory: &Directory) -> (Vec<EditorRow>, bool) {
        let standing = InheritedPermissions::of(self, directory);
        let text = self.input.value().trim();
        let wished = self.wishes.keys().map(String::as_str);
        let all: BTreeSet<&str> = standing.names().chain(wished).collect();
        let words = Words::typed(text);
        let (scores, is_similar) = words.score_lines(all.iter().copied());
        let new = (permissions::is_permission(text) && !all.contains(text)).then_some((text, Some(0)));
        let mut rows: Vec<(bool, u32, usize, EditorRow)> = Vec::new();
        for (name, score) in all.into_iter().zip(scores).chain(new) {
            let Some(score) = score else { continue };
            let stands = standing.of_name(name);
            // Without a filter the permissions that the role adds come first; with one the best match.
            let order = if words.is_empty() { stands.rank() } else { 0 };
            let wish = self.wishes.get(name).copied().filter(|_| stands != PermissionStanding::Inherited);
            let row = EditorRow { name: name.to_owned(), stands, wish };
            rows.push((stands == PermissionStanding::Inherited, u32::MAX - score, order, row));
        }
        rows.sort_by_key(|(inherited, score, order, _)| (*inherited, *score, *order));
        (rows.into_iter().map(|(.., row)| row).collect(), is_similar)
    }

    /// Adds or removes the permission under the cursor.
    ///
    /// # Errors
    /// The row stays as it is: while a word is typed, no permission that is in goes.
    pub fn toggle(&mut self, directory: &Directory) -> Result<(), RowKept> {
        let typed = !self.input.value().is_empty();
        self.press(
            directory,
            RowKept::IsIn,
            |now, wish| if typed { now.next_typed(wish) } else { Some(now.next(wish)) },
        )
    }

    /// Takes the permission under the cursor out, or leaves it in after all.
    ///
    /// # Errors
    /// The row is not in, or comes from elsewhere.
    pub fn take_out(&mut self, directory: &Directory) -> Result<(), RowKept> {
        self.press(directory, RowKept::NotIn, MembershipState::taken_out)
    }

    fn press(
        &mut self,
        directory: &Directory,
        kept: impl FnOnce(String) -> RowKept,
        next: impl FnOnce(MembershipState, Option<bool>) -> Option<Option<bool>>,
    ) -> Result<(), RowKept> {
        let Some(row) = self.rows(directory).into_iter().nth(self.cursor) else { return Ok(()) };
        if row.stands == PermissionStanding::Inherited {
            let base = self.bases(directory).0;
            let why = format!("{} comes with {base}: it can't be taken out of this role alone.", row.name);
            return Err(RowKept::Fixed(why.into()));
        }
        let wish = next(row.stands.now(), row.wish).ok_or_else(|| kept(row.name.clone()))?;
        self.by_hand.insert(row.name.clone());
        match wish {
            Some(wish) => drop(self.wishes.insert(row.name, wish)),
            None => drop(self.wishes.shift_remove(&row.name)),
        }
        self.is_found = !self.input.value().is_empty();
        Ok(())
    }

    /// Adds all that the filter shows; where all of them are added, takes that back.
    ///
    /// # Errors
    /// Nothing changes.
    pub fn toggle_all(&mut self, directory: &Directory) -> Result<(), NothingToggled> {
        let (rows, is_similar) = self.found(directory);
        let free = rows
            .into_iter()
            .filter(|row| !matches!(row.stands, PermissionStanding::Added | PermissionStanding::Inherited));
        let free = NothingToggled::unless(is_similar, free.collect(), |row| self.by_hand.contains(&row.name))?;
        if free.iter().all(|row| row.wish == Some(true)) {
            self.wishes.retain(|name, _| !free.iter().any(|row| row.name == *name));
        } else {
            self.wishes.extend(free.into_iter().map(|row| (row.name, true)));
        }
        Ok(())
    }

    /// Inherits from the other predefined role.
    pub fn next_base(&mut self, directory: &Directory) {
        let (base, was) = self.bases(directory);
        let now = was.unwrap_or_else(|| base.clone());
        let next = BASES.into_iter().find(|other| !other.eq_ignore_ascii_case(&base));
        self.base = next.filter(|next| !next.eq_ignore_ascii_case(&now));
        self.cursor = 0;
    }

    /// The numbers of permissions that come and that go.
    pub fn counts(&self) -> (usize, usize) {
        let come = self.wishes.values().filter(|wish| **wish).count();
        (come, self.wishes.len() - come)
    }

    /// The change that the wishes mean; `None` where they mean none.
    pub fn change(&self, directory: &Directory) -> Option<Change> {
        let before = self.before(directory)?;
        let inherits = self.bases(directory).0;
        let rebased = self.base.is_some() || matches!(self.of, EditedRole::New(..));
        let mut added: Vec<String> =
            before.added.iter().filter(|name| self.wishes.get(*name) != Some(&false)).cloned().collect();
        let wished = self.wishes.iter().filter(|(name, wish)| **wish && !before.added.contains(name));
        added.extend(wished.map(|(name, _)| name.clone()));
        if let Some(inherited) = self.inherited(directory).filter(|_| rebased) {
            added.retain(|name| !inherited.contains(name));
        }
        let to = RoleDraft { inherits, added, ..before.clone() };
        match &self.of {
            EditedRole::New(key, _) => Some(Change::CreateRole { key: key.clone(), role: to }),
            EditedRole::Role(id) => (to != before).then(|| Change::EditRole { role: id.clone(), to }),
        }
    }
}

impl OverlayBehavior for RoleEditor {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Editor, Scope::Check, Scope::Roles, Scope::Global]
    }

    fn is_typing(&self) -> bool {
        true
    }

    fn has_choice(&self, directory: &Directory) -> bool {
        self.rows(directory).len() > self.cursor
    }

    fn edit(&mut self, event: &Event, _: &App) {
        if self.is_found && typed(event) {
            self.input.reset();
        }
        if text_field(&mut self.input, event) {
            self.is_found = false;
            self.cursor = 0;
        }
    }

    fn travel(&mut self, to: &CursorTravel, app: &App) {
        let rows = self.rows(&app.directory).len();
        to.go(&mut self.cursor, rows);
    }

    fn adjust(&mut self, action: Action, app: &App) -> Result<(), RowKept> {
        match action {
            Action::Toggle => self.toggle(&app.directory)?,
            Action::TakeOut => self.take_out(&app.directory)?,
            Action::ToggleAll => self.toggle_all(&app.directory)?,
            Action::NextBase => self.next_base(&app.directory),
            _ => {}
        }
        Ok(())
    }

    fn has_work(&self) -> bool {
        self.base.is_some() || !self.wishes.is_empty()
    }

    fn subject(&self) -> OverlaySubject {
        match &self.of {
            EditedRole::Role(id) => OverlaySubject::Record(ResourceRef::role(id)),
            EditedRole::New(..) => OverlaySubject::Nothing,
        }
    }
}

#[cfg(test)]
mod tests;
