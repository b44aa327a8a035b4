//! `weighbridge formats`

use std::io::{self, Write};

use serde::Serialize;
use weighbridge::FormatInfo;

use crate::answer::Answer;
use crate::console::Console;
use crate::failure::Failure;

#[derive(Serialize)]
struct Nothing {}

#[derive(Serialize)]
struct Description {
    name: &'static str,
    extensions: &'static [&'static str],
    reads: bool,
    writes: bool,
    /// Whether its models have graphs, and not weights alone.
    graph: bool,
}

impl From<FormatInfo> for Description {
    fn from(format: FormatInfo) -> Self {
        let FormatInfo { name, extensions, has_graphs, .. } = format;
        // The library lists what it reads, and writes no models.
        Self { name, extensions, reads: true, writes: false, graph: has_graphs }
    }
}

pub fn run(console: &mut Console) -> Result<(), Failure> {
    let formats: Vec<_> = weighbridge::formats().map(Description::from).collect();
    if console.is_human() {
        return Ok(print(console, &formats)?);
    }
    console.answer(Answer { head: &Nothing {}, list: Some(("formats", formats.iter())), notes: None, failure: None })
}

fn print(out: &mut impl Write, formats: &[Description]) -> io::Result<()> {
    let yes = |is| if is { "yes" } else { "no" };
    writeln!(out, "{:12}  {:5}  {:6}  {:5}  extensions", "format", "reads", "writes", "graph")?;
    for Description { name, extensions, reads, writes, graph } in formats {
        let (reads, writes, graph) = (yes(*reads), yes(*writes), yes(*graph));
        writeln!(out, "{name:12}  {reads:5}  {writes:6}  {graph:5}  {}", extensions.join(", "))?;
    }
    Ok(())
}
