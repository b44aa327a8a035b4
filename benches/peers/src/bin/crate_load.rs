//! Loads a checkpoint with the `safetensors` crate: maps each shard, copies each tensor into a
//! vector of its own. The crate brings no threads, so neither do we.

use peers::{Result, Shard, path_argument, report, shards, time};
use std::collections::HashMap;

fn main() -> Result<()> {
    let (paths, bytes) = shards(&path_argument()?)?;
    let seconds = time(|| {
        let mut tensors = HashMap::new();
        for path in &paths {
            let shard = Shard::open(path)?;
            for (name, tensor) in shard.tensors.iter() {
                tensors.insert(name.to_owned(), tensor.data().to_vec());
            }
        }
        Ok(tensors)
    })?;
    report("load: safetensors crate", bytes, &seconds);
    Ok(())
}
