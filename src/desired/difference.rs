//! The changes that make a directory equal to a file.

use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    DesiredState, FilePlace, FileProblem, ProblemKind, RoleWish, TeamWish,
    joins::TeamJoins,
    people, prune,
    together::meant,
    values::ValueChecker,
    whom::{GROUP, UnresolvedName, Whom},
};
use crate::{
    directory::{
        Directory, Id, RecordKind, ResourceRef,
        change::{Change, ChangeId, ChangeVerb, ChangedField, RoleDraft, SendRank},
        find::MissingName,
        plan::ProviderCapabilities,
        record::{Record, Role},
    },
    scim::text::{clean, fold},
};

/// Options for the comparison, apart from the file.
#[derive(Debug, Clone, Copy, Default)]
pub struct DesiredChange {
    /// Remove memberships, registry roles and permissions that the file does not list, for records for which the file
    /// lists any of that kind.
    pub prune: bool,
    /// Deactivate people whom the file does not name.
    pub prune_users: bool,
    /// Delete teams that the file does not name.
    pub prune_teams: bool,
    /// Delete custom roles that the file does not define.
    pub prune_roles: bool,
    /// The treatment of a missing team that the file names as a user's team.
    pub missing_teams: MissingTeams,
}

/// The treatment of a missing team that somebody is to join.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum MissingTeams {
    /// A problem, which `--create-teams` would solve.
    #[default]
    CreatedOnRequest,
    /// A problem: the command has no option that creates the team.
    CreatedApart,
    /// The team is created.
    Created,
}

/// Data that exists and is missing from the file: only pruning removes it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LeftoverRecord {
    /// Memberships of users or teams that the file describes.
    pub memberships: usize,
    /// Registry roles of users that the file describes.
    pub registries: usize,
    /// Permissions of custom roles that the file describes.
    pub permissions: usize,
}

/// The result of comparing a directory with a file.
#[derive(Debug, Clone, Default)]
pub struct DesiredDifference {
    /// The changes in the order of sending; the order of the file does not matter.
    pub changes: Vec<Change>,
    /// Data that stays although the file lacks it.
    pub left: LeftoverRecord,
    /// Remarks that need a look.
    pub notes: Vec<String>,
    /// Data that the server does not tell, so that further differences may exist.
    pub not_told: Vec<String>,
}

/// Compares the file with the directory. `key` gives provisional ids for records to be created.
///
/// # Errors
/// Fails with all invalid parts of the file, in the file's order.
pub fn difference(
    desired: &DesiredState,
    directory: &Directory,
    can: &ProviderCapabilities,
    wish: DesiredChange,
    key: &mut dyn FnMut() -> ChangeId,
) -> Result<DesiredDifference, Vec<FileProblem>> {
    let mut differ = DifferenceFinder {
        whom: Whom::new(directory),
        stray_blanks: desired.stray_blanks,
        values: ValueChecker::new(directory, can),
        directory,
        wish,
        key,
        changes: Vec::new(),
        left: LeftoverRecord::default(),
        notes: Vec::new(),
        not_told: Vec::new(),
        new_people: FxHashMap::default(),
        new_teams: FxHashMap::default(),
    };
    differ.roles(&desired.roles);
    differ.teams(&desired.teams);
    let mut joins = TeamJoins::default();
    people::differ(&mut differ, desired, &mut joins);
    joins.changes(&mut differ);
    prune::whole(&mut differ, desired);
    let DifferenceFinder { values, mut changes, left, notes, not_told, .. } = differ;
    let problems = values.finish();
    if !problems.is_empty() {
        return Err(problems);
    }
    let created: FxHashMap<Id, String> = changes.iter().filter_map(created).collect();
    changes.sort_by_cached_key(|change| order(change, directory, &created));
    // Where no team can be deleted, the undo takes out whoever was added to it.
    let changes = if can.can(ChangeVerb::DeleteTeam).is_ok() { with_members(changes) } else { changes };
    Ok(DesiredDifference { changes, left, notes, not_told })
}

/// The changes, where new teams begin with the users who join them as ordinary members: a request for a new team takes
/// many, and an addition takes one. Users who are created, too, follow once they have an id.
fn with_members(changes: Vec<Change>) -> Vec<Change> {
    let new: FxHashSet<Id> = changes
        .iter()
        .filter(|change| matches!(change, Change::CreateTeam { .. }))
        .filter_map(|change| change.creates().cloned())
        .collect();
    let mut joining: FxHashMap<Id, Vec<Id>> = FxHashMap::default();
    let mut rest = Vec::with_capacity(changes.len());
    for change in changes {
        match change {
            Change::AddMember { team, user } if new.contains(&team) && !ResourceRef::user(&user).is_provisional() => {
                joining.entry(team).or_default().push(user);
            }
            other => rest.push(other),
        }
    }
    for change in &mut rest {
        if let Change::CreateTeam { key, members, .. } = change {
            members.extend(joining.remove(key).into_iter().flatten());
        }
    }
    rest
}

/// The state of a comparison.
pub(super) struct DifferenceFinder<'a, 'k> {
    pub whom: Whom<'a>,
    /// See [`DesiredState::stray_blanks`].
    pub stray_blanks: bool,
    pub values: ValueChecker<'a>,
    pub directory: &'a Directory,
    pub wish: DesiredChange,
    pub key: &'k mut dyn FnMut() -> ChangeId,
    pub changes: Vec<Change>,
    pub left: LeftoverRecord,
    pub notes: Vec<String>,
    pub not_told: Vec<String>,
    pub new_people: FxHashMap<String, Id>,
    pub new_teams: FxHashMap<String, Id>,
}

impl DifferenceFinder<'_, '_> {
    /// The id of the team with this name, including teams that the file creates.
    pub fn team(&mut self, place: &FilePlace, field: &str, name: &str) -> Option<Id> {
        let miss = match self.whom.team(name) {
            Ok(team) => return Some(team.id.clone()),
            Err(miss) => miss,
        };
        if let Some(new) = self.new_teams.get(&fold(name.trim())) {
            return Some(new.clone());
        }
        let unknown = matches!(miss, UnresolvedName::Missing(MissingName::Unknown(_)));
        if unknown && self.wish.missing_teams == MissingTeams::Created {
            return self.create_team(place, name, None);
        }
        let hint = match &miss {
            UnresolvedName::Missing(MissingName::Several(_)) => "; write its id",
            _ if unknown && self.wish.missing_teams == MissingTeams::CreatedOnRequest => "; --create-teams creates it",
            _ if unknown => "; `scimitar create team` creates it",
            _ => "",
        };
        let why = format!("{}{hint}", miss.sentence(&self.team_word(), name));
        self.values.problems.push(miss.problem(place, field, why));
        None
    }

    /// The id of the member with this name: a user, including users that the file creates, or a member that is no user.
    pub fn member(&mut self, place: &FilePlace, field: &str, name: &str) -> Option<Id> {
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

    /// True if the provider can create the record and the record is known not to exist; otherwise reports a problem.
    pub fn may_create(&mut self, kind: RecordKind, verb: ChangeVerb, place: &FilePlace, field: &'static str) -> bool {
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

    fn create_team(&mut self, place: &FilePlace, name: &str, external: Option<&String>) -> Option<Id> {
        if !self.may_create(RecordKind::Team, ChangeVerb::CreateTeam, place, "team") {
            return None;
        }
        let name = self.fresh(place, "team", name);
        let external_id = external.map(|id| self.fresh(place, "external_id", id)).unwrap_or_default();
        if self.values.can.external_ids && external_id.is_empty() {
            let why = format!("a new {} needs the identity provider's own id", self.team_word());
            self.values.problem(place, "external_id", why);
        }
        let key = (self.key)().provisional();
        self.new_teams.insert(fold(name.trim()), key.clone());
        self.changes.push(Change::CreateTeam {
            key: key.clone(),
            name,
            members: Vec::new(),
            bucket: None,
            external_id,
        });
        Some(key)
    }

    fn teams(&mut self, teams: &[TeamWish]) {
        for wish in teams {
            match self.whom.team(&wish.team) {
                Ok(_) => {}
                Err(UnresolvedName::Missing(MissingName::Unknown(_))) => {
                    if !self.new_teams.contains_key(&fold(wish.team.trim())) {
                        self.create_team(&wish.place, &wish.team, wish.external_id.as_ref());
                    }
                }
                Err(miss) => {
                    let hint = if matches!(miss, UnresolvedName::Missing(_)) { "; write its id" } else { "" };
                    let why = format!("{}{hint}", miss.sentence(&self.team_word(), &wish.team));
                    self.values.problems.push(miss.problem(&wish.place, "team", why));
                }
            }
        }
    }

    fn roles(&mut self, roles: &[RoleWish]) {
        let mut seen: FxHashMap<&str, &FilePlace> = FxHashMap::default();
        for wish in roles {
            // Role names are case-sensitive.
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
        if !self.may_create(RecordKind::Role, ChangeVerb::CreateRole, &wish.place, "custom_role") {
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
        if !same && self.values.can(ChangeVerb::EditRole, &wish.place, "custom_role") {
            self.changes.push(Change::EditRole { role: role.id.clone(), to });
        }
    }
}

/// The name of a created record, with the provisional id.
fn created(change: &Change) -> Option<(Id, String)> {
    let name = match change.created()? {
        Record::User(user) => fold(user.user_name.raw()),
        Record::Team(team) => fold(team.name.raw()),
        // Role names are case-sensitive.
        Record::Role(role) => role.name.raw().to_owned(),
    };
    Some((change.creates()?.clone(), name))
}

/// The order of sending: creations first, then grants, then removals; by name within each group.
fn order(change: &Change, directory: &Directory, created: &FxHashMap<Id, String>) -> (SendRank, Vec<String>) {
    let known = |target: &ResourceRef| match target.kind {
        RecordKind::User => directory.user(&target.id).map(|user| fold(user.user_name.raw())),
        RecordKind::Team => directory.team(&target.id).map(|team| fold(team.name.raw())),
        RecordKind::Role => directory.role(&target.id).map(|role| role.name.raw().to_owned()),
    };
    let name = |target: &ResourceRef| created.get(&target.id).cloned().or_else(|| known(target)).unwrap_or_default();
    let mut touches = change.touches();
    // A membership is sorted by its team.
    touches.sort_by_key(|(target, _)| target.kind != RecordKind::Team);
    let value = touches.first().map(|(_, field)| match field {
        ChangedField::Seat(seat) => seat.label().to_owned(),
        ChangedField::Registry(registry) => registry.as_ref().map_or_else(String::new, |name| name.raw().to_owned()),
        _ => String::new(),
    });
    (change.nature().rank, touches.iter().map(|(target, _)| name(target)).chain(value).collect())
}
