//! The least that it takes to get the lists: the HTTP client and the JSON parser with nothing of ours, and curl. Each in a
//! process of its own, as the program is, so that what it leaves in memory slows down nothing that is measured later.

use std::{
    io::Write,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

/// What this program is called with to fetch for [`bare`].
pub const CALL: &str = "fetch";

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
            let page: serde_json::Value = serde_json::from_slice(&reply.bytes().await.unwrap()).unwrap();
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
