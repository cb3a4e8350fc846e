//! Reads W&B's additions to users, and its custom roles, as its servers have written them through the years
//! (docs/src/providers/wandb.md#users, docs/src/providers/wandb.md#roles).

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::words::{ORG_SERVICE, SERVICE, WANDB_USER};
use crate::{
    dialect::read::{Reader, into_name},
    directory::{
        MaybeTold, Name,
        record::{AccountKind, LastActive, Permission, ReadDepth, RecordProblem, Role, RoleGrant, Team, User},
        record_contents::RecordContents,
    },
    scim::{
        document::JsonTree,
        json::{JsonFields, UnreadablePlace},
    },
};

/// A user, or a service account (server 0.81 and later).
pub(super) fn user(document: &JsonTree<'_>, depth: ReadDepth, at: &str) -> Result<User, RecordProblem> {
    let mut reader = Reader::new(document, at)?;
    let mut user = reader.user(depth)?;
    user.org_role = org_role(&mut reader);
    user.account = account(&mut reader, &user.org_role);
    user.team_roles = grants(&mut reader, "teamRoles", "teamName");
    user.registry_roles = grants(&mut reader, "registryRoles", "registryName").unwrap_or_default();
    // Servers of each age leave out the seats that they do not know.
    // The reference names no `name`, and there is no way to set one.
    let holds = RecordContents { person_names: false, ..RecordContents::default() };
    reader.texts(&mut user, holds, &MaybeTold::NOT_TOLD);
    user.last_active = last_active(&reader);
    user.days_active = reader.fields.integer("daysActive").ok().flatten().and_then(|days| days.try_into().ok());
    user.problem = reader.problem();
    Ok(user)
}

/// A team.
pub(super) fn team(document: &JsonTree<'_>, at: &str) -> Result<Team, RecordProblem> {
    let mut reader = Reader::new(document, at)?;
    let mut team = reader.team()?;
    team.problem = reader.problem();
    Ok(team)
}

/// A custom role.
pub(super) fn role(document: &JsonTree<'_>, at: &str) -> Result<Role, RecordProblem> {
    let mut reader = Reader::new(document, at)?;
    let (created, modified, version) = reader.meta();
    let mut role = Role {
        id: reader.id()?,
        name: reader.required_name("name"),
        description: reader.name("description").unwrap_or_default(),
        inherits: reader.name("inheritedFrom").unwrap_or_default(),
        organisation: reader.name("organizationID").map(|id| plain_id(id.raw())).unwrap_or_default(),
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

/// A global id in plain text, `Organization:148458`; any other id as it is.
pub(super) fn plain_id(id: &str) -> Name {
    let plain = STANDARD.decode(id).ok().and_then(|plain| String::from_utf8(plain).ok());
    let plain = plain.filter(|plain| plain.starts_with("Organization:"));
    Name::from(plain.as_deref().unwrap_or(id))
}

fn permission(entry: &JsonFields<'_>) -> Result<Option<Permission>, UnreadablePlace> {
    let name = if entry.is_object() { Some(entry.required_string("name")?) } else { entry.value_or_string()? };
    let inherited = entry.boolean("isInherited")?.unwrap_or_default();
    Ok(name.map(|name| Permission { name: into_name(name), inherited }))
}

/// The organisation role, at the top or in W&B's extension. No documented GET has it
/// (docs/src/providers/wandb.md#fields-in-a-get): absent is not told.
fn org_role(reader: &mut Reader<'_>) -> MaybeTold {
    let own = told(reader, "organizationRole");
    if own.value().is_some() {
        return own;
    }
    let extension = reader.fields.object(WANDB_USER);
    let Some(extension) = reader.keep(extension) else { return own };
    let role = extension.string("organizationRole");
    MaybeTold::from(reader.keep(role).map(into_name)).or(own)
}

/// An attribute that may be absent; `null` is none.
fn told(reader: &mut Reader<'_>, attribute: &str) -> MaybeTold {
    match reader.name(attribute) {
        Some(name) => name.into(),
        None if reader.mentions(attribute) => MaybeTold::none(),
        None => MaybeTold::NOT_TOLD,
    }
}

/// `accountType`, or the organisation role that Self-Managed servers give to service accounts.
fn account(reader: &mut Reader<'_>, org_role: &MaybeTold) -> AccountKind {
    let said = account_word(reader.name("accountType").as_ref().map_or("", Name::raw));
    match said {
        AccountKind::Unsaid if org_role.is("org_service") => AccountKind::OrgService,
        AccountKind::Unsaid if org_role.is("service") => AccountKind::TeamService,
        said => said,
    }
}

/// The kind of account that a word of W&B's names.
pub(super) fn account_word(word: &str) -> AccountKind {
    match word.to_ascii_uppercase().as_str() {
        "" => AccountKind::Unsaid,
        SERVICE => AccountKind::TeamService,
        ORG_SERVICE => AccountKind::OrgService,
        _ => AccountKind::Person,
    }
}

/// Roles by team or registry. `None` where the record has none, also after a single read: not all servers show them
/// there.
fn grants(reader: &mut Reader<'_>, attribute: &str, scope: &str) -> Option<Vec<RoleGrant>> {
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

fn grant(entry: &JsonFields<'_>, scope: &str) -> Result<RoleGrant, UnreadablePlace> {
    let (scope, role) = (entry.required_string(scope)?, entry.required_string("roleName")?);
    Ok(RoleGrant { scope: into_name(scope), role: into_name(role) })
}

fn last_active(reader: &Reader<'_>) -> LastActive {
    match reader.fields.get("lastActiveAt") {
        None if reader.mentions("lastActiveAt") => LastActive::Never,
        // Servers written in Go write "no time" so.
        Some(JsonTree::Text(text)) if text.starts_with("0001-01-01") => LastActive::Never,
        _ => reader.fields.instant("lastActiveAt").map_or(LastActive::Unknown, LastActive::At),
    }
}
