//! Whether two types allow the same values.

use crate::graph::Type;

/// Whether two types are the same, apart from what they denote. Real models have types that say nothing at all, not even their kind:
/// these are the same.
pub(super) fn is_same_type(a: Type<'_>, b: Type<'_>) -> bool {
    let (mut a, mut b) = (a, b);
    // A loop: how deep types are nested is up to the file.
    loop {
        let is_same = (a.kind, a.dtype, a.code, a.opaque, a.shape) == (b.kind, b.dtype, b.code, b.opaque, b.shape)
            && a.dims().eq(b.dims());
        match (a.element(), b.element()) {
            (Some(of_a), Some(of_b)) if is_same => (a, b) = (of_a, of_b),
            (None, None) => return is_same,
            _ => return false,
        }
    }
}
