//! From the bytes of a file to its text, whatever marks spreadsheets put before it.

use crate::scim::text::without_bom;

/// Bytes that are no text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UndecodableText {
    /// Neither UTF-8 nor marked as anything else. Position of the first byte that does not fit, from 0.
    #[error("it is not UTF-8 from byte {0} on; save it as UTF-8")]
    NotUtf8(usize),
    /// Marked as UTF-16. Position of the first byte that does not fit, from 0.
    #[error("it begins as UTF-16 and is none from byte {0} on; save it as UTF-8")]
    NotUtf16(usize),
    /// Marked as UTF-32.
    #[error("it is UTF-32; save it as UTF-8")]
    Utf32,
}

/// The text without its byte order mark: UTF-8, or UTF-16 where that mark says so ("Unicode text" of Excel).
///
/// # Errors
/// Bytes that are neither. No other encoding is guessed.
pub fn decode(bytes: Vec<u8>) -> Result<String, UndecodableText> {
    match bytes.as_slice() {
        [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..] => Err(UndecodableText::Utf32),
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        _ => match String::from_utf8(bytes) {
            Ok(text) if without_bom(&text).len() == text.len() => Ok(text),
            Ok(text) => Ok(without_bom(&text).to_owned()),
            Err(error) => Err(UndecodableText::NotUtf8(error.utf8_error().valid_up_to())),
        },
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, UndecodableText> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let mut at = 2;
    let mut text = String::with_capacity(bytes.len() / 2);
    for c in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))) {
        let c = c.map_err(|_| UndecodableText::NotUtf16(at))?;
        at += 2 * c.len_utf16();
        text.push(c);
    }
    if rest.is_empty() { Ok(text) } else { Err(UndecodableText::NotUtf16(at)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_say_how_a_text_is_written() {
        let utf16 = |mark: &[u8], bytes: fn(u16) -> [u8; 2]| {
            let units = "user\té🙂\r\n".encode_utf16().flat_map(bytes);
            decode(mark.iter().copied().chain(units).collect())
        };
        assert_eq!(utf16(&[0xFF, 0xFE], u16::to_le_bytes).unwrap(), "user\té🙂\r\n");
        assert_eq!(utf16(&[0xFE, 0xFF], u16::to_be_bytes).unwrap(), "user\té🙂\r\n");
        assert_eq!(decode("\u{FEFF}user".into()).unwrap(), "user");
        assert_eq!(decode("user".into()).unwrap(), "user");
        assert_eq!(decode(Vec::new()).unwrap(), "");
    }

    #[test]
    fn nothing_is_guessed() {
        assert_eq!(decode(b"Zo\xEB".to_vec()), Err(UndecodableText::NotUtf8(2)));
        assert_eq!(decode(b"\xFF\xFEa\0\0\xD8b\0".to_vec()), Err(UndecodableText::NotUtf16(4)));
        assert_eq!(decode(b"\xFF\xFEa\0b".to_vec()), Err(UndecodableText::NotUtf16(4)));
        assert_eq!(decode(b"\xFF\xFE\0\0a\0\0\0".to_vec()), Err(UndecodableText::Utf32));
    }
}
