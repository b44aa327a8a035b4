//! What several commands print.

use std::io::{self, Write};
use std::ops::ControlFlow;

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use weighbridge::Model;
use weighbridge::error::Printable;
use weighbridge::host::Progress;
use weighbridge::memory;
use weighbridge::verify::{Outcome, Report, Subject};

use crate::failure::Failure;
use crate::json;
use crate::notes::NoteDescription;

/// A number with a comma after every three digits.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    groups.join(",")
}

/// `1 tensor`, `2 tensors`.
pub fn count(number: usize, what: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{} {what}{ending}", thousands(number as u64))
}

/// The JSON object of a command about a model: what the command found, and the notes.
#[derive(Serialize)]
struct Answer<'a, T> {
    #[serde(flatten)]
    found: &'a T,
    notes: Vec<NoteDescription<'a>>,
}

/// Prints the JSON object of a command about a model.
pub fn print_json(out: &mut impl Write, model: &Model, found: &impl Serialize) -> Result<(), Failure> {
    let notes = memory::collect(model.notes().iter().map(NoteDescription::from), "the notes")?;
    json::print(out, &Answer { found, notes })
}

/// What the model says about itself, one line for each key.
pub fn print_metadata(out: &mut impl Write, model: &Model) -> Result<(), Failure> {
    let metadata = model.metadata();
    for (index, (key, _)) in metadata.iter().enumerate() {
        writeln!(out, "metadata: {} = {}", Printable(key), Printable(metadata.text(index)?))?;
    }
    Ok(())
}

/// The files of a report, each with what it was checked by, and how many tensors that covers.
pub fn report_summary(out: &mut impl Write, report: &Report) -> io::Result<()> {
    for check in report.iter() {
        let Subject::File(name) = check.subject else { continue };
        let (name, outcome) = (Printable(name), outcome_name(check.outcome));
        match check.evidence {
            None => writeln!(out, "{outcome:9}  {name}")?,
            Some(by) => writeln!(out, "{outcome:9}  {name}  by {} in {}", by.algorithm.name(), by.source)?,
        }
    }
    let tensors = report.iter().filter(|check| matches!(check.subject, Subject::Tensor(_)));
    let number_of = |outcome| tensors.clone().filter(|check| check.outcome == outcome).count();
    let (matched, uncovered) = (number_of(Outcome::Match), number_of(Outcome::Uncovered));
    let mismatched = number_of(Outcome::Mismatch);
    writeln!(out, "tensors: {matched} match, {mismatched} mismatch, {uncovered} not covered")?;
    if report.iter().all(|line| line.evidence.is_none()) {
        writeln!(out, "nothing was verified: no manifest covers any of this (--policy required makes that an error)")?;
    }
    Ok(())
}

/// How an outcome is spelled, in text and in JSON.
pub fn outcome_name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Uncovered => "uncovered",
        Outcome::Match => "match",
        Outcome::Mismatch => "mismatch",
    }
}

/// A bar on a terminal, and nothing elsewhere.
pub fn progress_bar(what: &'static str) -> impl FnMut(&Progress) -> ControlFlow<()> {
    let style = ProgressStyle::with_template("{msg} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec}");
    let bar = ProgressBar::new(0).with_message(what);
    let bar = style.map_or_else(|_| bar.clone(), |style| bar.clone().with_style(style));
    move |progress| {
        bar.set_length(progress.total_bytes);
        bar.set_position(progress.done_bytes);
        if progress.done_bytes == progress.total_bytes {
            bar.finish_and_clear();
        }
        ControlFlow::Continue(())
    }
}
