//! The quantization of values, beside their rows: few graphs have any.

use crate::error::{Error, Kind, Result};
use crate::memory;
use crate::quantization::Quantization;
use crate::sort;

/// Quantizations by value, each with how many were added before it; sorted once the graph is whole.
#[derive(Debug, Default)]
pub(super) struct Quantizations(Vec<(u32, usize, Quantization)>);

impl Quantizations {
    pub(super) fn add(&mut self, value: u32, quantization: Quantization) -> Result<()> {
        let number = self.0.len();
        memory::push(&mut self.0, (value, number, quantization), "a quantization")
    }

    /// Makes them findable. Of several of one value the first counts. Those of values that the graph, of so many values,
    /// does not have are refused.
    pub(super) fn finish(&mut self, values: usize) -> Result<()> {
        sort::sort_by_key(&mut self.0, |(value, number, _)| (*value, *number));
        self.0.dedup_by_key(|(value, ..)| *value);
        match self.0.last() {
            Some((last, ..)) if *last as usize >= values => {
                let message = format!("value {last} is quantized, and the graph has {values} values");
                Err(Error::new(Kind::Format, message))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn of(&self, value: u32) -> Option<&Quantization> {
        let position = self.0.binary_search_by_key(&value, |(value, ..)| *value).ok()?;
        Some(&self.0[position].2)
    }
}
