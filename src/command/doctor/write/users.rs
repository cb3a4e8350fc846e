//! Users of the doctor's own: altered in every way, deleted.

use std::time::Duration;

use serde_json::Value;

use super::{
    super::{
        finding::{FindingVerdict, ReportPart},
        modified,
        probe::{DoctorProbe, Seen, Stop},
        records::empty,
    },
    directory_of, first_request, id_text,
    made::MadeRecords,
    own_name, patch_of, read,
};
use crate::{
    directory::{
        ability::ActionAbility,
        change::{Change, ChangeVerb},
    },
    scim::{
        difference::{ValueDifference, differences},
        json, merge,
        patch::PatchOperation,
        quirks::DeletionEffect,
        request::{Method, Request},
    },
};

/// An attribute that the server keeps, and another value for it: the display name, or else whether the user is active.
fn knob(user: &Value, to: &str) -> (ChangeVerb, &'static str, Value) {
    match (value(user, "displayName").is_some_and(|name| !empty(&name)), value(user, "active")) {
        (false, Some(Value::Bool(active))) => (ChangeVerb::Deactivate, "active", Value::Bool(!active)),
        _ => (ChangeVerb::SetDisplayName, "displayName", to.into()),
    }
}

/// PATCH of one attribute.
pub async fn patch(probe: &mut DoctorProbe, id: &str) -> Result<(), Stop> {
    if probe.dialect.capabilities().can(ChangeVerb::SetDisplayName).is_err() {
        return Ok(());
    }
    let (Some(user), _) = read(probe, "Users", id).await? else { return Ok(()) };
    let (verb, name, to) = knob(&user, "Patched Doctor");
    let (mut seen, mut reread, mut shows) =
        patched(probe, id, name, &to, PatchOperation::replace(name, to.clone())).await?;
    let (mut verdict, mut words) = beside(accepted(&seen, shows), &user, reread.json().as_ref(), name);
    if !shows && seen.is_decisive() {
        let other = patched(probe, id, name, &to, PatchOperation::replace(name, to.clone()).without_path()).await?;
        if other.2 {
            probe.habits.patch_paths = Some(false);
            let found = format!("only without a path ({}); with one it is {words}", other.0.status());
            (seen, reread, shows) = (other.0, other.1, true);
            (verdict, words) = beside((FindingVerdict::Note, found), &user, reread.json().as_ref(), name);
        }
    }
    if verb == ChangeVerb::SetDisplayName {
        saw(probe, verb, &seen, shows, &words);
    }
    probe.habits.patch_users = seen.is_decisive().then_some(shows);
    probe.find(ReportPart::Writing, "PATCH user", verdict, words, &[&seen, &reread]);
    Ok(())
}

/// The answer to a PATCH, the record read after it, and whether that shows the value.
async fn patched(
    probe: &DoctorProbe,
    id: &str,
    name: &str,
    to: &Value,
    op: PatchOperation,
) -> Result<(Seen, Seen, bool), Stop> {
    let seen = probe.ask(&patch_of("Users", id, op)).await?;
    let (after, reread) = read(probe, "Users", id).await?;
    let shows = after.as_ref().and_then(|user| value(user, name)).as_ref() == Some(to);
    Ok((seen, reread, shows))
}

/// Notes a trial's result for an action; an answer that says nothing of the server shows nothing.
pub fn saw(probe: &mut DoctorProbe, verb: ChangeVerb, seen: &Seen, works: bool, words: &str) {
    let ability = match works {
        true => ActionAbility::Works,
        false if seen.is_decisive() => ActionAbility::Refused(format!("Tried: {words}.")),
        false => ActionAbility::Untried,
    };
    probe.trials.saw(verb, ability);
}

/// The words for a change that was accepted, and whether the record shows it.
pub fn accepted(seen: &Seen, shows: bool) -> (FindingVerdict, String) {
    let status = seen.status();
    match (seen.is_ok(), shows) {
        (true, true) if status == 204 => (FindingVerdict::Ok, "works (204 without a body)".to_owned()),
        (true, true) => (FindingVerdict::Ok, format!("works ({status})")),
        (true, false) => (FindingVerdict::Problem, format!("accepted ({status}), and nothing changes")),
        (false, false) if matches!(status, 404 | 405 | 501) => {
            (FindingVerdict::Note, format!("not offered ({status})"))
        }
        (false, false) => (FindingVerdict::Note, format!("refused ({status})")),
        (false, true) => (FindingVerdict::Problem, format!("refused ({status}), and done all the same")),
    }
}

/// The finding about a write, with what it has altered beside the attribute that was meant. Another user name, or a value
/// that is gone, is a problem.
fn beside(
    (verdict, words): (FindingVerdict, String),
    before: &Value,
    after: Option<&Value>,
    meant: &str,
) -> (FindingVerdict, String) {
    let Some(after) = after else { return (verdict, words) };
    let names = ["displayName", "name", "nickName"];
    let follows = |name: &str| {
        let is = |other: &str| name.eq_ignore_ascii_case(other);
        is(meant) || (names.contains(&meant) && names.iter().any(|one| is(one)))
    };
    let mut all = differences(before, after);
    all.retain(|difference| !follows(difference.attribute()));
    let is_grave = |difference: &ValueDifference| match difference {
        ValueDifference::Entries { gone, .. } => !gone.is_empty(),
        ValueDifference::Value { path, before, after } => {
            before.is_some() && (after.is_none() || path.eq_ignore_ascii_case("userName"))
        }
    };
    let grave = all.iter().any(is_grave);
    let mut altered: Vec<&str> = all.iter().map(ValueDifference::attribute).collect();
    altered.dedup();
    if altered.is_empty() {
        return (verdict, words);
    }
    let least = if grave { FindingVerdict::Problem } else { FindingVerdict::Note };
    (verdict.max(least), format!("{words}, but it alters {}, too", altered.join(", ")))
}

pub(super) fn text(document: &Value, name: &str) -> Option<String> {
    value(document, name)?.as_str().map(str::to_owned)
}

/// Whether a change moves the record's date, where a filter by it works. The dates of many servers are of whole seconds,
/// so the change comes in a later second than the one before.
pub async fn dates(probe: &mut DoctorProbe, id: &str) -> Result<(), Stop> {
    if probe.habits.modified_filter != Some(true) || probe.habits.patch_users != Some(true) {
        return Ok(());
    }
    let (Some(user), _) = read(probe, "Users", id).await? else { return Ok(()) };
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    let (_, name, to) = knob(&user, "Dated Doctor");
    let operation = PatchOperation::replace(name, to.clone());
    let pathless = probe.habits.patch_paths == Some(false);
    let operation = if pathless { operation.without_path() } else { operation };
    let (_, reread, shows) = patched(probe, id, name, &to, operation).await?;
    if let Some(after) = reread.json().filter(|_| shows) {
        modified::moved(probe, &user, &after);
    }
    Ok(())
}

/// PUT of the whole record with one value changed, as the console does where PATCH is missing.
pub async fn put(probe: &mut DoctorProbe, id: &str) -> Result<(), Stop> {
    let (Some(mut document), _) = read(probe, "Users", id).await? else { return Ok(()) };
    let before = document.clone();
    let (verb, name, to) = knob(&document, "Put Doctor");
    let Some(map) = document.as_object_mut() else { return Ok(()) };
    map.insert(name.into(), to.clone());
    map.remove("meta");
    let seen = probe.ask(&Request::new(Method::Put, ["Users", id]).body(document)).await?;
    let (after, reread) = read(probe, "Users", id).await?;
    let after = after.unwrap_or_default();
    let shows = value(&after, name) == Some(to);
    // A server may make one value of another, such as `name.formatted`: only values that are empty afterwards were
    // lost.
    let lost = |name: &&str| {
        value(&before, name).is_some_and(|old| !empty(&old)) && value(&after, name).is_none_or(|new| empty(&new))
    };
    let mut lost: Vec<&str> = ["emails", "name", "externalId"].into_iter().filter(lost).collect();
    lost.extend((text(&before, "userName") != text(&after, "userName")).then_some("userName"));
    lost.extend((name != "active" && value(&before, "active") != value(&after, "active")).then_some("active"));
    let (mut verdict, mut words) = accepted(&seen, shows);
    if shows && !lost.is_empty() {
        verdict = FindingVerdict::Problem;
        words = format!("{words}, but {} not kept", lost.join(", "));
    }
    if probe.habits.patch_users == Some(false) {
        // Only a way that was seen to work, and to keep the rest, takes the place of PATCH.
        if shows && lost.is_empty() {
            if verb == ChangeVerb::SetDisplayName {
                probe.trials.saw(verb, ActionAbility::Works);
            }
        } else {
            probe.habits.patch_users = None;
            verdict = FindingVerdict::Problem;
            // The server may accept this form for another attribute.
            let neither = if shows { "PATCH does not change it" } else { "neither PATCH nor PUT changes it" };
            words = format!("{words} ({name}); {neither}");
        }
    }
    probe.find(ReportPart::Writing, "PUT user", verdict, words, &[&seen, &reread]);
    Ok(())
}

fn value(document: &Value, name: &str) -> Option<Value> {
    document.as_object().and_then(|map| json::get(map, name)).cloned()
}

/// A write that names a version which is no longer the record's.
pub async fn stale(probe: &mut DoctorProbe, id: &str) -> Result<(), Stop> {
    let (Some(document), seen) = read(probe, "Users", id).await? else { return Ok(()) };
    let within = document.pointer("/meta/version").and_then(Value::as_str).map(str::to_owned);
    let Some(old) = seen.answer.etag.clone().or(within) else {
        probe.habits.versions = Some(false);
        return Ok(());
    };
    let put = probe.habits.patch_users != Some(true);
    let pathless = probe.habits.patch_paths == Some(false);
    let write = |name: &str| {
        if put {
            let mut document = document.clone();
            if let Some(map) = document.as_object_mut() {
                map.insert("displayName".into(), name.into());
            }
            Request::new(Method::Put, ["Users", id]).body(document)
        } else {
            let op = PatchOperation::replace("displayName", name);
            patch_of("Users", id, if pathless { op.without_path() } else { op })
        }
    };
    let moved = probe.ask(&write("Moved Doctor")).await?;
    let (_, now) = read(probe, "Users", id).await?;
    let after = now.answer.etag.clone();
    if !moved.is_ok() || (after.is_some() && after.as_deref() == Some(old.as_str())) {
        let words = "the version does not change with the record, so it protects nothing";
        let verdict = if moved.is_ok() { FindingVerdict::Note } else { FindingVerdict::Unknown };
        let words = if moved.is_ok() { words } else { "nothing could be changed to try it" };
        if moved.is_ok() {
            probe.habits.versions = Some(false);
        }
        probe.find(ReportPart::Writing, "old version", verdict, words, &[&moved, &now]);
        return Ok(());
    }
    let seen = probe.ask(&write("Stale Doctor").if_match(Some(&old))).await?;
    let minded = seen.status() == 412;
    probe.habits.versions = Some(minded);
    let (verdict, words) = match seen.status() {
        412 => (FindingVerdict::Ok, "refused (412): nobody's change is overwritten unseen".to_owned()),
        status if seen.is_ok() => {
            (FindingVerdict::Note, format!("accepted ({status}): If-Match is ignored, conflicts go unnoticed"))
        }
        status => (FindingVerdict::Note, format!("refused with {status}, not 412")),
    };
    probe.find(ReportPart::Writing, "old version", verdict, words, &[&seen]);
    Ok(())
}

/// A change as the console would make it: the answer, and the record afterwards; nothing where there is no request for
/// it.
async fn as_the_console(
    probe: &DoctorProbe,
    id: &str,
    change: Change,
) -> Result<Option<(Seen, Option<Value>, Seen)>, Stop> {
    let (Some(document), _) = read(probe, "Users", id).await? else { return Ok(None) };
    let Some(directory) = directory_of(probe, &document) else { return Ok(None) };
    let Ok(mut request) = first_request(probe, &change, &directory) else { return Ok(None) };
    if request.merge && request.method == Method::Put {
        let mut document = document;
        let applied = request.body.take().is_some_and(|body| merge::apply(&body, &mut document).is_ok());
        if !applied {
            return Ok(None);
        }
        document.as_object_mut().map(|map| map.remove("meta"));
        request = Request { merge: false, ..request }.body(document);
    }
    let seen = probe.ask(&request).await?;
    let (after, reread) = read(probe, "Users", id).await?;
    Ok(Some((seen, after, reread)))
}

/// Another address.
pub async fn email(probe: &mut DoctorProbe, id: &str) -> Result<(), Stop> {
    if probe.dialect.capabilities().can(ChangeVerb::SetEmail).is_err() {
        return Ok(());
    }
    // Reserved for examples (RFC 2606): mail goes nowhere.
    let to = format!("{}-other@example.com", own_name(probe, "a"));
    let change = Change::SetEmail { user: id_text(id), to: to.clone() };
    let (Some(before), _) = read(probe, "Users", id).await? else { return Ok(()) };
    let Some((seen, after, reread)) = as_the_console(probe, id, change).await? else { return Ok(()) };
    let shows = after.as_ref().and_then(|user| value(user, "emails")).is_some_and(|all| all.to_string().contains(&to));
    let (verdict, words) = beside(accepted(&seen, shows), &before, after.as_ref(), "emails");
    saw(probe, ChangeVerb::SetEmail, &seen, shows, &words);
    probe.find(ReportPart::Writing, "change email", verdict, words, &[&seen, &reread]);
    Ok(())
}

/// Deactivates, and reactivates.
pub async fn activity(probe: &mut DoctorProbe, id: &str) -> Result<(), Stop> {
    // A trial may have left it inactive.
    let (Some(user), _) = read(probe, "Users", id).await? else { return Ok(()) };
    let mut active = value(&user, "active") != Some(Value::Bool(false));
    let mut both = Vec::new();
    while both.len() < 2 {
        active = !active;
        let (verb, what) =
            if active { (ChangeVerb::Reactivate, "reactivate") } else { (ChangeVerb::Deactivate, "deactivate") };
        both.push(verb);
        if probe.dialect.capabilities().can(verb).is_err() {
            continue;
        }
        let change = Change::SetActive { user: id_text(id), active };
        let (Some(before), _) = read(probe, "Users", id).await? else { return Ok(()) };
        let Some((seen, after, reread)) = as_the_console(probe, id, change).await? else { continue };
        let (verdict, words, works) = match &after {
            None => (FindingVerdict::Note, format!("the user is gone ({})", seen.status()), seen.is_ok() && !active),
            Some(user) => {
                let shows = value(user, "active") == Some(Value::Bool(active));
                let (verdict, words) = beside(accepted(&seen, shows), &before, Some(user), "active");
                (verdict, words, shows)
            }
        };
        saw(probe, verb, &seen, works, &words);
        probe.find(ReportPart::Writing, what, verdict, words, &[&seen, &reread]);
        if after.is_none() {
            break;
        }
    }
    Ok(())
}

/// DELETE of an active user, and the record that is there afterwards.
pub async fn delete(probe: &mut DoctorProbe, made: &mut MadeRecords, id: &str) -> Result<(), Stop> {
    let seen = probe.ask(&Request::new(Method::Delete, ["Users", id])).await?;
    let (after, reread) = read(probe, "Users", id).await?;
    let inactive = after.as_ref().is_some_and(|user| value(user, "active") == Some(Value::Bool(false)));
    let (habit, verdict, words) = match (&after, seen.is_ok()) {
        (None, true) => {
            made.gone(id);
            (
                Some(DeletionEffect::Removes),
                FindingVerdict::Ok,
                format!("works ({}); the record is gone", seen.status()),
            )
        }
        (None, false) => {
            made.gone(id);
            (None, FindingVerdict::Note, format!("{}, and the user is gone", seen.status()))
        }
        (Some(_), true) if inactive => {
            (Some(DeletionEffect::Deactivates), FindingVerdict::Note, "only deactivates: the record stays".to_owned())
        }
        (Some(_), true) => {
            (Some(DeletionEffect::Refused), FindingVerdict::Problem, "accepted, and the user stays".to_owned())
        }
        (Some(_), false) => {
            let refuses = seen.is_decisive() || seen.status() == 403;
            (refuses.then_some(DeletionEffect::Refused), FindingVerdict::Note, format!("refused ({})", seen.status()))
        }
    };
    probe.habits.delete_user = habit;
    saw(probe, ChangeVerb::DeleteUser, &seen, habit == Some(DeletionEffect::Removes), &words);
    probe.find(ReportPart::Writing, "DELETE user", verdict, words, &[&seen, &reread]);
    Ok(())
}
