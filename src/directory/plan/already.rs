//! Whether a change would alter nothing: the directory shows already what it asks for.

use rustc_hash::FxHashSet;

use crate::{
    directory::{
        Directory, Id, Kind,
        aside::Topic,
        change::{Change, NewUser, RoleDraft},
        record::{Depth, Member, User},
    },
    scim::schema,
};

/// Why a change was not sent that the directory shows already.
///
/// Such a change is dropped, not confirmed: it was somebody else's doing, so an undo must leave it alone.
pub const ALREADY: &str = "Already so: it was not sent.";

/// True if the directory shows already what the change asks for, pending changes included.
///
/// What is not known is not so: a list that was not read, a role that was left out. A new API key is never there yet.
pub fn already(change: &Change, directory: &Directory) -> bool {
    let user = |id: &Id| directory.user(id);
    let shows = |id: &Id, so: &dyn Fn(&User) -> bool| user(id).is_some_and(so);
    match change {
        Change::SetOrgRole { user, role } => shows(user, &|user| user.org_role.value() == Some(role)),
        Change::SetTeamRole { user, team, role } => {
            let name = directory.team(team).map(|team| &team.name);
            is_member(directory, team, user)
                && name.is_some_and(|name| shows(user, &|user| user.role_in(name) == Some(role)))
        }
        Change::AddMember { team, user } => is_member(directory, team, user),
        Change::RemoveMember { team, user } => is_out(directory, team, user),
        Change::SetActive { user, active } => shows(user, &|user| user.active == Some(*active)),
        Change::SetDisplayName { user, to } => shows(user, &|user| user.display_name.raw().trim() == to.trim()),
        Change::SetEmail { user, to } => shows(user, &|user| user.email.is(to.trim())),
        Change::SetSeat { user, seat, to } => shows(user, &|user| user.seat(*seat).is(to.raw())),
        Change::SetRegistryRole { user, registry, role } => {
            shows(user, &|user| user.registry_roles.iter().any(|grant| grant.scope == *registry && grant.role == *role))
        }
        Change::RemoveRegistryRole { user, registry } => shows(user, &|user| {
            let meant = |scope| registry.as_ref().is_none_or(|name| name == scope);
            let told = user.told_registry_roles().filter(|_| user.depth == Depth::Full);
            told.is_some_and(|grants| !grants.iter().any(|grant| meant(&grant.scope)))
        }),
        Change::ReplaceMembers { team, stay, come, go } => {
            directory.team(team).and_then(|team| team.members.as_deref()).is_some_and(|members| {
                let members: FxHashSet<&Id> = members.iter().map(|Member { id, .. }| id).collect();
                stay.iter().chain(come).all(|id| members.contains(id)) && !go.iter().any(|id| members.contains(id))
            })
        }
        Change::DeleteUser { user: id } => directory.is_complete(Kind::User) && user(id).is_none(),
        Change::DeleteTeam { team } => directory.is_complete(Kind::Team) && directory.team(team).is_none(),
        Change::DeleteRole { role } => directory.is_complete(Kind::Role) && directory.role(role).is_none(),
        Change::EditRole { role, to } => directory.role(role).is_some_and(|role| is_defined(&RoleDraft::of(role), to)),
        Change::CreateUser { user, .. } => is_user_there(directory, user),
        Change::CreateService { service, .. } => {
            directory.users_named(&service.name).any(|known| known.account.is_service())
        }
        Change::CreateTeam { name, members, .. } => directory
            .teams_named(&name.as_str().into())
            .any(|team| team.members.is_some() && members.iter().all(|user| is_member(directory, &team.id, user))),
        Change::CreateRole { role, .. } => {
            let named = directory.records().roles().values().find(|known| known.name.raw() == role.name);
            named.is_some_and(|known| is_defined(&RoleDraft::of(known), role))
        }
        Change::Invite { team, to, .. } => {
            directory.roster(team).is_some_and(|roster| roster.iter().any(|one| one.is(to)))
        }
        Change::RevokeInvite { team, invite, .. } => {
            directory.roster(team).is_some_and(|roster| !roster.iter().any(|one| one.id == *invite))
        }
        Change::CreateKey { .. } => false,
        Change::SetAttribute { target, path, to, .. } => {
            directory.resource(target).is_some_and(|resource| schema::same(schema::at(resource, path), to.as_ref()))
        }
        Change::DeleteKey { owner, key, .. } => {
            let person = directory.person(&Topic::Person(owner.clone()));
            person.and_then(|person| person.keys.as_ref()).is_some_and(|keys| !keys.iter().any(|one| one.id == *key))
        }
    }
}

fn is_member(directory: &Directory, team: &Id, user: &Id) -> bool {
    directory.teams_of(user).contains(team)
}

/// Known not to be a member: the team is gone, or lists its members without this one.
fn is_out(directory: &Directory, team: &Id, user: &Id) -> bool {
    directory.is_complete(Kind::Team)
        && directory.team(team).is_none_or(|team| team.members.is_some())
        && !is_member(directory, team, user)
}

/// Somebody else of the same name is no new user; the planner refuses that.
fn is_user_there(directory: &Directory, new: &NewUser) -> bool {
    if new.instance_admin {
        return directory.users_named(&new.email).any(|known| known.email.is(new.email.trim()));
    }
    let same = |known: &User| new.email.is_empty() || known.email.is(new.email.trim());
    directory.users_named(&new.user_name).any(|known| known.user_name.is(&new.user_name) && same(known))
}

/// The same definition, whatever the order of what is added.
fn is_defined(now: &RoleDraft, to: &RoleDraft) -> bool {
    let added = |draft: &RoleDraft| -> FxHashSet<String> { draft.added.iter().cloned().collect() };
    now.name == to.name
        && now.description.trim() == to.description.trim()
        && now.inherits.eq_ignore_ascii_case(&to.inherits)
        && added(now) == added(to)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{
        change::ChangeId,
        record::{Grant, Team},
        records::Records,
    };

    fn directory() -> Directory {
        let eva = User {
            id: "eva".into(),
            user_name: "eva-tanaka".into(),
            email: "eva@example.com".into(),
            org_role: "member".into(),
            team_roles: Some(vec![Grant { scope: "vision".into(), role: "admin".into() }]),
            active: Some(true),
            ..User::default()
        };
        let ivan = User { id: "ivan".into(), user_name: "ivan".into(), ..User::default() };
        let team = |id: &str, name: &str, members: Option<&[&str]>| Team {
            id: id.into(),
            name: name.into(),
            members: members.map(|ids| ids.iter().map(|id| Member { id: (*id).into(), display: "".into() }).collect()),
            ..Team::default()
        };
        let teams = vec![team("t", "vision", Some(&["eva"])), team("hidden", "hidden", None)];
        let mut directory = Directory::default();
        directory.replace(Records::build(vec![eva, ivan], teams, vec![]), true);
        directory
    }

    fn role(user: &str, role: &str) -> Change {
        Change::SetTeamRole { user: user.into(), team: "t".into(), role: role.into() }
    }

    fn member(add: bool, team: &str, user: &str) -> Change {
        let (team, user) = (team.into(), user.into());
        if add { Change::AddMember { team, user } } else { Change::RemoveMember { team, user } }
    }

    fn new_user(name: &str, email: &str) -> Change {
        let user = NewUser { user_name: name.into(), email: email.into(), ..NewUser::default() };
        Change::CreateUser { key: "new:1".into(), user }
    }

    #[rstest::rstest]
    #[case::org_role(Change::SetOrgRole { user: "eva".into(), role: "member".into() }, true)]
    #[case::another_org_role(Change::SetOrgRole { user: "eva".into(), role: "admin".into() }, false)]
    #[case::org_role_not_told(Change::SetOrgRole { user: "ivan".into(), role: "member".into() }, false)]
    #[case::team_role(role("eva", "admin"), true)]
    #[case::another_team_role(role("eva", "viewer"), false)]
    #[case::member(member(true, "t", "eva"), true)]
    #[case::no_member(member(true, "t", "ivan"), false)]
    #[case::gone(member(false, "t", "ivan"), true)]
    #[case::still_there(member(false, "t", "eva"), false)]
    #[case::members_not_told(member(false, "hidden", "ivan"), false)]
    #[case::team_is_gone(member(false, "nowhere", "ivan"), true)]
    #[case::active(Change::SetActive { user: "eva".into(), active: true }, true)]
    #[case::status_not_told(Change::SetActive { user: "ivan".into(), active: true }, false)]
    #[case::created(new_user("eva-tanaka", "eva@example.com"), true)]
    #[case::of_the_same_name(new_user("eva-tanaka", "eva@example.org"), false)]
    #[case::not_created(new_user("noor", "eva@example.org"), false)]
    #[case::deleted(Change::DeleteUser { user: "nobody".into() }, true)]
    #[case::not_deleted(Change::DeleteUser { user: "eva".into() }, false)]
    fn only_what_is_known_to_be_so_is(#[case] change: Change, #[case] so: bool) {
        assert_eq!(already(&change, &directory()), so);
    }

    #[test]
    fn a_list_that_was_not_read_shows_nobodys_absence() {
        let mut part = Directory::default();
        part.replace(
            Records::build(vec![], vec![], vec![])
                .covering(Kind::ALL.map(|_| crate::directory::Coverage::NotRead(None))),
            true,
        );
        assert!(!already(&Change::DeleteUser { user: "nobody".into() }, &part));
        assert!(!already(&member(false, "t", "eva"), &part));
    }

    #[test]
    fn what_is_pending_counts() {
        let mut directory = directory();
        directory.begin(ChangeId(1), member(true, "t", "ivan"));
        assert!(already(&member(true, "t", "ivan"), &directory));
        assert!(!already(&member(false, "t", "ivan"), &directory));
    }
}
