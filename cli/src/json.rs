//! What `--json` prints: one object on one line, in which text of a model cannot steer a terminal.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;
use weighbridge::error::is_harmless;

use crate::failure::Failure;

/// Prints a value and ends the line.
pub fn print(out: &mut impl Write, value: &impl Serialize) -> Result<(), Failure> {
    value.serialize(&mut Serializer::with_formatter(&mut *out, Harmless))?;
    Ok(writeln!(out)?)
}

/// Escapes what JSON need not escape but is not harmless to print.
struct Harmless;

impl Formatter for Harmless {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        write_escaped(out, fragment, |c| !is_harmless(c))
    }
}

/// Prints JSON text that has line breaks between its values.
pub fn print_text(out: &mut impl Write, text: &str) -> io::Result<()> {
    // What is not harmless lies within strings; there, a line break is escaped already.
    write_escaped(out, text, |c| !is_harmless(c) && c != '\n')
}

fn write_escaped<W: ?Sized + Write>(out: &mut W, text: &str, is_escaped: impl Fn(char) -> bool) -> io::Result<()> {
    let mut rest = text;
    while let Some((at, c)) = rest.char_indices().find(|(_, c)| is_escaped(*c)) {
        out.write_all(&rest.as_bytes()[..at])?;
        c.encode_utf16(&mut [0; 2]).iter().try_for_each(|unit| write!(out, "\\u{unit:04x}"))?;
        rest = &rest[at + c.len_utf8()..];
    }
    out.write_all(rest.as_bytes())
}
