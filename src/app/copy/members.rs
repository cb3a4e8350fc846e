//! The access of a team as CSV: its members with the role that each has in it.

use super::cell;
use crate::{
    directory::{
        Directory, Id, Name,
        field::{FieldReader, FieldValue, UserField},
    },
    scim::text::clean_line,
};

/// The heads of the columns.
pub(super) const HEADS: [&str; 6] = ["team", "user", "name", "email", "role", "status"];

/// The text in the place of a value that the server has not told.
const NOT_TOLD: &str = "?";

/// How many members a team has; none where that is not told.
pub(super) fn count(team: &Id, directory: &Directory) -> Option<usize> {
    directory.team(team)?.members.as_ref().map(Vec::len)
}

/// The members of these teams, and the number of teams whose members are told.
pub(super) fn csv(teams: &[Id], reader: FieldReader<'_>) -> (String, usize) {
    let told: Vec<&Id> = teams.iter().filter(|team| count(team, reader.directory).is_some()).collect();
    let heads = HEADS.map(str::to_owned).to_vec();
    let rows = told.iter().flat_map(|team| rows(team, reader));
    let lines: Vec<String> = std::iter::once(heads).chain(rows).map(|cells| cells.join(",")).collect();
    (lines.join("\n"), told.len())
}

fn rows(id: &Id, reader: FieldReader<'_>) -> Vec<Vec<String>> {
    let Some(team) = reader.directory.team(id) else { return Vec::new() };
    let text = |name: &str| cell(&clean_line(name, usize::MAX));
    let members = team.members.iter().flatten().map(|member| {
        let user = reader.directory.user(&member.id);
        let [user_name, name] = match user {
            Some(user) => [user.user_name.raw(), user.display_name.raw()],
            None => [&*member.id, member.display.raw()],
        };
        let email = user.map_or_else(String::new, |user| told(&reader.user(user, UserField::Email)));
        let role = user.and_then(|user| user.role_in(&team.name)).map(Name::raw);
        let role = role.unwrap_or(if reader.holds.team_roles { NOT_TOLD } else { "" });
        let status = match user.map(|user| reader.user(user, UserField::Active)) {
            Some(FieldValue::Active(true)) => "active",
            Some(FieldValue::Active(false)) => "inactive",
            _ => NOT_TOLD,
        };
        [team.name.raw(), user_name, name, &email, role, status].map(text).to_vec()
    });
    let mut rows: Vec<Vec<String>> = members.collect();
    rows.sort();
    rows
}

fn told(value: &FieldValue<'_>) -> String {
    match value {
        FieldValue::Text(text) => text.raw().to_owned(),
        FieldValue::NotTold => NOT_TOLD.to_owned(),
        _ => String::new(),
    }
}
