//! A text attribute that a server may withhold.

use serde::{Deserialize, Serialize};

use super::Name;

/// A text attribute as far as a server has told it: a value, no value, or unknown.
///
/// RFC 7643 §2.5 calls an attribute without a value "unassigned". Many lists leave attributes out that a single read
/// shows, and some servers never show them; an absent attribute is then not an unassigned one.
///
/// The type is a pointer wide, and is stored as an optional text: absent means not told, empty means no value.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MaybeTold(Option<Name>);

impl MaybeTold {
    /// An attribute that the server has not told.
    pub const NOT_TOLD: Self = Self(None);

    /// An attribute without a value, as told by the server.
    pub fn none() -> Self {
        Self(Some(Name::default()))
    }

    /// True if the server has told the value, or that there is no value.
    pub fn is_told(&self) -> bool {
        self.0.is_some()
    }

    /// True if the server has told that there is no value.
    pub fn is_none(&self) -> bool {
        self.0.as_ref().is_some_and(Name::is_empty)
    }

    /// The value, if the server has told one.
    pub fn value(&self) -> Option<&Name> {
        self.0.as_ref().filter(|name| !name.is_empty())
    }

    /// The value: empty if there is no value, `None` if not told.
    pub fn name(&self) -> Option<&Name> {
        self.0.as_ref()
    }

    /// The value on the wire: empty if there is no value, `None` if not told.
    pub fn raw(&self) -> Option<&str> {
        self.0.as_ref().map(Name::raw)
    }

    /// The value for display and search; empty if there is no value or none is told.
    pub fn text(&self) -> &str {
        self.0.as_ref().map_or("", Name::as_str)
    }

    /// True if the value is known to equal `value`, ignoring case.
    pub fn is(&self, value: &str) -> bool {
        self.value().is_some_and(|name| name.is(value))
    }

    /// True if the value is known to be `value`, or several roles of which one is `value`.
    pub fn holds(&self, value: &str) -> bool {
        self.value().is_some_and(|name| name.holds(value))
    }

    /// True if the value holds `value`, or may do so because the server has not told the value.
    pub fn may_hold(&self, value: &str) -> bool {
        !self.is_told() || self.holds(value)
    }

    /// The name, to share memory with other records of the same value.
    pub(super) fn name_mut(&mut self) -> Option<&mut Name> {
        self.0.as_mut()
    }

    /// This value if told, otherwise the other one.
    pub fn or(&self, other: Self) -> Self {
        if self.is_told() { self.clone() } else { other }
    }
}

/// A told value; an empty text means no value.
impl From<Name> for MaybeTold {
    fn from(name: Name) -> Self {
        Self(Some(name))
    }
}

/// A told value; an empty text means no value.
impl From<&str> for MaybeTold {
    fn from(text: &str) -> Self {
        Self(Some(Name::from(text)))
    }
}

/// A told value, or not told.
impl From<Option<Name>> for MaybeTold {
    fn from(name: Option<Name>) -> Self {
        Self(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_told_is_not_none() {
        let (not_told, none, admin) = (MaybeTold::NOT_TOLD, MaybeTold::none(), MaybeTold::from("Admin"));
        assert_eq!([&not_told, &none, &admin].map(MaybeTold::is_told), [false, true, true]);
        assert_eq!([&not_told, &none, &admin].map(MaybeTold::is_none), [false, true, false]);
        assert_eq!([&not_told, &none, &admin].map(|one| one.is("admin")), [false, false, true]);
        assert_eq!([&not_told, &none, &admin].map(|one| one.may_hold("admin")), [true, false, true]);
        assert_eq!([&not_told, &none, &admin].map(MaybeTold::raw), [None, Some(""), Some("Admin")]);
        assert_eq!(not_told.or(none.clone()), none);
        assert_eq!(size_of::<MaybeTold>(), size_of::<usize>());
    }

    #[test]
    fn records_of_before_are_read() {
        for (stored, wanted) in
            [("null", MaybeTold::NOT_TOLD), ("\"\"", MaybeTold::none()), ("\"full\"", "full".into())]
        {
            assert_eq!(serde_json::from_str::<MaybeTold>(stored).unwrap(), wanted);
        }
        let packed = postcard::to_allocvec(&Some(Name::from("full"))).unwrap();
        assert_eq!(postcard::from_bytes::<MaybeTold>(&packed).unwrap(), "full".into());
    }
}
