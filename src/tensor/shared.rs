//! How many bytes tensors take, where they share them.

use super::{Span, TensorTable};
use crate::error::Result;
use crate::memory;
use crate::sort;

/// What memory is asked for.
const RUNS: &str = "the places of tensors";

impl TensorTable {
    /// The bytes of files that each tensor, by its index, has beyond those of the tensors before it. Places may overlap: what tensors
    /// share counts once, for the first of them, so the sum is what all tensors take.
    ///
    /// [`Kind::OutOfMemory`](crate::Kind::OutOfMemory) is the only error.
    pub fn stored_bytes(&self) -> Result<Vec<u64>> {
        let mut runs: Vec<(Span, usize)> = memory::list(self.len(), RUNS)?;
        for (index, tensor) in self.iter().enumerate() {
            for run in tensor.contents.runs() {
                memory::push(&mut runs, (run, index), RUNS)?;
            }
        }
        // Those of pieces are in no order.
        sort::sort(&mut runs);
        let mut bytes = memory::filled(0_u64, self.len(), RUNS)?;
        let (mut file, mut end) = (0, 0);
        for (run, index) in runs {
            if run.file != file {
                (file, end) = (run.file, 0);
            }
            let run_end = run.offset.saturating_add(run.len);
            bytes[index] = bytes[index].saturating_add(run_end.saturating_sub(run.offset.max(end)));
            end = end.max(run_end);
        }
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dtype::DType;
    use crate::limits::Limits;
    use crate::tensor::{Layout, TableBuilder};

    #[test]
    fn shared_bytes_count_for_the_first_tensor() {
        let mut table = TableBuilder::new(&Limits::default());
        for (name, file, offset, len) in
            [("a", 0, 0, 8), ("b", 0, 0, 8), ("c", 0, 4, 8), ("d", 0, 6, 2), ("e", 1, 0, 8), ("none", 1, 4, 0)]
        {
            table.push(name, DType::U8, &[len], Span { file, offset, len }).unwrap();
        }
        let table = table.finish_file(&Layout::Within(vec![12, 8])).unwrap();
        let stored = table.stored_bytes().unwrap();
        let of = |name| stored[table.find(name).unwrap()];
        assert_eq!(["a", "b", "c", "d", "e", "none"].map(of), [8, 0, 4, 0, 8, 0]);
    }
}
