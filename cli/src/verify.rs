//! `weighbridge verify`

use std::collections::HashSet;
use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;
use weighbridge::error::Printable;
use weighbridge::verify::{Anchor, Evidence, Line, Outcome, Report, Subject, VerifyOptions};
use weighbridge::{Error, Finding, Kind, Policy, Repository};

use crate::answer::Answer;
use crate::args::Verify;
use crate::console::Console;
use crate::failure::Failure;
use crate::model::{Opened, resolve};
use crate::output::{outcome_name, report_summary};

/// What the progress bar says.
const PROGRESS: &str = "verifying";

#[derive(Serialize)]
struct Verdict {
    /// Whether the policy is satisfied.
    good: bool,
}

/// The JSON form of a report: its name, and its lines.
pub fn checks(report: &Report) -> (&'static str, impl Iterator<Item: Serialize> + Clone) {
    ("checks", report.iter().map(LineDescription::from))
}

/// The JSON form of one line of a report.
#[derive(Serialize)]
struct LineDescription<'a> {
    kind: &'static str,
    subject: &'a str,
    /// The range of a run in its file, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
    outcome: &'static str,
    /// Why it is a mismatch, by what the memo recognised the file, or why it cannot be read.
    reason: Option<&'a str>,
    /// Whether a match is cover under the policy `required`.
    covers: bool,
    #[serde(flatten)]
    evidence: Option<EvidenceDescription<'a>>,
}

#[derive(Serialize)]
struct EvidenceDescription<'a> {
    algorithm: &'static str,
    source: &'static str,
    anchor: &'static str,
    expected: &'a str,
    actual: &'a str,
}

impl<'a> From<Line<'a>> for LineDescription<'a> {
    fn from(line: Line<'a>) -> Self {
        let (kind, offset, bytes) = match line.subject {
            Subject::File(_) => ("file", None, None),
            Subject::Run { offset, len, .. } => ("run", Some(offset), Some(len)),
            Subject::Tensor(_) => ("tensor", None, None),
        };
        let evidence = line.evidence.map(|evidence| EvidenceDescription {
            algorithm: evidence.algorithm.name(),
            source: evidence.source,
            anchor: match evidence.anchor {
                Anchor::Beside => "beside",
                Anchor::Caller => "caller",
            },
            expected: &evidence.expected,
            actual: &evidence.actual,
        });
        let covers = line.evidence.is_some_and(|evidence| evidence.covers);
        let (subject, outcome) = (line.subject.name(), outcome_name(line.outcome));
        Self { kind, subject, offset, bytes, outcome, reason: line.reason(), covers, evidence }
    }
}

/// What a verification has found.
struct Verified {
    report: Report,
    /// What was noted when the model was opened, and then.
    notes: Vec<Finding>,
    /// Why there is no model, if there is none: its files were verified all the same.
    damage: Option<Failure>,
}

impl Verified {
    fn new(report: Report, notes: &[Finding]) -> Self {
        let notes = notes.iter().chain(report.notes()).cloned().collect();
        Self { report, notes, damage: None }
    }

    /// Whether nothing said what any of it should be.
    fn is_vacuous(&self) -> bool {
        self.report.iter().all(|line| line.evidence.is_none())
    }
}

pub fn run(args: &Verify, console: &mut Console) -> Result<(), Failure> {
    let policy = args.opening.policy(Policy::IfPresent);
    let verified = match (&args.check, &args.path) {
        (Some(manifest), path) => check_listed(args, manifest, path.as_deref(), console)?,
        (None, path) => verify(args, &resolve(path.as_deref().unwrap_or(Path::new("")))?, policy, console)?,
    };
    let is_vacuous = verified.is_vacuous();
    let Verified { report, notes, damage } = verified;
    let verdict = match (damage, &args.check) {
        (Some(failure), _) => Err(failure),
        (None, Some(manifest)) if is_vacuous => Err(nothing_listed(manifest)),
        (None, _) => report.verdict(policy).map_err(Failure::from),
    };
    if args.status {
        return verdict.map_err(Failure::silent);
    }
    let printed = if console.is_human() {
        let is_in_report = |note: &&Finding| verdict.is_err() && matches!(note.rule, "model.unopened" | "model.none");
        let (models, others): (Vec<_>, Vec<_>) = notes.iter().partition(is_in_report);
        console.tell_notes(others);
        print(console, (&report, policy), &models).map_err(Failure::from)
    } else {
        let (head, failure) = (Verdict { good: verdict.is_ok() }, verdict.as_ref().err());
        console.answer(Answer {
            head: &head,
            list: Some(checks(&report)),
            notes: Some(notes.iter().collect()),
            failure,
        })
    };
    // The verdict counts, also when nobody reads the report to its end.
    verdict.and(printed)
}

/// Verifies a model, or a directory of several.
fn verify(args: &Verify, path: &Path, policy: Policy, console: &mut Console) -> Result<Verified, Failure> {
    match args.opening.open_whole(path, policy, console) {
        Ok(Opened::Model(model)) => {
            let report = model.verify_with(options(args), console.progress_bar(PROGRESS))?;
            Ok(Verified::new(report, model.notes()))
        }
        Ok(Opened::Repository(repository, _)) => verify_repository(args, &repository, console),
        Err(failure) if failure.is_of_model() && path.is_dir() => verify_damaged(args, path, policy, failure, console),
        Err(failure) => Err(failure),
    }
}

/// Verifies the files of a directory whose model cannot be opened: the report tells which of them differ from what they should be.
fn verify_damaged(
    args: &Verify,
    path: &Path,
    policy: Policy,
    failure: Failure,
    console: &Console,
) -> Result<Verified, Failure> {
    let Ok(files) = args.opening.open_files(path, policy, console) else { return Err(failure) };
    let verified = verify_repository(args, &files, console)?;
    if verified.is_vacuous() {
        return Err(failure);
    }
    // Whether there has to be a model, and all of it, is for the report to say.
    let is_judged = match failure.kind() {
        Some(Kind::Unsupported) => true,
        Some(Kind::NotFound) => args.ignore_missing,
        _ => false,
    };
    Ok(Verified { damage: Some(failure).filter(|_| !is_judged), ..verified })
}

/// Files that are missing may be left out, but not all of them.
fn nothing_listed(manifest: &Path) -> Failure {
    let message = "nothing was verified: none of the files that it lists is there; name their directory as MODEL";
    Failure::of_model(Error::new(Kind::Unverified, message).with_path(manifest.to_string_lossy()))
}

fn options(args: &Verify) -> VerifyOptions {
    VerifyOptions {
        // Who gives a list means what is in it.
        only_listed: args.check.is_some() && !args.fail_on_extra_files,
        ignores_missing: args.ignore_missing,
        refuses_extra: args.fail_on_extra_files,
    }
}

fn verify_repository(args: &Verify, repository: &Repository, console: &Console) -> Result<Verified, Failure> {
    let report = repository.verify_with(options(args), console.progress_bar(PROGRESS))?;
    Ok(Verified::new(report, repository.notes()))
}

/// Checks the files that a manifest lists.
fn check_listed(
    args: &Verify,
    manifest: &Path,
    path: Option<&Path>,
    console: &mut Console,
) -> Result<Verified, Failure> {
    let all = args.fail_on_extra_files;
    let mut open = |folder: &Path| args.opening.open_listed(folder, manifest, all, console);
    let repository = match path {
        Some(path) => open(&resolve(path)?)?,
        None => {
            let here = Path::new(".");
            let listed = open(here)?;
            let is_here = listed.listed_files().any(|name| here.join(name).exists());
            let beside = manifest.parent().filter(|parent| !parent.as_os_str().is_empty() && !is_here);
            beside.map_or(Ok(listed), open)?
        }
    };
    verify_repository(args, &repository, console)
}

/// The report, and notes of models that do not open.
fn print(out: &mut impl Write, (report, policy): (&Report, Policy), models: &[&Finding]) -> io::Result<()> {
    report_summary(out, report, policy)?;
    mismatches(out, report)?;
    models.iter().try_for_each(|Finding { path, message, .. }| match &**path {
        "" => writeln!(out, "{message}"),
        path => writeln!(out, "{path}: does not open: {message}"),
    })
}

/// Both digests of everything that is not what it should be. Tensors that only lie in a file, or a part of one, that
/// does not match say so.
fn mismatches(out: &mut impl Write, report: &Report) -> io::Result<()> {
    let of_files: HashSet<*const Evidence> = report
        .iter()
        .filter(|check| is_file(check))
        .filter_map(|check| check.evidence.map(std::ptr::from_ref))
        .collect();
    for check in report.iter().filter(|check| check.outcome == Outcome::Mismatch) {
        let name = check.subject.name();
        let (Some(evidence), Some(reason)) = (check.evidence, check.reason()) else { continue };
        if !is_file(&check) && of_files.contains(&std::ptr::from_ref(evidence)) {
            writeln!(out, "{}: is stored in a file, or a part of one, that does not match", Printable(name))?;
            continue;
        }
        match check.subject {
            Subject::Run { offset, len, .. } => {
                writeln!(out, "{}: {len} bytes from byte {offset}: {reason}", Printable(name))?;
            }
            Subject::File(_) | Subject::Tensor(_) => writeln!(out, "{}: {reason}", Printable(name))?,
        }
        writeln!(out, "  expected {} {}", evidence.algorithm.name(), evidence.expected)?;
        if !evidence.actual.is_empty() {
            writeln!(out, "  actual   {} {}", evidence.algorithm.name(), evidence.actual)?;
        }
    }
    Ok(())
}

fn is_file(line: &Line<'_>) -> bool {
    !matches!(line.subject, Subject::Tensor(_))
}
