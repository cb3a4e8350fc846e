//! The command line of each change, and the changes that have none.

use super::*;
use crate::directory::{
    Name,
    change::{NewService, SeatKind},
    record::{Role, Team, User},
    records::Records,
};

fn directory(users: &[(&str, &str)], teams: &[(&str, &str)]) -> Directory {
    let user = |(id, name): &(&str, &str)| User { id: (*id).into(), user_name: (*name).into(), ..User::default() };
    let team = |(id, name): &(&str, &str)| Team { id: (*id).into(), name: (*name).into(), ..Team::default() };
    let role = Role { id: "r1".into(), name: "Run janitor".into(), ..Role::default() };
    let mut directory = Directory::default();
    let records = Records::build(users.iter().map(user).collect(), teams.iter().map(team).collect(), vec![role]);
    directory.replace(records, true);
    directory
}

fn known() -> Directory {
    directory(
        &[
            ("u1", "eva-tanaka"),
            ("u2", "ivan"),
            ("u3", "it's $(rm -rf ~)"),
            ("u4", "-noor"),
            ("u5", "-"),
            ("u6", "evil\u{1b}[2J"),
            ("u7", "u1"),
        ],
        &[("t1", "vision"), ("t2", "night shift")],
    )
}

fn told(changes: &[Change]) -> Option<String> {
    command_line(&changes.iter().collect::<Vec<_>>(), &known(), Some("acme"))
}

fn org(user: &str, role: &str) -> Change {
    Change::SetOrgRole { user: user.into(), role: role.into() }
}

fn joins(user: &str, team: &str) -> Change {
    Change::AddMember { team: team.into(), user: user.into() }
}

#[rstest::rstest]
#[case::role(org("u1", "admin"), "scimitar set-role eva-tanaka admin -p acme")]
#[case::in_a_team(
    Change::SetTeamRole { user: "u1".into(), team: "t2".into(), role: "Run janitor".into() },
    "scimitar set-role eva-tanaka 'Run janitor' --team 'night shift' -p acme"
)]
#[case::in_a_registry(
    Change::SetRegistryRole { user: "u2".into(), registry: "-models".into(), role: "viewer".into() },
    "scimitar set-role ivan viewer --registry=-models -p acme"
)]
#[case::joins(joins("u2", "t1"), "scimitar add vision ivan -p acme")]
#[case::quoted(joins("u3", "t1"), r"scimitar add vision 'it'\''s $(rm -rf ~)' -p acme")]
#[case::like_an_option(joins("u4", "t1"), "scimitar add -p acme -- vision -noor")]
#[case::like_standard_input(joins("u5", "t1"), "scimitar add vision u5 -p acme")]
#[case::not_to_be_shown(joins("u6", "t1"), "scimitar add vision u6 -p acme")]
#[case::another_ones_id(joins("u7", "t1"), "scimitar add vision u7 -p acme")]
#[case::leaves(
    Change::RemoveMember { team: "t1".into(), user: "u1".into() },
    "scimitar remove vision eva-tanaka -p acme"
)]
#[case::seat(
    Change::SetSeat { user: "u1".into(), seat: SeatKind::Weave, to: "none".into() },
    "scimitar set-seat eva-tanaka weave none -p acme"
)]
#[case::inactive(Change::SetActive { user: "u1".into(), active: false }, "scimitar deactivate eva-tanaka -p acme")]
#[case::gone(Change::DeleteRole { role: "r1".into() }, "scimitar delete role 'Run janitor' -p acme")]
#[case::nameless(
    Change::SetDisplayName { user: "u1".into(), to: String::new() },
    "scimitar set-name eva-tanaka '' -p acme"
)]
#[case::new_role(
    Change::CreateRole { key: "new:1".into(), role: RoleDraft {
        name: "auditor".into(), inherits: "viewer".into(), added: vec!["run:read".into(), "run:stop".into()],
        description: "reads".into(),
    } },
    "scimitar create role auditor --inherits viewer --permission run:read --permission run:stop --description reads \
     -p acme"
)]
#[case::all_registries(
    Change::RemoveRegistryRole { user: "u1".into(), registry: None },
    "scimitar unset-role eva-tanaka --all-registries -p acme"
)]
#[case::one_registry(
    Change::RemoveRegistryRole { user: "u2".into(), registry: Some("models".into()) },
    "scimitar unset-role ivan --registry models -p acme"
)]
#[case::service(
    Change::CreateService {
        key: "new:1".into(),
        service: NewService { name: "bot".into(), organisation: true, team: "t1".into() },
    },
    "scimitar create service bot --organisation --team vision -p acme"
)]
#[case::invited(
    Change::Invite { key: "new:1".into(), team: "t1".into(), to: "kim@example.com".into(), admin: true },
    "scimitar invite vision kim@example.com --admin -p acme"
)]
#[case::withdrawn(
    Change::RevokeInvite { team: "t1".into(), invite: "i1".into(), to: "kim@example.com".into() },
    "scimitar withdraw vision kim@example.com -p acme"
)]
#[case::key_made(
    Change::CreateKey { key: "new:1".into(), owner: "u1".into(), description: "CI of vision".into() },
    "scimitar create key 'CI of vision' -p acme"
)]
#[case::key_gone(
    Change::DeleteKey { owner: "u1".into(), key: "k1".into(), name: "abcd".into() },
    "scimitar delete-key eva-tanaka k1 -p acme"
)]
#[case::attribute(
    Change::SetAttribute {
        target: ResourceRef::user(&"u1".into()),
        path: "name.givenName".into(),
        before: None,
        to: Some("Eva Maria".into()),
    },
    "scimitar set-attribute eva-tanaka name.givenName 'Eva Maria' -p acme"
)]
#[case::no_attribute(
    Change::SetAttribute { target: ResourceRef::team(&"t1".into()), path: "x".into(), before: None, to: None },
    "scimitar set-attribute vision x --unset --team -p acme"
)]
#[case::bucket(
    Change::CreateTeam {
        key: "new:1".into(),
        name: "maps".into(),
        members: vec!["u1".into()],
        bucket: Some(StorageBucket { provider: "AWS".into(), name: "maps-files".into(), ..StorageBucket::default() }),
        external_id: "g-1".into(),
    },
    "scimitar create team maps eva-tanaka --external-id g-1 --bucket maps-files --bucket-provider AWS -p acme"
)]
#[case::edited(
    Change::EditRole { role: "r1".into(), to: RoleDraft {
        name: "Run janitor".into(), inherits: "viewer".into(), added: vec!["run:stop".into()],
        description: String::new(),
    } },
    "scimitar edit-role 'Run janitor' --inherits viewer --add run:stop -p acme"
)]
fn each_change_has_its_line(#[case] change: Change, #[case] want: &str) {
    assert_eq!(told(&[change]).as_deref(), Some(want));
}

#[test]
fn changes_that_differ_in_the_user_share_a_line_and_keep_their_order() {
    let changes = [
        org("u1", "admin"),
        joins("u1", "t1"),
        org("u2", "admin"),
        joins("u2", "t1"),
        org("u1", "member"),
        org("u1", "admin"),
    ];
    let want = "scimitar set-role eva-tanaka ivan admin -p acme\nscimitar add vision eva-tanaka ivan -p acme\n\
                scimitar set-role eva-tanaka member -p acme\nscimitar set-role eva-tanaka admin -p acme";
    assert_eq!(told(&changes).as_deref(), Some(want));
    let come = Change::ReplaceMembers {
        team: "t1".into(),
        stay: vec![],
        come: vec!["u1".into()],
        go: vec!["u2".into(), "u3".into()],
    };
    let want = "scimitar add vision eva-tanaka -p acme\n\
                scimitar remove vision ivan 'it'\\''s $(rm -rf ~)' -p acme";
    assert_eq!(told(&[come]).as_deref(), Some(want));
}

#[test]
fn what_is_created_is_called_by_its_name() {
    let user = NewUser {
        user_name: "kim".into(),
        email: "kim@example.com".into(),
        display_name: "Kim Lee".into(),
        teams: vec!["vision".into()],
        models_seat: Some("viewer".into()),
        ..NewUser::default()
    };
    let team = Change::CreateTeam {
        key: "new:2".into(),
        name: "maps".into(),
        members: vec!["u1".into()],
        bucket: None,
        external_id: String::new(),
    };
    let changes = [Change::CreateUser { key: "new:1".into(), user }, team, joins("u2", "new:2")];
    let want = "scimitar create user kim --email kim@example.com --name 'Kim Lee' --models viewer --team vision -p acme\n\
                scimitar create team maps eva-tanaka -p acme\nscimitar add maps ivan -p acme";
    assert_eq!(told(&changes).as_deref(), Some(want));
}

#[test]
fn what_has_no_command_or_can_not_be_written_has_no_line() {
    let role = ResourceRef { kind: RecordKind::Role, id: "r1".into() };
    let odd = Change::SetAttribute { target: role, path: "x".into(), before: None, to: None };
    assert_eq!(told(&[org("u1", "admin"), odd]), None);
    assert_eq!(told(&[org("u1", "ad\nmin")]), None);
    assert_eq!(told(&[org("new:7", "admin")]), None);
    assert_eq!(told(&[]), None);
    let line = command_line(&[&org("u1", "admin")], &known(), None);
    assert_eq!(line.as_deref(), Some("scimitar set-role eva-tanaka admin"));
    let line = command_line(&[&org("u1", "admin")], &known(), Some("-x"));
    assert_eq!(line.as_deref(), Some("scimitar set-role eva-tanaka admin --profile=-x"));
}

proptest::proptest! {
        #[test]
        fn a_shell_gives_back_the_exact_words(
            user in "[ -~äß€\u{202e}\n]{1,12}",
            team in "[ -~]{1,12}",
            role in "[ -~]{1,12}",
            profile in "[ -~]{1,8}",
        ) {
            let directory = directory(&[("u1", &user)], &[("t1", &team)]);
            let change = Change::SetTeamRole { user: "u1".into(), team: "t1".into(), role: Name::from(role.as_str()) };
            let change = [&change];
            let calls = calls(&change, &directory).unwrap_or_default();
            for call in calls {
                let Some(words) = call.words(Some(&profile)) else { continue };
                let line = line(&words);
                proptest::prop_assert_eq!(shlex::split(&line), Some(words), "{}", line);
let hidden = line.contains(['\n', '\u{202e}', '\u{1b}']);
                proptest::prop_assert!(!hidden);
            }
        }
    }
