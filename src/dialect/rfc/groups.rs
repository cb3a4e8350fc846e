//! Plans for groups (RFC 7643 §4.2). The way to remove a member is the server's habit: no single way works everywhere
//! (docs/src/providers/scim.md#deviations-of-servers).

use serde_json::{Value, json};

use super::{RfcDialect, RfcFlavor};
use crate::{
    dialect::{
        plan_context::{MembershipKnowledge, PlanContext, StepDraft, counted, refuse},
        wire,
    },
    directory::{
        Id, RecordKind, ResourceRef,
        change::Change,
        plan::{ConfirmBy, Risk, Undo, typed_name},
        record::{Member, Team},
        refusal::{Refusal, RefusalCode},
    },
    scim::{
        patch::{PatchOperation, UnsafeRemoval, member_filter, member_filter_any},
        quirks::RemovalForm,
        request::Request,
        urn,
    },
};

/// Maximum number of members in a request: some servers accept no more.
const MEMBERS_AT_ONCE: usize = 100;

type Planned = Result<StepDraft, Refusal>;

impl RfcDialect {
    /// The request for an operation on a group, in the form that the server accepts.
    pub(super) fn alter_group(&self, case: PlanContext<'_>, target: &ResourceRef, op: PatchOperation) -> Request {
        let request = match self.habits.patch_groups {
            Some(false) => wire::put_merged(target, op),
            Some(true) => wire::patch(target, op),
            None => wire::patch(target, op.clone()).or_else(vec![wire::put_merged(target, op)]),
        };
        request.if_match(self.version(case, target))
    }

    pub(super) fn add_member(&self, case: PlanContext<'_>, group: &Id, id: &Id) -> Planned {
        let (user, group) = (case.user(id)?, case.team(group)?);
        let target = ResourceRef::team(&group.id);
        let undo = match case.membership(group, id) {
            MembershipKnowledge::In => {
                return refuse(RefusalCode::NoChange, format!("{} is in {} already.", user.user_name, group.name));
            }
            MembershipKnowledge::Out => {
                Undo::By(vec![Change::RemoveMember { team: group.id.clone(), user: id.clone() }])
            }
            MembershipKnowledge::Unknown => Undo::Never(format!(
                "Whether they were in the {} before is not known, so it can't be put back.",
                self.capabilities.team_word
            )),
        };
        let request = self.alter_group(case, &target, PatchOperation::add("members", json!([{"value": &**id}])));
        let role = self.role_after(case, id, group, true).map(|change| format!("Their role becomes {change}."));
        let draft = StepDraft::new(vec![request], undo, ConfirmBy::Reread(vec![target])).look_if(role.is_some());
        Ok(whole_list(case, group, draft).note(role))
    }

    pub(super) fn remove_member(&self, case: PlanContext<'_>, group: &Id, id: &Id) -> Planned {
        let group = case.team(group)?;
        // A member may be no known user, for example another group.
        if !group.has(id) {
            let user = case.user(id)?;
            if case.membership(group, id) == MembershipKnowledge::Out {
                return refuse(RefusalCode::NoChange, format!("{} is not in {}.", user.user_name, group.name));
            }
        }
        let target = ResourceRef::team(&group.id);
        let request = self.removal(case, group, id)?.if_match(self.version(case, &target));
        let undo = if case.membership(group, id) == MembershipKnowledge::Unknown && !group.has(id) {
            Undo::Never(format!(
                "Whether they were in the {} before is not known, so it can't be put back.",
                self.capabilities.team_word
            ))
        } else if case.0.user(id).is_some() {
            Undo::By(vec![Change::AddMember { team: group.id.clone(), user: id.clone() }])
        } else {
            Undo::Never("This member is no known user, so they can't be added again from here.".into())
        };
        let role = self.role_after(case, id, group, false).map(|change| format!("Their role becomes {change}."));
        let draft = StepDraft::new(vec![request], undo, ConfirmBy::Reread(vec![target])).look_if(role.is_some());
        Ok(whole_list(case, group, draft).note(role))
    }

    fn removal(&self, case: PlanContext<'_>, group: &Team, id: &Id) -> Result<Request, Refusal> {
        let target = ResourceRef::team(&group.id);
        let sentence = |error: UnsafeRemoval| Refusal::unsupported(error.to_string());
        let by_filter = PatchOperation::remove(member_filter(id)).map_err(sentence)?;
        // The operation is applied here, to members under the server's names for them.
        let by_put =
            wire::put_merged(&target, PatchOperation::remove(member_filter_any(called(case, id))).map_err(sentence)?);
        let by_replace = |members: &[Member]| {
            let stay = members.iter().filter(|member| member.id != *id);
            let stay: Vec<Value> = stay.map(|Member { id, .. }| json!({"value": &**id})).collect();
            wire::patch_computed(&target, by_filter.clone(), PatchOperation::replace("members", stay))
        };
        Ok(match (self.habits.remove_member, self.habits.patch_groups) {
            (Some(RemovalForm::Put), _) | (_, Some(false)) => by_put,
            (Some(RemovalForm::Filter), _) => wire::patch(&target, by_filter),
            (Some(RemovalForm::Value), _) => {
                let op = PatchOperation::remove_listed("members", vec![json!({"value": &**id})]).map_err(sentence)?;
                wire::patch(&target, op)
            }
            (Some(RemovalForm::Replace), _) => {
                let Some(members) = &group.members else {
                    return refuse(
                        RefusalCode::UnknownMembers,
                        format!("Who is in {} was not read, and this server takes only whole lists.", group.name),
                    );
                };
                by_replace(members)
            }
            // The form with a value empties the group on some servers, so that this form is used only where a trial has
            // shown that it works.
            (None, _) => {
                let whole = group.members.as_deref().map(by_replace);
                wire::patch(&target, by_filter.clone()).or_else(whole.into_iter().chain([by_put]).collect())
            }
        })
    }

    pub(super) fn create_group(
        &self,
        case: PlanContext<'_>,
        key: &Id,
        name: &str,
        members: &[Id],
        external: &str,
    ) -> Planned {
        case.new_team(name, members, self.capabilities.team_word)?;
        let external = self.group_external_id(external)?;
        let values: Vec<Value> = members.iter().map(|id| json!({"value": &**id})).collect();
        let mut some = values.chunks(MEMBERS_AT_ONCE);
        let mut body =
            json!({"schemas": [urn::GROUP], "displayName": name, "members": some.next().unwrap_or_default()});
        if let (Some(body), Some(external)) = (body.as_object_mut(), external) {
            body.insert("externalId".into(), json!(external));
        }
        let target = ResourceRef::team(key);
        let add = |values: &[Value]| {
            let op = PatchOperation::add("members", values.to_vec());
            if self.habits.patch_groups == Some(false) {
                wire::put_merged(&target, op)
            } else {
                wire::patch(&target, op)
            }
        };
        let create = wire::create(RecordKind::Team, body);
        let requests = std::iter::once(create).chain(some.map(add)).collect();
        let undo = Undo::By(vec![Change::DeleteTeam { team: key.clone() }]);
        let gives = self.mapping.as_deref().map(|mapping| match mapping.of(&name.into()) {
            Some(role) => format!("It gives the role {role}."),
            None => "It gives no role until one is chosen for it.".to_owned(),
        });
        let confirm = ConfirmBy::Echo(vec![ResourceRef::team(key)]);
        let draft = StepDraft::new(requests, undo, confirm).note(gives);
        let left_out = "Members that the server leaves out of the new group are added behind it.";
        Ok(if values.is_empty() { draft } else { draft.completed_by(add(&values)).note(left_out.to_owned()) })
    }

    /// The identity provider's own id of a group. Grafana's page on Entra calls it mandatory: by it the provider finds the
    /// team again that it would make a second time otherwise.
    fn group_external_id(&self, given: &str) -> Result<Option<String>, Refusal> {
        let given = given.trim();
        if self.manner == RfcFlavor::Grafana && given.is_empty() {
            return refuse(
                RefusalCode::InvalidValue,
                "Grafana needs an external id of a new team: the value by which the identity provider knows the group.",
            );
        }
        Ok((!given.is_empty()).then(|| given.to_owned()))
    }

    pub(super) fn delete_group(&self, case: PlanContext<'_>, id: &Id) -> Planned {
        let group = case.team(id)?;
        let target = ResourceRef::team(id);
        let request = wire::delete(&target).if_match(self.version(case, &target));
        let lost = match &group.members {
            Some(members) if members.is_empty() => None,
            Some(members) => Some(format!("It has {}.", counted(members.len(), "member"))),
            None => Some("How many members it has is not known.".to_owned()),
        };
        let word = self.capabilities.team_word;
        let never = format!(
            "A deleted {word} can't be brought back: a new one has another id, and whatever refers to it is lost."
        );
        Ok(StepDraft::new(vec![request], Undo::Never(never), ConfirmBy::Reread(vec![target]))
            .risk(Risk::Type(typed_name(&group.name, id)))
            .note(lost)
            .note(self.roles_without(case, group))
            .note(self.manner.on_delete_group().map(str::to_owned)))
    }

    /// A sentence about the members' roles after the group is deleted.
    fn roles_without(&self, case: PlanContext<'_>, group: &Team) -> Option<String> {
        let members = group.members.as_deref().unwrap_or_default();
        let mut changes =
            members.iter().filter_map(|member| Some((member, self.role_after(case, &member.id, group, false)?)));
        let (member, change) = changes.next()?;
        let role = self.mapping.as_deref()?.of(&group.name)?;
        match changes.count() {
            0 => Some(format!("The role of {} becomes {change}.", case.0.user(&member.id)?.user_name)),
            more => Some(format!("{} of them are {role} through it alone: their role changes.", more + 1)),
        }
    }

    /// The role that follows from groups after a membership changes, such as "labeler; it was admin".
    fn role_after(&self, case: PlanContext<'_>, id: &Id, group: &Team, joins: bool) -> Option<String> {
        let mapping = self.mapping.as_deref()?;
        let user = case.0.user(id)?;
        let teams = case.0.teams_of(id);
        let now =
            teams.iter().filter(|team| **team != group.id).filter_map(|team| case.0.team(team)).map(|team| &team.name);
        let after = mapping.effective(now.chain(joins.then_some(&group.name)))?;
        let before = user.org_role.value()?;
        (before != after).then(|| format!("{after}; it was {before}"))
    }
}

/// The draft; where it sends a whole list of members that the server may have shown in part, it is to be confirmed.
fn whole_list(case: PlanContext<'_>, group: &Team, draft: StepDraft) -> StepDraft {
    if !draft.requests.iter().any(|request| request.merge) || !case.0.is_perhaps_cut(group) {
        return draft;
    }
    let size = group.size().unwrap_or_default();
    let words = format!(
        "The server shows exactly {size} members, perhaps not all of them: this sends a whole list, and whoever is not \
         shown would be out."
    );
    draft.risk(Risk::Insist(typed_name(&group.name, &group.id))).note(words)
}

/// Names that a server may use for a member: the id, or instead the user name or the email address, unless that is
/// another user's id.
fn called<'a>(case: PlanContext<'a>, id: &'a Id) -> Vec<&'a str> {
    let user = case.0.user(id);
    let names = user.into_iter().flat_map(|user| [user.user_name.raw(), user.email.raw()]);
    let is_nobodys_id = |name: &&str| {
        let other = Id::from(*name);
        !name.is_empty() && case.0.user(&other).is_none() && case.0.team(&other).is_none()
    };
    std::iter::once(&**id).chain(names.filter(is_nobodys_id)).collect()
}
