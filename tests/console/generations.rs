//! W&B's server generations and habits (docs/src/providers/wandb.md#versions, docs/src/providers/wandb.md#teams,
//! docs/src/providers/wandb.md#errors-and-limits): the same flows on each of them, judged by the server's own word.

use std::collections::BTreeSet;

use rstest::rstest;
use scimitar::{
    app::action::Action,
    demo::{self, EmailShape, Hosting},
    directory::{RecordKind, plan::ChangeState},
};

use crate::harness::{Console, Server, options};

fn demo(alter: impl FnOnce(&mut demo::DemoOptions)) -> demo::DemoOptions {
    let mut options = options();
    alter(&mut options);
    options
}

/// Sends what is shown, or what was sent at once, and waits until the server shows it.
async fn confirmed(console: &mut Console) {
    if console.is_preview() {
        console.send();
    }
    console.settle().await;
    assert_eq!(console.last().state, ChangeState::Confirmed, "{}\n{}", console.last().why, console.screen());
}

async fn members(server: &Server, team: &str) -> BTreeSet<String> {
    server.members(team).await.into_iter().collect()
}

#[rstest]
#[case::newest(demo(|_| {}))]
#[case::emails_as_one_object(demo(|o| o.emails = EmailShape::Old))]
#[case::no_versions(demo(|o| o.etags = false))]
#[case::lists_without_roles(demo(|o| o.sparse_lists = true))]
#[case::old_in_every_way(demo(|o| (o.emails, o.etags, o.sparse_lists) = (EmailShape::Old, false, true)))]
#[case::before_service_accounts(demo(|o| o.server_version = "0.80.1".parse().unwrap()))]
#[case::before_seats(demo(|o| o.server_version = "0.79.0".parse().unwrap()))]
#[case::self_managed(demo(|o| o.hosting = Hosting::SelfManaged))]
#[case::multi_tenant(demo(|o| o.hosting = Hosting::MultiTenant))]
#[case::pages(demo(|o| o.page_limit = 20))]
#[tokio::test]
async fn the_same_hour_on_every_generation(#[case] options: demo::DemoOptions) {
    let (mut console, server) = Console::on_demo(options).await;
    assert_eq!(console.app().directory.len(RecordKind::User), 60, "{}", console.screen());
    let eva = console.user("eva-tanaka").clone();
    assert!(eva.email.as_str().starts_with("eva") && eva.email.as_str().contains('@'), "{}", eva.email);
    assert!(console.app().directory.records().users().values().all(|user| user.problem.is_none()));

    console.find("eva");
    console.settle().await;
    console.pick_role("audio viewer");
    confirmed(&mut console).await;
    assert_eq!(server.role_in("eva-tanaka", "audio").await.as_deref(), Some("viewer"));
    assert!(members(&server, "audio").await.contains(&*eva.id));

    console.press(Action::Teams);
    console.type_text("audio");
    console.turn_round();
    console.press(Action::Look);
    confirmed(&mut console).await;
    assert!(!members(&server, "audio").await.contains(&*eva.id));
    assert_eq!(server.role_in("eva-tanaka", "audio").await, None);
}

/// `"members": null` is an empty team, with room for the next member.
#[tokio::test]
async fn a_team_that_was_emptied_takes_members_again() {
    let (mut console, server) = Console::on_demo(options()).await;
    let id = server.team("audio").await["id"].as_str().unwrap().to_owned();
    server.remove_all_members(&id).await;
    assert!(server.team("audio").await["members"].is_null());
    console.press(Action::Refresh);
    console.settle().await;
    assert_eq!(console.team("audio").members.as_deref(), Some(&[][..]));

    console.press(Action::GoTeams);
    console.find("audio");
    console.press(Action::Members);
    console.type_text("eva-tanaka");
    console.turn_round();
    console.press(Action::Look);
    confirmed(&mut console).await;
    assert_eq!(members(&server, "audio").await.len(), 1);
}

/// A list that is cut off, from a server that answers every page with the first: what came is shown, and that it may not
/// be all.
#[tokio::test]
async fn a_list_that_ends_early_says_so() {
    let (console, _server) = Console::on_demo(demo(|o| (o.page_limit, o.ignore_paging) = (20, true))).await;
    assert_eq!(console.app().directory.len(RecordKind::User), 20);
    let proof = console.app().session.sync.proofs.iter().find(|proof| proof.kind == RecordKind::User).expect("a proof");
    assert!(!proof.coverage.is_complete() && proof.words.contains("20 of 60"), "{}", proof.words);
    console.expect("20 of 60");
}

#[tokio::test]
async fn the_embedded_demo_opens_on_a_release_that_knows_no_bearer_keys() {
    let console = Console::on_embedded(demo(|options| options.server_version = "0.74.0".parse().unwrap())).await;
    console.expect("60 of 60");
}
