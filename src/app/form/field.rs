//! A field of a form: text, a list of names, or a choice of a few fixed words. Knows no form's meaning.

use crossterm::event::{Event, KeyCode, KeyModifiers};
use tui_input::Input;

use crate::{
    app::{list_field, text_field},
    directory::refusal::Refusal,
};

/// A word of a choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The value that the word stands for.
    pub value: String,
    /// The word as it is shown.
    pub label: String,
}

/// A text that nothing shows or prints.
#[derive(Clone, Default)]
pub struct HiddenText(Input);

impl HiddenText {
    /// The number of characters.
    pub fn chars(&self) -> usize {
        self.0.value().chars().count()
    }
}

impl std::fmt::Debug for HiddenText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "HiddenText({})", self.chars())
    }
}

/// The input of a field.
#[derive(Debug, Clone)]
pub enum Entry {
    /// A single line of text.
    Text(Input),
    /// A line of text that is not shown.
    Hidden(HiddenText),
    /// Many names, shown over several rows; line breaks of a paste become semicolons.
    List(Input),
    /// A choice of a few words.
    Choice {
        /// All words.
        all: Vec<Choice>,
        /// The index of the chosen word.
        at: usize,
    },
}

/// A field of a form.
#[derive(Debug, Clone)]
pub struct FormField {
    /// Identifies it within the form.
    pub key: &'static str,
    /// The text before the field.
    pub label: &'static str,
    /// The field's input.
    pub entry: Entry,
    /// The text under the field.
    pub hint: String,
    /// The problem with the present value.
    pub error: Option<String>,
    /// The reason why the field can't be changed here.
    pub locked: Option<String>,
    /// The field is shown only while the field of this name has one of these values.
    pub(super) only: Option<(&'static str, &'static [&'static str])>,
    /// The field's initial value.
    was: String,
}

impl FormField {
    /// A field for a single line of text.
    pub(super) fn text(key: &'static str, label: &'static str, value: &str, hint: &str) -> Self {
        Self::new(key, label, Entry::Text(Input::new(value.to_owned())), hint)
    }

    /// A field for a long list of words.
    pub(super) fn list(key: &'static str, label: &'static str, hint: &str) -> Self {
        Self::new(key, label, Entry::List(Input::default()), hint)
    }

    /// A choice of these words (value and label), initially the word with this value; the first where there is none.
    pub(super) fn choice<'a>(
        key: &'static str,
        label: &'static str,
        all: impl IntoIterator<Item = (&'a str, &'a str)>,
        value: &str,
        hint: &str,
    ) -> Self {
        let choice = |(value, label): (&str, &str)| Choice { value: value.into(), label: label.into() };
        let all: Vec<Choice> = all.into_iter().map(choice).collect();
        let at = all.iter().position(|choice| choice.value == value).unwrap_or(0);
        Self::new(key, label, Entry::Choice { all, at }, hint)
    }

    fn new(key: &'static str, label: &'static str, entry: Entry, hint: &str) -> Self {
        let mut field =
            Self { key, label, entry, hint: hint.into(), error: None, locked: None, only: None, was: String::new() };
        field.was = field.raw().to_owned();
        field
    }

    pub(super) fn locked(mut self, why: Result<(), &Refusal>) -> Self {
        self.locked = why.err().map(|why| why.text.clone());
        self
    }

    pub(super) fn only(mut self, key: &'static str, values: &'static [&'static str]) -> Self {
        self.only = Some((key, values));
        self
    }

    /// A field whose text is not shown.
    pub(super) fn hidden(key: &'static str, label: &'static str, hint: &str) -> Self {
        Self::new(key, label, Entry::Hidden(HiddenText::default()), hint)
    }

    /// The trimmed text, or the chosen value.
    pub fn value(&self) -> &str {
        self.raw().trim()
    }

    fn raw(&self) -> &str {
        match &self.entry {
            Entry::Text(input) | Entry::List(input) => input.value(),
            Entry::Hidden(text) => text.0.value(),
            Entry::Choice { all, at } => all.get(*at).map_or("", |choice| &choice.value),
        }
    }

    /// True if the value differs from the initial one.
    pub fn is_changed(&self) -> bool {
        self.raw() != self.was
    }

    /// Takes a key or a paste. True if the value changed.
    pub(super) fn edit(&mut self, event: &Event) -> bool {
        match &mut self.entry {
            Entry::Text(input) => text_field(input, event),
            Entry::Hidden(text) => text_field(&mut text.0, event),
            Entry::List(input) => list_field(input, event),
            Entry::Choice { all, at } => {
                let to = chosen(all, *at, event);
                let changed = to.is_some_and(|to| to != *at);
                *at = to.unwrap_or(*at);
                changed
            }
        }
    }
}

/// The choice that a key selects: arrows and Space go round, a letter goes to the next word that begins with it.
fn chosen(all: &[Choice], at: usize, event: &Event) -> Option<usize> {
    let Event::Key(key) = event else { return None };
    let count = all.len().max(1);
    match key.code {
        KeyCode::Right | KeyCode::Char(' ') => Some((at + 1) % count),
        KeyCode::Left => Some((at + count - 1) % count),
        KeyCode::Char(letter) if !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) => {
            let begins = |place: &usize| {
                let first = all.get(*place).and_then(|choice| choice.label.chars().next());
                first.is_some_and(|first| first.to_lowercase().eq(letter.to_lowercase()))
            };
            (1..=count).map(|step| (at + step) % count).find(begins)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_go_round_and_letters_go_to_the_next_that_begins_so() {
        let all = [("", "W&B's own"), ("AWS", "AWS"), ("AZURE", "AZURE"), ("GCP", "GCP")];
        let mut field = FormField::choice("storage", "Storage", all, "", "");
        let keys = [
            (KeyCode::Left, "GCP"),
            (KeyCode::Right, ""),
            (KeyCode::Char(' '), "AWS"),
            (KeyCode::Char('a'), "AZURE"),
            (KeyCode::Char('A'), "AWS"),
            (KeyCode::Char('g'), "GCP"),
            (KeyCode::Char('x'), "GCP"),
        ];
        for (code, want) in keys {
            field.edit(&Event::Key(code.into()));
            assert_eq!(field.value(), want, "{code:?}");
        }
        assert!(field.is_changed());
    }

    #[test]
    fn a_pasted_column_of_names_stays_parted() {
        let mut field = FormField::list("members", "Members", "");
        field.edit(&Event::Paste("eva\r\nivan\n\tnoor\n".into()));
        assert_eq!(field.value(), "eva; ivan; noor");
    }
}
