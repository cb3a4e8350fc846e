//! Tables exported by identity systems and saved by spreadsheets, and names on standard input.

use rstest::rstest;
use serde_json::json;

use crate::{
    records::{group, users},
    server::Behavior,
    world::{CommandResult, DIFFERS, DONE, USAGE, World, column},
};

struct Plain;

impl Behavior for Plain {}

/// Users 1 to 3, and the empty group `team01`.
fn world() -> World {
    World::new(Plain, users(3), vec![group(1, "team01", &[])])
}

const OKTA: &str = "\"login\",\"firstName\",\"lastName\",\"email\",\"userStatus\",\"groups\"\n\
                    \"user0001@example.com\",\"Uno\",\"One\",\"user0001@example.com\",\"ACTIVE\",\"team01\"\n";
const ENTRA: &str = "version:v1.0,\n\
                     Member object ID or user principal name [memberObjectIdOrUpn] Required,\n\
                     user0001@example.com,\n\
                     user0002@example.com,\n";
const GOOGLE: &str = "First Name [Required],Last Name [Required],Email Address [Required],Status [READ ONLY],\
                      Org Unit Path [Required]\n\
                      Uno,One,user0001@example.com,Active,/\n";
const GAM: &str = "group,type,role,id,status,email\n\
                   team01,USER,MEMBER,1122,ACTIVE,user0001@example.com\n";

/// Unknown columns need an option, and the error names columns and option.
#[rstest]
#[case::okta(OKTA, "userStatus")]
#[case::entra(ENTRA, "Member object ID")]
#[case::google(GOOGLE, "Org Unit Path")]
#[case::gam(GAM, "status")]
fn columns_that_nobody_knows_are_named_with_the_way_out(#[case] text: &str, #[case] column: &str) {
    let world = world();
    world.file("export.csv", text);
    let said = world.run(&["apply", "export.csv", "--yes"]).exits(USAGE).warns(&[column]);
    assert!(said.err.contains("--ignore-columns") || said.err.contains("--map"), "{said}");
    assert_eq!(world.written(), [""; 0]);
}

const ENTRA_HEAD: &str = "Member object ID or user principal name [memberObjectIdOrUpn] Required=user";

#[rstest]
#[case::okta(OKTA, &["--map", "login=user", "--map", "groups=team", "--ignore-columns", "firstName,lastName,userStatus"], &["u0001"])]
#[case::okta_and_all_the_rest(OKTA, &["--map", "groups=team", "--ignore-columns", "all"], &["u0001"])]
#[case::google(GOOGLE, &["--map", "Email Address [Required]=email", "--ignore-columns", "all"], &[])]
#[case::entra(ENTRA, &["--map", ENTRA_HEAD], &[])]
#[case::gam(GAM, &["--ignore-columns", "type,role,id,status"], &["u0001"])]
fn an_export_of_an_identity_system_is_used_with_a_word(
    #[case] text: &str,
    #[case] word: &[&str],
    #[case] members: &[&str],
) {
    let world = world();
    world.file("export.csv", text);
    let has_names = text == GOOGLE;
    let expected = if members.is_empty() && !has_names { DONE } else { DIFFERS };
    world.run(&[&["plan", "export.csv", "--check"], word].concat()).exits(expected);
    world.run(&[&["apply", "export.csv", "--yes"], word].concat()).exits(DONE);
    assert_eq!(world.members("g0001"), members);
    assert_eq!(world.state().users.len(), 3);
    if has_names {
        assert_eq!(world.state().users["u0001"]["name"], json!({"givenName": "Uno", "familyName": "One"}));
    }
}

/// An ignored column changes nothing, also where its name is known.
#[test]
fn a_known_column_is_ignored_by_name() {
    let world = world();
    world.file("rows.csv", "user,name,team\nuser0001,Another Name,team01\n");
    world.run(&["apply", "rows.csv", "--yes", "--ignore-columns", "name"]).exits(DONE);
    assert_eq!(world.members("g0001"), ["u0001"]);
    assert_eq!(world.state().users["u0001"]["displayName"], "USER0001");
}

#[rstest]
#[case::no_such_column(&["--map", "email=nothing"])]
#[case::no_such_header(&["--map", "nothing=email"])]
#[case::nothing_to_ignore(&["--ignore-columns", "nothing"])]
#[case::two_for_one(&["--map", "email=user"])]
fn a_word_that_means_nothing_is_an_error(#[case] word: &[&str]) {
    let world = world();
    world.file("rows.csv", "user,email,team\nuser0001,user0001@example.com,team01\n");
    world.run(&[&["apply", "rows.csv", "--yes"], word].concat()).exits(USAGE);
    assert_eq!(world.written(), [""; 0]);
}

fn utf_16(text: &str) -> Vec<u8> {
    std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

/// Asserts that the plan has exactly these users join `team01`.
#[track_caller]
fn joins(said: CommandResult, names: &[&str]) {
    let planned = said.exits(DIFFERS).json();
    assert_eq!(column(&planned["changes"], "subject"), names, "{planned}");
    assert!(
        planned["changes"].as_array().unwrap().iter().all(|change| change["what"].as_str().unwrap().contains("team01"))
    );
}

#[rstest]
#[case::tabs("rows.tsv", "user\tteam\nuser0001\tteam01\n", &["user0001"])]
#[case::semicolons_and_a_bom("rows.csv", "\u{feff}user;email;team;;\r\nuser0001;user0001@example.com;team01;;\r\nuser0002;user0002@example.com;team01;;\r\n;;;;\r\n", &["user0001", "user0002"])]
#[case::carriage_returns("rows.csv", "user,team\ruser0001,team01\ruser0002,team01\r", &["user0001", "user0002"])]
#[case::a_separator_line("rows.csv", "sep=;\nuser;team\nuser0001;team01\n", &["user0001"])]
#[case::no_break_spaces("rows.csv", "user,team\n\u{a0}user0001\u{a0},team01\n", &["user0001"])]
fn a_table_of_a_spreadsheet_is_read(#[case] name: &str, #[case] text: &str, #[case] names: &[&str]) {
    let world = world();
    world.file(name, text);
    joins(world.run(&["plan", name, "--check", "--json"]), names);
}

#[test]
fn utf_16_is_read_or_named() {
    let world = world();
    world.file("rows.txt", utf_16("user\temail\tteam\r\nuser0001\tuser0001@example.com\tteam01\r\n"));
    let said = world.run(&["plan", "rows.txt", "--check", "--json"]);
    if said.code == USAGE {
        said.warns(&["UTF-16"]);
    } else {
        joins(said, &["user0001"]);
    }
}

#[test]
fn another_encoding_is_said_with_its_place() {
    let world = world();
    world.file("rows.csv", b"user;name;team\r\nuser0001;Zo\xeb M\xfcller;team01\r\n");
    world.run(&["apply", "rows.csv", "--yes"]).exits(USAGE).warns(&["UTF-8", "27"]);
    assert_eq!(world.written(), [""; 0]);
}

/// True if the message has the code point of the zero-width space.
fn names_the_zero_width_space(said: &CommandResult) -> bool {
    said.err.to_uppercase().contains("200B")
}

#[rstest]
#[case::before_a_team("user,team\nuser0001,\u{200b}team01\n")]
#[case::after_a_user("user,team\nuser0001\u{200b},team01\n")]
#[case::in_an_address("email,team\nuser\u{200b}0001@example.com,team01\n")]
fn what_nobody_sees_in_a_table_is_named(#[case] text: &str) {
    let world = world();
    world.file("rows.csv", text);
    let said = world.run(&["apply", "rows.csv", "--yes"]).exits(USAGE);
    assert!(names_the_zero_width_space(&said), "{said}");
    assert_eq!(world.written(), [""; 0]);
}

#[test]
fn a_byte_order_mark_on_standard_input_is_skipped() {
    let world = world();
    let names = "\u{feff}user0001@example.com\r\nuser0002@example.com\r\nuser0003@example.com\r\n";
    world.run_with(&["add", "team01", "-", "--yes"], names).exits(DONE);
    assert_eq!(world.members("g0001"), ["u0001", "u0002", "u0003"]);
    world.run_with(&["plan", "-", "--check", "--prune"], "\u{feff}user,team\r\nuser0001,team01\r\n").exits(DONE);
}

#[rstest]
#[case::on_standard_input(&["add", "team01", "-", "--yes"], "user0001@example.com\u{200b}\nuser0002@example.com\n")]
#[case::as_an_argument(&["add", "team01", "user0001\u{200b}", "user0002", "--yes"], "")]
#[case::in_the_name_of_a_team(&["add", "team\u{200b}01", "user0001", "--yes"], "")]
fn what_nobody_sees_in_a_name_is_named(#[case] args: &[&str], #[case] input: &str) {
    let world = world();
    let said = world.run_with(args, input).exits(USAGE);
    assert!(names_the_zero_width_space(&said), "{said}");
    assert_eq!(world.written(), [""; 0]);
}

/// Each row is one membership that shall be; others stay.
#[rstest]
#[case::by_the_header("user,+team", &[])]
#[case::by_a_word("user,groups", &["--map", "groups=+team"])]
fn some_teams_of_a_user_are_not_all(#[case] head: &str, #[case] word: &[&str]) {
    let world = World::new(Plain, users(3), vec![group(1, "team01", &[1]), group(2, "team02", &[2])]);
    world.file("some.csv", format!("{head}\nuser0001,team02\nuser0002,team02\nuser0003,\n"));
    let apply = [&["apply", "some.csv", "--prune", "--yes"][..], word].concat();
    world.run(&apply).exits(DONE);
    assert_eq!(
        (world.members("g0001"), world.members("g0002")),
        (vec!["u0001".into()], vec!["u0001".into(), "u0002".into()])
    );
    world.file("all.csv", "user,team\nuser0001,team02\n");
    world.run(&["apply", "all.csv", "--prune", "--yes"]).exits(DONE);
    assert_eq!(world.members("g0001"), [""; 0], "a column team has all of them");
}
