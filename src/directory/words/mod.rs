//! Changes in words: a line per change for lists and previews, and the title of a plan.

use serde::{Deserialize, Serialize};

use crate::scim::confusable;

use super::{
    Directory,
    change::{Change, ChangeVerb},
    record_contents::RecordContents,
};

mod command;
mod conflict;
mod lines;
mod title;

pub use command::{command_line, offboarding_line, with_reason};
pub use conflict::ConflictValues;
pub use title::title;

/// The kind of a line, drawn as a sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LineSign {
    /// Something is added.
    Add,
    /// Something is removed.
    Remove,
    /// Something is altered.
    Alter,
}

/// A change as a line: the subject and the alteration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanLine {
    /// The line's kind.
    pub sign: LineSign,
    /// The person or record that the line is about.
    pub subject: String,
    /// The altered property, without the values: `role in vision`.
    pub what: String,
    /// The value before; empty if there is none.
    pub before: String,
    /// The value after; empty if there is none.
    pub after: String,
}

impl PlanLine {
    /// A line that says nothing but what it is about.
    pub fn about(subject: &str) -> Self {
        Self {
            sign: LineSign::Alter,
            subject: subject.to_owned(),
            what: String::new(),
            before: String::new(),
            after: String::new(),
        }
    }

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
pub fn line(change: &Change, directory: &Directory) -> PlanLine {
    line_in(change, directory, RecordContents::default())
}

/// The line of a change, in a provider's vocabulary.
pub fn line_in(change: &Change, directory: &Directory, holds: RecordContents) -> PlanLine {
    lines::of(change, directory, holds)
}

/// The verb as a phrase for "can't …" sentences and the palette.
pub fn phrase(verb: ChangeVerb) -> &'static str {
    match verb {
        ChangeVerb::SetOrgRole => "set the organisation role",
        ChangeVerb::SetTeamRole => "set a team role",
        ChangeVerb::AddMember => "add members",
        ChangeVerb::RemoveMember => "remove members",
        ChangeVerb::CreateUser => "create a user",
        ChangeVerb::CreateTeam => "create a team",
        ChangeVerb::Deactivate => "deactivate",
        ChangeVerb::Reactivate => "reactivate",
        ChangeVerb::DeleteUser => "delete a user",
        ChangeVerb::DeleteTeam => "delete a team",
        ChangeVerb::SetDisplayName => "change the display name",
        ChangeVerb::SetEmail => "change the email",
        ChangeVerb::CreateRole => "create a role",
        ChangeVerb::EditRole => "change a role",
        ChangeVerb::DeleteRole => "delete a role",
        ChangeVerb::SetSeat => "change seats",
        ChangeVerb::SetRegistryRole => "change registry roles",
        ChangeVerb::CreateService => "create a service account",
        ChangeVerb::ReplaceMembers => "replace all members",
        ChangeVerb::Invite => "invite to a team",
        ChangeVerb::CreateKey => "create an API key",
        ChangeVerb::DeleteKey => "delete an API key",
        ChangeVerb::SetAttribute => "change an attribute",
    }
}
