//! Checks whether a change would alter nothing because the directory already shows the wanted state.

use rustc_hash::FxHashSet;

use crate::{
    directory::{
        Directory, Id, RecordKind,
        change::{Change, NewService, NewUser, RoleDraft},
        record::{AccountKind, Member, ReadDepth, User},
        side_query::SideQueryKind,
    },
    scim::schema,
};

/// The reason for not sending a change whose effect the directory already shows.
///
/// Such a change is dropped, not confirmed: somebody else made the change, so an undo must leave the record alone.
pub const ALREADY: &str = "Already so: it was not sent.";

/// True if the directory, pending changes included, already shows the effect of the change.
///
/// Unknown values do not count: a list that was not read, a role that was left out. A new API key never exists yet.
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
            let told = user.told_registry_roles().filter(|_| user.depth == ReadDepth::Full);
            told.is_some_and(|grants| !grants.iter().any(|grant| meant(&grant.scope)))
        }),
        Change::ReplaceMembers { team, stay, come, go } => {
            directory.team(team).and_then(|team| team.members.as_deref()).is_some_and(|members| {
                let members: FxHashSet<&Id> = members.iter().map(|Member { id, .. }| id).collect();
                stay.iter().chain(come).all(|id| members.contains(id)) && !go.iter().any(|id| members.contains(id))
            })
        }
        Change::DeleteUser { user: id } => directory.is_complete(RecordKind::User) && user(id).is_none(),
        Change::DeleteTeam { team } => directory.is_complete(RecordKind::Team) && directory.team(team).is_none(),
        Change::DeleteRole { role } => directory.is_complete(RecordKind::Role) && directory.role(role).is_none(),
        Change::EditRole { role, to } => directory.role(role).is_some_and(|role| is_defined(&RoleDraft::of(role), to)),
        Change::CreateUser { user, .. } => is_user_there(directory, user),
        Change::CreateService { service, .. } => {
            directory.users_named(&service.name).any(|known| is_same_service(directory, known, service))
        }
        Change::CreateTeam { name, members, .. } => {
            let name = name.as_str().into();
            let mut named = directory.teams_named(&name);
            // If several teams share the name, the meant team is unknown.
            let only = named.next().filter(|_| named.next().is_none());
            only.is_some_and(|team| {
                team.members.is_some() && members.iter().all(|user| is_member(directory, &team.id, user))
            })
        }
        Change::CreateRole { role, .. } => {
            let named = directory.records().roles().values().find(|known| known.name.raw() == role.name);
            named.is_some_and(|known| is_defined(&RoleDraft::of(known), role))
        }
        Change::Invite { team, to, admin, .. } => directory
            .roster(team)
            .is_some_and(|roster| roster.iter().any(|one| one.is(to) && !(*admin && one.admin == Some(false)))),
        Change::RevokeInvite { team, invite, .. } => {
            directory.roster(team).is_some_and(|roster| !roster.iter().any(|one| one.id == *invite))
        }
        Change::CreateKey { .. } => false,
        Change::SetAttribute { target, path, to, .. } => {
            directory.resource(target).is_some_and(|resource| schema::same(schema::at(resource, path), to.as_ref()))
        }
        Change::DeleteKey { owner, key, .. } => {
            let person = directory.person(&SideQueryKind::Person(owner.clone()));
            person.and_then(|person| person.keys.as_ref()).is_some_and(|keys| !keys.iter().any(|one| one.id == *key))
        }
    }
}

fn is_member(directory: &Directory, team: &Id, user: &Id) -> bool {
    directory.teams_of(user).contains(team)
}

/// True if the user is known not to be a member: the team is gone, or its list of members lacks the user.
fn is_out(directory: &Directory, team: &Id, user: &Id) -> bool {
    directory.is_complete(RecordKind::Team)
        && directory.team(team).is_none_or(|team| team.members.is_some() && !directory.is_perhaps_cut(team))
        && !is_member(directory, team, user)
}

/// A different person with the same name does not count as the new user; the planner refuses that name.
fn is_user_there(directory: &Directory, new: &NewUser) -> bool {
    if new.instance_admin {
        return directory.users_named(&new.email).any(|known| known.email.is(new.email.trim()));
    }
    // An inactive user is not the active user whom the change would create.
    let same = |known: &User| !known.is_inactive() && (new.email.is_empty() || known.email.is(new.email.trim()));
    directory.users_named(&new.user_name).any(|known| known.user_name.is(&new.user_name) && same(known))
}

/// True if the service account is of the wanted kind, and in the wanted team or in one that is not told.
fn is_same_service(directory: &Directory, known: &User, wanted: &NewService) -> bool {
    let is_organisations = known.account == AccountKind::OrgService;
    known.account.is_service()
        && is_organisations == wanted.organisation
        && (is_organisations || !is_out(directory, &wanted.team, &known.id))
}

/// True if both definitions are equal, regardless of the order of the added permissions.
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
        Name, ResourceRef,
        change::{ChangeId, SeatKind},
        record::{Role, RoleGrant, Team},
        records::Records,
        side_query::{AccountDetails, ApiKey, SideAnswer, TeamParticipant},
    };

    fn directory() -> Directory {
        let eva = User {
            id: "eva".into(),
            user_name: "eva-tanaka".into(),
            email: "eva@example.com".into(),
            org_role: "member".into(),
            team_roles: Some(vec![RoleGrant { scope: "vision".into(), role: "admin".into() }]),
            active: Some(true),
            display_name: "Eva".into(),
            models_seat: "full".into(),
            registry_roles: vec![RoleGrant { scope: "models".into(), role: "member".into() }],
            depth: ReadDepth::Full,
            ..User::default()
        };
        let bot =
            User { id: "bot".into(), user_name: "bot".into(), account: AccountKind::TeamService, ..User::default() };
        let ivan = User { id: "ivan".into(), user_name: "ivan".into(), ..User::default() };
        let team = |id: &str, name: &str, members: Option<&[&str]>| Team {
            id: id.into(),
            name: name.into(),
            members: members.map(|ids| ids.iter().map(|id| Member { id: (*id).into(), display: "".into() }).collect()),
            ..Team::default()
        };
        let twin = |id| team(id, "twins", Some(&[]));
        let teams = vec![team("t", "vision", Some(&["eva"])), team("hidden", "hidden", None), twin("t1"), twin("t2")];
        let mut directory = Directory::default();
        let tagger = Role {
            id: "r".into(),
            name: "tagger".into(),
            description: "Tags".into(),
            inherits: "member".into(),
            ..Role::default()
        };
        directory.replace(Records::build(vec![eva, ivan, bot], teams, vec![tagger]), true);
        directory
    }

    fn registry(name: &str, role: &str) -> Change {
        Change::SetRegistryRole { user: "eva".into(), registry: name.into(), role: role.into() }
    }

    fn no_registry(user: &str, name: Option<&str>) -> Change {
        Change::RemoveRegistryRole { user: user.into(), registry: name.map(Into::into) }
    }

    fn replaced(stay: &[&str], come: &[&str], go: &[&str]) -> Change {
        let ids = |names: &[&str]| names.iter().map(|name| Id::from(*name)).collect();
        Change::ReplaceMembers { team: "t".into(), stay: ids(stay), come: ids(come), go: ids(go) }
    }

    fn new_team(name: &str, members: &[&str]) -> Change {
        let members = members.iter().map(|id| Id::from(*id)).collect();
        Change::CreateTeam { key: "new:1".into(), name: name.into(), members, bucket: None, external_id: String::new() }
    }

    fn tagger(alter: impl FnOnce(&mut RoleDraft)) -> RoleDraft {
        let mut draft = RoleDraft::of(directory().role(&"r".into()).unwrap());
        alter(&mut draft);
        draft
    }

    fn edited(alter: impl FnOnce(&mut RoleDraft)) -> Change {
        Change::EditRole { role: "r".into(), to: tagger(alter) }
    }

    fn new_role(alter: impl FnOnce(&mut RoleDraft)) -> Change {
        Change::CreateRole { key: "new:1".into(), role: tagger(alter) }
    }

    fn new_service(name: &str, team: &str, organisation: bool) -> Change {
        let service = NewService { name: name.into(), organisation, team: team.into() };
        Change::CreateService { key: "new:1".into(), service }
    }

    fn instance_admin(email: &str) -> Change {
        let user = NewUser { email: email.into(), instance_admin: true, ..NewUser::default() };
        Change::CreateUser { key: "new:1".into(), user }
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
    #[case::inactive(Change::SetActive { user: "eva".into(), active: false }, false)]
    #[case::name(Change::SetDisplayName { user: "eva".into(), to: " Eva ".into() }, true)]
    #[case::another_name(Change::SetDisplayName { user: "eva".into(), to: "Ann".into() }, false)]
    #[case::email(Change::SetEmail { user: "eva".into(), to: "Eva@example.com".into() }, true)]
    #[case::another_email(Change::SetEmail { user: "eva".into(), to: "ann@example.com".into() }, false)]
    #[case::seat(Change::SetSeat { user: "eva".into(), seat: SeatKind::Models, to: "full".into() }, true)]
    #[case::another_seat(Change::SetSeat { user: "eva".into(), seat: SeatKind::Models, to: "viewer".into() }, false)]
    #[case::seat_not_told(Change::SetSeat { user: "eva".into(), seat: SeatKind::Weave, to: "none".into() }, false)]
    #[case::registry(registry("models", "member"), true)]
    #[case::another_role_in_the_registry(registry("models", "admin"), false)]
    #[case::another_registry(registry("data", "member"), false)]
    #[case::out_of_a_registry(no_registry("eva", Some("data")), true)]
    #[case::still_in_the_registry(no_registry("eva", Some("models")), false)]
    #[case::still_in_a_registry(no_registry("eva", None), false)]
    #[case::registries_not_told(no_registry("ivan", None), false)]
    #[case::replaced(replaced(&["eva"], &[], &["ivan"]), true)]
    #[case::one_is_to_come(replaced(&["eva"], &["ivan"], &[]), false)]
    #[case::one_is_to_go(replaced(&[], &[], &["eva"]), false)]
    #[case::role_is_there(edited(|_| {}), true)]
    #[case::role_created(new_role(|_| {}), true)]
    #[case::role_of_another_name(new_role(|role| role.name = "other".into()), false)]
    #[case::role_renamed(edited(|role| role.name = "other".into()), false)]
    #[case::role_described_otherwise(edited(|role| role.description = "other".into()), false)]
    #[case::role_inherits_otherwise(edited(|role| role.inherits = "viewer".into()), false)]
    #[case::role_inherits_the_same(edited(|role| role.inherits = "Member".into()), true)]
    #[case::role_may_more(edited(|role| role.added.push("run:stop".into())), false)]
    #[case::role_not_deleted(Change::DeleteRole { role: "r".into() }, false)]
    #[case::role_deleted(Change::DeleteRole { role: "gone".into() }, true)]
    #[case::team_not_deleted(Change::DeleteTeam { team: "t".into() }, false)]
    #[case::team_deleted(Change::DeleteTeam { team: "gone".into() }, true)]
    #[case::team_created(new_team("vision", &["eva"]), true)]
    #[case::team_without_one(new_team("vision", &["eva", "ivan"]), false)]
    #[case::team_whose_members_are_not_told(new_team("hidden", &[]), false)]
    #[case::one_of_two_teams_of_that_name(new_team("twins", &[]), false)]
    #[case::team_of_another_name(new_team("audio", &[]), false)]
    #[case::service_created(new_service("bot", "hidden", false), true)]
    #[case::service_of_another_team(new_service("bot", "t", false), false)]
    #[case::service_of_the_organisation(new_service("bot", "hidden", true), false)]
    #[case::a_person_of_that_name(new_service("ivan", "hidden", false), false)]
    #[case::instance_admin_created(instance_admin("eva@example.com"), true)]
    #[case::instance_admin_not_created(instance_admin("ann@example.com"), false)]
    #[case::created(new_user("eva-tanaka", "eva@example.com"), true)]
    #[case::of_the_same_name(new_user("eva-tanaka", "eva@example.org"), false)]
    #[case::not_created(new_user("noor", "eva@example.org"), false)]
    #[case::deleted(Change::DeleteUser { user: "nobody".into() }, true)]
    #[case::not_deleted(Change::DeleteUser { user: "eva".into() }, false)]
    fn only_what_is_known_to_be_so_is(#[case] change: Change, #[case] so: bool) {
        assert_eq!(already(&change, &directory()), so);
    }

    /// Data beside the lists: a team's invitations, a person's keys, all attributes of a record.
    #[test]
    fn what_is_told_beside_the_lists_counts() {
        let invite = |to: &str| Change::Invite { key: "new:1".into(), team: "t".into(), to: to.into(), admin: false };
        let revoke = |id: &str| Change::RevokeInvite { team: "t".into(), invite: id.into(), to: "noor".into() };
        let no_key = |id: &str| Change::DeleteKey { owner: "eva".into(), key: id.into(), name: "k".into() };
        let cost = |to: i64| Change::SetAttribute {
            target: ResourceRef::user(&"eva".into()),
            path: "cost".into(),
            before: None,
            to: Some(serde_json::json!(to)),
        };
        let mut directory = directory();
        let all = [invite("noor"), revoke("i2"), no_key("k2"), cost(2)];
        assert!(all.iter().all(|change| !already(change, &directory)), "nothing was told yet");
        let noor = TeamParticipant {
            id: "i1".into(),
            user_name: "noor".into(),
            name: Name::default(),
            email: "noor@example.com".into(),
            admin: Some(false),
            pending: true,
            account: AccountKind::Person,
        };
        let key = ApiKey { id: "k1".into(), name: "k".into(), description: Name::default(), in_use: false };
        let eva = AccountDetails { id: "eva".into(), keys: Some(vec![key]), ..AccountDetails::default() };
        let told = |topic, told| crate::directory::Observation::Told(topic, told);
        directory.learn(vec![
            told(SideQueryKind::Roster("t".into()), SideAnswer::Roster(vec![noor])),
            told(SideQueryKind::Person("eva".into()), SideAnswer::Person(eva)),
            told(
                SideQueryKind::Resource(ResourceRef::user(&"eva".into())),
                SideAnswer::Resource(serde_json::json!({"cost": 2, "id": "eva"})),
            ),
        ]);
        assert!(all.iter().all(|change| already(change, &directory)));
        let others = [invite("zoe"), revoke("i1"), no_key("k1"), cost(3)];
        assert!(others.iter().all(|change| !already(change, &directory)));
    }

    #[test]
    fn a_list_that_was_not_read_shows_nobodys_absence() {
        let mut part = Directory::default();
        part.replace(
            Records::build(vec![], vec![], vec![])
                .covering(RecordKind::ALL.map(|_| crate::directory::ListCoverage::NotRead(None))),
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
