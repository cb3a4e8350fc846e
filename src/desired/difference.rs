//! What has to change so that a directory is as a file says.

use rustc_hash::FxHashMap;

use super::{
    Desired, Place, Problem, RoleWish, TeamWish,
    people::{self, Joins},
    prune,
    values::Values,
};
use crate::{
    directory::{
        Directory, Id,
        change::{Change, ChangeId, RoleDraft, Verb},
        find::{Finder, Missing},
        plan::Capabilities,
        record::Role,
    },
    scim::text::{clean, fold},
};

/// What is wanted beside the file.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wish {
    /// Remove memberships, registry roles and permissions that the file does not list, where it lists any of their kind
    /// for that record.
    pub prune: bool,
    /// Deactivate people whom the file does not name.
    pub prune_users: bool,
    /// Delete teams that the file does not name.
    pub prune_teams: bool,
    /// Delete custom roles that the file does not define.
    pub prune_roles: bool,
    /// Create teams that are named as somebody's and do not exist.
    pub create_teams: bool,
}

/// What is there and not in the file: only pruning touches it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Left {
    /// Memberships of users or teams that the file speaks of.
    pub memberships: usize,
    /// Registry roles likewise.
    pub registries: usize,
    /// Permissions of custom roles likewise.
    pub permissions: usize,
}

/// The way from a directory to what a file says.
#[derive(Debug, Clone, Default)]
pub struct Difference {
    /// In the order in which they should be sent; the same for the same file in any order.
    pub changes: Vec<Change>,
    /// What stays although the file does not have it.
    pub left: Left,
    /// What is worth a look.
    pub notes: Vec<String>,
}

/// Compares. `key` gives ids for what is to be created.
///
/// # Errors
/// Everything in the file that can't be meant, in its order.
pub fn difference(
    desired: &Desired,
    directory: &Directory,
    can: &Capabilities,
    wish: Wish,
    key: &mut dyn FnMut() -> ChangeId,
) -> Result<Difference, Vec<Problem>> {
    let mut differ = Differ {
        finder: Finder::new(directory),
        values: Values::new(directory, can),
        directory,
        wish,
        key,
        changes: Vec::new(),
        left: Left::default(),
        notes: Vec::new(),
        new_people: FxHashMap::default(),
        new_teams: FxHashMap::default(),
    };
    differ.roles(&desired.roles);
    differ.teams(&desired.teams);
    let mut joins = Joins::default();
    people::differ(&mut differ, desired, &mut joins);
    joins.changes(&mut differ);
    prune::whole(&mut differ, desired);
    let Differ { values, mut changes, left, notes, .. } = differ;
    let problems = values.finish();
    if !problems.is_empty() {
        return Err(problems);
    }
    let created: FxHashMap<Id, String> = changes.iter().filter_map(created).collect();
    changes.sort_by_cached_key(|change| order(change, directory, &created));
    Ok(Difference { changes, left, notes })
}

/// The comparison on its way.
pub(super) struct Differ<'a, 'k> {
    pub finder: Finder<'a>,
    pub values: Values<'a>,
    pub directory: &'a Directory,
    pub wish: Wish,
    pub key: &'k mut dyn FnMut() -> ChangeId,
    pub changes: Vec<Change>,
    pub left: Left,
    pub notes: Vec<String>,
    pub new_people: FxHashMap<String, Id>,
    pub new_teams: FxHashMap<String, Id>,
}

impl Differ<'_, '_> {
    /// The team of that name, which may be one that the file creates.
    pub fn team(&mut self, place: &Place, field: &str, name: &str) -> Option<Id> {
        match self.finder.team(name) {
            Ok(team) => Some(team.id.clone()),
            Err(missing) => {
                if let Some(new) = self.new_teams.get(&fold(name)) {
                    return Some(new.clone());
                }
                if matches!(missing, Missing::Unknown(_)) && self.wish.create_teams {
                    return self.create_team(place, name);
                }
                let word = self.values.can.holds().say("team").into_owned();
                let hint = match missing {
                    Missing::Unknown(_) => "; --create-teams creates it",
                    Missing::Several(_) => "; write its id",
                };
                self.values.problem(place, field, format!("{}{hint}", missing.sentence(&word, name)));
                None
            }
        }
    }

    /// The user of that name, who may be one that the file creates.
    pub fn user(&mut self, place: &Place, field: &str, name: &str) -> Option<Id> {
        match self.finder.account(name) {
            Ok(user) => Some(user.id.clone()),
            Err(missing) => {
                if let Some(new) = self.new_people.get(&fold(name)) {
                    return Some(new.clone());
                }
                self.values.problem(place, field, missing.sentence("user", name));
                None
            }
        }
    }

    fn create_team(&mut self, place: &Place, name: &str) -> Option<Id> {
        if !self.values.can(Verb::CreateTeam, place, "team") {
            return None;
        }
        let key = (self.key)().provisional();
        self.new_teams.insert(fold(name), key.clone());
        self.changes.push(Change::CreateTeam {
            key: key.clone(),
            name: name.to_owned(),
            members: Vec::new(),
            bucket: None,
        });
        Some(key)
    }

    fn teams(&mut self, teams: &[TeamWish]) {
        for wish in teams {
            match self.finder.team(&wish.team) {
                Ok(_) => {}
                Err(Missing::Unknown(_)) => drop(self.create_team(&wish.place, &wish.team)),
                Err(several) => {
                    let why = format!("{}; write its id", several.sentence("team", &wish.team));
                    self.values.problem(&wish.place, "team", why);
                }
            }
        }
    }

    fn roles(&mut self, roles: &[RoleWish]) {
        for wish in roles {
            // Role names differ by case.
            let known = self.directory.records().roles().values().find(|role| role.name.raw() == wish.role);
            match known {
                Some(role) => self.edit_role(role, wish),
                None => self.create_role(wish),
            }
        }
    }

    fn create_role(&mut self, wish: &RoleWish) {
        if !self.values.can(Verb::CreateRole, &wish.place, "custom_role") {
            return;
        }
        let Some(inherits) = &wish.inherits else {
            let why = format!("{} is a new role: say which predefined one it inherits from", clean(&wish.role));
            self.values.problem(&wish.place, "inherits", why);
            return;
        };
        let Some(inherits) = self.values.base(&wish.place, inherits) else { return };
        let mut added = wish.permissions.clone().unwrap_or_default();
        added.sort();
        self.values.permissions(&wish.place, &added);
        self.values.new_roles.push(wish.role.clone());
        let description = wish.description.clone().unwrap_or_default();
        let role = RoleDraft { name: wish.role.clone(), description, inherits, added };
        let key = (self.key)().provisional();
        self.changes.push(Change::CreateRole { key, role });
    }

    fn edit_role(&mut self, role: &Role, wish: &RoleWish) {
        let now = RoleDraft::of(role);
        let mut to = now.clone();
        if let Some(text) = &wish.inherits
            && let Some(base) = self.values.base(&wish.place, text)
        {
            to.inherits = base;
        }
        if let Some(description) = &wish.description {
            to.description.clone_from(description);
        }
        if let Some(wanted) = &wish.permissions {
            self.values.permissions(&wish.place, wanted);
            let more = now.added.iter().filter(|name| !wanted.contains(name)).count();
            if self.wish.prune {
                to.added.retain(|name| wanted.contains(name));
            } else {
                self.left.permissions += more;
            }
            let mut new: Vec<String> = wanted.iter().filter(|name| !now.added.contains(name)).cloned().collect();
            new.sort();
            to.added.extend(new);
        }
        let same = to.inherits.eq_ignore_ascii_case(&now.inherits)
            && (&to.description, &to.added) == (&now.description, &now.added);
        if !same && self.values.can(Verb::EditRole, &wish.place, "custom_role") {
            self.changes.push(Change::EditRole { role: role.id.clone(), to });
        }
    }
}

fn created(change: &Change) -> Option<(Id, String)> {
    match change {
        Change::CreateUser { key, user } => Some((key.clone(), fold(&user.user_name))),
        Change::CreateTeam { key, name, .. } => Some((key.clone(), fold(name))),
        _ => None,
    }
}

/// What comes first, by kind, then by name: creations, then what gives, then what takes away.
fn order(change: &Change, directory: &Directory, created: &FxHashMap<Id, String>) -> (u8, String, String) {
    let new = |id: &Id| created.get(id).cloned().unwrap_or_default();
    let user = |id: &Id| directory.user(id).map_or_else(|| new(id), |user| fold(user.user_name.raw()));
    let team = |id: &Id| directory.team(id).map_or_else(|| new(id), |team| fold(team.name.raw()));
    let rank = |rank: u8, first: String| (rank, first, String::new());
    match change {
        Change::CreateRole { role, .. } => rank(0, role.name.clone()),
        Change::EditRole { to, .. } => rank(1, to.name.clone()),
        Change::CreateTeam { name, .. } => rank(2, fold(name)),
        Change::CreateUser { user, .. } => rank(3, fold(&user.user_name)),
        Change::SetDisplayName { user: id, .. } => rank(4, user(id)),
        Change::SetEmail { user: id, .. } => rank(5, user(id)),
        Change::SetActive { user: id, active: true } => rank(6, user(id)),
        Change::SetSeat { user: id, seat, .. } => (7, user(id), seat.label().to_owned()),
        // Somebody must be admin before another one stops being it.
        Change::SetOrgRole { user: id, role } if role.is("admin") => rank(8, user(id)),
        Change::SetOrgRole { user: id, .. } => rank(9, user(id)),
        Change::SetTeamRole { user: id, team: at, role } if role.is("admin") => (10, team(at), user(id)),
        Change::AddMember { user: id, team: at } | Change::SetTeamRole { user: id, team: at, .. } => {
            (11, team(at), user(id))
        }
        Change::SetRegistryRole { user: id, registry, .. } => (12, user(id), registry.raw().to_owned()),
        Change::RemoveRegistryRole { user: id, .. } => rank(13, user(id)),
        Change::RemoveMember { user: id, team: at } => (14, team(at), user(id)),
        Change::SetActive { user: id, .. } => rank(15, user(id)),
        Change::DeleteTeam { team: at } => rank(16, team(at)),
        _ => rank(17, String::new()),
    }
}
