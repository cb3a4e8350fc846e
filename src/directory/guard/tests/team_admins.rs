//! Tests of the remaining admins of a team whose roles are told in part.

use super::*;

/// A team `vision`, whose members are told or not, and people with their role in the team, if told.
fn team(people: &[(&str, Option<&str>)], tells_members: bool) -> Directory {
    let user = |(name, role): &(&str, Option<&str>)| User {
        id: (*name).into(),
        user_name: (*name).into(),
        team_roles: role.map(|role| vec![RoleGrant { scope: "vision".into(), role: role.into() }]),
        ..User::default()
    };
    let member = |(name, _): &(&str, Option<&str>)| Member { id: (*name).into(), display: Name::default() };
    let members = tells_members.then(|| people.iter().map(member).collect());
    let team = Team { id: "vision".into(), name: "vision".into(), members, ..Team::default() };
    let mut directory = Directory::default();
    directory.replace(Records::build(people.iter().map(user).collect(), vec![team], vec![]), true);
    directory
}

fn leave(user: &str) -> Change {
    Change::RemoveMember { team: "vision".into(), user: user.into() }
}

const BARE: &str = "vision has no known admin after this.";

/// `--yes` is not enough: the person's name is typed.
fn typed() -> Risk {
    Risk::Insist("eva".into())
}

const NOT_TOLD: &str = "Not told: whether an admin is left in vision.";

#[rstest::rstest]
#[case::nobody_else(&[("eva", Some("admin")), ("noor", Some("member"))], true, BARE, Risk::Look)]
#[case::their_own_role_is_not_told(&[("eva", None), ("noor", Some("member"))], true, NOT_TOLD, typed())]
#[case::a_role_of_another_is_not_told(&[("eva", Some("admin")), ("noor", None)], true, NOT_TOLD, typed())]
#[case::members_are_not_told(&[("eva", Some("admin")), ("noor", Some("member"))], false, NOT_TOLD, typed())]
#[case::they_are_known_to_be_no_admin(&[("eva", Some("member")), ("noor", None)], true, "", Risk::Plain)]
#[case::another_admin_stays(&[("eva", None), ("noor", Some("admin"))], true, "", Risk::Plain)]
fn what_is_not_told_is_not_taken_for_no(
    #[case] people: &[(&str, Option<&str>)],
    #[case] members: bool,
    #[case] said_of_it: &str,
    #[case] risk: Risk,
) {
    let known = team(people, members);
    let guarded = check(&leave("eva"), &known, &GuardSettings::default(), &[]).unwrap();
    assert_eq!(guarded.risk, risk);
    let mut notes = guarded.notes;
    notes.extend(said(&[leave("eva")], &known, &GuardSettings::default()));
    notes.retain(|note| !note.starts_with("Before it is sent"));
    assert_eq!(notes.concat(), said_of_it);
}

/// Members with untold roles leave first, so that nobody is left who may be admin.
#[test]
fn who_left_in_the_same_plan_is_not_counted_as_untold() {
    let known = team(&[("eva", Some("admin")), ("ivan", None), ("noor", None)], true);
    let changes = [leave("noor"), leave("ivan"), leave("eva")];
    let mut guard = guard(&GuardSettings::default(), &known, changes.iter());
    let mut last = Vec::new();
    for change in &changes {
        last = guard.check(change, &known).unwrap().notes;
        guard.add(change, &known);
    }
    assert_eq!(last, [BARE]);
}

#[test]
fn as_many_admins_are_asked_for_where_one_of_the_first_leaves() {
    let names = ["eva", "ivan", "noor", "zoe", "ana", "kim", "lee"];
    let known = team(&names.map(|name| (name, Some("admin"))), true);
    let guarded = check(&leave("eva"), &known, &GuardSettings::default(), &[]).unwrap();
    let [others] = guarded.others.as_slice() else { panic!("{guarded:?}") };
    assert_eq!(others.admins.len(), others::MOST);
}

#[test]
fn a_bounded_number_of_teams_is_asked_about() {
    let names = ["t1", "t2", "t3", "t4", "t5", "t6", "t7"];
    let grant = |team: &str| RoleGrant { scope: team.into(), role: "admin".into() };
    let user = |id: &str| User {
        id: id.into(),
        user_name: id.into(),
        team_roles: Some(names.map(grant).to_vec()),
        ..User::default()
    };
    let members = ["eva", "ivan"].map(|id| Member { id: id.into(), display: Name::default() });
    let team =
        |name: &str| Team { id: name.into(), name: name.into(), members: Some(members.to_vec()), ..Team::default() };
    let mut known = Directory::default();
    known.replace(Records::build(vec![user("eva"), user("ivan")], names.map(team).to_vec(), vec![]), true);
    let guarded = check(&Change::DeleteUser { user: "eva".into() }, &known, &GuardSettings::default(), &[]).unwrap();
    assert_eq!(guarded.others.len(), others::MOST);
}

#[rstest::rstest]
#[case::an_admin(Some("admin"), true, false, true)]
#[case::no_admin(Some("member"), true, false, false)]
#[case::an_inactive_admin(Some("admin"), false, false, false)]
#[case::a_record_that_can_not_be_read(Some("admin"), true, true, false)]
fn who_still_is_admin(#[case] role: Option<&str>, #[case] active: bool, #[case] broken: bool, #[case] still: bool) {
    let user = User {
        id: "eva".into(),
        user_name: "eva".into(),
        active: Some(active),
        problem: broken.then(|| Box::new(RecordProblem { path: "$".into(), why: "is no object".into() })),
        team_roles: role.map(|role| vec![RoleGrant { scope: "vision".into(), role: role.into() }]),
        ..User::default()
    };
    let others = OtherAdmins { team: Some("vision".into()), admins: vec![OtherAdmin::direct(&user)] };
    assert_eq!(others.is_still(&user, None), still);
}

#[test]
fn the_sentences_name_all_who_were_asked() {
    let user = |name: &str| User { id: name.into(), user_name: name.into(), ..User::default() };
    let others = |team: Option<&str>, names: &[&str]| OtherAdmins {
        team: team.map(Name::from),
        admins: names.iter().map(|name| OtherAdmin::direct(&user(name))).collect(),
    };
    let one = others(Some("vision"), &["eva"]);
    let three = others(None, &["eva", "ivan", "noor"]);
    assert_eq!(
        [one.refusal(), three.refusal()],
        [
            "Not sent: eva is no admin of vision any more, so nobody else would be left. Make somebody admin first.",
            "Not sent: eva, ivan and noor are no organisation admin any more, so nobody else would be left. Make somebody \
             admin first."
        ]
    );
    assert_eq!(
        [one.loss(), three.loss()],
        [
            "No other admin of vision is left: eva has lost that at the same time.",
            "No other organisation admin is left: eva, ivan and noor have lost that at the same time."
        ]
    );
}

/// Teams missing from the list may lose their only admin, too.
#[test]
fn a_part_of_the_teams_is_said() {
    let users = vec![User { id: "eva".into(), user_name: "eva".into(), ..User::default() }];
    let mut known = Directory::default();
    known.replace(
        Records::build(users, vec![], vec![]).covering([
            ListCoverage::Complete,
            ListCoverage::NotRead(None),
            ListCoverage::Complete,
        ]),
        true,
    );
    let told = |changes: &[Change]| said(changes, &known, &GuardSettings::default());
    let note = "Not all teams are known: whether each keeps an admin is not known.";
    assert!(told(&[leaves("eva")]).contains(&note.to_owned()), "{:?}", told(&[leaves("eva")]));
    let create = Change::CreateTeam {
        key: "new:1".into(),
        name: "audio".into(),
        members: vec![],
        bucket: None,
        external_id: String::new(),
    };
    assert!(told(&[create]).is_empty());
}

/// The users eva and ivan, both admins of two teams.
fn two_admins() -> Directory {
    let grant = |team: &str| RoleGrant { scope: team.into(), role: "admin".into() };
    let user = |id: &str| User {
        id: id.into(),
        user_name: id.into(),
        team_roles: Some(vec![grant("vision"), grant("nlp")]),
        ..User::default()
    };
    let members = ["eva", "ivan"].map(|id| Member { id: id.into(), display: Name::default() });
    let team =
        |name: &str| Team { id: name.into(), name: name.into(), members: Some(members.to_vec()), ..Team::default() };
    let mut both = Directory::default();
    both.replace(Records::build(vec![user("eva"), user("ivan")], vec![team("vision"), team("nlp")], vec![]), true);
    both
}

#[test]
fn a_team_keeps_its_last_admin_or_it_is_said() {
    let both = two_admins();
    let leave = |user: &str, team: &str| Change::RemoveMember { team: team.into(), user: user.into() };
    let notes =
        |change: &Change, earlier: &[Change]| check(change, &both, &GuardSettings::default(), earlier).unwrap().notes;
    let bare = |teams: &[&str]| -> Vec<String> {
        teams.iter().map(|team| format!("{team} has no known admin after this.")).collect()
    };
    let asked = ["Before it is sent and after, the server is asked whether ivan still is admin of vision."];
    assert_eq!(notes(&leave("eva", "vision"), &[]), asked);
    assert_eq!(notes(&leave("eva", "vision"), &[leave("ivan", "vision")]), bare(&["vision"]));
    // A user who leaves one team is still admin of the other.
    assert_eq!(notes(&leave("eva", "vision"), &[leave("ivan", "nlp")]), asked);
    let gone = Change::DeleteUser { user: "ivan".into() };
    assert_eq!(notes(&Change::DeleteUser { user: "eva".into() }, &[gone]), bare(&["nlp", "vision"]));
}

/// A user who becomes admin of the team in the same plan counts, unless a later change takes the role away again.
#[test]
fn who_becomes_admin_in_the_same_plan_counts() {
    let (both, guards) = (two_admins(), GuardSettings::default());
    let becomes = |user: &str| Change::SetTeamRole { user: user.into(), team: "vision".into(), role: ADMIN.into() };
    let leave = |user: &str| Change::RemoveMember { team: "vision".into(), user: user.into() };
    let bare = |earlier: &[Change]| {
        let notes = check(&leave("eva"), &both, &guards, earlier).unwrap().notes;
        notes.iter().any(|note| note.contains("no known admin"))
    };
    assert!(bare(&[leave("ivan")]));
    assert!(!bare(&[becomes("noor"), leave("ivan")]));
    assert!(bare(&[becomes("noor"), leave("ivan"), leave("noor")]));
    // The team's admins were counted before the line that raises somebody.
    let plan = [leave("ivan"), becomes("noor"), leave("eva")];
    let mut guard = guard(&guards, &both, plan.iter());
    for change in &plan {
        let notes = guard.check(change, &both).unwrap().notes;
        assert!(!notes.iter().any(|note| note.contains("no known admin")), "{notes:?}");
        guard.add(change, &both);
    }
}
