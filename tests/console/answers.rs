//! Servers that refuse, or answer with something else than they should: said in words, with a way on, and nothing lost.

use scimitar::{
    app::action::Action,
    config::{Provider},
};
use serde_json::json;

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
    let console = open(server.running.url(), "wrong").await;
    console.expect("the server did not accept the key (401)");
    console.expect("Check that the key belongs to this host");
    console.expect_no("wrong");
    let team_key = server.running.team_key().to_owned();
    let console = open(server.running.url(), &team_key).await;
    console.expect("the key may not do this (403)");
    console.expect("administrator of the whole organisation");
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
    println!("{}", console.screen());
    console.expect("web page");
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_said() {
    let url = serve(|_| Wire { missing: 1_000, ..Wire::json(r#"{"Resources":[{"id":"1""#) }).await;
    let console = open(&url, KEY).await;
    console.expect("broke off after");
    assert!(console.app().directory.is_empty());
}

#[tokio::test]
async fn one_broken_record_does_not_hide_the_others() {
    let url = serve(|path| {
        let resources = if path.starts_with("/scim/Users") {
            let user = |id: &str, name: serde_json::Value| json!({"id": id, "userName": name, "active": true});
            vec![user("1", json!("ada")), json!(["no", "user"]), user("3", json!({"odd": 1})), user("4", json!("bob"))]
        } else {
            Vec::new()
        };
        Wire::json(json!({"totalResults": resources.len(), "Resources": resources}))
    })
    .await;
    let mut console = open(&url, KEY).await;
    println!("{}", console.screen());
    console.expect("Users 4");
    console.expect("ada");
    console.expect("bob");
    assert_eq!(console.words().matches("unreadable").count(), 2, "{}", console.screen());
    console.expect("$.Resources[1]");
    // What could not be read is not edited.
    console.find("$.Resources");
    let _ = Action::Edit;
}
