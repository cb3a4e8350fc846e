//! The results of the doctor, as values. Independent of the server and the terminal.

use serde::Serialize;

use crate::scim::{failure::FailureClass, quirks::ServerQuirks};

/// The meaning of a finding for users of the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FindingVerdict {
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
pub enum ReportPart {
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

impl ReportPart {
    /// The heading of the part.
    pub fn title(self) -> &'static str {
        match self {
            ReportPart::Server => "Server",
            ReportPart::Users => "Users",
            ReportPart::Groups => "Groups",
            ReportPart::Roles => "Roles",
            ReportPart::Beside => "Beside SCIM",
            ReportPart::Writing => "Writing",
        }
    }
}

/// A request on which a finding is based.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RequestEvidence {
    /// Method and target, readable rather than encoded.
    pub request: String,
    /// HTTP status.
    pub status: u16,
    /// Milliseconds until the last byte of the answer.
    pub millis: u64,
}

/// A finding of the doctor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DoctorFinding {
    /// The subject.
    pub part: ReportPart,
    /// A stable name within the part: `pages`, `filter`.
    pub what: &'static str,
    /// The meaning for users of the console.
    pub verdict: FindingVerdict,
    /// The finding in words: a clause or a sentence.
    pub words: String,
    /// The requests on which the finding is based.
    pub evidence: Vec<RequestEvidence>,
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

/// Knowledge about an action: [`crate::directory::ability::ActionAbility`] without the reason.
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
pub struct DoctorReport {
    /// The profile's name.
    pub profile: String,
    /// The server's vendor.
    pub provider: &'static str,
    /// The base address.
    pub url: String,
    /// The result of the report.
    pub outcome: Outcome,
    /// The findings, in the order of their parts.
    pub findings: Vec<DoctorFinding>,
    /// The console's actions on this server.
    pub actions: Vec<Action>,
    /// The server's habits.
    pub habits: ServerQuirks,
    /// Changes in the console's behaviour from now on, a sentence each.
    pub learnt: Vec<String>,
    /// Records that the doctor created, in this run or an earlier one, and has not removed.
    pub left_behind: Vec<String>,
    /// The reason why the server could not be examined.
    #[serde(skip)]
    pub cause: Option<FailureClass>,
}

impl DoctorReport {
    /// Number of findings with this verdict.
    pub fn count(&self, verdict: FindingVerdict) -> usize {
        self.findings.iter().filter(|finding| finding.verdict == verdict).count()
    }
}
