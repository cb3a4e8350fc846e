//! Completions of a filter's last term: fields, and values with how many records have them.

use rustc_hash::FxHashMap;

use super::{fields, filter_words};
use crate::directory::{
    Directory, Name, RecordKind,
    field::{FilterValues, RecordField, RoleField, TeamField, UserField},
    record_contents::RecordContents,
    search::folded,
};

/// At most so many values are offered: typing finds the others.
const MOST: usize = 200;

/// The last term of a text that is being typed.
#[derive(Debug)]
pub struct Completion<'a> {
    kind: RecordKind,
    holds: RecordContents,
    /// The text that stays as it is: everything before the term, with the term's sign.
    kept: &'a str,
    term: &'a str,
}

impl<'a> Completion<'a> {
    /// The last term of a text up to the cursor.
    pub fn of(text: &'a str, kind: RecordKind, holds: RecordContents) -> Self {
        let mut quoted = false;
        let space = text.char_indices().filter(|(_, c)| {
            quoted ^= *c == '"';
            c.is_whitespace() && !quoted
        });
        let begins = space.last().map_or(0, |(at, c)| at + c.len_utf8());
        let begins = begins + usize::from(text.get(begins..).is_some_and(|term| term.starts_with(['-', '!'])));
        let (kept, term) = text.split_at(begins);
        Self { kind, holds, kept, term }
    }

    /// The text before the term.
    pub fn kept(&self) -> &'a str {
        self.kept
    }

    /// The completions of the term, with how many records have them where they are values: the most frequent first.
    pub fn choices(&self, directory: &Directory) -> Vec<(String, Option<usize>)> {
        let Some((field, typed)) = self.term.split_once([':', '=']) else {
            let begun = |word: &str| word.starts_with(&self.term.to_lowercase());
            return fields(self.kind, self.holds)
                .filter(|word| begun(word))
                .map(|word| (format!("{word}:"), None))
                .collect();
        };
        let is =
            |word: &'static str| self.holds.say(word).eq_ignore_ascii_case(field) || word.eq_ignore_ascii_case(field);
        let found = filter_words(self.kind, self.holds).find(|(_, filter)| is(filter.word));
        let Some((of, filter)) = found else { return Vec::new() };
        // Values between commas are alternatives: the last one is typed.
        let (before, typed) = typed.rsplit_once(',').map_or(("", typed), |(before, typed)| (before, typed));
        let comma = if before.is_empty() { "" } else { "," };
        let begun = folded(typed.trim_start_matches('"'));
        let mut values = values(of, filter.values, directory);
        values.retain(|(value, _)| folded(value).starts_with(&begun));
        values.sort_by(|(a, m), (b, n)| n.cmp(m).then_with(|| a.cmp(b)));
        values.truncate(MOST);
        let quoted = |value: &str| if value.contains(' ') { format!("\"{value}\"") } else { value.to_owned() };
        values.into_iter().map(|(value, count)| (format!("{field}:{before}{comma}{}", quoted(&value)), count)).collect()
    }
}

type Values = Vec<(String, Option<usize>)>;

/// The values that records have, each with its number; words that every directory knows have none.
fn values(field: RecordField, values: FilterValues, directory: &Directory) -> Values {
    let counted = match field {
        RecordField::User(field) => of_users(field, directory),
        RecordField::Team(TeamField::Name) => of_teams(directory),
        RecordField::Role(RoleField::Inherits) => tallied(
            rows(directory, RecordKind::Role).filter_map(|row| directory.role_at(row)).map(|role| Some(&role.inherits)),
        ),
        RecordField::Role(RoleField::Permissions) => {
            let roles = rows(directory, RecordKind::Role).filter_map(|row| directory.role_at(row));
            tallied(roles.flat_map(|role| role.permissions.iter().map(|one| Some(&one.name))))
        }
        RecordField::Team(_) | RecordField::Role(_) => Vec::new(),
    };
    let words: &[&str] = match values {
        FilterValues::YesNo if counted.is_empty() => &["yes", "no"],
        FilterValues::AgeOrNever => &["never", ">90d", "<30d"],
        FilterValues::Age => &[">90d", "<30d"],
        FilterValues::YesNo | FilterValues::Texts | FilterValues::Number => &[],
    };
    counted.into_iter().chain(words.iter().map(|word| ((*word).to_owned(), None))).collect()
}

fn rows(directory: &Directory, kind: RecordKind) -> std::ops::Range<u32> {
    0..directory.len(kind) as u32
}

/// The fields whose values many users share.
fn of_users(field: UserField, directory: &Directory) -> Values {
    let users = rows(directory, RecordKind::User).filter_map(|row| directory.user_at(row));
    match field {
        UserField::TeamRoles => {
            tallied(users.flat_map(|user| user.team_roles.iter().flatten().map(|grant| Some(&grant.role))))
        }
        UserField::Registries => {
            tallied(users.flat_map(|user| user.registry_roles.iter().map(|grant| Some(&grant.scope))))
        }
        UserField::Teams => of_teams(directory),
        UserField::Active => {
            let mut counts = [0_usize; 2];
            users.filter_map(|user| user.active).for_each(|active| counts[usize::from(!active)] += 1);
            ["yes", "no"].into_iter().zip(counts).map(|(word, count)| (word.to_owned(), Some(count))).collect()
        }
        text => match &text.spec().text {
            Some(text) => tallied(users.map(|user| (text.of)(user).name())),
            None => Vec::new(),
        },
    }
}

/// The teams with their numbers of members, where those are told.
fn of_teams(directory: &Directory) -> Values {
    let teams = rows(directory, RecordKind::Team).filter_map(|row| directory.team_at(row));
    teams.map(|team| (team.name.raw().to_owned(), team.size())).collect()
}

/// The number of times each name is there; none is `none`, and not told is `unknown`.
fn tallied<'a>(names: impl Iterator<Item = Option<&'a Name>>) -> Values {
    let mut counts: FxHashMap<Option<&Name>, usize> = FxHashMap::default();
    names.for_each(|name| *counts.entry(name).or_default() += 1);
    let word = |name: Option<&Name>| match name {
        None => "unknown".to_owned(),
        Some(name) if name.is_empty() => "none".to_owned(),
        Some(name) => name.raw().to_owned(),
    };
    counts.into_iter().map(|(name, count)| (word(name), Some(count))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{record::User, records::Records};

    fn directory() -> Directory {
        let user = |name: &str, role: Option<&str>, active| User {
            id: name.into(),
            user_name: name.into(),
            org_role: role.map(Name::from).into(),
            active: Some(active),
            ..User::default()
        };
        let users = vec![
            user("a", Some("admin"), true),
            user("b", Some("member"), true),
            user("c", Some("member"), false),
            user("d", Some("Run janitor"), true),
        ];
        let mut directory = Directory::default();
        directory.replace(Records::build(users, vec![], vec![]), true);
        directory
    }

    fn choices(text: &str) -> Vec<String> {
        let directory = directory();
        let completion = Completion::of(text, RecordKind::User, RecordContents::default());
        let count = |count: Option<usize>| count.map_or_else(String::new, |count| format!(" {count}"));
        let line = |(done, number): (String, Option<usize>)| format!("{}{done}{}", completion.kept(), count(number));
        completion.choices(&directory).into_iter().map(line).collect()
    }

    #[test]
    fn fields_and_values_are_completed_with_counts() {
        assert_eq!(choices("eva -ro"), ["eva -role:"]);
        assert_eq!(choices("tea"), ["team:", "teams:"]);
        assert_eq!(choices("role:"), ["role:member 2", "role:\"Run janitor\" 1", "role:admin 1"]);
        assert_eq!(choices("role:admin,mem"), ["role:admin,member 2"]);
        assert_eq!(choices("x active:"), ["x active:yes 3", "x active:no 1"]);
        assert_eq!(choices("last:n"), ["last:never"]);
        assert!(choices("nothing:").is_empty() && choices("name:").is_empty());
    }
}
