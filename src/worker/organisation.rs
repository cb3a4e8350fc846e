//! The organisation that the directory belongs to: W&B opens the one that the account's settings name, and an admin of
//! several can change that.

use super::context::WorkerContext;
use crate::{
    directory::{
        Directory, Name, Observation, RecordKind,
        record::{ReadDepth, Record},
        side_query::{SideAnswer, SideQueryKind},
        work::WorkerReport,
    },
    scim::list,
};

/// Compares the organisation that the server shows with the one in the store. True if they differ: nothing in the store
/// belongs to the open organisation, and the profile must be opened again.
pub async fn is_other(context: &WorkerContext, now: &Name) -> bool {
    let shown = now.raw().to_owned();
    let compared = context.stored(move |store| match store.organisation()? {
        None => store.keep_organisation(&shown).map(|()| None),
        Some(known) if known == shown => Ok(None),
        Some(known) => store.leave_for(&shown).map(|()| Some(known)),
    });
    let Some(known) = compared.await.flatten() else { return false };
    let words = format!(
        "The key opens another organisation than before: {} in the place of {}. It has a store and a journal of its own; \
         the ones of before are kept. W&B's setting “Default API organization” of the key's owner decides which is open.",
        now,
        Name::from(known.as_str())
    );
    context.contradict(Some(words.clone()));
    context.report(WorkerReport::OtherOrganisation(words));
    true
}

/// The comparison comes first, because the outcome of an earlier session's change is in the other organisation.
pub async fn is_other_for_open_changes(context: &WorkerContext) -> bool {
    let known = context.stored(|store| store.organisation()).await.flatten();
    known.is_some() && is_other_by_roles(context).await
}

/// Reads the custom roles, which tell the organisation. Keeps the organisation where none was known before.
pub async fn is_other_by_roles(context: &WorkerContext) -> bool {
    if !context.dialect.tells_organisation() {
        return false;
    }
    let Some(roles) = context.dialect.list(RecordKind::Role) else { return false };
    let answer = context.send(&roles.request).await.ok();
    let text = answer.and_then(|answer| list::into_text(answer.body).ok());
    let page = text.as_ref().and_then(|text| list::parse_text(text).ok());
    let organisation = page.iter().flat_map(|page| &page.resources).find_map(|raw| {
        match context.dialect.read(RecordKind::Role, raw, ReadDepth::Summary, "$") {
            Ok(Record::Role(role)) if !role.organisation.is_empty() => Some(role.organisation),
            _ => None,
        }
    });
    match organisation {
        Some(organisation) => is_other(context, &organisation).await,
        None => is_other_by_owner(context).await,
    }
}

/// Asks for the organisations of the key's owner, where no role tells the open one: a single one is the open one. A command
/// asks only where the store is known to be of an organisation.
pub async fn is_other_by_owner(context: &WorkerContext) -> bool {
    let known = context.stored(|store| store.organisation()).await.flatten();
    if !context.dialect.tells_organisation() || (known.is_none() && !context.watches) {
        return false;
    }
    let Ok(question) = context.dialect.inquiry(SideQueryKind::Organisations, &Directory::default()) else {
        return false;
    };
    let Ok(told) = context.ask(&question).await else { return false };
    let only = told.iter().find_map(|one| match one {
        Observation::Told(_, SideAnswer::Organisations(all)) => match all.as_slice() {
            [only] if !only.id.is_empty() => Some(only.id.clone()),
            _ => None,
        },
        _ => None,
    });
    match only {
        Some(organisation) => is_other(context, &organisation).await,
        None => false,
    }
}
