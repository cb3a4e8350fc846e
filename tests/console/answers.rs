//! Servers that refuse, or answer with something else than they should: said in words, with a way on, and nothing lost.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use scimitar::{app::action::Action, provider::Provider};
use serde_json::{Value, json};

use crate::{
    fake::{Wire, serve},
    harness::{Console, KEY, Room, Server, options, profile},
};

async fn open(url: &str, key: &str) -> Console {
    Console::open_sized(&Room::new(), profile(Provider::Wandb, url, key), 100, 30).await
}

#[tokio::test]
async fn a_key_that_is_refused_is_said() {
    let server = Server::start(options()).await;
    let console = open(server.running.url(), "no-such-key").await;
    console.expect("the server did not accept the key (401)");
    console.expect("Use the API key of an instance admin");
    console.expect_no("no-such-key");
    let team_key = server.running.team_key().to_owned();
    let console = open(server.running.url(), &team_key).await;
    console.expect("the key may not do this (403)");
    console.expect("keys of team service accounts are refused");
}

#[tokio::test]
async fn a_wrong_path_is_said() {
    let server = Server::start(options()).await;
    let url = server.running.url().replace("/scim", "/somewhere");
    let console = open(&url, KEY).await;
    console.expect("404 on all of them");
    console.expect("Check url and path in the profile");
}

#[tokio::test]
async fn a_web_page_in_the_place_of_json_is_said() {
    let page = "<!doctype html><html><head><title>Sign in</title></head></html>";
    let url = serve(move |_| Wire { content_type: "text/html", ..Wire::json(page) }).await;
    let console = open(&url, KEY).await;
    console.expect("The server answered with a web page instead of data.");
    console.expect("R tries again.");
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_said() {
    let url = serve(|_| Wire { missing: 1_000, ..Wire::json(r#"{"Resources":[{"id":"1""#) }).await;
    let console = open(&url, KEY).await;
    console.expect("broke off after");
    assert!(console.app().directory.is_empty());
}

/// Four users in the list, two of them broken; read by themselves, `ada` is whole and `bob` is nothing.
fn half_broken(path: &str) -> Wire {
    let user = |id: &str, name: Value| json!({"id": id, "userName": name, "active": true});
    let resources = match path.split('?').next().unwrap_or_default() {
        "/scim/Users/1" => return Wire::json(user("1", json!("ada"))),
        "/scim/Users" => {
            vec![user("1", json!("ada")), json!(["no", "user"]), user("3", json!({"odd": 1})), user("4", json!("bob"))]
        }
        one if one.starts_with("/scim/Users/") => return Wire::json("{}"),
        _ => Vec::new(),
    };
    Wire::json(json!({"totalResults": resources.len(), "Resources": resources}))
}

#[tokio::test]
async fn one_broken_record_does_not_hide_the_others() {
    let url = serve(half_broken).await;
    let mut console = open(&url, KEY).await;
    console.expect("Users 4");
    let rows = [("ada", "active"), ("bob", "active"), ("unreadable:2", "! unreadable"), ("3", "! unreadable")];
    for (name, what) in rows {
        assert!(console.row(name).contains(what), "{name}:\n{}", console.screen());
    }
    // A single record that can't be read does not stop all sending.
    console.expect("Some records could not be read");
    console.expect_no("offline");
    console.esc();
    // A record that could not be read is not edited.
    console.find("id:unreadable");
    console.press(Action::ToggleActive);
    console.expect("could not be read");
    assert!(console.entries().is_empty() && !console.is_preview());
}

/// Nine users whatever page is asked for, five of them without an id and two of those alike.
#[tokio::test]
async fn a_server_that_repeats_broken_records_is_read_once() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let url = serve(move |path| {
        let mut resources = Vec::new();
        if path.starts_with("/scim/Users") {
            count.fetch_add(1, Ordering::Relaxed);
            resources.extend((1..=4).map(|n| json!({"id": n.to_string(), "userName": format!("user-{n}")})));
            resources.extend((1..=3).map(|n| json!({"userName": format!("lost-{n}")})));
            resources.extend([json!({}), json!({})]);
        }
        Wire::json(json!({"totalResults": if resources.is_empty() { 0 } else { 19 }, "Resources": resources}))
    })
    .await;
    let console = Console::open(&Room::new(), profile(Provider::Scim, &url, KEY)).await;
    console.expect("Users 9");
    // The second page and the third at once, and the second once more by itself.
    assert!(asked.load(Ordering::Relaxed) <= 4, "{} requests", asked.load(Ordering::Relaxed));
}
