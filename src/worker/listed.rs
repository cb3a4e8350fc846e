//! Records as lists show them, for servers whose single reads leave out attributes, or a team's members, that lists
//! show.

use std::sync::atomic::Ordering;

use serde_json::{Map, Value, value::to_raw_value};

use super::{
    context::{WholeResource, WorkerContext},
    refresh::WithheldMembers,
};
use crate::{
    directory::{
        RecordKind, ResourceRef,
        find::NameLevel,
        record::{Member, ReadDepth, Record, Team},
    },
    scim::{json, list},
};

/// The members of a team that was read alone, completed from lists that show more of them.
pub enum ListedMembers {
    /// The reading stands.
    AsRead,
    /// Lists show these.
    Told(Value),
    /// The reading shows no members, or only some, and no list could be read.
    NotTold,
}

impl WorkerContext {
    /// Finds the record by a filter, whose answer has the form of a list. `None` if the server does not find it.
    pub async fn listed(&self, kind: RecordKind, name: &str, id: &Value) -> Option<Map<String, Value>> {
        let request = self.dialect.look_up(kind, NameLevel::Name, name)?;
        // A filter that does not work tells nothing.
        let answer = self.send(&request).await.ok()?;
        let page = list::parse(&answer.body).ok()?;
        let mut found = page.resources.iter().filter_map(|raw| serde_json::from_str(raw.get()).ok());
        found.find(|listed: &Map<String, Value>| json::get(listed, "id") == Some(id))
    }

    /// Completes a team that was read alone with the members that only lists show. Sends nothing if single reads of
    /// this team have shown members.
    pub async fn complete_members(&self, record: &mut Record) -> ListedMembers {
        let Record::Team(team) = record else { return ListedMembers::AsRead };
        if team.problem.is_some() || !self.may_tell_less(team).await {
            return ListedMembers::AsRead;
        }
        let id = Value::from(&*team.id);
        let Some(listed) = self.listed(RecordKind::Team, team.name.raw(), &id).await else {
            team.members = None;
            return ListedMembers::NotTold;
        };
        let Some(members) = self.members_of(&listed) else { return ListedMembers::AsRead };
        let read = team.size().unwrap_or_default();
        if members.len() > read {
            self.withhold(WithheldMembers::hide_alone);
        } else if members.len() < read || !self.withhold(|withheld| withheld.is_hidden_alone()) {
            return ListedMembers::AsRead;
        }
        team.members = Some(members);
        ListedMembers::Told(json::get(&listed, "members").cloned().unwrap_or_default())
    }

    /// Decides about a team that was read alone and shows no members: it has none if the server has shown members of
    /// other teams; otherwise its members are not told, as in a list.
    pub fn settle_members(&self, team: &mut Team) {
        let is_withheld = self.withhold(|withheld| withheld.is_everywhere(&team.id));
        let is_hidden = self.withhold(|withheld| withheld.is_hidden_alone());
        match team.size() {
            Some(0) => self.members_empty.store(true, Ordering::Relaxed),
            Some(size) => {
                self.members_told.store(true, Ordering::Relaxed);
                self.withhold(|withheld| withheld.show_alone(&team.id, size));
            }
            None => {}
        }
        let absence_tells = team.members.is_some() || self.absence_is_nobody();
        if is_withheld || (is_hidden && team.size().is_none_or(|size| size == 0)) {
            team.members = None;
        } else if team.size().is_none_or(|size| size == 0) && team.problem.is_none() {
            team.members = (self.shows_members() && absence_tells).then(Vec::new);
        }
    }

    fn members_of(&self, listed: &Map<String, Value>) -> Option<Vec<Member>> {
        let raw = to_raw_value(listed).ok()?;
        match self.dialect.read(RecordKind::Team, &raw, ReadDepth::Summary, "$").ok()? {
            Record::Team(Team { members, problem: None, .. }) => members,
            _ => None,
        }
    }

    /// True if a list may show members whom this reading leaves out.
    async fn may_tell_less(&self, team: &Team) -> bool {
        if self.withhold(|withheld| withheld.is_everywhere(&team.id)) {
            return false;
        }
        let (hidden, shown) = self.withhold(|withheld| (withheld.is_hidden_alone(), withheld.is_shown_alone(&team.id)));
        if hidden || shown || team.size().is_some_and(|size| size > 0) {
            return hidden;
        }
        let target = ResourceRef::team(&team.id);
        let known = self.stored(move |store| store.record(&target)).await.flatten();
        matches!(known, Some(Record::Team(known)) if known.size().is_some_and(|size| size > 0))
    }
}

impl WholeResource {
    /// The resource with the members that lists tell.
    pub fn with_members(mut self, listed: ListedMembers) -> Self {
        let Some(document) = self.document.as_object_mut() else { return self };
        let members = match listed {
            ListedMembers::AsRead => return self,
            ListedMembers::Told(members) => Some(members),
            ListedMembers::NotTold => None,
        };
        document.retain(|name, _| !name.eq_ignore_ascii_case("members"));
        document.extend(members.map(|members| ("members".to_owned(), members)));
        self.thin = true;
        self
    }
}
