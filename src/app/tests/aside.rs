//! Accounts, invitations and new secrets: the questions, the meaning of a key pressed a moment later, and that no
//! secret is lost.

use secrecy::{ExposeSecret, SecretString};

use super::*;
use crate::{
    app::side_query_box::SideQueryStatus,
    directory::{
        record::AccountKind,
        side_query::{AccountDetails, ApiKey, SideAnswer, SideQueryKind, TeamParticipant},
    },
    scim::failure::FailureClass,
};

const SECRET: &str = "canary-0f3e";

fn boss() -> AccountDetails {
    let key =
        |id: &str, name: &str| ApiKey { id: id.into(), name: name.into(), description: "laptop".into(), in_use: false };
    AccountDetails {
        id: "id-boss".into(),
        user_name: "boss".into(),
        keys: Some(vec![key("k1", "aaaa"), key("k2", "bbbb")]),
        ..AccountDetails::default()
    }
}

fn part(id: &str, name: &str, pending: bool, account: AccountKind) -> TeamParticipant {
    let (user_name, email) = if pending { ("", name) } else { (name, "") };
    TeamParticipant {
        id: id.into(),
        user_name: user_name.into(),
        name: Name::default(),
        email: email.into(),
        admin: Some(false),
        pending,
        account,
    }
}

fn vision() -> Vec<TeamParticipant> {
    vec![
        part("p-eva", "eva", false, AccountKind::Person),
        part("p-gone", "stranger", false, AccountKind::Person),
        part("p-bot", "bot", false, AccountKind::TeamService),
        part("i-new", "new@example.com", true, AccountKind::Person),
    ]
}

fn learn(console: &mut Console, topic: SideQueryKind, told: SideAnswer) {
    console.tell(AppMessage::Report(WorkerReport::Learnt(vec![Observation::Told(topic, told)])));
}

fn at_account() -> Console {
    let mut console = Console::new(Hosting::Dedicated);
    console.press(Action::MyAccount);
    learn(&mut console, SideQueryKind::Me, SideAnswer::Person(boss()));
    console
}

fn at_vision() -> Console {
    let mut console = Console::new(Hosting::Dedicated);
    console.press(Action::GoTeams).press(Action::Invitations);
    learn(&mut console, SideQueryKind::Roster("t".into()), SideAnswer::Roster(vision()));
    console
}

fn asked(console: &mut Console) -> Vec<SideQueryKind> {
    let effects = console.effects.drain(..);
    effects
        .filter_map(|effect| if let AppEffect::Work(WorkerJob::Ask(one)) = effect { Some(one.topic) } else { None })
        .collect()
}

fn said(console: &Console) -> &str {
    console.app.screen.message.as_ref().map_or("", |message| &message.text)
}

fn with_secret() -> Console {
    let mut console = at_account();
    console.press(Action::NewKey).type_text("laptop").press(Action::Submit).press(Action::Send);
    let id = console.submitted().remove(0).id;
    console.tell(AppMessage::Report(WorkerReport::Secret(id, SecretString::from(SECRET))));
    console
}

fn has_secret(console: &Console) -> bool {
    matches!(console.app.overlays.last(), Some(Overlay::Secret(_)))
}

#[test]
fn opening_asks_and_the_box_says_how_that_went() {
    let mut console = Console::new(Hosting::Dedicated);
    console.press(Action::MyAccount);
    assert_eq!(asked(&mut console), [SideQueryKind::Me]);
    assert_eq!(console.app.aside().unwrap().asked, SideQueryStatus::Waiting);
    let failure = Failure::local(FailureClass::Offline, "Nothing listens", "R tries again");
    console.tell(AppMessage::Report(WorkerReport::AskFailed(SideQueryKind::Me, failure.clone())));
    let SideQueryStatus::Failed(why) = &console.app.aside().unwrap().asked else { panic!("no failure") };
    assert!(why.ends_with("Nothing listens. R tries again."), "{why}");
    assert_eq!(said(&console), "");
    console.press(Action::Refresh);
    assert_eq!(asked(&mut console), [SideQueryKind::Me]);
    learn(&mut console, SideQueryKind::Me, SideAnswer::Person(boss()));
    assert_eq!(console.app.aside().unwrap().asked, SideQueryStatus::Answered);
    // Without the box the failure appears on the message line.
    console.press(Action::Back);
    console.tell(AppMessage::Report(WorkerReport::AskFailed(SideQueryKind::Me, failure)));
    assert!(said(&console).starts_with("Your own account could not be read"));
}

#[test]
fn ones_own_row_is_ones_own_account_and_for_others_no_key_is_made() {
    let mut console = Console::new(Hosting::Dedicated);
    console.find("boss").press(Action::Account);
    assert_eq!(console.app.aside().unwrap().topic, SideQueryKind::Me);
    console.press(Action::NewKey);
    assert_eq!(said(&console), "It is not known yet whose key is in use.");
    console.press(Action::Back).press(Action::Back).find("eva").press(Action::Account);
    assert_eq!(console.app.aside().unwrap().topic, SideQueryKind::Person("id-eva".into()));
    console.press(Action::NewKey);
    assert_eq!(said(&console), "The server makes keys only for whoever asks; w opens your own account.");
    assert!(!matches!(console.app.overlays.last(), Some(Overlay::Form(_))));
}

#[test]
fn the_key_under_the_cursor_is_deleted_when_its_name_is_typed() {
    let mut console = at_account();
    console.press(Action::Down);
    // Another row comes in above: the cursor stays with its row.
    let mut more = boss();
    more.keys
        .as_mut()
        .unwrap()
        .insert(0, ApiKey { id: "k0".into(), name: "0000".into(), description: "".into(), in_use: false });
    learn(&mut console, SideQueryKind::Me, SideAnswer::Person(more));
    console.press(Action::DeleteKey);
    assert_eq!(console.risk(), Some(Risk::Type("bbbb".into())));
    console.type_text("bbbb").press(Action::Send);
    let sent = console.submitted().remove(0);
    assert!(matches!(&sent.step.change, Change::DeleteKey { key, .. } if **key == *"k2"), "{:?}", sent.step.change);
    console.press(Action::DeleteKey);
    assert_eq!(said(&console), "This key is being deleted already.");
}

#[test]
fn a_new_key_needs_a_purpose() {
    let mut console = at_account();
    console.press(Action::NewKey).press(Action::Submit);
    let Some(Overlay::Form(form)) = console.app.overlays.last() else { panic!("no form") };
    assert_eq!(form.fields[0].error.as_deref(), Some("needed: what it is for"));
}

#[test]
fn an_invitation_is_sent_shown_and_taken_back() {
    let mut console = at_vision();
    console.press(Action::Invite).type_text("noor@elsewhere").press(Action::Submit);
    assert!(console.submitted().is_empty(), "no host name");
    console.type_text(".org").press(Action::Submit).press(Action::Send);
    let sent = console.submitted().remove(0);
    let rows = console.app.part_rows(&"t".into());
    assert!(matches!(
        rows[0],
        crate::app::side_query_box::PartRow::Coming { to: "noor@elsewhere.org", admin: false, .. }
    ));
    assert_eq!(rows.len(), 5);
    let mut told = vision();
    told.push(part("i-noor", "noor@elsewhere.org", true, AccountKind::Person));
    let fresh = vec![Observation::Told(SideQueryKind::Roster("t".into()), SideAnswer::Roster(told))];
    console.created(sent.id, ChangeState::Confirmed, fresh, Some("i-noor".into()));
    // The cursor moved with the invitation, behind the other row.
    assert_eq!(console.app.aside().unwrap().cursor, 1);
    console.press(Action::Uninvite);
    assert_eq!(console.risk(), Some(Risk::Look));
    console.press(Action::Send);
    let sent = console.submitted().remove(0);
    assert!(matches!(&sent.step.change, Change::RevokeInvite { to, .. } if to == "noor@elsewhere.org"));
    console.press(Action::Uninvite);
    assert_eq!(said(&console), "This is on its way already.");
}

#[test]
fn inviting_an_admin_is_looked_at() {
    let mut console = at_vision();
    console.press(Action::Invite).type_text("ivan").press(Action::NextField);
    for _ in 0..2 {
        console.tell(AppMessage::Terminal(Event::Key(KeyEvent::new(KeyCode::Backspace, KeyModifiers::NONE))));
    }
    console.type_text("yes").press(Action::Submit);
    assert_eq!(console.risk(), Some(Risk::Look));
    assert!(console.submitted().is_empty());
}

#[test]
fn members_leave_by_scim_and_the_list_is_asked_for_again() {
    let mut console = at_vision();
    let names: Vec<String> = console.app.part_rows(&"t".into()).iter().map(|row| format!("{row:?}")).collect();
    let places = ["new@example.com", "eva", "stranger", "bot"];
    assert!(names.iter().zip(places).all(|(row, name)| row.contains(name)), "{names:?}");
    console.press(Action::Bottom).press(Action::Uninvite);
    assert_eq!(said(&console), "The server adds a team's service accounts and takes them out by itself.");
    console.press(Action::Up).press(Action::Uninvite);
    assert!(said(&console).starts_with("stranger is not among the users known here"), "{}", said(&console));
    console.press(Action::Up).press(Action::Uninvite).press(Action::Send);
    let sent = console.submitted().remove(0);
    assert!(matches!(&sent.step.change, Change::RemoveMember { user, .. } if **user == *"id-eva"));
    let rows = console.app.part_rows(&"t".into());
    assert!(matches!(rows[1], crate::app::side_query_box::PartRow::There { going: true, .. }));
    console.moved(sent.id, ChangeState::Confirmed, vec![]);
    assert_eq!(asked(&mut console), [SideQueryKind::Roster("t".into())]);
}

#[test]
fn a_secret_closes_at_the_second_press_or_once_it_was_copied() {
    for key in [KeyCode::Esc, KeyCode::Char('q')] {
        let mut console = with_secret();
        let press = |console: &mut Console, code| {
            console.tell(AppMessage::Terminal(Event::Key(KeyEvent::new(code, KeyModifiers::NONE))));
        };
        press(&mut console, key);
        assert_eq!(said(&console), "Not copied yet: Esc again closes it, and it can't be shown again.");
        // Any other key cancels the closing.
        press(&mut console, KeyCode::Char('x'));
        press(&mut console, key);
        assert!(has_secret(&console));
        press(&mut console, key);
        assert!(!has_secret(&console) && console.app.aside().is_some());
        assert!(!console.effects.iter().any(|effect| matches!(effect, AppEffect::Quit)));
    }
    let mut console = with_secret();
    console.press(Action::CopySecret);
    let copied =
        console.effects.iter().any(|effect| matches!(effect, AppEffect::Copy(text) if text.expose_secret() == SECRET));
    assert!(copied);
    console.press(Action::CloseSecret);
    assert!(!has_secret(&console));
}

#[test]
fn nothing_takes_a_secret_away_silently() {
    let mut console = with_secret();
    for action in [Action::GoTeams, Action::NextTab, Action::Palette, Action::Help, Action::MyAccount, Action::Undo] {
        console.press(action);
        assert!(has_secret(&console), "{action:?}");
    }
    // The opening of this profile was under way.
    let planner: Arc<dyn Planner> = dialect::of(Provider::Scim, Hosting::Dedicated, dialect::KnownServer::default());
    let opened = OpenedProfile { profile: ProfileView::default(), planner, guards: GuardSettings::default() };
    console.tell(AppMessage::Opened(Box::new(opened)));
    assert!(has_secret(&console));
    // This secret arrives after its profile was left.
    console.tell(AppMessage::Report(WorkerReport::Secret(ChangeId(1), SecretString::from(SECRET))));
    assert_eq!(console.app.overlays.len(), 2);
    // On a screen that is too small, nobody has read the secret.
    console.tell(AppMessage::Terminal(Event::Resize(20, 5)));
    console.press(Action::CloseSecret).press(Action::CloseSecret);
    assert_eq!(console.app.overlays.len(), 2);
}

#[test]
fn a_step_back_begun_before_a_secret_came_does_not_close_it() {
    let mut console = at_account();
    console.press(Action::NewKey).type_text("half").press(Action::Back);
    assert!(said(&console).contains("again drops"));
    console.tell(AppMessage::Report(WorkerReport::Secret(ChangeId(1), SecretString::from(SECRET))));
    console.press(Action::CloseSecret);
    assert!(has_secret(&console));
}

#[test]
fn no_state_prints_a_secret() {
    let mut console = with_secret();
    console.press(Action::CopySecret);
    let state = format!("{:?} {:?} {:?}", console.app.overlays, console.effects, console.app.screen.message);
    let entries = format!("{:?}", console.app.activity.entries);
    assert!(!state.contains(SECRET) && !entries.contains(SECRET), "{state}");
}

#[test]
fn plain_scim_says_why_there_is_nothing() {
    let mut console = Console::new(Hosting::Dedicated);
    let planner: Arc<dyn Planner> = dialect::of(Provider::Scim, Hosting::Dedicated, dialect::KnownServer::default());
    console.tell(AppMessage::Opened(Box::new(OpenedProfile {
        profile: ProfileView::default(),
        planner,
        guards: GuardSettings::default(),
    })));
    console.records();
    for (tab, action) in [
        (Action::GoUsers, Action::MyAccount),
        (Action::GoUsers, Action::Account),
        (Action::GoTeams, Action::Invitations),
    ] {
        console.press(tab).press(action);
        assert_eq!(said(&console), "Plain SCIM tells nothing of API keys and invitations.");
        assert!(console.app.overlays.is_empty() && console.app.never(action).is_some());
    }
}
