//! The arrangement of a list: the columns by which it is sorted, and the columns that it shows.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{
    App, AppEffect, ListPanes, Overlay, Tab,
    action::{Action, Scope},
    overlay::{CursorTravel, OverlayBehavior},
    palette::{PaletteEntry, PaletteLine},
};
use crate::{
    directory::{RecordKind, field::RecordField, sort::SortOrder},
    scim::text::nearest_first,
};

/// Letters that move the cursor or leave, in every box.
const NO_CHOICE: &str = "jkgq";

/// The box that asks by which column to sort.
#[derive(Debug)]
pub struct SortMenu {
    /// Each field with the letter that chooses it.
    pub choices: Vec<(char, RecordField)>,
    /// The orders that the list is sorted by now, the first one first.
    pub orders: Vec<SortOrder>,
    /// Index of the choice with the cursor.
    pub cursor: usize,
}

impl SortMenu {
    fn new(fields: Vec<RecordField>, orders: Vec<SortOrder>) -> Self {
        let mut choices: Vec<(char, RecordField)> = Vec::new();
        for field in fields {
            let taken = |letter: char| NO_CHOICE.contains(letter) || choices.iter().any(|(other, _)| *other == letter);
            let letters = field.heading().chars().chain('a'..='z').map(|letter| letter.to_ascii_lowercase());
            let letter = letters.filter(char::is_ascii_lowercase).find(|letter| !taken(*letter));
            choices.extend(letter.map(|letter| (letter, field)));
        }
        let cursor = choices.iter().position(|(_, field)| Some(*field) == orders.first().map(|order| order.by));
        Self { choices, orders, cursor: cursor.unwrap_or(0) }
    }

    /// The orders after a choice: this field alone, reversed if the list is sorted by it already.
    fn by(&self, field: RecordField) -> Vec<SortOrder> {
        match self.orders.as_slice() {
            [only] if only.by == field => vec![turned(*only)],
            _ => vec![SortOrder::at_first(field)],
        }
    }

    /// The orders with this field added last; a field that is among them is reversed.
    fn then_by(&self, field: RecordField) -> Vec<SortOrder> {
        let mut orders = self.orders.clone();
        match orders.iter_mut().find(|order| order.by == field) {
            Some(order) => *order = turned(*order),
            None => orders.push(SortOrder::at_first(field)),
        }
        orders
    }
}

fn turned(order: SortOrder) -> SortOrder {
    SortOrder { descending: !order.descending, ..order }
}

/// The box that asks which columns to show.
#[derive(Debug)]
pub struct ColumnMenu {
    /// Every field that can be a column, and whether it is shown; shown fields come first.
    pub choices: Vec<(RecordField, bool)>,
    /// Index of the choice with the cursor.
    pub cursor: usize,
}

impl ColumnMenu {
    fn shown(&self) -> Vec<RecordField> {
        self.choices.iter().filter(|(_, shown)| *shown).map(|(field, _)| *field).collect()
    }

    /// Moves the choice under the cursor.
    fn shift(&mut self, later: bool) {
        let to = if later { self.cursor + 1 } else { self.cursor.wrapping_sub(1) };
        if to < self.choices.len() {
            self.choices.swap(self.cursor, to);
            self.cursor = to;
        }
    }
}

impl OverlayBehavior for SortMenu {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Picker, Scope::Global]
    }

    fn travel(&mut self, to: &CursorTravel, _: &App) {
        to.go(&mut self.cursor, self.choices.len());
    }

    fn choose(self, app: &mut App, _: &mut Vec<AppEffect>) {
        if let Some((_, field)) = self.choices.get(self.cursor) {
            app.sort_list(&self.by(*field));
        }
    }
}

impl OverlayBehavior for ColumnMenu {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Columns, Scope::Global]
    }

    fn travel(&mut self, to: &CursorTravel, _: &App) {
        to.go(&mut self.cursor, self.choices.len());
    }
}

/// The parts of the arrangement that outlive the change to another profile.
#[derive(Debug, Default)]
pub(super) struct Arranged {
    has_side_pane: bool,
    columns: [Option<Vec<RecordField>>; 3],
}

impl App {
    /// Sorts, filters and marks the list shown, or Activity; chooses its columns.
    pub(super) fn rearrange(&mut self, action: Action) {
        let is_activity = self.lists.tab == Tab::Activity;
        match action {
            Action::Sort if is_activity => self.open_activity_sort(),
            Action::SortReverse if is_activity => self.turn_activity(),
            Action::Filter if is_activity => self.activity.changes.filtering = true,
            Action::Mark if is_activity => self.mark_plan(),
            Action::MarkAll if is_activity => self.mark_all_plans(),
            Action::Complete if is_activity => self.complete_activity(),
            Action::ReadFailures => self.open_read_failures(),
            Action::Sort => self.open_sort(),
            Action::Columns => self.open_columns(),
            Action::SidePane => self.lists.has_side_pane = !self.lists.has_side_pane,
            Action::Complete => self.complete_filter(),
            Action::Recall => self.recall_filter(),
            Action::CompleteCommand => self.complete_command(),
            Action::ToggleColumn
            | Action::ColumnEarlier
            | Action::ColumnLater
            | Action::UsualColumns
            | Action::TakeColumns => self.on_column_key(action),
            _ => self.arrange(action),
        }
    }

    /// Filters, marks and turns the list shown.
    fn arrange(&mut self, action: Action) {
        let rows = self.screen.size.list_rows();
        let Some(kind) = self.lists.tab.kind() else { return };
        let (pane, directory) = (&mut self.lists.panes[kind as usize], &self.directory);
        match action {
            Action::Filter => pane.filtering = true,
            Action::View => pane.next_view(directory),
            Action::SortReverse => pane.reverse(directory),
            Action::Mark => {
                pane.toggle_mark(directory);
                pane.go(pane.cursor + 1, rows, directory);
            }
            Action::MarkAll => pane.toggle_all(directory),
            _ => pane.mark_range(directory),
        }
        pane.scroll(rows);
    }

    pub(super) fn open_sort(&mut self) {
        let Some(pane) = self.lists.pane() else { return };
        let menu = SortMenu::new(pane.sort_choices(), pane.orders());
        self.overlays.push(Overlay::Sort(menu));
    }

    /// A letter sorts by its column; a capital letter sorts rows that are equal so far by its column. True if the
    /// letter has a column.
    pub(super) fn sorts_by_letter(&mut self, key: KeyEvent) -> bool {
        let (Some(Overlay::Sort(menu)), KeyCode::Char(letter)) = (self.overlays.last(), key.code) else { return false };
        if key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) {
            return false;
        }
        let is_capital = letter.is_ascii_uppercase() || key.modifiers.contains(KeyModifiers::SHIFT);
        let chosen = menu.choices.iter().find(|(own, _)| *own == letter.to_ascii_lowercase());
        let Some((_, field)) = chosen else { return false };
        let orders = if is_capital { menu.then_by(*field) } else { menu.by(*field) };
        self.overlays.pop();
        self.sort_list(&orders);
        true
    }

    /// Sorts the list shown.
    pub(super) fn sort_list(&mut self, orders: &[SortOrder]) {
        let rows = self.screen.size.list_rows();
        let Some(kind) = self.lists.tab.kind() else { return };
        let pane = &mut self.lists.panes[kind as usize];
        pane.sort_by(orders, &self.directory);
        pane.scroll(rows);
    }

    pub(super) fn open_columns(&mut self) {
        let Some(pane) = self.lists.pane() else { return };
        let shown: Vec<RecordField> = pane.columns().collect();
        let hidden = pane.column_choices().filter(|field| !shown.contains(field)).map(|field| (field, false));
        let choices = shown.iter().map(|field| (*field, true)).chain(hidden).collect();
        self.overlays.push(Overlay::Columns(ColumnMenu { choices, cursor: 0 }));
    }

    pub(super) fn on_column_key(&mut self, action: Action) {
        let Some(Overlay::Columns(menu)) = self.overlays.last_mut() else { return };
        match action {
            Action::ToggleColumn => {
                let alone = menu.shown().len() == 1;
                if let Some((_, shown)) = menu.choices.get_mut(menu.cursor) {
                    if *shown && alone {
                        return self.say("A list has at least one column.");
                    }
                    *shown = !*shown;
                }
            }
            Action::ColumnEarlier | Action::ColumnLater => menu.shift(action == Action::ColumnLater),
            Action::UsualColumns => {
                self.overlays.pop();
                self.take_columns(None);
            }
            _ => {
                let columns = menu.shown();
                self.overlays.pop();
                self.take_columns(Some(columns));
            }
        }
    }

    /// Shows these columns of the list, or its usual ones.
    pub(super) fn take_columns(&mut self, columns: Option<Vec<RecordField>>) {
        if let Some(pane) = self.lists.pane_mut() {
            pane.choose_columns(columns);
        }
    }

    /// Palette lines, one for the order by each column.
    pub(super) fn sort_lines(&self) -> Vec<PaletteLine> {
        let Some(pane) = self.lists.pane() else { return Vec::new() };
        let both =
            pane.sort_choices().into_iter().flat_map(|by| [false, true].map(|descending| SortOrder { by, descending }));
        both.map(|order| self.sort_line(vec![order])).collect()
    }

    fn sort_line(&self, orders: Vec<SortOrder>) -> PaletteLine {
        let names: Vec<String> = orders
            .iter()
            .map(|order| format!("{}{}", if order.descending { "-" } else { "" }, order.by.word()))
            .collect();
        let told: Vec<String> = orders
            .iter()
            .map(|order| {
                let direction = if order.descending { "downwards" } else { "upwards" };
                format!("{} {direction}", self.word(order.by.heading()))
            })
            .collect();
        let help = format!("Sort by {}", told.join(", then "));
        line(PaletteEntry::Sort(orders), format!("sort {}", names.join(",")), help)
    }

    /// Palette lines for a typed command with arguments that no fixed line has: `sort role,-last`, `columns
    /// name,user,seat`.
    pub(super) fn argument_lines(&self, typed: &str) -> Vec<PaletteLine> {
        let Some(pane) = self.lists.pane() else { return Vec::new() };
        let words = |rest: &str| -> Vec<String> {
            rest.split([',', ' ']).filter(|word| !word.is_empty()).map(str::to_owned).collect()
        };
        if let Some(rest) = typed.strip_prefix("sort ").filter(|rest| rest.contains([',', ' '])) {
            let choices = pane.sort_choices();
            let order = |word: &String| {
                let (name, descending) = word.strip_prefix('-').map_or((word.as_str(), false), |name| (name, true));
                named(name, &choices).map(|by| SortOrder { by, descending })
            };
            let orders: Result<Vec<SortOrder>, UnknownColumn> = words(rest).iter().map(order).collect();
            let line = match orders {
                Ok(orders) => PaletteLine { name: typed.trim().to_owned(), ..self.sort_line(orders) },
                Err(why) => refused(typed, why.to_string()),
            };
            return vec![line];
        }
        let Some(rest) = typed.strip_prefix("columns ") else { return Vec::new() };
        let choices: Vec<RecordField> = pane.column_choices().collect();
        let columns: Result<Vec<RecordField>, UnknownColumn> =
            words(rest).iter().map(|word| named(word, &choices)).collect();
        let all: Vec<&str> = choices.iter().map(|field| field.word()).collect();
        vec![match columns {
            Ok(columns) if columns.is_empty() => refused(typed, format!("which ones: {}", all.join(", "))),
            Ok(columns) => {
                let heads: Vec<&str> = columns.iter().map(|field| field.heading()).collect();
                let help = format!("Show the columns {}", heads.join(", "));
                line(PaletteEntry::Columns(columns), typed.trim().to_owned(), help)
            }
            Err(why) => refused(typed, why.to_string()),
        }]
    }

    /// Replaces the typed text by the name of the line under the cursor.
    pub(super) fn complete_command(&mut self) {
        let Some(Overlay::Palette(palette)) = self.overlays.last_mut() else { return };
        let Some(line) = palette.selected().cloned() else { return };
        if let PaletteEntry::Filter(text) = line.entry {
            self.overlays.pop();
            self.take_filter(text);
        } else if palette.fixed.is_some() {
            palette.input = tui_input::Input::new(line.name);
            palette.filter();
        }
    }
}

impl ListPanes {
    pub(super) fn arranged(&self) -> Arranged {
        let columns =
            RecordKind::ALL.map(|kind| self.panes[kind as usize].chosen_columns().map(<[RecordField]>::to_vec));
        Arranged { has_side_pane: self.has_side_pane, columns }
    }

    pub(super) fn arrange_as(&mut self, arranged: Arranged) {
        self.has_side_pane = arranged.has_side_pane;
        for (pane, columns) in self.panes.iter_mut().zip(arranged.columns) {
            pane.choose_columns(columns);
        }
    }
}

fn line(entry: PaletteEntry, name: String, help: String) -> PaletteLine {
    PaletteLine { entry, name, help, key: String::new(), refused: None }
}

fn refused(typed: &str, why: String) -> PaletteLine {
    PaletteLine {
        refused: Some(why),
        ..line(PaletteEntry::Columns(Vec::new()), typed.trim().to_owned(), String::new())
    }
}

/// A word that names no column; `near` are the nearest names.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no column `{word}`; the nearest are {}", near.join(", "))]
struct UnknownColumn {
    word: String,
    near: Vec<&'static str>,
}

/// The field of this word, or of the only one that begins with it.
fn named(word: &str, choices: &[RecordField]) -> Result<RecordField, UnknownColumn> {
    if let Some(exact) = choices.iter().find(|field| field.word().eq_ignore_ascii_case(word)) {
        return Ok(*exact);
    }
    let mut begun = choices.iter().filter(|field| field.word().starts_with(&word.to_lowercase()));
    if let (Some(one), None) = (begun.next(), begun.next()) {
        return Ok(*one);
    }
    let near = nearest_first(word, choices.iter().map(|field| field.word()));
    Err(UnknownColumn { word: word.to_owned(), near: near.into_iter().take(3).collect() })
}
