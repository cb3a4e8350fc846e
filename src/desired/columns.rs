//! Whose column is whose: the headers of a CSV that somebody else wrote, and what is said of them on the command line.

use std::cell::Cell;

use super::{Place, Problem, hidden::Hidden, keys::Column};
use crate::scim::text::{clean, fold, nearest_first};

/// Stands for every unknown column in `--ignore-columns`.
const ALL: &str = "all";

/// Headers of other systems whose "yes" means that somebody is not active.
const OPPOSITES: [&str; 7] = ["suspended", "disabled", "blocked", "archived", "deleted", "inactive", "locked"];

/// The most differing letters of a header that is taken for a misspelt one.
const NEAR: usize = 2;

/// What is said of the columns of a CSV.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Columns {
    /// Headers, each with the name of the column that it is read as.
    pub map: Vec<(String, String)>,
    /// Headers that are left out, one or several with commas between; `all` is every unknown one.
    pub ignore: Vec<String>,
}

impl Columns {
    /// True where nothing is said.
    pub fn is_empty(&self) -> bool {
        self.map.is_empty() && self.ignore.is_empty()
    }
}

/// What the headers of a file mean.
#[derive(Debug, Default)]
pub(super) struct Head {
    /// The column of each; none where it is empty, ignored or unknown.
    pub columns: Vec<Option<Column>>,
    /// The column is the opposite of `active`: "yes" means inactive.
    pub active_is_opposite: bool,
    /// The teams of a user are some of theirs, not all.
    pub teams_in_part: bool,
}

/// What stands before a column's name where the header says its opposite.
const OPPOSITE: char = '!';

/// What stands before `team` where the file has some of a user's teams.
const IN_PART: char = '+';

/// Reads the headers.
pub(super) fn resolve(headers: &[&str], said: &Columns, place: &Place, problems: &mut Vec<Problem>) -> Head {
    let words = Words::new(said, headers, problems);
    let mut unknown: Vec<&str> = Vec::new();
    let mut columns: Vec<Option<Column>> = Vec::with_capacity(headers.len());
    let (mut foreign, mut head) = (false, Head::default());
    for header in headers {
        let found = words.of(header);
        foreign |= matches!(found, Found::Ignored | Found::Mapped(..) | Found::Unknown);
        let column = match found {
            Found::Empty | Found::Ignored => None,
            Found::Unknown => {
                unknown.push(header);
                None
            }
            Found::Mapped(column, sign) | Found::Own(column, sign) => {
                head.active_is_opposite |= sign == Some(OPPOSITE);
                head.teams_in_part |= sign == Some(IN_PART);
                Some(column)
            }
        };
        if let Some(column) = column.filter(|column| columns.contains(&Some(*column))) {
            problems.push(place.problem(&clean(header), format!("a second column for {}", column.name())));
        }
        columns.push(column);
    }
    if !unknown.is_empty() {
        problems.push(place.problem("", unknown_columns(&unknown)));
    }
    if foreign {
        problems.extend(doubtful_role(headers, &columns, &words, place));
    }
    words.unused(place, problems);
    Head { columns, ..head }
}

/// Lists of a group's members call the role in that group `role`, which is the role in the organisation here.
fn doubtful_role(headers: &[&str], columns: &[Option<Column>], words: &Words<'_>, place: &Place) -> Option<Problem> {
    let at = |column| columns.iter().position(|one| *one == Some(column));
    let (role, team) = (headers[at(Column::Role)?], headers[at(Column::Team)?]);
    if matches!(words.of(role), Found::Mapped(..)) || Column::own(team).is_some() || fold(role.trim()) != "role" {
        return None;
    }
    let why = "in a list of another system this may be the role in the team: --map role=team_role, --map role=role (in the \
               organisation) or --ignore-columns role says";
    Some(place.problem("role", why))
}

fn unknown_columns(headers: &[&str]) -> String {
    let known = Column::names();
    let told: Vec<String> = headers
        .iter()
        .map(|header| {
            let hidden = Hidden::in_name(header).map(|hidden| format!("has {hidden}"));
            let near = nearest_first(header, known.iter().copied()).first().copied().unwrap_or_default();
            let near = || (strsim::levenshtein(&fold(header), near) <= NEAR).then(|| format!("near: {near}"));
            match hidden.or_else(near) {
                Some(note) => format!("{} ({note})", clean(header)),
                None => clean(header).into_owned(),
            }
        })
        .collect();
    let bare: Vec<_> = headers.iter().map(|header| clean(header)).collect();
    let (what, leaves) = match headers {
        [_] => ("a column that is not known", "leaves it out"),
        _ => ("columns that are not known", "leaves them out"),
    };
    format!(
        "{what}: {}. --ignore-columns '{}' {leaves} ('all' every such column), --map 'HEADER=COLUMN' reads one as one of \
         these: {}",
        told.join(", "),
        bare.join(","),
        known.join(", ")
    )
}

enum Found {
    Empty,
    Own(Column, Option<char>),
    Mapped(Column, Option<char>),
    Ignored,
    Unknown,
}

/// What is said of headers, and whether any header was meant.
struct Words<'a> {
    map: Vec<(&'a str, Signed, Cell<bool>)>,
    ignore: Vec<(&'a str, Cell<bool>)>,
    all: bool,
}

impl<'a> Words<'a> {
    fn new(said: &'a Columns, headers: &[&str], problems: &mut Vec<Problem>) -> Self {
        let mut map = Vec::new();
        for (header, name) in &said.map {
            match signed(name) {
                Some((Column::Active, None)) if OPPOSITES.contains(&fold(header.trim()).as_str()) => {
                    let why = format!(
                        "{0} says the opposite of active: --map '{0}=!active' reads it the other way round, \
                         --ignore-columns leaves it out",
                        clean(header)
                    );
                    problems.push(Place::default().problem("--map", why));
                }
                Some(column) => map.push((header.as_str(), column, Cell::new(false))),
                None => {
                    let known = Column::names();
                    let why = format!("no column is called {}; known: {}", clean(name), known.join(", "));
                    problems.push(Place::default().problem("--map", why));
                }
            }
        }
        // A header may hold commas itself.
        let whole = |word: &&str| headers.iter().any(|header| is(header, word));
        let words = said.ignore.iter().map(String::as_str);
        let words = words.flat_map(|word| if whole(&word) { vec![word] } else { word.split(',').collect() });
        let (all, ignore): (Vec<&str>, Vec<&str>) = words.partition(|word| word.trim() == ALL && !whole(word));
        let ignore = ignore.into_iter().filter(|word| !word.trim().is_empty()).map(|word| (word, Cell::new(false)));
        Self { map, ignore: ignore.collect(), all: !all.is_empty() }
    }

    fn of(&self, header: &str) -> Found {
        if header.trim().is_empty() {
            return Found::Empty;
        }
        if let Some((_, column, used)) = self.map.iter().find(|(word, ..)| is(header, word)) {
            used.set(true);
            return Found::Mapped(column.0, column.1);
        }
        if let Some((_, used)) = self.ignore.iter().find(|(word, _)| is(header, word)) {
            used.set(true);
            return Found::Ignored;
        }
        let own = |header: &str| Column::named(header).map(|column| (column, None)).or_else(|| signed(header));
        match own(header).or_else(|| own(before_bracket(header))) {
            Some((column, sign)) => Found::Own(column, sign),
            None if self.all => Found::Ignored,
            None => Found::Unknown,
        }
    }

    fn unused(&self, place: &Place, problems: &mut Vec<Problem>) {
        let map = self.map.iter().map(|(word, _, used)| ("--map", *word, used));
        let ignore = self.ignore.iter().map(|(word, used)| ("--ignore-columns", *word, used));
        for (option, word, _) in map.chain(ignore).filter(|(.., used)| !used.get()) {
            problems.push(place.problem(option, format!("no header is {}", clean(word.trim()))));
        }
    }
}

/// A column, and the sign before its name.
type Signed = (Column, Option<char>);

/// A column by its own name, with the sign before it where there is one that fits.
fn signed(name: &str) -> Option<Signed> {
    let fits =
        |sign, of| Some((Column::own(name.trim().strip_prefix(sign)?).filter(|column| *column == of)?, Some(sign)));
    let plain = Column::own(name).map(|column| (column, None));
    plain.or_else(|| fits(OPPOSITE, Column::Active)).or_else(|| fits(IN_PART, Column::Team))
}

/// True if the word names the header: as it is shown, without regard to case and blanks at the ends, and with or without
/// what stands in brackets behind it (`Email Address [Required]`).
fn is(header: &str, word: &str) -> bool {
    let (header, word) = (fold(clean(header).trim()), fold(clean(word).trim()));
    header == word || before_bracket(&header) == word
}

fn before_bracket(header: &str) -> &str {
    header.split_once('[').map_or(header, |(before, _)| before).trim()
}
