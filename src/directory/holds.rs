//! What a provider's records hold and how it calls its groups: what there is no value for is not shown, sorted by or
//! filtered for.

use std::borrow::Cow;

/// What a provider's records hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holds {
    /// Users have a role in the organisation.
    pub org_roles: bool,
    /// Members have a role in each team.
    pub team_roles: bool,
    /// Users have seats.
    pub seats: bool,
    /// When a user was last active is known.
    pub activity: bool,
    /// Some accounts are no person's.
    pub service_accounts: bool,
    /// Roles are defined here, by what they allow.
    pub custom_roles: bool,
    /// Roles in the organisation follow from teams.
    pub mapped: bool,
    /// What a group is called: "team" or "group".
    pub team_word: &'static str,
    /// What somebody is after a deactivation.
    pub inactive_word: &'static str,
}

/// Everything, and groups are teams.
impl Default for Holds {
    fn default() -> Self {
        Self {
            org_roles: true,
            team_roles: true,
            seats: true,
            activity: true,
            service_accounts: true,
            custom_roles: true,
            mapped: false,
            team_word: "team",
            inactive_word: "inactive",
        }
    }
}

impl Holds {
    /// The console's own words, with the provider's word for a team in them.
    pub fn say(self, words: &'static str) -> Cow<'static, str> {
        if self.team_word == "team" || !words.contains("eam") {
            return Cow::Borrowed(words);
        }
        let mut capital = self.team_word.to_owned();
        if let Some(first) = capital.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        Cow::Owned(words.replace("Team", &capital).replace("team", self.team_word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_called_what_the_provider_calls_it() {
        let groups = Holds { team_word: "group", ..Holds::default() };
        assert_eq!(groups.say("Teams: in a team, user-teams"), "Groups: in a group, user-groups");
        assert_eq!(Holds::default().say("Teams"), "Teams");
    }
}
