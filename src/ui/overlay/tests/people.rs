//! Boxes about people, over the real dialect: forms with choices, the picker's seats and registries, long lists of names.

use std::sync::Arc;

use super::*;
use crate::{
    app::picker::ShownPlaces,
    dialect::{self, Hosting, KnownServer, Provider},
    directory::{
        Name,
        record::{Member, ReadDepth},
        role_source::RoleMapping,
    },
};

const SIZES: [(u16, u16); 2] = [(80, 24), (120, 40)];

fn real(hosting: Hosting, width: u16, height: u16) -> App {
    of(Provider::Wandb, hosting, KnownServer { full_seats: Some(500), ..KnownServer::default() }, width, height)
}

fn of(provider: Provider, hosting: Hosting, server: KnownServer, width: u16, height: u16) -> App {
    let mut app = fixture::app(width, height);
    let planner: Arc<dyn Planner> = dialect::of(provider, hosting, server);
    let opened =
        OpenedProfile { profile: app.session.profile.clone().unwrap(), planner, guards: GuardSettings::default() };
    app.update(AppMessage::Opened(Box::new(opened)), now());
    fixture::load(&mut app, fixture::users(), false);
    app
}

fn paste(app: &mut App, text: &str) {
    app.update(AppMessage::Terminal(Event::Paste(text.into())), now());
}

#[test]
fn a_new_user() {
    for (width, height) in SIZES {
        let mut app = real(Hosting::Dedicated, width, height);
        press(&mut app, Action::Create);
        for _ in 0..4 {
            key(&mut app, KeyCode::Tab);
        }
        key(&mut app, KeyCode::Char('v'));
        assert_snapshot!(format!("new_user_{width}"), shown(&app));
    }
}

#[test]
fn fields_of_a_user_whose_seat_is_not_known() {
    for (width, height) in SIZES {
        let mut app = real(Hosting::MultiTenant, width, height);
        go_to(&mut app, "mei");
        press(&mut app, Action::Edit);
        assert_snapshot!(format!("edit_seats_{width}"), shown(&app));
    }
}

#[test]
fn a_new_service_account() {
    for (width, height) in SIZES {
        let mut app = real(Hosting::Dedicated, width, height);
        press(&mut app, Action::View);
        press(&mut app, Action::Create);
        key(&mut app, KeyCode::Tab);
        key(&mut app, KeyCode::Right);
        assert_snapshot!(format!("new_service_{width}"), shown(&app));
    }
}

#[test]
fn a_new_team_with_a_place_for_its_files() {
    for (width, height) in SIZES {
        let mut app = real(Hosting::Dedicated, width, height);
        press(&mut app, Action::GoTeams);
        press(&mut app, Action::Create);
        type_text(&mut app, "maps");
        key(&mut app, KeyCode::Tab);
        key(&mut app, KeyCode::Tab);
        type_text(&mut app, "aa");
        key(&mut app, KeyCode::Enter);
        assert_snapshot!(format!("new_team_storage_{width}"), shown(&app));
    }
    let mut app = real(Hosting::Dedicated, 80, 24);
    press(&mut app, Action::GoTeams);
    press(&mut app, Action::Create);
    assert_snapshot!("new_team_plain", drawn(&app, &plain()));
}

#[test]
fn a_form_stands_still_while_choices_bring_and_take_fields() {
    for (width, height) in [(80, 24), (120, 40)] {
        let mut app = real(Hosting::Dedicated, width, height);
        press(&mut app, Action::GoTeams);
        press(&mut app, Action::Create);
        let place = |app: &App| {
            let text = shown(app);
            let cell = |line: &str, word: &str| line.split_once(word).map(|(before, _)| before.chars().count());
            let at = |word: &str| text.lines().enumerate().find_map(|(row, line)| Some((row, cell(line, word)?)));
            (at("╭ New team"), at("Storage"), at("○ COREWEAVE").or_else(|| at("● COREWEAVE")))
        };
        let (before, mut heights) = (place(&app), Vec::new());
        key(&mut app, KeyCode::Tab);
        key(&mut app, KeyCode::Tab);
        for _ in 0..6 {
            assert_eq!(place(&app), before, "{}", shown(&app));
            heights.push(shown(&app).lines().position(|line| line.contains("Space or a letter picks")));
            key(&mut app, KeyCode::Char(' '));
        }
        heights.dedup();
        assert!(heights.len() > 2, "{heights:?}");
    }
}

#[test]
fn seats_and_registries_in_the_picker() {
    for (width, height) in SIZES {
        let mut app = real(Hosting::Dedicated, width, height);
        go_to(&mut app, "eva-tanaka");
        press(&mut app, Action::SetRole);
        for (scope, name) in [(ShownPlaces::Registries, "registries"), (ShownPlaces::Seats, "seats")] {
            while !matches!(app.overlays.last(), Some(Overlay::Role(picker)) if picker.scope == scope) {
                press(&mut app, Action::NextScope);
            }
            assert_snapshot!(format!("picker_{name}_{width}"), shown(&app));
        }
    }
}

#[test]
fn a_full_seat_says_how_many_of_how_many() {
    let mut app = real(Hosting::Dedicated, 80, 24);
    go_to(&mut app, "noor");
    press(&mut app, Action::Mark);
    go_to(&mut app, "chen");
    press(&mut app, Action::Mark);
    press(&mut app, Action::SetRole);
    type_text(&mut app, "models seat full");
    key(&mut app, KeyCode::Enter);
    assert_snapshot!("full_seats_plan", shown(&app));
}

/// A team of ninety whose members are all replaced by two: everybody who goes is named, and can be read.
fn listed(width: u16, height: u16) -> App {
    let mut app = real(Hosting::Dedicated, width, height);
    let members = |at: usize| format!("somebody-{at:02}");
    let mut users = fixture::users();
    users.extend((0..90).map(|at| User {
        id: members(at).as_str().into(),
        user_name: members(at).as_str().into(),
        depth: ReadDepth::Full,
        ..User::default()
    }));
    let member = |at| Member { id: members(at).as_str().into(), display: "".into() };
    let team = Team {
        id: "t-big".into(),
        name: "big".into(),
        members: Some((0..90).map(member).collect()),
        ..Team::default()
    };
    let records = Box::new(Records::build(users, vec![team], vec![]));
    report(&mut app, WorkerReport::Records { records, seen: Some(now()), partial: false, stored: false });
    press(&mut app, Action::GoTeams);
    press(&mut app, Action::MembersFromList);
    app
}

#[test]
fn members_from_a_list() {
    for (width, height) in [(40, 12), (80, 24), (120, 40)] {
        let mut app = listed(width, height);
        assert_snapshot!(format!("list_empty_{width}"), shown(&app));
        let many: Vec<String> = (0..40).map(|at| format!("nobody-{at}@example.com")).collect();
        paste(&mut app, &format!("eva-tanaka\nsomebody-9x\n{}", many.join("\n")));
        key(&mut app, KeyCode::Enter);
        key(&mut app, KeyCode::Char(' '));
        assert_snapshot!(format!("list_doubts_{width}"), shown(&app));
        press(&mut app, Action::SkipAll);
        key(&mut app, KeyCode::Enter);
        assert_snapshot!(format!("list_difference_{width}"), shown(&app));
    }
}

#[test]
fn a_long_list_of_names_is_scrolled_to_its_end() {
    let planned = |width, height| {
        let mut app = listed(width, height);
        paste(&mut app, "eva-tanaka\nivan-petrov");
        key(&mut app, KeyCode::Enter);
        press(&mut app, Action::Exactly);
        key(&mut app, KeyCode::Enter);
        app
    };
    for (width, height) in SIZES {
        assert_snapshot!(format!("list_plan_{width}"), shown(&planned(width, height)));
    }
    let mut app = planned(80, 24);
    assert!(!shown(&app).contains("somebody-89"), "{}", shown(&app));
    for _ in 0..40 {
        key(&mut app, KeyCode::Down);
        app.clamp_scroll(scroll_limit(&app, &look()).unwrap());
    }
    assert!(shown(&app).contains("somebody-89"), "{}", shown(&app));
    assert!(!shown(&app).contains("reads on"));
    key(&mut app, KeyCode::Up);
    assert!(shown(&app).contains("reads on"));
}

#[test]
fn settings_that_can_not_be_read_are_explained_all_the_same() {
    let mut app = of(Provider::Grafana, Hosting::Dedicated, KnownServer::default(), 80, 24);
    type_text(&mut app, ":settings");
    key(&mut app, KeyCode::Enter);
    let failure =
        Failure::local(FailureClass::Forbidden, "Ask: the key may not do this (403).", "It needs settings:read.");
    report(&mut app, WorkerReport::AskFailed(SideQueryKind::Settings, failure));
    key(&mut app, KeyCode::Down);
    assert_snapshot!("settings_failed_80", shown(&app));
}

#[test]
fn the_role_that_a_group_gives() {
    let name = |text: &str| Name::from(text);
    let mapping = RoleMapping {
        order: ["admin", "reviewer", "labeler"].map(name).into(),
        default: Some(name("labeler")),
        groups: [(name("vision"), name("reviewer"))].into(),
    };
    let server = KnownServer { mapping: Some(Arc::new(mapping)), ..KnownServer::default() };
    let mut app = of(Provider::Datasaur, Hosting::Dedicated, server, 80, 24);
    press(&mut app, Action::GoTeams);
    go_to(&mut app, "vision");
    press(&mut app, Action::GroupRole);
    assert_snapshot!("group_role_80", shown(&app));
}
