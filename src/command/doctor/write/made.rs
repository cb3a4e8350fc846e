//! Records created by the doctor, and their removal.

use std::time::Duration;

use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::super::{
    lists,
    probe::{DoctorProbe, Seen, Stop, StrayRecord},
    records,
};
use crate::{
    directory::RecordKind,
    scim::{
        filter::{AttrPath, ScimFilter},
        request::{Method, Request},
        tree,
    },
};

/// Maximum time for the removal: the user may be waiting to quit.
const PATIENCE: Duration = Duration::from_secs(30);

/// A record whose creation was requested, with or without an answer.
struct MadeRecord {
    kind: RecordKind,
    name: String,
    /// `None` while the creation is uncertain.
    id: Option<String>,
}

/// The reason why a record of the doctor was left behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum NotRemoved {
    #[error("the server did not answer")]
    NoAnswer,
    /// The server's status for the deletion.
    #[error("the server refused to delete it ({0})")]
    Refused(u16),
    #[error("the server accepted its deletion, and it is still there")]
    StillThere,
    #[error("whether it was made is not known, and it could not be looked for")]
    Lost,
    #[error("it took too long")]
    TooLong,
}

/// All requested records, oldest first.
#[derive(Default)]
pub struct MadeRecords(Vec<MadeRecord>);

impl FromIterator<StrayRecord> for MadeRecords {
    fn from_iter<I: IntoIterator<Item = StrayRecord>>(strays: I) -> Self {
        let one = |StrayRecord { kind, name, id }| MadeRecord { kind, name, id: Some(id) };
        // Removal runs in reverse order: a group goes before its members.
        let mut all: Vec<MadeRecord> = strays.into_iter().map(one).collect();
        all.sort_by_key(|one| one.kind == RecordKind::Team);
        Self(all)
    }
}

impl MadeRecords {
    /// Notes a record before its request is sent.
    pub fn intend(&mut self, kind: RecordKind, name: &str) {
        self.0.push(MadeRecord { kind, name: name.to_owned(), id: None });
    }

    /// Notes the result of the creation.
    pub fn settle(&mut self, name: &str, id: Option<String>) {
        match id {
            Some(id) => {
                if let Some(one) = self.0.iter_mut().rev().find(|one| one.name == name) {
                    one.id = Some(id);
                }
            }
            None => {
                if let Some(at) = self.0.iter().rposition(|one| one.name == name && one.id.is_none()) {
                    self.0.remove(at);
                }
            }
        }
    }

    /// Notes that the record is gone.
    pub fn gone(&mut self, id: &str) {
        self.0.retain(|one| one.id.as_deref() != Some(id));
    }

    /// Removes the remaining records, groups first; returns sentences about those that could not be removed.
    pub async fn remove_all(self, probe: &DoctorProbe) -> Vec<String> {
        let never = CancellationToken::new();
        let end = tokio::time::Instant::now() + PATIENCE;
        let mut left = Vec::new();
        for one in self.0.into_iter().rev() {
            let (_, endpoint, word) = lists::place(one.kind);
            let removed = tokio::time::timeout_at(end, remove(probe, &one, &never)).await;
            let why = match removed {
                Ok(Ok(())) => continue,
                Ok(Err(why)) => why,
                Err(_) => NotRemoved::TooLong,
            };
            let id = one.id.map(|id| format!(" ({endpoint}/{id})")).unwrap_or_default();
            left.push(format!("{word} {}{id}: {why}. Remove it by hand.", one.name));
        }
        left
    }
}

async fn remove(probe: &DoctorProbe, one: &MadeRecord, never: &CancellationToken) -> Result<(), NotRemoved> {
    let (_, endpoint, _) = lists::place(one.kind);
    let ids = match &one.id {
        Some(id) => vec![id.clone()],
        None => named(probe, one, never).await?,
    };
    for id in ids {
        let ask = async |method| {
            let request = Request::new(method, [endpoint, &id]);
            probe.ask_until(&request, never).await.map_err(|_| NotRemoved::NoAnswer)
        };
        let seen: Seen = ask(Method::Delete).await?;
        if !seen.is_ok() && seen.status() != 404 {
            return Err(NotRemoved::Refused(seen.status()));
        }
        let after = ask(Method::Get).await?;
        if after.is_ok() {
            return Err(NotRemoved::StillThere);
        }
    }
    Ok(())
}

/// The ids of records created under this name while the answer was lost.
async fn named(probe: &DoctorProbe, one: &MadeRecord, never: &CancellationToken) -> Result<Vec<String>, NotRemoved> {
    let found = find(probe, one.kind, &one.name, never).await.ok().flatten();
    Ok(found.ok_or(NotRemoved::Lost)?.iter().filter_map(lists::id).collect())
}

/// The records with this name, found by a filter; `None` if the answer is no list.
pub async fn find(
    probe: &DoctorProbe,
    kind: RecordKind,
    name: &str,
    cancel: &CancellationToken,
) -> Result<Option<Vec<Value>>, Stop> {
    let (_, endpoint, _) = lists::place(kind);
    let attribute = lists::name_attribute(kind);
    let filter = ScimFilter::equal(AttrPath::new(attribute), name).to_string();
    let request = Request::new(Method::Get, [endpoint]).query("filter", filter);
    let seen = probe.ask_until(&request, cancel).await?;
    let Some(page) = seen.page().ok().filter(|_| seen.is_ok()) else { return Ok(None) };
    let values = page.resources.iter().filter_map(|raw| tree::parse(raw.get().as_bytes()).ok());
    // Servers may ignore filters: a record with another name is never deleted.
    Ok(Some(values.filter(|value| records::text(value, attribute).as_deref() == Some(name)).collect()))
}
