//! Undo: which plan is taken back, by which changes, and under which conditions.

use std::collections::VecDeque;

use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};

use super::{ALREADY, Entry, Plan, State, Undo, already, compensation::replaced};
use crate::directory::{
    Directory, Id, Kind, Target,
    change::{Change, ChangeEffect, ChangeId, Field},
    holds::Holds,
    record::{Depth, Grant},
    refusal::{Refusal, RefusalCode},
    words::{self, Line},
};

/// The effect of an earlier change that must still be there when its undo is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expected {
    /// The change that is taken back.
    pub change: Change,
    /// The value that it left, in words.
    pub left: String,
}

impl Expected {
    /// The reason for a conflict: both values, the one that the plan left and the one that is there now.
    pub fn conflict(&self, now: &str) -> String {
        format!("It was changed since: the plan left {}, and now the server shows {now}. It is left alone.", self.left)
    }
}

/// Why a change of an undo is not sent that the record shows before it.
pub const STILL_LATE: &str = "The server's answer showed what is to be taken back, and its record does not show it yet: it may be late. \
                          Nothing was sent; try again when it does.";

/// One change of an undo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackStep {
    /// The change that is taken back.
    pub of: ChangeId,
    /// What is sent.
    pub change: Change,
    /// The condition for it; `None` where a record is created again.
    pub expected: Option<Expected>,
    /// The server's answers differ about whether the change took effect.
    pub late: bool,
}

/// The changes that take a plan back, last first.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Inverse {
    /// What is sent.
    pub steps: Vec<BackStep>,
    /// Lines that can't be taken back, each with the reason.
    pub never: Vec<(Line, Refusal)>,
    /// What is not as it was, where records are created again; a sentence each.
    pub differs: Vec<String>,
}

/// An [`Inverse`] compared with the directory.
#[derive(Debug, Default)]
pub struct UndoDraft {
    /// To be planned.
    pub changes: Vec<Change>,
    /// Lines that are not sent: the value is another one by now.
    pub conflicts: Vec<(Line, Refusal)>,
    /// The conditions of the changes.
    expected: Vec<(Change, Expected)>,
    differs: Vec<String>,
}

impl UndoDraft {
    /// Gives new provisional ids to what is created again.
    pub fn renew(&mut self, mut fresh: impl FnMut() -> Id) {
        let created = self.changes.iter().filter_map(Change::creation);
        let keys: FxHashMap<Target, Id> = created.map(|made| (made, fresh())).collect();
        let changes = std::mem::take(&mut self.changes).into_iter();
        self.changes = changes.map(|change| change.with_records(|record| keys.get(record).cloned())).collect();
    }

    /// Takes out what can only be sent once something else of it is created.
    pub fn take_later(&mut self) -> Vec<Change> {
        let (ready, later) =
            std::mem::take(&mut self.changes).into_iter().partition(|change| change.waits_for().is_empty());
        self.changes = ready;
        later
    }

    /// Ties the conditions to the steps of the plan that was drawn up of the changes, and says what will differ.
    pub fn bind(&mut self, plan: &mut Plan) {
        plan.notes.append(&mut self.differs);
        let value = |change: &Change| change.touches().into_iter().next();
        let mut open: FxHashMap<_, Vec<(Change, Expected)>> = FxHashMap::default();
        for (change, expected) in self.expected.drain(..) {
            open.entry(value(&change)).or_default().push((change, expected));
        }
        for step in &mut plan.steps {
            let Some(same) = open.get_mut(&value(&step.change)) else { continue };
            if let Some(at) = same.iter().position(|(change, _)| *change == step.change) {
                step.expected = Some(same.remove(at).1);
            }
        }
    }
}

/// What takes back what took effect of a plan, and was not taken back by one of these undos.
///
/// # Errors
/// Where nothing of it can be taken back.
pub fn inverse<'a>(
    entries: impl DoubleEndedIterator<Item = &'a Entry>,
    undos: impl Iterator<Item = &'a Entry>,
) -> Result<Inverse, Refusal> {
    let undos: Vec<&Entry> = undos.filter(|undo| holds(undo)).collect();
    let mut done: VecDeque<Change> = undos.iter().map(|undo| keyless(&undo.step.change)).collect();
    let made = |change: &Change| {
        let twin = undos.iter().find(|undo| keyless(&undo.step.change) == keyless(change));
        twin.and_then(|undo| undo.created.clone())
    };
    // What is deleted with a plan and made again has another id, for all of its lines.
    let mut again: FxHashMap<Target, Id> = FxHashMap::default();
    let undone = !done.is_empty();
    let mut inverse = Inverse::default();
    let mut outcomes = Vec::new();
    for entry in entries.rev() {
        if entry.state.is_open() {
            let why =
                "Part of this is open: `scimitar resume`, or R in the console, looks it up or sends it. Undo it then.";
            return Err(Refusal::new(RefusalCode::Pending, why));
        }
        if !entry.took_effect() {
            outcomes.push(entry.state);
            continue;
        }
        let late = entry.is_late();
        let mut back: Vec<Change> = entry.puts_back().cloned().collect();
        back.retain(|change| !take(&mut done, &keyless(change)));
        let mut back: Vec<BackStep> =
            back.into_iter().map(|change| BackStep { of: entry.id, change, expected: None, late }).collect();
        inverse.differs.extend(lost(entry));
        // Who was lost comes back before anybody goes: nothing is empty in between.
        if matches!(&entry.step.undo, Undo::By(changes) if changes.iter().any(takes)) {
            inverse.steps.append(&mut back);
        }
        match &entry.step.undo {
            Undo::By(changes) => {
                let all = changes.len();
                inverse.differs.extend(stays(entry, changes));
                let mut open: Vec<Change> = changes.iter().map(|change| change.about(entry.created.as_ref())).collect();
                open.retain(|change| !take(&mut done, &keyless(change)));
                // Only for the first of several: the others are sent when that has changed the value.
                let mut expected = expected(entry).filter(|_| open.len() == all);
                let step = |change| BackStep { of: entry.id, change, expected: expected.take(), late };
                inverse.steps.extend(open.into_iter().map(step));
            }
            Undo::Never(_) if let Some(compensation) = &entry.step.compensation => {
                for change in &compensation.changes {
                    if let Some(key) = change.creation() {
                        let id = made(change).unwrap_or_else(|| key.id.clone());
                        again
                            .extend(entry.step.change.touches().into_iter().next().map(|(gone, _)| (gone, id.clone())));
                        again.insert(key, id);
                    }
                }
                let mut open = compensation.changes.clone();
                open.retain(|change| {
                    !take(&mut done, &keyless(&change.clone().with_records(|record| again.get(record).cloned())))
                });
                if !open.is_empty() {
                    inverse.differs.extend(compensation.differs.iter().cloned());
                }
                let step = |change| BackStep { of: entry.id, change, expected: None, late };
                inverse.steps.extend(open.into_iter().map(step));
            }
            Undo::Never(why) => {
                let why = Refusal::new(RefusalCode::Irreversible, why);
                inverse.never.push((entry.step.words.clone(), why));
            }
        }
        inverse.steps.append(&mut back);
    }
    for step in &mut inverse.steps {
        step.change = step.change.clone().with_records(|record| again.get(record).cloned());
    }
    match (inverse.steps.is_empty(), inverse.never.last()) {
        (false, _) => Ok(inverse),
        (true, _) if undone => Err(Refusal::new(RefusalCode::NoChange, "This was undone already.")),
        (true, Some((line, why))) => {
            let why = format!("This can't be undone. {}: {}", line.subject, why.text);
            Err(Refusal::new(RefusalCode::Irreversible, why))
        }
        (true, None) => Err(Refusal::new(RefusalCode::NotDone, nothing_done(&outcomes))),
    }
}

/// The number of the plan that an undo without a number takes back: the newest that is no undo itself and was not taken
/// back as a whole. Whether that is possible, [`inverse`] tells.
pub fn newest(journal: &[Entry]) -> Option<ChangeId> {
    let mut plans: Vec<ChangeId> =
        journal.iter().filter(|entry| entry.undoes.is_none()).map(|entry| entry.plan).collect();
    plans.sort_unstable();
    plans.dedup();
    plans.into_iter().rev().find(|plan| !is_undone(journal, *plan))
}

/// True where undos have taken back all of the plan that can be taken back.
pub fn is_undone(journal: &[Entry], plan: ChangeId) -> bool {
    let undos = || journal.iter().filter(|entry| entry.undoes == Some(plan));
    let own = journal.iter().filter(|entry| entry.plan == plan);
    undos().any(holds) && (undos().all(holds) || inverse(own, undos()).is_err())
}

/// True for a change of an undo that was done, or may still be.
pub fn holds(undo: &Entry) -> bool {
    match undo.state {
        State::Planned
        | State::Sent
        | State::Confirmed
        | State::Partly
        | State::Unseen
        | State::Already
        | State::Unknown => true,
        State::Dropped => undo.why == ALREADY,
        State::Refused | State::Conflict => false,
    }
}

impl Inverse {
    /// Compares the conditions with the directory. Of several changes of one value only the last is judged here: the
    /// value of an earlier one is there only once the later ones are taken back.
    pub fn compare(self, directory: &Directory, holds: Holds) -> UndoDraft {
        let mut draft = UndoDraft { differs: self.differs, ..UndoDraft::default() };
        let mut judged: FxHashSet<(Target, Field)> = FxHashSet::default();
        let mut last = (ChangeId(0), true);
        let kept = kept(&self.steps, directory);
        // Who is still there is not created again: nothing about them differs.
        let mut creates = self.steps.iter().filter_map(|step| step.change.creation());
        if !kept.is_empty() && creates.all(|made| kept.contains_key(&made)) {
            draft.differs.clear();
        }
        for BackStep { of, change, expected, late } in self.steps {
            let change = match change.creation().and_then(|made| kept.get(&made)) {
                Some(user) => Change::SetActive { user: user.clone(), active: true },
                None => change.with_records(|record| kept.get(record).cloned()),
            };
            if last.0 != of {
                last = (of, expected.iter().all(|expected| is_first(&expected.change, &mut judged)));
            }
            let is_last = last.1;
            if is_last && already(&change, directory) {
                if late {
                    let line = words::line_in(&change, directory, holds);
                    draft.conflicts.push((line, Refusal::new(RefusalCode::Changed, STILL_LATE)));
                }
                continue;
            }
            if is_last
                && let Some(expected) = &expected
                && let Some(now) = otherwise(&expected.change, directory)
            {
                let line = words::line_in(&change, directory, holds);
                draft.conflicts.push((line, Refusal::new(RefusalCode::Changed, expected.conflict(&now))));
                continue;
            }
            draft.expected.extend(expected.map(|expected| (change.clone(), expected)));
            draft.changes.push(change);
        }
        draft
    }
}

/// Users who should be created again and are still there, by what would be created: the server has only deactivated them.
fn kept(steps: &[BackStep], directory: &Directory) -> FxHashMap<Target, Id> {
    let made = steps.iter().filter_map(|step| step.change.creation()).filter(|made| made.kind == Kind::User);
    let users = made.filter_map(|made| replaced(&made.id).map(|id| (made, id)));
    users.filter(|(_, id)| directory.user(id).is_some()).collect()
}

/// True where none of these was about the same value.
fn is_first(change: &Change, judged: &mut FxHashSet<(Target, Field)>) -> bool {
    let mut touches = change.touches();
    // A team's list is shared by the changes of all its members.
    if touches.len() > 1 {
        touches.retain(|(_, field)| *field != Field::Members);
    }
    let seen = touches.into_iter().filter(|touch| !judged.insert(touch.clone())).count();
    seen == 0
}

/// The condition for taking this back.
fn expected(entry: &Entry) -> Option<Expected> {
    let words = &entry.step.words;
    let left = match &entry.step.change {
        Change::AddMember { .. } => "a member".to_owned(),
        Change::RemoveMember { .. } => "no member".to_owned(),
        Change::RemoveRegistryRole { .. } => "no role".to_owned(),
        Change::SetTeamRole { role, .. } => role.to_string(),
        change if change.creates().is_some() => words.subject.clone(),
        _ if words.after.is_empty() => words.what.clone(),
        _ => words.after.clone(),
    };
    Some(Expected { change: entry.step.change.about(entry.created.as_ref()), left })
        // Of what was not shown nobody knows what it has left.
        .filter(|_| !entry.partly && !matches!(entry.state, State::Partly | State::Unseen))
}

/// What was lost by a change and no change puts back, a sentence each.
fn lost(entry: &Entry) -> impl Iterator<Item = String> {
    let lost = entry.effects.iter().filter(|effect| effect.harm && effect.back.is_empty());
    lost.map(|effect| format!("Not put back: {}", effect.words))
}

/// Said of a user who was created and is only deactivated by the undo.
fn stays(entry: &Entry, back: &[Change]) -> Option<String> {
    let stays = matches!((&entry.step.change, back), (Change::CreateUser { .. }, [Change::SetActive { .. }]));
    stays.then(|| format!("{} stays in the directory, inactive.", entry.step.words.subject))
}

fn takes(change: &Change) -> bool {
    change.nature().effect == ChangeEffect::Takes
}

/// Without the provisional id of what it creates, which is another one each time.
fn keyless(change: &Change) -> Change {
    change.clone().renewed("new:".into())
}

/// Takes one of these out; false where there is none. Mostly it is the first.
fn take(done: &mut VecDeque<Change>, change: &Change) -> bool {
    let found = done.iter().position(|one| one == change);
    found.and_then(|at| done.remove(at)).is_some()
}

fn nothing_done(outcomes: &[State]) -> &'static str {
    let any = |state| outcomes.contains(&state);
    if any(State::Refused) {
        "It was refused, so there is nothing of it to undo."
    } else if any(State::Conflict) {
        "It ended in a conflict and changed nothing, so there is nothing of it to undo."
    } else if any(State::Already) {
        "It was so already and was not sent, so there is nothing of it to undo."
    } else {
        "It was dropped before it was sent, so there is nothing of it to undo."
    }
}

/// The value that the directory shows where the change's own is known to be there no more.
fn otherwise(change: &Change, directory: &Directory) -> Option<String> {
    if already(change, directory) {
        return None;
    }
    let user = |id: &Id| directory.user(id);
    let role_of = |grants: &[Grant], scope| {
        grants
            .iter()
            .find(|grant| grant.scope == scope)
            .map_or_else(|| "none".to_owned(), |grant| grant.role.to_string())
    };
    let value = |told: &crate::directory::MaybeTold| {
        told.is_told().then(|| {
            if told.is_none() { "none".to_owned() } else { told.value().map_or_else(String::new, ToString::to_string) }
        })
    };
    match change {
        Change::SetOrgRole { user: id, .. } => value(&user(id)?.org_role),
        Change::SetTeamRole { user: id, team, .. } if directory.teams_of(id).contains(team) => {
            let name = &directory.team(team)?.name;
            user(id)?.role_in(name).map(ToString::to_string)
        }
        Change::RemoveMember { user: id, team } => {
            let name = &directory.team(team)?.name;
            let role = user(id).and_then(|user| user.role_in(name));
            let member = || role.map_or_else(|| "a member".to_owned(), |role| format!("a member, {role}"));
            directory.teams_of(id).contains(team).then(member)
        }
        Change::SetTeamRole { team, .. } | Change::AddMember { team, .. } => {
            directory.team(team)?.members.as_ref().map(|_| "no member".to_owned())
        }
        Change::SetActive { user: id, .. } => {
            user(id)?.active.map(|active| if active { "active" } else { "inactive" }.to_owned())
        }
        Change::SetDisplayName { user: id, .. } => {
            let user = user(id).filter(|user| user.depth == Depth::Full || !user.display_name.is_empty())?;
            Some(if user.display_name.is_empty() { "none".to_owned() } else { user.display_name.to_string() })
        }
        Change::SetEmail { user: id, .. } => {
            let user = user(id).filter(|user| user.depth == Depth::Full || !user.email.is_empty())?;
            Some(if user.email.is_empty() { "none".to_owned() } else { user.email.to_string() })
        }
        Change::SetSeat { user: id, seat, .. } => value(user(id)?.seat(*seat)),
        Change::SetRegistryRole { user: id, registry, .. } => {
            let user = user(id).filter(|user| user.depth == Depth::Full)?;
            Some(role_of(&user.registry_roles, registry.clone()))
        }
        // A list that shows no role there is no sign of another value.
        Change::RemoveRegistryRole { user: id, registry: Some(registry) } => {
            let grants = &user(id)?.registry_roles;
            grants.iter().find(|grant| grant.scope == *registry).map(|grant| grant.role.to_string())
        }
        Change::EditRole { role, .. } => directory.role(role).map(|_| "another definition".to_owned()),
        Change::SetAttribute { target, path, .. } => {
            let now = crate::scim::schema::at(directory.resource(target)?, path);
            Some(now.map_or_else(|| "nothing".to_owned(), crate::directory::attributes::shown))
        }
        // Records that are there, or gone, whatever they hold: the undo deletes or creates them, and a server that has
        // none of that name, or another one, refuses it.
        Change::CreateUser { .. }
        | Change::CreateTeam { .. }
        | Change::CreateRole { .. }
        | Change::CreateService { .. }
        | Change::CreateKey { .. }
        | Change::Invite { .. }
        | Change::RevokeInvite { .. }
        | Change::DeleteUser { .. }
        | Change::DeleteTeam { .. }
        | Change::DeleteRole { .. }
        | Change::DeleteKey { .. }
        | Change::RemoveRegistryRole { registry: None, .. } => None,
        // Others may have come and gone; the undo names those that it puts back.
        Change::ReplaceMembers { .. } => None,
    }
}
