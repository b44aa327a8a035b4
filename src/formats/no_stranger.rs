//! In the place of `stranger`, in a build without the feature `strangers`: no file is told from any other that is no model.

use std::fmt;

use super::detect::Clues;
use crate::storage::Location;

/// There are none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stranger {}

impl Stranger {
    pub(super) fn instead_of(&self, _: &str) -> String {
        match *self {}
    }

    #[cfg(feature = "onnx")]
    pub(super) fn is_signed(&self) -> bool {
        match *self {}
    }

    #[cfg(feature = "onnx")]
    pub(super) fn is_zeros(&self) -> bool {
        match *self {}
    }

    pub(super) fn is_text(&self) -> bool {
        match *self {}
    }
}

impl fmt::Display for Stranger {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {}
    }
}

pub(super) fn of_link(_: &str) -> Option<Stranger> {
    None
}

pub(super) fn of(_: &Clues<'_>) -> Option<Stranger> {
    None
}

/// Nothing is said of what a directory without a model holds.
pub(super) fn instead(_: &Location) -> String {
    String::new()
}

pub(super) fn is_unfinished(_: &Location) -> bool {
    false
}

#[cfg(feature = "safetensors")]
pub(super) fn unfinished(_: &Location) -> Option<String> {
    None
}
