//! The results of the doctor, as values. Independent of the server and the terminal.

use serde::Serialize;

use crate::scim::{failure::Class, habits::Habits};

/// The meaning of a finding for users of the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The server behaves as the RFCs and the console expect.
    Ok,
    /// The server deviates, and the console copes.
    Note,
    /// The check gave no result.
    Unknown,
    /// Something will not work, or causes damage.
    Problem,
}

/// The subject of a finding, in the order of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// Connection, key, discovery, errors.
    Server,
    /// The list and the records of users.
    Users,
    /// The list and the records of groups.
    Groups,
    /// The list and the records of roles.
    Roles,
    /// Interfaces beside SCIM.
    Beside,
    /// Trials with records of the doctor's own.
    Writing,
}

impl Part {
    /// The heading of the part.
    pub fn title(self) -> &'static str {
        match self {
            Part::Server => "Server",
            Part::Users => "Users",
            Part::Groups => "Groups",
            Part::Roles => "Roles",
            Part::Beside => "Beside SCIM",
            Part::Writing => "Writing",
        }
    }
}

/// A request on which a finding is based.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// Method and target, readable rather than encoded.
    pub request: String,
    /// HTTP status.
    pub status: u16,
    /// Milliseconds until the last byte of the answer.
    pub millis: u64,
}

/// A finding of the doctor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The subject.
    pub part: Part,
    /// A stable name within the part: `pages`, `filter`.
    pub what: &'static str,
    /// The meaning for users of the console.
    pub verdict: Verdict,
    /// The finding in words: a clause or a sentence.
    pub words: String,
    /// The requests on which the finding is based.
    pub evidence: Vec<Evidence>,
}

/// An action of the console.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Action {
    /// The action in words.
    pub action: String,
    /// Knowledge about the action on this server.
    pub state: ActionState,
    /// The reason why the action does not work; or a way to find out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// Knowledge about an action: [`crate::directory::ability::Ability`] without the reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ActionState {
    /// A trial worked.
    Works,
    /// The action was not tried here.
    Untried,
    /// The provider does not support the action, or a trial failed.
    Refused,
}

/// The result of the report, which is also the process's exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Exit code 0: no problems.
    Well = 0,
    /// Exit code 1: there are problems.
    Problems = 1,
    /// Exit code 3: the server could not be examined.
    Failed = 3,
}

/// The whole report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The profile's name.
    pub profile: String,
    /// The server's vendor.
    pub provider: &'static str,
    /// The base address.
    pub url: String,
    /// The result of the report.
    pub outcome: Outcome,
    /// The findings, in the order of their parts.
    pub findings: Vec<Finding>,
    /// The console's actions on this server.
    pub actions: Vec<Action>,
    /// The server's habits.
    pub habits: Habits,
    /// Changes in the console's behaviour from now on, a sentence each.
    pub learnt: Vec<String>,
    /// Records that the doctor created, in this run or an earlier one, and has not removed.
    pub left_behind: Vec<String>,
    /// The reason why the server could not be examined.
    #[serde(skip)]
    pub cause: Option<Class>,
}

impl Report {
    /// Number of findings with this verdict.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.findings.iter().filter(|finding| finding.verdict == verdict).count()
    }
}
