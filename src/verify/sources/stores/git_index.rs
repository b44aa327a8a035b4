//! The index of git: the files of the working tree, with what git called their contents when it wrote them (git documentation,
//! "index-format", versions 2 to 4, with SHA-1).
//!
//! | bytes | of the file |
//! |---|---|
//! | 12 | `DIRC`, version, number of entries, all numbers big-endian |
//! | … | the entries |
//! | … | the extensions: 4 letters, the number of bytes that follow, and these |
//! | 20 | SHA-1 of everything before, or zeros (`index.skipHash`) |
//!
//! | bytes | of an entry |
//! |---|---|
//! | 0–7 | time of change: seconds, nanoseconds |
//! | 8–15 | time of modification: seconds, nanoseconds |
//! | 16–39 | device, inode, mode, user, group, size |
//! | 40–59 | SHA-1 of the object |
//! | 60–61 | flags: bits 12 and 13 are set only in a merge; bit 14 says that 16 more flags follow |
//! | 62–63 | those: bit 14 says that the file is left out of the working tree (`git sparse-checkout`) |
//! | … | the name; versions 2 and 3: a NUL, and more of them up to a multiple of 8 bytes; version 4: the bytes to remove from the end of the previous name, the bytes to append, a NUL |

use crate::digest::{Algorithm, Digest};
use crate::error::{Error, Kind, Result};
use crate::limits::Budget;
use crate::memory;

const HEADER: usize = 12;
const FIXED: usize = 62;
const MERGED: u16 = 3 << 12;
const EXTENDED: u16 = 1 << 14;
const LEFT_OUT: u16 = 1 << 14;

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

/// What an entry says beside the name.
struct Stat {
    object: Digest,
    modified: u32,
    /// Whether git has put the file into the working tree.
    is_checked_out: bool,
}

/// Reads the entries of files that git has put into the working tree, and whose names are UTF-8.
pub(super) fn read(bytes: &[u8], budget: &Budget) -> Result<Vec<Entry>> {
    let (version, count) = read_header(bytes)?;
    let body = check_sum(bytes)?;
    let (mut entries, mut name, mut rest) = (Vec::new(), Vec::new(), body);
    for _ in 0..count {
        let at = HEADER + body.len() - rest.len();
        let stat = read_entry(&mut rest, version, &mut name).ok_or_else(|| cut_off(at))?;
        let Some(name) = std::str::from_utf8(&name).ok().filter(|_| stat.is_checked_out) else { continue };
        // In version 4 all names together may be far longer than the index.
        budget.take_heap(name.len() as u64)?;
        let entry = Entry { name: memory::text(name, "a name")?, object: stat.object, modified: stat.modified };
        memory::push(&mut entries, entry, "the index of git")?;
    }
    check_extensions(rest, HEADER + body.len() - rest.len())?;
    Ok(entries)
}

fn cut_off(at: usize) -> Error {
    Error::format("the index of git is cut off here").with_offset(at as u64)
}

/// The version, and the number of entries.
fn read_header(bytes: &[u8]) -> Result<(u32, u32)> {
    let header = bytes.first_chunk::<HEADER>().filter(|header| header.starts_with(b"DIRC"));
    let header = header.ok_or_else(|| Error::format("it is no index of git: expected \"DIRC\""))?;
    let (version, count) = (number(&header[4..]), number(&header[8..]));
    if !(2..=4).contains(&version) {
        return Err(Error::format(format!("it is an index of version {version}: expected 2, 3 or 4")));
    }
    Ok((version, count))
}

/// What lies between the header and the checksum, if that is right.
fn check_sum(bytes: &[u8]) -> Result<&[u8]> {
    let (contents, sum) = bytes.split_last_chunk::<20>().ok_or_else(|| cut_off(bytes.len()))?;
    if *sum != [0; 20] && Digest::from(*sum) != Digest::of(Algorithm::Sha1, contents) {
        return Err(Error::format("its checksum is wrong: it is damaged, or of a repository with SHA-256"));
    }
    contents.get(HEADER..).ok_or_else(|| cut_off(bytes.len()))
}

/// Refuses extensions that change what the entries mean: by convention their names do not begin with a capital letter. One that
/// tells of directories which are left out (`sdir`) only says what their entries say, too. `at` is where `rest` begins.
fn check_extensions(mut rest: &[u8], at: usize) -> Result<()> {
    let end = at + rest.len();
    while !rest.is_empty() {
        let at = end - rest.len();
        let name = read_extension(&mut rest).ok_or_else(|| cut_off(at))?;
        if !(name[0].is_ascii_uppercase() || name == *b"sdir") {
            let message = format!("its extension \"{}\" changes what its entries mean", name.escape_ascii());
            return Err(Error::new(Kind::Unsupported, message).with_offset(at as u64));
        }
    }
    Ok(())
}

/// Passes over the next extension; returns its name.
fn read_extension(rest: &mut &[u8]) -> Option<[u8; 4]> {
    let (name, after) = rest.split_first_chunk()?;
    let (len, after) = after.split_at_checked(4)?;
    *rest = after.get(number(len) as usize..)?;
    Some(*name)
}

/// Reads the next entry, and its name into `name`, which has that of the entry before.
fn read_entry(rest: &mut &[u8], version: u32, name: &mut Vec<u8>) -> Option<Stat> {
    let (fixed, after) = rest.split_at_checked(FIXED)?;
    let flags = short(&fixed[60..]);
    let extra = if flags & EXTENDED != 0 { 2 } else { 0 };
    let (more, after) = after.split_at_checked(extra)?;
    *rest = if version == 4 { append_name(after, name)? } else { read_name(after, FIXED + extra, name)? };
    let object: [u8; 20] = fixed[40..60].try_into().ok()?;
    let is_checked_out = flags & MERGED == 0 && short(more) & LEFT_OUT == 0;
    Some(Stat { object: object.into(), modified: number(&fixed[8..]), is_checked_out })
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

fn short(bytes: &[u8]) -> u16 {
    bytes.first_chunk().map_or(0, |bytes| u16::from_be_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;

    /// An index of three files, as `git update-index` writes it in each version; without a checksum.
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

    fn read_unsealed(index: &[u8]) -> Result<Vec<Entry>> {
        read(&[index, &[0; 20]].concat(), &Budget::new(&Limits::default()))
    }

    #[test]
    fn every_version_is_read() {
        for version in 2..=4 {
            let entries = read_unsealed(&index(version)).unwrap();
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
                assert!(read_unsealed(&index[..len]).is_err(), "version {version}, {len} bytes");
            }
        }
        assert!(read_unsealed(&index(5)).is_err());
    }

    #[test]
    fn offsets_are_those_of_packs() {
        for (bytes, value) in [(&[0x00][..], 0), (&[0x7f], 127), (&[0x80, 0x00], 128), (&[0x81, 0x00], 256)] {
            assert_eq!(read_offset(bytes), Some((value, &[][..])));
        }
        assert_eq!(read_offset(&[0xff; 20]), None);
    }
}
