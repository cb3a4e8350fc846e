//! Lists that leave the roles out.

use std::collections::BTreeSet;

use scimitar::{app::action::Action, demo};

use crate::harness::{Console, options};

#[tokio::test]
async fn roles_of_visible_rows_are_filled_in_and_the_rest_on_request() {
    let (mut console, server) = Console::on_demo(demo::DemoOptions { sparse_lists: true, ..options() }).await;
    // A read under way when the list arrives is asked for again: users are counted, not requests.
    let single = || {
        let requests = server.running.requests().into_iter().map(|request| request.path);
        requests.filter(|path| path.starts_with("/scim/Users/")).collect::<BTreeSet<_>>().len()
    };
    // 24 rows: 18 of the list.
    assert_eq!(single(), 18);
    assert_eq!(console.app().users_without_roles(), 42);
    let rows: Vec<String> = console.screen().lines().skip(4).take(18).map(str::to_owned).collect();
    assert!(rows.iter().all(|row| row.contains("member") || row.contains("admin")), "{}", console.screen());

    console.press(Action::Bottom);
    console.settle().await;
    assert_eq!(single(), 36);

    console.press(Action::LoadRoles);
    console.settle().await;
    assert_eq!((single(), console.app().users_without_roles()), (60, 0));
    console.press(Action::LoadRoles);
    console.expect("The roles of all users are known.");
}
