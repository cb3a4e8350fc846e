//! Checks that need writes, with two users and a group of the doctor's own, which are always removed again.

mod groups;
mod made;
mod new_users;
mod users;

pub use groups::NEVER_SHOWN;
pub use made::{MadeRecords, find};

use serde_json::Value;

use super::{
    finding::{FindingVerdict, ReportPart},
    lists,
    probe::{DoctorProbe, Seen, Stop, StrayRecord},
    records,
};
use crate::{
    directory::{
        Directory, Id, RecordKind,
        change::{Change, ChangeVerb, NewUser},
        record::{ReadDepth, Record},
        records::Records,
        refusal::{Refusal, RefusalCode},
    },
    scim::{
        list, merge,
        patch::{self, PatchOperation},
        request::{Method, Request},
    },
};

/// A user created by the doctor.
pub struct OwnUser {
    /// The user's id.
    pub id: String,
    /// The user name, which some servers use to list a member.
    pub name: String,
}

impl OwnUser {
    /// True if any of these members is the user.
    pub fn is_in(&self, members: &[String]) -> bool {
        members.iter().any(|member| self.is(member))
    }

    /// The name under which these members list the user.
    pub fn called_in<'a>(&'a self, members: &'a [String]) -> &'a str {
        members.iter().find(|member| self.is(member)).map_or(&self.id, |member| member.as_str())
    }

    fn is(&self, member: &str) -> bool {
        member == self.id || member.eq_ignore_ascii_case(&self.name)
    }
}

/// Runs all checks, and removes the created records.
pub async fn run(probe: &mut DoctorProbe) -> (Vec<String>, Result<(), Stop>) {
    let mut made = MadeRecords::default();
    let result = attempt(probe, &mut made).await;
    (made.remove_all(probe).await, result)
}

/// Removes records left by other runs; returns those that could not be removed.
pub async fn tidy(probe: &mut DoctorProbe, strays: Vec<StrayRecord>) -> Vec<String> {
    if strays.is_empty() {
        return Vec::new();
    }
    let names: Vec<String> = strays.iter().map(|stray| stray.name.clone()).collect();
    let left = strays.into_iter().collect::<MadeRecords>().remove_all(probe).await;
    if left.is_empty() {
        let words = format!("removed what a run left that was ended: {}", names.join(", "));
        probe.find(ReportPart::Writing, "earlier run", FindingVerdict::Note, words, &[]);
    }
    left
}

async fn attempt(probe: &mut DoctorProbe, made: &mut MadeRecords) -> Result<(), Stop> {
    for (verb, what) in [(ChangeVerb::CreateUser, "create"), (ChangeVerb::DeleteUser, "delete")] {
        if let Err(why) = probe.dialect.capabilities().can(verb) {
            let words = format!("Nothing was tried: users could not be removed again. {why}");
            probe.find(ReportPart::Writing, what, FindingVerdict::Unknown, words, &[]);
            return Ok(());
        }
    }
    let Some(first) = new_users::create(probe, made, "a").await? else { return Ok(()) };
    new_users::duplicate(probe, made, &first).await?;
    users::patch(probe, &first).await?;
    users::put(probe, &first).await?;
    users::dates(probe, &first).await?;
    users::stale(probe, &first).await?;
    users::email(probe, &first).await?;
    if let Some(second) = new_users::create_silently(probe, made, "b").await? {
        let own = |id: &String, mark: &str| OwnUser { id: id.clone(), name: own_name(probe, mark) };
        let (stays, goes) = (own(&first, "a"), own(&second, "b"));
        groups::run(probe, made, &stays, &goes).await?;
        users::delete(probe, made, &second).await?;
    }
    // This check is last: a server that removes the user would prevent further checks.
    users::activity(probe, &first).await
}

/// The prefix of names created by the doctor.
const OWN: &str = "scimitar-doctor-";

/// Suffixes after a run's tag: two users and a group.
pub const MARKS: [(RecordKind, &str); 3] =
    [(RecordKind::User, "a"), (RecordKind::User, "b"), (RecordKind::Team, "group")];

/// The name of a record of this run.
fn own_name(probe: &DoctorProbe, mark: &str) -> String {
    name_of(&probe.tag, mark)
}

/// The name of a record of the run with this tag.
pub fn name_of(tag: &str, mark: &str) -> String {
    format!("{OWN}{tag}-{mark}")
}

/// True for a record of the doctor's own: its name holds the name that was asked for, which nobody else has. Any other
/// record is left alone, whatever the answer says.
fn is_own(record: &Value, kind: RecordKind, name: &str) -> bool {
    let told = records::text(record, lists::name_attribute(kind));
    told.is_none_or(|told| told.to_lowercase().contains(&name.to_lowercase()))
}

/// The tag of the run that creates records of this kind and name.
pub fn tag_in(kind: RecordKind, name: &str) -> Option<&str> {
    let (tag, mark) = name.strip_prefix(OWN)?.split_once('-')?;
    let is_tag = tag.len() == 8 && tag.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_tag && MARKS.contains(&(kind, mark))).then_some(tag)
}

/// Applies an operation to the whole record and puts the record, as the console does.
async fn put_merged(probe: &DoctorProbe, endpoint: &str, id: &str, op: PatchOperation) -> Result<Option<Seen>, Stop> {
    let (Some(mut document), _) = read(probe, endpoint, id).await? else { return Ok(None) };
    if merge::apply(&patch::patch(vec![op]), &mut document).is_err() {
        return Ok(None);
    }
    if let Some(map) = document.as_object_mut() {
        map.remove("meta");
    }
    Ok(Some(probe.ask(&Request::new(Method::Put, [endpoint, id]).body(document)).await?))
}

/// The console's request for creating a user, or the reason why there is none.
fn creation(probe: &DoctorProbe, name: &str) -> Result<Request, Refusal> {
    // W&B keeps none.
    let keeps_external_id = probe.dialect.capabilities().can(ChangeVerb::SetAttribute).is_ok();
    let user = NewUser {
        user_name: name.to_owned(),
        // The domain is reserved for examples (RFC 2606), so that no mail arrives anywhere.
        email: format!("{name}@example.com"),
        display_name: "Scimitar Doctor".into(),
        external_id: if keeps_external_id { name.to_owned() } else { String::new() },
        ..NewUser::default()
    };
    let change = Change::CreateUser { key: "new:1".into(), user };
    first_request(probe, &change, &Directory::default())
}

/// The first request of the console's plan for a change.
fn first_request(probe: &DoctorProbe, change: &Change, directory: &Directory) -> Result<Request, Refusal> {
    let step = probe.narrowed().step(change, directory)?;
    let nothing = || Refusal::new(RefusalCode::NoChange, "The console would send nothing.");
    step.requests.into_iter().next().ok_or_else(nothing)
}

/// A directory with a single user, for planning.
fn directory_of(probe: &DoctorProbe, document: &Value) -> Option<Directory> {
    let raw = serde_json::value::to_raw_value(document).ok()?;
    let Ok(Record::User(user)) = probe.dialect.read(RecordKind::User, &raw, ReadDepth::Full, "$") else { return None };
    let mut directory = Directory::default();
    drop(directory.replace(Records::build(vec![user], Vec::new(), Vec::new()), true));
    Some(directory)
}

fn patch_of(endpoint: &str, id: &str, op: PatchOperation) -> Request {
    Request::new(Method::Patch, [endpoint, id]).body(patch::patch(vec![op]))
}

/// Reads a record; `None` if the record is gone.
async fn read(probe: &DoctorProbe, endpoint: &str, id: &str) -> Result<(Option<Value>, Seen), Stop> {
    let seen = probe.get(&[endpoint, id], &[]).await?;
    let document = seen.is_ok().then(|| list::parse_one(&seen.answer.body).ok()).flatten();
    Ok((document, seen))
}

fn id_text(id: &str) -> Id {
    id.into()
}
