//! The title of a plan: the verb and the count.

use super::{PlanLine, lines};
use crate::{
    directory::{
        Directory, Id,
        change::{Change, ChangeEffect, ChangeSubject, ChangeVerb},
        plan::Plan,
        record_contents::RecordContents,
    },
    scim::text::number,
};

/// The title of a plan, in a provider's vocabulary.
pub fn title(plan: &Plan, directory: &Directory, holds: RecordContents) -> String {
    let steps = plan.steps.iter().map(|step| &step.words);
    let all: Vec<&PlanLine> = steps.chain(plan.refused.iter().map(|(line, _)| line)).collect();
    let (first, rest) = match all.as_slice() {
        [] => return "Nothing to do".into(),
        [one] => return format!("{}: {}", one.subject, one.what),
        [first, rest @ ..] => (first, rest),
    };
    let count = number(all.len() as u64);
    if rest.iter().all(|line| line.subject == first.subject) {
        return format!("{count} changes to {}", first.subject);
    }
    // For a refused line only the words are known.
    let refused_alike = || plan.refused.iter().all(|(line, _)| line.what == first.what);
    let shared = shared(plan).filter(|_| refused_alike());
    let team = shared_team(plan).map(|team| lines::team_name(directory, team));
    match (shared, team) {
        (Some(change), team) => {
            let (verb, things, at) = several(change);
            let place = team.map(|team| format!(" {at} {team}")).unwrap_or_default();
            format!("{verb} {count} {}{place}", holds.say(things))
        }
        (None, Some(team)) => format!("{count} changes to {team}"),
        (None, None) => format!("{count} changes"),
    }
}

/// Any of the steps, if all steps do the same to the same kind of subject.
fn shared(plan: &Plan) -> Option<&Change> {
    let kind = |change: &Change| (change.verb(), change.nature().effect == ChangeEffect::Takes);
    let first = &plan.steps.first()?.change;
    plan.steps.iter().all(|step| kind(&step.change) == kind(first)).then_some(first)
}

/// The team, if all steps are about members of the same team.
fn shared_team(plan: &Plan) -> Option<&Id> {
    let is_in_team =
        |change: &Change| matches!(change.nature().of, ChangeSubject::Membership | ChangeSubject::TeamRole);
    let mut teams = plan.steps.iter().map(|step| step.change.team().filter(|_| is_in_team(&step.change)));
    let first = teams.next()??;
    teams.all(|team| team == Some(first)).then_some(first)
}

/// The verb, the plural of the object, and the preposition before a shared team.
fn several(change: &Change) -> (&'static str, &'static str, &'static str) {
    let takes = change.nature().effect == ChangeEffect::Takes;
    match change.verb() {
        ChangeVerb::SetOrgRole => ("Change", "organisation roles", ""),
        ChangeVerb::SetTeamRole => ("Change", "roles", "in"),
        ChangeVerb::AddMember => ("Add", "members", "to"),
        ChangeVerb::RemoveMember => ("Remove", "members", "from"),
        ChangeVerb::CreateUser => ("Create", "users", ""),
        ChangeVerb::CreateTeam => ("Create", "teams", ""),
        ChangeVerb::Deactivate => ("Deactivate", "people", ""),
        ChangeVerb::Reactivate => ("Reactivate", "people", ""),
        ChangeVerb::DeleteUser => ("Delete", "users", ""),
        ChangeVerb::DeleteTeam => ("Delete", "teams", ""),
        ChangeVerb::SetDisplayName => ("Change", "display names", ""),
        ChangeVerb::SetEmail => ("Change", "emails", ""),
        ChangeVerb::CreateRole => ("Create", "roles", ""),
        ChangeVerb::EditRole => ("Change", "roles", ""),
        ChangeVerb::DeleteRole => ("Delete", "roles", ""),
        ChangeVerb::SetSeat => ("Change", "seats", ""),
        ChangeVerb::SetRegistryRole if takes => ("Remove", "registry roles", ""),
        ChangeVerb::SetRegistryRole => ("Change", "registry roles", ""),
        ChangeVerb::CreateService => ("Create", "service accounts", ""),
        ChangeVerb::ReplaceMembers => ("Replace the members of", "teams", ""),
        ChangeVerb::Invite if takes => ("Take back", "invitations", ""),
        ChangeVerb::Invite => ("Invite", "people", ""),
        ChangeVerb::CreateKey => ("Create", "API keys", ""),
        ChangeVerb::DeleteKey => ("Delete", "API keys", ""),
        ChangeVerb::SetAttribute => ("Change", "attributes", ""),
    }
}
