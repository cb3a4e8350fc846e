//! A string from the server in two forms: the form sent back and the form shown.

use std::{borrow::Cow, fmt};

use arcstr::ArcStr;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, Visitor},
};

use super::role_source::SEVERAL;
use crate::scim::{confusable, text};

/// Prefix of the text if cleaning altered the string; no clean text begins with this character.
const MARK: char = '\u{1}';

/// A name from the server. Shown without control and bidirectional characters, sent back unchanged.
///
/// Cheap to clone; equal if the raw values are. The type is a pointer wide, because a record has many names. In the
/// rare case that the two forms differ, the text consists of the mark, the raw form's length, the mark again, and both
/// forms.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct Name(ArcStr);

impl Name {
    /// Cleans the string once.
    pub fn new(raw: impl AsRef<str>) -> Self {
        let raw = raw.as_ref();
        if raw.is_empty() {
            return Self::default();
        }
        match text::clean(raw) {
            Cow::Borrowed(same) if same.len() == raw.len() => Self(raw.into()),
            shown => Self(format!("{MARK}{}{MARK}{raw}{shown}", raw.len()).into()),
        }
    }

    /// The form for display: no control characters, at most 256 characters.
    pub fn as_str(&self) -> &str {
        self.both().map_or(self.0.as_str(), |(_, shown)| shown)
    }

    /// The form for people to read: as [`Name::as_str`], with a mark before a name that imitates another one, and a
    /// word in place of an empty name. `Display` gives this form.
    pub fn marked(&self) -> Cow<'_, str> {
        let (raw, shown) = self.both().unwrap_or((self.0.as_str(), self.0.as_str()));
        confusable::marked(raw, shown)
    }

    /// The form for the wire.
    pub fn raw(&self) -> &str {
        self.both().map_or(self.0.as_str(), |(raw, _)| raw)
    }

    /// True for the empty string.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Compares without regard to case, as for predefined role names (docs/src/providers/wandb.md#changes-of-a-user).
    pub fn is(&self, other: &str) -> bool {
        self.raw().eq_ignore_ascii_case(other)
    }

    /// True if a role text has this role, alone or among several; ignores case and blanks at the ends.
    pub fn holds(&self, role: &str) -> bool {
        self.raw().split(SEVERAL).any(|one| one.trim().eq_ignore_ascii_case(role))
    }

    /// The raw form and the shown form, if they differ.
    fn both(&self) -> Option<(&str, &str)> {
        let (length, both) = self.0.strip_prefix(MARK)?.split_once(MARK)?;
        both.split_at_checked(length.parse().ok()?)
    }
}

impl From<&str> for Name {
    fn from(raw: &str) -> Self {
        Self::new(raw)
    }
}

impl From<String> for Name {
    fn from(raw: String) -> Self {
        Self::new(raw)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.marked())
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.raw(), f)
    }
}

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.raw())
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_str(Reader)
    }
}

/// Reads a name from borrowed text, without a `String` in between.
struct Reader;

impl Visitor<'_> for Reader {
    type Value = Name;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: Error>(self, raw: &str) -> Result<Name, E> {
        Ok(Name::new(raw))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_names_are_shown_clean_and_sent_raw() {
        let name = Name::from("eva\u{1b}[2J\u{202e}x");
        assert_eq!(name.as_str(), "eva[2Jx");
        assert_eq!(name.raw(), "eva\u{1b}[2J\u{202e}x");
        let stored = serde_json::to_string(&name).unwrap();
        assert_eq!(serde_json::from_str::<Name>(&stored).unwrap(), name);
    }

    #[test]
    fn no_text_passes_for_two_forms_of_another() {
        let forged = Name::from("\u{1}3\u{1}anneva");
        assert_eq!((forged.raw(), forged.as_str()), ("\u{1}3\u{1}anneva", "3anneva"));
        assert_ne!(forged, Name::from("ann"));
        let hidden = Name::from("\u{202e}");
        assert_eq!((hidden.raw(), hidden.as_str(), hidden.is_empty()), ("\u{202e}", "", false));
        assert_eq!(size_of::<Option<Name>>(), size_of::<usize>());
    }
}
