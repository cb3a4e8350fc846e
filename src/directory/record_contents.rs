//! The data that a provider's records hold, and the provider's word for a group. Data without values is neither shown
//! nor sorted nor filtered.

use std::borrow::Cow;

/// The data that a provider's records hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordContents {
    /// Users have a first and a last name beside the display name.
    pub person_names: bool,
    /// Users have a role in the organisation.
    pub org_roles: bool,
    /// Members have a role in each team.
    pub team_roles: bool,
    /// Users have seats.
    pub seats: bool,
    /// The time of a user's last activity is known.
    pub activity: bool,
    /// Some accounts are service accounts, which belong to no person.
    pub service_accounts: bool,
    /// Roles are defined here, by their permissions.
    pub custom_roles: bool,
    /// Organisation roles follow from teams.
    pub mapped: bool,
    /// The word for a group: "team" or "group".
    pub team_word: &'static str,
    /// The state of a user after a deactivation, in words.
    pub inactive_word: &'static str,
}

/// All data, and groups are called teams.
impl Default for RecordContents {
    fn default() -> Self {
        Self {
            person_names: true,
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

impl RecordContents {
    /// The console's own text, with the provider's word for a team.
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
        let groups = RecordContents { team_word: "group", ..RecordContents::default() };
        assert_eq!(groups.say("Teams: in a team, user-teams"), "Groups: in a group, user-groups");
        assert_eq!(RecordContents::default().say("Teams"), "Teams");
    }
}
