//! Each box as a picture.

use super::*;

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
    planner.0.refused.push((
        crate::directory::change::ChangeVerb::SetOrgRole,
        crate::directory::refusal::Refusal::unsupported("This key may not set organisation roles."),
    ));
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

/// A note on the whole plan stands before its lines, and under nobody's name.
#[test]
fn a_note_on_the_whole_plan_stands_first() {
    for (width, height) in [(80, 24), (40, 12)] {
        let mut app = console(width, height);
        let users = (0..20).map(|n| User {
            id: format!("u{n}").as_str().into(),
            user_name: format!("user-{n:03}").as_str().into(),
            org_role: if n == 19 { "admin" } else { "member" }.into(),
            active: Some(true),
            ..User::default()
        });
        fixture::load(&mut app, users.collect(), false);
        press(&mut app, Action::Filter);
        type_text(&mut app, "role:member");
        press(&mut app, Action::Open);
        press(&mut app, Action::MarkAll);
        press(&mut app, Action::ToggleActive);
        assert_snapshot!(format!("preview_notes_{width}"), shown(&app));
    }
}

/// With marks, the box shows the number of rows, and how many of them the filter hides.
#[test]
fn copying_marked_rows_says_how_many() {
    let mut app = console(80, 24);
    press(&mut app, Action::MarkAll);
    press(&mut app, Action::Filter);
    type_text(&mut app, "eva");
    press(&mut app, Action::Open);
    press(&mut app, Action::Copy);
    assert_snapshot!("copy_marked", shown(&app));
}

#[test]
fn a_large_plan_is_windowed_and_its_refused_lines_can_be_reached() {
    let mut app = console(80, 24);
    let users: Vec<User> = (0..400)
        .map(|n| User {
            id: format!("u{n}").as_str().into(),
            user_name: format!("user-{n:03}").as_str().into(),
            org_role: if n == 399 { "admin" } else { "viewer" }.into(),
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
    planner.0.refused.push((
        crate::directory::change::ChangeVerb::SetDisplayName,
        crate::directory::refusal::Refusal::unsupported("W&B does not let SCIM change it."),
    ));
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
    let mut entry = fixture::entry(&app, 60, change, ChangeState::Refused, "The server said no: seat limit reached.");
    entry.step.undo = Undo::By(vec![fixture::team_role("u-eva", "t-nlp", "member")]);
    entry.failure = Some(Failure {
        next: "Free a seat, or ask W&B for more; then R tries again.".into(),
        ..Failure::local(FailureClass::Refused, "Seat limit reached \u{202e}(400).", "")
    });
    entry.exchanges.push(RequestExchange {
        request: "PATCH /Users/u-eva\n{\"teamRoles\":[{\"teamName\":\"nlp\",\"roleName\":\"viewer\"}]}".into(),
        status: Some(400),
        millis: 412,
        bytes: 1_296,
        answer: "{\"detail\":\"seat limit reached\"}\u{1b}[2J".into(),
        refused: false,
        attempts: 3,
    });
    report(&mut app, WorkerReport::Journal(vec![entry]));
    press(&mut app, Action::GoActivity);
    press(&mut app, Action::Story);
    assert_snapshot!("story", shown(&app));
}

#[test]
fn the_story_of_a_creation_names_what_was_created() {
    let mut app = console(80, 24);
    let key: crate::directory::Id = "new:1882".into();
    let change = Change::CreateTeam {
        key: key.clone(),
        name: "audio".into(),
        members: Vec::new(),
        bucket: None,
        external_id: String::new(),
    };
    let mut entry = fixture::entry(&app, 60, change, ChangeState::Confirmed, "");
    entry.step.undo = Undo::By(vec![Change::DeleteTeam { team: key.clone() }]);
    entry.step.confirm = ConfirmBy::Reread(vec![ResourceRef::team(&key)]);
    report(&mut app, WorkerReport::Journal(vec![entry]));
    press(&mut app, Action::GoActivity);
    press(&mut app, Action::Story);
    let text = shown(&app);
    assert!(text.contains("audio: is deleted") && text.contains("by reading audio again"), "{text}");
    assert!(!text.contains("new:1882"), "{text}");
}

#[test]
fn raw() {
    let mut app = console(80, 24);
    go_to(&mut app, "evil");
    press(&mut app, Action::Raw);
    assert!(shown(&app).contains("Asking the server for it"));
    let body = json!({"userName": "evil\u{1b}[2J\u{202e}txt", "id": "x".repeat(100), "emails": [{"value": "田中@example.com"}]});
    let text = serde_json::to_string_pretty(&body).unwrap();
    report(&mut app, WorkerReport::Raw(fixture::target(RecordKind::User, "u-evil"), Ok(text)));
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
    assert!(matches!(app.overlays.last(), Some(Overlay::Help(help)) if help.scroll == limit - 1));
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
        AppMessage::Report(WorkerReport::Journal(vec![
            fixture::entry(&app, 5, fixture::org_role("u-ivan", "admin"), ChangeState::Sent, ""),
            fixture::entry(&app, 4, fixture::team_role("u-chen", "t-vision", "admin"), ChangeState::Unknown, ""),
        ])),
        now(),
    );
    press(&mut app, Action::Quit);
    assert_snapshot!("quit", shown(&app));
}
