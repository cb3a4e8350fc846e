//! What only writing tells: with two users and a group of the doctor's own, which it removes again whatever happens.

mod groups;
mod made;
mod users;

pub use made::Made;

use serde_json::Value;

use super::{
    finding::{Part, Verdict},
    probe::{Probe, Seen, Stop},
};
use crate::{
    directory::{
        Directory, Id, Kind,
        change::{Change, NewUser, Verb},
        record::{Depth, Record},
        records::Records,
        refusal::{Refusal, RefusalCode},
    },
    scim::{
        list,
        patch::{self, Op},
        request::{Method, Request},
    },
};

/// Tries everything, and removes what it made.
pub async fn run(probe: &mut Probe) -> (Vec<String>, Result<(), Stop>) {
    let mut made = Made::default();
    let result = attempt(probe, &mut made).await;
    (made.remove_all(probe).await, result)
}

async fn attempt(probe: &mut Probe, made: &mut Made) -> Result<(), Stop> {
    for (verb, what) in [(Verb::CreateUser, "create"), (Verb::DeleteUser, "delete")] {
        if let Err(why) = probe.dialect.capabilities().can(verb) {
            let words = format!("Nothing was tried: users could not be removed again. {why}");
            probe.find(Part::Writing, what, Verdict::Unknown, words, &[]);
            return Ok(());
        }
    }
    let Some(first) = users::create(probe, made, "a").await? else { return Ok(()) };
    users::duplicate(probe, made, &first).await?;
    users::patch(probe, &first).await?;
    users::put(probe, &first).await?;
    users::stale(probe, &first).await?;
    if let Some(second) = users::create_silently(probe, made, "b").await? {
        groups::run(probe, made, &first, &second).await?;
        users::delete(probe, made, &second).await?;
    }
    // Last: where it removes the user, nothing more could be tried.
    users::deactivate(probe, &first).await
}

/// The name of something of the doctor's own.
fn own_name(probe: &Probe, mark: &str) -> String {
    format!("scimitar-doctor-{}-{mark}", probe.tag)
}

/// The request that creates a user, as the console would send it; or why it would not.
fn creation(probe: &Probe, name: &str) -> Result<Request, Refusal> {
    let user = NewUser {
        user_name: name.to_owned(),
        // Reserved for examples (RFC 2606): mail goes nowhere.
        email: format!("{name}@example.com"),
        display_name: "Scimitar Doctor".into(),
        external_id: name.to_owned(),
        ..NewUser::default()
    };
    let change = Change::CreateUser { key: "new:1".into(), user };
    first_request(probe, &change, &Directory::default())
}

/// The first request of the console's plan for a change.
fn first_request(probe: &Probe, change: &Change, directory: &Directory) -> Result<Request, Refusal> {
    let step = probe.dialect.step(change, directory)?;
    let nothing = || Refusal::new(RefusalCode::NoChange, "The console would send nothing.");
    step.requests.into_iter().next().ok_or_else(nothing)
}

/// A directory of one user, for plans.
fn directory_of(probe: &Probe, document: &Value) -> Option<Directory> {
    let raw = serde_json::value::to_raw_value(document).ok()?;
    let Ok(Record::User(user)) = probe.dialect.read(Kind::User, &raw, Depth::Full, "$") else { return None };
    let mut directory = Directory::default();
    drop(directory.replace(Records::build(vec![user], Vec::new(), Vec::new()), true));
    Some(directory)
}

fn patch_of(endpoint: &str, id: &str, op: Op) -> Request {
    Request::new(Method::Patch, [endpoint, id]).body(patch::patch(vec![op]))
}

/// Reads a record; nothing where it is gone.
async fn read(probe: &Probe, endpoint: &str, id: &str) -> Result<(Option<Value>, Seen), Stop> {
    let seen = probe.get(&[endpoint, id], &[]).await?;
    let document = seen.is_ok().then(|| list::parse_one(&seen.answer.body).ok()).flatten();
    Ok((document, seen))
}

fn id_text(id: &str) -> Id {
    id.into()
}
