//! The same CSV, written: only columns that say something.

use super::{
    DesiredPerson, DesiredState, Membership, cell,
    keys::{COLUMNS, CsvColumn},
};

type Row<'a> = Vec<(CsvColumn, &'a str)>;

pub(super) fn write(desired: &DesiredState) -> String {
    let mut rows: Vec<Row<'_>> = desired.people.iter().flat_map(person).collect();
    let (people, teams) = (&desired.people, &desired.teams);
    // A column of teams says all teams of everybody in the file.
    let alone = people.is_empty();
    let whole =
        people.iter().all(|one| one.teams.is_some()) && !(alone && teams.iter().any(|one| one.members.is_none()));
    for team in teams.iter().filter(|_| whole || alone) {
        rows.push(vec![(CsvColumn::TEAM, team.team.as_str())]);
    }
    for team in teams.iter().filter(|_| whole) {
        for member in team.members.iter().chain(&team.others).flatten() {
            let mut row = vec![(CsvColumn::USER, member.of.as_str()), (CsvColumn::TEAM, team.team.as_str())];
            row.extend(member.role.as_deref().map(|role| (CsvColumn::TEAM_ROLE, role)));
            rows.push(row);
        }
    }
    for role in &desired.roles {
        let said = [(CsvColumn::INHERITS, &role.inherits), (CsvColumn::DESCRIPTION, &role.description)];
        let mut head = vec![(CsvColumn::CUSTOM_ROLE, role.role.as_str())];
        head.extend(said.into_iter().filter_map(|(column, text)| text.as_deref().map(|text| (column, text))));
        match role.permissions.as_deref() {
            None | Some([]) => rows.push(head),
            Some(all) => rows.extend(all.iter().map(|permission| {
                let mut row = head.clone();
                row.push((CsvColumn::PERMISSION, permission));
                row
            })),
        }
    }
    table(&rows)
}

fn person(person: &DesiredPerson) -> Vec<Row<'_>> {
    let active = person.active.map(|active| if active { "yes" } else { "no" });
    let mut head = vec![(CsvColumn::USER, person.user.as_str())];
    head.extend(CsvColumn::texts().filter_map(|(column, field)| Some((column, person.text(field)?))));
    head.extend(active.map(|active| (CsvColumn::ACTIVE, active)));
    let mut rows = Vec::new();
    let lists = [
        (CsvColumn::TEAM, CsvColumn::TEAM_ROLE, &person.teams),
        (CsvColumn::REGISTRY, CsvColumn::REGISTRY_ROLE, &person.registries),
    ];
    for (of, role, list) in lists {
        for Membership { of: name, role: value, .. } in list.iter().flatten() {
            let mut row = head.clone();
            row.push((of, name));
            row.extend(value.as_deref().map(|value| (role, value)));
            rows.push(row);
        }
    }
    if rows.is_empty() {
        rows.push(head);
    }
    rows
}

fn table(rows: &[Row<'_>]) -> String {
    let used = |column: CsvColumn| rows.iter().flatten().any(|(other, text)| *other == column && !text.is_empty());
    let columns: Vec<CsvColumn> =
        COLUMNS.iter().copied().filter(|column| *column == CsvColumn::USER || used(*column)).collect();
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing to memory does not fail.
    let _ = writer.write_record(columns.iter().map(|column| column.name()));
    for row in rows {
        let cell = |column: &CsvColumn| row.iter().find(|(other, _)| other == column).map_or("", |(_, text)| text);
        let cells = columns.iter().map(cell).map(cell::neutralise);
        let _ = writer.write_record(cells.map(|cell| cell.into_owned().into_bytes()));
    }
    writer.into_inner().map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}
