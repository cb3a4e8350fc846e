//! Accounts, invitations and secrets as pictures.

use std::sync::Arc;

use secrecy::SecretString;

use super::*;
use crate::directory::{
    Name, Observation,
    audit::{AuditEntry, AuditPage, AuditSpan},
    change::ChangeId,
    record::AccountKind,
    side_query::{AccountDetails, ApiKey, SideAnswer, TeamParticipant},
};

fn learn(app: &mut App, topic: SideQueryKind, told: SideAnswer) {
    report(app, WorkerReport::Learnt(vec![Observation::Told(topic, told)]));
}

fn eva() -> AccountDetails {
    let key = |id: &str, name: &str, description: &str| ApiKey {
        id: id.into(),
        name: name.into(),
        description: description.into(),
        in_use: false,
    };
    AccountDetails {
        id: "u-eva".into(),
        user_name: "eva-tanaka".into(),
        name: "田中 エヴァ".into(),
        email: "eva@example.com".into(),
        instance_admin: Some(true),
        teams: (0..40).map(|n| Name::from(format!("team-{n}").as_str())).collect(),
        keys: Some(vec![
            key("1", "2a6b72e7", "laptop"),
            key("2", "", "evil\u{1b}[2J\u{202e}txt"),
            key("3", "local-d5e0c1aa", &"sweep agents ".repeat(20)),
        ]),
        ..AccountDetails::default()
    }
}

fn vision() -> Vec<TeamParticipant> {
    let one = |id: &str, user: &str, name: &str, email: &str, admin, pending, account| TeamParticipant {
        id: id.into(),
        user_name: user.into(),
        name: name.into(),
        email: email.into(),
        admin: Some(admin),
        pending,
        account,
    };
    let mut all = vec![
        one("p1", "eva-tanaka", "田中 エヴァ", "eva@example.com", true, false, AccountKind::Person),
        one("p2", "ivan-petrov", "Ivan Petrov", "ivan@example.com", false, false, AccountKind::Person),
        one("p3", "ci-bot", "", "", false, false, AccountKind::TeamService),
        one("i1", "", "", "new.person@example.com", true, true, AccountKind::Person),
        one("i2", "noor", "نور الهدى", "noor@example.com", false, true, AccountKind::Person),
    ];
    let more = (0..30)
        .map(|n| one(&format!("m{n}"), &format!("member-{n:02}"), "Some One", "", false, false, AccountKind::Person));
    all.extend(more);
    all
}

#[test]
fn account() {
    for (width, height) in [(80, 24), (120, 40), (40, 12)] {
        let mut app = console(width, height);
        press(&mut app, Action::MyAccount);
        assert!(shown(&app).contains("Asking the server for it"));
        learn(&mut app, SideQueryKind::Me, SideAnswer::Person(eva()));
        let change = Change::DeleteKey { owner: "u-eva".into(), key: "1".into(), name: "2a6b72e7".into() };
        app.directory.begin(ChangeId(1), change);
        let new = Change::CreateKey { key: "new:2".into(), owner: "u-eva".into(), description: "cluster".into() };
        app.directory.begin(ChangeId(2), new);
        press(&mut app, Action::Down);
        assert_snapshot!(format!("account_{width}"), shown(&app));
    }
}

#[test]
fn account_of_another() {
    let mut app = console(80, 24);
    go_to(&mut app, "ivan");
    press(&mut app, Action::Account);
    let failure = Failure::local(FailureClass::Forbidden, "only admins can use users()", "Use an instance admin's key");
    report(&mut app, WorkerReport::AskFailed(SideQueryKind::Person("u-ivan".into()), failure.clone()));
    assert_snapshot!("account_failed", shown(&app));
    let person = AccountDetails { keys: None, deleted: true, teams: vec![], instance_admin: None, ..eva() };
    learn(&mut app, SideQueryKind::Person("u-ivan".into()), SideAnswer::Person(person));
    report(&mut app, WorkerReport::AskFailed(SideQueryKind::Person("u-ivan".into()), failure));
    assert_snapshot!("account_failed_later", shown(&app));
    learn(&mut app, SideQueryKind::Person("u-ivan".into()), SideAnswer::Nothing);
    assert!(shown(&app).contains("The server knows no such account there."), "{}", shown(&app));
}

#[test]
fn invitations() {
    for (width, height) in [(80, 24), (120, 40), (40, 12)] {
        let mut app = console(width, height);
        press(&mut app, Action::GoTeams);
        go_to(&mut app, "vision");
        press(&mut app, Action::Invitations);
        assert!(shown(&app).contains("Asking the server for it"));
        learn(&mut app, SideQueryKind::Roster("t-vision".into()), SideAnswer::Roster(vision()));
        let (team, key) = ("t-vision".into(), "new:1".into());
        app.directory.begin(ChangeId(1), Change::Invite { key, team, to: "mei@example.com".into(), admin: true });
        let (team, invite) = ("t-vision".into(), "i2".into());
        app.directory.begin(ChangeId(2), Change::RevokeInvite { team, invite, to: "noor".into() });
        press(&mut app, Action::Down);
        assert_snapshot!(format!("invitations_{width}"), shown(&app));
    }
}

/// At 80 columns person and team stand apart, each cut in its own middle.
#[test]
fn the_audit_log() {
    let entry = |n: u32, action: &str, actor: &str, user: &str, team: &str, code: u16| {
        let at = now() - jiff::SignedDuration::from_hours(i64::from(n) * 20);
        let id = n.to_string().as_str().into();
        let [action, actor, user, team] = [action, actor, user, team].map(Name::from);
        Arc::new(AuditEntry { id, at: Some(at), action, actor, user, team, code: Some(code), raw: json!({}) })
    };
    let entries = vec![
        entry(1, "team:invite_user", "nikos-nikolaidis@example.com", "giorgos-papadopoulou-2", "data-platform", 200),
        entry(2, "team:uninvite", "eva@example.com", "ivan@example.com", "vision", 200),
        entry(3, "team:uninvite", "oksana-kovalenko", "noah-mensah-2", "forecasting", 403),
        entry(4, "team:delete", "oksana-kovalenko", "", "growth", 200),
        entry(5, "user:create_api_key", "ivan-petrov", "ivan-petrov", "", 200),
        entry(6, "organization:update_member", "rohan", "ivan-petrov", "", 200),
    ];
    for width in [80, 120, 60] {
        let mut app = console(width, 24);
        press(&mut app, Action::GoActivity);
        press(&mut app, Action::AuditLog);
        let page = AuditPage { entries: entries.clone(), next: None };
        learn(&mut app, SideQueryKind::AuditLog(AuditSpan::newest(now())), SideAnswer::AuditLog(page));
        assert_snapshot!(format!("audit_{width}"), shown(&app));
    }
}

fn attributes_of_eva() -> (serde_json::Value, Vec<crate::scim::schema::Schema>) {
    let (user, employee) = (crate::scim::urn::USER, crate::scim::urn::ENTERPRISE_USER);
    let resource = serde_json::json!({
        "schemas": [user, employee, "urn:example:own"], "id": "u-eva", "userName": "eva-tanaka",
        "displayName": "田中 エヴァ", "title": "evil\u{1b}[2J\u{202e}txt", "nickName": "Eva ".repeat(60), "active": true,
        "emails": [{"value": "eva@example.com", "type": "work", "primary": true}, {"value": "e@example.org"}],
        employee: {"department": "Research", "manager": {"value": "u-mei", "displayName": "Mei Lin"}},
        "urn:example:own": {"desk": 4},
        "meta": {"resourceType": "User", "created": "2024-02-29T08:30:00Z"},
    });
    let schemas = crate::scim::schema::schemas(&serde_json::json!([
        {"id": user, "name": "User", "attributes": [
            {"name": "userName", "required": true, "description": "Unique in the organisation."},
            {"name": "displayName"}, {"name": "title"}, {"name": "nickName"}, {"name": "active", "type": "boolean"},
            {"name": "userType", "canonicalValues": ["Employee", "Contractor", "Intern"]},
            {"name": "emails", "type": "complex", "multiValued": true},
        ]},
        {"id": employee, "name": "Enterprise User", "attributes": [
            {"name": "employeeNumber", "mutability": "immutable"}, {"name": "department"},
            {"name": "manager", "type": "complex", "subAttributes": [
                {"name": "value"}, {"name": "displayName", "mutability": "readOnly"}]},
        ]},
    ]));
    (resource, schemas)
}

#[test]
fn attributes() {
    let (resource, schemas) = attributes_of_eva();
    let target = crate::directory::ResourceRef::user(&"u-eva".into());
    for (width, height) in [(80, 24), (120, 40), (40, 12)] {
        let mut app = console(width, height);
        go_to(&mut app, "eva");
        press(&mut app, Action::Attributes);
        assert!(shown(&app).contains("Asking the server for it"));
        learn(&mut app, SideQueryKind::Resource(target.clone()), SideAnswer::Resource(resource.clone()));
        learn(&mut app, SideQueryKind::Schemas, SideAnswer::Schemas(schemas.clone()));
        let path = format!("{}:department", crate::scim::urn::ENTERPRISE_USER);
        let to = Some("Sales".into());
        app.directory.begin(ChangeId(1), Change::SetAttribute { target: target.clone(), path, before: None, to });
        (0..4).for_each(|_| press(&mut app, Action::Down));
        assert_snapshot!(format!("attributes_{width}"), shown(&app));
    }
}

#[test]
fn the_form_of_an_attribute() {
    let (resource, schemas) = attributes_of_eva();
    let target = crate::directory::ResourceRef::user(&"u-eva".into());
    let mut app = console(80, 24);
    go_to(&mut app, "eva");
    press(&mut app, Action::Attributes);
    learn(&mut app, SideQueryKind::Schemas, SideAnswer::Schemas(schemas));
    learn(&mut app, SideQueryKind::Resource(target), SideAnswer::Resource(resource));
    (0..11).for_each(|_| press(&mut app, Action::Down));
    press(&mut app, Action::SetAttribute);
    assert_snapshot!("attribute_form", shown(&app));
}

#[test]
fn a_secret_is_shown_in_full() {
    let secret = "0123456789abcdef".repeat(6);
    for (width, height) in [(80, 24), (120, 40), (40, 12)] {
        let mut app = console(width, height);
        let change = Change::CreateKey { key: "new:1".into(), owner: "u-eva".into(), description: "laptop".into() };
        let entry = fixture::entry(&app, 5, change, ChangeState::Sent, "");
        let id = entry.id;
        report(&mut app, WorkerReport::Journal(vec![entry]));
        report(&mut app, WorkerReport::Secret(id, SecretString::from(secret.clone())));
        assert_snapshot!(format!("secret_{width}"), shown(&app));
        let joined: String = shown(&app).chars().filter(char::is_ascii_hexdigit).collect();
        assert!(joined.contains(&secret), "{joined}");
        press(&mut app, Action::CopySecret);
        assert!(shown(&app).contains('✓'), "{}", shown(&app));
    }
}

#[test]
fn requests_of_graphql_show_variables_first_and_then_the_document() {
    let mut app = console(80, 24);
    press(&mut app, Action::MyAccount);
    learn(&mut app, SideQueryKind::Me, SideAnswer::Person(eva()));
    press(&mut app, Action::DeleteKey);
    type_text(&mut app, "x");
    app.update(AppMessage::Terminal(Event::Key(KeyEvent::new(KeyCode::Char('r'), KeyModifiers::CONTROL))), now());
    assert_snapshot!("requests_graphql", shown(&app));
}
