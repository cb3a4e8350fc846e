//! Refusals: why a change is not planned, not sent or not taken back, as a code for programs and a sentence for a
//! person.
//!
//! Codes are a promise to scripts: `docs/src/codes.md` lists them, and a test compares the page with the enums.

/// An enum of stable codes, written once: the text of each code, and all of them in order.
macro_rules! codes {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$doc])* $variant,)* }

        impl $name {
            /// All of them, in the order of their declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The code as JSON and `docs/src/codes.md` write it.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}

pub(crate) use codes;

codes! {
    /// Why one change is refused before anything is sent.
    pub enum RefusalCode {
        /// The profile, or `--read-only`, allows no edits.
        ReadOnly = "read-only",
        /// The server shows that the profile says something else of it than it is.
        Contradiction = "contradiction",
        /// The change can't be written down before it is sent.
        Unwritten = "unwritten",
        /// Nobody would be left who can administer the organisation or the team.
        LastAdmin = "last-admin",
        /// More would go at once than the profile's `max_removal` allows.
        MassRemoval = "mass-removal",
        /// The profile protects the person, and the plan is not about them alone.
        Protected = "protected",
        /// The server's record could not be read whole, so an edit could destroy something.
        UnreadableRecord = "unreadable-record",
        /// The directory has no such record.
        UnknownRecord = "unknown-record",
        /// Roles that decide were not told.
        UnknownRoles = "unknown-roles",
        /// Members that decide were not told.
        UnknownMembers = "unknown-members",
        /// Provider or server has no way to do this.
        Unsupported = "unsupported",
        /// The directory is like that already.
        NoChange = "no-change",
        /// The name is taken.
        Exists = "exists",
        /// A value that can't be: an empty name, an address without a host, a role that can't be inherited from.
        InvalidValue = "invalid-value",
        /// The server allows no more of them.
        Limit = "limit",
        /// The record waits for an answer of the server.
        Pending = "pending",
        /// The record has changed since the change was planned.
        Changed = "changed",
        /// Nothing of the plan took effect.
        NotDone = "not-done",
        /// The change can't be taken back.
        Irreversible = "irreversible",
    }
}

/// Why one change is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct Refusal {
    /// For programs.
    pub code: RefusalCode,
    /// A sentence for the person.
    pub text: String,
}

impl Refusal {
    /// A refusal with its sentence.
    pub fn new(code: RefusalCode, text: impl Into<String>) -> Self {
        Self { code, text: text.into() }
    }

    /// Provider or server has no way to do it.
    pub fn unsupported(text: impl Into<String>) -> Self {
        Self::new(RefusalCode::Unsupported, text)
    }
}
