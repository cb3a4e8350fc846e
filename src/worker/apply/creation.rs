//! The outcome of a creation: the record that the server has made, compared with the one that was asked for.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use super::{ChangeAttempt, effects::listed, send::path_of};
use crate::{
    dialect::ChangeShown,
    directory::{
        Id, Name, Observation, RecordKind, ResourceRef,
        change::Change,
        plan::{ChangeState, JournalEntry, SideEffect, Undo},
        record::Record,
    },
    scim::{
        caseless,
        difference::{ValueDifference, differences},
        instant, json,
    },
};

/// Attributes that a creation asks for and a server may leave out: the words for each, then its name.
const KEPT: [(&str, &str); 3] = [("email", "emails"), ("display name", "displayName"), ("external id", "externalId")];

/// Those of W&B: a release that knows no seats shows none.
const SEATS: [(&str, &str); 2] = [("Models seat", "modelsSeat"), ("Weave access", "weaveRole")];

/// The value without the parts that servers alter in texts that they keep: letter case, composed accents, blanks.
fn normalised(value: &Value) -> Value {
    match value {
        Value::String(text) => {
            let squeezed = text.split_whitespace().collect::<Vec<_>>().join(" ");
            caseless::key(&squeezed).into_owned().into()
        }
        Value::Array(list) => list.iter().map(normalised).collect(),
        Value::Object(map) => map.iter().map(|(name, value)| (name.clone(), normalised(value))).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

/// The clock of the server may be so much behind this machine's.
const SKEW: SignedDuration = SignedDuration::from_secs(60);

/// The reason why a record of another name, with which the server answered a creation, is not deleted.
const MAYBE_OLD: &str = "Nothing shows that the record with which the server answered was made by this change: it is left \
                         alone.";

/// The evidence that a change has made a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum MadeBy {
    /// No reading before had its id, and the server says that it was created after the request was sent.
    ThisChange,
    /// A reading before had its id, and the server does not say that it was created since.
    Somebody,
    /// Nothing tells.
    Unknown,
}

impl ChangeAttempt<'_> {
    /// A new user whom the server has made inactive.
    pub(super) fn inactive(&self, entry: &JournalEntry) -> Option<SideEffect> {
        let (Change::CreateUser { user, .. }, Some(created)) = (&entry.step.change, &entry.created) else {
            return None;
        };
        let active = |document: &Value| document.as_object().and_then(|map| json::get(map, "active")).cloned();
        let asked = entry.step.requests.first().and_then(|request| active(request.body.as_ref()?));
        let now = active(&self.after.get(&path_of(&ResourceRef::user(created)))?.document);
        let words = format!("{} is inactive: the server has created them so.", Name::from(user.user_name.as_str()));
        // A creation without `active` means an active user. Its undo takes the whole user away.
        (asked != Some(false.into()) && now == Some(false.into())).then(|| SideEffect {
            words,
            harm: false,
            back: Vec::new(),
        })
    }

    /// The values of a new user that the server did not keep, in words.
    pub(super) fn not_kept(&self, entry: &JournalEntry) -> Vec<&'static str> {
        let Some([asked, now]) = self.asked_and_now(entry) else { return Vec::new() };
        let is_lost = |name: &str| {
            let wanted = json::get(asked, name).map(normalised);
            let of =
                |value: Option<Value>| Value::Object(Map::from_iter([(name.to_owned(), value.unwrap_or_default())]));
            let now = json::get(now, name).map(normalised);
            wanted.is_some() && differences(&of(wanted), &of(now)).iter().any(is_loss)
        };
        let shown = SEATS.iter().filter(|(_, name)| json::get(now, name).is_some());
        KEPT.iter().chain(shown).filter(|(_, name)| is_lost(name)).map(|(words, _)| *words).collect()
    }

    /// The values of a new user that the record does not show, in words: whether they were kept is not told.
    pub(super) fn not_shown_of_user(&self, entry: &JournalEntry) -> Vec<&'static str> {
        let Some([asked, now]) = self.asked_and_now(entry) else { return Vec::new() };
        let is_open = |name: &str| json::get(asked, name).is_some() && json::get(now, name).is_none();
        SEATS.iter().filter(|(_, name)| is_open(name)).map(|(words, _)| *words).collect()
    }

    /// The attributes that the creation of a user asked for, and those of the record.
    fn asked_and_now<'a>(&'a self, entry: &'a JournalEntry) -> Option<[&'a Map<String, Value>; 2]> {
        let (Change::CreateUser { .. }, Some(created)) = (&entry.step.change, &entry.created) else { return None };
        let asked = entry.step.requests.first()?.body.as_ref()?.as_object()?;
        let now = self.after.get(&path_of(&ResourceRef::user(created)))?;
        Some([asked, now.document.as_object()?])
    }

    /// The members meant for a new team whom its record does not show: all of them where the server tells no members.
    pub(super) async fn missing(&self, entry: &JournalEntry) -> Vec<Id> {
        let (missing, _) = self.not_shown(entry).await;
        missing
    }

    /// The members meant for a new team whom its record does not show, and whether the record tells members.
    async fn not_shown(&self, entry: &JournalEntry) -> (Vec<Id>, bool) {
        let (Change::CreateTeam { members, .. }, Some(created)) = (&entry.step.change, &entry.created) else {
            return (Vec::new(), false);
        };
        let fresh = self.identified(&entry.step.change).await;
        let team = fresh.iter().rev().find_map(|one| match one {
            Observation::Record(Record::Team(team)) if team.id == *created => Some(team),
            _ => None,
        });
        let missing = members.iter().filter(|id| team.is_none_or(|team| !team.has(id))).cloned().collect();
        (missing, team.is_some_and(|team| team.members.is_some()))
    }

    /// A sentence that names the members meant for a new team whom it lacks; empty for any other change, and where the
    /// server tells no members.
    pub(super) async fn left_out(&self, entry: &JournalEntry) -> String {
        let (missing, is_told) = self.not_shown(entry).await;
        if missing.is_empty() || !is_told {
            return String::new();
        }
        let users = self.users(&missing).await;
        let name = |id: &Id| users.get(id).map_or_else(|| id.to_string(), |user| user.user_name.to_string());
        format!(" Not in it: {}.", listed(&missing.iter().map(name).collect::<Vec<_>>()))
    }

    /// The outcome of a creation that the server has answered with a record of another name; `None` for any other
    /// change. A record that was there before is none of this change: the record that was asked for is searched for.
    pub(super) async fn made_otherwise(&mut self, entry: &mut JournalEntry) -> Option<MadeOtherwise> {
        let OtherName { target, document, attribute, asked, made } = self.other_name(entry)?;
        if matches!(self.fresh.iter().rev().find(|one| one.is_of(&target)), Some(Observation::Gone(_))) {
            return None;
        }
        let instead = format!("{attribute} {} in place of {}", shown(&made), shown(&asked));
        let rest = if entry.accepted() < entry.step.requests.len() { "; the rest was not sent" } else { "" };
        let why = format!("The server did it otherwise: it shows {instead}{rest}");
        match self.made_by(&target, &document).await {
            MadeBy::ThisChange => {
                let lost = self.not_kept(entry);
                let lost = if lost.is_empty() { String::new() } else { format!(", and no {}", lost.join(", no ")) };
                Some(MadeOtherwise::Settled(ChangeState::Partly, format!("{why}{lost}.")))
            }
            MadeBy::Unknown => {
                entry.created = None;
                entry.step.undo = Undo::Never(MAYBE_OLD.to_owned());
                let id = shown(&target.id);
                let why =
                    format!("{why}, with the id {id}. Whether that record is new is not known: an undo leaves it.");
                Some(MadeOtherwise::Settled(ChangeState::Partly, why))
            }
            MadeBy::Somebody => {
                entry.created = None;
                self.after.remove(&path_of(&target));
                self.fresh.retain(|one| !one.is_of(&target));
                let found = match self.looks_for(entry) {
                    Some(request) => self.find(entry, &request).await.is_ok(),
                    None => false,
                };
                if let Some(made) = &entry.created {
                    let made = ResourceRef { kind: target.kind, id: made.clone() };
                    let document = self.after.get(&path_of(&made)).map(|after| after.document.clone());
                    return Some(match self.made_by(&made, &document.unwrap_or_default()).await {
                        MadeBy::ThisChange => MadeOtherwise::Found(self.shows(entry).await),
                        MadeBy::Somebody | MadeBy::Unknown => {
                            let why = format!("{} is there; nothing shows that this change made it.", shown(&asked));
                            MadeOtherwise::Settled(ChangeState::Already, why)
                        }
                    });
                }
                let instead = format!("a record that was there before, {}", shown(&made));
                let (state, rest) = if found {
                    (ChangeState::Refused, format!("; {} is not there", shown(&asked)))
                } else {
                    (ChangeState::Unseen, format!("; whether {} is there can't be read", shown(&asked)))
                };
                Some(MadeOtherwise::Settled(state, format!("The server answered with {instead}{rest}.")))
            }
        }
    }

    /// The record with which the server has answered a creation, where it has another name than was asked for. Nothing
    /// more is sent about such a record.
    pub(super) fn other_name(&self, entry: &JournalEntry) -> Option<OtherName> {
        let target = ResourceRef { kind: entry.step.change.creation()?.kind, id: entry.created.clone()? };
        let document = self.after.get(&path_of(&target))?.document.clone();
        let attribute = match target.kind {
            RecordKind::User => "userName",
            RecordKind::Team => "displayName",
            RecordKind::Role => "name",
        };
        let text = |of: &Value| Some(json::get(of.as_object()?, attribute)?.as_str()?.to_owned());
        let asked = entry.step.requests.first().and_then(|request| text(request.body.as_ref()?))?;
        let made = text(&document)?;
        let differs = !caseless::same_name(&asked, &made);
        differs.then_some(OtherName { target, document, attribute, asked, made })
    }

    /// True where the server says that the record was created before the request went out.
    pub(super) fn is_older(&self, target: &ResourceRef) -> bool {
        let created = self.after.get(&path_of(target)).and_then(|after| created(&after.document));
        created.is_some_and(|created| created < self.earliest())
    }

    /// The earliest time, by the server's clock, at which this attempt can have created a record.
    fn earliest(&self) -> Timestamp {
        self.began.checked_sub(SKEW).unwrap_or(self.began)
    }

    async fn made_by(&self, target: &ResourceRef, document: &Value) -> MadeBy {
        let of = target.clone();
        let known = self.context.stored(move |store| store.record(&of)).await.flatten().is_some();
        match (created(document).map(|created| created >= self.earliest()), known) {
            (Some(true), false) => MadeBy::ThisChange,
            (Some(false) | None, true) => MadeBy::Somebody,
            // Some servers give every record one time of creation, and some bring back a record that was deleted.
            (Some(false) | None, false) | (Some(true), true) => MadeBy::Unknown,
        }
    }
}

/// A record with another name than was asked for.
pub(super) struct OtherName {
    target: ResourceRef,
    document: Value,
    /// The attribute that holds the name.
    attribute: &'static str,
    asked: String,
    made: String,
}

/// What has become of a creation that was answered with a record of another name.
pub(super) enum MadeOtherwise {
    /// The outcome, and the words for it.
    Settled(ChangeState, String),
    /// The record that was asked for is there, too.
    Found(ChangeShown),
}

/// When the server says that the record was created (RFC 7643 §3.1).
pub(super) fn created(document: &Value) -> Option<Timestamp> {
    document.pointer("/meta/created").and_then(Value::as_str).and_then(instant::from_text)
}

fn shown(text: &str) -> Name {
    Name::from(text)
}

/// True where a former value is gone.
fn is_loss(difference: &ValueDifference) -> bool {
    match difference {
        ValueDifference::Entries { gone, .. } => !gone.is_empty(),
        ValueDifference::Value { before, .. } => before.is_some(),
    }
}
