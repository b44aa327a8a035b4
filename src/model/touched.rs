//! Bytes that were checked and are handed out later: what the check said still has to hold.

use super::Model;
use crate::error::{Error, Kind, Result};
use crate::load::PlanOptions;
use crate::storage::Source;
use crate::tensor::Tensor;
use crate::verify::Policy;

/// How often a tensor is read anew because its file was touched meanwhile.
const ATTEMPTS: usize = 3;

impl Model {
    /// Reads bytes of a tensor that the policy wants checked: what is returned was read while the file had not been touched
    /// since it was checked.
    pub(super) fn read_checked<T>(
        &self,
        index: usize,
        tensor: &Tensor<'_>,
        mut read: impl FnMut() -> Result<T>,
    ) -> Result<T> {
        if self.policy() != Policy::Required {
            return read();
        }
        for _ in 0..ATTEMPTS {
            self.check_if_touched(index, tensor)?;
            let bytes = read()?;
            if self.0.payload.is_untouched(index, tensor, Source::stamp)? {
                return Ok(bytes);
            }
        }
        let message = "it was repeatedly written, linked or renamed while it was being read";
        let path = self.0.payload.files[tensor.file()].source.path();
        Err(Error::new(Kind::Changed, message).with_path(path).with_subject(tensor.name))
    }

    /// Refuses a file that was written since it was opened, and checks the tensor again if it was touched since it was checked.
    /// What the system says of a file is good for a moment, for all its tensors: most calls make no system call.
    pub(super) fn check_before_view(&self, index: usize, tensor: &Tensor<'_>, source: &Source) -> Result<()> {
        let payload = &self.0.payload;
        let recent = |source: &Source| source.recent_stamp(|source| payload.check_unchanged(source));
        recent(source)?;
        if self.policy() == Policy::Required && !payload.is_untouched(index, tensor, recent)? {
            self.check_if_touched(index, tensor)?;
        }
        Ok(())
    }

    /// Checks a tensor again whose file has been touched since it was checked. Whether a file was written or only linked,
    /// renamed or given other permissions cannot be told: its time of modification can be put back.
    fn check_if_touched(&self, index: usize, tensor: &Tensor<'_>) -> Result<()> {
        if self.policy() == Policy::Required && !self.0.payload.is_untouched(index, tensor, Source::stamp)? {
            self.load(&PlanOptions { tensors: vec![index], ..PlanOptions::default() })?;
        }
        Ok(())
    }
}
