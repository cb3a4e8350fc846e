//! The provider's audit log beside Activity, by keys.

use scimitar::{app::action::Action, demo};

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
    console.press(Action::AuditLog);
    console.settle().await;
    assert_eq!(asked(&server), 1);
    console.expect("Audit log: who changed access");
    let row = console.line("role or seat changed");
    assert!(row.contains("you") && row.contains("eva-tanaka"), "{row}");
    let rows = console.app().activity.audit_rows().len();
    // A key that does nothing names all that do, as the bottom row does.
    console.type_text("z");
    console.expect("z does nothing here. e earlier, ");
    console.expect("R ask again, ");
    console.press(Action::AuditEarlier);
    console.settle().await;
    assert!(console.app().activity.audit_rows().len() > rows, "{}", console.screen());
    assert_eq!(asked(&server), 2);
    assert!(server.writes().iter().all(|request| !request.path.contains("audit")));
    console.esc();
    console.expect_no("Audit log: who");
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
