//! Hundreds of changes at once on a server that puts some off and fails on others: held, let go, and tried again.

use std::collections::HashMap;

use serde_json::Value;

use scimitar::{
    app::{Overlay, action::Action},
    demo::{self, FailRule},
    directory::plan::ChangeState,
};

use crate::harness::{Console, Server, options};

const MANY: usize = 400;

fn large() -> demo::DemoOptions {
    demo::DemoOptions { users: 2_000, retry_after: 0, ..options() }
}

/// Marks the first people of the list, and gives them a role: the plan is shown.
fn plan_for_many(console: &mut Console, role: &str) {
    // Not the one whose key is in use: that would have to be typed.
    console.find("role:member");
    (0..MANY).for_each(|_| console.press(Action::Mark));
    console.pick_role(role);
    assert!(console.is_preview(), "{}", console.screen());
}

/// How often the server has accepted each write.
fn accepted(server: &Server) -> HashMap<String, usize> {
    let mut times = HashMap::new();
    for write in server.writes().into_iter().filter(|write| (200..300).contains(&write.status)) {
        *times.entry(write.path).or_default() += 1;
    }
    times
}

fn count(console: &Console, state: ChangeState) -> usize {
    console.states().into_iter().filter(|one| *one == state).count()
}

#[tokio::test]
async fn four_hundred_roles_are_paused_resumed_and_what_failed_is_tried_again() {
    let (mut console, server) = Console::on_demo(large()).await;
    let before = server.members("vision").await.len();
    plan_for_many(&mut console, "visvie");
    let Some(Overlay::Preview(preview)) = console.app().overlays.last() else { panic!("no plan") };
    let steps = preview.plan.steps.len();
    let joins = preview.plan.steps.iter().filter(|step| step.requests.len() > 1).count();
    assert!(steps > MANY - 20, "{steps}");
    server.running.set_fail_writes(vec![FailRule { status: 500, rate: 0.05 }, FailRule { status: 429, rate: 0.1 }]);
    console.send();

    let confirmed =
        |app: &scimitar::app::App| app.activity.entries.values().filter(|e| e.state == ChangeState::Confirmed).count();
    console.until("a part of it", |app| confirmed(app) > 50).await;
    console.press(Action::Pause);
    console.settle().await;
    let waiting = count(&console, ChangeState::Planned);
    assert!(waiting > 0 && count(&console, ChangeState::Sent) == 0, "{:?}", console.states());
    console.expect(&format!("paused · {waiting} wait"));
    let sent = server.writes().len();
    console.press(Action::GoActivity);
    console.press(Action::Story);
    console.expect("P go on");
    console.settle().await;
    assert_eq!(server.writes().len(), sent, "nothing is sent while it is paused");

    console.press(Action::Pause);
    console.settle().await;
    let failed = steps - count(&console, ChangeState::Confirmed);
    assert!(failed > 5, "{failed}");
    // Who joined and did not get the role is in part.
    let partly = count(&console, ChangeState::Partly);
    assert_eq!(count(&console, ChangeState::Refused) + partly, failed, "{:?}", console.states());
    console.esc();
    assert!(console.line("× ").contains(&format!("{failed} × ")), "{}", console.screen());

    server.running.set_fail_writes(Vec::new());
    console.press(Action::Retry);
    console.send();
    console.settle().await;
    assert_eq!(count(&console, ChangeState::Confirmed), steps, "{}", console.screen());
    assert_eq!(console.app().counts(), (0, 0));

    let times = accepted(&server);
    let (groups, users): (Vec<_>, Vec<_>) = times.into_iter().partition(|(path, _)| path.starts_with("/scim/Groups/"));
    assert_eq!(users.len(), steps);
    assert!(users.iter().all(|(_, times)| *times == 1), "{users:?}");
    assert_eq!(groups.iter().map(|(_, times)| times).sum::<usize>(), joins);
    assert_eq!(server.members("vision").await.len(), before + joins);
    let listed = server.get("Users").await["Resources"].as_array().unwrap().clone();
    let meant = listed.iter().filter(|user| {
        let id = user["id"].as_str().unwrap();
        users.iter().any(|(path, _)| path.ends_with(id) || path.ends_with(&id.replace('=', "%3D")))
    });
    let grant = |user: &&Value| {
        let grants = user["teamRoles"].as_array().cloned().unwrap_or_default();
        grants.iter().any(|grant| grant["teamName"] == "vision" && grant["roleName"] == "viewer")
    };
    assert_eq!(meant.filter(grant).count(), steps);
}

#[tokio::test]
async fn what_is_cancelled_is_not_sent() {
    let (mut console, server) = Console::on_demo(large()).await;
    plan_for_many(&mut console, "visvie");
    console.send();
    console
        .until("the first", |app| app.activity.entries.values().any(|entry| entry.state == ChangeState::Confirmed))
        .await;
    console.press(Action::Pause);
    console.settle().await;
    let confirmed = count(&console, ChangeState::Confirmed);
    console.press(Action::Cancel);
    console.settle().await;
    assert_eq!(count(&console, ChangeState::Planned), 0);
    assert_eq!((count(&console, ChangeState::Confirmed), console.app().counts()), (confirmed, (0, 0)));
    let sent = server.writes().len();
    console.press(Action::Pause);
    console.settle().await;
    assert_eq!(server.writes().len(), sent);
    console.press(Action::GoActivity);
    console.expect(&format!("{confirmed} of "));
    console.expect("dropped");
}
