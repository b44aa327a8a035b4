//! `weighbridge check`

use std::io::{self, Write};

use serde::Serialize;
use weighbridge::check::CheckOptions;
use weighbridge::error::Printable;
use weighbridge::memory;
use weighbridge::{Finding, OpenOptions, Policy, Severity};

use crate::args::{Check, open};
use crate::failure::Failure;
use crate::notes::Notes;
use crate::output::{count, print_json};

#[derive(Serialize)]
struct Verdict<'a> {
    /// Whether no finding is an error.
    good: bool,
    findings: Vec<FindingDescription<'a>>,
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

pub fn run(args: &Check, out: &mut impl Write) -> Result<(), Failure> {
    // Notes are findings too.
    let model = open(&args.path, &OpenOptions { policy: Policy::None, ..Default::default() }, Notes::Printed)?;
    let findings = model.check(&CheckOptions { target: args.target.clone(), ..Default::default() })?;
    let counts = Counts::of(&findings);
    // The worst first; those of one severity stay in the order of their places.
    let severities = [Severity::Error, Severity::Warning, Severity::Info];
    let of_each = severities.map(|severity| findings.iter().filter(move |finding| finding.severity == severity));
    let findings: Vec<&Finding> = memory::collect(of_each.into_iter().flatten(), "the findings")?;
    let good = counts.error == 0;
    let errors = count(counts.error, "error");
    let printed = if args.json {
        let findings = memory::collect(findings.iter().copied().map(describe), "the findings")?;
        print_json(out, &model, &Verdict { good, findings, counts })
    } else {
        print(out, &findings, &counts).map_err(Failure::from)
    };
    // The verdict counts, also when nobody reads the findings to their end.
    if !good {
        return Err(Failure::BadModel(format!("{}: {errors}", args.path.display())));
    }
    printed
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
