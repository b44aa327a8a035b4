//! In the place of `stores`, in a build without that feature: nothing is known of what tools keep on the disk.

use std::collections::BTreeMap;

use crate::error::Result;
use crate::storage::{Location, Store};
use crate::verify::claims::FileClaim;

/// As with the feature: what is said of a pointer in the place of a file.
pub(crate) const UNFETCHED_FILE: &str = "";

/// None is looked for.
pub(crate) fn unfetched_files<'a>(
    _: &Location,
    _: impl Iterator<Item = &'a str>,
) -> Result<BTreeMap<String, FileClaim>> {
    Ok(BTreeMap::new())
}

/// There are none.
pub(crate) fn is_store(_: &str) -> bool {
    false
}

/// None are looked for.
pub(super) fn keeps_records(_: &Location, _: &str) -> bool {
    false
}

/// None.
pub(super) type Addressed = std::iter::Empty<(Store, BTreeMap<String, FileClaim>)>;

/// No name says anything of contents.
pub(super) fn addressed<'a>(_: &Location, _: impl Iterator<Item = &'a str>) -> Result<Addressed> {
    Ok(std::iter::empty())
}

/// Never asked.
pub(super) fn source_of(_: Store) -> &'static str {
    ""
}
