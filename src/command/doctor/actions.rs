//! The console's actions with their chances of success on the server, and its quirks in words.

use super::finding::{Action, ActionState};
use crate::{
    directory::{
        ability::{ActionAbility, ActionTrials},
        change::ChangeVerb,
        plan::ProviderCapabilities,
    },
    scim::quirks::{DeletionEffect, PagingHabit, RemovalForm, ServerQuirks},
};

/// Everything that alters a directory.
const ACTIONS: [(ChangeVerb, &str); 22] = [
    (ChangeVerb::CreateUser, "create a user"),
    (ChangeVerb::SetDisplayName, "change a display name"),
    (ChangeVerb::SetEmail, "change an email"),
    (ChangeVerb::Deactivate, "deactivate"),
    (ChangeVerb::Reactivate, "reactivate"),
    (ChangeVerb::DeleteUser, "delete a user"),
    (ChangeVerb::CreateTeam, "create a team"),
    (ChangeVerb::AddMember, "add a member"),
    (ChangeVerb::RemoveMember, "remove a member"),
    (ChangeVerb::ReplaceMembers, "replace all members"),
    (ChangeVerb::DeleteTeam, "delete a team"),
    (ChangeVerb::SetOrgRole, "set a role in the organisation"),
    (ChangeVerb::SetTeamRole, "set a role in a team"),
    (ChangeVerb::CreateRole, "create a role"),
    (ChangeVerb::EditRole, "edit a role"),
    (ChangeVerb::DeleteRole, "delete a role"),
    (ChangeVerb::SetSeat, "set a seat"),
    (ChangeVerb::SetRegistryRole, "set a role in a registry"),
    (ChangeVerb::CreateService, "create a service account"),
    (ChangeVerb::Invite, "invite to a team"),
    (ChangeVerb::CreateKey, "create an API key"),
    (ChangeVerb::DeleteKey, "delete an API key"),
];

/// The actions that `--write` tries.
const TRIED: [ChangeVerb; 10] = [
    ChangeVerb::CreateUser,
    ChangeVerb::SetDisplayName,
    ChangeVerb::SetEmail,
    ChangeVerb::Deactivate,
    ChangeVerb::Reactivate,
    ChangeVerb::DeleteUser,
    ChangeVerb::CreateTeam,
    ChangeVerb::AddMember,
    ChangeVerb::RemoveMember,
    ChangeVerb::DeleteTeam,
];

/// The known facts about every action. `write` is true if this run has tried all that it can.
pub fn actions(
    capabilities: &ProviderCapabilities,
    trials: &ActionTrials,
    beside: bool,
    write: bool,
    habits: &ServerQuirks,
) -> Vec<Action> {
    let by_graph = [ChangeVerb::Invite, ChangeVerb::CreateKey, ChangeVerb::DeleteKey];
    ACTIONS
        .iter()
        .map(|(verb, action)| {
            let unheard = !beside && by_graph.contains(verb);
            let (state, why) = match trials.of(*verb, capabilities) {
                ActionAbility::Refused(why) => (ActionState::Refused, Some(why)),
                _ if unheard => (ActionState::Refused, Some("GraphQL does not answer.".to_owned())),
                ActionAbility::Works => (ActionState::Works, None),
                ActionAbility::Untried if is_unseen(*verb, habits) => (ActionState::Untried, Some(UNSEEN.to_owned())),
                ActionAbility::Untried => (ActionState::Untried, Some(untried(*verb, capabilities, write).to_owned())),
            };
            let word = if capabilities.team_word.is_empty() { "team" } else { capabilities.team_word };
            let action = action.replace("team", word);
            Action { action, state, why }
        })
        .collect()
}

/// The reason why no trial shows the outcome.
const UNSEEN: &str = "Sent, and its outcome stays unseen: this server never shows who is in a group.";

fn is_unseen(verb: ChangeVerb, habits: &ServerQuirks) -> bool {
    habits.tells_members == Some(false)
        && matches!(verb, ChangeVerb::AddMember | ChangeVerb::RemoveMember | ChangeVerb::ReplaceMembers)
}

/// How the outcome can be found out.
fn untried(verb: ChangeVerb, capabilities: &ProviderCapabilities, write: bool) -> &'static str {
    let of_groups = [ChangeVerb::CreateTeam, ChangeVerb::AddMember, ChangeVerb::RemoveMember, ChangeVerb::DeleteTeam]
        .contains(&verb);
    // Records that can't be removed again are not created; a group is tried with the doctor's users.
    let goes = |removal: ChangeVerb| capabilities.can(removal).is_ok();
    let tried = TRIED.contains(&verb) && goes(ChangeVerb::DeleteUser) && (!of_groups || goes(ChangeVerb::DeleteTeam));
    match (tried, write) {
        (true, false) => "`scimitar doctor --write` tries this with users and a group of its own.",
        (true, true) => "This trial could not show it.",
        (false, _) => "The first use shows it: no trial of the doctor's own could.",
    }
}

/// How the console deviates from the RFCs on this server, a sentence each.
pub fn learnt(habits: &ServerQuirks) -> Vec<String> {
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
        Some(RemovalForm::Put) => say("Members are removed by PUT of the whole group."),
        Some(RemovalForm::Value) => say("Members are removed by the value form of PATCH."),
        Some(RemovalForm::Replace) => say("Members are removed by replacing all who stay."),
        Some(RemovalForm::Filter) | None => {}
    }
    match habits.delete_user {
        Some(DeletionEffect::Deactivates) => say("Deleting users is not offered: DELETE only deactivates."),
        Some(DeletionEffect::Refused) => say("Deleting users is not offered: the server refuses it."),
        Some(DeletionEffect::Removes) | None => {}
    }
    if habits.versions == Some(false) {
        say("No If-Match is sent: the server does not mind it.");
    }
    if habits.modified_filter == Some(true) && habits.modified_moves == Some(true) {
        say("The console reads the users that changed, and once a day all.");
    }
    if let Some(size) = habits.page_size {
        words.push(format!("Pages of {} are asked for.", crate::scim::text::number(u64::from(size))));
    }
    words
}
