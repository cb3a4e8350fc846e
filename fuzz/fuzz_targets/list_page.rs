//! A page of a list, as a whole and while it comes, as each dialect reads it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scimitar::{
    directory::{RecordKind, record::ReadDepth},
    scim::{
        list,
        pager::{Pager, PagingMethod},
        split::Splitter,
    },
};

fuzz_target!(|body: &[u8]| {
    let mut splitter = Splitter::default();
    for part in body.chunks(7) {
        splitter.push(part);
        assert!(splitter.held() <= body.len());
    }
    let Ok(page) = list::parse(body) else { return };
    for dialect in scimitar_fuzz::dialects() {
        for raw in &page.resources {
            for kind in RecordKind::ALL {
                // What can't be read is said with its place.
                if let Err(problem) = dialect.read(kind, raw, ReadDepth::Full, "$") {
                    assert!(problem.path.starts_with('$'), "{problem:?}");
                }
            }
        }
    }
    let mut pager = Pager::new(PagingMethod::Index { page_size: None });
    let ids: Vec<&str> = page.resources.iter().map(|raw| raw.get()).collect();
    for _ in 0..20 {
        if pager.next().is_none() {
            break;
        }
        pager.accept(page.total, page.next_cursor.clone(), &ids);
    }
    assert!(pager.next().is_none(), "the same page again and again ends a list");
});
