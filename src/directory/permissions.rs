//! Knowledge about permissions, derived from the custom roles seen: the catalogue of names, the permissions of
//! predefined roles, the holders of a role, and the gains and losses of holders. No server tells any of these by itself
//! (docs/src/providers/wandb.md#roles).

use std::collections::BTreeSet;

use super::{
    Directory, Name, RecordKind,
    change::RoleDraft,
    record::{Role, User},
};

/// Predefined roles that a custom role can be based on.
pub const BASES: [&str; 2] = ["member", "viewer"];

/// Permission names in order.
pub type Permissions = BTreeSet<String>;

/// True if the text can be a permission: `object:operation`, without blanks.
pub fn is_permission(text: &str) -> bool {
    let part = |part: &str| !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || c.is_control());
    text.split_once(':').is_some_and(|(object, operation)| part(object) && part(operation) && !operation.contains(':'))
}

/// The number of holders of a role, and the data on which the number is based.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoleHolders {
    /// Users who hold the role: in some team, or in the organisation if roles are derived.
    pub people: usize,
    /// Teams in which somebody holds the role.
    pub teams: usize,
    /// Users whose team roles are known.
    pub known: usize,
    /// All users.
    pub users: usize,
}

impl RoleHolders {
    /// True if no other user can hold the role, because all roles are known.
    pub fn is_certain(&self) -> bool {
        self.known == self.users
    }
}

/// The effect of a new definition on the holders' permissions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PermissionEffect {
    /// Permissions gained; those that the role itself adds come first.
    pub gains: Vec<String>,
    /// Permissions lost, in the same order.
    pub loses: Vec<String>,
    /// The name of a predefined role whose permissions are unknown, so that there may be more gains or losses.
    pub unknown: Option<String>,
}

/// The relation of a role to a permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PermissionStance {
    /// The role adds the permission.
    Added,
    /// The role inherits the permission from the predefined role.
    Inherited,
    /// The role lacks the permission.
    Absent,
}

fn names(role: &Role, inherited: bool) -> impl Iterator<Item = String> {
    let permissions = role.permissions.iter().filter(move |permission| permission.inherited == inherited);
    permissions.map(|permission| permission.name.raw().to_owned())
}

/// Permissions in `these` and not in `those`; the chosen ones come first.
fn beyond(these: &Permissions, those: &Permissions, chosen: &[String]) -> Vec<String> {
    let (first, then): (Vec<String>, Vec<String>) =
        these.difference(those).cloned().partition(|name| chosen.contains(name));
    [first, then].concat()
}

/// The relation of a role to a permission.
pub fn stance(role: &Role, permission: &str) -> PermissionStance {
    let found = role.permissions.iter().filter(|one| one.name.raw() == permission);
    match found.map(|one| one.inherited).min() {
        Some(false) => PermissionStance::Added,
        Some(true) => PermissionStance::Inherited,
        None => PermissionStance::Absent,
    }
}

impl Directory {
    fn all_roles(&self) -> impl Iterator<Item = &Role> {
        (0..self.len(RecordKind::Role) as u32).filter_map(|row| self.role_at(row)).filter(|role| role.problem.is_none())
    }

    /// All permissions of all known roles.
    pub fn catalogue(&self) -> Permissions {
        self.all_roles().flat_map(|role| &role.permissions).map(|one| one.name.raw().to_owned()).collect()
    }

    /// The permissions of a predefined role: all that any custom role inherits from it. `None` if no role shows them.
    pub fn base_permissions(&self, base: &str) -> Option<Permissions> {
        let roles = self.records().roles().values().filter(|role| role.inherits.is(base) && role.problem.is_none());
        let all: Permissions = roles.flat_map(|role| names(role, true)).collect();
        (!all.is_empty()).then_some(all)
    }

    /// The permissions that the role has, or would have, from a predefined role. The role's own record takes precedence
    /// over other roles.
    pub fn inherited(&self, role: Option<&Role>, base: &str) -> Option<Permissions> {
        let own: Permissions =
            role.filter(|role| role.inherits.is(base)).into_iter().flat_map(|role| names(role, true)).collect();
        if own.is_empty() { self.base_permissions(base) } else { Some(own) }
    }

    /// The gains and losses of a role's holders under a new definition.
    pub fn effect(&self, role: &Role, to: &RoleDraft) -> PermissionEffect {
        let mut before: Permissions = names(role, false).collect();
        let mut after: Permissions = to.added.iter().cloned().collect();
        let known = [self.inherited(Some(role), role.inherits.raw()), self.inherited(Some(role), &to.inherits)];
        let same_base = role.inherits.is(&to.inherits);
        let unknown = match &known {
            _ if same_base => None,
            [_, None] => Some(to.inherits.clone()),
            [None, _] => Some(role.inherits.to_string()),
            _ => None,
        };
        // A permission that either definition certainly inherits is neither gained nor lost. More is concluded only if
        // both are known.
        let [old, new] = known.map(Option::unwrap_or_default);
        if unknown.is_none() {
            before.extend(old);
            after.extend(new);
        } else {
            after.retain(|name| !old.contains(name));
            before.retain(|name| !new.contains(name));
        }
        let own = RoleDraft::of(role).added;
        PermissionEffect { gains: beyond(&after, &before, &to.added), loses: beyond(&before, &after, &own), unknown }
    }

    /// Number of holders of a role. Visits every user.
    pub fn held(&self, role: &Name) -> RoleHolders {
        let holders = self.holders(role);
        let teams: BTreeSet<&str> = holders.iter().flat_map(|(_, teams)| teams).map(|team| team.raw()).collect();
        let users = self.records().users();
        RoleHolders {
            people: holders.len(),
            teams: teams.len(),
            known: users.values().filter(|user| self.knows_roles(user)).count(),
            users: users.len(),
        }
    }

    /// True if the user's roles are known, so that a role not shown is a role not held.
    pub fn knows_roles(&self, user: &User) -> bool {
        if self.records().role_source().is_derived() { user.org_role.is_told() } else { user.team_roles.is_some() }
    }

    /// Holders of a role, sorted by user name: an entry per team, or, for derived roles, an entry with all teams that
    /// give the role. Visits every user.
    pub fn holdings(&self, role: &Name) -> Vec<(&User, Vec<&Name>)> {
        let derived = self.records().role_source().is_derived();
        let holders = self.holders(role).into_iter();
        let mut all: Vec<(&User, Vec<&Name>)> = holders
            .flat_map(|(user, teams)| {
                let alone = |team| (user, vec![team]);
                if derived { vec![(user, teams)] } else { teams.into_iter().map(alone).collect() }
            })
            .collect();
        let names = |teams: &[&Name]| teams.iter().map(|team| team.raw().to_owned()).collect::<Vec<_>>();
        all.sort_by_cached_key(|(user, teams)| (user.user_name.raw().to_owned(), names(teams)));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{
        record::{Permission, RoleGrant},
        records::Records,
    };

    fn role(name: &str, base: &str, inherited: &[&str], added: &[&str]) -> Role {
        let of = |names: &[&str], inherited| -> Vec<Permission> {
            names.iter().map(|name| Permission { name: (*name).into(), inherited }).collect()
        };
        let permissions = [of(inherited, true), of(added, false)].concat();
        Role { id: name.into(), name: name.into(), inherits: base.into(), permissions, ..Role::default() }
    }

    fn directory(roles: Vec<Role>) -> Directory {
        let user = |name: &str, grants: Option<&[(&str, &str)]>| User {
            id: name.into(),
            user_name: name.into(),
            team_roles: grants.map(|grants| {
                grants.iter().map(|(scope, role)| RoleGrant { scope: (*scope).into(), role: (*role).into() }).collect()
            }),
            ..User::default()
        };
        let users = vec![
            user("zoe", Some(&[("vision", "janitor")])),
            user("bo", Some(&[("vision", "janitor"), ("nlp", "janitor"), ("ops", "member")])),
            user("cy", None),
        ];
        let mut directory = Directory::default();
        directory.replace(Records::build(users, vec![], roles), true);
        directory
    }

    fn draft(base: &str, added: &[&str]) -> RoleDraft {
        RoleDraft {
            inherits: base.into(),
            added: added.iter().map(|name| (*name).into()).collect(),
            ..RoleDraft::default()
        }
    }

    fn three() -> Directory {
        directory(vec![
            role("janitor", "member", &["run:read", "run:create"], &["run:delete", "run:stop"]),
            role("writer", "Viewer", &["run:read"], &["report:create"]),
            role("bare", "admin", &[], &[]),
        ])
    }

    #[test]
    fn the_catalogue_and_the_bases_are_learnt_from_all_roles() {
        let directory = three();
        let all = ["report:create", "run:create", "run:delete", "run:read", "run:stop"];
        assert_eq!(directory.catalogue().into_iter().collect::<Vec<_>>(), all);
        assert_eq!(directory.base_permissions("viewer"), Some(["run:read".to_owned()].into()));
        assert_eq!(directory.base_permissions("admin"), None);
    }

    #[test]
    fn holders_gain_and_lose_what_the_whole_of_the_role_says() {
        let directory = three();
        let janitor = directory.role(&"janitor".into()).unwrap();
        let effect = |to: &RoleDraft| {
            let effect = directory.effect(janitor, to);
            (effect.gains.join(" "), effect.loses.join(" "), effect.unknown)
        };
        let said = |gains: &str, loses: &str| (gains.to_owned(), loses.to_owned(), None);
        assert_eq!(effect(&draft("member", &["run:delete", "team:invite"])), said("team:invite", "run:stop"));
        // A permission that moves from inherited to added is not lost.
        assert_eq!(effect(&draft("viewer", &["run:delete", "run:stop", "run:create"])), said("", ""));
        assert_eq!(effect(&draft("viewer", &[])), said("", "run:delete run:stop run:create"));
        let (gains, loses, unknown) = effect(&draft("admin", &["run:delete", "run:read", "team:invite"]));
        assert_eq!((&*gains, &*loses, unknown.as_deref()), ("team:invite", "run:stop", Some("admin")));
    }

    #[test]
    fn holders_are_counted_by_person_and_by_team() {
        let directory = three();
        let held = directory.held(&"janitor".into());
        assert_eq!(held, RoleHolders { people: 2, teams: 2, known: 2, users: 3 });
        assert!(!held.is_certain());
        let all = directory.holdings(&"janitor".into());
        let lines: Vec<_> = all.iter().map(|(user, teams)| format!("{} {}", user.user_name, teams[0])).collect();
        assert_eq!(lines, ["bo nlp", "bo vision", "zoe vision"]);
    }

    #[test]
    fn a_permission_has_two_parts() {
        for good in ["run:delete", "run:delete_many", "t-1:x"] {
            assert!(is_permission(good), "{good}");
        }
        for bad in ["", "run", "run:", ":x", "run:a:b", "run: x", "ru n:x", "a:\u{7}"] {
            assert!(!is_permission(bad), "{bad}");
        }
    }
}
