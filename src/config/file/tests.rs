//! A whole file, and every fault with its line and key.

use rstest::rstest;

use super::*;
use crate::config::{AuthForm, ConfirmPolicy};
use crate::provider::{Hosting, Provider};

fn fault(text: &str) -> String {
    ConfigFile::parse(text, Path::new("config.toml")).unwrap_err().to_string()
}

#[test]
fn a_whole_file_is_read() {
    let text = r#"
default_profile = "acme"
[ui]
theme = "mono"
glyphs = "ascii"
link = "slow"
[keys]
quit = ["q", "ctrl-c"]
[profile.acme]
provider = "wandb"
hosting = "self-managed"
url = "https://wandb.corp.example:8443/"
path = "/api/scim/"
auth = "basic-user"
user = "ann"
key = { command = ["pass", "show", "acme"] }
me = "ann"
read_only = true
confirm = "always"
allow_http = true
ca_file = "ca.pem"
client_cert = "me.pem"
client_key = "me.key"
unguarded = ["last-admin"]
max_removal = "20%"
protected = ["cfo", " ops@corp.example "]
admins = ["ann"]
parallel = 8
timeout_seconds = 5
full_seats = 500
max_users = 200000
[profile.shared]
provider = "wandb"
[profile.ded]
provider = "wandb"
url = "https://acme.wandb.io"
key = { netrc = true }
[profile.open]
provider = "scim"
url = "http://127.0.0.1:8080/v2"
auth = "none"
"#;
    let file = ConfigFile::parse(text, Path::new("/etc/s/config.toml")).unwrap();
    assert_eq!(file.ui, UiTable { theme: ThemeChoice::Mono, glyphs: GlyphChoice::Ascii, link: LinkChoice::Slow });
    assert_eq!(file.keys["quit"], ["q", "ctrl-c"]);
    let acme = &file.profiles["acme"];
    assert_eq!((acme.provider, acme.hosting), (Provider::Wandb, Hosting::SelfManaged));
    assert_eq!(acme.base_text(), "https://wandb.corp.example:8443/api/scim");
    assert_eq!((&acme.auth, acme.confirm), (&AuthForm::BasicUser("ann".into()), ConfirmPolicy::Always));
    assert_eq!((acme.parallel, acme.timeout.as_secs(), acme.read_only), (8, 5, true));
    assert_eq!((acme.full_seats, acme.max_users, acme.max_removal), (Some(500), 200_000, Some(20)));
    assert_eq!(
        (acme.protected.as_slice(), acme.admins.as_slice()),
        (&["cfo", "ops@corp.example"].map(String::from)[..], &["ann".to_owned()][..])
    );
    assert!(file.profiles["shared"].protected.is_empty() && file.profiles["shared"].admins.is_empty());
    assert_eq!(acme.ca_file.as_deref(), Some(Path::new("/etc/s/ca.pem")));
    assert_eq!(acme.client_cert, Some(("/etc/s/me.pem".into(), "/etc/s/me.key".into())));
    assert_eq!(acme.key.describe(), "command pass");
    assert_eq!(file.profiles["shared"].max_users, 1_000_000);
    assert_eq!(file.profiles["shared"].hosting, Hosting::MultiTenant);
    assert_eq!(file.profiles["ded"].hosting, Hosting::Dedicated);
    assert_eq!(file.profiles["open"].auth, AuthForm::None);
}

#[rstest]
#[case::hosting(
    "\n[profile.acme]\nprovider = \"wandb\"\nhosting = \"cloud\"",
    "config.toml:4: profile.acme.hosting: \"cloud\" is no hosting; use multi-tenant, dedicated or self-managed"
)]
#[case::provider(
    "[profile.a]\nprovider = \"okta\"",
    "config.toml:2: profile.a.provider: \"okta\" is no provider; use PROVIDERS"
)]
#[case::no_address(
    "[profile.a]\nprovider = \"grafana\"",
    "config.toml:1: profile.a.url: is missing; write its address"
)]
#[case::no_provider("\n[profile.a]\n", "config.toml:2: profile.a.provider: is missing; use PROVIDERS")]
#[case::no_workspace(
    "[profile.a]\nprovider = \"datasaur\"",
    "config.toml:1: profile.a.workspace: is missing; write the number that follows /teams/"
)]
#[case::stray_stack(
    "[profile.a]\nprovider = \"datasaur\"\nstack = \"1\"",
    "config.toml:3: profile.a.stack: only Grafana Cloud has stacks; remove this line"
)]
#[case::odd_workspace(
    "[profile.a]\nprovider = \"datasaur\"\nworkspace = \"a/b\"",
    "config.toml:3: profile.a.workspace: \"a/b\" is no number;"
)]
#[case::mapped_role(
    "[profile.a]\nprovider = \"datasaur\"\nworkspace = \"1\"\n[profile.a.mapping.groups]\nLeads = \"owner\"",
    "config.toml:5: profile.a.mapping.groups.Leads: \"owner\" is not in the order of roles; use one of admin, reviewer, labeler"
)]
#[case::mapping_of_wandb(
    "[profile.a]\nprovider = \"wandb\"\n[profile.a.mapping]\norder = [\"x\"]",
    "config.toml:3: profile.a.mapping: W&B keeps roles itself"
)]
#[case::habit(
    "[profile.a]\nprovider = \"scim\"\nurl = \"http://[::1]\"\nserver = { remove_member = \"pop\" }",
    "config.toml:4: profile.a.server: unknown variant `pop`, expected one of"
)]
#[case::misspelt(
    "[profile.a]\nprovider = \"wandb\"\nreadonly = true",
    "config.toml:3: profile.a.readonly: unknown field"
)]
#[case::key_for_a_name(
    "[profile.a]\nprovider = \"wandb\"\nkey = { 5f3a9c0d = true }",
    "config.toml:3: profile.a.key: unknown field, expected one of"
)]
#[case::wrong_type("[ui]\ntheme = 3", "config.toml:2: ui.theme: invalid type: integer `3`, expected a string")]
#[case::syntax("[ui]\ntheme = \n", "config.toml:2: ui.theme: ")]
#[case::theme("[ui]\ntheme = \"pink\"", "config.toml:2: ui.theme: \"pink\" is no theme; use auto, dark, light or mono")]
#[case::default("default_profile = \"x\"", "config.toml:1: default_profile: \"x\" is no profile; the file has none")]
#[case::url("[profile.a]\nprovider = \"scim\"", "config.toml:1: profile.a.url: is missing;")]
#[case::bad_url(
    "[profile.a]\nprovider = \"scim\"\nurl = \"https://k@x\"",
    "config.toml:3: profile.a.url: a URL must not hold a user or a key;"
)]
#[case::own_server(
    "[profile.a]\nprovider = \"wandb\"\nhosting = \"dedicated\"",
    "config.toml:3: profile.a.hosting: api.forge.coreweave.com is W&B's Multi-tenant Cloud;"
)]
#[case::two_keys(
    "[profile.a]\nprovider = \"wandb\"\nkey = { env = \"A\", netrc = true }",
    "config.toml:3: profile.a.key: this does not name one place; use one of { env"
)]
#[case::no_user(
    "[profile.a]\nprovider = \"wandb\"\nauth = \"basic-user\"",
    "config.toml:3: profile.a.user: is missing"
)]
#[case::stray_user("[profile.a]\nprovider = \"wandb\"\nuser = \"ann\"", "config.toml:3: profile.a.user: only auth")]
#[case::stray_key(
    "[profile.a]\nprovider = \"scim\"\nurl = \"http://[::1]\"\nauth = \"none\"\nkey = { netrc = true }",
    "config.toml:5: profile.a.key: auth = \"none\" sends no key; remove this line"
)]
#[case::range(
    "[profile.a]\nprovider = \"wandb\"\nparallel = 0",
    "config.toml:3: profile.a.parallel: 0 is out of range; use a number from 1 to 32"
)]
#[case::seats(
    "[profile.a]\nprovider = \"wandb\"\nfull_seats = 0",
    "config.toml:3: profile.a.full_seats: 0 is out of range; use a number from 1 to 10000000"
)]
#[case::percentage(
    "[profile.a]\nprovider = \"wandb\"\nmax_removal = \"120%\"",
    "config.toml:3: profile.a.max_removal: \"120%\" is no percentage; write it like \"20%\""
)]
#[case::lone_key(
    "[profile.a]\nprovider = \"wandb\"\nclient_key = \"k\"",
    "config.toml:3: profile.a.client_key: a key without its certificate; add client_cert"
)]
#[case::seats_elsewhere(
    "[profile.a]\nprovider = \"scim\"\nurl = \"http://[::1]\"\nfull_seats = 5",
    "config.toml:4: profile.a.full_seats: only W&B has seats; remove this line"
)]
#[case::nobody(
    "[profile.a]\nprovider = \"wandb\"\nadmins = [\"ann\",\n\" \"]",
    "config.toml:4: profile.a.admins: an empty name is nobody's; write a user name, an email or an id"
)]
#[case::url_for_a_word(
    "[profile.a]\nprovider = \"https://me:canary-5f3a9c@x\"",
    "config.toml:2: profile.a.provider: this is no provider; use PROVIDERS"
)]
#[case::key_for_a_word(
    "[profile.a]\nprovider = \"wandb\"\nauth = \"canary-5f3a9c\"",
    "config.toml:3: profile.a.auth: this is no auth; use bearer, basic, basic-user or none"
)]
#[case::guard(
    "[profile.a]\nprovider = \"wandb\"\nunguarded = [\n\"last-admin\",\n\"me\"]",
    "config.toml:5: profile.a.unguarded: \"me\" is no guard; use last-admin or yourself"
)]
fn faults_name_line_and_key(#[case] text: &str, #[case] sentence: &str) {
    let got = fault(text);
    let sentence = sentence.replace("PROVIDERS", &Provider::names());
    assert!(got.starts_with(&sentence), "{got}");
}

#[test]
fn the_keyring_is_there_if_it_was_built_in() {
    let text = "[profile.a]\nprovider = \"wandb\"\nkey = { keyring = \"acme\" }";
    match ConfigFile::parse(text, Path::new("config.toml")) {
        Ok(file) => assert_eq!(file.profiles["a"].key.describe(), "keyring entry acme"),
        Err(error) => {
            let wanted =
                "config.toml:3: profile.a.key: this scimitar was built without the system's keyring; build it with";
            assert!(cfg!(not(feature = "keyring")) && error.to_string().starts_with(wanted), "{error}");
        }
    }
}

#[test]
fn a_key_written_in_the_file_is_refused_and_not_repeated() {
    let got = fault("[profile.a]\nprovider = \"wandb\"\nkey = \"canary-5f3a9c\"");
    let wanted = "config.toml:3: profile.a.key: invalid type: string, expected the place of the key, as { env";
    assert!(got.starts_with(wanted), "{got}");
    assert!(!got.contains("canary"), "{got}");
}

#[test]
fn a_missing_file_is_no_fault() {
    let room = tempfile::tempdir().unwrap();
    assert!(ConfigFile::load(&room.path().join("none.toml")).unwrap().is_none());
    assert!(ConfigFile::load(room.path()).unwrap_err().to_string().contains("can't be read"));
}

#[test]
fn other_providers_have_their_addresses_and_mappings() {
    let text = r#"
        [profile.cloud]
        provider = "grafana"
        url = "https://acme.grafana.net"
        stack = "123"
        [profile.own]
        provider = "grafana"
        url = "https://graphs.example.com/grafana/"
        [profile.labels]
        provider = "datasaur"
        workspace = "42"
        [profile.labels.mapping.groups]
        Leads = "admin"
        [profile.idp]
        provider = "scim"
        url = "https://idp.example/scim/v2"
        mapping = { order = ["owner", "guest"], groups = { "Owners" = "owner" } }
        server = { remove_member = "value", patch_users = false, page_size = 50 }
    "#;
    let file = ConfigFile::parse(text, Path::new("config.toml")).unwrap();
    let base = |name: &str| file.profiles[name].base_text().to_owned();
    let scim = "apis/scim.grafana.app/v0alpha1/namespaces";
    assert_eq!(base("cloud"), format!("https://acme.grafana.net/{scim}/stacks-123"));
    assert_eq!(base("own"), format!("https://graphs.example.com/grafana/{scim}/default"));
    assert_eq!(base("labels"), "https://app.datasaur.ai/api/teams/42/scim/v2");
    let labels = file.profiles["labels"].mapping.clone().unwrap();
    assert_eq!(labels.effective([&"Leads".into()]).unwrap().as_str(), "admin");
    assert_eq!(labels.effective([]).unwrap().as_str(), "labeler");
    let idp = &file.profiles["idp"];
    assert_eq!(idp.mapping.as_ref().unwrap().effective([]), None);
    assert_eq!((idp.habits.patch_users, idp.habits.page_size), (Some(false), Some(50)));
    assert!(file.profiles["cloud"].mapping.is_none());
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, ..Default::default() })]

    /// Whatever is written: a config or a sentence, and never what somebody put in the place of a key's place.
    #[test]
    fn any_file_is_read_or_refused_without_its_values(
        lines in proptest::collection::vec((
            proptest::sample::select(vec!["provider", "url", "key", "auth", "user", "stack", "workspace", "path", "hosting",
                "unguarded", "protected", "admins", "parallel", "mapping", "server", "ca_file", "client_key", "confirm", "reason", "full_seats", "[profile.b]",
                "[ui]", "[keys]", "[profile.a.mapping.groups]", "theme", "default_profile", "[["]),
            proptest::sample::select(vec!["\"wandb\"", "\"scim\"", "\"datasaur\"", "{ env = \"A\" }", "{ command = [] }", "[]",
                "{ env = 3 }", "true", "-1", "9e99", "\"https://x\"", "\"https://me:canary-5f3a9c@x\"", "\"canary-5f3a9c\"", "\"\\u0000\"",
                "'", "{", "1979-05-27", "{ canary-5f3a9c = 1 }"]),
        ), 0..9),
        more in "[ -~\n]{0,20}",
    ) {
        let lines: Vec<String> = lines.iter().map(|(name, value)| {
            if name.starts_with('[') { (*name).to_owned() } else { format!("{name} = {value}") }
        }).collect();
        let text = format!("[profile.a]\n{}\n{more}", lines.join("\n"));
        if let Err(error) = ConfigFile::parse(&text, Path::new("config.toml")) {
            let said = format!("{error} {error:?}");
            proptest::prop_assert!(!error.why.is_empty());
            proptest::prop_assert!(!said.contains("canary-5f3a9c"), "{said}");
        }
    }
}

#[test]
fn each_profile_knows_the_variables_that_hold_keys() {
    let text = "[profile.a]\nprovider = \"scim\"\nurl = \"http://[::1]\"\nkey = { command = [\"pass\"] }\n\
                [profile.b]\nprovider = \"scim\"\nurl = \"http://[::1]\"\nkey = { env = \"B_KEY\" }\n\
                [profile.c]\nprovider = \"wandb\"\n";
    let file = ConfigFile::parse(text, Path::new("config.toml")).unwrap();
    for profile in file.profiles.values() {
        assert_eq!(profile.key_variables, ["B_KEY", "WANDB_API_KEY"]);
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_is_read_and_not_waited_for_for_ever() {
    let room = tempfile::tempdir().unwrap();
    let made = |name: &str| {
        let pipe = room.path().join(name);
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        pipe
    };
    let error = read_within(&made("silent"), Duration::from_millis(50)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    let pipe = made("full");
    let to = pipe.clone();
    let writer = std::thread::spawn(move || fs::write(to, "[ui]\n").unwrap());
    assert_eq!(read_within(&pipe, READ_LIMIT).unwrap(), "[ui]\n");
    writer.join().unwrap();
}

#[test]
fn the_whole_base_url_of_a_datasaur_workspace_names_it() {
    let of = |url: &str| {
        let text = format!("[profile.a]\nprovider = \"datasaur\"\nurl = \"{url}\"\n");
        ConfigFile::parse(&text, Path::new("config.toml")).map(|file| file.profiles["a"].base_text().to_owned())
    };
    let whole = "http://127.0.0.1:8080/api/teams/4711/scim/v2";
    assert_eq!(of(whole).unwrap(), whole);
    assert_eq!(of(&format!("{whole}/")).unwrap(), whole);
    assert!(of("http://127.0.0.1:8080/api/teams/x/scim/v2").is_err());
    assert!(of("http://127.0.0.1:8080").is_err());
}
