//! Models of weights without graphs: what a person who deploys them wants to know.

mod alignment;
mod nonfinite;
mod scale;
mod unindexed;

use super::Check;

/// The groups of rules.
pub(super) const CHECKS: &[Check] = &[unindexed::check, alignment::check, scale::check, nonfinite::check];
