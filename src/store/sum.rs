//! Checksums of what is stored. `SQLite` notices a broken page, not a byte that changed inside a value: a record that
//! decodes all the same would be shown as true.

/// The checksum of some parts in their order; bytes that move from one part to the next change it.
pub(super) fn of(parts: &[&[u8]]) -> u32 {
    let mut sum = crc32fast::Hasher::new();
    for part in parts {
        sum.update(&(part.len() as u64).to_le_bytes());
        sum.update(part);
    }
    sum.finalize()
}

/// Appends the checksum of the bytes to them.
pub(super) fn seal(bytes: &mut Vec<u8>) {
    let sum = of(&[bytes]);
    bytes.extend_from_slice(&sum.to_le_bytes());
}

/// The bytes without their checksum; `None` where they are not what was sealed.
pub(super) fn unseal(bytes: &[u8]) -> Option<&[u8]> {
    let (bytes, sum) = bytes.split_last_chunk()?;
    (u32::from_le_bytes(*sum) == of(&[bytes])).then_some(bytes)
}

/// The checksum that sealed bytes end with.
pub(super) fn sealed(bytes: &[u8]) -> &[u8] {
    bytes.last_chunk::<4>().map_or(&[], <[u8; 4]>::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_changed_byte_goes_unnoticed() {
        let mut sealed = b"ann".to_vec();
        seal(&mut sealed);
        assert_eq!(unseal(&sealed), Some(&b"ann"[..]));
        for at in 0..sealed.len() {
            for bit in 0..8 {
                let mut changed = sealed.clone();
                changed[at] ^= 1 << bit;
                assert_eq!(unseal(&changed), None);
            }
            assert_eq!(unseal(&sealed[..at]), None);
        }
        assert_ne!(of(&[b"ab", b"c"]), of(&[b"a", b"bc"]));
    }
}
