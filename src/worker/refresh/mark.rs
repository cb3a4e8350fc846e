//! How far the shown list of users is known to be up to date, by the server's own dates.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    super::context::{WorkerContext, now},
    hints::RecordHints,
    members::WithheldMembers,
    read::FinishedList,
};
use crate::{
    scim::filter::{AttrPath, CompareOp, FilterLiteral, ScimFilter},
    store::Store,
};

/// The mark's key on disk.
const KEY: &str = "users-mark";
/// Changes are asked for from so long before the newest known one: where several machines serve one directory, their
/// clocks differ.
const OVERLAP: SignedDuration = SignedDuration::from_mins(5);
/// All users are read after so long, whatever the server tells of changes.
const WHOLE_EVERY: SignedDuration = SignedDuration::from_hours(24);

/// The newest change in a list of users, and what only the whole list shows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UsersMark {
    /// The latest `meta.lastModified` of the list.
    newest: Timestamp,
    /// When all users were last read, by the clock of this machine.
    whole: Timestamp,
    /// Facts about the server that the records show.
    pub hints: RecordHints,
    /// Members that answers leave out, as the groups that users name have shown.
    pub withheld: WithheldMembers,
    /// True if the last answer about changed users could not be read.
    #[serde(default)]
    pub is_garbled: bool,
}

impl UsersMark {
    /// The mark after a list was read; `None` where a record has no date, or records are missing.
    pub fn after(context: &WorkerContext, listed: &FinishedList, is_garbled: bool) -> Option<Arc<Self>> {
        let is_whole = listed.proof.coverage.is_complete() && listed.failure.is_none();
        if !is_whole || !context.dialect.tells_modified() {
            return None;
        }
        let before = listed.since.as_ref();
        let newest = listed.newest?.max(before.map_or(Timestamp::MIN, |before| before.newest));
        let whole = before.map_or_else(now, |before| before.whole);
        let withheld = context.withhold(|withheld| withheld.clone());
        Some(Arc::new(Self { newest, whole, hints: listed.hints.clone(), withheld, is_garbled }))
    }

    /// The mark on disk. To be read before the records: an older mark asks for more changes than it must, a newer one
    /// for fewer.
    pub async fn stored(context: &WorkerContext) -> Option<Arc<Self>> {
        let text = context.stored(|store| store.meta_get(KEY)).await??;
        serde_json::from_str(&text).ok().map(Arc::new)
    }

    /// Keeps the mark on disk, once the records are there; `None` takes the former one away.
    pub async fn keep(context: &WorkerContext, mark: Option<&Self>) {
        let text = mark.and_then(|mark| serde_json::to_string(mark).ok()).unwrap_or_default();
        context.stored(move |store| store.meta_set(KEY, &text)).await;
    }

    /// True where all users are to be read again: it is long ago, or the clock was set back.
    pub fn is_old(&self, now: Timestamp) -> bool {
        !(SignedDuration::ZERO..=WHOLE_EVERY).contains(&now.duration_since(self.whole))
    }

    /// The filter for users that may have changed since.
    pub fn filter(&self) -> ScimFilter {
        let since = FilterLiteral::Text(self.since().to_string());
        ScimFilter::Compare(AttrPath::new("meta.lastModified"), CompareOp::GreaterOrEqual, since)
    }

    /// True where [`Self::filter`] does not find a record with this date.
    pub fn overlooks(&self, modified: Option<Timestamp>) -> bool {
        modified.is_some_and(|modified| modified < self.since())
    }

    /// To the second: not every server reads fractions.
    fn since(&self) -> Timestamp {
        let since = Timestamp::from_second(self.newest.as_second()).unwrap_or(Timestamp::MIN);
        since.saturating_sub(OVERLAP).unwrap_or(Timestamp::MIN)
    }
}

/// Forgets habits that do not hold: the server's filter gave wrong records, or a change did not move a record's date.
/// True where that was known otherwise.
pub async fn doubt(context: &WorkerContext, is_filter_wrong: bool, is_date_wrong: bool) -> bool {
    if !(is_filter_wrong || is_date_wrong) || !context.dialect.tells_modified() {
        return false;
    }
    let forget = move |store: &mut Store| {
        let mut habits = store.habits()?.unwrap_or_default();
        if is_filter_wrong {
            habits.modified_filter = Some(false);
        }
        if is_date_wrong {
            habits.modified_moves = Some(false);
        }
        store.keep_habits(&habits)
    };
    context.stored(forget).await.is_some()
}
