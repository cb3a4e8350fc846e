//! The server and the home directory that all processes share.

use std::{
    collections::HashMap,
    fs,
    path::PathBuf,
    process::{Command, Stdio},
    time::Duration,
};

use scimitar::{
    demo::{self, DemoOptions, FaultSpec, Hosting, Provider, RunningDemo},
    directory::plan::{ChangeState, JournalEntry},
    store::{Snapshot, Store, StoreError},
};
use serde_json::Value;
use tempfile::TempDir;

use crate::{
    foreign::CLIENT,
    habit::{Habit, Proxy},
    mishap::{self, Mishap},
    tty::{Setup, Tty},
};

const KEY: &str = "demo-key-of-the-soak";
/// Whose users these are; `all` are everybody's.
pub const PARTIES: [&str; 6] = ["one", "two", "plan", "file", CLIENT, "all"];
/// Users of each.
pub const USERS: usize = 24;
/// Changes among which a plan that failed is looked for.
const NEWEST: usize = 400;

/// The server that a seed chooses.
#[derive(Debug, Clone, Copy)]
pub struct Course {
    pub seed: u64,
    pub provider: Provider,
    pub habit: Habit,
}

impl Course {
    /// Four seeds in a row have four providers; after four of them the habit changes.
    pub fn of(seed: u64) -> Self {
        let providers = [Provider::Scim, Provider::Wandb, Provider::Grafana, Provider::Datasaur];
        let chosen = |many: usize, at: u64| (at % many as u64) as usize;
        let provider = providers[chosen(providers.len(), seed)];
        let habit = Habit::ALL[chosen(Habit::ALL.len(), seed / providers.len() as u64)];
        Self { seed, provider, habit }
    }
}

pub struct World {
    pub server: RunningDemo,
    pub course: Course,
    home: TempDir,
    clock: Option<PathBuf>,
    http: reqwest::Client,
    /// Ids of the users and groups that were there at the beginning, by name.
    ids: HashMap<String, String>,
    runtime: tokio::runtime::Runtime,
}

impl World {
    /// A directory with users for everybody, on a server that does not fail yet.
    pub fn new(course: Course) -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let options = DemoOptions {
            provider: course.provider,
            hosting: Hosting::Dedicated,
            users: 12,
            seed: course.seed,
            latency: Duration::from_millis(3),
            key: Some(KEY.into()),
            retry_after: 0,
            ..DemoOptions::default()
        };
        let server = runtime.block_on(demo::start(options)).unwrap();
        let home = tempfile::tempdir().unwrap();
        let proxy = Proxy::start(course.habit, server.addr());
        fs::write(home.path().join("config.toml"), profile(course, &server, &proxy)).unwrap();
        let clock = mishap::clock(home.path());
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let mut world = Self { server, course, home, clock, http, ids: HashMap::new(), runtime };
        let mut rows = "user,email,external_id,team,models_seat,team_role\n".to_owned();
        let (seat, role) = if world.has_seats() { ("full", "member") } else { ("", "") };
        for party in PARTIES {
            rows += &format!(",,{},soak-{party},,\n", world.external_id(&format!("soak-{party}")));
            for name in (0..USERS).map(|number| format!("{party}-{number:02}")) {
                let external = world.external_id(&name);
                rows += &format!("{name},{name}@soak.example,{external},soak-{party},{seat},{role}\n");
            }
        }
        let file = world.file("rows.csv", &rows);
        let args = ["apply", file.to_str().unwrap(), "--create-teams", "--yes"];
        let said = world.command("plan", Mishap::default(), &args).output().unwrap();
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
        proxy.begin();
        for (records, name) in [(world.people(), "userName"), (world.groups(), "displayName")] {
            world.ids.extend(records.iter().map(|record| (text(&record[name]), text(&record["id"]))));
        }
        world
    }

    /// True where users have seats and roles in teams.
    pub fn has_seats(&self) -> bool {
        self.course.provider == Provider::Wandb
    }

    /// The identity provider's id of a new user or team; empty for a server that needs none.
    pub fn external_id(&self, name: &str) -> String {
        if self.course.provider == Provider::Grafana { format!("idp-{name}") } else { String::new() }
    }

    /// True where the clocks of processes can be moved.
    pub fn moves_clocks(&self) -> bool {
        self.clock.is_some()
    }

    /// The id of a user or group that was there at the beginning.
    pub fn id(&self, name: &str) -> Option<&str> {
        self.ids.get(name).map(String::as_str)
    }

    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.home.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    /// A command of this party.
    pub fn command(&self, party: &str, mishap: Mishap, args: &[&str]) -> Command {
        let (program, args) = mishap.command_line(args);
        let mut command = Command::new(program);
        command.args(args).env_clear().current_dir(self.home.path()).envs(self.environment(party, mishap));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        command
    }

    /// A console of this party.
    pub fn console(&self, party: &str, mishap: Mishap) -> Tty {
        let (program, args) = mishap.command_line(&[]);
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let setup = Setup::program(&program, &args).at(self.home.path());
        self.environment(party, mishap).into_iter().fold(setup, |setup, (name, value)| setup.env(name, &value)).start()
    }

    fn environment(&self, party: &str, mishap: Mishap) -> Vec<(&'static str, String)> {
        let path = |name: &str| self.home.path().join(name).display().to_string();
        let mut all = vec![
            ("HOME", path("")),
            ("SCIMITAR_CONFIG", path("config.toml")),
            ("SCIMITAR_STATE", path("state")),
            ("DEMO_KEY", KEY.to_owned()),
            ("USER", party.to_owned()),
            ("NO_PROXY", "127.0.0.1".to_owned()),
        ];
        if let (Some(library), Some(seconds)) = (&self.clock, mishap.clock) {
            all.push(("LD_PRELOAD", library.display().to_string()));
            all.push(("SOAK_CLOCK_SECONDS", seconds.to_string()));
        }
        all
    }

    /// Bytes of the store's largest file.
    pub fn largest(&self) -> u64 {
        let files = fs::read_dir(self.home.path().join("state")).unwrap().flatten();
        files.filter_map(|file| Some(file.metadata().ok()?.len())).max().unwrap_or(0)
    }

    /// Lets that share of the requests go wrong, or none.
    pub fn fail(&self, rate: Option<f64>) {
        let spec =
            |rate| FaultSpec { seed: self.course.seed, rate, wait: Duration::from_millis(40), ..FaultSpec::default() };
        self.server.set_faults(rate.map(spec));
    }

    fn store(&self) -> Store {
        let state = self.home.path().join("state");
        let mut files = fs::read_dir(state).unwrap().map(|entry| entry.unwrap().path());
        let file = files.find(|path| path.extension().is_some_and(|end| end == "db")).unwrap();
        // On a busy machine the lock goes round among the others for longer than one wait.
        loop {
            match Store::open(&file) {
                Err(StoreError::Held { .. }) => {}
                opened => return opened.unwrap().0,
            }
        }
    }

    /// How many changes have an outcome.
    pub fn settled(&self) -> usize {
        let store = self.store();
        [ChangeState::Confirmed, ChangeState::Refused, ChangeState::Conflict]
            .iter()
            .map(|state| store.journal_count(*state).unwrap())
            .sum()
    }

    /// All of the journal, oldest first.
    pub fn journal(&self) -> Vec<JournalEntry> {
        let store = self.store();
        store.journal_check().unwrap();
        let journal = store.journal_recent(1_000_000).unwrap();
        assert_eq!(journal.unreadable, 0);
        journal.entries
    }

    /// The newest of the journal, oldest first.
    pub fn newest(&self) -> Vec<JournalEntry> {
        self.store().journal_recent(NEWEST).unwrap().entries
    }

    /// The server's users, asked without the program.
    pub fn people(&self) -> Vec<Value> {
        self.runtime.block_on(self.list("Users"))
    }

    /// The server's groups.
    pub fn groups(&self) -> Vec<Value> {
        self.runtime.block_on(self.list("Groups"))
    }

    async fn list(&self, endpoint: &str) -> Vec<Value> {
        let mut all: Vec<Value> = Vec::new();
        loop {
            let url = format!("{}/{endpoint}?startIndex={}&count=100", self.server.url(), all.len() + 1);
            let answer = self.http.get(url).bearer_auth(KEY).send().await.unwrap().text().await.unwrap();
            let mut list: Value = serde_json::from_str(&answer).unwrap();
            let Value::Array(page) = list["Resources"].take() else { panic!("{answer}") };
            let end = page.is_empty();
            all.extend(page);
            if end || Some(all.len() as u64) >= list["totalResults"].as_u64() {
                return all;
            }
        }
    }

    /// Sends a request of another client, whatever becomes of it.
    pub fn send(&self, method: &str, path: &str, body: &Value) {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let request = self.http.request(method, format!("{}/{path}", self.server.url())).bearer_auth(KEY);
        let request = request.header("content-type", "application/scim+json").body(body.to_string());
        drop(self.runtime.block_on(request.send()));
    }

    /// The directory as the last session saw it.
    pub fn snapshot(&self) -> Snapshot {
        self.store().load().unwrap()
    }
}

/// A profile for the server, or for the proxy that gives it a habit.
fn profile(course: Course, server: &RunningDemo, proxy: &Proxy) -> String {
    let mut url = server.url().to_owned();
    if course.habit != Habit::Plain {
        url = url.replace(&server.addr().to_string(), &proxy.address.to_string());
    }
    let place = match (course.provider, url.split_once("/api/teams/")) {
        (Provider::Datasaur, Some((root, rest))) => {
            format!("url = \"{root}\"\nworkspace = \"{}\"", rest.split('/').next().unwrap())
        }
        (Provider::Wandb, _) => format!("url = \"{url}\"\nhosting = \"dedicated\"\nme = \"demo-admin\""),
        _ => format!("url = \"{url}\""),
    };
    let provider = course.provider.as_str();
    format!("[profile.demo]\nprovider = \"{provider}\"\n{place}\nkey = {{ env = \"DEMO_KEY\" }}\n")
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
