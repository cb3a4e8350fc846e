//! Tests of paging against servers with the habits that real ones have.

use proptest::prelude::*;

use super::*;

mod ahead;
mod shift;

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
    let mut pager = Pager::new(PagingMethod::Index { page_size: None });
    assert_eq!(query(&pager).unwrap(), "");
    assert_eq!(pager.proof().verdict, ListVerdict::Unproven(EndReason::Unfinished));
    assert_eq!(give(&mut pager, Some(1296), 0..1296), 1296);
    assert_eq!(query(&pager), None);
    assert_eq!(pager.proof().to_string(), "1,296 of 1,296");
}

#[test]
fn fewer_than_the_total_are_continued_by_what_came() {
    let mut pager = Pager::new(PagingMethod::Index { page_size: Some(500) });
    assert_eq!(query(&pager).unwrap(), "startIndex=1&count=500");
    give(&mut pager, Some(250), 0..100);
    assert_eq!(query(&pager).unwrap(), "startIndex=101&count=500");
    give(&mut pager, None, 99..199);
    assert_eq!(query(&pager).unwrap(), "startIndex=201&count=500");
    give(&mut pager, None, 200..200);
    assert_eq!(pager.proof().to_string(), "199 of 250, not all: the list ended earlier than the server said");
}

/// Records that a page promised are missing, whatever total the last page gives.
#[test]
fn totals_that_contradict_each_other_prove_nothing() {
    let read = |totals: [u64; 3]| {
        let mut pager = Pager::new(PagingMethod::Index { page_size: Some(20) });
        give(&mut pager, Some(totals[0]), 0..20);
        give(&mut pager, Some(totals[1]), 20..30);
        if query(&pager).unwrap() == "startIndex=1&count=20" {
            give(&mut pager, Some(totals[1]), 0..20);
        }
        if pager.next().is_some() {
            give(&mut pager, Some(totals[2]), 30..30);
        }
        pager.proof().verdict
    };
    assert_eq!(read([60, 10, 10]), ListVerdict::Unproven(EndReason::Contradiction));
    assert_eq!(read([20, 10, 0]), ListVerdict::Complete, "the lengths of the pages");
    assert_eq!(read([30, 10, 0]), ListVerdict::Complete, "the rest from each page on");
    assert_eq!(read([31, 30, 30]), ListVerdict::Complete, "somebody left meanwhile");
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
    let index = PagingMethod::Index { page_size: None };
    assert_eq!(end(index, None, &[(0, 7), (0, 7)]), "7, perhaps not all: the server begins again when asked for more");
    assert_eq!(end(index, Some(9), &[(0, 7), (0, 7)]), "7 of 9, not all: the server begins again when asked for more");
    assert_eq!(end(index, Some(20), &[(0, 20), (0, 20)]), "20 of 20");
    assert_eq!(end(index, Some(20), &[(0, 20), (20, 23), (23, 23)]), "23, read to the end");
    assert_eq!(end(index, Some(4), &[(0, 4), (0, 4)]), "4 of 4", "a server that ignores startIndex");
    assert_eq!(end(index, Some(25), &[(0, 25), (25, 30), (30, 30)]), "30, read to the end");
    assert_eq!(end(index, None, &[(0, 7), (7, 7)]), "7, read to the end");
    assert_eq!(end(index, Some(0), &[(0, 0)]), "0 of 0");
    assert_eq!(end(PagingMethod::None, Some(9), &[(0, 7)]), "7 of 9, not all: this server is asked only once");
    assert_eq!(end(PagingMethod::Cursor { page_size: None }, None, &[(0, 7)]), "7, read to the end");
}

#[test]
fn repeats_within_a_page_are_dropped_and_said() {
    let mut pager = Pager::new(PagingMethod::Index { page_size: None });
    assert_eq!(pager.accept(Some(4), None, &["a", "b", "a", "c"]).new, [0, 1, 3]);
    pager.accept(Some(4), None, &[]);
    assert_eq!(pager.proof().verdict, ListVerdict::Short(EndReason::Twice));
}

#[test]
fn cursors_are_followed_even_unasked() {
    let mut pager = Pager::new(PagingMethod::Index { page_size: Some(2) });
    pager.accept(None, Some("x/1".into()), &["a", "b"]);
    assert_eq!(query(&pager).unwrap(), "cursor=x/1&count=2");
    pager.accept(None, Some("x/2".into()), &[]);
    assert_eq!(query(&pager).unwrap(), "cursor=x/2&count=2");
    pager.accept(None, Some(String::new()), &["c"]);
    assert!(pager.next().is_none() && pager.proof().is_complete());
    assert_eq!(query(&Pager::new(PagingMethod::Cursor { page_size: None })).unwrap(), "cursor=");
}

#[test]
fn a_refusal_is_met_with_smaller_pages() {
    let mut pager = Pager::new(PagingMethod::Index { page_size: Some(1000) });
    assert!(pager.refused());
    assert_eq!(query(&pager).unwrap(), "startIndex=1&count=100");
    assert!(pager.refused());
    assert_eq!(query(&pager).unwrap(), "");
    assert!(!pager.refused());
    give(&mut pager, Some(50), 0..20);
    assert!(pager.refused() && pager.next().is_none());
    assert_eq!(pager.proof().verdict, ListVerdict::Short(EndReason::Refused));
}

#[test]
fn records_without_id_are_kept_and_never_loop() {
    let mut pager = Pager::new(PagingMethod::Index { page_size: Some(2) });
    assert_eq!(pager.accept(None, None, &["", "a"]).new, [0, 1]);
    assert_eq!(pager.accept(None, None, &["", ""]).new, [0, 1]);
    assert!(pager.next().is_none());
    assert_eq!(pager.proof().seen, 4);
}

#[test]
fn the_number_of_pages_is_bounded() {
    let mut pager = Pager::new(PagingMethod::Index { page_size: None });
    let mut page = 0;
    while pager.next().is_some() {
        give(&mut pager, None, page..page + 1);
        page += 1;
    }
    assert_eq!(page, MOST_PAGES as usize);
    assert_eq!(pager.proof().verdict, ListVerdict::Unproven(EndReason::TooManyPages));
}

#[test]
fn the_number_of_records_is_bounded() {
    let mut pager = Pager::new(PagingMethod::Index { page_size: None });
    let page = vec![""; 100_000];
    let mut received = 0;
    while pager.next().is_some() {
        // Each page holds a new record, because the pager would stop at a page without one.
        pager.accept(Some(u64::MAX), None, &page);
        pager.accept(Some(u64::MAX), None, &[&received.to_string()]);
        received += page.len() as u64 + 1;
    }
    assert!((MOST_RECORDS..MOST_RECORDS + 100_001).contains(&received), "{received}");
    assert_eq!(pager.proof().verdict, ListVerdict::Unproven(EndReason::TooManyRecords));
}

/// The total that the server reports.
#[derive(Debug, Clone, Copy)]
enum Total {
    Right,
    Missing,
    PageLength,
    TooSmall,
    TooLarge,
}

/// A server with the habits of a real one.
#[derive(Debug, Clone)]
struct Server {
    records: usize,
    limit: usize,
    ignores_start: bool,
    ignores_count: bool,
    /// The server answers a request past the end with the first page.
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
    (0usize..130, prop::sample::select(vec![1, 3, 10, 20, 25, 50, 64, 100, 999]), any::<[bool; 3]>(), total).prop_map(
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

proptest! {
    #[test]
    fn every_reachable_record_comes_once_and_reading_ends(
        server in server(),
        page_size in prop::option::of(1u32..120),
    ) {
        let mut pager = Pager::new(PagingMethod::Index { page_size });
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
            prop_assert!(matches!(proof.verdict, ListVerdict::Short(_)), "{}", proof);
        }
    }

    #[test]
    fn no_cursor_leads_in_a_circle(steps in prop::collection::vec((0usize..4, 0usize..4), 1..30)) {
        // The server repeats the same steps for ever: a few records and some cursor.
        let mut pager = Pager::new(PagingMethod::Cursor { page_size: None });
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
    let mut pager = Pager::new(PagingMethod::Index { page_size: None }).limited(Some(9_999));
    pager.accept(Some(250), None, &ids);
    assert_eq!(pager.next(), None);
    assert!(pager.proof().is_complete());
    let mut full = Pager::new(PagingMethod::Index { page_size: None }).limited(Some(250));
    full.accept(Some(250), None, &ids);
    assert!(full.next().is_some());
}
