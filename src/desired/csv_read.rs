//! Reads a CSV as kept in spreadsheets: a row per membership, with the user's own values in any of the user's rows.

use indexmap::IndexMap;

use super::{
    ColumnOptions, DesiredPerson, DesiredState, FilePlace, FileProblem, Membership, RoleWish, TeamWish, boolean, cell,
    columns::{HeaderMeaning, resolve},
    keys::{COLUMNS, CsvColumn},
    table::{Row, Table},
    yes_or_no,
};
use crate::{
    directory::RecordKind,
    scim::text::{clean, fold},
};

/// Reads the rows; errors are added to `problems`.
pub(super) fn read(text: &str, said: &ColumnOptions, problems: &mut Vec<FileProblem>) -> DesiredState {
    let mut rows = Rows::default();
    let mut columns: Option<HeaderMeaning> = None;
    for row in Table::new(text) {
        let row = match row {
            Ok(row) => row,
            Err(problem) => {
                problems.push(problem);
                break;
            }
        };
        match &columns {
            _ if row.is_empty() => {}
            None if is_version(&row) => {}
            None => columns = Some(head(&row, said, problems)),
            Some(columns) => rows.row(&row, columns, problems),
        }
    }
    if columns.is_none() && problems.is_empty() {
        problems.push(FilePlace::default().problem("", "the file is empty: its first row names the columns"));
    }
    rows.finish()
}

/// Entra's lists begin with `version:v1.0`.
fn is_version(row: &Row<'_>) -> bool {
    let (first, rest) = row.cells.split_first().map_or(("", &[][..]), |(first, rest)| (first.as_ref(), rest));
    fold(first.trim()).starts_with("version:") && rest.iter().all(|cell| cell.trim().is_empty())
}

fn head(row: &Row<'_>, said: &ColumnOptions, problems: &mut Vec<FileProblem>) -> HeaderMeaning {
    let place = row.place();
    let headers: Vec<&str> = row.cells.iter().map(|cell| cell::restore(cell).trim()).collect();
    let before = problems.len();
    let head = resolve(&headers, said, &place, problems);
    let has = |column| head.columns.contains(&Some(column));
    let subjects = [CsvColumn::USER, CsvColumn::EMAIL, CsvColumn::TEAM, CsvColumn::CUSTOM_ROLE];
    if problems.len() == before && !subjects.into_iter().any(has) {
        problems.push(place.problem("", "the first row names the columns, and needs user, email, team or custom_role"));
    }
    for (part, whole) in [
        (CsvColumn::TEAM_ROLE, CsvColumn::TEAM),
        (CsvColumn::REGISTRY_ROLE, CsvColumn::REGISTRY),
        (CsvColumn::PERMISSION, CsvColumn::CUSTOM_ROLE),
        (CsvColumn::INHERITS, CsvColumn::CUSTOM_ROLE),
    ] {
        if has(part) && !has(whole) {
            problems.push(place.problem(part.name(), format!("this column needs a column {}", whole.name())));
        }
    }
    head
}

/// The cells of a row: a text for each known column, as written.
#[derive(Default)]
struct RowCells<'r>(Vec<(CsvColumn, &'r str)>);

impl<'r> RowCells<'r> {
    fn of(row: &'r Row<'_>, columns: &[Option<CsvColumn>]) -> Self {
        let mut cells = Self::default();
        for (column, cell) in columns.iter().zip(&row.cells) {
            let cell = cell::restore(cell);
            if let Some(column) = column.filter(|_| !cell.trim().is_empty()) {
                cells.0.push((column, cell));
            }
        }
        cells
    }

    fn get(&self, column: CsvColumn) -> Option<&'r str> {
        // The last of two columns counts; they are a problem already.
        self.0.iter().rev().find(|(of, _)| *of == column).map(|(_, cell)| *cell)
    }

    /// A column with a value that does not belong to this kind of row.
    fn stray(&self, is_own: impl Fn(CsvColumn) -> bool) -> Option<CsvColumn> {
        COLUMNS.iter().copied().find(|column| self.get(*column).is_some() && !is_own(*column))
    }
}

/// The merged rows of each user, team and role.
#[derive(Default)]
struct Rows {
    people: IndexMap<String, DesiredPerson>,
    teams: IndexMap<String, TeamWish>,
    roles: IndexMap<String, RoleWish>,
}

impl Rows {
    fn row(&mut self, row: &Row<'_>, head: &HeaderMeaning, problems: &mut Vec<FileProblem>) {
        let (place, columns) = (row.place(), &head.columns);
        let is_long = row.cells.iter().skip(columns.len()).any(|cell| !cell.trim().is_empty());
        // A cell that is not there is no empty one, which says something: that somebody is in no team.
        let is_short = columns.iter().skip(row.cells.len()).any(Option::is_some);
        if is_long || is_short {
            let (cells, columns) = (row.cells.len(), columns.len());
            let advice = if is_long { "quote what holds a separator" } else { "the row may be cut off" };
            problems.push(place.problem("", format!("{cells} cells under {columns} columns; {advice}")));
            return;
        }
        let cells = RowCells::of(row, columns);
        if cells.stray(|_| false).is_some() {
            self.take(&place, &cells, head, problems);
        }
    }

    fn take(&mut self, place: &FilePlace, cells: &RowCells<'_>, head: &HeaderMeaning, problems: &mut Vec<FileProblem>) {
        let user = cells.get(CsvColumn::USER).or(cells.get(CsvColumn::EMAIL));
        match (user, cells.get(CsvColumn::TEAM), cells.get(CsvColumn::CUSTOM_ROLE)) {
            (Some(_), _, Some(_)) => {
                problems.push(place.problem("custom_role", "a row is about a user or about a custom role, not both"));
            }
            (Some(user), ..) => self.person(place, user, cells, head, problems),
            (None, Some(team), None) => {
                if let Some(column) = cells.stray(|column| matches!(column, CsvColumn::TEAM | CsvColumn::EXTERNAL_ID)) {
                    problems.push(place.problem(column.name(), "there is no user in this row"));
                }
                let wish = || TeamWish { place: place.clone(), team: team.to_owned(), ..TeamWish::default() };
                let wish = self.teams.entry(team.to_owned()).or_insert_with(wish);
                let external = cells.get(CsvColumn::EXTERNAL_ID).map(str::to_owned);
                wish.external_id = wish.external_id.take().or(external);
            }
            (None, _, Some(role)) => self.role(place, role, cells, problems),
            (None, None, None) => {
                problems.push(place.problem("", "this row names no user, team or custom role"));
            }
        }
    }

    fn person(
        &mut self,
        place: &FilePlace,
        user: &str,
        cells: &RowCells<'_>,
        head: &HeaderMeaning,
        problems: &mut Vec<FileProblem>,
    ) {
        let person = self.people.entry(user.to_owned()).or_insert_with(|| {
            let listed = |column| head.columns.contains(&Some(column)).then(Vec::new);
            DesiredPerson {
                place: place.clone(),
                user: user.to_owned(),
                is_address: cells.get(CsvColumn::USER).is_none(),
                teams: listed(CsvColumn::TEAM),
                teams_in_part: head.teams_in_part,
                registries: listed(CsvColumn::REGISTRY),
                ..DesiredPerson::default()
            }
        });
        values(person, place, cells, head, problems);
        for (of, role, list) in [
            (CsvColumn::TEAM, CsvColumn::TEAM_ROLE, &mut person.teams),
            (CsvColumn::REGISTRY, CsvColumn::REGISTRY_ROLE, &mut person.registries),
        ] {
            match (cells.get(of), cells.get(role)) {
                (Some(name), role) => {
                    let one = Membership { place: place.clone(), of: name.to_owned(), role: role.map(str::to_owned) };
                    join(list.get_or_insert_default(), one, of.name(), problems);
                }
                (None, Some(_)) => {
                    problems.push(place.problem(role.name(), format!("a role without a {}", of.name())));
                }
                (None, None) => {}
            }
        }
        if let Some(column) = cells.stray(|column| column.field().kind() == RecordKind::User) {
            problems.push(place.problem(column.name(), "this says nothing of a user"));
        }
    }

    fn role(&mut self, place: &FilePlace, name: &str, cells: &RowCells<'_>, problems: &mut Vec<FileProblem>) {
        let wish = || RoleWish { place: place.clone(), role: name.to_owned(), ..RoleWish::default() };
        // Role names are case-sensitive.
        let role = self.roles.entry(name.to_owned()).or_insert_with(wish);
        for (column, field) in
            [(CsvColumn::INHERITS, &mut role.inherits), (CsvColumn::DESCRIPTION, &mut role.description)]
        {
            agree(field, cells.get(column), column, place, "an earlier row", problems);
        }
        if let Some(permission) = cells.get(CsvColumn::PERMISSION).map(str::trim) {
            let all = role.permissions.get_or_insert_default();
            if !all.iter().any(|known| known == permission) {
                all.push(permission.to_owned());
            }
        }
        if let Some(column) = cells.stray(|column| column.field().kind() == RecordKind::Role) {
            problems.push(place.problem(column.name(), "this says nothing of a custom role"));
        }
    }

    fn finish(self) -> DesiredState {
        DesiredState {
            people: self.people.into_values().collect(),
            teams: self.teams.into_values().collect(),
            roles: self.roles.into_values().collect(),
            stray_blanks: true,
        }
    }
}

/// The user's own values in a row, apart from memberships.
fn values(
    person: &mut DesiredPerson,
    place: &FilePlace,
    cells: &RowCells<'_>,
    head: &HeaderMeaning,
    problems: &mut Vec<FileProblem>,
) {
    let earlier = format!("{} or below it", person.place.words);
    // An email address alone identifies the user, and sets no new address.
    let mut meant = None;
    for (column, field) in CsvColumn::texts() {
        let is_name = column == CsvColumn::EMAIL && cells.get(CsvColumn::USER).is_none();
        let mut text = if is_name { meant.take() } else { person.texts.remove(&field) };
        agree(&mut text, cells.get(column), column, place, &earlier, problems);
        if is_name {
            meant = text;
        } else {
            person.put(field, text);
        }
    }
    let Some(text) = cells.get(CsvColumn::ACTIVE) else { return };
    let said = if head.active_is_opposite { yes_or_no(text).map(|yes| !yes) } else { boolean(text) };
    match (said, person.active) {
        (None, _) => {
            problems.push(place.problem("active", format!("{} is neither yes nor no", clean(text))));
        }
        (Some(now), Some(before)) if now != before => {
            let why = format!("{} here, and not in {}", clean(text), person.place.words);
            problems.push(place.problem("active", why));
        }
        (now, _) => person.active = now,
    }
}

/// Takes a value unless an earlier row contradicts it.
pub(super) fn agree(
    field: &mut Option<String>,
    value: Option<&str>,
    column: CsvColumn,
    place: &FilePlace,
    earlier: &str,
    problems: &mut Vec<FileProblem>,
) {
    let Some(value) = value else { return };
    match field {
        Some(other) if other.trim() != value.trim() => {
            let why = format!("{} here, and {} in {earlier}", clean(value), clean(other));
            problems.push(place.problem(column.name(), why));
        }
        Some(_) => {}
        None => *field = Some(value.to_owned()),
    }
}

/// Adds a membership. Duplicates count once, and two different roles in the same place are a problem. Two spellings may
/// mean two places.
pub(super) fn join(list: &mut Vec<Membership>, one: Membership, field: &str, problems: &mut Vec<FileProblem>) {
    match list.iter_mut().find(|other| other.of == one.of) {
        None => list.push(one),
        Some(known) => match (&known.role, &one.role) {
            (Some(before), Some(now)) if fold(before.trim()) != fold(now.trim()) => {
                let why =
                    format!("{} as {} here, as {} in {}", clean(&one.of), clean(now), clean(before), known.place.words);
                problems.push(one.place.problem(field, why));
            }
            (None, Some(_)) => known.role = one.role,
            _ => {}
        },
    }
}
