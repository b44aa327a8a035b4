//! Running out of memory as an error.
//!
//! Whatever an input decides the size of is allocated by calls that may fail: `push`, `reserve` and the other functions of this
//! module. Rust has no such calls for many small allocations (nodes of maps, error texts), and aborts the process if one of
//! them fails. The [`Allocator`] serves these from a reserve. While any of them is there, the library stops its work with
//! [`Kind::OutOfMemory`]: see [`check`].
//!
//! The C library and the command install the allocator. A Rust program may install it too; without it, only the small
//! allocations of a process that has no memory left still abort it.
//!
//! [`Kind::OutOfMemory`]: crate::error::Kind::OutOfMemory

mod allocator;
#[cfg(feature = "host-malloc")]
mod host_malloc;
mod reserve;

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::{self, Write as _};
use std::hash::{BuildHasher, Hash};

use crate::error::{Error, Result};
use crate::steps;

pub use allocator::{Allocator, is_exhausted};

/// More than the reserve serves, so that it shows whether the system has memory.
const PROBE: usize = 96 * 1024;

/// [`Kind::OutOfMemory`](crate::error::Kind::OutOfMemory) while small allocations are served from the reserve. Work of which
/// an input decides the length calls it regularly; it is also where work pauses that is done in steps, and where it ends
/// with [`Kind::Cancelled`](crate::error::Kind::Cancelled).
#[inline]
pub fn check() -> Result<()> {
    steps::check()?;
    if is_exhausted() { Err(exhausted()) } else { Ok(()) }
}

#[cold]
fn exhausted() -> Error {
    Error::out_of_memory("small objects", 1)
}

/// Fails if the next few dozen kilobytes could not be had: for programs that do not use the allocator of this module, and
/// before code of others that cannot fail.
pub(crate) fn probe(bytes: usize, what: &str) -> Result<()> {
    check()?;
    reserve(&mut Vec::<u8>::new(), bytes.max(PROBE), what)
}

/// Adds a value to a list.
#[inline]
pub fn push<T>(list: &mut Vec<T>, value: T, what: &str) -> Result<()> {
    steps::rest();
    if list.len() == list.capacity() {
        return push_to_full(list, value, what);
    }
    list.push(value);
    Ok(())
}

/// Apart from its callers, which are many: so the way of nearly all values is short.
#[cold]
#[inline(never)]
fn push_to_full<T>(list: &mut Vec<T>, value: T, what: &str) -> Result<()> {
    list.try_reserve(1).map_err(|_| no_memory(list.len() + 1, size_of::<T>(), what))?;
    list.push(value);
    Ok(())
}

/// Makes room in a list for `count` more values.
#[inline]
pub(crate) fn reserve<T>(list: &mut Vec<T>, count: usize, what: &str) -> Result<()> {
    if list.capacity() - list.len() < count { grow(list, count, what) } else { Ok(()) }
}

/// As [`push_to_full`].
#[cold]
#[inline(never)]
fn grow<T>(list: &mut Vec<T>, count: usize, what: &str) -> Result<()> {
    list.try_reserve(count).map_err(|_| no_memory(list.len() + count, size_of::<T>(), what))
}

/// An empty list with room for `count` values.
pub fn list<T>(count: usize, what: &str) -> Result<Vec<T>> {
    let mut list = Vec::new();
    list.try_reserve_exact(count).map_err(|_| no_memory(count, size_of::<T>(), what))?;
    Ok(list)
}

/// A list of `count` times the same value.
pub fn filled<T: Clone>(value: T, count: usize, what: &str) -> Result<Vec<T>> {
    /// Values between two points.
    const PIECE: usize = 16 << 10;
    let mut values = list(count, what)?;
    while values.len() < count {
        values.resize(count.min(values.len() + PIECE), value.clone());
        steps::rest();
    }
    Ok(values)
}

/// Makes a list as long as it shall be, with zeros at the end if it gets longer.
pub(crate) fn resize(bytes: &mut Vec<u8>, len: usize, what: &str) -> Result<()> {
    reserve(bytes, len.saturating_sub(bytes.len()), what)?;
    bytes.resize(len, 0);
    Ok(())
}

/// Adds copies of values to a list.
#[inline]
pub(crate) fn extend<T: Copy>(list: &mut Vec<T>, values: &[T], what: &str) -> Result<()> {
    reserve(list, values.len(), what)?;
    list.extend_from_slice(values);
    Ok(())
}

/// The values of an iterator as a list.
pub fn collect<T>(values: impl IntoIterator<Item = T>, what: &str) -> Result<Vec<T>> {
    let values = values.into_iter();
    let mut collected = list(expected_len(values.size_hint()), what)?;
    for value in values {
        push(&mut collected, value, what)?;
    }
    Ok(collected)
}

/// How many values there is room for at first: as many as there will be, or a few if that is not known exactly.
fn expected_len((least, most): (usize, Option<usize>)) -> usize {
    const FEW: usize = 1 << 10;
    least.max(most.unwrap_or_default().min(FEW))
}

/// The values of an iterator that may fail, as a list.
pub fn try_collect<T>(values: impl IntoIterator<Item = Result<T>>, what: &str) -> Result<Vec<T>> {
    let values = values.into_iter();
    let mut collected = list(expected_len(values.size_hint()), what)?;
    for value in values {
        push(&mut collected, value?, what)?;
    }
    Ok(collected)
}

/// Adds a text to a text.
#[inline]
pub(crate) fn push_str(text: &mut String, more: &str, what: &str) -> Result<()> {
    reserve_str(text, more.len(), what)?;
    text.push_str(more);
    Ok(())
}

/// Makes room in a text for so many more bytes.
#[inline]
pub(crate) fn reserve_str(text: &mut String, bytes: usize, what: &str) -> Result<()> {
    if text.capacity() - text.len() < bytes { grow_str(text, bytes, what) } else { Ok(()) }
}

/// As [`push_to_full`].
#[cold]
#[inline(never)]
fn grow_str(text: &mut String, bytes: usize, what: &str) -> Result<()> {
    text.try_reserve(bytes).map_err(|_| no_memory(text.len() + bytes, size_of::<u8>(), what))
}

/// A copy of a text.
pub fn text(from: &str, what: &str) -> Result<String> {
    let mut text = String::new();
    text.try_reserve_exact(from.len()).map_err(|_| no_memory(from.len(), size_of::<u8>(), what))?;
    text.push_str(from);
    Ok(text)
}

/// The text itself if it is owned, or else a copy.
pub(crate) fn into_owned(from: Cow<'_, str>, what: &str) -> Result<String> {
    match from {
        Cow::Owned(text) => Ok(text),
        Cow::Borrowed(from) => text(from, what),
    }
}

/// A text made by `format_args!`.
pub(crate) fn format(arguments: fmt::Arguments<'_>, what: &str) -> Result<String> {
    let mut formatted = Growing { text: String::new(), missing: None };
    // Nothing else fails: the types that are formatted do not.
    let _ = formatted.write_fmt(arguments);
    match formatted.missing {
        None => Ok(formatted.text),
        Some(bytes) => Err(no_memory(bytes, size_of::<u8>(), what)),
    }
}

/// A text that ends where there was no memory for more.
struct Growing {
    text: String,
    missing: Option<usize>,
}

impl fmt::Write for Growing {
    fn write_str(&mut self, more: &str) -> fmt::Result {
        if self.text.try_reserve(more.len()).is_err() {
            self.missing = Some(more.len());
            return Err(fmt::Error);
        }
        self.text.push_str(more);
        Ok(())
    }
}

/// Makes room in a map for one more entry.
pub(crate) fn reserve_entry<K: Hash + Eq, V, S: BuildHasher>(map: &mut HashMap<K, V, S>, what: &str) -> Result<()> {
    map.try_reserve(1).map_err(|_| no_memory(map.len() + 1, size_of::<(K, V)>(), what))
}

#[cold]
#[inline(never)]
fn no_memory(count: usize, size: usize, what: &str) -> Error {
    Error::out_of_memory(what, count.saturating_mul(size) as u64)
}
