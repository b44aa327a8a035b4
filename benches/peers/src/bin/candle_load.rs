//! Loads a checkpoint with candle, onto the CPU: by `safetensors::load`, which reads the whole file
//! and then copies each tensor out; or, given `mmap` after the directory, by `MmapedSafetensors`,
//! which candle's own models use, and which copies once.

use candle_core::safetensors::{MmapedSafetensors, load};
use candle_core::{Device, Tensor};
use peers::{Result, path_argument, report, shards, time};
use std::collections::HashMap;
use std::path::PathBuf;

fn read(paths: &[PathBuf]) -> Result<HashMap<String, Tensor>> {
    let mut tensors = HashMap::new();
    for path in paths {
        tensors.extend(load(path, &Device::Cpu)?);
    }
    Ok(tensors)
}

fn map(paths: &[PathBuf]) -> Result<HashMap<String, Tensor>> {
    // SAFETY: the inputs do not change while we measure.
    let files = unsafe { MmapedSafetensors::multi(paths)? };
    let names = files.tensors().into_iter().map(|(name, _)| name);
    names
        .map(|name| {
            let tensor = files.load(&name, &Device::Cpu)?;
            Ok((name, tensor))
        })
        .collect()
}

fn main() -> Result<()> {
    let (paths, bytes) = shards(&path_argument()?)?;
    if std::env::args().nth(2).is_some_and(|how| how == "mmap") {
        report("load: candle, mapped", bytes, &time(|| map(&paths))?);
    } else {
        report("load: candle", bytes, &time(|| read(&paths))?);
    }
    Ok(())
}
