//! Finds records left by other runs of the doctor, by tags in the store and by names in the lists.

use super::{
    lists,
    probe::{DoctorProbe, Stop, StrayRecord},
    write::{MARKS, find, name_of, tag_in},
};
use crate::store::{Store, StoreError, StoreSession};

/// Looks for leftovers. Records of a run that is still under way are not leftovers.
pub async fn look(probe: &mut DoctorProbe, mut store: Option<&mut Store>) -> Result<Vec<StrayRecord>, Stop> {
    let begun = store.as_ref().and_then(|store| store.begun_trials().ok()).unwrap_or_default();
    let is_live = |session: Option<u64>| match (&store, session) {
        (Some(store), Some(session)) => store.is_live(session),
        _ => false,
    };
    let (live, dead): (Vec<_>, Vec<_>) = begun.into_iter().partition(|(_, session)| is_live(*session));
    let mut strays = std::mem::take(&mut probe.strays);
    let under_way = |stray: &StrayRecord| live.iter().any(|(tag, _)| tag_in(stray.kind, &stray.name) == Some(tag));
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
            strays.extend(ids.map(|id| StrayRecord { kind, name: name.clone(), id }));
        }
        if certain && let Some(store) = store.as_mut() {
            // If this write fails, the next run looks again.
            let _ = store.end_trial(&tag);
        }
    }
    Ok(strays)
}

/// The suggestion shown for a leftover record.
pub fn offer(stray: &StrayRecord) -> String {
    let StrayRecord { kind, name, id } = stray;
    let (_, endpoint, word) = lists::place(*kind);
    format!(
        "{word} {name} ({endpoint}/{id}): a run of the doctor was ended before it could remove it. `scimitar doctor --write` \
         removes it."
    )
}

/// Records the run before it creates anything: if the run is killed, the next run knows the names to look for.
///
/// # Errors
/// Fails if the store can't be written.
pub fn begin(probe: &DoctorProbe, store: Option<&mut Store>) -> Result<Option<StoreSession>, StoreError> {
    let Some(store) = store else { return Ok(None) };
    let session = store.begin_session()?;
    store.begin_trial(&probe.tag, session.as_ref().map(|session| session.id))?;
    Ok(session)
}

/// Ends the run; `clean` is true if all its records are removed.
pub fn end(probe: &DoctorProbe, store: Option<&mut Store>, clean: bool) {
    if let Some(store) = store.filter(|_| clean) {
        // If this write fails, the next run looks once more.
        let _ = store.end_trial(&probe.tag);
    }
}
