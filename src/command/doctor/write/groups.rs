//! A group of the doctor's own, with its two users: every way of adding and removing a member.

use serde_json::{Value, json};

use super::{
    super::{
        finding::{Part, Verdict},
        lists,
        probe::{Probe, Seen, Stop},
    },
    made::Made,
    own_name, patch_of, read,
    users::accepted,
};
use crate::{
    directory::{Kind, change::Verb},
    scim::{
        habits::Removal,
        json as scim_json,
        patch::{Op, member_filter},
        request::{Method, Request},
        urn,
    },
};

/// The group and who shall be in it.
struct Trial<'a> {
    group: String,
    name: String,
    stays: &'a str,
    goes: &'a str,
}

/// Makes the group, tries everything, deletes it.
pub async fn run(probe: &mut Probe, made: &mut Made, stays: &str, goes: &str) -> Result<(), Stop> {
    for verb in [Verb::CreateTeam, Verb::DeleteTeam] {
        if let Err(why) = probe.dialect.capabilities().can(verb) {
            let words = format!("not tried: it could not be removed again. {why}");
            probe.find(Part::Writing, "group", Verdict::Unknown, words, &[]);
            return Ok(());
        }
    }
    if probe.habits.groups == Some(false) {
        return Ok(());
    }
    let name = own_name(probe, "group");
    let body = json!({"schemas": [urn::GROUP], "displayName": name, "members": [{"value": stays}]});
    made.intend(Kind::Team, &name);
    let seen = probe.ask(&Request::new(Method::Post, ["Groups"]).body(body)).await?;
    let id = seen.json().as_ref().and_then(lists::id).filter(|_| seen.is_ok());
    let Some(group) = id else {
        if !seen.is_ok() && seen.status() < 500 {
            made.settle(&name, None);
        }
        let words = seen.refusal(&*probe.dialect).sentences();
        probe.find(Part::Writing, "create group", Verdict::Problem, words, &[&seen]);
        return Ok(());
    };
    made.settle(&name, Some(group.clone()));
    let trial = Trial { group, name, stays, goes };
    let (after, reread) = read(probe, "Groups", &trial.group).await?;
    let (verdict, words) = match after.as_ref().map(members) {
        Some(Some(there)) if there == [stays] => (Verdict::Ok, "works, with a first member".to_owned()),
        Some(Some(_)) => (Verdict::Note, "works, without the first member".to_owned()),
        _ => (Verdict::Problem, "works, but who is in it is not shown: memberships can't be looked at".to_owned()),
    };
    let blind = verdict == Verdict::Problem;
    probe.find(Part::Writing, "create group", verdict, words, &[&seen, &reread]);
    if !blind {
        trial.add(probe).await?;
        trial.removals(probe).await?;
    }
    trial.delete(probe, made).await
}

impl Trial<'_> {
    /// Adds a member by PATCH.
    async fn add(&self, probe: &mut Probe) -> Result<(), Stop> {
        let op = Op::add("members", json!([{"value": self.goes}]));
        let seen = probe.ask(&patch_of("Groups", &self.group, op)).await?;
        let (after, reread) = self.look(probe).await?;
        let shows = after.contains(&self.goes.to_owned());
        let (mut verdict, mut words) = accepted(&seen, shows);
        if shows && !after.contains(&self.stays.to_owned()) {
            verdict = Verdict::Problem;
            words = format!("{words}, but who was in it before is out");
        }
        probe.habits.patch_groups = seen.is_decisive().then_some(shows && verdict != Verdict::Problem);
        probe.find(Part::Writing, "add member", verdict, words, &[&seen, &reread]);
        Ok(())
    }

    /// Every way of removing one of two members. The first that works, in this order, is the console's from now on.
    async fn removals(&self, probe: &mut Probe) -> Result<(), Stop> {
        let filtered = Op::remove(member_filter(self.goes)).ok();
        let listed = Op::remove_listed("members", vec![json!({"value": self.goes})]).ok();
        let stay = json!([{"value": self.stays}]);
        let ways = [
            (Removal::Filter, "by filter", filtered),
            (Removal::Value, "by value", listed),
            (Removal::Replace, "by replace", Some(Op::replace("members", stay.clone()))),
            (Removal::Put, "by PUT", None),
        ];
        let (mut working, mut certain) = (None, true);
        for (way, what, op) in ways {
            if !self.both(probe).await? {
                let words = "the group could not be filled again, so this was not tried";
                probe.find(Part::Writing, what, Verdict::Unknown, words, &[]);
                continue;
            }
            let request = match op {
                Some(op) => patch_of("Groups", &self.group, op),
                None => self.put(&stay),
            };
            let seen = probe.ask(&request).await?;
            let (after, reread) = self.look(probe).await?;
            let works = after == [self.stays];
            let (verdict, words) = match () {
                () if works => (Verdict::Ok, format!("a member can be removed so ({})", seen.status())),
                () if after.is_empty() => {
                    (Verdict::Note, format!("removing a member so empties the whole group ({})", seen.status()))
                }
                () if seen.is_ok() => (
                    Verdict::Note,
                    format!("removing a member so is accepted ({}), and changes nothing", seen.status()),
                ),
                () => (Verdict::Note, format!("removing a member so is refused ({})", seen.status())),
            };
            if works && certain {
                working = working.or(Some(way));
            }
            // What failed for another reason may be the better way: nothing is decided without it.
            certain &= seen.is_decisive();
            probe.find(Part::Writing, what, verdict, words, &[&seen, &reread]);
        }
        probe.habits.remove_member = working;
        if working.is_none() && certain {
            probe.find(Part::Writing, "remove", Verdict::Problem, "no way of removing one member works", &[]);
        }
        Ok(())
    }

    /// Puts both users into the group.
    async fn both(&self, probe: &Probe) -> Result<bool, Stop> {
        let full = |there: &[String]| [self.stays, self.goes].iter().all(|id| there.iter().any(|member| member == id));
        if full(&self.look(probe).await?.0) {
            return Ok(true);
        }
        let all = json!([{"value": self.stays}, {"value": self.goes}]);
        for request in [patch_of("Groups", &self.group, Op::add("members", all.clone())), self.put(&all)] {
            probe.ask(&request).await?;
            if full(&self.look(probe).await?.0) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn put(&self, members: &Value) -> Request {
        let body = json!({"schemas": [urn::GROUP], "id": self.group, "displayName": self.name, "members": members});
        Request::new(Method::Put, ["Groups", &self.group]).body(body)
    }

    async fn look(&self, probe: &Probe) -> Result<(Vec<String>, Seen), Stop> {
        let (document, seen) = read(probe, "Groups", &self.group).await?;
        Ok((document.as_ref().and_then(members).unwrap_or_default(), seen))
    }

    async fn delete(&self, probe: &mut Probe, made: &mut Made) -> Result<(), Stop> {
        let seen = probe.ask(&Request::new(Method::Delete, ["Groups", &self.group])).await?;
        let (after, reread) = read(probe, "Groups", &self.group).await?;
        let (verdict, words) = match (&after, seen.is_ok()) {
            (None, true) => {
                made.gone(&self.group);
                (Verdict::Ok, format!("works ({})", seen.status()))
            }
            (_, true) => (Verdict::Problem, "accepted, and the group stays".to_owned()),
            (_, false) => (Verdict::Problem, format!("refused ({})", seen.status())),
        };
        probe.find(Part::Writing, "DELETE group", verdict, words, &[&seen, &reread]);
        Ok(())
    }
}

/// The ids of a group's members; nothing where the record has no such attribute. `null` is nobody.
fn members(group: &Value) -> Option<Vec<String>> {
    let list = scim_json::get(group.as_object()?, "members")?;
    let entries = list.as_array().map(Vec::as_slice).unwrap_or_default();
    let value = |entry: &Value| scim_json::get(entry.as_object()?, "value")?.as_str().map(str::to_owned);
    Some(entries.iter().filter_map(value).collect())
}
