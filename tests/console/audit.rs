//! The provider's audit log beside Activity, by keys.

use scimitar::{
    app::{Overlay, action::Action},
    demo,
};

use crate::harness::{Console, options};

#[tokio::test]
async fn who_changed_it_elsewhere_is_read_beside_activity() {
    let (mut console, server) = Console::on_demo(demo::DemoOptions { now: None, ..options() }).await;
    let asked = |server: &crate::harness::Server| {
        server.running.requests().iter().filter(|request| request.path.contains("audit_logs")).count()
    };
    assert_eq!(asked(&server), 0, "nothing is read before somebody wants to know");
    console.find("eva-tanaka");
    console.pick_role("member");
    console.pick_role("organisation admin");
    if console.is_preview() {
        console.send();
    }
    console.settle().await;
    console.press(Action::GoActivity);
    console.expect("a audit log");
    console.press(Action::AuditLog);
    console.settle().await;
    assert_eq!(asked(&server), 1);
    console.expect("Audit log: who changed access");
    let row = console.line("role or seat changed");
    assert!(row.contains("you") && row.contains("eva-tanaka"), "{row}");
    let rows = console.app().activity.audit_rows().len();
    // A key that does nothing names all that do, as the bottom row does.
    console.type_text("z");
    console.expect("z does nothing here. / filter, s sort, e earlier, ");
    console.expect("R ask again, ");
    console.press(Action::AuditEarlier);
    console.settle().await;
    assert!(console.app().activity.audit_rows().len() > rows, "{}", console.screen());
    assert_eq!(asked(&server), 2);
    assert!(server.writes().iter().all(|request| !request.path.contains("audit")));
    console.esc();
    console.expect_no("Audit log: who");
}

/// The rows of the box, as they are shown.
fn shown(console: &Console) -> Vec<String> {
    let Some(Overlay::Aside(aside)) = console.app().overlays.last() else { panic!("no box") };
    console.app().audit_shown(aside).iter().map(|entry| entry.action.raw().to_owned()).collect()
}

async fn open_log() -> (Console, crate::harness::Server) {
    let (mut console, server) = Console::on_demo(demo::DemoOptions { now: None, ..options() }).await;
    console.press(Action::GoActivity);
    console.press(Action::AuditLog);
    console.settle().await;
    (console, server)
}

#[tokio::test]
async fn the_log_is_filtered_as_the_lists_are_and_esc_goes_back_step_by_step() {
    let (mut console, server) = open_log().await;
    let all = shown(&console);
    let action = all.iter().find(|action| all.iter().any(|other| other != *action)).unwrap().clone();
    let bottom = |console: &Console| console.screen().lines().last().unwrap_or_default().to_owned();
    assert!(bottom(&console).contains("/ filter") && bottom(&console).contains("s sort"), "{}", bottom(&console));
    console.type_text("/");
    assert!(bottom(&console).contains("Enter keep") && bottom(&console).contains("Esc clear"), "{}", bottom(&console));
    console.expect("fields: by, user, team, what, status, age");
    console.type_text(&format!("what:{action}"));
    let found = shown(&console);
    assert!(!found.is_empty() && found.len() < all.len() && found.iter().all(|one| one.contains(&action)), "{found:?}");
    console.expect(&format!("{} of {} found", found.len(), all.len()));
    // Letters are text, and no action.
    assert_eq!(server.running.requests().iter().filter(|request| request.path.contains("audit_logs")).count(), 1);
    console.enter();
    console.expect(&format!("filter: what:{}", &action[..8]));
    console.press(Action::Bottom);
    console.type_text("/");
    console.type_text("-what:");
    console.type_text(&action);
    assert_eq!(shown(&console).len(), all.len() - found.len(), "the first letter begins another filter");
    console.type_text(" no-such-word");
    assert!(shown(&console).is_empty());
    console.expect("No entry of these days matches");
    console.esc();
    assert_eq!(shown(&console), all);
    console.expect("Audit log: who changed access");
    console.type_text("/colour:red");
    console.expect("no field `colour` here; there are by, user, team, what, status, age");
    console.esc();
    console.esc();
    console.expect_no("Audit log");
}

#[tokio::test]
async fn fields_and_values_of_the_log_are_completed_and_it_is_sorted() {
    let (mut console, _server) = open_log().await;
    let all = shown(&console);
    console.type_text("/wh");
    console.press(Action::CompleteAudit);
    console.press(Action::CompleteAudit);
    console.expect("Complete");
    console.press(Action::Choose);
    let most = shown(&console);
    let often = all.iter().filter(|action| **action == most[0]).count();
    assert!(all.iter().all(|one| all.iter().filter(|other| *other == one).count() <= often), "{most:?}");
    console.esc();
    console.type_text("s");
    console.type_text("oldest");
    console.press(Action::Choose);
    assert_eq!(shown(&console), all.iter().rev().cloned().collect::<Vec<_>>());
    console.expect("sort: oldest first");
    // Earlier days come to the front, and the cursor stays on its entry.
    console.press(Action::AuditEarlier);
    console.settle().await;
    let more = shown(&console);
    assert!(more.len() > all.len() && more.ends_with(&all.iter().rev().cloned().collect::<Vec<_>>()));
}

#[tokio::test]
async fn a_refusal_is_told_once_and_in_the_box() {
    let (mut console, server) = Console::on_demo(options()).await;
    console.press(Action::GoActivity);
    server.running.set_fail(vec![demo::FailRule { status: 403, rate: 1.0 }]);
    console.press(Action::AuditLog);
    console.settle().await;
    console.expect("The audit log could not be read");
    assert_eq!(console.words().matches("could not be read").count(), 1, "{}", console.screen());
    console.expect("belongs to the Enterprise plan");
}

#[tokio::test]
async fn a_provider_without_a_log_says_so() {
    let options = demo::DemoOptions { provider: demo::Provider::Scim, ..options() };
    let (mut console, _server) = Console::on_demo(options).await;
    console.press(Action::GoActivity);
    console.press(Action::AuditLog);
    console.expect("No audit log of this server is read here");
}
