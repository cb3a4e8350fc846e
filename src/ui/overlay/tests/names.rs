//! Names in boxes: where there is no room for all of a name, its end is left, which tells it from others.

use ratatui::style::Modifier;

use super::*;
use crate::{
    app::story::StoryBox,
    directory::record::{Member, RoleGrant},
};

const NAMES: [&str; 2] = ["giorgos-papadopoulou-nikolaidis-1041", "giorgos-papadopoulou-nikolaidis-1042"];
const SHOWN: &str = "Priscilla Fairbanks-Moore";

/// A team of two whose names differ at the end.
fn namesakes(width: u16) -> App {
    let mut app = console(width, 24);
    let users: Vec<User> = NAMES
        .iter()
        .map(|name| User {
            id: (*name).into(),
            user_name: (*name).into(),
            display_name: SHOWN.into(),
            active: Some(true),
            org_role: "member".into(),
            team_roles: Some(vec![RoleGrant { scope: "vision".into(), role: "member".into() }]),
            ..User::default()
        })
        .collect();
    let members = NAMES.iter().map(|name| Member { id: (*name).into(), display: Name::default() }).collect();
    let team = Team { id: "t-vision".into(), name: "vision".into(), members: Some(members), ..Team::default() };
    let records = Box::new(Records::build(users, vec![team], fixture::roles()));
    report(&mut app, WorkerReport::Records { records, seen: Some(now()), partial: false, stored: false });
    app
}

#[track_caller]
fn both_end_in_their_number(app: &App) {
    let screen = shown(app);
    for end in ["-1041", "-1042"] {
        assert!(screen.contains(end), "{end}:\n{screen}");
    }
}

#[test]
fn in_a_check_list() {
    let mut app = namesakes(80);
    team_check(&mut app);
    both_end_in_their_number(&app);
    assert!(shown(&app).contains("Priscilla"), "{}", shown(&app));
}

#[test]
fn where_another_one_is_picked() {
    let mut app = namesakes(80);
    press(&mut app, Action::GoUsers);
    press(&mut app, Action::Mark);
    press(&mut app, Action::MarkAll);
    press(&mut app, Action::MakeLike);
    both_end_in_their_number(&app);
}

#[test]
fn in_a_plan() {
    let mut app = namesakes(60);
    press(&mut app, Action::MarkAll);
    press(&mut app, Action::ToggleActive);
    both_end_in_their_number(&app);
}

#[test]
fn in_the_details_of_a_team_and_of_a_role_beside_the_names_of_the_people() {
    for width in [80, 120] {
        let mut app = namesakes(width);
        press(&mut app, Action::GoTeams);
        go_to(&mut app, "vision");
        press(&mut app, Action::Open);
        both_end_in_their_number(&app);
        assert!(shown(&app).contains("Priscilla"), "{}", shown(&app));
        press(&mut app, Action::Back);
        press(&mut app, Action::GoRoles);
        go_to(&mut app, "member");
        press(&mut app, Action::Open);
        both_end_in_their_number(&app);
        assert!(shown(&app).contains("Priscilla"), "{}", shown(&app));
    }
}

#[test]
fn holders_are_named_whole_where_there_is_room() {
    let mut app = namesakes(100);
    press(&mut app, Action::GoRoles);
    go_to(&mut app, "member");
    press(&mut app, Action::Holders);
    let screen = shown(&app);
    assert!(NAMES.iter().all(|name| screen.contains(name)), "{screen}");
    assert_eq!(screen.matches(SHOWN).count(), 2, "{screen}");
}

/// The colour of warnings is for what a guard says.
#[test]
fn a_story_warns_of_grave_facts_alone() {
    let mut app = console(80, 24);
    let mut entry = fixture::entry(&app, 5, fixture::org_role("u-ivan", "viewer"), ChangeState::Confirmed, "");
    entry.step.consequences = vec!["The last admin goes.".into(), "The account is kept.".into()];
    entry.step.grave = 1;
    let id = entry.id;
    report(&mut app, WorkerReport::Journal(vec![entry]));
    app.overlays.push(Overlay::Story(StoryBox { id, scroll: 0 }));
    let mut terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
    terminal.draw(|frame| crate::ui::overlay::draw(frame, &app.overlays[0], &app, &look())).unwrap();
    let buffer = terminal.backend().buffer();
    let bold = |words: &str| {
        let screen = fixture::text(buffer);
        let y = screen.lines().position(|line| line.contains(words)).expect(words);
        let line = screen.lines().nth(y).unwrap_or_default();
        let x = line.split(words).next().unwrap_or_default().chars().count();
        buffer[(u16::try_from(x).unwrap(), u16::try_from(y).unwrap())].modifier.contains(Modifier::BOLD)
    };
    assert!(bold("The last admin goes.") && !bold("The account is kept."), "{}", fixture::text(buffer));
}
