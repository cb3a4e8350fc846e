//! Which of the console's actions will work, and what was learnt in words.

use super::finding::Ability;
use crate::{
    directory::{change::Verb, plan::Capabilities},
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

/// Yes or the reason, for every action.
pub fn actions(capabilities: &Capabilities, beside: bool) -> Vec<Ability> {
    let by_graph = [Verb::Invite, Verb::CreateKey, Verb::DeleteKey];
    ACTIONS
        .iter()
        .map(|(verb, action)| {
            let why = capabilities.can(*verb).err().map(|why| why.text.clone());
            let unheard = !beside && by_graph.contains(verb);
            let why = why.or_else(|| unheard.then(|| "GraphQL does not answer.".to_owned()));
            let word = if capabilities.team_word.is_empty() { "team" } else { capabilities.team_word };
            let action = action.replace("team", word);
            Ability { action, works: why.is_none(), why }
        })
        .collect()
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
