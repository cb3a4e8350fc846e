//! Plans for custom roles (docs/src/providers/wandb.md#roles).

use serde_json::{Value, json};

use super::words::{MEMBER, VIEWER, is_predefined};
use crate::{
    dialect::{
        plan_context::{PlanContext, StepDraft, counted, refuse, some_of},
        wire,
    },
    directory::{
        Id, Name, RecordKind, ResourceRef,
        change::{Change, RoleDraft},
        permissions::{PermissionEffect, Permissions, RoleHolders},
        plan::{ConfirmBy, Risk, Undo, typed_name},
        record::Role,
        refusal::{Refusal, RefusalCode},
    },
    scim::{
        patch::PatchOperation,
        request::{Method, Request},
        urn,
    },
};

type Planned = Result<StepDraft, Refusal>;

pub(super) fn create(case: PlanContext<'_>, key: &Id, role: &RoleDraft) -> Planned {
    definable(case, None, role)?;
    let undo = Undo::By(vec![Change::DeleteRole { role: key.clone() }]);
    Ok(StepDraft::new(
        vec![wire::create(RecordKind::Role, definition(role))],
        undo,
        ConfirmBy::Echo(vec![ResourceRef::role(key)]),
    ))
}

pub(super) fn edit(case: PlanContext<'_>, id: &Id, to: &RoleDraft) -> Planned {
    let role = case.role(id)?;
    let now = RoleDraft::of(role);
    definable(case, Some(id), to)?;
    let target = ResourceRef::role(id);
    let mut requests = requests(&target, role, to, &bases(case, role, to));
    let Some(first) = requests.first_mut() else {
        return refuse(RefusalCode::NoChange, format!("{} is defined so already.", role.name));
    };
    first.if_match = case.version(&target).map(Into::into);
    let renamed = (now.name != to.name).then(|| "W&B does not say whether holders keep a renamed role.".to_owned());
    let undo = Undo::By(vec![Change::EditRole { role: id.clone(), to: now }]);
    Ok(StepDraft::new(requests, undo, ConfirmBy::Reread(vec![target]))
        .risk(Risk::Look)
        .note(concerned(case, role, to))
        .note(renamed))
}

/// The permissions that are certainly inherited before and after the change.
fn bases(case: PlanContext<'_>, role: &Role, to: &RoleDraft) -> [Permissions; 2] {
    [role.inherits.raw(), &to.inherits].map(|base| case.0.inherited(Some(role), base).unwrap_or_default())
}

/// Requests that end in the wanted definition on both kinds of server: the documents disagree whether PUT replaces the
/// added permissions or leaves them alone. PATCH requests first add and remove permissions, so that the following PUT
/// with all of them alters none on either kind. Permissions that were inherited before can be added only after the PUT,
/// so they come last; if PUT has already added them, that request changes nothing (RFC 7644 §3.5.2.1).
fn requests(target: &ResourceRef, role: &Role, to: &RoleDraft, [old, new]: &[Permissions; 2]) -> Vec<Request> {
    let now = RoleDraft::of(role);
    let same_base = now.inherits.eq_ignore_ascii_case(&to.inherits);
    let same_head = now.name == to.name && now.description == to.description && same_base;
    let beyond = |these: &[String], those: &[String]| -> Vec<String> {
        these.iter().filter(|name| !those.contains(name)).cloned().collect()
    };
    let wanted: Vec<String> = to.added.iter().filter(|name| same_base || !new.contains(*name)).cloned().collect();
    let (late, early): (Vec<String>, Vec<String>) =
        beyond(&wanted, &now.added).into_iter().partition(|name| !same_base && old.contains(name));
    let objects = |names: Vec<String>| -> Vec<Value> { names.iter().map(|name| json!({"name": name})).collect() };
    let add = |names: Vec<String>| {
        (!names.is_empty()).then(|| wire::patch(target, PatchOperation::add("permissions", objects(names))))
    };
    // The only place where W&B documents removal by value.
    let removal = PatchOperation::remove_listed("permissions", objects(beyond(&now.added, &wanted)));
    let mut requests: Vec<Request> =
        add(early).into_iter().chain(removal.ok().map(|op| wire::patch(target, op))).collect();
    if !same_head {
        let whole = RoleDraft { added: wanted, ..to.clone() };
        requests.push(Request::new(Method::Put, wire::path(target)).body(definition(&whole)));
        requests.extend(add(late));
    }
    requests
}

fn definition(role: &RoleDraft) -> Value {
    let permissions: Vec<Value> = role.added.iter().map(|name| json!({"name": name})).collect();
    json!({
        "schemas": [urn::ROLE],
        "name": role.name,
        "description": role.description,
        "inheritedFrom": role.inherits,
        "permissions": permissions,
    })
}

fn definable(case: PlanContext<'_>, id: Option<&Id>, role: &RoleDraft) -> Result<(), Refusal> {
    let name = Name::from(role.name.as_str());
    if role.name.trim().is_empty() {
        return refuse(RefusalCode::InvalidValue, "A role needs a name.");
    }
    if is_predefined(&name) {
        return refuse(RefusalCode::Exists, format!("{name} is the name of a predefined role: choose another."));
    }
    if ![MEMBER, VIEWER].iter().any(|base| role.inherits.eq_ignore_ascii_case(base)) {
        return refuse(RefusalCode::InvalidValue, format!("A custom role inherits from {MEMBER} or {VIEWER}."));
    }
    let taken = case.0.records().roles().values().any(|other| other.name == name && Some(&other.id) != id);
    if taken { refuse(RefusalCode::Exists, format!("There is a role named {name} already.")) } else { Ok(()) }
}

pub(super) fn delete(case: PlanContext<'_>, id: &Id) -> Planned {
    let role = case.role(id)?;
    let target = ResourceRef::role(id);
    let request = wire::delete(&target).if_match(case.version(&target));
    let never = "A role made anew has another id, and its holders have fallen back: it must be given to each again.";
    Ok(StepDraft::new(vec![request], Undo::Never(never.into()), ConfirmBy::Reread(vec![target]))
        .risk(Risk::Type(typed_name(&role.name, &role.id)))
        .note(fallen(case, role)))
}

/// The role's holders, and their gains and losses; `None` if nothing changes for them, or if certainly nobody holds the
/// role.
fn concerned(case: PlanContext<'_>, role: &Role, to: &RoleDraft) -> Option<String> {
    let PermissionEffect { gains, loses, unknown } = case.0.effect(role, to);
    let who = HolderCounts::of(case, role)?;
    let more = unknown.map(|base| format!(" What {base} allows is not known here: there may be more."));
    let what = match (gains.as_slice(), loses.as_slice()) {
        ([], []) if more.is_none() => return None,
        ([], []) => return Some(format!("This changes what {} may do.{}", who.noun(), more.unwrap_or_default())),
        (gains, []) => format!("{} {}", who.verb("gain"), some_of(gains)),
        ([], loses) => format!("{} {}", who.verb("lose"), some_of(loses)),
        (gains, loses) => {
            format!("{} {} and {} {}", who.verb("gain"), some_of(gains), who.verb("lose"), some_of(loses))
        }
    };
    Some(format!("{} {what}.{}", who.subject(), more.unwrap_or_default()))
}

/// The role to which the holders fall back, and the permissions that they lose.
fn fallen(case: PlanContext<'_>, role: &Role) -> Option<String> {
    let who = HolderCounts::of(case, role)?;
    let base = if role.inherits.is_empty() { "the role that it inherits from" } else { role.inherits.as_str() };
    let bare = RoleDraft { inherits: role.inherits.raw().into(), ..RoleDraft::default() };
    let loses = case.0.effect(role, &bare).loses;
    let lost = if loses.is_empty() { String::new() } else { format!(" and {} {}", who.verb("lose"), some_of(&loses)) };
    Some(format!("{} {} back to {base}{lost}.", who.subject(), who.verb("fall")))
}

/// The holders in words, such as "3 people in 2 teams", and the reliability of the number.
struct HolderCounts(RoleHolders);

impl HolderCounts {
    /// `None` if certainly nobody holds the role.
    fn of(case: PlanContext<'_>, role: &Role) -> Option<Self> {
        let held = case.0.held(&role.name);
        (held.people > 0 || !held.is_certain()).then_some(Self(held))
    }

    fn noun(&self) -> String {
        let RoleHolders { people, teams, known, users } = self.0;
        let basis = if known < users { format!(" (team roles known for {known} of {users})") } else { String::new() };
        let people = match people {
            0 => return format!("its holders, of whom none is known{basis},"),
            1 => "1 person".to_owned(),
            many => format!("{many} people"),
        };
        format!("{people} in {}{basis}", counted(teams, "team"))
    }

    fn subject(&self) -> String {
        let noun = self.noun();
        noun.strip_prefix("its").map_or_else(|| noun.clone(), |rest| format!("Its{rest}"))
    }

    fn verb(&self, plural: &str) -> String {
        if self.0.people == 1 { format!("{plural}s") } else { plural.to_owned() }
    }
}
