//! Which record a name means, and what is said where it means none or several.

use super::*;
use crate::directory::{
    change::{Change, ChangeId},
    records::Records,
};

fn user(id: &str, name: &str, email: &str, display: &str) -> User {
    User { id: id.into(), user_name: name.into(), email: email.into(), display_name: display.into(), ..User::default() }
}

fn directory() -> Directory {
    let users = vec![
        user("u1", "eva-tanaka", "eva@example.com", "Eva Tanaka"),
        user("u2", "ivan-rossi", "shared@example.com", "Ivan Rossi"),
        user("u3", "noor-haddad", "shared@example.com", "Sam Kim"),
        user("u4", "NOOR-HADDAD", "other@example.com", "Sam Kim"),
        user("u5", "dup@example.com", "one@example.com", ""),
        user("u6", "dup@example.com", "two@example.com", ""),
        user("u7", "Jos\u{e9}", "jose@example.com", ""),
        user("u8", "max ", "max@example.com", ""),
        user("u9", "max  ", "max2@example.com", ""),
        user("u10", "ann ", "ann@example.com", ""),
        user("u11", "u2", "imposter@example.com", ""),
        user("u12", "zoe@example.com", "z@example.com", ""),
        user("u13", "z", "zoe@example.com", ""),
        user("u14", "Kim@example.com", "k@example.com", ""),
        user("u15", "k", "kim@example.com", ""),
        user("u16", "li\u{200b}na", "lina@example.com", ""),
        user("u17", "p\u{430}ul", "paul@example.com", ""),
    ];
    let team = |id: &str, name: &str| Team { id: id.into(), name: name.into(), ..Team::default() };
    let teams = vec![
        team("t1", "vision"),
        team("t2", "nlp"),
        team("t3", "Twins"),
        team("t4", "Twins"),
        team("t5", "engineering"),
        team("t6", "Engineering"),
    ];
    let role = |id: &str, name: &str| Role { id: id.into(), name: name.into(), ..Role::default() };
    let roles = vec![role("r1", "Auditor"), role("r2", "auditor")];
    let mut directory = Directory::default();
    directory.replace(Records::build(users, teams, roles), true);
    directory
}

#[rstest::rstest]
#[case::by_name("eva-tanaka", "u1")]
#[case::by_another_case("Eva-Tanaka", "u1")]
#[case::with_blanks("  Eva-Tanaka ", "u1")]
#[case::by_email("EVA@example.com", "u1")]
#[case::by_display_name("eva tanaka", "u1")]
#[case::by_id("u1", "u1")]
#[case::an_id_goes_before_a_user_name("u2", "u2")]
#[case::the_same_case_goes_first("NOOR-HADDAD", "u4")]
#[case::and_the_other_one("noor-haddad", "u3")]
#[case::a_user_name_goes_before_an_email("zoe@example.com", "u12")]
#[case::composed_otherwise("Jose\u{301}", "u7")]
#[case::composed_otherwise_and_in_another_case("JOSE\u{301}", "u7")]
#[case::the_exact_blanks("max ", "u8")]
#[case::a_blank_that_leaves_one("ann", "u10")]
#[case::an_invisible_character_as_it_is("li\u{200b}na", "u16")]
fn a_user_is_found(#[case] wanted: &str, #[case] id: &str) {
    let directory = directory();
    assert_eq!(&*NameFinder::new(&directory).user(wanted).unwrap().id, id);
    assert!(NameFinder::new(&directory).knows_user(wanted));
}

#[rstest::rstest]
#[case::neither_case_is_meant("Noor-Haddad", "noor-haddad (u3), NOOR-HADDAD (u4)")]
#[case::one_name_twice("dup@example.com", "dup@example.com (u5), dup@example.com (u6)")]
#[case::one_name_twice_in_another_case("DUP@example.com", "dup@example.com (u5), dup@example.com (u6)")]
#[case::one_email_twice("shared@example.com", "ivan-rossi (u2), noor-haddad (u3)")]
#[case::one_display_name_twice("Sam Kim", "NOOR-HADDAD (u4), noor-haddad (u3)")]
#[case::blanks_that_leave_two("max", "max  (u8), max   (u9)")]
#[case::nearly_a_user_name_and_exactly_an_email("kim@example.com", "Kim@example.com (u14), k (u15)")]
fn several_are_all_named(#[case] wanted: &str, #[case] all: &str) {
    let directory = directory();
    let missing = NameFinder::new(&directory).user(wanted).unwrap_err();
    let MissingName::Several(found) = &missing else { panic!("{missing:?}") };
    let mut told: Vec<String> = found.iter().map(ToString::to_string).collect();
    let mut wished: Vec<&str> = all.split(", ").collect();
    told.sort();
    wished.sort_unstable();
    assert_eq!(told, wished);
    let sentence = missing.sentence("user", wanted);
    assert!(sentence.starts_with(&format!("{wanted} means several: ")), "{sentence}");
}

#[rstest::rstest]
#[case::near("eva-tanak", "no user is called eva-tanak; near: eva-tanaka")]
#[case::nobody("nobody-of-this-name", "no user is called nobody-of-this-name")]
#[case::an_id_with_a_blank("u1 ", "no user is called u1 ; near: u2")]
#[case::zero_width(
    "eva\u{200b}-tanaka",
    "no user is called eva-tanaka; near: eva-tanaka; \
     eva-tanaka as typed has U+200B (zero width space) after `eva`"
)]
#[case::cyrillic(
    "\u{435}va-tanaka",
    "no user is called \u{435}va-tanaka; near: eva-tanaka; \
     \u{435}va-tanaka as typed begins with U+0435 (Cyrillic letter that looks like e)"
)]
#[case::theirs_is_odd(
    "lina",
    "no user is called lina; near: ≈lina; the name of u16 has U+200B (zero width space) after `li`"
)]
#[case::their_letter_is_foreign(
    "paul",
    "no user is called paul; near: ≈p\u{430}ul; \
     the name of u17 has U+0430 (Cyrillic letter that looks like a) after `p`"
)]
fn nobody_is_said_with_who_is_near_and_what_is_overlooked(#[case] wanted: &str, #[case] sentence: &str) {
    let directory = directory();
    let missing = NameFinder::new(&directory).user(wanted).unwrap_err();
    assert_eq!(missing.sentence("user", wanted), sentence);
    assert!(!NameFinder::new(&directory).knows_user(wanted));
}

#[test]
fn nothing_is_called_nothing() {
    let directory = directory();
    let finder = NameFinder::new(&directory);
    for nothing in ["", " ", "\t"] {
        assert_eq!(finder.user(nothing).unwrap_err(), MissingName::Unknown(vec![]));
        assert_eq!(finder.team(nothing).unwrap_err(), MissingName::Unknown(vec![]));
    }
}

#[test]
fn teams_and_roles_are_found_in_the_same_way() {
    let directory = directory();
    let finder = NameFinder::new(&directory);
    let team = |wanted: &str| match finder.team(wanted) {
        Ok(team) => team.id.to_string(),
        Err(missing) => missing.sentence("team", wanted),
    };
    assert_eq!(team("t3"), "t3");
    assert_eq!(team("VISION"), "t1");
    assert_eq!((team("engineering"), team("Engineering")), ("t5".into(), "t6".into()));
    assert_eq!(team("ENGINEERING"), "ENGINEERING means several: engineering (t5), Engineering (t6)");
    assert_eq!(team("Twins"), "Twins means several: Twins (t3), Twins (t4)");
    assert_eq!(team("vsion"), "no team is called vsion; near: vision");
    assert_eq!(team("twinz"), "no team is called twinz; near: Twins (t3), Twins (t4)");
    assert_eq!(finder.role("auditor").unwrap().id.as_ref(), "r2");
    assert_eq!(
        finder.role("AUDITOR").unwrap_err().sentence("role", "AUDITOR"),
        "AUDITOR means several: Auditor (r1), auditor (r2)"
    );
}

#[test]
fn an_account_is_not_known_by_its_display_name() {
    let directory = directory();
    let finder = NameFinder::new(&directory);
    assert!(finder.account("eva-tanaka").is_ok() && finder.account("eva@example.com").is_ok());
    assert!(matches!(finder.account("Eva Tanaka"), Err(MissingName::Unknown(near)) if &*near[0].id == "u1"));
}

#[test]
fn a_name_on_its_way_is_found() {
    let mut directory = directory();
    directory.begin(ChangeId(1), Change::SetEmail { user: "u1".into(), to: "new@example.com".into() });
    let finder = NameFinder::new(&directory);
    assert_eq!(finder.user("NEW@example.com").unwrap().id.as_ref(), "u1");
    assert!(finder.user("eva@example.com").is_err());
}
