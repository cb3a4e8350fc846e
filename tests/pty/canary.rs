//! A key that is easy to recognise goes through everything that the program does, right and wrong; then it is looked for
//! wherever it should not be.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use base64::{Engine, prelude::BASE64_STANDARD};
use scimitar::demo::{self, FaultKind, FaultSpec, RunningDemo};
use tokio::runtime::Runtime;

use crate::tty::{Setup, Tty};

const CANARY: &str = "canary5f3a9c-the-key-of-these-tests";

/// A demo directory in this process.
struct Served {
    runtime: Runtime,
    running: RunningDemo,
}

impl Served {
    fn new(key: &str) -> Self {
        let runtime = Runtime::new().unwrap();
        let options = demo::DemoOptions { users: 30, key: Some(key.into()), ..demo::DemoOptions::default() };
        let running = runtime.block_on(demo::start(options)).unwrap();
        Self { runtime, running }
    }

    fn url(&self) -> String {
        self.running.url().trim_end_matches("/scim").to_owned()
    }

    fn writes(&self) -> usize {
        self.running.requests().iter().filter(|request| request.method == "PATCH" && request.status == 200).count()
    }

    fn meet(&self, kinds: Vec<FaultKind>) {
        let spec = FaultSpec { rate: 1.0, kinds, ..FaultSpec::default() };
        self.running.set_faults(Some(spec));
    }
}

/// The key as it is, and as it stands in the header behind each user name.
fn needles() -> Vec<String> {
    let encoded = ["", ":", "api:", "ann:"].map(|user| {
        let text = BASE64_STANDARD.encode(format!("{user}{CANARY}"));
        // The last letters depend on what follows, the first on what stands before.
        text[8..text.len() - 4].to_owned()
    });
    [CANARY.to_owned()].into_iter().chain(encoded).collect()
}

fn assert_clean(what: &str, bytes: &[u8]) {
    for needle in needles() {
        let found = bytes.windows(needle.len()).position(|part| part == needle.as_bytes());
        assert_eq!(found, None, "the key is in {what}: {needle}");
    }
}

fn files_below(directory: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(directory) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

/// Every file of the home but the one that the key is kept in.
fn assert_home_is_clean(home: &Path) {
    let (mut names, mut logged) = (Vec::new(), false);
    for path in files_below(home).into_iter().filter(|path| !path.ends_with("the-key")) {
        names.push(path.file_name().unwrap().to_string_lossy().into_owned());
        let bytes = fs::read(&path).unwrap();
        logged |= String::from_utf8_lossy(&bytes).contains("answered method=");
        assert_clean(&path.display().to_string(), &bytes);
    }
    assert!(logged, "requests are in the log");
    let has = |part: &str| names.iter().any(|name| name.contains(part));
    assert!(has("scimitar.log") && has(".db") && has("environment"), "{names:?}");
}

fn setup(args: &[&str], served: &Served, form: &str) -> Setup {
    let setup = Setup::scimitar(&[&["--config", "config.toml", "--log", "trace"], args].concat());
    let home = setup.home();
    fs::write(home.join("the-key"), format!("{CANARY}\n")).unwrap();
    fs::create_dir_all(home.join("state")).unwrap();
    let url = served.url();
    let config = format!(
        "[profile.a]\nprovider = \"wandb\"\nhosting = \"dedicated\"\nurl = \"{url}\"\n{form}\n\
         key = {{ command = [\"sh\", \"-c\", \"env > environment; cat the-key\"] }}\nme = \"demo-admin\"\n\
         [profile.tls]\nprovider = \"scim\"\nurl = \"{}\"\nkey = {{ file = \"the-key\" }}\n",
        url.replace("http://", "https://")
    );
    fs::write(home.join("config.toml"), config).unwrap();
    fs::set_permissions(home.join("the-key"), fs::Permissions::from_mode(0o600)).unwrap();
    setup.env("WANDB_API_KEY", CANARY)
}

/// The parts of the process that other users of the machine can see.
fn assert_seen_from_outside(tty: &Tty) {
    let line = fs::read(format!("/proc/{}/cmdline", tty.pid)).unwrap_or_default();
    assert_clean("the command line", &line);
}

#[test]
fn the_key_goes_nowhere_but_into_the_header() {
    for form in ["auth = \"bearer\"", "auth = \"basic-user\"\nuser = \"ann\""] {
        let served = Served::new(CANARY);
        let setup = setup(&["--profile", "a"], &served, form);
        let home = setup.home().to_path_buf();
        let mut tty = setup.start();
        tty.wait_for("synced");
        tty.settle();
        assert_seen_from_outside(&tty);
        // A change, the resource as it came, the journal, and what GraphQL tells of the account.
        tty.press("/eva-tanaka\r");
        tty.press("e");
        tty.settle();
        tty.press(" I\r");
        tty.wait_until("the change to be made", |_| served.writes() == 1);
        tty.settle();
        for keys in ["J", "\x1b", "4", "\r", "\x1b", "1", "w", "\x1b"] {
            tty.press(keys);
            tty.settle();
        }
        // Every way of going wrong.
        served.meet(vec![FaultKind::Redirect]);
        tty.press("R");
        tty.wait_for("elsewhere.invalid");
        served.meet(vec![FaultKind::Html]);
        tty.press("R");
        tty.wait_for("web page");
        tty.press("\x1b");
        let address = served.running.addr();
        served.runtime.block_on(served.running.stop());
        let stranger =
            demo::DemoOptions { listen: address, key: Some("another".into()), ..demo::DemoOptions::default() };
        let stranger = served.runtime.block_on(demo::start(stranger)).unwrap();
        tty.press("R");
        tty.wait_for("401");
        tty.press("q");
        tty.settle();
        assert_eq!(tty.end(), 0);
        assert_clean("what was written to the terminal", &tty.raw);
        assert_home_is_clean(&home);
        drop(stranger);
    }
}

/// `scimitar ARGS` with the key where it may be; gives what it said.
fn run(home: &Path, args: &[&str]) -> Vec<u8> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_scimitar"));
    command.args(["--config", "config.toml", "--log", "trace"]).args(args).env_clear().current_dir(home);
    command.env("HOME", home).env("SCIMITAR_STATE", home.join("state")).env("PATH", "/usr/bin:/bin");
    let output = command.stdin(Stdio::null()).output().unwrap();
    [output.stdout, output.stderr].concat()
}

#[test]
fn the_doctor_tells_everything_but_the_key() {
    let served = Served::new(CANARY);
    let setup = setup(&[], &served, "auth = \"bearer\"");
    let home = setup.home();
    assert!(String::from_utf8_lossy(&run(home, &["doctor", "-p", "a"])).contains("All well"));
    let mut said =
        vec![run(home, &["doctor", "--json", "--write", "--yes", "-p", "a"]), run(home, &["doctor", "-p", "tls"])];
    for kind in [FaultKind::Redirect, FaultKind::Html, FaultKind::Truncated, FaultKind::DownBefore] {
        served.meet(vec![kind]);
        said.push(run(home, &["doctor", "-p", "a"]));
    }
    let stranger = Served::new("another");
    let config = fs::read_to_string(home.join("config.toml")).unwrap().replace(&served.url(), &stranger.url());
    fs::write(home.join("config.toml"), config).unwrap();
    said.push(run(home, &["doctor", "-p", "a"]));
    for said in said {
        assert!(!said.is_empty());
        assert_clean("what the doctor said", &said);
    }
    assert_home_is_clean(home);
}

/// The test that a panicking process runs, in this same binary.
const PANICKING: &str = "canary::a_process_that_panics_with_everything_in_hand";

#[test]
fn a_panic_shows_no_key() {
    let own = std::env::current_exe().unwrap();
    let setup = Setup::program(own.to_str().unwrap(), &["--exact", "--ignored", "--nocapture", PANICKING]);
    let mut tty =
        setup.env("WANDB_API_KEY", CANARY).env("RUST_BACKTRACE", "full").env("COLORBT_SHOW_HIDDEN", "1").start();
    assert_eq!(tty.end(), 101);
    assert!(String::from_utf8_lossy(&tty.raw).contains("on purpose"));
    assert_clean("the panic", &tty.raw);
}

/// Not a test by itself: run in a pseudo-terminal by the one above.
#[test]
#[ignore = "a process for another test"]
fn a_process_that_panics_with_everything_in_hand() {
    use scimitar::client::{AuthScheme, Client, Endpoint};
    let source = scimitar::config::KeySource::Env("WANDB_API_KEY".into());
    let key = source.read(&"http://localhost/scim".parse().unwrap(), &[]).unwrap();
    let endpoint = Endpoint {
        base: "http://127.0.0.1:9/scim".parse().unwrap(),
        auth: AuthScheme::Basic { user: "ann".into(), key },
        graph: None,
        api: None,
        ca_file: None,
        client_cert: None,
        allow_http: false,
        timeout: std::time::Duration::from_secs(1),
        user_agent: "test".into(),
    };
    let client = Client::new(endpoint.clone()).unwrap();
    color_eyre_as_in_main();
    scimitar::console::restore_on_panic();
    let _guard = scimitar::terminal::TerminalGuard::enter().unwrap();
    panic!("on purpose: {endpoint:?} {:?} {client:?} {source:?}", endpoint.auth);
}

/// The hooks that `main` installs.
fn color_eyre_as_in_main() {
    color_eyre::config::HookBuilder::default().display_env_section(false).install().unwrap();
}
