//! Guards: changes that are refused, or need more care, whoever asks for them.

use super::{
    Directory, Id,
    change::Change,
    owner::KeyOwner,
    plan::Risk,
    record::{ADMIN, Team, User},
};

mod ledger;
mod mass;
mod others;
#[cfg(test)]
mod tests;

use ledger::Ledger;
pub use mass::Mass;
pub use others::{Admin, Others};

/// What a profile sets about guards.
#[derive(Debug, Clone, Default)]
pub struct Guards {
    /// Refuse every edit.
    pub read_only: bool,
    /// User name or email of the key's owner, where it is known.
    pub me: Option<String>,
    /// The last-admin guard was switched off by a line in the config.
    pub allow_last_admin: bool,
    /// Changing oneself needs no more care than changing anybody else: switched off by a line in the config.
    pub allow_yourself: bool,
    /// The share of all users, or of a team's members, that may be taken away at once, in percent; more is refused. Where
    /// the profile sets none, the numbers must be typed beyond a usual share.
    pub max_removal: Option<u8>,
}

/// What a guard adds to a change that it lets through.
#[derive(Debug, Default)]
pub struct Guarded {
    /// More care than the change itself asks for.
    pub risk: Risk,
    /// Sentences for the preview.
    pub notes: Vec<String>,
    /// Who else must be admin when it is sent.
    pub others: Vec<Others>,
}

/// Checks changes that are meant together, one after another, each as if those before it had happened.
#[derive(Debug)]
pub struct Guard {
    guards: Guards,
    ledger: Ledger,
    /// From where too many go, with the sentence about it.
    mass: Vec<(Mass, String)>,
}

impl Guards {
    /// The owner of the key that the config names, where that is somebody else than the owner that the server tells.
    pub fn contradicts(&self, owner: &KeyOwner) -> Option<&str> {
        self.me.as_deref().filter(|me| !owner.is_called(me))
    }
}

impl Guard {
    /// For these, with none of them added yet.
    pub fn new<'a>(directory: &Directory, guards: &Guards, changes: impl Iterator<Item = &'a Change> + Clone) -> Self {
        let words = |mass: Mass| {
            let words = match guards.max_removal {
                Some(percent) => mass.refusal(changes.clone(), percent),
                None => mass.note(changes.clone()),
            };
            (mass, words)
        };
        let mass = Mass::beyond(changes.clone(), directory, guards.max_removal).into_iter().map(words).collect();
        Self { guards: guards.clone(), ledger: Ledger::default(), mass }
    }

    /// From where more goes than a usual share: the numbers are to be typed.
    pub fn into_mass(self) -> Vec<Mass> {
        self.mass.into_iter().map(|(mass, _)| mass).collect()
    }

    /// This change will be sent: the next ones are checked as if it had happened.
    pub fn add(&mut self, change: &Change, directory: &Directory) {
        self.ledger.add(change, directory);
    }

    /// Checks one change against what is known and against the changes before it.
    ///
    /// # Errors
    /// The sentence that the person is told.
    pub fn check(&mut self, change: &Change, directory: &Directory) -> Result<Guarded, String> {
        if self.guards.read_only {
            return Err("This profile is read-only: nothing is sent. Remove read_only from it to edit.".into());
        }
        let mut guarded = Guarded::default();
        self.too_many(change, &mut guarded)?;
        if let Change::ReplaceMembers { team, stay, come, go } = change {
            replacement(team, [stay, come], go, directory, &self.guards, &mut guarded);
            guarded.promise();
        }
        let Some(user) = change.person().and_then(|id| directory.user(id)) else { return Ok(guarded) };
        if let Some(problem) = &user.problem {
            let (path, why) = (&problem.path, &problem.why);
            return Err(format!("This record could not be read ({path}: {why}), so it is not edited."));
        }
        let is_admin = user.org_role.is("admin");
        if takes_admin_away(change, user) || leaves_admin_group(change, user, directory) {
            self.last_admin(user, directory, &mut guarded)?;
            guarded.others.extend(self.ledger.other_org_admins(user, directory));
        }
        for team in teams_concerned(change, user, directory) {
            if self.ledger.is_last_admin(user, team, directory) {
                guarded.notes.push(format!("{} has no known admin after this.", team.name));
            } else if guarded.others.len() < others::MOST {
                guarded.others.extend(self.ledger.other_team_admins(user, team, directory));
            }
        }
        if !guarded.notes.is_empty() {
            guarded.risk = guarded.risk.max(Risk::Look);
        }
        if weakens(change) && !self.guards.allow_yourself && is_me(user, &self.guards) {
            guarded.risk = guarded.risk.max(Risk::Type(user.user_name.as_str().to_owned()));
            guarded.notes.push("This is you: afterwards you may not be able to take it back.".into());
        }
        if is_admin && weakens(change) {
            guarded.risk = guarded.risk.max(Risk::Look);
        }
        guarded.promise();
        Ok(guarded)
    }

    /// Refused where the profile says how many may go at once; else said with the first of them.
    fn too_many(&mut self, change: &Change, guarded: &mut Guarded) -> Result<(), String> {
        for (_, words) in self.mass.iter_mut().filter(|(mass, _)| mass.takes(change)) {
            if self.guards.max_removal.is_some() {
                return Err(words.clone());
            }
            if !words.is_empty() {
                guarded.notes.push(std::mem::take(words));
                guarded.risk = guarded.risk.clone().max(Risk::Look);
            }
        }
        Ok(())
    }

    fn last_admin(&mut self, user: &User, directory: &Directory, guarded: &mut Guarded) -> Result<(), String> {
        let (known, others) = self.ledger.org_admins_beside(user, directory);
        if known == 0 {
            // Nothing is known about anyone's role: this provider has no organisation roles, or none was read yet.
            return Ok(());
        }
        let all = directory.len(super::Kind::User);
        let basis =
            if known < all { format!(" (organisation role known for {known} of {all})") } else { String::new() };
        match (others, self.guards.allow_last_admin) {
            // Only those were read whom the server's filter found.
            (0, _) if !directory.is_complete(super::Kind::User) => {
                guarded.risk = Risk::Type(user.user_name.as_str().to_owned());
                guarded
                    .notes
                    .push("Only some users were read: whether another organisation admin is left is not known.".into());
                Ok(())
            }
            (0, false) => Err(format!(
                "{} is the last organisation admin{basis}; nobody could undo this. Make somebody else admin first.",
                user.user_name
            )),
            (0, true) => {
                guarded.risk = Risk::Type(user.user_name.as_str().to_owned());
                guarded.notes.push(format!("This is the last organisation admin{basis}."));
                Ok(())
            }
            (1, _) => {
                guarded.notes.push(format!("One organisation admin is left after this{basis}."));
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

impl Guarded {
    /// Says what is asked of the server, where it hangs on one of them; that asks for no more care.
    fn promise(&mut self) {
        self.notes.extend(self.others.iter().filter_map(Others::promise));
    }
}

/// Teams that may lose an admin: without any, only organisation admins could manage them.
fn teams_concerned<'a>(change: &Change, user: &User, directory: &'a Directory) -> Vec<&'a Team> {
    let teams: Vec<Id> = match change {
        Change::RemoveMember { team, .. } => vec![team.clone()],
        Change::SetTeamRole { team, role, .. } if !role.is("admin") => vec![team.clone()],
        Change::DeleteUser { .. } | Change::SetActive { active: false, .. } => directory.teams_of(&user.id),
        _ => Vec::new(),
    };
    teams.iter().filter_map(|id| directory.team(id)).collect()
}

/// True for changes that can only lower what the person may do.
fn weakens(change: &Change) -> bool {
    match change {
        Change::SetOrgRole { role, .. } | Change::SetTeamRole { role, .. } => !role.is("admin"),
        Change::SetActive { active, .. } => !active,
        Change::DeleteUser { .. } | Change::RemoveMember { .. } => true,
        _ => false,
    }
}

fn takes_admin_away(change: &Change, user: &User) -> bool {
    // An unknown role may be admin: what a server leaves out must not switch the guard off.
    let may_be_admin = user.org_role.may_be(ADMIN);
    may_be_admin
        && match change {
            Change::SetOrgRole { role, .. } => !role.is("admin"),
            Change::SetActive { active, .. } => !active,
            Change::DeleteUser { .. } => true,
            _ => false,
        }
}

/// True where the role follows from groups, and this group is what makes them admin.
fn leaves_admin_group(change: &Change, user: &User, directory: &Directory) -> bool {
    let Change::RemoveMember { team, .. } = change else { return false };
    if !user.org_role.is("admin") {
        return false;
    }
    let left: Vec<Id> = directory.teams_of(&user.id).iter().filter(|other| *other != team).cloned().collect();
    let after = directory.records().derived_role(user, &left).unwrap_or_default();
    directory.records().role_source().is_mapping() && !after.is(ADMIN)
}

/// Who goes from a team may be its last admin, or the one who asks for it.
fn replacement(
    team: &Id,
    after: [&Vec<Id>; 2],
    go: &[Id],
    directory: &Directory,
    guards: &Guards,
    guarded: &mut Guarded,
) {
    let Some(team) = directory.team(team) else { return };
    let is_admin = |id: &&Id| {
        let role = directory.user(id).and_then(|user| user.role_in(&team.name));
        role.is_some_and(|role| role.is("admin"))
    };
    if go.iter().any(|id| is_admin(&id)) {
        let left = after.into_iter().flatten().filter(is_admin).filter_map(|id| directory.user(id));
        let admin = |user: &User| Admin { id: user.id.clone(), name: user.user_name.clone(), through: None };
        let admins: Vec<Admin> = left.take(others::MOST).map(admin).collect();
        if admins.is_empty() {
            guarded.risk = guarded.risk.clone().max(Risk::Look);
            guarded.notes.push(format!("{} has no known admin after this.", team.name));
        } else {
            guarded.others.push(Others { team: Some(team.name.clone()), admins });
        }
    }
    let me = go.iter().filter_map(|id| directory.user(id)).find(|user| is_me(user, guards));
    if let Some(me) = me.filter(|_| !guards.allow_yourself) {
        guarded.risk = Risk::Type(me.user_name.as_str().to_owned());
        guarded.notes.push("You leave it yourself: afterwards you may not be able to take it back.".into());
    }
}

/// True if the key that the console uses is this user's.
pub fn is_me(user: &User, guards: &Guards) -> bool {
    guards.me.as_deref().is_some_and(|me| user.user_name.is(me) || (!user.email.is_empty() && user.email.is(me)))
}
