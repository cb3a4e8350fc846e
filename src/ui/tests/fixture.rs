//! A small directory with everything that is hard to draw, and an [`App`] around it. Fixed time, fixed ids.

use std::{collections::BTreeMap, sync::Arc};

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use jiff::{SignedDuration, Timestamp};
use ratatui::{Terminal, backend::TestBackend, buffer::Buffer};

use super::super::{
    ScreenLook, draw,
    look::{ColorTheme, GlyphSet},
};
use crate::app::{
    App, AppEffect, AppMessage, OpenedProfile, Overlay, ProfileView, TerminalSize, action::Action,
    answers::AnswersPurpose, keymap::KeyBindings,
};
use crate::directory::{
    Directory, ListCoverage, MaybeTold, Name, Observation, ResourceRef,
    change::{Change, ChangeId},
    guard::GuardSettings,
    plan::{ChangeState, ConfirmBy, JournalEntry, Planner, ProviderCapabilities, Risk, RoleChoice, Step, Undo},
    record::{
        AccountKind, LastActive, Member, Permission, ReadDepth, Record, RecordProblem, Role, RoleGrant, Team, User,
    },
    records::Records,
    refusal::Refusal,
    side_query::{SideQuery, SideQueryKind},
    words,
    work::{LinkState, RefreshProof, WorkerJob, WorkerReport},
};
use crate::directory::{RecordKind, record};
use crate::scim::failure::{Failure, FailureClass};

/// 14 May 2025, 14:02:11 UTC.
pub fn now() -> Timestamp {
    "2025-05-14T14:02:11Z".parse().unwrap()
}

/// Colours of the terminal, UTF-8 signs, UTC.
pub fn look() -> ScreenLook {
    ScreenLook::new(ColorTheme::Ansi, GlyphSet::UNICODE)
}

/// No colour, no UTF-8.
pub fn plain() -> ScreenLook {
    ScreenLook::new(ColorTheme::Mono, GlyphSet::ASCII)
}

fn ago(days: i64, hours: i64) -> LastActive {
    LastActive::At(Timestamp::from_second(now().as_second() - days * 86_400 - hours * 3_600).unwrap())
}

fn person(id: &str, user_name: &str, display: &str, role: &str, seat: &str, last: LastActive) -> User {
    User {
        id: id.into(),
        user_name: user_name.into(),
        display_name: display.into(),
        email: format!("{id}@example.com").as_str().into(),
        active: Some(true),
        org_role: role.into(),
        team_roles: Some(Vec::new()),
        models_seat: seat.into(),
        weave_role: "full".into(),
        last_active: last,
        days_active: Some(12),
        created: Some("2024-02-29T08:30:00Z".parse().unwrap()),
        modified: Some("2025-05-13T09:15:00Z".parse().unwrap()),
        depth: ReadDepth::Full,
        ..User::default()
    }
}

fn grants(pairs: &[(&str, &str)]) -> Vec<RoleGrant> {
    pairs.iter().map(|(scope, role)| RoleGrant { scope: (*scope).into(), role: (*role).into() }).collect()
}

/// Thirteen users: ordinary ones, and each thing that is hard to draw once.
pub fn users() -> Vec<User> {
    let mut eva = person("u-eva", "eva-tanaka", "Eva Tanaka", "admin", "full", ago(2, 0));
    eva.team_roles = Some(grants(&[("vision", "admin"), ("speech", "Run janitor"), ("nlp", "member")]));
    eva.registry_roles = grants(&[("models", "member")]);
    eva.days_active = Some(311);
    let mut ivan = person("u-ivan", "ivan-petrov", "Ivan Petrov", "member", "full", ago(0, 5));
    ivan.team_roles = Some(grants(&[("vision", "member")]));
    let mut chen = person("u-chen", "chen-wei", "陈伟（视觉组）", "member", "viewer", ago(31, 0));
    chen.team_roles = Some(grants(&[("vision", "viewer")]));
    let noor = person("u-noor", "noor", "نور الهدى", "viewer", "none", LastActive::Never);
    let emoji = person("u-fam", "family", "👩‍👩‍👧‍👦 Family", "member", "viewer", ago(120, 0));
    let wide = person("u-wide", "田中エヴァ", "田中 エヴァ", "member", "full", ago(1, 0));
    let long = person("u-long", &"long-name-".repeat(1_000), &"Name ".repeat(2_000), "member", "full", ago(9, 0));
    let hostile = person("u-evil", "evil\u{1b}[2J\u{202e}txt", "two\nlines\tand\u{7}bell", "member", "full", ago(3, 0));
    let mut service = person("u-ci", "ci-bot", "CI", "member", "none", ago(0, 1));
    service.account = AccountKind::TeamService;
    let mut lars = person("u-lars", "lars-kim", "Lars Kim", "member", "full", ago(400, 0));
    lars.active = Some(false);
    let mut mei = person("u-mei", "mei-lin", "Mei Lin", "member", "full", LastActive::Unknown);
    (mei.org_role, mei.models_seat) = (MaybeTold::NOT_TOLD, MaybeTold::NOT_TOLD);
    (mei.team_roles, mei.depth) = (None, ReadDepth::Summary);
    let mut zoe = person("u-zoe", "zoe", "Zoe\u{308} E\u{301}clair", "member", "full", ago(5, 0));
    (zoe.org_role, zoe.models_seat, zoe.weave_role) = (MaybeTold::NOT_TOLD, MaybeTold::NOT_TOLD, MaybeTold::NOT_TOLD);
    let problem = RecordProblem { path: "$.Resources[12].emails".into(), why: "is a number, not a list".into() };
    let broken =
        User { id: "u-broken".into(), user_name: "broken".into(), problem: Some(Box::new(problem)), ..User::default() };
    vec![eva, ivan, chen, noor, emoji, wide, long, hostile, service, lars, mei, zoe, broken]
}

/// Three teams; of the last one the members are not known.
pub fn teams() -> Vec<Team> {
    let team = |id: &str, name: &str, members: Option<&[&str]>| Team {
        id: id.into(),
        name: name.into(),
        members: members
            .map(|ids| ids.iter().map(|id| Member { id: (*id).into(), display: Name::from("someone-else") }).collect()),
        created: Some("2024-03-01T10:00:00Z".parse().unwrap()),
        ..Team::default()
    };
    vec![
        team("t-vision", "vision", Some(&["u-eva", "u-ivan", "u-chen", "u-mei", "u-gone"])),
        team("t-speech", "speech", Some(&["u-eva"])),
        team("t-nlp", "nlp", None),
    ]
}

/// Two custom roles.
pub fn roles() -> Vec<Role> {
    let permission = |name: &str, inherited| Permission { name: name.into(), inherited };
    let role = |id: &str, name: &str, description: &str, permissions| Role {
        id: id.into(),
        name: name.into(),
        description: description.into(),
        inherits: "member".into(),
        permissions,
        created: Some("2024-04-01T10:00:00Z".parse().unwrap()),
        ..Role::default()
    };
    vec![
        role(
            "r-janitor",
            "Run janitor",
            "May delete the runs of others.",
            vec![
                permission("run:delete", false),
                permission("project:delete", false),
                permission("artifact:read", true),
                permission("run:read", true),
            ],
        ),
        role("r-audit", "Auditor", "", vec![permission("run:read", true)]),
    ]
}

/// Plans anything, with one request-free step for each change.
pub struct Fake(pub ProviderCapabilities);

impl Default for Fake {
    fn default() -> Self {
        let choice = |name: &str| RoleChoice { name: name.into(), note: None };
        Self(ProviderCapabilities {
            org_roles: ["admin", "member", "viewer"].map(choice).into(),
            team_roles: ["admin", "member", "viewer"].map(choice).into(),
            joins_as: Some("member".into()),
            seats: true,
            activity: true,
            service_accounts: true,
            team_word: "team",
            ..ProviderCapabilities::default()
        })
    }
}

impl Planner for Fake {
    fn capabilities(&self) -> &ProviderCapabilities {
        &self.0
    }

    fn step(&self, change: &Change, directory: &Directory) -> Result<Step, Refusal> {
        Ok(step(change, directory))
    }

    fn inquiry(&self, _: SideQueryKind, _: &Directory) -> Result<SideQuery, Refusal> {
        Err(Refusal::unsupported("Nothing is told here."))
    }
}

/// A step without requests.
pub fn step(change: &Change, directory: &Directory) -> Step {
    Step {
        change: change.clone(),
        requests: Vec::new(),
        completion: None,
        consequences: Vec::new(),
        undo: Undo::By(Vec::new()),
        confirm: ConfirmBy::Echo(Vec::new()),
        risk: Risk::Plain,
        words: words::line(change, directory),
        others: Vec::new(),
        watched: None,
        expected: None,
        undoes: None,
        compensation: None,
        grave: 0,
    }
}

/// A console with an open profile and nothing known.
pub fn blank(width: u16, height: u16) -> App {
    with(Fake::default(), width, height)
}

/// The same with capabilities of one's own.
pub fn with(planner: Fake, width: u16, height: u16) -> App {
    let mut app = welcome(width, height);
    let profile = ProfileView {
        name: "acme".into(),
        provider: "W&B dedicated".into(),
        host: "acme.wandb.io".into(),
        confirm_always: false,
        reason_required: false,
        actor: "root".into(),
    };
    let guards = GuardSettings { me: Some("eva-tanaka".into()), ..GuardSettings::default() };
    app.update(AppMessage::Opened(Box::new(OpenedProfile { profile, planner: Arc::new(planner), guards })), now());
    app
}

/// The first screen.
pub fn welcome(width: u16, height: u16) -> App {
    let keymap = KeyBindings::new(&BTreeMap::new()).unwrap();
    let mut app = App::new(keymap, vec!["acme".into()], TerminalSize { width, height }, now(), 7);
    app.known_profiles.config_path = "~/.config/scimitar/config.toml".into();
    app
}

/// The whole small directory, just read from the server.
pub fn app(width: u16, height: u16) -> App {
    let mut app = blank(width, height);
    load(&mut app, users(), false);
    let proofs = [(RecordKind::User, 13), (RecordKind::Team, 3), (RecordKind::Role, 2)].map(|(kind, seen)| {
        RefreshProof { kind, seen, words: format!("{seen} of {seen}"), coverage: ListCoverage::Complete }
    });
    report(&mut app, WorkerReport::RefreshEnded { at: now(), proofs: proofs.into(), failed: Vec::new() });
    report(&mut app, WorkerReport::Link(LinkState::Up));
    app
}

/// Puts these users with the three teams and two roles in place.
pub fn load(app: &mut App, users: Vec<User>, stored: bool) {
    let records = Box::new(Records::build(users, teams(), roles()));
    report(app, WorkerReport::Records { records, seen: Some(now()), partial: false, stored });
}

/// The worker says.
pub fn report(app: &mut App, report: WorkerReport) {
    app.update(AppMessage::Report(report), now());
}

/// A journal entry about this change, planned `seconds` ago.
pub fn entry(app: &App, seconds: i64, change: Change, state: ChangeState, why: &str) -> JournalEntry {
    let at = Timestamp::from_second(now().as_second() - seconds).unwrap();
    let id = ChangeId(1_000_000 - seconds);
    let step = step(&change, &app.directory);
    JournalEntry {
        id,
        plan: id,
        title: step.words.subject.clone(),
        at,
        actor: "root".into(),
        reason: None,
        step,
        state,
        why: why.into(),
        failure: None,
        exchanges: Vec::new(),
        settled: (!state.is_open()).then(|| at + jiff::SignedDuration::from_millis(400)),
        undoes: None,
        created: None,
        made: None,
        partly: false,
        effects: vec![],
        alarm: false,
        session: None,
    }
}

/// Eva's role in the team vision becomes this one.
pub fn team_role(user: &str, team: &str, role: &str) -> Change {
    Change::SetTeamRole { user: user.into(), team: team.into(), role: role.into() }
}

/// The organisation role becomes this one.
pub fn org_role(user: &str, role: &str) -> Change {
    Change::SetOrgRole { user: user.into(), role: role.into() }
}

/// A record by its id.
pub fn target(kind: RecordKind, id: &str) -> ResourceRef {
    ResourceRef { kind, id: record::Id::from(id) }
}

/// Presses the key of an action.
pub fn press(app: &mut App, action: Action) {
    let key = app.keymap.event(action).unwrap();
    // The person has seen the last frame.
    app.drawn();
    app.update(AppMessage::Shown, now() - SignedDuration::from_secs(1));
    let mut effects = app.update(AppMessage::Terminal(Event::Key(key)), now());
    while app.is_looking() {
        effects.extend(app.look_on());
    }
    refuse_answers(app, effects);
}

/// Refuses the questions on which a plan waits, and tells nothing new in the records that are read alone.
fn refuse_answers(app: &mut App, effects: Vec<AppEffect>) {
    let mut open = std::collections::VecDeque::from(effects);
    while matches!(app.overlays.last(), Some(Overlay::Answers(open)) if matches!(open.purpose, AnswersPurpose::Draft(_)))
    {
        let failure = Failure::local(FailureClass::Refused, "404", "");
        let refused = match open.pop_front().expect("a question is under way") {
            AppEffect::Work(WorkerJob::Ask(question)) => WorkerReport::AskFailed(question.topic, failure),
            AppEffect::Work(WorkerJob::ReadEach(targets)) => {
                let known = targets.iter().filter_map(|target| app.directory.user(&target.id).cloned());
                WorkerReport::Learnt(known.map(|user| Observation::Record(Record::User(user))).collect())
            }
            _ => continue,
        };
        open.extend(app.update(AppMessage::Report(refused), now()));
    }
}

/// Types characters.
pub fn type_text(app: &mut App, text: &str) {
    for c in text.chars() {
        app.update(AppMessage::Terminal(Event::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE))), now());
    }
}

/// The screen, with where the cursor is if it is shown.
pub fn buffer(app: &App, look: &ScreenLook) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(app.screen.size.width, app.screen.size.height)).unwrap();
    terminal.draw(|frame| draw(frame, app, look)).unwrap();
    terminal.backend().buffer().clone()
}

/// The screen as text, without spaces at the ends of rows.
pub fn screen(app: &App, look: &ScreenLook) -> String {
    text(&buffer(app, look))
}

/// Cells as text, without spaces at the ends of rows.
pub fn text(buffer: &Buffer) -> String {
    let mut out = String::new();
    for y in 0..buffer.area.height {
        let mut row = String::new();
        let mut covered = 0;
        for x in 0..buffer.area.width {
            let symbol = buffer[(x, y)].symbol();
            if covered > 0 {
                covered -= 1;
                continue;
            }
            covered = crate::ui::fit::width(symbol).saturating_sub(1);
            row.push_str(symbol);
        }
        out.push_str(row.trim_end());
        out.push('\n');
    }
    out
}
