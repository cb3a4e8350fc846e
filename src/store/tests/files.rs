//! The file: what is set aside, mended or refused, and who may read it.

use std::fs;

use super::*;

#[test]
fn what_is_no_database_is_set_aside_untouched() {
    let (_keep, path) = place();
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let text = "hello ".repeat(2000);
    fs::write(&path, &text).unwrap();
    fs::write(file::beside(&path, "-wal"), "stale").unwrap();
    let (mut store, notice) = Store::open(&path).unwrap();
    let notice = notice.unwrap();
    store.journal_add(&[planned(1)]).unwrap();
    let aside = fs::read_dir(path.parent().unwrap())
        .unwrap()
        .map(|file| file.unwrap().path())
        .find(|file| file.to_str().unwrap().contains("work.db.unreadable-"))
        .unwrap();
    assert!(notice.contains(aside.file_name().unwrap().to_str().unwrap().trim_end_matches("-wal")), "{notice}");
    assert_eq!(fs::read_to_string(aside.to_str().unwrap().trim_end_matches("-wal")).unwrap(), text);
    crash(store);
    assert_eq!(open(&path).journal_count(ChangeState::Planned).unwrap(), 1);
}

#[test]
fn a_damaged_file_is_mended_and_its_journal_carried_over() {
    let (_keep, path) = place();
    let mut store = open(&path);
    let rows: Vec<Record> = (0..2000).map(|n| Record::User(full_user(&format!("{n}"), "x"))).collect();
    replace(&mut store, RecordKind::User, rows.iter().map(|row| (row, "{}")), when(1)).unwrap();
    store.journal_add(&[planned(1), planned(2)]).unwrap();
    let number = |sql| store.db.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap() as usize;
    let page = number("SELECT rootpage FROM sqlite_schema WHERE name = 'user'");
    let size = number("PRAGMA page_size");
    drop(store);
    let mut bytes = fs::read(&path).unwrap();
    bytes[(page - 1) * size..page * size].fill(0xa5);
    fs::write(&path, &bytes).unwrap();

    let mut store = open(&path);
    assert!(matches!(store.load(), Err(StoreError::Damaged(_))));
    assert!(store.mend().unwrap().unwrap().contains("all 2 changes"));
    assert_eq!(ids(&store.journal_open().unwrap()), [1, 2]);
    assert!(store.load().unwrap().users.is_empty());
    assert_eq!(store.mend().unwrap(), None, "a sound file stays");
}

#[test]
fn a_file_cut_short_is_set_aside() {
    let (_keep, path) = place();
    drop(open(&path));
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    let (store, notice) = Store::open(&path).unwrap();
    assert!(notice.is_some());
    assert_eq!(store.journal_count(ChangeState::Planned).unwrap(), 0);
}

#[test]
fn newer_and_foreign_files_are_refused_and_untouched() {
    let (_keep, path) = place();
    drop(open(&path));
    let db = Connection::open(&path).unwrap();
    db.pragma_update(None, "user_version", 99).unwrap();
    drop(db);
    let before = fs::read(&path).unwrap();
    let error = Store::open(&path).unwrap_err();
    assert!(matches!(error, StoreError::Newer { found: 99, .. }), "{error}");
    assert!(error.to_string().contains("newer scimitar"));
    assert_eq!(fs::read(&path).unwrap(), before);

    let other = path.with_file_name("other.db");
    Connection::open(&other).unwrap().execute_batch("CREATE TABLE theirs(x)").unwrap();
    let before = fs::read(&other).unwrap();
    assert!(matches!(Store::open(&other).unwrap_err(), StoreError::Foreign { .. }));
    assert_eq!(fs::read(&other).unwrap(), before);
}

#[test]
fn a_file_of_the_first_layout_keeps_its_journal() {
    let (_keep, path) = place();
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let db = Connection::open(&path).unwrap();
    db.execute_batch(schema::MIGRATIONS[0]).unwrap();
    db.pragma_update(None, "user_version", 1).unwrap();
    db.pragma_update(None, "application_id", schema::APPLICATION).unwrap();
    for entry in [planned(1), entry(2, Change::DeleteUser { user: "u".into() }, ChangeState::Sent)] {
        let (state, body) = (super::super::journal::word(entry.state), serde_json::to_string(&entry).unwrap());
        db.execute("INSERT INTO journal VALUES(?1, ?2, ?3)", params![entry.id.0, state, body]).unwrap();
    }
    db.execute_batch("INSERT INTO meta VALUES('habits', '{\"page_size\":7}'), ('format', '2')").unwrap();
    drop(db);
    let mut store = open(&path);
    store.journal_check().unwrap();
    assert_eq!(ids(&store.journal_open().unwrap()), [1, 2]);
    assert_eq!(store.habits().unwrap().unwrap().page_size, Some(7));
    store.journal_add(&[planned(3)]).unwrap();
    drop(store);
    assert_eq!(ids(&open(&path).journal_recent(9).unwrap()), [1, 2, 3]);
}

#[test]
fn a_file_of_the_third_layout_keeps_its_records() {
    let (_keep, path) = place();
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut db = Connection::open(&path).unwrap();
    let tx = db.transaction().unwrap();
    schema::MIGRATIONS[..3].iter().for_each(|migration| tx.execute_batch(migration).unwrap());
    tx.pragma_update(None, "user_version", 3).unwrap();
    tx.pragma_update(None, "application_id", schema::APPLICATION).unwrap();
    let record = named("u", "eva");
    let form = form::PackedRecord::default().encode(RecordKind::User, &record).unwrap();
    tx.execute("INSERT INTO user VALUES(1, ?1, NULL)", [form.typed]).unwrap();
    tx.execute("INSERT INTO user_id VALUES('u', 1)", []).unwrap();
    tx.execute("INSERT INTO user_raw VALUES(1, '{}', ?1)", [sum::of(&[b"u", b"{}"])]).unwrap();
    meta_set(&tx, "format", crate::directory::record::RECORD_FORMAT).unwrap();
    meta_set(&tx, "seen.user", "7000").unwrap();
    tx.commit().unwrap();
    drop(db);

    let mut store = open(&path);
    let kept = |store: &Store| {
        let (all, first) = (store.load().unwrap(), store.load_first().unwrap().0);
        let raw = store.raw(&ResourceRef::user(&"u".into())).unwrap();
        (all.users == first.users, all.users.len(), all.seen, raw)
    };
    assert_eq!(kept(&store), (true, 1, Some(when(7)), Some("{}".into())));
    replace(&mut store, RecordKind::User, [(&record, "{}")], when(8)).unwrap();
    drop(store);
    assert_eq!(kept(&open(&path)), (true, 1, Some(when(8)), Some("{}".into())));
}

#[test]
fn a_place_that_cannot_be_written_is_named() {
    let room = TempDir::new().unwrap();
    fs::write(room.path().join("state"), "a file where the directory should be").unwrap();
    let error = Store::open(&room.path().join("state/work.db")).unwrap_err();
    assert!(matches!(error, StoreError::File { what: "create the directory", .. }), "{error}");

    let (_keep, path) = place();
    let mut store = open(&path);
    store.db.pragma_update(None, "query_only", true).unwrap();
    let error = store.journal_add(&[planned(1)]).unwrap_err();
    assert!(error.to_string().starts_with("the disk does not take or give"), "{error}");
}

/// Journals until no more goes in; what was taken is there afterwards, whole, and nothing else.
fn fill(store: &mut Store) -> (i64, StoreError) {
    (1..).find_map(|id| store.journal_add(&[planned(id)]).err().map(|error| (id - 1, error))).unwrap()
}

#[test]
fn a_full_disk_is_said_and_keeps_what_it_took() {
    let (_keep, path) = place();
    let mut store = open(&path);
    store.db.pragma_update(None, "max_page_count", 60).unwrap();
    let (taken, error) = fill(&mut store);
    assert!(taken > 10 && matches!(error, StoreError::Full), "{taken} {error}");
    let expected: Vec<i64> = (1..=taken).collect();
    assert_eq!(ids(&store.journal_recent(1000).unwrap()), expected);
    crash(store);
    let mut store = open(&path);
    store.journal_check().unwrap();
    assert_eq!(ids(&store.journal_recent(1000).unwrap()), expected);
    store.journal_add(&[planned(taken + 1)]).unwrap();
}

#[test]
fn a_lock_that_is_never_given_back_ends_the_waiting() {
    let (_keep, path) = place();
    drop(open(&path));
    let held = fs::File::open(file::beside(&path, ".lock")).unwrap();
    held.lock().unwrap();
    let mut said = Vec::new();
    let limits = [std::time::Duration::ZERO, std::time::Duration::from_millis(50)];
    let error = file::lock_within(&path, limits, &mut |words| said.push(words)).unwrap_err();
    assert!(matches!(error, StoreError::Held { .. }), "{error}");
    assert_eq!(said.len(), 1, "{said:?}");
    drop(held);
    assert!(file::lock_within(&path, limits, &mut |words| said.push(words)).unwrap().is_some());
}

/// The first write of a plan waits five seconds for a lock, each later one a fifth of a second.
#[test]
fn after_a_write_that_waited_in_vain_the_next_ones_wait_little() {
    let (_keep, path) = place();
    let mut store = open(&path);
    let patience = |store: &Store| -> i64 { store.db.query_row("PRAGMA busy_timeout", [], |row| row.get(0)).unwrap() };
    assert_eq!(patience(&store), 5000);
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    store.db.busy_timeout(std::time::Duration::ZERO).unwrap();
    assert!(matches!(store.journal_add(&[planned(1)]), Err(StoreError::Busy)));
    assert_eq!(patience(&store), 200);
    drop(other);
    store.journal_add(&[planned(1)]).unwrap();
    assert_eq!(patience(&store), 5000);
}

#[test]
fn a_stand_in_takes_the_directory_and_no_change() {
    let mut store = Store::stand_in("the disk is full").unwrap();
    store.keep_habits(&crate::scim::quirks::ServerQuirks::default()).unwrap();
    assert!(store.habits().unwrap().is_some());
    let refused = [
        store.journal_add(&[planned(1)]).map(drop),
        store.journal_claim(&planned(1), ChangeState::Planned).map(drop),
        store.begin_trial("tag", None),
    ];
    for refused in refused {
        assert!(matches!(refused, Err(StoreError::Refusing(_))), "{refused:?}");
    }
}

#[cfg(unix)]
mod limited {
    use std::process::Command;

    use super::*;

    const CHILD: &str = "SCIMITAR_TEST_LIMITED_AT";

    /// Runs in a process of its own whose files may not grow past 1 or 2 MB, started by the test below; else it has nothing to do.
    #[test]
    fn child_with_little_room() {
        let Some(path) = std::env::var_os(CHILD).map(PathBuf::from) else { return };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let _entered = runtime.enter();
        crate::terminal::take_file_limit_for_full_disk().unwrap();
        let (taken, error) = fill(&mut open(&path));
        assert!(matches!(error, StoreError::Disk(_) | StoreError::Full), "{error}");
        println!("taken: {taken}.");
    }

    #[test]
    fn a_write_that_the_system_cuts_off_loses_nothing_that_was_taken() {
        let (_keep, path) = place();
        let run = Command::new("sh")
            .args(["-c", "ulimit -f 2000; exec \"$0\" --nocapture --exact $1"])
            .arg(std::env::current_exe().unwrap())
            .arg("store::tests::files::limited::child_with_little_room")
            .env(CHILD, &path)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&run.stdout);
        assert!(run.status.success(), "{said}{}", String::from_utf8_lossy(&run.stderr));
        let taken: i64 = said.split_once("taken: ").unwrap().1.split_once('.').unwrap().0.parse().unwrap();
        let store = open(&path);
        store.journal_check().unwrap();
        assert_eq!(ids(&store.journal_recent(10_000).unwrap()), (1..=taken).collect::<Vec<_>>());
        assert!(taken > 10);
    }
}

#[cfg(unix)]
mod modes {
    use std::{os::unix::fs::PermissionsExt, process::Command};

    use super::*;

    const CHILD: &str = "SCIMITAR_TEST_STORE_AT";

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    /// Runs in a process of its own with umask 0, started by the test below; alone it has nothing to do.
    #[test]
    fn child_with_umask_0() {
        let Some(path) = std::env::var_os(CHILD).map(PathBuf::from) else { return };
        let mut store = open(&path);
        store.journal_add(&[planned(1)]).unwrap();
        for suffix in ["", "-wal", "-shm", ".lock"] {
            assert_eq!(mode(&file::beside(&path, suffix)), 0o600, "{suffix}");
        }
        assert_eq!(mode(path.parent().unwrap()), 0o700);
    }

    #[test]
    fn only_the_owner_can_read_whatever_the_umask() {
        let (_keep, path) = place();
        let status = Command::new("sh")
            .args(["-c", "umask 0; exec \"$0\" --exact store::tests::files::modes::child_with_umask_0"])
            .arg(std::env::current_exe().unwrap())
            .env(CHILD, &path)
            .output()
            .unwrap();
        assert!(status.status.success(), "{}", String::from_utf8_lossy(&status.stdout));
        assert!(path.exists());

        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        drop(open(&path));
        assert_eq!(mode(&path), 0o600);
    }
}
