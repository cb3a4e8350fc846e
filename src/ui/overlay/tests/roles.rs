//! The boxes of custom roles.

use super::*;

fn on_janitor(width: u16, height: u16) -> App {
    let mut app = console(width, height);
    press(&mut app, Action::GoRoles);
    go_to(&mut app, "janitor");
    app
}

/// The change removes one permission and adds one that no role has.
fn edited(app: &mut App) {
    press(app, Action::RolePermissions);
    for (name, action) in [("run:del", Action::TakeOut), ("run:archive", Action::Toggle)] {
        type_text(app, name);
        press(app, action);
    }
    for _ in 0.."run:archive".len() {
        key(app, KeyCode::Backspace);
    }
}

#[test]
fn permission_editor() {
    for (width, height) in [(80, 24), (120, 40), (40, 12)] {
        let mut app = on_janitor(width, height);
        edited(&mut app);
        assert_snapshot!(format!("role_editor_{width}"), shown(&app));
    }
    let mut app = on_janitor(80, 24);
    edited(&mut app);
    assert_snapshot!("role_editor_plain", drawn(&app, &plain()));
}

#[test]
fn permission_editor_typed_at() {
    let mut app = on_janitor(80, 24);
    press(&mut app, Action::RolePermissions);
    type_text(&mut app, "run:archive");
    assert_snapshot!("role_editor_new", shown(&app));
    key(&mut app, KeyCode::Backspace);
    type_text(&mut app, " x");
    assert_snapshot!("role_editor_nothing", shown(&app));
}

/// No role of the small directory inherits from viewer.
#[test]
fn what_a_predefined_role_allows_may_be_unknown() {
    let mut app = on_janitor(80, 24);
    press(&mut app, Action::RolePermissions);
    press(&mut app, Action::NextBase);
    assert_snapshot!("role_editor_rebased", shown(&app));
    press(&mut app, Action::Look);
    press(&mut app, Action::Send);
    assert_eq!(app.activity.entries.values().next_back().unwrap().step.words.after, "inherits viewer");
}

#[test]
fn unsaved_permissions_are_dropped_only_when_asked_twice() {
    let mut app = on_janitor(80, 24);
    edited(&mut app);
    press(&mut app, Action::Back);
    assert!(matches!(app.overlays.last(), Some(Overlay::RoleEditor(_))));
    assert!(app.screen.message.as_ref().is_some_and(|message| message.text.contains("again drops what you entered")));
    press(&mut app, Action::Back);
    assert!(app.overlays.is_empty());
}

#[test]
fn holders() {
    for (width, height) in [(80, 24), (120, 40)] {
        let mut app = on_janitor(width, height);
        press(&mut app, Action::Holders);
        assert_snapshot!(format!("holders_{width}"), shown(&app));
    }
    let mut app = console(80, 24);
    press(&mut app, Action::GoRoles);
    go_to(&mut app, "auditor");
    press(&mut app, Action::Holders);
    assert_snapshot!("holders_none", shown(&app));
    press(&mut app, Action::Choose);
    assert!(matches!(app.overlays.last(), Some(Overlay::Holders(_))));
}

/// Going to a holder would drop the permissions that were chosen under the box.
#[test]
fn holders_over_unsaved_permissions_stay() {
    let mut app = on_janitor(80, 24);
    edited(&mut app);
    app.update(AppMessage::Terminal(Event::Key(KeyEvent::new(KeyCode::Char('o'), KeyModifiers::CONTROL))), now());
    press(&mut app, Action::Choose);
    assert!(matches!(app.overlays.as_slice(), [Overlay::RoleEditor(_), Overlay::Holders(_)]));
    press(&mut app, Action::Back);
    assert!(matches!(app.overlays.last(), Some(Overlay::RoleEditor(editor)) if editor.counts() == (1, 1)));
}

#[test]
fn two_roles_side_by_side() {
    for (width, height) in [(80, 24), (120, 40)] {
        let mut app = on_janitor(width, height);
        press(&mut app, Action::Compare);
        assert_snapshot!(format!("compare_with_{width}"), shown(&app));
        type_text(&mut app, "aud");
        key(&mut app, KeyCode::Enter);
        assert_snapshot!(format!("compare_{width}"), shown(&app));
    }
    let mut app = console(80, 24);
    press(&mut app, Action::GoRoles);
    press(&mut app, Action::MarkAll);
    press(&mut app, Action::Compare);
    let marked = shown(&app);
    assert!(marked.contains("Auditor and Run janitor"), "{marked}");
}

#[test]
fn a_new_role_goes_on_to_its_permissions() {
    let mut app = console(80, 24);
    press(&mut app, Action::GoRoles);
    press(&mut app, Action::Create);
    type_text(&mut app, "Reaper");
    assert_snapshot!("form_role", shown(&app));
    press(&mut app, Action::Submit);
    type_text(&mut app, "run:delete");
    key(&mut app, KeyCode::Char(' '));
    assert_snapshot!("role_editor_of_a_new_role", shown(&app));
    press(&mut app, Action::Look);
    press(&mut app, Action::Send);
    assert!(app.overlays.is_empty(), "{}", shown(&app));
    assert_eq!(app.activity.entries.values().next_back().unwrap().step.words.subject, "Reaper");
}
