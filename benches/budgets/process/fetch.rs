//! The least that it takes to get the lists: the HTTP client and the JSON parser with nothing of ours, the same with a
//! database, which is the straightforward program for a refresh, and curl. Each in a
//! process of its own, as the program is, so that what it leaves in memory slows down nothing that is measured later.

use std::{
    io::Write,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, value::RawValue};

/// What this program is called with to fetch for [`bare`], and for [`straightforward`].
pub const CALL: &str = "fetch";
pub const CALL_STORED: &str = "fetch-and-store";

/// Reads all lists and prints the microseconds and the pages' addresses.
pub fn answer(url: &str, key: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let started = Instant::now();
    let urls = runtime.block_on(fetch(url, key));
    println!("{}", started.elapsed().as_micros());
    urls.iter().for_each(|url| println!("{url}"));
}

async fn fetch(server: &str, key: &str) -> Vec<String> {
    let (client, mut urls) = (reqwest::Client::new(), Vec::new());
    for list in ["Users", "Groups", "Roles"] {
        let mut start = 1;
        loop {
            let url = format!("{server}/{list}?startIndex={start}&count=9999");
            let reply = client.get(&url).bearer_auth(key).send().await.unwrap();
            let page: Value = serde_json::from_slice(&reply.bytes().await.unwrap()).unwrap();
            urls.push(url);
            let here = page["Resources"].as_array().map_or(0, Vec::len);
            start += here;
            if here == 0 || start as u64 > page["totalResults"].as_u64().unwrap_or(0) {
                break;
            }
        }
    }
    urls
}

/// Reads all lists into typed records and puts them into a database, and prints the microseconds.
pub fn answer_stored(url: &str, key: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let room = tempfile::tempdir().unwrap();
    let started = Instant::now();
    let stored = runtime.block_on(store(url, key, &room.path().join("lists.db")));
    println!("{}", started.elapsed().as_micros());
    assert!(stored > 0);
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TypedPage<'a> {
    total_results: usize,
    #[serde(rename = "Resources", borrow, default = "Vec::new")]
    resources: Vec<&'a RawValue>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct TypedUser {
    id: String,
    user_name: String,
    display_name: String,
    emails: Value,
    active: bool,
    organization_role: Option<String>,
    team_roles: Vec<TypedGrant>,
    models_seat: Option<String>,
    weave_role: Option<String>,
    meta: TypedMeta,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct TypedGrant {
    team_name: String,
    role_name: String,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct TypedMeta {
    created: Option<String>,
    last_modified: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct TypedGroup {
    id: String,
    display_name: String,
    name: String,
    members: Vec<TypedMember>,
    meta: TypedMeta,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct TypedMember {
    value: String,
    display: String,
}

/// A program as one would write it: pages one after another, typed records, all rows in one transaction.
async fn store(server: &str, key: &str, file: &Path) -> usize {
    let client = reqwest::Client::new();
    let mut db = rusqlite::Connection::open(file).unwrap();
    db.execute_batch(
        "PRAGMA journal_mode = WAL;
        CREATE TABLE user(id TEXT PRIMARY KEY, name TEXT, display TEXT, email TEXT, active INT, role TEXT, seats TEXT, changed TEXT, json TEXT);
        CREATE TABLE grant(user TEXT, team TEXT, role TEXT);
        CREATE TABLE team(id TEXT PRIMARY KEY, name TEXT, changed TEXT, json TEXT);
        CREATE TABLE member(team TEXT, user TEXT, display TEXT);",
    )
    .unwrap();
    let tx = db.transaction().unwrap();
    let mut rows = 0;
    for list in ["Users", "Groups", "Roles"] {
        let mut start = 1;
        loop {
            let url = format!("{server}/{list}?startIndex={start}&count=9999");
            let body = client.get(&url).bearer_auth(key).send().await.unwrap().bytes().await.unwrap();
            let (total, here) = if list == "Users" {
                put_page::<TypedUser>(&body, |user, json| put_user(&tx, user, json))
            } else {
                put_page::<TypedGroup>(&body, |group, json| put_group(&tx, group, json))
            };
            rows += here;
            start += here;
            if here == 0 || start > total {
                break;
            }
        }
    }
    tx.commit().unwrap();
    rows
}

/// The total that a page tells, and its length.
fn put_page<T: DeserializeOwned>(body: &[u8], mut put: impl FnMut(&T, &str)) -> (usize, usize) {
    let page: TypedPage<'_> = serde_json::from_slice(body).unwrap();
    page.resources.iter().for_each(|raw| put(&serde_json::from_str(raw.get()).unwrap(), raw.get()));
    (page.total_results, page.resources.len())
}

fn put_user(db: &rusqlite::Connection, user: &TypedUser, json: &str) {
    let email = user.emails.pointer("/0/value").or(user.emails.pointer("/value")).and_then(Value::as_str);
    let seats = (user.models_seat.as_deref().unwrap_or_default(), user.weave_role.as_deref().unwrap_or_default());
    let seats = format!("{},{}", seats.0, seats.1);
    db.prepare_cached("INSERT INTO user VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")
        .unwrap()
        .execute(rusqlite::params![
            user.id,
            user.user_name,
            user.display_name,
            email,
            user.active,
            user.organization_role,
            seats,
            user.meta.last_modified.as_ref().or(user.meta.created.as_ref()),
            json
        ])
        .unwrap();
    let mut grants = db.prepare_cached("INSERT INTO grant VALUES(?1, ?2, ?3)").unwrap();
    for grant in &user.team_roles {
        grants.execute([&user.id, &grant.team_name, &grant.role_name]).unwrap();
    }
}

fn put_group(db: &rusqlite::Connection, group: &TypedGroup, json: &str) {
    let name = if group.display_name.is_empty() { &group.name } else { &group.display_name };
    let changed = group.meta.last_modified.as_ref().or(group.meta.created.as_ref());
    db.prepare_cached("INSERT OR REPLACE INTO team VALUES(?1, ?2, ?3, ?4)")
        .unwrap()
        .execute(rusqlite::params![group.id, name, changed, json])
        .unwrap();
    let mut members = db.prepare_cached("INSERT INTO member VALUES(?1, ?2, ?3)").unwrap();
    for member in &group.members {
        members.execute([&group.id, &member.value, &member.display]).unwrap();
    }
}

/// The time that [`store`] takes.
pub fn straightforward(url: &str, key: &str) -> Duration {
    let own = std::env::current_exe().unwrap();
    let output = Command::new(own).args([CALL_STORED, url, key]).output().unwrap();
    let micros = String::from_utf8(output.stdout).unwrap().trim().parse().expect("the time");
    Duration::from_micros(micros)
}

/// The time that [`fetch`] takes, and the pages that there are.
pub fn bare(url: &str, key: &str) -> (Duration, Vec<String>) {
    let own = std::env::current_exe().unwrap();
    let output = Command::new(own).args([CALL, url, key]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let mut lines = text.lines();
    let micros = lines.next().and_then(|line| line.parse().ok()).expect("the time");
    (Duration::from_micros(micros), lines.map(str::to_owned).collect())
}

/// The time that curl takes for the same pages, one after another; nothing where there is no curl.
pub fn curl(urls: &[String], key: &str) -> Option<Duration> {
    let started = Instant::now();
    let mut curl = Command::new("curl").args(["--config", "-"]).stdin(Stdio::piped()).spawn().ok()?;
    let pages = urls.iter().map(|url| format!("url = \"{url}\"\noutput = \"/dev/null\"\n"));
    let config = format!("silent\nfail\nheader = \"Authorization: Bearer {key}\"\n{}", pages.collect::<String>());
    curl.stdin.take()?.write_all(config.as_bytes()).ok()?;
    let ended = curl.wait().ok()?;
    ended.success().then(|| started.elapsed())
}
