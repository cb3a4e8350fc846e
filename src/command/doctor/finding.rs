//! What was found out, as values. Knows no server and no terminal.

use serde::Serialize;

use crate::scim::{failure::Class, habits::Habits};

/// What a finding means for whoever uses the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// As the RFCs and the console want it.
    Ok,
    /// Otherwise, and the console copes.
    Note,
    /// Could not be found out.
    Unknown,
    /// Something will not work, or harms.
    Problem,
}

/// What a finding is about; the order of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// Connection, key, discovery, errors.
    Server,
    /// The list and the records of users.
    Users,
    /// Of groups.
    Groups,
    /// Of roles.
    Roles,
    /// Interfaces beside SCIM.
    Beside,
    /// What was tried with records of the doctor's own.
    Writing,
}

impl Part {
    /// Its heading.
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

/// A request that a finding rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// Method and target, readable rather than encoded.
    pub request: String,
    /// HTTP status.
    pub status: u16,
    /// Until the last byte of the answer.
    pub millis: u64,
}

/// One thing that was found out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// About what.
    pub part: Part,
    /// A stable name within the part: `pages`, `filter`.
    pub what: &'static str,
    /// What it means.
    pub verdict: Verdict,
    /// A clause or a sentence.
    pub words: String,
    /// The requests.
    pub evidence: Vec<Evidence>,
}

/// An action of the console.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Action {
    /// What it does.
    pub action: String,
    /// What is known of it here.
    pub state: ActionState,
    /// Why it does not work; or how it can be found out whether it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// What is known of an action: [`crate::directory::ability::Ability`] without the reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ActionState {
    /// It was seen to work.
    Works,
    /// It was not tried here.
    Untried,
    /// The provider has no way to do it, or it was seen not to work.
    Refused,
}

/// How the report ends; the process's exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// 0.
    Well = 0,
    /// 1.
    Problems = 1,
    /// 3: the server could not be asked.
    Failed = 3,
}

/// Everything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The profile's name.
    pub profile: String,
    /// Whose server.
    pub provider: &'static str,
    /// The base address.
    pub url: String,
    /// How it ends.
    pub outcome: Outcome,
    /// In the order of the parts.
    pub findings: Vec<Finding>,
    /// What the console can do there.
    pub actions: Vec<Action>,
    /// What was learnt of the server.
    pub habits: Habits,
    /// What the console does otherwise from now on, a sentence each.
    pub learnt: Vec<String>,
    /// What the doctor made, in this run or an earlier one, and has not removed.
    pub left_behind: Vec<String>,
    /// Why the server could not be examined.
    #[serde(skip)]
    pub cause: Option<Class>,
}

impl Report {
    /// How many findings have this verdict.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.findings.iter().filter(|finding| finding.verdict == verdict).count()
    }
}
