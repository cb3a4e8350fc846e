use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::directory::{
    record::{Member, Record},
    role_source::RoleMapping,
};
use crate::scim::text::fold;

fn user(id: &str, name: &str) -> User {
    User { id: id.into(), user_name: name.into(), ..User::default() }
}

fn team(id: &str, name: &str, members: &[&str]) -> Team {
    let members = members.iter().map(|m| Member { id: (*m).into(), display: Name::default() }).collect();
    Team { id: id.into(), name: name.into(), members: Some(members), ..Team::default() }
}

fn names(records: &Records) -> Vec<String> {
    let user = |row: &u32| records.user_at(*row).unwrap().user_name.to_string();
    records.by_name(RecordKind::User).iter().map(user).collect()
}

/// The labels in the order of their ranks, each with the number of users who share the label.
fn labels(records: &Records) -> Vec<(String, usize)> {
    let mut ranks = std::collections::BTreeMap::new();
    for (row, user) in (0..).zip(records.users().values()) {
        let (label, count): &mut (String, usize) = ranks.entry(records.label_rank(row)).or_default();
        assert!(label.is_empty() || *label == fold(user.label()), "{label} and {} have one rank", user.label());
        (*label, *count) = (fold(user.label()), *count + 1);
    }
    ranks.into_values().collect()
}

#[test]
fn memberships_follow_every_put_and_remove() {
    let mut records =
        Records::build(vec![user("u", "Zoe"), user("v", "adam")], vec![team("t", "vision", &["u"])], vec![]);
    let teams = |records: &Records, user: &str| records.teams_of(&user.into()).cloned().collect::<Vec<_>>();
    assert_eq!(names(&records), ["adam", "Zoe"]);
    assert_eq!(teams(&records, "u"), [Id::from("t")]);
    assert!(!records.put(Record::Team(team("t", "vision", &["v"]))));
    assert!(teams(&records, "u").is_empty());
    assert_eq!(teams(&records, "v"), [Id::from("t")]);
    assert!(records.put(Record::User(user("w", "Bea"))));
    assert_eq!(records.text(RecordKind::User).get(2), "bea");
    assert_eq!(names(&records), ["adam", "Bea", "Zoe"]);
    assert!(records.remove(&ResourceRef::team(&"t".into())));
    assert!(teams(&records, "v").is_empty());
    assert!(records.teams_named(&"vision".into()).next().is_none());
}

/// A server that writes user names where a group's members have ids (RFC 7643 §4.2).
#[test]
fn members_called_by_name_are_the_users_of_that_name() {
    let named = |id: &str, name: &str, email: &str| User { email: email.into(), ..user(id, name) };
    let users = vec![
        named("1", "eva", "eva@example.com"),
        named("2", "Ivan", "ivan@example.com"),
        named("3", "twin", ""),
        named("4", "twin", ""),
        named("5", "group", ""),
    ];
    let teams = vec![
        team("t", "vision", &["eva", "ivan", "twin", "noor", "1x", "group"]),
        team("u", "nlp", &["IVAN@example.com", "1"]),
        team("group", "a group of that id", &[]),
    ];
    let members = |records: &Records, team: &str| {
        let members = records.teams()[&Id::from(team)].members.as_ref().unwrap();
        members.iter().map(|member| member.id.to_string()).collect::<Vec<_>>().join(" ")
    };
    let teams_of = |records: &Records, user: &str| {
        let mut teams: Vec<String> = records.teams_of(&user.into()).map(ToString::to_string).collect();
        teams.sort();
        teams.join(" ")
    };
    let mut records = Records::build(users, teams, vec![]);
    // Two users share the name, so neither is guessed. A group can be a member, too.
    assert_eq!(members(&records, "t"), "1 2 twin noor 1x group");
    assert_eq!(members(&records, "u"), "2 1");
    assert_eq!(
        (teams_of(&records, "1"), teams_of(&records, "2"), teams_of(&records, "5")),
        ("t u".into(), "t u".into(), String::new())
    );

    // A user who appears later is recognised, and so are the members of a group that is read again.
    records.put(Record::User(user("6", "Noor")));
    assert_eq!((members(&records, "t"), teams_of(&records, "6")), ("1 2 twin 6 1x group".into(), "t".into()));
    records.put(Record::Team(team("t", "vision", &["ivan", "noor", "lars"])));
    assert_eq!((members(&records, "t"), teams_of(&records, "1")), ("2 6 lars".into(), "u".into()));
    records.put(Record::User(user("7", "kim")));
    records.put(Record::User(user("7", "lars")));
    assert_eq!((members(&records, "t"), teams_of(&records, "7")), ("2 6 7".into(), "t".into()));
    records.remove(&ResourceRef::user(&"7".into()));
    assert_eq!((members(&records, "t"), teams_of(&records, "7")), ("2 6 7".into(), "t".into()));
}

#[test]
fn mapped_roles_follow_every_membership() {
    let mapping = RoleMapping {
        order: vec!["admin".into(), "labeler".into()],
        default: Some("labeler".into()),
        groups: [("leads".into(), "admin".into())].into_iter().collect(),
    };
    let built = Records::build(vec![user("u", "Zoe"), user("v", "adam")], vec![team("t", "leads", &["u"])], vec![]);
    let mut records = built.with_roles(RoleSource::Mapping(Arc::new(mapping)));
    let roles =
        |records: &Records| ["u", "v"].map(|id| records.users()[&Id::from(id)].org_role.value().unwrap().to_string());
    assert_eq!(roles(&records), ["admin", "labeler"]);
    records.put(Record::Team(team("t", "leads", &["v"])));
    assert_eq!(roles(&records), ["labeler", "admin"]);
    // The server's record of a user holds no role: the known role stays.
    records.put(Record::User(user("v", "Adam")));
    assert_eq!(roles(&records), ["labeler", "admin"]);
    records.remove(&ResourceRef::team(&"t".into()));
    assert_eq!(roles(&records), ["labeler", "labeler"]);
}

/// A step of a random history of records.
#[derive(Debug, Clone)]
enum Step {
    User(u8, u8),
    NoUser(u8),
    Team(u8, Vec<u8>),
    /// A team that lists its members by name.
    NamedTeam(u8, Vec<u8>),
    NoTeam(u8),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let one = prop_oneof![
        (0..6_u8, 0..9_u8).prop_map(|(id, name)| Step::User(id, name)),
        (0..6_u8).prop_map(Step::NoUser),
        (0..4_u8, prop::collection::btree_set(0..8_u8, 0..6))
            .prop_map(|(id, members)| Step::Team(id, members.into_iter().collect())),
        (0..4_u8, prop::collection::btree_set(0..6_u8, 0..4))
            .prop_map(|(id, members)| Step::NamedTeam(id, members.into_iter().collect())),
        (0..4_u8).prop_map(Step::NoTeam),
    ];
    prop::collection::vec(one, 1..30)
}

proptest! {
    /// After any sequence of puts and removals, all indexes equal those built afresh from the same records.
    #[test]
    fn indexes_follow_whatever_comes_and_goes(steps in steps()) {
        let mut records = Records::build(vec![user("u0", "n3"), user("u1", "n1")], vec![team("t0", "t0", &["u1", "u7"])], vec![]);
        let (mut batch, mut gone) = (Vec::new(), Vec::new());
        for step in steps {
            if matches!(step, Step::NoUser(_) | Step::NoTeam(_)) {
                records.put_all(batch.drain(..));
            } else {
                records.remove_all(gone.drain(..));
            }
            match step {
                Step::User(id, name) => {
                    let id = format!("u{id}");
                    let org_role = if name % 2 == 0 { "Admin" } else { "member" }.into();
                    let active = Some(name % 3 > 0);
                    let display_name = if name % 3 == 0 { Name::default() } else { format!("D{}", name % 4).into() };
                    batch.push(Record::User(User { display_name, active, org_role, ..user(&id, &format!("n{name}-{id}")) }));
                }
                Step::NoUser(id) => gone.push(ResourceRef::user(&format!("u{id}").as_str().into())),
                Step::Team(id, members) => {
                    let members: Vec<String> = members.iter().map(|id| format!("u{id}")).collect();
                    let members: Vec<&str> = members.iter().map(String::as_str).collect();
                    batch.push(Record::Team(team(&format!("t{id}"), &format!("t{id}"), &members)));
                }
                Step::NamedTeam(id, members) => {
                    let members: Vec<String> = members.iter().map(|id| format!("N3-u{id}")).collect();
                    let members: Vec<&str> = members.iter().map(String::as_str).collect();
                    batch.push(Record::Team(team(&format!("t{id}"), &format!("t{id}"), &members)));
                }
                Step::NoTeam(id) => gone.push(ResourceRef::team(&format!("t{id}").as_str().into())),
            }
        }
        records.put_all(batch);
        records.remove_all(gone);
        let same = Records::build(records.users().values().cloned().collect(), records.teams().values().cloned().collect(), vec![]);
        prop_assert_eq!(names(&records), names(&same));
        prop_assert_eq!(labels(&records), labels(&same));
        prop_assert_eq!(records.census(), same.census());
        let admins = |records: &Records| records.org_admins().cloned().collect::<std::collections::BTreeSet<_>>();
        let found = records.users().values().filter(|user| user.is_org_admin()).map(|user| user.id.clone()).collect();
        prop_assert_eq!((admins(&records), admins(&same)), (found, admins(&records)));
        for (id, name) in (0..6).flat_map(|id| (0..9).map(move |name| (id, format!("n{name}-u{id}")))) {
            let there = records.users().get(&Id::from(format!("u{id}"))).filter(|user| user.user_name.is(&name));
            prop_assert_eq!(records.users_named(&name).collect::<Vec<_>>(), there.into_iter().collect::<Vec<_>>());
        }
        for id in (0..8).map(|id| Id::from(format!("u{id}"))) {
            let teams = |records: &Records| records.teams_of(&id).cloned().collect::<std::collections::BTreeSet<_>>();
            prop_assert_eq!(teams(&records), teams(&same));
            let text = |records: &Records| {
                let row = records.row(&ResourceRef::user(&id))?;
                let rows: Vec<u32> = records.team_rows(row).to_vec();
                assert_member_of(records, &id, &rows);
                Some((records.text(RecordKind::User).get(row).to_owned(), records.is_service(row)))
            };
            prop_assert_eq!(text(&records), text(&same));
        }
        for team in records.teams().values() {
            prop_assert_eq!(records.teams_named(&team.name).map(|named| &named.id).collect::<Vec<_>>(), [&team.id]);
        }
    }
}

fn assert_member_of(records: &Records, user: &Id, rows: &[u32]) {
    for row in rows {
        assert!(records.teams().get_index(*row as usize).unwrap().1.has(user));
    }
}

#[test]
fn teams_that_change_names_are_found_by_them() {
    let mut records = Records::build(vec![], vec![team("t", "vision", &[]), team("u", "speech", &[])], vec![]);
    records.put_all([Record::Team(team("t", "speech", &[])), Record::Team(team("u", "vision", &[]))]);
    let id = |name: &str| records.teams_named(&name.into()).next().map(|team| team.id.to_string());
    assert_eq!((id("speech").as_deref(), id("vision").as_deref()), (Some("t"), Some("u")));
}

#[test]
fn a_renamed_team_is_found_by_its_new_name() {
    let mut records = Records::build(vec![], vec![team("t", "vision", &[])], vec![]);
    records.put(Record::Team(team("t", "speech", &[])));
    assert_eq!(records.text(RecordKind::Team).get(0), "speech");
    let known = |name: &str| records.teams_named(&name.into()).next().is_some();
    assert!(known("speech") && !known("vision"));
}

#[test]
fn a_record_that_came_twice_stands_in_the_place_of_its_last_name() {
    let records = Records::build(vec![user("1", "b"), user("2", "c"), user("1", "d")], vec![], vec![]);
    assert_eq!(names(&records), ["c", "d"]);
}

#[test]
fn a_team_with_known_and_unknown_members_is_at_its_place_among_the_teams_of_each() {
    let teams = vec![team("a", "a", &["eva", "x"]), team("b", "b", &["1", "x"]), team("c", "c", &["x", "EVA"])];
    let records = Records::build(vec![user("1", "eva")], teams, vec![]);
    let teams = |user: &str| records.teams_of(&user.into()).map(ToString::to_string).collect::<String>();
    assert_eq!((teams("1"), teams("x")), ("abc".to_owned(), "abc".to_owned()));
}
