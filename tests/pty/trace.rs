//! A trace of the loop: what a person sends along with a report that something is slow.

use serde_json::Value;

use crate::tty::{FRAME_END, Setup, count};

/// The lines of a trace, each an object.
fn read(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_trace_has_what_the_loop_did_and_nothing_of_what_it_was_about() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("trace.ndjson");
    let mut tty = Setup::scimitar(&["--trace", path.to_str().unwrap(), "demo"]).start();
    tty.wait_for_list();
    tty.press("/tan");
    tty.wait_for("filter: tan");
    tty.press("\x1c");
    assert_eq!(tty.end(), 0);

    let text = std::fs::read_to_string(&path).unwrap();
    assert!(!text.contains("tanaka"), "{text}");
    let lines = read(&text);
    let of = |kind: &str| lines.iter().filter(|line| line["kind"] == kind).collect::<Vec<_>>();
    for kind in ["key", "draw", "records", "refresh-ended"] {
        assert!(!of(kind).is_empty(), "{kind}: {text}");
    }
    assert_eq!(of("key").len(), 5, "one line for each key: {text}");
    assert!(lines.iter().all(|line| line["ms"].is_u64() && line["us"].is_u64()), "{text}");
    assert!(lines.is_sorted_by_key(|line| line["ms"].as_u64()), "{text}");

    // What was drawn is what came: entering the terminal and leaving it are no frames.
    let frames = of("draw");
    let drawn: u64 = frames.iter().map(|frame| frame["bytes"].as_u64().unwrap()).sum();
    let written = frames.iter().filter(|frame| frame["bytes"] != 0).count();
    assert!(frames.iter().all(|frame| frame["skipped"].is_u64()), "{text}");
    assert!(drawn as usize <= tty.raw.len() && drawn > 1_000, "{drawn} of {}", tty.raw.len());
    // Giving the terminal back ends an update once more.
    assert_eq!(written + 1, count(&tty.raw, FRAME_END), "{text}");
}
