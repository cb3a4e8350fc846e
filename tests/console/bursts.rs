//! Keys that come in one go: a text that was pasted without brackets, a key that is held down or pressed twice. No frame is
//! drawn between them; how long one must have been on the screen is tested beside the state.

use scimitar::app::{Overlay, action::Action};

use crate::harness::{Console, options};

#[tokio::test]
async fn pasted_names_send_nothing() {
    let (mut console, server) = Console::on_demo(options()).await;
    // Each of these is a key of the list, or ends in what an eager person presses next.
    for text in ["dana\rbob\r", "eddy\rdy\r", "uy\r", "d\ry\ry\r", "\r\r\r\rd\r\r", "tim\r \r\ry"] {
        console.burst(text);
        console.settle().await;
        assert!(server.writes().is_empty() && console.entries().is_empty(), "{text:?}\n{}", console.screen());
        while !console.app().overlays.is_empty() {
            console.esc();
        }
    }
}

#[tokio::test]
async fn a_second_enter_makes_nobody_admin() {
    let (mut console, server) = Console::on_demo(options()).await;
    console.find("eva-tanaka");
    console.burst("rorgadm\r\r\r");
    console.settle().await;
    assert!(console.is_preview() && server.writes().is_empty(), "{}", console.screen());
    console.burst("y");
    console.settle().await;
    assert_eq!(server.user("eva-tanaka").await["organizationRole"], "admin", "it was seen by now");
}

/// A pick that sends at once is shown as a plan if nobody can have seen the picker.
#[tokio::test]
async fn what_is_picked_in_a_burst_is_shown() {
    let (mut console, server) = Console::on_demo(options()).await;
    console.find("eva-tanaka");
    console.burst("raudio viewer\r");
    console.settle().await;
    assert!(console.is_preview() && server.writes().is_empty(), "{}", console.screen());
}

/// A list ignores its keys while a person's details cover it.
#[tokio::test]
async fn details_keep_the_keys_from_the_list_beneath() {
    let (mut console, server) = Console::on_demo(options()).await;
    let first = console.line("▌");
    console.press(Action::Open);
    console.type_text("/dora");
    console.enter();
    for key in [" ", "s", "V", "*", "v", "2"] {
        console.type_text(key);
    }
    let top = |console: &Console| console.app().overlays.iter().any(|top| matches!(top, Overlay::Details(_)));
    assert!(top(&console), "{}", console.screen());
    while !console.app().overlays.is_empty() {
        console.esc();
    }
    let pane = &console.app().lists.panes[0];
    assert!(pane.filter.value().is_empty() && pane.marks.is_empty() && pane.rows.len() == 58, "{}", console.screen());
    assert_eq!(console.line("▌"), first);
    assert!(server.writes().is_empty());
}
