//! Tests of data that is not told, and of members that are no users.

use super::*;
use crate::directory::{ListCoverage, ListShortfall, MaybeTold, RecordKind};

fn member(id: &str, display: &str) -> Member {
    Member { id: id.into(), display: display.into() }
}

/// The team engineering has a user, a group and an unknown member; the members of the team hidden are not told.
fn nested(untold: bool) -> Directory {
    let users = vec![user("eva", "admin", &[]), user("noor", "member", &[])];
    let team =
        |name: &str, members| Team { id: format!("id-{name}").into(), name: name.into(), members, ..Team::default() };
    let strangers = vec![member("id-eva", ""), member("id-frontend", "frontend"), member("u0777", "gone person")];
    let mut teams = vec![team("engineering", Some(strangers)), team("frontend", Some(vec![member("id-noor", "")]))];
    if untold {
        teams.push(team("hidden", None));
    }
    let mut directory = Directory::default();
    directory.replace(Records::build(users, teams, vec![]), true);
    directory
}

const PRUNE: DesiredChange = DesiredChange {
    prune: true,
    prune_users: false,
    prune_teams: false,
    prune_roles: false,
    missing_teams: MissingTeams::CreatedOnRequest,
};

fn found(directory: &Directory, text: &str, format: FileFormat) -> Result<DesiredDifference, Vec<String>> {
    difference(&read(text, format).map_err(said)?, directory, &can(), PRUNE, &mut keys()).map_err(said)
}

#[test]
fn members_that_are_no_users_are_exported_and_read_back() {
    let directory = nested(false);
    insta::assert_snapshot!(write(&current(&directory, &can(), &[CurrentPart::Teams]), FileFormat::Yaml), @r"
    scimitar: 1
    teams:
    - team: engineering
      members:
      - eva
      others:
      - id-frontend
      - u0777
    - team: frontend
      members:
      - noor
    ");
    insta::assert_snapshot!(write(&current(&directory, &can(), &[CurrentPart::Users, CurrentPart::Teams]), FileFormat::Csv), @r"
    user,email,name,role,active,models_seat,team
    eva,eva@example.com,eva of old,admin,yes,full,engineering
    noor,noor@example.com,noor of old,member,yes,full,frontend
    ,,,,,,engineering
    ,,,,,,frontend
    id-frontend,,,,,,engineering
    u0777,,,,,,engineering
    ");
    for parts in [&[CurrentPart::Teams][..], &[CurrentPart::Users, CurrentPart::Teams]] {
        for format in [FileFormat::Csv, FileFormat::Json, FileFormat::Yaml] {
            let text = write(&current(&directory, &can(), parts), format);
            let found = found(&directory, &text, format).unwrap();
            assert_eq!((found.changes, found.notes), (vec![], vec![]), "{text}");
        }
    }
}

#[test]
fn pruning_removes_others_only_where_the_file_lists_such() {
    let directory = nested(false);
    let plan = |text: &str| {
        let found = found(&directory, text, FileFormat::Yaml).unwrap();
        let mut told: Vec<String> = found.changes.iter().map(|change| format!("{change:?}")).collect();
        told.extend(found.notes.into_iter().chain(found.not_told));
        told.join("\n")
    };
    insta::assert_snapshot!(plan("teams: [{team: engineering, members: [eva], others: ['group:frontend']}]"), @r#"RemoveMember { team: "id-engineering", user: "u0777" }"#);
    insta::assert_snapshot!(plan("teams: [{team: engineering, others: []}]"), @r#"
    RemoveMember { team: "id-engineering", user: "id-frontend" }
    RemoveMember { team: "id-engineering", user: "u0777" }
    "#);
    insta::assert_snapshot!(plan("teams: [{team: engineering, members: []}]"), @r#"
    RemoveMember { team: "id-engineering", user: "id-eva" }
    engineering: group:frontend, u0777 (gone person) are no users and stay; `others` in JSON and YAML lists such members, `scimitar remove` takes them out.
    "#);
    insta::assert_snapshot!(plan("teams: [{team: engineering, members: [eva, u0777]}]"), @r"engineering: group:frontend is no user and stays; `others` in JSON and YAML lists such members, `scimitar remove` takes them out.");
    insta::assert_snapshot!(plan("users: [{user: eva, teams: []}]"), @r#"RemoveMember { team: "id-engineering", user: "id-eva" }"#);
}

#[test]
fn others_are_kept_or_removed_and_nothing_else() {
    let directory = nested(false);
    let text = "users:\n  - {user: u0777, email: x@example.com, teams: [engineering]}\n\
                teams:\n  - {team: frontend, others: [u0777, 'group:enginering']}\n  \
                - {team: engineering, others: {u0777: admin}}\n";
    insta::assert_snapshot!(found(&directory, text, FileFormat::Yaml).unwrap_err().join("\n"), @r"
    line 2, users[0], user: u0777 is a member of teams and no user: nothing else can be set
    line 4, teams[0], members: u0777 is no user and is not in frontend: only users are added
    line 4, teams[0], others: no team is called enginering; near: engineering
    line 5, teams[1], team_role: u0777 is no user, and has no role
    ");
}

#[test]
fn what_is_not_told_is_left_out_and_nothing_is_concluded_from_it() {
    let directory = nested(true);
    let all = [CurrentPart::Users, CurrentPart::Teams];
    insta::assert_snapshot!(write(&current(&directory, &can(), &all), FileFormat::Yaml), @r"
    scimitar: 1
    users:
    - user: eva
      email: eva@example.com
      name: eva of old
      role: admin
      models_seat: full
      active: true
      registries: []
    - user: noor
      email: noor@example.com
      name: noor of old
      role: member
      models_seat: full
      active: true
      registries: []
    teams:
    - team: engineering
      members:
      - eva
      others:
      - id-frontend
      - u0777
    - team: frontend
      members:
      - noor
    - team: hidden
    ");
    insta::assert_snapshot!(write(&current(&directory, &can(), &all), FileFormat::Csv), @r"
    user,email,name,role,active,models_seat
    eva,eva@example.com,eva of old,admin,yes,full
    noor,noor@example.com,noor of old,member,yes,full
    ");
    insta::assert_snapshot!(untold(&directory, &all, FileFormat::Yaml).unwrap(), @r"The server does not tell who is in 1 of 3 teams: memberships of the others stand with the teams.");
    insta::assert_snapshot!(untold(&directory, &all, FileFormat::Csv).unwrap(), @r"The server does not tell who is in 1 of 3 teams: memberships are left out, for a user's teams are a whole; YAML and JSON with teams have those that are told.");
    assert_eq!(untold(&directory, &[CurrentPart::Roles], FileFormat::Csv), None);
    assert_eq!(untold(&nested(false), &all, FileFormat::Csv), None);
    let plan = |text: &str| {
        let found = found(&directory, text, FileFormat::Yaml).unwrap();
        let mut told: Vec<String> = found.changes.iter().map(|change| line(change, &directory)).collect();
        told.extend(found.notes.into_iter().chain(found.not_told));
        told.join("\n")
    };
    insta::assert_snapshot!(plan("teams: [{team: hidden, members: [eva, noor]}]"), @r"
    eva joins hidden
    noor joins hidden
    hidden: who is in it is not told; 2 of the file are added, whether they are members or not.
    hidden: who is in it is not told; nobody is removed.
    ");
    insta::assert_snapshot!(plan("users: [{user: eva, teams: [engineering]}]"), @r"Who is in hidden is not told: memberships there that the file does not list stay.");
}

#[test]
fn values_that_are_not_told_are_neither_written_nor_taken_for_so() {
    let quiet = User {
        active: None,
        org_role: MaybeTold::NOT_TOLD,
        team_roles: None,
        models_seat: MaybeTold::NOT_TOLD,
        display_name: Name::default(),
        ..user("quiet", "", &[])
    };
    let mut directory = Directory::default();
    directory.replace(Records::build(vec![quiet], vec![], vec![]), true);
    insta::assert_snapshot!(write(&current(&directory, &can(), &[CurrentPart::Users]), FileFormat::Yaml), @r"
    scimitar: 1
    users:
    - user: quiet
      email: quiet@example.com
      teams: []
    ");
    let text = "users: [{user: quiet, active: yes, role: member, models_seat: full}]";
    insta::assert_snapshot!(lines(&directory, text, FileFormat::Yaml, PRUNE).unwrap().join("\n"), @r"
    quiet status: ? → active
    quiet Models seat: ? → full
    quiet organisation role: ? → member
    ");
}

#[test]
fn records_that_could_not_be_read_are_never_pruned() {
    let unreadable =
        || Some(Box::new(crate::directory::record::RecordProblem { path: "$".into(), why: "is odd".into() }));
    let odd = User { problem: unreadable(), ..user("odd", "member", &[]) };
    let team = Team {
        id: "id-t".into(),
        name: "t".into(),
        members: Some(vec![member("id-odd", ""), member("id-eva", "")]),
        ..Team::default()
    };
    let role = |name: &str, problem| Role { id: name.into(), name: name.into(), problem, ..Role::default() };
    let roles = vec![role("kept", None), role("odd", unreadable())];
    let mut directory = Directory::default();
    directory.replace(Records::build(vec![user("eva", "admin", &[]), odd], vec![team], roles), true);
    let all = DesiredChange { prune_users: true, prune_teams: true, prune_roles: true, ..PRUNE };
    let text = "users: [eva]\nteams: [{team: t, members: [eva]}]\nroles: [kept]\n";
    assert_eq!(lines(&directory, text, FileFormat::Yaml, all).unwrap(), Vec::<String>::new());
}

#[test]
fn who_is_named_as_a_member_is_not_pruned_as_a_user() {
    let all = DesiredChange { prune_users: true, ..DesiredChange::default() };
    let text = "users: [eva]\nteams: [{team: vision, members: [eva, noor]}]\n";
    assert_eq!(lines(&directory(), text, FileFormat::Yaml, all).unwrap(), ["ivan status: active → inactive"]);
}

#[test]
fn nothing_is_created_or_removed_on_the_strength_of_a_part_of_a_list() {
    let part = || ListCoverage::Partial(ListShortfall { seen: 2, said: Some(9), why: "a page failed".into() });
    let mut directory = nested(false);
    directory.cover(RecordKind::User, part());
    directory.cover(RecordKind::Team, part());
    let text = "users: [{user: zoe, email: zoe@example.com, teams: [audio]}]\nteams: [video]";
    let wish = DesiredChange { missing_teams: MissingTeams::Created, ..PRUNE };
    insta::assert_snapshot!(lines(&directory, text, FileFormat::Yaml, wish).unwrap_err().join("\n"), @r"
    line 1, users[0], team: not among the teams that are known, and not all are (2 of 9: a page failed): none is created
    line 1, users[0], user: not among the users that are known, and not all are (2 of 9: a page failed): none is created
    line 2, teams[0], team: not among the teams that are known, and not all are (2 of 9: a page failed): none is created
    ");
    let found =
        found(&directory, "teams: [{team: engineering, members: [eva], others: []}]", FileFormat::Yaml).unwrap();
    assert_eq!(found.changes, vec![]);
    insta::assert_snapshot!(found.not_told.join("\n"), @r"engineering: group:frontend, u0777 (gone person) are not among the users that are known, and stay.");
    let all = [CurrentPart::Users, CurrentPart::Teams];
    assert!(current(&directory, &can(), &all).people.iter().all(|person| person.teams.is_none()));
    insta::assert_snapshot!(untold(&directory, &all, FileFormat::Csv).unwrap(), @r"Not all teams are known: memberships are left out, for a user's teams are a whole; YAML and JSON with teams have those that are told.");
}
