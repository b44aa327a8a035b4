//! The report of a verification: every file and every tensor, and by what it was checked.

use std::collections::HashSet;
use std::sync::Arc;

use super::evidence::Evidence;
use super::{Manifest, Policy};
use crate::error::{Error, Kind as ErrorKind, Result};
use crate::finding::Finding;
use crate::host::{Cost, Costs};
use crate::memory;
use crate::tensor::TensorTable;

/// What memory is asked for.
const REPORT: &str = "the report";

/// What became of one comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// No manifest says anything about it.
    Uncovered,
    /// The bytes are what the manifest expects.
    Match,
    /// The bytes, or the size, element type, shape or storage, are not what the manifest expects.
    Mismatch,
}

/// What a line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject<'a> {
    /// A file, by its name within the model.
    File(&'a str),
    /// A part of a file, for which its format has a checksum.
    Run {
        /// The file, by its name within the model.
        file: &'a str,
        /// Bytes from the start of the file.
        offset: u64,
        /// Bytes.
        len: u64,
    },
    /// A tensor, by its name.
    Tensor(&'a str),
}

impl<'a> Subject<'a> {
    /// The name of the file or tensor.
    pub fn name(self) -> &'a str {
        match self {
            Self::File(name) | Self::Run { file: name, .. } | Self::Tensor(name) => name,
        }
    }
}

/// One line of a report.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    /// What it is about.
    pub subject: Subject<'a>,
    /// What became of it.
    pub outcome: Outcome,
    /// By what it was checked; `None` if it is uncovered.
    pub evidence: Option<&'a Evidence>,
    /// Why a file that nothing covers could not be read, if that is so.
    problem: Option<&'a str>,
}

impl<'a> Line<'a> {
    /// Why it is a mismatch; if the bytes were not read because a memo remembers them, by what the file was recognised; or why a file
    /// that nothing covers cannot be read. `None` for any other match, and any other file that nothing covers.
    pub fn reason(&self) -> Option<&'a str> {
        let Some(evidence) = self.evidence else { return self.problem };
        match (self.outcome, evidence.remembered) {
            (Outcome::Mismatch, _) => Some(evidence.problem.as_deref().unwrap_or("the bytes differ")),
            (Outcome::Match, Some(remembered)) => Some(remembered.describe()),
            _ => None,
        }
    }
}

/// Every file, run and tensor that a verification or a load covered, in this order.
#[derive(Debug)]
pub struct Report {
    files: Vec<ReportFile>,
    runs: Vec<Run>,
    tensors: Arc<TensorTable>,
    evidence: Vec<Evidence>,
    rows: Vec<Row>,
    costs: Vec<Cost>,
    /// Whether a file that nothing covers is an error.
    refuses_extra: bool,
    /// The files beside the model's own that hold weights of other models, by index: those have to be covered, too.
    weights: Vec<u32>,
    /// The models of the directory that do not open.
    unopened: Vec<Unopened>,
    notes: Vec<Finding>,
}

/// Why a model of a directory does not open, or that there is none.
#[derive(Debug)]
pub(crate) struct Unopened {
    pub error: Error,
    /// Whether that is an error only under [`Policy::Required`].
    pub is_tolerated: bool,
}

/// A file that lines are about.
#[derive(Debug, Clone)]
pub(crate) struct ReportFile {
    /// By its name within the model.
    pub name: String,
    /// As it is shown to a person, in errors.
    pub path: String,
    /// Why it cannot be read, if that is so.
    pub problem: Option<String>,
}

/// Small, because a model may have hundreds of thousands of tensors.
#[derive(Debug, Clone, Copy)]
struct Row {
    kind: Kind,
    subject: u32,
    evidence: Option<u32>,
}

/// In the order of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Run,
    Tensor,
}

/// A part of a file: the file's index, bytes from its start, bytes.
#[derive(Debug, Clone, Copy)]
struct Run {
    file: u32,
    offset: u64,
    len: u64,
}

impl Report {
    /// The number of lines.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are no lines.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The line at `index`.
    pub fn get(&self, index: usize) -> Option<Line<'_>> {
        self.rows.get(index).map(|row| self.line(row))
    }

    /// All lines.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Line<'_>> + Clone {
        self.rows.iter().map(|row| self.line(row))
    }

    /// What the pass over the bytes has cost, each stage once: how long reading took, and hashing, by algorithm.
    pub fn costs(&self) -> &[Cost] {
        &self.costs
    }

    /// What was noticed of manifests and records in the folders of the directory, and of its models.
    pub fn notes(&self) -> &[Finding] {
        &self.notes
    }

    pub(crate) fn with_notes(self, notes: Vec<Finding>) -> Self {
        Self { notes, ..self }
    }

    /// Says which of the files hold weights, beside those of the tensors.
    pub(crate) fn with_weights(self, is_weight: impl Fn(&str) -> bool) -> Result<Self> {
        let files = (0_u32..).zip(&self.files).filter(|(_, file)| is_weight(&file.name));
        let weights = memory::collect(files.map(|(index, _)| index), REPORT)?;
        Ok(Self { weights, ..self })
    }

    pub(crate) fn with_unopened(self, unopened: Vec<Unopened>) -> Self {
        Self { unopened, ..self }
    }

    pub(crate) fn refusing_extra(self, refuses_extra: bool) -> Self {
        Self { refuses_extra, ..self }
    }

    pub(crate) fn with_costs(self, mut costs: Costs) -> Self {
        Self { costs: costs.list().to_vec(), ..self }
    }

    /// What the report means under a policy: an error for the first mismatch, or for the first tensor or, with
    /// [`VerifyOptions::refuses_extra`](super::VerifyOptions::refuses_extra), the first file that has to be covered and is not; or else for
    /// the first model of the directory that does not open.
    pub fn verdict(&self, policy: Policy) -> Result<()> {
        if let Some((row, line)) = self.find(|line| line.outcome == Outcome::Mismatch) {
            let message = line.evidence.map_or_else(String::new, |evidence| {
                let Evidence { algorithm, source, expected, actual, problem, .. } = evidence;
                let differs = || format!("{} is {actual}; {source} expects {expected}", algorithm.name());
                problem.clone().unwrap_or_else(differs)
            });
            return Err(self.at(row, Error::new(ErrorKind::Mismatch, message)));
        }
        let is_extra = |line: &Line<'_>| line.evidence.is_none() && matches!(line.subject, Subject::File(_));
        if let Some((row, _)) = self.find(is_extra).filter(|_| self.refuses_extra) {
            let message = "no manifest lists this file, and extra files are refused";
            return Err(self.at(row, Error::new(ErrorKind::Unverified, message)));
        }
        if policy == Policy::Required {
            self.check_cover()?;
        }
        let unopened = self.unopened.iter().find(|model| policy == Policy::Required || !model.is_tolerated);
        unopened.map_or(Ok(()), |model| Err(model.error.clone()))
    }

    /// An error for the first tensor, or the first file with weights of another model, that nothing covers; and if nothing at all is
    /// covered.
    fn check_cover(&self) -> Result<()> {
        let is_covered = |line: &Line<'_>| line.evidence.is_some_and(|evidence| evidence.covers);
        let is_missing = |line: &Line<'_>| !is_covered(line) && matches!(line.subject, Subject::Tensor(_));
        if let Some((row, _)) = self.find(is_missing) {
            let message = "no manifest covers this tensor or its file, and the policy requires it";
            return Err(self.at(row, Error::new(ErrorKind::Unverified, message)));
        }
        let of_files = || self.rows.iter().filter(|row| row.kind == Kind::File);
        let covered: HashSet<u32> =
            of_files().filter(|row| is_covered(&self.line(row))).map(|row| row.subject).collect();
        let is_open = |row: &&Row| !covered.contains(&row.subject) && self.weights.binary_search(&row.subject).is_ok();
        match of_files().find(is_open) {
            Some(row) => {
                let message = "no manifest covers this weight file, and the policy requires it";
                Err(self.at(row, Error::new(ErrorKind::Unverified, message)))
            }
            None if covered.is_empty() && !self.iter().any(|line| is_covered(&line)) => {
                Err(Error::new(ErrorKind::Unverified, "nothing was verified, and the policy requires it"))
            }
            None => Ok(()),
        }
    }

    /// The first line for which a condition holds, with its row.
    fn find(&self, condition: impl Fn(&Line<'_>) -> bool) -> Option<(&Row, Line<'_>)> {
        self.rows.iter().map(|row| (row, self.line(row))).find(|(_, line)| condition(line))
    }

    /// Adds to an error what the line of a row is about: just as a load does that finds the same.
    fn at(&self, row: &Row, error: Error) -> Error {
        let path = |index: u32| self.files.get(index as usize).map_or("", |file| &file.path);
        match row.kind {
            Kind::File => error.with_path(path(row.subject)),
            Kind::Run => match self.runs.get(row.subject as usize) {
                Some(Run { file, offset, .. }) => error.with_path(path(*file)).with_offset(*offset),
                None => error,
            },
            Kind::Tensor => match self.tensors.get(row.subject as usize) {
                Some(tensor) => {
                    let error = error.with_path(path(tensor.file() as u32)).with_subject(tensor.name);
                    match tensor.contents.run() {
                        Some(run) => error.with_offset(run.offset),
                        None => error,
                    }
                }
                None => error,
            },
        }
    }

    /// Adds lines for files that cannot be read: one for each manifest that lists one, or one that says that none does.
    pub(crate) fn with_missing<'m>(
        mut self,
        missing: Vec<ReportFile>,
        manifests: impl Iterator<Item = &'m Manifest> + Clone,
    ) -> Result<Self> {
        let mut rows = Vec::new();
        for file in missing {
            memory::check()?;
            let subject = self.files.len() as u32;
            let claims = manifests.clone().filter_map(|m| Some((m, m.files.get(&file.name)?.fastest()?)));
            let before = rows.len();
            for (manifest, (algorithm, expected)) in claims {
                let evidence = self.evidence.len() as u32;
                memory::push(&mut rows, Row { kind: Kind::File, subject, evidence: Some(evidence) }, REPORT)?;
                let problem = file.problem.as_deref().unwrap_or("it is missing");
                memory::push(&mut self.evidence, Evidence::missing(manifest, algorithm, expected, problem), REPORT)?;
            }
            if rows.len() == before {
                memory::push(&mut rows, Row { kind: Kind::File, subject, evidence: None }, REPORT)?;
            }
            memory::push(&mut self.files, file, REPORT)?;
        }
        let end_of_files = self.rows.partition_point(|row| row.kind == Kind::File);
        memory::reserve(&mut self.rows, rows.len(), REPORT)?;
        self.rows.extend_from_slice(&rows);
        self.rows[end_of_files..].rotate_right(rows.len());
        Ok(self)
    }

    fn line(&self, row: &Row) -> Line<'_> {
        let file = |index: u32| self.files.get(index as usize).map_or("", |file| &file.name);
        let subject = match (row.kind, self.runs.get(row.subject as usize)) {
            (Kind::Run, Some(Run { file: index, offset, len })) => {
                Subject::Run { file: file(*index), offset: *offset, len: *len }
            }
            (Kind::Tensor, _) => {
                Subject::Tensor(self.tensors.get(row.subject as usize).map_or("", |tensor| tensor.name))
            }
            (Kind::File | Kind::Run, _) => Subject::File(file(row.subject)),
        };
        let evidence = row.evidence.and_then(|index| self.evidence.get(index as usize));
        let problem = self.files.get(row.subject as usize).filter(|_| row.kind == Kind::File);
        let problem = problem.and_then(|file| file.problem.as_deref());
        Line { subject, outcome: evidence.map_or(Outcome::Uncovered, |evidence| evidence.outcome), evidence, problem }
    }
}

/// Collects the lines of a report.
pub(crate) struct ReportBuilder(Report);

impl ReportBuilder {
    /// A report about these files, by index, and the tensors of this table.
    pub(crate) fn new(files: Vec<ReportFile>, tensors: Arc<TensorTable>) -> Self {
        let (runs, evidence, rows, costs, refuses_extra) = Default::default();
        let (weights, unopened, notes) = Default::default();
        Self(Report { files, runs, tensors, evidence, rows, costs, refuses_extra, weights, unopened, notes })
    }

    /// Makes room for so many more lines.
    pub(crate) fn reserve(&mut self, lines: usize) -> Result<()> {
        memory::reserve(&mut self.0.rows, lines, REPORT)
    }

    /// Keeps evidence that several lines may share.
    pub(crate) fn evidence(&mut self, evidence: Evidence) -> Result<u32> {
        memory::check()?;
        memory::push(&mut self.0.evidence, evidence, REPORT)?;
        Ok(self.0.evidence.len() as u32 - 1)
    }

    /// A line for each piece of evidence, or one that says that there is none.
    pub(crate) fn file(&mut self, file: usize, evidence: &[u32]) -> Result<()> {
        self.push(Kind::File, file, evidence)
    }

    /// As [`file`](Self::file), for `len` bytes of a file from `offset`.
    pub(crate) fn run(&mut self, file: usize, offset: u64, len: u64, evidence: &[u32]) -> Result<()> {
        memory::push(&mut self.0.runs, Run { file: file as u32, offset, len }, REPORT)?;
        self.push(Kind::Run, self.0.runs.len() - 1, evidence)
    }

    /// As [`file`](Self::file), for a tensor.
    pub(crate) fn tensor(&mut self, tensor: usize, evidence: &[u32]) -> Result<()> {
        self.push(Kind::Tensor, tensor, evidence)
    }

    fn push(&mut self, kind: Kind, subject: usize, evidence: &[u32]) -> Result<()> {
        let subject = subject as u32;
        memory::reserve(&mut self.0.rows, evidence.len().max(1), REPORT)?;
        if evidence.is_empty() {
            self.0.rows.push(Row { kind, subject, evidence: None });
        }
        let rows = evidence.iter().map(|evidence| Row { kind, subject, evidence: Some(*evidence) });
        self.0.rows.extend(rows);
        Ok(())
    }

    pub(crate) fn finish(self) -> Report {
        self.0
    }
}
