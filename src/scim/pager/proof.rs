//! The completeness of a list that was read: how many records came, how many there should be, and why reading ended.

use std::fmt;

/// The completeness of a list; shown as "1,296 of 1,296".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListProof {
    /// The number of different records that came.
    pub seen: u64,
    /// The total that the server gave last.
    pub said: Option<u64>,
    /// The conclusion from both.
    pub verdict: ListVerdict,
}

/// The conclusion about a list's completeness.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListVerdict {
    /// Every record came.
    Complete,
    /// Every record may have come; the answers do not prove it.
    Unproven(EndReason),
    /// The server says that there are more records.
    Short(EndReason),
}

/// The reason for the end of reading, or for doubt about the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndReason {
    /// The total was reached, an empty page came, or no further cursor.
    End,
    /// The list has not been read to its end yet.
    Unfinished,
    /// The server can't be asked for more than one page.
    OneRequest,
    /// The server ignores `startIndex`, or begins again when asked for a page past the end.
    Repeats,
    /// A page held only known records, or the same cursor came twice.
    NothingNew,
    /// The server refused to give the next page.
    Refused,
    /// The request for the next page failed.
    Failed,
    /// The limit of [`super::MOST_PAGES`] was reached.
    TooManyPages,
    /// The limit of [`super::MOST_RECORDS`] was reached.
    TooManyRecords,
    /// More records came than the server's total.
    TotalTooSmall,
    /// As many records came as the server's total, some of them more than once.
    Twice,
    /// The pages gave different totals, and fewer records came than the largest.
    Contradiction,
    /// Records were removed between two pages, and the records after them may have moved past the second.
    Removed,
}

impl ListProof {
    /// Judges completeness: `promised` is the largest total of all pages, `said` the last.
    pub(super) fn judge(seen: u64, received: u64, promised: u64, said: Option<u64>, ended: Option<EndReason>) -> Self {
        let why = ended.unwrap_or(EndReason::Unfinished);
        let verdict = match said {
            _ if matches!(why, EndReason::Unfinished | EndReason::TooManyPages | EndReason::TooManyRecords) => {
                ListVerdict::Unproven(why)
            }
            Some(said) if said > seen && why == EndReason::End && received >= said => {
                ListVerdict::Short(EndReason::Twice)
            }
            Some(said) if said > seen => ListVerdict::Short(why),
            Some(said) if said < seen && promised > seen => ListVerdict::Unproven(EndReason::Contradiction),
            // Some servers give the length of a page as the total: the end of the list proves more.
            Some(said) if said < seen && why != EndReason::End => ListVerdict::Unproven(EndReason::TotalTooSmall),
            None if why != EndReason::End => ListVerdict::Unproven(why),
            _ => ListVerdict::Complete,
        };
        Self { seen, said, verdict }
    }

    /// This proof, for a list that may lack a record between two pages.
    pub(super) fn with_gap(self) -> Self {
        match self.verdict {
            ListVerdict::Complete | ListVerdict::Unproven(EndReason::Contradiction) => {
                Self { verdict: ListVerdict::Unproven(EndReason::Removed), ..self }
            }
            ListVerdict::Unproven(_) | ListVerdict::Short(_) => self,
        }
    }

    /// True if every record came.
    pub fn is_complete(&self) -> bool {
        self.verdict == ListVerdict::Complete
    }
}

impl fmt::Display for ListProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&thousands(self.seen))?;
        let said = self.said.filter(|said| *said >= self.seen);
        if let Some(said) = said {
            write!(f, " of {}", thousands(said))?;
        }
        match self.verdict {
            ListVerdict::Complete if said.is_none() => f.write_str(", read to the end"),
            ListVerdict::Complete => Ok(()),
            ListVerdict::Unproven(why) => write!(f, ", perhaps not all: {why}"),
            ListVerdict::Short(why) => write!(f, ", not all: {why}"),
        }
    }
}

impl fmt::Display for EndReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::End => "the list ended earlier than the server said",
            Self::Unfinished => "the list has not been read to its end",
            Self::OneRequest => "this server is asked only once",
            Self::Repeats => "the server begins again when asked for more",
            Self::NothingNew => "the server repeated itself when asked for more",
            Self::Refused => "the server refused to give more",
            Self::Failed => "reading failed in the middle",
            Self::TooManyPages => "reading stopped after 10,000 pages",
            Self::TooManyRecords => "reading stopped after 3,000,000 records",
            Self::TotalTooSmall => "the server sent more than it says there are",
            Self::Contradiction => "the server contradicts itself about how many there are",
            Self::Removed => "records were removed while the list was read, and others may be missing",
            Self::Twice => "the server sent some records twice, and others may be missing",
        })
    }
}

/// A number with commas between the thousands.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
