//! Tests of the guards alone: refusals, confirmations, and notes.

use super::*;
use crate::{
    dialect::{self, Hosting},
    directory::{
        ListCoverage, ListShortfall, MaybeTold, Name,
        owner::KeyOwner,
        record::{AccountKind, Member, ReadDepth, RecordProblem, RoleGrant, Team},
        records::Records,
        role_source::{RoleMapping, RoleSource},
        side_query::{AccountDetails, SideAnswer, SideQueryKind, TeamParticipant},
    },
};

mod mass;
mod org_admins;
mod profile;
mod property;
mod replaced;
mod team_admins;
mod told;

fn wandb() -> ProviderCapabilities {
    let planner = dialect::of(dialect::Provider::Wandb, Hosting::Dedicated, dialect::KnownServer::default());
    planner.capabilities().clone()
}

fn guard<'a>(
    guards: &GuardSettings,
    directory: &Directory,
    changes: impl Iterator<Item = &'a Change> + Clone,
) -> ChangeGuard {
    ChangeGuard::new(&wandb(), guards, directory, changes)
}

fn check(
    change: &Change,
    directory: &Directory,
    guards: &GuardSettings,
    earlier: &[Change],
) -> Result<GuardedChange, Refusal> {
    let mut guard = guard(guards, directory, earlier.iter().chain([change]));
    earlier.iter().for_each(|change| guard.add(change, directory));
    guard.check(change, directory)
}

/// The notes about the changes as a whole.
fn said(changes: &[Change], directory: &Directory, guards: &GuardSettings) -> Vec<String> {
    let mut guard = guard(guards, directory, changes.iter());
    for change in changes {
        guard.check(change, directory).unwrap();
        guard.add(change, directory);
    }
    guard.take_among().notes(changes.len() > 1)
}

fn leaves(user: &str) -> Change {
    Change::SetActive { user: user.into(), active: false }
}

fn insists(risk: &Risk) -> bool {
    matches!(risk, Risk::Insist(_))
}

fn directory(roles: &[(&str, Option<&str>, bool)]) -> Directory {
    let user = |(name, role, active): &(&str, Option<&str>, bool)| User {
        id: (*name).into(),
        user_name: (*name).into(),
        org_role: role.map(Name::from).into(),
        active: Some(*active),
        ..User::default()
    };
    let mut directory = Directory::default();
    directory.replace(Records::build(roles.iter().map(user).collect(), vec![], vec![]), true);
    directory
}

fn demote(user: &str) -> Change {
    Change::SetOrgRole { user: user.into(), role: "member".into() }
}

#[rstest::rstest]
#[case::demoted(demote("eva"))]
#[case::deactivated(Change::SetActive { user: "eva".into(), active: false })]
#[case::deleted(Change::DeleteUser { user: "eva".into() })]
fn the_last_admin_stays(#[case] change: Change) {
    let last =
        directory(&[("eva", Some("admin"), true), ("ivan", Some("admin"), false), ("noor", Some("member"), true)]);
    let refusal = check(&change, &last, &GuardSettings::default(), &[]).unwrap_err();
    assert!(refusal.text.starts_with("eva is the last organisation admin;"), "{refusal}");
    let open = GuardSettings { allow_last_admin: true, ..GuardSettings::default() };
    assert_eq!(check(&change, &last, &open, &[]).unwrap().risk, Risk::Type("eva".into()));
    let two = directory(&[("eva", Some("admin"), true), ("ivan", Some("admin"), true)]);
    assert_eq!(check(&change, &two, &GuardSettings::default(), &[]).unwrap().notes.len(), 2);
}

#[test]
fn an_unknown_role_may_be_the_last_admin() {
    let partly = directory(&[("eva", None, true), ("noor", Some("member"), true)]);
    let refusal = check(&demote("eva"), &partly, &GuardSettings::default(), &[]).unwrap_err();
    assert!(refusal.text.contains("(organisation role known for 1 of 2)"), "{refusal}");
}

#[test]
fn whether_another_admin_is_left_is_not_known_of_a_part() {
    let mut part = directory(&[("eva", Some("admin"), true)]);
    let why = "the server begins again when asked for more".to_owned();
    part.cover(RecordKind::User, ListCoverage::Partial(ListShortfall { seen: 1, said: Some(9), why }));
    assert_eq!(check(&demote("eva"), &part, &GuardSettings::default(), &[]).unwrap().risk, Risk::Insist("eva".into()));
    let said = said(&[demote("eva")], &part, &GuardSettings::default());
    assert!(said[0].starts_with("Only a part of the users is known (1 of 9: the server begins again"), "{said:?}");
}

/// The documented GET of W&B shows nobody's role.
fn silent(owner: Option<&str>) -> Directory {
    let mut directory = directory(&[("eva", None, true), ("ivan", None, true), ("noor", None, false)]);
    let person =
        owner.map(|name| AccountDetails { id: name.into(), user_name: name.into(), ..AccountDetails::default() });
    person.iter().for_each(|person| directory.set_owner(KeyOwner::of(person)));
    directory
}

#[test]
fn the_owner_of_the_key_is_an_admin_who_stays() {
    let known = silent(Some("eva"));
    let guarded = check(&leaves("ivan"), &known, &GuardSettings::default(), &[]).unwrap();
    assert_eq!((guarded.risk, guarded.notes), (Risk::Plain, vec![]), "no more keys than before");
    assert!(insists(&check(&leaves("eva"), &known, &GuardSettings::default(), &[]).unwrap().risk));
    assert!(insists(&check(&leaves("ivan"), &known, &GuardSettings::default(), &[leaves("eva")]).unwrap().risk));
    // The config's statement counts if the server tells nothing.
    let me = |name: &str| GuardSettings { me: Some(name.into()), ..GuardSettings::default() };
    assert_eq!(check(&leaves("ivan"), &silent(None), &me("eva"), &[]).unwrap().risk, Risk::Plain);
    assert!(insists(&check(&leaves("ivan"), &silent(None), &me("noor"), &[]).unwrap().risk), "inactive");
    assert!(insists(&check(&leaves("ivan"), &silent(None), &me("nobody"), &[]).unwrap().risk));
}

#[test]
fn where_nothing_decides_a_name_is_typed() {
    let guarded = check(&leaves("ivan"), &silent(None), &GuardSettings::default(), &[]).unwrap();
    assert_eq!(guarded.risk, Risk::Insist("ivan".into()));
    let notes = said(&[leaves("ivan")], &silent(None), &GuardSettings::default());
    assert!(
        notes[0].contains("organisation role of one other person. Whether an organisation admin is left beside ivan")
    );
    let named = GuardSettings { admins: vec!["EVA".into()], ..GuardSettings::default() };
    assert_eq!(check(&leaves("ivan"), &silent(None), &named, &[]).unwrap().risk, Risk::Plain);
    assert!(insists(&check(&leaves("eva"), &silent(None), &named, &[]).unwrap().risk));
    let inactive = GuardSettings { admins: vec!["noor".into()], ..GuardSettings::default() };
    assert!(insists(&check(&leaves("ivan"), &silent(None), &inactive, &[]).unwrap().risk));
}

/// The lines of a plan have no order for the sender: an admin who leaves in the same plan does not count as left.
#[test]
fn an_admin_who_leaves_in_a_later_line_does_not_count() {
    let known = directory(&[("ann", None, true), ("eva", Some("admin"), true), ("noor", None, true)]);
    let plan = [leaves("ann"), leaves("eva")];
    let mut guard = guard(&GuardSettings::default(), &known, plan.iter());
    for change in &plan {
        let guarded = guard.check(change, &known).unwrap();
        assert!(insists(&guarded.risk) && guarded.others.is_empty(), "{guarded:?}");
        assert!(!guarded.notes.iter().any(|note| note.contains("left after this")), "{guarded:?}");
        guard.add(change, &known);
    }
    let [note, ..] = &guard.take_among().notes(true)[..] else { panic!("nothing is said") };
    assert!(note.contains("is left beside ann, eva is not known"), "{note}");
    // If all roles are told, a later line is refused, and that admin stays.
    let told = directory(&[("ann", Some("admin"), true), ("eva", Some("admin"), true), ("noor", Some("member"), true)]);
    let first = |plan: &[Change]| {
        let mut guard = super::ChangeGuard::new(&wandb(), &GuardSettings::default(), &told, plan.iter());
        let first = guard.check(&plan[0], &told).unwrap();
        guard.add(&plan[0], &told);
        (first.notes, guard.check(&plan[1], &told).unwrap_err().code)
    };
    let (notes, refused) = first(&plan);
    assert_eq!((notes, refused), (vec!["One organisation admin is left after this.".into()], RefusalCode::LastAdmin));
}

/// The last person that a plan leaves is not called an admin unless a role is known.
#[test]
fn the_last_person_of_a_plan_is_no_admin_for_being_the_last() {
    let known = directory(&[("eva", Some("admin"), true), ("noor", None, true)]);
    let why = check(&leaves("noor"), &known, &GuardSettings::default(), &[leaves("eva")]).unwrap_err();
    assert!(why.text.starts_with("Beside noor nobody would be left who may be organisation admin"), "{why}");
}

#[test]
fn a_provider_without_organisation_roles_has_no_last_admin() {
    let rfc = dialect::of(dialect::Provider::Scim, Hosting::default(), dialect::KnownServer::default());
    let directory = silent(None);
    let mut guard = ChangeGuard::new(rfc.capabilities(), &GuardSettings::default(), &directory, [].iter());
    assert_eq!(guard.check(&leaves("ivan"), &directory).unwrap().risk, Risk::Plain);
}

#[test]
fn the_config_and_the_server_may_name_different_owners_and_both_are_guarded() {
    let known = silent(Some("eva"));
    let guards = GuardSettings { me: Some("ivan".into()), ..GuardSettings::default() };
    let owner = known.owner().unwrap();
    assert_eq!((guards.contradicts(owner), GuardSettings::default().contradicts(owner)), (Some("ivan"), None));
    for name in ["eva", "ivan"] {
        let notes = check(&leaves(name), &known, &guards, &[]).unwrap().notes;
        assert!(notes.iter().any(|note| note.starts_with("This is you")), "{name}: {notes:?}");
    }
}

#[test]
fn protected_people_are_changed_alone_and_by_name() {
    let users =
        directory(&[("eva", Some("admin"), true), ("ivan", Some("member"), true), ("noor", Some("member"), true)]);
    let guards = GuardSettings { protected: vec!["ivan".into()], ..GuardSettings::default() };
    assert_eq!(check(&leaves("ivan"), &users, &guards, &[]).unwrap().risk, Risk::Insist("ivan".into()));
    let why = check(&leaves("ivan"), &users, &guards, &[leaves("noor")]).unwrap_err();
    assert!(why.text.starts_with("ivan is protected in the profile"), "{why}");
    assert!(check(&leaves("noor"), &users, &guards, &[leaves("ivan")]).is_ok());
    let team = Change::ReplaceMembers { team: "t".into(), stay: vec![], come: vec![], go: vec!["user-01".into()] };
    let guards = GuardSettings { protected: vec!["user-01".into()], ..GuardSettings::default() };
    let guarded = check(&team, &mass::hundred(), &guards, &[]).unwrap();
    assert!(insists(&guarded.risk));
    assert!(guarded.notes.contains(&"user-01 is protected in the profile.".to_owned()), "{guarded:?}");
}

#[test]
fn a_mass_plan_names_you_admins_and_bare_teams() {
    let mut all = directory(&[
        ("eva", Some("admin"), true),
        ("ivan", Some("admin"), true),
        ("noor", Some("admin"), true),
        ("zoe", Some("member"), true),
    ]);
    let grant = vec![RoleGrant { scope: "vision".into(), role: "admin".into() }];
    let zoe = User { team_roles: Some(grant), ..all.user(&"zoe".into()).unwrap().clone() };
    let members = Some(vec![Member { id: "zoe".into(), display: Name::default() }]);
    let team = Team { id: "t".into(), name: "vision".into(), members, ..Team::default() };
    all.learn(vec![
        crate::directory::Observation::Record(crate::directory::record::Record::User(zoe)),
        crate::directory::Observation::Record(crate::directory::record::Record::Team(team)),
    ]);
    let guards = GuardSettings { me: Some("eva".into()), ..GuardSettings::default() };
    let notes = said(&[leaves("zoe"), leaves("ivan"), leaves("eva")], &all, &guards);
    assert_eq!(
        notes,
        [
            "You are among them: eva.",
            "Organisation admins among them: eva, ivan.",
            "Teams that lose their last known admin: vision (zoe)."
        ]
    );
}

/// GraphQL tells the admins of a team if the records are silent.
#[test]
fn a_roster_tells_the_admins_of_a_team() {
    let members = ["eva", "ivan"].map(|id| Member { id: id.into(), display: Name::default() });
    let team = Team { id: "t".into(), name: "vision".into(), members: Some(members.to_vec()), ..Team::default() };
    let mut known = silent(Some("noor"));
    known.learn(vec![crate::directory::Observation::Record(crate::directory::record::Record::Team(team))]);
    let go = Change::RemoveMember { team: "t".into(), user: "ivan".into() };
    assert_eq!(
        said(std::slice::from_ref(&go), &known, &GuardSettings::default()),
        ["Not told: whether an admin is left in vision."]
    );
    let one = |name: &str, admin| TeamParticipant {
        id: name.into(),
        user_name: name.into(),
        name: Name::default(),
        email: Name::default(),
        admin,
        pending: false,
        account: AccountKind::Person,
    };
    let mut roster = |eva, ivan| {
        let told = SideAnswer::Roster(vec![one("eva", eva), one("ivan", ivan)]);
        known.learn(vec![crate::directory::Observation::Told(SideQueryKind::Roster("t".into()), told)]);
        let notes = check(&go, &known, &GuardSettings::default(), &[]).unwrap().notes;
        (notes.len(), said(std::slice::from_ref(&go), &known, &GuardSettings::default()).len())
    };
    let (yes, no) = (Some(true), Some(false));
    assert_eq!(roster(no, no), (0, 0), "no admin goes");
    assert_eq!(roster(yes, yes), (1, 0), "another is left, and asked for");
    assert_eq!(roster(no, yes), (1, 0), "the last one goes");
    assert_eq!(roster(None, None).1, 1, "a roster that tells no admin tells nothing");
    assert_eq!(roster(None, yes).1, 1, "whether another one is admin is not told");
    assert_eq!(roster(yes, None), (0, 0), "an admin stays, whatever the other one is");
}

#[test]
fn yourself_needs_your_name_and_read_only_needs_another_profile() {
    let users = directory(&[("eva", Some("admin"), true), ("ivan", Some("admin"), true)]);
    let me = GuardSettings { me: Some("EVA".into()), ..GuardSettings::default() };
    assert_eq!(check(&demote("eva"), &users, &me, &[]).unwrap().risk, Risk::Insist("eva".into()));
    assert_eq!(check(&demote("ivan"), &users, &me, &[]).unwrap().risk, Risk::Look);
    let careless = GuardSettings { allow_yourself: true, ..me };
    assert_eq!(check(&demote("eva"), &users, &careless, &[]).unwrap().risk, Risk::Look);
    let read_only = GuardSettings { read_only: true, ..GuardSettings::default() };
    assert!(check(&demote("eva"), &users, &read_only, &[]).unwrap_err().text.contains("read-only"));
}

#[test]
fn the_holders_of_a_deleted_role_are_told_or_its_name_is_typed() {
    let deleted = Change::DeleteRole { role: "r".into() };
    let role = || crate::directory::record::Role { id: "r".into(), name: "auditor".into(), ..Default::default() };
    let with = |team_roles: Option<Vec<RoleGrant>>, coverage: ListCoverage| {
        let mut known = directory(&[("eva", Some("admin"), true)]);
        let eva = User { team_roles, ..known.user(&"eva".into()).unwrap().clone() };
        known.learn(vec![
            crate::directory::Observation::Record(crate::directory::record::Record::User(eva)),
            crate::directory::Observation::Record(crate::directory::record::Record::Role(role())),
        ]);
        known.cover(RecordKind::User, coverage);
        check(&deleted, &known, &GuardSettings::default(), &[]).unwrap()
    };
    assert_eq!(with(Some(vec![]), ListCoverage::Complete).risk, Risk::Plain);
    assert!(insists(&with(None, ListCoverage::Complete).risk), "the roles are not told");
    let part = ListCoverage::Partial(ListShortfall { seen: 1, said: Some(9), why: "no more came".into() });
    assert!(insists(&with(Some(vec![]), part).risk), "not all people are known");
}

#[test]
fn a_record_that_could_not_be_read_is_not_edited() {
    let problem =
        Box::new(RecordProblem { path: "$.Resources[3].emails".into(), why: "is a number, not an array".into() });
    let mut known = directory(&[("eva", Some("admin"), true), ("noor", Some("member"), true)]);
    let noor = User { problem: Some(problem), ..known.user(&"noor".into()).unwrap().clone() };
    known.learn(vec![crate::directory::Observation::Record(crate::directory::record::Record::User(noor))]);
    let refusal = check(&leaves("noor"), &known, &GuardSettings::default(), &[]).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::UnreadableRecord);
}

/// The last two admins can't be removed together, whether the check comes before or after the earlier changes are
/// known.
#[test]
fn what_was_planned_before_counts() {
    let three = directory(&[("eva", Some("admin"), true), ("ivan", Some("admin"), true), ("noor", None, true)]);
    let leave = |user: &str| Change::SetActive { user: user.into(), active: false };
    let refused = |earlier: &[Change]| check(&demote("ivan"), &three, &GuardSettings::default(), earlier).is_err();
    assert!(!refused(&[]));
    let insisted = check(&demote("ivan"), &three, &GuardSettings::default(), &[demote("eva")]).unwrap();
    assert!(insists(&insisted.risk), "noor may be one: not told");
    assert!(refused(&[leave("noor"), leave("eva")]));
    assert!(!refused(&[leave("noor")]));
    let guards = GuardSettings::default();
    let both = [demote("eva"), demote("ivan")];
    let mut guard = guard(&guards, &three, both.iter());
    guard.check(&demote("eva"), &three).unwrap();
    guard.add(&demote("eva"), &three);
    assert!(insists(&guard.check(&demote("ivan"), &three).unwrap().risk));
}

#[test]
fn who_else_must_be_admin_is_named_as_far_as_it_is_known() {
    let names = ["eva", "ivan", "noor", "zoe", "ana", "kim", "lee", "mia"];
    let all: Vec<_> = names.iter().map(|name| (*name, Some("admin"), true)).collect();
    let guarded = check(&demote("eva"), &directory(&all), &GuardSettings::default(), &[demote("ivan")]).unwrap();
    let [others] = guarded.others.as_slice() else { panic!("{guarded:?}") };
    assert_eq!((others.admins.len(), &others.team), (others::MOST, &None));
    assert!(!others.admins.iter().any(|admin| admin.name.is("eva") || admin.name.is("ivan")));
    assert!(guarded.notes.is_empty(), "many are left");
    let two = directory(&[("eva", Some("admin"), true), ("ivan", Some("admin"), true), ("noor", None, true)]);
    let notes = check(&demote("eva"), &two, &GuardSettings::default(), &[]).unwrap().notes;
    assert_eq!(notes[1], "Before it is sent and after, the server is asked whether ivan still is organisation admin.");
    let asked = |change: &Change| check(change, &two, &GuardSettings::default(), &[]).unwrap().others.len();
    assert_eq!(asked(&demote("eva")), 1);
    assert_eq!(asked(&Change::SetActive { user: "eva".into(), active: true }), 0);
    // A possible admin is guarded like an admin.
    assert_eq!(asked(&demote("noor")), 1);
    let open = GuardSettings { allow_last_admin: true, ..GuardSettings::default() };
    assert!(check(&demote("eva"), &two, &open, &[demote("ivan")]).unwrap().others.is_empty(), "nobody is left anyway");
}

/// Roles given by groups are lost with the group, and the other admins are checked in their groups.
#[test]
fn who_is_admin_by_a_group_is_guarded_in_it() {
    let mapping = RoleMapping {
        order: vec![ADMIN.into(), "labeler".into()],
        default: Some("labeler".into()),
        groups: [("leads", ADMIN), ("chiefs", ADMIN), ("all", "labeler")]
            .map(|(group, role)| (group.into(), role.into()))
            .into_iter()
            .collect(),
    };
    let user = |name: &str| User { id: name.into(), user_name: name.into(), active: Some(true), ..User::default() };
    let team = |name: &str, members: &[&str]| Team {
        id: name.into(),
        name: name.into(),
        members: Some(members.iter().map(|id| Member { id: (*id).into(), display: Name::default() }).collect()),
        ..Team::default()
    };
    let teams = vec![team("all", &["ivan"]), team("leads", &["eva", "kim"]), team("chiefs", &["ivan", "kim"])];
    let records = Records::build(["eva", "ivan", "kim"].map(user).into(), teams, vec![]);
    let mut mapped = Directory::default();
    mapped.replace(records.with_roles(RoleSource::Mapping(std::sync::Arc::new(mapping))), true);
    let leave = |user: &str, team: &str| Change::RemoveMember { team: team.into(), user: user.into() };
    let checked = |change: &Change, earlier: &[Change]| check(change, &mapped, &GuardSettings::default(), earlier);

    let others = checked(&leave("eva", "leads"), &[]).unwrap().others;
    let asked: Vec<(&str, Option<&str>)> =
        others.iter().flat_map(|all| &all.admins).map(|one| (one.name.as_str(), one.through.as_deref())).collect();
    let kim = others[0].admins.iter().find(|one| one.name.is("kim")).and_then(|one| one.through.clone());
    assert!(asked.contains(&("ivan", Some("chiefs"))) && kim.is_some_and(|team| *team != *"all"), "{asked:?}");
    assert!(checked(&leave("ivan", "all"), &[]).unwrap().others.is_empty(), "the group gives nothing");
    assert!(checked(&leave("kim", "leads"), &[]).unwrap().others.is_empty(), "another group still makes kim admin");
    let gone = |user: &str| Change::SetActive { user: user.into(), active: false };
    let last = checked(&leave("eva", "leads"), &[gone("kim"), leave("ivan", "chiefs")]).unwrap_err();
    assert_eq!(last.code, RefusalCode::LastAdmin);
}

#[test]
fn admins_are_those_of_the_screen() {
    let mut three = directory(&[
        ("eva", Some("admin"), true),
        ("ivan", Some("Admin"), true),
        ("noor", Some("member"), true),
        ("old", Some("admin"), false),
    ]);
    let admins = |directory: &Directory| {
        let mut names: Vec<String> = directory.org_admins().map(|user| user.user_name.to_string()).collect();
        names.sort();
        names.join(" ")
    };
    assert_eq!(admins(&three), "eva ivan");
    three.begin(crate::directory::change::ChangeId(1), demote("eva"));
    three
        .begin(crate::directory::change::ChangeId(2), Change::SetOrgRole { user: "noor".into(), role: "admin".into() });
    assert_eq!(admins(&three), "ivan noor");
    three.take_off(crate::directory::change::ChangeId(1));
    assert_eq!(admins(&three), "eva ivan noor");
}

/// Two of four users have roles in their records, which were read whole: the others have none (RFC 7643 §4.1.2).
#[test]
fn who_has_no_role_in_a_record_that_was_read_whole_is_no_admin() {
    let mut rfc = wandb();
    rfc.admin_keys = false;
    let user = |(name, role): (&str, MaybeTold)| User {
        id: name.into(),
        user_name: name.into(),
        org_role: role,
        active: Some(true),
        depth: ReadDepth::Full,
        ..User::default()
    };
    let users = [
        ("eva", "Role-A".into()),
        ("ivan", "Role-B".into()),
        ("noor", MaybeTold::none()),
        ("kim", MaybeTold::NOT_TOLD),
    ];
    let source = RoleSource::Listed(["Role-A", "Role-B"].map(Name::from).into());
    let mut directory = Directory::default();
    directory.replace(Records::build(users.map(user).into(), vec![], vec![]).with_roles(source), true);
    let passes = |name: &str| {
        let guarded =
            ChangeGuard::new(&rfc, &GuardSettings::default(), &directory, [].iter()).check(&leaves(name), &directory);
        guarded.is_ok_and(|guarded| guarded.risk == Risk::Plain)
    };
    assert_eq!(["eva", "ivan", "noor", "kim"].map(passes), [true, true, true, false]);
}
