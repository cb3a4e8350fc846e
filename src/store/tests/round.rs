//! A list on its way to the disk: records that are written, stay, are removed, or are mended.

use super::*;

fn people(numbers: std::ops::Range<usize>) -> Vec<Record> {
    numbers.map(|n| named(&format!("{n}"), &format!("user-{n}"))).collect()
}

fn rows(people: &[Record]) -> impl Iterator<Item = (&Record, &str)> {
    people.iter().map(|person| (person, "{\"a\":1}"))
}

/// Rows that were written, in all tables.
fn written(store: &Store) -> i64 {
    store.db.query_row("SELECT total_changes()", [], |row| row.get(0)).unwrap()
}

fn names(store: &Store) -> Vec<String> {
    let mut names: Vec<String> = store.load().unwrap().users.iter().map(|user| user.user_name.to_string()).collect();
    names.sort();
    names
}

fn raw(store: &Store, id: &str) -> Option<String> {
    store.raw(&ResourceRef::user(&id.into())).unwrap()
}

#[test]
fn only_what_is_new_or_other_is_written() {
    let mut store = Store::in_memory().unwrap();
    let mut list = people(0..100);
    replace(&mut store, RecordKind::User, rows(&list), when(1)).unwrap();
    let before = written(&store);
    replace(&mut store, RecordKind::User, rows(&list), when(2)).unwrap();
    // Two rows: the time of the reading, and the first users.
    assert_eq!((written(&store) - before, store.load().unwrap().seen), (2, Some(when(2))));

    list[3] = named("3", "renamed");
    let other = list.iter().map(|person| (person, if person.target().id.ends_with('7') { "{}" } else { "{\"a\":1}" }));
    let before = written(&store);
    replace(&mut store, RecordKind::User, other, when(3)).unwrap();
    assert_eq!(written(&store) - before, 2 + 3 + 10 * 3);
    assert_eq!((raw(&store, "27"), raw(&store, "3")), (Some("{}".into()), Some("{\"a\":1}".into())));
    assert!(names(&store).contains(&"renamed".into()));

    // A record that was read alone has no raw resource: the next list brings it again.
    store.put(&list[5], None).unwrap();
    replace(&mut store, RecordKind::User, rows(&list), when(4)).unwrap();
    assert_eq!(raw(&store, "5").as_deref(), Some("{\"a\":1}"));
}

#[test]
fn a_round_that_is_given_up_removes_nothing_and_is_no_list() {
    let mut store = Store::in_memory().unwrap();
    let first = people(0..10);
    let mut round = store.begin_round(RecordKind::User).unwrap();
    store.keep(&mut round, rows(&first[..5])).unwrap();
    drop(round);
    let part = store.load().unwrap();
    assert_eq!((part.users.len(), part.seen, part.coverage.iter().any(ListCoverage::is_read)), (5, None, false));
    assert_eq!(store.load_first().unwrap().0.users.len(), 5);

    replace(&mut store, RecordKind::User, rows(&first), when(1)).unwrap();
    let mut round = store.begin_round(RecordKind::User).unwrap();
    store.keep(&mut round, [(&named("2", "other"), "{}")]).unwrap();
    drop(round);
    let all = store.load().unwrap();
    assert_eq!((all.users.len(), all.seen, all.coverage[0].is_complete()), (10, Some(when(1)), true));
    assert!(names(&store).contains(&"other".into()));
}

#[test]
fn what_a_list_has_no_longer_goes_and_what_came_meanwhile_stays() {
    let mut store = Store::in_memory().unwrap();
    replace(&mut store, RecordKind::User, rows(&people(0..10)), when(1)).unwrap();
    let mut round = store.begin_round(RecordKind::User).unwrap();
    store.keep(&mut round, rows(&people(0..4))).unwrap();
    store.put(&named("new", "created meanwhile"), None).unwrap();
    store.keep(&mut round, rows(&people(4..8))).unwrap();
    store.end_round(round, when(2), &ListCoverage::Complete).unwrap();
    let expected: Vec<String> =
        std::iter::once("created meanwhile".into()).chain((0..8).map(|n| format!("user-{n}"))).collect();
    assert_eq!(names(&store), expected);
    assert_eq!(raw(&store, "9"), None);

    // The server says that there are more records: missing ones may be among them.
    let part = ListCoverage::Partial(ListShortfall { seen: 2, said: Some(9), why: "the server begins again".into() });
    let mut round = store.begin_round(RecordKind::User).unwrap();
    store.keep(&mut round, rows(&people(0..2))).unwrap();
    store.end_round(round, when(3), &part).unwrap();
    assert_eq!(names(&store), expected);
    assert_eq!(store.load().unwrap().coverage[0], part);
}

#[test]
fn changes_are_added_and_the_number_of_records_shows_that_the_rest_is_there() {
    let mut store = Store::in_memory().unwrap();
    replace(&mut store, RecordKind::User, rows(&people(0..10)), when(1)).unwrap();
    let mut round = store.begin_round(RecordKind::User).unwrap();
    store.keep(&mut round, rows(&people(10..12))).unwrap();
    let gone = ["0".into(), "never-there".into()];
    assert!(!store.end_changes(&round, when(2), &gone, 12).unwrap(), "the server has one more");
    assert_eq!(store.load().unwrap().seen, Some(when(1)));
    assert!(store.end_changes(&round, when(3), &gone, 11).unwrap());
    assert_eq!(
        names(&store),
        (1..12).map(|n| format!("user-{n}")).collect::<std::collections::BTreeSet<_>>().into_iter().collect::<Vec<_>>()
    );
    assert_eq!(store.load().unwrap().seen, Some(when(3)));
}

#[test]
fn two_consoles_read_the_same_list_at_once() {
    let (_keep, path) = place();
    let (mut one, mut other) = (open(&path), open(&path));
    let list = people(0..20);
    let (mut first, mut second) =
        (one.begin_round(RecordKind::User).unwrap(), other.begin_round(RecordKind::User).unwrap());
    for page in list.chunks(7) {
        one.keep(&mut first, rows(page)).unwrap();
        other.keep(&mut second, rows(page)).unwrap();
    }
    one.end_round(first, when(1), &ListCoverage::Complete).unwrap();
    other.end_round(second, when(2), &ListCoverage::Complete).unwrap();
    let all = one.load().unwrap();
    assert_eq!((all.users.len(), all.skipped, all.seen), (20, 0, Some(when(2))));
}

#[test]
fn what_is_damaged_is_written_anew_though_the_list_is_the_same() {
    // Damage to a value, a resource, a row that an id leads to, and an id.
    for harm in [
        "UPDATE user SET typed = x'ff' WHERE row = 3",
        "UPDATE user_raw SET json = '{\"a\":2}' WHERE row = 3",
        "UPDATE user_id SET row = 7 WHERE row = 3",
        "UPDATE user_id SET id = CAST(x'ff' AS TEXT) WHERE row = 3",
        "DELETE FROM user WHERE row = 3",
        "DELETE FROM user_id WHERE row = 3",
    ] {
        let mut store = Store::in_memory().unwrap();
        let list = people(0..10);
        let expected: Vec<String> = (0..10).map(|n| format!("user-{n}")).collect();
        replace(&mut store, RecordKind::User, rows(&list), when(1)).unwrap();
        store.db.execute(harm, []).unwrap();
        // The damage is found when the record is read, mended with the next list, and gone after that.
        let _ = (store.load().unwrap(), raw(&store, "2"));
        replace(&mut store, RecordKind::User, rows(&list), when(2)).unwrap();
        if store.load().unwrap().skipped > 0 || names(&store) != expected {
            replace(&mut store, RecordKind::User, rows(&list), when(3)).unwrap();
        }
        let all = store.load().unwrap();
        assert_eq!((names(&store), all.users.len(), all.skipped), (expected, 10, 0), "{harm}");
        assert!((0..10).all(|n| raw(&store, &n.to_string()).as_deref() == Some("{\"a\":1}")), "{harm}");
        let before = written(&store);
        replace(&mut store, RecordKind::User, rows(&list), when(4)).unwrap();
        assert_eq!(written(&store) - before, 2, "{harm}");
    }
}
