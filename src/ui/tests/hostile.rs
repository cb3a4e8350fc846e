//! Whatever a server says and whoever presses which keys: the console answers every key, and what it draws holds nothing
//! that acts on a terminal, turns text round or looks like another row.
//!
//! `SCIMITAR_TRIES=20` tries twenty times as many.

use std::{sync::Arc, time::Duration};

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use proptest::prelude::*;
use secrecy::ExposeSecret;

use super::fixture::{buffer, look, now, plain, text, welcome};
use crate::{
    app::{
        App, AppEffect, AppMessage, OpenedProfile, ProfileView,
        action::{ACTIONS, Action},
    },
    dialect::{self, Hosting, Provider},
    directory::{
        ListCoverage, ListShortfall, MaybeTold, Name, Observation, RecordKind, ResourceRef,
        audit::{AuditEntry, AuditPage},
        change::ChangeId,
        guard::GuardSettings,
        plan::{ChangeState, RequestExchange, SideEffect},
        record::{AccountKind, LastActive, Member, Permission, ReadDepth, Record, Role, RoleGrant, Team, User},
        records::Records,
        side_query::{AccountDetails, ApiKey, Organisation, SideAnswer, SideQueryKind, TeamParticipant},
        work::{ChangeUpdate, LinkState, RefreshProof, WorkerJob, WorkerReport},
    },
    scim::{
        failure::{Failure, FailureClass},
        schema,
        wait::{RequestWait, WaitCause},
    },
};

/// The hostile texts that a server may send in any field.
fn nasty(n: usize) -> String {
    let all = [
        "x\u{1b}[2J\u{1b}[1;1HFORGED admin",
        "a\nFORGED  member  admin",
        "b\r\nFORGED\r\nFORGED",
        "c\u{85}FORGED\u{2028}FORGED\u{2029}\u{b}\u{c}",
        "\u{9b}31mred\u{9c}",
        "t\u{1b}]0;FORGED\u{7}",
        "u\u{1b}]52;c;Zm9v\u{1b}\\",
        "v\u{202e}nimda\u{2066}\u{2069}\u{200e}\u{61c}",
        "\u{200b}\u{200d}\u{feff}\u{ad}",
        "\u{e0041}\u{e007f}tags\u{fff9}",
        "│ eva-tanaka │ admin ╮\u{8}\u{8}\u{7f}",
        "👩\u{200d}👩\u{200d}👧 ﷽﷽﷽﷽",
        "\0",
        "",
        " ",
    ];
    match n % (all.len() + 3) {
        15 => format!("o{}", "\u{301}".repeat(90)),
        16 => "漢字👍🏽".repeat(60),
        17 => "very long ".repeat(400),
        n => all[n].to_owned(),
    }
}

fn name(n: usize) -> Name {
    Name::from(nasty(n))
}

fn id(n: usize) -> String {
    format!("{n}-{}", nasty(n))
}

fn users() -> Vec<User> {
    let user = |n: usize| User {
        id: id(n).as_str().into(),
        user_name: if n.is_multiple_of(3) { format!("user-{n}").into() } else { name(n) },
        display_name: name(n + 1),
        email: name(n + 2),
        active: [Some(true), Some(false), None][n % 3],
        account: [AccountKind::Person, AccountKind::TeamService, AccountKind::OrgService][n / 3 % 3],
        org_role: ["admin".into(), name(n + 3).into(), MaybeTold::NOT_TOLD][n / 2 % 3].clone(),
        team_roles: Some(vec![RoleGrant { scope: name(n + 4), role: name(n + 5) }]),
        registry_roles: vec![RoleGrant { scope: name(n + 6), role: name(n + 7) }],
        models_seat: name(n + 8).into(),
        weave_role: name(n + 9).into(),
        last_active: LastActive::Unknown,
        version: Some(nasty(n).into()),
        depth: [ReadDepth::Full, ReadDepth::Summary][n % 2],
        ..User::default()
    };
    (0..36).map(user).collect()
}

fn teams() -> Vec<Team> {
    let member = |n: usize| Member { id: id(n).as_str().into(), display: name(n) };
    let team = |n: usize| Team {
        id: id(100 + n).as_str().into(),
        name: name(n + 4),
        members: Some((n..n + 9).map(member).collect()),
        ..Team::default()
    };
    (0..18).map(team).collect()
}

fn roles() -> Vec<Role> {
    let permission = |n: usize| Permission { name: name(n), inherited: n.is_multiple_of(2) };
    let role = |n: usize| Role {
        id: id(200 + n).as_str().into(),
        name: name(n),
        description: name(n + 1),
        inherits: name(n + 2),
        permissions: (n..n + 6).map(permission).collect(),
        ..Role::default()
    };
    (0..18).map(role).collect()
}

fn failure(n: usize) -> Failure {
    let class =
        [FailureClass::Refused, FailureClass::Conflict, FailureClass::Offline, FailureClass::Unauthorized][n % 4];
    Failure { scim_type: Some(nasty(n)), ..Failure::local(class, nasty(n), nasty(n + 1)) }
}

/// A console on such a directory.
struct Hostile {
    app: App,
    steps: usize,
}

impl Hostile {
    fn new(provider: Provider, width: u16) -> Self {
        let mut console = Self { app: welcome(width, 24), steps: 0 };
        let profile = ProfileView {
            name: nasty(1),
            provider: nasty(2),
            host: nasty(3),
            actor: nasty(4),
            ..ProfileView::default()
        };
        let planner = dialect::of(provider, Hosting::Dedicated, dialect::KnownServer::default());
        let guards = GuardSettings { me: Some("user-0".into()), ..GuardSettings::default() };
        console.tell(AppMessage::Opened(Box::new(OpenedProfile {
            profile,
            planner: Arc::clone(&planner) as _,
            guards,
        })));
        console.records();
        console
    }

    fn records(&mut self) {
        let records = Box::new(Records::build(users(), teams(), roles()));
        self.tell(AppMessage::Report(WorkerReport::Records {
            records,
            seen: Some(now()),
            partial: false,
            stored: false,
        }));
    }

    /// Tells the console, does what it asks as a server of this kind would, and looks at the screen.
    fn tell(&mut self, msg: AppMessage) {
        self.steps += 1;
        let effects = self.app.update(msg, now());
        for effect in effects {
            for report in answer(effect, self.steps) {
                // Messages that these ones cause in turn are left out.
                self.app.update(AppMessage::Report(report), now());
            }
        }
        self.look_at();
    }

    fn look_at(&self) {
        let look = if self.steps.is_multiple_of(2) { look() } else { plain() };
        let drawn = buffer(&self.app, &look);
        for cell in drawn.content() {
            let wrong = cell.symbol().chars().find(|c| acts(*c));
            assert_eq!(wrong, None, "in {:?} after {} steps", cell.symbol(), self.steps);
        }
        // Sentences are wrapped: they may begin a line with any of their words.
        let session = &self.app.session;
        let told = session.waiting.is_some() || !session.sync.failed.is_empty();
        let sentences = told || self.app.screen.message.is_some();
        if self.app.overlays.is_empty() && !sentences && self.app.lists.tab.kind().is_some() {
            let screen = text(&drawn);
            // Where a row of the list begins, not where a long value goes on in its own column.
            let begins = |line: &&str| {
                line.find("FORGED").is_some_and(|at| line[..at].chars().all(|c| "│|▌>✓* ".contains(c)) && at < 16)
            };
            let forged = screen.lines().find(begins);
            assert_eq!(forged, None, "{screen}");
        }
    }

    /// An event or message, chosen by a number.
    fn happen(&mut self, choice: u16) {
        let n = usize::from(choice) / 100;
        let key = |code, modifiers| AppMessage::Terminal(Event::Key(KeyEvent::new(code, modifiers)));
        let msg = match choice % 100 {
            0..50 => match self.app.keymap.event(ACTIONS[n % ACTIONS.len()].action) {
                Some(event) => AppMessage::Terminal(Event::Key(event)),
                None => return,
            },
            50..65 => key(KeyCode::Char(*b"ae:><\"()!,@10 |".get(n % 15).unwrap_or(&b'x') as char), KeyModifiers::NONE),
            65..85 => key(CODES[n % CODES.len()], KeyModifiers::NONE),
            85..87 => key(KeyCode::Char("cuwakdz".chars().nth(n % 7).unwrap_or('c')), KeyModifiers::CONTROL),
            87..90 => AppMessage::Terminal(Event::Paste(nasty(n))),
            90..93 => {
                let (width, height) = [(80, 24), (40, 12), (1, 1), (200, 50), (60, 7)][n % 5];
                AppMessage::Terminal(Event::Resize(width, height))
            }
            _ => AppMessage::Report(said(n)),
        };
        self.tell(msg);
    }
}

const CODES: [KeyCode; 14] = [
    KeyCode::Enter,
    KeyCode::Esc,
    KeyCode::Tab,
    KeyCode::BackTab,
    KeyCode::Backspace,
    KeyCode::Up,
    KeyCode::Down,
    KeyCode::Left,
    KeyCode::Right,
    KeyCode::PageUp,
    KeyCode::PageDown,
    KeyCode::Home,
    KeyCode::End,
    KeyCode::Delete,
];

/// Moves the cursor, rings, begins a sequence, turns text round, or hides.
fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(c, '\u{feff}' | '\u{ad}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Something that nobody asked for.
fn said(n: usize) -> WorkerReport {
    let proof = |kind| RefreshProof {
        kind,
        seen: 3,
        words: nasty(n),
        coverage: ListCoverage::Partial(ListShortfall { seen: 3, said: Some(9), why: nasty(n) }),
    };
    match n % 8 {
        0 => WorkerReport::Link(LinkState::Down(failure(n))),
        1 => WorkerReport::Link(LinkState::Up),
        2 => WorkerReport::Waiting(RequestWait::new(
            WaitCause::Failed { why: nasty(n), attempt: 2 },
            Duration::from_secs(20),
            None,
            now(),
        )),
        3 => WorkerReport::Notice(nasty(n)),
        4 => WorkerReport::RefreshEnded {
            at: now(),
            proofs: vec![proof(RecordKind::User)],
            failed: vec![(RecordKind::Team, failure(n))],
        },
        5 => WorkerReport::Progress { kind: RecordKind::User, seen: u64::MAX, said: Some(1) },
        6 => WorkerReport::Learnt(vec![Observation::Gone(ResourceRef::user(&id(n % 36).as_str().into()))]),
        _ => WorkerReport::Learnt(
            users().into_iter().take(2).map(|user| Observation::Record(Record::User(user))).collect(),
        ),
    }
}

/// The messages that answer an effect.
fn answer(effect: AppEffect, n: usize) -> Vec<WorkerReport> {
    match effect {
        AppEffect::Copy(copied) => {
            // JSON and several rows have lines of their own; what they are pasted into must not take the server's for them.
            let copied = copied.expose_secret();
            let most = 1 + users().len().max(3);
            let lines = copied.lines().count();
            assert!(copied.starts_with(['{', '[']) || lines <= most, "{copied:?}");
            assert!(!copied.chars().any(|c| acts(c) && (lines == 1 || c != '\n')), "{copied:?}");
            vec![]
        }
        AppEffect::Work(WorkerJob::Raw(target)) => {
            let json = serde_json::json!({ "id": nasty(n), "more": [nasty(n + 1), { "x": nasty(n + 2) }] });
            let told =
                if n.is_multiple_of(3) { Err(failure(n)) } else { Ok(serde_json::to_string_pretty(&json).unwrap()) };
            vec![WorkerReport::Raw(target, told)]
        }
        AppEffect::Work(WorkerJob::Ask(inquiry)) if n.is_multiple_of(4) => {
            vec![WorkerReport::AskFailed(inquiry.topic, failure(n))]
        }
        AppEffect::Work(WorkerJob::Ask(inquiry)) => {
            let told = told(&inquiry.topic, n);
            vec![WorkerReport::Learnt(vec![Observation::Told(inquiry.topic, told)])]
        }
        AppEffect::Work(WorkerJob::ReadEach(targets)) => vec![WorkerReport::ReadEachFailed(targets, failure(n))],
        AppEffect::Work(WorkerJob::Submit(entries)) => {
            entries.iter().map(|entry| WorkerReport::Moved(moved(entry.id, n))).collect()
        }
        _ => vec![],
    }
}

fn told(topic: &SideQueryKind, n: usize) -> SideAnswer {
    match topic {
        SideQueryKind::Me | SideQueryKind::Person(_) => {
            let key = ApiKey { id: id(n).as_str().into(), name: name(n), description: name(n + 1), in_use: false };
            let (user_name, email) = (name(n), name(n + 2));
            SideAnswer::Person(AccountDetails {
                user_name,
                email,
                keys: Some(vec![key]),
                teams: vec![name(n)],
                ..AccountDetails::default()
            })
        }
        SideQueryKind::Roster(_) => {
            let participant = |n: usize| TeamParticipant {
                id: id(n).as_str().into(),
                user_name: name(n),
                name: name(n + 1),
                email: name(n + 2),
                admin: Some(true),
                pending: n.is_multiple_of(2),
                account: AccountKind::Person,
            };
            SideAnswer::Roster((n..n + 6).map(participant).collect())
        }
        SideQueryKind::Organisations => {
            let one = |n: usize| Organisation { id: name(n), name: name(n + 1) };
            SideAnswer::Organisations((n..n + 3).map(one).collect())
        }
        SideQueryKind::Settings => SideAnswer::Nothing,
        SideQueryKind::AuditLog(_) => {
            let entry = |n: usize| AuditEntry {
                id: id(n).as_str().into(),
                at: None,
                action: Name::from(format!("team:{}", nasty(n)).as_str()),
                actor: name(n),
                user: name(n + 1),
                team: name(n + 2),
                code: Some(200),
                raw: serde_json::json!({"actor_ip": nasty(n)}),
            };
            SideAnswer::AuditLog(AuditPage { entries: (n..n + 6).map(entry).map(Arc::new).collect(), next: None })
        }
        SideQueryKind::Resource(target) => SideAnswer::Resource(resource(&target.id, n)),
        SideQueryKind::Schemas => {
            let attribute = |n: usize| {
                serde_json::json!({"name": nasty(n), "type": "string", "description": nasty(n + 1), "multiValued": n.is_multiple_of(2),
                    "canonicalValues": [nasty(n + 2)], "mutability": "readWrite"})
            };
            let attributes: Vec<_> = (n..n + 8).map(attribute).collect();
            let schema = serde_json::json!({"id": nasty(n), "name": nasty(n + 1), "attributes": attributes});
            SideAnswer::Schemas(schema::schemas(&serde_json::json!({ "Resources": [schema] })))
        }
        SideQueryKind::Types => SideAnswer::Types(schema::resource_types(&serde_json::json!({
            "Resources": [{"name": nasty(n), "endpoint": "/Users", "schema": nasty(n + 1)}]
        }))),
    }
}

/// A whole record with texts of the server's in every place.
fn resource(id: &str, n: usize) -> serde_json::Value {
    let mut resource =
        serde_json::json!({"id": id, "userName": nasty(n), "emails": [{"value": nasty(n + 1), "type": nasty(n + 2)}]});
    for n in n..n + 12 {
        resource[nasty(n)] = serde_json::json!([nasty(n + 3), { "deep": { nasty(n + 4): nasty(n + 5) } }, n]);
    }
    resource
}

fn moved(change: ChangeId, n: usize) -> ChangeUpdate {
    let states = [
        ChangeState::Confirmed,
        ChangeState::Refused,
        ChangeState::Conflict,
        ChangeState::Unknown,
        ChangeState::Sent,
        ChangeState::Dropped,
        ChangeState::Partly,
    ];
    let exchange = RequestExchange {
        request: nasty(n),
        status: Some(400),
        millis: 1,
        bytes: 1,
        answer: nasty(n + 1),
        refused: true,
        attempts: 2,
    };
    ChangeUpdate {
        id: change,
        state: states[n % states.len()],
        why: nasty(n),
        failure: Some(failure(n)),
        exchanges: vec![exchange],
        fresh: vec![],
        at: now(),
        created: Some(id(n).as_str().into()),
        effects: vec![SideEffect { words: nasty(n), harm: n.is_multiple_of(2), back: vec![] }; n % 3],
        alarm: false,
        way_back: None,
    }
}

/// How many tries, where `SCIMITAR_TRIES` asks for more.
fn tries(usual: u32) -> ProptestConfig {
    let times = std::env::var("SCIMITAR_TRIES").ok().and_then(|tries| tries.parse().ok()).unwrap_or(1);
    ProptestConfig { cases: usual * times, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(tries(16))]

    #[test]
    fn any_keys_on_any_directory_end_in_a_clean_screen(
        choices in prop::collection::vec(any::<u16>(), 1..120),
        provider in prop::sample::select(vec![Provider::Wandb, Provider::Scim, Provider::Grafana, Provider::Datasaur]),
        width in prop::sample::select(vec![40_u16, 80, 140]),
    ) {
        let mut console = Hostile::new(provider, width);
        choices.into_iter().for_each(|choice| console.happen(choice));
    }
}

/// Every action once on every tab, whatever random keys may have missed.
#[test]
fn every_action_on_every_tab_draws_a_clean_screen() {
    for spec in ACTIONS {
        let mut console = Hostile::new(Provider::Wandb, 100);
        for tab in [Action::GoUsers, Action::GoTeams, Action::GoRoles, Action::GoActivity] {
            for action in [Action::Back, Action::Back, tab, Action::Down, spec.action, Action::Down, Action::Open] {
                if let Some(event) = console.app.keymap.event(action) {
                    console.tell(AppMessage::Terminal(Event::Key(event)));
                }
            }
        }
    }
}
