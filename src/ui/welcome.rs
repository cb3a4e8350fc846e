//! The first screen, while no profile is open: what this is and the ways on.

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
    widgets::Paragraph,
};

use super::{ScreenLook, fit::wrap};
use crate::{
    app::{App, action::Action},
    scim::text::clean_line,
};

/// The widest text that is still easy to read.
const WIDEST: u16 = 72;

/// The longest part of a reason that is shown: it may quote a server.
const MOST_WORDS: usize = 600;

/// Draws it.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, app: &App, look: &ScreenLook) {
    let width = area.width.saturating_sub(4).min(WIDEST);
    let lines = text(usize::from(width), app, look);
    // A third of the free rows above the text, two thirds below it, and no less than the whole text on screen.
    let free = area.height.saturating_sub(lines.len() as u16);
    let x = area.x + (area.width - width) / 2;
    let at = Rect { x, y: area.y + free / 3, width, height: area.height - free / 3 };
    frame.render_widget(Paragraph::new(lines), at);
}

fn text(width: usize, app: &App, look: &ScreenLook) -> Vec<Line<'static>> {
    let paragraph = |text: &str| wrap(text, width).into_iter();
    let mut lines: Vec<Line<'static>> =
        paragraph("scimitar shows and edits the users, teams and roles behind a SCIM API.")
            .map(|line| Line::styled(line, look.strong()))
            .collect();
    lines.push(Line::default());
    let unopened =
        app.known_profiles.unopened.as_ref().and_then(|unopened| Some((unopened.draft.as_ref()?, &unopened.why)));
    if let Some((draft, why)) = unopened {
        let why = clean_line(why, MOST_WORDS);
        lines.extend(
            paragraph(&format!("{} {} can't be opened.", look.glyphs.failed, draft.name))
                .map(|line| Line::styled(line, look.bad())),
        );
        lines.extend(paragraph(&why).map(Line::raw));
        lines.push(Line::default());
    }
    let mut way = |action, words: &str| lines.extend(self::way(app, look, action, words, width));
    if let Some((draft, _)) = unopened {
        way(Action::EditProfile, &format!("edit {}", draft.name));
    }
    way(Action::OpenDemo, "look around in the demo directory; nothing leaves this machine");
    way(Action::NewProfile, "set up a profile for your own directory");
    if !app.known_profiles.names.is_empty() {
        way(Action::Palette, &format!("open a profile: {}", app.known_profiles.names.join(", ")));
    }
    way(Action::Quit, "quit");
    let place = format!("Profiles are read from {}.", app.known_profiles.config_path);
    // Whoever has a profile knows.
    let hints = if unopened.is_some() { 1 } else { 2 };
    let parts = [
        place.as_str(),
        "For W&B, a new profile takes what is there already: the key from WANDB_API_KEY or ~/.netrc, the host from \
         WANDB_BASE_URL or W&B's settings file.",
    ];
    for part in parts.into_iter().take(hints) {
        lines.push(Line::default());
        lines.extend(paragraph(part).map(|line| Line::styled(line, look.dim())));
    }
    lines
}

fn way(app: &App, look: &ScreenLook, action: Action, words: &str, width: usize) -> Vec<Line<'static>> {
    let key = app.keymap.label(action).unwrap_or_default();
    let keys = std::iter::once(key.as_str()).chain(std::iter::repeat(""));
    let line = |(key, words): (&str, String)| {
        Line::from(vec![Span::styled(format!("  {key:<4}"), look.accent()), Span::raw(words)])
    };
    keys.zip(wrap(words, width.saturating_sub(6))).map(line).collect()
}
