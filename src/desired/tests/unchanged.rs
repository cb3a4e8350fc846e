//! An export that nobody has altered is no difference, whatever its names are.

use proptest::prelude::*;

use super::*;
use crate::directory::{
    change::ChangeVerb,
    record::AccountKind,
    refusal::{Refusal, RefusalCode},
};

/// Names as servers have them: blanks, formulas, separators, quotes, lines, look-alikes of other values, invisible characters.
fn name() -> impl Strategy<Value = String> {
    let odd = vec![
        "",
        " ",
        "eva",
        "Eva",
        "EVA ",
        " eva",
        "e  va",
        "eva\u{a0}",
        "\u{a0}",
        "=1+1",
        "+1",
        "-x",
        "@x",
        "'x",
        "'=x",
        "''@x",
        "' =",
        "\t=x",
        "a,b",
        "a;b",
        "a\"b",
        "\"",
        "\"a\"",
        "a\nb",
        "a\r\nb",
        "\ra",
        "no",
        "yes",
        "on",
        "true",
        "False",
        "null",
        "~",
        "007",
        "1e3",
        "0x1F",
        "1.10",
        "12:30:45",
        "2026-01-02",
        "1_000",
        ".inf",
        "- a",
        "a: b",
        "a #b",
        "#x",
        "[a]",
        "{a: b}",
        "&a",
        "*a",
        "!a",
        "|",
        ">",
        "%a",
        "`a",
        "<<",
        "?",
        "user",
        "email",
        "sep=;",
        "all",
        "group:vision",
        "group:",
        "id-1",
        "id-t0",
        "s0",
        "vision",
        "Vision",
        "x\u{200b}",
        "\u{feff}x",
        "a\u{ad}b",
        "\u{202e}a",
        "é",
        "e\u{301}",
        "ß",
        "ss",
        "陈\u{3000}陈",
        "می\u{200c}خواهم",
        "\u{1}",
        "\u{85}",
        "\u{2028}",
        "\\",
        "a\\nb",
        "🙂",
    ];
    prop_oneof![3 => prop::sample::select(odd).prop_map(str::to_owned), 1 => "[ =+@'\",;:\n#a-c-]{0,6}", 1 => ".{0,5}"]
}

fn plain() -> ProviderCapabilities {
    let refused = [
        ChangeVerb::SetOrgRole,
        ChangeVerb::SetTeamRole,
        ChangeVerb::SetSeat,
        ChangeVerb::SetRegistryRole,
        ChangeVerb::CreateRole,
        ChangeVerb::EditRole,
        ChangeVerb::DeleteRole,
    ];
    ProviderCapabilities {
        refused: refused
            .map(|verb| (verb, Refusal::new(RefusalCode::Unsupported, "Plain SCIM does not know it.")))
            .into(),
        spaced_names: true,
        team_word: "group",
        ..ProviderCapabilities::default()
    }
}

#[derive(Debug, Clone)]
struct Person {
    names: [String; 3],
    active: Option<bool>,
    role: Option<String>,
    told: bool,
    service: bool,
}

fn person() -> impl Strategy<Value = Person> {
    let role = prop::option::of(prop::sample::select(vec!["admin", "member", "viewer"]).prop_map(str::to_owned));
    let flags = (any::<Option<bool>>(), role, any::<bool>(), prop::bool::weighted(0.1));
    ([name(), name(), name()], flags).prop_map(|(names, (active, role, told, service))| Person {
        names,
        active,
        role,
        told,
        service,
    })
}

/// Members by number: users, then teams, then strangers; `None` is not told.
type Group = (String, Option<Vec<usize>>);

fn built(people: &[Person], groups: &[Group]) -> Directory {
    let id = |number: usize| match number {
        user if user < people.len() => format!("id-{user}"),
        team if team < people.len() + groups.len() => format!("id-t{}", team - people.len()),
        stranger => format!("s{}", stranger - people.len() - groups.len()),
    };
    let users = people.iter().enumerate().map(|(number, person)| {
        let [name, display, email] = &person.names;
        let inside = groups.iter().filter(|(_, members)| members.iter().flatten().any(|member| *member == number));
        let grants = inside.map(|(team, _)| RoleGrant { scope: team.as_str().into(), role: "member".into() });
        User {
            id: id(number).as_str().into(),
            user_name: name.as_str().into(),
            display_name: display.as_str().into(),
            email: email.as_str().into(),
            active: person.active,
            org_role: person.role.as_deref().map(Name::from).into(),
            team_roles: person.told.then(|| grants.collect()),
            models_seat: person.told.then(|| Name::from("full")).into(),
            account: if person.service { AccountKind::TeamService } else { AccountKind::Unsaid },
            ..User::default()
        }
    });
    let teams = groups.iter().enumerate().map(|(number, (name, members))| Team {
        id: format!("id-t{number}").as_str().into(),
        name: name.as_str().into(),
        members: members.as_ref().map(|members| {
            let mut members = members.clone();
            members.sort_unstable();
            members.dedup();
            members.into_iter().map(|number| Member { id: id(number).as_str().into(), display: "x".into() }).collect()
        }),
        ..Team::default()
    });
    let mut directory = Directory::default();
    directory.replace(Records::build(users.collect(), teams.collect(), vec![]), true);
    directory
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn an_unchanged_export_is_no_difference(
        people in prop::collection::vec(person(), 1..6),
        groups in prop::collection::vec((name(), prop::option::weighted(0.9, prop::collection::vec(0..12usize, 0..5))), 0..4),
    ) {
        let directory = built(&people, &groups);
        for can in [can(), plain()] {
            for parts in [&[CurrentPart::Users, CurrentPart::Teams][..], &[CurrentPart::Users], &[CurrentPart::Teams]] {
                for format in [FileFormat::Csv, FileFormat::Json, FileFormat::Yaml] {
                    let text = write(&current(&directory, &can, parts), format);
                    let read = read(&text, format).map_err(said);
                    prop_assert!(read.is_ok(), "{:?}\n{}", read, text);
                    for prune in [false, true] {
                        let wish = DesiredChange { prune, ..DesiredChange::default() };
                        let found = difference(read.as_ref().unwrap(), &directory, &can, wish, &mut keys()).map_err(said);
                        let changes = found.map(|found| (found.changes, found.left));
                        prop_assert_eq!(changes, Ok((vec![], LeftoverRecord::default())), "{}", text);
                    }
                }
            }
        }
    }

    #[test]
    fn a_formula_stands_in_no_cell(names in prop::collection::vec(name(), 1..5)) {
        let people: Vec<_> = names.iter().enumerate().map(|(at, name)| super::DesiredPerson {
            user: format!("u{at}"),
            texts: [(UserField::DisplayName, name.clone())].into(),
            ..Default::default()
        }).collect();
        let text = write(&DesiredState { people, ..DesiredState::default() }, FileFormat::Csv);
        let cells = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes()).into_records();
        for cell in cells.flat_map(|row| row.unwrap().iter().map(str::to_owned).collect::<Vec<_>>()) {
            prop_assert!(!cell.starts_with(['=', '+', '-', '@']), "{cell}");
        }
    }
}

#[test]
fn twins_are_written_by_their_ids() {
    let person = |name: &str| Person {
        names: [name.into(), String::new(), format!("{name}@example.com")],
        active: Some(true),
        role: None,
        told: false,
        service: false,
    };
    let people = [person("neil"), person("Neil"), person("zoe")];
    let groups = [("Twins".to_owned(), Some(vec![0])), ("Twins".to_owned(), Some(vec![1, 2]))];
    let directory = built(&people, &groups);
    insta::assert_snapshot!(write(&current(&directory, &plain(), &[CurrentPart::Users, CurrentPart::Teams]), FileFormat::Csv), @r"
    user,email,active,team
    id-0,neil@example.com,yes,id-t0
    id-1,Neil@example.com,yes,id-t1
    zoe,zoe@example.com,yes,id-t1
    ,,,id-t0
    ,,,id-t1
    ");
    // The exact spelling picks one; so it is in a wish, too.
    let wish = "user,email,team\nNeil,Neil@example.com,id-t0\nneil,neil@example.com,id-t1\n";
    let said = lines(&directory, wish, FileFormat::Csv, DesiredChange::default());
    insta::assert_snapshot!(said.unwrap().join("\n"), @r"
    neil joins Twins (id-t1)
    Neil joins Twins (id-t0)
    ");
}

#[test]
fn rows_that_spell_one_user_in_several_ways_are_put_together() {
    let text = "user,email,role,team\nEVA,,admin,vision\neva,,,nlp\nZoe,z@example.com,member,vision\nzoe,,,nlp\n";
    insta::assert_snapshot!(lines(&directory(), text, FileFormat::Csv, DesiredChange::default()).unwrap().join("\n"), @r"
    Zoe new user: z@example.com
    Zoe organisation role: ? → member
    Zoe joins nlp
    Zoe joins vision
    ");
    let wrong = "user,role\nEVA,admin\neva,viewer\n";
    assert_eq!(
        lines(&directory(), wrong, FileFormat::Csv, DesiredChange::default()).unwrap_err(),
        ["row 3, role: viewer here, and admin in row 2"]
    );
}
