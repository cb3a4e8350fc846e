//! Bursts of keys, as a terminal without bracketed paste makes them of a text.

use crate::tty::Setup;

#[test]
fn a_burst_of_keys_sends_nothing_and_a_plan_that_was_read_is_sent() {
    let mut tty = Setup::scimitar(&["demo"]).start();
    tty.wait_for_list();
    tty.press("dana\rbob\r");
    // Enter has opened the requests of the plan's line, and the second one says so.
    tty.wait_for("The lines are not shown: Esc goes back to them.");
    tty.settle();
    assert!(tty.screen().contents().contains("status: active"), "{}", tty.screen().contents());
    // From the requests of its line to the plan, and from there to the list.
    for _ in 0..2 {
        tty.press("\x1b");
        tty.settle();
    }
    tty.press("/eva-ta\r");
    tty.wait_for("filter: eva-ta");
    tty.settle();
    tty.press("rorgadm\r\r\r");
    tty.wait_for("organisation role: member");
    tty.press("z");
    tty.wait_for("z does nothing here. y send");
    tty.send();
    tty.wait_until("the list again", |tty| !tty.screen().contents().contains("y send"));
    tty.settle();
    tty.press("4");
    tty.wait_for("eva-tanaka");
    assert!(!tty.screen().contents().contains("aarav-kulkarni"), "one change was sent:\n{}", tty.screen().contents());
    tty.press("\x1c");
    assert_eq!(tty.end(), 0);
}
