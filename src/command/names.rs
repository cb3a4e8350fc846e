//! Finds records for names on the command line. A name missing from an incomplete list is looked up on the server.

use std::io::{self, IsTerminal};

use rustc_hash::FxHashMap;

use super::{
    end::ErrorCode,
    error::{CommandError, ErrorDetail},
    file,
    headless_session::HeadlessSession,
};
use crate::{
    directory::{
        Id, RecordKind,
        find::{MissingName, NameFinder},
    },
    named_file,
    scim::{
        failure::Failure,
        text::{clean, without_bom},
    },
};

/// The provider's word for a team.
pub(super) fn team_word(session: &HeadlessSession) -> &'static str {
    session.can().holds().team_word
}

/// The given names; `-` stands for names on standard input, a name per line.
pub(super) fn given(names: &[String]) -> Result<Vec<String>, CommandError> {
    let mut all = Vec::new();
    for name in names {
        if name != "-" {
            all.push(name.clone());
            continue;
        }
        if io::stdin().is_terminal() {
            return Err(CommandError::usage("- reads names from standard input, and that is this terminal"));
        }
        let unreadable = |error: io::Error| {
            CommandError::new(ErrorCode::FileUnreadable, format!("standard input can't be read: {error}"))
        };
        let bytes = named_file::read_stdin(u64::MAX, file::SILENT, || file::waits("standard input has no end yet"));
        let bytes = bytes.map_err(unreadable)?;
        all.extend(lines(bytes)?);
    }
    if all.is_empty() { Err(CommandError::usage("no names came on standard input")) } else { Ok(all) }
}

/// The lines that are not blank, unchanged: blanks and invisible characters may belong to a name.
fn lines(bytes: Vec<u8>) -> Result<Vec<String>, CommandError> {
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let why = format!("standard input is not UTF-8 from byte {at} on: save the list as UTF-8");
        CommandError::new(ErrorCode::FileUnreadable, why)
    })?;
    let lines = without_bom(&text).split(['\n', '\r']).filter(|line| !line.trim().is_empty());
    Ok(lines.map(str::to_owned).collect())
}

/// The users with these names, without duplicates; or all errors in the names.
pub(super) async fn users(session: &mut HeadlessSession, names: &[String]) -> Result<Vec<Id>, CommandError> {
    let unasked = look_up(session, RecordKind::User, names).await?;
    let finder = NameFinder::new(&session.directory);
    let found = |name: &str| finder.user(name).map(|user| user.id.clone());
    unasked.once(names, found, "user")
}

/// The users with these names. A member of this team who is no known user, such as another group, is found by the exact
/// id.
pub(super) async fn members(
    session: &mut HeadlessSession,
    team: &Id,
    names: &[String],
) -> Result<Vec<Id>, CommandError> {
    let directory = &session.directory;
    let is_other = |name: &&String| {
        let id = Id::from(name.as_str());
        let is_member = directory.team(team).is_some_and(|team| team.has(&id));
        directory.user(&id).is_none() && (is_member || directory.team(&id).is_some())
    };
    let (others, names): (Vec<&String>, Vec<&String>) = names.iter().partition(is_other);
    let others: Vec<Id> = others.into_iter().map(|id| id.as_str().into()).collect();
    let names: Vec<String> = names.into_iter().cloned().collect();
    let users = users(session, &names).await?;
    Ok(users.into_iter().chain(others).collect::<indexmap::IndexSet<Id>>().into_iter().collect())
}

/// The teams with these names.
pub(super) async fn teams(session: &mut HeadlessSession, names: &[String]) -> Result<Vec<Id>, CommandError> {
    let unasked = look_up(session, RecordKind::Team, names).await?;
    let finder = NameFinder::new(&session.directory);
    let found = |name: &str| finder.team(name).map(|team| team.id.clone());
    unasked.once(names, found, team_word(session))
}

/// The custom roles with these names.
pub(super) async fn roles(session: &mut HeadlessSession, names: &[String]) -> Result<Vec<Id>, CommandError> {
    let unasked = look_up(session, RecordKind::Role, names).await?;
    let finder = NameFinder::new(&session.directory);
    let found = |name: &str| finder.role(name).map(|role| role.id.clone());
    unasked.once(names, found, "role")
}

/// The team with this name.
pub(super) async fn team(session: &mut HeadlessSession, name: &str) -> Result<Id, CommandError> {
    let mut found = teams(session, &[name.to_owned()]).await?;
    found.pop().ok_or_else(|| CommandError::usage(format!("no {} is called so", team_word(session))))
}

/// The result of looking names up.
#[derive(Debug, Default)]
pub(super) struct LookUp {
    /// True if the list may lack records.
    partial: bool,
    /// Names for which the query of the server failed.
    pub unasked: FxHashMap<String, Failure>,
}

/// Looks up names whose records may be missing from the list, and email addresses if the list shows none. A known id
/// needs no query; any other name may also belong to somebody missing from the list.
pub(super) async fn look_up(
    session: &mut HeadlessSession,
    kind: RecordKind,
    names: &[String],
) -> Result<LookUp, CommandError> {
    let directory = &session.directory;
    let addresses = || names.iter().filter(|name| name.contains('@')).cloned().collect::<Vec<_>>();
    let lacks_addresses = || directory.records().users().values().all(|user| user.email.is_empty());
    let asked = match (kind, directory.is_complete(kind)) {
        (_, false) => names.to_vec(),
        (RecordKind::User, true) if names.iter().any(|name| name.contains('@')) && lacks_addresses() => addresses(),
        (_, true) => Vec::new(),
    };
    if asked.is_empty() {
        return Ok(LookUp::default());
    }
    let is_known = |id: &Id| match kind {
        RecordKind::User => directory.user(id).is_some(),
        RecordKind::Team => directory.team(id).is_some(),
        RecordKind::Role => directory.role(id).is_some(),
    };
    let open = asked.iter().filter(|name| !name.trim().is_empty() && !is_known(&name.as_str().into()));
    let open: indexmap::IndexSet<&String> = open.collect();
    let open = open.into_iter().cloned().collect();
    let missed = session.look_up(kind, open).await?;
    let unasked = missed.into_iter().filter_map(|missed| Some((missed.name, missed.failure?))).collect();
    Ok(LookUp { partial: true, unasked })
}

/// Looks up members of a team who are missing from the list of users.
pub(super) async fn look_up_members(session: &mut HeadlessSession, team: &Id) -> Result<LookUp, CommandError> {
    let members = session.directory.team(team).and_then(|team| team.members.as_deref()).unwrap_or_default();
    let members: Vec<String> = members.iter().map(|member| member.id.to_string()).collect();
    look_up(session, RecordKind::User, &members).await
}

impl LookUp {
    /// The ids of the records that the names mean, without duplicates; or all errors in the names.
    fn once(
        &self,
        names: &[String],
        found: impl Fn(&str) -> Result<Id, MissingName>,
        word: &str,
    ) -> Result<Vec<Id>, CommandError> {
        let (mut ids, mut wrong): (indexmap::IndexSet<Id>, Vec<(ErrorCode, ErrorDetail)>) = Default::default();
        for name in names {
            match found(name) {
                Ok(id) => drop(ids.insert(id)),
                Err(missing) => wrong.push(self.detail(&missing, word, name)),
            }
        }
        let Some((first, _)) = wrong.first() else { return Ok(ids.into_iter().collect()) };
        let code = *first;
        let details: Vec<ErrorDetail> = wrong.into_iter().map(|(_, detail)| detail).collect();
        let message = match details.as_slice() {
            [only] => only.message.clone(),
            several => format!("{} names do not say which {word} is meant", several.len()),
        };
        Err(CommandError::new(code, message).details(details))
    }

    fn detail(&self, missing: &MissingName, word: &str, name: &str) -> (ErrorCode, ErrorDetail) {
        let (code, records) = match missing {
            MissingName::Unknown(near) => (ErrorCode::NameUnknown, near),
            MissingName::Several(all) => (ErrorCode::NameAmbiguous, all),
        };
        let candidates = records.iter().map(|one| match missing {
            MissingName::Unknown(_) => one.name.to_string(),
            MissingName::Several(_) => clean(&one.id).into_owned(),
        });
        let detail = ErrorDetail {
            code: code.as_str(),
            subject: clean(name).into_owned(),
            message: self.sentence(missing, word, name),
            candidates: candidates.collect(),
        };
        (code, detail)
    }

    /// The reason why a name identifies no record, with the state of the look-up on the server.
    fn sentence(&self, missing: &MissingName, word: &str, name: &str) -> String {
        let sentence = missing.sentence(word, name);
        match (missing, self.unasked.get(name)) {
            (MissingName::Several(_), _) => format!("{sentence}; write the id of the {word} that is meant"),
            (MissingName::Unknown(_), Some(failure)) => {
                let why = failure.text.trim_end_matches('.');
                format!("{sentence}; the list of {word}s is not complete, and looking the name up failed: {why}")
            }
            (MissingName::Unknown(_), None) if self.partial => format!("{sentence}; the server was asked for it"),
            (MissingName::Unknown(_), None) => sentence,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case::byte_order_mark("\u{feff}eva\r\nivan\r\n", &["eva", "ivan"])]
    #[case::blank_lines("\n\neva\n \n", &["eva"])]
    #[case::blanks_are_kept(" eva \nmax", &[" eva ", "max"])]
    #[case::invisible_characters_are_kept("eva\u{200b}\n\u{feff}", &["eva\u{200b}", "\u{feff}"])]
    fn a_line_is_a_name(#[case] text: &str, #[case] names: &[&str]) {
        assert_eq!(lines(text.as_bytes().to_vec()).unwrap(), names);
    }

    #[test]
    fn what_is_not_utf_8_is_told_with_its_place() {
        let why = lines(b"eva\n\xff\xfe".to_vec()).unwrap_err().lines();
        assert_eq!(why, ["scimitar: standard input is not UTF-8 from byte 4 on: save the list as UTF-8"]);
    }
}
