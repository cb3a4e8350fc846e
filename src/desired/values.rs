//! Whether what a file says can be meant: roles, seats and permissions that exist.

use super::{FilePlace, FileProblem, Membership, ProblemKind, hidden::HiddenCharacters, keys::CsvColumn};
use crate::{
    directory::{
        Directory, Name, RecordKind,
        change::{ChangeVerb, SeatKind},
        permissions,
        plan::{ProviderCapabilities, RoleChoice},
        refusal::Refusal,
    },
    scim::text::{clean, nearest_first},
};

/// Names of this many rows are told where a whole column can't be used; the rest is counted.
const TOLD: usize = 1;

/// Checks values; collects what is wrong.
pub(super) struct ValueChecker<'a> {
    pub directory: &'a Directory,
    pub can: &'a ProviderCapabilities,
    /// Custom roles that the file itself defines.
    pub new_roles: Vec<String>,
    pub problems: Vec<FileProblem>,
    /// The possible values of access to registries, once they were looked up.
    registry_levels: Option<Vec<Name>>,
    /// Of each column that the provider can't do: the reason, and how many rows say something there.
    refused: Vec<(&'static str, FilePlace, Refusal, usize)>,
}

impl<'a> ValueChecker<'a> {
    pub fn new(directory: &'a Directory, can: &'a ProviderCapabilities) -> Self {
        Self { directory, can, new_roles: Vec::new(), problems: Vec::new(), registry_levels: None, refused: Vec::new() }
    }

    pub fn problem(&mut self, place: &FilePlace, field: &str, why: impl Into<String>) {
        self.problems.push(place.problem(field, why));
    }

    /// True if the provider can do it; else the column is told once.
    pub fn can(&mut self, verb: ChangeVerb, place: &FilePlace, field: &'static str) -> bool {
        let Err(why) = self.can.can(verb) else { return true };
        match self.refused.iter_mut().find(|(other, ..)| *other == field) {
            Some((.., rows)) => *rows += 1,
            None => self.refused.push((field, place.clone(), why.clone(), 1)),
        }
        false
    }

    /// All problems, in the order of the file.
    pub fn finish(mut self) -> Vec<FileProblem> {
        for (field, place, why, rows) in self.refused {
            let more = match rows.saturating_sub(TOLD) {
                0 => String::new(),
                more => format!(" ({more} more say something there)"),
            };
            let problem = place.problem(field, format!("{}{more}", why.text));
            self.problems.push(problem.of(ProblemKind::Refused(why.code)));
        }
        self.problems.sort();
        self.problems.dedup();
        self.problems
    }

    /// A role in the organisation, as the provider writes it.
    pub fn org_role(&mut self, place: &FilePlace, text: &str) -> Option<Name> {
        if !self.can(ChangeVerb::SetOrgRole, place, "role") {
            return None;
        }
        let known: Vec<Name> = names(&self.can.org_roles);
        self.one_of(place, "role", "role in the organisation", text, &known)
    }

    /// A role in a team.
    pub fn team_role(&mut self, place: &FilePlace, field: &'static str, text: &str) -> Option<Name> {
        if !self.can(ChangeVerb::SetTeamRole, place, field) {
            return None;
        }
        let mut known = names(&self.can.team_roles);
        known.extend(self.directory.records().roles().values().map(|role| role.name.clone()));
        known.extend(self.new_roles.iter().map(|name| Name::from(name.as_str())));
        let before = self.problems.len();
        let role = self.one_of(place, field, "role in a team", text, &known);
        let coverage = self.directory.coverage(RecordKind::Role);
        // The list may lack the value.
        for problem in self.problems.iter_mut().skip(before).filter(|_| !coverage.is_complete()) {
            problem.why += &format!("; not all roles are known: {coverage}");
        }
        role
    }

    /// A role in a registry.
    pub fn registry_role(&mut self, registry: &Membership) -> Option<Name> {
        let Some(text) = &registry.role else {
            self.problem(&registry.place, "registry_role", format!("{} needs a role", clean(&registry.of)));
            return None;
        };
        let known = names(&self.can.registry_roles);
        self.one_of(&registry.place, "registry_role", "role in a registry", text, &known)
    }

    /// A seat.
    pub fn seat(&mut self, place: &FilePlace, seat: SeatKind, text: &str) -> Option<Name> {
        let field = CsvColumn::of_seat(seat).name();
        if !self.can(ChangeVerb::SetSeat, place, field) {
            return None;
        }
        let levels = || self.directory.seat_levels(seat, self.can);
        let known = match seat {
            // Each row would look through all users for it.
            SeatKind::Registry => self.registry_levels.get_or_insert_with(levels).clone(),
            SeatKind::Models | SeatKind::Weave => levels(),
        };
        self.one_of(place, field, "seat", text, &known)
    }

    /// A predefined role that a custom one can build on.
    pub fn base(&mut self, place: &FilePlace, text: &str) -> Option<String> {
        let known: Vec<Name> = permissions::BASES.iter().map(|base| Name::from(*base)).collect();
        self.one_of(place, "inherits", "predefined role", text, &known).map(|name| name.raw().to_owned())
    }

    /// Permissions that can be meant; which of them exist no server tells.
    pub fn permissions(&mut self, place: &FilePlace, list: &[String]) {
        for name in list.iter().filter(|name| !permissions::is_permission(name)) {
            let why = format!("{} is no permission: write object:operation", clean(name));
            self.problems.push(place.problem("permission", why).of(ProblemKind::ValueUnknown));
        }
    }

    /// The name as it is known: predefined ones without regard to case.
    fn one_of(&mut self, place: &FilePlace, field: &str, what: &str, text: &str, known: &[Name]) -> Option<Name> {
        let exact = known.iter().find(|name| name.raw() == text);
        let hidden = HiddenCharacters::in_name(text);
        let folded = || known.iter().find(|name| hidden.is_none() && name.is(text.trim()));
        if let Some(name) = exact.or_else(folded) {
            return Some(name.clone());
        }
        let all = nearest_first(text, known.iter().map(Name::as_str));
        let listed = all.iter().take(8).copied().collect::<Vec<_>>().join(", ");
        let why = match known {
            [] => format!("this provider has no {what}"),
            _ => {
                let hidden = hidden.map(|hidden| format!(" with {hidden}")).unwrap_or_default();
                format!("no {what} is called {}{hidden}; nearest first: {listed}", clean(text))
            }
        };
        let candidates = all.iter().take(8).map(|name| (*name).to_owned()).collect();
        self.problems.push(FileProblem { candidates, ..place.problem(field, why).of(ProblemKind::ValueUnknown) });
        None
    }
}

fn names(choices: &[RoleChoice]) -> Vec<Name> {
    choices.iter().map(|choice| choice.name.clone()).collect()
}
