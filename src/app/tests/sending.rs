//! Plans of many changes: paused, cancelled, sent after a restart, tried again, taken back.

use super::*;
use crate::directory::plan::{ALREADY, Undo};

/// A console with so many plain members beside those of the others.
fn crowd(many: usize) -> Console {
    let mut console = Console::new(Hosting::Dedicated);
    let mut users = vec![user("boss", "admin"), user("noor", "admin")];
    users.extend((0..many).map(|n| user(&format!("p{n:05}"), "member")));
    let team = Team { id: "t".into(), name: "vision".into(), members: Some(vec![]), ..Team::default() };
    let records = Box::new(Records::build(users, vec![team], vec![]));
    console.tell(AppMessage::Report(WorkerReport::Records {
        records,
        seen: Some(now()),
        partial: false,
        stored: false,
    }));
    console
}

/// Gives all of them a role in the team, and sends it.
fn give_role(console: &mut Console) -> Vec<JournalEntry> {
    console.press(Action::Filter).type_text("role:member").press(Action::Open).press(Action::MarkAll);
    console.press(Action::SetRole).type_text("visvie").press(Action::Choose).press(Action::Send);
    console.submitted()
}

fn next_session(left: Vec<JournalEntry>) -> Console {
    let mut next = crowd(20);
    next.tell(AppMessage::Report(WorkerReport::Journal(left)));
    next.press(Action::Back).press(Action::GoActivity);
    next
}

fn resumed(console: &mut Console) -> Vec<JournalEntry> {
    let jobs = console.effects.drain(..).filter_map(|effect| match effect {
        AppEffect::Work(WorkerJob::Resume(entries)) => Some(entries),
        _ => None,
    });
    jobs.flatten().collect()
}

fn said(console: &Console) -> &str {
    console.app.screen.message.as_ref().map_or("", |message| &message.text)
}

#[test]
fn what_was_left_of_a_plan_goes_on_with_one_key_as_far_as_it_is_not_so_already() {
    let left = give_role(&mut crowd(20));
    assert_eq!(left.len(), 20);
    let mut next = crowd(20);
    next.tell(AppMessage::Report(WorkerReport::Journal(left.clone())));
    assert!(said(&next).starts_with("20 changes of an earlier session wait, not sent: "), "{}", said(&next));
    // Somebody else has done one of them meanwhile, and deleted another's user.
    let mut done = user("p00003", "member");
    done.team_roles = Some(vec![RoleGrant { scope: "vision".into(), role: "viewer".into() }]);
    let member = Member { id: done.id.clone(), display: Name::default() };
    let team = Team { id: "t".into(), name: "vision".into(), members: Some(vec![member]), ..Team::default() };
    let gone = Observation::Gone(crate::directory::ResourceRef::user(&"id-p00007".into()));
    let fresh = vec![Observation::Record(Record::User(done)), Observation::Record(Record::Team(team)), gone];
    next.tell(AppMessage::Report(WorkerReport::Learnt(fresh)));
    next.press(Action::Back).press(Action::GoActivity).press(Action::Retry);
    let sent = resumed(&mut next);
    assert_eq!(sent.len(), 20);
    assert_eq!((sent[3].state, sent[3].why.as_str()), (ChangeState::Dropped, ALREADY));
    assert!(sent[7].state == ChangeState::Dropped && sent[7].why.contains("not known"), "{}", sent[7].why);
    assert_eq!(sent.iter().filter(|entry| entry.state == ChangeState::Planned).count(), 18);
    assert_eq!(next.app.directory.pending().len(), 18);
    assert!(next.app.activity.earlier.left_over.is_empty());
    assert!(said(&next).contains("18 of "), "{}", said(&next));
}

#[test]
fn nothing_is_resumed_before_the_lists_are_read_or_where_nothing_may_be_sent() {
    let left = give_role(&mut crowd(20));
    let mut unread = next_session(left.clone());
    unread.app.session.sync.stored = true;
    unread.press(Action::Retry);
    assert!(said(&unread).contains("not read yet"), "{}", said(&unread));
    let mut read_only = next_session(left);
    read_only.app.session.guards.read_only = true;
    read_only.press(Action::Retry);
    assert!(said(&read_only).contains("read-only"));
    for console in [&mut unread, &mut read_only] {
        assert!(resumed(console).is_empty());
        assert_eq!(console.app.activity.earlier.left_over.len(), 20);
    }
}

#[test]
fn a_pause_is_shown_and_what_waits_can_be_cancelled() {
    let mut console = crowd(20);
    assert_eq!(console.app.availability(Action::Pause).unwrap_err().to_string(), "Nothing is being sent.");
    assert_eq!(console.app.availability(Action::Cancel).unwrap_err().to_string(), "Nothing waits to be sent.");
    let sent = give_role(&mut console);
    console.moved(sent[0].id, ChangeState::Sent, vec![]);
    console.press(Action::Pause);
    assert!(console.effects.iter().any(|effect| matches!(effect, AppEffect::Work(WorkerJob::Pause(true)))));
    assert_eq!((console.app.sending.paused, console.app.activity.waiting_count()), (true, 19));
    console.press(Action::Cancel);
    let dropped = |effect: &AppEffect| matches!(effect, AppEffect::Work(WorkerJob::Drop(ids)) if ids.len() == 19);
    assert!(console.effects.iter().any(dropped));
    sent[1..].iter().for_each(|entry| console.moved(entry.id, ChangeState::Dropped, vec![]));
    assert_eq!(console.app.directory.pending().len(), 1);
    console.press(Action::Pause);
    assert!(!console.app.sending.paused);
}

#[test]
fn what_was_cancelled_can_be_sent_after_all() {
    let mut console = crowd(12);
    let sent = give_role(&mut console);
    console.moved(sent[0].id, ChangeState::Confirmed, vec![]);
    sent[1..].iter().for_each(|entry| console.moved(entry.id, ChangeState::Dropped, vec![]));
    console.press(Action::Back).press(Action::GoActivity).press(Action::Retry);
    assert!(said(&console).starts_with("Only what"), "{}", said(&console));
    console.press(Action::Story).press(Action::Lines).press(Action::Lines);
    console.press(Action::Retry).press(Action::Send);
    assert_eq!(console.submitted().len(), 11);
}

#[test]
fn how_many_at_a_time_is_chosen_by_name() {
    let mut console = crowd(1);
    console.press(Action::Palette).type_text("parallel 16").press(Action::Choose);
    assert!(console.effects.iter().any(|effect| matches!(effect, AppEffect::Work(WorkerJob::Parallel(16)))));
}

#[test]
fn what_failed_for_one_reason_is_tried_again_alone() {
    let mut console = crowd(20);
    let sent = give_role(&mut console);
    for (at, entry) in sent.iter().enumerate() {
        let why = if at < 3 { format!("{} has no seat", entry.step.words.subject) } else { "overloaded".into() };
        let state = if at < 8 { ChangeState::Refused } else { ChangeState::Confirmed };
        let report = WorkerReport::Moved(crate::directory::work::ChangeUpdate {
            id: entry.id,
            state,
            why,
            failure: None,
            exchanges: vec![],
            fresh: vec![],
            at: now(),
            created: None,
            effects: vec![],
            alarm: false,
            way_back: None,
        });
        console.tell(AppMessage::Report(report));
    }
    assert!(said(&console).contains("12 confirmed, 8 not"), "{}", said(&console));
    let course = console.app.activity.entries.course(sent[0].plan).unwrap();
    assert_eq!(course.reasons(), [("overloaded", 5), ("… has no seat", 3)]);
    console.press(Action::Back).press(Action::GoActivity).press(Action::Story).press(Action::Down);
    console.press(Action::Retry).press(Action::Send);
    let again: Vec<_> = console.submitted().into_iter().map(|entry| entry.step.change).collect();
    assert_eq!(again, sent[..3].iter().map(|entry| entry.step.change.clone()).collect::<Vec<_>>());
}

#[test]
fn an_undo_of_a_plan_lists_what_cannot_be_taken_back() {
    let mut console = crowd(3);
    let mut sent = give_role(&mut console);
    sent[1].step.undo = Undo::Never("nobody knows".into());
    sent.iter_mut().for_each(|entry| entry.state = ChangeState::Confirmed);
    let mut next = crowd(3);
    next.tell(AppMessage::Report(WorkerReport::Journal(sent)));
    // The memberships that are to be taken back.
    let members = (0..3).map(|n| Member { id: format!("id-p{n:05}").into(), display: Name::default() }).collect();
    let team = Team { id: "t".into(), name: "vision".into(), members: Some(members), ..Team::default() };
    let role = |name: String| {
        let role = RoleGrant { scope: "vision".into(), role: "viewer".into() };
        Observation::Record(Record::User(User { team_roles: Some(vec![role]), ..user(&name, "member") }))
    };
    let mut known = vec![Observation::Record(Record::Team(team))];
    known.extend((0..3).map(|n| role(format!("p{n:05}"))));
    next.tell(AppMessage::Report(WorkerReport::Learnt(known)));
    next.press(Action::GoActivity).press(Action::UndoThis);
    let Some(Overlay::Preview(preview)) = next.app.overlays.last() else { panic!("{}", said(&next)) };
    assert_eq!(preview.plan.steps.len(), 2);
    assert_eq!(preview.plan.refused.len(), 1);
    assert_eq!(preview.plan.refused[0].1.text, "can't be undone: nobody knows");
}

/// Work is counted, not time: an outcome neither sorts nor filters the lists again, and the shown team is not made anew.
#[test]
fn an_outcome_of_many_leaves_the_lists_as_they_are() {
    let mut console = crowd(500);
    let sent = give_role(&mut console);
    assert_eq!(sent.len(), 500);
    console.app.lists.panes.iter_mut().for_each(|pane| pane.rows.clear());
    for entry in &sent[..400] {
        console.moved(entry.id, ChangeState::Sent, vec![]);
        console.moved(entry.id, ChangeState::Confirmed, vec![]);
    }
    assert!(console.app.lists.panes.iter().all(|pane| pane.rows.is_empty()), "a list was made anew");
    let counts = console.app.activity.entries.course(sent[0].plan).unwrap().progress.counts;
    assert_eq!((counts.of(ChangeState::Confirmed), counts.left()), (400, 100));
    assert!(console.app.screen.message.as_ref().is_none_or(|message| !message.error));
}
