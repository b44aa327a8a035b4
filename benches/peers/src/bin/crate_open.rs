//! Opens a checkpoint with the `safetensors` crate: reads the index, maps each shard, and looks
//! every tensor up in the shard that the index names.

use peers::{Result, Shard, path_argument, report, shards, time};
use serde::Deserialize;
use std::collections::{BTreeSet, HashMap};
use std::hint::black_box;
use std::{fs, path::Path};

#[derive(Deserialize)]
struct Index {
    weight_map: HashMap<String, String>,
}

fn open(dir: &Path) -> Result<(Index, HashMap<String, Shard>)> {
    let index: Index = serde_json::from_slice(&fs::read(dir.join("model.safetensors.index.json"))?)?;
    let files: BTreeSet<_> = index.weight_map.values().collect();
    let shards = files
        .into_iter()
        .map(|file| Ok((file.clone(), Shard::open(&dir.join(file))?)))
        .collect::<Result<HashMap<_, _>>>()?;
    for (name, file) in &index.weight_map {
        let tensor = shards[file].tensors.tensor(name)?;
        black_box((tensor.dtype(), tensor.shape(), tensor.data().as_ptr()));
    }
    Ok((index, shards))
}

fn main() -> Result<()> {
    let dir = path_argument()?;
    let (_, bytes) = shards(&dir)?;
    let seconds = time(|| open(&dir))?;
    report("open: safetensors crate", bytes, &seconds);
    Ok(())
}
