//! Tests of known server habits (docs/src/providers/scim.md#deviations-of-servers): each habit is detected,
//! reported, and stored for the console.

use rstest::rstest;
use tokio::sync::mpsc::unbounded_channel;

use super::{
    super::{ActionState, ReportPart},
    odd::{self, Odd},
    *,
};
use crate::{
    directory::{change::ChangeVerb, work::WorkerReport as Told},
    scim::quirks::{DeletionEffect, PagingHabit, RemovalForm, ServerQuirks},
};

async fn examined(odd: Odd, write: bool) -> DoctorReport {
    let server = odd::start(odd).await;
    let home = tempfile::tempdir().unwrap();
    let mut connection =
        opener(&home, server::DemoOptions::default()).connect(Some(profile(&server.uri()))).await.unwrap();
    look_at(&mut connection, write).await
}

fn many() -> Odd {
    Odd { users: 150, ..Odd::default() }
}

#[rstest]
#[case(Odd { ignores_start: true, ..many() }, "pages", FindingVerdict::Note, "ignored; everything comes")]
#[case(Odd { ignores_start: true, page: Some(20), ..many() }, "pages", FindingVerdict::Problem, "only 20 users came")]
#[case(many(), "pages", FindingVerdict::Ok, "honoured")]
#[case(Odd { ignores_start: true, cursors: true, ..many() }, "cursor", FindingVerdict::Ok, "used in the place of startIndex")]
#[case(Odd { page: Some(20), ..many() }, "page size", FindingVerdict::Ok, "asked for 1,000, gave 20")]
#[case(Odd { refuses_count_above: Some(100), ..many() }, "page size", FindingVerdict::Note, "1,000 and 200 refused (400)")]
#[case(Odd { total: Some(120), ..many() }, "list", FindingVerdict::Note, "the server says 120")]
#[case(Odd { total: Some(20), page: Some(20), ..many() }, "list", FindingVerdict::Note, "its total can't be believed")]
#[case(Odd { filter_answers_everybody: true, ..many() }, "filter", FindingVerdict::Problem, "gives 150 users")]
#[tokio::test]
async fn lists(#[case] odd: Odd, #[case] what: &str, #[case] verdict: FindingVerdict, #[case] words: &str) {
    let report = examined(odd, false).await;
    let (seen, said) = found(&report, ReportPart::Users, what);
    assert!(seen == verdict && said.contains(words), "{seen:?} {said}");
    let problems = report.count(FindingVerdict::Problem) > 0;
    assert_eq!(report.outcome, if problems { Outcome::Problems } else { Outcome::Well });
}

#[tokio::test]
async fn what_is_read_becomes_habits() {
    let odd = Odd { ignores_start: true, page: Some(20), no_groups: true, filter_answers_everybody: true, ..many() };
    let report = examined(odd, false).await;
    let expected = ServerQuirks {
        paging: Some(PagingHabit::None),
        page_size: Some(20),
        filter: Some(false),
        groups: Some(false),
        ..ServerQuirks::default()
    };
    assert_eq!(report.habits, expected);
    let add = report.actions.iter().find(|ability| ability.action == "add a member").unwrap();
    assert_eq!(add.why.as_deref(), Some("This server has no groups."));
    assert_eq!(found(&report, ReportPart::Server, "discovery").0, FindingVerdict::Ok, "none is common");
}

#[rstest]
#[case(Odd { patch_changes_nothing: true, ..Odd::default() }, "PATCH user", FindingVerdict::Problem,
    ServerQuirks { patch_users: Some(false), patch_groups: Some(false), remove_member: Some(RemovalForm::Put), ..usual() })]
#[case(Odd { no_patch: true, ..Odd::default() }, "PATCH user", FindingVerdict::Note,
    ServerQuirks { patch_users: Some(false), patch_groups: Some(false), remove_member: Some(RemovalForm::Put), ..usual() })]
#[case(Odd { removal_empties: true, ..Odd::default() }, "by filter", FindingVerdict::Note,
    ServerQuirks { remove_member: Some(RemovalForm::Replace), ..usual() })]
#[case(Odd { only_put_removes: true, ..Odd::default() }, "by replace", FindingVerdict::Note,
    ServerQuirks { remove_member: Some(RemovalForm::Put), ..usual() })]
#[case(Odd { only_put_removes: true, members_by_name: true, ..Odd::default() }, "by PUT", FindingVerdict::Ok,
    ServerQuirks { remove_member: Some(RemovalForm::Put), ..usual() })]
#[case(Odd { members_by_name: true, ..Odd::default() }, "by filter", FindingVerdict::Ok, usual())]
#[case(Odd { adding_replaces: true, ..Odd::default() }, "add member", FindingVerdict::Problem,
    ServerQuirks { patch_groups: Some(false), ..usual() })]
#[case(Odd { adding_replaces: true, ..Odd::default() }, "add by PUT", FindingVerdict::Ok,
    ServerQuirks { patch_groups: Some(false), ..usual() })]
#[case(Odd { adding_replaces: true, put_keeps_members: true, ..Odd::default() }, "add by PUT", FindingVerdict::Problem,
    ServerQuirks { patch_groups: None, ..usual() })]
#[case(Odd { creation_drops_members: true, ..Odd::default() }, "add member", FindingVerdict::Ok, usual())]
#[case(Odd { hides_members: true, ..Odd::default() }, "members", FindingVerdict::Note,
    ServerQuirks { patch_groups: None, remove_member: None, tells_members: Some(false), ..usual() })]
#[case(Odd { hides_members: true, put_keeps_members: true, ..Odd::default() }, "members", FindingVerdict::Note,
    ServerQuirks { patch_groups: None, remove_member: None, tells_members: Some(false), ..usual() })]
#[case(Odd { keeps_little: true, ..Odd::default() }, "PATCH user", FindingVerdict::Ok, usual())]
#[case(Odd { keeps_little: true, no_patch: true, ..Odd::default() }, "PUT user", FindingVerdict::Ok,
    ServerQuirks { patch_users: Some(false), patch_groups: Some(false), remove_member: Some(RemovalForm::Put), ..usual() })]
#[case(Odd { ignores_if_match: true, ..Odd::default() }, "old version", FindingVerdict::Note,
    ServerQuirks { versions: Some(false), ..usual() })]
#[case(Odd::default(), "DELETE user", FindingVerdict::Ok, usual())]
#[tokio::test]
async fn writing(#[case] odd: Odd, #[case] what: &str, #[case] verdict: FindingVerdict, #[case] habits: ServerQuirks) {
    let report = examined(Odd { users: 3, ..odd }, true).await;
    assert_eq!(found(&report, ReportPart::Writing, what).0, verdict, "{}", text(&report, PLAIN));
    assert_eq!((report.habits, report.left_behind), (habits, vec![]));
}

/// The habits learnt from a server that follows the RFCs.
fn usual() -> ServerQuirks {
    ServerQuirks {
        paging: Some(PagingHabit::Index),
        patch_users: Some(true),
        patch_groups: Some(true),
        remove_member: Some(RemovalForm::Filter),
        versions: Some(true),
        delete_user: Some(DeletionEffect::Removes),
        filter: Some(true),
        groups: Some(true),
        tells_members: Some(true),
        ..ServerQuirks::default()
    }
}

/// The actions in this state.
fn in_state(report: &DoctorReport, state: ActionState) -> Vec<&str> {
    let actions = report.actions.iter().filter(|action| action.state == state);
    actions.map(|action| action.action.as_str()).collect()
}

#[rstest]
#[case::as_the_rfcs_say(Odd::default(), &[])]
#[case::members_unseen(Odd { hides_members: true, ..Odd::default() }, &["add a member", "remove a member"])]
#[case::no_way_to_add(Odd { adding_replaces: true, put_keeps_members: true, ..Odd::default() }, &["add a member"])]
#[case::little_kept(Odd { keeps_little: true, ..Odd::default() }, &["change a display name"])]
#[tokio::test]
async fn only_what_was_seen_works(#[case] odd: Odd, #[case] not: &[&str]) {
    let all = [
        "create a user",
        "change a display name",
        "change an email",
        "deactivate",
        "reactivate",
        "delete a user",
        "create a group",
        "add a member",
        "remove a member",
        "delete a group",
    ];
    let looked = examined(Odd { users: 3, ..odd.clone() }, false).await;
    assert_eq!(
        (in_state(&looked, ActionState::Works), in_state(&looked, ActionState::Untried)),
        (vec![], all.to_vec())
    );
    assert!(text(&looked, PLAIN).contains("? untried"), "{}", text(&looked, PLAIN));
    let advice = looked.actions.iter().filter_map(|action| action.why.as_deref());
    assert_eq!(advice.filter(|why| why.starts_with("`scimitar doctor --write` tries this")).count(), all.len());
    let tried = examined(Odd { users: 3, ..odd }, true).await;
    let seen: Vec<&str> = all.into_iter().filter(|action| !not.contains(action)).collect();
    assert_eq!(in_state(&tried, ActionState::Works), seen, "{}", text(&tried, PLAIN));
}

/// A run that only reads keeps the results of an earlier run with writes.
#[tokio::test]
async fn what_was_tried_stays_known() {
    let server = odd::start(Odd { users: 3, ..Odd::default() }).await;
    let home = tempfile::tempdir().unwrap();
    let opener = opener(&home, server::DemoOptions::default());
    for write in [true, false] {
        let mut connection = opener.connect(Some(profile(&server.uri()))).await.unwrap();
        let report = look_at(&mut connection, write).await;
        assert_eq!(in_state(&report, ActionState::Works).len(), 10, "{}", text(&report, PLAIN));
    }
}

/// Leftovers of a killed run are found by the tag in the store, and by the names in the lists.
#[rstest]
#[case::told_by_the_store(true)]
#[case::seen_in_the_lists(false)]
#[tokio::test]
async fn what_a_killed_run_left_is_offered_and_removed(#[case] noted: bool) {
    const KILLED: &str = "89abcdef";
    // The list is cut off: only the store's tag leads to records behind the cut.
    let page = noted.then_some(2);
    let server = odd::start(Odd { users: 3, page, ignores_start: noted, ..Odd::default() }).await;
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
    for (list, key, name) in [
        ("Users", "userName", format!("scimitar-doctor-{KILLED}-a")),
        ("Users", "userName", "scimitar-doctor-of-acme".to_owned()),
        ("Groups", "displayName", format!("scimitar-doctor-{KILLED}-group")),
    ] {
        let body = serde_json::json!({ key: name }).to_string();
        client.post(format!("{}/{list}", server.uri())).bearer_auth("x").body(body).send().await.unwrap();
    }
    let home = tempfile::tempdir().unwrap();
    let opener = opener(&home, server::DemoOptions::default());
    let mut connection = opener.connect(Some(profile(&server.uri()))).await.unwrap();
    if noted {
        connection.store.as_mut().unwrap().begin_trial(KILLED, Some(7)).unwrap();
    }
    let looked = look_at(&mut connection, false).await;
    assert_eq!((looked.outcome, looked.left_behind.len()), (Outcome::Problems, 2), "{:?}", looked.left_behind);
    let offered = text(&looked, PLAIN);
    assert!(offered.contains("`scimitar doctor --write` removes") && offered.contains("89abcdef-group"), "{offered}");
    let tried = look_at(&mut connection, true).await;
    assert_eq!(tried.left_behind, Vec::<String>::new());
    assert!(found(&tried, ReportPart::Writing, "earlier run").1.contains("scimitar-doctor-89abcdef-a"));
    let again = look_at(&mut connection, false).await;
    assert_eq!(again.left_behind, Vec::<String>::new());
    assert_eq!(connection.store.as_ref().unwrap().begun_trials().unwrap(), []);
    let all =
        client.get(format!("{}/Users", server.uri())).bearer_auth("x").send().await.unwrap().text().await.unwrap();
    let filter = format!("{}/Users?filter=userName+eq+%22scimitar-doctor-of-acme%22", server.uri());
    let one = client.get(filter).bearer_auth("x").send().await.unwrap().text().await.unwrap();
    assert!(
        !all.contains(KILLED) && one.contains("scimitar-doctor-of-acme"),
        "only what is named so goes: {all} {one}"
    );
}

/// Records of a run that is still under way are not leftovers.
#[tokio::test]
async fn a_run_leaves_alone_what_another_one_works_with() {
    let server = odd::start(Odd { users: 3, ..Odd::default() }).await;
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
    let body = serde_json::json!({ "userName": "scimitar-doctor-89abcdef-a" }).to_string();
    client.post(format!("{}/Users", server.uri())).bearer_auth("x").body(body).send().await.unwrap();
    let home = tempfile::tempdir().unwrap();
    let opener = opener(&home, server::DemoOptions::default());
    let mut connection = opener.connect(Some(profile(&server.uri()))).await.unwrap();
    let store = connection.store.as_mut().unwrap();
    let session = store.begin_session().unwrap().expect("a file with locks");
    store.begin_trial("89abcdef", Some(session.id)).unwrap();
    assert_eq!(look_at(&mut connection, true).await.left_behind, Vec::<String>::new());
    let all =
        client.get(format!("{}/Users", server.uri())).bearer_auth("x").send().await.unwrap().text().await.unwrap();
    assert!(all.contains("89abcdef-a"), "{all}");
}

/// A temporary failure is no habit.
#[tokio::test]
async fn nothing_is_learnt_from_writes_that_fail() {
    let report = examined(Odd { users: 3, changes_fail: true, ..Odd::default() }, true).await;
    let ServerQuirks { patch_users, patch_groups, remove_member, delete_user, .. } = report.habits;
    assert_eq!((patch_users, patch_groups, remove_member, delete_user), (None, None, None, None));
    assert_eq!(report.left_behind.len(), 3, "{:?}", report.left_behind);
}

/// A finding shared by several lists is reported once.
#[tokio::test]
async fn what_lists_have_in_common_is_said_once() {
    let demo = server::DemoOptions { users: 30, ignore_paging: true, etags: false, ..server::DemoOptions::default() };
    let home = tempfile::tempdir().unwrap();
    let mut connection = opener(&home, demo).connect(None).await.unwrap();
    let shown = text(&look_at(&mut connection, false).await, PLAIN);
    assert_eq!(shown.matches("startIndex is ignored").count(), 1, "{shown}");
    assert!(shown.contains("users, groups, roles: startIndex is ignored"), "{shown}");
}

/// A record that can't be removed is reported by name, and the run does not succeed.
#[tokio::test]
async fn what_stays_is_said() {
    let report = examined(Odd { users: 3, delete_deactivates: true, ..Odd::default() }, true).await;
    assert_eq!(report.habits.delete_user, Some(DeletionEffect::Deactivates));
    assert_eq!((report.outcome, report.left_behind.len()), (Outcome::Problems, 2));
    assert!(report.left_behind[0].contains("scimitar-doctor-0123abcd-b"), "{:?}", report.left_behind);
    assert!(text(&report, PLAIN).contains("left behind"));
}

#[tokio::test]
async fn a_key_that_is_refused_is_tried_in_the_other_form() {
    let report = examined(Odd { takes_only_basic: true, ..many() }, true).await;
    let (verdict, words) = found(&report, ReportPart::Server, "key");
    assert!(verdict == FindingVerdict::Problem && words.contains("auth = \"basic\""), "{words}");
    assert_eq!((report.outcome, report.actions.len()), (Outcome::Failed, 0));
    let json = serde_json::to_string(&report).unwrap();
    assert!(!json.contains("very-private"), "{json}");
}

/// The next session starts with the results of a probe, and a run without writes keeps them.
#[tokio::test]
async fn what_was_learnt_narrows_the_console() {
    let server = odd::start(Odd { users: 3, delete_deactivates: true, ..Odd::default() }).await;
    let home = tempfile::tempdir().unwrap();
    let opener = opener(&home, server::DemoOptions::default());
    for write in [true, false] {
        let mut connection = opener.connect(Some(profile(&server.uri()))).await.unwrap();
        let report = look_at(&mut connection, write).await;
        assert_eq!(report.habits.delete_user, Some(DeletionEffect::Deactivates));
        assert!(report.learnt.iter().any(|sentence| sentence.contains("Deleting users is not offered")));
    }
    let (opened, mut session) = opener.open_profile(profile(&server.uri())).await.unwrap();
    assert!(opened.planner.capabilities().can(ChangeVerb::DeleteUser).is_ok());
    let (send, mut reports) = unbounded_channel();
    session.start(1, send);
    let planner = loop {
        if let (_, Told::Planner(planner)) = reports.recv().await.unwrap() {
            break planner;
        }
    };
    let why = planner.capabilities().can(ChangeVerb::DeleteUser).unwrap_err();
    assert!(why.text.contains("only deactivates"), "{why}");
    session.end().await;
}
