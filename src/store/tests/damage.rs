//! A power cut at any byte, a changed byte anywhere: no wrong record is shown, and losses are reported.
//!
//! `SCIMITAR_TRIES=20` tries twenty times as many places.

use std::{
    collections::BTreeMap,
    fmt, fs,
    panic::{AssertUnwindSafe, catch_unwind},
};

use super::*;

/// Places in each file, for each kind of damage.
const PLACES: usize = 30;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Harm {
    /// All bits of a byte are inverted.
    Flip,
    /// A sector of zeroes, as after a power cut.
    Hole,
    /// The file ends at this place.
    Cut,
}

/// A file and its log at the instant of a crash, and every version of their content.
struct Truth {
    files: BTreeMap<&'static str, Vec<u8>>,
    journal: BTreeMap<i64, Vec<JournalEntry>>,
    records: BTreeMap<String, Vec<User>>,
    raws: BTreeMap<String, Vec<String>>,
    team: Team,
}

/// The ids of changes that stand only in the log.
const LATE: std::ops::Range<i64> = 100..108;

impl Truth {
    fn keep(&mut self, store: &mut Store, user: User, raw: String) {
        store.put(&Record::User(user.clone()), Some(&raw)).unwrap();
        self.raws.entry(user.id.to_string()).or_default().push(raw);
        self.records.entry(user.id.to_string()).or_default().push(user);
    }

    fn change(&mut self, store: &mut Store, id: i64, state: ChangeState) {
        let entry = entry(id, Change::SetEmail { user: format!("{id}").as_str().into(), to: "a@b".into() }, state);
        store.journal_update(&entry).unwrap();
        self.journal.entry(id).or_default().push(entry);
    }

    fn new() -> Self {
        let (_keep, path) = place();
        let team = full_team("t", "vision");
        let mut truth = Self {
            files: BTreeMap::new(),
            journal: BTreeMap::new(),
            records: BTreeMap::new(),
            raws: BTreeMap::new(),
            team: team.clone(),
        };
        let raw = |n: usize| format!("{{\"id\":\"{n}\",\"of\":\"{}\"}}", "x".repeat(200));
        let mut store = open(&path);
        replace(&mut store, RecordKind::Team, [(&Record::Team(team), "{}")], when(7)).unwrap();
        let users: Vec<User> = (0..150).map(|n| full_user(&format!("{n}"), &format!("user-{n}"))).collect();
        let records: Vec<Record> = users.iter().cloned().map(Record::User).collect();
        let raws: Vec<String> = (0..150).map(raw).collect();
        let rows = records.iter().zip(raws.iter().map(String::as_str));
        replace(&mut store, RecordKind::User, rows, when(7)).unwrap();
        for (user, raw) in users.into_iter().zip(raws) {
            truth.raws.insert(user.id.to_string(), vec![raw]);
            truth.records.insert(user.id.to_string(), vec![user]);
        }
        (1..40).for_each(|id| truth.change(&mut store, id, ChangeState::Sent));
        drop(store);
        // All later writes stay in the log.
        let mut store = open(&path);
        for (number, id) in LATE.enumerate() {
            truth.change(&mut store, id, ChangeState::Planned);
            truth.change(&mut store, id, ChangeState::Confirmed);
            truth.keep(&mut store, full_user(&format!("{number}"), "again"), raw(1000 + number));
        }
        for suffix in ["", "-wal"] {
            truth.files.insert(suffix, fs::read(file::beside(&path, suffix)).unwrap());
        }
        crash(store);
        truth
    }

    /// Damages one of the files, opens both as the worker does, and checks the shown records.
    fn survives(&self, suffix: &'static str, harm: Harm, at: usize) {
        let (_keep, path) = place();
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        for (name, bytes) in &self.files {
            let mut bytes = bytes.clone();
            match harm {
                _ if name != &suffix => {}
                Harm::Flip => bytes[at] ^= 0xff,
                Harm::Hole => bytes[at..].iter_mut().take(512).for_each(|byte| *byte = 0),
                Harm::Cut => bytes.truncate(at),
            }
            fs::write(file::beside(&path, name), bytes).unwrap();
        }
        // A disk that loses the end of acknowledged writes can't be told from a disk that never got them.
        let cut_log = suffix == "-wal" && harm != Harm::Flip;
        let (mut store, notice) = match Store::open(&path) {
            Err(error) => return assert!(!error.to_string().is_empty()),
            Ok(opened) => opened,
        };
        let mut said = notice.into_iter().collect::<Vec<_>>();
        self.check_journal(&mut store, &mut said, cut_log);
        self.check_records(&mut store, &mut said);
        // A failed write is reported; a successful one can be read afterwards.
        let new = planned(9000);
        if asked(&mut store, &mut said, |store| store.journal_add(std::slice::from_ref(&new))).is_some() {
            drop(store);
            assert_eq!(Store::open(&path).unwrap().0.journal_get(new.id).unwrap(), Some(new));
        }
    }

    fn check_journal(&self, store: &mut Store, said: &mut Vec<String>, cut_log: bool) {
        asked(store, said, |store| store.journal_check());
        let Some(journal) = asked(store, said, |store| store.journal_recent(1000)) else { return };
        said.extend(journal.notice());
        for entry in &journal.entries {
            let versions = self.journal.get(&entry.id.0).expect("a change that nobody made");
            assert!(versions.contains(entry), "{entry:?}");
        }
        let seen = ids(&journal);
        let lost: Vec<i64> = self.journal.keys().copied().filter(|id| !seen.contains(id)).collect();
        let of_the_log =
            cut_log && lost.iter().all(|id| LATE.contains(id)) && lost.last() == lost.first().map(|_| &107);
        assert!(lost.is_empty() || of_the_log || !said.is_empty(), "lost in silence: {lost:?}");
        if let Some(open) = asked(store, said, |store| store.journal_open()) {
            assert!(open.entries.iter().all(|entry| journal.entries.contains(entry)));
        }
    }

    fn check_records(&self, store: &mut Store, said: &mut Vec<String>) {
        let Some(snapshot) = asked(store, said, |store| store.load()) else { return };
        said.extend(snapshot.notice());
        for user in &snapshot.users {
            assert!(self.records.get(&*user.id).is_some_and(|versions| versions.contains(user)), "{user:?}");
        }
        assert!(snapshot.teams.iter().all(|team| *team == self.team), "{:?}", snapshot.teams);
        let never_read = snapshot.seen.is_none() && snapshot.users.is_empty();
        assert!(snapshot.users.len() == 150 || never_read || !said.is_empty(), "{} users", snapshot.users.len());
        for (id, versions) in self.raws.iter().step_by(10) {
            let raw = asked(store, said, |store| store.raw(&ResourceRef::user(&id.as_str().into()))).flatten();
            assert!(raw.is_none_or(|raw| versions.contains(&raw)));
        }
    }
}

/// Calls the store as the worker does: a damaged file is mended, and the messages are kept.
fn asked<T>(store: &mut Store, said: &mut Vec<String>, ask: impl Fn(&mut Store) -> Result<T>) -> Option<T> {
    ask(store)
        .map_err(|error| {
            said.push(error.to_string());
            if matches!(error, StoreError::Damaged(_)) {
                said.extend(store.mend().unwrap_or_else(|worse| Some(worse.to_string())));
            }
        })
        .ok()
}

/// Places spread over the file, and the headers of all its pages, where a single byte does the most damage.
fn places(size: usize, page: usize, of: usize) -> impl Iterator<Item = usize> {
    let tries: usize = std::env::var("SCIMITAR_TRIES").ok().and_then(|tries| tries.parse().ok()).unwrap_or(1);
    let count = (of * tries).min(size);
    // A step that shares no factor with the file's size meets other offsets in each page.
    let spread = (0..count).map(move |n| (n * (size / count) + n * 7919 % (size / count).max(1)).min(size - 1));
    let heads = (0..count / 2).map(move |n| ((n * 31 % (size / page)) * page + n * 13 % 24).min(size - 1));
    spread.chain(heads)
}

fn survives_everywhere(suffix: &'static str, harm: Harm) {
    let truth = Truth::new();
    let (page, head) = if suffix.is_empty() { (8192, 0) } else { (8192 + 24, 32) };
    let size = truth.files[suffix].len();
    for at in places(size - head, page, PLACES).map(|at| at + head).chain([0, 1, 17, 20, 24, 60, 99]) {
        let tried = catch_unwind(AssertUnwindSafe(|| truth.survives(suffix, harm, at)));
        assert!(tried.is_ok(), "{}", Place { suffix, harm, at });
    }
}

struct Place {
    suffix: &'static str,
    harm: Harm,
    at: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} at byte {} of the file{}", self.harm, self.at, self.suffix)
    }
}

#[test]
fn a_changed_byte_of_the_file_shows_nothing_wrong() {
    survives_everywhere("", Harm::Flip);
}

#[test]
fn a_changed_byte_of_the_log_shows_nothing_wrong() {
    survives_everywhere("-wal", Harm::Flip);
}

#[test]
fn a_file_cut_anywhere_shows_nothing_wrong() {
    survives_everywhere("", Harm::Cut);
}

#[test]
fn a_log_cut_anywhere_shows_nothing_wrong() {
    survives_everywhere("-wal", Harm::Cut);
}

#[test]
fn a_lost_sector_shows_nothing_wrong() {
    survives_everywhere("", Harm::Hole);
    survives_everywhere("-wal", Harm::Hole);
}
