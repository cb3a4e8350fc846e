//! Reads only the users that changed since the last list, where the server is known to tell them (by a filter on
//! `meta.lastModified`), and proves that nobody is gone: by the server's count of its users, or else by their ids.

use std::sync::Arc;

use rustc_hash::FxHashSet;
use serde_json::{Value, value::RawValue};

use super::{
    super::context::{WorkerContext, now, unreadable},
    ListResult,
    mark::UsersMark,
    read::{FinishedList, ReadOptions, read_list},
};
use crate::{
    dialect::ListRequest,
    directory::{
        Id, ListCoverage, RecordKind,
        work::{RefreshProof, RefreshScope},
    },
    scim::{
        failure::{Failure, FailureClass},
        json, list,
        pager::{Pager, thousands},
        tree,
    },
};

/// Why all users have to be read.
enum WholeReason {
    /// The server's filter does not do what it has been seen to do.
    Filter,
    /// The answer can't be read: a page of a proxy, say, or one that was cut off.
    Garbled,
    /// The answers do not prove who is there.
    Unproven,
}

/// The list of users, and what the answer to the filter for changed users shows about that filter.
pub struct UsersRead {
    pub list: ListResult,
    /// True if the filter was found not to work.
    pub is_filter_wrong: bool,
    /// True if the answer could not be read, and the one before could.
    pub is_garbled: bool,
}

impl UsersRead {
    fn plain(list: ListResult) -> Self {
        Self { list, is_filter_wrong: false, is_garbled: false }
    }
}

/// Reads the users that changed, or all of them.
pub async fn read_users(context: &WorkerContext, scope: RefreshScope, wanted: ReadOptions<'_>) -> UsersRead {
    let Some(mark) = usable(context, &wanted).filter(|_| scope == RefreshScope::Changed) else {
        return UsersRead::plain(read_list(context, wanted).await);
    };
    let reason = match read_changed(context, wanted, mark).await {
        Ok(listed) => return UsersRead::plain(Some(listed)),
        Err(reason) => reason,
    };
    let is_garbled = matches!(reason, WholeReason::Garbled);
    // A single such answer may be an accident; two in succession show that the server answers so.
    let is_filter_wrong = matches!(reason, WholeReason::Filter) || (is_garbled && mark.is_garbled);
    UsersRead { is_filter_wrong, is_garbled, ..UsersRead::plain(read_list(context, wanted).await) }
}

/// The mark since which changes are enough: for a console that shows the whole list, for some hours.
fn usable<'a>(context: &WorkerContext, wanted: &ReadOptions<'a>) -> Option<&'a Arc<UsersMark>> {
    let may = context.watches && context.dialect.tells_modified() && wanted.narrow.is_none();
    wanted.shown.mark().filter(|mark| may && !mark.is_old(now()))
}

async fn read_changed(
    context: &WorkerContext,
    wanted: ReadOptions<'_>,
    mark: &Arc<UsersMark>,
) -> Result<Result<FinishedList, Failure>, WholeReason> {
    use FailureClass::{NotFound, Protocol, Refused, Server};
    let list = context.dialect.list(RecordKind::User).ok_or(WholeReason::Unproven)?;
    let since = ReadOptions { since: Some(mark), first: false, ..wanted };
    let mut listed = match read_list(context, since).await.ok_or(WholeReason::Unproven)? {
        Ok(listed) if listed.failure.is_some() => return Err(WholeReason::Unproven),
        Ok(listed) => listed,
        Err(failure) if failure.class == Refused => return Err(WholeReason::Filter),
        Err(failure) if matches!(failure.class, NotFound | Protocol) => return Err(WholeReason::Garbled),
        Err(failure) if failure.class == Server => return Err(WholeReason::Unproven),
        Err(failure) => return Ok(Err(failure)),
    };
    if listed.proof.seen == 0 {
        // The newest record of the last list is found at least, unless just that one is gone: the filter may work.
        return Err(WholeReason::Unproven);
    }
    if !listed.proof.coverage.is_complete() || !listed.keeper.can_add_changes() {
        return Err(WholeReason::Unproven);
    }
    let gone = match gone(context, &list, &listed).await {
        Ok(gone) => gone.ok_or(WholeReason::Unproven)?,
        Err(failure) if matches!(failure.class, NotFound | Protocol | Refused | Server) => {
            return Err(WholeReason::Unproven);
        }
        Err(failure) => return Ok(Err(failure)),
    };
    let changed = listed.proof.seen;
    let total = (listed.difference.known().count() + listed.difference.new - gone.len()) as u64;
    listed.keeper.only_changes(gone.clone(), total);
    listed.difference.gone = gone;
    listed.hints = mark.hints.clone().then(std::mem::take(&mut listed.hints));
    let words = format!("{0} of {0}, {1} read anew", thousands(total), thousands(changed));
    listed.proof = RefreshProof { kind: RecordKind::User, seen: total, words, coverage: ListCoverage::Complete };
    Ok(Ok(listed))
}

/// The users on screen that the server no longer has; `None` where its answers do not prove it.
async fn gone(context: &WorkerContext, list: &ListRequest, listed: &FinishedList) -> Result<Option<Vec<Id>>, Failure> {
    let difference = &listed.difference;
    let expected = (difference.known().count() + difference.new) as u64;
    match count(context, list).await? {
        Some(total) if total == expected => return Ok(Some(Vec::new())),
        Some(total) if total < expected => {}
        // Somebody is there whom no answer has shown.
        Some(_) | None => return Ok(None),
    }
    let Some(ids) = ids(context, list).await? else { return Ok(None) };
    let gone: Vec<Id> = difference.known().filter(|id| !ids.contains(id.as_ref())).cloned().collect();
    // Each id is known, or came with the changes: else somebody is there whom no answer has shown.
    let is_all = expected - gone.len() as u64 == ids.len() as u64;
    Ok(Some(gone).filter(|_| is_all))
}

/// The number of users that the server has, as it says.
async fn count(context: &WorkerContext, list: &ListRequest) -> Result<Option<u64>, Failure> {
    let answer = context.send(&list.request.clone().query("count", "1")).await?;
    let text = list::into_text(answer.body).map_err(|bad| unreadable(&bad))?;
    Ok(list::parse_text(&text).map_err(|bad| unreadable(&bad))?.total)
}

/// The ids of all users; `None` where it is not proven that these are all.
async fn ids(context: &WorkerContext, list: &ListRequest) -> Result<Option<FxHashSet<String>>, Failure> {
    let mut pager = Pager::new(list.paging).limited(list.limit);
    let mut all = FxHashSet::default();
    while let Some(query) = pager.next() {
        let mut request = list.request.clone().query("attributes", "id");
        request.query.extend(query);
        let answer = context.send(&request).await?;
        let text = list::into_text(answer.body).map_err(|bad| unreadable(&bad))?;
        let page = list::parse_text(&text).map_err(|bad| unreadable(&bad))?;
        let Some(ids) = page.resources.iter().map(|raw| id_of(raw)).collect::<Option<Vec<String>>>() else {
            return Ok(None);
        };
        pager.accept(page.total, page.next_cursor, &ids.iter().map(String::as_str).collect::<Vec<_>>());
        all.extend(ids);
    }
    Ok(Some(all).filter(|_| pager.proof().is_complete()))
}

fn id_of(raw: &RawValue) -> Option<String> {
    let record: Value = tree::parse(raw.get().as_bytes()).ok()?;
    json::get(record.as_object()?, "id")?.as_str().map(str::to_owned)
}
