//! The stage: what comes back, and what two consoles do to each other's lines.

use super::*;
use crate::directory::stage::{StageId, StagedChange};

fn line(change: Change) -> StagedChange {
    let step = entry(1, change, ChangeState::Planned).step;
    StagedChange {
        id: StageId::default(),
        at: when(1_700_000_000),
        change: step.change,
        words: step.words,
        reason: Some("OPS-4711".into()),
    }
}

fn role(user: &str, role: &str) -> StagedChange {
    line(Change::SetOrgRole { user: user.into(), role: role.into() })
}

fn told(store: &Store) -> Vec<(i64, Change)> {
    store.stage().unwrap().lines.into_iter().map(|line| (line.id.0, line.change)).collect()
}

#[test]
fn lines_come_back_as_they_were_and_their_numbers_never() {
    let room = TempDir::new().unwrap();
    let path = room.path().join("work.db");
    let (mut store, _) = Store::open(&path).unwrap();
    let lines = [role("eva", HOSTILE), line(Change::AddMember { team: "t".into(), user: "ivan".into() })];
    store.stage_add(&lines).unwrap();
    store.stage_drop(&[StageId(2), StageId(77)]).unwrap();
    drop(store);
    let (mut store, _) = Store::open(&path).unwrap();
    assert_eq!(store.stage().unwrap().lines, [StagedChange { id: StageId(1), ..lines[0].clone() }]);
    store.stage_add(&lines[1..]).unwrap();
    assert_eq!(told(&store).last().unwrap().0, 3);
}

#[test]
fn a_later_line_takes_an_earlier_ones_place_whoever_put_it_there() {
    let room = TempDir::new().unwrap();
    let path = room.path().join("work.db");
    let (mut one, _) = Store::open(&path).unwrap();
    let (mut other, _) = Store::open(&path).unwrap();
    one.stage_add(&[role("eva", "admin")]).unwrap();
    other.stage_add(&[role("ivan", "admin")]).unwrap();
    one.stage_add(&[role("eva", "viewer")]).unwrap();
    let want = [(2, role("ivan", "admin").change), (3, role("eva", "viewer").change)];
    assert_eq!(told(&one), want);
    assert_eq!(told(&other), want);
}

#[test]
fn what_is_sent_moves_to_the_journal_once() {
    let room = TempDir::new().unwrap();
    let path = room.path().join("work.db");
    let (mut one, _) = Store::open(&path).unwrap();
    let (mut other, _) = Store::open(&path).unwrap();
    one.stage_add(&[role("eva", "admin"), role("ivan", "admin"), role("noor", "admin")]).unwrap();
    assert!(one.stage_take(&[StageId(1), StageId(2)], &[planned(1), planned(2)]).unwrap());
    assert_eq!(told(&other).len(), 1);
    // The other console still shows all three.
    assert!(!other.stage_take(&[StageId(2), StageId(3)], &[planned(3), planned(4)]).unwrap());
    assert_eq!(told(&other).len(), 1);
    assert_eq!(one.journal_count(ChangeState::Planned).unwrap(), 2);
    // Nothing is moved where the journal does not take it.
    assert!(one.stage_take(&[StageId(3)], &[planned(1)]).is_err());
    assert_eq!(told(&one).len(), 1);
}

#[test]
fn what_another_version_wrote_stays_and_is_told() {
    let mut store = Store::in_memory().unwrap();
    store.stage_add(&[role("eva", "admin")]).unwrap();
    store.db.execute("INSERT INTO stage(body) VALUES('{\"change\": {\"change\": \"fly\"}}')", []).unwrap();
    let stage = store.stage().unwrap();
    assert_eq!((stage.lines.len(), stage.unreadable), (1, 1));
    assert!(stage.notice().unwrap().starts_with("1 line of the stage can't be read"));
    store.stage_add(&[role("eva", "viewer")]).unwrap();
    assert_eq!(store.stage().unwrap().unreadable, 1);
}
