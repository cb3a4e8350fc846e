//! Records that come and go while a list is read.

use proptest::prelude::*;

use super::*;

/// A change of the list between two requests, at a place that is taken modulo its length.
#[derive(Debug, Clone, Copy)]
enum Event {
    Nothing,
    Removes { from: usize, many: usize },
    Inserts { at: usize },
    Appends,
}

/// The meaning of a server's total.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Counts {
    All,
    Page,
    Rest,
}

fn answer(list: &[String], query: &[(String, String)], limit: usize, counts: Counts) -> (u64, Vec<String>) {
    let start = query.iter().find(|(name, _)| name == "startIndex").map_or(1, |(_, start)| start.parse().unwrap());
    let page: Vec<String> = list.iter().skip(start - 1).take(limit).cloned().collect();
    let total = match counts {
        Counts::All => list.len(),
        Counts::Page => page.len(),
        Counts::Rest => list.len().saturating_sub(start - 1),
    };
    (total as u64, page)
}

/// Reads a list to its end; the number of requests, the records that came, and the proof.
fn read(list: &mut Vec<String>, limit: usize, counts: Counts, events: &[Event]) -> (usize, Vec<String>, ListProof) {
    let (mut pager, mut seen, mut requests) = (Pager::new(PagingMethod::Index { page_size: None }), Vec::new(), 0);
    while let Some(query) = pager.next() {
        let (total, page) = answer(list, &query, limit, counts);
        let refs: Vec<&str> = page.iter().map(String::as_str).collect();
        seen.extend(pager.accept(Some(total), None, &refs).new.into_iter().map(|at| page[at].clone()));
        match events.get(requests).copied().unwrap_or(Event::Nothing) {
            Event::Nothing => {}
            Event::Removes { from, many } => {
                let from = from % (list.len() + 1);
                list.drain(from..(from + many).min(list.len()));
            }
            Event::Inserts { at } => list.insert(at % (list.len() + 1), format!("new{requests}")),
            Event::Appends => list.push(format!("new{requests}")),
        }
        requests += 1;
        assert!(requests < 500);
    }
    (requests, seen, pager.proof())
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        3 => Just(Event::Nothing),
        3 => (0usize..200, 1usize..40).prop_map(|(from, many)| Event::Removes { from, many }),
        1 => (0usize..200).prop_map(|at| Event::Inserts { at }),
        1 => Just(Event::Appends),
    ]
}

proptest! {
    /// Whoever was there all the time is in a list that is called complete.
    #[test]
    fn a_complete_list_has_everybody_who_stayed(
        many in 0usize..160,
        limit in prop::sample::select(vec![1, 3, 10, 20, 50]),
        events in prop::collection::vec(event(), 0..12),
    ) {
        let mut list = ids(0..many);
        let before = list.clone();
        let (_, seen, proof) = read(&mut list, limit, Counts::All, &events);
        let missing: Vec<&String> = before.iter().filter(|id| list.contains(id) && !seen.contains(id)).collect();
        prop_assert!(missing.is_empty() || !proof.is_complete(), "{} {:?}", proof, missing);
    }

    /// A list that nobody changes takes no more requests than before, whatever its server counts.
    #[test]
    fn a_list_at_rest_costs_no_further_request(
        many in 0usize..160,
        limit in prop::sample::select(vec![1, 3, 7, 20, 50]),
        counts in prop::sample::select(vec![Counts::All, Counts::Page, Counts::Rest]),
    ) {
        let (requests, seen, proof) = read(&mut ids(0..many), limit, counts, &[]);
        prop_assert!(proof.is_complete() && seen.len() == many, "{}", proof);
        prop_assert!(requests <= many / limit + 2);
    }
}

#[test]
fn somebody_who_comes_at_the_end_costs_no_request() {
    let mut list = ids(0..50);
    let (requests, seen, proof) = read(&mut list, 20, Counts::All, &[Event::Appends]);
    assert_eq!((requests, seen.len(), proof.is_complete()), (3, 51, true));
}

#[test]
fn somebody_who_goes_costs_a_look_at_the_page_before() {
    for from in [0, 19, 20, 30, 49] {
        let mut list = ids(0..50);
        let (requests, seen, proof) = read(&mut list, 20, Counts::All, &[Event::Removes { from, many: 1 }]);
        assert!(requests == 4 && proof.is_complete() && list.iter().all(|id| seen.contains(id)), "{from}: {proof}");
    }
}

/// A record that comes at the beginning repeats another one; the second look finds the record.
#[test]
fn somebody_who_comes_at_the_beginning_is_found() {
    let mut list = ids(0..50);
    let (requests, seen, proof) = read(&mut list, 20, Counts::All, &[Event::Inserts { at: 0 }]);
    assert_eq!((requests, seen.len(), proof.to_string()), (5, 51, "51 of 51".to_owned()));
}

/// The total of the second page is the number of records from there on, too, as some servers count.
#[test]
fn a_list_that_lost_its_first_page_is_not_called_complete() {
    let mut list = ids(0..61);
    let events = [Event::Removes { from: 0, many: 20 }, Event::Appends];
    assert_eq!(read(&mut list, 20, Counts::All, &events).2.verdict, ListVerdict::Unproven(EndReason::Removed));
}

#[test]
fn a_list_that_shrinks_again_while_it_is_read_again_is_not_called_complete() {
    let mut list = ids(0..132);
    let mut events = [Event::Nothing; 6];
    events[3..].copy_from_slice(&[
        Event::Removes { from: 0, many: 1 },
        Event::Removes { from: 0, many: 20 },
        Event::Inserts { at: 80 },
    ]);
    assert_eq!(read(&mut list, 20, Counts::All, &events).2.verdict, ListVerdict::Unproven(EndReason::Removed));
}

#[test]
fn a_list_that_shrinks_all_the_time_is_not_called_complete() {
    let mut list = ids(0..4_000);
    let (requests, _, proof) = read(&mut list, 10, Counts::All, &[Event::Removes { from: 0, many: 1 }; 450]);
    assert_eq!(proof.verdict, ListVerdict::Unproven(EndReason::Removed));
    assert!(requests < 510, "{requests}");
}

/// The first page counts one record more than any later one, and its records come again each time.
#[test]
fn a_total_that_is_another_on_each_page_ends_the_reading() {
    let mut pager = Pager::new(PagingMethod::Index { page_size: Some(100) });
    let mut requests = 0;
    while let Some(query) = pager.next() {
        let is_first = query.iter().any(|(name, value)| name == "startIndex" && value == "1");
        let (total, page): (u64, &[&str]) = if is_first { (4, &["a", "b", "c", "a"]) } else { (3, &[]) };
        pager.accept(Some(total), None, page);
        requests += 1;
    }
    assert!(requests < 10, "{requests}");
    assert!(!pager.proof().is_complete(), "{}", pager.proof());
}

#[test]
fn a_list_with_cursors_that_shrinks_is_not_called_complete() {
    let read = |last: &[&str]| {
        let mut pager = Pager::new(PagingMethod::Cursor { page_size: None });
        pager.accept(Some(4), Some("2".into()), &["a", "b"]);
        pager.accept(Some(3), None, last);
        pager.proof().verdict
    };
    assert_eq!(read(&["d"]), ListVerdict::Unproven(EndReason::Removed));
    assert_eq!(read(&["c", "d"]), ListVerdict::Complete);
}
