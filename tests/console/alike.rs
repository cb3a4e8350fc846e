//! One like another: a user like a user, a team's members like another team's or like a list, each as a difference with
//! ticks.

use scimitar::{
    app::{Overlay, action::Action, difference::DifferenceBox},
    demo,
    directory::plan::{ChangeState, Risk},
};

use crate::harness::{Console, Server, options};

/// The difference that is shown.
#[track_caller]
fn shown(console: &Console) -> &DifferenceBox {
    let Some(Overlay::Difference(difference)) = console.app().overlays.last() else {
        panic!("no difference is shown:\n{}", console.screen())
    };
    difference
}

/// The ticked lines, and the others.
fn ticks(console: &Console) -> (Vec<String>, Vec<String>) {
    let (on, off): (Vec<_>, Vec<_>) = shown(console).lines.iter().partition(|line| line.ticked);
    let words = |lines: Vec<&scimitar::app::difference::DifferenceLine>| {
        let line = |line: &scimitar::app::difference::DifferenceLine| {
            format!("{} {}", line.wish.line.subject, line.wish.line.text("→"))
        };
        lines.into_iter().map(line).collect()
    };
    (words(on), words(off))
}

async fn sent(console: &mut Console) {
    let Some(Overlay::Preview(preview)) = console.app().overlays.last() else {
        panic!("no plan is shown:\n{}", console.screen())
    };
    if let Risk::Type(text) | Risk::Insist(text) = preview.risk.clone() {
        console.type_text(&text);
    }
    console.send();
    console.settle().await;
    let states = console.states();
    assert!(states.iter().all(|state| *state == ChangeState::Confirmed), "{states:?}\n{}", console.screen());
}

/// Names of a team's members, in order.
async fn members(server: &Server, team: &str) -> Vec<String> {
    let team = server.team(team).await;
    let all = server.get("Users").await;
    let name = |member: &serde_json::Value| {
        let id = member.get("value").or(member.get("Value")).cloned();
        let user = all["Resources"].as_array().unwrap().iter().find(|user| Some(&user["id"]) == id.as_ref());
        user.map(|user| user["userName"].as_str().unwrap().to_owned())
    };
    let mut names: Vec<String> = team["members"].as_array().unwrap().iter().filter_map(name).collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_user_becomes_like_another() {
    let (mut console, server) = Console::on_demo(options()).await;
    console.find("noor-haddad");
    console.press(Action::MakeLike);
    console.expect("Make noor-haddad like");
    console.type_text("eva-tanaka");
    console.enter();
    let (on, off) = ticks(&console);
    assert!(on.iter().any(|line| line.starts_with("noor-haddad joins ")), "{on:?}");
    assert!(!off.is_empty() && off.iter().all(|line| line.contains("leaves")), "{off:?}");
    // One of the additions is left out.
    console.press(Action::Toggle);
    let left = ticks(&console).1.swap_remove(0);
    console.press(Action::Look);
    console.expect_no(left.trim_start_matches("noor-haddad "));
    sent(&mut console).await;
    console.press(Action::MakeLike);
    console.type_text("eva-tanaka");
    console.enter();
    assert_eq!(ticks(&console).0, [left]);
    console.press(Action::Exactly);
    console.press(Action::Look);
    sent(&mut console).await;
    console.press(Action::MakeLike);
    console.type_text("eva-tanaka");
    console.enter();
    console.expect("There is no difference.");
    let (eva, noor) = (server.user("eva-tanaka").await, server.user("noor-haddad").await);
    for attribute in ["organizationRole", "teamRoles", "registryRoles", "modelsSeat", "weaveRole"] {
        let sorted = |user: &serde_json::Value| {
            let mut all = user[attribute].as_array().cloned().unwrap_or_default();
            all.sort_by_key(ToString::to_string);
            (all, if user[attribute].is_array() { serde_json::Value::Null } else { user[attribute].clone() })
        };
        assert_eq!(sorted(&noor), sorted(&eva), "{attribute}");
    }
}

#[tokio::test]
async fn several_users_become_like_one_and_leaving_asks_first() {
    let (mut console, _server) = Console::on_demo(options()).await;
    let people: Vec<String> = console.plain_people().into_iter().filter(|name| name != "eva-tanaka").take(2).collect();
    for person in &people {
        console.find(person);
        console.press(Action::Mark);
        console.find_all();
    }
    console.press(Action::MakeLike);
    console.expect("Make 2 users like");
    console.type_text("eva-tanaka");
    console.enter();
    let (on, _) = ticks(&console);
    for person in &people {
        assert!(on.iter().any(|line| line.starts_with(person.as_str())), "{person}: {on:?}");
    }
    console.press(Action::Toggle);
    console.esc();
    console.expect("Esc again drops what you entered.");
    console.esc();
    console.expect("Make 2 users like");
}

#[tokio::test]
async fn what_was_not_told_is_read_and_then_shown() {
    let sparse = demo::DemoOptions { sparse_lists: true, ..options() };
    let (mut console, _server) = Console::on_demo(sparse).await;
    console.find("noor-haddad");
    console.press(Action::MakeLike);
    console.type_text("eva-tanaka");
    console.enter();
    console.settle().await;
    console.expect_no("Not known");
    let (on, off) = ticks(&console);
    assert!(
        on.iter().chain(&off).any(|line| line.contains("role in vision") || line.contains(" as ")),
        "{on:?} {off:?}"
    );
}

#[rstest::rstest]
#[case::wandb(demo::Provider::Wandb)]
#[case::scim(demo::Provider::Scim)]
#[tokio::test]
async fn a_team_gets_the_members_of_another(#[case] provider: demo::Provider) {
    let (mut console, server) = Console::on_demo(demo::DemoOptions { provider, ..options() }).await;
    console.press(Action::GoTeams);
    console.find("climate");
    console.press(Action::MakeLike);
    console.expect("Members of climate as in");
    console.type_text("vision");
    console.enter();
    console.press(Action::Exactly);
    console.press(Action::Look);
    sent(&mut console).await;
    assert_eq!(members(&server, "climate").await, members(&server, "vision").await);
    if provider == demo::Provider::Wandb {
        for person in members(&server, "vision").await {
            assert_eq!(server.role_in(&person, "climate").await, server.role_in(&person, "vision").await, "{person}");
        }
    }
    console.press(Action::MakeLike);
    console.type_text("vision");
    console.enter();
    console.expect("There is no difference.");
}

#[tokio::test]
async fn plain_scim_copies_groups_alone() {
    let (mut console, _server) =
        Console::on_demo(demo::DemoOptions { provider: demo::Provider::Scim, ..options() }).await;
    console.find("noor-haddad");
    console.press(Action::MakeLike);
    console.type_text("eva-tanaka");
    console.enter();
    let (on, off) = ticks(&console);
    assert!(on.iter().all(|line| line.starts_with("noor-haddad joins ") && !line.contains(" as ")), "{on:?}");
    assert!(off.iter().all(|line| line.starts_with("noor-haddad leaves ")), "{off:?}");
    console.press(Action::Look);
    sent(&mut console).await;
}

/// Opens the form for a list on a team.
fn list_for(console: &mut Console, team: &str) {
    console.press(Action::GoTeams);
    console.find(team);
    console.press(Action::MembersFromList);
}

#[rstest::rstest]
#[case::wandb(demo::Provider::Wandb)]
#[case::scim(demo::Provider::Scim)]
#[tokio::test]
async fn the_people_of_a_pasted_list_come_and_nobody_goes(#[case] provider: demo::Provider) {
    let (mut console, server) = Console::on_demo(demo::DemoOptions { provider, ..options() }).await;
    let before = members(&server, "climate").await;
    list_for(&mut console, "climate");
    let pasted = "Eva Tanaka <eva.tanaka@example.com>\r\nnoor-haddad\tEVA-TANAKA\nnoor-hadad\nzebra";
    console.runtime.press(crossterm::event::Event::Paste(pasted.into()));
    console.enter();
    // Unknown names first: nothing goes on before something is said of each.
    console.expect("No user is called noor-hadad; near: noor-haddad.");
    console.expect("2 names known, 1 named more than once.");
    console.press(Action::TakeNear);
    console.press(Action::GoOn);
    console.expect("No user is called zebra.");
    console.press(Action::SkipName);
    console.press(Action::GoOn);
    console.expect("Named more than once: 2.");
    console.expect("Skipped: zebra.");
    let (on, off) = ticks(&console);
    assert!(on.len() <= 2 && on.iter().all(|line| line.contains("joins climate")), "{on:?}");
    assert!(!off.is_empty() && off.iter().all(|line| line.contains("leaves climate")), "{off:?}");
    console.press(Action::Look);
    if console.is_preview() {
        sent(&mut console).await;
    }
    console.settle().await;
    let mut wanted = before;
    wanted.extend(["eva-tanaka", "noor-haddad"].map(str::to_owned));
    wanted.sort();
    wanted.dedup();
    assert_eq!(members(&server, "climate").await, wanted);
}

#[rstest::rstest]
#[case::wandb(demo::Provider::Wandb, 1)]
#[case::scim(demo::Provider::Scim, 2)]
#[tokio::test]
async fn a_team_is_made_exactly_a_list_from_a_file(#[case] provider: demo::Provider, #[case] least: usize) {
    let (mut console, server) = Console::on_demo(demo::DemoOptions { provider, ..options() }).await;
    let room = tempfile::tempdir().unwrap();
    let file = room.path().join("people.txt");
    list_for(&mut console, "climate");
    console.press(Action::NextField);
    console.type_text(file.to_str().unwrap());
    console.enter();
    console.settle().await;
    console.expect("can't be read");
    std::fs::write(&file, "eva-tanaka\nnoor-haddad\n").unwrap();
    console.enter();
    console.settle().await;
    assert!(!shown(&console).exact);
    console.press(Action::Exactly);
    console.press(Action::Look);
    let Some(Overlay::Preview(preview)) = console.app().overlays.last() else { panic!("{}", console.screen()) };
    // A single request for the whole list if the provider takes that, otherwise a request for each person.
    let steps = preview.plan.steps.len();
    assert!(if least == 1 { steps == 1 } else { steps >= least }, "{}", console.screen());
    sent(&mut console).await;
    let mut after = members(&server, "climate").await;
    // W&B puts its service accounts there by itself.
    after.retain(|name| name != "nightly-sync");
    assert_eq!(after, ["eva-tanaka", "noor-haddad"]);
}

/// Names of a pasted list whom a cut list of users lacks are looked up; nobody is asked about them.
#[tokio::test]
async fn whom_the_list_of_users_lacks_is_looked_up() {
    let (whole, _) = Console::on_demo(options()).await;
    let cut = demo::DemoOptions { page_limit: 20, ignore_paging: true, ..options() };
    let (mut console, _server) = Console::on_demo(cut).await;
    let hidden =
        whole.plain_people().into_iter().find(|name| console.app().directory.users_named(name).next().is_none());
    let hidden = hidden.expect("somebody whom the first page lacks");
    list_for(&mut console, "climate");
    console.runtime.press(crossterm::event::Event::Paste(format!("{}\nzebra", hidden.to_uppercase())));
    console.enter();
    console.expect("the server is asked for the others");
    console.settle().await;
    console.expect("1 name known.");
    console.expect("No user is called zebra.");
    console.press(Action::SkipName);
    console.press(Action::GoOn);
    let (on, _) = ticks(&console);
    assert!(on.iter().any(|line| line.contains(&format!("{hidden} joins climate"))), "{on:?}");
}
