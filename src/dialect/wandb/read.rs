//! What W&B adds to users, and its custom roles, as its servers have written them through the years (WIRE A3, A5).

use serde_json::Value;

use super::words::{ORG_SERVICE, SERVICE, WANDB_USER};
use crate::{
    dialect::read::{Reader, into_name},
    directory::{
        Name,
        record::{Account, Depth, Grant, LastActive, Permission, Problem, Role, Team, User},
    },
    scim::json::{Fields, Unreadable},
};

/// A user, or a service account (server 0.81 and later).
pub(super) fn user(document: &Value, depth: Depth, at: &str) -> Result<User, Problem> {
    let mut reader = Reader::new(document, at)?;
    let mut user = reader.user(depth)?;
    user.org_role = org_role(&mut reader);
    user.account = account(&mut reader, user.org_role.as_ref());
    user.team_roles = grants(&mut reader, "teamRoles", "teamName");
    user.registry_roles = grants(&mut reader, "registryRoles", "registryName").unwrap_or_default();
    user.models_seat = seat(&reader, "modelsSeat");
    user.weave_role = seat(&reader, "weaveRole");
    user.last_active = last_active(&reader);
    user.days_active = reader.fields.integer("daysActive").ok().flatten().and_then(|days| days.try_into().ok());
    user.problem = reader.problem();
    Ok(user)
}

/// A team.
pub(super) fn team(document: &Value, depth: Depth, at: &str) -> Result<Team, Problem> {
    let mut reader = Reader::new(document, at)?;
    let mut team = reader.team(depth)?;
    team.problem = reader.problem();
    Ok(team)
}

/// A custom role.
pub(super) fn role(document: &Value, at: &str) -> Result<Role, Problem> {
    let mut reader = Reader::new(document, at)?;
    let (created, modified, version) = reader.meta();
    let mut role = Role {
        id: reader.id()?,
        name: reader.required_name("name"),
        description: reader.name("description").unwrap_or_default(),
        inherits: reader.name("inheritedFrom").unwrap_or_default(),
        created,
        modified,
        version,
        ..Role::default()
    };
    for entry in reader.fields.objects("permissions") {
        let read = permission(&entry);
        role.permissions.extend(reader.keep(read));
    }
    role.problem = reader.problem();
    Ok(role)
}

fn permission(entry: &Fields<'_>) -> Result<Option<Permission>, Unreadable> {
    let name = match entry.map() {
        Some(_) => Some(entry.required_string("name")?),
        None => entry.value_or_string()?,
    };
    let inherited = entry.boolean("isInherited")?.unwrap_or_default();
    Ok(name.map(|name| Permission { name: into_name(name), inherited }))
}

/// At the top, or in W&B's extension.
fn org_role(reader: &mut Reader<'_>) -> Option<Name> {
    let filled = |name: &Name| !name.is_empty();
    if let Some(role) = reader.name("organizationRole").filter(filled) {
        return Some(role);
    }
    let extension = reader.fields.object(WANDB_USER);
    let extension = reader.keep(extension)?;
    let role = extension.string("organizationRole");
    reader.keep(role).map(into_name).filter(filled)
}

/// `accountType`, or the organisation role that Self-Managed servers give to service accounts.
fn account(reader: &mut Reader<'_>, org_role: Option<&Name>) -> Account {
    let said = account_word(reader.name("accountType").as_ref().map_or("", Name::raw));
    let holds = |role: &str| org_role.is_some_and(|known| known.is(role));
    match said {
        Account::Unsaid if holds("org_service") => Account::OrgService,
        Account::Unsaid if holds("service") => Account::TeamService,
        said => said,
    }
}

/// The kind of account that a word of W&B's names.
pub(super) fn account_word(word: &str) -> Account {
    match word.to_ascii_uppercase().as_str() {
        "" => Account::Unsaid,
        SERVICE => Account::TeamService,
        ORG_SERVICE => Account::OrgService,
        _ => Account::Person,
    }
}

/// Roles by team or registry. `None` where nothing is said, also by a single read: not all servers show them there.
fn grants(reader: &mut Reader<'_>, attribute: &str, scope: &str) -> Option<Vec<Grant>> {
    if !reader.mentions(attribute) {
        return None;
    }
    let mut grants = Vec::new();
    for entry in reader.fields.objects(attribute) {
        let read = grant(&entry, scope);
        grants.extend(reader.keep(read.map(Some)));
    }
    Some(grants)
}

fn grant(entry: &Fields<'_>, scope: &str) -> Result<Grant, Unreadable> {
    let (scope, role) = (entry.required_string(scope)?, entry.required_string("roleName")?);
    Ok(Grant { scope: into_name(scope), role: into_name(role) })
}

fn seat(reader: &Reader<'_>, attribute: &str) -> Option<Name> {
    reader.fields.string(attribute).ok().flatten().filter(|seat| !seat.is_empty()).map(into_name)
}

fn last_active(reader: &Reader<'_>) -> LastActive {
    match reader.fields.get("lastActiveAt") {
        None if reader.mentions("lastActiveAt") => LastActive::Never,
        // How servers written in Go put "no time".
        Some(Value::String(text)) if text.starts_with("0001-01-01") => LastActive::Never,
        _ => reader.fields.instant("lastActiveAt").map_or(LastActive::Unknown, LastActive::At),
    }
}
