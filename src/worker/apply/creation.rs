//! The outcome of a creation: the created record is compared with the wanted one.

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

/// Attributes that a creation sends and a server may leave out: the words for each, then its name.
const KEPT: [(&str, &str); 3] = [("email", "emails"), ("display name", "displayName"), ("external id", "externalId")];

/// The same for W&B: releases without seats show none.
const SEATS: [(&str, &str); 2] = [("Models seat", "modelsSeat"), ("Weave access", "weaveRole")];

/// The value without the parts of a text that servers alter: letter case, composed accents, blanks.
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

/// The tolerated lag of the server's clock behind this machine's.
const SKEW: SignedDuration = SignedDuration::from_secs(60);

/// The reason why undo does not delete a record of another name that the answer to a creation has shown.
const MAYBE_OLD: &str = "Nothing shows that the record with which the server answered was made by this change: it is left \
                         alone.";

/// The evidence that a change has made a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum MadeBy {
    /// No earlier reading had its id, and the server dates its creation after the request.
    ThisChange,
    /// An earlier reading had its id, and the server does not date its creation after the request.
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
        // A creation without `active` creates an active user. Its undo deletes the whole user.
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

    /// The values of a new user that the record does not show, in words: whether the server kept them is not known.
    pub(super) fn not_shown_of_user(&self, entry: &JournalEntry) -> Vec<&'static str> {
        let Some([asked, now]) = self.asked_and_now(entry) else { return Vec::new() };
        let is_open = |name: &str| json::get(asked, name).is_some() && json::get(now, name).is_none();
        SEATS.iter().filter(|(_, name)| is_open(name)).map(|(words, _)| *words).collect()
    }

    /// The attributes that the creation of a user sent, and those of the record.
    fn asked_and_now<'a>(&'a self, entry: &'a JournalEntry) -> Option<[&'a Map<String, Value>; 2]> {
        let (Change::CreateUser { .. }, Some(created)) = (&entry.step.change, &entry.created) else { return None };
        let asked = entry.step.requests.first()?.body.as_ref()?.as_object()?;
        let now = self.after.get(&path_of(&ResourceRef::user(created)))?;
        Some([asked, now.document.as_object()?])
    }

    /// The wanted members of a new team whom its record does not show; all of them if the server shows no members.
    pub(super) async fn missing(&self, entry: &JournalEntry) -> Vec<Id> {
        let (missing, _) = self.not_shown(entry).await;
        missing
    }

    /// The wanted members of a new team whom its record does not show, and whether the record shows members.
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

    /// A sentence that names the wanted members whom a new team lacks; empty for any other change, and if the server
    /// shows no members.
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
    /// change. If that record existed before, it does not count, and the wanted record is searched for.
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

    /// The record in the answer to a creation, if its name is not the wanted one. No further request is sent about such
    /// a record.
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

    /// True if the server dates the record before the request.
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
            // Some servers give all records the same date of creation, and some bring back a deleted record.
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

/// The origin of a record of another name in the answer to a creation.
pub(super) enum MadeOtherwise {
    /// The outcome, and the words for it.
    Settled(ChangeState, String),
    /// The record that was asked for is there, too.
    Found(ChangeShown),
}

/// The server's date of the record's creation (RFC 7643 §3.1).
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
