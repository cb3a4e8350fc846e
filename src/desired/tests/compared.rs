use proptest::prelude::*;

use super::*;

fn plan(text: &str) -> Vec<String> {
    lines(&directory(), text, FileFormat::Csv, DesiredChange::default()).unwrap()
}

#[test]
fn what_is_so_already_is_no_change() {
    assert_eq!(plan("user,role,team,team_role\neva,Admin,vision,admin\nnoor,,,\n"), Vec::<String>::new());
}

#[test]
fn what_differs_becomes_changes_in_a_fixed_order() {
    let text = "user,email,role,active,models_seat,team,team_role\n\
                noor,noor@new.example,viewer,no,none,nlp,admin\n\
                ivan,,admin,,,vision,\n\
                zoe,zoe@example.com,,,,nlp,viewer\n";
    insta::assert_snapshot!(plan(text).join("\n"), @r"
    zoe new user: zoe@example.com
    noor email: noor@example.com → noor@new.example
    noor Models seat: full → none
    ivan organisation role: member → admin
    noor organisation role: member → viewer
    noor joins nlp as admin
    zoe joins nlp as viewer
    ivan joins vision
    noor status: active → inactive
    ");
}

#[test]
fn only_pruning_removes() {
    let text = "user,team\neva,vision\n";
    assert_eq!(plan(text), Vec::<String>::new());
    let left =
        difference(&read(text, FileFormat::Csv).unwrap(), &directory(), &can(), DesiredChange::default(), &mut keys());
    assert_eq!(left.unwrap().left, LeftoverRecord { memberships: 1, ..LeftoverRecord::default() });
    let prune = DesiredChange { prune: true, ..DesiredChange::default() };
    assert_eq!(lines(&directory(), text, FileFormat::Csv, prune).unwrap(), ["eva leaves nlp (was member)"]);
    let team = "teams: [{team: vision, members: [noor]}]";
    assert_eq!(lines(&directory(), team, FileFormat::Yaml, prune).unwrap(), ["eva leaves vision (was admin)"]);
}

#[test]
fn whole_records_are_pruned_only_by_name_and_never_by_an_empty_list() {
    let all = DesiredChange { prune_users: true, prune_teams: true, prune_roles: true, ..DesiredChange::default() };
    let text = "users: [eva]\nteams: [vision, nlp]\nroles: [labeller]";
    insta::assert_snapshot!(lines(&directory(), text, FileFormat::Yaml, all).unwrap().join("\n"), @r"
    ivan status: active → inactive
    noor status: active → inactive
    empty is deleted
    ");
    insta::assert_snapshot!(lines(&directory(), "teams: [vision]", FileFormat::Yaml, all).unwrap_err().join("\n"), @r"
    --prune=roles: the file names no roles, so all of them would go; nothing is pruned by an empty list
    --prune=users: the file names no users, so all of them would go; nothing is pruned by an empty list
    ");
}

#[test]
fn everything_that_can_t_be_meant_is_said_at_once() {
    let text = "user,email,role,team,team_role,models_seat\n\
                evva,,admin,,,\n\
                noor,,amdin,visoin,admin,fulll\n\
                ivan,,,vision,adminn,\n\
                new,eva@example.com,,,,\n";
    insta::assert_snapshot!(lines(&directory(), text, FileFormat::Csv, DesiredChange::default()).unwrap_err().join("\n"), @r"
    row 2, user: no user is called evva; near: eva; to create one, give user and email
    row 3, models_seat: no seat is called fulll; nearest first: full, none, viewer
    row 3, role: no role in the organisation is called amdin; nearest first: admin, member, viewer
    row 3, team: no team is called visoin; near: vision; --create-teams creates it
    row 4, team_role: no role in a team is called adminn; nearest first: admin, member, viewer, labeller
    row 5, email: this is the address of eva; is that who is meant?
    ");
}

#[test]
fn a_column_that_the_provider_can_t_do_is_told_once() {
    let can = ProviderCapabilities {
        refused: vec![(
            crate::directory::change::ChangeVerb::SetSeat,
            crate::directory::refusal::Refusal::unsupported("This provider has no seats."),
        )],
        ..can()
    };
    let desired = read("user,models_seat\neva,none\nnoor,none\nivan,full\n", FileFormat::Csv).unwrap();
    let problems = difference(&desired, &directory(), &can, DesiredChange::default(), &mut keys()).unwrap_err();
    let said: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(said, ["row 2, models_seat: This provider has no seats. (1 more say something there)"]);
}

#[test]
fn roles_are_created_and_widened() {
    let text = "roles:\n\
                \x20 - {role: labeller, permissions: ['run:read']}\n\
                \x20 - {role: auditor, inherits: viewer, permissions: ['b:c', 'a:b']}\n\
                users:\n  - {user: ivan, teams: {nlp: auditor}}\n";
    insta::assert_snapshot!(lines(&directory(), text, FileFormat::Yaml, DesiredChange::default()).unwrap().join("\n"), @r"
    auditor new role: inherits viewer, +a:b, +b:c
    labeller definition: +run:read
    ivan joins nlp as auditor
    ");
}

#[test]
fn what_an_export_says_is_no_change() {
    let directory = directory();
    let parts = [CurrentPart::Users, CurrentPart::Teams, CurrentPart::Roles];
    for format in [FileFormat::Csv, FileFormat::Json, FileFormat::Yaml] {
        let text = write(&current(&directory, &can(), &parts), format);
        let all = DesiredChange {
            prune: true,
            prune_users: true,
            prune_teams: true,
            prune_roles: true,
            ..DesiredChange::default()
        };
        assert_eq!(lines(&directory, &text, format, all).unwrap(), Vec::<String>::new(), "{text}");
    }
    insta::assert_snapshot!(write(&current(&directory, &can(), &parts), FileFormat::Csv), @r"
    user,email,name,role,active,models_seat,team,team_role,custom_role,inherits,permission
    eva,eva@example.com,eva of old,admin,yes,full,nlp,member,,,
    eva,eva@example.com,eva of old,admin,yes,full,vision,admin,,,
    ivan,ivan@example.com,ivan of old,member,yes,full,,,,,
    noor,noor@example.com,noor of old,member,yes,full,vision,member,,,
    ,,,,,,empty,,,,
    ,,,,,,nlp,,,,
    ,,,,,,vision,,,,
    ,,,,,,,,labeller,viewer,artifact:create
    ");
    insta::assert_snapshot!(write(&current(&directory, &can(), &[CurrentPart::Teams]), FileFormat::Yaml), @r"
    scimitar: 1
    teams:
    - team: empty
      members: []
    - team: nlp
      members:
        eva: member
    - team: vision
      members:
        eva: admin
        noor: member
    ");
}

proptest! {
    #[test]
    fn a_shuffled_csv_means_the_same(order in Just((0..7usize).collect::<Vec<_>>()).prop_shuffle()) {
        let rows = [
            "eva,,vision,member", "eva,,nlp,admin", "noor,admin,,", "ivan,viewer,nlp,", "ivan,,vision,viewer",
            "zoe,,nlp,", "yan,,vision,admin",
        ];
        let file = |order: &[usize]| {
            let row = |at: &usize| {
                let email = if *at > 4 { format!("{}@example.com", &rows[*at][..3]) } else { String::new() };
                format!("{email},{}\n", rows[*at])
            };
            let body: String = order.iter().map(row).collect();
            format!("email,user,role,team,team_role\n{body}")
        };
        let straight = plan(&file(&[0, 1, 2, 3, 4, 5, 6]));
        prop_assert!(straight.len() > 7);
        prop_assert_eq!(plan(&file(&order)), straight);
    }

    #[test]
    fn applied_it_is_no_difference_any_more(
        roles in proptest::collection::vec(prop_oneof!["", "admin", "member", "viewer"], 9),
        seats in proptest::collection::vec(prop_oneof!["", "full", "none"], 3),
        prune: bool,
    ) {
        let mut text = "user,models_seat,role,team,team_role\n".to_owned();
        for (at, name) in ["eva", "noor", "ivan"].into_iter().enumerate() {
            text += &format!("{name},{},{},,\n", seats[at], roles[at]);
            for (team, role) in ["vision", "nlp"].into_iter().zip(&roles[3 + 2 * at..]) {
                if !role.is_empty() {
                    text += &format!("{name},,,{team},{role}\n");
                }
            }
        }
        let wish = DesiredChange { prune, ..DesiredChange::default() };
        let mut there = directory();
        let desired = read(&text, FileFormat::Csv).unwrap();
        // The role that comes with a membership is only known once the server has shown it.
        let can = ProviderCapabilities { joins_as: None, ..can() };
        let changes = difference(&desired, &there, &can, wish, &mut keys()).unwrap().changes;
        for (at, change) in changes.into_iter().enumerate() {
            there.begin(ChangeId(100 + at as i64), change);
        }
        prop_assert_eq!(lines(&there, &text, FileFormat::Csv, wish).unwrap(), Vec::<String>::new());
    }
}
