//! The creation of the doctor's own users, and of a second one of the same name.

use super::{
    super::{
        finding::{FindingVerdict, ReportPart},
        lists,
        probe::{DoctorProbe, Seen, Stop},
    },
    creation, is_own,
    made::MadeRecords,
    own_name, read,
    users::{saw, text},
};
use crate::directory::{RecordKind, change::ChangeVerb};

/// A creation that was tried.
struct TriedCreation {
    /// `None` where the doctor has no user of its own by it.
    id: Option<String>,
    /// `None` where nothing was sent.
    seen: Option<Seen>,
    verdict: FindingVerdict,
    words: String,
}

impl TriedCreation {
    fn failed(seen: Option<Seen>, words: String) -> Self {
        Self { id: None, seen, verdict: FindingVerdict::Problem, words }
    }
}

/// Creates a user and says how that went. Gives its id.
pub async fn create(probe: &mut DoctorProbe, made: &mut MadeRecords, mark: &str) -> Result<Option<String>, Stop> {
    let TriedCreation { id, seen, verdict, words } = created(probe, made, mark).await?;
    probe.find(ReportPart::Writing, "create user", verdict, words, &seen.iter().collect::<Vec<_>>());
    Ok(id)
}

/// Creates a user without a word about it.
pub async fn create_silently(
    probe: &mut DoctorProbe,
    made: &mut MadeRecords,
    mark: &str,
) -> Result<Option<String>, Stop> {
    Ok(created(probe, made, mark).await?.id)
}

async fn created(probe: &mut DoctorProbe, made: &mut MadeRecords, mark: &str) -> Result<TriedCreation, Stop> {
    let name = own_name(probe, mark);
    let request = match creation(probe, &name) {
        Ok(request) => request,
        Err(why) => return Ok(TriedCreation::failed(None, why.text)),
    };
    made.intend(RecordKind::User, &name);
    let seen = probe.ask(&request).await?;
    if !seen.is_ok() {
        if seen.status() < 500 {
            made.settle(&name, None);
        }
        let words = seen.refusal(&*probe.dialect).sentences();
        saw(probe, ChangeVerb::CreateUser, &seen, false, &words);
        return Ok(TriedCreation::failed(Some(seen), words));
    }
    let answer = seen.json().unwrap_or_default();
    let Some(id) = lists::id(&answer) else {
        return Ok(TriedCreation::failed(
            Some(seen),
            "accepted, and the answer does not say which id it got".to_owned(),
        ));
    };
    // An answer may hold what was sent, with the id of another record.
    let (there, _) = read(probe, "Users", &id).await?;
    let mut told = std::iter::once(&answer).chain(&there);
    if let Some(other) = told.find(|record| !is_own(record, RecordKind::User, &name)) {
        let other = text(other, "userName").unwrap_or_default();
        let words = format!("accepted, and answered with the record of {other}: nothing else was tried with it");
        saw(probe, ChangeVerb::CreateUser, &seen, false, &words);
        return Ok(TriedCreation::failed(Some(seen), words));
    }
    made.settle(&name, Some(id.clone()));
    saw(probe, ChangeVerb::CreateUser, &seen, there.is_some(), "accepted, and the user can't be read");
    let works = if seen.status() == 201 { "works".to_owned() } else { format!("works ({})", seen.status()) };
    let other = there.as_ref().and_then(|user| text(user, "userName")).filter(|other| *other != name);
    let (verdict, words) = match other {
        Some(other) => (FindingVerdict::Problem, format!("{works}, and the user name is {other}, not {name}")),
        None => (FindingVerdict::Ok, works),
    };
    Ok(TriedCreation { id: Some(id), seen: Some(seen), verdict, words })
}

/// Tries to create a second user of the same name.
pub async fn duplicate(probe: &mut DoctorProbe, made: &mut MadeRecords, first: &str) -> Result<(), Stop> {
    let name = own_name(probe, "a");
    let Ok(request) = creation(probe, &name) else { return Ok(()) };
    let seen = probe.ask(&request).await?;
    let answer = seen.json().filter(|record| is_own(record, RecordKind::User, &name));
    let mut second = answer.as_ref().and_then(lists::id);
    if let Some(id) = &second {
        let (there, _) = read(probe, "Users", id).await?;
        second = second.filter(|_| there.is_none_or(|user| is_own(&user, RecordKind::User, &name)));
    }
    let (verdict, words) = match (seen.status(), second) {
        (409, _) => (FindingVerdict::Ok, "a name that is taken is refused (409)".to_owned()),
        (status, Some(id)) if seen.is_ok() && id != first => {
            made.intend(RecordKind::User, &name);
            made.settle(&name, Some(id));
            (FindingVerdict::Problem, format!("the same user name is taken twice ({status})"))
        }
        (status, _) if seen.is_ok() => {
            (FindingVerdict::Note, format!("a name that is taken gives who is there ({status})"))
        }
        (status, _) => (FindingVerdict::Note, format!("a name that is taken is refused with {status}, not 409")),
    };
    probe.find(ReportPart::Writing, "same name", verdict, words, &[&seen]);
    Ok(())
}
