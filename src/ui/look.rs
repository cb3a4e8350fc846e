//! Colours and signs. Colour carries no meaning alone, and no background is painted over the terminal's own.

use jiff::{Timestamp, Zoned, tz::TimeZone};
use ratatui::{
    buffer::{Buffer, Cell},
    style::{Color, Modifier, Style},
    symbols::border,
};

use super::fit;
use crate::scim::text;

/// The set of colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColorTheme {
    /// The sixteen colours that every terminal has and people have chosen for themselves; fits dark and light.
    Ansi,
    /// For light backgrounds: no yellow, no bright colours.
    Light,
    /// No colour at all: bold, dim, underlined, reversed.
    Mono,
}

/// The set of signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GlyphSet {
    /// The sign of the row with the cursor.
    pub cursor: &'static str,
    /// The sign of a marked row.
    pub mark: &'static str,
    /// A value that is not confirmed yet.
    pub pending: &'static str,
    /// The sign of a confirmed change.
    pub done: &'static str,
    /// The sign of a failed change.
    pub failed: &'static str,
    /// The sign of a change that is done in part.
    pub in_part: &'static str,
    /// The sign of a change that was not needed: the value was so already.
    pub needless: &'static str,
    /// The sign of a change that did more than was asked for.
    pub harm: &'static str,
    /// The sign of a change that was undone.
    pub undone: &'static str,
    /// The arrow from the former to the new value.
    pub arrow: &'static str,
    /// The present value.
    pub now: &'static str,
    /// The signs of a choice that is made, and of one that is not.
    pub choice: [&'static str; 2],
    /// The signs for connected, not connected.
    pub link: [&'static str; 2],
    /// The sign for connected while something is missing.
    pub partly: &'static str,
    /// A name that may look like another one.
    pub alike: &'static str,
    /// The signs for sorted upwards, downwards.
    pub sort: [&'static str; 2],
    /// Something was cut off.
    pub more: &'static str,
    /// The sign between parts of a line.
    pub dot: &'static str,
    /// A gauge's full and empty cell.
    pub gauge: [&'static str; 2],
    /// The signs for something that comes, goes, changes.
    pub signs: [&'static str; 3],
    /// Horizontal line.
    pub line: &'static str,
    /// A value that the server has not told, as opposed to none.
    pub unknown: &'static str,
    /// No value.
    pub none: &'static str,
    /// The part of a list that is on screen, on its right border.
    pub thumb: &'static str,
    /// Box corners and sides follow the plain `+-|` set.
    pub ascii: bool,
}

impl GlyphSet {
    /// The sign between a number and the thing counted.
    pub const fn times(&self) -> &'static str {
        if self.ascii { "x" } else { "×" }
    }

    /// For UTF-8 terminals.
    pub const UNICODE: GlyphSet = GlyphSet {
        cursor: "▌",
        mark: "■",
        pending: "↻",
        done: "✓",
        failed: "✗",
        in_part: "◐",
        needless: "=",
        harm: "!",
        undone: "↶",
        arrow: "→",
        now: "●",
        choice: ["●", "○"],
        link: ["●", "○"],
        partly: "◐",
        alike: "≈",
        sort: ["↑", "↓"],
        more: "…",
        dot: "·",
        gauge: ["█", "░"],
        signs: ["+", "−", "~"],
        line: "─",
        unknown: "?",
        none: "–",
        thumb: "┃",
        ascii: false,
    };

    /// For all others. Few characters are left: `-` is what goes, and neither none nor a bullet.
    pub const ASCII: GlyphSet = GlyphSet {
        cursor: ">",
        mark: "*",
        pending: "@",
        done: "v",
        failed: "x",
        in_part: "%",
        needless: "=",
        harm: "!",
        undone: "<",
        arrow: "->",
        now: "(*)",
        choice: ["(*)", "( )"],
        link: ["(*)", "( )"],
        partly: "(%)",
        alike: "&",
        sort: ["/", "\\"],
        more: "..",
        dot: ".",
        gauge: ["#", ":"],
        signs: ["+", "-", "~"],
        line: "-",
        unknown: "?",
        none: "_",
        thumb: "#",
        ascii: true,
    };
}

/// Corners and sides of a box in plain ASCII.
const ASCII_BORDER: border::Set<'static> = border::Set {
    top_left: "+",
    top_right: "+",
    bottom_left: "+",
    bottom_right: "+",
    vertical_left: "|",
    vertical_right: "|",
    horizontal_top: "-",
    horizontal_bottom: "-",
};

/// Colours, signs and the time zone: the things that drawing needs besides the state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScreenLook {
    /// Colours.
    pub theme: ColorTheme,
    /// Signs.
    pub glyphs: GlyphSet,
    /// Times are shown in this zone.
    pub zone: TimeZone,
}

impl ScreenLook {
    /// Shows times in UTC.
    pub const fn new(theme: ColorTheme, glyphs: GlyphSet) -> Self {
        Self { theme, glyphs, zone: TimeZone::UTC }
    }

    /// Shows times in this zone.
    pub fn in_zone(self, zone: TimeZone) -> Self {
        Self { zone, ..self }
    }

    /// Corners and sides of boxes.
    pub fn border(&self) -> border::Set<'static> {
        if self.glyphs.ascii { ASCII_BORDER } else { border::ROUNDED }
    }

    /// `14:02:11`.
    pub fn clock(&self, at: Timestamp) -> String {
        self.local(at).strftime("%H:%M:%S").to_string()
    }

    /// `14:02` today, `12 Mar 14:02` this year, `2024-03-12` else. A time, not an age: it never changes by itself.
    pub fn moment(&self, at: Timestamp, now: Timestamp) -> String {
        let (at, now) = (self.local(at), self.local(now));
        let form = if at.date() == now.date() {
            "%H:%M"
        } else if at.year() == now.year() {
            "%-d %b %H:%M"
        } else {
            "%Y-%m-%d"
        };
        at.strftime(form).to_string()
    }

    /// `12 Mar`.
    pub fn date(&self, at: Timestamp) -> String {
        self.local(at).strftime("%-d %b").to_string()
    }

    /// The start of the day of `at`.
    pub fn midnight(&self, at: Timestamp) -> Timestamp {
        self.local(at).start_of_day().map_or(at, |day| day.timestamp())
    }

    /// `2024-03-12`.
    pub fn day(&self, at: Timestamp) -> String {
        self.local(at).strftime("%Y-%m-%d").to_string()
    }

    /// The last gate: whatever was drawn, nothing that acts on a terminal or hides leaves the buffer. In a terminal
    /// without UTF-8, `?` stands for what it can't show, such as names from the server.
    pub fn finish(&self, screen: &mut Buffer) {
        let acts = |cell: &&mut Cell| {
            let symbol = cell.symbol();
            let plain = matches!(symbol.as_bytes(), [b' '..=b'~']);
            !plain && symbol.chars().any(text::acts)
        };
        for cell in screen.content.iter_mut().filter(acts) {
            cell.set_symbol(" ");
        }
        if self.glyphs.ascii {
            let mut covered = (0, Style::new());
            for cell in &mut screen.content {
                if cell.symbol().is_ascii() {
                    // The cells behind a wide character, which covered them, are seen now.
                    if covered.0 > 0 {
                        covered.0 -= 1;
                        cell.set_style(covered.1);
                    }
                    continue;
                }
                covered = (fit::width(cell.symbol()).saturating_sub(1), cell.style());
                cell.set_symbol(ascii(cell.symbol()));
            }
        }
    }

    fn local(&self, at: Timestamp) -> Zoned {
        at.to_zoned(self.zone.clone())
    }

    fn color(&self, ansi: Color, light: Color) -> Style {
        match self.theme {
            ColorTheme::Ansi => Style::new().fg(ansi),
            ColorTheme::Light => Style::new().fg(light),
            ColorTheme::Mono => Style::new(),
        }
        .remove_modifier(Modifier::DIM)
    }

    /// The style of text that the eye should find first: titles, the tab that is open.
    pub fn strong(&self) -> Style {
        self.plain().add_modifier(Modifier::BOLD)
    }

    /// Ordinary text on a border, which is dim itself.
    pub fn plain(&self) -> Style {
        self.color(Color::Reset, Color::Reset)
    }

    /// The style of keys, the typed text, and text that a filter matched.
    pub fn accent(&self) -> Style {
        self.color(Color::Cyan, Color::Blue).add_modifier(Modifier::BOLD)
    }

    /// The style of labels, hints and absent values.
    pub fn dim(&self) -> Style {
        match self.theme {
            // Bright black is the background of some palettes (Solarized): the text's own colour, made faint, is none.
            ColorTheme::Ansi | ColorTheme::Light => Style::new().fg(Color::Reset).add_modifier(Modifier::DIM),
            ColorTheme::Mono => Style::new().add_modifier(Modifier::DIM),
        }
    }

    /// The border of a box.
    pub fn frame(&self) -> Style {
        self.color(Color::Cyan, Color::Blue)
    }

    /// The style of everything beneath a box, whatever it was drawn with.
    pub fn receded(&self) -> Style {
        Style::reset().add_modifier(Modifier::DIM)
    }

    /// The row with the cursor. Reversed in every theme, so that it is visible without any colour.
    pub fn cursor(&self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }

    /// A value that is not confirmed yet.
    pub fn pending(&self) -> Style {
        self.color(Color::Yellow, Color::Magenta).add_modifier(Modifier::ITALIC)
    }

    /// Good: confirmed, connected, comes.
    pub fn good(&self) -> Style {
        self.color(Color::Green, Color::Green)
    }

    /// Bad: failed, refused, goes. The plain red of many dark palettes (VGA, gruvbox) is darker than their text.
    pub fn bad(&self) -> Style {
        self.color(Color::LightRed, Color::Red).add_modifier(Modifier::BOLD)
    }

    /// Careful: risky, offline, read-only.
    pub fn careful(&self) -> Style {
        self.color(Color::Yellow, Color::Magenta).add_modifier(Modifier::BOLD)
    }
}

/// The sign for a character that a terminal without UTF-8 can't show.
fn ascii(symbol: &str) -> &'static str {
    match symbol {
        "…" => ".",
        "·" => GlyphSet::ASCII.dot,
        "≈" => GlyphSet::ASCII.alike,
        "−" | "–" => "-",
        "“" | "”" => "\"",
        "‘" | "’" => "'",
        _ => "?",
    }
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;

    use super::*;

    #[test]
    fn every_sign_means_one_thing() {
        for set in [GlyphSet::UNICODE, GlyphSet::ASCII] {
            let [add, remove, alter] = set.signs;
            let ([on, off], [up, down], [full, empty]) = (set.choice, set.sort, set.gauge);
            let all = [
                set.cursor,
                set.mark,
                set.pending,
                set.done,
                set.failed,
                set.in_part,
                set.needless,
                set.harm,
                set.undone,
                set.arrow,
                set.alike,
                set.more,
                set.dot,
                set.unknown,
                set.none,
                on,
                off,
                up,
                down,
                full,
                empty,
                add,
                remove,
                alter,
            ];
            for (at, sign) in all.iter().enumerate() {
                assert!(!all[..at].contains(sign), "{sign} has two meanings");
            }
            // So it is, so it is not: of a choice, a connection, the present value.
            assert_eq!((set.now, set.link), (on, set.choice));
            assert!(set.partly.contains(set.in_part), "{}", set.partly);
            assert_eq!(set.alike == crate::scim::confusable::MARK.to_string(), !set.ascii);
        }
    }

    #[test]
    fn signs_of_sentences_have_an_ascii_form_where_others_are_question_marks() {
        let mut screen = Buffer::empty(Rect::new(0, 0, 13, 1));
        screen.set_string(0, 0, "“it’s” … – 田", Style::new());
        ScreenLook::new(ColorTheme::Ansi, GlyphSet::ASCII).finish(&mut screen);
        let shown: String = screen.content.iter().map(Cell::symbol).collect();
        assert_eq!(shown.trim_end(), "\"it's\" . - ?");
    }

    #[test]
    fn a_style_reaches_over_the_cells_that_a_wide_character_covered() {
        let look = ScreenLook::new(ColorTheme::Mono, GlyphSet::ASCII);
        let mut screen = Buffer::empty(Rect::new(0, 0, 6, 1));
        screen.set_string(0, 0, "田a", look.cursor());
        look.finish(&mut screen);
        let reversed: Vec<bool> =
            screen.content.iter().map(|cell| cell.modifier.contains(Modifier::REVERSED)).collect();
        assert_eq!(reversed, [true, true, true, false, false, false]);
    }
}
