//! Lists of other systems: their columns, marks and spellings.

use super::*;

fn told(text: &str, map: &[(&str, &str)], ignore: &[&str]) -> Result<Vec<String>, String> {
    let columns = ColumnOptions {
        map: map.iter().map(|(header, column)| ((*header).to_owned(), (*column).to_owned())).collect(),
        ignore: ignore.iter().map(|header| (*header).to_owned()).collect(),
        are_fixed: false,
    };
    let desired = super::super::read(text, FileFormat::Csv, &columns).map_err(|problems| said(problems).join("\n"))?;
    let told = |person: &DesiredPerson| {
        let teams = person.teams.iter().flatten();
        let teams: Vec<String> =
            teams.map(|team| format!("{}:{}", team.of, team.role.as_deref().unwrap_or_default())).collect();
        format!("{} {} {}", person.user, person.text(UserField::OrgRole).unwrap_or("-"), teams.join(","))
    };
    Ok(desired.people.iter().map(told).collect())
}

const OKTA: &str = "\"login\",\"firstName\",\"lastName\",\"email\",\"userStatus\",\"groups\"\n\
                    \"a@example.com\",\"Uno\",\"One\",\"a@example.com\",\"ACTIVE\",\"team01\"\n";
const ENTRA: &str =
    "version:v1.0,\nMember object ID or user principal name [memberObjectIdOrUpn] Required,\na@example.com,\n";
const GOOGLE: &str = "First Name [Required],Last Name [Required],Email Address [Required],Status [READ ONLY]\n\
                      Uno,One,a@example.com,Active\n";
const GAM: &str = "group,type,role,id,status,email\nteam01,USER,MEMBER,1122,ACTIVE,a@example.com\n";

#[test]
fn columns_of_another_system_need_a_word() {
    insta::assert_snapshot!(told(OKTA, &[], &[]).unwrap_err(), @r"row 1: columns that are not known: userStatus, groups. --ignore-columns 'userStatus,groups' leaves them out ('all' every such column), --map 'HEADER=COLUMN' reads one as one of these: user, email, name, first_name, last_name, external_id, role, active, models_seat, weave_role, registry_access, team, team_role, registry, registry_role, custom_role, inherits, description, permission");
    insta::assert_snapshot!(told(GOOGLE, &[], &[]).unwrap_err(), @r"row 1: a column that is not known: Status [READ ONLY]. --ignore-columns 'Status [READ ONLY]' leaves it out ('all' every such column), --map 'HEADER=COLUMN' reads one as one of these: user, email, name, first_name, last_name, external_id, role, active, models_seat, weave_role, registry_access, team, team_role, registry, registry_role, custom_role, inherits, description, permission");
    insta::assert_snapshot!(told(GAM, &[], &["all"]).unwrap_err(), @r"row 1, role: in a list of another system this may be the role in the team: --map role=team_role, --map role=role (in the organisation) or --ignore-columns role says");
    insta::assert_snapshot!(told("user\u{200b},team\neva,vision\n", &[], &[]).unwrap_err(), @r"row 1: a column that is not known: user (has U+200B (zero width space) at character 5). --ignore-columns 'user' leaves it out ('all' every such column), --map 'HEADER=COLUMN' reads one as one of these: user, email, name, first_name, last_name, external_id, role, active, models_seat, weave_role, registry_access, team, team_role, registry, registry_role, custom_role, inherits, description, permission");
}

#[rstest::rstest]
#[case::okta(OKTA, &[("groups", "team")], &["firstName,lastName", "userStatus"], "a@example.com - team01:")]
#[case::okta_without_groups(OKTA, &[], &["all"], "a@example.com - ")]
#[case::entra(ENTRA, &[("Member object ID or user principal name", "user")], &[], "a@example.com - ")]
#[case::google(GOOGLE, &[("Status", "active")], &["all"], "a@example.com - ")]
#[case::gam(GAM, &[("role", "team_role")], &["type,id,status"], "a@example.com - team01:MEMBER")]
#[case::gam_without_roles(GAM, &[], &["type", "role", "id", "status"], "a@example.com - team01:")]
#[case::gam_in_the_organisation(GAM, &[("ROLE", "role")], &["all"], "a@example.com MEMBER team01:")]
#[case::a_comma_in_a_header("user,\"Name, full\"\neva,x\n", &[], &["Name, full"], "eva - ")]
#[case::an_equals_sign("user,a=b\neva,vision\n", &[("a=b", "team")], &[], "eva - vision:")]
#[case::our_own_column("user,role\neva,x\n", &[], &["role"], "eva - ")]
fn with_it_they_are_read(
    #[case] text: &str,
    #[case] map: &[(&str, &str)],
    #[case] ignore: &[&str],
    #[case] read: &str,
) {
    assert_eq!(told(text, map, ignore), Ok(vec![read.to_owned()]));
}

#[test]
fn words_about_columns_that_are_not_there_are_told() {
    let wrong = told("user,team\neva,vision\n", &[("groups", "team"), ("team", "tem")], &["Status,Org"]).unwrap_err();
    insta::assert_snapshot!(wrong, @r"
    --map: no column is called tem; known: user, email, name, first_name, last_name, external_id, role, active, models_seat, weave_role, registry_access, team, team_role, registry, registry_role, custom_role, inherits, description, permission
    row 1, --ignore-columns: no header is Org
    row 1, --ignore-columns: no header is Status
    row 1, --map: no header is groups
    ");
    assert_eq!(
        told("user,mail,address\neva,,\n", &[("address", "email")], &[]).unwrap_err(),
        "row 1, address: a second column for email"
    );
    let columns = ColumnOptions { ignore: vec!["all".into()], ..ColumnOptions::default() };
    let wrong = super::super::read("users: [eva]", FileFormat::Yaml, &columns).unwrap_err();
    assert_eq!(said(wrong), ["--map and --ignore-columns are about the columns of a CSV"]);
}

#[rstest::rstest]
#[case::blank_rows_first("\n\n,,\nuser,team\neva,vision\n")]
#[case::a_separator_told("sep=;\r\nuser;team\r\neva;vision\r\n")]
#[case::quoted_separator("\"sep=;\"\nuser;team\neva;vision\n")]
#[case::trailing_separators("user;team;;\r\neva;vision;;\r\n;;;\r\n")]
#[case::tabs("user\tteam\neva\tvision\n")]
#[case::a_mac("user,team\reva,vision\r")]
#[case::quotes_and_blanks("\"user\", \"team\"\n\"eva\" , \"vision\"\n")]
fn marks_of_spreadsheets_are_understood(#[case] text: &str) {
    assert_eq!(told(text, &[], &[]), Ok(vec!["eva - vision:".to_owned()]));
}
