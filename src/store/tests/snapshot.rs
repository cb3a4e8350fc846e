//! The snapshot: what comes back of records and resources.

use std::fmt::Write;

use super::*;

#[test]
fn every_field_of_a_record_comes_back() {
    let mut store = Store::in_memory().unwrap();
    let (user, team, role) = (full_user("u", HOSTILE), full_team("t", "vision"), full_role("r", "reader"));
    let poor = User { last_active: LastActive::Never, ..User::default() };
    for record in
        [Record::User(user.clone()), Record::User(poor.clone()), Record::Team(team.clone()), Record::Role(role.clone())]
    {
        store.put(&record, None).unwrap();
    }
    let snapshot = store.load().unwrap();
    assert_eq!(snapshot.users, [user, poor]);
    assert_eq!(snapshot.users[0].user_name.raw(), HOSTILE);
    assert!(!snapshot.users[0].user_name.as_str().contains('\u{1b}'));
    assert_eq!(snapshot.teams, [team]);
    assert_eq!(snapshot.roles, [role]);
    assert_eq!(snapshot.skipped, 0);
}

/// The typed form has no field names. If this fails, a stored type has changed: raise `RECORD_FORMAT`, then
/// put the new bytes here.
#[test]
fn the_stored_form_is_that_of_its_number() {
    let hex = |bytes: Vec<u8>| {
        bytes.iter().fold(String::new(), |mut text, byte| {
            write!(text, "{byte:02x}").unwrap();
            text
        })
    };
    let user = hex(postcard::to_stdvec(&full_user("u", "n")).unwrap());
    let team = hex(postcard::to_stdvec(&full_team("t", "n")).unwrap());
    let role = hex(postcard::to_stdvec(&full_role("r", "n")).unwrap());
    let user_bytes = "0175016e03457661010561646d696e010466756c6c066540782e696f01000301046e6f6e65010106766973696f\
                      6e0676696577657201066d6f64656c730a7265737472696374656401057772697465010561646d696e010466756c6c02\
                      80c49fd50c01ac0201090180c0f0f50b0105572f223722010108242e656d61696c730661206c697374";
    let team_bytes = "0174016e01010275310345766101020001013300";
    let role_bytes = "0172016e057265616473066d656d6265720854334a6e4f6a453d010872756e3a72656164010001040000";
    assert_eq!([user.as_str(), &team, &role], [user_bytes, team_bytes, role_bytes]);
}

#[test]
fn a_refresh_replaces_its_kind_and_knows_the_first_by_name() {
    let mut store = Store::in_memory().unwrap();
    let team = Record::Team(full_team("t", "vision"));
    replace(&mut store, RecordKind::Team, [(&team, "{}")], when(50)).unwrap();
    let old = named("old", "aaa");
    replace(&mut store, RecordKind::User, [(&old, "{\"old\":1}")], when(60)).unwrap();
    // The first by name come last.
    let many: Vec<Record> = (0..300).rev().map(|n| named(&format!("{n}"), &format!("Name{n:03}"))).collect();
    let raw = |n: usize| format!("{{\"of\":{n}}}");
    let raws: Vec<String> = (0..300).rev().map(raw).collect();
    replace(&mut store, RecordKind::User, many.iter().zip(raws.iter().map(String::as_str)), when(100)).unwrap();

    let all = store.load().unwrap();
    assert_eq!(
        (all.users.len(), all.seen, all.coverage.each_ref().map(ListCoverage::is_read)),
        (300, Some(when(50)), [true, true, false])
    );
    let (first, more) = store.load_first().unwrap();
    let mut names: Vec<String> = first.users.iter().map(|user| user.user_name.to_string()).collect();
    names.sort();
    let expected: Vec<String> = (0..200).map(|n| format!("Name{n:03}")).collect();
    assert_eq!((names, more, first.teams.len()), (expected, true, 1));
    assert_eq!((&all.teams[0], &first.teams[0].members), (&full_team("t", "vision"), &None));

    let raw = |store: &Store, id: &str| store.raw(&ResourceRef::user(&id.into())).unwrap();
    assert_eq!(raw(&store, "1").as_deref(), Some("{\"of\":1}"));
    assert_eq!(raw(&store, "old"), None);

    store.put(&named("1", "Zoe2"), Some("{\"zoe\":2}")).unwrap();
    assert_eq!(raw(&store, "1").as_deref(), Some("{\"zoe\":2}"));
    store.put(&named("1", "Zoe3"), None).unwrap();
    assert_eq!(raw(&store, "1"), None, "an old resource would be sent back by a PUT");
    store.remove(&ResourceRef::user(&"2".into())).unwrap();
    store.remove(&ResourceRef::user(&"nobody".into())).unwrap();
    assert_eq!(raw(&store, "2"), None);
    let left: Vec<User> = store.load().unwrap().users;
    assert!(left.len() == 299 && left.iter().any(|user| user.user_name == "Zoe3".into()));
    assert!(!left.iter().any(|user| &*user.id == "2"));
}

#[test]
fn a_record_has_one_print_before_and_after_it_was_on_disk() {
    let mut store = Store::in_memory().unwrap();
    let people = [Record::User(full_user("u", HOSTILE)), named("v", "v")];
    let teams =
        [Record::Team(full_team("t", "vision")), Record::Team(Team { members: None, ..full_team("s", "vision") })];
    let mut packer = RecordPacker::default();
    let mut prints =
        |records: &[Record]| records.iter().map(|one| packer.pack(one).unwrap().fingerprint()).collect::<Vec<_>>();
    let expected = [prints(&people), prints(&teams), prints(&[Record::Role(full_role("r", "reader"))])];
    for record in people.iter().chain(&teams).chain(&[Record::Role(full_role("r", "reader"))]) {
        store.put(record, None).unwrap();
    }
    assert_eq!(store.load().unwrap().prints, expected);
    let mut team = full_team("t", "vision");
    team.members.as_mut().unwrap().pop();
    assert_ne!(prints(&[Record::Team(team)])[0], expected[1][0]);
}

#[test]
fn a_list_that_repeats_an_id_or_errs_in_kind_does_no_harm() {
    let mut store = Store::in_memory().unwrap();
    let twice = [named("1", "a"), named("1", "b"), named("2", "c")];
    replace(&mut store, RecordKind::User, twice.iter().map(|row| (row, "{}")), when(1)).unwrap();
    assert_eq!(store.load().unwrap().users.len(), 2);
    let mixed = [named("9", "a"), Record::Team(full_team("t", "x"))];
    let error = replace(&mut store, RecordKind::User, mixed.iter().map(|row| (row, "{}")), when(2)).unwrap_err();
    assert!(matches!(error, StoreError::WrongKind(RecordKind::User)));
    assert_eq!(store.load().unwrap().users.len(), 2, "all or nothing");
}

#[test]
fn records_that_cannot_be_decoded_are_skipped() {
    let mut store = Store::in_memory().unwrap();
    store.put(&named("1", "a"), None).unwrap();
    store.put(&named("2", "b"), None).unwrap();
    store.db.execute("UPDATE user SET typed = x'ff' WHERE row = 1", []).unwrap();
    let snapshot = store.load().unwrap();
    assert_eq!((snapshot.users.len(), snapshot.skipped), (1, 1));
}

#[test]
fn records_of_another_form_are_neither_shown_nor_mixed_with_ours() {
    let mut store = Store::in_memory().unwrap();
    replace(&mut store, RecordKind::Team, [(&Record::Team(full_team("t", "x")), "{}")], when(9)).unwrap();
    store.meta_set("format", "of tomorrow").unwrap();
    let snapshot = store.load().unwrap();
    assert_eq!((snapshot.teams.len(), snapshot.seen), (0, None));
    store.put(&named("1", "a"), None).unwrap();
    let snapshot = store.load().unwrap();
    assert_eq!((snapshot.users.len(), snapshot.teams.len(), snapshot.seen), (1, 0, None));
    assert_eq!(store.raw(&ResourceRef::team(&"t".into())).unwrap(), None);
}
