//! Plans at scale: how long a file of 10,000 rows takes to become a plan, and what a change costs beyond its request.
//!
//! Prints a Markdown table. Each figure stands beside a yardstick of the same run: the same bytes through the CSV library
//! alone, the same requests by reqwest and by curl.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "a bench")]

mod directory;

use std::{
    fs,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use scimitar::{
    desired::{self, ColumnOptions, DesiredChange, FileFormat},
    dialect::{self, Hosting, Provider},
    directory::{RecordKind, change::ChangeId, guard::GuardSettings, plan::draft},
};

/// Rows of the file.
const ROWS: usize = 10_000;
/// Changes that are sent.
const SENT: usize = 2_000;
/// Under way at a time, as a profile has it where it says nothing.
const PARALLEL: usize = 4;
/// The best of so many runs counts.
const RUNS: usize = 5;
const KEY: &str = "a-key-for-the-bench";

fn main() {
    println!("| what | measured | yardstick in the same run | ratio |\n|---|---|---|---|");
    for size in directory::sizes().into_iter().filter(|size| *size >= ROWS) {
        planning(size);
    }
    sending();
}

fn planning(size: usize) {
    let app = directory::app(size, 80, 24);
    let users = (0..ROWS as u32).filter_map(|row| app.directory.user_at(row * (size / ROWS) as u32));
    let mut text = "user,role,models_seat,team,team_role\n".to_owned();
    for (user, team) in users.zip((0..app.directory.len(RecordKind::Team) as u32).cycle()) {
        let team = app.directory.team_at(team).unwrap();
        text += &format!("{},member,none,{},viewer\n", user.user_name, team.name);
    }
    let planner = dialect::of(Provider::Wandb, Hosting::Dedicated, dialect::KnownServer::default());
    let mut changes = 0;
    let (ours, bare) = (
        best(|| {
            let mut last = 0;
            let mut key = || {
                last += 1;
                ChangeId(last)
            };
            let wanted = desired::read(&text, FileFormat::Csv, &ColumnOptions::default()).unwrap();
            let can = planner.capabilities();
            let found = desired::difference(&wanted, &app.directory, can, DesiredChange::default(), &mut key).unwrap();
            let plan = draft(&*planner, &GuardSettings::default(), found.changes, &app.directory);
            changes = plan.steps.len() + plan.refused.len();
        }),
        best(|| {
            let mut reader = csv::Reader::from_reader(text.as_bytes());
            assert_eq!(reader.records().filter_map(Result::ok).count(), ROWS);
        }),
    );
    println!(
        "| {ROWS} rows against {size} users, to a plan of {changes} changes | {} | the csv crate alone: {} | {:.0} |",
        millis(ours),
        millis(bare),
        ours.as_secs_f64() / bare.as_secs_f64()
    );
}

fn best(mut run: impl FnMut()) -> Duration {
    (0..RUNS)
        .map(|_| {
            let began = Instant::now();
            run();
            began.elapsed()
        })
        .min()
        .unwrap()
}

fn millis(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}

struct Server(Child, String);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn server(users: usize) -> Server {
    let mut child = Command::new(env!("CARGO_BIN_EXE_scimitar"))
        .args(["demo", "--listen", "127.0.0.1:0", "--key-env", "DEMO_KEY", "--users", &users.to_string()])
        .env("DEMO_KEY", KEY)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    Server(child, line.trim().trim_start_matches("url: ").to_owned())
}

/// Every change planned, journaled with its disk, sent, confirmed and journaled again, beside the bare requests.
fn sending() {
    let server = server(SENT * 2);
    let home = tempfile::tempdir().unwrap();
    let config = format!(
        "[profile.demo]\nprovider = \"wandb\"\nhosting = \"dedicated\"\nurl = \"{}\"\nkey = {{ env = \"DEMO_KEY\" }}\n",
        server.1
    );
    fs::write(home.path().join("config.toml"), config).unwrap();
    let command = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_scimitar"));
        command.args(args).env("SCIMITAR_STATE", home.path().join("state")).env("DEMO_KEY", KEY);
        command.env("SCIMITAR_CONFIG", home.path().join("config.toml")).current_dir(home.path());
        let began = Instant::now();
        let output = command.output().unwrap();
        (began.elapsed(), output)
    };
    let (_, listed) = command(&["users", "--json", "-f", "account:person active:yes"]);
    let users: serde_json::Value = serde_json::from_slice(&listed.stdout).unwrap();
    let users: Vec<(String, String)> = users
        .as_array()
        .unwrap()
        .iter()
        .filter(|user| user["user"] != "demo-admin")
        .take(SENT)
        .map(|user| (user["id"].as_str().unwrap().to_owned(), user["user"].as_str().unwrap().to_owned()))
        .collect();
    let mut seats = ["none", "full"].into_iter().cycle();
    let mut ours = Duration::MAX;
    for _ in 0..3 {
        let seat = seats.next().unwrap();
        let rows: Vec<String> = users.iter().map(|(_, name)| format!("{name},{seat}")).collect();
        fs::write(home.path().join("rows.csv"), format!("user,models_seat\n{}\n", rows.join("\n"))).unwrap();
        let (planned, _) = command(&["plan", "rows.csv"]);
        let (applied, output) = command(&["apply", "rows.csv", "--yes"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        ours = ours.min(applied.saturating_sub(planned));
    }
    let urls: Vec<String> = users.iter().map(|(id, _)| format!("{}/Users/{id}", server.1)).collect();
    let bare = (0..3).map(|_| bare(&urls, seats.next().unwrap())).min().unwrap();
    let curl = (0..3).map(|_| curl(home.path(), &urls, seats.next().unwrap())).min().unwrap();
    let each = |time: Duration| format!("{:.2} ms", time.as_secs_f64() * 1e3 / SENT as f64);
    let ratio = |time: Duration| ours.as_secs_f64() / time.as_secs_f64();
    println!(
        "| a change of {SENT}, {PARALLEL} at a time | {} | reqwest alone: {} | {:.1} |",
        each(ours),
        each(bare),
        ratio(bare)
    );
    println!("| the same | {} | curl --parallel: {} | {:.1} |", each(ours), each(curl), ratio(curl));
}

fn body(seat: &str) -> String {
    format!(
        "{{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:PatchOp\"],\
         \"Operations\":[{{\"op\":\"replace\",\"path\":\"modelsSeat\",\"value\":\"{seat}\"}}]}}"
    )
}

/// The same requests by reqwest, nothing looked at but the status.
fn bare(urls: &[String], seat: &str) -> Duration {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let client = reqwest::Client::new();
        let (next, urls, body) = (Arc::new(AtomicUsize::new(0)), Arc::new(urls.to_vec()), body(seat));
        let began = Instant::now();
        let tasks = (0..PARALLEL).map(|_| {
            let (client, next, urls, body) = (client.clone(), Arc::clone(&next), Arc::clone(&urls), body.clone());
            tokio::spawn(async move {
                while let Some(url) = urls.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let request = client.patch(url).bearer_auth(KEY).header("content-type", "application/scim+json");
                    let answer = request.body(body.clone()).send().await.unwrap();
                    assert!(answer.status().is_success(), "{}", answer.status());
                    answer.bytes().await.unwrap();
                }
            })
        });
        for task in tasks.collect::<Vec<_>>() {
            task.await.unwrap();
        }
        began.elapsed()
    })
}

/// The same by one curl.
fn curl(home: &std::path::Path, urls: &[String], seat: &str) -> Duration {
    let shared = format!(
        "request = PATCH\nheader = \"Authorization: Bearer {KEY}\"\nheader = \"Content-Type: application/scim+json\"\n\
         data = \"{}\"\noutput = /dev/null\nfail\nsilent\n",
        body(seat).replace('"', "\\\"")
    );
    let config: Vec<String> = urls.iter().map(|url| format!("url = \"{url}\"\n{shared}")).collect();
    let path = home.join("curl.conf");
    fs::write(&path, config.join("next\n")).unwrap();
    let began = Instant::now();
    let mut command = Command::new("curl");
    command.args(["--parallel", "--parallel-max", &PARALLEL.to_string(), "-K"]).arg(&path).stdout(Stdio::null());
    let status = command.status().unwrap();
    assert!(status.success(), "curl: {status}");
    began.elapsed()
}
