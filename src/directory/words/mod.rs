//! Changes in words: one line each for lists and previews, and the title of a plan.

use serde::{Deserialize, Serialize};

use crate::scim::confusable;

use super::{
    Directory,
    change::{Change, Verb},
    holds::Holds,
};

mod command;
mod lines;
mod title;

pub use command::command_line;
pub use title::title;

/// What kind of line it is, drawn as a sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sign {
    /// Something comes.
    Add,
    /// Something goes.
    Remove,
    /// Something becomes another.
    Alter,
}

/// One change as a line: who or what, and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The kind of line.
    pub sign: Sign,
    /// Whom or what it is about.
    pub subject: String,
    /// What changes, without the values: `role in vision`.
    pub what: String,
    /// The value before; empty where there is none.
    pub before: String,
    /// The value after; empty where there is none.
    pub after: String,
}

impl Line {
    /// True if a name in it passes for another.
    pub fn has_mark(&self) -> bool {
        [&self.subject, &self.what, &self.before, &self.after].into_iter().any(|text| text.contains(confusable::MARK))
    }

    /// `role in vision: member → viewer`, with the arrow given.
    pub fn text(&self, arrow: &str) -> String {
        match (self.before.is_empty(), self.after.is_empty()) {
            (true, true) => self.what.clone(),
            (true, false) => format!("{}: {}", self.what, self.after),
            (false, true) => format!("{} (was {})", self.what, self.before),
            (false, false) => format!("{}: {} {arrow} {}", self.what, self.before, self.after),
        }
    }
}

/// The line of a change, with the values that are on screen now as *before*.
pub fn line(change: &Change, directory: &Directory) -> Line {
    line_in(change, directory, Holds::default())
}

/// The same in the words of a provider.
pub fn line_in(change: &Change, directory: &Directory, holds: Holds) -> Line {
    lines::of(change, directory, holds)
}

/// The verb as a phrase for "can't …" sentences and the palette.
pub fn phrase(verb: Verb) -> &'static str {
    match verb {
        Verb::SetOrgRole => "set the organisation role",
        Verb::SetTeamRole => "set a team role",
        Verb::AddMember => "add members",
        Verb::RemoveMember => "remove members",
        Verb::CreateUser => "create a user",
        Verb::CreateTeam => "create a team",
        Verb::Deactivate => "deactivate",
        Verb::Reactivate => "reactivate",
        Verb::DeleteUser => "delete a user",
        Verb::DeleteTeam => "delete a team",
        Verb::SetDisplayName => "change the display name",
        Verb::SetEmail => "change the email",
        Verb::CreateRole => "create a role",
        Verb::EditRole => "change a role",
        Verb::DeleteRole => "delete a role",
        Verb::SetSeat => "change seats",
        Verb::SetRegistryRole => "change registry roles",
        Verb::CreateService => "create a service account",
        Verb::ReplaceMembers => "replace all members",
        Verb::Invite => "invite to a team",
        Verb::CreateKey => "create an API key",
        Verb::DeleteKey => "delete an API key",
        Verb::SetAttribute => "change an attribute",
    }
}
