//! The values that `y` copies: fields of a record or of the marked ones, or the command line of a plan. The text may be
//! pasted into a shell, so it contains no line break of the server's, no control character and no invisible one.

use super::{
    App, AppEffect, Overlay,
    action::Scope,
    overlay::{CursorTravel, OverlayBehavior},
    palette::DEMO,
};
use crate::{
    directory::{
        Directory, Id, RecordKind,
        change::Change,
        field::{FieldReader, FieldValue, JsonRecord, RecordField, RecordRef, RoleField, TeamField, UserField},
        plan,
        record_contents::RecordContents,
        words,
    },
    scim::{
        cell,
        text::{self, number},
    },
};

mod members;

/// The most rows that are copied: terminals take no more than some hundred kilobytes, and a key press must not take
/// long.
const MOST: usize = 2_000;

impl App {
    /// Copies the command line that has the effect of the plan.
    pub(super) fn copy_command(&mut self, effects: &mut Vec<AppEffect>) {
        let Some(Overlay::Preview(preview)) = self.overlays.last() else { return };
        let profile = self.session.profile.as_ref().map(|profile| profile.name.as_str());
        if profile == Some(DEMO) {
            return self.say("The embedded demo directory is this console's own: no command line reaches it.");
        }
        let changes: Vec<&Change> = preview.plan.steps.iter().map(|step| &step.change).collect();
        let whole = self.offboarding_line(preview, profile);
        match whole.or_else(|| words::command_line(&changes, &self.directory, profile)) {
            Some(lines) => {
                let lines = match plan::reason(preview.reason.value()) {
                    Some(reason) => words::with_reason(&lines, &reason),
                    None => lines,
                };
                let what = match lines.lines().count() {
                    1 => "The command line".to_owned(),
                    many => format!("{many} command lines"),
                };
                self.say(format!("{what} sent to the terminal's clipboard"));
                effects.push(AppEffect::Copy(lines.into()));
            }
            None => self.say("No command does all of this; a file of what shall be does: scimitar plan FILE."),
        }
    }

    /// The box for choosing a part to copy: of the marked rows where there are any, else of the current record.
    pub(super) fn open_copy(&mut self) {
        let marked = self.lists.pane().filter(|pane| self.overlays.is_empty() && !pane.marks.is_empty());
        let menu = match (marked, self.subject()) {
            (Some(pane), _) if pane.marks.len() > MOST => {
                let marked = number(pane.marks.len() as u64);
                return self
                    .say(format!("{marked} rows are too many for a clipboard: scimitar users --csv prints them."));
            }
            (Some(pane), _) => {
                let ids: Vec<Id> = pane.marks.iter().cloned().collect();
                CopyMenu::new(pane.kind, ids, pane.hidden_marks(&self.directory), &self.directory, self.holds())
            }
            (None, Some(target)) => CopyMenu::new(target.kind, vec![target.id], 0, &self.directory, self.holds()),
            (None, None) => return,
        };
        self.overlays.push(Overlay::Copy(menu));
    }

    /// Copies the chosen part.
    pub(super) fn copy_chosen(&mut self, menu: &CopyMenu, effects: &mut Vec<AppEffect>) {
        let Some((what, _)) = menu.choices.get(menu.cursor) else { return };
        let (text, values) = menu.value(*what, &self.directory);
        let (all, name) = (menu.ids.len(), menu.name(*what));
        let count = match (menu.is_single(), values) {
            (true, _) => String::new(),
            (false, some) if some < all => format!("{} of {} ", number(some as u64), number(all as u64)),
            (false, all) => format!("{} ", number(all as u64)),
        };
        self.say(format!("{count}{name} sent to the terminal's clipboard{}", menu.hidden_in_words()));
        effects.push(AppEffect::Copy(text.into()));
    }
}

/// The part of a record that is copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopyPart {
    /// `userName` of a user, else the name.
    Name,
    /// The display name of a user.
    DisplayName,
    /// The primary address of a user.
    Email,
    /// The server's id.
    Id,
    /// Names, address and id, under a heading.
    Csv,
    /// The same as a table in Markdown.
    Markdown,
    /// The members of a team with their roles, under a heading.
    Members,
    /// The record as the console knows it.
    Json,
}

/// The box for choosing a part of a record, or of the marked records, to copy.
#[derive(Debug)]
pub struct CopyMenu {
    kind: RecordKind,
    /// The values that the provider's records hold.
    holds: RecordContents,
    /// The records' ids, in the order of marking.
    ids: Vec<Id>,
    /// The number of these records that the filter hides.
    hidden: usize,
    /// The parts that can be copied, the likeliest first, each with a preview.
    pub choices: Vec<(CopyPart, String)>,
    /// The index of the choice with the cursor.
    pub cursor: usize,
}

impl CopyMenu {
    fn new(kind: RecordKind, ids: Vec<Id>, hidden: usize, directory: &Directory, holds: RecordContents) -> Self {
        let mut menu = Self { kind, holds, ids, hidden, choices: Vec::new(), cursor: 0 };
        let parts = match kind {
            RecordKind::User => &CopyPart::ALL[..],
            RecordKind::Team | RecordKind::Role => {
                &[CopyPart::Name, CopyPart::Id, CopyPart::Csv, CopyPart::Members, CopyPart::Markdown, CopyPart::Json][..]
            }
        };
        let is_there = |part: &CopyPart| {
            menu.ids.iter().any(|id| match part {
                CopyPart::Members => kind == RecordKind::Team && members::count(id, directory).is_some(),
                part => part.is_row() || !part.of(kind, id, directory).is_empty(),
            })
        };
        let there = parts.iter().filter(|part| is_there(part));
        menu.choices = there.map(|part| (*part, menu.glimpse(*part, directory))).collect();
        menu
    }

    /// True if the box is about a single record.
    pub fn is_single(&self) -> bool {
        self.ids.len() == 1
    }

    /// The name of a choice.
    pub fn name(&self, part: CopyPart) -> &'static str {
        match (part, self.kind, self.is_single()) {
            (CopyPart::Name, RecordKind::User, true) => "user name",
            (CopyPart::Name, RecordKind::User, false) => "user names",
            (CopyPart::Name, _, true) => "name",
            (CopyPart::Name, _, false) => "names",
            (CopyPart::DisplayName, _, true) => "display name",
            (CopyPart::DisplayName, _, false) => "display names",
            (CopyPart::Email, _, true) => "email",
            (CopyPart::Email, _, false) => "emails",
            (CopyPart::Id, _, true) => "id",
            (CopyPart::Id, _, false) => "ids",
            (CopyPart::Csv, _, true) => "row as CSV",
            (CopyPart::Csv, _, false) => "rows as CSV",
            (CopyPart::Members, ..) => "members as CSV",
            (CopyPart::Markdown, _, true) => "row as Markdown",
            (CopyPart::Markdown, _, false) => "rows as Markdown",
            (CopyPart::Json, _, true) => "row as JSON",
            (CopyPart::Json, _, false) => "rows as JSON",
        }
    }

    /// The title: the number of rows, and how many of them are not on screen.
    pub fn title(&self) -> String {
        match self.ids.len() {
            1 => format!("Copy{}", self.hidden_in_words()),
            many => format!("Copy of {} marked{}", number(many as u64), self.hidden_in_words()),
        }
    }

    fn hidden_in_words(&self) -> String {
        if self.hidden == 0 { String::new() } else { format!(", {} not shown", number(self.hidden as u64)) }
    }

    /// A short preview of a choice; for a single record the value itself.
    fn glimpse(&self, part: CopyPart, directory: &Directory) -> String {
        let values = self.ids.iter().filter(|id| !part.of(self.kind, id, directory).is_empty()).count();
        match (self.is_single(), part.is_row()) {
            _ if part == CopyPart::Members => members::HEADS.join(", "),
            (_, true) if part != CopyPart::Json => {
                self.csv_columns().into_iter().map(|(_, head)| head).collect::<Vec<_>>().join(", ")
            }
            (true, false) => self.value(part, directory).0,
            (true, true) => format!("{} lines", self.value(part, directory).0.lines().count()),
            (false, false) if values < self.ids.len() => {
                format!("{} of {}", number(values as u64), number(self.ids.len() as u64))
            }
            (false, _) => number(self.ids.len() as u64),
        }
    }

    /// The text, and the number of records in it: records without a known value are left out.
    fn value(&self, part: CopyPart, directory: &Directory) -> (String, usize) {
        match part {
            CopyPart::Csv => (self.csv(directory), self.ids.len()),
            CopyPart::Markdown => (self.markdown(directory), self.ids.len()),
            CopyPart::Members => members::csv(&self.ids, FieldReader { directory, holds: self.holds }),
            CopyPart::Json => (self.json(directory), self.ids.len()),
            _ => {
                let values = self.ids.iter().map(|id| part.of(self.kind, id, directory));
                let lines: Vec<String> = values.filter(|value| !value.is_empty()).collect();
                (lines.join("\n"), lines.len())
            }
        }
    }

    /// The columns of the CSV, each with its heading.
    fn csv_columns(&self) -> Vec<(CopyPart, &'static str)> {
        let parts = [CopyPart::Name, CopyPart::DisplayName, CopyPart::Email, CopyPart::Id];
        let heading = |part: CopyPart| Some((part, part.field(self.kind)?.spec().csv?));
        parts.into_iter().filter_map(heading).collect()
    }

    fn csv(&self, directory: &Directory) -> String {
        let columns = self.csv_columns();
        let row = |id: &Id| columns.iter().map(|(part, _)| cell(&part.of(self.kind, id, directory))).collect();
        let heads: Vec<String> = columns.iter().map(|(_, head)| (*head).to_owned()).collect();
        let lines = std::iter::once(heads).chain(self.ids.iter().map(row));
        lines.map(|cells: Vec<String>| cells.join(",")).collect::<Vec<_>>().join("\n")
    }

    /// A table with the columns of the CSV. Signs that would be markup are escaped.
    fn markdown(&self, directory: &Directory) -> String {
        let columns = self.csv_columns();
        let line = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
        let heads = line(columns.iter().map(|(_, head)| (*head).to_owned()).collect());
        let rule = line(columns.iter().map(|_| "---".to_owned()).collect());
        let row =
            |id: &Id| line(columns.iter().map(|(part, _)| markdown_cell(&part.of(self.kind, id, directory))).collect());
        [heads, rule].into_iter().chain(self.ids.iter().map(row)).collect::<Vec<_>>().join("\n")
    }

    /// The records as JSON, as list commands print them.
    fn json(&self, directory: &Directory) -> String {
        let reader = FieldReader { directory, holds: self.holds };
        let records = self.ids.iter().filter_map(|id| record(self.kind, id, directory));
        let rows: Vec<JsonRecord<'_>> = records.map(|record| JsonRecord { reader, record }).collect();
        let written = match rows.as_slice() {
            [one] => serde_json::to_string_pretty(one),
            many => serde_json::to_string_pretty(many),
        };
        text::escape_json(&written.unwrap_or_default()).into_owned()
    }
}

impl CopyPart {
    /// All parts, in the order for a user.
    const ALL: [Self; 7] =
        [Self::Name, Self::DisplayName, Self::Email, Self::Id, Self::Csv, Self::Markdown, Self::Json];

    fn is_row(self) -> bool {
        matches!(self, Self::Csv | Self::Members | Self::Markdown | Self::Json)
    }

    /// The field of the part; `None` for whole rows, and for fields that the kind lacks.
    fn field(self, kind: RecordKind) -> Option<RecordField> {
        match (self, kind) {
            (Self::Csv | Self::Members | Self::Markdown | Self::Json, _) => None,
            (Self::Name, kind) => Some(RecordField::name_of(kind)),
            (Self::Id, RecordKind::User) => Some(UserField::Id.into()),
            (Self::Id, RecordKind::Team) => Some(TeamField::Id.into()),
            (Self::Id, RecordKind::Role) => Some(RoleField::Id.into()),
            (Self::DisplayName, RecordKind::User) => Some(UserField::DisplayName.into()),
            (Self::Email, RecordKind::User) => Some(UserField::Email.into()),
            (Self::DisplayName | Self::Email, RecordKind::Team | RecordKind::Role) => None,
        }
    }

    /// The value of a record, on a single line; empty where none is known, and for whole rows.
    fn of(self, kind: RecordKind, id: &Id, directory: &Directory) -> String {
        let reader = FieldReader { directory, holds: RecordContents::default() };
        let value = |field| Some(reader.value(record(kind, id, directory)?, field));
        match self.field(kind).and_then(value) {
            Some(FieldValue::Text(name)) => text::clean_line(name.raw(), usize::MAX).into_owned(),
            Some(FieldValue::Id(id)) => text::clean_line(id, usize::MAX).into_owned(),
            _ => String::new(),
        }
    }
}

fn record<'a>(kind: RecordKind, id: &Id, directory: &'a Directory) -> Option<RecordRef<'a>> {
    match kind {
        RecordKind::User => directory.user(id).map(RecordRef::User),
        RecordKind::Team => directory.team(id).map(RecordRef::Team),
        RecordKind::Role => directory.role(id).map(RecordRef::Role),
    }
}

/// A cell of a table in Markdown, in which nothing is a link, an image, a tag or another cell.
fn markdown_cell(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '&' | '!') {
            out.push('\\');
        }
        out.push(letter);
    }
    out
}

/// A CSV cell (RFC 4180) that a spreadsheet does not run as a formula.
fn cell(text: &str) -> String {
    let text = cell::neutralise(text);
    if text.contains([',', '"']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.into_owned() }
}

impl OverlayBehavior for CopyMenu {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Picker, Scope::Global]
    }

    fn travel(&mut self, to: &CursorTravel, _: &App) {
        to.go(&mut self.cursor, self.choices.len());
    }

    fn go_to_letter(&mut self, letter: char) -> bool {
        let begins = |(part, _): &(CopyPart, String)| self.name(*part).starts_with(letter.to_ascii_lowercase());
        let places = (self.cursor + 1..self.choices.len()).chain(0..=self.cursor);
        let next = places.into_iter().find(|at| self.choices.get(*at).is_some_and(begins));
        self.cursor = next.unwrap_or(self.cursor);
        next.is_some()
    }

    fn choose(self, app: &mut App, effects: &mut Vec<AppEffect>) {
        app.copy_chosen(&self, effects);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{record::User, records::Records};

    fn directory() -> Directory {
        let user = |name: &str, display: &str, email: &str| User {
            id: format!("id-{name}").as_str().into(),
            user_name: name.into(),
            display_name: display.into(),
            email: email.into(),
            ..User::default()
        };
        let users = vec![
            user("eva", "Tanaka, Eva \"E\"", "eva@example.com"),
            user("ivan", "=1+1\nFORGED", ""),
            user("noor", "", "noor@example.com"),
        ];
        let mut directory = Directory::default();
        directory.replace(Records::build(users, vec![], vec![]), true);
        directory
    }

    fn menu(names: &[&str], hidden: usize, directory: &Directory) -> CopyMenu {
        let ids = names.iter().map(|name| format!("id-{name}").as_str().into()).collect();
        CopyMenu::new(RecordKind::User, ids, hidden, directory, RecordContents::default())
    }

    #[test]
    fn values_of_several_are_lines_in_the_order_of_marking() {
        let directory = directory();
        let three = menu(&["noor", "eva", "ivan"], 2, &directory);
        assert_eq!(three.title(), "Copy of 3 marked, 2 not shown");
        let value = |part| three.value(part, &directory);
        assert_eq!(value(CopyPart::Name), ("noor\neva\nivan".into(), 3));
        assert_eq!(value(CopyPart::Email), ("noor@example.com\neva@example.com".into(), 2));
        assert_eq!(value(CopyPart::Id).0, "id-noor\nid-eva\nid-ivan");
        let csv = "user,name,email,id\nnoor,,noor@example.com,id-noor\n\
                   eva,\"Tanaka, Eva \"\"E\"\"\",eva@example.com,id-eva\nivan,'=1+1 FORGED,,id-ivan";
        assert_eq!(value(CopyPart::Csv).0, csv);
        let markdown = "| user | name | email | id |\n| --- | --- | --- | --- |\n| noor |  | noor@example.com | id-noor |\n\
                        | eva | Tanaka, Eva \"E\" | eva@example.com | id-eva |\n| ivan | =1+1 FORGED |  | id-ivan |";
        assert_eq!(value(CopyPart::Markdown).0, markdown);
        assert_eq!(markdown_cell("a|b <script> [x](y)"), "a\\|b \\<script\\> \\[x\\](y)");
        let json: serde_json::Value = serde_json::from_str(&value(CopyPart::Json).0).unwrap();
        assert_eq!((json.as_array().unwrap().len(), &json[1]["user"]), (3, &"eva".into()));
        assert_eq!(three.choices[2], (CopyPart::Email, "2 of 3".into()));
    }

    #[test]
    fn of_one_what_it_lacks_is_not_offered() {
        let directory = directory();
        let one = menu(&["ivan"], 0, &directory);
        let names: Vec<&str> = one.choices.iter().map(|(part, _)| one.name(*part)).collect();
        assert_eq!(names, ["user name", "display name", "id", "row as CSV", "row as Markdown", "row as JSON"]);
        assert_eq!((one.title(), one.choices[2].1.as_str()), ("Copy".into(), "id-ivan"));
    }

    #[test]
    fn a_letter_goes_to_the_choice_that_begins_with_it() {
        let directory = directory();
        let mut two = menu(&["eva", "noor"], 0, &directory);
        assert!(two.go_to_letter('e') && two.choices[two.cursor].0 == CopyPart::Email);
        assert!(two.go_to_letter('r') && two.choices[two.cursor].0 == CopyPart::Csv);
        assert!(two.go_to_letter('r') && two.choices[two.cursor].0 == CopyPart::Markdown);
        assert!(two.go_to_letter('r') && two.choices[two.cursor].0 == CopyPart::Json);
        assert!(!two.go_to_letter('j') && two.choices[two.cursor].0 == CopyPart::Json);
    }
}
