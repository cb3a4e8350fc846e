//! The editions of W&B's reference disagree about the effect of PUT on a role's permissions: every edit must end in the
//! same definition on both kinds of server.

use proptest::prelude::*;

use super::*;
use crate::{directory::plan::Step, scim::request::Method};

const MEMBER: [&str; 3] = ["run:read", "run:create", "report:create"];
const VIEWER: [&str; 1] = ["run:read"];

/// A role as stored by a server.
#[derive(Debug, Clone)]
struct Kept {
    name: String,
    base: String,
    added: Vec<String>,
}

fn base(name: &str) -> &'static [&'static str] {
    if name == "member" { &MEMBER } else { &VIEWER }
}

impl Kept {
    /// Applies a request as either kind of server does: inherited permissions are never stored as added ones, and can't
    /// be removed.
    fn take(&mut self, request: &crate::scim::request::Request, put_replaces: bool) {
        let body = request.body.as_ref().unwrap();
        let names = |list: &Value| -> Vec<String> {
            list.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
        };
        match request.method {
            Method::Put => {
                self.name = body["name"].as_str().unwrap().into();
                self.base = body["inheritedFrom"].as_str().unwrap().into();
                if put_replaces {
                    self.added = names(&body["permissions"]);
                }
            }
            Method::Patch => {
                let operation = &body["Operations"][0];
                let names = names(&operation["value"]);
                let removes = operation["op"] == "remove";
                assert!(
                    !removes || names.iter().all(|name| self.added.contains(name)),
                    "{names:?} is not there: {self:?}"
                );
                self.added.retain(|name| !names.contains(name));
                if !removes {
                    self.added.extend(names);
                }
            }
            _ => panic!("{request}"),
        }
        self.added.retain(|name| !base(&self.base).contains(&name.as_str()));
    }
}

fn role(id: &str, from: &str, added: &[String]) -> Role {
    let inherited = base(from).iter().map(|name| permission(name, true));
    let permissions = inherited.chain(added.iter().map(|name| permission(name, false))).collect();
    Role { id: id.into(), name: id.into(), inherits: from.into(), permissions, ..Role::default() }
}

fn plan(now: &Kept, to: &RoleDraft) -> Option<Step> {
    let roles = vec![role("R1", &now.base, &now.added), role("m", "member", &[]), role("v", "viewer", &[])];
    let mut directory = Directory::default();
    directory.replace(Records::build(vec![], vec![], roles), true);
    wandb().step(&Change::EditRole { role: id("R1"), to: to.clone() }, &directory).ok()
}

fn allowed(base_role: &str, added: &[String]) -> Vec<String> {
    let mut all: Vec<String> = base(base_role).iter().map(|name| (*name).into()).chain(added.iter().cloned()).collect();
    all.sort();
    all.dedup();
    all
}

fn added() -> impl Strategy<Value = Vec<String>> {
    let names = ["run:create", "report:create", "run:delete", "run:stop", "project:delete"];
    proptest::sample::subsequence(names.to_vec(), 0..=5)
        .prop_map(|names| names.into_iter().map(str::to_owned).collect())
}

fn either() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just("member"), Just("viewer")]
}

proptest! {
    #[test]
    fn an_edit_ends_as_wanted_whatever_put_does(from in either(), mut own in added(), to in either(), wanted in added(), renamed: bool) {
        own.retain(|name| !base(from).contains(&name.as_str()));
        let now = Kept { name: "R1".into(), base: from.into(), added: own };
        let wanted = draft(if renamed { "other" } else { "R1" }, "", to, &wanted.iter().map(|n| &**n).collect::<Vec<_>>());
        let Some(step) = plan(&now, &wanted) else { return Ok(()) };
        for put_replaces in [true, false] {
            let mut kept = now.clone();
            step.requests.iter().for_each(|request| kept.take(request, put_replaces));
            prop_assert_eq!((&kept.name, &*kept.base), (&wanted.name, to));
            prop_assert_eq!(allowed(to, &kept.added), allowed(to, &wanted.added), "PUT replaces: {}", put_replaces);
        }
    }
}
