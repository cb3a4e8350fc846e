//! The order of a list's rows, as `--sort` names it.

use std::cmp::Reverse;

use rustc_hash::FxHashMap;

use super::{error::CommandError, headless_session::HeadlessSession, list::column};
use crate::directory::{
    Name, RecordKind,
    field::{FieldSort, RecordField, UserField},
    sort::{SortKey, SortKeys, SortOrder},
};

/// A comparable value of a row. What is not told is the smallest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Number(u32),
    Word(Option<String>),
}

/// The rows in the order that `named` asks for, such as `role,-last`; rows that it does not tell apart stay as they are.
/// The role of a `team`'s members is the one in the team.
pub(super) fn sorted(
    session: &HeadlessSession,
    kind: RecordKind,
    mut rows: Vec<u32>,
    named: Option<&str>,
    team: Option<&Name>,
) -> Result<Vec<u32>, CommandError> {
    let Some(named) = named else { return Ok(rows) };
    let words = named.split(',').map(str::trim).filter(|word| !word.is_empty());
    let orders = words.map(|word| order(session, kind, word)).collect::<Result<Vec<_>, _>>()?;
    if orders.is_empty() {
        return Err(CommandError::usage("--sort names no field"));
    }
    // Each sort is stable, so that the first field, which decides, is sorted by last.
    for SortOrder { by, descending } in orders.into_iter().rev() {
        let keys = keys(session, by, &rows, team);
        let key = |row: &u32| keys.get(row);
        if descending { rows.sort_by_key(|row| Reverse(key(row))) } else { rows.sort_by_key(key) }
    }
    Ok(rows)
}

fn order(session: &HeadlessSession, kind: RecordKind, word: &str) -> Result<SortOrder, CommandError> {
    let (name, descending) = word.strip_prefix('-').map_or((word, false), |name| (name, true));
    let is_sorted = |field: RecordField| field.spec().sort != FieldSort::No;
    let by = column("--sort", name, kind, session.can().holds(), is_sorted)?;
    Ok(SortOrder { by, descending })
}

fn keys(session: &HeadlessSession, by: RecordField, rows: &[u32], team: Option<&Name>) -> FxHashMap<u32, Key> {
    let (directory, kind) = (&session.directory, by.kind());
    if (SortOrder { by, descending: false }).is_by_name() {
        return directory.rows_by_name(kind).iter().copied().zip((0..).map(Key::Number)).collect();
    }
    let word = |name: Option<&Name>| Key::Word(name.map(|name| name.as_str().to_lowercase()));
    if let (RecordField::User(UserField::OrgRole), Some(team)) = (by, team) {
        let role = |row: u32| word(directory.user_at(row).and_then(|user| user.role_in(team)));
        return rows.iter().map(|row| (*row, role(*row))).collect();
    }
    let all = SortKeys::new(directory, by);
    let key = |row: u32| match all.of(row) {
        SortKey::Number(number) => Key::Number(number),
        SortKey::Word(name) => word(name),
    };
    rows.iter().map(|row| (*row, key(*row))).collect()
}
