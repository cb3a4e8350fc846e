//! The help: the keys of the place where it was asked for.

use std::borrow::Cow;

use super::{
    App, Overlay,
    action::Scope,
    overlay::OverlayBehavior,
    palette::{PaletteEntry, PaletteLine},
};
use crate::directory::{RecordKind, query};

/// The meanings of the signs, in the order of help.
pub const SIGNS: [&str; 14] = [
    "cursor",
    "marked",
    "confirmed",
    "not confirmed yet",
    "failed or refused",
    "done in part",
    "unknown, or never shown",
    "grave; did more than asked",
    "undone",
    "may look like another name",
    "so already: needs nothing",
    "comes",
    "goes",
    "changes",
];

/// Terms of each filter's words, with what they match.
const WORDS: [(&str, &str); 4] = [
    ("\"a phrase\"", "with its spaces; ^word begins, word$ ends a text"),
    ("/a.*z/", "a regular expression; \\/ is a slash"),
    ("~tnk", "fuzzy: these letters in this order"),
    ("-word", "the opposite, of any term"),
];

/// Terms that people need, with what they match.
fn examples(kind: RecordKind) -> &'static [(&'static str, &'static str)] {
    match kind {
        RecordKind::User => &[
            ("tan eva", "user name, name or email contain both words"),
            ("role:admin", "organisation admins; role:admin,member is either; role:none has none"),
            ("-team:vision", "not in that team; team:none is in no team"),
            ("team:vision/admin", "admin of that team"),
            ("as:viewer", "viewer in some team"),
            ("active:no", "deactivated"),
            ("last>90d", "not seen for 90 days, and there for longer; also h, w, m, y and last:never"),
            ("created<30d", "new in the last 30 days"),
            ("teams<2", "in less than two teams"),
        ],
        RecordKind::Team => &[
            ("vis", "the name contains it"),
            ("members>10", "more than ten members"),
            ("admins:0", "no active team admin"),
            ("member:eva", "has such a member"),
        ],
        RecordKind::Role => &[
            ("jan", "name or description contain it"),
            ("holders:0", "held by nobody"),
            ("inherits:viewer", "builds on viewer"),
            ("permission:delete", "may delete something"),
        ],
    }
}

/// State of the box.
#[derive(Debug)]
pub struct HelpBox {
    /// Lines scrolled away.
    pub scroll: usize,
}

impl OverlayBehavior for HelpBox {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Help, Scope::Global]
    }

    fn scroll(&mut self) -> Option<&mut usize> {
        Some(&mut self.scroll)
    }
}

impl App {
    /// The scopes of the place where help was asked for: those without the help itself.
    pub fn scopes_helped(&self) -> &'static [Scope] {
        let helped = self.overlays.iter().rev().find(|overlay| !matches!(overlay, Overlay::Help(_)));
        helped.map_or_else(|| self.scopes_beneath(), |helped| helped.behavior().scopes())
    }

    /// Terms that people need in the filter of a list, with what they match: those that this provider understands.
    pub fn filter_terms(&self, kind: RecordKind) -> Vec<(Cow<'static, str>, Cow<'static, str>)> {
        let understood = |term: &str| query::FilterQuery::parse_in(term, kind, self.holds()).is_ok();
        let [first, rest @ ..] = examples(kind) else { return Vec::new() };
        let all = [first].into_iter().chain(&WORDS).chain(rest);
        all.map(|(term, meaning)| (self.word(term), self.word(meaning))).filter(|(term, _)| understood(term)).collect()
    }

    /// Goes from the help of a place to all that it says, found by typing: Enter runs an action, puts a term into the
    /// filter, and says what a sign means.
    pub(super) fn find_action(&mut self) {
        self.overlays.pop_if(|top| matches!(top, Overlay::Help(_)));
        let mut palette = self.palette("");
        let line =
            |entry, name: String, help: String| PaletteLine { entry, name, help, key: String::new(), refused: None };
        if let Some(kind) = self.lists.tab.kind().filter(|_| self.overlays.is_empty() && self.session.profile.is_some())
        {
            let terms = self.filter_terms(kind).into_iter();
            palette.lines.extend(terms.map(|(term, meaning)| {
                line(PaletteEntry::Filter(term.clone().into_owned()), term.into_owned(), format!("Filter: {meaning}"))
            }));
        }
        palette.lines.extend(SIGNS.map(|meaning| line(PaletteEntry::Sign(meaning), meaning.into(), "A sign".into())));
        palette.extend_fixed();
        self.overlays.push(Overlay::Palette(palette));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A term that no provider understands would be left out without a word.
    #[test]
    fn every_example_is_understood_where_all_fields_are_held() {
        for (kind, (term, _)) in
            RecordKind::ALL.into_iter().flat_map(|kind| examples(kind).iter().map(move |one| (kind, one)))
        {
            assert!(query::FilterQuery::parse(term, kind).is_ok(), "{term}");
        }
    }
}
