//! Names that a server sends and that reach the screen, in lists and in details.
#![no_main]

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use libfuzzer_sys::fuzz_target;
use scimitar::{app::AppMessage, directory::Name, scim::text};

fuzz_target!(|text: &str| {
    let name = Name::from(text);
    assert_eq!(name.raw(), text);
    assert_eq!(text::clean(name.as_str()), name.as_str(), "cleaned twice is cleaned once");
    let names: Vec<&str> = text.split('\u{1}').collect();
    let mut app = scimitar_fuzz::console(&names);
    for key in
        [KeyCode::Char('2'), KeyCode::Enter, KeyCode::Esc, KeyCode::Char('3'), KeyCode::Char('1'), KeyCode::Enter]
    {
        scimitar_fuzz::screen(&app);
        app.update(AppMessage::Terminal(Event::Key(KeyEvent::new(key, KeyModifiers::NONE))), scimitar_fuzz::now());
    }
    scimitar_fuzz::screen(&app);
});
