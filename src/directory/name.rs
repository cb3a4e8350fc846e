//! A server's string in two forms: as it is sent back, and as it may be shown.

use std::{borrow::Cow, fmt, hash, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::scim::text;

/// A name from the server. Shown cleaned of control and bidirectional characters, sent back as it came.
///
/// Cheap to clone; equal when the raw values are.
#[derive(Clone)]
pub struct Name {
    raw: Arc<str>,
    /// Only where cleaning changed something, which is rare.
    shown: Option<Arc<Box<str>>>,
}

impl Name {
    /// Cleans once.
    pub fn new(raw: impl Into<Arc<str>>) -> Self {
        let raw = raw.into();
        let shown = match text::clean(&raw) {
            Cow::Borrowed(same) if same.len() == raw.len() => None,
            other => Some(Arc::new(other.into_owned().into_boxed_str())),
        };
        Self { raw, shown }
    }

    /// For display: no control characters, at most 256 characters.
    pub fn as_str(&self) -> &str {
        self.shown.as_deref().map_or(&self.raw, |shown| shown)
    }

    /// For the wire.
    pub fn raw(&self) -> &str {
        &self.raw
    }

    /// True for the empty string.
    pub fn is_empty(&self) -> bool {
        self.raw.is_empty()
    }

    /// Equal without regard to case: predefined role names compare so (WIRE A3).
    pub fn is(&self, other: &str) -> bool {
        self.raw.eq_ignore_ascii_case(other)
    }
}

impl Default for Name {
    fn default() -> Self {
        Self { raw: Arc::from(""), shown: None }
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
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.raw, f)
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.raw == other.raw
    }
}

impl Eq for Name {}

impl hash::Hash for Name {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.raw.hash(state);
    }
}

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.raw)
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Arc::<str>::deserialize(from).map(Self::new)
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
}
