//! The people that a plan takes something from, and unknown facts about them: notes about the plan as a whole.

use std::collections::{BTreeMap, BTreeSet};

use crate::directory::{
    Id,
    record::{Team, User},
};

/// The findings of the guards about the people of a plan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PeopleConcerns {
    people: BTreeMap<Id, GraveConcern>,
    /// The reason why it is not known whether an organisation admin stays.
    why: String,
    /// Names in the profile that match nobody, as sentences.
    profile: BTreeSet<String>,
    /// Teams without a known admin after the plan.
    bare: BTreeSet<Id>,
    /// Teams of which the server does not tell whether an admin is left.
    not_told: BTreeSet<Id>,
    /// Somebody may be in a team that is not known.
    is_teams_unread: bool,
}

/// A grave fact about a person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct GraveConcern {
    name: String,
    /// The key in use is theirs.
    me: bool,
    org_admin: bool,
    /// Whether another organisation admin stays is not known.
    perhaps_last: bool,
    /// Teams whose last known admin they are.
    bare_teams: BTreeSet<String>,
    /// Teams of which the server does not tell whether an admin is left.
    teams_not_told: BTreeSet<String>,
}

/// The sentence of a line that removes the last known admin of a team.
pub(super) fn no_known_admin(team: &str) -> String {
    format!("{team} has no known admin after this.")
}

impl PeopleConcerns {
    fn concern(&mut self, user: &User) -> &mut GraveConcern {
        let concern = self.people.entry(user.id.clone()).or_default();
        user.user_name.as_str().clone_into(&mut concern.name);
        concern
    }

    pub(super) fn me(&mut self, user: &User) {
        self.concern(user).me = true;
    }

    pub(super) fn org_admin(&mut self, user: &User) {
        self.concern(user).org_admin = true;
    }

    pub(super) fn bare_team(&mut self, team: &Team, user: &User) {
        self.bare.insert(team.id.clone());
        self.concern(user).bare_teams.insert(team.name.to_string());
    }

    pub(super) fn team_not_told(&mut self, team: &Team, user: &User) {
        self.not_told.insert(team.id.clone());
        self.concern(user).teams_not_told.insert(team.name.to_string());
    }

    pub(super) fn admins_not_told(&mut self, user: &User, why: String) {
        self.concern(user).perhaps_last = true;
        self.why = why;
    }

    pub(super) fn teams_unread(&mut self) {
        self.is_teams_unread = true;
    }

    pub(super) fn profile(&mut self, sentences: impl IntoIterator<Item = String>) {
        self.profile.extend(sentences);
    }

    /// The findings of several plans that are sent as one.
    pub fn join(&mut self, other: Self) {
        self.profile.extend(other.profile);
        self.bare.extend(other.bare);
        self.not_told.extend(other.not_told);
        self.is_teams_unread |= other.is_teams_unread;
        for (id, concern) in other.people {
            let known = self.people.entry(id).or_default();
            known.name = concern.name;
            known.me |= concern.me;
            known.org_admin |= concern.org_admin;
            known.perhaps_last |= concern.perhaps_last;
            known.bare_teams.extend(concern.bare_teams);
            known.teams_not_told.extend(concern.teams_not_told);
        }
        if !other.why.is_empty() {
            self.why = other.why;
        }
    }

    /// Nothing is taken from this person any more.
    pub fn forget(&mut self, user: &Id) {
        self.people.remove(user);
    }

    /// True if the notes about several people have this sentence of a line already.
    pub fn says(&self, sentence: &str) -> bool {
        self.people.values().flat_map(|one| &one.bare_teams).any(|team| no_known_admin(team) == sentence)
    }

    /// True where the owner of the key loses something.
    pub fn is_about_me(&self) -> bool {
        self.people.values().any(|concern| concern.me)
    }

    /// True if it is not known whether an organisation admin stays.
    pub fn hangs_on_admins(&self) -> bool {
        self.people.values().any(|concern| concern.perhaps_last)
    }

    /// Teams of which further answers may show that an admin stays.
    pub fn undecided_teams(&self) -> Vec<Id> {
        self.bare.union(&self.not_told).cloned().collect()
    }

    /// Teams of which the server does not tell whether an admin is left.
    pub fn teams_not_told(&self) -> Vec<Id> {
        self.not_told.iter().cloned().collect()
    }

    /// True where somebody concerned may be in a team that is not known.
    pub fn is_teams_unread(&self) -> bool {
        self.is_teams_unread
    }

    /// The gravity for this person, 0 the highest: the owner of the key, organisation admins, last admins of teams, all
    /// others.
    pub fn rank(&self, user: &Id) -> u8 {
        match self.people.get(user) {
            Some(concern) if concern.me => 0,
            Some(concern) if concern.perhaps_last || concern.org_admin => 1,
            Some(concern) if !concern.bare_teams.is_empty() => 2,
            Some(_) => 3,
            None => 4,
        }
    }

    /// Sentences, the gravest first. A plan about one person names the person in its line instead.
    pub fn notes(&self, many: bool) -> Vec<String> {
        let unread = "Not all teams are known: whether each keeps an admin is not known.";
        let unread = self.is_teams_unread.then(|| unread.to_owned());
        let mut notes: Vec<String> = Vec::new();
        let names = |is: fn(&GraveConcern) -> bool| -> Vec<&str> {
            let mut names: Vec<&str> =
                self.people.values().filter(|one| is(one)).map(|one| one.name.as_str()).collect();
            names.sort_unstable();
            names
        };
        let me = names(|one| one.me);
        if many && !me.is_empty() {
            notes.push(format!("You are among them: {}.", me.join(", ")));
        }
        let perhaps_last = names(|one| one.perhaps_last);
        if !perhaps_last.is_empty() {
            notes.push(format!(
                "{}. Whether an organisation admin is left beside {} is not known. admins = [\"NAME\"] in the profile names \
                 one.",
                self.why,
                perhaps_last.join(", "),
            ));
        }
        let org_admins = names(|one| one.org_admin);
        if many && !org_admins.is_empty() {
            notes.push(format!("Organisation admins among them: {}.", org_admins.join(", ")));
        }
        let bare = self.people.values().flat_map(|one| one.bare_teams.iter().map(move |team| (team, &one.name)));
        let bare: BTreeSet<String> = bare.map(|(team, name)| format!("{team} ({name})")).collect();
        if many && !bare.is_empty() {
            notes.push(format!("Teams that lose their last known admin: {}.", joined(&bare)));
        }
        let not_told: BTreeSet<String> =
            self.people.values().flat_map(|one| one.teams_not_told.iter().cloned()).collect();
        if !not_told.is_empty() {
            notes.push(format!("Not told: whether an admin is left in {}.", joined(&not_told)));
        }
        notes.extend(unread);
        notes.extend(self.profile.iter().cloned());
        notes
    }
}

fn joined(names: &BTreeSet<String>) -> String {
    names.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}
