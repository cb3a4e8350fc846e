//! Another profile in the same console.

use std::time::Duration;

use scimitar::{
    app::{action::Action, form::ProfileDraft},
    directory::plan::State,
};

use crate::harness::{Console, Room, Server, options, profile_of};

#[tokio::test]
async fn late_reports_of_the_profile_before_are_dropped_and_its_journal_keeps_them() {
    let room = Room::new();
    let server = Server::start(options()).await;
    let profile = profile_of(&server, &options());
    let mut console = Console::open(&room, profile.clone()).await;
    // The first of its form is read again; the next one's answer is enough.
    let other = console.plain_people().into_iter().find(|name| name != "eva-tanaka").unwrap();
    console.find(&other);
    console.rename(" I");
    console.settle().await;
    console.find_all();
    console.find("eva-tanaka");
    server.running.set_latency(Duration::from_secs(1));
    console.rename(" I");
    console.until("the request to be sent", |app| app.entries.values().any(|e| e.state == State::Sent)).await;

    console.press(Action::Palette);
    console.type_text("profile demo");
    console.press(Action::Choose);
    console.until("the demo profile", |app| app.profile.as_ref().is_some_and(|profile| profile.name == "demo")).await;
    console.settle().await;
    // The old server answers only now.
    while server.writes().len() < 2 || server.writes().iter().any(|request| request.status == 0) {
        tokio::task::yield_now().await;
    }
    console.press(Action::Refresh);
    console.settle().await;
    assert!(console.entries().is_empty());
    assert_eq!(console.user("eva-tanaka").display_name.as_str(), "Eva Tanaka");
    console.expect("demo · W&B Dedicated Cloud");
    console.quit().await;

    server.running.set_latency(Duration::ZERO);
    let console = Console::open(&room, profile).await;
    assert_eq!(console.states(), [State::Confirmed; 2], "{}", console.last().why);
    assert_eq!(console.user("eva-tanaka").display_name.as_str(), "Eva Tanaka I");
    assert_eq!(server.writes().len(), 2);
}

#[tokio::test]
async fn new_profiles_of_every_provider_are_written_and_opened_again() {
    let room = Room::new();
    let opener = room.opener();
    let draft = |name: &str, provider: &str| ProfileDraft {
        name: name.into(),
        provider: provider.into(),
        key: "none".into(),
        ..ProfileDraft::default()
    };
    let grafana =
        ProfileDraft { url: "https://acme.grafana.net".into(), stack: "77".into(), ..draft("graphs", "grafana") };
    let datasaur = ProfileDraft { workspace: "4711".into(), ..draft("labels", "datasaur") };
    for (draft, host) in [
        (grafana, "acme.grafana.net/apis/scim.grafana.app/v0alpha1/namespaces/stacks-77"),
        (datasaur, "app.datasaur.ai/api/teams/4711/scim/v2"),
    ] {
        let name = draft.name.clone();
        let (opened, _) = opener.save(draft).await.unwrap();
        assert_eq!(opened.profile.host, host);
        // The same opener, which has read no config file itself, knows what was written.
        let (again, _) = opener.open(Some(&name)).await.unwrap();
        assert_eq!(again.profile.host, host);
    }
}
