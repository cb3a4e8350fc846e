//! The field table: every field of users, teams and custom roles, with its names and uses.
//!
//! Columns, orders, filters, JSON, CSV, files, exports and forms read this table. Consumers have an arm for each field that
//! they treat in a way of its own; the last arm derives every other field from its row, such as a text of a user
//! ([`UserText`]). The tests of this folder go through the table and find a field that some consumer has no answer for.
//!
//! ```text
//! UserField, TeamField, RoleField   names and uses: FieldSpec
//!               │
//!             told                  values for hot loops: a type for each field
//!               │
//!          FieldReader              the same values as FieldValue, for whatever prints or draws them
//! ```

use super::{RecordKind, change::ChangeVerb, record_contents::RecordContents};

mod json;
pub(super) mod knowledge;
mod role;
mod team;
#[cfg(test)]
mod tests;
mod text;
mod user;
mod value;

pub use json::JsonRecord;
pub use role::RoleField;
pub use team::TeamField;
pub use text::UserText;
pub use user::UserField;
pub use value::{FieldReader, FieldValue, GrantRef, RecordRef};

/// Defines the enum of a kind's fields with its table.
macro_rules! fields {
    ($(#[$about:meta])* $name:ident { $($(#[$note:meta])* $field:ident $spec:tt)+ }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$note])* $field,)+
        }

        impl $name {
            /// Every field, in the order of JSON.
            pub const ALL: &[Self] = &[$(Self::$field),+];

            /// The field's row of the table.
            pub fn spec(self) -> &'static FieldSpec {
                match self {
                    $(Self::$field => {
                        static SPEC: FieldSpec = FieldSpec $spec;
                        &SPEC
                    })+
                }
            }
        }
    };
}
use fields;

/// Names and uses of a field.
#[derive(Debug)]
pub struct FieldSpec {
    /// Stands before the value in details and forms.
    pub label: &'static str,
    /// Headings of the field's column in the console's lists, from short to long; empty for a field without a column.
    pub headings: &'static [&'static str],
    /// Room and place of that column.
    pub width: Option<ColumnWidth>,
    /// Whether rows can be sorted by the field, and from which end.
    pub sort: FieldSort,
    /// How a filter asks for the field.
    pub filter: Option<FilterWord>,
    /// Members of a JSON object.
    pub json: Option<JsonNames>,
    /// The column in tables and `--csv` of the list commands.
    pub csv: Option<&'static str>,
    /// Names in a file of a directory.
    pub file: FileNames,
    /// The changes that set the field of an existing record; empty for a field that only the server sets.
    pub set_by: &'static [ChangeVerb],
    /// True if the provider's records hold the field.
    pub held: fn(RecordContents) -> bool,
    /// The member of [`User`](crate::directory::record::User) with the value, for a text that a server may withhold.
    pub text: Option<UserText>,
}

impl FieldSpec {
    /// A field of all providers without any use. Rows of the table name the differences from it.
    const NOTHING: Self = Self {
        label: "",
        headings: &[],
        width: None,
        sort: FieldSort::No,
        filter: None,
        json: None,
        csv: None,
        file: FileNames { column: None, key: None },
        set_by: &[],
        held: |_| true,
        text: None,
    };
}

/// Room and place of a column in the console's lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ColumnWidth {
    /// The least number of cells.
    pub min: usize,
    /// The greatest number of cells.
    pub max: usize,
    /// Numbers are aligned to the right.
    pub right: bool,
    /// The order in which columns disappear on a narrow pane: the highest first; 0 never.
    pub drop: u8,
}

/// The rank of columns that are shown only if somebody chooses them; they disappear in the reverse order of their
/// places.
const CHOSEN: u8 = 9;

/// A column of texts, which are aligned to the left.
pub const fn text_column(min: usize, max: usize, drop: u8) -> ColumnWidth {
    ColumnWidth { min, max, right: false, drop }
}

/// A column of numbers, which are aligned to the right.
pub const fn number_column(min: usize, max: usize, drop: u8) -> ColumnWidth {
    ColumnWidth { min, max, right: true, drop }
}

/// The direction in which rows are sorted by a field at first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldSort {
    /// Rows can't be sorted by the field.
    No,
    /// The first in the alphabet first.
    Ascending,
    /// The largest or the latest first.
    Descending,
}

/// A word before the `:` of a filter's term, with the values that may follow it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FilterWord {
    /// The word.
    pub word: &'static str,
    /// Another word for the field, such as the heading of its column.
    pub also: Option<&'static str>,
    /// The values.
    pub values: FilterValues,
}

/// The values that a filter's term may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilterValues {
    /// Texts that the field's value contains.
    Texts,
    /// Active, inactive or invited.
    Status,
    /// A number, with `<` and `>` too.
    Number,
    /// An age, with `<` and `>` too.
    Age,
    /// An age, or `never`.
    AgeOrNever,
}

impl FilterWord {
    /// True if the text is the word, or the other one, in the words of the provider.
    pub fn is(self, text: &str, holds: RecordContents) -> bool {
        let is = |word: &'static str| word.eq_ignore_ascii_case(text) || holds.say(word).eq_ignore_ascii_case(text);
        is(self.word) || self.also.is_some_and(is)
    }
}

impl FilterValues {
    /// True where `<` and `>` have a meaning.
    pub fn is_ordered(self) -> bool {
        matches!(self, Self::Number | Self::Age | Self::AgeOrNever)
    }
}

/// Members of a JSON object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JsonNames {
    /// The value.
    pub value: &'static str,
    /// The second JSON member, `false` if the server does not tell the whole value.
    pub complete: Option<&'static str>,
}

/// Names in a file that says what a directory shall be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileNames {
    /// The column of a CSV.
    pub column: Option<&'static str>,
    /// The key of a JSON or YAML document.
    pub key: Option<&'static str>,
}

const fn filter(word: &'static str, values: FilterValues) -> FilterWord {
    FilterWord { word, also: None, values }
}

const fn json(value: &'static str) -> JsonNames {
    JsonNames { value, complete: None }
}

const fn json_in_part(value: &'static str, complete: &'static str) -> JsonNames {
    JsonNames { value, complete: Some(complete) }
}

const fn file(name: &'static str) -> FileNames {
    FileNames { column: Some(name), key: Some(name) }
}

const fn file_names(column: Option<&'static str>, key: Option<&'static str>) -> FileNames {
    FileNames { column, key }
}

/// A field of any kind of record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RecordField {
    /// Of a user.
    User(UserField),
    /// Of a team.
    Team(TeamField),
    /// Of a custom role.
    Role(RoleField),
}

impl From<UserField> for RecordField {
    fn from(field: UserField) -> Self {
        Self::User(field)
    }
}

impl From<TeamField> for RecordField {
    fn from(field: TeamField) -> Self {
        Self::Team(field)
    }
}

impl From<RoleField> for RecordField {
    fn from(field: RoleField) -> Self {
        Self::Role(field)
    }
}

impl RecordField {
    /// The fields of a kind, in the order of JSON.
    pub fn of(kind: RecordKind) -> impl Iterator<Item = Self> {
        Self::each(kind, UserField::ALL, TeamField::ALL, RoleField::ALL)
    }

    /// The fields with a column in the list commands, in the order of the columns.
    pub fn in_csv(kind: RecordKind) -> impl Iterator<Item = Self> {
        Self::each(kind, UserField::IN_CSV, TeamField::IN_CSV, RoleField::IN_CSV)
    }

    /// The fields that a filter can ask for, in the order of the help.
    pub fn in_filters(kind: RecordKind) -> impl Iterator<Item = Self> {
        Self::each(kind, UserField::IN_FILTERS, TeamField::IN_FILTERS, RoleField::IN_FILTERS)
    }

    /// The fields with a column in files, in the order of an export. A team's name stands in the column of users' teams.
    pub fn in_files() -> impl Iterator<Item = Self> {
        let roles = Self::of(RecordKind::Role).filter(|field| field.spec().file.column.is_some());
        UserField::IN_FILES.iter().copied().map(Self::User).chain(roles)
    }

    fn each(
        kind: RecordKind,
        users: &'static [UserField],
        teams: &'static [TeamField],
        roles: &'static [RoleField],
    ) -> impl Iterator<Item = Self> {
        let (users, teams, roles) = match kind {
            RecordKind::User => (users, &[][..], &[][..]),
            RecordKind::Team => (&[][..], teams, &[][..]),
            RecordKind::Role => (&[][..], &[][..], roles),
        };
        let users = users.iter().copied().map(Self::User);
        users.chain(teams.iter().copied().map(Self::Team)).chain(roles.iter().copied().map(Self::Role))
    }

    /// The field with the name by which a kind's lists are in order.
    pub fn name_of(kind: RecordKind) -> Self {
        match kind {
            RecordKind::User => Self::User(UserField::UserName),
            RecordKind::Team => Self::Team(TeamField::Name),
            RecordKind::Role => Self::Role(RoleField::Name),
        }
    }

    /// The longest heading of the field's column; empty where it has none.
    pub fn heading(self) -> &'static str {
        self.spec().headings.last().copied().unwrap_or_default()
    }

    /// The word by which commands name the field's column: that of filters where there is one.
    pub fn word(self) -> &'static str {
        let spec = self.spec();
        let filter = spec.filter.map(|filter| filter.word);
        let named = filter.or(spec.csv).or(spec.json.map(|names| names.value));
        named.unwrap_or(match self {
            Self::User(UserField::DaysActive) => "days",
            Self::User(UserField::Modified) | Self::Team(TeamField::Modified) | Self::Role(RoleField::Modified) => {
                "changed"
            }
            Self::User(_) | Self::Team(_) | Self::Role(_) => "",
        })
    }

    /// The kind of the records that have the field.
    pub fn kind(self) -> RecordKind {
        match self {
            Self::User(_) => RecordKind::User,
            Self::Team(_) => RecordKind::Team,
            Self::Role(_) => RecordKind::Role,
        }
    }

    /// The field's row of the table.
    pub fn spec(self) -> &'static FieldSpec {
        match self {
            Self::User(field) => field.spec(),
            Self::Team(field) => field.spec(),
            Self::Role(field) => field.spec(),
        }
    }
}
