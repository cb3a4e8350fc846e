//! Guards: changes that are refused, or need more care, whoever asks for them.
//!
//! A guard decides on what is known. Where the server does not tell what decides, the guard says so, and asks for a
//! confirmation that no flag of a command gives by itself.

use super::{
    Directory, Id, RecordKind,
    change::{Change, ChangeEffect},
    owner::KeyOwner,
    plan::{ProviderCapabilities, Risk, typed_name},
    record::{ADMIN, Team, User},
    refusal::{Refusal, RefusalCode},
};
use crate::scim::text::clean;

mod among;
mod holders;
mod ledger;
mod mass;
mod others;
mod remaining;
#[cfg(test)]
mod tests;

pub use among::PeopleConcerns;
use among::no_known_admin;
use ledger::ChangeLedger;
pub use mass::BulkRemoval;
pub use others::{OtherAdmin, OtherAdmins};
use remaining::{Provider, RemainingAdmins};

/// At most so many teams are asked for their admins before a plan is drawn up; the plan of more says which of them it
/// does not know.
pub const MOST_TEAMS_ASKED: usize = 20;

/// At most so many people are read one by one, before a plan is drawn up, to see whether their records tell a role that no
/// list tells.
pub const MOST_PEOPLE_READ: usize = 40;

/// The settings of a profile about guards.
#[derive(Debug, Clone, Default)]
pub struct GuardSettings {
    /// Refuse every edit.
    pub read_only: bool,
    /// Why changes can't be written down before they are sent, where that is so: nothing is sent then.
    pub no_journal: Option<String>,
    /// How the server contradicts what the profile says of it, where that is so: nothing is sent then.
    pub contradiction: Option<String>,
    /// User name or email of the key's owner, as the config names them.
    pub me: Option<String>,
    /// The last-admin guard was switched off by a line in the config.
    pub allow_last_admin: bool,
    /// Changing oneself needs no more care than changing anybody else: switched off by a line in the config.
    pub allow_yourself: bool,
    /// The share of all users, or of a team's members, that may be taken away at once, in percent; more is refused. Where
    /// the profile sets none, the numbers must be typed beyond a usual share.
    pub max_removal: Option<u8>,
    /// User names, emails or ids of people who are only changed alone.
    pub protected: Vec<String>,
    /// User names, emails or ids of organisation admins, for servers that do not tell who is one.
    pub admins: Vec<String>,
}

impl GuardSettings {
    /// Why nothing at all is sent, where that is so.
    pub fn closed(&self) -> Option<Refusal> {
        if self.read_only {
            let why = "This profile is read-only: nothing is sent. Remove read_only from it to edit.";
            return Some(Refusal::new(RefusalCode::ReadOnly, why));
        }
        if let Some(why) = &self.contradiction {
            return Some(Refusal::new(RefusalCode::Contradiction, why.clone()));
        }
        let why = self.no_journal.as_ref()?;
        let why = format!("Nothing is sent, for it can't be written down first: {}.", why.trim_end_matches('.'));
        Some(Refusal::new(RefusalCode::Unwritten, why))
    }

    /// The owner of the key that the config names, where that is somebody else than the owner that the server tells.
    pub fn contradicts(&self, owner: &KeyOwner) -> Option<&str> {
        self.me.as_deref().filter(|me| !owner.is_called(me))
    }

    /// True if the key in use is this user's, by the server or by the config.
    pub fn is_me(&self, user: &User, directory: &Directory) -> bool {
        directory.owner().is_some_and(|owner| owner.is(user))
            || self.me.as_deref().is_some_and(|me| is_called(user, me))
    }

    /// The profile's names that do not fit the server's answers, as sentences: names that are nobody's guard nobody.
    fn misfits(&self, directory: &Directory) -> Vec<String> {
        let owner = directory.owner();
        let whose = if directory.is_complete(RecordKind::User) {
            "nobody's name"
        } else {
            "nobody's of the users that are known"
        };
        let nobody = |key: &str, name: &String| {
            let known = remaining::is_somebody(name, directory) || owner.is_some_and(|owner| owner.is_called(name));
            (!known).then(|| format!("{key} in the profile: {} is {whose}, so it guards nobody.", clean(name)))
        };
        let contradiction = owner.and_then(|owner| Some((owner, self.contradicts(owner)?))).map(|(owner, me)| {
            format!(
                "The key belongs to {}, and the profile says me = {}: both are guarded. Correct the profile.",
                owner.user_name,
                clean(me)
            )
        });
        let named = self.names().into_iter().flat_map(|(key, names)| names.iter().map(move |name| (key, name)));
        named.filter_map(|(key, name)| nobody(key, name)).chain(contradiction).collect()
    }

    /// Names of users in the profile that are not the owner's of the key: whether they are anybody's the records tell.
    pub fn names_to_find(&self, directory: &Directory) -> Vec<String> {
        let is_owner = |name: &&String| directory.owner().is_some_and(|owner| owner.is_called(name));
        let mut names: Vec<String> =
            self.names().into_iter().flat_map(|(_, names)| names).filter(|name| !is_owner(name)).cloned().collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Keys of the profile that name users, with the names.
    fn names(&self) -> [(&'static str, &[String]); 3] {
        [("me", self.me.as_slice()), ("protected", &self.protected), ("admins", &self.admins)]
    }

    /// Of the keys `me`, `protected` and `admins` those that name this user by what the change alters.
    fn named_by(&self, change: &Change, user: &User) -> Vec<&'static str> {
        let old = match change {
            Change::SetEmail { .. } => &user.email,
            Change::SetAttribute { path, .. } if path.eq_ignore_ascii_case("userName") => &user.user_name,
            _ => return Vec::new(),
        };
        let by_old = |name: &String| old.is(name.trim()) && *user.id != *name.trim();
        self.names().into_iter().filter(|(_, names)| names.iter().any(by_old)).map(|(key, _)| key).collect()
    }

    fn is_protected(&self, user: &User) -> bool {
        self.protected.iter().any(|name| is_called(user, name))
    }
}

/// True for a user name, an email or an id of this user.
fn is_called(user: &User, name: &str) -> bool {
    let name = name.trim();
    !name.is_empty() && (user.user_name.is(name) || user.email.is(name) || *user.id == *name)
}

/// The additions of a guard to a change that it lets through.
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

    /// Says what is asked of the server, where it hangs on one of them; that asks for no more care.
    fn promise(&mut self) {
        self.notes.extend(self.others.iter().filter_map(OtherAdmins::promise));
    }
}

/// Checks changes that are meant together, one after another, each as if those before it had happened.
#[derive(Debug)]
pub struct ChangeGuard {
    guards: GuardSettings,
    provider: Provider,
    ledger: ChangeLedger,
    /// From where too many go, with the refusal for a profile that limits it.
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

    /// From where more goes than a usual share: the numbers are to be typed.
    pub fn take_mass(&mut self) -> Vec<BulkRemoval> {
        std::mem::take(&mut self.mass).into_iter().map(|(mass, _)| mass).collect()
    }

    /// Who is among those that it let through, and what is not known of them.
    pub fn take_among(&mut self) -> PeopleConcerns {
        std::mem::take(&mut self.among)
    }

    /// This change will be sent: the next ones are checked as if it had happened.
    pub fn add(&mut self, change: &Change, directory: &Directory) {
        self.ledger.add(change, directory);
    }

    /// Checks one change against what is known and against the changes before it.
    ///
    /// # Errors
    /// Why it is not sent, whoever asks.
    pub fn check(&mut self, change: &Change, directory: &Directory) -> Result<GuardedChange, Refusal> {
        if let Some(refusal) = self.guards.closed() {
            return Err(refusal);
        }
        self.too_many(change)?;
        let mut guarded = GuardedChange::default();
        // Whoever comes is a member without being admin.
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
        // Alone, a protected person may be given something without more ado; with others they are left out of everything.
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

    /// Refused where the profile says how many may go at once; else the plan as a whole says it.
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
        // Without an admin of its own, a team is managed by organisation admins alone.
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
                if user.org_role.is(ADMIN) {
                    guarded.look();
                    guarded.notes.push(format!("{owner}, whose key this is, stays organisation admin."));
                }
            }
            RemainingAdmins::Named(admin) => {
                if user.org_role.is(ADMIN) {
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
                let last = if user.org_role.is(ADMIN) {
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

    /// Somebody loses something: you, and admins, are named.
    fn lowered(&mut self, user: &User, directory: &Directory, guarded: &mut GuardedChange) {
        if self.guards.is_me(user, directory) && !self.guards.allow_yourself {
            guarded.insist(user);
            guarded.say_grave("This is you: afterwards you may not be able to take it back.");
            self.among.me(user);
        }
        if user.org_role.is(ADMIN) {
            guarded.look();
            self.among.org_admin(user);
        }
    }

    /// Who goes from a team may be its last admin, the owner of the key, or protected.
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
    /// This user is no admin of it, or another admin is left.
    Admins,
    /// The last known admin loses that.
    NoAdmin,
    /// The server does not tell who is admin.
    NotTold,
}

/// True where each team is known in which the change may take something from this person.
fn is_told_teams(change: &Change, person: &Id, can: &ProviderCapabilities, directory: &Directory) -> bool {
    match change.team() {
        _ if directory.is_complete(RecordKind::Team) => true,
        Some(team) => directory.team(team).is_some(),
        None => !change.lowers_in_teams(can.cascading_role.as_ref()) || directory.tells_teams_of(person),
    }
}

/// On how many roles the answer rests, where not all are told.
fn basis(directory: &Directory) -> String {
    let (known, all) = (directory.org_roles_known(), directory.len(RecordKind::User));
    if known < all { format!(" (organisation role known for {known} of {all})") } else { String::new() }
}

/// True where the user may be an organisation admin, and is none after the change.
fn ends_org_admin(change: &Change, user: &User, directory: &Directory) -> bool {
    takes_admin_away(change, user) || leaves_admin_group(change, user, directory)
}

/// An unknown role may be admin: what a server leaves out must not switch the guard off.
fn takes_admin_away(change: &Change, user: &User) -> bool {
    user.may_be_org_admin() && change.nature().ends_org_admin()
}

/// True where the role follows from groups, and this group is what makes them admin.
fn leaves_admin_group(change: &Change, user: &User, directory: &Directory) -> bool {
    let Change::RemoveMember { team, .. } = change else { return false };
    if !user.org_role.is(ADMIN) {
        return false;
    }
    let left: Vec<Id> = directory.teams_of(&user.id).iter().filter(|other| *other != team).cloned().collect();
    let after = directory.records().derived_role(user, &left).unwrap_or_default();
    directory.records().role_source().is_mapping() && !after.is(ADMIN)
}
