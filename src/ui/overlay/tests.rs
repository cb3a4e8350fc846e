//! Each box as it looks, from the keys that open it.

use std::fmt::Write as _;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use insta::assert_snapshot;
use ratatui::{Terminal, backend::TestBackend};
use serde_json::json;

use super::scroll_limit;
use crate::{
    app::{App, Msg, Opened, Overlay, action::Action},
    directory::{
        Directory, Kind, Target,
        change::Change,
        guard::Guards,
        plan::{Capabilities, Confirm, Exchange, Planner, Risk, RoleChoice, State, Step, Undo, Unsupported},
        record::{Team, User},
        records::Records,
        words,
        work::Report,
    },
    scim::{
        failure::{Class, Failure},
        request::{Method, Request},
    },
    ui::Look,
    ui::tests::fixture::{self, look, now, plain, press, report, type_text},
};

/// Plans like a real dialect would: requests, consequences, and deactivations that can't be taken back.
struct Wandb(Capabilities);

impl Default for Wandb {
    fn default() -> Self {
        let mut can = fixture::Fake::default().0;
        can.org_roles.push(RoleChoice {
            name: "billing-admin".into(),
            note: Some("deprecated by W&B: becomes admin in September; new assignments are refused then".into()),
        });
        Self(can)
    }
}

impl Planner for Wandb {
    fn capabilities(&self) -> &Capabilities {
        &self.0
    }

    fn step(&self, change: &Change, directory: &Directory) -> Result<Step, Unsupported> {
        let mut requests = Vec::new();
        let mut consequences = Vec::new();
        let mut undo = Undo::By(Vec::new());
        let mut confirm = Confirm::Echo(Vec::new());
        let mut risk = Risk::Plain;
        match change {
            Change::AddMember { team, user } | Change::RemoveMember { team, user } => {
                let op = json!({"op": "add", "path": "members", "value": [{"value": &**user}]});
                let body = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [op]});
                requests.push(Request::new(Method::Patch, ["Groups", team]).if_match(Some("W/\"3\"")).body(body));
                confirm = Confirm::Reread(vec![Target::team(team)]);
                if matches!(change, Change::AddMember { .. }) {
                    consequences.push("Uses one full seat.".into());
                }
            }
            Change::SetOrgRole { user, role } => {
                if role.is("billing-admin") {
                    return Err(Unsupported("W&B refuses new billing admins.".into()));
                }
                requests.push(Request::new(Method::Patch, ["Users", user]).body(json!({"organizationRole": role})));
                confirm = Confirm::Reread(vec![Target::user(user)]);
                risk = Risk::Look;
            }
            Change::SetActive { user, active: false } => {
                requests.push(Request::new(Method::Delete, ["Users", user]));
                consequences.push(
                    "On W&B Multi-tenant Cloud this removes the user from the organisation and can't be undone here; \
                     runs and reports stay."
                        .into(),
                );
                undo = Undo::Never("the user must be invited again".into());
                risk = Risk::Type(directory.user(user).unwrap().user_name.to_string());
            }
            _ => {}
        }
        Ok(Step {
            change: change.clone(),
            requests,
            consequences,
            undo,
            confirm,
            risk,
            words: words::line(change, directory),
        })
    }
}

fn console(width: u16, height: u16) -> App {
    console_with(Wandb::default(), width, height)
}

fn console_with(planner: Wandb, width: u16, height: u16) -> App {
    let mut app = fixture::app(width, height);
    let profile = app.profile.clone().unwrap();
    let opened = Opened { profile, planner: std::sync::Arc::new(planner), guards: Guards::default() };
    app.update(Msg::Opened(Box::new(opened)), now());
    fixture::load(&mut app, fixture::users(), false);
    app
}

/// The box on an empty screen, and where the cursor stands.
fn shown(app: &App) -> String {
    drawn(app, &look())
}

fn drawn(app: &App, look: &Look) -> String {
    let mut terminal = Terminal::new(TestBackend::new(app.size.width, app.size.height)).unwrap();
    terminal.draw(|frame| super::draw(frame, app.overlays.last().unwrap(), app, look)).unwrap();
    let backend = terminal.backend();
    let mut text = fixture::text(backend.buffer());
    if backend.cursor_visible() {
        let position = backend.cursor_position();
        writeln!(text, "cursor at {},{}", position.x, position.y).unwrap();
    }
    text
}

fn key(app: &mut App, code: KeyCode) {
    app.update(Msg::Terminal(Event::Key(KeyEvent::new(code, KeyModifiers::NONE))), now());
}

/// Puts the cursor on a record of the list shown.
fn go_to(app: &mut App, name: &str) {
    press(app, Action::Filter);
    type_text(app, name);
    key(app, KeyCode::Enter);
}

fn team_check(app: &mut App) {
    press(app, Action::GoTeams);
    go_to(app, "vision");
    press(app, Action::Members);
}

/// Two join vision and one leaves.
fn three_changes(app: &mut App) {
    team_check(app);
    for name in ["lars", "noor", "ivan"] {
        type_text(app, name);
        key(app, KeyCode::Char(' '));
    }
}

#[test]
fn picker() {
    let mut app = console(80, 24);
    go_to(&mut app, "eva-tanaka");
    press(&mut app, Action::SetRole);
    assert_snapshot!("picker", shown(&app));
    type_text(&mut app, "vis vie");
    assert_snapshot!("picker_typed", shown(&app));
    press(&mut app, Action::NextScope);
    press(&mut app, Action::NextScope);
    type_text(&mut app, "qqq");
    assert_snapshot!("picker_empty", shown(&app));
}

#[test]
fn picker_at_other_sizes() {
    for (width, height) in [(120, 40), (40, 12)] {
        let mut app = console(width, height);
        go_to(&mut app, "eva-tanaka");
        press(&mut app, Action::SetRole);
        type_text(&mut app, "bill");
        assert_snapshot!(format!("picker_{width}"), shown(&app));
    }
}

#[test]
fn picker_for_many_refuses_with_a_reason() {
    let mut planner = Wandb::default();
    planner
        .0
        .refused
        .push((crate::directory::change::Verb::SetOrgRole, "This key may not set organisation roles.".into()));
    let mut app = console_with(planner, 80, 24);
    press(&mut app, Action::MarkAll);
    press(&mut app, Action::SetRole);
    assert_snapshot!("picker_many", shown(&app));
}

#[test]
fn check_list() {
    for (width, height) in [(80, 24), (120, 40), (40, 12)] {
        let mut app = console(width, height);
        three_changes(&mut app);
        assert_snapshot!(format!("check_{width}"), shown(&app));
    }
    let mut app = console(80, 24);
    three_changes(&mut app);
    assert_snapshot!("check_plain", drawn(&app, &plain()));
    let mut app = console(80, 24);
    three_changes(&mut app);
    for _ in 0..4 {
        key(&mut app, KeyCode::Backspace);
    }
    assert_snapshot!("check_all", shown(&app));
}

#[test]
fn teams_of_several() {
    let mut app = console(80, 24);
    press(&mut app, Action::MarkAll);
    press(&mut app, Action::Teams);
    key(&mut app, KeyCode::Char(' '));
    assert_snapshot!("check_teams", shown(&app));
}

#[test]
fn a_check_list_of_many_keeps_its_cursor_on_screen() {
    let mut app = console(80, 24);
    let users = (0..100_000)
        .map(|n| User {
            id: format!("u{n}").as_str().into(),
            user_name: format!("user-{n:06}").as_str().into(),
            ..User::default()
        })
        .collect();
    let team = Team { id: "t".into(), name: "everyone".into(), members: Some(Vec::new()), ..Team::default() };
    let records = Box::new(Records::build(users, vec![team], Vec::new()));
    report(&mut app, Report::Records { records, seen: Some(now()), partial: false, stored: false });
    press(&mut app, Action::GoTeams);
    press(&mut app, Action::Members);
    for at in [0, 1, 9, 50_000, 99_998, 99_999] {
        let Some(Overlay::Check(list)) = app.overlays.last_mut() else { panic!("no list") };
        list.cursor = at;
        let screen = shown(&app);
        assert!(screen.contains(&format!("▌ [ ] user-{at:06}")), "{screen}");
        assert_eq!(screen.matches("[ ] user-").count(), 18, "{screen}");
    }
}

#[test]
fn preview() {
    for (width, height) in [(80, 24), (120, 40), (40, 12)] {
        let mut app = console(width, height);
        three_changes(&mut app);
        press(&mut app, Action::Look);
        assert_snapshot!(format!("preview_{width}"), shown(&app));
        press(&mut app, Action::Requests);
        assert_snapshot!(format!("requests_{width}"), shown(&app));
    }
    let mut app = console(80, 24);
    three_changes(&mut app);
    press(&mut app, Action::Look);
    assert_snapshot!("preview_plain", drawn(&app, &plain()));
}

#[test]
fn a_plan_that_must_be_typed() {
    for (width, height) in [(80, 24), (40, 12)] {
        let mut app = console(width, height);
        go_to(&mut app, "chen");
        press(&mut app, Action::ToggleActive);
        type_text(&mut app, "chen-x");
        assert_snapshot!(format!("preview_type_{width}"), shown(&app));
    }
}

#[test]
fn a_large_plan_is_windowed_and_its_refused_lines_can_be_reached() {
    let mut app = console(80, 24);
    let users: Vec<User> = (0..400)
        .map(|n| User {
            id: format!("u{n}").as_str().into(),
            user_name: format!("user-{n:03}").as_str().into(),
            org_role: Some(if n == 399 { "admin" } else { "viewer" }.into()),
            ..User::default()
        })
        .collect();
    fixture::load(&mut app, users, false);
    press(&mut app, Action::MarkAll);
    press(&mut app, Action::SetRole);
    type_text(&mut app, "org member");
    press(&mut app, Action::Choose);
    assert_snapshot!("preview_large", shown(&app));
    press(&mut app, Action::Bottom);
    assert_snapshot!("preview_large_end", shown(&app));
}

#[test]
fn forms() {
    let mut app = console(80, 24);
    press(&mut app, Action::Create);
    type_text(&mut app, "eva-tanaka");
    press(&mut app, Action::Submit);
    assert_snapshot!("form_user", shown(&app));
    let mut planner = Wandb::default();
    planner.0.refused.push((crate::directory::change::Verb::SetDisplayName, "W&B does not let SCIM change it.".into()));
    let mut app = console_with(planner, 80, 24);
    go_to(&mut app, "evil");
    press(&mut app, Action::Edit);
    assert_snapshot!("form_locked", shown(&app));
    let mut app = fixture::welcome(40, 12);
    press(&mut app, Action::NewProfile);
    for _ in 0..5 {
        press(&mut app, Action::NextField);
    }
    assert_snapshot!("form_small", shown(&app));
}

#[test]
fn permissions() {
    let mut app = console(80, 24);
    go_to(&mut app, "eva-tanaka");
    press(&mut app, Action::Permissions);
    assert_snapshot!("permissions", shown(&app));
}

#[test]
fn details() {
    let mut app = console(80, 24);
    go_to(&mut app, "eva-tanaka");
    press(&mut app, Action::Open);
    let shown = shown(&app);
    assert!(shown.contains("╭ eva-tanaka ─"), "{shown}");
    assert!(shown.contains("╰ r role · t teams · p permissions · J raw · y copy · Esc back ─"), "{shown}");
    assert_eq!(scroll_limit(&app, &look()), Some(0));
}

#[test]
fn permissions_that_are_not_known() {
    let mut app = console(80, 24);
    go_to(&mut app, "mei");
    press(&mut app, Action::Permissions);
    assert_snapshot!("permissions_unknown", shown(&app));
}

#[test]
fn stories() {
    let mut app = console(80, 24);
    let change = fixture::team_role("u-eva", "t-nlp", "viewer");
    let mut entry = fixture::entry(&app, 60, change, State::Refused, "The server said no: seat limit reached.");
    entry.step.undo = Undo::By(vec![fixture::team_role("u-eva", "t-nlp", "member")]);
    entry.failure = Some(Failure {
        next: "Free a seat, or ask W&B for more; then R tries again.".into(),
        ..Failure::local(Class::Refused, "Seat limit reached \u{202e}(400).", "")
    });
    entry.exchanges.push(Exchange {
        request: "PATCH /Users/u-eva\n{\"teamRoles\":[{\"teamName\":\"nlp\",\"roleName\":\"viewer\"}]}".into(),
        status: Some(400),
        millis: 412,
        bytes: 1_296,
        answer: "{\"detail\":\"seat limit reached\"}\u{1b}[2J".into(),
    });
    report(&mut app, Report::Journal(vec![entry]));
    press(&mut app, Action::GoActivity);
    press(&mut app, Action::Story);
    assert_snapshot!("story", shown(&app));
}

#[test]
fn raw() {
    let mut app = console(80, 24);
    go_to(&mut app, "evil");
    press(&mut app, Action::Raw);
    assert!(shown(&app).contains("Asking the server for it"));
    let body = json!({"userName": "evil\u{1b}[2J\u{202e}txt", "id": "x".repeat(100), "emails": [{"value": "田中@example.com"}]});
    let text = serde_json::to_string_pretty(&body).unwrap();
    report(&mut app, Report::Raw(fixture::target(Kind::User, "u-evil"), Ok(text)));
    assert_snapshot!("raw", shown(&app));
}

#[test]
fn help_palette_copy_quit() {
    let mut app = console(80, 24);
    press(&mut app, Action::Help);
    assert_snapshot!("help", shown(&app));
    press(&mut app, Action::Bottom);
    let limit = scroll_limit(&app, &look()).unwrap();
    app.clamp_scroll(limit);
    assert_snapshot!("help_end", shown(&app));
    press(&mut app, Action::Up);
    assert!(matches!(app.overlays.last(), Some(Overlay::Help { scroll }) if *scroll == limit - 1));
    press(&mut app, Action::Back);
    press(&mut app, Action::Palette);
    type_text(&mut app, "role");
    assert_snapshot!("palette", shown(&app));
    press(&mut app, Action::Back);
    go_to(&mut app, "chen");
    press(&mut app, Action::Copy);
    assert_snapshot!("copy", shown(&app));
    press(&mut app, Action::Back);
    app.update(
        Msg::Report(Report::Journal(vec![
            fixture::entry(&app, 5, fixture::org_role("u-ivan", "admin"), State::Sent, ""),
            fixture::entry(&app, 4, fixture::team_role("u-chen", "t-vision", "admin"), State::Unknown, ""),
        ])),
        now(),
    );
    press(&mut app, Action::Quit);
    assert_snapshot!("quit", shown(&app));
}

#[test]
fn a_wide_character_under_the_border_does_not_hide_it() {
    let mut app = console(80, 24);
    press(&mut app, Action::Copy);
    let mut terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
    terminal
        .draw(|frame| {
            let line = "田".repeat(40);
            let lines: Vec<ratatui::text::Line> =
                (0..24).map(|n| format!("{}{line}", " ".repeat(n % 2)).into()).collect();
            frame.render_widget(ratatui::widgets::Paragraph::new(lines), frame.area());
            super::draw(frame, app.overlays.last().unwrap(), &app, &look());
        })
        .unwrap();
    let buffer = terminal.backend().buffer();
    for y in 0..24 {
        for x in 1..80 {
            let border = ["│", "╭", "╰"].contains(&buffer[(x, y)].symbol());
            let before = crate::ui::fit::width(buffer[(x - 1, y)].symbol());
            assert!(!border || before == 1, "{x},{y}");
        }
    }
}
