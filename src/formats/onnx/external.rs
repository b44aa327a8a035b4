//! What a tensor says of the file that holds its contents.
//!
//! Source: docs/ExternalData.md and onnx.proto of ONNX. Two readers that take different ones of two equal keys, or that
//! read a number differently, are an attack: so a key may occur once, and numbers are plain digits.

use std::ops::Range;

use crate::digest::{Algorithm, Digest};
use crate::error::{Error, Kind, Printable, Result};
use crate::finding::Rule;
use crate::finding::rules::{EXTERNAL_CHECKSUM, EXTERNAL_KEY};
use crate::formats::protobuf::{Skeleton, fields};
use crate::memory;

/// Writers use a handful.
const MAX_ENTRIES: usize = 64;

/// The place of external data.
pub(super) struct External {
    /// The name of the file, relative to the model's.
    pub location: String,
    /// Bytes from its start.
    pub offset: u64,
    /// SHA-1 of the whole file.
    pub checksum: Option<Digest>,
    /// What is odd and can be put up with: the rules that it breaks, and how.
    pub oddities: Vec<(Rule, String)>,
}

impl External {
    /// Reads the entries of a tensor of `len` bytes.
    pub(super) fn read(skeleton: &Skeleton, entries: &[Range<usize>], len: u64) -> Result<Self> {
        if entries.len() > MAX_ENTRIES {
            return Err(Error::new(Kind::Limit, format!("external_data has more than {MAX_ENTRIES} entries")));
        }
        let (mut location, mut offset, mut length, mut checksum) = (None, None, None, None);
        let mut unknown: Vec<&str> = Vec::new();
        for entry in entries {
            let (key, value) = pair(skeleton, entry.clone())?;
            let is_first = match key {
                "location" => location.replace(value).is_none(),
                "offset" => offset.replace(number(key, value)?).is_none(),
                "length" => length.replace(number(key, value)?).is_none(),
                "checksum" => checksum.replace(value).is_none(),
                _ if unknown.contains(&key) => false,
                _ => {
                    unknown.push(key);
                    true
                }
            };
            if !is_first {
                return Err(Error::format(format!("external_data has the key \"{}\" twice", Printable(key))));
            }
        }
        let location = location.filter(|location| !location.is_empty());
        let location = location.ok_or_else(|| Error::format("external_data has no \"location\""))?;
        if let Some(length) = length.filter(|length| *length != len) {
            let message = format!("external_data has the length {length}; type and shape of the tensor need {len}");
            return Err(Error::format(message));
        }
        // Some writers note a path that only they have.
        unknown.retain(|key| *key != "basepath");
        let mut oddities: Vec<_> = unknown.iter().map(|key| (EXTERNAL_KEY, unknown_key(key))).collect();
        let digest = checksum.and_then(|checksum| Digest::parse(Algorithm::Sha1, checksum).ok());
        if let (Some(checksum), None) = (checksum, digest) {
            let checksum = Printable(checksum);
            let message = format!("the checksum \"{checksum}\" is not a SHA-1: expected 40 hexadecimal digits");
            oddities.push((EXTERNAL_CHECKSUM, message));
        }
        let offset = offset.unwrap_or_default();
        Ok(Self { location: memory::text(location, "the name of a file")?, offset, checksum: digest, oddities })
    }
}

fn unknown_key(key: &str) -> String {
    format!("external_data has the unknown key \"{}\"", Printable(key))
}

fn number(key: &str, text: &str) -> Result<u64> {
    let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = is_plain.then(|| text.parse().ok()).flatten();
    number.ok_or_else(|| {
        let text = Printable(text);
        Error::format(format!("external_data has \"{text}\" as \"{key}\": expected a number in plain digits"))
    })
}

/// A key and its value (onnx.proto, StringStringEntryProto), which stay in the text.
fn pair(skeleton: &Skeleton, entry: Range<usize>) -> Result<(&str, &str)> {
    let (mut key, mut value) = (0..0, 0..0);
    for (number, part) in fields(&skeleton.text, entry) {
        match number {
            1 => key = part.range(),
            2 => value = part.range(),
            _ => {}
        }
    }
    Ok((skeleton.str(key)?, skeleton.str(value)?))
}
