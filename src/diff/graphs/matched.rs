//! Lists whose order has no meaning.

use std::cmp::Ordering;

use crate::diff::DIFFERENCE;
use crate::error::Result;
use crate::memory;
use crate::sort;

/// The items of two lists, sorted by key: those of one key together, and of what only one list has the item alone. Items of one key
/// keep their order.
pub(super) fn matched<T, K: Ord>(
    a: impl IntoIterator<Item = T>,
    b: impl IntoIterator<Item = T>,
    key: impl Fn(&T) -> K,
) -> Result<Vec<[Option<T>; 2]>> {
    let mut matched = Vec::new();
    let (mut a, mut b) = (sorted(a, &key)?.peekable(), sorted(b, &key)?.peekable());
    loop {
        let order = match (a.peek(), b.peek()) {
            (Some(of_a), Some(of_b)) => key(of_a).cmp(&key(of_b)),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return Ok(matched),
        };
        let of_a = a.next_if(|_| order != Ordering::Greater);
        let of_b = b.next_if(|_| order != Ordering::Less);
        memory::push(&mut matched, [of_a, of_b], DIFFERENCE)?;
    }
}

/// The items by key, and those of one key in their order.
fn sorted<T, K: Ord>(items: impl IntoIterator<Item = T>, key: impl Fn(&T) -> K) -> Result<impl Iterator<Item = T>> {
    let mut sorted = memory::collect(items.into_iter().enumerate(), DIFFERENCE)?;
    // A stable sort would take memory of its own.
    sort::sort_by(&mut sorted, |(first, a), (second, b)| (key(a), first).cmp(&(key(b), second)));
    Ok(sorted.into_iter().map(|(_, item)| item))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_of_one_key_meet_in_their_order() {
        let (a, b) = ([("b", 1), ("a", 2), ("b", 3)], [("c", 4), ("b", 5), ("b", 6), ("b", 7)]);
        let expected = [
            [Some(("a", 2)), None],
            [Some(("b", 1)), Some(("b", 5))],
            [Some(("b", 3)), Some(("b", 6))],
            [None, Some(("b", 7))],
            [None, Some(("c", 4))],
        ];
        assert_eq!(matched(a, b, |(name, _)| *name).unwrap(), expected);
    }
}
