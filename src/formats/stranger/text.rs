//! Other text: what servers answer instead of a file, and whatever else.

use super::{Sign, Stranger};
use crate::error::Printable;

/// What helps against the answer of a server.
pub(super) const AGAIN: &str = "download the file again, signed in if the server asks for it";

/// With what servers begin a message instead of a file, in lower case: the Hugging Face Hub, GitHub, proxies.
const ANSWERS: &[&str] = &[
    "entry not found",
    "repository not found",
    "revision not found",
    "invalid username or password",
    "invalid credentials",
    "access to ",
    "access denied",
    "forbidden",
    "unauthorized",
    "too many requests",
    "we had to rate limit",
    "not found",
    "400 ",
    "401 ",
    "403 ",
    "404 ",
    "404: ",
    "429 ",
    "429: ",
    "500 ",
    "502 ",
    "503 ",
    "504 ",
    "bad gateway",
    "internal server error",
    "service unavailable",
    "gateway timeout",
    "error code: ",
    "upstream connect error",
    "no healthy upstream",
];

/// With which keys a JSON object begins that is such a message, in lower case.
const KEYS: &[&str] =
    &["error", "errors", "message", "msg", "detail", "details", "code", "status", "statuscode", "__type"];

/// What a file of text is, of which `text` is the beginning without what nobody sees.
pub(super) fn of(head: &[u8], len: u64, text: &str) -> Option<Stranger> {
    // The words of a server tell what a file is, also where other bytes are between them.
    let is_noisy_answer = || is_answer(text) && !head.contains(&0);
    match () {
        () if !is_text(head, len) && !is_noisy_answer() => None,
        // coremltools, modelpackage/src/ModelPackage.cpp.
        () if text.starts_with('{') && text.contains("\"itemInfoEntries\"") && text.contains("com.apple.CoreML") => {
            Some(Stranger::signed("the manifest of a Core ML package", "open the model that it was converted from"))
        }
        () if is_answer(text) => Some(Stranger::signed(format!("a server's error message, {}", quoted(text)), AGAIN)),
        () => {
            Some(Stranger { what: format!("text, which begins {}", quoted(text)).into(), cure: "", sign: Sign::Text })
        }
    }
}

/// The text of a file in UTF-16, as far as its head shows, if it says by a byte order mark that it is one.
pub(super) fn of_utf16(head: &[u8]) -> Option<String> {
    let (mark, rest) = head.split_first_chunk()?;
    let unit = match mark {
        [0xff, 0xfe] => u16::from_le_bytes,
        [0xfe, 0xff] => u16::from_be_bytes,
        _ => return None,
    };
    let units = rest.as_chunks().0.iter().map(|pair| unit(*pair));
    Some(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
}

/// Whether a file is text, as far as its head shows: UTF-8 with something to see, and without control characters but those that
/// colour it or go back.
fn is_text(head: &[u8], len: u64) -> bool {
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        // The head may end in the middle of a character.
        Err(e) if e.error_len().is_none() && len > head.len() as u64 => {
            std::str::from_utf8(&head[..e.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    let is_odd = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{c}' | '\u{8}' | '\u{1b}');
    !text.trim().is_empty() && !text.contains(is_odd)
}

/// Whether a server says that it does not send the file.
fn is_answer(text: &str) -> bool {
    let start = text[..text.floor_char_boundary(64)].to_ascii_lowercase();
    let key = start.strip_prefix('{').and_then(|rest| rest.trim_start().strip_prefix('"')?.split('"').next());
    key.is_some_and(|key| KEYS.contains(&key)) || ANSWERS.iter().any(|answer| start.starts_with(answer))
}

/// The beginning of a text on one line, in quotes.
pub(super) fn quoted(text: &str) -> String {
    const LONGEST: usize = 80;
    let line = text.split_whitespace().take(LONGEST).collect::<Vec<_>>().join(" ");
    let end = line.char_indices().nth(LONGEST).map_or(line.len(), |(at, _)| at);
    let more = if end < line.len() { "…" } else { "" };
    format!("\"{}{more}\"", Printable(&line[..end]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_what_can_be_read() {
        assert!(is_text("Grüße\r\n\t模型".as_bytes(), 17));
        let cut = &"see ü".as_bytes()[..5];
        assert!(is_text(cut, 6) && !is_text(cut, 5));
        assert!(is_text(b"a\x1b[2J", 5));
        for bytes in [&b""[..], b" \n", b"a\0", b"a\x01", b"\x80abc"] {
            assert!(!is_text(bytes, bytes.len() as u64), "{bytes:?}");
        }
    }

    #[test]
    fn an_answer_may_have_bytes_that_are_no_text() {
        for (head, is_told) in [
            (&b"Access denied\x07 for you"[..], true),
            (b"{\"error\":\"gated\x01\"}", true),
            (b"Forbidden: acc\xe8s", true),
            (b"Forbidden\0", false),
            (b"Weights\x07", false),
        ] {
            let stranger = of(head, head.len() as u64, &String::from_utf8_lossy(head));
            assert_eq!(stranger.is_some_and(|stranger| !stranger.is_text()), is_told, "{head:?}");
        }
        let quoted = of(b"Access denied\x07", 14, "Access denied\x07").unwrap().what;
        assert!(quoted.starts_with("a server's error message, \"Access denied\\"), "{quoted}");
    }

    #[test]
    fn utf_16_is_told_by_its_mark() {
        for head in [&b"\xff\xfea\0\xfc\0"[..], b"\xfe\xff\0a\0\xfc", b"\xff\xfea\0\xfc\0b"] {
            assert_eq!(of_utf16(head).unwrap(), "a\u{fc}");
        }
        assert_eq!(of_utf16(b"\xff\xfe\0\xd8a\0").unwrap(), "\u{fffd}a");
        assert_eq!((of_utf16(b"a\0"), of_utf16(b"\xff")), (None, None));
    }

    #[test]
    fn a_quotation_is_one_line_and_short() {
        assert_eq!(quoted("a\r\n  b\u{202e}\t"), "\"a b\\u{202e}\"");
        assert_eq!(quoted(&"é".repeat(81)), format!("\"{}…\"", "é".repeat(80)));
        assert_eq!(quoted(&"é".repeat(80)), format!("\"{}\"", "é".repeat(80)));
        assert_eq!(quoted(&"a ".repeat(100)).len(), 80 + "…\"\"".len());
    }

    #[test]
    fn answers_of_servers_are_told_from_other_text() {
        for text in [
            "Entry not found",
            "Invalid username or password.",
            "Access to model org/name is restricted. You must be authenticated to access it.",
            "{\"error\":\"Repository not found\"}",
            "{ \"error\" : 1}",
            "{\n  \"message\": \"Not Found\"",
            "404: Not Found",
        ] {
            assert!(is_answer(text), "{text}");
        }
        for text in ["", "{", "{}", "{\"weights\": 1}", "# A model", "error", "{error", "4040"] {
            assert!(!is_answer(text), "{text}");
        }
    }
}
