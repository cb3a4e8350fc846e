//! Servers that show a limited number of a team's members, in lists and in single reads. An added member beyond the
//! limit is not shown; after a removal another member, who was there before, moves into the shown part.

use serde_json::Value;

use super::{ChangeAttempt, send::path_of};
use crate::{
    dialect::ChangeShown,
    directory::{
        Observation, RecordKind, ResourceRef,
        change::Change,
        plan::{JournalEntry, Step},
        record::{Record, is_full_page},
    },
    scim::{json, request::Request},
};

/// The least number that counts as a limit: shorter lists of members are taken as whole.
const FEWEST: usize = 10;

/// The number of teams on disk that are searched for a team that shows more members.
const MOST_TEAMS: usize = 2_000;

impl ChangeAttempt<'_> {
    /// Records that the server shows only some members of the changed team: their number stays at a limit although the
    /// change alters it. A member who appears or disappears is then no side effect. Returns the words for the outcome
    /// if the readings decide nothing.
    pub(super) fn notice_cut(&mut self, entry: &JournalEntry, shown: &ChangeShown) -> Option<String> {
        let change = &entry.step.change;
        let team = change.team()?;
        let path = path_of(&ResourceRef::team(team));
        let before = members(&self.before.get(&path).filter(|before| before.asked)?.whole.document)?;
        let after = members(&self.after.get(&path).filter(|after| after.asked)?.document)?;
        let (size, is_same) = (before.len(), before.iter().all(|one| after.contains(one)));
        if after.len() != size || self.context.withhold(|withheld| withheld.most_shown()) > size {
            return None;
        }
        let is_cut = match (change, shown) {
            (Change::AddMember { .. }, ChangeShown::Yes) => !is_same && is_limit(size),
            (Change::AddMember { .. }, _) => is_same && is_full_page(size),
            (Change::RemoveMember { .. }, ChangeShown::Yes) => !is_same && is_limit(size),
            (Change::RemoveMember { .. }, ChangeShown::CantTell) => is_full_page(size),
            _ => false,
        };
        if !is_cut {
            return None;
        }
        let is_seen = matches!(change, Change::AddMember { .. }) && *shown == ChangeShown::Yes;
        self.context.withhold(|withheld| withheld.cut(team));
        let documents = self.before.get_mut(&path).map(|before| &mut before.whole.document);
        for document in documents.into_iter().chain(self.after.get_mut(&path).map(|after| &mut after.document)) {
            if let Some(map) = document.as_object_mut() {
                map.retain(|name, _| !name.eq_ignore_ascii_case("members"));
            }
        }
        for one in &mut self.fresh {
            if let Observation::Record(Record::Team(fresh)) = one
                && fresh.id == *team
            {
                fresh.members = None;
            }
        }
        let words = format!(
            "The server shows {size} members of this team before and after it, perhaps no more than it ever shows: whether \
             it took effect can't be seen."
        );
        (!is_seen).then_some(words)
    }

    /// Whether these readings show the change. A person who is missing in a full page of members may still be a member.
    pub(super) fn shown_by(&self, change: &Change, fresh: &[Observation], step: &Step) -> ChangeShown {
        let shown = match self.context.dialect.shows(change, fresh, step) {
            ChangeShown::CantTell => self.shown_by_person(change).unwrap_or(ChangeShown::CantTell),
            shown => shown,
        };
        let lacks = matches!(
            (change, &shown),
            (Change::AddMember { .. }, ChangeShown::No(_)) | (Change::RemoveMember { .. }, ChangeShown::Yes)
        );
        let most = self.context.withhold(|withheld| withheld.most_shown());
        let is_cut = |one: &Observation| {
            let Observation::Record(Record::Team(team)) = one else { return false };
            change.team() == Some(&team.id) && team.size().is_some_and(|size| is_full_page(size) && size >= most)
        };
        let newest =
            fresh.iter().rev().find(|one| change.team().is_some_and(|team| one.is_of(&ResourceRef::team(team))));
        if lacks && newest.is_some_and(is_cut) { ChangeShown::CantTell } else { shown }
    }

    /// The number of members that this team shows, if they may be only a part, so that a PUT of the whole list would
    /// remove the others.
    pub(super) async fn perhaps_cut(&self, request: &Request, group: &Value) -> Option<usize> {
        let team = request.path.get(1)?.as_str().into();
        let size = members(group)?.len();
        if self.context.withhold(|withheld| withheld.is_everywhere(&team)) {
            return Some(size);
        }
        if !is_full_page(size) || self.context.withhold(|withheld| withheld.most_shown()) > size {
            return None;
        }
        let known = self.context.stored(|store| store.some_records(RecordKind::Team, MOST_TEAMS)).await;
        let is_larger =
            |record: &Record| matches!(record, Record::Team(team) if team.size().is_some_and(|other| other > size));
        (!known.unwrap_or_default().iter().any(is_larger)).then_some(size)
    }
}

/// True for a number at which servers cut lists of members.
fn is_limit(size: usize) -> bool {
    size >= FEWEST && (size.is_multiple_of(10) || size.is_multiple_of(25))
}

/// The members in a group's resource, if it shows them.
fn members(group: &Value) -> Option<Vec<&Value>> {
    let members = json::get(group.as_object()?, "members")?.as_array()?;
    Some(members.iter().map(id_of).collect())
}

/// Some servers write an id alone in place of an object.
fn id_of(member: &Value) -> &Value {
    member.as_object().and_then(|map| json::get(map, "value")).unwrap_or(member)
}
