//! Users of the doctor's own: created, altered in every way, deleted.

use serde_json::Value;

use super::{
    super::{
        finding::{Part, Verdict},
        lists,
        probe::{Probe, Seen, Stop},
        records::empty,
    },
    creation, directory_of, first_request, id_text,
    made::Made,
    own_name, patch_of, read,
};
use crate::{
    directory::{
        Kind,
        ability::Ability,
        change::{Change, Verb},
    },
    scim::{
        habits::Deletion,
        json, merge,
        patch::Op,
        request::{Method, Request},
    },
};

/// Creates a user and says how that went. Gives its id.
pub async fn create(probe: &mut Probe, made: &mut Made, mark: &str) -> Result<Option<String>, Stop> {
    let (id, seen, words) = created(probe, made, mark).await?;
    let verdict = if id.is_some() { Verdict::Ok } else { Verdict::Problem };
    probe.find(Part::Writing, "create user", verdict, words, &seen.iter().collect::<Vec<_>>());
    Ok(id)
}

/// Creates one more.
pub async fn create_silently(probe: &mut Probe, made: &mut Made, mark: &str) -> Result<Option<String>, Stop> {
    Ok(created(probe, made, mark).await?.0)
}

async fn created(
    probe: &mut Probe,
    made: &mut Made,
    mark: &str,
) -> Result<(Option<String>, Option<Seen>, String), Stop> {
    let name = own_name(probe, mark);
    let request = match creation(probe, &name) {
        Ok(request) => request,
        Err(why) => return Ok((None, None, why.text)),
    };
    made.intend(Kind::User, &name);
    let seen = probe.ask(&request).await?;
    if !seen.is_ok() {
        if seen.status() < 500 {
            made.settle(&name, None);
        }
        let words = seen.refusal(&*probe.dialect).sentences();
        saw(probe, Verb::CreateUser, &seen, false, &words);
        return Ok((None, Some(seen), words));
    }
    match seen.json().as_ref().and_then(lists::id) {
        Some(id) => {
            made.settle(&name, Some(id.clone()));
            let (there, _) = read(probe, "Users", &id).await?;
            saw(probe, Verb::CreateUser, &seen, there.is_some(), "accepted, and the user can't be read");
            let words = if seen.status() == 201 { "works".to_owned() } else { format!("works ({})", seen.status()) };
            Ok((Some(id), Some(seen), words))
        }
        None => Ok((None, Some(seen), "accepted, and the answer does not say which id it got".to_owned())),
    }
}

/// The same name once more.
pub async fn duplicate(probe: &mut Probe, made: &mut Made, first: &str) -> Result<(), Stop> {
    let name = own_name(probe, "a");
    let Ok(request) = creation(probe, &name) else { return Ok(()) };
    let seen = probe.ask(&request).await?;
    let (verdict, words) = match (seen.status(), seen.json().as_ref().and_then(lists::id)) {
        (409, _) => (Verdict::Ok, "a name that is taken is refused (409)".to_owned()),
        (status, Some(id)) if seen.is_ok() && id != first => {
            made.intend(Kind::User, &name);
            made.settle(&name, Some(id));
            (Verdict::Problem, format!("the same user name is taken twice ({status})"))
        }
        (status, _) if seen.is_ok() => (Verdict::Note, format!("a name that is taken gives who is there ({status})")),
        (status, _) => (Verdict::Note, format!("a name that is taken is refused with {status}, not 409")),
    };
    probe.find(Part::Writing, "same name", verdict, words, &[&seen]);
    Ok(())
}

/// An attribute that the server keeps, and another value for it: the display name, or else whether the user is active.
fn knob(user: &Value, to: &str) -> (Verb, &'static str, Value) {
    match (value(user, "displayName").is_some_and(|name| !empty(&name)), value(user, "active")) {
        (false, Some(Value::Bool(active))) => (Verb::Deactivate, "active", Value::Bool(!active)),
        _ => (Verb::SetDisplayName, "displayName", to.into()),
    }
}

/// PATCH of one attribute.
pub async fn patch(probe: &mut Probe, id: &str) -> Result<(), Stop> {
    if probe.dialect.capabilities().can(Verb::SetDisplayName).is_err() {
        return Ok(());
    }
    let (Some(user), _) = read(probe, "Users", id).await? else { return Ok(()) };
    let (verb, name, to) = knob(&user, "Patched Doctor");
    let (mut seen, mut reread, mut shows) = patched(probe, id, name, &to, Op::replace(name, to.clone())).await?;
    let (mut verdict, mut words) = accepted(&seen, shows);
    if !shows && seen.is_decisive() {
        let other = patched(probe, id, name, &to, Op::replace(name, to.clone()).without_path()).await?;
        if other.2 {
            probe.habits.patch_paths = Some(false);
            words = format!("only without a path ({}); with one it is {words}", other.0.status());
            (seen, reread, shows, verdict) = (other.0, other.1, true, Verdict::Note);
        }
    }
    if verb == Verb::SetDisplayName {
        saw(probe, verb, &seen, shows, &words);
    }
    probe.habits.patch_users = seen.is_decisive().then_some(shows);
    probe.find(Part::Writing, "PATCH user", verdict, words, &[&seen, &reread]);
    Ok(())
}

/// The answer to a PATCH, the record read after it, and whether that shows the value.
async fn patched(probe: &Probe, id: &str, name: &str, to: &Value, op: Op) -> Result<(Seen, Seen, bool), Stop> {
    let seen = probe.ask(&patch_of("Users", id, op)).await?;
    let (after, reread) = read(probe, "Users", id).await?;
    let shows = after.as_ref().and_then(|user| value(user, name)).as_ref() == Some(to);
    Ok((seen, reread, shows))
}

/// What a trial shows of an action; an answer that says nothing of the server shows nothing.
pub fn saw(probe: &mut Probe, verb: Verb, seen: &Seen, works: bool, words: &str) {
    let ability = match works {
        true => Ability::Works,
        false if seen.is_decisive() => Ability::Refused(format!("Tried: {words}.")),
        false => Ability::Untried,
    };
    probe.trials.saw(verb, ability);
}

/// A change as it was answered, and whether it is there.
pub fn accepted(seen: &Seen, shows: bool) -> (Verdict, String) {
    let status = seen.status();
    match (seen.is_ok(), shows) {
        (true, true) if status == 204 => (Verdict::Ok, "works (204 without a body)".to_owned()),
        (true, true) => (Verdict::Ok, format!("works ({status})")),
        (true, false) => (Verdict::Problem, format!("accepted ({status}), and nothing changes")),
        (false, false) if matches!(status, 404 | 405 | 501) => (Verdict::Note, format!("not offered ({status})")),
        (false, false) => (Verdict::Note, format!("refused ({status})")),
        (false, true) => (Verdict::Problem, format!("refused ({status}), and done all the same")),
    }
}

/// PUT of the whole record with one value changed, as the console does where PATCH is missing.
pub async fn put(probe: &mut Probe, id: &str) -> Result<(), Stop> {
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
    // A server may make one value of another, such as `name.formatted`: only what is empty afterwards was lost.
    let lost = |name: &&str| {
        value(&before, name).is_some_and(|old| !empty(&old)) && value(&after, name).is_none_or(|new| empty(&new))
    };
    let mut lost: Vec<&str> = ["userName", "emails", "name", "externalId"].into_iter().filter(lost).collect();
    lost.extend((name != "active" && value(&before, "active") != value(&after, "active")).then_some("active"));
    let (mut verdict, mut words) = accepted(&seen, shows);
    if shows && !lost.is_empty() {
        verdict = Verdict::Problem;
        words = format!("{words}, but {} not kept", lost.join(", "));
    }
    if probe.habits.patch_users == Some(false) {
        // Only a way that was seen to work, and to keep the rest, takes the place of PATCH.
        if shows && lost.is_empty() {
            if verb == Verb::SetDisplayName {
                probe.trials.saw(verb, Ability::Works);
            }
        } else {
            probe.habits.patch_users = None;
            verdict = Verdict::Problem;
            // The server may accept this form for another attribute.
            let neither = if shows { "PATCH does not change it" } else { "neither PATCH nor PUT changes it" };
            words = format!("{words} ({name}); {neither}");
        }
    }
    probe.find(Part::Writing, "PUT user", verdict, words, &[&seen, &reread]);
    Ok(())
}

fn value(document: &Value, name: &str) -> Option<Value> {
    document.as_object().and_then(|map| json::get(map, name)).cloned()
}

/// A write that names a version which is no longer the record's.
pub async fn stale(probe: &mut Probe, id: &str) -> Result<(), Stop> {
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
            let op = Op::replace("displayName", name);
            patch_of("Users", id, if pathless { op.without_path() } else { op })
        }
    };
    let moved = probe.ask(&write("Moved Doctor")).await?;
    let (_, now) = read(probe, "Users", id).await?;
    let after = now.answer.etag.clone();
    if !moved.is_ok() || (after.is_some() && after.as_deref() == Some(old.as_str())) {
        let words = "the version does not change with the record, so it protects nothing";
        let verdict = if moved.is_ok() { Verdict::Note } else { Verdict::Unknown };
        let words = if moved.is_ok() { words } else { "nothing could be changed to try it" };
        if moved.is_ok() {
            probe.habits.versions = Some(false);
        }
        probe.find(Part::Writing, "old version", verdict, words, &[&moved, &now]);
        return Ok(());
    }
    let seen = probe.ask(&write("Stale Doctor").if_match(Some(&old))).await?;
    let minded = seen.status() == 412;
    probe.habits.versions = Some(minded);
    let (verdict, words) = match seen.status() {
        412 => (Verdict::Ok, "refused (412): nobody's change is overwritten unseen".to_owned()),
        status if seen.is_ok() => {
            (Verdict::Note, format!("accepted ({status}): If-Match is ignored, conflicts go unnoticed"))
        }
        status => (Verdict::Note, format!("refused with {status}, not 412")),
    };
    probe.find(Part::Writing, "old version", verdict, words, &[&seen]);
    Ok(())
}

/// A change as the console would make it: the answer, and the record afterwards; nothing where there is no request for it.
async fn as_the_console(probe: &Probe, id: &str, change: Change) -> Result<Option<(Seen, Option<Value>, Seen)>, Stop> {
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
pub async fn email(probe: &mut Probe, id: &str) -> Result<(), Stop> {
    if probe.dialect.capabilities().can(Verb::SetEmail).is_err() {
        return Ok(());
    }
    // Reserved for examples (RFC 2606): mail goes nowhere.
    let to = format!("{}-other@example.com", own_name(probe, "a"));
    let change = Change::SetEmail { user: id_text(id), to: to.clone() };
    let Some((seen, after, reread)) = as_the_console(probe, id, change).await? else { return Ok(()) };
    let shows = after.as_ref().and_then(|user| value(user, "emails")).is_some_and(|all| all.to_string().contains(&to));
    let (verdict, words) = accepted(&seen, shows);
    saw(probe, Verb::SetEmail, &seen, shows, &words);
    probe.find(Part::Writing, "change email", verdict, words, &[&seen, &reread]);
    Ok(())
}

/// Deactivates, and reactivates.
pub async fn activity(probe: &mut Probe, id: &str) -> Result<(), Stop> {
    // A trial may have left it inactive.
    let (Some(user), _) = read(probe, "Users", id).await? else { return Ok(()) };
    let mut active = value(&user, "active") != Some(Value::Bool(false));
    let mut both = Vec::new();
    while both.len() < 2 {
        active = !active;
        let (verb, what) = if active { (Verb::Reactivate, "reactivate") } else { (Verb::Deactivate, "deactivate") };
        both.push(verb);
        if probe.dialect.capabilities().can(verb).is_err() {
            continue;
        }
        let change = Change::SetActive { user: id_text(id), active };
        let Some((seen, after, reread)) = as_the_console(probe, id, change).await? else { continue };
        let (verdict, words, works) = match &after {
            None => (Verdict::Note, format!("the user is gone ({})", seen.status()), seen.is_ok() && !active),
            Some(user) => {
                let shows = value(user, "active") == Some(Value::Bool(active));
                let (verdict, words) = accepted(&seen, shows);
                (verdict, words, shows)
            }
        };
        saw(probe, verb, &seen, works, &words);
        probe.find(Part::Writing, what, verdict, words, &[&seen, &reread]);
        if after.is_none() {
            break;
        }
    }
    Ok(())
}

/// DELETE of an active user, and what is there afterwards.
pub async fn delete(probe: &mut Probe, made: &mut Made, id: &str) -> Result<(), Stop> {
    let seen = probe.ask(&Request::new(Method::Delete, ["Users", id])).await?;
    let (after, reread) = read(probe, "Users", id).await?;
    let inactive = after.as_ref().is_some_and(|user| value(user, "active") == Some(Value::Bool(false)));
    let (habit, verdict, words) = match (&after, seen.is_ok()) {
        (None, true) => {
            made.gone(id);
            (Some(Deletion::Removes), Verdict::Ok, format!("works ({}); the record is gone", seen.status()))
        }
        (None, false) => {
            made.gone(id);
            (None, Verdict::Note, format!("{}, and the user is gone", seen.status()))
        }
        (Some(_), true) if inactive => {
            (Some(Deletion::Deactivates), Verdict::Note, "only deactivates: the record stays".to_owned())
        }
        (Some(_), true) => (Some(Deletion::Refused), Verdict::Problem, "accepted, and the user stays".to_owned()),
        (Some(_), false) => {
            let refuses = seen.is_decisive() || seen.status() == 403;
            (refuses.then_some(Deletion::Refused), Verdict::Note, format!("refused ({})", seen.status()))
        }
    };
    probe.habits.delete_user = habit;
    saw(probe, Verb::DeleteUser, &seen, habit == Some(Deletion::Removes), &words);
    probe.find(Part::Writing, "DELETE user", verdict, words, &[&seen, &reread]);
    Ok(())
}
