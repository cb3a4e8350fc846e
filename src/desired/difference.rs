//! What has to change so that a directory is as a file says.

use rustc_hash::FxHashMap;

use super::{
    Desired, Place, Problem, ProblemKind, RoleWish, TeamWish,
    joins::Joins,
    people, prune,
    together::meant,
    values::Values,
    whom::{GROUP, Miss, Whom},
};
use crate::{
    directory::{
        Directory, Id, Kind, Target,
        change::{Change, ChangeId, Field, RoleDraft, SendRank, Verb},
        find::Missing,
        plan::Capabilities,
        record::{Record, Role},
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
    /// What the server does not tell, so that it is not known whether more differs.
    pub not_told: Vec<String>,
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
        whom: Whom::new(directory),
        stray_blanks: desired.stray_blanks,
        values: Values::new(directory, can),
        directory,
        wish,
        key,
        changes: Vec::new(),
        left: Left::default(),
        notes: Vec::new(),
        not_told: Vec::new(),
        new_people: FxHashMap::default(),
        new_teams: FxHashMap::default(),
    };
    differ.roles(&desired.roles);
    differ.teams(&desired.teams);
    let mut joins = Joins::default();
    people::differ(&mut differ, desired, &mut joins);
    joins.changes(&mut differ);
    prune::whole(&mut differ, desired);
    let Differ { values, mut changes, left, notes, not_told, .. } = differ;
    let problems = values.finish();
    if !problems.is_empty() {
        return Err(problems);
    }
    let created: FxHashMap<Id, String> = changes.iter().filter_map(created).collect();
    changes.sort_by_cached_key(|change| order(change, directory, &created));
    Ok(Difference { changes, left, notes, not_told })
}

/// The comparison on its way.
pub(super) struct Differ<'a, 'k> {
    pub whom: Whom<'a>,
    /// See [`Desired::stray_blanks`].
    pub stray_blanks: bool,
    pub values: Values<'a>,
    pub directory: &'a Directory,
    pub wish: Wish,
    pub key: &'k mut dyn FnMut() -> ChangeId,
    pub changes: Vec<Change>,
    pub left: Left,
    pub notes: Vec<String>,
    pub not_told: Vec<String>,
    pub new_people: FxHashMap<String, Id>,
    pub new_teams: FxHashMap<String, Id>,
}

impl Differ<'_, '_> {
    /// The team of that name, which may be one that the file creates.
    pub fn team(&mut self, place: &Place, field: &str, name: &str) -> Option<Id> {
        let miss = match self.whom.team(name) {
            Ok(team) => return Some(team.id.clone()),
            Err(miss) => miss,
        };
        if let Some(new) = self.new_teams.get(&fold(name.trim())) {
            return Some(new.clone());
        }
        let unknown = matches!(miss, Miss::Missing(Missing::Unknown(_)));
        if unknown && self.wish.create_teams {
            return self.create_team(place, name);
        }
        let hint = match &miss {
            Miss::Missing(Missing::Several(_)) => "; write its id",
            _ if unknown => "; --create-teams creates it",
            _ => "",
        };
        let why = format!("{}{hint}", miss.sentence(&self.team_word(), name));
        self.values.problems.push(miss.problem(place, field, why));
        None
    }

    /// The member of that name: a user, who may be one that the file creates, or a member that is no user.
    pub fn member(&mut self, place: &Place, field: &str, name: &str) -> Option<Id> {
        let miss = match self.whom.subject(name) {
            Ok(subject) => return Some(subject.id().clone()),
            Err(miss) => miss,
        };
        if let Some(new) = self.new_people.get(&fold(name.trim())) {
            return Some(new.clone());
        }
        let problem = match name.trim().strip_prefix(GROUP).map(|group| (group, self.whom.team(group))) {
            Some((group, Err(miss))) => miss.problem(place, field, miss.sentence(&self.team_word(), group)),
            _ => miss.problem(place, field, miss.sentence("user", name)),
        };
        self.values.problems.push(problem);
        None
    }

    fn team_word(&self) -> String {
        self.values.can.holds().say("team").into_owned()
    }

    /// True where the provider can do it and the record is known not to be there; else that is a problem.
    pub fn may_create(&mut self, kind: Kind, verb: Verb, place: &Place, field: &'static str) -> bool {
        if !self.values.can(verb, place, field) {
            return false;
        }
        let coverage = self.directory.coverage(kind);
        if !coverage.is_complete() {
            let word = self.values.can.holds().say(kind.plural());
            let why = format!("not among the {word} that are known, and not all are ({coverage}): none is created");
            self.values.problems.push(place.problem(field, why).of(ProblemKind::NameUnknown));
        }
        coverage.is_complete()
    }

    fn create_team(&mut self, place: &Place, name: &str) -> Option<Id> {
        if !self.may_create(Kind::Team, Verb::CreateTeam, place, "team") {
            return None;
        }
        let name = self.fresh(place, "team", name);
        let key = (self.key)().provisional();
        self.new_teams.insert(fold(name.trim()), key.clone());
        self.changes.push(Change::CreateTeam { key: key.clone(), name, members: Vec::new(), bucket: None });
        Some(key)
    }

    fn teams(&mut self, teams: &[TeamWish]) {
        for wish in teams {
            match self.whom.team(&wish.team) {
                Ok(_) => {}
                Err(Miss::Missing(Missing::Unknown(_))) => {
                    if !self.new_teams.contains_key(&fold(wish.team.trim())) {
                        self.create_team(&wish.place, &wish.team);
                    }
                }
                Err(miss) => {
                    let hint = if matches!(miss, Miss::Missing(_)) { "; write its id" } else { "" };
                    let why = format!("{}{hint}", miss.sentence(&self.team_word(), &wish.team));
                    self.values.problems.push(miss.problem(&wish.place, "team", why));
                }
            }
        }
    }

    fn roles(&mut self, roles: &[RoleWish]) {
        let mut seen: FxHashMap<&str, &Place> = FxHashMap::default();
        for wish in roles {
            // Role names differ by case.
            let named = |name: &str| self.directory.records().roles().values().find(|role| role.name.raw() == name);
            let name = named(&wish.role).map_or(meant(&wish.role, "", self.stray_blanks), |role| role.name.raw());
            if let Some(earlier) = seen.insert(name, &wish.place) {
                self.values.problem(&wish.place, "custom_role", format!("{} is about the same role", earlier.words));
            }
            match named(name) {
                Some(role) => self.edit_role(role, wish),
                None => self.create_role(wish),
            }
        }
    }

    fn create_role(&mut self, wish: &RoleWish) {
        if !self.may_create(Kind::Role, Verb::CreateRole, &wish.place, "custom_role") {
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
        let name = self.fresh(&wish.place, "custom_role", &wish.role);
        self.values.new_roles.push(name.clone());
        let description = wish.description.as_ref().map(|text| self.words(&wish.place, "description", text));
        let role = RoleDraft { name, description: description.unwrap_or_default(), inherits, added };
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
        if let Some(text) = &wish.description
            && meant(text, &now.description, self.stray_blanks) != now.description
        {
            to.description = self.words(&wish.place, "description", text);
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

/// The names that new records get, by their provisional ids.
fn created(change: &Change) -> Option<(Id, String)> {
    let name = match change.created()? {
        Record::User(user) => fold(user.user_name.raw()),
        Record::Team(team) => fold(team.name.raw()),
        // Names of roles differ by case.
        Record::Role(role) => role.name.raw().to_owned(),
    };
    Some((change.creates()?.clone(), name))
}

/// Creations first, then what gives, then what takes away; within each by name.
fn order(change: &Change, directory: &Directory, created: &FxHashMap<Id, String>) -> (SendRank, Vec<String>) {
    let known = |target: &Target| match target.kind {
        Kind::User => directory.user(&target.id).map(|user| fold(user.user_name.raw())),
        Kind::Team => directory.team(&target.id).map(|team| fold(team.name.raw())),
        Kind::Role => directory.role(&target.id).map(|role| role.name.raw().to_owned()),
    };
    let name = |target: &Target| created.get(&target.id).cloned().or_else(|| known(target)).unwrap_or_default();
    let mut touches = change.touches();
    // A membership stands with its team.
    touches.sort_by_key(|(target, _)| target.kind != Kind::Team);
    let value = touches.first().map(|(_, field)| match field {
        Field::Seat(seat) => seat.label().to_owned(),
        Field::Registry(registry) => registry.as_ref().map_or_else(String::new, |name| name.raw().to_owned()),
        _ => String::new(),
    });
    (change.nature().rank, touches.iter().map(|(target, _)| name(target)).chain(value).collect())
}
