//! The text form of values that are not text.

use std::io::{self, Write};

use super::{Datum, List, Map};
use crate::error::{Error, Kind, Result};

/// Compact JSON. Lists and maps wait on a stack of their own while their parts are written.
pub(super) fn text(datum: Datum<'_>) -> Result<String> {
    let mut output = Output(Vec::new());
    let mut open: Vec<Open<'_>> = Vec::new();
    let mut next = Some(datum);
    loop {
        if let Some(datum) = next.take() {
            open.extend(output.begin(datum).map_err(explain)?);
        }
        let Some(innermost) = open.last_mut() else { break };
        match innermost.next(&mut output).map_err(explain)? {
            Some(part) => next = Some(part),
            None => _ = open.pop(),
        }
    }
    String::from_utf8(output.0).map_err(|_| Error::new(Kind::Internal, "the text form of a value is not UTF-8"))
}

fn explain(error: io::Error) -> Error {
    Error::io("write the text form of a value", error)
}

/// A list or map in progress, and how many of its parts have been written.
struct Open<'a> {
    parts: Parts<'a>,
    done: usize,
}

enum Parts<'a> {
    List(List<'a>),
    Map(Map<'a>),
}

impl<'a> Open<'a> {
    /// Writes what comes before the next part, or after the last one.
    fn next(&mut self, output: &mut Output) -> io::Result<Option<Datum<'a>>> {
        let (part, end) = match self.parts {
            Parts::List(list) => (list.get(self.done).map(|part| (None, part)), b"]"),
            Parts::Map(map) => (map.get(self.done).map(|(key, part)| (Some(key), part)), b"}"),
        };
        let Some((key, part)) = part else {
            output.write_all(end)?;
            return Ok(None);
        };
        if self.done > 0 {
            output.write_all(b",")?;
        }
        self.done += 1;
        if let Some(key) = key {
            serde_json::to_writer(&mut *output, key)?;
            output.write_all(b":")?;
        }
        Ok(Some(part))
    }
}

/// Text whose memory may run out: input decides how long it gets.
struct Output(Vec<u8>);

impl Output {
    /// Writes a value, or of a list or map its begin.
    fn begin<'a>(&mut self, datum: Datum<'a>) -> io::Result<Option<Open<'a>>> {
        match datum {
            Datum::Null => self.write_all(b"null")?,
            Datum::Bool(value) => write!(self, "{value}")?,
            Datum::I64(value) => write!(self, "{value}")?,
            Datum::U64(value) => write!(self, "{value}")?,
            // JSON has no infinities; serde_json writes null for them.
            Datum::F64(value) => serde_json::to_writer(self, &value)?,
            Datum::Text(text) => serde_json::to_writer(self, text)?,
            Datum::Bytes(bytes) => {
                self.write_all(b"\"")?;
                bytes.iter().try_for_each(|byte| write!(self, "{byte:02x}"))?;
                self.write_all(b"\"")?;
            }
            Datum::List(list) => {
                self.write_all(b"[")?;
                return Ok(Some(Open { parts: Parts::List(list), done: 0 }));
            }
            Datum::Map(map) => {
                self.write_all(b"{")?;
                return Ok(Some(Open { parts: Parts::Map(map), done: 0 }));
            }
        }
        Ok(None)
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.try_reserve(bytes.len()).map_err(|_| io::ErrorKind::OutOfMemory)?;
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
