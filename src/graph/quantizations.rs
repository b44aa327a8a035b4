//! The quantization of values, beside their rows: few graphs have any.

use crate::error::{Error, Kind, Result};
use crate::quantization::Quantization;

/// Quantizations by value, sorted once the graph is whole.
#[derive(Debug, Default)]
pub(super) struct Quantizations(Vec<(u32, Quantization)>);

impl Quantizations {
    pub(super) fn add(&mut self, value: u32, quantization: Quantization) -> Result<()> {
        let bytes = size_of::<Quantization>() as u64;
        self.0.try_reserve(1).map_err(|_| Error::out_of_memory("a quantization", bytes))?;
        self.0.push((value, quantization));
        Ok(())
    }

    /// Makes them findable. Of several of one value the first counts. Those of values that the graph, of so many values,
    /// does not have are refused.
    pub(super) fn finish(&mut self, values: usize) -> Result<()> {
        // The sort is stable.
        self.0.sort_by_key(|(value, _)| *value);
        self.0.dedup_by_key(|(value, _)| *value);
        match self.0.last() {
            Some((last, _)) if *last as usize >= values => {
                let message = format!("value {last} is quantized, and the graph has {values} values");
                Err(Error::new(Kind::Format, message))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn of(&self, value: u32) -> Option<&Quantization> {
        let position = self.0.binary_search_by_key(&value, |(value, _)| *value).ok()?;
        Some(&self.0[position].1)
    }
}
