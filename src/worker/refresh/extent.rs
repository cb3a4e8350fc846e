//! The coverage of a list that was read.

use crate::{
    directory::{ListCoverage, ListShortfall},
    scim::{
        failure::Failure,
        pager::{ListProof, ListVerdict},
    },
};

/// The coverage that follows from reading a list; `found` is the number of records that the server's filter found, and
/// `unreadable` is the number of records without an id.
pub fn coverage(proof: &ListProof, found: Option<u64>, failure: Option<&Failure>, unreadable: u64) -> ListCoverage {
    let why = match proof.verdict {
        _ if found.is_some() => "only those that the server's filter finds are read".to_owned(),
        ListVerdict::Complete if unreadable > 0 => return ListCoverage::of_unreadable(proof.seen, unreadable),
        ListVerdict::Complete => return ListCoverage::Complete,
        ListVerdict::Short(why) | ListVerdict::Unproven(why) => failure.map_or_else(|| why.to_string(), in_the_middle),
    };
    let said = proof.said.filter(|_| found.is_none());
    ListCoverage::Partial(ListShortfall { seen: found.unwrap_or(proof.seen), said, why })
}

fn in_the_middle(failure: &Failure) -> String {
    format!("reading failed in the middle: {}", failure.text.trim_end_matches('.'))
}
