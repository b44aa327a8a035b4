//! What comes next, by what came before: layers repeat, and with them the order of operators and of their attributes.

use crate::error::Result;
use crate::memory;

/// For each item of a list, which one came after it the last time.
#[derive(Debug, Default)]
pub(super) struct Succession {
    followers: Vec<u32>,
    last: usize,
}

impl Succession {
    /// The item that came after the last one when that was there before.
    #[inline]
    pub(super) fn expected(&self) -> Option<u32> {
        self.followers.get(self.last).copied()
    }

    /// Notes which item comes next.
    #[inline]
    pub(super) fn add(&mut self, item: u32) -> Result<()> {
        match self.followers.get_mut(self.last) {
            Some(follower) => *follower = item,
            // All items between have yet to come; that one comes after them is a guess like any other.
            None => {
                let more = self.last + 1 - self.followers.len();
                memory::reserve(&mut self.followers, more, "the order of the operators")?;
                self.followers.resize(self.last + 1, item);
            }
        }
        self.last = item as usize;
        Ok(())
    }
}
