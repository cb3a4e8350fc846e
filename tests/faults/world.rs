//! One server, and one home directory that all share.

use std::{
    fs,
    path::PathBuf,
    process::{Command, Stdio},
    time::Duration,
};

use scimitar::{
    demo::{self, DemoOptions, FaultSpec, RunningDemo},
    directory::plan::{ChangeState, JournalEntry},
    store::{Snapshot, Store},
};
use serde_json::Value;
use tempfile::TempDir;

use crate::tty::{Setup, Tty};

const KEY: &str = "demo-key-of-the-soak";
/// Whose users these are; `all` are everybody's.
pub const PARTIES: [&str; 4] = ["one", "two", "plan", "all"];
/// Users of each.
pub const USERS: usize = 24;
/// Changes among which a plan that failed is looked for.
const NEWEST: usize = 400;

pub struct World {
    pub server: RunningDemo,
    home: TempDir,
    seed: u64,
    runtime: tokio::runtime::Runtime,
}

impl World {
    /// A directory with users for everybody, on a server that does not fail yet.
    pub fn new(seed: u64) -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let options = DemoOptions {
            users: 12,
            seed,
            latency: Duration::from_millis(3),
            key: Some(KEY.into()),
            retry_after: 0,
            ..DemoOptions::default()
        };
        let server = runtime.block_on(demo::start(options)).unwrap();
        let home = tempfile::tempdir().unwrap();
        let config = format!(
            "[profile.demo]\nprovider = \"wandb\"\nhosting = \"dedicated\"\nurl = \"{}\"\nkey = {{ env = \"DEMO_KEY\" }}\n\
             me = \"demo-admin\"\n",
            server.url()
        );
        fs::write(home.path().join("config.toml"), config).unwrap();
        let world = Self { server, home, seed, runtime };
        let mut rows = "user,email,models_seat,team,team_role\n".to_owned();
        for (party, number) in PARTIES.iter().flat_map(|party| (0..USERS).map(move |number| (party, number))) {
            rows += &format!("{party}-{number:02},{party}-{number:02}@soak.example,full,soak-{party},member\n");
        }
        let file = world.file("rows.csv", &rows);
        let args = ["apply", file.to_str().unwrap(), "--create-teams", "--yes"];
        let said = world.command("plan", &args).output().unwrap();
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
        world
    }

    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.home.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    /// A command of this party.
    pub fn command(&self, party: &str, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_scimitar"));
        command.args(args).env_clear().current_dir(self.home.path()).envs(self.environment(party));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        command
    }

    /// A console of this party.
    pub fn console(&self, party: &str) -> Tty {
        let setup = Setup::scimitar(&[]).at(self.home.path());
        self.environment(party).into_iter().fold(setup, |setup, (name, value)| setup.env(name, &value)).start()
    }

    fn environment(&self, party: &str) -> Vec<(&'static str, String)> {
        let path = |name: &str| self.home.path().join(name).display().to_string();
        vec![
            ("HOME", path("")),
            ("SCIMITAR_CONFIG", path("config.toml")),
            ("SCIMITAR_STATE", path("state")),
            ("DEMO_KEY", KEY.to_owned()),
            ("USER", party.to_owned()),
            ("NO_PROXY", "127.0.0.1".to_owned()),
        ]
    }

    /// Lets that share of the requests go wrong, or none.
    pub fn fail(&self, rate: Option<f64>) {
        let spec = |rate| FaultSpec { seed: self.seed, rate, wait: Duration::from_millis(40), ..FaultSpec::default() };
        self.server.set_faults(rate.map(spec));
    }

    fn store(&self) -> Store {
        let state = self.home.path().join("state");
        let mut files = fs::read_dir(state).unwrap().map(|entry| entry.unwrap().path());
        let file = files.find(|path| path.extension().is_some_and(|end| end == "db")).unwrap();
        Store::open(&file).unwrap().0
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
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let url = format!("{}/{endpoint}?count=100000", self.server.url());
        let answer = http.get(url).bearer_auth(KEY).send().await.unwrap().text().await.unwrap();
        let list: Value = serde_json::from_str(&answer).unwrap();
        list["Resources"].as_array().unwrap().clone()
    }

    /// What the last session saw of the directory.
    pub fn snapshot(&self) -> Snapshot {
        self.store().load().unwrap()
    }
}
