//! How much of a list is known.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::scim::pager::thousands;

/// The known part of a server's list of users, teams or roles.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ListCoverage {
    /// The whole list: a record that is not in it does not exist.
    #[default]
    Complete,
    /// A part of the list: a record that is not in it may exist.
    Partial(ListShortfall),
    /// Nothing of the list; with the reason, if there is one.
    NotRead(Option<String>),
}

/// How far a list was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListShortfall {
    /// Different records that came.
    pub seen: u64,
    /// The server's own total, where it gave one.
    pub said: Option<u64>,
    /// The reason, as words after a colon.
    pub why: String,
}

const UNREADABLE: &str = "can't be read";

const OPEN_MEMBERS: &str = "it leaves out members, as users' own records show";

impl ListCoverage {
    /// The coverage of a list of teams that leaves out members whom this many users' own records name.
    pub fn of_open_members(seen: u64) -> Self {
        Self::Partial(ListShortfall { seen, said: None, why: OPEN_MEMBERS.to_owned() })
    }

    /// True for the coverage of [`Self::of_open_members`].
    pub fn has_open_members(&self) -> bool {
        matches!(self, Self::Partial(shortfall) if shortfall.why == OPEN_MEMBERS)
    }

    /// The coverage of a list that was read to its end and has records without an id or name.
    pub fn of_unreadable(all: u64, unreadable: u64) -> Self {
        let why = match unreadable {
            1 => format!("one record {UNREADABLE}"),
            many => format!("{} records {UNREADABLE}", thousands(many)),
        };
        Self::Partial(ListShortfall { seen: all.saturating_sub(unreadable), said: Some(all), why })
    }

    /// True if the list was read to its end: a record that did not come under its id is no longer shown. Only a
    /// complete list proves that such a record is gone, because an unreadable record may be the missing one.
    pub fn is_to_the_end(&self) -> bool {
        match self {
            Self::Complete => true,
            // The words of a failure may end alike.
            Self::Partial(shortfall) => {
                shortfall.said.is_some_and(|all| *self == Self::of_unreadable(all, all.saturating_sub(shortfall.seen)))
            }
            Self::NotRead(_) => false,
        }
    }

    /// True if a missing record does not exist.
    pub fn is_complete(&self) -> bool {
        *self == ListCoverage::Complete
    }

    /// True if at least a part of the list is known.
    pub fn is_read(&self) -> bool {
        !matches!(self, ListCoverage::NotRead(_))
    }
}

impl ListShortfall {
    /// "9,999 of 12,000"; "9,999, perhaps not all" where the server gives no larger total.
    pub fn amount(&self) -> String {
        let seen = thousands(self.seen);
        match self.said {
            Some(said) if said > self.seen => format!("{seen} of {}", thousands(said)),
            _ => format!("{seen}, perhaps not all"),
        }
    }
}

/// "9,999 of 12,000: the server begins again when asked for more".
impl fmt::Display for ListShortfall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.amount(), self.why)
    }
}

/// The coverage in words, to follow the name of the list and a colon.
impl fmt::Display for ListCoverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ListCoverage::Complete => f.write_str("complete"),
            ListCoverage::Partial(shortfall) => shortfall.fmt(f),
            ListCoverage::NotRead(Some(why)) => write!(f, "not read: {why}"),
            ListCoverage::NotRead(None) => f.write_str("not read"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_says_of_how_many() {
        let part = |said| {
            ListCoverage::Partial(ListShortfall { seen: 9_999, said, why: "the server begins again".into() })
                .to_string()
        };
        assert_eq!(part(Some(12_000)), "9,999 of 12,000: the server begins again");
        assert_eq!(part(None), "9,999, perhaps not all: the server begins again");
        assert_eq!(ListCoverage::NotRead(None).to_string(), "not read");
        let unreadable = [1, 2].map(|many| ListCoverage::of_unreadable(45, many));
        assert_eq!(
            unreadable.each_ref().map(ToString::to_string),
            ["44 of 45: one record can't be read", "43 of 45: 2 records can't be read"]
        );
        assert!(unreadable.iter().all(|coverage| coverage.is_to_the_end() && !coverage.is_complete()));
        let why = "reading failed in the middle: the answer can't be read".to_owned();
        let cut = ListCoverage::Partial(ListShortfall { seen: 44, said: Some(45), why });
        assert!(!cut.is_to_the_end() && !ListCoverage::NotRead(None).is_to_the_end());
        assert!(ListCoverage::Complete.is_complete() && !ListCoverage::NotRead(None).is_complete());
    }
}
