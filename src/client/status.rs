//! An answer outside 2xx as a failure in words.

use serde_json::Value;

use crate::scim::failure::{Arrived, Class, Failure};
use crate::scim::request::Request;

/// The longest part of a server's words that is repeated, in characters.
const MOST_WORDS: usize = 300;

/// The failure for a status outside 2xx; `put_off` where the answer named a time to come back.
pub(super) fn refused(status: u16, body: &[u8], request: &Request, put_off: bool) -> Failure {
    let error: Value = serde_json::from_slice(body).unwrap_or_default();
    let words = ["detail", "message", "error"].iter().find_map(|name| error.get(name).and_then(Value::as_str));
    let words = words.map(clean).unwrap_or_default();
    let (class, plain, next) = meaning(status, put_off);
    let text = match words.as_str() {
        "" => format!("{plain} ({status})"),
        words => format!("{plain} ({status}): {words}"),
    };
    Failure {
        class,
        text,
        next: next.into(),
        status: Some(status),
        scim_type: error.get("scimType").and_then(Value::as_str).map(clean),
        arrived: arrived(status, class, request.method.is_read()),
    }
}

/// A server error to a write does not say whether the write was made before it.
pub(super) fn arrived(status: u16, class: Class, read: bool) -> Arrived {
    let in_doubt = matches!(status, 408 | 500 | 502..=504) && class != Class::RateLimited;
    if !read && in_doubt { Arrived::Unknown } else { Arrived::Yes }
}

fn meaning(status: u16, put_off: bool) -> (Class, &'static str, &'static str) {
    match status {
        401 => (Class::Unauthorized, "The key was not accepted", "Check the profile's key and auth"),
        403 => (Class::Forbidden, "The key may not do this", "Use an administrator's key"),
        404 | 410 => (Class::NotFound, "There is no such record", "Refresh, or check the profile's url and path"),
        409 => (Class::Conflict, "It clashes with another record", "Look at the other record"),
        412 => (Class::Conflict, "The record was changed by somebody else", "Look at their version first"),
        429 => (Class::RateLimited, "The server asks for fewer requests", "Wait a little, then try again"),
        503 if put_off => (Class::RateLimited, "The server asks to come back later", "Wait a little, then try again"),
        500..=599 => (Class::Server, "The server failed", "Look at the record, then try again"),
        _ => (Class::Refused, "The server refused it", ""),
    }
}

/// One line without control and direction signs, of bounded length.
pub(super) fn clean(text: &str) -> String {
    let hidden = |letter: char| {
        letter.is_control()
            || matches!(letter, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
    };
    let shown: String = text.chars().map(|letter| if hidden(letter) { ' ' } else { letter }).collect();
    let line = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MOST_WORDS) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scim::request::Method;

    #[test]
    fn the_servers_words_are_repeated_clean() {
        let body = br#"{"detail":"no\u001b[31m\nseat\u202e left","scimType":"tooMany","status":"400"}"#;
        let failure = refused(400, body, &Request::new(Method::Post, ["Users"]), false);
        assert_eq!(failure.text, "The server refused it (400): no [31m seat left");
        assert_eq!((failure.scim_type.as_deref(), failure.arrived), (Some("tooMany"), Arrived::Yes));
        assert!(clean(&"x".repeat(10_000)).chars().count() <= MOST_WORDS + 1);
    }

    #[test]
    fn a_failed_server_leaves_a_write_in_doubt() {
        let write = Request::new(Method::Patch, ["Users", "1"]);
        assert_eq!(refused(504, b"<html>", &write, false).arrived, Arrived::Unknown);
        assert_eq!(refused(503, b"", &write, true).arrived, Arrived::Yes);
        assert_eq!(refused(501, b"", &write, false).arrived, Arrived::Yes);
        assert_eq!(refused(500, b"", &Request::new(Method::Get, ["Users"]), false).arrived, Arrived::Yes);
    }
}
