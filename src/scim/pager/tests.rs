//! Tests of paging against servers with the habits that real ones have.

use proptest::prelude::*;

use super::*;

fn ids(numbers: std::ops::Range<usize>) -> Vec<String> {
    numbers.map(|n| format!("id{n}")).collect()
}

fn give(pager: &mut Pager, total: Option<u64>, numbers: std::ops::Range<usize>) -> usize {
    let ids = ids(numbers);
    pager.accept(total, None, &ids.iter().map(String::as_str).collect::<Vec<_>>()).new.len()
}

fn query(pager: &Pager) -> Option<String> {
    pager.next().map(|pairs| pairs.iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>().join("&"))
}

#[test]
fn one_answer_with_everything_is_enough() {
    let mut pager = Pager::new(Paging::Index { page_size: None });
    assert_eq!(query(&pager).unwrap(), "");
    assert_eq!(pager.proof().verdict, Verdict::Unproven(Why::Unfinished));
    assert_eq!(give(&mut pager, Some(1296), 0..1296), 1296);
    assert_eq!(query(&pager), None);
    assert_eq!(pager.proof().to_string(), "1,296 of 1,296");
}

#[test]
fn fewer_than_the_total_are_continued_by_what_came() {
    let mut pager = Pager::new(Paging::Index { page_size: Some(500) });
    assert_eq!(query(&pager).unwrap(), "startIndex=1&count=500");
    give(&mut pager, Some(250), 0..100);
    assert_eq!(query(&pager).unwrap(), "startIndex=101&count=500");
    give(&mut pager, None, 99..199);
    assert_eq!(query(&pager).unwrap(), "startIndex=201&count=500");
    give(&mut pager, None, 200..200);
    assert_eq!(pager.proof().to_string(), "199 of 250, not all: the list ended earlier than the server said");
}

#[test]
fn ends_are_told_apart() {
    let end = |paging, total, pages: &[(usize, usize)]| {
        let mut pager = Pager::new(paging);
        for &(from, to) in pages {
            assert!(pager.next().is_some());
            give(&mut pager, total, from..to);
        }
        assert_eq!(pager.next(), None);
        pager.proof().to_string()
    };
    let index = Paging::Index { page_size: None };
    assert_eq!(end(index, None, &[(0, 7), (0, 7)]), "7, perhaps not all: the server begins again when asked for more");
    assert_eq!(end(index, Some(9), &[(0, 7), (0, 7)]), "7 of 9, not all: the server begins again when asked for more");
    assert_eq!(end(index, Some(20), &[(0, 20), (0, 20)]), "20 of 20");
    assert_eq!(
        end(index, Some(20), &[(0, 20), (20, 23), (23, 23)]),
        "23 of 20, perhaps not all: the server sent more than it says there are"
    );
    assert_eq!(end(index, None, &[(0, 7), (7, 7)]), "7, read to the end");
    assert_eq!(end(index, Some(0), &[(0, 0)]), "0 of 0");
    assert_eq!(end(Paging::None, Some(9), &[(0, 7)]), "7 of 9, not all: this server is asked only once");
    assert_eq!(end(Paging::Cursor { page_size: None }, None, &[(0, 7)]), "7, read to the end");
}

#[test]
fn repeats_within_a_page_are_dropped_and_said() {
    let mut pager = Pager::new(Paging::Index { page_size: None });
    assert_eq!(pager.accept(Some(4), None, &["a", "b", "a", "c"]).new, [0, 1, 3]);
    pager.accept(Some(4), None, &[]);
    assert_eq!(pager.proof().verdict, Verdict::Short(Why::Twice));
}

#[test]
fn cursors_are_followed_even_unasked() {
    let mut pager = Pager::new(Paging::Index { page_size: Some(2) });
    pager.accept(None, Some("x/1".into()), &["a", "b"]);
    assert_eq!(query(&pager).unwrap(), "cursor=x/1&count=2");
    pager.accept(None, Some("x/2".into()), &[]);
    assert_eq!(query(&pager).unwrap(), "cursor=x/2&count=2");
    pager.accept(None, Some(String::new()), &["c"]);
    assert!(pager.next().is_none() && pager.proof().is_complete());
    assert_eq!(query(&Pager::new(Paging::Cursor { page_size: None })).unwrap(), "cursor=");
}

#[test]
fn a_refusal_is_met_with_smaller_pages() {
    let mut pager = Pager::new(Paging::Index { page_size: Some(1000) });
    assert!(pager.refused());
    assert_eq!(query(&pager).unwrap(), "startIndex=1&count=100");
    assert!(pager.refused());
    assert_eq!(query(&pager).unwrap(), "");
    assert!(!pager.refused());
    give(&mut pager, Some(50), 0..20);
    assert!(pager.refused() && pager.next().is_none());
    assert_eq!(pager.proof().verdict, Verdict::Short(Why::Refused));
}

#[test]
fn records_without_id_are_kept_and_never_loop() {
    let mut pager = Pager::new(Paging::Index { page_size: Some(2) });
    assert_eq!(pager.accept(None, None, &["", "a"]).new, [0, 1]);
    assert_eq!(pager.accept(None, None, &["", ""]).new, [0, 1]);
    assert!(pager.next().is_none());
    assert_eq!(pager.proof().seen, 4);
}

#[test]
fn the_number_of_pages_is_bounded() {
    let mut pager = Pager::new(Paging::Index { page_size: None });
    let mut page = 0;
    while pager.next().is_some() {
        give(&mut pager, None, page..page + 1);
        page += 1;
    }
    assert_eq!(page, MOST_PAGES as usize);
    assert_eq!(pager.proof().verdict, Verdict::Unproven(Why::TooManyPages));
}

#[test]
fn the_number_of_records_is_bounded() {
    let mut pager = Pager::new(Paging::Index { page_size: None });
    let page = vec![""; 100_000];
    let mut received = 0;
    while pager.next().is_some() {
        // Something new each time, or it would end for that.
        pager.accept(Some(u64::MAX), None, &page);
        pager.accept(Some(u64::MAX), None, &[&received.to_string()]);
        received += page.len() as u64 + 1;
    }
    assert!((MOST_RECORDS..MOST_RECORDS + 100_001).contains(&received), "{received}");
    assert_eq!(pager.proof().verdict, Verdict::Unproven(Why::TooManyRecords));
}

/// What a server says of its total.
#[derive(Debug, Clone, Copy)]
enum Total {
    Right,
    Missing,
    PageLength,
    TooSmall,
    TooLarge,
}

/// A server with habits.
#[derive(Debug, Clone)]
struct Server {
    records: usize,
    limit: usize,
    ignores_start: bool,
    ignores_count: bool,
    /// A page past the end is page one again.
    wraps: bool,
    total: Total,
}

impl Server {
    /// The total, the first record of the page, and the record after its last.
    fn answer(&self, query: &[(String, String)]) -> (Option<u64>, std::ops::Range<usize>) {
        let asked = |name: &str| query.iter().find(|(k, _)| k == name).map(|(_, v)| v.parse::<usize>().unwrap());
        let mut start = if self.ignores_start { 0 } else { asked("startIndex").unwrap_or(1) - 1 };
        if self.wraps && start >= self.records {
            start = 0;
        }
        let count = asked("count").filter(|_| !self.ignores_count).unwrap_or(self.limit).min(self.limit);
        let page = start.min(self.records)..(start + count).min(self.records);
        let total = match self.total {
            Total::Right => Some(self.records),
            Total::Missing => None,
            Total::PageLength => Some(page.len()),
            Total::TooSmall => Some(self.records.saturating_sub(3)),
            Total::TooLarge => Some(self.records + 5),
        };
        (total.map(|n| n as u64), page)
    }

    fn reachable(&self, page_size: Option<u32>) -> usize {
        let first = page_size.filter(|_| !self.ignores_count).map_or(self.limit, |n| self.limit.min(n as usize));
        if self.ignores_start { self.records.min(first) } else { self.records }
    }
}

fn server() -> impl Strategy<Value = Server> {
    let total =
        prop::sample::select(vec![Total::Right, Total::Missing, Total::PageLength, Total::TooSmall, Total::TooLarge]);
    // Limits are the customary ones: a total equal to an odd page length can't be told from a true one.
    (0usize..130, prop::sample::select(vec![10, 20, 50, 100, 999]), any::<[bool; 3]>(), total).prop_map(
        |(records, limit, [ignores_start, ignores_count, wraps], total)| Server {
            records,
            limit,
            ignores_start,
            ignores_count,
            wraps,
            total,
        },
    )
}

#[test]
fn what_follows_is_guessed_only_from_a_regular_list() {
    let index = Paging::Index { page_size: None };
    let starts = |pager: &Pager| {
        let ahead = pager.ahead(3);
        assert!(ahead.first().is_none_or(|first| Some(first) == pager.next().as_ref()));
        ahead.into_iter().map(|query| query[0].1.parse::<u64>().unwrap()).collect::<Vec<_>>()
    };
    let mut pager = Pager::new(index);
    assert!(starts(&pager).is_empty(), "nothing is known yet");
    give(&mut pager, Some(45), 0..10);
    assert_eq!(starts(&pager), [11, 21, 31]);
    give(&mut pager, Some(45), 10..20);
    give(&mut pager, Some(45), 20..30);
    assert_eq!(starts(&pager), [31, 41]);
    give(&mut pager, Some(45), 30..39);
    assert!(starts(&pager).is_empty(), "a page was shorter");

    let mut repeats = Pager::new(index);
    give(&mut repeats, Some(45), 0..10);
    give(&mut repeats, Some(45), 9..19);
    let mut uncounted = Pager::new(index);
    give(&mut uncounted, None, 0..10);
    let mut whole = Pager::new(index);
    give(&mut whole, Some(7), 0..7);
    let mut cursor = Pager::new(index);
    cursor.accept(Some(9), Some("c".into()), &["a"]);
    for pager in [repeats, uncounted, whole, cursor] {
        assert!(starts(&pager).is_empty(), "{pager:?}");
    }
}

#[test]
fn a_guessed_page_counts_only_where_it_is_as_supposed() {
    let mut pager = Pager::new(Paging::Index { page_size: Some(10) });
    give(&mut pager, Some(25), 0..10);
    let fits = |pager: &Pager, total, numbers| {
        let ids = ids(numbers);
        pager.fits(total, None, &ids.iter().map(String::as_str).collect::<Vec<_>>())
    };
    assert!(fits(&pager, Some(25), 10..20) && fits(&pager, None, 10..20));
    assert!(!fits(&pager, Some(25), 10..19), "shorter");
    assert!(!fits(&pager, Some(25), 10..10), "nothing");
    assert!(!fits(&pager, Some(26), 10..20), "the list grew");
    assert!(!fits(&pager, Some(25), 9..19), "a record moved");
    assert!(!pager.fits(Some(25), Some("c"), &[]), "a cursor");
    give(&mut pager, Some(25), 10..20);
    assert!(fits(&pager, Some(25), 20..25), "the end");
}

proptest! {
    #[test]
    fn every_reachable_record_comes_once_and_reading_ends(
        server in server(),
        page_size in prop::option::of(1u32..120),
    ) {
        let mut pager = Pager::new(Paging::Index { page_size });
        let mut kept = Vec::new();
        let mut requests = 0;
        while let Some(query) = pager.next() {
            requests += 1;
            prop_assert!(requests <= server.records + 2);
            let (total, page) = server.answer(&query);
            let ids = ids(page);
            let refs: Vec<&str> = ids.iter().map(String::as_str).collect();
            kept.extend(pager.accept(total, None, &refs).new.into_iter().map(|at| ids[at].clone()));
        }
        prop_assert_eq!(&kept, &ids(0..server.reachable(page_size)));
        let proof = pager.proof();
        prop_assert_eq!(proof.seen, kept.len() as u64);
        if proof.is_complete() && !matches!(server.total, Total::PageLength | Total::TooSmall) {
            prop_assert_eq!(kept.len(), server.records, "{}", proof);
        }
        if kept.len() < server.records && matches!(server.total, Total::Right | Total::TooLarge) {
            prop_assert!(matches!(proof.verdict, Verdict::Short(_)), "{}", proof);
        }
    }

    #[test]
    fn no_cursor_leads_in_a_circle(steps in prop::collection::vec((0usize..4, 0usize..4), 1..30)) {
        // The server repeats the same steps for ever: a few records and some cursor.
        let mut pager = Pager::new(Paging::Cursor { page_size: None });
        let mut requests = 0;
        while pager.next().is_some() {
            let (records, cursor) = steps[requests % steps.len()];
            requests += 1;
            prop_assert!(requests < 40);
            let ids = ids(requests % steps.len()..requests % steps.len() + records);
            let refs: Vec<&str> = ids.iter().map(String::as_str).collect();
            pager.accept(None, (cursor > 0).then(|| format!("c{cursor}")), &refs);
        }
    }
}

#[test]
fn a_page_below_a_documented_limit_ends_the_list_without_another_request() {
    let ids: Vec<String> = (0..250).map(|n| n.to_string()).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let mut pager = Pager::new(Paging::Index { page_size: None }).limited(Some(9_999));
    pager.accept(Some(250), None, &ids);
    assert_eq!(pager.next(), None);
    assert!(pager.proof().is_complete());
    let mut full = Pager::new(Paging::Index { page_size: None }).limited(Some(250));
    full.accept(Some(250), None, &ids);
    assert!(full.next().is_some());
}

/// Reads a server as the console does, with requests sent ahead of their turn.
fn read_ahead(server: &Server, page_size: Option<u32>) -> (Vec<String>, Pager, usize) {
    let (mut pager, mut kept, mut requests) = (Pager::new(Paging::Index { page_size }), Vec::new(), 0);
    let mut waiting: std::collections::VecDeque<Vec<(String, String)>> = std::collections::VecDeque::new();
    let mut most = 3;
    while let Some(query) = pager.next() {
        let guessed = waiting.pop_front().is_some_and(|asked| asked == query);
        if !guessed {
            (most, requests) = (if requests == 0 { most } else { 1 }, requests + 1);
            waiting.clear();
        }
        let (total, page) = server.answer(&query);
        let ids = ids(page);
        let refs: Vec<&str> = ids.iter().map(String::as_str).collect();
        if guessed && !pager.fits(total, None, &refs) {
            waiting.clear();
            most = 1;
            continue;
        }
        kept.extend(pager.accept(total, None, &refs).new.into_iter().map(|at| ids[at].clone()));
        if most > 1 {
            let more: Vec<_> = pager.ahead(most).into_iter().skip(waiting.len()).collect();
            requests += more.len();
            waiting.extend(more);
        }
    }
    (kept, pager, requests)
}

proptest! {
    #[test]
    fn asking_ahead_reads_the_same(server in server(), page_size in prop::option::of(1u32..120)) {
        let (kept, pager, requests) = read_ahead(&server, page_size);
        prop_assert!(requests <= 2 * (server.records + 4), "{requests}");
        let mut alone = Pager::new(Paging::Index { page_size });
        let mut expected = Vec::new();
        while let Some(query) = alone.next() {
            let (total, page) = server.answer(&query);
            let ids = ids(page);
            let refs: Vec<&str> = ids.iter().map(String::as_str).collect();
            expected.extend(alone.accept(total, None, &refs).new.into_iter().map(|at| ids[at].clone()));
        }
        prop_assert_eq!(kept, expected);
        prop_assert_eq!(pager.proof(), alone.proof());
    }
}
