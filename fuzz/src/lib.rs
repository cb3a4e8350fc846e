//! What several targets share: the dialects, and a console with a screen.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;
use ratatui::{Terminal, backend::TestBackend, buffer::Buffer};
use scimitar::{
    app::{App, AppMessage, OpenedProfile, ProfileView, geometry::TerminalSize, keymap::KeyBindings},
    dialect::{self, Dialect, Hosting, KnownServer, Provider},
    directory::{
        guard::GuardSettings,
        record::{Member, Role, Team, User},
        records::Records,
        work::WorkerReport,
    },
    ui::{
        ScreenLook, draw,
        look::{ColorTheme, GlyphSet},
    },
};

/// One dialect of each kind.
pub fn dialects() -> Vec<Arc<dyn Dialect>> {
    [Provider::Wandb, Provider::Scim, Provider::Grafana, Provider::Datasaur]
        .map(|provider| dialect::of(provider, Hosting::Dedicated, KnownServer::default()))
        .into()
}

/// A moment that is the same in each run.
pub fn now() -> Timestamp {
    Timestamp::from_second(1_747_231_331).unwrap()
}

/// A console on a directory in which these texts are names.
pub fn console(names: &[&str]) -> App {
    let size = TerminalSize { width: 80, height: 24 };
    let mut app = App::new(KeyBindings::new(&BTreeMap::new()).unwrap(), vec!["acme".into()], size, now(), 7);
    let planner = dialect::of(Provider::Wandb, Hosting::Dedicated, KnownServer::default());
    let profile = ProfileView { name: "acme".into(), ..ProfileView::default() };
    app.update(
        AppMessage::Opened(Box::new(OpenedProfile { profile, planner, guards: GuardSettings::default() })),
        now(),
    );
    let name = |n: usize| names.get(n % names.len().max(1)).copied().unwrap_or("eva");
    let user = |n: usize| User {
        id: format!("u{n}").as_str().into(),
        user_name: name(n).into(),
        display_name: name(n + 1).into(),
        email: name(n + 2).into(),
        active: Some(true),
        org_role: name(n + 3).into(),
        models_seat: "full".into(),
        ..User::default()
    };
    let member = |n: usize| Member { id: format!("u{n}").as_str().into(), display: name(n).into() };
    let team = |n: usize| Team {
        id: format!("t{n}").as_str().into(),
        name: name(n + 1).into(),
        members: Some((n..n + 4).map(member).collect()),
        ..Team::default()
    };
    let role = |n: usize| Role {
        id: format!("r{n}").as_str().into(),
        name: name(n).into(),
        description: name(n + 1).into(),
        ..Role::default()
    };
    let users = (0..12).map(user).collect();
    let records = Records::build(users, (0..4).map(team).collect(), (0..3).map(role).collect());
    let report = WorkerReport::Records { records: Box::new(records), seen: Some(now()), partial: false, stored: false };
    app.update(AppMessage::Report(report), now());
    app
}

/// What the console shows; nothing in it acts on a terminal or turns text round.
pub fn screen(app: &App) -> Buffer {
    let look = ScreenLook::new(ColorTheme::Ansi, GlyphSet::UNICODE);
    let TerminalSize { width, height } = app.screen.size;
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| draw(frame, app, &look)).unwrap();
    let drawn = terminal.backend().buffer().clone();
    for cell in drawn.content() {
        let wrong = cell.symbol().chars().find(|c| acts(*c));
        assert_eq!(wrong, None, "{:?}", cell.symbol());
    }
    drawn
}

fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(c, '\u{feff}' | '\u{ad}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}
