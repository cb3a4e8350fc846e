//! Checks with a group of the doctor's own and its two users: all ways of adding and removing a member.

use serde_json::{Value, json};

use super::{
    super::{
        finding::{FindingVerdict, ReportPart},
        lists,
        probe::{DoctorProbe, Seen, Stop},
    },
    OwnUser, is_own,
    made::MadeRecords,
    own_name, patch_of, put_merged, read,
    users::{accepted, saw},
};
use crate::{
    directory::{RecordKind, ability::ActionAbility, change::ChangeVerb},
    scim::{
        patch::{PatchOperation, member_filter},
        quirks::RemovalForm,
        request::{Method, Request},
        urn,
    },
};

/// The result of a trial on a server that never shows members.
pub const NEVER_SHOWN: &str = "who is in a group is never shown here: whether members come and go can't be seen. Changes of \
                               members are sent, and their outcome stays unseen";

/// The group and its intended members.
struct GroupTrial<'a> {
    group: String,
    stays: &'a OwnUser,
    goes: &'a OwnUser,
}

/// Creates the group, runs all checks, and deletes the group.
pub async fn run(probe: &mut DoctorProbe, made: &mut MadeRecords, stays: &OwnUser, goes: &OwnUser) -> Result<(), Stop> {
    for verb in [ChangeVerb::CreateTeam, ChangeVerb::DeleteTeam] {
        if let Err(why) = probe.dialect.capabilities().can(verb) {
            let words = format!("not tried: it could not be removed again. {why}");
            probe.find(ReportPart::Writing, "group", FindingVerdict::Unknown, words, &[]);
            return Ok(());
        }
    }
    if probe.habits.groups == Some(false) {
        return Ok(());
    }
    let name = own_name(probe, "group");
    let body = json!({"schemas": [urn::GROUP], "displayName": name, "members": [{"value": stays.id}]});
    made.intend(RecordKind::Team, &name);
    let seen = probe.ask(&Request::new(Method::Post, ["Groups"]).body(body)).await?;
    let answer = seen.json().filter(|_| seen.is_ok());
    let id = answer.as_ref().and_then(lists::id);
    // An answer may hold what was sent, with the id of another group.
    let there = match &id {
        Some(id) => read(probe, "Groups", id).await?.0,
        None => None,
    };
    if id.is_some() && answer.iter().chain(&there).any(|record| !is_own(record, RecordKind::Team, &name)) {
        let words = "accepted, and answered with another group's record: nothing else was tried with it";
        saw(probe, ChangeVerb::CreateTeam, &seen, false, words);
        probe.find(ReportPart::Writing, "create group", FindingVerdict::Problem, words, &[&seen]);
        return Ok(());
    }
    let Some(group) = id else {
        if !seen.is_ok() && seen.status() < 500 {
            made.settle(&name, None);
        }
        let words = seen.refusal(&*probe.dialect).sentences();
        if seen.is_decisive() {
            probe.trials.saw(ChangeVerb::CreateTeam, ActionAbility::Refused(words.clone()));
        }
        probe.find(ReportPart::Writing, "create group", FindingVerdict::Problem, words, &[&seen]);
        return Ok(());
    };
    made.settle(&name, Some(group.clone()));
    let trial = GroupTrial { group, stays, goes };
    let (there, reread) = trial.look(probe).await?;
    probe
        .trials
        .saw(ChangeVerb::CreateTeam, if reread.is_ok() { ActionAbility::Works } else { ActionAbility::Untried });
    let first = stays.is_in(&there);
    if first && !probe.shows_members {
        probe.habits.tells_members = Some(true);
    }
    let (verdict, words) = match (reread.is_ok(), first) {
        (true, _) if there.iter().any(|member| !stays.is(member)) => {
            (FindingVerdict::Note, "works, and somebody is in it whom nobody asked for")
        }
        (true, true) => (FindingVerdict::Ok, "works, with a first member"),
        (true, false) => (FindingVerdict::Note, "works, and shows no first member"),
        (false, _) => (FindingVerdict::Problem, "accepted, and the group can't be read"),
    };
    probe.find(ReportPart::Writing, "create group", verdict, words, &[&seen, &reread]);
    if reread.is_ok() && (first || !trial.shows_nobody(probe).await?) {
        trial.add(probe).await?;
        trial.removals(probe).await?;
    }
    trial.delete(probe, made).await
}

impl GroupTrial<'_> {
    /// Whether the server never shows members: then additions and removals are invisible, and nothing is learnt.
    async fn shows_nobody(&self, probe: &mut DoctorProbe) -> Result<bool, Stop> {
        if probe.shows_members {
            return Ok(false);
        }
        let add = || PatchOperation::add("members", json!([{"value": self.stays.id}]));
        let mut taken = false;
        for put in [false, true] {
            let seen = if put {
                put_merged(probe, "Groups", &self.group, add()).await?
            } else {
                Some(probe.ask(&patch_of("Groups", &self.group, add())).await?)
            };
            taken |= seen.is_some_and(|seen| seen.is_ok());
            if !self.look(probe).await?.0.is_empty() {
                probe.habits.tells_members = Some(true);
                return Ok(false);
            }
        }
        if taken {
            probe.habits.tells_members = Some(false);
            probe.find(ReportPart::Writing, "members", FindingVerdict::Note, NEVER_SHOWN, &[]);
        }
        Ok(taken)
    }

    /// Adds a member by PATCH; if that does not work, by PUT of the whole group.
    async fn add(&self, probe: &mut DoctorProbe) -> Result<(), Stop> {
        let op = || PatchOperation::add("members", json!([{"value": self.goes.id}]));
        let (before, _) = self.look(probe).await?;
        let seen = probe.ask(&patch_of("Groups", &self.group, op())).await?;
        let (after, reread) = self.look(probe).await?;
        let shows = self.goes.is_in(&after);
        // Only an earlier member can be lost.
        let lost = self.stays.is_in(&before) && !self.stays.is_in(&after);
        let (mut verdict, mut words) = accepted(&seen, shows);
        let stranger = |member: &&String| !before.contains(*member) && !self.goes.is(member);
        let joined = after.iter().filter(stranger).count();
        if joined > 0 {
            verdict = FindingVerdict::Problem;
            words = format!("{words}, but {joined} whom nobody asked for joined, too");
        }
        if shows && lost {
            verdict = FindingVerdict::Problem;
            words = format!("{words}, but who was in it before is out");
        }
        let works = shows && !lost;
        probe.habits.patch_groups = (works && seen.is_decisive()).then_some(true);
        saw(probe, ChangeVerb::AddMember, &seen, works, &words);
        probe.find(ReportPart::Writing, "add member", verdict, words, &[&seen, &reread]);
        if !works && seen.is_decisive() {
            self.add_by_put(probe).await?;
        }
        Ok(())
    }

    /// From now on the whole group is put, if a trial shows that PUT adds one member and keeps the other.
    async fn add_by_put(&self, probe: &mut DoctorProbe) -> Result<(), Stop> {
        let one = json!([{"value": self.stays.id}]);
        put_merged(probe, "Groups", &self.group, PatchOperation::replace("members", one)).await?;
        let (before, _) = self.look(probe).await?;
        let op = PatchOperation::add("members", json!([{"value": self.goes.id}]));
        let Some(seen) = put_merged(probe, "Groups", &self.group, op).await? else { return Ok(()) };
        let (after, reread) = self.look(probe).await?;
        let began = self.stays.is_in(&before) && !self.goes.is_in(&before);
        let works = began && self.stays.is_in(&after) && self.goes.is_in(&after);
        let (verdict, words) = accepted(&seen, works);
        if works {
            probe.habits.patch_groups = Some(false);
            probe.trials.saw(ChangeVerb::AddMember, ActionAbility::Works);
        }
        probe.find(ReportPart::Writing, "add by PUT", verdict, words, &[&seen, &reread]);
        Ok(())
    }

    /// Tries all ways of removing one of two members. The console uses the first way that works, in this order.
    async fn removals(&self, probe: &mut DoctorProbe) -> Result<(), Stop> {
        let (mut working, mut certain) = (None, true);
        let ways = [
            (RemovalForm::Filter, "by filter"),
            (RemovalForm::Value, "by value"),
            (RemovalForm::Replace, "by replace"),
            (RemovalForm::Put, "by PUT"),
        ];
        for (way, what) in ways {
            if !self.both(probe).await? {
                let words = "the group could not be filled again, so this was not tried";
                probe.find(ReportPart::Writing, what, FindingVerdict::Unknown, words, &[]);
                certain = false;
                continue;
            }
            let Some(seen) = self.remove(probe, way).await? else { continue };
            let (after, reread) = self.look(probe).await?;
            let works = self.stays.is_in(&after) && !self.goes.is_in(&after);
            let (verdict, words) = match () {
                () if works => (FindingVerdict::Ok, format!("a member can be removed so ({})", seen.status())),
                () if after.is_empty() => {
                    (FindingVerdict::Note, format!("removing a member so empties the whole group ({})", seen.status()))
                }
                () if seen.is_ok() && !self.goes.is_in(&after) => {
                    (FindingVerdict::Note, format!("removing a member so removes who stays, too ({})", seen.status()))
                }
                () if seen.is_ok() => (
                    FindingVerdict::Note,
                    format!("removing a member so is accepted ({}), and changes nothing", seen.status()),
                ),
                () => (FindingVerdict::Note, format!("removing a member so is refused ({})", seen.status())),
            };
            if works && certain {
                working = working.or(Some(way));
            }
            // A way that failed for another reason may be the better one, so that nothing is decided without that way.
            certain &= seen.is_decisive();
            probe.find(ReportPart::Writing, what, verdict, words, &[&seen, &reread]);
        }
        probe.habits.remove_member = working;
        let none = "no way of removing one member works";
        match working {
            Some(_) => probe.trials.saw(ChangeVerb::RemoveMember, ActionAbility::Works),
            None if certain => {
                probe.trials.saw(ChangeVerb::RemoveMember, ActionAbility::Refused(none.into()));
                probe.find(ReportPart::Writing, "remove", FindingVerdict::Problem, none, &[]);
            }
            None => {}
        }
        Ok(())
    }

    /// Removes the member `goes` in this way, as the console would. `None` if there is no safe request for this way.
    async fn remove(&self, probe: &DoctorProbe, way: RemovalForm) -> Result<Option<Seen>, Stop> {
        let op = match way {
            RemovalForm::Filter => PatchOperation::remove(member_filter(&self.goes.id)).ok(),
            RemovalForm::Value => PatchOperation::remove_listed("members", vec![json!({"value": self.goes.id})]).ok(),
            RemovalForm::Replace => Some(PatchOperation::replace("members", json!([{"value": self.stays.id}]))),
            RemovalForm::Put => {
                let (there, _) = self.look(probe).await?;
                PatchOperation::remove(member_filter(self.goes.called_in(&there))).ok()
            }
        };
        let Some(op) = op else { return Ok(None) };
        match way {
            RemovalForm::Put => put_merged(probe, "Groups", &self.group, op).await,
            RemovalForm::Filter | RemovalForm::Value | RemovalForm::Replace => {
                Ok(Some(probe.ask(&patch_of("Groups", &self.group, op)).await?))
            }
        }
    }

    /// Adds both users to the group. An existing member is not added again, because some servers would list the user
    /// twice.
    async fn both(&self, probe: &DoctorProbe) -> Result<bool, Stop> {
        let both = [self.stays, self.goes];
        let value = |one: &OwnUser| json!({"value": one.id});
        let absent =
            |there: &[String]| -> Vec<Value> { both.into_iter().filter(|one| !one.is_in(there)).map(value).collect() };
        let missing = absent(&self.look(probe).await?.0);
        if missing.is_empty() {
            return Ok(true);
        }
        // If adding replaces the other members, only a request with all members works.
        let all: Vec<Value> = both.into_iter().map(value).collect();
        for some in [&missing, &all] {
            probe.ask(&patch_of("Groups", &self.group, PatchOperation::add("members", json!(some)))).await?;
            if absent(&self.look(probe).await?.0).is_empty() {
                return Ok(true);
            }
        }
        put_merged(probe, "Groups", &self.group, PatchOperation::replace("members", json!(all))).await?;
        Ok(absent(&self.look(probe).await?.0).is_empty())
    }

    async fn look(&self, probe: &DoctorProbe) -> Result<(Vec<String>, Seen), Stop> {
        let (document, seen) = read(probe, "Groups", &self.group).await?;
        Ok((document.as_ref().and_then(lists::members).unwrap_or_default(), seen))
    }

    async fn delete(&self, probe: &mut DoctorProbe, made: &mut MadeRecords) -> Result<(), Stop> {
        let seen = probe.ask(&Request::new(Method::Delete, ["Groups", &self.group])).await?;
        let (after, reread) = read(probe, "Groups", &self.group).await?;
        let (verdict, words) = match (&after, seen.is_ok()) {
            (None, true) => {
                made.gone(&self.group);
                (FindingVerdict::Ok, format!("works ({})", seen.status()))
            }
            (_, true) => (FindingVerdict::Problem, "accepted, and the group stays".to_owned()),
            (_, false) => (FindingVerdict::Problem, format!("refused ({})", seen.status())),
        };
        saw(probe, ChangeVerb::DeleteTeam, &seen, after.is_none() && seen.is_ok(), &words);
        probe.find(ReportPart::Writing, "DELETE group", verdict, words, &[&seen, &reread]);
        Ok(())
    }
}
