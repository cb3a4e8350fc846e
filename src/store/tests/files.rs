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
    assert_eq!(open(&path).journal_count(State::Planned).unwrap(), 1);
}

#[test]
fn a_damaged_file_is_mended_and_its_journal_carried_over() {
    let (_keep, path) = place();
    let mut store = open(&path);
    let rows: Vec<Record> = (0..2000).map(|n| Record::User(full_user(&format!("{n}"), "x"))).collect();
    store.replace_kind(Kind::User, rows.iter().map(|row| (row, Some("{}"))), when(1)).unwrap();
    store.journal_add(&[planned(1), planned(2)]).unwrap();
    let number = |sql| store.db.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap() as usize;
    let page = number("SELECT rootpage FROM sqlite_schema WHERE name = 'user'");
    let size = number("PRAGMA page_size");
    drop(store);
    let mut bytes = fs::read(&path).unwrap();
    bytes[(page - 1) * size..page * size].fill(0xa5);
    fs::write(&path, &bytes).unwrap();

    let store = open(&path);
    assert!(matches!(store.load(), Err(StoreError::Damaged(_))));
    let (store, notice) = store.mend().unwrap();
    assert!(notice.unwrap().contains("2 changes"));
    assert_eq!(ids(&store.journal_open().unwrap()), [1, 2]);
    assert!(store.load().unwrap().users.is_empty());
    let (_, notice) = store.mend().unwrap();
    assert_eq!(notice, None, "a sound file stays");
}

#[test]
fn a_file_cut_short_is_set_aside() {
    let (_keep, path) = place();
    drop(open(&path));
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    let (store, notice) = Store::open(&path).unwrap();
    assert!(notice.is_some());
    assert_eq!(store.journal_count(State::Planned).unwrap(), 0);
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
