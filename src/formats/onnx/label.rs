//! What tensors and nodes are called where the model gives them no name of their own.

use std::fmt;
use std::ops::Range;

use crate::formats::protobuf::Skeleton;

/// What a tensor is called.
#[derive(Debug, Clone)]
pub(super) struct Label {
    pub name: String,
    /// Whether the model gives the name, which then has to be unique. Other names are made from those of nodes, and are
    /// numbered where they are not unique.
    pub is_given: bool,
}

/// What a node is called in messages and in names that are made from it.
pub(super) struct NodeLabel<'a> {
    pub skeleton: &'a Skeleton,
    pub name: Range<usize>,
    pub op: Range<usize>,
    pub index: usize,
}

impl fmt::Display for NodeLabel<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |range: &Range<usize>| cut(self.skeleton.str(range.clone()).unwrap_or_default());
        match text(&self.name) {
            "" => write!(f, "{}#{}", text(&self.op), self.index),
            name => f.write_str(name),
        }
    }
}

/// The beginning of a name that goes into many others, which would otherwise be as long as the file each.
pub(super) fn cut(name: &str) -> &str {
    const LONGEST: usize = 128;
    &name[..name.floor_char_boundary(LONGEST)]
}
