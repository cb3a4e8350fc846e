//! The title of a plan: a verb, and for whom, as a name or as a count in words.

use rustc_hash::FxHashSet;

use super::{PlanLine, lines};
use crate::{
    directory::{
        Directory, Id, Name, RecordKind,
        change::{Change, ChangeEffect, ChangeSubject, ChangeVerb},
        plan::Plan,
        record_contents::RecordContents,
    },
    scim::{schema, text::number},
};

/// A change with its line.
type TitledLine<'a> = (&'a Change, &'a PlanLine);

/// The title of a plan, in a provider's vocabulary. `later` are changes that are planned once the records of the plan
/// are created.
pub fn title(plan: &Plan, later: &[(Change, PlanLine)], directory: &Directory, holds: RecordContents) -> String {
    // Refused lines are not sent, so the title counts them only where nothing else is there.
    let all: Vec<TitledLine<'_>> = plan
        .steps
        .iter()
        .map(|step| (&step.change, &step.words))
        .chain(later.iter().map(|(change, line)| (change, line)))
        .collect();
    let Some((_, first)) = all.first() else { return title_of_refused(plan) };
    let team = shared_team(&all).map(|team| lines::team_name(directory, team));
    if let Some(created) = creation(&all, directory, holds) {
        return created;
    }
    if let Some(change) = shared(&all) {
        return TitleScope::of(&all, team).say(change, holds);
    }
    let count = number(all.len() as u64);
    if all.iter().all(|(_, line)| line.subject == first.subject) {
        return format!("Make {count} changes to {}", first.subject);
    }
    team.map_or_else(|| format!("Make {count} changes"), |team| format!("Make {count} changes to {team}"))
}

/// Of refused lines only the words are known.
fn title_of_refused(plan: &Plan) -> String {
    match plan.refused.as_slice() {
        [] => "Nothing to do".into(),
        [(one, _)] => format!("{}: {}", one.subject, one.what),
        [(first, _), rest @ ..] => {
            let count = number(plan.refused.len() as u64);
            let one = rest.iter().all(|(line, _)| line.subject == first.subject);
            if one { format!("Make {count} changes to {}", first.subject) } else { format!("Make {count} changes") }
        }
    }
}

/// `Create the user dana in 2 teams`: all changes create users, or are about those users.
fn creation(all: &[TitledLine<'_>], directory: &Directory, holds: RecordContents) -> Option<String> {
    let (creations, rest): (Vec<TitledLine<'_>>, Vec<TitledLine<'_>>) =
        all.iter().copied().partition(|(change, _)| change.verb() == ChangeVerb::CreateUser);
    let created: FxHashSet<&Id> = creations.iter().filter_map(|(change, _)| change.creates()).collect();
    let (first, _) = creations.first()?;
    if !rest.iter().all(|(change, _)| change.person().is_some_and(|user| created.contains(user))) {
        return None;
    }
    let title = TitleScope::of(&creations, None).say(first, holds);
    let joins = |change: &Change| matches!(change.verb(), ChangeVerb::AddMember | ChangeVerb::SetTeamRole);
    let at_once = creations.iter().flat_map(|(change, _)| match change {
        Change::CreateUser { user, .. } => user.teams.as_slice(),
        _ => &[],
    });
    let joined = rest.iter().filter(|(change, _)| joins(change)).filter_map(|(change, _)| change.team());
    let teams: FxHashSet<String> =
        at_once.map(Name::to_string).chain(joined.map(|team| lines::team_name(directory, team))).collect();
    let place = match (teams.iter().next(), teams.len()) {
        (None, _) => String::new(),
        (Some(team), 1) => format!(" in {team}"),
        (Some(_), many) => format!(" in {}", counted(many, &format!("{}s", holds.team_word))),
    };
    let others = rest.iter().filter(|(change, _)| !joins(change)).count();
    let more = match others {
        0 => String::new(),
        1 => " and make 1 more change".to_owned(),
        many => format!(" and make {} more changes", number(many as u64)),
    };
    Some(format!("{title}{place}{more}"))
}

/// Any of the changes, if all do the same to the same kind of subject.
fn shared<'a>(all: &[TitledLine<'a>]) -> Option<&'a Change> {
    let kind = |change: &Change| (change.verb(), change.nature().effect == ChangeEffect::Takes);
    let (first, _) = *all.first()?;
    all.iter().all(|(change, _)| kind(change) == kind(first)).then_some(first)
}

/// The team, if all changes are about members of the same team.
fn shared_team<'a>(all: &[TitledLine<'a>]) -> Option<&'a Id> {
    let is_in_team = |change: &Change| {
        matches!(change.nature().of, ChangeSubject::Membership | ChangeSubject::TeamRole | ChangeSubject::Invitation)
    };
    let mut teams = all.iter().map(|(change, _)| change.team().filter(|_| is_in_team(change)));
    let first = teams.next()??;
    teams.all(|team| team == Some(first)).then_some(first)
}

/// For whom and where steps of one kind are.
struct TitleScope<'a> {
    /// Lines that are sent.
    lines: usize,
    /// The different subjects of the lines.
    subjects: usize,
    /// The subject of the first line.
    first: &'a PlanLine,
    /// The property that all lines alter, with the value that all set; `None` where they differ.
    what: Option<&'a str>,
    value: Option<&'a str>,
    /// The different properties: of joins and leaves, one for each team.
    places: usize,
    team: Option<String>,
}

impl<'a> TitleScope<'a> {
    fn of(all: &[TitledLine<'a>], team: Option<String>) -> Self {
        let distinct =
            |of: fn(&'a PlanLine) -> &'a str| all.iter().map(|(_, line)| of(line)).collect::<FxHashSet<_>>().len();
        let (subjects, places) = (distinct(|line| &line.subject), distinct(|line| &line.what));
        let (change, first) = all[0];
        let role = |change: &Change| match change {
            Change::SetTeamRole { role, .. } => Some(role.clone()),
            _ => None,
        };
        // A join with a role has the role in another place of its line than an alteration has.
        let same_role = all.iter().all(|(one, _)| role(one) == role(change));
        let same_value = same_role && distinct(|line| &line.after) == 1;
        Self {
            lines: all.len(),
            subjects,
            first,
            what: (places == 1).then_some(first.what.as_str()),
            value: same_value.then_some(first.after.as_str()),
            places,
            team,
        }
    }

    /// `eva-tanaka`, or `40 people`.
    fn whom(&self, plural: &str) -> String {
        if self.subjects == 1 { self.first.subject.clone() } else { counted(self.subjects, plural) }
    }

    /// `the team vision`, or `3 teams`.
    fn things(&self, one: &'static str, many: &'static str, holds: RecordContents) -> String {
        if self.lines == 1 {
            return format!("the {} {}", holds.say(one), self.first.subject);
        }
        counted(self.lines, &holds.say(many))
    }

    /// `vision`, or `3 teams`.
    fn place(&self, holds: RecordContents) -> String {
        self.team.clone().unwrap_or_else(|| counted(self.places, &format!("{}s", holds.team_word)))
    }

    /// The title of lines that do what this change does.
    fn say(&self, change: &Change, holds: RecordContents) -> String {
        let people = || self.whom("people");
        let takes = change.nature().effect == ChangeEffect::Takes;
        match change.verb() {
            ChangeVerb::SetOrgRole => match self.value {
                Some(role) => format!("Give {} the organisation role {role}", people()),
                None => format!("Change the organisation role of {}", people()),
            },
            ChangeVerb::SetTeamRole => self.team_role(change, holds),
            ChangeVerb::AddMember => format!("Add {} to {}", people(), self.place(holds)),
            ChangeVerb::RemoveMember => format!("Remove {} from {}", people(), self.place(holds)),
            ChangeVerb::CreateUser => format!("Create {}", self.things("user", "users", holds)),
            ChangeVerb::CreateTeam => format!("Create {}", self.things("team", "teams", holds)),
            ChangeVerb::Deactivate => format!("Deactivate {}", people()),
            ChangeVerb::Reactivate => format!("Reactivate {}", people()),
            ChangeVerb::DeleteUser => format!("Delete {}", self.things("user", "users", holds)),
            ChangeVerb::DeleteTeam => format!("Delete {}", self.things("team", "teams", holds)),
            ChangeVerb::SetDisplayName => format!("Change the display name of {}", people()),
            ChangeVerb::SetEmail => format!("Change the email of {}", people()),
            ChangeVerb::CreateRole => format!("Create {}", self.things("role", "roles", holds)),
            ChangeVerb::EditRole => format!("Change {}", self.things("role", "roles", holds)),
            ChangeVerb::DeleteRole => format!("Delete {}", self.things("role", "roles", holds)),
            ChangeVerb::SetSeat => match (self.what, self.value) {
                (Some(seat), Some(level)) => format!("Set the {seat} of {} to {level}", people()),
                _ => format!("Change the seats of {}", people()),
            },
            ChangeVerb::SetRegistryRole => self.registry_role(takes),
            ChangeVerb::CreateService => {
                format!("Create {}", self.things("service account", "service accounts", holds))
            }
            ChangeVerb::ReplaceMembers => {
                format!("Replace the members of {}", self.whom(&format!("{}s", holds.team_word)))
            }
            ChangeVerb::Invite if takes => self.invitations(holds),
            ChangeVerb::Invite => format!("Invite {} to {}", people(), self.place(holds)),
            ChangeVerb::CreateKey if self.lines == 1 => format!("Create an API key for {}", self.first.subject),
            ChangeVerb::CreateKey => format!("Create {}", counted(self.lines, "API keys")),
            ChangeVerb::DeleteKey if self.lines == 1 => format!("Delete an API key of {}", self.first.subject),
            ChangeVerb::DeleteKey => format!("Delete {}", counted(self.lines, "API keys")),
            ChangeVerb::SetAttribute => self.attribute(change, holds),
        }
    }

    fn team_role(&self, change: &Change, holds: RecordContents) -> String {
        let people = self.whom("people");
        match (change, self.value, &self.team) {
            (Change::SetTeamRole { role, .. }, Some(_), _) => {
                format!("Give {people} the role {role} in {}", self.place(holds))
            }
            (_, _, Some(team)) => format!("Change the role of {people} in {team}"),
            _ => format!("Change the roles of {people} in {}", self.place(holds)),
        }
    }

    fn registry_role(&self, takes: bool) -> String {
        let subject = &self.first.subject;
        match (self.lines, takes, self.value) {
            (1, true, _) => format!("Take the role in a registry away from {subject}"),
            (1, false, Some(role)) => {
                let registry = self.first.what.trim_start_matches("role in ");
                format!("Give {subject} the role {role} in {registry}")
            }
            (lines, true, _) => format!("Remove {}", counted(lines, "registry roles")),
            (lines, false, _) => format!("Change {}", counted(lines, "registry roles")),
        }
    }

    fn invitations(&self, holds: RecordContents) -> String {
        if self.lines == 1 {
            return format!("Take back the invitation of {} to {}", self.first.subject, self.place(holds));
        }
        let to = self.team.as_ref().map(|team| format!(" to {team}")).unwrap_or_default();
        format!("Take back {}{to}", counted(self.lines, "invitations"))
    }

    fn attribute(&self, change: &Change, holds: RecordContents) -> String {
        let records = match change {
            Change::SetAttribute { target, .. } if target.kind == RecordKind::Team => format!("{}s", holds.team_word),
            _ => "people".to_owned(),
        };
        match (self.what, change) {
            (Some(_), Change::SetAttribute { path, .. }) => {
                format!("Change {} of {}", schema::name_in(path), self.whom(&records))
            }
            _ => format!("Change {}", counted(self.lines, "attributes")),
        }
    }
}

fn counted(count: usize, plural: &str) -> String {
    format!("{} {plural}", number(count as u64))
}
