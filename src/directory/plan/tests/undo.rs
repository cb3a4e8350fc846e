//! Which plan an undo takes back, under which conditions, and in which order the journal has plans.

use super::*;
use crate::directory::refusal::RefusalCode;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap()
}

/// A journal of plans, one after another, each with all its changes in this state.
#[derive(Default)]
struct Journal {
    entries: Vec<JournalEntry>,
    ids: IdGenerator,
}

impl Journal {
    fn add(&mut self, changes: Vec<Change>, state: ChangeState) -> ChangeId {
        self.add_undo(changes, None, state)
    }

    fn add_undo(&mut self, changes: Vec<Change>, undoes: Option<ChangeId>, state: ChangeState) -> ChangeId {
        let plan = Plan { undoes, ..plan(changes) };
        assert!(plan.refused.is_empty(), "{:?}", plan.refused);
        let mut entries = plan.into_entries(None, &mut self.ids, at(1_000), "ann");
        entries.iter_mut().for_each(|entry| entry.state = state);
        self.entries.append(&mut entries);
        self.entries.last().unwrap().plan
    }

    fn inverse(&self, plan: ChangeId) -> Result<InversePlan, Refusal> {
        let of = |entry: &&JournalEntry| entry.plan == plan;
        inverse(
            self.entries.iter().filter(of),
            self.entries.iter().filter(|entry| entry.undoes == Some(plan)),
            &RecordSuccessors::default(),
        )
    }
}

/// W&B deletes no team over SCIM.
fn new_team(name: &str) -> Change {
    Change::CreateTeam {
        key: id(&format!("new:{name}")),
        name: name.into(),
        members: vec![],
        bucket: None,
        external_id: String::new(),
    }
}

fn role(n: usize, role: &str) -> Change {
    Change::SetTeamRole { user: id(&format!("user-{n:02}")), team: id("vision"), role: role.into() }
}

#[rstest]
#[case::refused(vec![role(4, "viewer")], ChangeState::Refused, RefusalCode::NotDone, "It was refused")]
#[case::conflict(vec![role(4, "viewer")], ChangeState::Conflict, RefusalCode::NotDone, "a conflict")]
#[case::dropped(vec![role(4, "viewer")], ChangeState::Dropped, RefusalCode::NotDone, "dropped before it was sent")]
#[case::already(vec![role(4, "viewer")], ChangeState::Already, RefusalCode::NotDone, "was so already")]
#[case::unknown(vec![role(4, "viewer")], ChangeState::Unknown, RefusalCode::Pending, "`scimitar resume`")]
#[case::waiting(vec![role(4, "viewer")], ChangeState::Planned, RefusalCode::Pending, "`scimitar resume`")]
#[case::no_way_back(vec![new_team("maps")], ChangeState::Confirmed, RefusalCode::Irreversible, "maps: W&B has no way")]
fn the_newest_plan_is_meant_also_where_it_can_t_be_taken_back(
    #[case] changes: Vec<Change>,
    #[case] state: ChangeState,
    #[case] code: RefusalCode,
    #[case] why: &str,
) {
    let mut journal = Journal::default();
    journal.add(vec![role(5, "viewer")], ChangeState::Confirmed);
    let last = journal.add(changes, state);
    assert_eq!(newest(&journal.entries), Some(last));
    let refusal = journal.inverse(last).unwrap_err();
    assert_eq!(refusal.code, code);
    assert!(refusal.text.contains(why), "{}", refusal.text);
}

#[test]
fn an_undo_that_was_done_leads_to_the_plan_before_and_one_that_was_not_does_not() {
    let mut journal = Journal::default();
    let first = journal.add(vec![role(5, "viewer")], ChangeState::Confirmed);
    let second = journal.add(vec![role(6, "viewer"), role(7, "viewer")], ChangeState::Confirmed);
    // Twins of the inverse, in the order in which they are sent.
    journal.add_undo(vec![leave(7)], Some(second), ChangeState::Refused);
    assert_eq!(newest(&journal.entries), Some(second));
    let inverse = journal.inverse(second).unwrap();
    let back: Vec<Change> = inverse.steps.into_iter().map(|step| step.change).collect();
    assert_eq!(back, [role(7, "member"), role(6, "member")]);
    for (change, rest) in back.iter().zip([1, 0]) {
        let template = journal.entries[0].clone();
        let (id, step) = (journal.ids.next(at(1_000)), Step { change: change.clone(), ..template.step.clone() });
        journal.entries.push(JournalEntry { id, plan: id, step, undoes: Some(second), ..template });
        assert_eq!(journal.inverse(second).map_or(0, |inverse| inverse.steps.len()), rest);
    }
    assert_eq!(newest(&journal.entries), Some(first));
}

/// The undo in the journal holds the change that the next undo would send again.
#[test]
fn what_a_refused_undo_wanted_to_take_back_is_still_open() {
    let mut journal = Journal::default();
    let plan = journal.add(vec![role(6, "viewer"), role(7, "viewer")], ChangeState::Confirmed);
    let template = journal.entries[0].clone();
    for (state, left) in [(ChangeState::Refused, 2), (ChangeState::Conflict, 2), (ChangeState::Confirmed, 1)] {
        let (id, step) = (journal.ids.next(at(1_000)), Step { change: role(7, "member"), ..template.step.clone() });
        journal.entries.push(JournalEntry { id, plan: id, step, state, undoes: Some(plan), ..template.clone() });
        assert_eq!(journal.inverse(plan).unwrap().steps.len(), left, "{state:?}");
    }
}

#[test]
fn an_undo_says_of_each_line_which_plan_it_takes_back_and_what_goes_with_it() {
    let mut back = plan(vec![role(4, "viewer"), role(5, "viewer"), role(6, "viewer")]);
    back.bind_undone(vec![(role(6, "viewer"), ChangeId(1)), (role(4, "viewer"), ChangeId(2))]);
    assert_eq!(
        back.steps.iter().map(|step| step.undoes).collect::<Vec<_>>(),
        [Some(ChangeId(2)), None, Some(ChangeId(1))]
    );
    let known: Vec<usize> = back.steps.iter().map(|step| step.grave).collect();
    back.tell_conflicts(vec![(role(5, "viewer"), "It is overwritten.".to_owned())]);
    let first = |at: usize| back.steps[at].consequences.first().map(String::as_str);
    assert_eq!((first(1), back.steps[1].grave), (Some("It is overwritten."), known[1] + 1));
    assert_eq!([0, 2].map(|at| back.steps[at].grave), [known[0], known[2]]);
}

#[test]
fn a_value_that_is_another_one_by_now_is_a_conflict_that_names_both() {
    let mut journal = Journal::default();
    let registry = Change::RemoveRegistryRole { user: id("user-08"), registry: Some("models".into()) };
    let changes = vec![role(4, "viewer"), role(5, "viewer"), role(6, "viewer"), deactivate(7), registry];
    let plan = journal.add(changes, ChangeState::Confirmed);
    let mut directory = directory();
    // The plan took effect, and then somebody else gave 5 and 8 another role, and took 6 back.
    let other = Change::SetRegistryRole { user: id("user-08"), registry: "models".into(), role: "admin".into() };
    for (at, change) in [role(4, "viewer"), role(5, "admin"), deactivate(7), other].into_iter().enumerate() {
        directory.begin(ChangeId(at as i64 + 1), change);
    }
    let undo = journal.inverse(plan).unwrap().compare(&directory, RecordContents::default());
    let active = Change::SetActive { user: id("user-07"), active: true };
    assert_eq!(undo.changes, [active, role(4, "member")]);
    let said: Vec<String> =
        undo.conflicts.iter().map(|(line, why)| format!("{}: {}", line.subject, why.text)).collect();
    assert_eq!(
        said,
        [
            "user-08: It was changed since: the plan left no role, and now the server shows admin. It is left alone.",
            "user-05: It was changed since: the plan left viewer, and now the server shows admin. It is left alone."
        ]
    );
    assert!(undo.conflicts.iter().all(|(_, why)| why.code == RefusalCode::Changed));
}

#[test]
fn of_several_changes_of_one_value_only_the_last_is_compared_before_anything_is_sent() {
    let mut journal = Journal::default();
    let plan = journal.add(vec![role(4, "viewer"), role(4, "admin")], ChangeState::Confirmed);
    let mut directory = directory();
    directory.begin(ChangeId(1), role(4, "admin"));
    let mut undo = journal.inverse(plan).unwrap().compare(&directory, RecordContents::default());
    assert!(undo.conflicts.is_empty(), "{:?}", undo.conflicts);
    let planner = dialect::of(Provider::Wandb, Hosting::Dedicated, dialect::KnownServer::default());
    let mut back = draft(&*planner, &GuardSettings::default(), undo.changes.clone(), &directory);
    undo.bind(&mut back);
    let left: Vec<&str> = back.steps.iter().map(|step| step.expected.as_ref().unwrap().left.as_str()).collect();
    assert_eq!(left, ["admin", "viewer"]);
}

#[test]
fn ids_follow_the_journal_whatever_the_clock_says() {
    let mut ids = IdGenerator::new(3);
    let first = ids.next(at(2_000_000_000));
    let mut other = IdGenerator::new(4);
    other.after(first);
    for seconds in [1_700_000_000, -4_000_000_000, 2_000_000_000, 7_258_118_400, 9_999_999_999, 0] {
        let next = other.next(at(seconds));
        assert!(next > first, "{seconds}");
        let mut later = IdGenerator::new(5);
        later.after(next);
        assert!(later.next(at(seconds)) > next, "{seconds}");
    }
    // Consoles that begin after the same change still differ.
    let [mut one, mut two] = [IdGenerator::new(6), IdGenerator::new(7)];
    one.after(first);
    two.after(first);
    assert_ne!(one.next(at(0)), two.next(at(0)));
}

#[test]
fn parts_go_one_after_another_and_what_was_not_created_is_lost() {
    let new = |key: &str| Change::CreateTeam {
        key: id(key),
        name: key.into(),
        members: vec![],
        bucket: None,
        external_id: String::new(),
    };
    let join = |team: &str, n: usize| Change::AddMember { team: id(team), user: id(&format!("user-{n:02}")) };
    let mut ids = IdGenerator::default();
    let changes = [join("nlp", 3), leave(4), new("new:a"), new("new:b"), join("new:a", 5), join("new:b", 5)];
    let line = || plan(vec![leave(4)]).steps[0].words.clone();
    let steps = changes.into_iter().map(|change| Step::later(change, line())).collect();
    let mut entries = Plan { steps, ..Plan::default() }.into_entries(None, &mut ids, at(1_000), "ann");
    let next = |entries: &[JournalEntry]| {
        let waiting = entries.iter().filter(|entry| entry.state == ChangeState::Planned);
        let part = next_part(entries.iter(), waiting, &directory());
        let changes =
            |entries: Vec<JournalEntry>| entries.into_iter().map(|entry| entry.step.change).collect::<Vec<_>>();
        (changes(part.next), changes(part.lost))
    };
    assert_eq!(next(&entries), (vec![new("new:a"), new("new:b")], vec![]));
    (entries[2].state, entries[2].created) = (ChangeState::Confirmed, Some(id("team-a")));
    entries[3].state = ChangeState::Unknown;
    assert_eq!(next(&entries), (vec![join("nlp", 3), join("team-a", 5)], vec![]));
    entries[3].state = ChangeState::Refused;
    assert_eq!(next(&entries), (vec![join("nlp", 3), join("team-a", 5)], vec![join("new:b", 5)]));
    entries[0].state = ChangeState::Confirmed;
    entries[4].state = ChangeState::Confirmed;
    assert_eq!(next(&entries).0, [leave(4)]);
}

/// Servers that number users and teams from 1 give a user and a team the same id.
#[test]
fn what_is_made_again_is_not_taken_for_the_record_of_another_kind_with_its_id() {
    let user = |n: &str, active| User {
        id: id(n),
        user_name: format!("user-{n}").as_str().into(),
        active: Some(active),
        depth: ReadDepth::Full,
        ..User::default()
    };
    let member = Member { id: id("4"), display: Name::default() };
    let team = Team { id: id("4"), name: "crew".into(), members: Some(vec![member]), ..Team::default() };
    let mut before = Directory::default();
    before.replace(Records::build(vec![user("3", true), user("4", false)], vec![team.clone()], vec![]), true);
    let planner = dialect::of(Provider::Scim, Hosting::Dedicated, dialect::KnownServer::default());
    let undone = |change: Change, after: Records| {
        let plan = draft(&*planner, &GuardSettings::default(), vec![change], &before);
        assert!(plan.refused.is_empty(), "{:?}", plan.refused);
        let mut entries = plan.into_entries(None, &mut IdGenerator::default(), at(1_000), "ann");
        entries.iter_mut().for_each(|entry| entry.state = ChangeState::Confirmed);
        let mut left = Directory::default();
        left.replace(after, true);
        let mut undo = inverse(entries.iter(), [].iter(), &RecordSuccessors::default())
            .unwrap()
            .compare(&left, planner.capabilities().holds());
        undo.renew(|| id("new:1"));
        undo.changes
    };
    let key = id("new:1");
    let crew = Change::CreateTeam {
        key: key.clone(),
        name: "crew".into(),
        members: vec![id("4")],
        bucket: None,
        external_id: String::new(),
    };
    let people = vec![user("3", true), user("4", false)];
    assert_eq!(undone(Change::DeleteTeam { team: id("4") }, Records::build(people, vec![], vec![])), [crew]);
    let empty = Team { members: Some(vec![]), ..team };
    let back = undone(Change::DeleteUser { user: id("4") }, Records::build(vec![user("3", true)], vec![empty], vec![]));
    assert_eq!(back[1], Change::AddMember { team: id("4"), user: key });
}

/// A value may have the same words as the reason for a conflict: the present state is kept by itself.
#[test]
fn an_undo_in_spite_of_a_conflict_names_the_whole_present_state() {
    let mut journal = Journal::default();
    let set = Change::SetDisplayName { user: id("user-04"), to: "New".into() };
    let plan = journal.add(vec![set], ChangeState::Confirmed);
    let expected = journal.inverse(plan).unwrap().steps[0].expected.clone().unwrap();
    let now = expected.difference("X. It is left alone. Y");
    let mut undo = journal.entries[0].clone();
    let why = expected.conflict(&now);
    undo.step.expected = Some(ExpectedEffect { found: Some(now.clone()), ..expected });
    (undo.state, undo.why) = (ChangeState::Conflict, why);
    let words = format!("It was changed since: {now} It is overwritten.");
    assert_eq!(undo.in_spite_of_conflict(), Some(words));
    undo.state = ChangeState::Refused;
    assert_eq!(undo.in_spite_of_conflict(), None);
}
