//! Checks of a list: its length, its pages, its end (RFC 7644 §3.4.2.4, RFC 9865), and the form of its records.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    finding::{FindingVerdict, ReportPart},
    probe::{DoctorProbe, Seen, Stop, StrayRecord, counted},
};
use crate::{
    directory::{RecordKind, record::Record},
    scim::{
        discovery::ServiceConfig,
        json,
        quirks::PagingHabit,
        text::{clean_line, number},
        tree,
    },
};

/// Page sizes to try, until the server accepts one.
const SIZES: [u64; 3] = [1_000, 200, 100];

/// The result of reading a list.
pub struct ProbedList {
    /// The records of the largest page.
    pub records: Vec<Value>,
    /// The ids of these records.
    pub ids: Vec<String>,
}

/// The part, the endpoint and the word for a kind of record.
pub fn place(kind: RecordKind) -> (ReportPart, &'static str, &'static str) {
    match kind {
        RecordKind::User => (ReportPart::Users, "Users", "user"),
        RecordKind::Team => (ReportPart::Groups, "Groups", "group"),
        RecordKind::Role => (ReportPart::Roles, "Roles", "role"),
    }
}

/// The attribute that holds a record's name.
pub fn name_attribute(kind: RecordKind) -> &'static str {
    match kind {
        RecordKind::User => "userName",
        RecordKind::Team => "displayName",
        RecordKind::Role => "name",
    }
}

/// The values of a group's members; `None` if the record has no such attribute. `null` means no members.
pub fn members(group: &Value) -> Option<Vec<String>> {
    let list = json::get(group.as_object()?, "members")?;
    let entries = list.as_array().map(Vec::as_slice).unwrap_or_default();
    let value = |entry: &Value| json::get(entry.as_object()?, "value")?.as_str().map(str::to_owned);
    Some(entries.iter().filter_map(value).collect())
}

/// Reads the first pages of a list.
pub async fn look(
    probe: &mut DoctorProbe,
    kind: RecordKind,
    claims: Option<&ServiceConfig>,
) -> Result<Option<ProbedList>, Stop> {
    let (part, endpoint, word) = place(kind);
    let plain = probe.get(&[endpoint], &[]).await?;
    let Some(default) = read(probe, kind, &plain) else { return Ok(None) };
    if kind == RecordKind::Team {
        probe.habits.groups = Some(true);
    }
    let mut largest = plain.clone();
    let mut asked = None;
    let mut refused = Vec::new();
    for size in SIZES {
        let seen = probe.page(endpoint, 1, size).await?;
        if seen.is_ok() && seen.page().is_ok() {
            (asked, largest) = (Some(size), seen);
            break;
        }
        refused.push(seen);
    }
    let Ok(page) = largest.page() else { return Ok(None) };
    if kind == RecordKind::User {
        let signs = page.resources.iter().find_map(|raw| probe.dialect.shape_contradicted(raw));
        probe.contradiction = probe.contradiction.take().or(signs.map(str::to_owned));
    }
    let records: Vec<Value> = page.resources.iter().filter_map(|raw| tree::parse(raw.get().as_bytes()).ok()).collect();
    let listing = ProbedList { ids: records.iter().filter_map(id).collect(), records };
    let got = listing.records.len();
    let after = page.total.unwrap_or(0).max(got as u64) + 1;
    let past = probe.page(endpoint, after, 2).await?;
    let beyond = ids_of(&past);
    let again = !beyond.is_empty() && beyond.first() == listing.ids.first();
    let more = beyond.len();
    let total = page.total;
    let words = match total {
        Some(total) if total < got as u64 => {
            (FindingVerdict::Note, format!("{} came, and the server says {}", counted(got, word), number(total)))
        }
        Some(total) if more > 0 && !again => (
            FindingVerdict::Note,
            format!(
                "the server says {} {word}s, and gives more after that many: its total can't be believed",
                number(total)
            ),
        ),
        Some(total) => (FindingVerdict::Ok, counted(total as usize, word)),
        None => {
            (FindingVerdict::Note, format!("{} came; the server does not say how many there are", counted(got, word)))
        }
    };
    probe.find(part, "list", words.0, words.1, &[&largest, &past]);

    let whole = total == Some(got as u64);
    let cut = total.is_some_and(|total| total > got as u64) || (total.is_none() && more > 0);
    if cut && kind == RecordKind::User {
        probe.habits.page_size = u32::try_from(got).ok().filter(|size| *size > 0);
    }
    let mut words = match asked {
        Some(size) if cut => format!("asked for {}, gave {}", number(size), number(got as u64)),
        Some(size) => format!("asked for {}, gave all", number(size)),
        None => "count is refused".to_owned(),
    };
    if !refused.is_empty() {
        let sizes: Vec<String> = SIZES.iter().take(refused.len()).map(|size| number(*size)).collect();
        words = format!("{words}; {} refused ({})", sizes.join(" and "), refused[0].status());
    }
    if default < got {
        words = format!("{words}; {} unless asked", number(default as u64));
    }
    let seen: Vec<&Seen> = refused.iter().chain([&largest]).collect();
    let verdict = if refused.is_empty() { FindingVerdict::Ok } else { FindingVerdict::Note };
    probe.find(part, "page size", verdict, words, &seen);
    pages(probe, kind, &listing, whole, (&past, again)).await?;
    if kind == RecordKind::User {
        cursor(probe, claims).await?;
    }
    shapes(probe, kind, &listing, &largest);
    let own = |record: &Value| {
        let name = super::records::text(record, name_attribute(kind))?;
        super::write::tag_in(kind, &name).is_some().then_some(StrayRecord { kind, name, id: id(record)? })
    };
    probe.strays.extend(listing.records.iter().filter_map(own));
    probe.shows_members |= kind == RecordKind::Team && listing.records.iter().any(has_members);
    Ok(Some(listing))
}

fn has_members(group: &Value) -> bool {
    members(group).is_some_and(|members| !members.is_empty())
}

/// The length of a list; `None`, with a finding, if there is no list.
fn read(probe: &mut DoctorProbe, kind: RecordKind, seen: &Seen) -> Option<usize> {
    let (part, ..) = place(kind);
    if matches!(seen.status(), 404 | 405 | 501) {
        let words = format!("the server has none ({})", seen.status());
        if kind == RecordKind::Team {
            probe.habits.groups = Some(false);
        }
        probe.find(part, "list", FindingVerdict::Problem, words, &[seen]);
        return None;
    }
    if !seen.is_ok() {
        let words = seen.refusal(&*probe.dialect).sentences();
        probe.find(part, "list", FindingVerdict::Problem, words, &[seen]);
        return None;
    }
    match seen.page() {
        Ok(page) => Some(page.resources.len()),
        Err(bad) => {
            let told = seen.failure_in_success(&*probe.dialect);
            let words = told.map_or_else(|| bad.to_string(), |failure| failure.sentences());
            probe.find(part, "list", FindingVerdict::Problem, words, &[seen]);
            None
        }
    }
}

/// Checks whether `startIndex` works. `past` is the answer for a page after the end; `again` tells that the list began
/// anew.
async fn pages(
    probe: &mut DoctorProbe,
    kind: RecordKind,
    listing: &ProbedList,
    whole: bool,
    (past, again): (&Seen, bool),
) -> Result<(), Stop> {
    let (part, endpoint, word) = place(kind);
    if listing.ids.len() < 2 {
        let words = format!("fewer than two {word}s: whether startIndex counts can't be seen");
        probe.find(part, "pages", FindingVerdict::Unknown, words, &[]);
        return Ok(());
    }
    let second = probe.page(endpoint, 2, 1).await?;
    let ids = ids_of(&second);
    let sized = ids.len() == 1;
    let (verdict, words) = if !second.is_ok() {
        (FindingVerdict::Note, format!("startIndex is refused ({})", second.status()))
    } else if ids.first() == listing.ids.get(1) {
        if kind == RecordKind::User {
            // Set explicitly, because an earlier run may have found another habit.
            probe.habits.paging = Some(PagingHabit::Index);
        }
        match (past.is_ok(), again, sized) {
            (_, true, _) => (FindingVerdict::Note, "startIndex counts; a page past the end begins anew".to_owned()),
            (false, ..) => {
                (FindingVerdict::Note, format!("startIndex counts; a page past the end is {}", past.status()))
            }
            (_, _, false) => (FindingVerdict::Note, "startIndex counts, and count does not".to_owned()),
            _ => (FindingVerdict::Ok, "startIndex and count are honoured, also past the end".to_owned()),
        }
    } else if ids.first() == listing.ids.first() {
        if kind == RecordKind::User {
            probe.habits.paging = Some(PagingHabit::None);
        }
        if whole {
            (FindingVerdict::Note, "startIndex is ignored; everything comes at once".to_owned())
        } else {
            let came = counted(listing.ids.len(), word);
            (FindingVerdict::Problem, format!("startIndex is ignored, and only {came} came: the rest can't be read"))
        }
    } else {
        (FindingVerdict::Note, "startIndex counts, and the order changes from one answer to the next".to_owned())
    };
    probe.find(part, "pages", verdict, words, &[&second, past]);
    Ok(())
}

/// Checks whether the server pages by cursor (RFC 9865).
async fn cursor(probe: &mut DoctorProbe, claims: Option<&ServiceConfig>) -> Result<(), Stop> {
    let seen = probe.get(&["Users"], &[("cursor", ""), ("count", "1")]).await?;
    let offered = seen.is_ok() && seen.page().is_ok_and(|page| page.next_cursor.is_some());
    let claimed = claims.and_then(|config| config.paging.as_ref()?.cursor);
    let ignored = probe.habits.paging == Some(PagingHabit::None);
    let (verdict, words) = match (offered, claimed) {
        (true, _) if ignored => {
            probe.habits.paging = Some(PagingHabit::Cursor);
            (FindingVerdict::Ok, "offered, and used in the place of startIndex")
        }
        (true, _) => (FindingVerdict::Ok, "offered; not needed"),
        (false, Some(true)) => (FindingVerdict::Note, "claimed, but none came"),
        (false, _) => (FindingVerdict::Ok, "not offered, as nearly everywhere"),
    };
    probe.find(ReportPart::Users, "cursor", verdict, words, &[&seen]);
    Ok(())
}

/// Reports the form of the records in points in which servers differ.
fn shapes(probe: &mut DoctorProbe, kind: RecordKind, listing: &ProbedList, seen: &Seen) {
    let (part, ..) = place(kind);
    let Some(first) = listing.records.first().and_then(Value::as_object) else { return };
    let mut words = Vec::new();
    // Groups that are all empty may be groups whose members are never shown.
    let nobody = kind == RecordKind::Team && !listing.records.iter().any(has_members);
    let any = |name: &str| {
        listing
            .records
            .iter()
            .filter_map(Value::as_object)
            .find_map(|map| json::get(map, name))
            .filter(|v| !v.is_null())
    };
    match kind {
        RecordKind::User => {
            words.push(match any("emails") {
                Some(Value::Array(_)) => "emails as a list".to_owned(),
                Some(Value::Object(_)) => "emails as one object, as before W&B's 0.80.1".to_owned(),
                Some(_) => "emails in a form of their own".to_owned(),
                None => "no emails".to_owned(),
            });
            match any("active") {
                Some(Value::Bool(_)) => {}
                Some(_) => words.push("active as text".to_owned()),
                None => words.push("active not said".to_owned()),
            }
            let roles = ["organizationRole", "teamRoles", "roles", "entitlements"];
            let roles: Vec<&str> = roles.into_iter().filter(|name| any(name).is_some()).collect();
            if !roles.is_empty() {
                words.push(format!("roles in {}", roles.join(", ")));
            }
        }
        RecordKind::Team => match any("members") {
            Some(Value::Array(_)) if nobody => {
                words.push("all groups are empty in the list: whether it tells members can't be seen".to_owned());
            }
            Some(Value::Array(members)) => {
                let key = members
                    .iter()
                    .filter_map(Value::as_object)
                    .find_map(|map| map.keys().find(|key| key.eq_ignore_ascii_case("value")).cloned());
                words.push(match key.as_deref() {
                    Some("value") | None => "members in the list".to_owned(),
                    Some(other) => format!("members in the list, written “{}”", clean_line(other, 20)),
                });
            }
            _ => words.push("no members in the list".to_owned()),
        },
        RecordKind::Role => words.push(counted(first.len(), "attribute")),
    }
    let extensions: BTreeSet<String> = listing
        .records
        .iter()
        .filter_map(Value::as_object)
        .flat_map(|map| map.keys().filter(|key| key.starts_with("urn:")))
        .filter_map(|urn| urn.rsplit_once(":2.0:").map_or(Some(urn.as_str()), |(head, _)| head.rsplit(':').next()))
        .map(|name| clean_line(name, 30).into_owned())
        .collect();
    if !extensions.is_empty() {
        words.push(format!("extensions: {}", extensions.into_iter().collect::<Vec<_>>().join(", ")));
    }
    let (bad, example) = unreadable(probe, kind, listing);
    let verdict = match example {
        None if nobody => FindingVerdict::Unknown,
        None => FindingVerdict::Ok,
        Some(example) => {
            words.push(format!("{} can't be read whole: {example}", counted(bad, "record")));
            FindingVerdict::Problem
        }
    };
    probe.find(part, "records", verdict, words.join("; "), &[seen]);
}

/// Number of records that the console can't read completely, and the error of the first.
fn unreadable(probe: &DoctorProbe, kind: RecordKind, listing: &ProbedList) -> (usize, Option<String>) {
    let Some(list) = probe.dialect.list(kind) else { return (0, None) };
    let mut bad = 0;
    let mut example = None;
    for (at, record) in listing.records.iter().enumerate() {
        let Ok(raw) = serde_json::value::to_raw_value(record) else { continue };
        let at = format!("$.Resources[{at}]");
        let problem = match probe.dialect.read(kind, &raw, list.depth, &at) {
            Ok(Record::User(user)) => user.problem.map(|problem| *problem),
            Ok(Record::Team(team)) => team.problem.map(|problem| *problem),
            Ok(Record::Role(role)) => role.problem.map(|problem| *problem),
            Err(problem) => Some(problem),
        };
        if let Some(problem) = problem {
            bad += 1;
            example.get_or_insert_with(|| format!("{}: {}", problem.path, problem.why));
        }
    }
    (bad, example)
}

/// The ids of a page; empty if the answer is no list.
fn ids_of(seen: &Seen) -> Vec<String> {
    let page = seen.page().ok().filter(|_| seen.is_ok());
    let values = page.into_iter().flat_map(|page| page.resources);
    values.filter_map(|raw| tree::parse(raw.get().as_bytes()).ok()).filter_map(|record| id(&record)).collect()
}

/// The id of a record.
pub fn id(record: &Value) -> Option<String> {
    let map = record.as_object()?;
    match json::get(map, "id")? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
