//! Models of weights without graphs: what a person who deploys them wants to know.

mod alignment;
mod nonfinite;
mod scale;
mod unindexed;

use super::Check;
use super::report::{Place, Report, advise};
use super::subject::Subject;
use crate::finding::rules::WEIGHTS_EMPTY;

/// The groups of rules.
pub(super) const CHECKS: &[Check] = &[check_empty, unindexed::check, alignment::check, scale::check, nonfinite::check];

fn check_empty(subject: &Subject<'_>, report: &mut Report<'_>) {
    if subject.tensors.is_empty() {
        report.add(WEIGHTS_EMPTY, Place::MODEL, || {
            advise(
                "the model has no tensors",
                "check that it is the file that was meant, and that it was written to its end",
            )
        });
    }
}
