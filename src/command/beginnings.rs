//! A new user's first role, seats, teams and registries, from options and from a template. Both are read like a file of
//! one user, so that they mean the same.

use std::path::Path;

use super::{end::ErrorCode, error::CommandError, file, further, headless_session::HeadlessSession};
use crate::{
    cli::Beginnings,
    desired::{DesiredPerson, DesiredState, FilePlace, Membership},
    directory::{
        change::{Change, ChangeVerb, NewUser},
        field::UserField,
        plan::{self, Planner, ProviderCapabilities},
        refusal::{Refusal, RefusalCode},
        words::{self, PlanLine},
    },
    scim::text::clean,
};

/// The user to be created.
pub(super) struct Newcomer<'a> {
    pub user: &'a str,
    pub email: &'a str,
    pub name: Option<&'a str>,
    pub external_id: Option<&'a str>,
    pub first_name: Option<&'a str>,
    pub last_name: Option<&'a str>,
}

/// The changes that create the user and give the first roles and seats.
pub(super) async fn changes(
    session: &mut HeadlessSession,
    new: &Newcomer<'_>,
    begin: &Beginnings,
) -> Result<Vec<Change>, CommandError> {
    let creation = plain(session, new)?;
    let is_there = session.directory.users_named(new.user).next().is_some();
    // Another user has the name: the plan refuses the creation.
    if is_there && !plan::already(&creation, &session.directory) || !is_there && begin.is_empty() {
        return Ok(vec![creation]);
    }
    let person = desired(session, new, begin, is_there)?;
    let desired = DesiredState { people: vec![person], ..DesiredState::default() };
    let changes = file::differences(session, &desired).await?;
    match changes.as_slice() {
        [] => Ok(vec![creation]),
        different if is_there => Err(exists(session, new.user, different)),
        _ => Ok(changes),
    }
}

/// A creation alters nobody who is there.
fn exists(session: &HeadlessSession, user: &str, different: &[Change]) -> CommandError {
    let different = different.iter().map(|change| {
        let PlanLine { what, before, after, .. } = words::line(change, &session.directory);
        let values = [before, after].into_iter().filter(|value| !value.is_empty()).collect::<Vec<_>>().join(" → ");
        if values.is_empty() { what } else { format!("{what}: {values}") }
    });
    let different = different.collect::<Vec<_>>().join("; ");
    let why = format!("{} is there already, and not as wanted ({different})", clean(user));
    CommandError::refused(Refusal::new(RefusalCode::Exists, why)).hint(
        "a creation alters nobody who is there; `scimitar apply` of a file does, as do set-role, set-seat and add",
    )
}

/// The user that options and template describe. An existing user keeps their names if the provider can't set names.
fn desired(
    session: &HeadlessSession,
    new: &Newcomer<'_>,
    begin: &Beginnings,
    is_there: bool,
) -> Result<DesiredPerson, CommandError> {
    let mut person = match &begin.template {
        Some(path) => template(path)?,
        None => DesiredPerson::default(),
    };
    let place = FilePlace { line: 0, words: "the new user".into() };
    person.place = place.clone();
    new.user.clone_into(&mut person.user);
    let names = !is_there || session.can().can(ChangeVerb::SetDisplayName).is_ok();
    let given = [
        (UserField::Email, Some(new.email)),
        (UserField::DisplayName, new.name.filter(|_| names)),
        (UserField::FirstName, new.first_name),
        (UserField::LastName, new.last_name),
        (UserField::ExternalId, new.external_id.filter(|_| !is_there)),
        (UserField::OrgRole, begin.role.as_deref()),
        (UserField::ModelsSeat, begin.models.as_deref()),
        (UserField::WeaveRole, begin.weave.as_deref()),
        (UserField::RegistryAccess, begin.registry_access.as_deref()),
    ];
    for (field, text) in given.into_iter().filter_map(|(field, text)| Some((field, text?))) {
        person.put(field, Some(text.to_owned()));
    }
    if new.first_name.or(new.last_name).is_some() {
        may_have_names(session.can())?;
    }
    let membership = |text: &String| {
        let (of, role) = text.split_once('=').map_or((text.as_str(), None), |(of, role)| (of, Some(role.to_owned())));
        Membership { place: place.clone(), of: of.to_owned(), role }
    };
    if !begin.teams.is_empty() {
        person.teams.get_or_insert_default().extend(begin.teams.iter().map(membership));
    }
    if !begin.registries.is_empty() {
        person.registries.get_or_insert_default().extend(begin.registries.iter().map(membership));
    }
    Ok(person)
}

/// The creation of an admin of the whole instance, for which W&B accepts nothing but the email.
pub(super) fn instance_admin(
    session: &mut HeadlessSession,
    user: NewUser,
    begin: &Beginnings,
) -> Result<Vec<Change>, CommandError> {
    if !begin.is_empty() {
        return Err(CommandError::usage(
            "an instance admin is created without roles, seats and teams: give them afterwards",
        ));
    }
    if !session.can().instance_admins {
        return Err(CommandError::refused(Refusal::unsupported("There are no instance admins here.")));
    }
    if let Some(known) = session.directory.users_named(&user.email).next() {
        let why = format!("{} is there already ({})", known.user_name, known.email);
        return Err(CommandError::refused(Refusal::new(RefusalCode::Exists, why))
            .hint("whether they are an admin of the instance is not told over SCIM: the W&B app shows and sets it"));
    }
    Ok(vec![Change::CreateUser { key: further::key(session), user: NewUser { instance_admin: true, ..user } }])
}

/// The creation alone.
fn plain(session: &mut HeadlessSession, new: &Newcomer<'_>) -> Result<Change, CommandError> {
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    let user = NewUser {
        user_name: new.user.to_owned(),
        email: new.email.to_owned(),
        display_name: text(new.name),
        external_id: text(new.external_id),
        ..NewUser::default()
    };
    let mut changes = [Change::CreateUser { key: further::key(session), user }];
    names(&session.planner, new, &mut changes)?;
    let [change] = changes;
    Ok(change)
}

/// Puts first and last name into the creation.
fn names(
    planner: &std::sync::Arc<dyn Planner>,
    new: &Newcomer<'_>,
    changes: &mut [Change],
) -> Result<(), CommandError> {
    let parts = [("givenName", new.first_name), ("familyName", new.last_name)];
    let parts: serde_json::Map<_, _> =
        parts.into_iter().filter_map(|(key, name)| Some((key.to_owned(), name?.into()))).collect();
    if parts.is_empty() {
        return Ok(());
    }
    may_have_names(planner.capabilities())?;
    for change in changes {
        if let Change::CreateUser { user, .. } = change {
            user.attributes.insert("name".into(), parts.clone().into());
        }
    }
    Ok(())
}

fn may_have_names(can: &ProviderCapabilities) -> Result<(), CommandError> {
    can.person_names().map_err(CommandError::refused)
}

/// The one user of a template, with the new user's name.
pub(super) fn template(path: &Path) -> Result<DesiredPerson, CommandError> {
    let desired = file::desired_of(path)?;
    let wrong =
        |why: &str| CommandError::new(ErrorCode::FileInvalid, format!("{}: {why}", clean(&path.to_string_lossy())));
    if !desired.teams.is_empty() || !desired.roles.is_empty() {
        return Err(wrong("a template has one user, no teams and no roles"));
    }
    let mut people = desired.people;
    match (people.pop(), people.len()) {
        (Some(person), 0) => Ok(person),
        _ => Err(wrong("a template has one user")),
    }
}
