//! A burst of keys and pastes: each is answered, and what is drawn is clean.
#![no_main]

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use libfuzzer_sys::fuzz_target;
use scimitar::app::AppMessage;

const CODES: [KeyCode; 15] = [
    KeyCode::Enter,
    KeyCode::Esc,
    KeyCode::Tab,
    KeyCode::BackTab,
    KeyCode::Backspace,
    KeyCode::Up,
    KeyCode::Down,
    KeyCode::Left,
    KeyCode::Right,
    KeyCode::PageUp,
    KeyCode::PageDown,
    KeyCode::Home,
    KeyCode::End,
    KeyCode::Delete,
    KeyCode::F(1),
];

fuzz_target!(|bytes: &[u8]| {
    let mut app = scimitar_fuzz::console(&["eva-tanaka", "ivan", "陈伟", "noor", "admin"]);
    for byte in bytes.iter().take(300) {
        let key = |code, modifiers| Event::Key(KeyEvent::new(code, modifiers));
        let event = match byte {
            0..=14 => key(CODES[usize::from(*byte)], KeyModifiers::NONE),
            15..=25 => key(KeyCode::Char(char::from(b'a' + (byte - 15) * 2)), KeyModifiers::CONTROL),
            26 => Event::Paste("two\nlines".to_owned()),
            27 => Event::Resize(40, 12),
            28 => Event::Resize(1, 1),
            29 => Event::Resize(80, 24),
            30 => Event::Resize(200, 50),
            _ => key(KeyCode::Char(char::from(*byte)), KeyModifiers::NONE),
        };
        app.update(AppMessage::Terminal(event), scimitar_fuzz::now());
    }
    scimitar_fuzz::screen(&app);
});
