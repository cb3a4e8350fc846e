//! How lists come in: rows before their body is there, pages asked for ahead of their turn, and what the disk has of a list
//! that was never read to its end.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use scimitar::{app::action::Action, directory::RecordKind, provider::Provider};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpListener,
    sync::watch,
};

use crate::{
    fake::{Wire, serve},
    harness::{Console, KEY, Room, profile},
    odd::{Habits, Odd},
};

fn person(n: usize) -> Value {
    json!({"id": format!("u{n}"), "userName": format!("user-{n:03}"), "displayName": "}]\""})
}

fn page(numbers: std::ops::Range<usize>, total: usize) -> Value {
    json!({"totalResults": total, "Resources": numbers.map(person).collect::<Vec<_>>()})
}

/// A server whose list of users stops in its middle until it may go on, or breaks off there the first time.
struct Slow {
    url: String,
    go_on: watch::Sender<bool>,
}

impl Slow {
    async fn start(users: usize, breaks_off: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/scim", listener.local_addr().unwrap());
        let go_on = watch::Sender::new(false);
        let (gate, breaks_off) = (go_on.clone(), Arc::new(AtomicBool::new(breaks_off)));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (mut gate, breaks_off) = (gate.subscribe(), Arc::clone(&breaks_off));
                tokio::spawn(async move {
                    let mut stream = BufReader::new(stream);
                    let mut head = String::new();
                    while !head.ends_with("\r\n\r\n") {
                        stream.read_line(&mut head).await.unwrap();
                    }
                    let list = if head.contains("/Users") { page(0..users, users) } else { page(0..0, 0) };
                    let body = list.to_string();
                    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/scim+json\r\nConnection: close\r\nContent-Length:";
                    let (first, rest) = body.split_at(body.len() / 2);
                    stream.write_all(format!("{head} {}\r\n\r\n{first}", body.len()).as_bytes()).await.unwrap();
                    if users > 0 && list["totalResults"] != 0 {
                        gate.wait_for(|open| *open).await.unwrap();
                        if breaks_off.swap(false, Ordering::SeqCst) {
                            return;
                        }
                    }
                    stream.write_all(rest.as_bytes()).await.unwrap();
                });
            }
        });
        Self { url, go_on }
    }
}

fn users(console: &Console) -> usize {
    console.app().directory.len(RecordKind::User)
}

#[tokio::test]
async fn the_first_rows_are_shown_while_their_body_still_comes() {
    let server = Slow::start(200, false).await;
    let mut console = Console::opening(&Room::new(), profile(Provider::Wandb, &server.url, KEY), 80, 24).await;
    console.until("the first rows", |app| app.directory.len(RecordKind::User) >= 25).await;
    console.expect("user-001");
    assert!(users(&console) <= 100 && !console.app().directory.is_read(RecordKind::Team), "{}", console.screen());
    server.go_on.send_replace(true);
    console.settle().await;
    assert_eq!(users(&console), 200);
    console.expect("200 of 200");
}

#[tokio::test]
async fn a_body_that_breaks_off_is_read_again_from_its_beginning() {
    let server = Slow::start(200, true).await;
    let mut console = Console::opening(&Room::new(), profile(Provider::Wandb, &server.url, KEY), 80, 24).await;
    console.until("the first rows", |app| app.directory.len(RecordKind::User) >= 25).await;
    server.go_on.send_replace(true);
    console.settle().await;
    assert_eq!(users(&console), 200);
    console.expect("200 of 200");
}

/// Paths of the requests for users.
fn pages(server: &Odd) -> Vec<String> {
    server.paths().into_iter().filter(|path| path.starts_with("/scim/Users")).collect()
}

#[tokio::test]
async fn pages_are_asked_for_ahead_and_each_of_them_once() {
    let server = Odd::start(Habits { users: 130, largest_page: Some(20), ..Habits::default() }).await;
    let console = Console::open(&Room::new(), profile(Provider::Scim, &server.url, KEY)).await;
    assert_eq!(users(&console), 130);
    console.expect("130 of 130");
    let mut asked = pages(&server);
    assert_eq!(asked.len(), 7, "{asked:#?}");
    asked.sort();
    asked.dedup();
    assert_eq!(asked.len(), 7);
}

#[tokio::test]
async fn a_profile_that_allows_one_request_at_a_time_gets_one() {
    let server = Odd::start(Habits { users: 90, largest_page: Some(20), ..Habits::default() }).await;
    let mut one = profile(Provider::Scim, &server.url, KEY);
    one.parallel = 1;
    let console = Console::open(&Room::new(), one).await;
    assert_eq!(users(&console), 90);
    let starts: Vec<String> = [1, 21, 41, 61, 81].map(|start| format!("startIndex={start}&")).into();
    let asked = pages(&server);
    assert!(asked.len() == 5 && asked.iter().zip(&starts).all(|(path, start)| path.contains(start)), "{asked:#?}");
}

/// Which records a request asks for, counted from 0.
fn start(path: &str) -> usize {
    let start = path.split(['?', '&']).find_map(|pair| pair.strip_prefix("startIndex="));
    start.map_or(0, |start| start.parse::<usize>().unwrap() - 1)
}

/// A server that gives less of a page that is asked for before the one before it is answered.
#[tokio::test]
async fn a_server_that_minds_haste_is_asked_one_by_one() {
    let hurried = Arc::new(AtomicBool::new(true));
    let url = serve(move |path| {
        let from = start(path);
        match path.contains("/Users") {
            false => Wire::json(page(0..0, 0)),
            // The second page comes short the first time.
            true if from == 20 && hurried.swap(false, Ordering::SeqCst) => Wire::json(page(20..23, 90)),
            true => Wire::json(page(from..(from + 20).min(90), 90)),
        }
    })
    .await;
    let console = Console::open(&Room::new(), profile(Provider::Scim, &url, KEY)).await;
    assert_eq!(users(&console), 90);
    console.expect("90 of 90");
}

/// The second page fails for ever, until the server is mended.
#[tokio::test]
async fn a_list_that_was_never_read_whole_is_not_taken_for_one() {
    let broken = Arc::new(AtomicBool::new(true));
    let fails = Arc::clone(&broken);
    let url = serve(move |path| {
        let from = start(path);
        match path.contains("/Users") {
            false => Wire::json(page(0..0, 0)),
            true if from > 0 && fails.load(Ordering::SeqCst) => Wire { status: "403 Forbidden", ..Wire::json("{}") },
            true => Wire::json(page(from..(from + 30).min(50), 50)),
        }
    })
    .await;
    let room = Room::new();
    let profile = profile(Provider::Scim, &url, KEY);
    let console = Console::open(&room, profile.clone()).await;
    assert!(!console.app().directory.is_complete(RecordKind::User), "{}", console.screen());
    console.expect("30 of 50");
    console.quit().await;

    // The disk keeps what came, and how much of the list that is.
    let mut console = Console::open(&room, profile.clone()).await;
    assert_eq!(
        (users(&console), console.app().directory.is_complete(RecordKind::User)),
        (30, false),
        "{}",
        console.screen()
    );
    broken.store(false, Ordering::SeqCst);
    console.press(Action::Refresh);
    console.settle().await;
    assert_eq!((users(&console), console.app().directory.is_complete(RecordKind::User)), (50, true));
    console.quit().await;

    // The next failure leaves all of it.
    broken.store(true, Ordering::SeqCst);
    let console = Console::open(&room, profile).await;
    assert_eq!((users(&console), console.app().directory.is_read(RecordKind::User)), (50, true));
}
