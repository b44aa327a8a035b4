//! Text of a model made safe to print.

use std::fmt::{self, Write};

/// Text made safe to print on one line: control characters and characters that nobody sees are escaped.
pub struct Escaped<'a>(pub &'a str);

/// The same, and cut where it is long.
pub struct Printable<'a>(pub &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| write_escaped(f, c))
    }
}

impl fmt::Display for Printable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LONGEST: usize = 400;
        for (count, c) in self.0.chars().enumerate() {
            if count == LONGEST {
                return f.write_str("…");
            }
            write_escaped(f, c)?;
        }
        Ok(())
    }
}

fn write_escaped(f: &mut fmt::Formatter<'_>, c: char) -> fmt::Result {
    if is_harmless(c) { f.write_char(c) } else { write!(f, "{}", c.escape_unicode()) }
}

/// Whether a character shows where it stands and does nothing else: control characters steer a terminal, line separators forge
/// lines, and format characters reorder text or hide in it.
pub fn is_harmless(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}') && !is_format(c)
}

/// The general category Cf (The Unicode Standard 16, section 4.5), with the unassigned characters between those of U+2060 and
/// of U+E0000.
fn is_format(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{600}'..='\u{605}'
            | '\u{61c}'
            | '\u{6dd}'
            | '\u{70f}'
            | '\u{890}'..='\u{891}'
            | '\u{8e2}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{110bd}'
            | '\u{110cd}'
            | '\u{13430}'..='\u{1343f}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_sees_is_escaped() {
        let hidden = "\0\n\u{1b}\u{9b}\u{ad}\u{61c}\u{200b}\u{202e}\u{2028}\u{2066}\u{feff}\u{fff9}\u{e0041}";
        let shown = Escaped(hidden).to_string();
        assert!(shown.is_ascii() && !shown.contains(|c: char| c.is_control()), "{shown}");
        assert_eq!(shown.matches("\\u{").count(), hidden.chars().count());
        let harmless = "Grüße, été, 模型\u{3000}אבג \\ \"'";
        assert_eq!(Escaped(harmless).to_string(), harmless);
    }

    #[test]
    fn only_printable_text_is_cut() {
        let long = "é".repeat(1000);
        assert_eq!(Escaped(&long).to_string(), long);
        assert_eq!(Printable(&long).to_string(), "é".repeat(400) + "…");
    }
}
