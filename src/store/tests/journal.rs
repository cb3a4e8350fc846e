//! The journal: reading changes back, surviving a crash, and the rights of a second console.

use std::fs;

use super::*;

#[test]
fn every_kind_of_change_and_every_field_of_an_entry_comes_back() {
    let id = || Id::from("x");
    let role = || RoleDraft { name: HOSTILE.into(), added: vec!["run:read".into()], ..RoleDraft::default() };
    let user = NewUser { user_name: "n".into(), teams: vec!["t".into()], ..NewUser::default() };
    let changes = vec![
        Change::SetOrgRole { user: id(), role: HOSTILE.into() },
        Change::SetTeamRole { user: id(), team: id(), role: "r".into() },
        Change::AddMember { team: id(), user: id() },
        Change::RemoveMember { team: id(), user: id() },
        Change::CreateUser { key: id(), user },
        Change::CreateTeam {
            key: id(),
            name: "t".into(),
            members: vec![id()],
            bucket: None,
            external_id: String::new(),
        },
        Change::SetActive { user: id(), active: true },
        Change::DeleteUser { user: id() },
        Change::DeleteTeam { team: id() },
        Change::SetDisplayName { user: id(), to: String::new() },
        Change::SetEmail { user: id(), to: "a@b".into() },
        Change::CreateRole { key: id(), role: role() },
        Change::EditRole { role: id(), to: role() },
        Change::DeleteRole { role: id() },
    ];
    let entries: Vec<JournalEntry> =
        (1..).zip(changes).map(|(n, change)| entry(n, change, ChangeState::Planned)).collect();
    let mut store = Store::in_memory().unwrap();
    store.journal_add(&entries).unwrap();
    let journal = store.journal_recent(100).unwrap();
    assert_eq!(journal.entries, entries);
    assert_eq!((journal.unreadable, journal.notice()), (0, None));
}

#[test]
fn an_entry_without_a_reason_is_read_and_written_as_before() {
    let mut old = entry(1, Change::DeleteUser { user: "x".into() }, ChangeState::Confirmed);
    old.reason = None;
    let body = serde_json::to_value(&old).unwrap();
    assert!(body.get("reason").is_none(), "{body}");
    assert_eq!(serde_json::from_value::<JournalEntry>(body).unwrap(), old);
}

#[test]
fn the_journal_is_in_order_and_knows_what_is_open() {
    let mut store = Store::in_memory().unwrap();
    let states = [
        ChangeState::Planned,
        ChangeState::Sent,
        ChangeState::Confirmed,
        ChangeState::Refused,
        ChangeState::Conflict,
        ChangeState::Unknown,
        ChangeState::Dropped,
    ];
    let entries: Vec<JournalEntry> = states
        .iter()
        .rev()
        .zip((1..=7).rev())
        .map(|(state, n)| JournalEntry { state: *state, plan: ChangeId(n), ..planned(n) })
        .collect();
    store.journal_add(&entries).unwrap();
    assert_eq!(ids(&store.journal_recent(3).unwrap()), [1, 2, 5, 6, 7], "the newest, and what is open");
    let open = store.journal_open().unwrap();
    assert_eq!(ids(&open), [1, 2, 6]);
    assert!(open.entries.iter().all(|entry| entry.state.is_open()));
    assert!(states.iter().all(|state| store.journal_count(*state).unwrap() == 1));

    store.journal_update(&JournalEntry { state: ChangeState::Confirmed, why: "seen".into(), ..planned(2) }).unwrap();
    assert_eq!(ids(&store.journal_open().unwrap()), [1, 6]);
    assert_eq!(store.journal_get(ChangeId(2)).unwrap().unwrap().why, "seen");

    let taken = store.journal_add(&[planned(8), planned(3)]).unwrap_err();
    assert!(matches!(taken, StoreError::Taken(ChangeId(3))));
    assert_eq!(store.journal_get(ChangeId(8)).unwrap(), None, "all or none");
}

#[test]
fn a_plan_is_read_whole_where_a_part_of_it_is_new_or_open() {
    let mut store = Store::in_memory().unwrap();
    let done = |id, plan| JournalEntry { state: ChangeState::Confirmed, plan: ChangeId(plan), ..planned(id) };
    let entries: Vec<JournalEntry> = (0..4).map(|n| done(10 + n, 10)).chain((0..4).map(|n| done(20 + n, 20))).collect();
    store.journal_add(&entries).unwrap();
    store.journal_add(&[done(1, 1), done(2, 1), JournalEntry { plan: ChangeId(3), ..planned(4) }, done(3, 3)]).unwrap();
    assert_eq!(ids(&store.journal_recent(2).unwrap()), [3, 4, 20, 21, 22, 23]);
    assert_eq!(ids(&store.journal_recent(5).unwrap()), [3, 4, 10, 11, 12, 13, 20, 21, 22, 23]);
}

#[test]
fn notes_share_a_transaction_and_each_is_told_whether_it_was_written() {
    let mut store = Store::in_memory().unwrap();
    store.journal_add(&[planned(1), planned(2)]).unwrap();
    let sent = |id| JournalEntry { state: ChangeState::Sent, ..planned(id) };
    let note = |id, from: Option<ChangeState>| {
        from.map_or_else(
            || JournalNote::plain(sent(id)),
            |from| JournalNote::only_if(sent(id), WriteCondition::only_from(from)),
        )
    };
    let planned = Some(ChangeState::Planned);
    let written = store.journal_note(&[note(1, planned), note(1, planned), note(3, planned), note(2, None)]).unwrap();
    assert_eq!(written, [true, false, false, true]);
    assert_eq!(store.journal_count(ChangeState::Sent).unwrap(), 2);
}

#[test]
fn what_another_session_has_taken_up_is_not_taken_up_again() {
    let mut store = Store::in_memory().unwrap();
    let of = |session| JournalEntry { session: Some(session), ..planned(1) };
    store.journal_add(&[of(7)]).unwrap();
    // Both consoles saw that the seventh session had ended.
    let take = |session| JournalNote::only_if(of(session), WriteCondition::taken_over(ChangeState::Planned, Some(7)));
    let written = store.journal_note(&[take(8), take(9)]).unwrap();
    assert_eq!(written, [true, false]);
    assert_eq!(store.journal_get(ChangeId(1)).unwrap().unwrap().session, Some(8));
}

#[test]
fn an_older_look_says_nothing_of_what_a_third_session_has_sent() {
    let mut store = Store::in_memory().unwrap();
    let sent_by = |session| JournalEntry { state: ChangeState::Sent, session: Some(session), ..planned(1) };
    store.journal_add(&[sent_by(7)]).unwrap();
    // The eighth session took over the change of the seventh and sent it again, while the ninth still looked.
    store.journal_update(&sent_by(8)).unwrap();
    let found_nothing = JournalEntry { state: ChangeState::Planned, ..sent_by(7) };
    let condition = WriteCondition::taken_over(ChangeState::Sent, Some(7));
    assert_eq!(store.journal_note(&[JournalNote::only_if(found_nothing, condition)]).unwrap(), [false]);
    assert_eq!(store.journal_get(ChangeId(1)).unwrap().unwrap().state, ChangeState::Sent);
}

#[test]
fn entries_that_cannot_be_decoded_are_counted_and_kept() {
    let mut store = Store::in_memory().unwrap();
    store.journal_add(&[planned(1), planned(2)]).unwrap();
    store.db.execute("UPDATE journal SET body = '{\"of\":\"tomorrow\"}' WHERE id = 1", []).unwrap();
    let journal = store.journal_open().unwrap();
    assert_eq!((ids(&journal), journal.unreadable), (vec![2], 1));
    assert!(journal.notice().unwrap().contains("1 change in the journal can't be read"));
    assert_eq!(store.journal_count(ChangeState::Planned).unwrap(), 2);
}

#[test]
fn a_crash_loses_nothing_that_was_written_down() {
    let (_keep, path) = place();
    let mut store = open(&path);
    store.journal_add(&[planned(1), planned(2)]).unwrap();
    assert!(
        store.journal_claim(&JournalEntry { state: ChangeState::Sent, ..planned(1) }, ChangeState::Planned).unwrap()
    );
    replace(&mut store, RecordKind::User, [(&named("1", "a"), "{}")], when(7)).unwrap();
    store.meta_set("k", "v").unwrap();
    let half = store.db.transaction().unwrap();
    half.execute("DELETE FROM journal", []).unwrap();
    std::mem::forget(half);
    // The disk's content at this instant, as after a power failure.
    let after = path.with_file_name("after.db");
    for suffix in ["", "-wal"] {
        fs::copy(file::beside(&path, suffix), file::beside(&after, suffix)).unwrap();
    }
    crash(store);
    let store = open(&after);
    let journal = store.journal_open().unwrap();
    assert_eq!(
        journal.entries.iter().map(|entry| entry.state).collect::<Vec<_>>(),
        [ChangeState::Sent, ChangeState::Planned]
    );
    assert_eq!(store.load().unwrap().seen, Some(when(7)));
    assert_eq!(store.meta_get("k").unwrap().as_deref(), Some("v"));
    assert_eq!(store.meta_get("other").unwrap(), None);
}

#[test]
fn journal_writes_reach_the_disk_and_snapshots_need_not() {
    let mut store = Store::in_memory().unwrap();
    let level = |store: &Store| store.db.pragma_query_value(None, "synchronous", |row| row.get::<_, i64>(0)).unwrap();
    let (full, normal) = (2, 1);
    store.journal_add(&[planned(1)]).unwrap();
    assert_eq!(level(&store), full);
    store.put(&named("1", "a"), None).unwrap();
    assert_eq!(level(&store), normal);
    store.journal_update(&planned(1)).unwrap();
    assert_eq!(level(&store), full);
    store.meta_set("k", "v").unwrap();
    store.journal_claim(&planned(1), ChangeState::Planned).unwrap();
    assert_eq!(level(&store), full);
}

#[test]
fn two_consoles_write_and_only_one_sends() {
    let (_keep, path) = place();
    let each = 50;
    let claims: Vec<usize> = std::thread::scope(|scope| {
        let consoles: Vec<_> = (0..2)
            .map(|console| {
                let path = &path;
                scope.spawn(move || {
                    let mut store = open(path);
                    let mut won = 0;
                    for n in 0..each {
                        store.journal_add(&[planned(1000 * (console + 1) + n)]).unwrap();
                        store.put(&named(&format!("{console}-{n}"), "x"), Some("{}")).unwrap();
                        drop(store.journal_add(&[planned(n)]));
                        let sent = JournalEntry { state: ChangeState::Sent, ..planned(n) };
                        won += usize::from(store.journal_claim(&sent, ChangeState::Planned).unwrap());
                    }
                    won
                })
            })
            .collect();
        consoles.into_iter().map(|console| console.join().unwrap()).collect()
    });
    assert_eq!(claims.iter().sum::<usize>(), each as usize);
    let store = open(&path);
    assert_eq!(store.journal_count(ChangeState::Sent).unwrap(), each as usize);
    assert_eq!(store.journal_count(ChangeState::Planned).unwrap(), 2 * each as usize);
    assert_eq!(store.load().unwrap().users.len(), 2 * each as usize);
}
