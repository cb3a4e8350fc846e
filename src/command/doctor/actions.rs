//! Which of the console's actions will work, and what was learnt in words.

use super::finding::{Action, ActionState};
use crate::{
    directory::{
        ability::{Ability, Trials},
        change::Verb,
        plan::Capabilities,
    },
    scim::habits::{Deletion, Habits, PagingHabit, Removal},
};

/// Everything that alters a directory.
const ACTIONS: [(Verb, &str); 22] = [
    (Verb::CreateUser, "create a user"),
    (Verb::SetDisplayName, "change a display name"),
    (Verb::SetEmail, "change an email"),
    (Verb::Deactivate, "deactivate"),
    (Verb::Reactivate, "reactivate"),
    (Verb::DeleteUser, "delete a user"),
    (Verb::CreateTeam, "create a team"),
    (Verb::AddMember, "add a member"),
    (Verb::RemoveMember, "remove a member"),
    (Verb::ReplaceMembers, "replace all members"),
    (Verb::DeleteTeam, "delete a team"),
    (Verb::SetOrgRole, "set a role in the organisation"),
    (Verb::SetTeamRole, "set a role in a team"),
    (Verb::CreateRole, "create a role"),
    (Verb::EditRole, "edit a role"),
    (Verb::DeleteRole, "delete a role"),
    (Verb::SetSeat, "set a seat"),
    (Verb::SetRegistryRole, "set a role in a registry"),
    (Verb::CreateService, "create a service account"),
    (Verb::Invite, "invite to a team"),
    (Verb::CreateKey, "create an API key"),
    (Verb::DeleteKey, "delete an API key"),
];

/// What `--write` tries.
const TRIED: [Verb; 10] = [
    Verb::CreateUser,
    Verb::SetDisplayName,
    Verb::SetEmail,
    Verb::Deactivate,
    Verb::Reactivate,
    Verb::DeleteUser,
    Verb::CreateTeam,
    Verb::AddMember,
    Verb::RemoveMember,
    Verb::DeleteTeam,
];

/// What is known of every action. `write` says that this run has tried what it can.
pub fn actions(
    capabilities: &Capabilities,
    trials: &Trials,
    beside: bool,
    write: bool,
    habits: &Habits,
) -> Vec<Action> {
    let by_graph = [Verb::Invite, Verb::CreateKey, Verb::DeleteKey];
    ACTIONS
        .iter()
        .map(|(verb, action)| {
            let unheard = !beside && by_graph.contains(verb);
            let (state, why) = match trials.of(*verb, capabilities) {
                Ability::Refused(why) => (ActionState::Refused, Some(why)),
                _ if unheard => (ActionState::Refused, Some("GraphQL does not answer.".to_owned())),
                Ability::Works => (ActionState::Works, None),
                Ability::Untried if is_unseen(*verb, habits) => (ActionState::Untried, Some(UNSEEN.to_owned())),
                Ability::Untried => (ActionState::Untried, Some(untried(*verb, capabilities, write).to_owned())),
            };
            let word = if capabilities.team_word.is_empty() { "team" } else { capabilities.team_word };
            let action = action.replace("team", word);
            Action { action, state, why }
        })
        .collect()
}

/// Why no trial shows it.
const UNSEEN: &str = "Sent, and its outcome stays unseen: this server never shows who is in a group.";

fn is_unseen(verb: Verb, habits: &Habits) -> bool {
    habits.tells_members == Some(false) && matches!(verb, Verb::AddMember | Verb::RemoveMember | Verb::ReplaceMembers)
}

/// How it can be found out.
fn untried(verb: Verb, capabilities: &Capabilities, write: bool) -> &'static str {
    let of_groups = [Verb::CreateTeam, Verb::AddMember, Verb::RemoveMember, Verb::DeleteTeam].contains(&verb);
    // Nothing is made that could not be removed again; a group is tried with users.
    let goes = |removal: Verb| capabilities.can(removal).is_ok();
    let tried = TRIED.contains(&verb) && goes(Verb::DeleteUser) && (!of_groups || goes(Verb::DeleteTeam));
    match (tried, write) {
        (true, false) => "`scimitar doctor --write` tries this with users and a group of its own.",
        (true, true) => "This trial could not show it.",
        (false, _) => "The first use shows it: no trial of the doctor's own could.",
    }
}

/// What the console will do otherwise than it would by the RFCs.
pub fn learnt(habits: &Habits) -> Vec<String> {
    let mut words = Vec::new();
    let mut say = |sentence: &str| words.push(sentence.to_owned());
    match habits.paging {
        Some(PagingHabit::Cursor) => say("Lists are read by cursor."),
        Some(PagingHabit::None) => say("Lists are read by one request: startIndex is ignored."),
        Some(PagingHabit::Index) | None => {}
    }
    if habits.groups == Some(false) {
        say("Groups are left alone: the server has none.");
    }
    if habits.patch_users == Some(false) {
        say("Users are changed by PUT of the whole record.");
    }
    if habits.patch_paths == Some(false) {
        say("Users are changed by PATCH without a path.");
    }
    if habits.patch_groups == Some(false) {
        say("Groups are changed by PUT of the whole record.");
    }
    match habits.remove_member {
        Some(Removal::Put) => say("Members are removed by PUT of the whole group."),
        Some(Removal::Value) => say("Members are removed by the value form of PATCH."),
        Some(Removal::Replace) => say("Members are removed by replacing all who stay."),
        Some(Removal::Filter) | None => {}
    }
    match habits.delete_user {
        Some(Deletion::Deactivates) => say("Deleting users is not offered: DELETE only deactivates."),
        Some(Deletion::Refused) => say("Deleting users is not offered: the server refuses it."),
        Some(Deletion::Removes) | None => {}
    }
    if habits.versions == Some(false) {
        say("No If-Match is sent: the server does not mind it.");
    }
    if let Some(size) = habits.page_size {
        words.push(format!("Pages of {} are asked for.", crate::scim::text::number(u64::from(size))));
    }
    words
}
