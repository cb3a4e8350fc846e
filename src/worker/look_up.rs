//! Looks up names that the lists may lack, by the server's filters, a few at a time.

use futures_util::future::join_all;

use super::{
    Done, READS, Worker,
    context::{WorkerContext, unreadable},
};
use crate::{
    directory::{
        Observation, RecordKind, ResourceRef,
        find::{self, NameLevel},
        record::{ReadDepth, Record},
        work::{MissedName, WorkerReport},
    },
    scim::{
        caseless,
        failure::{Failure, FailureClass, RequestArrival},
        list,
    },
};

/// The server's answers about some names.
pub struct LookUpAnswers {
    pub kind: RecordKind,
    /// The records of this name, all of them if several have it.
    pub fresh: Vec<Observation>,
    pub missed: Vec<MissedName>,
}

impl Worker {
    pub(super) fn look_up(&mut self, kind: RecordKind, names: Vec<String>) {
        let context = self.context.clone();
        self.tasks.spawn(async move {
            let answers = look_up(&context, kind, names).await;
            context.keep(&answers.fresh).await;
            Done::LookedUp(answers)
        });
    }

    pub(super) fn looked_up(&mut self, answers: LookUpAnswers) {
        let LookUpAnswers { kind, fresh, missed } = answers;
        if let Some(failure) =
            missed.iter().filter_map(|missed| missed.failure.as_ref()).find(|failure| is_away(failure))
        {
            self.link_after(failure);
        }
        if !fresh.is_empty() {
            self.link_up();
            self.learnt(&fresh);
            self.context.report(WorkerReport::Learnt(fresh));
        }
        self.context.report(WorkerReport::LookUpEnded(kind, missed));
    }
}

async fn look_up(context: &WorkerContext, kind: RecordKind, names: Vec<String>) -> LookUpAnswers {
    let mut answers = LookUpAnswers { kind, fresh: Vec::new(), missed: Vec::new() };
    let mut away: Option<Failure> = None;
    for some in names.chunks(READS) {
        if let Some(failure) = &away {
            let missed = |name: &String| MissedName { name: name.clone(), failure: Some(failure.clone()) };
            answers.missed.extend(some.iter().map(missed));
            continue;
        }
        let found = join_all(some.iter().map(|name| in_each_form(context, kind, name))).await;
        for (name, found) in some.iter().zip(found) {
            match found {
                Ok(records) if records.is_empty() => {
                    answers.missed.push(MissedName { name: name.clone(), failure: None });
                }
                Ok(records) => answers.fresh.extend(records.into_iter().map(Observation::Record)),
                Err(failure) => {
                    away = away.or_else(|| Some(failure.clone()).filter(is_away));
                    answers.missed.push(MissedName { name: name.clone(), failure: Some(failure) });
                }
            }
        }
    }
    answers
}

/// All records that the server finds by one name. If it finds none, the name is looked up again without blanks at its
/// ends and with composed accents (NFC): servers compare filter values letter by letter.
async fn in_each_form(context: &WorkerContext, kind: RecordKind, name: &str) -> Result<Vec<Record>, Failure> {
    let found = one(context, kind, name).await?;
    let composed = caseless::composed(name.trim());
    if found.is_empty() && composed != name { one(context, kind, &composed).await } else { Ok(found) }
}

/// All records that the server finds by one name. Attributes are tried in order until a record has exactly the name.
async fn one(context: &WorkerContext, kind: RecordKind, name: &str) -> Result<Vec<Record>, Failure> {
    let (mut found, mut failed): (Vec<Record>, Option<Failure>) = (Vec::new(), None);
    for level in order(name) {
        // Attributes other than user name and email are tried only if these two find nobody.
        let is_last_resort = matches!(level, NameLevel::Id | NameLevel::DisplayName);
        if is_last_resort && !found.is_empty() {
            continue;
        }
        match at(context, kind, level, name).await {
            Ok(records) => found.extend(records),
            Err(failure) if is_away(&failure) => return Err(failure),
            // A server may lack these filters, or refuse a text that is no id.
            Err(_) if is_last_resort => {}
            Err(failure) => failed = failed.or(Some(failure)),
        }
        if found.iter().any(|record| find::is_exactly(record, level, name)) {
            break;
        }
    }
    match failed {
        Some(failure) if found.is_empty() => Err(failure),
        _ => Ok(found),
    }
}

fn order(name: &str) -> [NameLevel; 4] {
    if may_be_id(name) {
        [NameLevel::Id, NameLevel::Name, NameLevel::Email, NameLevel::DisplayName]
    } else {
        [NameLevel::Name, NameLevel::Email, NameLevel::Id, NameLevel::DisplayName]
    }
}

/// An id has digits or is base64, so it does not look like an address or a person's name.
pub(super) fn may_be_id(name: &str) -> bool {
    name.contains(|c: char| c.is_ascii_digit() || c == '=') && !name.contains(|c: char| c == '@' || c.is_whitespace())
}

async fn at(context: &WorkerContext, kind: RecordKind, level: NameLevel, name: &str) -> Result<Vec<Record>, Failure> {
    let Some(request) = context.dialect.look_up(kind, level, name) else {
        let text = "This server has no way to look names up";
        let refused = Failure::local(FailureClass::Refused, text, "");
        return if level == NameLevel::Name { Err(refused) } else { Ok(Vec::new()) };
    };
    if level == NameLevel::Id {
        let fresh = context.read(&ResourceRef { kind, id: name.into() }).await?;
        let record = if let Observation::Record(record) = fresh { Some(record) } else { None };
        return Ok(record.into_iter().filter(|record| find::is_called(record, name)).collect());
    }
    let answer = context.send(&request).await?;
    let page = list::parse(&answer.body).map_err(|bad| unreadable(&bad))?;
    let depth = context.dialect.list(kind).map_or(ReadDepth::Summary, |list| list.depth);
    let read = |raw| context.dialect.read(kind, raw, depth, "$").ok();
    let mut all: Vec<Record> = page.resources.iter().filter_map(|raw| read(raw)).collect();
    for record in &mut all {
        if let Record::Team(team) = record
            && context.withhold(|withheld| withheld.is_in_list(&team.id))
        {
            team.members = None;
        }
    }
    let read = all.len();
    let refused =
        |text: &str| Err(Failure { arrived: RequestArrival::Yes, ..Failure::local(FailureClass::Refused, text, "") });
    if page.resources.is_empty() && page.total.is_some_and(|total| total > 0) {
        return refused("The server counts records of this name, and shows none of them");
    }
    let meant: Vec<Record> = all.into_iter().filter(|record| find::is_called(record, name)).collect();
    // An email filter may find somebody who has the address as a second one; a name filter must not find others.
    let others = read - meant.len();
    if meant.is_empty() && others > 0 && level == NameLevel::Name {
        return refused("The server does not look names up: it answers with records of other names");
    }
    let is_part = page.next_cursor.is_some() || page.total.is_some_and(|total| total > page.resources.len() as u64);
    if is_part && others > 0 {
        return refused("The server does not look names up: its answer is a part of many records");
    }
    if read < page.resources.len() {
        return refused("The server's answer holds a record that can't be read");
    }
    Ok(meant)
}

/// True for a failure that the next name would meet as well. A request that can't be built, because an id gives no URL,
/// tells nothing about the server.
pub(super) fn is_away(failure: &Failure) -> bool {
    let of_this_name = matches!(failure.class, FailureClass::Protocol | FailureClass::Refused | FailureClass::Local);
    let unanswered = failure.status.is_none() && !of_this_name;
    unanswered || failure.class == FailureClass::Unauthorized
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("u011999", true)]
    #[case("2819c223-7f76-453a-919d-413861904646", true)]
    #[case("VXNlcjoxMjM=", true)]
    #[case("eva-tanaka", false)]
    #[case("user0001@example.com", false)]
    #[case("Agent 47", false)]
    fn an_id_is_told_from_a_name(#[case] text: &str, #[case] is_id: bool) {
        assert_eq!(may_be_id(text), is_id);
    }
}
