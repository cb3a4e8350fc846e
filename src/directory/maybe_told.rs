//! A text attribute that a server may withhold.

use serde::{Deserialize, Serialize};

use super::Name;

/// A text attribute as far as a server has told it: a value, that there is none, or nothing at all.
///
/// RFC 7643 §2.5 calls an attribute without a value "unassigned". Many lists leave attributes out that a single read
/// shows, and some servers never show them; an absent attribute is then not an unassigned one.
///
/// One pointer wide, and stored as an optional text: absent is not told, empty is none.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MaybeTold(Option<Name>);

impl MaybeTold {
    /// The server has not told it.
    pub const NOT_TOLD: Self = Self(None);

    /// The server has told that there is no value.
    pub fn none() -> Self {
        Self(Some(Name::default()))
    }

    /// True where the server has told the value, or that there is none.
    pub fn is_told(&self) -> bool {
        self.0.is_some()
    }

    /// True where the server has told that there is no value.
    pub fn is_none(&self) -> bool {
        self.0.as_ref().is_some_and(Name::is_empty)
    }

    /// The value, where there is one and the server has told it.
    pub fn value(&self) -> Option<&Name> {
        self.0.as_ref().filter(|name| !name.is_empty())
    }

    /// The value, empty where there is none, absent where it is not told.
    pub fn name(&self) -> Option<&Name> {
        self.0.as_ref()
    }

    /// The value on the wire; empty where there is none, absent where it is not told.
    pub fn raw(&self) -> Option<&str> {
        self.0.as_ref().map(Name::raw)
    }

    /// The value for display and search; empty where there is none or it is not told.
    pub fn text(&self) -> &str {
        self.0.as_ref().map_or("", Name::as_str)
    }

    /// True where the value is known to be this one, without regard to case.
    pub fn is(&self, value: &str) -> bool {
        self.value().is_some_and(|name| name.is(value))
    }

    /// True where the value is this one, or may be because the server has not told it.
    pub fn may_be(&self, value: &str) -> bool {
        !self.is_told() || self.is(value)
    }

    /// The name to share with other records that hold the same.
    pub(super) fn name_mut(&mut self) -> Option<&mut Name> {
        self.0.as_mut()
    }

    /// This where the server has told it, else the other one.
    pub fn or(&self, other: Self) -> Self {
        if self.is_told() { self.clone() } else { other }
    }
}

/// A told value; the empty text is none.
impl From<Name> for MaybeTold {
    fn from(name: Name) -> Self {
        Self(Some(name))
    }
}

/// A told value; the empty text is none.
impl From<&str> for MaybeTold {
    fn from(text: &str) -> Self {
        Self(Some(Name::from(text)))
    }
}

/// A value that was told, or nothing told.
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
        assert_eq!([&not_told, &none, &admin].map(|one| one.may_be("admin")), [true, false, true]);
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
