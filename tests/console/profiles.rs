//! Another profile in the same console.

use std::time::Duration;

use scimitar::{
    app::{Overlay, action::Action, form::ProfileDraft},
    directory::plan::ChangeState,
    runtime::OpenError,
};

use crate::harness::{Console, KEY, Room, Server, options, profile_of};

#[tokio::test]
async fn late_reports_of_the_profile_before_are_dropped_and_its_journal_keeps_them() {
    let room = Room::new();
    let server = Server::start(options()).await;
    let profile = profile_of(&server, &options());
    let mut console = Console::open(&room, profile.clone()).await;
    // The first of its form is read again; the next one's answer is enough.
    let other = console.plain_people().into_iter().find(|name| name != "eva-tanaka").unwrap();
    console.find(&other);
    console.rename(" I");
    console.settle().await;
    console.find_all();
    console.find("eva-tanaka");
    server.running.set_latency(Duration::from_secs(1));
    console.rename(" I");
    console
        .until("the request to be sent", |app| app.activity.entries.values().any(|e| e.state == ChangeState::Sent))
        .await;

    console.press(Action::Palette);
    console.type_text("profile demo");
    console.press(Action::Choose);
    console
        .until("the demo profile", |app| app.session.profile.as_ref().is_some_and(|profile| profile.name == "demo"))
        .await;
    console.settle().await;
    // The old server answers only now.
    while server.writes().len() < 2 || server.writes().iter().any(|request| request.status == 0) {
        tokio::task::yield_now().await;
    }
    console.press(Action::Refresh);
    console.settle().await;
    assert!(console.entries().is_empty());
    assert_eq!(console.user("eva-tanaka").display_name.as_str(), "Eva Tanaka");
    console.expect("demo · W&B Dedicated Cloud");
    console.quit().await;

    server.running.set_latency(Duration::ZERO);
    let console = Console::open(&room, profile).await;
    assert_eq!(console.states(), [ChangeState::Confirmed; 2], "{}", console.last().why);
    assert_eq!(console.user("eva-tanaka").display_name.as_str(), "Eva Tanaka I");
    assert_eq!(server.writes().len(), 2);
}

/// A key file of its owner's alone.
fn key_file(room: &Room, name: &str, key: &str) -> String {
    use std::os::unix::fs::PermissionsExt;
    let path = room.path().join(name);
    std::fs::write(&path, key).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    format!("file {}", path.display())
}

#[tokio::test]
async fn a_new_profile_is_kept_once_its_server_takes_the_key() {
    let (room, server) = (Room::new(), Server::start(options()).await);
    let opener = room.opener();
    let draft = ProfileDraft {
        name: "acme".into(),
        provider: "wandb".into(),
        hosting: "dedicated".into(),
        url: server.running.url().into(),
        key: key_file(&room, "wrong", "nobody's key"),
        ..ProfileDraft::default()
    };
    let file = room.path().join("config.toml");
    let refused = |error: OpenError| match error {
        OpenError::Field(field, why) => (field, why),
        other => panic!("{other}"),
    };
    let (field, why) = refused(opener.save(draft.clone(), None).await.err().unwrap());
    assert_eq!(field, "key", "{why}");
    let pasted = ProfileDraft { key: format!("file {}", room.path().join("pasted").display()), ..draft.clone() };
    let (field, why) = refused(opener.save(pasted, Some("nobody's key".into())).await.err().unwrap());
    assert_eq!(field, "secret", "the pasted key is wrong, not where it is kept: {why}");
    assert!(!room.path().join("pasted").exists());
    let missing = ProfileDraft { key: "env NOT_SET_FOR_ANY_TEST".into(), ..draft.clone() };
    assert_eq!(refused(opener.save(missing, None).await.err().unwrap()).0, "key");
    let nowhere = ProfileDraft { url: "http://127.0.0.1:9".into(), ..draft.clone() };
    assert_eq!(refused(opener.save(nowhere, None).await.err().unwrap()).0, "url");
    assert!(!file.exists(), "nothing that never worked is kept");

    let good = ProfileDraft { key: key_file(&room, "right", KEY), ..draft };
    let (opened, _) = opener.save(good, None).await.unwrap();
    // The same opener, which has read no config file itself, knows what was written.
    let (again, _) = opener.open(Some("acme")).await.unwrap();
    assert_eq!((opened.profile.name.as_str(), again.profile.host), ("acme", opened.profile.host));
}

#[tokio::test]
async fn a_profile_that_cannot_be_opened_is_edited_and_opened() {
    let (room, server) = (Room::new(), Server::start(options()).await);
    let opener = room.opener();
    let text = format!(
        "# mine\n[profile.acme]\nprovider = \"wandb\"\nhosting = \"dedicated\"\nurl = \"{}\" # ours\n\
         key = {{ env = \"NOT_SET_FOR_ANY_TEST\" }}\n",
        server.running.url()
    );
    let file = room.path().join("config.toml");
    std::fs::write(&file, &text).unwrap();
    assert!(opener.open(Some("acme")).await.is_err());
    let draft = opener.draft_of("acme").unwrap();
    assert_eq!((draft.name.as_str(), draft.key.as_str()), ("acme", "env NOT_SET_FOR_ANY_TEST"));
    let better = ProfileDraft { key: key_file(&room, "right", KEY), ..draft };
    opener.save(better, None).await.unwrap();
    let key = format!("{{ file = \"{}\" }}", room.path().join("right").display());
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text.replace("{ env = \"NOT_SET_FOR_ANY_TEST\" }", &key));
}

/// Writes a config file of one profile, and opens that profile.
async fn with_config(room: &Room, server: &Server) -> Console {
    let key = key_file(room, "key", KEY).replace("file ", "");
    let url = server.running.url();
    let text = format!(
        "# mine\n[profile.acme]\nprovider = \"wandb\"\nhosting = \"dedicated\"\nurl = \"{url}\"\nkey = {{ file = \"{key}\" }}\n"
    );
    std::fs::write(room.path().join("config.toml"), text).unwrap();
    Console::open(room, profile_of(server, &options())).await
}

async fn profiles(console: &mut Console) {
    console.press(Action::Palette);
    console.type_text("profiles");
    console.enter();
    console.settle().await;
}

/// Goes to the field with this label.
fn field(console: &mut Console, label: &str) {
    for _ in 0..12 {
        if let Some(Overlay::Form(form)) = console.app().overlays.last()
            && form.fields[form.focus].label == label
        {
            return;
        }
        console.press(Action::NextField);
    }
    panic!("no field {label}:\n{}", console.screen());
}

fn clear(console: &mut Console) {
    console.control('u');
}

/// Without a profile only those keys are offered that do something.
#[tokio::test]
async fn without_a_profile_only_a_new_one_is_offered() {
    let (mut console, _server) = Console::on_demo(options()).await;
    profiles(&mut console).await;
    console.expect("0 profiles");
    console.expect("n add");
    for word in ["open", "copy", "edit", "test", "delete"] {
        assert!(!console.line("n add").contains(word), "{}", console.screen());
    }
    console.type_text("e");
    console.expect("There is no profile yet.");
}

#[tokio::test]
async fn profiles_are_listed_tested_copied_and_deleted() {
    let (room, server) = (Room::new(), Server::start(options()).await);
    let mut console = with_config(&room, &server).await;
    let file = room.path().join("config.toml");
    let before = std::fs::read_to_string(&file).unwrap();
    profiles(&mut console).await;
    console.expect("1 profile");
    console.press(Action::TestProfile);
    console.settle().await;
    console.expect("takes the key and lists users.");

    // A copy whose key the server refuses is not kept, and the fault stands in its field.
    console.press(Action::CopyProfile);
    console.type_text("second");
    field(&mut console, "Key from");
    clear(&mut console);
    let place = room.path().join("second.key");
    console.type_text(&format!("file {}", place.display()));
    field(&mut console, "Key");
    console.type_text("nobody's key");
    console.expect_no("nobody");
    console.enter();
    console.settle().await;
    let Some(Overlay::Form(form)) = console.app().overlays.last() else { panic!("{}", console.screen()) };
    let wrong: Vec<&str> = form.fields.iter().filter(|field| field.error.is_some()).map(|field| field.key).collect();
    assert_eq!(wrong, ["secret"], "{}", console.screen());
    assert!(!place.exists() && std::fs::read_to_string(&file).unwrap() == before);

    // The right key is kept in the file that was named, readable by its owner alone.
    field(&mut console, "Key");
    clear(&mut console);
    console.type_text(KEY);
    console.enter();
    console.settle().await;
    assert_eq!(
        console.app().session.profile.as_ref().map(|open| open.name.as_str()),
        Some("second"),
        "{}",
        console.screen()
    );
    assert_eq!(std::fs::read_to_string(&place).unwrap().trim(), KEY);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&place).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert!(!std::fs::read_to_string(&file).unwrap().contains(KEY));

    profiles(&mut console).await;
    console.expect("2 profiles");
    console.press(Action::DeleteProfile);
    console.expect("second is open: open another profile first.");
    console.press(Action::Up);
    console.press(Action::DeleteProfile);
    console.expect("D again deletes acme");
    console.press(Action::DeleteProfile);
    console.settle().await;
    console.expect("1 profile");
    let left = std::fs::read_to_string(&file).unwrap();
    assert!(!left.contains("[profile.acme]") && left.contains("[profile.second]"), "{left}");
}

#[tokio::test]
async fn a_profile_of_the_list_that_cannot_be_opened_shows_its_form_with_the_error() {
    let (room, server) = (Room::new(), Server::start(options()).await);
    let mut console = with_config(&room, &server).await;
    let file = room.path().join("config.toml");
    let mut text = std::fs::read_to_string(&file).unwrap();
    text.push_str("\n[profile.lab]\nprovider = \"scim\"\nurl = \"id.example.com/scim/v2\"\nkey = { env = \"NOT_SET_FOR_ANY_TEST\" }\n");
    std::fs::write(&file, text).unwrap();
    profiles(&mut console).await;
    console.press(Action::Down);
    console.press(Action::OpenProfile);
    console.settle().await;
    console.expect("Profile lab");
    console.expect("NOT_SET_FOR_ANY_TEST is not set");
    console.expect("https://id.example.com/scim/v2");
    console.esc();
    console.expect("2 profiles");
}
