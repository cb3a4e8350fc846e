//! Plans for custom roles (WIRE A5).

use serde_json::{Value, json};

use super::words::{MEMBER, VIEWER, is_predefined};
use crate::{
    dialect::{
        case::{Case, Draft, counted, refuse},
        wire,
    },
    directory::{
        Id, Kind, Name, Target,
        change::{Change, RoleDraft},
        plan::{Confirm, Risk, Undo, Unsupported},
    },
    scim::{
        patch::Op,
        request::{Method, Request},
        urn,
    },
};

type Planned = Result<Draft, Unsupported>;

pub(super) fn create(case: Case<'_>, key: &Id, role: &RoleDraft) -> Planned {
    definable(case, None, role)?;
    let undo = Undo::By(vec![Change::DeleteRole { role: key.clone() }]);
    Ok(Draft::new(vec![wire::create(Kind::Role, definition(role))], undo, Confirm::Echo(vec![Target::role(key)])))
}

pub(super) fn edit(case: Case<'_>, id: &Id, to: &RoleDraft) -> Planned {
    let role = case.role(id)?;
    let now = RoleDraft::of(role);
    definable(case, Some(id), to)?;
    let target = Target::role(id);
    let mut requests = requests(&target, &now, to);
    let Some(first) = requests.first_mut() else {
        return refuse(format!("{} is defined so already.", role.name));
    };
    first.if_match = case.version(&target).map(Into::into);
    let held = holders(case, &role.name).map(|who| format!("This changes what {who} may do there."));
    let renamed = (now.name != to.name).then(|| "W&B does not say whether holders keep a renamed role.".to_owned());
    let undo = Undo::By(vec![Change::EditRole { role: id.clone(), to: now }]);
    Ok(Draft::new(requests, undo, Confirm::Reread(vec![target])).risk(Risk::Look).note(held).note(renamed))
}

/// Where only permissions differ, only they are sent; otherwise everything, since it is not agreed whether PUT leaves
/// permissions alone or replaces them.
fn requests(target: &Target, now: &RoleDraft, to: &RoleDraft) -> Vec<Request> {
    let same_head =
        now.name == to.name && now.description == to.description && now.inherits.eq_ignore_ascii_case(&to.inherits);
    if !same_head {
        return vec![Request::new(Method::Put, wire::path(target)).body(definition(to))];
    }
    let beyond = |these: &[String], those: &[String]| -> Vec<Value> {
        these.iter().filter(|name| !those.contains(name)).map(|name| json!({"name": name})).collect()
    };
    let (added, removed) = (beyond(&to.added, &now.added), beyond(&now.added, &to.added));
    let mut requests = Vec::new();
    if !added.is_empty() {
        requests.push(wire::patch(target, Op::add("permissions", added)));
    }
    // The one place where W&B documents removal by value.
    if let Ok(op) = Op::remove_listed("permissions", removed) {
        requests.push(wire::patch(target, op));
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

fn definable(case: Case<'_>, id: Option<&Id>, role: &RoleDraft) -> Result<(), Unsupported> {
    let name = Name::from(role.name.as_str());
    if role.name.trim().is_empty() {
        return refuse("A role needs a name.");
    }
    if is_predefined(&name) {
        return refuse(format!("{name} is the name of a predefined role: choose another."));
    }
    if ![MEMBER, VIEWER].iter().any(|base| role.inherits.eq_ignore_ascii_case(base)) {
        return refuse(format!("A custom role inherits from {MEMBER} or {VIEWER}."));
    }
    let taken = case.0.records().roles().values().any(|other| other.name == name && Some(&other.id) != id);
    if taken { refuse(format!("There is a role named {name} already.")) } else { Ok(()) }
}

pub(super) fn delete(case: Case<'_>, id: &Id) -> Planned {
    let role = case.role(id)?;
    let target = Target::role(id);
    let request = wire::delete(&target).if_match(case.version(&target));
    let base = if role.inherits.is_empty() { "the role that it inherits from" } else { role.inherits.as_str() };
    let fall = holders(case, &role.name).map(|who| format!("As the role goes, {who} fall back to {base}."));
    let never = "A role made anew has another id, and its holders have fallen back: it must be given to each again.";
    Ok(Draft::new(vec![request], Undo::Never(never.into()), Confirm::Reread(vec![target]))
        .risk(Risk::Type(role.name.as_str().into()))
        .note(fall))
}

/// "3 people in 2 teams", and on what basis; none if nobody holds it for certain.
fn holders(case: Case<'_>, role: &Name) -> Option<String> {
    let users = case.0.records().users();
    let known = users.values().filter(|user| user.team_roles.is_some()).count();
    let basis =
        if known < users.len() { format!(" (team roles known for {known} of {})", users.len()) } else { String::new() };
    let holders = case.0.holders(role);
    let mut teams: Vec<&Name> = holders.iter().flat_map(|(_, teams)| teams.iter().copied()).collect();
    teams.sort_by_key(|name| name.raw());
    teams.dedup();
    let people = match holders.len() {
        0 if basis.is_empty() => return None,
        0 => return Some(format!("nobody that is known{basis}")),
        1 => "1 person".to_owned(),
        many => format!("{many} people"),
    };
    Some(format!("{people} in {}{basis}", counted(teams.len(), "team")))
}
