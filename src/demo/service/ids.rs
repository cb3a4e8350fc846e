//! Identifiers on the wire: W&B's base64 global ids and the RFC provider's UUIDs, both made from the record's number.

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Serialize, Serializer};

/// The kind of record that an identifier names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    User,
    Team,
    Role,
    Organisation,
    Invite,
    ApiKey,
}

impl Kind {
    fn global_prefix(self) -> &'static str {
        match self {
            Self::User => "User:",
            Self::Team => "Entity:",
            Self::Role => "Role:",
            Self::Organisation => "Organization:",
            Self::Invite => "Invite:",
            Self::ApiKey => "ApiKey:",
        }
    }

    fn uuid_prefix(self) -> &'static str {
        match self {
            Self::User => "5c1a7e11-0e0e-4b1d-8a55-",
            Self::Team => "7ea3d0c5-1d1d-4f2c-9b66-",
            Self::Role | Self::Organisation | Self::Invite | Self::ApiKey => "00000000-0000-4000-8000-",
        }
    }
}

/// W&B's form: base64 of `User:17`, `Entity:3`, `Role:9`, counted from 1; may end in `=`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct GlobalId(pub Kind, pub u32);

impl GlobalId {
    /// The record's number for an id of this kind; `None` for other kinds and invalid ids.
    pub(super) fn parse(kind: Kind, text: &str) -> Option<u32> {
        let plain = String::from_utf8(STANDARD.decode(text).ok()?).ok()?;
        plain.strip_prefix(kind.global_prefix())?.parse::<u32>().ok()?.checked_sub(1)
    }

    /// Passes the text to `take` without allocating: lists write hundreds of thousands of ids.
    pub(super) fn with_text<T>(self, prefix: &str, take: impl FnOnce(&str) -> T) -> T {
        let mut plain = [0_u8; 24];
        let room = plain.len();
        let mut rest = &mut plain[..];
        // The prefix of 13 bytes and 10 digits fit, and so does their base64 in 32 bytes.
        let _ = write!(rest, "{}{}", self.0.global_prefix(), u64::from(self.1) + 1);
        let used = room - rest.len();
        let mut text = [0_u8; 48];
        let head = prefix.len().min(16);
        text[..head].copy_from_slice(&prefix.as_bytes()[..head]);
        let written = STANDARD.encode_slice(&plain[..used], &mut text[head..]).unwrap_or(0);
        take(std::str::from_utf8(&text[..head + written]).unwrap_or_default())
    }

    pub(super) fn text(self) -> String {
        self.with_text("", str::to_owned)
    }
}

impl Serialize for GlobalId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.with_text("", |text| serializer.serialize_str(text))
    }
}

/// The RFC provider's form: a UUID whose last group is the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Uuid(pub Kind, pub u32);

impl Uuid {
    pub(super) fn parse(kind: Kind, text: &str) -> Option<u32> {
        let digits = text.strip_prefix(kind.uuid_prefix())?;
        let number = u32::from_str_radix(digits, 16).ok()?;
        (Self(kind, number).to_string() == text).then_some(number)
    }
}

impl std::fmt::Display for Uuid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{:012x}", self.0.uuid_prefix(), self.1)
    }
}

impl Serialize for Uuid {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_the_documented_form_and_are_read_back() {
        assert_eq!(GlobalId(Kind::Role, 6).text(), "Um9sZTo3");
        assert_eq!(GlobalId(Kind::Role, 11).text(), "Um9sZToxMg==");
        assert_eq!(GlobalId(Kind::Organisation, 148_457).text(), "T3JnYW5pemF0aW9uOjE0ODQ1OA==");
        for number in [0, 8, 9, 4_294_967_294] {
            assert_eq!(GlobalId::parse(Kind::User, &GlobalId(Kind::User, number).text()), Some(number));
            assert_eq!(GlobalId::parse(Kind::Team, &GlobalId(Kind::User, number).text()), None);
            assert_eq!(Uuid::parse(Kind::User, &Uuid(Kind::User, number).to_string()), Some(number));
        }
        assert_eq!(GlobalId::parse(Kind::User, "abc"), None);
    }
}
