//! Checks of models: the rules of their format, and what goes wrong in production.
//!
//! Each file is one group of rules. All of them look at the same `Subject` and tell the same `Collector`; none of them
//! changes anything, and their order only decides who reads first within the budget. What holds for one format only is a
//! row of `CHECKERS`.

#![forbid(unsafe_code)]

mod collector;
mod goal;
mod labels;
mod lists;
#[cfg(feature = "onnx")]
mod onnx;
mod reader;
mod repeats;
mod signature;
mod size;
mod subject;
mod topic;
mod unread;
mod weights;

use std::cell::RefCell;
use std::ops::ControlFlow;

use crate::error::Result;
use crate::finding::Finding;
use crate::host::{Cancel, Costs, Operation, Progress};
use crate::model::Model;
use collector::Collector;
use goal::Goal;
use subject::Subject;

/// What a model is checked for, and how much of it may be read.
#[derive(Debug, Clone, Default)]
pub struct CheckOptions {
    /// What has to be able to run it: a release of ONNX as in `"onnx-1.15"`, one of ONNX Runtime as in `"onnxruntime-1.17"`, or an
    /// operator set as in `"opset-17"`; empty: nothing in particular.
    pub target: String,
    /// Bytes of tensors that are read at most; 0: 4 GiB. What was not looked at for this reason is a finding.
    pub max_read_bytes: u64,
    /// Stops the check from another thread: see [`Cancel::cancel`].
    pub cancel: Option<Cancel>,
}

impl CheckOptions {
    fn budget(&self) -> u64 {
        if self.max_read_bytes == 0 { reader::DEFAULT_BUDGET } else { self.max_read_bytes }
    }

    fn is_cancelled(&self) -> bool {
        self.cancel.as_ref().is_some_and(Cancel::is_cancelled)
    }
}

/// A group of rules.
type Check = fn(&Subject<'_>, &mut Collector<'_>);

/// The rules of one format.
struct Checker {
    /// The name of the format.
    format: &'static str,
    /// The targets of the format, in words, for somebody who asked for one that is not known.
    goals: fn(&str) -> String,
    /// Reads a target; `None`: it is none of this format.
    goal: fn(&str) -> Option<Box<Goal>>,
    /// Checks a model of the format.
    check: Check,
}

/// The formats that have rules of their own.
const CHECKERS: &[Checker] = &[
    #[cfg(feature = "onnx")]
    onnx::CHECKER,
];

/// What concerns graphs of every format.
const OF_GRAPHS: &[Check] = &[signature::check, labels::check];

/// What concerns every model.
const OF_ALL: &[Check] = &[size::check, repeats::check];

impl Model {
    /// Checks the model: see [`check`].
    pub fn check(&self, options: &CheckOptions) -> Result<Vec<Finding>> {
        check(self, options)
    }
}

/// Checks a model. The findings are sorted by place; none means that there is nothing to say.
///
/// What the reader found when it opened the model comes first, then what concerns the whole model, then the main graph
/// node by node, then the other graphs in the order of the file. Works on the calling thread.
///
/// [`Kind::InvalidArgument`](crate::Kind::InvalidArgument): the target is not known, or is one of another format.
/// [`Kind::Cancelled`](crate::Kind::Cancelled): the options asked for it.
pub fn check(model: &Model, options: &CheckOptions) -> Result<Vec<Finding>> {
    check_with(model, options, |_| ControlFlow::Continue(()))
}

/// As [`check`], and tells `progress` how far the check is: at once, between two groups of rules, every 4 MiB that are
/// read, and at the end. [`ControlFlow::Break`] cancels the check.
///
/// [`Progress::total_bytes`] is what may be read at most: most checks end long before. Tensors are not counted.
pub fn check_with(
    model: &Model,
    options: &CheckOptions,
    mut progress: impl FnMut(&Progress) -> ControlFlow<()>,
) -> Result<Vec<Finding>> {
    let (name, operation) = (model.name(), Operation::begin("check", model.context()));
    let mut bytes = 0;
    let found = find(model, options, |now| {
        bytes = now.done_bytes;
        progress(now)
    });
    let costs = Costs::of_rest(operation.worked());
    match &found {
        Ok(findings) => operation.done(name, bytes, costs, || format!("done: {} findings", findings.len())),
        Err(error) => operation.failed(name, bytes, costs, error),
    }
    found
}

fn find(
    model: &Model,
    options: &CheckOptions,
    progress: impl FnMut(&Progress) -> ControlFlow<()>,
) -> Result<Vec<Finding>> {
    let goal = goal::parse(&options.target, model.format())?;
    let progress = RefCell::new(progress);
    let tell = |now: &Progress| match options.is_cancelled() {
        true => ControlFlow::Break(()),
        false => (progress.borrow_mut())(now),
    };
    let subject = &Subject::of(model, options.budget(), &tell);
    let mut collector = Collector::new(subject.graphs);
    for check in checks(subject) {
        subject.reader.tell()?;
        check(subject, &mut collector);
        collector.result()?;
    }
    if let Some(goal) = goal {
        goal(subject, &mut collector);
    }
    subject.reader.tell()?;
    collector.finish(model.notes())
}

/// The groups of rules for a model.
fn checks(subject: &Subject<'_>) -> impl Iterator<Item = Check> {
    let of_format = CHECKERS.iter().filter(|checker| checker.format == subject.model.format());
    let of_kind = if subject.graphs.is_empty() { weights::CHECKS } else { OF_GRAPHS };
    // What reads most comes last: the budget is for all.
    of_format.map(|checker| checker.check).chain(OF_ALL.iter().chain(of_kind).copied())
}
