//! All attributes of a record, and the change of an attribute that has no command of its own.

use serde::Serialize;
use serde_json::Value;

use super::{
    end::{ErrorCode, heard, note},
    error::CommandError,
    further::{put_forward, session},
    headless_session::{HeadlessSession, USERS_AND_TEAMS},
    names,
    table::Table,
};
use crate::{
    cli::{AttributesArgs, SendOptions},
    directory::{
        ResourceRef,
        attributes::{self, AttributeSlot},
        change::{Change, ChangeVerb},
        side_query::SideQueryKind,
    },
    output::out,
    runtime::Opener,
    scim::{
        schema,
        text::{clean, nearest_first},
    },
};

/// The attribute to be set, and its value.
pub(super) struct Wanted<'a> {
    pub of: &'a str,
    pub team: bool,
    pub path: &'a str,
    /// The new value; `None` removes the attribute.
    pub value: Option<&'a str>,
}

/// An attribute as scripts get it.
#[derive(Serialize)]
struct AttributeRow {
    path: String,
    value: Option<Value>,
    #[serde(rename = "type")]
    kind: &'static str,
    /// The reason why the attribute can't be set, if any.
    fixed: Option<String>,
}

async fn target(session: &mut HeadlessSession, of: &str, team: bool) -> Result<ResourceRef, CommandError> {
    if team {
        return Ok(ResourceRef::team(&names::team(session, of).await?));
    }
    let user = names::users(session, &[of.to_owned()]).await?.pop();
    user.map(|user| ResourceRef::user(&user)).ok_or_else(|| CommandError::usage("a name is missing"))
}

/// Reads the record with its schemas. Returns a note if only a list has shown the record.
async fn read(session: &mut HeadlessSession, target: &ResourceRef) -> Result<Option<String>, CommandError> {
    let of = SideQueryKind::Resource(target.clone());
    let failed = session.ask(vec![of.clone(), SideQueryKind::Schemas, SideQueryKind::Types]).await?;
    if session.directory.resource(target).is_none() {
        return Err(CommandError::new(ErrorCode::Incomplete, "the server did not show the record"));
    }
    let failure = failed.into_iter().find(|(topic, _)| *topic == of).map(|(_, failure)| failure);
    Ok(failure.map(|failure| {
        let why = failure.text.trim_end_matches('.');
        format!("these are the attributes that a list told, perhaps not all: the record alone can't be read: {why}")
    }))
}

pub(super) async fn list(opener: &Opener, profile: Option<&str>, args: &AttributesArgs) -> Result<(), CommandError> {
    let mut session = HeadlessSession::open(opener, profile, None).await?;
    session.read(&USERS_AND_TEAMS).await?;
    let target = target(&mut session, &args.of, args.team).await?;
    let by_list_alone = read(&mut session, &target).await?;
    let sections = attributes::of(&session.directory, &target).unwrap_or_default();
    // A provider that takes no attributes at all refuses each of them.
    let refused = session.can().can(ChangeVerb::SetAttribute).err().map(|refusal| refusal.text.clone());
    let rows = sections.iter().flat_map(|section| &section.rows).map(|row| AttributeRow {
        path: row.path.clone(),
        value: row.value.cloned(),
        kind: row.kind().as_str(),
        fixed: row.fixed.map(str::to_owned).or_else(|| refused.clone()),
    });
    let rows: Vec<AttributeRow> = rows.collect();
    let mut out = out();
    heard(if args.json {
        out.json_pretty(&rows)
    } else {
        let cells = rows.iter().map(|row| {
            let value = row.value.as_ref().map(attributes::shown).unwrap_or_default();
            vec![row.path.clone(), value, row.kind.to_owned(), row.fixed.clone().unwrap_or_default()]
        });
        Table { heads: vec!["path", "value", "type", "not set here"], rows: cells.collect(), names: Vec::new() }
            .print_all(&mut out)
    })?;
    session.close().await;
    by_list_alone.map_or(Ok(()), |why| Err(CommandError::new(ErrorCode::Incomplete, why).printed()))
}

pub(super) async fn set(
    opener: &Opener,
    profile: Option<&str>,
    wanted: &Wanted<'_>,
    send: &SendOptions,
) -> Result<(), CommandError> {
    let mut session = session(opener, profile, send).await?;
    let target = target(&mut session, wanted.of, wanted.team).await?;
    if let Some(why) = read(&mut session, &target).await? {
        note(format_args!("scimitar: {why}"));
    }
    let slot = slot(&session, &target, wanted.path)?;
    let to = match wanted.value {
        None => None,
        Some(text) => Some(value(&slot, text)?),
    };
    let changes = if schema::same(slot.before.as_ref(), to.as_ref()) {
        Vec::new()
    } else {
        vec![Change::attribute(slot.target, slot.path, slot.before, to)]
    };
    put_forward(session, changes, send).await
}

/// The attribute's place: in the record or in a schema.
fn slot(session: &HeadlessSession, target: &ResourceRef, path: &str) -> Result<AttributeSlot, CommandError> {
    let sections = attributes::of(&session.directory, target).unwrap_or_default();
    let rows = || sections.iter().flat_map(|section| &section.rows);
    if let Some(row) = rows().find(|row| row.path.eq_ignore_ascii_case(path)) {
        return row
            .slot(target)
            .map_err(|why| CommandError::new(ErrorCode::Refused, format!("{}: {why}", clean(path))));
    }
    // The record lacks the attribute, and the server has no schemas.
    let typed = session.directory.schemas().is_some_and(|schemas| !schemas.is_empty());
    if !typed && !path.trim().is_empty() {
        let (kind, canonical) = Default::default();
        let (target, path) = (target.clone(), path.to_owned());
        return Ok(AttributeSlot { target, path, kind, typed: false, canonical, required: false, before: None });
    }
    let near = nearest_first(path, rows().map(|row| row.path.as_str()));
    let near = near.into_iter().take(8).collect::<Vec<_>>().join(", ");
    let why = format!("no attribute is called {}", clean(path));
    Err(CommandError::new(ErrorCode::NameUnknown, why).hint(format!("nearest first: {near}")))
}

/// The value in the attribute's type; JSON if the attribute has no single value.
fn value(slot: &AttributeSlot, text: &str) -> Result<Value, CommandError> {
    slot.kind.read(text).or_else(|why| {
        let json = serde_json::from_str::<Value>(text).ok().filter(|value| slot.kind.takes(value));
        json.ok_or_else(|| {
            CommandError::new(ErrorCode::ValueUnknown, format!("{} can't be this: {why}", clean(&slot.path)))
        })
    })
}
