//! Users of the doctor's own: created, altered in every way, deleted.

use serde_json::Value;

use super::{
    super::{
        finding::{Part, Verdict},
        lists,
        probe::{Probe, Seen, Stop},
        records::{empty, text},
    },
    creation, directory_of, first_request, id_text,
    made::Made,
    own_name, patch_of, read,
};
use crate::{
    directory::{
        Kind,
        change::{Change, Verb},
    },
    scim::{
        habits::Deletion,
        json,
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
        return Ok((None, Some(seen), words));
    }
    match seen.json().as_ref().and_then(lists::id) {
        Some(id) => {
            made.settle(&name, Some(id.clone()));
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

/// PATCH of the display name.
pub async fn patch(probe: &mut Probe, id: &str) -> Result<(), Stop> {
    if probe.dialect.capabilities().can(Verb::SetDisplayName).is_err() {
        return Ok(());
    }
    let seen = probe.ask(&patch_of("Users", id, Op::replace("displayName", "Patched Doctor"))).await?;
    let (after, reread) = read(probe, "Users", id).await?;
    let shows = after.as_ref().and_then(|user| text(user, "displayName")).as_deref() == Some("Patched Doctor");
    let (verdict, words) = accepted(&seen, shows);
    probe.habits.patch_users = seen.is_decisive().then_some(shows);
    probe.find(Part::Writing, "PATCH user", verdict, words, &[&seen, &reread]);
    Ok(())
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
    let Some(map) = document.as_object_mut() else { return Ok(()) };
    map.insert("displayName".into(), "Put Doctor".into());
    let seen = probe.ask(&Request::new(Method::Put, ["Users", id]).body(document)).await?;
    let (after, reread) = read(probe, "Users", id).await?;
    let after = after.unwrap_or_default();
    let shows = text(&after, "displayName").as_deref() == Some("Put Doctor");
    // A server may make one value of another, such as `name.formatted`: only what is empty afterwards was lost.
    let lost = |name: &&str| {
        value(&before, name).is_some_and(|old| !empty(&old)) && value(&after, name).is_none_or(|new| empty(&new))
    };
    let mut lost: Vec<&str> = ["userName", "emails", "name", "externalId"].into_iter().filter(lost).collect();
    lost.extend((value(&before, "active") != value(&after, "active")).then_some("active"));
    let (mut verdict, mut words) = accepted(&seen, shows);
    if shows && !lost.is_empty() {
        verdict = Verdict::Problem;
        words = format!("{words}, but {} not kept", lost.join(", "));
    }
    if !shows && probe.habits.patch_users == Some(false) {
        // Neither way works: the next sentence would promise one.
        probe.habits.patch_users = None;
        verdict = Verdict::Problem;
        words = format!("{words}; neither PATCH nor PUT changes a user");
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
    let write = |name: &str| {
        if put {
            let mut document = document.clone();
            if let Some(map) = document.as_object_mut() {
                map.insert("displayName".into(), name.into());
            }
            Request::new(Method::Put, ["Users", id]).body(document)
        } else {
            patch_of("Users", id, Op::replace("displayName", name))
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

/// As the console would do it.
pub async fn deactivate(probe: &mut Probe, id: &str) -> Result<(), Stop> {
    let (Some(document), _) = read(probe, "Users", id).await? else { return Ok(()) };
    let change = Change::SetActive { user: id_text(id), active: false };
    let Some(directory) = directory_of(probe, &document) else { return Ok(()) };
    let Ok(mut request) = first_request(probe, &change, &directory) else { return Ok(()) };
    if request.merge {
        request = patch_of("Users", id, Op::replace("active", false));
    }
    let seen = probe.ask(&request).await?;
    let (after, reread) = read(probe, "Users", id).await?;
    let (verdict, words) = match after {
        None => (Verdict::Note, format!("the user is gone ({})", seen.status())),
        Some(user) => accepted(&seen, value(&user, "active") == Some(Value::Bool(false))),
    };
    probe.find(Part::Writing, "deactivate", verdict, words, &[&seen, &reread]);
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
    probe.find(Part::Writing, "DELETE user", verdict, words, &[&seen, &reread]);
    Ok(())
}
