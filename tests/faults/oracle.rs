//! What the server did against what the journal says, user by user.

use std::collections::BTreeMap;

use scimitar::directory::{
    change::{Change, Seat},
    plan::{Entry, State},
};
use serde_json::Value;

use crate::world::{PARTIES, World};

pub struct Verdict {
    /// Changes with an outcome.
    pub changes: usize,
    pub confirmed: usize,
    /// What does not fit, in words.
    pub wrong: Vec<String>,
}

/// What was done to one user.
#[derive(Default)]
struct Story<'a> {
    /// Seats that the server took, in order.
    taken: Vec<String>,
    entries: Vec<&'a Entry>,
}

impl Verdict {
    pub fn of(world: &World) -> Self {
        let journal = world.journal();
        let snapshot = world.snapshot();
        let mut stories: BTreeMap<String, Story<'_>> = BTreeMap::new();
        for write in world.server.taken() {
            if let (Some(id), Some(seat)) = (write.path.strip_prefix("/scim/Users/"), seat_in(&write.body)) {
                stories.entry(id.replace("%3D", "=")).or_default().taken.push(seat);
            }
        }
        for entry in &journal {
            if let Some((user, _)) = asked(entry) {
                stories.entry(user.to_owned()).or_default().entries.push(entry);
            }
        }
        let mut wrong: Vec<String> = Vec::new();
        for entry in journal.iter().filter(|entry| entry.state.is_open()) {
            wrong.push(format!("left open: {}", told(entry)));
        }
        for (id, story) in &stories {
            let Some(user) = snapshot.users.iter().find(|user| *user.id == **id) else {
                wrong.push(format!("{id} is not in the console's list"));
                continue;
            };
            let name = user.user_name.raw();
            let party = PARTIES.iter().find(|party| name.starts_with(**party)).copied().unwrap_or_default();
            let shown = user.models_seat.as_ref().map_or("", |seat| seat.raw());
            let mut say = |what: &str| wrong.push(format!("{name}: {what}\n{}", story.told()));
            if story.taken.last().map_or("full", String::as_str) != shown {
                say(&format!("the console shows {shown}"));
            }
            story.judge(party == "all", &mut say);
        }
        let with = |states: &[State]| journal.iter().filter(|entry| states.contains(&entry.state)).count();
        Self {
            changes: with(&[State::Confirmed, State::Refused, State::Conflict]),
            confirmed: with(&[State::Confirmed]),
            wrong,
        }
    }
}

impl Story<'_> {
    /// Users that one party touches: the server took each confirmed change once, and nothing else. Users that all touch:
    /// nothing was taken that nobody confirms, and what is there at last is confirmed.
    fn judge(&self, shared: bool, say: &mut impl FnMut(&str)) {
        for seat in ["full", "none"] {
            let taken = self.taken.iter().filter(|taken| *taken == seat).count();
            let confirmed = self.confirmed().filter(|entry| asked(entry).is_some_and(|(_, to)| to == seat)).count();
            if taken > confirmed {
                say(&format!("{seat} was taken {taken} times and is confirmed {confirmed} times"));
            }
            // Of a lost answer the directory decides: what was so before may have been asked for again in vain.
            let sure = self.confirmed().filter(|entry| entry.why.is_empty());
            let confirmed = sure.filter(|entry| asked(entry).is_some_and(|(_, to)| to == seat)).count();
            if taken < confirmed && !shared {
                say(&format!("{seat} is confirmed {confirmed} times and was taken {taken} times"));
            }
        }
        let again = self.taken.windows(2).any(|pair| pair[0] == pair[1]);
        if again && !shared {
            say("the same was sent twice");
        }
        if let Some(last) = self.taken.last()
            && !self.confirmed().any(|entry| asked(entry).is_some_and(|(_, to)| to == last))
        {
            say("what is there now is confirmed by nobody");
        }
    }

    fn confirmed(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().copied().filter(|entry| entry.state == State::Confirmed)
    }

    fn told(&self) -> String {
        let entries: Vec<String> = self.entries.iter().map(|entry| told(entry)).collect();
        format!("  taken {:?}\n  {}", self.taken, entries.join("\n  "))
    }
}

fn asked(entry: &Entry) -> Option<(&str, &str)> {
    match &entry.step.change {
        Change::SetSeat { user, seat: Seat::Models, to, .. } => Some((user, to.raw())),
        _ => None,
    }
}

fn told(entry: &Entry) -> String {
    let to = asked(entry).map_or("?", |(_, to)| to);
    let answers: Vec<String> =
        entry.exchanges.iter().map(|one| format!("{:?} {:.60}", one.status, one.answer)).collect();
    let settled = entry.settled.map(|at| at.to_string()).unwrap_or_default();
    let before = &entry.step.words.before;
    let versions: Vec<_> = entry.step.requests.iter().map(|one| &one.if_match).collect();
    format!(
        "{} by {} at {}–{settled} {before:?} → {to}: {versions:?} {:?} {} {answers:?}",
        entry.id.0, entry.actor, entry.at, entry.state, entry.why
    )
}

/// The seat in a user's document or in a PATCH of one.
fn seat_in(body: &str) -> Option<String> {
    let body: Value = serde_json::from_str(body).ok()?;
    let operations = body.get("Operations").and_then(Value::as_array);
    let seat = |operation: &Value| {
        let value = operation.get("value")?;
        match operation.get("path").and_then(Value::as_str) {
            Some("modelsSeat") => value.as_str().map(str::to_owned),
            _ => value.get("modelsSeat").and_then(Value::as_str).map(str::to_owned),
        }
    };
    operations?.iter().find_map(seat)
}
