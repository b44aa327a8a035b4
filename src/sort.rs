//! Sorting lists whose length depends on an input: a point is passed for each comparison. Items that are equal come in any order.

use std::cmp::Ordering;

use crate::steps;

/// Sorts a list.
pub(crate) fn sort<T: Ord>(list: &mut [T]) {
    sort_by(list, T::cmp);
}

/// The same by a key.
pub(crate) fn sort_by_key<T, K: Ord>(list: &mut [T], key: impl Fn(&T) -> K) {
    sort_by(list, |a, b| key(a).cmp(&key(b)));
}

/// The same by an order.
#[cfg(not(feature = "small"))]
pub(crate) fn sort_by<T>(list: &mut [T], order: impl Fn(&T, &T) -> Ordering) {
    list.sort_unstable_by(|a, b| {
        steps::rest();
        order(a, b)
    });
}

#[cfg(feature = "small")]
pub(crate) fn sort_by<T>(list: &mut [T], order: impl Fn(&T, &T) -> Ordering) {
    let len = list.len();
    small::heap_sort(&mut small::Typed { list, order }, len);
}

/// One sort for the lists of all types, which otherwise are a tenth of the library: four times as slow for long lists.
#[cfg(any(test, feature = "small"))]
mod small {
    use std::cmp::Ordering;

    use crate::steps;

    /// A list of any type.
    pub(super) trait Items {
        fn is_less(&self, a: usize, b: usize) -> bool;
        fn swap(&mut self, a: usize, b: usize);
    }

    pub(super) struct Typed<'a, T, F> {
        pub(super) list: &'a mut [T],
        pub(super) order: F,
    }

    impl<T, F: Fn(&T, &T) -> Ordering> Items for Typed<'_, T, F> {
        fn is_less(&self, a: usize, b: usize) -> bool {
            steps::rest();
            (self.order)(&self.list[a], &self.list[b]).is_lt()
        }

        fn swap(&mut self, a: usize, b: usize) {
            self.list.swap(a, b);
        }
    }

    /// Heapsort (Williams, "Algorithm 232", 1964).
    pub(super) fn heap_sort(items: &mut dyn Items, len: usize) {
        for root in (0..len / 2).rev() {
            sift_down(items, root, len);
        }
        for end in (1..len).rev() {
            items.swap(0, end);
            sift_down(items, 0, end);
        }
    }

    /// Makes a heap of the items below `root`, whose children are heaps.
    fn sift_down(items: &mut dyn Items, mut root: usize, len: usize) {
        loop {
            let left = 2 * root + 1;
            if left >= len {
                return;
            }
            let right = left + 1;
            let child = if right < len && items.is_less(left, right) { right } else { left };
            if !items.is_less(root, child) {
                return;
            }
            items.swap(root, child);
            root = child;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::small::{Typed, heap_sort};

    #[test]
    fn the_small_sort_sorts_every_order_of_short_lists_and_long_ones() {
        let check = |mut list: Vec<u64>| {
            let mut expected = list.clone();
            expected.sort_unstable();
            let len = list.len();
            heap_sort(&mut Typed { list: &mut list, order: u64::cmp }, len);
            assert_eq!(list, expected);
        };
        for len in 0..7_u32 {
            for number in 0..7_u64.pow(len) {
                check((0..len).map(|digit| number / 7_u64.pow(digit) % 7).collect());
            }
        }
        check((0..10_000).map(|at| at * 7_919 % 1_009).collect());
    }
}
