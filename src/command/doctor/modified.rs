//! Checks whether the server tells which users changed since a time: a filter by `meta.lastModified` (RFC 7644 §3.4.2.2)
//! that finds just these, and dates that every change moves (RFC 7643 §3.1).

use jiff::Timestamp;
use serde_json::Value;

use super::{
    finding::{FindingVerdict, ReportPart},
    lists::{ProbedList, id},
    probe::{DoctorProbe, Stop, counted},
};
use crate::scim::{
    filter::{AttrPath, CompareOp, FilterLiteral, ScimFilter},
    instant, json, tree,
};

/// The name of the findings.
const ABOUT: &str = "changes";

/// A record's `meta.lastModified`.
fn date(record: &Value) -> Option<Timestamp> {
    let meta = json::get(record.as_object()?, "meta")?;
    instant::from_text(json::get(meta.as_object()?, "lastModified")?.as_str()?)
}

/// Checks whether the filter finds the users of the latest second in the list, and none before.
pub async fn filter(probe: &mut DoctorProbe, listing: &ProbedList) -> Result<(), Stop> {
    if !probe.dialect.discovers() {
        // A provider whose servers are known not to have it.
        return Ok(());
    }
    let dates: Vec<Timestamp> = listing.records.iter().filter_map(date).collect();
    let second = |date: &Timestamp| date.as_second();
    let (first, last) = (dates.iter().map(second).min(), dates.iter().map(second).max());
    let (Some(first), Some(last)) = (first, last) else { return Ok(()) };
    if first == last {
        let words = "all dates of change are the same: whether a filter by them works can't be seen";
        probe.find(ReportPart::Users, ABOUT, FindingVerdict::Unknown, words, &[]);
        return Ok(());
    }
    let since = Timestamp::from_second(last).unwrap_or(Timestamp::MIN);
    let literal = FilterLiteral::Text(since.to_string());
    let filter = ScimFilter::Compare(AttrPath::new("meta.lastModified"), CompareOp::GreaterOrEqual, literal);
    let seen = probe.get(&["Users"], &[("filter", &filter.to_string()), ("count", "100")]).await?;
    let found: Option<Vec<Value>> = seen
        .page()
        .ok()
        .filter(|_| seen.is_ok())
        .map(|page| page.resources.iter().filter_map(|raw| tree::parse(raw.get().as_bytes()).ok()).collect());
    let is_in = |record: &Value| date(record).is_some_and(|date| date >= since);
    let newest = listing.records.iter().find(|record| is_in(record)).and_then(id);
    let (works, verdict, words) = match found {
        None => {
            let words = format!("no filter by meta.lastModified ({}): each refresh reads all users", seen.status());
            (false, FindingVerdict::Ok, words)
        }
        Some(found) if !found.iter().all(is_in) => {
            let words = "a filter by meta.lastModified is ignored: it finds users who changed before";
            (false, FindingVerdict::Note, words.to_owned())
        }
        Some(found) if found.len() < 100 && !found.iter().any(|record| id(record) == newest) => {
            let words = "a filter by meta.lastModified does not find a user who changed since";
            (false, FindingVerdict::Note, words.to_owned())
        }
        Some(found) => {
            let words = format!(
                "a filter by meta.lastModified works: {} since the latest second",
                counted(found.len(), "user")
            );
            (true, FindingVerdict::Ok, words)
        }
    };
    probe.habits.modified_filter = Some(works);
    probe.find(ReportPart::Users, ABOUT, verdict, words, &[&seen]);
    Ok(())
}

/// Notes whether a change has moved the record's date.
pub fn moved(probe: &mut DoctorProbe, before: &Value, after: &Value) {
    let moves = date(before) < date(after);
    probe.habits.modified_moves = Some(moves);
    let (verdict, words) = if moves {
        (FindingVerdict::Ok, "a change of a user moves meta.lastModified")
    } else {
        (FindingVerdict::Note, "a change of a user does not move meta.lastModified")
    };
    probe.find(ReportPart::Writing, ABOUT, verdict, words, &[]);
}
