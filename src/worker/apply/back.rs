//! Completes the undo of a change from the readings just before and just after it. A plan is made from lists, which may
//! leave out members of groups and attributes of records.

use serde_json::{Map, Value};

use super::{ChangeAttempt, send::path_of};
use crate::{
    directory::{
        Id, ResourceRef,
        change::{Change, ChangeVerb, NewUser},
        plan::{ChangeState, JournalEntry, UNLISTED, Undo},
    },
    scim::json,
};

/// Attributes that the creation of a user does not copy: the server sets them, or separate changes do.
const BY_OTHER_MEANS: [&str; 9] =
    ["id", "meta", "schemas", "userName", "displayName", "externalId", "active", "groups", "organizationRole"];

/// Attributes (RFC 7643 §4.1, §4.3) that a recreated user gets from the old record.
const GIVEN_AGAIN: [&str; 14] = [
    "roles",
    "entitlements",
    "name",
    "nickName",
    "profileUrl",
    "title",
    "userType",
    "preferredLanguage",
    "locale",
    "timezone",
    "emails",
    "phoneNumbers",
    "addresses",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
];

impl ChangeAttempt<'_> {
    /// Completes the undo of a change that took effect.
    pub(super) async fn learn_way_back(&self, entry: &mut JournalEntry, state: ChangeState) {
        if !matches!(state, ChangeState::Confirmed | ChangeState::Partly) {
            return;
        }
        if let (Undo::Never(_), Some(back)) = (&entry.step.undo, self.membership_back(&entry.step.change).await) {
            entry.step.undo = Undo::By(vec![back]);
        }
        if let Change::DeleteTeam { team } = &entry.step.change {
            let before = self.before.get(&path_of(&ResourceRef::team(team))).map(|before| &before.whole.document);
            let known = before.and_then(|was| json::get(was.as_object()?, "externalId")?.as_str());
            let created = entry.step.compensation.iter_mut().flat_map(|again| &mut again.changes);
            if let (Some(Change::CreateTeam { external_id, .. }), Some(known)) =
                (created.into_iter().find(|change| matches!(change, Change::CreateTeam { .. })), known)
            {
                known.clone_into(external_id);
            }
        }
        let Change::DeleteUser { user } = &entry.step.change else { return };
        if self.context.dialect.capabilities().can(ChangeVerb::SetAttribute).is_err() {
            return;
        }
        let (Some(before), Some(again)) =
            (self.before.get(&path_of(&ResourceRef::user(user))), &mut entry.step.compensation)
        else {
            return;
        };
        let created = again.changes.iter_mut().find_map(|change| match change {
            Change::CreateUser { user, .. } => Some(user),
            _ => None,
        });
        if let (Some(new), Some(was)) = (created, before.whole.document.as_object()) {
            again.differs.retain(|words| words != UNLISTED);
            again.differs.extend(complete(new, was));
        }
    }

    /// The change that undoes a membership, if the plan did not know whether the membership existed before.
    async fn membership_back(&self, change: &Change) -> Option<Change> {
        let (Change::AddMember { team, user } | Change::RemoveMember { team, user }) = change else { return None };
        if let Some(is_in) = self.moved_by_person(change) {
            let (team, user) = (team.clone(), user.clone());
            return Some(if is_in { Change::RemoveMember { team, user } } else { Change::AddMember { team, user } });
        }
        let path = path_of(&ResourceRef::team(team));
        let members = |document: &Value| -> Option<Vec<Id>> {
            let members = json::get(document.as_object()?, "members")?.as_array()?;
            let id = |member: &Value| json::get(member.as_object()?, "value")?.as_str().map(Id::from);
            Some(members.iter().filter_map(id).collect())
        };
        let before = self.before.get(&path).filter(|before| before.asked)?;
        let after = members(&self.after.get(&path)?.document).unwrap_or_default();
        let known = self.users(std::slice::from_ref(user)).await.remove(user)?;
        let has = |members: &[Id]| {
            members
                .iter()
                .any(|id| id == user || known.user_name.is(id) || (!known.email.is_empty() && known.email.is(id)))
        };
        let was_in = members(&before.whole.document).is_some_and(|before| has(&before));
        let (team, user) = (team.clone(), user.clone());
        match change {
            // A group that shows members now, and showed none before, had none.
            Change::AddMember { .. } if has(&after) && !was_in => Some(Change::RemoveMember { team, user }),
            Change::RemoveMember { .. } if was_in => Some(Change::AddMember { team, user }),
            _ => None,
        }
    }
}

/// Gives a recreated user the attributes of the old record; returns a sentence about the attributes that are left out.
fn complete(new: &mut NewUser, was: &Map<String, Value>) -> Option<String> {
    if let Some(external) = json::get(was, "externalId").and_then(Value::as_str) {
        external.clone_into(&mut new.external_id);
    }
    for name in GIVEN_AGAIN {
        if let Some(value) = json::get(was, name).filter(|value| !value.is_null()) {
            new.attributes.insert(name.to_owned(), value.clone());
        }
    }
    // A creation derives these attributes from display name and email unless they are set.
    for name in ["name", "emails"] {
        new.attributes.entry(name).or_insert(Value::Null);
    }
    if json::get(was, "displayName").is_none_or(Value::is_null) {
        new.display_name.clear();
    }
    let is_one_of = |names: &[&str], name: &str| names.iter().any(|one| one.eq_ignore_ascii_case(name));
    let left = was.iter().filter(|(name, value)| {
        !is_one_of(&GIVEN_AGAIN, name) && !is_one_of(&BY_OTHER_MEANS, name) && !value.is_null()
    });
    let left: Vec<&str> = left.map(|(name, _)| name.as_str()).collect();
    (!left.is_empty()).then(|| format!("Not put back: {}.", left.join(", ")))
}
