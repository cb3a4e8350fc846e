//! Rules that hold for every box.

use ratatui::style::Modifier;

use super::*;
use crate::{
    app::{
        compare::Side, help::HelpBox, permissions::PermissionsBox, raw::RawBox, roles::CompareBox, story::StoryBox,
        walk::DetailsBox,
    },
    ui::overlay::text::TextOverlay,
};

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
    report(&mut app, WorkerReport::Records { records, seen: Some(now()), partial: false, stored: false });
    press(&mut app, Action::GoTeams);
    press(&mut app, Action::Members);
    for at in [0, 1, 9, 50_000, 99_998, 99_999] {
        let Some(Overlay::Check(list)) = app.overlays.last_mut() else { panic!("no list") };
        list.rows.cursor = at;
        let screen = shown(&app);
        assert!(screen.contains(&format!("▌ [ ] user-{at:06}")), "{screen}");
        assert_eq!(screen.matches("[ ] user-").count(), 18, "{screen}");
    }
}

#[test]
fn details() {
    let mut app = console(80, 24);
    go_to(&mut app, "eva-tanaka");
    press(&mut app, Action::Open);
    let shown = shown(&app);
    assert!(shown.contains("╭ Users › Eva Tanaka ─"), "{shown}");
    let bottom: Vec<&str> = shown.lines().last().unwrap_or_default().split_whitespace().collect();
    assert!(bottom.join(" ").starts_with("Enter open r role here x remove t teams p permissions "), "{shown}");
    assert!(bottom.join(" ").ends_with(" Esc back ? help"), "{shown}");
    assert_eq!(scroll_limit(&app, &look()), Some(6));
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
            crate::ui::overlay::draw(frame, app.overlays.last().unwrap(), &app, &look());
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

#[test]
fn while_a_text_is_asked_for_lines_are_still_dropped_and_requests_scrolled() {
    let mut app = console(80, 24);
    press(&mut app, Action::MarkAll);
    press(&mut app, Action::ToggleActive);
    type_text(&mut app, "x");
    let steps = |app: &App| match app.overlays.last() {
        Some(Overlay::Preview(preview)) => preview.plan.steps.len(),
        _ => 0,
    };
    let before = steps(&app);
    assert!(before > 2);
    key(&mut app, KeyCode::Delete);
    assert_eq!(steps(&app), before - 1);
    assert!(shown(&app).contains("Delete drop line"), "{}", shown(&app));
    assert_eq!(scroll_limit(&app, &look()), None);
    app.update(AppMessage::Terminal(Event::Key(KeyEvent::new(KeyCode::Char('r'), KeyModifiers::CONTROL))), now());
    key(&mut app, KeyCode::Delete);
    assert_eq!(steps(&app), before - 1);
    key(&mut app, KeyCode::PageDown);
    key(&mut app, KeyCode::PageDown);
    let limit = scroll_limit(&app, &look()).unwrap();
    app.clamp_scroll(limit);
    assert!(shown(&app).contains("DELETE /Users/u-zoe"), "{}", shown(&app));
}

#[test]
fn no_line_of_a_text_is_wider_than_its_box() {
    for (width, height) in [(40, 12), (61, 16), (80, 24), (200, 60)] {
        let mut app = console(width, height);
        let mut entry =
            fixture::entry(&app, 9, fixture::org_role("u-long", "admin"), ChangeState::Unknown, &"why ".repeat(90));
        entry.exchanges.push(RequestExchange {
            request: format!("PATCH /Users/{}\n{}", "x".repeat(300), json!({"displayName": "田中".repeat(99)})),
            status: None,
            millis: 61_000,
            bytes: 0,
            answer: "lost".into(),
            refused: false,
            attempts: 1,
        });
        let story = entry.id;
        report(&mut app, WorkerReport::Journal(vec![entry]));
        let raw = fixture::target(RecordKind::User, "u-long");
        let json = serde_json::to_string_pretty(&fixture::users()).unwrap();
        let boxes: [&dyn TextOverlay; 6] = [
            &HelpBox { scroll: 0 },
            &PermissionsBox { user: "u-eva".into(), typed: tui_input::Input::default(), scroll: 0 },
            &CompareBox { sides: ["r-janitor", "r-audit"].map(|id| Side::Role(id.into())), scroll: 0 },
            &StoryBox { id: story, scroll: 0 },
            &RawBox { target: raw.clone(), text: Some(Ok(json)), scroll: 0 },
            &DetailsBox { target: raw, scroll: 0, cursor: None },
        ];
        for top in boxes {
            let text = top.text(&app, &look());
            let columns = crate::ui::overlay::text::columns(&app);
            let wide: Vec<_> = text.lines.iter().filter(|line| line.width() > columns).collect();
            assert!(wide.is_empty(), "{width}: {wide:?}");
        }
    }
}

#[test]
fn the_row_with_the_cursor_is_reversed_without_any_colour_too() {
    type Open = fn(&mut App);
    let opened: [(&str, Open); 7] = [
        ("picker", |app| press(app, Action::SetRole)),
        ("check", |app| press(app, Action::Teams)),
        ("preview", |app| {
            three_changes(app);
            press(app, Action::Look);
        }),
        ("palette", |app| press(app, Action::Palette)),
        ("copy", |app| press(app, Action::Copy)),
        ("role editor", |app| {
            press(app, Action::GoRoles);
            press(app, Action::RolePermissions);
        }),
        ("holders", |app| {
            press(app, Action::GoRoles);
            go_to(app, "janitor");
            press(app, Action::Holders);
        }),
    ];
    for (name, open) in opened {
        let mut app = console(80, 24);
        open(&mut app);
        let mut terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
        terminal.draw(|frame| crate::ui::overlay::draw(frame, app.overlays.last().unwrap(), &app, &plain())).unwrap();
        let buffer = terminal.backend().buffer();
        let reversed = |y: u16| (0..80).filter(|x| buffer[(*x, y)].modifier.contains(Modifier::REVERSED)).count();
        let rows: Vec<usize> = (0..24).map(reversed).filter(|cells| *cells > 0).collect();
        assert!(matches!(rows.as_slice(), [cells] if *cells > 40), "{name}: {rows:?}");
    }
}

#[test]
fn the_cursor_of_a_text_field_is_always_in_it() {
    for value in ["", "eva", "田中エヴァと陳偉", "👩‍👩‍👧 x", "evil\u{1b}[2J\u{202e}txt"] {
        for cursor in 0..=value.chars().count() {
            for room in 1..14 {
                let input = tui_input::Input::new(value.to_owned()).with_cursor(cursor);
                let (shown, at) = crate::ui::overlay::shell::visible(&input, room);
                assert!(
                    at < room && crate::ui::fit::width(&shown) <= room,
                    "{value:?} {cursor} {room}: {shown:?} {at}"
                );
            }
        }
    }
}
