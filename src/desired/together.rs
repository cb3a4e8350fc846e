//! Entries of a file that are about the same user, put together: rows of a CSV spell a name now this way, now that.

use std::borrow::Cow;

use indexmap::{IndexMap, map::Entry};
use rustc_hash::FxBuildHasher;

use super::{
    DesiredPerson,
    csv_read::{self, agree},
    difference::DifferenceFinder,
    keys::CsvColumn,
    whom::{Subject, UnresolvedName},
};
use crate::{
    directory::{Id, find::MissingName},
    scim::text::fold,
};

/// Whom an entry is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum EntrySubject {
    User(Id),
    /// A member of teams that is no user.
    Other(Id),
    /// Nobody who is there, by the name in any case.
    New(String),
    /// Nobody knows: that is a problem already. By the entry's number.
    Unknown(usize),
}

/// Each with what the file says of them, in its order.
pub(super) type MergedPeople<'d> = IndexMap<EntrySubject, Cow<'d, DesiredPerson>, FxBuildHasher>;

/// Who is meant by each entry; what can't be meant, or is said of somebody twice, is a problem.
pub(super) fn together<'d>(differ: &mut DifferenceFinder<'_, '_>, people: &'d [DesiredPerson]) -> MergedPeople<'d> {
    let mut all = MergedPeople::default();
    for (number, person) in people.iter().enumerate() {
        let who = who(differ, person).unwrap_or(EntrySubject::Unknown(number));
        match all.entry(who) {
            Entry::Vacant(free) => {
                free.insert(Cow::Borrowed(person));
            }
            Entry::Occupied(mut taken) => {
                let known = taken.get_mut();
                if fold(known.user.trim()) == fold(person.user.trim()) {
                    join(differ, known.to_mut(), person);
                } else {
                    let why = format!("{} is about the same user", known.place.words);
                    differ.values.problem(&person.place, "user", why);
                }
            }
        }
    }
    all
}

fn who(differ: &mut DifferenceFinder<'_, '_>, person: &DesiredPerson) -> Option<EntrySubject> {
    let wanted = person.user.as_str();
    let found =
        if person.is_address { differ.whom.address(wanted).map(Subject::User) } else { differ.whom.subject(wanted) };
    let miss = match found {
        Ok(Subject::User(user)) => return Some(EntrySubject::User(user.id.clone())),
        Ok(Subject::Other(id)) => return Some(EntrySubject::Other(id)),
        Err(UnresolvedName::Missing(MissingName::Unknown(_))) => return Some(EntrySubject::New(fold(wanted.trim()))),
        Err(miss) => miss,
    };
    let hint = if matches!(miss, UnresolvedName::Missing(_)) { "; write the id" } else { "" };
    let why = format!("{}{hint}", miss.sentence("user", wanted));
    differ.values.problems.push(miss.problem(&person.place, "user", why));
    None
}

fn join(differ: &mut DifferenceFinder<'_, '_>, known: &mut DesiredPerson, more: &DesiredPerson) {
    let earlier = known.place.words.clone();
    let problems = &mut differ.values.problems;
    for (column, field) in CsvColumn::texts() {
        let mut text = known.texts.remove(&field);
        agree(&mut text, more.text(field), column, &more.place, &earlier, problems);
        known.put(field, text);
    }
    match (known.active, more.active) {
        (Some(before), Some(now)) if before != now => {
            problems.push(more.place.problem("active", format!("this is not so in {earlier}")));
        }
        (before, now) => known.active = before.or(now),
    }
    for (list, more, field) in
        [(&mut known.teams, &more.teams, "team"), (&mut known.registries, &more.registries, "registry")]
    {
        let Some(more) = more else { continue };
        let list = list.get_or_insert_default();
        more.iter().for_each(|one| csv_read::join(list, one.clone(), field, problems));
    }
}

/// The text as it is meant beside what is there: in a CSV, blanks at its ends count only where they are there, too.
pub(super) fn meant<'t>(text: &'t str, now: &str, stray_blanks: bool) -> &'t str {
    if stray_blanks && text != now { text.trim() } else { text }
}
