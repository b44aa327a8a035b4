//! What several commands print.

use std::io::{self, Write};
use std::path::Path;

use weighbridge::Model;
use weighbridge::error::{Escaped, Printable};
use weighbridge::verify::{Outcome, Policy, Report, Subject};

use crate::failure::Failure;

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

/// What the model says about itself, one line for each key.
pub fn print_metadata(out: &mut impl Write, model: &Model) -> Result<(), Failure> {
    let metadata = model.metadata();
    for (index, (key, _)) in metadata.iter().enumerate() {
        writeln!(out, "metadata: {} = {}", Printable(key), Printable(metadata.text(index)?))?;
    }
    Ok(())
}

/// The files of a report, each with what it was checked by, and how many tensors that covers.
pub fn report_summary(out: &mut impl Write, report: &Report, policy: Policy) -> io::Result<()> {
    for check in report.iter() {
        let Subject::File(name) = check.subject else { continue };
        let (name, outcome) = (Printable(name), outcome_name(check.outcome));
        match check.evidence {
            None => {
                let why = check.reason().map_or_else(String::new, |why| format!(": {}", Printable(why)));
                writeln!(out, "{outcome:9}  {name}{why}")?;
            }
            Some(by) => {
                let source = by.remembered.map_or(by.source, |remembered| remembered.source);
                let how = by.remembered.map_or_else(String::new, |remembered| format!(", {}", remembered.describe()));
                writeln!(out, "{outcome:9}  {name}  by {} in {source}{how}", by.algorithm.name())?;
            }
        }
    }
    let tensors = report.iter().filter(|check| matches!(check.subject, Subject::Tensor(_)));
    let number_of = |outcome| tensors.clone().filter(|check| check.outcome == outcome).count();
    let (matched, uncovered) = (number_of(Outcome::Match), number_of(Outcome::Uncovered));
    let mismatched = number_of(Outcome::Mismatch);
    if tensors.clone().next().is_some() {
        writeln!(out, "tensors: {matched} match, {mismatched} mismatch, {uncovered} not covered")?;
    }
    if report.iter().all(|line| line.evidence.is_none()) {
        let why = match policy {
            Policy::None => "the policy is none",
            _ => "no manifest lists a file that is here (--policy required makes that an error)",
        };
        writeln!(out, "nothing was verified: {why}")?;
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

/// Tells which file was written.
pub fn wrote(out: &mut impl Write, path: &Path, note: &str) -> io::Result<()> {
    writeln!(out, "wrote {}{note}", Escaped(&path.to_string_lossy()))
}
