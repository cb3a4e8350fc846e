//! Maps the headers of any CSV to columns, with options from the command line.

use std::cell::Cell;

use super::{FilePlace, FileProblem, hidden::HiddenCharacters, keys::CsvColumn};
use crate::scim::text::{clean, fold, nearest_first};

/// Stands for all unknown columns in `--ignore-columns`.
const ALL: &str = "all";

/// Headers of other systems that are the opposite of `active`: "yes" means inactive.
const OPPOSITES: [&str; 7] = ["suspended", "disabled", "blocked", "archived", "deleted", "inactive", "locked"];

/// Maximum number of differing letters for a header to count as misspelt.
const NEAR: usize = 2;

/// Options for the columns of a CSV.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ColumnOptions {
    /// Pairs of a header and the name of the column to read it as.
    pub map: Vec<(String, String)>,
    /// Headers to ignore; an entry may hold several, separated by commas. `all` means all unknown headers.
    pub ignore: Vec<String>,
    /// The file is one for which no options can be given, such as a template: problems advise none.
    pub are_fixed: bool,
}

impl ColumnOptions {
    /// True if no option is set.
    pub fn is_empty(&self) -> bool {
        self.map.is_empty() && self.ignore.is_empty()
    }
}

/// The meaning of a file's headers.
#[derive(Debug, Default)]
pub(super) struct HeaderMeaning {
    /// The column of each header; `None` if the header is empty, ignored or unknown.
    pub columns: Vec<Option<CsvColumn>>,
    /// The column is the opposite of `active`: "yes" means inactive.
    pub active_is_opposite: bool,
    /// True if the file lists only some of a user's teams.
    pub teams_in_part: bool,
}

/// Prefix of a column's name for a header with the opposite meaning.
const OPPOSITE: char = '!';

/// Prefix of `team` for a file that lists only some of a user's teams.
const IN_PART: char = '+';

/// Finds the columns of the headers.
pub(super) fn resolve(
    headers: &[&str],
    said: &ColumnOptions,
    place: &FilePlace,
    problems: &mut Vec<FileProblem>,
) -> HeaderMeaning {
    let words = Words::new(said, headers, problems);
    let mut unknown: Vec<&str> = Vec::new();
    let mut columns: Vec<Option<CsvColumn>> = Vec::with_capacity(headers.len());
    let (mut foreign, mut head) = (false, HeaderMeaning::default());
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
        problems.push(place.problem("", unknown_columns(&unknown, said.are_fixed)));
    }
    if foreign {
        problems.extend(doubtful_role(headers, &columns, &words, said.are_fixed, place));
    }
    words.unused(place, problems);
    HeaderMeaning { columns, ..head }
}

/// Lists of a group's members use `role` for the role in that group, but here `role` is the role in the organisation.
fn doubtful_role(
    headers: &[&str],
    columns: &[Option<CsvColumn>],
    words: &Words<'_>,
    fixed: bool,
    place: &FilePlace,
) -> Option<FileProblem> {
    let at = |column| columns.iter().position(|one| *one == Some(column));
    let (role, team) = (headers[at(CsvColumn::ROLE)?], headers[at(CsvColumn::TEAM)?]);
    if matches!(words.of(role), Found::Mapped(..)) || CsvColumn::own(team).is_some() || fold(role.trim()) != "role" {
        return None;
    }
    let which = if fixed {
        "call the column team_role if so, and take the other system's columns out"
    } else {
        "--map role=team_role, --map role=role (in the organisation) or --ignore-columns role says"
    };
    Some(place.problem("role", format!("in a list of another system this may be the role in the team: {which}")))
}

fn unknown_columns(headers: &[&str], fixed: bool) -> String {
    let known = CsvColumn::names();
    let told: Vec<String> = headers
        .iter()
        .map(|header| {
            let hidden = HiddenCharacters::in_name(header).map(|hidden| format!("has {hidden}"));
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
    let (told, known) = (told.join(", "), known.join(", "));
    if fixed {
        return format!("{what}: {told}. The columns are: {known}");
    }
    format!(
        "{what}: {told}. --ignore-columns '{}' {leaves} ('all' every such column), --map 'HEADER=COLUMN' reads one as one of \
         these: {known}",
        bare.join(","),
    )
}

enum Found {
    Empty,
    Own(CsvColumn, Option<char>),
    Mapped(CsvColumn, Option<char>),
    Ignored,
    Unknown,
}

/// The options for headers, each with a flag that tells whether a header matched.
struct Words<'a> {
    map: Vec<(&'a str, SignedColumn, Cell<bool>)>,
    ignore: Vec<(&'a str, Cell<bool>)>,
    all: bool,
}

impl<'a> Words<'a> {
    fn new(said: &'a ColumnOptions, headers: &[&str], problems: &mut Vec<FileProblem>) -> Self {
        let mut map = Vec::new();
        for (header, name) in &said.map {
            match signed(name) {
                Some((CsvColumn::ACTIVE, None)) if OPPOSITES.contains(&fold(header.trim()).as_str()) => {
                    let why = format!(
                        "{0} says the opposite of active: --map '{0}=!active' reads it the other way round, \
                         --ignore-columns leaves it out",
                        clean(header)
                    );
                    problems.push(FilePlace::default().problem("--map", why));
                }
                Some(column) => map.push((header.as_str(), column, Cell::new(false))),
                None => {
                    let known = CsvColumn::names();
                    let why = format!("no column is called {}; known: {}", clean(name), known.join(", "));
                    problems.push(FilePlace::default().problem("--map", why));
                }
            }
        }
        // A header may contain commas.
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
        let own = |header: &str| CsvColumn::named(header).map(|column| (column, None)).or_else(|| signed(header));
        match own(header).or_else(|| own(before_bracket(header))) {
            Some((column, sign)) => Found::Own(column, sign),
            None if self.all => Found::Ignored,
            None => Found::Unknown,
        }
    }

    fn unused(&self, place: &FilePlace, problems: &mut Vec<FileProblem>) {
        let map = self.map.iter().map(|(word, _, used)| ("--map", *word, used));
        let ignore = self.ignore.iter().map(|(word, used)| ("--ignore-columns", *word, used));
        for (option, word, _) in map.chain(ignore).filter(|(.., used)| !used.get()) {
            problems.push(place.problem(option, format!("no header is {}", clean(word.trim()))));
        }
    }
}

/// A column, and the prefix of its name.
type SignedColumn = (CsvColumn, Option<char>);

/// A column by its own name, with the prefix if there is a valid one.
fn signed(name: &str) -> Option<SignedColumn> {
    let fits =
        |sign, of| Some((CsvColumn::own(name.trim().strip_prefix(sign)?).filter(|column| *column == of)?, Some(sign)));
    let plain = CsvColumn::own(name).map(|column| (column, None));
    plain.or_else(|| fits(OPPOSITE, CsvColumn::ACTIVE)).or_else(|| fits(IN_PART, CsvColumn::TEAM))
}

/// True if the word names the header: compared as shown, ignoring case and surrounding blanks, with or without the text
/// in brackets at the end (`Email Address [Required]`).
fn is(header: &str, word: &str) -> bool {
    let (header, word) = (fold(clean(header).trim()), fold(clean(word).trim()));
    header == word || before_bracket(&header) == word
}

fn before_bracket(header: &str) -> &str {
    header.split_once('[').map_or(header, |(before, _)| before).trim()
}
