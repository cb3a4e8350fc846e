//! API keys with their owners, without their secrets. Each person costs a request, so it is sent only on demand.

use serde::Serialize;

use super::{
    end::{ErrorCode, heard},
    error::CommandError,
    further::{key, put_forward, session},
    headless_session::HeadlessSession,
    invitations, names,
    table::{Table, or_none},
};
use crate::{
    cli::{ApiKeysArgs, SendOptions},
    directory::{
        Id, RecordKind,
        change::Change,
        side_query::{ApiKey, SideQueryKind},
    },
    output::out,
    runtime::Opener,
    scim::{failure::Failure, text::clean},
};

/// The word for the owner of the key in use.
const ME: &str = "me";

/// A key as scripts get it.
#[derive(Serialize)]
struct KeyRow {
    id: String,
    key: String,
    description: String,
    user: String,
    name: String,
    email: String,
    /// True if the profile uses this key, by its public part.
    in_use: bool,
}

pub(super) async fn list(opener: &Opener, profile: Option<&str>, args: &ApiKeysArgs) -> Result<(), CommandError> {
    let mut session = HeadlessSession::open(opener, profile, None).await?;
    session.read(&[RecordKind::User]).await?;
    invitations::told(&session)?;
    let topics = topics(&mut session, &args.users).await?;
    let asked = topics.len();
    // A key that may not read one other person may not read any.
    let failed = session.ask_slowly(topics.clone(), "API keys of people", Failure::is_refusal).await?;
    let mut rows = Vec::new();
    let mut silent = 0;
    for topic in &topics {
        let person = session.directory.person(topic);
        let Some((person, keys)) = person.and_then(|person| Some((person, person.keys.as_ref()?))) else {
            silent += 1;
            continue;
        };
        let begins =
            |key: &&ApiKey| args.find.as_ref().is_none_or(|prefix| key.name.raw().starts_with(prefix.as_str()));
        rows.extend(keys.iter().filter(begins).map(|key| KeyRow {
            id: key.id.to_string(),
            key: key.name.raw().to_owned(),
            description: key.description.raw().to_owned(),
            user: person.user_name.raw().to_owned(),
            name: person.name.raw().to_owned(),
            email: person.email.raw().to_owned(),
            in_use: key.in_use,
        }));
    }
    if let (Some((_, failure)), true) = (failed.first(), rows.is_empty()) {
        return Err(not_told(failure, topics == [SideQueryKind::Me]));
    }
    let mut out = out();
    heard(if args.json {
        out.json_pretty(&rows)
    } else {
        let cells = rows.iter().map(|row| {
            let purpose = if row.in_use { format!("{} (in use)", row.description) } else { row.description.clone() };
            [&row.user, &row.key, purpose.trim(), &row.id].map(or_none).to_vec()
        });
        Table { heads: vec!["user", "key", "for", "id"], rows: cells.collect(), names: vec![0] }.print_all(&mut out)
    })?;
    session.close().await;
    let why = failed.first().map(|(_, failure)| format!(": {}", failure.text.trim_end_matches('.')));
    match (silent, why) {
        (0, _) => Ok(()),
        (silent, why) => Err(CommandError::new(
            ErrorCode::Incomplete,
            format!("the keys of {silent} of {asked} people are not told{}", why.unwrap_or_default()),
        )
        .printed()),
    }
}

/// The side queries: these people, or everybody.
async fn topics(session: &mut HeadlessSession, users: &[String]) -> Result<Vec<SideQueryKind>, CommandError> {
    if users.is_empty() {
        let users = session.directory.records().users().values();
        let people = users.filter(|user| !user.account.is_service() && user.problem.is_none());
        return Ok(people.map(|user| SideQueryKind::Person(user.id.clone())).collect());
    }
    let (own, others): (Vec<&String>, Vec<&String>) = users.iter().partition(|name| name.as_str() == ME);
    let others: Vec<String> = others.into_iter().cloned().collect();
    let others = if others.is_empty() { Vec::new() } else { names::users(session, &others).await? };
    let own = own.first().map(|_| SideQueryKind::Me);
    Ok(own.into_iter().chain(others.into_iter().map(SideQueryKind::Person)).collect())
}

/// The reason why nobody's keys are shown; `own` if only the owner of the key in use was asked for.
fn not_told(failure: &Failure, own: bool) -> CommandError {
    let whose = if own { "your own API keys" } else { "API keys of other people" };
    let words = format!("{whose} are not told: {}", failure.text.trim_end_matches('.'));
    if own || !failure.is_refusal() {
        return CommandError::new(ErrorCode::of(failure.class), words).hint(failure.advice());
    }
    CommandError::new(ErrorCode::ServerForbidden, words).hint(
        "W&B answers this to admins of the instance only (Dedicated Cloud, Self-Managed); `scimitar api-keys me` lists \
         your own, and the W&B app has the organisation's",
    )
}

/// The change that makes a key for whoever asks.
pub(super) async fn create(session: &mut HeadlessSession, description: &str) -> Result<Change, CommandError> {
    invitations::told(session)?;
    session.ask(vec![SideQueryKind::Me]).await?;
    let Some(owner) = session.directory.person(&SideQueryKind::Me).map(|me| me.id.clone()) else {
        return Err(CommandError::new(
            ErrorCode::Incomplete,
            "nothing was sent: the server does not say whose key is in use",
        ));
    };
    Ok(Change::CreateKey { key: key(session), owner, description: description.to_owned() })
}

pub(super) async fn delete(
    opener: &Opener,
    profile: Option<&str>,
    user: &str,
    keys: &[String],
    send: &SendOptions,
) -> Result<(), CommandError> {
    let mut session = session(opener, profile, send).await?;
    invitations::told(&session)?;
    let topic = topics(&mut session, &[user.to_owned()]).await?.pop().unwrap_or(SideQueryKind::Me);
    let failed = session.ask_slowly(vec![SideQueryKind::Me, topic.clone()], "API keys", |_| false).await?;
    // Everybody is told their own keys.
    let own = session
        .directory
        .person(&SideQueryKind::Me)
        .filter(|me| topic == SideQueryKind::Me || SideQueryKind::Person(me.id.clone()) == topic);
    let person = own.or(session.directory.person(&topic));
    let Some((owner, told)) = person.and_then(|person| Some((person.id.clone(), person.keys.clone()?))) else {
        let failure = failed.iter().find(|(of, _)| *of == topic);
        return Err(failure.map_or_else(
            || CommandError::new(ErrorCode::Incomplete, "nothing was sent: the keys of this person are not told"),
            |(_, failure)| not_told(failure, topic == SideQueryKind::Me),
        ));
    };
    let owner = match &topic {
        SideQueryKind::Person(id) => id.clone(),
        _ => owner,
    };
    let changes = keys.iter().map(|wanted| meant(wanted, &told, &owner)).collect::<Result<Vec<_>, _>>()?;
    put_forward(session, changes, send).await
}

/// The key with this id, this whole name, or this beginning of a name if only one key has it.
fn meant(wanted: &str, told: &[ApiKey], owner: &Id) -> Result<Change, CommandError> {
    let exact: Vec<&ApiKey> = told.iter().filter(|key| *key.id == *wanted || key.name.raw() == wanted).collect();
    let begins = || told.iter().filter(|key| !wanted.is_empty() && key.name.raw().starts_with(wanted)).collect();
    let found = if exact.is_empty() { begins() } else { exact };
    match found.as_slice() {
        [key] => Ok(Change::DeleteKey { owner: owner.clone(), key: key.id.clone(), name: key.name.raw().to_owned() }),
        [] => Err(CommandError::new(ErrorCode::NameUnknown, format!("they have no key {}", clean(wanted)))
            .hint("`scimitar api-keys` lists them")),
        several => Err(CommandError::new(
            ErrorCode::NameAmbiguous,
            format!("{} of their keys begin with {}: write the id", several.len(), clean(wanted)),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_meant_by_id_by_name_or_by_a_beginning_of_its_own() {
        let key =
            |id: &str, name: &str| ApiKey { id: id.into(), name: name.into(), description: "".into(), in_use: false };
        let told = [key("k1", "abcd1234"), key("k2", "abcd9999"), key("k3", "ef")];
        let meant = |wanted: &str| match meant(wanted, &told, &"u".into()) {
            Ok(Change::DeleteKey { key, .. }) => key.to_string(),
            other => format!("{}", other.is_err()),
        };
        assert_eq!(["k2", "abcd1234", "e", "abcd9"].map(meant), ["k2", "k1", "k3", "k2"]);
        assert_eq!(["abcd", "x", ""].map(meant), ["true", "true", "true"]);
    }
}
