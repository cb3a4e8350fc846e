//! The field's habits (WIRE G): each is seen, said, and kept for the console.

use rstest::rstest;
use tokio::sync::mpsc::unbounded_channel;

use super::{
    super::Part,
    odd::{self, Odd},
    *,
};
use crate::{
    directory::{change::Verb, work::Report as Told},
    scim::habits::{Deletion, Habits, PagingHabit, Removal},
};

async fn examined(odd: Odd, write: bool) -> Report {
    let server = odd::start(odd).await;
    let home = tempfile::tempdir().unwrap();
    let mut connection = opener(&home, server::Options::default()).connect(Some(profile(&server.uri()))).await.unwrap();
    look_at(&mut connection, write).await
}

fn many() -> Odd {
    Odd { users: 150, ..Odd::default() }
}

#[rstest]
#[case(Odd { ignores_start: true, ..many() }, "pages", Verdict::Note, "ignored; everything comes")]
#[case(Odd { ignores_start: true, page: Some(20), ..many() }, "pages", Verdict::Problem, "only 20 users came")]
#[case(many(), "pages", Verdict::Ok, "honoured")]
#[case(Odd { ignores_start: true, cursors: true, ..many() }, "cursor", Verdict::Ok, "used in the place of startIndex")]
#[case(Odd { page: Some(20), ..many() }, "page size", Verdict::Ok, "asked for 1,000, gave 20")]
#[case(Odd { refuses_count_above: Some(100), ..many() }, "page size", Verdict::Note, "1,000 and 200 refused (400)")]
#[case(Odd { total: Some(120), ..many() }, "list", Verdict::Note, "the server says 120")]
#[case(Odd { total: Some(20), page: Some(20), ..many() }, "list", Verdict::Note, "its total can't be believed")]
#[case(Odd { filter_answers_everybody: true, ..many() }, "filter", Verdict::Problem, "gives 150 users")]
#[tokio::test]
async fn lists(#[case] odd: Odd, #[case] what: &str, #[case] verdict: Verdict, #[case] words: &str) {
    let report = examined(odd, false).await;
    let (seen, said) = found(&report, Part::Users, what);
    assert!(seen == verdict && said.contains(words), "{seen:?} {said}");
    let problems = report.count(Verdict::Problem) > 0;
    assert_eq!(report.outcome, if problems { Outcome::Problems } else { Outcome::Well });
}

#[tokio::test]
async fn what_is_read_becomes_habits() {
    let odd = Odd { ignores_start: true, page: Some(20), no_groups: true, filter_answers_everybody: true, ..many() };
    let report = examined(odd, false).await;
    let expected = Habits {
        paging: Some(PagingHabit::None),
        page_size: Some(20),
        filter: Some(false),
        groups: Some(false),
        ..Habits::default()
    };
    assert_eq!(report.habits, expected);
    let add = report.actions.iter().find(|ability| ability.action == "add a member").unwrap();
    assert_eq!(add.why.as_deref(), Some("This server has no groups."));
    assert_eq!(found(&report, Part::Server, "discovery").0, Verdict::Ok, "none is common");
}

#[rstest]
#[case(Odd { patch_changes_nothing: true, ..Odd::default() }, "PATCH user", Verdict::Problem,
    Habits { patch_users: Some(false), patch_groups: Some(false), remove_member: Some(Removal::Put), ..usual() })]
#[case(Odd { no_patch: true, ..Odd::default() }, "PATCH user", Verdict::Note,
    Habits { patch_users: Some(false), patch_groups: Some(false), remove_member: Some(Removal::Put), ..usual() })]
#[case(Odd { removal_empties: true, ..Odd::default() }, "by filter", Verdict::Note,
    Habits { remove_member: Some(Removal::Replace), ..usual() })]
#[case(Odd { only_put_removes: true, ..Odd::default() }, "by replace", Verdict::Note,
    Habits { remove_member: Some(Removal::Put), ..usual() })]
#[case(Odd { ignores_if_match: true, ..Odd::default() }, "old version", Verdict::Note,
    Habits { versions: Some(false), ..usual() })]
#[case(Odd::default(), "DELETE user", Verdict::Ok, usual())]
#[tokio::test]
async fn writing(#[case] odd: Odd, #[case] what: &str, #[case] verdict: Verdict, #[case] habits: Habits) {
    let report = examined(Odd { users: 3, ..odd }, true).await;
    assert_eq!(found(&report, Part::Writing, what).0, verdict, "{}", text(&report, PLAIN));
    assert_eq!((report.habits, report.left_behind), (habits, vec![]));
}

/// What is learnt of a server after the RFCs.
fn usual() -> Habits {
    Habits {
        paging: Some(PagingHabit::Index),
        patch_users: Some(true),
        patch_groups: Some(true),
        remove_member: Some(Removal::Filter),
        versions: Some(true),
        delete_user: Some(Deletion::Removes),
        filter: Some(true),
        groups: Some(true),
        ..Habits::default()
    }
}

/// A bad moment is no habit.
#[tokio::test]
async fn nothing_is_learnt_from_writes_that_fail() {
    let report = examined(Odd { users: 3, changes_fail: true, ..Odd::default() }, true).await;
    let Habits { patch_users, patch_groups, remove_member, delete_user, .. } = report.habits;
    assert_eq!((patch_users, patch_groups, remove_member, delete_user), (None, None, None, None));
    assert_eq!(report.left_behind.len(), 3, "{:?}", report.left_behind);
}

/// What is the same of several lists is one line.
#[tokio::test]
async fn what_lists_have_in_common_is_said_once() {
    let demo = server::Options { users: 30, ignore_paging: true, etags: false, ..server::Options::default() };
    let home = tempfile::tempdir().unwrap();
    let mut connection = opener(&home, demo).connect(None).await.unwrap();
    let shown = text(&look_at(&mut connection, false).await, PLAIN);
    assert_eq!(shown.matches("startIndex is ignored").count(), 1, "{shown}");
    assert!(shown.contains("users, groups, roles: startIndex is ignored"), "{shown}");
}

/// What can't be removed is said with its name, and that is no success.
#[tokio::test]
async fn what_stays_is_said() {
    let report = examined(Odd { users: 3, delete_deactivates: true, ..Odd::default() }, true).await;
    assert_eq!(report.habits.delete_user, Some(Deletion::Deactivates));
    assert_eq!((report.outcome, report.left_behind.len()), (Outcome::Problems, 2));
    assert!(report.left_behind[0].contains("scimitar-doctor-0123abcd-b"), "{:?}", report.left_behind);
    assert!(text(&report, PLAIN).contains("left behind"));
}

#[tokio::test]
async fn a_key_that_is_refused_is_tried_in_the_other_form() {
    let report = examined(Odd { takes_only_basic: true, ..many() }, true).await;
    let (verdict, words) = found(&report, Part::Server, "key");
    assert!(verdict == Verdict::Problem && words.contains("auth = \"basic\""), "{words}");
    assert_eq!((report.outcome, report.actions.len()), (Outcome::Failed, 0));
    let json = serde_json::to_string(&report).unwrap();
    assert!(!json.contains("very-private"), "{json}");
}

/// The next session begins with what a probe found out, and a look without writing does not forget it.
#[tokio::test]
async fn what_was_learnt_narrows_the_console() {
    let server = odd::start(Odd { users: 3, delete_deactivates: true, ..Odd::default() }).await;
    let home = tempfile::tempdir().unwrap();
    let opener = opener(&home, server::Options::default());
    for write in [true, false] {
        let mut connection = opener.connect(Some(profile(&server.uri()))).await.unwrap();
        let report = look_at(&mut connection, write).await;
        assert_eq!(report.habits.delete_user, Some(Deletion::Deactivates));
        assert!(report.learnt.iter().any(|sentence| sentence.contains("Deleting users is not offered")));
    }
    let (opened, mut session) = opener.open_profile(profile(&server.uri())).await.unwrap();
    assert!(opened.planner.capabilities().can(Verb::DeleteUser).is_ok());
    let (send, mut reports) = unbounded_channel();
    session.start(1, send);
    let planner = loop {
        if let (_, Told::Planner(planner)) = reports.recv().await.unwrap() {
            break planner;
        }
    };
    let why = planner.capabilities().can(Verb::DeleteUser).unwrap_err();
    assert!(why.text.contains("only deactivates"), "{why}");
    session.end().await;
}
