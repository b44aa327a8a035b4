//! Names of a model as a person reads them.

use std::fmt::{self, Display, Formatter};

use super::Printable;

/// A name: as it is if it is a plain word, else in quotes, so that it cannot be taken for two names or for punctuation.
/// `_` is quoted too: it stands for a value that is left out.
pub struct Name<'a>(pub &'a str);

impl Display for Name<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        const LONGEST: usize = 200;
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"_./:-+#$@".contains(&b);
        let is_plain = (1..=LONGEST).contains(&self.0.len()) && self.0.bytes().all(plain);
        if is_plain && self.0 != "_" { f.write_str(self.0) } else { quote(f, self.0, LONGEST) }
    }
}

/// Writes text in quotes, on one line, and cut after so many characters.
pub fn quote(f: &mut Formatter<'_>, text: &str, longest: usize) -> fmt::Result {
    let end = text.char_indices().nth(longest).map_or(text.len(), |(end, _)| end);
    let head = text[..end].replace('\\', r"\\").replace('"', r#"\""#);
    let rest = if end < text.len() { "…" } else { "" };
    write!(f, "\"{}{rest}\"", Printable(&head))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_words_stand_without_quotes() {
        let cases = [
            ("layers.0/w:0", "layers.0/w:0"),
            ("_", r#""_""#),
            ("", r#""""#),
            ("a, b", r#""a, b""#),
            ("a\"\\\n", r#""a\"\\\u{a}""#),
        ];
        for (name, expected) in cases {
            assert_eq!(Name(name).to_string(), expected);
        }
        assert_eq!(Name(&"é".repeat(300)).to_string(), format!("\"{}…\"", "é".repeat(200)));
    }
}
