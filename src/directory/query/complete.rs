//! Completions of a filter's last term: fields, and values with how many records have them.

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use super::{account_word, fields, filter_words};
use crate::directory::{
    Directory, Name, RecordKind,
    field::{FilterValues, RecordField, RoleField, TeamField, UserField},
    record::{AccountKind, RoleGrant, User},
    record_contents::RecordContents,
    search::folded,
};

/// The limit of offered values; typing finds the others.
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
            let others = filter_words(self.kind, self.holds).filter_map(|(_, filter)| filter.also.map(Cow::Borrowed));
            let others = others.filter(|_| !self.term.is_empty());
            return fields(self.kind, self.holds)
                .chain(others)
                .filter(|word| word.starts_with(&self.term.to_lowercase()))
                .map(|word| (format!("{word}:"), None))
                .collect();
        };
        let found = filter_words(self.kind, self.holds).find(|(_, filter)| filter.is(field, self.holds));
        let Some((of, filter)) = found else { return Vec::new() };
        // Values between commas are alternatives: the last one is typed.
        let (before, typed) = typed.rsplit_once(',').map_or(("", typed), |(before, typed)| (before, typed));
        let comma = if before.is_empty() { "" } else { "," };
        let begun = folded(typed.trim_start_matches('"'));
        let mut values = values(of, filter.values, directory);
        if let Some((place, _)) = begun.rsplit_once('/') {
            values.extend(roles_in(of, place, directory));
        }
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
        FilterValues::AgeOrNever => &["never", ">90d", "<30d"],
        FilterValues::Age => &[">90d", "<30d"],
        FilterValues::Status | FilterValues::Texts | FilterValues::Number => &[],
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
            let counted = ["yes", "no"].into_iter().zip(counts.map(Some));
            // A team that was not asked may have invited more.
            let is_known =
                directory.rosters_known() > 0 && directory.rosters_known() >= directory.len(RecordKind::Team);
            let invited = is_known.then(|| directory.invited().len());
            counted.chain([("invited", invited)]).map(|(word, count)| (word.to_owned(), count)).collect()
        }
        UserField::Account => {
            let mut counts: FxHashMap<&str, usize> = FxHashMap::default();
            let word = |user: &User| match user.account {
                AccountKind::Unsaid => "unknown",
                account => account_word(account),
            };
            users.for_each(|user| *counts.entry(word(user)).or_default() += 1);
            counts.into_iter().map(|(word, count)| (word.to_owned(), Some(count))).collect()
        }
        text => match &text.spec().text {
            Some(text) => tallied(users.map(|user| (text.of)(user).name())),
            None => Vec::new(),
        },
    }
}

/// `audio/admin`, `audio/member`, …: the roles in the place with this folded name, each with its number of people.
/// Nothing for a field that is no place.
fn roles_in(field: RecordField, place: &str, directory: &Directory) -> Values {
    let grants: fn(&User) -> &[RoleGrant] = match field {
        RecordField::User(UserField::Teams) => |user| user.team_roles.as_deref().unwrap_or_default(),
        RecordField::User(UserField::Registries) => |user| &user.registry_roles,
        RecordField::User(_) | RecordField::Team(_) | RecordField::Role(_) => return Vec::new(),
    };
    let users = rows(directory, RecordKind::User).filter_map(|row| directory.user_at(row));
    let mut meant: FxHashMap<&Name, bool> = FxHashMap::default();
    let here = users
        .flat_map(grants)
        .filter(|grant| *meant.entry(&grant.scope).or_insert_with(|| folded(grant.scope.as_str()) == place));
    let mut counts: FxHashMap<(&Name, &Name), usize> = FxHashMap::default();
    here.for_each(|grant| *counts.entry((&grant.scope, &grant.role)).or_default() += 1);
    counts.into_iter().map(|((place, role), count)| (format!("{}/{}", place.raw(), role.raw()), Some(count))).collect()
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
        let in_nlp = |role: &str| vec![RoleGrant { scope: "nlp".into(), role: role.into() }];
        let user = |name: &str, role: Option<&str>, active| User {
            id: name.into(),
            user_name: name.into(),
            org_role: role.map(Name::from).into(),
            active: Some(active),
            team_roles: role.filter(|role| *role != "admin").map(in_nlp),
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
        assert_eq!(choices("x active:"), ["x active:yes 3", "x active:no 1", "x active:invited"]);
        assert_eq!(
            (choices("stat"), choices("status:n")),
            (vec!["status:".to_owned()], vec!["status:no 1".to_owned()])
        );
        assert_eq!(choices("account:"), ["account:unknown 4"]);
        assert_eq!(choices("team:nlp/"), ["team:nlp/member 2", "team:\"nlp/Run janitor\" 1"]);
        assert_eq!(choices("team:NLP/m"), ["team:nlp/member 2"]);
        assert_eq!(choices("last:n"), ["last:never"]);
        assert!(choices("nothing:").is_empty() && choices("name:").is_empty());
    }
}
