//! Keys and pastes for a text field.

use crossterm::event::{Event, KeyCode, KeyModifiers};
use tui_input::{Input, backend::crossterm::EventHandler};

use super::LIST;
use crate::scim::text::clean_line;

/// Characters of one pasted line at most.
const PASTED: usize = 65_536;

/// Handles a key or a paste for a list of names: separators in a paste stay visible. True if the text changed.
pub(crate) fn list_field(input: &mut Input, event: &Event) -> bool {
    let Event::Paste(text) = event else { return text_field(input, event) };
    let lines = text.split(['\n', '\r', '\t']).map(|line| clean_line(line, LIST));
    let lines: Vec<_> = lines.filter(|line| !line.trim().is_empty()).collect();
    put(input, &lines.join("; "))
}

/// Inserts text at the cursor. Not character by character: each would go through all of the text, and a paste may be
/// long.
fn put(input: &mut Input, text: &str) -> bool {
    let at = input.value().char_indices().nth(input.cursor()).map_or(input.value().len(), |(at, _)| at);
    let (before, after) = input.value().split_at(at);
    let cursor = input.cursor() + text.chars().count();
    *input = Input::new(format!("{before}{text}{after}")).with_cursor(cursor);
    !text.is_empty()
}

/// Handles a key or a paste for a text field. True if the text changed.
pub(crate) fn text_field(input: &mut Input, event: &Event) -> bool {
    match event {
        Event::Paste(text) => {
            put(input, &text.lines().map(|line| clean_line(line, PASTED)).collect::<Vec<_>>().join(" "))
        }
        Event::Key(key) if matches!(key.code, KeyCode::Char(_)) && key.modifiers.contains(KeyModifiers::ALT) => false,
        event => input.handle_event(event).is_some_and(|state| state.value),
    }
}
