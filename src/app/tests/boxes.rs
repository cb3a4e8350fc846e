//! The box on top has the keyboard: no key acts on a box beneath, and none sends a plan that nobody has read.

use jiff::{SignedDuration, Timestamp};
use rstest::rstest;
use tui_input::Input;

use super::*;
use crate::{
    app::{
        check, compare, difference, form,
        help::HelpBox,
        name_choice, palette,
        permissions::PermissionsBox,
        pick, picker, plan_view,
        quit::QuitBox,
        raw::RawBox,
        role_editor,
        roles::{CompareBox, HoldersBox},
        secret,
        story::StoryBox,
        walk::DetailsBox,
        whom,
    },
    directory::{change::RoleDraft, named::Named},
};

/// Opens one box of each kind over the list of users, in which a row is marked and a filter is set.
fn opened(kind: usize) -> Console {
    let mut console = Console::new(Hosting::Dedicated);
    let sent = {
        console.find("eva").press(Action::SetRole).type_text("visvie").press(Action::Choose);
        console.submitted().remove(0)
    };
    console.moved(sent.id, ChangeState::Confirmed, vec![]);
    console.press(Action::Mark);
    let target = ResourceRef::user(&"id-eva".into());
    let user: Id = "id-eva".into();
    let app = &mut console.app;
    let can = app.capabilities().unwrap().clone();
    let directory = &app.directory;
    let overlay = match kind {
        0 => Overlay::Details(DetailsBox { target, scroll: 0, cursor: Some(0) }),
        1 => Overlay::Permissions(PermissionsBox { user, typed: Input::default(), scroll: 0 }),
        2 => Overlay::Role(picker::RolePicker::new(vec![user], directory, &can)),
        3 => Overlay::Check(check::CheckList::new(check::CheckSubject::TeamsOf(vec![user]), directory)),
        4 => Overlay::Pick(pick::PickBox::new(RecordKind::User, vec![user], directory)),
        5 => {
            let of = difference::Of::Users { model: user, users: vec!["id-ivan".into()] };
            Overlay::Difference(difference::DifferenceBox::new(of, vec![], directory, &can))
        }
        6 => Overlay::Doubts(name_choice::NameChoiceBox::new("t".into(), Named::default())),
        7 => {
            let role = RoleDraft { name: "janitor".into(), ..RoleDraft::default() };
            Overlay::RoleEditor(role_editor::RoleEditor::new(role_editor::EditedRole::New("n".into(), role), directory))
        }
        8 => Overlay::Holders(HoldersBox::new("r".into())),
        9 => Overlay::Compare(CompareBox {
            sides: [compare::Side::Base("member"), compare::Side::Base("viewer")],
            scroll: 0,
        }),
        10 => Overlay::Form(form::FormState::edit_user(&user, directory, &can).unwrap()),
        11 => {
            app.propose(vec![Change::SetOrgRole { user, role: "admin".into() }], &mut vec![]);
            app.overlays.pop().unwrap()
        }
        12 => Overlay::Plan(plan_view::PlanView::new(sent.plan)),
        13 => Overlay::Story(StoryBox { id: sent.id, scroll: 0 }),
        14 => Overlay::Raw(RawBox { target, text: None, scroll: 0 }),
        15 => Overlay::Help(HelpBox { scroll: 0 }),
        16 => Overlay::Palette(palette::CommandPalette::default()),
        17 => {
            app.open_copy();
            app.overlays.pop().unwrap()
        }
        18 => {
            app.open_aside(Action::Account, &mut vec![]);
            app.overlays.pop().unwrap()
        }
        19 => Overlay::Secret(secret::SecretVisibility { words: String::new(), secret: "s".into(), copied: false }),
        20 => {
            app.show_stage(&mut vec![]);
            app.overlays.pop().unwrap()
        }
        21 => {
            let (action, here) = (Action::ToggleActive, "eva".into());
            Overlay::Whom(whom::SubjectChoice { action, first: Name::default(), here, marked: 1, hidden: 1, cursor: 0 })
        }
        22 => {
            app.open_sort();
            app.overlays.pop().unwrap()
        }
        23 => {
            app.open_columns();
            app.overlays.pop().unwrap()
        }
        24 => {
            app.offboard(&mut vec![]);
            app.overlays.pop().unwrap()
        }
        25 => {
            let draft = |name: &str| form::ProfileDraft { name: name.into(), ..form::ProfileDraft::default() };
            app.on_profiles(Ok(ListedProfiles { drafts: vec![draft("acme"), draft("lab")], words: String::new() }));
            app.overlays.pop().unwrap()
        }
        _ => Overlay::Quit(QuitBox),
    };
    app.overlays.push(overlay);
    app.follow_top();
    assert_eq!(console.app.overlays.len(), 1, "box {kind}");
    console
}

/// A new kind of box does not compile before it is counted here, and in [`opened`].
fn number(overlay: &Overlay) -> usize {
    match overlay {
        Overlay::Details(_) => 0,
        Overlay::Permissions(_) => 1,
        Overlay::Role(_) => 2,
        Overlay::Check(_) => 3,
        Overlay::Pick(_) => 4,
        Overlay::Difference(_) => 5,
        Overlay::Doubts(_) => 6,
        Overlay::RoleEditor(_) => 7,
        Overlay::Holders(_) => 8,
        Overlay::Compare(_) => 9,
        Overlay::Form(_) => 10,
        Overlay::Preview(_) => 11,
        Overlay::Plan(_) => 12,
        Overlay::Story(_) => 13,
        Overlay::Raw(_) => 14,
        Overlay::Help(_) => 15,
        Overlay::Palette(_) => 16,
        Overlay::Copy(_) => 17,
        Overlay::Aside(_) => 18,
        Overlay::Secret(_) => 19,
        Overlay::Stage(_) => 20,
        Overlay::Whom(_) => 21,
        Overlay::Sort(_) => 22,
        Overlay::Columns(_) => 23,
        Overlay::Answers(_) => 24,
        Overlay::Profiles(_) => 25,
        Overlay::Quit(_) => 26,
    }
}

const BOXES: usize = 27;

/// Every printable key, and those that people press beside them, with the modifiers that terminals report.
fn keys() -> Vec<KeyEvent> {
    let codes = [
        KeyCode::Enter,
        KeyCode::Tab,
        KeyCode::BackTab,
        KeyCode::Backspace,
        KeyCode::Delete,
        KeyCode::Insert,
        KeyCode::Up,
        KeyCode::Down,
        KeyCode::Left,
        KeyCode::Right,
        KeyCode::Home,
        KeyCode::End,
        KeyCode::PageUp,
        KeyCode::PageDown,
        KeyCode::F(1),
        KeyCode::F(5),
    ];
    let printable = (' '..='~').chain(['å', 'Ж']).map(KeyCode::Char);
    let plain = printable.chain(codes).map(|code| KeyEvent::new(code, KeyModifiers::NONE));
    let with = |modifiers| ('a'..='z').map(move |c| KeyEvent::new(KeyCode::Char(c), modifiers));
    plain.chain(with(KeyModifiers::CONTROL)).chain(with(KeyModifiers::ALT)).collect()
}

/// A digest of everything beneath the box.
fn beneath(app: &App) -> String {
    let panes = app.lists.panes.iter().map(|pane| {
        let marks: Vec<&Id> = pane.marks.iter().collect();
        let filter = (pane.filter.value(), pane.filtering);
        format!("{filter:?} {:?} {:?} {:?} {} {} {marks:?}", pane.order, pane.view, pane.rows, pane.cursor, pane.top)
    });
    let panes: Vec<String> = panes.collect();
    let sending = (app.sending.staging, app.sending.paused, app.activity.entries.len(), app.directory.pending().len());
    format!(
        "{panes:?} {:?} {} {} {sending:?} {:?}",
        app.lists.tab,
        app.activity.changes.cursor,
        app.sending.stage.len(),
        app.session.sync.narrow
    )
}

fn sends(job: &WorkerJob) -> bool {
    match job {
        WorkerJob::Submit(_) | WorkerJob::SubmitFirst(..) | WorkerJob::SubmitStaged(..) | WorkerJob::Resume(_) => true,
        WorkerJob::Drop(_)
        | WorkerJob::Unstage(_)
        | WorkerJob::Narrow(_)
        | WorkerJob::Pause(_)
        | WorkerJob::Parallel(_)
        | WorkerJob::Remap(..) => true,
        // An empty list puts nothing on the stage: the job only reads the stage.
        WorkerJob::Stage(lines) => !lines.is_empty(),
        WorkerJob::Refresh(_)
        | WorkerJob::ReadEach(_)
        | WorkerJob::Reread(_)
        | WorkerJob::LookUp(..)
        | WorkerJob::Wake
        | WorkerJob::Raw(_) => false,
        WorkerJob::Ask(_) | WorkerJob::AskOwner | WorkerJob::AskHosting => false,
        WorkerJob::Parts(_) => false,
        WorkerJob::Identify(..) | WorkerJob::CheckVacant(..) | WorkerJob::ReadAdmins(..) => false,
    }
}

/// The few keys that leave a box for a row of a list, send or stage the plan that it shows, send what is picked, go to the
/// next row with its details, or sort the list: that is what the box is for.
fn belongs_to_the_box(kind: usize, key: KeyEvent) -> bool {
    let steps = matches!(key.code, KeyCode::Left | KeyCode::Right | KeyCode::Char('h' | 'l'));
    let sorts = key.code == KeyCode::Enter || matches!(key.code, KeyCode::Char(letter) if letter.is_ascii_alphabetic());
    matches!((kind, key.code), (2 | 8, KeyCode::Enter) | (11, KeyCode::Char('y' | 's')))
        || (kind == 0 && steps)
        || (kind == 22 && sorts)
}

#[test]
fn no_key_acts_on_what_lies_beneath_a_box() {
    for kind in 0..BOXES {
        assert_eq!(number(opened(kind).app.overlays.last().unwrap()), kind);
        for key in keys() {
            let mut console = opened(kind);
            console.effects.clear();
            console.see();
            let before = beneath(&console.app);
            console.tell(AppMessage::Terminal(Event::Key(key)));
            console.wait();
            if belongs_to_the_box(kind, key) {
                continue;
            }
            assert_eq!(beneath(&console.app), before, "{key:?} over box {kind}");
            let acts = |effect: &&AppEffect| matches!(effect, AppEffect::Work(job) if sends(job));
            assert_eq!(console.effects.iter().filter(acts).count(), 0, "{key:?} over box {kind}");
        }
    }
}

/// The keys that are shown for a box do there what is said of them, and each is shown once.
#[test]
fn hints_are_of_keys_that_act() {
    for kind in 0..BOXES {
        let console = opened(kind);
        let hints = console.app.hints();
        assert!(!hints.is_empty(), "box {kind}");
        for hint in &hints {
            assert_eq!(hints.iter().filter(|other| other.key == hint.key).count(), 1, "{hint:?} over box {kind}");
            assert!(console.app.availability(hint.action).is_ok(), "{hint:?} over box {kind}");
            let scopes = console.app.scopes();
            let acts = |event: &KeyEvent| console.app.keymap.action(scopes, *event) == Some(hint.action);
            let shown = keys().into_iter().chain([KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE)]);
            assert!(
                shown.filter(|key| keymap::name(*key) == hint.key).all(|key| acts(&key)),
                "{hint:?} over box {kind}"
            );
        }
    }
}

/// The box with nothing in it: what is typed finds nothing, or nothing is there yet. `None` for boxes that are never empty.
fn emptied(kind: usize) -> Option<Console> {
    let mut console = opened(kind);
    match console.app.overlays.last_mut() {
        Some(Overlay::Profiles(list)) => list.profiles.clear(),
        Some(Overlay::Aside(_) | Overlay::Stage(_)) => {}
        Some(Overlay::Columns(_) | Overlay::Form(_) | Overlay::Permissions(_) | Overlay::Preview(_)) | None => {
            return None;
        }
        Some(top) if top.behavior().is_typing() => {
            console.type_text("zq-zq");
            console.wait();
        }
        Some(_) => return None,
    }
    Some(console)
}

/// No key on the bottom row of an empty box is without an effect.
#[test]
fn hints_of_empty_boxes_are_of_keys_that_act() {
    let mut boxes = 0;
    for kind in 0..BOXES {
        let Some(empty) = emptied(kind) else { continue };
        boxes += 1;
        for hint in empty.app.hints() {
            let events = keys().into_iter().chain([KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE)]);
            let mut console = emptied(kind).unwrap();
            console.app.screen.message = None;
            console.effects.clear();
            let before = format!("{:?}", console.app.overlays);
            for key in events.filter(|key| keymap::name(*key) == hint.key).take(1) {
                console.tell(AppMessage::Terminal(Event::Key(key)));
            }
            let app = &console.app;
            let acted =
                format!("{:?}", app.overlays) != before || !console.effects.is_empty() || app.screen.message.is_some();
            assert!(acted, "{hint:?} does nothing in the empty box {kind}");
        }
    }
    assert_eq!(boxes, 9);
}

/// Without a box, too: a confirmed change is neither tried again nor dropped.
#[test]
fn hints_of_lists_are_of_keys_that_act() {
    let mut console = opened(12);
    console.app.overlays.clear();
    for tab in [Action::GoUsers, Action::GoTeams, Action::GoRoles, Action::GoActivity] {
        console.press(tab);
        for hint in console.app.hints() {
            assert!(console.app.availability(hint.action).is_ok(), "{hint:?} after {tab:?}");
        }
    }
    let words: Vec<String> = console.app.hints().into_iter().map(|hint| hint.word.into_owned()).collect();
    assert!(words.iter().any(|word| word == "story"), "{words:?}");
    assert!(!words.iter().any(|word| word == "retry" || word == "drop"), "{words:?}");
}

#[test]
fn a_key_that_means_nothing_says_which_ones_do() {
    let mut console = opened(11);
    console.tell(AppMessage::Terminal(Event::Key(KeyEvent::new(KeyCode::Char('z'), KeyModifiers::NONE))));
    let said = &console.app.screen.message.as_ref().unwrap().text;
    assert!(said.starts_with("z does nothing here. y send, ") && said.ends_with("Esc back"), "{said}");
}

#[test]
fn esc_goes_from_the_requests_to_the_plan() {
    let mut console = opened(11);
    console.press(Action::Requests).press(Action::Back);
    assert!(matches!(console.app.overlays.last(), Some(Overlay::Preview(preview)) if preview.text.is_none()));
    console.press(Action::OpenLine);
    assert!(matches!(console.app.overlays.last(), Some(Overlay::Preview(preview)) if preview.text.is_some()));
    console.press(Action::Back).press(Action::Back);
    assert!(console.app.overlays.is_empty());
}

fn key(console: &mut Console, code: KeyCode, at: Timestamp) {
    let effects = console.app.update(AppMessage::Terminal(Event::Key(KeyEvent::new(code, KeyModifiers::NONE))), at);
    console.effects.extend(effects);
}

fn millis(after: i64) -> Timestamp {
    now() + SignedDuration::from_millis(after)
}

/// The frame is drawn, and the terminal has it so many milliseconds later.
fn frame(console: &mut Console, at: i64) {
    console.app.drawn();
    console.app.update(AppMessage::Shown, millis(at));
}

#[rstest]
#[case::before_the_frame(None, 5_000, false)]
#[case::too_soon(Some(1_000), 1_299, false)]
#[case::after_a_moment(Some(1_000), 1_300, true)]
#[case::the_clock_was_set_back(Some(1_000), 500, false)]
fn a_plan_is_sent_once_it_was_seen(#[case] shown: Option<i64>, #[case] pressed: i64, #[case] sent: bool) {
    let mut console = Console::new(Hosting::Dedicated);
    console.find("eva").press(Action::ToggleActive);
    if let Some(at) = shown {
        frame(&mut console, at);
    }
    key(&mut console, KeyCode::Char('y'), millis(pressed));
    assert_eq!(console.submitted().len(), usize::from(sent));
    let said = console.app.screen.message.as_ref().map_or("", |message| &message.text);
    assert_eq!(said.starts_with("Too soon: "), !sent, "{said}");
    // Nobody waits for a clock that was set back.
    frame(&mut console, pressed);
    key(&mut console, KeyCode::Char('y'), millis(pressed + 300));
    assert_eq!(console.submitted().len(), usize::from(!sent));
}

/// A frame of what was on top before says nothing of what is there now.
#[test]
fn the_frame_counts_of_the_plan_alone() {
    let mut console = Console::new(Hosting::Dedicated);
    console.find("eva").press(Action::Open);
    frame(&mut console, 0);
    console.tell(AppMessage::Terminal(Event::Key(KeyCode::Char('d').into())));
    assert!(console.app.overlays.len() == 2 && !console.app.awaits_frame(), "not drawn yet");
    console.app.update(AppMessage::Shown, millis(0));
    key(&mut console, KeyCode::Char('y'), millis(5_000));
    assert!(console.submitted().is_empty());
}

/// A pick that sends at once is shown as a plan if its keys come in a burst.
#[test]
fn a_burst_through_a_picker_ends_in_a_plan() {
    let mut console = Console::new(Hosting::Dedicated);
    console.find("eva");
    for code in "rvisvie".chars().map(KeyCode::Char).chain([KeyCode::Enter; 3]) {
        key(&mut console, code, now());
    }
    assert!(console.submitted().is_empty());
    assert!(matches!(console.app.overlays.last(), Some(Overlay::Preview(_))));
}

#[test]
fn the_text_is_typed_enter_leaves_the_field_and_y_sends() {
    let mut console = Console::new(Hosting::Dedicated);
    console.find("boss").press(Action::ToggleActive);
    console.see();
    console.type_text("bos").tell(AppMessage::Terminal(Event::Key(KeyCode::Enter.into())));
    console.type_text("y");
    assert!(console.submitted().is_empty(), "still text");
    console.tell(AppMessage::Terminal(Event::Key(KeyCode::Backspace.into())));
    console.type_text("s").tell(AppMessage::Terminal(Event::Key(KeyCode::Enter.into())));
    console.type_text("y");
    assert_eq!(console.submitted().len(), 1);
}

#[test]
fn a_paste_outside_a_field_is_dropped_and_that_is_said() {
    let mut console = Console::new(Hosting::Dedicated);
    let before = beneath(&console.app);
    console.tell(AppMessage::Terminal(Event::Paste("dana\nbob\n".into())));
    assert_eq!(beneath(&console.app), before);
    assert_eq!(
        console.app.screen.message.as_ref().unwrap().text,
        "Nothing here takes text: what was pasted is left out."
    );
}

/// Marks that the filter hides never stand in for the row under the cursor.
#[test]
fn the_row_or_the_marked_ones_is_asked() {
    let mut console = Console::new(Hosting::Dedicated);
    console.find("eva").press(Action::Mark).press(Action::Back).find("ivan").press(Action::ToggleActive);
    let Some(Overlay::Whom(whom)) = console.app.overlays.last() else { panic!("asked: {:?}", console.app.overlays) };
    assert_eq!((whom.marked, whom.hidden, whom.cursor), (1, 1, 0));
    console.press(Action::Choose);
    let planned = |console: &Console| match console.app.overlays.last() {
        Some(Overlay::Preview(preview)) => (preview.plan.steps[0].words.subject.clone(), preview.plan.notes.clone()),
        other => panic!("a plan: {other:?}"),
    };
    assert_eq!(planned(&console), ("ivan".to_owned(), vec![]));
    assert_eq!(console.app.lists.panes[0].marks.len(), 1, "the mark stays");
    console.press(Action::Back).press(Action::ToggleActive).type_text("m").press(Action::Choose);
    assert_eq!(planned(&console), ("eva".to_owned(), vec!["Marked, and not shown by the filter: eva.".to_owned()]));
}

/// Who needs nothing stands in the plan all the same.
#[test]
fn who_needs_nothing_is_named() {
    let mut console = Console::new(Hosting::Dedicated);
    console.find("noor").press(Action::Mark).press(Action::Back).find("ivan").press(Action::Mark);
    console.press(Action::SetRole).type_text("orgadm").press(Action::Choose);
    let Some(Overlay::Preview(preview)) = console.app.overlays.last() else {
        panic!("{:?}", console.app.screen.message)
    };
    assert_eq!(
        (preview.plan.steps.len(), preview.needless.as_slice(), preview.lines()),
        (1, &[Name::from("noor")][..], 2)
    );
}
