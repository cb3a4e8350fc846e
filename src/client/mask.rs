//! The key in what a server sends back: an error that repeats the request's headers must not carry it into the journal.
//!
//! The key is looked for as it was sent, and as JSON, URLs and web pages write it. Letters and digits stand for
//! themselves in all of those; any other character may be escaped.

use std::ops::Range;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use memchr::memmem;
use secrecy::{ExposeSecret, SecretString};

use super::endpoint::{AuthScheme, Endpoint};
use super::redact::MASK;
use super::scattered;

/// A shorter key is no secret, and its letters stand in names.
const SHORTEST: usize = 8;

/// The secrets that one client has sent, of which none must be kept.
#[derive(Clone, Default)]
pub(super) struct KeyMask {
    secrets: Vec<MaskedText>,
}

/// A text in which some characters can be written in several ways.
#[derive(Clone)]
struct MaskedText {
    before: Vec<CharacterSpellings>,
    /// As it was sent.
    plain: Vec<u8>,
    /// The longest part that is written in one way.
    anchor: Vec<u8>,
    after: Vec<CharacterSpellings>,
}

/// The ways to write one character, the longest first.
type CharacterSpellings = Vec<Vec<u8>>;

impl KeyMask {
    /// The secrets that requests to this endpoint hold.
    pub(super) fn of(endpoint: &Endpoint) -> Self {
        let mut mask = Self::default();
        let users = endpoint.graph.as_ref().map(|graph| graph.user);
        match &endpoint.auth {
            AuthScheme::None => {}
            AuthScheme::Bearer(key) => mask.add(key, users),
            AuthScheme::Basic { user, key } => mask.add(key, users.into_iter().chain([user.as_str()])),
        }
        mask
    }

    fn add<'a>(&mut self, key: &SecretString, users: impl IntoIterator<Item = &'a str>) {
        let key = key.expose_secret();
        if key.len() < SHORTEST {
            return;
        }
        self.secrets.extend(users.into_iter().map(|user| {
            let pair = SecretString::from(format!("{user}:{key}"));
            let sent = BASE64_STANDARD.encode(pair.expose_secret());
            MaskedText::new(sent.trim_end_matches('=').as_bytes(), encoded)
        }));
        self.secrets.push(MaskedText::new(key.as_bytes(), spellings));
    }

    /// Covers the secrets of another client, too: a server may repeat a key that was replaced.
    pub(super) fn and(mut self, other: &Self) -> Self {
        self.secrets.extend(other.secrets.iter().cloned());
        self
    }

    /// Puts `***` in the place of each secret; true where there was one.
    pub(super) fn cover(&self, text: &mut Vec<u8>) -> bool {
        let mut any = false;
        for secret in &self.secrets {
            any |= replace(text, secret.covered(text));
        }
        let longest = self.secrets.iter().map(|secret| secret.plain.len()).max().unwrap_or_default();
        let mut windows = scattered::windows(text, longest);
        for secret in &self.secrets {
            if replace(text, secret.covered_scattered(text, &windows)) {
                windows = scattered::windows(text, longest);
                any = true;
            }
        }
        any
    }

    /// Like [`Self::cover`], for a text.
    pub(super) fn covered(&self, text: String) -> String {
        let mut bytes = text.into_bytes();
        self.cover(&mut bytes);
        // A covered part begins and ends at ASCII.
        String::from_utf8(bytes).unwrap_or_default()
    }
}

impl MaskedText {
    fn new(text: &[u8], spell: fn(u8) -> CharacterSpellings) -> Self {
        let mut runs = text.split_inclusive(|byte| !byte.is_ascii_alphanumeric());
        let (mut longest, mut at) = (0..0, 0);
        for run in runs.by_ref() {
            let length = run.iter().filter(|byte| byte.is_ascii_alphanumeric()).count();
            if length > longest.len() {
                longest = at..at + length;
            }
            at += run.len();
        }
        let all = |part: &[u8]| part.iter().copied().map(spell).collect();
        Self {
            before: all(&text[..longest.start]),
            plain: text.to_vec(),
            anchor: text[longest.clone()].to_vec(),
            after: all(&text[longest.end..]),
        }
    }

    /// The text without the secret that has hidden characters within; `None` where it is not there.
    fn covered_scattered(&self, text: &[u8], windows: &[Range<usize>]) -> Option<Vec<u8>> {
        let found = scattered::find(text, windows, &self.plain);
        if found.is_empty() {
            return None;
        }
        let mut covered = Vec::new();
        let mut kept = 0;
        for range in &found {
            covered.extend_from_slice(&text[kept..range.start]);
            covered.extend_from_slice(MASK.as_bytes());
            kept = range.end;
        }
        covered.extend_from_slice(&text[kept..]);
        Some(covered)
    }

    /// The text without the secret; `None` where it is not there.
    fn covered(&self, text: &[u8]) -> Option<Vec<u8>> {
        let mut covered = Vec::new();
        let mut kept = 0;
        for at in memmem::find_iter(text, &self.anchor) {
            let start = self.before.iter().rev().try_fold(at, |end, spellings| {
                let head = &text[..end];
                spellings.iter().find(|spelling| head.ends_with(spelling)).map(|spelling| end - spelling.len())
            });
            let end = self.after.iter().try_fold(at + self.anchor.len(), |start, spellings| {
                let tail = &text[start..];
                spellings.iter().find(|spelling| tail.starts_with(spelling)).map(|spelling| start + spelling.len())
            });
            if let (Some(start), Some(end)) = (start, end)
                && start >= kept
            {
                covered.extend_from_slice(&text[kept..start]);
                covered.extend_from_slice(MASK.as_bytes());
                kept = end;
            }
        }
        (kept > 0).then(|| {
            covered.extend_from_slice(&text[kept..]);
            covered
        })
    }
}

/// Puts the covered text in the place of the text; false where nothing was covered.
fn replace(text: &mut Vec<u8>, covered: Option<Vec<u8>>) -> bool {
    covered.map(|covered| *text = covered).is_some()
}

/// How JSON (RFC 8259 §7), URLs (RFC 3986 §2.1) and web pages write a character.
fn spellings(byte: u8) -> CharacterSpellings {
    let c = char::from(byte);
    if byte.is_ascii_alphanumeric() {
        return vec![vec![byte]];
    }
    let page = match c {
        '"' => "&quot;",
        '&' => "&amp;",
        '\'' => "&apos;",
        '<' => "&lt;",
        '>' => "&gt;",
        _ => "",
    };
    let mut all: Vec<String> = vec![
        format!("\\u{byte:04x}"),
        format!("\\u{byte:04X}"),
        format!("&#{byte};"),
        format!("&#x{byte:x};"),
        format!("&#x{byte:X};"),
        format!("%{byte:02x}"),
        format!("%{byte:02X}"),
        format!("\\{c}"),
        c.to_string(),
        page.to_owned(),
    ];
    all.retain(|spelling| !spelling.is_empty());
    all.sort_by_key(|spelling| std::cmp::Reverse(spelling.len()));
    all.into_iter().map(String::into_bytes).collect()
}

/// Like [`spellings`], for a character of Base64, which has another alphabet for URLs (RFC 4648 §5).
fn encoded(byte: u8) -> CharacterSpellings {
    let mut all = spellings(byte);
    all.extend(match byte {
        b'+' => spellings(b'-'),
        b'/' => spellings(b'_'),
        _ => Vec::new(),
    });
    all
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const KEY: &str = "a/key+with\"all=signs&7";

    fn covered(text: &str) -> String {
        let mut mask = KeyMask::default();
        mask.add(&KEY.into(), ["ann"]);
        mask.covered(text.to_owned())
    }

    #[rstest]
    #[case::plain("Bearer a/key+with\"all=signs&7.", "Bearer ***.")]
    #[case::json(r#"{"detail":"a\/key+with\"all=signs&7"}"#, r#"{"detail":"***"}"#)]
    #[case::json_for_pages(r#""a/key\u002bwith\u0022all\u003Dsigns\u00267""#, r#""***""#)]
    #[case::url("?key=a%2Fkey%2bwith%22all%3Dsigns%267&x", "?key=***&x")]
    #[case::page("<p>a/key+with&quot;all=signs&amp;7 a&#47;key&#x2B;with&#34;all=signs&#x26;7", "<p>*** ***")]
    #[case::twice("a/key+with\"all=signs&7a/key+with\"all=signs&7", "******")]
    #[case::another(
        "a/key+with\"all=signs&8 a key+with\"all=signs&7",
        "a/key+with\"all=signs&8 a key+with\"all=signs&7"
    )]
    #[case::basic("Basic YW5uOmEva2V5K3dpdGgiYWxsPXNpZ25zJjc=", "Basic ***=")]
    #[case::hidden("a/k\u{200b}ey+with\u{7}\"all=signs\u{e0041}\u{ad}&7.", "***.")]
    #[case::hidden_in_json(r#""a/k\u200Bey+with\b"all=signs\udb40\udc41\u00ad&7""#, r#""***""#)]
    #[case::hidden_elsewhere("\u{200b}a/key+with \"all=signs&7\\u200b", "\u{200b}a/key+with \"all=signs&7\\u200b")]
    #[case::nothing("", "")]
    fn it_is_found_in_every_form(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(covered(text), expected);
    }

    #[test]
    fn base64_is_found_in_both_alphabets_and_escaped() {
        let mut mask = KeyMask::default();
        mask.add(&"~~~~????>>>>".into(), [""]);
        // ":~~~~????>>>>"
        for sent in ["On5+fn4/Pz8/Pj4+Pg", "On5-fn4_Pz8_Pj4-Pg", "On5%2Bfn4%2fPz8%2FPj4%2BPg", r"On5+fn4\/Pz8\/Pj4+Pg"]
        {
            assert_eq!(mask.covered(format!("({sent}==)")), "(***==)");
        }
    }

    #[test]
    fn short_keys_are_letters_of_names() {
        let mut mask = KeyMask::default();
        mask.add(&"key".into(), [""]);
        assert_eq!(mask.covered("monkey".into()), "monkey");
    }

    #[test]
    fn a_key_without_letters_is_found_as_it_is() {
        let mut mask = KeyMask::default();
        mask.add(&"-._~-._~-._~".into(), []);
        assert_eq!(mask.covered("x-._~-._~-._~y".into()), "x***y");
    }
}
