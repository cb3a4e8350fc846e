//! stub
use std::borrow::Cow;
/// stub
pub fn clean(raw: &str) -> Cow<'_, str> {
    if raw.chars().any(|c| c.is_control() || c == '\u{202e}') {
        Cow::Owned(raw.chars().filter(|c| !c.is_control() && *c != '\u{202e}').collect())
    } else {
        Cow::Borrowed(raw)
    }
}
/// stub
pub fn fold(s: &str) -> String {
    s.to_lowercase()
}
