//! Requests ahead of their turn: guessed where that is safe, and of no effect on what is read.

use std::collections::VecDeque;

use super::*;

#[test]
fn what_follows_is_guessed_only_from_a_regular_list() {
    let index = PagingMethod::Index { page_size: None };
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
    let mut pager = Pager::new(PagingMethod::Index { page_size: Some(10) });
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

/// Reads a server as the console does, with requests sent ahead of their turn.
fn read_ahead(server: &Server, page_size: Option<u32>) -> (Vec<String>, Pager, usize) {
    let (mut pager, mut kept, mut requests) = (Pager::new(PagingMethod::Index { page_size }), Vec::new(), 0);
    let mut waiting: VecDeque<Vec<(String, String)>> = VecDeque::new();
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
        let mut alone = Pager::new(PagingMethod::Index { page_size });
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
