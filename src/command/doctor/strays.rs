//! What another run of the doctor has left: by the tags that the store knows, and by the names in the lists.

use super::{
    lists,
    probe::{Probe, Stop, Stray},
    write::{MARKS, find, name_of, tag_in},
};
use crate::store::{Session, Store, StoreError};

/// Looks for it. What a run that is under way here has made is its own.
pub async fn look(probe: &mut Probe, mut store: Option<&mut Store>) -> Result<Vec<Stray>, Stop> {
    let begun = store.as_ref().and_then(|store| store.begun_trials().ok()).unwrap_or_default();
    let is_live = |session: Option<u64>| match (&store, session) {
        (Some(store), Some(session)) => store.is_live(session),
        _ => false,
    };
    let (live, dead): (Vec<_>, Vec<_>) = begun.into_iter().partition(|(_, session)| is_live(*session));
    let mut strays = std::mem::take(&mut probe.strays);
    let under_way = |stray: &Stray| live.iter().any(|(tag, _)| tag_in(stray.kind, &stray.name) == Some(tag));
    strays.retain(|stray| !under_way(stray));
    for (tag, _) in dead {
        let mut certain = true;
        for (kind, mark) in MARKS {
            let name = name_of(&tag, mark);
            if strays.iter().any(|stray| stray.kind == kind && stray.name == name) {
                certain = false;
                continue;
            }
            let found = find(probe, kind, &name, &probe.cancel).await?;
            certain &= found.as_ref().is_some_and(Vec::is_empty) && probe.habits.filter != Some(false);
            let ids = found.iter().flatten().filter_map(lists::id);
            strays.extend(ids.map(|id| Stray { kind, name: name.clone(), id }));
        }
        if certain && let Some(store) = store.as_mut() {
            // It is looked for again where this can't be written.
            let _ = store.end_trial(&tag);
        }
    }
    Ok(strays)
}

/// What a look offers to do about it.
pub fn offer(stray: &Stray) -> String {
    let Stray { kind, name, id } = stray;
    let (_, endpoint, word) = lists::place(*kind);
    format!(
        "{word} {name} ({endpoint}/{id}): a run of the doctor was ended before it could remove it. `scimitar doctor --write` \
         removes it."
    )
}

/// Notes a run before it makes anything: if it is killed, the next one knows what to look for.
///
/// # Errors
/// Where the note can't be written.
pub fn begin(probe: &Probe, store: Option<&mut Store>) -> Result<Option<Session>, StoreError> {
    let Some(store) = store else { return Ok(None) };
    let session = store.begin_session()?;
    store.begin_trial(&probe.tag, session.as_ref().map(|session| session.id))?;
    Ok(session)
}

/// The run is over; `clean` says that nothing of it is there any more.
pub fn end(probe: &Probe, store: Option<&mut Store>, clean: bool) {
    if let Some(store) = store.filter(|_| clean) {
        // It is looked for once more where this can't be written.
        let _ = store.end_trial(&probe.tag);
    }
}
