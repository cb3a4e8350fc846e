//! What goes beside SCIM, by keys alone: one's own account and its keys, other people's, a team's invitations. And that
//! a new secret is on the screen once and nowhere else.

use std::{
    fs,
    io::{self, Write},
    sync::{Arc, Mutex},
    time::Duration,
};

use scimitar::{
    app::{Overlay, action::Action, side_query_box::PartRow},
    demo::{self, FaultKind},
    directory::{
        plan::{ChangeState, Risk},
        side_query::SideQueryKind,
    },
};
use secrecy::ExposeSecret;

use crate::harness::{Console, Room, Server, options, profile_of};

/// Keeps what is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    /// Everything that this process logs from now on: what a thread logs alone depends on what other threads do.
    fn start() -> Self {
        let log = Self::default();
        let writer = log.clone();
        tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .init();
        log
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

fn secret(console: &Console) -> String {
    match console.app().overlays.last() {
        Some(Overlay::Secret(shown)) => shown.secret.expose_secret().to_owned(),
        _ => panic!("no secret is shown:\n{}", console.screen()),
    }
}

async fn make_key(console: &mut Console, what_for: &str) -> String {
    console.press(Action::NewKey);
    console.expect_no("next field");
    console.type_text(what_for);
    console.press(Action::Submit);
    console.expect("The key is for demo-admin");
    console.send();
    console.settle().await;
    let secret = secret(console);
    console.expect(&secret);
    secret
}

/// Puts the cursor of the box on the row with this text.
fn go_to(console: &mut Console, text: &str) {
    let aside = console.app().aside().unwrap();
    let rows: Vec<String> = match &aside.topic {
        SideQueryKind::Roster(team) => console.app().part_rows(team).iter().map(|row| format!("{row:?}")).collect(),
        topic => console.app().key_rows(topic).iter().map(|row| format!("{row:?}")).collect(),
    };
    let at = rows.iter().position(|row| row.contains(text));
    let at = at.unwrap_or_else(|| panic!("no row of {text}:\n{}", console.screen()));
    console.press(Action::Top);
    for _ in 0..at {
        console.press(Action::Down);
    }
}

fn all_files(folder: &std::path::Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            bytes.extend(all_files(&path));
        } else {
            bytes.extend(fs::read(path).unwrap());
        }
    }
    bytes
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|part| part == text.as_bytes())
}

#[tokio::test]
async fn a_new_key_is_shown_once_and_kept_nowhere() {
    let log = Log::start();
    let (room, options) = (Room::new(), options());
    let server = Server::start(options.clone()).await;
    let mut console = Console::open(&room, profile_of(&server, &options)).await;
    console.press(Action::MyAccount);
    console.settle().await;
    console.expect("demo.admin@example.com");
    let before = console.app().key_rows(&SideQueryKind::Me).len();
    let secret = make_key(&mut console, "cluster jobs").await;

    console.press(Action::CloseSecret);
    console.expect("Not copied yet");
    console.expect(&secret);
    console.press(Action::CopySecret);
    console.press(Action::CloseSecret);
    console.expect_no(&secret);
    console.expect(&format!("API keys ({})", before + 1));
    assert!(console.line("cluster jobs").contains(secret.get(..8).unwrap()), "{}", console.screen());

    console.esc();
    console.press(Action::GoActivity);
    console.press(Action::Story);
    console.expect("GraphQL GenerateApiKey");
    console.expect("(a new secret: shown once, kept nowhere)");
    console.expect_no(&secret);
    assert_eq!(console.last().state, ChangeState::Confirmed);
    console.quit().await;
    let disk = all_files(room.opener().places.state.parent().unwrap());
    assert!(holds(&disk, "cluster jobs"), "the journal was looked at");
    assert!(!holds(&disk, &secret));
    let log = log.text();
    assert!(log.contains("answered"), "the log was looked at");
    assert!(!log.contains(&secret));
}

#[tokio::test]
async fn a_key_is_deleted_by_its_typed_name() {
    let (mut console, _server) = Console::on_demo(options()).await;
    console.press(Action::MyAccount);
    console.settle().await;
    let secret = make_key(&mut console, "cluster jobs").await;
    console.press(Action::CopySecret);
    console.press(Action::CloseSecret);
    go_to(&mut console, "cluster jobs");
    console.press(Action::DeleteKey);
    console.expect("Whatever uses this key is locked out at once.");
    console.type_text(secret.get(..8).unwrap());
    console.send();
    console.settle().await;
    assert_eq!(console.states(), [ChangeState::Confirmed, ChangeState::Confirmed]);
    console.expect("Your account");
    console.expect_no("cluster jobs");
}

#[tokio::test]
async fn an_admin_sees_and_deletes_the_keys_of_others_and_makes_none() {
    let (mut console, _server) = Console::on_demo(options()).await;
    let topic = |console: &Console| console.app().aside().unwrap().topic.clone();
    for person in console.plain_people() {
        console.find(&person);
        console.press(Action::Account);
        console.settle().await;
        if !console.app().key_rows(&topic(&console)).is_empty() {
            break;
        }
        console.esc();
        console.find_all();
    }
    assert!(console.app().aside().is_some(), "nobody has a key");
    console.press(Action::NewKey);
    console.expect("The server makes keys only for whoever asks; w opens your own account.");
    let keys = console.app().key_rows(&topic(&console)).len();
    console.press(Action::DeleteKey);
    let Some(Overlay::Preview(preview)) = console.app().overlays.last() else { panic!("{}", console.screen()) };
    let Risk::Type(name) = preview.risk.clone() else { panic!("it is typed") };
    console.type_text(&name);
    console.send();
    console.settle().await;
    assert_eq!(console.states(), [ChangeState::Confirmed], "{:?}", console.last().why);
    assert_eq!(console.app().key_rows(&topic(&console)).len(), keys - 1);
    // The message line named it until the next key.
    console.press(Action::Up);
    console.expect_no(&name);
}

#[tokio::test]
async fn an_invitation_is_pending_until_it_is_taken_back() {
    let (mut console, _server) = Console::on_demo(options()).await;
    console.press(Action::GoTeams);
    console.find("audio");
    console.press(Action::Invitations);
    console.settle().await;
    console.press(Action::Invite);
    console.type_text("new.person@example.org");
    console.press(Action::Submit);
    console.expect("They get a message now");
    console.send();
    assert!(console.line("new.person@example.org").contains("inviting ↻"), "{}", console.screen());
    console.settle().await;
    assert!(console.line("new.person@example.org").contains("invited"), "{}", console.screen());
    console.expect_no("↻");
    // The cursor is on it.
    console.press(Action::Uninvite);
    console.expect("invitation to audio taken back");
    console.send();
    console.settle().await;
    assert_eq!(console.states(), [ChangeState::Confirmed, ChangeState::Confirmed], "{}", console.screen());
    let team = console.team("audio").id.clone();
    let gone = |row: &PartRow<'_>| matches!(row, PartRow::There { one, .. } if one.is("new.person@example.org"));
    assert!(!console.app().part_rows(&team).iter().any(gone));
}

/// The effect is looked up, because an answer that breaks off tells nothing.
#[tokio::test]
async fn an_invitation_whose_answer_breaks_off_is_found_in_the_team() {
    let (mut console, server) = Console::on_demo(options()).await;
    console.press(Action::GoTeams);
    console.find("audio");
    console.press(Action::Invitations);
    console.settle().await;
    for (kind, state) in [(FaultKind::Html, ChangeState::Refused), (FaultKind::Truncated, ChangeState::Confirmed)] {
        console.press(Action::Invite);
        console.type_text("new.person@example.org");
        console.press(Action::Submit);
        server.running.meet_next(kind, true);
        console.send();
        console.settle().await;
        assert_eq!(console.last().state, state, "{kind}: {}", console.last().why);
        assert!(console.last().why.starts_with("The GraphQL answer is no JSON; the directory shows "), "{kind}");
        console.esc();
    }
    let team = console.team("audio").id.clone();
    let there = |row: &PartRow<'_>| matches!(row, PartRow::There { one, .. } if one.is("new.person@example.org"));
    assert_eq!(console.app().part_rows(&team).into_iter().filter(there).count(), 1);
}

#[tokio::test]
async fn an_admin_is_invited_after_a_look_and_a_member_is_taken_out_by_scim() {
    let (mut console, server) = Console::on_demo(options()).await;
    console.press(Action::GoTeams);
    console.find("audio");
    console.press(Action::Invitations);
    console.settle().await;
    let member = |row: &PartRow<'_>| match row {
        PartRow::There { one, .. } if !one.pending && one.admin != Some(true) && !one.account.is_service() => {
            Some(one.user_name.to_string())
        }
        _ => None,
    };
    let team = console.team("audio").id.clone();
    let name = console.app().part_rows(&team).iter().find_map(member).unwrap();
    go_to(&mut console, &name);
    let before = server.members("audio").await.len();
    console.press(Action::Uninvite);
    console.send();
    console.settle().await;
    assert_eq!(server.members("audio").await.len(), before - 1);
    assert!(!console.app().part_rows(&team).iter().filter_map(member).any(|other| other == name));

    console.press(Action::Invite);
    console.type_text(&name);
    console.press(Action::NextField);
    for _ in 0..2 {
        console.backspace();
    }
    console.type_text("yes");
    console.press(Action::Submit);
    console.expect("invited to audio as admin");
    console.send();
    console.settle().await;
    assert!(console.line(&name).contains("invited as admin"), "{}", console.screen());
}

#[tokio::test]
async fn what_the_server_refuses_to_tell_is_said_in_the_box() {
    // On the shared service nobody is an instance admin.
    let options = demo::DemoOptions { hosting: demo::Hosting::MultiTenant, ..options() };
    let (mut console, _server) = Console::on_demo(options).await;
    console.find("eva-tanaka");
    console.press(Action::Account);
    console.settle().await;
    console.expect("Account of eva-tanaka");
    console.expect("only admins can use users()");
    console.expect("R ask again");
}

#[tokio::test]
async fn a_secret_comes_also_when_its_profile_was_left() {
    let (mut console, server) = Console::on_demo(options()).await;
    console.press(Action::MyAccount);
    console.settle().await;
    server.running.set_latency(Duration::from_secs(1));
    console.press(Action::NewKey);
    console.type_text("cluster jobs");
    console.press(Action::Submit);
    console.send();
    console
        .until("the request to be sent", |app| app.activity.entries.values().any(|e| e.state == ChangeState::Sent))
        .await;
    console.press(Action::Quit);
    console.expect("The new key's secret is shown only here");
    console.esc();

    console.press(Action::Palette);
    console.type_text("profile demo");
    console.press(Action::Choose);
    console
        .until("the demo profile", |app| app.session.profile.as_ref().is_some_and(|profile| profile.name == "demo"))
        .await;
    console.until("the secret", |app| matches!(app.overlays.last(), Some(Overlay::Secret(_)))).await;
    console.expect("A new API key of the profile that was open before");
    console.expect(&secret(&console));
}
