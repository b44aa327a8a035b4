//! What has to be able to run a model: each format knows its own targets.

use super::collector::Collector;
use super::subject::Subject;
use super::{CHECKERS, Checker};
use crate::error::{Error, Kind, Result};

/// Checks whether a model is within what a target can do.
pub(super) type Goal = dyn Fn(&Subject<'_>, &mut Collector<'_>);

/// The goal that a target sets for a model of this format; `None` if nothing is asked for.
pub(super) fn parse(target: &str, format: &str) -> Result<Option<Box<Goal>>> {
    if target.is_empty() {
        return Ok(None);
    }
    let mut known = CHECKERS.iter().filter_map(|checker| Some((checker, (checker.goal)(target)?)));
    match known.next() {
        Some((checker, goal)) if checker.format == format => Ok(Some(goal)),
        Some((checker, _)) => Err(of_another_format(target, checker, format)),
        None => Err(unknown(target)),
    }
}

fn of_another_format(target: &str, checker: &Checker, format: &str) -> Error {
    let message = format!("this is a target for {} models; the model is of the format {format}", checker.format);
    Error::invalid(message).with_subject(target)
}

fn unknown(target: &str) -> Error {
    if CHECKERS.is_empty() {
        return Error::new(Kind::Unsupported, "this build checks no format for a target").with_subject(target);
    }
    let known = CHECKERS.iter().map(|checker| format!("for {} models {}", checker.format, (checker.goals)(target)));
    let known: Vec<_> = known.collect();
    Error::invalid(format!("unknown target; known are {}", known.join("; "))).with_subject(target)
}
