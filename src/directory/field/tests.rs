//! The table agrees with itself, and whatever it names is wired.

use jiff::Timestamp;

use super::*;
use crate::directory::{
    Directory, Name,
    query::FilterQuery,
    record::{AccountKind, LastActive, Member, Permission, ReadDepth, RecordProblem, Role, RoleGrant, Team, User},
    records::Records,
};

const NOW: i64 = 1_000_000_000;

fn names(
    fields: impl Iterator<Item = RecordField>,
    name: impl Fn(&FieldSpec) -> Option<&'static str>,
) -> Vec<&'static str> {
    fields.filter_map(|field| name(field.spec())).collect()
}

fn each_once(mut names: Vec<&str>) -> bool {
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    names.len() == all
}

#[test]
fn orders_hold_each_field_that_is_named_there_once() {
    for kind in RecordKind::ALL {
        let count = |name: fn(&FieldSpec) -> bool| RecordField::of(kind).filter(|field| name(field.spec())).count();
        let csv = names(RecordField::in_csv(kind), |spec| spec.csv);
        assert_eq!(csv.len(), RecordField::in_csv(kind).count());
        assert_eq!(csv.len(), count(|spec| spec.csv.is_some()), "{kind:?}");
        let filters = names(RecordField::in_filters(kind), |spec| spec.filter.map(|filter| filter.word));
        assert_eq!(filters.len(), RecordField::in_filters(kind).count());
        assert_eq!(filters.len(), count(|spec| spec.filter.is_some()), "{kind:?}");
        let json = names(RecordField::of(kind), |spec| spec.json.map(|json| json.value));
        let in_part = names(RecordField::of(kind), |spec| spec.json.and_then(|json| json.complete));
        let columns = names(RecordField::of(kind), |spec| spec.file.column);
        let keys = names(RecordField::of(kind), |spec| spec.file.key);
        for all in [csv, filters, [json, in_part].concat(), columns, keys] {
            assert!(each_once(all.clone()), "{kind:?}: {all:?}");
        }
    }
}

/// A record that tells everything, and one that tells nothing.
fn directory() -> Directory {
    let grant = |scope: &str, role: &str| RoleGrant { scope: scope.into(), role: role.into() };
    let created = Timestamp::from_second(NOW - 86_400).ok();
    let problem = || Some(Box::new(RecordProblem { path: "$".into(), why: "broken".into() }));
    let mut rich = User {
        id: "u-rich".into(),
        user_name: "rich-user".into(),
        display_name: "Rich Display".into(),
        email: "rich@example.com".into(),
        active: Some(false),
        account: AccountKind::OrgService,
        team_roles: Some(vec![grant("vision", "viewer")]),
        registry_roles: vec![grant("models", "member")],
        last_active: LastActive::At(Timestamp::UNIX_EPOCH),
        days_active: Some(3),
        created,
        modified: created,
        depth: ReadDepth::Full,
        problem: problem(),
        ..User::default()
    };
    for (field, text) in UserField::texts() {
        *(text.of_mut)(&mut rich) = Name::from(field.spec().label).into();
    }
    let bare = User { id: "u-bare".into(), user_name: "bare".into(), ..User::default() };
    let member = |id: &str, display: &str| Member { id: id.into(), display: Name::from(display) };
    let team = Team {
        id: "t-rich".into(),
        name: "vision".into(),
        members: Some(vec![member("u-rich", ""), member("g", "crew")]),
        created,
        modified: created,
        problem: problem(),
        ..Team::default()
    };
    let role = Role {
        id: "r-rich".into(),
        name: "viewer".into(),
        description: "may look".into(),
        inherits: "member".into(),
        permissions: vec![Permission { name: "run:read".into(), inherited: false }],
        created,
        modified: created,
        problem: problem(),
        ..Role::default()
    };
    let bare_team = Team { id: "t-bare".into(), name: "bare".into(), ..Team::default() };
    let bare_role = Role { id: "r-bare".into(), name: "bare".into(), ..Role::default() };
    let mut directory = Directory::default();
    directory.replace(Records::build(vec![rich, bare], vec![team, bare_team], vec![role, bare_role]), true);
    directory
}

/// A term that the record finds which tells everything, and the other one does not.
fn term(field: RecordField) -> Option<String> {
    if let RecordField::User(user) = field
        && user.spec().text.is_some()
    {
        return field.spec().filter.map(|filter| format!("{}:\"{}\"", filter.word, field.spec().label));
    }
    own_term(field).map(str::to_owned)
}

/// The same for fields that are no texts of users.
fn own_term(field: RecordField) -> Option<&'static str> {
    match field {
        RecordField::User(field) => match field {
            UserField::Id => Some("id:rich"),
            UserField::UserName => Some("user:rich-user"),
            UserField::DisplayName => Some("name:display"),
            UserField::Email => Some("email:@example"),
            UserField::Active => Some("active:no"),
            UserField::Account => Some("account:service"),
            UserField::Teams => Some("team:vision/viewer"),
            UserField::TeamCount => Some("teams>0"),
            UserField::TeamRoles => Some("as:viewer"),
            UserField::Registries => Some("registry:models/member"),
            UserField::LastActive => Some("last<100y"),
            UserField::Created => Some("created<2d"),
            _ => None,
        },
        RecordField::Team(field) => match field {
            TeamField::Id => Some("id:rich"),
            TeamField::Name => Some("name:vision"),
            TeamField::Members => Some("members:2"),
            TeamField::MemberNames => Some("member:crew"),
            TeamField::Admins => Some("admins<2"),
            TeamField::Created => Some("created<2d"),
            TeamField::Others | TeamField::ExternalId | TeamField::Gives | TeamField::Modified | TeamField::Problem => {
                None
            }
        },
        RecordField::Role(field) => match field {
            RoleField::Id => Some("id:rich"),
            RoleField::Name => Some("name:view"),
            RoleField::Inherits => Some("inherits:member"),
            RoleField::Description => Some("description:look"),
            RoleField::Permissions => Some("permission:read"),
            RoleField::Holders => Some("holders>0"),
            RoleField::Created => Some("created<2d"),
            RoleField::Modified | RoleField::Problem => None,
        },
    }
}

#[test]
fn a_filter_asks_for_each_field_that_has_a_word() {
    let (directory, now) = (directory(), Timestamp::from_second(NOW).unwrap());
    for field in RecordKind::ALL.into_iter().flat_map(RecordField::of) {
        let (kind, term) = (field.kind(), term(field));
        assert_eq!(term.is_some(), field.spec().filter.is_some(), "{field:?}");
        let Some((term, filter)) = term.zip(field.spec().filter) else { continue };
        assert!(term.starts_with(filter.word), "{term}");
        let found = |text: &str| -> Vec<&str> {
            let rows = FilterQuery::parse(text, kind).unwrap().run(&directory, kind, directory.rows_by_name(kind), now);
            rows.into_iter().map(|row| &**directory.id_at(kind, row).unwrap()).collect()
        };
        let prefix = ["u", "t", "r"][kind as usize];
        assert_eq!(found(&term), [format!("{prefix}-rich")], "{term}");
        assert!(!found(&format!("-{term}")).contains(&format!("{prefix}-rich").as_str()), "-{term}");
    }
}

#[test]
fn each_field_of_json_and_csv_has_a_value() {
    let directory = directory();
    let reader = FieldReader { directory: &directory, holds: RecordContents::default() };
    let (users, records) = (directory.user(&"u-rich".into()).unwrap(), directory.records());
    let whole = [
        RecordRef::User(users),
        RecordRef::Team(directory.team(&"t-rich".into()).unwrap()),
        RecordRef::Role(&records.roles()["r-rich"]),
    ];
    for field in RecordKind::ALL.into_iter().flat_map(RecordField::of) {
        let printed = field.spec().json.is_some() || field.spec().csv.is_some();
        let value = reader.value(whole[field.kind() as usize], field);
        // No answer to a change has shown a role here.
        if printed && field != RecordField::User(UserField::OrgRoleAsOf) {
            assert!(!matches!(value, FieldValue::Absent | FieldValue::NotTold), "{field:?}: {value:?}");
        }
        let others = whole.iter().filter(|record| record.kind() != field.kind());
        others.for_each(|other| assert_eq!(reader.value(*other, field), FieldValue::Absent, "{field:?}"));
    }
}

#[test]
fn what_a_record_does_not_tell_is_not_told() {
    let directory = directory();
    let reader = FieldReader { directory: &directory, holds: RecordContents::default() };
    let user = directory.user(&"u-bare".into()).unwrap();
    for field in [
        UserField::Email,
        UserField::Active,
        UserField::Account,
        UserField::TeamRoles,
        UserField::Registries,
        UserField::LastActive,
        UserField::DaysActive,
        UserField::Created,
        UserField::Modified,
    ]
    .into_iter()
    .chain(UserField::texts().map(|(field, _)| field))
    {
        assert_eq!(reader.user(user, field), FieldValue::NotTold, "{field:?}");
    }
    // Who is in one of the teams is not told, so nobody's teams are known to be all.
    assert_eq!(reader.user(user, UserField::TeamCount), FieldValue::Count { known: 0, complete: false });
    assert!(reader.user(user, UserField::Teams).is_in_part());
    let team = directory.team(&"t-bare".into()).unwrap();
    for field in [TeamField::Members, TeamField::MemberNames, TeamField::Others] {
        assert_eq!(reader.team(team, field), FieldValue::NotTold, "{field:?}");
    }
    assert_eq!(reader.team(team, TeamField::Admins), FieldValue::Names { names: Vec::new(), complete: false });
    let no_roles = FieldReader { holds: RecordContents { org_roles: false, ..RecordContents::default() }, ..reader };
    let rich = directory.user(&"u-rich".into()).unwrap();
    assert_eq!(no_roles.user(rich, UserField::OrgRole), FieldValue::NotTold);
}
