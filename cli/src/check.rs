//! `weighbridge check`

use std::io::{self, Write};

use serde::Serialize;
use weighbridge::check::CheckOptions;
use weighbridge::error::Printable;
use weighbridge::memory;
use weighbridge::{Error, Finding, Kind, Severity};

use crate::answer::Answer;
use crate::args::Check;
use crate::console::Console;
use crate::failure::Failure;
use crate::output::count;

#[derive(Serialize)]
struct Verdict {
    /// Whether no finding is an error.
    good: bool,
    counts: Counts,
}

#[derive(Serialize)]
struct FindingDescription<'a> {
    severity: &'static str,
    rule: &'static str,
    path: &'a str,
    message: &'a str,
    remedy: Option<&'a str>,
}

#[derive(Serialize)]
struct Counts {
    error: usize,
    warning: usize,
    info: usize,
}

impl Counts {
    fn of(findings: &[Finding]) -> Self {
        let number_of = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
        Self {
            error: number_of(Severity::Error),
            warning: number_of(Severity::Warning),
            info: number_of(Severity::Info),
        }
    }
}

pub fn run(args: &Check, console: &mut Console) -> Result<(), Failure> {
    // Notes are findings too, so nothing is told of them beside.
    let model = args.model.open_checked(console)?;
    let findings = model.check(&CheckOptions { target: args.target.clone(), ..Default::default() })?;
    let counts = Counts::of(&findings);
    // The worst first; those of one severity stay in the order of their places.
    let severities = [Severity::Error, Severity::Warning, Severity::Info];
    let of_each = severities.map(|severity| findings.iter().filter(move |finding| finding.severity == severity));
    let findings: Vec<&Finding> = memory::collect(of_each.into_iter().flatten(), "the findings")?;
    let verdict = match counts.error {
        0 => Ok(()),
        errors => Err(Failure::of_model(
            Error::new(Kind::Format, count(errors, "error")).with_path(args.model.given().to_string_lossy()),
        )),
    };
    let printed = if console.is_human() {
        print(console, &findings, &counts).map_err(Failure::from)
    } else {
        let (head, failure) = (Verdict { good: verdict.is_ok(), counts }, verdict.as_ref().err());
        let list = Some(("findings", findings.iter().copied().map(describe)));
        console.answer(Answer { head: &head, list, notes: Some(model.notes().iter().collect()), failure })
    };
    // The verdict counts, also when nobody reads the findings to their end.
    verdict.and(printed)
}

fn describe(finding: &Finding) -> FindingDescription<'_> {
    let Finding { severity, rule, path, message, remedy } = finding;
    FindingDescription { severity: severity.name(), rule, path, message, remedy: remedy.as_deref() }
}

fn print(out: &mut impl Write, findings: &[&Finding], counts: &Counts) -> io::Result<()> {
    for Finding { severity, rule, path, message, remedy } in findings {
        let place = if path.is_empty() { "model" } else { path };
        writeln!(out, "{}: {}: {} [{rule}]", severity.name(), Printable(place), Printable(message))?;
        if let Some(remedy) = remedy {
            writeln!(out, "  {}", Printable(remedy))?;
        }
    }
    if !findings.is_empty() {
        writeln!(out)?;
    }
    let Counts { error, warning, info } = *counts;
    writeln!(out, "{}, {}, {info} info", count(error, "error"), count(warning, "warning"))
}
