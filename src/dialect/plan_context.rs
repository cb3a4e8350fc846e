//! Basis of a plan: finds and checks the records that a change is about, and related data in the directory. Independent
//! of vendors and the wire.

use super::UNREADABLE;
use crate::directory::{
    Directory, Id, Name, RecordKind, ResourceRef,
    change::{Change, NewUser},
    plan::{ConfirmBy, Risk, Step, Undo},
    record::{ReadDepth, RecordProblem, Role, Team, User},
    refusal::{Refusal, RefusalCode},
    words,
};
use serde_json::Value;

use crate::scim::request::Request;

/// A step without its change and words.
pub(super) struct StepDraft {
    pub requests: Vec<Request>,
    pub completion: Option<Request>,
    pub consequences: Vec<String>,
    pub undo: Undo,
    pub confirm: ConfirmBy,
    pub risk: Risk,
}

impl StepDraft {
    /// A draft that is sent at once if an undo is possible, and is shown first otherwise.
    pub(super) fn new(requests: Vec<Request>, undo: Undo, confirm: ConfirmBy) -> Self {
        let risk = if matches!(undo, Undo::Never(_)) { Risk::Look } else { Risk::Plain };
        Self { requests, completion: None, consequences: Vec::new(), undo, confirm, risk }
    }

    /// Adds the request that completes the change if the created record lacks members.
    pub(super) fn completed_by(mut self, request: Request) -> Self {
        self.completion = Some(request);
        self
    }

    pub(super) fn risk(mut self, risk: Risk) -> Self {
        self.risk = risk;
        self
    }

    /// Requires a preview if `look` is true.
    pub(super) fn look_if(self, look: bool) -> Self {
        if look { self.risk(Risk::Look) } else { self }
    }

    /// Requires a preview, whatever else the draft requires.
    pub(super) fn look(mut self) -> Self {
        self.risk = self.risk.max(Risk::Look);
        self
    }

    pub(super) fn note(mut self, sentence: impl Into<Option<String>>) -> Self {
        self.consequences.extend(sentence.into());
        self
    }

    pub(super) fn step(self, change: &Change, directory: &Directory) -> Step {
        Step {
            change: change.clone(),
            requests: self.requests,
            completion: self.completion,
            consequences: self.consequences,
            undo: self.undo,
            confirm: self.confirm,
            risk: self.risk,
            words: words::line(change, directory),
            others: Vec::new(),
            watched: None,
            expected: None,
            undoes: None,
            compensation: None,
            grave: 0,
        }
    }
}

/// Whether a user is a member of a team.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MembershipKnowledge {
    In,
    Out,
    /// The team's members were not read, and the user's record does not tell.
    Unknown,
}

/// The directory against which a change is planned.
#[derive(Clone, Copy)]
pub(super) struct PlanContext<'a>(pub &'a Directory);

impl<'a> PlanContext<'a> {
    pub(super) fn user(self, id: &Id) -> Result<&'a User, Refusal> {
        let user = self.0.user(id).ok_or_else(|| unknown("user", id))?;
        usable(id, &user.user_name, user.problem.as_deref())?;
        Ok(user)
    }

    pub(super) fn team(self, id: &Id) -> Result<&'a Team, Refusal> {
        let team = self.0.team(id).ok_or_else(|| unknown("team", id))?;
        usable(id, &team.name, team.problem.as_deref())?;
        Ok(team)
    }

    pub(super) fn role(self, id: &Id) -> Result<&'a Role, Refusal> {
        let role = self.0.role(id).ok_or_else(|| unknown("role", id))?;
        usable(id, &role.name, role.problem.as_deref())?;
        Ok(role)
    }

    /// The version for `If-Match`. `None` for a record with pending changes, because they give the record another
    /// version first.
    pub(super) fn version(self, target: &ResourceRef) -> Option<&'a str> {
        if self.0.is_touched(target) {
            return None;
        }
        match target.kind {
            RecordKind::User => self.0.user(&target.id)?.version.as_deref(),
            RecordKind::Team => self.0.team(&target.id)?.version.as_deref(),
            RecordKind::Role => self.0.role(&target.id)?.version.as_deref(),
        }
    }

    pub(super) fn membership(self, team: &Team, user: &Id) -> MembershipKnowledge {
        let granted = self.0.user(user).is_some_and(|user| user.role_in(&team.name).is_some());
        if granted || self.0.teams_of(user).contains(&team.id) {
            MembershipKnowledge::In
        } else if team.members.is_none() || self.0.is_perhaps_cut(team) {
            MembershipKnowledge::Unknown
        } else {
            MembershipKnowledge::Out
        }
    }

    /// The user's teams in words, each with the role if known; empty if there are no teams.
    pub(super) fn teams_in_words(self, user: &User) -> Vec<String> {
        let teams = self.0.teams_of(&user.id);
        let named = teams.iter().filter_map(|id| self.0.team(id)).map(|team| match user.role_in(&team.name) {
            Some(role) => format!("{} ({role})", team.name),
            None => team.name.to_string(),
        });
        named.collect()
    }

    /// A sentence about the teams that a deleted user leaves; none where the user is known to be in no team.
    pub(super) fn lost_teams(self, user: &User, word: &str) -> Option<String> {
        let (name, teams) = (&user.user_name, self.teams_in_words(user));
        let is_whole = user.team_roles.is_some() || self.0.tells_teams_of(&user.id);
        let known = || format!("{name} leaves {}: {}", counted(teams.len(), word), first_of(&teams, TEAMS_NAMED));
        match (teams.is_empty(), is_whole) {
            (true, true) => None,
            (true, false) => Some(format!("The {word}s that {name} leaves are not known.")),
            (false, true) => Some(format!("{}.", known())),
            (false, false) => Some(format!("{}; whether {name} is in other {word}s is not known.", known())),
        }
    }

    /// Checks that a new user is valid and that nobody has the name yet.
    pub(super) fn new_user(self, new: &NewUser) -> Result<(), Refusal> {
        if new.user_name.trim().is_empty() {
            return refuse(RefusalCode::InvalidValue, "A user needs a user name.");
        }
        // Somebody without an address is made again without one.
        if new.attributes.get("emails") != Some(&Value::Null) {
            address(&new.email)?;
        }
        let mut known: Vec<&User> = self.0.users_named(&new.user_name).collect();
        if known.is_empty() {
            known.extend(self.0.users_named(&new.email));
        }
        let email = |user: &User| {
            if user.email.is_empty() { String::new() } else { format!(" ({})", user.email) }
        };
        match known.as_slice() {
            [] => Ok(()),
            [known] if known.is_inactive() => {
                let why = format!("{} is there already, deactivated{}.", known.user_name, email(known));
                refuse(RefusalCode::Exists, why)
            }
            [known] => refuse(RefusalCode::Exists, format!("{} is there already{}.", known.user_name, email(known))),
            several => {
                let named = |user: &&User| format!("{} ({})", user.user_name, Name::from(&*user.id));
                let all: Vec<String> = several.iter().map(named).collect();
                refuse(RefusalCode::Exists, format!("{} are there already.", some_of(&all)))
            }
        }
    }

    /// Checks that a team's name is free and that the members can be added.
    pub(super) fn new_team(self, name: &str, members: &[Id], word: &str) -> Result<(), Refusal> {
        if name.trim().is_empty() {
            return refuse(RefusalCode::InvalidValue, format!("A {word} needs a name."));
        }
        if self.0.teams_named(&name.into()).next().is_some() {
            return refuse(RefusalCode::Exists, format!("There is a {word} named {} already.", Name::from(name)));
        }
        members.iter().try_for_each(|id| self.user(id).map(drop))
    }
}

/// The undo for setting a text, or a refusal if the text is already set.
pub(super) fn put_back(
    user: &User,
    what: &str,
    before: &Name,
    to: &str,
    change: impl FnOnce(String) -> Change,
) -> Result<Undo, Refusal> {
    if before.raw() == to {
        return refuse(RefusalCode::NoChange, format!("{} has this {what} already.", user.user_name));
    }
    Ok(if before.is_empty() && (what == "email" || user.depth == ReadDepth::Summary) {
        Undo::Never(format!("No {what} is known from before, so none can be put back."))
    } else {
        Undo::By(vec![change(before.raw().to_owned())])
    })
}

/// Checks that the text can be an email address.
pub(super) fn address(text: &str) -> Result<(), Refusal> {
    let (local, domain) = text.split_once('@').unwrap_or_default();
    if local.is_empty() || domain.is_empty() || domain.contains('@') || text.contains(char::is_whitespace) {
        return refuse(
            RefusalCode::InvalidValue,
            format!("“{}” is no email address: write it as name@host.", Name::from(text)),
        );
    }
    Ok(())
}

/// Refuses a change with a sentence for the user.
pub(super) fn refuse<T>(code: RefusalCode, why: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::new(code, why))
}

fn unknown(what: &str, id: &Id) -> Refusal {
    let why = format!("This {what} ({}) is not known here: refresh, and look again.", Name::from(&**id));
    Refusal::new(RefusalCode::UnknownRecord, why)
}

fn usable(id: &Id, name: &Name, problem: Option<&RecordProblem>) -> Result<(), Refusal> {
    if let Some(RecordProblem { path, why }) = problem {
        return refuse(
            RefusalCode::UnreadableRecord,
            format!("This record could not be read ({path} {why}), so it is not edited."),
        );
    }
    if id.starts_with("new:") {
        return refuse(RefusalCode::Pending, format!("{name} is not created yet: wait for the server's answer."));
    }
    if id.starts_with(UNREADABLE) {
        return refuse(RefusalCode::UnreadableRecord, "This record has no id that could be read, so it is not edited.");
    }
    Ok(())
}

/// "1 team", "12 teams".
pub(super) fn counted(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

/// The most teams that are named where a person loses them all.
const TEAMS_NAMED: usize = 20;

/// The first few of many, such as "vision, nlp, ops and 4 more".
pub(super) fn some_of<S: AsRef<str>>(all: &[S]) -> String {
    first_of(all, 4)
}

/// The first `named` of many, and the number of the others. A single remaining entry is named rather than counted.
fn first_of<S: AsRef<str>>(all: &[S], named: usize) -> String {
    let shown = if all.len() == named + 1 { named + 1 } else { named };
    let names: Vec<&str> = all.iter().take(shown).map(AsRef::as_ref).collect();
    match all.len().saturating_sub(shown) {
        0 => names.join(", "),
        rest => format!("{} and {rest} more", names.join(", ")),
    }
}
