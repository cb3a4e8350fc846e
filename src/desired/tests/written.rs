//! Scalars and keys of documents: the text as written, or an error with its place.

use super::*;

/// The errors in a file.
fn wrong(text: &str, format: FileFormat) -> String {
    said(read(text, format).unwrap_err()).join("\n")
}

#[test]
fn a_scalar_is_the_text_as_written() {
    let written = [
        "no",
        "Yes",
        "on",
        "007",
        "1e3",
        "112233445566778899001",
        "0x1F",
        "0o17",
        "1.10",
        "2026-01-02",
        "12:30:45",
        "1_000",
        ".inf",
        "+1",
        "y",
        "=",
    ];
    for text in written {
        let yaml =
            format!("users: [{{user: {text}, external_id: {text}, teams: {{{text}: {text}}}}}, x]\nteams: [{text}]");
        let desired = read(&yaml, FileFormat::Yaml).unwrap_or_else(|problems| panic!("{text}: {problems:?}"));
        let person = &desired.people[0];
        let membership = &person.teams.as_ref().unwrap()[0];
        let all = [
            Some(person.user.as_str()),
            person.text(UserField::ExternalId),
            Some(membership.of.as_str()),
            membership.role.as_deref(),
            Some(desired.teams[0].team.as_str()),
        ];
        assert_eq!(all, [Some(text); 5]);
    }
    for text in ["112233445566778899001", "1.10", "1e3", "0.10000000000000000001"] {
        let json = format!(r#"{{"users": [{{"user": {text}, "teams": [{text}]}}, 5{text}]}}"#);
        let desired = read(&json, FileFormat::Json).unwrap();
        assert_eq!(desired.people[0].user, text);
        assert_eq!(desired.people[0].teams.as_ref().unwrap()[0].of, text);
        assert_eq!(desired.people[1].user, format!("5{text}"));
    }
}

#[test]
fn what_means_nothing_true_or_false_is_no_name_without_quotes() {
    let yaml = "users:\n\
                \x20 - {user: null, email: null@example.com}\n\
                \x20 - user: eva\n\
                \x20   name: ~\n\
                \x20   teams: [true, 'true']\n\
                \x20 - False\n\
                \x20 - {user: 'null', teams: {~: admin}}\n\
                \x20 - {user: , email: a@example.com}\n\
                \x20 - {user: noor, active: null}\n\
                teams: [{team: !!str null}]\n";
    insta::assert_snapshot!(wrong(yaml, FileFormat::Yaml), @r#"
    line 2, users[0], user: null without quotes is no text; write "null" if that is the name
    line 4, users[1], name: ~ without quotes is no text; write "~" if that is the name
    line 5, users[1], teams[0]: true without quotes is no text; write "true" if that is the name
    line 6, users[2], user: False without quotes is no text; write "False" if that is the name
    line 7, users[3], teams.~: ~ without quotes is no text; write "~" if that is the name
    line 8, users[4], user: this is empty
    line 9, users[5], active: neither true nor false
    "#);
    insta::assert_snapshot!(
        wrong(r#"{"users": [{"user": true}, {"user": null, "email": "a@b.c"}, {"user": "eva", "teams": [null, false]}]}"#, FileFormat::Json),
        @r#"
    line 1, users[0], user: true without quotes is no text; write "true" if that is the name
    line 1, users[1], user: this is empty
    line 1, users[2], teams[0]: this is no name
    line 1, users[2], teams[1]: false without quotes is no text; write "false" if that is the name
    "#
    );
    // An empty value sets nothing; a boolean is read as such only where a boolean is expected.
    let quiet = "users: [{user: eva, name: , teams: {nlp: }, active: yes}]";
    let desired = read(quiet, FileFormat::Yaml).unwrap();
    assert_eq!((desired.people[0].text(UserField::DisplayName), desired.people[0].active), (None, Some(true)));
    let quiet = r#"{"users": [{"user": "eva", "name": null, "teams": {"nlp": null}, "active": true}]}"#;
    assert_eq!(read(quiet, FileFormat::Json).unwrap().people[0].active, Some(true));
}

#[test]
fn a_key_comes_once_at_every_level() {
    for (text, format, place) in [
        (
            "users: []\nusers: [eva]\n",
            FileFormat::Yaml,
            "line 2, column 1: the key users stands in line 1 (column 1) already",
        ),
        (
            "users:\n  - {user: eva, teams: [vision], teams: [nlp]}\n",
            FileFormat::Yaml,
            "line 2, column 34: the key teams stands in line 2 (column 17) already",
        ),
        (
            "users:\n  - user: eva\n    teams:\n      vision: admin\n      vision: member\n",
            FileFormat::Yaml,
            "line 5, column 7: the key vision stands in line 4 (column 7) already",
        ),
        (
            "{\"users\": [],\n \"users\": [\"eva\"]}",
            FileFormat::Json,
            "line 2, column 11: the key users stands in line 1 (column 11) already",
        ),
        (
            r#"{"users": [{"user": "eva", "comment": {"a": [{"b": 1, "b": 2}]}}]}"#,
            FileFormat::Json,
            "line 1, column 60: the key b stands in line 1 (column 52) already",
        ),
    ] {
        assert_eq!(wrong(text, format), place);
    }
}

#[test]
fn a_file_is_one_document() {
    let two = "---\nusers:\n- user0001\n---\nusers:\n- user0002\n";
    assert_eq!(wrong(two, FileFormat::Yaml), "line 4, column 1: a second document begins here; a file is one");
    assert_eq!(read("%YAML 1.2\n---\nusers: [eva]\n...\n", FileFormat::Yaml).unwrap().people.len(), 1);
    assert_eq!(wrong("", FileFormat::Yaml), "a document has users, teams or roles at its top");
    assert!(
        wrong("{\"users\": []} {\"users\": [\"eva\"]}", FileFormat::Json)
            .starts_with("this is not JSON: trailing characters")
    );
}

#[test]
fn aliases_and_merge_keys_stand_for_what_they_name() {
    let yaml = "users:\n  - &a {user: eva, teams: &t [vision], role: admin}\n  - {user: noor, teams: *t}\n  \
                - {<<: *a, user: ivan, role: viewer}\n  - {<<: [{role: x}, *a], user: zoe}\n";
    let desired = read(yaml, FileFormat::Yaml).unwrap();
    let told = |person: &DesiredPerson| {
        let teams: Vec<&str> = person.teams.iter().flatten().map(|team| team.of.as_str()).collect();
        format!("{} {} {}", person.user, person.text(UserField::OrgRole).unwrap_or("-"), teams.join(","))
    };
    let told: Vec<String> = desired.people.iter().map(told).collect();
    assert_eq!(told, ["eva admin vision", "noor - vision", "ivan viewer vision", "zoe x vision"]);
    for (text, why) in [
        ("users: &a [*a]", "this alias stands for what it is part of"),
        ("users: [*a]", "this is not YAML"),
        ("users: [{<<: eva}]", "<< takes a map, or a list of them"),
        ("users: [!!int '3']", "the tag !!int is not read here"),
        ("users: [{[a]: b}]", "a key is a text"),
    ] {
        assert!(wrong(text, FileFormat::Yaml).contains(why), "{}", wrong(text, FileFormat::Yaml));
    }
    let mut bomb = "comment0: &b0 [a, a, a, a, a, a, a, a, a, a]\n".to_owned();
    for n in 1..9 {
        let aliases = vec![format!("*b{}", n - 1); 10].join(", ");
        bomb += &format!("comment{n}: &b{n} [{aliases}]\n");
    }
    assert!(wrong(&bomb, FileFormat::Yaml).contains("aliases stand for more than 100000 values"));
    for (open, close, format) in [("[", "]", FileFormat::Json), ("[", "]", FileFormat::Yaml)] {
        let deep = format!("{{\"users\": {}{}}}", open.repeat(100), close.repeat(100));
        assert!(wrong(&deep, format).contains("more than 32"), "{}", wrong(&deep, format));
    }
}

#[test]
fn texts_that_are_empty_or_hold_what_nobody_sees_become_no_values() {
    let directory = directory();
    let plan = |text: &str, format| {
        let wish = DesiredChange { missing_teams: MissingTeams::Created, ..DesiredChange::default() };
        lines(&directory, text, format, wish)
    };
    let json = r#"{"users": [
        {"user": "eva", "name": "", "role": "", "email": " eva@new.example"},
        {"user": "noor", "name": "Noor\u200b H", "role": "ad\u200bmin", "teams": ["\u200bvision", "new\u00ad"]},
        {"user": "i\u00a0van", "name": "I\u00a0R"}, {"user": "ivan\u00a0", "name": "I\u00a0R"},
        {"user": " zoe", "email": "zoe@example.com", "name": " Zoe "}
    ], "teams": [{"team": "nlp", "members": ["e\u2060va"]}]}"#;
    insta::assert_snapshot!(plan(json, FileFormat::Json).unwrap_err().join("\n"), @r"
    line 2, users[0], email: this begins or ends with a blank
    line 2, users[0], name: this is empty; leave it out where all stays as it is
    line 2, users[0], role: this is empty; leave it out where all stays as it is
    line 3, users[1], name: Noor H has U+200B (zero width space) at character 5; write it without
    line 3, users[1], role: no role in the organisation is called admin with U+200B (zero width space) at character 3; nearest first: admin, member, viewer
    line 3, users[1], team: no team is called new with U+00AD (soft hyphen) at character 4; write the name without it
    line 3, users[1], team: no team is called vision with U+200B (zero width space) at character 1; write the name without it
    line 4, users[2], user: no user is called i van with U+00A0 (no-break space) at character 2; write the name without it
    line 4, users[3], name: I R has U+00A0 (no-break space) at character 2; write it without
    line 5, users[4], user: this begins or ends with a blank
    line 6, teams[0], members: no user is called eva with U+2060 (word joiner) at character 2; write the name without it
    ");
    insta::assert_snapshot!(
        plan("user,email,name,team\n\u{a0}eva\u{a0},,,\u{200b}vision\ne\u{a0}va,,,\nnoor ,, Noor H. , nlp \n zoe , zoe@example.com , Zoe , new \n", FileFormat::Csv)
            .unwrap_err()
            .join("\n"),
        @r"
    row 2, team: no team is called vision with U+200B (zero width space) at character 1; write the name without it
    row 3, user: no user is called e va with U+00A0 (no-break space) at character 2; write the name without it
    "
    );
    // Blanks left by typing in a CSV are not part of a value.
    let csv = "user,email,name,team\n\u{a0}noor ,, Noor H. , nlp \n zoe , zoe@example.com , Zoe , new \n";
    insta::assert_snapshot!(plan(csv, FileFormat::Csv).unwrap().join("\n"), @r"
    new new team
    zoe new user: zoe@example.com
    noor display name: noor of old → Noor H.
    zoe joins new
    noor joins nlp
    ");
    // Joiners shape names in many languages.
    assert_eq!(plan(r#"{"users": [{"user": "eva", "name": "می‌خواهم"}]}"#, FileFormat::Json).unwrap().len(), 1);
}
