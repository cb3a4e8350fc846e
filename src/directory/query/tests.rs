use super::*;
use crate::directory::{
    Name,
    change::{Change, ChangeId},
    record::{LastActive, Member, Permission, ReadDepth, Role, RoleGrant, Team, User},
    records::Records,
};

const NOW: i64 = 1_000_000_000;

fn days_ago(days: i64) -> Timestamp {
    Timestamp::from_second(NOW - days * 86_400).unwrap()
}

fn grant(scope: &str, role: &str) -> RoleGrant {
    RoleGrant { scope: scope.into(), role: role.into() }
}

fn member(id: &str) -> Member {
    Member { id: id.into(), display: Name::default() }
}

fn user(id: &str, name: &str, role: &str) -> User {
    User {
        id: id.into(),
        user_name: name.into(),
        email: format!("{name}@example.com").into(),
        org_role: role.into(),
        active: Some(true),
        account: AccountKind::Person,
        team_roles: Some(vec![]),
        created: Some(days_ago(1_000)),
        depth: ReadDepth::Full,
        ..User::default()
    }
}

fn team(id: &str, name: &str, members: &[&str]) -> Team {
    Team {
        id: id.into(),
        name: name.into(),
        members: Some(members.iter().map(|id| member(id)).collect()),
        ..Team::default()
    }
}

fn people() -> Vec<User> {
    let eva = User {
        display_name: "Éva Tanaka".into(),
        last_active: LastActive::At(days_ago(2)),
        team_roles: Some(vec![grant("vision", "Admin"), grant("audio", "viewer")]),
        registry_roles: vec![grant("Models", "admin")],
        models_seat: "full".into(),
        ..user("1", "eva-tanaka", "admin")
    };
    let ivan = User {
        active: Some(false),
        last_active: LastActive::At(days_ago(100)),
        team_roles: Some(vec![grant("audio", "Admin")]),
        models_seat: "none".into(),
        ..user("2", "ivan", "member")
    };
    let noor = User {
        last_active: LastActive::Never,
        account: AccountKind::TeamService,
        models_seat: "viewer".into(),
        ..user("3", "noor", "member")
    };
    let young = User { last_active: LastActive::Never, created: Some(days_ago(20)), ..user("4", "young", "member") };
    // A user in the list of a server that tells almost nothing.
    let sparse = User { id: "5".into(), user_name: "sparse".into(), ..User::default() };
    vec![eva, ivan, noor, young, sparse]
}

fn directory(users: Vec<User>, teams: Vec<Team>) -> Directory {
    let mut directory = Directory::default();
    directory.replace(Records::build(users, teams, vec![]), true);
    directory
}

fn usual() -> Directory {
    directory(people(), vec![team("v", "vision", &["1"]), team("a", "audio", &["1", "2", "5"])])
}

fn found(directory: &Directory, kind: RecordKind, text: &str) -> Vec<String> {
    let query = FilterQuery::parse(text, kind).unwrap();
    let now = Timestamp::from_second(NOW).unwrap();
    let rows = query.run(directory, kind, directory.rows_by_name(kind), now);
    let name = |row: &u32| match kind {
        RecordKind::User => directory.user_at(*row).unwrap().user_name.to_string(),
        RecordKind::Team => directory.team_at(*row).unwrap().name.to_string(),
        RecordKind::Role => directory.role_at(*row).unwrap().name.to_string(),
    };
    let mut names: Vec<String> = rows.iter().map(name).collect();
    names.sort_unstable();
    names
}

#[rstest::rstest]
#[case("tan", &["eva-tanaka"])]
#[case("TANAKA eva", &["eva-tanaka"])]
#[case("tnk", &[])]
#[case("~tnk", &["eva-tanaka"])]
#[case("-~tnk", &["ivan", "noor", "sparse", "young"])]
#[case("va -eva", &["ivan"])]
#[case("!\"eva t\"", &["ivan", "noor", "sparse", "young"])]
#[case("\"eva t\"", &["eva-tanaka"])]
#[case("\"tanaka eva\"", &[])]
#[case("^iv", &["ivan"])]
#[case("r$", &["noor"])]
#[case("^noor$", &["noor"])]
#[case("-^noor$ -va", &["sparse", "young"])]
#[case("/^(ivan|noor)$/", &["ivan", "noor"])]
#[case("/O{2}/", &["noor"])]
#[case("-/[aeio]/", &[])]
#[case("/eva t/ example", &["eva-tanaka"])]
fn words_find_what_contains_them(#[case] text: &str, #[case] want: &[&str]) {
    assert_eq!(found(&usual(), RecordKind::User, text), want);
}

#[rstest::rstest]
#[case("role:admin", &["eva-tanaka"])]
#[case("-role:admin", &["ivan", "noor", "young"])]
#[case("role:none", &[])]
#[case("role:unknown", &["sparse"])]
#[case("-role:unknown -va", &["noor", "young"])]
#[case("role:admin,unknown", &["eva-tanaka", "sparse"])]
#[case("role:admin,member active:no", &["ivan"])]
#[case("active:yes", &["eva-tanaka", "noor", "young"])]
#[case("active:unknown", &["sparse"])]
#[case("status:inactive", &["ivan"])]
#[case("active:invited", &[])]
#[case("-active:no", &["eva-tanaka", "noor", "young"])]
#[case("seat:full", &["eva-tanaka"])]
#[case("seat:none", &["ivan"])]
#[case("seat:unknown", &["sparse", "young"])]
#[case("-seat:full", &["ivan", "noor"])]
#[case("weave:none", &[])]
#[case("last>90d", &["ivan", "noor"])]
#[case("last>10d", &["ivan", "noor", "young"])]
#[case("-last>90d", &["eva-tanaka", "young"])]
#[case("last<1w", &["eva-tanaka"])]
#[case("last:never", &["noor", "young"])]
#[case("-last:never", &["eva-tanaka", "ivan"])]
#[case("last:unknown", &["sparse"])]
#[case("created<30d", &["young"])]
#[case("created>1y", &["eva-tanaka", "ivan", "noor"])]
#[case("created:unknown", &["sparse"])]
#[case("team:vis", &["eva-tanaka"])]
#[case("team:none", &["noor", "young"])]
#[case("team:none,vis", &["eva-tanaka", "noor", "young"])]
#[case("-team:vision", &["ivan", "noor", "sparse", "young"])]
#[case("team:unknown", &[])]
#[case("team:audio/admin", &["ivan"])]
#[case("-team:audio/admin", &["eva-tanaka", "noor", "young"])]
#[case("team:audio/unknown", &["sparse"])]
#[case("team:i/adm", &["eva-tanaka", "ivan"])]
#[case("team:audio/", &["eva-tanaka", "ivan", "sparse"])]
#[case("team:vision/admin,audio/admin", &["eva-tanaka", "ivan"])]
#[case("as:admin va", &["eva-tanaka", "ivan"])]
#[case("as:none", &["noor", "young"])]
#[case("as:unknown", &["sparse"])]
#[case("teams:0", &["noor", "young"])]
#[case("teams>1", &["eva-tanaka"])]
#[case("teams:unknown", &[])]
#[case("registry:models", &["eva-tanaka"])]
#[case("registry:mod/adm", &["eva-tanaka"])]
#[case("registry:none", &["ivan", "noor", "young"])]
#[case("registry:unknown", &["sparse"])]
#[case("email:ivan@", &["ivan"])]
#[case("email:unknown", &["sparse"])]
#[case("account:service", &["noor"])]
#[case("-account:service", &["eva-tanaka", "ivan", "young"])]
#[case("name:eva", &["eva-tanaka"])]
#[case("name:ÉVA", &["eva-tanaka"])]
#[case("name:none", &["ivan", "noor", "sparse", "young"])]
#[case("user:tan", &["eva-tanaka"])]
#[case("user:éva", &["eva-tanaka"])]
#[case("role: -", &["eva-tanaka", "ivan", "noor", "sparse", "young"])]
fn terms_about_users(#[case] text: &str, #[case] want: &[&str]) {
    assert_eq!(found(&usual(), RecordKind::User, text), want);
}

/// A list without any address tells nothing; if others have an address, a user without one has none. A single read is
/// no list.
#[rstest::rstest]
#[case(ReadDepth::Summary, &["", ""], "email:none", &[])]
#[case(ReadDepth::Summary, &["", ""], "email:unknown", &["u0", "u1"])]
#[case(ReadDepth::Summary, &["a@x.io", ""], "email:none", &["u1"])]
#[case(ReadDepth::Summary, &["a@x.io", ""], "-email:x.io", &["u1"])]
#[case(ReadDepth::Full, &["a@x.io", ""], "email:none", &[])]
#[case(ReadDepth::Full, &["a@x.io", ""], "email:unknown", &["u1"])]
fn addresses_that_a_list_leaves_out(
    #[case] first: ReadDepth,
    #[case] emails: &[&str],
    #[case] text: &str,
    #[case] want: &[&str],
) {
    let user = |(at, email): (usize, &&str)| User {
        id: format!("u{at}").as_str().into(),
        user_name: format!("u{at}").into(),
        email: Name::from(*email),
        depth: if at == 0 { first } else { ReadDepth::Summary },
        ..User::default()
    };
    let directory = directory(emails.iter().enumerate().map(user).collect(), vec![]);
    assert_eq!(found(&directory, RecordKind::User, text), want);
}

/// A team does not tell its members, so that nobody's memberships are known completely.
#[rstest::rstest]
#[case("team:none", &[])]
#[case("team:unknown", &["eva-tanaka", "ivan", "noor", "sparse", "young"])]
#[case("teams>0", &["eva-tanaka"])]
#[case("-teams>0", &[])]
#[case("teams:1", &[])]
#[case("team:vision", &["eva-tanaka"])]
#[case("-team:vision", &["ivan", "noor", "sparse", "young"])]
#[case("team:closed", &[])]
#[case("-team:closed", &[])]
#[case("team:o", &["eva-tanaka"])]
#[case("-team:o", &[])]
fn a_team_that_tells_no_members_leaves_teams_open(#[case] text: &str, #[case] want: &[&str]) {
    let closed = Team { id: "c".into(), name: "closed".into(), ..Team::default() };
    let directory = directory(people(), vec![team("v", "vision", &["1"]), closed]);
    assert_eq!(found(&directory, RecordKind::User, text), want);
}

#[test]
fn a_slash_may_be_part_of_a_teams_name() {
    let eva = User { team_roles: Some(vec![grant("ml/vision", "viewer")]), ..user("1", "eva", "member") };
    let directory = directory(vec![eva, user("2", "ivan", "member")], vec![team("t", "ml/vision", &["1", "2"])]);
    assert_eq!(found(&directory, RecordKind::User, "team:ml/vision"), ["eva", "ivan"]);
    assert_eq!(found(&directory, RecordKind::User, "team:ml/vision/viewer"), ["eva"]);
    assert_eq!(found(&directory, RecordKind::User, "-team:ml/vision/viewer"), [""; 0]);
}

#[rstest::rstest]
#[case("admins:0", &["idle", "young"])]
#[case("-admins:0", &["audio", "mixed"])]
#[case("admins:1", &["audio"])]
#[case("admins>0", &["audio", "mixed"])]
#[case("admins:unknown", &["closed", "ghosts", "mixed", "sparse"])]
#[case("-admins:unknown", &["audio", "idle", "young"])]
#[case("members:1", &["idle", "sparse"])]
#[case("members:unknown", &["closed"])]
#[case("-members>1", &["idle", "sparse", "young"])]
#[case("member:eva", &["audio", "mixed"])]
#[case("-member:eva", &["idle", "sparse", "young"])]
#[case("member:none", &["young"])]
#[case("member:unknown", &["closed"])]
#[case("created<30d", &["young"])]
#[case("created:unknown", &["audio", "closed", "ghosts", "idle", "mixed", "sparse"])]
#[case("^id", &["idle"])]
fn terms_about_teams(#[case] text: &str, #[case] want: &[&str]) {
    let roles = |names: &[&str]| Some(names.iter().map(|name| grant(name, "Admin")).collect());
    let eva = User { team_roles: roles(&["audio", "mixed"]), ..user("1", "eva", "member") };
    // A deactivated user is no admin, although the role is still there.
    let ivan = User { active: Some(false), team_roles: roles(&["audio", "idle"]), ..user("2", "ivan", "member") };
    let sparse = User { id: "5".into(), user_name: "sparse".into(), ..User::default() };
    let teams = vec![
        team("a", "audio", &["1", "2"]),
        team("m", "mixed", &["1", "5"]),
        team("i", "idle", &["2"]),
        team("s", "sparse", &["5"]),
        team("g", "ghosts", &["x", "y"]),
        Team { id: "c".into(), name: "closed".into(), ..Team::default() },
        Team { created: Some(days_ago(3)), ..team("y", "young", &[]) },
    ];
    assert_eq!(found(&directory(vec![eva, ivan, sparse], teams), RecordKind::Team, text), want);
}

#[rstest::rstest]
#[case(true, "holders:1", &["janitor"])]
#[case(true, "holders:0", &["writer"])]
#[case(true, "holders:unknown", &[])]
#[case(false, "holders:0", &[])]
#[case(false, "holders>0", &["janitor"])]
#[case(false, "-holders>0", &[])]
#[case(false, "holders:unknown", &["janitor", "writer"])]
#[case(true, "permission:delete", &["janitor"])]
#[case(true, "permission:none", &["writer"])]
#[case(true, "-permission:delete", &["writer"])]
#[case(true, "inherits:none", &["janitor"])]
#[case(true, "created>1d", &["writer"])]
#[case(true, "cleans", &["janitor"])]
#[case(true, "description:cleans", &["janitor"])]
#[case(true, "description:none", &["writer"])]
fn terms_about_roles(#[case] all_told: bool, #[case] text: &str, #[case] want: &[&str]) {
    let eva =
        User { team_roles: Some(vec![grant("a", "janitor"), grant("b", "janitor")]), ..user("1", "eva", "member") };
    let ivan = User { team_roles: all_told.then(Vec::new), ..user("2", "ivan", "member") };
    let janitor = Role {
        id: "r1".into(),
        name: "janitor".into(),
        description: "Cleans up".into(),
        permissions: vec![Permission { name: "run:delete".into(), inherited: false }],
        ..Role::default()
    };
    let created = Some(days_ago(2));
    let writer = Role { id: "r2".into(), name: "writer".into(), inherits: "member".into(), created, ..Role::default() };
    let mut directory = Directory::default();
    directory.replace(Records::build(vec![eva, ivan], vec![], vec![janitor, writer]), true);
    assert_eq!(found(&directory, RecordKind::Role, text), want);
}

#[test]
fn pending_changes_count() {
    let mut directory = usual();
    directory.begin(ChangeId(1), Change::RemoveMember { team: "v".into(), user: "1".into() });
    directory.begin(ChangeId(2), Change::AddMember { team: "v".into(), user: "3".into() });
    assert_eq!(found(&directory, RecordKind::User, "team:vision"), ["noor"]);
    assert_eq!(found(&directory, RecordKind::User, "teams:1"), ["eva-tanaka", "ivan", "noor", "sparse"]);
    assert_eq!(found(&directory, RecordKind::Team, "member:noor"), ["vision"]);
}

#[rstest::rstest]
#[case("colour:red", "filter: `colour:red`: no field `colour` here")]
#[case("last>soon", "filter: `last>soon`: never, unknown, or an age")]
#[case("created>never", "filter: `created>never`: unknown, or an age")]
#[case("active:perhaps", "filter: `active:perhaps`: yes, no, invited or unknown")]
#[case("status:in", "filter: `status:in`: yes, no, invited or unknown")]
#[case("teams:many", "filter: `teams:many`: unknown, or a number")]
#[case("role>admin", "filter: `role>admin`: `:` only; < and > go with last, created, teams")]
#[case("active>yes", "filter: `active>yes`: `:` only")]
#[case("eva /(a b/", "filter: `/(a b/`: unclosed group")]
#[case("-/(/", "filter: `-/(/`: unclosed group")]
fn bad_filters_say_what_would_be_right(#[case] text: &str, #[case] want: &str) {
    let error = FilterQuery::parse(text, RecordKind::User).unwrap_err().to_string();
    assert!(error.starts_with(want), "{error}");
}

/// A field without values at this provider has no word either.
#[test]
fn only_fields_that_are_held_have_words() {
    let holds = RecordContents { custom_roles: false, seats: false, team_word: "group", ..RecordContents::default() };
    assert_eq!(
        fields(RecordKind::Role, holds).collect::<Vec<_>>(),
        ["name", "description", "holders", "created", "id"]
    );
    assert!(!fields(RecordKind::User, holds).any(|word| ["seat", "weave", "registry"].contains(&&*word)));
    let error = FilterQuery::parse_in("role>admin", RecordKind::User, holds).unwrap_err().to_string();
    assert!(error.ends_with("go with last, created, groups"), "{error}");
}

#[test]
fn a_value_has_an_end() {
    let error = FilterQuery::parse(&format!("role:{}", "x,".repeat(65)), RecordKind::User).unwrap_err();
    assert_eq!(error.why, "fewer commas");
}

#[rstest::rstest]
#[case("role:", true)]
#[case("eva -", true)]
#[case("~", true)]
#[case("/", true)]
#[case("//", true)]
#[case("^", true)]
#[case("eva", false)]
#[case("$", false)]
fn what_is_still_typed_is_known(#[case] text: &str, #[case] unfinished: bool) {
    assert_eq!(FilterQuery::parse(text, RecordKind::User).unwrap().is_unfinished(), unfinished);
}

#[rstest::rstest]
#[case("tana", "tan", true)]
#[case("eva tan", "tan", true)]
#[case("tan role:admin", "tan", true)]
#[case("tan", "tan role:admin", false)]
#[case("tan role:admin team:none", "role:admin tan", true)]
#[case("-tana", "-tan", false)]
#[case("/tana/", "/tan/", false)]
#[case("x /tan/", "/tan/", true)]
#[case("/tan/", "/TAN/", false)]
#[case("tan", "~tan", false)]
fn a_filter_that_says_more_narrows(#[case] now: &str, #[case] before: &str, #[case] narrows: bool) {
    let query = |text| FilterQuery::parse(text, RecordKind::User).unwrap();
    assert_eq!(query(now).narrows(&query(before)), narrows);
}
