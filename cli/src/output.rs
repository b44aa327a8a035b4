//! What several commands print.

use std::io::{self, Write};

use indicatif::{ProgressBar, ProgressStyle};
use weighbridge::error::Printable;
use weighbridge::host::Progress;
use weighbridge::verify::{Outcome, Report, Subject};
use weighbridge::{Model, Tensor};

/// One row for each tensor.
pub fn tensor_table<'a>(
    out: &mut impl Write,
    model: &Model,
    tensors: impl Iterator<Item = Tensor<'a>> + Clone,
) -> io::Result<()> {
    let widest = |width: fn(&Tensor<'a>) -> usize| tensors.clone().map(|tensor| width(&tensor)).max().unwrap_or(0);
    let name = widest(|tensor| tensor.name.chars().count()).clamp(4, 60);
    let shape = widest(|tensor| shape_text(tensor.shape).len()).max(5);
    writeln!(out, "{:name$}  {:11}  {:shape$}  {:>14}  file", "name", "dtype", "shape", "bytes")?;
    let files: Vec<_> = model.files().collect();
    for tensor in tensors {
        let file = files.get(model.place(&tensor).file).map_or("", |file| file.name());
        writeln!(
            out,
            "{:name$}  {:11}  {:shape$}  {:>14}  {}",
            Printable(tensor.name).to_string(),
            tensor.dtype,
            shape_text(tensor.shape),
            thousands(tensor.span.len),
            Printable(file),
        )?;
    }
    Ok(())
}

fn shape_text(shape: &[i64]) -> String {
    let dims: Vec<_> = shape.iter().map(i64::to_string).collect();
    format!("[{}]", dims.join(", "))
}

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

/// What was odd when the model was opened.
pub fn warnings(out: &mut impl Write, model: &Model) -> io::Result<()> {
    model.warnings().iter().try_for_each(|warning| writeln!(out, "warning: {}", Printable(warning)))
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
    writeln!(out, "tensors: {matched} match, {mismatched} mismatch, {uncovered} not covered")
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
pub fn progress_bar(what: &'static str) -> impl FnMut(&Progress) -> bool {
    let style = ProgressStyle::with_template("{msg} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec}");
    let bar = ProgressBar::new(0).with_message(what);
    let bar = style.map_or_else(|_| bar.clone(), |style| bar.clone().with_style(style));
    move |progress| {
        bar.set_length(progress.total_bytes);
        bar.set_position(progress.done_bytes);
        if progress.done_bytes == progress.total_bytes {
            bar.finish_and_clear();
        }
        true
    }
}
