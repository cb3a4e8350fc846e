//! What the doctor made, and its removal.

use std::time::Duration;

use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::super::{
    lists,
    probe::{Probe, Seen, Stop, Stray},
    records,
};
use crate::{
    directory::Kind,
    scim::{
        filter::{AttrPath, Filter},
        request::{Method, Request},
        tree,
    },
};

/// The longest that removing may take: the person may be waiting to get away.
const PATIENCE: Duration = Duration::from_secs(30);

/// A record that was asked for, whether or not the answer came.
struct One {
    kind: Kind,
    name: String,
    /// Nothing while it is not known whether it was made.
    id: Option<String>,
}

/// Why something of the doctor's own was left behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum NotRemoved {
    #[error("the server did not answer")]
    NoAnswer,
    /// With this status.
    #[error("the server refused to delete it ({0})")]
    Refused(u16),
    #[error("the server accepted its deletion, and it is still there")]
    StillThere,
    #[error("whether it was made is not known, and it could not be looked for")]
    Lost,
    #[error("it took too long")]
    TooLong,
}

/// Everything that was asked for, oldest first.
#[derive(Default)]
pub struct Made(Vec<One>);

impl FromIterator<Stray> for Made {
    fn from_iter<I: IntoIterator<Item = Stray>>(strays: I) -> Self {
        let one = |Stray { kind, name, id }| One { kind, name, id: Some(id) };
        // The last goes first: a group before its members.
        let mut all: Vec<One> = strays.into_iter().map(one).collect();
        all.sort_by_key(|one| one.kind == Kind::Team);
        Self(all)
    }
}

impl Made {
    /// Before the request goes out.
    pub fn intend(&mut self, kind: Kind, name: &str) {
        self.0.push(One { kind, name: name.to_owned(), id: None });
    }

    /// Once the answer says what came of it.
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

    /// It is gone.
    pub fn gone(&mut self, id: &str) {
        self.0.retain(|one| one.id.as_deref() != Some(id));
    }

    /// Removes the rest, groups first; gives in words what could not be removed.
    pub async fn remove_all(self, probe: &Probe) -> Vec<String> {
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

async fn remove(probe: &Probe, one: &One, never: &CancellationToken) -> Result<(), NotRemoved> {
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

/// The ids of what was made under this name while the answer was lost.
async fn named(probe: &Probe, one: &One, never: &CancellationToken) -> Result<Vec<String>, NotRemoved> {
    let found = find(probe, one.kind, &one.name, never).await.ok().flatten();
    Ok(found.ok_or(NotRemoved::Lost)?.iter().filter_map(lists::id).collect())
}

/// The records of this name, asked for by a filter; nothing where the answer is no list.
pub async fn find(
    probe: &Probe,
    kind: Kind,
    name: &str,
    cancel: &CancellationToken,
) -> Result<Option<Vec<Value>>, Stop> {
    let (_, endpoint, _) = lists::place(kind);
    let attribute = lists::name_attribute(kind);
    let filter = Filter::equal(AttrPath::new(attribute), name).to_string();
    let request = Request::new(Method::Get, [endpoint]).query("filter", filter);
    let seen = probe.ask_until(&request, cancel).await?;
    let Some(page) = seen.page().ok().filter(|_| seen.is_ok()) else { return Ok(None) };
    let values = page.resources.iter().filter_map(|raw| tree::parse(raw.get().as_bytes()).ok());
    // Filters may be ignored: nothing that has another name is ever deleted.
    Ok(Some(values.filter(|value| records::text(value, attribute).as_deref() == Some(name)).collect()))
}
