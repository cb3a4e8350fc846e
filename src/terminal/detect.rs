//! The terminal's abilities, from the environment alone: asking the terminal costs a round trip over SSH.

use jiff::tz::TimeZone;

use super::pace::LinkSpeed;
use crate::ui::look::{ColorTheme, GlyphSet, ScreenLook};

/// The config's choices; `None` means that the environment decides.
#[derive(Debug, Clone, Copy, Default)]
pub struct WantedLook {
    /// The colour theme.
    pub theme: Option<ColorTheme>,
    /// The set of signs.
    pub glyphs: Option<GlyphSet>,
}

/// The colours and signs for this terminal.
///
/// `NO_COLOR` (any value but empty) wins over the config's colours: a person who sets it means every program.
pub fn look(wanted: WantedLook, env: &dyn Fn(&str) -> Option<String>, zone: TimeZone) -> ScreenLook {
    let set = |name: &str| env(name).is_some_and(|value| !value.is_empty());
    let theme = if set("NO_COLOR") || env("TERM").as_deref() == Some("dumb") {
        ColorTheme::Mono
    } else {
        wanted.theme.unwrap_or_else(|| if light_background(env) { ColorTheme::Light } else { ColorTheme::Ansi })
    };
    let glyphs = wanted.glyphs.unwrap_or_else(|| if utf8(env) { GlyphSet::UNICODE } else { GlyphSet::ASCII });
    ScreenLook::new(theme, glyphs).in_zone(zone)
}

/// The link to the terminal, where it is slow. Without a setting in `slow`, SSH connections count as slow.
pub fn link(slow: Option<bool>, env: &dyn Fn(&str) -> Option<String>) -> Option<LinkSpeed> {
    let remote = || ["SSH_CONNECTION", "SSH_TTY"].iter().any(|name| env(name).is_some_and(|value| !value.is_empty()));
    slow.unwrap_or_else(remote).then_some(LinkSpeed::SLOW)
}

/// True for UTF-8. The first variable that is set decides the locale (POSIX).
fn utf8(env: &dyn Fn(&str) -> Option<String>) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().filter_map(|name| env(name)).find(|value| !value.is_empty());
    locale.is_some_and(|locale| {
        let lower = locale.to_lowercase();
        lower.contains("utf-8") || lower.contains("utf8")
    })
}

/// True for a light background: `COLORFGBG` ends in the background's number where a terminal sets it.
fn light_background(env: &dyn Fn(&str) -> Option<String>) -> bool {
    let Some(value) = env("COLORFGBG") else { return false };
    matches!(value.rsplit(';').next().and_then(|number| number.parse::<u8>().ok()), Some(7 | 15))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(pairs: &'static [(&str, &str)]) -> ScreenLook {
        let env = move |name: &str| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        look(WantedLook::default(), &env, TimeZone::UTC)
    }

    #[test]
    fn the_environment_decides() {
        assert_eq!(with(&[("LANG", "de_DE.UTF-8")]).glyphs, GlyphSet::UNICODE);
        assert_eq!(with(&[("LC_ALL", "C"), ("LANG", "de_DE.UTF-8")]).glyphs, GlyphSet::ASCII);
        assert_eq!(with(&[("NO_COLOR", "1")]).theme, ColorTheme::Mono);
        assert_eq!(with(&[("NO_COLOR", "")]).theme, ColorTheme::Ansi);
        assert_eq!(with(&[("COLORFGBG", "0;15")]).theme, ColorTheme::Light);
        assert_eq!(with(&[("COLORFGBG", "15;0")]).theme, ColorTheme::Ansi);
    }

    #[test]
    fn a_session_over_ssh_is_slow_unless_it_is_said_otherwise() {
        let ssh = |name: &str| (name == "SSH_CONNECTION").then(|| "192.0.2.1 50022 192.0.2.2 22".to_owned());
        assert_eq!(link(None, &ssh), Some(LinkSpeed::SLOW));
        assert_eq!(link(Some(false), &ssh), None);
        assert_eq!(link(None, &|_| None), None);
        assert_eq!(link(Some(true), &|_| None), Some(LinkSpeed::SLOW));
    }
}
