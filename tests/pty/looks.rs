//! The drawing in terminals of other sizes and kinds.

use crate::tty::{Setup, Tty, styles};

/// The rows with a reversed cell, which is how the row under the cursor shows in every theme.
fn reversed(tty: &Tty) -> Vec<u16> {
    let (height, width) = tty.screen().size();
    let is_reversed = |row: u16| (0..width).any(|col| tty.screen().cell(row, col).is_some_and(vt100::Cell::inverse));
    (0..height).filter(|row| is_reversed(*row)).collect()
}

#[test]
fn follows_the_terminals_size() {
    let mut tty = Setup::scimitar(&["demo"]).start();
    tty.wait_for_list();
    let at_first = tty.screen().contents();

    tty.resize(40, 12);
    tty.wait_until("a frame for 40x12", |tty| tty.rows()[11].contains("help") && tty.rows()[2].starts_with('╭'));
    assert!(tty.screen().contents().contains("aarav"), "{}", tty.screen().contents());

    tty.resize(20, 5);
    tty.wait_for("scimitar needs");
    assert!(!tty.screen().contents().contains("aarav"), "{}", tty.screen().contents());

    tty.resize(80, 24);
    tty.wait_until("the first screen again", |tty| tty.screen().contents() == at_first);
}

#[test]
fn without_colours_the_cursor_is_still_seen() {
    let mut tty = Setup::scimitar(&["demo"]).env("NO_COLOR", "1").start();
    tty.wait_for_list();
    assert_eq!(reversed(&tty), [4]);
    tty.press("j/tan");
    tty.wait_for("filter: tan");
    assert_eq!(reversed(&tty), [4], "the best match is under the cursor");
    let colours: Vec<u16> =
        styles(&tty.raw).into_iter().filter(|n| matches!(n, 30..=38 | 40..=48 | 90..=97 | 100..=107)).collect();
    assert_eq!(colours, [0; 0]);
}

#[test]
fn with_colours_there_are_colours() {
    let mut tty = Setup::scimitar(&["demo"]).start();
    tty.wait_for_list();
    assert_eq!(reversed(&tty), [4]);
    assert!(styles(&tty.raw).iter().any(|n| matches!(n, 30..=38 | 90..=97)));
}

#[test]
fn without_a_utf8_locale_all_signs_are_ascii() {
    let mut tty = Setup::scimitar(&["demo"]).env("LANG", "C").start();
    tty.wait_for_list();
    let rows = tty.rows();
    assert!(rows[2].starts_with("+ Users -"), "{rows:?}");
    assert!(rows[4].starts_with("|> "), "{rows:?}");
    assert!(rows[22].starts_with("+ v people . service accounts . all -"), "{rows:?}");
    for (at, row) in rows.iter().enumerate().filter(|(at, _)| !(4..22).contains(at)) {
        assert!(row.is_ascii(), "row {at}: {row}");
    }
    for row in &rows[4..22] {
        assert!(row.starts_with('|') && row.trim_end().ends_with(['|', '#']), "{row}");
    }
}
