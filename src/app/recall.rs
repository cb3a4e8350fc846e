//! Completion of the filter that is typed, and the list of earlier filters that found rows.

use tui_input::Input;

use super::{
    App, Overlay,
    palette::{CommandPalette, PaletteEntry, PaletteLine},
};
use crate::{
    directory::{RecordKind, query},
    scim::text::number,
};

/// So many filters of a list are kept.
const KEPT: usize = 50;

impl App {
    /// Keeps a filter that was left, if it found rows.
    pub(super) fn keep_filter(&mut self) {
        let Some(pane) = self.lists.pane() else { return };
        let text = pane.filter.value().trim().to_owned();
        let found = !pane.rows.is_empty() && !pane.is_substitute() && pane.bad.is_none();
        if text.is_empty() || !found {
            return;
        }
        let filters = &mut self.lists.filters[pane.kind as usize];
        filters.retain(|earlier| *earlier != text);
        filters.push(text);
        let over = filters.len().saturating_sub(KEPT);
        filters.drain(..over);
    }

    /// Offers earlier filters of this list.
    pub(super) fn recall_filter(&mut self) {
        let Some(pane) = self.lists.pane() else { return };
        let filters = &self.lists.filters[pane.kind as usize];
        if filters.is_empty() {
            return self.say("No earlier filter of this list found anything.");
        }
        let line = |text: &String| choice(text.clone(), text.clone(), String::new());
        let lines = filters.iter().rev().map(line).collect();
        self.overlays.push(Overlay::Palette(CommandPalette::of("Earlier filters".into(), lines)));
    }

    /// Completes the word before the cursor of the filter: at once if there is one completion, else by a choice.
    pub(super) fn complete_filter(&mut self) {
        let Some(pane) = self.lists.pane().filter(|pane| pane.filtering) else { return };
        let text = pane.filter.value();
        let at = text.char_indices().nth(pane.filter.cursor()).map_or(text.len(), |(at, _)| at);
        let (before, after) = text.split_at(at);
        let completion = query::Completion::of(before, pane.kind, pane.holds);
        let choices = completion.choices(&self.directory);
        let whole = |done: &str| {
            let gap = if after.is_empty() || done.ends_with(':') || after.starts_with(' ') { "" } else { " " };
            format!("{}{done}{gap}{after}", completion.kept())
        };
        match choices.as_slice() {
            [] => {
                let fields: Vec<_> = query::fields(pane.kind, pane.holds).collect();
                let words = format!("Nothing completes this; fields are {}.", fields.join(", "));
                self.say(words);
            }
            [(only, _)] => {
                let text = whole(only);
                self.take_filter(text);
            }
            all => {
                let word = self.word(pane.kind.plural());
                let line = |(done, count): &(String, Option<usize>)| {
                    let help = count.map_or_else(String::new, |count| match (pane.kind, count) {
                        (RecordKind::User, 1) => "1 user".to_owned(),
                        (_, count) => format!("{} {word}", number(count as u64)),
                    });
                    choice(whole(done), done.clone(), help)
                };
                let lines = all.iter().map(line).collect();
                self.overlays.push(Overlay::Palette(CommandPalette::of("Complete".into(), lines)));
            }
        }
    }

    /// This is typed in the filter now.
    pub(super) fn take_filter(&mut self, text: String) {
        if self.aside().is_some() {
            return self.take_audit_filter(text);
        }
        let (now, Some(kind)) = (self.now, self.lists.tab.kind()) else {
            (self.activity.changes.filter, self.activity.changes.filtering) = (Input::new(text), true);
            return self.filter_activity();
        };
        let pane = &mut self.lists.panes[kind as usize];
        pane.filter = Input::new(text);
        pane.filtering = true;
        pane.refilter(&self.directory, now);
        self.lists.stale_filter = false;
        self.say_what_is_unknown(kind);
    }
}

fn choice(text: String, name: String, help: String) -> PaletteLine {
    PaletteLine { entry: PaletteEntry::Filter(text), name, help, key: String::new(), refused: None }
}
