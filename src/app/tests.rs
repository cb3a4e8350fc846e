//! Transitions of the state: keys and reports in, effects and what would be drawn out.

use std::{collections::BTreeMap, sync::Arc};

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use jiff::Timestamp;

use super::{action::Action, keymap::KeyBindings, overlay::OverlayBehavior, *};
use crate::{
    dialect::{self, Hosting, Provider},
    directory::{
        Id, ListCoverage, Name, Observation, ResourceRef,
        change::Change,
        guard::GuardSettings,
        plan::{ChangeState, JournalEntry, Risk, SideEffect},
        record::{Member, ReadDepth, Record, RoleGrant, Team, User},
        records::Records,
        work::{ChangeUpdate, LinkState, WorkerJob, WorkerReport},
    },
};

mod answers;
mod aside;
mod boxes;
mod check_lists;
mod filters;
mod sending;
mod steps;
mod telling;
mod undo;

fn now() -> Timestamp {
    Timestamp::from_second(1_760_000_000).unwrap()
}

fn user(name: &str, role: &str) -> User {
    User {
        id: format!("id-{name}").into(),
        user_name: name.into(),
        display_name: name.into(),
        email: format!("{name}@example.com").as_str().into(),
        active: Some(true),
        org_role: role.into(),
        team_roles: Some(vec![]),
        depth: ReadDepth::Full,
        ..User::default()
    }
}

struct Console {
    app: App,
    effects: Vec<AppEffect>,
}

impl Console {
    fn new(hosting: Hosting) -> Self {
        let keymap = KeyBindings::new(&BTreeMap::new()).unwrap();
        let app = App::new(keymap, vec![], TerminalSize { width: 80, height: 24 }, now(), 1);
        let mut console = Self { app, effects: vec![] };
        let planner: Arc<dyn Planner> = dialect::of(Provider::Wandb, hosting, dialect::KnownServer::default());
        let guards = GuardSettings { me: Some("boss".into()), ..GuardSettings::default() };
        console.tell(AppMessage::Opened(Box::new(OpenedProfile { profile: ProfileView::default(), planner, guards })));
        console.records();
        console
    }

    fn records(&mut self) {
        let mut eva = user("eva", "member");
        eva.team_roles = Some(vec![RoleGrant { scope: "vision".into(), role: "member".into() }]);
        let users = vec![user("boss", "admin"), eva, user("ivan", "member"), user("noor", "admin")];
        let member = Member { id: "id-eva".into(), display: Name::default() };
        let team = Team { id: "t".into(), name: "vision".into(), members: Some(vec![member]), ..Team::default() };
        let records = Box::new(Records::build(users, vec![team], vec![]));
        self.tell(AppMessage::Report(WorkerReport::Records {
            records,
            seen: Some(now()),
            partial: false,
            stored: false,
        }));
    }

    fn tell(&mut self, msg: AppMessage) {
        let effects = self.app.update(msg, now());
        self.effects.extend(effects);
    }

    /// The key of an action, as somebody presses it who reads each frame, and leaves the field before a plan is sent.
    fn press(&mut self, action: Action) -> &mut Self {
        if action == Action::Send && matches!(self.app.overlays.last(), Some(Overlay::Preview(plan)) if plan.typing) {
            self.press(Action::OpenLine);
            if matches!(self.app.overlays.last(), Some(Overlay::Preview(plan)) if plan.typing) {
                return self;
            }
        }
        let event = self.app.keymap.event(action).unwrap();
        self.wait();
        self.see();
        self.tell(AppMessage::Terminal(Event::Key(event)));
        self
    }

    /// Until nothing is done in steps any more, as the loop does before it takes a key.
    fn wait(&mut self) {
        while self.app.is_looking() {
            let effects = self.app.look_on();
            self.effects.extend(effects);
        }
    }

    /// The last frame has been on the screen for a while.
    fn see(&mut self) {
        self.app.drawn();
        self.app.update(AppMessage::Shown, now() - jiff::SignedDuration::from_secs(1));
    }

    fn type_text(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            self.tell(AppMessage::Terminal(Event::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE))));
        }
        self
    }

    fn find(&mut self, name: &str) -> &mut Self {
        self.press(Action::Filter).type_text(name).press(Action::Open)
    }

    fn submitted(&mut self) -> Vec<JournalEntry> {
        self.wait();
        self.effects
            .drain(..)
            .filter_map(|effect| match effect {
                AppEffect::Work(WorkerJob::Submit(entries)) => Some(entries),
                _ => None,
            })
            .flatten()
            .collect()
    }

    fn moved(&mut self, id: ChangeId, state: ChangeState, fresh: Vec<Observation>) {
        self.created(id, state, fresh, None);
    }

    fn created(&mut self, id: ChangeId, state: ChangeState, fresh: Vec<Observation>, created: Option<Id>) {
        self.tell(AppMessage::Report(WorkerReport::Moved(Self::outcome(id, state, fresh, created))));
    }

    fn outcome(id: ChangeId, state: ChangeState, fresh: Vec<Observation>, created: Option<Id>) -> ChangeUpdate {
        let why = if state == ChangeState::Refused { "no seat" } else { "" }.to_owned();
        ChangeUpdate {
            id,
            state,
            why,
            failure: None,
            exchanges: vec![],
            fresh,
            at: now(),
            created,
            effects: vec![],
            alarm: false,
            way_back: None,
        }
    }

    fn risk(&self) -> Option<Risk> {
        match self.app.overlays.last() {
            Some(Overlay::Preview(preview)) => Some(preview.plan.risk()),
            _ => None,
        }
    }
}

#[test]
fn a_plain_role_is_sent_at_once_and_rolled_back_alone_when_refused() {
    let mut console = Console::new(Hosting::Dedicated);
    console.find("eva").press(Action::SetRole).type_text("visvie").press(Action::Choose);
    let sent = console.submitted();
    assert_eq!(sent.len(), 1);
    assert!(console.app.overlays.is_empty(), "{:?}", console.app.screen.message);
    let role =
        |console: &Console| console.app.directory.user(&"id-eva".into()).unwrap().role_in(&"vision".into()).cloned();
    assert_eq!(role(&console), Some("viewer".into()));
    console.moved(sent[0].id, ChangeState::Refused, vec![]);
    assert_eq!(role(&console), Some("member".into()));
    assert!(console.app.screen.message.as_ref().unwrap().text.contains("eva refused: no seat"));
    assert_eq!(console.app.counts(), (1, 0));
}

#[test]
fn giving_admin_is_looked_at_first() {
    let mut console = Console::new(Hosting::Dedicated);
    console.find("eva").press(Action::SetRole).type_text("orgadm").press(Action::Choose);
    assert_eq!(console.risk(), Some(Risk::Look));
    assert!(console.submitted().is_empty());
    console.press(Action::Send);
    assert!(matches!(console.submitted()[0].step.change, Change::SetOrgRole { .. }));
}

#[test]
fn removing_yourself_wants_your_name_and_another_text_sends_nothing() {
    let mut console = Console::new(Hosting::Dedicated);
    console.find("boss").press(Action::ToggleActive);
    assert_eq!(console.risk(), Some(Risk::Insist("boss".into())));
    console.type_text("bos").press(Action::Send);
    assert!(console.submitted().is_empty());
    console.type_text("s").press(Action::Send);
    assert_eq!(console.submitted().len(), 1);
}

#[test]
fn multi_tenant_deactivation_says_that_it_removes() {
    let mut console = Console::new(Hosting::MultiTenant);
    console.find("eva").press(Action::ToggleActive);
    let Some(Overlay::Preview(preview)) = console.app.overlays.last() else { panic!("no preview") };
    let step = &preview.plan.steps[0];
    assert!(matches!(step.undo, crate::directory::plan::Undo::Never(_)));
    assert!(step.consequences.iter().any(|words| words.contains("organisation")), "{:?}", step.consequences);
    assert!(preview.plan.risk().typed().is_some());
}

#[test]
fn marks_and_cursor_survive_refresh_sort_and_filter() {
    let mut console = Console::new(Hosting::Dedicated);
    console.press(Action::Down).press(Action::Mark).press(Action::Mark);
    let marked: Vec<_> = console.app.lists.pane().unwrap().marks.iter().cloned().collect();
    assert_eq!(marked.len(), 2);
    let under = console.app.subject();
    console.press(Action::Sort).press(Action::SortReverse);
    console.records();
    assert_eq!(console.app.lists.pane().unwrap().marks.iter().cloned().collect::<Vec<_>>(), marked);
    assert_eq!(console.app.subject(), under);
    console.find("ivan").press(Action::Back);
    assert_eq!(console.app.lists.pane().unwrap().marks.len(), 2);
}

#[test]
fn a_bad_filter_keeps_the_list_and_says_what_would_be_right() {
    let mut console = Console::new(Hosting::Dedicated);
    console.press(Action::Filter).type_text("role:adm");
    assert_eq!(console.app.lists.pane().unwrap().rows.len(), 2);
    console.tell(AppMessage::Terminal(Event::Paste(" colour:red".into())));
    let pane = console.app.lists.pane().unwrap();
    assert!(pane.bad.as_ref().unwrap().to_string().contains("no field `colour`"));
    assert_eq!(pane.rows.len(), 2);
}

/// A name is compared as it is shown: what was left out of it is said.
#[test]
fn what_is_left_out_of_a_paste_is_named() {
    let mut console = Console::new(Hosting::Dedicated);
    console.press(Action::Filter).tell(AppMessage::Terminal(Event::Paste("iv\u{200b}an\r\n\u{1b}[2J".into())));
    assert_eq!(console.app.lists.pane().unwrap().filter.value(), "ivan [2J");
    let said = &console.app.screen.message.as_ref().unwrap().text;
    let named = "has U+200B (zero width space) after `iv` and has U+001B (control character) after `ivan `";
    assert_eq!(*said, format!("What was pasted {named}: left out."));
    let mut console = Console::new(Hosting::Dedicated);
    console.press(Action::Filter).tell(AppMessage::Terminal(Event::Paste("\tivan\n".into())));
    assert!(console.app.screen.message.is_none(), "blanks are seen");
}

#[test]
fn undo_plans_the_inverse_last_first_and_then_the_plan_before() {
    let mut console = Console::new(Hosting::Dedicated);
    console.find("eva").press(Action::SetRole).type_text("visvie").press(Action::Choose);
    let first = console.submitted().remove(0);
    console.press(Action::Undo);
    assert!(console.app.screen.message.as_ref().unwrap().text.contains("Part of this is open"));
    let mut eva = console.app.directory.user(&"id-eva".into()).unwrap().clone();
    eva.org_role = "member".into();
    console.moved(first.id, ChangeState::Confirmed, vec![Observation::Record(Record::User(eva))]);
    console.press(Action::Undo).press(Action::Send);
    let undo = console.submitted().remove(0);
    assert_eq!(undo.undoes, Some(first.plan));
    assert_eq!(
        undo.step.change,
        Change::SetTeamRole { user: "id-eva".into(), team: "t".into(), role: "member".into() }
    );
    console.moved(undo.id, ChangeState::Confirmed, vec![]);
    console.press(Action::Undo);
    assert!(console.app.screen.message.as_ref().unwrap().text.contains("nothing to undo"));
}

#[test]
fn a_checked_word_is_replaced_by_the_next_one_typed() {
    let mut console = Console::new(Hosting::Dedicated);
    console.press(Action::GoTeams).press(Action::Members);
    console.type_text("ivan").press(Action::Toggle).type_text("noor").press(Action::Toggle).press(Action::Look);
    let Some(Overlay::Preview(preview)) = console.app.overlays.last() else { panic!("no preview") };
    assert_eq!(preview.plan.title, "Add 2 people to vision");
    console.press(Action::Send);
    let sent = console.submitted();
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[0].plan, sent[1].plan);
}

fn reason_of(console: &Console) -> (bool, String) {
    let Some(Overlay::Preview(preview)) = console.app.overlays.last() else { panic!("no preview") };
    (preview.reasoning, preview.reason.value().to_owned())
}

/// The letters of a reason are no keys of the plan; Esc and Enter leave the field, and the plan stays.
#[test]
fn a_plan_keeps_the_reason_that_is_typed() {
    let mut console = Console::new(Hosting::Dedicated);
    console.app.session.profile.as_mut().unwrap().reason_required = true;
    console.find("ivan").press(Action::SetRole).type_text("orgvie").press(Action::Choose);
    console.press(Action::Send);
    assert!(console.submitted().is_empty(), "nothing is sent without a reason");
    assert!(reason_of(&console).0, "the field is open");
    console.type_text("yyx OPS-4711");
    console.press(Action::Back);
    assert_eq!(reason_of(&console), (false, "yyx OPS-4711".into()));
    console.press(Action::Reason).press(Action::OpenLine).press(Action::Send);
    let sent = console.submitted();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].reason.as_deref(), Some("yyx OPS-4711"));
}

#[test]
fn a_server_that_empties_a_team_is_told_on() {
    let mut console = Console::new(Hosting::Dedicated);
    let add = |id: &str| Member { id: id.into(), display: Name::default() };
    let full = Team {
        id: "t".into(),
        name: "vision".into(),
        members: Some(vec![add("id-eva"), add("id-ivan"), add("id-noor")]),
        ..Team::default()
    };
    let role = RoleGrant { scope: "vision".into(), role: "member".into() };
    let ivan = User { team_roles: Some(vec![role]), ..user("ivan", "member") };
    let known = vec![Observation::Record(Record::Team(full.clone())), Observation::Record(Record::User(ivan))];
    console.tell(AppMessage::Report(WorkerReport::Learnt(known)));
    console.press(Action::GoTeams).press(Action::Members).type_text("ivan").press(Action::TakeOut).press(Action::Look);
    if console.risk().is_some() {
        console.press(Action::Send);
    }
    let sent = console.submitted().remove(0);
    let emptied = Team { members: Some(vec![]), ..full };
    let lost = SideEffect {
        words: "eva-tanaka and noor-khan are not in vision any more.".into(),
        harm: true,
        back: vec![Change::AddMember { team: "t".into(), user: "id-eva".into() }],
    };
    let moved =
        Console::outcome(sent.id, ChangeState::Confirmed, vec![Observation::Record(Record::Team(emptied))], None);
    console.tell(AppMessage::Report(WorkerReport::Moved(ChangeUpdate { effects: vec![lost], ..moved })));
    let text = &console.app.screen.message.as_ref().unwrap().text;
    assert!(text.contains("are not in vision any more. u puts it back."), "{text}");
}

#[test]
fn quitting_asks_only_while_something_is_in_flight() {
    let mut console = Console::new(Hosting::Dedicated);
    console.find("eva").press(Action::SetRole).type_text("visvie").press(Action::Choose).press(Action::Quit);
    assert!(matches!(console.app.overlays.last(), Some(Overlay::Quit(_))));
    assert!(!console.effects.iter().any(|effect| matches!(effect, AppEffect::Quit)));
    console.press(Action::Quit);
    assert!(console.effects.iter().any(|effect| matches!(effect, AppEffect::Quit)));
    let mut calm = Console::new(Hosting::Dedicated);
    calm.press(Action::Quit);
    assert!(calm.effects.iter().any(|effect| matches!(effect, AppEffect::Quit)));
}

/// Quitting is a key of every box: in a plan that was not sent, and where something was entered, it asks first.
#[test]
fn quitting_asks_before_a_plan_or_an_entry_is_lost() {
    for (opens, typed, loses) in [
        (Action::ToggleActive, "", Some("The plan is not sent yet")),
        (Action::Edit, "x", Some("What you entered is not sent yet")),
        (Action::Edit, "", None),
        (Action::Open, "", None),
    ] {
        let mut console = Console::new(Hosting::Dedicated);
        // A key that is no text in forms either.
        let quit = || AppMessage::Terminal(Event::Key(KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL)));
        console.find("eva").press(opens).type_text(typed).tell(quit());
        let quits = |console: &Console| console.effects.iter().any(|effect| matches!(effect, AppEffect::Quit));
        let lost = console.app.lost_by_quitting();
        assert_eq!(
            lost.map(|words| words.starts_with(loses.unwrap_or("none"))),
            loses.map(|_| true),
            "{opens:?} {lost:?}"
        );
        assert_eq!(quits(&console), loses.is_none(), "{opens:?}");
        if loses.is_some() {
            console.press(Action::Back);
            assert!(console.app.lost_by_quitting().is_some() && !quits(&console), "{opens:?}");
            console.tell(quit());
            console.press(Action::ReallyQuit);
            assert!(quits(&console), "{opens:?}");
        }
    }
}

#[test]
fn what_an_earlier_session_left_is_offered_and_sent_on_r() {
    let mut first = Console::new(Hosting::Dedicated);
    first.find("eva").press(Action::SetRole).type_text("visvie").press(Action::Choose);
    let left = first.submitted();
    let mut next = Console::new(Hosting::Dedicated);
    next.tell(AppMessage::Report(WorkerReport::Journal(left.clone())));
    assert!(next.app.screen.message.as_ref().unwrap().text.contains("not sent"));
    assert_eq!(next.app.directory.pending().len(), 0);
    next.press(Action::GoActivity).press(Action::Retry);
    assert!(
        next.effects
            .iter()
            .any(|effect| matches!(effect, AppEffect::Work(WorkerJob::Resume(sent)) if sent[0].id == left[0].id))
    );
    assert_eq!(next.app.directory.pending().len(), 1);
}

/// The counts of the journal equal a count over all its entries, in whatever order these came.
#[test]
fn the_counts_of_the_journal_are_those_of_its_entries() {
    use crate::directory::plan::Undo;
    let states = [
        ChangeState::Planned,
        ChangeState::Sent,
        ChangeState::Confirmed,
        ChangeState::Refused,
        ChangeState::Unknown,
        ChangeState::Dropped,
    ];
    let mut console = Console::new(Hosting::Dedicated);
    console.find("eva").press(Action::ToggleActive).press(Action::Send);
    let template = console.submitted().remove(0);
    let mut entries = entries::JournalEntries::default();
    let mut dice = 7_u64;
    let mut roll = |sides: u64| {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (dice >> 33) % sides
    };
    for round in 0..600 {
        let state = states[roll(6) as usize];
        if roll(3) == 0 {
            entries.amend(ChangeId(roll(300) as i64), now(), |entry| entry.state = state);
        } else {
            let id = roll(300) as i64;
            let undoes = (id % 5 == 4).then_some(ChangeId(id / 10 * 10));
            let undo = if id % 3 == 0 { Undo::Never("so".into()) } else { Undo::By(Vec::new()) };
            let step = crate::directory::plan::Step { undo, ..template.step.clone() };
            let plan = if undoes.is_some() { ChangeId(id) } else { ChangeId(id / 10 * 10) };
            entries.extend([JournalEntry { id: ChangeId(id), plan, undoes, state, step, ..template.clone() }]);
        }
        let all: Vec<&JournalEntry> = entries.values().collect();
        assert!(all.is_sorted_by_key(|entry| entry.id));
        assert_eq!(entries.failed(), all.iter().filter(|entry| entry.state.is_failure()).count(), "{round}");
        let undone = |plan: ChangeId| {
            let holds = |entry: &&&JournalEntry| {
                !matches!(entry.state, ChangeState::Refused | ChangeState::Dropped | ChangeState::Conflict)
            };
            all.iter().filter(holds).filter(|entry| entry.undoes == Some(plan)).map(|entry| entry.id).max()
        };
        let journal: Vec<JournalEntry> = entries.values().cloned().collect();
        assert_eq!(entries.newest_standing(), crate::directory::plan::newest(&journal), "{round}");
        for entry in &all {
            assert_eq!(entries.undone_by(entry.plan).map(|undo| undo.id), undone(entry.plan));
            let own = || all.iter().filter(|other| other.plan == entry.plan);
            assert_eq!(entries.steps(entry.plan), own().count());
            let course = entries.course(entry.plan).unwrap();
            let counted = own().map(|entry| entry.state).collect();
            assert_eq!(course.progress.counts, counted);
            let failed: usize = course.reasons().iter().map(|(_, count)| count).sum();
            assert_eq!(failed, counted.failed());
        }
        let mut plans: Vec<ChangeId> = all.iter().rev().map(|entry| entry.plan).collect();
        plans.sort_unstable_by_key(|plan| -plan.0);
        plans.dedup();
        assert_eq!(entries.newest_plans().collect::<Vec<_>>(), plans);
        let target = &template.step.change.touches()[0].0;
        assert_eq!(entries.newest_on(target).map(|entry| entry.id), all.last().map(|entry| entry.id));
    }
}

#[test]
fn a_plan_about_a_marked_row_elsewhere_is_looked_at() {
    let mut console = Console::new(Hosting::Dedicated);
    console.find("ivan").press(Action::Mark).press(Action::Back).press(Action::Top);
    assert_ne!(console.app.subject().unwrap().id, crate::directory::Id::from("id-ivan"));
    console.press(Action::SetRole).press(Action::Choose).type_text("visvie").press(Action::Choose);
    assert!(console.submitted().is_empty());
    assert_eq!(console.risk(), Some(Risk::Plain), "shown, though the change itself is plain");
}

#[test]
fn what_was_not_read_is_not_taken_for_nothing() {
    let mut console = Console::new(Hosting::Dedicated);
    let users = vec![user("boss", "admin"), user("eva", "member")];
    let records = Box::new(Records::build(users, vec![], vec![]).covering([
        ListCoverage::Complete,
        ListCoverage::NotRead(None),
        ListCoverage::Complete,
    ]));
    console.tell(AppMessage::Report(WorkerReport::Records { records, seen: None, partial: true, stored: false }));
    console.press(Action::Filter).type_text("team:none");
    let pane = console.app.lists.pane().unwrap();
    assert!(pane.bad.as_ref().unwrap().why.starts_with("the teams were not read yet"));
    console.press(Action::Open).press(Action::MarkAll);
    assert!(console.app.lists.pane().unwrap().marks.is_empty());
    assert!(console.app.screen.message.as_ref().unwrap().text.ends_with("Nothing is marked by it."));
    console.press(Action::Back).press(Action::Teams);
    assert!(console.app.screen.message.as_ref().unwrap().text.contains("not read yet"));
}

#[test]
fn a_filter_that_cannot_be_read_marks_nothing() {
    let mut console = Console::new(Hosting::Dedicated);
    for text in ["last>abc", "role:"] {
        console.press(Action::Filter).type_text(text).press(Action::Open).press(Action::MarkAll);
        assert!(console.app.lists.pane().unwrap().marks.is_empty(), "{text}");
        console.press(Action::Back).press(Action::Back);
    }
}

#[test]
fn a_team_that_loses_its_last_admin_is_named_first() {
    let mut console = Console::new(Hosting::Dedicated);
    let mut eva = user("eva", "member");
    eva.team_roles = Some(vec![RoleGrant { scope: "vision".into(), role: "admin".into() }]);
    console.tell(AppMessage::Report(WorkerReport::Learnt(vec![Observation::Record(Record::User(eva))])));
    console.find("eva").press(Action::SetRole).type_text("visvie").press(Action::Choose);
    let Some(Overlay::Preview(preview)) = console.app.overlays.last() else { panic!("no preview") };
    assert!(preview.plan.steps[0].consequences.contains(&"vision has no known admin after this.".to_owned()));
}

#[test]
fn a_failure_is_counted_until_it_succeeds_or_is_put_aside() {
    let mut console = Console::new(Hosting::Dedicated);
    for again in [true, false] {
        console.find("eva").press(Action::SetRole).type_text("visvie").press(Action::Choose);
        let failed = console.submitted().remove(0);
        console.moved(failed.id, ChangeState::Refused, vec![]);
        assert_eq!(console.app.counts().0, 1);
        // The cursor stays on the plan that it was on, which is another one the second time.
        console.press(Action::Back).press(Action::Back).press(Action::GoActivity).press(Action::Top);
        if again {
            console.press(Action::Retry).press(Action::Send);
            let retried = console.submitted().remove(0);
            console.moved(retried.id, ChangeState::Confirmed, vec![]);
        } else {
            console.press(Action::DropChange);
        }
        assert_eq!(console.app.counts().0, 0);
        console.press(Action::GoUsers);
    }
}

#[test]
fn a_cursor_that_nobody_moved_is_on_the_first_row_of_whatever_comes() {
    use crate::directory::{record::User, records::Records};
    let mut console = Console::new(Hosting::Dedicated);
    let users = |names: &[&str]| {
        let user = |name: &&str| User { id: (*name).into(), user_name: (*name).into(), ..User::default() };
        Box::new(Records::build(names.iter().map(user).collect(), vec![], vec![]))
    };
    let under = |console: &Console| {
        let pane = console.app.lists.pane().unwrap();
        pane.selected(&console.app.directory).unwrap().to_string()
    };
    let came = |names, partial| {
        AppMessage::Report(WorkerReport::Records { records: users(names), seen: None, partial, stored: false })
    };
    console.tell(came(&["m", "n"], true));
    console.tell(came(&["a", "m", "n"], false));
    assert_eq!(under(&console), "a", "a part of a list pins nobody");
    console.tell(came(&["0", "a", "m", "n"], false));
    assert_eq!(under(&console), "a", "a whole one does");
    console.tell(came(&["m", "n"], true));
    console.press(Action::Down);
    console.tell(came(&["a", "m", "n"], false));
    assert_eq!(under(&console), "n", "and so does whoever moves");
}

#[test]
fn an_open_check_list_follows_its_records_when_others_come() {
    use crate::directory::{record::Team, records::Records};
    let teams = |names: &[&str]| {
        let team = |name: &&str| Team { id: (*name).into(), name: (*name).into(), ..Team::default() };
        Records::build(vec![], names.iter().map(team).collect(), vec![])
    };
    let mut directory = Directory::default();
    directory.replace(teams(&["m", "n"]), true);
    let mut list = check::CheckList::new(check::CheckSubject::TeamsOf(vec![]), &directory);
    list.rows.go(1, &directory);
    directory.replace(teams(&["a", "m", "n"]), true);
    list.renew(&directory);
    let shown: Vec<&str> =
        list.rows.shown.iter().map(|row| &**directory.id_at(RecordKind::Team, *row).unwrap()).collect();
    assert_eq!(shown, ["a", "m", "n"]);
    assert_eq!(list.selected(&directory).as_deref(), Some("n"), "the cursor stays on its record");
}

/// The texts that were sent to the clipboard.
fn copied(console: &mut Console) -> Vec<String> {
    use secrecy::ExposeSecret;
    let texts = console.effects.drain(..).filter_map(|effect| match effect {
        AppEffect::Copy(text) => Some(text.expose_secret().to_owned()),
        _ => None,
    });
    texts.collect()
}

#[test]
fn marked_rows_are_copied_together_those_that_the_filter_hides_too() {
    let mut console = Console::new(Hosting::Dedicated);
    console.find("eva").press(Action::Mark).press(Action::Back).find("noor").press(Action::Mark).press(Action::Copy);
    let Some(Overlay::Copy(menu)) = console.app.overlays.last() else { panic!("no box") };
    assert_eq!(menu.title(), "Copy of 2 marked, 1 not shown");
    console.type_text("e").press(Action::Choose);
    assert_eq!(copied(&mut console), ["eva@example.com\nnoor@example.com"]);
    let said = console.app.screen.message.as_ref().unwrap().text.clone();
    assert_eq!(said, "2 emails sent to the terminal's clipboard, 1 not shown");
    assert!(console.app.overlays.is_empty());

    // A box about one record is about that one.
    console.press(Action::Open).press(Action::Copy).press(Action::Choose);
    assert_eq!(copied(&mut console), ["noor"]);
    // Letters that begin no choice keep their meaning.
    console.press(Action::Back).press(Action::Copy).type_text("j").press(Action::Choose);
    assert_eq!(copied(&mut console), ["eva\nnoor"], "display names");
}
