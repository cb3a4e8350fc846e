//! Changes in words: a line per change for lists and previews, and the title of a plan.

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

/// The kind of a line, drawn as a sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sign {
    /// Something is added.
    Add,
    /// Something is removed.
    Remove,
    /// Something is altered.
    Alter,
}

/// A change as a line: the subject and the alteration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The line's kind.
    pub sign: Sign,
    /// The person or record that the line is about.
    pub subject: String,
    /// The altered property, without the values: `role in vision`.
    pub what: String,
    /// The value before; empty if there is none.
    pub before: String,
    /// The value after; empty if there is none.
    pub after: String,
}

impl Line {
    /// True if the line contains a name that imitates another name.
    pub fn has_mark(&self) -> bool {
        [&self.subject, &self.what, &self.before, &self.after].into_iter().any(|text| text.contains(confusable::MARK))
    }

    /// The text `role in vision: member → viewer`, with the given arrow.
    pub fn text(&self, arrow: &str) -> String {
        match (self.before.is_empty(), self.after.is_empty()) {
            (true, true) => self.what.clone(),
            (true, false) => format!("{}: {}", self.what, self.after),
            (false, true) => format!("{} (was {})", self.what, self.before),
            (false, false) => format!("{}: {} {arrow} {}", self.what, self.before, self.after),
        }
    }
}

/// The line of a change, with the currently shown values as *before*.
pub fn line(change: &Change, directory: &Directory) -> Line {
    line_in(change, directory, Holds::default())
}

/// The line of a change, in a provider's vocabulary.
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
