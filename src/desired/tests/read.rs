use proptest::prelude::*;

use super::*;

const PEOPLE: &str = "\
user,email,name,role,active,team,team_role
eva,eva@example.com,Eva T.,admin,yes,vision,admin
eva,,,,,nlp,member
noor,,\"Haddad, Noor\",member,no,,
";

#[test]
fn rows_of_one_user_are_put_together() {
    let desired = read(PEOPLE, FileFormat::Csv).unwrap();
    let teams = |person: &DesiredPerson| {
        person.teams.iter().flatten().map(|t| (t.of.clone(), t.role.clone().unwrap_or_default())).collect::<Vec<_>>()
    };
    let [eva, noor] = desired.people.as_slice() else { panic!("{desired:?}") };
    assert_eq!((eva.user.as_str(), eva.text(UserField::OrgRole), eva.active), ("eva", Some("admin"), Some(true)));
    assert_eq!(teams(eva), [("vision".into(), "admin".into()), ("nlp".into(), "member".into())]);
    assert_eq!((noor.text(UserField::DisplayName), noor.active), (Some("Haddad, Noor"), Some(false)));
    assert_eq!(noor.teams, Some(vec![]), "a column of teams lists all of them");
}

#[test]
fn spreadsheets_of_other_countries_and_byte_order_marks_are_read() {
    let text = decode("\u{feff}E-Mail;Team Role;team\r\neva@example.com;admin;vision\r\n".into()).unwrap();
    let desired = read(&text, FileFormat::Csv).unwrap();
    assert_eq!(desired.people[0].user, "eva@example.com");
    assert_eq!(desired.people[0].text(UserField::Email), None, "an address alone says who is meant");
    assert_eq!(desired.people[0].teams.as_ref().unwrap()[0].role.as_deref(), Some("admin"));
}

#[test]
fn everything_wrong_with_a_csv_is_said_at_once() {
    let text = "user,rol,team,active\neva,admin,vision,perhaps\n,,,yes\nnoor,a,b,yes,surplus\n";
    let said: Vec<String> = read(text, FileFormat::Csv).unwrap_err().iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(said.join("\n"), @r"
    row 1: a column that is not known: rol (near: role). --ignore-columns 'rol' leaves it out ('all' every such column), --map 'HEADER=COLUMN' reads one as one of these: user, email, name, first_name, last_name, external_id, role, active, models_seat, weave_role, registry_access, team, team_role, registry, registry_role, custom_role, inherits, description, permission
    row 2, active: perhaps is neither yes nor no
    row 3: this row names no user, team or custom role
    row 4: 5 cells under 4 columns; quote what holds a separator
    ");
}

/// A cell that is missing is no empty one: an empty team says that somebody is in none.
#[test]
fn a_row_that_is_cut_off_says_nothing() {
    let text = "user,name,team\neva,Eva\nnoor,Noor,\n\nzoe\nmax,Max,nlp,\n";
    let said: Vec<String> = read(text, FileFormat::Csv).unwrap_err().iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(said.join("\n"), @r"
    row 2: 2 cells under 3 columns; the row may be cut off
    row 5: 1 cells under 3 columns; the row may be cut off
    ");
}

#[test]
fn rows_that_contradict_each_other_are_told() {
    let text = "user,role,team,team_role\neva,admin,vision,admin\neva,member,vision,viewer\n";
    let said: Vec<String> = read(text, FileFormat::Csv).unwrap_err().iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(said.join("\n"), @r"
    row 3, role: member here, and admin in row 2 or below it
    row 3, team: vision as viewer here, as admin in row 2
    ");
}

#[test]
fn a_document_says_the_same_in_json_and_yaml() {
    let yaml = "\
scimitar: 1
users:
  - user: eva
    role: admin
    active: yes
    teams: {vision: admin, nlp: }
  - noor
teams:
  - team: vision
    members: [eva, noor]
roles:
  - {role: labeller, inherits: viewer, permissions: ['artifact:create']}
";
    let desired = read(yaml, FileFormat::Yaml).unwrap();
    assert_eq!(desired.people[0].active, Some(true));
    assert_eq!(desired.people[0].teams.as_ref().unwrap().len(), 2);
    assert_eq!(desired.teams[0].members.as_ref().unwrap().len(), 2);
    assert_eq!(desired.roles[0].permissions.as_deref(), Some(&["artifact:create".to_owned()][..]));
    for format in [FileFormat::Json, FileFormat::Yaml] {
        let again = read(&write(&desired, format), format).unwrap();
        assert_eq!(placeless(again), placeless(desired.clone()), "{format:?}");
    }
}

/// The same without where it stands.
fn placeless(mut desired: DesiredState) -> DesiredState {
    for person in &mut desired.people {
        person.place = FilePlace::default();
        person
            .teams
            .iter_mut()
            .chain(&mut person.registries)
            .flatten()
            .for_each(|one| one.place = FilePlace::default());
    }
    for team in &mut desired.teams {
        team.place = FilePlace::default();
        team.members.iter_mut().chain(&mut team.others).flatten().for_each(|one| one.place = FilePlace::default());
    }
    desired.roles.iter_mut().for_each(|role| role.place = FilePlace::default());
    desired
}

#[test]
fn everything_wrong_with_a_document_is_said_with_its_path() {
    let yaml = "users:\n  - {user: eva, rolle: admin, teams: 3}\n  - {active: perhaps}\n  - {user: eva}\ngroups: []\n";
    let said: Vec<String> = read(yaml, FileFormat::Yaml).unwrap_err().iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(said.join("\n"), @r"
    line 2, users[0], rolle: no key is called so; the nearest is role; known: user, email, name, first_name, last_name, external_id, role, active, models_seat, weave_role, registry_access, teams, registries, comment
    line 2, users[0], teams: neither a list of names nor names with their roles
    line 3, users[1], user: this is missing
    line 4, users[2], user: line 2, users[0] is about the same user
    line 5, groups: no key is called so; the nearest is roles; known: scimitar, users, teams, roles
    ");
    let broken = read("users: [\n", FileFormat::Yaml).unwrap_err();
    assert!(broken[0].to_string().contains(": this is not YAML: "), "{broken:?}");
    let broken = read("{\"users\": [}", FileFormat::Json).unwrap_err();
    assert!(broken[0].to_string().contains("line 1 column 12"), "{broken:?}");
}

#[test]
fn a_format_is_known_by_name_or_by_look() {
    assert_eq!(FileFormat::of_name("people.CSV"), Some(FileFormat::Csv));
    assert_eq!(FileFormat::of_name("people.yml"), Some(FileFormat::Yaml));
    assert_eq!(FileFormat::of_name("people"), None);
    assert_eq!(FileFormat::of_text("user,role\n"), FileFormat::Csv);
    assert_eq!(FileFormat::of_text("email\neva@example.com\n"), FileFormat::Csv);
    assert_eq!(FileFormat::of_text("users:\n - eva\n"), FileFormat::Yaml);
    assert_eq!(FileFormat::of_text(" {\"users\": []}"), FileFormat::Json);
}

/// Something that looks like a file, with characters changed, lost and added anywhere.
fn almost(text: &'static str) -> impl Strategy<Value = String> {
    let length = text.chars().count();
    proptest::collection::vec((0..length, proptest::option::of(any::<char>())), 0..6).prop_map(move |harms| {
        let mut chars: Vec<char> = text.chars().collect();
        for (at, harm) in harms {
            match harm {
                Some(harm) => chars[at % text.len().min(length)] = harm,
                None => drop(chars.splice(at..at, "{[\",:".chars()).collect::<Vec<_>>()),
            }
            chars.truncate(length);
        }
        chars.into_iter().collect()
    })
}

const DOCUMENT: &str =
    "users:\n  - {user: eva, role: admin, teams: {vision: admin}}\nroles: [{role: a, permissions: ['b:c']}]\n";
const TREE: &str =
    r#"{"scimitar": 1, "users": [{"user": "eva", "active": true, "teams": ["vision"]}], "teams": ["nlp"]}"#;

proptest! {
    #[test]
    fn any_file_is_read_or_refused(text in prop_oneof![".{0,200}", almost(PEOPLE), almost(DOCUMENT), almost(TREE)]) {
        for format in [FileFormat::Csv, FileFormat::Json, FileFormat::Yaml, FileFormat::of_text(&text)] {
            if let Err(problems) = read(&text, format) {
                prop_assert!(!problems.is_empty());
                let acts = problems.iter().any(|problem| problem.to_string().contains(char::is_control));
                prop_assert!(!acts, "{problems:?}");
            }
        }
    }
}
