//! Models of weights without graphs: what a person who deploys them wants to know.

mod alignment;
mod nonfinite;
mod scale;
mod unindexed;

use super::Check;
use super::collector::{Collector, Site, advise};
use super::subject::Subject;
use crate::finding::rules::WEIGHTS_EMPTY;

/// The groups of rules.
pub(super) const CHECKS: &[Check] = &[check_empty, unindexed::check, alignment::check, scale::check, nonfinite::check];

fn check_empty(subject: &Subject<'_>, collector: &mut Collector<'_>) {
    if subject.tensors.is_empty() {
        collector.add(WEIGHTS_EMPTY, Site::MODEL, || {
            advise("the model has no tensors", "check that this is the right file, and that it was written completely")
        });
    }
}
