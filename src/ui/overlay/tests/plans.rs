//! Plans that were sent: under way, paused, over.

use jiff::{SignedDuration, Timestamp};

use super::super::super::tests::fixture::{self, entry, look, now, org_role, press, report, screen};
use crate::app::{App, AppMessage, action::Action};
use crate::directory::{
    change::ChangeId,
    plan::{ChangeState, JournalEntry},
    record::User,
    records::Records,
    work::{ChangeUpdate, WorkerReport},
};

const STEPS: i64 = 40;

/// Forty people get a role; the first so many have got it, a few were refused, one is on its way.
fn app(width: u16, height: u16, done: i64) -> App {
    let mut app = fixture::app(width, height);
    let user = |n| User {
        id: format!("u-{n}").into(),
        user_name: format!("person-{n:02}").into(),
        org_role: "member".into(),
        ..User::default()
    };
    let records = Box::new(Records::build((0..STEPS).map(user).collect(), vec![], vec![]));
    report(&mut app, WorkerReport::Records { records, seen: Some(now()), partial: false, stored: false });
    let step = |n: i64| JournalEntry {
        id: ChangeId(5_000_000 + n),
        plan: ChangeId(5_000_000),
        title: "Give 40 people the organisation role viewer".into(),
        ..entry(&app, 20, org_role(&format!("u-{n}"), "viewer"), ChangeState::Sent, "")
    };
    let lonely = entry(&app, 60, org_role("u-1", "member"), ChangeState::Confirmed, "");
    let entries: Vec<JournalEntry> = std::iter::once(lonely).chain((0..STEPS).map(step)).collect();
    report(&mut app, WorkerReport::Journal(entries));
    app.activity.earlier.looked_up.clear();
    // In this session they wait.
    (0..STEPS).for_each(|n| moved(&mut app, n, ChangeState::Planned, "", now()));
    app.activity.earlier.left_over.clear();
    for n in 0..done {
        let at = now() - SignedDuration::from_millis(100 * (done - n));
        let (state, why) = match n % 12 {
            5 => (ChangeState::Refused, "the server is overloaded or down for maintenance (503)"),
            7 | 8 => (ChangeState::Refused, "The server does not know this record (404). It says: “no such user”"),
            _ => (ChangeState::Confirmed, ""),
        };
        moved(&mut app, n, state, why, at);
    }
    if done < STEPS {
        moved(&mut app, done, ChangeState::Sent, "", now());
    }
    app.screen.message = None;
    app
}

fn moved(app: &mut App, n: i64, state: ChangeState, why: &str, at: Timestamp) {
    let moved = ChangeUpdate {
        id: ChangeId(5_000_000 + n),
        state,
        why: why.into(),
        failure: None,
        exchanges: vec![],
        fresh: vec![],
        at,
        created: None,
        effects: vec![],
        alarm: false,
        way_back: None,
    };
    app.update(AppMessage::Report(WorkerReport::Moved(moved)), at);
}

#[test]
fn a_plan_under_way() {
    for (width, height) in [(80, 24), (120, 40), (40, 12)] {
        let mut app = app(width, height, 30);
        insta::assert_snapshot!(format!("plan_beside_{width}x{height}"), screen(&app, &look()));
        press(&mut app, Action::GoActivity);
        insta::assert_snapshot!(format!("plan_row_{width}x{height}"), screen(&app, &look()));
        press(&mut app, Action::Story);
        insta::assert_snapshot!(format!("plan_{width}x{height}"), screen(&app, &look()));
    }
}

#[test]
fn a_plan_that_is_paused_and_one_that_is_over() {
    let mut paused = app(80, 24, 30);
    press(&mut paused, Action::Pause);
    press(&mut paused, Action::GoActivity);
    press(&mut paused, Action::Story);
    insta::assert_snapshot!("plan_paused", screen(&paused, &look()));

    let mut over = app(80, 24, STEPS);
    press(&mut over, Action::GoActivity);
    press(&mut over, Action::Story);
    insta::assert_snapshot!("plan_over", screen(&over, &look()));
    press(&mut over, Action::Lines);
    press(&mut over, Action::Lines);
    insta::assert_snapshot!("plan_refused_lines", screen(&over, &look()));
    press(&mut over, Action::Story);
    assert!(screen(&over, &look()).contains("Story of person-05"));
}

#[test]
fn a_plan_without_colour_and_utf8() {
    let mut app = app(80, 24, 30);
    press(&mut app, Action::GoActivity);
    press(&mut app, Action::Story);
    let text = screen(&app, &fixture::plain());
    assert!(text.lines().all(|line| line.replace('×', "x").replace(['“', '”'], "").is_ascii()), "{text}");
}
