//! A CSV as people keep it in a spreadsheet: one row for each membership, and what it says of a user in any of theirs.

use indexmap::IndexMap;

use super::{
    Desired, Membership, Person, Place, Problem, RoleWish, TeamWish, boolean, cell,
    keys::{COLUMNS, Column, unknown},
};
use crate::scim::text::{clean, fold};

/// Reads the rows; what is wrong is added to the problems.
pub(super) fn read(text: &str, problems: &mut Vec<Problem>) -> Desired {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(text))
        .from_reader(text.as_bytes());
    let mut rows = Rows::default();
    let mut columns: Option<Vec<Option<Column>>> = None;
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                problems.push(Place::default().problem("", format!("this is not CSV: {error}")));
                break;
            }
        };
        let line = record.position().map_or(0, csv::Position::line) as usize;
        let place = Place { line, words: format!("row {line}") };
        match &columns {
            None => columns = Some(head(&record, &place, problems)),
            Some(columns)
                if record.len() > columns.len() && record.iter().skip(columns.len()).any(|c| !c.is_empty()) =>
            {
                let why =
                    format!("{} cells under {} columns; quote what holds a separator", record.len(), columns.len());
                problems.push(place.problem("", why));
            }
            Some(columns) => {
                let cells = columns.iter().zip(record.iter()).filter_map(|(column, cell)| {
                    let cell = cell::restore(cell.trim());
                    column.filter(|_| !cell.is_empty()).map(|column| (column, cell.to_owned()))
                });
                rows.take(&place, &cells.collect(), columns, problems);
            }
        }
    }
    if columns.is_none() && problems.is_empty() {
        problems.push(Place::default().problem("", "the file is empty: its first row names the columns"));
    }
    rows.finish()
}

/// Spreadsheets of many countries write semicolons; some tools write tabs.
fn delimiter(text: &str) -> u8 {
    let head = text.lines().next().unwrap_or_default();
    [b',', b';', b'\t'].into_iter().max_by_key(|sign| (count(head, *sign), *sign == b',')).unwrap_or(b',')
}

fn count(line: &str, sign: u8) -> usize {
    line.bytes().filter(|byte| *byte == sign).count()
}

fn head(record: &csv::StringRecord, place: &Place, problems: &mut Vec<Problem>) -> Vec<Option<Column>> {
    let known: Vec<&str> = COLUMNS.iter().map(|(_, name)| *name).collect();
    let mut columns: Vec<Option<Column>> = Vec::new();
    for name in record {
        let column = Column::named(name);
        if name.trim().is_empty() {
            columns.push(None);
            continue;
        }
        match column {
            None => problems.push(place.problem(&clean(name), unknown("column", name, &known))),
            Some(column) if columns.contains(&Some(column)) => {
                problems.push(place.problem(&clean(name), format!("a second column for {}", column.name())));
            }
            Some(_) => {}
        }
        columns.push(column);
    }
    let has = |column| columns.contains(&Some(column));
    if problems.is_empty() && ![Column::User, Column::Email, Column::Team, Column::CustomRole].into_iter().any(has) {
        problems.push(place.problem("", "the first row names the columns, and needs user, email, team or custom_role"));
    }
    for (part, whole) in [
        (Column::TeamRole, Column::Team),
        (Column::RegistryRole, Column::Registry),
        (Column::Permission, Column::CustomRole),
        (Column::Inherits, Column::CustomRole),
    ] {
        if has(part) && !has(whole) {
            problems.push(place.problem(part.name(), format!("this column needs a column {}", whole.name())));
        }
    }
    columns
}

type Cells = std::collections::HashMap<Column, String, rustc_hash::FxBuildHasher>;

/// Rows of one user, team or role, put together.
#[derive(Default)]
struct Rows {
    people: IndexMap<String, Person>,
    teams: IndexMap<String, TeamWish>,
    roles: IndexMap<String, RoleWish>,
}

impl Rows {
    fn take(&mut self, place: &Place, cells: &Cells, columns: &[Option<Column>], problems: &mut Vec<Problem>) {
        if cells.is_empty() {
            return;
        }
        let user = cells.get(&Column::User).or_else(|| cells.get(&Column::Email));
        let (team, role) = (cells.get(&Column::Team), cells.get(&Column::CustomRole));
        match (user, team, role) {
            (Some(_), _, Some(_)) => {
                problems.push(place.problem("custom_role", "a row is about a user or about a custom role, not both"));
            }
            (Some(user), ..) => self.person(place, user, cells, columns, problems),
            (None, Some(team), None) => {
                if let Some(column) = stray(cells, &[Column::Team]) {
                    problems.push(place.problem(column.name(), "there is no user in this row"));
                }
                let wish = || TeamWish { place: place.clone(), team: team.clone(), members: None };
                self.teams.entry(fold(team)).or_insert_with(wish);
            }
            (None, _, Some(role)) => self.role(place, role, cells, problems),
            (None, None, None) => {
                problems.push(place.problem("", "this row names no user, team or custom role"));
            }
        }
    }

    fn person(
        &mut self,
        place: &Place,
        user: &str,
        cells: &Cells,
        columns: &[Option<Column>],
        problems: &mut Vec<Problem>,
    ) {
        let person = self.people.entry(fold(user)).or_insert_with(|| {
            let listed = |column| columns.contains(&Some(column)).then(Vec::new);
            Person {
                place: place.clone(),
                user: user.to_owned(),
                teams: listed(Column::Team),
                registries: listed(Column::Registry),
                ..Person::default()
            }
        });
        let earlier = person.place.words.clone();
        // An address alone says who is meant, not what theirs shall be.
        let mut meant = None;
        let email = if cells.contains_key(&Column::User) { &mut person.email } else { &mut meant };
        for (column, field) in [
            (Column::Email, email),
            (Column::Name, &mut person.name),
            (Column::ExternalId, &mut person.external_id),
            (Column::Role, &mut person.role),
            (Column::ModelsSeat, &mut person.models_seat),
            (Column::WeaveRole, &mut person.weave_role),
        ] {
            let Some(value) = cells.get(&column) else { continue };
            match field {
                Some(other) if other != value => {
                    let why = format!("{} here, and {} in {earlier} or below it", clean(value), clean(other));
                    problems.push(place.problem(column.name(), why));
                }
                _ => *field = Some(value.clone()),
            }
        }
        if let Some(text) = cells.get(&Column::Active) {
            match (boolean(text), person.active) {
                (None, _) => {
                    problems.push(place.problem("active", format!("{} is neither yes nor no", clean(text))));
                }
                (Some(now), Some(before)) if now != before => {
                    problems.push(place.problem("active", format!("{} here, and not in {earlier}", clean(text))));
                }
                (now, _) => person.active = now,
            }
        }
        for (of, role, list) in [
            (Column::Team, Column::TeamRole, &mut person.teams),
            (Column::Registry, Column::RegistryRole, &mut person.registries),
        ] {
            match (cells.get(&of), cells.get(&role)) {
                (Some(name), role) => {
                    let one = Membership { place: place.clone(), of: name.clone(), role: role.cloned() };
                    join(list.get_or_insert_default(), one, of.name(), problems);
                }
                (None, Some(_)) => {
                    problems.push(place.problem(role.name(), format!("a role without a {}", of.name())));
                }
                (None, None) => {}
            }
        }
        if let Some(column) = stray(cells, &PERSON) {
            problems.push(place.problem(column.name(), "this says nothing of a user"));
        }
    }

    fn role(&mut self, place: &Place, name: &str, cells: &Cells, problems: &mut Vec<Problem>) {
        let wish = || RoleWish { place: place.clone(), role: name.to_owned(), ..RoleWish::default() };
        // Role names differ by case.
        let role = self.roles.entry(name.to_owned()).or_insert_with(wish);
        for (column, field) in [(Column::Inherits, &mut role.inherits), (Column::Description, &mut role.description)] {
            let Some(value) = cells.get(&column) else { continue };
            match field {
                Some(other) if other != value => {
                    let why = format!("{} here, and {} in an earlier row", clean(value), clean(other));
                    problems.push(place.problem(column.name(), why));
                }
                _ => *field = Some(value.clone()),
            }
        }
        if let Some(permission) = cells.get(&Column::Permission) {
            let all = role.permissions.get_or_insert_default();
            if !all.contains(permission) {
                all.push(permission.clone());
            }
        }
        let own = [Column::CustomRole, Column::Inherits, Column::Description, Column::Permission];
        if let Some(column) = stray(cells, &own) {
            problems.push(place.problem(column.name(), "this says nothing of a custom role"));
        }
    }

    fn finish(self) -> Desired {
        Desired {
            people: self.people.into_values().collect(),
            teams: self.teams.into_values().collect(),
            roles: self.roles.into_values().collect(),
        }
    }
}

/// Columns that speak of a user.
const PERSON: [Column; 12] = [
    Column::User,
    Column::Email,
    Column::Name,
    Column::ExternalId,
    Column::Role,
    Column::Active,
    Column::ModelsSeat,
    Column::WeaveRole,
    Column::Team,
    Column::TeamRole,
    Column::Registry,
    Column::RegistryRole,
];

fn stray(cells: &Cells, own: &[Column]) -> Option<Column> {
    COLUMNS.iter().map(|(column, _)| *column).find(|column| cells.contains_key(column) && !own.contains(column))
}

/// Adds one; twice the same is once, and two roles in one place are a problem.
pub(super) fn join(list: &mut Vec<Membership>, one: Membership, field: &str, problems: &mut Vec<Problem>) {
    let same = |other: &&mut Membership| fold(&other.of) == fold(&one.of);
    match list.iter_mut().find(same) {
        None => list.push(one),
        Some(known) => match (&known.role, &one.role) {
            (Some(before), Some(now)) if fold(before) != fold(now) => {
                let why =
                    format!("{} as {} here, as {} in {}", clean(&one.of), clean(now), clean(before), known.place.words);
                problems.push(one.place.problem(field, why));
            }
            (None, Some(_)) => known.role = one.role,
            _ => {}
        },
    }
}
