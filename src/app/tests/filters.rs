//! Rows that are only similar to the filter, and rows that were set by hand: neither is taken as a whole.

use super::{
    pane::{ListPane, STEP},
    *,
};

fn said(console: &Console) -> String {
    console.app.screen.message.as_ref().map_or_else(String::new, |message| message.text.clone())
}

fn show(console: &mut Console, users: Vec<User>) {
    let team = Team { id: "t".into(), name: "vision".into(), members: Some(vec![]), ..Team::default() };
    let records = Box::new(Records::build(users, vec![team], vec![]));
    console.tell(AppMessage::Report(WorkerReport::Records {
        records,
        seen: Some(now()),
        partial: false,
        stored: false,
    }));
}

/// A console with these people and a team that nobody is in.
fn with(names: &[&str]) -> Console {
    let mut console = Console::new(Hosting::Dedicated);
    show(&mut console, names.iter().map(|name| user(name, "member")).collect());
    console
}

fn marked(console: &Console) -> Vec<&str> {
    console.app.lists.panes[0].marks.iter().map(|id| id.trim_start_matches("id-")).collect()
}

fn shown(console: &Console) -> usize {
    console.app.lists.panes[0].rows.len()
}

#[rstest::rstest]
#[case::none_contains_it("tnk", "No row contains these words")]
#[case::asked_for("~tnk", "Rows found by a ~word are only similar")]
fn similar_rows_are_marked_one_by_one(#[case] text: &str, #[case] why: &str) {
    let mut console = with(&["eva-tanaka", "ivan-tanaka", "noor"]);
    console.find(text);
    assert_eq!(shown(&console), 2);
    for action in [Action::MarkAll, Action::MarkRange] {
        console.press(action);
        assert!(marked(&console).is_empty());
        assert!(said(&console).starts_with(why) && said(&console).ends_with("Nothing is marked by it."));
    }
    console.press(Action::Mark);
    assert_eq!(marked(&console), ["eva-tanaka"]);
    console.press(Action::Filter).press(Action::Back);
    console.find("tan").press(Action::MarkAll).wait();
    assert_eq!(marked(&console), ["eva-tanaka", "ivan-tanaka"]);
}

/// The list is not whole yet when all of it shall be marked.
#[rstest::rstest]
#[case("pq", 2 * STEP)]
#[case("qp", 0)]
#[case("~pq", 0)]
fn similar_rows_that_come_later_are_not_marked(#[case] text: &str, #[case] marked: usize) {
    let users = (0..2 * STEP).map(|at| user(&format!("pq-p{at:05}"), "member")).collect();
    let mut directory = Directory::default();
    directory.replace(Records::build(users, vec![], vec![]), true);
    let mut pane = ListPane::new(RecordKind::User);
    pane.renew(&directory);
    pane.filter = text.into();
    pane.refilter(&directory, now());
    assert!(!pane.is_whole());
    pane.toggle_all(&directory);
    pane.advance(&directory, usize::MAX);
    assert_eq!((pane.rows.len(), pane.marks.len()), (2 * STEP, marked));
}

#[test]
fn the_best_place_comes_first_and_similar_rows_only_where_there_is_none() {
    let mut console = with(&["atan", "eva-tanaka", "t-a-n", "tanaka"]);
    console.find("tan");
    let first = |console: &Console| {
        let rows = console.app.lists.panes[0].rows.iter();
        rows.map(|row| console.app.directory.user_at(*row).unwrap().user_name.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(first(&console), ["tanaka", "eva-tanaka", "atan"]);
    console.press(Action::Filter).type_text("tan role:admin");
    assert_eq!(shown(&console), 0, "similar rows hold the terms, too");
}

#[test]
fn all_shown_leaves_alone_what_was_set_by_hand() {
    let mut console = with(&["eva-tanaka", "ivan-tanaka", "kai-tanabe", "noor"]);
    console.press(Action::GoTeams).press(Action::Members).type_text("tan").press(Action::ToggleAll);
    let wished = |console: &Console| {
        let Some(Overlay::Check(list)) = console.app.overlays.last() else { panic!("no check list") };
        let wishes = list.wishes.iter().map(|(id, wish)| (id.trim_start_matches("id-").to_owned(), *wish));
        wishes.collect::<std::collections::BTreeMap<_, _>>().into_keys().collect::<Vec<_>>()
    };
    assert_eq!(wished(&console), ["eva-tanaka", "ivan-tanaka", "kai-tanabe"]);
    console.type_text("abe").press(Action::Toggle);
    assert_eq!(wished(&console), ["eva-tanaka", "ivan-tanaka"], "unchecked by hand");
    console.press(Action::ToggleAll);
    assert_eq!(said(&console), "Every row shown was set by hand, and stays so.");
    console.type_text("ta").press(Action::ToggleAll);
    assert_eq!(wished(&console), [""; 0], "what was checked as a whole is taken back as a whole");
    console.press(Action::ToggleAll);
    assert_eq!(wished(&console), ["eva-tanaka", "ivan-tanaka"], "and the one stays unchecked");
    // Checked by hand: not taken back with the others.
    console.type_text("r").type_text("n");
    console.tell(AppMessage::Terminal(Event::Key(KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL))));
    console.type_text("noor").press(Action::Toggle).type_text("a");
    console.press(Action::ToggleAll).press(Action::ToggleAll);
    assert!(wished(&console).contains(&"noor".to_owned()));
}

#[test]
fn all_shown_does_not_take_similar_rows() {
    let mut console = with(&["eva-tanaka", "ivan-tanaka", "noor"]);
    console.press(Action::GoTeams).press(Action::Members).type_text("tnk").press(Action::ToggleAll);
    let Some(Overlay::Check(list)) = console.app.overlays.last() else { panic!("no check list") };
    assert!(list.rows.is_similar() && list.rows.shown.len() == 2 && !list.has_work());
    assert_eq!(said(&console), "No row contains these words; similar rows are checked one by one.");
    console.press(Action::Toggle).press(Action::Look);
    if matches!(console.app.overlays.last(), Some(Overlay::Preview(_))) {
        console.press(Action::Send);
    }
    let joins = Change::AddMember { team: "t".into(), user: "id-eva-tanaka".into() };
    assert_eq!(console.submitted().iter().map(|entry| &entry.step.change).collect::<Vec<_>>(), [&joins]);
}

#[test]
fn all_shown_says_where_there_is_nothing_to_check() {
    let mut console = with(&["eva"]);
    console.press(Action::GoTeams).press(Action::Members).type_text("xyz").press(Action::ToggleAll);
    assert_eq!(said(&console), "Nothing is found: there is no line to take.");
}

#[test]
fn ticks_of_a_difference_that_were_set_by_hand_stay() {
    let mut console = Console::new(Hosting::Dedicated);
    let mut eva = user("eva", "admin");
    eva.models_seat = "full".into();
    let ivan = User { models_seat: "viewer".into(), ..user("ivan", "member") };
    show(&mut console, vec![eva, ivan]);
    console.find("ivan").press(Action::MakeLike).type_text("eva").press(Action::Choose);
    let ticks = |console: &Console| {
        let Some(Overlay::Difference(difference)) = console.app.overlays.last() else { panic!("no difference") };
        difference.lines.iter().map(|line| line.ticked).collect::<Vec<_>>()
    };
    assert_eq!(ticks(&console), [true, true]);
    console.press(Action::Toggle).press(Action::ToggleAll);
    assert_eq!(ticks(&console), [false, false]);
    console.press(Action::ToggleAll);
    assert_eq!(ticks(&console), [false, true]);
    console.type_text("ogn").press(Action::ToggleAll);
    assert_eq!(said(&console), "No row contains these words; similar rows are checked one by one.");
}

/// Nobody is told to be invited before the teams are asked.
#[test]
fn a_filter_for_invited_people_says_whose_invitations_are_known() {
    let mut console = with(&["eva-tanaka"]);
    console.press(Action::Filter).type_text("status:invited").wait();
    assert_eq!(
        (shown(&console), said(&console).as_str()),
        (0, "Invitations are known of 0 of 1 teams; i (outside the filter) reads all.")
    );
}
