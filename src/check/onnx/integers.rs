//! The numbers of a tensor, one after the other, in little memory.

use crate::check::subject::Subject;
use crate::error::Result;
use crate::memory;

/// Bytes that are read at once: whole numbers.
const BLOCK: usize = 64 << 10;

/// Reads the 64-bit integers of a tensor from its start to its end.
pub(super) struct Integers<'a> {
    subject: &'a Subject<'a>,
    tensor: usize,
    offset: u64,
    len: u64,
    block: Vec<u8>,
    /// Bytes of the block that have been taken.
    taken: usize,
}

impl<'a> Integers<'a> {
    pub(super) fn of(subject: &'a Subject<'a>, tensor: usize, len: u64) -> Self {
        Self { subject, tensor, offset: 0, len, block: Vec::new(), taken: 0 }
    }

    /// The next number; `None` after the last.
    pub(super) fn next(&mut self) -> Result<Option<i64>> {
        if self.taken == self.block.len() {
            self.fill()?;
        }
        let word = self.block.get(self.taken..).and_then(|rest| rest.first_chunk());
        self.taken += size_of::<i64>();
        Ok(word.map(|bytes| i64::from_le_bytes(*bytes)))
    }

    fn fill(&mut self) -> Result<()> {
        let rest = (self.len - self.offset).min(BLOCK as u64);
        memory::resize(&mut self.block, rest as usize, "a part of a tensor")?;
        self.subject.reader.read(self.tensor, self.offset, &mut self.block)?;
        self.offset += rest;
        self.taken = 0;
        Ok(())
    }
}
