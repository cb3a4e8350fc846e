//! Plans for teams and the roles in them (docs/src/providers/wandb.md#teams,
//! docs/src/providers/wandb.md#changes-of-a-user).

use serde_json::{Value, json};

use super::{
    people::person,
    words::{ADMIN, BUCKETS, MEMBER, is_predefined},
};
use crate::{
    dialect::{
        plan_context::{MembershipKnowledge, PlanContext, StepDraft, refuse},
        wire,
    },
    directory::{
        Id, Name, RecordKind, ResourceRef,
        change::{Change, StorageBucket},
        plan::{ConfirmBy, Risk, Undo},
        record::{AccountKind, Team, User},
        refusal::{Refusal, RefusalCode},
    },
    scim::{
        patch::{self, PatchOperation},
        request::{Method, Request},
        urn,
    },
};

type Planned = Result<StepDraft, Refusal>;

const MEMBERSHIP_UNKNOWN: &str = "Whether they were in the team before is not known, so it can't be put back.";

pub(super) fn set_role(case: PlanContext<'_>, id: &Id, team: &Id, role: &Name) -> Planned {
    let (user, team) = (person(case, id)?, case.team(team)?);
    let before = user.role_in(&team.name);
    if before.is_some_and(|before| same(before, role)) {
        return refuse(RefusalCode::NoChange, format!("{} is {role} in {} already.", user.user_name, team.name));
    }
    let membership = case.membership(team, id);
    let target = ResourceRef::user(id);
    let value = json!([{"teamName": team.name.raw(), "roleName": role.raw()}]);
    let mut request = wire::patch(&target, PatchOperation::replace("teamRoles", value));
    let mut requests = Vec::new();
    let mut confirm = vec![target.clone()];
    if membership == MembershipKnowledge::In {
        request = request.if_match(case.version(&target));
    } else {
        // Joining gives the user's record another version, so that the second request can't use the known version.
        requests.push(join(case, team, id));
        confirm.push(ResourceRef::team(&team.id));
    }
    requests.push(request);
    let undo = match (membership, before) {
        (MembershipKnowledge::Out, _) => {
            Undo::By(vec![Change::RemoveMember { team: team.id.clone(), user: id.clone() }])
        }
        (MembershipKnowledge::Unknown, _) => Undo::Never(MEMBERSHIP_UNKNOWN.into()),
        (MembershipKnowledge::In, Some(before)) => Undo::By(vec![give(id, team, before)]),
        (MembershipKnowledge::In, None) => {
            Undo::Never(format!("The role before in {} is not known, so it can't be put back.", team.name))
        }
    };
    let was_admin = membership != MembershipKnowledge::Out && before.is_none_or(|before| before.is(ADMIN));
    Ok(StepDraft::new(requests, undo, ConfirmBy::Echo(confirm))
        .look_if(role.is(ADMIN) || was_admin)
        .note(custom_role(user, role)))
}

/// Predefined names are compared without regard to case.
fn same(before: &Name, role: &Name) -> bool {
    before == role || (is_predefined(role) && before.is(role.raw()))
}

fn custom_role(user: &User, role: &Name) -> Option<String> {
    let org_role = user.org_role.value().filter(|org_role| !org_role.is(MEMBER))?;
    (!is_predefined(role)).then(|| {
        format!(
            "W&B means custom roles for people whose organisation role is member; {} is {org_role}.",
            user.user_name
        )
    })
}

fn give(user: &Id, team: &Team, role: &Name) -> Change {
    Change::SetTeamRole { user: user.clone(), team: team.id.clone(), role: role.clone() }
}

fn join(case: PlanContext<'_>, team: &Team, user: &Id) -> Request {
    let target = ResourceRef::team(&team.id);
    wire::add_member(&target, user).if_match(case.version(&target))
}

/// The records of both the team and the user show a membership.
fn both(team: &Team, user: &Id) -> Vec<ResourceRef> {
    vec![ResourceRef::team(&team.id), ResourceRef::user(user)]
}

pub(super) fn add_member(case: PlanContext<'_>, team: &Id, id: &Id) -> Planned {
    let (user, team) = (person(case, id)?, case.team(team)?);
    let undo = match case.membership(team, id) {
        MembershipKnowledge::In => {
            return refuse(RefusalCode::NoChange, format!("{} is in {} already.", user.user_name, team.name));
        }
        MembershipKnowledge::Out => Undo::By(vec![Change::RemoveMember { team: team.id.clone(), user: id.clone() }]),
        MembershipKnowledge::Unknown => Undo::Never(MEMBERSHIP_UNKNOWN.into()),
    };
    // The answer shows only the team; the role that comes with the membership is in the user's record.
    Ok(StepDraft::new(vec![join(case, team, id)], undo, ConfirmBy::Reread(both(team, id))))
}

pub(super) fn remove_member(case: PlanContext<'_>, team: &Id, id: &Id) -> Planned {
    let team = case.team(team)?;
    // A member may be no known user, because the list of users may be incomplete.
    let user = match case.0.user(id) {
        None if team.has(id) => None,
        _ => Some(person(case, id)?),
    };
    if let (Some(user), MembershipKnowledge::Out) = (user, case.membership(team, id)) {
        return refuse(RefusalCode::NoChange, format!("{} is not in {}.", user.user_name, team.name));
    }
    let target = ResourceRef::team(&team.id);
    let request = wire::remove_member(&target, id)?.if_match(case.version(&target));
    let before = user.and_then(|user| user.role_in(&team.name));
    // Setting a role joins the team first, so that a single change undoes both.
    let undo = match before {
        Some(role) if role.is(MEMBER) => Undo::By(vec![Change::AddMember { team: team.id.clone(), user: id.clone() }]),
        Some(role) => Undo::By(vec![give(id, team, role)]),
        None => Undo::Never(format!(
            "The role in {} is not known, so it can't be put back; adding them again makes them {MEMBER}.",
            team.name
        )),
    };
    let lost = before.filter(|role| !role.is(MEMBER)).map(|role| format!("The role {role} in {} is lost.", team.name));
    let admin = before.is_some_and(|role| role.is(ADMIN));
    Ok(StepDraft::new(vec![request], undo, ConfirmBy::Reread(both(team, id))).look_if(admin).note(lost))
}

pub(super) fn create(
    case: PlanContext<'_>,
    key: &Id,
    name: &str,
    members: &[Id],
    bucket: Option<&StorageBucket>,
) -> Planned {
    case.new_team(name, members, "team")?;
    members.iter().try_for_each(|id| person(case, id).map(drop))?;
    let values: Vec<_> = members.iter().map(|id| json!({"value": &**id})).collect();
    let mut body = json!({"schemas": [urn::GROUP], "displayName": name, "members": values});
    let mut stored = None;
    if let Some(bucket) = bucket {
        body["storageBucket"] = storage(bucket)?;
        stored = Some(format!(
            "Files go to {} ({}). The server checks it first, and creates no team if it can't use it; it can't be changed \
             afterwards.",
            Name::from(bucket.name.as_str()),
            bucket.provider
        ));
    }
    let never = "W&B has no way to delete a team over SCIM: teams are deleted in the W&B app.";
    let services = has_org_services(case)
        .then(|| "W&B adds all service accounts of the organisation to every new team.".to_owned());
    let team = vec![ResourceRef::team(key)];
    let confirm = if members.is_empty() {
        ConfirmBy::Echo(team)
    } else {
        // Only the members' own records show their roles in the team.
        ConfirmBy::Reread(team.into_iter().chain(members.iter().map(ResourceRef::user)).collect())
    };
    Ok(StepDraft::new(vec![wire::create(RecordKind::Team, body)], Undo::Never(never.into()), confirm)
        // The form served as the preview.
        .risk(Risk::Plain)
        .note(stored)
        .note(services))
}

/// W&B's `storageBucket`; its words for providers are case-sensitive.
fn storage(bucket: &StorageBucket) -> Result<Value, Refusal> {
    if !BUCKETS.contains(&bucket.provider.as_str()) {
        return refuse(
            RefusalCode::InvalidValue,
            format!("{} is no storage provider: use one of {}.", bucket.provider, BUCKETS.join(", ")),
        );
    }
    if bucket.name.trim().is_empty() {
        return refuse(RefusalCode::InvalidValue, "A storage bucket needs its name.");
    }
    let elsewhere = [
        ("AWS", "AWS external id", &bucket.aws_external_id),
        ("AZURE", "Azure tenant", &bucket.azure_tenant),
        ("AZURE", "Azure client", &bucket.azure_client),
    ];
    for (provider, words, value) in elsewhere {
        if !value.trim().is_empty() && bucket.provider != provider {
            let why = format!("A bucket at {} takes no {words}.", bucket.provider);
            return refuse(RefusalCode::InvalidValue, why);
        }
    }
    let all = [
        ("name", &bucket.name),
        ("provider", &bucket.provider),
        ("path", &bucket.path),
        ("kmsKeyId", &bucket.kms_key),
        ("awsExternalId", &bucket.aws_external_id),
        ("azureTenantId", &bucket.azure_tenant),
        ("azureClientId", &bucket.azure_client),
    ];
    let given = all.into_iter().filter(|(_, value)| !value.is_empty());
    Ok(Value::Object(given.map(|(key, value)| (key.to_owned(), json!(value))).collect()))
}

pub(super) fn replace(case: PlanContext<'_>, id: &Id, stay: &[Id], come: &[Id], go: &[Id]) -> Planned {
    let team = case.team(id)?;
    let Some(members) = &team.members else {
        return refuse(
            RefusalCode::UnknownMembers,
            format!("Who is in {} was not read, so its members can't be replaced: R reads it.", team.name),
        );
    };
    if come.is_empty() && go.is_empty() {
        return refuse(RefusalCode::NoChange, format!("These are the members of {} already.", team.name));
    }
    come.iter().try_for_each(|user| person(case, user).map(drop))?;
    let known = stay.iter().chain(go);
    if members.len() != stay.len() + go.len() || !known.clone().all(|user| team.has(user)) {
        return refuse(RefusalCode::Changed, format!("The members of {} changed meanwhile: look again.", team.name));
    }
    // W&B adds and removes a team's service accounts by itself.
    let named = |user: &&Id| case.0.user(user).is_none_or(|user| user.account != AccountKind::TeamService);
    let values: Vec<_> = stay.iter().chain(come).filter(named).map(|user| json!({"value": &**user})).collect();
    let target = ResourceRef::team(id);
    let body = json!({"schemas": [urn::GROUP], "displayName": team.name.raw(), "members": values});
    let request = Request {
        merge: true,
        operations: Some(patch::patch(joins_and_leaves(stay.iter().filter(|user| !named(user)), come, go))),
        ..Request::new(Method::Put, wire::path(&target)).body(body).if_match(case.version(&target))
    };
    let (back, lost): (Vec<Id>, Vec<Id>) = go.iter().cloned().partition(|user| case.0.user(user).is_some());
    let back = Change::ReplaceMembers { team: id.clone(), stay: stay.to_vec(), come: back, go: come.to_vec() };
    let roles = go.iter().filter_map(|user| {
        let role = case.0.user(user)?.role_in(&team.name).filter(|role| !role.is(MEMBER))?;
        Some(give(user, team, role))
    });
    let undo = Undo::By(std::iter::once(back).chain(roles).collect());
    let everybody = std::iter::once(target).chain(come.iter().chain(go).map(ResourceRef::user)).collect();
    let risk = if go.len() > 1 { Risk::Type(go.len().to_string()) } else { Risk::Look };
    Ok(StepDraft::new(vec![request], undo, ConfirmBy::Reread(everybody))
        .risk(risk)
        .note(listed(case, team, "comes as member", "come as members", come))
        .note(listed(case, team, "leaves", "leave", go))
        .note((!lost.is_empty()).then(|| {
            format!("{} of those who leave can't be put back from here: they are no known users.", lost.len())
        })))
}

/// Operations on the list of members at the time of sending: a user who joined after the plan, and was not shown as
/// leaving, stays. `unnamed` members are never listed.
fn joins_and_leaves<'a>(unnamed: impl Iterator<Item = &'a Id>, come: &[Id], go: &'a [Id]) -> Vec<PatchOperation> {
    let values = |ids: &mut dyn Iterator<Item = &Id>| ids.map(|id| json!({"value": &**id})).collect::<Vec<Value>>();
    let (come, gone) = (values(&mut come.iter()), values(&mut go.iter().chain(unnamed)));
    let adds = (!come.is_empty()).then(|| PatchOperation::add("members", come));
    adds.into_iter().chain(PatchOperation::remove_listed("members", gone).ok()).collect()
}

/// A sentence that names all users, each with a role that is lost: no other text names them.
fn listed(case: PlanContext<'_>, team: &Team, one: &str, many: &str, users: &[Id]) -> Option<String> {
    let name = |id: &Id| match case.0.user(id) {
        Some(user) => match user.role_in(&team.name).filter(|role| !role.is(MEMBER)) {
            Some(role) => format!("{} ({role})", user.user_name),
            None => user.user_name.to_string(),
        },
        None => Name::from(&**id).to_string(),
    };
    let names: Vec<String> = users.iter().map(name).collect();
    let verb = if names.len() == 1 { one } else { many };
    (!names.is_empty()).then(|| format!("{} {verb}: {}.", names.len(), names.join(", ")))
}

fn has_org_services(case: PlanContext<'_>) -> bool {
    case.0.records().users().values().any(|user| user.account == AccountKind::OrgService)
}
