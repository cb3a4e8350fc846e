//! Boxes as they are opened by keys, over a provider that plans like a real one.

mod alike;
mod asides;
mod looks;
mod names;
mod people;
mod plans;
mod roles;
mod rules;

use std::fmt::Write as _;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use insta::assert_snapshot;
use ratatui::{Terminal, backend::TestBackend};
use serde_json::json;

use super::scroll_limit;
use crate::{
    app::{App, AppMessage, OpenedProfile, Overlay, action::Action},
    directory::{
        Directory, Name, RecordKind, ResourceRef,
        change::Change,
        guard::GuardSettings,
        plan::{ChangeState, ConfirmBy, Planner, ProviderCapabilities, RequestExchange, Risk, RoleChoice, Step, Undo},
        record::{Team, User},
        records::Records,
        refusal::Refusal,
        side_query::{SideQuery, SideQueryKind},
        words,
        work::WorkerReport,
    },
    scim::{
        failure::{Failure, FailureClass},
        graph,
        request::{Method, Request},
    },
    ui::ScreenLook,
    ui::tests::fixture::{self, look, now, plain, press, report, type_text},
};

/// Plans like a real dialect would: requests, consequences, and deactivations that can't be taken back.
struct Wandb(ProviderCapabilities);

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
    fn capabilities(&self) -> &ProviderCapabilities {
        &self.0
    }

    fn step(&self, change: &Change, directory: &Directory) -> Result<Step, Refusal> {
        let mut requests = Vec::new();
        let mut consequences = Vec::new();
        let mut undo = Undo::By(Vec::new());
        let mut confirm = ConfirmBy::Echo(Vec::new());
        let mut risk = Risk::Plain;
        match change {
            Change::AddMember { team, user } | Change::RemoveMember { team, user } => {
                let op = json!({"op": "add", "path": "members", "value": [{"value": &**user}]});
                let body = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [op]});
                requests.push(Request::new(Method::Patch, ["Groups", team]).if_match(Some("W/\"3\"")).body(body));
                confirm = ConfirmBy::Reread(vec![ResourceRef::team(team)]);
                if matches!(change, Change::AddMember { .. }) {
                    consequences.push("Uses one full seat.".into());
                }
            }
            Change::SetOrgRole { user, role } => {
                if role.is("billing-admin") {
                    return Err(Refusal::unsupported("W&B refuses new billing admins."));
                }
                requests.push(Request::new(Method::Patch, ["Users", user]).body(json!({"organizationRole": role})));
                confirm = ConfirmBy::Reread(vec![ResourceRef::user(user)]);
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
            Change::DeleteKey { key, name, .. } => {
                let document = "mutation DeleteApiKey($id: String!) { deleteApiKey(input: {id: $id}) { success } }";
                let request = graph::request("DeleteApiKey", document, json!({"id": &**key}));
                let headers = vec![("Use-Admin-Privileges".to_owned(), "true".to_owned())];
                requests.push(Request { headers, ..request });
                risk = Risk::Type(name.clone());
            }
            _ => {}
        }
        Ok(Step {
            change: change.clone(),
            requests,
            completion: None,
            consequences,
            undo,
            confirm,
            risk,
            words: words::line(change, directory),
            others: Vec::new(),
            watched: None,
            expected: None,
            undoes: None,
            compensation: None,
            grave: 0,
        })
    }

    fn inquiry(&self, topic: SideQueryKind, _: &Directory) -> Result<SideQuery, Refusal> {
        Ok(SideQuery { topic, name: Name::default(), request: graph::request("Ask", "query Ask { x }", json!({})) })
    }
}

fn console(width: u16, height: u16) -> App {
    console_with(Wandb::default(), width, height)
}

fn console_with(planner: Wandb, width: u16, height: u16) -> App {
    let mut app = fixture::app(width, height);
    let profile = app.session.profile.clone().unwrap();
    let opened = OpenedProfile { profile, planner: std::sync::Arc::new(planner), guards: GuardSettings::default() };
    app.update(AppMessage::Opened(Box::new(opened)), now());
    fixture::load(&mut app, fixture::users(), false);
    app
}

/// The box on an empty screen, and where the cursor stands.
fn shown(app: &App) -> String {
    drawn(app, &look())
}

fn drawn(app: &App, look: &ScreenLook) -> String {
    let mut terminal = Terminal::new(TestBackend::new(app.screen.size.width, app.screen.size.height)).unwrap();
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
    app.update(AppMessage::Terminal(Event::Key(KeyEvent::new(code, KeyModifiers::NONE))), now());
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
    for (name, action) in [("lars", Action::Toggle), ("noor", Action::Toggle), ("ivan", Action::TakeOut)] {
        type_text(app, name);
        press(app, action);
    }
}
