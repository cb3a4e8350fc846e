//! Actions on custom roles beside the forms: the permission editor, the holders of a role, the comparison of two roles.

use std::sync::Arc;

use super::{
    App, AppEffect, NotSaved, Overlay, Tab,
    action::{Action, Scope},
    compare::Side,
    overlay::{CursorTravel, OverlayBehavior, OverlaySubject},
    palette::{self, CommandPalette},
    role_editor::{EditedRole, RoleEditor},
};
use crate::directory::{
    Directory, Id, Name, RecordKind, ResourceRef, record::User, role_source::RoleMapping, work::WorkerJob,
};

/// State of the box with the holders of a role.
#[derive(Debug)]
pub struct HoldersBox {
    /// The role's id.
    pub role: Id,
    /// Line with the cursor.
    pub cursor: usize,
    /// The holder under the cursor, to find the line again; `None` until the cursor was moved.
    at: Option<Id>,
}

impl HoldersBox {
    /// The holders of a role.
    pub fn new(role: Id) -> Self {
        Self { role, cursor: 0, at: None }
    }
}

impl OverlayBehavior for HoldersBox {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Picker, Scope::Row, Scope::Global]
    }

    fn travel(&mut self, to: &CursorTravel, app: &App) {
        let holders = app.holdings(&self.role);
        to.go(&mut self.cursor, holders.len());
        self.at = holders.get(self.cursor).map(|(user, _)| user.id.clone());
    }

    /// A holder who has another role now is gone from the list: the cursor stays on its own.
    fn renew(&mut self, directory: &Directory) {
        let holders = directory.role(&self.role).map(|role| directory.holdings(&role.name)).unwrap_or_default();
        let kept = self.at.as_ref().and_then(|at| holders.iter().position(|(user, _)| user.id == *at));
        self.cursor = kept.unwrap_or(self.cursor).min(holders.len().saturating_sub(1));
        self.at = holders.get(self.cursor).map(|(user, _)| user.id.clone());
    }

    fn outlasts_plan(&self) -> bool {
        true
    }

    fn choose(self, app: &mut App, _: &mut Vec<AppEffect>) {
        app.go_to_holder(self);
    }

    fn subject(&self) -> OverlaySubject {
        OverlaySubject::Record(ResourceRef::role(&self.role))
    }
}

/// State of the box with two roles side by side.
#[derive(Debug)]
pub struct CompareBox {
    /// The two roles.
    pub sides: [Side; 2],
    /// Lines scrolled away.
    pub scroll: usize,
}

impl OverlayBehavior for CompareBox {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Work, Scope::Global]
    }

    fn scroll(&mut self) -> Option<&mut usize> {
        Some(&mut self.scroll)
    }
}

impl App {
    pub(super) fn open_role(&mut self, action: Action, effects: &mut Vec<AppEffect>) {
        let Some(target) = self.subject() else { return };
        if action == Action::RolePermissions && !target.is_provisional() {
            effects.push(AppEffect::Work(WorkerJob::Reread(target.clone())));
        }
        let id = target.id;
        let overlay = match action {
            Action::RolePermissions => Overlay::RoleEditor(RoleEditor::new(EditedRole::Role(id), &self.directory)),
            Action::Holders => Overlay::Holders(HoldersBox::new(id)),
            _ => match self.marked().as_slice() {
                [one, other] => {
                    Overlay::Compare(CompareBox { sides: [one.clone(), other.clone()].map(Side::Role), scroll: 0 })
                }
                [one] if *one != id => {
                    Overlay::Compare(CompareBox { sides: [one.clone(), id].map(Side::Role), scroll: 0 })
                }
                [_, _, ..] => return self.say("Two roles are compared: mark two, or none and pick the other."),
                _ => Overlay::Palette(self.other_roles(&id)),
            },
        };
        self.overlays.push(overlay);
    }

    /// Reads the roles of all users for whom the list had none.
    pub(super) fn load_roles(&mut self, effects: &mut Vec<AppEffect>) {
        let users = self.directory.records().users().values();
        let targets: Vec<ResourceRef> =
            users.filter(|user| self.directory.lacks_roles(user)).map(|user| ResourceRef::user(&user.id)).collect();
        self.say(format!("Reading the roles of {} users, one request each…", targets.len()));
        self.session.unbidden.read_alone.extend(targets.iter().cloned());
        effects.push(AppEffect::Work(WorkerJob::ReadEach(targets)));
    }

    /// The marked rows, where no box covers them.
    fn marked(&self) -> Vec<Id> {
        let pane = self.lists.pane().filter(|_| self.overlays.is_empty());
        pane.into_iter().flat_map(|pane| pane.marks.iter().cloned()).collect()
    }

    /// The roles with which this one can be compared.
    fn other_roles(&self, role: &Id) -> CommandPalette {
        let own = Side::Role(role.clone());
        let others = Side::all(&self.directory).into_iter().filter(|side| *side != own);
        let lines = others.map(|side| palette::PaletteLine {
            name: side.name(&self.directory).to_owned(),
            help: match &side {
                Side::Base(_) => "predefined".into(),
                Side::Role(id) => self.directory.role(id).map_or_else(String::new, |role| {
                    let adds = role.added().count();
                    format!("inherits {}, adds {adds}", role.inherits)
                }),
            },
            key: String::new(),
            refused: None,
            entry: palette::PaletteEntry::Compare([own.clone(), side]),
        });
        CommandPalette::of(format!("Compare {} with", own.name(&self.directory)), lines.collect())
    }

    /// True for a role that is no record on the server.
    pub(super) fn is_derived(&self, target: &ResourceRef) -> bool {
        target.kind == RecordKind::Role && self.directory.records().role_source().is_derived()
    }

    /// Opens the choice of the role that a group gives: one of the roles, or none.
    pub(super) fn open_mapping(&mut self) {
        let group = self.subject().and_then(|target| self.directory.team(&target.id)).map(|group| group.name.clone());
        let can = self.capabilities().map(|can| (can.mapping.clone(), can.mapping_note));
        let (Some(group), Some((Some(mapping), note))) = (group, can) else { return };
        let now = mapping.of(&group);
        let line = |role: Option<&Name>| palette::PaletteLine {
            name: role.map_or_else(|| "none".to_owned(), ToString::to_string),
            help: match (role == now, role) {
                (true, _) => "as it is now".into(),
                (false, Some(_)) => String::new(),
                (false, None) => "the group gives no role".into(),
            },
            key: String::new(),
            refused: None,
            entry: palette::PaletteEntry::MapGroup(group.clone(), role.cloned()),
        };
        let lines = mapping.order.iter().map(Some).chain([None]).map(line).collect();
        let title = format!("Role that {group} gives");
        let cursor = mapping.order.iter().position(|role| Some(role) == now).unwrap_or(mapping.order.len());
        self.overlays.push(Overlay::Palette(CommandPalette { note, cursor, ..CommandPalette::of(title, lines) }));
    }

    /// Saves the role that a group gives; the new role is valid only once it is saved.
    pub(super) fn map_group(&mut self, group: Name, role: Option<Name>, effects: &mut Vec<AppEffect>) {
        let Some(mapping) = self.capabilities().and_then(|can| can.mapping.clone()) else { return };
        if mapping.of(&group) == role.as_ref() {
            return self.say(format!("{group} gives that already."));
        }
        let mut mapping = (*mapping).clone();
        match role {
            Some(role) => drop(mapping.groups.insert(group.clone(), role)),
            None => drop(mapping.groups.shift_remove(&group)),
        }
        effects.push(AppEffect::MapGroup { mapping: Arc::new(mapping), group });
    }

    pub(super) fn on_mapped(
        &mut self,
        result: Result<(Arc<RoleMapping>, String), NotSaved>,
        effects: &mut Vec<AppEffect>,
    ) {
        match result {
            Ok((mapping, words)) => {
                let coverage = RecordKind::ALL.map(|kind| self.directory.coverage(kind).clone());
                effects.push(AppEffect::Work(WorkerJob::Remap(mapping, coverage)));
                self.say(words);
            }
            Err(why) => self.fail(why.to_string()),
        }
    }

    /// The holders of the role in the top box, as [`crate::directory::Directory::holdings`].
    pub fn holdings(&self, role: &Id) -> Vec<(&User, Vec<&Name>)> {
        self.directory.role(role).map(|role| self.directory.holdings(&role.name)).unwrap_or_default()
    }

    /// Goes from a holder to their row in Users; the box stays open where there is no such holder, or unsaved work
    /// under it.
    fn go_to_holder(&mut self, holders: HoldersBox) {
        let user = self.holdings(&holders.role).get(holders.cursor).map(|(user, _)| user.id.clone());
        self.overlays.push(holders.into());
        let Some(user) = user else { return };
        self.switch(Tab::Users);
        if self.lists.tab == Tab::Users {
            let (now, rows) = (self.now, self.screen.size.list_rows());
            let (pane, directory) = (&mut self.lists.panes[0], &self.directory);
            pane.reveal(&user, directory);
            if !pane.go_to(&user, rows, directory) {
                pane.filter.reset();
                pane.refilter(directory, now);
                pane.go_to(&user, rows, directory);
            }
        }
    }
}
