//! One line of a form: text, a list of names, or one of a few fixed words. Knows no form's meaning.

use crossterm::event::{Event, KeyCode, KeyModifiers};
use tui_input::Input;

use crate::{
    app::{list_field, text_field},
    directory::refusal::Refusal,
};

/// One of the words that a choice goes through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What it means.
    pub value: String,
    /// What is shown.
    pub label: String,
}

/// What is entered into a field.
#[derive(Debug, Clone)]
pub enum Entry {
    /// One line.
    Text(Input),
    /// Many names, shown over several rows; line breaks of a paste become semicolons.
    List(Input),
    /// One of a few.
    Choice {
        /// All of them.
        all: Vec<Choice>,
        /// Which one.
        at: usize,
    },
}

/// One line of a form.
#[derive(Debug, Clone)]
pub struct Field {
    /// Identifies it within the form.
    pub key: &'static str,
    /// Shown before it.
    pub label: &'static str,
    /// What is entered.
    pub entry: Entry,
    /// Shown under it.
    pub hint: String,
    /// Why it can't stay so.
    pub error: Option<String>,
    /// Why it can't be changed here.
    pub locked: Option<String>,
    /// It is there only while the field of this name has one of these values.
    pub(super) only: Option<(&'static str, &'static [&'static str])>,
    /// What it began with.
    was: String,
}

impl Field {
    /// One line of text.
    pub(super) fn text(key: &'static str, label: &'static str, value: &str, hint: &str) -> Self {
        Self::new(key, label, Entry::Text(Input::new(value.to_owned())), hint)
    }

    /// A long list of words.
    pub(super) fn list(key: &'static str, label: &'static str, hint: &str) -> Self {
        Self::new(key, label, Entry::List(Input::default()), hint)
    }

    /// One of these (value and label), beginning with the one of this value; with the first where there is none.
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

    /// The trimmed text, or the chosen value.
    pub fn value(&self) -> &str {
        self.raw().trim()
    }

    fn raw(&self) -> &str {
        match &self.entry {
            Entry::Text(input) | Entry::List(input) => input.value(),
            Entry::Choice { all, at } => all.get(*at).map_or("", |choice| &choice.value),
        }
    }

    /// True if it is not what it began with.
    pub fn is_changed(&self) -> bool {
        self.raw() != self.was
    }

    /// A key or a paste. True if the value changed.
    pub(super) fn edit(&mut self, event: &Event) -> bool {
        match &mut self.entry {
            Entry::Text(input) => text_field(input, event),
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

/// Where a key leads among choices: arrows and Space go round, a letter goes to the next one that begins with it.
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
        let mut field = Field::choice("storage", "Storage", all, "", "");
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
        let mut field = Field::list("members", "Members", "");
        field.edit(&Event::Paste("eva\r\nivan\n\tnoor\n".into()));
        assert_eq!(field.value(), "eva; ivan; noor");
    }
}
