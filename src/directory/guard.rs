//! Guards: rules that refuse changes, or ask for more confirmation, in console and commands alike.
//!
//! A guard decides on known facts. If a deciding fact is unknown, the guard says so, and asks for a confirmation that
//! no flag of a command replaces.

use super::{
    Directory, Id, RecordKind,
    change::{Change, ChangeEffect},
    plan::{ProviderCapabilities, Risk, typed_name},
    record::{ADMIN, Team, User},
    refusal::{Refusal, RefusalCode},
};

mod among;
mod holders;
mod ledger;
mod mass;
mod others;
mod remaining;
mod settings;
#[cfg(test)]
mod tests;

pub use among::PeopleConcerns;
use among::no_known_admin;
use ledger::ChangeLedger;
pub use mass::BulkRemoval;
pub use others::{OtherAdmin, OtherAdmins};
use remaining::{Provider, RemainingAdmins};
pub use settings::GuardSettings;
use settings::is_called;

/// The limit of teams whose admins are asked for before a plan is drawn up. A plan of more teams names those whose
/// admins are not known.
pub const MOST_TEAMS_ASKED: usize = 20;

/// The limit of people who are read alone before a plan is drawn up, to see whether their records show a role that no
/// list shows.
pub const MOST_PEOPLE_READ: usize = 40;

/// The notes and demands that a guard adds to a change that it allows.
#[derive(Debug, Default)]
pub struct GuardedChange {
    /// More care than the change itself asks for.
    pub risk: Risk,
    /// The first so many of the sentences are grave.
    pub grave: usize,
    /// Sentences for the preview.
    pub notes: Vec<String>,
    /// Who else must be admin when it is sent.
    pub others: Vec<OtherAdmins>,
}

impl GuardedChange {
    fn say_grave(&mut self, sentence: impl Into<String>) {
        self.notes.insert(self.grave, sentence.into());
        self.grave += 1;
    }

    fn look(&mut self) {
        self.risk = self.risk.clone().max(Risk::Look);
    }

    fn insist(&mut self, user: &User) {
        self.insist_on(typed_name(&user.user_name, &user.id));
    }

    fn insist_on(&mut self, typed: String) {
        self.risk = self.risk.clone().max(Risk::Insist(typed));
    }

    /// Adds notes about facts that the worker will ask the server for; they need no further confirmation.
    fn promise(&mut self) {
        self.notes.extend(self.others.iter().filter_map(OtherAdmins::promise));
    }
}

/// Checks changes of one plan, each as if the changes before it had happened.
#[derive(Debug)]
pub struct ChangeGuard {
    guards: GuardSettings,
    provider: Provider,
    ledger: ChangeLedger,
    /// The places that would lose more than `max_removal` of the profile allows, with the refusal.
    mass: Vec<(BulkRemoval, String)>,
    /// More than one person is changed.
    many: bool,
    among: PeopleConcerns,
}

impl ChangeGuard {
    /// For these, with none of them added yet.
    pub fn new<'a>(
        can: &ProviderCapabilities,
        guards: &GuardSettings,
        directory: &Directory,
        changes: impl Iterator<Item = &'a Change> + Clone,
    ) -> Self {
        let words = |mass: BulkRemoval| {
            let words = mass.refusal(changes.clone(), guards.max_removal.unwrap_or_default());
            (mass, words)
        };
        let mass = BulkRemoval::beyond(changes.clone(), directory, guards.max_removal).into_iter().map(words).collect();
        let ledger = ChangeLedger::of(changes.clone(), directory);
        let mut people = changes.clone().flat_map(|change| change.concerned().chain(change.person()));
        let first = people.next();
        let many = people.any(|id| Some(id) != first);
        let mut among = PeopleConcerns::default();
        if changes.clone().flat_map(Change::concerned).next().is_some() {
            among.profile(guards.misfits(directory));
        }
        let is_open = |change: &Change| change.concerned().any(|person| !is_told_teams(change, person, can, directory));
        if can.holds().team_roles && changes.clone().any(is_open) {
            among.teams_unread();
        }
        Self { guards: guards.clone(), provider: Provider::of(can, directory), ledger, mass, many, among }
    }

    /// The places that lose more than the usual share: their numbers must be typed.
    pub fn take_mass(&mut self) -> Vec<BulkRemoval> {
        std::mem::take(&mut self.mass).into_iter().map(|(mass, _)| mass).collect()
    }

    /// The people among the allowed changes whom guards name, and the unknown facts about them.
    pub fn take_among(&mut self) -> PeopleConcerns {
        std::mem::take(&mut self.among)
    }

    /// Counts this change as sent: the next ones are checked as if it had happened.
    pub fn add(&mut self, change: &Change, directory: &Directory) {
        self.ledger.add(change, directory);
    }

    /// Checks one change against the known facts and the changes before it.
    ///
    /// # Errors
    ///
    /// The reason why the change is refused for everybody.
    pub fn check(&mut self, change: &Change, directory: &Directory) -> Result<GuardedChange, Refusal> {
        if let Some(refusal) = self.guards.closed() {
            return Err(refusal);
        }
        self.too_many(change)?;
        let mut guarded = GuardedChange::default();
        // A new member is no admin.
        if let Change::ReplaceMembers { team, stay, go, .. } = change {
            self.replacement(team, stay, go, directory, &mut guarded)?;
            guarded.promise();
        }
        if let Change::DeleteRole { role } = change {
            guarded.holders_told(role, directory);
        }
        let Some(user) = change.person().and_then(|id| directory.user(id)) else { return Ok(guarded) };
        if let Some(problem) = &user.problem {
            let (path, why) = (&problem.path, &problem.why);
            let why = format!("This record could not be read ({path}: {why}), so it is not edited.");
            return Err(Refusal::new(RefusalCode::UnreadableRecord, why));
        }
        // A single plan may give a protected person something without confirmation. Plans of several people leave
        // protected people out.
        if self.many || matches!(change.nature().effect, ChangeEffect::Takes | ChangeEffect::Alters) {
            self.protected(user, &mut guarded)?;
        }
        for key in self.guards.named_by(change, user) {
            guarded.look();
            let name = &user.user_name;
            self.among.profile([format!("{key} in the profile names {name} by this: change it there, too.")]);
        }
        self.admins_left(change, user, directory, &mut guarded)?;
        if change.nature().lowers_person() {
            self.lowered(user, directory, &mut guarded);
        }
        guarded.promise();
        Ok(guarded)
    }

    /// Refused only if the profile limits removals; otherwise the plan as a whole has a note.
    fn too_many(&self, change: &Change) -> Result<(), Refusal> {
        let refusal = self.mass.iter().find(|(mass, _)| self.guards.max_removal.is_some() && mass.takes(change));
        refusal.map_or(Ok(()), |(_, words)| Err(Refusal::new(RefusalCode::MassRemoval, words.clone())))
    }

    /// People whom the profile protects are changed alone, and on purpose.
    fn protected(&mut self, user: &User, guarded: &mut GuardedChange) -> Result<(), Refusal> {
        if !self.guards.is_protected(user) {
            return Ok(());
        }
        let name = &user.user_name;
        if self.many {
            let why = format!("{name} is protected in the profile, and is changed alone or not at all.");
            return Err(Refusal::new(RefusalCode::Protected, why));
        }
        guarded.insist(user);
        guarded.say_grave(format!("{name} is protected in the profile."));
        Ok(())
    }

    /// Whether the organisation and the teams concerned keep an admin.
    fn admins_left(
        &mut self,
        change: &Change,
        user: &User,
        directory: &Directory,
        guarded: &mut GuardedChange,
    ) -> Result<(), Refusal> {
        if ends_org_admin(change, user, directory) {
            self.organisation(user, directory, guarded)?;
            guarded.others.extend(self.ledger.other_org_admins(user, directory));
        }
        if !self.provider.team_roles {
            return Ok(());
        }
        // A team without an admin of its own is managed by organisation admins.
        for team in change.teams_lowered(self.provider.cascading_role.as_ref(), directory) {
            // Who is not in it is not its admin.
            let may_be_in =
                |team: &&Team| team.members.is_none() || directory.records().lists_member(&team.id, &user.id);
            if let Some(team) = directory.team(&team).filter(may_be_in) {
                self.team(user, team, directory, guarded);
            }
        }
        Ok(())
    }

    fn organisation(&mut self, user: &User, directory: &Directory, guarded: &mut GuardedChange) -> Result<(), Refusal> {
        let name = &user.user_name;
        match remaining::org_admins(&mut self.ledger, &self.provider, &self.guards, user, directory) {
            RemainingAdmins::Several | RemainingAdmins::NotHeld => {}
            RemainingAdmins::One => {
                guarded.look();
                guarded.say_grave(if directory.is_read(RecordKind::User) {
                    format!("One organisation admin is left after this{}.", basis(directory))
                } else {
                    // How many there are was not asked for.
                    "Another organisation admin is left after this.".to_owned()
                });
            }
            RemainingAdmins::Owner(owner) => {
                if user.org_role.holds(ADMIN) {
                    guarded.look();
                    guarded.notes.push(format!("{owner}, whose key this is, stays organisation admin."));
                }
            }
            RemainingAdmins::Named(admin) => {
                if user.org_role.holds(ADMIN) {
                    guarded.look();
                    guarded.notes.push(format!("{admin} stays organisation admin, by the profile's list."));
                }
            }
            RemainingAdmins::NotTold(why) => {
                guarded.insist(user);
                self.among.admins_not_told(user, why);
            }
            RemainingAdmins::Nobody if self.guards.allow_last_admin => {
                guarded.risk = guarded.risk.clone().max(Risk::Type(typed_name(name, &user.id)));
                guarded.say_grave("This is the last organisation admin.");
            }
            RemainingAdmins::Nobody => {
                let last = if user.org_role.holds(ADMIN) {
                    format!("{name} is the last organisation admin")
                } else {
                    format!("Beside {name} nobody would be left who may be organisation admin")
                };
                let why =
                    format!("{last}{}; nobody could undo this. Make somebody else admin first.", basis(directory));
                return Err(Refusal::new(RefusalCode::LastAdmin, why));
            }
        }
        Ok(())
    }

    fn team(&mut self, user: &User, team: &Team, directory: &Directory, guarded: &mut GuardedChange) {
        match self.ledger.team_after(user, team, directory) {
            TeamAfter::NoAdmin => {
                guarded.look();
                guarded.say_grave(no_known_admin(team.name.as_str()));
                self.among.bare_team(team, user);
            }
            TeamAfter::NotTold => {
                guarded.insist(user);
                self.among.team_not_told(team, user);
            }
            TeamAfter::Admins if guarded.others.len() < others::MOST => {
                guarded.others.extend(self.ledger.other_team_admins(user, team, directory));
            }
            TeamAfter::Admins => {}
        }
    }

    /// Somebody loses something: the owner of the key and admins are named.
    fn lowered(&mut self, user: &User, directory: &Directory, guarded: &mut GuardedChange) {
        if self.guards.is_me(user, directory) && !self.guards.allow_yourself {
            guarded.insist(user);
            guarded.say_grave("This is you: afterwards you may not be able to take it back.");
            self.among.me(user);
        }
        if user.org_role.holds(ADMIN) {
            guarded.look();
            self.among.org_admin(user);
        }
    }

    /// A person who leaves a team may be its last admin, the owner of the key, or protected.
    fn replacement(
        &mut self,
        team: &Id,
        stays: &[Id],
        go: &[Id],
        directory: &Directory,
        guarded: &mut GuardedChange,
    ) -> Result<(), Refusal> {
        let Some(team) = directory.team(team) else { return Ok(()) };
        for user in go.iter().filter_map(|id| directory.user(id)) {
            self.protected(user, guarded)?;
            if self.guards.is_me(user, directory) && !self.guards.allow_yourself {
                guarded.insist(user);
                guarded.say_grave("You leave it yourself: afterwards you may not be able to take it back.");
                self.among.me(user);
            }
        }
        if !self.provider.team_roles {
            return Ok(());
        }
        let admin = |id: &&Id| directory.user(id).and_then(|user| directory.is_team_admin(user, team));
        if !go.iter().any(|id| admin(&id) != Some(false)) {
            return Ok(());
        }
        let known = stays.iter().filter(|id| admin(id) == Some(true)).filter_map(|id| directory.user(id));
        let admins: Vec<OtherAdmin> = known.take(others::MOST).map(OtherAdmin::direct).collect();
        if !admins.is_empty() {
            guarded.others.push(OtherAdmins { team: Some(team.name.clone()), admins });
        } else if stays.iter().any(|id| admin(&id).is_none()) || !go.iter().any(|id| admin(&id) == Some(true)) {
            let gone = || go.iter().filter_map(|id| directory.user(id));
            match (go, gone().next()) {
                ([_], Some(user)) => guarded.insist(user),
                _ => guarded.insist_on(go.len().to_string()),
            }
            gone().for_each(|user| self.among.team_not_told(team, user));
        } else {
            guarded.look();
            guarded.say_grave(no_known_admin(team.name.as_str()));
            let admins = go.iter().filter(|id| admin(id) == Some(true)).filter_map(|id| directory.user(id));
            admins.for_each(|user| self.among.bare_team(team, user));
        }
        Ok(())
    }
}

/// The known admins of a team after a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TeamAfter {
    /// The user is no admin of the team, or another admin stays.
    Admins,
    /// The last known admin loses that.
    NoAdmin,
    /// The server does not tell who is admin.
    NotTold,
}

/// True if every team is known in which the change may take something from this person.
fn is_told_teams(change: &Change, person: &Id, can: &ProviderCapabilities, directory: &Directory) -> bool {
    match change.team() {
        _ if directory.is_complete(RecordKind::Team) => true,
        Some(team) => directory.team(team).is_some(),
        None => !change.lowers_in_teams(can.cascading_role.as_ref()) || directory.tells_teams_of(person),
    }
}

/// The number of people whose roles decide the answer, if not all roles are known.
fn basis(directory: &Directory) -> String {
    let (known, all) = (directory.org_roles_known(), directory.len(RecordKind::User));
    if known < all { format!(" (organisation role known for {known} of {all})") } else { String::new() }
}

/// True if the user may be an organisation admin now, and is none after the change.
fn ends_org_admin(change: &Change, user: &User, directory: &Directory) -> bool {
    takes_admin_away(change, user) || leaves_admin_group(change, user, directory)
}

/// An unknown role may be admin, so that a server that leaves roles out does not switch the guard off.
fn takes_admin_away(change: &Change, user: &User) -> bool {
    user.may_be_org_admin() && change.nature().ends_org_admin()
}

/// True if roles follow from groups, and this group makes the user an admin.
fn leaves_admin_group(change: &Change, user: &User, directory: &Directory) -> bool {
    let Change::RemoveMember { team, .. } = change else { return false };
    if !user.org_role.holds(ADMIN) {
        return false;
    }
    let left: Vec<Id> = directory.teams_of(&user.id).iter().filter(|other| *other != team).cloned().collect();
    let after = directory.records().derived_role(user, &left).unwrap_or_default();
    directory.records().role_source().is_mapping() && !after.is(ADMIN)
}
