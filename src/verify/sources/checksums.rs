//! `SHA256SUMS`: one line a file, as `sha256sum` writes it, or as BSD's `shasum --tag` does.
//!
//! GNU form: digest, space, a space or `*`, name; a leading backslash says that the name has escapes
//! (coreutils manual, "md5sum invocation"). BSD form: `SHA256 (name) = digest`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::digest::{Algorithm, Digest};
use crate::error::{Error, Result};
use crate::memory;
use crate::verify::claims::{Claims, FileClaim, FileClaims};

/// The name of the list of digests that `sha256sum --check` takes.
pub const FILE_NAME: &str = "SHA256SUMS";

/// What memory is asked for.
const NAME: &str = "a name";

/// What some editors put before text: U+FEFF in UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

pub(super) fn read(bytes: &[u8]) -> Result<Claims> {
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    let text = std::str::from_utf8(bytes)
        .map_err(|e| Error::format("the manifest is not UTF-8 text").with_offset(e.valid_up_to() as u64))?;
    let mut files = FileClaims::default();
    for (number, line) in (1..).zip(text.lines()) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        memory::check()?;
        let added = read_line(line).and_then(|(name, digest)| match name.contains('\0') {
            true => Err(Error::format("the name contains a NUL")),
            false => files.add(name, FileClaim::new(None, [(Algorithm::Sha256, digest)])),
        });
        added.map_err(|e| e.with_subject(format!("line {number}")))?;
    }
    let files = files.by_name;
    if files.is_empty() {
        return Err(Error::format("the manifest lists no files: expected lines with a digest and a name"));
    }
    Ok((files, BTreeMap::new()))
}

fn read_line(line: &str) -> Result<(String, Digest)> {
    let (has_escapes, line) = line.strip_prefix('\\').map_or((false, line), |rest| (true, rest));
    let plain = |name: &str| if has_escapes { unescape(name) } else { memory::text(name, NAME) };
    if let Some((name, digest)) = line.strip_prefix("SHA256 (").and_then(|rest| rest.rsplit_once(") = ")) {
        return Ok((plain(name)?, digest_of(digest)?));
    }
    let (digest, rest) = line.split_once(' ').unwrap_or((line, ""));
    let digest = digest_of(digest)?;
    let name = rest
        .strip_prefix([' ', '*'])
        .filter(|name| !name.is_empty())
        .ok_or_else(|| Error::format("expected two spaces, or a space and \"*\", and a name after the digest"))?;
    Ok((plain(name)?, digest))
}

/// A SHA-256. Lists of other digests look alike.
fn digest_of(digits: &str) -> Result<Digest> {
    const OTHERS: [(usize, &str); 5] = [(32, "MD5"), (40, "SHA-1"), (56, "SHA-224"), (96, "SHA-384"), (128, "SHA-512")];
    let is_hex = digits.bytes().all(|b| b.is_ascii_hexdigit());
    match OTHERS.iter().find(|(len, _)| is_hex && *len == digits.len()) {
        Some((len, name)) => Err(Error::format(format!(
            "expected a digest of 64 hexadecimal digits, found {len}, as {name} has: make the list with sha256sum"
        ))),
        None => Digest::from_hex(digits),
    }
}

fn unescape(name: &str) -> Result<String> {
    let mut plain = memory::text(name, "a name")?;
    plain.clear();
    let mut chars = name.chars();
    while let Some(c) = chars.next() {
        let c = match (c, c == '\\') {
            (c, false) => c,
            _ => match chars.next() {
                Some('n') => '\n',
                Some('r') => '\r',
                Some('\\') => '\\',
                _ => return Err(Error::format("expected \\\\, \\n or \\r after a backslash in the name")),
            },
        };
        plain.push(c);
    }
    Ok(plain)
}

/// The manifest in GNU form.
pub(crate) fn write<'a>(files: impl Iterator<Item = (&'a str, Digest)>) -> String {
    let mut text = String::new();
    for (name, digest) in files {
        let escaped = name.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r");
        let mark = if escaped == name { "" } else { "\\" };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{mark}{digest}  {escaped}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    fn names(text: &str) -> Result<Vec<String>> {
        read(text.as_bytes()).map(|(files, _)| files.into_keys().collect())
    }

    #[test]
    fn every_form_is_read() {
        let text = format!(
            "# made by hand\n{HEX}  a b\n{HEX} *b\n\\{HEX}  c\\nd\\\\\n\nSHA256 (e (1)) = {HEX}\n{HEX}  ./f\r\n\\SHA256 (g\\nh) = {HEX}\n"
        );
        assert_eq!(names(&text).unwrap(), ["a b", "b", "c\nd\\", "e (1)", "f", "g\nh"]);
    }

    #[test]
    fn a_file_has_one_name_and_one_line() {
        let text = format!("{HEX}  .//a\n{HEX} *b//c\nSHA256 (d/./e) = {HEX}\n{HEX}  ../f\n{HEX}  /g\n");
        assert_eq!(names(&text).unwrap(), ["../f", "/g", "a", "b/c", "d/e"]);
        let twice = |first: &str, second: &str| names(&format!("{HEX}  {first}\n{HEX}  {second}\n")).unwrap_err();
        assert!(twice("a", "a").message().ends_with("\"a\" is listed twice"));
        assert!(twice(".//a", "././a").message().ends_with("\"a\" is listed twice: as \".//a\" and as \"././a\""));
        assert!(twice("a", "./a").message().ends_with("as \"a\" and as \"./a\""));
        assert!(twice("./a", "a").message().ends_with("as \"./a\" and as \"a\""));
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_digest() {
        assert_eq!(names(&format!("\u{feff}{HEX}  a\n")).unwrap(), ["a"]);
        assert!(names(&format!("{HEX}  a\n\u{feff}{HEX}  b\n")).is_err());
    }

    #[test]
    fn what_is_written_is_read_again() {
        let digest = Digest::from_hex(HEX).unwrap();
        let written = write(["plain", "new\nline\\"].into_iter().map(|name| (name, digest)));
        assert_eq!(names(&written).unwrap(), ["new\nline\\", "plain"]);
    }

    #[test]
    fn broken_lines_are_refused() {
        let twice = format!("{HEX}  a\n{HEX}  a\n");
        let short = format!("{}  a\n", &HEX[1..]);
        let cases = ["", "hello", &short, HEX, &format!("{HEX} a"), &format!("\\{HEX}  a\\t"), &twice];
        for text in cases {
            assert!(names(text).is_err(), "{text:?}");
        }
    }
}
