//! The hashes: SHA-256, SHA-1 and the checksums in one stream, BLAKE3 in one stream or by subtrees that any thread may hash.

use std::fmt;

use blake3::hazmat::{self, HasherExt, Mode};
use sha2::Digest as _;

use crate::checksum;
use crate::error::{Error, Result};
use crate::steps;

/// Bytes between two points where work that is done in steps may pause.
const PIECE: usize = 128 << 10;

/// A hash function, or a checksum, that a manifest or a format may use: the one to prefer first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Algorithm {
    /// BLAKE3 with 256 bits of output; parallel within one file.
    Blake3,
    /// SHA-256 (FIPS 180-4); sequential within one file.
    Sha256,
    /// SHA-1 (FIPS 180-4); sequential within one file. It tells accidents, and keeps nobody from forging.
    Sha1,
    /// The name that git gives contents: SHA-1 over `blob LENGTH`, a NUL and the bytes (git documentation, "Git Internals: Git
    /// Objects"). It tells accidents, as SHA-1 does.
    GitBlob,
    /// CRC-32/ISO-HDLC, that of zip and gzip; sequential within one input. It detects accidental corruption only.
    Crc32,
    /// CRC-32C (Castagnoli), plain: without the mask that TensorFlow's files put over it. It detects accidental corruption only.
    Crc32c,
}

impl Algorithm {
    /// All that there are.
    pub(crate) const ALL: [Self; 6] =
        [Self::Blake3, Self::Sha256, Self::Sha1, Self::GitBlob, Self::Crc32, Self::Crc32c];

    /// The spelling used in manifests and reports: `"sha256"`, `"blake3"`, `"sha1"`, `"git-sha1"`, `"crc32"`, `"crc32c"`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Blake3 => "blake3",
            Self::Sha256 => "sha256",
            Self::Sha1 => "sha1",
            Self::GitBlob => "git-sha1",
            Self::Crc32 => "crc32",
            Self::Crc32c => "crc32c",
        }
    }

    /// The function of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }

    /// Whether nobody can make other bytes of the same digest. The others detect accidental corruption only.
    pub fn resists_forgery(self) -> bool {
        matches!(self, Self::Blake3 | Self::Sha256)
    }
}

/// The output of a hash function: 256 bits, 160 of SHA-1, or 32 of a checksum.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest {
    bytes: [u8; 32],
    len: u8,
}

impl From<[u8; 32]> for Digest {
    fn from(bytes: [u8; 32]) -> Self {
        Self { bytes, len: 32 }
    }
}

impl From<[u8; 20]> for Digest {
    fn from(short: [u8; 20]) -> Self {
        Self::short(&short)
    }
}

impl From<[u8; 4]> for Digest {
    /// A checksum, its most significant byte first.
    fn from(short: [u8; 4]) -> Self {
        Self::short(&short)
    }
}

impl Digest {
    /// The bytes: 32, 20 or 4.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }

    fn short<const LEN: usize>(short: &[u8; LEN]) -> Self {
        let mut bytes = [0; 32];
        bytes[..LEN].copy_from_slice(short);
        Self { bytes, len: LEN as u8 }
    }

    /// The digest of bytes at hand.
    pub fn of(algorithm: Algorithm, bytes: &[u8]) -> Self {
        let mut hasher = Hasher::whole(algorithm, bytes.len() as u64);
        for piece in bytes.chunks(PIECE) {
            hasher.update(piece);
            steps::rest();
        }
        hasher.finish()
    }

    /// Reads 64 hexadecimal digits of either case.
    pub fn from_hex(text: &str) -> Result<Self> {
        hex::<32>(text).map(Self::from)
    }

    /// Reads the hexadecimal digits of either case that a function's output has: 64, 40 of SHA-1, or 8 of a checksum.
    pub fn parse(algorithm: Algorithm, text: &str) -> Result<Self> {
        match algorithm {
            Algorithm::Blake3 | Algorithm::Sha256 => Self::from_hex(text),
            Algorithm::Sha1 | Algorithm::GitBlob => hex::<20>(text).map(Self::from),
            Algorithm::Crc32 | Algorithm::Crc32c => hex::<4>(text).map(Self::from),
        }
    }
}

fn hex<const LEN: usize>(text: &str) -> Result<[u8; LEN]> {
    let digits = text.as_bytes();
    let mut bytes = [0; LEN];
    if digits.len() != 2 * LEN || !digits.iter().all(u8::is_ascii_hexdigit) {
        let digits = 2 * LEN;
        return Err(Error::format(format!("expected a digest of {digits} hexadecimal digits, found \"{text}\"")));
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = nibble(pair[0]) << 4 | nibble(pair[1]);
    }
    Ok(bytes)
}

fn nibble(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        _ => (digit | 0x20) - b'a' + 10,
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.bytes[..usize::from(self.len)].iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// Bytes of one BLAKE3 subtree: the unit of parallel hashing and of the block values in `weighbridge.json`.
/// A power of two of at least 1,024, as the tree requires (BLAKE3 paper, section 2.1).
pub const BLOCK: u64 = 4 << 20;

/// How many subtrees an input of `len` bytes has.
pub fn block_count(len: u64) -> u64 {
    len.div_ceil(BLOCK).max(1)
}

/// A running hash over one piece of an input: all of it, or one [`BLOCK`] of it.
pub enum Hasher {
    /// SHA-256 over the whole input.
    Sha256(Box<sha2::Sha256>),
    /// SHA-1 over the whole input, after what git puts before it.
    Sha1(Box<sha1::Sha1>),
    /// CRC-32 over the whole input: that of the bytes so far.
    Crc32(u32),
    /// CRC-32C over the whole input: that of the bytes so far.
    Crc32c(u32),
    /// BLAKE3 over an input of at most one block.
    Blake3(Box<blake3::Hasher>),
    /// BLAKE3 over one of several blocks; the result is a chaining value.
    Subtree(Box<blake3::Hasher>),
}

impl Hasher {
    /// Hashes an input of `len` bytes from its start to its end.
    pub fn whole(algorithm: Algorithm, len: u64) -> Self {
        match algorithm {
            Algorithm::Sha256 => Self::Sha256(Box::default()),
            Algorithm::Sha1 => Self::Sha1(Box::default()),
            Algorithm::GitBlob => Self::Sha1(Box::new(sha1::Sha1::new_with_prefix(format!("blob {len}\0")))),
            Algorithm::Crc32 => Self::Crc32(0),
            Algorithm::Crc32c => Self::Crc32c(0),
            Algorithm::Blake3 => Self::Blake3(Box::default()),
        }
    }

    /// Hashes block `index` of a BLAKE3 input of `len` bytes.
    pub fn block(index: u64, len: u64) -> Self {
        if block_count(len) == 1 {
            return Self::whole(Algorithm::Blake3, len);
        }
        let mut hasher = Box::new(blake3::Hasher::new());
        hasher.set_input_offset(index * BLOCK);
        Self::Subtree(hasher)
    }

    /// Takes the next bytes of the input.
    pub fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha256(hasher) => hasher.update(bytes),
            Self::Sha1(hasher) => hasher.update(bytes),
            Self::Crc32(so_far) => *so_far = checksum::crc32(*so_far, bytes),
            Self::Crc32c(so_far) => *so_far = checksum::crc32c(*so_far, bytes),
            Self::Blake3(hasher) | Self::Subtree(hasher) => {
                hasher.update(bytes);
            }
        }
    }

    /// The digest, or for one block of several its chaining value.
    pub fn finish(self) -> Digest {
        match self {
            Self::Sha256(hasher) => <[u8; 32]>::from(hasher.finalize()).into(),
            Self::Sha1(hasher) => <[u8; 20]>::from(hasher.finalize()).into(),
            Self::Crc32(of_all) | Self::Crc32c(of_all) => of_all.to_be_bytes().into(),
            Self::Blake3(hasher) => <[u8; 32]>::from(hasher.finalize()).into(),
            Self::Subtree(hasher) => hasher.finalize_non_root().into(),
        }
    }
}

/// The BLAKE3 digest of an input of `len` bytes from the chaining values of its blocks.
pub fn combine(blocks: &[Digest], len: u64) -> Digest {
    debug_assert_eq!(blocks.len() as u64, block_count(len));
    if let [only] = blocks {
        return *only;
    }
    let (left, right) = split(blocks, len);
    <[u8; 32]>::from(hazmat::merge_subtrees_root(&left, &right, Mode::Hash)).into()
}

/// The chaining value over several blocks. The depth is the logarithm of their number.
fn subtree(blocks: &[Digest], len: u64) -> [u8; 32] {
    if let [only] = blocks {
        return only.bytes;
    }
    let (left, right) = split(blocks, len);
    hazmat::merge_subtrees_non_root(&left, &right, Mode::Hash)
}

/// The two children of a node over more than one block: the left one is the largest power of two that leaves something.
fn split(blocks: &[Digest], len: u64) -> ([u8; 32], [u8; 32]) {
    let left_len = hazmat::left_subtree_len(len);
    let (left, right) = blocks.split_at((left_len / BLOCK) as usize);
    (subtree(left, left_len), subtree(right, len - left_len))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(len: u64) -> Vec<u8> {
        (0..len).map(|i| (i * 31 % 251) as u8).collect()
    }

    #[test]
    fn blocks_recombine_to_the_digest_of_the_whole() {
        for len in [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 3 * BLOCK + 77, 5 * BLOCK, 7 * BLOCK + 1] {
            let bytes = pattern(len);
            let blocks: Vec<_> = (0..block_count(len))
                .map(|index| {
                    let start = (index * BLOCK) as usize;
                    let end = (start as u64 + BLOCK).min(len) as usize;
                    let mut hasher = Hasher::block(index, len);
                    hasher.update(&bytes[start..end]);
                    hasher.finish()
                })
                .collect();
            assert_eq!(combine(&blocks, len), Digest::of(Algorithm::Blake3, &bytes), "{len} bytes");
        }
    }

    /// The check values of the catalogue of CRCs (reveng), and that pieces give what the whole gives.
    #[test]
    fn checksums_are_those_of_the_catalogue() {
        for (algorithm, check) in [(Algorithm::Crc32, "cbf43926"), (Algorithm::Crc32c, "e3069283")] {
            assert_eq!(Digest::of(algorithm, b"123456789").to_string(), check);
            let bytes = pattern(100_000);
            let mut hasher = Hasher::whole(algorithm, bytes.len() as u64);
            bytes.chunks(777).for_each(|piece| hasher.update(piece));
            assert_eq!(hasher.finish(), Digest::of(algorithm, &bytes), "{}", algorithm.name());
        }
    }

    /// `git hash-object` of an empty file, and of "hello" and a line feed.
    #[test]
    fn git_names_contents_by_their_length_too() {
        let name = |bytes: &[u8]| Digest::of(Algorithm::GitBlob, bytes).to_string();
        assert_eq!(name(b""), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
        assert_eq!(name(b"hello\n"), "ce013625030ba8dba906f756967f9e9ca394464a");
    }

    #[test]
    fn hexadecimal_is_read_strictly() {
        let digest = Digest::of(Algorithm::Sha256, b"abc");
        let hex = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(digest.to_string(), hex);
        assert_eq!(Digest::from_hex(&hex.to_uppercase()).unwrap(), digest);
        for wrong in ["", "00", &hex[1..], &format!("{hex}0"), &hex.replace('b', "g"), &hex.replace('b', "é")] {
            assert!(Digest::from_hex(wrong).is_err(), "{wrong}");
        }
    }
}
