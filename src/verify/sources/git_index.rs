//! The index of git: the files of the working tree, with what git called their contents when it wrote them (git documentation,
//! "index-format", versions 2 to 4, with SHA-1).
//!
//! | bytes | of the file |
//! |---|---|
//! | 12 | `DIRC`, version, number of entries, all numbers big-endian |
//! | … | the entries |
//!
//! | bytes | of an entry |
//! |---|---|
//! | 0–7 | time of change: seconds, nanoseconds |
//! | 8–15 | time of modification: seconds, nanoseconds |
//! | 16–39 | device, inode, mode, user, group, size |
//! | 40–59 | SHA-1 of the object |
//! | 60–61 | flags: bit 14 says that 16 more flags follow |
//! | … | the name; versions 2 and 3: a NUL, and more of them up to a multiple of 8 bytes; version 4: the bytes to remove from the end of the previous name, the bytes to append, a NUL |

use crate::digest::Digest;
use crate::error::{Error, Result};
use crate::memory;

const HEADER: usize = 12;
const FIXED: usize = 62;
const EXTENDED: u16 = 1 << 14;

/// Bytes of the longest name that is taken: more than any system opens.
const LONGEST_NAME: usize = 4096;

/// A file of the index.
pub(super) struct Entry {
    pub name: String,
    /// What git calls the contents.
    pub object: Digest,
    /// When the file was last written, in seconds since 1970.
    pub modified: u32,
}

/// Reads the entries whose names are UTF-8.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Entry>> {
    let header = bytes.split_at_checked(HEADER).filter(|(header, _)| header.starts_with(b"DIRC"));
    let (header, mut rest) = header.ok_or_else(|| Error::format("it is no index of git: expected \"DIRC\""))?;
    let (version, count) = (number(&header[4..]), number(&header[8..]));
    if !(2..=4).contains(&version) {
        return Err(Error::format(format!("it is an index of version {version}: expected 2, 3 or 4")));
    }
    let (mut entries, mut name) = (Vec::new(), Vec::new());
    for _ in 0..count {
        let at = (bytes.len() - rest.len()) as u64;
        let entry = read_entry(&mut rest, version, &mut name);
        let (object, modified) =
            entry.ok_or_else(|| Error::format("the index of git is cut off here").with_offset(at))?;
        if let Ok(name) = std::str::from_utf8(&name) {
            let name = memory::text(name, "a name")?;
            memory::push(&mut entries, Entry { name, object, modified }, "the index of git")?;
        }
    }
    Ok(entries)
}

/// Reads the next entry, and its name into `name`, which has that of the entry before.
fn read_entry(rest: &mut &[u8], version: u32, name: &mut Vec<u8>) -> Option<(Digest, u32)> {
    let (fixed, after) = rest.split_at_checked(FIXED)?;
    let flags = u16::from_be_bytes([fixed[60], fixed[61]]);
    let extra = if flags & EXTENDED != 0 { 2 } else { 0 };
    let after = after.get(extra..)?;
    let after = if version == 4 { append_name(after, name)? } else { read_name(after, FIXED + extra, name)? };
    *rest = after;
    let object: [u8; 20] = fixed[40..60].try_into().ok()?;
    Some((object.into(), number(&fixed[8..])))
}

/// A name in full, and the padding after it.
fn read_name<'a>(bytes: &'a [u8], before: usize, name: &mut Vec<u8>) -> Option<&'a [u8]> {
    let len = bytes.iter().take(LONGEST_NAME).position(|byte| *byte == 0)?;
    name.clear();
    name.extend_from_slice(&bytes[..len]);
    let padded = (before + len + 8) / 8 * 8;
    bytes.get(padded - before..)
}

/// A name that begins like the one before.
fn append_name<'a>(bytes: &'a [u8], name: &mut Vec<u8>) -> Option<&'a [u8]> {
    let (removed, bytes) = read_offset(bytes)?;
    name.truncate(name.len().checked_sub(removed)?);
    let len = bytes.iter().take(LONGEST_NAME.saturating_sub(name.len())).position(|byte| *byte == 0)?;
    name.extend_from_slice(&bytes[..len]);
    bytes.get(len + 1..)
}

/// A number of groups of 7 bits, the most significant first, each but the last with its highest bit set and 1 added (git
/// documentation, "pack-format", offset encoding).
fn read_offset(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0_usize;
    for (position, byte) in bytes.iter().enumerate() {
        value = value.checked_mul(128)?.checked_add(usize::from(byte & 127))?;
        if byte & 128 == 0 {
            return Some((value, &bytes[position + 1..]));
        }
        value = value.checked_add(1)?;
    }
    None
}

fn number(bytes: &[u8]) -> u32 {
    bytes.first_chunk().map_or(0, |bytes| u32::from_be_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An index of three files, as `git update-index` writes it in each version.
    fn index(version: u32) -> Vec<u8> {
        let mut bytes = [&b"DIRC"[..], &version.to_be_bytes(), &3_u32.to_be_bytes()].concat();
        for (number, (name, removed, appended)) in
            [("a/model", 0, "a/model"), ("a/more", 3, "re"), ("b", 6, "b")].into_iter().enumerate()
        {
            let start = bytes.len();
            bytes.extend([0; 8]);
            bytes.extend((number as u32 + 7).to_be_bytes());
            bytes.extend([0; 28]);
            bytes.extend([number as u8; 20]);
            bytes.extend((name.len() as u16).to_be_bytes());
            if version == 4 {
                bytes.push(removed);
                bytes.extend(appended.as_bytes());
                bytes.push(0);
            } else {
                bytes.extend(name.as_bytes());
                let len = (bytes.len() - start) / 8 * 8 + 8;
                bytes.resize(start + len, 0);
            }
        }
        bytes
    }

    #[test]
    fn every_version_is_read() {
        for version in 2..=4 {
            let entries = read(&index(version)).unwrap();
            let names: Vec<_> = entries.iter().map(|entry| (&*entry.name, entry.modified)).collect();
            assert_eq!(names, [("a/model", 7), ("a/more", 8), ("b", 9)], "version {version}");
            assert_eq!(entries[1].object, Digest::from([1; 20]));
        }
    }

    #[test]
    fn every_prefix_is_refused() {
        for version in 2..=4 {
            let index = index(version);
            for len in 0..index.len() {
                assert!(read(&index[..len]).is_err(), "version {version}, {len} bytes");
            }
        }
        assert!(read(&index(5)).is_err());
    }

    #[test]
    fn offsets_are_those_of_packs() {
        for (bytes, value) in [(&[0x00][..], 0), (&[0x7f], 127), (&[0x80, 0x00], 128), (&[0x81, 0x00], 256)] {
            assert_eq!(read_offset(bytes), Some((value, &[][..])));
        }
        assert_eq!(read_offset(&[0xff; 20]), None);
    }
}
