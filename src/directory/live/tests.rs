use proptest::prelude::*;

use super::*;
use crate::directory::record::Record;

fn user(id: &str) -> User {
    User {
        id: id.into(),
        user_name: format!("user-{id}").into(),
        org_role: "member".into(),
        team_roles: Some(vec![]),
        active: Some(true),
        ..User::default()
    }
}

fn start() -> Directory {
    let users = (0..3).map(|i| user(&i.to_string())).collect();
    let team = Team { id: "t".into(), name: "vision".into(), members: Some(vec![]), ..Team::default() };
    let mut directory = Directory::default();
    directory.replace(Records::build(users, vec![team], vec![]), true);
    directory
}

#[test]
fn a_refused_change_goes_back_alone() {
    let mut directory = start();
    let id: Id = "0".into();
    directory.begin(ChangeId(1), Change::SetOrgRole { user: id.clone(), role: "admin".into() });
    directory.begin(ChangeId(2), Change::SetActive { user: id.clone(), active: false });
    assert!(directory.is_pending(&ResourceRef::user(&id), &ChangedField::OrgRole));
    directory.settle(ChangeId(1), vec![]);
    let shown = directory.user(&id).unwrap();
    assert_eq!((shown.org_role.value().unwrap().raw(), shown.active), ("member", Some(false)));
    assert!(!directory.is_pending(&ResourceRef::user(&id), &ChangedField::OrgRole));
    assert!(directory.is_pending(&ResourceRef::user(&id), &ChangedField::Status));
}

#[test]
fn a_created_user_is_there_at_once_and_takes_its_real_id() {
    let mut directory = start();
    let key = ChangeId(7).provisional();
    let new = crate::directory::change::NewUser { user_name: "noor".into(), ..Default::default() };
    assert!(directory.begin(ChangeId(7), Change::CreateUser { key: key.clone(), user: new }));
    assert_eq!(directory.user(&key).unwrap().user_name.raw(), "noor");
    let mut real = user("9");
    real.user_name = "noor".into();
    assert!(directory.settle(ChangeId(7), vec![Observation::Record(Record::User(real))]));
    assert!(directory.user(&key).is_none());
    assert_eq!(directory.len(RecordKind::User), 4);
}

#[test]
fn what_was_read_during_a_refresh_is_newer_than_the_refresh() {
    let mut directory = start();
    directory.refresh_begins();
    let mut newer = user("0");
    newer.org_role = "admin".into();
    directory.learn(vec![Observation::Record(Record::User(newer))]);
    directory.replace(Records::build(vec![user("0")], vec![], vec![]), true);
    assert_eq!(directory.user(&"0".into()).unwrap().org_role.value().unwrap().raw(), "admin");
    // So it is where only the difference is told, as long as the refresh goes on.
    directory.refresh_begins();
    directory.learn(vec![Observation::Gone(ResourceRef::user(&"0".into()))]);
    directory.renew(vec![Observation::Record(Record::User(user("0"))), Observation::Record(Record::User(user("7")))]);
    assert!(directory.user(&"0".into()).is_none() && directory.user(&"7".into()).is_some());
    directory.refresh_ends(&[]);
    directory.renew(vec![Observation::Record(Record::User(user("0")))]);
    assert!(directory.user(&"0".into()).is_some());
}

/// A server for the property: applies changes to its own records.
#[derive(Clone)]
struct Server {
    users: Vec<User>,
    team: Team,
}

impl Server {
    fn apply(&mut self, change: &Change) -> Vec<Observation> {
        let name = self.team.name.clone();
        for user in &mut self.users {
            if change.touches().iter().any(|(target, _)| *target == ResourceRef::user(&user.id)) {
                change.apply_to_user(user, |_| Some(name.clone()));
            }
        }
        change.apply_to_team(&mut self.team);
        self.records()
            .into_iter()
            .filter(|record| change.touches().iter().any(|(t, _)| *t == record.target()))
            .map(Observation::Record)
            .collect()
    }

    fn records(&self) -> Vec<Record> {
        self.users.iter().cloned().map(Record::User).chain([Record::Team(self.team.clone())]).collect()
    }
}

#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "few of them live, in a test")]
enum Event {
    Begin(Change),
    Answer(usize, bool),
    Refresh,
}

fn change() -> impl Strategy<Value = Change> {
    let user = (0..3usize).prop_map(|i| Id::from(i.to_string()));
    let team = || Id::from("t");
    prop_oneof![
        (user.clone(), prop_oneof![Just("admin"), Just("member")])
            .prop_map(|(user, role)| Change::SetOrgRole { user, role: role.into() }),
        (user.clone(), any::<bool>()).prop_map(|(user, active)| Change::SetActive { user, active }),
        user.clone().prop_map(move |user| Change::AddMember { team: team(), user }),
        user.clone().prop_map(move |user| Change::RemoveMember { team: team(), user }),
        (user, prop_oneof![Just("viewer"), Just("admin")]).prop_map(move |(user, role)| Change::SetTeamRole {
            user,
            team: team(),
            role: role.into()
        }),
    ]
}

proptest! {
    /// Any interleaving of changes, answers and refreshes ends equal to the server.
    #[test]
    fn every_interleaving_ends_equal_to_the_server(
        events in prop::collection::vec(prop_oneof![
            3 => change().prop_map(Event::Begin),
            3 => (any::<usize>(), any::<bool>()).prop_map(|(i, ok)| Event::Answer(i, ok)),
            1 => Just(Event::Refresh),
        ], 0..40)
    ) {
        let mut directory = start();
        let mut server = Server {
            users: directory.records().users().values().cloned().collect(),
            team: directory.team(&"t".into()).unwrap().clone(),
        };
        let mut next = 0;
        let settle = |directory: &mut Directory, server: &mut Server, id: ChangeId, accepted: bool| {
            let change = directory.pending().find(|(other, _)| *other == id).unwrap().1.clone();
            let fresh = if accepted { server.apply(&change) } else { vec![] };
            directory.settle(id, fresh);
        };
        for event in events {
            match event {
                Event::Begin(change) => {
                    next += 1;
                    directory.begin(ChangeId(next), change);
                }
                Event::Answer(i, ok) => {
                    let open: Vec<ChangeId> = directory.pending().map(|(id, _)| id).collect();
                    if let Some(id) = open.get(i.checked_rem(open.len()).unwrap_or(0)) {
                        settle(&mut directory, &mut server, *id, ok);
                    }
                }
                Event::Refresh => {
                    directory.refresh_begins();
                    let records = Records::build(server.users.clone(), vec![server.team.clone()], vec![]);
                    directory.replace(records, true);
                }
            }
            // The team that is looked at is what is confirmed with every pending change in turn.
            let mut want = directory.records().teams()["t"].clone();
            directory.pending().for_each(|(_, change)| change.apply_to_team(&mut want));
            prop_assert_eq!(directory.team(&"t".into()), Some(&want));
            let shown = (0..3).filter_map(|row| directory.user_at(row)).map(DirectoryCensus::of);
            prop_assert_eq!(directory.census(), shown.fold(DirectoryCensus::default(), DirectoryCensus::with));
        }
        for id in directory.pending().map(|(id, _)| id).collect::<Vec<_>>() {
            settle(&mut directory, &mut server, id, true);
        }
        for user in &server.users {
            prop_assert_eq!(directory.user(&user.id).unwrap(), user);
            let teams = directory.teams_of(&user.id);
            prop_assert_eq!(teams.contains(&"t".into()), server.team.has(&user.id));
        }
        let ids = |team: &Team| {
            let mut ids: Vec<Id> = team.members.iter().flatten().map(|member| member.id.clone()).collect();
            ids.sort();
            ids
        };
        prop_assert_eq!(ids(directory.team(&"t".into()).unwrap()), ids(&server.team));
    }
}

/// The members of a team as shown are those of every pending change in turn, however many there are.
#[test]
fn many_changes_to_one_team_are_laid_in_one_pass() {
    let mut directory = start();
    let add = |n: i64| Change::AddMember { team: "t".into(), user: format!("u{n}").as_str().into() };
    let remove = |n: i64| Change::RemoveMember { team: "t".into(), user: format!("u{n}").as_str().into() };
    let changes: Vec<Change> = (0..2_000).map(|n| if n % 4 == 3 { remove(n - 2) } else { add(n % 500) }).collect();
    let mut want = directory.team(&"t".into()).unwrap().clone();
    for (at, change) in changes.iter().enumerate() {
        directory.begin(ChangeId(at as i64), change.clone());
        change.apply_to_team(&mut want);
    }
    assert_eq!(directory.team(&"t".into()), Some(&want));
    directory.overlay(&ResourceRef::team(&"t".into()));
    assert_eq!(directory.team(&"t".into()), Some(&want));
    for at in 0..2_000 {
        directory.settle(ChangeId(at), vec![]);
    }
    assert_eq!(directory.team(&"t".into()).unwrap().size(), Some(0));
}

/// The role that a pending membership will give is shown at once, and goes again with a refusal.
#[test]
fn a_mapped_role_follows_a_pending_membership() {
    use crate::directory::role_source::{RoleMapping, RoleSource};
    let mapping = RoleMapping {
        order: vec!["admin".into(), "labeler".into()],
        default: Some("labeler".into()),
        groups: [("leads".into(), "admin".into())].into_iter().collect(),
    };
    let user = User { id: "u".into(), user_name: "eva".into(), ..User::default() };
    let mut team = Team { id: "t".into(), name: "leads".into(), members: Some(vec![]), ..Team::default() };
    let records = Records::build(vec![user], vec![team.clone()], vec![]);
    let mut directory = Directory::default();
    directory.replace(records.with_roles(RoleSource::Mapping(std::sync::Arc::new(mapping))), true);
    let role = |directory: &Directory| directory.user(&"u".into()).unwrap().org_role.value().unwrap().to_string();
    assert_eq!(role(&directory), "labeler");
    directory.begin(ChangeId(1), Change::AddMember { team: "t".into(), user: "u".into() });
    assert_eq!(role(&directory), "admin");
    directory.settle(ChangeId(1), vec![]);
    assert_eq!(role(&directory), "labeler");
    // A refresh that tells of the team alone gives its members their role, also under what is laid over them.
    directory.begin(ChangeId(2), Change::SetActive { user: "u".into(), active: false });
    directory.refresh_begins();
    team.members = Some(vec![crate::directory::record::Member { id: "u".into(), display: Name::default() }]);
    directory.renew(vec![Observation::Record(Record::Team(team))]);
    directory.refresh_ends(&[]);
    assert_eq!(role(&directory), "admin");
}
