//! In the place of `memo`, in a build without that feature: nothing is remembered.

use std::path::Path;

use crate::digest::{Algorithm, Digest};
use crate::error::{Error, Kind, Result};
use crate::storage::Source;

/// There is none: see [`open`](Self::open).
#[derive(Debug, Clone)]
pub enum Memo {}

/// By what a file was recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recognised {
    /// Not in this build.
    ByTree,
    /// Not in this build.
    ByTimes,
}

#[derive(Debug)]
pub(crate) enum Sight {}

impl Sight {
    pub(crate) fn of(_: &Source) -> Option<Self> {
        None
    }

    pub(crate) fn settled(_: &Source) -> Option<Self> {
        None
    }

    pub(crate) fn is_still(&self, _: &Source) -> bool {
        match *self {}
    }
}

impl Memo {
    /// Whether this build has one: spares it the code of those who ask.
    pub(crate) const IS_BUILT: bool = false;

    /// [`Kind::Unsupported`]: this build has no memo.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let message = "this build has no memo of verified files: it lacks the feature \"memo\"";
        Err(Error::new(Kind::Unsupported, message).with_path(path.as_ref().to_string_lossy()))
    }

    pub(crate) fn recognise(&self, _: &Sight, _: Algorithm, _: Digest) -> Option<Recognised> {
        match *self {}
    }

    pub(crate) fn remember(&self, _: &Sight, _: &Source, _: Algorithm, _: Digest) {
        match *self {}
    }

    pub(crate) fn save(&self) -> Result<()> {
        match *self {}
    }
}
