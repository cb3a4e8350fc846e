//! Who and which team is meant by a name of a file, and members that are no users.

use super::{FilePlace, FileProblem, ProblemKind, hidden::HiddenCharacters};
use crate::{
    directory::{
        Directory, Id,
        find::{MissingName, NameFinder},
        record::{Team, User},
    },
    scim::text::clean,
};

/// Says of a member's name that it is a group's.
pub(super) const GROUP: &str = "group:";

/// A name that does not say who is meant.
#[derive(Debug)]
pub(super) enum UnresolvedName {
    /// Nobody is called so, or several are.
    Missing(MissingName),
    /// Nobody is called so, and the name holds what nobody sees.
    Hidden(HiddenCharacters),
}

impl UnresolvedName {
    /// True where somebody is called nearly so.
    pub fn is_near(&self) -> bool {
        matches!(self, UnresolvedName::Missing(MissingName::Unknown(near)) if !near.is_empty())
    }

    /// The problem of a name in a file; `why` has the sentence.
    pub fn problem(&self, place: &FilePlace, field: &str, why: String) -> FileProblem {
        let (kind, candidates) = match self {
            UnresolvedName::Missing(MissingName::Unknown(near)) => {
                (ProblemKind::NameUnknown, near.iter().map(|near| near.name.to_string()).collect())
            }
            UnresolvedName::Missing(MissingName::Several(all)) => {
                (ProblemKind::NameAmbiguous, all.iter().map(|one| clean(&one.id).into_owned()).collect())
            }
            UnresolvedName::Hidden(_) => (ProblemKind::NameUnknown, Vec::new()),
        };
        FileProblem { candidates, ..place.problem(field, why).of(kind) }
    }

    /// "no user is called eva-tanak; near: eva-tanaka".
    pub fn sentence(&self, kind: &str, wanted: &str) -> String {
        match self {
            UnresolvedName::Missing(missing) => missing.sentence(kind, wanted),
            UnresolvedName::Hidden(hidden) => {
                format!("no {kind} is called {} with {hidden}; write the name without it", clean(wanted).trim())
            }
        }
    }
}

/// Whom an entry of a file, or of a list of members, is about.
#[derive(Debug, Clone)]
pub(super) enum Subject<'a> {
    User(&'a User),
    /// A group in a group, or a member whom no list has.
    Other(Id),
}

impl Subject<'_> {
    pub fn id(&self) -> &Id {
        match self {
            Subject::User(user) => &user.id,
            Subject::Other(id) => id,
        }
    }
}

/// The names of a directory as a file may write them.
pub(super) struct Whom<'a> {
    directory: &'a Directory,
    finder: NameFinder<'a>,
}

impl<'a> Whom<'a> {
    pub fn new(directory: &'a Directory) -> Self {
        Self { directory, finder: NameFinder::new(directory) }
    }

    /// A user by id, user name or email.
    pub fn user(&self, wanted: &str) -> Result<&'a User, UnresolvedName> {
        seen(wanted, self.finder.account(wanted))
    }

    /// The user whose address this is.
    pub fn address(&self, wanted: &str) -> Result<&'a User, UnresolvedName> {
        seen(wanted, self.finder.address(wanted))
    }

    /// A team by id or name.
    pub fn team(&self, wanted: &str) -> Result<&'a Team, UnresolvedName> {
        seen(wanted, self.finder.team(wanted))
    }

    /// A user, or a member that is no user: ids go before names, and users before `group:NAME`.
    pub fn subject(&self, wanted: &str) -> Result<Subject<'a>, UnresolvedName> {
        let id = Id::from(wanted);
        if self.directory.user(&id).is_none() && !self.directory.teams_of(&id).is_empty() {
            return Ok(Subject::Other(id));
        }
        self.user(wanted).map(Subject::User).or_else(|miss| {
            let group = wanted.trim().strip_prefix(GROUP).and_then(|group| self.team(group).ok());
            // A group that was in one when the file was written.
            let group = group.or_else(|| self.directory.team(&id));
            group.map(|team| Subject::Other(team.id.clone())).ok_or(miss)
        })
    }
}

/// Of a name that nobody has, whether it holds what nobody sees: then nobody is created of that name, either.
fn seen<'a, T>(wanted: &str, found: Result<&'a T, MissingName>) -> Result<&'a T, UnresolvedName> {
    match (found, HiddenCharacters::in_name(wanted)) {
        (Err(MissingName::Unknown(_)), Some(hidden)) => Err(UnresolvedName::Hidden(hidden)),
        (found, _) => found.map_err(UnresolvedName::Missing),
    }
}
